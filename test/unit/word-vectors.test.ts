import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type KernelVariant, loadKernel } from '../../src/engine/kernels.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import { closestSpellings } from '../../src/word2vec/spellings.ts';
import { WordVectors } from '../../src/word2vec/vectors.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

/** Vectors of small numbers, one of them all zeros, and the plain answer in double precision. */
function sample(
  rows: number,
  size: number,
): { words: string[]; vectors: Float32Array; cosine: (weights: number[], row: number) => number } {
  const random = mulberry32(rows * 1000 + size);
  const vectors = Float32Array.from({ length: rows * size }, () => random() - 0.5);
  if (rows > 3) vectors.fill(0, 3 * size, 4 * size);
  const unit = (row: number): number[] => {
    const values = Array.from(vectors.subarray(row * size, (row + 1) * size));
    const length = Math.hypot(...values) || 1;
    return values.map((value) => value / length);
  };
  const sumOf = (weights: number[]): number[] => {
    const sum = new Array<number>(size).fill(0);
    for (const [index, weight] of weights.entries()) {
      if (weight) unit(index).forEach((value, d) => (sum[d]! += weight * value));
    }
    const length = Math.hypot(...sum) || 1;
    return sum.map((value) => value / length);
  };
  const cosine = (weights: number[], row: number): number => {
    const sum = sumOf(weights);
    return unit(row).reduce((total, value, d) => total + value * sum[d]!, 0);
  };
  return { words: Array.from({ length: rows }, (_, row) => `w${row}`), vectors, cosine };
}

for (const variant of ['simd', 'relaxed-simd'] as KernelVariant[]) {
  describe(`word vectors, ${variant}`, async () => {
    const kernel = await loadKernel(DISTRIBUTION, 'similarity', variant);

    for (const [rows, size] of [
      [1, 1],
      [2, 3],
      [5, 4],
      [17, 5],
      [64, 15],
      [100, 16],
      [333, 17],
      [1000, 100],
    ] as const) {
      test(`${rows} words of ${size} numbers: answers as a plain computation gives them`, () => {
        const { words, vectors, cosine } = sample(rows, size);
        const model = new WordVectors(kernel, words, vectors, size);
        const sum = [
          { index: 0, weight: 1 },
          { index: Math.min(1, rows - 1), weight: -0.5 },
          { index: Math.min(2, rows - 1), weight: 1 },
        ];
        const weights = new Array<number>(rows).fill(0);
        for (const { index, weight } of sum) weights[index]! += weight;
        const expected = words
          .map((_, index) => ({ index, similarity: cosine(weights, index) }))
          .filter(({ index }) => !sum.some((term) => term.index === index))
          .sort((a, b) => b.similarity - a.similarity);
        const answers = model.mostSimilar(sum, 10);
        assert.equal(answers.length, Math.min(10, expected.length));
        for (const [place, { index, similarity }] of answers.entries()) {
          assert.ok(Math.abs(similarity - expected[place]!.similarity) < 1e-5);
          assert.ok(Math.abs(cosine(weights, index) - similarity) < 1e-5);
        }
        const similarities = model.similarities(0, rows);
        similarities.forEach((value, row) => assert.ok(Math.abs(value - cosine([1], row)) < 1e-5));
        assert.ok(Math.abs(model.similarity(0, rows - 1) - similarities[rows - 1]!) < 1e-5);
        for (const row of [0, rows - 1]) {
          const length = Math.hypot(...model.unitVectors(rows).subarray(row * size, (row + 1) * size));
          assert.ok(Math.abs(length - 1) < 1e-5);
        }
      });
    }

    test('asked for none, for more than there are, and for a sum that is zero', () => {
      const { words, vectors } = sample(5, 4);
      const model = new WordVectors(kernel, words, vectors, 4);
      assert.deepEqual(model.nearest(0, 0), []);
      assert.equal(model.nearest(0, 100).length, 4);
      const zero = model.mostSimilar(
        [
          { index: 0, weight: 1 },
          { index: 0, weight: -1 },
        ],
        2,
      );
      assert.deepEqual(
        zero.map(({ similarity }) => similarity),
        [0, 0],
      );
    });

    test('vectors whose sizes do not fit are refused', () => {
      assert.throws(() => new WordVectors(kernel, ['a', 'b'], new Float32Array(5), 3), /expected 2 x 3 numbers, got 5/);
    });
  });
}

test('a word is found as written, else in its most frequent other case', async () => {
  const kernel = await loadKernel(DISTRIBUTION, 'similarity');
  const words = ['the', 'US', 'King', 'us', 'KING'];
  const model = new WordVectors(kernel, words, new Float32Array(words.length * 2).fill(1), 2);
  assert.deepEqual(
    ['us', 'US', 'Us', 'king', 'queen'].map((word) => model.indexOf(word)),
    [3, 1, 1, 2, -1],
  );
});

describe('closest spellings', () => {
  const words = [
    'the',
    'king',
    'kings',
    'kingdom',
    'thing',
    'form',
    'from',
    '한국',
    '한국은',
    '서울',
    '중국',
    'getUserName',
    'k',
  ];

  test('one slip away: missing, doubled, wrong and swapped letters', () => {
    assert.equal(closestSpellings(words, 'kng', 3)[0], 'king');
    assert.equal(closestSpellings(words, 'kinng', 3)[0], 'king');
    assert.equal(closestSpellings(words, 'kimg', 3)[0], 'king');
    assert.deepEqual(closestSpellings(words, 'fomr', 3), ['form']);
    assert.equal(closestSpellings(words, 'getUserNmae', 3)[0], 'getUserName');
  });

  test('case counts for nothing, and a beginning is close', () => {
    assert.equal(closestSpellings(words, 'GETUSERNAME', 1)[0], 'getUserName');
    assert.ok(closestSpellings(words, 'getUs', 3).includes('getUserName'));
  });

  test('Korean differs by letters, not by syllables', () => {
    assert.equal(closestSpellings(words, '한굮', 3)[0], '한국');
    assert.ok(!closestSpellings(words, '한굮', 5).includes('서울'));
  });

  test('nothing close gives nothing', () => {
    assert.deepEqual(closestSpellings(words, 'xylophone', 5), []);
    assert.deepEqual(closestSpellings(words, '', 5), []);
    assert.deepEqual(closestSpellings([], 'king', 5), []);
  });
});

test('a phrase that is not known as written is looked up as frequent phrases are learned', async () => {
  const kernel = await loadKernel(DISTRIBUTION, 'similarity');
  const words = ['new_york', 'los angeles', 'Los_Angeles', 'york'];
  const model = new WordVectors(kernel, words, new Float32Array(words.length * 2).fill(1), 2);
  assert.deepEqual(
    ['new york', ' New  York ', 'los angeles', 'LOS\tANGELES', 'old york', 'new', ' '].map((word) =>
      model.indexOf(word),
    ),
    [0, 0, 1, 2, -1, -1, -1],
  );
});
