// Word vectors as files that other tools read: the text and binary formats of the original word2vec tool
// (https://code.google.com/archive/p/word2vec, distance.c and word2vec.c; gensim's KeyedVectors reads both).

/** Rows of a chunk: some hundred kilobytes. */
const ROWS = 512;

/** `V D`, then a line for each word: the word and D numbers, with spaces between. `vectors`: (V, D). Numbers come back to the bit. */
export function* writeWord2vecText(
  words: readonly string[],
  vectors: Float32Array,
  vectorSize: number,
): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(`${words.length} ${vectorSize}\n`);
  for (let from = 0; from < words.length; from += ROWS) {
    const lines = words
      .slice(from, from + ROWS)
      .map((word, row) => `${word} ${numbers(rowOf(vectors, from + row, vectorSize))}\n`);
    yield encoder.encode(lines.join(''));
  }
}

/** `V D`, then for each word: the word, a space, D little-endian floats, a line break. `vectors`: (V, D). */
export function* writeWord2vecBinary(
  words: readonly string[],
  vectors: Float32Array,
  vectorSize: number,
): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(`${words.length} ${vectorSize}\n`);
  for (let from = 0; from < words.length; from += ROWS) {
    const names = words.slice(from, from + ROWS).map((word) => encoder.encode(`${word} `));
    const chunk = new Uint8Array(names.reduce((sum, name) => sum + name.length + 4 * vectorSize + 1, 0));
    const view = new DataView(chunk.buffer);
    let at = 0;
    for (const [row, name] of names.entries()) {
      chunk.set(name, at);
      at += name.length;
      for (const value of rowOf(vectors, from + row, vectorSize)) {
        view.setFloat32(at, value, true);
        at += 4;
      }
      chunk[at++] = 0x0a;
    }
    yield chunk;
  }
}

/** Nine digits bring a 32-bit float back to the bit. */
function numbers(row: Float32Array): string {
  return Array.from(row, (value) => value.toPrecision(9)).join(' ');
}

function rowOf(vectors: Float32Array, row: number, vectorSize: number): Float32Array {
  return vectors.subarray(row * vectorSize, (row + 1) * vectorSize);
}
