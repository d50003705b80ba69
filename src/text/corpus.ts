// Texts to token ids: counts every word, keeps the whole text as numbers in shared memory, or its
// end outside.

import { DataScanner } from './data-blocks.ts';
import { DocumentReader, lowerUnits } from './document.ts';
import { languageOf } from './languages.ts';
import { TEXT_DEFAULTS, type TextOptions } from './options.ts';
import { PROSE } from './regions/regions.ts';
import { SecretScanner } from './secrets.ts';
import { TextKernel } from './text-kernel.ts';
import { BREAK, SPAN } from './tokenizer.ts';
import { type Spill, type SpilledIds, toRanks } from './tokens.ts';
import { mergeWords, type Pruned, type SortedWords, spell } from './vocabulary.ts';
import { CROWDED, DONE, FULL, HARD, MOST_SPANS, type Stop, WordTable } from './word-table.ts';

/**
 * A text as numbers. Consumers cut the vocabulary themselves: an id of V or more is a word too rare
 * for them.
 */
export interface Corpus {
  /** Every word, by count descending, equal counts by code units. */
  words: string[];
  /** Of each word, (words). */
  counts: Float64Array;
  /**
   * The running text: ids, which are places in `words`, PRUNED for words that were forgotten, and
   * -1 at the end of a sentence and of a document. On a SharedArrayBuffer. Of a text that was
   * spilled, the beginning.
   */
  tokens: Int32Array<SharedArrayBuffer>;
  /**
   * Where in `tokens` the text ends and the parts of identifiers begin (identifier-parts.ts);
   * absent where there are none.
   */
  partsAt?: number;
  /**
   * What the rest of the text is read with, as SpilledTokens do; null where `tokens` is all of it.
   */
  spilled: SpilledIds | null;
  /** Where each document begins in the text, (documents). On a SharedArrayBuffer. */
  documents: Int32Array<SharedArrayBuffer>;
  /** Tokens without the ends of sentences. */
  wordCount: number;
  pruned: Pruned;
}

/** Of a part of a document: it begins with the end of a sentence; it does not end with one. */
export const BEGINS_ENDED = 1;
export const STAYS_OPEN = 2;

/** What a builder has counted whose tokens are elsewhere. */
export interface CountedDocuments {
  words: SortedWords;
  /** Where each document begins, (documents), in tokens. */
  documents: Int32Array;
  /** Of each document, BEGINS_ENDED and STAYS_OPEN, (documents). */
  edges: Uint8Array;
  /** Tokens in all. */
  tokens: number;
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

/**
 * Without a place to spill to, 2 GB of ids; with one, 0.5 GB, and 8 GB there. The vocabulary takes
 * up to about 1 GB.
 */
const LIMITS: CorpusLimits = { tokens: 2 ** 29, memory: 2 ** 29, words: 2 ** 23 };
const SPILL_LIMITS: CorpusLimits = { ...LIMITS, tokens: 2 ** 31 - 2 ** 20, memory: 2 ** 27 };

/** The memory for token ids grows by so many: 4 MB. */
const BLOCK = 1 << 20;
/** Characters that are read at a time, in a millisecond or two. */
const STEP = 1 << 17;
/**
 * Where the reference is asked again after so few characters, it is asked for more words at a time.
 */
const NEAR = 32;

/** Takes documents one after another and makes a corpus of them. */
export class CorpusBuilder {
  readonly #limits: CorpusLimits;
  readonly #spill: Pick<Spill, 'append'> | null;
  readonly #kernel: TextKernel;
  readonly #table: WordTable;
  /** Grows in place, so that no second copy of the text is ever made. */
  readonly #memory: SharedArrayBuffer;
  /** Tokens so far. */
  #length = 0;
  readonly #documents: number[] = [];
  /** Of each document, BEGINS_ENDED and STAYS_OPEN. */
  readonly #edges: number[] = [];
  /** Of ids that were freed, how many tokens there were then. */
  #freedAt: Uint32Array<SharedArrayBuffer> | null = null;

  readonly #reader: DocumentReader;
  /** Where the text of the reader is. */
  #units = 0;
  /** Whether a piece was appended that is not added yet. */
  #isReading = false;
  /**
   * Of the piece: where it is; whether it is bytes; its length; start, end, kind and break of its
   * regions, (n, 4).
   */
  #text = 0;
  #isAscii = false;
  #pieceLength = 0;
  #regions: Int32Array = new Int32Array(0);
  /** The region that is read, and whether it was begun. */
  #region = 0;
  #entered = false;
  /** Words that the reference has cut and that are not all taken. */
  #spans = 0;
  /** Words that it is asked for, and where it stopped last. */
  #ask = 1;
  #askedAt = 0;
  /** Makes room for a word. */
  #pruning: Generator<void, void> | null = null;
  #begun = false;
  #isPart = false;

  /**
   * `kernel`: the module `text`. `spill`: where the end of a text goes that is larger than
   * `limits.memory`.
   */
  constructor(
    kernel: WebAssembly.Module | TextKernel,
    spill: Pick<Spill, 'append'> | null = null,
    limits: Partial<CorpusLimits> = {},
    options: Readonly<TextOptions> = TEXT_DEFAULTS,
  ) {
    this.#kernel = kernel instanceof TextKernel ? kernel : new TextKernel(kernel);
    this.#reader = new DocumentReader(options, (length) => {
      this.#units = this.#kernel.text(2 * length);
      return this.#kernel.units(this.#units, length);
    });
    this.#spill = spill;
    this.#limits = { ...(spill ? SPILL_LIMITS : LIMITS), ...limits };
    this.#table = new WordTable(this.#kernel, this.#limits.words);
    const lower = options.case === 'fold' ? lowerUnits() : null;
    this.#table.prepare(this.#reader.codeClasses, lower, options.numbers === 'digits');
    const most = Math.min(this.#limits.tokens, this.#limits.memory) + BLOCK;
    this.#memory = new SharedArrayBuffer(0, { maxByteLength: Math.ceil(most / BLOCK) * BLOCK * 4 });
  }

  /** Looks over texts before they come here, with the same kernel. */
  secretScanner(): SecretScanner {
    return new SecretScanner(this.#kernel);
  }

  /** The same for data that is no text. */
  dataScanner(): DataScanner {
    return new DataScanner(this.#kernel);
  }

  /** Words so far. */
  get wordCount(): number {
    return this.#table.met;
  }

  /** How much of the piece that was appended is added, 0 to 1. */
  get fraction(): number {
    return this.#isReading ? this.#table.position / Math.max(1, this.#pieceLength) : 1;
  }

  /**
   * Whether the limit of tokens is reached: what is left of this document is not taken, nor is any
   * further one.
   */
  isFull(): boolean {
    return this.#length >= this.#limits.tokens;
  }

  /**
   * Adds a whole document; gives how many words it has. One without words is left out. `name` as of
   * `begin`.
   */
  addDocument(text: string | Uint8Array, name?: string): number {
    const before = this.wordCount;
    this.begin(name);
    this.append(text);
    while (this.step());
    this.end();
    return this.wordCount - before;
  }

  /**
   * Begins a document, which `append` and `step` add and `end` ends. `name`: of its file, tells its
   * language; without it, prose. `isPart`: it is a part of a document that is put together later
   * (merge.ts): it may begin with the end of a sentence, does not end with one, and may be empty.
   */
  begin(name?: string, isPart = false): void {
    if (this.#begun) throw new Error('A document was begun before the last one was done.');
    this.#begun = true;
    this.#isPart = isPart;
    this.#table.last = isPart ? 0 : BREAK;
    // the beginning of a part does not tell the language
    this.#reader.begin(isPart && name !== undefined ? languageOf(name) : name);
    this.#documents.push(this.#length);
    this.#edges.push(0);
  }

  /**
   * Goes on with the document: its whole text, or a piece that ends where a text may be cut
   * (pieces.ts); bytes of ASCII will do. `step` adds it.
   */
  append(text: string | Uint8Array): void {
    if (!this.#begun) throw new Error('No document was begun.');
    if (this.#isReading) throw new Error('A piece was appended before the last one was done.');
    if (this.#reader.isProse(text) && typeof text !== 'string') {
      const { length } = text;
      this.#text = this.#kernel.text(length);
      this.#kernel.bytes(this.#text, length).set(text);
      this.#take(true, length, Int32Array.of(0, length, PROSE, 0));
    } else {
      this.#reader.append(text);
      this.#takeUnits();
    }
  }

  /** Takes the piece that the reader holds. */
  #takeUnits(): void {
    this.#text = this.#units;
    this.#take(false, this.#reader.pieceEnd, this.#reader.regions);
  }

  #take(isAscii: boolean, length: number, regions: Int32Array): void {
    this.#isReading = true;
    this.#isAscii = isAscii;
    this.#pieceLength = length;
    this.#regions = regions;
    this.#region = 0;
    this.#entered = false;
    this.#table.position = 0;
  }

  /**
   * Whether the document, as far as it was added, may not be parted here, since what comes next
   * depends on what came before.
   */
  get isOpen(): boolean {
    return this.#reader.isOpen;
  }

  /** Adds some of what was appended, which takes a few milliseconds; false once it is done. */
  step(): boolean {
    if (!this.#isReading) throw new Error('Nothing was appended.');
    if (this.#pruning) {
      if (!this.#pruning.next().done) return true;
      this.#pruning = null;
      this.#table.dropNext();
    }
    this.#isReading = !this.isFull() && this.#read();
    const ids = this.#table.take();
    this.#put(ids);
    return this.#isReading;
  }

  /** Reads some of the piece; whether there is more of it. */
  #read(): boolean {
    const table = this.#table;
    const regions = this.#regions;
    for (let left = STEP; left > 0;) {
      const at = 4 * this.#region;
      if (at === regions.length) return false;
      const end = regions[at + 1]!;
      const kind = regions[at + 2]!;
      if (!this.#entered) {
        if (regions[at + 3] !== 0 && !table.break()) return true;
        table.enter(this.#text, regions[at]!, end, kind !== PROSE);
        this.#entered = true;
        this.#askedAt = -1;
      }
      const before = table.position;
      const onlyReference = this.#spans > 0 || this.#reader.leavesOut(kind);
      let stop: Stop = onlyReference ? HARD : table.read(Math.min(end, before + left), this.#isAscii);
      if (stop === HARD && this.#isAscii) {
        this.#leaveBytes();
        return true;
      }
      if (stop === HARD) stop = this.#askReference(end, kind);
      left -= table.position - before;
      if (stop === FULL) return true;
      if (stop === CROWDED) {
        this.#pruning = this.#prune();
        return true;
      }
      if (table.position >= end) {
        this.#region++;
        this.#entered = false;
      }
    }
    return true;
  }

  /** Takes the rest of a piece of bytes as UTF-16, which the tokenizer reads. */
  #leaveBytes(): void {
    const { position } = this.#table;
    const rest = this.#kernel.bytes(this.#text + position, this.#pieceLength - position).slice();
    this.#reader.append(rest);
    this.#takeUnits();
  }

  /**
   * Has the next words cut by the tokenizer that is the kernel's reference, as many as seem to be
   * such as the kernel does not cut.
   */
  #askReference(end: number, kind: number): Stop {
    const table = this.#table;
    const isFirst = this.#spans === 0;
    if (isFirst) {
      const isNear = this.#askedAt >= 0 && table.position - this.#askedAt < NEAR;
      this.#ask = isNear || this.#reader.leavesOut(kind) ? Math.min(MOST_SPANS, 4 * this.#ask) : 1;
      const spans = table.spans.subarray(0, this.#ask * SPAN);
      this.#spans = this.#reader.readOn(table.position, end, kind, spans) / SPAN;
    }
    const stop = table.internSpans(this.#spans, isFirst);
    if (stop !== DONE) return stop;
    this.#spans = 0;
    table.position = this.#askedAt = this.#reader.position;
    return DONE;
  }

  /** Ends the document. */
  end(): void {
    if (!this.#begun) throw new Error('No document was begun.');
    if (this.#isReading) throw new Error('The last piece is not done.');
    if (this.#reader.end()) {
      // a last line that has no line break, at most
      this.#takeUnits();
      while (this.step());
    }
    const isEmpty = this.#length === this.#documents.at(-1)!;
    if (this.#isPart) {
      if (!isEmpty && this.#table.last !== BREAK) this.#edges[this.#edges.length - 1]! |= STAYS_OPEN;
    } else if (isEmpty) {
      this.#documents.pop();
      this.#edges.pop();
    } else {
      this.#table.break();
      this.#put(this.#table.take());
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

  /**
   * What was counted, by ids that are no ranks, where all tokens went to the spill, in pieces of a
   * few milliseconds. Null where words were forgotten: their ids are others' now.
   */
  *finishingUnranked(): Generator<void, CountedDocuments | null> {
    if (this.#begun) throw new Error('The last document is not done.');
    if (this.#table.pruned.words > 0) return null;
    const words = yield* this.#table.sorted();
    return {
      words,
      documents: Int32Array.from(this.#documents),
      edges: Uint8Array.from(this.#edges),
      tokens: this.#length,
    };
  }

  /** The same as `finish` in pieces of a few milliseconds; each yields how much is done, 0 to 1. */
  *finishing(): Generator<number, Corpus> {
    if (this.#begun) throw new Error('The last document is not done.');
    const length = this.#length;
    const inMemory = Math.min(length, this.#room);
    const share = this.#table.size / (this.#table.size + inMemory);
    const wordCount = this.wordCount;
    const sorting = this.#table.sorted();
    let sorted = sorting.next();
    for (; !sorted.done; sorted = sorting.next()) yield 0;
    const steps = mergeWords(this.#kernel, [sorted.value]);
    let step = steps.next();
    for (; !step.done; step = steps.next()) yield step.value * share;
    const { letters, counts, ranks } = step.value!; // there is no limit to them

    const ids = { ranks: ranks[0]!, freedAt: this.#freedAt };
    const tokens = new Int32Array(this.#memory, 0, inMemory);
    for (let first = 0; first < inMemory; first += BLOCK) {
      toRanks(tokens.subarray(first, first + BLOCK), first, ids);
      yield share + (1 - share) * Math.min(1, (first + BLOCK) / inMemory);
    }
    const documents = new Int32Array(new SharedArrayBuffer(this.#documents.length * 4));
    documents.set(this.#documents);
    return {
      words: spell(letters, counts.length),
      counts,
      tokens,
      spilled: length > inMemory ? { length: length - inMemory, ...ids } : null,
      documents,
      wordCount,
      pruned: this.#table.pruned,
    };
  }

  /** Tokens that memory may hold. */
  get #room(): number {
    return this.#spill ? this.#limits.memory : Infinity;
  }

  /** Puts tokens behind those that there are. */
  #put(ids: Int32Array): void {
    if (this.#isPart && ids[0] === BREAK && this.#length === this.#documents.at(-1)) {
      this.#edges[this.#edges.length - 1]! |= BEGINS_ENDED;
    }
    const fits = Math.max(0, Math.min(ids.length, this.#room - this.#length));
    if (fits > 0) {
      const from = 4 * this.#length;
      const to = from + 4 * fits;
      if (to > this.#memory.byteLength) this.#memory.grow(Math.ceil(to / (4 * BLOCK)) * 4 * BLOCK);
      new Int32Array(this.#memory, from, fits).set(fits < ids.length ? ids.subarray(0, fits) : ids);
    }
    if (fits < ids.length) this.#spill!.append(ids.subarray(fits));
    this.#length += ids.length;
  }

  /**
   * Makes room for new words, and notes up to where in the text the freed ids are those of the
   * forgotten ones.
   */
  *#prune(): Generator<void, void> {
    const freed = yield* this.#table.pruning();
    const freedAt = (this.#freedAt ??= new Uint32Array(new SharedArrayBuffer(this.#limits.words * 4)));
    for (const id of freed) freedAt[id] = this.#length;
  }
}
