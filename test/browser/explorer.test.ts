// The explorer in Chromium as its user meets it: selecting and searching.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { UnknownWord, WordDescription } from '../../src/protocol/engine.ts';
import {
  bars,
  closeWithout,
  deferred,
  ExplorerSession,
  host,
  model,
  options,
  search,
  selected,
} from './explorer-session.ts';
import { eventually } from './pages.ts';

let session: ExplorerSession;
before(async () => {
  session = await ExplorerSession.start();
});
after(() => session.close());

// Selection

test('the selected word is described with its count, its rank and its nearest words', async () => {
  const explorer = await session.open();
  await explorer.view.show('king');
  await selected(explorer, 'king');
  const expected = model.describe('king', 10) as WordDescription;
  await eventually(async () =>
    assert.deepEqual(
      await bars(explorer, 'Nearest words'),
      expected.neighbours.map(({ word }) => word),
    ),
  );
  const figures = await explorer.page.locator('.figures').textContent();
  assert.equal(figures, `${expected.count!.toLocaleString('en')} occurrences · rank ${expected.rank} by frequency`);
  const rows = explorer.page.locator('.selection .bar');
  const [first, last] = [expected.neighbours[0]!, expected.neighbours[9]!];
  assert.equal(await rows.first().locator('.bar-figure').textContent(), first.similarity.toFixed(2));
  const width = (row: ReturnType<typeof rows.first>) =>
    row
      .locator('.bar-fill')
      .evaluate((fill) => fill.getBoundingClientRect().width / fill.parentElement!.getBoundingClientRect().width);
  for (const [row, { similarity }] of [
    [rows.first(), first],
    [rows.last(), last],
  ] as const)
    assert.ok(Math.abs((await width(row)) - similarity) < 0.02);
  const live = await explorer.page.locator('.visually-hidden[aria-live=polite]').textContent();
  assert.equal(live, 'Selected king, 10 nearest words.');
  await closeWithout(explorer);
});

test('a nearest word that is clicked becomes the selected one, and the map flies there', async () => {
  const explorer = await session.open();
  await explorer.view.show('king');
  await explorer.page.getByRole('button', { name: /^queen, similarity/ }).click();
  await selected(explorer, 'queen');
  await eventually(async () => {
    const { selected, view } = await explorer.state();
    assert.equal(selected, 'queen');
    assert.ok(Math.hypot(view!.x - 0.33, view!.y - 0.31) < 1e-6, JSON.stringify(view));
  });
  await closeWithout(explorer);
});

test('pointing at a nearest word rings it on the map', async () => {
  const explorer = await session.open();
  await explorer.view.show('king');
  const row = explorer.page.getByRole('button', { name: /^queen, similarity/ });
  await row.waitFor();
  await explorer.settle();
  const before = await explorer.drawings();
  await row.hover();
  await explorer.settle();
  assert.ok((await explorer.drawings()) > before);
  await closeWithout(explorer);
});

test('Escape and the cross clear the selection', async () => {
  const explorer = await session.open();
  for (const clear of [
    () => explorer.page.keyboard.press('Escape'),
    () => explorer.page.getByRole('button', { name: 'Clear the selection' }).click(),
  ]) {
    await explorer.view.show('king');
    await selected(explorer, 'king');
    await explorer.page.locator('.selection .bar').first().waitFor();
    await clear();
    await explorer.page.getByText('Select a word on the map').waitFor();
    assert.equal((await explorer.state()).selected, null);
    assert.equal(await explorer.page.locator('.selection .bar').count(), 0);
    assert.match((await explorer.page.locator('.legend').textContent())!, /^400 words/);
  }
  await closeWithout(explorer);
});

test('the answer about an earlier selection is dropped', async () => {
  const answers = new Map<string, PromiseWithResolvers<WordDescription | UnknownWord>>();
  const explorer = await session.open({
    host: {
      ...host,
      describe: (word) => {
        answers.set(word, deferred());
        return answers.get(word)!.promise;
      },
    },
  });
  await explorer.view.show('king');
  await explorer.view.show('viking');
  await eventually(() => assert.equal(answers.size, 2));
  answers.get('viking')!.resolve(model.describe('viking', 10));
  await eventually(async () =>
    assert.deepEqual(
      await bars(explorer, 'Nearest words'),
      (model.describe('viking', 10) as WordDescription).neighbours.map(({ word }) => word),
    ),
  );
  answers.get('king')!.resolve(model.describe('king', 10));
  await explorer.page.waitForTimeout(100);
  await selected(explorer, 'viking');
  assert.equal((await explorer.state()).selected, 'viking');
  await closeWithout(explorer);
});

test('a description that fails is explained, and can be asked for again', async () => {
  let fails = true;
  const explorer = await session.open({
    host: {
      ...host,
      describe: (...question) =>
        fails ? Promise.reject(new Error('The engine has stopped.')) : host.describe(...question),
    },
  });
  await explorer.view.show('king');
  await explorer.page.getByText('The engine has stopped.').waitFor();
  fails = false;
  await explorer.page.getByRole('button', { name: 'Retry' }).click();
  await explorer.page.locator('.selection .bar').first().waitFor();
  await closeWithout(explorer);
});

test('rare words are among the nearest on request, and each of these has its count', async () => {
  const asked: [string, boolean][] = [];
  const explorer = await session.open({
    host: {
      ...host,
      map: () => Promise.resolve({ ...model.map, minimumCount: 12 }),
      describe: (word, neighbours, isRareToo) => {
        asked.push([word, isRareToo]);
        return host.describe(word, neighbours, isRareToo);
      },
    },
  });
  await explorer.view.show('king');
  await selected(explorer, 'king');
  const first = explorer.page.locator('.selection .bar').first();
  const description = model.describe('king', 1);
  assert.ok(description.known);
  const { count } = description.neighbours[0]!;
  assert.equal(await first.locator('.bar-note').textContent(), `${count!.toLocaleString('en')}×`);
  await explorer.page.getByLabel('Also words seen fewer than 12 times').check();
  await eventually(() =>
    assert.deepEqual(asked, [
      ['king', false],
      ['king', true],
    ]),
  );
  await eventually(async () => assert.equal((await explorer.state()).isRareToo, true));
  await closeWithout(explorer);
});

test('where all words are near words there is nothing to ask for', async () => {
  const explorer = await session.open();
  await explorer.view.show('king');
  await selected(explorer, 'king');
  assert.ok(await explorer.page.getByText(/Also words seen fewer/).isHidden());
  await closeWithout(explorer);
});

// Search

test('a search lists beginnings first, then words that hold the text, whatever its case', async () => {
  const explorer = await session.open();
  await search(explorer).fill('kIN');
  assert.deepEqual(await options(explorer), ['king', 'kingdom', 'King', 'viking', 'Look up “kIN” in the model']);
  assert.equal(await search(explorer).getAttribute('aria-expanded'), 'true');
  await search(explorer).fill('');
  assert.deepEqual(await options(explorer), []);
  assert.equal(await search(explorer).getAttribute('aria-expanded'), 'false');
  await closeWithout(explorer);
});

test('Enter selects the marked word and flies to it; arrows mark another', async () => {
  const explorer = await session.open();
  await search(explorer).fill('king');
  const marked = async () => {
    const id = await search(explorer).getAttribute('aria-activedescendant');
    const row = explorer.page.locator(`#${id!}`);
    assert.equal(await row.getAttribute('aria-selected'), 'true');
    return row.locator('.search-word').textContent();
  };
  assert.equal(await marked(), 'king');
  await explorer.page.keyboard.press('ArrowDown');
  assert.equal(await marked(), 'King', 'a word that is the text itself, but for its case, comes before longer ones');
  await explorer.page.keyboard.press('ArrowUp');
  await explorer.page.keyboard.press('ArrowUp');
  assert.equal(await marked(), 'viking', 'the last one');
  await explorer.page.keyboard.press('Enter');
  await selected(explorer, 'viking');
  await eventually(async () => {
    const { view } = await explorer.state();
    assert.ok(Math.hypot(view!.x + 0.5, view!.y + 0.5) < 1e-6);
  });
  assert.deepEqual(await options(explorer), []);
  assert.equal(await search(explorer).inputValue(), 'viking');
  await closeWithout(explorer);
});

test('clicking a word of the list selects it', async () => {
  const explorer = await session.open();
  await search(explorer).fill('king');
  await explorer.page.getByRole('option', { name: /^kingdom/ }).click();
  await selected(explorer, 'kingdom');
  await closeWithout(explorer);
});

test('Korean is found while the input method still composes, and its Enter is not ours', async () => {
  const explorer = await session.open();
  await search(explorer).focus();
  const devtools = await explorer.page.context().newCDPSession(explorer.page);
  const compose = (composed: string) =>
    devtools.send('Input.imeSetComposition', {
      text: composed,
      selectionStart: composed.length,
      selectionEnd: composed.length,
    });
  for (const [composed, expected] of [
    ['ㅎ', ['하늘', '하느님']],
    ['하', ['하늘', '하느님']],
    ['하느', ['하늘', '하느님']],
    ['하늘', ['하늘']],
  ] as const) {
    await compose(composed);
    await eventually(async () =>
      assert.deepEqual(
        (await options(explorer)).filter((word) => expected.includes(word as never)),
        expected,
        composed,
      ),
    );
  }
  // an input method's Enter arrives as a key while composing
  await search(explorer).dispatchEvent('keydown', { key: 'Enter', isComposing: true });
  assert.equal((await explorer.state()).selected, null);
  await devtools.send('Input.insertText', { text: '하늘' });
  await explorer.page.keyboard.press('Enter');
  await selected(explorer, '하늘');
  await closeWithout(explorer);
});

test('a word that is known but not on the map is described, and said not to be on it', async () => {
  const explorer = await session.open();
  await search(explorer).fill(model.rare);
  assert.deepEqual(await options(explorer), [`Look up “${model.rare}” in the model`]);
  await explorer.page.keyboard.press('Enter');
  await selected(explorer, model.rare);
  await explorer.page.getByText('Not on the map, which shows the 400 most frequent words.').waitFor();
  assert.equal(await explorer.page.locator('.selection .bar').count(), 10);
  assert.equal(await explorer.page.getByRole('button', { name: 'Show on the map' }).isVisible(), false);
  await eventually(async () =>
    assert.match((await explorer.page.locator('.legend').textContent())!, /^Similarity to zyzzyva/),
  );
  assert.equal((await explorer.state()).view, null, 'no flight');
  await closeWithout(explorer);
});

test('an unknown word offers the closest spellings', async () => {
  const explorer = await session.open();
  await search(explorer).fill('kingg');
  await explorer.page.keyboard.press('Enter');
  await explorer.page.getByText('The model does not know this word. Closest spellings:').waitFor();
  await explorer.page.getByRole('button', { name: 'kingdom', exact: true }).click();
  await selected(explorer, 'kingdom');
  await search(explorer).fill('qqqq');
  await explorer.page.keyboard.press('Enter');
  await explorer.page.getByText('nor one that is spelt like it').waitFor();
  await closeWithout(explorer);
});

test('Escape first closes the list, then empties the box, then clears the selection', async () => {
  const explorer = await session.open();
  await explorer.view.show('king');
  await selected(explorer, 'king');
  await search(explorer).fill('que');
  await explorer.page.keyboard.press('Escape');
  assert.deepEqual(await options(explorer), []);
  assert.equal(await search(explorer).inputValue(), 'que');
  await explorer.page.keyboard.press('Escape');
  assert.equal(await search(explorer).inputValue(), '');
  assert.equal((await explorer.state()).selected, 'king');
  await explorer.page.keyboard.press('Escape');
  assert.equal((await explorer.state()).selected, null);
  await closeWithout(explorer);
});
