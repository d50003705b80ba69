// Files become documents of a builder, decoded and cleaned (decoded-files.ts); those that are no
// part of the text are noted.

import * as l10n from '@vscode/l10n';
import type { SkipReason } from '../../protocol/engine.ts';
import type { CorpusBuilder } from '../../text/corpus.ts';
import { NotParted, type Piece, textsOf, Unread } from '../files/decoded-files.ts';
import type { FoundFiles } from './found-texts.ts';
import { note, type ReadDocument } from './reading-notes.ts';

/** A file that was opened and is no part of the text. */
export interface PassedFile {
  place: number;
  reason: SkipReason;
}

/**
 * Adds the texts of the files to a builder, and notes what is left out; null where it was
 * cancelled. `tell` hears how many bytes are done, `pass` which files are no part of the text, for
 * good.
 */
export async function addTexts(
  { files, twins, notes, witnesses }: FoundFiles,
  builder: CorpusBuilder,
  cancelled: () => boolean,
  tell: (bytes: number) => void,
  pass: (place: number, reason: SkipReason) => void = () => undefined,
): Promise<ReadDocument[] | null> {
  const scanners = { secrets: builder.secretScanner(), data: builder.dataScanner() };
  const documents: ReadDocument[] = [];
  let bytes = 0;
  for (const { file, pieces, digest } of textsOf(files, twins, scanners, witnesses)) {
    if (cancelled()) return null;
    tell(bytes);
    if (builder.isFull()) {
      note(notes, 'tooLarge', file.name, l10n.t('the text before it is as long as can be'));
      bytes += file.size;
      continue;
    }
    const before = builder.wordCount;
    let last: Piece | null = null;
    let repaired = false;
    let failure: Unread | null = null;
    let done = 0;
    builder.begin(file.name, file.part !== undefined);
    try {
      for await (const piece of pieces) {
        last = piece;
        repaired ||= piece.repaired;
        builder.append(piece.text);
        while (builder.step()) {
          if (cancelled()) return null;
          tell(bytes + done + piece.bytes * builder.fraction);
        }
        done += piece.bytes;
        if (builder.isFull()) break;
      }
    } catch (error) {
      if (error instanceof NotParted) throw error;
      // whatever is wrong with one file, the others are read
      failure = error instanceof Unread ? error : new Unread('unreadable', (error as Error).message);
    }
    builder.end();
    if (file.part && file.part.to < file.size && builder.isOpen) throw new NotParted();
    if ((last === null || builder.wordCount === before) && !file.part) {
      const reason = failure?.reason ?? 'empty';
      note(notes, reason, file.name, failure?.message);
      // what may be otherwise the next time, though the file is the same, is looked at again
      if (reason !== 'unreadable' && reason !== 'duplicate') pass(file.place ?? 0, reason);
    } else {
      const { encoding = 'utf-8', guessed = false, secrets = 0, data = 0 } = last ?? {};
      const { name, size, place = 0, part } = file;
      documents.push({
        place,
        name,
        size,
        ...(part && { from: part.from }),
        digest: digest(),
        encoding,
        guessed,
        repaired,
        secrets,
        data,
        failure: failure && failure.message,
      });
    }
    bytes += file.part ? file.part.to - file.part.from : file.size;
  }
  return documents;
}
