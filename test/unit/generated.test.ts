// What `npm run generate` writes is up to date, and the catalogue of sentences is complete.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { generated } from '../../scripts/generate.mjs';
import { textsIn } from '../../scripts/translated-texts.mjs';

test('package.json, its texts, docs/settings.md and the catalogue are those of the sources: else `npm run generate`', async () => {
  const files = await generated();
  assert.deepEqual(Object.keys(files), [
    'package.json',
    'package.nls.json',
    'docs/settings.md',
    'l10n/bundle.l10n.json',
  ]);
  for (const [path, text] of Object.entries(files)) {
    assert.equal(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8'), text, path);
  }
});

test('the sentences of a source are the first arguments of l10n.t, whoever it belongs to', () => {
  const source =
    "l10n.t('One {0}', 1); vscode.l10n.t(\n  \"It's two\"); other.t('no'); // l10n.t('no')\n`${l10n.t(`three`)}`";
  assert.deepEqual(textsIn('a.ts', source), ['One {0}', "It's two", 'three']);
  for (const text of ["'a' + b", 'name', '`a ${b}`', "on ? 'a' : 'b'"]) {
    assert.throws(() => textsIn('a.ts', `\n l10n.t(${text})`), /a\.ts:2: the text of l10n\.t must be one literal/);
  }
});
