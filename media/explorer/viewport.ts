// The window onto the map: which view it shows, how the user's gestures change it, and the
// movements of its own (a gradual zoom, a flight). Knows no drawing.

import { type Bounds, fit, flight, type Size, type View, zoomedAbout } from './camera.ts';
import { reducedMotion } from './theme.ts';

const MARGIN = 56; // CSS pixels around the map when all of it is shown
const CLOSEST = 500; // times the scale that shows all
const FLIGHT = [4, 60] as const; // times that scale where a flight may end
const ZOOM_TIME = 60; // milliseconds in which a gradual zoom does 63 % of what is left

export class Viewport {
  #view: View = { x: 0, y: 0, scale: 1 };
  #size: Size = { width: 1, height: 1 };
  #bounds: Bounds = { minX: -1, minY: -1, maxX: 1, maxY: 1 };
  #all: View = this.#view; // shows all of the bounds
  #fitted = true;
  /** Moves the view; gives whether it has not arrived yet. */
  #motion: ((now: number) => boolean) | null = null;
  #zoomGoal: number | null = null; // scale
  readonly #changed: () => void;

  /** `changed` is called when the view is another, or will be after the next `step`. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get view(): View {
    return this.#view;
  }

  get size(): Size {
    return this.#size;
  }

  /** The view shows all and goes on to do so at another size. */
  get fitted(): boolean {
    return this.#fitted;
  }

  /** How much closer the view is than the one that shows all. */
  get closeness(): number {
    return this.#view.scale / this.#all.scale;
  }

  /** Takes the bounds of another map, and shows it in the given view, or all of it. */
  reset(bounds: Bounds, view: View | null): void {
    this.#bounds = bounds;
    this.#all = fit(bounds, this.#size, MARGIN);
    this.#fitted = view === null;
    this.#motion = null;
    this.#show(view ?? this.#all);
  }

  resize(size: Size): void {
    this.#size = size;
    this.#all = fit(this.#bounds, size, MARGIN);
    if (this.#fitted && !this.#motion) this.#view = this.#all;
  }

  /** Moves the map, CSS pixels. */
  pan(dx: number, dy: number): void {
    const { x, y, scale } = this.#view;
    this.#goTo({ x: x - dx / scale, y: y + dy / scale, scale });
  }

  /** Zooms by a factor about (x, y), CSS pixels; `gradual`: over the next frames. */
  zoom(factor: number, x: number, y: number, gradual: boolean): void {
    const goal = this.#inRange((this.#zoomGoal ?? this.#view.scale) * factor);
    if (!gradual || reducedMotion()) {
      this.#goTo(zoomedAbout(this.#view, this.#size, goal, x, y));
      return;
    }
    this.#zoomGoal = goal;
    this.#fitted = false;
    let before: number | null = null;
    this.#motion = (now) => {
      const left = Math.exp(-(before === null ? 16 : now - before) / ZOOM_TIME);
      before = now;
      const arrived = Math.abs(Math.log(this.#view.scale / goal)) < 1e-3;
      const scale = arrived ? goal : goal * (this.#view.scale / goal) ** left;
      this.#show(zoomedAbout(this.#view, this.#size, scale, x, y));
      return !arrived;
    };
    this.#changed();
  }

  /**
   * Flies to a point of the map, so that what lies within `distance` of it, map units, fills the
   * window.
   */
  flyTo(x: number, y: number, distance: number): void {
    const filling = (0.4 * Math.min(this.#size.width, this.#size.height)) / Math.max(distance, 1e-9);
    const scale = Math.min(FLIGHT[1] * this.#all.scale, Math.max(FLIGHT[0] * this.#all.scale, filling));
    // what is about right already stays: a change of scale costs the eye more than a move
    const near = Math.abs(Math.log(this.#view.scale / scale)) < Math.log(1.6);
    this.#fly({ x, y, scale: near ? this.#view.scale : scale }, false);
  }

  fitAll(): void {
    this.#fly(this.#all, true);
  }

  /** Does what is due at this time, milliseconds. Gives whether the view goes on moving. */
  step(now: number): boolean {
    if (this.#motion && !this.#motion(now)) this.#motion = null;
    if (!this.#motion) this.#zoomGoal = null;
    return this.#motion !== null;
  }

  #fly(to: View, fitted: boolean): void {
    this.#zoomGoal = null;
    this.#fitted = fitted;
    if (reducedMotion()) {
      this.#motion = null;
      this.#show(to);
      return;
    }
    const path = flight(this.#view, to, this.#size);
    let start: number | null = null;
    this.#motion = (now) => {
      start ??= now;
      const t = Math.min(1, (now - start) / path.duration);
      this.#show(t === 1 && this.#fitted ? this.#all : path.at(t));
      return t < 1;
    };
    this.#changed();
  }

  /** The user moves the view: whatever moved it before stops. */
  #goTo(view: View): void {
    this.#motion = null;
    this.#zoomGoal = null;
    this.#fitted = false;
    this.#show(view);
  }

  /** Shows a view; the centre stays within the map. */
  #show({ x, y, scale }: View): void {
    const { minX, minY, maxX, maxY } = this.#bounds;
    this.#view = {
      x: Math.min(maxX, Math.max(minX, x)),
      y: Math.min(maxY, Math.max(minY, y)),
      scale: this.#inRange(scale),
    };
    this.#changed();
  }

  #inRange(scale: number): number {
    return Math.min(CLOSEST * this.#all.scale, Math.max(this.#all.scale / 2, scale));
  }
}
