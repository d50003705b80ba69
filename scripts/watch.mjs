// npm run watch: builds with source maps, and again what a change concerns, until Ctrl-C. A problem
// is one line, FILE:LINE:COLUMN: error: TEXT, which .vscode/tasks.json reads. Types are not
// checked: `npm run types`.
import { context } from 'esbuild';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { buildKernels, bundleOptions, copyStyles } from './build.mjs';
import { root } from './install.mjs';

/**
 * Milliseconds after a change in which others that belong to it may come: an editor writes a file
 * in several steps.
 */
const SETTLE = 100;

let running = 0;

/**
 * Says when a build begins and when all that were begun have ended.
 * @param {() => Promise<unknown>} work
 */
async function announced(work) {
  begin();
  try {
    await work();
  } catch (error) {
    console.log(problemOf(error));
  } finally {
    end();
  }
}

function begin() {
  if (running++ === 0) console.log('[watch] building');
}

function end() {
  if (--running === 0) console.log('[watch] built');
}

/**
 * The compiler of kernels says where a problem is after its text: `in
 * src/kernels/NAME.ts(LINE,COLUMN)`.
 * @param {unknown} error
 */
function problemOf(error) {
  const said = error instanceof Error ? error.message : String(error);
  const [, text, file, line, column] = /ERROR \w+: (.*)[^]*?in (.+?)\((\d+),(\d+)\)/.exec(said) ?? [];
  return text === undefined ? said : `${file}:${line}:${column}: error: ${text}`;
}

/**
 * Builds a bundle, and again after each change of what it holds. Resolves when it has been built
 * once.
 * @param {import('esbuild').BuildOptions} options
 */
async function watchBundle(options) {
  /** @type {(value?: unknown) => void} */
  let builtOnce;
  const once = new Promise((resolve) => (builtOnce = resolve));
  /** @type {import('esbuild').Plugin} */
  const announce = {
    name: 'announce',
    setup(build) {
      build.onStart(begin);
      build.onEnd((result) => {
        for (const message of result.errors) console.log(lineOf('error', message));
        for (const message of result.warnings) console.log(lineOf('warning', message));
        end();
        builtOnce();
      });
    },
  };
  const bundle = await context({ ...options, logLevel: 'silent', plugins: [announce] });
  await bundle.watch();
  await once;
}

/**
 * @param {string} severity
 * @param {import('esbuild').Message} message
 */
function lineOf(severity, { location, text }) {
  const place = location ? `${location.file}:${location.line}:${location.column + 1}: ` : '';
  return `${place}${severity}: ${text}`;
}

/**
 * Does the work after each change in a folder, one time after the other.
 * @param {string} folder
 * @param {() => Promise<unknown>} work
 */
function afterChange(folder, work) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  let done = Promise.resolve();
  watch(join(root, folder), { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => (done = done.then(() => announced(work))), SETTLE);
  });
}

await announced(() =>
  Promise.all([
    announced(buildKernels),
    announced(copyStyles),
    ...bundleOptions({ development: true }).map((options) => watchBundle(options)),
  ]),
);
afterChange('src/kernels', buildKernels);
afterChange('media/explorer', copyStyles);
