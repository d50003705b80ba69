// word2vec as a plain scalar program that makes the same random choices as the kernel, for the
// tests. Numbers are doubles and nothing is vectorised, so that it shows what the kernel is to
// compute.

export interface ReferenceSetup {
  algorithm: 'skipgram' | 'cbow';
  window: number;
  dynamicWindow: boolean;
  negative: number;
  cbowMean: boolean;
  lossInterval: number;
  /**
   * Scores of a block of positions are computed before any of them is trained, as threads that work
   * together do.
   */
  together: boolean;
  /**
   * Every pair is scored when its turn comes and takes its step at once, as in the original
   * programs.
   */
  sequential?: boolean;
  /** V */
  words: number;
  /** (V + 1) */
  keep: Uint32Array;
  /** A power of two of word ids. */
  table: Int32Array;
  /** (V, D) each. */
  input: number[][];
  output: number[][];
  /**
   * Hierarchical softmax: rows of the inner nodes, and of each word the steps [node, branch] of its
   * path.
   */
  tree?: number[][];
  paths?: [node: number, branch: number][][];
  /** How many of the last nodes each of two threads has a copy of. */
  copied?: number;
  /** Subwords: rows of n-grams, and of each word which of them it has. */
  ngrams?: number[][];
  ngramsOf?: number[][];
}

/** What one position was made of. */
export interface Position {
  contexts: number[];
  /** Negative sampling: the word itself first. */
  outputs: number[];
}

interface Output {
  row: number[];
  label: number;
}

/** A position, or some of its context words, with all that its step needs. */
interface Work {
  at: number;
  contexts: number[][];
  outputs: Output[];
  hidden: number[];
  /** (contexts or 1, outputs) */
  scores: number[][];
}

const BLOCK = 16;
const LONG_BLOCK = 32;
const SUBWORDS_TOGETHER_BLOCK = 8;
/** Positions of CBOW that share negatives. */
const SHARED_POSITIONS = 2;
const RATE_OF_TURN = 0.2;
const FIRST_BLOCK = 4;
const LARGEST_SCORE = 7;

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, d) => sum + x * b[d]!, 0);
/**
 * Stretched so that it is 1 and 0 at 6 and -6 and beyond: a score that is certain changes nothing.
 */
const sigmoid = (x: number): number => 0.5 + (0.5 * Math.tanh(Math.max(-3, Math.min(3, x / 2)))) / Math.tanh(3);

/**
 * The loss of one row against the outputs of a position: the first is to score high, the others
 * low.
 */
export function pairLoss(row: readonly number[], outputs: readonly (readonly number[])[]): number {
  return outputs.reduce((sum, output, i) => sum + logisticLoss(dot(row, output), i === 0 ? 1 : 0), 0);
}

function logisticLoss(score: number, label: number): number {
  return Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - label * score;
}

export function meanOf(rows: readonly (readonly number[])[]): number[] {
  return rows[0]!.map((_, d) => rows.reduce((sum, row) => sum + row[d]!, 0) / rows.length);
}

/** target += factor * source */
function add(target: number[], source: readonly number[], factor = 1): void {
  source.forEach((value, d) => (target[d]! += factor * value));
}

export class ReferenceWord2vec {
  pairs = 0;
  lossSum = 0;
  lossPairs = 0;
  /** Ids of the current text; -1 between sentences. */
  ids: number[] = [];
  /** What the last trained position was made of. */
  last: Position = { contexts: [], outputs: [] };
  readonly #setup: ReferenceSetup;
  readonly #pool: number[];
  /** Of copied nodes, as they were when they were last given back. */
  readonly #copied: number[][];
  #random = 0n;
  #cursor = 0;
  #draws = 0;
  #positions = 0;
  #entered = 0;
  #left = 0;
  /**
   * By position: the row it is read from; with Skip-gram and subwords, as it was before; CBOW:
   * reach and error.
   */
  #rows: number[][] = [];
  #before: number[][] = [];
  #reach: number[] = [];
  #errors: number[][] = [];
  /** Skip-gram and subwords, by position: a later occurrence of its word has the same row. */
  #isHandedOn: boolean[] = [];
  /**
   * Where each position's word was before, within reach; the last position whose word was met twice
   * again up to here.
   */
  #previous: number[] = [];
  #lastThrice: number[] = [];
  /** The next position, and what the position that was begun has left. */
  #nextAt = 0;
  #begun: Work | null = null;
  /** Together: turns of the next block. */
  #most = FIRST_BLOCK;

  constructor(setup: ReferenceSetup) {
    this.#setup = setup;
    this.#pool = Array<number>(128).fill(0);
    this.#copied = setup.copied ? setup.tree!.slice(-setup.copied).map((row) => [...row]) : [];
  }

  readTokens(tokens: Int32Array, seed: number): number {
    const { algorithm, words, keep, negative } = this.#setup;
    this.#random = BigInt.asUintN(64, (BigInt(seed) + 1n) * 0x9e3779b97f4a7c15n);
    for (let i = 0; i < 8; i++) this.#next();
    this.#draws = 0;
    if (negative) {
      this.#cursor = this.#next();
      if (algorithm === 'skipgram') this.#pool.forEach((_, i) => (this.#pool[i] = this.#nextOfTable()));
    }
    this.ids = [];
    for (const id of tokens) if (id < words && this.#next() <= keep[id + 1]!) this.ids.push(id);
    this.#entered = this.#left = 0;
    this.#rows = [];
    this.#before = [];
    this.#reach = [];
    this.#errors = [];
    this.#isHandedOn = [];
    this.#previous = [];
    this.#lastThrice = [];
    this.#most = FIRST_BLOCK;
    return this.ids.length;
  }

  train(first: number, last: number, alpha: number): void {
    const { algorithm, paths, sequential, together } = this.#setup;
    if (sequential) {
      this.#trainSequentially(first, last, alpha);
      return;
    }
    const size = this.#blockSize();
    this.#nextAt = first;
    if (together) this.#trainTogether(first, last, alpha);
    else {
      for (let block = first, end = first; block < last; block = end) {
        end = Math.min(block + size, last);
        this.#slide(block, end);
        if (algorithm === 'cbow' && paths) {
          for (let at = block + 2; at < end; at++) if (this.#holdThrice(block, at)) end = at + 1;
        }
        if (algorithm === 'cbow' && !paths) {
          this.#trainShared(block, end, alpha);
          continue;
        }
        this.#nextAt = block;
        for (let work = this.#nextTurn(end, alpha); work; work = this.#nextTurn(end, alpha)) {
          this.#score(work);
          this.#learn(work, alpha);
        }
      }
    }
    if (last < this.ids.length) return;
    this.#leaveUntil(last);
    this.#mergeNodes();
  }

  /** The scores of a block are known before the block before it is learned. */
  #trainTogether(first: number, last: number, alpha: number): void {
    let scored: Work[] = [];
    let isBegun = false;
    let unlearned = first;
    while (this.#nextAt < last || this.#begun) {
      const block = this.#begun ? this.#nextAt - 1 : this.#nextAt;
      const end = Math.min(this.#nextAt + this.#most, last);
      this.#slide(unlearned, end);
      const works: Work[] = [];
      while (works.length < this.#most) {
        const work = this.#nextTurn(end, alpha);
        if (!work) break;
        works.push(work);
        const reach = this.#begun ? this.#reach[work.at]! : -1;
        if (this.#holdThrice(unlearned, work.at)) break;
        if (reach >= 0 && this.#holdThrice(work.at - reach, work.at + reach)) break;
      }
      for (const work of works) this.#score(work);
      if (isBegun) this.#learnBlock(scored, alpha);
      isBegun = true;
      [scored, unlearned] = [works, block];
    }
    this.#learnBlock(scored, alpha);
  }

  /** Where scores have overshot, the next blocks have fewer turns. */
  #learnBlock(works: readonly Work[], alpha: number): void {
    for (const work of works) this.#learn(work, alpha);
    const largest = Math.max(0, ...works.flatMap(({ scores }) => scores.flat()).map(Math.abs));
    if (largest > LARGEST_SCORE) this.#most = Math.max(1, this.#most >> 1);
    else if (this.#most < this.#blockSize()) this.#most++;
  }

  #blockSize(): number {
    const { algorithm, paths, together, ngrams } = this.#setup;
    if (ngrams) return together ? SUBWORDS_TOGETHER_BLOCK : BLOCK;
    return together || (algorithm === 'cbow' && !paths) ? LONG_BLOCK : BLOCK;
  }

  /** Half of what was learned of the copied nodes is given back, and gone on from. */
  #mergeNodes(): void {
    const { tree, copied = 0 } = this.#setup;
    if (!copied) return;
    tree!.slice(-copied).forEach((row, i) => {
      const before = this.#copied[i]!;
      row.forEach((value, d) => (row[d] = before[d]! + (value - before[d]!) / 2));
      this.#copied[i] = [...row];
    });
  }

  // ---- Words within reach ----

  #rowsOf(word: number): number[][] {
    const { input, ngrams, ngramsOf } = this.#setup;
    return [input[word]!, ...(ngramsOf?.[word] ?? []).map((row) => ngrams![row]!)];
  }

  #slide(first: number, last: number): void {
    const { algorithm, window, ngrams, together } = this.#setup;
    this.#leaveUntil(first - window);
    for (; this.#entered < Math.min(this.ids.length, last + window); this.#entered++) {
      const at = this.#entered;
      const id = this.ids[at]!;
      const oldest = Math.max(0, ngrams ? this.#left : at - 2 * Math.max(window, together ? this.#blockSize() : 0));
      const before = at > 0 && id >= 0 ? this.ids.lastIndexOf(id, at - 1) : -1;
      const earlier = before >= oldest ? before : -1;
      this.#previous[at] = earlier;
      this.#lastThrice[at] = Math.max(this.#lastThrice[at - 1] ?? -1, this.#previous[earlier] ?? -1);
      if (id < 0) continue;
      if (ngrams && algorithm === 'skipgram' && earlier >= 0) {
        this.#rows[this.#entered] = this.#rows[earlier]!;
        this.#before[this.#entered] = this.#before[earlier]!;
        this.#isHandedOn[earlier] = true;
        continue;
      }
      this.#rows[this.#entered] = ngrams ? meanOf(this.#rowsOf(id)) : this.#setup.input[id]!;
      this.#before[this.#entered] = [...this.#rows[this.#entered]!];
    }
  }

  #leaveUntil(end: number): void {
    const { algorithm, window, ngrams } = this.#setup;
    for (; this.#left < end; this.#left++) {
      const at = this.#left;
      const id = this.ids[at]!;
      if (id < 0 || this.#isHandedOn[at]) continue;
      const change = this.#setup.input[id]!.map(() => 0);
      if (algorithm === 'cbow') {
        for (const step of [-1, 1]) {
          for (let i = 1; i <= window && (this.ids[at + step * i] ?? -1) >= 0; i++) {
            if ((this.#reach[at + step * i] ?? 0) >= i) add(change, this.#errors[at + step * i]!);
          }
        }
      } else if (ngrams) {
        add(change, this.#rows[at]!);
        add(change, this.#before[at]!, -1);
      }
      for (const row of this.#rowsOf(id)) add(row, change);
    }
  }

  // ---- What a position is made of ----

  #chooseContext(at: number): number[] {
    const { window, dynamicWindow } = this.#setup;
    const contexts: number[] = [];
    this.#reach[at] = 0;
    if (this.ids[at]! < 0) return contexts;
    const reach = dynamicWindow ? this.#below(window) + 1 : window;
    for (const step of [-1, 1]) {
      for (let i = 1; i <= reach && (this.ids[at + step * i] ?? -1) >= 0; i++) contexts.push(at + step * i);
    }
    if (contexts.length) this.#reach[at] = reach;
    this.last = { contexts: contexts.map((position) => this.ids[position]!), outputs: [] };
    return contexts;
  }

  #choose(at: number): Work | null {
    const { negative, tree, paths } = this.#setup;
    const contexts = this.#chooseContext(at);
    if (contexts.length === 0) return null;
    const word = this.ids[at]!;
    const outputs: Output[] = [];
    if (negative) {
      const words = [word, ...Array.from({ length: negative }, () => this.#drawNegative(word))];
      this.last.outputs = words;
      outputs.push(...words.map((drawn, i) => this.#output(drawn, i === 0 ? 1 : 0)));
    }
    for (const [node, branch] of paths?.[word] ?? []) {
      outputs.push({ row: tree![node]!, label: 1 - branch });
    }
    return { at, contexts: contexts.map((position) => this.#rows[position]!), outputs, hidden: [], scores: [] };
  }

  #output(word: number, label: number): Output {
    return { row: this.#setup.output[word]!, label };
  }

  // ---- What is trained together ----

  #nextTurn(end: number, alpha: number): Work | null {
    const most = Math.max(1, Math.trunc(Math.fround(RATE_OF_TURN / Math.fround(alpha)) + 0.5));
    let work = this.#begun;
    this.#begun = null;
    if (!work) {
      while (!work && this.#nextAt < end) work = this.#choose(this.#nextAt++);
      if (!work || this.#setup.algorithm === 'cbow') return work;
      const reach = this.#reach[work.at]!;
      if (work.contexts.length <= most && !this.#holdThrice(work.at - reach, work.at + reach)) return work;
    }
    const contexts = [...work.contexts];
    let turn = 0;
    for (let i = 0; i < contexts.length && turn < most; i++) {
      if (contexts.indexOf(contexts[i]!) < turn) continue;
      [contexts[i], contexts[turn]] = [contexts[turn]!, contexts[i]!];
      turn++;
    }
    if (turn < contexts.length) this.#begun = { ...work, contexts: contexts.slice(turn) };
    return { ...work, contexts: contexts.slice(0, turn) };
  }

  /**
   * Whether a word stands three times in these positions, each time within reach of the time
   * before.
   */
  #holdThrice(first: number, last: number): boolean {
    return (this.#lastThrice[Math.min(last, this.ids.length - 1)] ?? -1) >= Math.max(0, first);
  }

  // ---- Steps ----

  #hide(contexts: readonly number[][]): number[] {
    const mean = meanOf(contexts);
    return this.#setup.cbowMean ? mean : mean.map((value) => value * contexts.length);
  }

  #score(work: Work): void {
    if (this.#setup.algorithm === 'cbow') work.hidden = this.#hide(work.contexts);
    const rows = this.#setup.algorithm === 'cbow' ? [work.hidden] : work.contexts;
    work.scores = rows.map((row) => work.outputs.map((output) => dot(row, output.row)));
  }

  #learn({ at, contexts, outputs, hidden, scores }: Work, alpha: number): void {
    const { algorithm, lossInterval, cbowMean } = this.#setup;
    this.pairs += scores.length;
    if (this.#positions++ % lossInterval === 0) {
      this.lossPairs += scores.length;
      for (const row of scores) row.forEach((score, i) => (this.lossSum += logisticLoss(score, outputs[i]!.label)));
    }
    const gradients = scores.map((row) => row.map((score, i) => alpha * (outputs[i]!.label - sigmoid(score))));
    if (algorithm === 'cbow') {
      const error = hidden.map(() => 0);
      outputs.forEach(({ row }, i) => {
        add(error, row, gradients[0]![i]! / (cbowMean ? 1 : contexts.length));
        add(row, hidden, gradients[0]![i]);
      });
      this.#errors[at] = error;
      return;
    }
    // two outputs at a time
    for (let pair = 0; pair < outputs.length; pair += 2) {
      const rows = outputs.slice(pair, pair + 2).map(({ row }) => row);
      if (rows[0] === rows[1]) {
        const old = [...rows[0]!];
        contexts.forEach((context, c) => {
          const gradient = gradients[c]![pair]! + gradients[c]![pair + 1]!;
          const before = [...context];
          add(context, old, gradient);
          add(rows[0]!, before, gradient);
        });
        continue;
      }
      const old = rows.map((row) => [...row]);
      const updated = rows.map((row) => [...row]);
      contexts.forEach((context, c) => {
        const before = [...context];
        old.forEach((output, i) => {
          add(context, output, gradients[c]![pair + i]);
          add(updated[i]!, before, gradients[c]![pair + i]);
        });
      });
      rows.forEach((row, i) => updated[i]!.forEach((value, d) => (row[d] = value)));
    }
  }

  /**
   * CBOW: positions of both halves of a block share their negatives, scored before any of them is
   * trained.
   */
  #trainShared(first: number, last: number, alpha: number): void {
    const { output, negative, lossInterval, cbowMean } = this.#setup;
    const half = Math.ceil((last - first) / 2);
    const order = Array.from({ length: half }, (_, i) => [first + i, first + half + i]).flat();
    const positions = order.filter((at) => at < last);
    while (positions.length) {
      const group: { at: number; word: number; contexts: number[][]; hidden: number[] }[] = [];
      while (positions.length && group.length < SHARED_POSITIONS) {
        const at = positions.shift()!;
        const contexts = this.#chooseContext(at).map((position) => this.#rows[position]!);
        if (contexts.length) group.push({ at, word: this.ids[at]!, contexts, hidden: this.#hide(contexts) });
      }
      if (group.length === 0) return;
      const negatives = Array.from({ length: negative }, () => this.#drawNoise());
      this.last.outputs = [group.at(-1)!.word, ...negatives];
      const isMeasured = this.#positions % lossInterval < group.length;
      const steps = group.map(({ word, hidden }) =>
        [word, ...negatives].map((drawn, i) => {
          if (i > 0 && drawn === word) return 0;
          const score = dot(hidden, output[drawn]!);
          if (isMeasured) this.lossSum += logisticLoss(score, i === 0 ? 1 : 0);
          return alpha * ((i === 0 ? 1 : 0) - sigmoid(score));
        }),
      );
      this.#positions += group.length;
      this.pairs += group.length;
      if (isMeasured) this.lossPairs += group.length;
      const errors = group.map(({ hidden }) => hidden.map(() => 0));
      group.forEach(({ word, hidden }, j) => {
        add(errors[j]!, output[word]!, steps[j]![0]);
        add(output[word]!, hidden, steps[j]![0]);
      });
      negatives.forEach((drawn, k) => {
        errors.forEach((error, j) => add(error, output[drawn]!, steps[j]![k + 1]));
        group.forEach(({ hidden }, j) => add(output[drawn]!, hidden, steps[j]![k + 1]));
      });
      group.forEach((position, j) => {
        this.#errors[position.at] = errors[j]!.map((value) => value / (cbowMean ? 1 : position.contexts.length));
      });
    }
  }

  // ---- One pair after the other ----

  #trainSequentially(first: number, last: number, alpha: number): void {
    const { algorithm, paths, together } = this.#setup;
    if (algorithm === 'cbow' && !paths && !together) {
      for (let block = first; block < last; block += LONG_BLOCK) {
        this.#trainSharingSequentially(block, Math.min(block + LONG_BLOCK, last), alpha);
      }
      return;
    }
    for (let at = first; at < last; at++) {
      const work = this.#choose(at);
      if (work) this.#stepSequentially(this.last.contexts, work.outputs, alpha);
    }
  }

  /** CBOW: the choices are those of positions that share negatives. */
  #trainSharingSequentially(first: number, last: number, alpha: number): void {
    const { negative } = this.#setup;
    const half = Math.ceil((last - first) / 2);
    const order = Array.from({ length: half }, (_, i) => [first + i, first + half + i]).flat();
    let left = 0;
    let negatives: number[] = [];
    for (const at of order.filter((place) => place < last)) {
      if (this.#chooseContext(at).length === 0) continue;
      if (left === 0) negatives = Array.from({ length: negative }, () => this.#drawNoise());
      left = left ? 0 : 1;
      const word = this.ids[at]!;
      const outputs = [word, ...negatives.filter((drawn) => drawn !== word)];
      const rows = outputs.map((drawn, i) => this.#output(drawn, i === 0 ? 1 : 0));
      this.#stepSequentially(this.last.contexts, rows, alpha);
    }
  }

  /** Each pair of a row and an output is scored with all that was learned before. */
  #stepSequentially(contexts: readonly number[], outputs: readonly Output[], alpha: number): void {
    const { algorithm, cbowMean } = this.#setup;
    const step = (row: readonly number[]): number[] => {
      const error = row.map(() => 0);
      for (const output of outputs) {
        const gradient = alpha * (output.label - sigmoid(dot(row, output.row)));
        add(error, output.row, gradient);
        add(output.row, row, gradient);
      }
      return error;
    };
    const give = (word: number, error: readonly number[], factor = 1): void => {
      for (const row of this.#rowsOf(word)) add(row, error, factor);
    };
    if (algorithm === 'skipgram') {
      for (const word of contexts) give(word, step(meanOf(this.#rowsOf(word))));
      return;
    }
    const error = step(this.#hide(contexts.map((word) => meanOf(this.#rowsOf(word)))));
    for (const word of contexts) give(word, error, cbowMean ? 1 : 1 / contexts.length);
  }

  // ---- Random choices ----

  #drawNegative(word: number): number {
    for (let tries = 0; tries < 16; tries++) {
      const drawn = this.#drawNoise();
      if (drawn !== word) return drawn;
    }
    const other = this.#below(this.#setup.words - 1);
    return other < word ? other : other + 1;
  }

  #drawNoise(): number {
    if (this.#setup.algorithm === 'cbow') return this.#nextOfTable();
    if (++this.#draws % 8 === 0) this.#pool[(this.#draws / 8) % this.#pool.length] = this.#nextOfTable();
    return this.#pool[this.#next() % this.#pool.length]!;
  }

  #nextOfTable(): number {
    const { table } = this.#setup;
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
