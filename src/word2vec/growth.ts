// Whether the vectors of a training are to be trusted: what has grown too long, where the loss
// rose, what chance would give.

import { overflow, type Word2vecJob, word2vecProgress } from './job.ts';

/**
 * No number of a healthy training is larger; those of gensim stay below 7 on texts that only repeat
 * words.
 */
const LARGEST_NUMBER = 50;
/** A loss that rises so much over two passes, while the learning rate falls, is no noise. */
const RISE = 1.05;
/** Words that are named at most. */
const MOST_WORDS = 5;

export interface Growth {
  /** The largest number of the input vectors, by size. */
  largest: number;
  /** Ids of the words that have a number beyond 50, the largest first; at most 5. */
  longest: number[];
  /**
   * The first pass, from 1, after which the loss was 5 % above that of two passes before; 0: none.
   */
  roseAt: number;
}

/**
 * Throws a RangeError where a training's vectors are of no use: a number is not finite, or the loss
 * of the last pass is above that of chance, where every score is 0.
 */
export function assertLearned(job: Word2vecJob): void {
  const { memory, layout, vocabulary, buckets } = job;
  for (const [ptr, bytes] of [
    [layout.inputPtr, vocabulary * layout.rowStride],
    [layout.ngramsPtr, buckets * layout.ngramStride],
  ] as const) {
    let sum = 0; // of numbers times 0: NaN as soon as one of them is not finite
    for (const value of new Float32Array(memory.buffer, ptr, bytes / 4)) sum += value * 0;
    if (sum !== 0) throw overflow(job);
  }
  const last = word2vecProgress(job).lossByEpoch.at(-1)!;
  if (last > job.chanceLoss) throw overflow(job);
}

/**
 * What a training that is done should be looked at for. Call it before `word2vecResult`, which
 * moves the rows.
 */
export function growthOf(job: Word2vecJob): Growth {
  const { memory, layout, vocabulary, options } = job;
  const floats = new Float32Array(memory.buffer, layout.inputPtr, (vocabulary * layout.rowStride) / 4);
  let largest = 0;
  const long: { word: number; size: number }[] = [];
  for (let word = 0; word < vocabulary; word++) {
    const first = (word * layout.rowStride) / 4;
    let size = 0;
    for (let d = 0; d < options.vectorSize; d++) size = Math.max(size, Math.abs(floats[first + d]!));
    if (size > LARGEST_NUMBER) long.push({ word, size });
    largest = Math.max(largest, size);
  }
  const losses = word2vecProgress(job).lossByEpoch;
  const falls = options.minAlpha < options.alpha;
  return {
    largest,
    longest: long
      .sort((a, b) => b.size - a.size)
      .slice(0, MOST_WORDS)
      .map(({ word }) => word),
    roseAt: falls ? losses.findIndex((loss, epoch) => epoch > 1 && loss > RISE * losses[epoch - 2]!) + 1 : 0,
  };
}
