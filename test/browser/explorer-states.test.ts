// The explorer in Chromium as its user meets it: what it says while there is no map, and what it
// keeps.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { WordMap } from '../../src/protocol/engine.ts';
import type { Learning } from '../../src/protocol/explorer.ts';
import {
  bars,
  closeWithout,
  deferred,
  ExplorerSession,
  host,
  model,
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

// Without a map

test('while the map is loaded, the explorer says so', async () => {
  const map = deferred<WordMap | null>();
  const explorer = await session.lab.open({ host: { ...host, map: () => map.promise } });
  await explorer.page.getByText('Loading the map…').waitFor();
  assert.equal(await search(explorer).isVisible(), false);
  map.resolve(model.map);
  await explorer.ready();
  assert.equal(await explorer.page.getByText('Loading the map…').isVisible(), false);
  assert.equal(await search(explorer).isVisible(), true);
  await closeWithout(explorer);
});

test('with nothing trained yet, it offers the training, and shows the map once there is one', async () => {
  let trained = false;
  const training = deferred<undefined>();
  const explorer = await session.lab.open({
    host: { ...host, map: () => Promise.resolve(trained ? model.map : null), train: () => training.promise },
  });
  await explorer.page.getByRole('heading', { name: 'Nothing is trained yet' }).waitFor();
  assert.equal(await text(explorer).isVisible(), false);
  await explorer.page.getByRole('button', { name: 'Learn This Folder' }).click();
  await explorer.page.getByText('Starting…').waitFor();
  assert.deepEqual(explorer.calls, ['map', 'learning', 'train']);
  trained = true;
  await explorer.view.modelChanged();
  await explorer.ready();
  training.resolve(undefined);
  await explorer.page.getByText('400 words').waitFor();
  await closeWithout(explorer);
});

test('while something is learned, whoever started it, it shows how far it is, and no button that trains', async () => {
  let map: WordMap | null = null;
  let cancelled = 0;
  let learning: Learning | null = {
    title: 'Learning from novels',
    steps: 'words 3 of 20 s · map about 20 s · suggestions about 3 min',
    fraction: 0.02,
    isOurs: true,
  };
  const explorer = await session.lab.open({
    host: {
      ...host,
      map: () => Promise.resolve(map),
      learning: () => Promise.resolve(learning),
      cancel: () => {
        cancelled++;
        return Promise.resolve();
      },
    },
  });
  const { page, view } = explorer;
  await page.getByRole('heading', { name: 'Learning from novels' }).waitFor();
  await page.getByText('words 3 of 20 s').waitFor();
  const train = page.getByRole('button', { name: 'Learn This Folder' });
  assert.equal(await train.count(), 0);
  const cancel = page.getByRole('button', { name: 'Cancel' });
  const button = await cancel.elementHandle();
  learning = { ...learning, steps: 'words ✓ · map 12 of 20 s · suggestions about 3 min', fraction: 0.1 };
  await view.learningChanged(learning);
  await page.getByText('map 12 of 20 s').waitFor();
  assert.equal(await page.locator('progress').evaluate((bar: HTMLProgressElement) => bar.value), 0.1);
  assert.ok(await button.evaluate((element) => element.isConnected), 'a button that is pressed stays');
  await cancel.click();
  await eventually(() => assert.equal(cancelled, 1));

  // the map is stored: it is shown, with a line below it until the suggestions are there
  map = model.map;
  await view.modelChanged();
  await explorer.ready();
  await page.locator('.learning-strip', { hasText: 'Learning from novels: words ✓ · map 12 of 20 s' }).waitFor();
  await view.learningChanged({
    title: 'Another window is learning this folder: 38 %',
    steps: '',
    fraction: 0.38,
    isOurs: false,
  });
  await page.getByText('Another window is learning this folder: 38 %').waitFor();
  assert.equal(await cancel.isVisible(), false, 'only its own window cancels it');
  learning = null;
  await view.learningChanged(null);
  await page.locator('.learning-strip').waitFor({ state: 'hidden' });
  await closeWithout(explorer);
});

test('a training that is cancelled before there is a map offers to train again', async () => {
  const learning = { title: 'Learning from novels', steps: 'words 1 of 2 s', fraction: 0.1, isOurs: true };
  let now: Learning | null = learning;
  const explorer = await session.lab.open({
    host: { ...host, map: () => Promise.resolve(null), learning: () => Promise.resolve(now) },
  });
  await explorer.page.getByText('words 1 of 2 s').waitFor();
  now = null;
  await explorer.view.learningChanged(null);
  await explorer.page.getByRole('button', { name: 'Learn This Folder' }).waitFor();
  await closeWithout(explorer);
});

test('a training that ends without a model, or with an error, can be started again', async () => {
  let error: Error | null = null;
  const train = () => (error ? Promise.reject(error) : Promise.resolve());
  const explorer = await session.lab.open({ host: { ...host, map: () => Promise.resolve(null), train } });
  const button = explorer.page.getByRole('button', { name: 'Learn This Folder' });
  await button.click();
  await eventually(() => assert.equal(explorer.calls.filter((name) => name === 'map').length, 2));
  await button.waitFor();
  error = new Error('A text of at least 2,000 words is needed.');
  await button.click();
  await explorer.page.getByText('A text of at least 2,000 words is needed.').waitFor();
  await explorer.page.getByRole('button', { name: 'Retry' }).click();
  await button.waitFor();
  await closeWithout(explorer);
});

test('a map that cannot be read is explained, and Retry reads it again', async () => {
  let fails = true;
  const map = () => (fails ? Promise.reject(new Error('map.safetensors is damaged.')) : Promise.resolve(model.map));
  const explorer = await session.lab.open({ host: { ...host, map } });
  await explorer.page.getByText('map.safetensors is damaged.').waitFor();
  fails = false;
  await explorer.page.getByRole('button', { name: 'Retry' }).click();
  await explorer.ready();
  await closeWithout(explorer);
});

test('a model that has been deleted is gone from the explorer', async () => {
  let trained = true;
  const explorer = await session.open({ host: { ...host, map: () => Promise.resolve(trained ? model.map : null) } });
  trained = false;
  await explorer.view.modelChanged();
  await explorer.page.getByRole('heading', { name: 'Nothing is trained yet' }).waitFor();
  assert.equal(await search(explorer).isVisible(), false);
  await closeWithout(explorer);
});

test('a word that is to be shown before the map is there is shown with it', async () => {
  const map = deferred<WordMap | null>();
  const explorer = await session.lab.open({ host: { ...host, map: () => map.promise } });
  await explorer.view.show('viking');
  map.resolve(model.map);
  await explorer.ready();
  await selected(explorer, 'viking');
  await eventually(async () => {
    const { view } = await explorer.state();
    assert.ok(Math.hypot(view!.x + 0.5, view!.y + 0.5) < 1e-6);
  });
  await closeWithout(explorer);
});

// What is kept

test('a reload keeps the selected word, the view and the text', async () => {
  const explorer = await session.open();
  await explorer.view.show('king');
  await selected(explorer, 'king');
  await text(explorer).fill('all vik');
  await explorer.settle();
  const before = await explorer.state();
  assert.equal(before.selected, 'king');
  assert.ok(before.view!.scale > 0);
  await explorer.page.reload();
  await explorer.ready();
  await selected(explorer, 'king');
  assert.equal(await text(explorer).inputValue(), 'all vik');
  await eventually(async () => assert.deepEqual(await bars(explorer, 'Suggestions'), ['viking']));
  assert.deepEqual(await explorer.state(), before);
  await closeWithout(explorer);
});

test('what was kept is there too when the model changes while the first map is on its way', async () => {
  const answers = [deferred<WordMap | null>(), deferred<WordMap | null>()];
  let asked = 0;
  const kept = { selected: 'king', view: { x: 0.1, y: 0.2, scale: 300 }, text: 'all vik' };
  const explorer = await session.lab.open({ host: { ...host, map: () => answers[asked++]!.promise }, state: kept });
  await eventually(() => assert.equal(asked, 1));
  await explorer.view.modelChanged();
  for (const answer of answers) answer.resolve(model.map);
  await explorer.ready();
  await selected(explorer, 'king');
  assert.deepEqual(await explorer.state(), kept);
  assert.equal(await text(explorer).inputValue(), 'all vik');
  await closeWithout(explorer);
});

test('a state that is not as expected is left out', async () => {
  for (const state of [
    7,
    'x',
    { selected: 3, view: { x: 'a', y: null }, text: [] },
    { view: { x: 0, y: 0, scale: -1 } },
  ]) {
    const explorer = await session.open({ state: state as never });
    assert.deepEqual(await explorer.state(), { selected: null, view: null, text: '' });
    await closeWithout(explorer);
  }
});
