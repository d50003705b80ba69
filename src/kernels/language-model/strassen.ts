// What Strassen's multiplication of matrices (Strassen 1969) makes of a matrix before it is
// multiplied; part of the language model's module, not a module of its own.
// src/language-model/strassen.ts has the algorithm.

/**
 * The seven terms of a matrix in quarters q11, q12, q21, q22:
 *   q11 + q22, q21 + q22, q11, q22, q11 + q12, q21 - q11, q12 - q22
 * Each quarter is `rows` rows of `count` floats, a multiple of 8, sourceStride apart, and in the
 * terms targetStride; a term stands termStride behind the one before. A row of a left quarter is
 * multiplied by 8 scales again and again, one of a right quarter by 8 others; those of the next row
 * are scalesStride behind.
 */
export function strassenTerms(
  q11Ptr: usize,
  q12Ptr: usize,
  q21Ptr: usize,
  q22Ptr: usize,
  sourceStride: usize,
  rows: i32,
  count: i32,
  leftScalesPtr: usize,
  rightScalesPtr: usize,
  scalesStride: usize,
  targetPtr: usize,
  targetStride: usize,
  termStride: usize,
): void {
  const bytes = (<usize>count) << 2;
  for (; rows > 0; rows--) {
    const left0 = v128.load(leftScalesPtr);
    const left1 = v128.load(leftScalesPtr, 16);
    const right0 = v128.load(rightScalesPtr);
    const right1 = v128.load(rightScalesPtr, 16);
    for (let at: usize = 0; at < bytes; at += 32) {
      storeTerms(
        f32x4.mul(v128.load(q11Ptr + at), left0),
        f32x4.mul(v128.load(q12Ptr + at), right0),
        f32x4.mul(v128.load(q21Ptr + at), left0),
        f32x4.mul(v128.load(q22Ptr + at), right0),
        targetPtr + at,
        termStride,
      );
      storeTerms(
        f32x4.mul(v128.load(q11Ptr + at, 16), left1),
        f32x4.mul(v128.load(q12Ptr + at, 16), right1),
        f32x4.mul(v128.load(q21Ptr + at, 16), left1),
        f32x4.mul(v128.load(q22Ptr + at, 16), right1),
        targetPtr + at + 16,
        termStride,
      );
    }
    q11Ptr += sourceStride;
    q12Ptr += sourceStride;
    q21Ptr += sourceStride;
    q22Ptr += sourceStride;
    leftScalesPtr += scalesStride;
    rightScalesPtr += scalesStride;
    targetPtr += targetStride;
  }
}

// @ts-ignore: decorator
@inline
function storeTerms(q11: v128, q12: v128, q21: v128, q22: v128, ptr: usize, stride: usize): void {
  v128.store(ptr, f32x4.add(q11, q22));
  v128.store((ptr += stride), f32x4.add(q21, q22));
  v128.store((ptr += stride), q11);
  v128.store((ptr += stride), q22);
  v128.store((ptr += stride), f32x4.add(q11, q12));
  v128.store((ptr += stride), f32x4.sub(q21, q11));
  v128.store((ptr += stride), f32x4.sub(q12, q22));
}
