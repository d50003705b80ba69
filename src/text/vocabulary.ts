// The words of a text, counted: an open-addressing hash over UTF-16 code units gives each an id, without a string for any.
//
// Its memory is bounded. Where there is no room for one more word, the rarest are forgotten, as the original word2vec tool
// (ReduceVocab) and gensim (prune_vocab) do: those that came once, the next time those that came up to twice, and so on.
// A word that was forgotten and comes again starts from 1.

/** Stands in a finished text for a word that was forgotten: an id that is rarer than any. */
export const PRUNED = 2 ** 31 - 1;
/** The id that a new word gets where there is no room. */
export const FULL = -2;

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

/** Words by id, as they stand in one table, to be put into another. */
export interface PackedWords {
  /** The letters of all words, one word behind the other. */
  units: Uint16Array;
  /** (words) */
  lengths: Uint8Array;
  /** (words) */
  counts: Uint32Array;
}

// The fields of a slot of the table
const FIELDS = 4;
const HASH = 0; // its lowest bits are the word's length: equal hashes have equal lengths
const ID = 1; // plus 1; 0 marks a free slot
const START = 2; // in the array of letters
const COUNT = 3;
const LENGTH_BITS = 6;
const LENGTH_MASK = 2 ** LENGTH_BITS - 1; // at least MAXIMUM_WORD_LENGTH
/** A share of the room that forgetting must free, so that it is not done for every few words. */
const FREED = 1 / 8;
/** Numbers of the table that are gone through at a time, in some milliseconds. */
const STEP = FIELDS << 16;
/** Counts from here on are not told apart when it is decided what to forget. */
const COUNTS = 1 << 16;

/** Counts words and gives them ids. An id is given again once its word was forgotten. */
export class VocabularyTable {
  readonly #limit: number;
  readonly #pruned: Pruned = { words: 0, upTo: 0 };
  #words = 0;
  /** Ids that were ever given: all below this. */
  #ids = 0;
  /** Ids to be given again, the next one last. */
  #free = new Int32Array(0);
  #freeLength = 0;
  /** The letters of all words, one word behind the other. */
  #units = new Uint16Array(1 << 16);
  #unitsLength = 0;
  /** Open addressing, linear probing: (slots, FIELDS). A word's fields share a cache line, which took a fifth off the time of counting. */
  #table = new Int32Array(FIELDS << 13);

  /** `limit`: the most words at a time. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What was forgotten so far. */
  get pruned(): Pruned {
    return { ...this.#pruned };
  }

  /** Words at present. */
  get size(): number {
    return this.#words;
  }

  /** The id of the word at [start, end) of `text`, whose hash is `fnv`; it is counted `count` times. FULL where it is new and there is no room. */
  intern(text: Uint16Array, start: number, end: number, fnv: number, count = 1): number {
    const length = end - start;
    const hash = ((fnv ^ (fnv >>> 15)) & ~LENGTH_MASK) | length;
    const table = this.#table;
    const mask = table.length - 1;
    let slot = ((hash >>> LENGTH_BITS) * FIELDS) & mask;
    while (table[slot + ID] !== 0) {
      if (table[slot] === hash && this.#same(table[slot + START]!, text, start, end)) {
        table[slot + COUNT]! += count;
        return table[slot + ID]! - 1;
      }
      slot = (slot + FIELDS) & mask;
    }
    if (this.#words >= this.#limit) return FULL;
    const id = this.#freeLength > 0 ? this.#free[--this.#freeLength]! : this.#ids++;
    table[slot + HASH] = hash;
    table[slot + ID] = id + 1;
    table[slot + START] = this.#unitsLength;
    table[slot + COUNT] = count;
    if (this.#unitsLength + length > this.#units.length) {
      const units = new Uint16Array(this.#units.length * 2);
      units.set(this.#units);
      this.#units = units;
    }
    for (let i = start; i < end; i++) this.#units[this.#unitsLength++] = text[i]!;
    this.#words++;
    if (this.#words * 2 * FIELDS > table.length) this.#growTable();
    return id;
  }

  /**
   * Forgets the rarest words, at least FREED of the room, and gives their ids: from now on these are given to other
   * words. Yields every few milliseconds; no word may be counted before it is done.
   */
  *pruning(): Generator<void, Int32Array> {
    const table = this.#table;
    const histogram = new Uint32Array(COUNTS);
    for (let slot = 0; slot < table.length; slot += FIELDS) {
      if (slot % STEP === 0) yield;
      if (table[slot + ID] !== 0) histogram[Math.min(table[slot + COUNT]!, COUNTS - 1)]!++;
    }
    let { upTo } = this.#pruned;
    let freed = histogram.subarray(0, upTo + 1).reduce((sum, words) => sum + words, 0);
    do freed += histogram[++upTo]!;
    while (freed < this.#limit * FREED && upTo < COUNTS - 2);

    const kept = new Int32Array((this.#words - freed) * FIELDS);
    const ids = new Int32Array(freed);
    let keptLength = 0;
    let letters = 0;
    freed = 0;
    for (let slot = 0; slot < table.length; slot += FIELDS) {
      if (slot % STEP === 0) yield;
      const id = table[slot + ID]! - 1;
      if (id < 0) continue;
      if (table[slot + COUNT]! <= upTo) ids[freed++] = id;
      else {
        for (let field = 0; field < FIELDS; field++) kept[keptLength++] = table[slot + field]!;
        letters += table[slot]! & LENGTH_MASK;
      }
      for (let field = 0; field < FIELDS; field++) table[slot + field] = 0;
    }
    const units = new Uint16Array(2 ** Math.ceil(Math.log2(Math.max(letters, 1 << 16))));
    let unitsLength = 0;
    for (let entry = 0; entry < keptLength; entry += FIELDS) {
      if (entry % STEP === 0) {
        yield;
        insertAll(table, kept.subarray(Math.max(0, entry - STEP), entry));
      }
      const start = kept[entry + START]!;
      kept[entry + START] = unitsLength;
      for (let i = start; i < start + (kept[entry]! & LENGTH_MASK); i++) units[unitsLength++] = this.#units[i]!;
    }
    insertAll(table, kept.subarray(Math.floor(Math.max(0, keptLength - 1) / STEP) * STEP));
    this.#units = units;
    this.#unitsLength = unitsLength;
    this.#words -= freed;
    this.#pruned.words += freed;
    this.#pruned.upTo = upTo;
    const free = new Int32Array(this.#freeLength + freed);
    free.set(this.#free.subarray(0, this.#freeLength));
    free.set(ids, this.#freeLength);
    this.#free = free;
    this.#freeLength = free.length;
    return ids;
  }

  /** The words in their final order, in pieces of a few milliseconds; each yields how much is done, 0 to 1. The table is given back. */
  *finishing(): Generator<number, Vocabulary> {
    const size = this.#words;
    const total = size * 2;
    const entries = this.#entries();
    const ids = new Int32Array(size);
    for (let id = 0, length = 0; id < this.#ids; id++) if (entries.counts[id]! > 0) ids[length++] = id;
    yield 0;

    let done = 0;
    const order = ids.slice();
    for (const sorted of sortedByCount(order, entries)) {
      if ((done + sorted) >> 12 !== done >> 12) yield (done + sorted) / total;
      done += sorted;
    }
    const ranks = new Int32Array(new SharedArrayBuffer(this.#ids * 4));
    if (size < this.#ids) ranks.fill(PRUNED);
    const counts = new Float64Array(size);
    for (let rank = 0; rank < size; rank++) {
      const id = order[rank]!;
      ranks[id] = rank;
      counts[rank] = entries.counts[id]!;
    }
    yield done / total;

    if (this.#pruned.words > 0) sortByKey(ids, (id) => entries.starts[id]!);
    const words = new Array<string>(size);
    for (const [id, word] of spellings(ids, entries)) {
      words[ranks[id]!] = word;
      if (++done % 10_000 === 0) yield done / total;
    }
    this.#units = new Uint16Array(0);
    return { words, counts, ranks };
  }

  /** The words by id, for another table; this one is given back. Null where some were forgotten: their ids are others' now. */
  packed(): PackedWords | null {
    if (this.#pruned.words > 0) return null;
    const { lengths, counts } = this.#entries();
    const units = this.#units.slice(0, this.#unitsLength);
    this.#units = new Uint16Array(0);
    return { units, lengths, counts };
  }

  /** The words out of the table, which is given back. */
  #entries(): Entries {
    const table = this.#table;
    const starts = new Uint32Array(this.#ids);
    const lengths = new Uint8Array(this.#ids);
    const counts = new Uint32Array(this.#ids);
    for (let slot = 0; slot < table.length; slot += FIELDS) {
      const id = table[slot + ID]! - 1;
      if (id < 0) continue;
      starts[id] = table[slot + START]!;
      lengths[id] = table[slot + HASH]! & LENGTH_MASK;
      counts[id] = table[slot + COUNT]!;
    }
    this.#table = new Int32Array(FIELDS);
    return { units: this.#units, starts, lengths, counts };
  }

  #same(at: number, text: Uint16Array, start: number, end: number): boolean {
    const units = this.#units;
    for (let i = start; i < end; i++) {
      if (units[at++] !== text[i]) return false;
    }
    return true;
  }

  /** Doubles the slots, of which at least half are free. */
  #growTable(): void {
    const table = new Int32Array(this.#table.length * 2);
    insertAll(table, this.#table);
    this.#table = table;
  }
}

/** Puts the entries of `from`, (n, FIELDS), into a table that does not have them. */
function insertAll(table: Int32Array, from: Int32Array): void {
  const mask = table.length - 1;
  for (let entry = 0; entry < from.length; entry += FIELDS) {
    if (from[entry + ID] === 0) continue;
    let slot = ((from[entry + HASH]! >>> LENGTH_BITS) * FIELDS) & mask;
    while (table[slot + ID] !== 0) slot = (slot + FIELDS) & mask;
    for (let field = 0; field < FIELDS; field++) table[slot + field] = from[entry + field]!;
  }
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
