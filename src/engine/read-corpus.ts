// Folders to a corpus: finds the files, reads them, decodes them and adds them to a CorpusBuilder. Runs in a compute
// thread. Files are added in sorted order, so that the same folders give the same corpus. What is not read is counted by
// its reason and named (reading-notes.ts).

import * as l10n from '@vscode/l10n';
import type {
  FolderRequest,
  LogLevel,
  ReadingOptions,
  ReadingReport,
  SkipReason,
  UnsavedText,
} from '../protocol/engine.ts';
import { CorpusBuilder, type Corpus } from '../text/corpus.ts';
import { addIdentifierParts, partsOf } from '../text/identifier-parts.ts';
import { PHRASE_DEFAULTS, TEXT_DEFAULTS, type PhraseOptions, type TextOptions } from '../text/options.ts';
import { mayHaveParticle, separateParticles } from '../text/particles.ts';
import { DELIMITER, findPhrases, type Phrases } from '../text/phrases.ts';
import type { TextKernel } from '../text/text-kernel.ts';
import { MemoryTokens, type Spill } from '../text/tokens.ts';
import { NotParted, sizesOfTwins, textsOf, Unread, type FileToRead, type Piece } from './file-text.ts';
import { logNotes, newNotes, note, noteRead, reportOf, type ReadDocument, type ReadingNotes } from './reading-notes.ts';
import type { PassedFile } from './read-shares.ts';
import { saveCache, type CachePlace } from './token-cache.ts';
import type { FoundFile } from './file-source.ts';
import { findFiles } from './workspace-files.ts';

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
  files: FileToRead[];
  /** Sizes of large files that come twice. */
  twins: Set<number>;
  notes: ReadingNotes;
}

/** Finds the files of the folders; null where it was cancelled. `tell` hears how many were found. */
export async function findTexts(
  folders: readonly FolderRequest[],
  reading: ReadingOptions,
  unsaved: readonly UnsavedText[],
  cancelled: () => boolean,
  tell: (files: number) => void = () => undefined,
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
      else files.push({ ...file, place: files.length });
    }
    tell(files.length);
  }
  return { files, twins: sizesOfTwins(files), notes };
}

/** Adds the texts of the files to a builder, and notes what is left out; null where it was cancelled. `tell` hears how many bytes are done, `pass` which files are no part of the text, for good. */
export async function addTexts(
  { files, twins, notes }: FoundFiles,
  builder: CorpusBuilder,
  cancelled: () => boolean,
  tell: (bytes: number) => void,
  pass: (place: number, reason: SkipReason) => void = () => undefined,
): Promise<ReadDocument[] | null> {
  const documents: ReadDocument[] = [];
  let bytes = 0;
  for (const { file, pieces, digest } of textsOf(files, twins, builder.secretScanner())) {
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
      if (!(error instanceof Unread)) throw error;
      failure = error;
    }
    builder.end();
    if (file.part && file.part.to < file.size && builder.isOpen) throw new NotParted();
    if ((last === null || builder.wordCount === before) && !file.part) {
      const reason = failure?.reason ?? 'empty';
      note(notes, reason, file.name, failure?.message);
      // what may be otherwise the next time, though the file is the same, is looked at again
      if (reason !== 'unreadable' && reason !== 'duplicate') pass(file.place ?? 0, reason);
    } else {
      const { encoding = 'utf-8', secrets = 0 } = last ?? {};
      const { name, size, place = 0, part } = file;
      documents.push({
        place,
        name,
        size,
        ...(part && { from: part.from }),
        digest: digest(),
        encoding,
        repaired,
        secrets,
        failure: failure && failure.message,
      });
    }
    bytes += file.part ? file.part.to - file.part.from : file.size;
  }
  return documents;
}

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

/** The same of files that were found. `cache`: where it is kept for the next time. */
export async function readFound(
  kernel: TextKernel,
  found: FoundFiles,
  hooks: ReadingHooks,
  text: TextOptions,
  phrases: PhraseOptions,
  spill: Spill | null,
  cache: CachePlace | null = null,
): Promise<ReadCorpus | null> {
  const passed: PassedFile[] = [];
  const builder = new CorpusBuilder(kernel, spill, {}, text);
  const clock = new ReadingClock(found.files, builder, hooks);
  const tell = (bytes: number): void => clock.tell(bytes);
  const pass = (place: number, reason: SkipReason): void => void passed.push({ place, reason });
  const documents = await addTexts(found, builder, hooks.cancelled, tell, pass);
  if (!documents) return null;
  return finishCorpus(builder.finishing(), documents, found.notes, hooks, text, phrases, (corpus) => {
    if (!cache || corpus.spilled) return; // what is worth a cache has room in memory
    saveCache(kernel, cache, { ...corpus, source: new MemoryTokens(corpus.tokens) }, documents, passed);
  });
}

/** Whether what is done after counting changes the running text of these words. */
export function changesTokens(words: readonly string[], text: TextOptions, phrases: PhraseOptions): boolean {
  return (
    phrases.passes > 0 ||
    (text.particles !== 'attached' && words.some(mayHaveParticle)) ||
    (text.identifierParts && words.some((word) => partsOf(word).length > 0))
  );
}

/** Ends a reading: the corpus that `counting` gives, with phrases, and what there is to say; null where it was cancelled, or there is no corpus. */
export function finishCorpus(
  counting: Generator<number, Corpus | null>,
  documents: readonly ReadDocument[],
  notes: ReadingNotes,
  hooks: ReadingHooks,
  text: TextOptions,
  phrases: PhraseOptions,
  counted: (corpus: Corpus) => void = () => undefined,
): ReadCorpus | null {
  for (const document of documents) noteRead(notes, document);
  hooks.progress({ phase: 'counting', fraction: 0 });
  let told = performance.now();
  const passes = 1 + Number(text.particles !== 'attached') + phrases.passes + Number(text.identifierParts);
  let pass = 0;
  /** Runs the next of the passes over the counted text. */
  const run = <T>(steps: Generator<number, T>): T | null => {
    for (;;) {
      const step = steps.next();
      if (hooks.cancelled()) return null;
      if (step.done) {
        pass++;
        return step.value;
      }
      const now = performance.now();
      if (now - told < INTERVAL) continue;
      told = now;
      hooks.progress({ phase: 'counting', fraction: (pass + step.value) / passes });
    }
  };
  const first = run(counting);
  if (!first) return null;
  let corpus = first;
  counted(corpus);
  logNotes(notes, hooks.log);
  const { wordCount, pruned } = corpus;
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
  if (text.particles !== 'attached') {
    if (corpus.spilled) {
      if (corpus.words.some(mayHaveParticle)) {
        hooks.log('warn', l10n.t('The text is too long to separate the particles of Korean'));
      }
    } else {
      const separated = run(separateParticles(corpus, text.particles === 'separate'));
      if (!separated) return null;
      corpus = separated;
    }
  }
  if (phrases.passes > 0 && corpus.spilled) {
    hooks.log('warn', l10n.t('The text is too long to look for phrases in it'));
  }
  // a phrase is spelled like a name and is none
  const names = phrases.passes > 0 ? new Set(corpus.words.filter((word) => word.includes(DELIMITER))) : null;
  const isName = (word: string): boolean => !names || !word.includes(DELIMITER) || names.has(word);
  let phraseCount = 0;
  for (let round = 1; round <= phrases.passes && !corpus.spilled; round++) {
    const result: Phrases | null = run(findPhrases(corpus, phrases));
    if (!result) return null;
    corpus = result.corpus;
    phraseCount += result.found;
    hooks.log('info', l10n.t('Phrases: {0} found in pass {1}', result.found, round));
    if (result.prunedUpTo > 0) {
      hooks.log(
        'info',
        l10n.t('Pairs of words that had come up to {0} times were left out while they were counted', result.prunedUpTo),
      );
    }
  }
  if (text.identifierParts && !corpus.spilled) {
    const added = run(addIdentifierParts(corpus, isName));
    if (!added) return null;
    corpus = added;
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

  #isTime(): boolean {
    const now = performance.now();
    if (now - this.#told < INTERVAL) return false;
    this.#told = now;
    return true;
  }
}
