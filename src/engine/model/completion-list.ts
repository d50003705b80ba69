// What is suggested of all words that may stand at the cursor. A word that is typed already is one
// of them, with a probability of its own: what is suggested in its place is shown beside it, and no
// less likely than it is.

import type { Completion, Suggestion } from '../../protocol/engine.ts';

export interface CompletionListOptions {
  /** What is typed of the word, as the text has it; empty where the next word is asked for. */
  prefix: string;
  /** The most suggestions, and the least probability of one. */
  most: number;
  least: number;
  /**
   * The probability of all that may follow, what is no candidate included: the percentages are of
   * this.
   */
  mass: number;
}

/** With less probability, what is typed is the beginning of a word, and hardly ever one. */
const LEAST_TYPED = 0.01;

/** Sorts the candidates; what is typed comes first if it is a word. */
export function completionList(
  candidates: readonly Suggestion[],
  { prefix, most, least, mass }: CompletionListOptions,
): Completion {
  const typed = prefix.normalize('NFC');
  const isTyped = ({ word, probability }: Suggestion): boolean => word === typed && probability >= LEAST_TYPED;
  const suggestions = candidates
    .map(({ word, probability }) => ({ word, probability: probability / mass }))
    .filter(({ probability }) => probability >= least)
    .sort((a, b) => Number(isTyped(b)) - Number(isTyped(a)) || b.probability - a.probability)
    .slice(0, most);
  return { prefix, suggestions };
}
