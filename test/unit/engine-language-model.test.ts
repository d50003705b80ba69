// The language model of a training, by the engine: what becomes of it where it diverges.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Engine } from '../../src/engine/engine.ts';
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
const DIVERGES = { cell: 'rnn', learningRate: 1, clip: 1000, warmUp: 1, epochs: 30, hiddenSize: 64 } as const;

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
