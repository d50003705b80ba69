import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import type { CellName } from '../../src/language-model/network/cells.ts';
import { isKept, MASK, maskSeed } from '../../src/language-model/network/dropout.ts';
import { createMemory } from '../../src/language-model/network/memory.ts';
import { Network, type NetworkOptions, type Plan, planNetwork } from '../../src/language-model/network/network.ts';
import { padded, type Parameter, readParameter, writeParameter } from '../../src/language-model/network/parameters.ts';
import { createSignals, Team } from '../../src/language-model/network/team.ts';
import { Streams } from '../../src/language-model/training/streams.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import {
  differences,
  Reference,
  type ReferenceMasks,
  type ReferenceTensors,
  zeroState,
} from './recurrent-reference.ts';

const VARIANTS = ['simd', 'relaxed-simd'] as const;
const MASK_SEED = 77;

const PLAIN: NetworkOptions = {
  cell: 'lstm',
  layers: 1,
  vocabulary: 11,
  embeddingSize: 5,
  hiddenSize: 7,
  attention: false,
  tied: false,
  oneHot: false,
  batchSize: 3,
  steps: 4,
  dropout: 0,
  weightDropout: 0,
  embeddingDropout: 0,
  freezeEmbedding: false,
};
/** Odd sizes, so that everything is padded; ODD has two panels a step. */
const ODD = { vocabulary: 9, embeddingSize: 9, hiddenSize: 5, batchSize: 9, steps: 3 };
const SIZES: Record<string, Partial<NetworkOptions>> = {
  lstm: {},
  'lstm, two panels': ODD,
  gru: { cell: 'gru' },
  'gru, two panels': { cell: 'gru', batchSize: 9, steps: 2 },
  rnn: { cell: 'rnn' },
  'lstm, 2 layers': { layers: 2, hiddenSize: 5 },
  'gru, 3 layers': { cell: 'gru', layers: 3, hiddenSize: 5, batchSize: 9, steps: 3 },
  'rnn, 2 layers': { cell: 'rnn', layers: 2 },
  'lstm, tied': { tied: true, embeddingSize: 7 },
  'lstm, one-hot': { oneHot: true },
  'lstm, 2 layers, all dropouts, tied': {
    ...{ layers: 2, tied: true, embeddingSize: 5, hiddenSize: 5, batchSize: 9, steps: 2 },
    ...{ dropout: 0.3, weightDropout: 0.4, embeddingDropout: 0.3 },
  },
  'gru, all dropouts, one-hot': { cell: 'gru', oneHot: true, dropout: 0.3, weightDropout: 0.4, embeddingDropout: 0.3 },
  'lstm, input and word dropout, two panels': { ...ODD, inputDropout: 0.4, embeddingDropout: 0.2 },
  'rnn, frozen embedding': { cell: 'rnn', freezeEmbedding: true },
  'lstm, attention': { attention: true },
  'gru, 2 layers, attention, tied, dropout': {
    ...{ cell: 'gru', layers: 2, attention: true, tied: true, embeddingSize: 5, hiddenSize: 5 },
    ...{ batchSize: 9, steps: 3, dropout: 0.3 },
  },
  'lstm, adaptive softmax': { vocabulary: 45, cutoffs: [16, 32] },
  'gru, adaptive softmax of three clusters, tied, two panels': {
    ...{ cell: 'gru', vocabulary: 61, cutoffs: [16, 32, 48], tied: true, embeddingSize: 7, batchSize: 9, steps: 3 },
  },
  'rnn, attention, one-hot': { cell: 'rnn', attention: true, oneHot: true },
};

/** A network of one thread with random parameters, and the same parameters in double precision. */
async function create(variant: string, changes: Partial<NetworkOptions>, seed: number) {
  const options = { ...PLAIN, ...changes };
  const kernel = await kernelOf(variant);
  const plan = planNetwork(options, 1);
  const memory = createMemory(plan.bytes);
  const network = new Network(kernel, memory, plan, new Team(createSignals(), 0, 1), MASK_SEED);
  finish(network.initialise(seed, new Int32Array(0)));
  const floats = new Float32Array(memory.buffer);
  const random = mulberry32(seed);
  const parameters = plan.parameters.all;
  const tensors: ReferenceTensors = {};
  for (const parameter of parameters) {
    const { shape, data } = readParameter(floats, parameter);
    const drawn = data.map(() => 1.6 * random() - 0.8);
    writeParameter(floats, parameter, { shape, data: drawn });
    tensors[parameter.name] = Float64Array.from(drawn);
  }
  const random2 = mulberry32(seed + 1);
  // one token short of a whole number of windows, so that the last lane ends early
  const text = Int32Array.from({ length: 2 * options.batchSize * options.steps }, () =>
    Math.floor(random2() * options.vocabulary),
  );
  const streams = new Streams(text, options.batchSize);
  const zero = Array.from({ length: options.batchSize }, () => zeroState(options));
  return { network, options, plan, floats, parameters, tensors, streams, text, zero };
}

function kernelOf(variant: string): Promise<WebAssembly.Module> {
  const file = new URL(`kernels/language-model.${variant}.wasm`, DISTRIBUTION);
  return readFile(file).then((bytes) => WebAssembly.compile(bytes));
}

function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** What the streams should give, (T, B), worked out from the text alone. */
function windowOf(text: Int32Array, lanes: number, position: number, steps: number) {
  const length = Math.ceil((text.length - 1) / lanes);
  const rows = (offset: number) =>
    Array.from({ length: steps }, (_, step) =>
      Array.from({ length: lanes }, (_, lane) => {
        const index = lane * length + position + step;
        return index < text.length - 1 ? text[index + offset]! : offset ? -1 : 1;
      }),
    );
  return {
    inputs: rows(0),
    targets: rows(1),
    count: rows(1)
      .flat()
      .filter((target) => target >= 0).length,
  };
}

const largest = (values: Iterable<number>): number =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  const error = largest(Array.from(actual, (value, index) => value - expected[index]!));
  assert.ok(error <= tolerance, `${what}: off by ${error} of ${largest(Array.from(expected))}`);
}

/**
 * The masks of a training step, worked out from the hash alone: numbers are counted in memory,
 * padding included.
 */
function masksOf(options: NetworkOptions, draw: number): ReferenceMasks {
  const { batchSize, embeddingSize, hiddenSize, dropout, inputDropout = 0, weightDropout, embeddingDropout } = options;
  const factor = (index: number, mask: number, rate: number) =>
    isKept(index, maskSeed(MASK_SEED, draw, mask), rate) ? 1 / (1 - rate) : 0;
  const units = padded(hiddenSize);
  const panels = Math.ceil(batchSize / 8);
  return {
    embedding: embeddingDropout > 0 ? (token) => factor(token, MASK.embedding, embeddingDropout) : null,
    input:
      inputDropout > 0
        ? (step, sequence, feature) => {
            const panel = step * panels + Math.floor(sequence / 8);
            return factor((panel * padded(embeddingSize) + feature) * 8 + (sequence % 8), MASK.input, inputDropout);
          }
        : null,
    output:
      dropout > 0
        ? (layer, step, sequence, unit) => {
            const panel = step * panels + Math.floor(sequence / 8);
            return factor((panel * units + unit) * 8 + (sequence % 8), MASK.output + layer, dropout);
          }
        : null,
    recurrent:
      weightDropout > 0
        ? (layer, row, column) => {
            const block = Math.floor(row / hiddenSize);
            const inside = (block * units + (row % hiddenSize)) * units + column;
            return factor(inside, MASK.recurrent + layer, weightDropout);
          }
        : null,
  };
}

for (const variant of VARIANTS) {
  describe(`the network (${variant})`, () => {
    for (const [name, changes] of Object.entries(SIZES)) {
      test(`has the loss of a plain one in double precision, from a state carried over: ${name}`, async () => {
        const { network, options, tensors, streams, text, zero } = await create(variant, changes, 3);
        const reference = new Reference(options, tensors);
        let states = zero;
        for (const position of [0, options.steps]) {
          const { inputs, targets } = windowOf(text, options.batchSize, position, options.steps);
          const expected = reference.window(inputs, targets, states);
          states = expected.states;
          const loss = finish(network.evaluate(streams, position, options.steps));
          assert.ok(Math.abs(loss - expected.loss) < 1e-5 * expected.loss, `${loss}, expected ${expected.loss}`);
        }
      });

      test(`has the gradients of finite differences in every tensor, from a state carried over: ${name}`, async () => {
        const { network, options, plan, floats, tensors, streams, text, zero } = await create(variant, changes, 5);
        const { batchSize, steps } = options;
        const first = windowOf(text, batchSize, 0, steps);
        const second = windowOf(text, batchSize, steps, steps);
        assert.ok(second.count < batchSize * steps, 'the last lane ends early');
        const { states } = new Reference(options, tensors, masksOf(options, 1)).window(
          first.inputs,
          first.targets,
          zero,
        );
        const reference = new Reference(options, tensors, masksOf(options, 2));
        const expectedLoss = () => reference.window(second.inputs, second.targets, states).loss / second.count;

        finish(network.differentiate(streams, 0, steps, 1));
        const loss = finish(network.differentiate(streams, steps, steps, 2)) / second.count;
        assert.ok(Math.abs(loss - expectedLoss()) < 1e-5 * loss, `${loss}, expected ${expectedLoss()}`);
        for (const parameter of plan.trained) {
          const tensor = tensors[parameter.name]!;
          const actual = readParameter(floats, parameter, plan.toGradient).data;
          if (variant === 'relaxed-simd') {
            const expected = differences(tensor, expectedLoss);
            assert.ok(largest(expected) > 5e-5, `${parameter.name} has a gradient to compare`);
            assertNear(actual, expected, 5e-7 + 3e-6 * largest(expected), parameter.name);
          } else {
            assertSlope(tensor, actual, expectedLoss, parameter.name); // as telling, and fast
          }
        }
      });
    }

    test('forgets the state when it is reset', async () => {
      const { network, streams } = await create(variant, {}, 7);
      const fresh = finish(network.evaluate(streams, 0, PLAIN.steps));
      const carried = finish(network.evaluate(streams, 0, PLAIN.steps));
      network.resetState();
      assert.notEqual(carried, fresh);
      assert.equal(finish(network.evaluate(streams, 0, PLAIN.steps)), fresh);
    });

    test('gives windows of fewer steps the gradient of just these steps', async () => {
      const { network, options, plan, floats, parameters, tensors, streams, text, zero } = await create(variant, {}, 9);
      finish(network.differentiate(streams, 0, PLAIN.steps, 1)); // leaves numbers everywhere
      network.resetState();
      finish(network.differentiate(streams, 0, 1, 1));
      const { inputs, targets, count } = windowOf(text, PLAIN.batchSize, 0, 1);
      const plain = new Reference(options, tensors);
      const reference = () => plain.window(inputs, targets, zero).loss / count;
      for (const parameter of parameters) {
        const expected = differences(tensors[parameter.name]!, reference);
        assertNear(readParameter(floats, parameter, plan.toGradient).data, expected, 3e-6, parameter.name);
      }
    });

    for (const [clip, weightDecay] of [
      [1000, 0],
      [0.05, 0],
      [1, 0.1],
    ] as const) {
      test(`takes AdamW's steps with gradients of a norm of at most ${clip}, weight decay ${weightDecay}`, async () => {
        const { network, plan, floats, parameters, tensors, streams } = await create(variant, {}, 11);
        const means = new Map(parameters.map(({ name }) => [name, tensors[name]!.map(() => 0)]));
        const squares = new Map(parameters.map(({ name }) => [name, tensors[name]!.map(() => 0)]));
        for (let step = 1; step <= 3; step++) {
          finish(network.differentiate(streams, 0, PLAIN.steps, 1));
          const gradients = parameters.map((parameter) => readParameter(floats, parameter, plan.toGradient).data);
          const norm = Math.sqrt(gradients.reduce((sum, data) => sum + data.reduce((part, x) => part + x * x, 0), 0));
          const rate = 0.01 / step;
          const given = finish(network.norm());
          finish(network.update(step, rate, weightDecay, given, clip));
          assert.ok(Math.abs(given - norm) < 1e-5 * norm, `norm ${given}, expected ${norm}`);
          parameters.forEach((parameter, index) => {
            const { name } = parameter;
            adam(
              tensors[name]!,
              gradients[index]!,
              means.get(name)!,
              squares.get(name)!,
              rate * parameter.pace,
              Math.min(1, clip / norm),
              step,
              parameter.shape.length > 1 ? weightDecay : 0,
            );
            assertNear(readParameter(floats, parameter).data, tensors[name]!, 2e-6, `${name} after step ${step}`);
          });
        }
      });
    }

    test('leaves the padding at zero', async () => {
      const { network, plan, floats, streams } = await create(variant, {}, 13);
      for (let step = 1; step <= 2; step++) {
        finish(network.differentiate(streams, 0, PLAIN.steps, 1));
        finish(network.update(step, 0.01, 0, finish(network.norm()), 1));
      }
      for (const offset of [0, plan.toGradient, plan.toMean, plan.toSquare]) assertNoPadding(floats, plan, offset);
    });
  });
}

for (const [what, sizes] of Object.entries({
  'an RNN where sizes exceed every block: 256 rows, 512 sequences, 512 terms of a sum': {
    ...{ cell: 'rnn', vocabulary: 270, embeddingSize: 521, hiddenSize: 66, batchSize: 40, steps: 13 },
  },
  "an LSTM whose products are Strassen's": {
    ...{ cell: 'lstm', vocabulary: 40, embeddingSize: 125, hiddenSize: 130, batchSize: 24, steps: 3 },
  },
  "a GRU whose products are Strassen's, 2 layers": {
    ...{ cell: 'gru', layers: 2, vocabulary: 40, embeddingSize: 125, hiddenSize: 130, batchSize: 24, steps: 3 },
  },
} satisfies Record<string, Partial<NetworkOptions>>)) {
  test(`has the slope of a plain one, and padding at zero: ${what}`, async () => {
    const { network, options, plan, floats, parameters, tensors, streams, text, zero } = await create(
      'simd',
      sizes,
      17,
    );
    for (const parameter of parameters.filter(({ shape }) => shape.length > 1)) {
      const data = tensors[parameter.name]!;
      // sums of many terms stay small
      data.forEach((value, index) => (data[index] = Math.fround(value * 0.1)));
      writeParameter(floats, parameter, { shape: parameter.shape, data: Float32Array.from(data) });
    }
    const { inputs, targets, count } = windowOf(text, sizes.batchSize, 0, sizes.steps);
    const reference = new Reference(options, tensors);
    const loss = () => reference.window(inputs, targets, zero).loss / count;
    finish(network.differentiate(streams, 0, sizes.steps, 1));
    for (const parameter of parameters) {
      const gradient = readParameter(floats, parameter, plan.toGradient).data;
      assertSlope(tensors[parameter.name]!, gradient, loss, parameter.name);
    }
    assertNoPadding(floats, plan, plan.toGradient);
  });
}

/** Of the second layer: the gate with a diagonal, and the biases by gate. */
const PASSES: Record<CellName, { gate: number; gain: number; first: number[]; above: number[] }> = {
  rnn: { gate: 0, gain: 1.5, first: [0], above: [0] },
  gru: { gate: 2, gain: 1.75, first: [0, 0, 0], above: [0, -2, 0] },
  lstm: { gate: 2, gain: 2, first: [0, 1, 0, 0], above: [2, -2, 0, 2] },
};

for (const [cell, { gate, gain, first, above }] of Object.entries(PASSES) as [CellName, (typeof PASSES)[CellName]][]) {
  test(`initial weights, ${cell}: the input's sums have the variance 1, the second layer passes on, the output has the logarithms of the counts`, async () => {
    const H = 25;
    const sizes = {
      ...{
        cell,
        vocabulary: 300,
        embeddingSize: 20,
        hiddenSize: H,
        batchSize: 1,
        steps: 2,
        layers: 2,
        attention: true,
      },
    };
    const plan = planNetwork({ ...PLAIN, ...sizes }, 1);
    const memory = createMemory(plan.bytes);
    const network = new Network(await kernelOf('simd'), memory, plan, new Team(createSignals(), 0, 1), 1);
    const text = Int32Array.from({ length: 5000 }, (_, at) => (at * at) % 300);
    finish(network.initialise(1, text));
    const read = (parameter: Parameter) => readParameter(new Float32Array(memory.buffer), parameter).data;
    const { embedding, layers, attention, outputWeight, outputBias } = plan.parameters;
    const rows = read(embedding!);
    const weights = read(layers[0]!.weightIh);
    const sums = Array.from(text.subarray(0, 300)).flatMap((token) =>
      Array.from({ length: weights.length / 20 }, (_, row) =>
        Array.from({ length: 20 }, (_, k) => weights[row * 20 + k]! * rows[token * 20 + k]!).reduce((a, b) => a + b),
      ),
    );
    const variance = sums.reduce((sum, x) => sum + x * x, 0) / sums.length;
    assert.ok(variance > 0.8 && variance < 1.25, `variance ${variance}`);
    const upper = read(layers[1]!.weightIh);
    for (let unit = 0; unit < H; unit++) {
      const place = (gate * H + unit) * H + unit;
      assert.ok(upper[place]! > gain - 0.2 && upper[place]! < gain + 0.2);
      upper[place]! -= gain;
    }
    for (const [name, data, range] of [
      ['embedding', rows, 0.1],
      ['weightIh', weights, largest(weights)],
      ['weightHh', read(layers[0]!.weightHh), 0.2],
      ['weightIh of the second layer', upper, 0.2],
      ['weightHh of the second layer', read(layers[1]!.weightHh), 0.2],
      ['query', read(attention!.query), 0.2],
      ['join', read(attention!.join), 1 / Math.sqrt(50)],
      ['output', read(outputWeight), 0.1],
    ] as const) {
      const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
      const deviation = Math.sqrt(data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length);
      assert.ok(largest(data) <= range + 1e-6 && largest(data) > 0.98 * range, `${name}: largest ${largest(data)}`);
      assert.ok(Math.abs(mean) < 0.07 * range, `${name}: mean ${mean}`);
      assert.ok(Math.abs(deviation - range / Math.sqrt(3)) < 0.04 * range, `${name}: deviation ${deviation}`);
      assert.equal(new Set(data).size > 0.99 * data.length, true);
    }
    for (const [layer, biases] of [first, above].entries()) {
      assert.deepEqual(
        Array.from(read(layers[layer]!.biasIh)),
        biases.flatMap((bias) => new Array<number>(H).fill(bias)),
      );
      assert.equal(largest(read(layers[layer]!.biasHh)), 0);
    }
    assert.equal(largest(read(attention!.joinBias)), 0);
    const counts = new Array<number>(300).fill(1);
    for (const token of text) counts[token]!++;
    assert.deepEqual(read(outputBias), Float32Array.from(counts, Math.log));
  });
}

/** What stands `offset` bytes behind the parameters is zero in their padding. */
function assertNoPadding(floats: Float32Array, { parameters }: Plan, offset: number): void {
  const start = (parameters.ptr + offset) / 4;
  const all = floats.subarray(start, start + parameters.bytes / 4).filter((value) => value !== 0).length;
  assert.equal(
    all,
    parameters.all.reduce((sum, parameter) => sum + nonZero(floats, parameter, offset), 0),
  );
}

/**
 * Compares the slope along the gradient's signs, half of them dropped: no part of the gradient can
 * be missing or wrong.
 */
function assertSlope(tensor: Float64Array, gradient: Float32Array, loss: () => number, what: string): void {
  const random = mulberry32(19);
  const direction = gradient.map((value) => (random() < 0.5 ? Math.sign(value) : 0));
  const move = (distance: number) => direction.forEach((sign, index) => (tensor[index]! += distance * sign));
  move(1e-5);
  const above = loss();
  move(-2e-5);
  const slope = (above - loss()) / 2e-5;
  move(1e-5);
  const expected = gradient.reduce((sum, value, index) => sum + value * direction[index]!, 0);
  assert.ok(Math.abs(slope - expected) < 1e-4 * slope, `${what}: ${expected}, expected ${slope}`);
}

function adam(
  parameters: Float64Array,
  gradient: Float32Array,
  means: Float64Array,
  squares: Float64Array,
  rate: number,
  scale: number,
  step: number,
  weightDecay: number,
): void {
  for (let index = 0; index < parameters.length; index++) {
    const g = gradient[index]! * scale;
    means[index] = 0.9 * means[index]! + 0.1 * g;
    squares[index] = 0.999 * squares[index]! + 0.001 * g * g;
    const mean = means[index]! / (1 - 0.9 ** step);
    const square = squares[index]! / (1 - 0.999 ** step);
    parameters[index]! *= 1 - rate * weightDecay;
    parameters[index]! -= (rate * mean) / (Math.sqrt(square) + 1e-8);
  }
}

const nonZero = (floats: Float32Array, parameter: Parameter, offset: number): number =>
  readParameter(floats, parameter, offset).data.filter((value) => value !== 0).length;
