// Makes the document's elements. Text goes in as text, never as markup: a word of the workspace may
// look like either.

/**
 * An element with its attributes and children; a string becomes a text node. Set no `style`: the
 * page's policy refuses it.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function button(label: string, className: string, pressed: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', class: className }, label);
  made.addEventListener('click', pressed);
  return made;
}

/** Paths in a 16 by 16 box, stroked. */
const ICONS = {
  plus: 'M8 3.5v9M3.5 8h9',
  minus: 'M3.5 8h9',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  close: 'M4 4l8 8M12 4l-8 8',
  target: 'M8 1.5v3M8 11.5v3M1.5 8h3M11.5 8h3M8 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z',
  search: 'M10.2 10.2l3.8 3.8M6.75 11.5a4.75 4.75 0 1 0 0-9.5 4.75 4.75 0 0 0 0 9.5z',
} as const;

/** An icon in the colour of the text. Says nothing to a screen reader. */
export function icon(name: keyof typeof ICONS): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name: keyof typeof ICONS, label: string, pressed: () => void): HTMLButtonElement {
  const made = button('', 'icon-button', pressed);
  made.setAttribute('aria-label', label);
  made.title = label;
  made.append(icon(name));
  return made;
}
