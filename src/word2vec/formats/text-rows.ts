// Rows of numbers as lines of text, the part that the text formats have in common.

import { LONGEST_DECIMAL, writeDecimal } from './decimals.ts';

/** Numbers of a chunk: some hundred kilobytes, a few milliseconds. */
const NUMBERS = 1 << 15;

/**
 * A line for each row: the word, where there are words, and D numbers, with `separator` between.
 * `vectors`: (rows, D).
 */
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
    const names = words?.slice(from, until).map((word) => encoder.encode(asField(word)));
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

/**
 * A word as one field of one line. Fields part at a space, U+0020, and lines at their ends: for
 * these stands `_`, as in gensim's phrases. Every other sign, such as a no-break space, is part of
 * the word.
 */
export function asField(word: string): string {
  return word.replace(/[ \r\n]/g, '_');
}
