import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  deleteModel,
  loadModel,
  saveModel,
  wordsOfPart,
  writeFileAtomically,
  type StoredModel,
} from '../../src/engine/model/model-store.ts';
import { LANGUAGE_MODEL_DEFAULTS } from '../../src/language-model/options.ts';
import { PROJECTION_DEFAULTS } from '../../src/projection/options.ts';
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
    languageModel: { 'embedding.weight': tensor(5, 4) },
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
  // the state after a kill: parts of the new model, a half-written manifest beside the old one, and the old parts
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
    /newer Lexiscope \(format 3, this one reads 2\)\. Update the extension, or train again/,
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
