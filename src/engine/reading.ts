// The reading of a training: which threads find the files, read them and put together what they read.

import type { Phase, TrainRequest } from '../protocol/engine.ts';
import type { ThreadMessage } from './compute-thread.ts';
import { runTasks } from './compute-threads.ts';
import type { ReadCorpus } from './read-corpus.ts';
import { sharesOf, type ReadShare } from './read-shares.ts';
import type { TrainContext } from './training.ts';

/** How often progress is told, ms. */
const INTERVAL = 100;

/** Reads the folders; null where it was cancelled. `entered` hears of each phase. */
export async function readFolders(
  { folders, unsaved = [], reading, phrases }: TrainRequest,
  tokenFile: number,
  threads: number,
  { script, signal, events }: Pick<TrainContext, 'script' | 'signal' | 'events'>,
  entered: (phase: Phase) => void,
): Promise<ReadCorpus | null> {
  const listen = (message: Exclude<ThreadMessage, { type: 'result' | 'error' }>): void => {
    if (message.type === 'log') events.log(message.level, message.message);
    else {
      entered(message.progress.phase);
      events.progress(message.progress);
    }
  };
  events.progress({ phase: 'reading', fraction: 0 });
  const found = (await runTasks(script, [{ kind: 'find', folders, unsaved, reading }], signal))?.[0];
  if (!found) return null;
  const parts = sharesOf(found, threads);
  if (parts) {
    const done = new Float64Array(new SharedArrayBuffer(16 * parts.length));
    const stop = tell(
      found.files.reduce((sum, { size }) => sum + size, 0),
      done,
      events.progress.bind(events),
    );
    const shares = await runTasks(
      script,
      parts.map((part, index) => ({ kind: 'readShare', found: part, done: done.subarray(2 * index, 2 * index + 2) })),
      signal,
    ).finally(stop);
    if (!shares) return null;
    if (shares.every((share): share is ReadShare => share !== null)) {
      const merged = await runTasks(
        script,
        [{ kind: 'mergeRead', shares, notes: found.notes, phrases }],
        signal,
        listen,
      );
      if (!merged) return null;
      if (merged[0]) return merged[0];
    }
  }
  return (await runTasks(script, [{ kind: 'read', found, phrases, tokenFile }], signal, listen))?.[0] ?? null;
}

/** Tells progress until the function that it gives is called. `done`: bytes and words of each thread, (threads, 2). */
function tell(total: number, done: Float64Array, progress: TrainContext['events']['progress']): () => void {
  const started = performance.now();
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
