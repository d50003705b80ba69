import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { instantiate } from '../../src/language-model/network/kernel.ts';
import { Arena, BLOCK, type Context, createMemory, SCRATCH, TERMS } from '../../src/language-model/network/memory.ts';
import type { Parameter } from '../../src/language-model/network/parameters.ts';
import { layOutRead, layOutStrassen, Strassen } from '../../src/language-model/network/strassen.ts';
import { createSignals, Team } from '../../src/language-model/network/team.ts';
import { FIRST } from '../../src/numerics/bump-allocator.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { signedNumbers } from '../helpers/numbers.ts';

const module = await WebAssembly.compile(
  await readFile(new URL('kernels/language-model.relaxed-simd.wasm', DISTRIBUTION)),
);

const finish = (work: Generator<void>): void => {
  while (!work.next().done);
};

/**
 * Products of random weights (blocks x rows, columns), each block padded by itself, with `count`
 * panels of states, and with gradients, as `threads` threads make them. `inside`: where a row
 * stands in memory.
 */
function multiply(blocks: number, rows: number, columns: number, count: number, threads: number, wide: boolean) {
  const random = signedNumbers(5);
  const [blockRows, paddedColumns] = [rows, columns].map((size) => Math.ceil(size / 16) * 16) as [number, number];
  const paddedRows = blocks * blockRows;
  const inside = (row: number): number => Math.floor(row / rows) * blockRows + (row % rows);
  const arena = new Arena(FIRST);
  const bytes = paddedRows * paddedColumns * 4;
  const ptr = arena.take(bytes);
  const gradientPtr = arena.take(bytes);
  const weight = {
    ptr,
    stride: paddedColumns * 4,
    rows,
    columns,
    paddedRows: blockRows,
    bytes,
    blocks: Array.from({ length: blocks }, (_, block) => block),
  } as unknown as Parameter;
  const even = count + (count % 2);
  const states = arena.panels(even, paddedColumns);
  const stateGradients = arena.panels(even, paddedColumns);
  const logits = arena.panels(BLOCK, paddedRows);
  const gradients = arena.panels(BLOCK, paddedRows);
  const scales = { ptr: arena.take(BLOCK * 32), stride: 32 };
  const ones = arena.take(BLOCK * 32);
  const space = layOutStrassen(arena, weight, layOutRead(arena, paddedColumns));
  const scratch = arena.blocks(threads, SCRATCH + TERMS);
  const memory = createMemory(arena.end);
  const floats = new Float32Array(memory.buffer);
  floats.fill(1, ones / 4, ones / 4 + 8 * BLOCK);
  // what nothing may read
  for (const panels of [states, gradients]) {
    floats.fill(NaN, (panels.ptr + count * panels.stride) / 4, (panels.ptr + even * panels.stride) / 4);
  }
  const weights = Array.from({ length: blocks * rows }, (_, row) =>
    Array.from(
      { length: columns },
      (__, column) => (floats[ptr / 4 + inside(row) * paddedColumns + column] = random()),
    ),
  );
  const fill = ({ ptr: start, stride }: { ptr: number; stride: number }, height: number): void => {
    for (let panel = 0; panel < count; panel++) {
      for (let at = 0; at < height * 8; at++) floats[(start + panel * stride) / 4 + at] = random();
    }
  };
  fill(states, columns);
  for (let block = 0; block < blocks; block++) {
    fill({ ptr: gradients.ptr + block * blockRows * 32, stride: gradients.stride }, rows);
  }
  for (let at = 0; at < count * 8; at++) floats[scales.ptr / 4 + at] = random();
  const team = Array.from({ length: threads }, (_, thread) => {
    const each = new Team(createSignals(), thread, threads);
    const context: Context = {
      kernel: instantiate(module, memory),
      memory,
      team: each,
      panels: 1,
      toGradient: gradientPtr - ptr,
      ones,
      wide,
      scratch: scratch.ptr + thread * scratch.stride,
      terms: scratch.ptr + thread * scratch.stride + SCRATCH,
    };
    return { product: new Strassen(context, weight, space), own: each.share(count, 2) };
  });
  for (const { product } of team) finish(product.pack(true));
  for (const { product, own } of team) finish(product.forward(states, logits, own[0], own[1] - own[0]));
  for (const { product, own } of team) product.transpose(states, own[0], own[1] - own[0]);
  for (const { product, own } of team) {
    finish(product.backward(gradients, stateGradients, own[0], own[1] - own[0], scales));
  }
  for (const { product } of team) finish(product.weightGradient(gradients, count, false, scales));
  for (const { product } of team) finish(product.weightGradient(gradients, count, true, scales));
  const panelAt = (panels: { ptr: number; stride: number }) => (row: number, sequence: number) =>
    floats[(panels.ptr + (sequence >> 3) * panels.stride) / 4 + row * 8 + (sequence & 7)]!;
  const [state_, logit, stateGradient] = [states, logits, stateGradients].map(panelAt) as [
    ReturnType<typeof panelAt>,
    ReturnType<typeof panelAt>,
    ReturnType<typeof panelAt>,
  ];
  const gradient = (row: number, sequence: number): number =>
    panelAt(gradients)(row, sequence) * floats[scales.ptr / 4 + sequence]!;
  const weightGradient = (row: number, column: number): number =>
    floats[gradientPtr / 4 + row * paddedColumns + column]!;
  return { weights, inside, paddedRows, paddedColumns, state: state_, logit, stateGradient, gradient, weightGradient };
}

const sum = (count: number, term: (k: number) => number): number => {
  let total = 0;
  for (let k = 0; k < count; k++) total += term(k);
  return total;
};

describe("products by Strassen's algorithm", () => {
  for (const [blocks, blockRows, columns, count] of [
    [1, 16, 16, 1],
    [1, 7, 5, 2],
    [1, 210, 40, 5],
    [1, 192, 32, 6],
    [1, 500, 20, 3],
    [4, 39, 24, 4],
    [3, 32, 16, 37],
  ] as const) {
    const rows = blocks * blockRows;
    const what = `${blocks > 1 ? `${blocks} x ` : ''}${blockRows} x ${columns}, ${count} panels`;
    const make = (threads: number, wide: boolean) => multiply(blocks, blockRows, columns, count, threads, wide);
    const { weights, inside, paddedRows, paddedColumns, ...made } = make(1, false);
    const isReal = Array.from({ length: paddedRows }, () => false);
    for (let row = 0; row < rows; row++) isReal[inside(row)] = true;
    const near = (actual: number, expected: number, at: string): void =>
      assert.ok(Math.abs(actual - expected) < 1e-4, `${at}: got ${actual}, expected ${expected}`);

    test(`are the sums of a plain product, forward and back (${what})`, () => {
      for (let sequence = 0; sequence < count * 8; sequence++) {
        for (let row = 0; row < rows; row += 3) {
          const expected = sum(columns, (k) => weights[row]![k]! * made.state(k, sequence));
          near(made.logit(inside(row), sequence), expected, `logit ${row}, ${sequence}`);
        }
        for (let column = 0; column < columns; column++) {
          const expected = sum(rows, (k) => weights[k]![column]! * made.gradient(inside(k), sequence));
          near(made.stateGradient(column, sequence), expected, `state ${column}, ${sequence}`);
        }
      }
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column += 3) {
          const expected = 2 * sum(count * 8, (k) => made.gradient(inside(row), k) * made.state(column, k));
          near(made.weightGradient(inside(row), column), expected, `weight ${row}, ${column}`);
        }
      }
    });

    test(`leave the padding at zero (${what})`, () => {
      for (let row = 0; row < paddedRows; row++) {
        for (let column = isReal[row] ? columns : 0; column < paddedColumns; column++) {
          assert.equal(made.weightGradient(row, column), 0);
        }
        for (let sequence = 0; sequence < count * 8 && !isReal[row]; sequence++) {
          assert.equal(made.logit(row, sequence), 0);
        }
      }
      for (let column = columns; column < paddedColumns; column++) {
        for (let sequence = 0; sequence < count * 8; sequence++) assert.equal(made.stateGradient(column, sequence), 0);
      }
    });

    test(`have the same bits with any number of threads, and two panels at a time (${what})`, () => {
      for (const [threads, wide] of [
        [2, false],
        [3, false],
        [1, true],
      ] as const) {
        const other = make(threads, wide);
        for (let row = 0; row < paddedRows; row++) {
          for (let column = 0; column < columns; column++) {
            assert.equal(other.weightGradient(row, column), made.weightGradient(row, column));
          }
          for (let sequence = 0; sequence < count * 8; sequence++) {
            assert.equal(other.logit(row, sequence), made.logit(row, sequence));
            if (row < columns) assert.equal(other.stateGradient(row, sequence), made.stateGradient(row, sequence));
          }
        }
      }
    });
  }
});
