// What the search for files (find-files.ts) asks of a folder, wherever it lies: on the disk
// (disk-files.ts) or with the client (virtual-files.ts).

import type { SkipReason } from '../../protocol/engine.ts';
import type { Encoding } from '../../text/encodings.ts';
import type { IgnoreFile, RuleSource } from './git-ignore.ts';

export interface FoundFile {
  /** Absolute; of a virtual file the address of its folder, a slash and the path in it. */
  path: string;
  /**
   * The folder's name and the path in it, with slashes: for the log, and the same on every machine.
   */
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
  /** The address of the virtual folder that it is in; absent on the disk. */
  virtual?: string;
}

/**
 * Hears of what is left out or cannot be read; a folder's name ends with a slash. The search goes
 * on.
 */
export type OnSkipped = (reason: SkipReason, name: string, detail?: string) => void;

/** Where folders lie. Paths are as `FoundFile.path`; names are for what is told. */
export interface FileSource extends RuleSource {
  /** What a path is that the request names; null if it is not to be read. */
  open(path: string, name: string): Promise<'file' | 'folder' | null>;
  /** The rules of git that hold in such a folder because of what is above it. */
  rulesAbove(path: string): Promise<IgnoreFile[]>;
  /**
   * Whether a folder in it is to be read: it was not read before, and is no other one that the
   * request names.
   */
  enter(path: string, name: string): Promise<boolean>;
  list(path: string): Promise<FolderEntry[]>;
  /** What a link leads to; null for what is not to be read by way of it. */
  follow(path: string, name: string): Promise<'file' | 'folder' | null>;
  /** The files with their sizes, without those that were met before under another name. */
  measure(files: readonly FileCandidate[]): Promise<Omit<FoundFile, 'encoding'>[]>;
}

export interface FolderEntry {
  name: string;
  kind: 'file' | 'folder' | 'link' | 'other';
}

export interface FileCandidate {
  path: string;
  name: string;
  /** Whether a link led here. */
  linked: boolean;
}

/** Whether `path` is `folder` or lies in it; both are real paths, or addresses. */
export function isWithin(path: string, folder: string, separator = '/'): boolean {
  return path === folder || path.startsWith(folder.endsWith(separator) ? folder : folder + separator);
}
