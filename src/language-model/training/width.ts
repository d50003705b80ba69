// Whether products should take two panels at a time (`wide`). They should where V8 fuses pairs of
// 128-bit operations into 256-bit ones: with its experimental flag --experimental-wasm-revectorize
// (Node 24), on a processor that has them. The flag alone says neither that it helps nor that it is
// right, so both are tried.

import { instantiate } from '../network/kernel.ts';
import { Arena, createMemory } from '../network/memory.ts';

const ROWS = 96;
const DEPTH = 256;
const PANELS = 16;
const ROUNDS = 5;
/** Calls that V8 takes to optimise a function, and calls of one measurement: some 0.3 ms each. */
const WARM_UP = 150;
const CALLS = 12;

export interface WidthTrial {
  /** Both ways give the product. */
  right: boolean;
  /** How much faster two panels at a time are than one: below 1 where nothing is fused. */
  speedup: number;
}

/** Takes some 200 ms. `now`: a clock in ms with parts of it. */
export function tryWide(module: WebAssembly.Module, now: () => number): WidthTrial {
  const arena = new Arena();
  const left = arena.take(ROWS * DEPTH * 4);
  const right = arena.panels(PANELS, DEPTH);
  const results = [arena.panels(PANELS, ROWS), arena.panels(PANELS, ROWS)];
  const memory = createMemory(arena.end);
  const kernel = instantiate(module, memory);
  const floats = new Float32Array(memory.buffer);
  for (let at = left / 4; at < results[0]!.ptr / 4; at++) floats[at] = Math.sin(at);
  const run = (wide: number): void => {
    const { ptr, stride } = results[wide]!;
    kernel.multiplyRows(left, DEPTH * 4, right.ptr, right.stride, ptr, stride, 32, ROWS, DEPTH, PANELS, 0, wide, 0, 0);
  };
  const best = [Infinity, Infinity];
  for (let call = 0; call < WARM_UP; call++) for (const wide of [0, 1]) run(wide);
  for (let round = 0; round < ROUNDS; round++) {
    for (const wide of [0, 1]) {
      const start = now();
      for (let call = 0; call < CALLS; call++) run(wide);
      best[wide] = Math.min(best[wide]!, now() - start);
    }
  }
  const isRight = results.every(({ ptr, stride }) => {
    for (let panel = 0; panel < PANELS; panel++) {
      for (let row = panel % 5; row < ROWS; row += 5) {
        for (let lane = 0; lane < 8; lane++) {
          let sum = 0;
          for (let k = 0; k < DEPTH; k++) {
            const number = floats[(right.ptr + panel * right.stride) / 4 + k * 8 + lane]!;
            sum += floats[left / 4 + row * DEPTH + k]! * number;
          }
          const found = floats[(ptr + panel * stride) / 4 + row * 8 + lane]!;
          if (!(Math.abs(found - sum) < 1e-3)) return false;
        }
      }
    }
    return true;
  });
  return { right: isRight, speedup: best[0]! / best[1]! };
}
