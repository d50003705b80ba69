// How good word vectors are, by the field's two measures, counted as gensim counts them
// (evaluate_word_pairs, evaluate_word_analogies): agreement with people on how alike two words are
// (WordSim-353, SimLex-999), and analogies (Mikolov et al. 2013, questions-words.txt).
//
// Case counts for nothing, in both: a word of a set stands for the most frequent word of that
// spelling in any case, and an answer is right in any case. Lines with an unknown word do not
// count; they are told as such.

import type { ScoredPairs } from './evaluation-set.ts';
import type { WordVectors } from './vectors.ts';

export interface PairAgreement {
  /**
   * Correlations of cosines and scores, -1 to 1; NaN below two known pairs, or where a side does
   * not vary.
   */
  pearson: number;
  /** Pearson's correlation of the ranks. */
  spearman: number;
  /** All pairs, and those of which both words are known; the others do not count. */
  pairs: number;
  known: number;
}

export interface SectionAccuracy {
  /** Empty for questions before the first heading. */
  name: string;
  questions: number;
  /** Questions of which all words are known; the others do not count. */
  asked: number;
  right: number;
  /** right / asked; NaN where none was asked. */
  accuracy: number;
}

/** All questions, and by section. */
export interface AnalogyAccuracy extends SectionAccuracy {
  sections: SectionAccuracy[];
}

/**
 * How many of the most frequent words are usually known to analogies, and are their possible
 * answers.
 */
export const ANALOGY_VOCABULARY = 30_000;

/**
 * Compares the cosines of word pairs with the scores that people gave. `restrictVocabulary`: how
 * many of the most frequent words are known; 0: all.
 */
export function agreementWithPeople(vectors: WordVectors, set: ScoredPairs, restrictVocabulary = 0): PairAgreement {
  const rows = knownRows(vectors, set.words, restrictVocabulary);
  const cosines: number[] = [];
  const scores: number[] = [];
  for (let pair = 0; pair < set.scores.length; pair++) {
    const [a, b] = [rows[set.pairs[2 * pair]!]!, rows[set.pairs[2 * pair + 1]!]!];
    if (a < 0 || b < 0) continue;
    cosines.push(vectors.similarity(a, b));
    scores.push(set.scores[pair]!);
  }
  return {
    pearson: correlation(cosines, scores),
    spearman: correlation(ranks(cosines), ranks(scores)),
    pairs: set.scores.length,
    known: cosines.length,
  };
}

/** Rows of the words, -1 for the unknown. */
export function knownRows(vectors: WordVectors, words: readonly string[], restrictVocabulary: number): Int32Array {
  return Int32Array.from(words, (word) => {
    const row = vectors.foldedIndexOf(word.normalize('NFC'));
    return restrictVocabulary > 0 && row >= restrictVocabulary ? -1 : row;
  });
}

/** Rank of each value, 1 for the smallest; equal values share the mean of their ranks. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const result = new Array<number>(values.length);
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let at = from; at < to; at++) result[order[at]!] = (from + to + 1) / 2;
  }
  return result;
}

/** Pearson's correlation; NaN where a side does not vary. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((value, index) => {
    const [x, y] = [value - meanA, b[index]! - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  });
  return ab / Math.sqrt(aa * bb);
}
