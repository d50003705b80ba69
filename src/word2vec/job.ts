// One training of word2vec as its threads share it: the job, a plain object over shared memory that
// is cloned to every thread, and how far it is. create-job.ts makes it, training.ts trains it,
// checkpoint.ts stops and resumes it, matrices.ts takes the vectors out.

import type { Word2vecOptions } from './options.ts';
import { Word2vecError } from './problems.ts';

/**
 * Tokens of a chunk, and how many more it may take to end with a sentence. Longer sentences are
 * cut, as gensim cuts at 10,000.
 */
export const CHUNK_TOKENS = 16_384;
export const SENTENCE_TOKENS = 10_000;

/**
 * A running text that is read in ranges: word ids, 0 for the most frequent word, -1 between
 * sentences.
 */
export interface Text {
  /** Tokens. */
  readonly length: number;
  /**
   * The tokens [first, first + count), as many of them as there are; they are not kept after the
   * next call.
   */
  read(first: number, count: number): Int32Array;
}

/**
 * What one training shares between its threads. It survives a structured clone; the memory is
 * shared, not copied.
 */
export interface Word2vecJob {
  kernel: WebAssembly.Module;
  memory: WebAssembly.Memory;
  options: Word2vecOptions;
  seed: number;
  /** That train; a deterministic training may have a use for fewer than were offered. */
  threads: number;
  /** V, words that have a vector. */
  vocabulary: number;
  /** Rows of n-grams; 0 without subwords. */
  buckets: number;
  /** Tokens of the text, without breaks. */
  words: number;
  /**
   * (chunks, 4), i32: first token, number of tokens, number of words among them and before them.
   */
  chunks: Int32Array<SharedArrayBuffer>;
  /** i32, see CONTROL. */
  control: Int32Array<SharedArrayBuffer>;
  /** (threads, 8), f64: see PROGRESS. */
  progress: Float64Array<SharedArrayBuffer>;
  /** (threads, epochs, 2), f64: sum of the measured losses of each epoch and their number. */
  losses: Float64Array<SharedArrayBuffer>;
  /** Mean loss of a pair where every score is 0, as at the beginning. */
  chanceLoss: number;
  /** Chunks that were done when the job was made, over all epochs. */
  firstChunk: number;
  layout: Layout;
}

/** Byte offsets into the job's memory, multiples of 64. */
export interface Layout {
  settingsPtr: number;
  /**
   * (V, matrices, D), f32: the rows of a word lie side by side, as they are used within a few
   * positions of each other and share a page of memory. Rows are padded to whole cache lines.
   */
  inputPtr: number;
  outputPtr: number;
  treePtr: number;
  rowStride: number;
  /** (buckets, D), f32, rows `ngramStride` bytes apart. */
  ngramsPtr: number;
  ngramStride: number;
  /** (V + 1), u32: where the pointers to a word's rows begin. */
  subwordsPtr: number;
  /** (chunk), i32, of each thread: the tokens it trains. */
  textsPtr: number;
  textStride: number;
  /** One block for each thread, `threadStride` bytes apart. */
  threadsPtr: number;
  threadStride: number;
}

/**
 * Fields of a job's control words, each in a cache line of its own: chunks taken so far, over all
 * epochs; the chunk before which threads wait, or -1; threads that wait there or are done; whether
 * a number was met that is not finite.
 */
export const CONTROL = { taken: 0, pauseAt: 16, paused: 32, overflowed: 48 } as const;
export const CONTROL_FIELDS = 64;
/** Fields of a thread's progress. */
export const PROGRESS = { words: 0, lossSum: 1, lossPairs: 2, pairs: 3 } as const;
export const PROGRESS_FIELDS = 8;
export const CHUNK_FIELDS = 4;

const USUAL_RATE = 0.025;

// ---- Progress ----

export interface Word2vecProgress {
  /** Trained so far, over all epochs; every token of the text counts, dropped ones too. */
  words: number;
  /** Tokens of the text times epochs. */
  total: number;
  /**
   * Mean over the recent pairs of what the outputs' logistic losses add up to; 0 before the first.
   */
  loss: number;
  /** The same over each whole epoch, in double precision; NaN for epochs that are not begun. */
  lossByEpoch: number[];
  /**
   * Trained so far: of a word and a context word (Skip-gram), of a word and its whole context
   * (CBOW).
   */
  pairs: number;
}

/** How far a training is. Cheap; may be called from any thread at any time. */
export function word2vecProgress({ options, words, progress, losses, threads }: Word2vecJob): Word2vecProgress {
  // threads that train together do all the same
  const counted = options.deterministic ? 1 : threads;
  const sum = (values: Float64Array, field: number, fields: number): number => {
    let total = 0;
    for (let thread = 0; thread < counted; thread++) total += values[thread * fields + field]!;
    return total;
  };
  const lossPairs = sum(progress, PROGRESS.lossPairs, PROGRESS_FIELDS);
  return {
    words: sum(progress, PROGRESS.words, PROGRESS_FIELDS),
    total: words * options.epochs,
    loss: lossPairs ? sum(progress, PROGRESS.lossSum, PROGRESS_FIELDS) / lossPairs : 0,
    lossByEpoch: Array.from(
      { length: options.epochs },
      (_, epoch) => sum(losses, 2 * epoch, 2 * options.epochs) / sum(losses, 2 * epoch + 1, 2 * options.epochs),
    ),
    pairs: sum(progress, PROGRESS.pairs, PROGRESS_FIELDS),
  };
}

/** Notes that the vectors are no longer finite and gives the error for it. */
export function overflow({ control, options }: Word2vecJob): Word2vecError {
  Atomics.store(control, CONTROL.overflowed, 1);
  return new Word2vecError({ kind: 'vectorsGrew', alpha: options.alpha, smaller: smallerRate(options.alpha) });
}

/**
 * A learning rate to try where `alpha` was too large: the usual one, or where that was not above
 * it, half of it.
 */
export function smallerRate(alpha: number): number {
  return alpha > USUAL_RATE ? USUAL_RATE : Number((alpha / 2).toPrecision(2));
}

/** Whether the training ended because its learning rate was too large. */
export function hasOverflowed({ control }: Word2vecJob): boolean {
  return Atomics.load(control, CONTROL.overflowed) === 1;
}
