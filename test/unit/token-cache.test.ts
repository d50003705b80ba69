// Readings with the cache, against readings without it.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { loadKernel } from '../../src/engine/kernels.ts';
import { findTexts } from '../../src/engine/reading/found-texts.ts';
import type { ReadCorpus } from '../../src/engine/reading/read-corpus.ts';
import { readCorpus } from '../../src/engine/reading/read-in-one-thread.ts';
import { type ReadShare, readShare } from '../../src/engine/reading/read-shares.ts';
import { newNotes } from '../../src/engine/reading/reading-notes.ts';
import { openTokenFile } from '../../src/engine/reading/spill-file.ts';
import { cacheKey, deleteCache, withCache } from '../../src/engine/reading/token-cache.ts';
import type { UnsavedText } from '../../src/protocol/engine.ts';
import { PHRASE_DEFAULTS, TEXT_DEFAULTS } from '../../src/text/options.ts';
import { TextKernel } from '../../src/text/text-kernel.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { hooks, putTogether } from './reading-in-turn.ts';

const module = await loadKernel(DISTRIBUTION, 'text');

let root: string;
let tokenFile: ReturnType<typeof openTokenFile>;
let model: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'token-cache-'));
  [model, folder] = [join(root, 'model'), join(root, 'w')];
  await mkdir(model);
  tokenFile = openTokenFile(root);
  for (let i = 0; i < 20; i++) await put(`d${i % 3}/${i}.txt`, `words of file${i}. And ${'more '.repeat(120 + i)}`);
  await put('binary.dat', Buffer.of(0, 1, 2));
  await put('blank.txt', ' \n');
  await put('copy.txt', `words of file1. And ${'more '.repeat(121)}`);
});
afterEach(async () => {
  tokenFile.close();
  await rm(root, { recursive: true, force: true });
});

const reading = { maximumFileSize: 1e6 };
let clock = 1_000_000_000;

/** Writes a file that was changed a while ago, each a second after the last. */
async function put(name: string, content: string | Uint8Array): Promise<void> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  await utimes(path, ++clock, clock);
}

/** Reads as the engine does; gives the names of the files that were opened, too. */
async function read(
  key = cacheKey('options'),
  unsaved: UnsavedText[] = [],
  encoding?: string,
): Promise<{ result: ReadCorpus; opened: string[] }> {
  const folders = [{ path: folder, exclude: [], ...(encoding !== undefined && { encoding }) }];
  const found = (await findTexts(folders, reading, unsaved, () => false))!;
  const { fresh, share } = withCache(found, model, key);
  const file = { descriptor: tokenFile.descriptor, taken: new Int32Array(1) };
  const fromFiles = (await readShare(
    new TextKernel(module),
    file,
    { ...fresh, notes: newNotes() },
    TEXT_DEFAULTS,
    new Float64Array(2),
    () => false,
  )) as ReadShare;
  const shares = share ? [share, fromFiles] : [fromFiles];
  const cache = { directory: model, key, files: found.files };
  const result = putTogether(module, file, shares, found.notes, {}, cache);
  return { result, opened: fresh.files.map(({ name }) => name) };
}

async function expected(unsaved: UnsavedText[] = []): Promise<ReadCorpus> {
  return (await readCorpus(
    new TextKernel(module),
    [{ path: folder, exclude: [] }],
    reading,
    hooks,
    PHRASE_DEFAULTS,
    null,
    unsaved,
  ))!;
}

test('what has not changed is not opened again, but for copies, and the corpus is the same', async () => {
  const first = await read();
  assert.equal(first.opened.length, 23);
  assert.deepEqual(first.result, await expected());
  const second = await read();
  assert.deepEqual(second.opened, ['w/d1/1.txt']); // the copy is read first, by its name
  assert.deepEqual(second.result, await expected());
});

test('files that changed, came, went or became copies are seen', async () => {
  await read();
  await put('d0/0.txt', 'entirely new');
  await put('d2/2.txt', `words of file2. And ${'less '.repeat(122)}`); // the size as it was
  await put('added.txt', 'one more file');
  await put('d1/twin.txt', `words of file19. And ${'more '.repeat(139)}`);
  await rm(join(folder, 'd0/3.txt'));
  await rm(join(folder, 'copy.txt'));
  await put('blank.txt', 'no more blank');
  const { result, opened } = await read();
  assert.deepEqual(opened.sort(), [
    'w/added.txt',
    'w/blank.txt',
    'w/d0/0.txt',
    'w/d1/1.txt',
    'w/d1/twin.txt',
    'w/d2/2.txt',
  ]);
  assert.deepEqual(result, await expected());
  assert.ok(!result.corpus.words.includes('file3'), 'nothing is left of a file that went');
});

test('what is done over the text after it was read leaves no trace in the cache', async () => {
  await put(
    'd0/korean.txt',
    '한국은 크다. 한국이 좋다. 한국을 본다. 한국에 간다. 한국의 말. 한국도 한국과 '.repeat(20),
  );
  const first = await read();
  assert.ok(first.result.corpus.words.includes('한국'), 'particles are separated');
  assert.deepEqual(first.result, await expected());
  assert.deepEqual((await read()).result, first.result);
});

test('what an editor has not saved is read, and is not kept', async () => {
  await read();
  const unsaved = [{ path: join(folder, 'd0/0.txt'), text: 'not saved yet' }];
  const { result } = await read(undefined, unsaved);
  assert.deepEqual(result, await expected(unsaved));
  assert.deepEqual((await read()).result, await expected());
});

test('a file that was changed a moment ago is opened again', async () => {
  await writeFile(join(folder, 'now.txt'), 'written now');
  await read();
  assert.deepEqual((await read()).opened.sort(), ['w/d1/1.txt', 'w/now.txt']);
});

test('other options, another encoding in the settings or a damaged cache open every file', async () => {
  await read();
  assert.equal((await read(cacheKey('others'))).opened.length, 23);
  assert.equal((await read(cacheKey('others'), [], 'euckr')).opened.length, 23);
  const path = join(model, 'tokens.cache');
  const bytes = await readFile(path);
  for (const damaged of [
    bytes.subarray(0, bytes.length - 1),
    bytes.subarray(0, 10),
    Buffer.from(bytes.map((byte, i) => (i === bytes.length - 3 ? byte ^ 1 : byte))),
    Buffer.of(),
  ]) {
    await writeFile(path, damaged);
    const { result, opened } = await read(cacheKey('others'), [], 'euckr');
    assert.equal(opened.length, 23);
    assert.deepEqual(result.corpus, (await expected()).corpus);
  }
});

test('a place that cannot be written costs nothing but the cache', async () => {
  await rm(model, { recursive: true });
  assert.deepEqual((await read()).result, await expected());
  assert.equal(await deleteCache(model), false);
});

test('the cache goes when it is deleted', async () => {
  await read();
  assert.equal(await deleteCache(model), true);
  assert.equal((await read()).opened.length, 23);
});
