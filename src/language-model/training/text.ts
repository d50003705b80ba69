// What a training reads: the corpus in the model's numbering, one text to learn from and one that
// is held out.

import { END_OF_SENTENCE } from '../token-ids.ts';
import { appendTokens } from './streams.ts';

/** Fewest tokens that are held out of a text whose end is held out. */
const FEWEST_HELD_OUT = 16;

export interface Texts {
  /** Tokens, an end of a sentence first. */
  training: Int32Array<SharedArrayBuffer>;
  heldOut: Int32Array<SharedArrayBuffer>;
  /** Characters of the held-out text; `null` if nobody knows them. */
  heldOutCharacters: number | null;
}

/**
 * `tokens`: the corpus as ids by descending count, -1 for the end of a sentence or document;
 * `documents`: where each begins; `heldOut`: 1 for each that is held out, none or some. Where none
 * is, the share `heldOutShare` at the end of the text is. `words`: how many are known;
 * `characters`: of each id, the space after a word included.
 */
export function splitText(
  tokens: Int32Array,
  documents: Int32Array,
  heldOut: Uint8Array,
  heldOutShare: number,
  words: number,
  characters: ArrayLike<number> | null,
): Texts {
  const parts = heldOut.includes(1) ? splitByDocument(tokens, documents, heldOut) : splitAtTheEnd(tokens, heldOutShare);
  const [learned, held] = [false, true].map((wanted) => parts.filter((part) => part.held === wanted));
  let heldOutCharacters: number | null = null;
  if (characters) {
    heldOutCharacters = 0;
    for (const { start, end } of held!) {
      for (const id of tokens.subarray(start, end)) if (id >= 0) heldOutCharacters += characters[id] ?? 0;
    }
  }
  return { training: join(tokens, learned!, words), heldOut: join(tokens, held!, words), heldOutCharacters };
}

/**
 * How many of the corpus's most frequent words are known: up to the last one that occurs at least
 * twice, `most` at most. A word on the way may occur less often, or never: one that is frequent as
 * a part of names (src/text/identifier-parts.ts).
 */
export function knownWords(tokens: Int32Array, most: number): number {
  const counts = new Uint32Array(most);
  for (const id of tokens) if (id >= 0 && id < most) counts[id]!++;
  return counts.findLastIndex((count) => count >= 2) + 1;
}

/**
 * What each token costs a model that only counts them in `text`, plus one: its negative
 * log-likelihood, nats.
 */
export function unigramLosses(text: Int32Array, vocabulary: number): Float64Array {
  const counts = new Float64Array(vocabulary).fill(1);
  for (const token of text) counts[token]!++;
  const total = Math.log(text.length + vocabulary);
  return counts.map((count) => total - Math.log(count));
}

/** A part of the corpus, [start, end), and whether it is held out. */
interface Part {
  start: number;
  end: number;
  held: boolean;
}

function splitByDocument(tokens: Int32Array, documents: Int32Array, heldOut: Uint8Array): Part[] {
  return Array.from(documents, (start, index) => ({
    start,
    end: documents[index + 1] ?? tokens.length,
    held: heldOut[index] === 1,
  }));
}

function splitAtTheEnd(tokens: Int32Array, share: number): Part[] {
  const start = Math.max(0, tokens.length - Math.max(FEWEST_HELD_OUT, Math.ceil(tokens.length * share)));
  return [
    { start: 0, end: start, held: false },
    { start, end: tokens.length, held: true },
  ];
}

/** The parts' tokens in the model's numbering, one text, in shared memory. */
function join(tokens: Int32Array, parts: readonly Part[], words: number): Int32Array<SharedArrayBuffer> {
  const text = new Int32Array(1 + parts.reduce((sum, { start, end }) => sum + end - start + 1, 0));
  text[0] = END_OF_SENTENCE;
  const length = parts.reduce((at, { start, end }) => appendTokens(text, at, tokens, start, end, words), 1);
  const shared = new Int32Array(new SharedArrayBuffer(length * 4));
  shared.set(text.subarray(0, length));
  return shared;
}
