// Minutes until the held-out perplexity that PyTorch reaches after one pass of plain training:
// WikiText-2 in byte pairs, LSTM E 128, H 256, V 8,192.
//   --data FOLDER   with wikitext-2 (../shared/data)     --openblas DIR, --python PROGRAM   as of language-model
//   --pytorch FILE   what peers/torch_epoch.py printed in an earlier run, in place of a new one
//   --rate R, --batch B, --share S (of the pass), --random (no Skip-gram start), --narrow (128-bit)   of ours     --alone   without PyTorch
// Both see the same tokens, and begin at their first one. Measuring is not counted; Skip-gram
// vectors are.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { loadKernels } from '../src/engine/kernels.ts';
import { charactersOf, toCorpusIds } from '../src/engine/model/byte-pair-language-model.ts';
import { trainStartVectors } from '../src/engine/training/start-vectors.ts';
import { loadWideKernel } from '../src/engine/training/wide-kernel.ts';
import { LANGUAGE_MODEL_DEFAULTS } from '../src/language-model/options.ts';
import { createLanguageModelJob } from '../src/language-model/training/create-job.ts';
import { type LanguageModelJob, languageModelProgress } from '../src/language-model/training/job.ts';
import { PROGRESS } from '../src/language-model/training/progress.ts';
import { MergeLearner } from '../src/text/byte-pair/merges.ts';
import { PretokenSequence } from '../src/text/byte-pair/sequence.ts';
import { BytePairTokenizer } from '../src/text/byte-pair/tokenizer.ts';
import { readPart } from './corpus/wikitext2.ts';

const MODEL = {
  vocabulary: 8192,
  embeddingSize: 128,
  hiddenSize: 256,
  batchSize: 64,
  steps: 32,
  threads: 2,
  rate: 1e-3,
};
/** Tokens of the validation text that measure both. */
const HELD_OUT = 100_000;
/** Measurements of ours on the way. */
const MEASUREMENTS = 10;
const DISTRIBUTION = new URL('../dist/', import.meta.url);

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data' },
    openblas: { type: 'string' },
    python: { type: 'string', default: '/usr/bin/python3' },
    pytorch: { type: 'string' },
    rate: { type: 'string', default: '0.004' },
    batch: { type: 'string', default: '32' },
    share: { type: 'string', default: '0.3' },
    random: { type: 'boolean', default: false },
    narrow: { type: 'boolean', default: false },
    alone: { type: 'boolean', default: false },
  },
});

/** Byte pairs of the training text and the validation text, learned from the first. */
async function readTexts(): Promise<{ train: Int32Array; valid: Int32Array; tokenizer: BytePairTokenizer }> {
  const folder = join(values.data, 'wikitext-2');
  const sequence = new PretokenSequence(1 << 26);
  sequence.add(await readPart(folder, 'train'));
  sequence.endDocument();
  const learner = new MergeLearner(sequence.counts(), MODEL.vocabulary - 256 - 2);
  while (learner.step());
  const tokenizer = new BytePairTokenizer(learner.merges());
  sequence.add(await readPart(folder, 'valid'));
  sequence.endDocument();
  const encoding = sequence.encode(tokenizer, 1 << 26);
  let step = encoding.next();
  while (!step.done) step = encoding.next();
  const { tokens, documents } = step.value;
  const ids = toCorpusIds(tokens);
  const valid = ids.subarray(documents[1]);
  return { train: ids.subarray(0, documents[1]), valid: valid.subarray(0, HELD_OUT), tokenizer };
}

interface Measurement {
  tokens: number;
  loss: number;
  seconds: number;
  processorSeconds: number;
  rate: number;
}

/** Its last measurement: after the whole pass. */
async function trainTorch({ trainingText, heldOutText }: LanguageModelJob): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), 'lexiscope-bench-'));
  const path = join(folder, 'tokens');
  await writeFile(`${path}.train`, new Uint8Array(trainingText.buffer));
  await writeFile(`${path}.valid`, new Uint8Array(heldOutText.buffer));
  const script = fileURLToPath(new URL('peers/torch_epoch.py', import.meta.url));
  const peer = spawn(values.python, [script, JSON.stringify(MODEL), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      OMP_WAIT_POLICY: 'PASSIVE',
      MALLOC_MMAP_THRESHOLD_: '2000000000',
      MALLOC_TRIM_THRESHOLD_: '8000000000',
      MALLOC_TOP_PAD_: '100000000',
      ...(values.openblas && { LD_LIBRARY_PATH: values.openblas }),
    },
  });
  let last: Measurement | undefined;
  for await (const line of createInterface(peer.stdout)) {
    last = JSON.parse(line) as Measurement;
    console.log(`PyTorch ${told(last)}`);
  }
  await rm(folder, { recursive: true });
  if (!last) throw new Error(`PyTorch did not train: ${values.python} needs torch, or give --pytorch or --alone`);
  return last;
}

const told = ({ tokens, loss, seconds, processorSeconds, rate }: Measurement): string =>
  `${tokens} tokens: perplexity ${Math.exp(loss).toFixed(1)} after ${seconds.toFixed(0)} s (processor ${processorSeconds.toFixed(0)} s), ${Math.round(rate)} tokens/s`;

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Trains ours; gives all measurements. */
async function trainOurs(job: LanguageModelJob): Promise<Measurement[]> {
  const kernels = await loadKernels(DISTRIBUTION);
  let counted = { seconds: 0, processorSeconds: 0 };
  let last = { seconds: performance.now() / 1000, processorSeconds: cpuSeconds() };
  const count = (counts: boolean): void => {
    const now = { seconds: performance.now() / 1000, processorSeconds: cpuSeconds() };
    if (counts) {
      counted = {
        seconds: counted.seconds + now.seconds - last.seconds,
        processorSeconds: counted.processorSeconds + now.processorSeconds - last.processorSeconds,
      };
    }
    last = now;
  };
  if (job.options.input === 'word2vec') {
    job.vectors = await trainStartVectors(job, {
      kernels,
      script: new URL('compute-thread.mjs', DISTRIBUTION),
      signal: new AbortController().signal,
      events: { progress: () => undefined, log: (_, line) => console.log(line) },
    });
    count(true);
  }
  const script = new URL('../test/unit/language-model-worker.ts', import.meta.url);
  const workers = Array.from(
    { length: job.threads },
    (_, thread) => new Worker(script, { workerData: { job, thread } }),
  );
  const measurements: Measurement[] = [];
  for (;;) {
    await sleep(5);
    const { phase, trainedTokens } = languageModelProgress(job);
    count(phase === 'training');
    if (job.progress[PROGRESS.measured]! <= measurements.length) continue;
    const loss = job.heldOutLosses[measurements.length]!;
    const measured = { tokens: trainedTokens, loss, ...counted, rate: trainedTokens / counted.seconds };
    measurements.push(measured);
    console.log(`ours ${told(measured)}`);
    if (measurements.length === job.heldOutLosses.length) break;
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  return measurements;
}

const { train, valid, tokenizer } = await readTexts();
const kernel = values.narrow ? (await loadKernels(DISTRIBUTION))['language-model'] : await loadWideKernel(DISTRIBUTION);
const createJob = (share: number, input: 'embedding' | 'word2vec'): LanguageModelJob => {
  const learned = train.subarray(0, Math.round(share * train.length));
  const tokens = Int32Array.from([...learned, ...valid]);
  const { embeddingSize, hiddenSize, steps } = MODEL;
  const batchSize = Number(values.batch);
  const stepsOfAll = Math.ceil(learned.length / batchSize / steps);
  const options = {
    ...LANGUAGE_MODEL_DEFAULTS,
    input,
    embeddingSize,
    hiddenSize,
    batchSize,
    steps,
    epochs: 1,
    learningRate: Number(values.rate),
    patience: 100,
    evaluateEvery: Math.ceil(stepsOfAll / MEASUREMENTS),
    tokens: 'bytePairs' as const,
  };
  return createLanguageModelJob(kernel, tokens, Int32Array.of(0, learned.length), Uint8Array.of(0, 1), options, 2, 1, {
    characters: charactersOf(tokenizer),
    vocabulary: tokenizer.size - 1,
    wide: !values.narrow,
  });
};
const whole = createJob(1, 'embedding');
console.log(`${whole.trainingText.length} tokens, ${whole.sizes.vocabulary} different ones`);
let theirs: Measurement | null = null;
if (values.pytorch) {
  const lines = (await readFile(values.pytorch, 'utf8')).trim().split('\n');
  theirs = JSON.parse(lines.at(-1)!) as Measurement;
} else if (!values.alone) theirs = await trainTorch(whole);
const ours = await trainOurs(createJob(Number(values.share), values.random ? 'embedding' : 'word2vec'));
const target = theirs?.loss ?? Infinity;
const reached = ours.find(({ loss }) => loss <= target);
console.log(
  JSON.stringify({
    name: 'time-to-quality',
    pytorchPerplexity: theirs && Number(Math.exp(theirs.loss).toFixed(1)),
    perplexity: Number(Math.exp(Math.min(...ours.map(({ loss }) => loss))).toFixed(1)),
    // seconds of PyTorch's pass: all its tokens at its median speed
    timeToQualityVsPytorch:
      theirs && reached ? Number((theirs.tokens / theirs.rate / reached.seconds).toFixed(2)) : null,
    processorTimeVsPytorch:
      theirs && reached ? Number((theirs.processorSeconds / reached.processorSeconds).toFixed(2)) : null,
  }),
);
