import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadKernel } from '../../src/engine/kernels.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import { choicesOf } from '../../src/options/option.ts';
import { CorpusBuilder } from '../../src/text/corpus.ts';
import { tokensOfDocument } from '../../src/text/document-tokens.ts';
import { TEXT, TEXT_DEFAULTS, type TextOptions } from '../../src/text/options.ts';
import { SPAN, Tokenizer, unitsOf } from '../../src/text/tokenizer.ts';
import { WINDOW } from '../../src/text/window.ts';
import { startOfWindow, wordsAround, wordsBefore, wordsOf } from '../../src/text/words-around.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { placeIn } from '../helpers/places.ts';

const kernel = await loadKernel(DISTRIBUTION, 'text');

function around(text: string, offset: number, reach = 0, language = 'plaintext', options: Partial<TextOptions> = {}) {
  return wordsAround(placeIn(text, offset, language), reach, { ...TEXT_DEFAULTS, ...options });
}

/** The word at the first place of `marked` that `|` stands at, and the letters it stands for. */
function at(marked: string, language: string, options?: Partial<TextOptions>): [word: string, letters: string] | null {
  const offset = marked.indexOf('|');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  const found = around(text, offset, 0, language, options);
  if (!found) return null;
  const { word, start, end } = found.words[found.index]!;
  return [word, text.slice(start, end)];
}

test('the word at a place is the one of the tokenizer that the place touches, at every place of a text', () => {
  const text = "l'homme f'x' a_b-c 3.14, 5,漢字𝒳y\ne\u0301t. (Ende)\n\n 'tis  ";
  const spans = new Int32Array(200);
  const written = new Tokenizer(unitsOf(text)).read(spans);
  for (let offset = 0; offset <= text.length + 1; offset++) {
    let expected: { start: number; end: number; word: string } | null = null;
    for (let i = 0; i < written; i += SPAN) {
      const [start, end] = [spans[i]!, spans[i + 1]!];
      if (start < 0 || start > offset || offset > end) continue;
      expected = { start, end, word: text.slice(start, end).normalize('NFC') };
    }
    const found = around(text, offset, 3);
    assert.deepEqual(found ? found.words[found.index] : null, expected, `offset ${offset}`);
  }
  assert.equal(around('', 0), null);
  assert.equal(around('word', 99), null);
});

test('the words around a place are those of its sentence, as many on each side as asked for', () => {
  const line = 'Zero. one two New York, three four! five';
  const found = (offset: number, reach: number) => {
    const all = around(line, offset, reach);
    return all && [all.words.map(({ word }) => word).join(' '), all.index];
  };
  assert.deepEqual(found(line.indexOf('York'), 1), ['New York three', 1]);
  assert.deepEqual(found(line.indexOf('York'), 3), ['one two New York three four', 3]);
  assert.deepEqual(found(line.indexOf('York'), 0), ['York', 0]);
  assert.deepEqual(found(0, 3), ['Zero', 0]);
  assert.deepEqual(found(line.length, 3), ['five', 0]);
  assert.equal(found(4, 3)?.[0], 'Zero');
  assert.equal(around(' , ', 1, 2), null);
});

describe('in a document, the word is what a training reads there', () => {
  test('character references are part of it', () => {
    for (const place of ['|caf&eacute;s', 'caf|&eacute;s', 'caf&ea|cute;s', 'caf&eacute;s|']) {
      assert.deepEqual(at(`<p>Two ${place}</p>`, 'html'), ['cafés', 'caf&eacute;s'], place);
      assert.deepEqual(at(`Two *${place}*`, 'markdown'), ['cafés', 'caf&eacute;s'], place);
    }
    assert.deepEqual(at('caf|&eacute;', 'plaintext'), ['caf', 'caf']);
    assert.deepEqual(at("un caf|\\'e noir", 'latex'), ['café', "caf\\'e"]);
  });

  test('escapes of strings are not', () => {
    assert.deepEqual(at('{ "a": "one\\nt|wo" }', 'json'), ['two', 'two']);
    assert.deepEqual(at('{ "a": "one\\nt|wo" }', 'plaintext'), ['ntwo', 'ntwo']);
  });

  test('an apostrophe is in prose, also in comments, and not in code', () => {
    assert.deepEqual(at("// it doesn|'t\nx", 'typescript'), ["doesn't", "doesn't"]);
    assert.deepEqual(at("/*\n it doesn|'t */", 'typescriptreact'), ["doesn't", "doesn't"]);
    assert.deepEqual(at("x = r|'it';", 'typescript'), ['r', 'r']);
  });

  test('markup is none, nor are keywords that are left out', () => {
    assert.equal(at('<art|icle>text</article>', 'html'), null);
    assert.equal(at('[text](addr|ess)', 'markdown'), null);
    assert.deepEqual(at('r|eturn x', 'c'), ['return', 'return']);
    assert.equal(at('r|eturn x', 'c', { keywords: 'leaveOut' }), null);
    assert.deepEqual(at('// r|eturn', 'c', { keywords: 'leaveOut' }), ['return', 'return']);
  });

  test('case and numbers are as the options have them, and letters are composed', () => {
    assert.deepEqual(at('T|he', 'plaintext', { case: 'fold' }), ['the', 'The']);
    assert.deepEqual(at('in 19|84', 'plaintext', { numbers: 'digits' }), ['0000', '1984']);
    assert.deepEqual(at('한국|어'.normalize('NFD'), 'markdown'), ['한국어', '한국어'.normalize('NFD')]);
  });

  test('its neighbours are those of its sentence, over markup and line breaks', () => {
    const text = '<td>one</td>\n<p>in <b>New</b>\nYork today</p> now';
    const found = around(text, text.indexOf('York'), 3, 'html')!;
    assert.deepEqual([found.words.map(({ word }) => word).join(' '), found.index], ['in New York today', 2]);
  });
});

/**
 * The words before the first `|` of `marked`, · for the end of a sentence, and in brackets the
 * beginning of one.
 */
function before(marked: string, count = 10, language = 'plaintext', options: Partial<TextOptions> = {}): string | null {
  const offset = marked.indexOf('|');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  const found = wordsBefore(placeIn(text, offset, language), count, { ...TEXT_DEFAULTS, ...options });
  return found && [...found.context.map((word) => word ?? '·'), `[${found.partial}]`].join(' ');
}

describe('before a place, the words are the last ones asked for, with the ends of sentences between them', () => {
  test('and the word that is being written is not among them', () => {
    assert.equal(before('One two. Three fo|'), 'One two · Three [fo]');
    assert.equal(before('One two. Three fo|', 2), 'two · Three [fo]');
    assert.equal(before('One two. |', 1), 'two · []');
    assert.equal(before('One two |', 1), 'two []');
    assert.equal(before('|', 3), '[]');
    assert.equal(before('par|', 3), '[par]');
    assert.equal(before('I don’t so\u00adme|', 3), "I don't [some]");
    assert.equal(before('one tw|o three'), 'one [tw]');
    assert.equal(before('one |two three'), 'one []');
    assert.equal(before('one|two three'), '[one]');
    assert.equal(before('한국과 서|'), '한국과 [서]');
    assert.equal(before('한국과 서|'.normalize('NFD')), '한국과 [서]');
    assert.equal(before('私は学生|です。'), '私 は [学生]');
  });

  test('as the syntax has them', () => {
    assert.equal(before('<p class="x">One <b>two</b>\n th|</p>', 10, 'html'), 'One two [th]');
    assert.equal(before('<p>One</p>\n<p class="y">t|</p>', 10, 'html'), 'One · [t]');
    assert.equal(before('Un caf&eacute;s|', 10, 'html'), 'Un [cafés]');
    assert.equal(before('Un caf&eacute;|s', 10, 'html'), 'Un [café]');
    assert.equal(before('One \\emph{two} \\cite{a} th|', 10, 'latex'), 'One two [th]');
    assert.equal(before('{ "a": "one\\nt|" }', 10, 'json'), 'a one [t]');
    assert.equal(before("// it doesn't d|", 10, 'typescript'), "it doesn't [d]");
    assert.equal(before('return x; // If y|', 10, 'c', { keywords: 'leaveOut' }), 'x · If [y]');
    assert.equal(before('One [two](http://x.org/three) fo|', 10, 'markdown'), 'One two [fo]');
  });

  test('and nothing is read in markup', () => {
    for (const [marked, language] of [
      ['<p cl|ass="x">One</p>', 'html'],
      ['<p class="x|">One</p>', 'html'],
      ['One \\emp|h{two}', 'latex'],
      ['One $x + y|$ two', 'latex'],
      ['One [two](http://x.o|rg) three', 'markdown'],
      ['1|\n00:00:01,000 --> 00:00:02,000\nOne', 'srt'],
    ] as const) {
      assert.equal(before(marked, 10, language), null, marked);
    }
  });

  test('nor are secrets and data words', () => {
    const secret = ['ghp', 'A1b2C3d4'.repeat(5).slice(0, 36)].join('_');
    assert.equal(before(`one ${secret} two thr|`), 'one two [thr]');
    assert.equal(before(`one ${'0f3a'.repeat(16)} two thr|`), 'one two [thr]');
    assert.deepEqual(wordsOf(placeIn(`one ${secret} two`), TEXT_DEFAULTS), ['one', 'two']);
  });
});

const WORDS =
  "one two three four words of the text, and it doesn't say where. 한국은 서울의 é naïve 3.14 getUserName".split(' ');

/** What documents of a language are made of; `@` stands for some words. */
const FRAGMENTS: Record<string, string[]> = {
  plaintext: ['@. ', '@\n', '“@!” ', '\n\n', '@ — @, ', '1,2,3 @\n'],
  typescript: [
    'const @ = f(@);\n',
    '// @\n',
    '/* @ */',
    '/*\n * @\n */\n',
    '`@ ${@.x + `@`} @`\n',
    "'@\\n@'\n",
    'if (x) {\n',
    '}\n',
    'x = /[/"]@/g;\n',
  ],
  c: ['int @ = @;\n', '/* @\n@ */\n', '"@\\t@"\n', '// @\n', "'\\''\n", '@ /* "@ */ @;\n', '"@ /* @"\n'],
  python: ['def @(@):\n', '"""@\n@\n"""\n', "'@'\n", '# @\n', "x = f'@ {@} @'\n", "r'@\\n@'\n"],
  shellscript: ['echo "@ $@"\n', '# @\n', "x='@\n", 'if @; then\n'],
  json: ['{ "@": "@\\n@" },\n', '[1, 2],\n', '"@\\u00e9@",\n'],
  css: ['.@ { color: @; }\n', '/* @\n@ */\n'],
  lua: ['--[[ @\n@ ]]\n', '-- @\n', 'local @ = [[@\n@]]\n'],
  markdown: [
    '@ *@* `@`\n',
    '# @\n\n',
    '- @\n',
    '> @\n',
    '```ts\n@ // @\n```\n\n',
    '\n\n',
    '[@](http://@.org)\n',
    '<p>@</p>\n\n',
    '$$\n@\n$$\n\n',
  ],
  html: [
    '<p>@</p>\n',
    '<b>@</b> ',
    '<!-- @ -->\n',
    '<script>\nx = "@"; // @\n</script>\n',
    '<td title="@">@ &amp; caf&eacute;</td>\n',
    '@\n',
  ],
  xml: ['<p>@</p>\n', '<hi>@</hi> @ ', '<!-- @ -->\n', '<list><item>@</item></list>\n', '<![CDATA[@]]>\n'],
  sami: ['<SYNC Start=1><P>@<br>@\n', '<SYNC Start=2><P>&nbsp;\n'],
  properties: ['@ = @\n', '# @\n', 'key=@ \\\n  @\n', '! @\n'],
  latex: [
    '@ \\emph{@} ',
    '\\section{@}\n\n',
    '$@ + x$ ',
    '% @\n',
    '\\begin{equation}\n@\n\\end{equation}\n',
    '\\begin{verbatim}\n@\n\\end{verbatim}\n',
    "caf\\'e @\n",
    '\n\n',
  ],
  bibtex: ['@article{key,\n title = {@},\n url = {@},\n}\n\n'.replace('@', '\u0000'), '% @\n\n'],
  jupyter: [
    '{"cell_type": "markdown", "source": ["@\\n", "# @"]},\n',
    '{"cell_type": "code", "source": ["@ = 1 # @"]},\n',
  ],
  srt: ['1\n00:00:01,000 --> 00:00:02,000\n@\n\n', '2\n00:00:03,000 --> 00:00:04,000\n- @\n<i>@</i>\n\n'],
  vtt: ['00:01.000 --> 00:02.000\n@\n\n', 'NOTE @\n\n'],
};
/** Names of files in these languages. */
const ENDINGS: Record<string, string> = {
  plaintext: 'txt',
  typescript: 'ts',
  shellscript: 'sh',
  python: 'py',
  markdown: 'md',
  sami: 'smi',
  latex: 'tex',
  bibtex: 'bib',
  jupyter: 'ipynb',
};

/** A document of at least `length` characters. */
function documentOf(language: string, length: number, random: () => number): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const words = (): string => Array.from({ length: 1 + Math.floor(random() * 6) }, () => pick(WORDS)).join(' ');
  let text = language === 'jupyter' ? '{"cells": [\n' : language === 'vtt' ? 'WEBVTT\n\n' : '';
  while (text.length < length) text += pick(FRAGMENTS[language]!).replaceAll('@', words).replace('\u0000', '@');
  return language === 'jupyter' ? `${text}{}]}` : text;
}

/** The words of a document as the corpus of a training has them; null is the end of a sentence. */
function trainedOn(text: string, name: string, options: TextOptions): (string | null)[] {
  const builder = new CorpusBuilder(kernel, null, { tokens: 1 << 22 }, options);
  builder.addDocument(text, name);
  const { tokens, words } = builder.finish();
  return Array.from(tokens, (id) => (id < 0 ? null : words[id]!));
}

/** What of the document an editor sends for a place in it. */
function windowOf(text: string, offset: number, language: string, options: TextOptions) {
  const behind = offset + WINDOW.behind;
  const start = offset <= WINDOW.most ? 0 : startOfWindow(placeIn(text.slice(0, behind), offset, language), options);
  return { start, place: placeIn(text.slice(start, behind), offset - start, language) };
}

/** A word apart from what the options make of its case and its digits. */
const folded = (word: string): string => word.toLowerCase().replaceAll(/\d/g, '0');

const PLACES = 12;
const COUNT = 100;

describe('hover, completion and inspection see the words that a training sees', () => {
  // where what is before a place decides over the whole document, a window begins with it
  const whole = new Set(['jupyter']);
  for (const language of Object.keys(FRAGMENTS)) {
    test(`in ${language}`, () => {
      const random = mulberry32(12 + language.length);
      const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
      let windows = 0;
      for (let round = 0; round < 3; round++) {
        const options: TextOptions = {
          ...TEXT_DEFAULTS,
          case: pick(choicesOf(TEXT.case)),
          numbers: pick(choicesOf(TEXT.numbers)),
          codeSentences: pick(choicesOf(TEXT.codeSentences)),
          keywords: pick(choicesOf(TEXT.keywords)),
        };
        const name = `a.${ENDINGS[language] ?? language}`;
        const text = documentOf(language, 70_000, random);
        const learned = trainedOn(text, name, options);
        const inspected = wordsOf(placeIn(text, 0, language), options);
        assert.deepEqual(inspected.at(-1) === null ? inspected : [...inspected, null], learned);
        const words = learned.flatMap((word, at) => (word === null ? [] : [at]));
        const { tokens } = tokensOfDocument(name, text, options, () => 0);
        assert.equal(tokens.length / 3, words.length);
        for (let i = 0; i < PLACES; i++) {
          const token = Math.floor(random() * words.length);
          const [start, end] = [tokens[3 * token]!, tokens[3 * token + 1]!];
          const letters = text.slice(start, end);
          const at = words[token]!;
          const word = learned[at]!;
          const offset = /[^\p{L}]/u.test(letters) ? end : start + 1 + Math.floor(random() * letters.length);
          const window = windowOf(text, offset, language, options);
          windows += Number(window.start > 0);
          const message = `${language}, ${offset}: ${text.slice(offset - 80, offset)}|${text.slice(offset, offset + 20)}`;

          const context = wordsBefore(window.place, COUNT, options);
          assert.ok(context, message);
          const from = token <= COUNT ? 0 : words[token - COUNT - 1]! + 1;
          assert.deepEqual(context.context, learned.slice(from, at), message);
          assert.equal(context.start + window.start, start, message);
          const partial = offset === end ? word : word.slice(0, offset - start);
          assert.equal(folded(context.partial), folded(partial), message);

          const around = wordsAround({ ...window.place, offset: window.place.offset - 1 }, 2, options)!;
          const [first, last] = [learned.lastIndexOf(null, at) + 1, learned.indexOf(null, at)];
          const sentence = learned.slice(Math.max(first, at - 2), Math.min(last, at + 3));
          assert.deepEqual(
            around.words.map(({ word }) => word),
            sentence,
            message,
          );
          assert.equal(around.words[around.index]!.word, word, message);
        }
      }
      assert.ok(windows > 0 || whole.has(language), `all windows begin with the document: ${windows}`);
    });
  }
});

test('a window does not begin in a comment that goes on for pages, nor behind a change of what it stands in', () => {
  const code = 'const one = two(three);\n\n'.repeat(1000);
  const comment = `/*\n${"It doesn't say where.\n\n".repeat(3000)}`;
  const text = `${code}${comment}*/\n${code}`;
  const inComment = startOfWindow(placeIn(text, code.length + 40_000, 'c'), TEXT_DEFAULTS);
  assert.equal(inComment, 0);
  const behind = startOfWindow(placeIn(text, text.length, 'c'), TEXT_DEFAULTS);
  assert.ok(behind > text.length - WINDOW.most && behind <= text.length - WINDOW.before);
});

test('a place far behind in a long text is found soon', () => {
  const text = `# One\n\n${'some *words* of a text. '.repeat(12_000)}and New York.`;
  const started = performance.now();
  const found = around(text, text.length - 2, 1, 'markdown')!;
  assert.deepEqual(
    found.words.map(({ word }) => word),
    ['New', 'York'],
  );
  assert.ok(performance.now() - started < 5000, `${performance.now() - started} ms`); // some 20 ms
});
