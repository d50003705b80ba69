// One name, one type: the name of an exported type of src or media is not that of any other type
// there.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readTexts } from '../helpers/imports.ts';
import { sharedNames } from '../helpers/type-names.ts';

test('no two types share a name of which one is exported', async () => {
  const texts = await readTexts(new URL('../../', import.meta.url), ['src', 'media']);
  assert.ok(texts.size > 200, `expected the sources, got ${texts.size} files`);
  assert.deepEqual(sharedNames(texts), []);
});

describe('a shared name', () => {
  const shared = (a: string, b: string) =>
    sharedNames(
      new Map([
        ['room/a.ts', a],
        ['b.ts', b],
      ]),
    );

  test('is found among interfaces, aliases, classes and enums', () => {
    const kinds = ['interface A {}', 'type A = 1;', 'class A {}', 'enum A {}', 'abstract class A {}'];
    for (const one of kinds) {
      for (const other of kinds) {
        assert.deepEqual(shared(`export ${one}`, `export ${other}`), ['A: room/a.ts, b.ts'], `${one} ${other}`);
        assert.deepEqual(shared(`export ${one}`, other), ['A: room/a.ts, b.ts'], `${one} ${other}`);
      }
    }
    assert.deepEqual(shared('class A {} export { A };', 'interface A {}'), ['A: room/a.ts, b.ts']);
    assert.deepEqual(shared('class A {} export default A;', 'interface A {}'), ['A: room/a.ts, b.ts']);
  });

  test('is none where nothing is exported, or where a type is handed on', () => {
    assert.deepEqual(shared('interface A {}', 'interface A {}'), []);
    assert.deepEqual(shared('export interface A {}', "export type { A } from './room/a.ts';"), []);
    assert.deepEqual(shared('export interface A {}', "import type { A } from './room/a.ts'; export type { A };"), []);
    assert.deepEqual(
      shared('export interface A {}', 'export interface B { A: 1 } const A = 1; function f() { type A = 1; }'),
      [],
    );
  });
});
