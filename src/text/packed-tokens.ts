// Token ids in few bytes: the most frequent words have small ids, so that most take one byte or two (LEB128, as in DWARF and
// WebAssembly, of the id plus 1; a 0 is the end of a sentence).

import type { Spill } from './tokens.ts';

/** The memory grows by so many bytes. */
const BLOCK = 1 << 20;
/** The most bytes of an id. */
const LONGEST = 5;

/** Takes the tokens of a builder that keeps none itself. */
export class PackedTokens implements Pick<Spill, 'append'> {
  readonly #memory: SharedArrayBuffer;
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;

  /** `most`: tokens that may come. */
  constructor(most: number) {
    this.#memory = new SharedArrayBuffer(0, { maxByteLength: Math.ceil((most * LONGEST) / BLOCK) * BLOCK + BLOCK });
  }

  append(ids: Int32Array): void {
    const needed = this.#length + ids.length * LONGEST;
    if (needed > this.#bytes.length) {
      this.#memory.grow(Math.min(this.#memory.maxByteLength, Math.ceil(needed / BLOCK) * BLOCK));
      this.#bytes = new Uint8Array(this.#memory, 0, this.#memory.byteLength);
    }
    const bytes = this.#bytes;
    let length = this.#length;
    for (let i = 0; i < ids.length; i++) {
      let value = ids[i]! + 1;
      while (value >= 0x80) {
        bytes[length++] = (value & 0x7f) | 0x80;
        value >>>= 7;
      }
      bytes[length++] = value;
    }
    this.#length = length;
  }

  /** What was packed, in shared memory. */
  bytes(): Uint8Array<SharedArrayBuffer> {
    return new Uint8Array(this.#memory, 0, this.#length);
  }
}

/** Reads packed tokens from their beginning to their end. */
export class PackedReader {
  readonly #bytes: Uint8Array;
  #place = 0;
  /** Tokens that were read or passed over. */
  position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Passes over the tokens before `position`. */
  skipTo(position: number): void {
    const bytes = this.#bytes;
    let place = this.#place;
    for (let left = position - this.position; left > 0; left--) while (bytes[place++]! >= 0x80);
    this.#place = place;
    this.position = position;
  }

  /** Writes the next ids as `map` has them into `into`, as many as it holds; the end of a sentence stays what it is. */
  read(into: Int32Array, map: Int32Array): void {
    const bytes = this.#bytes;
    const length = into.length;
    let place = this.#place;
    for (let i = 0; i < length; i++) {
      let byte = bytes[place++]!;
      let value = byte & 0x7f;
      for (let shift = 7; byte >= 0x80; shift += 7) {
        byte = bytes[place++]!;
        value |= (byte & 0x7f) << shift;
      }
      into[i] = value === 0 ? -1 : map[value - 1]!;
    }
    this.#place = place;
    this.position += length;
  }
}
