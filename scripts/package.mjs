// npm run package: a production build, packed as lexiscope-VERSION.vsix
//   --repository URL      where the README's links to files of the project lead
//   --baseImagesUrl URL   where its pictures lie; without it they are embedded
// Fails where the package is too large or holds anything else than what the extension needs at run
// time (.vscodeignore says what goes in; this looks at what came out).
import { createVSIX } from '@vscode/vsce';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { buildAll } from './build.mjs';
import { root } from './install.mjs';

const LARGEST = 3e6; // bytes
/** The extension's page, made from the README. */
const PAGE = 'dist/readme.md';

const kernels = (await readdir(join(root, 'src/kernels')))
  .filter((file) => /(?<!\.d)\.ts$/.test(file))
  .map((file) => file.slice(0, -3));

/** Paths as in the archive. */
const ALLOWED = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/package(\.nls(\.[\w-]+)?)?\.json$/,
  /^extension\/(readme\.md|changelog\.md|LICENSE\.txt)$/,
  /^extension\/dist\/(extension\.cjs|engine\.mjs|compute-thread\.mjs|reading-thread\.mjs|notices\.txt)$/,
  new RegExp(`^extension/dist/kernels/(${kernels.join('|')})\\.(simd|relaxed-simd)\\.wasm$`),
  /^extension\/dist\/media\/[\w-]+\.(js|css)$/,
  /^extension\/media\/icons\/[\w-]+\.(svg|png)$/,
  /^extension\/media\/walkthrough\/[\w-]+\.svg$/,
  /^extension\/l10n\/bundle\.l10n(\.[\w-]+)?\.json$/,
];

/**
 * Addresses of the project, if it has any.
 * @typedef {{ repository?: string, baseImagesUrl?: string }} Addresses
 */

/**
 * Builds and packs. Gives the path of the package; throws one sentence where it must not be
 * shipped.
 * @param {Addresses} addresses
 */
export async function packageExtension(addresses = {}) {
  const { name, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const path = join(root, `${name}-${version}.vsix`);
  await buildAll();
  await writeFile(join(root, PAGE), await extensionPage(await readFile(join(root, 'README.md'), 'utf8'), addresses));
  await createVSIX({
    cwd: root,
    packagePath: path,
    dependencies: false, // they are in the bundles
    allowMissingRepository: true,
    rewriteRelativeLinks: false, // the page has none
    readmePath: PAGE,
  });
  const { size } = await stat(path);
  const foreign = archiveEntries(await readFile(path)).filter((name) => !belongsInPackage(name));
  if (size <= LARGEST && !foreign.length) return path;
  await rm(path); // not to be shipped by mistake
  throw new Error(
    foreign.length
      ? `The package would hold what it does not need: ${foreign.join(', ')}.`
      : `The package would have ${size} bytes; ${LARGEST} are allowed.`,
  );
}

/**
 * The README as the extension's page, which is shown far from the project's files: pictures are
 * embedded or at an address, links to files lead to the repository or are their text alone; a line
 * that is such a link and nothing else is left out.
 * @param {string} readme
 * @param {Addresses} addresses
 */
export async function extensionPage(readme, { repository, baseImagesUrl }) {
  /** @type {Map<string, string>} */
  const pictures = new Map();
  for (const [, path] of readme.matchAll(/!\[[^\]]*\]\((?!https:)([^)]+\.png)\)/g)) {
    if (!path) continue;
    const embedded = async () => `data:image/png;base64,${(await readFile(join(root, path))).toString('base64')}`;
    pictures.set(path, baseImagesUrl ? `${baseImagesUrl}/${path}` : await embedded());
  }
  return readme
    .replace(/^\[[^\]]*\]\((?!https:|#)[^)]+\)\n\n/gm, repository ? '$&' : '')
    .replace(/(!\[[^\]]*\])\(([^)]+)\)/g, (all, title, path) =>
      pictures.has(path) ? `${title}(${pictures.get(path)})` : all,
    )
    .replace(/(?<!!)\[([^\]]*)\]\((?!https:|#)([^)]+)\)/g, (_, title, path) =>
      repository ? `[${title}](${repository}/blob/HEAD/${path})` : title,
    );
}

/**
 * Whether the extension needs this entry of the archive at run time, or the editor to install it.
 * @param {string} name
 */
export function belongsInPackage(name) {
  return ALLOWED.some((pattern) => pattern.test(name));
}

/**
 * The names of the entries of a zip archive, from its central directory (APPNOTE 4.3.12).
 * @param {Buffer} bytes
 */
export function archiveEntries(bytes) {
  const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const names = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const nameLength = bytes.readUInt16LE(at + 28);
    names.push(bytes.toString('utf8', at + 46, at + 46 + nameLength));
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return names;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    const { values } = parseArgs({ options: { repository: { type: 'string' }, baseImagesUrl: { type: 'string' } } });
    const path = await packageExtension(values);
    console.log(`${relative(process.cwd(), path)}: ${((await stat(path)).size / 1e6).toFixed(2)} MB`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
