// The licences of the packages whose code is in the bundles: they ask to be passed on with it.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes `target` from esbuild's metafiles: each package once, with its licence as it came. Throws
 * if a package brings none.
 * @param {string} root
 * @param {import('esbuild').Metafile[]} metafiles
 * @param {string} target
 */
export async function writeNotices(root, metafiles, target) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = new Set(inputs.flatMap((path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  const notices = await Promise.all(
    [...folders].sort().map(async (folder) => {
      const { name, version, license } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
      const file = (await readdir(join(root, folder))).find((each) => /^(licen[cs]e|copying)/i.test(each));
      if (!file && !license) throw new Error(`${name} ${version} is in a bundle and names no licence.`);
      const text = file ? await readFile(join(root, folder, file), 'utf8') : `${license} License`;
      return `${name} ${version}\n\n${text.trim()}\n`;
    }),
  );
  await writeFile(target, notices.join(`\n${'-'.repeat(80)}\n\n`));
}
