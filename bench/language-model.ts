// Training of the language model, tokens a second, at three sizes on 1 and 2 threads; and one token of inference, µs.
//   --seconds N (4), for each measurement   --variant simd | relaxed-simd (what this machine runs best)

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { loadKernel, type KernelVariant } from '../src/engine/kernels.ts';
import { LanguageModel } from '../src/language-model/inference.ts';
import { LANGUAGE_MODEL_DEFAULTS, type LanguageModelOptions } from '../src/language-model/options.ts';
import { createLanguageModelJob, languageModelProgress, type LanguageModelJob } from '../src/language-model/job.ts';
import { LanguageModelThread } from '../src/language-model/training.ts';

/** Long enough that no measurement comes to its end. */
const TOKENS = 2_000_000;

/** Deterministic numbers in [0, 1). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** Words as frequent as in a text (Zipf), by descending count, sentences of 20. */
function text(words: number): Int32Array {
  const random = numbers(1);
  return Int32Array.from({ length: TOKENS }, (_, at) =>
    at % 21 === 20 ? -1 : Math.min(words - 1, Math.floor(words ** random()) - 1),
  );
}

/** Median tokens a second, from the third step on. Throws where the model does not learn. */
async function train(job: LanguageModelJob, seconds: number): Promise<number> {
  const workers = Array.from(
    { length: job.threads },
    (_, thread) => new Worker(new URL(import.meta.url), { workerData: { job, thread } }),
  );
  const rates: number[] = [];
  let before = { time: performance.now(), tokens: 0 };
  let skip = 2; // kernels are compiled on their first calls
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end || rates.length < 3) {
    await sleep(1);
    const { tokens } = languageModelProgress(job);
    const now = performance.now();
    if (tokens === before.tokens || (skip === 0 && now - before.time < 200)) continue;
    if (skip > 0) skip--;
    else rates.push(((tokens - before.tokens) * 1000) / (now - before.time));
    before = { time: now, tokens };
  }
  const first = job.losses[0]!;
  const { loss } = languageModelProgress(job);
  if (first > Math.log(job.sizes.vocabulary) || !(loss < first)) {
    throw new Error(`the loss began at ${first} and came to ${loss}`);
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  return rates.sort((a, b) => a - b)[rates.length >> 1]!;
}

/** Median µs of reading one token and giving the probabilities of the next. */
function infer(kernel: WebAssembly.Module, { sizes }: LanguageModelJob): number {
  const { vocabulary: V, embeddingSize: E, hiddenSize: H } = sizes;
  const random = numbers(2);
  const shapes = {
    'embedding.weight': [V, E],
    weight_ih_l0: [4 * H, E],
    weight_hh_l0: [4 * H, H],
    bias_ih_l0: [4 * H],
    bias_hh_l0: [4 * H],
    'output.weight': [V, H],
    'output.bias': [V],
  };
  const tensors = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b)).map(() => random() - 0.5);
      return [name, { shape, data }];
    }),
  );
  const model = new LanguageModel(kernel, tensors);
  const times = Array.from({ length: 3000 }, (_, index) => {
    const start = performance.now();
    model.feed((index * 37) % V);
    const sum = model.probabilities().reduce((a, b) => a + b, 0);
    const time = performance.now() - start;
    if (Math.abs(sum - 1) > 1e-4) throw new Error(`probabilities sum to ${sum}`);
    return time;
  });
  return times.slice(1000).sort((a, b) => a - b)[1000]! * 1000;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { seconds: { type: 'string', default: '4' }, variant: { type: 'string' } },
  });
  const variant = values.variant as KernelVariant | undefined;
  const kernel = await loadKernel(new URL('../dist/', import.meta.url), 'language-model', variant);
  const peers: LanguageModelOptions = {
    ...LANGUAGE_MODEL_DEFAULTS,
    embeddingSize: 128,
    hiddenSize: 256,
    batchSize: 64,
    steps: 32,
  };
  const figures: Record<string, number> = {};
  for (const [name, options] of [
    ['v2048', { ...peers, maxVocabulary: 2046 }],
    ['v8192', { ...peers, maxVocabulary: 8190 }],
    ['defaults', LANGUAGE_MODEL_DEFAULTS],
  ] as const) {
    const tokens = text(options.maxVocabulary);
    for (const threads of [1, 2]) {
      const job = createLanguageModelJob(
        kernel,
        tokens,
        new Int32Array(1),
        new Uint8Array(1),
        { ...options, epochs: 10 },
        threads,
        1,
      );
      const { vocabulary: V, embeddingSize: E, hiddenSize: H, batchSize: B, steps: T } = job.sizes;
      if (threads === 1) {
        figures[`${name}InferenceMicroseconds`] = Math.round(infer(kernel, job));
        console.log(
          `V ${V} E ${E} H ${H} B ${B} T ${T}: ${figures[`${name}InferenceMicroseconds`]} µs a token of inference`,
        );
      }
      const rate = await train(job, Number(values.seconds));
      figures[`${name}TokensPerSecond${threads}`] = Math.round(rate);
      const operations = 6 * (4 * H * (E + H) + H * V); // multiplications and additions of a token, forward and back
      console.log(
        `  ${threads} thread${threads > 1 ? 's' : ''}: ${Math.round(rate)} tokens/s, ${((operations * rate) / 1e9).toFixed(1)} GFLOP/s`,
      );
    }
  }
  console.log(JSON.stringify({ name: 'language-model', ...figures }));
}

if (isMainThread) await main();
else {
  const { job, thread } = workerData as { job: LanguageModelJob; thread: number };
  const worker = new LanguageModelThread(job, thread);
  while (worker.step());
}
