// The options of the next-token model. Dimensions have PyTorch's names: E, H, V, B, T.

import { defaultsOf, type OptionTable, type ValuesOf } from '../options/option.ts';

export const LANGUAGE_MODEL = {
  tokens: {
    type: 'choice',
    default: 'words',
    tier: 'basic',
    sentence: 'What the language model reads and writes.',
    choices: [
      [
        'words',
        'Words, as the word vectors have them. Words beyond `#lexiscope.languageModel.maxVocabulary#` are unknown to it; signs and spaces are left out.',
      ],
      [
        'bytePairs',
        'Pieces of words, signs, spaces and line ends, learned from the text by byte-pair encoding: nothing is unknown.',
      ],
    ],
  },
  bytePairs: {
    type: 'integer',
    default: 8192,
    range: [1000, 16_384],
    unit: 'tokens',
    tier: 'advanced',
    sentence: 'The most different byte pairs, if tokens are byte pairs.',
  },
  cell: {
    type: 'choice',
    default: 'lstm',
    tier: 'advanced',
    sentence: 'The recurrent cell.',
    choices: [
      ['rnn', 'A plain recurrent network (tanh).', 'RNN'],
      ['gru', 'A gated recurrent unit (Cho et al. 2014).', 'GRU'],
      ['lstm', 'Long short-term memory (Hochreiter & Schmidhuber 1997).', 'LSTM'],
    ],
  },
  // L
  layers: {
    type: 'integer',
    default: 1,
    range: [1, 3],
    unit: 'layers',
    tier: 'advanced',
    sentence: 'Recurrent layers, one on top of the other.',
  },
  // attention.ts
  attention: {
    type: 'boolean',
    default: false,
    tier: 'advanced',
    sentence:
      'Before it predicts, the model looks back at its states within the last `#lexiscope.languageModel.steps#` tokens (scaled dot product).',
  },
  input: {
    type: 'choice',
    default: 'word2vec',
    tier: 'research',
    sentence: 'How tokens come in.',
    choices: [
      ['embedding', 'An embedding that is learned.'],
      [
        'word2vec',
        'An embedding that begins as Skip-gram vectors of the model’s own, which the settings of `word2vec` do not reach.',
      ],
      ['onehot', 'One-hot, without an embedding.'],
    ],
  },
  freezeEmbedding: {
    type: 'boolean',
    default: false,
    tier: 'research',
    sentence: 'The embedding is not trained: it stays as the Skip-gram vectors are.',
  },
  tied: {
    type: 'boolean',
    default: false,
    tier: 'research',
    sentence:
      'The weights of the output are the embedding. Needs `#lexiscope.languageModel.embeddingSize#` equal to `#lexiscope.languageModel.hiddenSize#`.',
  },
  // E
  embeddingSize: {
    type: 'integer',
    default: 128,
    range: [8, 1024],
    unit: 'dimensions',
    tier: 'advanced',
    effort: { quick: 64 },
    sentence: 'Numbers for each token at the input.',
  },
  // H
  hiddenSize: {
    type: 'integer',
    default: 128,
    range: [8, 2048],
    unit: 'dimensions',
    tier: 'advanced',
    effort: { quick: 64 },
    sentence: 'Units of each recurrent layer.',
  },
  // V, besides the unknown sign and the end of a sentence
  maxVocabulary: {
    type: 'integer',
    default: 4096,
    range: [16, 131_072],
    unit: 'words',
    tier: 'advanced',
    sentence: 'How many of the most frequent words the model reads and suggests.',
  },
  // below 0: automatic
  dropout: {
    type: 'number',
    default: -1,
    range: [-1, 0.9],
    unit: 'share',
    tier: 'research',
    sentence:
      'Share of each layer’s output that is dropped in training. Below `0`: automatic, none where the text is read once, else 0.3, or 0.5 for fewer than 100,000 words, shared by the layers.',
  },
  inputDropout: {
    type: 'number',
    default: -1,
    range: [-1, 0.9],
    unit: 'share',
    tier: 'research',
    sentence:
      'Share of the embedding’s output that is dropped in training. Below `0`: automatic, as for `#lexiscope.languageModel.dropout#`.',
  },
  embeddingDropout: {
    type: 'number',
    default: 0,
    range: [0, 0.9],
    unit: 'share',
    tier: 'research',
    sentence: 'Share of the words that a training step leaves out at the input.',
  },
  weightDropout: {
    type: 'number',
    default: 0,
    range: [0, 0.9],
    unit: 'share',
    tier: 'research',
    sentence: 'Share of the recurrent weights that a training step leaves out.',
  },
  // clusters.ts
  softmax: {
    type: 'choice',
    default: 'auto',
    tier: 'research',
    sentence: 'How the probabilities of the next token are computed. All of them are exact.',
    choices: [
      ['auto', 'Full up to 16,384 tokens, adaptive beyond.'],
      ['full', 'All tokens at once.'],
      [
        'adaptive',
        'First frequent tokens and groups of rare ones, then the tokens of a group: trains several times as fast with a large vocabulary.',
      ],
    ],
  },
  // B
  batchSize: {
    type: 'integer',
    default: 32,
    range: [1, 512],
    unit: 'sequences',
    tier: 'research',
    sentence: 'Sequences that are trained side by side.',
  },
  // T
  steps: {
    type: 'integer',
    default: 32,
    range: [2, 512],
    unit: 'tokens',
    tier: 'research',
    sentence: 'Time steps that a gradient flows back through.',
  },
  epochs: {
    type: 'integer',
    default: 0,
    range: [0, 1000],
    unit: 'passes',
    tier: 'advanced',
    sentence:
      'Passes over the text. `0`: automatic, 1 for a text of a million words or more, up to 20 for smaller ones.',
  },
  epochFactor: {
    type: 'number',
    default: 1,
    range: [0.01, 100],
    tier: 'research',
    effort: { quick: 0.25, best: 3 },
    sentence: 'The automatic number of passes is multiplied by it, and rounded up.',
  },
  learningRate: {
    type: 'number',
    default: 0,
    range: [0, 1],
    tier: 'advanced',
    sentence:
      'Learning rate of Adam at its peak, of embedding and output; layers learn more slowly, the deeper and the wider they are. `0`: automatic, by the batch. A training that goes wrong goes on at half of it.',
  },
  warmUp: {
    type: 'number',
    default: 0.05,
    range: [0, 1],
    unit: 'share',
    tier: 'research',
    sentence: 'Share of the training over which the learning rate rises to its peak.',
  },
  decay: {
    type: 'choice',
    default: 'linear',
    tier: 'research',
    sentence: 'How the learning rate falls after its peak.',
    choices: [
      ['linear', 'In a line, to a tenth.'],
      ['cosine', 'As half a wave, to a tenth.'],
      ['none', 'Not at all.'],
    ],
  },
  weightDecay: {
    type: 'number',
    default: 0,
    range: [0, 1],
    tier: 'research',
    sentence: 'Weight decay of AdamW. `0`: Adam.',
  },
  clip: {
    type: 'number',
    default: 1,
    range: [1e-3, 1000],
    tier: 'research',
    sentence: 'Gradients with a larger norm are scaled down to it.',
  },
  heldOut: {
    type: 'number',
    default: 0.05,
    range: [0.001, 0.5],
    unit: 'share',
    tier: 'advanced',
    sentence: 'Share of the text, in whole files, that is not trained on and measures the perplexity.',
  },
  patience: {
    type: 'integer',
    default: 2,
    range: [0, 100],
    unit: 'measurements',
    tier: 'research',
    sentence:
      'The training ends, and keeps its best weights, once this many measurements of the held-out text in a row were no better than the best. `0`: never; it is measured at the end alone.',
  },
  evaluateEvery: {
    type: 'integer',
    default: 0,
    range: [0, 1_000_000],
    unit: 'steps',
    tier: 'research',
    sentence: 'Training steps from one of these measurements to the next. `0`: one after each pass over the text.',
  },
} as const satisfies OptionTable;

export type LanguageModelOptions = ValuesOf<typeof LANGUAGE_MODEL>;

export const LANGUAGE_MODEL_DEFAULTS = defaultsOf(LANGUAGE_MODEL);

/**
 * The learning rate of every network at batches of SMALL_BATCH or less; its layers take their share
 * of it (network/parameters.ts).
 */
const RATE = 0.012;
/**
 * Larger batches, up to LARGE_BATCH, learn in fewer steps, with less noise: the rate grows as the
 * root of their size.
 */
const [SMALL_BATCH, LARGE_BATCH] = [32, 128];
/**
 * Texts with fewer tokens are learned by heart in some passes, unless half of what passes through
 * is dropped.
 */
const SMALL_TEXT = 100_000;

/**
 * Puts figures in the place of "automatic". `words`: tokens of the text. Dropout is for texts that
 * are read more than once: in one pass there is nothing to overfit (bench/start-vectors.ts). Layers
 * share it, since what one drops the next ones lack (docs/learning-rates.md).
 */
export function resolveLanguageModelOptions(options: LanguageModelOptions, words: number): LanguageModelOptions {
  const passes = Math.min(20, Math.max(1, Math.ceil(1_000_000 / Math.max(1, words))));
  const epochs = options.epochs || Math.ceil(passes * options.epochFactor);
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

/** Two options that contradict each other. */
export type LanguageModelConflict =
  | 'frozenAndTied'
  | 'frozenWithoutEmbedding'
  | 'inputDropoutWithoutEmbedding'
  | 'tiedOfDifferentSizes'
  | 'tiedWithoutEmbedding';

/** The first conflict among the options, or null. */
export function languageModelConflict(options: LanguageModelOptions): LanguageModelConflict | null {
  const { input, tied, freezeEmbedding, inputDropout, embeddingSize, hiddenSize } = options;
  const hasEmbedding = input !== 'onehot';
  if (tied && !hasEmbedding) return 'tiedWithoutEmbedding';
  if (tied && embeddingSize !== hiddenSize) return 'tiedOfDifferentSizes';
  if (!hasEmbedding && inputDropout > 0) return 'inputDropoutWithoutEmbedding';
  if (freezeEmbedding && tied) return 'frozenAndTied';
  if (freezeEmbedding && !hasEmbedding) return 'frozenWithoutEmbedding';
  return null;
}
