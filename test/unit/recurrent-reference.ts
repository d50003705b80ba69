// The language model once more, plainly and in double precision, for the tests: any cell, layers,
// attention, tied weights, one-hot tokens, dropout with given masks. It gives the loss of a window,
// nothing else: gradients are taken by finite differences, so that no formula for a derivative is
// trusted.

import type { Architecture } from '../../src/language-model/network/parameters.ts';

/** PyTorch's names and layout. */
export type ReferenceTensors = Record<string, Float64Array>;

/** Of one sequence: by layer, hidden (H) and, for an LSTM, cell (H). */
export type ReferenceState = { hidden: number[]; cell: number[] }[];

/** What each number is multiplied by; null: 1. */
export interface ReferenceMasks {
  embedding: ((token: number) => number) | null;
  input: ((step: number, sequence: number, feature: number) => number) | null;
  output: ((layer: number, step: number, sequence: number, unit: number) => number) | null;
  recurrent: ((layer: number, row: number, column: number) => number) | null;
}

export interface ReferenceStep {
  /** By layer: PyTorch's gates (gates, H), a GRU's n after the reset. */
  gates: number[][][];
  state: ReferenceState;
  /** Over the steps of the window up to this one; none without attention. */
  attention: number[];
  /** (V) */
  probabilities: number[];
}

const NO_MASKS: ReferenceMasks = { embedding: null, input: null, output: null, recurrent: null };
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export const zeroState = ({ layers, hiddenSize }: Architecture): ReferenceState =>
  Array.from({ length: layers }, () => ({
    hidden: new Array<number>(hiddenSize).fill(0),
    cell: new Array<number>(hiddenSize).fill(0),
  }));

/** W x, rows [start, start + rows) of W (…, columns). */
function product(weight: Float64Array, x: readonly number[], start: number, rows: number, columns: number): number[] {
  const result = new Array<number>(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++) sum += weight[(start + row) * columns + column]! * x[column]!;
    result[row] = sum;
  }
  return result;
}

export class Reference {
  readonly architecture: Architecture;
  readonly tensors: ReferenceTensors;
  readonly masks: ReferenceMasks;

  constructor(architecture: Architecture, tensors: ReferenceTensors, masks: ReferenceMasks = NO_MASKS) {
    this.architecture = architecture;
    this.tensors = tensors;
    this.masks = masks;
  }

  /** One step of one sequence; `past`: what the top layer gave in the window before, extended. */
  step(token: number, before: ReferenceState, past: number[][], at = { step: 0, sequence: 0 }): ReferenceStep {
    const { tensors, masks } = this;
    const {
      cell,
      embeddingSize: E,
      hiddenSize: H,
      vocabulary: V,
      oneHot,
      attention: attends,
      tied,
      cutoffs,
    } = this.architecture;
    const scale = masks.embedding?.(token) ?? 1;
    let x = oneHot
      ? Array.from({ length: V }, (_, index) => (index === token ? scale : 0))
      : Array.from(tensors['embedding.weight']!.subarray(token * E, (token + 1) * E), (value, feature) => {
          return value * scale * (masks.input?.(at.step, at.sequence, feature) ?? 1);
        });
    const state: ReferenceState = [];
    const gates: number[][][] = [];
    before.forEach(({ hidden, cell: memory }, layer) => {
      const [Wi, Wh, bi, bh] = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map(
        (name) => tensors[`${name}_l${layer}`]!,
      ) as [Float64Array, Float64Array, Float64Array, Float64Array];
      const fromInput = (gate: number) =>
        product(Wi, x, gate * H, H, x.length).map((sum, unit) => sum + bi[gate * H + unit]!);
      const { recurrent } = masks;
      const weights = recurrent
        ? Wh.map((weight, index) => weight * recurrent(layer, Math.floor(index / H), index % H))
        : Wh;
      const fromState = (gate: number) =>
        product(weights, hidden, gate * H, H, H).map((sum, unit) => sum + bh[gate * H + unit]!);
      const sums = (gate: number) => {
        const added = fromState(gate);
        return fromInput(gate).map((sum, unit) => sum + added[unit]!);
      };
      let next: { hidden: number[]; cell: number[] };
      if (cell === 'rnn') {
        const h = sums(0).map(Math.tanh);
        gates.push([h]);
        next = { hidden: h, cell: memory };
      } else if (cell === 'gru') {
        const r = sums(0).map(sigmoid);
        const z = sums(1).map(sigmoid);
        const apart = fromState(2);
        const n = fromInput(2).map((sum, unit) => Math.tanh(sum + r[unit]! * apart[unit]!));
        gates.push([r, z, n]);
        next = { hidden: n.map((value, unit) => (1 - z[unit]!) * value + z[unit]! * hidden[unit]!), cell: memory };
      } else {
        const [i, f, g, o] = [sums(0).map(sigmoid), sums(1).map(sigmoid), sums(2).map(Math.tanh), sums(3).map(sigmoid)];
        gates.push([i, f, g, o]);
        const c = memory.map((value, unit) => f[unit]! * value + i[unit]! * g[unit]!);
        next = { hidden: c.map((value, unit) => o[unit]! * Math.tanh(value)), cell: c };
      }
      state.push(next);
      x = next.hidden.map((value, unit) => value * (masks.output?.(layer, at.step, at.sequence, unit) ?? 1));
    });
    let attention: number[] = [];
    if (attends) {
      past.push(x);
      const query = product(tensors['attention.query.weight']!, x, 0, H, H);
      const scores = past.map((key) => key.reduce((sum, k, unit) => sum + k * query[unit]!, 0) / Math.sqrt(H));
      attention = softmax(scores);
      const context = x.map((_, unit) => attention.reduce((sum, weight, step) => sum + weight * past[step]![unit]!, 0));
      const joined = product(tensors['attention.join.weight']!, [...context, ...x], 0, H, 2 * H);
      x = joined.map((sum, unit) => Math.tanh(sum + tensors['attention.join.bias']![unit]!));
    }
    const output = tensors[tied ? 'embedding.weight' : 'output.weight']!;
    const logits = product(output, x, 0, V, H).map((sum, token) => sum + tensors['output.bias']![token]!);
    if (!cutoffs) return { gates, state, attention, probabilities: softmax(logits) };
    const ofClusters = product(tensors['output.clusters.weight']!, x, 0, cutoffs.length, H).map(
      (sum, cluster) => sum + tensors['output.clusters.bias']![cluster]!,
    );
    const head = softmax([...logits.slice(0, cutoffs[0]), ...ofClusters]);
    const tails = cutoffs.flatMap((start, cluster) =>
      softmax(logits.slice(start, cutoffs[cluster + 1])).map((share) => share * head[cutoffs[0]! + cluster]!),
    );
    return { gates, state, attention, probabilities: [...head.slice(0, cutoffs[0]), ...tails] };
  }

  /**
   * inputs and targets: (T, B), a target of -1 counts for nothing; states: (B). `loss` is the sum
   * of -log p. The given states are not changed.
   */
  window(
    inputs: readonly (readonly number[])[],
    targets: readonly (readonly number[])[],
    states: readonly ReferenceState[],
  ): { loss: number; states: ReferenceState[] } {
    let loss = 0;
    const after = states.map((before, sequence) => {
      const past: number[][] = [];
      return inputs.reduce((state, row, step) => {
        const { state: next, probabilities } = this.step(row[sequence]!, state, past, { step, sequence });
        const target = targets[step]![sequence]!;
        if (target >= 0) loss -= Math.log(probabilities[target]!);
        return next;
      }, before);
    });
    return { loss, states: after };
  }
}

function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const total = exponentials.reduce((sum, e) => sum + e, 0);
  return exponentials.map((e) => e / total);
}

/** The derivative of `loss` in each number of `tensor`, by central differences. */
export function differences(tensor: Float64Array, loss: () => number): Float64Array {
  const step = 1e-5;
  return tensor.map((value, index) => {
    tensor[index] = value + step;
    const above = loss();
    tensor[index] = value - step;
    const below = loss();
    tensor[index] = value;
    return (above - below) / (2 * step);
  });
}
