import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import {
  agreementWithPeople,
  answerAnalogies,
  parseAnalogyQuestions,
  parseScoredPairs,
} from '../../src/word2vec/evaluation.ts';
import { WordVectors } from '../../src/word2vec/vectors.ts';

const kernel = await WebAssembly.compile(
  await readFile(new URL('../../dist/kernels/similarity.simd.wasm', import.meta.url)),
);

function create(rows: Record<string, number[]>): WordVectors {
  const vectors = Object.values(rows);
  return new WordVectors(kernel, Object.keys(rows), Float32Array.from(vectors.flat()), vectors[0]!.length);
}

/** A word at an angle to `zero`, degrees: its cosine to `zero` falls as the angle grows. */
const at = (degrees: number): number[] => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
const circle = create({ zero: at(0), ten: at(10), thirty: at(30), sixty: at(60), ninety: at(90) });

test('agreement with people is the rank correlation of cosines and scores', () => {
  const pairs = (...scores: number[]) =>
    ['ten', 'thirty', 'sixty', 'ninety'].map((second, i) => ({ first: 'zero', second, score: scores[i]! }));
  assert.ok(Math.abs(agreementWithPeople(circle, pairs(9, 7, 3, 1)).correlation - 1) < 1e-12);
  assert.ok(Math.abs(agreementWithPeople(circle, pairs(1, 2, 30, 400)).correlation + 1) < 1e-12);
  // ranks 4 3 2 1 against 3 4 1 2: 1 - 6 * 4 / (4 * 15)
  assert.ok(Math.abs(agreementWithPeople(circle, pairs(5, 8, 1, 2)).correlation - 0.6) < 1e-12);
  // a tie: ranks 4 3 2 1 against 3.5 3.5 2 1, which scipy.stats.spearmanr gives as 0.9486832980505138
  assert.ok(Math.abs(agreementWithPeople(circle, pairs(8, 8, 3, 1)).correlation - 0.9486832980505138) < 1e-12);
});

test('pairs with an unknown word do not count, words are found in any case', () => {
  const pairs = parseScoredPairs('zero\tTEN\t9\r\nzero,sixty,2\nzero nowhere 10\n# a remark\nword 1,word 2,score\n');
  assert.equal(pairs.length, 3);
  assert.deepEqual(agreementWithPeople(circle, pairs), { correlation: 1, known: 2, unknown: 1 });
  assert.ok(Number.isNaN(agreementWithPeople(circle, []).correlation));
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
    ': family\nMan King Woman Queen\nman woman king fish\nman king woman prince\n: capital\n\n',
  );
  assert.equal(questions.length, 3);
  assert.deepEqual(answerAnalogies(vectors, questions), { accuracy: 0.5, asked: 2, skipped: 1 });
  // b - a + c of king : king :: woman is woman itself, which is part of the question
  assert.equal(answerAnalogies(vectors, [['king', 'king', 'woman', 'woman']]).accuracy, 0);
  assert.ok(Number.isNaN(answerAnalogies(vectors, []).accuracy));
});
