// @tensorflow/tfjs-node for the tests, if the download of its own install step is closed to us: an
// older build of it, libtensorflow included, that a package of the npm registry ships for another
// platform's functions (Linux on x64).
import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { installOnce } from './install.mjs';

const PACKAGE = 'tfjs-node-lambda-releases';
const VERSION = '1.6.1';
/** tfjs-node 2.7.0 with libtensorflow 1.15. */
const BUILD = 'nodejs12.x-tf2.7.0.br';

/**
 * A folder with @tensorflow/tfjs-node in its node_modules: .cache/tfjs-node, 370 MB; `null` if
 * there is no build for this machine.
 */
export async function findTfjsNode() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  return installOnce('tfjs-node', [`${PACKAGE}@${VERSION}`], async (folder) => {
    const archives = join(folder, 'node_modules', PACKAGE);
    const tar = spawn('tar', ['x', '-C', folder], { stdio: ['pipe', 'inherit', 'inherit'] });
    /** @type {Promise<void>} */
    const ended = new Promise((resolve, reject) => {
      tar.once('error', reject);
      tar.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`tar ended with ${code}`))));
    });
    await Promise.all([pipeline(createReadStream(join(archives, BUILD)), createBrotliDecompress(), tar.stdin), ended]);
    await rm(archives, { recursive: true });
  });
}
