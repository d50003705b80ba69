// Texts that repeat words, and code, beside gensim in the same run: how long vectors grow, how the
// loss goes with the vectors frozen, and whether the words that repeat have the neighbours that
// gensim gives them.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mulberry32 } from '../../src/numerics/random.ts';
import { createWord2vecJob } from '../../src/word2vec/create-job.ts';
import { type Word2vecJob, word2vecProgress } from '../../src/word2vec/job.ts';
import { matricesOf } from '../../src/word2vec/matrices.ts';
import type { Word2vecOptions } from '../../src/word2vec/options.ts';
import { Word2vecThread } from '../../src/word2vec/training.ts';
import { packageSources } from '../corpus/dependency-sources.ts';
import { gensim, type Vectors } from './contenders.ts';
import { textOf } from './text.ts';

const SEEDS = [1, 2, 3];
const NEIGHBOURS = 10;
/** Words whose neighbours are compared: those that stand beside themselves most often. */
const PROBED = 20;
/** The loss may waver while the rate is high: rises count from the pass after this one on. */
const SETTLED = 3;

const MODES: Record<string, { options: Partial<Word2vecOptions>; peer: string }> = {
  skipgram: { options: {}, peer: 'skipgram' },
  deterministic: { options: { deterministic: true }, peer: 'skipgram' },
  cbow: { options: { algorithm: 'cbow' }, peer: 'cbow' },
  deterministicCbow: { options: { algorithm: 'cbow', deterministic: true }, peer: 'cbow' },
  hierarchicalSoftmax: { options: { hierarchicalSoftmax: true, negative: 0 }, peer: 'hierarchicalSoftmax' },
  cbowHierarchicalSoftmax: {
    options: { algorithm: 'cbow', hierarchicalSoftmax: true, negative: 0 },
    peer: 'cbowHierarchicalSoftmax',
  },
};

/** What one training came to; means over the seeds. */
interface Length {
  largest: number;
  norm: number;
}

export interface RepeatedSetting {
  kernel: WebAssembly.Module;
  options: Word2vecOptions;
  folder: string;
  python: string;
  /** Names of texts and of modes; empty: all. */
  texts: readonly string[];
  modes: readonly string[];
}

/** Trains every text in every mode; gives the worst figures and prints each. */
export async function compareRepeated(setting: RepeatedSetting): Promise<Record<string, number>> {
  const worst = { largestVsGensim: 0, normVsGensim: 0, lossRises: 0, overlapMinusGensims: Infinity };
  for (const [name, sentences] of Object.entries(await texts())) {
    if (setting.texts.length && !setting.texts.includes(name)) continue;
    const corpus = join(setting.folder, `${name}.txt`);
    await writeFile(corpus, sentences.map((words) => words.join(' ')).join('\n') + '\n');
    const text = numbered(sentences);
    const probed = wordsThatRepeat(sentences);
    const peers = new Map<string, Vectors[]>();
    for (const [mode, { options, peer }] of Object.entries(MODES)) {
      if (setting.modes.length && !setting.modes.includes(mode)) continue;
      const all = { ...setting.options, ...options };
      if (!peers.has(peer)) peers.set(peer, await trainGensim(setting.python, corpus, all));
      const theirs = peers.get(peer)!;
      const ours: Vectors[] = [];
      let rises = 0;
      for (const seed of SEEDS) {
        const { vectors, frozen } = train(setting.kernel, text, all, seed, seed === SEEDS[0]);
        ours.push(vectors);
        rises = Math.max(rises, largestRise(frozen));
        if (frozen.length)
          console.log(
            `${name} ${mode}: loss with the vectors frozen ${frozen.map((loss) => loss.toFixed(3)).join(' ')}`,
          );
      }
      const [our, their] = [meanLength(ours), meanLength(theirs)];
      const figures = {
        largestVsGensim: our.largest / their.largest,
        normVsGensim: our.norm / their.norm,
        lossRises: rises,
        overlapMinusGensims:
          mean(ours.flatMap((vectors) => theirs.map((other) => overlap(vectors, other, probed)))) -
          mean(theirs.flatMap((a, i) => theirs.slice(i + 1).map((b) => overlap(a, b, probed)))),
      };
      for (const key of ['largestVsGensim', 'normVsGensim', 'lossRises'] as const) {
        worst[key] = Math.max(worst[key], figures[key]);
      }
      worst.overlapMinusGensims = Math.min(worst.overlapMinusGensims, figures.overlapMinusGensims);
      const line = Object.entries(figures).map(([key, value]) => `${key} ${value.toFixed(3)}`);
      console.log(
        `${name} ${mode}: largest ${our.largest.toFixed(2)} (gensim ${their.largest.toFixed(2)}), norm ${our.norm.toFixed(3)} (${their.norm.toFixed(3)}), ${line.join(', ')}`,
      );
    }
  }
  return Object.fromEntries(Object.entries(worst).map(([key, value]) => [key, Number(value.toFixed(3))]));
}

// ---- Texts ----

/**
 * Sentences of words: runs between random words, verse, numbers, an enumeration, and the sources of
 * ten packages.
 */
async function texts(): Promise<Record<string, string[][]>> {
  const next = mulberry32(1);
  const below = (limit: number): number => Math.floor(next() * limit);
  const between = (run: (i: number) => string[]): string[][] =>
    Array.from({ length: 4000 }, (_, i) => [Array.from({ length: 20 }, () => `w${below(3000)}`), run(i)]).flat();
  const list = (length: number, word: (j: number) => string): string[] => Array.from({ length }, (_, j) => word(j));
  return {
    same: between(() => list(60, () => 'zero')),
    runs: between((i) => list(30, () => `n${i % 200}`)),
    pairs: between((i) => list(40, (j) => `${j % 2 ? 'v' : 'k'}${i % 300}`)),
    grid: between(() => list(60, () => `g${below(12)}`)),
    verse: between((i) => [
      ...list(3, () => `oh${i % 150}`),
      'my',
      'love',
      `l${i % 40}`,
      ...list(3, () => `oh${i % 150}`),
    ]),
    numbers: between(() => list(40, (j) => (j % 4 ? String(below(3)) : String(below(500))))),
    enumeration: between((i) => list(24, (j) => ['item', `e${(i * 24 + j) % 900}`, 'kind', `t${i % 9}`][j % 4]!)),
    ...(await packageSources(10, 40_000)),
  };
}

interface Numbered {
  words: string[];
  counts: number[];
  tokens: Int32Array;
}

function numbered(sentences: readonly string[][]): Numbered {
  const tally = new Map<string, number>();
  for (const word of sentences.flat()) tally.set(word, (tally.get(word) ?? 0) + 1);
  const sorted = [...tally].sort((a, b) => b[1] - a[1]);
  const ids = new Map(sorted.map(([word], id) => [word, id]));
  return {
    words: sorted.map(([word]) => word),
    counts: sorted.map(([, count]) => count),
    tokens: Int32Array.from(sentences.flatMap((words) => [...words.map((word) => ids.get(word)!), -1])),
  };
}

function wordsThatRepeat(sentences: readonly string[][]): string[] {
  const repeats = new Map<string, number>();
  for (const words of sentences) {
    words.forEach((word, at) => {
      if (words.lastIndexOf(word, at - 1) >= Math.max(0, at - 5) && at > 0)
        repeats.set(word, (repeats.get(word) ?? 0) + 1);
    });
  }
  return [...repeats]
    .sort((a, b) => b[1] - a[1])
    .slice(0, PROBED)
    .map(([word]) => word);
}

// ---- Trainings ----

/**
 * One training in this thread, with the loss of the frozen vectors after each pass if `isMeasured`.
 */
function train(
  kernel: WebAssembly.Module,
  { words, counts, tokens }: Numbered,
  options: Word2vecOptions,
  seed: number,
  isMeasured: boolean,
): { vectors: Vectors; frozen: number[] } {
  const text = textOf(tokens);
  const job = createWord2vecJob(kernel, { text, counts, words, options, threads: 1, seed });
  const thread = new Word2vecThread(job, 0, text);
  const frozen: number[] = [];
  while (thread.step()) {
    const passes = Math.floor(word2vecProgress(job).words / job.words);
    if (isMeasured && passes > frozen.length) frozen.push(frozenLoss(job, words, counts, tokens));
  }
  return { vectors: { words: words.slice(0, job.vocabulary), vectors: matricesOf(job).input! }, frozen };
}

/** Mean loss over the whole text at learning rate 0, always with the same random choices. */
function frozenLoss(job: Word2vecJob, words: string[], counts: number[], tokens: Int32Array): number {
  const text = textOf(tokens);
  const options = { ...job.options, deterministic: false, epochs: 1, alpha: 0, minAlpha: 0 };
  const checkpoint = { chunk: 0, words: 0, pairs: 0, losses: new Float64Array(2), matrices: matricesOf(job) };
  const copy = createWord2vecJob(job.kernel, { text, counts, words, options, threads: 1, seed: 99, checkpoint });
  const thread = new Word2vecThread(copy, 0, text);
  while (thread.step());
  return word2vecProgress(copy).lossByEpoch[0]!;
}

async function trainGensim(python: string, corpus: string, options: Word2vecOptions): Promise<Vectors[]> {
  const peer = await gensim(python, corpus, options, 1);
  try {
    const all: Vectors[] = [];
    for (const seed of SEEDS) {
      await peer.train(seed);
      all.push(await peer.vectors());
    }
    return all;
  } finally {
    peer.end();
  }
}

// ---- Figures ----

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function meanLength(all: readonly Vectors[]): Length {
  const lengths = all.map(({ words, vectors }) => {
    const size = vectors.length / words.length;
    const norms = words.map((_, row) => Math.hypot(...vectors.subarray(row * size, (row + 1) * size)));
    return { largest: vectors.reduce((most, value) => Math.max(most, Math.abs(value)), 0), norm: mean(norms) };
  });
  return { largest: mean(lengths.map(({ largest }) => largest)), norm: mean(lengths.map(({ norm }) => norm)) };
}

/** The largest rise of a loss from one pass to the next, as a share, once it has settled. */
function largestRise(losses: readonly number[]): number {
  return losses.reduce((most, loss, pass) => (pass > SETTLED ? Math.max(most, loss / losses[pass - 1]! - 1) : most), 0);
}

/** Share of the nearest ten that two sets of vectors have in common, over the words. */
function overlap(a: Vectors, b: Vectors, probed: readonly string[]): number {
  const shared = probed.map((word) => {
    const others = new Set(nearest(b, word));
    return nearest(a, word).filter((other) => others.has(other)).length / NEIGHBOURS;
  });
  return mean(shared);
}

function nearest({ words, vectors }: Vectors, word: string): string[] {
  const size = vectors.length / words.length;
  const own = vectors.subarray(words.indexOf(word) * size, (words.indexOf(word) + 1) * size);
  const cosines = words.map((other, row) => {
    let [dot, square] = [0, 0];
    for (let d = 0; d < size; d++) {
      const value = vectors[row * size + d]!;
      dot += value * own[d]!;
      square += value * value;
    }
    return { other, cosine: dot / Math.sqrt(square) };
  });
  return cosines
    .filter(({ other }) => other !== word)
    .sort((x, y) => y.cosine - x.cosine)
    .slice(0, NEIGHBOURS)
    .map(({ other }) => other);
}
