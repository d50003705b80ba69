import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf, WholeProgress } from '../../src/engine/training/whole-progress.ts';
import type { Phase } from '../../src/protocol/engine.ts';

const PHASES: Phase[] = ['reading', 'counting', 'wordVectors', 'map', 'languageModel'];
const BEFORE = { reading: 2, counting: 1, wordVectors: 7, map: 10, languageModel: 80, saving: 3 };

/**
 * A training whose seconds are those of before times `slowness`, told ten times a second; what is
 * told of the whole.
 */
function told(slowness: number, before: Partial<Record<Phase, number>> = BEFORE) {
  let now = 0;
  const whole = new WholeProgress(PHASES, before, () => 1000 * now);
  return PHASES.flatMap((phase) => {
    const seconds = slowness * BEFORE[phase as keyof typeof BEFORE];
    return Array.from({ length: 11 }, (_, tenth) => {
      if (tenth > 0) now += seconds / 10;
      return { phase, now, ...whole.tell({ phase, fraction: tenth / 10 }) };
    });
  });
}

test('phases count by the seconds that they took before, so that the percentage goes with the time', () => {
  for (const slowness of [0.3, 1, 4]) {
    for (const { fraction, now } of told(slowness)) assert.ok(Math.abs(fraction - now / (100 * slowness)) < 1e-9);
  }
});

test('the time left follows how fast the training is beside the one before', () => {
  for (const slowness of [0.3, 1, 4]) {
    for (const { fraction, secondsLeft } of told(slowness)) {
      if (fraction < 0.02) continue;
      assert.ok(Math.abs(secondsLeft - 100 * slowness * (1 - fraction)) < 1e-6, `${secondsLeft} at ${fraction}`);
    }
  }
});

test('a phase that tells its own time left is believed', () => {
  const whole = new WholeProgress(PHASES, BEFORE, () => 0);
  const { steps } = whole.tell({ phase: 'languageModel', fraction: 0, secondsLeft: 500 });
  assert.deepEqual(steps.at(-1), { step: 'suggestions', isDone: false, spent: 0, expected: 500 });
});

test('steps are the results: words are done when the map begins, and all when it is stored', () => {
  const at = (phase: Phase) => {
    const steps = told(1).findLast((each) => each.phase === phase)!.steps;
    return steps.map(
      ({ step, isDone, spent, expected }) => `${step} ${isDone} ${Math.round(spent)}/${Math.round(expected)}`,
    );
  };
  assert.deepEqual(at('counting'), ['words false 3/10', 'map false 0/10', 'suggestions false 0/80']);
  assert.deepEqual(at('map'), ['words true 10/10', 'map false 10/10', 'suggestions false 0/80']);
  const whole = new WholeProgress(['reading', 'wordVectors'], {}, () => 0);
  const last = whole.tell({ phase: 'saving', fraction: 0 });
  assert.deepEqual([last.fraction, last.secondsLeft, last.steps.map(({ isDone }) => isDone)], [1, 0, [true]]);
});

test('the fraction never falls, also where a phase does', () => {
  const whole = new WholeProgress(PHASES, BEFORE, () => 0);
  const high = whole.tell({ phase: 'wordVectors', fraction: 0.9 }).fraction;
  assert.equal(whole.tell({ phase: 'wordVectors', fraction: 0.2 }).fraction, high);
});

test('without a training before, phases count as of a folder of a million words', () => {
  const fractions = told(1, {}).map(({ fraction }) => fraction);
  assert.ok(fractions.every((fraction, index) => fraction >= (fractions[index - 1] ?? 0)));
  assert.equal(fractions.at(-1), 1);
});

test('the place of a checkpoint in the whole', () => {
  assert.equal(placeOf(PHASES, BEFORE, 'languageModel', 0.5), 0.6);
  assert.equal(placeOf(PHASES, BEFORE, 'wordVectors', 1), 0.1);
});
