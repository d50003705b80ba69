// The recurrent cells, as data: what one layer has to know of a cell to run it.
//
// A step of every cell is the same: two products make the *sums*, blocks of H rows; the cell's
// function turns the sums and the state before into the gates and the state after. The input's
// product writes the first blocks of the sums, the recurrent product adds to the blocks from
// `recurrentFrom` on. In an LSTM and an RNN both cover all blocks. A GRU in PyTorch's form keeps
// the recurrent part of its new state apart (r multiplies it, bias and all), so its sums are n, r,
// z and that part: the input reaches n, r, z, the recurrent product r, z and the part. For that the
// GRU's input weights stand in the order n, r, z in memory; outside, weights are always in
// PyTorch's order.

import type { LanguageModelExports } from '../../kernel-interfaces/language-model.ts';
import type { LanguageModelOptions } from '../options.ts';

export type CellName = LanguageModelOptions['cell'];

export interface Cell {
  /** PyTorch's order of the blocks of the weights' rows. */
  gates: readonly string[];
  /** Blocks of the sums. */
  sums: number;
  /** Which of `gates` the blocks of the input weights are, in memory. */
  inputOrder: readonly number[];
  /** The first block of the sums that the recurrent product adds to. */
  recurrentFrom: number;
  /**
   * Blocks of H that it keeps besides the hidden state: the LSTM's cell state and the tanh of it.
   */
  memory: number;
  /** How fast its weights may learn: see `paceOfLayers`. */
  pace: number;
  /** What the biases of the first layer begin as, of those that do not begin as 0. */
  biases: Readonly<Record<string, number>>;
  /**
   * What lets a layer pass on what it is given: the gate whose weights begin with `gain` on the
   * diagonal, and the biases, of the gates that have one, that open the way through it and close
   * the one through time.
   */
  passes: { gate: string; gain: number; biases: Readonly<Record<string, number>> };
  /** A part of the hidden state passes to the next step without a product. */
  carriesHidden: boolean;
  /** See src/kernels/language-model/cells.ts. */
  forward: keyof LanguageModelExports & `${CellName}Forward`;
  backward: keyof LanguageModelExports & `${CellName}Backward`;
  step: keyof LanguageModelExports & `${CellName}Step`;
}

export const CELL: Readonly<Record<CellName, Cell>> = {
  rnn: {
    gates: ['h'],
    sums: 1,
    inputOrder: [0],
    recurrentFrom: 0,
    memory: 0,
    pace: 0.5,
    biases: {},
    passes: { gate: 'h', gain: 1.5, biases: {} },
    carriesHidden: false,
    forward: 'rnnForward',
    backward: 'rnnBackward',
    step: 'rnnStep',
  },
  gru: {
    gates: ['r', 'z', 'n'],
    sums: 4,
    inputOrder: [2, 0, 1],
    recurrentFrom: 1,
    memory: 0,
    pace: 1,
    biases: {},
    passes: { gate: 'n', gain: 1.75, biases: { z: -2 } },
    carriesHidden: true,
    forward: 'gruForward',
    backward: 'gruBackward',
    step: 'gruStep',
  },
  lstm: {
    gates: ['i', 'f', 'g', 'o'],
    sums: 4,
    inputOrder: [0, 1, 2, 3],
    recurrentFrom: 0,
    memory: 2,
    pace: 1,
    biases: { f: 1 }, // Jozefowicz et al. 2015
    passes: { gate: 'g', gain: 2, biases: { i: 2, f: -2, o: 2 } },
    carriesHidden: false,
    forward: 'lstmForward',
    backward: 'lstmBackward',
    step: 'lstmStep',
  },
};
