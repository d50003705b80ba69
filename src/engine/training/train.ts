// A training from folders to a model: read, count, word vectors, map, language model. It decides the order and what is
// said on the way; the arithmetic is the rooms', the threads are thread-pool.ts's.

import * as l10n from '@vscode/l10n';
import type { Phase, TrainReport, TrainRequest } from '../../protocol/engine.ts';
import { trainLanguageModel, type LanguageModelContext, type LanguageModelOutcome } from './train-language-model.ts';
import { Meter, PhaseClock, tell } from '../progress.ts';
import { loadModel } from '../model/model-store.ts';
import type { Tensor } from '../model/safetensors.ts';
import { checkOptions, resolveThreads } from '../check-options.ts';
import type { StoredModel } from '../model/stored-model.ts';
import { BytePairTokenizer } from '../../text/byte-pair/tokenizer.ts';
import type { BytePairText } from '../reading/byte-pair-text.ts';
import { openTokenFile } from '../reading/spill-file.ts';
import { loadTensorflow } from './tensorflow.ts';
import type { ReadCorpus } from '../reading/read-corpus.ts';
import { checkEnoughWords } from '../reading/corpus-passes.ts';
import { readFolders } from '../reading/read-folders.ts';
import type { RunContext } from '../run-context.ts';
import { makeWordMap } from './lay-out-map.ts';
import { readAsBytePairs } from './text-to-learn.ts';
import { trainWordVectors, type TrainedWordVectors } from './train-word-vectors.ts';

export interface Trained extends Omit<TrainReport, 'model'> {
  model: StoredModel;
}

/** Trains and gives the model, not stored yet; null where it was cancelled. Throws one sentence for the user. */
export async function train(request: TrainRequest, context: RunContext): Promise<Trained | null> {
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

async function trainWith(
  request: TrainRequest,
  before: StoredModel | null,
  context: LanguageModelContext,
  tokenFile: number,
): Promise<Trained | null> {
  const threads = resolveThreads(request.threads);
  const clock = new PhaseClock();
  const entered = (phase: Phase): void => clock.enter(phase);
  clock.enter('reading');
  const read = await readFolders(request, context, { tokenFile, threads, entered });
  if (!read) return null;
  try {
    checkEnoughWords(read.report);
    const learned = await learn({ request, read, before, tokenFile, threads }, context, clock);
    if (!learned) return null;
    clock.enter('saving');
    const { resumedAt } = learned.wordVectors;
    const { resumedAt: languageModelResumedAt, problem } = learned.outcome;
    return {
      model: modelOf(learned, request, read, threads),
      reading: read.report,
      ...(resumedAt !== undefined && { resumedAt }),
      ...(languageModelResumedAt !== undefined && { languageModelResumedAt }),
      ...(problem !== undefined && { languageModelProblem: problem }),
      seconds: clock.seconds(),
    };
  } finally {
    await read.kept;
  }
}

/** What is learned, and of what. */
interface Lesson {
  request: TrainRequest;
  read: ReadCorpus;
  /** The model that is continued; null: none is. */
  before: StoredModel | null;
  /** The descriptor of the token file. */
  tokenFile: number;
  threads: number;
}

interface Learned {
  wordVectors: TrainedWordVectors;
  /** (N, 2); null where no map was asked for. */
  positions: Float32Array | null;
  bytePairs: BytePairText | null;
  outcome: LanguageModelOutcome;
}

/** Null where it was cancelled. */
async function learn(
  { request, read, before, tokenFile, threads }: Lesson,
  context: LanguageModelContext,
  clock: PhaseClock,
): Promise<Learned | null> {
  const { parts = { map: true, languageModel: true } } = request;
  clock.enter('wordVectors');
  const wordVectors = await trainWordVectors(request, read, tokenFile, before, threads, context, (progress) =>
    tell(context.events, new Meter('wordVectors', progress)),
  );
  if (!wordVectors) return null;
  const { words, vectors, inText } = wordVectors;

  let positions: Float32Array | null = null;
  if (parts.map) {
    clock.enter('map');
    const { input, vectorSize } = vectors;
    const { projection: options, seed } = request;
    positions = await makeWordMap({ ...context, words, vectors: input, vectorSize, options, seed });
    if (!positions) return null;
  }
  if (!parts.languageModel) return { wordVectors, positions, bytePairs: null, outcome: { model: null } };

  let bytePairs: BytePairText | null = null;
  if (request.languageModel.tokens === 'bytePairs') {
    clock.enter('bytePairs');
    bytePairs = await readAsBytePairs(request, read, context);
    if (!bytePairs) return null;
  }
  clock.enter('languageModel');
  // words that are not in the text have no place in a vocabulary by count: the model's words then end before them
  const most = vectors.vocabulary > inText ? inText : Infinity;
  const outcome = await trainLanguageModel(request, read, tokenFile, most, threads, context, bytePairs);
  return outcome && { wordVectors, positions, bytePairs, outcome };
}

function modelOf(
  learned: Learned,
  request: TrainRequest,
  { corpus, report }: ReadCorpus,
  threads: number,
): StoredModel {
  const { wordVectors, positions, bytePairs, outcome } = learned;
  const { words, counts } = wordVectors;
  const { vocabulary, vectorSize, input, output, tree, ngrams } = wordVectors.vectors;
  const languageModel = outcome.model;
  const mapWords = positions ? positions.length / 2 : 0;
  const kept = bytePairs ? vocabulary : Math.max(vocabulary, languageModel?.summary.vocabulary ?? 0);
  const rows = (data: Float32Array): Tensor => ({ shape: [data.length / vectorSize, vectorSize], data });
  return {
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
      text: request.text,
      word2vec: wordVectors.options,
      ...(positions && { projection: request.projection }),
      ...(languageModel && { languageModel: languageModel.options }),
      seed: request.seed,
      threads,
    },
    words: [...words, ...corpus.words.slice(vocabulary, kept)],
    counts: Float64Array.from([...counts, ...corpus.counts.subarray(vocabulary, kept)]),
    vectors: {
      input: rows(input),
      ...(output && { output: rows(output) }),
      ...(tree && { tree: rows(tree) }),
      ...(ngrams && { ngrams: rows(ngrams) }),
    },
    map: positions && { positions: { shape: [mapWords, 2], data: positions } },
    languageModel: languageModel && languageModel.tensors,
    training: languageModel && languageModel.curves,
    ...(languageModel && bytePairs && { tokenizer: new BytePairTokenizer(bytePairs.merges) }),
  };
}
