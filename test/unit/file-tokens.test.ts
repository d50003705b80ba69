import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileTokens } from '../../src/engine/show-tokens.ts';
import type { FileContent, FileTokens } from '../../src/protocol/engine.ts';
import { TEXT_DEFAULTS } from '../../src/text/options.ts';
import { ENCODERS } from './legacy-encoders.ts';

let root: string;
before(async () => (root = await mkdtemp(join(tmpdir(), 'file-tokens-'))));
after(() => rm(root, { recursive: true, force: true }));

const shown = (name: string, content: FileContent = {}): Promise<FileTokens> =>
  fileTokens(join(root, name), TEXT_DEFAULTS, content, () => 0);

const wordsOf = ({ text, tokens }: FileTokens): string[] =>
  Array.from({ length: tokens.length / 3 }, (_, at) => text.slice(tokens[3 * at], tokens[3 * at + 1]));

test('files.encoding decides where the bytes tell too little', async () => {
  const text = '한국';
  const bytes = ENCODERS['euc-kr']!(text); // four bytes are text in many encodings
  await writeFile(join(root, 'short.txt'), bytes);
  for (const content of [{}, { bytes }]) {
    const korean = await shown('short.txt', { ...content, encoding: 'euckr' });
    assert.deepEqual([korean.encoding, wordsOf(korean)], ['euc-kr', [text]]);
    const chinese = await shown('short.txt', { ...content, encoding: 'gb18030' });
    assert.deepEqual([chinese.encoding, wordsOf(chinese)].flat().includes(text), false);
    assert.equal(chinese.encoding, 'gb18030');
  }
});

test('UTF-8 and a byte order mark count before files.encoding, and an editor’s text before both', async () => {
  await writeFile(join(root, 'utf8.txt'), '한국은 크다');
  assert.deepEqual(wordsOf(await shown('utf8.txt', { encoding: 'euckr' })), ['한국은', '크다']);
  const marked = Buffer.from('\ufeff한국', 'utf16le');
  assert.deepEqual(wordsOf(await shown('utf8.txt', { bytes: marked, encoding: 'euckr' })), ['한국']);
  const unsaved = await shown('not-there.txt', { text: 'not saved', encoding: 'euckr' });
  assert.deepEqual([unsaved.encoding, wordsOf(unsaved)], [null, ['not', 'saved']]);
});

test('what is no text, too large or not there is said in a sentence', async () => {
  await assert.rejects(shown('a.bin', { bytes: Uint8Array.of(0, 1, 2, 3) }), { message: 'a.bin is not a text file.' });
  await assert.rejects(shown('a.txt', { text: 'x'.repeat(20_000_001) }), /a\.txt is too large to be shown: 20\.0 MB\./);
  await assert.rejects(shown('none.txt'), /none\.txt/);
});
