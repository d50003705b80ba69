// Folders to a corpus: finds the files, reads them, decodes them and adds them to a CorpusBuilder. Runs in a compute
// thread. A few files are read ahead while one is cut into words, and they are added in sorted order, so that the same
// folders give the same corpus. What is not read is counted by its reason and named in the log: names, never text.

import * as l10n from '@vscode/l10n';
import { constants } from 'node:buffer';
import { open } from 'node:fs/promises';
import type { FolderRequest, LogLevel, ReadingOptions, ReadingReport, SkipReason } from '../protocol/engine.ts';
import { CorpusBuilder, type Corpus } from '../text/corpus.ts';
import { decodeText, looksBinary, type DecodedText } from '../text/decode.ts';
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

/** Files that are read ahead, and their most bytes: of larger files one is read at a time. */
const AHEAD = { files: 8, bytes: 32e6 };
/** Of a file so large, the beginning is looked at before the rest is read, bytes. */
const LARGE = 65_536;
const HEAD = 8192;
/** Names in the log for each reason; the others are counted. */
const NAMES = 50;
/** Between two tellings of progress, ms. */
const INTERVAL = 100;

/** Reads the folders; null where it was cancelled. Throws only for what is wrong with the request, such as a glob too long. */
export async function readCorpus(
  folders: readonly FolderRequest[],
  reading: ReadingOptions,
  hooks: ReadingHooks,
): Promise<ReadCorpus | null> {
  const skipped = new Skipped(hooks.log);
  hooks.progress({ phase: 'reading', fraction: 0 });
  const files: FoundFile[] = [];
  const maximumFileSize = Math.min(reading.maximumFileSize, constants.MAX_STRING_LENGTH);
  for await (const found of findFiles(folders, (name, error) => skipped.add('unreadable', name, error.message))) {
    if (hooks.cancelled()) return null;
    for (const file of found) {
      if (file.size === 0) skipped.add('empty', file.name);
      else if (file.size > maximumFileSize) skipped.add('tooLarge', file.name, `${(file.size / 1e6).toFixed(1)} MB`);
      else files.push(file);
    }
  }

  const builder = new CorpusBuilder();
  const paths: string[] = [];
  const report = { files: 0, bytes: 0, words: 0, repaired: 0 };
  const clock = new ReadingClock(files, builder, hooks);
  for await (const { file, content } of readAhead(files)) {
    if (hooks.cancelled()) return null;
    clock.tell();
    if (typeof content === 'string') skipped.add(content, file.name);
    else if (content instanceof Error) skipped.add('unreadable', file.name, content.message);
    else if (builder.full) skipped.add('tooLarge', file.name, l10n.t('the text before it is as long as can be'));
    else {
      const before = builder.wordCount;
      builder.begin(content.text);
      while (builder.step()) {
        if (hooks.cancelled()) return null;
        clock.tell(file.size * builder.fraction);
      }
      if (builder.wordCount === before) skipped.add('empty', file.name);
      else {
        paths.push(file.name);
        report.files++;
        report.bytes += file.size;
        if (content.repaired && ++report.repaired <= NAMES) {
          hooks.log('warn', l10n.t('{0}: broken characters were replaced', plain(file.name)));
        }
      }
    }
    clock.bytes += file.size;
  }
  skipped.summarize();

  hooks.progress({ phase: 'counting', fraction: 0 });
  const counting = builder.finishing();
  for (;;) {
    const step = counting.next();
    if (hooks.cancelled()) return null;
    if (step.done) {
      const corpus = step.value;
      return { corpus, paths, report: { ...report, words: corpus.wordCount, skipped: skipped.counts } };
    }
    clock.tellCounting(step.value);
  }
}

interface ReadFile {
  file: FoundFile;
  content: DecodedText | 'binary' | Error;
}

/** Gives the files in their order, each decoded when its turn comes, while the next ones are being read. */
async function* readAhead(files: readonly FoundFile[]): AsyncGenerator<ReadFile> {
  const pending: Promise<Uint8Array | 'binary' | Error>[] = [];
  let bytes = 0;
  let next = 0;
  for (const file of files) {
    while (
      next < files.length &&
      (pending.length === 0 || (pending.length < AHEAD.files && bytes + files[next]!.size <= AHEAD.bytes))
    ) {
      bytes += files[next]!.size;
      pending.push(readBytes(files[next++]!).catch((error: unknown) => error as Error));
    }
    const content = await pending.shift()!;
    bytes -= file.size;
    yield { file, content: content instanceof Uint8Array ? (decodeText(content) ?? 'binary') : content };
  }
}

/** The first `size` bytes of a file, which may have grown or shrunk since it was found. */
async function readBytes({ path, size }: FoundFile): Promise<Uint8Array | 'binary'> {
  const file = await open(path);
  try {
    const bytes = new Uint8Array(size);
    let length = 0;
    while (length < size) {
      const { bytesRead } = await file.read(bytes, length, (length === 0 && size > LARGE ? HEAD : size) - length, null);
      if (bytesRead === 0) break;
      if (length === 0 && looksBinary(bytes.subarray(0, bytesRead))) return 'binary';
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
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
