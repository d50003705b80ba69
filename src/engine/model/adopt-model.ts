// A model that a release before kept in the workspace storage comes to its place under the global
// storage: the newest that is whole. Wherever this is broken off, one of the two places has the
// whole model.

import * as l10n from '@vscode/l10n';
import { copyFile, link, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKPOINTS, formerPlaces, MANIFEST, modifiedAt, TOKEN_CACHE } from '../../model-folder/model-places.ts';
import { FolderInUse, WriterLock } from '../../model-folder/writer-lock.ts';
import type { LogLevel } from '../../protocol/engine.ts';
import { writeFileAtomically } from './durable-file.ts';
import { parseManifest } from './manifest.ts';
import { deleteModel, loadModel } from './model-store.ts';

/**
 * Moves a model to `directory` if there is none: see `formerPlaces`. One that is damaged stays
 * where it is, and the log names it.
 */
export async function adoptModel(
  directory: string,
  former: string,
  log: (level: LogLevel, message: string) => void,
): Promise<void> {
  const isThere = async (): Promise<boolean> => (await modifiedAt(join(directory, MANIFEST))) !== null;
  if ((await isThere()) || (await formerPlaces(former)).length === 0) return;
  let lock: WriterLock;
  try {
    lock = await WriterLock.take(directory);
  } catch (error) {
    if (error instanceof FolderInUse) return; // another window does it, or learns a newer one
    throw error;
  }
  try {
    if (await isThere()) return;
    for (const place of await formerPlaces(former)) {
      const problem = await loadModel(place, { forTraining: false }).then(
        () => null,
        (error: unknown) => error as Error,
      );
      if (!problem) {
        await move(place, directory);
        log('info', l10n.t('The model of this workspace was moved from {0} to {1}', place, directory));
        return;
      }
      log('warn', problem.message);
    }
  } finally {
    await lock.release();
  }
}

async function move(from: string, to: string): Promise<void> {
  const manifest = await readFile(join(from, MANIFEST));
  const { parts } = parseManifest(join(from, MANIFEST), manifest.toString());
  const checkpoints = Object.values(CHECKPOINTS);
  for (const { file } of Object.values(parts)) await bring(join(from, file), join(to, file));
  for (const file of checkpoints) {
    if ((await modifiedAt(join(from, file))) !== null) await bring(join(from, file), join(to, file));
  }
  await writeFileAtomically(join(to, MANIFEST), [manifest]);
  await deleteModel(from);
  for (const file of [...checkpoints, TOKEN_CACHE]) await rm(join(from, file), { force: true });
}

/**
 * Another name for a file; where that cannot be, a copy of it. What an earlier attempt brought is
 * replaced.
 */
async function bring(from: string, to: string): Promise<void> {
  await rm(to, { force: true });
  try {
    await link(from, to);
  } catch {
    await copyFile(from, to);
    const file = await open(to, 'r+');
    await file.sync().finally(() => file.close());
  }
}
