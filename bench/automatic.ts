// The automatic epochs, size and minimum count of word2vec beside other choices, on slices of a
// text: quality only, no times.
//   --data DIR       en-text8style.txt.gz (words between spaces) and eval/{wordsim-353,simlex-999,questions-words}.txt;
//                    without it the environment's LEXISCOPE_DATA
//   --words LIST     lengths of the slices (100000,300000,1000000,3000000)    --slices N   of each length (3)
//
// Every slice is trained by the command line, as a folder would be. Of a small text most pairs of
// the sets are unknown, and with a higher minimum count fewer are known but those better; so the
// score counts an unknown pair as a correlation of 0: Spearman's times the share that is known, the
// mean of WordSim-353 and SimLex-999.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type { AnalogyAccuracy, PairAgreement } from '../src/word2vec/evaluation.ts';
import { resolveWord2vecOptions, WORD2VEC_DEFAULTS } from '../src/word2vec/options.ts';

const TEXT = 'en-text8style.txt.gz';
const EPOCHS = [5, 10, 20, 40, 80];
const SIZES = [50, 100, 200];
const MIN_COUNTS = [2, 5];
/** More words than this are not trained for one figure: the rule does not go there either. */
const MOST_TRAINED = 40_000_000;

interface Choice {
  epochs: number;
  vectorSize: number;
  minCount: number;
}
interface Score {
  /** Spearman's times the share of known pairs, mean of the two sets. */
  pairs: number;
  analogies: number;
}

const commandLine = fileURLToPath(new URL('../dist/lexiscope.mjs', import.meta.url));

async function lexiscope<Answer>(...words: string[]): Promise<Answer> {
  const { stdout } = await promisify(execFile)(process.execPath, [commandLine, ...words, '--json', '--quiet']);
  return JSON.parse(stdout) as Answer;
}

async function score(folder: string, model: string, data: string, choice: Choice, seed: number): Promise<Score> {
  const options = Object.entries(choice).flatMap(([name, value]) => [`--word2vec.${name}`, String(value)]);
  const reading = ['--only', 'vectors', '--reading.maximumFileSize', '1GB'];
  await lexiscope('train', folder, '--out', model, ...reading, '--seed', String(seed), ...options);
  const ask = <Answer>(set: string): Promise<Answer> =>
    lexiscope('evaluate', join(data, 'eval', `${set}.txt`), '--model', model);
  const agreements = [await ask<PairAgreement>('wordsim-353'), await ask<PairAgreement>('simlex-999')];
  const analogies = await ask<AnalogyAccuracy>('questions-words');
  const pairs = agreements.map(({ spearman, known, pairs }) => (spearman * known) / pairs);
  return { pairs: (pairs[0]! + pairs[1]!) / 2, analogies: analogies.right / analogies.questions };
}

/** The rule's choice first, then those that change one of its figures. */
function choices(words: number): Choice[] {
  const { epochs, vectorSize, minCount } = resolveWord2vecOptions(WORD2VEC_DEFAULTS, words);
  const rule = { epochs, vectorSize, minCount };
  const others = [
    ...EPOCHS.map((epochs) => ({ ...rule, epochs })),
    ...SIZES.map((vectorSize) => ({ ...rule, vectorSize })),
    ...MIN_COUNTS.map((minCount) => ({ ...rule, minCount })),
  ];
  return [rule, ...others.filter((other) => JSON.stringify(other) !== JSON.stringify(rule))].filter(
    (choice) => choice.epochs * words <= MOST_TRAINED,
  );
}

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: process.env['LEXISCOPE_DATA'] ?? '' },
    words: { type: 'string', default: '100000,300000,1000000,3000000' },
    slices: { type: 'string', default: '3' },
  },
});
if (!existsSync(join(values.data, TEXT))) {
  console.error(`This benchmark needs a folder with ${TEXT} and eval/: name it with --data or LEXISCOPE_DATA.`);
  process.exit(1);
}
const root = await mkdtemp(join(tmpdir(), 'lexiscope-automatic-'));
try {
  const all = gunzipSync(await readFile(join(values.data, TEXT)))
    .toString('utf8')
    .split(' ');
  const figures: Record<string, unknown> = { name: 'automatic' };
  for (const words of values.words.split(',').map(Number)) {
    const slices = Math.min(Number(values.slices), Math.floor(all.length / words));
    const table: (Choice & Score)[] = [];
    for (const choice of choices(words)) {
      const scores: Score[] = [];
      for (let slice = 0; slice < slices; slice++) {
        const folder = join(root, `${words}-${slice}`);
        await mkdir(folder, { recursive: true });
        const start = Math.floor((all.length / slices) * slice);
        await writeFile(join(folder, 'text.txt'), all.slice(start, start + words).join(' '));
        scores.push(await score(folder, join(root, 'model'), values.data, choice, slice + 1));
      }
      const mean = (figure: keyof Score): number =>
        Number((scores.reduce((sum, each) => sum + each[figure], 0) / scores.length).toFixed(4));
      table.push({ ...choice, pairs: mean('pairs'), analogies: mean('analogies') });
      const { epochs, vectorSize, minCount, pairs, analogies } = table.at(-1)!;
      console.log(
        `${words} words${table.length === 1 ? ' (the rule)' : ''}: epochs ${epochs}, size ${vectorSize}, minCount ${minCount}: ` +
          `pairs ${pairs.toFixed(3)}, analogies ${analogies.toFixed(3)}`,
      );
    }
    figures[words] = table;
  }
  console.log(JSON.stringify(figures));
} finally {
  await rm(root, { recursive: true, force: true });
}
