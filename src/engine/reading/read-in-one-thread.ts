// Folders to a corpus in one thread: finds the files, reads them in sorted order, decodes them and adds them to a
// CorpusBuilder. Several threads read shares of them (read-shares.ts), unless there are more different words than are kept.

import type { FolderRequest, ReadingOptions, UnsavedText } from '../../protocol/engine.ts';
import { CorpusBuilder } from '../../text/corpus.ts';
import { PHRASE_DEFAULTS, TEXT_DEFAULTS, type PhraseOptions, type TextOptions } from '../../text/options.ts';
import type { TextKernel } from '../../text/text-kernel.ts';
import type { Spill } from '../../text/tokens.ts';
import { CorpusPasses, type ReadCorpus, type ReadingHooks } from './corpus-passes.ts';
import { findTexts, type FoundFiles } from './found-texts.ts';
import { addTexts } from './read-documents.ts';
import { logNotes, noteRead, reportOf } from './reading-notes.ts';
import type { FoundFile } from '../files/file-source.ts';

/** Between two tellings of progress, ms. */
const INTERVAL = 100;

/**
 * Reads the folders and makes words of their phrases; null where it was cancelled. `spill` takes what has no room in memory; without it, a text that is
 * too long ends there. Throws for what is wrong with the request, such as a glob too long, and where the spill fails.
 */
export async function readCorpus(
  kernel: TextKernel,
  folders: readonly FolderRequest[],
  reading: ReadingOptions,
  hooks: ReadingHooks,
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
  hooks: ReadingHooks,
  text: TextOptions,
  phrases: PhraseOptions,
  spill: Spill | null,
): Promise<ReadCorpus | null> {
  const { files, notes } = found;
  const builder = new CorpusBuilder(kernel, spill, {}, text);
  const clock = new ReadingClock(files, builder, hooks);
  const documents = await addTexts(found, builder, hooks.cancelled, (bytes) => clock.tell(bytes));
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

/** Tells progress, but not too often. */
class ReadingClock {
  readonly #total: number;
  readonly #builder: CorpusBuilder;
  readonly #hooks: ReadingHooks;
  readonly #started = performance.now();
  #told = 0;

  constructor(files: readonly FoundFile[], builder: CorpusBuilder, hooks: ReadingHooks) {
    this.#total = files.reduce((sum, { size }) => sum + size, 0);
    this.#builder = builder;
    this.#hooks = hooks;
  }

  /** `bytes`: of all files, those that are done. */
  tell(bytes: number): void {
    if (!this.#isTime()) return;
    const fraction = bytes / this.#total;
    const seconds = (performance.now() - this.#started) / 1000;
    this.#hooks.progress({
      phase: 'reading',
      fraction,
      wordsPerSecond: this.#builder.wordCount / seconds,
      ...(seconds > 1 && fraction > 0 && { secondsLeft: (seconds * (1 - fraction)) / fraction }),
    });
  }

  #isTime(): boolean {
    const now = performance.now();
    if (now - this.#told < INTERVAL) return false;
    this.#told = now;
    return true;
  }
}
