// Logistic regression of word2vec, four scores at once: sigmoid, and the loss in double precision;
// part of the word2vec module, not a module of its own.

import { exp4, madd, max4, min4, sum4 } from '../shared/simd';

/** Bytes of a vector register, of four floats. */
const VECTOR: usize = 16;
/** tanh(3) */
const TANH_3 = 0.9950547536867305;

/**
 * `scores` become rate * (label - sigmoid(score)), `rows` rows of `stride` bytes. `labels` and
 * `marks`, (stride): what a score should have been, and 1 where there is an output, 0 in unused
 * lanes. `constantsPtr`: of `storeConstants`.
 */
export function toGradients(
  scoresPtr: usize,
  rows: i32,
  stride: usize,
  labelsPtr: usize,
  marksPtr: usize,
  rate: f32,
  constantsPtr: usize,
): void {
  const rates = f32x4.splat(rate),
    endPtr = scoresPtr + <usize>rows * stride;
  for (let scorePtr = scoresPtr; scorePtr < endPtr; scorePtr += stride) {
    for (let b: usize = 0; b < stride; b += VECTOR) {
      const error = f32x4.sub(v128.load(labelsPtr + b), sigmoid(v128.load(scorePtr + b), constantsPtr));
      v128.store(scorePtr + b, f32x4.mul(f32x4.mul(rates, v128.load(marksPtr + b)), error));
    }
  }
}

/** Sum of the losses of all scores: log(1 + e^score) - label * score. */
export function lossOf(scoresPtr: usize, rows: i32, stride: usize, labelsPtr: usize, marksPtr: usize): f64 {
  const endPtr = scoresPtr + <usize>rows * stride;
  let sum = 0.0;
  for (let scorePtr = scoresPtr; scorePtr < endPtr; scorePtr += stride) {
    for (let b: usize = 0; b < stride; b += VECTOR) {
      const score = v128.load(scorePtr + b),
        loss = f32x4.sub(softplus(score), f32x4.mul(v128.load(labelsPtr + b), score)),
        unused = f32x4.eq(v128.load(marksPtr + b), f32x4.splat(0));
      sum += sum4(v128.andnot(loss, unused));
    }
  }
  return sum;
}

/**
 * log(1 + e^x) = max(x, 0) + log(1 + t), t = e^-|x|. The logarithm is 2 artanh(s), s = t / (2 + t)
 * <= 1/3, as a series to s^11; its error is below 1e-7. Infinite and undefined scores stay so.
 */
// @ts-ignore: decorator
@inline
function softplus(x: v128): v128 {
  const size = f32x4.abs(x),
    t = exp4(f32x4.neg(size)),
    s = f32x4.div(t, f32x4.add(f32x4.splat(2), t)),
    z = f32x4.mul(s, s);
  let series = madd(z, f32x4.splat(<f32>(2.0 / 11)), f32x4.splat(<f32>(2.0 / 9)));
  series = madd(z, series, f32x4.splat(<f32>(2.0 / 7)));
  series = madd(z, series, f32x4.splat(<f32>(2.0 / 5)));
  series = madd(z, series, f32x4.splat(<f32>(2.0 / 3)));
  series = madd(z, series, f32x4.splat(2));
  return madd(f32x4.splat(0.5), f32x4.add(x, size), f32x4.mul(s, series));
}

/**
 * Sigmoid of x, stretched by half a percent about 1/2, so that it is 1 and 0 at 6 and -6, where
 * word2vec's table ends, and beyond: a score that is certain stops its own growth. (1 + tanh(x /
 * 2)) / 2, tanh as a continued fraction; its error is below 1e-6, with float rounding.
 */
// @ts-ignore: decorator
@inline
function sigmoid(x: v128, constantsPtr: usize): v128 {
  const half = v128.load32_splat(constantsPtr),
    c0 = v128.load32_splat(constantsPtr, 12),
    h = max4(min4(f32x4.mul(x, half), v128.load32_splat(constantsPtr, 4)), v128.load32_splat(constantsPtr, 8)),
    z = f32x4.mul(h, h);
  let numerator = f32x4.add(z, v128.load32_splat(constantsPtr, 16));
  numerator = madd(numerator, z, v128.load32_splat(constantsPtr, 20));
  numerator = madd(numerator, z, c0);
  let denominator = madd(z, v128.load32_splat(constantsPtr, 24), v128.load32_splat(constantsPtr, 28));
  denominator = madd(denominator, z, v128.load32_splat(constantsPtr, 32));
  denominator = madd(denominator, z, c0);
  return madd(f32x4.div(f32x4.mul(numerator, h), denominator), v128.load32_splat(constantsPtr, 36), half);
}

/** V8 rebuilds a vector constant at every use; a broadcast load is cheaper. Takes 40 bytes. */
export function storeConstants(constantsPtr: usize): void {
  store<f32>(constantsPtr, 0.5);
  store<f32>(constantsPtr, 3, 4);
  store<f32>(constantsPtr, -3, 8);
  store<f32>(constantsPtr, 135135, 12);
  store<f32>(constantsPtr, 378, 16);
  store<f32>(constantsPtr, 17325, 20);
  store<f32>(constantsPtr, 28, 24);
  store<f32>(constantsPtr, 3150, 28);
  store<f32>(constantsPtr, 62370, 32);
  store<f32>(constantsPtr, <f32>(0.5 / TANH_3), 36);
}
