// The texts of files, one after the other: a few small files are read ahead while one is used, a large one is read piece by
// piece, so that its text is never in memory as a whole (a virtual one comes whole). What is written in place of a file by an editor that has not saved
// it comes instead. Secrets are gone from what comes out (secrets.ts).

import { createHash, hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { SkipReason } from '../protocol/engine.ts';
import { Decoder, type DecodedText } from '../text/decode.ts';
import { PROBE, type Encoding } from '../text/encodings.ts';
import { SecretFilter } from '../text/secrets.ts';
import { isGeneratedText } from './generated-text.ts';
import { readVirtualFile } from './virtual-files.ts';
import type { FoundFile } from './workspace-files.ts';

/** A larger file is read in pieces of this, bytes. */
export const PIECE = 1 << 20;
/** Files that are read ahead, and their most bytes. */
const AHEAD = { files: 16, bytes: 4 * PIECE };
/** Of a file so large, the beginning is looked at before the rest is read, bytes. */
const LARGE = 65_536;

/** Some of a file's text. */
export interface Piece extends DecodedText {
  /** What it was in the file. */
  bytes: number;
  /** Of the file, as far as it was decoded. */
  encoding: Encoding;
  /** Of the file so far: secrets that were taken out. */
  secrets: number;
}

/** Why a file, or the rest of it, is not read. */
export class Unread extends Error {
  readonly reason: SkipReason;

  constructor(reason: SkipReason, message = '') {
    super(message);
    this.reason = reason;
  }
}

/** A file whose turn it is. Its pieces throw an Unread. */
export interface OpenedFile {
  file: FoundFile;
  pieces: AsyncGenerator<Piece>;
  /** Of its content, once its first piece has come; null of a large file that no other has the size of. */
  digest: () => string | null;
}

/** The sizes of large files that come twice: only of those the content is looked at before they are read. */
export function sizesOfTwins(files: readonly FoundFile[]): Set<number> {
  const sizes = new Set<number>();
  const twins = new Set<number>();
  for (const { size } of files) if (size > PIECE) (sizes.has(size) ? twins : sizes).add(size);
  return twins;
}

/** The files in their order, each with its text, which is decoded when its turn comes; a copy of one before it throws. `twins`: of all files that are read. */
export function* textsOf(files: readonly FoundFile[], twins: ReadonlySet<number>): Generator<OpenedFile> {
  const seen = new Set<string>();
  const pending: Promise<Uint8Array | Unread>[] = [];
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
      yield { file, pieces: piecesOf(file, twins.has(file.size), learn), digest: () => digest };
      continue;
    }
    next = Math.max(next, index);
    while (next < files.length && (pending.length === 0 || (pending.length < AHEAD.files && bytes < AHEAD.bytes))) {
      const ahead = files[next++]!;
      if (isReadInPieces(ahead)) continue;
      bytes += ahead.size;
      pending.push(readSmall(ahead).catch((error: unknown) => error as Unread));
    }
    const content = pending.shift()!;
    yield { file, pieces: onePiece(content, file, learn), digest: () => digest };
    bytes -= file.size;
  }
}

function isReadInPieces({ size, text, virtual }: FoundFile): boolean {
  return size > PIECE && text === undefined && virtual === undefined;
}

async function* onePiece(
  content: Promise<Uint8Array | Unread>,
  file: FoundFile,
  learn: (digest: string) => void,
): AsyncGenerator<Piece> {
  const read = await content;
  if (read instanceof Error) throw read;
  if (read.length === 0) throw new Unread('empty');
  learn(hash('sha1', read));
  const decoder = Decoder.of(read, read.length, file.encoding);
  if (!decoder) throw new Unread('binary');
  if (isGeneratedText(file.name, read)) throw new Unread('generated');
  const secrets = new SecretFilter();
  const { text, repaired } = decoder.decode(read, true);
  const cleaned = secrets.clean(text, true);
  yield { text: cleaned, repaired, bytes: file.size, encoding: decoder.encoding, secrets: secrets.count };
}

/** The first `size` bytes of a file, which may have grown or shrunk since it was found; a virtual file comes whole. */
async function readSmall({ path, size, encoding, text, virtual }: FoundFile): Promise<Uint8Array> {
  if (text !== undefined) return new TextEncoder().encode(text);
  if (virtual !== undefined) return readVirtualFile(path, virtual).catch(unreadable);
  const file = await opened(path);
  try {
    const bytes = new Uint8Array(size);
    let length = 0;
    if (size > LARGE) {
      length = await fill(file, bytes.subarray(0, PROBE));
      if (Decoder.of(bytes.subarray(0, length), size, encoding) === null) throw new Unread('binary');
    }
    length += await fill(file, bytes.subarray(length));
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

/** The text of a large file, of which the next piece is being read while one is used. */
async function* piecesOf(
  { path, name, size, encoding }: FoundFile,
  mayBeTwice: boolean,
  learn: (digest: string) => void,
): AsyncGenerator<Piece> {
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
    const decoder = Decoder.of(bytes.subarray(0, length), size, encoding);
    if (!decoder) throw new Unread('binary');
    if (isGeneratedText(name, bytes.subarray(0, length))) throw new Unread('generated');
    if (mayBeTwice) learn(await digestOf(file, size));
    const secrets = new SecretFilter();
    reading = read(PIECE);
    for (let more = true; more;) {
      const arrived = await reading;
      length += arrived;
      unread -= arrived;
      more = unread > 0 && length === PIECE; // else the file has become shorter since it was found
      const { text, repaired, used } = decoder.decode(bytes.subarray(0, length), !more);
      const cleaned = secrets.clean(text, !more);
      const piece = { text: cleaned, repaired, bytes: used, encoding: decoder.encoding, secrets: secrets.count };
      other.set(bytes.subarray(used, length));
      [bytes, other] = [other, bytes];
      length -= used;
      if (more) reading = read(PIECE);
      reading.catch(() => 0); // it is awaited when the piece is used up
      yield piece;
    }
  } finally {
    await reading.catch(() => 0);
    await file.close();
  }
}

/** Of the first `size` bytes. Where the file is read next does not change. */
async function digestOf(file: FileHandle, size: number): Promise<string> {
  const digest = createHash('sha1');
  const bytes = new Uint8Array(PIECE);
  for (let done = 0; done < size;) {
    const { bytesRead } = await file.read(bytes, 0, Math.min(PIECE, size - done), done).catch(unreadable);
    if (bytesRead === 0) break;
    digest.update(bytes.subarray(0, bytesRead));
    done += bytesRead;
  }
  return digest.digest('hex');
}

async function opened(path: string): Promise<FileHandle> {
  return open(path).catch(unreadable);
}

function unreadable(error: unknown): never {
  throw new Unread('unreadable', (error as Error).message);
}

/** Reads until `into` is full or the file ends; gives the number of bytes. */
async function fill(file: FileHandle, into: Uint8Array): Promise<number> {
  let length = 0;
  while (length < into.length) {
    const { bytesRead } = await file.read(into, length, into.length - length, null).catch(unreadable);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
