// The explorer in Chromium as its user meets it: selecting, searching, the text playground, what it says while there is
// no map, what it keeps, and that words of the workspace stay text.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Completion, UnknownWord, WordDescription, WordMap } from '../../src/protocol/engine.ts';
import type { ExplorerHost } from '../../src/protocol/explorer.ts';
import { eventually, ExplorerLab, type ExplorerPage, type PageOptions } from './pages.ts';
import { HOSTILE, toyModel } from './toy-model.ts';

const model = toyModel(400, 1);
const host: ExplorerHost = {
  map: () => Promise.resolve(model.map),
  describe: (word, neighbours) => Promise.resolve(model.describe(word, neighbours)),
  similaritiesOnMap: (word) => Promise.resolve(model.similaritiesOnMap(word)),
  complete: (text, suggestions) => Promise.resolve(model.complete(text, suggestions)),
  train: () => Promise.resolve(),
};

let lab: ExplorerLab;
before(async () => {
  lab = await ExplorerLab.start();
});
after(() => lab.close());

async function open(options: Partial<PageOptions> = {}): Promise<ExplorerPage> {
  return (await lab.open({ host, reducedMotion: 'reduce', ...options })).ready();
}

async function closeWithout(explorer: ExplorerPage): Promise<void> {
  assert.deepEqual(explorer.problems, []);
  await explorer.close();
}

const search = ({ page }: ExplorerPage) => page.getByRole('combobox', { name: 'Search for a word' });
const options = async ({ page }: ExplorerPage) => page.locator('[role=option] .search-word').allTextContents();
const text = ({ page }: ExplorerPage) => page.getByRole('textbox', { name: 'Text playground' });
const bars = async ({ page }: ExplorerPage, list: string) =>
  page.getByRole('list', { name: list }).locator('.bar-word').allTextContents();
const selected = async (explorer: ExplorerPage, word: string) =>
  explorer.page.getByRole('heading', { level: 2, name: word, exact: true }).waitFor();

/** A promise, and what settles it. */
function deferred<Value>(): PromiseWithResolvers<Value> {
  return Promise.withResolvers<Value>();
}

// Selection

test('the selected word is described with its count, its rank and its nearest words', async () => {
  const explorer = await open();
  await explorer.view.show('king');
  await selected(explorer, 'king');
  const expected = model.describe('king', 10) as WordDescription;
  await eventually(async () =>
    assert.deepEqual(await bars(explorer, 'Nearest words'), expected.neighbours.map(({ word }) => word)),
  ); // prettier-ignore
  const figures = await explorer.page.locator('.figures').textContent();
  assert.equal(figures, `${expected.count!.toLocaleString('en')} occurrences · rank ${expected.rank} by frequency`);
  const rows = explorer.page.locator('.selection .bar');
  const [first, last] = [expected.neighbours[0]!, expected.neighbours[9]!];
  assert.equal(await rows.first().locator('.bar-figure').textContent(), first.similarity.toFixed(2));
  const width = (row: ReturnType<typeof rows.first>) =>
    row
      .locator('.bar-fill')
      .evaluate((fill) => fill.getBoundingClientRect().width / fill.parentElement!.getBoundingClientRect().width);
  for (const [row, { similarity }] of [[rows.first(), first], [rows.last(), last]] as const) assert.ok(Math.abs((await width(row)) - similarity) < 0.02); // prettier-ignore
  const live = await explorer.page.locator('[aria-live=polite]').textContent();
  assert.equal(live, 'Selected king, 10 nearest words.');
  await closeWithout(explorer);
});

test('a nearest word that is clicked becomes the selected one, and the map flies there', async () => {
  const explorer = await open();
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
  const explorer = await open();
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
  const explorer = await open();
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
  const explorer = await open({
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
  await eventually(async () => assert.deepEqual(await bars(explorer, 'Nearest words'), (model.describe('viking', 10) as WordDescription).neighbours.map(({ word }) => word))); // prettier-ignore
  answers.get('king')!.resolve(model.describe('king', 10));
  await explorer.page.waitForTimeout(100);
  await selected(explorer, 'viking');
  assert.equal((await explorer.state()).selected, 'viking');
  await closeWithout(explorer);
});

test('a description that fails is explained, and can be asked for again', async () => {
  let fails = true;
  const explorer = await open({
    host: {
      ...host,
      describe: (word, neighbours) =>
        fails ? Promise.reject(new Error('The engine has stopped.')) : host.describe(word, neighbours),
    },
  });
  await explorer.view.show('king');
  await explorer.page.getByText('The engine has stopped.').waitFor();
  fails = false;
  await explorer.page.getByRole('button', { name: 'Retry' }).click();
  await explorer.page.locator('.selection .bar').first().waitFor();
  await closeWithout(explorer);
});

// Search

test('a search lists beginnings first, then words that hold the text, whatever its case', async () => {
  const explorer = await open();
  await search(explorer).fill('kIN');
  assert.deepEqual(await options(explorer), ['king', 'kingdom', 'King', 'viking', 'Look up “kIN” in the model']);
  assert.equal(await search(explorer).getAttribute('aria-expanded'), 'true');
  await search(explorer).fill('');
  assert.deepEqual(await options(explorer), []);
  assert.equal(await search(explorer).getAttribute('aria-expanded'), 'false');
  await closeWithout(explorer);
});

test('Enter selects the marked word and flies to it; arrows mark another', async () => {
  const explorer = await open();
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
  const explorer = await open();
  await search(explorer).fill('king');
  await explorer.page.getByRole('option', { name: /^kingdom/ }).click();
  await selected(explorer, 'kingdom');
  await closeWithout(explorer);
});

test('Korean is found while the input method still composes, and its Enter is not ours', async () => {
  const explorer = await open();
  await search(explorer).focus();
  const session = await explorer.page.context().newCDPSession(explorer.page);
  const compose = (composed: string) =>
    session.send('Input.imeSetComposition', {
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
    await eventually(async () => assert.deepEqual((await options(explorer)).filter((word) => expected.includes(word as never)), expected, composed)); // prettier-ignore
  }
  // an input method's Enter arrives as a key while composing
  await search(explorer).dispatchEvent('keydown', { key: 'Enter', isComposing: true });
  assert.equal((await explorer.state()).selected, null);
  await session.send('Input.insertText', { text: '하늘' });
  await explorer.page.keyboard.press('Enter');
  await selected(explorer, '하늘');
  await closeWithout(explorer);
});

test('a word that is known but not on the map is described, and said not to be on it', async () => {
  const explorer = await open();
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
  const explorer = await open();
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
  const explorer = await open();
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

// Text playground

test('the playground shows the next words with their probabilities as one types', async () => {
  const explorer = await open();
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
  const explorer = await open();
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
  const explorer = await open({
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

test('the model is asked once for a burst of keys, and an answer to an earlier text is dropped', async () => {
  const questions = new Map<string, PromiseWithResolvers<Completion>>();
  const explorer = await open({
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
  const complete = (asked: string, count: number) =>
    answers ? Promise.resolve(model.complete(asked, count)) : deferred<Completion>().promise;
  const explorer = await open({ host: { ...host, complete } });
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
  const explorer = await open({ host: { ...host, complete } });
  await text(explorer).fill('king');
  await explorer.page.getByText('The language model cannot be read.').waitFor();
  await closeWithout(explorer);
});

// Without a map

test('while the map is loaded, the explorer says so', async () => {
  const map = deferred<WordMap | null>();
  const explorer = await lab.open({ host: { ...host, map: () => map.promise } });
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
  const explorer = await lab.open({
    host: { ...host, map: () => Promise.resolve(trained ? model.map : null), train: () => training.promise },
  });
  await explorer.page.getByRole('heading', { name: 'Nothing is trained yet' }).waitFor();
  assert.equal(await text(explorer).isVisible(), false);
  await explorer.page.getByRole('button', { name: 'Train on This Workspace' }).click();
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
  const explorer = await lab.open({ host: { ...host, map: () => Promise.resolve(null), train } });
  const button = explorer.page.getByRole('button', { name: 'Train on This Workspace' });
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
  const explorer = await lab.open({ host: { ...host, map } });
  await explorer.page.getByText('map.safetensors is damaged.').waitFor();
  fails = false;
  await explorer.page.getByRole('button', { name: 'Retry' }).click();
  await explorer.ready();
  await closeWithout(explorer);
});

test('a model that has been deleted is gone from the explorer', async () => {
  let trained = true;
  const explorer = await open({ host: { ...host, map: () => Promise.resolve(trained ? model.map : null) } });
  trained = false;
  await explorer.view.modelChanged();
  await explorer.page.getByRole('heading', { name: 'Nothing is trained yet' }).waitFor();
  assert.equal(await search(explorer).isVisible(), false);
  await closeWithout(explorer);
});

test('a word that is to be shown before the map is there is shown with it', async () => {
  const map = deferred<WordMap | null>();
  const explorer = await lab.open({ host: { ...host, map: () => map.promise } });
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
  const explorer = await open();
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
  const explorer = await lab.open({ host: { ...host, map: () => answers[asked++]!.promise }, state: kept });
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
    const explorer = await open({ state: state as never });
    assert.deepEqual(await explorer.state(), { selected: null, view: null, text: '' });
    await closeWithout(explorer);
  }
});

// Words are text

test('nothing of a word is ever markup: in lists, headings, suggestions, hints', async () => {
  const [image] = HOSTILE;
  const hostile = HOSTILE.map((word) => ({ word, similarity: 0.5, probability: 0.2 }));
  const explorer = await open({
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
  const explorer = await open();
  const messages = [null, 'show', 7, [], {}, { t: 'q' }, { t: 'q', m: 'constructor', a: [] }, { t: 'q', m: 'toString', a: [], i: '1' }, { t: 'q', m: 'show', a: 'king' }, { t: 's' }, { t: 's', i: 'unknown', r: 1 }, { command: 'show' }]; // prettier-ignore
  for (const message of messages) await explorer.post(message);
  await explorer.page.waitForTimeout(100);
  assert.deepEqual(explorer.problems, []);
  assert.equal(explorer.answers, 0);
  assert.equal((await explorer.state()).selected, null);
  await closeWithout(explorer);
});

// For everyone

test('everything can be done with the keyboard alone, and the focus is always to be seen', async () => {
  const explorer = await open();
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
  const explorer = await open();
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
  const nameless = await explorer.page.evaluate(() => [...document.querySelectorAll('button')].filter((button) => !(button.getAttribute('aria-label') ?? button.textContent)).length); // prettier-ignore
  assert.equal(nameless, 0);
  await closeWithout(explorer);
});

test('in a column of 300 pixels nothing is cut off at the side', async () => {
  const explorer = await open({ viewport: { width: 300, height: 800 } });
  await explorer.view.show('king');
  await explorer.page.locator('.selection .bar').first().waitFor();
  await text(explorer).fill('k');
  await explorer.page.locator('.playground .bar').first().waitFor();
  const wide = await explorer.page.evaluate(() => [...document.querySelectorAll('main *')].filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5 && !element.closest('.visually-hidden')).map((element) => element.className)); // prettier-ignore
  assert.deepEqual(wide, []);
  const map = (await explorer.page.locator('canvas.labels').boundingBox())!;
  assert.ok(map.width === 300 && map.height > 300, JSON.stringify(map));
  await text(explorer).scrollIntoViewIfNeeded();
  await explorer.page.getByRole('button', { name: /^Insert king,/ }).click();
  assert.equal(await text(explorer).inputValue(), 'king ');
  await closeWithout(explorer);
});

test('with forced colours, bars and the marked entry are still told apart', async () => {
  const explorer = await open({ forcedColors: 'active' });
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
  const explorer = await open({ setup: { l10n } });
  await explorer.page.getByRole('combobox', { name: '단어 찾기' }).fill('{0}');
  await explorer.page.keyboard.press('Enter');
  await selected(explorer, '{0}');
  await eventually(async () =>
    assert.equal(await explorer.page.locator('.legend-word').textContent(), '{0}와의 유사도'),
  );
  await explorer.page.getByRole('list', { name: '가까운 단어' }).waitFor();
  await closeWithout(explorer);
});
