// What a reading gives, and the form in which it goes from thread to thread.

import type { ReadingReport } from '../../protocol/engine.ts';
import type { Corpus } from '../../text/corpus.ts';
import { lettersOf, spell } from '../../text/vocabulary.ts';

export interface ReadCorpus {
  corpus: Corpus;
  /** Of each document: the name of its folder and its path in it, with slashes. */
  paths: string[];
  report: ReadingReport;
}

/**
 * The same between threads: an array of strings takes several times as long to hand on as their
 * letters (vocabulary.ts).
 */
export interface PackedCorpus extends Omit<ReadCorpus, 'corpus'> {
  corpus: Omit<Corpus, 'words'> & { letters: Uint16Array };
}

export function packed(read: ReadCorpus): PackedCorpus {
  const { words, ...corpus } = read.corpus;
  return { ...read, corpus: { ...corpus, letters: lettersOf(words) } };
}

/** `most`: words that are kept, the most frequent; null, all of them. */
export function unpacked(read: PackedCorpus, most: number | null = null): ReadCorpus {
  const { letters, ...corpus } = read.corpus;
  const counts = corpus.counts.subarray(0, most ?? corpus.counts.length);
  return { ...read, corpus: { ...corpus, words: spell(letters, counts.length), counts } };
}
