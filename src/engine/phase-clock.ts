// Wall-clock time by phase, of a training or an import.

import type { Phase } from '../protocol/engine.ts';

export class PhaseClock {
  readonly #spent: Partial<Record<Phase, number>> = {};
  #phase: Phase | null = null;
  #since = 0;

  enter(phase: Phase): void {
    const now = performance.now();
    if (this.#phase) this.#spent[this.#phase] = (this.#spent[this.#phase] ?? 0) + (now - this.#since) / 1000;
    this.#spent[phase] ??= 0;
    this.#phase = phase;
    this.#since = now;
  }

  /** Seconds of every phase that was entered and left. */
  seconds(): Partial<Record<Phase, number>> {
    return { ...this.#spent };
  }
}
