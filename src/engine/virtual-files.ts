// Folders that lie elsewhere than on this machine's disk (VS Code's virtual workspaces): what is in them, the engine's client
// is asked for, a directory, some sizes or one file at a time, as they are needed. A compute thread is connected to the
// client once, when it starts, as it is to the disk.
//
// Such folders have no numbers that tell one place from another, so links to folders are not followed.

import { createBirpc } from 'birpc';
import type { MessagePort } from 'node:worker_threads';
import type { EngineEvents, FolderRequest, VirtualFiles } from '../protocol/engine.ts';
import { isSecretPath } from './excluded-names.ts';
import type { Candidate, Entry, FileSource, FoundFile, OnSkipped } from './file-source.ts';
import type { IgnoreFile } from './git-ignore.ts';

/** Files asked for their size in one question. */
const AT_ONCE = 64;
/** A larger file is not read: it comes as a whole, through two processes. Bytes. */
const LARGEST = 50_000_000;
/** Of a file whose time is not known: later than any, so that it is never taken for unchanged. */
const UNKNOWN_TIME = Number.MAX_SAFE_INTEGER;
const EXCLUDE_FILE = '.git/info/exclude';

let client: VirtualFiles | null = null;

/** Virtual folders are read through `files` from now on, in this thread. */
export function connectVirtualFiles(files: VirtualFiles): void {
  client = files;
}

/** The client at the other end of a port that `serveVirtualFiles` listens at. */
export function virtualFilesAt(port: MessagePort): VirtualFiles {
  return createBirpc<VirtualFiles>(
    {},
    {
      post: (message) => port.postMessage(message),
      on: (receive) => void port.on('message', receive),
      timeout: -1, // a far folder may be slow; a cancel ends the thread
    },
  );
}

/** Answers what is asked at the other end of a port. */
export function serveVirtualFiles({ listFolder, measureFiles, readFile }: VirtualFiles, port: MessagePort): void {
  createBirpc<object, VirtualFiles>(
    { listFolder, measureFiles, readFile },
    { post: (message) => port.postMessage(message), on: (receive) => void port.on('message', receive) },
  );
}

/** What threads read the folders through: null where none is virtual. Throws where one is, and the client knows of none. */
export function virtualFilesOf(folders: readonly FolderRequest[], events: EngineEvents): VirtualFiles | null {
  if (folders.every(({ virtual }) => virtual === undefined)) return null;
  const { listFolder, measureFiles, readFile } = events;
  if (!listFolder || !measureFiles || !readFile) throw new Error('virtual folders need a client that reads them');
  return { listFolder, measureFiles, readFile };
}

/** The bytes of a virtual file. */
export async function readVirtualFile(path: string, folder: string): Promise<Uint8Array> {
  return connected().readFile(folder, within(path, folder));
}

export class VirtualFolders implements FileSource {
  readonly #onSkipped: OnSkipped;
  readonly #roots = new Set<string>();

  constructor(onSkipped: OnSkipped) {
    this.#onSkipped = onSkipped;
  }

  open(path: string, name: string): Promise<boolean> {
    const isNew = !this.#roots.has(path);
    const isSecret = isSecretPath(path);
    if (isNew && isSecret) this.#onSkipped('secret', `${name}/`);
    else this.#roots.add(path);
    return Promise.resolve(isNew && !isSecret);
  }

  /** What is above is not ours to look at. */
  rulesAbove(): Promise<IgnoreFile[]> {
    return Promise.resolve([]);
  }

  enter(path: string): Promise<boolean> {
    return Promise.resolve(!this.#roots.has(path));
  }

  async list(path: string): Promise<Entry[]> {
    const folder = this.#folderOf(path);
    const entries = await connected().listFolder(folder, within(path, folder));
    return entries.map(({ name, kind }) => ({ name, kind: kind === 'linkedFolder' ? 'link' : kind }));
  }

  follow(): Promise<null> {
    return Promise.resolve(null);
  }

  join(folder: string, entry: string): string {
    return folder.endsWith('/') ? folder + entry : `${folder}/${entry}`;
  }

  excludeFiles(repository: string): Promise<string[]> {
    return Promise.resolve([this.join(repository, EXCLUDE_FILE)]);
  }

  async readRules(path: string): Promise<string | null> {
    try {
      return new TextDecoder().decode(await readVirtualFile(path, this.#folderOf(path)));
    } catch (error) {
      if (path.endsWith(EXCLUDE_FILE)) return null; // few repositories have one
      throw error;
    }
  }

  async measure(files: readonly Candidate[]): Promise<Omit<FoundFile, 'encoding'>[]> {
    const found: Omit<FoundFile, 'encoding'>[] = [];
    for (let from = 0; from < files.length; from += AT_ONCE) {
      const part = files.slice(from, from + AT_ONCE);
      const virtual = this.#folderOf(part[0]!.path);
      const measures = await connected().measureFiles(
        virtual,
        part.map(({ path }) => within(path, virtual)),
      );
      for (const [i, { path, name }] of part.entries()) {
        const measure = measures[i]!;
        if ('problem' in measure) this.#onSkipped('unreadable', name, measure.problem);
        else if (measure.size > LARGEST) {
          this.#onSkipped('tooLarge', name, `${(measure.size / 1e6).toFixed(1)} MB`);
        } else {
          const { size, modified } = measure;
          const isKnown = size > 0 && modified > 0;
          // some say 0 of every file: whether it is empty shows when it is read
          found.push({ path, name, virtual, size: size || 1, modified: isKnown ? modified * 1000 : UNKNOWN_TIME });
        }
      }
    }
    return found;
  }

  /** The folder of the request that holds a path. */
  #folderOf(path: string): string {
    return [...this.#roots].find((root) => path === root || path.startsWith(this.join(root, '')))!;
  }
}

function connected(): VirtualFiles {
  if (!client) throw new Error('this thread is connected to no virtual folders');
  return client;
}

/** The path in `folder` that is meant by a whole one. */
function within(path: string, folder: string): string {
  return path.slice(folder.length).replace(/^\//, '');
}
