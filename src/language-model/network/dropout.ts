// Dropout masks that nobody stores: whether a number is kept is a hash of its index and a seed, so
// the way back finds the same mask, and it does not depend on the threads. The kernel `dropout` has
// the same hash (the last step of MurmurHash3).

/** What a mask is for; masks of different things are independent of each other. */
export const MASK = { embedding: 0, input: 8, output: 16, recurrent: 32 };

/** The seed of one mask: `draw` is the training step, `mask` one of MASK, plus the layer. */
export function maskSeed(seed: number, draw: number, mask: number): number {
  return hash(hash(Math.imul(seed, 0x9e3779b9) + draw) + mask);
}

/** How many of the 2^32 hashes are dropped. */
export const thresholdOf = (rate: number): number => Math.floor(rate * 2 ** 32);

export function isKept(index: number, seed: number, rate: number): boolean {
  return hash(Math.imul(index, 0x9e3779b9) + seed) >>> 0 >= thresholdOf(rate);
}

function hash(key: number): number {
  let x = key ^ (key >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
}
