import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LanguageModel } from '../../src/language-model/inference/inference.ts';
import { adaptiveProbabilities, chooseCutoffs } from '../../src/language-model/network/clusters.ts';
import { architectureOf } from '../../src/language-model/network/parameters.ts';
import { createLanguageModelJob } from '../../src/language-model/training/create-job.ts';
import { languageModelResult } from '../../src/language-model/training/job.ts';
import { bits, corpus, createJob, kernel, OPTIONS, run, runThreads } from './language-model-jobs.ts';

describe('the clusters of an adaptive softmax', () => {
  /** Classes that a token of training takes. */
  const cost = (counts: readonly number[], cutoffs: readonly number[]): number => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return cutoffs.reduce((sum, start, cluster) => {
      const members = counts.slice(start, cutoffs[cluster + 1]);
      return sum + (members.reduce((part, count) => part + count, 0) / total) * members.length;
    }, cutoffs[0]! + cutoffs.length);
  };

  test('cost a fifth of the full softmax and less where tokens are as frequent as words are', () => {
    for (const vocabulary of [20_000, 33_280, 100_000]) {
      const counts = Array.from({ length: vocabulary }, (_, token) => 1 / (token + 3));
      const cutoffs = chooseCutoffs(counts);
      assert.equal(cutoffs.length, 2);
      assert.ok(cutoffs.every((start) => start % 16 === 0 && start > 0 && start < vocabulary));
      assert.ok(cutoffs[0]! < cutoffs[1]!);
      assert.ok(cost(counts, cutoffs) < vocabulary / 5, `${cutoffs.join()}: ${cost(counts, cutoffs)} of ${vocabulary}`);
    }
  });

  test('leave room for a head where there are few tokens', () => {
    for (const vocabulary of [48, 49, 65, 120]) {
      const [first, second] = chooseCutoffs(new Array<number>(vocabulary).fill(1));
      assert.ok(first! >= 16 && second! > first! && second! < vocabulary, `${first}, ${second} of ${vocabulary}`);
    }
  });
});

test('adaptive probabilities are those of the cluster times those within it, and have their entropy', () => {
  const cutoffs = [8, 16];
  const [V, lanes] = [21, 3];
  const logits = Float32Array.from({ length: 2 + V * lanes }, (_, index) => 3 * Math.sin(index));
  const bias = Float32Array.from({ length: V }, (_, token) => Math.cos(token));
  const clusterLogits = Float32Array.from({ length: 2 * lanes }, (_, index) => Math.sin(7 * index));
  const floats = logits.slice();
  const entropies = adaptiveProbabilities(floats, 2, lanes, bias, cutoffs, clusterLogits);
  assert.deepEqual(floats.slice(0, 2), logits.slice(0, 2));
  for (let lane = 0; lane < lanes; lane++) {
    const e = Array.from(bias, (each, token) => Math.exp(logits[2 + token * lanes + lane]! + each));
    const c = [0, 1].map((cluster) => Math.exp(clusterLogits[cluster * lanes + lane]!));
    const total = (from: number, to: number) => e.slice(from, to).reduce((sum, each) => sum + each, 0);
    const head = total(0, 8) + c[0]! + c[1]!;
    const expected = e.map((each, token) => {
      if (token < 8) return each / head;
      return token < 16 ? (c[0]! / head) * (each / total(8, 16)) : (c[1]! / head) * (each / total(16, V));
    });
    const sum = expected.reduce((part, each) => part + each, 0);
    assert.ok(Math.abs(sum - 1) < 1e-12);
    expected.forEach((each, token) => {
      assert.ok(Math.abs(floats[2 + token * lanes + lane]! - each) < 1e-6, `token ${token} of lane ${lane}`);
    });
    const entropy = -expected.reduce((part, each) => part + each * Math.log(each), 0);
    assert.ok(Math.abs(entropies[lane]! - entropy) < 1e-6, `${entropies[lane]}, expected ${entropy}`);
  }
});

describe('a training with an adaptive softmax', () => {
  const setup = {
    tokens: corpus(3000, 60),
    options: { softmax: 'adaptive' as const, tied: true, embeddingSize: 20, batchSize: 20, dropout: 0.1 },
  };
  const result = run(setup);

  test('gives the same bits with any number of threads', async () => {
    for (const threads of [2, 3]) {
      const job = createJob({ ...setup, threads });
      assert.deepEqual(await runThreads(job), new Array(threads).fill('done'));
      assert.deepEqual(bits(languageModelResult(job)), bits(result));
    }
  });

  test('comes to the perplexity of a full one', () => {
    const [adaptive, full] = (['adaptive', 'full'] as const).map((softmax) => {
      return run({ tokens: corpus(6000, 60), options: { softmax, epochs: 6, learningRate: 0.02 } }).perplexity;
    });
    assert.ok(full! < 20, `of 62 tokens, full: ${full}`);
    assert.ok(Math.abs(adaptive! / full! - 1) < 0.1, `adaptive ${adaptive}, full ${full}`);
  });

  test('gives a model whose tensors say where the clusters begin, and whose probabilities are those it was measured by', () => {
    const architecture = architectureOf(result.tensors);
    assert.deepEqual(architecture.cutoffs?.length, 2);
    const job = createJob(setup);
    assert.deepEqual(architecture.cutoffs, job.sizes.cutoffs);
    const model = new LanguageModel(kernel, result.tensors);
    const text = job.heldOutText;
    let loss = 0;
    for (let at = 0; at + 1 < text.length; at++) {
      model.feed(text[at]!);
      const probabilities = model.probabilities();
      assert.ok(Math.abs(probabilities.reduce((sum, each) => sum + each, 0) - 1) < 1e-5);
      loss -= Math.log(probabilities[text[at + 1]!]!);
    }
    const perplexity = Math.exp(loss / (text.length - 1));
    assert.ok(Math.abs(perplexity / result.perplexity - 1) < 1e-4, `${perplexity}, expected ${result.perplexity}`);
  });

  test('is what “auto” chooses from 16,385 tokens on', () => {
    const words = (count: number): readonly number[] | undefined => {
      const tokens = Int32Array.from({ length: count + 1000 }, (_, at) => (at < count ? at : at % 50));
      const extras = { vocabulary: count };
      const options = { ...OPTIONS, embeddingSize: 8, hiddenSize: 8 };
      return createLanguageModelJob(kernel, tokens, Int32Array.of(0), Uint8Array.of(0), options, 1, 1, extras).sizes
        .cutoffs;
    };
    assert.deepEqual(words(16_382), []); // with the unknown sign and the end of a sentence
    assert.equal(words(16_383)?.length, 2);
  });
});
