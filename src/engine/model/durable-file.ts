// Files that are there whole or not at all, also after the power fails: written beside their place,
// brought to the disk, renamed over it, and the folder's list of names brought to the disk too.

import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes that are written and hashed at a time: some milliseconds. */
const PIECE = 1 << 22;
/** Windows does not rename over a file that someone has open: it is tried so often, ms apart. */
const ATTEMPTS = 20;
const PAUSE = 25;

/**
 * Writes chunks to a file beside `path` and puts it in the place of `path`. Gives the number of
 * bytes.
 */
export async function writeFileAtomically(path: string, chunks: Iterable<Uint8Array>): Promise<number> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const { bytes } = await writeDurably(temporary, chunks);
    await replaceFile(temporary, path);
    return bytes;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Writes chunks to `path` and waits until the disk has them. */
export async function writeDurably(
  path: string,
  chunks: Iterable<Uint8Array>,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'w');
  try {
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += PIECE) {
        const piece = chunk.subarray(at, at + PIECE);
        hash.update(piece);
        bytes += piece.length;
        await file.writeFile(piece);
      }
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Renames a file over another, and waits until the disk has the new name. */
export async function replaceFile(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to);
      break;
    } catch (error) {
      const isOpen = ['EPERM', 'EACCES', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (process.platform !== 'win32' || !isOpen || attempt === ATTEMPTS) throw error;
      await sleep(PAUSE);
    }
  }
  await syncFolder(dirname(to));
}

/**
 * Waits until the disk has the names in a folder; where the system has no such thing, nothing is
 * done.
 */
export async function syncFolder(directory: string): Promise<void> {
  try {
    const folder = await open(directory, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // Windows and some network disks: they keep names by themselves
  }
}
