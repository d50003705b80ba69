// Word vectors over several trainings: broken off and taken up again, continued on other text,
// asked for words never seen.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Engine } from '../../src/engine/engine.ts';
import { loadModel } from '../../src/engine/model/model-store.ts';
import type { TrainRequest } from '../../src/protocol/engine.ts';
import { type Word2vecOptions } from '../../src/word2vec/options.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { listen, requestOf } from '../helpers/engine.ts';
import { placeIn } from '../helpers/places.ts';
import { syntheticText, TOPICS } from '../synthetic-text.ts';

let root: string;
before(async () => (root = await mkdtemp(join(tmpdir(), 'engine-word-vectors-'))));
after(() => rm(root, { recursive: true, force: true }));

async function makeFolder(name: string, text: string): Promise<string> {
  const path = join(root, name);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'text.txt'), text);
  return path;
}

function request(
  path: string,
  word2vec: Partial<Word2vecOptions>,
  change: Parameters<typeof requestOf>[1] = {},
): TrainRequest {
  return requestOf(path, {
    word2vec: { vectorSize: 32, minCount: 2, ...word2vec },
    projection: { nEpochs: 20 },
    languageModel: { embeddingSize: 16, hiddenSize: 16, epochs: 1 },
    parts: { map: false, languageModel: false },
    ...change,
  });
}

/**
 * Trains until the word vectors are more than half done, and cancels; checkpoints come every 30 ms.
 */
async function breakOff(directory: string, request: TrainRequest): Promise<void> {
  const engine = new Engine(
    DISTRIBUTION,
    listen(({ phase, fraction }) => {
      if (phase === 'wordVectors' && fraction > 0.6) void engine.cancel();
    }),
    30,
  );
  await engine.open(directory);
  assert.deepEqual(await engine.train(request), { status: 'cancelled' });
  assert.deepEqual(await readdir(directory), ['tokens.cache', 'word-vectors.checkpoint']);
}

test('another training does not take the checkpoint, and one that is done leaves none', async () => {
  const folder = await makeFolder('long', syntheticText(150_000, 3));
  const directory = join(root, 'broken');
  const options = { deterministic: true, epochs: 60 };
  await breakOff(directory, request(folder, options));
  const events = listen();
  const engine = new Engine(DISTRIBUTION, events);
  await engine.open(directory);
  assert.equal((await engine.train(request(folder, { ...options, epochs: 1, alpha: 0.03 }))).status, 'done');
  assert.ok(!events.lines.some((line) => line.includes('checkpoint')), events.lines.join('\n'));
  assert.ok(!(await readdir(directory)).includes('word-vectors.checkpoint'));
});

test('after a crash the next engine goes on from the checkpoint, with any number of threads', async () => {
  const folder = await makeFolder('crash', syntheticText(150_000, 4));
  const options = { deterministic: true, epochs: 60 };
  const whole = join(root, 'crash-whole');
  const unbroken = new Engine(DISTRIBUTION, listen());
  await unbroken.open(whole);
  await unbroken.train(request(folder, options));

  const directory = join(root, 'crash-model');
  await breakOff(directory, request(folder, options));
  const events = listen();
  const second = new Engine(DISTRIBUTION, events);
  await second.open(directory);
  const outcome = await second.train(request(folder, options, { threads: 1 }));
  assert.ok(outcome.status === 'done');
  assert.ok(outcome.resumedAt! > 0 && outcome.resumedAt! < 1, `resumed at ${outcome.resumedAt}`);
  assert.ok(
    events.lines.some((line) => /goes on from a checkpoint at \d+ %/.test(line)),
    events.lines.join('\n'),
  );
  const [expected, found] = [await loadModel(whole), await loadModel(directory)];
  assert.deepEqual(found!.vectors, expected!.vectors);
  const [a, b] = [found!.summary.losses!, expected!.summary.losses!];
  assert.equal(a.length, 60);
  a.forEach((loss, epoch) => assert.ok(Math.abs(loss - b[epoch]!) < 1e-9, `epoch ${epoch}: ${loss}, ${b[epoch]!}`));
});

test('vectors that grow beyond all bounds end the training with a sentence, and the earlier model stays', async () => {
  const folder = await makeFolder('overflow', syntheticText(30_000, 9));
  const directory = join(root, 'overflow-model');
  const engine = new Engine(DISTRIBUTION, listen());
  await engine.open(directory);
  await engine.train(request(folder, { epochs: 2 }));
  const before = await engine.describe('king', 5);
  await assert.rejects(
    engine.train(request(folder, { alpha: 10, epochs: 20 })),
    /learning rate 10 .* a model that was there is kept/,
  );
  assert.deepEqual(await engine.describe('king', 5), before);
  const again = new Engine(DISTRIBUTION, listen());
  await again.open(directory);
  assert.deepEqual(await again.describe('king', 5), before);
});

test('a damaged checkpoint is passed over', async () => {
  const folder = await makeFolder('damaged', syntheticText(20_000, 5));
  const directory = join(root, 'damaged-model');
  await mkdir(directory);
  for (const content of [new Uint8Array(3), new Uint8Array(100).fill(255), Buffer.from('\x02\0\0\0\0\0\0\0{}')]) {
    await writeFile(join(directory, 'word-vectors.checkpoint'), content);
    const engine = new Engine(DISTRIBUTION, listen());
    await engine.open(directory);
    assert.equal((await engine.train(request(folder, { epochs: 1 }))).status, 'done');
  }
});

test('continued on other text, new words come in and old ones keep their vectors', async () => {
  const directory = join(root, 'continued');
  const engine = new Engine(DISTRIBUTION, listen());
  await engine.open(directory);
  const first = await makeFolder('first', syntheticText(30_000, 6).replaceAll('oven', 'stove'));
  await assert.rejects(engine.train(request(first, {}, { start: 'continue' })), /no model here to continue/);
  const parts = { map: true, languageModel: true };
  await engine.train(request(first, {}, { parts }));
  const before = (await loadModel(directory))!;

  const second = await makeFolder('second', syntheticText(30_000, 7).replaceAll('harbour', 'quay'));
  await assert.rejects(
    engine.train(request(second, { vectorSize: 50 }, { start: 'continue' })),
    /stored vectors have 32 numbers .*vectorSize is 50/,
  );
  const outcome = await engine.train(request(second, { vectorSize: 0 }, { start: 'continue', parts }));
  assert.ok(outcome.status === 'done');
  const now = (await loadModel(directory))!;
  assert.equal(
    outcome.model.vocabulary,
    before.summary.vocabulary + 2,
    'oven and quay are new, stove and harbour stay',
  );
  const rowOf = (model: typeof now, word: string): Float32Array => {
    const index = model.words.indexOf(word);
    assert.ok(index >= 0 && index < model.summary.vocabulary, word);
    return model.vectors['input']!.data.subarray(32 * index, 32 * (index + 1));
  };
  for (const gone of ['stove', 'harbour'].filter((word) => before.words.includes(word))) {
    if (now.counts![now.words.indexOf(gone)] === 0) assert.deepEqual(rowOf(now, gone), rowOf(before, gone));
  }
  assert.equal(now.counts![now.words.indexOf('stove')], 0);
  const cosine = (a: Float32Array, b: Float32Array): number =>
    a.reduce((sum, value, d) => sum + value * b[d]!, 0) / (Math.hypot(...a) * Math.hypot(...b));
  assert.ok(cosine(rowOf(now, 'king'), rowOf(before, 'king')) > 0.5, 'king went on from where it was');
  for (const [word, topic] of [
    ['oven', TOPICS.kitchen],
    ['quay', TOPICS.sea],
  ] as const) {
    const answer = await engine.describe(word, 3);
    assert.ok(answer.known && answer.neighbours.every((near) => [...topic, 'quay', 'stove'].includes(near.word)), word);
  }
  const completion = await engine.complete(placeIn('the king and the pal'), 3);
  assert.equal(completion.suggestions[0]?.word, 'palace', 'the language model’s words are where it looks for them');
});

test('with subwords a word never seen has neighbours, by its parts; Korean by its jamo', async () => {
  const directory = join(root, 'subwords');
  const engine = new Engine(DISTRIBUTION, listen());
  await engine.open(directory);
  // particles stick to their nouns: 한국은 and 한국이 are words, 한국을 was never seen
  const text = syntheticText(40_000, 8).replace(/한국/g, (word, at: number) => `${word}${at % 2 ? '은' : '이'}`);
  const folder = await makeFolder('subwords-text', text);
  await engine.train(request(folder, { subwords: true, epochs: 10, minN: 3, maxN: 6, deterministic: true }));
  for (const [word, expected] of [
    ['kitchens', 'kitchen'],
    ['한국을', '한국은'],
  ] as const) {
    const answer = await engine.describe(word, 3);
    assert.ok(answer.known);
    assert.deepEqual([answer.rank, answer.count, answer.onMap], [null, 0, false]);
    assert.ok(
      answer.neighbours.some((near) => near.word === expected),
      `${word}: ${answer.neighbours.map((near) => near.word).join(' ')}`,
    );
  }
  const again = new Engine(DISTRIBUTION, listen());
  await again.open(directory);
  assert.deepEqual(await again.describe('한국을', 3), await engine.describe('한국을', 3));
  assert.ok((await readFile(join(directory, 'manifest.json'), 'utf8')).includes('"subwords": true'));
});

test('keywords that are down-weighted stay words, and count in code alone', async () => {
  const lines = syntheticText(3000, 5).split(' ');
  const code = lines.map((word, index) => (index % 3 ? word : `return ${word};`)).join(' ');
  const vectors = async (file: string, keywords: 'keep' | 'downWeight') => {
    const path = join(root, `${file}-folder`);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, file), code);
    const engine = new Engine(DISTRIBUTION, listen());
    const directory = join(root, `${file}-${keywords}`);
    await engine.open(directory);
    const wanted = { vectorSize: 16, epochs: 1, sample: 0, deterministic: true };
    await engine.train(request(path, wanted, { text: { keywords } }));
    const { words, counts, vectors } = (await loadModel(directory))!;
    assert.ok(words.includes('return'));
    return { words, counts, input: vectors['input']!.data };
  };
  const [inCode, rarely] = [await vectors('a.ts', 'keep'), await vectors('a.ts', 'downWeight')];
  assert.deepEqual([rarely.words, rarely.counts], [inCode.words, inCode.counts]);
  assert.notDeepEqual(rarely.input, inCode.input);
  assert.deepEqual(await vectors('a.txt', 'downWeight'), await vectors('a.txt', 'keep'));
});

test('a text without a pair of words is refused with a sentence, and the model that was there stays', async () => {
  const directory = join(root, 'pairless');
  const engine = new Engine(DISTRIBUTION, listen());
  await engine.open(directory);
  const good = await makeFolder('good', syntheticText(3000, 1));
  assert.equal((await engine.train(request(good, { epochs: 1 }))).status, 'done');
  const before = await readFile(join(directory, 'manifest.json'), 'utf8');
  const words = ['ship', 'anchor', 'net', 'sail'];
  const lists = [
    Array.from({ length: 3000 }, (_, i) => `${words[i % 4]}.`).join('\n\n'),
    // rare words are in no window
    Array.from({ length: 3000 }, (_, i) => `${words[i % 4]} once${i}x`).join('\n\n'),
  ];
  for (const [index, text] of lists.entries()) {
    const path = await makeFolder(`list${index}`, text);
    await assert.rejects(
      engine.train(request(path, {})),
      /No two words that appear at least 2 times stand in one sentence/,
    );
    assert.equal(await readFile(join(directory, 'manifest.json'), 'utf8'), before);
  }
  const dropped = await makeFolder('dropped', 'ship anchor '.repeat(2000));
  await assert.rejects(engine.train(request(dropped, { sample: 1e-12 })), /word2vec.sample at 1e-12/);
  assert.equal(await readFile(join(directory, 'manifest.json'), 'utf8'), before);
  const pair = `${lists[0]!}\n\n${'ship anchor. '.repeat(2)}`;
  const result = await engine.train(request(await makeFolder('pair', pair), { epochs: 2, sample: 0 }));
  assert.ok(result.status === 'done' && result.model.losses!.every(Number.isFinite));
});
