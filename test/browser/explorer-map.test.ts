// The explorer's map in Chromium: what is drawn where, how it moves, what it answers to pointer,
// wheel, fingers and keys.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ExplorerState } from '../../src/protocol/explorer.ts';
import { eventually, ExplorerLab, type ExplorerPage, type PageOptions } from './pages.ts';
import { type Colour, colourOf, difference } from './pixels.ts';
import { THEMES } from './themes.ts';
import { BEACONS, HOSTILE, toyModel } from './toy-model.ts';

const model = toyModel(2000, 1);
const host = {
  map: () => Promise.resolve(model.map),
  describe: (word: string, neighbours: number) => Promise.resolve(model.describe(word, neighbours)),
  similaritiesOnMap: (word: string) => Promise.resolve(model.similaritiesOnMap(word)),
  complete: (text: string) => Promise.resolve(model.complete(text, 8)),
  train: () => Promise.resolve(),
  learning: () => Promise.resolve(null),
  cancel: () => Promise.resolve(),
};
/** All of the map in a window of 1000 by 700, with some room. */
const WHOLE: ExplorerState = { selected: null, view: { x: 0, y: 0, scale: 250 }, text: '' };
const BACKGROUND = colourOf(THEMES.dark.colours['editor-background']);

let lab: ExplorerLab;
before(async () => {
  lab = await ExplorerLab.start();
});
after(() => lab.close());

async function open(options: Partial<PageOptions> = {}): Promise<ExplorerPage> {
  return (await lab.open({ host, state: WHOLE, ...options })).ready();
}

async function closeWithout(explorer: ExplorerPage): Promise<void> {
  assert.deepEqual(explorer.problems, []);
  await explorer.close();
}

/** Whether a disc is drawn at the place of the map. `ratio`: device pixels a CSS pixel. */
async function hasDisc(explorer: ExplorerPage, place: [number, number], ratio = 1): Promise<boolean> {
  const [x, y] = await explorer.onPage(place);
  return difference((await explorer.pixels()).at(x * ratio, y * ratio), BACKGROUND) > 40;
}

async function colourAt(explorer: ExplorerPage, place: [number, number]): Promise<Colour> {
  const [x, y] = await explorer.onPage(place);
  return (await explorer.pixels()).at(x, y);
}

const canvas = (explorer: ExplorerPage) => explorer.page.locator('canvas.labels');

test('every word is drawn where the map has it, and nothing where it has none', async () => {
  const explorer = await open();
  // labels cover some discs
  await canvas(explorer).evaluate((element) => (element.style.opacity = '0'));
  const pixels = await explorer.pixels();
  const places = await explorer.allOnPage(model.map.words.map((word) => model.place(word)));
  for (const [i, [x, y]] of places.entries()) {
    assert.ok(difference(pixels.at(x, y), BACKGROUND) > 20, `${model.map.words[i]!} is not at (${x}, ${y})`);
  }
  const free: [number, number][] = [
    [-0.95, 0],
    [0, 0.95],
    [0.95, 0.2],
  ];
  for (const place of free) assert.equal(await hasDisc(explorer, place), false, String(place));
  await closeWithout(explorer);
});

test('frequent words have larger discs', async () => {
  const explorer = await open();
  const pixels = await explorer.pixels();
  const area = async (word: string) => {
    const [x, y] = await explorer.onPage(model.place(word));
    // its left part: the label is on the right
    return pixels.countUnlike(BACKGROUND, x - 11, y - 11, x + 3, y + 12);
  };
  assert.ok((await area('northwest')) > (await area('southwest')), 'of words 1 and 4 by count');
  assert.ok((await area('southwest')) > 30);
  await closeWithout(explorer);
});

test('without a view kept, all of the map is shown, and still is in a smaller window', async () => {
  const explorer = await open({ state: { ...WHOLE, view: null } });
  for (const viewport of [
    { width: 1000, height: 700 },
    { width: 640, height: 420 },
    { width: 300, height: 700 },
  ]) {
    await explorer.page.setViewportSize(viewport);
    const pixels = await explorer.pixels();
    const box = (await canvas(explorer).boundingBox())!;
    const scale =
      Math.min(Math.max(box.width - 112, 0.84 * box.width), Math.max(box.height - 112, 0.84 * box.height)) / 2;
    for (const [x, y] of Object.values(BEACONS)) {
      const at = [box.x + box.width / 2 + x * scale, box.y + box.height / 2 - y * scale] as const;
      const covered = await explorer.page.evaluate(
        ([left, top]) => document.elementFromPoint(left, top)?.className !== 'labels',
        at,
      );
      if (covered) continue; // by the search box or the buttons
      assert.ok(
        difference(pixels.at(...at), BACKGROUND) > 40,
        `(${x}, ${y}) at ${at.join()} of ${viewport.width} pixels`,
      );
    }
  }
  await closeWithout(explorer);
});

test('on a screen of two device pixels a pixel, the discs are at the same places', async () => {
  const explorer = await open({ deviceScaleFactor: 2 });
  for (const place of Object.values(BEACONS)) assert.ok(await hasDisc(explorer, place, 2));
  assert.equal(await canvas(explorer).evaluate((element: HTMLCanvasElement) => element.width / element.clientWidth), 2);
  await closeWithout(explorer);
});

test('the wheel zooms about the pointer', async () => {
  const explorer = await open();
  const [x, y] = await explorer.onPage(BEACONS['southeast']!);
  await explorer.page.mouse.move(x, y);
  await explorer.page.mouse.wheel(0, -300);
  await explorer.settle();
  const { view } = await explorer.state();
  assert.ok(view!.scale > 1.5 * WHOLE.view!.scale && view!.scale < 2.2 * WHOLE.view!.scale, `scale ${view!.scale}`);
  const [nowX, nowY] = await explorer.onPage(BEACONS['southeast']!);
  assert.ok(Math.hypot(nowX - x, nowY - y) < 0.5, `moved to ${nowX}, ${nowY}`);
  assert.ok(await hasDisc(explorer, BEACONS['southeast']!));

  await explorer.page.mouse.wheel(0, 300);
  await explorer.settle();
  assert.ok(Math.abs((await explorer.state()).view!.scale / WHOLE.view!.scale - 1) < 0.01, 'and back');
  await closeWithout(explorer);
});

test('the zoom ends where nothing more is to be seen, either way', async () => {
  const explorer = await open();
  await explorer.page.mouse.move(300, 300);
  for (const [wheel, least, most] of [
    [300, 100, 200],
    [-300, 50_000, 1_000_000],
  ] as const) {
    for (let i = 0; i < 25; i++) await explorer.page.mouse.wheel(0, wheel);
    await explorer.settle();
    const { scale } = (await explorer.state()).view!;
    assert.ok(scale > least && scale < most, `scale ${scale}`);
  }
  await closeWithout(explorer);
});

test('dragging moves the map with the pointer, and selects nothing', async () => {
  const explorer = await open();
  const before = await explorer.onPage(BEACONS['southwest']!);
  await explorer.page.mouse.move(...before);
  await explorer.page.mouse.down();
  await explorer.page.mouse.move(before[0] + 60, before[1] - 90, { steps: 6 });
  await explorer.page.mouse.up();
  const after = await explorer.onPage(BEACONS['southwest']!);
  assert.ok(
    Math.hypot(after[0] - before[0] - 60, after[1] - before[1] + 90) < 1,
    `${before.join()} to ${after.join()}`,
  );
  assert.ok(await hasDisc(explorer, BEACONS['southwest']!));
  assert.equal((await explorer.state()).selected, null);
  await closeWithout(explorer);
});

test('the map cannot be dragged out of sight', async () => {
  const explorer = await open();
  for (let i = 0; i < 12; i++) {
    await explorer.page.mouse.move(100, 300);
    await explorer.page.mouse.down();
    await explorer.page.mouse.move(650, 300, { steps: 2 });
    await explorer.page.mouse.up();
  }
  const { x } = (await explorer.state()).view!;
  assert.ok(Math.abs(x + 1) < 1e-6, `centre at ${x}`);
  await closeWithout(explorer);
});

test('a double click zooms in, one with Shift out', async () => {
  const explorer = await open();
  await explorer.page.mouse.dblclick(...(await explorer.onPage([0.95, 0.3])));
  await explorer.settle();
  assert.ok(Math.abs((await explorer.state()).view!.scale / 500 - 1) < 0.01);
  await explorer.page.keyboard.down('Shift');
  await explorer.page.mouse.dblclick(...(await explorer.onPage([0.95, 0.3])));
  await explorer.page.keyboard.up('Shift');
  await explorer.settle();
  assert.ok(Math.abs((await explorer.state()).view!.scale / 250 - 1) < 0.01);
  await closeWithout(explorer);
});

test('two fingers pinch: the map’s points stay under them', async () => {
  const explorer = await open({ hasTouch: true });
  const session = await explorer.page.context().newCDPSession(explorer.page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: [number, number][]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  const places: [number, number][] = [
    [-0.4, 0.2],
    [0.4, -0.2],
  ];
  const [a, b] = [await explorer.onPage(places[0]!), await explorer.onPage(places[1]!)];
  const apart = (i: number): [number, number][] => [
    [a[0] - 8 * i, a[1] - 4 * i],
    [b[0] + 8 * i, b[1] + 4 * i],
  ];
  await touch('touchStart', apart(0));
  for (let i = 1; i <= 10; i++) await touch('touchMove', apart(i));
  await touch('touchEnd', []);
  const fingers = apart(10);
  for (const [i, place] of places.entries()) {
    const [x, y] = await explorer.onPage(place);
    assert.ok(
      Math.hypot(x - fingers[i]![0], y - fingers[i]![1]) < 6,
      `${x}, ${y} is not under the finger at ${fingers[i]!.join()}`,
    );
  }
  assert.ok((await explorer.state()).view!.scale > 1.5 * WHOLE.view!.scale);
  assert.equal((await explorer.state()).selected, null);
  await closeWithout(explorer);
});

test('a touchpad’s pinch zooms, and the page itself stays as large as it was', async () => {
  const explorer = await open();
  await explorer.page.mouse.move(350, 350);
  await explorer.page.keyboard.down('Control');
  await explorer.page.mouse.wheel(0, -40);
  await explorer.page.keyboard.up('Control');
  await explorer.settle();
  assert.ok((await explorer.state()).view!.scale > 1.3 * WHOLE.view!.scale);
  assert.equal(await explorer.page.evaluate(() => visualViewport!.scale), 1);
  await closeWithout(explorer);
});

test('arrow keys, plus, minus and 0 do with the keyboard what the pointer does', async () => {
  const explorer = await open();
  await canvas(explorer).focus();
  await explorer.page.keyboard.press('ArrowRight');
  await explorer.page.keyboard.press('ArrowUp');
  let { view } = await explorer.state();
  assert.ok(view!.x > 0.1 && view!.y > 0.1, JSON.stringify(view));
  await explorer.page.keyboard.press('ArrowLeft');
  await explorer.page.keyboard.press('ArrowDown');
  ({ view } = await explorer.state());
  assert.ok(Math.hypot(view!.x, view!.y) < 1e-6, JSON.stringify(view));
  await explorer.page.keyboard.press('+');
  await explorer.settle();
  const { scale } = (await explorer.state()).view!;
  assert.ok(Math.abs(scale / WHOLE.view!.scale - 1.5) < 0.01, `scale ${scale}`);
  await explorer.page.keyboard.press('-');
  await explorer.page.keyboard.press('-');
  await explorer.settle();
  assert.ok((await explorer.state()).view!.scale < 200);
  for (const key of ['0', 'Home']) {
    await explorer.page.keyboard.press('+');
    await explorer.settle();
    assert.notEqual((await explorer.state()).view, null);
    await explorer.page.keyboard.press(key);
    await explorer.settle();
    assert.equal((await explorer.state()).view, null, 'all of it');
  }
  await closeWithout(explorer);
});

test('the buttons zoom and show all', async () => {
  const explorer = await open();
  await explorer.page.getByRole('button', { name: 'Zoom in' }).click();
  await explorer.settle();
  assert.ok((await explorer.state()).view!.scale > 350);
  await explorer.page.getByRole('button', { name: 'Zoom out' }).click();
  await explorer.settle();
  assert.ok(Math.abs((await explorer.state()).view!.scale - 250) < 2);
  await explorer.page.getByRole('button', { name: 'Show the whole map' }).click();
  await explorer.settle();
  assert.equal((await explorer.state()).view, null);
  await closeWithout(explorer);
});

test('pointing at a word names it and its count; pointing at nothing says nothing', async () => {
  const explorer = await open();
  const tooltip = explorer.page.locator('.tooltip');
  await explorer.page.mouse.move(...(await explorer.onPage(BEACONS['northeast']!)));
  await tooltip.waitFor();
  assert.equal(await tooltip.locator('.tooltip-word').textContent(), 'northeast');
  assert.equal(await tooltip.locator('.tooltip-line').first().textContent(), '20,003 occurrences');
  assert.equal(await tooltip.locator('.tooltip-line').nth(1).textContent(), '');
  const box = (await tooltip.boundingBox())!;
  const stage = (await canvas(explorer).boundingBox())!;
  assert.ok(box.x >= stage.x && box.y >= stage.y && box.x + box.width <= stage.x + stage.width);
  await explorer.page.mouse.move(...(await explorer.onPage([0.95, 0])));
  await tooltip.waitFor({ state: 'hidden' });
  await explorer.page.mouse.move(...(await explorer.onPage(BEACONS['northeast']!)));
  await tooltip.waitFor();
  await explorer.page.mouse.move(900, 300); // over the panel
  await tooltip.waitFor({ state: 'hidden' });
  await closeWithout(explorer);
});

test('with a word selected, pointing tells the similarity to it, which is fetched once', async () => {
  const explorer = await open();
  await explorer.page.mouse.click(...(await explorer.onPage(BEACONS['northeast']!)));
  await explorer.page.locator('.bar').first().waitFor();
  const similarity = model.similaritiesOnMap('northeast')!;
  for (const word of ['northwest', 'southeast', 'southwest']) {
    await explorer.page.mouse.move(...(await explorer.onPage(BEACONS[word]!)));
    const expected = similarity[model.map.words.indexOf(word)]!.toFixed(2);
    await eventually(async () => {
      const text = await explorer.page.locator('.tooltip-line').nth(1).textContent();
      assert.equal(text, `Similarity to northeast: ${expected}`);
    });
  }
  assert.equal(explorer.calls.filter((name) => name === 'similaritiesOnMap').length, 1);
  await closeWithout(explorer);
});

test('clicking a word rings it, and colours all others by their similarity to it', async () => {
  const explorer = await open();
  const warm = colourOf(THEMES.dark.colours['charts-yellow']);
  assert.ok(difference(await colourAt(explorer, model.place('kingdom')), warm) > 100);
  await explorer.page.mouse.click(...(await explorer.onPage(model.place('king'))));
  await explorer.page.locator('.bar').first().waitFor();
  await explorer.page.mouse.move(900, 600);
  const near = await colourAt(explorer, model.place('kingdom'));
  const far = await colourAt(explorer, BEACONS['southwest']!);
  assert.ok(difference(near, warm) < 60, `${near.join()} is warm`);
  assert.ok(difference(far, BACKGROUND) < 40, `${far.join()} is faint`);
  const [x, y] = await explorer.onPage(model.place('king'));
  const pixels = await explorer.pixels();
  let ring = 0;
  const accent = colourOf(THEMES.dark.colours.focusBorder);
  for (let dy = -20; dy <= 20; dy++)
    for (let dx = -20; dx <= 20; dx++) if (difference(pixels.at(x + dx, y + dy), accent) < 40) ring++;
  assert.ok(ring > 20, `${ring} pixels of the ring`);
  await closeWithout(explorer);
});

test('a label is part of its word: clicking it selects the word', async () => {
  const explorer = await open();
  const [x, y] = await explorer.onPage(BEACONS['northwest']!);
  await explorer.page.mouse.click(x + 30, y);
  await eventually(async () => assert.equal((await explorer.state()).selected, 'northwest'));
  await closeWithout(explorer);
});

test('labels are drawn beside their words, in the colour of the text', async () => {
  const explorer = await open();
  const [x, y] = await explorer.onPage(BEACONS['northwest']!);
  const pixels = await explorer.pixels();
  const text = colourOf(THEMES.dark.colours['editor-foreground']);
  let inked = 0;
  for (let row = y - 8; row <= y + 8; row++)
    for (let column = x + 10; column < x + 70; column++) if (difference(pixels.at(column, row), text) < 60) inked++;
  assert.ok(inked > 40, `${inked} pixels of text`);
  await closeWithout(explorer);
});

test('nothing is drawn while nothing changes', async () => {
  const explorer = await open();
  const before = await explorer.drawings();
  await explorer.page.waitForTimeout(400);
  assert.equal(await explorer.drawings(), before);
  await explorer.page.mouse.move(900, 500); // over the panel
  await explorer.page.waitForTimeout(100);
  assert.equal(await explorer.drawings(), before);
  await closeWithout(explorer);
});

test('each theme has colours of its own, and a change of theme shows at once', async () => {
  const explorer = await open();
  const seen: Record<string, { point: Colour; ground: Colour; panel: string }> = {};
  for (const name of ['dark', 'light', 'highContrast', 'highContrastLight'] as const) {
    await explorer.setTheme(name);
    const { colours } = THEMES[name];
    const point = await colourAt(explorer, BEACONS['northeast']!);
    const ground = await colourAt(explorer, [0.95, 0]);
    const panel = await explorer.page.locator('.side').evaluate((side) => getComputedStyle(side).backgroundColor);
    seen[name] = { point, ground, panel };
    assert.ok(difference(ground, colourOf(colours['editor-background'])) < 3, `${name}: ground ${ground.join()}`);
    assert.ok(difference(point, colourOf(colours['charts-blue'])) < 60, `${name}: point ${point.join()}`);
    assert.equal(panel, `rgb(${colourOf(colours['sideBar-background']).join(', ')})`);
  }
  assert.equal(new Set(Object.values(seen).map(({ point }) => point.join())).size, 4);
  await closeWithout(explorer);
});

test('a colour that the user changes within a theme shows at once', async () => {
  const explorer = await open();
  await explorer.page.evaluate(() => document.documentElement.style.setProperty('--vscode-charts-blue', '#20c040'));
  await explorer.settle();
  const [red, green, blue] = await colourAt(explorer, BEACONS['northeast']!);
  assert.ok(green > red + 40 && green > blue + 40, `${red}, ${green}, ${blue} is green`);
  await explorer.page.evaluate(() => (document.body.dataset['vscodeThemeKind'] = 'vscode-high-contrast'));
  const strong = await colourAt(explorer, BEACONS['northeast']!);
  assert.deepEqual(strong, colourOf('#20c040'), 'undimmed with high contrast');
  await closeWithout(explorer);
});

test('where the user wants no movement, a step of the wheel and a flight are done in one frame', async () => {
  for (const bodyClass of [false, true]) {
    const explorer = await open(bodyClass ? {} : { reducedMotion: 'reduce' });
    if (bodyClass) await explorer.page.evaluate(() => document.body.classList.add('vscode-reduce-motion'));
    await explorer.settle();
    await explorer.page.mouse.move(300, 300);
    const before = await explorer.drawings();
    await explorer.page.mouse.wheel(0, -300);
    await explorer.settle();
    // points and labels, of one or two frames and the tooltip's
    assert.ok((await explorer.drawings()) - before <= 6, `${(await explorer.drawings()) - before} drawings`);
    await explorer.view.show('king');
    await eventually(async () => {
      const { view } = await explorer.state();
      assert.ok(Math.hypot(view!.x - 0.3, view!.y - 0.3) < 1e-6);
    });
    await closeWithout(explorer);
  }
});

test('a lost graphics context comes back with everything on it', async () => {
  const explorer = await open({ state: { ...WHOLE, selected: 'king' } });
  await explorer.page.locator('.bar').first().waitFor();
  const before = await colourAt(explorer, model.place('kingdom'));
  await explorer.page.evaluate(() => {
    const gl = document.querySelector<HTMLCanvasElement>('canvas.points')!.getContext('webgl2')!;
    const extension = gl.getExtension('WEBGL_lose_context')!;
    (window as unknown as { giveBack: () => void }).giveBack = () => extension.restoreContext();
    extension.loseContext();
  });
  await explorer.page.getByText('The graphics device was reset.').waitFor();
  await explorer.page.evaluate(() => (window as unknown as { giveBack: () => void }).giveBack());
  await explorer.page.getByText('The graphics device was reset.').waitFor({ state: 'hidden' });
  const now = await colourAt(explorer, model.place('kingdom'));
  assert.ok(difference(before, now) < 8, `${before.join()} and ${now.join()}`);
  await closeWithout(explorer);
});

test('without WebGL2 the explorer says so, and search and lists work', async () => {
  const explorer = await open({
    before: () => {
      const prototype = HTMLCanvasElement.prototype;
      const original = Reflect.get(prototype, 'getContext') as (...values: unknown[]) => unknown;
      Reflect.set(prototype, 'getContext', function (this: HTMLCanvasElement, ...values: unknown[]) {
        return values[0] === 'webgl2' ? null : original.apply(this, values);
      });
    },
  });
  await explorer.page.getByText('This window has no WebGL2').waitFor();
  await explorer.page.getByRole('combobox').fill('king');
  await explorer.page.keyboard.press('Enter');
  await explorer.page.getByRole('button', { name: /^queen, similarity/ }).click();
  await explorer.page.getByRole('heading', { name: 'queen' }).waitFor();
  assert.equal(await explorer.page.getByRole('button', { name: 'Zoom in' }).isVisible(), false);
  await closeWithout(explorer);
});

test('another model replaces the map', async () => {
  const other = toyModel(300, 9);
  let current = model;
  const explorer = await open({
    host: {
      ...host,
      map: () => Promise.resolve(current.map),
      describe: (word, count) => Promise.resolve(current.describe(word, count)),
      similaritiesOnMap: (word) => Promise.resolve(current.similaritiesOnMap(word)),
    },
  });
  await explorer.page.getByText('2,000 words').waitFor();
  await explorer.page.mouse.click(...(await explorer.onPage(model.place('king'))));
  await explorer.page.locator('.bar').first().waitFor();
  current = other;
  await explorer.view.modelChanged();
  await eventually(async () =>
    assert.match(String(await canvas(explorer).getAttribute('aria-label')), /^Map of 300 words/),
  );
  await eventually(() => assert.equal(explorer.calls.filter((name) => name === 'similaritiesOnMap').length, 2));
  await explorer.page.getByRole('heading', { name: 'king' }).waitFor();
  assert.deepEqual(await explorer.state(), { selected: 'king', view: null, text: '' });
  await closeWithout(explorer);
});

test('a map of no words, and one of 100,000, are shown', async () => {
  const nothing = { words: [], counts: new Float64Array(0), positions: new Float32Array(0), minimumCount: 1 };
  const empty = await open({ host: { ...host, map: () => Promise.resolve(nothing) } });
  await empty.page.getByText('0 words').waitFor();
  await closeWithout(empty);

  const many = toyModel(100_000, 2);
  const explorer = await lab.open({ host: { ...host, map: () => Promise.resolve(many.map) }, state: WHOLE });
  await explorer.page.getByText('100,000 words').waitFor({ timeout: 60_000 });
  for (const place of Object.values(BEACONS)) assert.ok(await hasDisc(explorer, place));
  await explorer.page.mouse.move(...(await explorer.onPage(BEACONS['northeast']!)));
  await explorer.page.locator('.tooltip').waitFor();
  await explorer.page.mouse.wheel(0, -300);
  await explorer.settle();
  await closeWithout(explorer);
});

test('words that look like markup are drawn and named as they are', async () => {
  const explorer = await open();
  for (const word of HOSTILE) {
    await explorer.view.show(word);
    await explorer.page.getByRole('heading', { name: word, exact: true }).waitFor();
    await explorer.settle();
    await explorer.page.mouse.move(...(await explorer.onPage(model.place(word))));
    await eventually(async () => assert.equal(await explorer.page.locator('.tooltip-word').textContent(), word));
  }
  assert.equal(await explorer.page.locator('img').count(), 0);
  assert.equal(await explorer.page.locator('script').count(), 2);
  await closeWithout(explorer);
});
