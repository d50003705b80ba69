// Matrix products of training in calls that are short enough for a cancel: a generator yields after each.

import type { LanguageModelKernel } from './kernel.ts';
import type { Parameter } from './parameters.ts';
import { PACKED_ROWS, type Panels } from './workspace.ts';

/** Multiplications of one call: about 3 ms. */
const CALL = 2 ** 26;
/** Of the sums, so that 8 numbers for each stay in the nearest cache. */
const DEPTH = 512;

/** A whole number of strips. */
const rowsOfCall = (depth: number, panels: number): number =>
  Math.max(12, Math.floor(CALL / (depth * panels * 8) / 12) * 12);

/** Result panels (rows of the weights) = or += weights x right panels (columns of the weights). */
export function* multiplyWeights(
  kernel: LanguageModelKernel,
  { ptr, stride, blocks, paddedRows }: Parameter,
  right: Panels,
  result: Panels,
  panels: number,
  accumulate: boolean,
): Generator<void> {
  if (panels === 0) return;
  const rows = blocks * paddedRows;
  const columns = stride / 4;
  const slice = rowsOfCall(Math.min(DEPTH, columns), panels);
  for (let row = 0; row < rows; row += slice) {
    for (let k = 0; k < columns; k += DEPTH) {
      kernel.multiplyRows(
        ptr + row * stride + k * 4,
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
      );
      yield;
    }
  }
}

/** Packs the weights' transpose for `multiplyTransposed`, blocks [from, to) of PACKED_ROWS rows. */
export function* packTransposed(
  kernel: LanguageModelKernel,
  { ptr, stride, blocks, paddedRows }: Parameter,
  packedPtr: number,
  [from, to]: readonly [number, number],
): Generator<void> {
  const rows = blocks * paddedRows;
  for (let row = from * PACKED_ROWS; row < Math.min(rows, to * PACKED_ROWS); row += PACKED_ROWS) {
    kernel.packColumns(
      ptr + row * stride,
      stride,
      packedPtr + row * stride,
      Math.min(PACKED_ROWS, rows - row),
      stride / 4,
    );
    yield;
  }
}

/** Result panels (columns of the weights) = the weights' transpose, packed, x right panels (rows of the weights). */
export function* multiplyTransposed(
  kernel: LanguageModelKernel,
  { stride, blocks, paddedRows }: Parameter,
  packedPtr: number,
  right: Panels,
  result: Panels,
  panels: number,
): Generator<void> {
  if (panels === 0) return;
  const rows = blocks * paddedRows;
  for (let row = 0; row < rows; row += PACKED_ROWS) {
    kernel.multiplyStrips(
      packedPtr + row * stride,
      right.ptr + row * 32,
      right.stride,
      result.ptr,
      result.stride,
      32,
      stride / 4,
      Math.min(PACKED_ROWS, rows - row),
      panels,
      Number(row > 0),
    );
    yield;
  }
}

/**
 * The gradient of the weights' rows [from, to), at gradientPtr + from * stride …: = or += left panels (rows of the weights)
 * x columns from `transposePanels`, summed over `panels` panels of sequences, at most BLOCK.
 */
export function* multiplyGradient(
  kernel: LanguageModelKernel,
  gradientPtr: number,
  stride: number,
  [from, to]: readonly [number, number],
  left: Panels,
  panels: number,
  columns: { ptr: number; stride: number },
  accumulate: boolean,
  scratchPtr: number,
): Generator<void> {
  const columnsOf8 = stride / 32;
  const slice = rowsOfCall(panels * 8, columnsOf8);
  for (let row = from; row < to; row += slice) {
    kernel.multiplyPanels(
      left.ptr + row * 32,
      left.stride,
      panels,
      columns.ptr,
      columns.stride,
      gradientPtr + row * stride,
      stride,
      Math.min(slice, to - row),
      columnsOf8,
      Number(accumulate),
      scratchPtr,
    );
    yield;
  }
}
