// A list of words with a bar and a figure each: nearest words, suggestions. Every row is a button.

import { element } from './dom.ts';

export interface Bar {
  word: string;
  /** Length of the bar, 0 to 1. */
  share: number;
  figure: string;
  /** A second figure, fainter, beside the word. */
  note?: string;
  /** What a screen reader says. */
  label: string;
  /** Shown when the pointer rests on it. */
  hint?: string;
  /** Drawn fainter. */
  faint?: boolean;
}

export interface BarListeners {
  pressed: (word: string) => void;
  /** The pointer or the focus is on a row; null: on none. */
  pointed?: (word: string | null) => void;
}

export class BarList {
  readonly element: HTMLUListElement;
  readonly #listeners: BarListeners;

  constructor(label: string, listeners: BarListeners) {
    this.element = element('ul', { class: 'bars', 'aria-label': label });
    this.#listeners = listeners;
  }

  show(bars: readonly Bar[]): void {
    this.element.replaceChildren(...bars.map((bar) => element('li', {}, this.#row(bar))));
  }

  #row({ word, share, figure, note, label, hint, faint = false }: Bar): HTMLButtonElement {
    const fill = element('span', { class: 'bar-fill' });
    fill.style.width = `${100 * Math.min(1, Math.max(0, share))}%`;
    const row = element(
      'button',
      {
        type: 'button',
        class: ['bar', ...(faint ? ['faint'] : []), ...(note === undefined ? [] : ['noted'])].join(' '),
        'aria-label': label,
      },
      element('span', { class: 'bar-word', dir: 'auto' }, word),
      ...(note === undefined ? [] : [element('span', { class: 'bar-note' }, note)]),
      element('span', { class: 'bar-track' }, fill),
      element('span', { class: 'bar-figure' }, figure),
    );
    if (hint) row.title = hint;
    row.addEventListener('click', () => this.#listeners.pressed(word));
    const { pointed } = this.#listeners;
    if (pointed) {
      row.addEventListener('pointerenter', () => pointed(word));
      row.addEventListener('pointerleave', () => pointed(null));
      row.addEventListener('focus', () => pointed(word));
      row.addEventListener('blur', () => pointed(null));
    }
    return row;
  }
}
