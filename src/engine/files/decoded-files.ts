// The texts of files, one after the other: a large one is read piece by piece, so that its text is
// never in memory as a whole. Files on the disk are read without waiting for the event loop, which
// takes a fifth of the time of asking and waiting where the system has them at hand. Virtual ones
// come whole and are asked for ahead, while others are used. What is written in place of a file by
// an editor that has not saved it comes instead. Secrets (secrets.ts) and data that is no text
// (data-blocks.ts) are gone from what comes out.

import { createHash, hash } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import type { SkipReason } from '../../protocol/engine.ts';
import { DataFilter, type DataScanner } from '../../text/data-blocks.ts';
import { type DecodedText, Decoder } from '../../text/decode.ts';
import { type Encoding, type EncodingHints, PROBE } from '../../text/encodings.ts';
import { SecretFilter, type SecretScanner } from '../../text/secrets.ts';
import type { FoundFile } from './file-source.ts';
import { FolderEvidence } from './folder-evidence.ts';
import { isGeneratedText } from './generated-text.ts';
import { openRegular } from './regular-file.ts';
import { readVirtualFile } from './virtual-files.ts';

/** A larger file is read in pieces of this, bytes. */
export const PIECE = 1 << 20;
/** Virtual files that are read ahead, and their most bytes. */
const AHEAD = { files: 16, bytes: 4 * PIECE };
/** A notebook that is no larger is read as a whole, bytes. */
const LARGEST_NOTEBOOK = 32 * PIECE;
/** Of a file so large, the beginning is looked at before the rest is read, bytes. */
const LARGE = 65_536;

/** The language of the user's system. */
export const LOCALE = new Intl.DateTimeFormat().resolvedOptions().locale;

/** Some of a file's text. */
export interface Piece extends DecodedText {
  /** What it was in the file. */
  bytes: number;
  /** Of the file, as far as it was decoded. */
  encoding: Encoding;
  /** Whether it could be another one. */
  guessed: boolean;
  /** Of the file so far: secrets that were taken out. */
  secrets: number;
  /** The same of blocks of data. */
  data: number;
}

/** What looks over bytes, so that it is faster; null: nothing does. */
export interface Scanners {
  secrets: SecretScanner;
  data: DataScanner;
}

/** Why a file, or the rest of it, is not read. */
export class Unread extends Error {
  readonly reason: SkipReason;

  constructor(reason: SkipReason, message = '') {
    super(message);
    this.reason = reason;
  }
}

/** A file, or the bytes of it from `from` up to `to` (cut-points.ts). */
export interface FileToRead extends FoundFile {
  part?: { from: number; to: number };
}

/** A part of a file is not what it was taken for: all of it is to be read by one thread. */
export class NotParted extends Error {}

/** A file whose turn it is. Its pieces throw an Unread. */
export interface OpenedFile {
  file: FileToRead;
  pieces: AsyncIterable<Piece> | Iterable<Piece>;
  /**
   * Of its content, once its first piece has come; null of a large file that no other has the size
   * of.
   */
  digest: () => string | null;
}

/**
 * The sizes of large files that come twice: only of those the content is looked at before they are
 * read.
 */
export function sizesOfTwins(files: readonly FoundFile[]): Set<number> {
  const sizes = new Set<number>();
  const twins = new Set<number>();
  for (const { size } of files) if (size > PIECE) (sizes.has(size) ? twins : sizes).add(size);
  return twins;
}

/**
 * The files in their order, each with its text, which is decoded when its turn comes; a copy of one
 * before it throws. `twins`: of all files that are read; `scanners`: make it faster; `witnesses`:
 * other files of their folders (folder-evidence.ts).
 */
export function* textsOf(
  files: readonly FileToRead[],
  twins: ReadonlySet<number>,
  scanners: Scanners | null = null,
  witnesses: readonly FoundFile[] = [],
): Generator<OpenedFile> {
  const evidence = new FolderEvidence([...files, ...witnesses]);
  const hintsOf = (file: FoundFile): EncodingHints => ({
    setting: file.encoding,
    locale: LOCALE,
    others: () => evidence.othersOf(file),
  });
  const seen = new Set<string>();
  const pending: Promise<Uint8Array | Unread>[] = []; // of virtual files
  let bytes = 0;
  let next = 0;
  for (const [index, file] of files.entries()) {
    let digest: string | null = null;
    const learn = (found: string): void => {
      digest = found;
      if (seen.has(found)) throw new Unread('duplicate');
      seen.add(found);
    };
    if (isReadInPieces(file)) {
      const pieces = piecesOf(file, hintsOf(file), twins.has(file.size), scanners, learn);
      yield { file, pieces, digest: () => digest };
      continue;
    }
    if (!isVirtual(file)) {
      const pieces = onePiece(() => readSmall(file), file, hintsOf(file), scanners, learn);
      yield { file, pieces, digest: () => digest };
      continue;
    }
    next = Math.max(next, index);
    while (next < files.length && (pending.length === 0 || (pending.length < AHEAD.files && bytes < AHEAD.bytes))) {
      const ahead = files[next++]!;
      if (!isVirtual(ahead)) continue;
      bytes += ahead.size;
      pending.push(readVirtualFile(ahead.path, ahead.virtual).catch(unread));
    }
    const content = pending.shift()!;
    yield { file, pieces: onePiece(() => content, file, hintsOf(file), scanners, learn), digest: () => digest };
    bytes -= file.size;
  }
}

function isVirtual(file: FileToRead): file is FileToRead & { virtual: string } {
  return file.virtual !== undefined && file.text === undefined;
}

function isReadInPieces({ name, size, text, virtual, part }: FileToRead): boolean {
  // the language of a notebook's code stands at its end
  const most = /\.ipynb$/i.test(name) ? LARGEST_NOTEBOOK : PIECE;
  return part !== undefined || (size > most && text === undefined && virtual === undefined);
}

async function* onePiece(
  content: () => Promise<Uint8Array | Unread> | Uint8Array,
  file: FoundFile,
  hints: EncodingHints,
  scanners: Scanners | null,
  learn: (digest: string) => void,
): AsyncGenerator<Piece> {
  const read = await content();
  if (read instanceof Error) throw read;
  if (read.length === 0) throw new Unread('empty');
  learn(hash('sha1', read));
  const decoder = Decoder.of(read, read.length, hints);
  if (!decoder) throw new Unread('binary');
  if (isGeneratedText(file.name, read)) throw new Unread('generated');
  const filter = new Filter(scanners);
  const { text, repaired } = decoder.decode(read, true);
  const { encoding, guessed } = decoder;
  yield { ...filter.clean(text, true), repaired, bytes: file.size, encoding, guessed };
}

/** The first `size` bytes of a file, which may have grown or shrunk since it was found. */
function readSmall({ path, size, encoding, text }: FoundFile): Uint8Array {
  if (text !== undefined) return new TextEncoder().encode(text);
  const file = opened(path);
  try {
    const bytes = new Uint8Array(size);
    let length = 0;
    if (size > LARGE) {
      length = fill(file, bytes.subarray(0, PROBE), 0);
      if (Decoder.of(bytes.subarray(0, length), size, { setting: encoding }) === null) throw new Unread('binary');
    }
    length += fill(file, bytes.subarray(length), length);
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

/** The text of a large file, or of a part of it. */
function* piecesOf(
  { path, name, size, part }: FileToRead,
  hints: EncodingHints,
  mayBeTwice: boolean,
  scanners: Scanners | null,
  learn: (digest: string) => void,
): Generator<Piece> {
  const file = opened(path);
  try {
    const bytes = new Uint8Array(PIECE);
    const end = part?.to ?? size;
    let place = part?.from ?? 0;
    let length = fill(file, bytes.subarray(0, Math.min(PROBE, end - place)), place);
    const decoder = place > 0 ? Decoder.ofRest() : Decoder.of(bytes.subarray(0, length), size, hints);
    if (!decoder) throw new Unread('binary');
    if (place === 0 && isGeneratedText(name, bytes.subarray(0, length))) throw new Unread('generated');
    if (mayBeTwice) learn(digestOf(file, size));
    const filter = new Filter(scanners);
    place += length;
    for (let more = true; more;) {
      const arrived = fill(file, bytes.subarray(length, Math.min(PIECE, length + end - place)), place);
      length += arrived;
      place += arrived;
      more = place < end && length === PIECE; // else the file has become shorter since it was found
      const { text, repaired, used } = decoder.decode(bytes.subarray(0, length), !more);
      if (part && (repaired || decoder.encoding !== 'utf-8')) throw new NotParted();
      const { encoding, guessed } = decoder;
      yield { ...filter.clean(text, !more), repaired, bytes: used, encoding, guessed };
      bytes.copyWithin(0, used, length);
      length -= used;
    }
  } finally {
    closeSync(file);
  }
}

/** Takes what is no text of its author's out of the pieces of a file. */
class Filter {
  readonly #secrets: SecretFilter;
  readonly #data: DataFilter;

  constructor(scanners: Scanners | null) {
    this.#secrets = new SecretFilter(scanners?.secrets);
    this.#data = new DataFilter(scanners?.data);
  }

  clean(text: string | Uint8Array, last: boolean): Pick<Piece, 'text' | 'secrets' | 'data'> {
    const cleaned = this.#data.clean(this.#secrets.clean(text, last));
    // who wrote a run that is only random, a person or a tool, it does not say
    return { text: cleaned, secrets: this.#secrets.count, data: this.#data.count + this.#secrets.randomRuns };
  }
}

/** Of the first `size` bytes. */
function digestOf(file: number, size: number): string {
  const digest = createHash('sha1');
  const bytes = new Uint8Array(PIECE);
  for (let done = 0; done < size;) {
    const length = fill(file, bytes.subarray(0, Math.min(PIECE, size - done)), done);
    if (length === 0) break;
    digest.update(bytes.subarray(0, length));
    done += length;
  }
  return digest.digest('hex');
}

function opened(path: string): number {
  try {
    return openRegular(path);
  } catch (error) {
    throw unread(error);
  }
}

function unread(error: unknown): Unread {
  return new Unread('unreadable', (error as Error).message);
}

/** Reads from byte `place` on until `into` is full or the file ends; gives the number of bytes. */
function fill(file: number, into: Uint8Array, place: number): number {
  let length = 0;
  while (length < into.length) {
    let read: number;
    try {
      read = readSync(file, into, length, into.length - length, place + length);
    } catch (error) {
      throw unread(error);
    }
    if (read === 0) break;
    length += read;
  }
  return length;
}
