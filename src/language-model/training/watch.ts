// What notices that a training goes wrong, so that it can go on from weights that were good, at
// half the learning rate: gradients that explode, and a loss that is no better than that of
// counting words. Both losses are of the same tokens, so that their difference tells of the model,
// not of the text.

import { learningRateAt, type Schedule } from '../network/optimizer.ts';
import { PROGRESS } from './progress.ts';

/** Why a training went on at half the learning rate. */
export type Trouble = 'gradient' | 'loss';

export interface Recovery {
  /**
   * The optimiser step that was not taken, from 0, and after how many steps the weights were that
   * it went on from.
   */
  step: number;
  from: number;
  trouble: Trouble;
}

const TROUBLES: readonly Trouble[] = ['gradient', 'loss'];
/** A training that goes wrong more often is given up. */
export const MOST_RECOVERIES = 6;
/** Numbers of a recovery in the progress. */
const NUMBERS = 3;
/** Numbers of a job's progress. */
export const PROGRESS_LENGTH = PROGRESS.recovered + NUMBERS * MOST_RECOVERIES;

/** Steps that running means are over. */
const SHORT = 10;
const LONG = 100;
/**
 * How many times the mean, after clipping, a gradient that has exploded is, and after how many
 * steps the mean is known.
 */
const EXPLODED = 100;
const KNOWN_AFTER = 20;
/** How far the running mean of a loss that has risen is above that of counting words, nats. */
const RISEN = 0.5;
/**
 * How far a loss that does not stand still gets below that of counting words, and over how many
 * steps at the full learning rate.
 */
const LEARNED = 0.02;
const STILL_AFTER = 150;
/** A learning rate below it is not why a loss stands still. */
const SLOW = 1e-3;
/**
 * Steps over which the learning rate rises after a recovery: Adam knows nothing of the gradients at
 * first.
 */
const RISE = 20;

/** How often it went wrong, and when. */
export function recoveriesOf(progress: Float64Array): Recovery[] {
  return Array.from({ length: progress[PROGRESS.recoveries]! }, (_, index) => {
    const [step, from, trouble] = progress.subarray(PROGRESS.recovered + NUMBERS * index);
    return { step: step!, from: from!, trouble: TROUBLES[trouble!]! };
  });
}

/** Writes down one more. */
export function addRecovery(progress: Float64Array, { step, from, trouble }: Recovery): void {
  const index = progress[PROGRESS.recoveries]!;
  progress.set([step, from, TROUBLES.indexOf(trouble)], PROGRESS.recovered + NUMBERS * index);
  progress[PROGRESS.recoveries] = index + 1;
}

/**
 * What Adam takes for step `step`, from 0, of `steps`: the number of its own steps, from 1, and the
 * learning rate.
 */
export function adamStepAt(
  step: number,
  steps: number,
  schedule: Schedule,
  recoveries: readonly Recovery[],
): { adamStep: number; learningRate: number } {
  const before = recoveries.filter((recovery) => recovery.step <= step);
  const last = before.at(-1);
  const adamStep = step - (last?.step ?? 0) + 1;
  const rise = last ? Math.min(1, adamStep / RISE) : 1;
  return { adamStep, learningRate: rise * learningRateAt(step, steps, schedule) * 0.5 ** before.length };
}

/** The running means of a training, whose numbers a checkpoint holds. */
export class Watch {
  /** Steps since the training began, or was recovered. */
  #steps: number;
  /** Running mean of the gradient's norm, after clipping. */
  #norm: number;
  /** Running means of the loss less that of counting words, nats, over about 10 and 100 steps. */
  #excess: number;
  #slowExcess: number;

  /** `progress`: of a training that goes on; absent: of one that begins, or begins again. */
  constructor(progress: Float64Array = new Float64Array(PROGRESS_LENGTH)) {
    this.#steps = progress[PROGRESS.watchedSteps]!;
    this.#norm = progress[PROGRESS.meanNorm]!;
    this.#excess = progress[PROGRESS.excess]!;
    this.#slowExcess = progress[PROGRESS.slowExcess]!;
  }

  /** What the next one is given as progress. */
  get numbers(): Record<'watchedSteps' | 'meanNorm' | 'excess' | 'slowExcess', number> {
    return { watchedSteps: this.#steps, meanNorm: this.#norm, excess: this.#excess, slowExcess: this.#slowExcess };
  }

  /**
   * Whether the weights are worth keeping: they are better than counting words, or as they were
   * drawn or kept.
   */
  get isGood(): boolean {
    return this.#steps === 0 || this.#excess < 0;
  }

  /**
   * Between a step's gradient and its update: what is wrong, or null. `excess`: the loss less that
   * of counting words, nats a token; `norm`: of the gradient, infinite or no number where the loss
   * is. `isFull`: the learning rate, `rate`, has risen.
   */
  observe(excess: number, norm: number, clip: number, rate: number, isFull: boolean): Trouble | null {
    const clipped = Math.min(norm, clip);
    if (!Number.isFinite(excess + norm)) return 'gradient';
    if (this.#steps >= KNOWN_AFTER && clipped > EXPLODED * this.#norm) return 'gradient';
    this.#steps++;
    const mean = (before: number, now: number, steps: number): number =>
      before + (now - before) / Math.min(this.#steps, steps);
    this.#norm = mean(this.#norm, clipped, LONG);
    this.#excess = mean(this.#excess, excess, SHORT);
    this.#slowExcess = mean(this.#slowExcess, excess, LONG);
    if (this.#steps >= SHORT && this.#excess > RISEN) return 'loss';
    const standsStill = isFull && rate > SLOW && this.#steps >= STILL_AFTER;
    return standsStill && Math.min(this.#excess, this.#slowExcess) > -LEARNED ? 'loss' : null;
  }
}
