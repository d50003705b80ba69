// Markup within words: tags, comments and emphasis that mark letters are nothing, so that
// O<b>n</b>ce is the word Once, and what stands beside a word, a note or another cell, is no part
// of it.

import fc from 'fast-check';
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { tokensOfDocument } from '../../src/text/document-tokens.ts';
import { TEXT_DEFAULTS } from '../../src/text/options.ts';

/** Words with spaces between, | for the end of a sentence. */
function cut(name: string, text: string): string {
  const { tokens, spellings, sentences } = tokensOfDocument(name, text, TEXT_DEFAULTS, () => 0);
  const words: string[] = [];
  for (let i = 0; i < tokens.length / 3; i++) {
    if (sentences.includes(i)) words.push('|');
    words.push(spellings[i] ?? text.slice(tokens[3 * i], tokens[3 * i + 1]));
  }
  return words.join(' ');
}

const CASES: Record<string, Record<string, string>> = {
  'a.html': {
    '<p>O<b>n</b>ce upon</p>': 'Once upon',
    '<p><span class="drop">O</span>nce</p>': 'Once',
    '<b><i>O</i></b>nce': 'Once',
    '10<sup>th</sup> and H<sub>2</sub>O': '10th and H2O',
    'x<sup>2</sup> is no x2, and a note<sup>1</sup> no note1': 'x 2 is no x2 and a note 1 no note1',
    '<b>한국</b>은 <a href="s">서울</a>의': '한국은 서울의',
    "<i>Titanic</i>'s, l'<em>eau</em>, d’<a href='a'>Alembert</a>": "Titanic's l'eau d'Alembert",
    'un<wbr>believ<wbr/>able': 'unbelievable',
    'caf<b>&eacute;</b>s &Eacute;<i>t</i>&eacute;': 'cafés Été',
    'You have 3<!-- --> item<!-- -->s <!-- no --> here': 'You have 3 items here',
    '<a href="a">Home</a><a href="b">About</a>': 'Home About',
    '<li>One</li><li>Two</li>three<br>four': 'One | Two | three | four',
    '<td>one</td><td>two</td>': 'one | two',
    'Press <kbd>Ctrl</kbd><kbd>C</kbd>': 'Press Ctrl C',
    '<ruby>漢<rt>kan</rt>字</ruby>': '漢 kan 字',
    'some text <img src="a">here': 'some text here',
    'one<script>var two</script>three': 'one | var two | three',
    '<b>Name</b>: <i>Ada</i>, &lt;<b>b</b>&gt;': 'Name Ada b',
  },
  'a.xml': {
    '<p><hi>O</hi>nce upon a time</p>': 'Once upon a time',
    '<p>w<ex>it</ex>h wo<lb break="no"/>rds of a line<lb/>and more</p>': 'with words of a line and more',
    '<s><w>The</w><w>old</w><c>.</c></s>': 'The old',
    '<p>word<note>See there</note> and text<xref>1</xref></p>': 'word See there and text 1',
    '<r><first>Ada</first><last>King</last></r>': 'Ada | King',
    '<p>one<img src="a">two</p>': 'one two',
  },
  'a.srt': {
    '1\n00:00:01,000 --> 00:00:02,000\n<i>O</i>nce <font color="red">Re</font>d': 'Once Red',
    '1\n00:00:01,000 --> 00:00:02,000\n{\\i1}A{\\i0} word{\\b1}s{\\b0}': 'A words',
    '1\n00:00:01,000 --> 00:00:02,000\n<00:00:01.500><c>well</c><00:00:02.000><c> then</c> 3 < 4': 'well then 3 4',
  },
  'a.md': {
    'O<b>n</b>ce 10<sup>th</sup> H<sub>2</sub>O x<sup>2</sup>': 'Once 10th H2O x 2',
    "*Titanic*'s crew, l'*eau*, **한국**은, **'한국'**은": "Titanic's crew l'eau 한국은 한국 은",
    '<div>O<b>n</b>ce</div>\n\ntext': 'Once | text',
    'Press <kbd>Ctrl</kbd><kbd>C</kbd>': 'Press Ctrl C',
  },
};

for (const [name, cases] of Object.entries(CASES)) {
  suite(name, () => {
    for (const [text, words] of Object.entries(cases)) test(text, () => assert.equal(cut(name, text), words));
  });
}

test('tags anywhere in words change no word of HTML, and words keep their places', () => {
  const letter = fc.constantFrom(...Array.from('aétж한字ก'), "n't", '&eacute;', '&#48512;', 'e&#769;');
  const tag = fc.constantFrom('', '', '<b>', '</b>', '<em class="a">', '</em>', '<!-- c -->', '<wbr>', '<b><i>');
  const word = fc.array(fc.tuple(letter, tag), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      const plain = words.map((parts) => parts.map(([part]) => part).join('')).join(' ');
      const tagged = words.map((parts) => parts.map(([part, mark]) => part + mark).join('')).join(' ');
      assert.equal(cut('a.html', tagged), cut('a.html', plain));
      const { tokens } = tokensOfDocument('a.html', tagged, TEXT_DEFAULTS, () => 0);
      const without = (text: string): string => text.replace(/<!--.*?-->|<[^>]*>/g, '');
      const found = Array.from({ length: tokens.length / 3 }, (_, i) => tagged.slice(tokens[3 * i], tokens[3 * i + 1]));
      assert.equal(without(found.join('')), plain.replaceAll(' ', ''));
    }),
    { numRuns: 1000 },
  );
});
