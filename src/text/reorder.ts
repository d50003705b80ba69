// After words of a corpus have become other words: puts them in the order of their counts again,
// and ids with them.

import type { Corpus } from './corpus.ts';
import { PRUNED } from './vocabulary.ts';

/** Tokens, or words, that a step goes through, in a millisecond or a few. */
const STEP = 1 << 16;

/** A corpus whose ids are not ranks yet. */
export interface Unordered {
  /** Of each id. */
  words: readonly string[];
  /** Of each id; those that have become 0 are no words any more. */
  counts: Float64Array;
  /** Of the first ids, what they were while the ids were ranks. */
  before: Float64Array;
  tokens: Int32Array<SharedArrayBuffer>;
  wordCount: number;
}

/**
 * The corpus with ids that are ranks, in the memory of `tokens`. Yields how much is done, 0 to 1.
 */
export function* reordered(
  corpus: Corpus,
  { words, counts, before, tokens, wordCount }: Unordered,
): Generator<number, Corpus> {
  const order = yield* sortedByCount(counts, before, (id) => words[id]!);
  const ranks = new Int32Array(counts.length);
  const newWords = new Array<string>(order.length);
  const newCounts = new Float64Array(order.length);
  for (let rank = 0; rank < order.length; rank++) {
    const id = order[rank]!;
    ranks[id] = rank;
    newWords[rank] = words[id]!;
    newCounts[rank] = counts[id]!;
    if (rank % STEP === STEP - 1) yield 0.5;
  }
  for (let from = 0; from < tokens.length; from += STEP) {
    const end = Math.min(from + STEP, tokens.length);
    toRanks(tokens, from, end, ranks);
    yield 0.5 + (0.5 * end) / tokens.length;
  }
  return { ...corpus, words: newWords, counts: newCounts, tokens, wordCount };
}

/** In a function of its own, where it is twice as fast as in the generator. */
function toRanks(tokens: Int32Array, from: number, end: number, ranks: Int32Array): void {
  for (let i = from; i < end; i++) {
    const id = tokens[i]!;
    if (id >= 0 && id !== PRUNED) tokens[i] = ranks[id]!;
  }
}

/** The same tokens with room for `length` of them, in place where the memory can grow. */
export function grown(tokens: Int32Array<SharedArrayBuffer>, length: number): Int32Array<SharedArrayBuffer> {
  const { buffer, byteOffset } = tokens;
  const bytes = byteOffset + 4 * length;
  if (bytes > buffer.byteLength && buffer.growable && bytes <= buffer.maxByteLength) buffer.grow(bytes);
  if (bytes <= buffer.byteLength) return new Int32Array(buffer, byteOffset, length);
  const larger = new Int32Array(new SharedArrayBuffer(4 * length));
  larger.set(tokens);
  return larger;
}

/**
 * The ids that have a count, by count descending, equal counts by code units. `before`: the counts
 * of the words, which are in that order; those that kept their count are still, so that only the
 * others are sorted.
 */
function* sortedByCount(
  counts: Float64Array,
  before: Float64Array,
  spelling: (id: number) => string,
): Generator<number, Int32Array> {
  const [kept, moved] = [new Int32Array(before.length), new Int32Array(counts.length)];
  let [keptLength, movedLength] = [0, 0];
  for (let id = 0; id < counts.length; id++) {
    if (counts[id]! > 0) {
      if (counts[id] === before[id]) kept[keptLength++] = id;
      else moved[movedLength++] = id;
    }
    if (id % STEP === 0) yield 0.1;
  }
  const keys = sortByKey(moved.subarray(0, movedLength), (id) => -1 - counts[id]!);
  for (const [from, to] of runs(keys)) {
    moved.subarray(from, to).sort((a, b) => (spelling(a) < spelling(b) ? -1 : 1));
    if (to - from > 1000) yield 0.2;
  }
  const precedes = (a: number, b: number): boolean =>
    counts[a]! > counts[b]! || (counts[a] === counts[b] && spelling(a) < spelling(b));
  const ids = new Int32Array(keptLength + movedLength);
  for (let place = 0, k = 0, m = 0; place < ids.length; place++) {
    const takeKept = m === movedLength || (k < keptLength && precedes(kept[k]!, moved[m]!));
    ids[place] = takeKept ? kept[k++]! : moved[m++]!;
    if (place % STEP === 0) yield 0.3;
  }
  return ids;
}

/**
 * Sorts numbers by a key of 32 bits, ascending, equal keys by the number itself, and gives the keys
 * in their new order. It is a native sort without a comparator: 0.15 s for 1.3 M.
 */
function sortByKey(numbers: Int32Array, keyOf: (number: number) => number): Uint32Array {
  const pairs = new BigUint64Array(numbers.length);
  const halves = new Uint32Array(pairs.buffer); // little-endian, as WebAssembly is: low half first
  for (let i = 0; i < numbers.length; i++) {
    halves[2 * i] = numbers[i]!;
    halves[2 * i + 1] = keyOf(numbers[i]!);
  }
  pairs.sort();
  const keys = new Uint32Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = halves[2 * i]!;
    keys[i] = halves[2 * i + 1]!;
  }
  return keys;
}

/** Where equal keys stand side by side. */
function* runs(keys: Uint32Array): Generator<[from: number, to: number]> {
  for (let from = 0, to = 0; from < keys.length; from = to) {
    for (to = from + 1; to < keys.length && keys[to] === keys[from];) to++;
    yield [from, to];
  }
}
