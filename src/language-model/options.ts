// The options of the next-token model, their defaults and their ranges. Dimension names as in PyTorch: E, H, V, B, T.

export interface LanguageModelOptions {
  /** E, numbers for each token at the input. */
  embeddingSize: number;
  /** H, units of the LSTM layer. */
  hiddenSize: number;
  /** V, the most frequent words it knows, besides the unknown sign and the end of a sentence. */
  maxVocabulary: number;
  /** B, sequences trained side by side. */
  batchSize: number;
  /** T, time steps that a gradient flows back through. */
  steps: number;
  /** Passes over the text; 0: automatic, 1 for a text of a million words or more, up to 20 for smaller ones. */
  epochs: number;
  /** Of Adam. */
  learningRate: number;
  /** Gradients with a larger norm are scaled down to it. */
  clip: number;
  /** Share of the text, in whole files, that is held out and measures the perplexity. */
  heldOut: number;
}

export const LANGUAGE_MODEL_DEFAULTS: LanguageModelOptions = {
  embeddingSize: 128,
  hiddenSize: 128,
  maxVocabulary: 4096,
  batchSize: 32,
  steps: 32,
  epochs: 0,
  learningRate: 8e-3,
  clip: 1,
  heldOut: 0.05,
};

/** [least, most, whole numbers only] of each number. */
export const LANGUAGE_MODEL_RANGES: Record<keyof LanguageModelOptions, [least: number, most: number, whole: boolean]> =
  {
    embeddingSize: [8, 1024, true],
    hiddenSize: [8, 2048, true],
    maxVocabulary: [16, 65_536, true],
    batchSize: [1, 512, true],
    steps: [2, 512, true],
    epochs: [0, 1000, true],
    learningRate: [1e-6, 1, false],
    clip: [1e-3, 1000, false],
    heldOut: [0.001, 0.5, false],
  };

/** Puts figures in the place of "automatic". `words`: tokens of the text. */
export function resolveLanguageModelOptions(options: LanguageModelOptions, words: number): LanguageModelOptions {
  return { ...options, epochs: options.epochs || Math.min(20, Math.max(1, Math.ceil(1_000_000 / Math.max(1, words)))) };
}
