// HTML and XML: the text between the tags. Scripts are code; styles and comments are left out. A tag ends a
// sentence unless it is one that marks words within a line.

import { languageNamed } from '../languages.ts';
import { CodeScanner } from './code.ts';
import { entityAt, isInWord, joinWord } from './references.ts';
import { find, isAt, isLetter, PROSE, signOf, slice, type Regions, type Scanner } from './regions.ts';

export const INLINE = new Set(
  'a abbr acronym b bdi bdo big cite code data del dfn em emphasis font g i ins kbd label mark q ref rp rt ruby s samp small span strike strong sub sup time tspan tt u var wbr'.split(
    ' ',
  ),
);
const COMMENT = signOf('<!--');
const COMMENT_END = signOf('-->');
const CDATA = signOf('<![CDATA[');
/** A longer tag is none. */
const LONGEST_TAG = 65_536;

export class HtmlScanner implements Scanner {
  /** What is skipped, or read as code, up to this. */
  #until: Uint16Array | null = null;
  #code: CodeScanner | null = null;

  scan(text: Uint16Array, from: number, to: number, regions: Regions): void {
    let start = from;
    let i = from;
    while (i < to) {
      if (this.#until) {
        const end = find(text, i, to, this.#until);
        this.#code?.scan(text, i, end < 0 ? to : end, regions);
        start = i = end < 0 ? to : end;
        if (end >= 0) {
          if (this.#until === COMMENT_END) start = i = end + COMMENT_END.length;
          this.#until = this.#code = null;
          regions.break();
        }
        continue;
      }
      const unit = text[i]!;
      if (unit === 60) {
        const end = endOfTag(text, i, to);
        if (end === i && !isAt(text, i, to, COMMENT)) {
          i++;
          continue;
        }
        regions.add(start, i, PROSE);
        if (isAt(text, i, to, COMMENT)) {
          this.#until = COMMENT_END;
          i += COMMENT.length;
        } else {
          const name = tagName(text, i, end);
          if (!INLINE.has(name)) regions.break();
          if ((name === 'script' || name === 'style') && text[i + 1] !== 47 && text[end - 2] !== 47) {
            this.#until = signOf(`</${name}`);
            this.#code = name === 'script' ? new CodeScanner(languageNamed('javascript')!) : null;
          }
          i = end;
        }
        start = i;
      } else if (unit === 38) {
        const entity = entityAt(text, i, to);
        if (entity && isInWord(entity)) i = joinWord(text, i, to, regions, entityAt);
        else if (entity) {
          regions.add(start, i, PROSE);
          start = i = entity.end;
        } else i++;
      } else if (unit === 93 && text[i + 1] === 93 && text[i + 2] === 62) {
        regions.add(start, i, PROSE);
        start = i += 3; // the end of CDATA
      } else i++;
    }
    regions.add(start, to, PROSE);
  }
}

/** Behind the tag, declaration or beginning of CDATA that begins at `at`; `at` where there is none. */
export function endOfTag(text: Uint16Array, at: number, to: number): number {
  const first = text[at + 1];
  if (isAt(text, at, to, CDATA)) return at + CDATA.length;
  if (!(isLetter(first) || first === 33 || first === 63 || (first === 47 && isLetter(text[at + 2])))) return at;
  const last = Math.min(to, at + LONGEST_TAG);
  let quote = 0;
  for (let i = at + 1; i < last; i++) {
    const unit = text[i]!;
    if (quote) {
      if (unit === quote) quote = 0;
    } else if (unit === 34 || unit === 39) {
      if (text[i - 1] === 61) quote = unit; // a quotation mark elsewhere is none of an attribute
    } else if (unit === 62) return i + 1;
    else if (unit === 60) return at;
  }
  return at;
}

/** In lower case, without the namespace. */
export function tagName(text: Uint16Array, at: number, end: number): string {
  const begin = at + (text[at + 1] === 47 ? 2 : 1);
  const name = /^[\w:.-]*/.exec(slice(text, begin, Math.min(end, begin + 40)))![0].toLowerCase();
  return name.slice(name.lastIndexOf(':') + 1);
}
