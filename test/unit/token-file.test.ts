import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadKernel } from '../../src/engine/kernels.ts';
import { openTokenFile, TokenFile, tokensOf } from '../../src/engine/reading/spill-file.ts';
import { CorpusBuilder } from '../../src/text/corpus.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

const kernel = await loadKernel(DISTRIBUTION, 'text');

let root: string;
before(async () => (root = await mkdtemp(join(tmpdir(), 'token-file-'))));
after(() => rm(root, { recursive: true, force: true }));

test('what one part of the process appends, another reads by the same descriptor, wherever it begins', () => {
  const { descriptor, close } = openTokenFile(join(root, 'new'));
  const writer = new TokenFile(descriptor);
  const ids = Int32Array.from({ length: 100_000 }, (_, i) => Math.imul(i, 0x9e3779b1));
  for (const [from, to] of [
    [0, 10],
    [10, 60_000],
    [60_000, 100_000],
  ])
    writer.append(ids.subarray(from, to));
  const reader = new TokenFile(descriptor);
  for (const [first, count] of [
    [0, 5],
    [9, 70_000],
    [99_999, 1],
    [50_000, 0],
  ] as const) {
    const into = new Int32Array(count);
    reader.read(first, into);
    assert.deepEqual(into, ids.slice(first, first + count));
  }
  assert.throws(() => reader.read(99_990, new Int32Array(11)), /ends at byte 400000/);
  close();
});

test('nothing is left in the folder, and where the system allows it there is nothing to leave', async () => {
  const folder = join(root, 'left');
  const { descriptor, close } = openTokenFile(folder);
  new TokenFile(descriptor).append(Int32Array.of(1, 2, 3));
  if (process.platform !== 'win32') assert.deepEqual(await readdir(folder), []);
  close();
  assert.deepEqual(await readdir(folder), []);
  assert.throws(() => new TokenFile(descriptor).append(Int32Array.of(1)), /EBADF/);
});

test('a text that went on in the file is read whole', () => {
  const { descriptor, close } = openTokenFile(join(root, 'text'));
  const text = `${'one two. three '.repeat(400_000)}four`;
  const whole = new CorpusBuilder(kernel);
  whole.addDocument(text);
  const expected = whole.finish();
  const parted = new CorpusBuilder(kernel, new TokenFile(descriptor), { memory: 2 ** 20 });
  parted.addDocument(text);
  const corpus = parted.finish();
  assert.equal(corpus.tokens.length, 2 ** 20);
  for (const source of [tokensOf(corpus, descriptor), tokensOf(expected, descriptor)]) {
    assert.equal(source.length, expected.tokens.length);
    for (let first = 0; first < source.length; first += 16_384)
      assert.deepEqual(source.read(first, 16_384).slice(), expected.tokens.slice(first, first + 16_384));
  }
  close();
});
