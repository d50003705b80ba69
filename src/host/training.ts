// Training on the folders of this window: one at a time, with its state for whoever shows it.

import * as vscode from 'vscode';
import type {
  CellReport,
  CellsAreEqualIn,
  FolderRequest,
  Progress,
  ReadingReport,
  TrainRequest,
} from '../protocol/engine.ts';
import { importRequest, trainRequest } from '../settings/request.ts';
import { COMMANDS } from './command-ids.ts';
import { EngineStopped } from './engine-process.ts';
import { showProblem, showResult } from './notices.ts';
import { ReadingFiles } from './reading-files.ts';
import { importDone, NO_FOLDER, TRAINING_RUNS, trainingDone } from './sentences.ts';
import { givenIn, settingsOf } from './read-settings.ts';
import { folderRequest } from './settings.ts';
import { enginePath } from './virtual-folders.ts';
import type { WorkspaceModel } from './workspace-model.ts';

/** `cancelled` and `stopped` tell how the last training ended, where it did not end well; `stopped`: the engine's process ended. */
export type TrainingState = { kind: 'idle' | 'cancelled' | 'stopped' } | { kind: 'running'; progress?: Progress };

/** How long the status bar says that training was cancelled, milliseconds. */
const CANCELLED_SHOWN = 5000;

export class Training implements vscode.Disposable {
  readonly #model: WorkspaceModel;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<TrainingState>();
  readonly #files = new ReadingFiles();
  #state: TrainingState = { kind: 'idle' };

  readonly onDidChange = this.#changed.event;

  constructor(model: WorkspaceModel, log: vscode.LogOutputChannel) {
    this.#model = model;
    this.#log = log;
  }

  get state(): TrainingState {
    return this.#state;
  }

  /**
   * Trains on the folders that are open and says how it went; `continue` begins with the vectors that are stored. Throws one
   * sentence where it cannot begin.
   */
  async train(start: NonNullable<TrainRequest['start']>): Promise<void> {
    if (this.#state.kind === 'running') throw new Error(TRAINING_RUNS());
    const engine = this.#model.engine();
    if (start === 'continue') await this.#model.expected();
    const request = { ...trainRequest(this.#folders(), givenIn(undefined)), unsaved: unsavedTexts(), start };
    await this.#run(() => engine.train(request), trainingDone);
  }

  /** Puts the vectors of a file in the place of the model, as a training does. Throws one sentence where it cannot begin. */
  async import(path: string): Promise<void> {
    if (this.#state.kind === 'running') throw new Error(TRAINING_RUNS());
    const engine = this.#model.engine();
    const request = importRequest(givenIn(undefined));
    await this.#run(() => engine.importVectors(path, request), importDone);
  }

  /** Trains each kind of cell on the folders and measures it; the model stays. Null where it was cancelled or failed, which is said. */
  async compareCells(equal: CellsAreEqualIn): Promise<CellReport[] | null> {
    if (this.#state.kind === 'running') throw new Error(TRAINING_RUNS());
    const engine = this.#model.engine();
    const request = { ...trainRequest(this.#folders(), givenIn(undefined)), unsaved: unsavedTexts() };
    this.#enter({ kind: 'running' });
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
    make: () => Promise<({ status: 'done' } & Report) | { status: 'cancelled' }>,
    done: (report: Report, language: string) => string,
  ): Promise<void> {
    this.#enter({ kind: 'running' });
    const start = performance.now();
    try {
      const outcome = await make();
      if (outcome.status === 'cancelled') {
        this.#log.info(`Training cancelled after ${Math.round(performance.now() - start)} ms`);
        this.#enter({ kind: 'cancelled' });
        setTimeout(() => {
          if (this.#state.kind === 'cancelled') this.#enter({ kind: 'idle' });
        }, CANCELLED_SHOWN);
        return;
      }
      this.#enter({ kind: 'idle' });
      const sentence = done(outcome, vscode.env.language);
      this.#log.info(sentence);
      const buttons = [vscode.l10n.t('Open Map')];
      if ('reading' in outcome && this.#files.take(outcome.reading as ReadingReport))
        buttons.push(vscode.l10n.t('Show Files…'));
      void showResult(sentence, buttons, this.#log).then((button) => {
        if (button === 0) return vscode.commands.executeCommand(COMMANDS.openExplorer);
        return button === 1 ? this.#files.show() : undefined;
      });
    } catch (error) {
      this.#enter({ kind: error instanceof EngineStopped ? 'stopped' : 'idle' });
      void showProblem(error, this.#log);
    }
  }

  /** Asks the running training to stop. Throws one sentence where none runs. */
  async cancel(): Promise<void> {
    if (this.#state.kind !== 'running') throw new Error(vscode.l10n.t('No training is running.'));
    await this.#model.engine().cancel();
  }

  /** The engine's news. */
  progress(progress: Progress): void {
    if (this.#state.kind === 'running') this.#enter({ kind: 'running', progress });
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

/** What is written in the editors and not saved yet, which counts instead of the files. */
function unsavedTexts(): { path: string; text: string }[] {
  return vscode.workspace.textDocuments.flatMap((document) => {
    const path = document.isDirty ? enginePath(document.uri) : undefined;
    return path === undefined ? [] : [{ path, text: document.getText() }];
  });
}
