// Keywords of programming languages that fill the windows of the word vectors as articles and
// particles do. Which words they are depends on the languages of the text: in prose alone, `for`
// and `class` are words like others.

import { languageOf } from './languages.ts';

/** Of each occurrence of a keyword in code, this share counts. */
const SHARE = 0.02;

/**
 * How often each keyword of the text's languages is to be kept, 0 to 1: the more of the text is in
 * languages that have it, the more rarely. `paths` and `documents`, where each begins, are of the
 * text, which has `length` tokens.
 */
export function keywordFactors(
  paths: readonly string[],
  documents: ArrayLike<number>,
  length: number,
): Map<string, number> {
  const tokens = new Map<ReadonlySet<string>, number>();
  for (const [index, path] of paths.entries()) {
    const keywords = languageOf(path).lexis?.keywords;
    if (!keywords) continue;
    const end = index + 1 < documents.length ? documents[index + 1]! : length;
    tokens.set(keywords, (tokens.get(keywords) ?? 0) + end - documents[index]!);
  }
  const shares = new Map<string, number>();
  for (const [keywords, count] of tokens) {
    for (const word of keywords) shares.set(word, (shares.get(word) ?? 0) + count / length);
  }
  return new Map(Array.from(shares, ([word, share]) => [word, 1 - share * (1 - SHARE)]));
}
