// The language model beside PyTorch: the same gradients first, then tokens a second of training on
// 2 threads, and µs a token of inference.
//   --seconds N (4), for each measurement     --rounds N of the two in turn (3)     --variant simd | relaxed-simd (the best)
//   --only
//   lstm,gru,rnn,v2048,layer,inference,inspection,threads,layers,tfjs,sameSteps,mnistLstm,mnistGru,mnistRnn,timeToQuality,wikitext2
//     (as far as threads; --long: all, of which wikitext2 takes an hour)
//   --data FOLDER   with wikitext-2, for sameSteps, timeToQuality and wikitext2 (../shared/data)     --tfjs FOLDER   with tfjs-node (else it is installed into .cache)
//   --openblas DIR   with libopenblas.so.0 of Debian's libopenblas0-openmp, with which PyTorch is at its best
//   --width 128 | 256   of the arithmetic (both, each in a process of its own): figures of 256 bits are named …256…
//   --python PROGRAM   that has torch (/usr/bin/python3)     --alone   without PyTorch

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { findTfjsNode } from '../scripts/tfjs-node.mjs';
import { type KernelVariant, loadKernel } from '../src/engine/kernels.ts';
import { multiplyAddsPerToken } from '../src/language-model/comparison/costs.ts';
import { LanguageModel } from '../src/language-model/inference/inference.ts';
import { Inspector } from '../src/language-model/inference/inspection.ts';
import type { CellName } from '../src/language-model/network/cells.ts';
import { createMemory } from '../src/language-model/network/memory.ts';
import { Network, type NetworkOptions, planNetwork } from '../src/language-model/network/network.ts';
import { layOutParameters, readParameters, type Tensor } from '../src/language-model/network/parameters.ts';
import { createSignals, Team } from '../src/language-model/network/team.ts';
import { LANGUAGE_MODEL_DEFAULTS } from '../src/language-model/options.ts';
import { createLanguageModelJob } from '../src/language-model/training/create-job.ts';
import { type LanguageModelJob, languageModelProgress } from '../src/language-model/training/job.ts';
import { LanguageModelThread } from '../src/language-model/training/training-thread.ts';
import { tryWide } from '../src/language-model/training/width.ts';
import { mulberry32 } from '../src/numerics/random.ts';
import { runLayer, timeLayer } from './language-model/layer.ts';
import { mnist, MNIST_DEFAULTS } from './language-model/mnist.ts';
import { trainSteps } from './language-model/same-steps.ts';
import { trainByHand, trainLayers } from './language-model/tfjs.ts';

/** A worker thread has the flags of its process. */
const FLAG = '--experimental-wasm-revectorize';
const WIDE = process.execArgv.includes(FLAG);

/** What both train: the embedding, layers of one cell, the full softmax. */
type Model = Pick<
  NetworkOptions,
  'cell' | 'layers' | 'vocabulary' | 'embeddingSize' | 'hiddenSize' | 'batchSize' | 'steps'
>;

const THREADS = 2;
const BASE: Model = {
  cell: 'lstm',
  layers: 1,
  vocabulary: 8192,
  embeddingSize: 128,
  hiddenSize: 256,
  batchSize: 64,
  steps: 32,
};
const MODELS: Record<string, Model> = {
  lstm: BASE,
  gru: { ...BASE, cell: 'gru' },
  rnn: { ...BASE, cell: 'rnn' },
  v2048: { ...BASE, vocabulary: 2048 },
  layers: { ...BASE, layers: 2, embeddingSize: 512, hiddenSize: 512 },
};
/**
 * Rows that are benchmarks of their own: their file, and the figure that is taken from its last
 * line.
 */
const OTHERS: Record<string, [file: string, figure: string, ...options: string[]]> = {
  timeToQuality: ['time-to-quality', 'timeToQualityVsPytorch'],
  wikitext2: ['wikitext2', 'wikitext2Perplexity', '--long'],
};
/** Only with --long, or when asked for. */
const LONG = ['layers', 'tfjs', 'sameSteps', 'mnistLstm', 'mnistGru', 'mnistRnn', ...Object.keys(OTHERS)];
/**
 * What is measured in one width only: the bits are the same, or nothing in it is wide, or the time
 * is what users wait.
 */
const WIDTHS: Record<string, string> = {
  inference: '128',
  inspection: '128',
  sameSteps: '128',
  mnistLstm: '256',
  mnistGru: '256',
  mnistRnn: '256',
};
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    variant: { type: 'string' },
    only: { type: 'string' },
    long: { type: 'boolean', default: false },
    width: { type: 'string' },
    openblas: { type: 'string' },
    python: { type: 'string', default: '/usr/bin/python3' },
    alone: { type: 'boolean', default: false },
    data: { type: 'string', default: '../shared/data' },
    tfjs: { type: 'string' },
  },
});
const ROWS = [...new Set([...Object.keys(MODELS), 'layer', 'inference', 'inspection', 'threads', ...LONG])];
const asked = values.only?.split(',') ?? ROWS.filter((name) => values.long || !LONG.includes(name));
if (values.width && !['128', '256'].includes(values.width))
  throw new Error(`--width is 128 or 256, got ${values.width}`);
const unknown = asked.find((name) => !ROWS.includes(name));
if (unknown) throw new Error(`There is no measurement "${unknown}"; there are: ${ROWS.join(', ')}`);

/** Long enough that no measurement comes to its end. */
const TOKENS = 2_000_000;

/** Words as frequent as in a text (Zipf), by descending count, sentences of 20. */
function text(words: number): Int32Array {
  const random = mulberry32(1);
  return Int32Array.from({ length: TOKENS }, (_, at) =>
    at % 21 === 20 ? -1 : Math.min(words - 1, Math.floor(words ** random()) - 1),
  );
}

const fill = (model: Model): NetworkOptions => ({
  ...model,
  attention: false,
  tied: false,
  oneHot: false,
  freezeEmbedding: false,
  dropout: 0,
  weightDropout: 0,
  embeddingDropout: 0,
});

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Median tokens a second, from the third step on. */
async function train(kernel: WebAssembly.Module, model: Model, threads: number, seconds: number): Promise<number> {
  const words = model.vocabulary - 2;
  const options = {
    ...LANGUAGE_MODEL_DEFAULTS,
    ...model,
    maxVocabulary: words,
    learningRate: 1e-3,
    epochs: 10,
    dropout: 0,
    inputDropout: 0,
    patience: 0,
  };
  const nothing = [new Int32Array(1), new Uint8Array(1)] as const;
  const job = createLanguageModelJob(kernel, text(words), ...nothing, options, threads, 1, { wide: WIDE });
  const workers = Array.from(
    { length: threads },
    (_, thread) => new Worker(new URL(import.meta.url), { workerData: { job, thread } }),
  );
  const steps: Step[] = [];
  workers[0]!.on('message', (step: Step) => steps.push(step));
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end || steps.length < 8) await sleep(50); // a third thread that works would hold up the two
  await Promise.all(workers.map((worker) => worker.terminate()));
  const [, , ...counted] = steps; // kernels are compiled on their first calls
  const rates = counted.slice(1).map(({ time, tokens }, index) => {
    const before = counted[index]!;
    return ((tokens - before.tokens) * 1000) / (time - before.time);
  });
  return median(rates);
}

/** The end of a training step, as the first thread sees it: ms, tokens so far. */
interface Step {
  time: number;
  tokens: number;
}

function runThread(job: LanguageModelJob, thread: number): void {
  const worker = new LanguageModelThread(job, thread);
  let before = 0;
  while (worker.work(0)) {
    const { tokens } = languageModelProgress(job);
    if (thread > 0 || tokens === before) continue;
    parentPort!.postMessage({ time: performance.now(), tokens } satisfies Step);
    before = tokens;
  }
}

/** Random weights in (-0.5, 0.5). */
function drawTensors(model: Model): Record<string, Tensor> {
  const random = mulberry32(2);
  return Object.fromEntries(
    layOutParameters(fill(model), 0).all.map(({ name, shape }): [string, Tensor] => {
      const data = new Float32Array(shape.reduce((a, b) => a * b)).map(() => random() - 0.5);
      return [name, { shape, data }];
    }),
  );
}

const TOKENS_INSPECTED = 2000;

/**
 * Median ms of looking inside at TOKENS_INSPECTED tokens: gates, states, the ten likeliest next
 * tokens of each.
 */
function inspect(kernel: WebAssembly.Module, model: Model, rounds: number): number {
  const inspector = new Inspector(kernel, drawTensors(model));
  const tokens = Int32Array.from({ length: TOKENS_INSPECTED }, (_, index) => (index * 37) % model.vocabulary);
  const times = Array.from({ length: rounds + 2 }, () => {
    const start = performance.now();
    const { probability } = inspector.inspect(tokens);
    const time = performance.now() - start;
    if (!probability.every((each) => each >= 0 && each <= 1)) throw new Error('a probability is none');
    return time;
  });
  return median(times.slice(2));
}

/** Median µs of reading one token and giving the probabilities of the next. */
function infer(kernel: WebAssembly.Module, model: Model): number {
  const reader = new LanguageModel(kernel, drawTensors(model));
  const times = Array.from({ length: 3000 }, (_, index) => {
    const start = performance.now();
    reader.feed((index * 37) % model.vocabulary);
    const probabilities = reader.probabilities();
    const time = performance.now() - start;
    const sum = probabilities.reduce((a, b) => a + b, 0);
    if (Math.abs(sum - 1) > 1e-4) throw new Error(`probabilities sum to ${sum}`);
    return time;
  });
  return median(times.slice(1000)) * 1000;
}

function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** Our loss and gradients of one window of random tokens, and what a peer needs to make its own. */
async function differentiate(kernel: WebAssembly.Module, model: Model, path: string) {
  const plan = planNetwork(fill(model), 1);
  const memory = createMemory(plan.bytes);
  const network = new Network(kernel, memory, plan, new Team(createSignals(), 0, 1), 1, WIDE);
  const { batchSize, steps, vocabulary } = model;
  const random = mulberry32(3);
  const tokens = Int32Array.from({ length: 2 * steps * batchSize }, () => Math.floor(random() * vocabulary));
  const source = {
    count: () => steps * batchSize,
    read(position: number, panel: number, inputs: Int32Array, targets: Int32Array, at: number): void {
      const start = position * batchSize + panel * 8;
      inputs.set(tokens.subarray(start, start + 8), at);
      targets.set(tokens.subarray(steps * batchSize + start, steps * batchSize + start + 8), at);
    },
  };
  finish(network.initialise(1, tokens));
  const loss = finish(network.differentiate(source, 0, steps, 1)) / (steps * batchSize);
  const floats = new Float32Array(memory.buffer);
  for (const [name, offset] of [
    ['parameters', 0],
    ['gradients', plan.toGradient],
  ] as const) {
    const tensors = Object.values(readParameters(floats, plan.parameters, offset));
    await writeFile(`${path}.${name}`, Buffer.concat(tensors.map(({ data }) => Buffer.from(data.buffer))));
  }
  await writeFile(`${path}.tokens`, Buffer.from(tokens.buffer));
  return { loss, tensors: plan.parameters.all.map(({ name, shape }) => [name, shape]) };
}

interface Peer {
  version: string;
  ask(request: object): Promise<Record<string, number>>;
  end(): void;
}

/**
 * PyTorch with the settings that make it fastest: threads that sleep while they wait, memory that
 * is kept.
 */
async function startTorch(python: string, openblas: string | undefined): Promise<Peer> {
  const peer = spawn(python, [fileURLToPath(new URL('peers/torch_language_model.py', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env,
      OMP_WAIT_POLICY: 'PASSIVE',
      MALLOC_MMAP_THRESHOLD_: '2000000000',
      MALLOC_TRIM_THRESHOLD_: '8000000000',
      MALLOC_TOP_PAD_: '100000000',
      ...(openblas && { LD_LIBRARY_PATH: openblas }),
    },
  });
  const lines = createInterface(peer.stdout)[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const { value, done } = (await lines.next()) as IteratorResult<string, undefined>;
    if (done)
      throw new Error(`PyTorch ended: ${python} needs torch (Debian: apt-get install python3-torch), or --alone`);
    return JSON.parse(value);
  };
  const { version } = (await answer()) as { version: string };
  return {
    version,
    async ask(request) {
      peer.stdin.write(`${JSON.stringify(request)}\n`);
      return (await answer()) as Record<string, number>;
    },
    end: () => peer.stdin.end(),
  };
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lexiscope-bench-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const isMeasuredIn = (width: string) => (name: string) => !OTHERS[name] && (WIDTHS[name] ?? width) === width;

/** Runs another process, says what it says, and gives the figures of its last line. */
async function figuresOf(script: string, flags: readonly string[], options: readonly string[]) {
  const run = spawn(process.execPath, [...flags, script, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => run.once('exit', resolve));
  let last = '{}';
  for await (const line of createInterface(run.stdout)) {
    if (line.startsWith('{"name"')) last = line;
    else console.log(line);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`${script} ended with ${String(code)}`);
  return JSON.parse(last) as Record<string, number>;
}

/**
 * Each width in a process of its own, as V8's flag counts for all that is compiled later, and
 * benchmarks that are files of their own.
 */
async function measureAll(): Promise<void> {
  const figures: Record<string, number> = {};
  for (const width of values.width ? [values.width] : ['128', '256']) {
    if (!asked.some(isMeasuredIn(width))) continue;
    const options = [...process.argv.slice(2), '--width', width];
    Object.assign(figures, await figuresOf(fileURLToPath(import.meta.url), width === '256' ? [FLAG] : [], options));
  }
  for (const name of asked) {
    const [file, figure, ...options] = OTHERS[name] ?? [];
    if (!file || !figure) continue;
    const peer =
      name === 'timeToQuality'
        ? ['--python', values.python, ...(values.openblas ? ['--openblas', values.openblas] : [])]
        : [];
    const script = fileURLToPath(new URL(`${file}.ts`, import.meta.url));
    const found = await figuresOf(script, [], [...options, '--data', values.data, ...peer]);
    figures[figure] = found[figure]!;
  }
  console.log(JSON.stringify({ ...figures, name: 'language-model' }));
}

interface Race {
  kernel: WebAssembly.Module;
  /** Null: without a peer. */
  torch: Peer | null;
  seconds: number;
  rounds: number;
  figures: Record<string, number>;
}

/** What figures of 256-bit arithmetic are called by. */
const WIDTH = WIDE ? '256' : '';

/** All rows of one width, that of this process. */
async function measure(): Promise<void> {
  const only = asked.filter(isMeasuredIn(WIDE ? '256' : '128'));
  const variant = values.variant as KernelVariant | undefined;
  const kernel = await loadKernel(new URL('../dist/', import.meta.url), 'language-model', variant);
  const torch = values.alone ? null : await startTorch(values.python, values.openblas);
  const race = { kernel, torch, seconds: Number(values.seconds), rounds: Number(values.rounds), figures: {} };
  console.log(torch ? `PyTorch ${torch.version}` : 'without a peer');
  if (WIDE) console.log(JSON.stringify(tryWide(kernel, () => performance.now())));
  if (torch) await checkGradients(kernel, torch);
  for (const name of only) {
    const model = MODELS[name];
    if (model) await raceTraining(race, name, model);
  }
  if (only.includes('layer')) await raceLayer(race);
  if (only.includes('inference')) await raceInference(race);
  if (only.includes('inspection')) measureInspection(race);
  if (only.includes('threads')) await compareThreads(race);
  if (only.includes('tfjs')) await raceTfjs(race);
  if (only.includes('sameSteps')) await compareSteps(race);
  for (const cell of ['lstm', 'gru', 'rnn'] as const) {
    const name = `mnist${cell[0]!.toUpperCase()}${cell.slice(1)}`;
    if (only.includes(name)) await measureMnist(race, name, cell);
  }
  torch?.end();
  const rounded = Object.entries<number>(race.figures)
    .filter(([, value]) => Number.isFinite(value)) // --alone has no ratios
    .map(([name, value]) => [name, Number(value.toPrecision(3))]);
  console.log(JSON.stringify({ name: 'language-model', ...Object.fromEntries(rounded) }));
}

/** Medians of several rounds, in each of which one is timed after the other. */
async function inTurn(
  { torch, rounds }: Race,
  ours: () => number | Promise<number>,
  theirs: (peer: Peer) => Promise<number>,
): Promise<{ our: number; their: number }> {
  const [our, their]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    our.push(await ours());
    if (torch) their.push(await theirs(torch));
  }
  return { our: median(our), their: torch ? median(their) : NaN };
}

async function checkGradients(kernel: WebAssembly.Module, torch: Peer): Promise<void> {
  await inFolder(async (folder) => {
    for (const cell of ['lstm', 'gru', 'rnn'] as const) {
      const model = { ...BASE, cell, layers: 2, vocabulary: 500, batchSize: 16, steps: 20 };
      const path = join(folder, cell);
      const { loss, tensors } = await differentiate(kernel, model, path);
      const theirs = await torch.ask({ command: 'check', model: { ...model, threads: THREADS }, path, tensors });
      const { loss: expected = NaN, error = NaN } = theirs;
      console.log(
        `${cell}: loss ${loss.toFixed(6)} and ${expected.toFixed(6)}, gradients differ by ${error.toExponential(1)}`,
      );
      if (!(Math.abs(loss - expected) < 1e-4 && error < 1e-3)) throw new Error(`${cell}: PyTorch has another gradient`);
    }
  });
}

async function raceTraining(race: Race, name: string, model: Model): Promise<void> {
  const { kernel, seconds, figures } = race;
  const { our, their } = await inTurn(
    race,
    () => train(kernel, model, THREADS, seconds),
    async (peer) => (await peer.ask({ command: 'train', model: { ...model, threads: THREADS }, seconds }))['rate']!,
  );
  const operations = 6 * multiplyAddsPerToken(fill(model), 0); // of a token, forward and back
  console.log(
    `${name}: ${Math.round(our)} tokens/s (${((operations * our) / 1e9).toFixed(0)} GFLOP/s), PyTorch ${Math.round(their)}: ${(our / their).toFixed(2)}x`,
  );
  figures[`${name}${WIDTH}TokensPerSecond`] = Math.round(our);
  figures[`${name}${WIDTH}VsPytorch`] = our / their;
}

async function raceLayer(race: Race): Promise<void> {
  const { kernel, torch, seconds, figures } = race;
  const options = fill({ ...BASE, vocabulary: 16 });
  const model = { ...BASE, threads: THREADS };
  await inFolder(async (folder) => {
    const path = join(folder, 'layer');
    const tensors = await runLayer(kernel, options, WIDE, path);
    const { error = NaN } = (await torch?.ask({ command: 'checkLayer', model, path, tensors })) ?? {};
    if (torch) console.log(`layer: outputs and gradients differ by ${error.toExponential(1)}`);
    if (torch && !(error < 1e-4)) throw new Error('layer: PyTorch has another output or gradient');
  });
  const { our, their } = await inTurn(
    race,
    () => timeLayer(kernel, options, THREADS, WIDE, seconds),
    async (peer) => (await peer.ask({ command: 'trainLayer', model, seconds }))['rate']!,
  );
  const rates = `${Math.round(our)} tokens/s, PyTorch ${Math.round(their)}`;
  console.log(`layer: the LSTM's alone, ${rates}: ${(our / their).toFixed(2)}x`);
  figures[`layer${WIDTH}VsPytorch`] = our / their;
}

async function raceInference(race: Race): Promise<void> {
  const { kernel, figures } = race;
  for (const threads of [1, THREADS]) {
    const model = { ...BASE, threads };
    const { our, their } = await inTurn(
      race,
      () => infer(kernel, BASE),
      async (peer) => (await peer.ask({ command: 'infer', model, steps: 1500 }))['microseconds']!,
    );
    const times = `${our.toFixed(0)} µs a token on 1 thread, PyTorch ${their.toFixed(0)} on ${threads}`;
    console.log(`inference: ${times}: ${(their / our).toFixed(2)}x`);
    figures[threads === 1 ? 'inferenceVsPytorch' : `inferenceVsPytorch${threads}Threads`] = their / our;
    figures['inferenceMs'] = our / 1000;
  }
}

function measureInspection({ kernel, rounds, figures }: Race): void {
  const milliseconds = inspect(kernel, BASE, 2 * rounds);
  figures['inspectionMs'] = milliseconds;
  console.log(`inspection: ${milliseconds.toFixed(0)} ms for ${TOKENS_INSPECTED} tokens`);
}

async function compareThreads({ kernel, seconds, rounds, figures }: Race): Promise<void> {
  const [one, two]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    one.push(await train(kernel, BASE, 1, seconds));
    two.push(await train(kernel, BASE, 2, seconds));
  }
  const ratio = median(two) / median(one);
  figures[WIDE ? 'threads2Vs1Of256' : 'threads2Vs1'] = ratio;
  console.log(`2 threads: ${ratio.toFixed(2)} times 1 thread`);
}

async function raceTfjs({ kernel, seconds, rounds, figures }: Race): Promise<void> {
  const folder = values.tfjs ?? (await findTfjsNode());
  if (!folder) throw new Error('Name the folder in which @tensorflow/tfjs-node is installed: --tfjs FOLDER');
  const [our, layers, byHand]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    our.push(await train(kernel, BASE, THREADS, seconds));
    layers.push(await trainLayers(folder, BASE, seconds));
    byHand.push(trainByHand(folder, BASE, seconds));
  }
  for (const [name, their, what] of [
    ['VsTfjs', layers, "the library's layers"],
    ['VsTfjsByHand', byHand, 'by hand'],
  ] as const) {
    figures[`lstm${WIDTH}${name}`] = median(our) / median(their);
    const rates = `${Math.round(median(our))} tokens/s, tfjs-node, ${what}, ${Math.round(median(their))}`;
    console.log(`tfjs: ${rates}: ${(median(our) / median(their)).toFixed(2)}x`);
  }
}

async function compareSteps({ kernel, torch, figures }: Race): Promise<void> {
  await inFolder(async (folder) => {
    const { perplexity, request } = await trainSteps(kernel, BASE, THREADS, values.data, join(folder, 'steps'));
    const theirs = await torch?.ask({ ...request, model: { ...request.model, threads: THREADS } });
    const expected = theirs?.['perplexity'] ?? NaN;
    figures['sameStepsPerplexityVsPytorch'] = perplexity / expected;
    console.log(
      `perplexity after the same 1,000 steps: ${perplexity.toFixed(2)}, PyTorch ${expected.toFixed(2)}: ${((perplexity / expected - 1) * 100).toFixed(2)} %`,
    );
  });
}

async function measureMnist({ kernel, figures }: Race, name: string, cell: CellName): Promise<void> {
  const result = await mnist(kernel, { ...MNIST_DEFAULTS[cell], threads: THREADS, wide: WIDE });
  const times = `${result.seconds.toFixed(0)} s, ${result.processorSeconds.toFixed(0)} s of each processor`;
  console.log(`${name}: ${(100 * result.accuracy).toFixed(2)} % right after ${times}`);
  figures[name] = 100 * result.accuracy;
}

if (isMainThread) await (values.width === (WIDE ? '256' : '128') ? measure() : measureAll());
else if ('job' in (workerData as object)) {
  const { job, thread } = workerData as { job: LanguageModelJob; thread: number };
  runThread(job, thread);
}
