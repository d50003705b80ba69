// What was read last, beside the model: the token ids of each file, so that a file whose size and time are as they were is
// not opened again. A cache that is damaged, or was written by another version or under other options, counts for nothing.

import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import type { SkipReason } from '../protocol/engine.ts';
import type { Corpus } from '../text/corpus.ts';
import { TokenPacker } from '../text/packed-tokens.ts';
import type { TextKernel } from '../text/text-kernel.ts';
import type { TokenSource } from '../text/tokens.ts';
import type { FoundFiles } from './read-corpus.ts';
import type { PassedFile, ReadShare } from './read-shares.ts';
import { note, newNotes, type ReadDocument } from './reading-notes.ts';
import type { FoundFile } from './file-source.ts';

const FILE = 'tokens.cache';
const FORMAT = 2;
/** A file that was changed so shortly before may be changed again without another time, microseconds. */
const RECENT = 2_000_000;
/** What has fewer words is read again in no time. */
const FEWEST_WORDS = 2000;
/** The words' letters are put together so many at a time. */
const WORDS = 1 << 14;
/** The tokens are packed so many at a time. */
const TOKENS = 1 << 14;

/** A file as it was, and what became of it: a document of the share, or nothing for a reason. */
interface Entry {
  path: string;
  size: number;
  modified: number;
  /** What the settings said of its encoding. */
  setting: string | null;
  document?: number;
  read?: Pick<ReadDocument, 'digest' | 'encoding' | 'repaired' | 'secrets'>;
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

/** The files that are to be read, and what is known of the others; `share` is null where nothing is. */
export interface CachedReading {
  fresh: FoundFiles;
  share: ReadShare | null;
}

/** Tells one cutting of words from another: `options` that it follows, and the program. */
export function cacheKey(options: unknown): string {
  const { size, mtimeMs } = statSync(fileURLToPath(import.meta.url)); // of the bundle that all of it is in
  return JSON.stringify([size, mtimeMs, process.versions['unicode'], options]);
}

/** Parts the files that were found by what the cache in `directory` knows. */
export function withCache(found: FoundFiles, directory: string, key: string): CachedReading {
  const cache = load(join(directory, FILE), key);
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
  return { fresh: { ...found, files }, share };
}

function isSame(file: FoundFile, entry: Entry): boolean {
  return (
    file.text === undefined &&
    file.size === entry.size &&
    file.modified === entry.modified &&
    file.encoding === entry.setting
  );
}

/** Where the cache is, and all files that were found, by their place. */
export interface CachePlace {
  directory: string;
  key: string;
  files: FoundFile[];
}

/** A corpus, and its running text wherever it is. */
export interface CountedText extends Omit<Corpus, 'tokens' | 'spilled'> {
  source: TokenSource;
}

/** Replaces the cache by a corpus that was counted just now. Where it cannot be written, or is not worth it, there is none. */
export function saveCache(
  kernel: TextKernel,
  { directory, key, files }: CachePlace,
  corpus: CountedText,
  documents: readonly ReadDocument[],
  passed: readonly PassedFile[],
): void {
  if (corpus.wordCount < FEWEST_WORDS || corpus.pruned.words > 0) return;
  const now = Date.now() * 1000;
  const entryOf = (place: number, rest: Pick<Entry, 'document' | 'read' | 'reason'>): Entry[] => {
    const { path, size, modified, encoding, text } = files[place]!;
    if (text !== undefined || modified > now - RECENT) return [];
    return [{ path, size, modified, setting: encoding, ...rest }];
  };
  const entries = [
    ...documents.flatMap(({ place, digest, encoding, repaired, secrets, failure }, document) =>
      failure === null ? entryOf(place, { document, read: { digest, encoding, repaired, secrets } }) : [],
    ),
    ...passed.flatMap(({ place, reason }) => entryOf(place, { reason })),
  ];
  const parts = partsOf(kernel, entries, corpus);
  const path = join(directory, FILE);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, 'w');
    try {
      let check = 0;
      const lengths = parts.map((part) => {
        let length = 0;
        for (const bytes of part) {
          check = crc32(bytes, check);
          writeFileSync(file, bytes);
          length += bytes.byteLength;
        }
        return length;
      });
      const trailer: Trailer = {
        ...{ format: FORMAT, key, check },
        entries: lengths[0]!,
        letters: lengths[1]!,
        words: corpus.words.length,
        documents: corpus.documents.length,
        tokens: corpus.source.length,
        packed: lengths[5]!,
      };
      writeFileSync(file, `\n${JSON.stringify(trailer)}`);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch {
    rmSync(temporary, { force: true });
  }
}

/** The parts of the file, in their order, each piece by piece. */
function partsOf(
  kernel: TextKernel,
  entries: readonly Entry[],
  { words, counts, documents, source }: CountedText,
): Iterable<Uint8Array>[] {
  const letters = function* (): Generator<Uint8Array> {
    for (let from = 0; from < words.length; from += WORDS) {
      yield Buffer.from(words.slice(from, from + WORDS).join(''), 'utf16le');
    }
  };
  const packedTokens = function* (): Generator<Uint8Array> {
    let packed: Uint8Array = new Uint8Array(0);
    const packer = new TokenPacker(kernel, (bytes) => (packed = bytes));
    for (let from = 0; from < source.length; from += TOKENS) {
      packer.append(source.read(from, TOKENS));
      yield packed; // a view, which is written before more is packed
    }
  };
  return [
    [Buffer.from(JSON.stringify(entries))],
    letters(),
    [Uint8Array.from(words, (word) => word.length)],
    [bytesOf(Uint32Array.from(counts))],
    [bytesOf(documents)],
    packedTokens(),
  ];
}

/** Whether there was one. */
export async function deleteCache(directory: string): Promise<boolean> {
  return rm(join(directory, FILE)).then(
    () => true,
    () => false,
  );
}

/** Null where there is none that is whole and of this key. */
function load(path: string, key: string): ({ entries: Entry[] } & Pick<ReadShare, 'share' | 'packed'>) | null {
  try {
    const bytes = readFileSync(path);
    const end = bytes.lastIndexOf(0x0a);
    const trailer = JSON.parse(bytes.toString('utf8', end + 1)) as Trailer;
    if (trailer.format !== FORMAT || trailer.key !== key) return null;
    const body = bytes.subarray(0, end);
    if (crc32(body) !== trailer.check) return null;
    let place = 0;
    const next = (length: number): Uint8Array<ArrayBuffer> => new Uint8Array(body.subarray(place, (place += length))); // a copy, which is aligned
    const entries = JSON.parse(Buffer.from(next(trailer.entries)).toString()) as Entry[];
    const units = new Uint16Array(next(trailer.letters).buffer);
    const lengths = next(trailer.words);
    const counts = new Uint32Array(next(4 * trailer.words).buffer);
    const documents = new Int32Array(next(4 * trailer.documents).buffer);
    const packed = new Uint8Array(new SharedArrayBuffer(trailer.packed));
    packed.set(body.subarray(place));
    return { entries, share: { words: { units, lengths, counts }, tokens: trailer.tokens, documents }, packed };
  } catch {
    return null;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
