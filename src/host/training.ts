// Training on the folders of this window: one at a time, with its state for whoever shows it.

import { basename } from 'node:path';
import * as vscode from 'vscode';
import type {
  CellReport,
  CellsAreEqualIn,
  FolderRequest,
  ModelSummary,
  Progress,
  ReadingReport,
  TrainRequest,
} from '../protocol/engine.ts';
import { importRequest, trainRequest } from '../settings/request.ts';
import { COMMANDS } from './command-ids.ts';
import { EngineStopped } from './engine-process.ts';
import { showProblem, showResult } from './notices.ts';
import { givenIn, settingsOf } from './read-settings.ts';
import { ReadingFiles } from './reading-files.ts';
import {
  importDone,
  learnedFrom,
  mapReady,
  modelDetails,
  NO_FOLDER,
  readingDetails,
  TRAINING_RUNS,
  trainingDone,
} from './sentences.ts';
import { folderRequest } from './settings.ts';
import { enginePath } from './virtual-folders.ts';
import type { WorkspaceModel } from './workspace-model.ts';

/**
 * `cancelled` and `stopped` tell how the last training ended, where it did not end well, and how
 * much of the whole the next one has not to do again; `stopped`: the engine's process ended.
 * `done`: it has just ended, with a problem or without.
 */
export type TrainingState =
  | { kind: 'idle' | 'cancelled' | 'stopped'; resumesAt?: number }
  | { kind: 'done'; problem?: string }
  | { kind: 'running'; name: string; progress?: Progress };

/** How long the status bar says that a training has ended, milliseconds. */
const DONE_SHOWN = 30_000;

export class Training implements vscode.Disposable {
  readonly #model: WorkspaceModel;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<TrainingState>();
  readonly #files = new ReadingFiles();
  #state: TrainingState = { kind: 'idle' };
  /** Whether the user has been told of the training that runs: once is enough. */
  #isTold = false;

  readonly onDidChange = this.#changed.event;

  constructor(model: WorkspaceModel, log: vscode.LogOutputChannel) {
    this.#model = model;
    this.#log = log;
  }

  get state(): TrainingState {
    return this.#state;
  }

  /**
   * Trains on the folders that are open and says how it went; `continue` begins with the vectors
   * that are stored. Throws one sentence where it cannot begin.
   */
  async train(start: NonNullable<TrainRequest['start']>): Promise<void> {
    if (this.#state.kind === 'running') throw new Error(TRAINING_RUNS());
    const engine = this.#model.engine();
    if (start === 'continue') await this.#model.expected();
    const request = { ...trainRequest(this.#folders(), givenIn(undefined)), unsaved: unsavedTexts(), start };
    await this.#run(nameOfFolders(), () => engine.train(request), trainingDone);
  }

  /**
   * Puts the vectors of a file in the place of the model, as a training does. Throws one sentence
   * where it cannot begin.
   */
  async import(path: string): Promise<void> {
    if (this.#state.kind === 'running') throw new Error(TRAINING_RUNS());
    const engine = this.#model.engine();
    const request = importRequest(givenIn(undefined));
    await this.#run(basename(path), () => engine.importVectors(path, request), importDone);
  }

  /**
   * Trains each kind of cell on the folders and measures it; the model stays. Null where it was
   * cancelled or failed, which is said.
   */
  async compareCells(equal: CellsAreEqualIn): Promise<CellReport[] | null> {
    if (this.#state.kind === 'running') throw new Error(TRAINING_RUNS());
    const engine = this.#model.engine();
    const request = { ...trainRequest(this.#folders(), givenIn(undefined)), unsaved: unsavedTexts() };
    this.#enter({ kind: 'running', name: nameOfFolders() });
    try {
      const reports = await engine.compareCells(request, equal);
      this.#enter({ kind: reports ? 'idle' : 'cancelled' });
      return reports;
    } catch (error) {
      this.#enter({ kind: error instanceof EngineStopped ? 'stopped' : 'idle' });
      throw error;
    }
  }

  async #run<Report extends object>(
    name: string,
    make: () => Promise<({ status: 'done' } & Report) | { status: 'cancelled' }>,
    done: (report: Report, language: string) => string,
  ): Promise<void> {
    this.#isTold = false;
    this.#enter({ kind: 'running', name });
    const start = performance.now();
    try {
      const outcome = await make();
      if (outcome.status === 'cancelled') {
        this.#log.info(`Training cancelled after ${Math.round(performance.now() - start)} ms`);
        this.#enter(await this.#brokenOff('cancelled'));
        return;
      }
      const sentence = done(outcome, vscode.env.language);
      this.#log.info(sentence);
      this.#files.take([sentence], 'reading' in outcome ? (outcome.reading as ReadingReport) : undefined);
      const problem = 'languageModelProblem' in outcome ? (outcome.languageModelProblem as string) : undefined;
      this.#end(problem === undefined ? { kind: 'done' } : { kind: 'done', problem });
      this.#tell(learnedFrom(name));
    } catch (error) {
      this.#enter(error instanceof EngineStopped ? await this.#brokenOff('stopped') : { kind: 'idle' });
      void showProblem(error, this.#log);
    }
  }

  /** A stage is stored: with the map there is something to look at. */
  stored(model: ModelSummary, reading: ReadingReport | undefined): void {
    if (this.#state.kind !== 'running' || !reading || model.mapWords === 0) return;
    const { name, progress } = this.#state;
    const { language } = vscode.env;
    this.#files.take([...modelDetails(model, language), ...readingDetails(reading, language)], reading);
    if (progress?.training) this.#tell(mapReady(name, progress.training.secondsLeft));
  }

  /** The one notification of a training. */
  #tell(sentence: string): void {
    if (this.#isTold) return;
    this.#isTold = true;
    void showResult(sentence, [vscode.l10n.t('Open Map'), vscode.l10n.t('Details')]).then((button) => {
      if (button === 0) return vscode.commands.executeCommand(COMMANDS.openExplorer);
      return button === 1 ? this.#files.show() : undefined;
    });
  }

  #end(state: TrainingState): void {
    this.#enter(state);
    setTimeout(() => {
      if (this.#state === state) this.#enter({ kind: 'idle' });
    }, DONE_SHOWN);
  }

  /** The state after a training that did not come to its end. */
  async #brokenOff(kind: 'cancelled' | 'stopped'): Promise<TrainingState> {
    try {
      const resumesAt = await this.#model.engine().resumesAt();
      return resumesAt === null ? { kind } : { kind, resumesAt };
    } catch {
      return { kind }; // the engine does not start: that is told already
    }
  }

  /** Asks the running training to stop. Throws one sentence where none runs. */
  async cancel(): Promise<void> {
    if (this.#state.kind !== 'running') throw new Error(vscode.l10n.t('No training is running.'));
    await this.#model.engine().cancel();
  }

  /** The engine's news. */
  progress(progress: Progress): void {
    if (this.#state.kind === 'running') this.#enter({ ...this.#state, progress });
  }

  dispose(): void {
    this.#changed.dispose();
    this.#files.dispose();
  }

  #enter(state: TrainingState): void {
    if ((this.#state.kind === 'running') !== (state.kind === 'running')) {
      void vscode.commands.executeCommand('setContext', 'lexiscope.training', state.kind === 'running');
    }
    this.#state = state;
    this.#changed.fire(state);
  }

  #folders(): FolderRequest[] {
    const folders = vscode.workspace.workspaceFolders ?? [];
    if (!folders.length) throw new Error(NO_FOLDER());
    return folders.map(({ uri, name }) =>
      uri.scheme === 'file'
        ? folderRequest({ path: uri.fsPath }, settingsOf(uri))
        : folderRequest({ path: uri.toString(), virtual: name }, settingsOf(uri)),
    );
  }
}

/** Of the folders that are open, or their workspace. */
function nameOfFolders(): string {
  return vscode.workspace.name ?? vscode.workspace.workspaceFolders?.[0]?.name ?? '';
}

/** What is written in the editors and not saved yet, which counts instead of the files. */
function unsavedTexts(): { path: string; text: string }[] {
  return vscode.workspace.textDocuments.flatMap((document) => {
    const path = document.isDirty ? enginePath(document.uri) : undefined;
    return path === undefined ? [] : [{ path, text: document.getText() }];
  });
}
