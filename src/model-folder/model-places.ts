// Where the model of a workspace lies: a folder under the extension's global storage, named by the
// folders that are open. Releases before kept it in the workspace storage, whose name VS Code
// changes (`-1`, `-2`) while another window holds it.

import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

// What lies in the folder besides the parts that the manifest names.
export const MANIFEST = 'manifest.json';
export const CHECKPOINTS = {
  wordVectors: 'word-vectors.checkpoint',
  languageModel: 'language-model.checkpoint',
} as const;
export const TOKEN_CACHE = 'tokens.cache';

/**
 * A name for the model's folder that any window on the same folders finds. `addresses`: of the
 * folders, or of the workspace's file.
 */
export function modelKey(addresses: readonly string[]): string {
  return createHash('sha256')
    .update([...addresses].sort().join('\n'))
    .digest('hex')
    .slice(0, 32);
}

/**
 * Folders with a manifest among `former` and its siblings with other suffixes, the newest first.
 * `former` is `…/workspaceStorage/ID/EXTENSION/model`, with ID as VS Code gave it to this window.
 */
export async function formerPlaces(former: string): Promise<string[]> {
  const inside = join(basename(dirname(former)), basename(former));
  const storage = dirname(dirname(former));
  const id = basename(storage).replace(/-\d+$/, '');
  const names = await readdir(dirname(storage)).catch((): string[] => []);
  const siblings = names.filter((name) => name.replace(/-\d+$/, '') === id);
  const found = siblings.map(async (name) => {
    const place = join(dirname(storage), name, inside);
    return { place, modified: await modifiedAt(join(place, MANIFEST)) };
  });
  return (await Promise.all(found))
    .filter(({ modified }) => modified !== null)
    .sort((a, b) => b.modified! - a.modified!)
    .map(({ place }) => place);
}

/** When a file was changed last, ms; null where there is none. */
export async function modifiedAt(path: string): Promise<number | null> {
  return stat(path).then(
    (found) => (found.isFile() ? found.mtimeMs : null),
    () => null,
  );
}
