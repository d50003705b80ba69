// One line below the map while something is learned: how far it is, and a button that cancels it.

import * as l10n from '@vscode/l10n';
import type { Learning } from '../../src/protocol/explorer.ts';
import { button, element } from './dom.ts';

export class LearningStrip {
  readonly element = element('div', { class: 'learning-strip' });
  readonly #text = element('span', {});
  readonly #cancel: HTMLElement;

  constructor(cancel: () => void) {
    this.#cancel = button(l10n.t('Cancel'), 'link', cancel);
    this.element.append(this.#text, this.#cancel);
    this.show(null);
  }

  show(learning: Learning | null): void {
    this.element.hidden = learning === null;
    this.#text.textContent = learning ? [learning.title, learning.steps].filter(Boolean).join(': ') : '';
    this.#cancel.hidden = !learning?.isOurs;
  }
}
