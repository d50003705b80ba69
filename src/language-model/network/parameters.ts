// The parameters of the model: PyTorch's names, shapes and gate order outside; padded with zeros
// inside.
//
// Inside, a matrix is rows of `stride` bytes, `blocks.length` blocks of `paddedRows` rows; a row
// may itself be blocks of columns. The kernels need multiples of 16 everywhere. Padding is zero and
// stays zero: its gradients are sums of products with zeros. Two things stand otherwise in memory
// than outside: the blocks of a GRU's input weights (cells.ts), and the input weights that one-hot
// tokens select from, (gates, V), which stand transposed: a token's row is what it adds to the
// sums.

import { mulberry32 } from '../../numerics/random.ts';
import { FIRST_WORD } from '../token-ids.ts';
import { CELL, type CellName } from './cells.ts';

/** What decides the parameters' names and shapes. */
export interface Architecture {
  cell: CellName;
  /** L */
  layers: number;
  /** V */
  vocabulary: number;
  /** E; says nothing where the input is one-hot. */
  embeddingSize: number;
  /** H */
  hiddenSize: number;
  attention: boolean;
  /** The output's weights are the embedding. */
  tied: boolean;
  /** No embedding: the first layer's input weights have a column for each token. */
  oneHot: boolean;
  /**
   * First token of each cluster of rare ones of an adaptive softmax (clusters.ts); absent or empty:
   * a full softmax.
   */
  cutoffs?: readonly number[];
}

export interface Tensor {
  shape: number[];
  data: Float32Array;
}

/** Where a parameter stands in a kernel's memory. */
export interface Parameter {
  name: string;
  /** PyTorch's. */
  shape: number[];
  ptr: number;
  /** From row to row, bytes. */
  stride: number;
  /** In memory's order, which of the outside's blocks of rows. */
  blocks: readonly number[];
  /** Rows of a block. */
  rows: number;
  paddedRows: number;
  columnBlocks: number;
  /** Columns of a block of columns. */
  columns: number;
  /** In memory, columns are rows. */
  transposed: boolean;
  /** Bytes, a multiple of 64. */
  bytes: number;
  /** Factor of the learning rate. */
  pace: number;
}

export interface LayerParameters {
  /** (gates * H, E or H or V) */
  weightIh: Parameter;
  /** (gates * H, H) */
  weightHh: Parameter;
  /** (gates * H) */
  biasIh: Parameter;
  /** (gates * H) */
  biasHh: Parameter;
}

export interface AttentionParameters {
  /** (H, H) */
  query: Parameter;
  /** (H, 2H): of the context, then of the state. */
  join: Parameter;
  /** (H) */
  joinBias: Parameter;
}

export interface ClusterParameters {
  /** (C, H) */
  weight: Parameter;
  /** (C) */
  bias: Parameter;
  cutoffs: readonly number[];
}

export interface Parameters {
  cell: CellName;
  /** (V, E); null for one-hot tokens. */
  embedding: Parameter | null;
  layers: LayerParameters[];
  attention: AttentionParameters | null;
  /** (V, H); the embedding where tied. */
  outputWeight: Parameter;
  /** (V) */
  outputBias: Parameter;
  /** What an adaptive softmax has besides; null for a full one. */
  clusters: ClusterParameters | null;
  /** Each once, in their order in memory. */
  all: Parameter[];
  ptr: number;
  bytes: number;
}

export const padded = (count: number): number => Math.ceil(count / 16) * 16;

/**
 * Rows [first, last) of a matrix with one block of rows, as a matrix of its own. first: a multiple
 * of 16.
 */
export const rowsFrom = (matrix: Parameter, first: number, last: number): Parameter => ({
  ...matrix,
  shape: [last - first, matrix.shape[1]!],
  ptr: matrix.ptr + first * matrix.stride,
  rows: last - first,
  paddedRows: padded(last - first),
  bytes: padded(last - first) * matrix.stride,
});

/** Rows in memory that a product takes, padding included. */
export const rowsOf = ({ blocks, paddedRows }: Parameter): number => blocks.length * paddedRows;

/** Throws if two choices contradict each other; `languageModelConflict` has told it before. */
function checkArchitecture({ tied, oneHot, embeddingSize, hiddenSize }: Architecture): void {
  if (tied && (oneHot || embeddingSize !== hiddenSize)) {
    throw new RangeError(`tied: expected an embedding of ${hiddenSize} numbers, got ${oneHot ? 0 : embeddingSize}`);
  }
}

/**
 * The share of the learning rate that layers and attention learn at. A step of Adam changes every
 * weight by as much, however many there are: what a layer gives changes with their number, H of
 * each sum, and from layer to layer. So the more units and layers, the smaller the steps (Yang et
 * al. 2022, arXiv:2203.03466, for H); embedding and output, of which a step reaches some rows, are
 * not slowed down. docs/learning-rates.md has the measurements.
 */
function paceOfLayers({ cell, layers, hiddenSize }: Architecture): number {
  return (CELL[cell].pace * 128) / ((layers + 1) * Math.max(64, hiddenSize));
}

/**
 * Places the parameters one after the other from `ptr`, a multiple of 64. Throws where
 * `checkArchitecture` does.
 */
export function layOutParameters(architecture: Architecture, ptr: number): Parameters {
  checkArchitecture(architecture);
  const { cell, layers, vocabulary, embeddingSize, hiddenSize, attention, tied, oneHot, cutoffs = [] } = architecture;
  const all: Parameter[] = [];
  let next = ptr;
  const place = (
    name: string,
    shape: number[],
    { blocks = [0], columnBlocks = 1, transposed = false, pace = 1 }: Partial<Parameter> = {},
  ): Parameter => {
    const vector = shape.length === 1;
    const rows = vector ? 1 : shape[0]! / blocks.length;
    const columns = shape.at(-1)! / (vector ? blocks.length : columnBlocks);
    const paddedRows = vector ? 1 : padded(rows);
    const [across, along] = [blocks.length * paddedRows, columnBlocks * padded(columns)];
    const stride = 4 * (transposed ? across : along);
    const bytes = Math.ceil((4 * across * along) / 64) * 64;
    const inside = { ptr: next, stride, blocks, rows, paddedRows, columnBlocks, columns, transposed, bytes, pace };
    const parameter: Parameter = { name, shape, ...inside };
    next += bytes;
    all.push(parameter);
    return parameter;
  };
  const { gates, inputOrder } = CELL[cell];
  const rows = gates.length * hiddenSize;
  const order = gates.map((_, index) => index);
  const pace = paceOfLayers(architecture);
  const embedding = oneHot ? null : place('embedding.weight', [vocabulary, embeddingSize]);
  const layerParameters = Array.from({ length: layers }, (_, layer) => {
    const columns = layer > 0 ? hiddenSize : oneHot ? vocabulary : embeddingSize;
    return {
      weightIh: place(`weight_ih_l${layer}`, [rows, columns], {
        blocks: inputOrder,
        transposed: oneHot && layer === 0,
        // one-hot tokens select from it as from an embedding
        pace: oneHot && layer === 0 ? 1 : pace,
      }),
      weightHh: place(`weight_hh_l${layer}`, [rows, hiddenSize], { blocks: order, pace }),
      biasIh: place(`bias_ih_l${layer}`, [rows], { blocks: inputOrder, pace }),
      biasHh: place(`bias_hh_l${layer}`, [rows], { blocks: order, pace }),
    };
  });
  return {
    cell,
    embedding,
    layers: layerParameters,
    attention: attention
      ? {
          query: place('attention.query.weight', [hiddenSize, hiddenSize], { pace }),
          join: place('attention.join.weight', [hiddenSize, 2 * hiddenSize], { columnBlocks: 2, pace }),
          joinBias: place('attention.join.bias', [hiddenSize], { pace }),
        }
      : null,
    outputWeight: tied && embedding ? embedding : place('output.weight', [vocabulary, hiddenSize]),
    outputBias: place('output.bias', [vocabulary]),
    clusters:
      cutoffs.length > 0
        ? {
            weight: place('output.clusters.weight', [cutoffs.length, hiddenSize]),
            bias: place('output.clusters.bias', [cutoffs.length]),
            cutoffs,
          }
        : null,
    all,
    ptr,
    bytes: next - ptr,
  };
}

/** What model these tensors are of. Throws where one is missing that every model has. */
export function architectureOf(tensors: Readonly<Record<string, Tensor>>): Architecture {
  const shapeOf = (name: string): number[] => {
    const tensor = tensors[name];
    if (!tensor) throw new RangeError(`The language model lacks ${name}, got ${Object.keys(tensors).join(', ')}`);
    return tensor.shape;
  };
  const [rows = 0, hiddenSize = 0] = shapeOf('weight_hh_l0');
  const cell = (Object.keys(CELL) as CellName[]).find((name) => CELL[name].gates.length * hiddenSize === rows);
  if (!cell) throw new RangeError(`weight_hh_l0: expected 1, 3 or 4 times ${hiddenSize} rows, got ${rows}`);
  let layers = 1;
  while (tensors[`weight_hh_l${layers}`]) layers++;
  const embedding = tensors['embedding.weight'];
  const cutoffs = tensors[CUTOFFS];
  const vocabulary = shapeOf('output.bias')[0]!;
  cutoffs?.data.forEach((first, cluster, all) => {
    if (Number.isInteger(first) && first > (all[cluster - 1] ?? 0) && first < vocabulary) return;
    throw new RangeError(`${CUTOFFS}: expected ascending tokens below ${vocabulary}, got ${all.join(', ')}`);
  });
  return {
    cell,
    layers,
    vocabulary,
    embeddingSize: embedding?.shape[1] ?? 0,
    hiddenSize,
    attention: 'attention.query.weight' in tensors,
    tied: !('output.weight' in tensors),
    oneHot: !embedding,
    ...(cutoffs && { cutoffs: Array.from(cutoffs.data) }),
  };
}

/** Is no parameter, but stands with them: (C), see `Architecture.cutoffs`. */
const CUTOFFS = 'output.cutoffs';

/** What is stored of a model besides its parameters. */
export const describingTensors = ({ cutoffs = [] }: Architecture): Record<string, Tensor> =>
  cutoffs.length > 0 ? { [CUTOFFS]: { shape: [cutoffs.length], data: Float32Array.from(cutoffs) } } : {};

/**
 * A run of numbers: their places in an unpadded tensor, `step` apart, and in the memory's floats,
 * side by side.
 */
interface Run {
  outside: number;
  step: number;
  inside: number;
  count: number;
}

/** `offset`: bytes from the parameter. */
function* runs(parameter: Parameter, offset: number): Generator<Run> {
  const { ptr, stride, blocks, rows, paddedRows, columnBlocks, columns, transposed } = parameter;
  const start = (ptr + offset) / 4;
  if (transposed) {
    for (let column = 0; column < columns; column++) {
      for (const [at, block] of blocks.entries()) {
        const outside = block * rows * columns + column;
        yield { outside, step: columns, inside: start + (column * stride) / 4 + at * paddedRows, count: rows };
      }
    }
    return;
  }
  for (const [at, block] of blocks.entries()) {
    for (let row = 0; row < rows; row++) {
      const inside = start + ((at * paddedRows + row) * stride) / 4;
      for (let part = 0; part < columnBlocks; part++) {
        const outside = ((block * rows + row) * columnBlocks + part) * columns;
        yield { outside, step: 1, inside: inside + part * padded(columns), count: columns };
      }
    }
  }
}

/**
 * Copies a parameter out of the memory's floats, or what stands `offset` bytes behind it (its
 * gradient). The caller owns the copy.
 */
export function readParameter(floats: Float32Array, parameter: Parameter, offset = 0): Tensor {
  const data = new Float32Array(parameter.shape.reduce((product, size) => product * size, 1));
  for (const { outside, step, inside, count } of runs(parameter, offset)) {
    if (step === 1) data.set(floats.subarray(inside, inside + count), outside);
    else for (let k = 0; k < count; k++) data[outside + k * step] = floats[inside + k]!;
  }
  return { shape: parameter.shape, data };
}

/** All of them, by name. */
export function readParameters(floats: Float32Array, { all }: Parameters, offset = 0): Record<string, Tensor> {
  return Object.fromEntries(all.map((parameter) => [parameter.name, readParameter(floats, parameter, offset)]));
}

/**
 * Copies a tensor to its place. Throws where its shape is not the parameter's. The padding must be
 * zero already.
 */
export function writeParameter(floats: Float32Array, parameter: Parameter, { shape, data }: Tensor): void {
  if (shape.join() !== parameter.shape.join() || data.length !== shape.reduce((product, size) => product * size, 1)) {
    throw new RangeError(
      `${parameter.name}: expected shape (${parameter.shape.join(', ')}), got (${shape.join(', ')}) with ${data.length} numbers`,
    );
  }
  for (const { outside, step, inside, count } of runs(parameter, 0)) {
    for (let k = 0; k < count; k++) floats[inside + k] = data[outside + k * step]!;
  }
}

/**
 * Word vectors to begin with: row r (E) is of the word of rank r; they may be fewer than the
 * model's words. A row of zeros is no vector: the embedding then begins as it was drawn.
 */
export interface StartVectors {
  /** E */
  size: number;
  data: Float32Array;
}

/**
 * Draws the parameters: the layers' weights uniform in +-1/sqrt(H), as PyTorch does, and the
 * attention's by the size of what they read; the embedding and the output's weights, also those of
 * clusters, in +-0.1, as Zaremba et al. 2014 (arXiv:1409.2329) do, or the embedding from `vectors`;
 * biases 0, but 1 for the forget gate (Jozefowicz et al. 2015), and for the output the logarithm of
 * 1 + the token's count in `text`: the softmax begins with the frequencies of the tokens, which
 * otherwise take hundreds of steps to learn. After one pass over 250,000 words of WikiText-2 the
 * perplexity was 192 with it and 270 without.
 *
 * Two things make deep networks learn as soon as shallow ones (docs/learning-rates.md has the
 * figures):
 * - The first layer's input weights are so large that what they add to its sums has the variance 1
 *   over the text, however small the embedding is: drawn as PyTorch does, it was a twentieth, and
 *   less in each layer above.
 * - Layers above the first begin by passing on what they are given (`Cell.passes`).
 * Yields between rows.
 */
export function* initialise(
  floats: Float32Array,
  parameters: Parameters,
  seed: number,
  text: Int32Array,
  vectors: StartVectors | null = null,
): Generator<void> {
  const random = mulberry32(seed);
  const { cell, embedding, layers, attention, outputWeight, outputBias, clusters } = parameters;
  for (const parameter of parameters.all) {
    if (parameter.shape.length === 1) continue;
    const table = parameter === embedding || parameter === outputWeight || parameter === clusters?.weight;
    const inputs = parameter === attention?.join ? parameter.shape[1]! : layers[0]!.weightHh.columns;
    const range = table ? 0.1 : 1 / Math.sqrt(inputs);
    for (const { inside, count } of runs(parameter, 0)) {
      for (let at = inside; at < inside + count; at++) floats[at] = (2 * random() - 1) * range;
      yield;
    }
  }
  if (embedding && vectors) putVectors(floats, embedding, vectors);
  const counts = new Uint32Array(outputBias.columns).fill(1);
  for (const token of text) counts[token]!++;
  const [first, ...above] = layers;
  if (text.length > 0) scaleInput(floats, first!.weightIh, 1 / Math.sqrt(first!.weightHh.columns), embedding, counts);
  const { gates, biases, passes } = CELL[cell];
  fillBiases(floats, first!.biasIh, gates, biases);
  for (const { weightIh, biasIh } of above) {
    addDiagonal(floats, weightIh, gates.indexOf(passes.gate), passes.gain);
    fillBiases(floats, biasIh, gates, passes.biases);
  }
  floats.set(Float32Array.from(counts, Math.log), outputBias.ptr / 4);
  clusters?.cutoffs.forEach((start, cluster) => {
    const count = counts.subarray(start, clusters.cutoffs[cluster + 1]).reduce((sum, each) => sum + each, 0);
    floats[clusters.bias.ptr / 4 + cluster] = Math.log(count);
  });
}

/**
 * Gives what the first layer's input weights, drawn in +-`range`, add to a sum the variance 1 over
 * a text of these counts.
 */
function scaleInput(
  floats: Float32Array,
  weightIh: Parameter,
  range: number,
  embedding: Parameter | null,
  counts: Uint32Array,
): void {
  let power = 1; // mean over the text of the sum of squares of what is read: a token's row, or a one-hot one
  if (embedding) {
    let [squares, tokens] = [0, 0];
    for (const [token, count] of counts.entries()) {
      const row = (embedding.ptr + token * embedding.stride) / 4;
      for (let at = row; at < row + embedding.columns; at++) squares += count * floats[at]! ** 2;
      tokens += count;
    }
    power = squares / tokens;
  }
  const scale = Math.sqrt(3 / power) / range;
  if (!Number.isFinite(scale)) return; // nothing can be told of such an embedding
  const start = weightIh.ptr / 4;
  for (let at = start; at < start + weightIh.bytes / 4; at++) floats[at]! *= scale;
}

function fillBiases(
  floats: Float32Array,
  { ptr, stride, blocks, columns }: Parameter,
  gates: readonly string[],
  biases: Readonly<Record<string, number>>,
): void {
  for (const [gate, bias] of Object.entries(biases)) {
    const start = (ptr + blocks.indexOf(gates.indexOf(gate)) * stride) / 4;
    floats.fill(bias, start, start + columns);
  }
}

/** Adds to the diagonal of one of the outside's blocks, which is square. */
function addDiagonal(
  floats: Float32Array,
  { ptr, stride, blocks, paddedRows, rows }: Parameter,
  block: number,
  value: number,
): void {
  const first = blocks.indexOf(block) * paddedRows;
  for (let row = 0; row < rows; row++) floats[(ptr + (first + row) * stride) / 4 + row]! += value;
}

function putVectors(floats: Float32Array, embedding: Parameter, { size, data }: StartVectors): void {
  if (size !== embedding.columns) {
    throw new RangeError(`The embedding needs vectors of ${embedding.columns} numbers, got ${size}`);
  }
  const words = Math.min(data.length / size, embedding.rows - FIRST_WORD);
  for (let word = 0; word < words; word++) {
    const vector = data.subarray(word * size, (word + 1) * size);
    if (vector.some((value) => value !== 0)) {
      floats.set(vector, (embedding.ptr + (word + FIRST_WORD) * embedding.stride) / 4);
    }
  }
}
