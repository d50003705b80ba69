// A training as a whole: one fraction and one time left, from what each phase tells of itself.
// Phases count by the seconds that they took in the training before, or by what they take of a
// folder of a million words.

import type { Phase, Progress, Step, StepProgress, TrainingProgress } from '../../protocol/engine.ts';

/** Seconds of each phase, of a million words on two cores. */
const USUAL: Record<Phase, number> = {
  importing: 5,
  reading: 1,
  counting: 0.5,
  wordVectors: 8,
  map: 6,
  bytePairs: 4,
  languageModel: 90,
  saving: 0,
};
/** A phase that took no time before may take some now. */
const LEAST = 0.1;
/** Which result a phase makes. */
const STEP_OF: Record<Phase, Step> = {
  importing: 'words',
  reading: 'words',
  counting: 'words',
  wordVectors: 'words',
  map: 'map',
  bytePairs: 'suggestions',
  languageModel: 'suggestions',
  saving: 'suggestions',
};
/** Until so much of the whole is done, the speed cannot be told from that of before. */
const ENOUGH = 0.01;

export class WholeProgress {
  readonly #phases: readonly Phase[];
  readonly #weights: Readonly<Record<Phase, number>>;
  /** Seconds each phase has taken so far. */
  readonly #spent: Partial<Record<Phase, number>> = {};
  readonly #now: () => number;
  #last: number;
  #phase: Phase | null = null;
  #fraction = 0;

  /**
   * `phases`: those there will be, in order. `before`: seconds that they took in an earlier
   * training. `now`: milliseconds.
   */
  constructor(
    phases: readonly Phase[],
    before: Partial<Record<Phase, number>> = {},
    now: () => number = () => performance.now(),
  ) {
    this.#phases = phases;
    this.#weights = weightsOf(before);
    this.#now = now;
    this.#last = now();
  }

  /** The whole, once a phase has told this. The fraction never falls. */
  tell({ phase, fraction, secondsLeft }: Progress): TrainingProgress {
    const now = this.#now();
    const entered = this.#phase ?? phase;
    this.#spent[entered] = (this.#spent[entered] ?? 0) + (now - this.#last) / 1000;
    this.#last = now;
    this.#phase = phase;
    // what is no phase of its own, as storing in the end, comes when all is done
    const at = this.#phases.includes(phase) ? this.#phases.indexOf(phase) : this.#phases.length;
    const weight = at < this.#phases.length ? this.#weights[phase] : 0;
    const before = sumOf(this.#phases.slice(0, at), this.#weights);
    const whole = sumOf(this.#phases, this.#weights);
    const done = (before + weight * fraction) / whole;
    this.#fraction = Math.min(1, Math.max(this.#fraction, done));
    const spent = sumOf(this.#phases, this.#spent);
    const slowness = done > ENOUGH ? spent / (done * whole) : 1;
    const rest = secondsLeft ?? weight * (1 - fraction) * slowness;
    const left = (other: Phase): number => {
      const place = this.#phases.indexOf(other);
      return place < at ? 0 : place === at ? rest : this.#weights[other] * slowness;
    };
    const steps = [...new Set(this.#phases.map((each) => STEP_OF[each]))].map((step): StepProgress => {
      const own = this.#phases.filter((each) => STEP_OF[each] === step);
      const spentOnIt = sumOf(own, this.#spent);
      const leftOfIt = own.reduce((sum, each) => sum + left(each), 0);
      const isDone = own.every((each) => this.#phases.indexOf(each) < at);
      return { step, isDone, spent: spentOnIt, expected: spentOnIt + leftOfIt };
    });
    const secondsLeftOfAll = this.#phases.reduce((sum, each) => sum + left(each), 0);
    return { fraction: this.#fraction, secondsLeft: secondsLeftOfAll, steps };
  }
}

/** Where in the whole a phase is when so much of it is done, 0 to 1. */
export function placeOf(
  phases: readonly Phase[],
  before: Partial<Record<Phase, number>> | undefined,
  phase: Phase,
  fraction: number,
): number {
  const weights = weightsOf(before ?? {});
  const done = sumOf(phases.slice(0, phases.indexOf(phase)), weights) + weights[phase] * fraction;
  return done / sumOf(phases, weights);
}

function weightsOf(before: Partial<Record<Phase, number>>): Record<Phase, number> {
  return Object.fromEntries(
    Object.entries(USUAL).map(([phase, usual]) => [phase, Math.max(LEAST, before[phase as Phase] ?? usual)]),
  ) as Record<Phase, number>;
}

function sumOf(phases: readonly Phase[], seconds: Partial<Record<Phase, number>>): number {
  return phases.reduce((sum, phase) => sum + (seconds[phase] ?? 0), 0);
}
