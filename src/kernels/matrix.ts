// Products of matrices for the recurrent models; part of the language model's module, not a module of its own.
//
// Activations are *panels*: 8 sequences side by side, so that the number of feature f for sequence s stands at
// panelPtr + 32 f + 4 s. Weights are rows, as PyTorch has them. A product takes a left matrix of rows and a right matrix
// of panels, and cuts the result into tiles of 6 rows (4 at the end) and one panel: 12 sums, 2 right numbers and 1 left
// number at a time just fit V8's 16 vector registers. All sizes are whole multiples of 4 rows; who calls pads with zeros.
// Each number of a result is summed in the order of `depth`, whatever the tiles and threads, so results do not depend on them.

import { madd } from './simd';

/** Adds to what stands at ptr, or replaces it. */
// @ts-ignore: decorator
@inline
function put(ptr: usize, left: v128, right: v128, accumulate: bool): void {
  if (accumulate) {
    left = f32x4.add(left, v128.load(ptr));
    right = f32x4.add(right, v128.load(ptr, 16));
  }
  v128.store(ptr, left);
  v128.store(ptr, right, 16);
}

/**
 * Result (6, 8) = or += left (6, depth) x right (depth, 8). Left (row, k) stands at leftPtr + row * rowStride + k * kStride,
 * right (k, column) at rightPtr + 32 k + 4 column, result (row, column) at resultPtr + row * resultStride + 4 column.
 */
function tile6(
  leftPtr: usize,
  rowStride: usize,
  kStride: usize,
  rightPtr: usize,
  resultPtr: usize,
  resultStride: usize,
  depth: usize,
  accumulate: bool,
): void {
  const left1Ptr = leftPtr + rowStride;
  const left2Ptr = left1Ptr + rowStride;
  const left3Ptr = left2Ptr + rowStride;
  const left4Ptr = left3Ptr + rowStride;
  const left5Ptr = left4Ptr + rowStride;
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00;
  let s30 = s00, s31 = s00, s40 = s00, s41 = s00, s50 = s00, s51 = s00;
  const endPtr = rightPtr + (depth << 5);
  for (let k: usize = 0; rightPtr < endPtr; rightPtr += 32, k += kStride) {
    const r0 = v128.load(rightPtr);
    const r1 = v128.load(rightPtr, 16);
    let l = v128.load32_splat(leftPtr + k);
    s00 = madd(l, r0, s00);
    s01 = madd(l, r1, s01);
    l = v128.load32_splat(left1Ptr + k);
    s10 = madd(l, r0, s10);
    s11 = madd(l, r1, s11);
    l = v128.load32_splat(left2Ptr + k);
    s20 = madd(l, r0, s20);
    s21 = madd(l, r1, s21);
    l = v128.load32_splat(left3Ptr + k);
    s30 = madd(l, r0, s30);
    s31 = madd(l, r1, s31);
    l = v128.load32_splat(left4Ptr + k);
    s40 = madd(l, r0, s40);
    s41 = madd(l, r1, s41);
    l = v128.load32_splat(left5Ptr + k);
    s50 = madd(l, r0, s50);
    s51 = madd(l, r1, s51);
  }
  put(resultPtr, s00, s01, accumulate);
  put((resultPtr += resultStride), s10, s11, accumulate);
  put((resultPtr += resultStride), s20, s21, accumulate);
  put((resultPtr += resultStride), s30, s31, accumulate);
  put((resultPtr += resultStride), s40, s41, accumulate);
  put((resultPtr += resultStride), s50, s51, accumulate);
}

/** The same for 4 rows. */
function tile4(
  leftPtr: usize,
  rowStride: usize,
  kStride: usize,
  rightPtr: usize,
  resultPtr: usize,
  resultStride: usize,
  depth: usize,
  accumulate: bool,
): void {
  const left1Ptr = leftPtr + rowStride;
  const left2Ptr = left1Ptr + rowStride;
  const left3Ptr = left2Ptr + rowStride;
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  const endPtr = rightPtr + (depth << 5);
  for (let k: usize = 0; rightPtr < endPtr; rightPtr += 32, k += kStride) {
    const r0 = v128.load(rightPtr);
    const r1 = v128.load(rightPtr, 16);
    let l = v128.load32_splat(leftPtr + k);
    s00 = madd(l, r0, s00);
    s01 = madd(l, r1, s01);
    l = v128.load32_splat(left1Ptr + k);
    s10 = madd(l, r0, s10);
    s11 = madd(l, r1, s11);
    l = v128.load32_splat(left2Ptr + k);
    s20 = madd(l, r0, s20);
    s21 = madd(l, r1, s21);
    l = v128.load32_splat(left3Ptr + k);
    s30 = madd(l, r0, s30);
    s31 = madd(l, r1, s31);
  }
  put(resultPtr, s00, s01, accumulate);
  put((resultPtr += resultStride), s10, s11, accumulate);
  put((resultPtr += resultStride), s20, s21, accumulate);
  put((resultPtr += resultStride), s30, s31, accumulate);
}

/**
 * tile6 for two panels: the second ones stand panel strides behind. 24 sums do not fit 16 registers of 128 bits; they do where
 * the engine fuses pairs of operations into 256-bit ones (V8's --experimental-wasm-revectorize).
 */
function wideTile6(
  leftPtr: usize,
  rowStride: usize,
  kStride: usize,
  rightPtr: usize,
  rightPanelStride: usize,
  resultPtr: usize,
  resultPanelStride: usize,
  resultStride: usize,
  depth: usize,
  accumulate: bool,
): void {
  const left1Ptr = leftPtr + rowStride;
  const left2Ptr = left1Ptr + rowStride;
  const left3Ptr = left2Ptr + rowStride;
  const left4Ptr = left3Ptr + rowStride;
  const left5Ptr = left4Ptr + rowStride;
  let a00 = f32x4.splat(0), a01 = a00, b00 = a00, b01 = a00;
  let a10 = a00, a11 = a00, b10 = a00, b11 = a00;
  let a20 = a00, a21 = a00, b20 = a00, b21 = a00;
  let a30 = a00, a31 = a00, b30 = a00, b31 = a00;
  let a40 = a00, a41 = a00, b40 = a00, b41 = a00;
  let a50 = a00, a51 = a00, b50 = a00, b51 = a00;
  const endPtr = rightPtr + (depth << 5);
  let secondPtr = rightPtr + rightPanelStride;
  for (let k: usize = 0; rightPtr < endPtr; rightPtr += 32, secondPtr += 32, k += kStride) {
    const p0 = v128.load(rightPtr);
    const p1 = v128.load(rightPtr, 16);
    const q0 = v128.load(secondPtr);
    const q1 = v128.load(secondPtr, 16);
    let l = v128.load32_splat(leftPtr + k);
    a00 = madd(l, p0, a00);
    a01 = madd(l, p1, a01);
    b00 = madd(l, q0, b00);
    b01 = madd(l, q1, b01);
    l = v128.load32_splat(left1Ptr + k);
    a10 = madd(l, p0, a10);
    a11 = madd(l, p1, a11);
    b10 = madd(l, q0, b10);
    b11 = madd(l, q1, b11);
    l = v128.load32_splat(left2Ptr + k);
    a20 = madd(l, p0, a20);
    a21 = madd(l, p1, a21);
    b20 = madd(l, q0, b20);
    b21 = madd(l, q1, b21);
    l = v128.load32_splat(left3Ptr + k);
    a30 = madd(l, p0, a30);
    a31 = madd(l, p1, a31);
    b30 = madd(l, q0, b30);
    b31 = madd(l, q1, b31);
    l = v128.load32_splat(left4Ptr + k);
    a40 = madd(l, p0, a40);
    a41 = madd(l, p1, a41);
    b40 = madd(l, q0, b40);
    b41 = madd(l, q1, b41);
    l = v128.load32_splat(left5Ptr + k);
    a50 = madd(l, p0, a50);
    a51 = madd(l, p1, a51);
    b50 = madd(l, q0, b50);
    b51 = madd(l, q1, b51);
  }
  put(resultPtr, a00, a01, accumulate);
  put(resultPtr + resultPanelStride, b00, b01, accumulate);
  resultPtr += resultStride;
  put(resultPtr, a10, a11, accumulate);
  put(resultPtr + resultPanelStride, b10, b11, accumulate);
  resultPtr += resultStride;
  put(resultPtr, a20, a21, accumulate);
  put(resultPtr + resultPanelStride, b20, b21, accumulate);
  resultPtr += resultStride;
  put(resultPtr, a30, a31, accumulate);
  put(resultPtr + resultPanelStride, b30, b31, accumulate);
  resultPtr += resultStride;
  put(resultPtr, a40, a41, accumulate);
  put(resultPtr + resultPanelStride, b40, b41, accumulate);
  resultPtr += resultStride;
  put(resultPtr, a50, a51, accumulate);
  put(resultPtr + resultPanelStride, b50, b51, accumulate);
}

/** The same for 4 rows. */
function wideTile4(
  leftPtr: usize,
  rowStride: usize,
  kStride: usize,
  rightPtr: usize,
  rightPanelStride: usize,
  resultPtr: usize,
  resultPanelStride: usize,
  resultStride: usize,
  depth: usize,
  accumulate: bool,
): void {
  const left1Ptr = leftPtr + rowStride;
  const left2Ptr = left1Ptr + rowStride;
  const left3Ptr = left2Ptr + rowStride;
  let a00 = f32x4.splat(0), a01 = a00, b00 = a00, b01 = a00;
  let a10 = a00, a11 = a00, b10 = a00, b11 = a00;
  let a20 = a00, a21 = a00, b20 = a00, b21 = a00;
  let a30 = a00, a31 = a00, b30 = a00, b31 = a00;
  const endPtr = rightPtr + (depth << 5);
  let secondPtr = rightPtr + rightPanelStride;
  for (let k: usize = 0; rightPtr < endPtr; rightPtr += 32, secondPtr += 32, k += kStride) {
    const p0 = v128.load(rightPtr);
    const p1 = v128.load(rightPtr, 16);
    const q0 = v128.load(secondPtr);
    const q1 = v128.load(secondPtr, 16);
    let l = v128.load32_splat(leftPtr + k);
    a00 = madd(l, p0, a00);
    a01 = madd(l, p1, a01);
    b00 = madd(l, q0, b00);
    b01 = madd(l, q1, b01);
    l = v128.load32_splat(left1Ptr + k);
    a10 = madd(l, p0, a10);
    a11 = madd(l, p1, a11);
    b10 = madd(l, q0, b10);
    b11 = madd(l, q1, b11);
    l = v128.load32_splat(left2Ptr + k);
    a20 = madd(l, p0, a20);
    a21 = madd(l, p1, a21);
    b20 = madd(l, q0, b20);
    b21 = madd(l, q1, b21);
    l = v128.load32_splat(left3Ptr + k);
    a30 = madd(l, p0, a30);
    a31 = madd(l, p1, a31);
    b30 = madd(l, q0, b30);
    b31 = madd(l, q1, b31);
  }
  put(resultPtr, a00, a01, accumulate);
  put(resultPtr + resultPanelStride, b00, b01, accumulate);
  resultPtr += resultStride;
  put(resultPtr, a10, a11, accumulate);
  put(resultPtr + resultPanelStride, b10, b11, accumulate);
  resultPtr += resultStride;
  put(resultPtr, a20, a21, accumulate);
  put(resultPtr + resultPanelStride, b20, b21, accumulate);
  resultPtr += resultStride;
  put(resultPtr, a30, a31, accumulate);
  put(resultPtr + resultPanelStride, b30, b31, accumulate);
}

/** 6, or 4 where that leaves no rest: a strip's width. `rows`: what is left of a multiple of 4. */
// @ts-ignore: decorator
@inline
function stripWidth(rows: i32): i32 {
  return rows == 4 || rows == 8 ? 4 : 6;
}

/**
 * Result (rows, panels of 8) = or += left (rows, depth) x right (depth, panels of 8). Left: rows of floats. The result's
 * row r of panel p stands at resultPtr + p * resultPanelStride + r * resultStride: 32 for panels; for weights the row's
 * stride, with a panel stride of 32.
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
): void {
  while (rows > 0) {
    const width = stripWidth(rows);
    multiplyStrip(leftPtr, leftStride, 4, rightPtr, rightPanelStride, resultPtr, resultPanelStride, resultStride, width, depth, panels, accumulate, wide);
    leftPtr += <usize>width * leftStride;
    resultPtr += <usize>width * resultStride;
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
): void {
  while (rows > 0) {
    const width = stripWidth(rows);
    multiplyStrip(leftPtr, 4, <usize>width << 2, rightPtr, rightPanelStride, resultPtr, resultPanelStride, resultStride, width, depth, panels, accumulate, wide);
    leftPtr += <usize>(width * depth) << 2;
    resultPtr += <usize>width * resultStride;
    rows -= width;
  }
}

/**
 * Gradients of weights: result (rows, columns of 8) = or += left (rows, 8 leftPanels) x right (8 leftPanels, columns of 8),
 * where the left matrix is panels whose *sequences* are summed over, and the right one comes from `transposePanels`.
 * scratchPtr: 192 bytes for each left panel.
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
): void {
  while (rows > 0) {
    const width = stripWidth(rows);
    packStrip(leftPtr, leftPanelStride, leftPanels, width, scratchPtr);
    multiplyStrip(scratchPtr, 4, <usize>width << 2, rightPtr, rightStride, resultPtr, 32, resultStride, width, leftPanels << 3, columnsOf8, accumulate, wide);
    leftPtr += <usize>width << 5;
    resultPtr += <usize>width * resultStride;
    rows -= width;
  }
}

function multiplyStrip(
  leftPtr: usize,
  rowStride: usize,
  kStride: usize,
  rightPtr: usize,
  rightPanelStride: usize,
  resultPtr: usize,
  resultPanelStride: usize,
  resultStride: usize,
  width: i32,
  depth: i32,
  panels: i32,
  accumulate: bool,
  wide: bool,
): void {
  if (wide) {
    for (; panels >= 2; panels -= 2) {
      if (width == 6) {
        wideTile6(leftPtr, rowStride, kStride, rightPtr, rightPanelStride, resultPtr, resultPanelStride, resultStride, depth, accumulate);
      } else {
        wideTile4(leftPtr, rowStride, kStride, rightPtr, rightPanelStride, resultPtr, resultPanelStride, resultStride, depth, accumulate);
      }
      rightPtr += 2 * rightPanelStride;
      resultPtr += 2 * resultPanelStride;
    }
  }
  for (; panels > 0; panels--) {
    if (width == 6) tile6(leftPtr, rowStride, kStride, rightPtr, resultPtr, resultStride, depth, accumulate);
    else tile4(leftPtr, rowStride, kStride, rightPtr, resultPtr, resultStride, depth, accumulate);
    rightPtr += rightPanelStride;
    resultPtr += resultPanelStride;
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

/** Four rows of a panel, 4 of its sequences -> those sequences, targetStride apart, the four rows side by side. */
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

/** Rows [0, width) of each panel, as a strip (8 panels, width): sequence by sequence, the rows side by side. */
function packStrip(panelPtr: usize, panelStride: usize, panels: i32, width: i32, stripPtr: usize): void {
  const stride = <usize>width << 2;
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

/** The transpose of a matrix (depth, columns) of rows, cut into strips for `multiplyStrips`: depth * columns floats. */
export function packColumns(sourcePtr: usize, sourceStride: usize, targetPtr: usize, depth: i32, columns: i32): void {
  while (columns > 0) {
    const width = stripWidth(columns);
    let rowPtr = sourcePtr;
    for (let k = 0; k < depth; k++) {
      v128.store(targetPtr, v128.load(rowPtr));
      if (width == 6) store<u64>(targetPtr, load<u64>(rowPtr, 16), 16);
      rowPtr += sourceStride;
      targetPtr += <usize>width << 2;
    }
    sourcePtr += <usize>width << 2;
    columns -= width;
  }
}

/**
 * Panels (features) -> the right side of `multiplyPanels`: for each 8 features, targetStride apart, a row of 8 floats for
 * each sequence, multiplied by that sequence's scale (8 floats a panel; scalePtr 0: by 1).
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
    let low = one, high = one;
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

