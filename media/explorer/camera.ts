// The view of the map: what part of it is on the screen, and how one view goes over into another.
// The flight follows van Wijk and Nuij, "Smooth and efficient zooming and panning", INFOVIS 2003.
// Map units have y upwards, screen coordinates are CSS pixels from the top left corner.

import type { ExplorerState } from '../../src/protocol/explorer.ts';

/** Centre in map coordinates, and CSS pixels a map unit. */
export type View = NonNullable<ExplorerState['view']>;

/** CSS pixels. */
export interface Size {
  width: number;
  height: number;
}

/** Map units. */
export interface Bounds {
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
}

/** The bounding box of the positions, (N, 2); of no position at all, the box from -1 to 1. */
export function boundsOf(positions: Float32Array): Bounds {
  if (positions.length === 0) return { minX: -1, minY: -1, maxX: 1, maxY: 1 };
  const bounds = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
  for (let i = 0; i < positions.length; i += 2) {
    const x = positions[i]!;
    const y = positions[i + 1]!;
    if (x < bounds.minX) bounds.minX = x;
    if (x > bounds.maxX) bounds.maxX = x;
    if (y < bounds.minY) bounds.minY = y;
    if (y > bounds.maxY) bounds.maxY = y;
  }
  return bounds;
}

/**
 * The view that shows all of the bounds, with `margin` pixels around them, less in a small window.
 */
export function fit(bounds: Bounds, { width, height }: Size, margin: number): View {
  const room = (pixels: number) => Math.max(pixels - 2 * margin, 0.84 * pixels, 1);
  const scale = Math.min(
    room(width) / Math.max(bounds.maxX - bounds.minX, 1e-6),
    room(height) / Math.max(bounds.maxY - bounds.minY, 1e-6),
  );
  return { x: (bounds.minX + bounds.maxX) / 2, y: (bounds.minY + bounds.maxY) / 2, scale: Math.min(scale, 1e6) };
}

export function toScreen(view: View, size: Size, x: number, y: number): [x: number, y: number] {
  return [(x - view.x) * view.scale + size.width / 2, (view.y - y) * view.scale + size.height / 2];
}

export function toMap(view: View, size: Size, x: number, y: number): [x: number, y: number] {
  return [view.x + (x - size.width / 2) / view.scale, view.y - (y - size.height / 2) / view.scale];
}

/** The stretch of the map on the screen, and `margin` pixels beyond it. */
export function visibleBounds(view: View, size: Size, margin: number): Bounds {
  const [minX, maxY] = toMap(view, size, -margin, -margin);
  const [maxX, minY] = toMap(view, size, size.width + margin, size.height + margin);
  return { minX, minY, maxX, maxY };
}

/** The view at another scale that leaves the map's point under (x, y) of the screen where it is. */
export function zoomedAbout(view: View, size: Size, scale: number, x: number, y: number): View {
  const [mapX, mapY] = toMap(view, size, x, y);
  return { x: mapX - (x - size.width / 2) / scale, y: mapY + (y - size.height / 2) / scale, scale };
}

export interface Flight {
  /** How long it should take, milliseconds. */
  duration: number;
  /** The view at time t, 0 to 1. */
  at(t: number): View;
}

/** From one view to another on the path that is perceived as shortest: out, along, and in again. */
export function flight(from: View, to: View, { width, height }: Size): Flight {
  const RHO = 1.2; // how much it zooms out on the way; the paper's subjects liked 1.42
  const extent = Math.max(width, height);
  const w0 = extent / from.scale;
  const w1 = extent / to.scale;
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const distance = Math.hypot(dx, dy);

  let length: number; // S of the paper
  let travelled: (s: number) => number; // share of the way, 0 to 1
  let widthAt: (s: number) => number;
  if (distance < 1e-6 * Math.min(w0, w1)) {
    const sign = w1 < w0 ? -1 : 1;
    length = Math.abs(Math.log(w1 / w0)) / RHO;
    travelled = (s) => (length ? s / length : 1);
    widthAt = (s) => w0 * Math.exp(sign * RHO * s);
  } else {
    const squared = RHO ** 2 * distance;
    const b = (w: number, sign: number) => (w1 ** 2 - w0 ** 2 + sign * squared ** 2) / (2 * w * squared);
    const r = (value: number) => -Math.asinh(value); // ln(sqrt(b² + 1) - b), without cancellation
    const r0 = r(b(w0, 1));
    const r1 = r(b(w1, -1));
    length = (r1 - r0) / RHO;
    travelled = (s) => (w0 / squared) * (Math.cosh(r0) * Math.tanh(RHO * s + r0) - Math.sinh(r0));
    widthAt = (s) => (w0 * Math.cosh(r0)) / Math.cosh(RHO * s + r0);
  }
  return {
    duration: Math.min(800, Math.max(250, 220 * length)),
    at(t) {
      if (t >= 1) return to;
      const eased = t * t * (3 - 2 * t);
      const share = travelled(eased * length);
      return { x: from.x + share * dx, y: from.y + share * dy, scale: extent / widthAt(eased * length) };
    },
  };
}
