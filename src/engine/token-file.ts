// The end of a text that has no room in memory: token ids in a file beside the model, written and read by compute threads
// without waiting for the event loop. The file has no name once it is open, so that nothing is left of it when the process
// ends, however it ends; where the system does not allow that, `close` removes it.

import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Corpus } from '../text/corpus.ts';
import { MemoryTokens, SpilledTokens, type Spill, type TokenSource } from '../text/tokens.ts';

/** Opens a token file in `directory`, which is made where it is missing. The descriptor is good in every thread of the process. */
export function openTokenFile(directory: string): { descriptor: number; close: () => void } {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `tokens.${process.pid}.tmp`);
  const descriptor = openSync(path, 'w+');
  try {
    rmSync(path);
  } catch {
    // not while it is open: `close` does it
  }
  return {
    descriptor,
    close: () => {
      closeSync(descriptor);
      rmSync(path, { force: true });
    },
  };
}

/** The ids in a token file. One thread appends, and after that any may read. */
export class TokenFile implements Spill {
  readonly #descriptor: number;
  /** Bytes written. */
  #length = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  append(ids: Int32Array): void {
    const bytes = new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength);
    for (let done = 0; done < bytes.length;) {
      const written = writeSync(this.#descriptor, bytes, done, bytes.length - done, this.#length);
      done += written;
      this.#length += written;
    }
  }

  read(first: number, into: Int32Array): void {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    for (let done = 0; done < bytes.length;) {
      const read = readSync(this.#descriptor, bytes, done, bytes.length - done, first * 4 + done);
      if (read === 0) throw new Error(`the file of tokens ends at byte ${first * 4 + done}`);
      done += read;
    }
  }
}

/** The whole text of a corpus, which is not shared between threads: each makes its own. */
export function tokensOf({ tokens, spilled }: Pick<Corpus, 'tokens' | 'spilled'>, descriptor: number): TokenSource {
  return spilled ? new SpilledTokens(tokens, spilled, new TokenFile(descriptor)) : new MemoryTokens(tokens);
}
