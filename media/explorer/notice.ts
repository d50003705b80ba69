// What stands in the place of the map, or over it, while there is no map to see: one sentence, and
// a button where something can be done about it.

import { button, element } from './dom.ts';

export interface NoticeContent {
  title?: string;
  text: string;
  action?: { label: string; run(): void };
  /** Something is under way: a moving line says so. */
  busy?: boolean;
}

export class Notice {
  readonly element = element('div', { class: 'notice-panel', role: 'status' });

  constructor() {
    this.hide();
  }

  show({ title, text, action, busy = false }: NoticeContent): void {
    this.element.hidden = false;
    this.element.classList.toggle('busy', busy);
    this.element.replaceChildren(
      ...(title ? [element('h2', {}, title)] : []),
      element('p', {}, text),
      ...(action ? [button(action.label, 'primary', () => action.run())] : []),
    );
  }

  hide(): void {
    this.element.hidden = true;
    this.element.replaceChildren();
  }
}
