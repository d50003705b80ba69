// What `npm test` and `npm run check` share: how a tool and how tests are run.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './install.mjs';
import { findNode24 } from './node.mjs';

const tools = {
  prettier: bin('prettier', 'bin/prettier.cjs'),
  eslint: bin('eslint', 'bin/eslint.js'),
};

/**
 * Runs one of our scripts on this Node. Gives whether it succeeded.
 * @param {string} path
 * @param {string[]} args
 */
export async function runScript(path, ...args) {
  return spawnSync(process.execPath, [path, ...args], { cwd: root, stdio: 'inherit' }).status === 0;
}

/** @param {string[]} files or folders */
export function checkFormat(files) {
  return runScript(tools.prettier, '--check', '--log-level', 'warn', '--ignore-unknown', ...files);
}

/** @param {string[]} files or folders */
export function lint(files) {
  return runScript(tools.eslint, '--no-warn-ignored', ...files);
}

/**
 * Runs test files on Node 24, each within `minutes`. Throws if there is no test in them.
 * @param {string[]} patterns
 * @param {{ minutes: number, env?: Record<string, string> }} options
 */
export async function runTests(patterns, { minutes, env = {} }) {
  const scratch = await mkdtemp(join(tmpdir(), 'lexiscope-test-'));
  try {
    const countsFile = join(scratch, 'counts.json');
    const reporters = [
      ['spec', 'stdout'],
      [join(root, 'scripts/test-counts.mjs'), countsFile],
    ].flatMap(([reporter, destination]) => [
      `--test-reporter=${reporter}`,
      `--test-reporter-destination=${destination}`,
    ]);
    const options = ['--test', `--test-timeout=${minutes * 60_000}`, ...reporters];
    const run = spawnSync(await findNode24(), [...options, ...patterns], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    /** @type {{ passed: number, failed: number, skipped: number }} */
    const counts = JSON.parse(await readFile(countsFile, 'utf8'));
    if (counts.passed + counts.failed === 0) throw new Error(`No test in ${patterns.join(', ')}.`);
    return { ok: run.status === 0, counts };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * The entry script of a tool among the dependencies.
 * @param {string} packageName
 * @param {string} path
 */
function bin(packageName, path) {
  return join(dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`)), path);
}
