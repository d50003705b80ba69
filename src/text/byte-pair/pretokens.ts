// Cuts a text into the pieces that byte pairs never cross: words with the space or `_` before them,
// up to three digits, runs of signs, line ends, and indentation. Joined, they are the text again,
// to the last character: unlike the words of tokenizer.ts, they are what a language model writes
// with. The idea and the treatment of white space are GPT-2's (Radford et al. 2019) and its
// successors'; the pattern is ours.

/**
 * As it stands in a tokenizer.json. A word takes one space or `_` along (` king`, `_name`) and what
 * follows an apostrophe (don't); the last space before a word stays with the word, so that
 * indentation is a piece of its own.
 */
export const PRETOKEN_PATTERN =
  "[ _]?[\\p{L}\\p{M}]+(?:['’][\\p{L}\\p{M}]+)?| ?\\p{N}{1,3}| ?[^\\s\\p{L}\\p{M}\\p{N}]+|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

const PRETOKEN = new RegExp(PRETOKEN_PATTERN, 'gu');

/** Calls `found` with every pretoken of `text`, first to last. `text` is in NFC. */
export function forEachPretoken(text: string, found: (pretoken: string) => void): void {
  for (const [pretoken] of text.matchAll(PRETOKEN)) found(pretoken);
}

/** Longer ones are data: nothing is learned from them. UTF-16 code units. */
export const LONGEST_COUNTED = 256;

/** Adds the pretokens of `text` to `counts`. */
export function countPretokens(text: string, counts: Map<string, number>): void {
  forEachPretoken(text, (pretoken) => {
    if (pretoken.length <= LONGEST_COUNTED) counts.set(pretoken, (counts.get(pretoken) ?? 0) + 1);
  });
}
