import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completionList } from '../../src/engine/model/completion-list.ts';

const shown = (
  prefix: string,
  probabilities: Record<string, number>,
  { most = 5, least = 0.01, mass = 1 } = {},
): string[] =>
  completionList(
    Object.entries(probabilities).map(([word, probability]) => ({ word, probability })),
    { prefix, most, least, mass },
  ).suggestions.map(({ word, probability }) => `${word} ${(100 * probability).toFixed(1)}`);

test('what is typed comes first if it is a word, with a probability of its own', () => {
  assert.deepEqual(shown('in', { into: 0.6, in: 0.3, inside: 0.1 }), ['in 30.0', 'into 60.0', 'inside 10.0']);
  assert.deepEqual(shown('in', { into: 0.6, inside: 0.1 }), ['into 60.0', 'inside 10.0']);
});

test('percentages are of all that may follow, and none below the least is shown', () => {
  const probabilities = { into: 0.02, in: 0.03, inside: 0.0004 };
  assert.deepEqual(shown('in', probabilities, { mass: 0.1 }), ['in 30.0', 'into 20.0']);
});

test('there are so many at most, what is typed among them however many are likelier', () => {
  const many = { a1: 0.2, a2: 0.2, a3: 0.2, a4: 0.15, a5: 0.1, a6: 0.08, a: 0.02 };
  assert.deepEqual(shown('a', many), ['a 2.0', 'a1 20.0', 'a2 20.0', 'a3 20.0', 'a4 15.0']);
});

test('what is hardly ever a word by itself is a beginning only', () => {
  assert.deepEqual(shown('kni', { kni: 0.003, knight: 0.9 }), ['knight 90.0']);
  assert.deepEqual(shown('kni', { kni: 0.003, knight: 0.9 }, { least: 0 }), ['knight 90.0', 'kni 0.3']);
});

test('what is typed in jamo is the word all the same', () => {
  assert.deepEqual(shown('카페'.normalize('NFD'), { 카페: 0.2, 카페인: 0.5 }), ['카페 20.0', '카페인 50.0']);
});
