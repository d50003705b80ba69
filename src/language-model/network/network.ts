// One step of training, as every thread of a team runs it: tokens, recurrent layers, attention,
// softmax, back, clip, Adam.
//
// The network is a row of parts, each with `prepare`, `forward` and `backward` over the panels of a
// window, each putting the gradient of what it read where the part before it looks for it:
//   Input (embedding or one-hot) -> Layer, 1 to 3 times -> Attention, if any -> Output (softmax and
//   loss)
// A cell is a row of a table (cells.ts), a product a `Linear` or a `Strassen`; nothing else knows
// which cell runs, or how many layers.
//
// All threads call the same methods in the same order; results are there when a method ends. The
// results do not depend on the number of threads: every sum has one order (tests compare the bits).

import { FIRST } from '../../numerics/bump-allocator.ts';
import { LanguageModelError } from '../problems.ts';
import { Attention, type AttentionSpace, layOutAttention } from './attention.ts';
import { CELL } from './cells.ts';
import { Input, type InputSpace, layOutInput, type TokenStreams } from './input.ts';
import { instantiate } from './kernel.ts';
import { type DropoutRates, Layer, type LayerSpace, layOutLayer } from './layer.ts';
import { Arena, at, BLOCK, type Context, MOST_BYTES, ownPanels, type Panels, SCRATCH, TERMS } from './memory.ts';
import { Optimizer, sizeOfSquares } from './optimizer.ts';
import { layOutOutput, Output, type OutputSpace } from './output.ts';
import {
  type Architecture,
  initialise,
  layOutParameters,
  padded,
  type Parameter,
  type Parameters,
  type StartVectors,
} from './parameters.ts';
import type { Team } from './team.ts';

export interface NetworkOptions extends Architecture {
  /** B, sequences side by side. */
  batchSize: number;
  /** T, time steps of a window. */
  steps: number;
  /**
   * Shares that are dropped, 0 to below 1: of what each layer gives, of what the embedding gives,
   * of the recurrent weights, of the words.
   */
  dropout: number;
  inputDropout?: number;
  weightDropout: number;
  embeddingDropout: number;
  /** The embedding stays as it is. */
  freezeEmbedding: boolean;
}

/** Where everything stands in the memory that the threads share. */
export interface Plan {
  options: NetworkOptions;
  threads: number;
  /** P, panels of a time step. */
  panels: number;
  parameters: Parameters;
  /** Those that learn. */
  trained: Parameter[];
  /**
   * From a parameter to its gradient, and to Adam's running means of the gradient and of its
   * square, bytes.
   */
  toGradient: number;
  toMean: number;
  toSquare: number;
  input: InputSpace;
  /** Panels that the tokens' rows go to, and that hold the rows' gradients at the end. */
  rows: Panels;
  rowGradients: Panels;
  layers: LayerSpace[];
  attention: AttentionSpace | null;
  output: OutputSpace;
  ones: number;
  squares: number;
  scratch: Panels;
  bytes: number;
}

/**
 * Plans the memory, without taking any. Throws where it would be more than the 4 GiB that
 * WebAssembly reaches.
 */
export function planNetwork(options: NetworkOptions, threads: number): Plan {
  const { batchSize, steps, cell } = options;
  const panels = Math.ceil(batchSize / 8);
  const all = steps * panels;
  const parameters = layOutParameters(options, FIRST);
  const arena = new Arena(FIRST + 4 * parameters.bytes);
  const { embedding } = parameters;
  const embedded = embedding && arena.panels(all, padded(options.embeddingSize));
  const embeddedGradient = embedding && arena.panels(all + (all % 2), padded(options.embeddingSize)); // strassen.ts writes pairs
  const rates = ratesOf(options);
  const layers: LayerSpace[] = [];
  for (const [index, layer] of parameters.layers.entries()) {
    const below = layers.at(-1);
    const source =
      index === 0
        ? embedded && { input: embedded, inputGradient: options.freezeEmbedding ? null : embeddedGradient }
        : { input: below!.output, inputGradient: below!.outputGradient };
    layers.push(layOutLayer(arena, cell, layer, source, steps, panels, rates));
  }
  const plan: Plan = {
    options,
    threads,
    panels,
    parameters,
    trained: parameters.all.filter((parameter) => !(options.freezeEmbedding && parameter === embedding)),
    toGradient: parameters.bytes,
    toMean: 2 * parameters.bytes,
    toSquare: 3 * parameters.bytes,
    input: layOutInput(arena, all),
    rows: embedded ?? layers[0]!.gates,
    rowGradients: embeddedGradient ?? layers[0]!.gates,
    layers,
    attention: parameters.attention && layOutAttention(arena, parameters.attention, steps, panels, threads),
    output: layOutOutput(arena, parameters, all),
    ones: arena.take(BLOCK * 32),
    squares: arena.take(sizeOfSquares(parameters.all)),
    scratch: arena.blocks(threads, SCRATCH + TERMS),
    bytes: arena.end,
  };
  if (plan.bytes > MOST_BYTES) {
    const { hiddenSize, vocabulary } = options;
    const sizes = { hiddenSize, vocabulary, batchSize, steps };
    throw new LanguageModelError({
      kind: 'languageModelTooLarge',
      bytes: plan.bytes,
      available: MOST_BYTES,
      sizes,
    });
  }
  return plan;
}

/** What passes from window to window, (P) panels of each. */
const statesOf = ({ layers, options }: Plan): Panels[] =>
  layers.flatMap(({ hidden, memory }) => (CELL[options.cell].memory > 0 ? [hidden, memory] : [hidden]));

function savedParts(plan: Plan): { ptr: number; bytes: number }[] {
  const { ptr, bytes } = plan.parameters;
  return [
    { ptr, bytes },
    { ptr: ptr + plan.toMean, bytes },
    { ptr: ptr + plan.toSquare, bytes },
    ...statesOf(plan).map((state) => ({ ptr: state.ptr, bytes: plan.panels * state.stride })),
  ];
}

/** Floats that `Network.save` writes. */
export const stateLength = (plan: Plan): number => savedParts(plan).reduce((sum, { bytes }) => sum + bytes / 4, 0);

const ratesOf = ({ dropout, weightDropout }: NetworkOptions): DropoutRates => ({
  output: dropout,
  recurrent: weightDropout,
});

export class Network {
  readonly layers: readonly Layer[];
  readonly #plan: Plan;
  readonly #context: Context;
  readonly #input: Input;
  readonly #attention: Attention | null;
  readonly #output: Output;
  readonly #optimizer: Optimizer;
  /** What passes from window to window: (P) panels of each. */
  readonly #states: readonly Panels[];

  /**
   * `memory`: zeros, plan.bytes of them, one for the whole team. `seed`: of the dropout masks.
   * `wide`: see `Context`.
   */
  constructor(
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    plan: Plan,
    team: Team,
    seed: number,
    wide = false,
  ) {
    const { options, parameters, panels, toGradient, scratch, ones, layers, attention } = plan;
    const context: Context = {
      kernel: instantiate(module, memory),
      memory,
      team,
      panels,
      toGradient,
      scratch: at(scratch, team.thread),
      terms: at(scratch, team.thread) + SCRATCH,
      ones,
      wide,
    };
    new Float32Array(memory.buffer, ones, 8 * BLOCK).fill(1); // by every thread
    this.#plan = plan;
    this.#context = context;
    this.#input = new Input(
      context,
      parameters.embedding ?? parameters.layers[0]!.weightIh,
      plan.input,
      plan.rows,
      plan.rowGradients,
      {
        wordDropout: options.embeddingDropout,
        dropout: options.inputDropout ?? 0,
        frozen: options.freezeEmbedding && parameters.embedding !== null,
        shared: options.tied,
        seed,
      },
    );
    const rates = ratesOf(options);
    this.layers = layers.map(
      (space, index) => new Layer(context, index, options.cell, parameters.layers[index]!, space, rates, seed),
    );
    const top = layers.at(-1)!;
    this.#attention =
      parameters.attention && attention
        ? new Attention(context, parameters.attention, attention, top.output, top.outputGradient)
        : null;
    const { output, outputGradient } = attention ?? top;
    this.#output = new Output(context, parameters, plan.output, output, outputGradient, plan.input.targets);
    this.#optimizer = new Optimizer(context, plan.trained, plan.squares);
    this.#states = statesOf(plan);
  }

  /** Draws the parameters for `text`; call it once, before anything else. */
  *initialise(seed: number, text: Int32Array, vectors: StartVectors | null = null): Generator<void> {
    const { team, memory } = this.#context;
    if (team.thread === 0) {
      const floats = new Float32Array(memory.buffer);
      yield* initialise(floats, this.#plan.parameters, seed, text, vectors);
    }
    team.barrier();
  }

  /** The next window begins with a state of 0. */
  resetState(): void {
    for (const layer of this.layers) layer.resetState();
  }

  /**
   * The summed negative log-likelihood of a window, nats. The state goes on to the next window. A
   * window without targets is only read.
   */
  *evaluate(source: TokenStreams, position: number, steps: number): Generator<void, number> {
    const tokens = source.count(position, steps);
    for (const layer of this.layers) yield* layer.prepare(null);
    yield* this.#output.prepare(false);
    yield* this.#forward(source, position, steps, null);
    if (tokens > 0) yield* this.#output.run(steps, tokens, false);
    else this.#context.team.barrier();
    for (const layer of this.layers) layer.carryState(steps);
    return tokens > 0 ? this.#output.loss(steps) : 0;
  }

  /**
   * The same, and the gradient of the window's mean in every parameter, for `update`. `draw`: which
   * dropout masks to take, another number another set.
   */
  *differentiate(source: TokenStreams, position: number, steps: number, draw: number): Generator<void, number> {
    yield* this.#input.clear();
    for (const layer of this.layers) yield* layer.prepare(draw);
    if (this.#attention) yield* this.#attention.prepare();
    yield* this.#output.prepare(true);
    yield* this.#forward(source, position, steps, draw);
    yield* this.#output.run(steps, source.count(position, steps), true);
    if (this.#attention) yield* this.#attention.backward(steps);
    for (const layer of this.layers.toReversed()) yield* layer.backward(steps, draw);
    for (const layer of this.layers) layer.carryState(steps);
    this.#context.team.barrier();
    yield* this.#input.backward(steps);
    this.#context.team.barrier();
    return this.#output.loss(steps);
  }

  /** A copy of the state of the sequences that this thread owns, for `setOwnState`. */
  ownState(): Float32Array[] {
    return this.#ownFloats().map((floats) => floats.slice());
  }

  setOwnState(state: readonly Float32Array[]): void {
    for (const [index, floats] of this.#ownFloats().entries()) floats.set(state[index]!);
  }

  #ownFloats(): Float32Array[] {
    const [first, last] = ownPanels(this.#context);
    return this.#states.map(
      ({ ptr, stride }) =>
        new Float32Array(this.#context.memory.buffer, ptr + first * stride, ((last - first) * stride) / 4),
    );
  }

  /**
   * Writes what the next step begins with, of all threads: parameters, Adam's means, states; gives
   * its length.
   */
  save(target: Float32Array): number {
    let at = 0;
    for (const part of this.#saved()) {
      target.set(part, at);
      at += part.length;
    }
    return at;
  }

  /** Goes on from what `save` wrote. */
  load(source: Float32Array): void {
    let at = 0;
    for (const part of this.#saved()) part.set(source.subarray(at, (at += part.length)));
  }

  #saved(): Float32Array[] {
    return savedParts(this.#plan).map(
      ({ ptr, bytes }) => new Float32Array(this.#context.memory.buffer, ptr, bytes / 4),
    );
  }

  /**
   * Goes on from parameters that stand in memory: Adam begins anew, and the next window with a
   * state of 0.
   */
  restart(): void {
    this.resetState();
    this.#optimizer.forget();
  }

  *#forward(source: TokenStreams, position: number, steps: number, draw: number | null): Generator<void> {
    yield* this.#input.forward(source, position, steps, draw);
    for (const layer of this.layers) yield* layer.forward(steps, draw);
    if (this.#attention) yield* this.#attention.forward(steps);
  }

  /** The norm of the gradient. */
  norm(): Generator<void, number> {
    return this.#optimizer.norm();
  }

  /**
   * Scales the gradient of norm `norm` down to the norm `clip`, and takes Adam's step number
   * `step`, from 1.
   */
  update(step: number, learningRate: number, weightDecay: number, norm: number, clip: number): Generator<void> {
    return this.#optimizer.step(step, learningRate, weightDecay, norm, clip);
  }
}
