// Runs tasks in worker threads (compute-thread.ts), one thread a task, and ends them all alike: done, failed or cancelled.

import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { VirtualFiles } from '../protocol/engine.ts';
import type { Task, TaskResult, ThreadMessage, ThreadNews } from './compute-thread.ts';
import { serveVirtualFiles } from './virtual-files.ts';

/** A cancelled thread that has not stopped by itself after so long is terminated, ms: a cancel is to be answered within 200 ms. */
const GRACE = 100;

/**
 * Runs every task in a thread of its own and gives their results in order; null where `signal` stopped them.
 * One task's error ends all and is thrown. `listen` hears what the tasks tell on their way; they read
 * virtual folders through `files`.
 */
export async function runTasks<T extends Task>(
  script: URL,
  tasks: readonly T[],
  signal: AbortSignal,
  listen?: (message: ThreadNews) => void,
  files: VirtualFiles | null = null,
): Promise<TaskResult<T>[] | null> {
  if (signal.aborted) return null;
  const cancelled = new Int32Array(new SharedArrayBuffer(4));
  const ports: MessagePort[] = [];
  const threads = tasks.map((task) => {
    if (!files) return new Worker(script, { workerData: { task, cancelled } });
    const { port1, port2 } = new MessageChannel();
    serveVirtualFiles(files, port1);
    ports.push(port1);
    return new Worker(script, { workerData: { task, cancelled, files: port2 }, transferList: [port2] });
  });
  const terminate = (): Promise<number[]> => Promise.all(threads.map((thread) => thread.terminate()));
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    Atomics.store(cancelled, 0, 1);
    timer = setTimeout(() => void terminate(), GRACE);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const results = await Promise.all(threads.map((thread) => resultOf<TaskResult<T>>(thread, listen)));
    return isAborted(signal) ? null : results;
  } catch (error) {
    if (isAborted(signal)) return null;
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(timer);
    for (const port of ports) port.close();
    await terminate();
  }
}

/** A function, so that the compiler does not take an earlier look at `aborted` for the state after an `await`. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function resultOf<R>(thread: Worker, listen?: (message: ThreadNews) => void): Promise<R> {
  return new Promise((resolve, reject) => {
    thread.on('message', (message: ThreadMessage) => {
      if (message.type === 'result') resolve(message.result as R);
      else if (message.type === 'error') reject(new Error(message.message));
      else listen?.(message);
    });
    thread.on('error', reject);
    thread.on('exit', (code) => reject(new Error(`a compute thread stopped early (exit code ${code})`)));
  });
}
