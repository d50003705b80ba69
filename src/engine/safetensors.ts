// Reads and writes whole safetensors files; the format is in word2vec/formats/safetensors.ts.

import { LONGEST_HEADER, parseSafetensorsHeader, safetensorsHeaderLength } from '../word2vec/formats/safetensors.ts';

export interface Tensor {
  shape: number[];
  data: Float32Array;
}

/** The file as chunks of bytes, in order; tensors are not copied. Throws where a shape does not fit its data. */
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

/** Every tensor of the file, by its name. Throws one sentence that names what is wrong; data are views of `bytes` where they are aligned there. */
export function readSafetensors(bytes: Uint8Array): Record<string, Tensor> {
  if (bytes.length < 8) throw new Error(`it has ${bytes.length} bytes, a safetensors file at least 8`);
  const length = safetensorsHeaderLength(bytes);
  if (length > LONGEST_HEADER || 8 + length > bytes.length) {
    throw new Error(`its header should have ${length} bytes, the file has ${bytes.length}`);
  }
  const data = bytes.subarray(8 + length);
  const { tensors } = parseSafetensorsHeader(bytes.subarray(8, 8 + length), data.length);
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, start, end }]) => [name, { shape, data: floats(data, start, end) }]),
  );
}

function floats(data: Uint8Array, start: number, end: number): Float32Array {
  const byteOffset = data.byteOffset + start;
  if (byteOffset % 4 === 0) return new Float32Array(data.buffer, byteOffset, (end - start) / 4);
  return new Float32Array(data.slice(start, end).buffer);
}
