// Writes src/text/encodings/letter-pairs.ts: of each language whose texts are met in encodings
// older than Unicode, its most frequent pairs of letters, from franc's tables of trigrams (MIT;
// counted in the Universal Declaration of Human Rights).
//   node scripts/letter-pairs.mjs
import { data } from 'franc/data.js';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const LANGUAGES =
  'eng fra deu spa por ita nld swe dan nob fin cat pol ces slk hun slv hrv ron lit lvs ekk tur rus ukr bel bul srp mkd arb pes heb ydd';
/** Pairs that are kept of each. */
const MOST = 200;
/** How fast the frequency of trigrams falls with their rank: as 1 / (rank + this). */
const FLATTENING = 20;

const tables = Object.values(data).flatMap((languages) => Object.entries(languages));
const lines = LANGUAGES.split(' ').map((language) => {
  // of Serbian there is a table in each script
  const [, table = ''] = tables.findLast(([name]) => name === language) ?? [];
  const trigrams = table.split('|');
  const weights = new Map();
  for (const [rank, trigram] of trigrams.entries()) {
    for (const pair of [trigram.slice(0, 2), trigram.slice(1)]) {
      if (/^[\p{L}\p{M} ]{2}$/u.test(pair) && pair !== '  ') {
        weights.set(pair, (weights.get(pair) ?? 0) + 1 / (rank + FLATTENING));
      }
    }
  }
  const pairs = [...weights].sort((a, b) => b[1] - a[1]).map(([pair]) => pair);
  return `  ${language}: '${pairs.slice(0, MOST).join('').normalize('NFC')}',`;
});
const file = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src/text/encodings/letter-pairs.ts');
const source = `// Pairs of letters, the most frequent first, by ISO 639-3 language; a space is the edge of a word. Written by
// scripts/letter-pairs.mjs from the trigrams of franc 6.2.0 (https://github.com/wooorm/franc, MIT).

export const LETTER_PAIRS = {
${lines.join('\n')}
} as const;

export type PairedLanguage = keyof typeof LETTER_PAIRS;
`;
await writeFile(file, await format(source, { ...(await resolveConfig(file)), filepath: file }));
