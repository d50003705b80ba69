import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { createWord2vecJob } from '../../src/word2vec/create-job.ts';
import { assertLearned, growthOf } from '../../src/word2vec/growth.ts';
import { hasOverflowed, smallerRate, type Word2vecJob } from '../../src/word2vec/job.ts';
import { WORD2VEC_DEFAULTS, type Word2vecOptions } from '../../src/word2vec/options.ts';
import { Word2vecThread } from '../../src/word2vec/training.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

const kernel = await WebAssembly.compile(await readFile(new URL('kernels/word2vec.simd.wasm', DISTRIBUTION)));
const TOKENS = Int32Array.from({ length: 600 }, (_, at) => (at % 12 === 11 ? -1 : (at * 7) % 5));
const TEXT = { length: TOKENS.length, read: (first: number, count: number) => TOKENS.subarray(first, first + count) };

function createJob(options: Partial<Word2vecOptions>): Word2vecJob {
  const counts = [110, 110, 110, 110, 110];
  const all = { ...WORD2VEC_DEFAULTS, vectorSize: 10, minCount: 1, epochs: 4, sample: 0, ...options };
  return createWord2vecJob(kernel, { text: TEXT, counts, options: all, threads: 1, seed: 1 });
}

function trained(options: Partial<Word2vecOptions> = {}): Word2vecJob {
  const job = createJob(options);
  const thread = new Word2vecThread(job, 0, TEXT);
  while (thread.step());
  return job;
}

test('the loss of chance is that of the first pairs, with negative samples and with a tree', () => {
  for (const options of [
    {},
    { negative: 7 },
    { hierarchicalSoftmax: true, negative: 0 },
    { hierarchicalSoftmax: true },
  ]) {
    const job = trained({ ...options, alpha: 1e-6, minAlpha: 1e-6, epochs: 1 });
    const measured = job.losses[0]! / job.losses[1]!;
    assert.ok(Math.abs(measured - job.chanceLoss) < 0.1, `${JSON.stringify(options)}: ${measured}, ${job.chanceLoss}`);
  }
});

test('vectors whose loss is above that of chance, or not finite, are refused', () => {
  const good = trained();
  assert.doesNotThrow(() => assertLearned(good));
  good.losses[2 * 3] = good.losses[2 * 3 + 1]! * (good.chanceLoss + 0.01);
  assert.throws(() => assertLearned(good), { name: 'Word2vecError' });
  assert.ok(hasOverflowed(good));
  const broken = trained();
  new Float32Array(broken.memory.buffer, broken.layout.inputPtr)[3] = Infinity;
  assert.throws(() => assertLearned(broken), { name: 'Word2vecError' });
});

test('numbers beyond 50 and a loss that rises over two passes are found', () => {
  const job = trained();
  assert.deepEqual({ ...growthOf(job), largest: 0 }, { largest: 0, longest: [], roseAt: 0 });
  const row = job.layout.rowStride / 4;
  const floats = new Float32Array(job.memory.buffer, job.layout.inputPtr);
  floats[2 * row + 5] = -80;
  floats[4 * row] = 51;
  const pairs = job.losses[1]!;
  job.losses.set([3 * pairs, pairs, 2 * pairs, pairs, 2.5 * pairs, pairs, 2.11 * pairs, pairs]);
  assert.deepEqual(growthOf(job), { largest: 80, longest: [2, 4], roseAt: 4 });
  job.losses[6] = 2.09 * pairs;
  assert.equal(growthOf(job).roseAt, 0);
});

test('no advice names the rate that was given', () => {
  assert.equal(smallerRate(0.5), 0.025);
  assert.equal(smallerRate(0.025), 0.013);
  assert.equal(smallerRate(0.01), 0.005);
});
