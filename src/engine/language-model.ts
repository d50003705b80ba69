// The language model of a training: what of the text it learns from, what is held out, and which backend computes.

import { setImmediate } from 'node:timers/promises';
import * as l10n from '@vscode/l10n';
import {
  createLanguageModelJob,
  languageModelProgress,
  languageModelResult,
  type LanguageModelJob,
  type TrainingExtras,
} from '../language-model/job.ts';
import { resolveLanguageModelOptions, type LanguageModelOptions } from '../language-model/options.ts';
import type { WordVectors } from '../language-model/parameters.ts';
import type { TensorFlow } from '../language-model/tensorflow.ts';
import { LanguageModelThread } from '../language-model/training.ts';
import type { EngineEvents, LanguageModelSummary, TrainRequest } from '../protocol/engine.ts';
import { BytePairTokenizer } from '../text/byte-pair/tokenizer.ts';
import { charactersOf, toCorpusIds } from './byte-pair-model.ts';
import type { BytePairText } from './byte-pair-text.ts';
import { runTasks } from './compute-threads.ts';
import { Meter, tell } from './meter.ts';
import type { ReadCorpus } from './read-corpus.ts';
import type { Tensor } from './safetensors.ts';
import type { TrainContext } from './training.ts';

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
  const read = await runTasks(script, [task], signal, (message) => {
    if (message.type === 'log') events.log(message.level, message.message);
    else events.progress(message.progress);
  });
  return read && read[0]!;
}

export interface TrainedLanguageModel {
  summary: LanguageModelSummary;
  options: LanguageModelOptions;
  tensors: Record<string, Tensor>;
}

/** Trains on the text that was read, or on its byte pairs; null where it was cancelled. */
export async function trainLanguageModel(
  request: TrainRequest,
  read: ReadCorpus,
  mostWords: number,
  vectors: WordVectors,
  threads: number,
  { kernels, script, signal, events, tensorflow }: LanguageModelContext,
  bytePairs: BytePairText | null = null,
): Promise<TrainedLanguageModel | null> {
  const resolved = resolveLanguageModelOptions(request.languageModel, bytePairs?.tokens.length ?? read.report.words);
  const options = { ...resolved, maxVocabulary: Math.min(resolved.maxVocabulary, mostWords) };
  const { tokens, documents, heldOut, extras } = bytePairs
    ? bytePairsToLearn(bytePairs, options.heldOut)
    : textToLearn(read, options.heldOut, (...line) => events.log(...line));
  const job = createLanguageModelJob(
    kernels['language-model'],
    tokens,
    documents,
    heldOut,
    options,
    tensorflow ? 1 : threads,
    request.seed,
    { vectors, ...extras },
  );
  const stop = tell(events, new Meter('languageModel', () => workOf(job)));
  const run = tensorflow
    ? runHere(job, tensorflow, signal)
    : runTasks(
        script,
        Array.from({ length: threads }, (_, thread) => ({ kind: 'languageModel', job, thread })),
        signal,
      );
  if (!(await run.finally(stop))) return null;
  const { tensors, perplexity, bitsPerCharacter, heldOutTokens } = languageModelResult(job);
  events.log(
    'info',
    l10n.t(
      'Language model: perplexity {0} on {1} held-out tokens, {2} bits per character',
      perplexity.toFixed(1),
      heldOutTokens,
      bitsPerCharacter?.toFixed(3) ?? '-',
    ),
  );
  const summary = {
    vocabulary: tensors['output.bias']!.shape[0]! - 2, // without the unknown sign and the end of a sentence
    perplexity,
    ...(bitsPerCharacter !== null && { bitsPerCharacter }),
    heldOutFiles: heldOut.reduce((sum, held) => sum + held, 0),
    heldOutTokens,
  };
  return { summary, options, tensors };
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
