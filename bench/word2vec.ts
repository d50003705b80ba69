// Word vectors beside gensim, row by row: words a second on 2 threads, quality over seeds, whole
// runs, memory, growth.
//   --data DIR     en-text8style.txt.gz (words between spaces) and eval/{wordsim-353,simlex-999,questions-words}.txt;
//                  without it the environment's LEXISCOPE_DATA
//   --only ROW,…   of skipgram cbow hierarchicalSoftmax dimensions300 dimensions25 window10 negative20 deterministic
//                  threads wholeRun growth skipgramQuality cbowQuality repeated (all but the last
//                  four)
//   --texts NAME,… and --modes NAME,… of the row repeated (all of both)
//   --algorithm A  of rows with both, one: skipgram or cbow      --words N    of the text (all)
//   --rounds N     of the two in turn (3)                        --epochs N   (1; of the quality rows 1 and 5)
//   --seeds N      of the quality rows (3)                       --gensim FILE   remembers gensim's figures of these
//   --variant V    simd or relaxed-simd (what runs best)         --python PROGRAM   that has gensim (/usr/bin/python3)

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type KernelVariant, loadKernel } from '../src/engine/kernels.ts';
import { WORD2VEC_DEFAULTS, type Word2vecOptions } from '../src/word2vec/options.ts';
import { type Contender, gensim, lexiscope, type Seconds } from './word2vec/contenders.ts';
import { compareQuality, createJudge, type Judge, qualityLine, Remembered, SETS } from './word2vec/quality.ts';
import { compareRepeated } from './word2vec/repeated.ts';
import { readText, type Text, writeSentences } from './word2vec/text.ts';
import { readSaved, wholeRunOfGensim, wholeRunOfOurs, writeRepeated } from './word2vec/whole-run.ts';

type Algorithm = Word2vecOptions['algorithm'];
type Figures = Record<string, unknown>;

const THREADS = 2;
/** Vectors that are so much worse than gensim's are not timed: something is wrong. */
const TOLERANCE = 0.08;
const OPTIONS: Word2vecOptions = { ...WORD2VEC_DEFAULTS, vectorSize: 100, minCount: 5, epochs: 1 };
const BOTH: Algorithm[] = ['skipgram', 'cbow'];
const distribution = new URL('../dist/', import.meta.url);

/** What a row trains, on top of OPTIONS; timed against gensim. */
const SPEED_ROWS: Record<string, { algorithms: Algorithm[]; options?: Partial<Word2vecOptions> }> = {
  skipgram: { algorithms: ['skipgram'] },
  cbow: { algorithms: ['cbow'] },
  hierarchicalSoftmax: { algorithms: BOTH, options: { hierarchicalSoftmax: true, negative: 0 } },
  dimensions300: { algorithms: BOTH, options: { vectorSize: 300 } },
  dimensions25: { algorithms: BOTH, options: { vectorSize: 25 } },
  window10: { algorithms: BOTH, options: { window: 10 } },
  negative20: { algorithms: BOTH, options: { negative: 20 } },
  deterministic: { algorithms: ['skipgram'], options: { deterministic: true } },
};
const OTHER_ROWS: Record<string, (bench: Bench) => Promise<Figures>> = {
  threads,
  wholeRun,
  growth,
  skipgramQuality: (bench) => quality(bench, 'skipgram'),
  cbowQuality: (bench) => quality(bench, 'cbow'),
  repeated,
};
/** Rows that take more than some minutes are not in a run that names none. */
const LONG_ROWS = ['growth', 'skipgramQuality', 'cbowQuality', 'repeated'];

/** What the rows share. */
interface Bench {
  kernel: WebAssembly.Module;
  text: Text;
  /** The text as a file, and a folder for more files. */
  corpus: string;
  folder: string;
  judge: Judge;
  algorithms: Algorithm[];
  rounds: number;
  /** 0: what the row takes. */
  epochs: number;
  seeds: number;
  python: string;
  remembered: Remembered;
}

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: process.env['LEXISCOPE_DATA'] ?? '' },
    only: { type: 'string', default: '' },
    algorithm: { type: 'string' },
    words: { type: 'string', default: '0' },
    rounds: { type: 'string', default: '3' },
    epochs: { type: 'string', default: '0' },
    seeds: { type: 'string', default: '3' },
    gensim: { type: 'string', default: '' },
    python: { type: 'string', default: '/usr/bin/python3' },
    variant: { type: 'string' },
    texts: { type: 'string', default: '' },
    modes: { type: 'string', default: '' },
  },
});

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

/** Medians of one contender: words a second by the clock, and words a second of processor time. */
type Rates = Record<keyof Seconds, number>;

/** Runs several contenders in turn, `rounds` times. `check` sees them after the first round. */
async function race(
  label: string,
  contenders: readonly Contender[],
  { text, rounds }: Bench,
  epochs: number,
  check?: () => Promise<void>,
): Promise<Rates[]> {
  const rates = contenders.map((): Rates[] => []);
  for (let number = 0; number < rounds; number++) {
    for (const [index, contender] of contenders.entries()) {
      const seconds = await contender.train(1);
      const words = text.all.length * epochs;
      const rate = { wall: words / seconds.wall, cpu: words / seconds.cpu };
      rates[index]!.push(rate);
      console.log(
        `${label.padEnd(28)} ${contender.name.padEnd(16)} ${seconds.wall.toFixed(2).padStart(7)} s ${(rate.wall / 1000).toFixed(0).padStart(7)} k words/s, processor ${seconds.cpu.toFixed(2).padStart(7)} s`,
      );
    }
    if (number === 0) await check?.();
  }
  return rates.map((all) => ({ wall: median(all.map(({ wall }) => wall)), cpu: median(all.map(({ cpu }) => cpu)) }));
}

/** A row of SPEED_ROWS: ours against gensim's; both are judged after the first round. */
async function speed(bench: Bench, row: string): Promise<Figures> {
  const { algorithms, options } = SPEED_ROWS[row]!;
  const epochs = bench.epochs || OPTIONS.epochs;
  const ratios: Record<string, number> = {};
  const cpuRatios: Record<string, number> = {};
  const rates: Record<string, number[]> = {};
  const chosen = algorithms.filter((algorithm) => algorithms.length === 1 || bench.algorithms.includes(algorithm));
  for (const algorithm of chosen) {
    const all = { ...OPTIONS, ...options, algorithm, epochs };
    const ours = lexiscope(bench.kernel, bench.text, all, THREADS);
    const theirs = await gensim(bench.python, bench.corpus, all, THREADS);
    try {
      const check = async (): Promise<void> => {
        const [our, their] = [bench.judge(await ours.vectors()), bench.judge(await theirs.vectors())];
        console.log(`  gensim     ${qualityLine(their)}\n  Lexiscope  ${qualityLine(our)}`);
        const worse = SETS.filter((set) => our[set] < their[set] - TOLERANCE);
        if (worse.length)
          throw new Error(`${row}, ${algorithm}: worse than gensim's by more than ${TOLERANCE} on ${worse.join(', ')}`);
      };
      const [their, our] = (await race(`${row} ${algorithm}`, [theirs, ours], bench, epochs, check)) as [Rates, Rates];
      ratios[algorithm] = round(our.wall / their.wall);
      cpuRatios[algorithm] = round(our.cpu / their.cpu);
      rates[algorithm] = [Math.round(our.wall), Math.round(their.wall)];
    } finally {
      theirs.end();
    }
  }
  const isOne = algorithms.length === 1;
  return {
    [`${row}VsGensim`]: isOne ? Object.values(ratios)[0] : ratios,
    [`${row}CpuVsGensim`]: isOne ? Object.values(cpuRatios)[0] : cpuRatios,
    [`${row}WordsPerSecond`]: isOne ? Object.values(rates)[0] : rates,
  };
}

/** Ours on two threads against ours on one. */
async function threads(bench: Bench): Promise<Figures> {
  const ratios: Record<string, number> = {};
  const epochs = bench.epochs || OPTIONS.epochs;
  for (const algorithm of bench.algorithms) {
    const contenders = [1, 2].map((number) =>
      lexiscope(bench.kernel, bench.text, { ...OPTIONS, algorithm, epochs }, number),
    );
    const [one, two] = (await race(`threads ${algorithm}`, contenders, bench, epochs)) as [Rates, Rates];
    ratios[algorithm] = round(two.wall / one.wall);
  }
  return { threads2Vs1: ratios };
}

/** From a text file to a file of vectors, as processes of their own. */
async function wholeRun({ text, corpus, folder, python, judge, rounds, epochs }: Bench): Promise<Figures> {
  const options = { ...OPTIONS, epochs: epochs || 1 };
  const ourFolder = join(folder, 'text');
  await mkdir(ourFolder, { recursive: true });
  await writeSentences(join(ourFolder, 'text.txt'), text.all);
  const [ours, theirs] = [join(folder, 'ours.vec'), join(folder, 'theirs.vec')];
  const runs = { gensim: [] as number[], lexiscope: [] as number[] };
  const peaks = { gensim: 0, lexiscope: 0 };
  for (let number = 0; number < rounds; number++) {
    for (const name of ['gensim', 'lexiscope'] as const) {
      const run =
        name === 'gensim'
          ? await wholeRunOfGensim(python, corpus, theirs, options, THREADS)
          : await wholeRunOfOurs(python, distribution, ourFolder, ours, options, THREADS);
      runs[name].push(run.seconds);
      peaks[name] = Math.max(peaks[name], run.peakMemory);
      console.log(
        `wholeRun ${name.padEnd(10)} ${run.seconds.toFixed(2).padStart(7)} s, at most ${(run.peakMemory / 1e6).toFixed(0)} MB`,
      );
    }
    if (number > 0) continue;
    const [our, their] = [await readSaved(ours), await readSaved(theirs)];
    if (our.words.length !== their.words.length) {
      throw new Error(`saved ${our.words.length} words, gensim ${their.words.length}`);
    }
    console.log(`  gensim     ${qualityLine(judge(their))}\n  Lexiscope  ${qualityLine(judge(our))}`);
  }
  return {
    wholeRunVsGensim: round(median(runs.gensim) / median(runs.lexiscope)),
    wholeRunSeconds: [round(median(runs.lexiscope)), round(median(runs.gensim))],
    peakMemoryVsGensim: round(peaks.lexiscope / peaks.gensim),
    peakMemory: [peaks.lexiscope, peaks.gensim],
  };
}

/** The whole command on 1, 10 and 100 million words: the text again and again. */
async function growth({ text, folder, python, algorithms }: Bench): Promise<Figures> {
  const figures: Record<string, number[][]> = {};
  for (const algorithm of algorithms) {
    figures[algorithm] = [];
    for (const count of [1e6, 1e7, 1e8]) {
      const ours = join(folder, 'text');
      await writeRepeated(ours, text.all, count);
      const run = await wholeRunOfOurs(python, distribution, ours, '', { ...OPTIONS, algorithm }, THREADS);
      figures[algorithm].push([count, round(run.seconds), Math.round(run.peakMemory / 1e6)]);
      console.log(
        `growth ${algorithm} ${count} words: ${run.seconds.toFixed(2)} s, ${((run.seconds / count) * 1e9).toFixed(0)} ns a word, at most ${(run.peakMemory / 1e6).toFixed(0)} MB`,
      );
    }
  }
  return { growthWordsSecondsMegabytes: figures };
}

/**
 * Ours minus gensim's on each set, over seeds. gensim has one thread, so that its learning rate
 * falls as ours.
 */
async function quality(bench: Bench, algorithm: Algorithm): Promise<Figures> {
  const figures: Figures = {};
  for (const epochs of bench.epochs ? [bench.epochs] : [1, 5]) {
    const options = { ...OPTIONS, algorithm, epochs };
    figures[`epochs${epochs}`] = await compareQuality(
      `${algorithm}, ${bench.text.all.length} words, ${epochs} epochs`,
      bench.seeds,
      lexiscope(bench.kernel, bench.text, options, THREADS),
      () => gensim(bench.python, bench.corpus, options, 1),
      bench.judge,
      bench.remembered,
    );
  }
  return { [`${algorithm}Quality`]: figures };
}

/** Texts that repeat words, in every mode, with `--epochs` (20) passes. */
function repeated({ kernel, folder, python, epochs }: Bench): Promise<Figures> {
  return compareRepeated({
    kernel,
    folder,
    python,
    options: { ...OPTIONS, minCount: 2, epochs: epochs || 20 },
    texts: values.texts ? values.texts.split(',') : [],
    modes: values.modes ? values.modes.split(',') : [],
  });
}

async function main(): Promise<void> {
  const names = [...Object.keys(SPEED_ROWS), ...Object.keys(OTHER_ROWS)];
  const rows = values.only ? values.only.split(',') : names.filter((name) => !LONG_ROWS.includes(name));
  const unknown = rows.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`There is no row "${unknown}"; there are: ${names.join(', ')}.`);
  const folder = await mkdtemp(join(tmpdir(), 'lexiscope-bench-'));
  try {
    const text = await readText(values.data, Number(values.words));
    const corpus = join(folder, 'corpus.txt');
    await writeSentences(corpus, text.all);
    const bench: Bench = {
      kernel: await loadKernel(distribution, 'word2vec', values.variant as KernelVariant | undefined),
      text,
      corpus,
      folder,
      judge: await createJudge(distribution, values.data),
      algorithms: values.algorithm ? [values.algorithm as Algorithm] : BOTH,
      rounds: Number(values.rounds),
      epochs: Number(values.epochs),
      seeds: Number(values.seeds),
      python: values.python,
      remembered: await Remembered.open(values.gensim),
    };
    const figures: Figures = { name: 'word2vec', words: text.all.length, threads: THREADS };
    for (const row of rows) {
      Object.assign(figures, await (SPEED_ROWS[row] ? speed(bench, row) : OTHER_ROWS[row]!(bench)));
    }
    console.log(JSON.stringify(figures));
  } finally {
    await rm(folder, { recursive: true });
  }
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
