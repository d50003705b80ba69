// When checkpoints of a running training are made: every so often, one at a time, and none once it
// has ended.

/** How often it is looked whether the threads have one, ms. */
const POLL = 2;

/** Looks every so often until `look` gives something; null where the training ended before. */
export type Wait = <Found>(look: () => Found | null) => Promise<Found | null>;

export class CheckpointSaver {
  readonly #interval: number;
  readonly #save: (wait: Wait) => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();
  #saved = 0;
  #isStopped = false;

  /** `interval`: ms from the end of a `save` to the beginning of the next one. */
  constructor(interval: number, save: (wait: Wait) => Promise<void>) {
    this.#interval = interval;
    this.#save = save;
  }

  /** Begun so far. */
  get saved(): number {
    return this.#saved;
  }

  start(failed: (error: Error) => void): void {
    this.#timer = setTimeout(() => {
      this.#saved++;
      this.#saving = this.#save((look) => this.#wait(look))
        .catch(failed)
        .finally(() => {
          if (!this.#isStopped) this.start(failed);
        });
    }, this.#interval);
  }

  /** Ends it; a checkpoint that is being written is finished. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#saving;
  }

  async #wait<Found>(look: () => Found | null): Promise<Found | null> {
    while (!this.#isStopped) {
      const found = look();
      if (found !== null) return found;
      await new Promise((resolve) => setTimeout(resolve, POLL));
    }
    return null;
  }
}
