// fastText's own model file, `.bin` (https://github.com/facebookresearch/fastText,
// `FastText::saveModel`; versions 11 and 12): magic and version, the options, the dictionary, the
// matrix of input vectors (words, then buckets of character n-grams) and that of output vectors.
// Integers and floats are little-endian. Of unsupervised models the word vectors are read and the
// n-grams' rows, so that words outside the vocabulary have vectors, as gensim's
// `load_facebook_vectors` gives them.
//
// A word's vector is the mean of its own row and those of its n-grams; that of `</s>` is its own
// row alone (fastText; gensim takes its n-grams too).

import { ngramRowsOfBytes } from '../subwords.ts';
import { fail, type VectorReader, type VectorTable } from './vector-table.ts';

const MAGIC = 0x2f4f16ba;
const VERSIONS = [11, 12];
/**
 * Bytes of magic, version, twelve options of 4 bytes and one of 8; then the dictionary's sizes, 3
 * of 4 bytes and 2 of 8.
 */
const OPTIONS_END = 8 + 12 * 4 + 8;
const HEADER = OPTIONS_END + 3 * 4 + 2 * 8;
/** Bytes of an entry of the dictionary behind its word: NUL, count (8), type (1). */
const ENTRY_END = 10;
/** Whether it is quantized (1), rows (8), columns (8). */
const MATRIX_HEADER = 17;
const LONGEST_WORD = 10_000;
const SUPERVISED = 3;
const END_OF_SENTENCE = '</s>';

export function isFastText(head: Uint8Array): boolean {
  return head.length >= 8 && viewOf(head).getUint32(0, true) === MAGIC;
}

interface Header {
  vectorSize: number;
  minN: number;
  maxN: number;
  words: number;
  /** Words, and labels behind them. */
  entries: number;
  /** Bytes of the list of n-grams that were kept, behind the dictionary. */
  keptBytes: number;
  isSupervised: boolean;
}

/** What is read next. */
type Stage = 'header' | 'dictionary' | 'matrix' | 'words' | 'ngrams' | 'done';

export class FastTextReader implements VectorReader {
  readonly #table: VectorTable;
  readonly #bytes: number;
  #stage: Stage = 'header';
  #header: Header = { vectorSize: 0, minN: 0, maxN: 0, words: 0, entries: 0, keptBytes: 0, isSupervised: false };
  /** The words' bytes one after the other, and where each begins, (words + 1). */
  #letters = new Uint8Array(1 << 16);
  #starts = new Uint32Array(1);
  /** Words that are read from the dictionary, and then rows from the matrix. */
  #read = 0;
  /** Place in the dictionary of each word of the table. */
  readonly #places: number[] = [];
  /** (buckets, D) */
  #ngrams = new Float32Array(new SharedArrayBuffer(0));
  #rowBytes = new Uint8Array(0);
  /**
   * The beginning of what is cut off by the end of a chunk, and the byte of the file that it begins
   * with.
   */
  #rest = new Uint8Array(0);
  #at = 0;

  /** `bytes`: of the file. */
  constructor(table: VectorTable, bytes: number) {
    this.#table = table;
    this.#bytes = bytes;
  }

  push(chunk: Uint8Array): boolean {
    let bytes = chunk;
    if (this.#rest.length > 0) {
      bytes = new Uint8Array(this.#rest.length + chunk.length);
      bytes.set(this.#rest);
      bytes.set(chunk, this.#rest.length);
    }
    let at = 0;
    for (let used = this.#step(bytes, at); used > 0; used = this.#step(bytes, at)) at += used;
    this.#rest = bytes.slice(at);
    this.#at += at;
    return this.#stage !== 'done';
  }

  end(): void {
    if (this.#stage !== 'done')
      fail({ kind: 'truncated', place: { byte: this.#at + this.#rest.length, row: this.#read + 1 } });
    this.#addNgrams();
    this.#table.finish();
  }

  /**
   * Reads what comes next; gives how many bytes it took, 0 if they are not there yet, or if nothing
   * more is wanted.
   */
  #step(bytes: Uint8Array, start: number): number {
    const left = bytes.length - start;
    switch (this.#stage) {
      case 'header':
        return left < HEADER ? 0 : this.#readHeader(viewOf(bytes, start));
      case 'dictionary':
        return this.#readWord(bytes, start);
      case 'matrix':
        return left < this.#header.keptBytes + MATRIX_HEADER
          ? 0
          : this.#readMatrixHeader(viewOf(bytes, start + this.#header.keptBytes));
      case 'words':
        return left < this.#rowBytes.length ? 0 : this.#readWordRow(bytes, start);
      case 'ngrams':
        return this.#readNgrams(bytes, start);
      case 'done':
        return 0;
    }
  }

  #readHeader(view: DataView): number {
    const version = view.getInt32(4, true);
    if (!VERSIONS.includes(version)) fail({ kind: 'foreign', what: 'fastTextVersion' });
    // dim, ws, epoch, minCount, neg, wordNgrams, loss, model, bucket, minn, maxn, lrUpdateRate
    const option = (index: number): number => view.getInt32(8 + 4 * index, true);
    const [vectorSize, model, minN, maxN] = [option(0), option(7), option(9), option(10)] as const;
    const entries = view.getInt32(OPTIONS_END, true);
    const words = view.getInt32(OPTIONS_END + 4, true);
    // below 0 if all n-grams were kept
    const keptBytes = 8 * Math.max(0, Number(view.getBigInt64(OPTIONS_END + 20, true)));
    // a letter for each entry
    if (words < 0 || entries < words || entries * (ENTRY_END + 1) + keptBytes > this.#bytes)
      fail({ kind: 'shorterThanHeader', rows: words, vectorSize, bytes: this.#bytes });
    const isSupervised = model === SUPERVISED || entries > words;
    this.#header = { vectorSize, minN, maxN, words, entries, keptBytes, isSupervised };
    this.#table.begin(vectorSize, words);
    this.#rowBytes = new Uint8Array(this.#table.row.buffer);
    this.#starts = new Uint32Array(entries + 1);
    this.#stage = entries === 0 ? 'matrix' : 'dictionary';
    return HEADER;
  }

  #readWord(bytes: Uint8Array, start: number): number {
    const length = bytes.subarray(start, start + LONGEST_WORD).indexOf(0);
    if (length < 0 && bytes.length - start >= LONGEST_WORD)
      fail({ kind: 'noWord', place: { byte: this.#at + start, row: this.#read + 1 } });
    if (length < 0 || start + length + ENTRY_END > bytes.length) return 0;
    const from = this.#starts[this.#read]!;
    if (from + length > this.#letters.length) {
      const larger = new Uint8Array(2 * (from + length));
      larger.set(this.#letters);
      this.#letters = larger;
    }
    this.#letters.set(bytes.subarray(start, start + length), from);
    this.#starts[++this.#read] = from + length;
    if (this.#read === this.#header.entries) this.#stage = 'matrix';
    return length + ENTRY_END;
  }

  #readMatrixHeader(view: DataView): number {
    const { vectorSize, words, maxN, keptBytes, isSupervised } = this.#header;
    if (view.getUint8(0) !== 0) fail({ kind: 'foreign', what: 'fastTextQuantized' });
    if (isSupervised) fail({ kind: 'foreign', what: 'fastTextSupervised' });
    const rows = Number(view.getBigInt64(1, true));
    const columns = Number(view.getBigInt64(9, true));
    const buckets = rows - words;
    if (columns !== vectorSize || buckets < 0)
      fail({ kind: 'rowLength', place: { byte: this.#at, row: 1 }, expected: vectorSize, found: columns });
    if (4 * rows * vectorSize > this.#bytes) fail({ kind: 'shorterThanHeader', rows, vectorSize, bytes: this.#bytes });
    if (buckets > 0 && maxN > 0) {
      try {
        this.#ngrams = new Float32Array(new SharedArrayBuffer(4 * buckets * vectorSize));
      } catch {
        fail({ kind: 'tooLarge', rows, vectorSize, most: words });
      }
    }
    this.#read = 0;
    this.#stage = words === 0 ? 'done' : 'words';
    return keptBytes + MATRIX_HEADER;
  }

  #readWordRow(bytes: Uint8Array, start: number): number {
    const table = this.#table;
    const { length } = this.#rowBytes;
    if (!table.full) {
      this.#rowBytes.set(bytes.subarray(start, start + length));
      const word = this.#wordAt(this.#read);
      const wrong = table.notFinite();
      const row = this.#read + 1;
      if (word.length === 0) table.leaveOut({ kind: 'noWord', place: { byte: this.#at + start, row } });
      else if (wrong) {
        const byte = this.#at + start + 4 * (wrong - 1);
        table.leaveOut({ kind: 'notFinite', place: { byte, row }, number: wrong });
      } else {
        table.addBytes(word);
        if (table.words.length > this.#places.length) this.#places.push(this.#read);
      }
    }
    this.#read++;
    if (this.#read === this.#header.words) {
      this.#read = 0; // numbers of n-grams, from here on
      this.#stage = this.#ngrams.length > 0 ? 'ngrams' : 'done';
    }
    return length;
  }

  #readNgrams(bytes: Uint8Array, start: number): number {
    const numbers = Math.min((bytes.length - start) >> 2, this.#ngrams.length - this.#read);
    const target = new Uint8Array(this.#ngrams.buffer, 4 * this.#read, 4 * numbers);
    target.set(bytes.subarray(start, start + 4 * numbers));
    const added = this.#ngrams.subarray(this.#read, this.#read + numbers);
    const wrong = added.findIndex((number) => !Number.isFinite(number));
    if (wrong >= 0) {
      const row = this.#header.words + 1 + Math.floor((this.#read + wrong) / this.#header.vectorSize);
      const number = 1 + ((this.#read + wrong) % this.#header.vectorSize);
      fail({ kind: 'notFinite', place: { byte: this.#at + start + 4 * wrong, row }, number });
    }
    this.#read += numbers;
    if (this.#read === this.#ngrams.length) this.#stage = 'done';
    return 4 * numbers;
  }

  #wordAt(place: number): Uint8Array {
    return this.#letters.subarray(this.#starts[place], this.#starts[place + 1]);
  }

  /** Makes each word's vector of its own row and those of its n-grams. */
  #addNgrams(): void {
    const { vectorSize, minN, maxN } = this.#header;
    if (this.#ngrams.length === 0 || this.#places.length === 0) return;
    const ngrams = this.#ngrams;
    const buckets = ngrams.length / vectorSize;
    const vectors = this.#table.vectors();
    const decoder = new TextDecoder();
    this.#places.forEach((place, row) => {
      const word = this.#wordAt(place);
      if (decoder.decode(word) === END_OF_SENTENCE) return;
      const rows = ngramRowsOfBytes(word, { minN, maxN, buckets });
      const own = vectors.subarray(row * vectorSize, (row + 1) * vectorSize);
      for (const ngram of rows) {
        const from = ngram * vectorSize;
        for (let d = 0; d < vectorSize; d++) own[d]! += ngrams[from + d]!;
      }
      const share = Math.fround(1 / (rows.length + 1));
      for (let d = 0; d < vectorSize; d++) own[d]! *= share;
    });
    this.#table.ngrams = { options: { minN, maxN, hangul: 'syllables' }, vectors: ngrams };
  }
}

function viewOf(bytes: Uint8Array, start = 0): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset + start);
}
