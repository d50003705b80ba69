// Writes src/text/letter-costs.ts: what a letter behind another one costs in words that people
// write, in bits, from the pairs of letter-pairs.ts in the languages of Latin script, and from the
// names in TypeScript's own declarations.
//   node scripts/letter-costs.mjs
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LETTER_PAIRS } from '../src/text/encodings/letter-pairs.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** The edge of a word, and the letters. */
const SIGNS = ' abcdefghijklmnopqrstuvwxyz';
/** How fast the frequency of pairs falls with their rank: as 1 / (rank + this). */
const FLATTENING = 20;
/** Weight of the names beside all the languages, and of a pair that was not met. */
const NAMES = 1;
const UNMET = 0.0004;

const folded = (/** @type {string} */ text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
const shares = () => new Float64Array(SIGNS.length ** 2);
/** @type {(table: Float64Array, first: string, second: string, weight: number) => void} */
const add = (table, first, second, weight) => {
  const [a, b] = [SIGNS.indexOf(first), SIGNS.indexOf(second)];
  if (a >= 0 && b >= 0 && a + b > 0) table[a * SIGNS.length + b] = (table[a * SIGNS.length + b] ?? 0) + weight;
};
/** @type {(table: Float64Array, weight: number) => Float64Array} */
const scaled = (table, weight) => {
  const sum = table.reduce((a, b) => a + b);
  return table.map((count) => (weight * count) / sum);
};

const languages = shares();
for (const pairs of Object.values(LETTER_PAIRS)) {
  const letters = Array.from(folded(pairs));
  for (let rank = 0; 2 * rank + 1 < letters.length; rank++) {
    add(languages, letters[2 * rank] ?? '', letters[2 * rank + 1] ?? '', 1 / (rank + FLATTENING));
  }
}
const names = shares();
const library = join(root, 'node_modules/typescript/lib');
/** @type {Set<string>} */
const met = new Set();
for (const file of await readdir(library)) {
  if (!file.endsWith('.d.ts')) continue;
  for (const [name] of (await readFile(join(library, file), 'utf8')).matchAll(/[A-Za-z]{2,}/g)) met.add(name);
}
for (const name of met) {
  for (const [part] of name.matchAll(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g)) {
    const letters = ` ${part.toLowerCase()} `;
    for (let i = 1; i < letters.length; i++) add(names, letters[i - 1] ?? '', letters[i] ?? '', 1);
  }
}
const [a, b] = [scaled(languages, 1), scaled(names, NAMES)];
const rows = Array.from(SIGNS, (_, row) => {
  const counts = Array.from(
    SIGNS,
    (_, column) => (a[row * SIGNS.length + column] ?? 0) + (b[row * SIGNS.length + column] ?? 0),
  );
  const sum = counts.reduce((x, y) => x + y);
  return counts.map((count) =>
    // half bits, a letter each
    String.fromCharCode(65 + Math.min(25, Math.round(-2 * Math.log2((count / sum + UNMET) / (1 + 27 * UNMET))))),
  );
});
await writeFile(
  join(root, 'src/text/letter-costs.ts'),
  `// What a letter behind another one costs in words that people write: half bits, as letters from A, 0, on. A row for each first
// and a column for each second of the edge of a word and a to z. Written by
// scripts/letter-costs.mjs from letter-pairs.ts and the names in TypeScript's declarations.

export const LETTER_COSTS =
${rows.map((row) => `  '${row.join('')}'`).join(' +\n')};
`,
);
