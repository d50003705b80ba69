// A real VS Code without a desktop: code-server, which serves VS Code's own workbench over http,
// from the npm registry. Tests drive it with a headless browser; `npm start` opens it for people
// whose machine has no VS Code.
import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installOnce, npmInstall, root, run } from './install.mjs';
import { findNode24 } from './node.mjs';

const VERSION = '4.139.1'; // VS Code 1.139.1; wants Node 24

/**
 * Settings of a profile that shows nothing of its own accord: no welcome page, no questions, no
 * chat, no animation.
 * @type {Record<string, unknown>}
 */
export const quietSettings = {
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'editor.hover.delay': 100,
  'editor.wordBasedSuggestions': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.hotExit': 'off',
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'window.commandCenter': false,
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/**
 * Installs the server into .cache/vscode-server, once: about 800 MB, nothing compiled. Gives that
 * folder.
 */
export async function installVSCodeServer() {
  return installOnce('vscode-server', [`code-server@${VERSION}`], async (folder) => {
    // what code-server's install script does, less the native modules that it compiles
    const vscode = join(folder, 'node_modules/code-server/lib/vscode');
    await npmInstall(vscode);
    await npmInstall(join(vscode, 'extensions'));
    await cp(join(root, 'scripts/spdlog.cjs'), join(vscode, 'node_modules/@vscode/spdlog/index.js'));
    // it would end the extension host after its server; VSCodeServer.stop() does
    await writeFile(join(vscode, 'node_modules/@vscode/native-watchdog/index.js'), 'exports.start = () => {};\n');
  });
}

/**
 * @typedef {import('node:stream').Readable} Readable
 * @typedef {import('node:child_process').ChildProcessByStdio<null, Readable, Readable>} Piped
 */

/** A running server. It ends with `stop()`, or when this process ends or is interrupted. */
export class VSCodeServer {
  /** http://127.0.0.1:PORT */
  url = '';
  /** What the server printed. */
  log = '';
  /**
   * Resolves when the server has ended of its own accord.
   * @type {Promise<void>}
   */
  ended = new Promise(() => undefined);
  #folder = '';
  #temporary = false;
  /** @type {Piped | undefined} */
  #process;
  /** @type {Promise<void> | undefined} */
  #exited;
  #stopping = false;

  /**
   * Installs what is missing and starts a server with `extensions` (paths of .vsix files). Its
   * profile (settings, extensions, workspace storage) is in the folder `profile`, whose settings
   * stay as they are once written, or in a temporary folder that `stop()` removes. Resolves once it
   * listens. `env` is added to the environment, the extension host's included.
   * @param {{
   *   profile?: string,
   *   settings?: Record<string, unknown>,
   *   extensions?: string[],
   *   env?: Record<string, string>,
   * }} options
   */
  static async start({ profile, settings = quietSettings, extensions = [], env = {} } = {}) {
    const server = new VSCodeServer();
    server.#temporary = profile === undefined;
    server.#folder = profile ?? (await mkdtemp(join(tmpdir(), 'lexiscope-vscode-')));
    try {
      await server.#start(settings, extensions, env);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** The process from which the extension host, and what that starts, descend. */
  get pid() {
    return /** @type {number} */ (this.#process?.pid);
  }

  /**
   * The address of a window that shows `folder`.
   * @param {string} folder
   */
  window(folder) {
    return `${this.url}/?folder=${encodeURIComponent(folder).replaceAll('%2F', '/')}`;
  }

  /** Ends the server and everything it started, and removes its temporary folder. */
  async stop() {
    process.off('exit', this.#endAtOnce);
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, this.#interrupted);
    if (this.#process?.pid) {
      this.#stopping = true;
      this.#signal('SIGTERM');
      const patience = setTimeout(() => this.#signal('SIGKILL'), 5000);
      await this.#exited;
      clearTimeout(patience);
      this.#signal('SIGKILL'); // whatever is left of its process group
    }
    if (this.#temporary) await rm(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  /**
   * @param {Record<string, unknown>} settings
   * @param {string[]} extensions
   * @param {Record<string, string>} env
   */
  async #start(settings, extensions, env) {
    const node = await findNode24();
    const entry = join(await installVSCodeServer(), 'node_modules/code-server/out/node/entry.js');
    const folder = this.#folder;
    const config = join(folder, 'config.yaml');
    await mkdir(join(folder, 'user/User'), { recursive: true });
    const settingsFile = join(folder, 'user/User/settings.json'); // the browser's user settings, too
    if (!existsSync(settingsFile)) await writeFile(settingsFile, JSON.stringify(settings, null, 2));
    await writeFile(config, 'bind-addr: 127.0.0.1:0\nauth: none\ncert: false\n');
    const profileArgs = [
      entry,
      '--config',
      config,
      '--user-data-dir',
      join(folder, 'user'),
      '--extensions-dir',
      join(folder, 'extensions'),
    ];
    /** @type {NodeJS.ProcessEnv} */
    const environment = {
      ...cleanEnvironment(),
      EXTENSIONS_GALLERY: '{}',
      XDG_DATA_HOME: join(folder, 'data'),
      ...env,
    };
    if (this.#temporary) {
      environment.HOME = folder;
      delete environment.XDG_RUNTIME_DIR;
      // sockets and temporary files; elsewhere than on Linux the path would be too long for a
      // socket
      if (process.platform === 'linux') environment.TMPDIR = join(folder, 'tmp');
      await mkdir(join(folder, 'tmp'));
    }
    for (const vsix of extensions) {
      const said = await run(node, [...profileArgs, '--install-extension', vsix, '--force'], { env: environment });
      if (!said.includes('successfully installed')) throw new Error(`${vsix} was not installed:\n${said}`);
    }
    const quiet = [
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-getting-started-override',
      '--disable-proxy',
    ];
    // a process group of its own, so that stop() reaches the extension host and whatever that
    // starts
    const server = spawn(node, [...profileArgs, ...quiet], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#process = server;
    process.once('exit', this.#endAtOnce);
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, this.#interrupted);
    this.#exited = new Promise((resolve) => server.once('exit', () => resolve()));
    this.ended = new Promise((resolve) => server.once('exit', () => this.#stopping || resolve()));
    this.url = await new Promise((resolve, reject) => {
      const fail = (/** @type {string} */ reason) =>
        reject(new Error(`The VS Code server ${reason}:\n${this.log.trim()}`));
      const tooLate = setTimeout(() => fail('does not listen after 60 s'), 60_000);
      const read = (/** @type {Buffer} */ data) => {
        this.log += String(data);
        const url = /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(this.log)?.[1];
        if (url) resolve(url);
        if (url) clearTimeout(tooLate);
      };
      server.stdout.on('data', read);
      server.stderr.on('data', read);
      server.once('error', reject);
      server.once('exit', (code) => {
        clearTimeout(tooLate);
        fail(`ended with ${code}`);
      });
    });
  }

  /** @param {NodeJS.Signals} signal */
  #signal(signal) {
    if (this.#process?.pid === undefined) return;
    try {
      process.kill(-this.#process.pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error; // nobody is left
    }
  }

  #interrupted = (/** @type {NodeJS.Signals} */ signal) => {
    void this.stop().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  };

  #endAtOnce = () => {
    this.#signal('SIGKILL');
    if (this.#temporary) rmSync(this.#folder, { recursive: true, force: true });
  };
}

/**
 * The environment less what would make the server believe that it runs inside a VS Code, an npm or
 * a test.
 */
function cleanEnvironment() {
  const foreign =
    /^(VSCODE_|CODE_SERVER_|ELECTRON_|npm_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|PORT$|PASSWORD$|HASHED_PASSWORD$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}
