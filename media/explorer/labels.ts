// Which words are written on the map: the most frequent ones in view, as many as fit without
// overlap. Greedy by rank, as on printed maps; the cost follows what is in view, not the number of
// words.

import { type Size, toScreen, type View, visibleBounds } from './camera.ts';
import type { GridIndex } from './grid-index.ts';

/** Where a word is written: a box in CSS pixels, to the right (1) or the left (-1) of its point. */
export interface Label {
  index: number;
  side: 1 | -1;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface LabelScene {
  view: View;
  size: Size;
  positions: Float32Array; // (N, 2)
  grid: GridIndex;
  /** Indexes of the words, most frequent first, (N). */
  byRank: Uint32Array;
  /** Position of each word in `byRank`, (N). */
  rank: Uint32Array;
  /**
   * How many of the words are no rare ones. Rare words are written only where hardly any other is
   * in view.
   */
  common: number;
  /** Words that come before all others, the first of them even where it covers something. */
  pinned: readonly number[];
  /** The most labels. */
  limit: number;
  /** CSS pixels. `gap`: from the middle of a disc to its label. */
  radius(index: number): number;
  gap(index: number): number;
  fontSize(index: number): number;
  width(index: number): number;
}

const MARGIN = 120; // CSS pixels around the view where labels are placed too, so that none jumps when it comes into view
const SPACE_X = 6; // CSS pixels that stay free around a label
const SPACE_Y = 3;
const ROW = 24; // CSS pixels, height of the rows in which placed labels are looked up
const MOST_CANDIDATES = 2000;
const LEAST_CANDIDATES = 8; // with fewer words in view that are not rare, rare ones are written too

/** Places labels, the most important first. */
export function placeLabels(scene: LabelScene): Label[] {
  const labels: Label[] = [];
  const rows = new Map<number, Label[]>();
  const rowsOf = (label: Label) => [
    Math.floor((label.top - SPACE_Y) / ROW),
    Math.floor((label.bottom + SPACE_Y) / ROW),
  ];
  const collides = (label: Label) => {
    const [first, last] = rowsOf(label);
    for (let row = first!; row <= last!; row++) {
      for (const other of rows.get(row) ?? []) {
        if (
          label.left < other.right + SPACE_X &&
          other.left < label.right + SPACE_X &&
          label.top < other.bottom + SPACE_Y &&
          other.top < label.bottom + SPACE_Y
        ) {
          return true;
        }
      }
    }
    return false;
  };
  const place = (index: number, force: boolean) => {
    const right = labelAt(scene, index, 1);
    const left = labelAt(scene, index, -1);
    const cut = right.right > scene.size.width && right.left < scene.size.width && left.left > 0;
    const [first, second] = cut ? [left, right] : [right, left];
    const label = !collides(first) ? first : !collides(second) ? second : force ? first : null;
    if (!label) return;
    labels.push(label);
    const [top, bottom] = rowsOf(label);
    for (let row = top!; row <= bottom!; row++) {
      const others = rows.get(row);
      if (others) others.push(label);
      else rows.set(row, [label]);
    }
  };

  const pinned = new Set(scene.pinned);
  scene.pinned.forEach((index, i) => place(index, i === 0));
  const most = labels.length + scene.limit;
  const inView = mostFrequentInView(scene);
  const common = inView.filter((index) => scene.rank[index]! < scene.common);
  for (const index of common.length < LEAST_CANDIDATES ? inView : common) {
    if (labels.length >= most) break;
    if (!pinned.has(index)) place(index, false);
  }
  return labels;
}

/** The label of a word on the given side of its point, in this view. */
export function labelAt(scene: LabelScene, index: number, side: 1 | -1): Label {
  const [x, y] = toScreen(scene.view, scene.size, scene.positions[2 * index]!, scene.positions[2 * index + 1]!);
  const gap = scene.gap(index);
  const width = scene.width(index);
  const height = scene.fontSize(index) * 1.3;
  const left = side === 1 ? x + gap : x - gap - width;
  return { index, side, left, right: left + width, top: y - height / 2, bottom: y + height / 2 };
}

/** The words in view by rank, MOST_CANDIDATES at most. */
function mostFrequentInView({ view, size, positions, grid, byRank, rank }: LabelScene): number[] {
  const bounds = visibleBounds(view, size, MARGIN);
  const found: number[] = [];
  // a part of the map in view: what the grid finds there, by rank
  if (grid.within(bounds, found, MOST_CANDIDATES)) return found.sort((a, b) => rank[a]! - rank[b]!);
  // most of the map in view: down the ranks, where the first words are soon found
  found.length = 0;
  for (const index of byRank) {
    const x = positions[2 * index]!;
    const y = positions[2 * index + 1]!;
    if (x < bounds.minX || x > bounds.maxX || y < bounds.minY || y > bounds.maxY) continue;
    if (found.push(index) === MOST_CANDIDATES) break;
  }
  return found;
}
