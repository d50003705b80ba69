// The options of word2vec under the field's names, as gensim and the original tool have them.
// Mikolov et al. 2013, "Efficient Estimation of Word Representations in Vector Space".

import { defaultsOf, type OptionTable, type ValuesOf } from '../options/option.ts';

/** Of what is shown, not of the training. */
export const NEIGHBOURS = {
  minimumCount: {
    type: 'integer',
    default: 0,
    range: [0, 1_000_000],
    unit: 'occurrences',
    tier: 'advanced',
    sentence:
      'How often a word must have been seen to be among near words and answers, unless there are fewer than 8. `0`: automatic, once in 40,000 words of the text, from 5 to 100 times; `1`: all words.',
  },
} as const satisfies OptionTable;

export const WORD2VEC = {
  algorithm: {
    type: 'choice',
    default: 'skipgram',
    tier: 'basic',
    sentence: 'The word2vec model that learns the vectors.',
    choices: [
      ['skipgram', 'Predicts the context from the word; better with rare words.', 'Skip-gram'],
      ['cbow', 'Predicts the word from its context; faster.', 'CBOW'],
    ],
  },
  vectorSize: {
    type: 'integer',
    default: 0,
    range: [0, 1000],
    unit: 'dimensions',
    tier: 'advanced',
    effort: { quick: 50, best: 200 },
    sentence:
      'Dimensions of a word vector. `0`: automatic, 200 for a text of 100 million words or more, 100 for smaller ones.',
  },
  window: {
    type: 'integer',
    default: 5,
    range: [1, 100],
    unit: 'words',
    tier: 'advanced',
    sentence: 'The most words on each side of a word that count as its context.',
  },
  dynamicWindow: {
    type: 'boolean',
    default: true,
    tier: 'research',
    sentence:
      'Each position draws how much of the window counts, from 1 word to all of it, so that near words count more. Off: always all of it.',
  },
  negative: {
    type: 'integer',
    default: 5,
    range: [0, 100],
    unit: 'samples',
    tier: 'advanced',
    sentence:
      'Negative samples for each pair of a word and its context. `0`: none, which needs `#lexiscope.word2vec.hierarchicalSoftmax#`.',
  },
  nsExponent: {
    type: 'number',
    default: 0.75,
    range: [-1, 2],
    tier: 'research',
    sentence: 'Negative samples are drawn in proportion to a word’s count to the power of this.',
  },
  hierarchicalSoftmax: {
    type: 'boolean',
    default: false,
    tier: 'research',
    sentence: 'Learns the path to each word through a Huffman tree, beside the negative samples or instead of them.',
  },
  sample: {
    type: 'number',
    default: 1e-3,
    range: [0, 1],
    unit: 'share',
    tier: 'advanced',
    sentence: 'Words more frequent than this share of the text are thinned out. `0`: none are.',
  },
  minCount: {
    type: 'integer',
    default: 0,
    range: [0, 1_000_000],
    unit: 'occurrences',
    tier: 'advanced',
    sentence: 'Rarer words have no vector. `0`: automatic, 2 for a text below a million words, 5 for larger ones.',
  },
  maxVocabulary: {
    type: 'integer',
    default: 0,
    range: [0, 8_388_608],
    unit: 'words',
    tier: 'advanced',
    sentence: 'How many of the most frequent words have a vector. `0`: all of them.',
  },
  epochs: {
    type: 'integer',
    default: 0,
    range: [0, 1000],
    unit: 'passes',
    tier: 'advanced',
    sentence:
      'Passes over the text. `0`: automatic, 5 for a text of four million words or more, up to 40 for smaller ones.',
  },
  epochFactor: {
    type: 'number',
    default: 1,
    range: [0.01, 100],
    tier: 'research',
    effort: { quick: 0.25 }, // more passes than automatic gain nothing (bench/automatic.ts)
    sentence: 'The automatic number of passes is multiplied by it, and rounded up.',
  },
  alpha: {
    type: 'number',
    default: 0.025,
    range: [1e-6, 10],
    tier: 'advanced',
    sentence: 'Learning rate at the start. It falls linearly.',
  },
  minAlpha: {
    type: 'number',
    default: 1e-4,
    range: [0, 10],
    tier: 'research',
    sentence: 'Learning rate at the end.',
  },
  cbowMean: {
    type: 'boolean',
    default: true,
    tier: 'research',
    sentence: 'CBOW: the mean of the context’s vectors predicts the word. Off: their sum does.',
  },
  deterministic: {
    type: 'boolean',
    default: false,
    tier: 'research',
    sentence:
      'The same seed and options give the same vectors to the bit, whatever the number of threads. Training takes longer.',
  },
  subwords: {
    type: 'boolean',
    default: false,
    tier: 'advanced',
    sentence:
      'A word’s vector is the mean of its own and those of its character n-grams (fastText), so that words never seen have one, too. For Hangul, jamo are counted.',
  },
  minN: {
    type: 'integer',
    default: 3,
    range: [1, 10],
    unit: 'letters',
    tier: 'research',
    sentence: 'Letters of the shortest n-gram. The signs `<` and `>` around the word count.',
  },
  maxN: {
    type: 'integer',
    default: 6,
    range: [1, 10],
    unit: 'letters',
    tier: 'research',
    sentence: 'Letters of the longest n-gram.',
  },
  buckets: {
    type: 'integer',
    default: 0,
    range: [0, 4_194_304],
    unit: 'vectors',
    tier: 'research',
    sentence: 'How many vectors n-grams share by their hash. `0`: automatic, by the number of words.',
  },
} as const satisfies OptionTable;

export type Word2vecOptions = ValuesOf<typeof WORD2VEC>;

export const WORD2VEC_DEFAULTS = defaultsOf(WORD2VEC);

/**
 * Replaces "automatic" by figures. `words`: tokens of the text.
 *
 * Epochs: about twenty million words are seen, 5 to 40 times each. Minimum count: 2 below a million
 * words, else 5. Size: 200 from 100 million words on, else 100. bench/automatic.ts measures the
 * rule.
 */
export function resolveWord2vecOptions(options: Word2vecOptions, words: number): Word2vecOptions {
  const epochs = Math.min(40, Math.max(5, Math.ceil(20_000_000 / Math.max(1, words))));
  return {
    ...options,
    vectorSize: options.vectorSize || (words < 100_000_000 ? 100 : 200),
    minCount: options.minCount || (words < 1_000_000 ? 2 : 5),
    epochs: options.epochs || Math.ceil(epochs * options.epochFactor),
  };
}
