// Progress of work that threads do in shared memory: how far it is, how fast, how long it will take.

import type { EngineEvents, Phase, Progress } from '../protocol/engine.ts';

/** How often progress is told, ms. */
const INTERVAL = 100;

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
  const timer = setInterval(() => events.progress(meter.progress()), INTERVAL);
  return () => clearInterval(timer);
}
