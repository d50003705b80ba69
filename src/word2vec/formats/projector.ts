// The Embedding Projector's pair of files (https://projector.tensorflow.org, "Load"): vectors.tsv,
// a line of D numbers for each word and nothing else; metadata.tsv, the words in the same order.
// Metadata of one column has no header row, metadata of more columns has one.

import { DecimalReader, isSeparator } from './decimals.ts';
import { Lines } from './lines.ts';
import { writeRows } from './text-rows.ts';
import { fail, type Place, type RowProblem, type VectorReader, type VectorTable } from './vector-table.ts';

/**
 * The name of the metadata that belong to a file of vectors: `vectors` or gensim's `tensor` in it
 * becomes `metadata`; x.tsv has x.metadata.tsv.
 */
export function metadataName(name: string): string {
  const named = name.replace(/(vectors?|tensors?)(?!.*(vector|tensor))/i, 'metadata');
  return named === name ? name.replace(/(\.tsv)?$/i, '.metadata.tsv') : named;
}

/** Columns that hold the words, where a header row names the columns; else the first does. */
const WORD_COLUMNS = ['word', 'label', 'name', 'token'];

/** Whether the first of the words is the name of a column. */
export function beginsWithHeading(words: readonly string[]): boolean {
  return WORD_COLUMNS.includes((words[0] ?? '').trim().toLowerCase().replace(/s$/, ''));
}

/** Takes the bytes of metadata.tsv and gives the words. */
export class ProjectorMetadataReader {
  readonly words: string[] = [];
  readonly #decoder = new TextDecoder();
  #column: number | null = null;
  readonly #lines = new Lines((bytes, start, end, line) => {
    const fields = this.#decoder.decode(bytes.subarray(start, end)).split('\t');
    if (line === 1) {
      const named = fields.findIndex((field) => WORD_COLUMNS.includes(field.trim().toLowerCase()));
      this.#column = Math.max(0, named);
      if (fields.length > 1) return true;
    }
    this.words.push(fields[this.#column!] ?? '');
    return true;
  });

  push(bytes: Uint8Array): void {
    this.#lines.push(bytes);
  }

  end(): void {
    this.#lines.end();
    while (this.words.at(-1) === '') this.words.pop();
  }
}

/** Takes the bytes of vectors.tsv; the words are known. */
export class ProjectorVectorReader implements VectorReader {
  readonly #table: VectorTable;
  readonly #words: readonly string[];
  readonly #decimals = new DecimalReader();
  #numbers = new Float32Array(0);
  #blank: number | null = null;
  readonly #lines = new Lines((...line) => this.#take(...line));

  constructor(table: VectorTable, words: readonly string[]) {
    this.#table = table;
    this.#words = words;
  }

  push(bytes: Uint8Array): boolean {
    this.#lines.push(bytes);
    return !this.#table.full;
  }

  end(): void {
    this.#lines.end();
    const { rows, full } = this.#table;
    if (rows === 0) fail({ kind: 'empty' });
    if (!full && rows < this.#words.length) fail({ kind: 'words', rows, words: this.#words.length });
    this.#table.finish();
  }

  #take(bytes: Uint8Array, start: number, end: number, line: number, whole: boolean): boolean {
    if (end === start) {
      this.#blank ??= line;
      return true;
    }
    if (this.#blank !== null) fail({ kind: 'blankLine', place: { line: this.#blank } });
    const table = this.#table;
    const place = { line };
    const found = this.#readNumbers(bytes, start, end, place);
    if (table.vectorSize === 0) {
      // the first line tells D
      if (typeof found !== 'number') fail(found);
      table.begin(found, this.#words.length);
      this.#numbers = this.#numbers.slice(0, found);
    }
    const problem = typeof found === 'number' ? this.#problem(found, place, whole) : found;
    if (problem) table.leaveOut(problem);
    else table.add(this.#words[table.rows]!);
    return !table.full;
  }

  /** What is wrong with a row of `found` numbers. */
  #problem(found: number, place: Place, whole: boolean): RowProblem | null {
    const table = this.#table;
    const { vectorSize: expected, rows } = table;
    if (rows >= this.#words.length) fail({ kind: 'words', rows: rows + 1, words: this.#words.length });
    if (found < expected && !whole) fail({ kind: 'truncated', place });
    if (found !== expected) return { kind: 'rowLength', place, expected, found };
    table.row.set(this.#numbers);
    const wrong = table.notFinite();
    if (wrong) return { kind: 'notFinite', place, number: wrong };
    return this.#words[rows]!.trim() === '' ? { kind: 'noWord', place } : null;
  }

  /** Puts a line's numbers into `#numbers`; gives how many there are, or which field is none. */
  #readNumbers(bytes: Uint8Array, start: number, end: number, place: Place): number | RowProblem {
    // a digit and a tab for each; the first line tells how many there are
    if (this.#table.vectorSize === 0) this.#numbers = new Float32Array((end - start + 1) >> 1);
    let found = 0;
    for (let at = start; at < end;) {
      if (isSeparator(bytes[at]!)) {
        at++;
        continue;
      }
      const value = this.#decimals.read(bytes, at, end);
      if (!this.#decimals.valid) return { kind: 'notANumber', place, number: found + 1 };
      if (found < this.#numbers.length) this.#numbers[found] = value;
      found++;
      at = this.#decimals.at;
    }
    return found;
  }
}

/** vectors.tsv. `vectors`: (V, D). Numbers come back to the bit. */
export function writeProjectorVectors(vectors: Float32Array, vectorSize: number): Generator<Uint8Array> {
  return writeRows(null, vectors, vectorSize, '\t');
}

/** metadata.tsv: the words, and their counts where they are known, (V). */
export function* writeProjectorMetadata(words: readonly string[], counts: Float64Array | null): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  if (counts) yield encoder.encode('word\tcount\n');
  for (let from = 0; from < words.length; from += 4096) {
    const lines = words.slice(from, from + 4096).map((word, index) => {
      const name = word.replace(/[\t\r\n]/g, '_');
      return counts ? `${name}\t${counts[from + index]!}\n` : `${name}\n`;
    });
    yield encoder.encode(lines.join(''));
  }
}
