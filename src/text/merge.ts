// Texts that were counted apart become one: the same that one builder would have made of their
// documents in this order, for ranks follow from counts and letters alone, not from the ids that
// words had on the way. First its words are put in order and every document gets its place; then
// the text is written, by several threads if there are, each its share of it.

import { BEGINS_ENDED, type Corpus, type CountedDocuments, STAYS_OPEN } from './corpus.ts';
import { type PackedBytes, PackedReader } from './packed-tokens.ts';
import type { TextKernel } from './text-kernel.ts';
import { BREAK } from './tokenizer.ts';
import { mergeWords, release, type Vocabulary } from './vocabulary.ts';

/** What one builder counted. */
export interface Share extends CountedDocuments {
  packed: PackedBytes;
}

/**
 * A document of a share, or a part of one that was read in parts; those of one share come in the
 * order that they have there.
 */
export interface DocumentPlace {
  share: number;
  document: number;
}

/** The most different words of a merge; a builder forgets the rarest of more. */
const MOST_WORDS = 2 ** 23;
/** Tokens that a corpus has at most. */
const MOST_TOKENS = 2 ** 31 - 2 ** 20;
/**
 * The memory of a text may grow to so many times its size, when particles and parts of names are
 * added.
 */
const GROWTH = 3;

/** Where the tokens of a share come to lie. */
export interface SharePlaces {
  /** Of its ids, the places of their words. */
  ranks: Int32Array<SharedArrayBuffer>;
  /**
   * Tokens that stay together, (n, 3): the first and the end of them in the share, and where the
   * first lies in the text.
   */
  runs: Int32Array;
}

/** A text that is to be written. It survives a structured clone; what is large is shared. */
export interface MergedText extends Pick<Vocabulary, 'letters' | 'counts' | 'byLetters'> {
  places: SharePlaces[];
  /** Where sentences end that no share says, as documents end there. */
  ends: Int32Array;
  /** Of the text. */
  length: number;
  /** Where each document begins, (documents). */
  documents: Int32Array<SharedArrayBuffer>;
}

/**
 * Puts the words of documents, each in its parts, and the documents in order; what of the shares is
 * not among them is left out. The words of the shares are gone then. Null where there are too many
 * different words, or tokens. Yields how much is done, 0 to 1.
 */
export function* mergeShares(
  kernel: TextKernel,
  shares: readonly Share[],
  order: readonly (readonly DocumentPlace[])[],
): Generator<number, MergedText | null> {
  const kept = shares.map(({ documents }) => new Uint8Array(documents.length));
  for (const { share, document } of order.flat()) kept[share]![document] = 1;
  const words = shares.map((share, index) => ({ ...share.words, counts: countsOf(kernel, share, kept[index]!) }));
  const vocabulary = yield* mergeWords(kernel, words, MOST_WORDS);
  for (const { words } of shares) release(words);
  if (!vocabulary) return null;

  const runs = shares.map(() => new Runs());
  const ends: number[] = [];
  const documents = new Int32Array(new SharedArrayBuffer(order.length * 4));
  let length = 0;
  for (const [index, parts] of order.entries()) {
    documents[index] = length;
    let isOpen = false;
    for (const { share, document } of parts) {
      const { documents: begins, edges } = shares[share]!;
      const size = sizeOf(shares[share]!, document);
      if (size === 0) continue;
      // two parts may both have the end of a sentence between them
      const skipped = Number(!isOpen && (edges[document]! & BEGINS_ENDED) !== 0);
      runs[share]!.add(begins[document]! + skipped, begins[document]! + size, length);
      length += size - skipped;
      isOpen = (edges[document]! & STAYS_OPEN) !== 0;
    }
    if (isOpen) ends.push(length++);
  }
  if (length > MOST_TOKENS) return null;
  const { letters, counts, byLetters, ranks } = vocabulary;
  const places = runs.map((each, share) => ({ ranks: ranks[share]!, runs: Int32Array.from(each.numbers) }));
  return { ...{ letters, counts, byLetters }, places, ends: Int32Array.from(ends), length, documents };
}

/** What stays together of a share. */
class Runs {
  readonly numbers: number[] = [];

  add(from: number, to: number, place: number): void {
    const { numbers } = this;
    const last = numbers.length - 3;
    if (last >= 0 && numbers[last + 1] === from && numbers[last + 2]! + from - numbers[last]! === place) {
      numbers[last + 1] = to;
    } else if (to > from) numbers.push(from, to, place);
  }
}

/** A place for the tokens of a text, which several threads may fill. */
export interface TextRoom {
  /** The beginning of the text. */
  tokens: Int32Array<SharedArrayBuffer>;
  /** Where the rest begins outside, bytes. */
  at: number;
}

/** Room for a text of so many tokens, of which so many stay in memory. */
export function roomFor(length: number, memory: number, at: number): TextRoom {
  const bytes = 4 * Math.min(length, memory);
  const buffer = new SharedArrayBuffer(bytes, { maxByteLength: GROWTH * bytes });
  return { tokens: new Int32Array(buffer, 0, bytes / 4), at };
}

/** Takes ids for places of the text that have no room in memory, the first of which is 0. */
export type Outside = (first: number, ids: Int32Array) => void;

/** Writes a share of the text. Yields after every few thousand tokens. */
export function* writeShare(
  kernel: TextKernel,
  packed: PackedBytes,
  { ranks, runs }: SharePlaces,
  { tokens }: TextRoom,
  outside: Outside | null,
): Generator<void> {
  const reader = new PackedReader(kernel, packed, ranks);
  for (let run = 0; run < runs.length; run += 3) {
    const [from, to, place] = runs.subarray(run, run + 3) as unknown as [number, number, number];
    reader.skipTo(from);
    for (let at = place; reader.position < to;) {
      const ids = reader.next(to - reader.position);
      put(ids, at, tokens, outside);
      at += ids.length;
      yield;
    }
  }
}

/** Writes the ends of sentences that are in no share. */
export function writeEnds({ ends }: MergedText, { tokens }: TextRoom, outside: Outside | null): void {
  const end = Int32Array.of(BREAK);
  for (const place of ends) put(end, place, tokens, outside);
}

function put(ids: Int32Array, place: number, tokens: Int32Array, outside: Outside | null): void {
  const fits = Math.max(0, Math.min(ids.length, tokens.length - place));
  if (fits > 0) tokens.set(fits < ids.length ? ids.subarray(0, fits) : ids, place);
  if (fits < ids.length) outside!(place + fits - tokens.length, ids.subarray(fits));
}

/**
 * The written text; its words are the letters. It has nothing of the merged one that passes over it
 * change.
 */
export function writtenText(
  { counts, documents, length }: MergedText,
  { tokens, at }: TextRoom,
): Omit<Corpus, 'words'> {
  const spilled = length - tokens.length;
  const own = new Int32Array(new SharedArrayBuffer(4 * documents.length));
  own.set(documents);
  return {
    counts,
    tokens,
    spilled: spilled > 0 ? { length: spilled, at, ranks: null, freedAt: null } : null,
    documents: own,
    wordCount: counts.reduce((sum, count) => sum + count, 0),
    pruned: { words: 0, upTo: 0 },
  };
}

/**
 * Reads a text from its beginning to its end from the shares: some ids at a time, a view that is to
 * be read before the next.
 */
export function* readMerged(
  kernel: TextKernel,
  packed: readonly PackedBytes[],
  { places, ends }: Pick<MergedText, 'places' | 'ends'>,
): Generator<Int32Array> {
  const readers = places.map(({ ranks }, share) => new PackedReader(kernel, packed[share]!, ranks));
  const next = places.map(() => 0);
  const end = Int32Array.of(BREAK);
  let ended = 0;
  for (let place = 0; ;) {
    const share = places.findIndex(({ runs }, share) => runs[next[share]! + 2] === place);
    if (share < 0) {
      if (ends[ended] !== place) return;
      ended++;
      place++;
      yield end;
      continue;
    }
    const reader = readers[share]!;
    const [from, to] = places[share]!.runs.subarray(next[share], next[share]! + 2) as unknown as [number, number];
    next[share]! += 3;
    reader.skipTo(from);
    while (reader.position < to) yield reader.next(to - reader.position);
    place += to - from;
  }
}

/** Tokens of a document of a share. */
export function sizeOf({ documents, tokens }: Pick<Share, 'documents' | 'tokens'>, document: number): number {
  return (documents[document + 1] ?? tokens) - documents[document]!;
}

/** How often each word stands in the documents that are kept. */
function countsOf(kernel: TextKernel, share: Share, kept: Uint8Array): Uint32Array<ArrayBuffer> {
  const { words, documents, packed } = share;
  if (kept.every((one) => one === 1)) return words.counts;
  const { ids } = words;
  const size = ids.reduce((most, id) => Math.max(most, id), -1) + 1;
  const counts = new Uint32Array(size);
  for (let word = 0; word < ids.length; word++) counts[ids[word]!] = words.counts[word]!;
  const reader = new PackedReader(
    kernel,
    packed,
    Int32Array.from(counts, (_, id) => id),
  );
  for (let document = 0; document < documents.length; document++) {
    if (kept[document] === 1) continue;
    reader.skipTo(documents[document]!);
    for (let left = sizeOf(share, document); left > 0;) {
      const ids = reader.next(left);
      for (const id of ids) if (id >= 0) counts[id]!--;
      left -= ids.length;
    }
  }
  return Uint32Array.from(ids, (id) => counts[id]!);
}
