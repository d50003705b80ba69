// The copy task (after Hochreiter, Schmidhuber 1997 and Arjovsky et al. 2016): a symbol is shown once, then blanks, then a
// sign that asks for it. How long a cell can hold it after so much training is how long its gradient reaches.

import type { TokenSource } from './input.ts';
import { createMemory } from './memory.ts';
import { Network, planNetwork, type NetworkOptions } from './network.ts';
import { readParameters } from './parameters.ts';
import { Sequence } from './sequence.ts';
import { createSignals, Team } from './team.ts';

export interface CopyTaskOptions {
  cell: NetworkOptions['cell'];
  attention: boolean;
  layers: number;
  hiddenSize: number;
  /** Training steps for each distance, of 32 sequences each. */
  steps: number;
  learningRate: number;
}

export interface CopyTaskResult {
  /** Steps between the symbol and the sign that asks for it. */
  distance: number;
  /** Of 256 new sequences, the share that is answered right; chance is 1/8. */
  accuracy: number;
  /** Mean negative log-likelihood of the last tenth of the training steps, nats; chance is log 8. */
  loss: number;
}

const SYMBOLS = 8;
const BLANK = SYMBOLS;
const ASK = SYMBOLS + 1;
const BATCH = 32;
const TESTED = 256;

class Sequences implements TokenSource {
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

/** Trains a model on the task at one distance, from 1 on, and tests it. Yields between kernels. */
export function* copyTask(
  module: WebAssembly.Module,
  { cell, attention, layers, hiddenSize, steps, learningRate }: CopyTaskOptions,
  distance: number,
  seed: number,
): Generator<void, CopyTaskResult> {
  const plan = planNetwork(
    {
      ...{
        cell,
        attention,
        layers,
        hiddenSize,
        vocabulary: SYMBOLS + 2,
        embeddingSize: 16,
        tied: false,
        oneHot: false,
      },
      ...{ batchSize: BATCH, steps: distance + 1, freezeEmbedding: false },
      ...{ dropout: 0, weightDropout: 0, embeddingDropout: 0 },
    },
    1,
  );
  const memory = createMemory(plan.bytes);
  const network = new Network(module, memory, plan, new Team(createSignals(), 0, 1), seed);
  yield* network.initialise(seed, new Int32Array(0));
  let state = seed;
  const draw = (count: number): number[] =>
    Array.from({ length: count }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 29;
    });
  const counted = Math.ceil(steps / 10);
  let loss = 0;
  for (let step = 1; step <= steps; step++) {
    network.resetState();
    const total = yield* network.differentiate(new Sequences(draw(BATCH), distance), 0, distance + 1, step);
    if (step > steps - counted) loss += total / BATCH / counted;
    const norm = yield* network.norm();
    if (!Number.isFinite(norm)) break;
    yield* network.update(step, learningRate, 0, norm, 1);
  }
  const tensors = readParameters(new Float32Array(memory.buffer), plan.parameters);
  const sequence = new Sequence(module, tensors, distance + 1);
  let right = 0;
  for (const symbol of draw(TESTED)) {
    sequence.reset();
    for (let position = 0; position <= distance; position++) sequence.feed(tokenAt(symbol, position, distance));
    const probabilities = sequence.probabilities();
    if (probabilities.every((each, token) => token === symbol || each < probabilities[symbol]!)) right++;
    yield;
  }
  return { distance, accuracy: right / TESTED, loss };
}
