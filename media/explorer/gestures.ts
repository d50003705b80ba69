// Turns pointers, wheel and keys on the map into what they mean: move, zoom, point at, click.
// One mouse or pen, one or more fingers, a touchpad whose pinch arrives as a wheel with Ctrl.

/** All coordinates are CSS pixels from the element's top left corner. */
export interface MapGestures {
  pan(dx: number, dy: number): void;
  /**
   * Zoom by a factor about (x, y). `gradual`: one step of a wheel or a key, to be shown as a
   * movement.
   */
  zoom(factor: number, x: number, y: number, gradual: boolean): void;
  /** A mouse or pen points at (x, y); null: it has left, or is dragging. */
  hover(at: [x: number, y: number] | null): void;
  click(x: number, y: number): void;
  fitAll(): void;
}

const CLICK_SLOP = 4; // CSS pixels a pointer may move between down and up for a click
const KEY_STEP = 60; // CSS pixels an arrow key moves the map

/**
 * Listens on the element for as long as it lives. The style sheet must set `touch-action: none` on
 * it.
 */
export function listenForGestures(element: HTMLElement, gestures: MapGestures): void {
  listenToPointers(element, gestures);
  listenToWheel(element, gestures);
  listenToKeys(element, gestures);
}

/** Where an event is on the element. */
function placeOf(event: MouseEvent, element: HTMLElement): [x: number, y: number] {
  const box = element.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

function listenToPointers(element: HTMLElement, gestures: MapGestures): void {
  const pointers = new Map<number, [x: number, y: number]>(); // those that are down, by id
  let travelled = 0; // CSS pixels since the first pointer went down

  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    if (pointers.size === 0) travelled = 0;
    else travelled = Infinity; // a second finger: this will not be a click
    pointers.set(event.pointerId, placeOf(event, element));
  });

  element.addEventListener('pointermove', (event) => {
    const now = placeOf(event, element);
    const before = pointers.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== 'touch') gestures.hover(now);
      return;
    }
    const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
    travelled += Math.hypot(dx, dy);
    if (travelled < CLICK_SLOP) return; // `before` stays: the move is made up for once it is a drag
    gestures.hover(null);
    element.classList.add('dragging');
    if (pointers.size === 1) {
      gestures.pan(dx, dy);
    } else {
      const other = [...pointers].find(([id]) => id !== event.pointerId)![1];
      const middle = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2] as const;
      const spread = (point: [number, number]) => Math.max(1, Math.hypot(point[0] - other[0], point[1] - other[1]));
      gestures.pan(dx / 2, dy / 2); // the middle of two fingers goes half the way of one
      gestures.zoom(spread(now) / spread(before), middle[0], middle[1], false);
    }
    pointers.set(event.pointerId, now);
  });

  const up = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId)) return;
    if (pointers.size === 0) element.classList.remove('dragging');
    const place = placeOf(event, element);
    if (event.type === 'pointerup' && travelled < CLICK_SLOP) gestures.click(...place);
    else if (event.type === 'pointerup' && event.pointerType !== 'touch') gestures.hover(place);
  };
  element.addEventListener('pointerup', up);
  element.addEventListener('pointercancel', up);
  element.addEventListener('pointerleave', () => gestures.hover(null));
  element.addEventListener('dblclick', (event) =>
    gestures.zoom(event.shiftKey ? 0.5 : 2, ...placeOf(event, element), true),
  );
}

function listenToWheel(element: HTMLElement, gestures: MapGestures): void {
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const pixels = event.deltaY * [1, 16, 400][event.deltaMode]!; // of a pixel, a line, a page
      const steps = Math.max(-300, Math.min(300, pixels)) * (event.ctrlKey ? 0.01 : 0.002);
      if (steps) gestures.zoom(Math.exp(-steps), ...placeOf(event, element), true);
    },
    { passive: false },
  );
}

function listenToKeys(element: HTMLElement, gestures: MapGestures): void {
  element.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const middle = [element.clientWidth / 2, element.clientHeight / 2] as const;
    const act = {
      ArrowLeft: () => gestures.pan(KEY_STEP, 0),
      ArrowRight: () => gestures.pan(-KEY_STEP, 0),
      ArrowUp: () => gestures.pan(0, KEY_STEP),
      ArrowDown: () => gestures.pan(0, -KEY_STEP),
      '+': () => gestures.zoom(1.5, ...middle, true),
      '=': () => gestures.zoom(1.5, ...middle, true),
      '-': () => gestures.zoom(1 / 1.5, ...middle, true),
      _: () => gestures.zoom(1 / 1.5, ...middle, true),
      0: () => gestures.fitAll(),
      Home: () => gestures.fitAll(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
