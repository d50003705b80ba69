// The engine: the one implementation of EngineApi, for the extension host (over a process boundary)
// and the command line (in its own process) alike. It answers questions on its thread; all training
// runs in compute threads.

import * as l10n from '@vscode/l10n';
import { setImmediate } from 'node:timers/promises';
import { formerPlaces } from '../model-folder/model-places.ts';
import { livingWriter, WriterLock } from '../model-folder/writer-lock.ts';
import type {
  EngineApi,
  EngineEvents,
  FileContent,
  FileTokens,
  ImportOutcome,
  ImportRequest,
  ModelSummary,
  Phase,
  PlaceToRead,
  Progress,
  ReadingReport,
  TextToRead,
  TrainOutcome,
  TrainRequest,
  VectorFormat,
} from '../protocol/engine.ts';
import type { TextOptions } from '../text/options.ts';
import { evaluate } from './evaluate.ts';
import { exportVectors } from './exchange/export-vectors.ts';
import { type Kernels, loadKernels } from './kernels.ts';
import { inSentences } from './learning-problems.ts';
import { adoptModel } from './model/adopt-model.ts';
import { Model } from './model/model.ts';
import { deleteModel, loadModel, modelRevision, removeLeftOvers, saveModel } from './model/model-store.ts';
import type { StoredModel } from './model/stored-model.ts';
import { deleteCache } from './reading/token-cache.ts';
import type { RunContext } from './run-context.ts';
import { fileTokens } from './show-tokens.ts';
import { deleteCheckpoints, interruptedAt } from './training/checkpoint.ts';
import { compareCells } from './training/compare-cells.ts';
import { importVectors } from './training/import-vectors.ts';
import type { Storing } from './training/stages.ts';
import { train } from './training/train.ts';
import { placeOf, WholeProgress } from './training/whole-progress.ts';

/**
 * Between two checkpoints of a training, ms: with the time it takes to write one, less than 30 s
 * are lost.
 */
const CHECKPOINT_INTERVAL = 20_000;

export class Engine implements EngineApi {
  readonly #distribution: URL;
  readonly #checkpointInterval: number;
  readonly #events: EngineEvents;
  readonly #isPrepared: boolean;
  #kernels: Promise<Kernels> | null = null;
  #directory: string | null = null;
  /** Where a release before may have kept the model: see `formerPlaces`. */
  #former: string | null = null;
  /** Of the manifest that was read or written last; null where there is no model. */
  #revision: string | null = null;
  /** What is stored, and the kernels that answer; null where there is no model. */
  #stored: { model: StoredModel; kernels: Kernels } | null = null;
  /** Made of it. */
  #answering: Model | null = null;
  #training: AbortController | null = null;
  #evaluation: AbortController | null = null;

  /**
   * `distribution`: the URL of the built files, with a slash at its end. `checkpointInterval`: ms.
   * `isPrepared`: whether a model is made ready for questions as soon as it is there; else the
   * first question does it, and a command that asks none never does.
   */
  constructor(distribution: URL, events: EngineEvents, checkpointInterval = CHECKPOINT_INTERVAL, isPrepared = true) {
    this.#isPrepared = isPrepared;
    this.#distribution = distribution;
    this.#checkpointInterval = checkpointInterval;
    this.#events = events;
  }

  async open(directory: string, former: string | null = null): Promise<ModelSummary | null> {
    if (directory !== this.#directory) this.#forget();
    this.#directory = directory;
    this.#former = former;
    if (former !== null) await adoptModel(directory, former, (...line) => this.#events.log(...line));
    await removeLeftOvers(directory, async () => (await livingWriter(directory)) !== null);
    return this.#read(directory);
  }

  async train(request: TrainRequest): Promise<TrainOutcome> {
    const { parts = { map: true, languageModel: true }, languageModel } = request;
    const phases: Phase[] = ['reading', 'counting', 'wordVectors'];
    if (parts.map) phases.push('map');
    if (parts.languageModel && languageModel.tokens === 'bytePairs') phases.push('bytePairs');
    if (parts.languageModel) phases.push('languageModel');
    return this.#replace(phases, (context, storing) => train(request, context, storing));
  }

  async importVectors(path: string, request: ImportRequest): Promise<ImportOutcome> {
    const phases: Phase[] = request.projection ? ['importing', 'map'] : ['importing'];
    return this.#replace(phases, (context, storing) => importVectors(path, request, context, storing));
  }

  cancel(): Promise<boolean> {
    const running = this.#training !== null;
    this.#training?.abort();
    return Promise.resolve(running);
  }

  async resumesAt(): Promise<number | null> {
    const interrupted = this.#directory === null ? null : await interruptedAt(this.#directory);
    if (!interrupted) return null;
    const seconds = this.#stored?.model.summary.seconds;
    return placeOf(
      ['reading', 'counting', 'wordVectors', 'map', 'languageModel'],
      seconds,
      interrupted.phase,
      interrupted.fraction,
    );
  }

  async forget(): Promise<boolean> {
    const directory = this.#directory;
    if (directory === null) return false;
    const lock = await WriterLock.take(directory);
    try {
      this.#forget();
      let hadAny = false;
      const former = this.#former === null ? [] : await formerPlaces(this.#former);
      for (const place of [directory, ...former]) {
        const hadCheckpoint = await deleteCheckpoints(place);
        const hadCache = await deleteCache(place);
        hadAny = (await deleteModel(place)) || hadCheckpoint || hadCache || hadAny;
      }
      return hadAny;
    } finally {
      await lock.release();
    }
  }

  wordAt(...question: Parameters<EngineApi['wordAt']>): ReturnType<EngineApi['wordAt']> {
    return Promise.resolve(this.#model?.wordAt(...question) ?? null);
  }

  // `async`, so that a missing model rejects the promise and throws nothing in the caller's face
  async describe(...question: Parameters<EngineApi['describe']>): ReturnType<EngineApi['describe']> {
    return Promise.resolve(this.#needModel().describe(...question));
  }

  similaritiesOnMap(word: string): Promise<Float32Array | null> {
    return Promise.resolve(this.#model?.similaritiesOnMap(word) ?? null);
  }

  async solve(...question: Parameters<EngineApi['solve']>): ReturnType<EngineApi['solve']> {
    return Promise.resolve(this.#needModel().solve(...question));
  }

  analogyExamples(count: number): ReturnType<EngineApi['analogyExamples']> {
    return Promise.resolve(this.#model?.analogyExamples(count) ?? []);
  }

  async similarity(first: string, second: string): ReturnType<EngineApi['similarity']> {
    return Promise.resolve(this.#needModel().similarity(first, second));
  }

  async nSimilarity(first: string, second: string): ReturnType<EngineApi['nSimilarity']> {
    return Promise.resolve(this.#needModel().nSimilarity(first, second));
  }

  async doesntMatch(words: string): ReturnType<EngineApi['doesntMatch']> {
    return Promise.resolve(this.#needModel().doesntMatch(words));
  }

  async rank(...question: Parameters<EngineApi['rank']>): ReturnType<EngineApi['rank']> {
    return Promise.resolve(this.#needModel().rank(...question));
  }

  async evaluate(...[path, options]: Parameters<EngineApi['evaluate']>): ReturnType<EngineApi['evaluate']> {
    const { wordVectors } = this.#needModel();
    if (this.#evaluation)
      throw new Error(l10n.t('An evaluation is running already. Cancel it first, or wait until it ends.'));
    const controller = new AbortController();
    this.#evaluation = controller;
    try {
      return await evaluate(wordVectors, path, options, {
        script: new URL('compute-thread.mjs', this.#distribution),
        signal: controller.signal,
        progress: (fraction) => this.#events.evaluating?.(fraction),
      });
    } finally {
      this.#evaluation = null;
    }
  }

  cancelEvaluation(): Promise<boolean> {
    const running = this.#evaluation !== null;
    this.#evaluation?.abort();
    return Promise.resolve(running);
  }

  async tokensOf(path: string, options: TextOptions, content: FileContent = {}): Promise<FileTokens> {
    return fileTokens(path, options, content, (word) => this.#model?.stemLength(word) ?? 0);
  }

  startOfWindow(place: PlaceToRead): ReturnType<EngineApi['startOfWindow']> {
    return Promise.resolve(this.#model?.startOfWindow(place) ?? 0);
  }

  complete(...question: Parameters<EngineApi['complete']>): ReturnType<EngineApi['complete']> {
    return Promise.resolve(this.#model?.complete(...question) ?? { prefix: '', suggestions: [] });
  }

  async compareCells(
    ...[request, equal]: Parameters<EngineApi['compareCells']>
  ): ReturnType<EngineApi['compareCells']> {
    return this.#compute((context) => compareCells(request, equal, context));
  }

  async inspect(text: TextToRead, top: number): ReturnType<EngineApi['inspect']> {
    return Promise.resolve(this.#needModel().inspect(text, top));
  }

  trainingCurves(): ReturnType<EngineApi['trainingCurves']> {
    return Promise.resolve(this.#model?.trainingCurves() ?? null);
  }

  map(): ReturnType<EngineApi['map']> {
    return Promise.resolve(this.#model?.map() ?? null);
  }

  async exportVectors(path: string, format: VectorFormat): Promise<{ words: number; bytes: number }> {
    if (!this.#stored) throw nothingTrained();
    return exportVectors(this.#stored.model, path, format);
  }

  /**
   * Makes a model; each of its stages is stored in the place of the model there is, and asked from
   * then on. One at a time. What a checkpoint holds of a training that was cancelled waits for the
   * next one. `phases`: those there will be.
   */
  async #replace<Report extends { seconds: Partial<Record<Phase, number>> }>(
    phases: readonly Phase[],
    make: (context: RunContext, storing: Storing) => Promise<({ model: StoredModel } & Report) | null>,
  ): Promise<({ status: 'done'; model: ModelSummary } & Omit<Report, 'model'>) | { status: 'cancelled' }> {
    return this.#compute(async (context, lock) => {
      const { directory } = context;
      // another process may have stored a model meanwhile; one that is damaged is replaced
      await this.#read(directory).catch(() => null);
      const whole = new WholeProgress(phases, this.#stored?.model.summary.seconds);
      const progress = (told: Progress): void => {
        const training = whole.tell(told);
        lock.fraction = training.fraction;
        this.#events.progress({ ...told, training });
      };
      const store = async (model: StoredModel, reading?: ReadingReport): Promise<void> => {
        const answerWithIt = await this.#prepare(model);
        await saveModel(directory, model, () => lock.check());
        answerWithIt();
        this.#revision = await modelRevision(directory);
        this.#events.stored?.(model.summary, reading);
      };
      const events = { ...this.#events, progress };
      const made = await make({ ...context, events }, { earlier: this.#stored?.model ?? null, store });
      if (!made) return { status: 'cancelled' };
      await deleteCheckpoints(directory);
      const { model, ...report } = made;
      return { status: 'done', model: model.summary, ...report };
    });
  }

  /**
   * Does what takes the machine's threads and `cancel` stops: one at a time, and one process at a
   * time in a folder.
   */
  async #compute<Result>(work: (context: RunContext, lock: WriterLock) => Promise<Result>): Promise<Result> {
    const directory = this.#directory;
    if (directory === null) throw new Error('open() must name the model folder before a model is made');
    if (this.#training)
      throw new Error(l10n.t('A training is running already. Cancel it first, or wait until it ends.'));
    const controller = new AbortController();
    this.#training = controller;
    let lock: WriterLock | null = null;
    try {
      lock = await WriterLock.take(directory);
      await removeLeftOvers(directory, () => Promise.resolve(false));
      const context = {
        kernels: await this.#loadKernels(),
        script: new URL('compute-thread.mjs', this.#distribution),
        signal: controller.signal,
        events: this.#events,
        directory,
        checkpointInterval: this.#checkpointInterval,
      };
      return await work(context, lock);
    } catch (error) {
      throw inSentences(error);
    } finally {
      await lock?.release();
      this.#training = null;
    }
  }

  /** Answers with what lies in the folder; until it is read, with what was there before. */
  async #read(directory: string): Promise<ModelSummary | null> {
    try {
      const revision = await modelRevision(directory);
      if (this.#stored && revision === this.#revision) return this.#stored.model.summary;
      const stored = await loadModel(directory, { forTraining: false });
      const answerWithIt = stored && (await this.#prepare(stored));
      if (answerWithIt) answerWithIt();
      else this.#forget();
      this.#revision = revision;
      return stored?.summary ?? null;
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  #needModel(): Model {
    if (!this.#model) throw nothingTrained();
    return this.#model;
  }

  /** Makes a stored model ready; from a call of what it gives on, that is what answers. */
  async #prepare(model: StoredModel): Promise<() => void> {
    const stored = { model, kernels: await this.#loadKernels() };
    const answering = this.#isPrepared ? new Model(model, stored.kernels, this.#answering) : null;
    // the vectors of a large model take half a second: in pieces, so that other questions are heard
    // between them
    while (answering?.step()) await setImmediate();
    return () => {
      this.#stored = stored;
      this.#answering = answering;
    };
  }

  #forget(): void {
    this.#revision = null;
    this.#stored = null;
    this.#answering = null;
  }

  /** What answers; null where there is no model. */
  get #model(): Model | null {
    if (!this.#answering && this.#stored) this.#answering = new Model(this.#stored.model, this.#stored.kernels);
    return this.#answering;
  }

  #loadKernels(): Promise<Kernels> {
    return (this.#kernels ??= loadKernels(this.#distribution));
  }
}

function nothingTrained(): Error {
  return new Error(l10n.t('Nothing is trained here yet. Train on this folder first.'));
}
