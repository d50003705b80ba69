// The text that both sides train on: words between spaces, cut into sentences of SENTENCE words as
// it has none of its own.

import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Text as RunningText } from '../../src/word2vec/job.ts';

const FILE = 'en-text8style.txt.gz';
const SENTENCE = 1000;

export interface Text {
  /** Every word of the text, in order. */
  all: string[];
  /** Words by descending count. */
  words: string[];
  counts: number[];
  /** Ids, -1 between sentences; shared memory. */
  tokens: Int32Array;
}

/** The first `most` words (0: all) of the text in a folder. Throws where the folder has none. */
export async function readText(data: string, most: number): Promise<Text> {
  if (!data || !existsSync(join(data, FILE))) {
    throw new Error(
      `This benchmark needs a folder with ${FILE} and eval/wordsim-353.txt, eval/simlex-999.txt, eval/questions-words.txt: ` +
        `name it with --data or LEXISCOPE_DATA${data ? `; ${join(data, FILE)} is not there` : ''}.`,
    );
  }
  const read = gunzipSync(await readFile(join(data, FILE)))
    .toString('utf8')
    .split(/\s+/)
    .filter((word) => word !== '');
  const all = most ? read.slice(0, most) : read;
  const tally = new Map<string, number>();
  for (const word of all) tally.set(word, (tally.get(word) ?? 0) + 1);
  const sorted = [...tally].sort((a, b) => b[1] - a[1]);
  const ids = new Map(sorted.map(([word], id) => [word, id]));
  const tokens = new Int32Array(new SharedArrayBuffer(4 * (all.length + Math.ceil(all.length / SENTENCE))));
  all.forEach((word, at) => (tokens[at + Math.floor(at / SENTENCE)] = ids.get(word)!));
  for (let end = SENTENCE; end < tokens.length; end += SENTENCE + 1) tokens[end] = -1;
  tokens[tokens.length - 1] = -1;
  return { all, words: sorted.map(([word]) => word), counts: sorted.map(([, times]) => times), tokens };
}

/** Writes words, a sentence a line. */
export async function writeSentences(path: string, words: readonly string[]): Promise<void> {
  const lines = Array.from({ length: Math.ceil(words.length / SENTENCE) }, (_, i) =>
    words.slice(i * SENTENCE, (i + 1) * SENTENCE).join(' '),
  );
  await writeFile(path, lines.join('\n') + '\n');
}

/** Tokens in memory as a job reads them. */
export const textOf = (tokens: Int32Array): RunningText => ({
  length: tokens.length,
  read: (first, number) => tokens.subarray(first, first + number),
});
