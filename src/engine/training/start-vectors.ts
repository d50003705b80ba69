// What the embedding of a language model begins as: Skip-gram vectors, trained in seconds on the
// very tokens that the model learns from, words or byte pairs. The held-out text takes no part.

import * as l10n from '@vscode/l10n';
import type { StartVectors } from '../../language-model/network/parameters.ts';
import { END_OF_SENTENCE, FIRST_WORD } from '../../language-model/token-ids.ts';
import type { LanguageModelJob } from '../../language-model/training/job.ts';
import { MemoryTokens } from '../../text/tokens.ts';
import { createWord2vecJob } from '../../word2vec/create-job.ts';
import { word2vecResult } from '../../word2vec/matrices.ts';
import { WORD2VEC_DEFAULTS } from '../../word2vec/options.ts';
import { runTasks } from '../compute-tasks.ts';
import { learningSentence } from '../learning-problems.ts';
import type { RunContext } from '../run-context.ts';

/** Passes over the text are so many that about these tokens are read, MOST_PASSES at most. */
const TOKENS = 8_000_000;
const MOST_PASSES = 10;

/** Vectors with a larger number have grown out of hand: they would tell nothing but that. */
const LARGEST = 50;

/**
 * Row r is of token FIRST_WORD + r, zeros where it is not in the text, and everywhere if the
 * vectors failed: the embedding then begins as it was drawn, and the log has one line. Null if it
 * was cancelled. Throws one sentence if they failed and the embedding is to stay as they are.
 */
export async function trainStartVectors(
  job: Pick<LanguageModelJob, 'trainingText' | 'sizes' | 'threads' | 'seed'>,
  context: Pick<RunContext, 'kernels' | 'script' | 'signal' | 'events'>,
): Promise<StartVectors | null> {
  const { embeddingSize: size, vocabulary, freezeEmbedding } = job.sizes;
  const begun = performance.now();
  try {
    const data = await train(job, context);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    if (data) {
      context.events.log(
        'info',
        l10n.t('Language model: Skip-gram vectors of its tokens, to begin with, in {0} s', seconds),
      );
    }
    return data && { size, data };
  } catch (error) {
    const message = learningSentence(error);
    if (freezeEmbedding) {
      throw new Error(
        l10n.t(
          'The Skip-gram vectors that lexiscope.languageModel.freezeEmbedding keeps could not be learned ({0}); switch it off',
          message,
        ),
        { cause: error },
      );
    }
    context.events.log(
      'warn',
      l10n.t('Language model: no Skip-gram vectors to begin with, so its embedding begins at random: {0}', message),
    );
    return { size, data: new Float32Array((vocabulary - FIRST_WORD) * size) };
  }
}

/** The rows; null if it was cancelled. Throws if they are no vectors. */
async function train(
  { trainingText, sizes, threads, seed }: Pick<LanguageModelJob, 'trainingText' | 'sizes' | 'threads' | 'seed'>,
  { kernels, script, signal }: Pick<RunContext, 'kernels' | 'script' | 'signal'>,
): Promise<Float32Array | null> {
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
  if (order.length < 2) return data; // nothing to tell apart
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
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!(largest <= LARGEST)) throw new Error(l10n.t('their largest number is {0}', Number(largest.toPrecision(3))));
  return data;
}
