// FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/), over bytes or over whole numbers.

export const FNV_OFFSET = 0x811c9dc5;
export const FNV_PRIME = 0x01000193;

/**
 * The hash of what `hash` is the hash of, and `value` behind it; `>>> 0` makes it a number from 0
 * on.
 */
export function fnv1a(hash: number, value: number): number {
  return Math.imul(hash ^ value, FNV_PRIME);
}
