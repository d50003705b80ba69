// Reads and writes safetensors files (https://github.com/huggingface/safetensors, "Format"): an 8-byte little-endian
// header length, a JSON header with type, shape and offsets of each tensor, then the tensors' bytes. F32 only.

export interface Tensor {
  shape: number[];
  data: Float32Array;
}

const LONGEST_HEADER = 100_000_000; // bytes; the limit of the reference implementation

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

/** Every tensor of the file. Throws one sentence that names what is wrong; the data are copies. */
export function readSafetensors(bytes: Uint8Array): Record<string, Tensor> {
  if (bytes.length < 8) throw new Error(`it has ${bytes.length} bytes, a safetensors file at least 8`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > LONGEST_HEADER || 8 + length > bytes.length) {
    throw new Error(`its header should have ${length} bytes, the file has ${bytes.length}`);
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch {
    throw new Error('its header is not JSON');
  }
  if (typeof header !== 'object' || header === null) throw new Error('its header is not a JSON object');
  const data = bytes.subarray(8 + length);
  return Object.fromEntries(
    Object.entries(header as Record<string, unknown>)
      .filter(([name]) => name !== '__metadata__')
      .map(([name, entry]) => [name, readTensor(name, entry, data)]),
  );
}

function readTensor(name: string, entry: unknown, data: Uint8Array): Tensor {
  const {
    dtype,
    shape,
    data_offsets: offsets,
  } = (entry ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  if (dtype !== 'F32') throw new Error(`tensor ${name} has the type ${String(dtype)}, expected F32`);
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2)
    throw new Error(`tensor ${name} has no proper shape or offsets`);
  const [start, end] = offsets as [number, number];
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (end - start !== size * 4 || end > data.length) {
    throw new Error(
      `tensor ${name} should have ${size * 4} bytes, ${Math.max(0, Math.min(end, data.length) - start)} are there`,
    );
  }
  const numbers = new Float32Array(size);
  new Uint8Array(numbers.buffer).set(data.subarray(start, end)); // a copy: in the file they need not be aligned
  return { shape, data: numbers };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
}
