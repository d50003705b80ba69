// Texts that were counted apart become one corpus: the same that one builder would have made of their documents in this
// order, for ranks follow from counts and letters alone, not from the ids that words had on the way.

import type { Corpus } from './corpus.ts';
import { PackedReader, type PackedBytes } from './packed-tokens.ts';
import { TextKernel } from './text-kernel.ts';
import { inOrder, type PackedWords } from './vocabulary.ts';
import { WordTable } from './word-table.ts';

/** What one builder counted. */
export interface Share {
  words: PackedWords;
  packed: PackedBytes;
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
/** Tokens that a step goes through: some milliseconds. */
const STEP = 1 << 20;

/** The corpus of the documents; those of the shares that are not among them are left out. Null where there are too many different words. Yields how much is done, 0 to 1. */
export function* mergeShares(
  module: WebAssembly.Module,
  shares: readonly Share[],
  order: readonly DocumentPlace[],
): Generator<number, Corpus | null> {
  const kept = shares.map(({ documents }) => new Uint8Array(documents.length));
  for (const { share, document } of order) kept[share]![document] = 1;
  const kernel = new TextKernel(module);
  const table = new WordTable(kernel, MOST_WORDS);
  /** Of each share, where its ids in the table are. */
  const maps: number[] = [];
  for (const [index, share] of shares.entries()) {
    const ids = table.internWords(share.words, countsOf(kernel, share, kept[index]!));
    if (ids === null) return null;
    maps.push(ids);
    yield 0;
  }
  const ordering = inOrder(table.spelled());
  let step = ordering.next();
  for (; !step.done; step = ordering.next()) yield step.value / 2;
  const { words, counts, ranks } = step.value;
  for (const [index, share] of shares.entries()) {
    const ids = kernel.ids(maps[index]!, share.words.lengths.length);
    for (let word = 0; word < ids.length; word++) if (ids[word]! >= 0) ids[word] = ranks[ids[word]!]!;
  }

  const sizes = order.map(({ share, document }) => sizeOf(shares[share]!, document));
  const length = sizes.reduce((sum, size) => sum + size, 0);
  const tokens = new Int32Array(new SharedArrayBuffer(length * 4));
  const documents = new Int32Array(new SharedArrayBuffer(order.length * 4));
  const readers = shares.map(({ packed }, index) => new PackedReader(kernel, packed, maps[index]!));
  let place = 0;
  let told = 0;
  for (const [index, { share, document }] of order.entries()) {
    documents[index] = place;
    const reader = readers[share]!;
    reader.skipTo(shares[share]!.documents[document]!);
    for (let left = sizes[index]!; left > 0;) {
      const some = Math.min(left, STEP);
      reader.read(tokens.subarray(place, place + some));
      place += some;
      left -= some;
      if (place - told < STEP) continue;
      told = place;
      yield (1 + place / length) / 2;
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
function countsOf(kernel: TextKernel, share: Share, kept: Uint8Array): Uint32Array {
  const { words, documents, packed } = share;
  if (kept.every((one) => one === 1)) return words.counts;
  const counts = words.counts.slice();
  const identity = kernel.allocate(4 * counts.length);
  kernel.ids(identity, counts.length).set(counts.map((_, id) => id));
  const reader = new PackedReader(kernel, packed, identity);
  for (let document = 0; document < documents.length; document++) {
    if (kept[document] === 1) continue;
    reader.skipTo(documents[document]!);
    const ids = new Int32Array(sizeOf(share, document));
    reader.read(ids);
    for (const id of ids) if (id >= 0) counts[id]!--;
  }
  return counts;
}
