// The built command line, as a script calls it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type {
  AnalogyAnswer,
  Completion,
  TrainOutcome,
  UnknownWord,
  WordDescription,
} from '../../src/protocol/engine.ts';
import { syntheticText, TOPICS } from '../synthetic-text.ts';

const SCRIPT = fileURLToPath(new URL('../../dist/lexiscope.mjs', import.meta.url));
const QUICK = [
  '--word2vec.vectorSize',
  '24',
  '--map.nEpochs',
  '20',
  '--languageModel.hiddenSize',
  '16',
  '--languageModel.epochs',
  '1',
];

let root: string;
let folder: string;
let model: string;
let trained: TrainOutcome;

interface Run {
  code: number;
  out: string;
  err: string;
}

function lexiscope(...words: string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, ...words], (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

/** The answer of a command that succeeds, read as JSON. */
async function ask<T>(...words: string[]): Promise<T> {
  const { code, out, err } = await lexiscope(...words, '--model', model, '--json');
  assert.equal(code, 0, err);
  return JSON.parse(out) as T;
}

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'cli-'));
  folder = join(root, 'text');
  model = join(root, 'model');
  await mkdir(folder);
  for (let file = 0; file < 6; file++) await writeFile(join(folder, `${file}.txt`), syntheticText(2500, file + 1));
  await writeFile(join(folder, 'left-out.log'), 'zeppelin '.repeat(500));
  const { code, out, err } = await lexiscope(
    'train',
    folder,
    '--out',
    model,
    '--json',
    '--exclude',
    '**/*.log',
    ...QUICK,
  );
  assert.equal(code, 0, err);
  trained = JSON.parse(out) as TrainOutcome;
  assert.ok(err.includes('"phase":"wordVectors"'), 'progress is told on standard error, as JSON');
});
after(() => rm(root, { recursive: true, force: true }));

test('train reports what was read and learned', () => {
  assert.ok(trained.status === 'done');
  assert.equal(trained.reading.files, 6);
  assert.ok(trained.reading.words >= 15_000);
  assert.equal(trained.model.vectorSize, 24);
  assert.ok(trained.model.languageModel!.perplexity > 1);
});

test('similar, analogy and complete answer from the stored model', async () => {
  const similar = await ask<WordDescription>('similar', 'king', '--count', '3');
  assert.equal(similar.neighbours.length, 3);
  for (const { word } of similar.neighbours) assert.ok((TOPICS.court as readonly string[]).includes(word), word);
  const analogy = await ask<AnalogyAnswer>('analogy', 'bread - oven + ship', '--count', '2');
  assert.ok(analogy.status === 'solved' && analogy.answers.length === 2);
  const completion = await ask<Completion>('complete', 'the harb');
  assert.deepEqual(completion, { prefix: 'harb', suggestions: [{ word: 'harbour', probability: 1 }] });
});

test('map gives every word of the map a place, as JSON and as a table', async () => {
  const points = await ask<{ word: string; count: number; x: number; y: number }[]>('map');
  assert.ok(trained.status === 'done' && points.length === trained.model.mapWords);
  assert.ok(points.every(({ count, x, y }) => count > 0 && Math.abs(x) <= 1.0001 && Math.abs(y) <= 1.0001));
  const file = join(root, 'map.tsv');
  await lexiscope('map', '--model', model, '--out', file);
  const [header, first] = (await readFile(file, 'utf8')).split('\n');
  assert.equal(header, 'word\tcount\tx\ty');
  assert.equal(first!.split('\t')[0], points[0]!.word);
});

test('export takes the format from the name', async () => {
  for (const [name, format] of [
    ['v.vec', 'word2vec-text'],
    ['v.bin', 'word2vec-binary'],
    ['v.glove.txt', 'glove'],
    ['vectors.tsv', 'projector'],
    ['v.safetensors', 'safetensors'],
  ] as const) {
    const answer = await ask<{ format: string; words: number; bytes: number }>('export', join(root, name));
    assert.equal(answer.format, format);
    const metadata = format === 'projector' ? await readFile(join(root, 'metadata.tsv'), 'utf8') : '';
    if (metadata) assert.match(metadata, /^word\tcount\n\S+\t\d+\n/);
    assert.equal((await readFile(join(root, name))).length + Buffer.byteLength(metadata), answer.bytes);
  }
});

test('what was exported is imported, and the model that comes of it says what it has not', async () => {
  const own = await ask<WordDescription>('similar', 'king');
  const place = join(root, 'imported');
  const { code, out, err } = await lexiscope('import', join(root, 'v.bin'), '--out', place, '--map.nEpochs', '20');
  assert.equal(code, 0, err);
  assert.match(out, /rows of word2vec-binary\n\d+ words with vectors of 24 numbers, \d+ on the map\n.* importing /);
  const similar = await lexiscope('similar', 'king', '--model', place, '--json');
  assert.deepEqual(JSON.parse(similar.out), { ...own, count: null });
  assert.match((await lexiscope('similar', 'king', '--model', place)).out, /^king: rank \d+\n/);
  assert.match((await lexiscope('map', '--model', place)).out, /^word\tcount\tx\ty\n\S+\t\t/);
  const complete = await lexiscope('complete', 'the ', '--model', place);
  assert.deepEqual([complete.code, complete.out], [1, '']);
  assert.match(complete.err, /word vectors only/);
  const few = await lexiscope('import', join(root, 'v.vec'), '--out', place, '--only', 'vectors', '--most', '10');
  assert.match(few.out, /^10 rows of word2vec-text\n10 words with vectors of 24 numbers, 0 on the map\n/);
  assert.match((await lexiscope('map', '--model', place)).err, /has no map/);
});

test('train --only vectors makes word vectors and nothing else', async () => {
  const place = join(root, 'vectors-only');
  const { code, out } = await lexiscope('train', folder, '--out', place, '--json', '--only', 'vectors', ...QUICK);
  assert.equal(code, 0);
  const outcome = JSON.parse(out) as TrainOutcome;
  assert.ok(outcome.status === 'done' && outcome.model.languageModel === null && outcome.model.mapWords === 0);
  assert.equal((await lexiscope('similar', 'king', '--model', place)).code, 0);
});

test('a word that was left out is not known, and close spellings are offered', async () => {
  assert.equal((await lexiscope('similar', 'zeppelin', '--model', model)).code, 1);
  const { code, out } = await lexiscope('similar', 'kinng', '--model', model, '--json');
  assert.equal(code, 1);
  const answer = JSON.parse(out) as UnknownWord;
  assert.equal(answer.known, false);
  assert.ok(answer.spellings.includes('king'));
});

test('what cannot be done is one sentence on standard error, and nothing is written', async () => {
  const cases: [string[], RegExp, number][] = [
    [['train'], /needs a FOLDER/, 2],
    [['train', folder], /needs --out DIR/, 2],
    [
      ['train', folder, '--out', join(root, 'new'), '--word2vec.window', '0'],
      /word2vec\.window is 0; .* from 1 to 100/,
      1,
    ],
    [['train', folder, '--out', join(root, 'new'), '--threads', 'many'], /--threads is "many"/, 2],
    [['train', join(root, 'missing'), '--out', join(root, 'new')], /found 0 in 0 files/, 1],
    [['similar', 'king'], /--model DIR/, 2],
    [['similar', 'king', '--model', join(root, 'nowhere')], /There is no model in/, 2],
    [['similar', '--model', model], /takes one WORD, got 0/, 2],
    [['analogy', 'king +', '--model', model], /word is missing at position 7/, 2],
    [['export', join(root, 'v.xyz'), '--model', model], /must end in \.vec, \.bin, .*\.safetensors/, 2],
    [['train', folder, '--out', join(root, 'new'), '--only', 'map'], /--only is "map"; it can be vectors/, 2],
    [['import'], /import takes one FILE, got 0/, 2],
    [['import', join(root, 'v.vec')], /needs --out DIR/, 2],
    [['import', join(root, 'nowhere.vec'), '--out', join(root, 'new')], /“nowhere\.vec” .* no such file/, 1],
    [['import', join(folder, '0.txt'), '--out', join(root, 'new')], /“0\.txt” was not imported/, 1],
    [['toString'], /There is no command toString/, 2],
    [['similar', '--colour'], /Unknown option '--colour'/, 2],
  ];
  for (const [words, message, expected] of cases) {
    const { code, out, err } = await lexiscope(...words);
    assert.match(err, message);
    assert.equal(code, expected, words.join(' '));
    assert.equal(out, '');
    assert.ok(!err.includes('    at '), 'no stack');
  }
  assert.deepEqual(await readdir(join(root, 'new')), []);
});

test('--help lists the commands', async () => {
  const { code, out } = await lexiscope('--help');
  assert.equal(code, 0);
  for (const command of ['train', 'import', 'similar', 'analogy', 'complete', 'map', 'export'])
    assert.match(out, new RegExp(`lexiscope ${command} `));
  assert.equal((await lexiscope()).code, 2);
});
