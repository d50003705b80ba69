// The reading of a training: which threads find the files, read them and put together what they read.

import type { Phase, TrainRequest } from '../protocol/engine.ts';
import type { ThreadNews } from './compute-thread.ts';
import { ComputeThreads } from './compute-threads.ts';
import type { FoundFiles, ReadCorpus } from './read-corpus.ts';
import type { ReadShare } from './read-shares.ts';
import { virtualFilesOf } from './virtual-files.ts';
import { isTooLarge, sharesOf } from './work-shares.ts';
import type { TrainContext } from './training.ts';

/** How often progress is told, ms. */
const INTERVAL = 100;

/** Reads the folders; null where it was cancelled. `entered` hears of each phase. */
export async function readFolders(
  { folders, unsaved = [], reading, text, phrases, parts: made, word2vec }: TrainRequest,
  tokenFile: number,
  threads: number,
  {
    kernels,
    script,
    signal,
    events,
    directory,
  }: Pick<TrainContext, 'kernels' | 'script' | 'signal' | 'events' | 'directory'>,
  entered: (phase: Phase) => void,
): Promise<ReadCorpus | null> {
  const listen = (message: ThreadNews): void => {
    if (message.type === 'log') events.log(message.level, message.message);
    else {
      entered(message.progress.phase);
      events.progress(message.progress);
    }
  };
  events.progress({ phase: 'reading', fraction: 0 });
  const { case: casing, numbers, codeSentences } = text; // the others are for what is done after counting
  const cutting = { casing, numbers, codeSentences, keywords: text.keywords !== 'leaveOut' };
  const files = virtualFilesOf(folders, events);
  const pool = new ComputeThreads(script, signal, files);
  try {
    const find = { kind: 'find', folders, unsaved, reading, directory, text: cutting, threads } as const;
    const found = (await pool.run([find], listen))?.[0];
    if (!found) return null;
    const { cached, key, parts, ...all } = found;
    const vectorsOnly = made?.languageModel === false ? word2vec : null;
    const cache = isTooLarge(all) ? null : { directory, key, files: all.files };
    const common = { kernel: kernels.text, text, phrases, vectorsOnly };
    // what one thread reads, it counts as well
    if (parts.length > 1 || cached.share) {
      const file = { descriptor: tokenFile, taken: new Int32Array(new SharedArrayBuffer(4)) };
      const total = cached.fresh.files.reduce((sum, { size }) => sum + size, 0);
      const readShares = async (parts: readonly FoundFiles[]): Promise<(ReadShare | 'whole' | null)[] | null> => {
        const done = new Float64Array(new SharedArrayBuffer(16 * parts.length));
        const stop = tell(total, done, (progress) => events.progress(progress));
        const tasks = parts.map((found, index) => {
          const own = done.subarray(2 * index, 2 * index + 2);
          return { kind: 'readShare', kernel: kernels.text, tokenFile: file, found, text, done: own } as const;
        });
        return pool.run(tasks).finally(stop);
      };
      let read = await readShares(parts);
      if (read?.includes('whole')) read = await readShares(sharesOf(cached.fresh, threads));
      if (!read) return null;
      const shares = [cached.share, ...read].filter((share) => share !== null && share !== 'whole');
      if (!read.includes(null)) {
        // a cache that holds all there is need not be written again
        const isCached =
          cached.share?.documents.every((document) => document !== null) && cached.fresh.files.length === 0;
        const { notes } = all;
        const kept = isCached ? null : cache;
        const merge = { kind: 'mergeRead', shares, notes, cache: kept, tokenFile: file, ...common } as const;
        await pool.keep(1);
        const merged = await pool.run([merge], listen);
        if (!merged) return null;
        if (merged[0]) return merged[0];
      }
    }
    return (await pool.run([{ kind: 'read', found: all, cache, tokenFile, ...common } as const], listen))?.[0] ?? null;
  } finally {
    await pool.close();
  }
}

/** Tells progress until the function that it gives is called. `done`: bytes and words of each thread, (threads, 2). */
function tell(total: number, done: Float64Array, progress: TrainContext['events']['progress']): () => void {
  const started = performance.now();
  if (total === 0) return () => undefined;
  const timer = setInterval(() => {
    const [bytes, words] = [0, 1].map((column) =>
      done.reduce((sum, each, i) => (i % 2 === column ? sum + each : sum), 0),
    );
    const fraction = Math.min(1, bytes! / total);
    const seconds = (performance.now() - started) / 1000;
    progress({
      phase: 'reading',
      fraction,
      wordsPerSecond: words! / seconds,
      ...(seconds > 1 && fraction > 0 && { secondsLeft: (seconds * (1 - fraction)) / fraction }),
    });
  }, INTERVAL);
  return () => clearInterval(timer);
}
