// Training of word2vec in several threads over one shared memory: a job that is cloned to every thread, a class that
// does its work step by step in each of them, and readers of progress and result. The arithmetic is src/kernels/word2vec.ts.
//
// The text is cut into chunks that threads take one after the other, so that a thread on a busy core holds nobody up.
// Threads change the shared vectors without locks (Hogwild, Recht et al. 2011, arXiv:1106.5730): with one thread the
// result follows from the seed to the bit, with several it does not.

import { instantiate, type Word2vecKernel } from './kernel.ts';
import type { Word2vecOptions } from './options.ts';

/** Tokens of a chunk, and how many more it may take to end with a sentence. Longer sentences are cut, as gensim cuts at 10,000. */
const CHUNK_TOKENS = 16_384;
const SENTENCE_TOKENS = 10_000;
/** Multiply-adds of one kernel call: about 10 ms here (AMD EPYC, 3.7 GHz). */
const CALL_WORK = 6e7;
/** Share of the earlier loss that stays at each call, so that the loss shown is a recent one. */
const LOSS_MEMORY = 0.98;
const GIBIBYTE = 2 ** 30;
const PAGE = 65_536;

/** What one training shares between its threads. It survives a structured clone; the memory is shared, not copied. */
export interface Word2vecJob {
  kernel: WebAssembly.Module;
  memory: WebAssembly.Memory;
  options: Word2vecOptions;
  seed: number;
  threads: number;
  /** V, words that appear `minCount` times. */
  vocabulary: number;
  /** Tokens of the text, without breaks. */
  words: number;
  /** Pieces of the text that threads take. */
  chunks: number;
  layout: Layout;
}

/** Byte offsets into the job's memory, multiples of 64, and sizes. */
interface Layout {
  /** i32: chunks taken so far, over all epochs. */
  takenPtr: number;
  /** (threads, 8), f64: progress of each thread in a cache line of its own, see PROGRESS. */
  progressPtr: number;
  /** (chunks, 3), i32: first token, number of tokens, number of words among them. */
  chunksPtr: number;
  /** (tokens), i32 */
  tokensPtr: number;
  /** (V + 1), u32: how often a token is kept, in 2^32nds; the first entry is for sentence breaks. */
  keepPtr: number;
  /** (tableSize), i32 */
  tablePtr: number;
  tableSize: number;
  /**
   * (V, D), f32, rows `rowStride` bytes apart, from whole cache lines. The input and the output row of a word lie side by
   * side: they are used within a few positions of each other and share a page of memory, which is 3 to 6 % faster.
   */
  inputPtr: number;
  outputPtr: number;
  rowStride: number;
  /** One block for each thread, `threadStride` bytes apart. */
  threadsPtr: number;
  threadStride: number;
  /** Bytes in all. */
  end: number;
}

/** Fields of a thread's progress. */
const PROGRESS = { words: 0, lossSum: 1, lossPairs: 2, pairs: 3 } as const;
const PROGRESS_FIELDS = 8;
const CHUNK_FIELDS = 3;

/**
 * Lays out and fills the memory of one training. `tokens`: word ids, 0 for the most frequent word, -1 between sentences;
 * they are copied. `counts`: of every word, descending. `options` are resolved: `minCount` and `epochs` above 0.
 * Throws a RangeError where fewer than two words appear `minCount` times, or where the job needs more than 4 GiB.
 */
export function createWord2vecJob(
  kernel: WebAssembly.Module,
  tokens: Int32Array,
  counts: ArrayLike<number>,
  options: Word2vecOptions,
  threads: number,
  seed: number,
): Word2vecJob {
  for (const name of ['minCount', 'epochs'] as const) {
    if (!(options[name] > 0)) throw new RangeError(`word2vec: ${name} must be above 0, got ${options[name]}`);
  }
  if (!(threads >= 1)) throw new RangeError(`word2vec: threads must be 1 or more, got ${threads}`);
  const vocabulary = countFrequent(counts, options.minCount);
  if (vocabulary < 2) {
    throw new RangeError(
      `word2vec: expected at least 2 words that appear ${options.minCount} times (minCount), got ${vocabulary}`,
    );
  }
  const chunks = cutIntoChunks(tokens);
  const { threadBytes } = instantiate(kernel, new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }));
  const layout = layOut(tokens.length, chunks.length, vocabulary, options, threads, threadBytes);
  const memory = allocate(layout.end, vocabulary, options.vectorSize);
  const job: Word2vecJob = {
    kernel,
    memory,
    options: { ...options },
    seed,
    threads,
    vocabulary,
    words: chunks.reduce((sum, chunk) => sum + chunk[2], 0),
    chunks: chunks.length,
    layout,
  };

  new Int32Array(memory.buffer, layout.chunksPtr, chunks.length * CHUNK_FIELDS).set(chunks.flat());
  new Int32Array(memory.buffer, layout.tokensPtr, tokens.length).set(tokens);
  fillKeep(new Uint32Array(memory.buffer, layout.keepPtr, vocabulary + 1), counts, options.sample);
  fillNegativeTable(new Int32Array(memory.buffer, layout.tablePtr, layout.tableSize), counts, vocabulary, seed);
  const { initializeRows } = instantiate(kernel, memory);
  initializeRows(layout.inputPtr, vocabulary, options.vectorSize, layout.rowStride, seed);
  return job;
}

/** One thread's part of a training. */
export class Word2vecThread {
  readonly #job: Word2vecJob;
  readonly #kernel: Word2vecKernel;
  readonly #train: Word2vecKernel['trainSkipgram'];
  readonly #threadPtr: number;
  readonly #taken: Int32Array;
  /** (threads, 8) */
  readonly #progress: Float64Array;
  /** Where this thread's fields begin in `#progress`. */
  readonly #own: number;
  /** (chunks, 3) */
  readonly #chunks: Int32Array;
  readonly #callPositions: number;

  /** Positions of the current chunk, and the first that is not trained yet. */
  #positions = 0;
  #position = 0;
  /** Words trained before the current chunk, and words in it. */
  #wordsBefore = 0;
  #wordsInChunk = 0;
  #lossSum = 0;
  #lossPairs = 0;

  /** `thread`: 0 to `job.threads` - 1, each once. */
  constructor(job: Word2vecJob, thread: number) {
    if (!(thread >= 0 && thread < job.threads)) {
      throw new RangeError(`word2vec: expected a thread from 0 to ${job.threads - 1}, got ${thread}`);
    }
    const { layout, options } = job;
    this.#job = job;
    this.#kernel = instantiate(job.kernel, job.memory);
    this.#train = options.algorithm === 'cbow' ? this.#kernel.trainCbow : this.#kernel.trainSkipgram;
    this.#threadPtr = layout.threadsPtr + thread * layout.threadStride;
    this.#taken = new Int32Array(job.memory.buffer, layout.takenPtr, 1);
    this.#progress = progressOf(job);
    this.#own = thread * PROGRESS_FIELDS;
    this.#chunks = new Int32Array(job.memory.buffer, layout.chunksPtr, job.chunks * CHUNK_FIELDS);
    this.#callPositions = Math.max(1, Math.floor(CALL_WORK / workOfPosition(options)));
    this.#kernel.createThread(
      this.#threadPtr,
      options.vectorSize,
      options.window,
      options.negative,
      CHUNK_TOKENS + SENTENCE_TOKENS,
      job.vocabulary,
      layout.inputPtr,
      layout.outputPtr,
      layout.rowStride,
      layout.keepPtr,
      layout.tablePtr,
      layout.tableSize,
      threadSeed(job.seed, thread),
    );
  }

  /**
   * Trains for about 10 ms, longer on a slower machine; false where nothing is left for this thread.
   * Throws a RangeError where the vectors have grown beyond all bounds: the learning rate is too large.
   */
  step(): boolean {
    if (this.#position === this.#positions && !this.#takeChunk()) return false;
    const first = this.#position;
    const last = Math.min(this.#positions, first + this.#callPositions);
    this.#train(this.#threadPtr, first, last, this.#alpha());
    this.#position = last;
    this.#tellProgress();
    return true;
  }

  /** Reads the next chunk that no thread has taken; false where all are taken. */
  #takeChunk(): boolean {
    const { chunks, options, layout } = this.#job;
    const taken = Atomics.add(this.#taken, 0, 1);
    if (taken >= chunks * options.epochs) {
      Atomics.sub(this.#taken, 0, 1); // asked again and again, it must not run over
      return false;
    }
    const at = (taken % chunks) * CHUNK_FIELDS;
    const first = this.#chunks[at]!;
    this.#wordsBefore += this.#wordsInChunk;
    this.#wordsInChunk = this.#chunks[at + 2]!;
    this.#positions = this.#kernel.readTokens(this.#threadPtr, layout.tokensPtr + 4 * first, this.#chunks[at + 1]!);
    this.#position = 0;
    return true;
  }

  /** The learning rate now: it falls linearly with the words that all threads have trained. */
  #alpha(): number {
    const { options, words, threads } = this.#job;
    let done = 0;
    for (let thread = 0; thread < threads; thread++) done += this.#progress[thread * PROGRESS_FIELDS + PROGRESS.words]!;
    return options.alpha + (options.minAlpha - options.alpha) * Math.min(1, done / (words * options.epochs));
  }

  #tellProgress(): void {
    const progress = this.#progress;
    const own = this.#own;
    const part = this.#positions ? this.#position / this.#positions : 1;
    progress[own + PROGRESS.words] = this.#wordsBefore + part * this.#wordsInChunk;
    const lossSum = this.#kernel.lossSum(this.#threadPtr);
    const lossPairs = this.#kernel.lossPairs(this.#threadPtr);
    if (!Number.isFinite(lossSum)) throw overflow(this.#job.options);
    progress[own + PROGRESS.lossSum] = progress[own + PROGRESS.lossSum]! * LOSS_MEMORY + lossSum - this.#lossSum;
    progress[own + PROGRESS.lossPairs] =
      progress[own + PROGRESS.lossPairs]! * LOSS_MEMORY + lossPairs - this.#lossPairs;
    progress[own + PROGRESS.pairs] = this.#kernel.pairs(this.#threadPtr);
    this.#lossSum = lossSum;
    this.#lossPairs = lossPairs;
  }
}

export interface Word2vecProgress {
  /** Tokens trained so far, over all epochs; every token of the text counts, dropped ones too. */
  words: number;
  /** Tokens of the text times epochs. */
  total: number;
  /** Mean over the recent pairs of -log sigmoid(true) - sum over negatives of log sigmoid(-score); 0 before the first. */
  loss: number;
  /** Trained so far: of a word and a context word (Skip-gram), of a word and its whole context (CBOW). */
  pairs: number;
}

/** How far a training is. Cheap; may be called from any thread at any time. */
export function word2vecProgress(job: Word2vecJob): Word2vecProgress {
  const progress = progressOf(job);
  const sum = (field: number): number => {
    let total = 0;
    for (let at = field; at < progress.length; at += PROGRESS_FIELDS) total += progress[at]!;
    return total;
  };
  const lossPairs = sum(PROGRESS.lossPairs);
  return {
    words: sum(PROGRESS.words),
    total: job.words * job.options.epochs,
    loss: lossPairs ? sum(PROGRESS.lossSum) / lossPairs : 0,
    pairs: sum(PROGRESS.pairs),
  };
}

export interface Word2vecVectors {
  /** V */
  vocabulary: number;
  /** D */
  vectorSize: number;
  /** (V, D): the word vectors. */
  input: Float32Array;
  /** (V, D): what a word is predicted with. */
  output: Float32Array;
}

/** Copies the vectors out of the job's memory. Throws a RangeError where one is not finite. */
export function word2vecResult(job: Word2vecJob): Word2vecVectors {
  const { vocabulary, options, layout } = job;
  const { vectorSize } = options;
  const copy = (ptr: number): Float32Array => {
    const rowFloats = layout.rowStride / 4;
    const rows = new Float32Array(job.memory.buffer, ptr, (vocabulary - 1) * rowFloats + vectorSize);
    const vectors = new Float32Array(vocabulary * vectorSize);
    let sum = 0; // of numbers times 0: NaN as soon as one of them is not finite
    for (let row = 0; row < vocabulary; row++) {
      const from = row * rowFloats;
      const to = row * vectorSize;
      for (let d = 0; d < vectorSize; d++) {
        const value = rows[from + d]!;
        vectors[to + d] = value;
        sum += value * 0;
      }
    }
    if (sum !== 0) throw overflow(options);
    return vectors;
  };
  return { vocabulary, vectorSize, input: copy(layout.inputPtr), output: copy(layout.outputPtr) };
}

function overflow(options: Word2vecOptions): RangeError {
  return new RangeError(
    `word2vec: the vectors grew beyond all bounds at learning rate alpha ${options.alpha}; train with a smaller one, such as 0.025`,
  );
}

/** Multiply-adds for each position: window + 1 context words on average. */
function workOfPosition({ algorithm, vectorSize, window, negative }: Word2vecOptions): number {
  const contexts = window + 1;
  const outputs = negative + 1;
  return vectorSize * (algorithm === 'cbow' ? contexts + 3 * outputs : 3 * contexts * outputs);
}

function countFrequent(counts: ArrayLike<number>, minCount: number): number {
  let words = 0;
  while (words < counts.length && counts[words]! >= minCount) {
    if (words > 0 && counts[words]! > counts[words - 1]!) {
      throw new RangeError(
        `word2vec: expected counts in descending order, got ${counts[words]!} after ${counts[words - 1]!} at word ${words}`,
      );
    }
    words++;
  }
  return words;
}

/** [first token, tokens, words among them] of every chunk; a chunk ends with a sentence where one ends within reach. */
function cutIntoChunks(tokens: Int32Array): [first: number, tokens: number, words: number][] {
  const chunks: [number, number, number][] = [];
  for (let first = 0, end = 0; first < tokens.length; first = end) {
    const furthest = Math.min(tokens.length, first + CHUNK_TOKENS + SENTENCE_TOKENS);
    end = Math.min(tokens.length, first + CHUNK_TOKENS);
    while (end < furthest && tokens[end - 1]! >= 0) end++;
    let words = 0;
    for (let at = first; at < end; at++) if (tokens[at]! >= 0) words++;
    chunks.push([first, end - first, words]);
  }
  return chunks;
}

function layOut(
  tokens: number,
  chunks: number,
  vocabulary: number,
  { vectorSize, window, negative }: Word2vecOptions,
  threads: number,
  threadBytes: Word2vecKernel['threadBytes'],
): Layout {
  let end = 1024;
  const reserve = (bytes: number): number => {
    const ptr = end;
    end += align(bytes);
    return ptr;
  };
  const rowBytes = align(vectorSize * 4);
  const tableSize = Math.min(2 ** 24, 2 ** Math.ceil(Math.log2(Math.max(2 ** 16, 16 * vocabulary))));
  const threadStride = align(threadBytes(vectorSize, window, negative, CHUNK_TOKENS + SENTENCE_TOKENS));
  const rowsPtr = reserve(vocabulary * 2 * rowBytes);
  return {
    inputPtr: rowsPtr,
    outputPtr: rowsPtr + rowBytes,
    rowStride: 2 * rowBytes,
    takenPtr: reserve(4),
    progressPtr: reserve(threads * PROGRESS_FIELDS * 8),
    chunksPtr: reserve(chunks * CHUNK_FIELDS * 4),
    tokensPtr: reserve(tokens * 4),
    keepPtr: reserve((vocabulary + 1) * 4),
    tablePtr: reserve(tableSize * 4),
    tableSize,
    threadsPtr: reserve(threads * threadStride),
    threadStride,
    end,
  };
}

/** Up to a whole cache line. */
function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

function allocate(bytes: number, vocabulary: number, vectorSize: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE);
  const need = `word2vec: ${vocabulary} words of ${vectorSize} numbers need ${(bytes / GIBIBYTE).toFixed(1)} GiB`;
  const advice = 'use smaller vectors (vectorSize) or a larger minimum count (minCount)';
  if (pages * PAGE > 4 * GIBIBYTE) throw new RangeError(`${need}, expected at most 4; ${advice}`);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch {
    throw new RangeError(`${need}, more than this machine gives; ${advice}`);
  }
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

/** Word ids in proportion to count^0.75, shuffled, so that the kernel may read them in sequence. */
function fillNegativeTable(table: Int32Array, counts: ArrayLike<number>, vocabulary: number, seed: number): void {
  let total = 0;
  for (let word = 0; word < vocabulary; word++) total += counts[word]! ** 0.75;
  let share = 0;
  let at = 0;
  for (let word = 0; word < vocabulary; word++) {
    share += counts[word]! ** 0.75 / total;
    for (; at < table.length && (at + 0.5) / table.length < share; at++) table[at] = word;
  }
  table.fill(vocabulary - 1, at); // what rounding left over
  const random = randomNumbers(seed);
  for (let last = table.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const word = table[last]!;
    table[last] = table[other]!;
    table[other] = word;
  }
}

/** Numbers from 0 to 1 (exclusive), mulberry32 by Tommy Ettinger. */
function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Different for every thread, and from the seed of the initial weights. */
function threadSeed(seed: number, thread: number): number {
  return (Math.imul(seed, 0x9e3779b1) + Math.imul(thread + 1, 0x85ebca6b)) >>> 0;
}

function progressOf({ memory, layout, threads }: Word2vecJob): Float64Array {
  return new Float64Array(memory.buffer, layout.progressPtr, threads * PROGRESS_FIELDS);
}
