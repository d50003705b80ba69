// For the tests of the language model's kernels: a memory with arrays in it, and what results are
// compared with.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { instantiate } from '../../src/language-model/network/kernel.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { signedNumbers } from '../helpers/numbers.ts';

export const VARIANTS = ['simd', 'relaxed-simd'] as const;
export const LENGTHS = [0, 1, 3, 4, 5, 15, 16, 17, 64, 1000];
/** What has to be padded: multiples of 4 and of 8. */
export const FOURS = [0, 4, 8, 12, 16, 20, 24, 64, 1000];
export const EIGHTS = [0, 8, 16, 24, 64, 1000];
export const PANELS = [1, 2, 5];
/** Between panels, floats: more than they need, as in the training. */
export const GAP = 48;

/**
 * A memory in which arrays are placed one after the other. Between them stand NaNs, which a read
 * beyond an end would show.
 */
export async function create(variant: string) {
  const file = new URL(`kernels/language-model.${variant}.wasm`, DISTRIBUTION);
  const memory = new WebAssembly.Memory({ initial: 800, maximum: 65_536, shared: true });
  const floats = new Float32Array(memory.buffer);
  const kernel = instantiate(await WebAssembly.compile(await readFile(file)), memory);
  const random = signedNumbers(7);
  let end = 0;
  const start = () => {
    end = 256;
    floats.fill(NaN);
  };
  const place = (values: ArrayLike<number>): number => {
    const at = end;
    floats.set(values, at);
    end += Math.ceil((values.length + 1) / 16) * 16;
    assert.ok(end < floats.length);
    return at * 4;
  };
  const draw = (count: number): number[] => Array.from({ length: count }, random);
  const read = (ptr: number, count: number): number[] => Array.from(floats.subarray(ptr / 4, ptr / 4 + count));
  return { kernel, memory, floats, random, start, place, draw, read };
}

export function assertNear(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, what);
  for (let index = 0; index < expected.length; index++) {
    const error = Math.abs(actual[index]! - expected[index]!);
    assert.ok(error <= tolerance, `${what}, ${index}: got ${actual[index]}, expected ${expected[index]}`);
  }
}

export const dot = (count: number, left: (k: number) => number, right: (k: number) => number): number => {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += left(k) * right(k);
  return sum;
};
