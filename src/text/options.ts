// The options of text and of phrases. Names and scores of phrases as in gensim's Phrases.

import { defaultsOf, type OptionTable, type ValuesOf } from '../options/option.ts';

/** What is made of the characters of a document. */
export const TEXT = {
  case: {
    type: 'choice',
    default: 'keep',
    tier: 'basic',
    sentence: 'Capitals in prose. Names such as GitHub, abbreviations and code keep theirs.',
    choices: [
      ['keep', 'The and the are two words.'],
      ['fold', 'A capital at the beginning of a word counts for nothing: The is the.'],
    ],
  },
  numbers: {
    type: 'choice',
    default: 'keep',
    tier: 'advanced',
    sentence: 'Numbers in the text.',
    choices: [
      ['keep', '1984 is a word.'],
      ['digits', 'Every digit is 0: 1984 and 2001 are the word 0000.'],
    ],
  },
  codeSentences: {
    type: 'choice',
    default: 'block',
    tier: 'advanced',
    sentence: 'What ends a sentence of code, besides a blank line. The window of the word vectors does not cross it.',
    choices: [
      ['line', 'A line.'],
      ['statement', 'A semicolon or a brace.'],
      ['block', 'Nothing else.'],
    ],
  },
  keywords: {
    type: 'choice',
    default: 'keep',
    tier: 'advanced',
    sentence: 'Keywords of programming languages.',
    choices: [
      ['keep', 'They are words like others.'],
      ['downWeight', 'The word vectors see one in fifty of them in code, the language model all.'],
      ['leaveOut', 'They are left out of code.'],
    ],
  },
  identifierParts: {
    type: 'boolean',
    default: true,
    tier: 'advanced',
    sentence: 'Also learns from the parts of identifiers: `getUserName` is met with get, user and name.',
  },
  particles: {
    type: 'choice',
    default: 'separate',
    tier: 'basic',
    sentence: 'Particles of Korean words. Which words have one is learned from the text itself.',
    choices: [
      ['attached', '한국은 is one word, 한국이 another.'],
      ['separate', '한국은 is two words, 한국 and 은.'],
      ['leaveOut', '한국은 is 한국: vectors of stems only, and completions without particles.'],
    ],
  },
} as const satisfies OptionTable;

export type TextOptions = ValuesOf<typeof TEXT>;

export const TEXT_DEFAULTS = defaultsOf(TEXT);

/** Pairs of words that stand together become one word. */
export const PHRASES = {
  passes: {
    type: 'integer',
    default: 0,
    range: [0, 5],
    unit: 'passes',
    tier: 'advanced',
    sentence:
      'Finds phrases, words that stand together more often than by chance, and makes one word of each (`new_york`). `0`: none; `1`: of two words; `2`: of up to four.',
  },
  minCount: {
    type: 'integer',
    default: 5,
    range: [1, 1_000_000],
    unit: 'occurrences',
    tier: 'advanced',
    sentence: 'Rarer pairs are no phrase; with the scorer `default`, pairs as rare as this are none either.',
  },
  threshold: {
    type: 'number',
    default: 0,
    range: [0, 1_000_000],
    tier: 'research',
    sentence:
      'A pair with a higher score is a phrase: a high figure finds few. `0`: automatic, 10 for the scorer `default`, 0.5 for `npmi`.',
  },
  scorer: {
    type: 'choice',
    default: 'default',
    tier: 'research',
    sentence: 'How a pair is scored.',
    choices: [
      ['default', 'By its count against the counts of its words (Mikolov et al. 2013).'],
      ['npmi', 'By normalized pointwise mutual information, up to 1 (Bouma 2009).'],
    ],
  },
  connectors: {
    type: 'text',
    default: '',
    tier: 'research',
    sentence:
      'Words that may stand inside a phrase and do not count, with spaces between them. For English: `a an the for of with without at from to in on by and or`, which finds `bank_of_america`.',
  },
} as const satisfies OptionTable;

export type PhraseOptions = ValuesOf<typeof PHRASES>;

export const PHRASE_DEFAULTS = defaultsOf(PHRASES);

/** Replaces "automatic" by figures. */
export function resolvePhraseOptions(options: PhraseOptions): PhraseOptions {
  return { ...options, threshold: options.threshold || (options.scorer === 'npmi' ? 0.5 : 10) };
}
