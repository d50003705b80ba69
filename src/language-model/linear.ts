// A product with a weight matrix, forward and back, in calls that are short enough for a cancel: a generator yields after each.

import { at, BLOCK, COLUMN_STRIDE, from, type Arena, type Context, type Panels } from './memory.ts';
import { rowsOf, type Parameter } from './parameters.ts';

/** Multiplications of one call: about 3 ms. */
const CALL = 2 ** 26;
/** Of the sums, so that 8 numbers for each stay in the nearest cache. */
const DEPTH = 512;
/** Rows of a weight matrix that a block of its packed transpose covers. */
const PACKED_ROWS = 256;

/** A whole number of strips. */
const rowsOfCall = (depth: number, panels: number): number =>
  Math.max(12, Math.floor(CALL / (depth * panels * 8) / 12) * 12);

export interface LinearSpace {
  /** Strips of `packColumns`. */
  packed: number;
  /** Blocks of `transposePanels`, (panels / BLOCK, columns / 8, 8 BLOCK, 8): what the product read. */
  columns: Panels;
}

/** For a product that is taken over `panels` panels. */
export function layOutLinear(arena: Arena, { stride, bytes }: Parameter, panels: number): LinearSpace {
  return {
    packed: arena.take(bytes),
    columns: arena.blocks(Math.ceil(panels / BLOCK), BLOCK * 8 * stride),
  };
}

/** result = W x, without a bias. */
export class Linear {
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

  /** This thread's part of packing the weights for `backward`; to be followed by a barrier. */
  *pack(): Generator<void> {
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

  /** `result`, `panels` panels (rows of the weights) = or += weights x `right`, panels (columns of the weights). */
  *forward(right: Panels, result: Panels, panels: number, accumulate = false): Generator<void> {
    if (panels === 0) return;
    const { stride } = this.#parameter;
    const rows = rowsOf(this.#parameter);
    const columns = stride / 4;
    const slice = rowsOfCall(Math.min(DEPTH, columns), panels);
    for (let row = 0; row < rows; row += slice) {
      for (let k = 0; k < columns; k += DEPTH) {
        this.#context.kernel.multiplyRows(
          this.#weightPtr + row * stride + k * 4,
          stride,
          right.ptr + k * 32,
          right.stride,
          result.ptr + row * 32,
          result.stride,
          32,
          Math.min(slice, rows - row),
          Math.min(DEPTH, columns - k),
          panels,
          Number(accumulate || k > 0),
          Number(this.#context.wide),
        );
        yield;
      }
    }
  }

  /** `result`, the gradient of what was read = or += the weights' transpose, packed, x `gradient` of what was given. */
  *backward(gradient: Panels, result: Panels, panels: number, accumulate = false): Generator<void> {
    if (panels === 0) return;
    const { stride } = this.#parameter;
    const rows = rowsOf(this.#parameter);
    for (let row = 0; row < rows; row += PACKED_ROWS) {
      this.#context.kernel.multiplyStrips(
        this.#space.packed + row * stride,
        gradient.ptr + row * 32,
        gradient.stride,
        result.ptr,
        result.stride,
        32,
        stride / 4,
        Math.min(PACKED_ROWS, rows - row),
        panels,
        Number(accumulate || row > 0),
        Number(this.#context.wide),
      );
      yield;
    }
  }

  /** Prepares what was read, panels [first, first + count) within one block, for `weightGradient`. */
  transpose(read: Panels, first: number, count: number, scalesPtr = 0): void {
    const target = at(this.#space.columns, Math.floor(first / BLOCK)) + (first % BLOCK) * 256;
    const rows = this.#parameter.stride / 4;
    this.#context.kernel.transposePanels(at(read, first), read.stride, count, rows, target, COLUMN_STRIDE, scalesPtr);
  }

  /** The weights' gradient, this thread's rows, summed over `panels` panels whose inputs every thread has transposed. */
  *weightGradient(gradient: Panels, panels: number): Generator<void> {
    for (let block = 0; block < panels; block += BLOCK) {
      yield* this.weightGradientOf(from(gradient, block), Math.min(BLOCK, panels - block), block / BLOCK, block > 0);
    }
  }

  /** The part of it that block `block` of the transposed inputs makes; `gradient`: its panels, at most BLOCK. */
  *weightGradientOf(gradient: Panels, panels: number, block: number, accumulate: boolean): Generator<void> {
    const { kernel, team, toGradient, scratch } = this.#context;
    const { ptr, stride } = this.#parameter;
    const [first, last] = team.share(rowsOf(this.#parameter), 12);
    const columnsOf8 = stride / 32;
    const slice = rowsOfCall(panels * 8, columnsOf8);
    for (let row = first; row < last; row += slice) {
      kernel.multiplyPanels(
        gradient.ptr + row * 32,
        gradient.stride,
        panels,
        at(this.#space.columns, block),
        COLUMN_STRIDE,
        ptr + toGradient + row * stride,
        stride,
        Math.min(slice, last - row),
        columnsOf8,
        Number(accumulate),
        scratch,
        Number(this.#context.wide),
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
