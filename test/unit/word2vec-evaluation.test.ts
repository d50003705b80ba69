import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { mulberry32 } from '../../src/numerics/random.ts';
import { analogyProgress, AnalogyThread, answerAnalogies, createAnalogyJob } from '../../src/word2vec/analogies.ts';
import { agreementWithPeople } from '../../src/word2vec/evaluation.ts';
import { parseAnalogyQuestions, parseEvaluationSet, parseScoredPairs } from '../../src/word2vec/evaluation-set.ts';
import { METHODS, WordVectors } from '../../src/word2vec/vectors.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

const kernel = await WebAssembly.compile(await readFile(new URL('kernels/similarity.simd.wasm', DISTRIBUTION)));

function create(rows: Record<string, number[]>): WordVectors {
  const vectors = Object.values(rows);
  return new WordVectors(kernel, Object.keys(rows), Float32Array.from(vectors.flat()), vectors[0]!.length);
}

/** A word at an angle to `zero`, degrees: its cosine to `zero` falls as the angle grows. */
const at = (degrees: number): number[] => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
const circle = create({ zero: at(0), ten: at(10), thirty: at(30), sixty: at(60), ninety: at(90) });

const pairsOf = (text: string) => agreementWithPeople(circle, parseScoredPairs(text));
const scored = (...scores: number[]) =>
  pairsOf(['ten', 'thirty', 'sixty', 'ninety'].map((second, i) => `zero ${second} ${scores[i]!}`).join('\n'));
const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-7, `${actual}, expected ${expected}`);

test('agreement with people is the correlation of cosines and scores, and of their ranks', () => {
  near(scored(9, 7, 3, 1).spearman, 1);
  near(scored(1, 2, 30, 400).spearman, -1);
  // ranks 4 3 2 1 against 3 4 1 2: 1 - 6 * 4 / (4 * 15)
  near(scored(5, 8, 1, 2).spearman, 0.6);
  // a tie: ranks 4 3 2 1 against 3.5 3.5 2 1, which scipy.stats.spearmanr gives as
  // 0.9486832980505138
  near(scored(8, 8, 3, 1).spearman, 0.9486832980505138);
  // cosines .98481 .86603 .5 0 against 9 7 3 1: scipy.stats.pearsonr gives 0.9630037829696091
  near(scored(9, 7, 3, 1).pearson, 0.9630037829696091);
  near(scored(1, 3, 7, 9).pearson, -0.9630037829696091);
});

test('pairs with an unknown word do not count, words are found in any case', () => {
  const text = '\ufeff# a remark\r\nword 1\tword 2\tscore\r\nzero\tTEN\t9\r\nzero\tsixty\t2\n\nzero\tnowhere\t10\n';
  const pairs = parseScoredPairs(text);
  assert.deepEqual([pairs.scores.length, pairs.passedOver], [3, 1]);
  const { spearman, pairs: all, known } = agreementWithPeople(circle, pairs);
  assert.deepEqual([spearman, all, known], [1, 3, 2]);
  assert.ok(Number.isNaN(pairsOf('').spearman));
  assert.ok(Number.isNaN(scored(5, 5, 5, 5).pearson), 'people who find all alike');
  assert.equal(agreementWithPeople(circle, pairs, 3).known, 1, 'sixty is not among the first three words');
});

test('a phrase is known with spaces or with _ in their place', () => {
  const vectors = create({ new_york: at(0), city: at(10), 'hot dog': at(30), stone: at(90) });
  const text = 'New York\tcity\t9\nhot dog\tcity\t7\nstone\tNew York\t1\nnew_york\thot dog\t6\n';
  const agreement = agreementWithPeople(vectors, parseScoredPairs(text));
  assert.deepEqual([agreement.known, agreement.spearman], [4, 1]);
});

test('what a file holds is told from its lines', () => {
  assert.equal(parseEvaluationSet(': capitals\n1 2 3 4\n')?.kind, 'analogies');
  assert.equal(parseEvaluationSet('man king woman queen\na b 3\nman woman boy girl')?.kind, 'analogies');
  assert.equal(parseEvaluationSet('word1 word2 POS score\nold new A 1.58\nsmart clever A 9')?.kind, 'pairs');
  assert.equal(parseEvaluationSet('a b 3')?.kind, 'pairs');
  for (const text of ['', '# nothing', 'one two', ': heading only']) assert.equal(parseEvaluationSet(text), null);
});

test('an analogy is answered by the nearest word that is not part of the question', () => {
  const vectors = create({
    man: [1, 0, 0],
    woman: [1, 1, 0],
    king: [1, 0, 1],
    queen: [1, 1, 1],
    fish: [-1, 0, 0],
  });
  const questions = parseAnalogyQuestions(
    'man woman king queen\n: family\nMan King Woman Queen\nman woman king fish\nman woman king prince\nthree words only\n: capital\n\n',
  );
  assert.equal(questions.passedOver, 1);
  assert.deepEqual(answerAnalogies(vectors, questions), {
    ...{ name: '', questions: 4, asked: 3, right: 2, accuracy: 2 / 3 },
    sections: [
      { name: '', questions: 1, asked: 1, right: 1, accuracy: 1 },
      { name: 'family', questions: 3, asked: 2, right: 1, accuracy: 0.5 },
      { name: 'capital', questions: 0, asked: 0, right: 0, accuracy: Number.NaN },
    ],
  });
  // fish is opposite to man, and 3CosMul divides by next to nothing
  assert.deepEqual(
    answerAnalogies(vectors, questions, { method: '3CosMul' }).sections.map(({ right }) => right),
    [0, 1, 0],
  );
  // b - a + c of king : king :: woman is woman itself, which is part of the question
  assert.equal(answerAnalogies(vectors, parseAnalogyQuestions('king king woman woman')).accuracy, 0);
  assert.ok(Number.isNaN(answerAnalogies(vectors, parseAnalogyQuestions('')).accuracy));
  // without queen, fish is the only word left
  const four = answerAnalogies(vectors, questions, { restrictVocabulary: 3 });
  assert.deepEqual([four.asked, four.right], [0, 0]);
});

test('a word that differs from one of the question by case is no answer, and right in any case', () => {
  const vectors = create({
    a: [1, 0, 0],
    b: [0, 1, 0],
    c: [0, 0, 1],
    B: [-1, 1, 1],
    D: [-1, 0.9, 0.8],
    d: [1, -1, -1],
  });
  assert.equal(answerAnalogies(vectors, parseAnalogyQuestions('a b c d')).right, 1);
});

/**
 * Rows in several tiles, the last one not full; the answer to every question by a search of its
 * own.
 */
test('every question of many gets the answer that a search for it alone gives', () => {
  const random = mulberry32(5);
  const [rows, size] = [700, 12];
  const words = Array.from({ length: rows }, (_, row) => `w${row}`);
  const vectors = new WordVectors(
    kernel,
    words,
    Float32Array.from({ length: rows * size }, () => random() - 0.5),
    size,
  );
  const pick = (): string => words[Math.floor(random() * rows)]!;
  const text = Array.from({ length: 400 }, () => [pick(), pick(), pick(), pick()].join(' ')).join('\n');
  const set = parseAnalogyQuestions(text);
  for (const method of METHODS) {
    const job = createAnalogyJob(vectors, set, { method, restrictVocabulary: 0 });
    const thread = new AnalogyThread(job);
    const fractions: number[] = [];
    while (thread.step()) fractions.push(analogyProgress(job));
    assert.ok(fractions.length >= 2 * Math.ceil(rows / 128) - 1);
    assert.deepEqual(
      fractions,
      fractions.toSorted((a, b) => a - b),
    );
    assert.equal(analogyProgress(job), 1);
    const { answers } = job;
    for (let question = 0; question < answers.length; question++) {
      const [a, b, c] = [0, 1, 2].map((i) => vectors.indexOf(set.words[set.questions[4 * question + i]!]!));
      const terms = [
        { index: a!, weight: -1 },
        { index: b!, weight: 1 },
        { index: c!, weight: 1 },
      ];
      assert.equal(
        answers[question],
        vectors.mostSimilar(terms, 1, method)[0]!.index,
        `${method}, question ${question}`,
      );
    }
  }
});
