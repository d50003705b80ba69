// Makes the job of a training: splits the text, plans the network and lays out the memory that the
// threads share.

import { chooseCutoffs, isAdaptive } from '../network/clusters.ts';
import { createMemory } from '../network/memory.ts';
import { type NetworkOptions, type Plan, planNetwork } from '../network/network.ts';
import type { StartVectors } from '../network/parameters.ts';
import { createSignals } from '../network/team.ts';
import { languageModelConflict, type LanguageModelOptions, resolveLanguageModelOptions } from '../options.ts';
import { LanguageModelError } from '../problems.ts';
import { FIRST_WORD } from '../token-ids.ts';
import { type Checkpoint, checkpointLength, restoreCheckpoint } from './checkpoint.ts';
import { interval, type LanguageModelJob, stepsOfPass } from './job.ts';
import { knownWords, splitText } from './text.ts';
import { PROGRESS_LENGTH } from './watch.ts';

/** What a training may be given besides the text. */
export interface TrainingExtras {
  /**
   * Where options.input is 'word2vec', of embeddingSize numbers; or set the job's `vectors` before
   * it is run. Absent: it begins as drawn.
   */
  vectors?: StartVectors;
  /** Characters of each id, the space after a word included, for bits per character. */
  characters?: ArrayLike<number>;
  /** All ids are below it and known, however rare, in any order; absent: maxVocabulary decides. */
  vocabulary?: number;
  /** Checkpoint of a training with the same text, options and seed: it goes on from there. */
  checkpoint?: Checkpoint;
  /**
   * Faster where the process runs with V8's --experimental-wasm-revectorize (Node 24, processors
   * with 256-bit registers), slower else. The bits are the same.
   */
  wide?: boolean;
  /** Bytes that the machine can give; absent: nobody knows. */
  available?: number;
}

/** Fewer training tokens teach nothing. */
const FEWEST_TOKENS = 32;
/**
 * Optimiser steps that a pass over a small text takes at least, where that needs smaller batches.
 */
const FEWEST_STEPS = 20;

/**
 * Prepares a training. `tokens`: the corpus as ids by descending count, -1 for the end of a
 * sentence or document; `documents`: where each begins; `heldOut`: 1 for each that is held out,
 * none or some. Where none is, the end of the text is. `options`: resolved. Words that occur once
 * are unknown, as are those beyond maxVocabulary. Batch and window are made smaller for a small
 * text. Throws where the text is too small, options contradict each other, the memory would be too
 * large, or the checkpoint is of another training.
 */
export function createLanguageModelJob(
  kernel: WebAssembly.Module,
  tokens: Int32Array,
  documents: Int32Array,
  heldOut: Uint8Array,
  given: LanguageModelOptions,
  threads: number,
  seed: number,
  { vectors, characters, vocabulary, checkpoint, wide = false, available = Infinity }: TrainingExtras = {},
): LanguageModelJob {
  const conflict = languageModelConflict(given);
  if (conflict) throw new RangeError(`Options contradict each other: ${conflict}`);
  const options = resolveLanguageModelOptions(given, tokens.length);
  const words = vocabulary ?? knownWords(tokens, options.maxVocabulary);
  const text = splitText(tokens, documents, heldOut, options.heldOut, words, characters ?? null);
  const trainingTokens = text.training.length - 1;
  if (trainingTokens < FEWEST_TOKENS || text.heldOut.length < 2) {
    throw new LanguageModelError({
      kind: 'fewTokens',
      needed: FEWEST_TOKENS,
      training: trainingTokens,
      heldOut: text.heldOut.length - 1,
    });
  }
  const { input, cell, layers, attention, tied, hiddenSize, dropout, inputDropout, weightDropout, embeddingDropout } =
    options;
  const sizes: NetworkOptions = {
    cell,
    layers,
    attention,
    tied,
    hiddenSize,
    dropout,
    inputDropout,
    weightDropout,
    embeddingDropout,
    vocabulary: words + FIRST_WORD,
    oneHot: input === 'onehot',
    embeddingSize: options.embeddingSize,
    freezeEmbedding: options.freezeEmbedding,
    cutoffs: isAdaptive(options.softmax, words + FIRST_WORD)
      ? chooseCutoffs(countsOf(text.training, words + FIRST_WORD))
      : [],
    ...resolveBatch(options, trainingTokens),
  };
  const plan = planNetwork(sizes, threads);
  checkMemory(plan, available);
  const steps = options.epochs * stepsOfPass(text.training, sizes);
  const floats = (count: number) => new Float32Array(new SharedArrayBuffer(count * 4));
  const job: LanguageModelJob = {
    kernel,
    memory: createMemory(plan.bytes),
    sizes,
    options,
    threads,
    seed,
    wide,
    vectors: (input === 'word2vec' && vectors) || null,
    trainingText: text.training,
    heldOutText: text.heldOut,
    heldOutCharacters: text.heldOutCharacters,
    signals: createSignals(),
    progress: new Float64Array(new SharedArrayBuffer(PROGRESS_LENGTH * 8)),
    losses: floats(steps),
    norms: floats(steps),
    heldOutLosses: new Float64Array(new SharedArrayBuffer(measurements(options, steps) * 8)),
    kept: floats(plan.parameters.bytes / 4),
    checkpoint: floats(checkpointLength(plan)),
    checkpointProgress: new Float64Array(new SharedArrayBuffer(PROGRESS_LENGTH * 8)),
    checkpointState: new Int32Array(new SharedArrayBuffer(4)),
  };
  if (checkpoint) restoreCheckpoint(job, checkpoint);
  return job;
}

/** Throws where a training would take more than there is. */
function checkMemory(plan: Plan, available: number): void {
  const bytes = plan.bytes + plan.parameters.bytes + checkpointLength(plan) * 4;
  if (bytes <= available) return;
  const { hiddenSize, vocabulary, batchSize, steps } = plan.options;
  const sizes = { hiddenSize, vocabulary, batchSize, steps };
  throw new LanguageModelError({ kind: 'languageModelTooLarge', bytes, available, sizes });
}

/** Counts of each token. */
function countsOf(text: Int32Array, vocabulary: number): Float64Array {
  const counts = new Float64Array(vocabulary);
  for (const token of text) counts[token]!++;
  return counts;
}

const measurements = (options: LanguageModelOptions, steps: number): number =>
  Math.ceil(steps / interval(options, steps));

/** B and T for a text: as asked for, or so much smaller that a pass takes FEWEST_STEPS steps. */
function resolveBatch(
  { batchSize, steps }: LanguageModelOptions,
  tokens: number,
): { batchSize: number; steps: number } {
  const most = Math.max(1, Math.floor(tokens / (FEWEST_STEPS * steps)));
  return {
    batchSize: Math.min(batchSize, most),
    steps: Math.min(steps, Math.max(2, Math.floor(tokens / FEWEST_STEPS))),
  };
}
