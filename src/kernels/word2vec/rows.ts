// Arithmetic over rows of floats for word2vec: dot products and updates of many rows at once; part
// of the word2vec module, not a module of its own.
//
// Lists of rows are lists of pointers (u32), from a pointer to its end. A row holds D floats and
// then zeros up to a whole cache line, which loops may run into: zeros stay zeros. Every function
// works on the columns from `from` to `to` (exclusive), in bytes, multiples of STEP: threads that
// share a vector take different columns of it. Scores, and the gradients that take their place, are
// floats: those of six output rows and then two unused ones.

import { madd } from '../shared/simd';

/** Bytes of a vector register, of four floats. */
const VECTOR: usize = 16;
/** Columns are handled in steps of two vectors, bytes. */
export const STEP: usize = 2 * VECTOR;
/** Bytes of a cache line. */
export const LINE: usize = 64;
/** Output rows that are scored together. */
export const GROUP = 6;
/** Bytes of the scores of a group. */
export const GROUP_SCORES: usize = 2 * VECTOR;

// ---- Rows of the context x output rows ----

/**
 * Dot products of every context row with six output rows, two context rows at a time: twelve sums
 * and three operands are all that V8's 15 registers hold. A context row's scores lie `scoreStride`
 * behind those of the one before.
 */
export function scoreContexts(
  contextsPtr: usize,
  contextsEnd: usize,
  groupPtr: usize,
  scorePtr: usize,
  scoreStride: usize,
  from: usize,
  to: usize,
): void {
  const o0: usize = load<u32>(groupPtr),
    o1: usize = load<u32>(groupPtr, 4),
    o2: usize = load<u32>(groupPtr, 8),
    o3: usize = load<u32>(groupPtr, 12),
    o4: usize = load<u32>(groupPtr, 16),
    o5: usize = load<u32>(groupPtr, 20);
  let contextPtr = contextsPtr;
  for (; contextPtr + 4 < contextsEnd; contextPtr += 8, scorePtr += 2 * scoreStride) {
    const aPtr: usize = load<u32>(contextPtr),
      bPtr: usize = load<u32>(contextPtr, 4);
    let a0 = f32x4.splat(0),
      a1 = a0,
      a2 = a0,
      a3 = a0,
      a4 = a0,
      a5 = a0;
    let b0 = a0,
      b1 = a0,
      b2 = a0,
      b3 = a0,
      b4 = a0,
      b5 = a0;
    for (let d = from; d < to; d += VECTOR) {
      const a = v128.load(aPtr + d),
        b = v128.load(bPtr + d);
      let o = v128.load(o0 + d);
      a0 = madd(a, o, a0);
      b0 = madd(b, o, b0);
      o = v128.load(o1 + d);
      a1 = madd(a, o, a1);
      b1 = madd(b, o, b1);
      o = v128.load(o2 + d);
      a2 = madd(a, o, a2);
      b2 = madd(b, o, b2);
      o = v128.load(o3 + d);
      a3 = madd(a, o, a3);
      b3 = madd(b, o, b3);
      o = v128.load(o4 + d);
      a4 = madd(a, o, a4);
      b4 = madd(b, o, b4);
      o = v128.load(o5 + d);
      a5 = madd(a, o, a5);
      b5 = madd(b, o, b5);
    }
    v128.store(scorePtr, sums4(a0, a1, a2, a3));
    v128.store(scorePtr, sums4(a4, a5, a4, a5), 16);
    v128.store(scorePtr + scoreStride, sums4(b0, b1, b2, b3));
    v128.store(scorePtr + scoreStride, sums4(b4, b5, b4, b5), 16);
  }
  if (contextPtr < contextsEnd) scoreGroup(load<u32>(contextPtr), groupPtr, scorePtr, from, to);
}

/**
 * Adds gradient * output to every context row, and gradient * context to two output rows. Two rows
 * by two vectors: four sums run side by side, as many as hide the latency of an addition, and each
 * broadcast gradient is used four times.
 */
export function updatePair(
  contextsPtr: usize,
  contextsEnd: usize,
  pairPtr: usize,
  gradientsPtr: usize,
  scoreStride: usize,
  from: usize,
  to: usize,
): void {
  const o0: usize = load<u32>(pairPtr),
    o1: usize = load<u32>(pairPtr, 4);
  if (o0 == o1) {
    updateSame(contextsPtr, contextsEnd, o0, gradientsPtr, scoreStride, from, to);
    return;
  }
  for (let d = from; d < to; d += STEP) {
    const old00 = v128.load(o0 + d),
      old01 = v128.load(o0 + d, 16),
      old10 = v128.load(o1 + d),
      old11 = v128.load(o1 + d, 16);
    let new00 = old00,
      new01 = old01,
      new10 = old10,
      new11 = old11;
    let gradientPtr = gradientsPtr;
    for (let p = contextsPtr; p < contextsEnd; p += 4, gradientPtr += scoreStride) {
      const contextPtr = <usize>load<u32>(p) + d,
        c0 = v128.load(contextPtr),
        c1 = v128.load(contextPtr, 16),
        g0 = v128.load32_splat(gradientPtr),
        g1 = v128.load32_splat(gradientPtr, 4);
      v128.store(contextPtr, madd(g1, old10, madd(g0, old00, c0)));
      v128.store(contextPtr, madd(g1, old11, madd(g0, old01, c1)), 16);
      new00 = madd(g0, c0, new00);
      new10 = madd(g1, c0, new10);
      new01 = madd(g0, c1, new01);
      new11 = madd(g1, c1, new11);
    }
    v128.store(o0 + d, new00);
    v128.store(o0 + d, new01, 16);
    v128.store(o1 + d, new10);
    v128.store(o1 + d, new11, 16);
  }
}

/** The same for an output row that was drawn twice, or padding. */
function updateSame(
  contextsPtr: usize,
  contextsEnd: usize,
  outputPtr: usize,
  gradientsPtr: usize,
  scoreStride: usize,
  from: usize,
  to: usize,
): void {
  for (let d = from; d < to; d += VECTOR) {
    const old = v128.load(outputPtr + d);
    let output = old,
      gradientPtr = gradientsPtr;
    for (let p = contextsPtr; p < contextsEnd; p += 4, gradientPtr += scoreStride) {
      const contextPtr = <usize>load<u32>(p) + d,
        context = v128.load(contextPtr),
        gradient = f32x4.add(v128.load32_splat(gradientPtr), v128.load32_splat(gradientPtr, 4));
      v128.store(contextPtr, madd(gradient, old, context));
      output = madd(gradient, context, output);
    }
    v128.store(outputPtr + d, output);
  }
}

// ---- One row x output rows ----

/** Dot products of one row with six output rows. */
export function scoreGroup(rowPtr: usize, groupPtr: usize, scorePtr: usize, from: usize, to: usize): void {
  const o0: usize = load<u32>(groupPtr),
    o1: usize = load<u32>(groupPtr, 4),
    o2: usize = load<u32>(groupPtr, 8),
    o3: usize = load<u32>(groupPtr, 12),
    o4: usize = load<u32>(groupPtr, 16),
    o5: usize = load<u32>(groupPtr, 20);
  let s0 = f32x4.splat(0),
    s1 = s0,
    s2 = s0,
    s3 = s0,
    s4 = s0,
    s5 = s0;
  for (let d = from; d < to; d += VECTOR) {
    const row = v128.load(rowPtr + d);
    s0 = madd(row, v128.load(o0 + d), s0);
    s1 = madd(row, v128.load(o1 + d), s1);
    s2 = madd(row, v128.load(o2 + d), s2);
    s3 = madd(row, v128.load(o3 + d), s3);
    s4 = madd(row, v128.load(o4 + d), s4);
    s5 = madd(row, v128.load(o5 + d), s5);
  }
  v128.store(scorePtr, sums4(s0, s1, s2, s3));
  v128.store(scorePtr, sums4(s4, s5, s4, s5), 16);
}

/**
 * Adds gradient * output of six rows to `error`, which the first group overwrites, and gradient *
 * hidden to the rows.
 */
export function updateGroup(
  hiddenPtr: usize,
  errorPtr: usize,
  isFirst: bool,
  groupPtr: usize,
  gradientsPtr: usize,
  from: usize,
  to: usize,
): void {
  const o0: usize = load<u32>(groupPtr),
    o1: usize = load<u32>(groupPtr, 4),
    o2: usize = load<u32>(groupPtr, 8),
    o3: usize = load<u32>(groupPtr, 12),
    o4: usize = load<u32>(groupPtr, 16),
    o5: usize = load<u32>(groupPtr, 20);
  const g0 = v128.load32_splat(gradientsPtr),
    g1 = v128.load32_splat(gradientsPtr, 4),
    g2 = v128.load32_splat(gradientsPtr, 8),
    g3 = v128.load32_splat(gradientsPtr, 12),
    g4 = v128.load32_splat(gradientsPtr, 16),
    g5 = v128.load32_splat(gradientsPtr, 20);
  for (let d = from; d < to; d += VECTOR) {
    const hidden = v128.load(hiddenPtr + d);
    let error = isFirst ? f32x4.splat(0) : v128.load(errorPtr + d);
    let output = v128.load(o0 + d);
    error = madd(g0, output, error);
    v128.store(o0 + d, madd(g0, hidden, output));
    output = v128.load(o1 + d);
    error = madd(g1, output, error);
    v128.store(o1 + d, madd(g1, hidden, output));
    output = v128.load(o2 + d);
    error = madd(g2, output, error);
    v128.store(o2 + d, madd(g2, hidden, output));
    output = v128.load(o3 + d);
    error = madd(g3, output, error);
    v128.store(o3 + d, madd(g3, hidden, output));
    output = v128.load(o4 + d);
    error = madd(g4, output, error);
    v128.store(o4 + d, madd(g4, hidden, output));
    output = v128.load(o5 + d);
    error = madd(g5, output, error);
    v128.store(o5 + d, madd(g5, hidden, output));
    v128.store(errorPtr + d, error);
  }
}

/** Four vectors' sums as the lanes of one. */
// @ts-ignore: decorator
@inline
function sums4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7)),
    cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

// ---- Sums of rows ----

/** target = scale * sum of the rows. */
export function sumOfRows(targetPtr: usize, rowsPtr: usize, rowsEnd: usize, scale: f32, from: usize, to: usize): void {
  const scales = f32x4.splat(scale);
  let d = from;
  for (; d + 2 * LINE <= to; d += 2 * LINE) {
    const target = targetPtr + d;
    let s0 = f32x4.splat(0),
      s1 = f32x4.splat(0),
      s2 = f32x4.splat(0),
      s3 = f32x4.splat(0),
      s4 = f32x4.splat(0),
      s5 = f32x4.splat(0),
      s6 = f32x4.splat(0),
      s7 = f32x4.splat(0);
    for (let p = rowsPtr; p < rowsEnd; p += 4) {
      const sourcePtr = <usize>load<u32>(p) + d;
      s0 = f32x4.add(s0, v128.load(sourcePtr, 0));
      s1 = f32x4.add(s1, v128.load(sourcePtr, 16));
      s2 = f32x4.add(s2, v128.load(sourcePtr, 32));
      s3 = f32x4.add(s3, v128.load(sourcePtr, 48));
      s4 = f32x4.add(s4, v128.load(sourcePtr, 64));
      s5 = f32x4.add(s5, v128.load(sourcePtr, 80));
      s6 = f32x4.add(s6, v128.load(sourcePtr, 96));
      s7 = f32x4.add(s7, v128.load(sourcePtr, 112));
    }
    v128.store(target, f32x4.mul(s0, scales), 0);
    v128.store(target, f32x4.mul(s1, scales), 16);
    v128.store(target, f32x4.mul(s2, scales), 32);
    v128.store(target, f32x4.mul(s3, scales), 48);
    v128.store(target, f32x4.mul(s4, scales), 64);
    v128.store(target, f32x4.mul(s5, scales), 80);
    v128.store(target, f32x4.mul(s6, scales), 96);
    v128.store(target, f32x4.mul(s7, scales), 112);
  }
  for (; d + LINE <= to; d += LINE) {
    let sum0 = f32x4.splat(0),
      sum1 = sum0,
      sum2 = sum0,
      sum3 = sum0;
    for (let p = rowsPtr; p < rowsEnd; p += 4) {
      const rowPtr = <usize>load<u32>(p) + d;
      sum0 = f32x4.add(sum0, v128.load(rowPtr));
      sum1 = f32x4.add(sum1, v128.load(rowPtr, 16));
      sum2 = f32x4.add(sum2, v128.load(rowPtr, 32));
      sum3 = f32x4.add(sum3, v128.load(rowPtr, 48));
    }
    v128.store(targetPtr + d, f32x4.mul(sum0, scales));
    v128.store(targetPtr + d, f32x4.mul(sum1, scales), 16);
    v128.store(targetPtr + d, f32x4.mul(sum2, scales), 32);
    v128.store(targetPtr + d, f32x4.mul(sum3, scales), 48);
  }
  for (; d < to; d += STEP) {
    let sum0 = f32x4.splat(0),
      sum1 = sum0;
    for (let p = rowsPtr; p < rowsEnd; p += 4) {
      const rowPtr = <usize>load<u32>(p) + d;
      sum0 = f32x4.add(sum0, v128.load(rowPtr));
      sum1 = f32x4.add(sum1, v128.load(rowPtr, 16));
    }
    v128.store(targetPtr + d, f32x4.mul(sum0, scales));
    v128.store(targetPtr + d, f32x4.mul(sum1, scales), 16);
  }
}

/** row += sum of the rows. */
export function addSumOfRows(rowPtr: usize, rowsPtr: usize, rowsEnd: usize, from: usize, to: usize): void {
  let d = from;
  for (; d + 2 * LINE <= to; d += 2 * LINE) {
    const target = rowPtr + d;
    let s0 = v128.load(target, 0),
      s1 = v128.load(target, 16),
      s2 = v128.load(target, 32),
      s3 = v128.load(target, 48),
      s4 = v128.load(target, 64),
      s5 = v128.load(target, 80),
      s6 = v128.load(target, 96),
      s7 = v128.load(target, 112);
    for (let p = rowsPtr; p < rowsEnd; p += 4) {
      const sourcePtr = <usize>load<u32>(p) + d;
      s0 = f32x4.add(s0, v128.load(sourcePtr, 0));
      s1 = f32x4.add(s1, v128.load(sourcePtr, 16));
      s2 = f32x4.add(s2, v128.load(sourcePtr, 32));
      s3 = f32x4.add(s3, v128.load(sourcePtr, 48));
      s4 = f32x4.add(s4, v128.load(sourcePtr, 64));
      s5 = f32x4.add(s5, v128.load(sourcePtr, 80));
      s6 = f32x4.add(s6, v128.load(sourcePtr, 96));
      s7 = f32x4.add(s7, v128.load(sourcePtr, 112));
    }
    v128.store(target, s0, 0);
    v128.store(target, s1, 16);
    v128.store(target, s2, 32);
    v128.store(target, s3, 48);
    v128.store(target, s4, 64);
    v128.store(target, s5, 80);
    v128.store(target, s6, 96);
    v128.store(target, s7, 112);
  }
  for (; d + LINE <= to; d += LINE) {
    const target = rowPtr + d;
    let sum0 = v128.load(target),
      sum1 = v128.load(target, 16),
      sum2 = v128.load(target, 32),
      sum3 = v128.load(target, 48);
    for (let p = rowsPtr; p < rowsEnd; p += 4) {
      const sourcePtr = <usize>load<u32>(p) + d;
      sum0 = f32x4.add(sum0, v128.load(sourcePtr));
      sum1 = f32x4.add(sum1, v128.load(sourcePtr, 16));
      sum2 = f32x4.add(sum2, v128.load(sourcePtr, 32));
      sum3 = f32x4.add(sum3, v128.load(sourcePtr, 48));
    }
    v128.store(target, sum0);
    v128.store(target, sum1, 16);
    v128.store(target, sum2, 32);
    v128.store(target, sum3, 48);
  }
  for (; d < to; d += STEP) {
    const target = rowPtr + d;
    let sum0 = v128.load(target),
      sum1 = v128.load(target, 16);
    for (let p = rowsPtr; p < rowsEnd; p += 4) {
      const sourcePtr = <usize>load<u32>(p) + d;
      sum0 = f32x4.add(sum0, v128.load(sourcePtr));
      sum1 = f32x4.add(sum1, v128.load(sourcePtr, 16));
    }
    v128.store(target, sum0);
    v128.store(target, sum1, 16);
  }
}

/** Adds a row to every row of a list. */
export function addToRows(sourcePtr: usize, rowsPtr: usize, rowsEnd: usize, from: usize, to: usize): void {
  for (let p = rowsPtr; p < rowsEnd; p += 4) {
    const rowPtr: usize = load<u32>(p);
    for (let d = from; d < to; d += VECTOR) {
      v128.store(rowPtr + d, f32x4.add(v128.load(rowPtr + d), v128.load(sourcePtr + d)));
    }
  }
}

/**
 * Reads a number of every cache line of a row, so that they are on their way before they are used;
 * gives something of them.
 */
export function touchRow(rowPtr: usize, to: usize): u32 {
  let seen: u32 = 0;
  for (let d: usize = 0; d < to; d += LINE) seen ^= load<u32>(rowPtr + d);
  return seen;
}

/** target = source. */
export function copyRow(sourcePtr: usize, targetPtr: usize, from: usize, to: usize): void {
  for (let d = from; d < to; d += VECTOR) v128.store(targetPtr + d, v128.load(sourcePtr + d));
}

/** target = a - b. */
export function subtractRows(targetPtr: usize, aPtr: usize, bPtr: usize, from: usize, to: usize): void {
  for (let d = from; d < to; d += VECTOR) {
    v128.store(targetPtr + d, f32x4.sub(v128.load(aPtr + d), v128.load(bPtr + d)));
  }
}

/** row = scale * row. */
export function scaleRow(rowPtr: usize, scale: f32, from: usize, to: usize): void {
  const scales = f32x4.splat(scale);
  for (let d = from; d < to; d += VECTOR) v128.store(rowPtr + d, f32x4.mul(scales, v128.load(rowPtr + d)));
}

// ---- Two rows, each with an output row of its own, x output rows that both have ----

/** Place of the own output's score in a group's scores, bytes: behind those of six rows. */
export const OWN: usize = 24;

/**
 * Dot products of two rows with their own output rows, written to `scorePtr` and `scoreStride`
 * behind it. `ownPtr`: two pointers.
 */
export function scoreOwn(
  aPtr: usize,
  bPtr: usize,
  ownPtr: usize,
  scorePtr: usize,
  scoreStride: usize,
  to: usize,
): void {
  const o0: usize = load<u32>(ownPtr),
    o1: usize = load<u32>(ownPtr, 4);
  let a0 = f32x4.splat(0),
    a1 = a0,
    b0 = a0,
    b1 = a0;
  for (let d: usize = 0; d < to; d += STEP) {
    a0 = madd(v128.load(aPtr + d), v128.load(o0 + d), a0);
    a1 = madd(v128.load(aPtr + d, 16), v128.load(o0 + d, 16), a1);
    b0 = madd(v128.load(bPtr + d), v128.load(o1 + d), b0);
    b1 = madd(v128.load(bPtr + d, 16), v128.load(o1 + d, 16), b1);
  }
  const sums = sums4(f32x4.add(a0, a1), f32x4.add(b0, b1), a0, b0);
  store<f32>(scorePtr, f32x4.extract_lane(sums, 0));
  store<f32>(scorePtr + scoreStride, f32x4.extract_lane(sums, 1));
}

/**
 * Takes the step of two rows with up to six output rows that both have: errors += gradient *
 * output, output += gradient * row. With the first group, `ownPtr` not 0, that of their own output
 * rows, too, and the errors begin there.
 */
export function updateTwo(
  aPtr: usize,
  bPtr: usize,
  errorAPtr: usize,
  errorBPtr: usize,
  ownPtr: usize,
  rowsPtr: usize,
  rowsEnd: usize,
  gradientsPtr: usize,
  scoreStride: usize,
  to: usize,
): void {
  for (let d: usize = 0; d < to; d += STEP) {
    const a0 = v128.load(aPtr + d),
      a1 = v128.load(aPtr + d, 16),
      b0 = v128.load(bPtr + d),
      b1 = v128.load(bPtr + d, 16);
    let errorA0: v128, errorA1: v128, errorB0: v128, errorB1: v128;
    if (ownPtr) {
      let rowPtr = <usize>load<u32>(ownPtr) + d,
        row0 = v128.load(rowPtr),
        row1 = v128.load(rowPtr, 16);
      let gradient = v128.load32_splat(gradientsPtr, OWN);
      errorA0 = f32x4.mul(gradient, row0);
      errorA1 = f32x4.mul(gradient, row1);
      v128.store(rowPtr, madd(gradient, a0, row0));
      v128.store(rowPtr, madd(gradient, a1, row1), 16);
      rowPtr = <usize>load<u32>(ownPtr, 4) + d;
      row0 = v128.load(rowPtr);
      row1 = v128.load(rowPtr, 16);
      gradient = v128.load32_splat(gradientsPtr + scoreStride, OWN);
      errorB0 = f32x4.mul(gradient, row0);
      errorB1 = f32x4.mul(gradient, row1);
      v128.store(rowPtr, madd(gradient, b0, row0));
      v128.store(rowPtr, madd(gradient, b1, row1), 16);
    } else {
      errorA0 = v128.load(errorAPtr + d);
      errorA1 = v128.load(errorAPtr + d, 16);
      errorB0 = v128.load(errorBPtr + d);
      errorB1 = v128.load(errorBPtr + d, 16);
    }
    for (let p = rowsPtr, gradientPtr = gradientsPtr; p < rowsEnd; p += 4, gradientPtr += 4) {
      const rowPtr = <usize>load<u32>(p) + d,
        row0 = v128.load(rowPtr),
        row1 = v128.load(rowPtr, 16),
        gA = v128.load32_splat(gradientPtr),
        gB = v128.load32_splat(gradientPtr + scoreStride);
      errorA0 = madd(gA, row0, errorA0);
      errorA1 = madd(gA, row1, errorA1);
      errorB0 = madd(gB, row0, errorB0);
      errorB1 = madd(gB, row1, errorB1);
      v128.store(rowPtr, madd(gB, b0, madd(gA, a0, row0)));
      v128.store(rowPtr, madd(gB, b1, madd(gA, a1, row1)), 16);
    }
    v128.store(errorAPtr + d, errorA0);
    v128.store(errorAPtr + d, errorA1, 16);
    v128.store(errorBPtr + d, errorB0);
    v128.store(errorBPtr + d, errorB1, 16);
  }
}
