// A reading on several threads: each reads a contiguous share of the files and puts its tokens, packed, into a file, and
// the shares are merged to the corpus that one thread would have read.

import type { SkipReason } from '../protocol/engine.ts';
import type { PhraseOptions, TextOptions } from '../text/options.ts';
import { CorpusBuilder } from '../text/corpus.ts';
import { mergeShares, sizeOf, type DocumentPlace, type Share } from '../text/merge.ts';
import { TokenPacker, type PackedBytes } from '../text/packed-tokens.ts';
import type { TextKernel } from '../text/text-kernel.ts';
import { NotParted, type FileToRead } from './file-text.ts';
import {
  addTexts,
  changesTokens,
  finishCorpus,
  type FoundFiles,
  type ReadCorpus,
  type ReadingHooks,
} from './read-corpus.ts';
import { saveCache, type CachePlace } from './token-cache.ts';
import { BlockReader, BlockWriter, endOfBlocks, TokenFile, tokensOf, type FileBlocks } from './token-file.ts';
import { addNotes, note, type ReadDocument, type ReadingNotes } from './reading-notes.ts';

/** Tokens that a merge keeps in memory: 0.5 GB. */
const MOST_IN_MEMORY = 2 ** 27;

/** A file that was opened and is no part of the text. */
export interface PassedFile {
  place: number;
  reason: SkipReason;
}

/** What a thread has read, or the cache knows. */
export interface ReadShare {
  share: Omit<Share, 'packed'>;
  /** Its tokens: in the token file, or as they are. */
  packed: FileBlocks | Uint8Array;
  /** Of the share; null for one that is there no more. */
  documents: (ReadDocument | null)[];
  passed: PassedFile[];
  notes: ReadingNotes;
}

/** Where threads put their tokens: a file, and how many blocks of it are taken, (1) in shared memory. */
export interface SharedTokenFile {
  descriptor: number;
  taken: Int32Array;
}

/** Reads a share; null where it was cancelled, or has more different words than one builder counts; `whole` where a file was parted that may not be. `done`: where bytes and words are told, (2) in shared memory. */
export async function readShare(
  kernel: TextKernel,
  { descriptor, taken }: SharedTokenFile,
  found: FoundFiles,
  text: TextOptions,
  done: Float64Array,
  cancelled: () => boolean,
): Promise<ReadShare | 'whole' | null> {
  const bytes = bytesOf(found.files);
  const packed = new BlockWriter(descriptor, taken);
  const packer = new TokenPacker(kernel, (bytes) => packed.append(bytes));
  const builder = new CorpusBuilder(kernel, packer, { memory: 0 }, text);
  const passed: PassedFile[] = [];
  const documents = await addTexts(
    found,
    builder,
    cancelled,
    (bytes) => {
      done[0] = bytes;
      done[1] = builder.wordCount;
    },
    (place, reason) => passed.push({ place, reason }),
  ).catch((error: unknown) => {
    if (error instanceof NotParted) return 'whole' as const;
    throw error;
  });
  if (!documents || documents === 'whole') return documents;
  done[0] = bytes;
  const counted = builder.finishUnranked();
  return counted && { share: counted, packed: packed.finish(), documents, passed, notes: found.notes };
}

/**
 * The corpus of the shares, in the order of the files; null where it was cancelled, or has too many different words. A copy
 * of a file in a share before is left out. `cache`: where it is kept for the next time. `readInRanges`: nobody needs the
 * text in memory but who goes over its tokens here.
 */
export function mergeRead(
  kernel: TextKernel,
  { descriptor, taken }: SharedTokenFile,
  shares: readonly ReadShare[],
  notes: ReadingNotes,
  hooks: ReadingHooks,
  text: TextOptions,
  phrases: PhraseOptions,
  cache: CachePlace | null = null,
  readInRanges = false,
): ReadCorpus | null {
  for (const share of shares) addNotes(notes, share.notes);
  const all = shares
    .flatMap(({ documents }, share) => documents.flatMap((read, document) => (read ? [{ read, share, document }] : [])))
    .sort((a, b) => a.read.place - b.read.place || (a.read.from ?? 0) - (b.read.from ?? 0));
  const seen = new Set<string>();
  const documents: ReadDocument[] = [];
  const order: DocumentPlace[][] = [];
  const passed = shares.flatMap((share) => share.passed);
  for (let first = 0, next = 1; first < all.length; first = next++) {
    const { place, digest, name } = all[first]!.read;
    while (all[next]?.read.place === place) next++;
    const parts = all.slice(first, next);
    if (digest !== null && seen.has(digest)) note(notes, 'duplicate', name);
    else if (parts.every(({ share, document }) => sizeOf(shares[share]!.share, document) === 0)) {
      note(notes, 'empty', name); // a file in parts: others without words are no documents
      passed.push({ place, reason: 'empty' });
    } else {
      if (digest !== null) seen.add(digest);
      documents.push(joined(parts.map(({ read }) => read)));
      order.push(parts);
    }
  }
  const at = endOfBlocks(taken);
  const merging = mergeShares(
    kernel,
    shares.map(({ share, packed }) => ({ ...share, packed: readerOf(packed, descriptor) })),
    order,
    {
      spill: new TokenFile(descriptor, at),
      at,
      memory: (words) => (readInRanges && !changesTokens(words, text, phrases) ? 0 : MOST_IN_MEMORY),
    },
  );
  return finishCorpus(merging, documents, notes, hooks, text, phrases, (corpus) => {
    if (!cache) return;
    saveCache(kernel, cache, { ...corpus, source: tokensOf(corpus, descriptor) }, documents, passed);
  });
}

/** What was read of the parts of a file. */
function joined(parts: readonly ReadDocument[]): ReadDocument {
  const secrets = parts.reduce((sum, part) => sum + part.secrets, 0);
  const failure = parts.find((part) => part.failure !== null)?.failure ?? null;
  return { ...parts[0]!, secrets, failure };
}

function bytesOf(files: readonly FileToRead[]): number {
  return files.reduce((sum, { size, part }) => sum + (part ? part.to - part.from : size), 0);
}

function readerOf(packed: FileBlocks | Uint8Array, descriptor: number): PackedBytes {
  if (!(packed instanceof Uint8Array)) return new BlockReader(descriptor, packed);
  return { length: packed.length, read: (at, into) => into.set(packed.subarray(at, at + into.length)) };
}
