// The word vectors of a training: new or continued, with checkpoints while they are trained.

import * as l10n from '@vscode/l10n';
import type { EngineEvents, TrainRequest } from '../../protocol/engine.ts';
import type { Corpus } from '../../text/corpus.ts';
import { keywordFactors } from '../../text/keywords.ts';
import type { TextOptions } from '../../text/options.ts';
import { isParticle } from '../../text/particles.ts';
import type { TokenSource } from '../../text/tokens.ts';
import {
  areThreadsPaused,
  checkpointOf,
  pauseThreads,
  resumeThreads,
  type Word2vecCheckpoint,
} from '../../word2vec/checkpoint.ts';
import { createWord2vecJob } from '../../word2vec/create-job.ts';
import { assertLearned, type Growth, growthOf } from '../../word2vec/growth.ts';
import { hasOverflowed, smallerRate, word2vecProgress } from '../../word2vec/job.ts';
import { type InitialVectors, word2vecResult, type Word2vecVectors } from '../../word2vec/matrices.ts';
import { resolveWord2vecOptions, type Word2vecOptions } from '../../word2vec/options.ts';
import { runTasks } from '../compute-tasks.ts';
import type { StoredModel } from '../model/stored-model.ts';
import type { ReadCorpus } from '../reading/read-corpus.ts';
import { tokensOf } from '../reading/spill-file.ts';
import type { RunContext } from '../run-context.ts';
import { fingerprint, hasCheckpoint, loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { CheckpointSaver } from './checkpoint-saver.ts';

export interface TrainedWordVectors {
  options: Word2vecOptions;
  /**
   * Of the words that have a vector, in the order of the rows: those of the text by count, then
   * those kept of the model before.
   */
  words: string[];
  counts: Float64Array;
  /** How many of them are in the text. */
  inText: number;
  vectors: Word2vecVectors;
  /** Mean loss of a pair by epoch, of those in which a pair was measured. */
  losses: number[];
  /** How much had been done already, 0 to 1, where they went on from a checkpoint. */
  resumedAt?: number;
}

/**
 * Trains on the text that was read; null where it was cancelled. `before`: the model that is
 * continued.
 */
export async function trainWordVectors(
  request: TrainRequest,
  { corpus, paths, report }: ReadCorpus,
  tokenFile: number,
  before: StoredModel | null,
  threads: number,
  context: RunContext,
  tell: (read: () => [done: number, total: number]) => () => void,
): Promise<TrainedWordVectors | null> {
  const { kernels, script, signal, events, directory, checkpointInterval } = context;
  const wanted = before ? sizeOf(before, request.word2vec) : request.word2vec;
  const options = resolveWord2vecOptions(wanted, report.words);
  const { words, counts } = corpus;
  if ((counts[1] ?? 0) < options.minCount) {
    throw new Error(
      report.limitProblem ??
        l10n.t(
          'No two words appear at least {0} times (files read: {1}). Open a folder with more text, or lower {2}.',
          options.minCount,
          report.files,
          'lexiscope.word2vec.minCount',
        ),
    );
  }
  const source = tokensOf(corpus, tokenFile);
  if (!hasPair(source, counts, options.minCount)) {
    throw new Error(
      l10n.t(
        'No two words that appear at least {0} times stand in one sentence (files read: {1}), so that there is nothing to learn from: a list is no running text. Open a folder with sentences, or lower {2}. A model that was there is kept.',
        options.minCount,
        report.files,
        'lexiscope.word2vec.minCount',
      ),
    );
  }
  const keepFactors = keepFactorsOf(corpus, corpus.partsAt ?? source.length, paths, request.text);
  const decides = {
    options: { ...options, epochFactor: undefined }, // the number of epochs is there
    keepFactors: [...keepFactors],
    seed: request.seed,
    before: before?.summary.trained,
    threads: options.deterministic || threads,
  };
  // hashing a large text takes a second: only where it is needed
  let training: string | null = null;
  const checkpoint = (await hasCheckpoint(directory, 'wordVectors'))
    ? await loadWordVectors(directory, (training = await fingerprint(corpus, source, decides)))
    : null;
  const job = createWord2vecJob(kernels.word2vec, {
    text: source,
    counts,
    words,
    keepFactors,
    options,
    threads,
    seed: request.seed,
    ...(before && { initial: initialVectors(before, words) }),
    ...(checkpoint && { checkpoint }),
  });
  let resumedAt: number | undefined;
  if (checkpoint) {
    const { words: done, total } = word2vecProgress(job);
    resumedAt = done / total;
    events.log('info', l10n.t('Word vectors: goes on from a checkpoint at {0} %', (100 * resumedAt).toFixed(0)));
  }

  const stopTelling = tell(() => {
    const { words: done, total } = word2vecProgress(job);
    return [done, total];
  });
  let made: Word2vecCheckpoint | undefined;
  const save = async (): Promise<void> => {
    training ??= await fingerprint(corpus, source, decides);
    made = checkpointOf(job, made);
    resumeThreads(job);
    const { words: done, total } = word2vecProgress(job);
    await saveWordVectors(directory, training, made, options.vectorSize, done / total);
  };
  const saver = new CheckpointSaver(checkpointInterval, async (wait) => {
    pauseThreads(job);
    try {
      if (await wait(() => areThreadsPaused(job) || null)) await save();
    } finally {
      resumeThreads(job);
    }
  });
  const notSaved = (error: Error): void => events.log('warn', l10n.t('No checkpoint was written: {0}', error.message));
  const orTooLarge = (error: unknown): never => {
    throw hasOverflowed(job) ? tooLarge(options.alpha) : error;
  };
  saver.start(notSaved);
  const run = await runTasks(
    Array.from({ length: job.threads }, (_, thread) => ({
      kind: 'word2vec' as const,
      job,
      thread,
      corpus: { tokens: corpus.tokens, spilled: corpus.spilled },
      tokenFile,
    })),
    { script, signal },
  )
    .finally(async () => {
      stopTelling();
      await saver.stop();
    })
    .catch(orTooLarge);
  if (!run) return null;
  try {
    assertLearned(job);
  } catch (error) {
    orTooLarge(error);
  }
  if (saver.saved > 0 && request.parts?.languageModel !== false) {
    // they took long: not to be trained again where the language model is broken off
    pauseThreads(job);
    await save().catch(notSaved);
  }
  // of epochs with pairs
  const lossByEpoch = word2vecProgress(job).lossByEpoch.filter((loss) => !Number.isNaN(loss));
  if (lossByEpoch.length === 0) {
    throw new Error(
      l10n.t(
        'No pair of words was left to learn from: with the setting lexiscope.word2vec.sample at {0}, frequent words are left out, and in this text that is all of them. Set it to 0. A model that was there is kept.',
        options.sample,
      ),
    );
  }
  warnOfGrowth(growthOf(job), lossByEpoch, events);
  const vectors = word2vecResult(job);
  events.log(
    'info',
    l10n.t(
      'Word vectors: {0} words, mean loss of a pair by epoch {1}',
      vectors.vocabulary,
      lossByEpoch.map((loss) => loss.toFixed(4)).join(', '),
    ),
  );
  const trained = {
    options,
    words: words.slice(0, vectors.vocabulary),
    counts: counts.slice(0, vectors.vocabulary),
    inText: vectors.vocabulary,
    vectors,
    losses: lossByEpoch,
    ...(resumedAt !== undefined && { resumedAt }),
  };
  return before ? withWordsBefore(trained, before) : trained;
}

/** Tokens that are looked at together. */
const STEP = 1 << 16;

/**
 * Whether two words that have vectors follow each other in a sentence; of most texts the first two
 * tokens tell.
 */
function hasPair(source: TokenSource, counts: Float64Array, minCount: number): boolean {
  let vocabulary = counts.length;
  while (vocabulary > 0 && counts[vocabulary - 1]! < minCount) vocabulary--;
  let isOpen = false;
  for (let first = 0; first < source.length; first += STEP) {
    for (const id of source.read(first, STEP)) {
      if (id >= vocabulary) continue; // windows go over rare words
      if (id >= 0 && isOpen) return true;
      isOpen = id >= 0;
    }
  }
  return false;
}

function tooLarge(alpha: number): Error {
  return new Error(
    l10n.t(
      'The word vectors grew beyond all bounds: the learning rate {0} (word2vec.alpha) is too large. Training was stopped, and a model that was there is kept. Train with a smaller one, such as {1}.',
      alpha,
      smallerRate(alpha),
    ),
  );
}

/**
 * Says in the log what is suspicious about vectors that were trained; words by their rank, as no
 * text is logged.
 */
function warnOfGrowth({ largest, longest, roseAt }: Growth, losses: readonly number[], events: EngineEvents): void {
  if (longest.length) {
    events.log(
      'warn',
      l10n.t(
        'Word vectors: a number has grown to {0}; the longest vectors are those of the words of rank {1}. A smaller learning rate (word2vec.alpha) keeps them shorter.',
        largest.toFixed(1),
        longest.map((word) => word + 1).join(', '),
      ),
    );
  }
  if (roseAt) {
    events.log(
      'warn',
      l10n.t(
        'Word vectors: the mean loss rose from {0} in pass {1} to {2} in pass {3}. A smaller learning rate (word2vec.alpha) may help.',
        losses[roseAt - 3]!.toFixed(4),
        roseAt - 2,
        losses[roseAt - 1]!.toFixed(4),
        roseAt,
      ),
    );
  }
}

/**
 * Particles that were separated from their words, which would fill the windows: of each occurrence
 * this share counts.
 */
const PARTICLE_SHARE = 0.02;

/**
 * Of words that the windows are to hold more rarely than they are met: their ids, and how often
 * they are kept, 0 to 1.
 */
function keepFactorsOf(
  { words, documents }: Corpus,
  length: number,
  paths: readonly string[],
  { particles, keywords }: TextOptions,
): Map<number, number> {
  const factors = new Map<number, number>();
  const ofKeywords = keywords === 'downWeight' ? keywordFactors(paths, documents, length) : null;
  if (particles !== 'separate' && !ofKeywords) return factors;
  words.forEach((word, id) => {
    const factor = particles === 'separate' && isParticle(word) ? PARTICLE_SHARE : ofKeywords?.get(word);
    if (factor !== undefined) factors.set(id, factor);
  });
  return factors;
}

async function saveWordVectors(
  directory: string,
  training: string,
  { matrices, losses, ...numbers }: Word2vecCheckpoint,
  vectorSize: number,
  fraction: number,
): Promise<void> {
  const tensors = Object.fromEntries(
    Object.entries(matrices).map(([name, data]) => [name, { shape: [data.length / vectorSize, vectorSize], data }]),
  );
  const state = { ...numbers, losses: Array.from(losses) };
  await saveCheckpoint(directory, 'wordVectors', training, { tensors, state }, fraction);
}

async function loadWordVectors(directory: string, training: string): Promise<Word2vecCheckpoint | null> {
  const stored = await loadCheckpoint(directory, 'wordVectors', training);
  if (!stored) return null;
  const { losses, ...numbers } = stored.state as Omit<Word2vecCheckpoint, 'losses' | 'matrices'> & { losses: number[] };
  const matrices = Object.fromEntries(Object.entries(stored.tensors).map(([name, { data }]) => [name, data]));
  return { ...numbers, losses: Float64Array.from(losses), matrices };
}

/** The options with the size of the stored vectors; throws where another was asked for. */
function sizeOf({ summary }: StoredModel, options: Word2vecOptions): Word2vecOptions {
  if (options.vectorSize && options.vectorSize !== summary.vectorSize) {
    throw new Error(
      l10n.t(
        'The stored vectors have {0} numbers and the setting lexiscope.word2vec.vectorSize is {1}. Set it to {0} or to 0, or train anew.',
        summary.vectorSize,
        options.vectorSize,
      ),
    );
  }
  return { ...options, vectorSize: summary.vectorSize };
}

function initialVectors(
  { summary, options, words: known, vectors }: StoredModel,
  words: readonly string[],
): InitialVectors {
  const places = new Map(known.slice(0, summary.vocabulary).map((word, row) => [word, row]));
  return {
    rows: Int32Array.from(words, (word) => places.get(word) ?? -1),
    input: vectors['input']!.data,
    output: vectors['output']?.data,
    // those of fastText count Hangul otherwise, and are not the vectors of words here
    ngrams: options.ngrams ? undefined : vectors['ngrams']?.data,
  };
}

/** Puts the words that are no longer in the text behind the others, with the vectors they had. */
function withWordsBefore(trained: TrainedWordVectors, before: StoredModel): TrainedWordVectors {
  const { vectorSize, vocabulary } = trained.vectors;
  const inText = new Set(trained.words);
  const rows = before.words
    .slice(0, before.summary.vocabulary)
    .map((word, row) => ({ word, row }))
    .filter(({ word }) => !inText.has(word));
  const extended = (name: 'input' | 'output', matrix: Float32Array): Float32Array => {
    const all = new Float32Array((vocabulary + rows.length) * vectorSize);
    all.set(matrix);
    const old = before.vectors[name]?.data;
    rows.forEach(({ row }, at) => {
      if (old) all.set(old.subarray(row * vectorSize, (row + 1) * vectorSize), (vocabulary + at) * vectorSize);
    });
    return all;
  };
  const counts = new Float64Array(vocabulary + rows.length); // the others are not in the text: 0
  counts.set(trained.counts);
  const { input, output } = trained.vectors;
  return {
    ...trained,
    words: [...trained.words, ...rows.map(({ word }) => word)],
    counts,
    vectors: {
      ...trained.vectors,
      vocabulary: vocabulary + rows.length,
      input: extended('input', input),
      ...(output && { output: extended('output', output) }),
    },
  };
}
