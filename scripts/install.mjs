// Installs packages of the npm registry into a folder of .cache/, once: what only tests and `npm
// start` need stays out of package.json, whose dependencies every contributor installs.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const cache = join(root, '.cache');

/**
 * Gives .cache/NAME with `packages` (name@version) in its node_modules. Installs them where the
 * folder is missing: beside it first, then `finish(folder)`, then renamed, so that an interrupted
 * or a concurrent install leaves nothing half done.
 * @param {string} name
 * @param {string[]} packages
 * @param {(folder: string) => Promise<void>} finish
 */
export async function installOnce(name, packages, finish = () => Promise.resolve()) {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  const unfinished = join(cache, `${name}.${process.pid}`);
  try {
    await mkdir(unfinished, { recursive: true });
    await npmInstall(unfinished, ...packages);
    await finish(unfinished);
    await rename(unfinished, folder).catch((error) => {
      if (!existsSync(folder)) throw error; // another process was faster: its folder is as good
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}

/**
 * `npm install` in `folder`, without install scripts. Throws with what npm said.
 * @param {string} folder
 * @param {string[]} args
 */
export async function npmInstall(folder, ...args) {
  const npm = process.env.npm_execpath;
  /** @type {[string, string[]]} */
  const [command, first] = npm && basename(npm).startsWith('npm') ? [process.execPath, [npm]] : ['npm', []];
  const options = ['--prefix', folder, '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await run(command, [...first, 'install', ...options, ...args], { cwd: folder });
}

/**
 * Runs a program to its end, silently. Gives what it said; throws with that if it fails.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (data) => (said += data));
    child.stderr.on('data', (data) => (said += data));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(said);
      else reject(new Error(`${[basename(command), ...args].join(' ')} ended with ${signal ?? code}:\n${said.trim()}`));
    });
  });
}
