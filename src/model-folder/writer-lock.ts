// Who writes into a model's folder: one process at a time, of any window or command line, on any
// machine that shares the disk.
//
// A lock is a file `writer-N.lock`, and the one with the largest N holds the folder. It is made
// exclusively, and written again and again through the descriptor that made it, so that a heartbeat
// never lands in another owner's file. The lock of a dead owner is not deleted and made anew, which
// two could do at once: number N + 1 is made exclusively, by one, who then removes the dead ones.

import * as l10n from '@vscode/l10n';
import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { storageProblem } from './storage-problem.ts';

/** What a lock says of its owner. */
export interface Writer {
  pid: number;
  /** Where `pid` means something: a machine or a container. */
  host: string;
  /** How far its work is, 0 to 1. */
  fraction: number;
  token: string;
}

/** Milliseconds between two heartbeats. */
const HEARTBEAT = 1000;
/**
 * An owner that has been silent for so many milliseconds is dead: its process id may be another's
 * by now.
 */
const SILENCE = 30_000;
/**
 * An owner that was killed before it wrote a word: milliseconds that its lock counts, and between
 * two looks at it.
 */
const UNWRITTEN = 2000;
const LOOK_AGAIN = 50;
/** Bytes of a lock, so that each writing covers the one before. */
const SIZE = 512;
const NAME = /^writer-(\d+)\.lock$/;
const UNKNOWN: Writer = { pid: 0, host: '', fraction: 0, token: '' };
const HOST = hostOfProcesses();
/**
 * Tokens of the locks that this process holds: after a restart, a container's process may have the
 * id of the one before.
 */
const held = new Set<string>();

/** Another process writes into the folder. `message` is one sentence for the user. */
export class FolderInUse extends Error {
  override name = 'FolderInUse';
}

/** A folder that this process may write into until `release`. */
export class WriterLock {
  /** How far the work is, 0 to 1, which the next heartbeat tells. */
  fraction = 0;
  readonly #directory: string;
  readonly #number: number;
  readonly #file: FileHandle;
  readonly #token: string;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(directory: string, number: number, file: FileHandle, token: string) {
    this.#directory = directory;
    this.#number = number;
    this.#file = file;
    this.#token = token;
  }

  /**
   * Makes the folder where it is missing. Throws FolderInUse, or one sentence if nothing can be
   * written there.
   */
  static async take(directory: string): Promise<WriterLock> {
    try {
      await mkdir(directory, { recursive: true });
      for (;;) {
        const lock = await WriterLock.#tryToTake(directory);
        if (lock) return lock;
      }
    } catch (error) {
      throw storageProblem(error, directory);
    }
  }

  /** Null if the folder changed hands meanwhile. */
  static async #tryToTake(directory: string): Promise<WriterLock | null> {
    const last = (await locksIn(directory)).at(-1);
    const writer = last === undefined ? null : await livingOwner(directory, last);
    if (writer === UNKNOWN) {
      await sleep(LOOK_AGAIN);
      return null;
    }
    if (writer) throw new FolderInUse(inUse(writer.fraction));
    const number = (last ?? 0) + 1;
    const path = pathOf(directory, number);
    let file: FileHandle;
    try {
      file = await open(path, 'wx');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
      throw error;
    }
    const lock = new WriterLock(directory, number, file, randomUUID());
    held.add(lock.#token);
    try {
      await lock.#write();
      // The folder was looked at before the lock was made: another may have been made since, with
      // any number. Each looks after it has made its own, so that of two at least one sees the
      // other, and gives way.
      const others = (await locksIn(directory)).filter((other) => other !== number);
      if (others.every((other) => other < number) && !(await anyLives(directory, others))) {
        for (const other of others) await rm(pathOf(directory, other), { force: true });
        lock.#beat();
        return lock;
      }
    } catch (error) {
      await lock.release();
      throw error;
    }
    await lock.release();
    return null;
  }

  /**
   * Throws one sentence if another process has taken the folder, because this one was silent for
   * long, as in a sleep.
   */
  async check(): Promise<void> {
    // who takes the folder of a silent owner removes its lock first
    const owner = await readLock(pathOf(this.#directory, this.#number));
    if (owner?.token === this.#token) return;
    throw new FolderInUse(
      l10n.t(
        'Another window has learned this folder meanwhile; its model stays, and what was learned here is dropped.',
      ),
    );
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    held.delete(this.#token);
    await this.#writing.catch(() => undefined);
    const path = pathOf(this.#directory, this.#number);
    const isOurs = (await readLock(path))?.token === this.#token;
    await this.#file.close();
    if (isOurs) await rm(path, { force: true });
  }

  #beat(): void {
    this.#timer = setInterval(() => {
      // a heartbeat that fails is missed: `check` tells whether the folder is still ours
      this.#writing = this.#writing.then(() => this.#write()).catch(() => undefined);
    }, HEARTBEAT);
    this.#timer.unref();
  }

  async #write(): Promise<void> {
    const writer: Writer = { pid: process.pid, host: HOST, fraction: this.fraction, token: this.#token };
    await this.#file.write(JSON.stringify(writer).padEnd(SIZE), 0);
  }
}

/** Who writes into the folder now; null where nobody does. */
export async function livingWriter(directory: string): Promise<Writer | null> {
  const last = (await locksIn(directory)).at(-1);
  return last === undefined ? null : livingOwner(directory, last);
}

/** “Another window is learning this folder: 38 %” */
export function inUse(fraction: number): string {
  return l10n.t('Another window is learning this folder: {0} %', Math.floor(100 * fraction));
}

async function anyLives(directory: string, numbers: readonly number[]): Promise<boolean> {
  for (const number of numbers) if (await livingOwner(directory, number)) return true;
  return false;
}

/** Gives UNKNOWN for a lock that was just made and says nothing yet. */
async function livingOwner(directory: string, number: number): Promise<Writer | null> {
  const path = pathOf(directory, number);
  const modified = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
  if (modified === null || Date.now() - modified > SILENCE) return null;
  const writer = await readLock(path);
  if (!writer) return Date.now() - modified > UNWRITTEN ? null : UNKNOWN;
  return writer.host === HOST && isDead(writer) ? null : writer;
}

function isDead({ pid, token }: Writer): boolean {
  if (pid === process.pid) return !held.has(token);
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Null if the file is gone, or is none of a whole lock. */
async function readLock(path: string): Promise<Writer | null> {
  try {
    const { pid, host, fraction, token } = JSON.parse(await readFile(path, 'utf8')) as Partial<Writer>;
    if (!Number.isSafeInteger(pid) || pid! <= 0 || typeof host !== 'string' || typeof token !== 'string') return null;
    const isFraction = typeof fraction === 'number' && fraction >= 0 && fraction <= 1;
    return { pid: pid!, host, fraction: isFraction ? fraction : 0, token };
  } catch {
    return null;
  }
}

/** Numbers of the locks, ascending. */
async function locksIn(directory: string): Promise<number[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const numbers = names.flatMap((name) => {
    const number = NAME.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
  return numbers.sort((a, b) => a - b);
}

function pathOf(directory: string, number: number): string {
  return join(directory, `writer-${number}.lock`);
}

/** Containers may share a host name and a disk, and count their processes each from 1. */
function hostOfProcesses(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}
