// Cosine similarity of many vectors: rows to unit length, one row against all, the k nearest rows
// of many at once, and the answers of many analogies at once.
//
// One row against all is bound by the memory that the rows are read from. `dotBytes` reads a copy
// of a quarter of the size, in which every number is a signed byte: it gives cosines within a bound
// that `quantizeRows` measures for each row, and only the rows that the bound leaves in question
// are read in full (`dotRowsAt`).
//
// `dotRows` reads rows as they lie in a matrix. `nearestRows` computes the product of the matrix
// with itself in tiles of 6 x 8, which fill the sixteen vector registers that V8 has, and takes
// from each tile only what beats the k-th best so far. For that the rows are packed into panels of
// eight: (panels, D, 8), element d of row r at [r / 8][d][r % 8], so that eight rows load as two
// vectors; the last panel is filled with zeros. Both sides of the product read the panels.
import { madd } from './shared/simd';

/** Rows of a panel. */
export const PANEL: usize = 8;
/** Rows of a tile. */
const TILE: i32 = 6;
/** Twice what 3CosMul adds to its denominator, against a division by zero. */
const LITTLE: f32 = 2e-6;

/**
 * Writes `rows` vectors of D floats, scaled to unit length, to rows that are `dstStride` bytes
 * apart, zeros up to the stride, and their lengths, (rows) floats. A vector of zeros, or one that
 * is not finite, becomes zeros, of length 0. `dstPtr` may be `srcPtr` where the strides agree.
 */
export function normalizeRows(
  dstPtr: usize,
  dstStride: usize,
  srcPtr: usize,
  srcStride: usize,
  rows: i32,
  D: i32,
  lengthsPtr: usize,
): void {
  const width = (<usize>D) << 2;
  for (let row = 0; row < rows; row++, dstPtr += dstStride, srcPtr += srcStride, lengthsPtr += 4) {
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
    store<f32>(lengthsPtr, scale == 0 ? 0 : <f32>Math.sqrt(sum));
  }
}

/**
 * Writes rows of unit length (or of zeros) as signed bytes: byte d of row r is row[d] / scales[r],
 * rounded. `stride`: of the rows, bytes, a multiple of 16; `byteStride`: of the bytes, a multiple
 * of 16, at least stride / 4; zeros up to it. scales, errors: (rows) floats. No row is farther than
 * errors[r], Euclidean, from its bytes times its scale: what float arithmetic loses in telling so
 * (below 2^-22 of the unit length) is added.
 */
export function quantizeRows(
  rowsPtr: usize,
  stride: usize,
  rows: i32,
  bytesPtr: usize,
  byteStride: usize,
  scalesPtr: usize,
  errorsPtr: usize,
): void {
  for (let row = 0; row < rows; row++, rowsPtr += stride, bytesPtr += byteStride, scalesPtr += 4, errorsPtr += 4) {
    let largest4 = f32x4.splat(0);
    for (let at: usize = 0; at < stride; at += 16) largest4 = f32x4.pmax(largest4, f32x4.abs(v128.load(rowsPtr + at)));
    const largest = max<f32>(
      max<f32>(f32x4.extract_lane(largest4, 0), f32x4.extract_lane(largest4, 1)),
      max<f32>(f32x4.extract_lane(largest4, 2), f32x4.extract_lane(largest4, 3)),
    );
    const scale: f32 = largest / 127;
    const scale4 = f32x4.splat(scale);
    const inverse4 = f32x4.splat(largest > 0 ? 127 / largest : 0);
    let squares = f64x2.splat(0);
    memory.fill(bytesPtr, 0, byteStride);
    for (let at: usize = 0; at < stride; at += 16) {
      const x = v128.load(rowsPtr + at);
      const whole = f32x4.nearest(f32x4.mul(x, inverse4)); // within 127: largest * (127 / largest) rounds to at most 127.00002
      const rest = f32x4.sub(x, f32x4.mul(whole, scale4));
      const low = f64x2.promote_low_f32x4(rest);
      const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(rest, rest, 1, 1));
      squares = f64x2.add(squares, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
      const words = i32x4.trunc_sat_f32x4_s(whole);
      const halves = i16x8.narrow_i32x4_s(words, words);
      v128.store32_lane(bytesPtr + (at >> 2), i8x16.narrow_i16x8_s(halves, halves), 0);
    }
    const error = Math.sqrt(f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1));
    store<f32>(scalesPtr, scale);
    store<f32>(errorsPtr, <f32>(error * 1.00001 + 2.5e-7));
  }
}

/**
 * out[r] = factor * scales[r] * (query · bytes r), the dot product in whole numbers, without loss.
 * query: `byteStride` 16-bit numbers, so small that no sum of products leaves 32 bits; rows of
 * `byteStride` bytes, a multiple of 16. out: (rows).
 */
export function dotBytes(
  queryPtr: usize,
  bytesPtr: usize,
  rows: i32,
  byteStride: usize,
  scalesPtr: usize,
  factor: f32,
  outPtr: usize,
): void {
  const factor4 = f32x4.splat(factor);
  let row = 0;
  for (; row + 4 <= rows; row += 4, bytesPtr += byteStride << 2, scalesPtr += 16, outPtr += 16) {
    const row1 = bytesPtr + byteStride;
    const row2 = row1 + byteStride;
    const row3 = row2 + byteStride;
    let s0 = i32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let at: usize = 0, numbersPtr = queryPtr; at < byteStride; at += 16, numbersPtr += 32) {
      let q = v128.load(numbersPtr);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load_ext<i8>(bytesPtr + at), q));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load_ext<i8>(row1 + at), q));
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load_ext<i8>(row2 + at), q));
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load_ext<i8>(row3 + at), q));
      q = v128.load(numbersPtr, 16);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load_ext<i8>(bytesPtr + at, 8), q));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load_ext<i8>(row1 + at, 8), q));
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load_ext<i8>(row2 + at, 8), q));
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load_ext<i8>(row3 + at, 8), q));
    }
    const s01 = i32x4.add(v128.shuffle<i32>(s0, s1, 0, 4, 1, 5), v128.shuffle<i32>(s0, s1, 2, 6, 3, 7));
    const s23 = i32x4.add(v128.shuffle<i32>(s2, s3, 0, 4, 1, 5), v128.shuffle<i32>(s2, s3, 2, 6, 3, 7));
    const sum = i32x4.add(v128.shuffle<i32>(s01, s23, 0, 1, 4, 5), v128.shuffle<i32>(s01, s23, 2, 3, 6, 7));
    v128.store(outPtr, f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(sum), v128.load(scalesPtr)), factor4));
  }
  for (; row < rows; row++, bytesPtr += byteStride, scalesPtr += 4, outPtr += 4) {
    let s = i32x4.splat(0);
    for (let at: usize = 0; at < byteStride; at += 8) {
      s = i32x4.add(s, i32x4.dot_i16x8_s(v128.load_ext<i8>(bytesPtr + at), v128.load(queryPtr + (at << 1))));
    }
    const sum =
      i32x4.extract_lane(s, 0) + i32x4.extract_lane(s, 1) + i32x4.extract_lane(s, 2) + i32x4.extract_lane(s, 3);
    store<f32>(outPtr, <f32>sum * load<f32>(scalesPtr) * factor);
  }
}

/**
 * out[r] = query · row r, for rows of `stride` bytes, a multiple of 16; query and rows are padded
 * with zeros up to it. out: (rows).
 */
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

/**
 * out[i] = query · row ids[i], to the bit as `dotRows` gives it. ids: (count) i32; out: (count).
 */
export function dotRowsAt(
  queryPtr: usize,
  rowsPtr: usize,
  idsPtr: usize,
  count: i32,
  stride: usize,
  outPtr: usize,
): void {
  for (let i = 0; i < count; i++)
    dotRows(
      queryPtr,
      rowsPtr + <usize>load<i32>(idsPtr + ((<usize>i) << 2)) * stride,
      1,
      stride,
      outPtr + ((<usize>i) << 2),
    );
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
 * Offers the rows of panels `firstPanel` up to `endPanel` (exclusive) to the lists of nearest rows
 * of `firstRow` up to `endRow` (exclusive), of N rows altogether. No row is its own neighbour.
 * Lists are (N, k), best first, equal similarities by row number; fill them with -1 and -Infinity
 * before the first panel, offer panels in ascending order. `scratchPtr`: 32 bytes, aligned to 16.
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
  const listBytes = (<usize>k) << 2;
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
      if (rows > 1)
        offer(
          c10,
          c11,
          row + 1,
          column,
          N,
          idsPtr + list + listBytes,
          similaritiesPtr + list + listBytes,
          worst,
          scratchPtr,
        );
      if (rows > 2)
        offer(
          c20,
          c21,
          row + 2,
          column,
          N,
          idsPtr + list + listBytes * 2,
          similaritiesPtr + list + listBytes * 2,
          worst,
          scratchPtr,
        );
      if (rows > 3)
        offer(
          c30,
          c31,
          row + 3,
          column,
          N,
          idsPtr + list + listBytes * 3,
          similaritiesPtr + list + listBytes * 3,
          worst,
          scratchPtr,
        );
      if (rows > 4)
        offer(
          c40,
          c41,
          row + 4,
          column,
          N,
          idsPtr + list + listBytes * 4,
          similaritiesPtr + list + listBytes * 4,
          worst,
          scratchPtr,
        );
      if (rows > 5)
        offer(
          c50,
          c51,
          row + 5,
          column,
          N,
          idsPtr + list + listBytes * 5,
          similaritiesPtr + list + listBytes * 5,
          worst,
          scratchPtr,
        );
    }
  }
}

/** The first element of a row in the panels; the next one lies 32 bytes on. */
// @ts-ignore: decorator
@inline
function rowPtr(panelsPtr: usize, panelBytes: usize, row: i32): usize {
  return panelsPtr + <usize>(row >> 3) * panelBytes + ((<usize>(row & 7)) << 2);
}

/** Compares eight similarities of a row with the worst of its list; most times none is better. */
// @ts-ignore: decorator
@inline
function offer(
  c0: v128,
  c1: v128,
  row: i32,
  column: i32,
  N: i32,
  idsPtr: usize,
  similaritiesPtr: usize,
  worst: usize,
  scratchPtr: usize,
): void {
  const threshold = v128.load32_splat(similaritiesPtr + worst);
  const better0 = f32x4.gt(c0, threshold);
  const better1 = f32x4.gt(c1, threshold);
  if (v128.any_true(v128.or(better0, better1))) {
    v128.store(scratchPtr, c0);
    v128.store(scratchPtr, c1, 16);
    insert(
      i32x4.bitmask(better0) | (i32x4.bitmask(better1) << 4),
      row,
      column,
      N,
      idsPtr,
      similaritiesPtr,
      worst,
      scratchPtr,
    );
  }
}

/** Puts the similarities of the set bits of `lanes` where they belong in a sorted list. */
function insert(
  lanes: i32,
  row: i32,
  column: i32,
  N: i32,
  idsPtr: usize,
  similaritiesPtr: usize,
  worst: usize,
  scratchPtr: usize,
): void {
  for (; lanes != 0; lanes &= lanes - 1) {
    const lane = ctz(lanes);
    const id = column + lane;
    const similarity = load<f32>(scratchPtr + ((<usize>lane) << 2));
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

/**
 * Offers the rows of a tile as answers to the questions `first` up to `end` (exclusive): a is to b
 * as c is to what?
 *
 * products: (words, T) floats, the cosines of every word that questions name to the T rows of the
 * tile, T a multiple of 4; rows of the tile from `rows` on are padding. questions: (questions, 3)
 * i32, the places of a, b and c in `products`. folds: (T) i32, of each row of the tile what it
 * counts as, and wordFolds: (words) i32: a row that counts as a, b or c is no answer. bests,
 * answers: (questions), the score and the row of the best answer so far (`firstRow` and on); equal
 * scores by row, where tiles are offered in ascending order. Fill them with -Infinity and -1 before
 * the first tile.
 *
 * 3CosAdd, cos b - cos a + cos c (Mikolov et al. 2013); with `multiply`, 3CosMul (Levy & Goldberg
 * 2014, equation 4), twice (1 + cos b) / 2 * (1 + cos c) / 2 / ((1 + cos a) / 2 + 1e-6).
 */
export function offerAnswers(
  productsPtr: usize,
  T: i32,
  rows: i32,
  firstRow: i32,
  foldsPtr: usize,
  wordFoldsPtr: usize,
  questionsPtr: usize,
  first: i32,
  end: i32,
  bestsPtr: usize,
  answersPtr: usize,
  multiply: bool,
): void {
  const bytes = (<usize>T) << 2;
  const one = f32x4.splat(1);
  const little = f32x4.splat(LITTLE);
  for (let question = first; question < end; question++) {
    const ptr = questionsPtr + <usize>question * 12;
    const a = load<i32>(ptr);
    const b = load<i32>(ptr, 4);
    const c = load<i32>(ptr, 8);
    const aPtr = productsPtr + <usize>a * bytes;
    const bPtr = productsPtr + <usize>b * bytes;
    const cPtr = productsPtr + <usize>c * bytes;
    const bestPtr = bestsPtr + ((<usize>question) << 2);
    let most = f32x4.splat(-Infinity);
    if (multiply) {
      for (let at: usize = 0; at < bytes; at += 16) {
        const numerator = f32x4.mul(f32x4.add(one, v128.load(bPtr + at)), f32x4.add(one, v128.load(cPtr + at)));
        const denominator = f32x4.add(f32x4.add(one, v128.load(aPtr + at)), little);
        most = f32x4.pmax(most, f32x4.div(numerator, denominator));
      }
    } else {
      for (let at: usize = 0; at < bytes; at += 16) {
        most = f32x4.pmax(most, f32x4.add(f32x4.sub(v128.load(bPtr + at), v128.load(aPtr + at)), v128.load(cPtr + at)));
      }
    }
    if (!v128.any_true(f32x4.gt(most, v128.load32_splat(bestPtr)))) continue;
    // something is better than before: find it, and leave out the words of the question, which
    // often are it
    const aFold = load<i32>(wordFoldsPtr + ((<usize>a) << 2));
    const bFold = load<i32>(wordFoldsPtr + ((<usize>b) << 2));
    const cFold = load<i32>(wordFoldsPtr + ((<usize>c) << 2));
    let best = load<f32>(bestPtr);
    for (let row = 0; row < rows; row++) {
      const at = (<usize>row) << 2;
      const score: f32 = multiply
        ? ((<f32>1 + load<f32>(bPtr + at)) * (<f32>1 + load<f32>(cPtr + at))) / (<f32>1 + load<f32>(aPtr + at) + LITTLE)
        : load<f32>(bPtr + at) - load<f32>(aPtr + at) + load<f32>(cPtr + at);
      if (!(score > best)) continue;
      const fold = load<i32>(foldsPtr + at);
      if (fold == aFold || fold == bFold || fold == cFold) continue;
      best = score;
      store<i32>(answersPtr + ((<usize>question) << 2), firstRow + row);
    }
    store<f32>(bestPtr, best);
  }
}
