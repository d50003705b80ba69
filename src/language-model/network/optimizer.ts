// Adam (Kingma, Ba 2015) with decoupled weight decay (AdamW: Loshchilov, Hutter 2019), after
// clipping the gradient by its norm (Pascanu et al. 2013); and the learning rate by step. Biases do
// not decay, and frozen parameters do not count.

import type { LanguageModelOptions } from '../options.ts';
import type { Context } from './memory.ts';
import type { Parameter } from './parameters.ts';

/** As in the paper and in PyTorch. */
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;
/** Parameters that are taken at a time. */
const CHUNK = 16_384;

interface Chunk {
  ptr: number;
  count: number;
  decays: boolean;
  pace: number;
}

const chunksOf = (parameters: readonly Parameter[]): Chunk[] =>
  parameters.flatMap(({ ptr, bytes, shape, pace }) =>
    Array.from({ length: Math.ceil(bytes / 4 / CHUNK) }, (_, index) => ({
      ptr: ptr + index * CHUNK * 4,
      count: Math.min(CHUNK, bytes / 4 - index * CHUNK),
      decays: shape.length > 1,
      pace,
    })),
  );

/** Bytes that the sums of squares take. */
export const sizeOfSquares = (parameters: readonly Parameter[]): number => chunksOf(parameters).length * 8;

export class Optimizer {
  readonly #context: Context;
  readonly #chunks: Chunk[];
  readonly #first: number;
  readonly #last: number;
  readonly #squares: Float64Array;

  /**
   * Gradients, their running means and the means of their squares stand 1, 2 and 3 times
   * `toGradient` behind the parameters.
   */
  constructor(context: Context, parameters: readonly Parameter[], squares: number) {
    this.#context = context;
    this.#chunks = chunksOf(parameters);
    [this.#first, this.#last] = context.team.share(this.#chunks.length);
    this.#squares = new Float64Array(context.memory.buffer, squares, this.#chunks.length);
  }

  /** The norm of the whole gradient, in every thread. */
  *norm(): Generator<void, number> {
    const { kernel, team, toGradient } = this.#context;
    for (let index = this.#first; index < this.#last; index++) {
      const { ptr, count } = this.#chunks[index]!;
      this.#squares[index] = kernel.sumSquares(ptr + toGradient, count);
      yield;
    }
    team.barrier();
    return Math.sqrt(this.#squares.reduce((sum, square) => sum + square, 0));
  }

  /** Forgets the running means of this thread's part, as before the first step. */
  forget(): void {
    const { kernel, toGradient } = this.#context;
    for (const { ptr, count } of this.#chunks.slice(this.#first, this.#last)) {
      for (const mean of [2, 3]) kernel.zero(ptr + mean * toGradient, count * 4);
    }
  }

  /**
   * Step number `step`, from 1, with the gradient scaled down to the norm `clip` where `norm` is
   * more.
   */
  *step(step: number, learningRate: number, weightDecay: number, norm: number, clip: number): Generator<void> {
    const { kernel, team, toGradient } = this.#context;
    for (let index = this.#first; index < this.#last; index++) {
      const { ptr, count, decays, pace } = this.#chunks[index]!;
      const rate = pace * learningRate;
      kernel.adam(
        ptr,
        ptr + toGradient,
        ptr + 2 * toGradient,
        ptr + 3 * toGradient,
        count,
        Math.min(1, clip / norm),
        rate / (1 - BETA1 ** step),
        1 / Math.sqrt(1 - BETA2 ** step),
        BETA1,
        BETA2,
        EPSILON,
        decays ? 1 - rate * weightDecay : 1,
      );
      yield;
    }
    team.barrier();
  }
}

/**
 * `learningRate`: at its peak; layers learn at a share of it (`Parameter.pace`). `warmUp`: share of
 * the steps over which it rises. `decay`: how it falls over the others, to a tenth.
 */
export type Schedule = Pick<LanguageModelOptions, 'learningRate' | 'warmUp' | 'decay'>;

/** Steps, of `steps`, over which the learning rate rises. */
export const warmUpSteps = (steps: number, { warmUp }: Schedule): number => Math.ceil(steps * warmUp);

/** Learning rate of step `step`, from 0, of `steps`. */
export function learningRateAt(step: number, steps: number, schedule: Schedule): number {
  const { learningRate, decay } = schedule;
  const rising = warmUpSteps(steps, schedule);
  if (step < rising) return (learningRate * (step + 1)) / rising;
  const done = (step - rising) / Math.max(1, steps - rising);
  const left = { linear: 1 - done, cosine: (1 + Math.cos(Math.PI * done)) / 2, none: 1 }[decay];
  return learningRate * (0.1 + 0.9 * left);
}
