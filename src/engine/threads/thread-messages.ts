// What a thread (compute-thread.ts, reading-thread.ts) hears and tells: it takes one task after the
// other and answers each.

import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { LogLevel, Progress } from '../../protocol/engine.ts';
import { speakDisplayLanguage } from '../display-language.ts';
import { connectVirtualFiles, virtualFilesAt } from '../files/virtual-files.ts';
import type { WorkHooks } from '../progress.ts';

/** Tasks by their kind: what the thread is given, and what it gives back. */
export type TaskTable<Table> = { [Kind in keyof Table]: { task: object; result: unknown } };
/** A task of the table, of one kind or of any. */
export type TaskOf<Table extends TaskTable<Table>, Kind extends keyof Table = keyof Table> = {
  [Each in Kind]: { kind: Each } & Table[Each]['task'];
}[Kind];
export type ResultOf<
  Table extends TaskTable<Table>,
  Task extends { kind: keyof Table },
> = Table[Task['kind']]['result'];

/** What a thread tells on its way. */
export type ThreadNews = { type: 'progress'; progress: Progress } | { type: 'log'; level: LogLevel; message: string };

export type ThreadMessage =
  ThreadNews | { type: 'result'; result: unknown } | { type: 'error'; message: string; problem?: unknown };

/** In place of a task: the thread is to give back what earlier ones had in memory. */
export type Rest = 'rest';

speakDisplayLanguage();
const { cancelled: flag, files } = workerData as { cancelled: Int32Array; files?: MessagePort };
if (files) connectVirtualFiles(virtualFilesAt(files));

const post = (message: ThreadMessage, moved: ArrayBuffer[] = []): void => parentPort!.postMessage(message, moved);

/** What a task tells, and hears of its cancel. */
export const hooks: WorkHooks = {
  progress: (progress) => post({ type: 'progress', progress }),
  log: (level, message) => post({ type: 'log', level, message }),
  cancelled: () => Atomics.load(flag, 0) !== 0,
};

type Awaitable<T> = T | Promise<T>;

/** How a thread does each kind of task; null where it was cancelled. */
export type Answers<Table extends TaskTable<Table>> = {
  [Kind in keyof Table]: (task: Table[Kind]['task']) => Awaitable<Table[Kind]['result'] | null>;
};

interface Means<Table extends TaskTable<Table>> {
  /** The memory that goes to the main thread with a result. */
  movedWith?: (task: TaskOf<Table>, result: unknown) => ArrayBuffer[];
  /** Gives back what earlier tasks had in memory. */
  rest?: () => void;
}

/** Answers one task after the other. */
export function answerTasks<Table extends TaskTable<Table>>(
  answers: Answers<Table>,
  { movedWith = () => [], rest = () => undefined }: Means<Table> = {},
): void {
  const answer = async <Kind extends keyof Table>(kind: Kind, task: Table[Kind]['task']): Promise<unknown> =>
    answers[kind](task);
  parentPort!.on('message', (task: TaskOf<Table> | Rest) => {
    if (task === 'rest') {
      rest();
      return;
    }
    answer(task.kind, task).then(
      (result) => post({ type: 'result', result }, movedWith(task, result)),
      (error: unknown) => {
        const { message, problem } = error as Error & { problem?: unknown };
        post({ type: 'error', message, ...(problem !== undefined && { problem }) });
      },
    );
  });
}
