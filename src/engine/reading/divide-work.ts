// Which thread reads which files, and which part of a large one.

import type { FileToRead } from '../files/decoded-files.ts';
import type { FoundFile } from '../files/file-source.ts';
import { witnessesOf } from '../files/folder-evidence.ts';
import type { FoundFiles } from './found-texts.ts';
import { newNotes } from './reading-notes.ts';

/** Of a larger text, bytes, nothing is kept for the next time. */
const LARGEST_CACHED = 2 ** 28;
/** A smaller share is not worth a thread, bytes. */
const SMALLEST = 2 ** 21;
/** Opening a file takes as long as reading so many bytes. */
const OPENING = 10_000;
/** A file is not parted for so little work. */
const LITTLE = 2 ** 20;

/** Whether a text is too large to be kept for the next time. */
export function isTooLarge({ files }: FoundFiles): boolean {
  return files.reduce((sum, { size }) => sum + size, 0) > LARGEST_CACHED;
}

/**
 * The files in contiguous shares of about the same work, one where it is little. `placeOfCut` gives
 * where a file may be parted, at `wanted` or somewhat before; null where it may not.
 */
export function sharesOf(
  found: FoundFiles,
  threads: number,
  placeOfCut: (file: FoundFile, wanted: number) => number | null = () => null,
): FoundFiles[] {
  const total = found.files.reduce((sum, { size }) => sum + size + OPENING, 0);
  const count = Math.max(1, Math.min(threads, Math.floor(total / SMALLEST)));
  const all: FoundFile[] = [];
  for (const file of [...found.files, ...(found.witnesses ?? [])]) all[file.place ?? all.length] = file;
  const shares: FoundFiles[] = [];
  let done = 0;
  let next = 0;
  /** Of the next file, where it goes on. */
  let from = 0;
  for (let share = 1; share <= count; share++) {
    const files: FileToRead[] = [];
    const goal = (share * total) / count;
    while (next < found.files.length && (share === count || done < goal)) {
      const file = found.files[next]!;
      const work = file.size - from + OPENING;
      const mayPart = share < count && done + work > goal + LITTLE && !found.twins.has(file.size);
      const cut = mayPart ? placeOfCut(file, Math.floor(from + goal - done)) : null;
      if (cut !== null && cut > from) {
        files.push({ ...file, part: { from, to: cut } });
        done += cut - from;
        from = cut;
        break;
      }
      files.push(from > 0 ? { ...file, part: { from, to: file.size } } : file);
      done += work;
      from = 0;
      next++;
    }
    if (files.length > 0)
      shares.push({ files, twins: found.twins, notes: newNotes(), witnesses: witnessesOf(files, all) });
  }
  return shares;
}
