// The options of word2vec under the field's names, their defaults and their ranges.
// Mikolov et al. 2013, "Efficient Estimation of Word Representations in Vector Space"; names as in gensim and the original tool.

export interface Word2vecOptions {
  algorithm: 'skipgram' | 'cbow';
  /** Dimensions of a vector; 0: automatic, see `resolveWord2vecOptions`. */
  vectorSize: number;
  /** The most words on each side that count as context. */
  window: number;
  /** Each position draws its window from 1 to `window`, so that near words count more; else all of it is context. */
  dynamicWindow: boolean;
  /** Negative samples for each pair; 0: none, which needs `hierarchicalSoftmax`. */
  negative: number;
  /** Negatives are drawn in proportion to count^nsExponent. */
  nsExponent: number;
  /** Learns the path to the word through a Huffman tree, beside the negative samples or in their place. */
  hierarchicalSoftmax: boolean;
  /** Words more frequent than this share of the text are thinned out; 0: none is. */
  sample: number;
  /** Rarer words have no vector; 0: automatic. */
  minCount: number;
  /** Most words with a vector, the most frequent ones; 0: no limit. */
  maxVocabulary: number;
  /** Passes over the text; 0: automatic. */
  epochs: number;
  /** Learning rate at the start; it falls linearly. */
  alpha: number;
  /** Learning rate at the end. */
  minAlpha: number;
  /** CBOW: the mean of the context's vectors predicts the word; else their sum. */
  cbowMean: boolean;
  /** The same seed gives the same vectors to the bit, with any number of threads. */
  deterministic: boolean;
  /** A word's vector is the mean of its own and its character n-grams' (fastText); words never seen have one, too. */
  subwords: boolean;
  /** Letters of the shortest and the longest n-gram; of Hangul, its jamo are counted. */
  minN: number;
  maxN: number;
  /** Rows that n-grams are hashed to; 0: automatic. */
  buckets: number;
}

export const WORD2VEC_DEFAULTS: Word2vecOptions = {
  algorithm: 'skipgram',
  vectorSize: 0,
  window: 5,
  dynamicWindow: true,
  negative: 5,
  nsExponent: 0.75,
  hierarchicalSoftmax: false,
  sample: 1e-3,
  minCount: 0,
  maxVocabulary: 0,
  epochs: 0,
  alpha: 0.025,
  minAlpha: 1e-4,
  cbowMean: true,
  deterministic: false,
  subwords: false,
  minN: 3,
  maxN: 6,
  buckets: 0,
};

/** The options that are on or off. */
export const WORD2VEC_FLAGS = [
  'dynamicWindow',
  'hierarchicalSoftmax',
  'cbowMean',
  'deterministic',
  'subwords',
] as const satisfies readonly (keyof Word2vecOptions)[];

/** The names of the options that are numbers. */
type NumberOption = {
  [Name in keyof Word2vecOptions]: Word2vecOptions[Name] extends number ? Name : never;
}[keyof Word2vecOptions];

/** [least, most, whole numbers only] of each number. */
export const WORD2VEC_RANGES: Record<NumberOption, [least: number, most: number, whole: boolean]> = {
  vectorSize: [0, 1000, true],
  window: [1, 100, true],
  negative: [0, 100, true],
  nsExponent: [-1, 2, false],
  sample: [0, 1, false],
  minCount: [0, 1_000_000, true],
  maxVocabulary: [0, 8_388_608, true],
  epochs: [0, 1000, true],
  alpha: [1e-6, 10, false],
  minAlpha: [0, 10, false],
  minN: [1, 10, true],
  maxN: [1, 10, true],
  buckets: [0, 4_194_304, true],
};

/**
 * Puts figures in the place of "automatic". `words`: tokens of the text.
 *
 * Epochs: about twenty million words are seen, 5 to 40 times each. Minimum count: 2 below a million words, else 5. Size:
 * 200 from 100 million words on, else 100. bench/automatic.ts measures the rule.
 */
export function resolveWord2vecOptions(options: Word2vecOptions, words: number): Word2vecOptions {
  return {
    ...options,
    vectorSize: options.vectorSize || (words < 100_000_000 ? 100 : 200),
    minCount: options.minCount || (words < 1_000_000 ? 2 : 5),
    epochs: options.epochs || Math.min(40, Math.max(5, Math.ceil(20_000_000 / Math.max(1, words)))),
  };
}
