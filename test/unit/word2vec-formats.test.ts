// Word vectors as files: what gensim wrote is read to the bit, what we write comes back to the bit,
// and every damaged file is refused with its place. The fixtures are gensim's:
// test/fixtures/vectors/make.py.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { writeSafetensors } from '../../src/engine/model/safetensors.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import { DecimalReader, writeDecimal } from '../../src/word2vec/formats/decimals.ts';
import { createReader, detectFormat, HEAD } from '../../src/word2vec/formats/detection.ts';
import { writeGlove } from '../../src/word2vec/formats/glove.ts';
import {
  metadataName,
  ProjectorMetadataReader,
  writeProjectorMetadata,
  writeProjectorVectors,
} from '../../src/word2vec/formats/projector.ts';
import {
  type DecodeWords,
  type ReadableFormat,
  type RowProblem,
  VectorFileError,
  type VectorFileProblem,
  type VectorFormat,
  VectorTable,
} from '../../src/word2vec/formats/vector-table.ts';
import { writeWord2vecBinary } from '../../src/word2vec/formats/word2vec-binary.ts';
import { writeWord2vecText } from '../../src/word2vec/formats/word2vec-text.ts';
import { ngramRows } from '../../src/word2vec/subwords.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/vectors/${name}`, import.meta.url));
const EXPECTED_WORDS = fixture('expected.txt').toString().trimEnd().split('\n');
const EXPECTED = new Float32Array(new Uint8Array(fixture('expected.f32')).buffer);
const CHUNKS = [1, 7, 64, 1 << 20];

interface Read {
  format: ReadableFormat;
  table: VectorTable;
  words: string[];
  vectors: Float32Array;
}

const none: DecodeWords = () => null;

/** Reads a file in chunks of so many bytes. */
function read(
  name: string,
  content: Uint8Array | string,
  { chunk = 1 << 20, most = 0, words = null as string[] | null, decodeWords = none } = {},
): Read {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const head = bytes.subarray(0, HEAD);
  const format = detectFormat(name, head);
  const table = new VectorTable(most, decodeWords);
  const reader = createReader(format, table, { head, bytes: bytes.length, words });
  for (let at = 0; at < bytes.length; at += chunk) if (!reader.push(bytes.subarray(at, at + chunk))) break;
  reader.end();
  return { format, table, words: table.words, vectors: Float32Array.from(table.vectors()) };
}

function problemOf(
  name: string,
  content: Uint8Array | string,
  options?: Parameters<typeof read>[2],
): VectorFileProblem {
  const chunks = content.length > 10_000 ? CHUNKS.slice(2) : CHUNKS;
  const problems = chunks.map((chunk) => {
    try {
      read(name, content, { ...options, chunk });
    } catch (error) {
      assert.ok(error instanceof VectorFileError, String(error));
      return error.problem;
    }
    assert.fail(`${name} was read`);
  });
  for (const problem of problems) assert.deepEqual(problem, problems[0], 'the problem does not depend on the chunks');
  return problems[0]!;
}

function assertBits(found: Float32Array, expected: Float32Array): void {
  assert.deepEqual(new Uint8Array(found.slice().buffer), new Uint8Array(expected.slice().buffer));
}

function metadata(bytes: Uint8Array, chunk = 5): string[] {
  const reader = new ProjectorMetadataReader();
  for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.subarray(at, at + chunk));
  reader.end();
  return reader.words;
}

const SIZE = 7;

function sample(rows: number): { words: string[]; vectors: Float32Array } {
  const random = mulberry32(rows);
  const vectors = Float32Array.from({ length: rows * SIZE }, () => (random() - 0.5) * 10 ** (20 * (random() - 0.5)));
  vectors.set([0, -0, 1, -1e-45, 3.4028234663852886e38, 16777216, 0.1].slice(0, vectors.length));
  return { words: Array.from({ length: rows }, (_, row) => (row === 1 ? '한국' : `word${row}`)), vectors };
}

const bytesOf = (chunks: Iterable<Uint8Array>): Buffer => Buffer.concat([...chunks]);

suite('decimals', () => {
  const reader = new DecimalReader();
  const check = (text: string): void => {
    const bytes = Buffer.from(`${text} `);
    assert.ok(Object.is(reader.read(bytes, 0, bytes.length), Math.fround(Number(text))), text);
    assert.ok(reader.valid && reader.at === text.length, text);
  };

  test('are read as Math.fround(Number(text)) reads them, also half way between two floats', () => {
    const random = mulberry32(3);
    const float = new Float32Array(1);
    const bits = new Uint32Array(float.buffer);
    for (let round = 0; round < 40_000; round++) {
      bits[0] = Math.floor(random() * 2 ** 32);
      const value = float[0]!;
      bits[0]++;
      const next = float[0]!;
      if (!Number.isFinite(value) || !Number.isFinite(next)) continue;
      const middle = (value + next) / 2;
      for (const text of [String(value), String(middle), middle.toPrecision(17), middle.toPrecision(40)]) check(text);
      check(value.toPrecision(1 + Math.floor(random() * 20)));
      check((random() - 0.5).toFixed(Math.floor(random() * 20)));
    }
  });

  test('are read in every usual form', () => {
    const forms = [
      '0',
      '-0',
      '+1',
      '.5',
      '5.',
      '1E5',
      '1e+05',
      '-1.5e-3',
      '00012',
      '1e-400',
      '123456789012345678901234567890',
    ];
    for (const text of [...forms, '0.000000000000000000000000000000000000000000000000000001e60', '9007199254740993'])
      check(text);
    for (const text of ['nan', 'NaN', 'inf', '-Infinity', '1e39', '1e999999999']) {
      const bytes = Buffer.from(text);
      assert.ok(!Number.isFinite(reader.read(bytes, 0, bytes.length)) && reader.valid, text);
    }
    for (const text of ['', '-', '.', 'e5', '1e', '1.2.3', '0x10', '1,5', 'one', '12a', '1_000']) {
      const bytes = Buffer.from(text);
      reader.read(bytes, 0, bytes.length);
      assert.ok(!reader.valid, text);
    }
  });

  test('are written in the fewest digits that come back to the bit', () => {
    const random = mulberry32(4);
    const float = new Float32Array(1);
    const bits = new Uint32Array(float.buffer);
    const bytes = new Uint8Array(64);
    for (let round = 0; round < 60_000; round++) {
      if (round % 2) bits[0] = Math.floor(random() * 2 ** 32);
      else float[0] = (random() - 0.5) * 10 ** Math.floor(random() * 8 - 6);
      const value = float[0]!;
      if (!Number.isFinite(value)) continue;
      const text = Buffer.from(bytes.subarray(0, writeDecimal(bytes, 0, value))).toString();
      assert.ok(Object.is(Math.fround(Number(text)), value), `${value} as ${text}`);
      let digits = 1;
      while (Math.fround(Number(value.toPrecision(digits))) !== value) digits++;
      const written = text.replace(/e.*/, '').replace(/\D/g, '').replace(/^0+/, '').replace(/0+$/, '').length;
      assert.ok(written <= digits, `${text} for ${value.toPrecision(digits)}`);
    }
  });
});

suite('what gensim wrote', () => {
  for (const [name, format] of [
    ['gensim.vec', 'word2vec-text'],
    ['gensim.bin', 'word2vec-binary'],
    ['gensim.glove.txt', 'glove'],
  ] as const) {
    test(`${name} is read to the bit, in chunks of any size`, () => {
      for (const chunk of CHUNKS) {
        const found = read(name, fixture(name), { chunk });
        assert.equal(found.format, format);
        assert.deepEqual(found.words, EXPECTED_WORDS);
        assertBits(found.vectors, EXPECTED);
      }
    });
  }

  test('its pair for the projector is read to the bit', () => {
    const words = metadata(fixture('gensim_metadata.tsv'));
    for (const chunk of CHUNKS) {
      const found = read('gensim_tensor.tsv', fixture('gensim_tensor.tsv'), { chunk, words });
      assert.equal(found.format, 'projector');
      assert.deepEqual(found.words, EXPECTED_WORDS);
      assertBits(found.vectors, EXPECTED);
    }
    assert.equal(metadataName('gensim_tensor.tsv'), 'gensim_metadata.tsv');
  });
});

suite('what we write', () => {
  for (const rows of [1, 511, 512, 513, 5000]) {
    test(`${rows} words come back to the bit in every format`, () => {
      const { words, vectors } = sample(rows);
      const files: [string, Buffer, VectorFormat][] = [
        ['v.vec', bytesOf(writeWord2vecText(words, vectors, SIZE)), 'word2vec-text'],
        ['v.bin', bytesOf(writeWord2vecBinary(words, vectors, SIZE)), 'word2vec-binary'],
        ['v.glove.txt', bytesOf(writeGlove(words, vectors, SIZE)), 'glove'],
        ['v.tsv', bytesOf(writeProjectorVectors(vectors, SIZE)), 'projector'],
        [
          'v.safetensors',
          bytesOf(writeSafetensors({ vectors: { shape: [rows, SIZE], data: vectors } }, { words: words.join('\n') })),
          'safetensors',
        ],
      ];
      for (const [name, bytes, format] of files) {
        const found = read(name, bytes, { chunk: 1000, ...(format === 'projector' && { words }) });
        assert.equal(found.format, format);
        assert.deepEqual(found.words, words);
        assertBits(found.vectors, vectors);
      }
    });
  }

  test('is what gensim writes, but for the line breaks of the binary rows', () => {
    assert.equal(
      bytesOf(writeWord2vecText(EXPECTED_WORDS, EXPECTED, 6)).toString(),
      fixture('gensim.vec')
        .toString()
        .replace(/\.0(?=[ \n])/g, '')
        .replace(/e-0/g, 'e-'),
    );
    const binary = bytesOf(writeWord2vecBinary(EXPECTED_WORDS, EXPECTED, 6));
    const theirs = fixture('gensim.bin');
    assert.equal(binary.length, theirs.length + EXPECTED_WORDS.length);
    const first = theirs.indexOf('\n') + 1 + Buffer.byteLength('the ') + 24;
    assert.deepEqual(binary.subarray(0, first), theirs.subarray(0, first));
    assert.equal(binary[first], 0x0a);
  });

  test('has _ for a space in a word, which would be taken for the end of it, and all other signs as they are', () => {
    const text = bytesOf(writeWord2vecText(['New York'], Float32Array.of(1, 2), 2)).toString();
    assert.equal(text, '1 2\nNew_York 1 2\n');
    assert.match(
      bytesOf(writeWord2vecBinary(['New York'], Float32Array.of(1, 2), 2)).toString('latin1'),
      /^1 2\nNew_York /,
    );
    // a no-break space, an ideographic space, a line separator, a tab
    const words = ['10\u00a0000', '東京\u3000都', 'a\u2028b', 'c\u0085d', 'e\tf', '\ufeffg'];
    const vectors = Float32Array.from({ length: 2 * words.length }, (_, at) => at / 4);
    for (const [name, bytes] of [
      ['v.vec', bytesOf(writeWord2vecText(words, vectors, 2))],
      ['v.bin', bytesOf(writeWord2vecBinary(words, vectors, 2))],
      ['v.txt', bytesOf(writeGlove(words, vectors, 2))],
    ] as const) {
      const found = read(name, bytes);
      assert.deepEqual([found.words, [...found.vectors]], [words, [...vectors]], name);
    }
    assert.deepEqual(metadata(bytesOf(writeProjectorMetadata(['a\u00a0b', 'c d'], null))), ['a\u00a0b', 'c d']);
  });

  test('metadata have a header row where they have counts, and none where they have words only', () => {
    assert.equal(bytesOf(writeProjectorMetadata(['a', 'b c'], null)).toString(), 'a\nb c\n');
    const withCounts = bytesOf(writeProjectorMetadata(['a', 'b'], Float64Array.of(7, 5)));
    assert.equal(withCounts.toString(), 'word\tcount\na\t7\nb\t5\n');
    assert.deepEqual(metadata(withCounts), ['a', 'b']);
    assert.deepEqual(metadata(Buffer.from('a\r\nb c\r\n')), ['a', 'b c']);
    assert.deepEqual(metadata(Buffer.from('id\tLabel\n1\ta\n2\tb')), ['a', 'b']);
    assert.equal(metadataName('vectors.tsv'), 'metadata.tsv');
    assert.equal(metadataName('words.tsv'), 'words.metadata.tsv');
  });
});

suite('what others write', () => {
  test('fastText puts a space at the end of each line, Windows a carriage return, and some files a byte order mark', () => {
    for (const text of [
      '2 2\na 1 2 \nb 3 4 \n',
      '2 2\r\na 1 2\r\nb 3 4\r\n',
      '\ufeff2 2\na\t1\t2\nb 3  4',
      '2 2\na 1 2\nb 3 4\n\n\n',
    ]) {
      const { format, words, vectors } = read('x.vec', text, { chunk: 3 });
      assert.equal(format, 'word2vec-text');
      assert.deepEqual(
        [words, [...vectors]],
        [
          ['a', 'b'],
          [1, 2, 3, 4],
        ],
      );
    }
  });

  test('a word with spaces is what stands before the D numbers', () => {
    const { words, vectors } = read('glove.txt', 'the 1 2 3\n. . . 4 5 6\nat name@domain.com 7 8 9\n3.14 1 1 1\n');
    assert.deepEqual(words, ['the', '. . .', 'at name@domain.com', '3.14']);
    assert.deepEqual([...vectors.subarray(3, 9)], [4, 5, 6, 7, 8, 9]);
  });

  test('a word that comes twice, also in another normal form, keeps its first vector and is counted', () => {
    const { table, words, vectors } = read('x.vec', '4 1\né 1\ne\u0301 2\nb 3\né 4\n');
    assert.deepEqual([words, [...vectors], table.duplicates, table.rows], [['é', 'b'], [1, 3], 2, 4]);
  });

  test('of a file with many words the first ones can be taken', () => {
    const { words, vectors } = sample(5000);
    for (const [name, bytes] of [
      ['v.vec', bytesOf(writeWord2vecText(words, vectors, SIZE))],
      ['v.bin', bytesOf(writeWord2vecBinary(words, vectors, SIZE))],
      ['v.txt', bytesOf(writeGlove(words, vectors, SIZE))],
    ] as const) {
      for (const chunk of [64, 1 << 20]) {
        const found = read(name, bytes, { most: 100, chunk });
        assert.deepEqual(found.words, words.slice(0, 100));
        assertBits(found.vectors, vectors.subarray(0, 100 * SIZE));
      }
    }
  });

  test('a file without a header whose first lines are long has more rows than they let expect', () => {
    const long = Array.from({ length: 1000 }, (_, i) => `${'long'.repeat(20)}${i} 1 1\n`);
    const short = Array.from({ length: 30_000 }, (_, i) => `w${i} ${i} 2\n`);
    const { words, vectors } = read('x.txt', [...long, ...short].join(''), { chunk: 4096 });
    assert.equal(words.length, 31_000);
    assert.deepEqual([...vectors.subarray(-2)], [29_999, 2]);
  });

  test("a stored model's own vectors take their words from its vocabulary", () => {
    const bytes = bytesOf(
      writeSafetensors({
        input: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
        output: { shape: [2, 2], data: new Float32Array(4) },
      }),
    );
    const { words, vectors } = read('vectors-0123.safetensors', bytes, { words: ['a', 'b', 'more'], chunk: 9 });
    assert.deepEqual(
      [words, [...vectors]],
      [
        ['a', 'b'],
        [1, 2, 3, 4],
      ],
    );
  });
});

suite('a word is what stands before the last D numbers', () => {
  const cases: [string, string, string[]][] = [
    [
      'with a header',
      '4 2\nthe 1 2\nroute 66 1 2\nchannel 4 1 2\n9 11 1 2\n',
      ['the', 'route 66', 'channel 4', '9 11'],
    ],
    ['without one', 'the 1 2\nof 1 2\nand 1 2\napollo 11 1 2\n', ['the', 'of', 'and', 'apollo 11']],
    [
      'with a tab behind the word, most words having spaces',
      'New York City\t1 2\nApollo 11\t1 2\nSouth Korea\t1 2\nHigh 5 4 3 2 1 0\t1 2\n',
      ['New York City', 'Apollo 11', 'South Korea', 'High 5 4 3 2 1 0'],
    ],
    [
      'with tabs between all fields',
      'New York\t1\t2\nParis\t1\t2\nApollo 11\t1\t2\n',
      ['New York', 'Paris', 'Apollo 11'],
    ],
    ['of half of the lines', 'the 1 2\nof 1 2\nroute 66 1 2\nchannel 4 1 2\n', ['the', 'of', 'route 66', 'channel 4']],
    ['that are numbers themselves', '1984 1 2\n3.14 1 2\n-5 1 2\n', ['1984', '3.14', '-5']],
    ['where the header has a tab', '3\t2\na\t1\t2\nb\t1\t2\n7\t1\t2\n', ['a', 'b', '7']],
    ['behind spaces', '2 2\n a 1 2\n  b 1 2\n', ['a', 'b']],
  ];
  for (const [what, text, expected] of cases) {
    test(what, () => {
      for (const chunk of CHUNKS) {
        const { words, vectors, table } = read('x.txt', text, { chunk });
        assert.deepEqual(words, expected);
        assert.deepEqual(
          [...vectors],
          expected.flatMap(() => [1, 2]),
        );
        assert.equal(table.leftOut, null);
      }
    });
  }

  test('in binary rows, where these end in line breaks', () => {
    const { vectors } = sample(40);
    const names = Array.from({ length: 40 }, (_, row) => (row % 3 ? `word ${row}` : `w${row}`));
    const row = (name: string, index: number): Buffer =>
      Buffer.concat([
        Buffer.from(`${name} `),
        Buffer.from(vectors.buffer, index * SIZE * 4, SIZE * 4),
        Buffer.from('\n'),
      ]);
    const bytes = Buffer.concat([Buffer.from(`40 ${SIZE}\n`), ...names.map(row)]);
    for (const chunk of CHUNKS) {
      const found = read('x.bin', bytes, { chunk });
      assert.deepEqual(found.words, names);
      assertBits(found.vectors, vectors);
    }
  });

  test('R puts words in quotation marks, and may name the columns', () => {
    const rows = '"king" 1 2\n"new york" 1 2\n"say ""hi""" 1 2\n"a \\"b\\"" 1 2\n"don\'t" 1 2\n';
    const words = ['king', 'new york', 'say "hi"', 'a "b"', "don't"];
    for (const text of [rows, `"V1" "V2"\n${rows}`, `"" "V1" "V2"\n${rows}`, `5 2\n${rows}`]) {
      const found = read('r.txt', text);
      assert.deepEqual(found.words, words);
      assert.equal(found.table.leftOut, null);
    }
    // where other words have none, quotation marks are words like others
    assert.deepEqual(read('x.txt', 'the 1 2\n"a" 1 2\n" 1 2\nof 1 2\n').words, ['the', '"a"', '"', 'of']);
  });
});

suite('a row with something wrong is left out and told', () => {
  const good = ['the 1.5 2.5', 'of 3.5 4.5', 'and 5.5 6.5'];
  const rows: [string, string, RowProblem][] = [
    ['without a word', ' 1.5 2.5', { kind: 'noWord', place: { line: 3 } }],
    ['whose word is a space', '  1.5 2.5', { kind: 'noWord', place: { line: 3 } }],
    ['with too few numbers', 'bad 1.5', { kind: 'rowLength', place: { line: 3 }, expected: 2, found: 1 }],
    [
      'with many too many numbers',
      'bad 1.5 2.5 3.5 4.5 5.5 6.5 7.5',
      { kind: 'rowLength', place: { line: 3 }, expected: 2, found: 7 },
    ],
    ['with something else', 'bad 1.5 x', { kind: 'notANumber', place: { line: 3 }, number: 2 }],
    ['with NaN', 'bad nan 2.5', { kind: 'notFinite', place: { line: 3 }, number: 1 }],
    ['with infinity', 'bad 1.5 -inf', { kind: 'notFinite', place: { line: 3 }, number: 2 }],
    ['with a number too large for 32 bits', 'bad 1e39 2.5', { kind: 'notFinite', place: { line: 3 }, number: 1 }],
  ];
  for (const [what, row, first] of rows) {
    test(what, () => {
      for (const header of ['4 2', null]) {
        const text = [...(header === null ? [] : [header]), good[0]!, row, ...good.slice(1), ''].join('\n');
        const place = { line: header === null ? 2 : 3 };
        for (const chunk of CHUNKS) {
          const { words, vectors, table } = read('x.txt', text, { chunk });
          assert.deepEqual(words, ['the', 'of', 'and']);
          assert.deepEqual([...vectors], [1.5, 2.5, 3.5, 4.5, 5.5, 6.5]);
          assert.deepEqual([table.rows, table.leftOut], [4, { rows: 1, first: { ...first, place } }]);
        }
      }
    });
  }

  test('a line with nothing in it, and one row more than the header says', () => {
    const hole = read('x.vec', '3 2\nthe 1 2\n\nof 1 2\nand 1 2\n').table;
    assert.deepEqual(hole.leftOut, { rows: 1, first: { kind: 'blankLine', place: { line: 3 } } });
    assert.deepEqual(hole.words, ['the', 'of', 'and']);
    assert.deepEqual(read('x.vec', '2 2\r\n\r\nthe 1 2\r\nof 1 2\r\n').words, ['the', 'of']);
    const more = read('x.vec', '2 2\nthe 1 2\nof 1 2\nand 1 2\n').table;
    assert.deepEqual(more.leftOut, { rows: 1, first: { kind: 'tooManyRows', place: { line: 4 }, expected: 2 } });
    assert.deepEqual(more.words, ['the', 'of']);
  });

  test('also if every other row is longer: what is left over are no whole numbers, as words have', () => {
    const text = 'a .1 .2 .3\nb .1 .2 .3\nc .1 .2\nd .1 .2\n';
    assert.deepEqual(problemOf('x.txt', text), { kind: 'rowLength', place: { line: 3 }, expected: 3, found: 2 });
  });

  test('up to one of a hundred rows; with more of them the file is refused with the first', () => {
    const text = (bad: number): string =>
      Array.from({ length: 1000 }, (_, row) =>
        row % 90 === 7 && row / 90 < bad ? 'bad nan 1' : `w${row} 1 ${row}`,
      ).join('\n');
    for (const header of ['1000 2\n', '']) {
      const line = header ? 9 : 8;
      assert.equal(read('x.txt', header + text(10)).table.leftOut?.rows, 10);
      assert.deepEqual(problemOf('x.txt', header + text(11)), { kind: 'notFinite', place: { line }, number: 1 });
    }
  });

  test('in binary: NaN, no word, a space for a word, a row too many', () => {
    const { words, vectors } = sample(300);
    vectors[20 * SIZE + 3] = NaN;
    const bytes = bytesOf(writeWord2vecBinary(words, vectors, SIZE));
    const byte = bytes.indexOf('word20 ') + 7 + 12;
    for (const chunk of CHUNKS.slice(1)) {
      const { table } = read('x.bin', bytes, { chunk });
      assert.deepEqual(table.leftOut, { rows: 1, first: { kind: 'notFinite', place: { byte, row: 21 }, number: 4 } });
      assert.deepEqual(table.words, words.toSpliced(20, 1));
    }
    const plain = fixture('gensim.bin');
    const more = Buffer.concat([plain, Buffer.from('x '), Buffer.alloc(24)]);
    assert.deepEqual(read('x.bin', more).table.leftOut, {
      rows: 1,
      first: { kind: 'tooManyRows', place: { byte: plain.length, row: 41 }, expected: 40 },
    });
    const at = plain.indexOf('\n') + 1;
    const wordless = Buffer.concat([plain.subarray(0, at), plain.subarray(at + 3)]); // “the”
    assert.deepEqual(read('x.bin', wordless).table.leftOut, {
      rows: 1,
      first: { kind: 'noWord', place: { byte: at, row: 1 } },
    });
    assert.deepEqual(read('x.bin', wordless).words, EXPECTED_WORDS.slice(1));
    const spaced = bytesOf(writeWord2vecBinary(words.with(5, '@'), vectors.fill(0.5), SIZE));
    spaced[spaced.indexOf('@')] = 0x20;
    for (const chunk of CHUNKS) {
      const { table } = read('x.bin', spaced, { chunk });
      assert.deepEqual([table.words, table.leftOut?.first.kind], [words.toSpliced(5, 1), 'noWord']);
    }
    const three = Buffer.from(bytes);
    for (const word of ['word30 ', 'word40 ', 'word50 ']) three.writeFloatLE(NaN, three.indexOf(word) + 7);
    assert.deepEqual(problemOf('x.bin', three), { kind: 'notFinite', place: { byte, row: 21 }, number: 4 });
  });

  test('in the Embedding Projector’s pair the other words keep their vectors', () => {
    const { words, vectors, table } = read('x.tsv', '1\t2\n3\n5\t6\n', { words: ['a', 'b', 'c'] });
    assert.deepEqual(
      [words, [...vectors]],
      [
        ['a', 'c'],
        [1, 2, 5, 6],
      ],
    );
    const first = { kind: 'rowLength', place: { line: 2 }, expected: 2, found: 1 };
    assert.deepEqual(table.leftOut, { rows: 1, first });
    assert.deepEqual(read('x.tsv', '1\t2\n3\t4\n5\t6\n', { words: ['a', '', 'c'] }).words, ['a', 'c']);
  });
});

suite('words that are not UTF-8', () => {
  const latin: DecodeWords = (bytes) => ({ text: Buffer.from(bytes).toString('latin1'), encoding: 'latin1' });
  const text = Buffer.from('5 2\ncafé 1 2\ncafè 3 4\nniño 5 6\nbar 7 8\ncafé 9 9\n', 'latin1');

  test('are decoded together, and kept apart until then', () => {
    for (const chunk of CHUNKS) {
      const { words, vectors, table } = read('x.txt', text, { chunk, decodeWords: latin });
      assert.deepEqual(words, ['café', 'cafè', 'niño', 'bar']);
      assert.deepEqual([...vectors], [1, 2, 3, 4, 5, 6, 7, 8]);
      assert.deepEqual([table.encoding, table.duplicates], ['latin1', 1]);
    }
  });

  test('also those that happen to be UTF-8, and words that turn out to be the same are one', () => {
    // Ã© is é in UTF-8; é as one byte is é only once it is decoded
    const bytes = Buffer.from('3 1\nÃ© 1\né 2\nÃ\u00a9 3\n', 'latin1');
    const { words, vectors, table } = read('x.txt', bytes, { decodeWords: latin });
    assert.deepEqual([words, [...vectors], table.duplicates], [['Ã©', 'é'], [1, 2], 1]);
    const both = read('x.txt', Buffer.from('3 1\nA\xe9 1\nb 2\nA\xc9 3\n', 'latin1'), {
      decodeWords: (all) => ({ text: Buffer.from(all).toString('latin1').toLowerCase(), encoding: 'x' }),
    });
    assert.deepEqual([both.words, [...both.vectors], both.table.duplicates], [['aé', 'b'], [1, 2], 1]);
  });

  test('broken UTF-8 gets replacement characters', () => {
    const cut = Buffer.concat([Buffer.from('2 1\n한국 1\n'), Buffer.from('한국').subarray(0, 5), Buffer.from(' 2\n')]);
    const { words, table } = read('x.txt', cut);
    assert.deepEqual([words, table.encoding], [['한국', '한\ufffd'], null]);
    assert.deepEqual(read('x.txt', '2 1\n\ufffd 1\na\ufffd 2\n').words, ['\ufffd', 'a\ufffd']);
  });
});

suite('what fastText wrote', () => {
  const model = fixture('fasttext.bin');
  const golden = JSON.parse(fixture('fasttext.json').toString()) as {
    vectors: Record<string, number[]>;
    nearest: Record<string, [string, number][]>;
  };
  /** fastText prints five digits. */
  const near = (found: ArrayLike<number>, expected: ArrayLike<number>, what: string): void => {
    assert.equal(found.length, expected.length);
    for (let at = 0; at < found.length; at++)
      assert.ok(
        Math.abs(found[at]! - expected[at]!) <= 6e-5 * Math.abs(expected[at]!) + 1e-6,
        `${what}: ${found[at]} for ${expected[at]}`,
      );
  };
  const unseen = (table: VectorTable, word: string): Float64Array => {
    const { options, vectors } = table.ngrams!;
    const size = table.vectorSize;
    const rows = ngramRows(word, { ...options, buckets: vectors.length / size });
    return Float64Array.from(
      { length: size },
      (_, d) => rows.reduce((sum, row) => sum + vectors[row * size + d]!, 0) / rows.length,
    );
  };

  test('a model has the words and vectors of its .vec file, in chunks of any size', () => {
    const text = read('fasttext.vec', fixture('fasttext.vec'));
    for (const chunk of CHUNKS) {
      const found = read('fasttext.bin', model, { chunk });
      assert.equal(found.format, 'fasttext');
      assert.deepEqual(found.words, text.words);
      assert.ok(found.words.includes('바람에서') && found.words.includes('한\ufffd') && found.words[0] === '</s>');
      near(found.vectors, text.vectors, 'a vector');
    }
  });

  test('words that are not in it have the vectors that fastText and gensim give them', () => {
    const { table, words, vectors } = read('x.bin', model, { chunk: 100 });
    const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
      let [ab, aa, bb] = [0, 0, 0];
      for (let d = 0; d < a.length; d++) {
        ab += a[d]! * b[d]!;
        aa += a[d]! ** 2;
        bb += b[d]! ** 2;
      }
      return ab / Math.sqrt(aa * bb);
    };
    const row = (word: string): Float32Array => vectors.subarray(6 * words.indexOf(word), 6 * words.indexOf(word) + 6);
    for (const [word, expected] of Object.entries(golden.vectors))
      near(words.includes(word) ? row(word) : unseen(table, word), expected, word);
    for (const [word, nearest] of Object.entries(golden.nearest)) {
      for (const [other, similarity] of nearest) {
        // gensim has another name for what is no UTF-8, and other n-grams for the end of a sentence
        if (!words.includes(other) || other === '</s>') continue;
        assert.ok(Math.abs(cosine(unseen(table, word), row(other)) - similarity) < 1e-6, `${word}, ${other}`);
      }
    }
  });

  test('the first words can be taken, with the n-grams of all', () => {
    const whole = read('x.bin', model);
    for (const chunk of CHUNKS) {
      const found = read('x.bin', model, { most: 5, chunk });
      assert.deepEqual(found.words, whole.words.slice(0, 5));
      assertBits(found.vectors, whole.vectors.subarray(0, 30));
      assertBits(found.table.ngrams!.vectors, whole.table.ngrams!.vectors);
    }
  });

  test('a classifier, a quantized model, another version and a damaged one are named', () => {
    assert.deepEqual(problemOf('x.bin', fixture('supervised.bin')), { kind: 'foreign', what: 'fastTextSupervised' });
    const quantized = Buffer.from(model);
    quantized[model.length - matrixBytes(model) - 17] = 1;
    assert.deepEqual(problemOf('x.ftz', quantized), { kind: 'foreign', what: 'fastTextQuantized' });
    const old = Buffer.from(model);
    old[4] = 10;
    assert.deepEqual(problemOf('x.bin', old), { kind: 'foreign', what: 'fastTextVersion' });
    const nan = Buffer.from(model);
    nan.writeFloatLE(NaN, model.length - matrixBytes(model) + 4 * 6 * (read('x.bin', model).words.length + 3) + 8);
    assert.deepEqual(problemOf('x.bin', nan).kind, 'notFinite');
    for (let length = 8; length < model.length - matrixBytes(model, 1); length += 61) {
      const { kind } = problemOf('x.bin', model.subarray(0, length));
      assert.ok(kind === 'truncated' || kind === 'shorterThanHeader', `${length}: ${kind}`);
    }
  });
});

/**
 * Bytes from the first number of the input vectors to the end; `which` 1: from the output vectors'
 * head. Two matrices end the file.
 */
function matrixBytes(model: Buffer, which = 0): number {
  const words = model.readInt32LE(68);
  const output = 17 + 4 * 6 * words;
  return which ? output : output + 4 * 6 * (words + 60);
}

suite('a file that is wrong', () => {
  const cases: [string, string, string, VectorFileProblem][] = [
    ['empty', 'x.vec', '', { kind: 'empty' }],
    ['of blank lines', 'x.vec', '\n\n', { kind: 'unknownFormat' }],
    ['prose', 'x.txt', 'It was a dark\nand stormy night.\n', { kind: 'unknownFormat' }],
    ['with no words', 'x.vec', '0 5\n', { kind: 'noWords' }],
    ['with vectors of no numbers', 'x.vec', '2 0\na\nb\n', { kind: 'vectorSize', vectorSize: 0 }],
    ['with too few rows', 'x.vec', '3 2\na 1.5 2.5\nb 1.5 2.5', { kind: 'tooFewRows', expected: 3, found: 2 }],
    [
      'with a header that promises more than the file can hold',
      'x.vec',
      '2000000000 300\na 1 2\n',
      { kind: 'shorterThanHeader', rows: 2e9, vectorSize: 300, bytes: 21 },
    ],
    ['with rows of no word only', 'x.vec', '1 2\n  1 2\n', { kind: 'noWord', place: { line: 2 } }],
    [
      'whose header has too small a size for most rows',
      'x.vec',
      '3 2\na .1 .2 .3\nb .1 .2 .3\nc .1 .2 .3\n',
      { kind: 'rowLength', place: { line: 2 }, expected: 2, found: 3 },
    ],
    [
      'whose header has too large a size',
      'x.vec',
      '3 3\na 1.5 2.5\nb 1.5 2.5\nc 1.5 2.5\n',
      { kind: 'rowLength', place: { line: 2 }, expected: 3, found: 2 },
    ],
    ['cut off in a row', 'x.vec', '2 3\na 1 2 3\nb 1 2', { kind: 'truncated', place: { line: 3 } }],
    [
      'with a row too long',
      'x.txt',
      `a 1 2\nb ${'1 '.repeat(600_000)}`,
      { kind: 'longLine', place: { line: 2 }, bytes: 1_000_000 },
    ],
  ];
  for (const [what, name, text, problem] of cases) {
    test(`${what} is refused with its place`, () => {
      assert.deepEqual(problemOf(name, text), problem);
    });
  }

  test('too large for memory is refused before it is read, with how many rows would fit', () => {
    const table = new VectorTable();
    assert.throws(
      () => table.begin(300, 4_000_000),
      (error: VectorFileError) =>
        error.problem.kind === 'tooLarge' && error.problem.most > 3_500_000 && error.problem.most < 3_600_000,
    );
    new VectorTable(1000).begin(300, 4_000_000); // only the first ones are asked for
    assert.throws(
      () => new VectorTable().begin(30_000, 10),
      (error: VectorFileError) => error.problem.kind === 'vectorSize',
    );
  });

  test('in UTF-16 is named', () => {
    assert.deepEqual(problemOf('x.txt', Buffer.from('\ufeffa 1 2\n', 'utf16le')), { kind: 'notUtf8' });
  });

  test("of another program's format is named", () => {
    for (const [bytes, what] of [
      [[0x1f, 0x8b, 8], 'compressed'],
      [[0x50, 0x4b, 3, 4], 'compressed'],
      [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], 'compressed'],
      [[0x80, 4, 0x95], 'pickle'],
      [[0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a], 'pytorch'],
      [[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], 'numpy'],
    ] as const) {
      assert.deepEqual(problemOf('x.bin', Uint8Array.from(bytes)), { kind: 'foreign', what });
    }
    const zip = (name: string): Buffer => {
      const header = Buffer.alloc(30);
      header.write('PK\x03\x04', 'latin1');
      header.writeUInt16LE(name.length, 26);
      return Buffer.concat([header, Buffer.from(name), Buffer.from('content')]);
    };
    for (const [name, what] of [
      ['vectors.npy', 'numpyArchive'],
      ['archive/data.pkl', 'pytorch'],
      ['model/data.pkl', 'pytorch'],
      ['glove.6B.50d.txt', 'compressed'],
    ] as const) {
      assert.deepEqual(problemOf('x', zip(name)), { kind: 'foreign', what });
    }
    for (const [text, what] of [
      ['9 2 2 3 1 2166136261 < >\n0 1 2\n1 3 4\n', 'floret'],
      ['king,0.1,0.2\nqueen,0.3,-0.4\nbread,1e-3,0.5\n', 'commas'],
      ['"";"V1";"V2"\n"king";0.1;0.2\n"queen";0.3;-0.4\n', 'commas'],
      ['0\tking\t[ 0.1 0.2\n 0.3 0.4]\n1\tqueen\t[0.5 0.6\n 0.7 0.8]\n', 'brackets'],
      ['king [0.1, 0.2]\nqueen [0.3, 0.4]\n', 'brackets'],
    ] as const) {
      assert.deepEqual(problemOf('x.txt', text), { kind: 'foreign', what });
    }
  });

  test('binary and cut off is refused at every length, and never half read', () => {
    const whole = fixture('gensim.bin');
    for (let length = 0; length < whole.length; length += 13) {
      const { kind } = problemOf('x.bin', whole.subarray(0, length));
      // a header alone is text or binary: the name tells
      assert.ok(
        ['empty', 'header', 'shorterThanHeader', 'truncated', 'glove', 'unknownFormat'].includes(kind),
        `${length}: ${kind}`,
      );
    }
  });

  test('of two parts that do not belong together is refused', () => {
    const vectors = bytesOf(writeProjectorVectors(Float32Array.of(1, 2, 3, 4, 5, 6), 2));
    assert.deepEqual(problemOf('x.tsv', vectors, { words: ['a', 'b'] }), { kind: 'words', rows: 3, words: 2 });
    assert.deepEqual(problemOf('x.tsv', vectors, { words: ['a', 'b', 'c', 'd'] }), {
      kind: 'words',
      rows: 3,
      words: 4,
    });
    const tensors = bytesOf(
      writeSafetensors({ vectors: { shape: [2, 1], data: Float32Array.of(1, 2) } }, { words: 'a' }),
    );
    assert.deepEqual(problemOf('x.safetensors', tensors), { kind: 'words', rows: 2, words: 1 });
    const wordless = bytesOf(writeSafetensors({ vectors: { shape: [2, 1], data: Float32Array.of(1, 2) } }));
    assert.equal(problemOf('x.safetensors', wordless).kind, 'safetensors');
    assert.equal(problemOf('x.safetensors', tensors.subarray(0, tensors.length - 1)).kind, 'safetensors');
  });
});
