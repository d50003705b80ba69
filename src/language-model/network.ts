// One step of training, as every thread of a team runs it: embedding, LSTM, softmax, back, clip, Adam.
// All threads call the same methods in the same order; results are there when a method ends. The results do not depend on
// the number of threads: every sum has one order (tests compare the bits).

import { instantiate, type LanguageModelKernel } from './kernel.ts';
import { Lstm } from './lstm.ts';
import { Output } from './output.ts';
import { initialise } from './parameters.ts';
import type { Streams } from './streams.ts';
import type { Team } from './team.ts';
import { at, BLOCK, CHUNK, type Workspace } from './workspace.ts';

/** Adam's, as in the paper and in PyTorch. */
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Of the embedding's gradient in one call. */
const ZEROED_ROWS = 1024;

export class Network {
  readonly #kernel: LanguageModelKernel;
  readonly #memory: WebAssembly.Memory;
  readonly #space: Workspace;
  readonly #team: Team;
  readonly #lstm: Lstm;
  readonly #output: Output;

  /** `memory`: zeros, workspace.bytes of them, one for the whole team. */
  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, space: Workspace, team: Team) {
    this.#kernel = instantiate(module, memory);
    this.#memory = memory;
    this.#space = space;
    this.#team = team;
    this.#lstm = new Lstm(this.#kernel, space, team);
    this.#output = new Output(this.#kernel, memory, space, team);
  }

  /** Draws the parameters for `text`; call it once, before anything else. */
  *initialise(seed: number, text: Int32Array): Generator<void> {
    if (this.#team.thread === 0) {
      const floats = new Float32Array(this.#memory.buffer);
      floats.fill(1, this.#space.ones / 4, this.#space.ones / 4 + 8 * BLOCK);
      yield* initialise(floats, this.#space.parameters, seed, text);
    }
    this.#team.barrier();
  }

  /** The next window begins with a state of 0. */
  resetState(): void {
    this.#lstm.resetState();
  }

  /** The summed negative log-likelihood of a window, nats. The state goes on to the next window. */
  *evaluate(streams: Streams, position: number, steps: number): Generator<void, number> {
    yield* this.#embed(streams, position, steps);
    yield* this.#lstm.forward(steps);
    yield* this.#output.run(steps, streams.count(position, steps), false);
    this.#lstm.carryState(steps);
    return this.#loss(steps);
  }

  /** The same, and the gradient of the window's mean in every parameter, for `update`. */
  *differentiate(streams: Streams, position: number, steps: number): Generator<void, number> {
    const { parameters, toGradient, vocabularyRows } = this.#space;
    const { ptr, stride } = parameters.embedding;
    const [first, last] = this.#team.share(vocabularyRows);
    for (let row = first; row < last; row += ZEROED_ROWS) {
      this.#kernel.zero(ptr + toGradient + row * stride, Math.min(ZEROED_ROWS, last - row) * stride);
      yield;
    }
    yield* this.#lstm.pack();
    yield* this.#output.pack();
    yield* this.#embed(streams, position, steps);
    yield* this.#lstm.forward(steps);
    yield* this.#output.run(steps, streams.count(position, steps), true);
    yield* this.#lstm.backward(steps);
    this.#lstm.carryState(steps);
    yield* this.#scatter(steps);
    this.#team.barrier();
    return this.#loss(steps);
  }

  /** Scales the gradient down to the norm `clip`, takes Adam's step number `step` (from 1), and gives the norm before. */
  *update(learningRate: number, clip: number, step: number): Generator<void, number> {
    const { parameters, parameterCount, toGradient, toMean, toSquare, squares } = this.#space;
    const start = parameters.embedding.ptr;
    const chunks = Math.ceil(parameterCount / CHUNK);
    const partial = new Float64Array(this.#memory.buffer, squares, chunks);
    const [first, last] = this.#team.share(chunks);
    const sizeOf = (chunk: number): number => Math.min(CHUNK, parameterCount - chunk * CHUNK);
    for (let chunk = first; chunk < last; chunk++) {
      partial[chunk] = this.#kernel.sumSquares(start + toGradient + chunk * CHUNK * 4, sizeOf(chunk));
      yield;
    }
    this.#team.barrier();
    const norm = Math.sqrt(partial.reduce((sum, square) => sum + square, 0));
    for (let chunk = first; chunk < last; chunk++) {
      const ptr = start + chunk * CHUNK * 4;
      this.#kernel.adam(
        ptr,
        ptr + toGradient,
        ptr + toMean,
        ptr + toSquare,
        sizeOf(chunk),
        Math.min(1, clip / norm),
        learningRate / (1 - BETA1 ** step),
        1 / Math.sqrt(1 - BETA2 ** step),
        BETA1,
        BETA2,
        EPSILON,
      );
      yield;
    }
    this.#team.barrier();
    return norm;
  }

  /** Reads the window's tokens and looks up their embeddings: this thread's part, the one that `Lstm.forward` starts with. */
  *#embed(streams: Streams, position: number, steps: number): Generator<void> {
    const { panels, inputs, targets, parameters, embeddingRows, input } = this.#space;
    const inputTokens = new Int32Array(this.#memory.buffer, inputs, steps * panels * 8);
    const targetTokens = new Int32Array(this.#memory.buffer, targets, steps * panels * 8);
    const { ptr, stride } = parameters.embedding;
    const [first, last] = this.#team.share(steps * panels);
    for (let index = first; index < last; index++) {
      streams.read(position + Math.floor(index / panels), index % panels, inputTokens, targetTokens, index * 8);
      this.#kernel.gather(inputs + index * 32, ptr, stride, embeddingRows, at(input, index));
      yield;
    }
  }

  /** inputGradient -> the gradient of the embedding; each thread has columns of its own. */
  *#scatter(steps: number): Generator<void> {
    const { panels, inputs, parameters, toGradient, embeddingRows, inputGradient } = this.#space;
    const { ptr, stride } = parameters.embedding;
    const [first, last] = this.#team.share(embeddingRows, 8);
    for (let index = 0; index < steps * panels; index++) {
      const panelPtr = at(inputGradient, index) + first * 32;
      this.#kernel.scatterAdd(inputs + index * 32, ptr + toGradient + first * 4, stride, last - first, panelPtr);
      yield;
    }
  }

  #loss(steps: number): number {
    const { losses, panels } = this.#space;
    return new Float64Array(this.#memory.buffer, losses, steps * panels).reduce((sum, loss) => sum + loss, 0);
  }
}
