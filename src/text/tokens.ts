// The running text as numbers, in memory or, where it is larger than memory may be, partly outside.

import { PRUNED } from './vocabulary.ts';

/** A running text that is read in ranges. */
export interface TokenSource {
  /** Tokens. */
  readonly length: number;
  /**
   * The tokens [first, first + count), as many of them as there are. The array is to be read before
   * the next call, and not written to.
   */
  read(first: number, count: number): Int32Array;
}

/**
 * Where a builder puts the end of a text that has no room in memory. Both throw where the place
 * cannot be written or read.
 */
export interface Spill {
  /** Takes all of `ids` before it returns, and puts them behind the earlier ones. */
  append(ids: Int32Array): void;
  /** Fills `into` with ids from place `first` on. */
  read(first: number, into: Int32Array): void;
}

/** What makes ranks of the ids outside. It survives a structured clone; the memory is shared. */
export interface SpilledIds {
  /** Ids outside. */
  length: number;
  /** Where they begin, bytes; absent: at the beginning. */
  at?: number;
  /** Of each id, its place in the vocabulary; null where the ids are that. */
  ranks: Int32Array<SharedArrayBuffer> | null;
  /**
   * Of each id, how many tokens the text had when its last owner but this one was forgotten; null
   * where none was.
   */
  freedAt: Uint32Array<SharedArrayBuffer> | null;
}

/** A text in memory. */
export class MemoryTokens implements TokenSource {
  readonly #tokens: Int32Array;

  constructor(tokens: Int32Array) {
    this.#tokens = tokens;
  }

  get length(): number {
    return this.#tokens.length;
  }

  read(first: number, count: number): Int32Array {
    return this.#tokens.subarray(first, first + count);
  }
}

/** A text whose beginning is in memory and whose end was spilled. */
export class SpilledTokens implements TokenSource {
  readonly length: number;
  readonly #beginning: Int32Array;
  readonly #spilled: SpilledIds;
  readonly #spill: Pick<Spill, 'read'>;
  #buffer = new Int32Array(0);

  constructor(beginning: Int32Array, spilled: SpilledIds, spill: Pick<Spill, 'read'>) {
    this.#beginning = beginning;
    this.#spilled = spilled;
    this.#spill = spill;
    this.length = beginning.length + spilled.length;
  }

  read(first: number, count: number): Int32Array {
    const inMemory = this.#beginning.length;
    const end = Math.min(first + count, this.length);
    if (end <= inMemory) return this.#beginning.subarray(first, end);
    if (this.#buffer.length < count) this.#buffer = new Int32Array(count);
    const tokens = this.#buffer.subarray(0, Math.max(0, end - first));
    const fromMemory = Math.max(0, inMemory - first);
    tokens.set(this.#beginning.subarray(first, first + fromMemory));
    const ids = tokens.subarray(fromMemory);
    this.#spill.read(first + fromMemory - inMemory, ids);
    toRanks(ids, first + fromMemory, this.#spilled);
    return tokens;
  }
}

/** Puts ranks in the place of the ids of [first, first + ids.length); breaks stay. */
export function toRanks(
  ids: Int32Array,
  first: number,
  { ranks, freedAt }: Pick<SpilledIds, 'ranks' | 'freedAt'>,
): void {
  if (!ranks) return;
  const length = ids.length;
  for (let i = 0; i < length; i++) {
    const id = ids[i]!;
    if (id < 0) continue;
    ids[i] = freedAt !== null && first + i < freedAt[id]! ? PRUNED : ranks[id]!;
  }
}
