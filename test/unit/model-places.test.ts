// A model that a release before kept in the workspace storage, and what other windows do in a
// model's folder.

import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Engine } from '../../src/engine/engine.ts';
import { loadModel } from '../../src/engine/model/model-store.ts';
import { FolderWatch } from '../../src/host/folder-watch.ts';
import { formerPlaces, modelKey } from '../../src/model-folder/model-places.ts';
import { WriterLock } from '../../src/model-folder/writer-lock.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { placeIn } from '../helpers/places.ts';

/** Word vectors, map and language model of 0.1.0, format 2. */
const RELEASED = fileURLToPath(new URL('../fixtures/model-0.1.0/', import.meta.url));
const quiet = { progress: () => undefined, log: () => undefined };
let root: string;

before(async () => (root = await mkdtemp(join(tmpdir(), 'model-places-'))));
after(() => rm(root, { recursive: true, force: true }));

/**
 * Copies the released model to the storage of a window, `id` as VS Code gave it, with this date.
 */
async function stored(storage: string, id: string, trained: string): Promise<string> {
  const place = join(storage, id, 'lexiscope.lexiscope', 'model');
  await cp(RELEASED, place, { recursive: true });
  const path = join(place, 'manifest.json');
  const manifest = await readFile(path, 'utf8');
  await writeFile(path, manifest.replace(/"trained": "[^"]*"/, `"trained": "${trained}"`));
  await utimes(path, new Date(trained), new Date(trained));
  return place;
}

test('windows on the same folders have the same key, in whatever order they are; on others they have another', () => {
  const [a, b] = ['file:///a', 'vscode-remote://ssh/b'];
  assert.equal(modelKey([a, b]), modelKey([b, a]));
  assert.notEqual(modelKey([a]), modelKey([a, b]));
  assert.notEqual(modelKey(['file:///ab']), modelKey([a, 'b']));
  assert.match(modelKey([a]), /^[0-9a-f]{32}$/);
});

test('the newest whole model of the workspace storage and its siblings comes to the new place, and answers', async () => {
  const storage = join(root, 'workspaceStorage');
  const older = await stored(storage, '358eb097', '2026-01-01T00:00:00.000Z');
  const newest = await stored(storage, '358eb097-1', '2026-01-03T00:00:00.000Z');
  const damaged = await stored(storage, '358eb097-2', '2026-01-04T00:00:00.000Z');
  const vectors = (await readdir(damaged)).find((name) => name.startsWith('vectors-'))!;
  await writeFile(join(damaged, vectors), 'not what it was');
  await stored(storage, '358eb098', '2026-01-05T00:00:00.000Z'); // of another folder
  await mkdir(join(storage, '358eb097-3', 'lexiscope.lexiscope'), { recursive: true });
  await writeFile(join(newest, 'language-model.checkpoint'), 'where it was broken off');
  assert.deepEqual(await formerPlaces(older), [damaged, newest, older]);

  const directory = join(root, 'globalStorage', 'models', 'key');
  const lines: string[] = [];
  const engine = new Engine(DISTRIBUTION, { ...quiet, log: (_, line) => void lines.push(line) });
  const summary = await engine.open(directory, older);
  assert.equal(summary?.trained, '2026-01-03T00:00:00.000Z');
  assert.ok((await engine.describe('king', 3)).known);
  assert.ok((await engine.complete(placeIn('the king of pal'), 3)).suggestions.length > 0);
  assert.ok(lines.some((line) => line.includes(vectors) && line.includes('damaged')));
  assert.ok(lines.some((line) => line.includes('was moved from')));
  assert.deepEqual(await readdir(newest), []);
  assert.equal(await readFile(join(directory, 'language-model.checkpoint'), 'utf8'), 'where it was broken off');
  assert.equal((await readFile(join(damaged, vectors), 'utf8')).length, 15, 'what is damaged stays');
  assert.ok(await loadModel(older), 'what is older stays');

  // once there is a model, nothing is moved
  const again = new Engine(DISTRIBUTION, quiet);
  assert.equal((await again.open(directory, older))?.trained, '2026-01-03T00:00:00.000Z');
  // and forgetting forgets what lies in the old places, too
  assert.equal(await again.forget(), true);
  for (const place of [directory, older, newest, damaged]) assert.deepEqual(await readdir(place), []);
  assert.equal(await again.open(directory, older), null);
});

test('a move that was broken off is done again, from the place that is whole', async () => {
  const place = await stored(join(root, 'broken'), 'id', '2026-01-01T00:00:00.000Z');
  const directory = join(root, 'broken', 'new');
  await mkdir(directory);
  for (const name of (await readdir(place)).filter((name) => name !== 'manifest.json').slice(0, 2))
    await writeFile(join(directory, name), 'half');
  assert.ok(await new Engine(DISTRIBUTION, quiet).open(directory, place));
  assert.ok(await loadModel(directory));
});

test('what another window stores is answered with, and what it learns is told', async () => {
  const directory = join(root, 'two windows');
  await mkdir(directory);
  const news: string[] = [];
  const engine = new Engine(DISTRIBUTION, quiet);
  assert.equal(await engine.open(directory), null);
  const watch = new FolderWatch(
    directory,
    {
      ownPid: () => undefined,
      elsewhere: (fraction) => void news.push(fraction === null ? 'ended' : `${100 * fraction} %`),
      replaced: async () => void news.push((await engine.open(directory)) ? 'model' : 'none'),
      failed: (error) => void news.push(error.message),
    },
    20,
  );
  const until = async (told: string): Promise<void> => {
    const end = Date.now() + 5000;
    while (!news.includes(told)) {
      assert.ok(Date.now() < end, `${told} in ${news.join()}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const lock = await WriterLock.take(directory);
  await until('0 %');
  lock.fraction = 0.5;
  await until('50 %');
  await cp(RELEASED, directory, { recursive: true });
  await until('model');
  assert.ok((await engine.describe('king', 3)).known);
  await lock.release();
  await until('ended');
  await rm(join(directory, 'manifest.json'));
  await until('none');
  await assert.rejects(engine.describe('king', 3), /Nothing is trained here yet/);
  watch.dispose();
});
