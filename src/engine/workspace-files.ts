// Finds the files of the workspace's folders that may be read: recursively, in sorted order, without what .gitignore
// files, the request's globs and excluded-names.ts leave out. Whether a file is text shows when it is opened.
//
// A symbolic link is followed where it leads out of the folders, and each place once; what it leads to inside them is
// read, or left out, at its own place. Devices, pipes and sockets are never opened.

import ignore, { type Ignore } from 'ignore';
import type { BigIntStats, Dirent } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import picomatch from 'picomatch';
import type { FolderRequest } from '../protocol/engine.ts';
import { isExcludedFile, isExcludedFolder, isSecretPath } from './excluded-names.ts';

export interface FoundFile {
  /** Absolute. */
  path: string;
  /** The folder's name and the path in it, with slashes: for the log, and the same on every machine. */
  name: string;
  /** Bytes. */
  size: number;
}

/** Hears of a folder or link that cannot be read; the search goes on. */
export type OnUnreadable = (name: string, error: Error) => void;

/** Where the file system tells upper and lower case apart, rules and globs do. */
const CASE_SENSITIVE = process.platform !== 'win32' && process.platform !== 'darwin';
/** Files asked for their size at the same time. */
const AT_ONCE = 64;

/** The rules of one .gitignore. */
interface IgnoreFile {
  /** Its folder, relative to the root, with a slash at its end; empty for the root. */
  base: string;
  rules: Ignore;
}

interface Directory {
  path: string;
  /** To the root, with a slash at its end; empty for the root. */
  relative: string;
  /** From the root's down to the parent folder's. */
  ignoreFiles: IgnoreFile[];
  /** Whether a link led here. */
  linked: boolean;
}

interface Root {
  path: string;
  real: string;
  key: string;
  isExcluded: (relative: string) => boolean;
}

/** Gives the files of the folders, those of one directory at a time, and an empty list for a directory that has none: the caller may stop at each. */
export async function* findFiles(
  folders: readonly FolderRequest[],
  onUnreadable: OnUnreadable,
): AsyncGenerator<FoundFile[]> {
  const roots: Root[] = [];
  for (const { path, exclude } of folders) {
    const name = basename(path);
    const key = await keyOf(path, name, onUnreadable);
    if (key === null || roots.some((root) => root.key === key)) continue;
    const real = await realpath(path);
    if (isSecretPath(real))
      onUnreadable(name, new Error('it is a folder of keys or credentials, which are never read'));
    else roots.push({ path, real, key, isExcluded: globMatcher(exclude) });
  }
  const search = new Search(roots, onUnreadable);
  for (const root of roots) yield* search.filesUnder(root);
}

class Search {
  readonly #roots: readonly Root[];
  readonly #onUnreadable: OnUnreadable;
  /** Devices and numbers of the directories that were entered, and of files that can be met twice. */
  readonly #seen = new Set<string>();

  constructor(roots: readonly Root[], onUnreadable: OnUnreadable) {
    this.#roots = roots;
    this.#onUnreadable = onUnreadable;
    for (const { key } of roots) this.#seen.add(key); // each at its own turn, with its own globs
  }

  async *filesUnder(root: Root): AsyncGenerator<FoundFile[]> {
    const stack: Directory[] = [{ path: root.path, relative: '', ignoreFiles: [], linked: false }];
    for (let directory = stack.pop(); directory; directory = stack.pop()) {
      const { relative } = directory;
      const nameOf = (entry: string): string => `${basename(root.path)}/${relative}${entry}`;
      if (relative !== '' && !(await this.#enter(directory, nameOf('')))) {
        yield [];
        continue;
      }
      let entries: Dirent[];
      try {
        entries = await readdir(directory.path, { withFileTypes: true });
      } catch (error) {
        this.#onUnreadable(nameOf(''), error as Error);
        yield [];
        continue;
      }
      entries.sort((a, b) => (a.name < b.name ? -1 : 1));
      const ignoreFiles = await this.#withIgnoreFile(directory, entries, nameOf('.gitignore'));
      const files: Candidate[] = [];
      const folders: Directory[] = [];
      for (const entry of entries) {
        const path = join(directory.path, entry.name);
        const kind = entry.isSymbolicLink() ? await this.#linkedKind(path, nameOf(entry.name)) : kindOf(entry);
        if (kind === null) continue;
        const isFolder = kind === 'folder';
        const place = relative + entry.name;
        if (isFolder ? isExcludedFolder(entry.name) : isExcludedFile(entry.name, basename(directory.path))) continue;
        if (root.isExcluded(place) || isIgnored(place, isFolder, ignoreFiles)) continue;
        const linked = directory.linked || entry.isSymbolicLink();
        if (isFolder) {
          folders.push({ path, relative: `${place}/`, ignoreFiles: inside(`${place}/`, ignoreFiles), linked });
        } else files.push({ path, name: nameOf(entry.name), linked });
      }
      stack.push(...folders.reverse());
      yield await this.#measured(files);
    }
  }

  /** Whether a directory is to be read: it is there, it was not read before, and it is no other root. */
  async #enter({ path }: Directory, name: string): Promise<boolean> {
    const key = await keyOf(path, name, this.#onUnreadable);
    if (key === null || this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }

  /** The rules that hold in a directory. */
  async #withIgnoreFile(directory: Directory, entries: readonly Dirent[], name: string): Promise<IgnoreFile[]> {
    if (!entries.some((entry) => entry.name === '.gitignore' && !entry.isDirectory())) return directory.ignoreFiles;
    try {
      const text = await readFile(join(directory.path, '.gitignore'), 'utf8');
      return [...directory.ignoreFiles, { base: directory.relative, rules: newRules().add(text) }];
    } catch (error) {
      this.#onUnreadable(name, error as Error);
      return directory.ignoreFiles;
    }
  }

  /** What a symbolic link leads to; null for what is not to be read by way of it. */
  async #linkedKind(path: string, name: string): Promise<'file' | 'folder' | null> {
    try {
      const target = await realpath(path);
      // Inside the folders: met, or left out, where it is. Around them: every file of the folders is there again
      if (this.#roots.some(({ real }) => isWithin(target, real) || isWithin(real, target))) return null;
      return isSecretPath(target) ? null : kindOf(await stat(target));
    } catch (error) {
      this.#onUnreadable(name, error as Error);
      return null;
    }
  }

  /** The files with their sizes, without those that were met before under another name. */
  async #measured(files: readonly Candidate[]): Promise<FoundFile[]> {
    const found: FoundFile[] = [];
    for (let from = 0; from < files.length; from += AT_ONCE) {
      const part = files.slice(from, from + AT_ONCE);
      const stats = await Promise.all(
        part.map(({ path }) => stat(path, { bigint: true }).catch((error: unknown) => error as Error)),
      );
      for (const [i, { path, name, linked }] of part.entries()) {
        const stat = stats[i]!;
        if (stat instanceof Error) {
          this.#onUnreadable(name, stat);
          continue;
        }
        if (linked || stat.nlink > 1n) {
          const key = keyOfStat(stat);
          if (this.#seen.has(key)) continue;
          this.#seen.add(key);
        }
        found.push({ path, name, size: Number(stat.size) });
      }
    }
    return found;
  }
}

interface Candidate {
  path: string;
  name: string;
  linked: boolean;
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean }): 'file' | 'folder' | null {
  if (entry.isDirectory()) return 'folder';
  return entry.isFile() ? 'file' : null;
}

/** Device and number of what a path leads to; null, and told, where it leads to nothing that can be read. */
async function keyOf(path: string, name: string, onUnreadable: OnUnreadable): Promise<string | null> {
  try {
    return keyOfStat(await stat(path, { bigint: true }));
  } catch (error) {
    onUnreadable(name, error as Error);
    return null;
  }
}

/** Big integers: the numbers of NTFS are larger than a float is exact. */
function keyOfStat({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

/** Whether `path` is `folder` or lies in it; both are real paths. */
function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function newRules(): Ignore {
  return ignore({ ignoreCase: !CASE_SENSITIVE });
}

/** Whether the .gitignore files, of which the deepest that says anything decides, leave out `relative`. */
function isIgnored(relative: string, isFolder: boolean, ignoreFiles: readonly IgnoreFile[]): boolean {
  for (let i = ignoreFiles.length - 1; i >= 0; i--) {
    const { ignored, unignored } = verdict(relative, isFolder, ignoreFiles[i]!);
    if (ignored || unignored) return ignored;
  }
  return false;
}

function verdict(relative: string, isFolder: boolean, { base, rules }: IgnoreFile): ReturnType<Ignore['test']> {
  const path = relative.slice(base.length);
  return rules.test(isFolder && !path.endsWith('/') ? `${path}/` : path);
}

/**
 * The rules for the inside of `folder`, which is not ignored. Where an outer file ignores it and a deeper one takes it
 * back, the outer file would go on to ignore all that is inside: it gets the folder as an exception.
 */
function inside(folder: string, ignoreFiles: IgnoreFile[]): IgnoreFile[] {
  if (!ignoreFiles.some((file) => verdict(folder, true, file).ignored)) return ignoreFiles;
  return ignoreFiles.map((file) => {
    if (!verdict(folder, true, file).ignored) return file;
    const exception = folder.slice(file.base.length).replace(/[\\*?[\]!# ]/g, String.raw`\$&`);
    return { ...file, rules: newRules().add(file.rules).add(`!/${exception}`) };
  });
}

/** VS Code's globs: `**`, `*`, `?`, braces and brackets; parentheses, `!` and `+` are letters. They match from the root. */
function globMatcher(globs: readonly string[]): (relative: string) => boolean {
  const patterns = globs
    .map((glob) => glob.replace(/^\.?\/+/, '').replace(/\/+$/, ''))
    .filter((glob) => glob !== '')
    .map((glob) => glob.replace(/[()|]/g, String.raw`\$&`));
  if (patterns.length === 0) return () => false;
  return picomatch(patterns, {
    dot: true,
    nonegate: true,
    noextglob: true,
    regex: false,
    posix: true,
    nocase: !CASE_SENSITIVE,
  });
}
