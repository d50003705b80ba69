// Training of word2vec in several threads over one shared memory: a job that is cloned to every thread, a class that
// does its work step by step in each of them, and readers of progress and result. The arithmetic is src/kernels/word2vec.ts.
//
// The text is cut into chunks. Every random choice in a chunk follows from the seed, the epoch and the chunk's number, and
// the learning rate from its place, so that a training can be broken off and taken up between two chunks. Threads take
// the chunks one after the other and change the shared vectors without locks (Hogwild, Recht et al. 2011,
// arXiv:1106.5730): a thread on a busy core holds nobody up, but with several threads the result is not the same twice.
// A deterministic training goes through every chunk in all threads, each on columns of its own.

import { huffmanPaths, type HuffmanPaths } from './huffman.ts';
import { instantiate, SETTINGS_BYTES, writeSettings, type KernelSettings, type Word2vecKernel } from './kernel.ts';
import type { Word2vecOptions } from './options.ts';
import { ngramRows } from './subwords.ts';

/** Tokens of a chunk, and how many more it may take to end with a sentence. Longer sentences are cut, as gensim cuts at 10,000. */
const CHUNK_TOKENS = 16_384;
const SENTENCE_TOKENS = 10_000;
/** Multiply-adds of one kernel call: about 10 ms here (AMD EPYC, 3.7 GHz). */
const CALL_WORK = 6e7;
/** Of so many words an epoch and more, the loss is measured at every 16th position, else at every one. */
const LOSS_SAMPLED = 2_000_000;
/** Share of the earlier loss that stays at each call, so that the loss shown is a recent one. */
const LOSS_MEMORY = 0.98;
/** Floats that the columns are divided by in a deterministic training: parts of a size that is worth a thread. */
const PART_STEPS = 6;
const MOST_PARTS = 8;
const STEP_FLOATS = 8;
const GIBIBYTE = 2 ** 30;
const PAGE = 65_536;

/** A running text that is read in ranges: word ids, 0 for the most frequent word, -1 between sentences. */
export interface Text {
  /** Tokens. */
  readonly length: number;
  /** The tokens [first, first + count), as many of them as there are; they are not kept after the next call. */
  read(first: number, count: number): Int32Array;
}

/** What one training shares between its threads. It survives a structured clone; the memory is shared, not copied. */
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
  /** (chunks, 4), i32: first token, number of tokens, number of words among them and before them. */
  chunks: Int32Array<SharedArrayBuffer>;
  /** i32, see CONTROL. */
  control: Int32Array<SharedArrayBuffer>;
  /** (threads, 8), f64: see PROGRESS. */
  progress: Float64Array<SharedArrayBuffer>;
  /** (threads, epochs, 2), f64: sum of the measured losses of each epoch and their number. */
  losses: Float64Array<SharedArrayBuffer>;
  /** Chunks that were done when the job was made, over all epochs. */
  firstChunk: number;
  layout: Layout;
}

/** Byte offsets into the job's memory, multiples of 64. */
interface Layout {
  settingsPtr: number;
  /**
   * (V, matrices, D), f32: the rows of a word lie side by side, as they are used within a few positions of each other and
   * share a page of memory. Rows are padded to whole cache lines.
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

/** Fields of a job's control words, each in a cache line of its own: chunks taken so far, over all epochs; the chunk before
 * which threads wait, or -1; threads that wait there or are done. */
const CONTROL = { taken: 0, pauseAt: 16, paused: 32 } as const;
const CONTROL_FIELDS = 48;
/** Fields of a thread's progress. */
const PROGRESS = { words: 0, lossSum: 1, lossPairs: 2, pairs: 3 } as const;
const PROGRESS_FIELDS = 8;
const CHUNK_FIELDS = 4;
/** A paused thread looks after so many ms whether it may go on, and is back with its caller in between. */
const PAUSE = 20;

/** Vectors to begin with, in place of random ones. */
export interface InitialVectors {
  /** (V): of each word, its row in the matrices, -1 for a new one. */
  rows: Int32Array;
  /** (rows, D) */
  input: Float32Array;
  output?: Float32Array | undefined;
  /** (buckets, D); taken where there are as many rows now. */
  ngrams?: Float32Array | undefined;
}

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

/** Rows of D numbers by name: input, output (negative sampling), tree (hierarchical softmax), ngrams (subwords). */
export type Matrices = Partial<Record<'input' | 'output' | 'tree' | 'ngrams', Float32Array>>;

export interface Word2vecInput {
  text: Text;
  /** Of every word, descending. */
  counts: ArrayLike<number>;
  /** Of every word; needed for subwords. */
  words?: readonly string[];
  /** Words that are kept more rarely than their count says, and the factor, 0 to 1, of how often. */
  keepFactors?: ReadonlyMap<number, number>;
  /** Resolved: `vectorSize`, `minCount` and `epochs` above 0. */
  options: Word2vecOptions;
  threads: number;
  seed: number;
  initial?: InitialVectors;
  checkpoint?: Word2vecCheckpoint;
}

/**
 * Lays out and fills the memory of one training. Throws a RangeError where fewer than two words appear `minCount` times,
 * where the options contradict each other, or where the job needs more than 4 GiB.
 */
export function createWord2vecJob(kernel: WebAssembly.Module, input: Word2vecInput): Word2vecJob {
  const { counts, options, seed } = input;
  checkResolved(options, input.threads);
  const vocabulary = cutVocabulary(counts, options);
  const chunks = cutIntoChunks(input.text);
  const chunkCount = chunks.length / CHUNK_FIELDS;
  const buckets = options.subwords ? options.buckets || automaticBuckets(vocabulary) : 0;
  const rowSteps = Math.ceil(options.vectorSize / STEP_FLOATS);
  const parts = options.deterministic
    ? Math.min(MOST_PARTS, rowSteps, Math.max(2, Math.floor(rowSteps / PART_STEPS)))
    : 0;
  const threads = parts ? Math.min(input.threads, parts) : input.threads;
  const words = chunkCount ? chunks[chunks.length - 1]! + chunks[chunks.length - 2]! : 0;
  const paths = options.hierarchicalSoftmax ? huffmanPaths(counts, vocabulary) : null;
  const subwords = options.subwords ? listSubwords(input.words, vocabulary, { ...options, buckets }) : null;

  const { memory, layout, settings } = allocate(kernel, {
    options,
    vocabulary,
    buckets,
    threads,
    parts,
    paths,
    subwords,
  });
  settings.lossInterval = words < LOSS_SAMPLED ? 1 : 16;
  writeSettings(memory, layout.settingsPtr, settings);
  const job: Word2vecJob = {
    kernel,
    memory,
    options: { ...options },
    seed,
    threads,
    vocabulary,
    buckets,
    words,
    chunks,
    control: new Int32Array(new SharedArrayBuffer(CONTROL_FIELDS * 4)),
    progress: new Float64Array(new SharedArrayBuffer(threads * PROGRESS_FIELDS * 8)),
    losses: new Float64Array(new SharedArrayBuffer(threads * options.epochs * 2 * 8)),
    firstChunk: input.checkpoint?.chunk ?? 0,
    layout,
  };
  Atomics.store(job.control, CONTROL.pauseAt, -1);

  const keep = new Uint32Array(memory.buffer, settings.keepPtr, vocabulary + 1);
  fillKeep(keep, counts, options.sample);
  for (const [word, factor] of input.keepFactors ?? []) {
    if (word < vocabulary) keep[word + 1] = Math.floor(keep[word + 1]! * factor);
  }
  const kernelFunctions = instantiate(kernel, memory);
  if (options.negative) {
    fillNoise(
      new Int32Array(memory.buffer, settings.tablePtr, settings.tableSize),
      counts,
      vocabulary,
      options.nsExponent,
    );
    kernelFunctions.shuffle(settings.tablePtr, settings.tableSize, seed);
  }
  if (paths) writeLists(memory, settings.pathsPtr, paths.starts, paths.steps);
  if (subwords) {
    const pointers = subwords.rows.map((row) =>
      row < 0 ? layout.inputPtr + ~row * layout.rowStride : layout.ngramsPtr + row * layout.ngramStride,
    );
    writeLists(memory, settings.subwordsPtr, subwords.starts, pointers);
    kernelFunctions.initializeRows(layout.ngramsPtr, buckets, options.vectorSize, layout.ngramStride, ~seed);
  }
  kernelFunctions.initializeRows(layout.inputPtr, vocabulary, options.vectorSize, layout.rowStride, seed);
  if (input.initial) putInitial(job, input.initial);
  if (input.checkpoint) putCheckpoint(job, input.checkpoint);
  return job;
}

/** One thread's part of a training. */
export class Word2vecThread {
  readonly #job: Word2vecJob;
  readonly #source: Text;
  readonly #kernel: Word2vecKernel;
  readonly #threadPtr: number;
  readonly #textPtr: number;
  /** Where the tokens of a chunk are copied to. */
  readonly #text: Int32Array;
  /** Where this thread's fields begin in the job's progress, and its losses in the job's. */
  readonly #progressAt: number;
  readonly #lossesAt: number;
  readonly #callPositions: number;

  /** Of the current chunk, over all epochs; of a deterministic training, the next one. */
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
   * Trains for about 10 ms, longer on a slower machine; false where nothing is left for this thread.
   * Throws a RangeError where the vectors have grown beyond all bounds: the learning rate is too large.
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

  /** The learning rate now: it falls linearly from the first word of the first epoch to the last of the last. */
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
    if (!Number.isFinite(lossSum)) throw overflow(options);
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

// ---- Progress ----

export interface Word2vecProgress {
  /** Trained so far, over all epochs; every token of the text counts, dropped ones too. */
  words: number;
  /** Tokens of the text times epochs. */
  total: number;
  /** Mean over the recent pairs of what the outputs' logistic losses add up to; 0 before the first. */
  loss: number;
  /** The same over each whole epoch, in double precision; NaN for epochs that are not begun. */
  lossByEpoch: number[];
  /** Trained so far: of a word and a context word (Skip-gram), of a word and its whole context (CBOW). */
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

// ---- Checkpoints ----

/** Asks the threads to wait before a chunk that none of them has begun. They go on after `resumeThreads`. */
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

/** Where a training stands while its threads are paused. The matrices are copies. */
export function checkpointOf(job: Word2vecJob): Word2vecCheckpoint {
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
    matrices: matricesOf(job),
  };
}

function putCheckpoint(job: Word2vecJob, { chunk, words, pairs, losses, matrices }: Word2vecCheckpoint): void {
  Atomics.store(job.control, CONTROL.taken, chunk);
  const counted = job.options.deterministic ? job.threads : 1;
  for (let thread = 0; thread < counted; thread++) {
    job.progress[thread * PROGRESS_FIELDS + PROGRESS.words] = words;
    job.progress[thread * PROGRESS_FIELDS + PROGRESS.pairs] = pairs;
    job.losses.set(losses, thread * losses.length);
  }
  for (const [name, { ptr, rows, stride }] of Object.entries(places(job))) {
    const matrix = matrices[name as keyof Matrices];
    if (matrix?.length !== rows * job.options.vectorSize) {
      throw new RangeError(`word2vec: the checkpoint's ${name} vectors do not fit this training`);
    }
    putRows(
      job,
      ptr,
      stride,
      matrix,
      Int32Array.from({ length: rows }, (_, row) => row),
    );
  }
}

// ---- Vectors in and out ----

export interface Word2vecVectors {
  /** V */
  vocabulary: number;
  /** D */
  vectorSize: number;
  /** (V, D): the word vectors; with subwords the mean of a word's own row and its n-grams'. */
  input: Float32Array;
  /** (V, D): what a word is predicted with by negative sampling. */
  output?: Float32Array;
  /** (V - 1, D): inner nodes of the Huffman tree. */
  tree?: Float32Array;
  /** (buckets, D): rows of n-grams. */
  ngrams?: Float32Array;
}

/** Copies the vectors out of the job's memory. Throws a RangeError where one is not finite. */
export function word2vecResult(job: Word2vecJob): Word2vecVectors {
  const { vocabulary, options, layout, memory } = job;
  const { vectorSize } = options;
  const matrices = matricesOf(job);
  for (const matrix of Object.values(matrices)) {
    let sum = 0; // of numbers times 0: NaN as soon as one of them is not finite
    for (const value of matrix) sum += value * 0;
    if (sum !== 0) throw overflow(options);
  }
  let { input } = matrices;
  if (options.subwords) {
    const floats = new Float32Array(memory.buffer, 0, layout.textsPtr / 4);
    input = new Float32Array(vocabulary * vectorSize);
    for (let word = 0; word < vocabulary; word++) {
      const rows = subwordRows(job, word);
      for (const row of rows) {
        for (let d = 0; d < vectorSize; d++) input[word * vectorSize + d]! += floats[row + d]! / rows.length;
      }
    }
  }
  return { vocabulary, vectorSize, ...matrices, input: input! };
}

function matricesOf(job: Word2vecJob): Matrices {
  const { memory, options } = job;
  const matrices: Matrices = {};
  for (const [name, { ptr, rows, stride }] of Object.entries(places(job))) {
    const floats = new Float32Array(memory.buffer, ptr, ((rows - 1) * stride) / 4 + options.vectorSize);
    const matrix = new Float32Array(rows * options.vectorSize);
    for (let row = 0; row < rows; row++) {
      const from = (row * stride) / 4;
      const to = row * options.vectorSize;
      for (let d = 0; d < options.vectorSize; d++) matrix[to + d] = floats[from + d]!;
    }
    matrices[name as keyof Matrices] = matrix;
  }
  return matrices;
}

/** Where the matrices of a job lie. */
function places({
  vocabulary,
  buckets,
  options,
  layout,
}: Word2vecJob): Partial<Record<keyof Matrices, { ptr: number; rows: number; stride: number }>> {
  const { inputPtr, outputPtr, treePtr, rowStride: stride, ngramsPtr, ngramStride } = layout;
  return {
    input: { ptr: inputPtr, rows: vocabulary, stride },
    ...(options.negative && { output: { ptr: outputPtr, rows: vocabulary, stride } }),
    ...(options.hierarchicalSoftmax && { tree: { ptr: treePtr, rows: vocabulary - 1, stride } }),
    ...(buckets && { ngrams: { ptr: ngramsPtr, rows: buckets, stride: ngramStride } }),
  };
}

/** Puts row `from[i]` of a matrix into row i, where that is not -1. */
function putRows(job: Word2vecJob, ptr: number, stride: number, matrix: Float32Array, from: Int32Array): void {
  const { vectorSize } = job.options;
  const floats = new Float32Array(job.memory.buffer, ptr);
  from.forEach((source, row) => {
    if (source >= 0) floats.set(matrix.subarray(source * vectorSize, (source + 1) * vectorSize), (row * stride) / 4);
  });
}

function putInitial(job: Word2vecJob, { rows, input, output, ngrams }: InitialVectors): void {
  const { layout, options, buckets, vocabulary } = job;
  const { vectorSize } = options;
  const own = rows.subarray(0, vocabulary);
  if (ngrams?.length === buckets * vectorSize) {
    putRows(
      job,
      layout.ngramsPtr,
      layout.ngramStride,
      ngrams,
      Int32Array.from({ length: buckets }, (_, row) => row),
    );
  }
  putRows(job, layout.inputPtr, layout.rowStride, input, own);
  if (options.subwords) {
    // `input` has the means of each word's rows; its own row is what the mean lacks of their sum
    const floats = new Float32Array(job.memory.buffer, 0, layout.textsPtr / 4);
    own.forEach((source, word) => {
      if (source < 0) return;
      const [ownRow, ...others] = subwordRows(job, word);
      for (let d = 0; d < vectorSize; d++) {
        const sum = others.reduce((total, row) => total + floats[row + d]!, 0);
        floats[ownRow! + d] = input[source * vectorSize + d]! * (others.length + 1) - sum;
      }
    });
  }
  if (output && options.negative) putRows(job, layout.outputPtr, layout.rowStride, output, own);
}

/** Where a word's rows begin in the memory, counted in floats: its own first, then those of its n-grams. */
function subwordRows({ memory, layout }: Word2vecJob, word: number): number[] {
  const lists = new Uint32Array(memory.buffer, 0, layout.textsPtr / 4);
  const at = layout.subwordsPtr / 4 + word;
  return Array.from(lists.subarray(lists[at]! / 4, lists[at + 1]! / 4), (ptr) => ptr / 4);
}

function overflow(options: Word2vecOptions): RangeError {
  return new RangeError(
    `word2vec: the vectors grew beyond all bounds at learning rate alpha ${options.alpha}; train with a smaller one, such as 0.025`,
  );
}

// ---- What a job is made of ----

function checkResolved(options: Word2vecOptions, threads: number): void {
  for (const name of ['vectorSize', 'minCount', 'epochs'] as const) {
    if (!(options[name] > 0)) throw new RangeError(`word2vec: ${name} must be above 0, got ${options[name]}`);
  }
  if (!(threads >= 1)) throw new RangeError(`word2vec: threads must be 1 or more, got ${threads}`);
  if (!options.negative && !options.hierarchicalSoftmax) {
    throw new RangeError('word2vec: without negative samples (negative 0) hierarchicalSoftmax must be on');
  }
  if (options.subwords && options.minN > options.maxN) {
    throw new RangeError(`word2vec: minN (${options.minN}) must not be above maxN (${options.maxN})`);
  }
}

/** V: words that appear `minCount` times, `maxVocabulary` at most. */
function cutVocabulary(counts: ArrayLike<number>, { minCount, maxVocabulary }: Word2vecOptions): number {
  let words = 0;
  while (words < counts.length && counts[words]! >= minCount) {
    if (words > 0 && counts[words]! > counts[words - 1]!) {
      throw new RangeError(
        `word2vec: expected counts in descending order, got ${counts[words]!} after ${counts[words - 1]!} at word ${words}`,
      );
    }
    words++;
  }
  if (words < 2) {
    throw new RangeError(`word2vec: expected at least 2 words that appear ${minCount} times (minCount), got ${words}`);
  }
  return maxVocabulary ? Math.min(words, Math.max(2, maxVocabulary)) : words;
}

/** See `Word2vecJob.chunks`; a chunk ends with a sentence where one ends within reach. */
function cutIntoChunks(text: Text): Int32Array<SharedArrayBuffer> {
  const fields: number[] = [];
  let before = 0;
  for (let first = 0; first < text.length;) {
    const tokens = text.read(first, CHUNK_TOKENS + SENTENCE_TOKENS);
    let end = Math.min(tokens.length, CHUNK_TOKENS);
    while (end < tokens.length && tokens[end - 1]! >= 0) end++;
    let words = 0;
    for (let at = 0; at < end; at++) if (tokens[at]! >= 0) words++;
    fields.push(first, end, words, before);
    first += end;
    before += words;
  }
  const chunks = new Int32Array(new SharedArrayBuffer(fields.length * 4));
  chunks.set(fields);
  return chunks;
}

interface Subwords {
  /** (V + 1) */
  starts: Uint32Array;
  /** Rows of n-grams, and ~word for the word's own row, which comes first. */
  rows: Int32Array;
}

function listSubwords(
  words: readonly string[] | undefined,
  vocabulary: number,
  options: { minN: number; maxN: number; buckets: number },
): Subwords {
  if (!words) throw new RangeError('word2vec: subwords need the spelling of the words');
  const starts = new Uint32Array(vocabulary + 1);
  const lists = Array.from({ length: vocabulary }, (_, word) => [~word, ...ngramRows(words[word]!, options)]);
  lists.forEach((list, word) => (starts[word + 1] = starts[word]! + list.length));
  const rows = new Int32Array(starts[vocabulary]!);
  lists.forEach((list, word) => rows.set(list, starts[word]));
  return { starts, rows };
}

/** Some eight rows for each word, a power of two from 16,384 to fastText's 2 million. */
function automaticBuckets(vocabulary: number): number {
  return Math.min(2 ** 21, Math.max(2 ** 14, 2 ** Math.ceil(Math.log2(8 * vocabulary))));
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

interface Sizes {
  options: Word2vecOptions;
  vocabulary: number;
  buckets: number;
  threads: number;
  parts: number;
  paths: HuffmanPaths | null;
  subwords: Subwords | null;
}

/** Lays out a job's memory and gives it, all zeros, with the settings that the kernel is to have. */
function allocate(
  kernel: WebAssembly.Module,
  { options, vocabulary, buckets, threads, parts, paths, subwords }: Sizes,
): { memory: WebAssembly.Memory; layout: Layout; settings: KernelSettings } {
  let end = 1024;
  const reserve = (bytes: number): number => {
    const ptr = end;
    end += align(bytes);
    return ptr;
  };
  const { vectorSize, negative, hierarchicalSoftmax } = options;
  const rowBytes = align(vectorSize * 4);
  const rowStride = rowBytes * (1 + Number(negative > 0) + Number(hierarchicalSoftmax));
  const rowsPtr = reserve(vocabulary * rowStride);
  const tableSize = negative ? Math.min(2 ** 24, 2 ** Math.ceil(Math.log2(Math.max(2 ** 16, 16 * vocabulary)))) : 0;
  const settings: KernelSettings = {
    inputPtr: rowsPtr,
    outputPtr: rowsPtr + rowBytes,
    treePtr: rowsPtr + rowStride - rowBytes,
    rowStride,
    vectorSize,
    words: vocabulary,
    cbow: Number(options.algorithm === 'cbow'),
    window: options.window,
    fixedWindow: Number(!options.dynamicWindow),
    negative,
    cbowMean: Number(options.cbowMean),
    keepPtr: reserve((vocabulary + 1) * 4),
    tablePtr: reserve(tableSize * 4),
    tableSize,
    pathsPtr: paths ? reserve((paths.starts.length + paths.steps.length) * 4) : 0,
    longestPath: paths?.longest ?? 0,
    subwordsPtr: subwords ? reserve((subwords.starts.length + subwords.rows.length) * 4) : 0,
    lossInterval: 1,
    capacity: CHUNK_TOKENS + SENTENCE_TOKENS,
    parts,
    threads,
    meetingsPtr: reserve(threads * 64),
    partialsPtr: 0,
  };
  const ngramsPtr = reserve(buckets * rowBytes);

  const probe = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const settingsPtr = reserve(SETTINGS_BYTES);
  writeSettings(probe, 1024, settings);
  const { threadBytes, partialsBytes } = instantiate(kernel, probe);
  settings.partialsPtr = reserve(partialsBytes(1024));
  const threadStride = align(threadBytes(1024));
  const textStride = align((CHUNK_TOKENS + SENTENCE_TOKENS) * 4);
  const layout: Layout = {
    settingsPtr,
    inputPtr: settings.inputPtr,
    outputPtr: settings.outputPtr,
    treePtr: settings.treePtr,
    rowStride,
    ngramsPtr,
    ngramStride: rowBytes,
    subwordsPtr: settings.subwordsPtr,
    textsPtr: reserve(threads * textStride),
    textStride,
    threadsPtr: reserve(threads * threadStride),
    threadStride,
  };

  const pages = Math.ceil(end / PAGE);
  const need = `word2vec: ${vocabulary} words${buckets ? ` and ${buckets} n-grams` : ''} of ${vectorSize} numbers need ${(end / GIBIBYTE).toFixed(1)} GiB`;
  const advice = 'use smaller vectors (vectorSize), a larger minimum count (minCount) or a limit (maxVocabulary)';
  if (pages * PAGE > 4 * GIBIBYTE) throw new RangeError(`${need}, expected at most 4; ${advice}`);
  try {
    return { memory: new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }), layout, settings };
  } catch {
    throw new RangeError(`${need}, more than this machine gives; ${advice}`);
  }
}

/** Up to a whole cache line. */
function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

/** Lists that lie behind the pointers to where each begins. */
function writeLists(memory: WebAssembly.Memory, ptr: number, starts: Uint32Array, items: ArrayLike<number>): void {
  const first = ptr + starts.length * 4;
  const pointers = new Uint32Array(memory.buffer, ptr, starts.length);
  starts.forEach((start, index) => (pointers[index] = first + start * 4));
  new Uint32Array(memory.buffer, first, items.length).set(items);
}

/**
 * How often each word is kept, as gensim has it: sqrt(t / f) + t / f for a word of share f, t = sample. The share is
 * taken of the words that have a vector. In 2^32nds; the highest number keeps all.
 */
function fillKeep(keep: Uint32Array, counts: ArrayLike<number>, sample: number): void {
  let total = 0;
  for (let word = 0; word + 1 < keep.length; word++) total += counts[word]!;
  keep[0] = 0xffff_ffff;
  for (let word = 0; word + 1 < keep.length; word++) {
    const ratio = sample ? (sample * total) / counts[word]! : 1;
    keep[word + 1] = Math.min(0xffff_ffff, Math.floor((Math.sqrt(ratio) + ratio) * 2 ** 32));
  }
}

/** Word ids in proportion to count^exponent, in order. */
function fillNoise(table: Int32Array, counts: ArrayLike<number>, vocabulary: number, exponent: number): void {
  let total = 0;
  for (let word = 0; word < vocabulary; word++) total += counts[word]! ** exponent;
  let share = 0;
  let at = 0;
  for (let word = 0; word < vocabulary; word++) {
    share += counts[word]! ** exponent / total;
    const end = Math.min(table.length, Math.ceil(share * table.length - 0.5));
    if (end > at) {
      table.fill(word, at, end);
      at = end;
    }
  }
  table.fill(vocabulary - 1, at); // what rounding left over
}

/** Different for every chunk of every epoch, and from the seed of the initial weights. */
function chunkSeed(seed: number, chunk: number): number {
  return (Math.imul(seed, 0x9e3779b1) + Math.imul(chunk + 1, 0x85ebca6b)) >>> 0;
}
