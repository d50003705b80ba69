// A recurrent layer over a window, with any cell; truncated back-propagation through time
// (Williams, Peng 1990). A thread owns panels of sequences through time, so no time step waits for
// another thread; sums over all sequences are split by rows of the weights, after a barrier.
//
// Dropout of two kinds, both with inverted scale: of what the layer gives to the one above (Zaremba
// et al. 2014), and of its recurrent weights, one mask a window (AWD-LSTM: Merity et al. 2017). A
// mask is drawn again on the way back.

import { CELL, type Cell, type CellName } from './cells.ts';
import { MASK, maskSeed, thresholdOf } from './dropout.ts';
import { layOutLinear, Linear, type LinearSpace, type Product, RowSums } from './linear.ts';
import { type Arena, at, blocksOf, type Context, from, ownPanels, type Panels } from './memory.ts';
import { type LayerParameters, rowsOf } from './parameters.ts';
import { createProduct, layOutProduct, type ProductSpace } from './product.ts';

export interface LayerSpace {
  /** H, padded. */
  units: number;
  /** (T, P) panels of E or H: what the layer reads; `null` if one-hot tokens select its sums. */
  input: Panels | null;
  /** The same; `null` if nobody asks for it. */
  inputGradient: Panels | null;
  /** (T, P) panels of the cell's sums: the sums, then the gates, then the gradients of the sums. */
  gates: Panels;
  /** (T + 1, P) panels, from the state before the first step on: H, and the cell's memory. */
  hidden: Panels;
  memory: Panels;
  /**
   * (T, P) panels of H: what the layer gives, after dropout; without dropout, `hidden` from the
   * first step on.
   */
  output: Panels;
  outputGradient: Panels;
  /** (P) panels */
  hiddenGradient: Panels;
  memoryGradient: Panels;
  /** (sums) */
  bias: number;
  /** (sums, 4) */
  rowSums: number;
  inputProduct: ProductSpace | null;
  /** Scratch of a time step's product, and of all steps for the weights' gradient. */
  recurrentProduct: LinearSpace;
  recurrentGradient: ProductSpace;
  /** The recurrent weights after dropout; the weights themselves where there is none. */
  recurrentWeight: number;
}

/** `source`: what the layer reads, `null` if that is one-hot. */
export function layOutLayer(
  arena: Arena,
  cellName: CellName,
  { weightIh, weightHh }: LayerParameters,
  source: { input: Panels; inputGradient: Panels | null } | null,
  steps: number,
  panels: number,
  rates: DropoutRates,
): LayerSpace {
  const cell = CELL[cellName];
  const units = weightHh.paddedRows;
  const all = steps * panels;
  const hidden = arena.panels(all + panels, units);
  return {
    units,
    input: source && source.input,
    inputGradient: source && source.inputGradient,
    gates: arena.panels(all + (all % 2), cell.sums * units), // strassen.ts writes whole pairs
    hidden,
    memory: arena.panels(cell.memory ? all + panels : 0, cell.memory * units),
    output: rates.output > 0 ? arena.panels(all, units) : from(hidden, panels),
    outputGradient: arena.panels(all + (all % 2), units),
    hiddenGradient: arena.panels(panels, units),
    memoryGradient: arena.panels(panels, units),
    bias: arena.take(cell.sums * units * 4),
    rowSums: arena.take(cell.sums * units * 16),
    inputProduct: source && layOutProduct(arena, weightIh),
    recurrentProduct: layOutLinear(arena, weightHh, { panels: true, weights: false }),
    recurrentGradient: layOutProduct(arena, weightHh, { panels: false, weights: true }),
    recurrentWeight: rates.recurrent > 0 ? arena.take(weightHh.bytes) : weightHh.ptr,
  };
}

/** Shares of numbers that are dropped, 0 to below 1. */
export interface DropoutRates {
  /** Share of the layer's output. */
  output: number;
  /** Share of the recurrent weights. */
  recurrent: number;
}

/**
 * Sees the gradients of the loss in the state that panel `panel` had after `step`, pointers to
 * panels (H): what comes through the layer's output, through the next step's products, and through
 * the next step's memory.
 */
export type GradientObserver = (step: number, panel: number, output: number, hidden: number, memory: number) => void;

export class Layer {
  /** Called on the way back in a training of one thread. */
  observer: GradientObserver | null = null;
  readonly #context: Context;
  readonly #index: number;
  readonly #cell: Cell;
  readonly #parameters: LayerParameters;
  readonly #space: LayerSpace;
  readonly #rates: DropoutRates;
  readonly #seed: number;
  readonly #own: readonly [first: number, last: number];
  readonly #inputProduct: Product | null;
  readonly #recurrentProduct: Linear;
  readonly #recurrentGradient: Product;
  readonly #rowSums: RowSums;

  /** `index`: from 0. `seed`: of the masks. */
  constructor(
    context: Context,
    index: number,
    cell: CellName,
    parameters: LayerParameters,
    space: LayerSpace,
    rates: DropoutRates,
    seed: number,
  ) {
    this.#context = context;
    this.#index = index;
    this.#cell = CELL[cell];
    this.#parameters = parameters;
    this.#space = space;
    this.#rates = rates;
    this.#seed = seed;
    this.#own = ownPanels(context);
    const { inputProduct, recurrentProduct, recurrentGradient, recurrentWeight, rowSums, units } = space;
    this.#inputProduct = inputProduct && createProduct(context, parameters.weightIh, inputProduct);
    this.#recurrentProduct = new Linear(context, parameters.weightHh, recurrentProduct, recurrentWeight);
    this.#recurrentGradient = createProduct(context, parameters.weightHh, recurrentGradient);
    this.#rowSums = new RowSums(context, rowSums, this.#cell.sums * units);
  }

  get #state(): readonly Panels[] {
    return this.#cell.memory ? [this.#space.hidden, this.#space.memory] : [this.#space.hidden];
  }

  /** Forgets: the state before the next window is 0. */
  resetState(): void {
    const [first, last] = this.#own;
    for (const { ptr, stride } of this.#state) {
      this.#context.kernel.zero(ptr + first * stride, (last - first) * stride);
    }
  }

  /** The state after `steps` becomes the state before the next window. */
  carryState(steps: number): void {
    const [first, last] = this.#own;
    for (const state of this.#state) {
      const after = at(state, steps * this.#context.panels + first);
      this.#context.kernel.copy(at(state, first), after, (last - first) * state.stride);
    }
  }

  /** This thread's part of what the weights are made into before a window. */
  *prepare(draw: number | null): Generator<void> {
    const { team } = this.#context;
    if (this.#rates.recurrent > 0) {
      this.#dropWeights(this.#parameters.weightHh.ptr, this.#space.recurrentWeight, draw);
      yield;
    }
    if (team.thread === 0) this.#sumBiases();
    if (this.#inputProduct) yield* this.#inputProduct.pack(draw !== null);
    if (draw === null) return;
    if (this.#rates.recurrent > 0) team.barrier();
    yield* this.#recurrentProduct.pack(true);
  }

  #sumBiases(): void {
    const { kernel } = this.#context;
    const { bias, units } = this.#space;
    const { biasIh, biasHh } = this.#parameters;
    const recurrent = bias + this.#cell.recurrentFrom * units * 4;
    const count = this.#cell.gates.length * units;
    kernel.zero(bias, this.#cell.sums * units * 4);
    kernel.copy(bias, biasIh.ptr, count * 4);
    kernel.addVectors(recurrent, biasHh.ptr, recurrent, count);
  }

  /**
   * Drops from `source`, this thread's rows of a matrix like weightHh, to `target`; `draw` null:
   * copies.
   */
  #dropWeights(source: number, target: number, draw: number | null): void {
    const { kernel, team } = this.#context;
    const { stride } = this.#parameters.weightHh;
    const [first, last] = team.share(rowsOf(this.#parameters.weightHh), 12);
    const rate = draw === null ? 0 : this.#rates.recurrent;
    const seed = maskSeed(this.#seed, draw ?? 0, MASK.recurrent + this.#index);
    const at = first * stride;
    const count = (last - first) * (stride / 4);
    kernel.dropout(source + at, target + at, count, at / 4, seed, thresholdOf(rate), 1 / (1 - rate));
  }

  /** Drops from a panel of the output, or of its gradient. */
  #dropOutput(index: number, source: number, target: number, draw: number | null): void {
    const count = this.#space.units * 8;
    const rate = draw === null ? 0 : this.#rates.output;
    const seed = maskSeed(this.#seed, draw ?? 0, MASK.output + this.#index);
    this.#context.kernel.dropout(source, target, count, index * count, seed, thresholdOf(rate), 1 / (1 - rate));
  }

  /**
   * input -> gates, memory, hidden, output, there for every thread at the end. One-hot sums must be
   * in `gates` already. This thread's part of the input must be there, and this thread through
   * `prepare`. `draw`: of the masks; null: none.
   */
  *forward(steps: number, draw: number | null): Generator<void> {
    const { kernel, team, panels } = this.#context;
    const { units, input, gates, hidden, memory, output, bias } = this.#space;
    const cell = this.#cell;
    team.barrier();
    if (this.#inputProduct && input) {
      for (const { start, first, own } of blocksOf(this.#context, steps * panels)) {
        yield* this.#inputProduct.forward(from(input, start), from(gates, start), first, own);
        team.barrier(); // the next block's terms stand where this one's do
      }
    }

    const [own, end] = this.#own;
    const inputRows = cell.gates.length * units;
    const apart = (cell.sums - cell.gates.length) * units;
    const run = kernel[cell.forward];
    for (let step = 0; step < steps; step++) {
      const first = step * panels + own;
      if (apart > 0) {
        for (let index = first; index < step * panels + end; index++) {
          kernel.zero(at(gates, index) + inputRows * 32, apart * 32);
        }
      }
      const sums = from(gates, first, cell.recurrentFrom * units);
      yield* this.#recurrentProduct.forward(from(hidden, first), sums, 0, end - own, true);
      for (let index = first; index < step * panels + end; index++) {
        const next = index + panels;
        run(at(gates, index), bias, at(hidden, index), at(hidden, next), at(memory, index), at(memory, next), units);
        if (this.#rates.output > 0) this.#dropOutput(index, at(hidden, next), at(output, index), draw);
      }
    }
    team.barrier();
  }

  /**
   * outputGradient -> inputGradient, the gradients of weights and biases, and in `gates` those of
   * the sums. Each thread's own panels of outputGradient must be there.
   */
  *backward(steps: number, draw: number): Generator<void> {
    yield* this.#backwardThroughTime(steps, draw);
    this.#context.team.barrier();
    yield* this.#backwardToInputAndWeights(steps, draw);
  }

  *#backwardThroughTime(steps: number, draw: number): Generator<void> {
    const { kernel, panels } = this.#context;
    const { units, gates, hidden, memory, outputGradient, hiddenGradient, memoryGradient } = this.#space;
    const cell = this.#cell;
    const [own, end] = this.#own;
    const run = kernel[cell.backward];
    for (const { ptr, stride } of [hiddenGradient, memoryGradient]) {
      kernel.zero(ptr + own * stride, (end - own) * stride);
    }
    for (let step = steps - 1; step >= 0; step--) {
      for (let panel = own; panel < end; panel++) {
        const index = step * panels + panel;
        const gradient = at(outputGradient, index);
        if (this.#rates.output > 0) this.#dropOutput(index, gradient, gradient, draw);
        this.observer?.(step, panel, gradient, at(hiddenGradient, panel), at(memoryGradient, panel));
        run(
          at(gates, index),
          at(hidden, index),
          at(memory, index),
          at(memory, index + panels),
          gradient,
          at(hiddenGradient, panel),
          at(memoryGradient, panel),
          units,
        );
      }
      if (step === 0) break;
      const sums = from(gates, step * panels + own, cell.recurrentFrom * units);
      yield* this.#recurrentProduct.backward(sums, from(hiddenGradient, own), 0, end - own, cell.carriesHidden);
    }
  }

  *#backwardToInputAndWeights(steps: number, draw: number): Generator<void> {
    const { team, panels, toGradient } = this.#context;
    const { units, gates, input, inputGradient, hidden } = this.#space;
    const { weightHh, biasIh, biasHh } = this.#parameters;
    const recurrentRow = this.#cell.recurrentFrom * units;
    this.#rowSums.clear();
    for (const { start, count, first, own } of blocksOf(this.#context, steps * panels)) {
      const gradient = from(gates, start);
      if (this.#inputProduct && input) {
        if (inputGradient) yield* this.#inputProduct.backward(gradient, from(inputGradient, start), first, own);
        this.#inputProduct.transpose(from(input, start), first, own);
        yield;
      }
      this.#recurrentGradient.transpose(from(hidden, start), first, own);
      yield;
      team.barrier();
      if (this.#inputProduct) yield* this.#inputProduct.weightGradient(gradient, count, start > 0);
      yield* this.#recurrentGradient.weightGradient(from(gates, start, recurrentRow), count, start > 0);
      this.#rowSums.add(gradient, count);
      yield;
      team.barrier(); // the next block writes where this one stood
    }
    const rows = this.#cell.gates.length * units;
    this.#rowSums.fold(biasIh.ptr + toGradient, 0, rows);
    this.#rowSums.fold(biasHh.ptr + toGradient, recurrentRow, rows);
    const recurrent = weightHh.ptr + toGradient;
    if (this.#rates.recurrent > 0) this.#dropWeights(recurrent, recurrent, draw);
  }
}
