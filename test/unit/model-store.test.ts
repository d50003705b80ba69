import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { writeFileAtomically } from '../../src/engine/model/durable-file.ts';
import { deleteModel, loadModel, removeLeftOvers, saveModel, wordsOfPart } from '../../src/engine/model/model-store.ts';
import type { StoredModel } from '../../src/engine/model/stored-model.ts';
import { LANGUAGE_MODEL_DEFAULTS } from '../../src/language-model/options.ts';
import { storageProblem } from '../../src/model-folder/storage-problem.ts';
import { PROJECTION_DEFAULTS } from '../../src/projection/options.ts';
import { TEXT_DEFAULTS } from '../../src/text/options.ts';
import { WORD2VEC_DEFAULTS } from '../../src/word2vec/options.ts';

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'model-store-'));
  folders.push(folder);
  return folder;
}

/** A small model whose numbers follow from `mark`. */
function modelOf(mark: number): StoredModel {
  const tensor = (...shape: number[]): { shape: number[]; data: Float32Array } => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => mark + index / 8),
  });
  return {
    summary: {
      trained: '2026-01-02T03:04:05.000Z',
      vocabulary: 3,
      vectorSize: 2,
      words: 1000,
      files: 2,
      mapWords: 3,
      languageModel: { vocabulary: 3, perplexity: mark, heldOutFiles: 1, heldOutTokens: 50 },
    },
    options: {
      word2vec: WORD2VEC_DEFAULTS,
      projection: PROJECTION_DEFAULTS,
      languageModel: LANGUAGE_MODEL_DEFAULTS,
      seed: 1,
      threads: 2,
    },
    words: ['the', '한국', '<img'],
    counts: Float64Array.of(500, 300, 200),
    vectors: { input: tensor(3, 2), output: tensor(3, 2) },
    map: { positions: tensor(3, 2) },
    languageModel: { 'embedding.weight': tensor(5, 4), 'output.bias': tensor(5) },
    training: { losses: tensor(7), heldOutLosses: tensor(0) },
  };
}

test('a model comes back as it was saved', async () => {
  const folder = await emptyFolder();
  await saveModel(folder, modelOf(1));
  assert.deepEqual(await loadModel(folder), modelOf(1));
});

test('a folder without a model, and a folder that does not exist, hold none', async () => {
  const folder = await emptyFolder();
  assert.equal(await loadModel(folder), null);
  assert.equal(await loadModel(join(folder, 'missing')), null);
  assert.equal(await deleteModel(join(folder, 'missing')), false);
});

test('a new model replaces the old one and leaves no file of it behind', async () => {
  const folder = await emptyFolder();
  await saveModel(folder, modelOf(1));
  await saveModel(folder, modelOf(2));
  assert.deepEqual(await loadModel(folder), modelOf(2));
  assert.equal((await readdir(folder)).length, 6);
});

test('a save that dies before the manifest is renamed leaves the old model whole', async () => {
  const folder = await emptyFolder();
  await saveModel(folder, modelOf(1));
  const before = await readFile(join(folder, 'manifest.json'));
  await saveModel(folder, modelOf(2));
  const parts = (await readdir(folder)).filter((name) => name !== 'manifest.json');
  // the state after a kill: parts of the new model, a half-written manifest beside the old one, and
  // the old parts
  const killed = await emptyFolder();
  await saveModel(killed, modelOf(1));
  for (const part of parts) await writeFile(join(killed, part), await readFile(join(folder, part)));
  await writeFile(join(killed, 'manifest.json.4711.tmp'), before.subarray(0, 40));
  assert.deepEqual(await loadModel(killed), modelOf(1));
  await saveModel(killed, modelOf(3)); // and the next save clears up
  assert.equal((await readdir(killed)).length, 6);
});

test("files that are not the model's stay, whatever is saved or deleted", async () => {
  const folder = await emptyFolder();
  const theirs = ['notes.txt', 'vectors-mine.safetensors', 'manifest.json.bak'];
  for (const name of theirs) await writeFile(join(folder, name), name);
  await saveModel(folder, modelOf(1));
  assert.equal(await deleteModel(folder), true);
  assert.deepEqual((await readdir(folder)).sort(), [...theirs].sort());
  assert.equal(await deleteModel(folder), false);
});

test('every file of a model that is truncated, changed or gone is named, and nothing is deleted', async () => {
  const folder = await emptyFolder();
  await saveModel(folder, modelOf(1));
  const names = await readdir(folder);
  for (const name of names) {
    const path = join(folder, name);
    const whole = await readFile(path);
    const escaped = new RegExp(name.replaceAll('.', String.raw`\.`));
    await truncate(path, whole.length - 3);
    await assert.rejects(loadModel(folder), escaped);
    if (name !== 'manifest.json') {
      const changed = Buffer.from(whole);
      changed[changed.length >> 1]! ^= 1;
      await writeFile(path, changed);
      await assert.rejects(loadModel(folder), /checksum/);
      await rm(path);
      await assert.rejects(loadModel(folder), escaped);
    }
    await writeFile(path, whole);
    assert.deepEqual((await readdir(folder)).sort(), [...names].sort());
  }
  assert.deepEqual(await loadModel(folder), modelOf(1));
});

test('a model of a newer version is refused with both versions and what to do', async () => {
  const folder = await emptyFolder();
  await saveModel(folder, modelOf(1));
  const path = join(folder, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as { version: number };
  await writeFile(path, JSON.stringify({ ...manifest, version: manifest.version + 1 }));
  await assert.rejects(
    loadModel(folder),
    /newer Lexiscope \(format 4, this one reads 3\)\. Update the extension, or train again/,
  );
});

test('a manifest that names a part outside the folder is refused', async () => {
  const folder = await emptyFolder();
  await saveModel(folder, modelOf(1));
  const path = join(folder, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as { parts: Record<string, { file: string }> };
  manifest.parts['map']!.file = '../../etc/passwd';
  await writeFile(path, JSON.stringify(manifest));
  await assert.rejects(loadModel(folder), /damaged: it does not name its part map/);
  for (const text of ['', '[]', 'null', '{"format":"lexiscope-model","version":1}']) {
    await writeFile(path, text);
    await assert.rejects(loadModel(folder), /manifest\.json is damaged/);
  }
});

/** Imported vectors: no counts, no output vectors, no language model. */
function importedModel(map: boolean): StoredModel {
  const { summary, words, vectors, map: positions } = modelOf(1);
  return {
    summary: {
      ...summary,
      words: null,
      files: null,
      mapWords: map ? 3 : 0,
      languageModel: null,
      imported: 'glove.txt',
    },
    options: { seed: 1 },
    words: ['New York', ...words.slice(1)],
    counts: null,
    vectors: { input: vectors['input']! },
    map: map ? positions : null,
    languageModel: null,
    training: null,
  };
}

test('a model of vectors alone comes back as it was saved, and its files are as many as its parts', async () => {
  for (const map of [true, false]) {
    const folder = await emptyFolder();
    await saveModel(folder, modelOf(1));
    await saveModel(folder, importedModel(map));
    assert.deepEqual(await loadModel(folder), importedModel(map));
    assert.equal((await readdir(folder)).length, map ? 4 : 3);
  }
});

test('a model of the first version is read; one that lacks a part it names none of is damaged', async () => {
  const folder = await emptyFolder();
  await saveModel(folder, modelOf(1));
  const path = join(folder, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as { version: number; parts: Record<string, unknown> };
  await writeFile(path, JSON.stringify({ ...manifest, version: 1 }));
  assert.deepEqual(await loadModel(folder), modelOf(1));
  const { map, ...others } = manifest.parts;
  assert.ok(map);
  await writeFile(path, JSON.stringify({ ...manifest, version: 1, parts: others }));
  await assert.rejects(loadModel(folder), /does not name its part map/);
  const { vectors, ...rest } = manifest.parts;
  assert.ok(vectors);
  await writeFile(path, JSON.stringify({ ...manifest, parts: rest }));
  await assert.rejects(loadModel(folder), /does not name its part vectors/);
});

test("the words of a model's own vectors are found beside them, and beside no other file", async () => {
  const folder = await emptyFolder();
  await saveModel(folder, modelOf(1));
  const vectors = (await readdir(folder)).find((name) => name.startsWith('vectors-'))!;
  assert.deepEqual(await wordsOfPart(folder, vectors), modelOf(1).words);
  assert.equal(await wordsOfPart(folder, 'other.safetensors'), null);
  assert.equal(await wordsOfPart(join(folder, 'missing'), vectors), null);
});

test('a file that could not be written whole leaves the one that was there, and nothing beside it', async () => {
  const folder = await emptyFolder();
  const path = join(folder, 'vectors.vec');
  await writeFileAtomically(path, [Buffer.from('old')]);
  const failing = function* (): Generator<Uint8Array> {
    yield Buffer.from('new');
    throw new Error('disk full');
  };
  await assert.rejects(writeFileAtomically(path, failing()), /disk full/);
  assert.equal(await readFile(path, 'utf8'), 'old');
  assert.deepEqual(await readdir(folder), ['vectors.vec']);
});

/** A copy of the model's folder whose manifest says something else. */
async function withManifest(change: (manifest: Record<string, Record<string, unknown>>) => void): Promise<string> {
  const folder = await emptyFolder();
  await saveModel(folder, modelOf(1));
  const path = join(folder, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Record<string, Record<string, unknown>>;
  change(manifest);
  await writeFile(path, JSON.stringify(manifest));
  return folder;
}

test('every figure of a manifest that is not what its parts hold is refused with its name or its part', async () => {
  const values = [null, 0, -1, 1.5, 1e308, 'x', '', [], {}, true, 2 ** 32 + 1, 2 ** 53, [1, 2, 3]];
  const figures: [name: string, allowed: unknown[]][] = [
    ['vocabulary', []],
    ['vectorSize', []],
    ['mapWords', []],
    ['trained', []],
    ['words', [0, null, 2 ** 32 + 1]],
    ['files', [0, null, 2 ** 32 + 1]],
    ['losses', [[], [1, 2, 3]]],
    ['languageModel', []],
  ];
  for (const [name, allowed] of figures) {
    for (const value of values) {
      if (allowed.some((each) => JSON.stringify(each) === JSON.stringify(value))) continue;
      const folder = await withManifest(({ summary }) => (summary![name] = value));
      await assert.rejects(loadModel(folder), /is damaged: .*Train again/, `${name} = ${JSON.stringify(value)}`);
    }
  }
  for (const name of ['vocabulary', 'heldOutFiles', 'heldOutTokens', 'perplexity']) {
    for (const value of [-1.5, 1e400, 'x', {}, ...(name === 'vocabulary' ? [2 ** 32, 2, 4, 0] : [])]) {
      const folder = await withManifest(({ summary }) => {
        (summary!['languageModel'] as Record<string, unknown>)[name] = value;
      });
      if (value === -1.5 && name === 'perplexity') continue;
      // null, as it is written in JSON: it was not measured
      if (value === 1e400 && name === 'perplexity') continue;
      await assert.rejects(loadModel(folder), /is damaged: .*Train again/, `${name} = ${JSON.stringify(value)}`);
    }
  }
});

test('an option that a question would never come back from is refused', async () => {
  for (const [group, name, value] of [
    ['languageModel', 'steps', 1e308],
    ['languageModel', 'steps', 'x'],
    ['word2vec', 'maxN', 2 ** 31],
  ] as const) {
    const folder = await withManifest(({ options }) => {
      (options![group] as Record<string, unknown>)[name] = value;
    });
    await assert.rejects(loadModel(folder), new RegExp(`manifest.json is damaged: .*${group}\\.${name}`));
  }
});

test('a part that stands in the place of another is refused, and so is a number that is none', async () => {
  for (const [part, other] of [
    ['map', 'vectors'],
    ['vectors', 'map'],
    ['languageModel', 'vectors'],
    ['vectors', 'languageModel'],
    ['vocabulary', 'map'],
  ] as const) {
    const folder = await withManifest(({ parts }) => (parts![part] = parts![other]));
    await assert.rejects(loadModel(folder), /is damaged: .*Train again/, `${part} := ${other}`);
  }
  for (const part of ['vectors', 'map', 'languageModel'] as const) {
    for (const value of [NaN, Infinity, -Infinity]) {
      const folder = await emptyFolder();
      const model = modelOf(1);
      const [tensor] = Object.values(model[part]!);
      tensor!.data[tensor!.data.length - 1] = value;
      await saveModel(folder, model);
      await assert.rejects(loadModel(folder), new RegExp(`${part}-.* holds what is no number`), `${part} ${value}`);
    }
  }
});

test('a line of the vocabulary that is no word with a count is named', async () => {
  for (const counts of [Float64Array.of(500, NaN, 200), Float64Array.of(500, 300, -1)]) {
    const folder = await emptyFolder();
    await saveModel(folder, { ...modelOf(1), counts });
    await assert.rejects(loadModel(folder), /vocabulary-.* its line [23] is no word with a count/);
  }
});

test('of a model that is replaced while it is read, the new one is read', async () => {
  const folder = await emptyFolder();
  await saveModel(folder, modelOf(0));
  let reads = 0;
  const writing = { isDone: false };
  const reader = (async () => {
    for (; !writing.isDone; reads++) {
      const { summary, vectors } = (await loadModel(folder))!;
      assert.equal(vectors['input']!.data[0], summary.languageModel!.perplexity, 'the parts belong together');
    }
  })();
  for (let mark = 1; mark < 150; mark++) await saveModel(folder, modelOf(mark));
  writing.isDone = true;
  await reader;
  assert.ok(reads > 10, `${reads} reads`);
});

test('what is stored already is not written again, and a language model keeps the words it was made with', async () => {
  const folder = await emptyFolder();
  await saveModel(folder, modelOf(1));
  const before = (await loadModel(folder))!;
  const fileOf = async (part: string) => (await readdir(folder)).find((name) => name.startsWith(`${part}-`))!;
  const names = await Promise.all(['languageModel', 'training', 'vocabulary'].map(fileOf));
  const inodes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).ino));
  const { vectors, summary } = modelOf(2);
  const staged: StoredModel = {
    ...before,
    summary: { ...summary, mapWords: 0, languageModel: before.summary.languageModel },
    options: { ...before.options, languageModelText: { ...TEXT_DEFAULTS, case: 'fold' } },
    words: ['new', 'words', 'here'],
    counts: Float64Array.of(9, 8, 7),
    vectors,
    map: null,
    languageModelVocabulary: { words: before.words, counts: before.counts! },
  };
  await saveModel(folder, staged);
  assert.deepEqual(await loadModel(folder), staged);
  assert.deepEqual(await Promise.all(names.map(async (name) => (await stat(join(folder, name))).ino)), inodes);
  // and once it has a language model of its own, the other's words go
  await saveModel(folder, modelOf(3));
  assert.deepEqual(await loadModel(folder), modelOf(3));
  assert.equal((await readdir(folder)).length, 6);
});

test('what a check throws leaves the model that was there, and a full or read-only disk is said', async () => {
  const folder = await emptyFolder();
  await saveModel(folder, modelOf(1));
  await assert.rejects(
    saveModel(folder, modelOf(2), () => Promise.reject(new Error('another window'))),
    /another window/,
  );
  assert.deepEqual(await loadModel(folder), modelOf(1));
  const error = (code: string) => storageProblem(Object.assign(new Error('raw'), { code }), '/models').message;
  assert.match(error('ENOSPC'), /disk of \/models is full\. Make room/);
  assert.match(error('EROFS'), /Nothing can be written in \/models/);
  const file = join(folder, 'file');
  await writeFile(file, '');
  await assert.rejects(saveModel(join(file, 'model'), modelOf(1)), /is no folder/);
});

test('what killed processes left goes with the next start, unless someone writes there', async () => {
  const folder = await emptyFolder();
  await saveModel(folder, modelOf(1));
  const whole = (await readdir(folder)).sort();
  const leftOvers = [
    'word-vectors.checkpoint.123.tmp',
    'language-model.checkpoint.99999.tmp',
    'tokens.cache.4711.tmp',
    'tokens.5.tmp',
    'vectors.77.tmp',
    'manifest.json.8.tmp',
  ];
  const theirs = ['word-vectors.checkpoint', 'notes.5.tmp', 'tokens.x.tmp'];
  for (const name of [...leftOvers, ...theirs]) await writeFile(join(folder, name), name);
  assert.equal(await removeLeftOvers(folder, () => Promise.resolve(true)), 0);
  assert.equal(await removeLeftOvers(folder, () => Promise.resolve(false)), leftOvers.length);
  assert.deepEqual((await readdir(folder)).sort(), [...whole, ...theirs].sort());
});
