import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { instantiate } from '../../src/word2vec/kernel.ts';
import { meanOf, pairLoss, ReferenceWord2vec } from './word2vec-reference.ts';

const VARIANTS = ['simd', 'relaxed-simd'] as const;
const ALGORITHMS = ['skipgram', 'cbow'] as const;
const SIZES = [1, 3, 4, 5, 15, 16, 17, 64, 100, 300, 1000];
const MEMORY_BYTES = 4 * 2 ** 20;

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
  vectorSize: number;
  window: number;
  negative: number;
  /** V */
  words: number;
  tokens: number[];
  /** Of the initial numbers. */
  scale?: number;
  /** (V), 0 to 1. */
  keep?: number[];
  /** Word ids, a power of two of them; without: every word in turn. */
  table?: number[];
}

/** A kernel and a reference with the same vectors, tables and seed. Between the rows of the kernel stand NaNs. */
function create({ variant, vectorSize, window, negative, words, tokens, scale = 0.5, keep, table }: Setup) {
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
  const [inputPtr, outputPtr] = [reserve(words * rowStride), reserve(words * rowStride)];
  const keepPtr = reserve((words + 1) * 4);
  const tableSize = table?.length ?? 1024;
  const tablePtr = reserve(tableSize * 4);
  const tokensPtr = reserve(tokens.length * 4);
  const threadPtr = reserve(kernel.threadBytes(vectorSize, window, negative, tokens.length));

  const rowsAt = (ptr: number) =>
    Array.from({ length: words }, (_, word) => new Float32Array(memory.buffer, ptr + word * rowStride, rowStride / 4));
  const rows = { input: rowsAt(inputPtr), output: rowsAt(outputPtr) };
  for (const row of [...rows.input, ...rows.output]) {
    row.fill(NaN);
    row.fill(0, 0, rowStride / 4 - 16);
    for (let d = 0; d < vectorSize; d++) row[d] = (next() * scale) / Math.sqrt(vectorSize);
  }
  const plain = (of: Float32Array[]): number[][] => of.map((row) => Array.from(row.subarray(0, vectorSize)));
  const text = {
    words,
    keep: Uint32Array.from([1, ...(keep ?? Array<number>(words).fill(1))], (share) => share * (2 ** 32 - 1)),
    table: Int32Array.from({ length: tableSize }, (_, i) => table?.[i] ?? i % words),
  };
  new Uint32Array(memory.buffer, keepPtr, words + 1).set(text.keep);
  new Int32Array(memory.buffer, tablePtr, tableSize).set(text.table);
  new Int32Array(memory.buffer, tokensPtr, tokens.length).set(tokens);
  const seed = 3;
  kernel.createThread(
    threadPtr,
    vectorSize,
    window,
    negative,
    tokens.length,
    words,
    inputPtr,
    outputPtr,
    rowStride,
    keepPtr,
    tablePtr,
    tableSize,
    seed,
  );
  const reference = new ReferenceWord2vec(text, plain(rows.input), plain(rows.output), window, negative, seed);
  return {
    kernel,
    reference,
    rows,
    threadPtr,
    /** The kernel's vectors without padding, (V, D) each. */
    vectors: () => ({ input: plain(rows.input), output: plain(rows.output) }),
    readTokens: () => kernel.readTokens(threadPtr, tokensPtr, tokens.length),
    train: (algorithm: 'skipgram' | 'cbow', first: number, last: number, alpha: number) =>
      kernel[algorithm === 'cbow' ? 'trainCbow' : 'trainSkipgram'](threadPtr, first, last, alpha),
  };
}

function assertNear(actual: number[][], expected: number[][], tolerance: number, what: string): void {
  actual.forEach((row, word) =>
    row.forEach((value, d) => {
      const other = expected[word]![d]!;
      assert.ok(
        Math.abs(value - other) <= tolerance * (1 + Math.abs(other)),
        `${what}, word ${word}, number ${d}: got ${value}, expected ${other}`,
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

function assertLikeReference(algorithm: 'skipgram' | 'cbow', setup: Setup, alpha: number): void {
  const { kernel, reference, rows, threadPtr, vectors, readTokens, train } = create(setup);
  const positions = readTokens();
  const { variant, vectorSize, window, negative } = setup;
  const what = `${algorithm}, ${variant}, D ${vectorSize}, window ${window}, negative ${negative}`;
  assert.equal(positions, reference.readTokens(Int32Array.from(setup.tokens)), `positions of ${what}`);
  const middle = Math.floor(positions / 3);
  for (const [first, last, rate] of [
    [0, middle, alpha],
    [middle, positions, alpha / 2],
  ] as const) {
    train(algorithm, first, last, rate);
    reference.train(algorithm, first, last, rate);
  }
  const { input, output } = vectors();
  assertNear(input, reference.input, 2e-5, `input of ${what}`);
  assertNear(output, reference.output, 2e-5, `output of ${what}`);
  assert.equal(kernel.pairs(threadPtr), reference.pairs, `pairs of ${what}`);
  assert.equal(kernel.lossPairs(threadPtr), reference.lossPairs, `measured pairs of ${what}`);
  const loss = kernel.lossSum(threadPtr) / reference.lossPairs;
  const expected = reference.lossSum / reference.lossPairs;
  assert.ok(Math.abs(loss - expected) < 1e-5 * expected, `loss of ${what}: got ${loss}, expected ${expected}`);
  for (const row of [...rows.input, ...rows.output]) {
    assert.ok(
      row.subarray(vectorSize, row.length - 16).every((value) => value === 0),
      `zeros behind the vectors of ${what}`,
    );
  }
}

for (const variant of VARIANTS) {
  for (const algorithm of ALGORITHMS) {
    test(`vectors and loss are those of a plain reference, for every vector size (${algorithm}, ${variant})`, () => {
      for (const vectorSize of SIZES) {
        const tokens = someText(vectorSize > 100 ? 120 : 400, 30);
        const setup = { variant, vectorSize, window: 5, negative: 5, words: 30, tokens };
        assertLikeReference(algorithm, setup, 0.1);
      }
    });

    test(`vectors and loss are those of a plain reference, for every window and number of negatives (${algorithm}, ${variant})`, () => {
      for (const negative of [1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 20, 100]) {
        for (const window of [1, 2, 3, 10, 100]) {
          const tokens = someText(window > 10 || negative > 20 ? 150 : 250, 40);
          const alpha = 0.3 / (6 + negative); // rounding grows with the vectors
          assertLikeReference(algorithm, { variant, vectorSize: 9, window, negative, words: 40, tokens }, alpha);
        }
      }
    });

    test(`scores beyond 6 are held there, and the loss stays exact (${algorithm}, ${variant})`, () => {
      const setup = { variant, vectorSize: 12, window: 4, negative: 5, words: 20, tokens: someText(60, 20), scale: 12 };
      assertLikeReference(algorithm, setup, 1e-3);
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
        const tokens = Array.from({ length: 41 }, (_, i) => (i * 7) % words); // no word twice
        const setup = create({ variant, vectorSize, window, negative, words, tokens, scale: 1 });
        const { reference, vectors, readTokens, train } = setup;
        readTokens();
        reference.readTokens(Int32Array.from(tokens));
        const before = vectors();
        train(algorithm, 20, 21, alpha);
        reference.train(algorithm, 20, 21, alpha); // tells which negatives were drawn
        const { contexts, outputs } = reference.last;
        if (new Set(outputs).size < outputs.length) continue; // a word drawn twice: its updates do not add up
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
    const { reference, vectors, readTokens, train } = create({
      variant,
      vectorSize: 4,
      window: 1,
      negative: 3,
      words: 3,
      tokens,
      table,
    });
    assert.equal(readTokens(), 5);
    reference.readTokens(Int32Array.from(tokens));
    for (let at = 0; at < tokens.length; at++) {
      train('skipgram', at, at + 1, 0.1);
      reference.train('skipgram', at, at + 1, 0.1);
      const [word, ...negatives] = reference.last.outputs;
      assert.ok(!negatives.includes(word!), `negatives of word ${word}: ${negatives.join(' ')}`);
      assertNear(vectors().output, reference.output, 1e-6, `position ${at}`);
    }
  });

  test(`a token is kept as often as its entry says; breaks always are (${variant})`, () => {
    const tokens = Array.from({ length: 40_000 }, (_, i) => (i % 4 === 3 ? -1 : i % 4));
    const { kernel, rows, readTokens } = create({
      variant,
      vectorSize: 2,
      window: 1,
      negative: 1,
      words: 3,
      tokens,
      keep: [1, 0.25, 0],
    });
    const kept = readTokens(); // 10,000 breaks, all of word 0, a quarter of word 1, nothing of word 2
    assert.ok(Math.abs(kept - 22_500) < 200, `kept ${kept} of ${tokens.length}, expected about 22500`);
    assert.equal(rows.input.length, 3);
    assert.ok(kernel.threadBytes(2, 1, 1, 40_000) > 160_000);
  });
}
