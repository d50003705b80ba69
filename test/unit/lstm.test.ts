import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { Network } from '../../src/language-model/network.ts';
import { listParameters, readParameter, writeParameter, type Parameter } from '../../src/language-model/parameters.ts';
import { Streams } from '../../src/language-model/streams.ts';
import { createSignals, Team } from '../../src/language-model/team.ts';
import { createMemory, layOutWorkspace, type TrainingSizes } from '../../src/language-model/workspace.ts';
import { differences, referenceWindow, zeroState, type ReferenceTensors } from './lstm-reference.ts';

const VARIANTS = ['simd', 'relaxed-simd'] as const;

/** Odd sizes, so that everything is padded; ODD has two panels a step. */
const SMALL: TrainingSizes = { vocabulary: 11, embeddingSize: 5, hiddenSize: 7, batchSize: 3, steps: 4 };
const ODD: TrainingSizes = { vocabulary: 13, embeddingSize: 9, hiddenSize: 6, batchSize: 10, steps: 3 };

function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A network of one thread with random parameters, and the same parameters in double precision. */
async function create(variant: string, sizes: TrainingSizes, seed: number) {
  const file = new URL(`../../dist/kernels/language-model.${variant}.wasm`, import.meta.url);
  const kernel = await WebAssembly.compile(await readFile(file));
  const space = layOutWorkspace(sizes, 1);
  const memory = createMemory(space.bytes);
  const network = new Network(kernel, memory, space, new Team(createSignals(), 0, 1));
  finish(network.initialise(seed, new Int32Array(0)));
  const floats = new Float32Array(memory.buffer);
  const random = numbers(seed);
  const parameters = listParameters(space.parameters);
  const tensors: ReferenceTensors = {};
  for (const parameter of parameters) {
    const { shape, data } = readParameter(floats, parameter);
    const drawn = data.map(() => 1.6 * random() - 0.8);
    writeParameter(floats, parameter, { shape, data: drawn });
    tensors[parameter.name] = Float64Array.from(drawn);
  }
  const random2 = numbers(seed + 1);
  // one token short of a whole number of windows, so that the last lane ends early
  const text = Int32Array.from({ length: 2 * sizes.batchSize * sizes.steps }, () =>
    Math.floor(random2() * sizes.vocabulary),
  );
  return { network, space, floats, parameters, tensors, streams: new Streams(text, sizes.batchSize), text };
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

for (const variant of VARIANTS) {
  describe(`the LSTM (${variant})`, () => {
    for (const sizes of [SMALL, ODD]) {
      const named = Object.values(sizes).join(' ');
      test(`has the loss of a plain LSTM in double precision, from a state carried over (${named})`, async () => {
        const { network, tensors, streams, text } = await create(variant, sizes, 3);
        let state = zeroState(sizes.batchSize, sizes.hiddenSize);
        for (const position of [0, sizes.steps]) {
          const { inputs, targets } = windowOf(text, sizes.batchSize, position, sizes.steps);
          const reference = referenceWindow(tensors, sizes, inputs, targets, state);
          state = reference.state;
          const loss = finish(network.evaluate(streams, position, sizes.steps));
          assert.ok(Math.abs(loss - reference.loss) < 1e-5 * reference.loss, `${loss}, expected ${reference.loss}`);
        }
      });

      test(`has the gradients of finite differences in every tensor, from a state carried over (${named})`, async () => {
        const { network, space, floats, parameters, tensors, streams, text } = await create(variant, sizes, 5);
        const first = windowOf(text, sizes.batchSize, 0, sizes.steps);
        const second = windowOf(text, sizes.batchSize, sizes.steps, sizes.steps);
        assert.ok(second.count < sizes.batchSize * sizes.steps, 'the last lane ends early');
        const zero = zeroState(sizes.batchSize, sizes.hiddenSize);
        const { state } = referenceWindow(tensors, sizes, first.inputs, first.targets, zero);
        const reference = () =>
          referenceWindow(tensors, sizes, second.inputs, second.targets, state).loss / second.count;

        finish(network.differentiate(streams, 0, sizes.steps));
        const loss = finish(network.differentiate(streams, sizes.steps, sizes.steps)) / second.count;
        assert.ok(Math.abs(loss - reference()) < 1e-5 * loss);
        for (const parameter of parameters) {
          const expected = differences(tensors[parameter.name]!, reference);
          const actual = readParameter(floats, parameter, space.toGradient).data;
          assert.ok(largest(expected) > 1e-3, `${parameter.name} has a gradient to compare`);
          assertNear(actual, expected, 3e-6 * Math.max(1, largest(expected)), parameter.name);
        }
      });
    }

    test('forgets the state when it is reset', async () => {
      const { network, streams } = await create(variant, SMALL, 7);
      const fresh = finish(network.evaluate(streams, 0, SMALL.steps));
      const carried = finish(network.evaluate(streams, 0, SMALL.steps));
      network.resetState();
      assert.notEqual(carried, fresh);
      assert.equal(finish(network.evaluate(streams, 0, SMALL.steps)), fresh);
    });

    test('gives windows of fewer steps the gradient of just these steps', async () => {
      const { network, space, floats, parameters, tensors, streams, text } = await create(variant, SMALL, 9);
      finish(network.differentiate(streams, 0, SMALL.steps)); // leaves numbers everywhere
      network.resetState();
      finish(network.differentiate(streams, 0, 1));
      const { inputs, targets, count } = windowOf(text, SMALL.batchSize, 0, 1);
      const zero = zeroState(SMALL.batchSize, SMALL.hiddenSize);
      const reference = () => referenceWindow(tensors, SMALL, inputs, targets, zero).loss / count;
      for (const parameter of parameters) {
        const expected = differences(tensors[parameter.name]!, reference);
        assertNear(readParameter(floats, parameter, space.toGradient).data, expected, 3e-6, parameter.name);
      }
    });

    for (const clip of [1000, 0.05]) {
      test(`takes Adam's steps with gradients of a norm of at most ${clip}`, async () => {
        const { network, space, floats, parameters, tensors, streams } = await create(variant, SMALL, 11);
        const means = new Map(parameters.map(({ name }) => [name, tensors[name]!.map(() => 0)]));
        const squares = new Map(parameters.map(({ name }) => [name, tensors[name]!.map(() => 0)]));
        for (let step = 1; step <= 3; step++) {
          finish(network.differentiate(streams, 0, SMALL.steps));
          const gradients = parameters.map((parameter) => readParameter(floats, parameter, space.toGradient).data);
          const norm = Math.sqrt(gradients.reduce((sum, data) => sum + data.reduce((part, x) => part + x * x, 0), 0));
          const rate = 0.01 / step;
          const given = finish(network.update(rate, clip, step));
          assert.ok(Math.abs(given - norm) < 1e-5 * norm, `norm ${given}, expected ${norm}`);
          parameters.forEach((parameter, index) => {
            const { name } = parameter;
            adam(
              tensors[name]!,
              gradients[index]!,
              means.get(name)!,
              squares.get(name)!,
              rate,
              Math.min(1, clip / norm),
              step,
            );
            assertNear(readParameter(floats, parameter).data, tensors[name]!, 2e-6, `${name} after step ${step}`);
          });
        }
      });
    }

    test('leaves the padding at zero', async () => {
      const { network, space, floats, parameters, streams } = await create(variant, SMALL, 13);
      for (let step = 1; step <= 2; step++) {
        finish(network.differentiate(streams, 0, SMALL.steps));
        finish(network.update(0.01, 1, step));
      }
      const { ptr } = space.parameters.embedding;
      for (const offset of [0, space.toGradient, space.toMean, space.toSquare]) {
        const start = (ptr + offset) / 4;
        const all = floats.subarray(start, start + space.parameterCount).filter((value) => value !== 0).length;
        const real = parameters.reduce((sum, parameter) => sum + nonZero(floats, parameter, offset), 0);
        assert.equal(all, real);
      }
    });
  });
}

test('has the slope of the plain LSTM where sizes exceed every block: 256 rows, 256 sequences, 512 terms of a sum', async () => {
  const sizes = { vocabulary: 270, embeddingSize: 521, hiddenSize: 66, batchSize: 40, steps: 7 };
  const { network, space, floats, parameters, tensors, streams, text } = await create('simd', sizes, 17);
  for (const name of ['embedding.weight', 'weightIh', 'weightHh', 'output.weight']) {
    const data = tensors[name]!;
    const parameter = parameters.find((each) => each.name === name)!;
    data.forEach((value, index) => (data[index] = Math.fround(value * 0.1))); // sums of many terms stay small
    writeParameter(floats, parameter, { shape: parameter.shape, data: Float32Array.from(data) });
  }
  const { inputs, targets, count } = windowOf(text, sizes.batchSize, 0, sizes.steps);
  const zero = zeroState(sizes.batchSize, sizes.hiddenSize);
  const loss = () => referenceWindow(tensors, sizes, inputs, targets, zero).loss / count;
  finish(network.differentiate(streams, 0, sizes.steps));
  const random = numbers(19);
  for (const parameter of parameters) {
    const gradient = readParameter(floats, parameter, space.toGradient).data;
    const tensor = tensors[parameter.name]!;
    // along the gradient's signs, half of them dropped: no part of it can be missing
    const direction = gradient.map((value) => (random() < 0.5 ? Math.sign(value) : 0));
    const move = (distance: number) => direction.forEach((sign, index) => (tensor[index]! += distance * sign));
    move(1e-5);
    const above = loss();
    move(-2e-5);
    const slope = (above - loss()) / 2e-5;
    move(1e-5);
    const expected = gradient.reduce((sum, value, index) => sum + value * direction[index]!, 0);
    assert.ok(Math.abs(slope - expected) < 1e-4 * slope, `${parameter.name}: ${expected}, expected ${slope}`);
  }
});

test('initial weights are uniform in their ranges, biases zero but for the forget gate and the output, which has the logarithms of the counts', async () => {
  const sizes = { vocabulary: 300, embeddingSize: 20, hiddenSize: 25, batchSize: 1, steps: 2 };
  const file = new URL('../../dist/kernels/language-model.simd.wasm', import.meta.url);
  const space = layOutWorkspace(sizes, 1);
  const memory = createMemory(space.bytes);
  const kernel = await WebAssembly.compile(await readFile(file));
  finish(new Network(kernel, memory, space, new Team(createSignals(), 0, 1)).initialise(1, Int32Array.of(7, 7, 299)));
  const read = (parameter: Parameter) => readParameter(new Float32Array(memory.buffer), parameter).data;
  const { embedding, weightIh, weightHh, biasIh, biasHh, outputWeight, outputBias } = space.parameters;
  for (const [parameter, range] of [
    [embedding, 0.1],
    [weightIh, 0.2],
    [weightHh, 0.2],
    [outputWeight, 0.1],
  ] as const) {
    const data = read(parameter);
    const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
    const deviation = Math.sqrt(data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length);
    assert.ok(largest(data) <= range && largest(data) > 0.98 * range, `${parameter.name}: largest ${largest(data)}`);
    assert.ok(Math.abs(mean) < 0.05 * range, `${parameter.name}: mean ${mean}`);
    assert.ok(Math.abs(deviation - range / Math.sqrt(3)) < 0.03 * range, `${parameter.name}: deviation ${deviation}`);
    assert.equal(new Set(data).size > 0.99 * data.length, true);
  }
  assert.deepEqual(
    Array.from(read(biasIh)),
    [0, 1, 0, 0].flatMap((bias) => new Array<number>(25).fill(bias)),
  );
  assert.equal(largest(read(biasHh)), 0);
  const expected = Float32Array.from({ length: 300 }, (_, token) => Math.log(token === 7 ? 3 : token === 299 ? 2 : 1));
  assert.deepEqual(read(outputBias), expected);
});

function adam(
  parameters: Float64Array,
  gradient: Float32Array,
  means: Float64Array,
  squares: Float64Array,
  rate: number,
  scale: number,
  step: number,
): void {
  for (let index = 0; index < parameters.length; index++) {
    const g = gradient[index]! * scale;
    means[index] = 0.9 * means[index]! + 0.1 * g;
    squares[index] = 0.999 * squares[index]! + 0.001 * g * g;
    const mean = means[index]! / (1 - 0.9 ** step);
    const square = squares[index]! / (1 - 0.999 ** step);
    parameters[index]! -= (rate * mean) / (Math.sqrt(square) + 1e-8);
  }
}

const nonZero = (floats: Float32Array, parameter: Parameter, offset: number): number =>
  readParameter(floats, parameter, offset).data.filter((value) => value !== 0).length;
