// What is noticed of a training that goes wrong, and what it goes on with.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  adamStepAt,
  addRecovery,
  PROGRESS_LENGTH,
  recoveriesOf,
  type Trouble,
  Watch,
} from '../../src/language-model/training/watch.ts';

/** What is noticed first, and in which step, of excesses over counting words and norms by step. */
function noticed(
  steps: number,
  excess: (step: number) => number,
  norm: (step: number) => number = () => 0.3,
  { clip = 1, rate = 0.008, warmUp = 20 } = {},
): { step: number; trouble: Trouble } | null {
  const watch = new Watch();
  for (let step = 0; step < steps; step++) {
    const trouble = watch.observe(excess(step), norm(step), clip, rate, step >= warmUp);
    if (trouble) return { step, trouble };
  }
  return null;
}
/** It learns: the loss falls to 2 nats below that of counting. */
const learns = (step: number): number => -2 * (1 - Math.exp(-step / 100));

suite('a training is watched', () => {
  test('nothing is wrong with one that learns, with noise, or with a gradient that clipping tames', () => {
    const noisy = (step: number): number => learns(step) + 0.4 * Math.sin(step * 7);
    assert.equal(noticed(2000, noisy), null);
    assert.equal(
      noticed(2000, learns, (step) => (step % 50 === 49 ? 80 : 0.3)),
      null,
    );
  });

  test('a loss or gradient that is no number is noticed at once', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      assert.deepEqual(
        noticed(100, (step) => (step === 3 ? bad : learns(step))),
        { step: 3, trouble: 'gradient' },
      );
    }
    assert.deepEqual(
      noticed(100, learns, (step) => (step === 0 ? NaN : 1)),
      { step: 0, trouble: 'gradient' },
    );
  });

  test('a gradient that explodes and is not clipped is noticed at once', () => {
    const explodes = (step: number): number => (step === 60 ? 40 : 0.3);
    assert.deepEqual(noticed(100, learns, explodes, { clip: 1000 }), { step: 60, trouble: 'gradient' });
  });

  test('a loss that rises above that of counting words is noticed within some steps, early or late', () => {
    assert.ok(noticed(100, () => 3)!.step < 15);
    const late = noticed(1000, (step) => (step < 600 ? learns(step) : 2))!;
    assert.ok(late.trouble === 'loss' && late.step > 600 && late.step < 640, String(late.step));
  });

  test('a loss that stands still is noticed once the learning rate has risen, and not if that is low', () => {
    const still = noticed(1000, () => 0.001)!;
    assert.ok(still.trouble === 'loss' && still.step < 200, String(still.step));
    const slow = noticed(1000, () => 0.001, undefined, { warmUp: 700 })!;
    assert.equal(slow.step, 700);
    assert.equal(
      noticed(1000, () => 0.001, undefined, { rate: 1e-5 }),
      null,
    );
    const falls = noticed(2000, (step) => (step < 600 ? learns(step) : 0.1))!;
    assert.ok(falls.trouble === 'loss' && falls.step < 900, 'what was learned is lost');
  });

  test('goes on with the numbers of one that was broken off', () => {
    const excess = (step: number): number => (step < 300 ? learns(step) : 1.5);
    const whole = noticed(1000, excess)!;
    const first = new Watch();
    for (let step = 0; step < 200; step++) first.observe(excess(step), 0.3, 1, 0.008, true);
    const progress = new Float64Array(PROGRESS_LENGTH);
    const { watchedSteps, meanNorm, excess: mean, slowExcess } = first.numbers;
    progress.set([watchedSteps, 0, meanNorm, mean, slowExcess], 10);
    const second = new Watch(progress);
    let step = 200;
    while (!second.observe(excess(step), 0.3, 1, 0.008, true)) step++;
    assert.equal(step, whole.step);
  });
});

suite('after a recovery', () => {
  const schedule = { learningRate: 0.01, warmUp: 0, decay: 'none' } as const;

  test('Adam begins anew, and the learning rate rises to the half', () => {
    const recoveries = [{ step: 100, from: 0, trouble: 'loss' as const }];
    const at = (step: number) => adamStepAt(step, 1000, schedule, recoveries);
    assert.deepEqual(at(99), { adamStep: 100, learningRate: 0.01 });
    assert.equal(at(100).adamStep, 1);
    assert.ok(at(100).learningRate < 0.001);
    assert.equal(at(500).learningRate, 0.005);
    recoveries.push({ step: 500, from: 400, trouble: 'loss' });
    assert.equal(at(999).learningRate, 0.0025);
    assert.deepEqual(at(499).learningRate, 0.005);
  });

  test('it is written down in the progress', () => {
    const progress = new Float64Array(PROGRESS_LENGTH);
    const all = [
      { step: 7, from: 0, trouble: 'gradient' },
      { step: 250, from: 200, trouble: 'loss' },
    ] as const;
    for (const recovery of all) addRecovery(progress, recovery);
    assert.deepEqual(recoveriesOf(progress), all);
  });
});
