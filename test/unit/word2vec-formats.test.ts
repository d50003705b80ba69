import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeWord2vecBinary, writeWord2vecText } from '../../src/word2vec/formats.ts';
import { seededRandom } from '../synthetic-text.ts';

const SIZE = 7;

function sample(rows: number): { words: string[]; vectors: Float32Array } {
  const random = seededRandom(rows);
  return {
    words: Array.from({ length: rows }, (_, row) => (row === 1 ? '한국' : `word${row}`)),
    vectors: Float32Array.from({ length: rows * SIZE }, () => (random() - 0.5) * 10 ** (20 * (random() - 0.5))),
  };
}

for (const rows of [0, 1, 511, 512, 513, 1500]) {
  test(`${rows} words in the text format come back to the bit`, () => {
    const { words, vectors } = sample(rows);
    const lines = Buffer.concat([...writeWord2vecText(words, vectors, SIZE)])
      .toString()
      .split('\n');
    assert.equal(lines.shift(), `${rows} ${SIZE}`);
    assert.equal(lines.pop(), '');
    const fields = lines.map((line) => line.split(' '));
    assert.deepEqual(
      fields.map(([word]) => word),
      words,
    );
    assert.deepEqual(Float32Array.from(fields.flatMap(([, ...numbers]) => numbers.map(Number))), vectors);
  });

  test(`${rows} words in the binary format come back to the bit`, () => {
    const { words, vectors } = sample(rows);
    const bytes = Buffer.concat([...writeWord2vecBinary(words, vectors, SIZE)]);
    let at = bytes.indexOf('\n') + 1;
    assert.equal(bytes.subarray(0, at).toString(), `${rows} ${SIZE}\n`);
    for (let row = 0; row < rows; row++) {
      const space = bytes.indexOf(' ', at);
      assert.equal(bytes.subarray(at, space).toString(), words[row]);
      for (let d = 0; d < SIZE; d++) assert.equal(bytes.readFloatLE(space + 1 + 4 * d), vectors[row * SIZE + d]);
      at = space + 1 + 4 * SIZE;
      assert.equal(bytes[at++], 0x0a);
    }
    assert.equal(at, bytes.length);
  });
}
