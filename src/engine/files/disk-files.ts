// Folders on the disk. A symbolic link out of the folders is followed if a setting says so, and
// each place once; what it leads to inside them is read, or left out, at its own place. Devices,
// pipes and sockets are never opened.

import type { BigIntStats, Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
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
import { excludeFiles, readRules, rulesAbove } from './git-repository.ts';

/** Files asked for their size at the same time. */
const AT_ONCE = 64;

export class DiskFiles implements FileSource {
  readonly #onSkipped: OnSkipped;
  /** Out of the folders. */
  readonly #followLinks: boolean;
  /** Real paths of the folders of the request, by their paths. */
  readonly #roots = new Map<string, string>();
  /**
   * Devices and numbers of the directories that were entered, and of files that can be met twice.
   */
  readonly #seen = new Set<string>();

  constructor(onSkipped: OnSkipped, followLinks: boolean) {
    this.#onSkipped = onSkipped;
    this.#followLinks = followLinks;
  }

  async open(path: string, name: string): Promise<'file' | 'folder' | null> {
    const isFile = await stat(path).then(
      (found) => found.isFile(),
      () => false,
    );
    // each at its own turn, with its own globs
    if (!isFile && !(await this.enter(path, name))) return null;
    const real = await realpath(path);
    if (isSecretPath(real) || (isFile && isSecretPath(path))) {
      this.#onSkipped('secret', isFile ? name : `${name}/`);
      return null;
    }
    if (!isFile) this.#roots.set(path, real);
    return isFile ? 'file' : 'folder';
  }

  rulesAbove(path: string): Promise<IgnoreFile[]> {
    return rulesAbove(this.#roots.get(path)!, (name, error) => this.#onSkipped('unreadable', name, error.message));
  }

  async enter(path: string, name: string): Promise<boolean> {
    try {
      const key = keyOf(await stat(path, { bigint: true }));
      if (this.#seen.has(key)) return false;
      this.#seen.add(key);
      return true;
    } catch (error) {
      this.#onSkipped('unreadable', name, (error as Error).message);
      return false;
    }
  }

  async list(path: string): Promise<FolderEntry[]> {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, kind: entry.isSymbolicLink() ? 'link' : kindOf(entry) }));
  }

  async follow(path: string, name: string): Promise<'file' | 'folder' | null> {
    try {
      const target = await realpath(path);
      // Inside the folders: met, or left out, where it is. Around them: every file of the folders
      // is there again
      if ([...this.#roots.values()].some((real) => isWithin(target, real, sep) || isWithin(real, target, sep)))
        return null;
      if (isSecretPath(target)) {
        this.#onSkipped('secret', name);
        return null;
      }
      if (!this.#followLinks) {
        this.#onSkipped('excluded', name);
        return null;
      }
      const kind = kindOf(await stat(target));
      return kind === 'other' ? null : kind;
    } catch (error) {
      this.#onSkipped('unreadable', name, (error as Error).message);
      return null;
    }
  }

  join(folder: string, entry: string): string {
    return join(folder, entry);
  }

  excludeFiles(repository: string): Promise<string[]> {
    return excludeFiles(repository);
  }

  readRules(path: string): Promise<string | null> {
    return readRules(path);
  }

  async measure(files: readonly FileCandidate[]): Promise<Omit<FoundFile, 'encoding'>[]> {
    const found: Omit<FoundFile, 'encoding'>[] = [];
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
          const key = keyOf(stat);
          if (this.#seen.has(key)) continue;
          this.#seen.add(key);
        }
        found.push({ path, name, size: Number(stat.size), modified: Number(stat.mtimeNs / 1000n) });
      }
    }
    return found;
  }
}

function kindOf(entry: Pick<Dirent, 'isFile' | 'isDirectory'>): 'file' | 'folder' | 'other' {
  if (entry.isDirectory()) return 'folder';
  return entry.isFile() ? 'file' : 'other';
}

/** Device and number. Big integers: the numbers of NTFS are larger than a float is exact. */
function keyOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}
