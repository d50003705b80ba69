// A training from folders to a model: read, count, word vectors, map, language model. It decides
// the order, what is stored when, and what is said on the way; the arithmetic is the rooms', the
// threads are thread-pool.ts's.

import * as l10n from '@vscode/l10n';
import type { Phase, ReadingReport, TrainReport, TrainRequest } from '../../protocol/engine.ts';
import { BytePairTokenizer } from '../../text/byte-pair/tokenizer.ts';
import { languageNamed } from '../../text/languages.ts';
import { checkOptions, resolveThreads } from '../check-options.ts';
import { loadModel } from '../model/model-store.ts';
import type { Tensor } from '../model/safetensors.ts';
import type { StoredModel } from '../model/stored-model.ts';
import { Meter, PhaseClock, tell } from '../progress.ts';
import type { BytePairText } from '../reading/byte-pair-text.ts';
import { checkEnoughWords } from '../reading/corpus-passes.ts';
import type { ReadCorpus } from '../reading/read-corpus.ts';
import { readFolders } from '../reading/read-folders.ts';
import { openTokenFile } from '../reading/spill-file.ts';
import type { RunContext } from '../run-context.ts';
import { makeWordMap, withMap } from './lay-out-map.ts';
import { Stages, type Storing, withLanguageModelOf } from './stages.ts';
import { loadTensorflow } from './tensorflow.ts';
import { readAsBytePairs } from './text-to-learn.ts';
import { type LanguageModelContext, type TrainedLanguageModel, trainLanguageModel } from './train-language-model.ts';
import { type TrainedWordVectors, trainWordVectors } from './train-word-vectors.ts';

export interface Trained extends Omit<TrainReport, 'model'> {
  model: StoredModel;
}

/**
 * Trains, and stores each result as soon as it is there: the vectors, the map, the language model.
 * Until it is stored, the language model of an earlier training stays with the new vectors. Null
 * where it was cancelled; what is stored by then stays. Throws one sentence for the user.
 */
export async function train(request: TrainRequest, context: RunContext, storing: Storing): Promise<Trained | null> {
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
    return await trainWith(request, before, { ...context, tensorflow: backend }, tokenFile.descriptor, storing);
  } finally {
    tokenFile.close();
  }
}

async function trainWith(
  request: TrainRequest,
  before: StoredModel | null,
  context: LanguageModelContext,
  tokenFile: number,
  storing: Storing,
): Promise<Trained | null> {
  const threads = resolveThreads(request.threads, 'first');
  const clock = new PhaseClock();
  const entered = (phase: Phase): void => clock.enter(phase);
  clock.enter('reading');
  const read = await readFolders(request, context, { tokenFile, threads, entered });
  if (!read) return null;
  const stages = new Stages(storing.store, read.report);
  try {
    checkEnoughWords(read.report);
    const lesson = { request, read, before, earlier: storing.earlier, tokenFile, threads, stages };
    const learned = await learn(lesson, context, clock);
    if (!learned) return null;
    const { model, resumedAt, languageModelResumedAt, problem } = learned;
    clock.enter('saving');
    context.events.progress({ phase: 'saving', fraction: 0 });
    await stages.end();
    clock.enter('saving');
    return {
      model,
      reading: read.report,
      ...(resumedAt !== undefined && { resumedAt }),
      ...(languageModelResumedAt !== undefined && { languageModelResumedAt }),
      ...(problem !== undefined && { languageModelProblem: problem }),
      seconds: clock.seconds(),
    };
  } finally {
    await Promise.all([stages.settled(), read.kept]);
  }
}

/** What is learned, and of what. */
interface Lesson {
  request: TrainRequest;
  read: ReadCorpus;
  /** The model that is continued; null: none is. */
  before: StoredModel | null;
  /** The model that is there. */
  earlier: StoredModel | null;
  /** The descriptor of the token file. */
  tokenFile: number;
  /** Of all but the language model. */
  threads: number;
  stages: Stages;
}

interface Learned {
  model: StoredModel;
  /** See TrainReport. */
  resumedAt?: number | undefined;
  languageModelResumedAt?: number | undefined;
  problem?: string | undefined;
}

/** Null where it was cancelled. */
async function learn(lesson: Lesson, context: LanguageModelContext, clock: PhaseClock): Promise<Learned | null> {
  const { request, read, before, earlier, tokenFile, threads, stages } = lesson;
  const { parts = { map: true, languageModel: true } } = request;
  clock.enter('wordVectors');
  const wordVectors = await trainWordVectors(request, read, tokenFile, before, threads, context, (progress) =>
    tell(context.events, new Meter('wordVectors', progress)),
  );
  if (!wordVectors) return null;
  const { words, vectors, inText, resumedAt } = wordVectors;
  let model = modelOfVectors(wordVectors, request, read, threads);
  // the times of before count until there are new ones
  if (earlier?.summary.seconds) model.summary.seconds = earlier.summary.seconds;
  const withEarlier = (): StoredModel => (parts.languageModel ? withLanguageModelOf(earlier, model) : model);
  stages.store(withEarlier()); // while the map is made

  if (parts.map) {
    clock.enter('map');
    const { input, vectorSize } = vectors;
    const { projection: options, seed } = request;
    const positions = await makeWordMap({ ...context, words, vectors: input, vectorSize, options, seed });
    if (!positions) return null;
    model = withMap(model, positions, options);
    stages.store(withEarlier());
  }
  await stages.end();
  if (!parts.languageModel) return { model, resumedAt };

  let bytePairs: BytePairText | null = null;
  if (request.languageModel.tokens === 'bytePairs') {
    clock.enter('bytePairs');
    bytePairs = await readAsBytePairs(request, read, context);
    if (!bytePairs) return null;
  }
  clock.enter('languageModel');
  // words that are not in the text have no place in a vocabulary by count: the model's words then
  // end before them
  const most = vectors.vocabulary > inText ? inText : Infinity;
  const few = resolveThreads(request.threads, 'last');
  const outcome = await trainLanguageModel(request, read, tokenFile, most, few, context, bytePairs);
  if (!outcome) return null;
  const { resumedAt: languageModelResumedAt, problem } = outcome;
  if (!outcome.model) return { model: withEarlier(), resumedAt, languageModelResumedAt, problem };
  model = withLanguageModel(model, outcome.model, bytePairs, read);
  clock.enter('saving');
  if (resumedAt === undefined && languageModelResumedAt === undefined) model.summary.seconds = clock.seconds();
  stages.store(model);
  return { model, resumedAt, languageModelResumedAt, problem };
}

/** Of the files that were read, 0 to 1. */
function codeShare({ files, languages }: ReadingReport): number {
  const code = Object.entries(languages).filter(([name]) => languageNamed(name)?.lexis);
  return code.reduce((sum, [, of]) => sum + of.files, 0) / Math.max(1, files);
}

function modelOfVectors(
  { words, counts, options, losses, vectors }: TrainedWordVectors,
  request: TrainRequest,
  { report }: ReadCorpus,
  threads: number,
): StoredModel {
  const { vocabulary, vectorSize, input, output, tree, ngrams } = vectors;
  const rows = (data: Float32Array): Tensor => ({ shape: [data.length / vectorSize, vectorSize], data });
  return {
    summary: {
      trained: new Date().toISOString(),
      vocabulary,
      vectorSize,
      words: report.words,
      files: report.files,
      code: codeShare(report),
      mapWords: 0,
      losses,
      languageModel: null,
    },
    options: { text: request.text, word2vec: options, seed: request.seed, threads },
    words,
    counts: Float64Array.from(counts),
    vectors: {
      input: rows(input),
      ...(output && { output: rows(output) }),
      ...(tree && { tree: rows(tree) }),
      ...(ngrams && { ngrams: rows(ngrams) }),
    },
    map: null,
    languageModel: null,
    training: null,
  };
}

function withLanguageModel(
  model: StoredModel,
  { summary, options, tensors, curves }: TrainedLanguageModel,
  bytePairs: BytePairText | null,
  { corpus }: ReadCorpus,
): StoredModel {
  const { vocabulary } = model.summary;
  // the language model may know words that are too rare for a vector
  const more = bytePairs ? [] : corpus.words.slice(vocabulary, summary.vocabulary);
  return {
    ...model,
    summary: { ...model.summary, languageModel: summary },
    options: { ...model.options, languageModel: options },
    ...(more.length > 0 && {
      words: [...model.words, ...more],
      counts: Float64Array.from([...model.counts!, ...corpus.counts.subarray(vocabulary, summary.vocabulary)]),
    }),
    languageModel: tensors,
    training: curves,
    ...(bytePairs && { tokenizer: new BytePairTokenizer(bytePairs.merges) }),
  };
}
