// A thread of a language model job, for the tests; it answers with the job's end, or with its
// error.
import { parentPort, workerData } from 'node:worker_threads';
import type { LanguageModelJob } from '../../src/language-model/training/job.ts';
import { LanguageModelThread } from '../../src/language-model/training/training-thread.ts';

const { job, thread } = workerData as { job: LanguageModelJob; thread: number };
try {
  const worker = new LanguageModelThread(job, thread);
  while (worker.step());
  parentPort!.postMessage('done');
} catch (error) {
  parentPort!.postMessage((error as Error).message);
}
