// What is kept of a text that only word vectors are trained on: the words that get one, and the ids
// in the token file, from which the threads read a chunk at a time. It runs in the thread that has
// read the text, and whose memory ends with it.

import { PRUNED } from '../../text/vocabulary.ts';
import { resolveWord2vecOptions, type Word2vecOptions } from '../../word2vec/options.ts';
import type { ReadCorpus } from './read-corpus.ts';
import { TokenFile } from './spill-file.ts';

/** Ids that are written at a time: 1 MB. */
const BLOCK = 1 << 18;

/** How many words get a vector. `words`: of the text. */
export function wordsWithVector(counts: Float64Array, options: Word2vecOptions, words: number): number {
  const { minCount } = resolveWord2vecOptions(options, words);
  let kept = 0;
  while (kept < counts.length && counts[kept]! >= minCount) kept++;
  return kept;
}

/**
 * The corpus without what a training of word vectors alone has no use for; rarer words are PRUNED.
 * `tokenFile`: the descriptor of a token file in which nothing from byte `at` on is needed but the
 * end of this text. Throws where it cannot be written.
 */
export function forVectorsOnly(read: ReadCorpus, options: Word2vecOptions, tokenFile: number, at = 0): ReadCorpus {
  const { corpus } = read;
  const kept = wordsWithVector(corpus.counts, options, read.report.words);
  const words = { words: corpus.words.slice(0, kept), counts: corpus.counts.slice(0, kept) };
  const { tokens, spilled } = corpus;
  if (spilled) return { ...read, corpus: { ...corpus, ...words } };

  const file = new TokenFile(tokenFile, at);
  const block = new Int32Array(Math.min(BLOCK, tokens.length));
  for (let first = 0; first < tokens.length; first += BLOCK) {
    const ids = tokens.subarray(first, first + BLOCK);
    for (let i = 0; i < ids.length; i++) block[i] = Math.min(ids[i]!, kept);
    file.append(block.subarray(0, ids.length));
  }
  const ranks = new Int32Array(new SharedArrayBuffer(4 * (kept + 1)));
  for (let id = 0; id < kept; id++) ranks[id] = id;
  ranks[kept] = PRUNED;
  return {
    ...read,
    corpus: {
      ...corpus,
      ...words,
      tokens: new Int32Array(new SharedArrayBuffer(0)),
      spilled: { length: tokens.length, at, ranks, freedAt: null },
    },
  };
}
