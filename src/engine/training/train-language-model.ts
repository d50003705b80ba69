// The language model of a training: new or continued, with checkpoints while it is trained, and
// which backend computes.

import * as l10n from '@vscode/l10n';
import { freemem } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { Tensor } from '../../language-model/network/parameters.ts';
import { type LanguageModelOptions, resolveLanguageModelOptions } from '../../language-model/options.ts';
import { FIRST_WORD } from '../../language-model/token-ids.ts';
import {
  askForCheckpoint,
  type Checkpoint,
  releaseCheckpoint,
  takeCheckpoint,
} from '../../language-model/training/checkpoint.ts';
import { createLanguageModelJob } from '../../language-model/training/create-job.ts';
import {
  keptLanguageModel,
  type LanguageModelJob,
  languageModelProgress,
  type LanguageModelResult,
  languageModelResult,
} from '../../language-model/training/job.ts';
import type { TensorFlow } from '../../language-model/training/tensorflow.ts';
import { LanguageModelThread } from '../../language-model/training/training-thread.ts';
import type { EngineEvents, LanguageModelSummary, TrainRequest } from '../../protocol/engine.ts';
import { runTasks } from '../compute-tasks.ts';
import { learningSentence } from '../learning-problems.ts';
import { suggestsNothing } from '../model/suggests-nothing.ts';
import { curvesOf } from '../model/training-curves.ts';
import { Meter, tell } from '../progress.ts';
import type { BytePairText } from '../reading/byte-pair-text.ts';
import type { ReadCorpus } from '../reading/read-corpus.ts';
import { tokensOf } from '../reading/spill-file.ts';
import type { RunContext } from '../run-context.ts';
import { fingerprint, hasCheckpoint } from './checkpoint.ts';
import { CheckpointSaver } from './checkpoint-saver.ts';
import { loadLanguageModelCheckpoint, saveLanguageModelCheckpoint } from './language-model-checkpoint.ts';
import { trainStartVectors } from './start-vectors.ts';
import { bytePairsToLearn, textToLearn } from './text-to-learn.ts';
import { trainingKernel } from './wide-kernel.ts';

/** How often it is looked whether a training went wrong and went on, ms. */
const LOOK = 1000;

export interface LanguageModelContext extends RunContext {
  /** Computes in place of the kernels. */
  tensorflow: TensorFlow | null;
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
  /**
   * Why it was not trained to the end, and what is kept, or that it learned nothing: sentences for
   * the user.
   */
  problem?: string;
  /** How much had been done already, 0 to 1, where it went on from a checkpoint. */
  resumedAt?: number;
}

/**
 * Trains on the text that was read, or on its byte pairs; null where it was cancelled. Where it
 * cannot begin or go on, the weights that were good are the model, so that nothing else that was
 * learned is lost.
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
    options: { ...options, epochFactor: undefined }, // the number of epochs is there
    seed: request.seed,
    heldOut: Buffer.from(heldOut).toString('base64'),
    ...(bytePairs && { bytePairs: [bytePairs.tokens.length, bytePairs.merges.left.length] }),
  };
  // hashing a large text takes a second: only where it is needed
  let described: Promise<string> | null = null;
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
    const [done, total] = workOf(job!);
    await saveLanguageModelCheckpoint(directory, identity, checkpoint, done / total).finally(() =>
      releaseCheckpoint(job!),
    );
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
    const problem = suggestsNothing(model.summary);
    if (problem) events.log('warn', problem);
    return outcome({ model, ...(problem && { problem }) });
  } catch (error) {
    const message = learningSentence(error);
    const kept = job && keptLanguageModel(job);
    // before the first step it has learned nothing
    const learned = kept && kept.step > 0 ? kept : null;
    const problem = learned
      ? l10n.t('{0}. Its weights after step {1} are kept as the language model.', message, learned.step)
      : l10n.t('{0}. The word vectors are stored without a new language model.', message);
    events.log('warn', problem);
    return outcome({ model: learned && trained(learned), problem });
  }
}

/** Of a container too, where this Node can tell it. */
function availableMemory(): number {
  return typeof process.availableMemory === 'function' ? process.availableMemory() : freemem();
}

function summaryOf(result: LanguageModelResult, heldOut: Uint8Array): LanguageModelSummary {
  const { tensors, perplexity, unigramPerplexity, bitsPerCharacter, heldOutTokens } = result;
  const isMeasured = Number.isFinite(perplexity);
  return {
    vocabulary: tensors['output.bias']!.shape[0]! - FIRST_WORD,
    perplexity: isMeasured ? perplexity : null,
    unigramPerplexity,
    bitsPerCharacter: isMeasured ? bitsPerCharacter : null,
    heldOutFiles: heldOut.reduce((sum, held) => sum + held, 0),
    heldOutTokens,
  };
}

function measured({ perplexity, unigramPerplexity, bitsPerCharacter, heldOutTokens }: LanguageModelSummary): string {
  if (perplexity === null) return l10n.t('Language model: its perplexity is no number');
  return l10n.t(
    'Language model: perplexity {0} on {1} held-out tokens, {2} bits per character; counting words alone: {3}',
    perplexity.toFixed(1),
    heldOutTokens,
    bitsPerCharacter?.toFixed(3) ?? '-',
    unigramPerplexity?.toFixed(1) ?? '-',
  );
}

/**
 * Logs each time that the training went wrong and went on, once, until the returned function is
 * called.
 */
function tellRecoveries(job: LanguageModelJob, events: EngineEvents): () => void {
  let told = languageModelProgress(job).recoveries.length;
  const look = (): void => {
    for (const { step, from, trouble } of languageModelProgress(job).recoveries.slice(told)) {
      const rate = Number((job.options.learningRate * 0.5 ** ++told).toPrecision(3));
      events.log(
        'warn',
        trouble === 'gradient'
          ? l10n.t(
              'Language model: its gradient exploded in step {0}; it goes on from its weights after step {1} at half the learning rate, {2}',
              step + 1,
              from,
              rate,
            )
          : l10n.t(
              'Language model: after step {0} its loss was no better than that of counting words; it goes on from its weights after step {1} at half the learning rate, {2}',
              step + 1,
              from,
              rate,
            ),
      );
    }
  };
  const timer = setInterval(look, LOOK);
  return () => {
    clearInterval(timer);
    look();
  };
}

/** False where it was cancelled. Throws what a thread throws. */
async function run(
  job: LanguageModelJob,
  { script, signal, events, tensorflow }: LanguageModelContext,
): Promise<boolean> {
  const stop = tell(events, new Meter('languageModel', () => workOf(job)));
  const stopTelling = tellRecoveries(job, events);
  try {
    if (tensorflow) return await runHere(job, tensorflow, signal);
    const tasks = Array.from({ length: job.threads }, (_, thread) => ({ kind: 'languageModel' as const, job, thread }));
    return (await runTasks(tasks, { script, signal })) !== null;
  } finally {
    stop();
    stopTelling();
  }
}

/**
 * Tokens trained on and, once all are, those of the held-out text that are measured; measurements
 * on the way do not count.
 */
function workOf(job: LanguageModelJob): [done: number, total: number] {
  const { phase, tokens, trainedTokens } = languageModelProgress(job);
  const training = job.options.epochs * (job.trainingText.length - 1);
  const isMeasured = phase === 'evaluating' && trainedTokens >= training;
  return [trainedTokens + (isMeasured ? tokens : 0), training + job.heldOutText.length - 1];
}

/**
 * On this thread, as TensorFlow cannot be loaded in several; other questions are heard between
 * steps. False where it was cancelled.
 */
async function runHere(job: LanguageModelJob, tensorflow: TensorFlow, signal: AbortSignal): Promise<boolean> {
  const thread = new LanguageModelThread(job, 0, tensorflow);
  while (thread.step()) {
    await setImmediate();
    if (signal.aborted) return false;
  }
  return true;
}
