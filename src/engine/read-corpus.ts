// Folders to a corpus: finds the files, reads them, decodes them and adds them to a CorpusBuilder. Runs in a compute
// thread. A few small files are read ahead while one is cut into words, a large one is read piece by piece, and they are
// added in sorted order, so that the same folders give the same corpus. What is not read is counted by its reason and
// named in the log: names, never text.

import * as l10n from '@vscode/l10n';
import { open, type FileHandle } from 'node:fs/promises';
import type { FolderRequest, LogLevel, ReadingOptions, ReadingReport, SkipReason } from '../protocol/engine.ts';
import { CorpusBuilder, type Corpus } from '../text/corpus.ts';
import { decodePiece, encodingOf, PROBE, type DecodedText } from '../text/decode.ts';
import { addIdentifierParts } from '../text/identifier-parts.ts';
import { PHRASE_DEFAULTS, TEXT_DEFAULTS, type PhraseOptions, type TextOptions } from '../text/options.ts';
import { separateParticles } from '../text/particles.ts';
import { DELIMITER, findPhrases, type Phrases } from '../text/phrases.ts';
import { lastCharacter, lastCut } from '../text/pieces.ts';
import type { Spill } from '../text/tokens.ts';
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

/** A larger file is read in pieces of this, bytes: its text is never in memory as a whole. */
export const PIECE = 1 << 20;
/** Files that are read ahead, and their most bytes. */
const AHEAD = { files: 8, bytes: 4 * PIECE };
/** Of a file so large, the beginning is looked at before the rest is read, bytes. */
const LARGE = 65_536;
/** Names in the log for each reason; the others are counted. */
const NAMES = 50;
/** Between two tellings of progress, ms. */
const INTERVAL = 100;

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
  text: TextOptions = TEXT_DEFAULTS,
): Promise<ReadCorpus | null> {
  const skipped = new Skipped(hooks.log);
  hooks.progress({ phase: 'reading', fraction: 0 });
  const files: FoundFile[] = [];
  for await (const found of findFiles(folders, (name, error) => skipped.add('unreadable', name, error.message))) {
    if (hooks.cancelled()) return null;
    for (const file of found) {
      if (file.size === 0) skipped.add('empty', file.name);
      else if (file.size > reading.maximumFileSize)
        skipped.add('tooLarge', file.name, `${(file.size / 1e6).toFixed(1)} MB`);
      else files.push(file);
    }
  }

  const builder = new CorpusBuilder(spill, {}, text);
  const paths: string[] = [];
  const report = { files: 0, bytes: 0, words: 0, repaired: 0 };
  const clock = new ReadingClock(files, builder, hooks);
  for (const { file, pieces } of readAhead(files)) {
    if (hooks.cancelled()) return null;
    clock.tell();
    if (builder.isFull()) {
      skipped.add('tooLarge', file.name, l10n.t('the text before it is as long as can be'));
      clock.bytes += file.size;
      continue;
    }
    const before = builder.wordCount;
    let repaired = false;
    let failure: Error | null = null;
    let done = 0;
    builder.begin(file.name);
    try {
      for await (const piece of pieces) {
        repaired ||= piece.repaired;
        builder.append(piece.text);
        while (builder.step()) {
          if (hooks.cancelled()) return null;
          clock.tell(done + piece.bytes * builder.fraction);
        }
        done += piece.bytes;
        if (builder.isFull()) break;
      }
    } catch (error) {
      if (!(error instanceof Unread)) throw error;
      failure = error;
    }
    builder.end();
    if (failure instanceof NotText) skipped.add('binary', file.name);
    else if (builder.wordCount === before) {
      if (failure) skipped.add('unreadable', file.name, failure.message);
      else skipped.add('empty', file.name);
    } else {
      paths.push(file.name);
      report.files++;
      report.bytes += file.size;
      if (failure)
        hooks.log('warn', l10n.t('{0} was read only in part: {1}', plain(file.name), plain(failure.message)));
      if (repaired && ++report.repaired <= NAMES) {
        hooks.log('warn', l10n.t('{0}: broken characters were replaced', plain(file.name)));
      }
    }
    clock.bytes += file.size;
  }
  skipped.summarize();

  hooks.progress({ phase: 'counting', fraction: 0 });
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
      clock.tellCounting((pass + step.value) / passes);
    }
  };
  const counted = run(builder.finishing());
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
  if (text.particles !== 'attached') {
    if (corpus.spilled) hooks.log('warn', l10n.t('The text is too long to separate the particles of Korean'));
    else {
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
  let found = 0;
  for (let round = 1; round <= phrases.passes && !corpus.spilled; round++) {
    const result: Phrases | null = run(findPhrases(corpus, phrases));
    if (!result) return null;
    corpus = result.corpus;
    found += result.found;
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
    paths,
    report: { ...report, words: wordCount, skipped: skipped.counts, pruned, phrases: found },
  };
}

/** Some of a file's text. */
interface Piece extends DecodedText {
  /** What it was in the file. */
  bytes: number;
}

/** Why a file, or the rest of it, is not read. */
class Unread extends Error {}
class NotText extends Unread {}

/** The files in their order, each with its text, which is decoded when its turn comes. Small files are read ahead. */
function* readAhead(files: readonly FoundFile[]): Generator<{ file: FoundFile; pieces: AsyncGenerator<Piece> }> {
  const pending: Promise<Uint8Array | Unread>[] = [];
  let bytes = 0;
  let next = 0;
  for (const [index, file] of files.entries()) {
    if (file.size > PIECE) {
      yield { file, pieces: piecesOf(file) };
      continue;
    }
    next = Math.max(next, index);
    while (next < files.length && (pending.length === 0 || (pending.length < AHEAD.files && bytes < AHEAD.bytes))) {
      const ahead = files[next++]!;
      if (ahead.size > PIECE) continue;
      bytes += ahead.size;
      pending.push(readSmall(ahead).catch((error: unknown) => error as Unread));
    }
    const content = pending.shift()!;
    yield { file, pieces: onePiece(content, file.size) };
    bytes -= file.size;
  }
}

async function* onePiece(content: Promise<Uint8Array | Unread>, bytes: number): AsyncGenerator<Piece> {
  const read = await content;
  if (read instanceof Error) throw read;
  const encoding = encodingOf(read);
  if (!encoding) throw new NotText();
  yield { ...decodePiece(read, encoding, true), bytes };
}

/** The first `size` bytes of a file, which may have grown or shrunk since it was found. */
async function readSmall({ path, size }: FoundFile): Promise<Uint8Array> {
  const file = await opened(path);
  try {
    const bytes = new Uint8Array(size);
    let length = 0;
    if (size > LARGE) {
      length = await fill(file, bytes.subarray(0, PROBE));
      if (encodingOf(bytes.subarray(0, length), size) === null) throw new NotText();
    }
    length += await fill(file, bytes.subarray(length));
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

/** The text of a large file, of which the next piece is being read while one is used. */
async function* piecesOf({ path, size }: FoundFile): AsyncGenerator<Piece> {
  const file = await opened(path);
  let bytes = new Uint8Array(PIECE);
  let other = new Uint8Array(PIECE); // for the next piece, while the text of this one may lie in its bytes
  let length = 0;
  let unread = size;
  const read = (most: number): Promise<number> => fill(file, bytes.subarray(length, Math.min(most, length + unread)));
  let reading = read(PROBE);
  try {
    length = await reading;
    unread -= length;
    const encoding = encodingOf(bytes.subarray(0, length), size);
    if (!encoding) throw new NotText();
    reading = read(PIECE);
    for (let first = true, more = true; more; first = false) {
      const arrived = await reading;
      length += arrived;
      unread -= arrived;
      more = unread > 0 && length === PIECE; // else the file has become shorter since it was found
      const whole = bytes.subarray(0, length);
      const cut = more ? lastCut(whole, encoding) || lastCharacter(whole, encoding) : length;
      const piece = { ...decodePiece(whole.subarray(0, cut), encoding, first), bytes: cut };
      other.set(bytes.subarray(cut, length));
      [bytes, other] = [other, bytes];
      length -= cut;
      if (more) reading = read(PIECE);
      reading.catch(() => 0); // it is awaited when the piece is used up
      yield piece;
    }
  } finally {
    await reading.catch(() => 0);
    await file.close();
  }
}

async function opened(path: string): Promise<FileHandle> {
  return open(path).catch((error: unknown) => {
    throw new Unread((error as Error).message);
  });
}

/** Reads until `into` is full or the file ends; gives the number of bytes. */
async function fill(file: FileHandle, into: Uint8Array): Promise<number> {
  let length = 0;
  try {
    while (length < into.length) {
      const { bytesRead } = await file.read(into, length, into.length - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
  } catch (error) {
    throw new Unread((error as Error).message);
  }
  return length;
}

/** Counts what was not read, and names it in the log. */
class Skipped {
  readonly counts: Record<SkipReason, number> = { binary: 0, tooLarge: 0, unreadable: 0, empty: 0 };
  readonly #log: ReadingHooks['log'];

  constructor(log: ReadingHooks['log']) {
    this.#log = log;
  }

  add(reason: SkipReason, name: string, detail?: string): void {
    if (++this.counts[reason] > NAMES) return;
    const why = detail === undefined ? reasonText(reason) : `${reasonText(reason)} (${plain(detail)})`;
    this.#log(reason === 'unreadable' ? 'warn' : 'info', l10n.t('{0} was skipped: {1}', plain(name), why));
  }

  /** Tells how many were not named. */
  summarize(): void {
    for (const [reason, count] of Object.entries(this.counts) as [SkipReason, number][]) {
      if (count > NAMES)
        this.#log('info', l10n.t('{0} more files were skipped: {1}', count - NAMES, reasonText(reason)));
    }
  }
}

function reasonText(reason: SkipReason): string {
  switch (reason) {
    case 'binary':
      return l10n.t('not a text file');
    case 'tooLarge':
      return l10n.t('too large');
    case 'unreadable':
      return l10n.t('cannot be read');
    case 'empty':
      return l10n.t('no words in it');
  }
}

/** A file name on one line of the log, whatever is in it. */
function plain(name: string): string {
  return name.replace(/\p{Cc}/gu, '\ufffd');
}

/** Tells progress, but not too often. */
class ReadingClock {
  /** Of the files that are done. */
  bytes = 0;
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

  /** `more`: bytes of the file at hand that are done. */
  tell(more = 0): void {
    if (!this.#isTime()) return;
    const fraction = (this.bytes + more) / this.#total;
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
