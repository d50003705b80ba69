// Makes the job of a training: cuts the text into chunks, lays out the memory and fills it with
// what the threads need.

import { SETTINGS_BYTES, STEP } from '../kernel-interfaces/word2vec.ts';
import { aligned, BumpAllocator, MOST_PAGES } from '../numerics/bump-allocator.ts';
import { putCheckpoint, type Word2vecCheckpoint } from './checkpoint.ts';
import { type HuffmanPaths, huffmanPaths } from './huffman.ts';
import {
  CHUNK_FIELDS,
  CHUNK_TOKENS,
  CONTROL,
  CONTROL_FIELDS,
  type Layout,
  PROGRESS_FIELDS,
  SENTENCE_TOKENS,
  type Text,
  type Word2vecJob,
} from './job.ts';
import { instantiate, type KernelSettings, writeSettings } from './kernel.ts';
import { type InitialVectors, putInitial } from './matrices.ts';
import type { Word2vecOptions } from './options.ts';
import { Word2vecError } from './problems.ts';
import { ngramRows } from './subwords.ts';

/** Words an epoch from which on the loss is measured at every 16th position only. */
const LOSS_SAMPLED = 2_000_000;
/**
 * Floats that the columns are divided by in a deterministic training: parts of a size that is worth
 * a thread.
 */
const PART_STEPS = 6;
const MOST_PARTS = 8;
/**
 * Deterministic training: most turns that are scored together; fewer if a word has a larger share
 * of the noise than this.
 */
const MOST_TURNS = 32;
const MOST_TURNS_WITH_SUBWORDS = 8;
const SHARE_OF_NOISE = 0.03;
const STEP_FLOATS = STEP / 4;
/**
 * Nodes that each of several threads has a copy of; a chunk meets them a hundred times and more.
 */
const COPIED_SHARE = 0.01;
const MOST_COPIED = 256;

export interface Word2vecInput {
  text: Text;
  /** Count of every word, descending. */
  counts: ArrayLike<number>;
  /** Spelling of every word; needed for subwords. */
  words?: readonly string[];
  /**
   * Words that are kept more rarely than their count says, and the factor, 0 to 1, of how often.
   */
  keepFactors?: ReadonlyMap<number, number>;
  /** Resolved: `vectorSize`, `minCount` and `epochs` above 0. */
  options: Word2vecOptions;
  threads: number;
  seed: number;
  initial?: InitialVectors;
  checkpoint?: Word2vecCheckpoint;
}

/**
 * Lays out and fills the memory of one training. Throws a RangeError where fewer than two words
 * appear `minCount` times, where the options contradict each other, or where the job needs more
 * than 4 GiB.
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
  settings.mostTurns = parts ? mostTurns(counts, vocabulary, options) : 0;
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
    chanceLoss: 0,
    firstChunk: input.checkpoint?.chunk ?? 0,
    layout,
  };
  Atomics.store(job.control, CONTROL.pauseAt, -1);

  const keep = new Uint32Array(memory.buffer, settings.keepPtr, vocabulary + 1);
  fillKeep(keep, counts, options.sample);
  for (const [word, factor] of input.keepFactors ?? []) {
    if (word < vocabulary) keep[word + 1] = Math.floor(keep[word + 1]! * factor);
  }
  job.chanceLoss = Math.LN2 * meanOutputs(options.negative, paths, counts, keep);
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

interface Sizes {
  options: Word2vecOptions;
  vocabulary: number;
  buckets: number;
  threads: number;
  parts: number;
  paths: HuffmanPaths | null;
  subwords: Subwords | null;
}

/**
 * Lays out a job's memory and gives it, all zeros, with the settings that the kernel is to have.
 */
function allocate(
  kernel: WebAssembly.Module,
  { options, vocabulary, buckets, threads, parts, paths, subwords }: Sizes,
): { memory: WebAssembly.Memory; layout: Layout; settings: KernelSettings } {
  const allocator = new BumpAllocator();
  const reserve = (bytes: number): number => allocator.take(bytes);
  const { vectorSize, negative, hierarchicalSoftmax } = options;
  const rowBytes = aligned(vectorSize * 4);
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
    firstCopied: paths && threads > 1 && !parts ? firstCopied(paths) : vocabulary - 1,
    subwordsPtr: subwords ? reserve((subwords.starts.length + subwords.rows.length) * 4) : 0,
    lossInterval: 1,
    mostTurns: 0,
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
  const threadStride = aligned(threadBytes(1024));
  const textStride = aligned((CHUNK_TOKENS + SENTENCE_TOKENS) * 4);
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

  return { memory: takeMemory(allocator, { words: vocabulary, ngrams: buckets, vectorSize }), layout, settings };
}

/** Shared memory for what was reserved. Throws a Word2vecError if there is not so much. */
function takeMemory(
  { pages, end: bytes }: { pages: number; end: number },
  sizes: { words: number; ngrams: number; vectorSize: number },
): WebAssembly.Memory {
  const tooLarge = { kind: 'vectorsTooLarge' as const, ...sizes, bytes };
  if (pages > MOST_PAGES) throw new Word2vecError({ ...tooLarge, most: 'wasm' });
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch {
    throw new Word2vecError({ ...tooLarge, most: 'machine' });
  }
}

/**
 * The first of the inner nodes that are met at COPIED_SHARE of all positions, the uppermost of the
 * tree; at most MOST_COPIED of them.
 */
function firstCopied({ counts }: HuffmanPaths): number {
  const root = counts.length - 1;
  let first = root;
  while (first > Math.max(0, root - MOST_COPIED + 1) && counts[first - 1]! >= COPIED_SHARE * counts[root]!) first--;
  return first;
}

/** Lists that lie behind the pointers to where each begins. */
function writeLists(memory: WebAssembly.Memory, ptr: number, starts: Uint32Array, items: ArrayLike<number>): void {
  const first = ptr + starts.length * 4;
  const pointers = new Uint32Array(memory.buffer, ptr, starts.length);
  starts.forEach((start, index) => (pointers[index] = first + start * 4));
  new Uint32Array(memory.buffer, first, items.length).set(items);
}

/**
 * How often each word is kept, as gensim has it: sqrt(t / f) + t / f for a word of share f, t =
 * sample. The share is taken of the words that have a vector. In 2^32nds; the highest number keeps
 * all.
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

/**
 * Outputs of a position on average over the words that are kept: the word and its negatives, and
 * the nodes of its path.
 */
function meanOutputs(
  negative: number,
  paths: HuffmanPaths | null,
  counts: ArrayLike<number>,
  keep: Uint32Array,
): number {
  let [nodes, positions] = [0, 0];
  for (let word = 0; paths && word + 1 < paths.starts.length; word++) {
    const kept = counts[word]! * keep[word + 1]!;
    nodes += kept * (paths.starts[word + 1]! - paths.starts[word]!);
    positions += kept;
  }
  return (negative ? negative + 1 : 0) + (positions ? nodes / positions : 0);
}

/** Word ids in proportion to count^exponent, in order. */
/**
 * Most turns of a block in deterministic training. The negatives of a block are scored before any
 * of them is learned, so a word that is a large share of the noise would take many steps at once:
 * shares are measured in bench/README.md.
 */
function mostTurns(counts: ArrayLike<number>, vocabulary: number, options: Word2vecOptions): number {
  const most = options.subwords ? MOST_TURNS_WITH_SUBWORDS : MOST_TURNS;
  if (!options.negative) return most;
  let [largest, total] = [0, 0];
  for (let word = 0; word < vocabulary; word++) {
    const weight = counts[word]! ** options.nsExponent;
    largest = Math.max(largest, weight);
    total += weight;
  }
  return Math.max(1, Math.floor(most * Math.min(1, (SHARE_OF_NOISE * total) / largest) ** 2));
}

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
