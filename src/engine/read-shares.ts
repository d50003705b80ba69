// A reading on several threads: each reads a contiguous share of the files, and the shares are merged to the corpus that one
// thread would have read.

import type { PhraseOptions } from '../text/options.ts';
import { CorpusBuilder } from '../text/corpus.ts';
import { mergeShares, type Share } from '../text/merge.ts';
import { PackedTokens } from '../text/packed-tokens.ts';
import { addTexts, finishCorpus, type FoundFiles, type ReadCorpus, type ReadingHooks } from './read-corpus.ts';
import { addNotes, newNotes, note, type ReadDocument, type ReadingNotes } from './reading-notes.ts';

/** Of a larger text, bytes, one thread reads all: its words or tokens may have no room in memory, which a CorpusBuilder knows to bound. */
const LARGEST = 2 ** 28;
/** A smaller share is not worth a thread, bytes. */
const SMALLEST = 2 ** 21;
/** Opening a file takes as long as reading so many bytes. */
const OPENING = 10_000;

/** What a thread has read. */
export interface ReadShare {
  share: Share;
  documents: ReadDocument[];
  notes: ReadingNotes;
}

/** The files in contiguous shares of about the same work; null where one thread is to read them all. */
export function sharesOf(found: FoundFiles, threads: number): FoundFiles[] | null {
  const works = found.files.map(({ size }) => size + OPENING);
  const total = works.reduce((sum, work) => sum + work, 0);
  const bytes = total - OPENING * works.length;
  const count = Math.min(threads, Math.floor(total / SMALLEST));
  if (bytes > LARGEST || count < 2) return null;
  const shares: FoundFiles[] = [];
  let done = 0;
  let from = 0;
  for (let share = 1; share <= count; share++) {
    let to = from;
    while (to < works.length && (share === count || done < (share * total) / count)) done += works[to++]!;
    shares.push({ files: found.files.slice(from, to), twins: found.twins, notes: newNotes() });
    from = to;
  }
  return shares.filter(({ files }) => files.length > 0);
}

/** Reads a share; null where it was cancelled, or has more different words than one builder counts. `done`: where bytes and words are told, (2) in shared memory. */
export async function readShare(
  found: FoundFiles,
  done: Float64Array,
  cancelled: () => boolean,
): Promise<ReadShare | null> {
  const bytes = found.files.reduce((sum, { size }) => sum + size, 0);
  const packed = new PackedTokens(bytes);
  const builder = new CorpusBuilder(packed, { memory: 0 });
  const documents = await addTexts(found, builder, cancelled, (bytes) => {
    done[0] = bytes;
    done[1] = builder.wordCount;
  });
  if (!documents) return null;
  done[0] = bytes;
  const counted = builder.finishUnranked();
  return counted && { share: { ...counted, packed: packed.bytes() }, documents, notes: found.notes };
}

/** The corpus of the shares, in the order of the files; null where it was cancelled, or has too many different words. A copy of a file in a share before is left out. */
export function mergeRead(
  shares: readonly ReadShare[],
  notes: ReadingNotes,
  hooks: ReadingHooks,
  phrases: PhraseOptions,
): ReadCorpus | null {
  for (const share of shares) addNotes(notes, share.notes);
  const all = shares
    .flatMap(({ documents }, share) => documents.map((read, document) => ({ read, share, document })))
    .sort((a, b) => a.read.place - b.read.place);
  const seen = new Set<string>();
  const order = all.filter(({ read: { name, digest } }) => {
    if (digest === null) return true;
    if (seen.has(digest)) note(notes, 'duplicate', name);
    else return Boolean(seen.add(digest));
    return false;
  });
  const merging = mergeShares(
    shares.map(({ share }) => share),
    order,
  );
  return finishCorpus(
    merging,
    order.map(({ read }) => read),
    notes,
    hooks,
    phrases,
  );
}
