// The output layer: a full softmax over the vocabulary, with its cross-entropy and gradients.
//
// It goes over the window's sequences in blocks of 256. The logits of a block become exponentials in place and are used as
// they are: the division by their sum, and by the number of tokens, is put into `scales`, which multiply the states for the
// weights' gradient, and the states' gradient.

import { RowSums } from './linear.ts';
import { at, BLOCK, from, type Arena, type Context, type Panels } from './memory.ts';
import { padded, type Parameter, type Parameters } from './parameters.ts';
import { layOutRead, layOutStrassen, Strassen, type StrassenSpace } from './strassen.ts';

export interface OutputSpace {
  /** V, and with padding. */
  vocabulary: number;
  rows: number;
  /** H, padded. */
  units: number;
  /** (BLOCK) panels of V. */
  logits: Panels;
  product: StrassenSpace;
  /** (T, P, 8): 1 / (sum of the exponentials * tokens of the window), 0 where there is no target. */
  scales: number;
  /** (T, P, 8) */
  sums: number;
  targetLogits: number;
  /** (T, P) float64: the panel's summed negative log-likelihood. */
  losses: number;
  /** (V, 4) */
  rowSums: number;
}

export function layOutOutput(arena: Arena, weight: Parameter, all: number): OutputSpace {
  const rows = padded(weight.rows);
  return {
    vocabulary: weight.rows,
    rows,
    units: weight.stride / 4,
    logits: arena.panels(BLOCK, rows),
    product: layOutStrassen(arena, weight, layOutRead(arena, weight.stride / 4)),
    scales: arena.take(all * 32),
    sums: arena.take(all * 32),
    targetLogits: arena.take(all * 32),
    losses: arena.take(all * 8),
    rowSums: arena.take(rows * 16),
  };
}

export class Output {
  readonly #context: Context;
  readonly #bias: Parameter;
  readonly #space: OutputSpace;
  readonly #states: Panels;
  readonly #stateGradients: Panels;
  readonly #targets: number;
  readonly #product: Strassen;
  readonly #rowSums: RowSums;
  readonly #floats: Float32Array;
  readonly #integers: Int32Array;

  /** `states`: what the softmax reads, (T, P) panels of H; `stateGradients`: where their gradients are put; `targets`: (T, P, 8). */
  constructor(
    context: Context,
    { outputWeight, outputBias }: Parameters,
    space: OutputSpace,
    states: Panels,
    stateGradients: Panels,
    targets: number,
  ) {
    this.#context = context;
    this.#bias = outputBias;
    this.#space = space;
    this.#states = states;
    this.#stateGradients = stateGradients;
    this.#targets = targets;
    this.#product = new Strassen(context, outputWeight, space.product);
    this.#rowSums = new RowSums(context, space.rowSums, space.rows);
    this.#floats = new Float32Array(context.memory.buffer);
    this.#integers = new Int32Array(context.memory.buffer);
  }

  /** This thread's part of packing the weights for a gradient. */
  *prepare(gradient: boolean): Generator<void> {
    yield* this.#product.pack(gradient);
  }

  /**
   * states, targets -> losses of all panels, there for every thread at the end; with `gradient`, also stateGradients (of the
   * mean over `tokens` tokens), and the gradients of weights and bias.
   */
  *run(steps: number, tokens: number, gradient: boolean): Generator<void> {
    const { team, panels, toGradient } = this.#context;
    const { scales, logits, rows } = this.#space;
    const all = steps * panels;
    if (gradient) this.#rowSums.clear();
    for (let block = 0; block < all; block += BLOCK) {
      const count = Math.min(BLOCK, all - block);
      const own = team.share(count, 2);
      yield* this.#forward(block, own, tokens);
      if (gradient) {
        yield* this.#backwardToStates(block, own);
        team.barrier();
        yield* this.#product.weightGradient(logits, { ptr: scales + block * 32, stride: 32 }, count, block > 0);
        this.#rowSums.add(logits, count, scales + block * 32);
      }
      team.barrier(); // the next block writes where this one stood
    }
    if (gradient) this.#rowSums.fold(this.#bias.ptr + toGradient, 0, rows);
  }

  /** Summed negative log-likelihood of the window, nats. */
  loss(steps: number): number {
    const all = steps * this.#context.panels;
    return new Float64Array(this.#context.memory.buffer, this.#space.losses, all).reduce((sum, loss) => sum + loss, 0);
  }

  /** The mean of the gradient's scale is over `tokens`. */
  *#forward(block: number, [first, last]: readonly [number, number], tokens: number): Generator<void> {
    const { vocabulary, rows, logits, sums, targetLogits } = this.#space;
    this.#product.read(from(this.#states, block), first, last - first);
    yield* this.#product.forward(logits, first, last - first);
    for (let panel = first; panel < last; panel++) {
      const offset = (block + panel) * 32;
      const targets = this.#targets + offset;
      const logitsPtr = at(logits, panel);
      const { ptr } = this.#bias;
      this.#context.kernel.softmax(
        logitsPtr,
        ptr,
        targets,
        vocabulary,
        rows,
        sums + offset,
        targetLogits + offset,
        this.#context.scratch,
      );
      this.#score(block + panel, tokens);
      yield;
    }
  }

  /** The panel's loss and scales, in double precision. */
  #score(panel: number, tokens: number): void {
    const { sums, targetLogits, scales, losses } = this.#space;
    let loss = 0;
    for (let lane = panel * 8; lane < panel * 8 + 8; lane++) {
      const counts = this.#integers[this.#targets / 4 + lane]! >= 0;
      const sum = this.#floats[sums / 4 + lane]!;
      if (counts) loss += Math.log(sum) - this.#floats[targetLogits / 4 + lane]!;
      this.#floats[scales / 4 + lane] = counts ? 1 / (sum * tokens) : 0;
    }
    new Float64Array(this.#context.memory.buffer, losses + panel * 8, 1)[0] = loss;
  }

  *#backwardToStates(block: number, [first, last]: readonly [number, number]): Generator<void> {
    const { logits, scales } = this.#space;
    this.#product.transpose(first, last - first);
    const blockScales = { ptr: scales + block * 32, stride: 32 };
    yield* this.#product.backward(logits, blockScales, from(this.#stateGradients, block), first, last - first);
  }
}
