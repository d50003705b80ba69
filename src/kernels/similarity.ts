// Cosine similarity of many vectors: rows to unit length, one row against all, and the k nearest rows of many at once.
//
// `dotRows` reads rows as they lie in a matrix. `nearestRows` computes the product of the matrix with itself in tiles of
// 6 x 8, which fill the sixteen vector registers that V8 has, and takes from each tile only what beats the k-th best so
// far. For that the rows are packed into panels of eight: (panels, D, 8), element d of row r at [r / 8][d][r % 8], so that
// eight rows load as two vectors; the last panel is filled with zeros. Both sides of the product read the panels.
import { madd } from './simd';

/** Rows of a panel. */
const PANEL: usize = 8;
/** Rows of a tile. */
const TILE: i32 = 6;

/**
 * Writes `rows` vectors of D floats, scaled to unit length, to rows that are `dstStride` bytes apart, zeros up to the
 * stride. A vector of zeros, or one that is not finite, becomes zeros. `dstPtr` may be `srcPtr` where the strides agree.
 */
export function normalizeRows(dstPtr: usize, dstStride: usize, srcPtr: usize, srcStride: usize, rows: i32, D: i32): void {
  const width = <usize>D << 2;
  for (let row = 0; row < rows; row++, dstPtr += dstStride, srcPtr += srcStride) {
    let sum: f64 = 0; // of float squares neither overflows nor vanishes
    for (let at: usize = 0; at < width; at += 4) {
      const x = <f64>load<f32>(srcPtr + at);
      sum += x * x;
    }
    const scale: f64 = sum > 0 && sum < Infinity ? 1 / Math.sqrt(sum) : 0;
    for (let at: usize = 0; at < width; at += 4) {
      store<f32>(dstPtr + at, scale == 0 ? 0 : <f32>(<f64>load<f32>(srcPtr + at) * scale));
    }
    if (dstStride > width) memory.fill(dstPtr + width, 0, dstStride - width);
  }
}

/** out[r] = query · row r, for rows of `stride` bytes, a multiple of 16; query and rows are padded with zeros up to it. out: (rows). */
export function dotRows(queryPtr: usize, rowsPtr: usize, rows: i32, stride: usize, outPtr: usize): void {
  let row = 0;
  for (; row + 4 <= rows; row += 4, rowsPtr += stride << 2, outPtr += 16) {
    const row1 = rowsPtr + stride;
    const row2 = row1 + stride;
    const row3 = row2 + stride;
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let at: usize = 0; at < stride; at += 16) {
      const q = v128.load(queryPtr + at);
      s0 = madd(q, v128.load(rowsPtr + at), s0);
      s1 = madd(q, v128.load(row1 + at), s1);
      s2 = madd(q, v128.load(row2 + at), s2);
      s3 = madd(q, v128.load(row3 + at), s3);
    }
    v128.store(outPtr, sums(s0, s1, s2, s3));
  }
  for (; row < rows; row++, rowsPtr += stride, outPtr += 4) {
    let s = f32x4.splat(0);
    for (let at: usize = 0; at < stride; at += 16) s = madd(v128.load(queryPtr + at), v128.load(rowsPtr + at), s);
    store<f32>(outPtr, f32x4.extract_lane(sums(s, s, s, s), 0));
  }
}

/** The sum of each of four vectors, in the same order whether a row stands alone or among four. */
// @ts-ignore: decorator
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/**
 * Offers the rows of panels `firstPanel` up to `endPanel` (exclusive) to the lists of nearest rows of `firstRow` up to
 * `endRow` (exclusive), of N rows altogether. No row is its own neighbour. Lists are (N, k), best first, equal
 * similarities by row number; fill them with -1 and -Infinity before the first panel, offer panels in ascending order.
 * `scratchPtr`: 32 bytes, aligned to 16.
 */
export function nearestRows(
  panelsPtr: usize,
  D: i32,
  N: i32,
  firstRow: i32,
  endRow: i32,
  firstPanel: i32,
  endPanel: i32,
  k: i32,
  idsPtr: usize,
  similaritiesPtr: usize,
  scratchPtr: usize,
): void {
  const panelBytes = <usize>D * PANEL * 4;
  const listBytes = <usize>k << 2;
  const worst = listBytes - 4;
  for (let panel = firstPanel; panel < endPanel; panel++) {
    const columnsPtr = panelsPtr + <usize>panel * panelBytes;
    const columnsEnd = columnsPtr + panelBytes;
    const column = panel << 3;
    for (let row = firstRow; row < endRow; row += TILE) {
      const last = endRow - 1; // a tile that is not full repeats the last row and drops the copies
      let a0 = rowPtr(panelsPtr, panelBytes, row);
      let a1 = rowPtr(panelsPtr, panelBytes, min(row + 1, last));
      let a2 = rowPtr(panelsPtr, panelBytes, min(row + 2, last));
      let a3 = rowPtr(panelsPtr, panelBytes, min(row + 3, last));
      let a4 = rowPtr(panelsPtr, panelBytes, min(row + 4, last));
      let a5 = rowPtr(panelsPtr, panelBytes, min(row + 5, last));
      let c00 = f32x4.splat(0);
      let c01 = c00;
      let c10 = c00;
      let c11 = c00;
      let c20 = c00;
      let c21 = c00;
      let c30 = c00;
      let c31 = c00;
      let c40 = c00;
      let c41 = c00;
      let c50 = c00;
      let c51 = c00;
      for (let b = columnsPtr; b < columnsEnd; b += 32) {
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        let a = v128.load32_splat(a0);
        c00 = madd(a, b0, c00);
        c01 = madd(a, b1, c01);
        a = v128.load32_splat(a1);
        c10 = madd(a, b0, c10);
        c11 = madd(a, b1, c11);
        a = v128.load32_splat(a2);
        c20 = madd(a, b0, c20);
        c21 = madd(a, b1, c21);
        a = v128.load32_splat(a3);
        c30 = madd(a, b0, c30);
        c31 = madd(a, b1, c31);
        a = v128.load32_splat(a4);
        c40 = madd(a, b0, c40);
        c41 = madd(a, b1, c41);
        a = v128.load32_splat(a5);
        c50 = madd(a, b0, c50);
        c51 = madd(a, b1, c51);
        a0 += 32;
        a1 += 32;
        a2 += 32;
        a3 += 32;
        a4 += 32;
        a5 += 32;
      }
      const rows = endRow - row;
      const list = <usize>row * listBytes;
      offer(c00, c01, row, column, N, idsPtr + list, similaritiesPtr + list, worst, scratchPtr);
      if (rows > 1) offer(c10, c11, row + 1, column, N, idsPtr + list + listBytes, similaritiesPtr + list + listBytes, worst, scratchPtr);
      if (rows > 2) offer(c20, c21, row + 2, column, N, idsPtr + list + listBytes * 2, similaritiesPtr + list + listBytes * 2, worst, scratchPtr);
      if (rows > 3) offer(c30, c31, row + 3, column, N, idsPtr + list + listBytes * 3, similaritiesPtr + list + listBytes * 3, worst, scratchPtr);
      if (rows > 4) offer(c40, c41, row + 4, column, N, idsPtr + list + listBytes * 4, similaritiesPtr + list + listBytes * 4, worst, scratchPtr);
      if (rows > 5) offer(c50, c51, row + 5, column, N, idsPtr + list + listBytes * 5, similaritiesPtr + list + listBytes * 5, worst, scratchPtr);
    }
  }
}

/** The first element of a row in the panels; the next one lies 32 bytes on. */
// @ts-ignore: decorator
@inline
function rowPtr(panelsPtr: usize, panelBytes: usize, row: i32): usize {
  return panelsPtr + <usize>(row >> 3) * panelBytes + (<usize>(row & 7) << 2);
}

/** Compares eight similarities of a row with the worst of its list; most times none is better. */
// @ts-ignore: decorator
@inline
function offer(c0: v128, c1: v128, row: i32, column: i32, N: i32, idsPtr: usize, similaritiesPtr: usize, worst: usize, scratchPtr: usize): void {
  const threshold = v128.load32_splat(similaritiesPtr + worst);
  const better0 = f32x4.gt(c0, threshold);
  const better1 = f32x4.gt(c1, threshold);
  if (v128.any_true(v128.or(better0, better1))) {
    v128.store(scratchPtr, c0);
    v128.store(scratchPtr, c1, 16);
    insert(i32x4.bitmask(better0) | (i32x4.bitmask(better1) << 4), row, column, N, idsPtr, similaritiesPtr, worst, scratchPtr);
  }
}

/** Puts the similarities of the set bits of `lanes` where they belong in a sorted list. */
function insert(lanes: i32, row: i32, column: i32, N: i32, idsPtr: usize, similaritiesPtr: usize, worst: usize, scratchPtr: usize): void {
  for (; lanes != 0; lanes &= lanes - 1) {
    const lane = ctz(lanes);
    const id = column + lane;
    const similarity = load<f32>(scratchPtr + (<usize>lane << 2));
    if (id == row || id >= N || !(similarity > load<f32>(similaritiesPtr + worst))) continue;
    let at = worst;
    while (at > 0 && load<f32>(similaritiesPtr + at - 4) < similarity) {
      store<f32>(similaritiesPtr + at, load<f32>(similaritiesPtr + at - 4));
      store<i32>(idsPtr + at, load<i32>(idsPtr + at - 4));
      at -= 4;
    }
    store<f32>(similaritiesPtr + at, similarity);
    store<i32>(idsPtr + at, id);
  }
}
