// Documents with tags of any vocabulary: one sentence is one, blocks end sentences, and no tag,
// attribute or declaration is a word, whatever the file's name and whatever the pieces it comes in.

import fc from 'fast-check';
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { DocumentReader } from '../../src/text/document.ts';
import { languageOf } from '../../src/text/languages.ts';
import { TEXT_DEFAULTS } from '../../src/text/options.ts';
import { SPAN } from '../../src/text/tokenizer.ts';

/** Words with spaces between, | for the end of a sentence. */
function cut(text: string, name = 'a.xml', pieces = [text]): string {
  const reader = new DocumentReader(TEXT_DEFAULTS);
  const words: string[] = [];
  const spans = new Int32Array(64 * SPAN);
  const drain = (): void => {
    for (let written = reader.read(spans); written > 0; written = reader.read(spans)) {
      for (let i = 0; i < written; i += SPAN) {
        if (spans[i]! >= 0) words.push(String.fromCharCode(...reader.text.subarray(spans[i], spans[i + 1])));
        else if (words.length > 0 && words.at(-1) !== '|') words.push('|');
      }
    }
  };
  reader.begin(name);
  for (const piece of pieces) {
    reader.append(piece);
    drain();
  }
  if (reader.end()) drain();
  return words.join(' ').replace(/ \|$/, '');
}

suite('what ends a sentence in XML', () => {
  const CASES: Record<string, [xml: string, words: string]> = {
    'TEI: highlights, names, line and page breaks are in it': [
      '<text><body><div><head>Letter</head><p><persName>Ada</persName> saw <hi rend="i">the sea</hi>,<lb/> and <date when="1840">May</date><pb n="2"/> came</p><p>Next one</p></div></body></text>',
      'Letter | Ada saw the sea and May came | Next one',
    ],
    'JATS: italics, references and formulas': [
      '<sec><title>Method</title><p>We use <italic>Escherichia coli</italic> as in <xref ref-type="bibr" rid="b1">Fig</xref> here</p></sec>',
      'Method | We use Escherichia coli as in Fig here',
    ],
    'DocBook: commands, and a list in a paragraph': [
      '<section><title>Files</title><para>Run <command>ls</command> in <filename>tmp</filename><itemizedlist><listitem><para>first one</para></listitem><listitem><para>second one</para></listitem></itemizedlist></para></section>',
      'Files | Run ls in tmp | first one | second one',
    ],
    FictionBook: [
      '<FictionBook><body><section><title><p>One</p></title><p>It <emphasis>was</emphasis> late</p><empty-line/><p>He left</p></section></body></FictionBook>',
      'One | It was late | He left',
    ],
    'a feed: every field is one': [
      '<rss><channel><title>News today</title><item><title>Rain falls</title><description><![CDATA[<p>A <b>lot</b> of it</p><p>More</p>]]></description></item></channel></rss>',
      'News today | Rain falls | A lot of it | More',
    ],
    'records: every field is one': [
      '<people><person><first>Ada</first><last>King</last></person><person><first>Mary</first><last>Godwin</last></person></people>',
      'Ada | King | Mary | Godwin',
    ],
    'words of the BNC': [
      '<bncDoc><s n="1"><w c5="AT0">The </w><w>ship </w><mw><w>of </w><w>course </w></mw><w>left</w><c>.</c></s>\n<s n="2"><w>It </w><w>came</w></s></bncDoc>',
      'The ship | of course | left | It came',
    ],
    'words of FoLiA': [
      '<s><w xml:id="1"><t>De</t><pos class="LID"/></w><w xml:id="2"><t>zee</t></w></s>\n<s><w><t>ruist</t></w></s>',
      'De zee | ruist',
    ],
    'a comment in a sentence': ['<p>one <!-- not this --> two</p>', 'one two'],
    'a tag that ends nothing': ['<a><p>one</b> two</p></a>', 'one two'],
    'blank lines between tags': ['<p>\n\n<hi>one</hi>\n\n<hi>two</hi> three\n\n</p>', 'one | two three'],
    'HTML in a cell, though no text stands beside it': ['<td><b>Bold</b> <i>italic</i></td>', 'Bold italic'],
  };
  for (const [what, [xml, words]] of Object.entries(CASES)) {
    test(what, () => {
      const all = cut(`<?xml version="1.0"?>\n<root>${xml}</root>\n`);
      if (what === 'words of the BNC')
        assert.equal(all.replaceAll(' | of course | ', ' of course '), 'The ship of course left | It came');
      else assert.equal(all, words);
    });
  }

  test('words of a corpus whose names are not known, once they were seen', () => {
    const sentence = (...words: string[]): string =>
      `<satz>${words.map((word) => `<wort>${word}</wort>`).join('\n')}</satz>\n`;
    const seen = sentence(
      'Am',
      'Abend',
      'kam',
      'der',
      'alte',
      'Mann',
      ',',
      'er',
      'war',
      'sehr',
      'müde',
      'und',
      'alt',
      '.',
    );
    const read = cut(`<?xml version="1.0"?><korpus>${seen}${sentence('Er', 'schlief', 'ein')}</korpus>`);
    assert.match(read, /\| Er schlief ein$/);
  });
});

suite('what is no text', () => {
  test('declarations, subsets, instructions, attributes of any kind', () => {
    const text = `<?xml version="1.0" encoding="utf-8"?>
<?xml-stylesheet href="a>b.css"?>
<!DOCTYPE text SYSTEM "text.dtd" [
  <!ENTITY name "value">
  <!ELEMENT p (#PCDATA)>
]>
<text a="x>y" b = 'it > was' c="line
break"><p
  lang="de"
>one &name; two</p><_x>three</_x><문장 번호="1">넷 다섯</문장></text>`;
    assert.equal(cut(text), 'one two | three | 넷 다섯');
  });

  test('a tag that goes over pieces', () => {
    const text = '<?xml version="1.0"?>\n<a>\n<b one="two\nthree"\n four="five">word</b>\n<c\n/>last < first\n</a>\n';
    const whole = cut(text);
    assert.equal(whole, 'word last first');
    for (let at = 1; at < text.length; at++) {
      assert.equal(cut(text, 'a.xml', [text.slice(0, at), text.slice(at)]), whole, `in pieces at ${at}`);
      assert.equal(cut(text, 'a.html', [text.slice(0, at), text.slice(at)]), cut(text, 'a.html'), `HTML at ${at}`);
    }
  });

  test('scripts and styles in capitals end', () => {
    assert.equal(
      cut('<STYLE>.p {}</STYLE><P>one</P><SCRIPT>let two</SCRIPT><P>three', 'a.html'),
      'one | let two | three',
    );
  });

  test('in any vocabulary, no name of a tag or an attribute is a word', () => {
    const name = fc.constantFrom('tagone', 'tagtwo', 'p', 'hi', 'w', 'ns:tagthree', '태그');
    const word = fc.constantFrom('alpha', 'beta', 'Gamma.', '세계', ' ', '\n', '&amp;', '&eacute;s', '<!-- nope -->');
    const attribute = fc.constantFrom('', ' attr="nope"', "\n attr='no > pe'", ' x:attr = "nope"');
    const tree = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        word,
        fc
          .tuple(name, attribute, fc.array(tie('node'), { maxLength: 4 }))
          .map(([tag, attributes, inside]) => `<${tag}${attributes}>${inside.join('')}</${tag}>`),
        fc.tuple(name, attribute).map(([tag, attributes]) => `<${tag}${attributes}/>`),
      ),
    })).node;
    fc.assert(
      fc.property(tree, fc.nat(), (inside, nat) => {
        const text = `<?xml version="1.0"?><root>${inside}</root>`;
        const words = cut(text);
        assert.match(words.replaceAll(' |', ''), /^(?:(?:alpha|beta|Gamma|세계|és|\| )*\s?)*$/);
        const at = nat % text.length;
        assert.equal(cut(text, 'a.xml', [text.slice(0, at), text.slice(at)]), words);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

suite('tagged text under any name', () => {
  test('begins with what says so', () => {
    const XML = '<?xml version="1.0"?>\n<a/>';
    for (const name of [
      'a.resx',
      'a.fb2',
      'a.xaml',
      'a.csproj',
      'a.opml',
      'a.unknown',
      'de.ts',
      'a.csv',
      'noname',
      'x.config',
    ]) {
      assert.equal(languageOf(name, XML).name, 'xml', name);
    }
    assert.equal(languageOf('wiki_00', '<doc id="12" url="https://a.b/c?d=12" title="A &amp; B">\nText\n').name, 'xml');
    assert.equal(languageOf('corpus.vrt', '<text id="t1">\n<s>\nThe\tDT\tthe\n').name, 'xml');
    assert.equal(languageOf('a.txt', '<letter><p>Dear friend</p></letter>').name, 'xml');
    assert.equal(languageOf('reut2-000.sgm', '<!DOCTYPE lewis SYSTEM "lewis.dtd">').name, 'xml');
    assert.equal(languageOf('a.smi', '<SAMI>').name, 'sami');
  });

  test('and what only looks like it does not', () => {
    for (const text of [
      '<T> is a type',
      '<name@example.org> wrote:',
      '< 5 and > 3',
      '<3 you',
      'x <a b="c">',
      '<a',
      '<-- back',
    ]) {
      assert.equal(languageOf('a.txt', text).name, 'plaintext', text);
    }
    assert.equal(languageOf('a.php', '<?php echo 1;').name, 'php');
    assert.equal(languageOf('a.xhtml', '<?xml version="1.0"?><html>').name, 'html');
    assert.equal(languageOf('a.md', '<p align="center">').name, 'markdown');
  });

  test('subtitles of SAMI: a sentence may go on in the next one', () => {
    const text = `<SAMI><HEAD><TITLE>Film</TITLE><STYLE TYPE="text/css"><!-- P { color: red } --></STYLE></HEAD>
<BODY>
<SYNC Start=1000><P Class=KRCC>바람이 <i>불고</i><br>
있었다
<SYNC Start=2500><P Class=KRCC>&nbsp;
<SYNC Start=3000><P Class=KRCC>밤새.
<SYNC Start=4000><P Class=KRCC>그리고
</BODY></SAMI>`;
    assert.equal(cut(text, 'a.smi'), 'Film | 바람이 불고 있었다 밤새 | 그리고');
  });

  test('what WikiExtractor writes', () => {
    const text =
      '<doc id="1" title="Sea">\nSea\n\nThe sea is large.\n</doc>\n<doc id="2" title="Sun">\nSun\n\nThe sun.\n</doc>\n';
    assert.equal(cut(text, 'wiki_00'), 'Sea | The sea is large | Sun | The sun');
  });
});
