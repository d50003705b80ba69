// Cells compared by the engine, and what the command line makes of it.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { cellLines } from '../../src/cli/language-model-lines.ts';
import { Engine } from '../../src/engine/engine.ts';
import { loadKernels } from '../../src/engine/kernels.ts';
import { compareCells } from '../../src/engine/training/compare-cells.ts';
import { COMPARISON_DEFAULTS } from '../../src/language-model/comparison/comparison.ts';
import type { Progress, TrainRequest } from '../../src/protocol/engine.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { requestOf } from '../helpers/engine.ts';
import { syntheticText } from '../synthetic-text.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'engine-cells-'));
  await mkdir(join(root, 'text'));
  await mkdir(join(root, 'model'));
  for (const seed of [1, 2, 3]) await writeFile(join(root, 'text', `${seed}.txt`), syntheticText(2000, seed));
});
after(() => rm(root, { recursive: true, force: true }));

const request = (): TrainRequest =>
  requestOf(join(root, 'text'), { languageModel: { embeddingSize: 12, hiddenSize: 16, epochs: 1 } });

test('every cell is trained on the same tokens and measured, with progress', async () => {
  const told: Progress[] = [];
  const context = {
    kernels: await loadKernels(DISTRIBUTION),
    script: new URL('compute-thread.mjs', DISTRIBUTION),
    signal: new AbortController().signal,
    events: { progress: (progress: Progress) => void told.push(progress), log: () => 0 },
    directory: join(root, 'model'),
    checkpointInterval: 1e9,
  };
  const small = {
    ...COMPARISON_DEFAULTS,
    contexts: [1, 8],
    gradientDistance: 4,
    places: 16,
    copyDistances: [2],
    copyRates: [0.01],
    copySteps: 2,
  };
  const reports = await compareCells(request(), 'parameters', context, small);
  assert.deepEqual(
    reports!.map(({ name }) => name),
    ['RNN', 'GRU', 'LSTM', 'LSTM + attention'],
  );
  const [rnn, gru, lstm] = reports!;
  assert.ok(rnn!.hiddenSize > gru!.hiddenSize && gru!.hiddenSize > lstm!.hiddenSize && lstm!.hiddenSize === 16);
  for (const { name, parameters, perplexity, bitsPerCharacter, trainedTokens, copyTask } of reports!) {
    assert.ok(Math.abs(parameters / lstm!.parameters - 1) < 0.05, `${name}: ${parameters} parameters`);
    assert.ok(perplexity > 1 && perplexity < 100 && bitsPerCharacter! > 0, `${name}: perplexity ${perplexity}`);
    assert.deepEqual([trainedTokens, copyTask.length], [lstm!.trainedTokens, 1]);
  }
  const fractions = told.filter(({ phase }) => phase === 'languageModel').map(({ fraction }) => fraction);
  assert.ok(fractions.length > 1 && fractions.every((fraction, i) => i === 0 || fraction >= fractions[i - 1]!));
  assert.ok(told.every(({ phase, wordsPerSecond }) => phase !== 'languageModel' || wordsPerSecond === undefined));

  const lines = cellLines(reports!);
  assert.match(lines[0]!, /^ +RNN +GRU +LSTM +LSTM \+ attention$/);
  assert.match(
    lines.find((line) => line.startsWith('hidden size'))!,
    / 16 +\d+$/,
  );
  assert.equal(lines.filter((line) => /^  \d+ tokens? /.test(line)).length, 2);
});

test('a comparison is cancelled like a training, and leaves no model', async () => {
  const engine: Engine = new Engine(DISTRIBUTION, {
    progress: ({ phase }) => void (phase === 'languageModel' && engine.cancel()),
    log: () => 0,
  });
  await engine.open(join(root, 'model'));
  assert.equal(await engine.compareCells(request(), 'hiddenSize'), null);
  assert.ok(!(await readdir(join(root, 'model'))).includes('manifest.json'));
  await assert.rejects(
    engine.compareCells({ ...request(), folders: [] }, 'hiddenSize'),
    /needs about 2000 words to learn from and found no text here/,
  );
});
