// Folders that lie elsewhere than on this machine's disk (VS Code's virtual workspaces): what is in
// them, the engine's client is asked for, a directory, some sizes or one file at a time, as they
// are needed. A compute thread is connected to the client once, when it starts, as it is to the
// disk.
//
// Such folders have no numbers that tell one place from another. A linked folder is taken for one
// that was read before where all that is in it has the same names, sizes and times; so it is read
// once, and no circle is gone round.

import { createBirpc } from 'birpc';
import type { MessagePort } from 'node:worker_threads';
import type { EngineEvents, FolderRequest, VirtualEntry, VirtualFiles } from '../../protocol/engine.ts';
import { isSecretPath } from './excluded-names.ts';
import {
  type FileCandidate,
  type FileSource,
  type FolderEntry,
  type FoundFile,
  isWithin,
  type OnSkipped,
} from './file-source.ts';
import type { IgnoreFile } from './git-ignore.ts';

/** Files asked for their size in one question. */
const AT_ONCE = 64;
/** A larger file is not read: it comes as a whole, through two processes. Bytes. */
const LARGEST = 50_000_000;
/** Of a file whose time is not known: later than any, so that it is never taken for unchanged. */
const UNKNOWN_TIME = Number.MAX_SAFE_INTEGER;
const EXCLUDE_FILE = '.git/info/exclude';
/**
 * Links on the way to a folder, at most: for those who say no times, and so cannot be seen to be
 * the same.
 */
const MOST_LINKS = 3;

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

/**
 * What threads read the folders through: null where none is virtual. Throws where one is, and the
 * client knows of none.
 */
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
  /** Paths of links to folders. */
  readonly #links = new Set<string>();
  /** Folders that were listed, by the names in them. */
  readonly #listed = new Map<string, string[]>();
  /** Folders of files that are read. */
  readonly #read = new Set<string>();

  constructor(onSkipped: OnSkipped) {
    this.#onSkipped = onSkipped;
  }

  open(path: string, name: string): Promise<'folder' | null> {
    const isNew = !this.#roots.has(path);
    const isSecret = isSecretPath(path);
    if (isNew && isSecret) this.#onSkipped('secret', `${name}/`);
    else this.#roots.add(path);
    return Promise.resolve(isNew && !isSecret ? 'folder' : null);
  }

  /** What is above is not ours to look at. */
  rulesAbove(): Promise<IgnoreFile[]> {
    return Promise.resolve([]);
  }

  async enter(path: string, name: string): Promise<boolean> {
    if (this.#roots.has(path)) return false;
    const links = [...this.#links].filter((link) => isWithin(path, link));
    if (links.length === 0) return true;
    if (links.length > MOST_LINKS) return false;
    try {
      const entries = await this.#entries(path);
      for (const other of this.#listed.get(namesOf(entries)) ?? []) {
        if (await this.#isSame(path, other, entries)) return false;
      }
      return true;
    } catch (error) {
      this.#onSkipped('unreadable', name, (error as Error).message);
      return false;
    }
  }

  /**
   * Whether two folders with the same names in them are the same, of which `other` was read, or
   * `path` lies in it: sizes and times say so, in a circle also where they say nothing.
   */
  async #isSame(path: string, other: string, entries: readonly VirtualEntry[]): Promise<boolean> {
    const files = entries.flatMap(({ name, kind }) => (kind === 'file' ? [name] : [])).slice(0, AT_ONCE);
    const [these, those] = await Promise.all(
      [path, other].map((folder) => {
        const root = this.#folderOf(folder);
        const paths = [folder, ...files.map((file) => this.join(folder, file))].map((each) => within(each, root));
        return connected().measureFiles(root, paths);
      }),
    );
    const isEqual = JSON.stringify(these) === JSON.stringify(those);
    const isKnown = these!.some((measure) => 'modified' in measure && measure.modified > 0);
    return isEqual && ((isKnown && this.#read.has(other)) || isWithin(path, other));
  }

  async list(path: string): Promise<FolderEntry[]> {
    const entries = await this.#entries(path);
    const names = namesOf(entries);
    const alike = this.#listed.get(names);
    if (alike) alike.push(path);
    else this.#listed.set(names, [path]);
    for (const { name, kind } of entries) if (kind === 'linkedFolder') this.#links.add(this.join(path, name));
    return entries.map(({ name, kind }) => ({ name, kind: kind === 'linkedFolder' ? 'link' : kind }));
  }

  #entries(path: string): Promise<VirtualEntry[]> {
    const folder = this.#folderOf(path);
    return connected().listFolder(folder, within(path, folder));
  }

  /** What the link leads to shows when it is entered. */
  follow(): Promise<'folder'> {
    return Promise.resolve('folder');
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

  async measure(files: readonly FileCandidate[]): Promise<Omit<FoundFile, 'encoding'>[]> {
    const found: Omit<FoundFile, 'encoding'>[] = [];
    for (let from = 0; from < files.length; from += AT_ONCE) {
      const part = files.slice(from, from + AT_ONCE);
      const virtual = this.#folderOf(part[0]!.path);
      this.#read.add(part[0]!.path.slice(0, part[0]!.path.lastIndexOf('/')));
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
    return [...this.#roots].find((root) => isWithin(path, root))!;
  }
}

/** What is the same of folders that are the same. */
function namesOf(entries: readonly VirtualEntry[]): string {
  return JSON.stringify(entries.map(({ name, kind }) => [name, kind]).sort((a, b) => (a[0]! < b[0]! ? -1 : 1)));
}

function connected(): VirtualFiles {
  if (!client) throw new Error('this thread is connected to no virtual folders');
  return client;
}

/** The path in `folder` that is meant by a whole one. */
function within(path: string, folder: string): string {
  return path.slice(folder.length).replace(/^\//, '');
}
