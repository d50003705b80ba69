// The built command line, as a script calls it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { harmless } from '../../src/cli/harmless.ts';
import type {
  AnalogyAnswer,
  Completion,
  Evaluation,
  OddWordAnswer,
  RankAnswer,
  ReadingReport,
  SimilarityAnswer,
  TextInspection,
  TrainOutcome,
  UnknownWord,
  WordDescription,
} from '../../src/protocol/engine.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { syntheticText, TOPICS } from '../synthetic-text.ts';

const SCRIPT = fileURLToPath(new URL('lexiscope.mjs', DISTRIBUTION));
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
  assert.ok(trained.model.languageModel!.perplexity! > 1);
});

test('similar, analogy and complete answer from the stored model', async () => {
  const similar = await ask<WordDescription>('similar', 'king', '--count', '3');
  assert.equal(similar.neighbours.length, 3);
  for (const { word } of similar.neighbours) assert.ok((TOPICS.court as readonly string[]).includes(word), word);
  const lines = (await lexiscope('similar', 'king', '--model', model, '--count', '20')).out.trim().split('\n');
  assert.match(lines[0]!, /^king: \d+ times$/);
  for (const line of lines.slice(1)) assert.match(line, /^-?\d\.\d{4}  \S+  \d+$/);
  assert.equal(lines.length, 21);
  const few = await ask<WordDescription>('similar', 'king', '--count', '20', '--neighbours.minimumCount', '100000');
  assert.equal(few.neighbours.length, 8);
  const wrong = await lexiscope('similar', 'king', '--model', model, '--neighbours.minimumCount', 'many');
  assert.match(wrong.err, /--neighbours\.minimumCount is "many"; it must be a whole number/);
  const analogy = await ask<AnalogyAnswer>('analogy', 'bread - oven + ship', '--count', '2');
  assert.ok(analogy.status === 'solved' && analogy.answers.length === 2);
  const completion = await ask<Completion>('complete', 'the harb');
  assert.deepEqual(completion, { prefix: 'harb', suggestions: [{ word: 'harbour', probability: 1 }] });
});

test('analogies take weights, proportions and both methods', async () => {
  const answers = async (...operands: string[]) => {
    const answer = await ask<AnalogyAnswer>('analogy', ...operands);
    assert.ok(answer.status === 'solved' && answer.answers.length === 10);
    return answer.answers;
  };
  const plain = await answers('bread - oven + ship');
  assert.deepEqual(await answers('oven : bread :: ship'), plain);
  assert.deepEqual(await answers('2*bread - 2*oven + 2 * ship'), plain);
  assert.notDeepEqual(await answers('bread - oven + 5*ship'), plain);
  assert.deepEqual(await answers('bread - oven + ship', '--method', '3CosAdd'), plain);
  // a product of halves over a half: 0 and more, where a cosine may be below 0
  const products = await answers('bread - oven + ship', '--method', 'cosmul');
  assert.notDeepEqual(products, plain);
  assert.ok(products.every(({ similarity }) => similarity >= 0));
});

test('similarity compares words and lists, rank tells the place of a neighbour', async () => {
  const one = await ask<SimilarityAnswer>('similarity', 'king', 'Queen');
  assert.ok(one.status === 'compared');
  assert.deepEqual([one.first, one.second], [['king'], ['queen']]);
  const lists = await ask<SimilarityAnswer>('similarity', 'king queen', 'bread, oven');
  assert.ok(lists.status === 'compared' && lists.similarity < one.similarity);
  assert.deepEqual(
    [lists.first, lists.second],
    [
      ['king', 'queen'],
      ['bread', 'oven'],
    ],
  );
  const similar = await ask<WordDescription>('similar', 'king', '--count', '3');
  const rank = await ask<RankAnswer>('rank', 'king', similar.neighbours[2]!.word);
  assert.ok(rank.status === 'ranked' && trained.status === 'done');
  assert.deepEqual([rank.rank, rank.of], [3, trained.model.vocabulary - 1]);
  assert.ok(Math.abs(rank.similarity - similar.neighbours[2]!.similarity) < 1e-5);
  const { out } = await lexiscope('similarity', 'king', 'queen', '--model', model);
  assert.equal(Number(out).toFixed(4), one.similarity.toFixed(4));
});

test('odd names the word of another topic, from operands or a list', async () => {
  for (const operands of [['king', 'queen', 'bread', 'throne'], ['king, queen bread throne']]) {
    const answer = await ask<OddWordAnswer>('odd', ...operands);
    assert.ok(answer.status === 'found');
    assert.equal(answer.odd, 'bread');
    assert.equal(answer.words.length, 4);
  }
});

test('evaluate tells from its lines what a file holds, and counts', async () => {
  const pairs = join(root, 'pairs.tsv');
  await writeFile(pairs, 'first\tsecond\tscore\nking\tqueen\t9\nking\tbread\t1\nship\toven\t2\nking\tzeppelin\t3\n');
  const agreement = await ask<Evaluation>('evaluate', pairs, '--quiet');
  assert.ok(agreement.kind === 'pairs' && agreement.pearson > 0);
  assert.deepEqual([agreement.pairs, agreement.known, agreement.passedOver], [4, 3, 1]);
  assert.match(
    (await lexiscope('evaluate', pairs, '--model', model)).out,
    /known 3 \(75\.0 %\)[^]*Spearman {2}[01]\.\d{4}/,
  );
  const analogies = join(root, 'analogies.txt');
  await writeFile(analogies, ': one\nking queen king queen\nking queen bread Oven\n: two\nking queen zeppelin x\n');
  const accuracy = await ask<Evaluation>('evaluate', analogies, '--method', 'cosmul', '--restrict', '0', '--quiet');
  assert.ok(accuracy.kind === 'analogies' && trained.status === 'done');
  assert.deepEqual(
    accuracy.sections.map(({ name, questions, asked }) => [name, questions, asked]),
    [
      ['one', 2, 2],
      ['two', 1, 0],
    ],
  );
  assert.deepEqual([accuracy.method, accuracy.vocabulary], ['3CosMul', trained.model.vocabulary]);
  const restricted = await ask<Evaluation>('evaluate', analogies, '--restrict', '1', '--quiet');
  assert.ok(restricted.kind === 'analogies' && restricted.asked === 0 && restricted.vocabulary === 1);
  const { out } = await lexiscope('evaluate', analogies, '--model', model);
  assert.match(out, /^analogies by 3CosAdd among the \d+ most frequent words\n.* one\n.* two\n.* total\n$/);
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
  const neighbours = own.neighbours.map((neighbour) => ({ ...neighbour, count: null }));
  assert.deepEqual(JSON.parse(similar.out), { ...own, count: null, neighbours });
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

test('train --continue goes on with the stored vectors, with options that are on or off by their word', async () => {
  const place = join(root, 'continued');
  const options = ['--out', place, '--json', '--only', 'vectors', ...QUICK, '--word2vec.hierarchicalSoftmax', 'true'];
  const none = await lexiscope('train', folder, ...options, '--continue');
  assert.equal(none.code, 1);
  assert.match(none.err, /There is no model here to continue/);
  const losses: number[] = [];
  for (const more of [[], ['--continue']]) {
    const { code, out } = await lexiscope('train', folder, ...options, '--word2vec.epochs', '2', ...more);
    assert.equal(code, 0);
    const outcome = JSON.parse(out) as TrainOutcome;
    assert.ok(outcome.status === 'done');
    losses.push(outcome.model.losses![0]!);
  }
  assert.ok(losses[1]! < losses[0]! - 0.1, `mean loss of the first epoch: ${losses.join(', then ')}`);
  const wrong = await lexiscope('train', folder, ...options, '--word2vec.subwords', 'perhaps');
  assert.match(wrong.err, /word2vec\.subwords is "perhaps"; it must be true or false/);
});

test('inspect tells of every word how it was expected, and what the gates did', async () => {
  const { code, out } = await lexiscope('inspect', 'the king and the zeppelin', '--model', model);
  assert.equal(code, 0);
  const lines = out.trim().split('\n');
  assert.match(lines[0]!, /^word +probability +rank +entropy +i +f +g +o +expected next$/);
  assert.match(lines[1]!, /^\(end of sentence\)/);
  assert.match(lines.at(-1)!, /^zeppelin \(unknown\) +[\d.]+ % +\d+ /);
  assert.equal(lines.length, 1 + 1 + 5);
  const markup = await lexiscope('inspect', '<b>the</b> king', '--language', 'html', '--model', model, '--json');
  assert.deepEqual((JSON.parse(markup.out) as TextInspection).words, [null, 'the', 'king']);
  const unknown = await lexiscope('inspect', 'the king', '--language', 'klingon', '--model', model);
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /--language is "klingon", which is the name of no language/);
  const json = await lexiscope('inspect', 'the king', '--model', model, '--json', '--count', '3');
  const inspection = JSON.parse(json.out) as TextInspection;
  assert.deepEqual([inspection.length, inspection.words, inspection.topWords.length], [3, [null, 'the', 'king'], 9]);
  const { gates, hidden } = inspection.layers[0]!;
  assert.equal(gates.length, 4 * hidden.length);
});

test('compare-cells says what is wrong with its options', async () => {
  const size = await lexiscope('compare-cells', folder, '--equal', 'size');
  assert.deepEqual([size.code, size.out], [2, '']);
  assert.match(size.err, /--equal is "size"; it must be hiddenSize or parameters/);
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
    [['train'], /needs a FOLDER or a FILE/, 2],
    [['train', folder], /needs --out DIR/, 2],
    [
      ['train', folder, '--out', join(root, 'new'), '--word2vec.window', '0'],
      /^lexiscope\.word2vec\.window is 0; .* from 1 to 100 \(words\)\.\n$/,
      2,
    ],
    [
      ['train', folder, '--out', join(root, 'new'), '--threads', 'many', '--lexiscope.reading.maximumFileSize', '5000'],
      /maximumFileSize is "5000"; it must be a size .*\nlexiscope\.threads is "many"; it must be a whole number/,
      2,
    ],
    [
      ['train', folder, '--out', join(root, 'new'), '--word2vec.minN', '7'],
      /^lexiscope\.word2vec\.minN is 7; it must not be above lexiscope\.word2vec\.maxN, which is 6/,
      1,
    ],
    [['settings', 'windows'], /No setting has windows in its name/, 2],
    [['train', join(root, 'missing'), '--out', join(root, 'new')], /found no text here/, 1],
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
    [['analogy', 'king - 0*man', '--model', model], /weight 0 at position 8 must be a number other than 0/, 2],
    [['analogy', 'king*2', '--model', model], /sign \* at position 5 needs a number/, 2],
    [['analogy', 'king', '--method', 'sum', '--model', model], /--method is "sum"; it must be cosadd or cosmul/, 2],
    [['similarity', 'king', '--model', model], /takes two words, or two lists/, 2],
    [['similarity', 'king', ' , ', '--model', model], /Type words/, 2],
    [['odd', 'king', 'queen', '--model', model], /three words or more/, 2],
    [['rank', 'king', '--model', model], /takes WORD and OTHER, got 1/, 2],
    [['rank', 'king', 'zeppelin', '--model', model], /does not know "zeppelin"/, 1],
    [['evaluate', join(root, 'none.txt'), '--model', model], /none\.txt cannot be read: .*ENOENT/, 1],
    [['evaluate', SCRIPT, '--model', model, '--restrict=-1'], /--restrict is "-1"/, 2],
    [['evaluate', join(folder, '0.txt'), '--model', model], /0\.txt holds neither word pairs .* nor analogies/, 1],
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

test('a file is trained on, and too large ones are named with their setting', async () => {
  const file = join(root, 'one.txt');
  await writeFile(file, syntheticText(3000, 9));
  const made = await lexiscope('train', file, '--out', join(root, 'of-file'), '--only', 'vectors', '--json', ...QUICK);
  assert.equal(made.code, 0, made.err);
  const { reading } = JSON.parse(made.out) as { reading: ReadingReport };
  assert.deepEqual([reading.files, reading.languages['plaintext']?.names], [1, ['one.txt']]);
  const words = ['train', file, '--out', join(root, 'none'), '--reading.maximumFileSize', '1kB'];
  const { code, err } = await lexiscope(...words);
  assert.equal(code, 1);
  assert.match(err, /Most of the text was not read: files over lexiscope\.reading\.maximumFileSize \(1 kB\)/);
});

test('settings are listed by a part of their names, with values, default and what they do', async () => {
  const { code, out } = await lexiscope('settings', 'maximumFileSize');
  assert.equal(code, 0);
  assert.match(out, /^ {2}--reading\.maximumFileSize SIZE\n +1 kB to 2 GB \(200 MB\)\n +Larger files are not read\./);
  assert.ok(!out.includes('#') && !out.includes('lexiscope.'), 'names are those of options');
  const all = JSON.parse((await lexiscope('settings', '--json')).out) as { name: string }[];
  assert.ok(all.length > 70 && !all.some(({ name }) => name.startsWith('hover.')), 'those of the editor are not here');
});

test('--help lists the commands', async () => {
  const { code, out } = await lexiscope('--help');
  assert.equal(code, 0);
  const commands = [
    'train',
    'import',
    'similar',
    'analogy',
    'similarity',
    'odd',
    'rank',
    'evaluate',
    'complete',
    'map',
    'export',
  ];
  for (const command of commands) assert.match(out, new RegExp(`lexiscope ${command} `));
  assert.equal((await lexiscope()).code, 2);
});

test('what a terminal would act on is shown as escapes', () => {
  const word = '\u001b[2J\u009b31m\u0007\r\u202ea\u200eb';
  assert.equal(harmless(`${word}\n한국어\tü`), '\\u001b[2J\\u009b31m\\u0007\\u000d\\u202ea\\u200eb\n한국어\tü');
  assert.deepEqual(JSON.parse(harmless(JSON.stringify({ word }))), { word });
});
