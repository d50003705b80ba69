// The language model once more, plainly and in double precision, for the tests: loss of a window, nothing else.
// Its gradients are taken by finite differences, so that no formula for a derivative is trusted.

export interface ReferenceSizes {
  vocabulary: number;
  embeddingSize: number;
  hiddenSize: number;
}

/** PyTorch's names and layout. */
export type ReferenceTensors = Record<string, Float64Array>;

/** Of each sequence: hidden (H) and cell (H). */
export type ReferenceState = { hidden: number[]; cell: number[] }[];

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export const zeroState = (batch: number, hiddenSize: number): ReferenceState =>
  Array.from({ length: batch }, () => ({
    hidden: new Array<number>(hiddenSize).fill(0),
    cell: new Array<number>(hiddenSize).fill(0),
  }));

/** One step of one sequence: the next state. */
export function referenceCell(
  tensors: ReferenceTensors,
  { embeddingSize: E, hiddenSize: H }: ReferenceSizes,
  token: number,
  { hidden, cell }: ReferenceState[number],
): ReferenceState[number] {
  const sum = (gate: number, unit: number): number => {
    const row = gate * H + unit;
    let total = tensors['biasIh']![row]! + tensors['biasHh']![row]!;
    for (let e = 0; e < E; e++)
      total += tensors['weightIh']![row * E + e]! * tensors['embedding.weight']![token * E + e]!;
    for (let h = 0; h < H; h++) total += tensors['weightHh']![row * H + h]! * hidden[h]!;
    return total;
  };
  const next = { hidden: [] as number[], cell: [] as number[] };
  for (let unit = 0; unit < H; unit++) {
    const [i, f, g, o] = [sigmoid(sum(0, unit)), sigmoid(sum(1, unit)), Math.tanh(sum(2, unit)), sigmoid(sum(3, unit))];
    const c = f * cell[unit]! + i * g;
    next.cell.push(c);
    next.hidden.push(o * Math.tanh(c));
  }
  return next;
}

/** Probabilities of the next token, (V). */
export function referenceSoftmax(
  tensors: ReferenceTensors,
  { vocabulary: V, hiddenSize: H }: ReferenceSizes,
  hidden: readonly number[],
): number[] {
  const logits = Array.from({ length: V }, (_, token) =>
    hidden.reduce(
      (sum, h, unit) => sum + h * tensors['output.weight']![token * H + unit]!,
      tensors['output.bias']![token]!,
    ),
  );
  const largest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const total = exponentials.reduce((sum, e) => sum + e, 0);
  return exponentials.map((e) => e / total);
}

/** inputs and targets: (T, B), a target of -1 counts for nothing. `loss` is the sum of -log p; `state` is not changed. */
export function referenceWindow(
  tensors: ReferenceTensors,
  sizes: ReferenceSizes,
  inputs: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
  state: ReferenceState,
): { loss: number; state: ReferenceState } {
  let loss = 0;
  inputs.forEach((row, step) => {
    state = state.map((each, sequence) => referenceCell(tensors, sizes, row[sequence]!, each));
    state.forEach(({ hidden }, sequence) => {
      const target = targets[step]![sequence]!;
      if (target >= 0) loss -= Math.log(referenceSoftmax(tensors, sizes, hidden)[target]!);
    });
  });
  return { loss, state };
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
