// Word vectors beside gensim: quality on WordSim-353, SimLex-999 and analogies first, then words a second, on 2 threads.
//   --data DIR     en-text8style.txt.gz (words between spaces) and eval/{wordsim-353,simlex-999,questions-words}.txt;
//                  without it the environment's LEXISCOPE_DATA
//   --words N      of the text (all)            --rounds N   of the two in turn (3)        --epochs N (1)
//   --size N       dimensions (100)             --python PROGRAM   that has gensim (/usr/bin/python3)
//   --algorithm skipgram | cbow (both)          --variant simd | relaxed-simd (what this machine runs best)

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { loadKernel, type KernelVariant } from '../src/engine/kernels.ts';
import { answerAnalogies } from '../src/word2vec/analogies.ts';
import { agreementWithPeople, parseAnalogyQuestions, parseScoredPairs } from '../src/word2vec/evaluation.ts';
import { WORD2VEC_DEFAULTS, type Word2vecOptions } from '../src/word2vec/options.ts';
import {
  createWord2vecJob,
  word2vecProgress,
  word2vecResult,
  Word2vecThread,
  type Text as RunningText,
  type Word2vecJob,
} from '../src/word2vec/training.ts';
import { WordVectors } from '../src/word2vec/vectors.ts';

type Algorithm = Word2vecOptions['algorithm'];
type Quality = Record<'wordsim' | 'simlex' | 'analogies', number>;

const THREADS = 2;
const SEED = 1;
const MIN_COUNT = 5;
/** Words of a sentence, for both: the text has no sentences of its own. */
const SENTENCE = 1000;
/** Vectors that are so much worse than gensim's are not timed: something is wrong. */
const TOLERANCE = 0.08;
const TEXT = 'en-text8style.txt.gz';
const distribution = new URL('../dist/', import.meta.url);

interface Text {
  /** Words by descending count, those of MIN_COUNT first. */
  words: string[];
  counts: number[];
  /** Ids, -1 between sentences. */
  tokens: Int32Array;
  /** Words of the text. */
  length: number;
}

interface Run {
  seconds: number;
  words: string[];
  /** (V, D) */
  vectors: Float32Array;
}

/** A program that is asked for runs in turn with others. */
interface Contender {
  name: string;
  train(): Promise<number>;
  vectors(): Promise<Pick<Run, 'words' | 'vectors'>>;
}

async function readText(path: string, most: number): Promise<string[]> {
  const words = gunzipSync(await readFile(path))
    .toString('utf8')
    .split(/\s+/)
    .filter((word) => word !== '');
  return most ? words.slice(0, most) : words;
}

function count(all: readonly string[]): Text {
  const tally = new Map<string, number>();
  for (const word of all) tally.set(word, (tally.get(word) ?? 0) + 1);
  const sorted = [...tally].sort((a, b) => b[1] - a[1]);
  const ids = new Map(sorted.map(([word], id) => [word, id]));
  const length = all.length + Math.ceil(all.length / SENTENCE);
  const tokens = new Int32Array(new SharedArrayBuffer(4 * length));
  all.forEach((word, at) => (tokens[at + Math.floor(at / SENTENCE)] = ids.get(word)!));
  for (let end = SENTENCE; end < tokens.length; end += SENTENCE + 1) tokens[end] = -1;
  tokens[tokens.length - 1] = -1;
  return { words: sorted.map(([word]) => word), counts: sorted.map(([, times]) => times), tokens, length: all.length };
}

const textOf = (tokens: Int32Array): RunningText => ({
  length: tokens.length,
  read: (first, number) => tokens.subarray(first, first + number),
});

/** Ours: jobs of THREADS worker threads, timed from the making of the job to the end of the last thread. */
function lexiscope(kernel: WebAssembly.Module, text: Text, options: Word2vecOptions): Contender {
  let job: Word2vecJob | null = null;
  return {
    name: 'Lexiscope',
    async train() {
      const start = performance.now();
      const created = createWord2vecJob(kernel, {
        text: textOf(text.tokens),
        counts: text.counts,
        options,
        threads: THREADS,
        seed: SEED,
      });
      const ends = Array.from({ length: THREADS }, (_, thread) =>
        once(
          new Worker(new URL(import.meta.url), { workerData: { job: created, thread, tokens: text.tokens } }),
          'message',
        ),
      );
      await Promise.all(ends);
      const seconds = (performance.now() - start) / 1000;
      job = created;
      const { words, total } = word2vecProgress(created);
      if (words !== total) throw new Error(`trained ${words} of ${total} words`);
      return seconds;
    },
    vectors() {
      const { input, vocabulary } = word2vecResult(job!);
      return Promise.resolve({ words: text.words.slice(0, vocabulary), vectors: input });
    },
  };
}

/** gensim in a process that has counted the words before. */
async function gensim(
  python: string,
  corpus: string,
  folder: string,
  options: Word2vecOptions,
): Promise<Contender & { end(): void }> {
  const script = fileURLToPath(new URL('peers/gensim_word2vec.py', import.meta.url));
  const peer = spawn(python, [script, corpus, JSON.stringify({ ...options, threads: THREADS, seed: SEED })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(peer.stdout)[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`gensim ended: ${python} needs gensim 4 (Debian: apt-get install python3-gensim)`);
    return JSON.parse(value) as Record<string, unknown>;
  };
  const ask = async (line: string): Promise<Record<string, unknown>> => {
    peer.stdin.write(`${line}\n`);
    return answer();
  };
  const { version } = await answer();
  return {
    name: `gensim ${version as string}`,
    async train() {
      return (await ask('train'))['seconds'] as number;
    },
    async vectors() {
      const path = join(folder, options.algorithm);
      await ask(`save ${path}`);
      const bytes = await readFile(`${path}.f32`);
      const words = (await readFile(`${path}.txt`, 'utf8')).split('\n');
      const vectors = new Float32Array(words.length * options.vectorSize);
      new Uint8Array(vectors.buffer).set(bytes);
      return { words, vectors };
    },
    end: () => peer.stdin.end(),
  };
}

/** The same judge for both. */
async function createJudge(data: string): Promise<(run: Pick<Run, 'words' | 'vectors'>) => Quality> {
  const similarity = await loadKernel(distribution, 'similarity');
  const read = (name: string): Promise<string> => readFile(join(data, 'eval', `${name}.txt`), 'utf8');
  const wordsim = parseScoredPairs(await read('wordsim-353'));
  const simlex = parseScoredPairs(await read('simlex-999'));
  const questions = parseAnalogyQuestions(await read('questions-words'));
  return ({ words, vectors }) => {
    const size = vectors.length / words.length;
    const all = new WordVectors(similarity, words, vectors, size);
    return {
      wordsim: agreementWithPeople(all, wordsim).spearman,
      simlex: agreementWithPeople(all, simlex).spearman,
      analogies: answerAnalogies(all, questions).accuracy,
    };
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
const SETS = ['wordsim', 'simlex', 'analogies'] as const;

/** Trains both in turn; the first round is judged before the next is timed. Gives the figures under the algorithm's name. */
async function compare(
  algorithm: Algorithm,
  ours: Contender,
  theirs: Contender,
  judge: (run: Pick<Run, 'words' | 'vectors'>) => Quality,
  words: number,
  rounds: number,
): Promise<Record<string, unknown>> {
  const rates = new Map<Contender, number[]>([
    [ours, []],
    [theirs, []],
  ]);
  const qualities = new Map<Contender, Quality>();
  for (let number = 0; number < rounds; number++) {
    for (const contender of [theirs, ours]) {
      const seconds = await contender.train();
      rates.get(contender)!.push(words / seconds);
      console.log(
        `${algorithm.padEnd(9)} ${contender.name.padEnd(13)} ${seconds.toFixed(2).padStart(7)} s ${(words / seconds / 1000).toFixed(0).padStart(7)} k words/s`,
      );
      if (number > 0) continue;
      const quality = judge(await contender.vectors());
      qualities.set(contender, quality);
      console.log(`          ${SETS.map((set) => `${set} ${quality[set].toFixed(3)}`).join('   ')}`);
    }
    if (number > 0) continue;
    const worse = SETS.filter((set) => qualities.get(ours)![set] < qualities.get(theirs)![set] - TOLERANCE);
    if (worse.length)
      throw new Error(`${algorithm}: worse than gensim by more than ${TOLERANCE} on ${worse.join(', ')}`);
  }
  const [our, their] = [median(rates.get(ours)!), median(rates.get(theirs)!)];
  return {
    [`${algorithm}VsGensim`]: round(our / their, 2),
    [`${algorithm}WordsPerSecond`]: Math.round(our),
    [`${algorithm}GensimWordsPerSecond`]: Math.round(their),
    [`${algorithm}Quality`]: Object.fromEntries(
      SETS.map((set) => [set, round(qualities.get(ours)![set] - qualities.get(theirs)![set], 4)]),
    ),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: process.env['LEXISCOPE_DATA'] ?? '' },
      words: { type: 'string', default: '0' },
      rounds: { type: 'string', default: '3' },
      epochs: { type: 'string', default: '1' },
      size: { type: 'string', default: '100' },
      python: { type: 'string', default: '/usr/bin/python3' },
      algorithm: { type: 'string' },
      variant: { type: 'string' },
    },
  });
  const { data, python } = values;
  if (!data || !existsSync(join(data, TEXT))) {
    console.error(
      `This benchmark needs a folder with ${TEXT} and eval/wordsim-353.txt, eval/simlex-999.txt, eval/questions-words.txt: ` +
        `name it with --data or LEXISCOPE_DATA${data ? `; ${join(data, TEXT)} is not there` : ''}.`,
    );
    process.exitCode = 1;
    return;
  }
  const [epochs, rounds, vectorSize] = [Number(values.epochs), Number(values.rounds), Number(values.size)];
  const folder = await mkdtemp(join(tmpdir(), 'lexiscope-bench-'));
  try {
    const all = await readText(join(data, TEXT), Number(values.words));
    const corpus = join(folder, 'corpus.txt');
    const sentences = Array.from({ length: Math.ceil(all.length / SENTENCE) }, (_, i) =>
      all.slice(i * SENTENCE, (i + 1) * SENTENCE).join(' '),
    );
    await writeFile(corpus, sentences.join('\n') + '\n');
    const text = count(all);
    const judge = await createJudge(data);
    const kernel = await loadKernel(distribution, 'word2vec', values.variant as KernelVariant | undefined);
    console.log(
      `${text.length} words, ${vectorSize} dimensions, window 5, 5 negatives, ${epochs} epochs, ${THREADS} threads`,
    );
    const figures: Record<string, unknown> = { name: 'word2vec', words: text.length, vectorSize, epochs };
    const algorithms = values.algorithm ? [values.algorithm as Algorithm] : (['skipgram', 'cbow'] as const);
    for (const algorithm of algorithms) {
      const options: Word2vecOptions = {
        ...WORD2VEC_DEFAULTS,
        algorithm,
        vectorSize,
        window: 5,
        negative: 5,
        sample: 1e-3,
        minCount: MIN_COUNT,
        epochs,
        alpha: 0.025,
        minAlpha: 1e-4,
      };
      const peer = await gensim(python, corpus, folder, options);
      try {
        const ours = lexiscope(kernel, text, options);
        Object.assign(figures, await compare(algorithm, ours, peer, judge, text.length * epochs, rounds));
      } finally {
        peer.end();
      }
    }
    console.log(JSON.stringify(figures));
  } finally {
    await rm(folder, { recursive: true });
  }
}

if (isMainThread) await main();
else {
  const { job, thread, tokens } = workerData as { job: Word2vecJob; thread: number; tokens: Int32Array };
  const worker = new Word2vecThread(job, thread, textOf(tokens));
  while (worker.step());
  parentPort!.postMessage('done');
}
