// The kernel of reading (src/kernels/text.ts) with a memory of its own, in which what it works on
// is allocated for good.

import type { TextExports } from '../kernel-interfaces/text.ts';
import { BumpAllocator, MOST_PAGES, PAGE } from '../numerics/bump-allocator.ts';

/** What the kernel may read and write behind the end of an array, bytes. */
const BEHIND = 64;

/**
 * Places for texts have multiples of this size, so that one is enough for all pieces of a file.
 * Bytes.
 */
const STEP = 1 << 18;

export function roundUp(bytes: number): number {
  return Math.ceil(bytes / STEP) * STEP;
}

/** An instance of the kernel. Its memory grows; what was allocated stays where it is. */
export class TextKernel {
  readonly run: TextExports;
  readonly #memory: WebAssembly.Memory;
  #bytes: Uint8Array;
  #allocator = new BumpAllocator();
  #text = 0;
  /** Bytes. */
  #textSize = 0;

  constructor(module: WebAssembly.Module) {
    this.#memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
    this.run = exports as unknown as TextExports;
    this.#bytes = new Uint8Array(this.#memory.buffer);
  }

  /** A place for so many bytes, at a multiple of 64, filled with zeros. */
  allocate(bytes: number): number {
    const pointer = this.#allocator.take(bytes + BEHIND);
    const more = this.#allocator.end - this.#bytes.length;
    if (more > 0) {
      this.#memory.grow(Math.ceil(more / PAGE));
      this.#bytes = new Uint8Array(this.#memory.buffer);
    }
    return pointer;
  }

  /** Gives back all that was allocated. */
  clear(): void {
    this.#bytes.fill(0, 0, this.#allocator.end);
    this.#allocator = new BumpAllocator();
    this.#text = this.#textSize = 0;
  }

  /**
   * The place for a text, and for what is put together for a short time, of at least so many bytes;
   * what was there may be gone.
   */
  text(bytes: number): number {
    if (bytes > this.#textSize) {
      this.#textSize = roundUp(bytes);
      this.#text = this.allocate(this.#textSize);
    }
    return this.#text;
  }

  /** Of the memory: views of what was allocated. */
  bytes(pointer: number, length: number): Uint8Array {
    return this.#bytes.subarray(pointer, pointer + length);
  }

  units(pointer: number, length: number): Uint16Array {
    return new Uint16Array(this.#bytes.buffer, pointer, length);
  }

  words(pointer: number, length: number): Uint32Array {
    return new Uint32Array(this.#bytes.buffer, pointer, length);
  }

  ids(pointer: number, length: number): Int32Array {
    return new Int32Array(this.#bytes.buffer, pointer, length);
  }
}
