// Texts that were counted apart become one corpus: the same that one builder would have made of their documents in this
// order, for ranks follow from counts and letters alone, not from the ids that words had on the way.

import type { Corpus } from './corpus.ts';
import { PackedReader } from './packed-tokens.ts';
import { VocabularyTable, type PackedWords } from './vocabulary.ts';

/** What one builder counted. */
export interface Share {
  words: PackedWords;
  /** As PackedTokens has them. */
  packed: Uint8Array;
  /** Tokens in all. */
  tokens: number;
  /** Where each document begins, (documents), in tokens. */
  documents: Int32Array;
}

/** A document of a share; those of one share come in the order that they have there. */
export interface DocumentPlace {
  share: number;
  document: number;
}

/** The most different words of a merge; a builder forgets the rarest of more. */
const MOST_WORDS = 2 ** 23;
/** Tokens, and words, that a step goes through: some milliseconds. */
const STEP = 1 << 20;
const WORDS = 1 << 16;

/** The corpus of the documents; those of the shares that are not among them are left out. Null where there are too many different words. Yields how much is done, 0 to 1. */
export function* mergeShares(
  shares: readonly Share[],
  order: readonly DocumentPlace[],
): Generator<number, Corpus | null> {
  const kept = shares.map(({ documents }) => new Uint8Array(documents.length));
  for (const { share, document } of order) kept[share]![document] = 1;
  const table = new VocabularyTable(MOST_WORDS);
  const maps: Int32Array[] = [];
  for (const [index, share] of shares.entries()) {
    const counts = countsOf(share, kept[index]!);
    const ids = yield* interned(table, share.words, counts);
    if (!ids) return null;
    maps.push(ids);
  }
  const { words, counts, ranks } = yield* table.finishing();
  for (const ids of maps)
    for (let word = 0; word < ids.length; word++) if (ids[word]! >= 0) ids[word] = ranks[ids[word]!]!;

  const sizes = order.map(({ share, document }) => sizeOf(shares[share]!, document));
  const length = sizes.reduce((sum, size) => sum + size, 0);
  const tokens = new Int32Array(new SharedArrayBuffer(length * 4));
  const documents = new Int32Array(new SharedArrayBuffer(order.length * 4));
  const readers = shares.map(({ packed }) => new PackedReader(packed));
  let place = 0;
  let told = 0;
  for (const [index, { share, document }] of order.entries()) {
    documents[index] = place;
    const reader = readers[share]!;
    reader.skipTo(shares[share]!.documents[document]!);
    for (let left = sizes[index]!; left > 0;) {
      const some = Math.min(left, STEP);
      reader.read(tokens.subarray(place, place + some), maps[share]!);
      place += some;
      left -= some;
      if (place - told < STEP) continue;
      told = place;
      yield place / length;
    }
  }
  return {
    words,
    counts,
    tokens,
    spilled: null,
    documents,
    wordCount: counts.reduce((sum, count) => sum + count, 0),
    pruned: { words: 0, upTo: 0 },
  };
}

function sizeOf({ documents, tokens }: Share, document: number): number {
  return (documents[document + 1] ?? tokens) - documents[document]!;
}

/** How often each word stands in the documents that are kept. */
function countsOf(share: Share, kept: Uint8Array): Uint32Array {
  const { words, documents, packed } = share;
  if (kept.every((one) => one === 1)) return words.counts;
  const counts = words.counts.slice();
  const identity = Int32Array.from(counts, (_, id) => id);
  const reader = new PackedReader(packed);
  for (let document = 0; document < documents.length; document++) {
    if (kept[document] === 1) continue;
    reader.skipTo(documents[document]!);
    const ids = new Int32Array(sizeOf(share, document));
    reader.read(ids, identity);
    for (const id of ids) if (id >= 0) counts[id]!--;
  }
  return counts;
}

/** Of each word of a share, its id in the table, -1 for one that is in no document; null where there is no room. */
function* interned(
  table: VocabularyTable,
  { units, lengths }: PackedWords,
  counts: Uint32Array,
): Generator<number, Int32Array | null> {
  const ids = new Int32Array(lengths.length).fill(-1);
  let start = 0;
  for (let word = 0; word < ids.length; word++) {
    const end = start + lengths[word]!;
    if (counts[word]! > 0) {
      let hash = 0;
      for (let i = start; i < end; i++) hash = Math.imul(hash ^ units[i]!, HASH_FACTOR);
      ids[word] = table.intern(units, start, end, hash, counts[word]);
      if (ids[word]! < 0) return null;
    }
    start = end;
    if (word % WORDS === WORDS - 1) yield 0;
  }
  return ids;
}

/** Of FNV-1, over code units (http://www.isthe.com/chongo/tech/comp/fnv/). */
const HASH_FACTOR = 0x01000193;
