// How a kernel's memory is cut into arrays.

/** The first kilobyte is left alone, so that no array lies at 0. */
export const FIRST = 1024;
/** A page of WebAssembly, bytes. */
export const PAGE = 65_536;
/** What WebAssembly reaches. */
export const MOST_PAGES = 65_536;

/** Up to a whole cache line. Beyond 2^31 there are no bits to mask. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

/**
 * Hands out memory from `end` on, nothing back: who asks in the same order finds the same places.
 */
export class BumpAllocator {
  end: number;

  constructor(start = FIRST) {
    this.end = start;
  }

  /** The address of so many bytes, at a multiple of 64. */
  take(bytes: number): number {
    const ptr = this.end;
    this.end += aligned(bytes);
    return ptr;
  }

  /** Pages of a memory that has room for all that was taken. */
  get pages(): number {
    return Math.ceil(this.end / PAGE);
  }
}
