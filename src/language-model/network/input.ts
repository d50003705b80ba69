// How tokens come in: as rows of an embedding, which the first layer multiplies, or one-hot, which
// makes the first layer's product a row of its weights. Either way a token picks a row of a table,
// and gives its gradient back to that row.
//
// Embedding dropout (AWD-LSTM: Merity et al. 2017, after Gal, Ghahramani 2016): a window leaves out
// whole words of the table. Input dropout (Zaremba et al. 2014) drops single numbers of each row
// that was looked up.

import { isKept, MASK, maskSeed, thresholdOf } from './dropout.ts';
import { type Arena, at, type Context, type Panels } from './memory.ts';
import type { Parameter } from './parameters.ts';

/** Rows that are set to zero in one call. */
const ZEROED_ROWS = 1024;

/** Sequences side by side. */
export interface TokenStreams {
  /** Tokens predicted in all lanes at positions [position, position + steps). */
  count(position: number, steps: number): number;
  /**
   * The tokens that lanes 8 panel to 8 panel + 7 read at `position`, to inputs[at …], and those
   * they shall predict, to targets[at …]: -1 where a lane has none.
   */
  read(position: number, panel: number, inputs: Int32Array, targets: Int32Array, at: number): void;
}

export interface InputSpace {
  /** (T, P, 8) */
  tokens: number;
  targets: number;
  /** (T, P, 8): what each token's row is multiplied by. */
  scales: number;
}

export function layOutInput(arena: Arena, all: number): InputSpace {
  return { tokens: arena.take(all * 32), targets: arena.take(all * 32), scales: arena.take(all * 32) };
}

export interface InputOptions {
  /** Share of the words that a window leaves out, 0 to below 1. */
  wordDropout: number;
  /** Share of the rows' numbers that are dropped, 0 to below 1. */
  dropout: number;
  /** No gradient is taken. */
  frozen: boolean;
  /** The table's gradient is there before `backward`: the output's weights are the same. */
  shared: boolean;
  seed: number;
}

export class Input {
  readonly #context: Context;
  readonly #table: Parameter;
  readonly #space: InputSpace;
  readonly #target: Panels;
  readonly #gradient: Panels;
  readonly #options: InputOptions;
  readonly #features: number;
  /** Number of the draw that the masks of the last window follow from; `null`: no masks. */
  #draw: number | null = null;

  /**
   * `target`: panels that the rows go to; `gradient`: panels that their gradients are in, after the
   * layers' way back.
   */
  constructor(
    context: Context,
    table: Parameter,
    space: InputSpace,
    target: Panels,
    gradient: Panels,
    options: InputOptions,
  ) {
    this.#context = context;
    this.#table = table;
    this.#space = space;
    this.#target = target;
    this.#gradient = gradient;
    this.#options = options;
    this.#features = table.stride / 4;
  }

  /** This thread's part of setting the table's gradient to zero. */
  *clear(): Generator<void> {
    const { kernel, team, toGradient } = this.#context;
    if (this.#options.frozen || this.#options.shared) return;
    const { ptr, stride, bytes } = this.#table;
    const [first, last] = team.share(Math.floor(bytes / stride));
    for (let row = first; row < last; row += ZEROED_ROWS) {
      kernel.zero(ptr + toGradient + row * stride, Math.min(ZEROED_ROWS, last - row) * stride);
      yield;
    }
  }

  /**
   * Reads the window's tokens and targets and looks up the tokens' rows: this thread's part of all
   * panels.
   */
  *forward(source: TokenStreams, position: number, steps: number, draw: number | null): Generator<void> {
    const { kernel, memory, team, panels } = this.#context;
    const { tokens, targets, scales } = this.#space;
    const inputTokens = new Int32Array(memory.buffer, tokens, steps * panels * 8);
    const targetTokens = new Int32Array(memory.buffer, targets, steps * panels * 8);
    const factors = new Float32Array(memory.buffer, scales, steps * panels * 8);
    const { ptr, stride } = this.#table;
    const { wordDropout, seed } = this.#options;
    this.#draw = draw;
    const mask = maskSeed(seed, draw ?? 0, MASK.embedding);
    const [first, last] = team.share(steps * panels);
    for (let index = first; index < last; index++) {
      source.read(position + Math.floor(index / panels), index % panels, inputTokens, targetTokens, index * 8);
      kernel.gather(tokens + index * 32, ptr, stride, this.#features, at(this.#target, index));
      if (wordDropout > 0 && draw !== null) {
        for (let lane = index * 8; lane < index * 8 + 8; lane++) {
          factors[lane] = isKept(inputTokens[lane]!, mask, wordDropout) ? 1 / (1 - wordDropout) : 0;
        }
        kernel.scaleColumns(at(this.#target, index), scales + index * 32, this.#features);
      }
      this.#drop(this.#target, index, 0, this.#features);
      yield;
    }
  }

  /**
   * Adds the gradients to the rows of the table; each thread has columns of its own. All panels
   * must be there.
   */
  *backward(steps: number): Generator<void> {
    const { kernel, team, panels, toGradient } = this.#context;
    const { wordDropout, frozen } = this.#options;
    if (frozen) return;
    const { ptr, stride } = this.#table;
    const { tokens, scales } = this.#space;
    const [first, last] = team.share(this.#features, 8);
    for (let index = 0; index < steps * panels; index++) {
      const panelPtr = at(this.#gradient, index) + first * 32;
      this.#drop(this.#gradient, index, first, last);
      if (wordDropout > 0) kernel.scaleColumns(panelPtr, scales + index * 32, last - first);
      kernel.scatterAdd(tokens + index * 32, ptr + toGradient + first * 4, stride, last - first, panelPtr);
      yield;
    }
  }
  /** Features [first, last) of panel `index`. */
  #drop(panels: Panels, index: number, first: number, last: number): void {
    const { dropout, seed } = this.#options;
    if (dropout === 0 || this.#draw === null) return;
    const ptr = at(panels, index) + first * 32;
    const number = (index * this.#features + first) * 8;
    const mask = maskSeed(seed, this.#draw, MASK.input);
    const count = (last - first) * 8;
    this.#context.kernel.dropout(ptr, ptr, count, number, mask, thresholdOf(dropout), 1 / (1 - dropout));
  }
}
