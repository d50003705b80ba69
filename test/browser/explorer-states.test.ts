// The explorer in Chromium as its user meets it: what it says while there is no map, and what it keeps.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { WordMap } from '../../src/protocol/engine.ts';
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
  await explorer.page.getByText('The training has been started.').waitFor();
  assert.deepEqual(explorer.calls, ['map', 'train']);
  trained = true;
  await explorer.view.modelChanged();
  await explorer.ready();
  training.resolve(undefined);
  await explorer.page.getByText('400 words').waitFor();
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
