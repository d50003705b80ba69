// Products of matrices for the recurrent models; part of the language model's module, not a module
// of its own.
//
// Activations are *panels*: 8 sequences side by side, so that the number of feature f for sequence
// s stands at panelPtr + 32 f + 4 s. Weights are rows, as PyTorch has them. A product takes a left
// matrix of rows and a right matrix of panels, and cuts the result into tiles of 6 rows (4 at the
// end) and one panel: 12 sums, 2 right numbers and 1 left number at a time just fit V8's 16 vector
// registers. All sizes are whole multiples of 4 rows; who calls pads with zeros. Each number of a
// result is summed in the order of `depth`, whatever the tiles and threads, so results do not
// depend on them.

import { multiplyStrip, stripWidth } from './tiles';

// Every product can put its result to a second place as well, which strassen.ts is for: secondPtr,
// and `second` as of tiles.ts.

/**
 * Result (rows, panels of 8) = or += left (rows, depth) x right (depth, panels of 8). Left: rows of
 * floats. The result's row r of panel p stands at resultPtr + p * resultPanelStride + r *
 * resultStride: 32 for panels; for weights the row's stride, with a panel stride of 32.
 */
export function multiplyRows(
  leftPtr: usize,
  leftStride: usize,
  rightPtr: usize,
  rightPanelStride: usize,
  resultPtr: usize,
  resultPanelStride: usize,
  resultStride: usize,
  rows: i32,
  depth: i32,
  panels: i32,
  accumulate: bool,
  wide: bool,
  secondPtr: usize,
  second: i32,
): void {
  while (rows > 0) {
    const width = stripWidth(rows);
    if (rows > width)
      for (let r: usize = 0; r < 6; r++) touch(leftPtr + (<usize>width + r) * leftStride, (<usize>depth) << 2);
    multiplyStrip(
      width,
      panels,
      wide,
      leftPtr,
      leftStride,
      4,
      rightPtr,
      rightPanelStride,
      depth,
      resultPtr,
      resultPanelStride,
      resultStride,
      accumulate,
      secondPtr,
      second,
    );
    leftPtr += <usize>width * leftStride;
    resultPtr += <usize>width * resultStride;
    secondPtr += <usize>width * resultStride;
    rows -= width;
  }
}

/** The same with a left matrix that `packColumns` wrote. */
export function multiplyStrips(
  leftPtr: usize,
  rightPtr: usize,
  rightPanelStride: usize,
  resultPtr: usize,
  resultPanelStride: usize,
  resultStride: usize,
  rows: i32,
  depth: i32,
  panels: i32,
  accumulate: bool,
  wide: bool,
  secondPtr: usize,
  second: i32,
): void {
  while (rows > 0) {
    const width = stripWidth(rows);
    if (rows > width) touch(leftPtr + ((<usize>width * depth) << 2), <usize>depth * 24);
    multiplyStrip(
      width,
      panels,
      wide,
      leftPtr,
      4,
      (<usize>width) << 2,
      rightPtr,
      rightPanelStride,
      depth,
      resultPtr,
      resultPanelStride,
      resultStride,
      accumulate,
      secondPtr,
      second,
    );
    leftPtr += (<usize>(width * depth)) << 2;
    resultPtr += <usize>width * resultStride;
    secondPtr += <usize>width * resultStride;
    rows -= width;
  }
}

/**
 * Gradients of weights: result (rows, columns of 8) = or += left (rows, 8 leftPanels) x right (8
 * leftPanels, columns of 8), where the left matrix is panels whose *sequences* are summed over, and
 * the right one comes from `transposePanels`. scratchPtr: 192 bytes for each left panel.
 */
export function multiplyPanels(
  leftPtr: usize,
  leftPanelStride: usize,
  leftPanels: i32,
  rightPtr: usize,
  rightStride: usize,
  resultPtr: usize,
  resultStride: usize,
  rows: i32,
  columnsOf8: i32,
  accumulate: bool,
  scratchPtr: usize,
  wide: bool,
  secondPtr: usize,
  second: i32,
): void {
  while (rows > 0) {
    const width = stripWidth(rows);
    packStrip(leftPtr, leftPanelStride, leftPanels, width, scratchPtr);
    multiplyStrip(
      width,
      columnsOf8,
      wide,
      scratchPtr,
      4,
      (<usize>width) << 2,
      rightPtr,
      rightStride,
      leftPanels << 3,
      resultPtr,
      32,
      resultStride,
      accumulate,
      secondPtr,
      second,
    );
    leftPtr += (<usize>width) << 5;
    resultPtr += <usize>width * resultStride;
    secondPtr += <usize>width * resultStride;
    rows -= width;
  }
}

/** Stores the transpose of four rows of 4 floats: four rows, targetStride apart. */
// @ts-ignore: decorator
@inline
export function storeTransposed(a: v128, b: v128, c: v128, d: v128, targetPtr: usize, targetStride: usize): void {
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(targetPtr, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(targetPtr + targetStride, v128.shuffle<i64>(ab, cd, 1, 3));
  v128.store(targetPtr + 2 * targetStride, v128.shuffle<i64>(abHigh, cdHigh, 0, 2));
  v128.store(targetPtr + 3 * targetStride, v128.shuffle<i64>(abHigh, cdHigh, 1, 3));
}

/**
 * Four rows of a panel, 4 of its sequences -> those sequences, targetStride apart, the four rows
 * side by side.
 */
// @ts-ignore: decorator
@inline
function transposeRows(panelPtr: usize, targetPtr: usize, targetStride: usize): void {
  storeTransposed(
    v128.load(panelPtr),
    v128.load(panelPtr, 32),
    v128.load(panelPtr, 64),
    v128.load(panelPtr, 96),
    targetPtr,
    targetStride,
  );
}

/** The same, each sequence multiplied by its lane of scale, to rows of 32 bytes. */
// @ts-ignore: decorator
@inline
function transposeScaled(panelPtr: usize, targetPtr: usize, scale: v128): void {
  storeTransposed(
    f32x4.mul(v128.load(panelPtr), scale),
    f32x4.mul(v128.load(panelPtr, 32), scale),
    f32x4.mul(v128.load(panelPtr, 64), scale),
    f32x4.mul(v128.load(panelPtr, 96), scale),
    targetPtr,
    32,
  );
}

/**
 * Rows [0, width) of each panel, as a strip (8 panels, width): sequence by sequence, the rows side
 * by side.
 */
function packStrip(panelPtr: usize, panelStride: usize, panels: i32, width: i32, stripPtr: usize): void {
  const stride = (<usize>width) << 2;
  for (let panel = 0; panel < panels; panel++) {
    transposeRows(panelPtr, stripPtr, stride);
    transposeRows(panelPtr + 16, stripPtr + 4 * stride, stride);
    if (width == 6) {
      transpose2(panelPtr + 128, stripPtr + 16);
      transpose2(panelPtr + 144, stripPtr + 112);
    }
    panelPtr += panelStride;
    stripPtr += 8 * stride;
  }
}

/** Transposes 2 rows of 4 floats, 32 bytes apart, to 4 rows of 2, 24 bytes apart. */
// @ts-ignore: decorator
@inline
function transpose2(sourcePtr: usize, targetPtr: usize): void {
  const a = v128.load(sourcePtr);
  const b = v128.load(sourcePtr, 32);
  const low = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const high = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  v128.store_lane<i64>(targetPtr, low, 0);
  v128.store_lane<i64>(targetPtr, low, 1, 24);
  v128.store_lane<i64>(targetPtr, high, 0, 48);
  v128.store_lane<i64>(targetPtr, high, 1, 72);
}

/**
 * The transpose of a matrix (depth, columns) of rows, cut into strips for `multiplyStrips`: depth *
 * columns floats.
 */
export function packColumns(sourcePtr: usize, sourceStride: usize, targetPtr: usize, depth: i32, columns: i32): void {
  while (columns > 0) {
    const width = stripWidth(columns);
    let rowPtr = sourcePtr;
    for (let k = 0; k < depth; k++) {
      v128.store(targetPtr, v128.load(rowPtr));
      if (width == 6) store<u64>(targetPtr, load<u64>(rowPtr, 16), 16);
      rowPtr += sourceStride;
      targetPtr += (<usize>width) << 2;
    }
    sourcePtr += (<usize>width) << 2;
    columns -= width;
  }
}

/**
 * Panels (features) -> the right side of `multiplyPanels`: for each 8 features, targetStride apart,
 * a row of 8 floats for each sequence, multiplied by that sequence's scale (8 floats a panel;
 * scalePtr 0: by 1).
 */
export function transposePanels(
  panelPtr: usize,
  panelStride: usize,
  panels: i32,
  features: i32,
  targetPtr: usize,
  targetStride: usize,
  scalePtr: usize,
): void {
  const one = f32x4.splat(1);
  for (let panel = 0; panel < panels; panel++) {
    let low = one,
      high = one;
    if (scalePtr) {
      low = v128.load(scalePtr);
      high = v128.load(scalePtr, 16);
      scalePtr += 32;
    }
    let fromPtr = panelPtr;
    let toPtr = targetPtr;
    for (let feature = 0; feature < features; feature += 8) {
      transposeScaled(fromPtr, toPtr, low);
      transposeScaled(fromPtr + 16, toPtr + 128, high);
      transposeScaled(fromPtr + 128, toPtr + 16, low);
      transposeScaled(fromPtr + 144, toPtr + 144, high);
      fromPtr += 256;
      toPtr += targetStride;
    }
    panelPtr += panelStride;
    targetPtr += 256;
  }
}

/** Brings memory near: a load of each cache line, all under way together. */
// @ts-ignore: decorator
@inline
function touch(ptr: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 256) {
    load<i32>(ptr + at);
    load<i32>(ptr + at, 64);
    load<i32>(ptr + at, 128);
    load<i32>(ptr + at, 192);
  }
}
