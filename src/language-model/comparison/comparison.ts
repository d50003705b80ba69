// RNN, GRU, LSTM and attention side by side: each is trained on the same text for the same number
// of tokens, and measured with the same rulers. Numbers, not prose.

import { type Architecture, architectureOf } from '../network/parameters.ts';
import type { LanguageModelOptions } from '../options.ts';
import { createLanguageModelJob, type TrainingExtras } from '../training/create-job.ts';
import { languageModelProgress, languageModelResult } from '../training/job.ts';
import { LanguageModelThread } from '../training/training-thread.ts';
import { copyTask, type CopyTaskResult } from './copy-task.ts';
import { hiddenSizeWithParameters, multiplyAddsPerToken, parameterCount } from './costs.ts';
import { gradientByDistance, perplexityByContext } from './memory-span.ts';

export interface Contender {
  name: string;
  options: LanguageModelOptions;
}

/** What all contenders are given; see `createLanguageModelJob`. Cloneable. */
export interface ComparisonSetup {
  kernel: WebAssembly.Module;
  tokens: Int32Array;
  documents: Int32Array;
  heldOut: Uint8Array;
  seed: number;
  extras?: TrainingExtras;
  /** Lengths that the context is cut to. */
  contexts: readonly number[];
  /** How many steps back the gradient is followed. */
  gradientDistance: number;
  /** Places of the held-out text for both. */
  places: number;
  /**
   * Distances of the copy task, ascending; those beyond the first that is not learned are left out.
   */
  copyDistances: readonly number[];
  /** The same ones for every cell, and training steps with each at most. */
  copyRates: readonly number[];
  copySteps: number;
  copyHiddenSize: number;
}

export const COMPARISON_DEFAULTS = {
  contexts: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
  gradientDistance: 128,
  places: 512,
  copyDistances: [1, 2, 4, 8, 16, 32, 64, 128],
  copyRates: [0.08, 0.02, 0.01],
  copySteps: 1000,
  copyHiddenSize: 64,
} as const;

export interface CellReport {
  name: string;
  cell: LanguageModelOptions['cell'];
  attention: boolean;
  hiddenSize: number;
  parameters: number;
  multiplyAddsPerToken: number;
  /** Perplexity of the held-out text. */
  perplexity: number;
  bitsPerCharacter: number | null;
  /** Tokens trained on; in one thread. */
  trainedTokens: number;
  seconds: number;
  tokensPerSecond: number;
  perplexityByContext: { context: number; perplexity: number }[];
  /** Index k: mean norm of the gradient of the loss in the state of k steps before. */
  gradientByDistance: number[];
  copyTask: CopyTaskResult[];
}

/**
 * RNN, GRU, LSTM, and LSTM with attention, all with the options' hidden size, or each with the one
 * that gives it as many parameters as the LSTM of the options has. `vocabulary`: tokens, as far as
 * that is known.
 */
export function contenders(
  options: LanguageModelOptions,
  equal: 'hiddenSize' | 'parameters',
  vocabulary = options.maxVocabulary,
): Contender[] {
  const kinds = [
    { name: 'RNN', cell: 'rnn', attention: false },
    { name: 'GRU', cell: 'gru', attention: false },
    { name: 'LSTM', cell: 'lstm', attention: false },
    { name: 'LSTM + attention', cell: 'lstm', attention: true },
  ] as const;
  const architecture: Architecture = { ...options, vocabulary, oneHot: options.input === 'onehot' };
  const count = parameterCount({ ...architecture, cell: 'lstm', attention: false });
  return kinds.map(({ name, cell, attention }) => {
    const hiddenSize =
      equal === 'hiddenSize'
        ? options.hiddenSize
        : hiddenSizeWithParameters({ ...architecture, cell, attention }, count);
    const embeddingSize = options.tied ? hiddenSize : options.embeddingSize;
    return { name, options: { ...options, cell, attention, hiddenSize, embeddingSize } };
  });
}

/** Milliseconds after which a call of `step` ends. */
const SLICE = 20;
/** Share of the symbols that are answered right once the copy task is learned. */
const LEARNED = 0.99;
/** The training's share of the whole, for `fraction`. */
const TRAINING = 0.8;

/**
 * One contender's training and measurements, in one thread: contenders may run in threads side by
 * side.
 */
export class CellComparison {
  readonly #setup: ComparisonSetup;
  readonly #contender: Contender;
  readonly #work: Generator<void, CellReport>;
  #report: CellReport | null = null;
  #fraction = 0;

  /** Throws where `createLanguageModelJob` does. */
  constructor(setup: ComparisonSetup, contender: Contender) {
    this.#setup = setup;
    this.#contender = contender;
    this.#work = this.#run();
  }

  /** Works for about 20 ms; false where nothing is left. Throws where the training diverges. */
  step(): boolean {
    const end = Date.now() + SLICE;
    do {
      const { done, value } = this.#work.next();
      if (done) this.#report = value;
      if (done) return false;
    } while (Date.now() < end);
    return true;
  }

  /** How far it is, 0 to 1: the training is taken for four fifths. */
  get fraction(): number {
    return this.#fraction;
  }

  /** Throws before the end. */
  report(): CellReport {
    if (!this.#report) throw new Error(`The comparison of ${this.#contender.name} is not at its end`);
    return this.#report;
  }

  *#run(): Generator<void, CellReport> {
    const { kernel, tokens, documents, heldOut, seed, extras } = this.#setup;
    const { contexts, gradientDistance, places, copyDistances } = this.#setup;
    const { name, options } = this.#contender;
    const { cell, attention } = options;
    const job = createLanguageModelJob(kernel, tokens, documents, heldOut, options, 1, seed, extras);
    const thread = new LanguageModelThread(job, 0);
    const start = Date.now();
    let milliseconds = 0;
    for (let goesOn = true; goesOn;) {
      goesOn = thread.step();
      const { phase, tokens: done, total } = languageModelProgress(job);
      if (phase === 'training') this.#fraction = (TRAINING * done) / total;
      else if (milliseconds === 0) milliseconds = Date.now() - start;
      yield;
    }
    const seconds = Math.max(1, milliseconds) / 1000;
    const { trainedTokens } = languageModelProgress(job);
    const { tensors, perplexity, bitsPerCharacter } = languageModelResult(job);
    const architecture = architectureOf(tensors);
    const text = job.heldOutText;
    const window = job.sizes.steps;
    this.#fraction = TRAINING;
    const byContext = yield* perplexityByContext(kernel, tensors, text, contexts, window, places);
    const gradients = yield* gradientByDistance(kernel, tensors, text, gradientDistance, places);
    const copied: CopyTaskResult[] = [];
    for (const distance of copyDistances) {
      const result = yield* this.#copy(distance);
      copied.push(result);
      this.#fraction = TRAINING + (1 - TRAINING) * (copied.length / copyDistances.length);
      if (result.accuracy < LEARNED) break;
    }
    return {
      name,
      cell,
      attention,
      hiddenSize: options.hiddenSize,
      parameters: parameterCount(architecture),
      multiplyAddsPerToken: multiplyAddsPerToken(architecture, window),
      perplexity,
      bitsPerCharacter,
      trainedTokens,
      seconds,
      tokensPerSecond: trainedTokens / seconds,
      perplexityByContext: byContext,
      gradientByDistance: [...gradients],
      copyTask: copied,
    };
  }

  #copy(distance: number): Generator<void, CopyTaskResult> {
    const { kernel, seed, copyRates: learningRates, copySteps: steps, copyHiddenSize: hiddenSize } = this.#setup;
    const { cell, attention, layers } = this.#contender.options;
    return copyTask(kernel, { cell, attention, layers, hiddenSize, steps, learningRates }, distance, seed);
  }
}

/**
 * All contenders, one after the other. Yields between slices of about 20 ms, with the contender's
 * number.
 */
export function* compareCells(setup: ComparisonSetup, all: readonly Contender[]): Generator<number, CellReport[]> {
  const reports: CellReport[] = [];
  for (const [index, contender] of all.entries()) {
    const comparison = new CellComparison(setup, contender);
    while (comparison.step()) yield index;
    reports.push(comparison.report());
  }
  return reports;
}
