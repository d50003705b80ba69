// Files of word vectors beside gensim: each reads what the other wrote, to the bit, and then both
// are timed.
//   --words N (20,000)     --size N   dimensions (100)     --rounds N   of the two in turn (3)
//   --python PROGRAM   that has gensim (/usr/bin/python3)

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readVectorFile } from '../src/engine/exchange/vector-file.ts';
import { writeFileAtomically } from '../src/engine/model/durable-file.ts';
import { mulberry32 } from '../src/numerics/random.ts';
import { writeGlove } from '../src/word2vec/formats/glove.ts';
import { writeWord2vecBinary } from '../src/word2vec/formats/word2vec-binary.ts';
import { writeWord2vecText } from '../src/word2vec/formats/word2vec-text.ts';

const FORMATS = {
  text: { ending: '.vec', write: writeWord2vecText },
  binary: { ending: '.bin', write: writeWord2vecBinary },
  glove: { ending: '.txt', write: writeGlove },
};
type Format = keyof typeof FORMATS;
const NAMES = Object.keys(FORMATS) as Format[];

interface Answer {
  version: string;
  seconds: number;
  equal: boolean;
}

/** gensim in a process of its own; gives what asks it, and what ends it. */
async function gensim(
  python: string,
  folder: string,
  size: number,
): Promise<{ ask: (line: string) => Promise<Answer>; end: () => void; version: string }> {
  const script = fileURLToPath(new URL('peers/gensim_formats.py', import.meta.url));
  const peer = spawn(python, [script, folder, String(size)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(peer.stdout)[Symbol.asyncIterator]();
  const answer = async (): Promise<Answer> => {
    const { value, done } = (await lines.next()) as IteratorResult<string, undefined>;
    if (done) throw new Error(`gensim ended: ${python} needs gensim 4 (Debian: apt-get install python3-gensim)`);
    return JSON.parse(value) as Answer;
  };
  const { version } = await answer();
  return {
    version,
    ask: (line) => {
      peer.stdin.write(`${line}\n`);
      return answer();
    },
    end: () => peer.stdin.end(),
  };
}

/** Seeded, and of the sizes that word vectors have. */
function sample(rows: number, size: number): { words: string[]; vectors: Float32Array } {
  const random = mulberry32(1);
  const vectors = Float32Array.from({ length: rows * size }, () => (2 * random() - 1) ** 3);
  return { words: Array.from({ length: rows }, (_, row) => `${row % 3 ? 'word' : '낱말'}${row}`), vectors };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const round = (value: number): number => Number(value.toPrecision(3));

const { values } = parseArgs({
  options: {
    words: { type: 'string', default: '20000' },
    size: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '3' },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
});
const [rows, size, rounds] = [Number(values.words), Number(values.size), Number(values.rounds)];
const folder = await mkdtemp(join(tmpdir(), 'lexiscope-bench-'));
const { words, vectors } = sample(rows, size);
await writeFile(join(folder, 'expected.f32'), vectors);
await writeFile(join(folder, 'expected.txt'), `${words.join('\n')}\n`);
const peer = await gensim(values.python, folder, size);

/** Loads a file and says whether it holds the sample, to the bit. */
async function load(path: string): Promise<{ seconds: number; equal: boolean }> {
  const start = performance.now();
  const read = await readVectorFile(path, 0, { progress: () => undefined, cancelled: () => false });
  const seconds = (performance.now() - start) / 1000;
  if (!read || 'problem' in read) throw new Error(`${path}: ${JSON.stringify(read)}`);
  const bits = new Int32Array(read.vectors.slice().buffer);
  const expected = new Int32Array(vectors.buffer);
  const equal = read.words.every((word, row) => word === words[row]) && bits.every((each, at) => each === expected[at]);
  return { seconds, equal: equal && read.words.length === rows };
}

try {
  const times: Record<string, { ours: number[]; theirs: number[] }> = {};
  const figures: Record<string, unknown> = { name: 'formats', gensim: peer.version, words: rows, vectorSize: size };
  for (const name of NAMES) {
    const { ending, write } = FORMATS[name];
    const [ours, theirs] = [join(folder, `ours${ending}`), join(folder, `gensim${ending}`)];
    const save = (times[`${name}Save`] = { ours: [] as number[], theirs: [] as number[] });
    const read = (times[`${name}Load`] = { ours: [] as number[], theirs: [] as number[] });
    for (let number = 0; number < rounds; number++) {
      save.theirs.push((await peer.ask(`save ${name} ${theirs}`)).seconds);
      const start = performance.now();
      await writeFileAtomically(ours, write(words, vectors, size));
      save.ours.push((performance.now() - start) / 1000);
      // each what the other wrote
      const [found, others] = [await load(theirs), await peer.ask(`load ${name} ${ours}`)];
      if (!found.equal) throw new Error(`${name}: we read other numbers than gensim wrote`);
      if (!others.equal) throw new Error(`${name}: gensim reads other numbers than we wrote`);
      read.ours.push(found.seconds);
      read.theirs.push(others.seconds);
    }
    for (const [what, { ours: our, theirs: their }] of Object.entries({ save, load: read })) {
      const [a, b] = [median(our), median(their)];
      console.log(
        `${name.padEnd(7)} ${what}  Lexiscope ${a.toFixed(3)} s   gensim ${b.toFixed(3)} s   ${(b / a).toFixed(1)}x`,
      );
    }
  }
  for (const [name, { ours, theirs }] of Object.entries(times)) {
    figures[`${name}VsGensim`] = round(median(theirs) / median(ours));
    figures[`${name}Seconds`] = round(median(ours));
  }
  console.log('each reads what the other wrote, to the bit');
  console.log(JSON.stringify(figures));
} finally {
  peer.end();
  await rm(folder, { recursive: true });
}
