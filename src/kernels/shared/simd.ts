// What every kernel shares: fused multiply-add in both builds, horizontal sums, exp, tanh and
// sigmoid on four floats.
//
// Each module is compiled twice: with SIMD alone, and with relaxed SIMD, where multiply-add is one
// instruction that rounds once. `ASC_FEATURE_RELAXED_SIMD` is a compile-time constant, so the other
// branch costs nothing. V8 rebuilds a vector constant at every use, so kernels keep constants in
// locals outside their loops.

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

/**
 * The smaller of each pair of lanes; which one, where a lane is NaN or the two are zeros of either
 * sign, is not defined.
 */
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

/**
 * e^x lane by lane, within 2 units in the last place (Cephes `expf`: 2^n times a polynomial in the
 * rest, at most ln 2 / 2). x is held within -87.3 to 88.3, so that the result is never zero,
 * denormal or infinite.
 */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const held = max4(min4(x, f32x4.splat(88.3)), f32x4.splat(-87.3));
  // Adding 1.5 * 2^23 rounds to a whole number, which then stands in the lowest bits.
  const magic = f32x4.splat(12582912),
    shifted = madd(held, f32x4.splat(1.44269504), magic),
    n = f32x4.sub(shifted, magic),
    r = nmadd(n, f32x4.splat(-2.1219444e-4), nmadd(n, f32x4.splat(0.693359375), held));
  let p = madd(f32x4.splat(1.98756915e-4), r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  p = f32x4.add(madd(f32x4.mul(r, r), p, r), f32x4.splat(1));
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/** Bytes of `storeExpConstants`. */
export const EXP_CONSTANTS: usize = 48;

/** What exp4From reads: V8 rebuilds a vector constant at every use; a broadcast load is cheaper. */
export function storeExpConstants(ptr: usize): void {
  store<f32>(ptr, 1);
  store<f32>(ptr, -87.3, 4);
  store<f32>(ptr, 12582912, 8);
  store<f32>(ptr, 1.44269504, 12);
  store<f32>(ptr, 0.693359375, 16);
  store<f32>(ptr, -2.1219444e-4, 20);
  store<f32>(ptr, 1.98756915e-4, 24);
  store<f32>(ptr, 1.3981999507e-3, 28);
  store<f32>(ptr, 8.3334519073e-3, 32);
  store<f32>(ptr, 4.1665795894e-2, 36);
  store<f32>(ptr, 1.6666665459e-1, 40);
  store<f32>(ptr, 0.5, 44);
}

/** exp4 with constants from memory; x at most 0. */
// @ts-ignore: decorator
@inline
export function exp4From(ptr: usize, x: v128): v128 {
  const held = max4(x, v128.load32_splat(ptr, 4)),
    magic = v128.load32_splat(ptr, 8),
    shifted = madd(held, v128.load32_splat(ptr, 12), magic),
    n = f32x4.sub(shifted, magic),
    r = nmadd(n, v128.load32_splat(ptr, 20), nmadd(n, v128.load32_splat(ptr, 16), held));
  let p = madd(v128.load32_splat(ptr, 24), r, v128.load32_splat(ptr, 28));
  p = madd(p, r, v128.load32_splat(ptr, 32));
  p = madd(p, r, v128.load32_splat(ptr, 36));
  p = madd(p, r, v128.load32_splat(ptr, 40));
  p = madd(p, r, v128.load32_splat(ptr, 44));
  p = f32x4.add(madd(f32x4.mul(r, r), p, r), v128.load32_splat(ptr));
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/**
 * tanh x, lane by lane, to about 4e-7: the rational function of Eigen's float tanh on [-7.9, 7.9],
 * +-1 outside.
 */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  x = min4(max4(x, f32x4.splat(-7.90531110763549805)), f32x4.splat(7.90531110763549805));
  const s = f32x4.mul(x, x);
  let p = madd(s, f32x4.splat(-2.76076847742355e-16), f32x4.splat(2.00018790482477e-13));
  p = madd(p, s, f32x4.splat(-8.60467152213735e-11));
  p = madd(p, s, f32x4.splat(5.12229709037114e-8));
  p = madd(p, s, f32x4.splat(1.48572235717979e-5));
  p = madd(p, s, f32x4.splat(6.37261928875436e-4));
  p = madd(p, s, f32x4.splat(4.89352455891786e-3));
  let q = madd(s, f32x4.splat(1.19825839466702e-6), f32x4.splat(1.18534705686654e-4));
  q = madd(q, s, f32x4.splat(2.268434632439e-3));
  q = madd(q, s, f32x4.splat(4.89352518554385e-3));
  return f32x4.div(f32x4.mul(p, x), q);
}

/** 1 / (1 + e^-x), lane by lane, to about 2e-7, through tanh. */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const half = f32x4.splat(0.5);
  return madd(tanh4(f32x4.mul(x, half)), half, half);
}
