// Particles of Korean: a list of words that stay whole (adverbs, conjunctions, forms of verbs,
// nouns that end like a particle) and of nouns with their particles, half and half, after reading
// texts of several sizes. korean-words.txt has + where a word is to be separated.
//   --data DIR   with ko-wiki-sample.txt.gz     --megabytes LIST (1,14,99)

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { loadKernel } from '../src/engine/kernels.ts';
import { CorpusBuilder } from '../src/text/corpus.ts';
import { findStems, stemLength } from '../src/text/particles.ts';

const { values } = parseArgs({
  options: { data: { type: 'string' }, megabytes: { type: 'string', default: '1,14,99' } },
});
if (values.data === undefined) throw new Error('--data DIR is needed: a folder with ko-wiki-sample.txt.gz');
const list = readFileSync(new URL('korean-words.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const kernel = await loadKernel(new URL('../dist/', import.meta.url), 'text');
const bytes = gunzipSync(readFileSync(join(values.data, 'ko-wiki-sample.txt.gz')));

for (const megabytes of values.megabytes.split(',').map(Number)) {
  const builder = new CorpusBuilder(kernel);
  const text = new TextDecoder().decode(bytes.subarray(0, megabytes * 1e6)).normalize('NFC');
  for (let at = 0; at < text.length; at += 1 << 20) builder.addDocument(text.slice(at, at + (1 << 20)));
  const { words, counts } = builder.finish();
  const start = performance.now();
  const finding = findStems(words, counts);
  let step = finding.next();
  while (!step.done) step = finding.next();
  const seconds = (performance.now() - start) / 1000;
  const lengths = step.value;
  const ids = new Map(words.map((word, id) => [word, id]));
  const known = new Set(words.map((word, id) => (lengths[id] ? word.slice(0, lengths[id]) : word)));
  const wrong = list.filter((entry) => {
    const word = entry.replace('+', '');
    const id = ids.get(word);
    // a word that the text does not have is separated by the stems that are known, as a hover does
    const length = id !== undefined ? lengths[id]! : stemLength(word, (stem) => known.has(stem));
    return length !== Math.max(0, entry.indexOf('+'));
  });
  const right = (100 * (list.length - wrong.length)) / list.length;
  console.log(
    `${megabytes} MB: ${right.toFixed(1)} % of ${list.length} words right, ${seconds.toFixed(2)} s; wrong: ${wrong.join(' ')}`,
  );
  console.log(JSON.stringify({ name: 'korean-words', megabytes, right: Math.round(10 * right) / 10 }));
}
