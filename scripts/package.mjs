// npm run package: a production build, packed as lexiscope-VERSION.vsix. Fails where the package is
// too large or holds anything else than what the extension needs at run time (.vscodeignore says
// what goes in; this looks at what came out).
import { createVSIX } from '@vscode/vsce';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildAll } from './build.mjs';
import { root } from './install.mjs';

const LARGEST = 3e6; // bytes

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
 * Builds and packs. Gives the path of the package; throws one sentence where it must not be
 * shipped.
 */
export async function packageExtension() {
  const { name, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const path = join(root, `${name}-${version}.vsix`);
  await buildAll();
  await createVSIX({
    cwd: root,
    packagePath: path,
    dependencies: false, // they are in the bundles
    allowMissingRepository: true,
    rewriteRelativeLinks: false, // the README's images have no public address yet
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
    const path = await packageExtension();
    console.log(`${relative(process.cwd(), path)}: ${((await stat(path)).size / 1e6).toFixed(2)} MB`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
