// Finds the files of the workspace's folders that may be read: recursively, in sorted order, without what git ignores
// (git-ignore.ts) and what the request's globs and excluded-names.ts leave out. Whether a file is text shows when it is
// opened.
//
// A symbolic link is followed where it leads out of the folders, and each place once; what it leads to inside them is
// read, or left out, at its own place. Devices, pipes and sockets are never opened.

import type { BigIntStats, Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import picomatch from 'picomatch';
import type { FolderRequest, SkipReason } from '../protocol/engine.ts';
import { encodingOfSetting, type Encoding } from '../text/encodings.ts';
import { fileRule, folderRule, isSecretPath } from './excluded-names.ts';
import { CASE_SENSITIVE, inside, isIgnored, rulesAbove, rulesOf, type IgnoreFile } from './git-ignore.ts';

export interface FoundFile {
  /** Absolute. */
  path: string;
  /** The folder's name and the path in it, with slashes: for the log, and the same on every machine. */
  name: string;
  /** Bytes. */
  size: number;
  /** When it was changed last, microseconds since 1970. */
  modified: number;
  /** What the settings of its folder say of files that are not UTF-8. */
  encoding: Encoding | null;
  /** Among all files that were found, once they were. */
  place?: number;
  /** In place of what is on the disk: of an editor that has not saved it. */
  text?: string;
}

/** Hears of what is left out or cannot be read; a folder's name ends with a slash. The search goes on. */
export type OnSkipped = (reason: SkipReason, name: string, detail?: string) => void;

/** Files asked for their size at the same time. */
const AT_ONCE = 64;

interface Directory {
  path: string;
  /** To the root, with a slash at its end; empty for the root. */
  relative: string;
  /** From the repository's down to the parent folder's. */
  ignoreFiles: IgnoreFile[];
  /** Whether the globs of what is to be read match it, and so all that is in it. */
  included: boolean;
  /** Whether a link led here. */
  linked: boolean;
}

interface Root {
  path: string;
  real: string;
  key: string;
  encoding: Encoding | null;
  /** Null: everything is. */
  isIncluded: ((relative: string) => boolean) | null;
  isExcluded: (relative: string) => boolean;
}

/** Gives the files of the folders, those of one directory at a time, and an empty list for a directory that has none: the caller may stop at each. */
export async function* findFiles(folders: readonly FolderRequest[], onSkipped: OnSkipped): AsyncGenerator<FoundFile[]> {
  const roots: Root[] = [];
  for (const { path, include = [], exclude, encoding } of folders) {
    const name = basename(path);
    const key = await keyOf(path, name, onSkipped);
    if (key === null || roots.some((root) => root.key === key)) continue;
    const real = await realpath(path);
    if (isSecretPath(real)) {
      onSkipped('secret', `${name}/`);
      continue;
    }
    roots.push({
      ...{ path, real, key },
      encoding: encoding === undefined ? null : encodingOfSetting(encoding),
      isIncluded: globMatcher(include),
      isExcluded: globMatcher(exclude) ?? (() => false),
    });
  }
  const search = new Search(roots, onSkipped);
  for (const root of roots) yield* search.filesUnder(root);
}

class Search {
  readonly #roots: readonly Root[];
  readonly #onSkipped: OnSkipped;
  /** Devices and numbers of the directories that were entered, and of files that can be met twice. */
  readonly #seen = new Set<string>();

  constructor(roots: readonly Root[], onSkipped: OnSkipped) {
    this.#roots = roots;
    this.#onSkipped = onSkipped;
    for (const { key } of roots) this.#seen.add(key); // each at its own turn, with its own globs
  }

  async *filesUnder(root: Root): AsyncGenerator<FoundFile[]> {
    const unreadable = (name: string, error: Error): void => this.#onSkipped('unreadable', name, error.message);
    const stack: Directory[] = [
      {
        ...{ path: root.path, relative: '', linked: false },
        ignoreFiles: await rulesAbove(root.real, unreadable),
        included: root.isIncluded === null,
      },
    ];
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
        unreadable(nameOf(''), error as Error);
        yield [];
        continue;
      }
      entries.sort((a, b) => (a.name < b.name ? -1 : 1));
      const rules = await rulesOf(directory.path, relative, entries, unreadable);
      const ignoreFiles = rules.length > 0 ? [...directory.ignoreFiles, ...rules] : directory.ignoreFiles;
      const files: Candidate[] = [];
      const folders: Directory[] = [];
      for (const entry of entries) {
        const path = join(directory.path, entry.name);
        // macOS gives names of Korean in NFD; rules and globs are written in NFC
        const entryName = entry.name.normalize('NFC');
        const kind = entry.isSymbolicLink() ? await this.#linkedKind(path, nameOf(entryName)) : kindOf(entry);
        if (kind === null) continue;
        const isFolder = kind === 'folder';
        const place = relative + entryName;
        const rule = isFolder ? folderRule(entryName) : fileRule(entryName, basename(directory.path));
        if (rule === 'versionControl') continue;
        const included = directory.included || root.isIncluded!(place);
        const reason =
          rule ??
          (root.isExcluded(place) || (!isFolder && !included) ? 'excluded' : null) ??
          (isIgnored(place, isFolder, ignoreFiles) ? 'ignored' : null);
        if (reason !== null) {
          this.#onSkipped(reason, isFolder ? `${nameOf(entryName)}/` : nameOf(entryName));
          continue;
        }
        const linked = directory.linked || entry.isSymbolicLink();
        if (isFolder) {
          const within = `${place}/`;
          folders.push({ path, relative: within, ignoreFiles: inside(within, ignoreFiles), included, linked });
        } else files.push({ path, name: nameOf(entryName), linked });
      }
      stack.push(...folders.reverse());
      yield await this.#measured(files, root.encoding);
    }
  }

  /** Whether a directory is to be read: it is there, it was not read before, and it is no other root. */
  async #enter({ path }: Directory, name: string): Promise<boolean> {
    const key = await keyOf(path, name, this.#onSkipped);
    if (key === null || this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }

  /** What a symbolic link leads to; null for what is not to be read by way of it. */
  async #linkedKind(path: string, name: string): Promise<'file' | 'folder' | null> {
    try {
      const target = await realpath(path);
      // Inside the folders: met, or left out, where it is. Around them: every file of the folders is there again
      if (this.#roots.some(({ real }) => isWithin(target, real) || isWithin(real, target))) return null;
      if (isSecretPath(target)) this.#onSkipped('secret', name);
      else return kindOf(await stat(target));
      return null;
    } catch (error) {
      this.#onSkipped('unreadable', name, (error as Error).message);
      return null;
    }
  }

  /** The files with their sizes, without those that were met before under another name. */
  async #measured(files: readonly Candidate[], encoding: Encoding | null): Promise<FoundFile[]> {
    const found: FoundFile[] = [];
    for (let from = 0; from < files.length; from += AT_ONCE) {
      const part = files.slice(from, from + AT_ONCE);
      const stats = await Promise.all(
        part.map(({ path }) => stat(path, { bigint: true }).catch((error: unknown) => error as Error)),
      );
      for (const [i, { path, name, linked }] of part.entries()) {
        const stat = stats[i]!;
        if (stat instanceof Error) {
          this.#onSkipped('unreadable', name, stat.message);
          continue;
        }
        if (linked || stat.nlink > 1n) {
          const key = keyOfStat(stat);
          if (this.#seen.has(key)) continue;
          this.#seen.add(key);
        }
        found.push({ path, name, size: Number(stat.size), modified: Number(stat.mtimeNs / 1000n), encoding });
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
async function keyOf(path: string, name: string, onSkipped: OnSkipped): Promise<string | null> {
  try {
    return keyOfStat(await stat(path, { bigint: true }));
  } catch (error) {
    onSkipped('unreadable', name, (error as Error).message);
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

/** VS Code's globs: `**`, `*`, `?`, braces and brackets; parentheses, `!` and `+` are letters. They match from the root. Null without any. */
function globMatcher(globs: readonly string[]): ((relative: string) => boolean) | null {
  const patterns = globs
    .map((glob) =>
      glob
        .normalize('NFC')
        .replace(/^\.?\/+/, '')
        .replace(/\/+$/, ''),
    )
    .filter((glob) => glob !== '')
    .map((glob) => glob.replace(/[()|]/g, String.raw`\$&`));
  if (patterns.length === 0) return null;
  return picomatch(patterns, {
    dot: true,
    nonegate: true,
    noextglob: true,
    regex: false,
    posix: true,
    nocase: !CASE_SENSITIVE,
  });
}
