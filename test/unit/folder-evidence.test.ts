// A file of a word or two is read in the encoding of the files beside it, and what cannot be told
// is said.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { textsOf } from '../../src/engine/files/decoded-files.ts';
import { FolderEvidence, othersInFolder, witnessesOf } from '../../src/engine/files/folder-evidence.ts';
import { sharesOf } from '../../src/engine/reading/divide-work.ts';
import { findTexts } from '../../src/engine/reading/found-texts.ts';
import { reportOf } from '../../src/engine/reading/reading-notes.ts';
import { ENCODERS } from './legacy-encoders.ts';

const root = await mkdtemp(join(tmpdir(), 'lexiscope-evidence-'));
after(() => rm(root, { recursive: true }));

/** Files by their names, in EUC-KR but those of the folder `western`. */
const WRITTEN: Record<string, string> = {
  'korean/a.c': '// 파일 목록을 읽는다\n',
  'korean/b.c': '// 끝\n',
  'korean/c.c': '// 메모리를 해제한다\n',
  'korean/d.c': 'int plain;\n',
  'western/b.c': '// Größe und Länge\n',
  'western/c.c': '// é\n',
};
for (const [name, text] of Object.entries(WRITTEN)) {
  await mkdir(join(root, name, '..'), { recursive: true });
  await writeFile(join(root, name), ENCODERS[name.startsWith('korean') ? 'euc-kr' : 'windows-1252']!(text));
}
const found = (await findTexts([{ path: root, exclude: [] }], { maximumFileSize: 1e6 }, [], () => false))!;

/** By name without the root's: encoding, text, whether it is a guess. */
async function readAll(parts: readonly (typeof found)[]) {
  const read: Record<string, { encoding: string; guessed: boolean; text: string }> = {};
  for (const { files, witnesses } of parts) {
    for (const { file, pieces } of textsOf(files, new Set(), null, witnesses)) {
      for await (const { encoding, guessed, text } of pieces) {
        const name = file.name.slice(file.name.indexOf('/') + 1);
        read[name] = { encoding, guessed, text: typeof text === 'string' ? text : Buffer.from(text).toString() };
      }
    }
  }
  return read;
}

test('a syllable is read in the encoding of its folder, which another folder does not change', async () => {
  const read = await readAll([found]);
  assert.deepEqual(read['korean/b.c'], { encoding: 'euc-kr', guessed: false, text: '// 끝\n' });
  assert.equal(read['western/c.c']!.text, '// é\n');
});

test('whichever thread reads it', async () => {
  for (let at = 1; at < found.files.length; at++) {
    const parts = [found.files.slice(0, at), found.files.slice(at)].map((files) => ({
      ...found,
      files,
      witnesses: witnessesOf(files, found.files),
    }));
    assert.deepEqual(await readAll(parts), await readAll([found]), `parted at ${at}`);
  }
  for (const part of sharesOf(found, 4)) assert.deepEqual(part.witnesses, []);
  // what was known from the time before bears witness, too
  const fresh = found.files.filter(({ name }) => name.endsWith('korean/b.c'));
  const witnesses = witnessesOf(fresh, found.files);
  assert.deepEqual(
    witnesses.map(({ name }) => name.split('/').at(-1)),
    ['a.c', 'c.c', 'd.c'],
  );
  const [share] = sharesOf({ ...found, files: fresh, witnesses }, 2);
  assert.deepEqual(share!.witnesses, witnesses);
});

test('a file that is looked at by itself has the same witnesses', () => {
  const place = found.files.findIndex(({ name }) => name.endsWith('korean/b.c'));
  const evidence = new FolderEvidence(found.files).othersOf(found.files[place]!);
  assert.equal(evidence.length, 2);
  assert.deepEqual(othersInFolder(join(root, 'korean/b.c')), evidence);
  assert.deepEqual(othersInFolder(join(root, 'nowhere/b.c')), []);
});

test('a name of an encoding that nobody knows is told', async () => {
  const folder = { path: root, exclude: [], encoding: 'nosuch' };
  const { notes } = (await findTexts([folder], { maximumFileSize: 1e6 }, [], () => false))!;
  assert.deepEqual(reportOf(notes).unknownEncodings, ['nosuch']);
});
