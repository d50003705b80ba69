// The two directions in which vectors differ most, by orthogonal iteration: where UMAP starts from.
// A start that knows the large-scale order keeps it on the map (Kobak, Linderman 2021,
// doi:10.1038/s41587-020-00809-z); a random one does not. Not for exact components: a few rounds
// are enough to start from.

import { dot } from '../numerics/dot.ts';

/** Rounds of the iteration; the directions need not have settled. */
const ROUNDS = 12;

/** The projection of N vectors on their two main directions, found step by step. */
export class PrincipalComponents {
  readonly #vectors: Float32Array;
  readonly #D: number;
  readonly #N: number;
  /** (D) */
  readonly #mean: Float64Array;
  /** (2, D), of unit length and at right angles; zeros where the vectors have no such direction. */
  readonly #directions: Float64Array;
  #round = 0;

  /** `vectors`: (N, D), only read. The starting directions are drawn from `random`. */
  constructor(vectors: Float32Array, D: number, random: () => number) {
    this.#vectors = vectors;
    this.#D = D;
    this.#N = vectors.length / D;
    this.#mean = new Float64Array(D);
    for (let i = 0; i < vectors.length; i++) this.#mean[i % D]! += vectors[i]! / this.#N;
    this.#directions = Float64Array.from({ length: 2 * D }, () => random() - 0.5);
    orthonormalize(this.#directions, D);
  }

  /** One round, of 4 N D multiplications; false once all are done. */
  step(): boolean {
    const D = this.#D;
    const scores = this.positions();
    const directions = this.#directions.fill(0);
    for (let row = 0; row < this.#N; row++) {
      const x = scores[2 * row]!;
      const y = scores[2 * row + 1]!;
      for (let d = 0; d < D; d++) {
        const value = this.#vectors[row * D + d]! - this.#mean[d]!;
        directions[d]! += x * value;
        directions[D + d]! += y * value;
      }
    }
    orthonormalize(directions, D);
    return ++this.#round < ROUNDS;
  }

  /** (N, 2): each vector, centred, along the two directions. A new array. */
  positions(): Float64Array {
    const D = this.#D;
    const positions = new Float64Array(2 * this.#N);
    for (let row = 0; row < this.#N; row++) {
      let [x, y] = [0, 0];
      for (let d = 0; d < D; d++) {
        const value = this.#vectors[row * D + d]! - this.#mean[d]!;
        x += value * this.#directions[d]!;
        y += value * this.#directions[D + d]!;
      }
      positions[2 * row] = x;
      positions[2 * row + 1] = y;
    }
    return positions;
  }
}

/**
 * Makes two directions, (2, D), unit length and at right angles (Gram, Schmidt); one that vanishes
 * becomes zeros.
 */
function orthonormalize(directions: Float64Array, D: number): void {
  const first = directions.subarray(0, D);
  const second = directions.subarray(D);
  normalize(first);
  const before = Math.sqrt(dot(second, second));
  const along = dot(first, second);
  for (let d = 0; d < D; d++) second[d]! -= along * first[d]!;
  if (Math.sqrt(dot(second, second)) < 1e-9 * before) second.fill(0); // what is left is rounding
  normalize(second);
}

function normalize(vector: Float64Array): void {
  const length = Math.sqrt(dot(vector, vector));
  for (let d = 0; d < vector.length; d++) vector[d]! *= length > 0 ? 1 / length : 0;
}
