// The repository on the disk that a folder lies in: where it keeps what it ignores, and the rules
// that hold in the folder because of what is above it.

import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { excludesFile, type GitDirectories, readText } from './git-config.ts';
import { excepted, type IgnoreFile, type OnUnreadable, rulesIn } from './git-ignore.ts';
import { readRegularFile } from './regular-file.ts';

/** A longer list of rules is not read, bytes. */
const LARGEST_RULES = 10_000_000;

/**
 * The rules that hold in a folder because of files above it, outermost first; none where it is in
 * no repository or is the root of one.
 */
export async function rulesAbove(folder: string, onUnreadable: OnUnreadable): Promise<IgnoreFile[]> {
  let files: IgnoreFile[] = [];
  let above = '';
  for (let path = folder; ; path = dirname(path)) {
    const isRoot = await exists(join(path, '.git'));
    if (path !== folder) {
      const rules = await rulesIn(join(path, '.gitignore'), readRules, onUnreadable);
      if (rules) files.unshift({ base: '', above, rules });
    }
    if (isRoot && path !== folder) {
      const lists = await excludeFiles(path);
      const found = await Promise.all(lists.map((list) => rulesIn(list, readRules, onUnreadable)));
      files = [...found.filter((rules) => rules !== null).map((rules) => ({ base: '', above, rules })), ...files];
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

/**
 * Where the lists are that hold in the repository with this root: the user's, and its own, which
 * counts before it.
 */
export async function excludeFiles(root: string): Promise<string[]> {
  const repository = await directoriesOf(root);
  const ofUser = await excludesFile(repository);
  return [...(ofUser === null ? [] : [ofUser]), join(repository.common, 'info', 'exclude')];
}

/** The text of a file; null where there is none. Throws where there is one that cannot be read. */
export async function readRules(path: string): Promise<string | null> {
  try {
    return (await readRegularFile(path, LARGEST_RULES)).toString('utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/** In worktrees and submodules `.git` is a file that says where the rest is. */
async function directoriesOf(root: string): Promise<GitDirectories> {
  const git = join(root, '.git');
  const text = await readText(git); // a folder, as it mostly is
  const directory = /^gitdir: (.*)/.exec(text)?.[1];
  if (directory === undefined) return { own: git, common: git };
  const own = resolve(root, directory);
  const common = (await readText(join(own, 'commondir'))) || '.';
  return { own, common: resolve(own, common.trim()) };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
