// A reading on several threads: each reads a contiguous share of the files and puts its tokens,
// packed, into a file. Then one thread merges the words, and each writes the tokens of its share
// where they belong in the corpus, which is the one that one thread would have read.

import type { ReadingReport } from '../../protocol/engine.ts';
import { CorpusBuilder, type CountedDocuments } from '../../text/corpus.ts';
import {
  type DocumentPlace,
  type MergedText,
  mergeShares,
  roomFor,
  type SharePlaces,
  sizeOf,
  type TextRoom,
  writeEnds,
  writeShare,
} from '../../text/merge.ts';
import type { PhraseOptions, TextOptions } from '../../text/options.ts';
import { type PackedBytes, TokenPacker } from '../../text/packed-tokens.ts';
import type { TextKernel } from '../../text/text-kernel.ts';
import { type FileToRead, NotParted } from '../files/decoded-files.ts';
import type { WorkHooks } from '../progress.ts';
import { changesTokens, CorpusPasses } from './corpus-passes.ts';
import type { FoundFiles } from './found-texts.ts';
import { addTexts, type PassedFile } from './read-documents.ts';
import { addNotes, logNotes, note, noteRead, type ReadDocument, type ReadingNotes, reportOf } from './reading-notes.ts';
import { BlockReader, BlockWriter, endOfBlocks, type FileBlocks, TokenFile } from './spill-file.ts';

/** Tokens that a merge keeps in memory: 0.5 GB. */
const MOST_IN_MEMORY = 2 ** 27;

/** Packed tokens of a share: in the token file, or as they are. */
export type PackedTokens = FileBlocks | Uint8Array;

/** What a thread has read, or the cache knows. */
export interface ReadShare {
  share: CountedDocuments;
  packed: PackedTokens;
  /** Of the share; null for one that is there no more. */
  documents: (ReadDocument | null)[];
  passed: PassedFile[];
  notes: ReadingNotes;
}

/** The memory of a share that moves with it from thread to thread. */
export function moved({ share }: ReadShare): ArrayBuffer[] {
  const { units, lengths, counts, ids } = share.words;
  return [units, lengths, counts, ids].map(({ buffer }) => buffer);
}

/**
 * Where threads put their tokens: a file, and how many blocks of it are taken, (1) in shared
 * memory.
 */
export interface SharedTokenFile {
  descriptor: number;
  taken: Int32Array;
}

/**
 * Reads a share; null where it was cancelled, or has more different words than one builder counts;
 * `whole` where a file was parted that may not be. `done`: where bytes and words are told, (2) in
 * shared memory.
 */
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
  const counting = builder.finishingUnranked();
  let counted = counting.next();
  for (; !counted.done; counted = counting.next()) if (cancelled()) return null;
  packer.finish();
  return counted.value && { share: counted.value, packed: packed.finish(), documents, passed, notes: found.notes };
}

/** What threads have read, in its order, and where its tokens are to be written. */
export interface MergedRead {
  text: MergedText;
  room: TextRoom;
  /** Whether something is to be done over the text once it is written (corpus-passes.ts). */
  isChanged: boolean;
  documents: ReadDocument[];
  /** Files that are no part of it. */
  passed: PassedFile[];
  report: ReadingReport;
}

/**
 * Puts the shares in the order of the files; null where it was cancelled, or has too many different
 * words. A copy of a file in a share before is left out. `readInRanges`: nobody needs the text in
 * memory but who goes over its tokens.
 */
export function mergeRead(
  kernel: TextKernel,
  { descriptor, taken }: SharedTokenFile,
  shares: readonly ReadShare[],
  notes: ReadingNotes,
  hooks: WorkHooks,
  options: TextOptions,
  phrases: PhraseOptions,
  readInRanges = false,
): MergedRead | null {
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
  for (const document of documents) noteRead(notes, document);
  const merging = mergeShares(
    kernel,
    shares.map(({ share, packed }) => ({ ...share, packed: packedBytes(packed, descriptor) })),
    order,
  );
  const text = new CorpusPasses(hooks, options, phrases).count(merging);
  if (!text) return null;
  logNotes(notes, hooks.log);
  const isChanged = changesTokens(text.letters, text.counts.length, options, phrases);
  const room = roomFor(text.length, readInRanges && !isChanged ? 0 : MOST_IN_MEMORY, endOfBlocks(taken));
  writeEnds(text, room, outsideOf(room, descriptor));
  const words = text.counts.reduce((sum, count) => sum + count, 0);
  const report = { ...reportOf(notes), words, pruned: { words: 0, upTo: 0 }, phrases: 0 };
  return { text, room, isChanged, documents, passed, report };
}

/** A share of a merged text. */
export interface ShareToWrite {
  packed: PackedTokens;
  places: SharePlaces;
}

/** Writes the tokens of shares where they belong; false where it was cancelled. */
export function writeShares(
  kernel: TextKernel,
  shares: readonly ShareToWrite[],
  room: TextRoom,
  descriptor: number,
  cancelled: () => boolean,
): boolean {
  const outside = outsideOf(room, descriptor);
  for (const { packed, places } of shares) {
    const writing = writeShare(kernel, packedBytes(packed, descriptor), places, room, outside);
    while (!writing.next().done) if (cancelled()) return false;
  }
  return true;
}

function outsideOf({ at }: TextRoom, descriptor: number): (first: number, ids: Int32Array) => void {
  const file = new TokenFile(descriptor, at);
  return (first, ids) => file.write(first, ids);
}

/** What was read of the parts of a file. */
function joined(parts: readonly ReadDocument[]): ReadDocument {
  const secrets = parts.reduce((sum, part) => sum + part.secrets, 0);
  const data = parts.reduce((sum, part) => sum + part.data, 0);
  const failure = parts.find((part) => part.failure !== null)?.failure ?? null;
  return { ...parts[0]!, secrets, data, failure };
}

function bytesOf(files: readonly FileToRead[]): number {
  return files.reduce((sum, { size, part }) => sum + (part ? part.to - part.from : size), 0);
}

/** `descriptor`: of the token file. */
export function packedBytes(packed: PackedTokens, descriptor: number): PackedBytes {
  if (!(packed instanceof Uint8Array)) return new BlockReader(descriptor, packed);
  return { length: packed.length, read: (at, into) => into.set(packed.subarray(at, at + into.length)) };
}
