// Token ids in few bytes: the most frequent words have small ids, so that most take one byte or
// two. Four ids follow on a byte that has the length of each in two bits (Dean, "Challenges in
// building large-scale information retrieval systems", WSDM 2009: group varint), so that they are
// unpacked at once. What is packed is the id plus 1; a 0 is the end of a sentence. Ids are below
// 2^30 - 1.

import type { TextKernel } from './text-kernel.ts';
import { BREAK } from './tokenizer.ts';

/** Ids that are packed or unpacked at a time: whole groups. */
const IDS = 1 << 14;
const GROUP = 4;
/** The most bytes of a group. */
const LONGEST = 17;

/** Packed tokens, wherever they are. */
export interface PackedBytes {
  /** Bytes. */
  readonly length: number;
  /** Fills `into` with those from `at` on, as many as there are. */
  read(at: number, into: Uint8Array): void;
}

/**
 * Packs ids for `take`, which gets some bytes at a time, a view that is to be read before it
 * returns.
 */
export class TokenPacker {
  readonly #kernel: TextKernel;
  readonly #take: (bytes: Uint8Array) => void;
  readonly #ids: number;
  readonly #bytes: number;
  /** Ids that wait for others. */
  #waiting = 0;

  constructor(kernel: TextKernel, take: (bytes: Uint8Array) => void) {
    this.#kernel = kernel;
    this.#take = take;
    this.#ids = kernel.allocate(4 * IDS);
    this.#bytes = kernel.allocate((LONGEST * IDS) / GROUP);
  }

  append(ids: Int32Array): void {
    for (let done = 0; done < ids.length;) {
      const some = ids.subarray(done, done + IDS - this.#waiting);
      this.#kernel.ids(this.#ids + 4 * this.#waiting, some.length).set(some);
      this.#waiting += some.length;
      done += some.length;
      if (this.#waiting === IDS) this.#pack();
    }
  }

  /** Packs what waits; nothing may be appended after it. */
  finish(): void {
    while (this.#waiting % GROUP !== 0) this.append(Int32Array.of(BREAK));
    this.#pack();
  }

  #pack(): void {
    if (this.#waiting === 0) return;
    const kernel = this.#kernel;
    this.#take(kernel.bytes(this.#bytes, kernel.run.pack(this.#bytes, this.#ids, this.#waiting / GROUP)));
    this.#waiting = 0;
  }
}

/**
 * How the bytes of a group are spread over four values, by its first byte, (256, 16), and how many
 * it has, (256).
 */
function shapes(): Uint8Array {
  const shapes = new Uint8Array(17 * 256);
  for (let first = 0; first < 256; first++) {
    let bytes = 0;
    for (let value = 0; value < GROUP; value++) {
      const length = ((first >> (2 * value)) & 3) + 1;
      // a place that is none gives a zero
      for (let byte = 0; byte < 4; byte++) shapes[16 * first + 4 * value + byte] = byte < length ? bytes++ : 0xff;
    }
    shapes[16 * 256 + first] = 1 + bytes;
  }
  return shapes;
}

/** Reads packed tokens from their beginning to their end. */
export class PackedReader {
  readonly #kernel: TextKernel;
  readonly #packed: PackedBytes;
  readonly #map: number;
  readonly #shapes: number;
  /** What was unpacked and not read: `#held` ids that end at `#idsEnd`. */
  readonly #ids: number;
  #idsEnd = 0;
  #held = 0;
  /** What was read of the bytes, of which `#length` from byte `#at` on. */
  readonly #bytes: number;
  #at = 0;
  #length = 0;
  #place = 0;
  /** Where the kernel says how far it is. */
  readonly #placeAt: number;
  /** Tokens that were read or passed over. */
  position = 0;

  /** `map`: of each id what stands for it. The end of a sentence stays what it is. */
  constructor(kernel: TextKernel, packed: PackedBytes, map: Int32Array) {
    this.#kernel = kernel;
    this.#packed = packed;
    this.#map = kernel.allocate(4 * (map.length + 1));
    kernel.ids(this.#map, 1)[0] = BREAK;
    kernel.ids(this.#map + 4, map.length).set(map);
    const table = shapes();
    this.#shapes = kernel.allocate(table.length);
    kernel.bytes(this.#shapes, table.length).set(table);
    this.#ids = kernel.allocate(4 * IDS);
    this.#bytes = kernel.allocate((2 * LONGEST * IDS) / GROUP);
    this.#placeAt = kernel.allocate(4);
  }

  /** Passes over the tokens before `position`. */
  skipTo(position: number): void {
    while (this.position < position) this.next(position - this.position);
  }

  /**
   * The next ids as the map has them, some, but at most `most`, of which there must be one: a view
   * that is to be read before the next call.
   */
  next(most: number): Int32Array {
    if (this.#held === 0) this.#unpack();
    const ids = this.#kernel.ids(this.#idsEnd - 4 * this.#held, Math.min(this.#held, most));
    this.#held -= ids.length;
    this.position += ids.length;
    return ids;
  }

  #unpack(): void {
    const kernel = this.#kernel;
    const left = this.#length - (this.#place - this.#at);
    if (left < (LONGEST * IDS) / GROUP && this.#at + this.#length < this.#packed.length) {
      this.#at = this.#place;
      this.#length = Math.min((2 * LONGEST * IDS) / GROUP, this.#packed.length - this.#at);
      this.#packed.read(this.#at, kernel.bytes(this.#bytes, this.#length));
    }
    const place = kernel.words(this.#placeAt, 1);
    const bytes = (place[0] = this.#bytes + this.#place - this.#at);
    const end = this.#bytes + this.#length;
    const { run } = kernel;
    this.#held = GROUP * run.unpack(this.#ids, this.#placeAt, end, IDS / GROUP, this.#map, this.#shapes);
    if (this.#held === 0) throw new Error(`the packed tokens end at byte ${this.#place}`);
    this.#place += place[0] - bytes;
    this.#idsEnd = this.#ids + 4 * this.#held;
  }
}
