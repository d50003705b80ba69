// Which thread reads which files.

import type { FoundFiles } from './read-corpus.ts';
import { newNotes } from './reading-notes.ts';

/** Of a larger text, bytes, one thread reads all: its words or tokens may have no room in memory, which a CorpusBuilder knows to bound. */
const LARGEST = 2 ** 28;
/** A smaller share is not worth a thread, bytes. */
const SMALLEST = 2 ** 21;
/** Opening a file takes as long as reading so many bytes. */
const OPENING = 10_000;

/** Whether a text may be too large for shares, which have no place outside of memory. */
export function isTooLarge({ files }: FoundFiles): boolean {
  return files.reduce((sum, { size }) => sum + size, 0) > LARGEST;
}

/** The files in contiguous shares of about the same work, one where it is little. */
export function sharesOf(found: FoundFiles, threads: number): FoundFiles[] {
  const works = found.files.map(({ size }) => size + OPENING);
  const total = works.reduce((sum, work) => sum + work, 0);
  const count = Math.max(1, Math.min(threads, Math.floor(total / SMALLEST)));
  const shares: FoundFiles[] = [];
  let done = 0;
  let from = 0;
  for (let share = 1; share <= count; share++) {
    let to = from;
    while (to < works.length && (share === count || done < (share * total) / count)) done += works[to++]!;
    shares.push({ files: found.files.slice(from, to), twins: found.twins, notes: newNotes() });
    from = to;
  }
  return shares.filter(({ files }) => files.length > 0);
}
