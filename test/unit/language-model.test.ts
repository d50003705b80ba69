import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { learningSentence } from '../../src/engine/learning-problems.ts';
import { LanguageModel } from '../../src/language-model/inference/inference.ts';
import { architectureOf } from '../../src/language-model/network/parameters.ts';
import type { LanguageModelOptions } from '../../src/language-model/options.ts';
import type { LanguageModelError } from '../../src/language-model/problems.ts';
import { createLanguageModelJob } from '../../src/language-model/training/create-job.ts';
import { corpus, createJob, kernel, kernelOf, OPTIONS, run, VARIANTS } from './language-model-jobs.ts';
import { Reference, type ReferenceTensors, zeroState } from './recurrent-reference.ts';

/** What the user is told of it; '' if nothing is wrong. */
function told(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return learningSentence(error);
  }
  return '';
}

describe('the text', () => {
  const tokens = corpus(2000, 40);

  test('is held out by documents', () => {
    const documents = [0, 600, 800, 2000];
    const { heldOutTokens } = run({ tokens, documents, heldOut: [0, 1, 0, 0] });
    // its ends of sentences are there already; one more is put at its end, where it stops within a
    // sentence
    assert.equal(heldOutTokens, 200 + (tokens[799] === -1 ? 0 : 1));
  });

  test('is held out at its end where no document is', () => {
    const { heldOutTokens } = run({ tokens, options: { heldOut: 0.1 } });
    assert.ok(Math.abs(heldOutTokens - 200) <= 1);
  });

  test('has all words that occur once as unknown, and those beyond maxVocabulary', () => {
    const withRare = Int32Array.from([...tokens, 40, 41, 42]);
    const vocabulary = (options: Partial<LanguageModelOptions>) =>
      run({ tokens: withRare, options }).tensors['embedding.weight']!.shape[0];
    const twice = [...new Set(tokens)].filter(
      (id) => id >= 0 && tokens.filter((each) => each === id).length > 1,
    ).length;
    assert.equal(vocabulary({}), 2 + twice);
    assert.equal(vocabulary({ maxVocabulary: 16 }), 18);
    // a part of names may be frequent and never stand in the text
    const without = withRare.map((id) => (id === 5 ? 4 : id));
    const parted = run({ tokens: without }).tensors['embedding.weight']!.shape[0];
    assert.equal(parted, 2 + twice);
  });

  test('that is small makes the batch small, so that there are steps to learn in', () => {
    const { batchSize, steps } = createJob({ tokens: corpus(300, 20), options: { batchSize: 64, steps: 64 } }).sizes;
    assert.ok(batchSize * steps * 5 < 300, `${batchSize} x ${steps}`);
    const large = createJob({ tokens: corpus(30_000, 20), options: { batchSize: 12, steps: 6 } }).sizes;
    assert.deepEqual([large.batchSize, large.steps], [12, 6]);
  });

  test('that is too small is refused', () => {
    assert.match(
      told(() => createJob({ tokens: corpus(20, 5) })),
      /at least 32 tokens to learn from and 1 held out; there are 5 and 1\d/,
    );
    assert.match(
      told(() => createJob({ tokens: new Int32Array(0) })),
      /at least 32 tokens to learn from and 1 held out; there are 0 and 0/,
    );
    const breaks = Int32Array.from([...tokens, -1, -1]);
    const documents = [0, tokens.length];
    assert.match(
      told(() => createJob({ tokens: breaks, documents, heldOut: [0, 1] })),
      /1 held out; there are \d+ and 0/,
    );
    assert.match(
      told(() => createJob({ tokens, heldOut: [1] })),
      /at least 32 tokens .*; there are 0 and \d{4}/,
    );
  });

  test('of one word, or of words that never come again, is learned all the same', () => {
    for (const strange of [new Int32Array(400), Int32Array.from({ length: 400 }, (_, index) => index)]) {
      for (const options of [{}, { cell: 'gru', input: 'onehot', attention: true }] as const) {
        const { tensors, perplexity } = run({ tokens: strange, options: { ...options, epochs: 4 } });
        assert.equal(tensors['output.bias']!.shape[0], strange[1] === 0 ? 3 : 2);
        assert.ok(perplexity >= 1 && perplexity < 1.6, String(perplexity));
        assert.ok(new LanguageModel(kernel, tensors).probabilitiesAfter([0])[0]! >= 0);
      }
    }
  });

  test('and options that need more than 4 GiB are refused', () => {
    const long = Int32Array.from({ length: 2_000_000 }, (_, index) => index % 40);
    assert.throws(
      () => createJob({ tokens: long, options: { batchSize: 512, steps: 512, hiddenSize: 2048 } }),
      (error: unknown) => {
        const { problem } = error as LanguageModelError;
        return problem.kind === 'languageModelTooLarge' && problem.bytes > problem.available && !!problem.sizes;
      },
    );
  });

  test('and those that need more memory than the machine has, with the estimate', () => {
    const create = (available: number) =>
      createLanguageModelJob(kernel, tokens, Int32Array.of(0), Uint8Array.of(0), OPTIONS, 1, 1, { available });
    assert.match(
      told(() => create(100_000)),
      /needs \d+ MiB of memory to train, and 1 MiB are free; lower lexiscope\.languageModel\.hiddenSize \(20\)/,
    );
    create(100_000_000);
  });
});

const MODELS: Record<string, Partial<LanguageModelOptions>> = {
  lstm: {},
  gru: { cell: 'gru', layers: 2 },
  'rnn, one-hot': { cell: 'rnn', input: 'onehot' },
  'lstm, attention, tied': { attention: true, tied: true, embeddingSize: 21 },
};

for (const [variant, [name, changes]] of VARIANTS.flatMap((each) =>
  Object.entries(MODELS).map((model) => [each, model] as const),
)) {
  describe(`the trained model (${variant}, ${name})`, async () => {
    const module = await kernelOf(variant);
    const { tensors } = run({
      tokens: corpus(3000, 37),
      options: { epochs: 2, learningRate: 0.02, hiddenSize: 21, ...changes },
    });
    const doubles: ReferenceTensors = Object.fromEntries(
      Object.entries(tensors).map(([name, { data }]) => [name, Float64Array.from(data)]),
    );
    const architecture = architectureOf(tensors);
    const { vocabulary } = architecture;
    const reference = new Reference(architecture, doubles);
    const expected = (context: readonly number[]): number[] => {
      let state = zeroState(architecture);
      const past: number[][] = [];
      let probabilities: number[] = [];
      for (const token of context) ({ state, probabilities } = reference.step(token, state, past));
      return probabilities;
    };
    const assertNear = (actual: ArrayLike<number>, reference: readonly number[]): void => {
      assert.equal(actual.length, reference.length);
      reference.forEach((probability, token) => {
        assert.ok(
          Math.abs(actual[token]! - probability) < 2e-6,
          `token ${token}: ${actual[token]}, expected ${probability}`,
        );
      });
    };

    test('gives the probabilities of a plain one in double precision', () => {
      const model = new LanguageModel(module, tensors);
      for (const token of [1, 5, 0, 9]) model.feed(token);
      assertNear(model.probabilities(), expected([1, 5, 0, 9]));
      model.reset();
      model.feed(3);
      assertNear(model.probabilities(), expected([3]));
    });

    test('goes on from a saved state', () => {
      const model = new LanguageModel(module, tensors);
      model.feed(4);
      const state = model.save();
      model.feed(7);
      const seven = model.probabilities();
      model.restore(state);
      model.feed(8);
      assertNear(model.probabilities(), expected([4, 8]));
      model.restore(state);
      model.feed(7);
      assert.deepEqual(model.probabilities(), seven);
    });

    test('reads a context from the beginning of a sentence, whether it continues the last one or not', () => {
      const model = new LanguageModel(module, tensors);
      for (const context of [[], [4], [4, 5, 6], [4, 5, 6], [4, 5], [9, 5, 6, 7]]) {
        assertNear(model.probabilitiesAfter(context), expected([1, ...context]));
      }
      const state = model.save();
      model.probabilitiesAfter([9, 5, 6, 7, 8]);
      model.restore(state);
      assertNear(model.probabilitiesAfter([9, 5, 6, 7, 8, 2]), expected([1, 9, 5, 6, 7, 8, 2]));
      model.feed(3);
      assertNear(model.probabilitiesAfter([9, 5, 6, 7, 2]), expected([1, 9, 5, 6, 7, 2]));
    });

    test('refuses a token that it does not have, and stays usable', () => {
      const model = new LanguageModel(module, tensors);
      model.probabilitiesAfter([2]);
      for (const token of [-1, vocabulary, 1.5, NaN]) {
        assert.throws(() => model.probabilitiesAfter([2, 3, token]), /expected a token from 0 to \d+, got/);
      }
      assertNear(model.probabilitiesAfter([2, 4]), expected([1, 2, 4]));
    });
  });
}

test('a model with a missing tensor, or one of another shape, is refused by name', () => {
  const { tensors } = run({ tokens: corpus(3000, 37) });
  const { bias_hh_l0: bias, ...rest } = tensors;
  assert.ok(bias);
  assert.throws(() => new LanguageModel(kernel, rest), /lacks bias_hh_l0/);
  const wrong = { ...tensors, weight_ih_l0: { shape: [80, 11], data: new Float32Array(880) } };
  assert.throws(() => new LanguageModel(kernel, wrong), /weight_ih_l0: expected shape \(80, 12\), got \(80, 11\)/);
});

test('a model stored before there were layers is read', () => {
  const { tensors } = run({ tokens: corpus(3000, 37) });
  const former = Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name.replace(/^(weight|bias)_(.)(h)_l0$/, (_, kind: string, a: string, b: string) => kind + a.toUpperCase() + b),
      tensor,
    ]),
  );
  assert.ok(former['weightIh']);
  assert.deepEqual(
    new LanguageModel(kernel, former).probabilitiesAfter([3]),
    new LanguageModel(kernel, tensors).probabilitiesAfter([3]),
  );
});
