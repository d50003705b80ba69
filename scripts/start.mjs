// npm start -- FOLDER: builds, and opens FOLDER (this project's own folder where none is given) in
// VS Code with the extension loaded: in the desktop's `code`, or, where there is none, in a VS Code
// server. Runs until Ctrl-C.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildAll } from './build.mjs';
import { cache, root } from './install.mjs';
import { packageExtension } from './package.mjs';
import { installVSCodeServer, VSCodeServer } from './vscode-server.mjs';

/**
 * A new profile in the server: its welcome pages are not ours to show; workspace trust works as on
 * the desktop.
 */
const settings = {
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
};

try {
  const argument = process.argv[2];
  // npm changes to the project's folder, and says where the user was
  const folder = argument === undefined ? root : resolve(process.env.INIT_CWD ?? '.', argument);
  if (!existsSync(folder)) throw new Error(`There is no folder ${folder}.`);
  if (!statSync(folder).isDirectory()) throw new Error(`${folder} is not a folder.`);
  await (hasDesktop() ? openDesktop(folder) : openServer(folder));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

function hasDesktop() {
  return spawnSync('code', ['--version'], { stdio: 'ignore', shell: process.platform === 'win32' }).status === 0;
}

/** @param {string} folder */
async function openDesktop(folder) {
  console.log('Building, then opening VS Code.');
  await buildAll({ development: true });
  const windows = process.platform === 'win32'; // where `code` is a batch file
  const quoted = (/** @type {string} */ path) => (windows ? `"${path}"` : path);
  const args = [`--extensionDevelopmentPath=${quoted(root)}`, '--new-window', '--wait', quoted(folder)];
  const code = spawn('code', args, { stdio: 'inherit', shell: windows });
  process.exitCode = await new Promise((resolve, reject) => {
    code.once('error', reject);
    code.once('exit', resolve);
  });
}

/** @param {string} folder */
async function openServer(folder) {
  if (!existsSync(join(cache, 'vscode-server'))) {
    console.log('There is no `code` on the PATH: installing a VS Code server into .cache (800 MB, this once).');
    await installVSCodeServer();
  }
  const vsix = await packageExtension();
  // the profile stays, and with it the models that were trained in it
  const server = await VSCodeServer.start({ profile: join(cache, 'start'), settings, extensions: [vsix] });
  console.log('VS Code with Lexiscope is at');
  console.log(server.window(folder));
  console.log('Ctrl-C ends it.');
  await server.ended;
  throw new Error(`The VS Code server ended:\n${server.log.trim()}`);
}
