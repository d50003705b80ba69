// The engine as its clients use it: the built compute thread and kernels, real files, a real
// process.

import { type BirpcReturn, createBirpc } from 'birpc';
import assert from 'node:assert/strict';
import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Engine } from '../../src/engine/engine.ts';
import { readSafetensors } from '../../src/engine/model/safetensors.ts';
import { LANGUAGE_MODEL_DEFAULTS } from '../../src/language-model/options.ts';
import { livingWriter } from '../../src/model-folder/writer-lock.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import { PROJECTION_DEFAULTS } from '../../src/projection/options.ts';
import type { EngineApi, EngineEvents, ModelSummary, Phase, TrainRequest } from '../../src/protocol/engine.ts';
import { PHRASE_DEFAULTS } from '../../src/text/options.ts';
import { WORD2VEC_DEFAULTS } from '../../src/word2vec/options.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { listen, requestOf } from '../helpers/engine.ts';
import { placeIn } from '../helpers/places.ts';
import { syntheticText, TOPICS } from '../synthetic-text.ts';

const INJECTION = ['<img src=x onerror=alert(1)>', '](command:workbench.action.quit)'];

let root: string;
let folder: string;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'engine-'));
  folder = await makeFolder('prose');
});
after(() => rm(root, { recursive: true, force: true }));

/** Twelve files, 24,000 words. */
async function makeFolder(name: string): Promise<string> {
  const path = join(root, name);
  await mkdir(join(path, 'chapters'), { recursive: true });
  for (let file = 0; file < 12; file++)
    await writeFile(join(path, 'chapters', `${file}.txt`), syntheticText(2000, file + 1));
  await writeFile(join(path, 'chapters', 'odd.txt'), `${INJECTION.join(' ')}\n`.repeat(20));
  await writeFile(join(path, 'photo.bin'), Buffer.from([0, 1, 2, 3, 0, 255]));
  await writeFile(join(path, '.env'), 'SECRETWORD '.repeat(100));
  return path;
}

function request(path: string, change: Partial<TrainRequest> = {}): TrainRequest {
  return requestOf(path, {
    reading: { maximumFileSize: 5_000_000 },
    word2vec: { vectorSize: 24, epochs: 8 },
    projection: { nEpochs: 50 },
    languageModel: { embeddingSize: 16, hiddenSize: 16, epochs: 2 },
    ...change,
  });
}

/** What a new engine finds there. */
async function summaryIn(directory: string): Promise<ModelSummary> {
  const summary = await new Engine(DISTRIBUTION, listen()).open(directory);
  assert.ok(summary);
  return summary;
}

/** Resolves when the engine is in the phase. */
function phase(events: EngineEvents, wanted: Phase): Promise<void> {
  const progress = events.progress.bind(events);
  return new Promise((resolve) => {
    events.progress = (told) => {
      progress(told);
      if (told.phase === wanted) resolve();
    };
  });
}

describe('an engine that has trained', () => {
  const events = listen();
  let engine: Engine;
  let directory: string;

  before(async () => {
    directory = join(root, 'model');
    engine = new Engine(DISTRIBUTION, events);
    assert.equal(await engine.open(directory), null);
    const outcome = await engine.train(request(folder, { phrases: { ...PHRASE_DEFAULTS, passes: 1 } }));
    assert.ok(outcome.status === 'done');
    assert.ok(outcome.reading.phrases >= 1);
    assert.equal(outcome.reading.files, 13);
    assert.equal(outcome.reading.skipped.binary, 1);
    assert.ok(outcome.reading.words >= 24_000);
    const { perplexity, heldOutFiles } = outcome.model.languageModel!;
    assert.ok(perplexity! > 1 && perplexity! < 60, `perplexity ${perplexity}`);
    assert.ok(heldOutFiles >= 1);
  });

  test('told every phase in order, with fractions that never fall within one', () => {
    const phases = events.heard.map(({ phase }) => phase).filter((phase, index, all) => phase !== all[index - 1]);
    assert.deepEqual(phases, ['reading', 'counting', 'wordVectors', 'map', 'languageModel', 'saving']);
    for (const [index, { phase, fraction }] of events.heard.entries()) {
      assert.ok(fraction >= 0 && fraction <= 1);
      const previous = events.heard[index - 1];
      if (previous?.phase === phase) assert.ok(fraction >= previous.fraction);
      assert.ok(events.heard[index]!.training!.fraction >= (previous?.training?.fraction ?? 0));
    }
  });

  test('finds the words of one topic alike, in English and Korean', async () => {
    for (const [word, topic] of [
      ['king', TOPICS.court],
      ['서울', TOPICS.korea],
    ] as const) {
      const answer = await engine.describe(word, 5);
      assert.ok(answer.known);
      assert.deepEqual(
        answer.neighbours.filter((neighbour) => !(topic as readonly string[]).includes(neighbour.word)),
        [],
        `${word}: ${answer.neighbours.map((neighbour) => neighbour.word).join(' ')}`,
      );
      assert.ok(answer.onMap && answer.count! > 100 && answer.rank! >= 1);
    }
  });

  test('takes the word under the cursor as the tokenizer cuts it', async () => {
    const line = 'The «king», 서울 and noSuchWord';
    const king = await engine.wordAt(placeIn(line, 6), 3);
    assert.ok(king?.known);
    assert.deepEqual([king.word, king.start, king.end, king.neighbours.length], ['king', 5, 9, 3]);
    assert.equal((await engine.wordAt(placeIn(line, 13), 3))?.word, '서울');
    assert.equal(await engine.wordAt(placeIn(line, 4), 3), null, 'a quotation mark is no word');
    assert.deepEqual(await engine.wordAt(placeIn(line, 22), 3), {
      known: false,
      word: 'noSuchWord',
      start: 19,
      end: 29,
      saysLittle: false,
      isProse: true,
    });
    const markup = '<p class="king">The king</p>';
    assert.equal((await engine.wordAt(placeIn(markup, 21, 'html'), 3))?.word, 'king');
    assert.equal(await engine.wordAt(placeIn(markup, 12, 'html'), 3), null, 'an attribute is no text');
  });

  test('takes the phrase that the word under the cursor is part of', async () => {
    const line = 'An Img src, king.';
    for (const column of [3, 5, 9]) {
      const phrase = await engine.wordAt(placeIn(line, column), 3);
      assert.deepEqual([phrase?.word, phrase?.start, phrase?.end], ['img_src', 3, 10]);
    }
    assert.deepEqual((await engine.wordAt(placeIn(line, 13), 3))?.word, 'king');
    assert.equal((await engine.wordAt(placeIn('src. img', 1), 3))?.known, false, 'by itself it has become too rare');
  });

  test('offers the closest spellings of a word it does not know', async () => {
    const answer = await engine.describe('kinng', 3);
    assert.ok(!answer.known);
    assert.ok(answer.spellings.includes('king'));
  });

  test('solves analogies, and says which word is unknown or where an expression is malformed', async () => {
    const solved = await engine.solve('king - throne + ship', 3, '3CosAdd');
    assert.ok(solved.status === 'solved' && solved.answers.length === 3);
    const unknown = await engine.solve('king - quueen', 3, '3CosAdd');
    assert.ok(unknown.status === 'unknownWord' && unknown.word === 'quueen' && unknown.spellings.includes('queen'));
    const malformed = await engine.solve('king - + ', 3, '3CosAdd');
    assert.ok(malformed.status === 'malformed' && malformed.message.length > 10);
  });

  test('compares words and lists, ranks neighbours and finds the odd word', async () => {
    const one = await engine.similarity('king', 'queen');
    assert.ok(one.status === 'compared');
    const neighbours = await engine.describe('king', 1000);
    assert.ok(neighbours.known);
    const place = neighbours.neighbours.findIndex(({ word }) => word === 'queen');
    assert.ok(Math.abs(neighbours.neighbours[place]!.similarity - one.similarity) < 1e-5);
    const rank = await engine.rank('king', 'queen');
    assert.ok(rank.status === 'ranked');
    assert.deepEqual([rank.rank, rank.of], [place + 1, neighbours.neighbours.length]);
    assert.deepEqual(await engine.nSimilarity('king', '"queen"'), one);
    const odd = await engine.doesntMatch('king, queen, 서울 throne');
    assert.ok(odd.status === 'found' && odd.odd === '서울');
    const unknown = await engine.nSimilarity('king queen', 'bread thronee');
    assert.ok(unknown.status === 'unknownWord' && unknown.spellings.includes('throne'));
    assert.equal((await engine.doesntMatch('king "queen')).status, 'malformed');
  });

  test('evaluates by a file in a compute thread, and can be cancelled', async () => {
    const file = join(root, 'set.txt');
    const { court, sea } = TOPICS;
    const questions = court.flatMap((a) => sea.map((b) => `${a} ${court[0]} ${b} ${sea[0]}`));
    await writeFile(file, `: topics\n${questions.join('\n')}\n`);
    const evaluation = await engine.evaluate(file, { method: '3CosAdd' });
    assert.ok(evaluation?.kind === 'analogies');
    assert.equal(evaluation.asked, 100);
    assert.ok(evaluation.right > 0 && evaluation.right <= 100);
    const running = engine.evaluate(file, { method: '3CosAdd' });
    await assert.rejects(engine.evaluate(file, { method: '3CosAdd' }), /running already/);
    assert.equal(await engine.cancelEvaluation(), true);
    assert.equal(await running, null);
    assert.equal(await engine.cancelEvaluation(), false);
    await assert.rejects(engine.evaluate(join(root, 'nowhere'), { method: '3CosAdd' }), /nowhere cannot be read/);
  });

  test('completes the word being typed and suggests the next, with probabilities', async () => {
    const typed = await engine.complete(placeIn('the king of pal'), 5);
    assert.equal(typed.prefix, 'pal');
    assert.deepEqual(typed.suggestions, [{ word: 'palace', probability: 1 }]);
    const whole = await engine.complete(placeIn('the king of a sail'), 5);
    assert.deepEqual(
      whole.suggestions.map(({ word }) => word),
      ['sail', 'sailor'],
      'what is typed is a word',
    );
    const [sail, sailor] = whole.suggestions.map(({ probability }) => probability) as [number, number];
    assert.ok(Math.abs(sail + sailor - 1) < 1e-6 && sail > 0.2 && sailor > 0.2, `${sail} ${sailor}`);
    const capital = await engine.complete(placeIn('the king of a Sail'), 5);
    assert.deepEqual(
      capital.suggestions.map(({ word }) => word),
      ['Sail', 'sailor'],
      'in any case',
    );
    const likely = await engine.complete(
      placeIn('the king of a sail'),
      5,
      sail + 0.001 > sailor ? sail + 0.001 : sailor + 0.001,
    );
    assert.deepEqual(likely.suggestions, []);
    const next = await engine.complete(placeIn('the king '), 200);
    assert.equal(next.prefix, '');
    const total = next.suggestions.reduce((sum, { probability }) => sum + probability, 0);
    assert.ok(total > 0.5 && total <= 1.000001, `probabilities sum to ${total}`);
    for (const [index, { probability }] of next.suggestions.entries()) {
      assert.ok(index === 0 || probability <= next.suggestions[index - 1]!.probability);
    }
    assert.deepEqual((await engine.complete(placeIn('한국과 서'), 3)).suggestions[0]?.word, '서울');
    const plain = await engine.complete(placeIn('the king of '), 5);
    const markup = '<p>the <b class="x">king</b>\nof <i>';
    assert.deepEqual(await engine.complete(placeIn(`${markup}</i></p>`, markup.length, 'html'), 5), plain);
    assert.deepEqual(await engine.complete(placeIn('<p cla>', 6, 'html'), 5), { prefix: '', suggestions: [] });
  });

  test('puts the words on a map, the most frequent first, within the square from -1 to 1', async () => {
    const map = await engine.map();
    assert.ok(map);
    assert.equal(map.positions.length, 2 * map.words.length);
    assert.ok(map.counts?.every((count, index, counts) => index === 0 || count <= counts[index - 1]!));
    assert.ok(map.positions.every((position) => Math.abs(position) <= 1.0001));
    const similarities = await engine.similaritiesOnMap('king');
    assert.equal(similarities?.length, map.words.length);
    assert.ok(Math.abs(similarities[map.words.indexOf('king')]! - 1) < 1e-5);
    assert.equal(await engine.similaritiesOnMap('noSuchWord'), null);
  });

  test('never read the file of secrets', async () => {
    assert.equal((await engine.describe('SECRETWORD', 1)).known, false);
  });

  test('answers the same after it was opened anew', async () => {
    const again = new Engine(DISTRIBUTION, listen());
    const summary = await again.open(directory);
    assert.equal(summary?.vocabulary, (await engine.map())!.words.length);
    assert.deepEqual(await again.describe('king', 5), await engine.describe('king', 5));
    assert.deepEqual(await again.complete(placeIn('the '), 5), await engine.complete(placeIn('the '), 5));
    assert.deepEqual(await again.map(), await engine.map());
  });

  test('exports vectors that other tools read', async () => {
    const text = join(root, 'vectors.vec');
    const { words } = await engine.exportVectors(text, 'word2vec-text');
    const lines = (await readFile(text, 'utf8')).trimEnd().split('\n');
    assert.equal(lines[0], `${words} 24`);
    assert.equal(lines.length, words + 1);
    assert.ok(lines.slice(1).every((line) => line.split(' ').length === 25));
    const tensors = join(root, 'vectors.safetensors');
    await engine.exportVectors(tensors, 'safetensors');
    assert.deepEqual(readSafetensors(await readFile(tensors))['vectors']?.shape, [words, 24]);
  });

  test('keeps what is stored when a training is cancelled, in any phase', async () => {
    const long = request(folder, {
      word2vec: { ...WORD2VEC_DEFAULTS, epochs: 200 },
      projection: { ...PROJECTION_DEFAULTS, nEpochs: 5000 },
      languageModel: { ...LANGUAGE_MODEL_DEFAULTS, epochs: 50, patience: 0 },
    });
    const short = request(folder);
    const before = await summaryIn(directory);
    const cases: [Phase, TrainRequest, isVectors: boolean, isMap: boolean][] = [
      ['reading', long, false, true],
      ['wordVectors', long, false, true],
      ['map', { ...long, word2vec: short.word2vec }, true, false],
      ['languageModel', { ...long, word2vec: short.word2vec, projection: short.projection }, true, true],
    ];
    for (const [wanted, train, isVectors, isMap] of cases) {
      const reached = phase(events, wanted);
      const outcome = engine.train(train);
      await reached;
      await new Promise((resolve) => setTimeout(resolve, 60));
      assert.equal(await engine.cancel(), true);
      assert.deepEqual(await outcome, { status: 'cancelled' });
      const now = await summaryIn(directory);
      assert.equal(now.trained !== before.trained, isVectors, wanted);
      assert.equal(now.mapWords > 0, isMap, wanted);
      assert.equal((await engine.map()) !== null, isMap, wanted);
      assert.deepEqual(now.languageModel, before.languageModel, 'the language model of before stays');
      assert.ok((await engine.describe('king', 1)).known);
      assert.equal((await engine.complete(placeIn('the king of pal'), 5)).suggestions[0]?.word, 'palace');
    }
    assert.equal(await engine.cancel(), false);
  });

  test('refuses a second training while one runs', async () => {
    const reached = phase(events, 'reading');
    const first = engine.train(request(folder));
    await reached;
    await assert.rejects(engine.train(request(folder)), /running already/);
    await engine.cancel();
    await first;
  });

  test('trains word vectors alone, without the time of the rest', async () => {
    const told = listen();
    const quick = new Engine(DISTRIBUTION, told);
    const place = join(root, 'vectors-only');
    await quick.open(place);
    const outcome = await quick.train(request(folder, { parts: { map: false, languageModel: false } }));
    assert.ok(outcome.status === 'done');
    assert.deepEqual(Object.keys(outcome.seconds), ['reading', 'counting', 'wordVectors', 'saving']);
    assert.ok(told.heard.every(({ phase }) => phase !== 'map' && phase !== 'languageModel'));
    assert.deepEqual([outcome.model.mapWords, outcome.model.languageModel], [0, null]);
    const again = new Engine(DISTRIBUTION, listen());
    assert.deepEqual(await again.open(place), outcome.model);
    const answer = await again.describe('king', 5);
    assert.ok(answer.known && answer.count! > 100 && !answer.onMap);
    assert.equal(await again.map(), null);
    assert.deepEqual(await again.complete(placeIn('the king of pal'), 5), { prefix: 'pal', suggestions: [] });
    const mapped = await quick.train(request(folder, { parts: { map: true, languageModel: false } }));
    assert.ok(mapped.status === 'done' && mapped.model.mapWords > 0 && mapped.model.languageModel === null);
  });

  test('forgets its model when told to', async () => {
    assert.equal(await engine.forget(), true);
    assert.deepEqual(await readdir(directory), []);
    await assert.rejects(engine.describe('king', 1), /Nothing is trained here yet/);
    assert.equal(await engine.forget(), false);
  });
});

describe('a training that stores each result as soon as it is there', () => {
  let place: string;
  let other: string;
  before(async () => {
    place = join(root, 'staged');
    other = join(root, 'other');
    await mkdir(other);
    // the same sentences of words that the first text does not have
    for (let file = 0; file < 8; file++) {
      const text = syntheticText(2000, file + 50).replaceAll(/(king|queen|ship|bread)/g, 'new$1');
      await writeFile(join(other, `${file}.txt`), text);
    }
  });

  test('answers with vectors, then with the map, while the language model of before goes on with its own words', async () => {
    const events = listen();
    const stored: ModelSummary[] = [];
    const engine = new Engine(DISTRIBUTION, { ...events, stored: (summary) => void stored.push(summary) });
    await engine.open(place);
    const first = await engine.train(request(folder));
    assert.ok(first.status === 'done');
    assert.deepEqual(
      stored.map(({ mapWords, languageModel }) => [mapWords > 0, languageModel !== null]),
      [
        [false, false],
        [true, false],
        [true, true],
      ],
    );
    const expected = await engine.complete(placeIn('the king of qu'), 5);
    assert.deepEqual(expected.suggestions[0]?.word, 'queen');
    stored.length = 0;

    const told = listen();
    const second = new Engine(DISTRIBUTION, listen());
    const running = new Engine(DISTRIBUTION, told);
    const reached = phase(told, 'languageModel');
    const long = { ...LANGUAGE_MODEL_DEFAULTS, epochs: 200, patience: 0, embeddingSize: 16, hiddenSize: 16 };
    await second.open(place);
    await running.open(place);
    const training = running.train(request(other, { languageModel: long }));
    await reached;
    assert.ok((await running.describe('newking', 3)).known);
    assert.equal((await running.describe('king', 3)).known, false, 'it is not in the new text');
    assert.ok((await running.map())?.words.includes('newking'));
    assert.deepEqual(await running.complete(placeIn('the king of qu'), 5), expected);
    // and so does whoever opens the folder now
    await second.open(place);
    assert.ok((await second.describe('newking', 3)).known);
    assert.deepEqual(await second.complete(placeIn('the king of qu'), 5), expected);
    assert.ok((await livingWriter(place))!.fraction >= 0, 'other windows see how far it is');
    await running.cancel();
    assert.deepEqual(await training, { status: 'cancelled' });

    // a stage later the kept words go on to the next model, and go with the language model they
    // belong to
    const again = await running.train(request(other, { languageModel: { ...long, epochs: 1 } }));
    assert.ok(again.status === 'done' && again.model.languageModel);
    assert.equal((await running.complete(placeIn('the newking of qu'), 5)).suggestions[0]?.word, undefined);
    assert.equal((await running.complete(placeIn('the newking of newqu'), 5)).suggestions[0]?.word, 'newqueen');
    assert.equal((await readdir(place)).filter((name) => name.startsWith('vocabulary-')).length, 1);
    const opened = new Engine(DISTRIBUTION, listen());
    assert.deepEqual(await opened.open(place), again.model);
  });

  test('killed at any moment, it leaves a whole model: new vectors with the language model of before, or none of it', async () => {
    const directory = join(root, 'killed in stages');
    const engine = new Engine(DISTRIBUTION, listen());
    await engine.open(directory);
    assert.equal((await engine.train(request(folder))).status, 'done');
    const states = new Set<string>();
    const random = mulberry32(3);
    for (let kill = 0; kill < 12; kill++) {
      const child = fork(fileURLToPath(new URL('engine.mjs', DISTRIBUTION)), [], {
        serialization: 'advanced',
        execArgv: [],
      });
      const phase = (['reading', 'wordVectors', 'map', 'languageModel'] as const)[(kill >> 1) % 4];
      const { promise: reached, resolve: isThere } = Promise.withResolvers<unknown>();
      const heard = listen((told) => {
        if (told.phase === phase) isThere(phase);
      });
      const client = createBirpc<EngineApi, EngineEvents>(heard, {
        post: (message: Serializable) => void child.send(message, () => undefined),
        on: (receive) => child.on('message', receive),
        timeout: -1,
      });
      await client.open(directory);
      const gone = new Promise((resolve) => child.once('exit', resolve));
      client.train(request(kill % 2 ? folder : other, { seed: kill })).catch(() => undefined);
      await reached;
      await new Promise((resolve) => setTimeout(resolve, random() * 100));
      child.kill('SIGKILL');
      await gone;
      const summary = await engine.open(directory);
      assert.ok(summary?.languageModel);
      states.add(`${(await engine.describe('newking', 1)).known} ${summary.mapWords > 0}`);
      const { suggestions } = await engine.complete(placeIn('the '), 3);
      assert.equal(suggestions.length, 3);
    }
    assert.ok(states.size > 1, [...states].join(', '));
    assert.equal((await engine.train(request(folder))).status, 'done');
    assert.equal((await readdir(directory)).filter((name) => /tmp|lock|checkpoint/.test(name)).length, 0);
  });
});

describe('a folder that gives too little', () => {
  const cases: [string, (path: string) => Promise<void>, RegExp][] = [
    ['empty', () => Promise.resolve(), /needs about 2000 words .* found no text here/],
    ['a few words', (path) => writeFile(join(path, 'a.txt'), 'one two three four'), /found 4 \(files read: 1\)/],
    [
      'one word, repeated',
      (path) => writeFile(join(path, 'a.txt'), 'same '.repeat(5000)),
      /No two words appear at least 2 times/,
    ],
  ];
  for (const [name, fill, message] of cases) {
    test(`${name}: one sentence, and the earlier model stays`, async () => {
      const path = await mkdtemp(join(root, 'little-'));
      const directory = join(path, '..', `${name} model`);
      await fill(path);
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, 'manifest.json'), 'the earlier model');
      const engine = new Engine(DISTRIBUTION, listen());
      await assert.rejects(engine.open(directory), /damaged/);
      await assert.rejects(engine.train(request(path)), message);
      assert.equal(await readFile(join(directory, 'manifest.json'), 'utf8'), 'the earlier model');
    });
  }
});

test('an option out of range is refused before anything is read', async () => {
  const events = listen();
  const engine = new Engine(DISTRIBUTION, events);
  await engine.open(join(root, 'untouched'));
  await assert.rejects(
    engine.train(request(folder, { threads: 1000 })),
    /threads is 1000; it must be a whole number from 0 to 256/,
  );
  assert.deepEqual(events.heard, []);
});

describe('the engine process', () => {
  let child: ChildProcess;
  let client: BirpcReturn<EngineApi, EngineEvents>;
  let events: ReturnType<typeof listen>;

  function start(): void {
    events = listen();
    child = fork(fileURLToPath(new URL('engine.mjs', DISTRIBUTION)), [], { serialization: 'advanced', execArgv: [] });
    client = createBirpc<EngineApi, EngineEvents>(events, {
      post: (message: Serializable) => void child.send(message),
      on: (receive) => child.on('message', receive),
      timeout: -1,
      bind: 'functions',
    });
  }

  test('trains, tells progress and answers over its channel, errors included', async () => {
    start();
    const directory = join(root, 'process-model');
    assert.equal(await client.open(directory), null);
    await assert.rejects(client.describe('king', 1), /Nothing is trained here yet/);
    const outcome = await client.train(request(folder));
    assert.equal(outcome.status, 'done');
    assert.ok(events.heard.length > 5);
    const map = await client.map();
    assert.ok(map?.positions instanceof Float32Array);
    const answer = await client.describe('king', 3);
    assert.ok(answer.known);
  });

  test('goes on answering while it trains', async () => {
    const reached = phase(events, 'wordVectors');
    const training = client.train(request(folder, { word2vec: { ...WORD2VEC_DEFAULTS, epochs: 300 } }));
    await reached;
    assert.ok((await client.describe('king', 3)).known);
    await client.cancel();
    assert.deepEqual(await training, { status: 'cancelled' });
  });

  test('killed while it trains, it leaves the earlier model whole for the next engine', async () => {
    const reached = phase(events, 'languageModel');
    client
      .train(request(folder, { languageModel: { ...LANGUAGE_MODEL_DEFAULTS, epochs: 100, patience: 0 } }))
      .catch(() => undefined);
    await reached;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    start();
    assert.ok(await client.open(join(root, 'process-model')));
    assert.ok((await client.describe('king', 3)).known);
  });

  test('ends when its client does', async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    assert.equal(await gone, 0);
  });
});
