// The threads that run one job together: who does which part, and where they wait for each other.

/**
 * Looks at the word so often before it sleeps, some 50 µs: kernels between barriers take 1 to 50
 * ms, and waking up 50 µs.
 */
const SPINS = 20_000;

/**
 * Indexes into the signals, apart from each other, so that spinning on one does not slow down
 * writing another.
 */
const ARRIVED = 0;
const GENERATION = 16;
const STOPPED = 32;

/** Thrown by `barrier` once one of the threads has stopped. */
export class Stopped extends Error {}

/** Shared by all threads of a job. */
export function createSignals(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(48 * Int32Array.BYTES_PER_ELEMENT));
}

export class Team {
  readonly thread: number;
  readonly threads: number;
  readonly #signals: Int32Array<SharedArrayBuffer>;

  /** `thread`: this one's number, from 0. `signals`: from `createSignals`. */
  constructor(signals: Int32Array<SharedArrayBuffer>, thread: number, threads: number) {
    this.#signals = signals;
    this.thread = thread;
    this.threads = threads;
  }

  #isStopped(): boolean {
    return Atomics.load(this.#signals, STOPPED) !== 0;
  }

  /** Ends the job for all threads: whoever waits at a barrier, or comes to one, gets `Stopped`. */
  stop(): void {
    Atomics.store(this.#signals, STOPPED, 1);
    Atomics.add(this.#signals, GENERATION, 1);
    Atomics.notify(this.#signals, GENERATION);
  }

  /**
   * Returns once every thread is here, and then sees what each wrote before. Throws `Stopped` where
   * one has stopped.
   */
  barrier(): void {
    const signals = this.#signals;
    const generation = Atomics.load(signals, GENERATION);
    if (this.#isStopped()) throw new Stopped();
    if (Atomics.add(signals, ARRIVED, 1) === this.threads - 1) {
      Atomics.store(signals, ARRIVED, 0);
      Atomics.add(signals, GENERATION, 1);
      Atomics.notify(signals, GENERATION);
    } else {
      for (let spin = 0; spin < SPINS && Atomics.load(signals, GENERATION) === generation; spin++);
      while (Atomics.load(signals, GENERATION) === generation) Atomics.wait(signals, GENERATION, generation);
    }
    if (this.#isStopped()) throw new Stopped();
  }

  /** This thread's part of `total` things, [from, to), in whole units but for the last. */
  share(total: number, unit = 1): [from: number, to: number] {
    const units = Math.ceil(total / unit);
    const at = (thread: number): number => Math.min(total, Math.floor((units * thread) / this.threads) * unit);
    return [at(this.thread), at(this.thread + 1)];
  }
}
