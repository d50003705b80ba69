// A recurrent layer by itself, forward and back: from dense inputs and dense gradients of all that
// it gives to the gradients of its inputs, weights and biases. The layers of the language model,
// without embedding, softmax and optimiser.

import { writeFile } from 'node:fs/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { instantiate } from '../../src/language-model/network/kernel.ts';
import { Layer, type LayerSpace, layOutLayer } from '../../src/language-model/network/layer.ts';
import {
  Arena,
  at,
  BLOCK,
  type Context,
  createMemory,
  type Panels,
  SCRATCH,
  TERMS,
} from '../../src/language-model/network/memory.ts';
import type { NetworkOptions } from '../../src/language-model/network/network.ts';
import {
  initialise,
  layOutParameters,
  padded,
  type Parameters,
  readParameters,
  type Tensor,
} from '../../src/language-model/network/parameters.ts';
import { createSignals, Stopped, Team } from '../../src/language-model/network/team.ts';
import { FIRST } from '../../src/numerics/bump-allocator.ts';
import { mulberry32 } from '../../src/numerics/random.ts';

const RATES = { output: 0, recurrent: 0 };

interface Job {
  kernel: WebAssembly.Module;
  memory: WebAssembly.Memory;
  signals: Int32Array<SharedArrayBuffer>;
  options: NetworkOptions;
  threads: number;
  wide: boolean;
  seconds: number;
}

interface Plan {
  parameters: Parameters;
  layer: LayerSpace;
  /** (T, P) panels of E. */
  input: Panels;
  inputGradient: Panels;
  ones: number;
  scratch: Panels;
  bytes: number;
}

/** The language model's embedding and output have memory, and no part. */
function planOf(options: NetworkOptions, threads: number): Plan {
  const { cell, steps, batchSize, embeddingSize } = options;
  const parameters = layOutParameters(options, FIRST);
  const arena = new Arena(FIRST + 2 * parameters.bytes);
  const panels = batchSize / 8;
  const all = steps * panels;
  const [input, inputGradient] = [arena.panels(all, padded(embeddingSize)), arena.panels(all, padded(embeddingSize))];
  return {
    parameters,
    input,
    inputGradient,
    layer: layOutLayer(arena, cell, parameters.layers[0]!, { input, inputGradient }, steps, panels, RATES),
    ones: arena.take(BLOCK * 32),
    scratch: arena.blocks(threads, SCRATCH + TERMS),
    bytes: arena.end,
  };
}

function createJob(
  kernel: WebAssembly.Module,
  options: NetworkOptions,
  threads: number,
  wide: boolean,
  seconds: number,
): Job {
  const plan = planOf(options, threads);
  const memory = createMemory(plan.bytes);
  const floats = new Float32Array(memory.buffer);
  finish(initialise(floats, plan.parameters, 1, new Int32Array(0)));
  const random = mulberry32(5);
  for (const [panels, rows] of [
    [plan.input, options.embeddingSize],
    [plan.layer.outputGradient, options.hiddenSize],
  ] as const) {
    for (let panel = 0; panel < (options.steps * options.batchSize) / 8; panel++) {
      for (let place = at(panels, panel) / 4, end = place + rows * 8; place < end; place++) {
        floats[place] = 2 * random() - 1;
      }
    }
  }
  floats.fill(1, plan.ones / 4, plan.ones / 4 + 8 * BLOCK);
  return { kernel, memory, signals: createSignals(), options, threads, wide, seconds };
}

function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

class LayerThread {
  readonly #context: Context;
  readonly #layer: Layer;
  readonly #steps: number;

  constructor({ kernel, memory, signals, options, threads, wide }: Job, thread: number) {
    const { parameters, layer, ones, scratch } = planOf(options, threads);
    const team = new Team(signals, thread, threads);
    this.#context = {
      kernel: instantiate(kernel, memory),
      memory,
      team,
      wide,
      ones,
      panels: options.batchSize / 8,
      toGradient: parameters.bytes,
      scratch: at(scratch, thread),
      terms: at(scratch, thread) + SCRATCH,
    };
    this.#layer = new Layer(this.#context, 0, options.cell, parameters.layers[0]!, layer, RATES, 1);
    this.#steps = options.steps;
  }

  /** A window from the state 0, forward and back. */
  run(): void {
    const { team } = this.#context;
    this.#layer.resetState();
    finish(this.#layer.prepare(1));
    team.barrier();
    finish(this.#layer.forward(this.#steps, 1));
    finish(this.#layer.backward(this.#steps, 1));
    team.barrier();
  }
}

/** (T, B, rows), as PyTorch has it. */
function sequences(
  { buffer }: WebAssembly.Memory,
  panels: Panels,
  rows: number,
  options: NetworkOptions,
): Float32Array {
  const { batchSize, steps } = options;
  const floats = new Float32Array(buffer);
  return Float32Array.from({ length: steps * batchSize * rows }, (_, index) => {
    const sequence = Math.floor(index / rows);
    return floats[at(panels, sequence >> 3) / 4 + (index % rows) * 8 + (sequence & 7)]!;
  });
}

const writeTensors = (path: string, tensors: readonly (readonly [string, Tensor])[]): Promise<void> =>
  writeFile(path, Buffer.concat(tensors.map(([, { data }]) => Buffer.from(data.buffer))));

/**
 * Writes what a peer needs to run the same layer, and what ours gives; gives names and shapes of
 * the parameters.
 */
export async function runLayer(kernel: WebAssembly.Module, options: NetworkOptions, wide: boolean, path: string) {
  const job = createJob(kernel, options, 1, wide, 0);
  new LayerThread(job, 0).run();
  const { parameters, input, inputGradient, layer } = planOf(options, 1);
  const floats = new Float32Array(job.memory.buffer);
  const ofLayer = (offset: number) =>
    Object.entries(readParameters(floats, parameters, offset)).filter(([name]) => name.endsWith('_l0'));
  const tensors = ofLayer(0);
  await writeTensors(`${path}.parameters`, tensors);
  await writeTensors(`${path}.gradients`, ofLayer(parameters.bytes));
  for (const [name, panels, rows] of [
    ['input', input, options.embeddingSize],
    ['inputGradient', inputGradient, options.embeddingSize],
    ['output', layer.output, options.hiddenSize],
    ['outputGradient', layer.outputGradient, options.hiddenSize],
  ] as const) {
    await writeFile(`${path}.${name}`, Buffer.from(sequences(job.memory, panels, rows, options).buffer));
  }
  return tensors.map(([name, { shape }]) => [name, shape] as const);
}

/** Tokens a second, the median of the windows from the third on. */
export async function timeLayer(
  kernel: WebAssembly.Module,
  options: NetworkOptions,
  threads: number,
  wide: boolean,
  seconds: number,
): Promise<number> {
  const job = createJob(kernel, options, threads, wide, seconds);
  const times = await Promise.all(
    Array.from({ length: threads }, (_, thread) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { layer: job, thread } });
      return new Promise<number>((resolve, reject) => {
        worker.once('error', reject);
        worker.once('message', resolve);
      });
    }),
  );
  return (options.steps * options.batchSize * 1000) / times[0]!;
}

/** The median time of a window, ms, in the first thread, which ends the job. */
function time(job: Job, thread: number): number {
  const layer = new LayerThread(job, thread);
  const times: number[] = [];
  const end = performance.now() + job.seconds * 1000;
  try {
    while (thread > 0 || performance.now() < end || times.length < 7) {
      const start = performance.now();
      layer.run();
      times.push(performance.now() - start);
    }
    new Team(job.signals, thread, job.threads).stop();
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  }
  const sorted = times.slice(2).sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

if (!isMainThread && (workerData as { layer?: Job }).layer) {
  const { layer: job, thread } = workerData as { layer: Job; thread: number };
  parentPort!.postMessage(time(job, thread));
}
