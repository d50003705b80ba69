// npm run check                 what `npm test` would say of your change, soonest
// npm run check -- BRANCH       the same against another branch or commit than main
//
// All types; format and lint of the files that differ from main; the unit tests that these files
// are part of, after a build.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildAll } from './build.mjs';
import { root } from './install.mjs';
import { checkFormat, lint, runScript, runTests } from './run.mjs';

/**
 * What a file starts or reads at run time in dist/: the sources of that, which it does not import.
 */
const BUILT = [
  { text: 'new Worker(', sources: ['src/engine/compute-thread.ts', 'src/engine/reading-thread.ts'] },
  { text: 'dist/engine.mjs', sources: ['src/engine/main.ts'] },
  { text: 'dist/lexiscope.mjs', sources: ['src/cli/lexiscope.ts', 'src/cli/command-line.ts'] },
];

/**
 * Which files each source and test builds on directly, types aside: those that it imports, and what
 * it uses in dist/.
 * @param {string[]} entryPoints
 * @returns {Promise<Map<string, { text: string, uses: string[] }>>}
 */
async function readUses(entryPoints) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    bundle: true,
    metafile: true,
    write: false,
    outdir: 'dist',
    platform: 'node',
    format: 'esm',
    packages: 'external',
    external: ['*.mjs', '*.json'],
    loader: { '.glsl': 'text' },
    logLevel: 'silent',
  });
  const kernels = (await readdir(join(root, 'src/kernels'), { recursive: true })).map(
    (file) => `src/kernels/${file.replaceAll('\\', '/')}`,
  );
  const files = Object.entries(metafile.inputs).map(async ([file, { imports }]) => {
    const text = await readFile(join(root, file), 'utf8');
    const built = BUILT.flatMap((each) => (text.includes(each.text) ? each.sources : []));
    const uses = [...imports.map(({ path }) => path), ...built, ...(text.includes('dist/') ? kernels : [])];
    return /** @type {const} */ ([file, { text, uses }]);
  });
  return new Map(await Promise.all(files));
}

/**
 * The tests to run after a change of some files: those that build on one of them, those that name
 * one that is no source, and those that look at the project as a whole, which build on no source.
 * @param {string[]} tests
 * @param {string[]} changed
 */
export async function testsOf(tests, changed) {
  const uses = await readUses([...tests, ...BUILT.flatMap(({ sources }) => sources)]);
  const named = changed.filter((file) => !/^(src|media|test|bench)\/.*\.ts$/.test(file)).map((file) => basename(file));
  return tests.filter((test) => {
    const needed = new Set([test]);
    for (const file of needed) for (const used of uses.get(file)?.uses ?? []) needed.add(used);
    const looksAtAll = ![...needed].some((file) => file.startsWith('src/') || file.startsWith('media/'));
    return (
      looksAtAll ||
      changed.some((file) => needed.has(file)) ||
      [...needed].some((file) => named.some((name) => uses.get(file)?.text.includes(name)))
    );
  });
}

/**
 * Files that differ from what this branch began with, those not yet under version control too.
 * @param {string | undefined} base
 */
function changedFiles(base) {
  /** @param {string[]} args */
  const git = (...args) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\n')
      .filter(Boolean);
  for (const branch of base === undefined ? ['main', 'origin/main'] : [base]) {
    try {
      const [ancestor = branch] = git('merge-base', 'HEAD', branch);
      const differing = git('diff', '--name-only', ancestor);
      return [...differing, ...git('ls-files', '--others', '--exclude-standard')].filter((file) =>
        existsSync(join(root, file)),
      );
    } catch {
      continue; // there is no such branch here
    }
  }
  throw new Error(`There is no branch ${base ?? 'main'} to compare with: name one, npm run check -- BRANCH.`);
}

async function check() {
  const changed = changedFiles(process.argv[2]);
  if (changed.length === 0) {
    console.log('Nothing differs from main.');
    return true;
  }
  const results = [await runScript('scripts/types.mjs'), await checkFormat(changed)];
  const linted = changed.filter((file) => /\.(ts|m?js|cjs)$/.test(file));
  if (linted.length > 0) results.push(await lint(linted));
  const tests = (await readdir(join(root, 'test/unit'), { recursive: true }))
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `test/unit/${file.replaceAll('\\', '/')}`);
  const concerned = await testsOf(tests, changed);
  console.log(`${concerned.length} of ${tests.length} files of unit tests are concerned.`);
  await buildAll();
  if (concerned.length > 0) results.push((await runTests(concerned, { minutes: 5 })).ok);
  return !results.includes(false);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    process.exitCode = (await check()) ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
