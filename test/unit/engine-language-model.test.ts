// The language model of a training, by the engine: where it diverges, and where it is broken off
// and taken up again.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Engine } from '../../src/engine/engine.ts';
import { loadModel } from '../../src/engine/model/model-store.ts';
import { curvesOf } from '../../src/engine/model/training-curves.ts';
import { type LanguageModelOptions } from '../../src/language-model/options.ts';
import { PROGRESS } from '../../src/language-model/training/progress.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import type { TrainReport, TrainRequest } from '../../src/protocol/engine.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { listen, requestOf } from '../helpers/engine.ts';
import { placeIn } from '../helpers/places.ts';
import { syntheticText } from '../synthetic-text.ts';
import { poisonedDistribution } from './poisoned-distribution.ts';

let root: string;
let folder: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'engine-language-model-'));
  folder = join(root, 'text');
  await mkdir(folder);
  await writeFile(join(folder, 'text.txt'), syntheticText(20_000, 3));
});
after(() => rm(root, { recursive: true, force: true }));

function request(languageModel: Partial<LanguageModelOptions>, change: Partial<TrainRequest> = {}): TrainRequest {
  return requestOf(folder, {
    word2vec: { vectorSize: 16, minCount: 2, epochs: 1, deterministic: true },
    projection: { nEpochs: 20 },
    languageModel: { embeddingSize: 16, hiddenSize: 16, epochs: 2, ...languageModel },
    parts: { map: false, languageModel: true },
    ...change,
  });
}

async function train(
  directory: string,
  request: TrainRequest,
  distribution = DISTRIBUTION,
): Promise<{ report: TrainReport; lines: string[] }> {
  const events = listen();
  const engine = new Engine(distribution, events);
  await engine.open(directory);
  const report = await engine.train(request);
  assert.ok(report.status === 'done');
  return { report, lines: events.lines };
}

test('a learning rate that is far too high is halved until the model learns, and the log tells it', async () => {
  const wild = { cell: 'rnn', learningRate: 1, clip: 1000, epochs: 10, hiddenSize: 64, patience: 0 } as const;
  const { report, lines } = await train(join(root, 'wild'), request(wild));
  assert.equal(report.languageModelProblem, undefined);
  const told = lines.filter((line) => /goes on from its weights after step \d+ at half the learning rate/.test(line));
  assert.ok(told.length > 0);
  told.forEach((line, index) => assert.ok(line.endsWith(` ${Number((0.5 ** (index + 1)).toPrecision(3))}`), line));
  const { perplexity, unigramPerplexity } = report.model.languageModel!;
  assert.ok(perplexity! < 0.7 * unigramPerplexity!, `${perplexity}, counting ${unigramPerplexity}`);
  assert.ok(lines.some((line) => line.includes(`counting words alone: ${unigramPerplexity!.toFixed(1)}`)));
});

/** Of a training that goes wrong again and again after so many steps. */
async function trainSpoilt(name: string, after: number, options: Partial<LanguageModelOptions>) {
  const spoilt = await poisonedDistribution(join(root, `${name}-engine`), DISTRIBUTION, PROGRESS.steps, after);
  return train(join(root, name), request({ epochs: 30, patience: 0, ...options }), spoilt);
}

test('a language model that goes wrong again and again is kept as it was when all was well, with the word vectors', async () => {
  const { report, lines } = await trainSpoilt('spoilt', 120, {});
  assert.match(
    report.languageModelProblem!,
    /loss became .* in step \d+ of \d+, at a learning rate of .*; lower lexiscope\.languageModel\.learningRate \(0\.012\)\. Its weights after step 100 are kept/,
  );
  assert.ok(lines.includes(report.languageModelProblem!));
  assert.equal(report.model.languageModel!.perplexity, null, 'nothing was measured');
  const engine = new Engine(DISTRIBUTION, listen());
  assert.deepEqual(await engine.open(join(root, 'spoilt')), report.model);
  assert.ok((await engine.describe('king', 3)).known);
  const { heldOutSteps, bitsPerCharacter } = (await engine.trainingCurves())!;
  assert.deepEqual([heldOutSteps.length, bitsPerCharacter], [0, null]);
  assert.equal((await engine.complete(placeIn('the king and the pal'), 1)).suggestions[0]?.word, 'palace');
});

test('where a perplexity was measured before it went wrong, it is told', async () => {
  const { report } = await trainSpoilt('measured', 120, { patience: 100 });
  assert.match(report.languageModelProblem!, /are kept as the language model/);
  const { perplexity } = report.model.languageModel!;
  assert.ok(perplexity! > 1 && perplexity! < 60, String(perplexity));
});

test('a language model that has learned nothing before it fails is left out, and the word vectors are stored', async () => {
  const { report, lines } = await trainSpoilt('at-once', 0, {});
  assert.match(
    report.languageModelProblem!,
    /^The language model's loss became .* in step \d\d? of .*\. The word vectors are stored without a new language model\.$/,
  );
  assert.ok(lines.includes(report.languageModelProblem!));
  assert.equal(report.model.languageModel, null);
  const engine = new Engine(DISTRIBUTION, listen());
  assert.equal((await engine.open(join(root, 'at-once')))!.languageModel, null);
  assert.ok((await engine.describe('king', 3)).known);
});

test('a language model that is no better than counting words says so, and suggests nothing', async () => {
  const chance = join(root, 'chance');
  await mkdir(chance);
  const random = mulberry32(5);
  // neither the next word nor the end of a sentence follows from anything
  const words = Array.from({ length: 6000 }, () => `word${Math.floor(random() * 40)}${random() < 0.1 ? '.\n\n' : ' '}`);
  await writeFile(join(chance, 'text.txt'), words.join(''));
  const directory = join(root, 'hopeless');
  for (const tokens of ['words', 'bytePairs'] as const) {
    const options = { tokens, bytePairs: 1000, epochs: 10, dropout: 0, inputDropout: 0, hiddenSize: 64, patience: 0 };
    const { report, lines } = await train(directory, request(options, { folders: [{ path: chance, exclude: [] }] }));
    const { perplexity, unigramPerplexity } = report.model.languageModel!;
    if (tokens === 'words')
      assert.ok(perplexity! >= unigramPerplexity!, `${perplexity}, counting ${unigramPerplexity}`);
    else assert.ok(perplexity! < unigramPerplexity!, 'the pairs of a word do follow each other');
    const sentence = /no better than counting words would \(perplexity \d+, counting \d+\), so it suggests nothing/;
    assert.equal(sentence.test(report.languageModelProblem ?? ''), tokens === 'words');
    assert.equal(lines.includes(report.languageModelProblem ?? ''), tokens === 'words');
    const engine = new Engine(DISTRIBUTION, listen());
    await engine.open(directory);
    const { suggestions, problem } = await engine.complete(placeIn('word1 wo'), 5);
    assert.equal(suggestions.length === 0, tokens === 'words');
    assert.equal(problem, report.languageModelProblem);
    assert.ok((await engine.inspect(placeIn('word1 word2'), 3)).words.length > 0, 'it can be looked into all the same');
  }
});

/**
 * Trains until a third of the language model is done, and cancels; checkpoints come every 20 ms,
 * progress every 100.
 */
async function breakOff(directory: string, request: TrainRequest): Promise<void> {
  const engine = new Engine(
    DISTRIBUTION,
    listen(({ phase, fraction }) => {
      if (phase === 'languageModel' && fraction > 0.3) void engine.cancel();
    }),
    20,
  );
  await engine.open(directory);
  assert.deepEqual(await engine.train(request), { status: 'cancelled' });
}

test('broken off, it goes on from its checkpoint to the bits of an unbroken training, and the word vectors are not trained again', async () => {
  const long = { epochs: 40, patience: 100, evaluateEvery: 60 };
  const word2vec = { ...request({}).word2vec, epochs: 200 };
  const whole = join(root, 'whole');
  const unbroken = await train(whole, request(long, { word2vec }));
  const directory = join(root, 'broken');
  await breakOff(directory, request(long, { word2vec }));
  const files = (await readdir(directory)).map((name) => name.replace(/-[0-9a-f]{12}\./, '.'));
  assert.deepEqual(files, [
    'language-model.checkpoint',
    'manifest.json',
    'tokens.cache',
    'vectors.safetensors',
    'vocabulary.txt',
    'word-vectors.checkpoint',
  ]);

  const engine = new Engine(DISTRIBUTION, { progress: () => undefined, log: () => undefined });
  await engine.open(directory);
  const place = await engine.resumesAt();
  assert.ok(place! > 0 && place! < 1, `the next one goes on from ${place}`);

  const { report, lines } = await train(directory, request(long, { word2vec }));
  assert.equal(await engine.resumesAt(), null, 'nothing is left of it');
  assert.equal(report.resumedAt, 1);
  assert.ok(
    report.languageModelResumedAt! > 0 && report.languageModelResumedAt! < 1,
    `${report.languageModelResumedAt}`,
  );
  assert.ok(
    lines.some((line) => /^Language model: goes on from a checkpoint at \d+ %/.test(line)),
    lines.join('\n'),
  );
  const [expected, found] = [(await loadModel(whole))!, (await loadModel(directory))!];
  assert.deepEqual(found.vectors, expected.vectors);
  assert.deepEqual(found.languageModel, expected.languageModel);
  assert.deepEqual(found.summary.languageModel, expected.summary.languageModel);
  assert.deepEqual(found.training, expected.training);
  assert.deepEqual([unbroken.report.resumedAt, unbroken.report.languageModelResumedAt], [undefined, undefined]);
  assert.ok(!(await readdir(directory)).some((name) => name.endsWith('.checkpoint')));
});

test('another language model does not take the checkpoint, nor is a damaged one taken', async () => {
  const directory = join(root, 'other');
  await breakOff(directory, request({ epochs: 60, patience: 0 }));
  const { report } = await train(directory, request({ epochs: 1, hiddenSize: 20 }));
  assert.equal(report.languageModelResumedAt, undefined);
  for (const content of [new Uint8Array(3), new Uint8Array(100).fill(255), Buffer.from('\x02\0\0\0\0\0\0\0{}')]) {
    await writeFile(join(directory, 'language-model.checkpoint'), content);
    const next = await train(directory, request({ epochs: 1 }));
    assert.ok(next.report.model.languageModel);
    assert.equal(next.report.languageModelResumedAt, undefined);
  }
});

test('how a training went is stored with the model and told', async () => {
  const directory = join(root, 'curves');
  const { report, lines } = await train(
    directory,
    request({ epochs: 6, patience: 100, evaluateEvery: 15, learningRate: 0.01 }),
  );
  const engine = new Engine(DISTRIBUTION, listen());
  assert.deepEqual(await engine.open(directory), report.model);
  const curves = (await engine.trainingCurves())!;
  const steps = curves.steps.length;
  assert.deepEqual(
    [...curves.steps],
    [...Array(steps).keys()].map((step) => step + 1),
  );
  assert.deepEqual(
    [curves.losses.length, curves.gradientNorms.length, curves.learningRates.length],
    [steps, steps, steps],
  );
  assert.ok(curves.losses[0]! > curves.losses.at(-1)! + 0.5, `${curves.losses[0]}, ${curves.losses.at(-1)}`);
  assert.ok(curves.gradientNorms.every((norm) => norm > 0 && norm < 100));
  assert.ok(Math.abs(Math.max(...curves.learningRates) - 0.01) < 1e-3);
  assert.deepEqual([...curves.heldOutSteps.slice(0, 2)], [15, 30]);
  assert.equal(curves.heldOutSteps.at(-1), steps);
  const { perplexity, bitsPerCharacter } = report.model.languageModel!;
  assert.ok(Math.abs(Math.min(...curves.perplexities) / perplexity! - 1) < 1e-5);
  assert.ok(Math.abs(Math.min(...curves.bitsPerCharacter!) / bitsPerCharacter! - 1) < 1e-5);
  curves.perplexities.forEach((each, at) => assert.ok(Math.abs(each / Math.exp(curves.heldOutLosses[at]!) - 1) < 1e-5));
  const said = `${bitsPerCharacter!.toFixed(3)} bits per character`;
  assert.ok(
    lines.some((line) => line.includes(said)),
    lines.join('\n'),
  );
  await engine.train(request({}, { parts: { map: false, languageModel: false } }));
  assert.equal(await engine.trainingCurves(), null);
});

test('a point of a long training stands for several steps', () => {
  const result = {
    ...{
      tensors: {},
      perplexity: 2,
      unigramPerplexity: 3,
      recoveries: [],
      bitsPerCharacter: null,
      heldOutTokens: 1,
      plannedSteps: 7,
      steps: 7,
    },
    heldOutLosses: [{ step: 7, loss: 1.5 }],
    losses: Float32Array.of(9, 7, 5, 4, 3, 2, 1),
    gradientNorms: Float32Array.of(1, 8, 1, 2, 3, 2, 4),
    learningRates: Float32Array.of(1, 2, 3, 4, 5, 6, 7),
  };
  const numbers = Object.fromEntries(Object.entries(curvesOf(result, 3)).map(([name, { data }]) => [name, [...data]]));
  assert.deepEqual(numbers, {
    steps: [3, 6, 7],
    losses: [7, 3, 1],
    gradientNorms: [8, 3, 4],
    learningRates: [3, 6, 7],
    heldOutSteps: [7],
    heldOutLosses: [1.5],
  });
});

test('128 and 256 bits train the same model, and the log says which it was', async () => {
  const trained = await Promise.all(
    (['128', '256'] as const).map(async (vectorWidth) => {
      const directory = join(root, `width-${vectorWidth}`);
      const { lines } = await train(directory, request({ epochs: 1, batchSize: 16 }, { vectorWidth }));
      return { lines, tensors: (await loadModel(directory))!.languageModel };
    }),
  );
  assert.deepEqual(trained[1]!.tensors, trained[0]!.tensors);
  assert.ok(!trained[0]!.lines.some((line) => line.includes('256-bit')));
  assert.ok(trained[1]!.lines.some((line) => /256-bit arithmetic, [\d.]+ times as fast as 128-bit/.test(line)));
});
