// Nearest words of identifiers, with their parts as context and without; the choices of sentences
// and keywords beside them.
//   FOLDER...              sources of packages, such as three/src (npm pack three) and monaco-editor/esm/vs
//   --write FILE           the list as Markdown (docs/code-neighbours.md)

// The scores. Imports: of two names that three files or more import together, and a third of those
// of the rarer one, the second must be nearer to the first than a name that no file imports with
// it; 20 such names for each pair. Import and re-export statements are taken out of what is trained
// on, else the answer would be in the text.
//
// Opposites: the mean reciprocal rank of the opposite name (getX and setX, minX and maxX, openX and
// closeX) among all words, and how often it is one of the ten nearest.

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Engine } from '../src/engine/engine.ts';
import { loadModel } from '../src/engine/model/model-store.ts';
import { LANGUAGE_MODEL_DEFAULTS } from '../src/language-model/options.ts';
import { mulberry32 } from '../src/numerics/random.ts';
import { PROJECTION_DEFAULTS } from '../src/projection/options.ts';
import { PHRASE_DEFAULTS, TEXT_DEFAULTS, type TextOptions } from '../src/text/options.ts';
import { WORD2VEC_DEFAULTS } from '../src/word2vec/options.ts';

const VARIANTS: Record<string, Partial<TextOptions>> = {
  'with parts': {},
  'without parts': { identifierParts: false },
  'without parts, a sentence a line': { identifierParts: false, codeSentences: 'line' },
  'without parts, a sentence a statement': { identifierParts: false, codeSentences: 'statement' },
  'without parts and keywords': { identifierParts: false, keywords: 'leaveOut' },
  'without parts, keywords down-weighted': { identifierParts: false, keywords: 'downWeight' },
  'with parts, without keywords': { keywords: 'leaveOut' },
  'with parts, keywords down-weighted': { keywords: 'downWeight' },
};
const OPPOSITES =
  'get set,open close,min max,add remove,start end,start stop,push pop,enable disable,show hide,before after,next previous,first last,left right,width height,top bottom,read write,load save,begin end,source target,parent child,subscribe unsubscribe,encode decode,near far,row column,input output,attach detach,lock unlock,undo redo,expand collapse,insert delete,acquire release,horizontal vertical'
    .split(',')
    .map((pair) => pair.split(' ') as [string, string]);
/** Identifiers of the list, the ones that a package has. */
const LISTED =
  'getAttribute setIndex Vector3 Matrix4 minFilter addEventListener updateMatrixWorld BufferGeometry clone dispose geometry onDidChange getLineContent setPosition createDecorationsCollection openEditor cancel isEmpty lineNumber registerCommand CancellationToken width parse render'.split(
    ' ',
  );
const IMPORT = /^import\s+(?:type\s+)?([^;'"]*?)\s*from\s*['"][^'"]+['"];?[ \t]*$|^import\s*['"][^'"]+['"];?[ \t]*$/gm;
const EXPORT = /^export\s*(?:\{[^}]*\}|\*)\s*(?:from\s*['"][^'"]+['"])?;?/gm;

interface Sources {
  files: number;
  pairs: [string, string][];
  /** Names that three files or more import. */
  names: string[];
  together: Set<string>;
}

const key = (a: string, b: string): string => (a < b ? `${a} ${b}` : `${b} ${a}`);

/** Copies the sources without their imports, and gives what they import together. */
async function prepare(folder: string, target: string): Promise<Sources> {
  const counts = new Map<string, number>();
  const pairs = new Map<string, number>();
  let files = 0;
  for (const entry of (await readdir(folder, { recursive: true, withFileTypes: true })).sort((a, b) =>
    join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1,
  )) {
    if (!entry.isFile() || !/\.[jt]s$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, 'utf8');
    if (text.length > 600_000) continue; // bundles
    const names = new Set<string>();
    for (const [, list = ''] of text.matchAll(IMPORT)) {
      for (const [name] of list.replace(/\*\s+as/g, '').matchAll(/[A-Za-z_$][\w$]*/g)) {
        if (!['as', 'type', 'default'].includes(name)) names.add(name);
      }
    }
    await writeFile(
      join(target, relative(folder, path).replaceAll(/[\\/]/g, '__')),
      text.replaceAll(IMPORT, '').replaceAll(EXPORT, ''),
    );
    files++;
    if (names.size < 2 || names.size > 30) continue;
    const list = [...names].sort();
    list.forEach((a, index) => {
      counts.set(a, (counts.get(a) ?? 0) + 1);
      for (const b of list.slice(index + 1)) pairs.set(key(a, b), (pairs.get(key(a, b)) ?? 0) + 1);
    });
  }
  const good = [...pairs]
    .map(([pair, count]) => ({ pair: pair.split(' ') as [string, string], count }))
    .filter(({ pair: [a, b], count }) => count >= 3 && count >= Math.min(counts.get(a)!, counts.get(b)!) / 3)
    .map(({ pair }) => pair);
  const names = [...counts].filter(([, count]) => count >= 3).map(([name]) => name);
  return { files, pairs: good, names: names.sort(), together: new Set(pairs.keys()) };
}

interface Vectors {
  words: string[];
  at: Map<string, number>;
  /** At unit length, (V, D). */
  rows: Float32Array[];
}

async function train(engine: Engine, folder: string, model: string, text: Partial<TextOptions>): Promise<Vectors> {
  await mkdir(model, { recursive: true });
  await engine.open(model);
  await engine.train({
    folders: [{ path: folder, exclude: [] }],
    reading: { maximumFileSize: 5_000_000 },
    text: { ...TEXT_DEFAULTS, ...text },
    phrases: PHRASE_DEFAULTS,
    word2vec: { ...WORD2VEC_DEFAULTS, vectorSize: 100, minCount: 3, epochs: 10 },
    projection: PROJECTION_DEFAULTS,
    languageModel: LANGUAGE_MODEL_DEFAULTS,
    parts: { map: false, languageModel: false },
    threads: 1,
    seed: 1,
  });
  const stored = (await loadModel(model))!;
  const { vocabulary, vectorSize } = stored.summary;
  const { data } = stored.vectors['input']!;
  const words = stored.words.slice(0, vocabulary);
  const rows = words.map((_, index) => {
    const row = data.slice(index * vectorSize, (index + 1) * vectorSize);
    const length = Math.hypot(...row) || 1;
    return row.map((value) => value / length);
  });
  return { words, at: new Map(words.map((word, index) => [word, index])), rows };
}

function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!;
  return sum;
}

function importScore({ at, rows }: Vectors, { pairs, names, together }: Sources): number {
  const uniform = mulberry32(1);
  const random = (below: number): number => Math.floor(below * uniform());
  const known = names.filter((name) => at.has(name));
  let [right, asked] = [0, 0];
  for (const [first, second] of pairs) {
    if (!at.has(first) || !at.has(second)) continue;
    for (const [a, b] of [
      [first, second],
      [second, first],
    ] as const) {
      const near = cosine(rows[at.get(a)!]!, rows[at.get(b)!]!);
      for (let draw = 0; draw < 20; draw++) {
        const other = known[random(known.length)]!;
        if (other === a || other === b || together.has(key(a, other))) continue;
        asked++;
        right += Number(near > cosine(rows[at.get(a)!]!, rows[at.get(other)!]!));
      }
    }
  }
  return right / asked;
}

function opposites({ at, rows }: Vectors): { pairs: number; reciprocalRank: number; amongTen: number } {
  const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);
  let [pairs, reciprocal, amongTen] = [0, 0, 0];
  for (const [word, index] of at) {
    for (const [x, y] of OPPOSITES.flatMap(([a, b]) => [[a, b] as const, [b, a] as const])) {
      let other: string | undefined;
      if (word === x) other = y;
      else if (word.startsWith(x) && /[A-Z_]/.test(word[x.length]!)) other = y + word.slice(x.length);
      else if (word.endsWith(capital(x))) other = word.slice(0, -x.length) + capital(y);
      const wanted = other === undefined ? undefined : at.get(other);
      if (wanted === undefined) continue;
      const near = cosine(rows[index]!, rows[wanted]!);
      let rank = 1;
      rows.forEach((row, at) => {
        if (at !== index && at !== wanted && cosine(rows[index]!, row) > near) rank++;
      });
      pairs++;
      reciprocal += 1 / rank;
      amongTen += Number(rank <= 10);
    }
  }
  return { pairs, reciprocalRank: reciprocal / pairs, amongTen: amongTen / pairs };
}

function nearest({ words, at, rows }: Vectors, word: string): string {
  const row = rows[at.get(word)!]!;
  return rows
    .map((other, index) => ({ index, cosine: cosine(row, other) }))
    .sort((a, b) => b.cosine - a.cosine)
    .slice(1, 11)
    .map(({ index }) => `\`${words[index]!}\``)
    .join(', ');
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { write: { type: 'string' } } });
if (positionals.length === 0) {
  throw new Error('Name the folders with the sources of packages, such as three/src of `npm pack three`.');
}
const temporary = await mkdtemp(join(tmpdir(), 'lexiscope-code-'));
const engine = new Engine(new URL('../dist/', import.meta.url), { progress: () => undefined, log: () => undefined });
const results: object[] = [];
const lines: string[] = [];
try {
  for (const [index, folder] of positionals.entries()) {
    const sources = join(temporary, `sources-${index}`);
    await mkdir(sources);
    const found = await prepare(folder, sources);
    const scored: string[] = [];
    const lists: Vectors[] = [];
    for (const [variant, text] of Object.entries(VARIANTS)) {
      const vectors = await train(engine, sources, join(temporary, 'model'), text);
      const imports = importScore(vectors, found);
      const { pairs, reciprocalRank, amongTen } = opposites(vectors);
      const result = { folder, files: found.files, variant, imports, pairs, reciprocalRank, amongTen };
      console.log(JSON.stringify(result));
      results.push(result);
      scored.push(
        `| ${variant} | ${imports.toFixed(3)} | ${reciprocalRank.toFixed(3)} | ${(100 * amongTen).toFixed(1)} % of ${pairs} |`,
      );
      if (lists.length < 2) lists.push(vectors);
    }
    const [withParts, without] = lists as [Vectors, Vectors];
    const listed = LISTED.filter((word) => withParts.at.has(word) && without.at.has(word));
    lines.push(
      `## ${folder.split(/[\\/]/).slice(-3).join('/')}: ${found.files} files, ${found.pairs.length} pairs of imports`,
      '',
      '| | imports | opposites, reciprocal rank | among the ten nearest |',
      '| --- | --- | --- | --- |',
      ...scored,
      '',
      ...listed.flatMap((word) => [
        `- \`${word}\``,
        `  - with parts: ${nearest(withParts, word)}`,
        `  - without: ${nearest(without, word)}`,
      ]),
      '',
    );
  }
} finally {
  await rm(temporary, { recursive: true, force: true });
}
if (values.write) {
  const opening = (await readFile(new URL(import.meta.url), 'utf8')).split('\n');
  const scores = opening.slice(opening.findIndex((line) => line.startsWith('// The scores.')));
  const text = scores.slice(0, scores.indexOf('')).map((line) => line.slice(3));
  await writeFile(
    values.write,
    `# Nearest words of identifiers\n\nMade by \`npm run bench -- code-neighbours\`: vectors of 100 numbers, 10 epochs, words of three occurrences or more, one thread, seed 1.\n\n${text.join(' ').replaceAll(/ {2,}/g, '\n\n')}\n\n${lines.join('\n')}`,
  );
}
console.log(JSON.stringify({ results }));
