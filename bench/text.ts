// Reading, from files on the disk to ids with counts, as a training reads: prose, Korean, code,
// many small files, memory.
//   --data DIR   with en-text8style.txt.gz and ko-wiki-sample.txt.gz (else text that is made)
//   --megabytes N   of each text (50), twice as much of the one that is a single file
//   --files N   small ones (60,000)     --threads N (2)     --rounds N (3)
//   --python PROGRAM   that has gensim (/usr/bin/python3)

import { execFileSync, spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';
import { loadKernels } from '../src/engine/kernels.ts';
import type { ReadCorpus } from '../src/engine/reading/read-corpus.ts';
import { readFolders } from '../src/engine/reading/read-folders.ts';
import { openTokenFile } from '../src/engine/reading/spill-file.ts';
import { deleteCache } from '../src/engine/reading/token-cache.ts';
import { LANGUAGE_MODEL_DEFAULTS } from '../src/language-model/options.ts';
import { mulberry32 } from '../src/numerics/random.ts';
import { PROJECTION_DEFAULTS } from '../src/projection/options.ts';
import { PHRASE_DEFAULTS, TEXT_DEFAULTS } from '../src/text/options.ts';
import { WORD2VEC_DEFAULTS } from '../src/word2vec/options.ts';
import { copyDependencySources } from './corpus/dependency-sources.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    megabytes: { type: 'string', default: '50' },
    files: { type: 'string', default: '60000' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
});
const [bytes, files, threads, rounds] = [
  1e6 * Number(values.megabytes),
  Number(values.files),
  Number(values.threads),
  Number(values.rounds),
];
/** Bytes of a text's files: small enough that every thread has some. */
const FILE = 2_500_000;
const distribution = new URL('../dist/', import.meta.url);
const kernels = await loadKernels(distribution);
const root = await mkdtemp(join(tmpdir(), 'lexiscope-bench-'));

/**
 * Reads a folder as a training does; without what is known of an earlier reading, but where it is
 * `cached`.
 */
async function read(folder: string, cached = false): Promise<{ read: ReadCorpus; seconds: number }> {
  if (!cached) await deleteCache(join(root, 'model'));
  const tokenFile = openTokenFile(join(root, 'model'));
  const start = performance.now();
  const found = await readFolders(
    {
      folders: [{ path: folder, exclude: [] }],
      reading: { maximumFileSize: 2e9 },
      text: TEXT_DEFAULTS,
      phrases: PHRASE_DEFAULTS,
      word2vec: WORD2VEC_DEFAULTS,
      projection: PROJECTION_DEFAULTS,
      languageModel: LANGUAGE_MODEL_DEFAULTS,
      threads,
      seed: 1,
    },
    {
      directory: join(root, 'model'),
      kernels,
      script: new URL('compute-thread.mjs', distribution),
      signal: new AbortController().signal,
      events: { progress: () => undefined, log: () => undefined },
    },
    { tokenFile: tokenFile.descriptor, threads },
  );
  const seconds = (performance.now() - start) / 1000;
  await found?.kept; // a training goes on meanwhile
  tokenFile.close();
  if (!found) throw new Error('the reading gave nothing');
  return { read: found, seconds };
}

/** The beginning of a text of the shared data, in files, cut at spaces. */
async function unpack(name: string, folder: string, most = bytes): Promise<void> {
  await mkdir(folder);
  let rest = Buffer.alloc(0);
  let number = 0;
  for await (const chunk of createReadStream(join(values.data!, name)).pipe(createGunzip()) as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    if (rest.length < FILE) continue;
    const cut = rest.lastIndexOf(0x20) + 1;
    // runs that are longer than a word are no words to us, and are to gensim
    const text = rest.toString('utf8', 0, cut).replace(/\S{61,}/g, ' ');
    await writeFile(join(folder, `${String(number++).padStart(4, '0')}.txt`), text);
    rest = rest.subarray(cut);
    if (number * FILE >= most) break;
  }
}

/** Words as often as in a language (Zipf), of letters of an alphabet, in files. */
async function make(
  folder: string,
  alphabet: string,
  lengths: [number, number],
  seed: number,
  most = bytes,
): Promise<void> {
  await mkdir(folder);
  const random = mulberry32(seed);
  const letters = Array.from(alphabet);
  const words = Array.from({ length: 100_000 }, () =>
    Array.from(
      { length: lengths[0] + Math.floor(random() * lengths[1]) },
      () => letters[Math.floor(random() * letters.length)],
    ).join(''),
  );
  for (let number = 0, written = 0; written < most; number++) {
    const text: string[] = [];
    for (let size = 0; size < FILE; size += Buffer.byteLength(text.at(-1)!) + 1)
      text.push(words[Math.floor(100_000 ** random()) - 1]!);
    await writeFile(join(folder, `${String(number).padStart(4, '0')}.txt`), text.join(' '));
    written += FILE;
  }
}

/** The fastest of the rounds. */
async function megabytesPerSecond(name: string, folder: string): Promise<number> {
  await read(folder);
  const times: number[] = [];
  let last: ReadCorpus | undefined;
  for (let round = 0; round < rounds; round++) {
    const { read: found, seconds } = await read(folder);
    times.push(seconds);
    last = found;
  }
  const { report, corpus } = last!;
  const rate = report.bytes / median(times) / 1e6;
  console.log(
    `${name.padEnd(8)} ${rate.toFixed(1).padStart(6)} MB/s   ${(report.bytes / 1e6).toFixed(0)} MB in ${report.files} files, ${report.words} words, ${corpus.words.length} different`,
  );
  return rate;
}

/**
 * Peak memory above what the process has before it reads, in a process of its own: for each token,
 * all of it, and without what words take.
 */
async function memoryOf(folder: string): Promise<{ all: number; withoutVocabulary: number; vocabulary: number }> {
  const script = `
    import { readFolders } from ${JSON.stringify(new URL('../src/engine/reading/read-folders.ts', import.meta.url).href)};
    import { loadKernels } from ${JSON.stringify(new URL('../src/engine/kernels.ts', import.meta.url).href)};
    import { openTokenFile } from ${JSON.stringify(new URL('../src/engine/reading/spill-file.ts', import.meta.url).href)};
    const kernels = await loadKernels(new URL(${JSON.stringify(distribution.href)}));
    const { descriptor } = openTokenFile(${JSON.stringify(root)});
    const events = { progress: () => {}, log: () => {} };
    const options = { reading: { maximumFileSize: 2e9 }, text: ${JSON.stringify(TEXT_DEFAULTS)}, phrases: ${JSON.stringify(PHRASE_DEFAULTS)} };
    const context = { kernels, script: new URL(${JSON.stringify(new URL('../dist/compute-thread.mjs', import.meta.url).href)}), signal: new AbortController().signal, events, directory: ${JSON.stringify(root)} };
    const read = (folder) => readFolders({ folders: [{ path: folder, exclude: [] }], ...options }, context, { tokenFile: descriptor, threads: ${threads} });
    await (await read(${JSON.stringify(join(root, 'tiny'))})).kept;
    const before = process.memoryUsage().rss;
    let peak = before;
    setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5).unref();
    const { corpus, kept } = await read(${JSON.stringify(folder)});
    await kept;
    const letters = corpus.words.reduce((sum, word) => sum + word.length, 0);
    console.log(JSON.stringify({ bytes: peak - before, tokens: corpus.tokens.length, words: corpus.words.length, letters }));
  `;
  const path = join(root, 'memory.mjs');
  await writeFile(path, script);
  const out = execFileSync(process.execPath, [path], { encoding: 'utf8' });
  const {
    bytes: peak,
    tokens,
    words,
    letters,
  } = JSON.parse(out) as Record<'bytes' | 'tokens' | 'words' | 'letters', number>;
  const vocabulary = 60 * words + 4 * letters;
  return { all: peak / tokens, withoutVocabulary: (peak - vocabulary) / tokens, vocabulary };
}

interface Scan {
  seconds: number;
  words: number;
  different: number;
  counts: number[];
}

/**
 * gensim's scan of a file in turn with ours; the ratio of the medians. Both must find the same
 * words.
 */
async function compare(folder: string): Promise<number> {
  const file = join(folder, 'whole.txt');
  const script = fileURLToPath(new URL('peers/gensim_vocabulary.py', import.meta.url));
  const peer = spawn(values.python, [script, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(peer.stdout)[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const { value, done } = (await lines.next()) as IteratorResult<string, undefined>;
    if (done) throw new Error(`gensim ended: ${values.python} needs gensim 4 (Debian: apt-get install python3-gensim)`);
    return JSON.parse(value);
  };
  await answer();
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    peer.stdin.write('scan\n');
    const scan = (await answer()) as Scan;
    const { read: found, seconds } = await read(folder);
    const counts = Array.from(found.corpus.counts.subarray(0, scan.counts.length));
    if (scan.words !== found.report.words || scan.different !== found.corpus.words.length)
      throw new Error('gensim finds other words');
    if (JSON.stringify(counts) !== JSON.stringify(scan.counts)) throw new Error('gensim counts otherwise');
    ours.push(seconds);
    theirs.push(scan.seconds);
  }
  peer.stdin.end();
  const ratio = median(theirs) / median(ours);
  console.log(
    `one file: Lexiscope ${median(ours).toFixed(2)} s, gensim ${median(theirs).toFixed(2)} s: ${ratio.toFixed(1)}x`,
  );
  return ratio;
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}

/** Small files of some hundred words of the text in `from`. */
async function makeSmall(folder: string, from: string, count: number): Promise<void> {
  const random = mulberry32(5);
  const source = await open(join(from, (await readdir(from)).sort()[0]!));
  const text = (await source.readFile('latin1')).replace(/[^\x20-\x7e]/g, ' ');
  await source.close();
  for (let folderNumber = 0; folderNumber < 300; folderNumber++) {
    await mkdir(join(folder, String(folderNumber % 15), String(folderNumber)), { recursive: true });
  }
  for (let number = 0; number < count; number++) {
    const at = Math.floor(random() * (text.length - 3000));
    const path = join(folder, String((number % 300) % 15), String(number % 300), `${number}.txt`);
    await writeFile(path, `file${number} ${text.slice(at, at + 200 + Math.floor(random() * 2000))}`);
  }
}

/** Seconds of a reading of 10,000 files of which one was changed since the last. */
async function again(folder: string, from: string): Promise<number> {
  await makeSmall(folder, from, 10_000);
  await new Promise((resolve) => setTimeout(resolve, 2100)); // a file that was written just now is not trusted
  const { read: first } = await read(folder);
  const times: number[] = [];
  for (let each = 0; each < rounds; each++) {
    await writeFile(join(folder, '0', '0', '0.txt'), `changed${each} and written again`);
    const { read: found, seconds } = await read(folder, true);
    if (!found.corpus.words.includes(`changed${each}`)) throw new Error('the changed file was not read');
    if (found.report.files !== first.report.files) throw new Error(`read ${found.report.files} files`);
    times.push(seconds);
  }
  console.log(`10,000 files again, one of them changed: ${median(times).toFixed(2)} s`);
  return Math.round(100 * median(times)) / 100;
}

try {
  const [ascii, korean, code, small, one] = ['ascii', 'korean', 'code', 'small', 'one'].map((name) =>
    join(root, name),
  ) as [string, string, string, string, string];
  await mkdir(join(root, 'tiny'));
  await writeFile(join(root, 'tiny', 'a.txt'), 'a few words');
  if (values.data) {
    await unpack('en-text8style.txt.gz', ascii);
    await unpack('ko-wiki-sample.txt.gz', korean);
  } else {
    await make(ascii, 'etaoinshrdlucmfwypvbgkjqxz', [2, 9], 1);
    await make(korean, '가나다라마바사아자차카타파하은는이을를에서의한국어글말씀시도', [1, 5], 2);
  }
  await mkdir(code);
  await copyDependencySources(code, (bytes / 10) | 0);
  await mkdir(one);
  const parts = join(root, 'parts');
  if (values.data) await unpack('en-text8style.txt.gz', parts, 2 * bytes);
  else await make(parts, 'etaoinshrdlucmfwypvbgkjqxz', [2, 9], 1, 2 * bytes);
  for (const name of (await readdir(parts)).sort()) {
    execFileSync('sh', [
      '-c',
      'fold -s -w 5000 "$1" >> "$2"; echo >> "$2"',
      'sh',
      join(parts, name),
      join(one, 'whole.txt'),
    ]);
  }
  await rm(parts, { recursive: true });

  const memory = await memoryOf(one);
  console.log(
    `memory, one file: ${memory.all.toFixed(1)} bytes a token at the peak, ${memory.withoutVocabulary.toFixed(1)} without the vocabulary (about ${(memory.vocabulary / 1e6).toFixed(0)} MB)`,
  );
  const figures: Record<string, unknown> = {
    name: 'text',
    threads,
    asciiMBps: round(await megabytesPerSecond('ascii', ascii)),
    koreanMBps: round(await megabytesPerSecond('korean', korean)),
    codeMBps: round(await megabytesPerSecond('code', code)),
    vsGensimVocabulary: round(await compare(one)),
    bytesPerToken: round(memory.all),
    bytesPerTokenWithoutVocabulary: round(memory.withoutVocabulary),
    vocabularyMB: round(memory.vocabulary / 1e6),
  };
  await makeSmall(small, ascii, files);
  await read(small);
  const times: number[] = [];
  for (let each = 0; each < rounds; each++) {
    const { read: found, seconds } = await read(small);
    if (found.report.files + found.report.skipped.duplicate !== files)
      throw new Error(`read ${found.report.files} of ${files} files`);
    times.push(seconds);
  }
  figures['filesPerSecond'] = Math.round(files / median(times));
  console.log(`${files} small files: ${String(figures['filesPerSecond'])} files/s`);
  figures['againSeconds'] = await again(join(root, 'again'), ascii);
  console.log(JSON.stringify(figures));
} finally {
  await rm(root, { recursive: true });
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
