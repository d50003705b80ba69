// ESLint keeps comments at 100 columns, but does not read AssemblyScript.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTexts } from '../helpers/imports.ts';

test('lines of comments in the kernels have at most 100 columns', async () => {
  const texts = await readTexts(new URL('../../', import.meta.url), ['src/kernels']);
  assert.ok(texts.size > 20, `expected the kernels, got ${texts.size} files`);
  const long = [...texts].flatMap(([file, text]) =>
    text
      .split('\n')
      .map((line, index) => ({ line, place: `${file}:${index + 1}` }))
      .filter(({ line }) => /^\s*(\/\/|\/?\*)/.test(line) && line.length > 100)
      .map(({ place }) => place),
  );
  assert.deepEqual(long, []);
});
