import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { LanguageModel } from '../../src/language-model/inference/inference.ts';
import { Inspector } from '../../src/language-model/inference/inspection.ts';
import { CELL } from '../../src/language-model/network/cells.ts';
import { at, createMemory } from '../../src/language-model/network/memory.ts';
import { Network, type NetworkOptions, planNetwork } from '../../src/language-model/network/network.ts';
import {
  describingTensors,
  padded,
  readParameters,
  writeParameter,
} from '../../src/language-model/network/parameters.ts';
import { createSignals, Team } from '../../src/language-model/network/team.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

const WINDOW = 9;
const LENGTH = 70; // more than one block of the softmax, and no whole number of windows
const BASE: NetworkOptions = {
  cell: 'lstm',
  layers: 2,
  vocabulary: 45,
  embeddingSize: 10,
  hiddenSize: 13,
  attention: false,
  tied: false,
  oneHot: false,
  batchSize: 1,
  steps: WINDOW,
  dropout: 0,
  weightDropout: 0,
  embeddingDropout: 0,
  freezeEmbedding: false,
};
const module = await WebAssembly.compile(await readFile(new URL('kernels/language-model.simd.wasm', DISTRIBUTION)));

function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** A network with random parameters, which reads `text` as one sequence. */
function create(options: NetworkOptions, text: readonly number[]) {
  const plan = planNetwork(options, 1);
  const memory = createMemory(plan.bytes);
  const network = new Network(module, memory, plan, new Team(createSignals(), 0, 1), 1);
  const floats = new Float32Array(memory.buffer);
  const random = mulberry32(3);
  for (const parameter of plan.parameters.all) {
    const data = new Float32Array(parameter.shape.reduce((a, b) => a * b)).map(() => 0.8 * random() - 0.4);
    writeParameter(floats, parameter, { shape: parameter.shape, data });
  }
  const tensors = { ...readParameters(floats, plan.parameters), ...describingTensors(options) };
  const source = {
    count: () => 1,
    read(position: number, _: number, inputs: Int32Array, targets: Int32Array, start: number): void {
      inputs.fill(0, start, start + 8)[start] = text[position]!;
      targets.fill(-1, start, start + 8)[start] = text[position + 1] ?? -1;
    },
  };
  return { plan, floats, network, source, tensors };
}

const draw = mulberry32(5);
const text = Array.from({ length: LENGTH }, () => Math.floor(draw() * 45));

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assert.equal(actual.length, expected.length, what);
  for (let index = 0; index < actual.length; index++) {
    const error = Math.abs(actual[index]! - expected[index]!);
    assert.ok(error < 3e-6, `${what} ${index}: ${actual[index]}, expected ${expected[index]}`);
  }
}

for (const [name, changes] of Object.entries({
  lstm: {},
  'gru, attention': { cell: 'gru', attention: true },
  'gru, adaptive softmax': { cell: 'gru', cutoffs: [16, 32] },
  'rnn, one-hot, attention': { cell: 'rnn', oneHot: true, attention: true },
} satisfies Record<string, Partial<NetworkOptions>>)) {
  describe(`an inspection (${name})`, () => {
    const options: NetworkOptions = { ...BASE, ...changes };
    const { plan, floats, network, source, tensors } = create(options, text);
    const { hiddenSize: H } = options;
    const inspection = new Inspector(module, tensors, WINDOW).inspect(text, 7);

    test('has the gates, states and attention of the forward pass of training', () => {
      const { gates: names, inputOrder } = CELL[options.cell];
      assert.deepEqual(inspection.gateNames, names);
      const units = padded(H);
      /** Rows [row, row + count) of the first sequence in a panel. */
      const column = (panel: number, row: number, count: number) =>
        Array.from({ length: count }, (_, index) => floats[panel / 4 + (row + index) * 8]!);
      network.resetState();
      for (let position = 0; position < LENGTH; position += WINDOW) {
        const steps = Math.min(WINDOW, LENGTH - position);
        finish(network.evaluate(source, position, steps));
        for (let step = 0; step < steps; step++) {
          const index = position + step;
          plan.layers.forEach((space, layer) => {
            const { gates, hidden, cell } = inspection.layers[layer]!;
            const what = `token ${index}, layer ${layer}`;
            assertNear(hidden.slice(index * H, (index + 1) * H), column(at(space.hidden, step + 1), 0, H), what);
            if (cell)
              assertNear(cell.slice(index * H, (index + 1) * H), column(at(space.memory, step + 1), 0, H), what);
            names.forEach((gate, number) => {
              const start = (index * names.length + number) * H;
              const block = inputOrder.indexOf(number);
              const expected = column(at(space.gates, step), block * units, H);
              assertNear(gates.slice(start, start + H), expected, `${what}, gate ${gate}`);
            });
          });
          if (!plan.attention) continue;
          const expected = [
            ...column(at(plan.attention.weights, step), 0, step + 1),
            ...new Array<number>(WINDOW - step - 1).fill(0),
          ];
          assertNear(inspection.attention!.slice(index * WINDOW, (index + 1) * WINDOW), expected, `attention ${index}`);
        }
      }
      assert.equal(inspection.attention === null, !options.attention);
      assert.equal(inspection.layers[0]!.cell === null, options.cell !== 'lstm');
    });

    test('has the loss of the forward pass of training, as the probabilities of what came', () => {
      network.resetState();
      let loss = 0;
      for (let position = 0; position < LENGTH; position += WINDOW) {
        loss += finish(network.evaluate(source, position, Math.min(WINDOW, LENGTH - position)));
      }
      const seen = inspection.probability.slice(0, -1).reduce((sum, probability) => sum - Math.log(probability), 0);
      assert.ok(Math.abs(seen / loss - 1) < 1e-5, `${seen}, expected ${loss}`);
      assert.equal(inspection.probability.at(-1), 0);
      assert.equal(inspection.rank.at(-1), 0);
    });

    test('has the entropy, the likeliest tokens and the rank of the distribution that inference gives', () => {
      const model = new LanguageModel(module, tensors, WINDOW);
      for (let index = 0; index < WINDOW; index++) {
        model.feed(text[index]!);
        const probabilities = model.probabilities();
        const entropy = probabilities.reduce((sum, p) => sum - p * Math.log(p), 0);
        assertNear([inspection.entropy[index]!], [entropy], 'entropy');
        const order = [...probabilities.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!);
        const tops = order.slice(0, 7);
        assert.deepEqual([...inspection.topTokens.slice(index * 7, index * 7 + 7)], tops);
        const expected = tops.map((token) => probabilities[token]!);
        assertNear(inspection.topProbabilities.slice(index * 7, index * 7 + 7), expected, 'top');
        assert.equal(inspection.rank[index], order.indexOf(text[index + 1]!) + 1);
      }
    });

    test('does not depend on what was read before', () => {
      const inspector = new Inspector(module, tensors, WINDOW);
      inspector.inspect([3, 4, 5]);
      assert.deepEqual(inspector.inspect(text, 7), inspection);
      assert.equal(inspector.inspect([]).length, 0);
      assert.throws(() => inspector.inspect([1, 45]), /expected a token from 0 to 44, got 45/);
    });
  });
}
