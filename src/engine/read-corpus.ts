// Folders to a corpus: finds the files, reads them, decodes them and adds them to a CorpusBuilder. Runs in a compute
// thread. Files are added in sorted order, so that the same folders give the same corpus. What is not read is counted by
// its reason and named (reading-notes.ts).

import * as l10n from '@vscode/l10n';
import type { FolderRequest, LogLevel, ReadingOptions, ReadingReport, UnsavedText } from '../protocol/engine.ts';
import { CorpusBuilder, type Corpus } from '../text/corpus.ts';
import { PHRASE_DEFAULTS, type PhraseOptions } from '../text/options.ts';
import { findPhrases, type Phrases } from '../text/phrases.ts';
import type { Spill } from '../text/tokens.ts';
import { Contents, textsOf, Unread } from './file-text.ts';
import { logNotes, newNotes, note, noteRead, reportOf, type ReadingNotes } from './reading-notes.ts';
import { findFiles, type FoundFile } from './workspace-files.ts';

export interface ReadCorpus {
  corpus: Corpus;
  /** Of each document: the name of its folder and its path in it, with slashes. */
  paths: string[];
  report: ReadingReport;
}

export interface ReadingProgress {
  phase: 'reading' | 'counting';
  /** Of the phase, 0 to 1. */
  fraction: number;
  wordsPerSecond?: number;
  secondsLeft?: number;
}

export interface ReadingHooks {
  progress: (progress: ReadingProgress) => void;
  /** Looked at every few milliseconds, and between files. */
  cancelled: () => boolean;
  log: (level: LogLevel, message: string) => void;
}

/** Between two tellings of progress, ms. */
const INTERVAL = 100;

/** Files that may be read, in their order, and what there is to say of the others. */
export interface FoundFiles {
  files: FoundFile[];
  notes: ReadingNotes;
}

/** Finds the files of the folders; null where it was cancelled. */
export async function findTexts(
  folders: readonly FolderRequest[],
  reading: ReadingOptions,
  unsaved: readonly UnsavedText[],
  cancelled: () => boolean,
): Promise<FoundFiles | null> {
  const notes = newNotes();
  const files: FoundFile[] = [];
  const texts = new Map(unsaved.map(({ path, text }) => [path, text]));
  for await (const found of findFiles(folders, (reason, name, detail) => note(notes, reason, name, detail))) {
    if (cancelled()) return null;
    for (const onDisk of found) {
      const text = texts.get(onDisk.path);
      const file = text === undefined ? onDisk : { ...onDisk, text, size: Buffer.byteLength(text) };
      if (file.size === 0) note(notes, 'empty', file.name);
      else if (file.size > reading.maximumFileSize)
        note(notes, 'tooLarge', file.name, `${(file.size / 1e6).toFixed(1)} MB`);
      else files.push(file);
    }
  }
  return { files, notes };
}

/** Of each document of a builder, in their order. */
export interface ReadDocument {
  /** The name of its folder and its path in it, with slashes. */
  name: string;
  /** Of its content; null of a large file that no other has the size of. */
  digest: string | null;
}

/** Adds the texts of the files to a builder; null where it was cancelled. `tell` hears how many bytes are done. */
export async function addTexts(
  files: readonly FoundFile[],
  builder: CorpusBuilder,
  notes: ReadingNotes,
  cancelled: () => boolean,
  tell: (bytes: number) => void,
): Promise<ReadDocument[] | null> {
  const documents: ReadDocument[] = [];
  let bytes = 0;
  for (const { file, pieces, digest } of textsOf(files, new Contents(files))) {
    if (cancelled()) return null;
    tell(bytes);
    if (builder.isFull()) {
      note(notes, 'tooLarge', file.name, l10n.t('the text before it is as long as can be'));
      bytes += file.size;
      continue;
    }
    const before = builder.wordCount;
    const read = { name: file.name, size: file.size, encoding: 'utf-8', repaired: false, secrets: 0 };
    let failure: Unread | null = null;
    let done = 0;
    builder.begin();
    try {
      for await (const piece of pieces) {
        read.repaired ||= piece.repaired;
        read.encoding = piece.encoding;
        read.secrets = piece.secrets;
        builder.append(piece.text);
        while (builder.step()) {
          if (cancelled()) return null;
          tell(bytes + done + piece.bytes * builder.fraction);
        }
        done += piece.bytes;
        if (builder.isFull()) break;
      }
    } catch (error) {
      if (!(error instanceof Unread)) throw error;
      failure = error;
    }
    builder.end();
    if (builder.wordCount === before) note(notes, failure ? failure.reason : 'empty', file.name, failure?.message);
    else {
      documents.push({ name: file.name, digest: digest() });
      noteRead(notes, read);
      if (failure) note(notes, 'partial', file.name, failure.message);
    }
    bytes += file.size;
  }
  return documents;
}

/**
 * Reads the folders and makes words of their phrases; null where it was cancelled. `spill` takes what has no room in memory; without it, a text that is
 * too long ends there. Throws for what is wrong with the request, such as a glob too long, and where the spill fails.
 */
export async function readCorpus(
  folders: readonly FolderRequest[],
  reading: ReadingOptions,
  hooks: ReadingHooks,
  phrases: PhraseOptions = PHRASE_DEFAULTS,
  spill: Spill | null = null,
  unsaved: readonly UnsavedText[] = [],
): Promise<ReadCorpus | null> {
  hooks.progress({ phase: 'reading', fraction: 0 });
  const found = await findTexts(folders, reading, unsaved, hooks.cancelled);
  if (!found) return null;
  const { files, notes } = found;
  const builder = new CorpusBuilder(spill);
  const clock = new ReadingClock(files, builder, hooks);
  const documents = await addTexts(files, builder, notes, hooks.cancelled, (bytes) => clock.tell(bytes));
  if (!documents) return null;
  logNotes(notes, hooks.log);

  hooks.progress({ phase: 'counting', fraction: 0 });
  /** Runs one of the passes over the counted text, of which there are as many as passes for phrases and one. */
  const run = <T>(steps: Generator<number, T>, pass: number): T | null => {
    for (;;) {
      const step = steps.next();
      if (hooks.cancelled()) return null;
      if (step.done) return step.value;
      clock.tellCounting((pass + step.value) / (1 + phrases.passes));
    }
  };
  const counted = run(builder.finishing(), 0);
  if (!counted) return null;
  let corpus = counted;
  const { wordCount, pruned } = counted;
  if (pruned.words > 0) {
    hooks.log(
      'warn',
      l10n.t(
        'There are more different words than there is room for: {0} that had come up to {1} times were left out',
        pruned.words,
        pruned.upTo,
      ),
    );
  }
  if (phrases.passes > 0 && corpus.spilled) {
    hooks.log('warn', l10n.t('The text is too long to look for phrases in it'));
  }
  let phraseCount = 0;
  for (let pass = 1; pass <= phrases.passes && !corpus.spilled; pass++) {
    const result: Phrases | null = run(findPhrases(corpus, phrases), pass);
    if (!result) return null;
    corpus = result.corpus;
    phraseCount += result.found;
    hooks.log('info', l10n.t('Phrases: {0} found in pass {1}', result.found, pass));
    if (result.prunedUpTo > 0) {
      hooks.log(
        'info',
        l10n.t('Pairs of words that had come up to {0} times were left out while they were counted', result.prunedUpTo),
      );
    }
  }
  return {
    corpus,
    paths: documents.map(({ name }) => name),
    report: { ...reportOf(notes), words: wordCount, pruned, phrases: phraseCount },
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

  tellCounting(fraction: number): void {
    if (this.#isTime()) this.#hooks.progress({ phase: 'counting', fraction });
  }

  #isTime(): boolean {
    const now = performance.now();
    if (now - this.#told < INTERVAL) return false;
    this.#told = now;
    return true;
  }
}
