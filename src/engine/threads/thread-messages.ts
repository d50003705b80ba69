// What a thread (compute-thread.ts, reading-thread.ts) hears and tells: it takes one task after the other and answers each.

import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { LogLevel, Progress } from '../../protocol/engine.ts';
import { connectVirtualFiles, virtualFilesAt } from '../files/virtual-files.ts';

/** What a thread tells on its way. */
export type ThreadNews = { type: 'progress'; progress: Progress } | { type: 'log'; level: LogLevel; message: string };

export type ThreadMessage = ThreadNews | { type: 'result'; result: unknown } | { type: 'error'; message: string };

/** In place of a task: the thread is to give back what earlier ones had in memory. */
export type Rest = 'rest';

const { cancelled: flag, files } = workerData as { cancelled: Int32Array; files?: MessagePort };
if (files) connectVirtualFiles(virtualFilesAt(files));

const post = (message: ThreadMessage, moved: ArrayBuffer[] = []): void => parentPort!.postMessage(message, moved);

/** What a task tells, and hears of its cancel. */
export const hooks = {
  progress: (progress: Progress): void => post({ type: 'progress', progress }),
  log: (level: LogLevel, message: string): void => post({ type: 'log', level, message }),
  cancelled: (): boolean => Atomics.load(flag, 0) !== 0,
};

/** Answers each task with what `run` gives; `movedWith`: the memory that goes with it. */
export function answerTasks<T>(
  run: (task: T) => Promise<unknown>,
  movedWith: (task: T, result: unknown) => ArrayBuffer[] = () => [],
  rest: () => void = () => undefined,
): void {
  parentPort!.on('message', (task: T | Rest) => {
    if (task === 'rest') {
      rest();
      return;
    }
    run(task).then(
      (result) => post({ type: 'result', result }, movedWith(task, result)),
      (error: unknown) => post({ type: 'error', message: (error as Error).message }),
    );
  });
}
