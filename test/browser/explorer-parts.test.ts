// The parts of the explorer that need no browser: the camera's arithmetic, the grid, the labels,
// the word search.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundsOf, fit, flight, toMap, toScreen, type View, zoomedAbout } from '../../media/explorer/camera.ts';
import { GridIndex } from '../../media/explorer/grid-index.ts';
import { type LabelScene, placeLabels } from '../../media/explorer/labels.ts';
import { WordSearch } from '../../media/explorer/word-search.ts';
import { mulberry32 } from '../../src/numerics/random.ts';

const size = { width: 800, height: 600 };

function positionsOf(count: number, seed: number): Float32Array {
  const random = mulberry32(seed);
  // denser in the middle
  return Float32Array.from({ length: 2 * count }, () => (random() * 2 - 1) * random());
}

function sceneOf(positions: Float32Array, view: View, more: Partial<LabelScene> = {}): LabelScene {
  const ranks = Uint32Array.from({ length: positions.length / 2 }, (_, i) => i);
  const grid = new GridIndex(positions);
  const fixed = { radius: () => 3, gap: () => 6, fontSize: () => 12, width: (index: number) => 30 + (index % 7) * 8 };
  return {
    view,
    size,
    positions,
    grid,
    byRank: ranks,
    rank: ranks,
    common: ranks.length,
    pinned: [],
    limit: 60,
    ...fixed,
    ...more,
  };
}

test('the view that fits shows every point inside its margin', () => {
  const positions = positionsOf(500, 1);
  const view = fit(boundsOf(positions), size, 40);
  for (let i = 0; i < positions.length; i += 2) {
    const [x, y] = toScreen(view, size, positions[i]!, positions[i + 1]!);
    assert.ok(x >= 39.99 && x <= 760.01 && y >= 39.99 && y <= 560.01, `(${x}, ${y})`);
  }
});

test('a view without points, or with one point, is still a view', () => {
  for (const positions of [new Float32Array(0), Float32Array.of(0.3, 0.4)]) {
    const { x, y, scale } = fit(boundsOf(positions), size, 40);
    assert.ok([x, y, scale].every(Number.isFinite));
    assert.ok(scale > 0);
  }
});

test('screen and map coordinates are each other’s inverse, and y goes up on the map', () => {
  const view = { x: 0.2, y: -0.1, scale: 250 };
  const [x, y] = toScreen(view, size, 0.7, 0.4);
  assert.ok(y < size.height / 2);
  const [mapX, mapY] = toMap(view, size, x, y);
  assert.ok(Math.abs(mapX - 0.7) < 1e-9 && Math.abs(mapY - 0.4) < 1e-9);
});

test('zooming leaves the point under the pointer where it is', () => {
  const view = { x: 0.2, y: -0.1, scale: 250 };
  const before = toMap(view, size, 123, 456);
  const after = toMap(zoomedAbout(view, size, 900, 123, 456), size, 123, 456);
  assert.ok(Math.hypot(before[0] - after[0], before[1] - after[1]) < 1e-9);
});

test('a flight begins and ends where it should, goes out and in again, and never jumps', () => {
  const views: [View, View][] = [
    [
      { x: -0.9, y: 0, scale: 4000 },
      { x: 0.9, y: 0.3, scale: 4000 },
    ],
    [
      { x: 0, y: 0, scale: 300 },
      { x: 0.3, y: 0.3, scale: 2000 },
    ],
    [
      { x: 0.1, y: 0.1, scale: 2000 },
      { x: 0.1, y: 0.1, scale: 300 },
    ],
    [
      { x: 0.1, y: 0.1, scale: 300 },
      { x: 0.1, y: 0.1, scale: 300 },
    ],
    [
      { x: 0, y: 0, scale: 100_000 },
      { x: 0, y: 0.00001, scale: 300 },
    ],
  ];
  for (const [from, to] of views) {
    const path = flight(from, to, size);
    assert.ok(path.duration >= 250 && path.duration <= 800);
    const start = path.at(0);
    for (const key of ['x', 'y', 'scale'] as const) {
      assert.ok(
        Math.abs(start[key] - from[key]) <= 1e-6 * Math.max(1, Math.abs(from[key])),
        `${key}: ${start[key]} from ${from[key]}`,
      );
    }
    assert.deepEqual(path.at(1), to);
    let before = start;
    for (let i = 1; i <= 200; i++) {
      const view = path.at(i / 200);
      assert.ok([view.x, view.y, view.scale].every(Number.isFinite));
      // of what is seen, no frame moves more than a small part
      const moved = Math.hypot(view.x - before.x, view.y - before.y) * Math.min(view.scale, before.scale);
      assert.ok(moved < 0.1 * size.width, `moved ${moved} pixels at ${i}`);
      assert.ok(Math.abs(Math.log(view.scale / before.scale)) < 0.2);
      before = view;
    }
  }
  const [from, to] = views[0]!;
  assert.ok(flight(from, to, size).at(0.5).scale < 0.5 * from.scale, 'it zooms out on a long way');
});

test('the grid finds the same points as looking at every one', () => {
  for (const count of [0, 1, 5, 1000]) {
    const positions = positionsOf(count, count);
    const grid = new GridIndex(positions);
    const random = mulberry32(7);
    for (let query = 0; query < 50; query++) {
      const [x, y, half] = [random() * 2.4 - 1.2, random() * 2.4 - 1.2, random() * 0.5];
      const box = { minX: x - half, maxX: x + half, minY: y - half, maxY: y + half };
      const found: number[] = [];
      assert.equal(grid.within(box, found), true);
      const expected: number[] = [];
      for (let i = 0; i < count; i++) {
        const [px, py] = [positions[2 * i]!, positions[2 * i + 1]!];
        if (px >= box.minX && px <= box.maxX && py >= box.minY && py <= box.maxY) expected.push(i);
      }
      assert.deepEqual(
        found.sort((a, b) => a - b),
        expected,
      );
    }
  }
});

test('the grid stops at the limit', () => {
  const positions = positionsOf(1000, 3);
  const found: number[] = [];
  assert.equal(new GridIndex(positions).within(boundsOf(positions), found, 20), false);
  assert.equal(found.length, 20);
});

test('labels do not overlap, and the most frequent word has one', () => {
  const positions = positionsOf(3000, 4);
  const view = fit(boundsOf(positions), size, 40);
  const labels = placeLabels(sceneOf(positions, view));
  assert.ok(labels.length > 20, `${labels.length} labels`);
  assert.ok(labels.some(({ index }) => index === 0));
  for (const [i, a] of labels.entries()) {
    for (const b of labels.slice(i + 1)) {
      assert.ok(
        a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top,
        `${a.index} and ${b.index}`,
      );
    }
  }
});

test('a label that the edge of the window would cut stands on the other side', () => {
  const positions = Float32Array.of(0.98, 0);
  const [label] = placeLabels(sceneOf(positions, { x: 0, y: 0, scale: 400 }));
  assert.equal(label?.side, -1);
});

test('closer in, rarer words have labels too', () => {
  const positions = positionsOf(3000, 4);
  const all = fit(boundsOf(positions), size, 40);
  const rarest = (view: View) => Math.max(...placeLabels(sceneOf(positions, view)).map(({ index }) => index));
  assert.ok(rarest({ ...all, scale: all.scale * 12 }) > 2 * rarest(all));
});

test('a view of many words looks at few of them for labels', () => {
  const positions = positionsOf(100_000, 5);
  const view = fit(boundsOf(positions), size, 40);
  let measured = 0;
  const width = (index: number) => {
    measured++;
    return 30 + (index % 7) * 8;
  };
  placeLabels(sceneOf(positions, view, { width, limit: 500 }));
  assert.ok(measured <= 2 * 2000, `${measured} measured`);
});

test('pinned words come first, and the first of them has a label even on top of another', () => {
  const positions = Float32Array.of(0, 0, 0.001, 0, 0.002, 0);
  const scene = sceneOf(positions, { x: 0, y: 0, scale: 100 }, { pinned: [2, 1] });
  const labels = placeLabels(scene);
  assert.equal(labels[0]?.index, 2);
  assert.deepEqual(
    labels.map(({ index }) => index),
    [2, 1],
  ); // one on either side: no room for the third
});

const words = [
  'the',
  'King',
  'king',
  'viking',
  'kingdom',
  '하늘',
  '하느님',
  '하나',
  '강',
  '간',
  'café',
  'cafeteria',
  '<b>',
];
const search = new WordSearch(
  words,
  words.map((_, i) => 100 - i),
);
const found = (text: string, limit = 50) => search.find(text, limit).map((index) => words[index]);

test('a search gives the word itself first, then what begins with the text, then what holds it, whatever its case', () => {
  assert.deepEqual(found('KING'), ['King', 'king', 'kingdom', 'viking']);
  assert.deepEqual(found(' king '), ['King', 'king', 'kingdom', 'viking']);
  assert.deepEqual(found('ki', 2), ['King', 'king']);
});

test('the word itself is found even where many more frequent words begin with it', () => {
  const many = [...Array.from({ length: 100 }, (_, i) => `king${i}`), 'king'];
  const counts = many.map((_, i) => 1000 - i);
  assert.equal(new WordSearch(many, counts).find('king', 10)[0], 100);
});

test('a Korean syllable that is not whole yet finds the words it may become', () => {
  assert.deepEqual(found('ㅎ'), ['하늘', '하느님', '하나']);
  assert.deepEqual(found('하느'), ['하늘', '하느님']);
  assert.deepEqual(found('하늘'), ['하늘']);
  assert.deepEqual(found('가'), ['강', '간']);
  assert.deepEqual(found('나'), ['하나']);
});

test('letters without accents find those with them', () => {
  assert.deepEqual(found('cafe'), ['café', 'cafeteria']);
  assert.deepEqual(found('café'), ['café']);
});

test('a search for nothing, or for nothing there is, finds nothing; odd signs are signs', () => {
  assert.deepEqual(found(''), []);
  assert.deepEqual(found('   '), []);
  assert.deepEqual(found('qqq'), []);
  assert.deepEqual(found('<B'), ['<b>']);
  assert.deepEqual(found('.*'), []);
});
