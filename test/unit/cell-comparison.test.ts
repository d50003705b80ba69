import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import {
  CellComparison,
  compareCells,
  type ComparisonSetup,
  contenders,
} from '../../src/language-model/comparison/comparison.ts';
import { copyTask } from '../../src/language-model/comparison/copy-task.ts';
import {
  hiddenSizeWithParameters,
  multiplyAddsPerToken,
  parameterCount,
} from '../../src/language-model/comparison/costs.ts';
import { gradientByDistance, perplexityByContext } from '../../src/language-model/comparison/memory-span.ts';
import { LanguageModel } from '../../src/language-model/inference/inference.ts';
import { type Architecture, layOutParameters, type Tensor } from '../../src/language-model/network/parameters.ts';
import { LANGUAGE_MODEL_DEFAULTS, type LanguageModelOptions } from '../../src/language-model/options.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { Reference, type ReferenceState, zeroState } from './recurrent-reference.ts';

const module = await WebAssembly.compile(await readFile(new URL('kernels/language-model.simd.wasm', DISTRIBUTION)));

const SMALL: Architecture = {
  cell: 'lstm',
  layers: 2,
  vocabulary: 30,
  embeddingSize: 6,
  hiddenSize: 9,
  attention: false,
  tied: false,
  oneHot: false,
};

function finish<R>(work: Generator<unknown, R>): R {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

function draw(architecture: Architecture): Record<string, Tensor> {
  const random = mulberry32(11);
  return Object.fromEntries(
    layOutParameters(architecture, 0).all.map(({ name, shape }) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b)).map(() => 1.2 * random() - 0.6);
      return [name, { shape, data }];
    }),
  );
}

const random = mulberry32(2);
const text = Int32Array.from({ length: 90 }, () => Math.floor(random() * 30));

describe('what a model costs', () => {
  test('is what its shape says', () => {
    // embedding; two layers of four gates, two biases each; output
    const layers = 4 * 9 * (6 + 9) + 8 * 9 + 4 * 9 * (9 + 9) + 8 * 9;
    assert.equal(parameterCount(SMALL), 30 * 6 + layers + 30 * 9 + 30);
    assert.equal(multiplyAddsPerToken(SMALL, 32), 4 * 9 * (6 + 9 + 9 + 9) + 30 * 9);
    const attention = { ...SMALL, cell: 'gru', layers: 1, attention: true, oneHot: true } as const;
    assert.equal(parameterCount(attention), 3 * 9 * (30 + 9) + 6 * 9 + 9 * 9 + 9 * 18 + 9 + 30 * 9 + 30);
    assert.equal(multiplyAddsPerToken(attention, 32), 3 * 9 * 9 + 9 * 9 + 9 * 18 + 2 * 32 * 9 + 30 * 9);
    assert.equal(
      parameterCount({ ...SMALL, tied: true, embeddingSize: 9 }),
      parameterCount({ ...SMALL, embeddingSize: 9 }) - 270,
    );
  });

  test('can be made equal by the hidden size', () => {
    const architecture = { ...SMALL, vocabulary: 4000, embeddingSize: 128, hiddenSize: 128 };
    const count = parameterCount(architecture);
    assert.equal(hiddenSizeWithParameters(architecture, count), 128);
    for (const changes of [
      { cell: 'rnn' },
      { cell: 'gru' },
      { cell: 'rnn', tied: true },
      { attention: true },
    ] as const) {
      const hiddenSize = hiddenSizeWithParameters({ ...architecture, ...changes }, count);
      const embeddingSize = 'tied' in changes ? hiddenSize : 128;
      const made = parameterCount({ ...architecture, ...changes, hiddenSize, embeddingSize });
      assert.ok(Math.abs(made / count - 1) < 0.01, `${made}, expected about ${count}`);
    }
  });
});

for (const [name, architecture, window] of [
  ['lstm', SMALL, 8],
  ['gru', { ...SMALL, cell: 'gru', layers: 1 }, 8],
  ['rnn, attention', { ...SMALL, cell: 'rnn', layers: 1, attention: true }, 40],
] as const) {
  describe(`how far a model looks back (${name})`, () => {
    const tensors = draw(architecture);

    test('perplexities are those of inference on contexts of that length', () => {
      const contexts = [1, 2, 8, 13, 40, 500];
      const results = finish(perplexityByContext(module, tensors, text, contexts, window, 70));
      assert.deepEqual(
        results.map(({ context }) => context),
        [1, 2, 8, 13, 40], // the text has no 500 tokens
      );
      const model = new LanguageModel(module, tensors, window);
      const places = Array.from({ length: 50 }, (_, index) => 40 + index);
      for (const { context, perplexity } of results) {
        const loss = places.reduce((sum, place) => {
          model.reset();
          text.subarray(place - context, place).forEach((token) => model.feed(token));
          return sum - Math.log(model.probabilities()[text[place]!]!);
        }, 0);
        const expected = Math.exp(loss / places.length);
        assert.ok(Math.abs(perplexity / expected - 1) < 1e-4, `${context}: ${perplexity}, expected ${expected}`);
      }
    });

    // what attention sees is no state that a step could be started from
    if (architecture.attention) return;

    test('gradients in earlier states have the norms of finite differences', () => {
      const distance = 12;
      const few = text.subarray(0, 16); // three places
      const norms = finish(gradientByDistance(module, tensors, few, distance, 100));
      assert.equal(norms.length, distance + 1);
      const doubles = Object.fromEntries(
        Object.entries(tensors).map(([each, { data }]) => [each, Float64Array.from(data)]),
      );
      const reference = new Reference(architecture, doubles);
      const expected = new Array<number>(distance + 1).fill(0);
      for (const place of [13, 14, 15]) {
        const read = Array.from(few.subarray(place - distance - 1, place));
        let state = zeroState(architecture);
        for (const [step, token] of read.entries()) {
          ({ state } = reference.step(token, state, []));
          const k = distance - step;
          if (k > 0)
            expected[k]! +=
              slopeNorm(state, (from) => lossFrom(reference, read.slice(step + 1), few[place]!, from)) / 3;
        }
      }
      for (let k = 1; k <= distance; k++) {
        assert.ok(Math.abs(norms[k]! / expected[k]! - 1) < 1e-3, `k = ${k}: ${norms[k]}, expected ${expected[k]}`);
      }
      assert.ok(norms[0]! > 0);
    });
  });
}

function lossFrom(reference: Reference, tokens: readonly number[], target: number, state: ReferenceState): number {
  let probabilities: number[] = [];
  for (const token of tokens) ({ state, probabilities } = reference.step(token, state, []));
  return -Math.log(probabilities[target]!);
}

/**
 * The norm of the gradient of `loss` in all of `state`, an RNN's or GRU's cell, which says nothing,
 * included.
 */
function slopeNorm(state: ReferenceState, loss: (state: ReferenceState) => number): number {
  let squares = 0;
  for (const values of state.flatMap(({ hidden, cell }) => [hidden, cell])) {
    for (let index = 0; index < values.length; index++) {
      const value = values[index]!;
      values[index] = value + 1e-5;
      const above = loss(state);
      values[index] = value - 1e-5;
      const below = loss(state);
      values[index] = value;
      squares += ((above - below) / 2e-5) ** 2;
    }
  }
  return Math.sqrt(squares);
}

describe('the copy task', () => {
  const options = { cell: 'gru', attention: false, layers: 1, hiddenSize: 24, learningRates: [0.01] } as const;

  test('is learned over a short distance, and then training ends', () => {
    const { accuracy, loss, steps } = finish(copyTask(module, { ...options, steps: 400 }, 4, 1));
    assert.equal(accuracy, 1);
    assert.ok(loss < 0.05 && steps < 400, `loss ${loss} after ${steps} steps`);
  });

  test('is a matter of chance without training', () => {
    const { accuracy, steps } = finish(copyTask(module, { ...options, steps: 1 }, 20, 1));
    assert.ok(accuracy < 0.4, String(accuracy));
    assert.equal(steps, 1);
  });

  test('is learned with another rate where the first one does not do', () => {
    const rates = { ...options, steps: 400, learningRates: [1e-6, 0.01] };
    assert.deepEqual(finish(copyTask(module, rates, 4, 1)), finish(copyTask(module, { ...options, steps: 400 }, 4, 1)));
    const none = finish(copyTask(module, { ...rates, learningRates: [1e-6, 2e-6], steps: 30 }, 4, 1));
    assert.ok(none.accuracy < 0.5 && none.steps === 30);
  });

  test('over a longer distance is easier with attention than without', () => {
    const lstm = { ...options, cell: 'lstm', steps: 300 } as const;
    const [without, attending] = [false, true].map((attention) =>
      finish(copyTask(module, { ...lstm, attention }, 40, 1)),
    );
    assert.ok(attending!.loss < without!.loss - 0.2, `${attending!.loss}, ${without!.loss}`);
  });
});

describe('a comparison of cells', () => {
  const options: LanguageModelOptions = {
    ...LANGUAGE_MODEL_DEFAULTS,
    ...{ embeddingSize: 16, hiddenSize: 32, maxVocabulary: 50, batchSize: 8, steps: 8, epochs: 1 },
  };
  const source = mulberry32(4);
  const setup: ComparisonSetup = {
    kernel: module,
    tokens: Int32Array.from({ length: 4000 }, (_, index) => (index % 13 === 12 ? -1 : Math.floor(40 * source() ** 2))),
    documents: Int32Array.of(0, 3500),
    heldOut: Uint8Array.of(0, 1),
    seed: 1,
    ...{ contexts: [1, 4, 16], gradientDistance: 10, places: 64 },
    ...{ copyDistances: [1, 3], copyRates: [0.01], copySteps: 20, copyHiddenSize: 8 },
  };

  test('gives every contender the same text, and the same figures each time', () => {
    const all = contenders(options, 'hiddenSize');
    const reports = finish(compareCells(setup, all));
    assert.deepEqual(
      reports.map(({ name, cell, attention, hiddenSize }) => [name, cell, attention, hiddenSize]),
      [
        ['RNN', 'rnn', false, 32],
        ['GRU', 'gru', false, 32],
        ['LSTM', 'lstm', false, 32],
        ['LSTM + attention', 'lstm', true, 32],
      ],
    );
    for (const report of reports) {
      assert.equal(report.trainedTokens, reports[0]!.trainedTokens);
      assert.ok(report.perplexity > 1 && report.perplexity < 42 && report.seconds > 0);
      assert.deepEqual(
        report.perplexityByContext.map(({ context }) => context),
        [1, 4, 16],
      );
      assert.equal(report.gradientByDistance.length, 11);
      // in 20 steps nothing is learned, so that the second distance is not tried
      assert.deepEqual(
        report.copyTask.map(({ distance, steps }) => [distance, steps]),
        [[1, 20]],
      );
    }
    const again = new CellComparison(setup, all[1]!);
    assert.throws(() => again.report(), /not at its end/);
    while (again.step());
    const { seconds, tokensPerSecond, ...figures } = again.report();
    assert.ok(seconds > 0 && tokensPerSecond > 0);
    assert.deepEqual({ ...reports[1], ...figures }, reports[1]);
  });

  test('can give every contender as many parameters', () => {
    const all = contenders({ ...options, hiddenSize: 64 }, 'parameters');
    assert.equal(all[2]!.options.hiddenSize, 64);
    const counts = all.map(({ options: each }) => parameterCount({ ...each, vocabulary: 50, oneHot: false }));
    for (const count of counts) assert.ok(Math.abs(count / counts[2]! - 1) < 0.02, String(counts));
  });
});
