// How far back a model looks: its perplexity when the context is cut to the last d tokens, and the
// gradient of the loss at a step in the state of k steps before (Bengio, Simard, Frasconi 1994;
// Pascanu et al. 2013 on how it vanishes; Khandelwal et al. 2018, "Sharp nearby, fuzzy far away",
// on cut contexts).

import type { TokenStreams } from '../network/input.ts';
import { createMemory } from '../network/memory.ts';
import { Network, type NetworkOptions, type Plan, planNetwork } from '../network/network.ts';
import { architectureOf, type Tensor, writeParameter } from '../network/parameters.ts';
import { createSignals, Team } from '../network/team.ts';

/** Places of the text that are looked at side by side. */
const BATCH = 64;

/**
 * Reads `length` tokens before each of `places`, and predicts the token there: at the last step
 * alone.
 */
class Cut implements TokenStreams {
  readonly #text: Int32Array;
  readonly #places: readonly number[];
  readonly #length: number;

  constructor(text: Int32Array, places: readonly number[], length: number) {
    this.#text = text;
    this.#places = places;
    this.#length = length;
  }

  count(position: number, steps: number): number {
    return position + steps === this.#length ? this.#places.length : 0;
  }

  read(position: number, panel: number, inputs: Int32Array, targets: Int32Array, at: number): void {
    for (let lane = 0; lane < 8; lane++) {
      const place = this.#places[panel * 8 + lane];
      const last = position === this.#length - 1;
      inputs[at + lane] = place === undefined ? 0 : this.#text[place - this.#length + position]!;
      targets[at + lane] = place !== undefined && last ? this.#text[place]! : -1;
    }
  }
}

/** Up to `count` places of a text that have `before` tokens before them, spread evenly. */
function spread(text: Int32Array, count: number, before: number): number[] {
  const free = text.length - before;
  const places = Math.min(count, free);
  return Array.from({ length: places }, (_, index) => before + Math.floor((index * free) / places));
}

/** A network of one thread with the weights of a trained model. */
function load(
  module: WebAssembly.Module,
  tensors: Readonly<Record<string, Tensor>>,
  batchSize: number,
  steps: number,
): { network: Network; plan: Plan; floats: Float32Array } {
  const options: NetworkOptions = {
    ...architectureOf(tensors),
    batchSize,
    steps,
    dropout: 0,
    weightDropout: 0,
    embeddingDropout: 0,
    freezeEmbedding: false,
  };
  const plan = planNetwork(options, 1);
  const memory = createMemory(plan.bytes);
  const network = new Network(module, memory, plan, new Team(createSignals(), 0, 1), 1);
  const floats = new Float32Array(memory.buffer);
  for (const parameter of plan.parameters.all) writeParameter(floats, parameter, tensors[parameter.name]!);
  return { network, plan, floats };
}

/**
 * The perplexity at `count` places of `text`, at most, when the model has read only as many tokens
 * before each as `contexts` says; those that are longer than the text are left out. `window`: steps
 * of the training, within which attention looks back. Yields between kernels.
 */
export function* perplexityByContext(
  module: WebAssembly.Module,
  tensors: Readonly<Record<string, Tensor>>,
  text: Int32Array,
  contexts: readonly number[],
  window: number,
  count: number,
): Generator<void, { context: number; perplexity: number }[]> {
  const possible = contexts.filter((context) => context < text.length);
  const places = spread(
    text,
    count,
    possible.reduce((a, b) => Math.max(a, b), 0),
  );
  const { network } = load(module, tensors, BATCH, window);
  const results = [];
  for (const context of possible) {
    let loss = 0;
    for (let first = 0; first < places.length; first += BATCH) {
      const source = new Cut(text, places.slice(first, first + BATCH), context);
      network.resetState();
      // whole windows, but for the first
      for (
        let position = 0, steps = context % window || window;
        position < context;
        position += steps, steps = window
      ) {
        loss += yield* network.evaluate(source, position, Math.min(steps, context - position));
      }
    }
    results.push({ context, perplexity: Math.exp(loss / places.length) });
  }
  return results;
}

/**
 * For k = 0 … distance, the mean over `count` places of `text`, at most, of the norm of the
 * gradient of the loss at a step in the state after the step k before it: in h and, for an LSTM, c
 * of every layer, as they pass to the next step, and in what the softmax or attention sees. The
 * text is read `distance` + 1 tokens before each place, and attention looks back over all of them,
 * further than in training. Yields between kernels.
 */
export function* gradientByDistance(
  module: WebAssembly.Module,
  tensors: Readonly<Record<string, Tensor>>,
  text: Int32Array,
  distance: number,
  count: number,
): Generator<void, Float64Array> {
  const steps = Math.min(distance + 1, text.length - 1);
  const places = spread(text, count, steps);
  const { network, plan, floats } = load(module, tensors, BATCH, steps);
  const top = network.layers.at(-1);
  /** (steps, BATCH) */
  const squares = new Float64Array(steps * BATCH);
  for (const [index, layer] of network.layers.entries()) {
    const floatsOfPanel = plan.layers[index]!.units * 8;
    layer.observer = (step, panel, output, hidden, memory) => {
      for (let at = 0; at < floatsOfPanel; at++) {
        const through = floats[hidden / 4 + at]! + (layer === top ? floats[output / 4 + at]! : 0);
        const cell = floats[memory / 4 + at]!;
        squares[step * BATCH + panel * 8 + (at & 7)]! += through * through + cell * cell;
      }
    };
  }
  const norms = new Float64Array(steps);
  for (let first = 0; first < places.length; first += BATCH) {
    const lanes = places.slice(first, first + BATCH);
    squares.fill(0);
    network.resetState();
    yield* network.differentiate(new Cut(text, lanes, steps), 0, steps, 1);
    for (let k = 0; k < steps; k++) {
      for (let lane = 0; lane < lanes.length; lane++) {
        // the network's gradient is of the mean over the lanes, each lane's own larger by their
        // number
        norms[k]! += (Math.sqrt(squares[(steps - 1 - k) * BATCH + lane]!) * lanes.length) / places.length;
      }
    }
  }
  return norms;
}
