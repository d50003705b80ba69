// Texts to token ids: counts every word, keeps the whole text as numbers in shared memory.
// No word of the running text becomes a string: an open-addressing hash over UTF-16 code units finds its number.

import { BREAK, Tokenizer } from './tokenizer.ts';

/** A text as numbers. Consumers cut the vocabulary themselves: an id of V or more is a word too rare for them. */
export interface Corpus {
  /** Every word, by count descending, equal counts by code units. */
  words: string[];
  /** Of each word, (words). */
  counts: Float64Array;
  /** The running text: ids, which are places in `words`, and -1 at the end of a sentence and of a document. On a SharedArrayBuffer. */
  tokens: Int32Array<SharedArrayBuffer>;
  /** Where each document begins in `tokens`, (documents). On a SharedArrayBuffer. */
  documents: Int32Array<SharedArrayBuffer>;
  /** Tokens without the ends of sentences. */
  wordCount: number;
}

/** What bounds the memory of a builder. */
export interface CorpusLimits {
  /** Once there are so many tokens, the rest of the text is left out. */
  tokens: number;
  /** Once there are so many different words, new ones are left out of the text, as if they were not words. */
  words: number;
}

/** 2 GB of ids; a vocabulary of about 1 GB. */
const LIMITS: CorpusLimits = { tokens: 2 ** 29, words: 2 ** 23 };
/** The id of a word that is left out. */
const LEFT_OUT = -2;

/** Token ids are kept in blocks of this many, so that they never move: 4 MB. */
const BLOCK = 1 << 20;
/** Numbers in the batch of spans that is cut at a time: some 100 kB of text, one or two milliseconds. */
const BATCH = 1 << 15;

// The fields of a slot of the vocabulary's table
const FIELDS = 4;
const HASH = 0; // its lowest bits are the word's length: equal hashes have equal lengths
const ID = 1; // in order of appearance, plus 1; 0 marks a free slot
const START = 2; // in the array of letters
const COUNT = 3;
const LENGTH_BITS = 6;
const LENGTH_MASK = 2 ** LENGTH_BITS - 1; // at least MAXIMUM_WORD_LENGTH

/** Takes documents one after another and makes a corpus of them. */
export class CorpusBuilder {
  readonly #limits: CorpusLimits;
  readonly #spans = new Int32Array(BATCH);
  readonly #blocks: Int32Array[] = [];
  #length = 0;
  #wordCount = 0;
  readonly #documents: number[] = [];

  #words = 0;
  /** The letters of all words, one word behind the other. */
  #units = new Uint16Array(1 << 16);
  #unitsLength = 0;
  /** Open addressing, linear probing: (slots, FIELDS). A word's fields share a cache line, which took a fifth off the time of counting. */
  #table = new Int32Array(FIELDS << 13);

  #text = '';
  #tokenizer: Tokenizer | null = null;

  constructor(limits = LIMITS) {
    this.#limits = limits;
  }

  /** Words so far. */
  get wordCount(): number {
    return this.#wordCount;
  }

  /** How much of the document that was begun is added, 0 to 1. */
  get fraction(): number {
    return this.#tokenizer && this.#text ? this.#tokenizer.position / this.#text.length : 1;
  }

  /** Whether the limit of tokens is reached: what is left of this document is not taken, nor is any further one. */
  get full(): boolean {
    return this.#length >= this.#limits.tokens;
  }

  /** Adds a whole document; gives how many words it has. One without words is left out. */
  addDocument(text: string): number {
    const before = this.#wordCount;
    this.begin(text);
    while (this.step());
    return this.#wordCount - before;
  }

  /** Begins a document that `step` adds piece by piece. */
  begin(text: string): void {
    if (this.#tokenizer) throw new Error('A document was begun before the last one was done.');
    this.#text = text;
    this.#tokenizer = new Tokenizer(text);
    this.#documents.push(this.#length);
  }

  /** Adds a piece of the document, which takes a few milliseconds; false once it is done. */
  step(): boolean {
    const tokenizer = this.#tokenizer;
    if (!tokenizer) throw new Error('No document was begun.');
    const spans = this.#spans;
    const written = this.full ? 0 : tokenizer.read(spans);
    for (let i = 0; i < written; i += 2) {
      const start = spans[i]!;
      if (start !== BREAK) {
        const id = this.#intern(this.#text, start, spans[i + 1]!);
        if (id !== LEFT_OUT) this.#append(id);
      } else if (this.#length > this.#documents.at(-1)! && this.#last() !== BREAK) this.#append(BREAK);
    }
    if (written > 0) return true;
    const start = this.#documents.at(-1)!;
    if (this.#length === start) this.#documents.pop();
    else if (this.#last() !== BREAK) this.#append(BREAK);
    this.#tokenizer = null;
    this.#text = '';
    return false;
  }

  /** The corpus; the builder gives up its memory and takes nothing more. */
  finish(): Corpus {
    const steps = this.finishing();
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
    }
  }

  /** The same in pieces of a few milliseconds; each yields how much is done, 0 to 1. */
  *finishing(): Generator<number, Corpus> {
    if (this.#tokenizer) throw new Error('The last document is not done.');
    const size = this.#words;
    const total = size * 2 + this.#length;
    const vocabulary = this.#vocabulary();
    yield 0;

    let done = 0;
    const order = new Int32Array(size).map((_, id) => id);
    for (const sorted of sortedByCount(order, vocabulary)) {
      if ((done + sorted) >> 12 !== done >> 12) yield (done + sorted) / total;
      done += sorted;
    }
    const ranks = new Int32Array(size);
    const counts = new Float64Array(size);
    for (const [rank, id] of order.entries()) {
      ranks[id] = rank;
      counts[rank] = vocabulary.counts[id]!;
    }
    yield done / total;

    const words = new Array<string>(size);
    for (const [id, word] of spellings(vocabulary)) {
      words[ranks[id]!] = word;
      if (++done % 10_000 === 0) yield done / total;
    }

    const tokens = new Int32Array(new SharedArrayBuffer(this.#length * 4));
    for (let start = 0; start < this.#length; start += BLOCK) {
      const block = this.#blocks.shift()!; // given back as we go: no second copy of the text
      const length = Math.min(BLOCK, this.#length - start);
      for (let i = 0; i < length; i++) {
        const id = block[i]!;
        tokens[start + i] = id === BREAK ? BREAK : ranks[id]!;
      }
      yield (done + start + length) / total;
    }
    const documents = new Int32Array(new SharedArrayBuffer(this.#documents.length * 4));
    documents.set(this.#documents);
    return { words, counts, tokens, documents, wordCount: this.#wordCount };
  }

  /** The vocabulary out of its table, which is given back. */
  #vocabulary(): Vocabulary {
    const table = this.#table;
    const starts = new Uint32Array(this.#words + 1);
    const counts = new Uint32Array(this.#words);
    for (let slot = 0; slot < table.length; slot += FIELDS) {
      const id = table[slot + ID]! - 1;
      if (id < 0) continue;
      starts[id] = table[slot + START]!;
      counts[id] = table[slot + COUNT]!;
    }
    starts[this.#words] = this.#unitsLength;
    this.#table = new Int32Array(FIELDS);
    return { units: this.#units, starts, counts };
  }

  #append(id: number): void {
    const place = this.#length % BLOCK;
    if (place === 0) this.#blocks.push(new Int32Array(BLOCK));
    this.#blocks.at(-1)![place] = id;
    this.#length++;
  }

  #last(): number {
    return this.#blocks.at(-1)![(this.#length - 1) % BLOCK]!;
  }

  /** The id of the word at [start, end) of `text`, a new one where it was not met before, LEFT_OUT past the limit; counts it. */
  #intern(text: string, start: number, end: number): number {
    const length = end - start;
    let hash = length;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash = ((hash ^ (hash >>> 15)) & ~LENGTH_MASK) | length;
    const table = this.#table;
    const mask = table.length - 1;
    let slot = ((hash >>> LENGTH_BITS) * FIELDS) & mask;
    while (table[slot + ID] !== 0) {
      if (table[slot] === hash && this.#same(table[slot + START]!, text, start, end)) {
        this.#wordCount++;
        table[slot + COUNT]!++;
        return table[slot + ID]! - 1;
      }
      slot = (slot + FIELDS) & mask;
    }
    if (this.#words >= this.#limits.words) return LEFT_OUT;
    this.#wordCount++;
    table[slot + HASH] = hash;
    table[slot + ID] = ++this.#words;
    table[slot + START] = this.#unitsLength;
    table[slot + COUNT] = 1;
    if (this.#unitsLength + length > this.#units.length) {
      const units = new Uint16Array(this.#units.length * 2);
      units.set(this.#units);
      this.#units = units;
    }
    for (let i = start; i < end; i++) this.#units[this.#unitsLength++] = text.charCodeAt(i);
    if (this.#words * 2 * FIELDS > table.length) this.#growTable();
    return this.#words - 1;
  }

  #same(at: number, text: string, start: number, end: number): boolean {
    const units = this.#units;
    for (let i = start; i < end; i++) {
      if (units[at++] !== text.charCodeAt(i)) return false;
    }
    return true;
  }

  /** Doubles the slots, of which at least half are free. */
  #growTable(): void {
    const old = this.#table;
    const table = new Int32Array(old.length * 2);
    const mask = table.length - 1;
    for (let from = 0; from < old.length; from += FIELDS) {
      if (old[from + ID] === 0) continue;
      let slot = ((old[from + HASH]! >>> LENGTH_BITS) * FIELDS) & mask;
      while (table[slot + ID] !== 0) slot = (slot + FIELDS) & mask;
      for (let field = 0; field < FIELDS; field++) table[slot + field] = old[from + field]!;
    }
    this.#table = table;
  }
}

/** Every word, in order of appearance: word i is units[starts[i]] up to units[starts[i + 1]]. */
interface Vocabulary {
  units: Uint16Array;
  /** (words + 1) */
  starts: Uint32Array;
  /** (words) */
  counts: Uint32Array;
}

/** Sorts all ids by count descending, then by code units; yields how many have found their place since it last did. */
function* sortedByCount(ids: Int32Array, { units, starts, counts }: Vocabulary): Generator<number> {
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
      const end = starts[id + 1]!;
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
    const lengthA = starts[a + 1]! - starts[a]!;
    const lengthB = starts[b + 1]! - starts[b]!;
    const shorter = Math.min(lengthA, lengthB);
    for (let i = depth; i < shorter; i++) {
      const difference = units[starts[a]! + i]! - units[starts[b]! + i]!;
      if (difference !== 0) return difference;
    }
    return lengthA - lengthB;
  }
}

/** Each id with its word, cut from strings of some thousand letters: to make each by itself costs a call a word. */
function* spellings({ units, starts, counts }: Vocabulary): Generator<[id: number, word: string]> {
  for (let first = 0, next = 0; first < counts.length; first = next) {
    const start = starts[first]!;
    while (next < counts.length && starts[next + 1]! - start <= 8192) next++;
    const text = String.fromCharCode.apply(null, units.subarray(start, starts[next]) as unknown as number[]);
    for (let id = first; id < next; id++) yield [id, text.slice(starts[id]! - start, starts[id + 1]! - start)];
  }
}

/**
 * Sorts numbers by a key of 32 bits, ascending, equal keys by the number itself, and gives the keys in their new order.
 * It is a native sort without a comparator: 0.15 s for 1.3 M.
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
