// Kills at random moments, damaged models, fuzzed texts, two writers at once, made-up secrets.
// Nothing may be lost, hang, throw or be said without a file's name; of the secrets one in fifty.
//   --kills N (1,000)   --damaged N (5,000)   --texts N (10,000)   --pairs N (500)   --seed N (1)

import { type ChildProcess, fork } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Engine } from '../src/engine/engine.ts';
import { textsOf } from '../src/engine/files/decoded-files.ts';
import { findFiles } from '../src/engine/files/find-files.ts';
import { mulberry32 } from '../src/numerics/random.ts';
import { DataFilter } from '../src/text/data-blocks.ts';
import { decodeText } from '../src/text/decode.ts';
import { DocumentReader } from '../src/text/document.ts';
import { TEXT_DEFAULTS } from '../src/text/options.ts';
import { SecretFilter } from '../src/text/secrets.ts';
import { SPAN } from '../src/text/tokenizer.ts';
import { leaksInto, madeUpSecrets } from '../test/made-up-secrets.ts';

const distribution = new URL('../dist/', import.meta.url);
const engineOf = (): Engine =>
  new Engine(distribution, { progress: () => undefined, log: () => undefined }, undefined, false);
const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What a child is asked: to import a file into a folder, or to open a model and ask it. */
type Task = { import: string; into: string } | { ask: string };

function child(): void {
  process.on('message', (task: Task) => {
    const work = 'ask' in task ? ask(task.ask) : importInto(task.import, task.into);
    work.then(
      () => process.send!({ problem: null }),
      (error: unknown) => process.send!({ problem: (error as Error).message }),
    );
  });
  process.send!('ready');
}

async function importInto(file: string, folder: string): Promise<void> {
  const engine = engineOf();
  await engine.open(folder).catch(() => null);
  await engine.importVectors(file, { most: 0, seed: 1 });
}

async function ask(folder: string): Promise<void> {
  const engine = engineOf();
  const model = await engine.open(folder);
  if (!model) return;
  await engine.map();
  await engine.describe('w1', 5);
  await engine.complete({ text: 'w1 ', offset: 3, language: 'plaintext' }, 3);
}

/** A process of this file that does one task after the other; another takes its place. */
class Child {
  #process: ChildProcess | null = null;

  async start(): Promise<ChildProcess> {
    if (this.#process?.connected) return this.#process;
    const started = fork(fileURLToPath(import.meta.url), ['child'], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    this.#process = started;
    await new Promise((resolve) => started.once('message', resolve));
    return started;
  }

  /** What was wrong, null where nothing was; 'killed' and 'hung' where there is no answer. */
  async run(task: Task, most = 20_000): Promise<string | null> {
    const running = await this.start();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.kill();
        done('hung');
      }, most);
      const onMessage = ({ problem }: { problem: string | null }): void => done(problem);
      const onExit = (): void => done('killed');
      const done = (answer: string | null): void => {
        clearTimeout(timer);
        running.off('message', onMessage).off('exit', onExit);
        resolve(answer);
      };
      running.once('message', onMessage).once('exit', onExit);
      running.send(task);
    });
  }

  kill(): void {
    this.#process?.kill('SIGKILL');
    this.#process = null;
  }
}

/** What no user can act on, apart from names of files. */
const RAW = /undefined|Cannot read|is not a function|typed array|out of bounds|\bNaN\b|\bnull\b|stack/;

/** Whether it says which file is meant and what to do, and nothing of the program's inside. */
function isClear(problem: string, folder: string): boolean {
  const isNamed = problem.includes(folder) && /[Tt]rain|restore|update/.test(problem);
  return isNamed && !RAW.test(problem.replace(/\/[^\s']+/g, ''));
}

async function kills(count: number, root: string, files: string[], random: () => number): Promise<number> {
  const folder = join(root, 'killed');
  await mkdir(folder);
  const worker = new Child();
  await worker.run({ import: files[0]!, into: folder });
  let lost = 0;
  for (let i = 0; i < count; i++) {
    await worker.start();
    const running = worker.run({ import: files[i % files.length]!, into: folder });
    await wait(random() * 60);
    worker.kill();
    await running;
    const model = await engineOf()
      .open(folder)
      .catch((error: unknown) => console.log((error as Error).message));
    if (model) continue;
    lost++;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    await worker.run({ import: files[0]!, into: folder });
  }
  worker.kill();
  return lost;
}

async function damage(count: number, root: string, file: string, random: () => number): Promise<[number, number]> {
  const whole = join(root, 'whole');
  const folder = join(root, 'damaged');
  await mkdir(whole);
  await importInto(file, whole);
  const names = (await readdir(whole)).filter((name) => /\.(json|txt|safetensors)$/.test(name));
  const worker = new Child();
  let hung = 0;
  let unclear = 0;
  for (let i = 0; i < count; i++) {
    await rm(folder, { recursive: true, force: true });
    await cp(whole, folder, { recursive: true });
    const path = join(folder, names[Math.floor(random() * names.length)]!);
    await writeFile(path, damaged(await readFile(path), random));
    const problem = await worker.run({ ask: folder });
    if (problem === 'hung' || problem === 'killed') hung++;
    else if (problem !== null && !isClear(problem, folder)) {
      unclear++;
      console.log(`unclear: ${problem}`);
    }
  }
  worker.kill();
  return [hung, unclear];
}

/** Bits turned, cut off, doubled, or one number of JSON another one. */
function damaged(bytes: Buffer, random: () => number): Uint8Array {
  const kind = Math.floor(random() * 4);
  const place = Math.floor(random() * bytes.length);
  if (kind === 0) return bytes.subarray(0, place);
  if (kind === 1) return Buffer.concat([bytes, bytes.subarray(place)]);
  if (kind === 2 && bytes[0] === 0x7b) {
    const numbers = Array.from(bytes.toString().matchAll(/\d+/g));
    const chosen = numbers[Math.floor(random() * numbers.length)]!;
    const other = ['-1', '4294967296', '1e308', 'null', '0'][Math.floor(random() * 5)]!;
    const text = bytes.toString();
    return Buffer.from(text.slice(0, chosen.index) + other + text.slice(chosen.index + chosen[0].length));
  }
  const turned = Buffer.from(bytes);
  for (let i = 0; i < 1 + random() * 8; i++) turned[Math.floor(random() * bytes.length)]! ^= 1 << (random() * 8);
  return turned;
}

const NAMES = 'a.txt a.md a.html a.xml a.tex a.bib a.ipynb a.properties a.srt a.smi a.ts a.py a.c a.json'.split(' ');
const PIECES = [
  ['word ', '한국어 ', '漢字。', '\u0301', '𝒳', '\ud800', '\0', '\u001b[1m', '<a b="', '</', '&#x1F600;', '&bogus;'],
  ['```', '$$', '\\begin{a}', "\\'e", '"""', '/*', '*/', '${', '\n\n', '\r', '{"cells":[', 'data:x;base64,', '%'],
].flat();

function fuzz(count: number, random: () => number): number {
  let thrown = 0;
  const spans = new Int32Array(SPAN << 8);
  for (let i = 0; i < count; i++) {
    let text = '';
    while (random() < 0.97) {
      text +=
        random() < 0.7
          ? PIECES[Math.floor(random() * PIECES.length)]!
          : String.fromCharCode(random() * (random() < 0.5 ? 0x80 : 0x10000));
    }
    try {
      const bytes = new TextEncoder().encode(text);
      for (let j = 0; j < 3; j++) bytes[Math.floor(random() * bytes.length)]! ^= random() < 0.3 ? 0xff : 0;
      const decoded = decodeText(bytes)?.text ?? text;
      const cleaned = new DataFilter().clean(new SecretFilter().clean(decoded, true));
      const reader = new DocumentReader(TEXT_DEFAULTS);
      reader.begin(NAMES[i % NAMES.length]);
      reader.append(cleaned);
      while (reader.read(spans) > 0);
      if (reader.end()) while (reader.read(spans) > 0);
    } catch (error) {
      thrown++;
      console.log(`thrown: ${(error as Error).message} on ${JSON.stringify(text.slice(0, 80))}`);
    }
  }
  return thrown;
}

async function pairs(count: number, root: string, files: string[], random: () => number): Promise<number> {
  const folder = join(root, 'pairs');
  await mkdir(folder);
  const [first, second] = [new Child(), new Child()];
  await Promise.all([first.start(), second.start()]);
  let broken = 0;
  for (let i = 0; i < count; i++) {
    const one = first.run({ import: files[0]!, into: folder });
    await wait(random() * 8);
    const problems = await Promise.all([one, second.run({ import: files[1]!, into: folder })]);
    const model = await engineOf()
      .open(folder)
      .catch((error: unknown) => console.log((error as Error).message));
    // one of two may be told to wait for the other; nothing raw, and a model is there
    if (model && problems.every((problem) => problem === null || !/EN[A-Z]+:|damaged/.test(problem))) continue;
    broken++;
    console.log(problems);
  }
  first.kill();
  second.kill();
  return broken;
}

async function secrets(root: string, seed: number): Promise<[number, number]> {
  const made = madeUpSecrets(seed);
  const folder = join(root, 'notes');
  await mkdir(folder);
  for (const [index, { text }] of made.entries()) {
    await writeFile(join(folder, `${String(index).padStart(4, '0')}.txt`), `The king was near.\n${text}\nThe end.\n`);
  }
  const files = [];
  for await (const found of findFiles([{ path: folder, exclude: [] }], () => undefined)) {
    for (const file of found) files.push(file);
  }
  let leaked = 0;
  let index = 0;
  for (const { pieces } of textsOf(files, new Set())) {
    let read = '';
    for await (const { text } of pieces) read += typeof text === 'string' ? text : new TextDecoder().decode(text);
    const secret = made[index++]!;
    if (!leaksInto(read, secret)) continue;
    leaked++;
    console.log(`leaked: ${secret.kind}`);
  }
  return [made.length, leaked];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '1000' },
      damaged: { type: 'string', default: '5000' },
      texts: { type: 'string', default: '10000' },
      pairs: { type: 'string', default: '500' },
      seed: { type: 'string', default: '1' },
    },
  });
  const count = (name: 'kills' | 'damaged' | 'texts' | 'pairs'): number => Number(values[name]);
  const random = mulberry32(Number(values.seed));
  const root = await mkdtemp(join(tmpdir(), 'lexiscope-endurance-'));
  try {
    const files: string[] = [];
    for (const name of ['one', 'two']) {
      const rows = Array.from(
        { length: 60 },
        (_, i) => `w${i} ${Array.from({ length: 40 }, () => random().toFixed(4)).join(' ')}`,
      );
      files.push(join(root, `${name}.txt`));
      await writeFile(files.at(-1)!, `60 40\n${rows.join('\n')}\n`);
    }
    const killsLost = await kills(count('kills'), root, files, random);
    const [damagedHung, damagedUnclear] = await damage(count('damaged'), root, files[0]!, random);
    const fuzzedThrown = fuzz(count('texts'), random);
    const pairsBroken = await pairs(count('pairs'), root, files, random);
    const [secretKinds, secretsLeaked] = await secrets(root, Number(values.seed));
    const result = {
      kills: count('kills'),
      killsLost,
      damaged: count('damaged'),
      damagedHung,
      damagedUnclear,
      fuzzed: count('texts'),
      fuzzedThrown,
      pairs: count('pairs'),
      pairsBroken,
      secretKinds,
      secretsLeaked,
    };
    console.log(JSON.stringify(result));
    const wrong = killsLost + damagedHung + damagedUnclear + fuzzedThrown + pairsBroken;
    process.exitCode = wrong > 0 || secretsLeaked > secretKinds / 50 ? 1 : 0;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

if (process.argv[2] === 'child') child();
else await main();
