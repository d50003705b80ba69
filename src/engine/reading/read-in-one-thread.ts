// Folders to a corpus in one thread: finds the files, reads them in sorted order, decodes them and
// adds them to a CorpusBuilder. Several threads read shares of them (read-shares.ts), unless there
// are more different words than are kept.

import type { FolderRequest, ReadingOptions, UnsavedText } from '../../protocol/engine.ts';
import { CorpusBuilder } from '../../text/corpus.ts';
import { PHRASE_DEFAULTS, type PhraseOptions, TEXT_DEFAULTS, type TextOptions } from '../../text/options.ts';
import type { TextKernel } from '../../text/text-kernel.ts';
import type { Spill } from '../../text/tokens.ts';
import { atMostEvery, ReadingClock, type WorkHooks } from '../progress.ts';
import { CorpusPasses } from './corpus-passes.ts';
import { findTexts, type FoundFiles } from './found-texts.ts';
import type { ReadCorpus } from './read-corpus.ts';
import { addTexts } from './read-documents.ts';
import { logNotes, noteRead, reportOf } from './reading-notes.ts';

/**
 * Reads the folders and makes words of their phrases; null where it was cancelled. `spill` takes
 * what has no room in memory; without it, a text that is too long ends there. Throws for what is
 * wrong with the request, such as a glob too long, and where the spill fails.
 */
export async function readCorpus(
  kernel: TextKernel,
  folders: readonly FolderRequest[],
  reading: ReadingOptions,
  hooks: WorkHooks,
  phrases: PhraseOptions = PHRASE_DEFAULTS,
  spill: Spill | null = null,
  unsaved: readonly UnsavedText[] = [],
  text: TextOptions = TEXT_DEFAULTS,
): Promise<ReadCorpus | null> {
  hooks.progress({ phase: 'reading', fraction: 0 });
  const found = await findTexts(folders, reading, unsaved, hooks.cancelled);
  if (!found) return null;
  return readFound(kernel, found, hooks, text, phrases, spill);
}

/** The same of files that were found. */
export async function readFound(
  kernel: TextKernel,
  found: FoundFiles,
  hooks: WorkHooks,
  text: TextOptions,
  phrases: PhraseOptions,
  spill: Spill | null,
): Promise<ReadCorpus | null> {
  const { files, notes } = found;
  const builder = new CorpusBuilder(kernel, spill, {}, text);
  const clock = new ReadingClock(
    'reading',
    files.reduce((sum, { size }) => sum + size, 0),
  );
  const isTime = atMostEvery();
  const documents = await addTexts(found, builder, hooks.cancelled, (bytes) => {
    if (isTime()) hooks.progress(clock.progress(bytes, builder.wordCount));
  });
  if (!documents) return null;
  for (const document of documents) noteRead(notes, document);
  const passes = new CorpusPasses(hooks, text, phrases);
  const counted = passes.count(builder.finishing());
  if (!counted) return null;
  logNotes(notes, hooks.log);
  const { wordCount: words, pruned } = counted;
  const finished = passes.finish(counted);
  if (!finished) return null;
  return {
    corpus: finished.corpus,
    paths: documents.map(({ name }) => name),
    report: { ...reportOf(notes), words, pruned, phrases: finished.phrases },
  };
}
