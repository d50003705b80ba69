// Files that are opened to be read: regular ones only, whatever their name. A pipe would be waited
// for without end, a device read without end. What is large comes with a bound.

import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

/**
 * Of a system that has it: whoever opens a pipe that takes the place of a file between two looks
 * does not wait.
 */
const FLAGS = constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0);

/** The descriptor of a regular file. Throws for anything else. */
export function openRegular(path: string): number {
  check(path, statSync(path).isFile());
  const descriptor = openSync(path, FLAGS);
  try {
    check(path, fstatSync(descriptor).isFile());
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** The bytes of a regular file. Throws for anything else. */
export function readRegular(path: string): Buffer {
  const descriptor = openRegular(path);
  try {
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The same without waiting. */
export async function openRegularFile(path: string): Promise<FileHandle> {
  check(path, (await stat(path)).isFile());
  const file = await open(path, FLAGS);
  try {
    check(path, (await file.stat()).isFile());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The bytes of a regular file. Throws where it is larger than `most`, bytes. */
export async function readRegularFile(path: string, most = Infinity): Promise<Buffer> {
  const file = await openRegularFile(path);
  try {
    const { size } = await file.stat();
    if (size > most) throw new Error(`${path} is larger than ${most} bytes`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function check(path: string, isFile: boolean): void {
  // as of a folder: it is no file that anyone could read
  if (!isFile) throw Object.assign(new Error(`${path} is not a regular file`), { code: 'EISDIR' });
}
