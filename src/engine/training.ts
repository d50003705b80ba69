// A training from folders to a model: read, count, word vectors, map, language model. It decides the order and what is
// said on the way; the arithmetic is the rooms', the threads are compute-threads.ts's.

import { setImmediate } from 'node:timers/promises';
import * as l10n from '@vscode/l10n';
import {
  createLanguageModelJob,
  languageModelProgress,
  languageModelResult,
  type LanguageModelJob,
} from '../language-model/job.ts';
import { resolveLanguageModelOptions, type LanguageModelOptions } from '../language-model/options.ts';
import type { WordVectors } from '../language-model/parameters.ts';
import type { TensorFlow } from '../language-model/tensorflow.ts';
import { LanguageModelThread } from '../language-model/training.ts';
import type {
  EngineEvents,
  LanguageModelSummary,
  Phase,
  Progress,
  TrainReport,
  TrainRequest,
} from '../protocol/engine.ts';
import { runTasks } from './compute-threads.ts';
import type { Kernels } from './kernels.ts';
import { loadModel, type StoredModel } from './model-store.ts';
import { checkOptions, resolveThreads } from './options.ts';
import { openTokenFile } from './token-file.ts';
import { loadTensorflow } from './tensorflow.ts';
import { PhaseClock } from './phase-clock.ts';
import type { ReadCorpus } from './read-corpus.ts';
import { readFolders } from './reading.ts';
import type { Tensor } from './safetensors.ts';
import { makeWordMap } from './word-map.ts';
import { trainWordVectors } from './word-vectors.ts';

/** Below so many words nothing sensible can be learned. */
const FEWEST_WORDS = 2000;
/** How often progress is told, ms. */
const INTERVAL = 100;

export interface TrainContext {
  kernels: Kernels;
  /** Of the compute thread's bundle. */
  script: URL;
  signal: AbortSignal;
  events: EngineEvents;
  /** Where the model is stored, and the end of a text that has no room in memory while it is used. */
  directory: string;
  /** Between two checkpoints of the word vectors, ms. */
  checkpointInterval: number;
}

export interface Trained extends Omit<TrainReport, 'model'> {
  model: StoredModel;
}

/** Trains and gives the model, not stored yet; null where it was cancelled. Throws one sentence for the user. */
export async function train(request: TrainRequest, context: TrainContext): Promise<Trained | null> {
  checkOptions(request);
  const { parts, tensorflow } = request;
  // before anything is read: it may not be there
  const backend = tensorflow === undefined || parts?.languageModel === false ? null : loadTensorflow(tensorflow);
  const before = request.start === 'continue' ? await loadModel(context.directory) : null;
  if (request.start === 'continue' && !before) {
    throw new Error(l10n.t('There is no model here to continue. Train on this folder first.'));
  }
  const tokenFile = openTokenFile(context.directory);
  try {
    return await trainWith(request, before, { ...context, tensorflow: backend }, tokenFile.descriptor);
  } finally {
    tokenFile.close();
  }
}

interface Context extends TrainContext {
  /** Computes the language model in place of the kernels. */
  tensorflow: TensorFlow | null;
}

async function trainWith(
  request: TrainRequest,
  before: StoredModel | null,
  context: Context,
  tokenFile: number,
): Promise<Trained | null> {
  const { kernels, script, signal, events } = context;
  const threads = resolveThreads(request.threads);
  const { parts = { map: true, languageModel: true } } = request;
  const clock = new PhaseClock();

  clock.enter('reading');
  const read = await readFolders(request, tokenFile, threads, context, (phase) => clock.enter(phase));
  if (!read) return null;
  const { report } = read;
  if (report.words < FEWEST_WORDS) throw new Error(tooFewWords(report));

  clock.enter('wordVectors');
  const wordVectors = await trainWordVectors(request, read, tokenFile, before, threads, context, (progress) =>
    tell(events, new Meter('wordVectors', progress)),
  );
  if (!wordVectors) return null;
  const { words, counts, vectors, inText } = wordVectors;
  const { vocabulary, vectorSize, input, output, tree, ngrams } = vectors;

  let positions: Float32Array | null = null;
  if (parts.map) {
    clock.enter('map');
    positions = await makeWordMap({
      ...{ kernels, script, signal, events, vectorSize },
      vectors: input,
      options: request.projection,
      words,
      seed: request.seed,
    });
    if (!positions) return null;
  }

  let languageModel: TrainedLanguageModel | null = null;
  if (parts.languageModel) {
    clock.enter('languageModel');
    // words that are not in the text have no place in a vocabulary by count: the model's words then end before them
    const most = vocabulary > inText ? inText : Infinity;
    const initial = { size: vectorSize, data: input };
    languageModel = await trainLanguageModel(request, read, most, initial, threads, context);
    if (!languageModel) return null;
  }

  clock.enter('saving');
  const mapWords = positions ? positions.length / 2 : 0;
  const kept = Math.max(vocabulary, languageModel?.summary.vocabulary ?? 0);
  const { corpus } = read;
  const model: StoredModel = {
    summary: {
      trained: new Date().toISOString(),
      vocabulary,
      vectorSize,
      words: report.words,
      files: report.files,
      mapWords,
      losses: wordVectors.losses,
      languageModel: languageModel && languageModel.summary,
    },
    options: {
      word2vec: wordVectors.options,
      ...(positions && { projection: request.projection }),
      ...(languageModel && { languageModel: languageModel.options }),
      seed: request.seed,
      threads,
    },
    words: [...words, ...corpus.words.slice(vocabulary, kept)],
    counts: Float64Array.from([...counts, ...corpus.counts.subarray(vocabulary, kept)]),
    vectors: {
      input: { shape: [vocabulary, vectorSize], data: input },
      ...(output && { output: { shape: [vocabulary, vectorSize], data: output } }),
      ...(tree && { tree: { shape: [tree.length / vectorSize, vectorSize], data: tree } }),
      ...(ngrams && { ngrams: { shape: [ngrams.length / vectorSize, vectorSize], data: ngrams } }),
    },
    map: positions && { positions: { shape: [mapWords, 2], data: positions } },
    languageModel: languageModel && languageModel.tensors,
  };
  const { resumedAt } = wordVectors;
  return { model, reading: report, ...(resumedAt !== undefined && { resumedAt }), seconds: clock.seconds() };
}

interface TrainedLanguageModel {
  summary: LanguageModelSummary;
  options: LanguageModelOptions;
  tensors: Record<string, Tensor>;
}

/** Null where it was cancelled. */
async function trainLanguageModel(
  request: TrainRequest,
  { corpus, paths, report }: ReadCorpus,
  mostWords: number,
  vectors: WordVectors,
  threads: number,
  { kernels, script, signal, events, tensorflow }: Context,
): Promise<TrainedLanguageModel | null> {
  const resolved = resolveLanguageModelOptions(request.languageModel, report.words);
  const options = { ...resolved, maxVocabulary: Math.min(resolved.maxVocabulary, mostWords) };
  const { tokens, spilled } = corpus;
  // of a text that is larger than memory, what is in memory
  const documents = spilled ? corpus.documents.filter((start) => start < tokens.length) : corpus.documents;
  if (spilled) {
    events.log(
      'info',
      l10n.t(
        'The language model learns from the first {0} of {1} tokens',
        tokens.length,
        tokens.length + spilled.length,
      ),
    );
  }
  const heldOut = chooseHeldOut(paths.slice(0, documents.length), documents, tokens.length, options.heldOut);
  const job = createLanguageModelJob(
    kernels['language-model'],
    tokens,
    documents,
    heldOut,
    options,
    tensorflow ? 1 : threads,
    request.seed,
    { vectors, characters: corpus.words.map((word) => Array.from(word).length) },
  );
  const stop = tell(
    events,
    new Meter('languageModel', () => {
      const { tokens, total } = languageModelProgress(job);
      return [tokens, total];
    }),
  );
  const run = tensorflow
    ? runHere(job, tensorflow, signal)
    : runTasks(
        script,
        Array.from({ length: threads }, (_, thread) => ({ kind: 'languageModel', job, thread })),
        signal,
      );
  if (!(await run.finally(stop))) return null;
  const { tensors, perplexity, heldOutTokens } = languageModelResult(job);
  events.log(
    'info',
    l10n.t('Language model: perplexity {0} on {1} held-out tokens', perplexity.toFixed(1), heldOutTokens),
  );
  const summary = {
    vocabulary: tensors['output.bias']!.shape[0]! - 2, // without the unknown sign and the end of a sentence
    perplexity,
    heldOutFiles: heldOut.reduce((sum, held) => sum + held, 0),
    heldOutTokens,
  };
  return { summary, options, tensors };
}

/** On this thread, as TensorFlow cannot be loaded in several; other questions are heard between steps. False where it was cancelled. */
async function runHere(job: LanguageModelJob, tensorflow: TensorFlow, signal: AbortSignal): Promise<boolean> {
  const thread = new LanguageModelThread(job, 0, tensorflow);
  while (thread.step()) {
    await setImmediate();
    if (signal.aborted) return false;
  }
  return true;
}

function tooFewWords(report: TrainReport['reading']): string {
  return l10n.t(
    'Lexiscope needs about {0} words to learn from and found {1} in {2} files. Open a folder with more text, or look at what the log says was skipped.',
    FEWEST_WORDS,
    report.words,
    report.files,
  );
}

/**
 * Whole files that the language model does not learn from, (documents) of 0 and 1: in the order of a hash of their paths,
 * so that the choice stays when files are added, until they hold `share` of the text. No file that holds more than
 * twice that share is taken. None may be left: the language model then holds out the end of the text.
 */
export function chooseHeldOut(
  paths: readonly string[],
  documents: Int32Array,
  tokens: number,
  share: number,
): Uint8Array {
  const heldOut = new Uint8Array(paths.length);
  const order = paths
    .map((path, index) => ({ index, hash: fnv1a(path) }))
    .sort((a, b) => a.hash - b.hash || a.index - b.index);
  let held = 0;
  for (const { index } of order) {
    if (held >= share * tokens) break;
    const size = (documents[index + 1] ?? tokens) - documents[index]!;
    if (size > 2 * share * tokens || size === 0) continue;
    heldOut[index] = 1;
    held += size;
  }
  return heldOut;
}

/** FNV-1a, 32 bits, over UTF-16 code units (http://www.isthe.com/chongo/tech/comp/fnv/). */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** Turns a count of work done into progress: rate over the last seconds, time left. */
class Meter {
  readonly #phase: Phase;
  readonly #read: () => [done: number, total: number];
  readonly #history: { time: number; done: number }[] = [];

  constructor(phase: Phase, read: () => [done: number, total: number]) {
    this.#phase = phase;
    this.#read = read;
  }

  progress(): Progress {
    const [done, total] = this.#read();
    const time = performance.now();
    this.#history.push({ time, done });
    if (this.#history.length > 50) this.#history.shift();
    const oldest = this.#history[0]!;
    const rate = (1000 * (done - oldest.done)) / (time - oldest.time);
    const fraction = Math.min(1, done / Math.max(1, total));
    return rate > 0
      ? { phase: this.#phase, fraction, wordsPerSecond: rate, secondsLeft: (total - done) / rate }
      : { phase: this.#phase, fraction };
  }
}

/** Tells progress at once and every INTERVAL ms until the returned function is called. */
function tell(events: EngineEvents, meter: Meter): () => void {
  events.progress(meter.progress());
  const timer = setInterval(() => events.progress(meter.progress()), INTERVAL);
  return () => clearInterval(timer);
}
