// The options of the next-token model, their defaults and their ranges. Dimension names as in PyTorch: E, H, V, B, T.

import { CELLS, type CellName } from './network/cells.ts';
import { SOFTMAXES } from './network/clusters.ts';
import { DECAYS, type Schedule } from './network/optimizer.ts';
import { checkArchitecture } from './network/parameters.ts';

export const INPUTS = ['embedding', 'word2vec', 'onehot'] as const;
export const TOKENS = ['words', 'bytePairs'] as const;

export interface LanguageModelOptions extends Schedule {
  /** What a token is: a word, rare ones unknown; or a piece of the text (src/text/byte-pair), nothing unknown. */
  tokens: (typeof TOKENS)[number];
  /** Of byte pairs, tokens that there are at most. */
  bytePairs: number;
  cell: CellName;
  /** L, recurrent layers. */
  layers: number;
  /** Scaled dot product over the states of the window, before the softmax (attention.ts). */
  attention: boolean;
  /** How tokens come in: a learned embedding; an embedding that begins as Skip-gram vectors; one-hot, without an embedding. */
  input: (typeof INPUTS)[number];
  /** The embedding is not trained. */
  freezeEmbedding: boolean;
  /** The output's weights are the embedding; needs embeddingSize = hiddenSize. */
  tied: boolean;
  /** E, numbers for each token at the input. */
  embeddingSize: number;
  /** H, units of each layer. */
  hiddenSize: number;
  /** V, the most frequent words it knows, besides the unknown sign and the end of a sentence. */
  maxVocabulary: number;
  /** Share of what each layer gives that is dropped, before the next layer or the softmax; below 0: automatic. */
  dropout: number;
  /** Share of the numbers that the embedding gives that is dropped; below 0: automatic. */
  inputDropout: number;
  /** Share of the words that a step leaves out at the input. */
  embeddingDropout: number;
  /** Share of the recurrent weights that a step leaves out. */
  weightDropout: number;
  /** Over all tokens, or adaptive (clusters.ts); auto: adaptive from 16,385 tokens on. */
  softmax: (typeof SOFTMAXES)[number];
  /** B, sequences trained side by side. */
  batchSize: number;
  /** T, time steps that a gradient flows back through. */
  steps: number;
  /** Passes over the text; 0: automatic, 1 for a text of a million words or more, up to 20 for smaller ones. */
  epochs: number;
  /** Of AdamW; 0: Adam. */
  weightDecay: number;
  /** Gradients with a larger norm are scaled down to it. */
  clip: number;
  /** Share of the text, in whole files, that is held out and measures the perplexity. */
  heldOut: number;
  /** So many measurements in a row that are no better than the best end the training; 0: never, and it is measured at the end alone. */
  patience: number;
  /** Training steps from measurement to measurement, where patience asks for them; 0: once a pass over the text. */
  evaluateEvery: number;
}

export const LANGUAGE_MODEL_DEFAULTS: LanguageModelOptions = {
  tokens: 'words',
  bytePairs: 8192,
  cell: 'lstm',
  layers: 1,
  attention: false,
  input: 'word2vec',
  freezeEmbedding: false,
  tied: false,
  embeddingSize: 128,
  hiddenSize: 128,
  maxVocabulary: 4096,
  dropout: -1,
  inputDropout: -1,
  embeddingDropout: 0,
  weightDropout: 0,
  softmax: 'auto',
  batchSize: 32,
  steps: 32,
  epochs: 0,
  learningRate: 0,
  warmUp: 0.05,
  decay: 'linear',
  weightDecay: 0,
  clip: 1,
  heldOut: 0.05,
  patience: 2,
  evaluateEvery: 0,
};

/** The values of each option that is a choice. */
export const LANGUAGE_MODEL_CHOICES = {
  tokens: TOKENS,
  cell: CELLS,
  input: INPUTS,
  softmax: SOFTMAXES,
  decay: DECAYS,
} as const;

export const LANGUAGE_MODEL_FLAGS = ['attention', 'freezeEmbedding', 'tied'] as const;

type Choice = keyof typeof LANGUAGE_MODEL_CHOICES;
type Flag = (typeof LANGUAGE_MODEL_FLAGS)[number];

/** [least, most, whole numbers only] of each number. */
export const LANGUAGE_MODEL_RANGES: Record<
  Exclude<keyof LanguageModelOptions, Choice | Flag>,
  [least: number, most: number, whole: boolean]
> = {
  bytePairs: [1000, 16_384, true],
  layers: [1, 3, true],
  embeddingSize: [8, 1024, true],
  hiddenSize: [8, 2048, true],
  maxVocabulary: [16, 131_072, true],
  dropout: [-1, 0.9, false],
  inputDropout: [-1, 0.9, false],
  embeddingDropout: [0, 0.9, false],
  weightDropout: [0, 0.9, false],
  batchSize: [1, 512, true],
  steps: [2, 512, true],
  epochs: [0, 1000, true],
  learningRate: [0, 1, false],
  warmUp: [0, 1, false],
  weightDecay: [0, 1, false],
  clip: [1e-3, 1000, false],
  heldOut: [0.001, 0.5, false],
  patience: [0, 100, true],
  evaluateEvery: [0, 1_000_000, true],
};

/** The learning rate of every network at batches of SMALL_BATCH or less; its layers take their share of it (network/parameters.ts). */
const RATE = 0.012;
/** Larger batches, up to LARGE_BATCH, learn in fewer steps, with less noise: the rate grows as the root of their size. */
const [SMALL_BATCH, LARGE_BATCH] = [32, 128];
/** Texts with fewer tokens are learned by heart in some passes, unless half of what passes through is dropped. */
const SMALL_TEXT = 100_000;

/**
 * Puts figures in the place of "automatic". `words`: tokens of the text. Dropout is for texts that are read more than once:
 * in one pass there is nothing to overfit (bench/start-vectors.ts). Layers share it, since what one drops the next ones lack
 * (docs/learning-rates.md).
 */
export function resolveLanguageModelOptions(options: LanguageModelOptions, words: number): LanguageModelOptions {
  const epochs = options.epochs || Math.min(20, Math.max(1, Math.ceil(1_000_000 / Math.max(1, words))));
  const rate = (epochs === 1 ? 0 : words < SMALL_TEXT ? 0.5 : 0.3) / options.layers;
  const automatic = (dropout: number): number => (dropout < 0 ? rate : dropout);
  const { dropout, inputDropout, input } = options;
  return {
    ...options,
    epochs,
    learningRate: options.learningRate || automaticRate(options),
    dropout: automatic(dropout),
    inputDropout: input === 'onehot' && inputDropout < 0 ? 0 : automatic(inputDropout),
  };
}

function automaticRate({ batchSize }: LanguageModelOptions): number {
  return RATE * Math.sqrt(Math.min(LARGE_BATCH, Math.max(SMALL_BATCH, batchSize)) / SMALL_BATCH);
}

/** Throws where two options contradict each other, with what to change. */
export function checkLanguageModelOptions(options: LanguageModelOptions): void {
  const { input, tied, freezeEmbedding, inputDropout } = options;
  const oneHot = input === 'onehot';
  checkArchitecture({ ...options, vocabulary: options.maxVocabulary, oneHot });
  if (oneHot && inputDropout > 0) {
    throw new RangeError(
      "inputDropout needs an embedding, got input 'onehot'; use embeddingDropout, or set input to 'embedding'",
    );
  }
  if (freezeEmbedding && (tied || oneHot)) {
    throw new RangeError(
      tied
        ? 'A frozen embedding cannot be tied to the output, which has to learn; switch tied or freezeEmbedding off'
        : "freezeEmbedding needs an embedding, got input 'onehot'; use 'embedding' or 'word2vec'",
    );
  }
}
