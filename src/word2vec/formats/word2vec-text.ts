// The text format of the original word2vec tool (https://code.google.com/archive/p/word2vec), which gensim's
// KeyedVectors and fastText's `.vec` files share: a line `V D`, then a line for each word, the word and D numbers with
// spaces between. fastText and word2vec put one more space at the end of each line; it is read, not written.

import { DecimalReader, isSeparator } from './decimals.ts';
import { Lines } from './lines.ts';
import { writeRows } from './text-rows.ts';
import { fail, type VectorReader, type VectorTable } from './vector-table.ts';

/** What a reader of lines knows before it begins. */
export interface TextShape {
  /** Of the file. */
  bytes: number;
  /** Where there is no header: D, and about how many rows there are. */
  headerless?: { vectorSize: number; rows: number };
}

/** Reads words and numbers, line by line; with a header, or as GloVe's files, without one. */
export class TextVectorReader implements VectorReader {
  readonly #table: VectorTable;
  readonly #bytes: number;
  readonly #lines = new Lines((...line) => this.#take(...line));
  readonly #decimals = new DecimalReader();
  /** V as the header has it; null where there is none. */
  #expected: number | null = null;
  #headerSeen = false;
  #blank: number | null = null;

  constructor(table: VectorTable, { bytes, headerless }: TextShape) {
    this.#table = table;
    this.#bytes = bytes;
    if (headerless) {
      this.#headerSeen = true;
      table.begin(headerless.vectorSize, headerless.rows);
    }
  }

  push(bytes: Uint8Array): void {
    this.#lines.push(bytes);
  }

  end(): void {
    this.#lines.end();
    const { rows, full } = this.#table;
    if (!this.#headerSeen) fail({ kind: 'empty' });
    if (!full && this.#expected !== null && rows < this.#expected)
      fail({ kind: 'tooFewRows', expected: this.#expected, found: rows });
  }

  #take(bytes: Uint8Array, start: number, lineEnd: number, line: number, whole: boolean): boolean {
    let end = lineEnd;
    while (end > start && isSeparator(bytes[end - 1]!)) end--;
    if (end === start) {
      this.#blank ??= line;
      return true;
    }
    if (this.#blank !== null) fail({ kind: 'blankLine', place: { line: this.#blank } });
    if (this.#headerSeen) this.#readRow(bytes, start, end, line, whole);
    else this.#readHeader(bytes, start, end, line);
    return !this.#table.full;
  }

  #readHeader(bytes: Uint8Array, start: number, end: number, line: number): void {
    const header = parseHeader(bytes.subarray(start, end));
    if (!header) fail({ kind: 'header', place: { line } });
    const { rows, vectorSize } = header;
    this.#headerSeen = true;
    this.#expected = rows;
    // a letter, and a space and a digit for each number, and the end of the line
    if (rows * (2 * vectorSize + 2) - 1 > this.#bytes)
      fail({ kind: 'shorterThanHeader', rows, vectorSize, bytes: this.#bytes });
    this.#table.begin(vectorSize, rows);
  }

  #readRow(bytes: Uint8Array, start: number, end: number, line: number, whole: boolean): void {
    const table = this.#table;
    if (table.rows === this.#expected) fail({ kind: 'tooManyRows', place: { line }, expected: this.#expected });
    if (isSeparator(bytes[start]!)) fail({ kind: 'noWord', place: { line } });
    let wordEnd = start;
    while (wordEnd < end && !isSeparator(bytes[wordEnd]!)) wordEnd++;
    if (!this.#readNumbers(bytes, wordEnd, end)) {
      wordEnd = this.#endOfWord(bytes, start, end, line, whole);
      this.#readNumbers(bytes, wordEnd, end);
    }
    const wrong = table.notFinite();
    if (wrong) fail({ kind: 'notFinite', place: { line }, number: wrong });
    table.addBytes(bytes.subarray(start, wordEnd));
  }

  /** Reads D numbers into the table's row; false where there are more, or fewer, or something else. */
  #readNumbers(bytes: Uint8Array, from: number, end: number): boolean {
    const { row } = this.#table;
    const decimals = this.#decimals;
    let at = from;
    for (let d = 0; d < row.length; d++) {
      while (at < end && isSeparator(bytes[at]!)) at++;
      if (at === end) return false;
      row[d] = decimals.read(bytes, at, end);
      if (!decimals.valid) return false;
      at = decimals.at;
    }
    return at === end;
  }

  /**
   * Where the word of an odd line ends: the last D fields are numbers, and what stands before them is the word, spaces
   * included (GloVe's 840B has such words). A word that ends in a number is taken for a line with too many numbers.
   */
  #endOfWord(bytes: Uint8Array, start: number, end: number, line: number, whole: boolean): number {
    const { vectorSize } = this.#table;
    const fields: number[] = []; // where each begins
    for (let at = start; at < end;) {
      fields.push(at);
      while (at < end && !isSeparator(bytes[at]!)) at++;
      while (at < end && isSeparator(bytes[at]!)) at++;
    }
    const isNumber = (field: number): boolean => {
      this.#decimals.read(bytes, fields[field]!, end);
      return this.#decimals.valid;
    };
    let numbers = 0;
    while (numbers < fields.length - 1 && isNumber(fields.length - 1 - numbers)) numbers++;
    if (numbers < vectorSize && !whole) fail({ kind: 'truncated', place: { line } });
    const others = fields.length - 1 - numbers; // besides the first
    if (numbers < vectorSize && others > 0 && fields.length - 1 >= vectorSize)
      fail({ kind: 'notANumber', place: { line }, number: vectorSize - numbers });
    if (numbers !== vectorSize) fail({ kind: 'rowLength', place: { line }, expected: vectorSize, found: numbers });
    let wordEnd = fields[fields.length - vectorSize]!;
    while (isSeparator(bytes[wordEnd - 1]!)) wordEnd--;
    return wordEnd;
  }
}

/** `V D`, two whole numbers with spaces between (with a tab it would be a row of numbers); null where the line is something else. */
export function parseHeader(line: Uint8Array): { rows: number; vectorSize: number } | null {
  if (line.length > 40) return null;
  const fields = /^ *(\d{1,15}) +(\d{1,9})[ \r]*$/.exec(String.fromCharCode(...line));
  return fields && { rows: Number(fields[1]), vectorSize: Number(fields[2]) };
}

/** `vectors`: (V, D). Numbers come back to the bit; a space within a word is written as `_`, since no reader could tell it. */
export function* writeWord2vecText(
  words: readonly string[],
  vectors: Float32Array,
  vectorSize: number,
): Generator<Uint8Array> {
  yield new TextEncoder().encode(`${words.length} ${vectorSize}\n`);
  yield* writeRows(words, vectors, vectorSize, ' ');
}
