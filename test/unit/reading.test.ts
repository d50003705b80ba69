// The reading of a training in its threads, and what becomes of the text that is kept for the next
// time.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadKernels } from '../../src/engine/kernels.ts';
import { readFolders, type Reading } from '../../src/engine/reading/read-folders.ts';
import { openTokenFile } from '../../src/engine/reading/spill-file.ts';
import { LANGUAGE_MODEL_DEFAULTS } from '../../src/language-model/options.ts';
import { PROJECTION_DEFAULTS } from '../../src/projection/options.ts';
import { PHRASE_DEFAULTS, TEXT_DEFAULTS } from '../../src/text/options.ts';
import { WORD2VEC_DEFAULTS } from '../../src/word2vec/options.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { syntheticText } from '../synthetic-text.ts';

const kernels = await loadKernels(DISTRIBUTION);

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'reading-'));
  await mkdir(join(root, 'texts'));
  for (const [name, words] of Object.entries({ a: 500_000, b: 400_000 })) {
    const path = join(root, 'texts', `${name}.txt`);
    await writeFile(path, syntheticText(words, words));
    await utimes(path, 1_000_000_000, 1_000_000_000);
  }
});
after(() => rm(root, { recursive: true }));

/** Reads with two threads; `then` is called once the text is handed on, before it is kept. */
async function read(directory: string, vectorsOnly = false, then: (abort: () => void) => void = () => undefined) {
  const tokenFile = openTokenFile(join(root, directory));
  const controller = new AbortController();
  const request = {
    folders: [{ path: join(root, 'texts'), exclude: [] }],
    reading: { maximumFileSize: 1e9 },
    text: TEXT_DEFAULTS,
    phrases: PHRASE_DEFAULTS,
    word2vec: WORD2VEC_DEFAULTS,
    projection: PROJECTION_DEFAULTS,
    languageModel: LANGUAGE_MODEL_DEFAULTS,
    threads: 2,
    seed: 1,
    ...(vectorsOnly && { parts: { map: false, languageModel: false } }),
  };
  const context = {
    kernels,
    signal: controller.signal,
    directory: join(root, directory),
    script: new URL('compute-thread.mjs', DISTRIBUTION),
    events: { progress: () => undefined, log: () => undefined },
  };
  const reading = await readFolders(request, context, { tokenFile: tokenFile.descriptor, threads: 2 });
  then(() => controller.abort());
  await reading?.kept;
  tokenFile.close();
  return reading;
}

const said = ({ corpus: { words, counts, documents }, paths, report }: Reading) => ({
  words,
  counts: [...counts],
  documents: [...documents],
  paths,
  report,
});

test('what was read is kept once it is handed on, and read from there the next time', async () => {
  const first = (await read('model'))!;
  assert.ok(first.report.words > 800_000);
  assert.deepEqual(await readdir(join(root, 'model')), ['tokens.cache']);
  const second = (await read('model'))!;
  assert.deepEqual(said(second), said(first));
  assert.deepEqual(second.corpus.tokens, first.corpus.tokens);
  // the cache was written while the text lay in the token file
  await rm(join(root, 'model', 'tokens.cache'));
  await read('model', true);
  const third = (await read('model'))!;
  assert.deepEqual(said(third), said(first));
  assert.deepEqual(third.corpus.tokens, first.corpus.tokens);
});

test('a training that is cancelled while the text is kept leaves a whole cache, or none', async () => {
  const whole = (await read('model'))!;
  const cancelled = await read('cancelled', false, (abort) => abort());
  assert.ok(cancelled);
  const left = await readdir(join(root, 'cancelled'));
  assert.deepEqual(
    left.filter((name) => name !== 'tokens.cache'),
    [],
  );
  assert.deepEqual(said((await read('cancelled'))!), said(whole));
});
