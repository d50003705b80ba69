// The default language model with an embedding as drawn and one that begins as Skip-gram vectors:
// perplexity against processor seconds.
//   --data FOLDER   with en-text8style.txt.gz (../shared/data)     --words N   of it, from its beginning (1,000,000)     --seed N (1)
//   --epochs N (0, automatic)     --dropout D, --inputDropout D (the defaults)     --every N   steps from measurement to measurement (100)
// One thread. Measuring is not counted, Skip-gram is; a twentieth of the text, in two pieces, is
// held out.

import { parseArgs } from 'node:util';
import { loadKernels } from '../src/engine/kernels.ts';
import { trainStartVectors } from '../src/engine/training/start-vectors.ts';
import { loadWideKernel } from '../src/engine/training/wide-kernel.ts';
import { LANGUAGE_MODEL_DEFAULTS, resolveLanguageModelOptions } from '../src/language-model/options.ts';
import { createLanguageModelJob } from '../src/language-model/training/create-job.ts';
import { languageModelProgress } from '../src/language-model/training/job.ts';
import { PROGRESS } from '../src/language-model/training/progress.ts';
import { LanguageModelThread } from '../src/language-model/training/training-thread.ts';
import { readText } from './word2vec/text.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data' },
    words: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '0' },
    dropout: { type: 'string', default: String(LANGUAGE_MODEL_DEFAULTS.dropout) },
    inputDropout: { type: 'string', default: String(LANGUAGE_MODEL_DEFAULTS.inputDropout) },
    every: { type: 'string', default: '100' },
  },
});
/** Pieces that the text is cut into; two are held out. */
const PIECES = 40;

const distribution = new URL('../dist/', import.meta.url);
const kernels = await loadKernels(distribution);
const wide = await loadWideKernel(distribution);
const { tokens } = await readText(values.data, Number(values.words));
const documents = Int32Array.from({ length: PIECES }, (_, piece) => Math.floor((piece * tokens.length) / PIECES));
const heldOut = Uint8Array.from({ length: PIECES }, (_, piece) => Number(piece % 20 === 7));

interface Point {
  steps: number;
  perplexity: number;
  /** Seconds of the processor. */
  seconds: number;
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function train(input: 'embedding' | 'word2vec'): Promise<Point[]> {
  const options = {
    ...LANGUAGE_MODEL_DEFAULTS,
    input,
    epochs: Number(values.epochs),
    patience: 1000,
    evaluateEvery: Number(values.every),
    dropout: Number(values.dropout),
    inputDropout: Number(values.inputDropout),
  };
  const resolved = resolveLanguageModelOptions(options, tokens.length);
  const seed = Number(values.seed);
  const job = createLanguageModelJob(wide, tokens, documents, heldOut, resolved, 1, seed, { wide: true });
  const start = processorSeconds();
  if (input === 'word2vec') {
    job.vectors = await trainStartVectors(job, {
      kernels,
      signal: new AbortController().signal,
      script: new URL('compute-thread.mjs', distribution),
      events: { progress: () => undefined, log: (_, line) => console.log(line) },
    });
  }
  const thread = new LanguageModelThread(job, 0);
  const points: Point[] = [];
  let seconds = processorSeconds() - start;
  for (let goesOn = true; goesOn;) {
    const before = processorSeconds();
    goesOn = thread.step();
    const { phase, steps } = languageModelProgress(job);
    if (phase === 'training') seconds += processorSeconds() - before;
    const measured = job.progress[PROGRESS.measured]!;
    if (measured === points.length) continue;
    const perplexity = Math.exp(job.heldOutLosses[measured - 1]!);
    points.push({ steps, perplexity, seconds });
    console.log(`${input}: perplexity ${perplexity.toFixed(1)} after ${steps} steps, ${seconds.toFixed(1)} s`);
  }
  return points;
}

const drawn = await train('embedding');
const begun = await train('word2vec');
const best = (points: readonly Point[]): Point => points.reduce((a, b) => (b.perplexity < a.perplexity ? b : a));
const mark = best(drawn);
const reached = begun.find(({ perplexity }) => perplexity <= mark.perplexity);
const ratio = reached ? mark.seconds / reached.seconds : 0;
console.log(
  `perplexity ${mark.perplexity.toFixed(1)}, the best of the embedding as drawn, after ${mark.seconds.toFixed(1)} s; from Skip-gram vectors ` +
    (reached ? `after ${reached.seconds.toFixed(1)} s: ${ratio.toFixed(2)} times as soon` : 'not reached'),
);
console.log(
  JSON.stringify({
    name: 'start-vectors',
    words: Number(values.words),
    embeddingPerplexity: Number(mark.perplexity.toFixed(1)),
    word2vecPerplexity: Number(best(begun).perplexity.toFixed(1)),
    timesAsSoon: Number(ratio.toFixed(2)),
  }),
);
