import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { loadKernel } from '../../src/engine/kernels.ts';
import type { ReadCorpus } from '../../src/engine/reading/read-corpus.ts';
import { openTokenFile, tokensOf } from '../../src/engine/reading/spill-file.ts';
import { forVectorsOnly } from '../../src/engine/reading/vectors-only.ts';
import { CorpusBuilder } from '../../src/text/corpus.ts';
import { PRUNED } from '../../src/text/vocabulary.ts';
import { WORD2VEC_DEFAULTS } from '../../src/word2vec/options.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

const kernel = await loadKernel(DISTRIBUTION, 'text');

/**
 * A text whose word `n` appears n times: rare and frequent ones mixed, longer than a block of the
 * file.
 */
function read(): ReadCorpus {
  const builder = new CorpusBuilder(kernel);
  for (let part = 0; part < 3; part++) {
    const words = Array.from({ length: 40 }, (_, n) => `word${n} `.repeat(part ? n : 1)).join('');
    builder.addDocument(`${words}. ${'often '.repeat(400_000)}`);
  }
  const corpus = builder.finish();
  return { corpus, paths: [], report: { words: corpus.wordCount } } as unknown as ReadCorpus;
}

test('a text for word vectors alone waits in a file, without the words that are too rare for one', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'lexiscope-vectors-only-'));
  const { descriptor, close } = openTokenFile(directory);
  try {
    const whole = read();
    const { corpus } = forVectorsOnly(whole, { ...WORD2VEC_DEFAULTS, minCount: 11 }, descriptor);
    const kept = whole.corpus.counts.findIndex((count) => count < 11);
    assert.ok(kept > 20 && kept < 41, `${kept} words`);
    assert.deepEqual(corpus.words, whole.corpus.words.slice(0, kept));
    assert.deepEqual(corpus.counts, whole.corpus.counts.slice(0, kept));
    assert.equal(corpus.tokens.length, 0);
    const source = tokensOf(corpus, descriptor);
    assert.equal(source.length, whole.corpus.tokens.length);
    const expected = whole.corpus.tokens.map((id) => (id < kept ? id : PRUNED));
    assert.ok(expected.includes(PRUNED) && expected.includes(-1));
    for (const [first, count] of [
      [0, source.length],
      [3, 5],
      [source.length - 4, 10],
    ] as const) {
      assert.deepEqual(Int32Array.from(source.read(first, count)), expected.slice(first, first + count));
    }
  } finally {
    close();
    await rm(directory, { recursive: true });
  }
});
