// Random numbers of the forms that tests need, from a seed.

import { mulberry32 } from '../../src/numerics/random.ts';

/** Uniform from -1 to below 1. */
export function signedNumbers(seed: number): () => number {
  const random = mulberry32(seed);
  return () => 2 * random() - 1;
}

/** Whole numbers from 0 to below a limit. */
export function wholeNumbers(seed: number): (limit: number) => number {
  const random = mulberry32(seed);
  return (limit) => Math.floor(limit * random());
}
