// The job of training a next-token model on a corpus: what the threads share (training-thread.ts runs it), how far it is, and what
// comes of it.

import { checkpointLength, restoreCheckpoint, type Checkpoint } from './checkpoint.ts';
import { chooseCutoffs, isAdaptive } from '../network/clusters.ts';
import { createMemory } from '../network/memory.ts';
import { planNetwork, type NetworkOptions, type Plan } from '../network/network.ts';
import { learningRateAt } from '../network/optimizer.ts';
import { checkLanguageModelOptions, resolveLanguageModelOptions, type LanguageModelOptions } from '../options.ts';
import { describingTensors, readParameters, type Tensor, type WordVectors } from '../network/parameters.ts';
import { PROGRESS } from './progress.ts';
import { FIRST_WORD, Streams } from './streams.ts';
import { createSignals } from '../network/team.ts';
import { knownWords, splitText } from './text.ts';

/** A plain object that survives a structured clone; its memory is shared by all threads. */
export interface LanguageModelJob {
  kernel: WebAssembly.Module;
  memory: WebAssembly.Memory;
  sizes: NetworkOptions;
  options: LanguageModelOptions;
  threads: number;
  seed: number;
  wide: boolean;
  /** What the embedding begins as, where options.input is 'word2vec'. */
  vectors: WordVectors | null;
  /** Tokens, an end of a sentence first. */
  trainingText: Int32Array<SharedArrayBuffer>;
  heldOutText: Int32Array<SharedArrayBuffer>;
  heldOutCharacters: number | null;
  signals: Int32Array<SharedArrayBuffer>;
  /** See progress.ts. */
  progress: Float64Array<SharedArrayBuffer>;
  /** (optimiser steps) each: mean negative log-likelihood of a step's tokens, nats; norm of its gradient before clipping. */
  losses: Float32Array<SharedArrayBuffer>;
  norms: Float32Array<SharedArrayBuffer>;
  /** (measurements): mean negative log-likelihood of the held-out tokens, nats. */
  heldOutLosses: Float64Array<SharedArrayBuffer>;
  /** The parameters as they stand in memory: the best measured ones, or those of a step when all was well. */
  kept: Float32Array<SharedArrayBuffer>;
  /** See checkpoint.ts. */
  checkpoint: Float32Array<SharedArrayBuffer>;
  checkpointProgress: Float64Array<SharedArrayBuffer>;
  checkpointState: Int32Array<SharedArrayBuffer>;
}

export interface LanguageModelProgress {
  phase: 'training' | 'evaluating';
  /** Tokens done in this phase, out of `total`. */
  tokens: number;
  total: number;
  /** Mean negative log-likelihood of the last step's tokens, nats; 0 before the first. */
  loss: number;
  /** Optimiser steps done, and the tokens they learned from. */
  steps: number;
  trainedTokens: number;
}

export interface LanguageModelResult {
  /** By PyTorch's names and in its layout: see parameters.ts. */
  tensors: Record<string, Tensor>;
  /**
   * exp of the mean negative log-likelihood of the held-out tokens, unknown signs and ends of sentences included; NaN where
   * none was measured, as bitsPerCharacter is then.
   */
  perplexity: number;
  /**
   * The same text's bits for each of its characters; null where the characters are not known. A word that the model only
   * knows as unknown counts with all its characters: compare models of one vocabulary.
   */
  bitsPerCharacter: number | null;
  heldOutTokens: number;
  /** Measurements, nats a token, after which steps; the result's is the least. */
  heldOutLosses: { step: number; loss: number }[];
  /** Steps done; fewer than planned where it stopped early. */
  steps: number;
  plannedSteps: number;
  /** (steps) each: nats a token; norm of the gradient before clipping; learning rate. */
  losses: Float32Array;
  gradientNorms: Float32Array;
  learningRates: Float32Array;
}

/** What a training may be given besides the text. */
export interface TrainingExtras {
  /** Where options.input is 'word2vec', of embeddingSize numbers; or set the job's `vectors` before it is run. Absent: it begins as drawn. */
  vectors?: WordVectors;
  /** Characters of each id, the space after a word included, for bits per character. */
  characters?: ArrayLike<number>;
  /** All ids are below it and known, however rare, in any order; absent: maxVocabulary decides. */
  vocabulary?: number;
  /** Of a training with the same text, options and seed: it goes on from there. */
  checkpoint?: Checkpoint;
  /**
   * Faster where the process runs with V8's --experimental-wasm-revectorize (Node 24, processors with 256-bit registers),
   * slower else. The bits are the same.
   */
  wide?: boolean;
  /** Bytes that the machine can give; absent: nobody knows. */
  available?: number;
}

/** Fewer training tokens teach nothing. */
const FEWEST_TOKENS = 32;
/** Optimiser steps that a pass over a small text takes at least, where that needs smaller batches. */
const FEWEST_STEPS = 20;

/**
 * Prepares a training. `tokens`: the corpus as ids by descending count, -1 for the end of a sentence or document;
 * `documents`: where each begins; `heldOut`: 1 for each that is held out, none or some. Where none is, the end of the text
 * is. `options`: resolved. Words that occur once are unknown, as are those beyond maxVocabulary. Batch and window are
 * made smaller for a small text. Throws where the text is too small, options contradict each other, the memory would be
 * too large, or the checkpoint is of another training.
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
  checkLanguageModelOptions(given);
  const options = resolveLanguageModelOptions(given, tokens.length);
  const words = vocabulary ?? knownWords(tokens, options.maxVocabulary);
  const text = splitText(tokens, documents, heldOut, options.heldOut, words, characters ?? null);
  const trainingTokens = text.training.length - 1;
  if (trainingTokens < FEWEST_TOKENS || text.heldOut.length < 2) {
    throw new RangeError(
      `The language model needs at least ${FEWEST_TOKENS} tokens to learn from and 1 held out, ` +
        `got ${trainingTokens} and ${text.heldOut.length - 1}`,
    );
  }
  const { input, cell, layers, attention, tied, hiddenSize, dropout, inputDropout, weightDropout, embeddingDropout } =
    options;
  const sizes: NetworkOptions = {
    ...{ cell, layers, attention, tied, hiddenSize, dropout, inputDropout, weightDropout, embeddingDropout },
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
    progress: new Float64Array(new SharedArrayBuffer(Object.keys(PROGRESS).length * 8)),
    losses: floats(steps),
    norms: floats(steps),
    heldOutLosses: new Float64Array(new SharedArrayBuffer(measurements(options, steps) * 8)),
    kept: floats(plan.parameters.bytes / 4),
    checkpoint: floats(checkpointLength(plan)),
    checkpointProgress: new Float64Array(new SharedArrayBuffer(Object.keys(PROGRESS).length * 8)),
    checkpointState: new Int32Array(new SharedArrayBuffer(4)),
  };
  if (checkpoint) restoreCheckpoint(job, checkpoint);
  return job;
}

/** Throws where a training would take more than there is. */
function checkMemory(plan: Plan, available: number): void {
  const bytes = plan.bytes + plan.parameters.bytes + checkpointLength(plan) * 4;
  if (bytes <= available) return;
  const size = (count: number): string =>
    count < 2 ** 30 ? `${Math.ceil(count / 2 ** 20)} MiB` : `${(count / 2 ** 30).toFixed(1)} GiB`;
  const { hiddenSize, vocabulary, batchSize, steps } = plan.options;
  throw new RangeError(
    `The language model would need ${size(bytes)} of memory to train, and this machine has ${size(available)} free; ` +
      `lower hiddenSize (${hiddenSize}), maxVocabulary (${vocabulary}), batchSize (${batchSize}) or steps (${steps})`,
  );
}

/** Of each token. */
function countsOf(text: Int32Array, vocabulary: number): Float64Array {
  const counts = new Float64Array(vocabulary);
  for (const token of text) counts[token]!++;
  return counts;
}

/** Optimiser steps of a pass over the training text. */
export const stepsOfPass = (text: Int32Array, { batchSize, steps }: NetworkOptions): number =>
  Math.ceil(new Streams(text, batchSize).length / steps);

/** Steps from measurement to measurement; the last step is followed by one as well. */
export const interval = ({ patience, evaluateEvery, epochs }: LanguageModelOptions, steps: number): number =>
  patience > 0 ? Math.min(steps, evaluateEvery || steps / epochs) : steps;

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

/** How far a job is; cheap. */
export function languageModelProgress({ progress }: LanguageModelJob): LanguageModelProgress {
  return {
    phase: progress[PROGRESS.evaluating] ? 'evaluating' : 'training',
    tokens: progress[PROGRESS.tokens]!,
    total: progress[PROGRESS.total]!,
    loss: progress[PROGRESS.loss]!,
    steps: progress[PROGRESS.steps]!,
    trainedTokens: progress[PROGRESS.trainedTokens]!,
  };
}

/** The trained model; throws where the job is not done. The caller owns the tensors. */
export function languageModelResult(job: LanguageModelJob): LanguageModelResult {
  if (!job.progress[PROGRESS.done]) throw new Error('The language model is not trained to the end');
  return resultOf(job, new Float32Array(job.memory.buffer));
}

/**
 * The last weights that were good, and after how many steps: those that measured best, or, before anything was measured,
 * those of the last step 0, 100, 200 … at which the loss was not above the first one. Null where the job has not begun. For
 * a training that threw.
 */
export function keptLanguageModel(job: LanguageModelJob): (LanguageModelResult & { step: number }) | null {
  if (job.kept.every((value) => value === 0)) return null;
  const { ptr, bytes } = planNetwork(job.sizes, job.threads).parameters;
  const floats = new Float32Array((ptr + bytes) / 4);
  floats.set(job.kept, ptr / 4);
  return { step: job.progress[PROGRESS.keptStep]!, ...resultOf(job, floats) };
}

/** `floats`: memory with the parameters in their place. */
function resultOf(job: LanguageModelJob, floats: Float32Array): LanguageModelResult {
  const { progress, options, losses, norms, heldOutLosses, heldOutText, heldOutCharacters } = job;
  const steps = progress[PROGRESS.steps]!;
  const loss = progress[PROGRESS.heldOutLoss] || NaN;
  const heldOutTokens = heldOutText.length - 1;
  const every = interval(options, losses.length);
  return {
    tensors: {
      ...readParameters(floats, planNetwork(job.sizes, job.threads).parameters),
      ...describingTensors(job.sizes),
    },
    perplexity: Math.exp(loss),
    bitsPerCharacter: heldOutCharacters && (loss * heldOutTokens) / Math.LN2 / heldOutCharacters,
    heldOutTokens,
    heldOutLosses: Array.from(heldOutLosses.subarray(0, progress[PROGRESS.measured]), (each, index) => ({
      step: Math.min(losses.length, (index + 1) * every),
      loss: each,
    })),
    steps,
    plannedSteps: losses.length,
    losses: Float32Array.from(losses.subarray(0, steps)),
    gradientNorms: Float32Array.from(norms.subarray(0, steps)),
    learningRates: Float32Array.from({ length: steps }, (_, step) => learningRateAt(step, losses.length, options)),
  };
}
