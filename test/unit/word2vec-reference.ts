// word2vec as a plain scalar program that makes the same random choices as the kernel, for the tests. Numbers are
// doubles and nothing is vectorised, so that it shows what the kernel is to compute.

export interface ReferenceText {
  /** V */
  words: number;
  /** (V + 1) */
  keep: Uint32Array;
  /** A power of two of word ids. */
  table: Int32Array;
}

export interface Position {
  contexts: number[];
  /** The word itself first, then the negatives. */
  outputs: number[];
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, d) => sum + x * b[d]!, 0);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-Math.min(6, Math.max(-6, x))));

/** The loss of one row against the outputs of a position: the first is to score high, the others low. */
export function pairLoss(row: readonly number[], outputs: readonly (readonly number[])[]): number {
  return outputs.reduce((sum, output, i) => sum + Math.log1p(Math.exp((i === 0 ? -1 : 1) * dot(row, output))), 0);
}

export function meanOf(rows: readonly (readonly number[])[]): number[] {
  return rows[0]!.map((_, d) => rows.reduce((sum, row) => sum + row[d]!, 0) / rows.length);
}

export class ReferenceWord2vec {
  pairs = 0;
  lossSum = 0;
  lossPairs = 0;
  /** Ids of the current text; -1 between sentences. */
  ids: number[] = [];
  /** What the last trained position was made of. */
  last: Position = { contexts: [], outputs: [] };
  /** (V, D) each. */
  readonly input: number[][];
  readonly output: number[][];
  readonly #text: ReferenceText;
  readonly #window: number;
  readonly #negative: number;
  readonly #pool: number[];
  #random: bigint;
  #cursor: number;
  #draws = 0;
  #positions = 0;

  constructor(
    text: ReferenceText,
    input: number[][],
    output: number[][],
    window: number,
    negative: number,
    seed: number,
  ) {
    this.#text = text;
    this.input = input;
    this.output = output;
    this.#window = window;
    this.#negative = negative;
    this.#random = BigInt.asUintN(64, (BigInt(seed) + 1n) * 0x9e3779b97f4a7c15n);
    for (let i = 0; i < 8; i++) this.#next();
    this.#cursor = this.#next();
    const rowBytes = Math.ceil(input[0]!.length / 8) * 32;
    let pool = 512;
    while (pool > 64 && pool * rowBytes > 262_144) pool /= 2;
    this.#pool = Array.from({ length: pool }, () => this.#nextOfTable());
  }

  readTokens(tokens: Int32Array): number {
    this.ids = [];
    for (const id of tokens) {
      if (id < this.#text.words && this.#next() <= this.#text.keep[id + 1]!) this.ids.push(id);
    }
    return this.ids.length;
  }

  train(algorithm: 'skipgram' | 'cbow', first: number, last: number, alpha: number): void {
    for (let at = first; at < last; at++) {
      const word = this.ids[at]!;
      if (word < 0) continue;
      const reach = this.#below(this.#window) + 1;
      const contexts: number[] = [];
      for (const step of [-1, 1]) {
        for (let i = 1; i <= reach && (this.ids[at + step * i] ?? -1) >= 0; i++) {
          contexts.push(this.ids[at + step * i]!);
        }
      }
      if (contexts.length === 0) continue;
      const outputs = [word, ...Array.from({ length: this.#negative }, () => this.#drawNegative(word))];
      this.last = { contexts, outputs };
      this[algorithm](contexts, outputs, alpha);
    }
  }

  skipgram(contexts: readonly number[], outputs: readonly number[], alpha: number): void {
    const rows = contexts.map((word) => this.input[word]!);
    const gradients = this.#gradients(rows, outputs, alpha);
    // two outputs at a time; a word that is drawn twice within two keeps the second update
    for (let pair = 0; pair < outputs.length; pair += 2) {
      const old = [0, 1].map((i) => [...(this.output[outputs[pair + i]!] ?? [])]);
      const updated = old.map((row) => [...row]);
      rows.forEach((row, c) => {
        row.forEach((value, d) => {
          old.forEach((output, i) => {
            if (output.length === 0) return;
            row[d]! += gradients[c]![pair + i]! * output[d]!;
            updated[i]![d]! += gradients[c]![pair + i]! * value;
          });
        });
      });
      updated.forEach((row, i) => {
        if (row.length) this.output[outputs[pair + i]!] = row;
      });
    }
  }

  cbow(contexts: readonly number[], outputs: readonly number[], alpha: number): void {
    const hidden = meanOf(contexts.map((word) => this.input[word]!));
    const gradients = this.#gradients([hidden], outputs, alpha)[0]!;
    const error = hidden.map(() => 0);
    outputs.forEach((word, i) => {
      const row = this.output[word]!;
      row.forEach((value, d) => {
        error[d]! += gradients[i]! * value;
        row[d]! += gradients[i]! * hidden[d]!;
      });
    });
    for (const word of contexts) error.forEach((value, d) => (this.input[word]![d]! += value));
  }

  #gradients(rows: readonly number[][], outputs: readonly number[], alpha: number): number[][] {
    this.pairs += rows.length;
    const outputRows = outputs.map((word) => this.output[word]!);
    if (this.#positions++ % 16 === 0) {
      this.lossPairs += rows.length;
      for (const row of rows) this.lossSum += pairLoss(row, outputRows);
    }
    return rows.map((row) => outputRows.map((output, i) => alpha * ((i === 0 ? 1 : 0) - sigmoid(dot(row, output)))));
  }

  #drawNegative(word: number): number {
    for (let tries = 0; tries < 16; tries++) {
      if (++this.#draws % 8 === 0) this.#pool[(this.#draws / 8) % this.#pool.length] = this.#nextOfTable();
      const drawn = this.#pool[this.#next() % this.#pool.length]!;
      if (drawn !== word) return drawn;
    }
    const other = this.#below(this.#text.words - 1);
    return other < word ? other : other + 1;
  }

  #nextOfTable(): number {
    const { table } = this.#text;
    return table[this.#cursor++ % table.length]!;
  }

  #next(): number {
    this.#random = BigInt.asUintN(64, this.#random * 6364136223846793005n + 1442695040888963407n);
    return Number(this.#random >> 32n);
  }

  #below(limit: number): number {
    return Number((BigInt(this.#next()) * BigInt(limit)) >> 32n);
  }
}
