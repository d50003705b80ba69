// What the embedding of a language model begins as: Skip-gram vectors, trained in seconds on the very tokens that the model
// learns from, words or byte pairs. The held-out text takes no part.

import * as l10n from '@vscode/l10n';
import type { LanguageModelJob } from '../../language-model/training/job.ts';
import type { StartVectors } from '../../language-model/network/parameters.ts';
import { END_OF_SENTENCE, FIRST_WORD } from '../../language-model/token-ids.ts';
import { MemoryTokens } from '../../text/tokens.ts';
import { WORD2VEC_DEFAULTS } from '../../word2vec/options.ts';
import { createWord2vecJob } from '../../word2vec/create-job.ts';
import { word2vecResult } from '../../word2vec/matrices.ts';
import { runTasks } from '../compute-tasks.ts';
import type { RunContext } from '../run-context.ts';

/** Passes over the text are so many that about these tokens are read, MOST_PASSES at most. */
const TOKENS = 8_000_000;
const MOST_PASSES = 10;

/** Row r is of token FIRST_WORD + r, zeros where it is not in the text. Null where it was cancelled. */
export async function trainStartVectors(
  { trainingText, sizes, threads, seed }: Pick<LanguageModelJob, 'trainingText' | 'sizes' | 'threads' | 'seed'>,
  { kernels, script, signal, events }: Pick<RunContext, 'kernels' | 'script' | 'signal' | 'events'>,
): Promise<StartVectors | null> {
  const begun = performance.now();
  const { vocabulary, embeddingSize: vectorSize } = sizes;
  const counts = new Float64Array(vocabulary);
  for (const token of trainingText) counts[token]!++;
  counts[END_OF_SENTENCE] = 0;
  const order = Array.from(counts.keys())
    .filter((token) => counts[token]! > 0)
    .sort((a, b) => counts[b]! - counts[a]! || a - b);
  const ranks = new Int32Array(vocabulary).fill(-1); // ends of sentences part the windows
  for (const [rank, token] of order.entries()) ranks[token] = rank;
  const data = new Float32Array((vocabulary - FIRST_WORD) * vectorSize);
  if (order.length < 2) return { size: vectorSize, data }; // nothing to tell apart
  const tokens = new Int32Array(new SharedArrayBuffer(trainingText.byteLength));
  for (const [at, token] of trainingText.entries()) tokens[at] = ranks[token]!;
  const epochs = Math.min(MOST_PASSES, Math.ceil(TOKENS / tokens.length));
  const job = createWord2vecJob(kernels.word2vec, {
    text: new MemoryTokens(tokens),
    counts: Float64Array.from(order, (token) => counts[token]!),
    // so that the language model's bits do not depend on the threads
    options: { ...WORD2VEC_DEFAULTS, vectorSize, minCount: 1, epochs, deterministic: true },
    threads,
    seed,
  });
  const corpus = { tokens, spilled: null };
  const tasks = Array.from({ length: job.threads }, (_, thread) => {
    return { kind: 'word2vec' as const, job, thread, corpus, tokenFile: -1 };
  });
  if (!(await runTasks(tasks, { script, signal }))) return null;
  const { input } = word2vecResult(job);
  for (const [rank, token] of order.entries()) {
    if (token < FIRST_WORD) continue;
    data.set(input.subarray(rank * vectorSize, (rank + 1) * vectorSize), (token - FIRST_WORD) * vectorSize);
  }
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  events.log('info', l10n.t('Language model: Skip-gram vectors of its tokens, to begin with, in {0} s', seconds));
  return { size: vectorSize, data };
}
