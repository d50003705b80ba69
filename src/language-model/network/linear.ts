// A product with a weight matrix, forward and back, in calls that are short enough for a cancel: a
// generator yields after each.

import { type Arena, at, BLOCK, COLUMN_STRIDE, type Context, type Panels } from './memory.ts';
import { type Parameter, rowsOf } from './parameters.ts';

/** Multiplications of one call: about 3 ms. */
const CALL = 2 ** 26;
/** Columns that are summed at a time, so that 8 numbers for each stay in the nearest cache. */
const DEPTH = 512;
/** Rows of a weight matrix that a block of its packed transpose covers. */
const PACKED_ROWS = 256;

/** A whole number of strips. */
const rowsOfCall = (depth: number, panels: number): number =>
  Math.max(12, Math.floor(CALL / (depth * panels * 8) / 12) * 12);

/**
 * result = W x, without a bias, over a block of panels, of which each thread has `count` from
 * `first` on. `Linear` takes any number of panels but in `transpose` and `weightGradient`;
 * `Strassen` (strassen.ts) at most BLOCK, `first` even, and writes whole pairs: with an odd
 * `count`, a panel behind.
 */
export interface Product {
  /**
   * This thread's part of what the weights are made into; `gradient`: also for `backward`. To be
   * followed by a barrier.
   */
  pack(gradient: boolean): Generator<void>;
  /** `result`, panels (rows of the weights) = weights x `read`, panels (columns of the weights). */
  forward(read: Panels, result: Panels, first: number, count: number): Generator<void>;
  /**
   * `result`, the gradient of what was read = the weights' transpose x `gradient`, that of what was
   * given.
   */
  backward(gradient: Panels, result: Panels, first: number, count: number): Generator<void>;
  /** Prepares what was read for `weightGradient`. */
  transpose(read: Panels, first: number, count: number): void;
  /**
   * The weights' gradient, this thread's rows, = or += the part of all `count` panels of a block,
   * which every thread has transposed.
   */
  weightGradient(gradient: Panels, count: number, accumulate: boolean): Generator<void>;
}

export interface LinearSpace {
  /** Strips of `packColumns`. */
  packed: number;
  /** What the product read, as `transposePanels` writes it: (columns / 8, 8 BLOCK, 8). */
  columns: number;
}

/**
 * What a product is asked for: the products with panels, forward and back, and the weights'
 * gradient.
 */
export interface ProductUse {
  panels: boolean;
  weights: boolean;
}
export const ALL_USES: ProductUse = { panels: true, weights: true };

export function layOutLinear(arena: Arena, { stride, bytes }: Parameter, use = ALL_USES): LinearSpace {
  return { packed: arena.take(use.panels ? bytes : 0), columns: arena.take(use.weights ? BLOCK * 8 * stride : 0) };
}

export class Linear implements Product {
  readonly #context: Context;
  readonly #parameter: Parameter;
  readonly #space: LinearSpace;
  /** Where the weights are read: the parameter, or a copy of it with some dropped. */
  readonly #weightPtr: number;

  constructor(context: Context, parameter: Parameter, space: LinearSpace, weightPtr = parameter.ptr) {
    this.#context = context;
    this.#parameter = parameter;
    this.#space = space;
    this.#weightPtr = weightPtr;
  }

  *pack(gradient: boolean): Generator<void> {
    if (!gradient) return;
    const { kernel, team } = this.#context;
    const { stride } = this.#parameter;
    const rows = rowsOf(this.#parameter);
    const [first, last] = team.share(Math.ceil(rows / PACKED_ROWS));
    for (let row = first * PACKED_ROWS; row < Math.min(rows, last * PACKED_ROWS); row += PACKED_ROWS) {
      const count = Math.min(PACKED_ROWS, rows - row);
      kernel.packColumns(this.#weightPtr + row * stride, stride, this.#space.packed + row * stride, count, stride / 4);
      yield;
    }
  }

  /** With `accumulate`, += */
  *forward(read: Panels, result: Panels, first: number, count: number, accumulate = false): Generator<void> {
    if (count === 0) return;
    const { stride } = this.#parameter;
    const rows = rowsOf(this.#parameter);
    const columns = stride / 4;
    const slice = rowsOfCall(Math.min(DEPTH, columns), count);
    for (let row = 0; row < rows; row += slice) {
      for (let k = 0; k < columns; k += DEPTH) {
        this.#context.kernel.multiplyRows(
          this.#weightPtr + row * stride + k * 4,
          stride,
          at(read, first) + k * 32,
          read.stride,
          at(result, first) + row * 32,
          result.stride,
          32,
          Math.min(slice, rows - row),
          Math.min(DEPTH, columns - k),
          count,
          Number(accumulate || k > 0),
          Number(this.#context.wide),
          0, // nowhere else
          0,
        );
        yield;
      }
    }
  }

  /** With `accumulate`, += */
  *backward(gradient: Panels, result: Panels, first: number, count: number, accumulate = false): Generator<void> {
    if (count === 0) return;
    const { stride } = this.#parameter;
    const rows = rowsOf(this.#parameter);
    for (let row = 0; row < rows; row += PACKED_ROWS) {
      this.#context.kernel.multiplyStrips(
        this.#space.packed + row * stride,
        at(gradient, first) + row * 32,
        gradient.stride,
        at(result, first),
        result.stride,
        32,
        stride / 4,
        Math.min(PACKED_ROWS, rows - row),
        count,
        Number(accumulate || row > 0),
        Number(this.#context.wide),
        0, // nowhere else
        0,
      );
      yield;
    }
  }

  transpose(read: Panels, first: number, count: number): void {
    const target = this.#space.columns + first * 256;
    const rows = this.#parameter.stride / 4;
    this.#context.kernel.transposePanels(at(read, first), read.stride, count, rows, target, COLUMN_STRIDE, 0);
  }

  *weightGradient(gradient: Panels, count: number, accumulate: boolean): Generator<void> {
    const { kernel, team, toGradient, scratch } = this.#context;
    const { ptr, stride } = this.#parameter;
    const [first, last] = team.share(rowsOf(this.#parameter), 12);
    const columnsOf8 = stride / 32;
    const slice = rowsOfCall(count * 8, columnsOf8);
    for (let row = first; row < last; row += slice) {
      kernel.multiplyPanels(
        gradient.ptr + row * 32,
        gradient.stride,
        count,
        this.#space.columns,
        COLUMN_STRIDE,
        ptr + toGradient + row * stride,
        stride,
        Math.min(slice, last - row),
        columnsOf8,
        Number(accumulate),
        scratch,
        Number(this.#context.wide),
        0, // nowhere else
        0,
      );
      yield;
    }
  }
}

/** Sums over sequences, for the gradients of biases: each thread sums rows of its own. */
export class RowSums {
  readonly #context: Context;
  readonly #sums: number;
  readonly #first: number;
  readonly #last: number;

  /** `sums`: (rows, 4), shared. */
  constructor(context: Context, sums: number, rows: number) {
    this.#context = context;
    this.#sums = sums;
    [this.#first, this.#last] = context.team.share(rows, 12);
  }

  clear(): void {
    this.#context.kernel.zero(this.#sums + this.#first * 16, (this.#last - this.#first) * 16);
  }

  /** Adds `panels` panels (rows), at most BLOCK, each sequence times its scale. */
  add(gradient: Panels, panels: number, scalesPtr = this.#context.ones): void {
    const rows = this.#last - this.#first;
    const ptr = gradient.ptr + this.#first * 32;
    this.#context.kernel.addRowSums(ptr, gradient.stride, panels, rows, scalesPtr, this.#sums + this.#first * 16);
  }

  /** This thread's part of the sums of rows [start, start + count), to `count` floats at `ptr`. */
  fold(ptr: number, start: number, count: number): void {
    const first = Math.max(start, this.#first);
    const last = Math.min(start + count, this.#last);
    if (first < last) this.#context.kernel.foldSums(this.#sums + first * 16, last - first, ptr + (first - start) * 4);
  }
}
