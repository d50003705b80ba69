// Texts to token ids: counts every word, keeps the whole text as numbers in shared memory, or its end outside.

import { DocumentReader } from './document.ts';
import { TEXT_DEFAULTS, type TextOptions } from './options.ts';
import { BREAK, SPAN } from './tokenizer.ts';
import { toRanks, type Spill, type SpilledIds } from './tokens.ts';
import { FULL, VocabularyTable, type PackedWords, type Pruned } from './vocabulary.ts';

/** A text as numbers. Consumers cut the vocabulary themselves: an id of V or more is a word too rare for them. */
export interface Corpus {
  /** Every word, by count descending, equal counts by code units. */
  words: string[];
  /** Of each word, (words). */
  counts: Float64Array;
  /**
   * The running text: ids, which are places in `words`, PRUNED for words that were forgotten, and -1 at the end of a
   * sentence and of a document. On a SharedArrayBuffer. Of a text that was spilled, the beginning.
   */
  tokens: Int32Array<SharedArrayBuffer>;
  /** Where in `tokens` the text ends and the parts of identifiers begin (identifier-parts.ts); absent where there are none. */
  partsAt?: number;
  /** What the rest of the text is read with, as SpilledTokens do; null where `tokens` is all of it. */
  spilled: SpilledIds | null;
  /** Where each document begins in the text, (documents). On a SharedArrayBuffer. */
  documents: Int32Array<SharedArrayBuffer>;
  /** Tokens without the ends of sentences. */
  wordCount: number;
  pruned: Pruned;
}

/** What bounds the memory of a builder. */
export interface CorpusLimits {
  /** Once there are so many tokens, the rest of the text is left out. Below 2^31. */
  tokens: number;
  /** Tokens that are kept in memory; further ones are spilled. */
  memory: number;
  /** Once there are so many different words, the rarest are forgotten. */
  words: number;
}

/** Without a place to spill to, 2 GB of ids; with one, 0.5 GB, and 8 GB there. The vocabulary takes up to about 1 GB. */
const LIMITS: CorpusLimits = { tokens: 2 ** 29, memory: 2 ** 29, words: 2 ** 23 };
const SPILL_LIMITS: CorpusLimits = { ...LIMITS, tokens: 2 ** 31 - 2 ** 20, memory: 2 ** 27 };

/** The memory for token ids grows by so many: 4 MB. */
const BLOCK = 1 << 20;
/** Words that are cut at a time: some 100 kB of text, one or two milliseconds. */
const BATCH = 1 << 14;

/** Takes documents one after another and makes a corpus of them. */
export class CorpusBuilder {
  readonly #limits: CorpusLimits;
  readonly #spill: Pick<Spill, 'append'> | null;
  readonly #vocabulary: VocabularyTable;
  readonly #spans = new Int32Array(BATCH * SPAN);
  /** Grows in place, so that no second copy of the text is ever made. */
  readonly #memory: SharedArrayBuffer;
  /** What is being filled: a view of the memory, or a block that goes out when it is full. */
  #block: Int32Array = new Int32Array(0);
  #place = 0;
  /** Tokens before the block. */
  #before = 0;
  #last = BREAK;
  #wordCount = 0;
  readonly #documents: number[] = [];
  /** Of ids that were freed, how many tokens there were then. */
  #freedAt: Uint32Array<SharedArrayBuffer> | null = null;

  readonly #reader: DocumentReader;
  /** Whether a piece was appended that is not added yet. */
  #isReading = false;
  /** Numbers in `#spans`, and the first that is not added yet. */
  #written = 0;
  #span = 0;
  /** Makes room for the word at `#span`. */
  #pruning: Generator<void, void> | null = null;
  #begun = false;

  /** `spill`: where the end of a text goes that is larger than `limits.memory`. */
  constructor(
    spill: Pick<Spill, 'append'> | null = null,
    limits: Partial<CorpusLimits> = {},
    options: Readonly<TextOptions> = TEXT_DEFAULTS,
  ) {
    this.#reader = new DocumentReader(options);
    this.#spill = spill;
    this.#limits = { ...(spill ? SPILL_LIMITS : LIMITS), ...limits };
    this.#vocabulary = new VocabularyTable(this.#limits.words);
    const most = Math.min(this.#limits.tokens, this.#limits.memory) + BATCH;
    this.#memory = new SharedArrayBuffer(0, { maxByteLength: Math.ceil(most / BLOCK) * BLOCK * 4 });
  }

  /** Words so far. */
  get wordCount(): number {
    return this.#wordCount;
  }

  /** How much of the piece that was appended is added, 0 to 1. */
  get fraction(): number {
    return this.#isReading ? this.#reader.fraction : 1;
  }

  /** Whether the limit of tokens is reached: what is left of this document is not taken, nor is any further one. */
  isFull(): boolean {
    return this.#length >= this.#limits.tokens;
  }

  /** Adds a whole document; gives how many words it has. One without words is left out. `name` as of `begin`. */
  addDocument(text: string | Uint8Array, name?: string): number {
    const before = this.#wordCount;
    this.begin(name);
    this.append(text);
    while (this.step());
    this.end();
    return this.#wordCount - before;
  }

  /** Begins a document, which `append` and `step` add and `end` ends. `name`: of its file, tells its language; without it, prose. */
  begin(name?: string): void {
    if (this.#begun) throw new Error('A document was begun before the last one was done.');
    this.#begun = true;
    this.#reader.begin(name);
    this.#documents.push(this.#length);
  }

  /**
   * Goes on with the document: its whole text, or a piece that ends where a text may be cut (pieces.ts); bytes of ASCII
   * will do. `step` adds it.
   */
  append(text: string | Uint8Array): void {
    if (!this.#begun) throw new Error('No document was begun.');
    if (this.#isReading) throw new Error('A piece was appended before the last one was done.');
    this.#reader.append(text);
    this.#isReading = true;
  }

  /** Adds some of what was appended, which takes a few milliseconds; false once it is done. */
  step(): boolean {
    if (!this.#isReading) throw new Error('Nothing was appended.');
    const pruned = this.#pruning !== null;
    if (this.#pruning) {
      if (!this.#pruning.next().done) return true;
      this.#pruning = null;
    }
    const spans = this.#spans;
    if (this.#span === this.#written) {
      this.#written = this.isFull() ? 0 : this.#reader.read(spans);
      this.#span = 0;
      if (this.#written === 0) {
        this.#isReading = false;
        return false;
      }
    }
    const { text } = this.#reader;
    const vocabulary = this.#vocabulary;
    const written = this.#written;
    const first = this.#span;
    // what a word needs is kept at hand: it is a tenth of the time
    let block = this.#block;
    let place = this.#place;
    this.#span = written;
    for (let i = first; i < written; i += SPAN) {
      const start = spans[i]!;
      let id = BREAK;
      if (start !== BREAK) {
        id = vocabulary.intern(text, start, spans[i + 1]!, spans[i + 2]!);
        if (id === FULL) {
          if (pruned && i === first) continue; // every word there is room for is too frequent to be forgotten
          this.#span = i;
          this.#pruning = this.#prune(this.#before + place);
          break;
        }
        this.#wordCount++;
      } else if (this.#last === BREAK) continue;
      if (place === block.length) {
        block = this.#nextBlock();
        place = 0;
      }
      block[place++] = id;
      this.#last = id;
    }
    this.#place = place;
    return true;
  }

  /** Ends the document. */
  end(): void {
    if (!this.#begun) throw new Error('No document was begun.');
    if (this.#isReading) throw new Error('The last piece is not done.');
    this.#isReading = this.#reader.end();
    while (this.#isReading) this.step(); // a last line that has no line break, at most
    if (this.#length === this.#documents.at(-1)!) this.#documents.pop();
    else if (this.#last !== BREAK) {
      if (this.#place === this.#block.length) {
        this.#nextBlock();
        this.#place = 0;
      }
      this.#block[this.#place++] = BREAK;
      this.#last = BREAK;
    }
    this.#begun = false;
  }

  /** The corpus; the builder gives up its memory and takes nothing more. */
  finish(): Corpus {
    const steps = this.finishing();
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
    }
  }

  /** What was counted, by ids that are no ranks, where all tokens went to the spill; the builder gives up its memory. Null where words were forgotten. */
  finishUnranked(): { words: PackedWords; documents: Int32Array; tokens: number; wordCount: number } | null {
    if (this.#begun) throw new Error('The last document is not done.');
    const tokens = this.#length;
    this.#spill!.append(this.#block.subarray(0, this.#place));
    const words = this.#vocabulary.packed();
    return words && { words, documents: Int32Array.from(this.#documents), tokens, wordCount: this.#wordCount };
  }

  /** The same in pieces of a few milliseconds; each yields how much is done, 0 to 1. */
  *finishing(): Generator<number, Corpus> {
    if (this.#begun) throw new Error('The last document is not done.');
    const length = this.#length;
    const inMemory = Math.min(length, this.#memory.byteLength / 4);
    if (length > inMemory) this.#spill!.append(this.#block.subarray(0, this.#place));
    const words = 2 * this.#vocabulary.size;
    const share = words / (words + inMemory);
    const steps = this.#vocabulary.finishing();
    let step = steps.next();
    for (; !step.done; step = steps.next()) yield step.value * share;
    const vocabulary = step.value;

    const ids = { ranks: vocabulary.ranks, freedAt: this.#freedAt };
    const tokens = new Int32Array(this.#memory, 0, inMemory);
    for (let first = 0; first < inMemory; first += BLOCK) {
      toRanks(tokens.subarray(first, first + BLOCK), first, ids);
      yield share + (1 - share) * Math.min(1, (first + BLOCK) / inMemory);
    }
    const documents = new Int32Array(new SharedArrayBuffer(this.#documents.length * 4));
    documents.set(this.#documents);
    return {
      words: vocabulary.words,
      counts: vocabulary.counts,
      tokens,
      spilled: length > inMemory ? { length: length - inMemory, ...ids } : null,
      documents,
      wordCount: this.#wordCount,
      pruned: this.#vocabulary.pruned,
    };
  }

  get #length(): number {
    return this.#before + this.#place;
  }

  /** A new place for tokens; what there was is full. */
  #nextBlock(): Int32Array {
    this.#before += this.#block.length;
    const { byteLength } = this.#memory;
    if (this.#spill && this.#before >= this.#limits.memory) {
      if (this.#before * 4 > byteLength) this.#spill.append(this.#block);
      else this.#block = new Int32Array(BLOCK);
    } else {
      this.#memory.grow(byteLength + BLOCK * 4);
      this.#block = new Int32Array(this.#memory, byteLength, BLOCK);
    }
    return this.#block;
  }

  /** Makes room for new words, and notes up to where in the text the freed ids are those of the forgotten ones. */
  *#prune(length: number): Generator<void, void> {
    const freed = yield* this.#vocabulary.pruning();
    const freedAt = (this.#freedAt ??= new Uint32Array(new SharedArrayBuffer(this.#limits.words * 4)));
    for (const id of freed) freedAt[id] = length;
  }
}
