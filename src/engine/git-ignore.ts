// What git ignores (gitignore(5)): the .gitignore files from the repository's root down, also those above the opened
// folder, the repository's info/exclude, and the user's list for all repositories (git-config.ts). A rule of a deeper file
// counts before one of a file above it.

import ignore, { type Ignore } from 'ignore';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Entry, FileSource } from './workspace-files.ts';

/** Where the file system tells upper and lower case apart, rules and globs do. */
export const CASE_SENSITIVE = process.platform !== 'win32' && process.platform !== 'darwin';

/** The rules of one file. */
export interface IgnoreFile {
  /** The folder that they hold in, relative to the opened one, with a slash at its end; empty for that one and those above. */
  base: string;
  /** From a folder above to the opened one, with a slash at its end; else empty. */
  above: string;
  rules: Ignore;
}

type OnUnreadable = (name: string, error: Error) => void;

/** The rules that hold in a folder because of files above it, outermost first; none where it is in no repository or is the root of one. */
export async function rulesAbove(
  source: Pick<FileSource, 'excludeFiles'>,
  folder: string,
  onUnreadable: OnUnreadable,
): Promise<IgnoreFile[]> {
  const files: IgnoreFile[] = [];
  let above = '';
  for (let path = folder; ; path = dirname(path)) {
    const isRoot = await exists(join(path, '.git'));
    if (path !== folder) {
      const rules = await rulesIn(join(path, '.gitignore'), readRules, onUnreadable);
      if (rules) files.unshift({ base: '', above, rules });
    }
    if (isRoot && path !== folder) {
      const lists = await source.excludeFiles(path);
      const found = await Promise.all(lists.map((list) => rulesIn(list, readRules, onUnreadable)));
      files.unshift(...found.filter((rules) => rules !== null).map((rules) => ({ base: '', above, rules })));
    }
    if (isRoot) break;
    above = `${basename(path).normalize('NFC')}/${above}`;
    if (dirname(path) === path) return [];
  }
  // the opened folder is to be read, whatever is said of it above
  return files.map((file) => {
    let opened = file;
    for (let end = file.above.indexOf('/'); end >= 0; end = file.above.indexOf('/', end + 1)) {
      opened = excepted(file.above.slice(0, end + 1), opened);
    }
    return opened;
  });
}

/** The rules that a folder itself has; `base`: from the opened one to it. */
export async function rulesOf(
  source: Pick<FileSource, 'join' | 'excludeFiles' | 'readRules'>,
  folder: string,
  base: string,
  entries: readonly Entry[],
  onUnreadable: OnUnreadable,
): Promise<IgnoreFile[]> {
  const paths: string[] = [];
  for (const { name, kind } of entries) {
    if (name === '.git') paths.push(...(await source.excludeFiles(folder)));
    if (name === '.gitignore' && kind !== 'folder') paths.push(source.join(folder, '.gitignore'));
  }
  const found = await Promise.all(paths.map((path) => rulesIn(path, (from) => source.readRules(from), onUnreadable)));
  return found.filter((rules) => rules !== null).map((rules) => ({ base, above: '', rules }));
}

/** Whether the files, of which the deepest that says anything decides, leave out `relative`. */
export function isIgnored(relative: string, isFolder: boolean, files: readonly IgnoreFile[]): boolean {
  for (let i = files.length - 1; i >= 0; i--) {
    const { ignored, unignored } = verdict(relative, isFolder, files[i]!);
    if (ignored || unignored) return ignored;
  }
  return false;
}

/**
 * The rules for the inside of `folder`, which is not ignored. Where an outer file ignores it and a deeper one takes it
 * back, the outer file would go on to ignore all that is inside: it gets the folder as an exception.
 */
export function inside(folder: string, files: IgnoreFile[]): IgnoreFile[] {
  if (!files.some((file) => verdict(folder, true, file).ignored)) return files;
  return files.map((file) => excepted(pathIn(file, folder), file));
}

/** The rules with an exception for a folder, a path from where they stand, where they ignore it. */
function excepted(folder: string, file: IgnoreFile): IgnoreFile {
  if (!file.rules.test(folder).ignored) return file;
  const exception = folder.replace(/[\\*?[\]!# ]/g, String.raw`\$&`);
  return { ...file, rules: newRules().add(file.rules).add(`!/${exception}`) };
}

function verdict(relative: string, isFolder: boolean, file: IgnoreFile): ReturnType<Ignore['test']> {
  const path = pathIn(file, relative);
  return file.rules.test(isFolder && !path.endsWith('/') ? `${path}/` : path);
}

function pathIn({ above, base }: IgnoreFile, relative: string): string {
  return above + relative.slice(base.length);
}

function newRules(): Ignore {
  return ignore({ ignoreCase: !CASE_SENSITIVE });
}

/** The rules in a file; null where there is none. */
async function rulesIn(
  path: string,
  read: (path: string) => Promise<string | null>,
  onUnreadable: OnUnreadable,
): Promise<Ignore | null> {
  try {
    const text = await read(path);
    return text === null ? null : newRules().add(text.normalize('NFC'));
  } catch (error) {
    onUnreadable(path.split(/[\\/]/).slice(-2).join('/'), error as Error);
    return null;
  }
}

/** The text of a file on the disk; null where there is none. Throws where there is one that cannot be read. */
export async function readRules(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/** Where the own list of a repository on the disk is: in worktrees and submodules `.git` is a file that says where the rest is. */
export async function excludeFile(root: string): Promise<string> {
  const git = join(root, '.git');
  try {
    const directory = /^gitdir: (.*)/.exec(await readFile(git, 'utf8'))?.[1];
    if (directory === undefined) return join(git, 'info', 'exclude');
    const own = resolve(root, directory);
    const common = await readFile(join(own, 'commondir'), 'utf8').catch(() => '.');
    return join(resolve(own, common.trim()), 'info', 'exclude');
  } catch {
    return join(git, 'info', 'exclude'); // a folder, as it mostly is
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
