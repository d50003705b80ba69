// Finds the files that are to be read, in sorted order, so that the same folders give the same
// corpus. What is not read is counted by its reason and named (reading-notes.ts).

import { sizeText } from '../../options/value.ts';
import type { FolderRequest, ReadingOptions, UnsavedText } from '../../protocol/engine.ts';
import { encodingNamed } from '../../text/encodings.ts';
import { type FileToRead, sizesOfTwins } from '../files/decoded-files.ts';
import type { FoundFile, OnSkipped } from '../files/file-source.ts';
import { findFiles } from '../files/find-files.ts';
import { newNotes, note, type ReadingNotes } from './reading-notes.ts';
import { addOverLimit, limitBelow } from './size-limits.ts';

/** Files that may be read, in their order, and what there is to say of the others. */
export interface FoundFiles {
  files: FileToRead[];
  /** Sizes of large files that come twice. */
  twins: Set<number>;
  notes: ReadingNotes;
  /**
   * Of a part of all that were found: files of the same folders that are not in it, and may tell
   * its encodings (folder-evidence.ts).
   */
  witnesses?: FoundFile[];
}

/**
 * Finds the files of the folders; null where it was cancelled. `tell` hears how many were found.
 */
export async function findTexts(
  folders: readonly FolderRequest[],
  reading: ReadingOptions,
  unsaved: readonly UnsavedText[],
  cancelled: () => boolean,
  tell: (files: number) => void = () => undefined,
): Promise<FoundFiles | null> {
  const notes = newNotes();
  for (const { encoding } of folders) {
    if (encoding !== undefined && encodingNamed(encoding) === null) notes.unknownEncodings.push(encoding);
  }
  const files: FoundFile[] = [];
  const texts = new Map(unsaved.map(({ path, text }) => [path, text]));
  const noted: OnSkipped = (reason, name, detail) => note(notes, reason, name, detail);
  for await (const found of findFiles(folders, noted, reading.followLinks)) {
    if (cancelled()) return null;
    for (const onDisk of found) {
      const text = texts.get(onDisk.path);
      const file = text === undefined ? onDisk : { ...onDisk, text, size: Buffer.byteLength(text) };
      const over = limitBelow(file.name, file.size, reading);
      if (file.size === 0) note(notes, 'empty', file.name);
      else if (over) {
        note(notes, 'tooLarge', file.name, sizeText(file.size));
        addOverLimit(notes.overLimits, over, file.size);
      } else files.push({ ...file, place: files.length });
    }
    tell(files.length);
  }
  return { files, twins: sizesOfTwins(files), notes };
}
