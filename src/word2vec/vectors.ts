// Word vectors that can be asked: cosine similarity, nearest words, sums and differences of words (3CosAdd, Mikolov et
// al. 2013, "Linguistic Regularities in Continuous Space Word Representations"). Exact: every answer looks at all words.

import { closestSpellings } from './spellings.ts';

/** A word of the vocabulary and its cosine similarity to what was asked. */
export interface Similar {
  index: number;
  similarity: number;
}

/** A word and its part in a sum: 1 adds it, -1 takes it away. */
export interface WeightedWord {
  index: number;
  weight: number;
}

interface SimilarityKernel {
  normalizeRows(dstPtr: number, dstStride: number, srcPtr: number, srcStride: number, rows: number, D: number): void;
  dotRows(queryPtr: number, rowsPtr: number, rows: number, stride: number, outPtr: number): void;
}

const START = 1024;
const PAGE = 65_536;

export class WordVectors {
  /** (V) */
  readonly words: readonly string[];
  /** D */
  readonly vectorSize: number;
  readonly #kernel: SimilarityKernel;
  readonly #stride: number;
  readonly #queryPtr: number;
  readonly #rowsPtr: number;
  readonly #outPtr: number;
  /** The whole memory; rows of unit length begin at `#rowsPtr`. */
  readonly #floats: Float32Array;
  readonly #indexes: Map<string, number>;
  /** Of each word in lower case, the most frequent spelling. */
  readonly #folded: Map<string, number>;

  /**
   * `kernel`: the kernel `similarity`. `words`: V of them, the most frequent first. `vectors`: (V, D); copied.
   * Throws where the sizes do not fit, or where the memory would exceed 4 GiB.
   */
  constructor(kernel: WebAssembly.Module, words: readonly string[], vectors: Float32Array, vectorSize: number) {
    const rows = words.length;
    if (vectors.length !== rows * vectorSize) {
      throw new RangeError(`vectors: expected ${rows} x ${vectorSize} numbers, got ${vectors.length}`);
    }
    this.words = words;
    this.vectorSize = vectorSize;
    this.#stride = Math.ceil(vectorSize / 4) * 16;
    this.#queryPtr = START;
    this.#rowsPtr = START + Math.ceil(this.#stride / 64) * 64;
    this.#outPtr = this.#rowsPtr + rows * this.#stride;
    const bytes = this.#outPtr + Math.ceil(rows / 4) * 16;
    if (bytes > 65_536 * PAGE) throw new RangeError(`vectors: ${rows} x ${vectorSize} numbers do not fit into 4 GiB`);
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE), maximum: 65_536, shared: true });
    this.#kernel = new WebAssembly.Instance(kernel, { env: { memory } }).exports as unknown as SimilarityKernel;
    this.#floats = new Float32Array(memory.buffer);
    for (let row = 0; row < rows; row++) {
      this.#floats.set(vectors.subarray(row * vectorSize, (row + 1) * vectorSize), this.#floatOf(row));
    }
    for (let row = 0; row < rows; row += 4096) {
      const ptr = this.#rowsPtr + row * this.#stride;
      this.#kernel.normalizeRows(ptr, this.#stride, ptr, this.#stride, Math.min(4096, rows - row), vectorSize);
    }
    this.#indexes = new Map(words.map((word, index) => [word, index]));
    this.#folded = new Map();
    for (let index = rows - 1; index >= 0; index--) this.#folded.set(words[index]!.toLowerCase(), index);
  }

  /** The place of a word in the vocabulary, of its most frequent spelling in another case where it is not there as written; -1 where neither is. */
  indexOf(word: string): number {
    return this.#indexes.get(word) ?? this.#folded.get(word.toLowerCase()) ?? -1;
  }

  /** Cosine of two words. */
  similarity(first: number, second: number): number {
    const a = this.#row(first);
    const b = this.#row(second);
    return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
  }

  /** The nearest words of one, itself left out, best first. */
  nearest(index: number, count: number): Similar[] {
    return this.mostSimilar([{ index, weight: 1 }], count);
  }

  /** The words nearest to the weighted sum of unit vectors, the words of the sum left out, best first. */
  mostSimilar(sum: readonly WeightedWord[], count: number): Similar[] {
    this.#setQuery(sum);
    const scores = this.#scores(this.words.length);
    for (const { index } of sum) scores[index] = -Infinity;
    return best(scores, Math.min(count, this.words.length));
  }

  /** Cosines of one word to the `among` most frequent words, (among), a copy. */
  similarities(index: number, among: number): Float32Array {
    this.#setQuery([{ index, weight: 1 }]);
    return this.#scores(among).slice();
  }

  /** The known words that are spelt most like `word`, best first. */
  spellings(word: string, count: number): string[] {
    return closestSpellings(this.words, word, count);
  }

  /** Vectors of unit length of the `count` most frequent words, (count, D), a copy. */
  unitVectors(count: number): Float32Array {
    const vectors = new Float32Array(count * this.vectorSize);
    for (let row = 0; row < count; row++) vectors.set(this.#row(row), row * this.vectorSize);
    return vectors;
  }

  /** Puts the sum of the words' unit vectors, itself of unit length, where the kernel reads the query. */
  #setQuery(sum: readonly WeightedWord[]): void {
    const query = new Float64Array(this.vectorSize);
    for (const { index, weight } of sum) {
      const row = this.#row(index);
      for (let d = 0; d < query.length; d++) query[d]! += weight * row[d]!;
    }
    const length = Math.sqrt(query.reduce((total, value) => total + value * value, 0));
    const scaled = length > 0 ? query.map((value) => value / length) : query;
    this.#floats.fill(0, this.#queryPtr / 4, (this.#queryPtr + this.#stride) / 4).set(scaled, this.#queryPtr / 4);
  }

  /** Cosines of the query to the first rows, (rows); valid until the next question. */
  #scores(rows: number): Float32Array {
    this.#kernel.dotRows(this.#queryPtr, this.#rowsPtr, rows, this.#stride, this.#outPtr);
    return this.#floats.subarray(this.#outPtr / 4, this.#outPtr / 4 + rows);
  }

  #row(index: number): Float32Array {
    return this.#floats.subarray(this.#floatOf(index), this.#floatOf(index) + this.vectorSize);
  }

  #floatOf(row: number): number {
    return (this.#rowsPtr + row * this.#stride) / 4;
  }
}

/** The `count` largest scores, in order; equal scores by place. Scores of -Infinity are left out. */
function best(scores: Float32Array, count: number): Similar[] {
  const found: Similar[] = [];
  if (count <= 0) return found;
  let least = -Infinity;
  for (let index = 0; index < scores.length; index++) {
    const similarity = scores[index]!;
    // `not above` and not `below or equal`: nothing is above -Infinity or beside NaN
    if (!(similarity > least)) continue;
    let at = found.length;
    while (at > 0 && found[at - 1]!.similarity < similarity) at--;
    found.splice(at, 0, { index, similarity });
    if (found.length > count) found.pop();
    if (found.length === count) least = found[count - 1]!.similarity;
  }
  return found;
}
