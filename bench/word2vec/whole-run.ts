// Whole processes, from a text file to a file of saved vectors: seconds and peak memory.

import { execFile } from 'node:child_process';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Word2vecOptions } from '../../src/word2vec/options.ts';
import type { Vectors } from './contenders.ts';

export interface WholeRun {
  seconds: number;
  /** Largest resident memory of a process, bytes. */
  peakMemory: number;
}

/**
 * Runs a program and says how long it took and how much memory it or a program that it ran had at
 * most.
 */
const LAUNCHER = `
import json, resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "peakMemory": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024}))
`;

async function measure(python: string, command: string[]): Promise<WholeRun> {
  const { stdout } = await promisify(execFile)(python, ['-c', LAUNCHER, ...command], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout) as WholeRun;
}

/** `lexiscope train`, and where `saved` names a file, `lexiscope export` to it. */
export async function wholeRunOfOurs(
  python: string,
  distribution: URL,
  folder: string,
  saved: string,
  options: Word2vecOptions,
  threads: number,
): Promise<WholeRun> {
  const program = fileURLToPath(new URL('lexiscope.mjs', distribution));
  const model = join(folder, '..', 'model');
  await rm(model, { recursive: true, force: true });
  const chosen = Object.entries(options).flatMap(([name, value]) => [`--word2vec.${name}`, String(value)]);
  const train = await measure(python, [
    process.execPath,
    program,
    'train',
    folder,
    '--out',
    model,
    '--only',
    'vectors',
    '--quiet',
    '--threads',
    String(threads),
    '--reading.maximumFileSize',
    '2GB',
    ...chosen,
  ]);
  if (!saved) return train;
  const save = await measure(python, [process.execPath, program, 'export', saved, '--model', model]);
  return {
    seconds: train.seconds + save.seconds,
    peakMemory: Math.max(train.peakMemory, save.peakMemory),
  };
}

export function wholeRunOfGensim(
  python: string,
  corpus: string,
  saved: string,
  options: Word2vecOptions,
  threads: number,
): Promise<WholeRun> {
  const script = fileURLToPath(new URL('../peers/gensim_word2vec.py', import.meta.url));
  return measure(python, [python, script, corpus, JSON.stringify({ ...options, threads }), saved]);
}

/** The vectors of a file in word2vec's text format. */
export async function readSaved(path: string): Promise<Vectors> {
  const [header, ...lines] = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const [count, size] = header!.split(' ').map(Number);
  if (lines.length !== count) throw new Error(`${path}: ${lines.length} lines, expected ${count}`);
  const vectors = new Float32Array(count * size!);
  const words = lines.map((line, row) => {
    const [word, ...numbers] = line.trimEnd().split(' ');
    vectors.set(numbers.map(Number), row * size!);
    return word!;
  });
  return { words, vectors };
}

/** Writes a text of this number of words: those given, again and again. */
export async function writeRepeated(folder: string, words: readonly string[], count: number): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  const file = await open(join(folder, 'text.txt'), 'w');
  for (let written = 0; written < count;) {
    const some = words.slice(0, Math.min(words.length, count - written));
    for (let at = 0; at < some.length; at += 1000) await file.write(some.slice(at, at + 1000).join(' ') + '\n');
    written += some.length;
  }
  await file.close();
}
