import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  readSafetensors,
  SafetensorsReader,
  type Tensor,
  writeSafetensors,
} from '../../src/engine/model/safetensors.ts';

const TENSORS: Record<string, Tensor> = {
  'embedding.weight': { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, Number.MIN_VALUE, 1e30, -0) },
  bias: { shape: [3], data: Float32Array.of(0.1, 0.2, 0.3) },
  empty: { shape: [0, 7], data: new Float32Array(0) },
};

function bytesOf(tensors: Record<string, Tensor>, metadata?: Record<string, string>): Uint8Array {
  return new Uint8Array(Buffer.concat([...writeSafetensors(tensors, metadata)]));
}

/** A file with a header of our choice, as another writer might leave it. */
function fileWith(header: unknown, data = new Uint8Array(24)): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return new Uint8Array(Buffer.concat([length, json, data]));
}

test('tensors come back from the file as they were written', () => {
  assert.deepEqual(readSafetensors(bytesOf(TENSORS)), TENSORS);
});

test('a file is read in pieces of any size, and only the tensors that are wanted', () => {
  const bytes = bytesOf(TENSORS);
  for (const size of [1, 7, 64, 1000]) {
    const reader = new SafetensorsReader(bytes.length, (name) => name !== 'bias');
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.slice(at, at + size));
    const { bias, ...wanted } = TENSORS;
    assert.ok(bias);
    assert.deepEqual(reader.end(), wanted);
  }
});

test('the file follows the format: little-endian length, JSON header, tensors on a multiple of 8', () => {
  const bytes = bytesOf(TENSORS, { words: 'king\n한국' });
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = Number(view.getBigUint64(0, true));
  assert.equal((8 + length) % 8, 0);
  const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString()) as Record<string, unknown>;
  assert.deepEqual(header['__metadata__'], { words: 'king\n한국' });
  assert.deepEqual(header['bias'], { dtype: 'F32', shape: [3], data_offsets: [24, 36] });
  assert.equal(view.getFloat32(8 + length + 4, true), -2);
});

test('a shape that does not fit its data is refused when writing', () => {
  assert.throws(
    () => bytesOf({ w: { shape: [2, 2], data: new Float32Array(3) } }),
    /tensor w: shape \[2, 2\] holds 4 numbers, got 3/,
  );
});

test('a truncated file is refused at every length', () => {
  const whole = bytesOf(TENSORS);
  for (let length = 0; length < whole.length; length++) {
    assert.throws(() => readSafetensors(whole.subarray(0, length)), Error, `${length} of ${whole.length} bytes`);
  }
});

test('headers that lie are refused with what is wrong', () => {
  const entry = { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] };
  const cases: [unknown, RegExp][] = [
    ['{', /not JSON/],
    ['7', /not a JSON object/],
    [{ w: { ...entry, dtype: 'F16' } }, /type F16, expected F32/],
    [{ w: { ...entry, shape: [2, -3] } }, /no proper shape/],
    [{ w: { ...entry, data_offsets: [0, 20] } }, /should have 24 bytes, 20 are there/],
    [{ w: { ...entry, data_offsets: [8, 32] } }, /should have 24 bytes, 16 are there/],
    [{ w: null }, /type undefined/],
  ];
  for (const [header, message] of cases) assert.throws(() => readSafetensors(fileWith(header)), message);
  const huge = fileWith({ w: entry });
  new DataView(huge.buffer).setBigUint64(0, 2n ** 60n, true);
  assert.throws(() => readSafetensors(huge), /header should have/);
});
