// npm test                               every check of the project, in this order; counts the tests
// npm test -- --only build,unit          these stages only; what they need must have been built
// A stage that fails does not keep the others from running, so that one run shows all that is
// wrong.
import { parseArgs } from 'node:util';
import { findChromium } from './chromium.mjs';
import { checkFormat, lint, runScript, runTests } from './run.mjs';
import { findTfjsNode } from './tfjs-node.mjs';

const totals = { passed: 0, failed: 0, skipped: 0 };

/** @type {Record<string, () => Promise<boolean>>} */
const stages = {
  format: () => checkFormat(['.']),
  lint: () => lint(['.']),
  types: () => runScript('scripts/types.mjs'),
  build: () => runScript('scripts/build.mjs', '--clean', '--check'),
  unit: async () => {
    const tensorflow = await findTfjsNode();
    if (!tensorflow)
      console.log('There is no build of tfjs-node for this machine: the kernels are not compared with it.');
    return counted('test/unit/**/*.test.ts', { minutes: 5, env: tensorflow ? { TFJS_NODE: tensorflow } : {} });
  },
  browser: async () => counted('test/browser/**/*.test.ts', { minutes: 5, env: { CHROMIUM: await findChromium() } }),
  package: () => runScript('scripts/package.mjs'),
  integration: async () =>
    counted('test/integration/**/*.test.ts', { minutes: 10, env: { CHROMIUM: await findChromium() } }),
};

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const chosen = values.only?.split(',') ?? Object.keys(stages);
const unknown = chosen.filter((name) => !Object.hasOwn(stages, name));
if (unknown.length) {
  console.error(`There is no stage ${unknown.join(', ')}; there are: ${Object.keys(stages).join(', ')}.`);
  process.exit(1);
}

const failed = [];
for (const name of chosen) {
  console.log(`\n== ${name} ==`);
  const start = performance.now();
  const ok = await stages[name]?.().catch((error) => {
    console.error(error.message);
    return false;
  });
  console.log(`${name}: ${ok ? 'ok' : 'FAILED'}, ${((performance.now() - start) / 1000).toFixed(1)} s`);
  if (!ok) failed.push(name);
  if (!ok && name === 'build') break; // there is nothing to test
}
console.log(failed.length ? `\nFailed: ${failed.join(', ')}.` : '\nEvery stage passed.');
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = failed.length ? 1 : 0;

/**
 * Runs the tests that match and adds them to the totals.
 * @param {string} pattern
 * @param {{ minutes: number, env?: Record<string, string> }} options
 */
async function counted(pattern, options) {
  const { ok, counts } = await runTests([pattern], options);
  totals.passed += counts.passed;
  totals.failed += counts.failed;
  totals.skipped += counts.skipped;
  return ok;
}
