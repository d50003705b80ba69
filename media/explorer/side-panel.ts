// The side panel's upper half: the selected word, its figures, its nearest words.

import * as l10n from '@vscode/l10n';
import type { UnknownWord, WordDescription } from '../../src/protocol/engine.ts';
import { BarList } from './bar-list.ts';
import { button, element, iconButton } from './dom.ts';
import { formatCount, formatSimilarity } from './numbers.ts';

export interface SidePanelListeners {
  /** The user wants this word selected. */
  chosen(word: string): void;
  /** A word is pointed at in the list; null: none. */
  pointed(word: string | null): void;
  showOnMap(): void;
  clear(): void;
  /** Whether rare words are to be among the nearest. */
  rareToo(isRareToo: boolean): void;
}

export class SidePanel {
  readonly element: HTMLElement;
  readonly #listeners: SidePanelListeners;
  readonly #word = element('h2', { class: 'word', dir: 'auto', tabindex: '-1' });
  readonly #figures = element('p', { class: 'figures' });
  readonly #notice = element('p', { class: 'notice' });
  readonly #actions = element('div', { class: 'spellings' });
  readonly #heading = element('h3', { class: 'heading' });
  readonly #neighbours: BarList;
  readonly #rareToo = element('input', { type: 'checkbox' });
  readonly #rareTooText = element('span');
  readonly #rareTooLine = element('label', { class: 'rare-too' }, this.#rareToo, this.#rareTooText);
  readonly #keys = keys();
  readonly #showOnMap: HTMLButtonElement;
  readonly #clear: HTMLButtonElement;
  #hasRare = false;

  constructor(listeners: SidePanelListeners) {
    this.#listeners = listeners;
    this.#heading.textContent = l10n.t('Nearest words');
    this.#neighbours = new BarList(l10n.t('Nearest words'), {
      pressed: (word) => listeners.chosen(word),
      pointed: (word) => listeners.pointed(word),
    });
    this.#showOnMap = iconButton('target', l10n.t('Show on the map'), () => listeners.showOnMap());
    this.#clear = iconButton('close', l10n.t('Clear the selection'), () => listeners.clear());
    this.element = element(
      'section',
      { class: 'selection', 'aria-label': l10n.t('Selected word') },
      element('div', { class: 'word-line' }, this.#word, this.#showOnMap, this.#clear),
      this.#figures,
      this.#notice,
      this.#actions,
      this.#heading,
      this.#neighbours.element,
      this.#rareTooLine,
      this.#keys,
    );
    this.#rareToo.addEventListener('change', () => listeners.rareToo(this.#rareToo.checked));
    this.showNothing();
  }

  showNothing(): void {
    this.#show({
      notice: l10n.t('Select a word on the map, or search for one, to see what the text uses like it.'),
    });
  }

  /** Until the answer is there, what is shown of the word before stays. */
  showLoading(word: string): void {
    this.element.setAttribute('aria-busy', 'true');
    this.#word.hidden = this.#clear.hidden = false;
    this.#word.textContent = word;
  }

  /** Words seen less often than `minimumCount` are not among the nearest, unless they are to be. */
  setRareToo(isRareToo: boolean, minimumCount: number): void {
    this.#rareToo.checked = isRareToo;
    this.#rareTooText.textContent = l10n.t('Also words seen fewer than {0} times', formatCount(minimumCount));
    this.#hasRare = minimumCount > 1;
  }

  /** `onMap` says which of the words the map shows, `mapSize` how many words those are. */
  showWord(description: WordDescription, onMap: (word: string) => boolean, mapSize: number): void {
    const shown = onMap(description.word);
    this.#show({
      word: description.word,
      figures:
        description.rank === null
          ? l10n.t('not in the text; from the parts of the word')
          : description.count === null
            ? l10n.t('rank {0}', formatCount(description.rank))
            : l10n.t(
                '{0} occurrences · rank {1} by frequency',
                formatCount(description.count),
                formatCount(description.rank),
              ),
      notice: shown ? '' : l10n.t('Not on the map, which shows the {0} most frequent words.', formatCount(mapSize)),
      shown,
    });
    this.#heading.hidden = description.neighbours.length === 0;
    this.#rareTooLine.hidden = this.#heading.hidden || !this.#hasRare;
    this.#neighbours.show(
      description.neighbours.map(({ word, count, similarity }) => ({
        word,
        share: similarity,
        figure: formatSimilarity(similarity),
        ...(count !== null && { note: l10n.t('{0}×', formatCount(count)) }),
        label:
          count === null
            ? l10n.t('{0}, similarity {1}', word, formatSimilarity(similarity))
            : l10n.t('{0}, similarity {1}, seen {2} times', word, formatSimilarity(similarity), formatCount(count)),
        ...(onMap(word) ? {} : { faint: true, hint: l10n.t('Not on the map') }),
      })),
    );
  }

  showUnknown({ word, spellings }: UnknownWord): void {
    this.#show({
      word,
      notice: spellings.length
        ? l10n.t('The model does not know this word. Closest spellings:')
        : l10n.t('The model does not know this word, nor one that is spelt like it.'),
      actions: spellings.map((spelling) => {
        const made = button(spelling, 'secondary', () => this.#listeners.chosen(spelling));
        made.dir = 'auto';
        return made;
      }),
    });
  }

  showError(word: string, message: string, retry: () => void): void {
    this.#show({ word, notice: message, actions: [button(l10n.t('Retry'), 'secondary', retry)] });
  }

  #show(content: { word?: string; figures?: string; notice?: string; actions?: Node[]; shown?: boolean }): void {
    const hadFocus = this.element.contains(document.activeElement);
    this.element.setAttribute('aria-busy', 'false');
    const { word = '', figures = '', notice = '', actions = [], shown = false } = content;
    for (const [target, text] of [
      [this.#word, word],
      [this.#figures, figures],
      [this.#notice, notice],
    ] as const) {
      target.textContent = text;
      target.hidden = text === '';
    }
    this.#clear.hidden = word === '';
    this.#showOnMap.hidden = !shown;
    this.#keys.hidden = word !== '';
    this.#actions.replaceChildren(...actions);
    this.#heading.hidden = this.#rareTooLine.hidden = true;
    this.#neighbours.show([]);
    // the button that was pressed is gone: the keyboard goes on from the word it has led to
    if (hadFocus && !this.#word.hidden) this.#word.focus();
  }
}

/** What the map understands, for whom it is new to. */
function keys(): HTMLElement {
  const rows: [how: string, what: string][] = [
    [l10n.t('Wheel, pinch, + and −'), l10n.t('zoom')],
    [l10n.t('Drag, arrow keys'), l10n.t('move the map')],
    [l10n.t('Click'), l10n.t('select a word')],
    [l10n.t('0'), l10n.t('show the whole map')],
    [l10n.t('Escape'), l10n.t('clear the selection')],
  ];
  return element(
    'dl',
    { class: 'keys' },
    ...rows.flatMap(([how, what]) => [element('dt', {}, how), element('dd', {}, what)]),
  );
}
