// The whole command on about a million words of source code: `lexiscope train`, phase by phase, and
// how soon a cancel is answered.
//   --words N (1000000)   --threads N (2)   --folder DIR (its text instead of node_modules')

import { createBirpc } from 'birpc';
import { execFile, fork, type Serializable } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { LANGUAGE_MODEL_DEFAULTS } from '../src/language-model/options.ts';
import { PROJECTION_DEFAULTS } from '../src/projection/options.ts';
import {
  type EngineApi,
  type EngineEvents,
  type Phase,
  PHASES,
  type TrainReport,
  type TrainRequest,
} from '../src/protocol/engine.ts';
import { PHRASE_DEFAULTS, TEXT_DEFAULTS } from '../src/text/options.ts';
import { WORD2VEC_DEFAULTS } from '../src/word2vec/options.ts';
import { copyDependencySources } from './corpus/dependency-sources.ts';

const { values } = parseArgs({
  options: {
    words: { type: 'string', default: '1000000' },
    threads: { type: 'string', default: '2' },
    folder: { type: 'string' },
  },
});
const dist = new URL('../dist/', import.meta.url);
const root = await mkdtemp(join(tmpdir(), 'lexiscope-bench-'));

async function wholeCommand(folder: string): Promise<{ report: TrainReport; seconds: number }> {
  const start = performance.now();
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      fileURLToPath(new URL('lexiscope.mjs', dist)),
      'train',
      folder,
      '--out',
      join(root, 'model'),
      '--json',
      '--quiet',
      '--threads',
      values.threads,
      '--word2vec.epochs',
      '5',
      '--languageModel.epochs',
      '1',
    ],
    { maxBuffer: 1 << 26 },
  );
  return { report: JSON.parse(stdout) as TrainReport, seconds: (performance.now() - start) / 1000 };
}

/**
 * From the call of cancel to the answer of train, over the process boundary, ms, in each phase
 * several times.
 */
async function cancelTimes(folder: string, rounds: number): Promise<number[]> {
  const child = fork(fileURLToPath(new URL('engine.mjs', dist)), [], { serialization: 'advanced', execArgv: [] });
  let reached: ((phase: Phase) => void) | undefined;
  const engine = createBirpc<EngineApi, EngineEvents>(
    { progress: ({ phase }) => reached?.(phase), log: () => undefined },
    {
      post: (message: Serializable) => void child.send(message),
      on: (receive) => child.on('message', receive),
      timeout: -1,
    },
  );
  await engine.open(join(root, 'cancelled'));
  const request: TrainRequest = {
    folders: [{ path: folder, exclude: [] }],
    reading: { maximumFileSize: 5_000_000 },
    text: { ...TEXT_DEFAULTS },
    phrases: { ...PHRASE_DEFAULTS },
    word2vec: { ...WORD2VEC_DEFAULTS, epochs: 1 },
    projection: { ...PROJECTION_DEFAULTS, nEpochs: 100 },
    languageModel: { ...LANGUAGE_MODEL_DEFAULTS, epochs: 1 },
    threads: Number(values.threads),
    seed: 1,
  };
  const times: number[] = [];
  for (const wanted of ['reading', 'wordVectors', 'map', 'languageModel'] as const) {
    for (let round = 0; round < rounds; round++) {
      const phase = new Promise<void>((resolve) => (reached = (now) => now === wanted && resolve()));
      const outcome = engine.train(request);
      await phase;
      await new Promise((resolve) => setTimeout(resolve, 37 * round));
      const start = performance.now();
      await engine.cancel();
      if ((await outcome).status === 'cancelled') times.push(performance.now() - start);
    }
  }
  child.disconnect();
  return times.sort((a, b) => a - b);
}

try {
  let folder = values.folder;
  if (!folder) {
    folder = join(root, 'text');
    await mkdir(folder);
    await copyDependencySources(folder, Number(values.words));
  }
  const { report, seconds } = await wholeCommand(folder);
  console.log(
    `${report.reading.words} words in ${report.reading.files} files; ${report.model.vocabulary} words with vectors; perplexity ${report.model.languageModel!.perplexity!.toFixed(1)}`,
  );
  for (const phase of PHASES) {
    const seconds = report.seconds[phase];
    if (seconds !== undefined) console.log(`${phase.padEnd(14)} ${seconds.toFixed(2).padStart(8)} s`);
  }
  console.log(`whole command  ${seconds.toFixed(2).padStart(8)} s`);
  const times = await cancelTimes(folder, 4);
  const [cancelMedianMs, cancelMaximumMs] = [times[times.length >> 1]!, times.at(-1)!];
  console.log(
    `cancel answered in ${cancelMedianMs.toFixed(0)} ms (median), ${cancelMaximumMs.toFixed(0)} ms (slowest of ${times.length})`,
  );
  console.log(
    JSON.stringify({
      name: 'train',
      words: report.reading.words,
      threads: Number(values.threads),
      wholeSeconds: seconds,
      seconds: report.seconds,
      perplexity: report.model.languageModel!.perplexity,
      cancelMedianMs,
      cancelMaximumMs,
    }),
  );
} finally {
  await rm(root, { recursive: true, force: true });
}
