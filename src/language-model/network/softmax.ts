// A softmax over some classes, with its cross-entropy and gradients: the whole output layer, or a
// part of it (output.ts).
//
// It goes over the sequences in blocks of 512. The logits of a block become exponentials in place
// and are used as they are: the division by their sum, and by the number of tokens, is put into
// `scales`, which multiply them where they are read.

import { RowSums } from './linear.ts';
import { type Arena, at, BLOCK, type Block, blocksOf, type Context, from, type Panels } from './memory.ts';
import { type Parameter, rowsOf } from './parameters.ts';
import { layOutRead, layOutStrassen, Strassen, type StrassenSpace } from './strassen.ts';

/** Classes that stand together in one matrix. */
export interface ClassWeights {
  /** (classes, H) */
  weight: Parameter;
  /** Address of the bias of the first class; the others follow. */
  biasPtr: number;
}

export interface SoftmaxSpace {
  /** Classes, and with padding. */
  classes: number;
  rows: number;
  /** H, padded. */
  units: number;
  /** (BLOCK) panels of the classes. */
  logits: Panels;
  /** Scratch of each class matrix. */
  products: StrassenSpace[];
  /**
   * (panels, 8): 1 / (sum of the exponentials * tokens of the window), 0 where there is no target.
   */
  scales: number;
  /** (panels, 8) */
  sums: number;
  targetLogits: number;
  /** (panels) float64: the panel's summed negative log-likelihood. */
  losses: number;
  /** (classes, 4) */
  rowSums: number;
  /** (classes): the biases of all parts, one after the other. */
  bias: number;
}

/** For at most `panels` panels. Of each part but the last, the classes are a multiple of 16. */
export function layOutSoftmax(arena: Arena, parts: readonly ClassWeights[], panels: number): SoftmaxSpace {
  const rows = parts.reduce((sum, { weight }) => sum + rowsOf(weight), 0);
  const units = parts[0]!.weight.stride / 4;
  const read = layOutRead(arena, units); // all read the same states
  return {
    classes: parts.reduce((sum, { weight }) => sum + weight.rows, 0),
    rows,
    units,
    logits: arena.panels(BLOCK, rows),
    products: parts.map(({ weight }) => layOutStrassen(arena, weight, read)),
    scales: arena.take(panels * 32),
    sums: arena.take(panels * 32),
    targetLogits: arena.take(panels * 32),
    losses: arena.take(panels * 8),
    rowSums: arena.take(rows * 16),
    bias: arena.take(rows * 4),
  };
}

/** What a softmax is taken over. */
export interface SoftmaxInput {
  /** Panels of H. */
  states: Panels;
  /** Where their gradients are put. */
  gradients: Panels;
  /** (panels, 8): classes, -1 for none. */
  targets: number;
  panels: number;
}

export class Softmax {
  readonly #context: Context;
  readonly #parts: readonly ClassWeights[];
  readonly #space: SoftmaxSpace;
  readonly #products: readonly Strassen[];
  readonly #rowSums: RowSums;
  readonly #floats: Float32Array;
  readonly #integers: Int32Array;

  constructor(context: Context, parts: readonly ClassWeights[], space: SoftmaxSpace) {
    this.#context = context;
    this.#parts = parts;
    this.#space = space;
    this.#products = parts.map(({ weight }, index) => new Strassen(context, weight, space.products[index]!));
    this.#rowSums = new RowSums(context, space.rowSums, space.rows);
    this.#floats = new Float32Array(context.memory.buffer);
    this.#integers = new Int32Array(context.memory.buffer);
  }

  /**
   * This thread's part of what the weights are made into before `run`; to be followed by a barrier.
   */
  *prepare(gradient: boolean): Generator<void> {
    for (const product of this.#products) yield* product.pack(gradient);
  }

  /**
   * states, targets -> losses of all panels, there for every thread at the end; with `gradient`,
   * also those of the states (of the mean over `tokens` tokens), and of weights and biases.
   */
  *run(input: SoftmaxInput, tokens: number, gradient: boolean): Generator<void> {
    const { kernel, team, toGradient } = this.#context;
    const { scales, logits, bias } = this.#space;
    if (team.thread === 0) {
      for (const [{ weight, biasPtr }, row] of this.#places()) kernel.copy(bias + row * 4, biasPtr, weight.rows * 4);
    }
    team.barrier();
    if (gradient) this.#rowSums.clear();
    if (gradient && input.panels === 0) yield* this.#clearGradients();
    for (const block of blocksOf(this.#context, input.panels)) {
      const { start, count } = block;
      yield* this.#forward(input, block, tokens);
      if (gradient) {
        yield* this.#backwardToStates(input, block);
        team.barrier();
        for (const [, row, index] of this.#places()) {
          yield* this.#products[index]!.weightGradient(from(logits, 0, row), count, start > 0, this.#scalesOf(start));
        }
        this.#rowSums.add(logits, count, scales + start * 32);
      }
      team.barrier(); // the next block writes where this one stood
    }
    if (!gradient) return;
    for (const [{ weight, biasPtr }, row] of this.#places()) {
      this.#rowSums.fold(biasPtr + toGradient, row, weight.rows);
    }
  }

  /** The parts, each with the number of its first class, and its own. */
  *#places(): Generator<[ClassWeights, row: number, index: number]> {
    let row = 0;
    for (const [index, part] of this.#parts.entries()) {
      yield [part, row, index];
      row += rowsOf(part.weight);
    }
  }

  *#clearGradients(): Generator<void> {
    const { kernel, team, toGradient } = this.#context;
    for (const { weight } of this.#parts) {
      const [first, last] = team.share(rowsOf(weight));
      kernel.zero(weight.ptr + toGradient + first * weight.stride, (last - first) * weight.stride);
      yield;
    }
  }

  /** Summed negative log-likelihood of the first `panels` panels, nats. */
  loss(panels: number): number {
    const { memory } = this.#context;
    return new Float64Array(memory.buffer, this.#space.losses, panels).reduce((sum, loss) => sum + loss, 0);
  }

  *#forward({ states, targets }: SoftmaxInput, { start, first, own }: Block, tokens: number): Generator<void> {
    const { classes, rows, logits, sums, targetLogits, bias } = this.#space;
    for (const [, row, index] of this.#places()) {
      yield* this.#products[index]!.forward(from(states, start), from(logits, 0, row), first, own);
    }
    for (let panel = first; panel < first + own; panel++) {
      const offset = (start + panel) * 32;
      this.#context.kernel.softmax(
        at(logits, panel),
        bias,
        targets + offset,
        classes,
        rows,
        sums + offset,
        targetLogits + offset,
        this.#context.scratch,
      );
      this.#score(targets, start + panel, tokens);
      yield;
    }
  }

  /** The panel's loss and scales, in double precision. */
  #score(targets: number, panel: number, tokens: number): void {
    const { sums, targetLogits, scales, losses } = this.#space;
    let loss = 0;
    for (let lane = panel * 8; lane < panel * 8 + 8; lane++) {
      const counts = this.#integers[targets / 4 + lane]! >= 0;
      const sum = this.#floats[sums / 4 + lane]!;
      if (counts) loss += Math.log(sum) - this.#floats[targetLogits / 4 + lane]!;
      this.#floats[scales / 4 + lane] = counts ? 1 / (sum * tokens) : 0;
    }
    new Float64Array(this.#context.memory.buffer, losses + panel * 8, 1)[0] = loss;
  }

  /** Scales of the panels from `start` on. */
  #scalesOf(start: number): Panels {
    return { ptr: this.#space.scales + start * 32, stride: 32 };
  }

  *#backwardToStates({ states, gradients }: SoftmaxInput, { start, first, own }: Block): Generator<void> {
    this.#products[0]!.transpose(from(states, start), first, own);
    const logits = this.#space.logits;
    const target = from(gradients, start);
    for (const [, row, index] of this.#places()) {
      const gradient = from(logits, 0, row);
      yield* this.#products[index]!.backward(gradient, target, first, own, this.#scalesOf(start), index > 0);
    }
  }
}
