// Builds dist/: the bundles (esbuild), the kernels in two variants (AssemblyScript), the styles and
// icons of the webviews.
//   node scripts/build.mjs [--development] [--clean] [--kernels] [--check]
//     --development: source maps, no minification     --clean: everything anew     --kernels: nothing else
//     --check: fails where an interface in src/kernel-interfaces was out of date; it is written
//     anew either way
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { writeNotices } from './notices.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const { engines } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const oldestNode = engines.node.replace('>=', 'node');
const asc = join(dirname(createRequire(import.meta.url).resolve('assemblyscript/package.json')), 'bin/asc.js');

/** A file directly in it is a module; its folders hold what modules include. */
const kernelsFolder = join(root, 'src/kernels');
/**
 * What TypeScript knows of the modules, written from the compiler's output (kernel-interface.mjs).
 */
const interfacesFolder = join(root, 'src/kernel-interfaces');
const variants = { simd: ['simd', 'threads'], 'relaxed-simd': ['simd', 'threads', 'relaxed-simd'] };
const variantNames = /** @type {(keyof typeof variants)[]} */ (Object.keys(variants));

/** @param {string[]} paths */
async function newest(paths) {
  return Math.max(...(await Promise.all(paths.map(async (path) => (await stat(path)).mtimeMs))));
}

/**
 * Compiles each kernel to dist/kernels/NAME.VARIANT.wasm, unless that file is newer than every
 * source, and writes its interface. Gives the interfaces that were out of date, by their names in
 * the project.
 */
export async function buildKernels() {
  await mkdir(join(dist, 'kernels'), { recursive: true });
  await mkdir(interfacesFolder, { recursive: true });
  const files = (await readdir(kernelsFolder, { recursive: true })).filter((file) => /(?<!\.d)\.ts$/.test(file));
  const scripts = ['build.mjs', 'kernel-interface.mjs'].map((script) => join(root, 'scripts', script));
  const sourceTime = await newest([...files.map((file) => join(kernelsFolder, file)), ...scripts]);
  const names = files
    .filter((file) => basename(file) === file)
    .map((file) => file.slice(0, -3))
    .sort();
  const modules = names.flatMap((name) => variantNames.map((variant) => ({ name, variant })));
  const interfaces = await mkdtemp(join(tmpdir(), 'kernel-interfaces-'));
  try {
    const changed = modules.map(async ({ name, variant }) => {
      const out = join(dist, 'kernels', `${name}.${variant}.wasm`);
      const isKnown = existsSync(join(interfacesFolder, `${name}.ts`));
      if (isKnown && existsSync(out) && (await stat(out)).mtimeMs > sourceTime) return [];
      // both variants have the same interface
      const description = variant === 'simd' ? join(interfaces, `${name}.ts`) : null;
      await compileKernel(name, variant, out, description);
      return description ? replaceInterface(`${name}.ts`, await readFile(description, 'utf8')) : [];
    });
    const list = `// The kernels' modules. Written by scripts/build.mjs; not to be edited.
      export const KERNELS = ${JSON.stringify(names)} as const;`;
    changed.push(replaceInterface('names.ts', list));
    const replaced = (await Promise.all(changed)).flat();
    await removeOthers(
      join(dist, 'kernels'),
      modules.map(({ name, variant }) => `${name}.${variant}.wasm`),
    );
    await removeOthers(interfacesFolder, ['names.ts', ...names.map((name) => `${name}.ts`)]);
    return replaced;
  } finally {
    await rm(interfaces, { recursive: true, force: true });
  }
}

/**
 * @param {string} name
 * @param {keyof typeof variants} variant
 * @param {string} out
 * @param {string | null} description where its interface is written
 */
async function compileKernel(name, variant, out, description) {
  const memory = ['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];
  const options = ['-O3', '--noAssert', '--runtime', 'stub', ...memory, '--enable', variants[variant].join(',')];
  const described = description ? ['--transform', join(root, 'scripts/kernel-interface.mjs')] : [];
  await promisify(execFile)(
    process.execPath,
    [asc, join(kernelsFolder, `${name}.ts`), '--outFile', out, ...options, ...described],
    { env: { ...process.env, KERNEL_INTERFACE: description ?? '' } },
  ).catch((error) => {
    throw new Error(`${name}.ts (${variant}):\n${error.stdout}${error.stderr}`);
  });
}

/**
 * Puts a text in the place of an interface, if it is another one; gives the interface's name if it
 * was.
 * @param {string} file
 * @param {string} text
 */
async function replaceInterface(file, text) {
  const path = join(interfacesFolder, file);
  const formatted = await format(text, { ...(await resolveConfig(path)), filepath: path });
  if (existsSync(path) && (await readFile(path, 'utf8')) === formatted) return [];
  await writeFile(path, formatted);
  return [relative(root, path)];
}

/**
 * Removes what has no source any more.
 * @param {string} folder
 * @param {string[]} files what stays
 */
async function removeOthers(folder, files) {
  for (const file of await readdir(folder)) if (!files.includes(file)) await rm(join(folder, file));
}

/**
 * The bundles, each as esbuild is asked for it.
 * @returns {import('esbuild').BuildOptions[]}
 */
export function bundleOptions({ development = false } = {}) {
  /** @satisfies {import('esbuild').BuildOptions} */
  const shared = {
    bundle: true,
    absWorkingDir: root,
    minify: !development,
    sourcemap: development ? 'inline' : false,
    logLevel: 'warning',
    legalComments: 'none', // the licences are in notices.txt
    metafile: true,
    // what a dependency would fetch is never asked of it
    define: { 'process.env.NODE_ENV': '"production"', fetch: 'undefined' },
  };
  /** @satisfies {import('esbuild').BuildOptions} */
  const node = { ...shared, platform: 'node', target: oldestNode };
  // CommonJS dependencies of an ES module bundle ask for `require`
  const banner = {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  };
  return [
    {
      ...node,
      format: 'cjs',
      external: ['vscode'],
      entryPoints: ['src/extension.ts'],
      outfile: 'dist/extension.cjs',
    },
    {
      ...node,
      format: 'esm',
      outExtension: { '.js': '.mjs' },
      banner,
      entryPoints: {
        engine: 'src/engine/main.ts',
        'compute-thread': 'src/engine/compute-thread.ts',
        'reading-thread': 'src/engine/reading-thread.ts',
        'command-line': 'src/cli/command-line.ts',
      },
      outdir: 'dist',
    },
    {
      ...node,
      format: 'esm',
      target: 'es2020', // an old Node is to read it
      banner: { js: '#!/usr/bin/env node' },
      entryPoints: ['src/cli/lexiscope.ts'],
      outfile: 'dist/lexiscope.mjs',
    },
    {
      ...shared,
      platform: 'browser',
      target: 'chrome130',
      format: 'iife',
      loader: { '.glsl': 'text' },
      entryPoints: { explorer: 'media/explorer/explorer.ts' },
      outdir: 'dist/media',
    },
  ];
}

/** @param {{ development?: boolean }} [options] */
export async function buildBundles(options) {
  const bundles = await Promise.all(bundleOptions(options).map((bundle) => build(bundle)));
  const metafiles = bundles.flatMap(({ metafile }) => metafile ?? []);
  await writeNotices(root, metafiles, join(dist, 'notices.txt'));
  await copyStyles();
}

export async function copyStyles() {
  await mkdir(join(dist, 'media'), { recursive: true });
  await cp(join(root, 'media/explorer/explorer.css'), join(dist, 'media/explorer.css'));
}

/**
 * Gives the interfaces of kernels that were out of date.
 * @param {{ development?: boolean }} [options]
 */
export async function buildAll(options) {
  const changed = await buildKernels();
  await buildBundles(options);
  return changed;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  /** @param {string} option */
  const asked = (option) => process.argv.includes(option);
  try {
    if (asked('--clean')) await rm(dist, { recursive: true, force: true });
    const changed = asked('--kernels') ? await buildKernels() : await buildAll({ development: asked('--development') });
    if (changed.length > 0) console.log(`Written from the compiler's output: ${changed.join(', ')}`);
    if (changed.length > 0 && asked('--check'))
      throw new Error('They were out of date: look at the change and commit it.');
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
