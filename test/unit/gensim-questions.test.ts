// Our answers beside gensim's: test/fixtures/gensim-questions.py says which calls of which version
// gave them.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { type KernelVariant, loadKernel } from '../../src/engine/kernels.ts';
import { answerAnalogies } from '../../src/word2vec/analogies.ts';
import { agreementWithPeople } from '../../src/word2vec/evaluation.ts';
import { parseEvaluationSet } from '../../src/word2vec/evaluation-set.ts';
import { type Method, WordVectors } from '../../src/word2vec/vectors.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

type Weighed = (string | [string, number])[];
type Answers = [word: string, score: number][];

interface Recorded {
  words: string[];
  vectors: number[];
  most_similar: [Weighed, Weighed, Answers][];
  most_similar_cosmul: [Weighed, Weighed, Answers][];
  doesnt_match: [string[], string, Answers][];
  similarity: [string, string, number][];
  n_similarity: [string[], string[], number][];
  rank: [string, string, number][];
  distances: [string, string[], number[]];
  pairs: string;
  evaluate_word_pairs: Record<string, [number, number, number]>;
  analogies: string;
  evaluate_word_analogies: Record<string, [string, number, number][]>;
  'evaluate_word_analogies by most_similar_cosmul': Record<string, [string, number, number][]>;
}

const recorded = JSON.parse(
  await readFile(new URL('../fixtures/gensim-questions.json', import.meta.url), 'utf8'),
) as Recorded;
const near = (actual: number, expected: number, what = ''): void =>
  assert.ok(Math.abs(actual - expected) < 3e-6, `${what}: got ${actual}, gensim ${expected}`);

for (const variant of ['simd', 'relaxed-simd'] as KernelVariant[]) {
  describe(`the answers are gensim's, ${variant}`, async () => {
    const kernel = await loadKernel(DISTRIBUTION, 'similarity', variant);
    const vectors = new WordVectors(kernel, recorded.words, Float32Array.from(recorded.vectors), 8);
    const at = (word: string): number => {
      const index = vectors.indexOf(word);
      assert.equal(recorded.words[index], word);
      return index;
    };
    /**
     * Words that count and words that count against, as gensim takes them: a weight stands as it
     * is.
     */
    const terms = (positive: Weighed, negative: Weighed) =>
      [...positive.map((given) => [given, 1] as const), ...negative.map((given) => [given, -1] as const)].map(
        ([given, sign]) =>
          typeof given === 'string' ? { index: at(given), weight: sign } : { index: at(given[0]), weight: given[1] },
      );

    for (const [method, name] of [
      ['3CosAdd', 'most_similar'],
      ['3CosMul', 'most_similar_cosmul'],
    ] as [Method, 'most_similar' | 'most_similar_cosmul'][]) {
      for (const [positive, negative, expected] of recorded[name]) {
        test(`${name}(${JSON.stringify(positive)}, ${JSON.stringify(negative)})`, () => {
          const answers = vectors.mostSimilar(terms(positive, negative), expected.length, method);
          assert.deepEqual(
            answers.map(({ index }) => recorded.words[index]),
            expected.map(([word]) => word),
          );
          answers.forEach(({ similarity }, place) => near(similarity, expected[place]![1], expected[place]![0]));
        });
      }
    }

    test('doesnt_match, rank_by_centrality', () => {
      for (const [words, odd, order] of recorded.doesnt_match) {
        const answers = vectors.byCentrality(words.map(at));
        assert.equal(recorded.words[answers.at(-1)!.index], odd);
        assert.deepEqual(
          answers.map(({ index }) => recorded.words[index]),
          order.map(([word]) => word),
        );
        answers.forEach(({ similarity }, place) => near(similarity, order[place]![1]));
      }
    });

    test('similarity, n_similarity, distances', () => {
      for (const [a, b, expected] of recorded.similarity) near(vectors.similarity(at(a), at(b)), expected, `${a} ${b}`);
      for (const [a, b, expected] of recorded.n_similarity)
        near(vectors.nSimilarity(a.map(at), b.map(at)), expected, `${a.join()} ${b.join()}`);
      const [word, others, expected] = recorded.distances;
      vectors.distances(at(word), others.map(at)).forEach((distance, place) => near(distance, expected[place]!));
    });

    test('rank', () => {
      for (const [a, b, expected] of recorded.rank) assert.equal(vectors.rank(at(a), at(b)), expected, `${a} ${b}`);
    });

    test('evaluate_word_pairs', () => {
      const set = parseEvaluationSet(recorded.pairs);
      assert.ok(set?.kind === 'pairs');
      assert.equal(set.passedOver, 1);
      for (const [restrict, [pearson, spearman, unknown]] of Object.entries(recorded.evaluate_word_pairs)) {
        const agreement = agreementWithPeople(vectors, set, Number(restrict));
        near(agreement.pearson, pearson);
        near(agreement.spearman, spearman);
        near(100 * (1 - agreement.known / agreement.pairs), unknown);
      }
    });

    for (const [method, name] of [
      ['3CosAdd', 'evaluate_word_analogies'],
      ['3CosMul', 'evaluate_word_analogies by most_similar_cosmul'],
    ] as [Method, 'evaluate_word_analogies'][]) {
      test(name, () => {
        const set = parseEvaluationSet(recorded.analogies);
        assert.ok(set?.kind === 'analogies');
        for (const [restrict, expected] of Object.entries(recorded[name])) {
          const found = answerAnalogies(vectors, set, { method, restrictVocabulary: Number(restrict) });
          assert.deepEqual(
            [...found.sections, { ...found, name: 'Total accuracy' }].map((section) => [
              section.name,
              section.right,
              section.asked,
            ]),
            expected,
          );
          assert.equal(found.accuracy, found.right / found.asked);
          assert.equal(found.questions, set.questions.length / 4);
        }
      });
    }
  });
}
