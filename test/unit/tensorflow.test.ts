// The kernels beside TensorFlow: losses, gradients and trainings. TFJS_NODE is a folder that has
// @tensorflow/tfjs-node; `npm test` finds one where there is a build for the machine.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Engine } from '../../src/engine/engine.ts';
import { loadTensorflow } from '../../src/engine/training/tensorflow.ts';
import { createMemory } from '../../src/language-model/network/memory.ts';
import { Network, type NetworkOptions, planNetwork } from '../../src/language-model/network/network.ts';
import { readParameter, writeParameter } from '../../src/language-model/network/parameters.ts';
import { createSignals, Team } from '../../src/language-model/network/team.ts';
import { Streams } from '../../src/language-model/training/streams.ts';
import { TensorflowNetwork, type TrainableNetwork } from '../../src/language-model/training/tensorflow.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import type { LanguageModelSummary, TrainRequest } from '../../src/protocol/engine.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { requestOf } from '../helpers/engine.ts';
import { syntheticText } from '../synthetic-text.ts';

const folder = process.env['TFJS_NODE'];
const skip = folder ? false : 'there is no tfjs-node for this machine: TFJS_NODE names no folder';
const tf = folder ? loadTensorflow(folder) : null;
const kernel = await readFile(new URL('kernels/language-model.simd.wasm', DISTRIBUTION)).then((bytes) =>
  WebAssembly.compile(bytes),
);
const SEED = 77;

const PLAIN: NetworkOptions = {
  cell: 'lstm',
  layers: 1,
  vocabulary: 31,
  embeddingSize: 10,
  hiddenSize: 14,
  attention: false,
  tied: false,
  oneHot: false,
  batchSize: 11,
  steps: 6,
  dropout: 0,
  weightDropout: 0,
  embeddingDropout: 0,
  freezeEmbedding: false,
};
const DROPOUTS = { dropout: 0.3, weightDropout: 0.4, embeddingDropout: 0.2 };
const MODELS: Record<string, Partial<NetworkOptions>> = {
  rnn: { cell: 'rnn' },
  gru: { cell: 'gru' },
  lstm: {},
  'rnn, 3 layers, one-hot': { cell: 'rnn', layers: 3, oneHot: true },
  'gru, 2 layers, tied, attention': { cell: 'gru', layers: 2, tied: true, embeddingSize: 14, attention: true },
  'lstm, 2 layers, attention, all dropouts': { layers: 2, attention: true, inputDropout: 0.3, ...DROPOUTS },
  'gru, one-hot, all dropouts': { cell: 'gru', oneHot: true, ...DROPOUTS },
  'lstm, frozen embedding': { freezeEmbedding: true },
};

function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** A network with the random parameters of `seed`, in a memory of its own. */
function create(options: NetworkOptions, seed: number, isTensorflow: boolean) {
  const plan = planNetwork(options, 1);
  const memory = createMemory(plan.bytes);
  const team = new Team(createSignals(), 0, 1);
  const network: TrainableNetwork = isTensorflow
    ? new TensorflowNetwork(tf!, kernel, memory, plan, team, SEED)
    : new Network(kernel, memory, plan, team, SEED);
  finish(network.initialise(seed, new Int32Array(0)));
  const floats = new Float32Array(memory.buffer);
  const random = mulberry32(seed);
  for (const parameter of plan.parameters.all) {
    const { shape, data } = readParameter(floats, parameter);
    writeParameter(floats, parameter, { shape, data: data.map(() => 1.2 * random() - 0.6) });
  }
  const text = Int32Array.from({ length: 3 * options.batchSize * options.steps - 3 }, () =>
    Math.floor(random() * options.vocabulary),
  );
  const read = (offset = 0) =>
    Object.fromEntries(plan.parameters.all.map((each) => [each.name, readParameter(floats, each, offset).data]));
  return { network, plan, read, streams: new Streams(text, options.batchSize) };
}

function assertNear(actual: Float32Array, expected: Float32Array, tolerance: number, what: string): void {
  const size = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const error = actual.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index]!)), 0);
  assert.ok(size > 0 && error <= tolerance * size, `${what}: off by ${error} of ${size}`);
}

describe('TensorFlow', { skip }, () => {
  for (const [name, changes] of Object.entries(MODELS)) {
    test(`has the losses and gradients of the kernels, from a state carried over: ${name}`, () => {
      const options = { ...PLAIN, ...changes };
      const [ours, theirs] = [create(options, 3, false), create(options, 3, true)];
      for (const [draw, position] of [0, options.steps, 2 * options.steps].entries()) {
        const losses = [ours, theirs].map(({ network, streams }) =>
          finish(network.differentiate(streams, position, options.steps, draw + 1)),
        );
        assert.ok(Math.abs(losses[0]! - losses[1]!) < 1e-5 * losses[0]!, `window ${draw}: losses ${losses.join(', ')}`);
        const gradients = [ours, theirs].map(({ plan, read }) => read(plan.toGradient));
        for (const { name } of ours.plan.trained) assertNear(gradients[1]![name]!, gradients[0]![name]!, 2e-5, name);
      }
      const plain = [ours, theirs].map(({ network, streams }) => finish(network.evaluate(streams, 0, options.steps)));
      assert.ok(Math.abs(plain[0]! - plain[1]!) < 1e-5 * plain[0]!, `without dropout: losses ${plain.join(', ')}`);
    });
  }

  test('goes on with what the kernels trained, and the reverse', () => {
    const options = { ...PLAIN, layers: 2, ...DROPOUTS };
    const train = ({ network, streams }: ReturnType<typeof create>, first: number, last: number): void => {
      for (let step = first; step <= last; step++) {
        finish(network.differentiate(streams, ((step - 1) % 3) * options.steps, options.steps, step));
        finish(network.update(step, 0.01, 0.01, finish(network.norm()), 1));
      }
    };
    const alone = create(options, 5, false);
    train(alone, 1, 6);
    for (const [name, isTensorflow] of [
      ['kernels first', true],
      ['TensorFlow first', false],
    ] as const) {
      const [first, second] = [create(options, 5, !isTensorflow), create(options, 6, isTensorflow)];
      train(first, 1, 3);
      const saved = new Float32Array(1 << 16);
      first.network.save(saved);
      second.network.load(saved);
      train({ ...second, streams: first.streams }, 4, 6);
      const [found, expected] = [second.read(), alone.read()];
      for (const each of Object.keys(expected)) assertNear(found[each]!, expected[each]!, 1e-4, `${name}, ${each}`);
    }
  });
});

describe('an engine whose language model is TensorFlow’s', () => {
  const request = (path: string): TrainRequest =>
    requestOf(path, {
      word2vec: { vectorSize: 16, minCount: 2, epochs: 1 },
      languageModel: { cell: 'gru', embeddingSize: 16, hiddenSize: 24, epochs: 2, dropout: 0.1 },
      parts: { map: false, languageModel: true },
      threads: 1,
    });

  async function trained(tensorflow?: string): Promise<LanguageModelSummary> {
    const root = await mkdtemp(join(tmpdir(), 'engine-tensorflow-'));
    try {
      await mkdir(join(root, 'text'));
      await writeFile(join(root, 'text', 'a.txt'), syntheticText(4000, 3));
      const engine = new Engine(DISTRIBUTION, { progress: () => 0, log: () => 0 });
      await engine.open(join(root, 'model'));
      await mkdir(join(root, 'model'));
      const outcome = await engine.train({ ...request(join(root, 'text')), ...(tensorflow && { tensorflow }) });
      assert.ok(outcome.status === 'done');
      return outcome.model.languageModel!;
    } finally {
      await rm(root, { recursive: true });
    }
  }

  test('learns what the kernels learn', { skip }, async () => {
    const [ours, theirs] = [(await trained()).perplexity!, (await trained(folder)).perplexity!];
    assert.ok(Math.abs(ours / theirs - 1) < 1e-3, `${ours}, ${theirs}`);
  });

  test('where it is not installed, a sentence says how to install it, before anything is read', async () => {
    await assert.rejects(trained('/nowhere'), /not installed in .*nowhere: run “npm install @tensorflow\/tfjs-node”/);
    assert.throws(() => loadTensorflow(''), /Say with the setting lexiscope\.languageModel\.tensorflowFolder/);
  });
});
