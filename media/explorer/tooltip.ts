// What the map says about the word under the pointer. For the pointer only: the side panel says the
// same in words that a screen reader reads.

import * as l10n from '@vscode/l10n';
import type { Size } from './camera.ts';
import { element } from './dom.ts';
import { formatCount, formatSimilarity } from './numbers.ts';

export interface TooltipText {
  word: string;
  /** `null` if it is unknown. */
  count: number | null;
  /** To the selected word. */
  similarity: { to: string; value: number } | null;
}

export class Tooltip {
  readonly element: HTMLElement;
  readonly #word = element('div', { class: 'tooltip-word', dir: 'auto' });
  readonly #count = element('div', { class: 'tooltip-line' });
  readonly #similarity = element('div', { class: 'tooltip-line' });

  constructor() {
    this.element = element(
      'div',
      { class: 'tooltip', 'aria-hidden': 'true' },
      this.#word,
      this.#count,
      this.#similarity,
    );
    this.hide();
  }

  /**
   * Shows the text above the disc at (x, y) of the map, below it where there is no room. CSS
   * pixels.
   */
  show({ word, count, similarity }: TooltipText, [x, y]: [number, number], radius: number, size: Size): void {
    this.#word.textContent = word;
    this.#count.textContent = count === null ? '' : l10n.t('{0} occurrences', formatCount(count));
    this.#similarity.textContent = similarity
      ? l10n.t('Similarity to {0}: {1}', similarity.to, formatSimilarity(similarity.value))
      : '';
    this.element.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const left = Math.max(4, Math.min(size.width - width - 4, x - width / 2));
    const above = y - radius - 10 - height;
    const top = above >= 4 ? above : y + radius + 10;
    this.element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}
