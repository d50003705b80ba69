// The options of word2vec under the field's names, their defaults and their ranges.
// Mikolov et al. 2013, "Efficient Estimation of Word Representations in Vector Space"; names as in gensim and the original tool.

export interface Word2vecOptions {
  algorithm: 'skipgram' | 'cbow';
  /** Dimensions of a vector. */
  vectorSize: number;
  /** The most words on each side that count as context; each position draws 1 to `window`. */
  window: number;
  /** Negative samples for each pair. */
  negative: number;
  /** Words more frequent than this share of the text are thinned out; 0: none is. */
  sample: number;
  /** Rarer words have no vector; 0: automatic, 2 for a text below 200,000 words, else 5. */
  minCount: number;
  /** Passes over the text; 0: automatic, 5 for a text of a million words or more, up to 40 for smaller ones. */
  epochs: number;
  /** Learning rate at the start; it falls linearly. */
  alpha: number;
  /** Learning rate at the end. */
  minAlpha: number;
}

export const WORD2VEC_DEFAULTS: Word2vecOptions = {
  algorithm: 'skipgram',
  vectorSize: 100,
  window: 5,
  negative: 5,
  sample: 1e-3,
  minCount: 0,
  epochs: 0,
  alpha: 0.025,
  minAlpha: 1e-4,
};

/** [least, most, whole numbers only] of each number. */
export const WORD2VEC_RANGES: Record<
  Exclude<keyof Word2vecOptions, 'algorithm'>,
  [least: number, most: number, whole: boolean]
> = {
  vectorSize: [2, 1000, true],
  window: [1, 100, true],
  negative: [1, 100, true],
  sample: [0, 1, false],
  minCount: [0, 1_000_000, true],
  epochs: [0, 1000, true],
  alpha: [1e-6, 1, false],
  minAlpha: [0, 1, false],
};

/** Puts figures in the place of "automatic". `words`: tokens of the text. */
export function resolveWord2vecOptions(options: Word2vecOptions, words: number): Word2vecOptions {
  return {
    ...options,
    minCount: options.minCount || (words < 200_000 ? 2 : 5),
    epochs: options.epochs || Math.min(40, Math.max(5, Math.ceil(5_000_000 / Math.max(1, words)))),
  };
}
