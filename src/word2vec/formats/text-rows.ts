// Rows of numbers as lines of text, the part that the text formats have in common.

import { LONGEST_DECIMAL, writeDecimal } from './decimals.ts';

/** Numbers of a chunk: some hundred kilobytes, a few milliseconds. */
const NUMBERS = 1 << 15;

/** A line for each row: the word, where there are words, and D numbers, with `separator` between. `vectors`: (rows, D). */
export function* writeRows(
  words: readonly string[] | null,
  vectors: Float32Array,
  vectorSize: number,
  separator: ' ' | '\t',
): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const between = separator.charCodeAt(0);
  const rows = words ? words.length : vectors.length / vectorSize;
  const step = Math.max(1, Math.floor(NUMBERS / vectorSize));
  for (let from = 0; from < rows; from += step) {
    const until = Math.min(rows, from + step);
    const names = words?.slice(from, until).map((word) => encoder.encode(withoutSpaces(word)));
    const letters = names?.reduce((sum, name) => sum + name.length, 0) ?? 0;
    const bytes = new Uint8Array(letters + (until - from) * (vectorSize * (LONGEST_DECIMAL + 1) + 1));
    let at = 0;
    for (let row = from; row < until; row++) {
      const name = names?.[row - from];
      if (name) {
        bytes.set(name, at);
        at += name.length;
        bytes[at++] = between;
      }
      for (let index = row * vectorSize; index < (row + 1) * vectorSize; index++) {
        at = writeDecimal(bytes, at, vectors[index]!);
        bytes[at++] = between;
      }
      bytes[at - 1] = 0x0a;
    }
    yield bytes.subarray(0, at);
  }
}

/** A word as one field: formats that part fields with spaces have no way to write one within a word; `_` is what gensim's phrases have. */
export function withoutSpaces(word: string): string {
  return word.replace(/\s/g, '_');
}
