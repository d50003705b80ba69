// A training between two chunks: its threads wait, what they have done is copied, and another
// training goes on from there.

import { CHUNK_FIELDS, CONTROL, PROGRESS, PROGRESS_FIELDS, type Word2vecJob, word2vecProgress } from './job.ts';
import { type Matrices, matricesOf, putMatrices } from './matrices.ts';

/** A training between two chunks: `checkpointOf` makes it, `createWord2vecJob` goes on from it. */
export interface Word2vecCheckpoint {
  /** Chunks that are done, over all epochs. */
  chunk: number;
  /** Words and pairs trained so far. */
  words: number;
  pairs: number;
  /** (epochs, 2) */
  losses: Float64Array;
  matrices: Matrices;
}

/**
 * Asks the threads to wait before a chunk that none of them has begun. They go on after
 * `resumeThreads`.
 */
export function pauseThreads({ control }: Word2vecJob): void {
  Atomics.store(control, CONTROL.pauseAt, Atomics.load(control, CONTROL.taken) + 2);
}

/** Whether every thread waits or is done: the vectors then stand still. */
export function areThreadsPaused({ control, threads }: Word2vecJob): boolean {
  return Atomics.load(control, CONTROL.paused) >= threads;
}

export function resumeThreads({ control }: Word2vecJob): void {
  Atomics.store(control, CONTROL.pauseAt, -1);
  Atomics.notify(control, CONTROL.pauseAt);
}

/**
 * Where a training stands while its threads are paused. The matrices are copies, in the place of
 * those of an earlier checkpoint where it is given.
 */
export function checkpointOf(job: Word2vecJob, earlier?: Word2vecCheckpoint): Word2vecCheckpoint {
  const { control, chunks, losses, options } = job;
  const { words, pairs } = word2vecProgress(job);
  const counted = options.deterministic ? 1 : job.threads;
  const perEpoch = new Float64Array(2 * options.epochs);
  for (let at = 0; at < perEpoch.length * counted; at++) perEpoch[at % perEpoch.length]! += losses[at]!;
  const all = (chunks.length / CHUNK_FIELDS) * options.epochs;
  return {
    chunk: Math.min(all, Atomics.load(control, CONTROL.pauseAt)),
    words,
    pairs,
    losses: perEpoch,
    matrices: matricesOf(job, earlier?.matrices),
  };
}

/**
 * Puts a job that was just made where a checkpoint stands. Throws a RangeError where that does not
 * fit.
 */
export function putCheckpoint(job: Word2vecJob, { chunk, words, pairs, losses, matrices }: Word2vecCheckpoint): void {
  Atomics.store(job.control, CONTROL.taken, chunk);
  const counted = job.options.deterministic ? job.threads : 1;
  for (let thread = 0; thread < counted; thread++) {
    job.progress[thread * PROGRESS_FIELDS + PROGRESS.words] = words;
    job.progress[thread * PROGRESS_FIELDS + PROGRESS.pairs] = pairs;
    job.losses.set(losses, thread * losses.length);
  }
  putMatrices(job, matrices);
}
