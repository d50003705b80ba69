// Where the user's own list of what git ignores is (core.excludesFile, git-config(1)), read without
// git: from the system's configuration, the user's two, the repository's, and the files that these
// include, always or where a condition holds (gitdir, gitdir/i, onbranch). Includes that depend on
// the addresses of remotes (hasconfig) are not followed: whoever looks for excludesFile in one of
// them would have to read all others first.

import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, sep } from 'node:path';
import picomatch from 'picomatch';
import { isBounded } from './pattern-bounds.ts';
import { readRegularFile } from './regular-file.ts';

/** Files that include each other, at most. */
const DEEPEST = 10;

/** Of a repository on the disk; in worktrees the two are not the same. */
export interface GitDirectories {
  /** Where HEAD is. */
  own: string;
  /** Where the configuration and info/exclude are. */
  common: string;
}

/**
 * The path of the list for a repository, which may not be there; null where the configuration
 * switches it off.
 */
export async function excludesFile(
  repository: GitDirectories,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string | null> {
  const home = environment['HOME'] || homedir();
  const ownFolder = environment['XDG_CONFIG_HOME'] || join(home, '.config');
  const { GIT_CONFIG_SYSTEM: system = '/etc/gitconfig', GIT_CONFIG_GLOBAL: global } = environment;
  const files = [
    ...(environment['GIT_CONFIG_NOSYSTEM'] ? [] : [system]),
    ...(global === undefined ? [join(ownFolder, 'git', 'config'), join(home, '.gitconfig')] : [global]),
    join(repository.common, 'config'),
  ];
  let found: string | undefined;
  for (const file of files) found = (await excludesFileIn(file, repository, home, 0)) ?? found;
  if (found === undefined) return join(ownFolder, 'git', 'ignore');
  return found === '' ? null : found;
}

/** What a file says last; undefined where it says nothing, or is not there. */
async function excludesFileIn(
  file: string,
  repository: GitDirectories,
  home: string,
  depth: number,
): Promise<string | undefined> {
  const text = await readText(file);
  let found: string | undefined;
  for (const { section, subsection, name, value } of configValues(text)) {
    const path = value.startsWith('~/') ? join(home, value.slice(2)) : value;
    if (section === 'core' && subsection === null && name === 'excludesfile') {
      found = path === '' || isAbsolute(path) ? path : undefined;
    }
    if (name !== 'path' || depth === DEEPEST) continue;
    const isIncluded =
      section === 'include'
        ? subsection === null
        : section === 'includeif' && subsection !== null && (await holds(subsection, repository, home, file));
    if (!isIncluded) continue;
    const included = isAbsolute(path) ? path : join(dirname(file), path);
    found = (await excludesFileIn(included, repository, home, depth + 1)) ?? found;
  }
  return found;
}

/** Whether a condition for an include in `file` holds in the repository. */
async function holds(condition: string, { own }: GitDirectories, home: string, file: string): Promise<boolean> {
  const [, kind, text] = /^(gitdir|gitdir\/i|onbranch):(.*)$/s.exec(condition) ?? [];
  if (text === undefined) return false;
  if (kind === 'onbranch') {
    const head = await readText(join(own, 'HEAD'));
    const branch = /^ref: refs\/heads\/(.*)/.exec(head)?.[1];
    return branch !== undefined && matches(withInside(text), branch.trimEnd(), false);
  }
  const ignoreCase = kind === 'gitdir/i';
  let pattern = text.startsWith('~/') ? join(await realOf(home), text.slice(2)) : text;
  /** The beginning that is no pattern. */
  let folder = '';
  if (pattern.startsWith('./')) {
    folder = withSlashes(`${dirname(await realOf(file))}${sep}`);
    pattern = pattern.slice(2);
  } else if (!isAbsolute(pattern)) pattern = `**/${pattern}`;
  const fold = (path: string): string => (ignoreCase ? path.toLowerCase() : path);
  for (const directory of [await realOf(own), own].map(withSlashes)) {
    if (!fold(directory).startsWith(fold(folder))) continue;
    const glob = withInside(folder + withSlashes(pattern)).slice(folder.length);
    if (matches(glob, directory.slice(folder.length), ignoreCase)) return true;
  }
  return false;
}

/** A pattern that ends with a slash means all that is inside. */
function withInside(pattern: string): string {
  return pattern.endsWith('/') ? `${pattern}**` : pattern;
}

function withSlashes(path: string): string {
  return path.split(sep).join('/');
}

async function realOf(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** A file of git's own is not longer, bytes. */
const LARGEST = 10_000_000;

/** The text of a file; empty where there is none, or it cannot be read. */
export async function readText(path: string): Promise<string> {
  return readRegularFile(path, LARGEST).then(
    (bytes) => bytes.toString('utf8'),
    () => '',
  );
}

/** No path is longer. */
const LONGEST_PATTERN = 10_000;

/**
 * As git's wildmatch with path names: * and ? match no slash, ** as a whole part matches any parts.
 */
function matches(pattern: string, path: string, ignoreCase: boolean): boolean {
  if (pattern === '' || pattern.length > LONGEST_PATTERN || !isBounded(pattern)) return false;
  const literal = pattern.replace(/[(){}|+@]/g, String.raw`\$&`);
  const literally = { posix: true, nonegate: true, noextglob: true, nobrace: true, literalBrackets: false };
  return picomatch(literal, { ...literally, dot: true, nocase: ignoreCase })(path);
}

interface ConfigValue {
  /** In lower case. */
  section: string;
  subsection: string | null;
  /** In lower case. */
  name: string;
  value: string;
}

/** Names and values, in their order. */
function* configValues(text: string): Generator<ConfigValue> {
  let section = '';
  let subsection: string | null = null;
  for (const line of text.replace(/\\\r?\n/g, '').split(/\r?\n/)) {
    const head = /^\s*\[\s*([\w.-]+)\s*(?:"((?:\\.|[^"\\])*)")?\s*\]/.exec(line);
    if (head) {
      section = head[1]!.toLowerCase();
      subsection = head[2]?.replace(/\\(.)/g, '$1') ?? null;
    }
    const entry = /^\s*([a-z][\w-]*)\s*=(.*)$/i.exec(head ? line.slice(head[0].length) : line);
    if (entry) yield { section, subsection, name: entry[1]!.toLowerCase(), value: configValue(entry[2]!) };
  }
}

/** Without quotation marks, escapes, a comment, and the spaces around. */
function configValue(text: string): string {
  const parts = text.trim().matchAll(/"((?:\\.|[^"\\])*)"?|\\(.)|([#;].*)|([^"\\#;]+)/g);
  let value = '';
  for (const [, quoted, escaped, comment, plain] of parts) {
    if (comment !== undefined) return value.trimEnd();
    value += quoted === undefined ? (escaped ?? plain ?? '') : quoted.replace(/\\(.)/g, '$1');
  }
  return value;
}
