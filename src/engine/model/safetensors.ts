// Reads and writes whole safetensors files; the format is in word2vec/formats/safetensors.ts.

import type { Tensor } from '../../language-model/network/parameters.ts';
import { LONGEST_HEADER, parseSafetensorsHeader, safetensorsHeaderLength } from '../../word2vec/formats/safetensors.ts';

export type { Tensor };

/**
 * The file as chunks of bytes, in order; tensors are not copied. Throws where a shape does not fit
 * its data.
 */
export function* writeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata?: Readonly<Record<string, string>>,
): Generator<Uint8Array> {
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    if (size !== data.length)
      throw new RangeError(`tensor ${name}: shape [${shape.join(', ')}] holds ${size} numbers, got ${data.length}`);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  let json = JSON.stringify(header);
  let bytes = new TextEncoder().encode(json);
  json += ' '.repeat((8 - (bytes.length % 8)) % 8); // the tensors begin on a multiple of 8
  bytes = new TextEncoder().encode(json);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length), true);
  yield length;
  yield bytes;
  for (const { data } of Object.values(tensors)) yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Every tensor of the file, by its name. Throws one sentence that names what is wrong. */
export function readSafetensors(bytes: Uint8Array): Record<string, Tensor> {
  const reader = new SafetensorsReader(bytes.length);
  reader.push(bytes);
  return reader.end();
}

/**
 * Takes a file in pieces and gives its tensors, so that there is no second copy of it. `push` and
 * `end` throw one sentence that names what is wrong.
 */
export class SafetensorsReader {
  readonly #size: number;
  readonly #isWanted: (name: string) => boolean;
  /** The length of the header, then the header: what was taken of it so far. */
  #header: Uint8Array = new Uint8Array(8);
  /** Bytes taken. */
  #taken = 0;
  /** Known once the header is whole, with where each tensor begins and ends behind it. */
  #tensors: { name: string; tensor: Tensor; bytes: Uint8Array; start: number; end: number }[] | null = null;

  /** `size`: bytes of the file. */
  constructor(size: number, isWanted: (name: string) => boolean = () => true) {
    if (size < 8) throw new Error(`it has ${size} bytes, a safetensors file at least 8`);
    this.#size = size;
    this.#isWanted = isWanted;
  }

  /** The next bytes, which are not kept. */
  push(piece: Uint8Array): void {
    for (let at = 0; at < piece.length;) {
      const rest = piece.subarray(at);
      at += this.#tensors ? this.#takeData(rest) : this.#takeHeader(rest);
    }
  }

  end(): Record<string, Tensor> {
    if (!this.#tensors || this.#taken < this.#size) throw new Error(`it ends at byte ${this.#taken} of ${this.#size}`);
    return Object.fromEntries(this.#tensors.map(({ name, tensor }) => [name, tensor]));
  }

  #takeHeader(bytes: Uint8Array): number {
    const some = bytes.subarray(0, this.#header.length - this.#taken);
    this.#header.set(some, this.#taken);
    this.#taken += some.length;
    if (this.#taken < this.#header.length) return some.length;
    const length = safetensorsHeaderLength(this.#header);
    if (length > LONGEST_HEADER || 8 + length > this.#size) {
      throw new Error(`its header should have ${length} bytes, the file has ${this.#size}`);
    }
    if (this.#taken === 8 && length > 0) {
      const header = new Uint8Array(8 + length);
      header.set(this.#header);
      this.#header = header;
      return some.length;
    }
    const { tensors } = parseSafetensorsHeader(this.#header.subarray(8), this.#size - 8 - length);
    this.#tensors = Object.entries(tensors)
      .filter(([name]) => this.#isWanted(name))
      .map(([name, { shape, start, end }]) => {
        const data = new Float32Array((end - start) / 4);
        return { name, tensor: { shape, data }, bytes: new Uint8Array(data.buffer), start, end };
      });
    return some.length;
  }

  #takeData(bytes: Uint8Array): number {
    const from = this.#taken - this.#header.length;
    for (const { bytes: target, start, end } of this.#tensors!) {
      if (start >= from + bytes.length || end <= from) continue;
      const some = bytes.subarray(Math.max(0, start - from), end - from);
      target.set(some, Math.max(0, from - start));
    }
    this.#taken += bytes.length;
    return bytes.length;
  }
}
