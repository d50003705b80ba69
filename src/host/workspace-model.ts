// The model of this workspace: where it lies, whether it is there, and the engine that reads it. Every surface asks here.

import * as vscode from 'vscode';
import type { ModelSummary } from '../protocol/engine.ts';
import {
  EngineProcess,
  EngineStopped,
  type EngineClient,
  type EngineProcessOptions,
  type Opened,
} from './engine-process.ts';
import { NO_FOLDER, NOTHING_LEARNED } from './sentences.ts';

/** A command needs a model and there is none; the notification offers to train. */
export class NothingLearned extends Error {
  override name = 'NothingLearned';
}

export class WorkspaceModel implements vscode.Disposable {
  readonly #directory: vscode.Uri | undefined;
  readonly #process: EngineProcess | undefined;
  readonly #changed = new vscode.EventEmitter<{ replaced: boolean }>();
  /** Whether a model lies in the directory; looked up once, then known from what the engine says. */
  #exists: Promise<boolean> | undefined;
  readonly #unreadable: (problem: Error) => void;
  /** The problem of a damaged model that the user has been told: once is enough. */
  #told: string | undefined;
  /** What the engine found, trained or deleted last. */
  #opened: Opened | undefined;

  /** `replaced`: another model is there, or none; otherwise an engine has read what was there. */
  readonly onDidChange = this.#changed.event;

  /** `directory` is undefined where no folder is open. `unreadable` tells the user of a damaged model that nobody asked for. */
  constructor(
    directory: vscode.Uri | undefined,
    options: Omit<EngineProcessOptions, 'directory' | 'opened'> & { unreadable: (problem: Error) => void },
  ) {
    this.#directory = directory;
    this.#unreadable = options.unreadable;
    if (!directory) return;
    this.#process = new EngineProcess({
      ...options,
      directory: directory.fsPath,
      opened: (opened, replaced) => {
        this.#opened = opened;
        this.#exists = Promise.resolve(opened.summary !== null);
        this.#changed.fire({ replaced });
      },
    });
  }

  /** Whether a model is stored here. Starts no engine. */
  exists(): Promise<boolean> {
    return (this.#exists ??= this.#lookUp());
  }

  /** Of the stored model; undefined while no engine has read it. */
  get summary(): ModelSummary | undefined {
    return this.#opened?.summary ?? undefined;
  }

  /** The engine, model or not. Throws one sentence where no folder is open. */
  engine(): EngineClient {
    if (!this.#process) throw new Error(NO_FOLDER());
    return this.#process.engine;
  }

  /** For what runs unasked: the engine with a model, or undefined; starts one only where a model is stored. Never throws. */
  async quietly(): Promise<EngineClient | undefined> {
    if (!this.#process?.dependable || !(await this.exists())) return undefined;
    try {
      const { summary, problem } = await this.#process.opened();
      if (problem && problem.message !== this.#told) {
        this.#told = problem.message;
        this.#unreadable(problem);
      }
      return summary ? this.#process.engine : undefined;
    } catch (error) {
      if (error instanceof EngineStopped) return undefined; // it is in the log
      throw error;
    }
  }

  /** Throws one sentence where no folder is open or no model is stored. Starts no engine. */
  async expected(): Promise<void> {
    this.engine();
    if (!(await this.exists())) throw new NothingLearned(NOTHING_LEARNED());
  }

  /** For commands: the engine with a model. Throws one sentence: no folder, no model, a damaged model, an engine that does not start. */
  async required(): Promise<EngineClient> {
    await this.expected();
    const { summary, problem } = await this.#process!.opened();
    if (problem) {
      this.#told = problem.message;
      throw problem;
    }
    if (!summary) throw new NothingLearned(NOTHING_LEARNED());
    return this.engine();
  }

  dispose(): void {
    this.#process?.dispose();
    this.#changed.dispose();
  }

  async #lookUp(): Promise<boolean> {
    if (!this.#directory) return false;
    try {
      await vscode.workspace.fs.stat(vscode.Uri.joinPath(this.#directory, 'manifest.json'));
      return true;
    } catch {
      return false; // the usual case: nothing trained yet
    }
  }
}
