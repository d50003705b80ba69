// The job of training a next-token model on a corpus: what the threads share, how far it is, and
// what comes of it. create-job.ts makes it, training-thread.ts runs it, checkpoint.ts stops and
// resumes it.

import { type NetworkOptions, planNetwork } from '../network/network.ts';
import { describingTensors, readParameters, type StartVectors, type Tensor } from '../network/parameters.ts';
import type { LanguageModelOptions } from '../options.ts';
import { PROGRESS } from './progress.ts';
import { Streams } from './streams.ts';
import { unigramLosses } from './text.ts';
import { adamStepAt, recoveriesOf, type Recovery } from './watch.ts';

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
  vectors: StartVectors | null;
  /** Tokens, an end of a sentence first. */
  trainingText: Int32Array<SharedArrayBuffer>;
  heldOutText: Int32Array<SharedArrayBuffer>;
  heldOutCharacters: number | null;
  signals: Int32Array<SharedArrayBuffer>;
  /** See progress.ts. */
  progress: Float64Array<SharedArrayBuffer>;
  /**
   * (optimiser steps) each: mean negative log-likelihood of a step's tokens, nats; norm of its
   * gradient before clipping.
   */
  losses: Float32Array<SharedArrayBuffer>;
  norms: Float32Array<SharedArrayBuffer>;
  /** (measurements): mean negative log-likelihood of the held-out tokens, nats. */
  heldOutLosses: Float64Array<SharedArrayBuffer>;
  /**
   * The parameters as they stand in memory: the best measured ones, or those of a step when all was
   * well.
   */
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
  /** Where it went wrong so far, and went on at half the learning rate. */
  recoveries: Recovery[];
}

export interface LanguageModelResult {
  /** By PyTorch's names and in its layout: see parameters.ts. */
  tensors: Record<string, Tensor>;
  /**
   * exp of the mean negative log-likelihood of the held-out tokens, unknown signs and ends of
   * sentences included; NaN where none was measured, as bitsPerCharacter is then.
   */
  perplexity: number;
  /**
   * The same text's bits for each of its characters; `null` if the characters are not known. A word
   * that the model only knows as unknown counts with all its characters: compare models of one
   * vocabulary.
   */
  bitsPerCharacter: number | null;
  /**
   * The perplexity of counting words in the text that was learned from, on the same held-out text.
   */
  unigramPerplexity: number;
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
  /** Where the training went wrong and went on at half the learning rate. */
  recoveries: Recovery[];
}

/** Optimiser steps of a pass over the training text. */
export const stepsOfPass = (text: Int32Array, { batchSize, steps }: NetworkOptions): number =>
  Math.ceil(new Streams(text, batchSize).length / steps);

/** Steps from measurement to measurement; the last step is followed by one as well. */
export const interval = ({ patience, evaluateEvery, epochs }: LanguageModelOptions, steps: number): number =>
  patience > 0 ? Math.min(steps, evaluateEvery || steps / epochs) : steps;

/** How far a job is; cheap. */
export function languageModelProgress({ progress }: LanguageModelJob): LanguageModelProgress {
  return {
    phase: progress[PROGRESS.evaluating] ? 'evaluating' : 'training',
    tokens: progress[PROGRESS.tokens]!,
    total: progress[PROGRESS.total]!,
    loss: progress[PROGRESS.loss]!,
    steps: progress[PROGRESS.steps]!,
    trainedTokens: progress[PROGRESS.trainedTokens]!,
    recoveries: recoveriesOf(progress),
  };
}

/** The trained model; throws where the job is not done. The caller owns the tensors. */
export function languageModelResult(job: LanguageModelJob): LanguageModelResult {
  if (!job.progress[PROGRESS.done]) throw new Error('The language model is not trained to the end');
  return resultOf(job, new Float32Array(job.memory.buffer));
}

/**
 * The last weights that were good, and after how many steps: those that measured best, or, before
 * anything was measured, those of the last step 0, 100, 200 … at which the loss was below that of
 * counting words. `null` if the job has not begun. For a training that threw.
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
  const recoveries = recoveriesOf(progress);
  return {
    tensors: {
      ...readParameters(floats, planNetwork(job.sizes, job.threads).parameters),
      ...describingTensors(job.sizes),
    },
    perplexity: Math.exp(loss),
    unigramPerplexity: unigramPerplexity(job),
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
    learningRates: Float32Array.from(
      { length: steps },
      (_, step) => adamStepAt(step, losses.length, options, recoveries).learningRate,
    ),
    recoveries,
  };
}

function unigramPerplexity({ trainingText, heldOutText, sizes }: LanguageModelJob): number {
  const costs = unigramLosses(trainingText, sizes.vocabulary);
  const predicted = heldOutText.subarray(1);
  return Math.exp(predicted.reduce((sum, token) => sum + costs[token]!, 0) / predicted.length);
}
