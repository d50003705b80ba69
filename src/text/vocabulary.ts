// The words of a text that were counted (word-table.ts), in the order that they have from then on.

/** Stands in a finished text for a word that was forgotten: an id that is rarer than any. */
export const PRUNED = 2 ** 31 - 1;

/** What was forgotten for lack of room. */
export interface Pruned {
  /** Words; one that was forgotten twice counts twice. */
  words: number;
  /** The most often that one of them had been met; 0: none was forgotten. */
  upTo: number;
}

/** The words in their final order. */
export interface Vocabulary {
  /** By count descending, equal counts by code units. */
  words: string[];
  /** (words) */
  counts: Float64Array;
  /** Of each id, its place in `words`; PRUNED for one without a word. In shared memory. */
  ranks: Int32Array<SharedArrayBuffer>;
}

/** Words by id, as a table has counted them. A word that was met 0 times has no letters. */
export interface PackedWords {
  /** The letters of all words, one word behind the other. */
  units: Uint16Array;
  /** (words) */
  lengths: Uint8Array;
  /** (words) */
  counts: Uint32Array;
}

/**
 * The words in their final order, in pieces of a few milliseconds; each yields how much is done, 0 to 1. An id whose count
 * is 0 has no word.
 */
export function* inOrder({ units, lengths, counts: met }: PackedWords): Generator<number, Vocabulary> {
  const starts = new Uint32Array(lengths.length);
  const ids = new Int32Array(lengths.length);
  let size = 0;
  for (let id = 0, start = 0; id < lengths.length; start += lengths[id++]!) {
    starts[id] = start;
    if (met[id]! > 0) ids[size++] = id;
  }
  const entries = { units, starts, lengths, counts: met };
  const spelling = ids.subarray(0, size);
  const total = size * 2;
  yield 0;

  let done = 0;
  const order = spelling.slice();
  for (const sorted of sortedByCount(order, entries)) {
    if ((done + sorted) >> 12 !== done >> 12) yield (done + sorted) / total;
    done += sorted;
  }
  const ranks = new Int32Array(new SharedArrayBuffer(lengths.length * 4));
  if (size < lengths.length) ranks.fill(PRUNED);
  const counts = new Float64Array(size);
  for (let rank = 0; rank < size; rank++) {
    const id = order[rank]!;
    ranks[id] = rank;
    counts[rank] = met[id]!;
  }
  yield done / total;

  const words = new Array<string>(size);
  for (const [id, word] of spellings(spelling, entries)) {
    words[ranks[id]!] = word;
    if (++done % 10_000 === 0) yield done / total;
  }
  return { words, counts, ranks };
}

/** Words by id: word i is units[starts[i]] up to units[starts[i] + lengths[i]], and no word where counts[i] is 0. */
interface Entries {
  units: Uint16Array;
  starts: Uint32Array;
  lengths: Uint8Array;
  counts: Uint32Array;
}

/** Sorts all ids by count descending, then by code units; yields how many have found their place since it last did. */
function* sortedByCount(ids: Int32Array, { units, starts, lengths, counts }: Entries): Generator<number> {
  const keys = sortByKey(ids, (id) => -1 - counts[id]!);
  for (const [from, to] of runs(keys)) yield* sortByLetters(ids.subarray(from, to), 0);

  /** Sorts words that agree in their first `depth` letters. Half of all words occur once, and over a million of them a comparator takes seconds. */
  function* sortByLetters(ids: Int32Array, depth: number): Generator<number> {
    if (ids.length <= 32) {
      if (ids.length > 1) ids.sort((a, b) => compare(a, b, depth));
      yield ids.length;
      return;
    }
    const keys = sortByKey(ids, (id) => {
      const place = starts[id]! + depth;
      const end = starts[id]! + lengths[id]!;
      return ((place < end ? units[place]! : 0) << 16) | (place + 1 < end ? units[place + 1]! : 0);
    });
    let alone = 0;
    for (const [from, to] of runs(keys)) {
      if (to - from === 1) alone++;
      else yield* sortByLetters(ids.subarray(from, to), depth + 2);
    }
    yield alone;
  }

  function compare(a: number, b: number, depth: number): number {
    const shorter = Math.min(lengths[a]!, lengths[b]!);
    for (let i = depth; i < shorter; i++) {
      const difference = units[starts[a]! + i]! - units[starts[b]! + i]!;
      if (difference !== 0) return difference;
    }
    return lengths[a]! - lengths[b]!;
  }
}

/** Each id with its word, cut from strings of some thousand letters: to make each by itself costs a call a word. `ids`: in the order of their letters. */
function* spellings(ids: Int32Array, { units, starts, lengths }: Entries): Generator<[id: number, word: string]> {
  const endOf = (place: number): number => starts[ids[place]!]! + lengths[ids[place]!]!;
  for (let first = 0, next = 0; first < ids.length; first = next) {
    const start = starts[ids[first]!]!;
    while (next < ids.length && endOf(next) - start <= 8192) next++;
    const text = String.fromCharCode.apply(null, units.subarray(start, endOf(next - 1)) as unknown as number[]);
    for (let place = first; place < next; place++) {
      const id = ids[place]!;
      yield [id, text.slice(starts[id]! - start, endOf(place) - start)];
    }
  }
}

/**
 * Sorts numbers by a key of 32 bits, ascending, equal keys by the number itself, and gives the keys in their new order.
 * It is a native sort without a comparator: 0.15 s for 1.3 M.
 */
export function sortByKey(numbers: Int32Array, keyOf: (number: number) => number): Uint32Array {
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
export function* runs(keys: Uint32Array): Generator<[from: number, to: number]> {
  for (let from = 0, to = 0; from < keys.length; from = to) {
    for (to = from + 1; to < keys.length && keys[to] === keys[from];) to++;
    yield [from, to];
  }
}
