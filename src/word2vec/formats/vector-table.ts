// What a file of word vectors holds, while it is read: words, their vectors, and what was wrong with them.
// Every reader of this folder fills a table row by row; a problem is thrown as data, and the engine says it in a sentence.

/** Of word vectors as files. `glove`: text without a header. `projector`: the Embedding Projector's vectors.tsv with metadata.tsv. */
export type VectorFormat = 'word2vec-text' | 'word2vec-binary' | 'glove' | 'projector' | 'safetensors';

/** Takes a file's bytes in order, in chunks of any size, and fills a table. Both methods throw VectorFileError. */
export interface VectorReader {
  push(bytes: Uint8Array): void;
  /** The file is at its end. */
  end(): void;
}

/** Where in a file: a line of text, or a byte and the row it belongs to. All but bytes count from 1. */
export type Place = { line: number } | { byte: number; row: number };

export type VectorFileProblem =
  | { kind: 'empty' | 'unknownFormat' | 'noWords' | 'notUtf8' }
  /** Compressed, or another program's own format. */
  | { kind: 'foreign'; what: 'compressed' | 'fastText' | 'pickle' | 'numpy' }
  | { kind: 'header'; place: Place }
  | { kind: 'vectorSize'; vectorSize: number }
  /** The header promises more than a file of so many bytes can hold. */
  | { kind: 'shorterThanHeader'; rows: number; vectorSize: number; bytes: number }
  | { kind: 'tooFewRows'; expected: number; found: number }
  | { kind: 'tooManyRows'; place: Place; expected: number }
  | { kind: 'rowLength'; place: Place; expected: number; found: number }
  | { kind: 'notANumber' | 'notFinite'; place: Place; number: number }
  | { kind: 'noWord' | 'blankLine' | 'truncated'; place: Place }
  | { kind: 'longLine'; place: Place; bytes: number }
  /** `most`: rows that would fit. */
  | { kind: 'tooLarge'; rows: number; vectorSize: number; most: number }
  /** The words of a `projector` or `safetensors` file are in another place, which has too few or too many of them. */
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

export class VectorTable {
  /** NFC, in the order of the file, each once. */
  readonly words: string[] = [];
  /** Rows whose word, in NFC, had been there before: the first one stays. */
  duplicates = 0;
  /** Rows that were read. */
  rows = 0;
  /** D; 0 until `begin`. */
  vectorSize = 0;
  /** (D): a reader puts a row's numbers here and then calls `add`. */
  row = new Float32Array(0);
  readonly #most: number;
  readonly #known = new Set<string>();
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** (capacity, D); shared memory, so that a thread hands it on without a copy. What is not written takes no memory. */
  #vectors = new Float32Array(new SharedArrayBuffer(0));
  #capacity = 0;

  /** `most`: so many rows are read, and then the table is full; 0: all. */
  constructor(most = 0) {
    this.#most = most || Infinity;
  }

  /** Nothing more is taken. */
  get full(): boolean {
    return this.vectorSize > 0 && this.rows >= this.#most;
  }

  /** Makes room for `rows` rows of D numbers; more can follow. Throws VectorFileError where memory cannot hold them. */
  begin(vectorSize: number, rows: number): void {
    if (!(vectorSize >= 1 && vectorSize <= LARGEST_VECTOR_SIZE)) fail({ kind: 'vectorSize', vectorSize });
    this.vectorSize = vectorSize;
    this.row = new Float32Array(vectorSize);
    this.#reserve(Math.min(rows, this.#most));
  }

  /** Adds `row` under a word in UTF-8; one that is there already is counted and left out. */
  addBytes(word: Uint8Array): void {
    this.add(this.#decoder.decode(word));
  }

  /** Adds `row` under a word; one that is there already is counted and left out. */
  add(word: string): void {
    this.rows++;
    const normalised = word.normalize('NFC');
    if (this.#known.has(normalised)) {
      this.duplicates++;
      return;
    }
    this.#known.add(normalised);
    const index = this.words.push(normalised) - 1;
    if (index >= this.#capacity) this.#reserve(Math.min(Math.ceil(index * 1.25) + 1024, this.#most));
    this.#vectors.set(this.row, index * this.vectorSize);
  }

  /** The vectors, (V, D); on a SharedArrayBuffer that may be longer. Throws VectorFileError where there is none. */
  vectors(): Float32Array<SharedArrayBuffer> {
    if (this.words.length === 0) fail({ kind: 'noWords' });
    return this.#vectors.subarray(0, this.words.length * this.vectorSize);
  }

  /** The place of the first of `row` that is no finite number, from 1; 0 where all are. */
  notFinite(): number {
    const { row } = this;
    let sum = 0;
    for (let d = 0; d < row.length; d++) sum += row[d]! * 0; // 0, or NaN from there on
    return sum === 0 ? 0 : row.findIndex((value) => !Number.isFinite(value)) + 1;
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
