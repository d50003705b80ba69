// 1,000 steps of training on WikiText-2, ours and PyTorch's, from the same initial weights and over
// the same windows: the perplexities of the validation text afterwards. No timing: it may run on a
// busy machine.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { createMemory } from '../../src/language-model/network/memory.ts';
import { type NetworkOptions, planNetwork } from '../../src/language-model/network/network.ts';
import { initialise, readParameters } from '../../src/language-model/network/parameters.ts';
import { LANGUAGE_MODEL_DEFAULTS } from '../../src/language-model/options.ts';
import { createLanguageModelJob } from '../../src/language-model/training/create-job.ts';
import { type LanguageModelJob, languageModelResult } from '../../src/language-model/training/job.ts';
import { LanguageModelThread } from '../../src/language-model/training/training-thread.ts';
import { readWikitext2 } from '../corpus/wikitext2.ts';

type Model = Pick<
  NetworkOptions,
  'cell' | 'layers' | 'vocabulary' | 'embeddingSize' | 'hiddenSize' | 'batchSize' | 'steps'
>;

const STEPS = 1000;
const RATE = 2e-3;

/** What PyTorch needs for the same: parameters, texts, the learning rate. */
export interface SameSteps {
  /** Our perplexity of the validation text. */
  perplexity: number;
  request: {
    command: 'steps';
    model: Model;
    path: string;
    tensors: [string, number[]][];
    /** Learning rate of each tensor. */
    rates: Record<string, number>;
  };
}

/** `data`: with wikitext-2. `path`: files of that name are written. */
export async function trainSteps(
  kernel: WebAssembly.Module,
  model: Model,
  threads: number,
  data: string,
  path: string,
): Promise<SameSteps> {
  const { train, valid } = await readWikitext2(join(data, 'wikitext-2'));
  const part = train.subarray(0, STEPS * model.batchSize * model.steps - 1); // an end of sentence is put behind it
  const options = {
    ...LANGUAGE_MODEL_DEFAULTS,
    ...model,
    maxVocabulary: model.vocabulary - 2,
    learningRate: RATE,
    warmUp: 0,
    decay: 'none' as const,
    epochs: 1,
  };
  const seed = 1;
  const documents = Int32Array.of(0, part.length);
  const text = Int32Array.from([...part, ...valid]);
  const job = createLanguageModelJob(kernel, text, documents, Uint8Array.of(0, 1), options, threads, seed);
  const plan = planNetwork(job.sizes, 1);
  const floats = new Float32Array(createMemory(plan.bytes).buffer);
  const drawing = initialise(floats, plan.parameters, seed, job.trainingText);
  while (!drawing.next().done);
  const tensors = Object.values(readParameters(floats, plan.parameters));
  await writeFile(`${path}.parameters`, Buffer.concat(tensors.map((tensor) => Buffer.from(tensor.data.buffer))));
  await writeFile(`${path}.training`, Buffer.from(job.trainingText.buffer));
  await writeFile(`${path}.heldOut`, Buffer.from(job.heldOutText.buffer));
  await Promise.all(
    Array.from({ length: threads }, async (_, thread) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { sameSteps: job, thread } });
      await new Promise<void>((resolve, reject) => worker.once('error', reject).once('exit', () => resolve()));
    }),
  );
  const { perplexity, steps } = languageModelResult(job);
  if (steps !== STEPS) throw new Error(`trained ${steps} steps instead of ${STEPS}`);
  const shapes = plan.parameters.all.map(({ name, shape }): [string, number[]] => [name, shape]);
  const rates = Object.fromEntries(plan.parameters.all.map(({ name, pace }) => [name, RATE * pace]));
  const sizes = { ...model, vocabulary: job.sizes.vocabulary };
  return { perplexity, request: { command: 'steps', model: sizes, path, tensors: shapes, rates } };
}

if (!isMainThread && (workerData as { sameSteps?: LanguageModelJob }).sameSteps) {
  const { sameSteps, thread } = workerData as { sameSteps: LanguageModelJob; thread: number };
  const worker = new LanguageModelThread(sameSteps, thread);
  while (worker.step());
}
