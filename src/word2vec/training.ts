// A thread's part of a training of word2vec, step by step. The arithmetic is
// src/kernels/word2vec.ts.
//
// The text is cut into chunks. Every random choice in a chunk follows from the seed, the epoch and
// the chunk's number, and the learning rate from its place, so that a training can be broken off
// and taken up between two chunks. Threads take the chunks one after the other and change the
// shared vectors without locks (Hogwild, Recht et al. 2011, arXiv:1106.5730): a thread on a busy
// core holds nobody up, but with several threads the result is not the same twice. A deterministic
// training goes through every chunk in all threads, each on columns of its own.

import type { Word2vecExports } from '../kernel-interfaces/word2vec.ts';
import {
  CHUNK_FIELDS,
  CHUNK_TOKENS,
  CONTROL,
  overflow,
  PROGRESS,
  PROGRESS_FIELDS,
  SENTENCE_TOKENS,
  type Text,
  type Word2vecJob,
} from './job.ts';
import { instantiate } from './kernel.ts';
import type { Word2vecOptions } from './options.ts';

/** Multiply-adds of one kernel call: about 10 ms here (AMD EPYC, 3.7 GHz). */
const CALL_WORK = 6e7;
/** Share of the earlier loss that stays at each call, so that the loss shown is a recent one. */
const LOSS_MEMORY = 0.98;
/**
 * Milliseconds after which a paused thread looks whether it may go on; it is back with its caller
 * in between.
 */
const PAUSE = 20;

/** One thread's part of a training. */
export class Word2vecThread {
  readonly #job: Word2vecJob;
  readonly #source: Text;
  readonly #kernel: Word2vecExports;
  readonly #threadPtr: number;
  readonly #textPtr: number;
  /** Where the tokens of a chunk are copied to. */
  readonly #text: Int32Array;
  /** Where this thread's fields begin in the job's progress, and its losses in the job's. */
  readonly #progressAt: number;
  readonly #lossesAt: number;
  readonly #callPositions: number;

  /** Number of the current chunk, over all epochs; in a deterministic training, of the next one. */
  #chunk: number;
  /** A chunk was taken that is not begun yet. */
  #isTaken = false;
  #isDone = false;
  /** Positions of the current chunk, and the first that is not trained yet. */
  #positions = 0;
  #position = 0;
  #wordsBefore: number;
  readonly #pairsBefore: number;
  #lossSum = 0;
  #lossPairs = 0;

  /** `thread`: 0 to `job.threads` - 1, each once. `source`: the text of the job. */
  constructor(job: Word2vecJob, thread: number, source: Text) {
    if (!(thread >= 0 && thread < job.threads)) {
      throw new RangeError(`word2vec: expected a thread from 0 to ${job.threads - 1}, got ${thread}`);
    }
    const { layout, options } = job;
    this.#job = job;
    this.#source = source;
    this.#kernel = instantiate(job.kernel, job.memory);
    this.#threadPtr = layout.threadsPtr + thread * layout.threadStride;
    this.#textPtr = layout.textsPtr + thread * layout.textStride;
    this.#text = new Int32Array(job.memory.buffer, this.#textPtr, CHUNK_TOKENS + SENTENCE_TOKENS);
    this.#progressAt = thread * PROGRESS_FIELDS;
    this.#lossesAt = thread * options.epochs * 2;
    this.#callPositions = Math.max(1, Math.floor(CALL_WORK / workOfPosition(options, job.vocabulary)));
    this.#chunk = job.firstChunk;
    this.#wordsBefore = job.progress[this.#progressAt + PROGRESS.words]!;
    this.#pairsBefore = job.progress[this.#progressAt + PROGRESS.pairs]!;
    this.#kernel.createThread(this.#threadPtr, layout.settingsPtr, thread);
  }

  /**
   * Trains for about 10 ms, longer on a slower machine; false where nothing is left for this
   * thread. Throws a RangeError where the vectors have grown beyond all bounds: the learning rate
   * is too large.
   */
  step(): boolean {
    if (this.#position === this.#positions) {
      if (!this.#isTaken && !this.#takeChunk()) return false;
      if (this.#isPaused()) return true;
      this.#beginChunk();
    }
    const first = this.#position;
    const last = Math.min(this.#positions, first + this.#callPositions);
    const train = this.#job.options.deterministic ? this.#kernel.trainTogether : this.#kernel.train;
    train(this.#threadPtr, first, last, this.#alpha());
    this.#position = last;
    this.#tellProgress();
    return true;
  }

  /** Takes the next chunk; false where all are taken. */
  #takeChunk(): boolean {
    const { chunks, control, options } = this.#job;
    const all = (chunks.length / CHUNK_FIELDS) * options.epochs;
    if (!this.#isDone) {
      if (!options.deterministic) this.#chunk = Atomics.add(control, CONTROL.taken, 1);
      this.#isDone = this.#chunk >= all;
      if (this.#isDone) Atomics.add(control, CONTROL.paused, 1);
    }
    this.#isTaken = !this.#isDone;
    return this.#isTaken;
  }

  /** Waits a moment where a checkpoint is being made. */
  #isPaused(): boolean {
    const { control } = this.#job;
    const pauseAt = Atomics.load(control, CONTROL.pauseAt);
    if (pauseAt < 0 || this.#chunk < pauseAt) return false;
    Atomics.add(control, CONTROL.paused, 1);
    Atomics.wait(control, CONTROL.pauseAt, pauseAt, PAUSE);
    Atomics.sub(control, CONTROL.paused, 1);
    return Atomics.load(control, CONTROL.pauseAt) === pauseAt;
  }

  #beginChunk(): void {
    const { chunks, control, options, seed } = this.#job;
    const at = (this.#chunk * CHUNK_FIELDS) % chunks.length;
    const first = chunks[at]!;
    const count = chunks[at + 1]!;
    if (options.deterministic) Atomics.store(control, CONTROL.taken, this.#chunk + 1);
    this.#text.set(this.#source.read(first, count));
    this.#positions = this.#kernel.readTokens(this.#threadPtr, this.#textPtr, count, chunkSeed(seed, this.#chunk));
    this.#position = 0;
    this.#isTaken = false;
  }

  /** The words of the current chunk, and the share of it that is trained. */
  #place(): { words: number; before: number; part: number; epoch: number } {
    const { chunks } = this.#job;
    const at = (this.#chunk * CHUNK_FIELDS) % chunks.length;
    return {
      words: chunks[at + 2]!,
      before: chunks[at + 3]!,
      part: this.#positions ? this.#position / this.#positions : 1,
      epoch: Math.floor((this.#chunk * CHUNK_FIELDS) / chunks.length),
    };
  }

  /**
   * The learning rate now: it falls linearly from the first word of the first epoch to the last of
   * the last.
   */
  #alpha(): number {
    const { options, words } = this.#job;
    const { epoch, before, part, words: own } = this.#place();
    const done = (epoch * words + before + part * own) / (words * options.epochs);
    return options.alpha + (options.minAlpha - options.alpha) * done;
  }

  #tellProgress(): void {
    const { progress, losses, options } = this.#job;
    const own = this.#progressAt;
    const { words, part, epoch } = this.#place();
    progress[own + PROGRESS.words] = this.#wordsBefore + part * words;
    if (this.#position === this.#positions) {
      this.#wordsBefore += words;
      if (options.deterministic) this.#chunk++;
    }
    const lossSum = this.#kernel.lossSum(this.#threadPtr);
    const lossPairs = this.#kernel.lossPairs(this.#threadPtr);
    if (!Number.isFinite(lossSum)) throw overflow(this.#job);
    const [sum, pairs] = [lossSum - this.#lossSum, lossPairs - this.#lossPairs];
    losses[this.#lossesAt + 2 * epoch]! += sum;
    losses[this.#lossesAt + 2 * epoch + 1]! += pairs;
    progress[own + PROGRESS.lossSum] = progress[own + PROGRESS.lossSum]! * LOSS_MEMORY + sum;
    progress[own + PROGRESS.lossPairs] = progress[own + PROGRESS.lossPairs]! * LOSS_MEMORY + pairs;
    progress[own + PROGRESS.pairs] = this.#pairsBefore + this.#kernel.pairs(this.#threadPtr);
    this.#lossSum = lossSum;
    this.#lossPairs = lossPairs;
  }
}

/** Multiply-adds for each position: window + 1 context words on average. */
function workOfPosition(
  { algorithm, vectorSize, window, negative, hierarchicalSoftmax }: Word2vecOptions,
  vocabulary: number,
): number {
  const contexts = window + 1;
  const outputs = negative + 1 + (hierarchicalSoftmax ? Math.log2(vocabulary) : 0);
  return vectorSize * (algorithm === 'cbow' ? contexts + 3 * outputs : 3 * contexts * outputs);
}

/** Different for every chunk of every epoch, and from the seed of the initial weights. */
function chunkSeed(seed: number, chunk: number): number {
  return (Math.imul(seed, 0x9e3779b1) + Math.imul(chunk + 1, 0x85ebca6b)) >>> 0;
}
