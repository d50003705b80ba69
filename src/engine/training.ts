// A training from folders to a model: read, count, word vectors, map, language model. It decides the order and what is
// said on the way; the arithmetic is the rooms', the threads are compute-threads.ts's.

import * as l10n from '@vscode/l10n';
import { createLanguageModelJob, languageModelProgress, languageModelResult } from '../language-model/training.ts';
import { resolveLanguageModelOptions, type LanguageModelOptions } from '../language-model/options.ts';
import type {
  EngineEvents,
  LanguageModelSummary,
  Phase,
  Progress,
  ReadingReport,
  TrainRequest,
} from '../protocol/engine.ts';
import { resolveWord2vecOptions } from '../word2vec/options.ts';
import { createWord2vecJob, word2vecProgress, word2vecResult } from '../word2vec/training.ts';
import { runTasks } from './compute-threads.ts';
import type { Kernels } from './kernels.ts';
import type { StoredModel } from './model-store.ts';
import { checkOptions, resolveThreads } from './options.ts';
import { openTokenFile, tokensOf } from './token-file.ts';
import { PhaseClock } from './phase-clock.ts';
import type { ReadCorpus } from './read-corpus.ts';
import type { Tensor } from './safetensors.ts';
import { makeWordMap } from './word-map.ts';

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
}

export interface Trained {
  model: StoredModel;
  reading: ReadingReport;
  seconds: Partial<Record<Phase, number>>;
}

/** Trains and gives the model, not stored yet; null where it was cancelled. Throws one sentence for the user. */
export async function train(request: TrainRequest, context: TrainContext): Promise<Trained | null> {
  checkOptions(request);
  const tokenFile = openTokenFile(context.directory);
  try {
    return await trainWith(request, context, tokenFile.descriptor);
  } finally {
    tokenFile.close();
  }
}

async function trainWith(request: TrainRequest, context: TrainContext, tokenFile: number): Promise<Trained | null> {
  const { kernels, script, signal, events } = context;
  const threads = resolveThreads(request.threads);
  const { parts = { map: true, languageModel: true } } = request;
  const clock = new PhaseClock();

  clock.enter('reading');
  const read = await runTasks(
    script,
    [{ kind: 'read', folders: request.folders, reading: request.reading, phrases: request.phrases, tokenFile }],
    signal,
    (message) => {
      if (message.type === 'log') events.log(message.level, message.message);
      else {
        clock.enter(message.progress.phase);
        events.progress(message.progress);
      }
    },
  );
  if (!read) return null;
  const { corpus, report } = read[0]!;
  if (report.words < FEWEST_WORDS) throw new Error(tooFewWords(report));
  const { words, counts } = corpus;

  clock.enter('wordVectors');
  const word2vec = resolveWord2vecOptions(request.word2vec, report.words);
  if ((counts[1] ?? 0) < word2vec.minCount) {
    throw new Error(
      l10n.t(
        'No two words appear at least {0} times in {1} files. Open a folder with more text, or lower the setting word2vec.minCount.',
        word2vec.minCount,
        report.files,
      ),
    );
  }
  const word2vecJob = createWord2vecJob(kernels.word2vec, {
    text: tokensOf(corpus, tokenFile),
    counts,
    words,
    options: word2vec,
    threads,
    seed: request.seed,
  });
  const word2vecMeter = new Meter('wordVectors', () => {
    const { words, total } = word2vecProgress(word2vecJob);
    return [words, total];
  });
  const stopWord2vec = tell(events, word2vecMeter);
  const word2vecRun = await runTasks(
    script,
    Array.from({ length: word2vecJob.threads }, (_, thread) => thread).map((thread) => ({
      kind: 'word2vec',
      job: word2vecJob,
      thread,
      corpus: { tokens: corpus.tokens, spilled: corpus.spilled },
      tokenFile,
    })),
    signal,
  ).finally(stopWord2vec);
  if (!word2vecRun) return null;
  const { vocabulary, vectorSize, input, output } = word2vecResult(word2vecJob);
  events.log(
    'info',
    l10n.t('Word vectors: {0} words, loss {1} a pair', vocabulary, word2vecProgress(word2vecJob).loss.toFixed(4)),
  );

  let positions: Float32Array | null = null;
  if (parts.map) {
    clock.enter('map');
    const [vectors, options] = [input, request.projection];
    positions = await makeWordMap({
      ...{ kernels, script, signal, events, vectors, vectorSize, options },
      words: words.slice(0, vocabulary),
      seed: request.seed,
    });
    if (!positions) return null;
  }

  let languageModel: TrainedLanguageModel | null = null;
  if (parts.languageModel) {
    clock.enter('languageModel');
    languageModel = await trainLanguageModel(request, read[0]!, threads, context);
    if (!languageModel) return null;
  }

  clock.enter('saving');
  const mapWords = positions ? positions.length / 2 : 0;
  const kept = Math.max(vocabulary, languageModel?.summary.vocabulary ?? 0);
  const model: StoredModel = {
    summary: {
      trained: new Date().toISOString(),
      vocabulary,
      vectorSize,
      words: report.words,
      files: report.files,
      mapWords,
      languageModel: languageModel && languageModel.summary,
    },
    options: {
      word2vec,
      ...(positions && { projection: request.projection }),
      ...(languageModel && { languageModel: languageModel.options }),
      seed: request.seed,
      threads,
    },
    words: words.slice(0, kept),
    counts: counts.slice(0, kept),
    vectors: {
      input: { shape: [vocabulary, vectorSize], data: input },
      ...(output && { output: { shape: [vocabulary, vectorSize], data: output } }),
    },
    map: positions && { positions: { shape: [mapWords, 2], data: positions } },
    languageModel: languageModel && languageModel.tensors,
  };
  return { model, reading: report, seconds: clock.seconds() };
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
  threads: number,
  { kernels, script, signal, events }: TrainContext,
): Promise<TrainedLanguageModel | null> {
  const options = resolveLanguageModelOptions(request.languageModel, report.words);
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
    threads,
    request.seed,
  );
  const stop = tell(
    events,
    new Meter('languageModel', () => {
      const { tokens, total } = languageModelProgress(job);
      return [tokens, total];
    }),
  );
  const run = await runTasks(
    script,
    Array.from({ length: threads }, (_, thread) => ({ kind: 'languageModel', job, thread })),
    signal,
  ).finally(stop);
  if (!run) return null;
  const { tensors, perplexity, heldOutTokens } = languageModelResult(job);
  events.log(
    'info',
    l10n.t('Language model: perplexity {0} on {1} held-out tokens', perplexity.toFixed(1), heldOutTokens),
  );
  const summary = {
    vocabulary: tensors['embedding.weight']!.shape[0]! - 2, // without the unknown sign and the end of a sentence
    perplexity,
    heldOutFiles: heldOut.reduce((sum, held) => sum + held, 0),
    heldOutTokens,
  };
  return { summary, options, tensors };
}

function tooFewWords(report: ReadingReport): string {
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
