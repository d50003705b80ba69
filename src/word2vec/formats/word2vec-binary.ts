// The binary format of the original word2vec tool (https://code.google.com/archive/p/word2vec, distance.c): a line `V D`,
// then for each word: the word, a space, D little-endian 32-bit floats. word2vec.c ends each row with a line break, gensim does not.

import { withoutSpaces } from './text-rows.ts';
import { fail, type VectorReader, type VectorTable } from './vector-table.ts';
import { parseHeader } from './word2vec-text.ts';

const NEW_LINE = 0x0a;
const SPACE = 0x20;
/** A word that goes on for more bytes is none: the file is something else, or a row before it is damaged. */
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
  /** Of the table's row. */
  #rowBytes = new Uint8Array(0);

  /** `bytes`: of the file. */
  constructor(table: VectorTable, bytes: number) {
    this.#table = table;
    this.#bytes = bytes;
  }

  push(chunk: Uint8Array): void {
    let bytes = chunk;
    if (this.#rest.length > 0) {
      bytes = new Uint8Array(this.#rest.length + chunk.length);
      bytes.set(this.#rest);
      bytes.set(chunk, this.#rest.length);
    }
    let at = 0;
    for (let next = this.#read(bytes, at); next > at; next = this.#read(bytes, at)) at = next;
    this.#rest = bytes.slice(at);
    this.#at += at;
  }

  end(): void {
    if (this.#expected === null) fail({ kind: 'empty' });
    const { rows, full } = this.#table;
    if (!full && rows < this.#expected)
      fail({ kind: 'truncated', place: { byte: this.#at + this.#rest.length, row: rows + 1 } });
  }

  /** Reads the header or a row; gives where it ends, or `start` where its end is not there yet. */
  #read(bytes: Uint8Array, start: number): number {
    const table = this.#table;
    if (table.full) return bytes.length;
    if (this.#expected === null) return this.#readHeader(bytes, start);
    let at = start;
    while (at < bytes.length && bytes[at] === NEW_LINE) at++;
    if (at === bytes.length) return at;
    const place = { byte: this.#at + at, row: table.rows + 1 };
    if (table.rows === this.#expected) fail({ kind: 'tooManyRows', place, expected: this.#expected });
    const space = bytes.subarray(at, at + LONGEST_WORD).indexOf(SPACE);
    const word = bytes.subarray(at, space < 0 ? bytes.length : at + space);
    if (space === 0 || word.length >= LONGEST_WORD || word.includes(NEW_LINE)) fail({ kind: 'noWord', place });
    const numbers = at + word.length + 1;
    const end = numbers + this.#rowBytes.length;
    if (space < 0 || end > bytes.length) return start;
    this.#rowBytes.set(bytes.subarray(numbers, end)); // a copy: in the file they need not be aligned
    const wrong = table.notFinite();
    if (wrong) {
      const byte = this.#at + numbers + 4 * (wrong - 1);
      fail({ kind: 'notFinite', place: { byte, row: table.rows + 1 }, number: wrong });
    }
    table.addBytes(word);
    return end;
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
    const names = words.slice(from, from + ROWS).map((word) => encoder.encode(`${withoutSpaces(word)} `));
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
