// How good word vectors are, by the field's two measures, counted as gensim counts them (evaluate_word_pairs,
// evaluate_word_analogies): agreement with people on how alike two words are (WordSim-353, SimLex-999), and analogies
// (Mikolov et al. 2013, questions-words.txt).
//
// Case counts for nothing, in both: a word of a set stands for the most frequent word of that spelling in any case, and an
// answer is right in any case. Lines with an unknown word do not count; they are told as such.

import type { WordVectors } from './vectors.ts';

/** What is read from a file of a set. Numbers in it are places in `words`. */
export interface ScoredPairs {
  kind: 'pairs';
  words: string[];
  /** (P, 2) */
  pairs: Int32Array;
  /** (P), given by people; the scale does not matter. */
  scores: Float64Array;
  /** Lines, but for empty ones and remarks (`#`), that are no pair, such as a heading. */
  passedOver: number;
}

export interface AnalogyQuestions {
  kind: 'analogies';
  words: string[];
  /** (Q, 4): a is to b as c is to d; d is what is asked. */
  questions: Int32Array;
  /** In order; each begins where the one before it ends, counted in questions. */
  sections: { name: string; end: number }[];
  passedOver: number;
}

export interface PairAgreement {
  /** Correlations of cosines and scores, -1 to 1; NaN below two known pairs, or where a side does not vary. */
  pearson: number;
  /** Of the ranks. */
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

/** The usual restriction of analogies: the most frequent words, so many, are known and are the possible answers. */
export const ANALOGY_VOCABULARY = 30_000;

/**
 * Reads lines of two words and a score, between tabs, else commas, else spaces; the score is the third field or, where that is
 * no number, the fourth (SimLex-999 as it is published).
 */
export function parseScoredPairs(text: string): ScoredPairs {
  const words = new SetWords();
  const pairs: number[] = [];
  const scores: number[] = [];
  let passedOver = 0;
  for (const line of lines(text)) {
    const [first, second, third, fourth] = fields(line, /\t/, /,/, /\s+/);
    const score = [third, fourth].find((field) => field && Number.isFinite(Number(field)));
    if (first && second && score !== undefined) {
      pairs.push(words.place(first), words.place(second));
      scores.push(Number(score));
    } else passedOver++;
  }
  return {
    kind: 'pairs',
    words: words.list,
    pairs: Int32Array.from(pairs),
    scores: Float64Array.from(scores),
    passedOver,
  };
}

/** Reads lines of four words, between tabs, else spaces, in sections with a heading (`: capital-common-countries`). */
export function parseAnalogyQuestions(text: string): AnalogyQuestions {
  const words = new SetWords();
  const questions: number[] = [];
  const sections: { name: string; end: number }[] = [];
  let passedOver = 0;
  for (const line of lines(text)) {
    if (line.startsWith(':')) {
      sections.push({ name: line.slice(1).trim(), end: questions.length / 4 });
      continue;
    }
    const four = fields(line, /\t/, /\s+/);
    if (four.length !== 4 || four.includes('')) {
      passedOver++;
      continue;
    }
    for (const word of four) questions.push(words.place(word));
    if (!sections.length) sections.push({ name: '', end: 0 });
    sections.at(-1)!.end = questions.length / 4;
  }
  return { kind: 'analogies', words: words.list, questions: Int32Array.from(questions), sections, passedOver };
}

/** Reads either: analogies where there is a heading, or where more lines are four words than a pair and a score. Null where no line is either. */
export function parseEvaluationSet(text: string): ScoredPairs | AnalogyQuestions | null {
  const questions = parseAnalogyQuestions(text);
  const pairs = parseScoredPairs(text);
  // a pair may have four fields too
  const asked = questions.questions.filter(
    (word, i) => i % 4 === 3 && !Number.isFinite(Number(questions.words[word])),
  ).length;
  const headed = questions.sections.some(({ name }) => name !== '');
  if (questions.questions.length && (headed || asked > pairs.scores.length)) return questions;
  return pairs.scores.length ? pairs : null;
}

/** Compares the cosines of word pairs with the scores that people gave. `restrictVocabulary`: only the most frequent words, so many, are known; 0: all. */
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

/** The words of a set, each once. */
class SetWords {
  readonly list: string[] = [];
  readonly #places = new Map<string, number>();

  place(word: string): number {
    let place = this.#places.get(word);
    if (place === undefined) this.#places.set(word, (place = this.list.push(word) - 1));
    return place;
  }
}

function lines(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** The fields of a line by the first separator that is in it. */
function fields(line: string, ...separators: RegExp[]): string[] {
  const separator = separators.find((each) => each.test(line));
  return separator ? line.split(separator).map((field) => field.trim()) : [line];
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
