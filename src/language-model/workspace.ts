// Where everything stands in the memory that the training threads share.
//
// Activations are panels of 8 sequences (src/kernels/matrix.ts), in the order step by step, panel by panel. Each panel is
// followed by 192 bytes of nothing: at strides of whole kilobytes the same rows of all panels would compete for one cache set.

import { GATES, layOutParameters, padded, type Parameters, type Sizes } from './parameters.ts';

export interface TrainingSizes extends Sizes {
  /** B, sequences side by side. */
  batchSize: number;
  /** T, time steps of a window. */
  steps: number;
}

/** Panels of one kind: panel `index` stands at ptr + index * stride. */
export interface Panels {
  ptr: number;
  stride: number;
}

export const at = ({ ptr, stride }: Panels, index: number): number => ptr + index * stride;

/** Panels that the softmax, and the sums over sequences, take at a time: 256 sequences. */
export const BLOCK = 32;
/** Rows of a weight matrix that a block of its packed transpose covers. */
export const PACKED_ROWS = 256;
/** Parameters that the optimiser takes at a time. */
export const CHUNK = 16_384;

const PANEL_GAP = 192;
/** The first kilobyte is left alone. */
const START = 1024;
const PAGE = 65_536;
const MOST_PAGES = 65_536;

export interface Workspace {
  sizes: TrainingSizes;
  /** P, panels of a time step. */
  panels: number;
  /** Padded sizes. */
  vocabularyRows: number;
  embeddingRows: number;
  hiddenRows: number;
  parameters: Parameters;
  parameterCount: number;
  /** From a parameter to its gradient, and to Adam's running means of the gradient and of its square, bytes. */
  toGradient: number;
  toMean: number;
  toSquare: number;
  /** (T, P, 8) */
  inputs: number;
  targets: number;
  /** (T, P) panels of E: what the layer reads, and its gradient. */
  input: Panels;
  inputGradient: Panels;
  /** (T, P) panels of 4H: the gates' sums, then the gates, then the gradients of the sums. */
  gates: Panels;
  /** (T + 1, P) panels of H, from the state before the first step on. */
  cell: Panels;
  hidden: Panels;
  /** (T, P) panels of H. */
  tanhCell: Panels;
  outputGradient: Panels;
  /** (P) panels of H. */
  recurrentGradient: Panels;
  cellGradient: Panels;
  /** (4H) */
  bias: number;
  /** Blocks of `transposePanels`, (T * P / BLOCK, features / 8, 8 BLOCK, 8): the layer's input and previous hidden state. */
  inputColumns: Panels;
  hiddenColumns: Panels;
  /** Strips of `packColumns`. */
  packedIh: number;
  packedHh: number;
  packedOutput: number;
  /** (BLOCK) panels of V. */
  logits: Panels;
  /** (H / 8, 8 BLOCK, 8), see `transposePanels`. */
  scaledHidden: number;
  /** (T, P, 8): 1 / (sum of the exponentials * tokens of the window), 0 where there is no target. */
  scales: number;
  /** (T, P, 8) */
  sums: number;
  targetLogits: number;
  /** (T, P) float64: the panel's summed negative log-likelihood. */
  losses: number;
  /** (BLOCK, 8) */
  ones: number;
  /** (max(V, 4H), 4) */
  rowSums: number;
  /** (parameters / CHUNK) float64 */
  squares: number;
  /** Of each thread, BLOCK * 192 bytes. */
  scratch: Panels;
  bytes: number;
}

/** Plans the memory. Throws where it would be more than the 4 GiB that WebAssembly reaches. */
export function layOutWorkspace(sizes: TrainingSizes, threads: number): Workspace {
  const { vocabulary, embeddingSize, hiddenSize, batchSize, steps } = sizes;
  const panels = Math.ceil(batchSize / 8);
  const all = steps * panels;
  const blocks = Math.ceil(all / BLOCK);
  const vocabularyRows = padded(vocabulary);
  const embeddingRows = padded(embeddingSize);
  const hiddenRows = padded(hiddenSize);
  const gateRows = GATES * hiddenRows;

  const { bytes: parameterBytes, ...parameters } = layOutParameters(sizes, START);
  let end = START + 4 * parameterBytes;
  const take = (bytes: number): number => {
    const ptr = end;
    end += Math.ceil(bytes / 64) * 64;
    return ptr;
  };
  const takePanels = (count: number, rows: number): Panels => {
    const stride = rows * 32 + PANEL_GAP;
    return { ptr: take(count * stride), stride };
  };
  const takeBlocks = (count: number, bytes: number): Panels => ({ ptr: take(count * bytes), stride: bytes });

  const workspace: Workspace = {
    sizes,
    panels,
    vocabularyRows,
    embeddingRows,
    hiddenRows,
    parameters,
    parameterCount: parameterBytes / 4,
    toGradient: parameterBytes,
    toMean: 2 * parameterBytes,
    toSquare: 3 * parameterBytes,
    inputs: take(all * 32),
    targets: take(all * 32),
    input: takePanels(all, embeddingRows),
    inputGradient: takePanels(all, embeddingRows),
    gates: takePanels(all, gateRows),
    cell: takePanels(all + panels, hiddenRows),
    hidden: takePanels(all + panels, hiddenRows),
    tanhCell: takePanels(all, hiddenRows),
    outputGradient: takePanels(all, hiddenRows),
    recurrentGradient: takePanels(panels, hiddenRows),
    cellGradient: takePanels(panels, hiddenRows),
    bias: take(gateRows * 4),
    inputColumns: takeBlocks(blocks, BLOCK * 32 * embeddingRows),
    hiddenColumns: takeBlocks(blocks, BLOCK * 32 * hiddenRows),
    packedIh: take(gateRows * embeddingRows * 4),
    packedHh: take(gateRows * hiddenRows * 4),
    packedOutput: take(vocabularyRows * hiddenRows * 4),
    logits: takePanels(BLOCK, vocabularyRows),
    scaledHidden: take(BLOCK * 32 * hiddenRows),
    scales: take(all * 32),
    sums: take(all * 32),
    targetLogits: take(all * 32),
    losses: take(all * 8),
    ones: take(BLOCK * 32),
    rowSums: take(Math.max(vocabularyRows, gateRows) * 16),
    squares: take(Math.ceil(parameterBytes / 4 / CHUNK) * 8),
    scratch: takeBlocks(threads, BLOCK * 192),
    bytes: end,
  };
  workspace.bytes = end;
  if (end > MOST_PAGES * PAGE) {
    throw new RangeError(
      `The language model would need ${(end / 2 ** 30).toFixed(1)} GiB to train, got options for more than the 4 GiB it can have; ` +
        `lower hiddenSize (${hiddenSize}), maxVocabulary (${vocabulary}), batchSize (${batchSize}) or steps (${steps})`,
    );
  }
  return workspace;
}

export function createMemory(bytes: number): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE), maximum: MOST_PAGES, shared: true });
}
