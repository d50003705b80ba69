// The memory that the training threads share, and how it is cut.
//
// Activations are panels of 8 sequences (src/kernels/language-model/matrix.ts), in the order step
// by step, panel by panel: (T, P). Each panel is followed by 192 bytes of nothing: at strides of
// whole kilobytes the same rows of all panels would compete for one cache set.

import type { LanguageModelExports } from '../../kernel-interfaces/language-model.ts';
import { BumpAllocator, MOST_PAGES, PAGE } from '../../numerics/bump-allocator.ts';
import { LanguageModelError } from '../problems.ts';
import type { Team } from './team.ts';

/** Panels of one kind: panel `index` stands at ptr + index * stride. */
export interface Panels {
  ptr: number;
  stride: number;
}

export const at = ({ ptr, stride }: Panels, index: number): number => ptr + index * stride;
/** The panels from `index` on, and of each the rows from `row` on. */
export const from = ({ ptr, stride }: Panels, index: number, row = 0): Panels => ({
  ptr: ptr + index * stride + row * 32,
  stride,
});

/** Panels that the softmax, and the sums over sequences, take at a time: 512 sequences. */
export const BLOCK = 64;
/** Bytes between 8 features in the blocks of `transposePanels`. */
export const COLUMN_STRIDE = BLOCK * 8 * 32;
/** Bytes that `multiplyPanels` works in. */
export const SCRATCH = BLOCK * 192;
/** Bytes of the terms that strassen.ts makes of a gradient: of 96 rows of a block. */
export const TERMS = 7 * (BLOCK / 2) * 48 * 32;
const PANEL_GAP = 192;
/** What WebAssembly reaches. */
export const MOST_BYTES = MOST_PAGES * PAGE;

/**
 * Hands out memory, panels too: every thread that asks in the same order finds the same places.
 */
export class Arena extends BumpAllocator {
  panels(count: number, rows: number): Panels {
    const stride = rows * 32 + PANEL_GAP;
    return { ptr: this.take(count * stride), stride };
  }

  blocks(count: number, bytes: number): Panels {
    return { ptr: this.take(count * bytes), stride: bytes };
  }
}

/** What every part of the network works with, in one thread. */
export interface Context {
  kernel: LanguageModelExports;
  memory: WebAssembly.Memory;
  team: Team;
  /** P, panels of a time step. */
  panels: number;
  /** From a parameter to its gradient, bytes. */
  toGradient: number;
  /** This thread's, of SCRATCH and of TERMS bytes. */
  scratch: number;
  terms: number;
  /** (BLOCK, 8) */
  ones: number;
  /**
   * Products take two panels at a time: faster where V8 fuses 128-bit operations into 256-bit ones,
   * else slower.
   */
  wide: boolean;
}

/** The panels of a time step that this thread owns, [first, last). */
export const ownPanels = ({ team, panels }: Context): readonly [first: number, last: number] => team.share(panels);

export interface Block {
  /** Its first panel, and how many there are. */
  start: number;
  count: number;
  /**
   * The panels of it that this thread has, whole pairs of an even and an odd one: from `first` on,
   * `own` of them.
   */
  first: number;
  own: number;
}

/** `total` panels, block by block. */
export function* blocksOf({ team }: Context, total: number): Generator<Block> {
  for (let start = 0; start < total; start += BLOCK) {
    const count = Math.min(BLOCK, total - start);
    const [first, last] = team.share(count, 2);
    yield { start, count, first, own: last - first };
  }
}

/** Throws where the machine does not give so much. */
export function createMemory(bytes: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE), maximum: MOST_PAGES, shared: true });
  } catch (cause) {
    throw new LanguageModelError({ kind: 'languageModelTooLarge', bytes, available: 0 }, { cause });
  }
}
