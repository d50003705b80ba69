// What other processes do in the model's folder, looked at every two seconds: whether another
// window, or a command line, learns there and how far it is, and whether the model was replaced.
// Nothing here imports vscode.

import { join } from 'node:path';
import { MANIFEST, modifiedAt } from '../model-folder/model-places.ts';
import { livingWriter } from '../model-folder/writer-lock.ts';

/** Milliseconds between two looks. */
const INTERVAL = 2000;

export interface FolderNews {
  /** The engine of this window, whose own work is no news. */
  ownPid: () => number | undefined;
  /** How far the other is, 0 to 1; null if none learns any more. */
  elsewhere: (fraction: number | null) => void;
  /** Another manifest is there, or none. The first look tells it, too, if there is one. */
  replaced: () => Promise<void>;
  failed: (error: Error) => void;
}

export class FolderWatch {
  readonly #directory: string;
  readonly #news: FolderNews;
  readonly #interval: number;
  #seen: number | null = null;
  #fraction: number | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isDisposed = false;

  constructor(directory: string, news: FolderNews, interval = INTERVAL) {
    this.#directory = directory;
    this.#news = news;
    this.#interval = interval;
    this.#wait();
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    if (this.#isDisposed) return;
    this.#timer = setTimeout(() => {
      void this.#look()
        .catch((error: unknown) => this.#news.failed(error as Error))
        .finally(() => this.#wait());
    }, this.#interval);
  }

  async #look(): Promise<void> {
    const writer = await livingWriter(this.#directory);
    const fraction = writer && writer.pid !== this.#news.ownPid() ? writer.fraction : null;
    if (fraction !== this.#fraction) this.#news.elsewhere((this.#fraction = fraction));
    const seen = await modifiedAt(join(this.#directory, MANIFEST));
    if (seen === this.#seen) return;
    this.#seen = seen;
    await this.#news.replaced();
  }
}
