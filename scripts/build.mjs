// Builds dist/: the bundles (esbuild), the kernels in two variants (AssemblyScript), the styles and icons of the webviews.
//   node scripts/build.mjs [--development]     --development: source maps, no minification
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { writeNotices } from './notices.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const { engines } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const oldestNode = engines.node.replace('>=', 'node');
const asc = join(dirname(createRequire(import.meta.url).resolve('assemblyscript/package.json')), 'bin/asc.js');

/** A file directly in it is a module; its folders hold what modules include. */
const kernelsFolder = join(root, 'src/kernels');
const variants = { simd: ['simd', 'threads'], 'relaxed-simd': ['simd', 'threads', 'relaxed-simd'] };

async function newest(paths) {
  return Math.max(...(await Promise.all(paths.map(async (path) => (await stat(path)).mtimeMs))));
}

/** Compiles each kernel to dist/kernels/NAME.VARIANT.wasm, unless that file is newer than every source. */
export async function buildKernels() {
  await mkdir(join(dist, 'kernels'), { recursive: true });
  const files = (await readdir(kernelsFolder, { recursive: true })).filter((file) => /(?<!\.d)\.ts$/.test(file));
  const sourceTime = await newest([...files.map((file) => join(kernelsFolder, file)), fileURLToPath(import.meta.url)]);
  const jobs = files
    .filter((file) => basename(file) === file)
    .flatMap((file) => Object.entries(variants).map(([variant, features]) => ({ file, variant, features })));
  await Promise.all(
    jobs.map(async ({ file, variant, features }) => {
      const out = join(dist, 'kernels', `${file.slice(0, -3)}.${variant}.wasm`);
      if (existsSync(out) && (await stat(out)).mtimeMs > sourceTime) return;
      await promisify(execFile)(process.execPath, [
        asc,
        join(kernelsFolder, file),
        '--outFile',
        out,
        '-O3',
        '--noAssert',
        '--runtime',
        'stub',
        '--importMemory',
        '--sharedMemory',
        '--initialMemory',
        '1',
        '--maximumMemory',
        '65536',
        '--enable',
        features.join(','),
      ]).catch((error) => {
        throw new Error(`${file} (${variant}):\n${error.stdout}${error.stderr}`);
      });
    }),
  );
}

export async function buildBundles({ development = false } = {}) {
  const shared = {
    bundle: true,
    absWorkingDir: root,
    minify: !development,
    sourcemap: development ? 'inline' : false,
    logLevel: 'warning',
    legalComments: 'none', // the licences are in notices.txt
    metafile: true,
    define: { 'process.env.NODE_ENV': '"production"' },
  };
  const node = { ...shared, platform: 'node', target: oldestNode };
  // CommonJS dependencies of an ES module bundle ask for `require`
  const banner = {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  };
  const bundles = await Promise.all([
    build({
      ...node,
      format: 'cjs',
      external: ['vscode'],
      entryPoints: ['src/extension.ts'],
      outfile: 'dist/extension.cjs',
    }),
    build({
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
    }),
    build({
      ...node,
      format: 'esm',
      target: 'es2020', // an old Node is to read it
      banner: { js: '#!/usr/bin/env node' },
      entryPoints: ['src/cli/lexiscope.ts'],
      outfile: 'dist/lexiscope.mjs',
    }),
    build({
      ...shared,
      platform: 'browser',
      target: 'chrome130',
      format: 'iife',
      loader: { '.glsl': 'text' },
      entryPoints: { explorer: 'media/explorer/explorer.ts' },
      outdir: 'dist/media',
    }),
  ]);
  const metafiles = bundles.map(({ metafile }) => metafile);
  await writeNotices(root, metafiles, join(dist, 'notices.txt'));
  await cp(join(root, 'media/explorer/explorer.css'), join(dist, 'media/explorer.css'));
}

export async function buildAll(options) {
  await mkdir(join(dist, 'media'), { recursive: true });
  await Promise.all([buildBundles(options), buildKernels()]);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    if (process.argv.includes('--clean')) await rm(dist, { recursive: true, force: true });
    if (process.argv.includes('--kernels')) await buildKernels();
    else await buildAll({ development: process.argv.includes('--development') });
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
