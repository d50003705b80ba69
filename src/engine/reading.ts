// The reading of a training: which threads find the files, read them and put together what they read.

import type { Phase, TrainRequest } from '../protocol/engine.ts';
import type { ThreadNews } from './compute-thread.ts';
import { runTasks } from './compute-threads.ts';
import type { ReadCorpus } from './read-corpus.ts';
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
  { script, signal, events, directory }: Pick<TrainContext, 'script' | 'signal' | 'events' | 'directory'>,
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
  const { case: casing, numbers, codeSentences, keywords } = text; // the others are for what is done after counting
  const cutting = { casing, numbers, codeSentences, keywords };
  const find = { kind: 'find', folders, unsaved, reading, directory, text: cutting } as const;
  const files = virtualFilesOf(folders, events);
  const found = (await runTasks(script, [find], signal, listen, files))?.[0];
  if (!found) return null;
  const { cached, key, ...all } = found;
  const vectorsOnly = made?.languageModel === false ? word2vec : null;
  const place = isTooLarge(all) ? null : { directory, key, files: all.files };
  const parts = sharesOf(cached.fresh, threads);
  // what one thread reads, it counts as well
  if (place && (parts.length > 1 || cached.share)) {
    const done = new Float64Array(new SharedArrayBuffer(16 * parts.length));
    const stop = tell(
      cached.fresh.files.reduce((sum, { size }) => sum + size, 0),
      done,
      (progress) => events.progress(progress),
    );
    const read = await runTasks(
      script,
      parts.map((part, index) => ({
        kind: 'readShare',
        found: part,
        text,
        done: done.subarray(2 * index, 2 * index + 2),
      })),
      signal,
      undefined,
      files,
    ).finally(stop);
    if (!read) return null;
    const shares = [cached.share, ...read].filter((share) => share !== null);
    if (read.every((share) => share !== null)) {
      // a cache that holds all there is need not be written again
      const isCached =
        cached.share?.documents.every((document) => document !== null) && cached.fresh.files.length === 0;
      const cache = isCached ? null : place;
      const { notes } = all;
      const merge = { kind: 'mergeRead', shares, notes, text, phrases, cache, tokenFile, vectorsOnly } as const;
      const merged = await runTasks(script, [merge], signal, listen);
      if (!merged) return null;
      if (merged[0]) return merged[0];
    }
  }
  const task = { kind: 'read', found: all, text, phrases, tokenFile, vectorsOnly, cache: place } as const;
  return (await runTasks(script, [task], signal, listen, files))?.[0] ?? null;
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
