// Word vectors that can be asked: cosine similarity, nearest words, sums and differences of words,
// the odd word out. The questions are gensim's (models.keyedvectors), and so are the answers.
// Exact: no answer leaves out a word.

import { dot } from '../numerics/dot.ts';
import { type LeftOut, type Similar, SimilarityIndex } from './similarity-index.ts';
import { closestSpellings } from './spellings.ts';

export type { LeftOut, Similar } from './similarity-index.ts';

/** A word and its part in a question: 1 adds it, -1 takes it away; finite, not 0. */
export interface WeightedWord {
  index: number;
  weight: number;
}

/**
 * How words are weighed together. 3CosAdd (Mikolov et al. 2013, "Linguistic Regularities in
 * Continuous Space Word Representations"): the cosine to the weighted sum of unit vectors. 3CosMul
 * (Levy & Goldberg 2014, "Linguistic Regularities in Sparse and Explicit Word Representations"):
 * the product of (1 + cos) / 2 over the words that count, divided by that over the words that count
 * against plus 1e-6, where a weight is the exponent of its factor.
 */
export const METHODS = ['3CosAdd', '3CosMul'] as const;
export type Method = (typeof METHODS)[number];

const NONE: LeftOut = new Set();

export class WordVectors {
  /** (V) */
  readonly words: readonly string[];
  /** D */
  readonly vectorSize: number;
  /** The vectors at unit length. */
  readonly index: SimilarityIndex;
  /**
   * (V): of each word the place of the most frequent one that differs by case only, its own where
   * it is that.
   */
  readonly folds: Int32Array;
  readonly #indexes: Map<string, number>;
  /** Index of the most frequent spelling of each word in lower case. */
  readonly #folded = new Map<string, number>();

  /**
   * `kernel`: the kernel `similarity`. `words`: V of them, the most frequent first. `vectors`: (V,
   * D); copied by `step()`. Throws where the sizes do not fit, or where the memory would exceed 4
   * GiB.
   */
  constructor(kernel: WebAssembly.Module, words: readonly string[], vectors: Float32Array, vectorSize: number) {
    this.words = words;
    this.vectorSize = vectorSize;
    this.index = new SimilarityIndex(kernel, vectors, words.length, vectorSize);
    this.#indexes = new Map(words.map((word, index) => [word, index]));
    this.folds = new Int32Array(words.length);
    for (let index = 0; index < words.length; index++) {
      const folded = words[index]!.toLowerCase();
      const first = this.#folded.get(folded);
      if (first === undefined) this.#folded.set(folded, index);
      this.folds[index] = first ?? index;
    }
  }

  /**
   * Copies and prepares some vectors, for a few milliseconds; false once all are. A question that
   * comes earlier does the rest first.
   */
  step(): boolean {
    return this.index.step();
  }

  /**
   * The place of a word in the vocabulary: as written, else its most frequent spelling in another
   * case, else, for a phrase with spaces, that of `new_york`, as frequent phrases are learned; -1
   * where none is there.
   */
  indexOf(word: string): number {
    const index = this.#indexes.get(word) ?? this.#folded.get(word.toLowerCase());
    if (index !== undefined) return index;
    const joined = word.trim().replace(/\s+/gu, '_');
    return joined === word ? -1 : this.indexOf(joined);
  }

  /**
   * The place of the most frequent word that is `word` but for its case, or for `_` in place of its
   * spaces; -1 if none is there.
   */
  foldedIndexOf(word: string): number {
    const folded = word.toLowerCase();
    return this.#folded.get(folded) ?? this.#folded.get(folded.trim().replace(/\s+/gu, '_')) ?? -1;
  }

  /** Cosine of two words. */
  similarity(first: number, second: number): number {
    return dot(this.index.row(first), this.index.row(second));
  }

  /** 1 - cosine of a word to each of others. */
  distances(index: number, others: readonly number[]): Float64Array {
    return Float64Array.from(others, (other) => 1 - this.similarity(index, other));
  }

  /**
   * Cosine of the mean vectors of two lists, neither empty; the vectors at their own lengths, as
   * gensim's `n_similarity` has them.
   */
  nSimilarity(first: readonly number[], second: readonly number[]): number {
    const mean = (list: readonly number[]): Float64Array =>
      this.#sum(list.map((index) => ({ index, weight: this.index.lengthOf(index) })));
    const [a, b] = [mean(first), mean(second)];
    const lengths = Math.sqrt(dot(a, a) * dot(b, b));
    return lengths > 0 ? dot(a, b) / lengths : 0;
  }

  /** The nearest words of one, itself and `hidden` ones left out, best first. */
  nearest(index: number, count: number, hidden: LeftOut = NONE): Similar[] {
    return this.mostSimilar([{ index, weight: 1 }], count, '3CosAdd', hidden);
  }

  /** The words nearest to a vector, (D), of any length, `hidden` ones left out, best first. */
  nearestTo(vector: ArrayLike<number>, count: number, hidden: LeftOut = NONE): Similar[] {
    return this.index.nearest(Float64Array.from(vector), count, hidden);
  }

  /**
   * The words that answer best to the weighted words, those and `hidden` ones left out, best first;
   * equal ones by frequency. `similarity` is the method's score.
   */
  mostSimilar(
    terms: readonly WeightedWord[],
    count: number,
    method: Method = '3CosAdd',
    hidden: LeftOut = NONE,
  ): Similar[] {
    const asked = new Set(terms.map(({ index }) => index));
    const without: LeftOut = { has: (index) => asked.has(index) || hidden.has(index) };
    if (method === '3CosAdd') return this.index.nearest(this.#sum(terms), count, without);
    const factors = terms.map(({ index, weight }) => ({ direction: this.index.row(index), weight }));
    return this.index.nearestByProduct(factors, count, without);
  }

  /**
   * The words by their cosine to the mean of their unit vectors, the nearest first: the last is the
   * one that does not match (gensim's `rank_by_centrality`, `doesnt_match`). Equal ones keep their
   * order.
   */
  byCentrality(indexes: readonly number[]): Similar[] {
    const mean = this.#sum(indexes.map((index) => ({ index, weight: 1 })));
    const length = Math.sqrt(dot(mean, mean)) || 1;
    return indexes
      .map((index) => ({ index, similarity: dot(this.index.row(index), mean) / length }))
      .sort((a, b) => b.similarity - a.similarity);
  }

  /**
   * The place of a word among the neighbours of another, `hidden` ones left out, 1 for the nearest;
   * equally near ones share the better place.
   */
  rank(index: number, other: number, hidden: LeftOut = NONE): number {
    const without: LeftOut = { has: (row) => row === index || hidden.has(row) };
    return 1 + this.index.countNearer(this.index.row(index), other, without);
  }

  /** Cosines of one word to the `among` most frequent words, (among). */
  similarities(index: number, among: number): Float32Array {
    return this.index.cosines(this.index.row(index), among);
  }

  /** The known words that are spelt most like `word`, best first. */
  spellings(word: string, count: number): string[] {
    return closestSpellings(this.words, word, count);
  }

  /** Vectors of unit length of the `count` most frequent words, (count, D), a copy. */
  unitVectors(count: number): Float32Array {
    const vectors = new Float32Array(count * this.vectorSize);
    for (let row = 0; row < count; row++) vectors.set(this.index.row(row), row * this.vectorSize);
    return vectors;
  }

  /** The weighted sum of unit vectors, (D), over the largest weight, so that none is too large. */
  #sum(terms: readonly WeightedWord[]): Float64Array {
    const largest = terms.reduce((most, { weight }) => Math.max(most, Math.abs(weight)), 0);
    const sum = new Float64Array(this.vectorSize);
    for (const { index, weight } of terms) {
      const row = this.index.row(index);
      const share = largest > 0 ? weight / largest : 0;
      for (let d = 0; d < sum.length; d++) sum[d]! += share * row[d]!;
    }
    return sum;
  }
}
