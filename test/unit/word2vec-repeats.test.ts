// Texts in which words repeat, in every mode: the kernel scores rows together, the reference one
// pair after the other.

import assert from 'node:assert/strict';
import test from 'node:test';
import { signedNumbers } from '../helpers/numbers.ts';
import { create, type Setup } from './word2vec-setup.ts';

const MODES: Record<string, Partial<Setup>> = {
  'Skip-gram': {},
  CBOW: { algorithm: 'cbow' },
  'Skip-gram, hierarchical softmax': { hierarchicalSoftmax: true, negative: 0 },
  'CBOW, hierarchical softmax': { algorithm: 'cbow', hierarchicalSoftmax: true, negative: 0 },
  'Skip-gram, subwords': { buckets: 400 },
  'CBOW, subwords': { algorithm: 'cbow', buckets: 400 },
};
const PASSES = 12;
const ALPHA = 0.025;
/** Positions that are trained at one learning rate. */
const CALL = 500;
/**
 * What the mean norm and the largest may be of the reference's, and how far numbers may be from it
 * on average, as a share of their mean size. The root of the tree, which all context words of a
 * position change together, is the longest of all.
 */
const NORM = 1.3;
const LARGEST = 1.4;
const DIFFERENCE = 0.5;

/**
 * Words of which a share `repeated` is one of the last ten; the others are drawn, low ids more
 * often. Sentences of 40.
 */
function textOf(length: number, words: number, repeated: number, seed: number): number[] {
  const next = signedNumbers(seed);
  const draw = (): number => (next() + 1) / 2;
  const tokens: number[] = [];
  for (let at = 0; at < length; at++) {
    const earlier = tokens[at - 1 - Math.floor(draw() * 10)] ?? -1;
    const isEnd = at % 40 === 39;
    tokens.push(isEnd ? -1 : draw() < repeated && earlier >= 0 ? earlier : Math.floor(words * draw() ** 2));
  }
  return tokens;
}

/** Word ids in proportion to count^0.75, shuffled. */
function noiseOf(tokens: readonly number[], words: number, seed: number): number[] {
  const weights = Array<number>(words).fill(1);
  for (const token of tokens) if (token >= 0) weights[token]!++;
  const shares = weights.map((weight) => weight ** 0.75);
  const total = shares.reduce((sum, share) => sum + share);
  const table: number[] = [];
  let sum = 0;
  shares.forEach((share, word) => {
    sum += share;
    while (table.length < Math.round((4096 * sum) / total)) table.push(word);
  });
  const next = signedNumbers(seed);
  return table
    .map((word) => ({ word, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ word }) => word);
}

/**
 * Ratios of the kernel's mean and largest norm to the reference's, and the mean difference of a
 * number.
 */
function compare(actual: number[][], expected: number[][]): { mean: number; largest: number; difference: number } {
  const norms = (rows: number[][]): number[] => rows.map((row) => Math.hypot(...row));
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
  const differences = actual.flatMap((row, i) => row.map((value, d) => Math.abs(value - expected[i]![d]!)));
  return {
    mean: sum(norms(actual)) / sum(norms(expected)),
    largest: Math.max(...norms(actual)) / Math.max(...norms(expected)),
    difference: sum(differences) / sum(expected.flat().map(Math.abs)),
  };
}

for (const [mode, options] of Object.entries(MODES)) {
  for (const parts of [0, 2]) {
    test(`vectors are as long as those of one pair after the other, however often words repeat (${mode}${parts ? ', together' : ''})`, () => {
      for (const [words, window] of [
        [300, 5],
        [300, 10],
        [60, 5],
      ] as const) {
        for (const repeated of [0, 0.3, 0.6, 0.9]) {
          const tokens = textOf(2000, words, repeated, words + window);
          const run = create({
            ...{ variant: 'relaxed-simd', algorithm: 'skipgram', negative: 5, vectorSize: 32, scale: 0.3 },
            ...{ window, words, tokens, parts, table: noiseOf(tokens, words, window), sequential: true },
            ...options,
          });
          for (let pass = 0; pass < PASSES; pass++) {
            const positions = run.readTokens(pass);
            run.reference.readTokens(Int32Array.from(tokens), pass);
            for (let first = 0; first < positions; first += CALL) {
              const last = Math.min(positions, first + CALL);
              const alpha = ALPHA * (1 - (pass + first / positions) / PASSES);
              run.train(first, last, alpha);
              run.reference.train(first, last, alpha);
            }
          }
          const vectors = run.vectors();
          for (const name of ['input', options.hierarchicalSoftmax ? 'tree' : 'output'] as const) {
            const { mean, largest, difference } = compare(vectors[name], run.expected[name]!);
            const what = `${name}, ${words} words, window ${window}, ${repeated} repeated: norms ${mean.toFixed(3)}, the largest ${largest.toFixed(3)}, difference ${difference.toFixed(3)}`;
            assert.ok(mean < NORM && mean > 1 / NORM, what);
            assert.ok(largest < LARGEST && largest > 1 / LARGEST, what);
            assert.ok(difference < DIFFERENCE, what);
          }
        }
      }
    });
  }
}
