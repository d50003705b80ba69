// Which words are shown as near words. The vector of a word that was seen a few times is that of
// the sentences it was seen in: it is near whatever stands in them. Such words crowd the lists,
// since most words are rare; docs/near-words.md measures it.

import type { LeftOut, Similar } from './vectors.ts';

/** A list has at least so many words, or as many as were asked for: if need be, with rare ones. */
const LEAST_SHOWN = 8;

/**
 * How often a word must have been seen to be shown, in a text of so many words: from there on lists
 * change little.
 */
export function automaticMinimumCount(words: number): number {
  return Math.min(100, Math.max(5, Math.round(words / 40_000)));
}

export interface ShownWordsOptions {
  /** Tokens of the text; null where they are not known: then no word is too rare. */
  textWords: number | null;
  /** Whether the text is code, in which numbers are no near words but of numbers. */
  isCode: boolean;
}

export class ShownWords {
  /**
   * How often a word must have been seen to be shown, unless a question says otherwise; 1: all are
   * shown.
   */
  readonly minimumCount: number;
  /** V */
  readonly #words: number;
  readonly #counts: ArrayLike<number> | null;
  /** (V): 1 of numbers; null where they are shown like any word. */
  readonly #numbers: Uint8Array | null;

  /** `words`: V; `counts` of them, null where they are not known. */
  constructor(words: readonly string[], counts: ArrayLike<number> | null, { textWords, isCode }: ShownWordsOptions) {
    this.#words = words.length;
    this.#counts = counts;
    this.minimumCount = counts && textWords !== null ? automaticMinimumCount(textWords) : 1;
    this.#numbers = isCode ? Uint8Array.from(words, (word) => Number(isNumber(word))) : null;
  }

  /**
   * The best answers to a question about the words `asked`, by a search that gives so many and
   * leaves some out. `minimumCount`: rarer words are left out, unless there are too few others; 0:
   * as many as is usual in such a text.
   */
  among(
    search: (count: number, hidden: LeftOut) => Similar[],
    count: number,
    asked: readonly number[],
    minimumCount: number,
  ): Similar[] {
    const found = search(count, this.hidden(asked, minimumCount));
    const missing = Math.min(count, LEAST_SHOWN) - found.length;
    if (missing <= 0) return found;
    return [...found, ...search(missing, new Set(found.map(({ index }) => index)))];
  }

  /** How many words are shown beside those asked for. */
  count(asked: readonly number[], minimumCount: number): number {
    const hidden = this.hidden(asked, minimumCount);
    let count = 0;
    for (let index = 0; index < this.#words; index++) count += Number(!hidden.has(index) && !asked.includes(index));
    return count;
  }

  /** The words that are not shown beside those asked for. */
  hidden(asked: readonly number[], minimumCount: number): LeftOut {
    const least = minimumCount || this.minimumCount;
    const counts = this.#counts;
    const numbers = asked.some((index) => this.#numbers?.[index]) ? null : this.#numbers;
    return { has: (index) => (counts !== null && counts[index]! < least) || numbers?.[index] === 1 };
  }
}

/** Whether a word is a number, as prose and code write them: 1,024, 0.5, 1e-3, 0xff, 10n, 16px. */
export function isNumber(word: string): boolean {
  return /^(?:0[xob][\da-f_]+n?|\d[\d_.,']*(?:e[-+]?\d+)?[a-z%]{0,3})$/i.test(word);
}
