// The LSTM layer over a window: Hochreiter, Schmidhuber 1997; truncated back-propagation through time (Williams, Peng 1990).
// A thread owns panels of sequences through time, so no time step waits for another thread; sums over all sequences are
// split by rows of the weights, after a barrier.

import type { LanguageModelKernel } from './kernel.ts';
import { multiplyGradient, multiplyTransposed, multiplyWeights, packTransposed } from './products.ts';
import type { Team } from './team.ts';
import { at, BLOCK, PACKED_ROWS, type Panels, type Workspace } from './workspace.ts';

/** Bytes between 8 features in the blocks of `transposePanels`. */
const COLUMN_STRIDE = BLOCK * 8 * 32;

export class Lstm {
  readonly #kernel: LanguageModelKernel;
  readonly #space: Workspace;
  readonly #team: Team;
  /** The panels of a time step that this thread owns, [from, to). */
  readonly #own: readonly [from: number, to: number];

  constructor(kernel: LanguageModelKernel, space: Workspace, team: Team) {
    this.#kernel = kernel;
    this.#space = space;
    this.#team = team;
    this.#own = team.share(space.panels);
  }

  /** Forgets: the state before the next window is 0. */
  resetState(): void {
    const { cell, hidden } = this.#space;
    const [from, to] = this.#own;
    for (const { ptr, stride } of [cell, hidden]) this.#kernel.zero(ptr + from * stride, (to - from) * stride);
  }

  /** The state after `steps` becomes the state before the next window. */
  carryState(steps: number): void {
    const { cell, hidden, panels } = this.#space;
    const [from, to] = this.#own;
    for (const state of [cell, hidden]) {
      this.#kernel.copy(at(state, from), at(state, steps * panels + from), (to - from) * state.stride);
    }
  }

  /** This thread's part of packing the weights for `backward`. */
  *pack(): Generator<void> {
    const { parameters, hiddenRows, packedIh, packedHh } = this.#space;
    const blocks = this.#team.share(Math.ceil((4 * hiddenRows) / PACKED_ROWS));
    yield* packTransposed(this.#kernel, parameters.weightIh, packedIh, blocks);
    yield* packTransposed(this.#kernel, parameters.weightHh, packedHh, blocks);
  }

  /** input -> gates, cell, tanhCell, hidden. This thread's part; the input of its part must be there. */
  *forward(steps: number): Generator<void> {
    const kernel = this.#kernel;
    const { parameters, panels, hiddenRows, input, gates, cell, tanhCell, hidden, bias } = this.#space;
    for (const [first, count] of this.#runs(steps * panels)) {
      yield* multiplyWeights(kernel, parameters.weightIh, from(input, first), from(gates, first), count, false);
    }
    const floats = 4 * hiddenRows;
    if (this.#team.thread === 0) kernel.addVectors(parameters.biasIh.ptr, parameters.biasHh.ptr, bias, floats);
    this.#team.barrier();

    const [own, end] = this.#own;
    for (let step = 0; step < steps; step++) {
      const first = step * panels + own;
      yield* multiplyWeights(kernel, parameters.weightHh, from(hidden, first), from(gates, first), end - own, true);
      for (let index = first; index < step * panels + end; index++) {
        const next = index + panels;
        kernel.lstmForward(
          at(gates, index),
          bias,
          at(cell, index),
          at(cell, next),
          at(tanhCell, index),
          at(hidden, next),
          hiddenRows,
        );
      }
    }
    this.#team.barrier();
  }

  /** outputGradient -> the gradients of weights and biases, and inputGradient. All threads' output gradients must be there. */
  *backward(steps: number): Generator<void> {
    yield* this.#backwardThroughTime(steps);
    this.#team.barrier();
    yield* this.#backwardToInput(steps);
    this.#team.barrier();
    yield* this.#backwardToWeights(steps);
  }

  *#backwardThroughTime(steps: number): Generator<void> {
    const kernel = this.#kernel;
    const { parameters, packedHh, panels, hiddenRows, gates, cell, tanhCell, scales } = this.#space;
    const { outputGradient, recurrentGradient, cellGradient } = this.#space;
    const [own, end] = this.#own;
    for (const { ptr, stride } of [recurrentGradient, cellGradient])
      kernel.zero(ptr + own * stride, (end - own) * stride);
    for (let step = steps - 1; step >= 0; step--) {
      for (let panel = own; panel < end; panel++) {
        const index = step * panels + panel;
        kernel.lstmBackward(
          at(gates, index),
          at(cell, index),
          at(tanhCell, index),
          at(outputGradient, index),
          scales + index * 32,
          at(recurrentGradient, panel),
          at(cellGradient, panel),
          hiddenRows,
        );
      }
      const gateGradient = from(gates, step * panels + own);
      if (step > 0) {
        yield* multiplyTransposed(
          kernel,
          parameters.weightHh,
          packedHh,
          gateGradient,
          from(recurrentGradient, own),
          end - own,
        );
      }
    }
  }

  /** Also transposes what the layer read, for `#backwardToWeights`. */
  *#backwardToInput(steps: number): Generator<void> {
    const kernel = this.#kernel;
    const { parameters, packedIh, panels, embeddingRows, hiddenRows, gates, input, inputGradient, hidden } =
      this.#space;
    const { inputColumns, hiddenColumns } = this.#space;
    for (const [first, count] of this.#runs(steps * panels)) {
      yield* multiplyTransposed(
        kernel,
        parameters.weightIh,
        packedIh,
        from(gates, first),
        from(inputGradient, first),
        count,
      );
      for (const [source, columns, rows] of [
        [input, inputColumns, embeddingRows],
        [hidden, hiddenColumns, hiddenRows],
      ] as const) {
        const target = at(columns, Math.floor(first / BLOCK)) + (first % BLOCK) * 256;
        kernel.transposePanels(at(source, first), source.stride, count, rows, target, COLUMN_STRIDE, 0);
        yield;
      }
    }
  }

  *#backwardToWeights(steps: number): Generator<void> {
    const kernel = this.#kernel;
    const { parameters, toGradient, panels, hiddenRows, gates, inputColumns, hiddenColumns, ones, rowSums } =
      this.#space;
    const { weightIh, weightHh, biasIh, biasHh } = parameters;
    const rows = this.#team.share(4 * hiddenRows, 12);
    const [first, last] = rows;
    const count = last - first;
    const scratch = at(this.#space.scratch, this.#team.thread);
    kernel.zero(rowSums + first * 16, count * 16);
    for (let panel = 0; panel < steps * panels; panel += BLOCK) {
      const block = panel / BLOCK;
      const left = from(gates, panel);
      const width = Math.min(BLOCK, steps * panels - panel);
      for (const [weight, columns] of [
        [weightIh, inputColumns],
        [weightHh, hiddenColumns],
      ] as const) {
        const right = { ptr: at(columns, block), stride: COLUMN_STRIDE };
        yield* multiplyGradient(
          kernel,
          weight.ptr + toGradient,
          weight.stride,
          rows,
          left,
          width,
          right,
          panel > 0,
          scratch,
        );
      }
      kernel.addRowSums(left.ptr + first * 32, left.stride, width, count, ones, rowSums + first * 16);
      yield;
    }
    kernel.foldSums(rowSums + first * 16, count, biasIh.ptr + toGradient + first * 4);
    kernel.copy(biasHh.ptr + toGradient + first * 4, biasIh.ptr + toGradient + first * 4, count * 4);
  }

  /** This thread's part of `total` panels, in runs within a block. */
  *#runs(total: number): Generator<[first: number, count: number]> {
    const [start, end] = this.#team.share(total);
    for (let first = start; first < end;) {
      const count = Math.min(end, (Math.floor(first / BLOCK) + 1) * BLOCK) - first;
      yield [first, count];
      first += count;
    }
  }
}

const from = (panels: Panels, index: number): Panels => ({ ptr: at(panels, index), stride: panels.stride });
