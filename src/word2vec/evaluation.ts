// How good word vectors are, by the field's two measures, counted as gensim counts them: agreement with people on how
// alike two words are (WordSim-353, SimLex-999), and analogies (Mikolov et al. 2013, questions-words.txt).

import type { WordVectors } from './vectors.ts';

export interface ScoredPair {
  first: string;
  second: string;
  /** Given by people; the scale does not matter. */
  score: number;
}

/** a is to b as c is to d; d is what is asked. */
export type AnalogyQuestion = [a: string, b: string, c: string, d: string];

export interface PairAgreement {
  /** Spearman's rank correlation of cosines and scores, -1 to 1; NaN below two known pairs. */
  correlation: number;
  /** Pairs of which both words are known, and the others, which do not count. */
  known: number;
  unknown: number;
}

export interface AnalogyAccuracy {
  /** Share of the asked questions that were answered right; NaN where none was asked. */
  accuracy: number;
  asked: number;
  /** Questions with an unknown word, which do not count. */
  skipped: number;
}

/** Reads lines of two words and a score, between tabs, commas or spaces. Other lines are passed over. */
export function parseScoredPairs(text: string): ScoredPair[] {
  const pairs: ScoredPair[] = [];
  for (const line of text.split('\n')) {
    const [first, second, score] = line.trim().split(/[\t, ]+/);
    if (first && second && score && Number.isFinite(Number(score))) pairs.push({ first, second, score: Number(score) });
  }
  return pairs;
}

/** Reads lines of four words; headings (`: capital-common-countries`) and other lines are passed over. */
export function parseAnalogyQuestions(text: string): AnalogyQuestion[] {
  return text
    .split('\n')
    .filter((line) => !line.startsWith(':'))
    .map((line) => line.trim().split(/\s+/))
    .filter((words): words is AnalogyQuestion => words.length === 4);
}

/** Compares the cosines of word pairs with the scores that people gave. */
export function agreementWithPeople(vectors: WordVectors, pairs: readonly ScoredPair[]): PairAgreement {
  const cosines: number[] = [];
  const scores: number[] = [];
  for (const { first, second, score } of pairs) {
    const [a, b] = [vectors.indexOf(first), vectors.indexOf(second)];
    if (a < 0 || b < 0) continue;
    cosines.push(vectors.similarity(a, b));
    scores.push(score);
  }
  return {
    correlation: correlation(ranks(cosines), ranks(scores)),
    known: cosines.length,
    unknown: pairs.length - cosines.length,
  };
}

/**
 * Asks for the word nearest to b - a + c (3CosAdd, the three words left out) among the words of `vectors`: cut the
 * vocabulary before, usually to its 30,000 most frequent words.
 */
export function answerAnalogies(vectors: WordVectors, questions: readonly AnalogyQuestion[]): AnalogyAccuracy {
  let asked = 0;
  let right = 0;
  for (const question of questions) {
    const [a, b, c, d] = question.map((word) => vectors.indexOf(word)) as [number, number, number, number];
    if (Math.min(a, b, c, d) < 0) continue;
    asked++;
    const sum = [
      { index: a, weight: -1 },
      { index: b, weight: 1 },
      { index: c, weight: 1 },
    ];
    if (vectors.mostSimilar(sum, 1)[0]?.index === d) right++;
  }
  return { accuracy: right / asked, asked, skipped: questions.length - asked };
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
