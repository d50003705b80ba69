// Nearest rows by the copy in bytes beside nearest rows by reading every row: they must be the same
// to the bit, whatever the rows.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type KernelVariant, loadKernel } from '../../src/engine/kernels.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import { type Similar, SimilarityIndex } from '../../src/word2vec/similarity-index.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

/** The scores sorted, best first, equal ones by row. */
function sorted(scores: ArrayLike<number>, count: number, without: ReadonlySet<number>): Similar[] {
  return Array.from(scores, (similarity, index) => ({ index, similarity }))
    .filter(({ index }) => !without.has(index))
    .sort((a, b) => b.similarity - a.similarity || a.index - b.index)
    .slice(0, count);
}

const ROWS = 2000;

/** What may lead a search by bounds astray. Each fills one row. */
const KINDS: Record<string, (random: () => number, row: number, vector: Float32Array) => void> = {
  'random directions': (random, _, vector) => vector.forEach((_, d) => (vector[d] = random() - 0.5)),
  'all alike but for the last bits': (random, _, vector) =>
    vector.forEach((_, d) => (vector[d] = Math.sin(d + 1) + (random() - 0.5) * 1e-6)),
  'near ties closer than the bytes tell': (random, row, vector) => {
    vector.forEach((_, d) => (vector[d] = Math.cos(3 * d + (row % 7))));
    vector[row % vector.length]! += 1e-3 * random();
  },
  'copies of twenty rows': (_, row, vector) =>
    vector.forEach((_, d) => (vector[d] = Math.sin((1 + (row % 20)) * (d + 1)))),
  'zeros, and a few that are not': (random, row, vector) =>
    vector.forEach((_, d) => (vector[d] = row % 50 ? 0 : random() - 0.5)),
  'one number that dwarfs the others, which make the difference': (random, row, vector) => {
    vector.forEach((_, d) => (vector[d] = (random() - 0.5) * 0.01));
    vector[row % 3] = 1;
  },
  'opposite to each other': (_, row, vector) =>
    vector.forEach((_, d) => (vector[d] = (row % 2 ? 1 : -1) * Math.sin((1 + (row % 40)) * (d + 1)))),
  'lengths from 1e-30 to 1e30, and not finite': (random, row, vector) => {
    vector.forEach((_, d) => (vector[d] = (random() - 0.5) * 10 ** ((row % 61) - 30)));
    if (row % 97 === 5) vector[0] = [Number.NaN, Infinity, -Infinity][row % 3]!;
  },
};

for (const variant of ['simd', 'relaxed-simd'] as KernelVariant[]) {
  describe(`the nearest rows are exact, ${variant}`, async () => {
    const kernel = await loadKernel(DISTRIBUTION, 'similarity', variant);

    for (const [name, fill] of Object.entries(KINDS)) {
      for (const D of [3, 50, 300]) {
        test(`${name}, ${D} numbers`, () => {
          const random = mulberry32(D);
          const vectors = new Float32Array(ROWS * D);
          for (let row = 0; row < ROWS; row++) fill(random, row, vectors.subarray(row * D, (row + 1) * D));
          const index = new SimilarityIndex(kernel, vectors, ROWS, D);
          for (let question = 0; question < 12; question++) {
            const rows = [0, 1, 2].map(() => Math.floor(random() * ROWS));
            const [a, b, c] = rows.map((row) => index.row(row)) as [Float32Array, Float32Array, Float32Array];
            const without = new Set(question % 3 ? rows : []);
            const count = [1, 10, 100, 1001, ROWS][question % 5]!;
            const direction = question % 2 ? a : a.map((value, d) => value - b[d]! + 0.5 * c[d]!);
            const cosines = index.cosines(direction, ROWS);
            assert.deepEqual(index.nearest(direction, count, without), sorted(cosines, count, without));

            const other = rows[2]!;
            const nearer = cosines.reduce(
              (sum, cosine, row) => (cosine > cosines[other]! && !without.has(row) ? sum + 1 : sum),
              0,
            );
            assert.equal(index.countNearer(direction, other, without), nearer);

            const factors = [
              { direction: a, weight: 1 },
              { direction: b, weight: question % 4 ? -1 : -1.5 },
              { direction: c, weight: question % 4 ? 1 : 0.5 },
            ];
            const products = new Array<number>(ROWS).fill(1);
            const divisors = new Array<number>(ROWS).fill(1);
            for (const factor of factors) {
              index.cosines(factor.direction, ROWS).forEach((cosine, row) => {
                const share = Math.max(0, (1 + cosine) / 2) ** Math.abs(factor.weight);
                (factor.weight > 0 ? products : divisors)[row]! *= share;
              });
            }
            const scores = products.map((product, row) => product / (divisors[row]! + 1e-6));
            assert.deepEqual(index.nearestByProduct(factors, count, without), sorted(scores, count, without));
          }
        });
      }
    }

    test('of random directions next to none is read in full', () => {
      const [rows, D] = [20_000, 100];
      const random = mulberry32(9);
      const vectors = Float32Array.from({ length: rows * D }, () => random() + random() + random() - 1.5);
      const index = new SimilarityIndex(kernel, vectors, rows, D);
      for (let row = 0; row < 20; row++) {
        index.nearest(index.row(row), 10, new Set([row]));
        assert.ok(index.lastRead >= 10 && index.lastRead < 200, `${index.lastRead} rows were read`);
      }
    });

    test('a question that comes before all rows are prepared gets the same answer', () => {
      const [rows, D] = [9000, 200];
      const random = mulberry32(2);
      const vectors = Float32Array.from({ length: rows * D }, () => random() - 0.5);
      const [prepared, hasty] = [0, 1].map(() => new SimilarityIndex(kernel, vectors, rows, D));
      let steps = 1;
      while (prepared!.step()) steps++;
      assert.ok(steps >= 3, `${steps} steps`);
      hasty!.step();
      const direction = vectors.subarray(0, D);
      assert.deepEqual(hasty!.nearest(direction, 5, new Set()), prepared!.nearest(direction, 5, new Set()));
      assert.equal(hasty!.step(), false);
    });

    test('a direction of zeros, or not finite, is as far from every row', () => {
      const index = new SimilarityIndex(kernel, Float32Array.of(1, 2, 3, 4, 5, 6), 3, 2);
      for (const direction of [
        [0, 0],
        [Number.NaN, 1],
        [Infinity, 0],
      ]) {
        assert.deepEqual(index.nearest(direction, 2, new Set([0])), [
          { index: 1, similarity: 0 },
          { index: 2, similarity: 0 },
        ]);
      }
    });
  });
}
