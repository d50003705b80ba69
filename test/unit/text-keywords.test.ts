import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keywordFactors } from '../../src/text/keywords.ts';

test('a keyword counts the less the more of the text is in languages that have it', () => {
  // 100 tokens of TypeScript, 100 of Python, 200 of prose
  const factors = keywordFactors(['w/a.ts', 'w/notes.md', 'w/b.py'], [0, 100, 300], 400);
  assert.equal(factors.get('interface'), 1 - 0.25 * 0.98);
  assert.equal(factors.get('lambda'), 1 - 0.25 * 0.98);
  assert.equal(factors.get('class'), 1 - 0.5 * 0.98);
  assert.equal(factors.get('harbour'), undefined);
});

test('in code alone one in fifty counts, in prose alone all', () => {
  assert.ok(Math.abs(keywordFactors(['w/a.go', 'w/b.go'], [0, 3], 7).get('func')! - 0.02) < 1e-12);
  assert.equal(keywordFactors(['w/a.txt'], [0], 7).size, 0);
  assert.equal(keywordFactors([], [], 0).size, 0);
});
