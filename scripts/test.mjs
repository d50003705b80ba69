// npm test                               every check of the project, in this order; the last line counts the tests
// npm test -- --only build,unit          these stages only; what they need must have been built
// A stage that fails does not keep the others from running, so that one run shows all that is wrong.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { findChromium } from './chromium.mjs';
import { root } from './install.mjs';
import { findNode24 } from './node.mjs';
import { findTfjsNode } from './tfjs-node.mjs';

const scratch = await mkdtemp(join(tmpdir(), 'lexiscope-test-'));
const totals = { passed: 0, failed: 0, skipped: 0 };

const stages = {
  format: () => runScript(bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'),
  lint: () => runScript(bin('eslint', 'bin/eslint.js'), '.'),
  types: () => runScript('scripts/types.mjs'),
  build: () => runScript('scripts/build.mjs', '--clean', '--check'),
  unit: async () => {
    const tensorflow = await findTfjsNode();
    if (!tensorflow)
      console.log('There is no build of tfjs-node for this machine: the kernels are not compared with it.');
    return runTests('test/unit/**/*.test.ts', { minutes: 5, env: tensorflow ? { TFJS_NODE: tensorflow } : {} });
  },
  browser: async () => runTests('test/browser/**/*.test.ts', { minutes: 5, env: { CHROMIUM: await findChromium() } }),
  package: () => runScript('scripts/package.mjs'),
  integration: async () =>
    runTests('test/integration/**/*.test.ts', { minutes: 10, env: { CHROMIUM: await findChromium() } }),
};

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const chosen = values.only?.split(',') ?? Object.keys(stages);
const unknown = chosen.filter((name) => !Object.hasOwn(stages, name));
if (unknown.length) {
  console.error(`There is no stage ${unknown.join(', ')}; there are: ${Object.keys(stages).join(', ')}.`);
  process.exit(1);
}

const failed = [];
try {
  for (const name of chosen) {
    console.log(`\n== ${name} ==`);
    const start = performance.now();
    const ok = await stages[name]().catch((error) => {
      console.error(error.message);
      return false;
    });
    console.log(`${name}: ${ok ? 'ok' : 'FAILED'}, ${((performance.now() - start) / 1000).toFixed(1)} s`);
    if (!ok) failed.push(name);
    if (!ok && name === 'build') break; // there is nothing to test
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}
console.log(failed.length ? `\nFailed: ${failed.join(', ')}.` : '\nEvery stage passed.');
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = failed.length ? 1 : 0;

/** Runs one of our scripts or a tool on this Node. Gives whether it succeeded. */
async function runScript(path, ...args) {
  return spawnSync(process.execPath, [path, ...args], { cwd: root, stdio: 'inherit' }).status === 0;
}

/** Runs the test files that match on Node 24, each within `minutes`, and adds their tests to the totals. A run of no test has failed. */
async function runTests(pattern, { minutes, env }) {
  const countsFile = join(scratch, 'counts.json');
  await rm(countsFile, { force: true });
  const reporters = [
    ['spec', 'stdout'],
    [join(root, 'scripts/test-counts.mjs'), countsFile],
  ].flatMap(([reporter, destination]) => ['--test-reporter', reporter, '--test-reporter-destination', destination]);
  const run = spawnSync(await findNode24(), ['--test', `--test-timeout=${minutes * 60_000}`, ...reporters, pattern], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  const counts = JSON.parse(await readFile(countsFile, 'utf8'));
  for (const key of Object.keys(totals)) totals[key] += counts[key];
  if (counts.passed + counts.failed === 0) throw new Error(`No test matches ${pattern}.`);
  return run.status === 0;
}

/** The entry script of a tool among the dependencies. */
function bin(packageName, path) {
  return join(dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`)), path);
}
