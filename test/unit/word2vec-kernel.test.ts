import assert from 'node:assert/strict';
import test from 'node:test';
import { signedNumbers } from '../helpers/numbers.ts';
import { meanOf, pairLoss } from './word2vec-reference.ts';
import { ALGORITHMS, create, type Setup, VARIANTS } from './word2vec-setup.ts';

const SIZES = [1, 3, 4, 5, 15, 16, 17, 64, 100, 300, 1000];

function assertNear(actual: number[][], expected: number[][], tolerance: number, what: string): void {
  actual.forEach((row, word) =>
    row.forEach((value, d) => {
      const other = expected[word]![d]!;
      assert.ok(
        Math.abs(value - other) <= tolerance * (1 + Math.abs(other)),
        `${what}, row ${word}, number ${d}: got ${value}, expected ${other}`,
      );
    }),
  );
}

/** A text of `length` tokens: sentences of 1 to 60 words, some of them rare. */
function someText(length: number, words: number): number[] {
  const next = signedNumbers(length);
  return Array.from({ length }, () => {
    const draw = (next() + 1) / 2;
    return draw < 0.04 ? -1 : draw < 0.1 ? words + 3 : Math.floor(((next() + 1) / 2) * words);
  });
}

/**
 * Trains one piece of text in three calls, and it again with another seed, in the kernel and in the
 * reference.
 */
function assertLikeReference(setup: Setup, alpha: number): void {
  const { kernel, reference, expected, rows, threadPtr, vectors, readTokens, train } = create(setup);
  const { tokens } = setup;
  const what = JSON.stringify({ ...setup, tokens: undefined, rows: undefined, keep: undefined, table: undefined });
  for (const seed of [3, 4]) {
    const positions = readTokens(seed);
    assert.equal(positions, reference.readTokens(Int32Array.from(tokens), seed), `positions of ${what}`);
    const [first, second] = [Math.floor(positions / 3), Math.floor(positions / 2)];
    for (const [from, to, rate] of [
      [0, first, alpha],
      [first, second, alpha / 2],
      [second, positions, alpha / 2],
    ] as const) {
      train(from, to, rate);
      reference.train(from, to, rate);
    }
  }
  const actual = vectors();
  for (const name of ['input', 'output', 'tree', 'ngrams'] as const) {
    if (expected[name]) assertNear(actual[name], expected[name], 4e-5, `${name} of ${what}`);
  }
  assert.equal(kernel.pairs(threadPtr), reference.pairs, `pairs of ${what}`);
  assert.ok(reference.pairs > 0);
  assert.equal(kernel.lossPairs(threadPtr), reference.lossPairs, `measured pairs of ${what}`);
  const loss = kernel.lossSum(threadPtr) / reference.lossPairs;
  const expectedLoss = reference.lossSum / reference.lossPairs;
  assert.ok(
    Math.abs(loss - expectedLoss) < 2e-5 * expectedLoss,
    `loss of ${what}: got ${loss}, expected ${expectedLoss}`,
  );
  for (const row of rows) {
    assert.ok(
      row.subarray(setup.vectorSize, row.length - 16).every((value) => value === 0),
      `zeros behind the vectors of ${what}`,
    );
  }
}

for (const variant of VARIANTS) {
  test(`training together one turn at a time is training one position after the other (Skip-gram, ${variant})`, () => {
    const setup = { variant, algorithm: 'skipgram' as const, vectorSize: 44, window: 4, negative: 5, words: 40 };
    assertLikeReference({ ...setup, tokens: someText(200, 40), parts: 2, mostTurns: 1 }, 0.03);
  });

  for (const algorithm of ALGORITHMS) {
    test(`vectors and loss are those of a plain reference, for every vector size (${algorithm}, ${variant})`, () => {
      for (const vectorSize of SIZES) {
        const tokens = someText(vectorSize > 100 ? 120 : 400, 30);
        assertLikeReference({ variant, algorithm, vectorSize, window: 5, negative: 5, words: 30, tokens }, 0.1);
      }
    });

    test(`the same for every window and number of negatives (${algorithm}, ${variant})`, () => {
      for (const negative of [1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 20, 100]) {
        for (const window of [1, 2, 3, 10, 100]) {
          const tokens = someText(window > 10 || negative > 20 ? 150 : 250, 40);
          const alpha = 0.3 / (6 + negative); // rounding grows with the vectors
          const fixedWindow = (negative + window) % 2 === 0;
          assertLikeReference(
            { variant, algorithm, vectorSize: 9, window, fixedWindow, negative, words: 40, tokens },
            alpha,
          );
        }
      }
    });

    test(`the same with hierarchical softmax, alone and beside negative samples (${algorithm}, ${variant})`, () => {
      for (const negative of [0, 1, 5, 6]) {
        for (const words of [2, 3, 40]) {
          const tokens = someText(200, words);
          assertLikeReference(
            { variant, algorithm, vectorSize: 20, window: 4, negative, words, tokens, hierarchicalSoftmax: true },
            0.02,
          );
        }
      }
    });

    test(`the same where a thread trains copies of the uppermost nodes (${algorithm}, ${variant})`, () => {
      for (const copied of [1, 7, 39]) {
        const tokens = someText(200, 40);
        const setup = { variant, algorithm, vectorSize: 20, window: 4, negative: 0, words: 40, tokens };
        assertLikeReference({ ...setup, hierarchicalSoftmax: true, copied }, 0.02);
      }
    });

    test(`the same with subwords (${algorithm}, ${variant})`, () => {
      for (const hierarchicalSoftmax of [false, true]) {
        const tokens = someText(300, 40);
        assertLikeReference(
          {
            variant,
            algorithm,
            vectorSize: 20,
            window: 4,
            negative: 5,
            words: 40,
            tokens,
            buckets: 70,
            hierarchicalSoftmax,
          },
          0.03,
        );
      }
    });

    test(`the same for scores of blocks of positions in parts of the columns (${algorithm}, ${variant})`, () => {
      for (const parts of [1, 2, 3, 5]) {
        for (const hierarchicalSoftmax of [false, true]) {
          const tokens = someText(200, 40);
          const setup = { variant, algorithm, vectorSize: 44, window: 4, negative: 5, words: 40, tokens };
          assertLikeReference({ ...setup, parts, hierarchicalSoftmax, buckets: parts === 3 ? 50 : 0 }, 0.03);
        }
      }
    });

    test(`the same where every loss is measured, and where the context is added up (${algorithm}, ${variant})`, () => {
      for (const hierarchicalSoftmax of [false, true]) {
        const tokens = someText(250, 40);
        const setup = {
          variant,
          algorithm,
          vectorSize: 12,
          window: 3,
          negative: 5,
          words: 40,
          tokens,
          lossInterval: 1,
        };
        assertLikeReference({ ...setup, cbowSum: true, hierarchicalSoftmax }, 0.02);
      }
    });

    test(`scores beyond 6 are held there, and the loss stays exact (${algorithm}, ${variant})`, () => {
      const tokens = someText(60, 20);
      const setup = { variant, algorithm, vectorSize: 12, window: 4, negative: 5, words: 20, tokens, scale: 12 };
      assertLikeReference(setup, 1e-3);
    });

    test(`one position follows the gradient of its loss (${algorithm}, ${variant})`, () => {
      const words = 60;
      const alpha = 1e-3;
      let checked = 0;
      for (const [vectorSize, window, negative] of [
        [5, 1, 1],
        [17, 4, 5],
        [6, 10, 8],
      ] as const) {
        // no word twice; the position is the first of its sentence, as the pieces of a text are
        // trained in order
        const tokens = Array.from({ length: 41 }, (_, i) => (i * 7) % words);
        const setup = create({ variant, algorithm, vectorSize, window, negative, words, tokens, scale: 1 });
        const { reference, vectors, readTokens, train, kernel, threadPtr } = setup;
        readTokens();
        reference.readTokens(Int32Array.from(tokens), 3);
        const before = vectors();
        train(0, 1, alpha);
        reference.train(0, 1, alpha); // tells which negatives were drawn
        const { contexts, outputs } = reference.last;
        // a word drawn twice: its updates do not add up
        if (new Set(outputs).size < outputs.length) continue;
        // CBOW gives the context its errors once the words are out of reach: rate 0 changes nothing
        // but that
        train(1, tokens.length, 0);
        assert.ok(kernel.pairs(threadPtr) > 1);
        const loss = (): number => {
          const outputRows = outputs.map((word) => before.output[word]!);
          const rows = contexts.map((word) => before.input[word]!);
          const inputs = algorithm === 'cbow' ? [meanOf(rows)] : rows;
          return inputs.reduce((sum, row) => sum + pairLoss(row, outputRows), 0);
        };
        checked++;
        // CBOW adds the gradient of the mean to every context word undivided, as word2vec and
        // gensim do
        const gain = algorithm === 'cbow' ? contexts.length : 1;
        const after = vectors();
        for (const matrix of ['input', 'output'] as const) {
          const trained = new Set(matrix === 'input' ? contexts : outputs);
          for (let word = 0; word < words; word++) {
            for (let d = 0; d < vectorSize; d++) {
              const value = before[matrix][word]![d]!;
              const moved = (after[matrix][word]![d]! - value) / alpha;
              if (!trained.has(word)) {
                assert.equal(moved, 0, `${matrix} of word ${word}, which is not part of it`);
                continue;
              }
              const h = 1e-4;
              before[matrix][word]![d] = value + h;
              const above = loss();
              before[matrix][word]![d] = value - h;
              const below = loss();
              before[matrix][word]![d] = value;
              const expected = (-(above - below) / (2 * h)) * (matrix === 'input' ? gain : 1);
              assert.ok(
                Math.abs(moved - expected) < 5e-3,
                `${matrix} of word ${word}, number ${d}: moved by ${moved}, the gradient is ${expected}`,
              );
            }
          }
        }
      }
      assert.ok(checked >= 2, `${checked} positions without a word drawn twice`);
    });
  }

  test(`no negative is the word itself, even where one word is nearly all of the text (${variant})`, () => {
    // the table holds word 0 only: a negative of word 0 can be word 1 or 2, of the others word 0
    const tokens = [0, 1, 0, 2, 0];
    const table = Array<number>(1024).fill(0);
    const { reference, expected, vectors, readTokens, train } = create({
      variant,
      algorithm: 'skipgram',
      vectorSize: 4,
      window: 1,
      negative: 3,
      words: 3,
      tokens,
      table,
    });
    assert.equal(readTokens(), 5);
    reference.readTokens(Int32Array.from(tokens), 3);
    for (let at = 0; at < tokens.length; at++) {
      train(at, at + 1, 0.1);
      reference.train(at, at + 1, 0.1);
      const [word, ...negatives] = reference.last.outputs;
      assert.ok(!negatives.includes(word!), `negatives of word ${word}: ${negatives.join(' ')}`);
      assertNear(vectors().output, expected.output, 1e-6, `position ${at}`);
    }
  });

  test(`a token is kept as often as its entry says; breaks always are (${variant})`, () => {
    const tokens = Array.from({ length: 40_000 }, (_, i) => (i % 4 === 3 ? -1 : i % 4));
    const { kernel, readTokens, settingsPtr } = create({
      variant,
      algorithm: 'skipgram',
      vectorSize: 2,
      window: 1,
      negative: 1,
      words: 3,
      tokens,
      keep: [1, 0.25, 0],
    });
    // 10,000 breaks, all of word 0, a quarter of word 1, nothing of word 2
    const kept = readTokens();
    assert.ok(Math.abs(kept - 22_500) < 200, `kept ${kept} of ${tokens.length}, expected about 22500`);
    assert.ok(kernel.threadBytes(settingsPtr) > 160_000);
  });
}
