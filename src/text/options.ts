// The options of text and of phrases, their defaults and their ranges. Names and scores of phrases as in gensim's Phrases.

/** What is made of the characters of a document. */
export interface TextOptions {
  /** Of prose: `fold` makes The the; names with capitals inside, such as GitHub, and abbreviations stay. Case of code is kept. */
  case: 'keep' | 'fold';
  /** `digits`: every digit is 0, so that numbers of a length are one word. */
  numbers: 'keep' | 'digits';
  /** What ends a sentence of code, besides a blank line: a line, a statement (; { }), or nothing. */
  codeSentences: 'line' | 'statement' | 'block';
  /** Of programming languages: words like others, words that the word vectors seldom see, or no words of the text. */
  keywords: 'keep' | 'downWeight' | 'leaveOut';
  /** Whether the parts of identifiers are learned from too: get, user and name of getUserName. */
  identifierParts: boolean;
  /** Of Korean: 한국은 is one word, 한국 and 은, or 한국 alone. */
  particles: 'attached' | 'separate' | 'leaveOut';
}

export const TEXT_CHOICES = {
  case: ['keep', 'fold'],
  numbers: ['keep', 'digits'],
  codeSentences: ['line', 'statement', 'block'],
  keywords: ['keep', 'downWeight', 'leaveOut'],
  particles: ['attached', 'separate', 'leaveOut'],
} as const;

export const TEXT_FLAGS = ['identifierParts'] as const;

export const TEXT_DEFAULTS: TextOptions = {
  case: 'keep',
  numbers: 'keep',
  codeSentences: 'block',
  keywords: 'keep',
  identifierParts: true,
  particles: 'separate',
};

export interface PhraseOptions {
  /** How often the text is gone through: 0 finds no phrases, 1 those of two words, 2 those of up to four. */
  passes: number;
  /** Pairs that appear so often or less (scorer "default"), or less often (npmi), are no phrase. */
  minCount: number;
  /** A pair with a higher score becomes one word; 0: automatic, 10 for the scorer "default", 0.5 for npmi. */
  threshold: number;
  scorer: 'default' | 'npmi';
  /** Words that may stand inside a phrase and count for nothing, with spaces between them: "of the" finds `bank_of_america`. */
  connectors: string;
}

export const PHRASE_SCORERS = ['default', 'npmi'] as const;

export const PHRASE_DEFAULTS: PhraseOptions = {
  passes: 0,
  minCount: 5,
  threshold: 0,
  scorer: 'default',
  connectors: '',
};

/** [least, most, whole numbers only] of each number. */
export const PHRASE_RANGES: Record<
  Exclude<keyof PhraseOptions, 'scorer' | 'connectors'>,
  [least: number, most: number, whole: boolean]
> = {
  passes: [0, 5, true],
  minCount: [1, 1_000_000, true],
  threshold: [0, 1_000_000, false],
};

/** Puts figures in the place of "automatic". */
export function resolvePhraseOptions(options: PhraseOptions): PhraseOptions {
  return { ...options, threshold: options.threshold || (options.scorer === 'npmi' ? 0.5 : 10) };
}
