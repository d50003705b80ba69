// What stands in the place of the map, or over it, while there is no map to see: one sentence, and
// a button where something can be done about it.

import { button, element } from './dom.ts';

export interface NoticeContent {
  title?: string;
  text: string;
  action?: { label: string; run(): void };
  /** Something is under way: a moving line says so. */
  busy?: boolean;
  /** How far it is, 0 to 1. */
  progress?: number;
  /** A line below the button. */
  note?: string;
}

export class Notice {
  readonly element = element('div', { class: 'notice-panel', role: 'status' });

  constructor() {
    this.hide();
  }

  #shown = '';

  show({ title, text, action, busy = false, progress, note }: NoticeContent): void {
    this.element.hidden = false;
    // what only moves on is not made anew: a button that is pressed stays
    const kind = JSON.stringify([title, action?.label, busy, note, progress === undefined]);
    if (progress !== undefined && kind === this.#shown) {
      this.element.querySelector('p')!.textContent = text;
      this.element.querySelector('progress')!.value = progress;
      return;
    }
    this.#shown = kind;
    // a line that changes every second is not read aloud each time
    this.element.setAttribute('aria-live', progress === undefined ? 'polite' : 'off');
    this.element.classList.toggle('busy', busy);
    this.element.replaceChildren(
      ...(title ? [element('h2', {}, title)] : []),
      element('p', {}, text),
      ...(progress === undefined ? [] : [progressBar(progress)]),
      ...(action ? [button(action.label, 'primary', () => action.run())] : []),
      ...(note ? [element('p', {}, note)] : []),
    );
  }

  hide(): void {
    this.#shown = '';
    this.element.hidden = true;
    this.element.replaceChildren();
  }
}

function progressBar(value: number): HTMLProgressElement {
  const bar = document.createElement('progress');
  bar.max = 1;
  bar.value = value;
  return bar;
}
