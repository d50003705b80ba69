// Which files of a folder are read in their encoding. The folder holds a folder for each encoding,
// named for it, with or without a language behind it, as the tests of chardet do
// (https://github.com/chardet/chardet, tests/). Python's codecs say what each file holds; it is
// read right if not more than one of 200 words is another.
//   FOLDER   --python PROGRAM (python3)   --undeclared: what files say of themselves is not looked at   --names: of all that are wrong

import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Decoder } from '../src/text/decode.ts';
import { legacyScores } from '../src/text/encodings.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: 'string', default: 'python3' },
    undeclared: { type: 'boolean', default: false },
    names: { type: 'boolean', default: false },
  },
});
const [folder] = positionals;
if (folder === undefined) throw new Error('Which folder? It holds a folder for each encoding, named for it.');

/** Share of all files that must be read right; of these encodings every file must. */
const WANTED = 0.95;
const ALL_WANTED = /^(?:utf|euc_?kr|cp949|uhc|shift_?jis|cp932|gb|big5)/i;
/** Names of folders that Python's codecs do not have. */
const CODECS: Record<string, string> = {
  maccyrillic: 'mac_cyrillic',
  macroman: 'mac_roman',
  maccentraleurope: 'mac_latin2',
  gb2312: 'gb18030',
  shift_jis: 'cp932',
  'euc-kr': 'cp949',
  big5: 'big5hkscs',
  'iso-8859-1': 'cp1252',
  'iso-8859-9': 'cp1254',
};
const SCRIPT = `
import sys
data = open(sys.argv[2], 'rb').read()
sys.stdout.buffer.write(data.decode(sys.argv[1], 'replace').encode('utf-8', 'replace'))`;

/**
 * The codec that a folder is named for, which may have a language behind it; null if there is none.
 */
function codecOf(name: string): string | null {
  for (let tried = name; tried !== ''; tried = tried.replace(/-?[^-]*$/, '')) {
    const codec = CODECS[tried.toLowerCase()] ?? tried.replace(/^IBM/i, 'cp');
    try {
      execFileSync(values.python, ['-c', 'import codecs, sys; codecs.lookup(sys.argv[1])', codec], { stdio: 'ignore' });
      return codec;
    } catch {
      if (!tried.includes('-')) return null;
    }
  }
  return null;
}

const wordsOf = (text: string): string[] => text.normalize('NFC').match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

let [files, right, silent, milliseconds] = [0, 0, 0, 0];
const wanting: string[] = [];
for (const entry of (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory())) {
  const codec = codecOf(entry.name);
  if (codec === null) {
    console.log(`${entry.name}: Python has no such codec`);
    continue;
  }
  let [ofIt, rightOfIt] = [0, 0];
  const wrong: string[] = [];
  for (const name of await readdir(join(folder, entry.name))) {
    const path = join(folder, entry.name, name);
    const bytes = await readFile(path);
    const meant = wordsOf(execFileSync(values.python, ['-c', SCRIPT, codec, path], { maxBuffer: 2 ** 30 }).toString());
    const start = performance.now();
    const declared = values.undeclared ? bytes.subarray(0, 0) : bytes.subarray(0, 8192);
    const decoder = Decoder.of(bytes.subarray(0, 8192), bytes.length, {}, declared);
    const read = decoder?.decode(bytes, true).text ?? '';
    milliseconds += performance.now() - start;
    const got = wordsOf(typeof read === 'string' ? read : new TextDecoder().decode(read));
    const others = Math.max(meant.length, got.length);
    let different = 0;
    for (let i = 0; i < others; i++) if (meant[i] !== got[i]) different++;
    ofIt++;
    if (different <= others / 200) rightOfIt++;
    else {
      const isTold = decoder === null || decoder.guessed;
      if (!isTold) silent++;
      const rivals = legacyScores(bytes)?.slice(0, 3) ?? [];
      const scores = rivals.map(([encoding, score]) => `${encoding} ${score.toFixed(0)}`).join(', ');
      wrong.push(`  ${name}: ${decoder?.encoding ?? 'binary'}${isTold ? ', told' : ''} (${scores})`);
    }
  }
  files += ofIt;
  right += rightOfIt;
  if (ALL_WANTED.test(entry.name) && rightOfIt < ofIt) wanting.push(entry.name);
  if (rightOfIt < ofIt || values.names) console.log(`${entry.name}: ${rightOfIt} of ${ofIt}`);
  for (const line of wrong) console.log(line);
}
console.log(
  `${right} of ${files} files read right, ${((100 * right) / files).toFixed(1)} %; wrong without a word: ${silent}; ${(milliseconds / files).toFixed(2)} ms a file`,
);
if (right < WANTED * files || wanting.length > 0) {
  console.log(`Wanting: ${[`${100 * WANTED} % of all`, ...wanting].join(', ')}`);
  process.exitCode = 1;
}
console.log(JSON.stringify({ files, right, silent, millisecondsPerFile: milliseconds / files }));
