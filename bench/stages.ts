// How soon each result of a training works: seconds from the request, with the engine's start, to
// stored vectors, map and suggestions.
//   --folder DIR (else a million words of node_modules' sources)   --rounds N (3)
//   --all (suggestions too)

import { createBirpc } from 'birpc';
import { fork, type Serializable } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LANGUAGE_MODEL_DEFAULTS } from '../src/language-model/options.ts';
import { PROJECTION_DEFAULTS } from '../src/projection/options.ts';
import type { EngineApi, EngineEvents, Phase, TrainRequest } from '../src/protocol/engine.ts';
import { PHRASE_DEFAULTS, TEXT_DEFAULTS } from '../src/text/options.ts';
import { WORD2VEC_DEFAULTS } from '../src/word2vec/options.ts';
import { copyDependencySources } from './corpus/dependency-sources.ts';

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    all: { type: 'boolean', default: false },
  },
});
const root = await mkdtemp(join(tmpdir(), 'lexiscope-bench-'));

interface Times {
  words: number;
  vectors: number;
  map: number;
  suggestions: number | null;
  /** Seconds at which each phase was told first. */
  phases: Partial<Record<Phase, number>>;
}

/** One training in a new engine and a new folder; seconds from before the engine's start. */
async function times(request: TrainRequest, directory: string): Promise<Times> {
  await mkdir(directory);
  const start = performance.now();
  const now = (): number => Math.round(performance.now() - start) / 1000;
  const child = fork(fileURLToPath(new URL('../dist/engine.mjs', import.meta.url)), [], {
    serialization: 'advanced',
    execArgv: [],
  });
  const found: Times = { words: 0, vectors: 0, map: 0, suggestions: null, phases: {} };
  const stored: NonNullable<EngineEvents['stored']> = ({ words, mapWords, languageModel }) => {
    found.words = words ?? 0;
    if (languageModel) found.suggestions = now();
    else if (mapWords === 0) found.vectors = now();
    else {
      found.map = now();
      if (!values.all) void engine.cancel();
    }
  };
  const progress = ({ phase }: { phase: Phase }): void => void (found.phases[phase] ??= now());
  const engine: EngineApi = createBirpc<EngineApi, EngineEvents>(
    { progress, stored, log: () => undefined },
    {
      post: (message: Serializable) => void child.send(message),
      on: (receive) => child.on('message', receive),
      timeout: -1,
      bind: 'functions',
    },
  );
  await engine.open(directory);
  await engine.train(request);
  child.kill();
  return found;
}

try {
  let folder = values.folder && resolve(values.folder);
  if (folder === undefined) {
    folder = join(root, 'text');
    await copyDependencySources(folder, 1_000_000);
  }
  const request: TrainRequest = {
    folders: [{ path: folder, exclude: [] }],
    reading: { maximumFileSize: 500_000_000 },
    text: { ...TEXT_DEFAULTS },
    phrases: { ...PHRASE_DEFAULTS },
    word2vec: { ...WORD2VEC_DEFAULTS },
    projection: { ...PROJECTION_DEFAULTS },
    languageModel: { ...LANGUAGE_MODEL_DEFAULTS },
    threads: 0,
    seed: 1,
  };
  const rounds: Times[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const one = await times(request, join(root, `model-${round}`));
    rounds.push(one);
    console.log(`${one.words} words: vectors after ${one.vectors} s, map after ${one.map} s`, one.phases);
  }
  const least = (name: 'vectors' | 'map'): number => Math.min(...rounds.map((round) => round[name]));
  console.log(
    JSON.stringify({
      cores: availableParallelism(),
      words: rounds[0]!.words,
      vectorsSeconds: least('vectors'),
      mapSeconds: least('map'),
      suggestionsSeconds: rounds[0]!.suggestions,
    }),
  );
} finally {
  await rm(root, { recursive: true, force: true });
}
