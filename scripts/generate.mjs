// Writes what is made from the sources and kept in the project: npm run generate
//   package.json       contributes.configuration, from the tables of options
//   package.nls.json   their sentences
//   docs/settings.md
//   l10n/bundle.l10n.json   every sentence of the sources that is translated
// `generated()` gives the texts; a unit test compares them with the files.
import { build } from 'esbuild';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { root } from './install.mjs';
import { translatedTexts } from './translated-texts.mjs';

/**
 * The texts of the files by their paths in the project, formatted.
 * @returns {Promise<Record<string, string>>}
 */
export async function generated() {
  const { configuration, GENERATED_TEXT, settingsPage, texts } = await documents();
  const manifest = await readJson('package.json');
  manifest.contributes.configuration = configuration();
  const byHand = Object.entries(await readJson('package.nls.json')).filter(([key]) => !GENERATED_TEXT.test(key));
  const files = {
    'package.json': JSON.stringify(manifest),
    'package.nls.json': JSON.stringify({ ...Object.fromEntries(byHand), ...texts() }),
    'docs/settings.md': settingsPage(),
    'l10n/bundle.l10n.json': JSON.stringify(await translatedTexts()),
  };
  const formatted = Object.entries(files).map(async ([path, text]) => {
    const file = join(root, path);
    return [path, await format(text, { ...(await resolveConfig(file)), filepath: file })];
  });
  return Object.fromEntries(await Promise.all(formatted));
}

/** @param {string} path */
async function readJson(path) {
  return JSON.parse(await readFile(join(root, path), 'utf8'));
}

/** The module that makes them, which is TypeScript. */
async function documents() {
  const entryPoints = [join(root, 'src/settings/documents.ts')];
  const { outputFiles } = await build({ entryPoints, bundle: true, write: false, format: 'esm', platform: 'node' });
  const [script] = outputFiles;
  if (!script) throw new Error('src/settings/documents.ts gave no script');
  return import(`data:text/javascript;base64,${Buffer.from(script.contents).toString('base64')}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [path, text] of Object.entries(await generated())) {
    const file = join(root, path);
    const before = await readFile(file, 'utf8').catch(() => null);
    if (before === text) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    console.log(`Written: ${path}`);
  }
}
