// Learns byte-pair merges: again and again the most frequent pair of neighbouring symbols becomes a
// symbol of its own (Gage 1994; for words Sennrich et al. 2016, arXiv:1508.07909; on bytes Radford
// et al. 2019). Pair counts are kept up to date with every merge, and a heap finds the next one, so
// that the time follows the changes and not the size of the text.

/** Symbols that are bytes. */
export const BYTES = 256;
/** A pair is one number: left * RADIX + right. */
const RADIX = 65_536;
/** A pair that appears once is not worth a symbol. */
const FEWEST = 2;
/** Merges of one step, some milliseconds. */
const STEP = 32;

/** Symbol BYTES + i is `left[i]` and `right[i]` joined; both come before it. */
export interface Merges {
  left: Int32Array;
  right: Int32Array;
}

/** Learns step by step; `merges` are those found so far. */
export class MergeLearner {
  readonly #counts: Float64Array;
  /** Symbols of each word, shorter with every merge in it. */
  readonly #words: Int32Array[];
  readonly #pairCounts = new Map<number, number>();
  /** Words that a pair has stood in; it may be gone from some. */
  readonly #wordsOfPair = new Map<number, number[]>();
  readonly #heap = new PairHeap();
  readonly #left: number[] = [];
  readonly #right: number[] = [];
  readonly #most: number;

  /**
   * `pretokens`: how often each appears; `most`: merges to find, at most 65,280 with the bytes
   * before them.
   */
  constructor(pretokens: ReadonlyMap<string, number>, most: number) {
    if (!(most >= 0 && most <= RADIX - BYTES)) {
      throw new RangeError(`byte pairs: expected 0 to ${RADIX - BYTES} merges, got ${most}`);
    }
    this.#most = most;
    this.#counts = new Float64Array(pretokens.size);
    this.#words = new Array<Int32Array>(pretokens.size);
    const encoder = new TextEncoder();
    let word = 0;
    for (const [pretoken, count] of pretokens) {
      const symbols = Int32Array.from(encoder.encode(pretoken));
      this.#words[word] = symbols;
      this.#counts[word] = count;
      for (let i = 1; i < symbols.length; i++) this.#add(symbols[i - 1]! * RADIX + symbols[i]!, count, word);
      word++;
    }
    for (const [pair, count] of this.#pairCounts) if (count >= FEWEST) this.#heap.push(count, pair);
  }

  /** Finds some more; false where all are found that are asked for, or that there are. */
  step(): boolean {
    for (let i = 0; i < STEP; i++) {
      if (this.#left.length === this.#most) return false;
      const pair = this.#mostFrequent();
      if (pair < 0) return false;
      this.#merge(pair);
    }
    return true;
  }

  /** Of `most`, how many are found. */
  get found(): number {
    return this.#left.length;
  }

  merges(): Merges {
    return { left: Int32Array.from(this.#left), right: Int32Array.from(this.#right) };
  }

  /**
   * -1 where no pair is frequent enough. Counts in the heap may be outdated; those that fell are
   * put back.
   */
  #mostFrequent(): number {
    for (;;) {
      const top = this.#heap.pop();
      if (!top) return -1;
      const count = this.#pairCounts.get(top.pair) ?? 0;
      if (count === top.count) return top.pair;
      if (count >= FEWEST && count < top.count) this.#heap.push(count, top.pair);
    }
  }

  #merge(pair: number): void {
    const left = Math.floor(pair / RADIX);
    const right = pair % RADIX;
    const joined = BYTES + this.#left.length;
    this.#left.push(left);
    this.#right.push(right);
    const grown = new Set<number>();
    for (const word of this.#wordsOfPair.get(pair) ?? []) {
      const symbols = this.#words[word]!;
      const count = this.#counts[word]!;
      let written = 0;
      for (let i = 0; i < symbols.length; i++) {
        if (symbols[i] !== left || symbols[i + 1] !== right) {
          symbols[written++] = symbols[i]!;
          continue;
        }
        if (written > 0) {
          const before = symbols[written - 1]!;
          this.#remove(before * RADIX + left, count);
          this.#add(before * RADIX + joined, count, word);
          grown.add(before * RADIX + joined);
        }
        if (i + 2 < symbols.length) {
          const after = symbols[i + 2]!;
          this.#remove(right * RADIX + after, count);
          this.#add(joined * RADIX + after, count, word);
          grown.add(joined * RADIX + after);
        }
        symbols[written++] = joined;
        i++;
      }
      if (written < symbols.length) this.#words[word] = symbols.subarray(0, written);
    }
    this.#pairCounts.delete(pair);
    this.#wordsOfPair.delete(pair);
    for (const other of grown) {
      const count = this.#pairCounts.get(other) ?? 0;
      if (count >= FEWEST) this.#heap.push(count, other);
    }
  }

  #add(pair: number, count: number, word: number): void {
    this.#pairCounts.set(pair, (this.#pairCounts.get(pair) ?? 0) + count);
    const words = this.#wordsOfPair.get(pair);
    if (!words) this.#wordsOfPair.set(pair, [word]);
    else if (words.at(-1) !== word) words.push(word);
  }

  #remove(pair: number, count: number): void {
    const left = (this.#pairCounts.get(pair) ?? 0) - count;
    if (left > 0) this.#pairCounts.set(pair, left);
    else this.#pairCounts.delete(pair);
  }
}

/**
 * A heap of pairs, the most frequent first; of equals the one with the smaller number, so that the
 * order is always the same.
 */
class PairHeap {
  readonly #counts: number[] = [];
  readonly #pairs: number[] = [];

  push(count: number, pair: number): void {
    let at = this.#pairs.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!comesBefore(count, pair, this.#counts[parent]!, this.#pairs[parent]!)) break;
      this.#counts[at] = this.#counts[parent]!;
      this.#pairs[at] = this.#pairs[parent]!;
      at = parent;
    }
    this.#counts[at] = count;
    this.#pairs[at] = pair;
  }

  pop(): { count: number; pair: number } | null {
    const length = this.#pairs.length;
    if (length === 0) return null;
    const top = { count: this.#counts[0]!, pair: this.#pairs[0]! };
    const count = this.#counts.pop()!;
    const pair = this.#pairs.pop()!;
    if (length > 1) this.#sink(count, pair);
    return top;
  }

  /** Puts an entry in the place of the top. */
  #sink(count: number, pair: number): void {
    const counts = this.#counts;
    const pairs = this.#pairs;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= pairs.length) break;
      const next = child + 1;
      if (next < pairs.length && comesBefore(counts[next]!, pairs[next]!, counts[child]!, pairs[child]!)) child = next;
      if (!comesBefore(counts[child]!, pairs[child]!, count, pair)) break;
      counts[at] = counts[child]!;
      pairs[at] = pairs[child]!;
      at = child;
    }
    counts[at] = count;
    pairs[at] = pair;
  }
}

function comesBefore(count: number, pair: number, otherCount: number, otherPair: number): boolean {
  return count > otherCount || (count === otherCount && pair < otherPair);
}
