// The import of word vectors that others trained, as clients of the engine use it: the built
// compute thread, real files.

import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Engine } from '../../src/engine/engine.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import { PROJECTION_DEFAULTS } from '../../src/projection/options.ts';
import type { EngineEvents } from '../../src/protocol/engine.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { listen } from '../helpers/engine.ts';
import { placeIn } from '../helpers/places.ts';
import { ENCODERS } from './legacy-encoders.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/vectors/${name}`, import.meta.url));
const REQUEST = { most: 0, projection: { ...PROJECTION_DEFAULTS, nNeighbors: 5, nEpochs: 20 }, seed: 1 };
const WORDS_ONLY = { most: 0, seed: 1 };

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'import-'));
});
after(() => rm(root, { recursive: true, force: true }));

async function opened(name: string, events: EngineEvents = listen()): Promise<{ engine: Engine; directory: string }> {
  const directory = join(root, name);
  const engine = new Engine(DISTRIBUTION, events);
  await engine.open(directory);
  return { engine, directory };
}

/** GloVe's text with so many words of 50 numbers. */
async function largeFile(name: string, rows: number): Promise<string> {
  const random = mulberry32(5);
  const numbers = Array.from({ length: 997 }, () => (random() - 0.5).toFixed(6));
  const lines = Array.from(
    { length: rows },
    (_, row) => `word${row} ${Array.from({ length: 50 }, (_, d) => numbers[(row * 53 + d * d) % 997]).join(' ')}\n`,
  );
  const path = join(root, name);
  await writeFile(path, lines.join(''));
  return path;
}

describe("vectors from gensim's files", () => {
  for (const [name, format] of [
    ['gensim.vec', 'word2vec-text'],
    ['gensim.bin', 'word2vec-binary'],
    ['gensim.glove.txt', 'glove'],
    ['gensim_tensor.tsv', 'projector'],
  ] as const) {
    test(`${name} becomes a model that answers, with a map and without what a file of vectors has not`, async () => {
      const events = listen();
      const { engine, directory } = await opened(name, events);
      const outcome = await engine.importVectors(fixture(name), REQUEST);
      assert.ok(outcome.status === 'done');
      assert.deepEqual([outcome.format, outcome.rows, outcome.duplicates], [format, 40, 0]);
      const { model } = outcome;
      assert.deepEqual([model.vocabulary, model.vectorSize, model.mapWords], [40, 6, 40]);
      assert.deepEqual([model.words, model.files, model.languageModel, model.imported], [null, null, null, name]);
      const phases = events.heard.map(({ phase }) => phase).filter((phase, at, all) => phase !== all[at - 1]);
      assert.deepEqual(phases, ['importing', 'map', 'saving']);

      const again = new Engine(DISTRIBUTION, listen());
      assert.deepEqual(await again.open(directory), model);
      for (const each of [engine, again]) {
        const answer = await each.describe('한국', 3);
        assert.ok(answer.known && answer.count === null && answer.rank === 2 && answer.neighbours.length === 3);
        const map = await each.map();
        assert.ok(map?.counts === null && map.words.length === 40 && map.positions.length === 80);
        assert.deepEqual(await each.complete(placeIn('the '), 5), { prefix: '', suggestions: [] });
        assert.ok((await each.wordAt(placeIn("don't", 2), 1))?.word === "don't");
      }
    });
  }

  test('and back: what is exported is what was imported, to the bit', async () => {
    const { engine } = await opened('back');
    await engine.importVectors(fixture('gensim.bin'), WORDS_ONLY);
    const bare = await readFile(fixture('expected.f32'));
    for (const [name, format] of [
      ['v.vec', 'word2vec-text'],
      ['v.glove.txt', 'glove'],
      ['v.bin', 'word2vec-binary'],
      ['v.safetensors', 'safetensors'],
      ['vectors.tsv', 'projector'],
    ] as const) {
      const path = join(root, name);
      await engine.exportVectors(path, format);
      const { engine: other } = await opened(`back-${name}`);
      const outcome = await other.importVectors(path, WORDS_ONLY);
      assert.ok(outcome.status === 'done' && outcome.format === format && outcome.model.mapWords === 0);
      assert.equal(await other.map(), null);
      const vectors = (await readdir(join(root, `back-${name}`))).find((file) => file.startsWith('vectors-'))!;
      const stored = await readFile(join(root, `back-${name}`, vectors));
      assert.deepEqual(stored.subarray(stored.length - bare.length), bare);
    }
    assert.equal((await readFile(join(root, 'metadata.tsv'), 'utf8')).split('\n')[0], 'the');
  });

  test("a stored model's own vectors are read with the words beside them", async () => {
    const { engine, directory } = await opened('own');
    await engine.importVectors(fixture('gensim.vec'), WORDS_ONLY);
    const vectors = (await readdir(directory)).find((file) => file.startsWith('vectors-'))!;
    const { engine: other } = await opened('own-again');
    const outcome = await other.importVectors(join(directory, vectors), WORDS_ONLY);
    assert.ok(outcome.status === 'done' && outcome.format === 'safetensors' && outcome.model.vocabulary === 40);
    assert.deepEqual(await other.describe('한국', 5), await engine.describe('한국', 5));
  });
});

describe('files as others have them', () => {
  const exports = async (engine: Engine, path: string): Promise<string> => {
    await engine.exportVectors(path, 'word2vec-text');
    return readFile(path, 'utf8');
  };

  test('compressed by gzip, in one part or several', async () => {
    const { engine } = await opened('plain');
    await engine.importVectors(fixture('gensim.vec'), WORDS_ONLY);
    const expected = await exports(engine, join(root, 'plain-out.vec'));
    for (const name of ['gensim.vec', 'gensim.bin', 'gensim.glove.txt', 'fasttext.bin']) {
      const bytes = await readFile(fixture(name));
      const path = join(root, `${name}.gz`);
      await writeFile(path, Buffer.concat([gzipSync(bytes.subarray(0, 500)), gzipSync(bytes.subarray(500))]));
      const outcome = await engine.importVectors(path, WORDS_ONLY);
      assert.ok(outcome.status === 'done' && outcome.model.imported === `${name}.gz`);
      if (name !== 'fasttext.bin') assert.equal(await exports(engine, join(root, 'gz-out.vec')), expected);
      else assert.ok((await engine.describe('학교가', 1)).known);
    }
  });

  test('in UTF-16, with a mark or without, and in the encodings of old systems', async () => {
    const { engine } = await opened('encodings');
    const korean =
      '왕 여왕 나라 도시 사람 학교 학생 바다 하늘 구름 나무 바람 강물 한국 서울 부산 미국 종이 버터 사랑'.split(' ');
    const text = `${korean.length} 2\n${korean.map((word, row) => `${word} ${row} 0.5`).join('\n')}\n`;
    const western = 'café cafè niño façade naïve Größe Übung père élève garçon señor mañana über Straße hôtel'.split(
      ' ',
    );
    const latin = `${western.length} 2\r\n${western.map((word, row) => `${word} ${row} 0.5`).join('\r\n')}\r\n`;
    const cases: [string, Buffer, string[], string | undefined][] = [
      ['marked.vec', Buffer.from(`\ufeff${text}`, 'utf16le'), korean, undefined],
      ['unmarked.vec', Buffer.from(text, 'utf16le'), korean, undefined],
      ['big-endian.vec', Buffer.from(`\ufeff${text}`, 'utf16le').swap16(), korean, undefined],
      ['cp949.vec', Buffer.from(ENCODERS['euc-kr']!(text)), korean, 'euc-kr'],
      ['latin1.vec', Buffer.from(latin, 'latin1'), western, 'windows-1252'],
    ];
    for (const [name, bytes, words, encoding] of cases) {
      await writeFile(join(root, name), bytes);
      const outcome = await engine.importVectors(join(root, name), WORDS_ONLY);
      assert.ok(outcome.status === 'done');
      assert.deepEqual([outcome.encoding, outcome.duplicates, outcome.leftOut], [encoding, 0, undefined], name);
      const lines = (await exports(engine, join(root, 'out.vec'))).trimEnd().split('\n').slice(1);
      assert.deepEqual(
        lines,
        words.map((word, row) => `${word} ${row} 0.5`),
        name,
      );
    }
    // who knows the encoding can say so
    await writeFile(
      join(root, 'greek.vec'),
      Buffer.from([...Buffer.from('1 1\n'), 0xe1, 0xe2, ...Buffer.from(' 1\n')]),
    );
    await engine.importVectors(join(root, 'greek.vec'), { ...WORDS_ONLY, encoding: 'iso88597' });
    assert.match(await exports(engine, join(root, 'out.vec')), /^αβ 1$/m);
  });

  test('a row with something wrong is left out and told', async () => {
    const { engine } = await opened('left-out');
    await writeFile(join(root, 'news.txt'), '3 2\nthe 1 2\n  1 2\nof 1 2\n');
    const outcome = await engine.importVectors(join(root, 'news.txt'), WORDS_ONLY);
    assert.ok(outcome.status === 'done' && outcome.rows === 3 && outcome.model.vocabulary === 2);
    assert.deepEqual(outcome.leftOut, { rows: 1, first: 'line 3 should begin with a word and does not.' });
  });

  test('words of a pair for the projector under a heading that a single column should not have', async () => {
    const { engine } = await opened('heading');
    await writeFile(join(root, 'vectors.tsv'), '1\t2\n3\t4\n5\t6\n');
    await writeFile(join(root, 'metadata.tsv'), 'Word\nking\nqueen\nbread\n');
    const outcome = await engine.importVectors(join(root, 'vectors.tsv'), WORDS_ONLY);
    assert.ok(outcome.status === 'done' && outcome.model.vocabulary === 3);
    assert.ok((await engine.describe('king', 1)).known);
    assert.equal((await engine.describe('word', 1)).known, false);
    await writeFile(join(root, 'metadata.tsv'), Buffer.from('\ufeffking\r\nqueen\r\n왕\r\n', 'utf16le'));
    await engine.importVectors(join(root, 'vectors.tsv'), WORDS_ONLY);
    assert.ok((await engine.describe('왕', 1)).known);
    // it may be a word
    await writeFile(join(root, 'metadata.tsv'), 'word\nking\nqueen\n');
    await engine.importVectors(join(root, 'vectors.tsv'), WORDS_ONLY);
    assert.ok((await engine.describe('word', 1)).known);
  });

  test('a model of fastText answers for words that it has not, also when it is opened again', async () => {
    const { engine, directory } = await opened('fasttext');
    const outcome = await engine.importVectors(fixture('fasttext.bin'), WORDS_ONLY);
    assert.ok(outcome.status === 'done' && outcome.format === 'fasttext');
    const { nearest } = JSON.parse(await readFile(fixture('fasttext.json'), 'utf8')) as {
      nearest: Record<string, [string, number][]>;
    };
    const again = new Engine(DISTRIBUTION, listen());
    await again.open(directory);
    for (const each of [engine, again]) {
      const found = await each.describe('바람에서는', 40);
      assert.ok(found.known && found.rank === null);
      const [best] = nearest['바람에서는']!;
      const same = found.neighbours.find(({ word }) => word === best![0]);
      assert.ok(Math.abs(same!.similarity - best![1]) < 1e-5);
      // a decomposed word is the same word
      assert.deepEqual(await each.describe('바람에서는'.normalize('NFD'), 40), {
        ...found,
        word: '바람에서는'.normalize('NFD'),
      });
    }
  });
});

describe('an import that does not come to its end', () => {
  test('each damaged file is one sentence with its place, and the earlier model stays', async () => {
    const { engine, directory } = await opened('kept');
    await engine.importVectors(fixture('gensim.vec'), WORDS_ONLY);
    const files = await readdir(directory);
    const cases: [string, string | Buffer, RegExp][] = [
      ['empty.vec', '', /“empty\.vec” was not imported: it is empty\.$/],
      ['short.vec', '3 2\na 1.5 2.5\nb 1.5 2.5\n', /its header promises 3 words, and 2 are there/],
      ['long.vec', '1 2\na 1 2\nb 1 2\nc 1 2\n', /line 3 is one more than the 1 words that the header promises/],
      ['nan.vec', '1 2\na nan 2\n', /line 2: number 1 is NaN/],
      ['mixed.txt', 'a 1.5 2.5\nb 1.5 2.5\nc 1.5\nd 1.5\n', /line 3 has 1 numbers, expected 2/],
      [
        'huge.vec',
        '4000000000 300\na 1 2\n',
        /promises 4000000000 words with 300 numbers each, more than its 21 bytes/,
      ],
      ['cut.bin', (await readFile(fixture('gensim.bin'))).subarray(0, 700), /more than its 700 bytes can hold/],
      [
        'cut2.bin',
        (await readFile(fixture('gensim.bin'))).subarray(0, 1200),
        /it is cut off in the row at byte \d+ \(row 40\)/,
      ],
      ['glove.zip', Buffer.from('PK\x03\x04....', 'latin1'), /it is compressed in a way .*; unpack it first/],
      ['cut.vec.gz', gzipSync('2 2\na 1 2\nb 1 2\n').subarray(0, 25), /it is compressed, and damaged or cut off/],
      ['pieces.floret', '2 2 2 3 1 7 < >\n0 1 2\n1 3 4\n', /a table of floret: vectors of hashed pieces of words/],
      ['supervised.bin', await readFile(fixture('supervised.bin')), /a classifier of fastText/],
      ['prose.txt', 'Call me Ishmael.\nSome years ago\n', /holds no word vectors in a format that Lexiscope reads/],
      ['pair.tsv', '1\t2\n3\t4\n', /the file of its words, “pair\.metadata\.tsv”, is not beside it/],
    ];
    for (const [name, content, message] of cases) {
      const path = join(root, name);
      await writeFile(path, content);
      await assert.rejects(engine.importVectors(path, REQUEST), message);
      assert.deepEqual(await readdir(directory), files);
    }
    await assert.rejects(
      engine.importVectors(join(root, 'missing.vec'), REQUEST),
      /“missing\.vec” .* there is no such file/,
    );
    await assert.rejects(engine.importVectors(root, REQUEST), /cannot be imported/);
    await assert.rejects(engine.importVectors(fixture('gensim.vec'), { ...REQUEST, most: -1 }), /most is -1/);
    assert.ok((await engine.describe('한국', 1)).known);
  });

  test('two files that belong together and do not fit are told', async () => {
    const { engine } = await opened('pair');
    await copyFile(fixture('gensim_tensor.tsv'), join(root, 'odd_tensor.tsv'));
    await writeFile(join(root, 'odd_metadata.tsv'), 'one\ntwo\n');
    await assert.rejects(
      engine.importVectors(join(root, 'odd_tensor.tsv'), REQUEST),
      /it has more vectors than the 2 words that belong to them/,
    );
  });

  test('a cancel while it reads leaves the earlier model, and while it makes the map, the vectors without it', async () => {
    const path = await largeFile('large.txt', 60_000);
    for (const wanted of ['importing', 'map'] as const) {
      const events = listen();
      const { engine, directory } = await opened(`cancelled-${wanted}`, events);
      await engine.importVectors(fixture('gensim.vec'), WORDS_ONLY);
      const reached = new Promise<void>((resolve) => {
        events.progress = ({ phase, fraction }) => {
          if (phase === wanted && (wanted === 'map' || fraction > 0)) resolve();
        };
      });
      const outcome = engine.importVectors(path, { ...REQUEST, projection: PROJECTION_DEFAULTS });
      await reached;
      assert.equal(await engine.cancel(), true);
      assert.deepEqual(await outcome, { status: 'cancelled' });
      const isRead = wanted === 'map';
      assert.equal((await engine.describe('word100', 1)).known, isRead);
      assert.equal((await engine.describe('한국', 1)).known, !isRead);
      assert.equal(await engine.map(), null);
      const found = await new Engine(DISTRIBUTION, listen()).open(directory);
      assert.equal(found?.vocabulary === 60_000, isRead);
    }
  });

  test('of a large file the first words can be taken', async () => {
    const path = await largeFile('many.txt', 3000);
    const { engine } = await opened('first');
    const outcome = await engine.importVectors(path, { ...WORDS_ONLY, most: 100 });
    assert.ok(outcome.status === 'done' && outcome.rows === 100 && outcome.model.vocabulary === 100);
    assert.equal((await engine.describe('word100', 1)).known, false);
  });
});
