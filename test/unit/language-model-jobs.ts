// Small trainings for the tests: a corpus in which words follow each other by a rule, and jobs that
// are run to their end.

import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { LANGUAGE_MODEL_DEFAULTS, type LanguageModelOptions } from '../../src/language-model/options.ts';
import type { Checkpoint } from '../../src/language-model/training/checkpoint.ts';
import { createLanguageModelJob } from '../../src/language-model/training/create-job.ts';
import {
  type LanguageModelJob,
  type LanguageModelResult,
  languageModelResult,
} from '../../src/language-model/training/job.ts';
import { LanguageModelThread } from '../../src/language-model/training/training-thread.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

export const VARIANTS = ['simd', 'relaxed-simd'] as const;
export const OPTIONS: LanguageModelOptions = {
  ...LANGUAGE_MODEL_DEFAULTS,
  embeddingSize: 12,
  hiddenSize: 20,
  maxVocabulary: 60,
  batchSize: 12,
  steps: 6,
  epochs: 1,
  ...{ dropout: 0, inputDropout: 0, patience: 0 },
};

export function kernelOf(variant: string): Promise<WebAssembly.Module> {
  const file = new URL(`kernels/language-model.${variant}.wasm`, DISTRIBUTION);
  return readFile(file).then((bytes) => WebAssembly.compile(bytes));
}
export const kernel = await kernelOf('simd');

/** Sentences over `words` words by descending count: each word is followed by one of three. */
export function corpus(length: number, words: number, seed = 1): Int32Array {
  const random = mulberry32(seed);
  const raw = [];
  for (let at = 0, word = 0; at < length; at++) {
    word = Math.floor(((word * 7 + Math.floor(random() * 3)) % words) * (0.5 + random() / 2));
    raw.push(at % 12 === 11 ? -1 : word);
  }
  const counts = new Map<number, number>();
  for (const word of raw) counts.set(word, (counts.get(word) ?? 0) + 1);
  const order = [...counts.keys()].filter((word) => word >= 0).sort((a, b) => counts.get(b)! - counts.get(a)! || a - b);
  return Int32Array.from(raw, (word) => (word < 0 ? -1 : order.indexOf(word)));
}

interface Setup {
  tokens: Int32Array;
  documents?: number[];
  heldOut?: number[];
  options?: Partial<LanguageModelOptions>;
  threads?: number;
  seed?: number;
  variant?: WebAssembly.Module;
  checkpoint?: Checkpoint;
}

export function createJob({
  tokens,
  documents = [0],
  heldOut = [0],
  options,
  threads = 1,
  seed = 1,
  variant = kernel,
  checkpoint,
}: Setup): LanguageModelJob {
  return createLanguageModelJob(
    variant,
    tokens,
    Int32Array.from(documents),
    Uint8Array.from(heldOut),
    { ...OPTIONS, ...options },
    threads,
    seed,
    checkpoint && { checkpoint },
  );
}

export function run(setup: Setup): LanguageModelResult {
  const job = createJob(setup);
  const thread = new LanguageModelThread(job, 0);
  while (thread.step());
  return languageModelResult(job);
}

/** What each thread answered. */
export function runThreads(job: LanguageModelJob): Promise<string[]> {
  const script = new URL('language-model-worker.ts', import.meta.url);
  return Promise.all(
    Array.from({ length: job.threads }, (_, thread) => {
      const worker = new Worker(script, { workerData: { job, thread } });
      return new Promise<string>((resolve, reject) => worker.once('message', resolve).once('error', reject));
    }),
  );
}

export const bits = ({ tensors, perplexity, losses }: LanguageModelResult) => ({
  tensors: Object.fromEntries(
    Object.entries(tensors).map(([name, { data }]) => [name, Buffer.from(data.buffer).toString('base64')]),
  ),
  perplexity,
  losses: [...losses],
});
