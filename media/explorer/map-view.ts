// The map: points (WebGL2) under labels (2D canvas), pointing and clicking. Draws only when
// something has changed, once a frame, and nothing in a frame's JavaScript grows with the number of
// words.

import * as l10n from '@vscode/l10n';
import type { WordMap } from '../../src/protocol/engine.ts';
import { toMap, toScreen, type View } from './camera.ts';
import { element } from './dom.ts';
import { listenForGestures } from './gestures.ts';
import { GridIndex } from './grid-index.ts';
import { LabelLayer } from './label-layer.ts';
import { formatCount } from './numbers.ts';
import { PointLayer } from './point-layer.ts';
import { readTheme, reducedMotion } from './theme.ts';
import { Tooltip } from './tooltip.ts';
import { Viewport } from './viewport.ts';

export interface MapListeners {
  /** The user has clicked a word. */
  clicked(index: number): void;
  /** The view has changed; null: it shows all, and goes on to do so at another size. */
  viewChanged(view: View | null): void;
  /** The browser has taken the graphics context away (true), or given it back (false). */
  graphicsLost(lost: boolean): void;
}

export interface MapSelection {
  word: string;
  /** Index among the words of the map; `null` if the map does not show it. */
  index: number | null;
  /** Cosine to every word of the map, (N); null until they are known. */
  similarities: Float32Array | null;
  /** The nearest words that are on the map, nearest first. */
  neighbours: readonly number[];
}

const REACH = 6; // CSS pixels beyond a disc where it is still pointed at
const NOTHING: WordMap = { words: [], counts: null, positions: new Float32Array(0), minimumCount: 1 };

export class MapView {
  readonly element: HTMLElement;
  /** Whether WebGL2 is there: without it nothing is drawn. */
  readonly works: boolean;
  readonly #listeners: MapListeners;
  readonly #pointCanvas = element('canvas', { class: 'points', 'aria-hidden': 'true' });
  readonly #labelCanvas = element('canvas', { class: 'labels', tabindex: '0', role: 'application' });
  readonly #points: PointLayer | null;
  readonly #labels: LabelLayer;
  readonly #tooltip = new Tooltip();
  readonly #viewport = new Viewport(() => this.#viewChanged());

  #map = NOTHING;
  #grid = new GridIndex(NOTHING.positions);
  #weights = new Float32Array(0); // (N), log counts, 0 to 1
  #byRank = new Uint32Array(0); // (N), most frequent first
  #rank = new Uint32Array(0); // (N)
  #common = 0; // words seen often enough to be near words
  #selection: MapSelection | null = null;
  #closeness: Float32Array | null = null; // (N), similarities as shares of the closest word's, 0 to 1
  #hovered: number | null = null; // by the pointer
  #highlighted: number | null = null; // from outside
  #pointer: [x: number, y: number] | null = null; // CSS pixels

  #theme = readTheme();
  #ratio = 1; // device pixels a CSS pixel
  #scheduled = false;
  #pointsChanged = false;

  constructor(listeners: MapListeners) {
    this.#listeners = listeners;
    this.element = element('div', { class: 'map' }, this.#pointCanvas, this.#labelCanvas, this.#tooltip.element);
    this.#labels = new LabelLayer(this.#labelCanvas);
    this.#points = this.#startGraphics();
    this.works = this.#points !== null;
    // device pixels: it fires at another zoom level of the window too
    new ResizeObserver(() => this.#resize()).observe(this.#labelCanvas, { box: 'device-pixel-content-box' });
    listenForGestures(this.#labelCanvas, {
      pan: (dx, dy) => this.#viewport.pan(dx, dy),
      zoom: (factor, x, y, gradual) => this.#viewport.zoom(factor, x, y, gradual),
      hover: (at) => {
        this.#pointer = at;
        this.#hover();
      },
      click: (x, y) => {
        const index = this.#at(x, y);
        if (index !== null) listeners.clicked(index);
      },
      fitAll: () => this.fitAll(),
    });
  }

  /** Shows another map, in the given view, or all of it. Keeps the map's arrays. */
  setMap(map: WordMap, view: View | null): void {
    this.#map = map;
    this.#grid = new GridIndex(map.positions);
    // the words come in order of rank; where counts are unknown, Zipf's law stands for them
    const counts = map.counts ?? Float64Array.from(map.words.keys(), (rank) => map.words.length / (rank + 1));
    this.#byRank = Uint32Array.from(map.words.keys()).sort((a, b) => counts[b]! - counts[a]!);
    this.#rank = new Uint32Array(map.words.length);
    this.#byRank.forEach((index, rank) => (this.#rank[index] = rank));
    this.#common = map.counts ? counts.filter((count) => count >= map.minimumCount).length : map.words.length;
    const logs = Float32Array.from(counts, (count) => Math.log(Math.max(1, count)));
    const [most, least] = [this.#byRank.at(0), this.#byRank.at(-1)].map((index) => logs[index ?? 0] ?? 0);
    this.#weights = logs.map((log) => (log - least!) / Math.max(1e-6, most! - least!));
    this.#labels.reset();
    this.#points?.setPoints(map.positions as Float32Array<ArrayBuffer>, this.#weights);
    this.#labelCanvas.setAttribute(
      'aria-label',
      l10n.t(
        'Map of {0} words. The arrow keys move it, plus and minus zoom, 0 shows all of it.',
        formatCount(map.words.length),
      ),
    );
    this.#hovered = this.#highlighted = null;
    this.select(null);
    this.#viewport.reset(this.#grid.bounds, view);
  }

  /** Marks a word and colours all others by their similarity to it; null: none. */
  select(selection: MapSelection | null): void {
    this.#selection = selection;
    this.#closeness = selection?.similarities ? closeness(selection.similarities, selection.index) : null;
    this.#points?.setSimilarities(this.#closeness as Float32Array<ArrayBuffer> | null);
    this.#describe();
    this.#invalidate(true);
  }

  /**
   * The similarity that the warm end of the colour scale stands for; `null` if nothing is coloured
   * by similarity.
   */
  get closestSimilarity(): number | null {
    const { similarities = null, index = null } = this.#selection ?? {};
    return similarities && closest(similarities, index);
  }

  /** Rings a word, as if it were pointed at; null: none. */
  highlight(index: number | null): void {
    this.#highlighted = index;
    this.#invalidate();
  }

  /**
   * Flies to the selected word, so close that most of its nearest words are in view and can be told
   * apart.
   */
  flyToSelected(): void {
    const { index = null, neighbours = [] } = this.#selection ?? {};
    if (index === null) return;
    const { positions } = this.#map;
    const [x, y] = [positions[2 * index]!, positions[2 * index + 1]!];
    const distances = neighbours.map((i) => Math.hypot(positions[2 * i]! - x, positions[2 * i + 1]! - y));
    const most = distances.sort((a, b) => a - b)[Math.floor(0.7 * distances.length)];
    this.#viewport.flyTo(x, y, most ?? 0.2);
  }

  fitAll(): void {
    this.#viewport.fitAll();
  }

  /** Zooms about the middle. */
  zoomBy(factor: number): void {
    const { width, height } = this.#viewport.size;
    this.#viewport.zoom(factor, width / 2, height / 2, true);
  }

  /** Draws anew in the colours of the theme, which has changed. */
  updateTheme(): void {
    this.#theme = readTheme();
    this.#invalidate(true);
  }

  #startGraphics(): PointLayer | null {
    let layer: PointLayer;
    try {
      layer = new PointLayer(this.#pointCanvas);
    } catch {
      return null; // the explorer says so, and its lists work without
    }
    this.#pointCanvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault(); // else the browser does not give it back
      this.#listeners.graphicsLost(true);
    });
    this.#pointCanvas.addEventListener('webglcontextrestored', () => {
      layer.restore();
      this.#listeners.graphicsLost(false);
      this.#invalidate(true);
    });
    return layer;
  }

  #resize(): void {
    const size = { width: Math.max(1, this.element.clientWidth), height: Math.max(1, this.element.clientHeight) };
    this.#viewport.resize(size);
    this.#ratio = devicePixelRatio;
    for (const canvas of [this.#pointCanvas, this.#labelCanvas]) {
      canvas.width = Math.round(size.width * this.#ratio);
      canvas.height = Math.round(size.height * this.#ratio);
    }
    // at once: a canvas that has been given a size is empty, and would flash
    this.#pointsChanged = true;
    this.#draw(performance.now());
  }

  #viewChanged(): void {
    this.#listeners.viewChanged(this.#viewport.fitted ? null : this.#viewport.view);
    this.#invalidate(true);
  }

  #invalidate(points = false): void {
    this.#pointsChanged ||= points;
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame((now) => {
      this.#scheduled = false;
      if (this.#viewport.step(now)) this.#invalidate();
      this.#draw(now);
    });
  }

  #draw(now: number): void {
    if (!this.#points) return;
    const { view, size } = this.#viewport;
    if (this.#pointsChanged) {
      this.#points.draw(view, size, this.#ratio, this.#radii(), this.#theme);
      this.#hover(); // the map may have moved under the pointer
    }
    this.#pointsChanged = false;
    const selected = this.#selection?.index ?? null;
    const neighbours = this.#selection?.neighbours ?? [];
    const growth = Math.min(1.25, Math.max(1, this.#growth() ** 0.4));
    const fading = this.#labels.draw({
      scene: {
        view,
        size,
        positions: this.#map.positions,
        grid: this.#grid,
        byRank: this.#byRank,
        rank: this.#rank,
        pinned: selected === null ? neighbours : [selected, ...neighbours],
        common: this.#common,
        limit: Math.max(12, (size.width * size.height) / (this.#selection ? 16_000 : 7000)),
        radius: (index) => this.#radius(index),
        gap: (index) => this.#radius(index) + (index === selected ? 9 : 3), // room for the ring
        fontSize: (index) => (10.5 + 3.5 * this.#weights[index]!) * growth,
      },
      words: this.#map.words,
      selected,
      hovered: this.#highlighted ?? this.#hovered,
      closeness: this.#closeness,
      neighbours,
      theme: this.#theme,
      ratio: this.#ratio,
      now,
      fade: !reducedMotion(),
    });
    if (fading) this.#invalidate();
  }

  /** How much larger the points are drawn than in the view that shows all. */
  #growth(): number {
    return Math.min(2.4, Math.max(0.8, this.#viewport.closeness ** 0.3));
  }

  /** Sizes of points of the weights 0 and 1, CSS pixels: smaller on a fuller map. */
  #radii(): [number, number] {
    const { width, height } = this.#viewport.size;
    const room = (width * height) / Math.max(1, this.#map.words.length); // CSS pixels² a word
    const factor = Math.min(1.2, Math.max(0.5, Math.sqrt(room / 120))) * this.#growth();
    return [1.5 * factor, 6 * factor];
  }

  /** CSS pixels; as the vertex shader computes it. */
  #radius(index: number): number {
    const [least, most] = this.#radii();
    return (least + (most - least) * this.#weights[index]!) * (1 + 0.6 * (this.#closeness?.[index] ?? 0) ** 2);
  }

  #place(index: number): [x: number, y: number] {
    const { view, size } = this.#viewport;
    return toScreen(view, size, this.#map.positions[2 * index]!, this.#map.positions[2 * index + 1]!);
  }

  /** The word at (x, y) of the canvas: a disc, else a label, else the nearest disc within reach. */
  #at(x: number, y: number): number | null {
    const { view, size } = this.#viewport;
    const [mapX, mapY] = toMap(view, size, x, y);
    const reach = (1.6 * this.#radii()[1] + REACH) / view.scale; // map units
    const found: number[] = [];
    this.#grid.within({ minX: mapX - reach, maxX: mapX + reach, minY: mapY - reach, maxY: mapY + reach }, found);
    let best: number | null = null;
    let bestGap = REACH;
    for (const index of found) {
      const [atX, atY] = this.#place(index);
      const gap = Math.hypot(atX - x, atY - y) - this.#radius(index);
      if (gap < bestGap) [best, bestGap] = [index, gap];
    }
    return bestGap <= 1 ? best : (this.#labels.at(x, y) ?? best);
  }

  /** Finds anew what the pointer points at. */
  #hover(): void {
    const hovered = this.#pointer && this.#at(...this.#pointer);
    const changed = hovered !== this.#hovered;
    this.#hovered = hovered;
    if (changed || hovered !== null) this.#describe();
    if (changed) this.#invalidate();
  }

  /** Shows the tooltip of the word that is pointed at. */
  #describe(): void {
    const index = this.#hovered;
    this.#labelCanvas.classList.toggle('pointing', index !== null);
    if (index === null) {
      this.#tooltip.hide();
      return;
    }
    const { similarities = null } = this.#selection ?? {};
    const text = {
      word: this.#map.words[index]!,
      count: this.#map.counts?.[index] ?? null,
      similarity:
        similarities && index !== this.#selection?.index
          ? { to: this.#selection!.word, value: similarities[index]! }
          : null,
    };
    this.#tooltip.show(text, this.#place(index), this.#radius(index), this.#viewport.size);
  }
}

/** The highest similarity besides the word's own, at least a little above 0. */
function closest(similarities: Float32Array, self: number | null): number {
  let highest = 0.05;
  for (let i = 0; i < similarities.length; i++) {
    if (i !== self && similarities[i]! > highest) highest = similarities[i]!;
  }
  return highest;
}

/** Similarities as shares of the closest word's, 0 to 1: what is opposite counts as unrelated. */
function closeness(similarities: Float32Array, self: number | null): Float32Array {
  const highest = closest(similarities, self);
  return similarities.map((similarity) => Math.min(1, Math.max(0, similarity / highest)));
}
