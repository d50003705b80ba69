// The answers of many analogies at once: a job that is cloned to a thread, a class that does it
// step by step, and the count of right answers.
//
// The 19,544 questions of questions-words.txt name 905 words. Their cosines to all rows are a small
// product of matrices, and the score of a row for a question is a sum (3CosAdd) or a quotient
// (3CosMul) of three of them. So rows pass in tiles: the cosines of every named word to the tile,
// then every question over the tile (kernel `offerAnswers`). 30,000 words of 100 numbers take half
// a second instead of the five that a search for each question takes.

import { BumpAllocator, MOST_PAGES } from '../numerics/bump-allocator.ts';
import { ANALOGY_VOCABULARY, type AnalogyAccuracy, knownRows, type SectionAccuracy } from './evaluation.ts';
import type { AnalogyQuestions } from './evaluation-set.ts';
import type { Method, WordVectors } from './vectors.ts';

export interface AnalogyOptions {
  method?: Method;
  /** How many of the most frequent words are known, and are the possible answers; 0: all. */
  restrictVocabulary?: number;
}

/** Survives a structured clone; the vectors are shared, not copied, and only read. */
export interface AnalogyJob {
  kernel: WebAssembly.Module;
  method: Method;
  /** Where the rows of unit length are: `rows` of them, `stride` bytes apart. */
  memory: WebAssembly.Memory;
  rowsPtr: number;
  stride: number;
  rows: number;
  /** (W): the rows of the words that questions name. */
  words: Int32Array;
  /** (A, 3): a, b and c of the questions whose words are all known, as places in `words`. */
  questions: Int32Array;
  /** (rows): of each row, and (W): of each word, what it counts as. */
  folds: Int32Array;
  wordFolds: Int32Array;
  /**
   * (A), shared: the row of the best answer to each question, -1 where there is none; there once
   * the last step is done.
   */
  answers: Int32Array;
  /** (1), shared: rows that were offered so far. */
  done: Int32Array;
}

interface AnalogyKernel {
  dotRows(queryPtr: number, rowsPtr: number, rows: number, stride: number, outPtr: number): void;
  offerAnswers(
    productsPtr: number,
    T: number,
    rows: number,
    firstRow: number,
    foldsPtr: number,
    wordFoldsPtr: number,
    questionsPtr: number,
    first: number,
    end: number,
    bestsPtr: number,
    answersPtr: number,
    multiply: boolean,
  ): void;
}

/** Rows of a tile: the cosines of 900 words to them stay in the second-level cache. */
const TILE = 128;
/** Multiply-adds of a step: 2 to 10 ms. */
const STEP_WORK = 3e7;

export function createAnalogyJob(
  vectors: WordVectors,
  set: AnalogyQuestions,
  { method = '3CosAdd', restrictVocabulary = ANALOGY_VOCABULARY }: AnalogyOptions = {},
): AnalogyJob {
  while (vectors.step());
  const { kernel, memory, rowsPtr, stride } = vectors.index;
  const rows = restrictVocabulary > 0 ? Math.min(restrictVocabulary, vectors.words.length) : vectors.words.length;
  const known = knownRows(vectors, set.words, rows);
  const places = Int32Array.from(known, () => -1);
  const words: number[] = [];
  known.forEach((row, word) => {
    if (row >= 0) places[word] = words.push(row) - 1;
  });
  const questions: number[] = [];
  for (let at = 0; at < set.questions.length; at += 4) {
    const four = Array.from(set.questions.subarray(at, at + 4), (word) => places[word]!);
    if (!four.includes(-1)) questions.push(four[0]!, four[1]!, four[2]!);
  }
  return {
    kernel,
    method,
    memory,
    rowsPtr,
    stride,
    rows,
    words: Int32Array.from(words),
    questions: Int32Array.from(questions),
    folds: vectors.folds.slice(0, rows),
    wordFolds: Int32Array.from(words, (row) => vectors.folds[row]!),
    answers: new Int32Array(new SharedArrayBuffer((questions.length / 3) * 4)).fill(-1),
    done: new Int32Array(new SharedArrayBuffer(4)),
  };
}

/** 0 to 1, while a thread works on the job. */
export function analogyProgress({ done, rows }: AnalogyJob): number {
  return Math.min(1, Atomics.load(done, 0) / rows);
}

export class AnalogyThread {
  readonly #job: AnalogyJob;
  readonly #kernel: AnalogyKernel;
  /** The shared rows, and this thread's own memory. */
  readonly #rows: Uint8Array;
  readonly #bytes: Uint8Array;
  readonly #ptr: { words: number; tile: number; folds: number; wordFolds: number; products: number };
  readonly #questionsPtr: number;
  readonly #bestsPtr: number;
  readonly #answersPtr: number;
  readonly #asked: number;
  /** The first row of the tile; its words multiplied so far, and its questions answered. */
  #row = 0;
  #word = 0;
  #question = 0;

  constructor(job: AnalogyJob) {
    const { stride, words, questions, wordFolds } = job;
    this.#job = job;
    this.#asked = questions.length / 3;
    const allocator = new BumpAllocator();
    const place = (bytes: number): number => allocator.take(bytes);
    this.#ptr = {
      words: place(words.length * stride),
      tile: place(TILE * stride),
      folds: place(TILE * 4),
      wordFolds: place(words.length * 4),
      products: place(words.length * TILE * 4),
    };
    this.#questionsPtr = place(questions.length * 4);
    this.#bestsPtr = place(this.#asked * 4);
    this.#answersPtr = place(this.#asked * 4);
    const memory = new WebAssembly.Memory({ initial: allocator.pages, maximum: MOST_PAGES, shared: true });
    this.#kernel = new WebAssembly.Instance(job.kernel, { env: { memory } }).exports as unknown as AnalogyKernel;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#rows = new Uint8Array(job.memory.buffer, job.rowsPtr, job.rows * stride);
    words.forEach((row, word) => this.#bytes.set(this.#rowBytes(row, 1), this.#ptr.words + word * stride));
    new Int32Array(memory.buffer, this.#ptr.wordFolds, words.length).set(wordFolds);
    new Int32Array(memory.buffer, this.#questionsPtr, questions.length).set(questions);
    new Float32Array(memory.buffer, this.#bestsPtr, this.#asked).fill(-Infinity);
    this.#answers.fill(-1);
  }

  /** Works for a few milliseconds; false once all is done. */
  step(): boolean {
    const { stride, rows, words, folds, method } = this.#job;
    const { tile, products, folds: foldsPtr, wordFolds } = this.#ptr;
    if (this.#row >= rows || this.#asked === 0) return false;
    const count = Math.min(TILE, rows - this.#row);
    if (this.#word === 0 && this.#question === 0) {
      // rows beyond the last are zeros and never an answer
      this.#bytes.fill(0, tile, tile + TILE * stride).set(this.#rowBytes(this.#row, count), tile);
      new Int32Array(this.#bytes.buffer, foldsPtr, TILE).set(folds.subarray(this.#row, this.#row + count));
    }
    if (this.#word < words.length) {
      const end = Math.min(words.length, this.#word + Math.ceil(STEP_WORK / (TILE * stride)) * 4);
      for (; this.#word < end; this.#word++) {
        const [query, out] = [this.#ptr.words + this.#word * stride, products + this.#word * TILE * 4];
        this.#kernel.dotRows(query, tile, TILE, stride, out);
      }
      return true;
    }
    const end = Math.min(this.#asked, this.#question + Math.ceil(STEP_WORK / TILE / 3));
    this.#kernel.offerAnswers(
      products,
      TILE,
      count,
      this.#row,
      foldsPtr,
      wordFolds,
      this.#questionsPtr,
      this.#question,
      end,
      this.#bestsPtr,
      this.#answersPtr,
      method === '3CosMul',
    );
    this.#question = end;
    if (end === this.#asked) {
      this.#row += TILE;
      this.#word = this.#question = 0;
      Atomics.store(this.#job.done, 0, this.#row);
    }
    if (this.#row < rows) return true;
    this.#job.answers.set(this.#answers);
    return false;
  }

  get #answers(): Int32Array {
    return new Int32Array(this.#bytes.buffer, this.#answersPtr, this.#asked);
  }

  #rowBytes(row: number, count: number): Uint8Array {
    return this.#rows.subarray(row * this.#job.stride, (row + count) * this.#job.stride);
  }
}

/** Counts the answers of a job that is done, made of the same `vectors` and `set`. */
export function countAnswers(
  vectors: WordVectors,
  set: AnalogyQuestions,
  { answers, rows }: AnalogyJob,
): AnalogyAccuracy {
  const known = knownRows(vectors, set.words, rows);
  const accuracy = (name: string, questions: number, asked: number, right: number): SectionAccuracy => ({
    name,
    questions,
    asked,
    right,
    accuracy: right / asked,
  });
  const sections: SectionAccuracy[] = [];
  let question = 0;
  let answered = 0;
  let rightOfAll = 0;
  for (const { name, end } of set.sections) {
    const [firstQuestion, firstAnswer] = [question, answered];
    let right = 0;
    for (; question < end; question++) {
      const four = Array.from(set.questions.subarray(4 * question, 4 * question + 4), (word) => known[word]!);
      if (four.includes(-1)) continue;
      const answer = answers[answered++]!;
      if (answer >= 0 && vectors.folds[answer] === four[3]) right++;
    }
    rightOfAll += right;
    sections.push(accuracy(name, end - firstQuestion, answered - firstAnswer, right));
  }
  return { ...accuracy('', question, answered, rightOfAll), sections };
}

/** All steps at once, on this thread. */
export function answerAnalogies(
  vectors: WordVectors,
  set: AnalogyQuestions,
  options: AnalogyOptions = {},
): AnalogyAccuracy {
  const job = createAnalogyJob(vectors, set, options);
  const thread = new AnalogyThread(job);
  while (thread.step());
  return countAnswers(vectors, set, job);
}
