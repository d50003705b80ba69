// The vectors of a job: where they lie, how they are put in, how they are taken out.

import { assertLearned } from './growth.ts';
import type { Word2vecJob } from './job.ts';
import type { Word2vecOptions } from './options.ts';

/** Vectors to begin with, in place of random ones. */
export interface InitialVectors {
  /** (V): of each word, its row in the matrices, -1 for a new one. */
  rows: Int32Array;
  /** (rows, D) */
  input: Float32Array;
  output?: Float32Array | undefined;
  /** (buckets, D); taken where there are as many rows now. */
  ngrams?: Float32Array | undefined;
}

/**
 * Rows of D numbers by name: input, output (negative sampling), tree (hierarchical softmax), ngrams
 * (subwords).
 */
export type Matrices = Partial<Record<'input' | 'output' | 'tree' | 'ngrams', Float32Array>>;

export interface Word2vecVectors {
  /** V */
  vocabulary: number;
  /** D */
  vectorSize: number;
  /** (V, D): the word vectors; with subwords the mean of a word's own row and its n-grams'. */
  input: Float32Array;
  /** (V, D): what a word is predicted with by negative sampling. */
  output?: Float32Array;
  /** (V - 1, D): inner nodes of the Huffman tree. */
  tree?: Float32Array;
  /** (buckets, D): rows of n-grams. */
  ngrams?: Float32Array;
}

/**
 * Takes the vectors out of a job that is trained. They stay in its memory, where the rows of each
 * matrix are put side by side, so that there is never a second copy of them; the job itself is
 * spent. Throws as `assertLearned` does.
 */
export function word2vecResult(job: Word2vecJob): Word2vecVectors {
  const { vocabulary, buckets, options, layout, memory } = job;
  const { vectorSize } = options;
  assertLearned(job);
  if (options.subwords) putMeans(job);
  const names = wordMatrices(options);
  const rowFloats = layout.rowStride / 4 / names.length;
  const rows = new Float32Array(memory.buffer, layout.inputPtr, vocabulary * names.length * rowFloats);
  separate(rows, rowFloats, vocabulary, names.length);
  pack(rows, rowFloats, vectorSize);
  const vectors = Object.fromEntries(
    names.map((name, index) => {
      const first = index * vocabulary;
      const end = first + (name === 'tree' ? vocabulary - 1 : vocabulary);
      return [name, rows.subarray(first * vectorSize, end * vectorSize)];
    }),
  ) as Matrices;
  if (buckets) {
    const ngrams = new Float32Array(memory.buffer, layout.ngramsPtr, (buckets * layout.ngramStride) / 4);
    pack(ngrams, layout.ngramStride / 4, vectorSize);
    vectors.ngrams = ngrams.subarray(0, buckets * vectorSize);
  }
  return { vocabulary, vectorSize, ...vectors, input: vectors.input! };
}

/** Puts the mean of a word's rows in the place of its own. */
function putMeans(job: Word2vecJob): void {
  const { vocabulary, options, layout, memory } = job;
  const floats = new Float32Array(memory.buffer, 0, layout.textsPtr / 4);
  const mean = new Float32Array(options.vectorSize);
  for (let word = 0; word < vocabulary; word++) {
    const rows = subwordRows(job, word);
    mean.fill(0);
    for (const row of rows) {
      for (let d = 0; d < mean.length; d++) mean[d]! += floats[row + d]! / rows.length;
    }
    floats.set(mean, rows[0]);
  }
}

/**
 * Rows (V, matrices) become (matrices, V) in their place: each row goes where it belongs, and the
 * one that was there goes on.
 */
function separate(floats: Float32Array, rowFloats: number, vocabulary: number, matrices: number): void {
  const isPlaced = new Uint8Array(vocabulary * matrices);
  const [carried, met] = [new Float32Array(rowFloats), new Float32Array(rowFloats)];
  for (let start = 0; start < isPlaced.length; start++) {
    if (isPlaced[start]) continue;
    carried.set(floats.subarray(start * rowFloats, (start + 1) * rowFloats));
    for (let row = start; ;) {
      row = (row % matrices) * vocabulary + Math.floor(row / matrices);
      if (row === start) break;
      met.set(floats.subarray(row * rowFloats, (row + 1) * rowFloats));
      floats.set(carried, row * rowFloats);
      carried.set(met);
      isPlaced[row] = 1;
    }
    floats.set(carried, start * rowFloats);
    isPlaced[start] = 1;
  }
}

/**
 * Rows of `rowFloats` numbers become rows of the first `vectorSize` of them, from the beginning on.
 */
function pack(floats: Float32Array, rowFloats: number, vectorSize: number): void {
  for (let from = 0, to = 0; from < floats.length; from += rowFloats, to += vectorSize) {
    floats.copyWithin(to, from, from + vectorSize);
  }
}

/**
 * The matrices that have a row for each word, in the order in which these rows lie beside each
 * other.
 */
function wordMatrices({ negative, hierarchicalSoftmax }: Word2vecOptions): ('input' | 'output' | 'tree')[] {
  return ['input', ...(negative ? (['output'] as const) : []), ...(hierarchicalSoftmax ? (['tree'] as const) : [])];
}

/** Copies of the matrices as they stand, in the place of earlier ones. */
export function matricesOf(job: Word2vecJob, earlier: Matrices = {}): Matrices {
  const { memory, options } = job;
  const matrices: Matrices = {};
  for (const [name, { ptr, rows, stride }] of Object.entries(places(job))) {
    const floats = new Float32Array(memory.buffer, ptr, ((rows - 1) * stride) / 4 + options.vectorSize);
    const matrix = earlier[name as keyof Matrices] ?? new Float32Array(rows * options.vectorSize);
    for (let row = 0; row < rows; row++) {
      const from = (row * stride) / 4;
      const to = row * options.vectorSize;
      for (let d = 0; d < options.vectorSize; d++) matrix[to + d] = floats[from + d]!;
    }
    matrices[name as keyof Matrices] = matrix;
  }
  return matrices;
}

/** Where the matrices of a job lie. */
function places({
  vocabulary,
  buckets,
  options,
  layout,
}: Word2vecJob): Partial<Record<keyof Matrices, { ptr: number; rows: number; stride: number }>> {
  const { inputPtr, outputPtr, treePtr, rowStride: stride, ngramsPtr, ngramStride } = layout;
  return {
    input: { ptr: inputPtr, rows: vocabulary, stride },
    ...(options.negative && { output: { ptr: outputPtr, rows: vocabulary, stride } }),
    ...(options.hierarchicalSoftmax && { tree: { ptr: treePtr, rows: vocabulary - 1, stride } }),
    ...(buckets && { ngrams: { ptr: ngramsPtr, rows: buckets, stride: ngramStride } }),
  };
}

/** Puts whole matrices in. Throws a RangeError where one is not there or has another size. */
export function putMatrices(job: Word2vecJob, matrices: Matrices): void {
  for (const [name, { ptr, rows, stride }] of Object.entries(places(job))) {
    const matrix = matrices[name as keyof Matrices];
    if (matrix?.length !== rows * job.options.vectorSize) {
      throw new RangeError(`word2vec: the checkpoint's ${name} vectors do not fit this training`);
    }
    const all = Int32Array.from({ length: rows }, (_, row) => row);
    putRows(job, ptr, stride, matrix, all);
  }
}

/** Puts row `from[i]` of a matrix into row i, where that is not -1. */
function putRows(job: Word2vecJob, ptr: number, stride: number, matrix: Float32Array, from: Int32Array): void {
  const { vectorSize } = job.options;
  const floats = new Float32Array(job.memory.buffer, ptr);
  from.forEach((source, row) => {
    if (source >= 0) floats.set(matrix.subarray(source * vectorSize, (source + 1) * vectorSize), (row * stride) / 4);
  });
}

/** Puts in what a training begins with. */
export function putInitial(job: Word2vecJob, { rows, input, output, ngrams }: InitialVectors): void {
  const { layout, options, buckets, vocabulary } = job;
  const { vectorSize } = options;
  const own = rows.subarray(0, vocabulary);
  if (ngrams?.length === buckets * vectorSize) {
    putRows(
      job,
      layout.ngramsPtr,
      layout.ngramStride,
      ngrams,
      Int32Array.from({ length: buckets }, (_, row) => row),
    );
  }
  putRows(job, layout.inputPtr, layout.rowStride, input, own);
  if (options.subwords) {
    // `input` has the means of each word's rows; its own row is what the mean lacks of their sum
    const floats = new Float32Array(job.memory.buffer, 0, layout.textsPtr / 4);
    own.forEach((source, word) => {
      if (source < 0) return;
      const [ownRow, ...others] = subwordRows(job, word);
      for (let d = 0; d < vectorSize; d++) {
        const sum = others.reduce((total, row) => total + floats[row + d]!, 0);
        floats[ownRow! + d] = input[source * vectorSize + d]! * (others.length + 1) - sum;
      }
    });
  }
  if (output && options.negative) putRows(job, layout.outputPtr, layout.rowStride, output, own);
}

/**
 * Where a word's rows begin in the memory, counted in floats: its own first, then those of its
 * n-grams.
 */
function subwordRows({ memory, layout }: Word2vecJob, word: number): number[] {
  const lists = new Uint32Array(memory.buffer, 0, layout.textsPtr / 4);
  const at = layout.subwordsPtr / 4 + word;
  return Array.from(lists.subarray(lists[at]! / 4, lists[at + 1]! / 4), (ptr) => ptr / 4);
}
