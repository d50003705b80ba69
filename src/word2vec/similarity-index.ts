// Rows of unit length that are searched for the nearest, exactly, without reading all of them.
//
// A search is bound by memory: 100,000 rows of 300 floats are 120 MB. So each row has a copy in
// bytes, with a scale and the distance between the row and its copy (kernel `quantizeRows`). For a
// query x and a row u, with copies x' and u',
//
//   |u·x - u'·x'| <= |u - u'| |x| + |u'| |x - x'|      (Cauchy-Schwarz)
//
// which brackets every cosine from the copy alone, to about 0.007 at 300 dimensions. Only rows
// whose upper bound reaches the k-th best lower bound can be among the k best; those, some dozens,
// are read in full. What comes out is to the bit what reading all rows gives: equal similarities in
// the order of the rows.

import type { SimilarityExports } from '../kernel-interfaces/similarity.ts';
import { BumpAllocator, MOST_PAGES } from '../numerics/bump-allocator.ts';
import { COSMUL_EPSILON, multiply, quotient } from './cosmul.ts';

/** A row and its similarity to what was asked. */
export interface Similar {
  index: number;
  similarity: number;
}

/** Rows that are no answer: a set, or what tells of a row whether it is one of them. */
export type LeftOut = Pick<ReadonlySet<number>, 'has'>;

/** A part of a 3CosMul question: a direction and what it counts; below 0 it counts against. */
export interface Factor {
  direction: ArrayLike<number>;
  weight: number;
}

/**
 * Rows that are looked at together: 1,024 copies of 300 bytes stay in the second-level cache while
 * several queries pass.
 */
const BLOCK = 1024;
/** Numbers that one step prepares: 2 to 5 ms. */
const STEP_NUMBERS = 500_000;
/** Nearest rows from which on sorting all costs less than keeping them in order. */
const MANY = 1000;

export class SimilarityIndex {
  /** V, D */
  readonly rows: number;
  readonly vectorSize: number;
  /**
   * The kernel's module, the memory, bytes between two rows, and where the first one begins; for
   * threads that read the rows too.
   */
  readonly kernel: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly stride: number;
  readonly rowsPtr: number;
  readonly #kernel: SimilarityExports;
  readonly #byteStride: number;
  readonly #bytesPtr: number;
  readonly #scalesPtr: number;
  readonly #errorsPtr: number;
  readonly #lengthsPtr: number;
  readonly #queryPtr: number;
  readonly #byteQueryPtr: number;
  readonly #idsPtr: number;
  readonly #outPtr: number;
  readonly #floats: Float32Array;
  /** (V): of each row, the distance to its copy. */
  readonly #errors: Float32Array;
  /** The vectors that are still to be prepared, from row `#prepared` on; null when all are. */
  #source: Float32Array | null;
  #prepared = 0;
  /** Rows that the last search read in full. */
  #read = 0;

  /**
   * `kernel`: the kernel `similarity`. `vectors`: (V, D), read by `step()`, so they must stay as
   * they are until it gives false; `rows` V. Throws where the sizes do not fit, or where the
   * memory, 5 V D bytes and a little, would exceed 4 GiB.
   */
  constructor(kernel: WebAssembly.Module, vectors: Float32Array, rows: number, vectorSize: number) {
    if (vectors.length !== rows * vectorSize)
      throw new RangeError(`vectors: expected ${rows} x ${vectorSize} numbers, got ${vectors.length}`);
    this.kernel = kernel;
    this.rows = rows;
    this.vectorSize = vectorSize;
    this.stride = Math.ceil(vectorSize / 4) * 16;
    this.#byteStride = Math.ceil(vectorSize / 16) * 16;
    const allocator = new BumpAllocator();
    const place = (bytes: number): number => allocator.take(bytes);
    this.#queryPtr = place(this.stride);
    this.#byteQueryPtr = place(2 * this.#byteStride);
    this.#idsPtr = place(4 * BLOCK);
    this.#outPtr = place(4 * BLOCK);
    this.#scalesPtr = place(4 * rows);
    this.#errorsPtr = place(4 * rows);
    this.#lengthsPtr = place(4 * rows);
    this.rowsPtr = place(rows * this.stride);
    this.#bytesPtr = place(rows * this.#byteStride);
    const { pages } = allocator;
    if (pages > MOST_PAGES) throw new RangeError(`vectors: ${rows} x ${vectorSize} numbers do not fit into 4 GiB`);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: MOST_PAGES, shared: true });
    this.#kernel = new WebAssembly.Instance(kernel, { env: { memory: this.memory } })
      .exports as unknown as SimilarityExports;
    this.#floats = new Float32Array(this.memory.buffer);
    this.#errors = new Float32Array(this.memory.buffer, this.#errorsPtr, rows);
    this.#source = vectors;
  }

  /**
   * Prepares some rows, for a few milliseconds; false once all are. A question that comes earlier
   * does the rest first.
   */
  step(): boolean {
    if (!this.#source) return false;
    const { rowsPtr, stride, vectorSize } = this;
    const from = this.#prepared;
    const end = Math.min(this.rows, from + Math.max(1, Math.floor(STEP_NUMBERS / vectorSize)));
    const at = (row: number): number => rowsPtr + row * stride;
    for (let row = from; row < end; row++)
      this.#floats.set(this.#source.subarray(row * vectorSize, (row + 1) * vectorSize), at(row) / 4);
    this.#kernel.normalizeRows(at(from), stride, at(from), stride, end - from, vectorSize, this.#lengthsPtr + 4 * from);
    this.#kernel.quantizeRows(
      at(from),
      stride,
      end - from,
      this.#bytesPtr + from * this.#byteStride,
      this.#byteStride,
      this.#scalesPtr + 4 * from,
      this.#errorsPtr + 4 * from,
    );
    this.#prepared = end;
    if (end === this.rows) this.#source = null;
    return this.#source !== null;
  }

  /** Row `index`, of unit length or zeros: (D), a view. */
  row(index: number): Float32Array {
    while (this.#prepared <= index && this.step());
    const from = (this.rowsPtr + index * this.stride) / 4;
    return this.#floats.subarray(from, from + this.vectorSize);
  }

  /** The length that row `index` had; 0 where it was zeros or not finite. */
  lengthOf(index: number): number {
    while (this.#prepared <= index && this.step());
    return this.#floats[this.#lengthsPtr / 4 + index]!;
  }

  /** Rows that the last search read in full: what the bounds left in question. */
  get lastRead(): number {
    return this.#read;
  }

  /** Cosines of the direction to the first `count` rows, (count). */
  cosines(direction: ArrayLike<number>, count: number): Float32Array {
    this.#finish();
    const result = new Float32Array(count);
    this.#setQuery(unit(direction));
    for (let from = 0; from < count; from += BLOCK) {
      const rows = Math.min(BLOCK, count - from);
      this.#kernel.dotRows(this.#queryPtr, this.rowsPtr + from * this.stride, rows, this.stride, this.#outPtr);
      result.set(this.#out(rows), from);
    }
    return result;
  }

  /**
   * The `count` rows of the largest cosine to the direction, those of `without` left out, best
   * first, equal ones by row.
   */
  nearest(direction: ArrayLike<number>, count: number, without: LeftOut): Similar[] {
    const query = this.#query(direction);
    const { slope, constant } = query;
    return this.#search(
      count,
      without,
      (from, rows, upper) => {
        const cosines = this.#approximate(query, from, rows);
        for (let i = 0; i < rows; i++) upper[i] = cosines[i]! + this.#errors[from + i]! * slope + constant;
      },
      (row, upper) => upper - 2 * (this.#errors[row]! * slope + constant),
      (ids, scores) => this.#exact(query.direction, ids, scores),
    );
  }

  /**
   * The rows of the largest product, over the factors of weight w > 0, of ((1 + cos) / 2)^w,
   * divided by that over the factors of w < 0, of ((1 + cos) / 2)^-w, plus 1e-6 (3CosMul, Levy &
   * Goldberg 2014, where every weight is 1 or -1). Order and `without` as in `nearest`.
   */
  nearestByProduct(factors: readonly Factor[], count: number, without: LeftOut): Similar[] {
    const queries = factors.map(({ direction, weight }) => ({ ...this.#query(direction), weight }));
    const block = new Float32Array(queries.length * BLOCK); // (factors, rows of a block)
    const denominators = new Float64Array(BLOCK);
    return this.#search(
      count,
      without,
      (from, rows, upper) => {
        // `quotient` with sign 1, factor by factor: a tenth of the time
        upper.fill(1);
        denominators.fill(1);
        const errors = this.#errors.subarray(from, from + rows);
        for (const [i, query] of queries.entries()) {
          const cosines = this.#approximate(query, from, rows);
          block.set(cosines, i * BLOCK);
          multiply(query.weight > 0 ? upper : denominators, cosines, errors, query);
        }
        // what double precision rounds away is far below 1e-12 of the whole
        for (let i = 0; i < rows; i++) upper[i] = (upper[i]! / (denominators[i]! + COSMUL_EPSILON)) * (1 + 1e-12);
      },
      (row) => quotient(queries, block, BLOCK, row % BLOCK, this.#errors[row]!, -1) * (1 - 1e-12),
      (ids, scores) => {
        const cosines = new Float32Array(queries.length * ids.length);
        queries.forEach(({ direction }, i) => this.#exact(direction, ids, cosines.subarray(i * ids.length)));
        for (let i = 0; i < ids.length; i++) scores[i] = quotient(queries, cosines, ids.length, i, 0, 0);
      },
    );
  }

  /**
   * How many rows, without those of `without`, have a larger cosine to the direction than row
   * `index`.
   */
  countNearer(direction: ArrayLike<number>, index: number, without: LeftOut): number {
    const query = this.#query(direction);
    const own = new Float32Array(1);
    this.#exact(query.direction, [index], own);
    const doubtful: number[] = [];
    let count = 0;
    for (let from = 0; from < this.rows; from += BLOCK) {
      const rows = Math.min(BLOCK, this.rows - from);
      const cosines = this.#approximate(query, from, rows);
      for (let i = 0; i < rows; i++) {
        const bound = this.#errors[from + i]! * query.slope + query.constant;
        if (cosines[i]! + bound <= own[0]! || without.has(from + i)) continue;
        if (cosines[i]! - bound > own[0]!) count++;
        else doubtful.push(from + i);
      }
    }
    const scores = new Float32Array(doubtful.length);
    this.#exact(query.direction, doubtful, scores);
    this.#read = doubtful.length;
    return scores.reduce((sum, score) => (score > own[0]! ? sum + 1 : sum), count);
  }

  /**
   * The `count` rows of the largest score. `bound` writes, for a block of rows, numbers that no
   * score is above; `lower` gives, of a row of the last block and its upper bound, one that its
   * score is not below; `score` writes scores.
   */
  #search(
    count: number,
    without: LeftOut,
    bound: (from: number, rows: number, upper: Float64Array) => void,
    lower: (row: number, upper: number) => number,
    score: (ids: readonly number[], scores: Float64Array) => void,
  ): Similar[] {
    const most = Math.min(count, this.rows);
    if (most <= 0) return [];
    let ids: number[] = [];
    if (most > MANY) {
      ids = Array.from({ length: this.rows }, (_, row) => row).filter((row) => !without.has(row));
    } else {
      const reaches: number[] = [];
      const least = new Best(most);
      const upper = new Float64Array(BLOCK);
      for (let from = 0; from < this.rows; from += BLOCK) {
        const rows = Math.min(BLOCK, this.rows - from);
        bound(from, rows, upper);
        for (let i = 0; i < rows; i++) {
          if (upper[i]! < least.threshold || without.has(from + i)) continue;
          ids.push(from + i);
          reaches.push(upper[i]!);
          least.offer(lower(from + i, upper[i]!), 0);
        }
      }
      ids = ids.filter((_, i) => reaches[i]! >= least.threshold);
    }
    this.#read = ids.length;
    const scores = new Float64Array(ids.length);
    score(ids, scores);
    if (most > MANY) {
      const found = ids.map((index, i) => ({ index, similarity: scores[i]! }));
      return found.sort((a, b) => b.similarity - a.similarity || a.index - b.index).slice(0, most);
    }
    const best = new Best(most);
    for (let i = 0; i < ids.length; i++) best.offer(scores[i]!, ids[i]!);
    return best.list();
  }

  /**
   * The direction at unit length, and as 16-bit numbers with a scale. A cosine from the copies is
   * wrong by no more than the error of the row times `slope`, plus `constant`.
   */
  #query(direction: ArrayLike<number>) {
    this.#finish();
    const exact = unit(direction);
    // the sum of D products of a byte and one of these numbers stays within 32 bits
    const largest = Math.min(32_767, Math.floor((2 ** 31 - 1) / (127 * this.#byteStride)));
    const scale = Math.fround(exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / largest);
    const numbers = new Int16Array(this.#byteStride);
    let [squares, error] = [0, 0];
    for (let d = 0; d < exact.length; d++) {
      numbers[d] = scale > 0 ? Math.max(-largest, Math.min(largest, Math.round(exact[d]! / scale))) : 0;
      squares += exact[d]! ** 2;
      error += (exact[d]! - scale * numbers[d]!) ** 2;
    }
    const [length, loss] = [Math.sqrt(squares) + 1e-9, Math.sqrt(error) + 1e-9];
    // floats: D / 4 additions in each lane of the exact dot product, and a few roundings more
    const rounding = (this.vectorSize / 4 + 16) * 2 ** -23;
    const constant = 1.000001 * loss + rounding;
    const slope = length + loss;
    return { direction: exact, numbers, scale, slope, constant };
  }

  /** Cosines from the copies, (rows); valid until the next call of the kernel. */
  #approximate(query: { numbers: Int16Array; scale: number }, from: number, rows: number): Float32Array {
    new Int16Array(this.memory.buffer, this.#byteQueryPtr, this.#byteStride).set(query.numbers);
    this.#kernel.dotBytes(
      this.#byteQueryPtr,
      this.#bytesPtr + from * this.#byteStride,
      rows,
      this.#byteStride,
      this.#scalesPtr + 4 * from,
      query.scale,
      this.#outPtr,
    );
    return this.#out(rows);
  }

  /** Cosines of a direction of unit length to single rows, as `dotRows` gives them. */
  #exact(direction: Float32Array, ids: ArrayLike<number>, scores: Float32Array | Float64Array): void {
    this.#setQuery(direction);
    const list = new Int32Array(this.memory.buffer, this.#idsPtr, BLOCK);
    for (let from = 0; from < ids.length; from += BLOCK) {
      const count = Math.min(BLOCK, ids.length - from);
      for (let i = 0; i < count; i++) list[i] = ids[from + i]!;
      this.#kernel.dotRowsAt(this.#queryPtr, this.rowsPtr, this.#idsPtr, count, this.stride, this.#outPtr);
      scores.set(this.#out(count), from);
    }
  }

  #setQuery(direction: Float32Array): void {
    this.#floats.fill(0, this.#queryPtr / 4, (this.#queryPtr + this.stride) / 4).set(direction, this.#queryPtr / 4);
  }

  #out(count: number): Float32Array {
    return this.#floats.subarray(this.#outPtr / 4, this.#outPtr / 4 + count);
  }

  #finish(): void {
    while (this.step());
  }
}

/** At unit length, in floats; zeros stay zeros. */
function unit(direction: ArrayLike<number>): Float32Array {
  let squares = 0;
  for (let d = 0; d < direction.length; d++) squares += direction[d]! ** 2;
  const scale = squares > 0 && squares < Infinity ? 1 / Math.sqrt(squares) : 0;
  return Float32Array.from(direction, (value) => (scale > 0 ? value * scale : 0));
}

/** Keeps a number of the largest scores that were offered; of equal ones those that came first. */
class Best {
  /** Descending. */
  readonly #scores: Float64Array;
  readonly #ids: Int32Array;
  #count = 0;
  /** The least of them; -Infinity while they are fewer. */
  threshold = -Infinity;

  constructor(count: number) {
    this.#scores = new Float64Array(count);
    this.#ids = new Int32Array(count);
  }

  offer(score: number, id: number): void {
    if (!(score > this.threshold)) return;
    const [scores, ids] = [this.#scores, this.#ids];
    if (this.#count < scores.length) this.#count++;
    let at = this.#count - 1;
    for (; at > 0 && scores[at - 1]! < score; at--) {
      scores[at] = scores[at - 1]!;
      ids[at] = ids[at - 1]!;
    }
    scores[at] = score;
    ids[at] = id;
    if (this.#count === scores.length) this.threshold = scores[scores.length - 1]!;
  }

  list(): Similar[] {
    return Array.from(this.#scores.subarray(0, this.#count), (similarity, i) => ({ index: this.#ids[i]!, similarity }));
  }
}
