// The search box: a combobox (WAI-ARIA 1.2) over the words of the map, with a last entry that asks
// the model itself, since the model knows more words than the map shows.

import * as l10n from '@vscode/l10n';
import { element, icon } from './dom.ts';
import { formatCount } from './numbers.ts';
import { WordSearch } from './word-search.ts';

const MOST = 50; // entries of the list

interface Entry {
  word: string;
  row: HTMLLIElement;
}

export class SearchBox {
  readonly element: HTMLElement;
  readonly #chosen: (word: string) => void;
  readonly #input = element('input', {
    type: 'text',
    role: 'combobox',
    'aria-expanded': 'false',
    'aria-controls': 'search-list',
    'aria-autocomplete': 'list',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    dir: 'auto',
  });
  readonly #list = element('ul', { id: 'search-list', role: 'listbox' });
  #words: readonly string[] = [];
  #counts: ArrayLike<number> | null = null;
  #search = new WordSearch([], []);
  #entries: Entry[] = [];
  #active = -1;

  /** `chosen` gets the word that the user has picked or typed. */
  constructor(chosen: (word: string) => void) {
    this.#chosen = chosen;
    this.#input.setAttribute('aria-label', l10n.t('Search for a word'));
    this.#input.placeholder = l10n.t('Search for a word');
    this.#list.setAttribute('aria-label', l10n.t('Words'));
    this.element = element(
      'div',
      { class: 'search' },
      element('div', { class: 'search-field' }, icon('search'), this.#input),
      this.#list,
    );
    this.#close();

    this.#input.addEventListener('input', () => this.#open()); // also while an input method composes
    this.#input.addEventListener('focus', () => this.#input.select());
    this.#input.addEventListener('blur', () => this.#close());
    this.#input.addEventListener('keydown', (event) => this.#key(event));
    this.#list.addEventListener('mousedown', (event) => event.preventDefault()); // the input keeps the focus
    this.#list.addEventListener('click', (event) => {
      const row = (event.target as Element).closest('li');
      const entry = this.#entries.find((candidate) => candidate.row === row);
      if (entry) this.#choose(entry.word);
    });
  }

  /** Searches these words, (N), from now on; `counts` is null if they are unknown. */
  setWords(words: readonly string[], counts: ArrayLike<number> | null): void {
    this.#words = words;
    this.#counts = counts;
    this.#search = new WordSearch(words, counts);
    this.#close();
  }

  #open(): void {
    const text = this.#input.value.trim().normalize('NFC');
    const found = this.#search.find(text, MOST);
    this.#entries = found.map((index, i) => {
      const word = this.#words[index]!;
      return this.#entry(i, word, [
        element('span', { class: 'search-word', dir: 'auto' }, word),
        ...(this.#counts ? [element('span', { class: 'search-count' }, formatCount(this.#counts[index]!))] : []),
      ]);
    });
    if (text && !this.#entries.some(({ word }) => word === text)) {
      const label = element('span', { class: 'search-word search-other' }, l10n.t('Look up “{0}” in the model', text));
      this.#entries.push(this.#entry(found.length, text, [label]));
    }
    this.#list.replaceChildren(...this.#entries.map(({ row }) => row));
    this.#list.hidden = this.#entries.length === 0;
    this.#input.setAttribute('aria-expanded', String(!this.#list.hidden));
    this.#activate(this.#entries.length ? 0 : -1);
  }

  #entry(position: number, word: string, children: Node[]): Entry {
    return { word, row: element('li', { id: `search-${position}`, role: 'option' }, ...children) };
  }

  #close(): void {
    this.#entries = [];
    this.#list.replaceChildren();
    this.#list.hidden = true;
    this.#input.setAttribute('aria-expanded', 'false');
    this.#activate(-1);
  }

  #activate(position: number): void {
    this.#active = position;
    this.#entries.forEach(({ row }, i) => row.setAttribute('aria-selected', String(i === position)));
    const row = this.#entries[position]?.row;
    if (row) {
      this.#input.setAttribute('aria-activedescendant', row.id);
      row.scrollIntoView({ block: 'nearest' });
    } else {
      this.#input.removeAttribute('aria-activedescendant');
    }
  }

  #choose(word: string): void {
    this.#input.value = word;
    this.#close();
    this.#input.select();
    this.#chosen(word);
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing) return; // the key belongs to the input method
    const count = this.#entries.length;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (count === 0) this.#open();
      else this.#activate((this.#active + (event.key === 'ArrowDown' ? 1 : count - 1)) % count);
    } else if (event.key === 'Enter') {
      const word = this.#entries[this.#active]?.word ?? this.#input.value.trim().normalize('NFC');
      if (word) this.#choose(word);
    } else if (event.key === 'Escape' && (count > 0 || this.#input.value)) {
      event.stopPropagation(); // this Escape is used up: the selection stays
      if (count > 0) this.#close();
      else this.#input.value = '';
    }
  }
}
