// Who trains: the jobs that the engine runs, in worker threads, and gensim in a process that has
// counted the words before.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { createWord2vecJob } from '../../src/word2vec/create-job.ts';
import { type Word2vecJob, word2vecProgress } from '../../src/word2vec/job.ts';
import { word2vecResult } from '../../src/word2vec/matrices.ts';
import type { Word2vecOptions } from '../../src/word2vec/options.ts';
import { type Text, textOf } from './text.ts';

export interface Vectors {
  words: string[];
  /** (V, D) */
  vectors: Float32Array;
}

export interface Seconds {
  /** By the clock. */
  wall: number;
  /** Seconds of all threads on a processor: comparable on a machine that has other work, too. */
  cpu: number;
}

/** A program that is asked for runs in turn with others. */
export interface Contender {
  name: string;
  /** Trains from new weights; the time to count the words is not in it. */
  train(seed: number): Promise<Seconds>;
  /** Vectors of the last training. */
  vectors(): Promise<Vectors>;
  end(): void;
}

/** Ours, timed from the making of the job to the end of the last thread. */
export function lexiscope(
  kernel: WebAssembly.Module,
  text: Text,
  options: Word2vecOptions,
  threads: number,
): Contender {
  let job: Word2vecJob | null = null;
  return {
    name: `Lexiscope x${threads}`,
    async train(seed) {
      const start = performance.now();
      const used = process.cpuUsage();
      const { counts, tokens } = text;
      const created = createWord2vecJob(kernel, { text: textOf(tokens), counts, options, threads, seed });
      const ends = Array.from({ length: created.threads }, (_, thread) =>
        once(
          new Worker(new URL('thread.ts', import.meta.url), { workerData: { job: created, thread, tokens } }),
          'message',
        ),
      );
      await Promise.all(ends);
      const wall = (performance.now() - start) / 1000;
      const { user, system } = process.cpuUsage(used);
      job = created;
      const { words, total } = word2vecProgress(created);
      if (words !== total) throw new Error(`trained ${words} of ${total} words`);
      return { wall, cpu: (user + system) / 1e6 };
    },
    vectors() {
      const { input, vocabulary } = word2vecResult(job!);
      return Promise.resolve({ words: text.words.slice(0, vocabulary), vectors: input });
    },
    end: () => (job = null),
  };
}

/**
 * gensim with the file `corpus`; it writes vectors beside that. Throws where `python` has no
 * gensim.
 */
export async function gensim(
  python: string,
  corpus: string,
  options: Word2vecOptions,
  threads: number,
): Promise<Contender> {
  const script = fileURLToPath(new URL('../peers/gensim_word2vec.py', import.meta.url));
  const peer = spawn(python, [script, corpus, JSON.stringify({ ...options, threads })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(peer.stdout)[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown>> => {
    const { value, done } = (await lines.next()) as IteratorResult<string, undefined>;
    if (done) throw new Error(`gensim ended: ${python} needs gensim 4 (Debian: apt-get install python3-gensim)`);
    return JSON.parse(value) as Record<string, unknown>;
  };
  const ask = (line: string): Promise<Record<string, unknown>> => {
    peer.stdin.write(`${line}\n`);
    return answer();
  };
  const { version } = await answer();
  return {
    name: `gensim ${version as string} x${threads}`,
    async train(seed) {
      return (await ask(`train ${seed}`)) as unknown as Seconds;
    },
    async vectors() {
      await ask(`save ${corpus}`);
      const bytes = await readFile(`${corpus}.f32`);
      const words = (await readFile(`${corpus}.words`, 'utf8')).split('\n');
      const vectors = new Float32Array(bytes.length / 4);
      new Uint8Array(vectors.buffer).set(bytes);
      return { words, vectors };
    },
    end: () => peer.stdin.end(),
  };
}
