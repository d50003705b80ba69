// Attention of one step over the steps up to it, for a panel of 8 sequences (scaled dot product:
// Vaswani et al. 2017); and for one sequence at inference. Part of the language model's module.
// Keys are values.
//
// Panels (matrix.ts) of the steps stand keyStride bytes apart, the attended step last. weights:
// (count) rows of 8.

import { exp4, madd, max4 } from '../shared/simd';

/**
 * weights = softmax over the steps of scale * (query . key); context = sum of weights * keys, a
 * panel (units).
 */
export function attend(
  queryPtr: usize,
  keysPtr: usize,
  keyStride: usize,
  count: i32,
  weightsPtr: usize,
  contextPtr: usize,
  units: i32,
  scale: f32,
): void {
  const bytes = (<usize>units) << 5;
  const weightsEnd = weightsPtr + ((<usize>count) << 5);
  dotRows(queryPtr, keysPtr, keyStride, weightsPtr, weightsEnd, bytes, f32x4.splat(scale));
  softmaxHalf(weightsPtr, weightsEnd);
  softmaxHalf(weightsPtr + 16, weightsEnd);
  memory.fill(contextPtr, 0, bytes);
  for (let keyPtr = keysPtr; weightsPtr < weightsEnd; weightsPtr += 32, keyPtr += keyStride) {
    addScaled(keyPtr, weightsPtr, contextPtr, bytes);
  }
}

/**
 * The way back: contextGradient, a panel -> queryGradient, a panel, and what is added to the
 * gradients of the keys, keyGradientStride apart. scoreGradients: room for (count) rows of 8.
 */
export function attendBackward(
  queryPtr: usize,
  keysPtr: usize,
  keyStride: usize,
  count: i32,
  weightsPtr: usize,
  contextGradientPtr: usize,
  queryGradientPtr: usize,
  keyGradientsPtr: usize,
  keyGradientStride: usize,
  scoreGradientsPtr: usize,
  units: i32,
  scale: f32,
): void {
  const bytes = (<usize>units) << 5;
  const end = scoreGradientsPtr + ((<usize>count) << 5);
  dotRows(contextGradientPtr, keysPtr, keyStride, scoreGradientsPtr, end, bytes, f32x4.splat(1));
  for (let half: usize = 0; half < 32; half += 16) {
    // of the softmax: weight * (gradient - mean gradient)
    let mean = f32x4.splat(0);
    for (let at = half; scoreGradientsPtr + at < end; at += 32) {
      mean = madd(v128.load(weightsPtr + at), v128.load(scoreGradientsPtr + at), mean);
    }
    for (let at = half; scoreGradientsPtr + at < end; at += 32) {
      const gradient = f32x4.sub(v128.load(scoreGradientsPtr + at), mean);
      const scaled = f32x4.mul(f32x4.mul(v128.load(weightsPtr + at), gradient), f32x4.splat(scale));
      v128.store(scoreGradientsPtr + at, scaled);
    }
  }
  memory.fill(queryGradientPtr, 0, bytes);
  for (; scoreGradientsPtr < end; scoreGradientsPtr += 32, weightsPtr += 32) {
    addScaled(keysPtr, scoreGradientsPtr, queryGradientPtr, bytes);
    addScaled(queryPtr, scoreGradientsPtr, keyGradientsPtr, bytes);
    addScaled(contextGradientPtr, weightsPtr, keyGradientsPtr, bytes);
    keysPtr += keyStride;
    keyGradientsPtr += keyGradientStride;
  }
}

/**
 * Rows of 8 from targetPtr to endPtr = scale * the products of a panel with each of the panels at
 * rowsPtr.
 */
function dotRows(
  panelPtr: usize,
  rowsPtr: usize,
  rowStride: usize,
  targetPtr: usize,
  endPtr: usize,
  bytes: usize,
  scale: v128,
): void {
  for (; targetPtr < endPtr; targetPtr += 32, rowsPtr += rowStride) {
    let low = f32x4.splat(0),
      high = low,
      low2 = low,
      high2 = low;
    for (let at: usize = 0; at < bytes; at += 64) {
      low = madd(v128.load(panelPtr + at), v128.load(rowsPtr + at), low);
      high = madd(v128.load(panelPtr + at, 16), v128.load(rowsPtr + at, 16), high);
      low2 = madd(v128.load(panelPtr + at, 32), v128.load(rowsPtr + at, 32), low2);
      high2 = madd(v128.load(panelPtr + at, 48), v128.load(rowsPtr + at, 48), high2);
    }
    v128.store(targetPtr, f32x4.mul(f32x4.add(low, low2), scale));
    v128.store(targetPtr, f32x4.mul(f32x4.add(high, high2), scale), 16);
  }
}

/** target += source * the scale of each sequence (8), panels. */
function addScaled(sourcePtr: usize, scalePtr: usize, targetPtr: usize, bytes: usize): void {
  const low = v128.load(scalePtr);
  const high = v128.load(scalePtr, 16);
  for (let at: usize = 0; at < bytes; at += 32) {
    v128.store(targetPtr + at, madd(v128.load(sourcePtr + at), low, v128.load(targetPtr + at)));
    v128.store(targetPtr + at, madd(v128.load(sourcePtr + at, 16), high, v128.load(targetPtr + at, 16)), 16);
  }
}

/** Softmax over the rows of 8 from ptr to endPtr, in place: 4 of the sequences. */
function softmaxHalf(ptr: usize, endPtr: usize): void {
  let largest = f32x4.splat(-Infinity);
  for (let at = ptr; at < endPtr; at += 32) largest = max4(largest, v128.load(at));
  let sum = f32x4.splat(0);
  for (let at = ptr; at < endPtr; at += 32) {
    const e = exp4(f32x4.sub(v128.load(at), largest));
    v128.store(at, e);
    sum = f32x4.add(sum, e);
  }
  const scale = f32x4.div(f32x4.splat(1), sum);
  for (let at = ptr; at < endPtr; at += 32) v128.store(at, f32x4.mul(v128.load(at), scale));
}

/**
 * target (columns) = the sum of the rows (rows, columns), each times its weight (rows). columns: a
 * multiple of 4.
 */
export function combineRows(
  weightsPtr: usize,
  rowsPtr: usize,
  rowStride: usize,
  rows: i32,
  columns: i32,
  targetPtr: usize,
): void {
  const bytes = (<usize>columns) << 2;
  memory.fill(targetPtr, 0, bytes);
  for (let row = 0; row < rows; row++) {
    const weight = v128.load32_splat(weightsPtr);
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(targetPtr + at, madd(v128.load(rowsPtr + at), weight, v128.load(targetPtr + at)));
    }
    weightsPtr += 4;
    rowsPtr += rowStride;
  }
}
