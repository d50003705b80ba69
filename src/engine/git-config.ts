// Where the user's own list of what git ignores everywhere is (core.excludesFile, git-config(1)), read without git: from the
// system's configuration, the user's two, and the files that these include by path. Conditional includes are not followed.

import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

/** Files that include each other, at most. */
const DEEPEST = 10;

/** The path of the list, which may not be there; null where the configuration switches it off. */
export async function globalExcludesFile(environment: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  const home = environment['HOME'] || homedir();
  const ownFolder = environment['XDG_CONFIG_HOME'] || join(home, '.config');
  const { GIT_CONFIG_SYSTEM: system = '/etc/gitconfig', GIT_CONFIG_GLOBAL: global } = environment;
  const files = [
    ...(environment['GIT_CONFIG_NOSYSTEM'] ? [] : [system]),
    ...(global === undefined ? [join(ownFolder, 'git', 'config'), join(home, '.gitconfig')] : [global]),
  ];
  let found: string | undefined;
  for (const file of files) found = (await excludesFileIn(file, home, 0)) ?? found;
  if (found === undefined) return join(ownFolder, 'git', 'ignore');
  return found === '' ? null : found;
}

/** What a file says last; undefined where it says nothing, or is not there. */
async function excludesFileIn(file: string, home: string, depth: number): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  let found: string | undefined;
  for (const [key, value] of configValues(text)) {
    const path = value.startsWith('~/') ? join(home, value.slice(2)) : value;
    if (key === 'core.excludesfile') found = path === '' || isAbsolute(path) ? path : undefined;
    else if (key === 'include.path' && depth < DEEPEST) {
      const included = isAbsolute(path) ? path : join(dirname(file), path);
      found = (await excludesFileIn(included, home, depth + 1)) ?? found;
    }
  }
  return found;
}

/** Names, in lower case with the section before them, and values, in their order; of sections with no subsection. */
function* configValues(text: string): Generator<[key: string, value: string]> {
  let section = '';
  for (const line of text.replace(/\\\r?\n/g, '').split(/\r?\n/)) {
    const head = /^\s*\[\s*([\w.-]+)\s*("(?:\\.|[^"\\])*")?\s*\]/.exec(line);
    if (head) section = head[2] === undefined ? head[1]!.toLowerCase() : '';
    const entry = /^\s*([a-z][\w-]*)\s*=(.*)$/i.exec(head ? line.slice(head[0].length) : line);
    if (entry && section !== '') yield [`${section}.${entry[1]!.toLowerCase()}`, configValue(entry[2]!)];
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
