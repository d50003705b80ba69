import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { NearestNeighbours } from '../../src/projection/neighbours.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { signedNumbers } from '../helpers/numbers.ts';

interface Exports {
  normalizeRows: (
    dstPtr: number,
    dstStride: number,
    srcPtr: number,
    srcStride: number,
    rows: number,
    D: number,
    lengthsPtr: number,
  ) => void;
  quantizeRows: (
    rowsPtr: number,
    stride: number,
    rows: number,
    bytesPtr: number,
    byteStride: number,
    scalesPtr: number,
    errorsPtr: number,
  ) => void;
  dotBytes: (
    queryPtr: number,
    bytesPtr: number,
    rows: number,
    byteStride: number,
    scalesPtr: number,
    factor: number,
    outPtr: number,
  ) => void;
  dotRowsAt: (queryPtr: number, rowsPtr: number, idsPtr: number, count: number, stride: number, outPtr: number) => void;
  dotRows: (queryPtr: number, rowsPtr: number, rows: number, stride: number, outPtr: number) => void;
}

const VARIANTS = ['simd', 'relaxed-simd'];
const LENGTHS = [0, 1, 3, 4, 5, 15, 16, 17, 64, 1000];

const modules = new Map<string, WebAssembly.Module>();
for (const variant of VARIANTS) {
  const file = new URL(`kernels/similarity.${variant}.wasm`, DISTRIBUTION);
  modules.set(variant, await WebAssembly.compile(await readFile(file)));
}

function instance(variant: string) {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true });
  const exports = new WebAssembly.Instance(modules.get(variant)!, { env: { memory } }).exports as unknown as Exports;
  return { ...exports, buffer: memory.buffer, f32: new Float32Array(memory.buffer) };
}

const near = (actual: number, expected: number, tolerance: number, what: string) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: got ${actual}, expected ${expected}`);

for (const variant of VARIANTS) {
  test(`rows are scaled to unit length and padded with zeros (${variant})`, () => {
    for (const D of LENGTHS) {
      const { normalizeRows, f32 } = instance(variant);
      const next = signedNumbers(D + 1);
      const rows = 5;
      const stride = Math.ceil((D * 4) / 16) * 16 + 16;
      const [source, target] = [1024, 1024 + rows * (D + 1) * 4];
      f32.fill(7, source / 4, target / 4 + (rows * stride) / 4 + 4);
      const scales = [1, 1e-30, 1e30, 0, 3];
      for (let i = 0; i < rows * (D + 1); i++) f32[source / 4 + i] = next() * scales[Math.floor(i / (D + 1))]!;
      const before = f32.slice(source / 4, target / 4);
      const lengths = target + rows * stride + 64;
      normalizeRows(target, stride, source, (D + 1) * 4, rows, D, lengths);
      for (let row = 0; row < rows; row++) {
        const from = before.subarray(row * (D + 1), row * (D + 1) + D);
        const length = Math.sqrt(from.reduce((sum, x) => sum + x * x, 0));
        near(f32[lengths / 4 + row]! / (length || 1), length > 0 ? 1 : 0, 1e-7, `D ${D}, length of row ${row}`);
        for (let d = 0; d < stride / 4; d++) {
          const expected = d < D && length > 0 ? from[d]! / length : 0;
          near(f32[target / 4 + (row * stride) / 4 + d]!, expected, 1e-7, `D ${D}, row ${row}, column ${d}`);
        }
      }
      assert.equal(f32[target / 4 + (rows * stride) / 4], 7, 'nothing is written behind the last row');
      assert.deepEqual(f32.slice(source / 4, target / 4), before, 'the source is left alone');
    }
  });

  test(`a row of zeros, or with a number that is not finite, becomes zeros (${variant})`, () => {
    const { normalizeRows, f32 } = instance(variant);
    f32.set([0, 0, 0, 0, 1, NaN, 1, 1, 1, 1, Infinity, 1, 3, 0, 4, 0], 256);
    normalizeRows(1024, 16, 1024, 16, 4, 4, 2048);
    assert.deepEqual(
      [...f32.subarray(256, 272)].map((x) => Number(x.toFixed(6))),
      [...new Array<number>(12).fill(0), 0.6, 0, 0.8, 0],
    );
    assert.deepEqual([...f32.subarray(512, 516)], [0, 0, 0, 5]);
  });

  test(`the dot products of one row with all are those of plain arithmetic (${variant})`, () => {
    for (const D of LENGTHS) {
      for (const rows of [0, 1, 3, 4, 5, 15, 16, 17]) {
        const { dotRows, f32 } = instance(variant);
        const next = signedNumbers(D + rows);
        const stride = Math.ceil(D / 4) * 16;
        const [query, matrix] = [1024, 1024 + stride];
        const out = matrix + rows * stride;
        for (let row = -1; row < rows; row++) {
          for (let d = 0; d < D; d++) f32[(matrix + row * stride) / 4 + d] = next();
        }
        f32.fill(7, out / 4, out / 4 + rows + 1);
        dotRows(query, matrix, rows, stride, out);
        for (let row = 0; row < rows; row++) {
          let expected = 0;
          for (let d = 0; d < D; d++) expected += f32[query / 4 + d]! * f32[(matrix + row * stride) / 4 + d]!;
          near(f32[out / 4 + row]!, expected, 2e-5, `D ${D}, ${rows} rows, row ${row}`);
        }
        assert.equal(f32[out / 4 + rows], 7, 'nothing is written behind the last product');
      }
    }
  });

  test(`a row has the same product alone and among others (${variant})`, () => {
    const { dotRows, f32 } = instance(variant);
    const next = signedNumbers(3);
    for (let i = 256; i < 256 + 20 * 9; i++) f32[i] = next();
    dotRows(1024, 1024 + 80, 8, 80, 4096);
    for (let row = 0; row < 8; row++) {
      dotRows(1024, 1024 + 80 * (row + 1), 1, 80, 8192);
      assert.equal(f32[8192 / 4], f32[4096 / 4 + row]);
    }
  });

  test(`no row is farther from its bytes than its error, nor much nearer (${variant})`, () => {
    for (const D of LENGTHS) {
      const { quantizeRows, f32, buffer } = instance(variant);
      const next = signedNumbers(D + 7);
      const [rows, stride, byteStride] = [6, Math.ceil(D / 4) * 16, Math.ceil(D / 16) * 16 + 16];
      const source = 1024;
      const bytes = source + rows * stride;
      const scales = bytes + rows * byteStride + 64;
      const errors = scales + rows * 4;
      const signed = new Int8Array(buffer, bytes, rows * byteStride + 1).fill(99);
      for (let row = 0; row < rows; row++) {
        // even numbers, one that stands out, all the same, one alone, zeros, powers of two
        const shapes = [
          () => next(),
          (d: number) => next() * (d === 0 ? 1 : 0.004),
          () => 1,
          (d: number) => (d === D >> 1 ? -1 : 0),
          () => 0,
          (d: number) => 2 ** -(d % 20),
        ];
        const values = Array.from({ length: D }, (_, d) => shapes[row]!(d));
        const length = Math.hypot(...values) || 1;
        f32.set(
          values.map((value) => value / length),
          (source + row * stride) / 4,
        );
      }
      quantizeRows(source, stride, rows, bytes, byteStride, scales, errors);
      for (let row = 0; row < rows; row++) {
        let squares = 0;
        for (let d = 0; d < byteStride; d++) {
          const byte = signed[row * byteStride + d]!;
          if (d >= D) assert.equal(byte, 0);
          else squares += (f32[(source + row * stride) / 4 + d]! - f32[scales / 4 + row]! * byte) ** 2;
        }
        const [told, distance] = [f32[errors / 4 + row]!, Math.sqrt(squares)];
        assert.ok(told >= distance, `D ${D}, row ${row}: ${told} is said, ${distance} is true`);
        assert.ok(told <= distance * 1.0001 + 1e-6);
        assert.ok(
          distance <= (f32[scales / 4 + row]! / 2) * Math.sqrt(D) * 1.00001,
          'numbers are rounded to the nearest',
        );
      }
      assert.equal(signed[rows * byteStride], 99, 'nothing is written behind the last row');
    }
  });

  test(`dot products with bytes are exact (${variant})`, () => {
    for (const D of LENGTHS) {
      const { dotBytes, f32, buffer } = instance(variant);
      const next = signedNumbers(D + 11);
      const byteStride = Math.ceil(D / 16) * 16;
      const limit = Math.min(32_767, Math.floor((2 ** 31 - 1) / (127 * Math.max(1, byteStride))));
      for (const rows of [0, 1, 4, 7]) {
        const query = 1024;
        const bytes = query + 2 * byteStride;
        const scales = bytes + rows * byteStride + 64;
        const out = scales + 64;
        const queryNumbers = new Int16Array(buffer, query, byteStride);
        const signed = new Int8Array(buffer, bytes, rows * byteStride);
        for (let d = 0; d < D; d++) {
          queryNumbers[d] = Math.round(next() * limit);
          for (let row = 0; row < rows; row++) signed[row * byteStride + d] = Math.round(next() * 127);
          // the largest sum that there can be, and the least
          if (rows > 2) signed.fill(127 * Math.sign(queryNumbers[d]!), byteStride + d, byteStride + d + 1);
          if (rows > 2) signed.fill(-127 * Math.sign(queryNumbers[d]!), 2 * byteStride + d, 2 * byteStride + d + 1);
        }
        if (rows === 7) for (let d = 0; d < D; d++) queryNumbers[d] = limit * (Math.sign(queryNumbers[d]!) || 1);
        for (let row = 0; row < rows; row++) f32[scales / 4 + row] = row % 2 ? 0.5 : 1;
        f32[out / 4 + rows] = 7;
        dotBytes(query, bytes, rows, byteStride, scales, 2 ** -20, out);
        for (let row = 0; row < rows; row++) {
          let sum = 0;
          for (let d = 0; d < D; d++) sum += queryNumbers[d]! * signed[row * byteStride + d]!;
          const expected = Math.fround(sum) * (row % 2 ? 0.5 : 1) * 2 ** -20;
          assert.equal(f32[out / 4 + row], expected, `D ${D}, ${rows} rows, row ${row}`);
        }
        assert.equal(f32[out / 4 + rows], 7, 'nothing is written behind the last product');
      }
    }
  });

  test(`single rows have the products that they have among all (${variant})`, () => {
    const { dotRows, dotRowsAt, f32, buffer } = instance(variant);
    const next = signedNumbers(4);
    for (let i = 256; i < 256 + 5 * 12; i++) f32[i] = next();
    new Int32Array(buffer, 8192, 4).set([7, 0, 3, 3]);
    dotRows(1024, 1024 + 80, 11, 80, 4096);
    dotRowsAt(1024, 1024 + 80, 8192, 4, 80, 8208);
    assert.deepEqual(
      [...f32.subarray(8208 / 4, 8208 / 4 + 4)],
      [7, 0, 3, 3].map((row) => f32[4096 / 4 + row]),
    );
  });

  test(`the nearest rows are those of a plain search, best first and without the row itself (${variant})`, () => {
    for (const [N, D, k] of [
      [2, 1, 1],
      [3, 4, 2],
      [7, 3, 6],
      [8, 5, 3],
      [9, 15, 8],
      [48, 16, 5],
      [49, 17, 10],
      [97, 64, 96],
      [400, 100, 15],
      [150, 1000, 4],
    ] as const) {
      const next = signedNumbers(N);
      const vectors = Float32Array.from({ length: N * D }, () => next() * 3);
      const search = new NearestNeighbours(modules.get(variant)!, vectors, D, k);
      while (search.step());
      assert.equal(search.fraction, 1);
      const exact = plainCosines(vectors, N, D);
      for (let row = 0; row < N; row++) {
        const order = Array.from({ length: N }, (_, id) => id).filter((id) => id !== row);
        order.sort((a, b) => exact[row * N + b]! - exact[row * N + a]!);
        const ids = search.ids.subarray(row * k, row * k + k);
        assert.equal(new Set(ids).size, k);
        for (let i = 0; i < k; i++) {
          const what = `N ${N}, D ${D}, row ${row}, place ${i}`;
          assert.notEqual(ids[i], row, what);
          near(search.similarities[row * k + i]!, exact[row * N + ids[i]!]!, 3e-6, what);
          near(search.similarities[row * k + i]!, exact[row * N + order[i]!]!, 3e-6, what);
        }
      }
    }
  });

  test(`equal vectors and vectors of zeros are found by row number (${variant})`, () => {
    const [N, D, k] = [20, 4, 3];
    const vectors = new Float32Array(N * D);
    for (let row = 0; row < 10; row++) vectors.set([1, 2, 2, 0], row * D); // the others are zeros
    const search = new NearestNeighbours(modules.get(variant)!, vectors, D, k);
    while (search.step());
    assert.deepEqual([...search.ids.subarray(0, k)], [1, 2, 3]);
    assert.deepEqual([...search.ids.subarray(5 * k, 6 * k)], [0, 1, 2]);
    near(search.similarities[5 * k]!, 1, 1e-6, 'similarity of equal vectors');
    assert.deepEqual([...search.ids.subarray(15 * k, 16 * k)], [0, 1, 2]);
    assert.equal(search.similarities[15 * k], 0);
  });
}

test('many long vectors are searched in several calls for each block of rows', () => {
  const [N, D, k] = [2000, 640, 60];
  const next = signedNumbers(8);
  const vectors = Float32Array.from({ length: N * D }, () => next());
  const search = new NearestNeighbours(modules.get('simd')!, vectors, D, k);
  const fractions: number[] = [];
  while (search.step()) fractions.push(search.fraction);
  assert.ok(fractions.length > (2 * N) / 48, `${fractions.length} calls`);
  assert.deepEqual(
    fractions,
    fractions.toSorted((a, b) => a - b),
  );
  for (let row = 0; row < N; row += 49) {
    const cosines = Array.from({ length: N }, (_, id) => (id === row ? -2 : plainCosine(vectors, D, row, id)));
    const best = cosines.toSorted((a, b) => b - a);
    for (let i = 0; i < k; i++) near(search.similarities[row * k + i]!, best[i]!, 3e-6, `row ${row}, place ${i}`);
  }
});

test('a search that cannot be is refused with what was expected', () => {
  const kernel = modules.get('simd')!;
  assert.throws(
    () => new NearestNeighbours(kernel, new Float32Array(7), 2, 1),
    /expected a multiple of 2 numbers, got 7/,
  );
  assert.throws(
    () => new NearestNeighbours(kernel, new Float32Array(8), 2, 4),
    /expected 1 to 3 neighbours of 4 vectors, got 4/,
  );
  assert.throws(() => new NearestNeighbours(kernel, new Float32Array(8), 2, 0), /got 0/);
});

function plainCosine(vectors: Float32Array, D: number, a: number, b: number): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let d = 0; d < D; d++) {
    dot += vectors[a * D + d]! * vectors[b * D + d]!;
    aa += vectors[a * D + d]! ** 2;
    bb += vectors[b * D + d]! ** 2;
  }
  return aa * bb === 0 ? 0 : dot / Math.sqrt(aa * bb);
}

/** (N, N) */
function plainCosines(vectors: Float32Array, N: number, D: number): Float64Array {
  return Float64Array.from({ length: N * N }, (_, i) => plainCosine(vectors, D, Math.floor(i / N), i % N));
}
