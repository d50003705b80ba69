// The 2D canvas above the points: labels, the ring around the selected word and the one pointed at,
// and lines from the selected word to its nearest ones.

import { toScreen } from './camera.ts';
import { type Label, labelAt, type LabelScene, placeLabels } from './labels.ts';
import type { Theme } from './theme.ts';

const FADE = 140; // milliseconds in which a label comes or goes
const LONGEST = 28; // characters of a word; a longer one is cut on the map

/** What a drawing needs besides the scene. */
export interface LabelPicture {
  scene: Omit<LabelScene, 'width'>;
  words: readonly string[]; // (N)
  selected: number | null;
  hovered: number | null;
  /**
   * Similarities to the selected word, (N), 0 to 1; words that are far from it are written fainter.
   */
  closeness: Float32Array | null;
  /** The selected word's nearest words that are on the map. */
  neighbours: readonly number[];
  theme: Theme;
  /** Device pixels a CSS pixel. */
  ratio: number;
  /** Milliseconds. */
  now: number;
  fade: boolean;
}

export class LabelLayer {
  readonly #context: CanvasRenderingContext2D;
  readonly #widths = new Map<number, number>(); // of a word at 1 px font size, by index
  #font = '';
  #labels: Label[] = [];
  readonly #shown = new Map<number, { side: 1 | -1; opacity: number; placed: boolean }>();
  #drawnAt = 0;

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d');
    if (!context) throw new Error('There is no 2D canvas here.');
    this.#context = context;
  }

  /** Forgets what it has measured and shown: other words, or another font. */
  reset(): void {
    this.#widths.clear();
    this.#shown.clear();
    this.#labels = [];
  }

  /** The word whose label is at (x, y), CSS pixels. */
  at(x: number, y: number): number | null {
    const hit = this.#labels.find(({ left, right, top, bottom }) => x >= left && x <= right && y >= top && y <= bottom);
    return hit?.index ?? null;
  }

  /** Draws. Gives whether labels are still fading, so that another frame is due. */
  draw(picture: LabelPicture): boolean {
    const { theme, words, ratio } = picture;
    const context = this.#context;
    if (this.#font !== theme.font) this.reset();
    this.#font = theme.font;
    const scene: LabelScene = {
      ...picture.scene,
      width: (index) => this.#width(words, index) * picture.scene.fontSize(index),
    };
    this.#labels = placeLabels(scene);
    const fading = this.#fade(picture);

    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, scene.size.width, scene.size.height);
    this.#drawSelection(picture, scene);
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    const strong = new Set(scene.pinned);
    for (const [index, { side, opacity }] of this.#shown) {
      if (!strong.has(index)) this.#drawLabel(labelAt(scene, index, side), picture, opacity, false);
    }
    for (const label of this.#labels) if (strong.has(label.index)) this.#drawLabel(label, picture, 1, true);
    return fading;
  }

  /** Moves every label's opacity towards 1 where it is placed, else 0. */
  #fade({ now, fade }: LabelPicture): boolean {
    const passed = Math.min(32, now - this.#drawnAt); // after a rest the first frame counts as one, not as the rest
    const step = fade ? Math.max(0, passed) / FADE : 1;
    this.#drawnAt = now;
    for (const shown of this.#shown.values()) shown.placed = false;
    for (const { index, side } of this.#labels) {
      const shown = this.#shown.get(index);
      if (shown) Object.assign(shown, { side, placed: true });
      else this.#shown.set(index, { side, opacity: 0, placed: true });
    }
    let fading = false;
    for (const [index, shown] of this.#shown) {
      shown.opacity = Math.min(1, Math.max(0, shown.opacity + (shown.placed ? step : -step)));
      if (shown.opacity === 0 && !shown.placed) this.#shown.delete(index);
      else if (shown.opacity < 1) fading = true;
    }
    return fading;
  }

  #drawSelection({ theme, selected, hovered, neighbours }: LabelPicture, scene: LabelScene): void {
    const context = this.#context;
    const place = (index: number) =>
      toScreen(scene.view, scene.size, scene.positions[2 * index]!, scene.positions[2 * index + 1]!);
    const ring = (index: number, gap: number, width: number, colour: string) => {
      const [x, y] = place(index);
      context.beginPath();
      context.arc(x, y, scene.radius(index) + gap, 0, 2 * Math.PI);
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.stroke();
    };
    if (selected !== null) {
      const [x, y] = place(selected);
      context.globalAlpha = theme.highContrast ? 0.8 : 0.3;
      context.strokeStyle = theme.foreground;
      context.lineWidth = 1;
      context.beginPath();
      for (const neighbour of neighbours) {
        // from the ring to the edge of the disc
        const [toX, toY] = place(neighbour);
        const length = Math.hypot(toX - x, toY - y);
        const [start, end] = [scene.radius(selected) + 5, length - scene.radius(neighbour)];
        if (end <= start) continue;
        context.moveTo(x + ((toX - x) * start) / length, y + ((toY - y) * start) / length);
        context.lineTo(x + ((toX - x) * end) / length, y + ((toY - y) * end) / length);
      }
      context.stroke();
      context.globalAlpha = 1;
      ring(selected, 4, 5, theme.background); // sets the ring off from what it crosses
      ring(selected, 4, 2, theme.accent);
    }
    if (hovered !== null && hovered !== selected) {
      ring(hovered, 2.5, 4, theme.background);
      ring(hovered, 2.5, 1.5, theme.foreground);
    }
  }

  #drawLabel(label: Label, picture: LabelPicture, opacity: number, strong: boolean): void {
    const context = this.#context;
    const { theme, scene, selected, words, closeness } = picture;
    const bold = label.index === selected ? '600 ' : '';
    context.font = `${bold}${scene.fontSize(label.index)}px ${theme.font}`;
    const least = theme.highContrast ? 0.7 : 0.35;
    const faint = closeness ? least + (0.9 - least) * closeness[label.index]! : 0.92;
    context.globalAlpha = opacity * (strong ? 1 : faint);
    const text = shortened(words[label.index]!);
    const middle = (label.top + label.bottom) / 2;
    context.strokeStyle = theme.background;
    context.lineWidth = 3;
    context.strokeText(text, label.left, middle);
    context.fillStyle = theme.foreground;
    context.fillText(text, label.left, middle);
    context.globalAlpha = 1;
  }

  #width(words: readonly string[], index: number): number {
    let width = this.#widths.get(index);
    if (width === undefined) {
      this.#context.font = `20px ${this.#font}`;
      width = this.#context.measureText(shortened(words[index]!)).width / 20;
      this.#widths.set(index, width);
    }
    return width;
  }
}

/** A word of code can be a hundred characters long. */
function shortened(word: string): string {
  if (word.length <= LONGEST) return word;
  return `${Array.from(word)
    .slice(0, LONGEST - 1)
    .join('')}…`;
}
