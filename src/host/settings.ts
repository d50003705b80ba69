// What the settings of a folder say of its files, VS Code's and our own, and which of our settings
// somebody made.

import type { FolderRequest } from '../protocol/engine.ts';

/** Reads one setting by its full name, such as `files.encoding`. */
export type ReadSetting = (name: string) => unknown;

/**
 * One folder with its encoding, what is read of it, and what is left out: what VS Code hides from
 * its explorer or from its search, and our own setting. Our own are passed on as they were written;
 * the engine says what is wrong with them.
 */
export function folderRequest(folder: Pick<FolderRequest, 'path' | 'virtual'>, read: ReadSetting): FolderRequest {
  const own = (read('lexiscope.exclude') ?? []) as string[];
  const hidden = [...switchedOn(read('files.exclude')), ...switchedOn(read('search.exclude'))];
  const encoding = read('files.encoding');
  return {
    ...folder,
    include: (read('lexiscope.include') ?? []) as string[],
    exclude: Array.isArray(own) ? [...new Set([...hidden, ...own])] : own,
    ...(typeof encoding === 'string' && { encoding }),
  };
}

/**
 * Globs whose value is true. Those with a `when` clause hide a file beside its sibling; we read
 * both.
 */
function switchedOn(globs: unknown): string[] {
  return typeof globs === 'object' && globs !== null
    ? Object.entries(globs)
        .filter(([, on]) => on === true)
        .map(([glob]) => glob)
    : [];
}

/**
 * Whether somebody made a setting, by what VS Code's `inspect` tells of it: its values of every
 * scope and language.
 */
export function isMade(inspected: object | undefined): boolean {
  return Object.entries(inspected ?? {}).some(
    ([key, value]) => /^(?:global|workspace).*Value$/.test(key) && value !== undefined,
  );
}

/** The settings of ours that a sentence names. */
export function settingsIn(sentence: string): string[] {
  return [...new Set(sentence.match(/\blexiscope(?:\.\w+)+/g) ?? [])];
}
