// The bundles, our code and that of their dependencies, against the oldest Node that the manifest
// promises. Needs dist/. Of our own code the types are a second check: tsconfig.json names the
// library, package.json the types of that Node.

import { ESLint } from 'eslint';
import esX from 'eslint-plugin-es-x';
import n from 'eslint-plugin-n';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };
import { findNode } from '../../scripts/node.mjs';
import { DISTRIBUTION } from '../helpers/distribution.ts';

/** Rules that would forbid what may stay. */
const ALLOWED = [
  // Node 20 has them
  'es-x/no-resizable-and-growable-arraybuffers',
  // methods of iterators from Node 22 on whose names arrays, and objects of ours, have as well; the
  // types see them
  ...['every', 'filter', 'find', 'flatmap', 'foreach', 'map', 'reduce', 'some', 'take'].map(
    (name) => `es-x/no-iterator-prototype-${name}`,
  ),
];

/** What came to JavaScript after ES2023; Node 20.19 has hardly anything of it. */
const configs = esX.configs as unknown as Record<string, { rules: object }>;
const language = Object.keys(configs)
  .filter((name) => /^flat\/no-new-in-es(202[4-9]|20[3-9]\d|next)/.test(name))
  .flatMap((name) => Object.keys(configs[name]!.rules))
  .filter((rule) => !ALLOWED.includes(rule));

const eslint = new ESLint({
  cwd: fileURLToPath(DISTRIBUTION),
  overrideConfigFile: true,
  allowInlineConfig: false,
  overrideConfig: {
    files: ['**/*.mjs', '**/*.cjs'],
    plugins: { n, 'es-x': esX } as unknown as Record<string, ESLint.Plugin>,
    // methods are known by their names, since nothing is known of the types; `x.y?.()` and `if
    // (x.y)` may be missing
    settings: { 'es-x': { aggressive: true, allowTestedProperty: true } },
    rules: {
      ...Object.fromEntries(language.map((rule) => [rule, 'error' as const])),
      'n/no-unsupported-features/node-builtins': [
        'error',
        // there, if experimental
        { version: manifest.engines.node, ignores: ['crypto.hash', 'zlib.crc32'] },
      ],
      'n/no-unsupported-features/es-builtins': ['error', { version: manifest.engines.node }],
    },
  },
});

async function problems(text: string, filePath: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath });
  return result!.messages.map(({ ruleId, message }) => `${ruleId ?? 'parser'}: ${message}`);
}

describe('the oldest Node that is promised', () => {
  test('has all that the bundles use', async () => {
    const bundles = (await readdir(DISTRIBUTION)).filter((name) => /\.[cm]js$/.test(name));
    assert.ok(bundles.length >= 6, bundles.join(' '));
    for (const name of bundles)
      assert.deepEqual(await problems(await readFile(new URL(name, DISTRIBUTION), 'utf8'), name), [], name);
  });

  test('lacks what the check finds', async () => {
    const newer = [
      'buffer.transfer(0);',
      'const { promise } = Promise.withResolvers();',
      'Object.groupBy(words, (word) => word.length);',
      'new Set(a).union(new Set(b));',
      'words.values().toArray();',
      'Array.fromAsync(files);',
      '{ using file = open(); }',
      "import { glob } from 'node:fs/promises'; glob('*');",
      "import { styleText, getCallSites } from 'node:util'; getCallSites();",
      "import { constants, createZstdCompress } from 'node:zlib'; createZstdCompress();",
    ];
    for (const code of newer) assert.ok((await problems(code, 'newer.mjs')).length >= 1, code);
    assert.deepEqual(await problems('buffer.transfer?.(0); words.map(String).toSorted();', 'older.mjs'), []);
  });

  test('is what the types are of', async () => {
    const types = JSON.parse(
      await readFile(new URL('../node_modules/@types/node/package.json', DISTRIBUTION), 'utf8'),
    ) as typeof manifest;
    const version = /^>=(\d+\.\d+)$/.exec(manifest.engines.node)?.[1];
    assert.ok(version && types.version.startsWith(`${version}.`), types.version);
  });

  test('is asked for in one sentence by an older one', async (context) => {
    const node = await findNode(18);
    if (!node) {
      context.skip('There is no Node 18 on this machine and no package for it.');
      return;
    }
    for (const words of [['train', 'text', '--out', 'model'], ['--help'], []]) {
      const { code, out, err } = await run(node, words);
      assert.match(err, /^Lexiscope needs Node \d+\.\d+ or later; this is Node 18\.\d+\.\d+\.\n$/);
      assert.deepEqual([code, out], [1, '']);
    }
  });
});

function run(node: string, words: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(node, [fileURLToPath(new URL('lexiscope.mjs', DISTRIBUTION)), ...words], (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}
