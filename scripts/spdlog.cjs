// Stands in for @vscode/spdlog in the VS Code server: the native module would have to be compiled
// (20 s), and all it does there is append lines to log files, output channels among them.
const { appendFileSync, mkdirSync } = require('node:fs');
const { dirname } = require('node:path');

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'critical'];

class Logger {
  #level = LEVELS.indexOf('info');
  #plain = false;
  /** @type {string | undefined} */
  #path;

  /**
   * @param {string} _type
   * @param {string} _name
   * @param {string} path
   */
  constructor(_type, _name, path) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    const methods = LEVELS.map((name, level) => [
      name,
      (/** @type {string} */ message) => this.#append(level, name, message),
    ]);
    Object.assign(this, Object.fromEntries(methods));
  }

  /**
   * @param {number} level
   * @param {string} name
   * @param {string} message
   */
  #append(level, name, message) {
    if (level < this.#level || this.#path === undefined) return;
    try {
      appendFileSync(this.#path, this.#plain ? message : `${new Date().toISOString()} [${name}] ${message}\n`);
    } catch {
      this.#path = undefined; // the folder was removed under a server that is stopping
    }
  }

  getLevel() {
    return this.#level;
  }
  /** @param {number} level */
  setLevel(level) {
    this.#level = level;
  }
  setPattern() {}
  clearFormatters() {
    this.#plain = true;
  }
  flush() {}
  drop() {
    this.#path = undefined;
  }
}

// one assignment each: an ES module imports them by name, which Node finds out from the source
exports.version = 11500;
exports.Logger = Logger;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
/**
 * @param {string} name
 * @param {string} path
 */
exports.createRotatingLogger = async (name, path) => new Logger('rotating', name, path);
/**
 * @param {string} name
 * @param {string} path
 */
exports.createAsyncRotatingLogger = async (name, path) => new Logger('rotating_async', name, path);
