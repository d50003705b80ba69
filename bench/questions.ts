// Nearest words and analogies beside gensim's most_similar: milliseconds a question, 300
// dimensions; evaluation sets with --data.
//   --words N,N…   vocabularies (10000,100000,400000)      --size N   dimensions (300)      --questions N   of each kind (40)
//   --data DIR     en-text8style.txt.gz and eval/{wordsim-353,simlex-999,questions-words}.txt: also trains vectors, with gensim,
//                  on --train N words (3000000), evaluates them by both and compares the figures
//   --python PROGRAM   that has gensim (/usr/bin/python3)  --variant simd | relaxed-simd (what this machine runs best)

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { type KernelVariant, loadKernel } from '../src/engine/kernels.ts';
import { mulberry32 } from '../src/numerics/random.ts';
import { answerAnalogies } from '../src/word2vec/analogies.ts';
import { agreementWithPeople } from '../src/word2vec/evaluation.ts';
import { parseAnalogyQuestions, parseScoredPairs } from '../src/word2vec/evaluation-set.ts';
import { type WeightedWord, WordVectors } from '../src/word2vec/vectors.ts';

const ANSWERS = 10;
/** Analogies from one that gensim is asked to the next: it takes milliseconds for each. */
const GENSIM_SHARE = 20;

/** gensim in a process of its own. */
class Gensim {
  readonly #peer;
  readonly #lines: AsyncIterator<string>;

  constructor(python: string) {
    const script = fileURLToPath(new URL('peers/gensim_questions.py', import.meta.url));
    this.#peer = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface(this.#peer.stdout)[Symbol.asyncIterator]();
  }

  async answer<T>(): Promise<T> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('gensim ended: it needs gensim 4 (Debian: apt-get install python3-gensim)');
    return JSON.parse(line.value) as T;
  }

  ask<T = unknown>(question: object): Promise<T & { seconds: number }> {
    this.#peer.stdin.write(`${JSON.stringify(question)}\n`);
    return this.answer();
  }

  end(): void {
    this.#peer.stdin.end();
  }
}

/**
 * Directions without order, or in clusters around some hundred, as words have them: all lean to one
 * side, too.
 */
function makeVectors(kind: 'random' | 'clustered', rows: number, size: number): Float32Array {
  const random = mulberry32(rows + size);
  const noise = Float32Array.from({ length: 1 << 20 }, () => random() + random() + random() - 1.5);
  let at = 0;
  const next = (): number => noise[(at += 1 + (at & 3)) & (noise.length - 1)]!;
  const vectors = new Float32Array(rows * size);
  const lean = Float32Array.from({ length: size }, next);
  const centres = Float32Array.from({ length: 300 * size }, next);
  for (let row = 0; row < rows; row++) {
    at = Math.floor(random() * noise.length);
    const centre = Math.floor(random() * 300) * size;
    for (let d = 0; d < size; d++) {
      vectors[row * size + d] = kind === 'random' ? next() : 0.7 * lean[d]! + centres[centre + d]! + 0.9 * next();
    }
  }
  return vectors;
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;
const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

interface Figures {
  p50: number;
  p95: number;
  gensim50: number;
  gensim95: number;
}

/** Asks both in turn; throws where their answers differ. */
async function compare(
  vectors: WordVectors,
  gensim: Gensim,
  questions: readonly WeightedWord[][],
): Promise<Figures & { read: number }> {
  const [ours, theirs, read]: [number[], number[], number[]] = [[], [], []];
  for (const terms of questions.slice(0, 10)) vectors.mostSimilar(terms, ANSWERS); // for the compiler
  for (const terms of questions) {
    const start = performance.now();
    const answers = vectors.mostSimilar(terms, ANSWERS);
    ours.push(performance.now() - start);
    read.push(vectors.index.lastRead);
    const of = (sign: number) => terms.filter(({ weight }) => weight === sign).map(({ index }) => index);
    const peer = await gensim.ask<{ rows: number[]; scores: number[] }>({
      positive: of(1),
      negative: of(-1),
      count: ANSWERS,
    });
    theirs.push(1000 * peer.seconds);
    for (const [place, { index, similarity }] of answers.entries()) {
      const expected = peer.scores[place]!;
      if (Math.abs(similarity - expected) > 1e-5 || (index !== peer.rows[place] && !nearTie(peer.scores, place)))
        throw new Error(`answer ${place + 1}: w${index} ${similarity}, gensim w${peer.rows[place]!} ${expected}`);
    }
  }
  return {
    p50: percentile(ours, 0.5),
    p95: percentile(ours, 0.95),
    gensim50: percentile(theirs, 0.5),
    gensim95: percentile(theirs, 0.95),
    read: percentile(read, 0.5),
  };
}

/** Whether the answer beside it is as good but for rounding; the last one may have it behind. */
function nearTie(scores: readonly number[], place: number): boolean {
  const near = (other: number | undefined): boolean => other === undefined || Math.abs(other - scores[place]!) < 1e-5;
  return near(scores[place + 1]) || (place > 0 && near(scores[place - 1]));
}

/** The figures of the evaluation sets, ours and gensim's on the same vectors. */
async function evaluate(kernel: WebAssembly.Module, gensim: Gensim, data: string, folder: string, most: number) {
  const text = gunzipSync(await readFile(join(data, 'en-text8style.txt.gz'))).toString('utf8');
  const words = text
    .slice(0, most * 8)
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, most);
  const corpus = join(folder, 'corpus.txt');
  const lines = Array.from({ length: Math.ceil(words.length / 1000) }, (_, i) => words.slice(i * 1000, (i + 1) * 1000));
  await writeFile(corpus, lines.map((line) => line.join(' ')).join('\n'));
  const path = join(folder, 'trained');
  await gensim.ask({ train: corpus, save: path });
  const names = (await readFile(`${path}.txt`, 'utf8')).split('\n');
  const numbers = new Float32Array(new Uint8Array(await readFile(`${path}.f32`)).buffer);
  const vectors = new WordVectors(kernel, names, numbers, numbers.length / names.length);
  while (vectors.step());
  console.log(`${names.length} words of ${vectors.vectorSize} numbers, learned from ${words.length} words`);
  for (const set of ['wordsim-353', 'simlex-999']) {
    const file = join(data, 'eval', `${set}.txt`);
    const ours = agreementWithPeople(vectors, parseScoredPairs(await readFile(file, 'utf8')));
    const theirs = await gensim.ask<{ pearson: number; spearman: number; unknown: number }>({ pairs: file });
    const unknown = 100 * (1 - ours.known / ours.pairs);
    console.log(
      `${set}: Pearson ${ours.pearson.toFixed(4)}, Spearman ${ours.spearman.toFixed(4)}, unknown ${unknown.toFixed(1)} %; gensim ${theirs.pearson.toFixed(4)}, ${theirs.spearman.toFixed(4)}, ${theirs.unknown.toFixed(1)} %`,
    );
    const worst = Math.max(Math.abs(ours.pearson - theirs.pearson), Math.abs(ours.spearman - theirs.spearman));
    if (worst > 1e-4 || Math.abs(unknown - theirs.unknown) > 0.01) throw new Error(`${set}: gensim counts otherwise`);
  }
  const analogies = await readFile(join(data, 'eval', 'questions-words.txt'), 'utf8');
  const all = parseAnalogyQuestions(analogies);
  answerAnalogies(vectors, all); // for the compiler
  const start = performance.now();
  const accuracy = answerAnalogies(vectors, all);
  const seconds = (performance.now() - start) / 1000;
  let line = 0;
  const some = analogies.split('\n').filter((each) => each.startsWith(':') || line++ % GENSIM_SHARE === 0);
  const file = join(folder, 'some-analogies.txt');
  await writeFile(file, some.join('\n'));
  const ours = answerAnalogies(vectors, parseAnalogyQuestions(some.join('\n')));
  const theirs = await gensim.ask<{ right: number[]; wrong: number[] }>({ analogies: file, restrict: 30_000 });
  const [right, asked] = [theirs.right.at(-1)!, theirs.right.at(-1)! + theirs.wrong.at(-1)!];
  console.log(
    `questions-words: ${accuracy.right} of ${accuracy.asked} right, ${seconds.toFixed(2)} s; of every ${GENSIM_SHARE}th ${ours.right} of ${ours.asked}, gensim ${right} of ${asked} in ${theirs.seconds.toFixed(1)} s`,
  );
  if (ours.asked !== asked || Math.abs(ours.right - right) > 2) throw new Error('analogies: gensim counts otherwise');
  return {
    analogiesSeconds: round(seconds),
    analogiesVsGensim: round(theirs.seconds / asked / (seconds / accuracy.asked), 0),
  };
}

/** Prepares the vectors, and asks them and gensim `count` questions of each kind. */
async function race(vectors: WordVectors, kind: string, gensim: Gensim, count: number): Promise<Figures[]> {
  const { rows, vectorSize, memory } = vectors.index;
  const steps: number[] = [];
  for (let more = true; more;) {
    const start = performance.now();
    more = vectors.step();
    steps.push(performance.now() - start);
  }
  const random = mulberry32(1);
  const pick = (): number => Math.floor(random() * rows);
  const single = Array.from({ length: count }, () => [{ index: pick(), weight: 1 }]);
  const sums = Array.from({ length: count }, () => [1, -1, 1].map((weight) => ({ index: pick(), weight })));
  console.log(
    `\n${rows} ${kind} vectors of ${vectorSize}: ${Math.round(memory.buffer.byteLength / 1e6)} MB, prepared in ${steps.length} steps, ${(steps.reduce((a, b) => a + b) / 1000).toFixed(2)} s, longest ${Math.max(...steps).toFixed(1)} ms`,
  );
  const all: Figures[] = [];
  for (const [name, questions] of [
    ['one word', single],
    ['analogy', sums],
  ] as const) {
    const found = await compare(vectors, gensim, questions);
    all.push(found);
    console.log(
      `  ${name.padEnd(9)} p50 ${found.p50.toFixed(2)} ms, p95 ${found.p95.toFixed(2)} (read in full: ${found.read})   gensim p50 ${found.gensim50.toFixed(2)}, p95 ${found.gensim95.toFixed(2)}`,
    );
  }
  for (const [name, run] of [
    ['3CosMul', (terms: WeightedWord[]) => vectors.mostSimilar(terms, ANSWERS, '3CosMul')],
    ['rank', ([a, , c]: WeightedWord[]) => vectors.rank(a!.index, c!.index)],
  ] as const) {
    const times = [...sums.slice(0, 10), ...sums].map((terms) => {
      const start = performance.now();
      run(terms);
      return performance.now() - start;
    });
    const timed = times.slice(10);
    console.log(
      `  ${name.padEnd(9)} p50 ${percentile(timed, 0.5).toFixed(2)} ms, p95 ${percentile(timed, 0.95).toFixed(2)}`,
    );
  }
  return all;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      words: { type: 'string', default: '10000,100000,400000' },
      size: { type: 'string', default: '300' },
      questions: { type: 'string', default: '40' },
      data: { type: 'string', default: process.env['LEXISCOPE_DATA'] ?? '' },
      train: { type: 'string', default: '3000000' },
      python: { type: 'string', default: '/usr/bin/python3' },
      variant: { type: 'string' },
    },
  });
  const [size, count] = [Number(values.size), Number(values.questions)];
  const kernel = await loadKernel(
    new URL('../dist/', import.meta.url),
    'similarity',
    values.variant as KernelVariant | undefined,
  );
  const folder = await mkdtemp(join(tmpdir(), 'lexiscope-bench-'));
  const gensim = new Gensim(values.python);
  try {
    const { version } = await gensim.answer<{ version: string }>();
    const figures: Record<string, unknown> = { name: 'questions', size, gensim: version };
    for (const rows of values.words.split(',').map(Number)) {
      const all: Figures[] = [];
      for (const kind of ['random', 'clustered'] as const) {
        const numbers = makeVectors(kind, rows, size);
        const file = join(folder, 'vectors.f32');
        await writeFile(file, numbers);
        await gensim.ask({ load: file, rows, size });
        await rm(file);
        const names = Array.from({ length: rows }, (_, row) => `w${row}`);
        all.push(...(await race(new WordVectors(kernel, names, numbers, size), kind, gensim, count)));
      }
      const name = `exact${rows / 1000}k`;
      figures[`${name}Ms`] = round(Math.max(...all.map(({ p50 }) => p50)));
      figures[`${name}P95Ms`] = round(Math.max(...all.map(({ p95 }) => p95)));
      const least = round(Math.min(...all.map(({ p50, gensim50 }) => gensim50 / p50)), 1);
      figures[`${name}VsGensim`] = least;
      if (rows === 100_000) figures['vsGensim'] = least;
    }
    if (values.data) Object.assign(figures, await evaluate(kernel, gensim, values.data, folder, Number(values.train)));
    console.log(JSON.stringify(figures));
  } finally {
    gensim.end();
    await rm(folder, { recursive: true });
  }
}

await main();
