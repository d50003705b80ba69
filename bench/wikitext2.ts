// The test perplexity on WikiText-2, word by word, that 60 minutes on 2 cores give. Every pass is
// measured on the validation text; the weights that measured best there are the result, and the
// test text decides nothing.
//   --data FOLDER   with wikitext-2 (../shared/data)     --long   all passes, 60 minutes at most; without it, 2 minutes
//   --minutes N   at most     --epochs N, --hidden N, --rate R, --batch N, --steps N, --dropout D, --inputDropout D, of the training
//   --softmax auto | full | adaptive     --random (no Skip-gram start)     --narrow (128-bit)     --words N   of the text only

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { loadKernels } from '../src/engine/kernels.ts';
import { trainStartVectors } from '../src/engine/training/start-vectors.ts';
import { loadWideKernel } from '../src/engine/training/wide-kernel.ts';
import { createMemory } from '../src/language-model/network/memory.ts';
import { Network, planNetwork } from '../src/language-model/network/network.ts';
import { architectureOf, type Tensor, writeParameter } from '../src/language-model/network/parameters.ts';
import { createSignals, Team } from '../src/language-model/network/team.ts';
import { LANGUAGE_MODEL_DEFAULTS, type LanguageModelOptions } from '../src/language-model/options.ts';
import { END_OF_SENTENCE } from '../src/language-model/token-ids.ts';
import { createLanguageModelJob } from '../src/language-model/training/create-job.ts';
import { keptLanguageModel, languageModelProgress } from '../src/language-model/training/job.ts';
import { PROGRESS } from '../src/language-model/training/progress.ts';
import { appendTokens, Streams } from '../src/language-model/training/streams.ts';
import { readWikitext2 } from './corpus/wikitext2.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data' },
    long: { type: 'boolean', default: false },
    minutes: { type: 'string' },
    epochs: { type: 'string', default: '15' },
    hidden: { type: 'string', default: '400' },
    rate: { type: 'string', default: '0.004' },
    batch: { type: 'string', default: '64' },
    steps: { type: 'string', default: '35' },
    dropout: { type: 'string', default: '0.4' },
    inputDropout: { type: 'string', default: '0.4' },
    softmax: { type: 'string', default: 'auto' },
    random: { type: 'boolean', default: false },
    words: { type: 'string' },
    narrow: { type: 'boolean', default: false },
  },
});

/** Perplexity of a text, of every token but the first once, the state carried on in 8 streams. */
function perplexity(module: WebAssembly.Module, tensors: Record<string, Tensor>, text: Int32Array): number {
  const options = {
    batchSize: 8,
    steps: 32,
    dropout: 0,
    weightDropout: 0,
    embeddingDropout: 0,
    freezeEmbedding: false,
  };
  const plan = planNetwork({ ...architectureOf(tensors), ...options }, 1);
  const memory = createMemory(plan.bytes);
  const network = new Network(module, memory, plan, new Team(createSignals(), 0, 1), 1);
  const floats = new Float32Array(memory.buffer);
  for (const parameter of plan.parameters.all) writeParameter(floats, parameter, tensors[parameter.name]!);
  const streams = new Streams(text, options.batchSize);
  let loss = 0;
  for (let position = 0; position < streams.length; position += options.steps) {
    const work = network.evaluate(streams, position, Math.min(options.steps, streams.length - position));
    let { value, done } = work.next();
    while (!done) ({ value, done } = work.next());
    loss += value as number;
  }
  return Math.exp(loss / streams.tokens);
}

const THREADS = 2;

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function optionsAsked(): LanguageModelOptions {
  const hiddenSize = Number(values.hidden);
  return {
    ...LANGUAGE_MODEL_DEFAULTS,
    tied: true,
    hiddenSize,
    embeddingSize: hiddenSize,
    input: values.random ? 'embedding' : 'word2vec',
    dropout: Number(values.dropout),
    inputDropout: Number(values.inputDropout),
    batchSize: Number(values.batch),
    steps: Number(values.steps),
    epochs: Number(values.epochs),
    learningRate: Number(values.rate),
    decay: 'cosine',
    warmUp: 0.02,
    patience: 100,
    softmax: values.softmax as LanguageModelOptions['softmax'],
  };
}

async function main(): Promise<void> {
  const distribution = new URL('../dist/', import.meta.url);
  const found = values.narrow ? null : await loadWideKernel(distribution);
  const kernel = found ?? (await loadKernels(distribution))['language-model'];
  const corpus = await readWikitext2(join(values.data, 'wikitext-2'));
  const train = corpus.train.subarray(0, values.words ? Number(values.words) : undefined);
  const tokens = new Int32Array([...train, ...corpus.valid]);
  const options = optionsAsked();
  const documents = Int32Array.of(0, train.length);
  const job = createLanguageModelJob(kernel, tokens, documents, Uint8Array.of(0, 1), options, THREADS, 1, {
    vocabulary: corpus.words.length,
    wide: found !== null,
  });
  const test = new Int32Array(corpus.test.length + 2).fill(END_OF_SENTENCE);
  appendTokens(test, 1, corpus.test, 0, corpus.test.length, corpus.words.length);
  console.log(
    `${job.trainingText.length} tokens, ${job.sizes.vocabulary} different ones, clusters from ${job.sizes.cutoffs?.join(' and ')}, ${found ? 256 : 128}-bit, ${JSON.stringify(values)}`,
  );
  const limit = values.minutes ? Number(values.minutes) : values.long ? 60 : 2;
  const start = performance.now();
  const startCpu = cpuSeconds();
  if (!values.random) {
    job.vectors = await trainStartVectors(job, {
      kernels: await loadKernels(distribution),
      signal: new AbortController().signal,
      script: new URL('compute-thread.mjs', distribution),
      events: { progress: () => undefined, log: (_, line) => console.log(line) },
    });
  }
  const script = new URL('../test/unit/language-model-worker.ts', import.meta.url);
  const workers = Array.from({ length: THREADS }, (_, thread) => new Worker(script, { workerData: { job, thread } }));
  const ended = Promise.race([
    Promise.all(
      workers.map((worker) => new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject))),
    ),
    sleep(limit * 60_000, null, { ref: false }),
  ]);
  const state = { over: false };
  void ended.then(() => (state.over = true));
  let best = { valid: Infinity, test: Infinity };
  let told = 0;
  for (let measured = 0; ;) {
    await sleep(500);
    const { loss, trainedTokens, steps } = languageModelProgress(job);
    const minutes = (performance.now() - start) / 60_000;
    const times = `${minutes.toFixed(1)} min (processor ${((cpuSeconds() - startCpu) / 60).toFixed(1)} min)`;
    const now = job.progress[PROGRESS.measured]!;
    if (now > measured) {
      measured = now;
      const valid = Math.exp(job.heldOutLosses[measured - 1]!);
      if (valid < best.valid) {
        const model = keptLanguageModel(job)!;
        best = { valid, test: perplexity(kernel, model.tensors, test) };
      }
      console.log(
        `${times}: pass ${measured}, validation ${valid.toFixed(2)}, test of the best ${best.test.toFixed(2)}`,
      );
    } else if (minutes - told > 1) {
      told = minutes;
      console.log(`${times}: step ${steps}, ${trainedTokens} tokens, loss ${Math.exp(loss).toFixed(1)}`);
    }
    if (state.over) break;
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  const minutes = (performance.now() - start) / 60_000;
  const { trainedTokens } = languageModelProgress(job);
  console.log(
    `${trainedTokens} tokens, ${Math.round(trainedTokens / (cpuSeconds() - startCpu))} a second of processor time`,
  );
  console.log(
    JSON.stringify({
      name: 'wikitext2',
      wikitext2Perplexity: Number(best.test.toFixed(2)),
      wikitext2Validation: Number(best.valid.toFixed(2)),
      minutes: Number(minutes.toFixed(1)),
      processorMinutes: Number(((cpuSeconds() - startCpu) / 60).toFixed(1)),
    }),
  );
}

await main();
