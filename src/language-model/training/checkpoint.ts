// A training between two steps, as a plain object: a job that is given it goes on with the same
// bits as the one that was not broken off, whatever the number of threads.

import { FNV_OFFSET, fnv1a } from '../../numerics/hash.ts';
import { type Plan, stateLength } from '../network/network.ts';
import type { LanguageModelJob } from './job.ts';
import { PROGRESS } from './progress.ts';

export interface Checkpoint {
  /** What must be the same for a training to go on. */
  training: string;
  /** Optimiser steps done. */
  step: number;
  /** The job's progress. */
  progress: Float64Array;
  /**
   * Parameters with Adam's means, the recurrent states, the kept parameters, as they stand in
   * memory.
   */
  floats: Float32Array;
  losses: Float32Array;
  norms: Float32Array;
  heldOutLosses: Float64Array;
}

/** Values of a job's `checkpointState`. */
export const CHECKPOINT = { none: 0, asked: 1, ready: 2, given: 3 };

/** Floats of a checkpoint. */
export const checkpointLength = (plan: Plan): number => stateLength(plan) + plan.parameters.bytes / 4;

/** Asks the threads for a checkpoint after the step they are in; `takeCheckpoint` gets it. */
export function askForCheckpoint({ checkpointState }: LanguageModelJob): void {
  Atomics.compareExchange(checkpointState, 0, CHECKPOINT.none, CHECKPOINT.asked);
}

/**
 * The checkpoint that was asked for, or null as long as it is not there. Its `floats` are the
 * job's, and stay as they are until `releaseCheckpoint`.
 */
export function takeCheckpoint(job: LanguageModelJob): Checkpoint | null {
  const { checkpoint, checkpointProgress, checkpointState, losses, norms, heldOutLosses } = job;
  if (Atomics.load(checkpointState, 0) !== CHECKPOINT.ready) return null;
  const progress = checkpointProgress.slice();
  const step = progress[PROGRESS.steps]!;
  return {
    training: describe(job),
    step,
    progress,
    floats: checkpoint,
    losses: Float32Array.from(losses.subarray(0, step)),
    norms: Float32Array.from(norms.subarray(0, step)),
    heldOutLosses: Float64Array.from(heldOutLosses.subarray(0, progress[PROGRESS.measured])),
  };
}

/** Lets the threads make the next checkpoint in the place of the one that was taken. */
export function releaseCheckpoint({ checkpointState }: LanguageModelJob): void {
  Atomics.compareExchange(checkpointState, 0, CHECKPOINT.ready, CHECKPOINT.none);
}

/**
 * Lets a job that has not begun go on from a checkpoint. Throws where that is of another training.
 */
export function restoreCheckpoint(job: LanguageModelJob, checkpoint: Checkpoint): void {
  const expected = describe(job);
  if (checkpoint.training !== expected || checkpoint.floats.length !== job.checkpoint.length) {
    throw new RangeError(
      `The checkpoint of the language model is of another training, so that it cannot go on: expected ${expected}, got ${checkpoint.training}`,
    );
  }
  job.checkpoint.set(checkpoint.floats);
  job.kept.set(checkpoint.floats.subarray(checkpoint.floats.length - job.kept.length));
  job.progress.set(checkpoint.progress);
  job.losses.set(checkpoint.losses);
  job.norms.set(checkpoint.norms);
  job.heldOutLosses.set(checkpoint.heldOutLosses);
  job.checkpointState[0] = CHECKPOINT.given;
}

/** Options, seed, and a hash of the text. */
function describe({ sizes, options, seed, trainingText, heldOutText }: LanguageModelJob): string {
  let hash = FNV_OFFSET;
  for (const text of [trainingText, heldOutText]) {
    for (const token of text) hash = fnv1a(hash, token);
  }
  return JSON.stringify({ ...options, ...sizes, seed, text: hash >>> 0 });
}
