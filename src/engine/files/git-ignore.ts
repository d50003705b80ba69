// What git ignores (gitignore(5)): the rules of files, from the repository's root down; a rule of a
// deeper file counts before one of a file above it. Where the files are, whoever knows the folders
// says (git-repository.ts, virtual-files.ts).

import ignore, { type Ignore } from 'ignore';
import { nfc } from '../../text/normalize.ts';
import { isBounded, tooManyWildcards } from './pattern-bounds.ts';

/** Where the file system tells upper and lower case apart, rules and globs do. */
export const CASE_SENSITIVE = process.platform !== 'win32' && process.platform !== 'darwin';

/** The rules of one file. */
export interface IgnoreFile {
  /**
   * The folder that they hold in, relative to the opened one, with a slash at its end; empty for
   * that one and those above.
   */
  base: string;
  /** From a folder above to the opened one, with a slash at its end; else empty. */
  above: string;
  rules: Ignore;
}

/** Where files of rules are. */
export interface RuleSource {
  join(folder: string, entry: string): string;
  /**
   * Where a repository's lists of what git ignores are, besides its .gitignore files; one counts
   * before those that stand before it.
   */
  excludeFiles(repository: string): Promise<string[]>;
  /** A file of rules; null where there is none. Rejects where there is one that cannot be read. */
  readRules(path: string): Promise<string | null>;
}

export type OnUnreadable = (name: string, error: Error) => void;

/** The rules that a folder itself has; `base`: from the opened one to it. */
export async function rulesOf(
  source: RuleSource,
  folder: string,
  base: string,
  entries: readonly { name: string; kind: string }[],
  onUnreadable: OnUnreadable,
): Promise<IgnoreFile[]> {
  const paths: string[] = [];
  for (const { name, kind } of entries) {
    if (name === '.git') for (const path of await source.excludeFiles(folder)) paths.push(path);
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
 * The rules for the inside of `folder`, which is not ignored. Where an outer file ignores it and a
 * deeper one takes it back, the outer file would go on to ignore all that is inside: it gets the
 * folder as an exception.
 */
export function inside(folder: string, files: IgnoreFile[]): IgnoreFile[] {
  if (!files.some((file) => verdict(folder, true, file).ignored)) return files;
  return files.map((file) => excepted(pathIn(file, folder), file));
}

/** The rules with an exception for a folder, a path from where they stand, where they ignore it. */
export function excepted(folder: string, file: IgnoreFile): IgnoreFile {
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
export async function rulesIn(
  path: string,
  read: (path: string) => Promise<string | null>,
  onUnreadable: OnUnreadable,
): Promise<Ignore | null> {
  try {
    const text = await read(path);
    if (text === null) return null;
    const lines = nfc(text).split(/\r?\n/);
    const refused = lines.filter((line) => !isBounded(line));
    const name = path.split(/[\\/]/).slice(-2).join('/');
    for (const line of refused) onUnreadable(name, new Error(tooManyWildcards(line)));
    return newRules().add(lines.filter((line) => isBounded(line)));
  } catch (error) {
    onUnreadable(path.split(/[\\/]/).slice(-2).join('/'), error as Error);
    return null;
  }
}
