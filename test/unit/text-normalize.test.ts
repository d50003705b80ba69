import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nfc } from '../../src/text/normalize.ts';

test('texts are in NFC as the platform has it, whatever letters and marks they are of, and however long', () => {
  const letter = fc.constantFrom(...Array.from('aeoſ 한국각漢あヶกำאשع\n'), 'ё', '\u0f40', '𝒳', '👍🏽');
  const mark = fc.constantFrom('\u0301', '\u0316', '\u0327', '\u05b8', '\u0e49', '\u0f71', '\u1161', '\u11a8', '𝅥');
  const cluster = fc.tuple(letter, fc.array(mark, { maxLength: 5 })).map(([first, marks]) => first + marks.join(''));
  fc.assert(
    fc.property(fc.array(cluster, { maxLength: 120 }), (clusters) => {
      const text = clusters.join('');
      for (const given of [text, text.normalize('NFD')]) assert.equal(nfc(given), given.normalize('NFC'));
    }),
    { seed: 1, numRuns: 2000 },
  );
  const long = 'é한국 words. '.normalize('NFD').repeat(50_000);
  assert.equal(nfc(long), long.normalize('NFC'));
});

test('the time of 400,000 marks in a row is in proportion to them', () => {
  for (const marks of ['\u0300\u0316', '\u0316\u0300\u0327', '𝅥\u0300']) {
    const text = `a${marks.repeat(200_000)}`;
    const start = performance.now();
    const normalized = nfc(text);
    assert.ok(performance.now() - start < 1000);
    assert.ok(normalized.length >= text.length - 1 && normalized.length <= text.length);
  }
});
