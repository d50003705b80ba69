import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import {
  areThreadsPaused,
  checkpointOf,
  pauseThreads,
  type Word2vecCheckpoint,
} from '../../src/word2vec/checkpoint.ts';
import { createWord2vecJob } from '../../src/word2vec/create-job.ts';
import { type Text, type Word2vecJob, word2vecProgress } from '../../src/word2vec/job.ts';
import { type InitialVectors, word2vecResult } from '../../src/word2vec/matrices.ts';
import { WORD2VEC_DEFAULTS, type Word2vecOptions } from '../../src/word2vec/options.ts';
import type { Word2vecError } from '../../src/word2vec/problems.ts';
import { Word2vecThread } from '../../src/word2vec/training.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { wholeNumbers } from '../helpers/numbers.ts';

const kernel = await WebAssembly.compile(await readFile(new URL('kernels/word2vec.simd.wasm', DISTRIBUTION)));

const OPTIONS: Word2vecOptions = { ...WORD2VEC_DEFAULTS, vectorSize: 20, minCount: 1, epochs: 1, sample: 0 };

/** Counts of the words of a text, whose ids are to be in order of count already. */
function countsOf(tokens: Int32Array, words: number): number[] {
  const counts = Array<number>(words).fill(0);
  for (const id of tokens) if (id >= 0) counts[id]!++;
  return counts;
}

/** The text of each job. */
const texts = new Map<Word2vecJob, Int32Array>();

const textOf = (tokens: Int32Array): Text => ({
  length: tokens.length,
  read: (first, count) => tokens.subarray(first, first + count),
});

const threadOf = (job: Word2vecJob, thread: number): Word2vecThread =>
  new Word2vecThread(job, thread, textOf(texts.get(job)!));

interface Setup {
  options?: Partial<Word2vecOptions>;
  threads?: number;
  seed?: number;
  counts?: ArrayLike<number>;
  keepFactors?: ReadonlyMap<number, number> | undefined;
  initial?: InitialVectors;
  checkpoint?: Word2vecCheckpoint;
}

function createJob(
  tokens: Int32Array,
  { options, threads = 1, seed = 1, counts, keepFactors, ...rest }: Setup = {},
): Word2vecJob {
  const all = counts ?? countsOf(tokens, tokens.reduce((most, id) => Math.max(most, id), 0) + 1);
  const job = createWord2vecJob(kernel, {
    text: textOf(tokens),
    counts: all,
    words: Array.from({ length: all.length }, (_, id) => `word${id}`),
    options: { ...OPTIONS, ...options },
    threads,
    seed,
    ...(keepFactors && { keepFactors }),
    ...rest,
  });
  texts.set(job, tokens);
  return job;
}

/** Trains to the end, the threads in turn. */
function run(job: Word2vecJob): void {
  const threads = Array.from({ length: job.threads }, (_, thread) => threadOf(job, thread));
  let working = threads;
  while (working.length) working = working.filter((thread) => thread.step());
}

const chunksOf = (job: Word2vecJob): number => job.chunks.length / 4;

/** The kernel's settings of a job, 32-bit fields, by their place. */
const settingOf = ({ memory, layout }: Word2vecJob, field: number): number =>
  new Uint32Array(memory.buffer, layout.settingsPtr)[field]!;

const startWorker = (job: Word2vecJob, thread: number): Worker =>
  new Worker(new URL('word2vec-worker.ts', import.meta.url), { workerData: { job, thread, tokens: texts.get(job) } });

/** Trains in worker threads, as the engine does. */
async function runInWorkers(job: Word2vecJob): Promise<void> {
  const ends = Array.from({ length: job.threads }, async (_, thread) => {
    const worker = startWorker(job, thread);
    return ((await once(worker, 'message')) as [string])[0];
  });
  assert.deepEqual(await Promise.all(ends), Array<string>(job.threads).fill('done'));
}

/**
 * A text of `length` tokens without breaks, all words about as frequent: the ids are in order of
 * count.
 */
function evenText(length: number, words: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => (i * 7) % words);
}

/**
 * Sentences of ten words of one topic: ids below TOPIC_WORDS, even ids the one topic, odd ids the
 * other.
 */
const TOPIC_WORDS = 60;
function topicText(sentences: number): Int32Array {
  const next = wholeNumbers(5);
  const tokens: number[] = [];
  for (let sentence = 0; sentence < sentences; sentence++) {
    const topic = next(2);
    for (let i = 0; i < 10; i++) tokens.push(2 * next(TOPIC_WORDS / 2) + topic);
    tokens.push(-1);
  }
  // ids in order of count, each topic's still in steps of two
  const counts = countsOf(Int32Array.from(tokens), TOPIC_WORDS);
  const renamed = new Int32Array(TOPIC_WORDS);
  for (const topic of [0, 1]) {
    const words = counts.map((_, id) => id).filter((id) => id % 2 === topic);
    words.sort((a, b) => counts[b]! - counts[a]!).forEach((id, rank) => (renamed[id] = 2 * rank + topic));
  }
  return Int32Array.from(tokens, (id) => (id < 0 ? id : renamed[id]!));
}

/** Share of each word's five nearest words that are of its topic. */
function topicPurity(job: Word2vecJob): number {
  const { vocabulary, vectorSize, input } = word2vecResult(job);
  const unit = Array.from({ length: vocabulary }, (_, word) => {
    const row = input.subarray(word * vectorSize, (word + 1) * vectorSize);
    const length = Math.hypot(...row);
    return row.map((value) => value / length);
  });
  let same = 0;
  for (let word = 0; word < vocabulary; word++) {
    const nearest = unit
      .map((row, other) => ({ other, cosine: row.reduce((sum, value, d) => sum + value * unit[word]![d]!, 0) }))
      .filter(({ other }) => other !== word)
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, 5);
    same += nearest.filter(({ other }) => other % 2 === word % 2).length;
  }
  return same / (5 * vocabulary);
}

const TOPIC_COUNTS = Float64Array.from({ length: TOPIC_WORDS }, (_, id) => 1000 - id);

for (const algorithm of ['skipgram', 'cbow'] as const) {
  for (const threads of [1, 2]) {
    test(`words of one topic end up together (${algorithm}, ${threads} threads in turn)`, () => {
      const options = { algorithm, epochs: 5, alpha: 0.05 };
      const job = createJob(topicText(3000), { options, threads, counts: TOPIC_COUNTS });
      run(job);
      assert.ok(topicPurity(job) > 0.95, `purity ${topicPurity(job)}`);
      const { words, total, loss } = word2vecProgress(job);
      assert.equal(words, total);
      assert.equal(total, 3000 * 10 * 5);
      // 6 log 2: of vectors that know nothing
      assert.ok(loss < 0.9 * 6 * Math.log(2), `loss ${loss}`);
    });
  }

  test(`the same seed gives the same bits on one thread, another seed others (${algorithm})`, () => {
    const tokens = topicText(300);
    const vectors = [1, 1, 2].map((seed) => {
      const job = createJob(tokens, { options: { algorithm }, seed, counts: TOPIC_COUNTS });
      run(job);
      return word2vecResult(job);
    });
    assert.deepEqual(vectors[0], vectors[1]);
    assert.notDeepEqual(vectors[0]!.input, vectors[2]!.input);
    assert.notDeepEqual(vectors[0]!.output, vectors[2]!.output);
  });

  test(`two worker threads train one job (${algorithm})`, async () => {
    const options = { algorithm, epochs: 5, alpha: 0.05 };
    const job = createJob(topicText(3000), { options, threads: 2, counts: TOPIC_COUNTS });
    await runInWorkers(job);
    const { words, total } = word2vecProgress(job);
    assert.equal(words, total);
    assert.ok(topicPurity(job) > 0.95, `purity ${topicPurity(job)}`);
  });
}

test('progress counts every token of the text, rare ones too, and the pairs of words that are left', () => {
  // window 1: each of two neighbours is the other's context; word 2 appears once and is dropped, so
  // 0 and 1 meet over it
  const tokens = Int32Array.from([0, 1, -1, 0, 2, 1, -1, 0, 1, 0]);
  const job = createJob(tokens, { options: { window: 1, minCount: 2, epochs: 3 } });
  assert.equal(job.vocabulary, 2);
  const { lossByEpoch, ...start } = word2vecProgress(job);
  assert.deepEqual(start, { words: 0, total: 24, loss: 0, pairs: 0 });
  assert.deepEqual(lossByEpoch, [NaN, NaN, NaN]);
  run(job);
  const { words, pairs, loss } = word2vecProgress(job);
  assert.equal(words, 24);
  assert.equal(pairs, 3 * (2 + 2 + 4));
  assert.ok(Math.abs(loss - 6 * Math.log(2)) < 0.03, `loss of the first pairs ${loss}`);
});

test('no pair crosses a sentence break', () => {
  const tokens = Int32Array.from({ length: 4000 }, (_, i) => (i % 2 ? -1 : (i / 2) % 10));
  const job = createJob(tokens);
  run(job);
  assert.equal(word2vecProgress(job).pairs, 0);
  assert.equal(word2vecProgress(job).words, 2000);
  assert.deepEqual(word2vecResult(job), word2vecResult(createJob(tokens)));
});

test('a text in one line is trained to its end, in pieces', () => {
  const tokens = evenText(100_000, 50);
  const job = createJob(tokens, { options: { window: 1, vectorSize: 4 } });
  const thread = threadOf(job, 0);
  let steps = 0;
  while (thread.step()) steps++;
  assert.ok(steps > 2 && steps < 20, `${steps} steps`);
  const { words, total, pairs } = word2vecProgress(job);
  assert.equal(words, total);
  // every word has two neighbours but at the ends of pieces
  assert.equal(pairs, 2 * 100_000 - 2 * chunksOf(job));
  assert.equal(thread.step(), false);
});

test('a sentence that ends soon after a piece is full is not cut', () => {
  const tokens = evenText(40_001, 50);
  tokens[20_000] = -1;
  const job = createJob(tokens, { options: { window: 1, vectorSize: 4 } });
  run(job);
  assert.equal(chunksOf(job), 2);
  assert.equal(word2vecProgress(job).pairs, 2 * (2 * 20_000 - 2));
});

test('a text without words is trained at once', () => {
  for (const tokens of [new Int32Array(0), Int32Array.from([-1, -1, -1]), Int32Array.from([0])]) {
    const job = createJob(tokens, { counts: [3, 2] });
    run(job);
    assert.equal(word2vecProgress(job).pairs, 0);
    assert.equal(word2vecProgress(job).words, word2vecProgress(job).total);
    assert.ok(word2vecResult(job).output!.every((value) => value === 0));
  }
});

test('the largest options still give short steps', () => {
  const tokens = evenText(5000, 300);
  for (const algorithm of ['skipgram', 'cbow'] as const) {
    const options = { algorithm, vectorSize: 1000, window: 100, negative: 100 };
    const job = createJob(tokens, { options, counts: Array<number>(300).fill(17) });
    const thread = threadOf(job, 0);
    assert.ok(thread.step());
    const { words, total } = word2vecProgress(job);
    assert.ok(words > 0 && words < total / 20, `${words} of ${total} words in one step (${algorithm})`);
  }
});

test('vectors start between -1/D and 1/D, evenly; outputs start at zero', () => {
  const vectorSize = 50;
  const job = createJob(evenText(10, 5), { options: { vectorSize }, counts: Array<number>(2000).fill(1) });
  const { input, output, vocabulary } = word2vecResult(job);
  assert.equal(vocabulary, 2000);
  assert.equal(input.length, 2000 * vectorSize);
  let [sum, squares] = [0, 0];
  for (const value of input) {
    assert.ok(Math.abs(value) <= 1 / vectorSize);
    sum += value * vectorSize;
    squares += (value * vectorSize) ** 2;
  }
  assert.ok(Math.abs(sum / input.length) < 0.01, `mean ${sum / input.length}`);
  assert.ok(Math.abs(squares / input.length - 1 / 3) < 0.005, `variance ${squares / input.length}, expected 1/3`);
  assert.ok(output!.every((value) => value === 0));
});

test('negatives are drawn in proportion to count^0.75, in no order', () => {
  const counts = Float64Array.from({ length: 500 }, (_, word) => 1e6 / (word + 1));
  const job = createJob(evenText(10, 5), { counts });
  const [tablePtr, tableSize] = [settingOf(job, 12), settingOf(job, 13)];
  const table = new Int32Array(job.memory.buffer, tablePtr, tableSize);
  const total = counts.reduce((sum, count) => sum + count ** 0.75, 0);
  const drawn = countsOf(table, 500);
  const firstHalf = countsOf(table.subarray(0, tableSize / 2), 500);
  for (let word = 0; word < 500; word++) {
    const expected = (tableSize * counts[word]! ** 0.75) / total;
    assert.ok(Math.abs(drawn[word]! - expected) <= 1, `word ${word}: ${drawn[word]!} entries, expected ${expected}`);
    const half = firstHalf[word]!;
    assert.ok(
      Math.abs(half - expected / 2) < 5 * Math.sqrt(expected / 4) + 1,
      `word ${word}: ${half} in the first half`,
    );
  }
});

test('frequent words are thinned out as gensim does it', () => {
  const counts = [90_000, 9000, 900, 90, 10];
  const kept = (sample: number): number[] => {
    const job = createJob(evenText(10, 5), { options: { sample }, counts });
    const keep = new Uint32Array(job.memory.buffer, settingOf(job, 11), 6);
    assert.equal(keep[0], 2 ** 32 - 1, 'breaks are kept');
    return Array.from(keep.subarray(1), (share) => share / (2 ** 32 - 1));
  };
  assert.deepEqual(kept(0), [1, 1, 1, 1, 1]);
  kept(1e-3).forEach((share, word) => {
    const threshold = 1e-3 * 100_000;
    const expected = Math.min(1, (Math.sqrt(counts[word]! / threshold) + 1) * (threshold / counts[word]!));
    assert.ok(Math.abs(share - expected) < 1e-6, `word ${word}: ${share}, expected ${expected}`);
  });
});

test('words that are to be kept more rarely are, by their factor', () => {
  const keep = (keepFactors?: ReadonlyMap<number, number>): Uint32Array => {
    const job = createJob(evenText(10, 3), { options: { sample: 1e-3 }, counts: [9000, 900, 90], keepFactors });
    return new Uint32Array(job.memory.buffer, settingOf(job, 11), 4).slice();
  };
  const [all, some] = [
    keep(),
    keep(
      new Map([
        [0, 0.5],
        [1, 0],
        [7, 0],
      ]),
    ),
  ];
  assert.deepEqual([...some], [all[0], Math.floor(all[1]! / 2), 0, all[3]]);
});

test('what cannot be trained is refused with what was got and what was expected', () => {
  const tokens = evenText(10, 5);
  assert.throws(() => createJob(tokens, { options: { minCount: 3 } }), /at least 2 words that appear 3 times.*got 0/);
  assert.throws(() => createJob(tokens, { counts: [7], options: {} }), /at least 2 words.*got 1/);
  assert.throws(() => createJob(tokens, { counts: [3, 5] }), /descending order, got 5 after 3/);
  assert.throws(() => createJob(tokens, { options: { epochs: 0 } }), /epochs must be above 0, got 0/);
  assert.throws(() => createJob(tokens, { options: { minCount: 0 } }), /minCount must be above 0, got 0/);
  assert.throws(() => createJob(tokens, { options: { negative: 0 } }), /hierarchicalSoftmax must be on/);
  assert.throws(() => createJob(tokens, { options: { subwords: true, minN: 4, maxN: 3 } }), /minN \(4\)/);
  assert.throws(() => createJob(tokens, { threads: 0 }), /threads must be 1 or more, got 0/);
  assert.throws(
    () => createJob(tokens, { options: { vectorSize: 1000 }, counts: new Float64Array(600_000).fill(1) }),
    (error: unknown) => {
      const { problem } = error as Word2vecError;
      assert.ok(problem.kind === 'vectorsTooLarge' && problem.most === 'wasm' && problem.bytes > 2 ** 32);
      return problem.words === 600_000 && problem.vectorSize === 1000;
    },
  );
  assert.throws(() => threadOf(createJob(tokens), 1), /expected a thread from 0 to 0, got 1/);
});

for (const [name, change] of Object.entries({
  'Skip-gram': {},
  CBOW: { algorithm: 'cbow' },
  'hierarchical softmax': { hierarchicalSoftmax: true, negative: 0 },
  subwords: { subwords: true, buckets: 500 },
} satisfies Record<string, Partial<Word2vecOptions>>)) {
  test(`a deterministic training gives the same bits with one, two and three threads (${name})`, async () => {
    const options = { ...change, deterministic: true, epochs: 2, vectorSize: 150 };
    const results = [];
    for (const threads of [1, 2, 3]) {
      const job = createJob(topicText(400), { options, threads, counts: TOPIC_COUNTS });
      assert.equal(job.threads, threads);
      await runInWorkers(job);
      const { words, total, lossByEpoch, pairs } = word2vecProgress(job);
      assert.equal(words, total);
      results.push({ ...word2vecResult(job), lossByEpoch, pairs });
    }
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual(results[2], results[0]);
    const other = createJob(topicText(400), { options, seed: 2, counts: TOPIC_COUNTS });
    run(other);
    assert.notDeepEqual(word2vecResult(other).input, results[0]!.input);
  });

  test(`words of one topic end up together (${name})`, () => {
    const job = createJob(topicText(3000), {
      options: { ...change, epochs: 5, alpha: 0.05 },
      counts: TOPIC_COUNTS,
    });
    run(job);
    assert.ok(topicPurity(job) > 0.95, `purity ${topicPurity(job)}`);
    const { lossByEpoch } = word2vecProgress(job);
    assert.ok(lossByEpoch[4]! < lossByEpoch[0]!, `losses ${lossByEpoch.join(', ')}`);
  });
}

test('a training that goes on from a checkpoint gives the bits of an unbroken one', async () => {
  const options = { deterministic: true, epochs: 3, vectorSize: 100, subwords: true, buckets: 300 };
  const tokens = topicText(12_000); // nine chunks an epoch
  const whole = createJob(tokens, { options, counts: TOPIC_COUNTS, threads: 2 });
  await runInWorkers(whole);

  const broken = createJob(tokens, { options, counts: TOPIC_COUNTS, threads: 2 });
  const { total } = word2vecProgress(broken);
  const workers = [0, 1].map((thread) => startWorker(broken, thread));
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await setTimeout(1);
  };
  await until(() => word2vecProgress(broken).words > 0.2 * total);
  pauseThreads(broken);
  await until(() => areThreadsPaused(broken));
  const checkpoint = checkpointOf(broken);
  const { words } = word2vecProgress(broken);
  assert.ok(words > 0.2 * total && words < 0.9 * total, `${words} of ${total}`);
  await Promise.all(workers.map((worker) => worker.terminate()));

  const resumed = createJob(tokens, { options, counts: TOPIC_COUNTS, threads: 2, checkpoint });
  assert.equal(word2vecProgress(resumed).words, words);
  await runInWorkers(resumed);
  assert.deepEqual(word2vecResult(resumed), word2vecResult(whole));
  const [a, b] = [word2vecProgress(resumed), word2vecProgress(whole)];
  assert.equal(a.pairs, b.pairs);
  assert.equal(a.words, b.words);
  a.lossByEpoch.forEach((loss, epoch) => assert.ok(Math.abs(loss - b.lossByEpoch[epoch]!) < 1e-9));
});

test('vectors to begin with stay where they are unless they are trained', () => {
  // word 2 does not appear in the text
  const tokens = Int32Array.from({ length: 200 }, (_, i) => i % 2);
  const D = OPTIONS.vectorSize;
  const input = Float32Array.from({ length: 3 * D }, (_, i) => Math.fround(Math.sin(i) / 10));
  const output = Float32Array.from({ length: 3 * D }, (_, i) => Math.fround(Math.cos(i) / 10));
  const setup = {
    counts: [100, 100, 1],
    options: { negative: 1 },
    initial: { rows: Int32Array.from([-1, 0, 2]), input, output },
  };
  const job = createJob(tokens, setup);
  const start = word2vecResult(createJob(tokens, setup));
  assert.deepEqual(start.input.subarray(D), Float32Array.from([...input.subarray(0, D), ...input.subarray(2 * D)]));
  assert.deepEqual(start.output!.subarray(0, D), new Float32Array(D));
  assert.ok(start.input.subarray(0, D).every((value) => Math.abs(value) <= 1 / D && value !== 0));
  run(job);
  const end = word2vecResult(job);
  assert.deepEqual(end.input.subarray(2 * D), input.subarray(2 * D));
  assert.notDeepEqual(end.input.subarray(D, 2 * D), input.subarray(0, D));
});

test('continued subwords begin with the vectors they had', () => {
  const tokens = topicText(300);
  const options = { subwords: true, buckets: 200, epochs: 2 };
  const first = createJob(tokens, { options, counts: TOPIC_COUNTS });
  run(first);
  const { input, output, ngrams } = word2vecResult(first);
  const rows = Int32Array.from({ length: TOPIC_WORDS }, (_, word) => word);
  const next = createJob(tokens, { options, counts: TOPIC_COUNTS, initial: { rows, input, output, ngrams } });
  word2vecResult(next).input.forEach((value, i) => assert.ok(Math.abs(value - input[i]!) < 1e-5));
});

test('vectors are taken out of the memory of the job as a checkpoint has them', () => {
  for (const options of [{}, { negative: 0, hierarchicalSoftmax: true }, { hierarchicalSoftmax: true, buckets: 30 }]) {
    for (const vectorSize of [1, 16, 19]) {
      const all = { ...options, vectorSize, subwords: 'buckets' in options };
      const job = createJob(topicText(300), { options: all, counts: TOPIC_COUNTS });
      run(job);
      const { matrices } = checkpointOf(job);
      const { vocabulary, vectorSize: size, ...vectors } = word2vecResult(job);
      assert.deepEqual([vocabulary, size], [TOPIC_WORDS, vectorSize]);
      // a mean, not the row of the word itself
      if (all.subwords) delete (matrices as Partial<typeof matrices>).input;
      const { input, ...others } = vectors;
      assert.deepEqual(all.subwords ? others : { input, ...others }, matrices);
      for (const matrix of Object.values(vectors)) assert.equal(matrix.buffer, job.memory.buffer);
    }
  }
});

test('the loss of an epoch is the mean over all its pairs', () => {
  // rate 0 leaves the vectors as they are: outputs of zero score 0 against everything
  const job = createJob(topicText(300), { options: { alpha: 0, minAlpha: 0, epochs: 2 }, counts: TOPIC_COUNTS });
  run(job);
  for (const loss of word2vecProgress(job).lossByEpoch) assert.ok(Math.abs(loss - 6 * Math.log(2)) < 1e-6, `${loss}`);
});

test('a text of one repeated word, and a text of two', () => {
  const tokens = new Int32Array(5000);
  assert.throws(() => createJob(tokens, { counts: [5000] }), /at least 2 words.*got 1/);
  for (const algorithm of ['skipgram', 'cbow'] as const) {
    for (const hierarchicalSoftmax of [false, true]) {
      const job = createJob(tokens, { counts: [5000, 1], options: { algorithm, hierarchicalSoftmax } });
      run(job);
      assert.equal(word2vecProgress(job).words, 5000);
    }
  }
});

test('alpha 10 is noticed as too large', () => {
  for (const algorithm of ['skipgram', 'cbow'] as const) {
    const job = createJob(topicText(3000), { options: { algorithm, alpha: 10, epochs: 20 }, counts: TOPIC_COUNTS });
    assert.throws(
      () => {
        run(job);
        word2vecResult(job);
      },
      { problem: { kind: 'vectorsGrew', alpha: 10, smaller: 0.025 } },
    );
  }
});

test('the vocabulary is cut at maxVocabulary, the most frequent words first', () => {
  const job = createJob(topicText(300), { options: { maxVocabulary: 7 }, counts: TOPIC_COUNTS });
  assert.equal(job.vocabulary, 7);
  run(job);
  assert.equal(word2vecResult(job).input.length, 7 * OPTIONS.vectorSize);
});

test('vectors that overflow are noticed while they are trained and when they are read', () => {
  for (const algorithm of ['skipgram', 'cbow'] as const) {
    for (const value of [NaN, Infinity]) {
      const job = createJob(evenText(5000, 5), { options: { algorithm, alpha: 0.5 } });
      const { memory, layout } = job;
      new Float32Array(memory.buffer, layout.outputPtr, 3)[2] = value;
      const grew = { problem: { kind: 'vectorsGrew', alpha: 0.5, smaller: 0.025 } };
      assert.throws(() => run(job), grew);
      assert.throws(() => word2vecResult(job), grew);
    }
  }
});
