// A thread of a word2vec job, for the tests; it answers with the job's end, or with its error.
import { parentPort, workerData } from 'node:worker_threads';
import type { Word2vecJob } from '../../src/word2vec/job.ts';
import { Word2vecThread } from '../../src/word2vec/training.ts';

const { job, thread, tokens } = workerData as { job: Word2vecJob; thread: number; tokens: Int32Array };
try {
  const worker = new Word2vecThread(job, thread, {
    length: tokens.length,
    read: (first, count) => tokens.subarray(first, first + count),
  });
  while (worker.step());
  parentPort!.postMessage('done');
} catch (error) {
  parentPort!.postMessage((error as Error).message);
}
