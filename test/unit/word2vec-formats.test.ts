// Word vectors as files: what gensim wrote is read to the bit, what we write comes back to the bit, and every damaged
// file is refused with its place. The fixtures are gensim's: test/fixtures/vectors/make.py.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { writeSafetensors } from '../../src/engine/model/safetensors.ts';
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
  VectorFileError,
  VectorTable,
  type VectorFileProblem,
  type VectorFormat,
} from '../../src/word2vec/formats/vector-table.ts';
import { writeWord2vecBinary } from '../../src/word2vec/formats/word2vec-binary.ts';
import { writeWord2vecText } from '../../src/word2vec/formats/word2vec-text.ts';
import { seededRandom } from '../synthetic-text.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/vectors/${name}`, import.meta.url));
const EXPECTED_WORDS = fixture('expected.txt').toString().trimEnd().split('\n');
const EXPECTED = new Float32Array(new Uint8Array(fixture('expected.f32')).buffer);
const CHUNKS = [1, 7, 64, 1 << 20];

interface Read {
  format: VectorFormat;
  table: VectorTable;
  words: string[];
  vectors: Float32Array;
}

/** Reads a file in chunks of so many bytes. */
function read(
  name: string,
  content: Uint8Array | string,
  { chunk = 1 << 20, most = 0, words = null as string[] | null } = {},
): Read {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const head = bytes.subarray(0, HEAD);
  const format = detectFormat(name, head);
  const table = new VectorTable(most);
  const reader = createReader(format, table, { head, bytes: bytes.length, words });
  for (let at = 0; at < bytes.length && !table.full; at += chunk) reader.push(bytes.subarray(at, at + chunk));
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
  const random = seededRandom(rows);
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
    const random = seededRandom(3);
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
    const random = seededRandom(4);
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

  test('has no spaces in a word, which would be taken for the end of it', () => {
    const text = bytesOf(writeWord2vecText(['New York'], Float32Array.of(1, 2), 2)).toString();
    assert.equal(text, '1 2\nNew_York 1 2\n');
    assert.match(
      bytesOf(writeWord2vecBinary(['New York'], Float32Array.of(1, 2), 2)).toString('latin1'),
      /^1 2\nNew_York /,
    );
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

suite('a file that is wrong', () => {
  const cases: [string, string, string, VectorFileProblem][] = [
    ['empty', 'x.vec', '', { kind: 'empty' }],
    ['of blank lines', 'x.vec', '\n\n', { kind: 'unknownFormat' }],
    ['prose', 'x.txt', 'It was a dark\nand stormy night.\n', { kind: 'unknownFormat' }],
    ['with no words', 'x.vec', '0 5\n', { kind: 'noWords' }],
    ['with vectors of no numbers', 'x.vec', '2 0\na\nb\n', { kind: 'vectorSize', vectorSize: 0 }],
    ['with too few rows', 'x.vec', '3 2\na 1.5 2.5\nb 1.5 2.5', { kind: 'tooFewRows', expected: 3, found: 2 }],
    ['with too many rows', 'x.vec', '1 2\na 1 2\nb 1 2\n', { kind: 'tooManyRows', place: { line: 3 }, expected: 1 }],
    [
      'with a header that promises more than the file can hold',
      'x.vec',
      '2000000000 300\na 1 2\n',
      { kind: 'shorterThanHeader', rows: 2e9, vectorSize: 300, bytes: 21 },
    ],
    [
      'with a short row',
      'x.vec',
      '2 3\na 1 2 3\nb 1 2\n',
      { kind: 'rowLength', place: { line: 3 }, expected: 3, found: 2 },
    ],
    [
      'with a long row',
      'x.vec',
      '2 3\na 1 2 3\nb 1 2 3 4\n',
      { kind: 'rowLength', place: { line: 3 }, expected: 3, found: 4 },
    ],
    [
      'of mixed dimensions',
      'x.txt',
      'a 1 2\nb 1 2\nc 1 2 3\n',
      { kind: 'rowLength', place: { line: 3 }, expected: 2, found: 3 },
    ],
    ['with a hole', 'x.vec', '2 2\na 1 2\n\nb 1 2\n', { kind: 'blankLine', place: { line: 3 } }],
    ['with a row without a word', 'x.vec', '2 2\na 1 2\n 1 2\n', { kind: 'noWord', place: { line: 3 } }],
    [
      'with a word where a number belongs',
      'x.vec',
      '2 3\na 1 2 3\nb 1 x 3\n',
      { kind: 'notANumber', place: { line: 3 }, number: 2 },
    ],
    ['with NaN', 'x.vec', '2 2\na 1 2\nb 1 nan\n', { kind: 'notFinite', place: { line: 3 }, number: 2 }],
    ['with infinity', 'x.vec', '2 2\na -inf 2\nb 1 2\n', { kind: 'notFinite', place: { line: 2 }, number: 1 }],
    [
      'with a number too large for 32 bits',
      'x.txt',
      'a 1 2\nb 1e39 2\n',
      { kind: 'notFinite', place: { line: 2 }, number: 1 },
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
      [[0xba, 0x16, 0x4f, 0x2f, 12, 0, 0, 0], 'fastText'],
      [[0x80, 4, 0x95], 'pickle'],
      [[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], 'numpy'],
    ] as const) {
      assert.deepEqual(problemOf('x.bin', Uint8Array.from(bytes)), { kind: 'foreign', what });
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

  test('binary, with NaN, rubbish or rows left over, is refused with the byte', () => {
    const { words, vectors } = sample(50);
    vectors[20 * SIZE + 3] = NaN;
    const bytes = bytesOf(writeWord2vecBinary(words, vectors, SIZE));
    const byte = bytes.indexOf('word20 ') + 7 + 12;
    assert.deepEqual(problemOf('x.bin', bytes), { kind: 'notFinite', place: { byte, row: 21 }, number: 4 });
    const good = fixture('gensim.bin');
    const more = Buffer.concat([good, Buffer.from('x '), Buffer.alloc(24)]);
    assert.deepEqual(problemOf('x.bin', more), {
      kind: 'tooManyRows',
      place: { byte: good.length, row: 41 },
      expected: 40,
    });
    const wordless = Buffer.from(good);
    wordless[good.indexOf('\n') + 1] = 0x20;
    assert.deepEqual(problemOf('x.bin', wordless), { kind: 'noWord', place: { byte: 5, row: 1 } });
  });

  test('of two parts that do not belong together is refused', () => {
    const vectors = bytesOf(writeProjectorVectors(Float32Array.of(1, 2, 3, 4, 5, 6), 2));
    assert.deepEqual(problemOf('x.tsv', vectors, { words: ['a', 'b'] }), { kind: 'words', rows: 3, words: 2 });
    assert.deepEqual(problemOf('x.tsv', vectors, { words: ['a', 'b', 'c', 'd'] }), {
      kind: 'words',
      rows: 3,
      words: 4,
    });
    assert.deepEqual(problemOf('x.tsv', '1\t2\n3\n', { words: ['a', 'b'] }), {
      kind: 'rowLength',
      place: { line: 2 },
      expected: 2,
      found: 1,
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
