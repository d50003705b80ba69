// What TypeScript knows of the kernels against the compiled modules: the build writes it, and
// nobody edits it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import ts from 'typescript';
import * as languageModel from '../../src/kernel-interfaces/language-model.ts';
import { KERNELS } from '../../src/kernel-interfaces/names.ts';
import * as similarity from '../../src/kernel-interfaces/similarity.ts';
import * as text from '../../src/kernel-interfaces/text.ts';
import * as word2vec from '../../src/kernel-interfaces/word2vec.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

const CONSTANTS: Record<(typeof KERNELS)[number], Record<string, unknown>> = {
  'language-model': languageModel,
  similarity,
  text,
  word2vec,
};

for (const name of KERNELS) {
  describe(`the interface of ${name}`, () => {
    for (const variant of ['simd', 'relaxed-simd']) {
      test(`has the functions and the constants of the module (${variant})`, async () => {
        const bytes = await readFile(new URL(`kernels/${name}.${variant}.wasm`, DISTRIBUTION));
        const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
        const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
          env: { memory, sleep: () => undefined },
        });
        const functions: Record<string, number> = {};
        const constants: Record<string, unknown> = {};
        for (const [exportedAs, exported] of Object.entries(exports)) {
          if (typeof exported === 'function') functions[exportedAs] = exported.length;
          else if (exported instanceof WebAssembly.Global) constants[exportedAs] = exported.value;
        }
        const known = Object.entries(CONSTANTS[name]).filter(([, value]) => typeof value === 'number');
        assert.deepEqual(Object.fromEntries(known.filter(([exportedAs]) => exportedAs in constants)), constants);
        assert.deepEqual(await declaredFunctions(name), functions);
      });
    }
  });
}

test('the layout of a class has every field, where the fields before it end', () => {
  const offsets = Object.values(word2vec.SETTINGS);
  assert.deepEqual(
    offsets,
    offsets.map((_, index) => 4 * index), // all have 32 bits
  );
  assert.equal(word2vec.SETTINGS_BYTES, 4 * offsets.length);
});

/** How many parameters each function has. */
async function declaredFunctions(name: string): Promise<Record<string, number>> {
  const path = new URL(`../../src/kernel-interfaces/${name}.ts`, import.meta.url);
  const { statements } = ts.createSourceFile(name, await readFile(path, 'utf8'), ts.ScriptTarget.Latest);
  const members = statements
    .filter((statement) => ts.isInterfaceDeclaration(statement))
    .flatMap(({ members }) => members);
  return Object.fromEntries(
    members.filter(ts.isPropertySignature).map(({ name, type }) => {
      assert.ok(ts.isIdentifier(name) && type && ts.isFunctionTypeNode(type));
      return [name.text, type.parameters.length];
    }),
  );
}
