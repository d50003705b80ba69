// 3CosMul (Levy & Goldberg 2014, "Linguistic Regularities in Sparse and Explicit Word
// Representations", equation 4): the product of (1 + cos) / 2 over the words that count, divided by
// that over the words that count against, plus 1e-6; a weight is the exponent of its factor. From
// cosines that are known within bounds, the bounds of the score.

/** Added to the denominator against a division by zero. */
export const COSMUL_EPSILON = 1e-6;

/**
 * A word's weight, below 0 where it counts against, and how far a cosine to it may be off: the
 * row's error times `slope`, plus `constant`.
 */
interface MeasuredFactor {
  weight: number;
  slope: number;
  constant: number;
}

/**
 * 3CosMul of a row, in double precision. cosines: (queries, stride). With `sign` 1 or -1 no less or
 * no more than it can be, where the row's copy is `error` away; with 0 what the cosines say.
 */
export function quotient(
  queries: readonly MeasuredFactor[],
  cosines: Float32Array,
  stride: number,
  row: number,
  error: number,
  sign: -1 | 0 | 1,
): number {
  let [numerator, denominator] = [1, 1];
  for (let i = 0; i < queries.length; i++) {
    const { weight, slope, constant } = queries[i]!;
    const bound = sign * (error * slope + constant);
    const cosine = cosines[i * stride + row]!;
    if (weight > 0) numerator *= power((1 + cosine + bound) / 2, weight);
    else denominator *= power((1 + cosine - bound) / 2, -weight);
  }
  return numerator / (denominator + COSMUL_EPSILON);
}

/**
 * Multiplies each number by the largest factor, or the smallest where it counts against, that the
 * row can have.
 */
export function multiply(
  numbers: Float64Array,
  cosines: Float32Array,
  errors: Float32Array,
  query: MeasuredFactor,
): void {
  const exponent = Math.abs(query.weight);
  const slope = query.slope * Math.sign(query.weight);
  const constant = 1 + query.constant * Math.sign(query.weight);
  for (let i = 0; i < cosines.length; i++) {
    const base = (cosines[i]! + errors[i]! * slope + constant) / 2;
    numbers[i]! *= exponent === 1 && base > 0 ? base : power(base, exponent);
  }
}

function power(base: number, exponent: number): number {
  if (base <= 0) return 0;
  return exponent === 1 ? base : base ** exponent;
}
