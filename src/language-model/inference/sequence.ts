// A model that reads one sequence, token by token: the arithmetic of inference and inspection. A
// step has the same parts as one of training (network.ts), over vectors in place of panels.

import type { LanguageModelExports } from '../../kernel-interfaces/language-model.ts';
import { FIRST } from '../../numerics/bump-allocator.ts';
import { CELL, type Cell } from '../network/cells.ts';
import { adaptiveProbabilities } from '../network/clusters.ts';
import { instantiate } from '../network/kernel.ts';
import { Arena, createMemory } from '../network/memory.ts';
import {
  type Architecture,
  architectureOf,
  type LayerParameters,
  layOutParameters,
  padded,
  type Parameter,
  type Parameters,
  rowsOf,
  type Tensor,
  writeParameter,
} from '../network/parameters.ts';

/** What a layer works in: pointers; all but `bias` change with each token. */
export interface SequenceLayer {
  parameters: LayerParameters;
  /** (H) */
  hidden: number;
  /** (memory, H) */
  memory: number;
  /** (sums, H): after a step, the gates. */
  gates: number;
  /** (sums, H) */
  bias: number;
}

/** The states that attention sees, and what it makes of them. */
interface SequenceAttention {
  /** (window, H), in the order they came in, from the first again where the window is full. */
  past: number;
  /** (window) weights after a step, and -Infinity for states that are not there. */
  weights: number;
  absent: number;
  query: number;
  /** (2H): context, state. */
  joined: number;
  output: number;
}

/** Tensors of models that were stored before they could have layers. */
const FORMER_NAMES: Readonly<Record<string, string>> = {
  weightIh: 'weight_ih_l0',
  weightHh: 'weight_hh_l0',
  biasIh: 'bias_ih_l0',
  biasHh: 'bias_hh_l0',
};

export class Sequence {
  readonly architecture: Architecture;
  /** V */
  readonly vocabulary: number;
  /** States that attention sees at most. */
  readonly window: number;
  readonly kernel: LanguageModelExports;
  readonly floats: Float32Array;
  readonly parameters: Parameters;
  readonly layers: readonly SequenceLayer[];
  readonly attention: SequenceAttention | null;
  /** Memory of the caller's. */
  readonly roomPtr: number;
  /** H, padded. */
  readonly units: number;
  readonly #cell: Cell;
  readonly #vocabularyRows: number;
  /** (V padded) */
  readonly #logitsPtr: number;
  /** (C padded), of an adaptive softmax. */
  readonly #clusterLogitsPtr: number;
  /** What `save` copies. */
  readonly #state: Float32Array;
  /** Tokens fed since the attention began. */
  #seen = 0;

  /**
   * `tensors`: as `languageModelResult` gives them; copied. `window`: tokens that attention sees,
   * as in training. `room`: bytes at `roomPtr` that the caller may use. Throws where a tensor is
   * missing or its shape does not fit.
   */
  constructor(
    module: WebAssembly.Module,
    tensors: Readonly<Record<string, Tensor>>,
    window = 32,
    room: (architecture: Architecture) => number = () => 0,
  ) {
    const named = Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [FORMER_NAMES[name] ?? name, tensor]),
    );
    const architecture = architectureOf(named);
    const { vocabulary, cell } = architecture;
    const parameters = layOutParameters(architecture, FIRST);
    const arena = new Arena(FIRST + parameters.bytes);
    const units = padded(architecture.hiddenSize);
    const { sums, memory: blocks } = CELL[cell];
    const take = (floats: number): number => arena.take(floats * 4);
    const stateStart = arena.end;
    const states = parameters.layers.map(() => ({ hidden: take(units), memory: take(blocks * units) }));
    const past = architecture.attention ? take(padded(window) * units) : 0;
    const stateEnd = arena.end;
    this.layers = parameters.layers.map((layer, index) => ({
      parameters: layer,
      ...states[index]!,
      gates: take(sums * units),
      bias: take(sums * units),
    }));
    this.attention = architecture.attention
      ? {
          past,
          weights: take(padded(window)),
          absent: take(padded(window)),
          query: take(units),
          joined: take(2 * units),
          output: take(units),
        }
      : null;
    this.#vocabularyRows = padded(vocabulary);
    this.#logitsPtr = take(this.#vocabularyRows);
    this.#clusterLogitsPtr = take(parameters.clusters ? padded(parameters.clusters.cutoffs.length) : 0);
    this.roomPtr = arena.take(room(architecture));

    const memory = createMemory(arena.end);
    const floats = new Float32Array(memory.buffer);
    for (const parameter of parameters.all) {
      const tensor = named[parameter.name];
      if (!tensor) throw new RangeError(`The language model lacks ${parameter.name}`);
      writeParameter(floats, parameter, tensor);
    }
    this.architecture = architecture;
    this.vocabulary = vocabulary;
    this.window = window;
    this.kernel = instantiate(module, memory);
    this.floats = floats;
    this.parameters = parameters;
    this.units = units;
    this.#cell = CELL[cell];
    this.#state = floats.subarray(stateStart / 4, stateEnd / 4);
    for (const { parameters: layer, bias } of this.layers) this.#sumBiases(layer, bias);
    const { outputBias } = parameters;
    floats.fill(-Infinity, outputBias.ptr / 4 + vocabulary, outputBias.ptr / 4 + this.#vocabularyRows);
  }

  #sumBiases({ biasIh, biasHh }: LayerParameters, bias: number): void {
    const count = this.#cell.gates.length * this.units;
    const recurrent = bias + this.#cell.recurrentFrom * this.units * 4;
    this.kernel.copy(bias, biasIh.ptr, count * 4);
    this.kernel.addVectors(recurrent, biasHh.ptr, recurrent, count);
  }

  /** Forgets what it was fed. */
  reset(): void {
    this.#seen = 0;
    this.#state.fill(0);
  }

  /**
   * Attention sees nothing of what came before; the recurrent state stays, as from window to window
   * of a training.
   */
  beginWindow(): void {
    this.#seen = 0;
  }

  /** What it remembers, for `restore`; the caller owns it. */
  save(): Float32Array {
    const state = new Float32Array(1 + this.#state.length);
    state[0] = this.#seen;
    state.set(this.#state, 1);
    return state;
  }

  restore(state: Float32Array): void {
    this.#seen = state[0]!;
    this.#state.set(state.subarray(1));
  }

  /** Probability of each token to be the next, (V); the caller owns it. */
  probabilities(): Float32Array {
    const { outputWeight, outputBias, clusters } = this.parameters;
    this.#multiply(outputWeight, this.output, this.#logitsPtr, 0);
    if (clusters) {
      const { cutoffs, weight, bias } = clusters;
      this.#multiply(weight, this.output, this.#clusterLogitsPtr, 0);
      this.kernel.addVectors(this.#clusterLogitsPtr, bias.ptr, this.#clusterLogitsPtr, padded(cutoffs.length));
      const ofTokens = this.#view(outputBias.ptr, this.vocabulary);
      const ofClusters = this.#view(this.#clusterLogitsPtr, cutoffs.length);
      adaptiveProbabilities(this.floats, this.#logitsPtr / 4, 1, ofTokens, cutoffs, ofClusters);
    } else {
      this.kernel.softmaxVector(this.#logitsPtr, outputBias.ptr, this.#vocabularyRows);
    }
    return this.floats.slice(this.#logitsPtr / 4, this.#logitsPtr / 4 + this.vocabulary);
  }

  #view(ptr: number, count: number): Float32Array {
    return this.floats.subarray(ptr / 4, ptr / 4 + count);
  }

  /** What the softmax reads, (H): a pointer. */
  get output(): number {
    return this.attention ? this.attention.output : this.layers.at(-1)!.hidden;
  }

  /** Reads one token. Throws a RangeError for a number that is none. */
  feed(token: number): void {
    if (!Number.isInteger(token) || token < 0 || token >= this.vocabulary) {
      throw new RangeError(`expected a token from 0 to ${this.vocabulary - 1}, got ${token}`);
    }
    const { kernel, units } = this;
    const { embedding } = this.parameters;
    const { gates: names, sums, recurrentFrom, step } = this.#cell;
    let input = embedding ? embedding.ptr + token * embedding.stride : 0;
    for (const { parameters, hidden, memory, gates, bias } of this.layers) {
      const { weightIh, weightHh } = parameters;
      if (weightIh.transposed) kernel.copy(gates, weightIh.ptr + token * weightIh.stride, weightIh.stride);
      else this.#multiply(weightIh, input, gates, 0);
      const inputRows = names.length * units;
      kernel.zero(gates + inputRows * 4, (sums * units - inputRows) * 4);
      this.#multiply(weightHh, hidden, gates + recurrentFrom * units * 4, 1);
      kernel[step](gates, bias, hidden, memory, units);
      input = hidden;
    }
    if (this.attention) this.#attend(this.attention, input);
  }

  #attend({ past, weights, absent, query, joined, output }: SequenceAttention, state: number): void {
    const { kernel, units, floats, window } = this;
    const { query: queryWeight, join, joinBias } = this.parameters.attention!;
    const rows = padded(window);
    kernel.copy(past + (this.#seen % window) * units * 4, state, units * 4);
    this.#seen++;
    const present = Math.min(window, this.#seen);
    floats.fill(0, absent / 4, absent / 4 + present).fill(-Infinity, absent / 4 + present, absent / 4 + rows);
    this.#multiply(queryWeight, state, query, 0);
    const scale = 1 / Math.sqrt(this.architecture.hiddenSize);
    for (let at = query / 4; at < query / 4 + units; at++) floats[at]! *= scale;
    kernel.multiplyVector(past, units * 4, rows, units, query, weights, 0);
    kernel.softmaxVector(weights, absent, rows);
    kernel.combineRows(weights, past, units * 4, present, units, joined);
    kernel.copy(joined + units * 4, state, units * 4);
    this.#multiply(join, joined, output, 0);
    kernel.rnnStep(output, joinBias.ptr, output, 0, units);
  }

  /**
   * The weights of attention over the last tokens, from the oldest to the last one fed; the caller
   * owns them.
   */
  attentionWeights(): Float32Array {
    const { attention, window } = this;
    if (!attention) return new Float32Array(0);
    const present = Math.min(window, this.#seen);
    const start = this.#seen > window ? this.#seen % window : 0;
    return Float32Array.from(
      { length: present },
      (_, index) => this.floats[attention.weights / 4 + ((start + index) % window)]!,
    );
  }

  #multiply(weight: Parameter, xPtr: number, yPtr: number, accumulate: number): void {
    const { ptr, stride } = weight;
    this.kernel.multiplyVector(ptr, stride, rowsOf(weight), stride / 4, xPtr, yPtr, accumulate);
  }
}
