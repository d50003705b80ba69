import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernels } from '../../src/engine/kernels.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import { analogyExamples } from '../../src/word2vec/analogy-examples.ts';
import { functionWords } from '../../src/word2vec/function-words.ts';
import { automaticMinimumCount, isNumber, ShownWords } from '../../src/word2vec/shown-words.ts';
import { WordVectors } from '../../src/word2vec/vectors.ts';

const { similarity: kernel } = await loadKernels(new URL('../../dist/', import.meta.url));

/** Words on an arc, the next one always the nearest; every third is rare. */
const WORDS = Array.from({ length: 60 }, (_, index) => `w${index}`);
const COUNTS = Float64Array.from(WORDS, (_, index) => (index % 3 === 0 ? 2 : 100));
const arc = new WordVectors(
  kernel,
  WORDS,
  Float32Array.from(WORDS.flatMap((_, index) => [Math.cos(index / 20), Math.sin(index / 20)])),
  2,
);

/** The near words of `w1` and the like, of a text of so many words. */
function near(shown: ShownWords, index: number, count: number, minimumCount = 0): string[] {
  return shown
    .among((most, hidden) => arc.nearest(index, most, hidden), count, [index], minimumCount)
    .map((found) => WORDS[found.index]!);
}

test('how often a word must have been seen follows the length of the text, within bounds', () => {
  assert.deepEqual([0, 10_000, 300_000, 1_000_000, 20_000_000].map(automaticMinimumCount), [5, 5, 8, 25, 100]);
});

test('words that are too rare are no near words, unless they are asked for', () => {
  const shown = new ShownWords(WORDS, COUNTS, { textWords: 4000, isCode: false });
  assert.equal(shown.minimumCount, 5);
  assert.deepEqual(near(shown, 10, 4).sort(), ['w11', 'w13', 'w7', 'w8']);
  assert.deepEqual(near(shown, 10, 4, 1).sort(), ['w11', 'w12', 'w8', 'w9']);
  assert.deepEqual(near(shown, 9, 2).sort(), ['w10', 'w8'], 'of a word that is rare itself too');
  assert.equal(shown.count([10], 0), 39);
  assert.equal(shown.count([9], 0), 40);
  assert.equal(shown.count([10], 1), 59);
});

test('there are never fewer than eight near words for it, or than were asked for', () => {
  const shown = new ShownWords(WORDS, COUNTS, { textWords: 4000, isCode: false });
  for (const [count, minimumCount, expected] of [
    [25, 1000, 8],
    [5, 1000, 5],
    [25, 0, 25],
    [58, 0, 39],
    [100, 1, 59],
  ] as const) {
    const found = near(shown, 10, count, minimumCount);
    assert.equal(found.length, expected);
    assert.equal(new Set([...found, 'w10']).size, expected + 1, 'none comes twice, and the word itself does not');
  }
});

test('of imported vectors, whose counts are unknown, no word is left out', () => {
  for (const [counts, textWords] of [
    [null, null],
    [COUNTS, null],
  ] as const) {
    const shown = new ShownWords(WORDS, counts, { textWords, isCode: false });
    assert.equal(shown.minimumCount, 1);
    assert.deepEqual(near(shown, 10, 4).sort(), ['w11', 'w12', 'w8', 'w9']);
  }
});

test('a rank is that among the words that are shown', () => {
  const shown = new ShownWords(WORDS, COUNTS, { textWords: 4000, isCode: false });
  assert.equal(arc.rank(10, 14, shown.hidden([10], 0)), 5);
  assert.equal(arc.rank(10, 14), 7);
});

test('in code numbers are near words of numbers only', () => {
  const words = ['add', '1', '2.5', '0xff', 'vec3', 'w16'];
  const vectors = new WordVectors(kernel, words, Float32Array.from(words.flatMap((_, at) => [1, at / 10])), 2);
  const near = (isCode: boolean, index: number): string[] => {
    const shown = new ShownWords(words, null, { textWords: null, isCode });
    const hidden = shown.hidden([index], 0);
    return vectors.nearest(index, 2, hidden).map((found) => words[found.index]!);
  };
  assert.deepEqual(near(true, 0), ['vec3', 'w16']);
  assert.deepEqual(near(false, 0), ['1', '2.5']);
  assert.deepEqual(near(true, 1).sort(), ['2.5', 'add']);
});

test('numbers are told from names and from words', () => {
  for (const word of [
    '0',
    '1984',
    '43.56072661326618',
    '1,024',
    '1_000',
    '1e-3',
    '0xFF',
    '0b10n',
    '10n',
    '16px',
    '50%',
  ])
    assert.ok(isNumber(word), word);
  for (const word of ['x0', 'vec3', '3dsmax2', '1945년', 'one', '二十', 'e10', '-', 'Ⅳ', '10월'])
    assert.ok(!isNumber(word), word);
});

test('function words are the frequent ones with short vectors', () => {
  const lengths = [1.4, 1.5, 4.2, 1.6, 4, ...Array.from({ length: 500 }, () => 4.1), 0.1];
  assert.deepEqual([...functionWords((index) => lengths[index]!, lengths.length)], [0, 1, 3]);
  assert.deepEqual([...functionWords(() => 1, 3)], [], 'of vectors that were imported at one length there are none');
  assert.deepEqual([...functionWords(() => 1, 0)], []);
});

test('examples of analogies are solved by the vectors, and no word is in two of them', () => {
  const random = mulberry32(3);
  const noise = (): number[] => Array.from({ length: 24 }, () => (random() - 0.5) / 8);
  const add = (...parts: number[][]): number[] =>
    parts[0]!.map((_, d) => parts.reduce((sum, part) => sum + part[d]!, 0));
  const axis = (at: number, length = 1): number[] => Array.from({ length: 24 }, (_, d) => (d === at ? length : 0));
  // eight things, each with a second form that lies in the same direction from it
  const words = Array.from({ length: 8 }, (_, thing) => [`thing${thing}`, `things${thing}`]).flat();
  const rows = words.flatMap((_, index) => add(axis(index >> 1), axis(20, index % 2 ? 0.7 : 0), noise()));
  const vectors = new WordVectors(kernel, words, Float32Array.from(rows), 24);
  const examples = analogyExamples(vectors, 3, () => true, new Set());
  assert.equal(examples.length, 3);
  for (const [a, b, c, d] of examples) {
    const asked = vectors.index
      .row(a)
      .map((_, at) => vectors.index.row(b)[at]! - vectors.index.row(a)[at]! + vectors.index.row(c)[at]!);
    const scores = words.map((_, row) =>
      vectors.index.row(row).reduce((sum, value, at) => sum + value * asked[at]!, 0),
    );
    const others = Array.from(words.keys()).filter((row) => row !== a && row !== b && row !== c);
    assert.equal(
      others.reduce((best, row) => (scores[row]! > scores[best]! ? row : best)),
      d,
    );
  }
  assert.equal(new Set(examples.flat()).size, 12);
  assert.deepEqual(
    analogyExamples(vectors, 3, (index) => index < 2, new Set()),
    [],
  );
});
