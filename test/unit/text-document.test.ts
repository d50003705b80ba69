import fc from 'fast-check';
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { choicesOf } from '../../src/options/option.ts';
import { DocumentReader } from '../../src/text/document.ts';
import { languageNamed, languageOf } from '../../src/text/languages.ts';
import { TEXT, TEXT_DEFAULTS, type TextOptions } from '../../src/text/options.ts';
import { SPAN, spellingOf } from '../../src/text/tokenizer.ts';

const lines = (...all: string[]): string => `${all.join('\n')}\n`;

/**
 * The words of a document with their places; null is the end of a sentence, which does not come
 * twice.
 */
function read(name: string | undefined, pieces: string[], options: Partial<TextOptions> = {}) {
  const reader = new DocumentReader({ ...TEXT_DEFAULTS, ...options });
  const words: ({ word: string; start: number; end: number } | null)[] = [];
  const spans = new Int32Array(8 * SPAN);
  let before = 0; // characters of the document before the reader's text
  const drain = (): void => {
    for (let written = reader.read(spans); written > 0; written = reader.read(spans)) {
      for (let i = 0; i < written; i += SPAN) {
        const [start, end] = [spans[i]!, spans[i + 1]!];
        if (start >= 0) {
          const word = spellingOf(reader.text, start, end);
          words.push({ word, start: before + start, end: before + end });
        } else if (words.length && words.at(-1) !== null) words.push(null);
      }
    }
  };
  reader.begin(name);
  let taken = 0;
  for (const piece of pieces) {
    reader.append(piece);
    taken += piece.length;
    before = taken - reader.length;
    drain();
  }
  if (reader.end()) {
    before = taken - reader.length;
    drain();
  }
  return words;
}

/** Words with spaces between, | for the end of a sentence. */
function cut(name: string | undefined, text: string, options?: Partial<TextOptions>): string {
  return read(name, [text], options)
    .map((word) => word?.word ?? '|')
    .join(' ')
    .replace(/ \|$/, '');
}

suite('the language of a document', () => {
  test('is told by the ending of its name', () => {
    const names = ['a.ts', 'B.PY', 'x/y.java', 'a.hpp', 'a.rs', 'a.go', 'a.cs', 'a.md', 'a.html', 'a.tex', 'a.ipynb'];
    assert.deepEqual(
      [...names, 'a.srt', 'a.vtt', 'a.txt', 'LICENSE', 'a.unknown'].map((name) => languageOf(name).name),
      [
        ...['typescript', 'python', 'java', 'cpp', 'rust', 'go', 'csharp', 'markdown', 'html', 'latex', 'jupyter'],
        ...['srt', 'vtt', 'plaintext', 'plaintext', 'plaintext'],
      ],
    );
  });

  test('is told by its beginning where the name says nothing', () => {
    assert.equal(languageOf('run', '#!/usr/bin/env python3\n').name, 'python');
    assert.equal(languageOf('run', '#!/bin/sh\n').name, 'shellscript');
    assert.equal(languageOf('page', '<!DOCTYPE html>').name, 'html');
    assert.equal(languageOf('thesis.txt', '\\documentclass{article}').name, 'latex');
    assert.equal(languageOf('data.csv', 'a,b\n<?xml').name, 'plaintext');
  });

  test('of a fence is a name, an ending or an alias', () => {
    assert.equal(languageNamed('js')?.name, 'javascript');
    assert.equal(languageNamed('C++')?.name, 'cpp');
    assert.equal(languageNamed('mermaid'), null);
  });
});

suite('code', () => {
  test('comments and strings are prose, and a comment is a sentence of its own', () => {
    assert.equal(
      cut('a.ts', lines("const a = 'Don\\'t go. Now'; // It's done. Well", '// and more', 'b(a);', '/* end */')),
      "const a Don t go | Now | It's done | Well and more | b a | end",
    );
  });

  test('a line, a statement or a blank line ends a sentence, as the options say', () => {
    const text = lines('if (a.b) { c(); d()', '}', '', "e('x. y')");
    assert.equal(cut('a.js', text, { codeSentences: 'block' }), 'if a b c d | e x | y');
    assert.equal(cut('a.js', text, { codeSentences: 'statement' }), 'if a b | c | d | e x | y');
    assert.equal(cut('a.js', text, { codeSentences: 'line' }), 'if a b c d | e x | y');
  });

  test('key words can be left out', () => {
    assert.equal(
      cut('a.py', lines('def load(self):', '    """If not, return it."""', '    return x'), { keywords: 'leaveOut' }),
      'load | If not return it | x',
    );
  });

  test('what is in a template is code, and what is around it prose', () => {
    assert.equal(cut('a.ts', "f(`It's ${g({ x: `in ${y}` })} here. Then`); h"), "f It's g x in y here | Then h");
  });

  test('a pattern is left out, and its quotes open nothing; a division is none', () => {
    assert.equal(cut('a.js', lines('x = /["\'`]abc/gi.test(a)', 'y = a / b / c')), 'x test a y a b c');
  });

  test('a string that is not closed ends with its line', () => {
    assert.equal(cut('a.c', lines('puts("never closed', "next('it', 1)")), 'puts never closed next it 1');
    assert.equal(cut('a.rs', "fn f<'a>(x: &'a str) { g(\"it's\") }"), "fn f a x a str g it's");
  });

  test('comments of many lines go over pieces, which may be cut anywhere', () => {
    const text = lines('a /* b', "don't", '*/ c', '"d. e" f');
    const whole = read('a.java', [text]);
    for (let at = 0; at <= text.length; at++) {
      assert.deepEqual(read('a.java', [text.slice(0, at), text.slice(at)]), whole, `cut at ${at}`);
    }
  });
});

suite('markup', () => {
  test('Markdown: the text, code as code, no addresses', () => {
    assert.equal(
      cut(
        'a.md',
        lines(
          ...[
            '---',
            'title: no',
            '---',
            '# A _title_',
            'Text with `code.span` and',
            '[a link](https://x.org/a_(b) "t").',
          ],
          ...[
            '- item **one**',
            '- [ ] two',
            '',
            '```js',
            'let it = "x"; // so',
            '```',
            '| a | b |',
            '![img](y.png) <b>c</b>',
          ],
          ...['See https://example.com/path, &amp; <!-- no', 'no --> __init__() snake_case'],
        ),
      ),
      'A title | Text with code span and a link | item one | two | let it x | so | a | b | img c See init snake_case',
    );
  });

  test('HTML: the text between tags, scripts as code', () => {
    assert.equal(
      cut(
        'a.html',
        '<!DOCTYPE html><html><head><title>T</title><style>p { color: red }</style></head><body><p class="x>y">One <b>two</b>&nbsp;three</p><!-- no --><script>f("x")</script><p>1 < 2</p>',
      ),
      'T | One two three | f x | 1 2',
    );
  });

  test('XML: CDATA is text', () => {
    assert.equal(cut('a.xml', '<?xml version="1.0"?><a><b c="d">e</b><![CDATA[f <g]]></a>'), 'e f');
  });

  test('LaTeX: no commands, formulas, labels and comments', () => {
    assert.equal(
      cut(
        'a.tex',
        lines(
          ...[
            '\\documentclass[12pt]{article} % no',
            '\\begin{document}',
            '\\section{Title}\\label{sec:a}',
            'An \\emph{old} $x^2$ word~\\cite{a}',
          ],
          ...[
            'costs 5\\% \\(y\\) \\[z',
            'z\\] more.',
            '\\begin{equation}',
            'w',
            '\\end{equation}',
            '\\begin{verbatim}',
            "it's.code",
            '\\end{verbatim}',
          ],
        ),
      ),
      'Title | An old word costs 5 more | it s code',
    );
  });

  test('subtitles: what is said', () => {
    assert.equal(
      cut(
        'a.srt',
        lines(
          '1',
          '00:00:01,000 --> 00:00:02,000',
          '<i>Where are</i>',
          '',
          '2',
          '00:00:03,000 --> 00:00:04,000',
          '{\\an8}you?',
          '- Here',
        ),
      ),
      'Where are you | Here',
    );
    assert.equal(cut('a.vtt', lines('WEBVTT', '', 'NOTE no', '', '00:01.000 --> 00:02.000', '<v Ann>Hi')), 'Hi');
  });

  test('notebooks: the sources of the cells and not their outputs', () => {
    const notebook = {
      cells: [
        { cell_type: 'markdown', metadata: {}, source: ['# Head\n', "It's `x`"] },
        {
          cell_type: 'code',
          metadata: { source: 1 },
          outputs: [{ data: { 'text/plain': ['no'] } }],
          source: ['a = "b\\n"\n', 'c'],
        },
      ],
      metadata: { kernelspec: { name: 'python3' } },
    };
    for (const space of [undefined, 1]) {
      assert.equal(cut('a.ipynb', JSON.stringify(notebook, null, space)), "Head | It's x | a b c");
    }
  });

  test('character references are what they stand for, inside words and alone', () => {
    assert.equal(
      cut('a.html', 'col&middot;lecci&oacute; o&lsquo;zbek so&lrm;me 학교&rsquo;에서'),
      "col·lecció o'zbek some 학교 에서",
    );
    const text = 'caf&eacute;s, &Eacute;a &#44032;&#xB098;&#45796; na&iuml;ve. Don&rsquo;t, l&#39;eau auto&shy;mobile';
    const words = "cafés Éa 가나다 naïve | Don't l'eau automobile";
    for (const name of ['a.html', 'a.md', 'a.xml']) assert.equal(cut(name, text), words, name);
    const more =
      'Q&amp;A 3&nbsp;m 2&lt;3 &unknown; caf&eacute a&b;c &#0; &#x110000; &#128512;x &CounterClockwiseContourIntegral;';
    assert.equal(cut('a.html', more), 'Q A 3 m 2 3 caf eacute a c x');
    assert.equal(
      cut('a.md', '`caf&eacute;` *caf&eacute;* caf&eacute;_x_ &unknown; a&b;'),
      'caf eacute café caféx unknown a b',
    );
    const cells = ['caf\\u00e9s \\ud55c\\uae00\\uc740 \\ud83d\\ude00 x\\ty &eacute;t\\u00e9 \\u2014'];
    const notebook = `{"cells": [{"cell_type": "markdown", "source": ["${cells[0]!}"]}]}`;
    assert.equal(cut('a.ipynb', notebook), 'cafés 한글은 x y été');
  });

  test('letters that are written in parts, all or some of them as references, are composed', () => {
    const text =
      'e&#769;te&#x301;s &#4370;&#4449;&#4523;&#44397; 하&#x11ab;국 か&#x3099; &#x212b; q&#769;&#803; a&#803;&#769; &#x958; &#769;x';
    const words = 'étés 한국 한국 が Å q̣́ ạ́ \u0915\u093c x';
    assert.equal(cut('a.html', text), words);
    assert.equal(cut('a.md', `*${text}*`), words);
    const notebook = '{"cells": [{"cell_type": "raw", "source": ["e\\u0301te\\u0301s \\u1112\\u1161\\u11ab국"]}]}';
    assert.equal(cut('a.ipynb', notebook), 'étés 한국');
  });

  test('accents of LaTeX are part of their words', () => {
    const text = String.raw`Na\"{\i}ve caf\'es, {\'E}t\'e, Fran\c{c}ais, Stra\ss{}e, stra\ss e, Erd\H{o}s, \v{S}koda, \o re, \O{}`;
    assert.equal(cut('a.tex', text), 'Naïve cafés Été Français Straße straße Erdős Škoda øre Ø');
    assert.equal(cut('a.tex', String.raw`\cite{e} \item a\\b \(x\) \textbf{bold} \"`), 'a b bold');
  });

  test('what LaTeX has inside words parts none', () => {
    const words: [latex: string, word: string][] = [
      [String.raw`Donau\-dampf\-schiff`, 'Donaudampfschiff'],
      [String.raw`shelf\/ful`, 'shelfful'],
      [String.raw`Auf{}lage`, 'Auflage'],
      [String.raw`{W}eb`, 'Web'],
      [String.raw`un\textbf{frig}ging`, 'unfrigging'],
      [String.raw`\emph{Pre}fix`, 'Prefix'],
      [String.raw`\textbf{한국}은`, '한국은'],
      ['Donau%\n  dampf', 'Donaudampf'],
      [String.raw`\v Cech`, 'Čech'],
      [String.raw`\c Ca`, 'Ça'],
      [String.raw`{\v C}apek`, 'Čapek'],
      [String.raw`\r angstrom`, 'ångstrom'],
      [String.raw`na\"\i ve`, 'naïve'],
      [String.raw`\u\i x`, 'ĭx'],
      [String.raw`Ha\textcommabelow{s}deu`, 'Hașdeu'],
      [String.raw`\DJ or\dj e`, 'Đorđe'],
      [String.raw`\TH{}or`, 'Þor'],
      [String.raw`{\'E}cole`, 'École'],
      [String.raw`M\"{u}ller`, 'Müller'],
    ];
    for (const [latex, word] of words) assert.equal(cut('a.tex', `a ${latex} b`), `a ${word} b`, latex);
    assert.equal(
      cut('a.tex', String.raw`\section{Title}Text \footnote{Note}text \cmd{x}y`),
      'Title Text | Note text x y',
    );
    const table = String.raw`a\\[2pt] b\\*c \begin{tabular}[t]{lcr} d & e \end{tabular}`;
    assert.equal(cut('a.tex', table), 'a b c | d e');
    assert.equal(cut('a.tex', String.raw`\begin{thebibliography}{99}\bibitem{k} Knuth\end{thebibliography}`), 'Knuth');
  });

  test('shorthands of babel are letters in a text that has them, and quotation marks elsewhere', () => {
    const german = 'Bett"-uch sch"one "Ubung "uber Stra"se, "`so"\' Auf"|lage bergab"~auf';
    assert.equal(cut('a.tex', german), 'Bettuch schöne Übung über Straße so Auflage bergab auf');
    assert.equal(cut('a.tex', '\\usepackage[ngerman]{babel} "Argern "a "b"'), 'Ärgern a b');
    assert.equal(cut('a.tex', 'He said "and" or "Under" or "our".'), 'He said and or Under or our');
    assert.equal(cut('a.tex', '\\begin{verbatim}\nx = "a"\n\\end{verbatim} "open"'), 'x a | open');
  });

  test('bibliographies are the values of their fields', () => {
    const entries = lines(
      ...['Comment here.', '', '@string{ams = "American {M}ath"}', '@article{g31,'],
      ...['  author = {Kurt G{\\"o}del and {\\O}yvind Haji{\\v c}},', '  title = "{\\"U}ber {S}{\\"a}tze" # ams,'],
      ...['  year = 1931, month = jan, pages = {173--198}, doi = {10.1007/x}, url = "http://a.b/c",'],
      ...[
        '  note = {In {DNA}s, 5\\% more}',
        '}',
        '@comment{nothing}',
        '@book(b, title = {One (two)})',
        'mail@host.org',
      ],
    );
    assert.equal(
      cut('a.bib', entries),
      'Comment here | American Math | Kurt Gödel and Øyvind Hajič | Über Sätze | 1931 | 173 198 | In DNAs 5 more | One two | mail host org',
    );
  });

  test('a blank line behind a string ends a sentence, also where the next piece begins', () => {
    const text = 'x = "b"\n\nt u\n\n"a"\n\n"b"\n"c"';
    assert.equal(cut('a.ts', text), 'x b | t u | a | b c');
    const ofPieces = read('a.ts', [text.slice(0, 11), text.slice(11)]).map((word) => word?.word ?? '|');
    assert.equal(ofPieces.join(' '), cut('a.ts', text));
  });

  test('notebooks: code is of the language that its cell or its kernel names', () => {
    const cells = [
      { cell_type: 'code', metadata: {}, source: ['x = 1 # if a\n', '// y'] },
      { cell_type: 'code', metadata: { vscode: { languageId: 'javascript' } }, source: ['if (x) // if b'] },
      { cell_type: 'code', metadata: {}, source: '%%sql\nselect x -- if c' },
      { cell_type: 'code', metadata: {}, source: 'if # if d' },
    ];
    const hashed = 'x 1 | if a | y | x | if b | sql x | if c | if d';
    const kernels = [
      [{ language_info: { codemirror_mode: { name: 'ipython', version: 3 }, name: 'R' } }, hashed],
      [{ kernelspec: { display_name: 'Julia', language: 'julia' }, language_info: {} }, hashed],
      [{ language_info: { name: 'javascript' } }, 'x 1 a | y | x | if b | sql x | if c | d'],
      [{}, hashed],
    ] as const;
    for (const [metadata, words] of kernels) {
      const notebook = JSON.stringify({ cells, metadata }, null, 1);
      assert.equal(cut('a.ipynb', notebook, { keywords: 'leaveOut' }), words, JSON.stringify(metadata));
    }
  });
});

suite('words', () => {
  test('a capital at the beginning is folded in prose if asked for, names with more of them stay', () => {
    assert.equal(cut('a.txt', 'The GitHub NASA I Éa getX', { case: 'fold' }), 'the GitHub NASA i éa getX');
    assert.equal(cut('a.ts', 'Map x; // The map', { case: 'fold' }), 'Map x | the map');
  });

  test('numbers of a length are one word if asked for', () => {
    assert.equal(cut(undefined, 'in 1984, 42px x2', { numbers: 'digits' }), 'in 0000 00px x2');
  });
});

suite('any text', () => {
  const names = [
    'a.ts',
    'a.py',
    'a.rs',
    'a.md',
    'a.html',
    'a.tex',
    'a.bib',
    'a.ipynb',
    'a.srt',
    'a.txt',
    'a.lua',
    'a.yaml',
  ].concat(...['a.properties', 'a.json', 'a.cs', 'a.cpp', 'a.po', 'a.css', 'a.xml', 'a.toml', 'a.r']);
  const sign = fc.constantFrom(
    ...['```', '`', '"', "'", '/*', '*/', '//', '<!--', '-->', '<', '>', '](', '${', '{', '}', '\\', '$', '$$', '\n'],
    ...['\n\n', '\\begin{verbatim}', '\\end{verbatim}', '--> 1\n', '"source": [', '"cell_type": "code"', ',', ':', '['],
    ...[
      '---\n',
      '<script>',
      '</script>',
      '[[',
      '_',
      '漢',
      '한국은',
      '\ud83d',
      '\u0301',
      '&amp;',
      '&eacute;',
      '&#44032;',
      '\\u00e9',
      '\\n',
      '\\x4',
      'r"',
      'R"(',
      ')"',
      '@"',
      '""',
      'r#"',
      '<w>',
      '</w>',
      '<p>',
      '://',
      'don',
      'a',
      ' ',
    ],
  );
  const text = fc.array(fc.oneof(sign, fc.string({ maxLength: 3 })), { maxLength: 40 }).map((parts) => parts.join(''));

  test('is read without an error, and every word stands where it says, in order', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), text, (name, document) => {
        let last = 0;
        for (const word of read(name, [document])) {
          if (word === null) continue;
          assert.ok(word.start >= last && word.end > word.start && word.end <= document.length);
          last = word.end;
          // escapes and references stand for other characters, and markup inside a word joins it
          if (!/[\\&"<[{}*_~%]/.test(document)) assert.equal(document.slice(word.start, word.end), word.word);
        }
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  test('gives the same words in pieces of any size, where it has markup', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names.filter((name) => name !== 'a.txt')),
        text,
        fc.nat(),
        fc.constantFrom(...choicesOf(TEXT.codeSentences)),
        (name, document, nat, codeSentences) => {
          const at = nat % (document.length + 1);
          const options = { codeSentences };
          const pieces = [document.slice(0, at), document.slice(at)];
          assert.deepEqual(read(name, pieces, options), read(name, [document], options));
        },
      ),
      { seed: 1, numRuns: 1000 },
    );
  });

  test('references and the letters that they stand for give the same words', () => {
    const letters = Array.from(
      'abe가각か한-’ \u0301\u0323\u0302\u1112\u1161\u11ab\u3099\u0308\u00e9\u0958\u{1109a}\u{110ba}\u{20000}',
    );
    const reference = (letter: string): string => `&#${letter.codePointAt(0)!};`;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...letters), fc.boolean()), { maxLength: 12 }),
        fc.constantFrom('a.html', 'a.md'),
        (written, name) => {
          const text = written.map(([letter, isReference]) => (isReference ? reference(letter) : letter)).join('');
          // a mark behind a reference to white space, or to a sign, has no letter
          fc.pre(
            !/(?:^|&#45;|&#32;|[-\s>])\p{M}/u.test(`>${text}`) &&
              !/(?:^|&#45;|&#32;|[-\s>])&#(?:76|77|80|12441|69818)/.test(`>${text}`),
          );
          const plain = written
            .map(([letter]) => letter)
            .join('')
            .normalize('NFC');
          assert.equal(cut(name, `<b>x</b> ${text.normalize('NFC')}`), cut('a.txt', `x ${plain}`), text);
        },
      ),
      { seed: 1, numRuns: 800 },
    );
  });

  test('signs of markup in their hundred thousands are read in linear time', () => {
    const started = performance.now();
    for (const name of names) {
      for (const run of [
        '<a',
        '<a="',
        '](',
        '`',
        '` ``',
        '$',
        '{',
        '/*',
        '"',
        '[',
        '\\begin{',
        '&a',
        '@a{',
        '@a{b="',
        '{\\v ',
        '"a',
        '://',
        '_',
        '\\',
        '${`',
      ]) {
        read(name, [run.repeat(200_000 / run.length)]);
      }
    }
    assert.ok(performance.now() - started < 60_000, `${performance.now() - started} ms`);
  });
});
