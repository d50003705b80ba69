// GloVe's text format (https://github.com/stanfordnlp/GloVe): a line for each word, the word and D numbers, no header.

import { DecimalReader } from './decimals.ts';
import { writeRows } from './text-rows.ts';

/** D and about how many rows a file of so many bytes has, from its beginning: what most lines agree on. Null where they hold no numbers. */
export function gloveShape(head: Uint8Array, bytes: number): { vectorSize: number; rows: number } | null {
  const text = new TextDecoder().decode(head);
  const lines = text.split('\n');
  const cut = lines.length > 1 && head.length < bytes ? lines.pop()! : ''; // the head may end within a line
  const decimals = new DecimalReader();
  const sizes = new Map<number, number>();
  let rows = 0;
  for (const line of lines) {
    const fields = line.trim().split(/[ \t]+/);
    if (fields.length < 2) continue;
    const last = new TextEncoder().encode(fields.at(-1) ?? '');
    decimals.read(last, 0, last.length);
    if (!decimals.valid) continue;
    rows++;
    sizes.set(fields.length - 1, (sizes.get(fields.length - 1) ?? 0) + 1);
  }
  const [vectorSize] = [...sizes].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0]);
  if (vectorSize === 0 || rows * 2 < lines.filter((line) => line.trim()).length) return null;
  const headBytes = Math.max(1, head.length - new TextEncoder().encode(cut).length);
  return { vectorSize, rows: Math.ceil((rows * bytes * 1.05) / headBytes) };
}

/** `vectors`: (V, D). Numbers come back to the bit; a space within a word is written as `_`. */
export function writeGlove(words: readonly string[], vectors: Float32Array, vectorSize: number): Generator<Uint8Array> {
  return writeRows(words, vectors, vectorSize, ' ');
}
