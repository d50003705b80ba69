// The explorer in Chromium as its user meets it: the text playground.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Completion, WordDescription } from '../../src/protocol/engine.ts';
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
  text,
} from './explorer-session.ts';
import { eventually } from './pages.ts';

let session: ExplorerSession;
before(async () => {
  session = await ExplorerSession.start();
});
after(() => session.close());

// Text playground

test('the playground shows the next words with their probabilities as one types', async () => {
  const explorer = await session.open();
  await text(explorer).fill('all ki');
  await eventually(async () => assert.deepEqual(await bars(explorer, 'Suggestions'), ['king', 'kingdom']));
  const figures = await explorer.page.locator('.playground .bar-figure').allTextContents();
  assert.deepEqual(figures, ['40%', '20%']);
  assert.equal((await explorer.state()).text, 'all ki');
  await text(explorer).fill('');
  await explorer.page.getByText('The language model shows here').waitFor();
  assert.deepEqual(await bars(explorer, 'Suggestions'), []);
  await closeWithout(explorer);
});

test('a suggestion takes the place of the word’s beginning, by click or by keys, also within a text', async () => {
  const explorer = await session.open();
  await text(explorer).fill('all ki');
  await explorer.page.getByRole('button', { name: /^Insert kingdom/ }).click();
  assert.equal(await text(explorer).inputValue(), 'all kingdom ');
  await explorer.page.keyboard.type('que');
  await eventually(async () => assert.deepEqual(await bars(explorer, 'Suggestions'), ['queen']));
  await explorer.page.keyboard.press('Tab');
  await explorer.page.keyboard.press('Enter');
  assert.equal(await text(explorer).inputValue(), 'all kingdom queen ');
  await text(explorer).fill('the  end');
  await text(explorer).evaluate((box: HTMLTextAreaElement) => box.setSelectionRange(4, 4));
  await explorer.page.keyboard.type('vik');
  await explorer.page.getByRole('button', { name: /^Insert viking/ }).click();
  assert.equal(await text(explorer).inputValue(), 'the viking end');
  assert.equal((await explorer.state()).text, 'the viking end');
  await closeWithout(explorer);
});

test('of imported vectors no count is shown, and the playground says that there is no language model', async () => {
  const explorer = await session.open({
    host: {
      ...host,
      map: () => Promise.resolve({ ...model.map, counts: null }),
      describe: (word, neighbours) =>
        Promise.resolve({ ...(model.describe(word, neighbours) as WordDescription), count: null }),
      complete: () => Promise.resolve(null),
    },
  });
  await explorer.view.show('king');
  await selected(explorer, 'king');
  const { rank } = model.describe('king', 10) as WordDescription;
  await eventually(async () => assert.equal(await explorer.page.locator('.figures').textContent(), `rank ${rank}`));
  await search(explorer).fill('king');
  await eventually(async () => assert.ok((await options(explorer)).includes('king')));
  assert.equal(await explorer.page.locator('.search-count').count(), 0);
  await text(explorer).fill('the king');
  await explorer.page.getByText('This model has word vectors only, and no language model.').waitFor();
  await closeWithout(explorer);
});

test('a model that learned nothing says why it suggests nothing', async () => {
  const problem = 'It is no better than counting words.';
  const explorer = await session.open({
    host: { ...host, complete: () => Promise.resolve({ prefix: '', suggestions: [], problem }) },
  });
  await text(explorer).fill('the king');
  await explorer.page.getByText(problem).waitFor();
  await closeWithout(explorer);
});

test('the model is asked once for a burst of keys, and an answer to an earlier text is dropped', async () => {
  const questions = new Map<string, PromiseWithResolvers<Completion>>();
  const explorer = await session.open({
    host: {
      ...host,
      complete: (asked) => {
        questions.set(asked, deferred());
        return questions.get(asked)!.promise;
      },
    },
  });
  // keys every 10 ms by the page's own clock, so that a slow machine sees the same order of timers
  await text(explorer).evaluate(async (box: HTMLTextAreaElement) => {
    for (const character of 'kin') {
      box.setRangeText(character, box.value.length, box.value.length, 'end');
      box.dispatchEvent(new InputEvent('input'));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });
  await eventually(() => assert.deepEqual([...questions.keys()], ['kin']));
  await text(explorer).fill('kingd');
  await eventually(() => assert.ok(questions.has('kingd')));
  questions.get('kingd')!.resolve(model.complete('kingd', 8));
  await eventually(async () => assert.deepEqual(await bars(explorer, 'Suggestions'), ['kingdom']));
  questions.get('kin')!.resolve(model.complete('kin', 8));
  await explorer.page.waitForTimeout(100);
  assert.deepEqual(await bars(explorer, 'Suggestions'), ['kingdom']);
  await closeWithout(explorer);
});

test('a suggestion that no longer fits what has been typed since changes nothing; one that does takes its place', async () => {
  let answers = true;
  const complete = (asked: string) =>
    answers ? Promise.resolve(model.complete(asked, 8)) : deferred<Completion>().promise;
  const explorer = await session.open({ host: { ...host, complete } });
  await text(explorer).fill('all ');
  const insert = (word: string) => explorer.page.getByRole('button', { name: new RegExp(`^Insert ${word},`) });
  await insert('king').waitFor();
  answers = false;
  await text(explorer).press('End');
  await explorer.page.keyboard.type('kin');
  await insert('queen').click();
  assert.equal(await text(explorer).inputValue(), 'all kin');
  await insert('king').click();
  assert.equal(await text(explorer).inputValue(), 'all king ');
  await closeWithout(explorer);
});

test('a completion that fails is explained', async () => {
  const complete = () => Promise.reject(new Error('The language model cannot be read.'));
  const explorer = await session.open({ host: { ...host, complete } });
  await text(explorer).fill('king');
  await explorer.page.getByText('The language model cannot be read.').waitFor();
  await closeWithout(explorer);
});
