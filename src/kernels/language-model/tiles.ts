// Tiles of matrix products, the innermost loops of the recurrent models; part of the language
// model's module, not a module of its own.
//
// A tile is 6 rows (4 at the end of a matrix) by a panel of 8 columns: 12 sums, 2 right numbers and
// 1 left number at a time just fit V8's 16 vector registers. A wide one takes two panels: its 24
// sums do not fit 16 registers of 128 bits; they do where the engine fuses pairs of operations into
// 256-bit ones (V8's --experimental-wasm-revectorize). Each number is summed in the order of
// `depth`, whatever the tiles are, so that results do not depend on them.

import { madd } from '../shared/simd';

/** 6, or 4 where that leaves no rest: a strip's width. `rows`: what is left of a multiple of 4. */
// @ts-ignore: decorator
@inline
export function stripWidth(rows: i32): i32 {
  return rows == 4 || rows == 8 ? 4 : 6;
}

/**
 * What a tile does at its second place: replace what stands there, add to it, or take away from it;
 * nothing for 0.
 */
export const REPLACE: i32 = 1;
export const ADD: i32 = 2;
export const SUBTRACT: i32 = 3;

/**
 * Puts 8 sums to ptr, in place of what stands there or added to it, and to a second place. Both
 * loads come before both stores: else V8 does not fuse them.
 */
// @ts-ignore: decorator
@inline
function put(left: v128, right: v128, ptr: usize, accumulate: bool, secondPtr: usize, second: i32): void {
  if (second == REPLACE) {
    v128.store(secondPtr, left);
    v128.store(secondPtr, right, 16);
  } else if (second == ADD) {
    const sum = f32x4.add(v128.load(secondPtr), left);
    const next = f32x4.add(v128.load(secondPtr, 16), right);
    v128.store(secondPtr, sum);
    v128.store(secondPtr, next, 16);
  } else if (second == SUBTRACT) {
    const sum = f32x4.sub(v128.load(secondPtr), left);
    const next = f32x4.sub(v128.load(secondPtr, 16), right);
    v128.store(secondPtr, sum);
    v128.store(secondPtr, next, 16);
  }
  if (accumulate) {
    left = f32x4.add(left, v128.load(ptr));
    right = f32x4.add(right, v128.load(ptr, 16));
  }
  v128.store(ptr, left);
  v128.store(ptr, right, 16);
}

/**
 * Left (6 or 4 rows, depth) x right (depth, 8), of one panel or two, put as `put` has it. Left
 * (row, k) stands at leftPtr + row * rowStride + k * kStride, right (k, column) at rightPtr + 32 k
 * + 4 column, result (row, column) at resultPtr + row * resultStride + 4 column; a second panel
 * stands panel strides behind the first. `six` and `two` are constants.
 */
// @ts-ignore: decorator
@inline
function tile(
  six: bool,
  two: bool,
  leftPtr: usize,
  rowStride: usize,
  kStride: usize,
  rightPtr: usize,
  rightPanelStride: usize,
  depth: usize,
  resultPtr: usize,
  resultPanelStride: usize,
  resultStride: usize,
  accumulate: bool,
  secondPtr: usize,
  second: i32,
): void {
  const left1Ptr = leftPtr + rowStride;
  const left2Ptr = left1Ptr + rowStride;
  const left3Ptr = left2Ptr + rowStride;
  const left4Ptr = left3Ptr + rowStride;
  const left5Ptr = left4Ptr + rowStride;
  let a00 = f32x4.splat(0),
    a01 = a00,
    b00 = a00,
    b01 = a00;
  let a10 = a00,
    a11 = a00,
    b10 = a00,
    b11 = a00;
  let a20 = a00,
    a21 = a00,
    b20 = a00,
    b21 = a00;
  let a30 = a00,
    a31 = a00,
    b30 = a00,
    b31 = a00;
  let a40 = a00,
    a41 = a00,
    b40 = a00,
    b41 = a00;
  let a50 = a00,
    a51 = a00,
    b50 = a00,
    b51 = a00;
  const endPtr = rightPtr + (depth << 5);
  let q0 = a00,
    q1 = a00;
  for (let k: usize = 0, rightNextPtr = rightPtr + rightPanelStride; rightPtr < endPtr; rightPtr += 32, k += kStride) {
    const p0 = v128.load(rightPtr);
    const p1 = v128.load(rightPtr, 16);
    if (two) {
      q0 = v128.load(rightNextPtr);
      q1 = v128.load(rightNextPtr, 16);
      rightNextPtr += 32;
    }
    let l = v128.load32_splat(leftPtr + k);
    a00 = madd(l, p0, a00);
    a01 = madd(l, p1, a01);
    if (two) {
      b00 = madd(l, q0, b00);
      b01 = madd(l, q1, b01);
    }
    l = v128.load32_splat(left1Ptr + k);
    a10 = madd(l, p0, a10);
    a11 = madd(l, p1, a11);
    if (two) {
      b10 = madd(l, q0, b10);
      b11 = madd(l, q1, b11);
    }
    l = v128.load32_splat(left2Ptr + k);
    a20 = madd(l, p0, a20);
    a21 = madd(l, p1, a21);
    if (two) {
      b20 = madd(l, q0, b20);
      b21 = madd(l, q1, b21);
    }
    l = v128.load32_splat(left3Ptr + k);
    a30 = madd(l, p0, a30);
    a31 = madd(l, p1, a31);
    if (two) {
      b30 = madd(l, q0, b30);
      b31 = madd(l, q1, b31);
    }
    if (!six) continue;
    l = v128.load32_splat(left4Ptr + k);
    a40 = madd(l, p0, a40);
    a41 = madd(l, p1, a41);
    if (two) {
      b40 = madd(l, q0, b40);
      b41 = madd(l, q1, b41);
    }
    l = v128.load32_splat(left5Ptr + k);
    a50 = madd(l, p0, a50);
    a51 = madd(l, p1, a51);
    if (two) {
      b50 = madd(l, q0, b50);
      b51 = madd(l, q1, b51);
    }
  }
  const nextPtr = resultPtr + resultPanelStride;
  const secondNextPtr = secondPtr + resultPanelStride;
  let at: usize = 0;
  put(a00, a01, resultPtr + at, accumulate, secondPtr + at, second);
  if (two) put(b00, b01, nextPtr + at, accumulate, secondNextPtr + at, second);
  at += resultStride;
  put(a10, a11, resultPtr + at, accumulate, secondPtr + at, second);
  if (two) put(b10, b11, nextPtr + at, accumulate, secondNextPtr + at, second);
  at += resultStride;
  put(a20, a21, resultPtr + at, accumulate, secondPtr + at, second);
  if (two) put(b20, b21, nextPtr + at, accumulate, secondNextPtr + at, second);
  at += resultStride;
  put(a30, a31, resultPtr + at, accumulate, secondPtr + at, second);
  if (two) put(b30, b31, nextPtr + at, accumulate, secondNextPtr + at, second);
  if (!six) return;
  at += resultStride;
  put(a40, a41, resultPtr + at, accumulate, secondPtr + at, second);
  if (two) put(b40, b41, nextPtr + at, accumulate, secondNextPtr + at, second);
  at += resultStride;
  put(a50, a51, resultPtr + at, accumulate, secondPtr + at, second);
  if (two) put(b50, b51, nextPtr + at, accumulate, secondNextPtr + at, second);
}

function tile6(
  leftPtr: usize,
  rowStride: usize,
  kStride: usize,
  rightPtr: usize,
  rightPanelStride: usize,
  depth: usize,
  resultPtr: usize,
  resultPanelStride: usize,
  resultStride: usize,
  accumulate: bool,
  secondPtr: usize,
  second: i32,
): void {
  tile(
    true,
    false,
    leftPtr,
    rowStride,
    kStride,
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
}

function tile4(
  leftPtr: usize,
  rowStride: usize,
  kStride: usize,
  rightPtr: usize,
  rightPanelStride: usize,
  depth: usize,
  resultPtr: usize,
  resultPanelStride: usize,
  resultStride: usize,
  accumulate: bool,
  secondPtr: usize,
  second: i32,
): void {
  tile(
    false,
    false,
    leftPtr,
    rowStride,
    kStride,
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
}

function wideTile6(
  leftPtr: usize,
  rowStride: usize,
  kStride: usize,
  rightPtr: usize,
  rightPanelStride: usize,
  depth: usize,
  resultPtr: usize,
  resultPanelStride: usize,
  resultStride: usize,
  accumulate: bool,
  secondPtr: usize,
  second: i32,
): void {
  tile(
    true,
    true,
    leftPtr,
    rowStride,
    kStride,
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
}

function wideTile4(
  leftPtr: usize,
  rowStride: usize,
  kStride: usize,
  rightPtr: usize,
  rightPanelStride: usize,
  depth: usize,
  resultPtr: usize,
  resultPanelStride: usize,
  resultStride: usize,
  accumulate: bool,
  secondPtr: usize,
  second: i32,
): void {
  tile(
    false,
    true,
    leftPtr,
    rowStride,
    kStride,
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
}

/**
 * Left (`width` rows, depth) x right (depth, panels of 8), tile by tile; the arguments are those of
 * `tile`.
 */
export function multiplyStrip(
  width: i32,
  panels: i32,
  wide: bool,
  leftPtr: usize,
  rowStride: usize,
  kStride: usize,
  rightPtr: usize,
  rightPanelStride: usize,
  depth: usize,
  resultPtr: usize,
  resultPanelStride: usize,
  resultStride: usize,
  accumulate: bool,
  secondPtr: usize,
  second: i32,
): void {
  if (wide) {
    for (; panels >= 2; panels -= 2) {
      if (width == 6)
        wideTile6(
          leftPtr,
          rowStride,
          kStride,
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
      else
        wideTile4(
          leftPtr,
          rowStride,
          kStride,
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
      rightPtr += 2 * rightPanelStride;
      resultPtr += 2 * resultPanelStride;
      secondPtr += 2 * resultPanelStride;
    }
  }
  for (; panels > 0; panels--) {
    if (width == 6)
      tile6(
        leftPtr,
        rowStride,
        kStride,
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
    else
      tile4(
        leftPtr,
        rowStride,
        kStride,
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
    rightPtr += rightPanelStride;
    resultPtr += resultPanelStride;
    secondPtr += resultPanelStride;
  }
}
