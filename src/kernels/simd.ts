// What every kernel shares: fused multiply-add in both builds, horizontal sums, exp, tanh and sigmoid on four floats.
//
// Each module is compiled twice: with SIMD alone, and with relaxed SIMD, where multiply-add is one instruction that
// rounds once. `ASC_FEATURE_RELAXED_SIMD` is a compile-time constant, so the other branch costs nothing.
// V8 rebuilds a vector constant at every use, so kernels keep constants in locals outside their loops.

/** a * b + c, lane by lane. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** c - a * b, lane by lane. */
// @ts-ignore: decorator
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
  return f32x4.sub(c, f32x4.mul(a, b));
}

/** The smaller of each pair of lanes; which one, where a lane is NaN or the two are zeros of either sign, is not defined. */
// @ts-ignore: decorator
@inline
export function min4(a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_min(a, b);
  return f32x4.pmin(a, b);
}

/** The larger of each pair of lanes; undefined where `min4` is. */
// @ts-ignore: decorator
@inline
export function max4(a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_max(a, b);
  return f32x4.pmax(a, b);
}

/** The sum of the four lanes. */
// @ts-ignore: decorator
@inline
export function sum4(a: v128): f32 {
  const b = f32x4.add(a, v128.shuffle<f32>(a, a, 2, 3, 0, 1));
  return f32x4.extract_lane(b, 0) + f32x4.extract_lane(b, 1);
}
