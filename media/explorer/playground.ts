// The text playground: a text box under which the language model's next words appear as one types.

import * as l10n from '@vscode/l10n';
import type { Completion } from '../../src/protocol/engine.ts';
import { BarList } from './bar-list.ts';
import { element } from './dom.ts';
import { formatProbability } from './numbers.ts';

const PAUSE = 120; // milliseconds without a key until the model is asked

export interface PlaygroundListeners {
  /** Null where there is no language model. */
  complete(text: string): Promise<Completion | null>;
  textChanged(text: string): void;
  /** One sentence for the user. */
  explain(error: unknown): string;
}

export class Playground {
  readonly element: HTMLElement;
  readonly #listeners: PlaygroundListeners;
  readonly #input = element('textarea', { id: 'playground-text', rows: '3', spellcheck: 'false', dir: 'auto' });
  readonly #notice = element('p', { class: 'notice', role: 'status' });
  readonly #list: BarList;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #question = 0; // the latest; an answer to an earlier one is dropped
  #answered = { before: '', prefix: '' }; // text before the caret that the shown suggestions continue

  constructor(listeners: PlaygroundListeners) {
    this.#listeners = listeners;
    this.#list = new BarList(l10n.t('Suggestions'), { pressed: (word) => this.#insert(word) });
    this.#input.placeholder = l10n.t('Type some words of a sentence');
    const label = element('label', { class: 'heading', for: this.#input.id }, l10n.t('Text playground'));
    this.element = element('section', { class: 'playground' }, label, this.#input, this.#notice, this.#list.element);
    this.element.setAttribute('aria-label', l10n.t('Text playground'));
    this.#input.addEventListener('input', () => {
      listeners.textChanged(this.#input.value);
      this.#ask(PAUSE);
    });
    this.#show([], '');
  }

  /** Puts in a text, as kept from an earlier time, and asks for what follows. */
  setText(text: string): void {
    this.#input.value = text;
    this.refresh();
  }

  /** Asks again: another model is there. */
  refresh(): void {
    this.#ask(0);
  }

  #ask(pause: number): void {
    const question = ++this.#question;
    clearTimeout(this.#timer);
    const before = this.#input.value.slice(0, this.#input.selectionEnd);
    if (!before.trim()) {
      this.#show([], l10n.t('The language model shows here which words it expects next, and how surely.'));
      return;
    }
    this.#timer = setTimeout(() => {
      this.#listeners.complete(before).then(
        (completion) => {
          if (question !== this.#question) return;
          if (!completion) {
            this.#show([], l10n.t('This model has word vectors only, and no language model.'));
            return;
          }
          this.#answered = { before, prefix: completion.prefix };
          const none = completion.problem ?? l10n.t('No suggestions.');
          this.#show(completion.suggestions, completion.suggestions.length ? '' : none);
        },
        (error: unknown) => {
          if (question === this.#question) this.#show([], this.#listeners.explain(error));
        },
      );
    }, pause);
  }

  #show(suggestions: Completion['suggestions'], notice: string): void {
    this.#notice.textContent = notice;
    this.#notice.hidden = notice === '';
    this.#list.show(
      suggestions.map(({ word, probability }) => ({
        word,
        share: probability,
        figure: formatProbability(probability),
        label: l10n.t('Insert {0}, probability {1}', word, formatProbability(probability)),
      })),
    );
  }

  /** Puts the word in the place of its beginning, with a space after it. */
  #insert(word: string): void {
    const { before, prefix } = this.#answered;
    const { value, selectionEnd: caret } = this.#input;
    const start = before.length - prefix.length;
    const typed = value.slice(start, caret);
    // typing may have gone on since the suggestions came: the word must still fit
    if (!value.startsWith(before.slice(0, start)) || caret < start) return;
    if (typed !== prefix && !word.startsWith(typed)) return;
    const rest = value.slice(caret);
    const text = `${value.slice(0, start)}${word}${/^\s/.test(rest) ? '' : ' '}`;
    this.#input.value = text + rest;
    this.#input.focus();
    this.#input.setSelectionRange(text.length, text.length);
    this.#listeners.textChanged(this.#input.value);
    this.#ask(0);
  }
}
