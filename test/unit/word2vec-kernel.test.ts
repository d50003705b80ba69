import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { huffmanPaths } from '../../src/word2vec/huffman.ts';
import { SETTINGS_BYTES } from '../../src/kernel-interfaces/word2vec.ts';
import { instantiate, writeSettings, type KernelSettings } from '../../src/word2vec/kernel.ts';
import { meanOf, pairLoss, ReferenceWord2vec, type ReferenceSetup } from './word2vec-reference.ts';

const VARIANTS = ['simd', 'relaxed-simd'] as const;
const ALGORITHMS = ['skipgram', 'cbow'] as const;
const SIZES = [1, 3, 4, 5, 15, 16, 17, 64, 100, 300, 1000];
const MEMORY_BYTES = 8 * 2 ** 20;

const modules = new Map<string, WebAssembly.Module>();
for (const variant of VARIANTS) {
  const file = new URL(`../../dist/kernels/word2vec.${variant}.wasm`, import.meta.url);
  modules.set(variant, await WebAssembly.compile(await readFile(file)));
}

/** Numbers from a seed, from -1 to 1. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) | 0) / 2 ** 31;
}

interface Setup {
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
  /** Of the initial numbers. */
  scale?: number;
  /** (V), 0 to 1. */
  keep?: number[];
  /** Word ids, a power of two of them; without: every word in turn. */
  table?: number[];
}

/** A kernel and a reference with the same vectors, tables and seed. Between the rows of the kernel stand NaNs. */
function create(setup: Setup) {
  const { variant, algorithm, vectorSize, window, negative, words, tokens, scale = 0.5, keep, table } = setup;
  const { buckets = 0, parts = 0, lossInterval = 16, copied = 0 } = setup;
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
  const next = numbers(vectorSize * 7 + negative);
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
    together: parts > 0,
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

function assertNear(actual: number[][], expected: number[][], tolerance: number, what: string): void {
  actual.forEach((row, word) =>
    row.forEach((value, d) => {
      const other = expected[word]![d]!;
      assert.ok(
        Math.abs(value - other) <= tolerance * (1 + Math.abs(other)),
        `${what}, row ${word}, number ${d}: got ${value}, expected ${other}`,
      );
    }),
  );
}

/** A text of `length` tokens: sentences of 1 to 60 words, some of them rare. */
function someText(length: number, words: number): number[] {
  const next = numbers(length);
  return Array.from({ length }, () => {
    const draw = (next() + 1) / 2;
    return draw < 0.04 ? -1 : draw < 0.1 ? words + 3 : Math.floor(((next() + 1) / 2) * words);
  });
}

/** Trains one piece of text in three calls, and it again with another seed, in the kernel and in the reference. */
function assertLikeReference(setup: Setup, alpha: number): void {
  const { kernel, reference, expected, rows, threadPtr, vectors, readTokens, train } = create(setup);
  const { tokens } = setup;
  const what = JSON.stringify({ ...setup, tokens: undefined, rows: undefined, keep: undefined, table: undefined });
  for (const seed of [3, 4]) {
    const positions = readTokens(seed);
    assert.equal(positions, reference.readTokens(Int32Array.from(tokens), seed), `positions of ${what}`);
    const [first, second] = [Math.floor(positions / 3), Math.floor(positions / 2)];
    for (const [from, to, rate] of [
      [0, first, alpha],
      [first, second, alpha / 2],
      [second, positions, alpha / 2],
    ] as const) {
      train(from, to, rate);
      reference.train(from, to, rate);
    }
  }
  const actual = vectors();
  for (const name of ['input', 'output', 'tree', 'ngrams'] as const) {
    if (expected[name]) assertNear(actual[name], expected[name], 4e-5, `${name} of ${what}`);
  }
  assert.equal(kernel.pairs(threadPtr), reference.pairs, `pairs of ${what}`);
  assert.ok(reference.pairs > 0);
  assert.equal(kernel.lossPairs(threadPtr), reference.lossPairs, `measured pairs of ${what}`);
  const loss = kernel.lossSum(threadPtr) / reference.lossPairs;
  const expectedLoss = reference.lossSum / reference.lossPairs;
  assert.ok(
    Math.abs(loss - expectedLoss) < 2e-5 * expectedLoss,
    `loss of ${what}: got ${loss}, expected ${expectedLoss}`,
  );
  for (const row of rows) {
    assert.ok(
      row.subarray(setup.vectorSize, row.length - 16).every((value) => value === 0),
      `zeros behind the vectors of ${what}`,
    );
  }
}

for (const variant of VARIANTS) {
  for (const algorithm of ALGORITHMS) {
    test(`vectors and loss are those of a plain reference, for every vector size (${algorithm}, ${variant})`, () => {
      for (const vectorSize of SIZES) {
        const tokens = someText(vectorSize > 100 ? 120 : 400, 30);
        assertLikeReference({ variant, algorithm, vectorSize, window: 5, negative: 5, words: 30, tokens }, 0.1);
      }
    });

    test(`the same for every window and number of negatives (${algorithm}, ${variant})`, () => {
      for (const negative of [1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 20, 100]) {
        for (const window of [1, 2, 3, 10, 100]) {
          const tokens = someText(window > 10 || negative > 20 ? 150 : 250, 40);
          const alpha = 0.3 / (6 + negative); // rounding grows with the vectors
          const fixedWindow = (negative + window) % 2 === 0;
          assertLikeReference(
            { variant, algorithm, vectorSize: 9, window, fixedWindow, negative, words: 40, tokens },
            alpha,
          );
        }
      }
    });

    test(`the same with hierarchical softmax, alone and beside negative samples (${algorithm}, ${variant})`, () => {
      for (const negative of [0, 1, 5, 6]) {
        for (const words of [2, 3, 40]) {
          const tokens = someText(200, words);
          assertLikeReference(
            { variant, algorithm, vectorSize: 20, window: 4, negative, words, tokens, hierarchicalSoftmax: true },
            0.02,
          );
        }
      }
    });

    test(`the same where a thread trains copies of the uppermost nodes (${algorithm}, ${variant})`, () => {
      for (const copied of [1, 7, 39]) {
        const tokens = someText(200, 40);
        const setup = { variant, algorithm, vectorSize: 20, window: 4, negative: 0, words: 40, tokens };
        assertLikeReference({ ...setup, hierarchicalSoftmax: true, copied }, 0.02);
      }
    });

    test(`the same with subwords (${algorithm}, ${variant})`, () => {
      for (const hierarchicalSoftmax of [false, true]) {
        const tokens = someText(300, 40);
        assertLikeReference(
          {
            variant,
            algorithm,
            vectorSize: 20,
            window: 4,
            negative: 5,
            words: 40,
            tokens,
            buckets: 70,
            hierarchicalSoftmax,
          },
          0.03,
        );
      }
    });

    test(`the same for scores of blocks of positions in parts of the columns (${algorithm}, ${variant})`, () => {
      for (const parts of [1, 2, 3, 5]) {
        for (const hierarchicalSoftmax of [false, true]) {
          const tokens = someText(200, 40);
          const setup = { variant, algorithm, vectorSize: 44, window: 4, negative: 5, words: 40, tokens };
          assertLikeReference({ ...setup, parts, hierarchicalSoftmax, buckets: parts === 3 ? 50 : 0 }, 0.03);
        }
      }
    });

    test(`the same where every loss is measured, and where the context is added up (${algorithm}, ${variant})`, () => {
      for (const hierarchicalSoftmax of [false, true]) {
        const tokens = someText(250, 40);
        const setup = {
          variant,
          algorithm,
          vectorSize: 12,
          window: 3,
          negative: 5,
          words: 40,
          tokens,
          lossInterval: 1,
        };
        assertLikeReference({ ...setup, cbowSum: true, hierarchicalSoftmax }, 0.02);
      }
    });

    test(`scores beyond 6 are held there, and the loss stays exact (${algorithm}, ${variant})`, () => {
      const tokens = someText(60, 20);
      const setup = { variant, algorithm, vectorSize: 12, window: 4, negative: 5, words: 20, tokens, scale: 12 };
      assertLikeReference(setup, 1e-3);
    });

    test(`one position follows the gradient of its loss (${algorithm}, ${variant})`, () => {
      const words = 60;
      const alpha = 1e-3;
      let checked = 0;
      for (const [vectorSize, window, negative] of [
        [5, 1, 1],
        [17, 4, 5],
        [6, 10, 8],
      ] as const) {
        // no word twice; the position is the first of its sentence, as the pieces of a text are trained in order
        const tokens = Array.from({ length: 41 }, (_, i) => (i * 7) % words);
        const setup = create({ variant, algorithm, vectorSize, window, negative, words, tokens, scale: 1 });
        const { reference, vectors, readTokens, train, kernel, threadPtr } = setup;
        readTokens();
        reference.readTokens(Int32Array.from(tokens), 3);
        const before = vectors();
        train(0, 1, alpha);
        reference.train(0, 1, alpha); // tells which negatives were drawn
        const { contexts, outputs } = reference.last;
        if (new Set(outputs).size < outputs.length) continue; // a word drawn twice: its updates do not add up
        // CBOW gives the context its errors once the words are out of reach: rate 0 changes nothing but that
        train(1, tokens.length, 0);
        assert.ok(kernel.pairs(threadPtr) > 1);
        const loss = (): number => {
          const outputRows = outputs.map((word) => before.output[word]!);
          const rows = contexts.map((word) => before.input[word]!);
          const inputs = algorithm === 'cbow' ? [meanOf(rows)] : rows;
          return inputs.reduce((sum, row) => sum + pairLoss(row, outputRows), 0);
        };
        checked++;
        // CBOW adds the gradient of the mean to every context word undivided, as word2vec and gensim do
        const gain = algorithm === 'cbow' ? contexts.length : 1;
        const after = vectors();
        for (const matrix of ['input', 'output'] as const) {
          const trained = new Set(matrix === 'input' ? contexts : outputs);
          for (let word = 0; word < words; word++) {
            for (let d = 0; d < vectorSize; d++) {
              const value = before[matrix][word]![d]!;
              const moved = (after[matrix][word]![d]! - value) / alpha;
              if (!trained.has(word)) {
                assert.equal(moved, 0, `${matrix} of word ${word}, which is not part of it`);
                continue;
              }
              const h = 1e-4;
              before[matrix][word]![d] = value + h;
              const above = loss();
              before[matrix][word]![d] = value - h;
              const below = loss();
              before[matrix][word]![d] = value;
              const expected = (-(above - below) / (2 * h)) * (matrix === 'input' ? gain : 1);
              assert.ok(
                Math.abs(moved - expected) < 5e-3,
                `${matrix} of word ${word}, number ${d}: moved by ${moved}, the gradient is ${expected}`,
              );
            }
          }
        }
      }
      assert.ok(checked >= 2, `${checked} positions without a word drawn twice`);
    });
  }

  test(`no negative is the word itself, even where one word is nearly all of the text (${variant})`, () => {
    // the table holds word 0 only: a negative of word 0 can be word 1 or 2, of the others word 0
    const tokens = [0, 1, 0, 2, 0];
    const table = Array<number>(1024).fill(0);
    const { reference, expected, vectors, readTokens, train } = create({
      variant,
      algorithm: 'skipgram',
      vectorSize: 4,
      window: 1,
      negative: 3,
      words: 3,
      tokens,
      table,
    });
    assert.equal(readTokens(), 5);
    reference.readTokens(Int32Array.from(tokens), 3);
    for (let at = 0; at < tokens.length; at++) {
      train(at, at + 1, 0.1);
      reference.train(at, at + 1, 0.1);
      const [word, ...negatives] = reference.last.outputs;
      assert.ok(!negatives.includes(word!), `negatives of word ${word}: ${negatives.join(' ')}`);
      assertNear(vectors().output, expected.output, 1e-6, `position ${at}`);
    }
  });

  test(`a token is kept as often as its entry says; breaks always are (${variant})`, () => {
    const tokens = Array.from({ length: 40_000 }, (_, i) => (i % 4 === 3 ? -1 : i % 4));
    const { kernel, readTokens, settingsPtr } = create({
      variant,
      algorithm: 'skipgram',
      vectorSize: 2,
      window: 1,
      negative: 1,
      words: 3,
      tokens,
      keep: [1, 0.25, 0],
    });
    const kept = readTokens(); // 10,000 breaks, all of word 0, a quarter of word 1, nothing of word 2
    assert.ok(Math.abs(kept - 22_500) < 200, `kept ${kept} of ${tokens.length}, expected about 22500`);
    assert.ok(kernel.threadBytes(settingsPtr) > 160_000);
  });
}
