// The text format of the original word2vec tool (https://code.google.com/archive/p/word2vec), which
// gensim's KeyedVectors and fastText's `.vec` files share: a line `V D`, then a line for each word,
// the word and D numbers with spaces between. fastText and word2vec put one more space at the end
// of each line; it is read, not written. The last D fields of a line are the vector, what stands
// before them is the word; a line that is neither is left out.

import { DecimalReader, isSeparator } from './decimals.ts';
import { latin1Of } from './latin1.ts';
import { Lines } from './lines.ts';
import { writeRows } from './text-rows.ts';
import { fieldsOf, isNumber } from './text-shape.ts';
import { fail, type RowProblem, type VectorFileProblem, type VectorReader, type VectorTable } from './vector-table.ts';

/** What a reader of lines knows before it begins. */
export interface TextLayout {
  /** Size of the file. */
  bytes: number;
  /** Whether words stand in quotation marks, which are no part of them. */
  quoted?: boolean;
  /**
   * If there is no header: D, about how many rows there are, and whether the first line names the
   * columns.
   */
  headerless?: { vectorSize: number; rows: number; heading?: boolean };
}

/** A word ends in this many numbers at most, unless a tab stands behind it. */
const MOST_NUMBERS_OF_A_WORD = 3;

/** Reads words and numbers, line by line; with a header, or as GloVe's files, without one. */
export class TextVectorReader implements VectorReader {
  readonly #table: VectorTable;
  readonly #bytes: number;
  readonly #quoted: boolean;
  readonly #lines = new Lines((...line) => this.#take(...line));
  readonly #decimals = new DecimalReader();
  /** V as the header has it; null if there is none. */
  #expected: number | null = null;
  #headerSeen = false;
  #headingLeft: boolean;
  /** Lines that are rows, good or not. */
  #rows = 0;
  /** A blank line, if nothing has come behind it yet. */
  #blank: number | null = null;
  /**
   * Rows whose word ends in a decimal, which is left over if the size of the vectors is too small;
   * and the first of them.
   */
  #surplus: { rows: number; first: VectorFileProblem } | null = null;

  constructor(table: VectorTable, { bytes, quoted = false, headerless }: TextLayout) {
    this.#table = table;
    this.#bytes = bytes;
    this.#quoted = quoted;
    this.#headingLeft = headerless?.heading ?? false;
    if (headerless) {
      this.#headerSeen = true;
      table.begin(headerless.vectorSize, headerless.rows);
    }
  }

  push(bytes: Uint8Array): boolean {
    this.#lines.push(bytes);
    return !this.#table.full;
  }

  end(): void {
    this.#lines.end();
    const table = this.#table;
    if (!this.#headerSeen) fail({ kind: 'empty' });
    if (!table.full && this.#expected !== null && this.#rows < this.#expected)
      fail({ kind: 'tooFewRows', expected: this.#expected, found: this.#rows });
    if (this.#surplus && this.#surplus.rows * 2 > this.#rows) fail(this.#surplus.first);
    table.finish();
  }

  #take(bytes: Uint8Array, start: number, lineEnd: number, line: number, whole: boolean): boolean {
    let end = lineEnd;
    while (end > start && isSeparator(bytes[end - 1]!)) end--;
    const table = this.#table;
    if (end === start) {
      this.#blank ??= line;
      return true;
    }
    if (this.#blank !== null) table.leaveOut({ kind: 'blankLine', place: { line: this.#blank } });
    this.#blank = null;
    if (!this.#headerSeen) this.#readHeader(bytes, start, end, line);
    else if (this.#headingLeft) this.#headingLeft = false;
    else {
      const problem = this.#readRow(bytes, start, end, line, whole);
      if (problem) table.leaveOut(problem);
    }
    return !table.full;
  }

  #readHeader(bytes: Uint8Array, start: number, end: number, line: number): void {
    const header = parseHeader(bytes.subarray(start, end), /[ \t]+/);
    if (!header) fail({ kind: 'header', place: { line } });
    const { rows, vectorSize } = header;
    this.#headerSeen = true;
    this.#expected = rows;
    // a letter, and a space and a digit for each number, and the end of the line
    if (rows * (2 * vectorSize + 2) - 1 > this.#bytes)
      fail({ kind: 'shorterThanHeader', rows, vectorSize, bytes: this.#bytes });
    this.#table.begin(vectorSize, rows);
  }

  /** Adds a row to the table; gives what is wrong with it instead. */
  #readRow(bytes: Uint8Array, start: number, end: number, line: number, whole: boolean): RowProblem | null {
    const table = this.#table;
    if (this.#rows === this.#expected) return { kind: 'tooManyRows', place: { line }, expected: this.#expected };
    this.#rows++;
    let wordStart = start;
    let wordEnd = start;
    while (wordEnd < end && !isSeparator(bytes[wordEnd]!)) wordEnd++;
    if (wordEnd === start || !this.#readNumbers(bytes, wordEnd, end)) {
      const found = this.#endOfWord(bytes, start, end, line, whole);
      if (typeof found !== 'number') return found;
      wordEnd = found;
      while (isSeparator(bytes[wordStart]!)) wordStart++;
      this.#readNumbers(bytes, wordEnd, end);
    }
    const wrong = table.notFinite();
    if (wrong) return { kind: 'notFinite', place: { line }, number: wrong };
    const word = bytes.subarray(wordStart, wordEnd);
    table.addBytes(this.#quoted ? withoutQuotes(word) : word);
    return null;
  }

  /** Reads D numbers into the table's row; false if there are more, or fewer, or something else. */
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
   * Where the word of an odd line ends: the last D fields are numbers, and what stands before them
   * is the word, also if it has spaces or ends in a number. Gives what is wrong with the line if
   * that cannot be.
   */
  #endOfWord(bytes: Uint8Array, start: number, end: number, line: number, whole: boolean): number | RowProblem {
    const { vectorSize } = this.#table;
    const place = { line };
    const fields: number[] = []; // where each begins
    for (let at = start; at < end;) {
      while (at < end && isSeparator(bytes[at]!)) at++;
      fields.push(at);
      while (at < end && !isSeparator(bytes[at]!)) at++;
    }
    const isNumber = (field: number): boolean => {
      this.#decimals.read(bytes, fields[field]!, end);
      return this.#decimals.valid;
    };
    const hasWord = fields.length > vectorSize;
    let numbers = 0;
    const most = fields.length - (isSeparator(bytes[start]!) && !hasWord ? 0 : 1);
    while (numbers < most && isNumber(fields.length - 1 - numbers)) numbers++;
    if (numbers < vectorSize && !whole) fail({ kind: 'truncated', place });
    if (numbers === vectorSize && !hasWord) return { kind: 'noWord', place };
    if (numbers < vectorSize) {
      const others = fields.length - 1 - numbers; // besides the first
      return others > 0 && fields.length - 1 >= vectorSize
        ? { kind: 'notANumber', place, number: vectorSize - numbers }
        : { kind: 'rowLength', place, expected: vectorSize, found: numbers };
    }
    let wordEnd = fields[fields.length - vectorSize]!;
    const isSure = bytes[wordEnd - 1] === TAB && bytes.indexOf(TAB, wordEnd) < 0;
    while (isSeparator(bytes[wordEnd - 1]!)) wordEnd--;
    if (numbers === vectorSize || isSure) return wordEnd;
    const problem = { kind: 'rowLength', place, expected: vectorSize, found: numbers } as const;
    if (numbers - vectorSize > MOST_NUMBERS_OF_A_WORD) return problem;
    // whole numbers are likely in words, others are not
    const surplus = bytes.subarray(fields[fields.length - numbers], wordEnd);
    if (surplus.includes(POINT)) {
      this.#surplus ??= { rows: 0, first: problem };
      this.#surplus.rows++;
    }
    return wordEnd;
  }
}

const TAB = 0x09;
const QUOTE = 0x22;
const POINT = 0x2e;

/**
 * A word without the quotation marks around it; one within is written as R and CSV write it, `\\"`
 * or `""`.
 */
function withoutQuotes(word: Uint8Array): Uint8Array {
  if (word.length < 2 || word[0] !== QUOTE || word.at(-1) !== QUOTE) return word;
  const inner = latin1Of(word.subarray(1, -1)).replace(/\\(["\\])|"(")/g, '$1$2');
  return Uint8Array.from(inner, (byte) => byte.charCodeAt(0));
}

/**
 * `V D`, two whole numbers with spaces between; null if the line is something else. With a tab
 * between they may be a row of numbers: see `parseTabbedHeader`.
 */
export function parseHeader(line: Uint8Array, between = / +/): { rows: number; vectorSize: number } | null {
  if (line.length > 40) return null;
  const fields = latin1Of(line)
    .replace(/[\s]+$/, '')
    .replace(/^ +/, '')
    .split(between);
  if (fields.length !== 2 || !/^\d{1,15}$/.test(fields[0]!) || !/^\d{1,9}$/.test(fields[1]!)) return null;
  return { rows: Number(fields[0]), vectorSize: Number(fields[1]) };
}

/** `V D` with a tab between, if the line behind it is a word and D numbers, and not two numbers. */
export function parseTabbedHeader(line: Uint8Array, next: string): { rows: number; vectorSize: number } | null {
  const header = parseHeader(line, /[ \t]+/);
  const fields = fieldsOf(next);
  const isRow = fields.length > 2 || (fields.length === 2 && !isNumber(fields[0]!));
  return header && isRow && fields.length > header.vectorSize && fields.slice(-header.vectorSize).every(isNumber)
    ? header
    : null;
}

/**
 * `vectors`: (V, D). Numbers come back to the bit; a space within a word is written as `_`, since
 * no reader could tell it.
 */
export function* writeWord2vecText(
  words: readonly string[],
  vectors: Float32Array,
  vectorSize: number,
): Generator<Uint8Array> {
  yield new TextEncoder().encode(`${words.length} ${vectorSize}\n`);
  yield* writeRows(words, vectors, vectorSize, ' ');
}
