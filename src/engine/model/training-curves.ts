// How the training of a language model went, step by step: what of it is stored with the model, and
// what is told of it.

import type { LanguageModelResult } from '../../language-model/training/job.ts';
import type { TrainingCurves } from '../../protocol/engine.ts';
import type { Tensor } from './safetensors.ts';

/** Of longer trainings, as many steps in a row are one point as bring them below. */
const MOST_POINTS = 2000;

/**
 * (N) each, of points along the training, and (M) each, of measurements of the held-out text: see
 * TrainingCurves.
 */
const NAMES = [
  'steps',
  'losses',
  'gradientNorms',
  'learningRates',
  'heldOutSteps',
  'heldOutLosses',
] as const satisfies (keyof TrainingCurves)[];

/**
 * Figures to store. A point has the mean loss of its steps, their largest gradient, and the last of
 * them with its rate.
 */
export function curvesOf(
  { losses, gradientNorms, learningRates, heldOutLosses }: LanguageModelResult,
  most = MOST_POINTS,
): Record<string, Tensor> {
  const each = Math.ceil(losses.length / most) || 1;
  const points = Math.ceil(losses.length / each);
  const of = (point: (first: number, end: number) => number): Float32Array =>
    Float32Array.from({ length: points }, (_, index) =>
      point(index * each, Math.min(losses.length, (index + 1) * each)),
    );
  const curves: Record<(typeof NAMES)[number], Float32Array> = {
    steps: of((_, end) => end),
    losses: of((first, end) => losses.subarray(first, end).reduce((sum, loss) => sum + loss, 0) / (end - first)),
    gradientNorms: of((first, end) => gradientNorms.subarray(first, end).reduce((a, b) => Math.max(a, b))),
    learningRates: of((_, end) => learningRates[end - 1]!),
    heldOutSteps: Float32Array.from(heldOutLosses, ({ step }) => step),
    heldOutLosses: Float32Array.from(heldOutLosses, ({ loss }) => loss),
  };
  return Object.fromEntries(Object.entries(curves).map(([name, data]) => [name, { shape: [data.length], data }]));
}

/**
 * What was stored. `perplexity`, `bitsPerCharacter`: of the model, which tell how many characters a
 * token has.
 */
export function toldCurves(
  tensors: Readonly<Record<string, Tensor>>,
  { perplexity, bitsPerCharacter }: { perplexity: number | null; bitsPerCharacter?: number | null },
): TrainingCurves {
  const curves = Object.fromEntries(NAMES.map((name) => [name, tensors[name]?.data ?? new Float32Array(0)])) as Record<
    (typeof NAMES)[number],
    Float32Array
  >;
  const bitsPerNat = perplexity && bitsPerCharacter ? bitsPerCharacter / Math.log(perplexity) : null;
  return {
    ...curves,
    perplexities: curves.heldOutLosses.map(Math.exp),
    bitsPerCharacter: bitsPerNat === null ? null : curves.heldOutLosses.map((loss) => loss * bitsPerNat),
  };
}
