import fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leftOutText, tokenSummary } from '../../src/host/token-text.ts';
import { tokensOfDocument } from '../../src/text/document-tokens.ts';
import { TEXT_DEFAULTS } from '../../src/text/options.ts';

const whole = (): number => 0;

function shown(name: string, text: string, options = {}) {
  const { tokens, leftOut, ...others } = tokensOfDocument(name, text, { ...TEXT_DEFAULTS, ...options }, whole);
  const words: [string, number][] = [];
  for (let i = 0; i < tokens.length; i += 3) words.push([text.slice(tokens[i], tokens[i + 1]), tokens[i + 2]!]);
  return { ...others, words, leftOut: leftOut.map(({ start, end, reason }) => [text.slice(start, end), reason]) };
}

test('a document is shown with its language, its sentences, what is code and what was left out', () => {
  const long = 'x'.repeat(61);
  assert.deepEqual(shown('a.md', `A **b** \`c\`. D [e](http://f.g "h")\n\n${long} i`), {
    language: 'markdown',
    words: [
      ...([
        ['A', 0],
        ['b', 0],
        ['c', 1],
        ['D', 0],
        ['e', 0],
        ['i', 0],
      ] as [string, number][]),
    ],
    spellings: {},
    sentences: Int32Array.of(3, 5),
    leftOut: [
      ['http://f.g "h', 'markup'],
      [long, 'tooLong'],
    ],
  });
});

test('keywords that are left out say so', () => {
  const { words, leftOut } = shown('a.ts', 'const a = 1; // if b\nreturn a', { keywords: 'leaveOut' });
  assert.deepEqual(
    words.map(([word]) => word),
    ['a', '1', 'if', 'b', 'a'],
  );
  assert.deepEqual(leftOut, [
    ['const', 'keyword'],
    ['return', 'keyword'],
  ]);
});

test('a word whose particle was separated is two tokens', () => {
  const { tokens } = tokensOfDocument('a.txt', '한국은 크다', TEXT_DEFAULTS, (word) => (word === '한국은' ? 2 : 0));
  assert.deepEqual([...tokens], [0, 2, 0, 2, 3, 2, 4, 6, 0]);
});

test('a word that is spelled otherwise than in the text says how', () => {
  const text = 'caf&eacute; don’t O<b>n</b>ce so\u00adme plain';
  const { spellings } = tokensOfDocument('a.md', text, TEXT_DEFAULTS, whole);
  assert.deepEqual(spellings, { 0: 'café', 1: "don't", 2: 'Once', 3: 'some' });
});

test('a word with character references stands where these do', () => {
  const composed = '<p>e&#769;te&#769; &#4370;&#4449;&#4523;s x</p>';
  assert.deepEqual(
    shown('a.html', composed).words.map(([word]) => word),
    ['e&#769;te&#769;', '&#4370;&#4449;&#4523;s', 'x'],
  );
  const text = '<p>a caf&eacute;s, &#20013;&#22269;&#30340;&#19990;&#30028; <b>x</b> don&#39;t</p>';
  const expected = ['a', 'caf&eacute;s', '&#20013;&#22269;', '&#30340;', '&#19990;&#30028;', 'x', 'don&#39;t'];
  assert.deepEqual(
    shown('a.html', text).words.map(([word]) => word),
    expected,
  );
  const { tokens } = tokensOfDocument('a.html', '&#54620;&#44397;&#51008; x', TEXT_DEFAULTS, (word) =>
    word === '한국은' ? 2 : 0,
  );
  assert.deepEqual([...tokens], [0, 16, 0, 16, 24, 2, 25, 26, 0]);
  const notebook = '{"cells": [{"cell_type": "markdown", "source": ["caf\\u00e9s &eacute;t\\u00e9 x"]}]}';
  assert.deepEqual(
    shown('a.ipynb', notebook).words.map(([word]) => word),
    ['caf\\u00e9s', '&eacute;t\\u00e9', 'x'],
  );
  const { leftOut } = shown('a.ipynb', '{"cells": [{"cell_type": "code", "source": ["x\\n", "y"]}]}');
  assert.ok(leftOut.every(([, reason]) => reason === 'markup'));
});

test('in any text, tokens and what is left out stand in order and share no character', () => {
  const part = fc.constantFrom(
    '<b>',
    '`a`',
    '](u)',
    '```\n',
    '\n\n',
    'word ',
    '한국은 ',
    '"s"',
    '// c\n',
    '$x$',
    '\\y{z}',
    'if ',
    '&eacute;',
    '&#20013;',
    '\\u00e9',
    '"cell_type": "markdown", "source": [',
    '{',
    '. ',
  );
  fc.assert(
    fc.property(
      fc.constantFrom('a.md', 'a.ts', 'a.html', 'a.tex', 'a.txt', 'a.srt', 'a.ipynb'),
      fc.array(fc.oneof(part, fc.string({ maxLength: 3 })), { maxLength: 30 }),
      fc.constantFrom('keep' as const, 'leaveOut' as const),
      (name, parts, keywords) => {
        const text = parts.join('');
        const { tokens, leftOut, sentences } = tokensOfDocument(name, text, { ...TEXT_DEFAULTS, keywords }, whole);
        const taken = new Uint8Array(text.length);
        const take = (start: number, end: number): void => {
          assert.ok(start >= 0 && end > start && end <= text.length);
          for (let i = start; i < end; i++) assert.equal(taken[i]!++, 0);
        };
        for (let i = 0; i < tokens.length; i += 3) take(tokens[i]!, tokens[i + 1]!);
        for (const { start, end } of leftOut) take(start, end);
        assert.ok(sentences.every((at, index) => at > (sentences[index - 1] ?? 0) && at <= tokens.length / 3));
        // every letter is in the one or in the other
        for (const { index } of text.matchAll(/[a-z]/g)) assert.equal(taken[index], 1, `letter at ${index} of ${name}`);
      },
    ),
    { seed: 1, numRuns: 2000 },
  );
});

test('what is seen is also said in words', () => {
  const tokens = tokensOfDocument('a.md', 'One <b>two</b>. Three', TEXT_DEFAULTS, whole);
  assert.deepEqual(tokenSummary({ ...tokens, text: '', encoding: 'utf-8', guessed: true, repaired: true }, 'en'), [
    'Language: markdown. Encoding: utf-8',
    'Words: 3. Sentences: 2',
    'The encoding is a guess',
    'Broken characters were replaced',
    `Left out: ${leftOutText('markup')}, places: 2`,
  ]);
});
