// Markdown, what is inside a paragraph: spans of code are code; addresses, tags, targets and titles
// of links, and formulas are left out. What stands inside a word, emphasis, tags and links, joins
// it: **한국**은, [한국](a)은 and 10<sup>th</sup>.

import { languageNamed } from '../languages.ts';
import { CLASSES, NEWLINE, SPACE, UNSPACED } from '../tokenizer.ts';
import { HTML_INLINE, WITHIN_WORDS } from './element-breaks.ts';
import { tagName } from './html.ts';
import {
  beginsInWord,
  endsInWord,
  entityAt,
  isInWord,
  joinWord,
  type Reference,
  type ReferenceAt,
} from './references.ts';
import { codeKind, find, isAt, isDigit, isLetter, PROSE, type Regions, signOf, slice } from './regions.ts';

const ANY_CODE_KIND = codeKind(languageNamed('code')!);
const ADDRESS = signOf('://');
const COMMENT = signOf('<!--');
const COMMENT_END = signOf('-->');
const CDATA = signOf('<![CDATA[');
const CDATA_END = signOf(']]>');
const INSTRUCTION_END = signOf('?>');
/** A dollar that has no partner within so many characters is a price. */
const LONGEST_FORMULA = 2000;
const LONGEST_LABEL = 999;
/** Parentheses within parentheses of a target. */
const DEEPEST = 32;
/** So many delimiters before the one that closes are looked at. */
const FARTHEST = 200;

/** Characters that are looked at more closely. */
const SPECIAL = new Uint8Array(128);
for (const sign of '\\`*_~[]!<&:$|') SPECIAL[sign.charCodeAt(0)] = 1;
/** Those that a backslash makes letters. */
const ESCAPED = new Uint8Array(128);
for (const sign of '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~') ESCAPED[sign.charCodeAt(0)] = 1;

/**
 * Left out, and parts words; left out, and joins them; a character reference; left out, and ends a
 * sentence; code.
 */
type Kind = 'part' | 'join' | 'reference' | 'break' | 'code';

/** A part of the text that is no prose. */
interface Mark {
  start: number;
  end: number;
  kind: Kind;
  reference?: Reference;
  /** Of code, signs on each side. */
  width?: number;
}

/** A run of * _ or ~, of which [start, end) is not used yet. */
interface Delimiter {
  sign: number;
  start: number;
  end: number;
  length: number;
  opens: boolean;
  closes: boolean;
}

export class MarkdownInline {
  /** Labels that links are defined for. */
  readonly #labels = new Set<string>();
  #marks: Mark[] = [];
  #delimiters: Delimiter[] = [];

  /** Finds which labels are defined in [from, to). */
  define(text: Uint16Array, from: number, to: number): void {
    const part = text.subarray(0, to);
    for (let at = part.indexOf(93, from); at >= 0; at = part.indexOf(93, at + 1)) {
      if (text[at + 1] !== 58 || at + 1 >= to || text[at - 1] === 92) continue;
      let begin = at;
      while (begin > from && at - begin < LONGEST_LABEL && (text[begin] !== 91 || text[begin - 1] === 92)) begin--;
      if (text[begin] !== 91 || text[begin + 1] === 94 || !beginsLine(text, begin, from)) continue;
      const target = afterWhite(text, at + 2, to);
      let end = target;
      while (end < Math.min(to, target + LONGEST_LABEL) && text[end]! > 32) end++;
      const label = labelOf(text, begin + 1, at);
      if (label !== '' && isAddress(text, target, end)) this.#labels.add(label);
    }
  }

  /** Adds the regions of a paragraph. */
  scan(text: Uint16Array, from: number, to: number, regions: Regions): void {
    this.#marks = [];
    this.#delimiters = [];
    this.#find(text, from, to);
    this.#emphasize(0);
    this.#marks.sort((a, b) => a.start - b.start);
    emit(text, from, to, this.#marks, regions);
  }

  #mark(kind: Kind, start: number, end: number): number {
    this.#marks.push({ kind, start, end });
    return end;
  }

  #find(text: Uint16Array, from: number, to: number): void {
    /** Of links: where they begin, and how many delimiters come before. */
    const brackets: { at: number; isImage: boolean; isOff: boolean; before: number }[] = [];
    const unclosed = new Set<number>(); // lengths of runs of ` that close nothing from here on
    const isTable = isTableAt(text, from, to);
    let hasDollars = true;
    for (let i = from; i < to;) {
      const unit = text[i]!;
      if (unit >= 128 || SPECIAL[unit] === 0) {
        if (unit === 10 && isTable) this.#mark('break', i, i);
        i++;
        continue;
      }
      switch (unit) {
        case 92:
          if (i + 1 < to && text[i + 1]! < 128 && ESCAPED[text[i + 1]!]) {
            this.#mark('join', i, i + 1);
            i += 2;
          } else i++;
          break;
        case 96: {
          const width = runOf(text, i, to);
          const end = unclosed.has(width) ? -1 : endOfSpan(text, i + width, to, width);
          if (end < 0) {
            unclosed.add(width);
            i += width;
          } else {
            this.#marks.push({ kind: 'code', start: i, end: end + width, width });
            i = end + width;
          }
          break;
        }
        case 42:
        case 95:
        case 126:
          i = this.#delimiter(text, i, from, to);
          break;
        case 33:
          i++;
          if (text[i] === 91 && i < to) {
            brackets.push({ at: i - 1, isImage: true, isOff: false, before: this.#delimiters.length });
            i++;
          }
          break;
        case 91:
          brackets.push({ at: i++, isImage: false, isOff: false, before: this.#delimiters.length });
          break;
        case 93: {
          const open = brackets.pop();
          const end = !open || open.isOff ? -1 : this.#endOfLink(text, open.at + (open.isImage ? 2 : 1), i, to);
          if (!open || end < 0) {
            i++;
            break;
          }
          this.#emphasize(open.before);
          const kind = open.isImage ? 'part' : 'join';
          this.#mark(kind, open.at, open.at + (open.isImage ? 2 : 1));
          // no link is in a link
          if (!open.isImage) for (const other of brackets) other.isOff ||= !other.isImage;
          i = this.#mark(kind, i, end);
          break;
        }
        case 60: {
          const end = endOfAngle(text, i, to);
          if (end < 0) {
            i++;
            break;
          }
          const isTag = isLetter(text[i + 1]) || text[i + 1] === 47;
          const isAddress = isTag && !isTagAt(text, i, to);
          const name = isTag && !isAddress ? tagName(text, i, end) : '';
          i = this.#mark(isTag && !isAddress ? kindOfTag(text, name, i, end) : 'part', i, end);
          break;
        }
        case 38: {
          const reference = entityAt(text, i, to);
          if (reference && reference.meaning.length > 2 && reference.meaning.startsWith('&'))
            i++; // it means nothing
          else if (reference && isInWord(reference)) {
            this.#marks.push({ kind: 'reference', start: i, end: reference.end, reference });
            i = reference.end;
          } else i = reference ? this.#mark('part', i, reference.end) : i + 1;
          break;
        }
        case 58:
          if (isAt(text, i, to, ADDRESS)) {
            let begin = i;
            while (begin > from && isLetter(text[begin - 1])) begin--;
            i = this.#mark('part', begin, endOfAddress(text, i, to));
          } else i++;
          break;
        case 36: {
          let end: number = i;
          if (text[i + 1] === 36) {
            const close: number = hasDollars ? find(text, i + 2, to, DOLLARS) : -1;
            hasDollars = close >= 0;
            end = close < 0 ? i : close + 2;
            if (end === i) i++;
          } else end = endOfFormula(text, i, from, to);
          i = end > i ? this.#mark('part', i, end) : i + 1;
          break;
        }
        default:
          i = this.#mark('break', i, i + 1); // a cell of a table
      }
    }
  }

  /**
   * Behind the target, or the label, of the link or image whose text [from, at) is; -1 where it has
   * none.
   */
  #endOfLink(text: Uint16Array, from: number, at: number, to: number): number {
    const next = at + 1;
    if (next < to && text[next] === 40) {
      const end = endOfTarget(text, next, to);
      if (end >= 0) return end;
    }
    if (next < to && text[next] === 91) {
      const close = endOfLabel(text, next + 1, to);
      if (close === next + 1) return this.#isDefined(text, from, at) ? close + 1 : -1;
      if (close > 0) return this.#isDefined(text, next + 1, close) ? close + 1 : -1;
    }
    return this.#isDefined(text, from, at) ? next : -1;
  }

  #isDefined(text: Uint16Array, from: number, to: number): boolean {
    return this.#labels.size > 0 && to - from <= LONGEST_LABEL && this.#labels.has(labelOf(text, from, to));
  }

  /** Takes the run of * _ or ~ at `at`; gives where it ends. */
  #delimiter(text: Uint16Array, at: number, from: number, to: number): number {
    const sign = text[at]!;
    let end = at + 1;
    while (end < to && text[end] === sign) end++;
    const before = at > from ? sortOf(text, at - 1) : WHITE;
    const after = end < to ? sortOf(text, end) : WHITE;
    const isLeft = after !== WHITE && (after !== PUNCTUATION || before !== WORD);
    const isRight = before !== WHITE && (before !== PUNCTUATION || after !== WORD);
    const isStrict = sign === 95;
    this.#delimiters.push({
      ...{ sign, start: at, end, length: end - at },
      opens: isLeft && (!isStrict || !isRight || before === PUNCTUATION),
      closes: isRight && (!isStrict || !isLeft || after === PUNCTUATION),
    });
    return end;
  }

  /**
   * Marks the delimiters from the one of this number on that have a partner, after CommonMark's
   * algorithm, and forgets them.
   */
  #emphasize(from: number): void {
    const open: Delimiter[] = [];
    for (const closer of this.#delimiters.splice(from)) {
      for (let more = closer.closes; more && closer.start < closer.end;) {
        more = false;
        for (let i = open.length - 1; i >= Math.max(0, open.length - FARTHEST); i--) {
          const opener = open[i]!;
          if (opener.sign !== closer.sign) continue;
          const isTilde = closer.sign === 126;
          if (isTilde ? opener.length !== closer.length || closer.length > 2 : isOddPair(opener, closer)) continue;
          const width = Math.min(2, opener.end - opener.start, closer.end - closer.start);
          opener.end -= width;
          this.#mark('join', opener.end, opener.end + width);
          this.#mark('join', closer.start, closer.start + width);
          closer.start += width;
          open.length = opener.start === opener.end ? i : i + 1;
          more = true;
          break;
        }
      }
      if (closer.opens && closer.start < closer.end) open.push(closer);
    }
  }
}

/** What becomes of the tag [at, end) of this name. */
function kindOfTag(text: Uint16Array, name: string, at: number, end: number): Kind {
  // a number that is raised is a power or that of a note
  if (name === 'sup' && text[at + 1] !== 47 && isDigit(text[end])) return 'part';
  if (WITHIN_WORDS.has(name)) return 'join';
  return HTML_INLINE.has(name) || name === 'br' || name === 'img' ? 'part' : 'break';
}

/** Whether the rule of three forbids the pair. */
function isOddPair(opener: Delimiter, closer: Delimiter): boolean {
  if (!opener.closes && !closer.opens) return false;
  return (opener.length + closer.length) % 3 === 0 && (opener.length % 3 !== 0 || closer.length % 3 !== 0);
}

/**
 * Adds the regions between the marks, which are in order, and joins the words that some stand in.
 */
function emit(text: Uint16Array, from: number, to: number, marks: readonly Mark[], regions: Regions): void {
  let start = from;
  let next = 0;
  const referenceAt: ReferenceAt = (_, at) => {
    let index = next;
    while (index < marks.length && marks[index]!.start < at) index++;
    const mark = marks[index];
    if (!mark || mark.start !== at) return null;
    if (mark.kind === 'reference') return mark.reference!;
    const joins = mark.kind === 'join' && goesOn(text, marks, index, to);
    return { meaning: joins ? '' : ' ', end: mark.end }; // a space ends the word
  };
  for (let done = from; next < marks.length; next++) {
    const { kind, start: at, end, reference, width = 0 } = marks[next]!;
    if (at < done) continue; // in a word that was joined
    const isReference = reference !== undefined;
    if (isReference || (kind === 'join' && at > start && endsInWord(text, at) && goesOn(text, marks, next, to))) {
      done = joinWord(text, at, to, regions, referenceAt);
      continue;
    }
    regions.add(start, at, PROSE);
    if (kind === 'code') regions.add(at + width, end - width, ANY_CODE_KIND);
    if (kind === 'break') regions.break();
    start = done = end;
  }
  regions.add(start, to, PROSE);
}

/** Whether a word goes on behind the mark, or behind those that follow it at once. */
function goesOn(text: Uint16Array, marks: readonly Mark[], index: number, to: number): boolean {
  for (;;) {
    const { end } = marks[index]!;
    const next = marks[index + 1];
    if (next?.start !== end || next.kind === 'code') return beginsInWord(text, end, to);
    if (next.kind === 'reference') return true;
    if (next.kind !== 'join') return false;
    index++;
  }
}

const WHITE = 0;
const PUNCTUATION = 1;
const WORD = 2;

/** What a delimiter stands beside. */
function sortOf(text: Uint16Array, at: number): number {
  const kind = CLASSES[text[at]!]!;
  if (kind === SPACE || kind === NEWLINE) return WHITE;
  return kind >= UNSPACED && text[at] !== 95 ? WORD : PUNCTUATION;
}

/** The label of [from, to) as labels are compared: without differences of case and white space. */
export function labelOf(text: Uint16Array, from: number, to: number): string {
  return slice(text, from, Math.min(to, from + LONGEST_LABEL))
    .trim()
    .replace(/\s+/g, ' ')
    .toUpperCase();
}

/** The bracket that closes the label that begins at `from`; -1 where there is none. */
function endOfLabel(text: Uint16Array, from: number, to: number): number {
  for (let i = from; i < Math.min(to, from + LONGEST_LABEL); i++) {
    if (text[i] === 93) return i;
    if (text[i] === 91) return -1;
    if (text[i] === 92) i++;
  }
  return -1;
}

/** Behind the parenthesis that closes the target at `at`; -1 where it is none. */
function endOfTarget(text: Uint16Array, at: number, to: number): number {
  let i = afterWhite(text, at + 1, to);
  if (text[i] === 41 && i < to) return i + 1;
  const end = endOfDestination(text, i, to);
  if (end < 0) return -1;
  i = afterWhite(text, end, to);
  if (i > end && i < to && text[i] !== 41) {
    const title = endOfTitle(text, i, to);
    if (title < 0) return -1;
    i = afterWhite(text, title, to);
  }
  return i < to && text[i] === 41 ? i + 1 : -1;
}

/** Behind an address, perhaps in <>; -1 where there is none. */
function endOfDestination(text: Uint16Array, at: number, to: number): number {
  if (text[at] === 60) {
    for (let i = at + 1; i < to; i++) {
      const unit = text[i]!;
      if (unit === 62) return i + 1;
      if (unit === 60 || unit === 10) return -1;
      if (unit === 92) i++;
    }
    return -1;
  }
  let open = 0;
  let i = at;
  for (; i < to; i++) {
    const unit = text[i]!;
    if (unit <= 32 || (unit === 41 && open === 0)) break;
    if (unit === 40 && ++open > DEEPEST) return -1;
    if (unit === 41) open--;
    if (unit === 92 && i + 1 < to && text[i + 1]! > 32) i++;
  }
  return open === 0 && i > at ? i : -1;
}

/**
 * Behind the title that begins at `at`, in quotation marks or parentheses; -1 where there is none.
 */
function endOfTitle(text: Uint16Array, at: number, to: number): number {
  const open = text[at]!;
  if (open !== 34 && open !== 39 && open !== 40) return -1;
  const close = open === 40 ? 41 : open;
  for (let i = at + 1; i < to; i++) {
    if (text[i] === close) return i + 1;
    if (text[i] === 40 && open === 40) return -1;
    if (text[i] === 92) i++;
  }
  return -1;
}

/**
 * Behind the definition of a link that a paragraph begins with at `at`; -1 where it is none. A
 * footnote is none, nor is what has no address: [Alice]: Hello
 */
export function definitionEnd(text: Uint16Array, at: number, to: number): number {
  let i = at;
  while (i < to && (text[i] === 32 || text[i] === 9)) i++;
  if (text[i] !== 91 || text[i + 1] === 94) return -1;
  const close = endOfLabel(text, i + 1, to);
  if (close < 0 || text[close + 1] !== 58 || close + 1 >= to || labelOf(text, i + 1, close) === '') return -1;
  const begin = afterWhite(text, close + 2, to);
  const end = endOfDestination(text, begin, to);
  if (end < 0 || !isAddress(text, begin, end)) return -1;
  const ofLine = endOfBlankLine(text, end, to);
  const next = afterWhite(text, end, to);
  const title = next > end && next < to ? endOfTitle(text, next, to) : -1;
  const ofTitle = title < 0 ? -1 : endOfBlankLine(text, title, to);
  return ofTitle >= 0 ? ofTitle : ofLine;
}

/** Whether nothing but marks of blocks stands before `at` in its line. */
function beginsLine(text: Uint16Array, at: number, from: number): boolean {
  while (at > from && text[at - 1] !== 10)
    if (!' \t>-+*.)0123456789\0'.includes(String.fromCharCode(text[--at]!))) return false;
  return true;
}

/** Whether [from, to) has a sign that addresses have and words do not. */
function isAddress(text: Uint16Array, from: number, to: number): boolean {
  for (let i = from; i < Math.min(to, from + LONGEST_LABEL); i++)
    if ('/.#:<@?=&%'.includes(String.fromCharCode(text[i]!))) return i < to - 1 || text[i] !== 46;
  return false;
}

/** Behind the line break where nothing but spaces comes before it; -1 elsewhere. */
function endOfBlankLine(text: Uint16Array, at: number, to: number): number {
  while (at < to && (text[at] === 32 || text[at] === 9 || text[at] === 13)) at++;
  return at === to ? to : text[at] === 10 ? at + 1 : -1;
}

function afterWhite(text: Uint16Array, at: number, to: number): number {
  while (at < to && text[at]! <= 32) at++;
  return at;
}

/**
 * Behind the tag, comment, declaration or address in <> that begins at `at`; -1 where there is
 * none.
 */
function endOfAngle(text: Uint16Array, at: number, to: number): number {
  const next = text[at + 1];
  if (next === 33) {
    const isEmpty = isAt(text, at, to, COMMENT) && /^-?>/.exec(slice(text, at + 4, Math.min(to, at + 6)));
    if (isEmpty) return at + 4 + isEmpty[0].length;
    if (isAt(text, at, to, COMMENT)) return behind(find(text, at + 2, to, COMMENT_END), COMMENT_END);
    if (isAt(text, at, to, CDATA)) return behind(find(text, at, to, CDATA_END), CDATA_END);
    return isLetter(text[at + 2]) ? text.subarray(0, to).indexOf(62, at) + 1 || -1 : -1;
  }
  if (next === 63) return behind(find(text, at + 2, to, INSTRUCTION_END), INSTRUCTION_END);
  if (isTagAt(text, at, to)) return endOfTag(text, at, to);
  // <scheme:address> and <name@host>
  if (!isLetter(next) && !isDigit(next)) return -1;
  let isAddress = false;
  for (let i = at + 1; i < to; i++) {
    const unit = text[i]!;
    if (unit === 62) return isAddress ? i + 1 : -1;
    if (unit <= 32 || unit === 60) return -1;
    isAddress ||= (unit === 58 && i > at + 2) || unit === 64;
  }
  return -1;
}

function behind(place: number, sign: Uint16Array): number {
  return place < 0 ? -1 : place + sign.length;
}

function isTagAt(text: Uint16Array, at: number, to: number): boolean {
  return endOfTag(text, at, to) > 0;
}

/** Behind the tag at `at`; -1 where there is none. */
function endOfTag(text: Uint16Array, at: number, to: number): number {
  const isEnd = text[at + 1] === 47;
  let i = at + (isEnd ? 2 : 1);
  if (!isLetter(text[i])) return -1;
  while (i < to && (isLetter(text[i]) || isDigit(text[i]) || text[i] === 45)) i++;
  for (;;) {
    const begin = afterWhite(text, i, to);
    if (begin >= to) return -1;
    if (text[begin] === 62) return begin + 1;
    if (!isEnd && text[begin] === 47) return text[begin + 1] === 62 ? begin + 2 : -1;
    if (isEnd || begin === i || !(isLetter(text[begin]) || text[begin] === 95 || text[begin] === 58)) return -1;
    i = begin;
    while (
      i < to &&
      (isLetter(text[i]) || isDigit(text[i]) || (text[i]! < 128 && '_.:-@'.includes(String.fromCharCode(text[i]!))))
    )
      i++;
    const equals = afterWhite(text, i, to);
    if (text[equals] !== 61) continue;
    i = afterWhite(text, equals + 1, to);
    const quote = text[i]!;
    if (quote === 34 || quote === 39) {
      i = text.subarray(0, to).indexOf(quote, i + 1) + 1;
      if (i === 0) return -1;
    } else {
      const value = i;
      while (i < to && text[i]! > 32 && !'"\'=<>`'.includes(String.fromCharCode(text[i]!))) i++;
      if (i === value) return -1;
    }
  }
}

/** The next white space, or bracket that an address does not have. */
function endOfAddress(text: Uint16Array, from: number, to: number): number {
  let i = from;
  while (i < to && text[i]! > 32 && text[i] !== 60 && text[i] !== 62 && text[i] !== 41 && text[i] !== 93) i++;
  return i;
}

function runOf(text: Uint16Array, at: number, to: number): number {
  let end = at;
  while (end < to && text[end] === text[at]) end++;
  return end - at;
}

/** Where the code span that began with `length` backticks ends; -1 where it does not. */
function endOfSpan(text: Uint16Array, from: number, to: number, length: number): number {
  const part = text.subarray(0, to);
  for (let at = part.indexOf(96, from); at >= 0;) {
    const run = runOf(text, at, to);
    if (run === length) return at;
    at = part.indexOf(96, at + run);
  }
  return -1;
}

const DOLLARS = signOf('$$');

/**
 * Behind the formula that begins with the dollar at `at`, after Pandoc's rules; `at` where it is a
 * price, or the sign of a variable.
 */
function endOfFormula(text: Uint16Array, at: number, from: number, to: number): number {
  const isAlphanumeric = (unit: number | undefined): boolean => isLetter(unit) || isDigit(unit);
  if (at > from && isAlphanumeric(text[at - 1])) return at;
  let begin = at + 1;
  while (begin < to && text[begin] === 0) begin++; // of an escape of a notebook
  if (begin >= to || text[begin]! <= 32) return at;
  for (let i = at + 1; i < Math.min(to, at + LONGEST_FORMULA); i++) {
    if (text[i] === 92) i++;
    else if (text[i] === 36) {
      if (text[i - 1]! <= 32 || (i + 1 < to && isAlphanumeric(text[i + 1]))) return at;
      const formula = slice(text, at + 1, i);
      return /^[\d.,]+\s/.test(formula) && !/[\\^_={}+*<>|]/.test(formula) ? at : i + 1;
    }
  }
  return at;
}

/** Whether the paragraph is a table: its second line is of - : and |. */
function isTableAt(text: Uint16Array, from: number, to: number): boolean {
  const part = text.subarray(0, to);
  const begin = part.indexOf(10, from) + 1;
  if (begin === 0) return false;
  let hasBar = false;
  for (let i = begin; i < to && text[i] !== 10; i++) {
    const unit = text[i]!;
    if (unit === 124) hasBar = true;
    else if (unit > 32 && unit !== 45 && unit !== 58) return false;
  }
  return hasBar;
}
