// Texts that were counted apart become one corpus: the same that one builder would have made of their documents in this
// order, for ranks follow from counts and letters alone, not from the ids that words had on the way.

import type { Corpus } from './corpus.ts';
import { PackedReader, type PackedBytes } from './packed-tokens.ts';
import { BREAK } from './tokenizer.ts';
import type { Spill } from './tokens.ts';
import type { TextKernel } from './text-kernel.ts';
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

/** A document of a share, or a part of one that was read in parts; those of one share come in the order that they have there. */
export interface DocumentPlace {
  share: number;
  document: number;
}

/** The most different words of a merge; a builder forgets the rarest of more. */
const MOST_WORDS = 2 ** 23;
/** Tokens that a corpus has at most. */
const MOST_TOKENS = 2 ** 31 - 2 ** 20;
/** The memory of a text may grow to so many times its size, when particles and parts of names are added. */
const GROWTH = 3;
/** Tokens that a step goes through: some milliseconds. */
const STEP = 1 << 20;

/** What bounds the memory of a merge. */
export interface MergeLimits {
  /** Takes what has no room, `at` bytes behind the beginning of the file. */
  spill: Pick<Spill, 'append'>;
  at: number;
  /** Tokens that stay in memory, where these are the words. */
  memory: (words: readonly string[]) => number;
}

/**
 * The corpus of documents, each in its parts; what of the shares is not among them is left out. Null where there are too
 * many different words, or tokens. Yields how much is done, 0 to 1.
 */
export function* mergeShares(
  kernel: TextKernel,
  shares: readonly Share[],
  order: readonly (readonly DocumentPlace[])[],
  limits: MergeLimits | null = null,
): Generator<number, Corpus | null> {
  const kept = shares.map(({ documents }) => new Uint8Array(documents.length));
  for (const { share, document } of order.flat()) kept[share]![document] = 1;
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

  const most = order.reduce(
    (sum, parts) => parts.reduce((sum, { share, document }) => sum + sizeOf(shares[share]!, document), sum + 1),
    0,
  );
  if (most > MOST_TOKENS) return null;
  const merged = new MergedTokens(most, limits && { ...limits, memory: limits.memory(words) });
  const documents = new Int32Array(new SharedArrayBuffer(order.length * 4));
  const readers = shares.map(({ packed }, index) => new PackedReader(kernel, packed, maps[index]!));
  let told = 0;
  for (const [index, parts] of order.entries()) {
    documents[index] = merged.length;
    for (const { share, document } of parts) {
      const reader = readers[share]!;
      reader.skipTo(shares[share]!.documents[document]!);
      for (let left = sizeOf(shares[share]!, document); left > 0;) {
        const ids = reader.next(left);
        merged.append(ids);
        left -= ids.length;
        if (merged.length - told < STEP) continue;
        told = merged.length;
        yield (1 + told / most) / 2;
      }
    }
    merged.endDocument();
  }
  return {
    words,
    counts,
    ...merged.finish(),
    documents,
    wordCount: counts.reduce((sum, count) => sum + count, 0),
    pruned: { words: 0, upTo: 0 },
  };
}

interface SpillLimits extends Omit<MergeLimits, 'memory'> {
  /** Tokens. */
  memory: number;
}

/** The running text that is being put together, of parts of documents whose beginnings and ends say nothing of the end of a sentence. */
class MergedTokens {
  length = 0;
  readonly #tokens: Int32Array<SharedArrayBuffer>;
  readonly #limits: SpillLimits | null;
  #last = BREAK;

  constructor(most: number, limits: SpillLimits | null) {
    this.#limits = limits;
    const bytes = 4 * Math.min(most, limits?.memory ?? most);
    this.#tokens = new Int32Array(new SharedArrayBuffer(bytes, { maxByteLength: GROWTH * bytes }), 0, bytes / 4);
  }

  append(ids: Int32Array): void {
    if (ids.length === 0) return;
    this.#put(this.#last === BREAK && ids[0] === BREAK ? ids.subarray(1) : ids);
    this.#last = ids.at(-1)!;
  }

  endDocument(): void {
    if (this.#last === BREAK) return;
    this.#put(Int32Array.of(BREAK));
    this.#last = BREAK;
  }

  finish(): Pick<Corpus, 'tokens' | 'spilled'> {
    const inMemory = Math.min(this.length, this.#tokens.length);
    const spilled = this.length - inMemory;
    return {
      tokens: this.#tokens.subarray(0, inMemory),
      spilled: spilled > 0 ? { length: spilled, at: this.#limits!.at, ranks: null, freedAt: null } : null,
    };
  }

  #put(ids: Int32Array): void {
    const fits = Math.max(0, Math.min(ids.length, this.#tokens.length - this.length));
    if (fits > 0) this.#tokens.set(fits < ids.length ? ids.subarray(0, fits) : ids, this.length);
    if (fits < ids.length) this.#limits!.spill.append(ids.subarray(fits));
    this.length += ids.length;
  }
}

/** Tokens of a document of a share. */
export function sizeOf({ documents, tokens }: Pick<Share, 'documents' | 'tokens'>, document: number): number {
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
    for (let left = sizeOf(share, document); left > 0;) {
      const ids = reader.next(left);
      for (const id of ids) if (id >= 0) counts[id]!--;
      left -= ids.length;
    }
  }
  return counts;
}
