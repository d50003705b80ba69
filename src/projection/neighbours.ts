// The exact nearest vectors, by cosine, of every vector: a blocked product of the matrix with
// itself (src/kernels/similarity.ts), cut into calls of a few milliseconds.

import { PANEL, type SimilarityExports } from '../kernel-interfaces/similarity.ts';
import { BumpAllocator, MOST_PAGES } from '../numerics/bump-allocator.ts';

/**
 * Rows whose lists are filled together: 48 rows of 100 floats stay in the first-level cache while
 * the panels pass by.
 */
const ROWS = 48;
/** Multiplications in one call of the kernel: 2 to 5 ms, once V8 has optimised it. */
const PRODUCTS = 60e6;
/** Numbers packed in one step. */
const PACKED = 500_000;

/** A search that is run step by step. It copies the vectors into a memory of its own. */
export class NearestNeighbours {
  readonly #N: number;
  readonly #D: number;
  readonly #k: number;
  readonly #vectors: Float32Array;
  readonly #kernel: SimilarityExports;
  readonly #scratchPtr: number;
  readonly #panelsPtr: number;
  readonly #idsPtr: number;
  readonly #similaritiesPtr: number;
  /** (panels, D, 8): the vectors, scaled to unit length. */
  readonly #panels: Float32Array;
  /** (N, k): the nearest vectors of each one, best first, without itself. */
  readonly ids: Int32Array;
  /** (N, k): their cosines. */
  readonly similarities: Float32Array;
  #packed = 0;
  #row = 0;
  #panel = 0;

  /**
   * `vectors`: (N, D), of any length; one of zeros is as far from all as a right angle. `kernel`:
   * the module `similarity`. 1 <= k < N.
   */
  constructor(kernel: WebAssembly.Module, vectors: Float32Array, D: number, k: number) {
    const N = vectors.length / D;
    if (!Number.isInteger(N))
      throw new RangeError(`vectors: expected a multiple of ${D} numbers, got ${vectors.length}`);
    if (!(k >= 1 && k < N)) throw new RangeError(`k: expected 1 to ${N - 1} neighbours of ${N} vectors, got ${k}`);
    this.#N = N;
    this.#D = D;
    this.#k = k;
    this.#vectors = vectors;
    const panelNumbers = Math.ceil(N / PANEL) * PANEL * D;
    const allocator = new BumpAllocator();
    this.#scratchPtr = allocator.take(64);
    this.#panelsPtr = allocator.take(panelNumbers * 4);
    this.#idsPtr = allocator.take(N * k * 4);
    this.#similaritiesPtr = allocator.take(N * k * 4);
    const { pages } = allocator;
    if (pages > MOST_PAGES)
      throw new RangeError(`${N} vectors of ${D} numbers with ${k} neighbours need more than 4 GB`);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    this.#kernel = new WebAssembly.Instance(kernel, { env: { memory } }).exports as unknown as SimilarityExports;
    this.#panels = new Float32Array(memory.buffer, this.#panelsPtr, panelNumbers);
    this.ids = new Int32Array(memory.buffer, this.#idsPtr, N * k).fill(-1);
    this.similarities = new Float32Array(memory.buffer, this.#similaritiesPtr, N * k).fill(-Infinity);
  }

  /** Works for a few milliseconds; false once all is done. */
  step(): boolean {
    if (this.#packed < this.#N) {
      this.#pack(Math.min(this.#N, this.#packed + Math.max(1, Math.floor(PACKED / this.#D))));
      return true;
    }
    if (this.#row >= this.#N) return false;
    const endRow = Math.min(this.#N, this.#row + ROWS);
    const panels = Math.ceil(this.#N / PANEL);
    const endPanel = Math.min(panels, this.#panel + Math.max(1, Math.floor(PRODUCTS / (ROWS * PANEL * this.#D))));
    this.#kernel.nearestRows(
      this.#panelsPtr,
      this.#D,
      this.#N,
      this.#row,
      endRow,
      this.#panel,
      endPanel,
      this.#k,
      this.#idsPtr,
      this.#similaritiesPtr,
      this.#scratchPtr,
    );
    this.#panel = endPanel;
    if (endPanel === panels) {
      this.#panel = 0;
      this.#row = endRow;
    }
    return this.#row < this.#N;
  }

  /** 0 to 1. */
  get fraction(): number {
    return this.#row / this.#N;
  }

  /** Scales the vectors up to `end` to unit length and puts them into the panels. */
  #pack(end: number): void {
    const D = this.#D;
    for (; this.#packed < end; this.#packed++) {
      const from = this.#packed * D;
      let sum = 0;
      for (let d = 0; d < D; d++) sum += this.#vectors[from + d]! ** 2;
      const scale = sum > 0 && sum < Infinity ? 1 / Math.sqrt(sum) : 0;
      const to = Math.floor(this.#packed / PANEL) * PANEL * D + (this.#packed % PANEL);
      for (let d = 0; d < D; d++) this.#panels[to + d * PANEL] = scale === 0 ? 0 : this.#vectors[from + d]! * scale;
    }
  }
}
