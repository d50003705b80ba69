// The model of this workspace: where it lies, whether it is there, and the engine that reads it.
// Every surface asks here.

import { join } from 'node:path';
import * as vscode from 'vscode';
import { formerPlaces, MANIFEST, modelKey, modifiedAt } from '../model-folder/model-places.ts';
import type { ModelSummary } from '../protocol/engine.ts';
import {
  type EngineClient,
  EngineProcess,
  type EngineProcessOptions,
  EngineStopped,
  type Opened,
} from './engine-process.ts';
import { FolderWatch } from './folder-watch.ts';
import { NO_FOLDER, NOTHING_LEARNED } from './sentences.ts';

/** A command needs a model and there is none; the notification offers to train. */
export class NothingLearned extends Error {
  override name = 'NothingLearned';
}

/** Where models lie for this window. */
export interface ModelPlaces {
  directory: string;
  /** Where a release before kept the model; undefined if nowhere. */
  former: string | undefined;
}

/**
 * The place of what is learned from the folders that are open, which every window on them finds;
 * undefined if none is.
 */
export function modelPlaces({ globalStorageUri, storageUri }: vscode.ExtensionContext): ModelPlaces | undefined {
  const { workspaceFolders = [], workspaceFile } = vscode.workspace;
  if (!workspaceFolders.length) return undefined;
  // the folders of a workspace that has a file may change: what was learned stays its own
  const addresses =
    workspaceFile && workspaceFile.scheme !== 'untitled' ? [workspaceFile] : workspaceFolders.map(({ uri }) => uri);
  return {
    directory: vscode.Uri.joinPath(globalStorageUri, 'models', modelKey(addresses.map(String))).fsPath,
    former: storageUri && vscode.Uri.joinPath(storageUri, 'model').fsPath,
  };
}

export class WorkspaceModel implements vscode.Disposable {
  readonly #places: ModelPlaces | undefined;
  readonly #process: EngineProcess | undefined;
  readonly #changed = new vscode.EventEmitter<{ replaced: boolean }>();
  /**
   * Whether a model lies in the directory; looked up once, then known from what the engine says.
   */
  #exists: Promise<boolean> | undefined;
  readonly #unreadable: (problem: Error) => void;
  /** The problem of a damaged model that the user has been told: once is enough. */
  #told: string | undefined;
  /** What the engine found, trained or deleted last. */
  #opened: Opened | undefined;
  #elsewhere: number | null = null;
  readonly #watch: FolderWatch | undefined;

  /** `replaced`: another model is there, or none; otherwise an engine has read what was there. */
  readonly onDidChange = this.#changed.event;

  /**
   * `places` is undefined where no folder is open. `unreadable` tells the user of a damaged model
   * that nobody asked for.
   */
  constructor(
    places: ModelPlaces | undefined,
    options: Omit<EngineProcessOptions, keyof ModelPlaces | 'opened'> & { unreadable: (problem: Error) => void },
  ) {
    this.#places = places;
    this.#unreadable = options.unreadable;
    if (!places) return;
    this.#process = new EngineProcess({
      ...options,
      ...places,
      opened: (opened, replaced) => {
        this.#opened = opened;
        this.#exists = Promise.resolve(opened.summary !== null);
        this.#changed.fire({ replaced });
      },
    });
    this.#watch = new FolderWatch(places.directory, {
      ownPid: () => this.#process!.pid,
      elsewhere: (fraction) => {
        this.#elsewhere = fraction;
        this.#changed.fire({ replaced: false });
      },
      replaced: () => this.#replaced(),
      failed: (error) => options.log('warn', error.message),
    });
  }

  /**
   * How far another window, or a command line, is that learns these folders, 0 to 1; null if none
   * does. `onDidChange` tells.
   */
  get learnedElsewhere(): number | null {
    return this.#elsewhere;
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

  /**
   * For what runs unasked: the engine with a model, or undefined; starts one only where a model is
   * stored. Never throws.
   */
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

  /**
   * For commands: the engine with a model. Throws one sentence: no folder, no model, a damaged
   * model, an engine that does not start.
   */
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
    this.#watch?.dispose();
    this.#process?.dispose();
    this.#changed.dispose();
  }

  async #lookUp(): Promise<boolean> {
    if (!this.#places) return false;
    const { directory, former } = this.#places;
    if ((await modifiedAt(join(directory, MANIFEST))) !== null) return true;
    // the engine moves it when it starts
    return former !== undefined && (await formerPlaces(former)).length > 0;
  }

  /**
   * Another process has stored a model, or deleted it. An engine that does not run will find it
   * when it starts.
   */
  async #replaced(): Promise<void> {
    if (this.#process!.pid !== undefined) {
      await this.#process!.reopen();
    } else {
      const existed = await this.#exists;
      this.#opened = undefined;
      this.#exists = undefined;
      if ((await this.exists()) !== existed) this.#changed.fire({ replaced: true });
    }
  }
}
