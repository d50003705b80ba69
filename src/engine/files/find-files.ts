// Finds the files of the workspace's folders that may be read: recursively, in sorted order,
// without what git ignores (git-ignore.ts) and what the request's globs and excluded-names.ts leave
// out. Whether a file is text shows when it is opened. Where a folder lies, on the disk or
// elsewhere, is its source's affair (disk-files.ts, virtual-files.ts).

import { basename } from 'node:path';
import picomatch from 'picomatch';
import type { FolderRequest } from '../../protocol/engine.ts';
import { type Encoding, encodingOfSetting } from '../../text/encodings.ts';
import { DiskFiles } from './disk-files.ts';
import { fileRule, folderRule } from './excluded-names.ts';
import type { FileCandidate, FileSource, FolderEntry, FoundFile, OnSkipped } from './file-source.ts';
import { CASE_SENSITIVE, type IgnoreFile, inside, isIgnored, rulesOf } from './git-ignore.ts';
import { isBounded, tooManyWildcards } from './pattern-bounds.ts';
import { VirtualFolders } from './virtual-files.ts';

interface Root {
  path: string;
  name: string;
  /**
   * A file that the request names is read whatever the rules say of it; what may hold secrets never
   * is.
   */
  kind: 'file' | 'folder';
  source: FileSource;
  encoding: Encoding | null;
  /** Null: everything is. */
  isIncluded: ((relative: string) => boolean) | null;
  isExcluded: (relative: string) => boolean;
}

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

/**
 * Gives the files of the folders, those of one directory at a time, and an empty list for a
 * directory that has none: the caller may stop at each. `followLinks`: also out of the folders.
 */
export async function* findFiles(
  folders: readonly FolderRequest[],
  onSkipped: OnSkipped,
  followLinks = false,
): AsyncGenerator<FoundFile[]> {
  const disk = new DiskFiles(onSkipped, followLinks);
  const virtual = new VirtualFolders(onSkipped);
  const roots: Root[] = [];
  for (const folder of folders) {
    const { path, include = [], exclude, encoding } = folder;
    const source = folder.virtual === undefined ? disk : virtual;
    const name = folder.virtual ?? basename(path);
    const refuse = (glob: string): void => onSkipped('unreadable', glob.slice(0, 100), tooManyWildcards(glob));
    const kind = await source.open(path, name);
    if (kind === null) continue;
    roots.push({
      path,
      name,
      kind,
      source,
      encoding: encoding === undefined ? null : encodingOfSetting(encoding),
      isIncluded: globMatcher(include, refuse),
      isExcluded: globMatcher(exclude, refuse) ?? (() => false),
    });
  }
  for (const root of roots) yield* root.kind === 'file' ? namedFile(root) : filesUnder(root, onSkipped);
}

async function* namedFile({ path, name, source, encoding }: Root): AsyncGenerator<FoundFile[]> {
  // as what a link leads to, it may be met twice
  yield (await source.measure([{ path, name, linked: true }])).map((file) => ({ ...file, encoding }));
}

async function* filesUnder(root: Root, onSkipped: OnSkipped): AsyncGenerator<FoundFile[]> {
  const { source, encoding, isIncluded, isExcluded } = root;
  const unreadable = (name: string, error: Error): void => onSkipped('unreadable', name, error.message);
  const ignoreFiles = await source.rulesAbove(root.path);
  const stack: Directory[] = [
    { path: root.path, relative: '', linked: false, ignoreFiles, included: isIncluded === null },
  ];
  /** Of links: they come last, so that what they lead to within the root is met where it is. */
  const linked: Directory[] = [];
  for (let directory = stack.pop(); directory; directory = stack.pop() ?? linked.shift()) {
    const { path, relative } = directory;
    const nameOf = (entry: string): string => `${root.name}/${relative}${entry}`;
    if (relative !== '' && !(await source.enter(path, nameOf('')))) {
      yield [];
      continue;
    }
    let entries: FolderEntry[];
    try {
      entries = await source.list(path);
    } catch (error) {
      unreadable(nameOf(''), error as Error);
      yield [];
      continue;
    }
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const rules = await rulesOf(source, path, relative, entries, unreadable);
    const ignoreFiles = rules.length > 0 ? [...directory.ignoreFiles, ...rules] : directory.ignoreFiles;
    const files: FileCandidate[] = [];
    const folders: Directory[] = [];
    for (const entry of entries) {
      const entryPath = source.join(path, entry.name);
      // macOS gives names of Korean in NFD; rules and globs are written in NFC
      const entryName = entry.name.normalize('NFC');
      const kind = entry.kind === 'link' ? await source.follow(entryPath, nameOf(entryName)) : entry.kind;
      if (kind === null || kind === 'other') continue;
      const isFolder = kind === 'folder';
      const place = relative + entryName;
      const rule = isFolder ? folderRule(entryName) : fileRule(entryName, basename(path));
      if (rule === 'versionControl') continue;
      const included = directory.included || isIncluded!(place);
      const reason =
        rule ??
        (isExcluded(place) || (!isFolder && !included) ? 'excluded' : null) ??
        (isIgnored(place, isFolder, ignoreFiles) ? 'ignored' : null);
      if (reason !== null) {
        onSkipped(reason, isFolder ? `${nameOf(entryName)}/` : nameOf(entryName));
        continue;
      }
      const isLinked = directory.linked || entry.kind === 'link';
      if (isFolder) {
        const within = `${place}/`;
        const inner = inside(within, ignoreFiles);
        const next = { path: entryPath, relative: within, ignoreFiles: inner, included, linked: isLinked };
        (entry.kind === 'link' ? linked : folders).push(next);
      } else files.push({ path: entryPath, name: nameOf(entryName), linked: isLinked });
    }
    for (const folder of folders.reverse()) stack.push(folder);
    yield (await source.measure(files)).map((file) => ({ ...file, encoding }));
  }
}

/**
 * VS Code's globs: `**`, `*`, `?`, braces and brackets; parentheses, `!` and `+` are letters. They
 * match from the root. Null without any.
 */
function globMatcher(globs: readonly string[], refuse: (glob: string) => void): ((relative: string) => boolean) | null {
  for (const glob of globs) if (!isBounded(glob)) refuse(glob);
  const patterns = globs
    .filter(isBounded)
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
