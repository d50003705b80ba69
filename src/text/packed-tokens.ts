// Token ids in few bytes: the most frequent words have small ids, so that most take one byte or two (LEB128, as in DWARF and
// WebAssembly, of the id plus 1; a 0 is the end of a sentence). Ids are below 2^28 - 1.

import type { TextKernel } from './text-kernel.ts';

/** Ids that are packed or unpacked at a time. */
const IDS = 1 << 14;
/** The most bytes of an id. */
const LONGEST = 4;

/** Packed tokens, wherever they are. */
export interface PackedBytes {
  /** Bytes. */
  readonly length: number;
  /** Fills `into` with those from `at` on, as many as there are. */
  read(at: number, into: Uint8Array): void;
}

/** Packs ids for `take`, which gets some bytes at a time, a view that is to be read before it returns. */
export class TokenPacker {
  readonly #kernel: TextKernel;
  readonly #take: (bytes: Uint8Array) => void;
  readonly #ids: number;
  readonly #bytes: number;

  constructor(kernel: TextKernel, take: (bytes: Uint8Array) => void) {
    this.#kernel = kernel;
    this.#take = take;
    this.#ids = kernel.allocate(4 * IDS);
    this.#bytes = kernel.allocate(LONGEST * IDS);
  }

  append(ids: Int32Array): void {
    const kernel = this.#kernel;
    for (let first = 0; first < ids.length; first += IDS) {
      const some = ids.subarray(first, first + IDS);
      kernel.ids(this.#ids, some.length).set(some);
      this.#take(kernel.bytes(this.#bytes, kernel.run.pack(this.#bytes, this.#ids, some.length)));
    }
  }
}

/** Reads packed tokens from their beginning to their end. */
export class PackedReader {
  readonly #kernel: TextKernel;
  readonly #packed: PackedBytes;
  readonly #map: number;
  readonly #ids: number;
  /** What was read of the bytes, of which `#length` from byte `#at` on. */
  readonly #bytes: number;
  #at = 0;
  #length = 0;
  #place = 0;
  /** Tokens that were read or passed over. */
  position = 0;

  /** `map`: where in the memory of the kernel the ids are, i32, that stand for those that were packed. */
  constructor(kernel: TextKernel, packed: PackedBytes, map: number) {
    this.#kernel = kernel;
    this.#packed = packed;
    this.#map = map;
    this.#ids = kernel.allocate(4 * IDS);
    this.#bytes = kernel.allocate(2 * LONGEST * IDS);
  }

  /** Passes over the tokens before `position`. */
  skipTo(position: number): void {
    while (this.position < position) this.next(position - this.position);
  }

  /** The next ids as the map has them, some, but at most `most`: a view that is to be read before the next call. The end of a sentence stays what it is. */
  next(most: number): Int32Array {
    const count = Math.min(IDS, most);
    const kernel = this.#kernel;
    const left = this.#length - (this.#place - this.#at);
    if (left < LONGEST * count && this.#at + this.#length < this.#packed.length) {
      this.#at = this.#place;
      this.#length = Math.min(2 * LONGEST * IDS, this.#packed.length - this.#at);
      this.#packed.read(this.#at, kernel.bytes(this.#bytes, this.#length));
    }
    const used = kernel.run.unpack(this.#ids, this.#bytes + this.#place - this.#at, count, this.#map);
    this.#place += used;
    this.position += count;
    return kernel.ids(this.#ids, count);
  }
}
