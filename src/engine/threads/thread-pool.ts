// A pool of worker threads, one a task, that all end alike: done, failed or cancelled. What the
// tasks are it is told by a table of their types.

import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { VirtualFiles } from '../../protocol/engine.ts';
import { serveVirtualFiles } from '../files/virtual-files.ts';
import type { Rest, ResultOf, TaskOf, TaskTable, ThreadMessage, ThreadNews } from './thread-messages.ts';

/**
 * Bulk data lie outside of a thread's heap: what it makes there is small and short-lived. Left to
 * itself each thread lets garbage grow to some 30 MB.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 1 };
/**
 * A cancelled thread that has not stopped by itself after so long is terminated, ms: a cancel is to
 * be answered within 200 ms.
 */
const GRACE = 100;

/** Threads that stay for the tasks that follow; each is started with its first task. */
export class ThreadPool<Table extends TaskTable<Table>> {
  readonly #script: URL;
  readonly #signal: AbortSignal;
  readonly #files: VirtualFiles | null;
  readonly #cancelled = new Int32Array(new SharedArrayBuffer(4));
  readonly #threads: Worker[] = [];
  readonly #ports: MessagePort[] = [];
  readonly #ending: Promise<number>[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(script: URL, signal: AbortSignal, files: VirtualFiles | null = null) {
    this.#script = script;
    this.#signal = signal;
    this.#files = files;
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /**
   * Starts threads before there is something to do for them: `count` of them, with those that there
   * are.
   */
  start(count: number): void {
    while (this.#threads.length < count) this.#threads.push(this.#start());
  }

  /**
   * Runs every task in a thread of its own and gives their results in order; null where it was
   * cancelled. One task's error ends all and is thrown. One call after the other; after an error or
   * a cancel there is none. `listen` hears what the tasks tell on their way; `moved`: memory that
   * goes to the thread of the first task.
   */
  async run<Task extends TaskOf<Table>>(
    tasks: readonly Task[],
    listen?: (message: ThreadNews) => void,
    moved: readonly ArrayBuffer[] = [],
  ): Promise<ResultOf<Table, Task>[] | null> {
    if (this.#signal.aborted) return null;
    try {
      const results = await Promise.all(
        tasks.map((task, index) => {
          const thread = (this.#threads[index] ??= this.#start());
          thread.postMessage(task, index === 0 ? moved : []);
          return resultOf<ResultOf<Table, Task>>(thread, listen);
        }),
      );
      return isAborted(this.#signal) ? null : results;
    } catch (error) {
      if (isAborted(this.#signal)) return null;
      throw error;
    }
  }

  /**
   * Has the threads [first, end), which do nothing now, give back what their tasks had in memory.
   */
  rest(first: number, end: number): void {
    for (const thread of this.#threads.slice(first, end)) thread.postMessage('rest' satisfies Rest);
  }

  /**
   * Ends all but the first `count` threads, which do nothing now, for the memory that they have;
   * the next tasks start others.
   */
  keep(count: number): void {
    for (const thread of this.#threads.splice(count)) this.#ending.push(thread.terminate());
  }

  /** Ends the threads, whatever they do. */
  async close(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#onAbort);
    clearTimeout(this.#timer);
    for (const port of this.#ports) port.close();
    await Promise.all([this.#terminate(), ...this.#ending]);
  }

  #start(): Worker {
    const workerData = { cancelled: this.#cancelled };
    if (!this.#files) return new Worker(this.#script, { workerData, resourceLimits });
    const { port1, port2 } = new MessageChannel();
    serveVirtualFiles(this.#files, port1);
    this.#ports.push(port1);
    return new Worker(this.#script, {
      workerData: { ...workerData, files: port2 },
      transferList: [port2],
      resourceLimits,
    });
  }

  readonly #onAbort = (): void => {
    Atomics.store(this.#cancelled, 0, 1);
    this.#timer = setTimeout(() => void this.#terminate(), GRACE);
  };

  #terminate(): Promise<number[]> {
    return Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}

/**
 * A function, so that the compiler does not take an earlier look at `aborted` for the state after
 * an `await`.
 */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function resultOf<R>(thread: Worker, listen?: (message: ThreadNews) => void): Promise<R> {
  return new Promise<R>((resolve, reject) => {
    // `terminate` listens as well, while the error of another thread ends all: it is to go on
    const leave = (): void => {
      thread.off('message', onMessage).off('error', onError).off('exit', onExit);
      thread.on('error', () => undefined); // it comes too late to be told
    };
    const onError = (error: Error): void => {
      leave();
      reject(error);
    };
    const onMessage = (message: ThreadMessage): void => {
      if (message.type === 'error') onError(Object.assign(new Error(message.message), { problem: message.problem }));
      else if (message.type !== 'result') listen?.(message);
      else {
        leave();
        resolve(message.result as R);
      }
    };
    const onExit = (code: number): void => onError(new Error(`a thread stopped early (exit code ${code})`));
    thread.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}
