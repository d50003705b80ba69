import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { checkOptions, resolveThreads } from '../../src/engine/check-options.ts';
import { LANGUAGE_MODEL_DEFAULTS, resolveLanguageModelOptions } from '../../src/language-model/options.ts';
import type { TrainRequest } from '../../src/protocol/engine.ts';
import { resolveWord2vecOptions, WORD2VEC_DEFAULTS } from '../../src/word2vec/options.ts';
import { requestOf } from '../helpers/engine.ts';

function request(change: (request: TrainRequest) => void = () => undefined): TrainRequest {
  const made = requestOf('/text', { threads: 0 });
  change(made);
  return made;
}

test('the defaults are in range', () => {
  checkOptions(request());
});

test('an option out of range is named with its value and the range', () => {
  const cases: [(request: TrainRequest) => void, RegExp][] = [
    [
      (r) => (r.word2vec.vectorSize = 1001),
      /word2vec\.vectorSize is 1001; it must be a whole number from 0 to 1000 \(dimensions\)/,
    ],
    [(r) => (r.word2vec.window = 2.5), /word2vec\.window is 2\.5; it must be a whole number/],
    [(r) => (r.word2vec.alpha = Number.NaN), /word2vec\.alpha is null; it must be a number from/],
    [(r) => (r.word2vec.epochs = '5' as unknown as number), /word2vec\.epochs is "5"/],
    [
      (r) => (r.word2vec.algorithm = 'glove' as unknown as 'cbow'),
      /word2vec\.algorithm is "glove"; it must be one of skipgram, cbow/,
    ],
    [
      (r) => (r.word2vec.subwords = 'yes' as unknown as boolean),
      /word2vec\.subwords is "yes"; it must be true or false/,
    ],
    [(r) => (r.word2vec.negative = 0), /negative at 0, lexiscope\.word2vec\.hierarchicalSoftmax must be on/],
    [(r) => (r.word2vec.minN = 7), /word2vec\.minN is 7; it must not be above lexiscope\.word2vec\.maxN, which is 6/],
    [
      (r) => (r.word2vec.minAlpha = 0.5),
      /minAlpha is 0\.5; it must not be above lexiscope\.word2vec\.alpha, which is 0\.025/,
    ],
    [(r) => (r.projection.nNeighbors = 0), /map\.nNeighbors is 0/],
    [(r) => (r.languageModel.clip = -1), /languageModel\.clip is -1/],
    [(r) => (r.languageModel.cell = 'mlp' as 'rnn'), /languageModel\.cell is "mlp"; it must be one of rnn, gru, lstm/],
    [(r) => (r.languageModel.tied = 1 as unknown as boolean), /languageModel\.tied is 1; it must be true or false/],
    [
      (r) => Object.assign(r.languageModel, { tied: true, embeddingSize: 100 }),
      /tied needs equal sizes: \S+embeddingSize is 100 and \S+hiddenSize is 128/,
    ],
    [
      (r) => Object.assign(r.languageModel, { input: 'onehot', inputDropout: 0.1 }),
      /inputDropout needs an embedding: set \S+input to “embedding”/,
    ],
    [(r) => (r.languageModel.softmax = 'sampled' as 'full'), /softmax is "sampled"; it must be one of auto, full/],
    [
      (r) => Object.assign(r, { tensorflow: '/t', languageModel: { ...r.languageModel, softmax: 'adaptive' } }),
      /TensorFlow has no adaptive softmax here: set lexiscope\.languageModel\.softmax to “full” or “auto”/,
    ],
    [(r) => (r.vectorWidth = '512' as '256'), /vectorWidth is "512"; it must be one of auto, 128, 256/],
    [(r) => (r.phrases.passes = 6), /phrases\.passes is 6; it must be a whole number from 0 to 5/],
    [(r) => (r.phrases.scorer = 'pmi' as 'npmi'), /phrases\.scorer is "pmi"; it must be one of default, npmi/],
    [(r) => (r.phrases.connectors = 7 as unknown as string), /phrases\.connectors is 7; it must be a text/],
    [
      (r) => (r.reading.maximumFileSize = 0),
      /maximumFileSize is 0; it must be a size from 1 kB to 2 GB, such as 300MB/,
    ],
    [(r) => (r.reading.maximumCodeSize = 3e9), /maximumCodeSize is 3000000000; it must be a size/],
    [(r) => (r.parts = { map: true, languageModel: 'no' as unknown as boolean }), /enabled is "no"; it must be true/],
    [
      (r) => r.folders.push({ path: '/t', exclude: [], include: 'docs' as unknown as string[] }),
      /lexiscope\.include is "docs"; it must be a list of texts/,
    ],
    [(r) => (r.threads = -1), /lexiscope\.threads is -1; it must be a whole number from 0 to 256 \(threads\)/],
    [(r) => (r.seed = 2 ** 31), /lexiscope\.seed is 2147483648/],
    [(r) => Object.assign(r.word2vec, { sise: 3 }), /no setting lexiscope\.word2vec\.sise/],
  ];
  for (const [change, message] of cases) assert.throws(() => checkOptions(request(change)), message);
});

test('all that is wrong is said at once, a sentence each', () => {
  const wrong = request((r) => {
    r.word2vec.window = 0;
    r.word2vec.minAlpha = 0.5;
    r.languageModel.clip = -1;
    Object.assign(r.languageModel, { tied: true, input: 'onehot' });
  });
  assert.throws(
    () => checkOptions(wrong),
    (error: Error) => {
      const names = error.message.split('\n').map((line) => line.split(' ', 1)[0]);
      assert.deepEqual(names, [
        'lexiscope.word2vec.window',
        'lexiscope.word2vec.minAlpha',
        'lexiscope.languageModel.clip',
        'lexiscope.languageModel.tied',
      ]);
      return true;
    },
  );
});

test('automatic options follow the size of the text, and given ones stay', () => {
  const word2vec = (words: number): [number, number] => {
    const { minCount, epochs } = resolveWord2vecOptions(WORD2VEC_DEFAULTS, words);
    return [minCount, epochs];
  };
  assert.deepEqual(word2vec(3_000), [2, 40]);
  assert.deepEqual(word2vec(999_999), [2, 21]);
  assert.deepEqual(word2vec(1_000_000), [5, 20]);
  assert.deepEqual(word2vec(100_000_000), [5, 5]);
  assert.equal(resolveWord2vecOptions({ ...WORD2VEC_DEFAULTS, minCount: 7, epochs: 1 }, 10).epochs, 1);
  assert.equal(resolveLanguageModelOptions(LANGUAGE_MODEL_DEFAULTS, 1_000_000).epochs, 1);
  assert.equal(resolveLanguageModelOptions(LANGUAGE_MODEL_DEFAULTS, 100_000).epochs, 10);
  for (const [factor, epochs] of [
    [0.25, 5],
    [3, 60],
  ] as const) {
    const given = { epochFactor: factor };
    assert.equal(resolveWord2vecOptions({ ...WORD2VEC_DEFAULTS, ...given }, 1_000_000).epochs, epochs);
    assert.equal(resolveWord2vecOptions({ ...WORD2VEC_DEFAULTS, ...given, epochs: 2 }, 1_000_000).epochs, 2);
    assert.equal(resolveLanguageModelOptions({ ...LANGUAGE_MODEL_DEFAULTS, ...given }, 10_000).epochs, epochs);
  }
  assert.equal(resolveLanguageModelOptions({ ...LANGUAGE_MODEL_DEFAULTS, epochFactor: 0.25 }, 1_000_000).epochs, 1);
  const dropouts = (words: number, given: object = {}): number[] => {
    const options = resolveLanguageModelOptions({ ...LANGUAGE_MODEL_DEFAULTS, ...given }, words);
    return [options.dropout, options.inputDropout];
  };
  assert.deepEqual(dropouts(1_000_000), [0, 0]);
  assert.deepEqual(dropouts(1_000_000, { epochs: 2 }), [0.3, 0.3]);
  assert.deepEqual(dropouts(100_000), [0.3, 0.3]);
  assert.deepEqual(dropouts(99_999), [0.5, 0.5]);
  assert.deepEqual(dropouts(99_999, { dropout: 0, inputDropout: 0.1 }), [0, 0.1]);
  assert.deepEqual(dropouts(99_999, { input: 'onehot' }), [0.5, 0], 'one-hot has no embedding to drop from');
});

test('threads are every core in the first stages and every core but one in the last, and what was said else', () => {
  assert.equal(resolveThreads(0, 'first'), availableParallelism());
  assert.equal(resolveThreads(0, 'last'), Math.max(1, availableParallelism() - 1));
  assert.deepEqual([resolveThreads(3, 'first'), resolveThreads(3, 'last')], [3, 3]);
});

test('the learning rate of the language model is automatic, or as given', () => {
  const rateOf = (given: object): number =>
    resolveLanguageModelOptions({ ...LANGUAGE_MODEL_DEFAULTS, ...given }, 1000).learningRate;
  assert.equal(rateOf({ learningRate: 0.003 }), 0.003);
  assert.equal(rateOf({}), 0.012);
  assert.equal(rateOf({ batchSize: 4 }), 0.012);
  assert.equal(rateOf({ batchSize: 128 }), 0.024);
  assert.equal(rateOf({ batchSize: 512 }), 0.024);
});

test('layers share the automatic dropout', () => {
  for (const layers of [1, 2, 3]) {
    const { dropout, inputDropout } = resolveLanguageModelOptions({ ...LANGUAGE_MODEL_DEFAULTS, layers }, 500_000);
    assert.equal(dropout, 0.3 / layers);
    assert.equal(inputDropout, 0.3 / layers);
  }
});
