// What the presets of lexiscope.training.effort cost and give: seconds of a training, perplexity,
// agreement with people.
// --data DIR       en-text8style.txt.gz (words between spaces) and
//   eval/{wordsim-353,simlex-999,questions-words}.txt;
//                    without it the environment's LEXISCOPE_DATA
//   --words LIST     lengths of the texts (200000,1000000)    --efforts LIST   quick,balanced,best
//
// Every text is trained by the command line, as a folder would be, whole: vectors, map and language
// model. The files that are held out are the same for all efforts, and so is the vocabulary, so
// that perplexities compare. Unknown pairs count as in automatic.ts. Fails if more effort does not
// take longer, or gives a higher perplexity or vectors that agree less.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type { TrainReport } from '../src/protocol/engine.ts';
import type { AnalogyAccuracy, PairAgreement } from '../src/word2vec/evaluation.ts';

const TEXT = 'en-text8style.txt.gz';
/** Words of a file: some are held out, whole. */
const FILE = 2000;

interface Row {
  effort: string;
  words: number;
  seconds: number;
  perplexity: number;
  pairs: number;
  analogies: number;
}

const commandLine = fileURLToPath(new URL('../dist/lexiscope.mjs', import.meta.url));

async function lexiscope<Answer>(...words: string[]): Promise<Answer> {
  const { stdout } = await promisify(execFile)(process.execPath, [commandLine, ...words, '--json', '--quiet']);
  return JSON.parse(stdout) as Answer;
}

async function measure(effort: string, folder: string, model: string, data: string): Promise<Row> {
  const report = await lexiscope<TrainReport>('train', folder, '--out', model, '--training.effort', effort);
  const ask = <Answer>(set: string): Promise<Answer> =>
    lexiscope('evaluate', join(data, 'eval', `${set}.txt`), '--model', model);
  const agreements = [await ask<PairAgreement>('wordsim-353'), await ask<PairAgreement>('simlex-999')];
  const analogies = await ask<AnalogyAccuracy>('questions-words');
  const pairs = agreements.map(({ spearman, known, pairs }) => (spearman * known) / pairs);
  return {
    effort,
    words: report.reading.words,
    seconds: Object.values(report.seconds).reduce((sum, phase) => sum + phase, 0),
    perplexity: report.model.languageModel!.perplexity!,
    pairs: (pairs[0]! + pairs[1]!) / 2,
    analogies: analogies.right / analogies.questions,
  };
}

/** What is wrong with a row behind one of less effort on the same text. */
function problemsOf(row: Row, before: Row): string[] {
  if (row.words !== before.words) return [];
  const than = `on ${row.words} words, ${row.effort} against ${before.effort}`;
  return [
    ...(row.seconds > before.seconds ? [] : [`${than}: not slower`]),
    ...(row.perplexity < before.perplexity ? [] : [`${than}: no lower perplexity`]),
    ...(row.pairs > before.pairs - 0.01 ? [] : [`${than}: worse vectors`]),
  ];
}

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: process.env['LEXISCOPE_DATA'] ?? '' },
    words: { type: 'string', default: '200000,1000000' },
    efforts: { type: 'string', default: 'quick,balanced,best' },
  },
});
if (!existsSync(join(values.data, TEXT))) {
  console.error(`This benchmark needs a folder with ${TEXT} and eval/: name it with --data or LEXISCOPE_DATA.`);
  process.exit(1);
}
const root = await mkdtemp(join(tmpdir(), 'lexiscope-effort-'));
const rows: Row[] = [];
try {
  const all = gunzipSync(await readFile(join(values.data, TEXT)))
    .toString('utf8')
    .split(' ');
  for (const words of values.words.split(',').map(Number)) {
    const folder = join(root, String(words));
    await mkdir(folder);
    for (let first = 0; first < words; first += FILE) {
      const text = all.slice(first, Math.min(words, first + FILE)).join(' ');
      await writeFile(join(folder, `${first}.txt`), text);
    }
    for (const effort of values.efforts.split(',')) {
      const row = await measure(effort, folder, join(root, effort + String(words)), values.data);
      const { seconds, perplexity, pairs, analogies } = row;
      console.log(
        `${words} words, ${effort}: ${seconds.toFixed(0)} s, perplexity ${perplexity.toFixed(1)}, ` +
          `pairs ${pairs.toFixed(3)}, analogies ${analogies.toFixed(3)}`,
      );
      rows.push(row);
    }
  }
  console.log(JSON.stringify({ name: 'effort', rows }));
  const wrong = rows.flatMap((row, index) => (index > 0 ? problemsOf(row, rows[index - 1]!) : []));
  if (wrong.length > 0) throw new Error(wrong.join('; '));
} finally {
  await rm(root, { recursive: true, force: true });
}
