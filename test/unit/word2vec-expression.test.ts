import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAnalogy } from '../../src/word2vec/expression.ts';

/** `+king -man`, or the reason. */
function read(expression: string): string {
  const parsed = parseAnalogy(expression);
  if ('malformed' in parsed) {
    const { kind, ...where } = parsed.malformed;
    return [kind, ...Object.values(where)].join(' ');
  }
  return parsed.terms.map(({ word, weight }) => `${weight > 0 ? '+' : '-'}${word}`).join(' ');
}

test('words stand between signs, with and without spaces, with typographic minus signs', () => {
  assert.equal(read('king - man + woman'), '+king -man +woman');
  assert.equal(read('king-man+woman'), '+king -man +woman');
  assert.equal(read('  king − man – boy '), '+king -man -boy');
  assert.equal(read('한국 - 서울 + 도쿄'), '+한국 -서울 +도쿄');
  assert.equal(read("don't + getUserName_2"), "+don't +getUserName_2");
});

test('one word, and a sign before the first, are expressions', () => {
  assert.equal(read('king'), '+king');
  assert.equal(read('- man + king'), '-man +king');
  assert.equal(read('+king'), '+king');
});

test('quotation marks hold words with signs and spaces', () => {
  assert.equal(read('"new york" - "c++" + “a-b”'), '+new york -c++ +a-b');
});

test("word2vec's proportions ask for the fourth word", () => {
  assert.equal(read('man : king :: woman'), '+king -man +woman');
  assert.equal(read('man:king::woman:?'), '+king -man +woman');
});

test('decomposed Hangul is composed, as in the vocabulary', () => {
  assert.equal(read('한국'.normalize('NFD')), '+한국');
});

test('what is missing is named with its place', () => {
  assert.equal(read(''), 'empty');
  assert.equal(read('   '), 'empty');
  assert.equal(read('king -'), 'missingWord 7');
  assert.equal(read('-'), 'missingWord 2');
  assert.equal(read('king - + man'), 'missingWord 8');
  assert.equal(read('--man'), 'missingWord 2');
  assert.equal(read('king man'), 'missingSign man 6');
  assert.equal(read('king - "man'), 'openQuote 8');
  assert.equal(read('king : man'), 'missingWord 6');
});
