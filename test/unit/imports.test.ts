// What imports what in src and media, types too: no circles, so that every file can be read after
// those that it builds on.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { circlesOf, importsOf, readImports } from '../helpers/imports.ts';

const ROOT = new URL('../../', import.meta.url);

test('no file imports itself by way of others', async () => {
  const imports = await readImports(ROOT, ['src', 'media']);
  assert.ok(imports.size > 200, `expected the sources, got ${imports.size} files`);
  assert.deepEqual(
    circlesOf(imports).map((circle) => circle.join(' → ')),
    [],
  );
});

describe('a circle', () => {
  const circlesAmong = (texts: Record<string, string>) => circlesOf(importsOf(new Map(Object.entries(texts))));

  test('is found whatever kind of import closes it', () => {
    for (const back of [
      "import { a } from './a.ts';",
      "import './a.ts';",
      "import type { A } from './a.ts';",
      "import { type A } from './a.ts';",
      "import type * as all from './a.ts';",
      "export { a } from './a.ts';",
      "export type { A } from './a.ts';",
      "export * from './a.ts';",
      "const a = await import('./a.ts');",
      "type A = import('./a.ts').A;",
      "let a: typeof import('./a.ts');",
      "import { a } from '../room/a.ts';",
      "import { a } from './a';", // as AssemblyScript writes it
    ]) {
      const circles = circlesAmong({ 'room/a.ts': "import { b } from './b.ts';", 'room/b.ts': `export {};\n${back}` });
      assert.deepEqual(circles, [['room/a.ts', 'room/b.ts', 'room/a.ts']], back);
    }
  });

  test('is the shortest one of a group of files that all lead to each other', () => {
    const texts = {
      'a.ts': "import './b.ts';",
      'b.ts': "import './c.ts';",
      'c.ts': "import './a.ts'; import './b.ts';",
      'other/d.ts': "import './e.ts';",
      'other/e.ts': "import './d.ts'; import '../a.ts';",
    };
    assert.deepEqual(circlesAmong(texts), [
      ['b.ts', 'c.ts', 'b.ts'],
      ['other/d.ts', 'other/e.ts', 'other/d.ts'],
    ]);
  });

  test('is a file that imports itself', () => {
    assert.deepEqual(circlesAmong({ 'a.ts': "import type { A } from './a.ts';" }), [['a.ts', 'a.ts']]);
  });

  test('is not two ways to one file, a package, a comment or a text', () => {
    const texts = {
      'a.ts': "import './b.ts'; import './c.ts'; import 'node:fs';",
      'b.ts': "import './d.ts'; // import './a.ts'",
      'c.ts': "import './d.ts'; const text = `import './a.ts'`; const other = \"import './a.ts'\";",
      'd.ts': "import typescript from 'typescript';",
    };
    assert.deepEqual(circlesAmong(texts), []);
  });
});
