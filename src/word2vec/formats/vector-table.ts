// What a file of word vectors holds, while it is read: words, their vectors, and what was wrong
// with them. Every reader of this folder fills a table row by row; a problem is thrown as data, and
// the engine says it in a sentence. A row with something wrong is left out and counted, as long as
// there are few.

import type { NgramOptions } from '../subwords.ts';
import { latin1Of } from './latin1.ts';

/**
 * A format that is written. `glove`: text without a header. `projector`: the Embedding Projector's
 * vectors.tsv with metadata.tsv.
 */
export type VectorFormat = 'word2vec-text' | 'word2vec-binary' | 'glove' | 'projector' | 'safetensors';
/** A format that is read. `fasttext`: fastText's own model file. */
export type ReadableFormat = VectorFormat | 'fasttext';

/**
 * Takes a file's bytes in order, in chunks of any size, and fills a table. Both methods throw
 * VectorFileError.
 */
export interface VectorReader {
  /** False if no more bytes are wanted. */
  push(bytes: Uint8Array): boolean;
  /** The file is at its end, or no more bytes were wanted. Finishes the table. */
  end(): void;
}

/**
 * The rows of a model's character n-grams, from which words outside its vocabulary have their
 * vectors.
 */
export interface NgramVectors {
  options: NgramOptions;
  /** (buckets, D) */
  vectors: Float32Array<SharedArrayBuffer>;
}

/**
 * Where in a file: a line of text, or a byte and the row it belongs to. All but bytes count from 1.
 */
export type Place = { line: number } | { byte: number; row: number };

/**
 * What is wrong with one row. It is left out; a file with many such rows is refused with the first
 * of them.
 */
export type RowProblem =
  | { kind: 'rowLength'; place: Place; expected: number; found: number }
  | { kind: 'notANumber' | 'notFinite'; place: Place; number: number }
  | { kind: 'noWord' | 'blankLine'; place: Place }
  /** One row more than the header promises. */
  | { kind: 'tooManyRows'; place: Place; expected: number };

/** Another program's own format, or a table that is nearly one of ours. */
export type ForeignFormat =
  | 'compressed'
  | 'fastTextSupervised'
  | 'fastTextQuantized'
  | 'fastTextVersion'
  | 'pickle'
  | 'pytorch'
  | 'numpy'
  | 'numpyArchive'
  | 'floret'
  | 'commas'
  | 'brackets';

export type VectorFileProblem =
  /** `gzip`: what is compressed is damaged or cut off. */
  | { kind: 'empty' | 'unknownFormat' | 'noWords' | 'notUtf8' | 'gzip' }
  | { kind: 'foreign'; what: ForeignFormat }
  | { kind: 'header'; place: Place }
  | { kind: 'vectorSize'; vectorSize: number }
  /** The header promises more than a file of this size can hold. Bytes. */
  | { kind: 'shorterThanHeader'; rows: number; vectorSize: number; bytes: number }
  | { kind: 'tooFewRows'; expected: number; found: number }
  | RowProblem
  | { kind: 'truncated'; place: Place }
  | { kind: 'longLine'; place: Place; bytes: number }
  /** `most`: rows that would fit. */
  | { kind: 'tooLarge'; rows: number; vectorSize: number; most: number }
  /**
   * The words of a `projector` or `safetensors` file are in another place, which has too few or too
   * many of them.
   */
  | { kind: 'words'; rows: number; words: number }
  | { kind: 'safetensors'; reason: string };

export class VectorFileError extends Error {
  override name = 'VectorFileError';
  readonly problem: VectorFileProblem;

  constructor(problem: VectorFileProblem) {
    super(JSON.stringify(problem));
    this.problem = problem;
  }
}

/** Throws the problem. */
export function fail(problem: VectorFileProblem): never {
  throw new VectorFileError(problem);
}

/** More dimensions than any model has. */
const LARGEST_VECTOR_SIZE = 20_000;
/** As much as the kernel that compares vectors can address. */
const MOST_BYTES = 2 ** 32 - 2 ** 20;
/**
 * The largest share of a file's rows that may be left out because something is wrong with them; one
 * row always may.
 */
const MOST_LEFT_OUT = 0.01;

/**
 * Decodes words whose bytes are not all UTF-8, one a line, as the file that they are from was
 * meant; null if they are broken UTF-8.
 */
export type DecodeWords = (bytes: Uint8Array) => { text: string; encoding: string } | null;

export class VectorTable {
  /** NFC, in the order of the file, each once. */
  readonly words: string[] = [];
  /** Rows whose word, in NFC, had been there before: the first one stays. */
  duplicates = 0;
  /** Rows that were read, those left out among them. */
  rows = 0;
  /** Rows with something wrong, and what it is with the first of them. */
  leftOut: { rows: number; first: RowProblem } | null = null;
  /** D; 0 until `begin`. */
  vectorSize = 0;
  /** (D): a reader puts a row's numbers here and then calls `add`. */
  row = new Float32Array(0);
  /** Set by the reader of a format that has them. */
  ngrams: NgramVectors | null = null;
  /** That the words are in, if they are not UTF-8. */
  encoding: string | null = null;
  readonly #most: number;
  readonly #decodeWords: DecodeWords;
  readonly #known = new Set<string>();
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** By place in `words`, the bytes of the words that could not be decoded yet. */
  readonly #undecoded = new Map<number, Uint8Array>();
  /** Rows that the file is expected to have. */
  #announced = 0;
  /**
   * (capacity, D); shared memory, so that a thread hands it on without a copy. What is not written
   * takes no memory.
   */
  #vectors = new Float32Array(new SharedArrayBuffer(0));
  #capacity = 0;

  /** `most`: how many rows are read before the table is full; 0: all. */
  constructor(most = 0, decodeWords: DecodeWords = () => null) {
    this.#most = most || Infinity;
    this.#decodeWords = decodeWords;
  }

  /** Nothing more is taken. */
  get full(): boolean {
    return this.vectorSize > 0 && this.rows >= this.#most;
  }

  /**
   * Makes room for `rows` rows of D numbers; more can follow. Throws VectorFileError if memory
   * cannot hold them.
   */
  begin(vectorSize: number, rows: number): void {
    if (!(vectorSize >= 1 && vectorSize <= LARGEST_VECTOR_SIZE)) fail({ kind: 'vectorSize', vectorSize });
    this.vectorSize = vectorSize;
    this.row = new Float32Array(vectorSize);
    this.#announced = rows;
    this.#reserve(Math.min(rows, this.#most));
  }

  /** Adds `row` under a word in UTF-8 or, decided in the end, in another encoding; see `add`. */
  addBytes(word: Uint8Array): void {
    const text = this.#decoder.decode(word);
    if (!text.includes('\ufffd')) {
      this.add(text);
      return;
    }
    // two such words may look alike while they are not decoded: their bytes tell them apart
    const before = this.words.length;
    this.#add(`\ufffd${latin1Of(word)}`);
    if (this.words.length > before) this.#undecoded.set(before, word.slice());
  }

  /** Adds `row` under a word; one that is there already is counted and left out. */
  add(word: string): void {
    this.#add(word.normalize('NFC'));
  }

  #add(word: string): void {
    this.rows++;
    if (this.#known.has(word)) {
      this.duplicates++;
      return;
    }
    this.#known.add(word);
    const index = this.words.push(word) - 1;
    if (index >= this.#capacity) this.#reserve(Math.min(Math.ceil(index * 1.25) + 1024, this.#most));
    this.#vectors.set(this.row, index * this.vectorSize);
  }

  /** Counts a row with something wrong. Throws VectorFileError once there are too many. */
  leaveOut(problem: RowProblem): void {
    this.rows++;
    this.leftOut ??= { rows: 0, first: problem };
    this.leftOut.rows++;
    this.#checkLeftOut(Math.max(this.rows, this.#announced));
  }

  /**
   * All rows are there: decodes what is not UTF-8. Throws VectorFileError if too many rows were
   * left out, or all.
   */
  finish(): void {
    if (!this.full) this.#checkLeftOut(this.rows);
    if (this.words.length === 0) fail(this.leftOut?.first ?? { kind: 'noWords' });
    if (this.#undecoded.size > 0) this.#decodeAll();
  }

  /**
   * The vectors, (V, D); on a SharedArrayBuffer that may be longer. Throws VectorFileError if there
   * are none.
   */
  vectors(): Float32Array<SharedArrayBuffer> {
    if (this.words.length === 0) fail({ kind: 'noWords' });
    return this.#vectors.subarray(0, this.words.length * this.vectorSize);
  }

  /** The place of the first of `row` that is no finite number, from 1; 0 if all are. */
  notFinite(): number {
    const { row } = this;
    let sum = 0;
    for (let d = 0; d < row.length; d++) sum += row[d]! * 0; // 0, or NaN from there on
    return sum === 0 ? 0 : row.findIndex((value) => !Number.isFinite(value)) + 1;
  }

  #checkLeftOut(rows: number): void {
    if (this.leftOut && this.leftOut.rows > Math.max(1, rows * MOST_LEFT_OUT)) fail(this.leftOut.first);
  }

  /**
   * Decodes all words beyond ASCII together, also those that happen to be UTF-8. Broken UTF-8 gets
   * replacement characters. Words that turn out to have been there before are taken out again.
   */
  #decodeAll(): void {
    const { words } = this;
    const places = words.flatMap((word, place) => (isAscii(word) ? [] : [place]));
    const encoder = new TextEncoder();
    const bytes = places.map((place) => this.#undecoded.get(place) ?? encoder.encode(words[place] ?? ''));
    const lines = new Uint8Array(bytes.reduce((sum, word) => sum + word.length + 1, 0)).fill(0x0a);
    let at = 0;
    for (const word of bytes) {
      lines.set(word, at);
      at += word.length + 1;
    }
    const decoded = this.#decodeWords(lines);
    const texts = decoded?.text.split('\n');
    if (texts?.length === places.length + 1) {
      this.encoding = decoded!.encoding;
      places.forEach((place, index) => (words[place] = texts[index]!.normalize('NFC')));
    } else {
      for (const [place, word] of this.#undecoded) words[place] = this.#decoder.decode(word).normalize('NFC');
    }
    this.#undecoded.clear();
    this.#removeDuplicates();
  }

  #removeDuplicates(): void {
    const { words, vectorSize } = this;
    this.#known.clear();
    let kept = 0;
    for (let place = 0; place < words.length; place++) {
      const word = words[place]!;
      if (this.#known.has(word)) continue;
      this.#known.add(word);
      words[kept] = word;
      if (kept < place) this.#vectors.copyWithin(kept * vectorSize, place * vectorSize, (place + 1) * vectorSize);
      kept++;
    }
    this.duplicates += words.length - kept;
    words.length = kept;
  }

  #reserve(rows: number): void {
    const { vectorSize } = this;
    const most = Math.floor(MOST_BYTES / (Math.ceil(vectorSize / 4) * 16 + 4)); // padded, and a score
    if (rows > most) fail({ kind: 'tooLarge', rows, vectorSize, most });
    let larger: Float32Array<SharedArrayBuffer>;
    try {
      larger = new Float32Array(new SharedArrayBuffer(4 * rows * vectorSize));
    } catch {
      fail({ kind: 'tooLarge', rows, vectorSize, most: this.words.length || Math.floor(rows / 2) });
    }
    larger.set(this.#vectors.subarray(0, this.words.length * vectorSize));
    this.#vectors = larger;
    this.#capacity = rows;
  }
}

function isAscii(word: string): boolean {
  for (let at = 0; at < word.length; at++) if (word.charCodeAt(at) > 0x7f) return false;
  return true;
}
