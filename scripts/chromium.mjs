// Finds a Chromium for the tests, and says with which flags it runs headless, as root and without a
// network.
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './install.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const APPLICATIONS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * No requests of Chromium's own; WebGL2 by SwiftShader, so that a machine without a GPU draws the
 * same pixels.
 */
export const chromiumFlags = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), // its sandbox refuses to run as root
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];

/**
 * The path of a Chromium: $CHROMIUM, one that is installed, or, for root on Debian, one that apt
 * installs now (with a font for Korean).
 */
export async function findChromium() {
  if (process.env.CHROMIUM) {
    if (existsSync(process.env.CHROMIUM)) return process.env.CHROMIUM;
    throw new Error(`CHROMIUM is ${process.env.CHROMIUM}, where there is no file.`);
  }
  const installed = onPath() ?? APPLICATIONS.find((path) => existsSync(path));
  if (installed) return installed;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error('The browser tests need Chromium or Chrome: install one, or set CHROMIUM to its path.');
  }
  console.error('Installing Chromium with apt-get: the browser tests need it.');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update'], { env });
  await run('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'], { env });
  const path = onPath();
  if (!path)
    throw new Error(
      'apt-get installed the package chromium, but there is no chromium on the PATH; set CHROMIUM to its path.',
    );
  return path;
}

function onPath() {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of NAMES) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        continue; // not in this folder
      }
    }
  }
  return undefined;
}
