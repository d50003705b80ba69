// A corpus that every clone has: the sources and documents of this project's dependencies.

import { copyFile, readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Copies sources from node_modules to `target` until they hold at least `words` words; gives how many they hold. The same for the same installation. */
export async function copyDependencySources(target: string, words: number): Promise<number> {
  const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));
  const entries = await readdir(modules, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /\.(md|ts|js|mjs)$/.test(entry.name) && !/\.min\./.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const stride = 7; // sources of many packages, not all of the first few
  let count = 0;
  for (let offset = 0; offset < stride && count < words; offset++) {
    for (let index = offset; index < files.length && count < words; index += stride) {
      const path = files[index]!;
      const content = await readFile(path, 'utf8');
      const found = content.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0;
      if (content.length > 300_000 || found < 50) continue;
      await copyFile(path, join(target, `${index}-${basename(path)}`));
      count += found;
    }
  }
  return count;
}
