// Which file imports which, types too: what decides the files that must be read together.

import { readdir, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import ts from 'typescript';

/** What each file imports of the others. Names are relative to the same folder, with slashes. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** Imports among the TypeScript files in `folders` of `root`, a URL that ends with a slash. */
export async function readImports(root: URL, folders: readonly string[]): Promise<Imports> {
  return importsOf(await readTexts(root, folders));
}

/** The TypeScript files in `folders` of `root`, a URL that ends with a slash, by name. */
export async function readTexts(root: URL, folders: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const files: string[] = [];
  for (const folder of folders) {
    const names = await readdir(new URL(`${folder}/`, root), { recursive: true });
    files.push(...names.filter((name) => name.endsWith('.ts')).map((name) => posix.join(folder, toSlashes(name))));
  }
  const texts = files.sort().map(async (file) => [file, await readFile(new URL(file, root), 'utf8')] as const);
  return new Map(await Promise.all(texts));
}

/** Imports among files whose texts are given: static, dynamic and of types alike. */
export function importsOf(texts: ReadonlyMap<string, string>): Imports {
  const imports = new Map<string, string[]>();
  for (const [file, text] of texts) {
    const targets = ts
      .preProcessFile(text, true, true)
      .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
      .map(({ fileName }) => posix.join(posix.dirname(file), fileName))
      // AssemblyScript imports without the ending
      .map((path) => (texts.has(path) ? path : `${path}.ts`));
    imports.set(file, [...new Set(targets.filter((path) => texts.has(path)))]);
  }
  return imports;
}

/**
 * Circles of imports: a shortest one of each group of files that all lead to each other. Empty if
 * there is none.
 */
export function circlesOf(imports: Imports): string[][] {
  const circles: string[][] = [];
  const seen = new Set<string>();
  for (const start of imports.keys()) {
    if (seen.has(start)) continue;
    const ahead = waysFrom(imports, start);
    const group = [...imports.keys()].filter((file) => ahead.has(file) && waysFrom(imports, file).has(start));
    for (const file of group) seen.add(file);
    const ways = group.map((file) => [file, ...waysFrom(imports, file).get(file)!]);
    const [shortest] = ways.sort((a, b) => a.length - b.length);
    if (shortest) circles.push(shortest);
  }
  return circles;
}

/** Every file that a file leads to, and a shortest way there: from what it imports to that file. */
function waysFrom(imports: Imports, start: string): Map<string, string[]> {
  const ways = new Map<string, string[]>();
  const next: { file: string; way: string[] }[] = [{ file: start, way: [] }];
  for (const { file, way } of next) {
    for (const target of imports.get(file) ?? []) {
      if (ways.has(target)) continue;
      ways.set(target, [...way, target]);
      next.push({ file: target, way: [...way, target] });
    }
  }
  return ways;
}

function toSlashes(path: string): string {
  return path.replaceAll('\\', '/');
}
