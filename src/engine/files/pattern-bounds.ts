// Patterns with many wildcards take the libraries that match them (ignore, picomatch) exponentially
// long: each * of a name, and each ** of a path, is tried at every place. What nobody writes is
// refused, and named.

import * as l10n from '@vscode/l10n';

/** Wildcards in the name of one file or folder, at most. */
const IN_NAME = 4;
/** ** as a part of a path, at most. */
const FOLDERS = 3;
/** Wildcards of both kinds, at most. */
const ALL = 8;

/** Whether a pattern of .gitignore or of a setting may be matched with any path. */
export function isBounded(pattern: string): boolean {
  let all = 0;
  let folders = 0;
  for (const part of pattern.split('/')) {
    if (part === '**') {
      folders++;
      continue;
    }
    const stars = part.match(/\*+|[?@!+]\(|\{/g)?.length ?? 0;
    if (stars > IN_NAME) return false;
    all += stars;
  }
  return folders <= FOLDERS && all + folders <= ALL;
}

/** What is said of one that is not, of which as much is shown as tells it. */
export function tooManyWildcards(pattern: string): string {
  return l10n.t('too many wildcards in the pattern “{0}”, which is left out', pattern.slice(0, 100));
}
