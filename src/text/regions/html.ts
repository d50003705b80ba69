// HTML and XML: the text between the tags. Scripts are code; styles and comments are left out. A
// tag or a comment within a word joins its letters: O<b>n</b>ce. Which tags end a sentence, and
// which may stand within a word, element-breaks.ts says.

import { languageNamed } from '../languages.ts';
import { CodeScanner } from './code.ts';
import type { Breaks } from './element-breaks.ts';
import { beginsInWord, endsInWord, entityAt, isInWord, joinWord, type ReferenceAt } from './references.ts';
import { find, isAt, isBlank, isDigit, isLetter, PROSE, type Regions, type Scanner, signOf, slice } from './regions.ts';

const COMMENT = signOf('<!--');
const COMMENT_END = signOf('-->');
const CDATA = signOf('<![CDATA[');
const INSTRUCTION_END = signOf('?>');
const DECLARATION = signOf('<!DOCTYPE');
const SUBSET_END = signOf(']>');
/** A longer tag is none. */
const LONGEST_TAG = 65_536;
const LONGEST_LOOK = 200;

const EXCLAMATION = 33;
const AMPERSAND = 38;
const SEMICOLON = 59;
const LESS = 60;
const GREATER = 62;
const QUESTION = 63;
const SLASH = 47;

export class HtmlScanner implements Scanner {
  readonly #breaks: Breaks;
  readonly #isXml: boolean;
  /** What is skipped, or read as code, up to this. */
  #until: Uint16Array | null = null;
  #code: CodeScanner | null = null;

  constructor(breaks: Breaks, isXml = false) {
    this.#breaks = breaks;
    this.#isXml = isXml;
  }

  /** Before a tag that does not end before `end`. */
  cut(text: Uint16Array, end: number): number {
    const head = text.subarray(0, end);
    const last = head.lastIndexOf(LESS);
    return last > head.lastIndexOf(GREATER) && end - last < LONGEST_TAG ? last : end;
  }

  scan(text: Uint16Array, from: number, to: number, regions: Regions): void {
    let start = from;
    let i = from;
    while (i < to) {
      if (this.#until) {
        const end = find(text, i, to, this.#until);
        this.#code?.scan(text, i, end < 0 ? to : end, regions);
        start = i = end < 0 ? to : end;
        if (end >= 0) {
          if (this.#until === COMMENT_END || this.#until === SUBSET_END) start = i = end + this.#until.length;
          else regions.break();
          this.#until = this.#code = null;
        }
        continue;
      }
      const unit = text[i]!;
      if (unit === LESS) {
        if (i > start && endsInWord(text, i) && this.#endOfJoint(text, i, to) > i) {
          this.#addText(text, start, i, regions);
          start = i;
          i = joinWord(text, i, to, regions, this.#jointAt);
          continue;
        }
        const end = endOfTag(text, i, to, this.#isXml);
        if (end === i && !isAt(text, i, to, COMMENT)) {
          i++;
          continue;
        }
        this.#addText(text, start, i, regions);
        if (isAt(text, i, to, COMMENT)) {
          this.#until = COMMENT_END;
          i += COMMENT.length;
        } else {
          this.#readTag(text, i, end, regions);
          i = end;
        }
        start = i;
      } else if (unit === AMPERSAND) {
        const entity = entityAt(text, i, to);
        if (entity && isInWord(entity)) i = joinWord(text, i, to, regions, this.#jointAt);
        else if (entity) {
          this.#addText(text, start, i, regions);
          start = i = entity.end;
        } else i++;
      } else if (unit === 93 && text[i + 1] === 93 && text[i + 2] === GREATER) {
        this.#addText(text, start, i, regions);
        start = i += 3; // the end of CDATA
      } else i++;
    }
    this.#addText(text, start, to, regions);
  }

  /** What stands within a word: references, and tags and comments, which are nothing. */
  readonly #jointAt: ReferenceAt = (text, at, to) => {
    if (text[at] !== LESS) return entityAt(text, at, to);
    // a semicolon is that of a reference: joinWord takes no other
    const end = endsInWord(text, at) || text[at - 1] === SEMICOLON ? this.#endOfJoint(text, at, to) : at;
    if (end === at) return null;
    for (let tag = at, next = at; tag < end; tag = next) {
      next = this.#endOfMarkup(text, tag, to);
      if (text[tag + 1] !== EXCLAMATION) this.#breaks.tag(tagName(text, tag, next), kindOfTag(text, tag, next));
    }
    return { meaning: '', end };
  };

  /**
   * Behind the tags and comments at `at`, in or behind a word, if the word goes on there; else
   * `at`. In XML, where names tell less, one tag does that is not empty.
   */
  #endOfJoint(text: Uint16Array, at: number, to: number): number {
    let end = at;
    let before = '';
    let isRaised = false;
    while (end < to && text[end] === LESS) {
      const isComment = text[end + 1] === EXCLAMATION;
      const name = isComment ? '' : tagName(text, end, to);
      if (!isComment && !this.#breaks.joins(name)) return at;
      const next = this.#endOfMarkup(text, end, to);
      if (next === end) return at;
      if (!isComment) {
        const kind = kindOfTag(text, end, next);
        if (this.#isXml && (before !== '' || (kind === 'empty' && !isBreakInWord(text, end, next)))) return at;
        if (name === 'a' && before === 'a' && kind === 'start') return at; // links side by side
        isRaised = name === 'sup' && kind === 'start';
        before = name;
      }
      end = next;
    }
    if (end === to) return at;
    // a number that is raised is a power or that of a note
    const goesOn = text[end] === AMPERSAND ? isInWord(entityAt(text, end, to) ?? NO_WORD) : beginsInWord(text, end, to);
    return goesOn && !(isRaised && isDigit(text[end])) ? end : at;
  }

  /** Behind the tag or the comment at `at`; `at` where there is none, or something else. */
  #endOfMarkup(text: Uint16Array, at: number, to: number): number {
    if (text[at + 1] !== EXCLAMATION) return text[at + 1] === QUESTION ? at : endOfTag(text, at, to, this.#isXml);
    const end = isAt(text, at, to, COMMENT) ? find(text, at + COMMENT.length, to, COMMENT_END) : -1;
    return end < 0 ? at : end + COMMENT_END.length;
  }

  #addText(text: Uint16Array, start: number, end: number, regions: Regions): void {
    if (!isBlank(text, start, end)) {
      if (this.#breaks.endsBefore(text, start, end)) regions.break();
    } else if (this.#isXml) return; // blank lines between elements are no text
    regions.add(start, end, PROSE);
  }

  #readTag(text: Uint16Array, at: number, end: number, regions: Regions): void {
    const first = text[at + 1]!;
    if (first === EXCLAMATION || first === QUESTION) {
      // a declaration with others in it goes on; of CDATA and of instructions there is nothing to
      // tell
      if (text[end - 1] === 91 && !isAt(text, at, end, CDATA)) this.#until = SUBSET_END;
      else if (!this.#isXml) this.#breaks.tag('', 'empty');
      return;
    }
    const name = tagName(text, at, end);
    const kind = kindOfTag(text, at, end);
    this.#breaks.tag(name, kind);
    if ((name === 'script' || name === 'style') && kind === 'start') {
      this.#until = signOf(`</${slice(text, at + 1, at + 1 + name.length)}`);
      regions.break();
      this.#code = name === 'script' ? new CodeScanner(languageNamed('javascript')!) : null;
    }
  }
}

const NO_WORD = { meaning: ' ', end: 0 };

/** Whether the tag [at, end) of XML says that a line, or a page, breaks within a word (TEI). */
function isBreakInWord(text: Uint16Array, at: number, end: number): boolean {
  return /\bbreak\s*=\s*["']no["']/.test(slice(text, at, Math.min(end, at + LONGEST_LOOK)));
}

function kindOfTag(text: Uint16Array, at: number, end: number): 'start' | 'end' | 'empty' {
  return text[at + 1] === SLASH ? 'end' : text[end - 2] === SLASH ? 'empty' : 'start';
}

/**
 * Behind the tag, instruction, declaration (up to the bracket that others in it begin with) or
 * beginning of CDATA that begins at `at`; `at` where there is none. `isXml`: letters of any script
 * begin names.
 */
export function endOfTag(text: Uint16Array, at: number, to: number, isXml = false): number {
  const first = text[at + 1];
  if (isAt(text, at, to, CDATA)) return at + CDATA.length;
  const isName = (unit: number | undefined): boolean =>
    isLetter(unit) || (isXml && unit !== undefined && (unit >= 128 || unit === 95));
  if (!(isName(first) || first === EXCLAMATION || first === QUESTION || (first === SLASH && isName(text[at + 2]))))
    return at;
  const last = Math.min(to, at + LONGEST_TAG);
  if (isXml && first === QUESTION) {
    const end = find(text, at, last, INSTRUCTION_END);
    if (end >= 0) return end + INSTRUCTION_END.length;
  }
  const isDeclaration = isXml && isAt(text, at, to, DECLARATION);
  let quote = 0;
  let before = 0;
  for (let i = at + 1; i < last; i++) {
    const unit = text[i]!;
    if (quote) {
      if (unit === quote) quote = 0;
    } else if (unit === 34 || unit === 39) {
      if (before === 61) quote = unit; // a quotation mark elsewhere is none of an attribute
    } else if (unit === GREATER || (isDeclaration && unit === 91)) return i + 1;
    else if (unit === LESS) return at;
    if (unit > 32) before = unit;
  }
  return at;
}

/** In small letters, without the namespace. */
export function tagName(text: Uint16Array, at: number, end: number): string {
  const begin = at + (text[at + 1] === SLASH ? 2 : 1);
  const name = /^[^\s/>]*/.exec(slice(text, begin, Math.min(end, begin + 40)))![0].toLowerCase();
  return name.slice(name.lastIndexOf(':') + 1);
}
