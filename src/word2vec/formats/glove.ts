// GloVe's text format (https://github.com/stanfordnlp/GloVe): a line for each word, the word and D
// numbers, no header. It is read as word2vec-text.ts reads, with the shape that text-shape.ts
// finds.

import { writeRows } from './text-rows.ts';

/** `vectors`: (V, D). Numbers come back to the bit; a space within a word is written as `_`. */
export function writeGlove(words: readonly string[], vectors: Float32Array, vectorSize: number): Generator<Uint8Array> {
  return writeRows(words, vectors, vectorSize, ' ');
}
