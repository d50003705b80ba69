// The engine as a child process: started on first need, started anew after a crash. It lowers its
// own priority. Nothing here imports vscode, so that the tests run it against an engine of their
// own.

import * as l10n from '@vscode/l10n';
import { type BirpcReturn, createBirpc } from 'birpc';
import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import type { EngineApi, EngineEvents, LogLevel, ModelSummary, Progress, VirtualFiles } from '../protocol/engine.ts';

export interface EngineProcessOptions {
  /** Absolute path of dist/engine.mjs. */
  entry: string;
  /**
   * For developers: port of 127.0.0.1 on which a debugger reaches the engine and its threads;
   * absent, there is no inspector.
   */
  inspectPort?: number | undefined;
  /** Where the engine keeps the model of this workspace. */
  directory: string;
  /** Where a release before kept it; absent if nowhere. */
  former?: string | undefined;
  /** The l10n bundle of the display language; absent for English. */
  l10nPath?: string | undefined;
  log: (level: LogLevel, message: string) => void;
  progress: (progress: Progress) => void;
  /** A stage of a training is stored. */
  stored?: NonNullable<EngineEvents['stored']>;
  evaluating?: (fraction: number) => void;
  /** Reads folders that are not on the disk. */
  virtualFolders?: VirtualFiles;
  /**
   * A started engine has looked into its directory (`replaced` is false), or what lies there has
   * been replaced or deleted.
   */
  opened?: (opened: Opened, replaced: boolean) => void;
}

/** What a surface asks of the engine; opening the model is this file's own affair. */
export type EngineClient = Omit<EngineApi, 'open'>;

/**
 * The engine's process ended while, or before, it was needed. `message` is one sentence for the
 * user.
 */
export class EngineStopped extends Error {
  override name = 'EngineStopped';
}

/** The stored model, or why it cannot be read. The engine runs in either case. */
export type Opened = { summary: ModelSummary | null; problem?: undefined } | { summary?: undefined; problem: Error };

interface Run {
  child: ChildProcess;
  engine: BirpcReturn<EngineApi, EngineEvents>;
  /** Rejects with EngineStopped only. */
  opened: Promise<Opened>;
  stopped?: EngineStopped;
}

/**
 * So many unexpected exits within so many milliseconds, and only a command starts the engine again.
 */
const TOO_MANY_EXITS = 3;
const EXITS_WITHIN = 5 * 60_000;
/**
 * Characters of a line on the engine's stderr that are kept: Node prints the whole line that threw,
 * and bundles have long lines.
 */
const LONGEST_LOG_LINE = 400;

export class EngineProcess {
  readonly #options: EngineProcessOptions;
  #run: Run | undefined;
  #exits: number[] = [];
  #disposed = false;

  constructor(options: EngineProcessOptions) {
    this.#options = options;
  }

  /**
   * Each call starts the engine where none runs, and rejects with EngineStopped where its process
   * ends before the answer.
   */
  readonly engine: EngineClient = {
    train: (request) =>
      this.#ask(async (run) => {
        const outcome = await run.engine.train(request);
        if (outcome.status === 'done') await this.#replace(run, { summary: outcome.model });
        return outcome;
      }),
    importVectors: (path, request) =>
      this.#ask(async (run) => {
        const outcome = await run.engine.importVectors(path, request);
        if (outcome.status === 'done') await this.#replace(run, { summary: outcome.model });
        return outcome;
      }),
    resumesAt: () => this.#ask(({ engine }) => engine.resumesAt()),
    cancel: () => this.#ask(({ engine }) => engine.cancel()),
    forget: () =>
      this.#ask(async (run) => {
        const there = await run.engine.forget();
        await this.#replace(run, { summary: null });
        return there;
      }),
    wordAt: (...question) => this.#ask(({ engine }) => engine.wordAt(...question)),
    describe: (...question) => this.#ask(({ engine }) => engine.describe(...question)),
    similaritiesOnMap: (word) => this.#ask(({ engine }) => engine.similaritiesOnMap(word)),
    solve: (...question) => this.#ask(({ engine }) => engine.solve(...question)),
    analogyExamples: (count) => this.#ask(({ engine }) => engine.analogyExamples(count)),
    similarity: (first, second) => this.#ask(({ engine }) => engine.similarity(first, second)),
    nSimilarity: (first, second) => this.#ask(({ engine }) => engine.nSimilarity(first, second)),
    doesntMatch: (words) => this.#ask(({ engine }) => engine.doesntMatch(words)),
    rank: (...question) => this.#ask(({ engine }) => engine.rank(...question)),
    evaluate: (path, options) => this.#ask(({ engine }) => engine.evaluate(path, options)),
    cancelEvaluation: () => this.#ask(({ engine }) => engine.cancelEvaluation()),
    startOfWindow: (place) => this.#ask(({ engine }) => engine.startOfWindow(place)),
    complete: (...question) => this.#ask(({ engine }) => engine.complete(...question)),
    tokensOf: (path, options, content) => this.#ask(({ engine }) => engine.tokensOf(path, options, content)),
    compareCells: (request, equal) => this.#ask(({ engine }) => engine.compareCells(request, equal)),
    inspect: (text, top) => this.#ask(({ engine }) => engine.inspect(text, top)),
    trainingCurves: () => this.#ask(({ engine }) => engine.trainingCurves()),
    map: () => this.#ask(({ engine }) => engine.map()),
    exportVectors: (path, format) => this.#ask(({ engine }) => engine.exportVectors(path, format)),
  };

  /**
   * Starts the engine where none runs and gives what lies in its directory. Throws EngineStopped
   * only.
   */
  opened(): Promise<Opened> {
    return (this.#run ??= this.#start()).opened;
  }

  /**
   * Has a running engine look whether another process has replaced or deleted the model; starts
   * none.
   */
  async reopen(): Promise<void> {
    const run = this.#run;
    if (!run) return;
    await run.opened;
    const { directory, former } = this.#options;
    const found = await opening(run.engine.open(directory, former));
    if (this.#run === run) await this.#replace(run, found);
  }

  /**
   * False after several unexpected exits in a row: what runs unasked (a hover, a completion) then
   * leaves the engine alone.
   */
  get dependable(): boolean {
    const now = Date.now();
    this.#exits = this.#exits.filter((time) => now - time < EXITS_WITHIN);
    return this.#run !== undefined || this.#exits.length < TOO_MANY_EXITS;
  }

  /** Process id of the running engine; undefined where none runs. */
  get pid(): number | undefined {
    return this.#run?.child.pid;
  }

  /** Ends the process; pending calls reject. */
  dispose(): void {
    this.#disposed = true;
    this.#run?.child.kill();
  }

  async #ask<T>(question: (run: Run) => Promise<T>): Promise<T> {
    const run = (this.#run ??= this.#start());
    await run.opened;
    if (run.stopped) throw run.stopped;
    return question(run);
  }

  /** Told once, however often it is heard. */
  async #replace(run: Run, opened: Opened): Promise<void> {
    const before = await run.opened;
    if (isDeepStrictEqual(opened, before)) return;
    run.opened = Promise.resolve(opened);
    this.#options.opened?.(opened, true);
  }

  #start(): Run {
    const { entry, directory, former, inspectPort, l10nPath, log, progress, virtualFolders } = this.#options;
    const { stored = () => undefined, evaluating = () => undefined } = this.#options;
    if (this.#disposed) throw new EngineStopped(l10n.t('Lexiscope is shutting down.'));
    // VS Code's own execArgv made forks fail (microsoft/vscode#154549).
    const child = fork(entry, [], {
      serialization: 'advanced',
      execArgv: inspectPort === undefined ? [] : [`--inspect=127.0.0.1:${inspectPort}`],
      env: engineEnvironment(process.env, l10nPath),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const engine = createBirpc<EngineApi, EngineEvents>(
      {
        progress,
        stored: (summary, reading) => void this.#replace(run, { summary }).then(() => stored(summary, reading)),
        evaluating,
        log,
        ...virtualFolders,
      },
      {
        timeout: -1,
        post: (message: Serializable) =>
          new Promise<void>((resolve, reject) => {
            child.send(message, (error) => {
              if (!error) resolve();
              else if (child.connected) reject(error);
              else stop(error.message); // rejects every pending call, this one among them
            });
          }),
        on: (receive) => {
          child.on('message', receive);
        },
        // A call that fails is the caller's to see. What has a name here is an answer to the engine
        // that could not be sent.
        onGeneralError: (error, answered) => {
          if (answered !== undefined) log('warn', `Answer to ${answered} not sent: ${error.message}`);
          return answered !== undefined;
        },
      },
    );
    const opened = opening(engine.open(directory, former)).then((found) => {
      this.#options.opened?.(found, false);
      return found;
    });
    // each caller of `opened` sees it; without a caller it is no unhandled rejection
    opened.catch(() => undefined);
    const run: Run = { child, engine, opened };

    const stop = (how: string): void => {
      if (run.stopped) return;
      run.stopped = new EngineStopped(
        l10n.t(
          'The Lexiscope engine stopped unexpectedly ({0}). What it has stored is intact, and the next command starts it again.',
          how,
        ),
      );
      if (this.#run === run) this.#run = undefined;
      engine.$close(run.stopped);
      child.kill();
      if (this.#disposed) return;
      this.#exits.push(Date.now());
      log('error', `Engine ${child.pid ?? ''} stopped: ${how}`);
    };
    child.once('error', (error) => stop(error.message));
    child.once('exit', (code, signal) => stop(signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`));
    logLines(child.stdout, (line) => log('info', line));
    logLines(child.stderr, (line) => log('warn', line));
    if (child.pid !== undefined) log('info', `Engine ${child.pid} started`);
    return run;
  }
}

/** Rejects with EngineStopped only. */
async function opening(asked: Promise<ModelSummary | null>): Promise<Opened> {
  try {
    return { summary: await asked };
  } catch (problem) {
    if (problem instanceof EngineStopped) throw problem;
    return { problem: problem instanceof Error ? problem : new Error(String(problem)) };
  }
}

/**
 * The environment of the engine: without what VS Code and Electron set for processes of their own,
 * and without Node flags of the editor.
 */
export function engineEnvironment(environment: NodeJS.ProcessEnv, l10nPath: string | undefined): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$)/i.test(name));
  // Desktop VS Code has no Node beside it: its own executable becomes one by this variable.
  return {
    ...Object.fromEntries(kept),
    ELECTRON_RUN_AS_NODE: '1',
    ...(l10nPath !== undefined && { LEXISCOPE_L10N: l10nPath }),
  };
}

/**
 * The port that LEXISCOPE_INSPECT names (.vscode/launch.json); undefined if it is absent or names
 * none.
 */
export function inspectPortOf(environment: NodeJS.ProcessEnv): number | undefined {
  const port = Number(environment['LEXISCOPE_INSPECT']);
  return Number.isInteger(port) && port > 0 && port < 65536 ? port : undefined;
}

function logLines(stream: NodeJS.ReadableStream | null, log: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!.slice(0, LONGEST_LOG_LINE);
    for (const line of lines) if (line.trim()) log(line.trimEnd().slice(0, LONGEST_LOG_LINE));
  });
}
