// A window whose folders are not all on the disk: one of a file system that an extension provides
// (memory-folder/), alone and beside one of the disk.

import { createVSIX } from '@vscode/vsce';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import manifest from '../../package.json' with { type: 'json' };
import { quietSettings, VSCodeServer } from '../../scripts/vscode-server.mjs';
import { syntheticText, TOPICS } from '../synthetic-text.ts';
import { launchBrowser, Workbench } from './workbench.ts';

const VSIX = fileURLToPath(new URL(`../../lexiscope-${manifest.version}.vsix`, import.meta.url));
const PROVIDER = fileURLToPath(new URL('memory-folder', import.meta.url));
const SETTINGS = { ...quietSettings, 'lexiscope.languageModel.enabled': false, 'editor.wordWrap': 'on' };
const TRAINING = 120_000;
/**
 * A word of the virtual folder only, one of a folder that it links to, and one of the disk only.
 */
const WORDS = { virtual: 'archipelago', linked: 'peninsula', disk: 'cathedral' };

let root: string;
let server: VSCodeServer;
let browser: Browser;
let window: Workbench;

before(async () => {
  if (!existsSync(VSIX)) throw new Error(`There is no ${VSIX}: run “npm run package” first.`);
  root = await mkdtemp(join(tmpdir(), 'lexiscope-virtual-'));
  const files: Record<string, string> = {
    '/book/.gitignore': 'draft-*\n',
    '/book/draft-1.txt': 'zeppelin '.repeat(500),
    '/book/hidden/a.txt': 'zeppelin '.repeat(500),
    '/book/left out/a.txt': 'swordfish '.repeat(500),
    '/shared/atlas/deep/coast.txt': `the ${WORDS.linked} of the sea and the harbour\n`.repeat(60),
    '/book/.env': 'PASSWORD=swordfish\n',
    '/book/my notes/서울 "1".txt': `${`the ${WORDS.virtual} of the sea and the harbour\n`.repeat(60)}${syntheticText(2000, 50)}`,
  };
  for (let chapter = 1; chapter <= 6; chapter++) files[`/book/chapter-${chapter}.txt`] = syntheticText(1300, chapter);
  const links = {
    '/book/linked': '/shared/atlas',
    '/book/circle': '/book',
    '/shared/atlas/same': '/shared/atlas/deep',
  };
  const list = join(root, 'memory.json');
  await writeFile(list, JSON.stringify({ files, links }));
  await mkdir(join(root, 'disk'));
  const sentence = `the ${WORDS.disk} of the king and the queen\n`;
  await writeFile(join(root, 'disk', 'on-the-disk.txt'), sentence.repeat(60) + syntheticText(1300, 77));
  const folders = [{ uri: 'memory:/book', name: 'book' }, { path: 'disk' }];
  const settings = { 'files.exclude': { '**/hidden': true }, 'lexiscope.exclude': ['left out/**'] };
  await writeFile(join(root, 'virtual.code-workspace'), JSON.stringify({ folders: folders.slice(0, 1), settings }));
  await writeFile(join(root, 'mixed.code-workspace'), JSON.stringify({ folders, settings }));
  const provider = join(root, 'memory-folder.vsix');
  await createVSIX({
    cwd: PROVIDER,
    packagePath: provider,
    dependencies: false,
    allowMissingRepository: true,
    skipLicense: true,
  });
  server = await VSCodeServer.start({
    extensions: [VSIX, provider],
    settings: SETTINGS,
    env: { LEXISCOPE_MEMORY_FOLDER: list },
  });
  browser = await launchBrowser();
});

after(async () => {
  await browser.close();
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

async function known(word: string): Promise<boolean> {
  await window.command('Lexiscope: Find Similar Words…');
  await (await window.quickInput()).fill(word);
  // the word at the cursor may be looked up first
  const row = await window.quickRow(new RegExp(`\\d\\.\\d{3} · \\d+×$|${word}.*is not a word that was learned`));
  await window.press('Escape');
  return !row.includes('is not a word');
}

for (const [name, figures] of [
  ['virtual', /\(9 files\)/],
  ['mixed', /\(10 files\)/],
] as const) {
  test(`a ${name} workspace is learned, and asked in its editors`, async () => {
    window = await Workbench.openWorkspace(
      browser,
      `${server.url}/?workspace=${encodeURIComponent(join(root, `${name}.code-workspace`))}`,
    );
    try {
      // a cancel while the file system does not answer
      await window.command('Memory Folder: Hang');
      await window.command('Lexiscope: Learn This Folder');
      const progress = await window.statusBar(/Lexiscope: words/, TRAINING);
      await sleep(1000); // by now it has asked
      await window.screenshot(`${name} workspace hanging`);
      await progress.click();
      await window.quickRow(/Cancel/);
      await window.press('Enter');
      await window.statusBar(/training cancelled/);
      await window.command('Memory Folder: Hang');

      await window.command('Lexiscope: Learn This Folder');
      await window.notification(/The map of “.+” is ready|has learned from/, TRAINING);
      await window.answerNotification('Details');
      await window.statusBar(/^\s*Lexiscope: learned\s*$/, TRAINING);
      await window.editorText(figures);
      await window.editorText(/1 ignored by git.* 1 that may hold keys/s);
      await window.editorText(/2 left out by the settings/);
      await window.press('Control+F4');
      await window.screenshot(`${name} workspace trained`);
      await window.clearNotifications();
      for (const word of [WORDS.virtual, WORDS.linked]) assert.ok(await known(word), word);
      assert.equal(await known(WORDS.disk), name === 'mixed');
      for (const word of ['zeppelin', 'swordfish']) assert.ok(!(await known(word)), word);
      await window.openInTree(...(name === 'mixed' ? ['book'] : []), 'chapter-2.txt');
      const hover = await window.hover('king', /king · .*used like/s);
      assert.match(await hover.innerText(), new RegExp(TOPICS.court.filter((word) => word !== 'king').join('|')));
      await window.screenshot(`${name} workspace hover`);
      await window.command('Lexiscope: Show How This File Is Read');
      await window.editorText(/Language: plaintext.*Words: [\d,]+\. Sentences: [\d,]+/s);
      assert.deepEqual(window.errors, []);
    } catch (error) {
      await window.screenshot(`failed ${name} workspace`);
      throw error;
    } finally {
      await window.close();
    }
  });
}
