// The end of a text that has no room in memory: token ids in a file beside the model, written and
// read by compute threads without waiting for the event loop. The file has no name once it is open,
// so that nothing is left of it when the process ends, however it ends; where the system does not
// allow that, `close` removes it.

import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Corpus } from '../../text/corpus.ts';
import type { PackedBytes } from '../../text/packed-tokens.ts';
import { MemoryTokens, type Spill, SpilledTokens, type TokenSource } from '../../text/tokens.ts';

/**
 * Opens a token file in `directory`, which is made where it is missing. The descriptor is good in
 * every thread of the process.
 */
export function openTokenFile(directory: string): { descriptor: number; close: () => void } {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `tokens.${process.pid}.tmp`);
  const descriptor = openSync(path, 'w+');
  try {
    rmSync(path);
  } catch {
    // not while it is open: `close` does it
  }
  return {
    descriptor,
    close: () => {
      closeSync(descriptor);
      rmSync(path, { force: true });
    },
  };
}

/**
 * The ids in a token file. One thread appends, or several write to places of their own, and after
 * that any may read.
 */
export class TokenFile implements Spill {
  readonly #descriptor: number;
  readonly #at: number;
  /** Ids appended. */
  #length = 0;

  /** `at`: where the ids begin, bytes. */
  constructor(descriptor: number, at = 0) {
    this.#descriptor = descriptor;
    this.#at = at;
  }

  append(ids: Int32Array): void {
    this.write(this.#length, ids);
    this.#length += ids.length;
  }

  /** Puts ids at place `first`, wherever the others are. */
  write(first: number, ids: Int32Array): void {
    const bytes = new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength);
    for (let done = 0; done < bytes.length;) {
      done += writeSync(this.#descriptor, bytes, done, bytes.length - done, this.#at + first * 4 + done);
    }
  }

  read(first: number, into: Int32Array): void {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    for (let done = 0; done < bytes.length;) {
      const read = readSync(this.#descriptor, bytes, done, bytes.length - done, this.#at + first * 4 + done);
      if (read === 0) throw new Error(`the file of tokens ends at byte ${first * 4 + done}`);
      done += read;
    }
  }
}

/** Blocks of a file are taken by so many bytes. */
const BLOCK = 1 << 18;

/** Bytes in blocks of a file, in their order. Plain: it survives a structured clone. */
export interface FileBlocks {
  /** Where each begins, in blocks. */
  blocks: number[];
  /** Bytes in all. */
  length: number;
}

/** Writes to a file that several threads write to, each to blocks of its own. */
export class BlockWriter {
  readonly #descriptor: number;
  readonly #taken: Int32Array;
  readonly #buffer = new Uint8Array(BLOCK);
  readonly #blocks: number[] = [];
  #length = 0;

  /** `taken`: how many blocks are taken, (1), in memory that the threads share. */
  constructor(descriptor: number, taken: Int32Array) {
    this.#descriptor = descriptor;
    this.#taken = taken;
  }

  append(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const at = this.#length % BLOCK;
      const some = bytes.subarray(done, done + BLOCK - at);
      this.#buffer.set(some, at);
      this.#length += some.length;
      done += some.length;
      if (this.#length % BLOCK === 0) this.#write(BLOCK);
    }
  }

  finish(): FileBlocks {
    this.#write(this.#length % BLOCK);
    return { blocks: this.#blocks, length: this.#length };
  }

  #write(length: number): void {
    if (length === 0) return;
    const block = Atomics.add(this.#taken, 0, 1);
    this.#blocks.push(block);
    for (let done = 0; done < length;) {
      done += writeSync(this.#descriptor, this.#buffer, done, length - done, block * BLOCK + done);
    }
  }
}

/** Where in the file everything that was written so far ends, bytes. */
export function endOfBlocks(taken: Int32Array): number {
  return Atomics.load(taken, 0) * BLOCK;
}

/** Reads what a BlockWriter has written. */
export class BlockReader implements PackedBytes {
  readonly #descriptor: number;
  readonly #blocks: FileBlocks;

  constructor(descriptor: number, blocks: FileBlocks) {
    this.#descriptor = descriptor;
    this.#blocks = blocks;
  }

  get length(): number {
    return this.#blocks.length;
  }

  read(at: number, into: Uint8Array): void {
    for (let done = 0; done < into.length;) {
      const inBlock = (at + done) % BLOCK;
      const most = Math.min(into.length - done, BLOCK - inBlock);
      const place = this.#blocks.blocks[Math.floor((at + done) / BLOCK)]! * BLOCK + inBlock;
      const read = readSync(this.#descriptor, into, done, most, place);
      if (read === 0) throw new Error(`the file of tokens ends at byte ${place}`);
      done += read;
    }
  }
}

/** The whole text of a corpus, which is not shared between threads: each makes its own. */
export function tokensOf({ tokens, spilled }: Pick<Corpus, 'tokens' | 'spilled'>, descriptor: number): TokenSource {
  return spilled ? new SpilledTokens(tokens, spilled, new TokenFile(descriptor, spilled.at)) : new MemoryTokens(tokens);
}
