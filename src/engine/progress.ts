// How far work is, how fast it goes, how long it will take, and how often that is told.

import type { EngineEvents, LogLevel, Phase, Progress } from '../protocol/engine.ts';

/** What work tells on its way, and hears of its cancel. */
export interface WorkHooks {
  progress: (progress: Progress) => void;
  /** Looked at every few milliseconds, and between files. */
  cancelled: () => boolean;
  log: (level: LogLevel, message: string) => void;
}

/** Milliseconds between two messages of progress. */
const INTERVAL = 100;

/** Gives a function that is true at once and then at most once in `interval` milliseconds. */
export function atMostEvery(interval = INTERVAL): () => boolean {
  let last = -Infinity;
  return () => {
    const now = performance.now();
    if (now - last < interval) return false;
    last = now;
    return true;
  };
}

/** Calls `tell` every INTERVAL ms until the returned function is called. */
export function tellRegularly(tell: () => void): () => void {
  const timer = setInterval(tell, INTERVAL);
  return () => clearInterval(timer);
}

/**
 * Turns what was read of `total` bytes into progress: words a second since it was made, time left.
 */
export class ReadingClock {
  readonly #phase: Phase;
  readonly #total: number;
  readonly #started = performance.now();

  constructor(phase: Phase, total: number) {
    this.#phase = phase;
    this.#total = total;
  }

  progress(bytes: number, words: number): Progress {
    const fraction = Math.min(1, bytes / this.#total);
    const seconds = (performance.now() - this.#started) / 1000;
    return {
      phase: this.#phase,
      fraction,
      ...(1000 * seconds >= INTERVAL && { wordsPerSecond: words / seconds }),
      ...(seconds > 1 && fraction > 0 && { secondsLeft: (seconds * (1 - fraction)) / fraction }),
    };
  }
}

/** Turns a count of work done into progress: rate over the last seconds, time left. */
export class Meter {
  readonly #phase: Phase;
  readonly #read: () => [done: number, total: number];
  readonly #history: { time: number; done: number }[] = [];

  constructor(phase: Phase, read: () => [done: number, total: number]) {
    this.#phase = phase;
    this.#read = read;
  }

  progress(): Progress {
    const [done, total] = this.#read();
    const time = performance.now();
    this.#history.push({ time, done });
    if (this.#history.length > 50) this.#history.shift();
    const oldest = this.#history[0]!;
    const rate = (1000 * (done - oldest.done)) / (time - oldest.time);
    const fraction = Math.min(1, done / Math.max(1, total));
    return rate > 0
      ? { phase: this.#phase, fraction, wordsPerSecond: rate, secondsLeft: (total - done) / rate }
      : { phase: this.#phase, fraction };
  }
}

/** Tells progress at once and every INTERVAL ms until the returned function is called. */
export function tell(events: Pick<EngineEvents, 'progress'>, meter: Meter): () => void {
  events.progress(meter.progress());
  return tellRegularly(() => events.progress(meter.progress()));
}

/** Wall-clock time by phase. */
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
