// The same network computed by TensorFlow.js: losses and gradients of a window, by its own
// operations and its automatic differentiation. Parameters, Adam's means and the state between
// windows stand in the job's memory, as for `Network`, and the clip and the step are `Network`'s:
// so a model that one of them trains is the other's to continue, and every gradient can be
// compared. Masks of dropout are the same numbers.
//
// Arrays are (T, S, …), S = 8 P: the sequences of all panels, those that only fill a panel among
// them, without a target.

import type { Rank, Tensor as TfTensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { CELL } from '../network/cells.ts';
import { isKept, MASK, maskSeed } from '../network/dropout.ts';
import type { TokenStreams } from '../network/input.ts';
import { at, type Panels } from '../network/memory.ts';
import { Network, type Plan } from '../network/network.ts';
import { padded, type Parameter, readParameter, rowsOf, writeParameter } from '../network/parameters.ts';
import type { Team } from '../network/team.ts';

/** What is used of TensorFlow.js; @tensorflow/tfjs-node has it. */
export type TensorFlow = Pick<
  typeof import('@tensorflow/tfjs-core'),
  | 'add'
  | 'concat'
  | 'gather'
  | 'logSoftmax'
  | 'matMul'
  | 'mul'
  | 'neg'
  | 'oneHot'
  | 'reshape'
  | 'sigmoid'
  | 'softmax'
  | 'split'
  | 'stack'
  | 'sub'
  | 'sum'
  | 'tanh'
  | 'tensor'
  | 'tidy'
  | 'transpose'
  | 'unstack'
  | 'valueAndGrads'
>;

/** What a training asks of a network: `Network` itself, or this. */
export type TrainableNetwork = Pick<
  Network,
  | 'initialise'
  | 'resetState'
  | 'evaluate'
  | 'differentiate'
  | 'norm'
  | 'update'
  | 'ownState'
  | 'setOwnState'
  | 'save'
  | 'load'
  | 'restart'
>;

type Tensors = Record<string, TfTensor>;

interface Window {
  steps: number;
  /** (T, S) */
  tokens: Int32Array;
  /** (T, S), -1 where there is none. */
  targets: Int32Array;
  /** Number of the draw that the masks follow from; `null`: no masks. */
  draw: number | null;
}

export class TensorflowNetwork implements TrainableNetwork {
  readonly #tf: TensorFlow;
  readonly #plan: Plan;
  readonly #floats: Float32Array;
  readonly #seed: number;
  readonly #network: Network;

  /** See `Network`; the team is of one thread. */
  constructor(
    tf: TensorFlow,
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    plan: Plan,
    team: Team,
    seed: number,
  ) {
    if (plan.parameters.clusters) {
      throw new RangeError('softmax: expected full, got adaptive');
    }
    this.#tf = tf;
    this.#plan = plan;
    this.#floats = new Float32Array(memory.buffer);
    this.#seed = seed;
    this.#network = new Network(module, memory, plan, team, seed);
  }

  initialise(...args: Parameters<Network['initialise']>): Generator<void> {
    return this.#network.initialise(...args);
  }

  resetState(): void {
    this.#network.resetState();
  }

  ownState(): Float32Array[] {
    return this.#network.ownState();
  }

  setOwnState(state: readonly Float32Array[]): void {
    this.#network.setOwnState(state);
  }

  save(target: Float32Array): number {
    return this.#network.save(target);
  }

  load(source: Float32Array): void {
    this.#network.load(source);
  }

  restart(): void {
    this.#network.restart();
  }

  norm(): Generator<void, number> {
    return this.#network.norm();
  }

  update(...args: Parameters<Network['update']>): Generator<void> {
    return this.#network.update(...args);
  }

  // a generator as Network's, though TensorFlow takes a window at once
  *evaluate(source: TokenStreams, position: number, steps: number): Generator<void, number> {
    const window = this.#read(source, position, steps, null);
    yield;
    return this.#tf.tidy(() => this.#loss(this.#tensors(this.#plan.parameters.all), window).dataSync()[0]!);
  }

  *differentiate(source: TokenStreams, position: number, steps: number, draw: number): Generator<void, number> {
    const { parameters, trained, toGradient } = this.#plan;
    const window = this.#read(source, position, steps, draw);
    const count = source.count(position, steps);
    yield;
    return this.#tf.tidy(() => {
      const fixed = this.#tensors(parameters.all.filter((parameter) => !trained.includes(parameter)));
      const learning = this.#tensors(trained);
      const names = Object.keys(learning);
      const gradients = this.#tf.valueAndGrads((...values: TfTensor[]) => {
        const tensors = { ...fixed, ...Object.fromEntries(names.map((name, index) => [name, values[index]!])) };
        return this.#tf.mul(this.#loss(tensors, window), 1 / count);
      });
      const { value, grads } = gradients(Object.values(learning));
      for (const [index, parameter] of trained.entries()) {
        const data = grads[index]!.dataSync() as Float32Array;
        const gradient = { ...parameter, ptr: parameter.ptr + toGradient };
        writeParameter(this.#floats, gradient, { shape: parameter.shape, data });
      }
      return value.dataSync()[0]! * count;
    });
  }

  #read(source: TokenStreams, position: number, steps: number, draw: number | null): Window {
    const { panels } = this.#plan;
    const tokens = new Int32Array(steps * panels * 8);
    const targets = new Int32Array(steps * panels * 8);
    for (let index = 0; index < steps * panels; index++) {
      source.read(position + Math.floor(index / panels), index % panels, tokens, targets, index * 8);
    }
    return { steps, tokens, targets, draw };
  }

  #tensors(parameters: readonly Parameter[]): Tensors {
    return Object.fromEntries(
      parameters.map((parameter) => {
        const { shape, data } = readParameter(this.#floats, parameter);
        return [parameter.name, this.#tf.tensor(data, shape)];
      }),
    );
  }

  /** The summed negative log-likelihood; leaves the state after the window in the memory. */
  #loss(tensors: Tensors, window: Window): TfTensor<Rank.R0> {
    const tf = this.#tf;
    const { options, panels } = this.#plan;
    const sequences = panels * 8;
    let rows: TfTensor | null = null;
    for (let layer = 0; layer < options.layers; layer++) {
      const sums: Tensor3D = this.#inputSums(tensors, window, layer, rows);
      rows = this.#dropOutput(this.#recur(tensors, window, layer, sums), window, layer);
    }
    if (options.attention) rows = this.#attend(tensors, rows as Tensor3D);
    const states = tf.reshape<Rank.R2>(rows!, [window.steps * sequences, options.hiddenSize]);
    const weight = tensors[this.#plan.parameters.outputWeight.name] as Tensor2D;
    const logits = tf.add(tf.matMul(states, weight, false, true), tensors['output.bias']!);
    // one-hot of -1 is a row of zeros
    const targets = tf.oneHot(tf.tensor(window.targets, [window.targets.length], 'int32'), options.vocabulary);
    return tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), targets)));
  }

  /**
   * What the input adds to a layer's gates, (T, S, gates H). `below`: what the layer below gives.
   */
  #inputSums(tensors: Tensors, window: Window, layer: number, below: TfTensor | null): Tensor3D {
    const tf = this.#tf;
    const { steps } = window;
    const sequences = this.#plan.panels * 8;
    const weight = tensors[`weight_ih_l${layer}`] as Tensor2D;
    const bias = tensors[`bias_ih_l${layer}`]!;
    const shape: [number, number, number] = [steps, sequences, weight.shape[0]];
    if (below === null) {
      const table = tensors['embedding.weight'] ?? tf.transpose(weight);
      const rows = tf.gather(table, tf.tensor(window.tokens, [window.tokens.length], 'int32'));
      const scaled = tf.mul(rows, tf.tensor(this.#tokenScales(window), [window.tokens.length, 1]));
      if (!tensors['embedding.weight']) return tf.reshape(tf.add(scaled, bias), shape);
      below = this.#dropInput(scaled, window);
    }
    const flat = tf.reshape<Rank.R2>(below, [steps * sequences, weight.shape[1]]);
    return tf.reshape(tf.add(tf.matMul(flat, weight, false, true), bias), shape);
  }

  /** What each token's row is multiplied by: embedding dropout. */
  #tokenScales({ tokens, draw }: Window): Float32Array {
    const rate = this.#plan.options.embeddingDropout;
    if (draw === null || rate === 0) return new Float32Array(tokens.length).fill(1);
    const seed = maskSeed(this.#seed, draw, MASK.embedding);
    return Float32Array.from(tokens, (token) => (isKept(token, seed, rate) ? 1 / (1 - rate) : 0));
  }

  /** The hidden states of a layer, (T, S, H), from the input's sums. */
  #recur(tensors: Tensors, window: Window, layer: number, sums: Tensor3D): Tensor3D {
    const tf = this.#tf;
    const { cell } = this.#plan.options;
    const weight = this.#dropWeights(tensors[`weight_hh_l${layer}`] as Tensor2D, window, layer);
    const bias = tensors[`bias_hh_l${layer}`]!;
    const space = this.#plan.layers[layer]!;
    let hidden = this.#stateOf(space.hidden);
    let memory = CELL[cell].memory > 0 ? this.#stateOf(space.memory) : null;
    const states: Tensor2D[] = [];
    for (const input of tf.unstack(sums) as Tensor2D[]) {
      const recurrent = tf.add<Tensor2D>(tf.matMul(hidden, weight, false, true), bias);
      if (cell === 'rnn') hidden = tf.tanh(tf.add(input, recurrent));
      else if (cell === 'gru') {
        const [ir, iz, inew] = tf.split(input, 3, 1) as [Tensor2D, Tensor2D, Tensor2D];
        const [hr, hz, hnew] = tf.split(recurrent, 3, 1) as [Tensor2D, Tensor2D, Tensor2D];
        const update = tf.sigmoid(tf.add(iz, hz));
        const candidate = tf.tanh(tf.add(inew, tf.mul(tf.sigmoid(tf.add(ir, hr)), hnew)));
        hidden = tf.add(candidate, tf.mul(update, tf.sub(hidden, candidate)));
      } else {
        const [i, f, g, o] = tf.split(tf.add(input, recurrent), 4, 1) as [Tensor2D, Tensor2D, Tensor2D, Tensor2D];
        memory = tf.add(tf.mul(tf.sigmoid(f), memory!), tf.mul(tf.sigmoid(i), tf.tanh(g)));
        hidden = tf.mul(tf.sigmoid(o), tf.tanh(memory));
      }
      states.push(hidden);
    }
    this.#putState(space.hidden, [hidden]);
    if (memory) this.#putState(space.memory, [memory, tf.tanh(memory)]);
    return tf.stack(states) as Tensor3D;
  }

  /** Attention over the states of the window: see attention.ts. (T, S, H) */
  #attend(tensors: Tensors, rows: Tensor3D): TfTensor {
    const tf = this.#tf;
    const [steps, sequences, units] = rows.shape;
    const states = tf.transpose(rows, [1, 0, 2]); // (S, T, H)
    const flat = tf.reshape<Rank.R2>(states, [sequences * steps, units]);
    const query = tf.matMul(flat, tensors['attention.query.weight'] as Tensor2D, false, true);
    const queries = tf.reshape(query, [sequences, steps, units]);
    const later = Float32Array.from({ length: steps * steps }, (_, i) =>
      i % steps > Math.floor(i / steps) ? -1e9 : 0,
    );
    const scores = tf.mul(tf.matMul(queries, states, false, true), 1 / Math.sqrt(units));
    const weights = tf.softmax(tf.add(scores, tf.tensor(later, [1, steps, steps])));
    const joined = tf.concat([tf.matMul(weights, states), states], 2);
    const flatJoined = tf.reshape<Rank.R2>(joined, [sequences * steps, 2 * units]);
    const product = tf.matMul(flatJoined, tensors['attention.join.weight'] as Tensor2D, false, true);
    const output = tf.tanh(tf.add(product, tensors['attention.join.bias']!));
    return tf.transpose(tf.reshape(output, [sequences, steps, units]), [1, 0, 2]);
  }

  #dropOutput(states: Tensor3D, { steps, draw }: Window, layer: number): Tensor3D {
    const { dropout, hiddenSize } = this.#plan.options;
    if (draw === null || dropout === 0) return states;
    const mask = this.#maskOf(steps, hiddenSize, maskSeed(this.#seed, draw, MASK.output + layer), dropout);
    return this.#tf.mul(states, this.#tf.tensor(mask, states.shape));
  }

  /** `rows`: (T S, E). */
  #dropInput(rows: TfTensor, { steps, draw }: Window): TfTensor {
    const { inputDropout = 0, embeddingSize } = this.#plan.options;
    if (draw === null || inputDropout === 0) return rows;
    const mask = this.#maskOf(steps, embeddingSize, maskSeed(this.#seed, draw, MASK.input), inputDropout);
    return this.#tf.mul(rows, this.#tf.tensor(mask, rows.shape));
  }

  /**
   * What numbers of (T, S, features) are multiplied by; the mask counts them as they stand in
   * panels.
   */
  #maskOf(steps: number, features: number, seed: number, rate: number): Float32Array {
    const panels = steps * this.#plan.panels;
    const mask = new Float32Array(panels * 8 * features);
    let next = 0;
    for (let index = 0; index < panels; index++) {
      for (let lane = 0; lane < 8; lane++) {
        for (let feature = 0; feature < features; feature++) {
          const number = (index * padded(features) + feature) * 8 + lane;
          mask[next++] = isKept(number, seed, rate) ? 1 / (1 - rate) : 0;
        }
      }
    }
    return mask;
  }

  /** The mask counts the numbers as they stand in memory. */
  #dropWeights(weight: Tensor2D, { draw }: Window, layer: number): Tensor2D {
    const { options, parameters } = this.#plan;
    const rate = options.weightDropout;
    if (draw === null || rate === 0) return weight;
    const { weightHh } = parameters.layers[layer]!;
    const seed = maskSeed(this.#seed, draw, MASK.recurrent + layer);
    const columns = weightHh.stride / 4;
    const kept = Float32Array.from({ length: rowsOf(weightHh) * columns }, (_, index) =>
      isKept(index, seed, rate) ? 1 / (1 - rate) : 0,
    );
    const { data, shape } = readParameter(kept, { ...weightHh, ptr: 0 });
    return this.#tf.mul<Tensor2D>(weight, this.#tf.tensor(data, shape));
  }

  /** What a window begins with, (S, H), from its panels. */
  #stateOf(panels: Panels): Tensor2D {
    const { hiddenSize } = this.#plan.options;
    const sequences = this.#plan.panels * 8;
    const state = new Float32Array(sequences * hiddenSize);
    for (let sequence = 0; sequence < sequences; sequence++) {
      const from = at(panels, sequence >> 3) / 4 + (sequence & 7);
      for (let unit = 0; unit < hiddenSize; unit++)
        state[sequence * hiddenSize + unit] = this.#floats[from + 8 * unit]!;
    }
    return this.#tf.tensor<Rank.R2>(state, [sequences, hiddenSize]);
  }

  /** `blocks`: of H each. */
  #putState(panels: Panels, blocks: readonly Tensor2D[]): void {
    const { hiddenSize } = this.#plan.options;
    for (const [block, tensor] of blocks.entries()) {
      const state = tensor.dataSync();
      for (let sequence = 0; sequence < this.#plan.panels * 8; sequence++) {
        const to = at(panels, sequence >> 3) / 4 + (sequence & 7) + block * padded(hiddenSize) * 8;
        for (let unit = 0; unit < hiddenSize; unit++)
          this.#floats[to + 8 * unit] = state[sequence * hiddenSize + unit]!;
      }
    }
  }
}
