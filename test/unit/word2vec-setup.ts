// A kernel of word2vec beside a plain reference with the same vectors, tables and seed, for the
// tests of the kernel.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { SETTINGS_BYTES } from '../../src/kernel-interfaces/word2vec.ts';
import { huffmanPaths } from '../../src/word2vec/huffman.ts';
import { instantiate, type KernelSettings, writeSettings } from '../../src/word2vec/kernel.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { signedNumbers } from '../helpers/numbers.ts';
import { type ReferenceSetup, ReferenceWord2vec } from './word2vec-reference.ts';

export const VARIANTS = ['simd', 'relaxed-simd'] as const;
export const ALGORITHMS = ['skipgram', 'cbow'] as const;
const MEMORY_BYTES = 8 * 2 ** 20;

const modules = new Map<string, WebAssembly.Module>();
for (const variant of VARIANTS) {
  const file = new URL(`kernels/word2vec.${variant}.wasm`, DISTRIBUTION);
  modules.set(variant, await WebAssembly.compile(await readFile(file)));
}

export interface Setup {
  variant: string;
  algorithm: 'skipgram' | 'cbow';
  vectorSize: number;
  window: number;
  negative: number;
  /** V */
  words: number;
  tokens: number[];
  fixedWindow?: boolean;
  cbowSum?: boolean;
  hierarchicalSoftmax?: boolean;
  /** Inner nodes that the thread, one of two, has copies of. */
  copied?: number;
  /** Rows that n-grams share. */
  buckets?: number;
  lossInterval?: number;
  /** Parts of the columns, for one thread that trains as if together with others. */
  parts?: number;
  /** With parts: most turns of a block; 1: the reference scores each turn when its time comes. */
  mostTurns?: number;
  /** Of the initial numbers. */
  scale?: number;
  /** (V), 0 to 1. */
  keep?: number[];
  /** Word ids, a power of two of them; without: every word in turn. */
  table?: number[];
  /** The reference trains one pair after the other. */
  sequential?: boolean;
}

/**
 * A kernel and a reference with the same vectors, tables and seed. Between the rows of the kernel
 * stand NaNs.
 */
export function create(setup: Setup) {
  const { variant, algorithm, vectorSize, window, negative, words, tokens, scale = 0.5, keep, table } = setup;
  const { buckets = 0, parts = 0, lossInterval = 16, copied = 0, mostTurns = buckets ? 8 : 32 } = setup;
  const memory = new WebAssembly.Memory({
    initial: MEMORY_BYTES / 65_536,
    maximum: MEMORY_BYTES / 65_536,
    shared: true,
  });
  const kernel = instantiate(modules.get(variant)!, memory);
  let end = 1024;
  const reserve = (bytes: number): number => {
    const ptr = end;
    end += Math.ceil(bytes / 64) * 64;
    assert.ok(end <= MEMORY_BYTES, `the test needs ${end} bytes`);
    return ptr;
  };
  const next = signedNumbers(vectorSize * 7 + negative);
  const rowStride = Math.ceil(vectorSize / 16) * 64 + 64;
  const matrix = (count: number): { ptr: number; rows: Float32Array[] } => {
    const ptr = reserve(count * rowStride);
    const rows = Array.from(
      { length: count },
      (_, row) => new Float32Array(memory.buffer, ptr + row * rowStride, rowStride / 4),
    );
    for (const row of rows) {
      row.fill(NaN);
      row.fill(0, 0, rowStride / 4 - 16);
      for (let d = 0; d < vectorSize; d++) row[d] = (next() * scale) / Math.sqrt(vectorSize);
    }
    return { ptr, rows };
  };
  const [input, output, tree, ngrams] = [matrix(words), matrix(words), matrix(words - 1), matrix(buckets)];
  const lists = (starts: ArrayLike<number>, items: ArrayLike<number>): number => {
    const ptr = reserve((starts.length + items.length) * 4);
    const first = ptr + 4 * starts.length;
    new Uint32Array(memory.buffer, ptr, starts.length).set(Array.from(starts, (start) => first + 4 * start));
    new Uint32Array(memory.buffer, first, items.length).set(items);
    return ptr;
  };
  const huffman = setup.hierarchicalSoftmax
    ? huffmanPaths(
        Array.from({ length: words }, (_, word) => Math.ceil(500 / (word + 1))),
        words,
      )
    : null;
  const ngramsOf = Array.from({ length: words }, (_, word) =>
    Array.from({ length: word % 4 }, (_, i) => (word * 5 + i * 3) % buckets),
  );
  const subwordStarts = [0];
  for (const list of ngramsOf) subwordStarts.push(subwordStarts.at(-1)! + list.length + 1);
  const tableSize = table?.length ?? 1024;
  const settings: KernelSettings = {
    inputPtr: input.ptr,
    outputPtr: output.ptr,
    treePtr: tree.ptr,
    rowStride,
    vectorSize,
    words,
    cbow: Number(algorithm === 'cbow'),
    window,
    fixedWindow: Number(setup.fixedWindow ?? false),
    negative,
    cbowMean: Number(!setup.cbowSum),
    keepPtr: reserve((words + 1) * 4),
    tablePtr: reserve(tableSize * 4),
    tableSize,
    pathsPtr: huffman ? lists(huffman.starts, huffman.steps) : 0,
    longestPath: huffman?.longest ?? 0,
    firstCopied: words - 1 - copied,
    subwordsPtr: buckets
      ? lists(
          subwordStarts,
          ngramsOf.flatMap((list, word) => [
            input.ptr + word * rowStride,
            ...list.map((row) => ngrams.ptr + row * rowStride),
          ]),
        )
      : 0,
    lossInterval,
    mostTurns,
    capacity: tokens.length,
    parts,
    threads: copied ? 2 : 1,
    meetingsPtr: reserve(64),
    partialsPtr: 0,
  };
  const settingsPtr = reserve(SETTINGS_BYTES);
  writeSettings(memory, settingsPtr, settings);
  settings.partialsPtr = reserve(kernel.partialsBytes(settingsPtr));
  writeSettings(memory, settingsPtr, settings);
  const tokensPtr = reserve(tokens.length * 4);
  const threadPtr = reserve(kernel.threadBytes(settingsPtr));

  const plain = (rows: Float32Array[]): number[][] => rows.map((row) => Array.from(row.subarray(0, vectorSize)));
  const vectors = () => ({
    input: plain(input.rows),
    output: plain(output.rows),
    tree: plain(tree.rows),
    ngrams: plain(ngrams.rows),
  });
  const text = {
    words,
    keep: Uint32Array.from([1, ...(keep ?? Array<number>(words).fill(1))], (share) => share * (2 ** 32 - 1)),
    table: Int32Array.from({ length: tableSize }, (_, i) => table?.[i] ?? i % words),
  };
  new Uint32Array(memory.buffer, settings.keepPtr, words + 1).set(text.keep);
  new Int32Array(memory.buffer, settings.tablePtr, tableSize).set(text.table);
  new Int32Array(memory.buffer, tokensPtr, tokens.length).set(tokens);
  kernel.createThread(threadPtr, settingsPtr, 0);
  const start = vectors();
  const expected: ReferenceSetup = {
    ...text,
    algorithm,
    window,
    dynamicWindow: !setup.fixedWindow,
    negative,
    cbowMean: !setup.cbowSum,
    lossInterval,
    together: parts > 0 && mostTurns > 1,
    sequential: setup.sequential ?? false,
    input: start.input,
    output: start.output,
    ...(huffman && {
      tree: start.tree,
      copied,
      paths: Array.from({ length: words }, (_, word) =>
        Array.from(huffman.steps.subarray(huffman.starts[word], huffman.starts[word + 1]), (step): [number, number] => [
          step >> 1,
          step & 1,
        ]),
      ),
    }),
    ...(buckets && { ngrams: start.ngrams, ngramsOf }),
  };
  const reference = new ReferenceWord2vec(expected);
  return {
    kernel,
    reference,
    expected,
    rows: [...input.rows, ...output.rows, ...tree.rows, ...ngrams.rows],
    threadPtr,
    settingsPtr,
    /** The kernel's vectors without padding, by matrix. */
    vectors,
    readTokens: (seed = 3) => kernel.readTokens(threadPtr, tokensPtr, tokens.length, seed),
    train: (first: number, last: number, alpha: number) =>
      kernel[parts ? 'trainTogether' : 'train'](threadPtr, first, last, alpha),
  };
}
