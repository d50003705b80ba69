// What a backslash stands for in strings, by each language's own rules, and in data.

import fc from 'fast-check';
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { DocumentReader } from '../../src/text/document.ts';
import { tokensOfDocument } from '../../src/text/document-tokens.ts';
import { TEXT_DEFAULTS } from '../../src/text/options.ts';
import { SPAN } from '../../src/text/tokenizer.ts';

/** Words with spaces between, | for the end of a sentence. */
function cut(name: string, text: string): string {
  const { tokens, spellings, sentences } = tokensOfDocument(name, text, TEXT_DEFAULTS, () => 0);
  const ends = new Set(sentences);
  const words: string[] = [];
  for (let i = 0; i < tokens.length / 3; i++) {
    if (ends.has(i)) words.push('|');
    words.push(spellings[i] ?? text.slice(tokens[3 * i], tokens[3 * i + 1]));
  }
  return words.join(' ');
}

suite('data', () => {
  test('JSON: text that was written in ASCII is what it says, line by line, too', () => {
    const value = { title: '겨울 바다', text: 'Đêm đông.\nÇa va?\tOui', mark: '👋 ok' };
    const ascii = JSON.stringify(value).replace(/[^\0-\x7f]/g, (unit) => {
      return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    });
    for (const name of ['a.json', 'a.jsonl', 'a.ndjson', 'a.geojson', 'a.xcstrings']) {
      assert.equal(
        cut(name, `${ascii}\n${ascii}\n`).replaceAll('| ', ''),
        Array(2).fill('title 겨울 바다 text Đêm đông Ça va Oui mark ok').join(' '),
      );
    }
  });

  test('JSON: signs, surrogates, letters in parts, an escaped backslash', () => {
    assert.equal(cut('a.json', String.raw`["a\/b \"quoted\" C:\\temp\\new"]`), 'a b quoted C temp new');
    assert.equal(cut('a.json', String.raw`["cafe\u0301s \ud835\udc00x na\u00efve\u00adly"]`), 'cafés 𝐀x naïvely');
    assert.equal(cut('a.json', String.raw`["one\\u00e9two", "\u12", "\u"]`), 'one u00e9two 12');
  });

  test('JSON in one line that is longer than what is read at a time', () => {
    const reader = new DocumentReader(TEXT_DEFAULTS);
    const spans = new Int32Array(1024 * SPAN);
    const words = new Map<string, number>();
    const drain = (): void => {
      for (let written = reader.read(spans); written > 0; written = reader.read(spans)) {
        for (let i = 0; i < written; i += SPAN) {
          if (spans[i]! < 0) continue;
          const word = String.fromCharCode(...reader.text.subarray(spans[i], spans[i + 1]));
          words.set(word, (words.get(word) ?? 0) + 1);
        }
      }
    };
    const sentence = String.raw`\uaca8\uc6b8 \ubc14\ub2e4 d\u00e9j\u00e0 `;
    const text = `["${sentence.repeat(120_000)}"]`;
    reader.begin('a.json');
    for (let at = 0; at < text.length; at += 700_001) {
      reader.append(text.slice(at, at + 700_001));
      drain();
    }
    if (reader.end()) drain();
    assert.deepEqual(
      [...words],
      ['겨울', '바다', 'déjà'].map((word) => [word, 120_000]),
    );
  });

  test('properties: keys, values that go on, comments', () => {
    const text = String.raw`# Meldungen f\u00fcr alle
! noch eine
greeting.text = Gr\u00fc\u00dfe aus \
    M\u00fcnchen
path: C:\\temp\\new\nSecond line
empty=
key\ with\ space value
`;
    assert.equal(
      cut('a.properties', text).replaceAll('| ', ''),
      'Meldungen f u00fcr alle noch eine greeting text Grüße aus München path C temp new Second line empty key with space value',
    );
    assert.match(cut('a.properties', 'a = one\nb = two\n'), /a \| one \| b \| two/);
    const pieces = tokensOfDocument('a.properties', 'k = one \\\r\n  two\r\nl = three\r\n', TEXT_DEFAULTS, () => 0);
    assert.deepEqual([...pieces.sentences].at(1), 3, 'a line that ends with CR LF goes on');
  });

  test('Apple’s strings', () => {
    const text = '/* Title */\n"hello" = "Gr\\U00fc\\U00dfe\\nan alle";\n';
    assert.equal(cut('Localizable.strings', text).replaceAll('| ', ''), 'Title hello Grüße an alle');
  });

  test('gettext: a message over lines is one text', () => {
    const text = '#. For the title\nmsgid ""\n"The old "\n"sailor\\n"\n"mended"\nmsgstr "d\\303\\251j\\303\\240"\n';
    assert.match(cut('de.po', text), /For the title \| msgid The old sailor mended/);
  });

  test('YAML and TOML: quoted strings have escapes, literal ones have none', () => {
    assert.match(cut('a.yaml', 'title: "caf\\u00e9\\nbar"\n'), /title café bar/);
    assert.match(cut('a.toml', 'a = \'C:\\temp\\new\'\nb = "caf\\u00e9\\tbar"\n'), /a C temp new .*b café bar/);
  });

  test('CSS: hexadecimal digits and a space', () => {
    assert.match(cut('a.css', 'a::before { content: "caf\\e9 s \\201C ok"; }'), /content cafés ok/);
  });
});

suite('strings of code', () => {
  /** A string as the language writes it, and its words. */
  const CASES: [name: string, source: string, words: string][] = [
    ['a.js', String.raw`x = "Stra\u00dfe\nna\xefve \u{e9}t\u{e9} \u{1F600}ok";`, 'x Straße naïve été ok'],
    ['a.ts', 'x = `caf\\u00e9 ${y} d\\u00e9j\\u00e0`;', 'x café y déjà'],
    ['a.js', 'x = String.raw`\\alpha ${y} C:\\new`;', 'x String raw alpha y C new'],
    [
      'a.py',
      String.raw`x = "caf\u00e9\x41 \U000000e9t\N{LATIN SMALL LETTER E WITH ACUTE} \tend \101b"`,
      'x caféA ét end Ab',
    ],
    [
      'a.py',
      String.raw`x = r"\alpha \n \textbf" + Rb'\new' + f"\next" + fr"\beta \" still"`,
      'x r alpha n textbf Rb new f ext fr beta still',
    ],
    ['a.py', String.raw`x = "\section \d+ \w"`, 'x section'],
    [
      'a.py',
      String.raw`"""One\ntwo caf\u00e9 \""" three""" + r'''\alpha \n''' + '''a\tb'''`,
      'One two café three | r | alpha n | a b',
    ],
    ['a.swift', 'x = """\nOne\\ntwo\n"""', 'x | One two'],
    ['a.rs', String.raw`x = "\u{1_F600}ok \u{e9}t\u{00_e9}"`, 'x ok été'],
    ['A.java', String.raw`x = "caf\u00e9\ttab\s";`, 'x café tab'],
    ['a.c', String.raw`x = "caf\303\251 r\xc3\xado \xe9\x41\ttab \u00e9t\u00e9";`, 'x café río A tab été'],
    ['a.cpp', 'x = R"(C:\\temp\\new "q" )" + u8R"x(\\alpha)x" + "\\talpha";', 'x R C temp new q u8R alpha alpha'],
    [
      'a.cs',
      '@"C:\\temp\\new ""in"" \\t" + "\\ttab caf\\x00E9" + $@"\\new {x}" + """\\raw""";',
      'C temp new in t tab café new x | raw',
    ],
    ['a.rs', 'x = r"\\new\\table" + r#"say "\\no""# + "\\tcaf\\u{e9}";', 'x r new table r say no café'],
    ['a.go', 'x := `\\new\\table` + "\\tcaf\\u00e9"', 'x new table café'],
    ['a.kt', 'x = """\\new\\table""" + "\\tcaf\\u00e9"', 'x | new table | café'],
    ['a.swift', 'x = #"\\new"# + "\\tcaf\\u{e9}"', 'x new café'],
    ['a.php', `<?php $x = 'C:\\new\\'s' . "\\tcaf\\u{e9}";`, 'php x C new s café'],
    ['a.rb', `x = 'C:\\new\\'s' + "\\tcaf\\u00e9"`, 'x C new s café'],
    ['a.sh', `printf 'Hello\\nWorld\\' "\\tx"`, 'printf Hello World x'],
    ['a.lua', 'x = [[\\new\\table]] .. "\\tcaf\\u{e9}"', 'x | new table | café'],
    ['a.sql', "SELECT 'C:\\temp\\new', 'it''s'", 'SELECT C temp new it s'],
    ['a.r', String.raw`x <- r"(\alpha \new)" ; y <- "\\beta\tcaf\u00e9"`, 'x r alpha new y beta café'],
    ['a.jl', String.raw`x = raw"\new" * "\tcaf\u00e9"`, 'x raw new café'],
    ['a.scala', 'x = raw"\\new" + """\\table""" + "\\tcaf\\u00e9"', 'x raw new | table | café'],
  ];
  for (const [name, source, words] of CASES) {
    test(`${name}: ${source}`, () => {
      assert.equal(cut(name, `${source}\n`), words);
      assert.match(cut(name, `${source}\nnext\n`), / next$/, 'and code goes on behind it');
    });
  }

  test('a word that ends in r is no prefix', () => {
    assert.equal(cut('a.py', String.raw`bar"\new"`), 'bar ew');
    assert.equal(cut('a.rs', 'for"\\new"'), 'for ew');
  });

  test('cells of notebooks keep theirs', () => {
    const source = JSON.stringify(['x = r"\\alpha"\n', 'y = "d\\u00e9"']);
    const notebook = `{"cells": [{"cell_type": "code", "source": ${source}}]}`;
    assert.match(cut('a.ipynb', notebook), /x r alpha/);
    const line = String.raw`x = "caf\u00e9s \n\u00e9t\u00e9 a\tb"`;
    const escaped = JSON.stringify({ cells: [{ cell_type: 'code', source: [line] }] });
    assert.equal(cut('a.ipynb', escaped), 'x cafés été a b');
  });
});

suite('any string', () => {
  test('of letters as escapes has the words of the letters themselves, in JSON, JavaScript and Python', () => {
    const letter = fc.constantFrom('a', 'é', 'ß', '한', '글', 'ж', '漢', '𝐀', ' ', '.', '-', 'ñ', 'e\u0301');
    fc.assert(
      fc.property(fc.array(letter, { maxLength: 12 }), fc.constantFrom('a.json', 'a.js', 'a.py'), (letters, name) => {
        const plain = letters.join('').normalize('NFC');
        const escaped = letters
          .join('')
          .replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
        assert.equal(cut(name, `["${escaped}"]`), cut(name, `["${plain}"]`));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});
