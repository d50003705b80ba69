// What the embedding of a language model begins as, by the built compute thread.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { loadKernels } from '../../src/engine/kernels.ts';
import { trainStartVectors } from '../../src/engine/training/start-vectors.ts';
import { END_OF_SENTENCE, FIRST_WORD, UNKNOWN } from '../../src/language-model/token-ids.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

const [SIZE, WORDS] = [16, 30];
/** Not in the text. */
const ABSENT = FIRST_WORD + 11;

/** Words of a sentence are all even or all odd; the rarest come first, as with byte pairs. */
function text(): Int32Array<SharedArrayBuffer> {
  const tokens = [END_OF_SENTENCE];
  const random = mulberry32(7);
  for (let sentence = 0; sentence < 1500; sentence++) {
    for (let at = 0; at < 10; at++) {
      const word = 2 * Math.floor(Math.sqrt(random()) * (WORDS / 2)) + (sentence % 2);
      tokens.push(FIRST_WORD + word === ABSENT || random() < 0.02 ? UNKNOWN : FIRST_WORD + word);
    }
    tokens.push(END_OF_SENTENCE);
  }
  const shared = new Int32Array(new SharedArrayBuffer(4 * tokens.length));
  shared.set(tokens);
  return shared;
}

suite('vectors to begin with', async () => {
  const trainingText = text();
  const kernels = await loadKernels(DISTRIBUTION);
  const train = async (
    threads: number,
    signal = new AbortController().signal,
    { word2vec = kernels.word2vec, freezeEmbedding = false } = {},
  ) => {
    const lines: string[] = [];
    const vectors = await trainStartVectors(
      {
        trainingText,
        threads,
        seed: 1,
        sizes: { vocabulary: FIRST_WORD + WORDS, embeddingSize: SIZE, freezeEmbedding } as never,
      },
      {
        ...{ kernels: { ...kernels, word2vec }, signal, script: new URL('compute-thread.mjs', DISTRIBUTION) },
        events: { progress: () => undefined, log: (_, line) => void lines.push(line) },
      },
    );
    return { vectors, lines };
  };
  const { vectors, lines } = await train(1);
  const { data } = vectors!;
  const row = (token: number): Float32Array =>
    data.subarray((token - FIRST_WORD) * SIZE, (token - FIRST_WORD + 1) * SIZE);

  test('are of every word of the text, by its number in the model, and zeros for others', () => {
    assert.equal(data.length, WORDS * SIZE);
    for (let token = FIRST_WORD; token < FIRST_WORD + WORDS; token++) {
      assert.equal(
        row(token).some((value) => value !== 0),
        token !== ABSENT,
        `token ${token}`,
      );
    }
    assert.match(lines.join(), /Skip-gram vectors of its tokens, to begin with, in [\d.]+ s/);
  });

  test('are alike where tokens stand in the same sentences', () => {
    const norm = (vector: Float32Array): number => Math.hypot(...vector);
    const cosine = (a: number, b: number): number =>
      row(a).reduce((sum, value, index) => sum + value * row(b)[index]!, 0) / norm(row(a)) / norm(row(b));
    const [even, otherEven, odd] = [26, 28, 27].map((word) => FIRST_WORD + word) as [number, number, number];
    assert.ok(cosine(even, otherEven) > cosine(even, odd) + 0.2, `${cosine(even, otherEven)}, ${cosine(even, odd)}`);
  });

  test('are the same to the bit with two threads', async () => {
    assert.deepEqual((await train(2)).vectors!.data, data);
  });

  test('are zeros where they fail, with one line in the log; where the embedding is to stay, that is an error', async () => {
    const broken = { word2vec: kernels.similarity }; // a module that has none of the functions
    const { vectors, lines } = await train(1, undefined, broken);
    assert.deepEqual(vectors, { size: SIZE, data: new Float32Array(WORDS * SIZE) });
    assert.equal(lines.length, 1);
    assert.match(
      lines[0]!,
      /^Language model: no Skip-gram vectors to begin with, so its embedding begins at random: ./,
    );
    await assert.rejects(
      train(1, undefined, { ...broken, freezeEmbedding: true }),
      /freezeEmbedding .*; switch it off$/,
    );
  });

  test('are none where they are cancelled', async () => {
    assert.equal((await train(1, AbortSignal.abort())).vectors, null);
  });
});
