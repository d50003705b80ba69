// Word vectors and their neighbours as a digest, for a process with V8's flag and one without it
// (revectorized.test.ts).

import { createHash } from 'node:crypto';
import { loadKernels } from '../../src/engine/kernels.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import { MemoryTokens } from '../../src/text/tokens.ts';
import { createWord2vecJob } from '../../src/word2vec/create-job.ts';
import { word2vecResult } from '../../src/word2vec/matrices.ts';
import { WORD2VEC_DEFAULTS } from '../../src/word2vec/options.ts';
import { SimilarityIndex } from '../../src/word2vec/similarity-index.ts';
import { Word2vecThread } from '../../src/word2vec/training.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

const [TOKENS, WORDS, SIZE] = [150_000, 2000, 100];
const kernels = await loadKernels(DISTRIBUTION);
const random = mulberry32(1);
const words = Array.from({ length: TOKENS }, (_, at) => (at % 25 === 24 ? -1 : Math.floor(WORDS ** random()) - 1));
const counts = new Float64Array(WORDS);
for (const word of words) if (word >= 0) counts[word]!++;
const order = Array.from(counts.keys())
  .filter((word) => counts[word]! > 0)
  .sort((a, b) => counts[b]! - counts[a]!);
const ranks = new Map(order.map((word, rank) => [word, rank]));
const text = new MemoryTokens(Int32Array.from(words, (word) => ranks.get(word) ?? -1));

const hash = createHash('sha256');
for (const options of [{}, { algorithm: 'cbow' }, { hierarchicalSoftmax: true, negative: 0 }] as const) {
  const job = createWord2vecJob(kernels.word2vec, {
    text,
    counts: Float64Array.from(order, (word) => counts[word]!),
    options: { ...WORD2VEC_DEFAULTS, vectorSize: SIZE, minCount: 1, epochs: 3, ...options },
    threads: 1,
    seed: 1,
  });
  const thread = new Word2vecThread(job, 0, text);
  while (thread.step());
  const { input } = word2vecResult(job);
  hash.update(new Uint8Array(input.buffer, input.byteOffset, input.byteLength));
  const index = new SimilarityIndex(kernels.similarity, input, order.length, SIZE);
  while (index.step());
  for (let row = 0; row < 400; row++) {
    hash.update(JSON.stringify(index.nearest(input.subarray(row * SIZE, (row + 1) * SIZE), 10, new Set())));
  }
}
console.log(hash.digest('hex'));
