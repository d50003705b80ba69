// The output layer: a full softmax over the vocabulary, with its cross-entropy and gradients.
//
// It goes over the window's sequences in blocks of 256. The logits of a block become exponentials in place and are used as
// they are: the division by their sum, and by the number of tokens, is put into `scales`, which multiply the hidden state
// for the weights' gradient, and the hidden state's gradient in the layer below.

import type { LanguageModelKernel } from './kernel.ts';
import { multiplyGradient, multiplyTransposed, multiplyWeights, packTransposed } from './products.ts';
import type { Team } from './team.ts';
import { at, BLOCK, PACKED_ROWS, type Panels, type Workspace } from './workspace.ts';

const COLUMN_STRIDE = BLOCK * 8 * 32;

export class Output {
  readonly #kernel: LanguageModelKernel;
  readonly #space: Workspace;
  readonly #team: Team;
  readonly #floats: Float32Array;
  readonly #losses: Float64Array;
  readonly #targets: Int32Array;

  constructor(kernel: LanguageModelKernel, memory: WebAssembly.Memory, space: Workspace, team: Team) {
    this.#kernel = kernel;
    this.#space = space;
    this.#team = team;
    this.#floats = new Float32Array(memory.buffer);
    const all = space.sizes.steps * space.panels;
    this.#losses = new Float64Array(memory.buffer, space.losses, all);
    this.#targets = new Int32Array(memory.buffer, space.targets, all * 8);
  }

  /** This thread's part of packing the weights for a gradient. */
  *pack(): Generator<void> {
    const { parameters, vocabularyRows, packedOutput } = this.#space;
    const blocks = this.#team.share(Math.ceil(vocabularyRows / PACKED_ROWS));
    yield* packTransposed(this.#kernel, parameters.outputWeight, packedOutput, blocks);
  }

  /**
   * hidden, targets -> losses of all panels, there for every thread at the end; with `gradient`, also outputGradient,
   * scales (of the mean over `tokens` tokens), and the gradients of weights and bias.
   */
  *run(steps: number, tokens: number, gradient: boolean): Generator<void> {
    const kernel = this.#kernel;
    const { panels, vocabularyRows, parameters, rowSums, toGradient } = this.#space;
    const rows = this.#team.share(vocabularyRows, 12);
    const [first, last] = rows;
    if (gradient) kernel.zero(rowSums + first * 16, (last - first) * 16);
    for (let block = 0; block < steps * panels; block += BLOCK) {
      const count = Math.min(BLOCK, steps * panels - block);
      yield* this.#forward(block, count, tokens);
      if (gradient) {
        yield* this.#backwardToHidden(block, count);
        this.#team.barrier();
        yield* this.#backwardToWeights(block, count, rows);
      }
      this.#team.barrier(); // the next block writes where this one stood
    }
    if (gradient)
      kernel.foldSums(rowSums + first * 16, last - first, parameters.outputBias.ptr + toGradient + first * 4);
  }

  /** The mean of the gradient's scale is over `tokens`. */
  *#forward(block: number, count: number, tokens: number): Generator<void> {
    const { sizes, panels, vocabularyRows, parameters, hidden, logits, targets, sums, targetLogits } = this.#space;
    const [from, to] = this.#team.share(count);
    const right = { ptr: at(hidden, block + panels + from), stride: hidden.stride };
    const result = { ptr: at(logits, from), stride: logits.stride };
    yield* multiplyWeights(this.#kernel, parameters.outputWeight, right, result, to - from, false);
    for (let panel = from; panel < to; panel++) {
      const offset = (block + panel) * 32;
      this.#kernel.softmax(
        at(logits, panel),
        parameters.outputBias.ptr,
        targets + offset,
        sizes.vocabulary,
        vocabularyRows,
        sums + offset,
        targetLogits + offset,
      );
      this.#score(block + panel, tokens);
      yield;
    }
  }

  /** The panel's loss and scales, in double precision. */
  #score(panel: number, tokens: number): void {
    const { sums, targetLogits, scales } = this.#space;
    let loss = 0;
    for (let lane = 0; lane < 8; lane++) {
      const index = panel * 8 + lane;
      const counts = this.#targets[index]! >= 0;
      const sum = this.#floats[sums / 4 + index]!;
      if (counts) loss += Math.log(sum) - this.#floats[targetLogits / 4 + index]!;
      this.#floats[scales / 4 + index] = counts ? 1 / (sum * tokens) : 0;
    }
    this.#losses[panel] = loss;
  }

  *#backwardToHidden(block: number, count: number): Generator<void> {
    const { panels, hiddenRows, parameters, packedOutput, hidden, logits, outputGradient, scaledHidden, scales } =
      this.#space;
    const [from, to] = this.#team.share(count);
    this.#kernel.transposePanels(
      at(hidden, block + panels + from),
      hidden.stride,
      to - from,
      hiddenRows,
      scaledHidden + from * 256,
      COLUMN_STRIDE,
      scales + (block + from) * 32,
    );
    const right: Panels = { ptr: at(logits, from), stride: logits.stride };
    const result: Panels = { ptr: at(outputGradient, block + from), stride: outputGradient.stride };
    yield* multiplyTransposed(this.#kernel, parameters.outputWeight, packedOutput, right, result, to - from);
  }

  *#backwardToWeights(block: number, count: number, rows: readonly [number, number]): Generator<void> {
    const { parameters, toGradient, logits, scaledHidden, scales, rowSums, scratch } = this.#space;
    const { ptr, stride } = parameters.outputWeight;
    const [first, last] = rows;
    const right = { ptr: scaledHidden, stride: COLUMN_STRIDE };
    const scratchPtr = at(scratch, this.#team.thread);
    yield* multiplyGradient(this.#kernel, ptr + toGradient, stride, rows, logits, count, right, block > 0, scratchPtr);
    this.#kernel.addRowSums(
      logits.ptr + first * 32,
      logits.stride,
      count,
      last - first,
      scales + block * 32,
      rowSums + first * 16,
    );
  }
}
