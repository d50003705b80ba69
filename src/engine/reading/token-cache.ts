// What was read last, beside the model: the token ids of each file, so that a file whose size and
// time are as they were is not opened again. It is written from the shares that threads have read,
// whatever becomes of the text meanwhile. A cache that is damaged, or was written by another
// version or under other options, counts for nothing.

import { closeSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { TOKEN_CACHE } from '../../model-folder/model-places.ts';
import type { SkipReason } from '../../protocol/engine.ts';
import { type MergedText, readMerged } from '../../text/merge.ts';
import { type PackedBytes, TokenPacker } from '../../text/packed-tokens.ts';
import type { TextKernel } from '../../text/text-kernel.ts';
import type { FoundFile } from '../files/file-source.ts';
import { witnessesOf } from '../files/folder-evidence.ts';
import { readRegular } from '../files/regular-file.ts';
import type { FoundFiles } from './found-texts.ts';
import type { MergedRead, ReadShare } from './read-shares.ts';
import { newNotes, note, type ReadDocument } from './reading-notes.ts';

const FORMAT = 5;
/**
 * A file that was changed so shortly before may be changed again without another time,
 * microseconds.
 */
const RECENT = 2_000_000;
/** What has fewer words is read again in no time. */
const FEWEST_WORDS = 2000;

/** A file as it was, and what became of it: a document of the share, or nothing for a reason. */
interface Entry {
  path: string;
  size: number;
  modified: number;
  /** What the settings said of its encoding. */
  setting: string | null;
  document?: number;
  read?: Pick<ReadDocument, 'digest' | 'encoding' | 'guessed' | 'repaired' | 'secrets' | 'data'>;
  reason?: SkipReason;
}

/** The last line of the file, so that what is before it is made and written once. */
interface Trailer {
  format: number;
  key: string;
  /** CRC-32 of all that is before it. */
  check: number;
  entries: number;
  letters: number;
  words: number;
  documents: number;
  tokens: number;
  packed: number;
}

/**
 * The files that are to be read, and what is known of the others; `share` is null where nothing is.
 */
export interface CachedReading {
  fresh: FoundFiles;
  share: ReadShare | null;
}

/** Tells one cutting of words from another: `options` that it follows, and the program. */
export function cacheKey(options: unknown): string {
  // of the bundle that all of it is in
  const { size, mtimeMs } = statSync(fileURLToPath(import.meta.url));
  return JSON.stringify([size, mtimeMs, process.versions['unicode'], options]);
}

/** Parts the files that were found by what the cache in `directory` knows. */
export function withCache(found: FoundFiles, directory: string, key: string): CachedReading {
  const cache = load(join(directory, TOKEN_CACHE), key);
  if (!cache) return { fresh: found, share: null };
  const entries = new Map(cache.entries.map((entry) => [entry.path, entry]));
  const documents = new Array<ReadDocument | null>(cache.share.documents.length).fill(null);
  const { share: known, packed } = cache;
  const share: ReadShare = { share: known, packed, documents, passed: [], notes: newNotes() };
  const files = found.files.filter((file) => {
    const entry = entries.get(file.path);
    if (!entry || !isSame(file, entry)) return true;
    const { name, size, place = 0 } = file;
    if (entry.reason) {
      note(share.notes, entry.reason, name);
      share.passed.push({ place, reason: entry.reason });
    } else if (entry.read && entry.document !== undefined) {
      if (entry.read.digest === null && found.twins.has(size)) return true;
      documents[entry.document] = { place, name, size, ...entry.read, failure: null };
    }
    return false;
  });
  return { fresh: { ...found, files, witnesses: witnessesOf(files, found.files) }, share };
}

function isSame(file: FoundFile, entry: Entry): boolean {
  return (
    file.text === undefined &&
    file.size === entry.size &&
    file.modified === entry.modified &&
    file.encoding === entry.setting
  );
}

/**
 * Of a text that was merged just now, the files that need not be opened the next time, as the cache
 * has them; null where that is not worth it. `files`: all that were found, by their place.
 */
export function entriesOf(
  { documents, passed, report }: Pick<MergedRead, 'documents' | 'passed' | 'report'>,
  files: readonly FoundFile[],
): Uint8Array | null {
  if (report.words < FEWEST_WORDS) return null;
  const now = Date.now() * 1000;
  const entryOf = (place: number, rest: Pick<Entry, 'document' | 'read' | 'reason'>): Entry[] => {
    const { path, size, modified, encoding, text } = files[place]!;
    if (text !== undefined || modified > now - RECENT) return [];
    return [{ path, size, modified, setting: encoding, ...rest }];
  };
  const entries = [
    ...documents.flatMap(({ place, digest, encoding, guessed, repaired, secrets, data, failure }, document) =>
      failure === null
        ? entryOf(place, { document, read: { digest, encoding, guessed, repaired, secrets, data } })
        : [],
    ),
    ...passed.flatMap(({ place, reason }) => entryOf(place, { reason })),
  ];
  const bytes = Buffer.from(JSON.stringify(entries));
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}

/** What a cache is written from. */
export interface TextToCache {
  key: string;
  entries: Uint8Array;
  text: MergedText;
}

/**
 * Replaces the cache by a text whose shares are `packed`. Where it cannot be written there is none.
 */
export function saveCache(
  kernel: TextKernel,
  directory: string,
  { key, entries, text }: TextToCache,
  packed: readonly PackedBytes[],
): void {
  const temporary = temporaryIn(directory);
  try {
    const file = openSync(temporary, 'w');
    try {
      let check = 0;
      const lengths = partsOf(kernel, entries, text, packed).map((part) => {
        let length = 0;
        for (const bytes of part) {
          check = crc32(bytes, check);
          writeFileSync(file, bytes);
          length += bytes.byteLength;
        }
        return length;
      });
      const trailer: Trailer = {
        format: FORMAT,
        key,
        check,
        entries: entries.length,
        letters: lengths[1]!,
        words: text.counts.length,
        documents: text.documents.length,
        tokens: text.length,
        packed: lengths.at(-1)!,
      };
      writeFileSync(file, `\n${JSON.stringify(trailer)}`);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, join(directory, TOKEN_CACHE));
  } catch {
    rmSync(temporary, { force: true });
  }
}

/** Removes what a thread has left that was ended while it wrote. */
export async function clearUnfinished(directory: string): Promise<void> {
  await rm(temporaryIn(directory), { force: true });
}

function temporaryIn(directory: string): string {
  return `${join(directory, TOKEN_CACHE)}.${process.pid}.tmp`;
}

/** The parts of the file, in their order, each piece by piece. */
function partsOf(
  kernel: TextKernel,
  entries: Uint8Array,
  text: MergedText,
  packed: readonly PackedBytes[],
): Iterable<Uint8Array>[] {
  const { units, lengths, ofEach } = inOrderOfLetters(text);
  const packedTokens = function* (): Generator<Uint8Array> {
    let some: Uint8Array | null = null;
    const packer = new TokenPacker(kernel, (bytes) => (some = bytes));
    /** What was packed, if any: a view, which is written before more is packed. */
    const take = (): Uint8Array[] => {
      const taken = some ? [some] : [];
      some = null;
      return taken;
    };
    for (const ids of readMerged(kernel, packed, text)) {
      packer.append(ids); // no more than are packed at a time
      yield* take();
    }
    packer.finish();
    yield* take();
  };
  return [
    [entries],
    units,
    [lengths],
    [bytesOf(ofEach)],
    [bytesOf(text.byLetters)],
    [bytesOf(text.documents)],
    packedTokens(),
  ];
}

/** The words as tables sort them: the letters piece by piece, the lengths, and the counts. */
function inOrderOfLetters({ letters, counts, byLetters }: MergedText): {
  units: Iterable<Uint8Array>;
  lengths: Uint8Array;
  ofEach: Uint32Array;
} {
  const starts = new Int32Array(counts.length + 1);
  for (let at = 0, word = 0; at < letters.length; at++) if (letters[at] === 0x0a) starts[++word] = at + 1;
  const lengths = new Uint8Array(counts.length);
  const ofEach = new Uint32Array(counts.length);
  for (let word = 0; word < counts.length; word++) {
    const rank = byLetters[word]!;
    lengths[word] = starts[rank + 1]! - 1 - starts[rank]!;
    ofEach[word] = counts[rank]!;
  }
  const units = function* (): Generator<Uint8Array> {
    const some = new Uint16Array(1 << 16);
    let end = 0;
    for (let word = 0; word < lengths.length; word++) {
      const length = lengths[word]!;
      if (end + length > some.length) {
        yield bytesOf(some.subarray(0, end));
        end = 0;
      }
      const start = starts[byLetters[word]!]!;
      for (let i = 0; i < length; i++) some[end++] = letters[start + i]!;
    }
    yield bytesOf(some.subarray(0, end));
  };
  return { units: units(), lengths, ofEach };
}

/** Whether there was one. */
export async function deleteCache(directory: string): Promise<boolean> {
  return rm(join(directory, TOKEN_CACHE)).then(
    () => true,
    () => false,
  );
}

/** Null where there is none that is whole and of this key. */
function load(path: string, key: string): ({ entries: Entry[] } & Pick<ReadShare, 'share' | 'packed'>) | null {
  try {
    const bytes = readRegular(path);
    const end = bytes.lastIndexOf(0x0a);
    const trailer = JSON.parse(bytes.toString('utf8', end + 1)) as Trailer;
    if (trailer.format !== FORMAT || trailer.key !== key) return null;
    const body = bytes.subarray(0, end);
    if (crc32(body) !== trailer.check) return null;
    let place = 0;
    const next = (length: number): ArrayBuffer => new Uint8Array(body.subarray(place, (place += length))).buffer;
    const entries = JSON.parse(Buffer.from(next(trailer.entries)).toString()) as Entry[];
    const units = new Uint16Array(next(trailer.letters));
    const lengths = new Uint8Array(next(trailer.words));
    const counts = new Uint32Array(next(4 * trailer.words));
    const ids = new Int32Array(next(4 * trailer.words));
    const documents = new Int32Array(next(4 * trailer.documents));
    const edges = new Uint8Array(trailer.documents); // they are whole
    if (place + trailer.packed !== body.length) return null;
    const packed = new Uint8Array(new SharedArrayBuffer(trailer.packed)); // threads hand it on
    packed.set(body.subarray(place));
    const words = { units, lengths, counts, ids };
    return { entries, share: { words, documents, edges, tokens: trailer.tokens }, packed };
  } catch {
    return null;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint16Array | Uint32Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
