// WikiText-2 (Merity et al. 2016) word by word, as language models are compared on it: every word
// of the training text is known, and the end of each line, empty ones too, is a token.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const PARTS = ['train', 'valid', 'test'] as const;
export const END_OF_LINE = '<eos>';

export interface Wikitext2 {
  /** By descending count in the training text. */
  words: string[];
  /** Ids of the words. */
  train: Int32Array;
  valid: Int32Array;
  test: Int32Array;
}

/**
 * The text of a part. `folder`: with wiki.train.tokens.gz, wiki.valid.tokens.gz and
 * wiki.test.tokens.gz.
 */
export async function readPart(folder: string, part: (typeof PARTS)[number]): Promise<string> {
  return gunzipSync(await readFile(join(folder, `wiki.${part}.tokens.gz`))).toString('utf8');
}

export async function readWikitext2(folder: string): Promise<Wikitext2> {
  const [train, valid, test] = await Promise.all(PARTS.map(async (part) => wordsOf(await readPart(folder, part))));
  const counts = new Map<string, number>();
  for (const word of train!) counts.set(word, (counts.get(word) ?? 0) + 1);
  const words = [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)!);
  const ids = new Map(words.map((word, id) => [word, id]));
  const unknown = ids.get('<unk>')!;
  const [trainIds, validIds, testIds] = [train!, valid!, test!].map((text) =>
    Int32Array.from(text, (word) => ids.get(word) ?? unknown),
  );
  return { words, train: trainIds!, valid: validIds!, test: testIds! };
}

const wordsOf = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .flatMap((line) => [...line.split(' ').filter(Boolean), END_OF_LINE]);
