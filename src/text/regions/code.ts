// Code: comments and strings are prose, the rest is code. No language is parsed; what a lexer needs
// to know to find where comments and strings end is in its Lexis. A string that is not closed ends
// with its line, so that a slip costs a line.

import type { Backslash } from '../escapes.ts';
import type { Language, Lexis, RawStrings } from '../languages.ts';
import { stringOf } from '../tokenizer.ts';
import {
  codeKind,
  isAt,
  isBlank,
  isDigit,
  isLetter,
  PROSE,
  type Regions,
  type Scanner,
  signOf,
  slice,
} from './regions.ts';
import { unescape } from './strings.ts';

/** A comment or a string, by how it begins. */
interface Opener {
  open: Uint16Array;
  /** Empty: it ends with the line. */
  close: Uint16Array;
  isComment: boolean;
  /** Whether it goes over lines. */
  isLong: boolean;
  /** Of a string. */
  backslash: Backslash;
  /** Whether a doubled mark is one in the string. */
  doubles: boolean;
}

/** What makes the scanner look closer at a character. */
const NOTHING = 0;
const OPENS = 1;
const BRACE = 2;
const SLASH = 3;

const LINE_BREAK = 10;
const BACKSLASH = 92;
const BACKTICK = 96;
const SPACE = 32;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
/**
 * A slash behind one of these, or at the beginning of a line, begins a regular expression of
 * JavaScript.
 */
const BEFORE_PATTERN = signOf('(,=:[!&|?{};+\n');

export class CodeScanner implements Scanner {
  readonly #kind: number;
  readonly #openers: readonly Opener[];
  readonly #interpolation: Uint16Array;
  readonly #raw: RawStrings | null;
  readonly #joinsStrings: boolean;
  readonly #wasEscaped: boolean;
  /** By character of ASCII. */
  readonly #marks = new Uint8Array(128);
  /** The comment or string that is open. */
  #inside: Opener | null = null;
  /** Strings with code in them that is open, and how many braces are open in that. */
  readonly #around: { opener: Opener; braces: number }[] = [];
  #wasComment = false;

  /**
   * `wasEscaped`: the code was a string itself, and a quotation mark in it may have a space in the
   * place of its backslash.
   */
  constructor(language: Language, wasEscaped = false) {
    this.#wasEscaped = wasEscaped;
    const lexis = language.lexis!;
    this.#kind = codeKind(language);
    this.#openers = openersOf(lexis);
    this.#interpolation = signOf(lexis.interpolation);
    this.#raw = lexis.raw;
    this.#joinsStrings = lexis.joinsStrings;
    for (const { open } of this.#openers) this.#marks[open[0]!] = OPENS;
    if (lexis.interpolation) {
      this.#marks[OPEN_BRACE] = this.#marks[CLOSE_BRACE] = BRACE;
      this.#marks[47] = SLASH;
    }
  }

  get isOpen(): boolean {
    return this.#inside !== null || this.#around.length > 0 || this.#wasComment;
  }

  scan(text: Uint16Array, from: number, to: number, regions: Regions): void {
    const marks = this.#marks;
    let start = from;
    let i = from;
    while (i < to) {
      if (this.#inside) {
        i = this.#readInside(this.#inside, text, i, to, regions);
        start = i;
        continue;
      }
      const unit = text[i]!;
      const mark = unit < 128 ? marks[unit]! : NOTHING;
      if (mark === NOTHING) {
        i++;
        continue;
      }
      if (mark === BRACE) {
        const around = this.#around.at(-1);
        if (around) {
          if (unit === OPEN_BRACE) around.braces++;
          else if (around.braces > 0) around.braces--;
          else {
            this.#addCode(text, start, i, regions);
            this.#inside = this.#around.pop()!.opener;
          }
        }
        i++;
        continue;
      }
      const found = this.#openers.find(({ open }) => isAt(text, i, to, open));
      const opener =
        found && this.#raw && !(found.isComment && found.backslash === 'nothing')
          ? (rawOpener(found, this.#raw, text, from, i, to, this.#wasEscaped) ?? found)
          : found;
      if (opener) {
        this.#addCode(text, start, i, regions);
        this.#inside = opener;
        if (opener.isComment && !this.#wasComment) regions.break();
        i += opener.open.length;
      } else if (mark === SLASH && isPatternAt(text, i, from)) {
        const end = endOfPattern(text, i, to);
        this.#addCode(text, start, i, regions);
        start = i = end;
      } else i++;
    }
    if (!this.#inside) this.#addCode(text, start, to, regions);
  }

  #addCode(text: Uint16Array, start: number, end: number, regions: Regions): void {
    // a comment goes on over white space; behind code and strings, what is said of ends of lines
    // holds
    if (isBlank(text, start, end) && (this.#wasComment || !text.subarray(start, end).includes(LINE_BREAK))) return;
    if (this.#joinsStrings && isBlank(text, start, end)) return;
    if (this.#wasComment) regions.break();
    this.#wasComment = false;
    regions.add(start, end, this.#kind);
  }

  /**
   * Adds what is inside the comment or string up to its end, or to that of the text; gives where
   * code goes on.
   */
  #readInside(opener: Opener, text: Uint16Array, from: number, to: number, regions: Regions): number {
    const { close, isComment, isLong, backslash, doubles } = opener;
    const isKept = backslash === 'keeps' || (typeof backslash === 'object' && !backslash.closes);
    let hasEscapes = false;
    const interpolation = isLong && close[0] === BACKTICK ? this.#interpolation : NO_SIGN;
    const first = close.length ? close[0]! : LINE_BREAK;
    let i = from;
    let next = to;
    for (; i < to; i++) {
      const unit = text[i]!;
      if (unit === first && (close.length < 2 || isAt(text, i, to, close))) {
        if (doubles && i + 1 < to && text[i + 1] === first) {
          i++;
          continue;
        }
        next = i + Math.max(1, close.length);
        this.#inside = null;
        break;
      }
      if (unit === LINE_BREAK && !isLong) {
        next = i;
        this.#inside = null;
        break;
      }
      if (isComment && backslash === 'nothing') continue;
      if (unit === BACKSLASH && i + 1 < to) {
        hasEscapes = true;
        if (isKept && text[i + 1] !== LINE_BREAK) i++; // what is escaped ends no string
      } else if (interpolation.length && unit === interpolation[0] && isAt(text, i, to, interpolation)) {
        next = i + interpolation.length;
        this.#inside = null;
        this.#around.push({ opener, braces: 0 });
        break;
      }
    }
    if (isComment) this.#wasComment = true;
    else if (this.#wasComment) {
      regions.break();
      this.#wasComment = false;
    }
    if (hasEscapes && typeof backslash === 'object') unescape(text, from, i, regions, backslash);
    regions.add(from, i, PROSE);
    return next;
  }
}

const NO_SIGN = new Uint16Array(0);

/** What ends a long string that begins with another sign. */
const CLOSING: Record<string, string> = { '[[': ']]' };

function openersOf(lexis: Lexis): Opener[] {
  const { lineComments, blockComments, quotes, longQuotes, interpolation, escapes, backslashIn } = lexis;
  const comment = { isComment: true, backslash: 'nothing', doubles: false } as const;
  const string = (quote: string) => ({ backslash: backslashIn[quote] ?? escapes, doubles: false });
  return [
    ...blockComments.map(([open, close]) => ({ open: signOf(open), close: signOf(close), ...comment, isLong: true })),
    ...lineComments.map((open) => ({ open: signOf(open), close: NO_SIGN, ...comment, isLong: false })),
    // what a language keeps its documentation in is a text of its own, as a comment is
    ...longQuotes.map((quote) => ({
      open: signOf(quote),
      close: signOf(CLOSING[quote] ?? quote),
      ...string(quote),
      isComment: interpolation === '' && quote.length > 1,
      isLong: true,
    })),
    ...quotes.map((quote) => ({
      ...{ open: signOf(quote), close: signOf(quote), isComment: false, isLong: false },
      ...string(quote),
    })),
  ];
}

/** Characters before a quotation mark, and behind it, that make a string raw. */
const LONGEST_PREFIX = 20;

/** The string that `opener` begins at `at`, if what stands beside it makes it raw; else null. */
function rawOpener(
  opener: Opener,
  { prefix, last, opening, close, isLong, backslash, doubles = false }: RawStrings,
  text: Uint16Array,
  from: number,
  at: number,
  to: number,
  wasEscaped: boolean,
): Opener | null {
  const end = wasEscaped && text[at - 1] === SPACE ? at - 1 : at;
  if (!last.includes(String.fromCharCode(text[end - 1]!))) return null;
  const before = prefix.exec(slice(text, Math.max(from, end - LONGEST_PREFIX), end));
  if (!before) return null;
  const inside = at + opener.open.length;
  const behind = opening?.exec(slice(text, inside, Math.min(to, inside + LONGEST_PREFIX)));
  if (opening && !behind) return null;
  const mark = stringOf(opener.open);
  return {
    ...opener,
    open: text.slice(at, inside + (behind?.[0].length ?? 0)),
    close: close ? signOf(close(mark, behind?.[1] ?? before[1] ?? '')) : opener.close,
    isLong: opener.isLong || isLong,
    backslash,
    doubles,
  };
}

/** Whether the slash at `at` begins a regular expression: what stands before it is no operand. */
function isPatternAt(text: Uint16Array, at: number, from: number): boolean {
  let before = at - 1;
  while (before >= from && (text[before] === 32 || text[before] === 9)) before--;
  return before < from || BEFORE_PATTERN.includes(text[before]!);
}

/** Behind the pattern that begins at `at`; it ends with the line at the latest. */
function endOfPattern(text: Uint16Array, at: number, to: number): number {
  let inClass = false;
  for (let i = at + 1; i < to; i++) {
    const unit = text[i]!;
    if (unit === LINE_BREAK) return i;
    if (unit === BACKSLASH) i++;
    else if (unit === 91) inClass = true;
    else if (unit === 93) inClass = false;
    else if (unit === 47 && !inClass) {
      i++;
      while (i < to && (isLetter(text[i]) || isDigit(text[i]))) i++; // its flags
      return i;
    }
  }
  return to;
}
