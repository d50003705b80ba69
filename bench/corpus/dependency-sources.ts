// A corpus that every clone has: the sources and documents of this project's dependencies.

import type { Dirent } from 'node:fs';
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Sentences (lines) of words of the sources of `packages` packages, `words` of each: those with
 * most of them, by name.
 */
export async function packageSources(packages: number, words: number): Promise<Record<string, string[][]>> {
  const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));
  const names = (await readdir(modules)).filter((name) => /^[a-z]/.test(name)).sort();
  const all: [name: string, sentences: string[][]][] = [];
  for (const name of names) {
    const entries = await readdir(join(modules, name), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && /\.(ts|js|mjs|json|css)$/.test(entry.name)).sort(byPath);
    const sentences: string[][] = [];
    let count = 0;
    for (const file of files) {
      if (count >= words) break;
      const content = await readFile(join(file.parentPath, file.name), 'utf8');
      if (content.length > 300_000) continue;
      for (const line of content.split('\n')) {
        const found = line.match(/[\p{L}_$][\p{L}\p{N}_$]*|\p{N}+/gu);
        if (found) sentences.push(found.slice(0, 1000));
        count += found?.length ?? 0;
      }
    }
    if (count >= words) all.push([name, sentences]);
    if (all.length === packages) break;
  }
  return Object.fromEntries(all);
}

const byPath = (a: Dirent, b: Dirent): number => (join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1);

/**
 * Copies sources from node_modules to `target` until they hold at least `words` words; gives how
 * many they hold. The same for the same installation.
 */
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
