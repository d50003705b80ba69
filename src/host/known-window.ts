// The window of a long document that places in it are read in. Where it begins the engine says
// once, for one place; it serves for others near by, until the text before it is changed.

import { TEXT_WINDOW } from '../protocol/engine.ts';

export class KnownWindow {
  /** Where it begins, UTF-16 code units. */
  readonly first: number;
  readonly #offset: number;
  readonly #isFound: boolean;

  /**
   * For a place at `offset`. `isFound`: the engine found it; else the document is read from as far
   * back as is possible.
   */
  constructor(first: number, offset: number, isFound: boolean) {
    this.first = first;
    this.#offset = offset;
    this.#isFound = isFound;
  }

  /** Whether it serves for a place at `offset`, too: it is long enough, and not too long. */
  servesFor(offset: number): boolean {
    if (!this.#isFound) return Math.abs(offset - this.#offset) <= TEXT_WINDOW.settled;
    const length = offset - this.first;
    return length >= (TEXT_WINDOW.before + TEXT_WINDOW.settled) / 2 && length <= TEXT_WINDOW.most;
  }

  /** Whether changes at these places, UTF-16 code units before the change, leave it as it is. */
  outlives(changes: readonly { rangeOffset: number }[]): boolean {
    return changes.every(({ rangeOffset }) => rangeOffset >= this.first);
  }
}
