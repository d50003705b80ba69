// A training from folders to a model: read, count, word vectors, map, language model. It decides the order and what is
// said on the way; the arithmetic is the rooms', the threads are thread-pool.ts's.

import * as l10n from '@vscode/l10n';
import type { TrainReport, TrainRequest } from '../../protocol/engine.ts';
import { trainLanguageModel, type LanguageModelContext, type LanguageModelOutcome } from './train-language-model.ts';
import { Meter, PhaseClock, tell } from '../progress.ts';
import { loadModel, type StoredModel } from '../model/model-store.ts';
import { checkOptions, resolveThreads } from '../options.ts';
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
import { trainWordVectors } from './train-word-vectors.ts';

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

  clock.enter('reading');
  const read = await readFolders(request, tokenFile, threads, context, (phase) => clock.enter(phase));
  if (!read) return null;
  try {
    return await trainOn(read, request, before, context, tokenFile, threads, clock);
  } finally {
    await read.kept;
  }
}

async function trainOn(
  read: ReadCorpus,
  request: TrainRequest,
  before: StoredModel | null,
  context: LanguageModelContext,
  tokenFile: number,
  threads: number,
  clock: PhaseClock,
): Promise<Trained | null> {
  const { kernels, script, signal, events } = context;
  const { parts = { map: true, languageModel: true } } = request;
  const { report } = read;
  checkEnoughWords(report);

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

  let bytePairs: BytePairText | null = null;
  if (parts.languageModel && request.languageModel.tokens === 'bytePairs') {
    clock.enter('bytePairs');
    bytePairs = await readAsBytePairs(request, read, context);
    if (!bytePairs) return null;
  }

  let outcome: LanguageModelOutcome = { model: null };
  if (parts.languageModel) {
    clock.enter('languageModel');
    // words that are not in the text have no place in a vocabulary by count: the model's words then end before them
    const most = vocabulary > inText ? inText : Infinity;
    const ended = await trainLanguageModel(request, read, tokenFile, most, threads, context, bytePairs);
    if (!ended) return null;
    outcome = ended;
  }

  clock.enter('saving');
  const { model: languageModel, problem } = outcome;
  const mapWords = positions ? positions.length / 2 : 0;
  const kept = bytePairs ? vocabulary : Math.max(vocabulary, languageModel?.summary.vocabulary ?? 0);
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
      input: { shape: [vocabulary, vectorSize], data: input },
      ...(output && { output: { shape: [vocabulary, vectorSize], data: output } }),
      ...(tree && { tree: { shape: [tree.length / vectorSize, vectorSize], data: tree } }),
      ...(ngrams && { ngrams: { shape: [ngrams.length / vectorSize, vectorSize], data: ngrams } }),
    },
    map: positions && { positions: { shape: [mapWords, 2], data: positions } },
    languageModel: languageModel && languageModel.tensors,
    training: languageModel && languageModel.curves,
    ...(languageModel && bytePairs && { tokenizer: new BytePairTokenizer(bytePairs.merges) }),
  };
  const { resumedAt } = wordVectors;
  return {
    model,
    reading: report,
    ...(resumedAt !== undefined && { resumedAt }),
    ...(outcome.resumedAt !== undefined && { languageModelResumedAt: outcome.resumedAt }),
    ...(problem !== undefined && { languageModelProblem: problem }),
    seconds: clock.seconds(),
  };
}
