// A worker thread of a training, without the engine around it.
import { parentPort, workerData } from 'node:worker_threads';
import type { Word2vecJob } from '../../src/word2vec/job.ts';
import { Word2vecThread } from '../../src/word2vec/training.ts';
import { textOf } from './text.ts';

const { job, thread, tokens } = workerData as { job: Word2vecJob; thread: number; tokens: Int32Array };
const worker = new Word2vecThread(job, thread, textOf(tokens));
while (worker.step());
parentPort!.postMessage('done');
