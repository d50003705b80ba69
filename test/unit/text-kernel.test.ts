// The kernel that reads texts, in both builds, against its reference: the plain tokenizer, with
// maps and strings.

import fc from 'fast-check';
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { loadKernel } from '../../src/engine/kernels.ts';
import { CorpusBuilder } from '../../src/text/corpus.ts';
import { DocumentReader } from '../../src/text/document.ts';
import { TEXT_DEFAULTS, type TextOptions } from '../../src/text/options.ts';
import { TextKernel } from '../../src/text/text-kernel.ts';
import { SPAN, spellingOf } from '../../src/text/tokenizer.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { wholeNumbers } from '../helpers/numbers.ts';

const variants = ['simd', 'relaxed-simd'] as const;
const kernels = await Promise.all(
  variants.map(async (variant) => {
    const module = await loadKernel(DISTRIBUTION, 'text', variant);
    return new TextKernel(module);
  }),
);

type Document = { name: string | undefined; pieces: (string | Uint8Array)[] };

/** The running text of documents, '|' for the ends of sentences, as the plain reader gives it. */
function expected(documents: Document[], options: Readonly<TextOptions>): string[] {
  const running: string[] = [];
  const reader = new DocumentReader(options);
  const spans = new Int32Array(64 * SPAN);
  const drain = (): void => {
    for (let written = reader.read(spans); written > 0; written = reader.read(spans)) {
      for (let i = 0; i < written; i += SPAN) {
        if (spans[i]! >= 0) running.push(spellingOf(reader.text, spans[i]!, spans[i + 1]!));
        else if (running.length && running.at(-1) !== '|') running.push('|');
      }
    }
  };
  for (const { name, pieces } of documents) {
    const before = running.length;
    reader.begin(name);
    for (const piece of pieces) {
      reader.append(piece);
      drain();
    }
    if (reader.end()) drain();
    if (running.length > before && running.at(-1) !== '|') running.push('|');
  }
  return running;
}

function actual(kernel: TextKernel, documents: Document[], options: Readonly<TextOptions>): string[] {
  kernel.clear();
  const builder = new CorpusBuilder(kernel, null, {}, options);
  for (const { name, pieces } of documents) {
    builder.begin(name);
    for (const piece of pieces) {
      builder.append(piece);
      while (builder.step());
    }
    builder.end();
  }
  const { tokens, words, counts } = builder.finish();
  const running = Array.from(tokens, (id) => (id < 0 ? '|' : words[id]!));
  const found = new Map<string, number>();
  for (const word of running) if (word !== '|') found.set(word, (found.get(word) ?? 0) + 1);
  assert.deepEqual(
    Array.from(counts),
    words.map((word) => found.get(word)),
  );
  return running;
}

function check(documents: Document[], options: Partial<TextOptions> = {}): void {
  const all = { ...TEXT_DEFAULTS, ...options };
  const running = expected(documents, all);
  for (const kernel of kernels) assert.deepEqual(actual(kernel, documents, all), running);
}

const prose = (...pieces: (string | Uint8Array)[]): Document[] => [{ name: undefined, pieces }];

/**
 * What texts are put together of: whatever the kernel or the reference treats in a way of its own.
 */
const PARTS = [
  ...['a', 'the', 'The', 'GitHub', 'NASA', "don't", "f'x", "u'", "rock''n", 'l’homme', '_', '__init__', '_1', 'x_'],
  ...['fifteen_letters', 'sixteen_letters_', 'seventeen_letters', 'x'.repeat(60), 'x'.repeat(61), 'ab'.repeat(40)],
  ...['USA:n', 'EU:ssa', '5:e', 'k:a', 'tv:n', 'S:t', 'USA:', ':n', 'USA:nn', 'a:b:n', 'USA:n:n', 'N:\u00ad'],
  ...['3.14', '1,000', '1:30', '10..11', '5,', '.5', 'v1.2.3', '٣٫١٤', '１．５', '１2', '3\u0301.4', '7\u00ad,8'],
  ...[
    '1,2,3',
    '12,345,67',
    '1234,567',
    '000',
    '1,0000',
    '٣,٠٠٠',
    'x1,000',
    '1.5,250,000',
    '123,456,789',
    '1',
    '22,333',
  ],
  ...[
    '한국',
    '한국은',
    '가나다라마바사아',
    '가나다라마바사아자',
    'naïve',
    'Ärger',
    'ÄRGER',
    'ǅungla',
    'e\u0301te',
    'straße',
  ],
  ...['caf&eacute;', '&eacute;t&eacute;', '&#44032;나', 'R&amp;D', 'a&nbsp;b', '&eacute', '\\u00e9t'],
  ...['漢字', '山。', 'カタカナ', 'ภาษาไทย', '𝒳y', 'a𝒳', '👍', '\ud800', '\udc00', '𝟏.𝟐', 'می\u200cخواهم', 'ａＢ', 'ﬁ'],
  ...[
    '.',
    '. ',
    '?!',
    '…',
    '"',
    '.” ',
    '.)))))))) ',
    '.))))))))) ',
    '!',
    ' ',
    '  ',
    '\t',
    '\n',
    '\n\n',
    '\r\n',
    '\r\n \r\n',
  ],
  ...[
    ',',
    ':',
    ';',
    '{',
    '}',
    '(',
    '-',
    '/',
    '\\',
    '//',
    '/* ',
    '*/',
    '`',
    '${',
    '#',
    '<b>',
    '&amp;',
    '\0',
    '\u2029',
    '\ufeff',
  ],
  ...[
    '’',
    '‘',
    'ʼ',
    'ʻ',
    '＇',
    '·',
    '\u00ad',
    '\u200e',
    '\u2060',
    '\u200b',
    'ul·l',
    "한'",
    "'한",
    'א',
    'צה"ל',
    'ג׳',
    'מנכ״ל',
  ],
  ...['՛', '՚', 'ՠ', '։', '．', '።', '⁇', '१।', 'ﾊﾞ', 'ﾟ', 'A'],
  ...['@', '[', '\x7f', '\x80', '\xaa', '\xff', 'ÿ', '\u0100', '\u0161', '\u8061', '\uff41', 'if', 'return', 'const '],
];

const texts = fc
  .array(fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...PARTS) }, fc.string({ unit: 'binary' })), {
    maxLength: 60,
  })
  .map((parts) => parts.join(''));
const ascii = fc
  .array(fc.constantFrom(...PARTS.filter((part) => /^[\0-\x7f]*$/.test(part))), { maxLength: 80 })
  .map((parts) => parts.join(''));
const options = fc.record({
  case: fc.constantFrom('keep' as const, 'fold' as const),
  numbers: fc.constantFrom('keep' as const, 'digits' as const),
  codeSentences: fc.constantFrom('line' as const, 'statement' as const, 'block' as const),
  keywords: fc.constantFrom('keep', 'downWeight', 'leaveOut'),
});
const names = fc.constantFrom(undefined, 'a.txt', 'a.ts', 'a.py', 'a.md', 'a.html');
const bytes = (text: string): Uint8Array => Uint8Array.from(text, (unit) => unit.charCodeAt(0));

suite('the kernel cuts texts as the tokenizer does', () => {
  test('where every character stands beside every other', () => {
    for (const first of PARTS)
      check(prose(PARTS.map((second) => `${first}${second}${first} ${second} ${first}`).join(' ')));
  });

  test('words of every length, at every place of a text that ends anywhere', () => {
    for (const letter of ['x', '한', 'é', '_', '7']) {
      const text = Array.from({ length: 64 }, (_, length) => letter.repeat(length)).join(' ');
      for (const end of [0, 1, 2, 15, 16, 17, 31, 32, 33, 500, 1000, text.length]) {
        check(prose(text.slice(0, end)));
        if (letter.charCodeAt(0) < 128) check(prose(bytes(text.slice(0, end))));
      }
    }
  });

  test('any text of any kind, under any options', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(names, texts), { maxLength: 3 }), options, (documents, chosen) =>
        check(
          documents.map(([name, text]) => ({ name, pieces: [text] })),
          chosen,
        ),
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  test('bytes of ASCII as the same in UTF-16', () => {
    fc.assert(
      fc.property(names, ascii, options, (name, text, chosen) => {
        check([{ name, pieces: [bytes(text)] }], chosen);
        const all = { ...TEXT_DEFAULTS, ...chosen };
        const asText = expected([{ name, pieces: [text] }], all);
        assert.deepEqual(actual(kernels[0]!, [{ name, pieces: [bytes(text)] }], all), asText);
      }),
      { seed: 2, numRuns: 120 },
    );
  });

  test('pieces of both kinds, one behind the other', () => {
    fc.assert(
      fc.property(names, fc.array(fc.tuple(fc.boolean(), ascii), { maxLength: 6 }), (name, pieces) =>
        check([{ name, pieces: pieces.map(([asBytes, text]) => (asBytes ? bytes(text) : text)) }]),
      ),
      { seed: 3, numRuns: 100 },
    );
  });

  test('long texts of hard words, and of words that have the same beginning', () => {
    const random = wholeNumbers(7);
    const word = (): string => PARTS[random(PARTS.length)]! + (random(3) ? '' : ` w${random(30_000)}`);
    check(prose(Array.from({ length: 60_000 }, word).join(' ')));
    check(prose('漢字とカタカナ。'.repeat(3000)));
    check([{ name: 'a.ts', pieces: [Array.from({ length: 20_000 }, word).join('\n')] }], { keywords: 'leaveOut' });
  });
});
