// Training of the next-token model on a corpus: the job, the threads that run it, its progress and its result.
//
// The training text is cut into B streams that are read side by side in windows of T tokens, the state carried over from
// window to window; one Adam step a window. Then the perplexity is measured on the held-out text, over the whole
// vocabulary, the unknown sign and the end of a sentence included: every token of it is predicted once.

import type { LanguageModelOptions } from './options.ts';
import { Network } from './network.ts';
import { listParameters, readParameter, type Tensor } from './parameters.ts';
import { appendTokens, END_OF_SENTENCE, FIRST_WORD, Streams } from './streams.ts';
import { createSignals, Stopped, Team } from './team.ts';
import { createMemory, layOutWorkspace, type TrainingSizes } from './workspace.ts';

/** A plain object that survives a structured clone; its memory is shared by all threads. */
export interface LanguageModelJob {
  kernel: WebAssembly.Module;
  memory: WebAssembly.Memory;
  sizes: TrainingSizes;
  options: LanguageModelOptions;
  threads: number;
  seed: number;
  /** Tokens, an end of a sentence first. */
  trainingText: Int32Array<SharedArrayBuffer>;
  heldOutText: Int32Array<SharedArrayBuffer>;
  signals: Int32Array<SharedArrayBuffer>;
  /** See PROGRESS. */
  progress: Float64Array<SharedArrayBuffer>;
  /** (optimiser steps): mean negative log-likelihood of each step's tokens, nats. */
  losses: Float32Array<SharedArrayBuffer>;
}

export interface LanguageModelProgress {
  phase: 'training' | 'evaluating';
  /** Tokens done in this phase, out of `total`. */
  tokens: number;
  total: number;
  /** Mean negative log-likelihood of the last step's tokens, nats; 0 before the first. */
  loss: number;
}

export interface LanguageModelResult {
  /** By PyTorch's names and in its layout: see parameters.ts. */
  tensors: Record<string, Tensor>;
  /** exp of the mean negative log-likelihood of the held-out tokens, unknown signs and ends of sentences included. */
  perplexity: number;
  heldOutTokens: number;
  /** (optimiser steps), nats a token. */
  losses: Float32Array;
}

/** Fewer training tokens teach nothing. */
const FEWEST_TOKENS = 32;
/** Of a text whose end is held out. */
const FEWEST_HELD_OUT = 16;
/** A call of `step` ends after so long, ms. */
const SLICE = 20;
/** Streams of the held-out text are at least so long: each begins without a context. */
const SHORTEST_HELD_OUT_STREAM = 256;
/** Optimiser steps that a pass over a small text takes at least, where that needs smaller batches. */
const FEWEST_STEPS = 20;

/** Indexes of the numbers in `progress`. */
const PROGRESS = { evaluating: 0, tokens: 1, total: 2, loss: 3, heldOutLoss: 4, done: 5 };

/**
 * Prepares a training. `tokens`: the corpus as ids by descending count, -1 for the end of a sentence or document;
 * `documents`: where each begins; `heldOut`: 1 for each that is held out, none or some. Where none is, the end of the text
 * is. `options`: resolved. Words that occur once are unknown, as are those beyond maxVocabulary. Batch and window are
 * made smaller for a small text. Throws where the text is too small, or the memory would be too large.
 */
export function createLanguageModelJob(
  kernel: WebAssembly.Module,
  tokens: Int32Array,
  documents: Int32Array,
  heldOut: Uint8Array,
  options: LanguageModelOptions,
  threads: number,
  seed: number,
): LanguageModelJob {
  const words = knownWords(tokens, options.maxVocabulary);
  const parts = heldOut.includes(1)
    ? splitByDocument(tokens, documents, heldOut)
    : splitAtTheEnd(tokens, options.heldOut);
  const text = (held: boolean) =>
    join(
      tokens,
      parts.filter((part) => part.held === held),
      words,
    );
  const [trainingText, heldOutText] = [text(false), text(true)];
  const trainingTokens = trainingText.length - 1;
  if (trainingTokens < FEWEST_TOKENS || heldOutText.length < 2) {
    throw new RangeError(
      `The language model needs at least ${FEWEST_TOKENS} tokens to learn from and 1 held out, ` +
        `got ${trainingTokens} and ${heldOutText.length - 1}`,
    );
  }
  const sizes = {
    vocabulary: words + FIRST_WORD,
    embeddingSize: options.embeddingSize,
    hiddenSize: options.hiddenSize,
    ...resolveBatch(options, trainingTokens),
  };
  const { bytes } = layOutWorkspace(sizes, threads);
  const steps = options.epochs * Math.ceil(new Streams(trainingText, sizes.batchSize).length / sizes.steps);
  return {
    kernel,
    memory: createMemory(bytes),
    sizes,
    options,
    threads,
    seed,
    trainingText,
    heldOutText,
    signals: createSignals(),
    progress: new Float64Array(new SharedArrayBuffer(Object.keys(PROGRESS).length * 8)),
    losses: new Float32Array(new SharedArrayBuffer(steps * 4)),
  };
}

/** Of the corpus's most frequent words, so many: those that occur at least twice, `most` at most. */
function knownWords(tokens: Int32Array, most: number): number {
  const counts = new Uint32Array(most);
  for (const id of tokens) if (id >= 0 && id < most) counts[id]!++;
  const rare = counts.findIndex((count) => count < 2);
  return rare < 0 ? most : rare;
}

/** A part of the corpus, [start, end), and whether it is held out. */
interface Part {
  start: number;
  end: number;
  held: boolean;
}

function splitByDocument(tokens: Int32Array, documents: Int32Array, heldOut: Uint8Array): Part[] {
  return Array.from(documents, (start, index) => ({
    start,
    end: documents[index + 1] ?? tokens.length,
    held: heldOut[index] === 1,
  }));
}

function splitAtTheEnd(tokens: Int32Array, share: number): Part[] {
  const start = Math.max(0, tokens.length - Math.max(FEWEST_HELD_OUT, Math.ceil(tokens.length * share)));
  return [
    { start: 0, end: start, held: false },
    { start, end: tokens.length, held: true },
  ];
}

/** The parts' tokens in the model's numbering, one text, in shared memory. */
function join(tokens: Int32Array, parts: readonly Part[], words: number): Int32Array<SharedArrayBuffer> {
  const text = new Int32Array(1 + parts.reduce((sum, { start, end }) => sum + end - start + 1, 0));
  text[0] = END_OF_SENTENCE;
  const length = parts.reduce((at, { start, end }) => appendTokens(text, at, tokens, start, end, words), 1);
  const shared = new Int32Array(new SharedArrayBuffer(length * 4));
  shared.set(text.subarray(0, length));
  return shared;
}

/** B and T for a text: as asked for, or so much smaller that a pass takes FEWEST_STEPS steps. */
function resolveBatch(
  { batchSize, steps }: LanguageModelOptions,
  tokens: number,
): { batchSize: number; steps: number } {
  const most = Math.max(1, Math.floor(tokens / (FEWEST_STEPS * steps)));
  return {
    batchSize: Math.min(batchSize, most),
    steps: Math.min(steps, Math.max(2, Math.floor(tokens / FEWEST_STEPS))),
  };
}

/** One thread of a job. All threads are to be stepped until each says that it is done; they wait for each other. */
export class LanguageModelThread {
  readonly #job: LanguageModelJob;
  readonly #team: Team;
  readonly #network: Network;
  readonly #work: Generator<void>;

  /** `thread`: its number, from 0. */
  constructor(job: LanguageModelJob, thread: number) {
    this.#job = job;
    this.#team = new Team(job.signals, thread, job.threads);
    this.#network = new Network(job.kernel, job.memory, layOutWorkspace(job.sizes, job.threads), this.#team);
    this.#work = this.#run();
  }

  /**
   * Works for about 20 ms; false where nothing is left, or where another thread was stopped. Throws where the loss is no
   * finite number any more; the other threads then stop.
   */
  step(): boolean {
    const end = Date.now() + SLICE;
    try {
      do {
        if (this.#work.next().done) return false;
      } while (Date.now() < end);
      return true;
    } catch (error) {
      if (error instanceof Stopped) return false;
      this.#team.stop();
      throw error;
    }
  }

  /** To be called where a thread is not stepped to its end: the others, which would wait for it, stop as well. */
  stop(): void {
    this.#team.stop();
  }

  *#run(): Generator<void> {
    yield* this.#network.initialise(this.#job.seed, this.#job.trainingText);
    yield* this.#train();
    yield* this.#evaluate();
  }

  *#train(): Generator<void> {
    const { trainingText, sizes, options, losses } = this.#job;
    const streams = new Streams(trainingText, sizes.batchSize);
    const total = streams.tokens * options.epochs;
    let tokens = 0;
    let step = 0;
    this.#tell({ total });
    for (let epoch = 0; epoch < options.epochs; epoch++) {
      this.#network.resetState();
      for (let position = 0; position < streams.length; position += sizes.steps) {
        const steps = Math.min(sizes.steps, streams.length - position);
        const count = streams.count(position, steps);
        const rate = learningRateAt(step, losses.length, options.learningRate);
        const loss = (yield* this.#network.differentiate(streams, position, steps)) / count;
        step++;
        const norm = yield* this.#network.update(rate, options.clip, step);
        if (!Number.isFinite(loss + norm)) {
          throw new Error(
            `The language model's loss became ${loss} (gradient ${norm}) in step ${step} of ${losses.length}; ` +
              `lower the learning rate (${options.learningRate})`,
          );
        }
        tokens += count;
        if (this.#team.thread === 0) losses[step - 1] = loss;
        this.#tell({ tokens, loss });
      }
    }
  }

  *#evaluate(): Generator<void> {
    const { heldOutText, sizes } = this.#job;
    const lanes = Math.floor((heldOutText.length - 1) / SHORTEST_HELD_OUT_STREAM);
    const streams = new Streams(heldOutText, Math.min(sizes.batchSize, Math.max(1, lanes)));
    let tokens = 0;
    let loss = 0;
    this.#tell({ tokens, total: streams.tokens, evaluating: 1 });
    this.#network.resetState();
    for (let position = 0; position < streams.length; position += sizes.steps) {
      const steps = Math.min(sizes.steps, streams.length - position);
      loss += yield* this.#network.evaluate(streams, position, steps);
      tokens += streams.count(position, steps);
      this.#tell({ tokens });
    }
    this.#tell({ heldOutLoss: loss, done: 1 });
  }

  /** One thread speaks for all. */
  #tell(numbers: Partial<Record<keyof typeof PROGRESS, number>>): void {
    if (this.#team.thread !== 0) return;
    for (const [name, value] of Object.entries(numbers)) {
      this.#job.progress[PROGRESS[name as keyof typeof PROGRESS]] = value;
    }
  }
}

/** Linear warm-up over the first twentieth of the steps, then a linear fall to a tenth of `peak`. `step` from 0. */
function learningRateAt(step: number, steps: number, peak: number): number {
  const warmUp = Math.ceil(steps / 20);
  if (step < warmUp) return (peak * (step + 1)) / warmUp;
  return peak * (1 - (0.9 * (step - warmUp)) / Math.max(1, steps - warmUp));
}

/** How far a job is; cheap. */
export function languageModelProgress({ progress }: LanguageModelJob): LanguageModelProgress {
  return {
    phase: progress[PROGRESS.evaluating] ? 'evaluating' : 'training',
    tokens: progress[PROGRESS.tokens]!,
    total: progress[PROGRESS.total]!,
    loss: progress[PROGRESS.loss]!,
  };
}

/** The trained model; throws where the job is not done. The caller owns the tensors. */
export function languageModelResult(job: LanguageModelJob): LanguageModelResult {
  if (!job.progress[PROGRESS.done]) throw new Error('The language model is not trained to the end');
  const heldOutTokens = job.heldOutText.length - 1;
  const floats = new Float32Array(job.memory.buffer);
  const { parameters } = layOutWorkspace(job.sizes, job.threads);
  return {
    tensors: Object.fromEntries(
      listParameters(parameters).map((parameter) => [parameter.name, readParameter(floats, parameter)]),
    ),
    perplexity: Math.exp(job.progress[PROGRESS.heldOutLoss]! / heldOutTokens),
    heldOutTokens,
    losses: Float32Array.from(job.losses),
  };
}
