// The numbers that a job's threads tell the outside, and each other, about where they are: indexes
// into its `progress`.

export const PROGRESS = {
  /** 1 while the held-out text is read. */
  evaluating: 0,
  /** Tokens done in this phase, and of how many. */
  tokens: 1,
  total: 2,
  /** Mean loss of a token in the last step. */
  loss: 3,
  /** The least so far. */
  heldOutLoss: 4,
  done: 5,
  /** Optimiser steps done, and after how many of them the kept parameters were kept. */
  steps: 6,
  keptStep: 7,
  /** Measurements of the held-out text, and how many of them since the best one. */
  measured: 8,
  sinceBest: 9,
  /** What watch.ts has noticed so far. */
  watchedSteps: 10,
  trainedTokens: 11,
  meanNorm: 12,
  excess: 13,
  slowExcess: 14,
  /**
   * How often the training went wrong and went on; of each, three numbers from `recovered` on
   * (watch.ts).
   */
  recoveries: 15,
  recovered: 16,
};
