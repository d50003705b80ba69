// The language model of a training: what of the text it learns from, what is held out, and which backend computes.

import { freemem } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import * as l10n from '@vscode/l10n';
import {
  askForCheckpoint,
  releaseCheckpoint,
  takeCheckpoint,
  type Checkpoint,
} from '../../language-model/training/checkpoint.ts';
import {
  createLanguageModelJob,
  keptLanguageModel,
  languageModelProgress,
  languageModelResult,
  type LanguageModelJob,
  type LanguageModelResult,
  type TrainingExtras,
} from '../../language-model/training/job.ts';
import { resolveLanguageModelOptions, type LanguageModelOptions } from '../../language-model/options.ts';
import type { TensorFlow } from '../../language-model/training/tensorflow.ts';
import { LanguageModelThread } from '../../language-model/training/training-thread.ts';
import type { EngineEvents, LanguageModelSummary, TrainRequest } from '../../protocol/engine.ts';
import { CheckpointSaver } from './checkpoint-saver.ts';
import { fingerprint, hasCheckpoint } from './checkpoint.ts';
import { loadLanguageModelCheckpoint, saveLanguageModelCheckpoint } from './language-model-checkpoint.ts';
import { BytePairTokenizer } from '../../text/byte-pair/tokenizer.ts';
import { charactersOf, toCorpusIds } from '../model/byte-pair-language-model.ts';
import type { BytePairText } from '../reading/byte-pair-text.ts';
import type { ThreadNews } from '../threads/thread-messages.ts';
import { runTasks } from '../threads/thread-pool.ts';
import { Meter, tell } from '../progress.ts';
import type { ReadCorpus } from '../reading/corpus-passes.ts';
import type { Tensor } from '../model/safetensors.ts';
import { trainStartVectors } from './start-vectors.ts';
import { tokensOf } from '../reading/spill-file.ts';
import { curvesOf } from '../model/training-curves.ts';
import type { TrainContext } from './train.ts';
import { virtualFilesOf } from '../files/virtual-files.ts';
import { trainingKernel } from './wide-kernel.ts';

export interface LanguageModelContext extends TrainContext {
  /** Computes in place of the kernels. */
  tensorflow: TensorFlow | null;
}

/** What a language model learns from: see `createLanguageModelJob`. */
export interface TextToLearn {
  tokens: Int32Array;
  documents: Int32Array;
  heldOut: Uint8Array;
  extras: Pick<TrainingExtras, 'characters' | 'vocabulary'>;
}

/** Of a text that is larger than memory, what is in memory. `heldOut`: share of the text. */
export function textToLearn({ corpus, paths }: ReadCorpus, heldOut: number, log: EngineEvents['log']): TextToLearn {
  const { spilled, words } = corpus;
  const tokens = corpus.tokens.subarray(0, corpus.partsAt);
  const documents = spilled ? corpus.documents.filter((start) => start < tokens.length) : corpus.documents;
  if (spilled) {
    log(
      'info',
      l10n.t(
        'The language model learns from the first {0} of {1} tokens',
        tokens.length,
        tokens.length + spilled.length,
      ),
    );
  }
  return {
    tokens,
    documents,
    heldOut: chooseHeldOut(paths.slice(0, documents.length), documents, tokens.length, heldOut),
    extras: { characters: words.map((word) => Array.from(word).length + 1) },
  };
}

/** The same of a text in byte pairs, all of which are known. */
export function bytePairsToLearn({ tokens, documents, paths, merges }: BytePairText, heldOut: number): TextToLearn {
  const tokenizer = new BytePairTokenizer(merges);
  return {
    tokens: toCorpusIds(tokens),
    documents,
    heldOut: chooseHeldOut(paths, documents, tokens.length, heldOut),
    extras: { characters: charactersOf(tokenizer), vocabulary: tokenizer.size - 1 },
  };
}

/** Reads the text again, in byte pairs; null where it was cancelled. */
export async function readAsBytePairs(
  { folders, unsaved = [], reading, languageModel }: TrainRequest,
  { paths }: ReadCorpus,
  { script, signal, events }: Pick<TrainContext, 'script' | 'signal' | 'events'>,
): Promise<BytePairText | null> {
  const task = { kind: 'bytePairs', folders, unsaved, reading, paths, size: languageModel.bytePairs } as const;
  const listen = (message: ThreadNews): void => {
    if (message.type === 'log') events.log(message.level, message.message);
    else events.progress(message.progress);
  };
  const read = await runTasks(script, [task], signal, listen, virtualFilesOf(folders, events));
  return read && read[0]!;
}

export interface TrainedLanguageModel {
  summary: LanguageModelSummary;
  options: LanguageModelOptions;
  tensors: Record<string, Tensor>;
  /** See training-curves.ts. */
  curves: Record<string, Tensor>;
}

/** How a training ended that was not cancelled. */
export interface LanguageModelOutcome {
  /** Null where there is none. */
  model: TrainedLanguageModel | null;
  /** Why it was not trained to the end, and what is kept: sentences for the user. */
  problem?: string;
  /** How much had been done already, 0 to 1, where it went on from a checkpoint. */
  resumedAt?: number;
}

/**
 * Trains on the text that was read, or on its byte pairs; null where it was cancelled. Where it cannot begin or go on, the weights that were good
 * are the model, so that nothing else that was learned is lost.
 */
export async function trainLanguageModel(
  request: TrainRequest,
  read: ReadCorpus,
  tokenFile: number,
  mostWords: number,
  threads: number,
  context: LanguageModelContext,
  bytePairs: BytePairText | null = null,
): Promise<LanguageModelOutcome | null> {
  const { events, tensorflow, directory, checkpointInterval } = context;
  const training = await trainingKernel(tensorflow ? '128' : (request.vectorWidth ?? 'auto'), context);
  if (!training) return null;
  const resolved = resolveLanguageModelOptions(request.languageModel, bytePairs?.tokens.length ?? read.report.words);
  const options = {
    ...resolved,
    maxVocabulary: Math.min(resolved.maxVocabulary, mostWords),
    ...(tensorflow && { softmax: 'full' as const }), // it has no other
  };
  const { tokens, documents, heldOut, extras } = bytePairs
    ? bytePairsToLearn(bytePairs, options.heldOut)
    : textToLearn(read, options.heldOut, (...line) => events.log(...line));
  const trained = (result: LanguageModelResult): TrainedLanguageModel => ({
    summary: summaryOf(result, heldOut),
    options,
    tensors: result.tensors,
    curves: curvesOf(result),
  });
  const { corpus } = read;
  const decides = {
    options,
    seed: request.seed,
    heldOut: Buffer.from(heldOut).toString('base64'),
    ...(bytePairs && { bytePairs: [bytePairs.tokens.length, bytePairs.merges.left.length] }),
  };
  let described: Promise<string> | null = null; // hashing a large text takes a second: only where it is needed
  const trainingOf = (): Promise<string> => (described ??= fingerprint(corpus, tokensOf(corpus, tokenFile), decides));
  let job: LanguageModelJob | null = null;
  const create = (checkpoint: Checkpoint | null): LanguageModelJob =>
    createLanguageModelJob(
      training.kernel,
      tokens,
      documents,
      heldOut,
      options,
      tensorflow ? 1 : threads,
      request.seed,
      { ...extras, wide: training.wide, available: availableMemory(), ...(checkpoint && { checkpoint }) },
    );
  const resumed = (checkpoint: Checkpoint): LanguageModelJob | null => {
    try {
      return create(checkpoint);
    } catch {
      events.log('warn', l10n.t('Language model: its checkpoint does not fit, the training begins anew'));
      return null; // as one of another version of Lexiscope
    }
  };
  const saver = new CheckpointSaver(checkpointInterval, async (wait) => {
    const identity = await trainingOf();
    askForCheckpoint(job!);
    const checkpoint = await wait(() => takeCheckpoint(job!));
    if (!checkpoint) return;
    await saveLanguageModelCheckpoint(directory, identity, checkpoint).finally(() => releaseCheckpoint(job!));
  });
  let resumedAt: number | undefined;
  const outcome = (ended: LanguageModelOutcome): LanguageModelOutcome => ({
    ...ended,
    ...(resumedAt !== undefined && { resumedAt }),
  });
  try {
    const checkpoint = (await hasCheckpoint(directory, 'languageModel'))
      ? await loadLanguageModelCheckpoint(directory, await trainingOf())
      : null;
    job = checkpoint && resumed(checkpoint);
    if (job) {
      const [done, total] = workOf(job);
      resumedAt = done / total;
      events.log('info', l10n.t('Language model: goes on from a checkpoint at {0} %', (100 * resumedAt).toFixed(0)));
    }
    if (!job) {
      job = create(null);
      if (options.input === 'word2vec') {
        job.vectors = await trainStartVectors(job, context);
        if (!job.vectors) return null;
      }
    }
    saver.start((error) => events.log('warn', l10n.t('No checkpoint was written: {0}', error.message)));
    if (!(await run(job, context).finally(() => saver.stop()))) return null;
    const model = trained(languageModelResult(job));
    events.log('info', measured(model.summary));
    return outcome({ model });
  } catch (error) {
    const { message } = error as Error;
    const kept = job && keptLanguageModel(job);
    const learned = kept && kept.step > 0 ? kept : null; // before the first step it has learned nothing
    const problem = learned
      ? l10n.t('{0}. Its weights after step {1} are kept as the language model.', message, learned.step)
      : l10n.t('{0}. The word vectors are stored without a language model.', message);
    events.log('warn', problem);
    return outcome({ model: learned && trained(learned), problem });
  }
}

/** Of a container too, where this Node can tell it. */
function availableMemory(): number {
  return typeof process.availableMemory === 'function' ? process.availableMemory() : freemem();
}

function summaryOf(result: LanguageModelResult, heldOut: Uint8Array): LanguageModelSummary {
  const { tensors, perplexity, bitsPerCharacter, heldOutTokens } = result;
  const isMeasured = Number.isFinite(perplexity);
  return {
    vocabulary: tensors['output.bias']!.shape[0]! - 2, // without the unknown sign and the end of a sentence
    perplexity: isMeasured ? perplexity : null,
    bitsPerCharacter: isMeasured ? bitsPerCharacter : null,
    heldOutFiles: heldOut.reduce((sum, held) => sum + held, 0),
    heldOutTokens,
  };
}

function measured({ perplexity, bitsPerCharacter, heldOutTokens }: LanguageModelSummary): string {
  if (perplexity === null) return l10n.t('Language model: its perplexity is no number');
  return l10n.t(
    'Language model: perplexity {0} on {1} held-out tokens, {2} bits per character',
    perplexity.toFixed(1),
    heldOutTokens,
    bitsPerCharacter?.toFixed(3) ?? '-',
  );
}

/** False where it was cancelled. Throws what a thread throws. */
async function run(
  job: LanguageModelJob,
  { script, signal, events, tensorflow }: LanguageModelContext,
): Promise<boolean> {
  const stop = tell(events, new Meter('languageModel', () => workOf(job)));
  try {
    if (tensorflow) return await runHere(job, tensorflow, signal);
    const tasks = Array.from({ length: job.threads }, (_, thread) => ({ kind: 'languageModel' as const, job, thread }));
    return (await runTasks(script, tasks, signal)) !== null;
  } finally {
    stop();
  }
}

/** Tokens trained on and, once all are, those of the held-out text that are measured; measurements on the way do not count. */
function workOf(job: LanguageModelJob): [done: number, total: number] {
  const { phase, tokens, trainedTokens } = languageModelProgress(job);
  const training = job.options.epochs * (job.trainingText.length - 1);
  const isMeasured = phase === 'evaluating' && trainedTokens >= training;
  return [trainedTokens + (isMeasured ? tokens : 0), training + job.heldOutText.length - 1];
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
