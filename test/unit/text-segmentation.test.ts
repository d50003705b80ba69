// Words and ends of sentences against Unicode's text segmentation (UAX #29), as the platform has it
// (Intl.Segmenter), over all strings of up to three characters out of every class that its rules
// name. What is cut otherwise has a reason here.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { SPAN, spellingOf, Tokenizer, unitsOf } from '../../src/text/tokenizer.ts';

interface Cut {
  words: { word: string; start: number; end: number }[];
  /** Numbers of words before which a sentence begins. */
  begins: Set<number>;
}

function cut(text: string): Cut {
  const units = unitsOf(text);
  const spans = new Int32Array(100 * SPAN);
  const written = new Tokenizer(units).read(spans);
  const found: Cut = { words: [], begins: new Set() };
  for (let i = 0; i < written; i += SPAN) {
    const [start, end] = [spans[i]!, spans[i + 1]!];
    if (start < 0) found.begins.add(found.words.length);
    else found.words.push({ word: spellingOf(units, start, end), start, end });
  }
  return found;
}

/** A word of Unicode's as it is spelled here: without what nobody sees, and with one apostrophe. */
const spelled = (word: string): string =>
  word
    .replace(/(?![\u200b-\u200d])[\p{Cf}\u034f\u055b\u055c\u055e]/gu, '')
    .replace(/(?<=(?!ʻ)[\p{L}\p{N}]\p{M}*)[‘’\uff07ʻ](?=(?!ʻ)[\p{L}\p{N}])/gu, "'");

/** Every string of one to three of these. */
function* strings(characters: readonly string[]): Generator<string> {
  for (const a of characters) {
    yield a;
    for (const b of characters) {
      yield a + b;
      for (const c of characters) yield a + b + c;
    }
  }
}

/**
 * Compares, and gives how many strings there were, and how many of them each deviation is about,
 * which must be some.
 */
function compare(
  texts: Iterable<string>,
  deviations: readonly [reason: string, isOne: (text: string) => boolean][],
  isSame: (text: string) => boolean,
): void {
  const counts = deviations.map(() => 0);
  for (const text of texts) {
    if (isSame(text)) continue;
    const at = deviations.findIndex(([, isOne]) => isOne(text));
    assert.ok(at >= 0, `${JSON.stringify(text)}: ${JSON.stringify(cut(text))}`);
    counts[at]!++;
  }
  for (const [index, [reason]] of deviations.entries()) assert.ok(counts[index]! > 0, `nothing deviates: ${reason}`);
}

/** What stands between letters or digits. */
const SIGN = '[\'’‘\uff07"·\u2027.\uff0e⁄։״:]';
/** Marks, and what is invisible or has a class of its own. */
const FAINT = String.raw`[\p{M}\p{Cf}ʻ՞]`;

suite('words are those of UAX #29', () => {
  const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
  const isSame = (text: string): boolean => {
    const expected: string[] = [];
    for (const { segment } of segmenter.segment(text))
      if (/[\p{L}\p{N}]/u.test(segment)) expected.push(spelled(segment));
    return JSON.stringify(cut(text).words.map(({ word }) => word)) === JSON.stringify(expected);
  };
  const letter = String.raw`[\p{L}\p{N}]\p{M}*`;
  const matches = (pattern: string): ((text: string) => boolean) => {
    const regex = new RegExp(pattern, 'u');
    return (text) => regex.test(text);
  };

  test('but for what has a reason', () => {
    const characters = [
      ...['\r', '\n', '\v', '\u0085', ' ', '\u0001', 'A', 'b', 'é', '\u0308', '\u00ad', '\u2060', '\u200d', '\u200b'],
      ...['א', 'ա', 'ก', '한', '字', 'カ', '\u3031', '1', '٣', '_', "'", '’', '‘', '\uff07', '"', '·', '\u2027', 'ʻ'],
      ...['.', '\uff0e', ',', ';', ':', '-', '⁄', '։', '👍', '🇰', '⌚', 'Ⓜ', '\u202f', '𝒳', '׳', '״', '՞'],
    ];
    compare(
      strings(characters),
      [
        ['a number is no word of digits and a circle no letter', matches('Ⓜ')],
        ['an apostrophe is a quotation mark, and a dot parts a list, beside Hangul', matches('[^]한|한[^]')],
        ['what a dictionary cuts is no word with connectors', matches('[ก字カ\u3031]')],
        ['a full stop between letters parts them: file.txt', matches(`${letter}[.\uff0e]${letter}`)],
        ['a colon joins digits, and endings to numbers and acronyms: 1:30, USA:n', matches(`${letter}:${letter}`)],
        ['a comma parts numbers but for thousands, a semicolon always', matches('[,;]')],
        ["a prefix is no part of a quotation: f'x'", matches("^[bfruBFRU]'")],
        ['a quotation mark ends no word of Hebrew that one stands before', matches("['’‘\uff07·\u2027]א'")],
        [
          "an apostrophe joins digits with letters: 1990s' and 1990's",
          matches(`\\p{N}\\p{M}*['’‘\uff07ʻ]\\p{L}|\\p{L}\\p{M}*['’‘\uff07ʻ]\\p{N}`),
        ],
        ['a sign joins only what it touches', matches(`${SIGN}${FAINT}|${FAINT}${SIGN}`)],
        ['an emoji is no part of a word', matches('\u200d[👍⌚]')],
        ['a narrow space is a space', matches('\u202f')],
        ['a mark begins no word', matches('^՞')],
        ['letters of higher planes have no apostrophes', matches('𝒳')],
        ['geresh is an apostrophe', matches('׳')],
      ],
      isSame,
    );
  });
});

suite('sentences end where UAX #29 has it', () => {
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
  const isSame = (text: string): boolean => {
    const { words, begins } = cut(text);
    const expected = Array.from(segmenter.segment(text), ({ index }) => index);
    for (let i = 1; i < words.length; i++) {
      const [after, from] = [words[i - 1]!.start, words[i]!.start];
      if (begins.has(i) !== expected.some((place) => place > after && place <= from)) return false;
    }
    return true;
  };

  test('but for what has a reason', () => {
    const characters = [
      ...[
        'Aa',
        'b',
        'É',
        '字',
        '한',
        '1',
        ' ',
        '\n',
        '\r\n',
        '\u2028',
        '\u2029',
        '.',
        '?',
        '!',
        '…',
        '。',
        '।',
        '؟',
        '።',
      ],
      ...['։', '．', '‼', '⁇', ')', '"', '”', '’', ',', ':', '-', '\u00ad', '\u200f'],
    ];
    const between = function* (): Generator<string> {
      for (const text of strings(characters)) {
        yield `Oh${text}Yes`;
        yield `Oh${text}yes`;
        yield `Oh${text} Yes`;
      }
    };
    const matches = (pattern: RegExp) => (text: string) => pattern.test(text);
    compare(
      between(),
      [
        ['a line that is broken goes on, as texts are wrapped', matches(/[\n\r\u2028]/)],
        ['an ellipsis ends a sentence', matches(/…/)],
        [
          'a stop that stands in names and addresses, too, ends one only before white space',
          matches(/[.?!‼⁇]\P{White_Space}/u),
        ],
        ['a small letter begins a sentence, too: many write no others', matches(/\.[^\p{L}]*[by]/u)],
        ['the stop of Japanese ends one always', matches(/．/)],
        ['a comma behind a stop changes nothing', matches(/[.。।؟።։．!?‼⁇][^\p{L}\d]*[,:-]/u)],
        ['the stop of Armenian may stand in a number', matches(/1։1/)],
      ],
      isSame,
    );
  });

  test('every sign that Unicode calls Sentence_Terminal ends one', () => {
    let signs = 0;
    for (let point = 0; point < 0x20000; point++) {
      const sign = String.fromCodePoint(point);
      if (!/\p{Sentence_Terminal}/u.test(sign)) continue;
      signs++;
      assert.deepEqual([...cut(`one${sign} two`).begins], [1], point.toString(16));
    }
    assert.ok(signs > 150, `${signs}`);
  });
});
