// What the other files of a folder say of the encoding of one that leaves a doubt: those that were
// found next to it, by how probable each encoding is for the beginnings of theirs. Files are asked
// by their place among all that were found, so that the answer does not depend on which thread
// asks.

import { closeSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { legacyScores, type Scores } from '../../text/encodings.ts';
import { fileRule } from './excluded-names.ts';
import type { FoundFile } from './file-source.ts';
import { openRegular } from './regular-file.ts';

/** Files on each side that are asked. */
const WITNESSES = 16;
/** What is looked at of each, bytes. */
const BEGINNING = 1 << 15;

/** The files of `all`, in their order, that those of `files` ask and that are not among them. */
export function witnessesOf(files: readonly FoundFile[], all: readonly FoundFile[]): FoundFile[] {
  const isIn = new Uint8Array(all.length);
  for (const { place } of files) if (place !== undefined) isIn[place] = 1;
  const asked = new Uint8Array(all.length);
  for (const { place, name } of files) {
    if (place === undefined) continue;
    for (let at = Math.max(0, place - WITNESSES); at <= place + WITNESSES && at < all.length; at++) {
      if (!isIn[at] && !asked[at] && folderOf(all[at]!.name) === folderOf(name)) asked[at] = 1;
    }
  }
  return all.filter((_, place) => asked[place]);
}

function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/') + 1);
}

export class FolderEvidence {
  readonly #files: readonly FoundFile[];
  #byPlace: Map<number, FoundFile> | null = null;
  /** By path; null of a file that says nothing. */
  readonly #scores = new Map<string, Scores | null>();

  constructor(files: readonly FoundFile[]) {
    this.#files = files;
  }

  /** The scores of the files that were found next to it in its folder. */
  othersOf({ name, place }: FoundFile): Scores[] {
    if (place === undefined) return [];
    this.#byPlace ??= new Map(this.#files.map((file) => [file.place ?? -1, file]));
    const found: Scores[] = [];
    for (let at = place - WITNESSES; at <= place + WITNESSES; at++) {
      const other = this.#byPlace.get(at);
      if (at === place || !other || folderOf(other.name) !== folderOf(name)) continue;
      let scores = this.#scores.get(other.path);
      if (scores === undefined) this.#scores.set(other.path, (scores = scoresOfFile(other)));
      if (scores) found.push(scores);
    }
    return found;
  }
}

/** Null of a file that is not on the disk, cannot be read, or says nothing. */
function scoresOfFile({ path, size, text, virtual }: FoundFile): Scores | null {
  if (text !== undefined || virtual !== undefined) return null;
  try {
    const file = openRegular(path);
    try {
      const bytes = new Uint8Array(Math.min(size, BEGINNING));
      return legacyScores(bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)));
    } finally {
      closeSync(file);
    }
  } catch {
    return null; // who reads it will say so
  }
}

/**
 * The same for a file that is looked at by itself: the files beside it on the disk, without those
 * that may hold secrets.
 */
export function othersInFolder(path: string): Scores[] {
  const folder = dirname(path);
  try {
    const names = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && fileRule(entry.name, basename(folder)) === null)
      .map(({ name }) => name)
      .sort();
    const own = names.indexOf(basename(path));
    const files = names.map((name, place): FoundFile => {
      const isNear = Math.abs(place - own) <= WITNESSES;
      const size = isNear ? statSync(join(folder, name)).size : 0;
      return { path: join(folder, name), name, size, modified: 0, encoding: null, place };
    });
    return own < 0 ? [] : new FolderEvidence(files).othersOf(files[own]!);
  } catch {
    return [];
  }
}
