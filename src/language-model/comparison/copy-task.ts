// The copy task (after Hochreiter, Schmidhuber 1997 and Arjovsky et al. 2016): a symbol is shown
// once, then blanks, then a sign that asks for it. A network with new weights learns it for one
// distance. How far it gets, and after how many steps, says how far back the gradient of the cell
// reaches: a cell that has learned a short distance may well hold longer ones, so nothing is taken
// over from one distance to the next.

import { mulberry32 } from '../../numerics/random.ts';
import { Sequence } from '../inference/sequence.ts';
import { CELL } from '../network/cells.ts';
import type { TokenStreams } from '../network/input.ts';
import { createMemory } from '../network/memory.ts';
import { Network, type NetworkOptions, planNetwork } from '../network/network.ts';
import { type LayerParameters, readParameters } from '../network/parameters.ts';
import { createSignals, Team } from '../network/team.ts';

export interface CopyTaskOptions {
  cell: NetworkOptions['cell'];
  attention: boolean;
  layers: number;
  hiddenSize: number;
  /** Training steps, of 32 sequences each, at most. */
  steps: number;
  /** Tried one after the other, until the task is learned with one of them. */
  learningRates: readonly number[];
}

export interface CopyTaskResult {
  /** Steps between the symbol and the sign that asks for it. */
  distance: number;
  /** Share of the symbols that are answered right; chance is 1/8. */
  accuracy: number;
  /** Running mean of the negative log-likelihood at the end of training, nats; chance is log 8. */
  loss: number;
  /** Training steps taken; fewer than there may be where it was learned. */
  steps: number;
}

const SYMBOLS = 8;
const BLANK = SYMBOLS;
const ASK = SYMBOLS + 1;
const BATCH = 32;
/** Training ends at this running mean of the loss. */
const LEARNED = 0.05;
/** Share of the running mean that each further step keeps. */
const KEEP = 0.9;

class Sequences implements TokenStreams {
  readonly #symbols: readonly number[];
  readonly #distance: number;

  constructor(symbols: readonly number[], distance: number) {
    this.#symbols = symbols;
    this.#distance = distance;
  }

  count(): number {
    return this.#symbols.length;
  }

  read(position: number, panel: number, inputs: Int32Array, targets: Int32Array, at: number): void {
    for (let lane = 0; lane < 8; lane++) {
      const symbol = this.#symbols[panel * 8 + lane]!;
      inputs[at + lane] = tokenAt(symbol, position, this.#distance);
      targets[at + lane] = position === this.#distance ? symbol : -1;
    }
  }
}

const tokenAt = (symbol: number, position: number, distance: number): number =>
  position === 0 ? symbol : position < distance ? BLANK : ASK;

/**
 * Trains models on the task at one distance, from 1 on, and gives what the best one reaches. Yields
 * between kernels.
 */
export function* copyTask(
  module: WebAssembly.Module,
  options: CopyTaskOptions,
  distance: number,
  seed: number,
): Generator<void, CopyTaskResult> {
  let best: CopyTaskResult | null = null;
  for (const learningRate of options.learningRates) {
    const result = yield* train(module, options, distance, learningRate, seed);
    if (!best || result.accuracy > best.accuracy || (result.accuracy === best.accuracy && result.loss < best.loss)) {
      best = result;
    }
    if (result.loss < LEARNED) break;
  }
  if (!best) throw new RangeError('The copy task needs a learning rate, got none');
  return best;
}

/**
 * Biases of the gates that keep a state, so that units keep it for 1 to `distance` steps at the
 * start of training (Tallec, Ollivier 2018, arXiv:1804.11188): an LSTM's forget gate against its
 * input gate, a GRU's update gate. With the usual ones an LSTM forgets half in two steps, and what
 * is 16 steps back is out of its gradient's reach before it has learned anything. A plain RNN has
 * no gates.
 */
function setGates(
  floats: Float32Array,
  layers: readonly LayerParameters[],
  cell: NetworkOptions['cell'],
  distance: number,
  random: () => number,
): void {
  if (cell === 'rnn') return;
  const { gates, inputOrder } = CELL[cell];
  for (const { biasIh } of layers) {
    const gate = (name: string): number =>
      biasIh.ptr / 4 + (inputOrder.indexOf(gates.indexOf(name)) * biasIh.stride) / 4;
    for (let unit = 0; unit < biasIh.columns; unit++) {
      const bias = Math.log(1 + random() * Math.max(1, distance - 1));
      floats[gate(cell === 'lstm' ? 'f' : 'z') + unit] = bias;
      if (cell === 'lstm') floats[gate('i') + unit] = -bias;
    }
  }
}

function* train(
  module: WebAssembly.Module,
  { cell, attention, layers, hiddenSize, steps: most }: CopyTaskOptions,
  distance: number,
  learningRate: number,
  seed: number,
): Generator<void, CopyTaskResult> {
  const plan = planNetwork(
    {
      cell,
      attention,
      layers,
      hiddenSize,
      vocabulary: SYMBOLS + 2,
      embeddingSize: 16,
      tied: false,
      oneHot: false,
      batchSize: BATCH,
      steps: distance + 1,
      freezeEmbedding: false,
      dropout: 0,
      weightDropout: 0,
      embeddingDropout: 0,
    },
    1,
  );
  const memory = createMemory(plan.bytes);
  const network = new Network(module, memory, plan, new Team(createSignals(), 0, 1), seed);
  yield* network.initialise(seed, new Int32Array(0));
  setGates(new Float32Array(memory.buffer), plan.parameters.layers, cell, distance, mulberry32(seed));
  const random = mulberry32(seed);
  const draw = (): number => Math.floor(random() * SYMBOLS);
  let loss = Math.log(SYMBOLS);
  let steps = 0;
  while (steps < most && loss >= LEARNED) {
    network.resetState();
    const sequences = new Sequences(Array.from({ length: BATCH }, draw), distance);
    const total = yield* network.differentiate(sequences, 0, distance + 1, ++steps);
    const norm = yield* network.norm();
    if (!Number.isFinite(norm)) break;
    yield* network.update(steps, learningRate, 0, norm, 1);
    loss = KEEP * loss + ((1 - KEEP) * total) / BATCH;
  }
  const tensors = readParameters(new Float32Array(memory.buffer), plan.parameters);
  const sequence = new Sequence(module, tensors, distance + 1);
  let right = 0;
  for (let symbol = 0; symbol < SYMBOLS; symbol++) {
    sequence.reset();
    for (let position = 0; position <= distance; position++) sequence.feed(tokenAt(symbol, position, distance));
    const probabilities = sequence.probabilities();
    if (probabilities.every((each, token) => token === symbol || each < probabilities[symbol]!)) right++;
    yield;
  }
  return { distance, accuracy: right / SYMBOLS, loss, steps };
}
