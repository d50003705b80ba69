// The binary format of the original word2vec tool (https://code.google.com/archive/p/word2vec,
// distance.c): a line `V D`, then for each word: the word, a space, D little-endian 32-bit floats.
// word2vec.c ends each row with a line break, gensim does not. Where rows end in line breaks, they
// tell the end of a word that has spaces; else the first space does.

import { asField } from './text-rows.ts';
import { fail, type RowProblem, type VectorReader, type VectorTable } from './vector-table.ts';
import { parseHeader } from './word2vec-text.ts';

const NEW_LINE = 0x0a;
const SPACE = 0x20;
/**
 * A word that goes on for more bytes is none: the file is something else, or a row before it is
 * damaged.
 */
const LONGEST_WORD = 10_000;
const LONGEST_HEADER = 100;
/** Rows of a chunk: some hundred kilobytes. */
const ROWS = 512;

export class BinaryVectorReader implements VectorReader {
  readonly #table: VectorTable;
  readonly #bytes: number;
  /** V; null until the header is read. */
  #expected: number | null = null;
  /** The beginning of a row whose end is in a chunk to come. */
  #rest = new Uint8Array(0);
  /** The byte of the file that `#rest` begins with. */
  #at = 0;
  /** Bytes of the table's row. */
  #rowBytes = new Uint8Array(0);
  /** Whether the first row ends in a line break; null until it is read. */
  #hasLineBreaks: boolean | null = null;

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
    this.#consume(bytes, false);
    return !this.#table.full;
  }

  end(): void {
    this.#consume(this.#rest, true);
    if (this.#expected === null) fail({ kind: 'empty' });
    const table = this.#table;
    if (!table.full && table.rows < this.#expected)
      fail({ kind: 'truncated', place: { byte: this.#at + this.#rest.length, row: table.rows + 1 } });
    table.finish();
  }

  #consume(bytes: Uint8Array, last: boolean): void {
    let at = 0;
    for (let next = this.#read(bytes, at, last); next > at; next = this.#read(bytes, at, last)) at = next;
    this.#rest = bytes.slice(at);
    this.#at += at;
  }

  /**
   * Reads the header or a row; gives where it ends, or `start` if its end is not there yet. `last`:
   * nothing follows.
   */
  #read(bytes: Uint8Array, start: number, last: boolean): number {
    const table = this.#table;
    if (table.full) return bytes.length;
    if (this.#expected === null) return this.#readHeader(bytes, start);
    let at = start;
    while (at < bytes.length && bytes[at] === NEW_LINE) at++;
    if (at === bytes.length) return at;
    const place = { byte: this.#at + at, row: table.rows + 1 };
    const wordEnd = this.#endOfWord(bytes, at, last);
    if (wordEnd === null) {
      const begun = bytes.subarray(at, at + LONGEST_WORD);
      if (begun.length === LONGEST_WORD || (begun.includes(NEW_LINE) && !begun.includes(SPACE)))
        fail({ kind: 'noWord', place });
      return start;
    }
    const numbers = wordEnd + 1;
    const end = numbers + this.#rowBytes.length;
    this.#hasLineBreaks ??= bytes[end] === NEW_LINE;
    this.#rowBytes.set(bytes.subarray(numbers, end)); // a copy: in the file they need not be aligned
    const problem = this.#problem(bytes, at, wordEnd);
    if (problem) table.leaveOut(problem);
    else table.addBytes(bytes.subarray(at, wordEnd));
    return end;
  }

  /**
   * The space that ends the word at `start`; null if the row's end is not there yet. It is the
   * first space, or the first one behind which D numbers end in a line break if the rows of the
   * file do.
   */
  #endOfWord(bytes: Uint8Array, start: number, last: boolean): number | null {
    const first = bytes.subarray(start, start + LONGEST_WORD).indexOf(SPACE);
    if (first < 0) return null;
    // the byte behind the first row tells whether rows end in line breaks
    const needed = this.#rowBytes.length + (last ? 0 : 1);
    for (let space = start + first; ;) {
      const end = space + 1 + this.#rowBytes.length;
      if (space + 1 + needed > bytes.length) return null;
      if (!this.#hasLineBreaks || bytes[end] === NEW_LINE || end === bytes.length) return space;
      const next = bytes.subarray(space + 1, start + LONGEST_WORD).indexOf(SPACE);
      if (next < 0) return start + first;
      space += 1 + next;
    }
  }

  /**
   * What is wrong with the row whose word stands from `start` to `wordEnd` and whose numbers are in
   * the table's row.
   */
  #problem(bytes: Uint8Array, start: number, wordEnd: number): RowProblem | null {
    const table = this.#table;
    const row = table.rows + 1;
    const place = { byte: this.#at + start, row };
    if (table.rows >= this.#expected!) return { kind: 'tooManyRows', place, expected: this.#expected! };
    const word = bytes.subarray(start, wordEnd);
    if (word.includes(NEW_LINE) || word.length === 0 || (word[0] === SPACE && word.every((byte) => byte === SPACE)))
      return { kind: 'noWord', place };
    const wrong = table.notFinite();
    return wrong
      ? { kind: 'notFinite', place: { byte: this.#at + wordEnd + 1 + 4 * (wrong - 1), row }, number: wrong }
      : null;
  }

  #readHeader(bytes: Uint8Array, start: number): number {
    const end = bytes.indexOf(NEW_LINE, start);
    if (end < 0 && bytes.length < LONGEST_HEADER) return start;
    const header = parseHeader(bytes.subarray(start, Math.max(start, end)));
    if (!header) fail({ kind: 'header', place: { line: 1 } });
    const { rows, vectorSize } = header;
    // a letter and a space for each word
    if (end + 1 + rows * (4 * vectorSize + 2) > this.#bytes)
      fail({ kind: 'shorterThanHeader', rows, vectorSize, bytes: this.#bytes });
    this.#table.begin(vectorSize, rows);
    this.#rowBytes = new Uint8Array(this.#table.row.buffer);
    this.#expected = rows;
    return end + 1;
  }
}

/** `vectors`: (V, D). A space within a word is written as `_`: the format has no other way. */
export function* writeWord2vecBinary(
  words: readonly string[],
  vectors: Float32Array,
  vectorSize: number,
): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(`${words.length} ${vectorSize}\n`);
  const source = new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength); // little-endian, as WebAssembly is
  const rowBytes = 4 * vectorSize;
  for (let from = 0; from < words.length; from += ROWS) {
    const names = words.slice(from, from + ROWS).map((word) => encoder.encode(`${asField(word)} `));
    const chunk = new Uint8Array(names.reduce((sum, name) => sum + name.length + rowBytes + 1, 0));
    let at = 0;
    for (const [row, name] of names.entries()) {
      chunk.set(name, at);
      at += name.length;
      chunk.set(source.subarray((from + row) * rowBytes, (from + row + 1) * rowBytes), at);
      at += rowBytes;
      chunk[at++] = NEW_LINE;
    }
    yield chunk;
  }
}
