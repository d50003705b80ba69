// The language model of a training, by the engine: where it diverges, and where it is broken off and taken up again.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { curvesOf } from '../../src/engine/model/training-curves.ts';
import { Engine } from '../../src/engine/engine.ts';
import { loadModel } from '../../src/engine/model/model-store.ts';
import { LANGUAGE_MODEL_DEFAULTS, type LanguageModelOptions } from '../../src/language-model/options.ts';
import { PROJECTION_DEFAULTS } from '../../src/projection/options.ts';
import type { EngineEvents, TrainReport, TrainRequest } from '../../src/protocol/engine.ts';
import { PHRASE_DEFAULTS, TEXT_DEFAULTS } from '../../src/text/options.ts';
import { WORD2VEC_DEFAULTS } from '../../src/word2vec/options.ts';
import { syntheticText } from '../synthetic-text.ts';

const DISTRIBUTION = new URL('../../dist/', import.meta.url);
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
  return {
    folders: [{ path: folder, exclude: [] }],
    reading: { maximumFileSize: 50_000_000 },
    text: { ...TEXT_DEFAULTS },
    phrases: { ...PHRASE_DEFAULTS },
    word2vec: { ...WORD2VEC_DEFAULTS, vectorSize: 16, minCount: 2, epochs: 1, deterministic: true },
    projection: { ...PROJECTION_DEFAULTS, nEpochs: 20 },
    languageModel: { ...LANGUAGE_MODEL_DEFAULTS, embeddingSize: 16, hiddenSize: 16, epochs: 2, ...languageModel },
    parts: { map: false, languageModel: true },
    threads: 2,
    seed: 1,
    ...change,
  };
}

function listen(progress: EngineEvents['progress'] = () => undefined): EngineEvents & { lines: string[] } {
  const lines: string[] = [];
  return { lines, progress, log: (_, message) => void lines.push(message) };
}

async function train(directory: string, request: TrainRequest): Promise<{ report: TrainReport; lines: string[] }> {
  const events = listen();
  const engine = new Engine(DISTRIBUTION, events);
  await engine.open(directory);
  const report = await engine.train(request);
  assert.ok(report.status === 'done');
  return { report, lines: events.lines };
}

/** The rate rises to a wild one over the whole training, which is good at first. */
const DIVERGES: Partial<LanguageModelOptions> = {
  ...{ cell: 'rnn', learningRate: 1, clip: 1000, warmUp: 1, epochs: 30, hiddenSize: 64 },
  ...{ patience: 0, dropout: 0, inputDropout: 0 },
};

test('a language model that diverges is kept as it was when all was well, with the word vectors', async () => {
  const directory = join(root, 'diverges');
  const { report, lines } = await train(directory, request(DIVERGES));
  assert.match(
    report.languageModelProblem!,
    /loss became .* in step \d+ of \d+, at a learning rate of .*; lower the learning rate \(1\) or clip \(1000\)\. Its weights after step [1-9]\d* are kept/,
  );
  assert.ok(lines.includes(report.languageModelProblem!));
  assert.equal(report.model.languageModel!.perplexity, null, 'nothing was measured');
  const engine = new Engine(DISTRIBUTION, listen());
  assert.deepEqual(await engine.open(directory), report.model);
  assert.ok((await engine.describe('king', 3)).known);
  const { losses, heldOutSteps, bitsPerCharacter } = (await engine.trainingCurves())!;
  assert.ok(losses.at(-1)! > losses[0]!, 'how it went wrong is kept');
  assert.deepEqual([heldOutSteps.length, bitsPerCharacter], [0, null]);
  assert.equal((await engine.complete('the king and the pal', 1)).suggestions[0]?.word, 'palace');
});

test('where a perplexity was measured before it diverged, it is told', async () => {
  const { report } = await train(join(root, 'measured'), request({ ...DIVERGES, patience: 100 }));
  assert.match(report.languageModelProblem!, /are kept as the language model/);
  const { perplexity } = report.model.languageModel!;
  assert.ok(perplexity! > 1 && perplexity! < 60, String(perplexity));
});

test('a language model that has learned nothing before it fails is left out, and the word vectors are stored', async () => {
  const directory = join(root, 'at-once');
  const { report, lines } = await train(directory, request({ ...DIVERGES, warmUp: 0 }));
  assert.match(
    report.languageModelProblem!,
    /^The language model's loss became .* in step \d\d? of .* clip \(1000\)\. The word vectors are stored without a language model\.$/,
  );
  assert.ok(lines.includes(report.languageModelProblem!));
  assert.equal(report.model.languageModel, null);
  const engine = new Engine(DISTRIBUTION, listen());
  assert.equal((await engine.open(directory))!.languageModel, null);
  assert.ok((await engine.describe('king', 3)).known);
});

/** Trains until a third of the language model is done, and cancels; checkpoints come every 20 ms, progress every 100. */
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
  assert.deepEqual(await readdir(directory), ['language-model.checkpoint', 'tokens.cache', 'word-vectors.checkpoint']);

  const { report, lines } = await train(directory, request(long, { word2vec }));
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
    ...{ tensors: {}, perplexity: 2, bitsPerCharacter: null, heldOutTokens: 1, plannedSteps: 7, steps: 7 },
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
