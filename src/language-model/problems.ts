// What can go wrong with a training of the language model, as data: the engine makes the sentences.

export type LanguageModelProblem =
  /** Fewer tokens than a training needs; of those held out at least one. */
  | { kind: 'fewTokens'; needed: number; training: number; heldOut: number }
  /**
   * It needs `bytes`: more than `available`, than the 4 GiB of WebAssembly, or, with the sizes
   * unknown, than the machine gave.
   */
  | { kind: 'languageModelTooLarge'; bytes: number; available: number; sizes?: MemorySizes }
  /** An embedding that stays as it is needs vectors to begin with. */
  | { kind: 'frozenWithoutVectors' }
  /** Its loss is no number or grew, as often as a training goes back (watch.ts). */
  | {
      kind: 'lossGrew';
      loss: number;
      gradient: number;
      /** From 1, and of how many. */
      step: number;
      steps: number;
      /** In this step, and at its peak as it was asked for. */
      learningRate: number;
      peakRate: number;
      clip: number;
    };

/** The options that memory grows with. */
export interface MemorySizes {
  hiddenSize: number;
  vocabulary: number;
  batchSize: number;
  steps: number;
}

export class LanguageModelError extends RangeError {
  override name = 'LanguageModelError';
  readonly problem: LanguageModelProblem;

  constructor(problem: LanguageModelProblem, options?: ErrorOptions) {
    super(`language model: ${JSON.stringify(problem)}`, options);
    this.problem = problem;
  }
}
