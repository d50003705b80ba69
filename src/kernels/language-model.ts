// Kernels of the next-token model: embedding, dropout, softmax with cross-entropy, Adam (Kingma, Ba
// 2015; AdamW: Loshchilov, Hutter 2019), and products for one token at a time. Functions over
// pointers without any state: src/language-model decides their order. Panels and products:
// matrix.ts; cells: cells.ts; attention: attention.ts.

import { exp4, exp4From, madd, max4, storeExpConstants, sum4 } from './shared/simd';
import { storeTransposed } from './language-model/matrix';

export { attend, attendBackward, combineRows } from './language-model/attention';
export {
  gruBackward,
  gruForward,
  gruStep,
  lstmBackward,
  lstmForward,
  lstmStep,
  rnnBackward,
  rnnForward,
  rnnStep,
} from './language-model/cells';
export { addColumns, takeColumns } from './language-model/columns';
export { multiplyRows, multiplyStrips, multiplyPanels, packColumns, transposePanels } from './language-model/matrix';
export { strassenTerms } from './language-model/strassen';
// What src/language-model shares with it
export { REPLACE, ADD, SUBTRACT } from './language-model/tiles';

export function zero(ptr: usize, bytes: usize): void {
  memory.fill(ptr, 0, bytes);
}

/** Zeros in the first `bytes` of rows `stride` apart. */
export function zeroRows(ptr: usize, stride: usize, rows: i32, bytes: usize): void {
  for (; rows > 0; rows--, ptr += stride) memory.fill(ptr, 0, bytes);
}

export function copy(targetPtr: usize, sourcePtr: usize, bytes: usize): void {
  memory.copy(targetPtr, sourcePtr, bytes);
}

/** target (count) = a + b. count: a multiple of 4. */
export function addVectors(aPtr: usize, bPtr: usize, targetPtr: usize, count: i32): void {
  for (let at: usize = 0; at < (<usize>count) << 2; at += 16) {
    v128.store(targetPtr + at, f32x4.add(v128.load(aPtr + at), v128.load(bPtr + at)));
  }
}

// Embedding

/**
 * The rows of 8 tokens in a table of rows (V, features) -> a panel (features). features: a multiple
 * of 4.
 */
export function gather(tokensPtr: usize, tablePtr: usize, rowStride: usize, features: i32, panelPtr: usize): void {
  for (let half: usize = 0; half < 32; half += 16) {
    let aPtr = tablePtr + <usize>load<u32>(tokensPtr + half) * rowStride;
    let bPtr = tablePtr + <usize>load<u32>(tokensPtr + half, 4) * rowStride;
    let cPtr = tablePtr + <usize>load<u32>(tokensPtr + half, 8) * rowStride;
    let dPtr = tablePtr + <usize>load<u32>(tokensPtr + half, 12) * rowStride;
    let toPtr = panelPtr + half;
    for (let feature = 0; feature < features; feature += 4) {
      storeTransposed(v128.load(aPtr), v128.load(bPtr), v128.load(cPtr), v128.load(dPtr), toPtr, 32);
      aPtr += 16;
      bPtr += 16;
      cPtr += 16;
      dPtr += 16;
      toPtr += 128;
    }
  }
}

/**
 * Adds each of 8 columns of a panel (features) to the row of its token in a table; a token may come
 * more than once.
 */
export function scatterAdd(tokensPtr: usize, tablePtr: usize, rowStride: usize, features: i32, panelPtr: usize): void {
  for (let lane: usize = 0; lane < 32; lane += 4) {
    let toPtr = tablePtr + <usize>load<u32>(tokensPtr + lane) * rowStride;
    let fromPtr = panelPtr + lane;
    for (let feature = 0; feature < features; feature++) {
      store<f32>(toPtr, load<f32>(toPtr) + load<f32>(fromPtr));
      toPtr += 4;
      fromPtr += 32;
    }
  }
}

// Dropout

/**
 * target (count) = source, each number multiplied by scale where its hash is not below threshold
 * (of 2^32), else 0: number k of the array is hashed as first + k. count: a multiple of 4; the
 * arrays may be the same. src/language-model/dropout.ts has the same hash.
 */
export function dropout(
  sourcePtr: usize,
  targetPtr: usize,
  count: i32,
  first: i32,
  seed: i32,
  threshold: i32,
  scale: f32,
): void {
  const limit = i32x4.splat(threshold);
  const factor = f32x4.splat(scale);
  const m1 = i32x4.splat(0x85ebca6b);
  const m2 = i32x4.splat(0xc2b2ae35);
  const start = i32x4.splat(first * 0x9e3779b9 + seed);
  let key = i32x4.add(start, i32x4(0, 0x9e3779b9, 0x3c6ef372, 0xdaa66d2b));
  const next = i32x4.splat(0x78dde6e4); // 4 * 0x9e3779b9
  for (let at: usize = 0; at < (<usize>count) << 2; at += 16) {
    let hash = v128.xor(key, i32x4.shr_u(key, 16));
    hash = i32x4.mul(hash, m1);
    hash = v128.xor(hash, i32x4.shr_u(hash, 13));
    hash = i32x4.mul(hash, m2);
    hash = v128.xor(hash, i32x4.shr_u(hash, 16));
    const kept = v128.and(v128.load(sourcePtr + at), i32x4.ge_u(hash, limit));
    v128.store(targetPtr + at, f32x4.mul(kept, factor));
    key = i32x4.add(key, next);
  }
}

/** Multiplies each sequence of a panel (rows) by its scale (8), in place. */
export function scaleColumns(panelPtr: usize, scalePtr: usize, rows: i32): void {
  const low = v128.load(scalePtr);
  const high = v128.load(scalePtr, 16);
  for (let at: usize = 0; at < (<usize>rows) << 5; at += 32) {
    v128.store(panelPtr + at, f32x4.mul(v128.load(panelPtr + at), low));
    v128.store(panelPtr + at, f32x4.mul(v128.load(panelPtr + at, 16), high), 16);
  }
}

// Softmax

/**
 * Softmax and cross-entropy of 8 sequences, all but the division. logits, a panel (rows; vocabulary
 * of them real, the rest padding), plus bias (vocabulary) become e^(logit - largest), 0 in the
 * padding, minus their sum at the target: divided by the sum, the gradient of the loss. sums (8):
 * those sums; targetLogits (8): the target's logit - the largest. A target below 0 counts for
 * nothing: its gradient must be multiplied by 0.
 */
export function softmax(
  logitsPtr: usize,
  biasPtr: usize,
  targetsPtr: usize,
  vocabulary: i32,
  rows: i32,
  sumsPtr: usize,
  targetLogitsPtr: usize,
  constantsPtr: usize,
): void {
  storeExpConstants(constantsPtr);
  let low = f32x4.splat(-Infinity),
    high = low;
  for (let token = 0, at = logitsPtr; token < vocabulary; token++, at += 32) {
    const bias = v128.load32_splat(biasPtr + ((<usize>token) << 2));
    const left = f32x4.add(v128.load(at), bias);
    const right = f32x4.add(v128.load(at, 16), bias);
    v128.store(at, left);
    v128.store(at, right, 16);
    low = max4(low, left);
    high = max4(high, right);
  }
  v128.store(sumsPtr, low);
  v128.store(sumsPtr, high, 16);
  for (let lane: usize = 0; lane < 32; lane += 4) {
    const target = load<i32>(targetsPtr + lane);
    const logit: f32 =
      target < 0 ? 0 : load<f32>(logitsPtr + ((<usize>target) << 5) + lane) - load<f32>(sumsPtr + lane);
    store<f32>(targetLogitsPtr + lane, logit);
  }
  let sumLow = f32x4.splat(0),
    sumHigh = sumLow;
  let ptr = logitsPtr;
  for (let token = 0; token < vocabulary; token++, ptr += 32) {
    const left = exp4From(constantsPtr, f32x4.sub(v128.load(ptr), low));
    const right = exp4From(constantsPtr, f32x4.sub(v128.load(ptr, 16), high));
    v128.store(ptr, left);
    v128.store(ptr, right, 16);
    sumLow = f32x4.add(sumLow, left);
    sumHigh = f32x4.add(sumHigh, right);
  }
  memory.fill(ptr, 0, (<usize>(rows - vocabulary)) << 5);
  v128.store(sumsPtr, sumLow);
  v128.store(sumsPtr, sumHigh, 16);
  for (let lane: usize = 0; lane < 32; lane += 4) {
    const target = load<i32>(targetsPtr + lane);
    if (target < 0) continue;
    const at = logitsPtr + ((<usize>target) << 5) + lane;
    store<f32>(at, load<f32>(at) - load<f32>(sumsPtr + lane));
  }
}

/**
 * For looking inside: logits, a panel (vocabulary), plus bias become e^(logit - largest); sums (8):
 * their sums; weighted (8): the sums of e^x x with x = logit - largest, of which the entropy is
 * made.
 */
export function softmaxWithEntropy(
  logitsPtr: usize,
  biasPtr: usize,
  vocabulary: i32,
  sumsPtr: usize,
  weightedPtr: usize,
  constantsPtr: usize,
): void {
  storeExpConstants(constantsPtr);
  for (let half: usize = 0; half < 32; half += 16) {
    let largest = f32x4.splat(-Infinity);
    for (let token: usize = 0; token < <usize>vocabulary; token++) {
      const ptr = logitsPtr + (token << 5) + half;
      const logit = f32x4.add(v128.load(ptr), v128.load32_splat(biasPtr + (token << 2)));
      v128.store(ptr, logit);
      largest = max4(largest, logit);
    }
    let sum = f32x4.splat(0),
      weighted = sum;
    for (let token: usize = 0; token < <usize>vocabulary; token++) {
      const ptr = logitsPtr + (token << 5) + half;
      const x = f32x4.sub(v128.load(ptr), largest);
      const e = exp4From(constantsPtr, x);
      v128.store(ptr, e);
      sum = f32x4.add(sum, e);
      weighted = madd(e, x, weighted);
    }
    v128.store(sumsPtr + half, sum);
    v128.store(weightedPtr + half, weighted);
  }
}

/**
 * Goes over a panel (rows) from `row` on, to the first row with a number above its sequence's
 * `least` (8), whose number is the answer; `rows` where there is none. Adds to `above` (8),
 * integers, how many numbers on the way, that row's included, were above `came` (8).
 */
export function nextAbove(panelPtr: usize, row: i32, rows: i32, leastPtr: usize, camePtr: usize, abovePtr: usize): i32 {
  const leastLow = v128.load(leastPtr);
  const leastHigh = v128.load(leastPtr, 16);
  const cameLow = v128.load(camePtr);
  const cameHigh = v128.load(camePtr, 16);
  let aboveLow = v128.load(abovePtr);
  let aboveHigh = v128.load(abovePtr, 16);
  for (let ptr = panelPtr + ((<usize>row) << 5); row < rows; row++, ptr += 32) {
    const low = v128.load(ptr);
    const high = v128.load(ptr, 16);
    aboveLow = i32x4.sub(aboveLow, f32x4.gt(low, cameLow));
    aboveHigh = i32x4.sub(aboveHigh, f32x4.gt(high, cameHigh));
    if (v128.any_true(v128.or(f32x4.gt(low, leastLow), f32x4.gt(high, leastHigh)))) break;
  }
  v128.store(abovePtr, aboveLow);
  v128.store(abovePtr, aboveHigh, 16);
  return row;
}

// Gradients of biases

/**
 * Adds to each row's 4 partial sums, (rows, 4), the row's 8 numbers in each panel, times the scale
 * of their sequence (8 a panel).
 */
export function addRowSums(
  panelPtr: usize,
  panelStride: usize,
  panels: i32,
  rows: i32,
  scalePtr: usize,
  sumsPtr: usize,
): void {
  for (let panel = 0; panel < panels; panel++) {
    const low = v128.load(scalePtr);
    const high = v128.load(scalePtr, 16);
    for (let row: usize = 0; row < <usize>rows; row++) {
      const fromPtr = panelPtr + (row << 5);
      const sumPtr = sumsPtr + (row << 4);
      v128.store(sumPtr, madd(v128.load(fromPtr), low, madd(v128.load(fromPtr, 16), high, v128.load(sumPtr))));
    }
    panelPtr += panelStride;
    scalePtr += 32;
  }
}

/** (count, 4) -> (count). */
export function foldSums(sumsPtr: usize, count: i32, targetPtr: usize): void {
  for (let index: usize = 0; index < <usize>count; index++) {
    store<f32>(targetPtr + (index << 2), sum4(v128.load(sumsPtr + (index << 4))));
  }
}

// Optimiser; counts are multiples of 4

/** The sum of the squares of count floats, in double precision after every 4,096. */
export function sumSquares(ptr: usize, count: i32): f64 {
  let total: f64 = 0;
  while (count > 0) {
    const endPtr = ptr + ((<usize>min(count, 4096)) << 2);
    let sum = f32x4.splat(0);
    for (; ptr < endPtr; ptr += 16) {
      const x = v128.load(ptr);
      sum = madd(x, x, sum);
    }
    total += <f64>sum4(sum);
    count -= 4096;
  }
  return total;
}

/**
 * AdamW's step on count parameters. gradientScale: clipping; stepSize: learning rate / (1 -
 * beta1^t); rootScale: 1 / sqrt(1 - beta2^t); keep: 1 - learning rate * weight decay, 1 for Adam.
 */
export function adam(
  parametersPtr: usize,
  gradientsPtr: usize,
  meansPtr: usize,
  squaresPtr: usize,
  count: i32,
  gradientScale: f32,
  stepSize: f32,
  rootScale: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  keep: f32,
): void {
  const kept = f32x4.splat(keep);
  const scale = f32x4.splat(gradientScale);
  const step = f32x4.splat(stepSize);
  const root = f32x4.splat(rootScale);
  const keepMean = f32x4.splat(beta1);
  const newMean = f32x4.splat(1 - beta1);
  const keepSquare = f32x4.splat(beta2);
  const newSquare = f32x4.splat(1 - beta2);
  const small = f32x4.splat(epsilon);
  // adding and taking away 1e-30 turns a mean below 4e-38 into 0: as denormals, the means of rare
  // tokens slow some processors
  const tiny = f32x4.splat(1e-30);
  for (let at: usize = 0; at < (<usize>count) << 2; at += 16) {
    const gradient = f32x4.mul(v128.load(gradientsPtr + at), scale);
    let mean = madd(gradient, newMean, f32x4.mul(v128.load(meansPtr + at), keepMean));
    mean = f32x4.sub(f32x4.add(mean, tiny), tiny);
    const square = madd(f32x4.mul(gradient, newSquare), gradient, f32x4.mul(v128.load(squaresPtr + at), keepSquare));
    v128.store(meansPtr + at, mean);
    v128.store(squaresPtr + at, square);
    const change = f32x4.div(f32x4.mul(step, mean), madd(f32x4.sqrt(square), root, small));
    v128.store(parametersPtr + at, f32x4.sub(f32x4.mul(v128.load(parametersPtr + at), kept), change));
  }
}

// Inference: one sequence

/** y (rows) = or += W (rows, columns) x (columns). rows: a multiple of 8, columns: of 4. */
export function multiplyVector(
  weightPtr: usize,
  weightStride: usize,
  rows: i32,
  columns: i32,
  xPtr: usize,
  yPtr: usize,
  accumulate: bool,
): void {
  for (let row = 0; row < rows; row += 8) {
    multiplyVector8(weightPtr, weightStride, (<usize>columns) << 2, xPtr, yPtr, accumulate);
    weightPtr += weightStride << 3;
    yPtr += 32;
  }
}

function multiplyVector8(w0Ptr: usize, stride: usize, bytes: usize, xPtr: usize, yPtr: usize, accumulate: bool): void {
  const w1Ptr = w0Ptr + stride;
  const w2Ptr = w1Ptr + stride;
  const w3Ptr = w2Ptr + stride;
  const w4Ptr = w3Ptr + stride;
  const w5Ptr = w4Ptr + stride;
  const w6Ptr = w5Ptr + stride;
  const w7Ptr = w6Ptr + stride;
  let s0 = f32x4.splat(0),
    s1 = s0,
    s2 = s0,
    s3 = s0,
    s4 = s0,
    s5 = s0,
    s6 = s0,
    s7 = s0;
  const end32 = bytes & ~31;
  let at: usize = 0;
  for (; at < end32; at += 32) {
    let x = v128.load(xPtr + at);
    s0 = madd(x, v128.load(w0Ptr + at), s0);
    s1 = madd(x, v128.load(w1Ptr + at), s1);
    s2 = madd(x, v128.load(w2Ptr + at), s2);
    s3 = madd(x, v128.load(w3Ptr + at), s3);
    s4 = madd(x, v128.load(w4Ptr + at), s4);
    s5 = madd(x, v128.load(w5Ptr + at), s5);
    s6 = madd(x, v128.load(w6Ptr + at), s6);
    s7 = madd(x, v128.load(w7Ptr + at), s7);
    x = v128.load(xPtr + at, 16);
    s0 = madd(x, v128.load(w0Ptr + at, 16), s0);
    s1 = madd(x, v128.load(w1Ptr + at, 16), s1);
    s2 = madd(x, v128.load(w2Ptr + at, 16), s2);
    s3 = madd(x, v128.load(w3Ptr + at, 16), s3);
    s4 = madd(x, v128.load(w4Ptr + at, 16), s4);
    s5 = madd(x, v128.load(w5Ptr + at, 16), s5);
    s6 = madd(x, v128.load(w6Ptr + at, 16), s6);
    s7 = madd(x, v128.load(w7Ptr + at, 16), s7);
  }
  if (at < bytes) {
    const x = v128.load(xPtr + at);
    s0 = madd(x, v128.load(w0Ptr + at), s0);
    s1 = madd(x, v128.load(w1Ptr + at), s1);
    s2 = madd(x, v128.load(w2Ptr + at), s2);
    s3 = madd(x, v128.load(w3Ptr + at), s3);
    s4 = madd(x, v128.load(w4Ptr + at), s4);
    s5 = madd(x, v128.load(w5Ptr + at), s5);
    s6 = madd(x, v128.load(w6Ptr + at), s6);
    s7 = madd(x, v128.load(w7Ptr + at), s7);
  }
  let low = sums4(s0, s1, s2, s3);
  let high = sums4(s4, s5, s6, s7);
  if (accumulate) {
    low = f32x4.add(low, v128.load(yPtr));
    high = f32x4.add(high, v128.load(yPtr, 16));
  }
  v128.store(yPtr, low);
  v128.store(yPtr, high, 16);
}

/** The sum of each vector's lanes, side by side. */
// @ts-ignore: decorator
@inline
function sums4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}

/**
 * logits + bias (count, a multiple of 4; -Infinity in the padding's bias) -> probabilities, in
 * place.
 */
export function softmaxVector(logitsPtr: usize, biasPtr: usize, count: i32): void {
  const bytes = (<usize>count) << 2;
  let largest = f32x4.splat(-Infinity);
  for (let at: usize = 0; at < bytes; at += 16) {
    const logit = f32x4.add(v128.load(logitsPtr + at), v128.load(biasPtr + at));
    v128.store(logitsPtr + at, logit);
    largest = max4(largest, logit);
  }
  largest = max4(largest, v128.shuffle<f32>(largest, largest, 2, 3, 0, 1));
  largest = max4(largest, v128.shuffle<f32>(largest, largest, 1, 0, 3, 2));
  let sum = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const e = exp4(f32x4.sub(v128.load(logitsPtr + at), largest));
    v128.store(logitsPtr + at, e);
    sum = f32x4.add(sum, e);
  }
  const scale = f32x4.splat(1 / sum4(sum));
  for (let at: usize = 0; at < bytes; at += 16) v128.store(logitsPtr + at, f32x4.mul(v128.load(logitsPtr + at), scale));
}
