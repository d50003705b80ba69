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
    const total = this.#words * 2 + this.#length;
    const order = yield* this.#sorted(total);
    const words: string[] = [];
    const counts = new Float64Array(this.#words);
    const ranks = new Int32Array(this.#words);
    for (const [rank, slot] of order.entries()) {
      const start = this.#table[slot + START]!;
      const end = start + (this.#table[slot + HASH]! & LENGTH_MASK);
      words.push(String.fromCharCode.apply(null, this.#units.subarray(start, end) as unknown as number[]));
      counts[rank] = this.#table[slot + COUNT]!;
      ranks[this.#table[slot + ID]! - 1] = rank;
      if (rank % 10_000 === 9999) yield (this.#words + rank) / total;
    }
    const tokens = new Int32Array(new SharedArrayBuffer(this.#length * 4));
    for (let start = 0; start < this.#length; start += BLOCK) {
      const block = this.#blocks.shift()!; // given back as we go: no second copy of the text
      const length = Math.min(BLOCK, this.#length - start);
      for (let i = 0; i < length; i++) {
        const id = block[i]!;
        tokens[start + i] = id === BREAK ? BREAK : ranks[id]!;
      }
      yield (this.#words * 2 + start + length) / total;
    }
    const documents = new Int32Array(new SharedArrayBuffer(this.#documents.length * 4));
    documents.set(this.#documents);
    return { words, counts, tokens, documents, wordCount: this.#wordCount };
  }

  /** The slots of all words in the order of the corpus, (words): by count descending, then by code units. */
  *#sorted(total: number): Generator<number, Int32Array> {
    const table = this.#table;
    const units = this.#units;
    const order = new Int32Array(this.#words);
    for (let slot = 0, n = 0; slot < table.length; slot += FIELDS) {
      if (table[slot + ID] !== 0) order[n++] = slot;
    }
    sortByKey(order, (slot) => -1 - table[slot + COUNT]!);
    yield 0.2 * (this.#words / total);
    // Half of all words occur once: their two first letters cut them into groups that are sorted in a few milliseconds
    const twoLetters = (slot: number) => {
      const start = table[slot + START]!;
      return ((units[start]! << 16) | ((table[slot + HASH]! & LENGTH_MASK) > 1 ? units[start + 1]! : 0)) >>> 0;
    };
    let done = 0;
    for (const sameCount of groups(order, (slot) => table[slot + COUNT]!)) {
      if (sameCount.length > 1) sortByKey(sameCount, twoLetters);
      for (const group of groups(sameCount, twoLetters)) {
        if (group.length > 1) group.sort((a, b) => this.#compare(a, b));
        const before = done;
        done += group.length;
        if (done >> 11 !== before >> 11) yield ((0.2 + 0.8 * (done / this.#words)) * this.#words) / total;
      }
    }
    return order;
  }

  /** Compares the words of two slots by code units. */
  #compare(a: number, b: number): number {
    const units = this.#units;
    const startA = this.#table[a + START]!;
    const startB = this.#table[b + START]!;
    const lengthA = this.#table[a + HASH]! & LENGTH_MASK;
    const lengthB = this.#table[b + HASH]! & LENGTH_MASK;
    const shorter = Math.min(lengthA, lengthB);
    for (let i = 0; i < shorter; i++) {
      const difference = units[startA + i]! - units[startB + i]!;
      if (difference !== 0) return difference;
    }
    return lengthA - lengthB;
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

/** Sorts numbers below 2^31 by a key of 32 bits, ascending; equal keys by the number itself. Native and without a comparator: 1.3 M in 0.15 s. */
function sortByKey(numbers: Int32Array, keyOf: (number: number) => number): void {
  const pairs = new BigUint64Array(numbers.length);
  const halves = new Uint32Array(pairs.buffer); // little-endian, as WebAssembly is: low half first
  for (let i = 0; i < numbers.length; i++) {
    halves[2 * i] = numbers[i]!;
    halves[2 * i + 1] = keyOf(numbers[i]!);
  }
  pairs.sort();
  for (let i = 0; i < numbers.length; i++) numbers[i] = halves[2 * i]!;
}

/** The runs of `numbers` that have the same key, as views. */
function* groups(numbers: Int32Array, keyOf: (number: number) => number): Generator<Int32Array> {
  for (let from = 0, to = 0; from < numbers.length; from = to) {
    const key = keyOf(numbers[from]!);
    for (to = from + 1; to < numbers.length && keyOf(numbers[to]!) === key;) to++;
    yield numbers.subarray(from, to);
  }
}
