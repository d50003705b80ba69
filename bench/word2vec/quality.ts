// Quality of vectors by one judge for both, and the comparison with gensim over several seeds at
// equal learning rates.

import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadKernel } from '../../src/engine/kernels.ts';
import { answerAnalogies } from '../../src/word2vec/analogies.ts';
import { agreementWithPeople } from '../../src/word2vec/evaluation.ts';
import { parseAnalogyQuestions, parseScoredPairs } from '../../src/word2vec/evaluation-set.ts';
import { WordVectors } from '../../src/word2vec/vectors.ts';
import type { Contender, Vectors } from './contenders.ts';

export const SETS = ['wordsim', 'simlex', 'analogies'] as const;
export type Quality = Record<(typeof SETS)[number], number>;
export type Judge = (vectors: Vectors) => Quality;

/**
 * Spearman's correlation with WordSim-353 and SimLex-999, accuracy on analogies. `data`: a folder
 * with eval/.
 */
export async function createJudge(distribution: URL, data: string): Promise<Judge> {
  const similarity = await loadKernel(distribution, 'similarity');
  const read = (name: string): Promise<string> => readFile(join(data, 'eval', `${name}.txt`), 'utf8');
  const wordsim = parseScoredPairs(await read('wordsim-353'));
  const simlex = parseScoredPairs(await read('simlex-999'));
  const questions = parseAnalogyQuestions(await read('questions-words'));
  return ({ words, vectors }) => {
    const all = new WordVectors(similarity, words, vectors, vectors.length / words.length);
    return {
      wordsim: agreementWithPeople(all, wordsim).spearman,
      simlex: agreementWithPeople(all, simlex).spearman,
      analogies: answerAnalogies(all, questions).accuracy,
    };
  };
}

export const qualityLine = (quality: Quality): string =>
  SETS.map((set) => `${set} ${quality[set].toFixed(3)}`).join('   ');

/**
 * gensim's figures, which stay the same from run to run, by what they were made of; in a file if a
 * name is given.
 */
export class Remembered {
  readonly #path: string;
  readonly #figures: Record<string, Quality>;

  private constructor(path: string, figures: Record<string, Quality>) {
    this.#path = path;
    this.#figures = figures;
  }

  static async open(path: string): Promise<Remembered> {
    const isThere = path !== '' && existsSync(path);
    return new Remembered(path, isThere ? (JSON.parse(await readFile(path, 'utf8')) as Record<string, Quality>) : {});
  }

  async get(key: string, make: () => Promise<Quality>): Promise<Quality> {
    if (!this.#figures[key]) {
      this.#figures[key] = await make();
      if (this.#path) await writeFile(this.#path, JSON.stringify(this.#figures, null, 2) + '\n');
    }
    return this.#figures[key];
  }
}

export interface Comparison {
  /** Means over the seeds. */
  ours: number;
  gensim: number;
  /** Difference of the means. */
  difference: number;
  /** gensim's largest minus its smallest figure. */
  spread: number;
}

/** Both trained with each seed. `theirs` is made only where gensim's figures are not known yet. */
export async function compareQuality(
  name: string,
  seeds: number,
  ours: Contender,
  theirs: () => Promise<Contender>,
  judge: Judge,
  remembered: Remembered,
): Promise<Record<string, Comparison>> {
  const [our, their]: [Quality[], Quality[]] = [[], []];
  let peer: Contender | undefined;
  try {
    for (let seed = 1; seed <= seeds; seed++) {
      their.push(
        await remembered.get(`${name}, seed ${seed}`, async () => {
          peer ??= await theirs();
          await peer.train(seed);
          return judge(await peer.vectors());
        }),
      );
      await ours.train(seed);
      our.push(judge(await ours.vectors()));
      console.log(`${name}, seed ${seed}: gensim     ${qualityLine(their.at(-1)!)}`);
      console.log(`${name}, seed ${seed}: Lexiscope  ${qualityLine(our.at(-1)!)}`);
    }
  } finally {
    peer?.end();
  }
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return Object.fromEntries(
    SETS.map((set) => {
      const [a, b] = [our.map((quality) => quality[set]), their.map((quality) => quality[set])];
      const figures = {
        ours: mean(a),
        gensim: mean(b),
        difference: mean(a) - mean(b),
        spread: Math.max(...b) - Math.min(...b),
      };
      return [
        set,
        Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, Number(value.toFixed(4))])),
      ] as unknown as [string, Comparison];
    }),
  );
}
