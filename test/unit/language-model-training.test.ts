import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LanguageModel } from '../../src/language-model/inference/inference.ts';
import type { LanguageModelError } from '../../src/language-model/problems.ts';
import { askForCheckpoint, releaseCheckpoint, takeCheckpoint } from '../../src/language-model/training/checkpoint.ts';
import { createLanguageModelJob } from '../../src/language-model/training/create-job.ts';
import {
  keptLanguageModel,
  languageModelProgress,
  languageModelResult,
} from '../../src/language-model/training/job.ts';
import { LanguageModelThread } from '../../src/language-model/training/training-thread.ts';
import { bits, corpus, createJob, kernel, kernelOf, OPTIONS, run, runThreads } from './language-model-jobs.ts';

describe('training', () => {
  test('learns a text of 200 tokens by heart', async () => {
    const { losses } = run({
      tokens: corpus(200, 30),
      options: { epochs: 120, learningRate: 0.02, hiddenSize: 48 },
      variant: await kernelOf('relaxed-simd'),
    });
    assert.ok(losses[0]! > 2.5, `the first loss is ${losses[0]}`);
    const last = losses.slice(-20).reduce((sum, loss) => sum + loss, 0) / 20;
    assert.ok(last < 0.05, `the last losses are ${last}`);
  });

  test('gives the same bits for the same seed, on one thread, two and three', async () => {
    const tokens = corpus(3000, 70);
    const results = [];
    for (const threads of [1, 2, 3]) {
      const job = createJob({ tokens, threads });
      assert.deepEqual(await runThreads(job), new Array(threads).fill('done'));
      results.push(bits(languageModelResult(job)));
    }
    assert.deepEqual(results[0], bits(run({ tokens })));
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual(results[2], results[0]);
    assert.notDeepEqual(bits(run({ tokens, seed: 2 })).losses, results[0].losses);
  });

  test('gives the same bits on one thread and three with every part there is', async () => {
    const tokens = corpus(800, 70);
    const dropouts = { dropout: 0.2, embeddingDropout: 0.1, weightDropout: 0.3 };
    for (const options of [
      { cell: 'gru', layers: 2, attention: true, input: 'onehot', ...dropouts },
      { cell: 'lstm', layers: 3, attention: true, tied: true, embeddingSize: 20, ...dropouts, batchSize: 20 },
      { cell: 'gru', layers: 2, embeddingSize: 113, hiddenSize: 130, ...dropouts, batchSize: 20 }, // Strassen's products
    ] as const) {
      const [one, three] = [createJob({ tokens, options }), createJob({ tokens, options, threads: 3 })];
      assert.deepEqual(await runThreads(three), ['done', 'done', 'done']);
      const thread = new LanguageModelThread(one, 0);
      while (thread.step());
      assert.deepEqual(bits(languageModelResult(three)), bits(languageModelResult(one)));
    }
  });

  test('begins with word vectors, and leaves them as they are if asked to', () => {
    const tokens = corpus(3000, 30);
    const size = 10;
    const vectors = { size, data: Float32Array.from({ length: 25 * size }, (_, index) => Math.sin(index)) };
    vectors.data.fill(0, 20 * size, 21 * size); // none of this word
    const job = (freezeEmbedding: boolean, given?: typeof vectors) =>
      createLanguageModelJob(
        ...([kernel, tokens, Int32Array.of(0), Uint8Array.of(0)] as const),
        { ...OPTIONS, embeddingSize: size, input: 'word2vec', freezeEmbedding },
        ...([1, 1] as const),
        given && { vectors: given },
      );
    const [frozen, tuned] = [true, false].map((freeze) => {
      const made = job(freeze, vectors);
      const thread = new LanguageModelThread(made, 0);
      while (thread.step());
      return languageModelResult(made).tensors['embedding.weight']!;
    });
    assert.deepEqual(frozen!.shape[1], size);
    assert.deepEqual(frozen!.data.slice(2 * size, 22 * size), vectors.data.slice(0, 20 * size));
    assert.deepEqual(frozen!.data.slice(23 * size, 27 * size), vectors.data.slice(21 * size));
    assert.ok(frozen!.data.slice(22 * size, 23 * size).every((value) => value !== 0 && Math.abs(value) < 0.1));
    assert.notDeepEqual(tuned!.data.slice(2 * size, 27 * size), vectors.data);
    const none = new LanguageModelThread(job(true), 0);
    assert.throws(() => none.step(), { problem: { kind: 'frozenWithoutVectors' } });
  });

  test('refuses options that contradict each other', () => {
    for (const [options, message] of [
      [{ tied: true }, /tiedOfDifferentSizes/],
      [{ tied: true, input: 'onehot' }, /tiedWithoutEmbedding/],
      [{ freezeEmbedding: true, input: 'onehot' }, /frozenWithoutEmbedding/],
      [{ freezeEmbedding: true, tied: true, embeddingSize: 20 }, /frozenAndTied/],
    ] as const) {
      assert.throws(() => createJob({ tokens: corpus(3000, 30), options }), message);
    }
  });

  test('ends early once it measures no better, with the best weights, and records every step', () => {
    // a text of chance: what is learned by heart makes the held-out text worse
    const random = corpus(1500, 50).map((id, index) =>
      id < 0 ? id : Math.abs(Math.imul(index, 2654435761) >> 3) % 40,
    );
    const options = { epochs: 60, patience: 2, learningRate: 0.02, hiddenSize: 40 };
    const result = run({ tokens: random, options });
    const { heldOutLosses, steps, plannedSteps } = result;
    assert.ok(steps < plannedSteps, `${steps} of ${plannedSteps} steps`);
    assert.deepEqual(
      [result.losses.length, result.gradientNorms.length, result.learningRates.length],
      [steps, steps, steps],
    );
    assert.ok(result.gradientNorms.every((norm) => norm > 0));
    assert.equal(heldOutLosses.at(-1)!.step, steps);
    const least = Math.min(...heldOutLosses.map(({ loss }) => loss));
    assert.equal(heldOutLosses.at(-3)!.loss, least);
    assert.equal(result.perplexity, Math.exp(least));
    // the same steps once more, up to the best: the same weights
    const best = heldOutLosses.at(-3)!.step;
    const job = createJob({ tokens: random, options });
    const thread = new LanguageModelThread(job, 0);
    while (languageModelProgress(job).steps < best || keptLanguageModel(job)?.step !== best) assert.ok(thread.work(0));
    assert.deepEqual(keptLanguageModel(job)!.tensors, result.tensors);
  });

  test('measures as often as it is asked to, and goes on as if it had not', () => {
    const tokens = corpus(3000, 50);
    const options = { epochs: 2, patience: 100 };
    const [seldom, often] = [run({ tokens, options }), run({ tokens, options: { ...options, evaluateEvery: 7 } })];
    assert.deepEqual(seldom.losses, often.losses);
    assert.equal(seldom.heldOutLosses.length, 2);
    assert.equal(often.heldOutLosses.length, Math.ceil(often.steps / 7));
    assert.deepEqual(often.heldOutLosses[1]!.step, 14);
  });

  test('goes on from a checkpoint with the bits of an unbroken run, on another number of threads', async () => {
    const tokens = corpus(3000, 70);
    const options = { epochs: 3, patience: 5, layers: 2, dropout: 0.2, hiddenSize: 24 } as const;
    const whole = run({ tokens, options });
    for (const after of [1, whole.plannedSteps / 3]) {
      const job = createJob({ tokens, options });
      const thread = new LanguageModelThread(job, 0);
      let checkpoint = null;
      while (!checkpoint) {
        if (languageModelProgress(job).steps >= after - 1) askForCheckpoint(job);
        checkpoint = thread.work(0) ? takeCheckpoint(job) : assert.fail('it ended before');
      }
      assert.equal(checkpoint.step, after);
      const resumed = createJob({ tokens, options, threads: 2, checkpoint: structuredClone(checkpoint) });
      assert.equal(languageModelProgress(resumed).steps, after);
      assert.deepEqual(await runThreads(resumed), ['done', 'done']);
      assert.deepEqual(bits(languageModelResult(resumed)), bits(whole));
      assert.deepEqual(languageModelResult(resumed).heldOutLosses, whole.heldOutLosses);
    }
  });

  test('leaves a checkpoint that was taken as it is until it is released', () => {
    const job = createJob({ tokens: corpus(3000, 70), options: { epochs: 3 } });
    const thread = new LanguageModelThread(job, 0);
    const workUntil = (step: number): void => {
      while (languageModelProgress(job).steps < step) assert.ok(thread.work(0));
    };
    askForCheckpoint(job);
    workUntil(3);
    const first = takeCheckpoint(job)!;
    const floats = Float32Array.from(first.floats);
    askForCheckpoint(job);
    workUntil(6);
    assert.deepEqual(first.floats, floats);
    releaseCheckpoint(job);
    assert.equal(takeCheckpoint(job), null);
    askForCheckpoint(job);
    workUntil(9);
    assert.ok(takeCheckpoint(job)!.step > 6);
    assert.notDeepEqual(first.floats, floats);
  });

  test('refuses a checkpoint of another training', () => {
    const job = createJob({ tokens: corpus(3000, 70) });
    const thread = new LanguageModelThread(job, 0);
    askForCheckpoint(job);
    let checkpoint = null;
    while (!checkpoint && thread.work(0)) checkpoint = takeCheckpoint(job);
    assert.ok(checkpoint);
    for (const other of [{ options: { hiddenSize: 28 } }, { seed: 2 }, { tokens: corpus(3000, 70, 2) }]) {
      assert.throws(
        () => createJob({ tokens: corpus(3000, 70), ...other, checkpoint }),
        /checkpoint of the language model is of another training/,
      );
    }
  });

  /** Rates that no network learns at. */
  const WILD = { epochs: 4, learningRate: 1, clip: 1000, hiddenSize: 32 } as const;

  test('goes on at half the learning rate from weights that were good, and learns', () => {
    for (const cell of ['rnn', 'gru', 'lstm'] as const) {
      const result = run({ tokens: corpus(20_000, 50), options: { ...WILD, cell, epochs: 8 } });
      const { recoveries, learningRates, perplexity, unigramPerplexity, losses } = result;
      assert.ok(recoveries.length > 0, cell);
      assert.ok(recoveries[0]!.step < losses.length / 8, `${cell}: noticed in step ${recoveries[0]!.step}`);
      assert.ok(learningRates.at(-1)! < 0.11 * 0.5 ** recoveries.length);
      assert.ok(perplexity < 0.6 * unigramPerplexity, `${cell}: ${perplexity}, counting ${unigramPerplexity}`);
      assert.ok(losses.every(Number.isFinite));
    }
  });

  test('a training that went wrong has the same bits on any number of threads, and when it is taken up again', async () => {
    const setup = { tokens: corpus(6000, 50), options: { ...WILD, cell: 'gru', batchSize: 16 } } as const;
    const whole = run(setup);
    assert.ok(whole.recoveries.length > 0);
    const job = createJob({ ...setup, threads: 2 });
    assert.deepEqual(await runThreads(job), ['done', 'done']);
    assert.deepEqual(bits(languageModelResult(job)), bits(whole));
    const broken = createJob(setup);
    const thread = new LanguageModelThread(broken, 0);
    const after = whole.recoveries[0]!.step + 5;
    let checkpoint = null;
    while (!checkpoint) {
      if (languageModelProgress(broken).steps >= after - 1) askForCheckpoint(broken);
      checkpoint = thread.work(0) ? takeCheckpoint(broken) : assert.fail('it ended before');
    }
    const resumed = createJob({ ...setup, threads: 2, checkpoint: structuredClone(checkpoint) });
    assert.ok(languageModelProgress(resumed).recoveries.length > 0);
    assert.deepEqual(await runThreads(resumed), ['done', 'done']);
    assert.deepEqual(bits(languageModelResult(resumed)), bits(whole));
    assert.deepEqual(languageModelResult(resumed).recoveries, whole.recoveries);
  });

  test('is given up where nothing helps, and keeps the last good weights', () => {
    const job = createJob({ tokens: corpus(20_000, 50), options: { epochs: 10 } });
    const thread = new LanguageModelThread(job, 0);
    const embedding = new Float32Array(job.memory.buffer, 1024, 500);
    assert.throws(
      () => {
        while (thread.work(0)) if (languageModelProgress(job).steps > 150) embedding.fill(NaN);
      },
      (error: unknown) => {
        const { problem } = error as LanguageModelError;
        return problem.kind === 'lossGrew' && Number.isNaN(problem.loss) && problem.peakRate > 0;
      },
    );
    const kept = keptLanguageModel(job)!;
    assert.equal(kept.step, 100);
    assert.equal(kept.recoveries.length, 6);
    const model = new LanguageModel(kernel, kept.tensors);
    assert.ok(model.probabilitiesAfter([2, 3]).every((probability) => probability >= 0));
  });

  test('two and three layers learn as one does', () => {
    const tokens = corpus(20_000, 50);
    for (const cell of ['rnn', 'gru', 'lstm'] as const) {
      const measured = [1, 2, 3].map((layers) => run({ tokens, options: { cell, layers, hiddenSize: 32, epochs: 6 } }));
      const [one, ...deeper] = measured.map(({ perplexity }) => perplexity);
      for (const perplexity of deeper) assert.ok(perplexity < 1.1 * one!, `${cell}: ${perplexity}, one layer ${one}`);
      for (const { perplexity, unigramPerplexity, recoveries } of measured) {
        assert.ok(perplexity < 0.5 * unigramPerplexity);
        assert.deepEqual(recoveries, []);
      }
    }
  });

  test('tells the perplexity of counting words on the same tokens', () => {
    const tokens = corpus(3000, 50);
    const { unigramPerplexity, tensors } = run({ tokens, documents: [0, 2000], heldOut: [0, 1] });
    const vocabulary = tensors['output.bias']!.shape[0]!;
    const known = (id: number): number => (id < 0 ? 1 : id < vocabulary - 2 ? id + 2 : 0);
    const text = (from: number, to: number): number[] => [1, ...Array.from(tokens.subarray(from, to), known)];
    const [learned, held] = [text(0, 2000), text(2000, 3000)];
    if (learned.at(-1) !== 1) learned.push(1);
    if (held.at(-1) !== 1) held.push(1);
    const loss = held.slice(1).map((token) => {
      const count = learned.filter((other) => other === token).length;
      return -Math.log((count + 1) / (learned.length + vocabulary));
    });
    const expected = Math.exp(loss.reduce((a, b) => a + b, 0) / loss.length);
    assert.ok(Math.abs(unigramPerplexity / expected - 1) < 1e-9, `${unigramPerplexity}, expected ${expected}`);
  });

  test('counts bits per character of the held-out text where characters are known', () => {
    const tokens = corpus(3000, 50);
    const job = createLanguageModelJob(
      ...([kernel, tokens, Int32Array.of(0, 2000), Uint8Array.of(0, 1), OPTIONS, 1, 1] as const),
      { characters: new Array<number>(60).fill(5) },
    );
    const thread = new LanguageModelThread(job, 0);
    while (thread.step());
    const { perplexity, heldOutTokens, bitsPerCharacter } = languageModelResult(job);
    const characters = 5 * tokens.subarray(2000).filter((id) => id >= 0).length;
    assert.ok(Math.abs(bitsPerCharacter! / ((Math.log2(perplexity) * heldOutTokens) / characters) - 1) < 1e-12);
    assert.equal(run({ tokens }).bitsPerCharacter, null);
  });

  test('has the perplexity of the frequencies of the tokens before it has learned anything', () => {
    const tokens = corpus(3000, 70);
    const { perplexity, tensors } = run({ tokens, options: { learningRate: 1e-6 } });
    const vocabulary = tensors['embedding.weight']!.shape[0]!;
    const text = Array.from(tokens, (id) => (id < 0 ? 1 : id < vocabulary - 2 ? id + 2 : 0));
    const frequencies = new Array<number>(vocabulary).fill(0);
    for (const token of text) frequencies[token]! += 1 / text.length;
    const expected = Math.exp(-text.reduce((sum, token) => sum + Math.log(frequencies[token]!), 0) / text.length);
    assert.ok(Math.abs(perplexity / expected - 1) < 0.15, `${perplexity}, expected about ${expected}`);
    assert.ok(expected < vocabulary * 0.8);
  });

  test('has a perplexity well below the number of tokens after it has learned', () => {
    const { perplexity, tensors } = run({ tokens: corpus(20_000, 50), options: { epochs: 3, learningRate: 0.01 } });
    assert.ok(perplexity < tensors['embedding.weight']!.shape[0]! / 2, String(perplexity));
  });

  test("gives PyTorch's names and shapes", () => {
    const { tensors } = run({ tokens: corpus(3000, 30) });
    const vocabulary = tensors['embedding.weight']!.shape[0]!;
    assert.deepEqual(Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape])), {
      'embedding.weight': [vocabulary, 12],
      weight_ih_l0: [80, 12],
      weight_hh_l0: [80, 20],
      bias_ih_l0: [80],
      bias_hh_l0: [80],
      'output.weight': [vocabulary, 20],
      'output.bias': [vocabulary],
    });
    for (const { shape, data } of Object.values(tensors))
      assert.equal(
        data.length,
        shape.reduce((a, b) => a * b),
      );
  });

  test('tells how far it is, and gives no result before its end', () => {
    const job = createJob({ tokens: corpus(6000, 50), options: { hiddenSize: 100 } });
    const thread = new LanguageModelThread(job, 0);
    assert.throws(() => languageModelResult(job), /not trained to the end/);
    let before = { phase: 'training', tokens: 0 };
    const phases = new Set<string>();
    while (thread.step()) {
      const now = languageModelProgress(job);
      phases.add(now.phase);
      if (now.phase === before.phase) assert.ok(now.tokens >= before.tokens && now.tokens <= now.total);
      before = now;
    }
    assert.deepEqual([...phases][0], 'training');
    const { phase, tokens, total, loss } = languageModelProgress(job);
    assert.equal(phase, 'evaluating');
    assert.equal(tokens, total);
    assert.equal(total, languageModelResult(job).heldOutTokens);
    assert.ok(loss > 0 && loss < 5);
  });

  test('stops every thread where one is stopped', async () => {
    const job = createJob({ tokens: corpus(3000, 70), threads: 2, options: { epochs: 1000 } });
    const others = runThreads({ ...job, threads: 2 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    new LanguageModelThread(job, 1).stop();
    assert.deepEqual(await others, ['done', 'done']);
    assert.throws(() => languageModelResult(job), /not trained to the end/);
  });

  test('goes on as well where the loss is lost once, on every thread', async () => {
    const job = createJob({ tokens: corpus(3000, 70), threads: 2, options: { epochs: 2 } });
    const floats = new Float32Array(job.memory.buffer);
    const answers = runThreads(job);
    while (languageModelProgress(job).tokens === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    floats.fill(Infinity, 1024 / 4, 1024 / 4 + 500); // the embedding
    assert.deepEqual(await answers, ['done', 'done']);
    const { recoveries, perplexity, unigramPerplexity } = languageModelResult(job);
    assert.deepEqual(
      recoveries.map(({ from, trouble }) => [from, trouble]),
      [[0, 'gradient']],
    );
    assert.ok(perplexity < unigramPerplexity);
  });
});
