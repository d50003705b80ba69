// The first minute in a Korean VS Code: Lexiscope's texts, wherever they are made, arrive in
// Korean. The tests go through one window in this order; each begins where the one before it ended.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import manifest from '../../package.json' with { type: 'json' };
import { quietSettings, VSCodeServer } from '../../scripts/vscode-server.mjs';
import { SampleFolder } from './sample-folder.ts';
import { launchBrowser, Workbench } from './workbench.ts';

const VSIX = fileURLToPath(new URL(`../../lexiscope-${manifest.version}.vsix`, import.meta.url));
/** Milliseconds that a training of the sample folder may take, on two busy cores. */
const TRAINING = 120_000;

let folder: SampleFolder;
let server: VSCodeServer;
let browser: Browser;
let window: Workbench;

before(async () => {
  folder = await SampleFolder.create();
  server = await VSCodeServer.start({
    extensions: [VSIX],
    settings: { ...quietSettings, 'editor.minimap.enabled': false, 'editor.wordWrap': 'on' },
  });
  browser = await launchBrowser();
  window = await Workbench.open(browser, server.window(folder.path), 'ko');
});

after(async () => {
  await browser.close();
  await server.stop();
  await folder.remove();
});

/** Pictures of the window in a dark and in a light theme. */
async function pictures(name: string): Promise<void> {
  if (!process.env['LEXISCOPE_SCREENSHOTS']) return;
  await window.screenshot(`korean ${name} dark`);
  await window.command('Preferences: Toggle between Light/Dark Themes');
  await window.screenshot(`korean ${name} light`);
  await window.command('Preferences: Toggle between Light/Dark Themes');
}

test('the palette and the walkthrough are Korean', async () => {
  const offered = await window.offered('Lexiscope');
  for (const title of ['이 폴더 학습', '지도 열기', '시작하기'])
    assert.ok(
      offered.some((label) => label.includes(`Lexiscope: ${title}`)),
      `${title} is not among ${offered.join('; ')}`,
    );
  await window.command('Lexiscope: 시작하기');
  await window.page.getByText('단어 가리키기', { exact: true }).first().waitFor();
  await pictures('walkthrough');
});

test('a training tells its progress, its map and its details in Korean, the files that its threads read included', async () => {
  await window.command('Lexiscope: 이 폴더 학습');
  const map = window.notification(/지도가 준비되었습니다|폴더를 학습했습니다/, TRAINING);
  const said = await window.statusTexts(/Lexiscope: /, map);
  assert.ok(
    said.some((text) => /단어 (?:✓ 지도 )?\d+%/.test(text)),
    said.join('; '),
  );
  await pictures('map ready');
  await window.answerNotification('자세히');
  await window.statusBar(/Lexiscope: 학습 완료|Lexiscope$/, TRAINING);
  await window.editorText(/퍼플렉서티/);
  await window.editorText(/읽지 않음: 텍스트가 아님 \(1\)/);
  await pictures('details');
  await window.press('Control+F4');
  await window.clearNotifications();
});

test('hovers, questions and the explorer are Korean', async () => {
  await window.openFile('chapter-1.txt');
  await window.hover('서울', /\d번/);
  await window.screenshot('korean hover');
  await window.command('Lexiscope: 비슷한 단어 찾기…');
  await (await window.quickInput()).fill('habour');
  await window.quickRow(/학습한 단어가 아닙니다/);
  await window.screenshot('korean similar words');
  await window.press('Escape');
  await window.command('Lexiscope: 지도 열기');
  const explorer = await window.webview('.explorer[data-phase="ready"]');
  await explorer.getByRole('combobox', { name: '단어 검색' }).fill('서울');
  await explorer.getByRole('combobox').press('Enter');
  await explorer.locator('.figures', { hasText: /\d번 나옴/ }).waitFor();
  await pictures('explorer');
  assert.deepEqual(window.errors, []);
});
