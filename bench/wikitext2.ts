// The best test perplexity on WikiText-2, word by word, that 60 minutes on 2 cores give. Every pass is measured on the validation
// text; the weights that measured best there are the result, and the test text decides nothing.
//   --data FOLDER   with wikitext-2 (../shared/data)     --long   all passes; without it, 2 minutes
//   --minutes N   at most     --epochs N, --hidden N, --layers N, --rate R, --batch N, --steps N, --dropout D, --inputDropout D,
//   --wordDropout D, --weightDropout D, --weightDecay D, --clip N, --softmax auto | full | adaptive, --threads N, --narrow (128-bit)
//   --words N   of the training text only, for trying

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { END_OF_LINE, readWikitext2, type Wikitext2 } from './corpus/wikitext2.ts';
import { loadWideKernel } from '../src/engine/wide-kernel.ts';
import { loadKernel } from '../src/engine/kernels.ts';
import {
  createLanguageModelJob,
  keptLanguageModel,
  languageModelProgress,
  type LanguageModelJob,
} from '../src/language-model/job.ts';
import { createMemory } from '../src/language-model/memory.ts';
import { Network, planNetwork } from '../src/language-model/network.ts';
import { LANGUAGE_MODEL_DEFAULTS } from '../src/language-model/options.ts';
import { architectureOf, writeParameter, type Tensor, type WordVectors } from '../src/language-model/parameters.ts';
import { PROGRESS } from '../src/language-model/progress.ts';
import { Streams } from '../src/language-model/streams.ts';
import { appendTokens, END_OF_SENTENCE } from '../src/language-model/streams.ts';
import { createSignals, Team } from '../src/language-model/team.ts';
import { MemoryTokens } from '../src/text/tokens.ts';
import { WORD2VEC_DEFAULTS } from '../src/word2vec/options.ts';
import { createWord2vecJob } from '../src/word2vec/create-job.ts';
import type { Word2vecJob } from '../src/word2vec/job.ts';
import { word2vecResult } from '../src/word2vec/matrices.ts';
import { Word2vecThread } from '../src/word2vec/training.ts';
import { LanguageModelThread } from '../src/language-model/training.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data' },
    long: { type: 'boolean', default: false },
    minutes: { type: 'string' },
    epochs: { type: 'string', default: '20' },
    hidden: { type: 'string', default: '256' },
    layers: { type: 'string', default: '1' },
    rate: { type: 'string', default: '0.002' },
    batch: { type: 'string', default: '32' },
    steps: { type: 'string', default: '35' },
    dropout: { type: 'string', default: '0.4' },
    inputDropout: { type: 'string', default: '0.4' },
    wordDropout: { type: 'string', default: '0' },
    weightDropout: { type: 'string', default: '0' },
    weightDecay: { type: 'string', default: '0' },
    clip: { type: 'string', default: '1' },
    softmax: { type: 'string', default: 'auto' },
    skipgram: { type: 'string', default: '0' },
    scale: { type: 'string', default: '0' },
    words: { type: 'string' },
    threads: { type: 'string', default: '2' },
    narrow: { type: 'boolean', default: false },
  },
});

/** Of a text, every token but the first once, the state carried on in 8 streams. */
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

/** Vectors of all words. */
async function skipgram(
  { words, train: corpusIds }: Wikitext2,
  train: Int32Array,
  vectorSize: number,
): Promise<WordVectors> {
  const kernel = await loadKernel(new URL('../dist/', import.meta.url), 'word2vec');
  const counts = new Float64Array(words.length);
  for (const id of corpusIds) counts[id]!++;
  const lineEnd = words.indexOf(END_OF_LINE);
  const tokens = new Int32Array(new SharedArrayBuffer(train.length * 4));
  tokens.set(train.map((id) => (id === lineEnd ? -1 : id)));
  const options = { ...WORD2VEC_DEFAULTS, vectorSize, minCount: 1, epochs: Number(values.skipgram) };
  const job = createWord2vecJob(kernel, { text: new MemoryTokens(tokens), counts, options, threads: 2, seed: 1 });
  const workers = [0, 1].map(
    (thread) => new Worker(new URL(import.meta.url), { workerData: { word2vec: job, thread, tokens } }),
  );
  await Promise.all(
    workers.map((worker) => new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject))),
  );
  return { size: vectorSize, data: word2vecResult(job).input };
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

async function main(): Promise<void> {
  const distribution = new URL('../dist/', import.meta.url);
  const found = values.narrow ? null : await loadWideKernel(distribution);
  const kernel = found ?? (await loadKernel(distribution, 'language-model'));
  const corpus: Wikitext2 = await readWikitext2(join(values.data, 'wikitext-2'));
  const train = corpus.train.subarray(0, values.words ? Number(values.words) : undefined);
  const tokens = new Int32Array([...train, ...corpus.valid]);
  const hiddenSize = Number(values.hidden);
  const options = {
    ...LANGUAGE_MODEL_DEFAULTS,
    ...{ tied: true, hiddenSize, embeddingSize: hiddenSize, layers: Number(values.layers) },
    ...{ dropout: Number(values.dropout), inputDropout: Number(values.inputDropout) },
    ...{ embeddingDropout: Number(values.wordDropout), weightDropout: Number(values.weightDropout) },
    ...{ batchSize: Number(values.batch), steps: Number(values.steps), epochs: Number(values.epochs) },
    ...{ learningRate: Number(values.rate), decay: 'cosine' as const, warmUp: 0.02, clip: Number(values.clip) },
    ...{ weightDecay: Number(values.weightDecay), softmax: values.softmax as 'auto', patience: 100 },
    input: Number(values.skipgram) > 0 ? ('word2vec' as const) : ('embedding' as const),
  };
  const threads = Number(values.threads);
  const start = performance.now();
  const startCpu = cpuSeconds();
  const vectors = Number(values.skipgram) > 0 ? await skipgram(corpus, train, hiddenSize) : null;
  if (vectors) {
    const rms = Math.sqrt(vectors.data.reduce((sum, x) => sum + x * x, 0) / vectors.data.length);
    const factor = Number(values.scale) > 0 ? Number(values.scale) / rms : 1;
    vectors.data.forEach((x, i) => (vectors.data[i] = x * factor));
    console.log(
      `Skip-gram: ${((performance.now() - start) / 1000).toFixed(1)} s (processor ${(cpuSeconds() - startCpu).toFixed(1)} s), rms ${rms}`,
    );
  }
  const documents = Int32Array.of(0, train.length);
  const job = createLanguageModelJob(kernel, tokens, documents, Uint8Array.of(0, 1), options, threads, 1, {
    vocabulary: corpus.words.length,
    wide: found !== null,
    ...(vectors && { vectors }),
  });
  const test = new Int32Array(corpus.test.length + 2).fill(END_OF_SENTENCE);
  appendTokens(test, 1, corpus.test, 0, corpus.test.length, corpus.words.length);
  console.log(
    `${job.trainingText.length} tokens, ${job.sizes.vocabulary} different ones, clusters from ${job.sizes.cutoffs?.join(' and ')}, ${found ? 256 : 128}-bit, ${JSON.stringify(values)}`,
  );
  const limit = values.minutes ? Number(values.minutes) : values.long ? 60 : 2;
  const workers = Array.from(
    { length: threads },
    (_, thread) => new Worker(new URL(import.meta.url), { workerData: { job, thread } }),
  );
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
      console.log(
        `${times}: step ${steps}, ${trainedTokens} tokens, loss ${Math.exp(job.progress[PROGRESS.meanLoss]!).toFixed(1)}, last ${loss.toFixed(3)}`,
      );
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

type Work = { job: LanguageModelJob; thread: number } | { word2vec: Word2vecJob; tokens: Int32Array; thread: number };

if (isMainThread) await main();
else {
  const work = workerData as Work;
  const worker =
    'job' in work
      ? new LanguageModelThread(work.job, work.thread)
      : new Word2vecThread(work.word2vec, work.thread, new MemoryTokens(work.tokens));
  while (worker.step());
}
