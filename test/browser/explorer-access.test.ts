// The explorer in Chromium as its user meets it: words of the workspace stay text, and everyone can
// use it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bars, closeWithout, ExplorerSession, host, options, search, selected, text } from './explorer-session.ts';
import { eventually } from './pages.ts';
import { HOSTILE } from './toy-model.ts';

let session: ExplorerSession;
before(async () => {
  session = await ExplorerSession.start();
});
after(() => session.close());

// Words are text

test('nothing of a word is ever markup: in lists, headings, suggestions, hints', async () => {
  const [image] = HOSTILE;
  const hostile = HOSTILE.map((word) => ({ word, count: 7, similarity: 0.5, probability: 0.2 }));
  const explorer = await session.open({
    host: {
      ...host,
      describe: (word) =>
        Promise.resolve(
          word === 'unknown'
            ? { known: false, word: image!, spellings: HOSTILE }
            : { known: true, word, count: 2, rank: 3, onMap: true, neighbours: hostile },
        ),
      complete: () => Promise.resolve({ prefix: '', suggestions: hostile }),
    },
  });
  await search(explorer).fill('<');
  assert.ok((await options(explorer)).includes(image!));
  await search(explorer).fill(image!);
  await explorer.page.keyboard.press('Enter');
  await selected(explorer, image!);
  await eventually(async () => assert.deepEqual(await bars(explorer, 'Nearest words'), HOSTILE));
  await eventually(async () =>
    assert.equal(await explorer.page.locator('.legend-word').textContent(), `Similarity to ${image!}`),
  );
  await text(explorer).fill(image!);
  await eventually(async () => assert.deepEqual(await bars(explorer, 'Suggestions'), HOSTILE));
  await explorer.view.show('unknown');
  await explorer.page.locator('.spellings button').first().waitFor();
  assert.deepEqual(await explorer.page.locator('.spellings button').allTextContents(), HOSTILE);
  assert.equal(await explorer.page.locator('img, a, iframe').count(), 0);
  assert.equal(await explorer.page.locator('script').count(), 2);
  await closeWithout(explorer);
});

test('messages that are not the host’s calls and answers are left alone', async () => {
  const explorer = await session.open();
  const messages = [
    null,
    'show',
    7,
    [],
    {},
    { t: 'q' },
    { t: 'q', m: 'constructor', a: [] },
    { t: 'q', m: 'toString', a: [], i: '1' },
    { t: 'q', m: 'show', a: 'king' },
    { t: 's' },
    { t: 's', i: 'unknown', r: 1 },
    { command: 'show' },
  ];
  for (const message of messages) await explorer.post(message);
  await explorer.page.waitForTimeout(100);
  assert.deepEqual(explorer.problems, []);
  assert.equal(explorer.answers, 0);
  assert.equal((await explorer.state()).selected, null);
  await closeWithout(explorer);
});

// For everyone

test('everything can be done with the keyboard alone, and the focus is always to be seen', async () => {
  const explorer = await session.open();
  const { page } = explorer;
  const focused = () =>
    page.evaluate(() => {
      const { activeElement } = document;
      const style = getComputedStyle(activeElement!);
      const frame = getComputedStyle(activeElement!.parentElement!);
      const shown =
        (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) ||
        style.borderColor === 'rgb(0, 120, 212)' ||
        frame.borderColor === 'rgb(0, 120, 212)';
      return { name: activeElement!.getAttribute('aria-label') ?? activeElement!.id, shown };
    });
  const stops: string[] = [];
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press('Tab');
    const { name, shown } = await focused();
    stops.push(name);
    assert.ok(shown, `${name} has the focus, and it is not to be seen`);
  }
  assert.equal(stops[0], 'Search for a word');
  assert.match(stops[1]!, /^Map of 400 words\. The arrow keys move it/);
  assert.deepEqual(stops.slice(2), ['Zoom in', 'Zoom out', 'Show the whole map', 'playground-text']);
  await page.keyboard.type('vik');
  await page.getByRole('button', { name: /^Insert viking/ }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await text(explorer).inputValue(), 'viking ');

  for (let i = 0; i < 5; i++) await page.keyboard.press('Shift+Tab');
  assert.equal((await focused()).name, 'Search for a word');
  await page.keyboard.type('king');
  await page.keyboard.press('Enter');
  await selected(explorer, 'king');
  await page.locator('.selection .bar').first().waitFor();
  for (let i = 0; i < 20 && !/similarity/.test((await focused()).name); i++) await page.keyboard.press('Tab');
  const neighbour = (await focused()).name.split(',')[0]!;
  await page.keyboard.press('Enter');
  await selected(explorer, neighbour);
  await eventually(async () =>
    assert.equal(
      await page.evaluate(() => document.activeElement?.tagName),
      'H2',
      'the keyboard goes on from the new word',
    ),
  );
  await page.keyboard.press('Escape');
  assert.equal((await explorer.state()).selected, null);
  await closeWithout(explorer);
});

test('every control has a name and a role', async () => {
  const explorer = await session.open();
  await explorer.view.show('king');
  await explorer.page.locator('.selection .bar').first().waitFor();
  await text(explorer).fill('k');
  await explorer.page.locator('.playground .bar').first().waitFor();
  const tree = await explorer.page.locator('main').ariaSnapshot();
  for (const line of [
    '- combobox "Search for a word"',
    '- application "Map of 400 words',
    '- button "Zoom in"',
    '- region "Selected word"',
    '- heading "king" [level=2]',
    '- list "Nearest words"',
    '- button "queen, similarity',
    '- region "Text playground"',
    '- textbox "Text playground"',
    '- list "Suggestions"',
  ]) {
    assert.ok(tree.includes(line), `${line}\n${tree}`);
  }
  const nameless = await explorer.page.evaluate(
    () =>
      [...document.querySelectorAll('button')].filter(
        (button) => !(button.getAttribute('aria-label') ?? button.textContent),
      ).length,
  );
  assert.equal(nameless, 0);
  await closeWithout(explorer);
});

test('in a column of 300 pixels nothing is cut off at the side', async () => {
  const explorer = await session.open({ viewport: { width: 300, height: 800 } });
  await explorer.view.show('king');
  await explorer.page.locator('.selection .bar').first().waitFor();
  await text(explorer).fill('k');
  await explorer.page.locator('.playground .bar').first().waitFor();
  const wide = await explorer.page.evaluate(() =>
    [...document.querySelectorAll('main *')]
      .filter(
        (element) => element.getBoundingClientRect().right > innerWidth + 0.5 && !element.closest('.visually-hidden'),
      )
      .map((element) => element.className),
  );
  assert.deepEqual(wide, []);
  const map = (await explorer.page.locator('canvas.labels').boundingBox())!;
  assert.ok(map.width === 300 && map.height > 300, JSON.stringify(map));
  await text(explorer).scrollIntoViewIfNeeded();
  await explorer.page.getByRole('button', { name: /^Insert king,/ }).click();
  assert.equal(await text(explorer).inputValue(), 'king ');
  await closeWithout(explorer);
});

test('with forced colours, bars and the marked entry are still told apart', async () => {
  const explorer = await session.open({ forcedColors: 'active' });
  await explorer.view.show('king');
  const fill = explorer.page.locator('.selection .bar-fill').first();
  await fill.waitFor();
  const background = (element: Element) => getComputedStyle(element).backgroundColor;
  assert.notEqual(await fill.evaluate(background), await explorer.page.locator('.side').evaluate(background));
  await search(explorer).fill('king');
  const marked = explorer.page.locator('[role=option][aria-selected=true]');
  assert.notEqual(
    await marked.evaluate(background),
    await explorer.page.locator('[role=option]').last().evaluate(background),
  );
  await closeWithout(explorer);
});

test('the display language’s texts are used where the host gives them', async () => {
  const l10n = {
    'Search for a word': '단어 찾기',
    'Similarity to {0}': '{0}와의 유사도',
    'Nearest words': '가까운 단어',
  };
  const explorer = await session.open({ setup: { l10n } });
  await explorer.page.getByRole('combobox', { name: '단어 찾기' }).fill('{0}');
  await explorer.page.keyboard.press('Enter');
  await selected(explorer, '{0}');
  await eventually(async () =>
    assert.equal(await explorer.page.locator('.legend-word').textContent(), '{0}와의 유사도'),
  );
  await explorer.page.getByRole('list', { name: '가까운 단어' }).waitFor();
  await closeWithout(explorer);
});
