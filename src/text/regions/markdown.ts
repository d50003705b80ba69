// Markdown, after CommonMark as far as text is told from markup: fences and spans are code, addresses, tags and the front
// matter are left out, and every block (heading, item, cell, paragraph) is a sentence of its own. A block that is indented
// is read as prose.

import { languageNamed, type Language } from '../languages.ts';
import { CLASSES, CONNECTOR } from '../tokenizer.ts';
import { CodeScanner } from './code.ts';
import { endOfTag } from './html.ts';
import { entityAt, isInWord, joinWord } from './references.ts';
import {
  afterIndent,
  codeKind,
  endOfLine,
  find,
  isAt,
  isBlank,
  isLetter,
  PROSE,
  signOf,
  slice,
  type Regions,
  type Scanner,
} from './regions.ts';

const ANY_CODE = languageNamed('code')!;
const ANY_CODE_KIND = codeKind(ANY_CODE);
const COMMENT = signOf('<!--');
const COMMENT_END = signOf('-->');
const TARGET = signOf('](');
const ADDRESS = signOf('://');
const LONGEST_TARGET = 2000;
/** Fewer characters than any sentence begins a list with: - * + 1. a) and so on. */
const LONGEST_BULLET = 10;

export class MarkdownScanner implements Scanner {
  #line = 0;
  #isFrontMatter = false;
  #isComment = false;
  #fence: { sign: number; length: number; code: CodeScanner } | null = null;

  scan(text: Uint16Array, from: number, to: number, regions: Regions): void {
    for (let at = from, end = at; at < to; at = end) {
      end = endOfLine(text, at, to);
      this.#scanLine(text, at, end, regions);
      this.#line++;
    }
  }

  #scanLine(text: Uint16Array, from: number, to: number, regions: Regions): void {
    const begin = afterIndent(text, from, to);
    const first = text[begin]!;
    if (this.#isFrontMatter || (this.#line === 0 && isRule(text, begin, to, 45))) {
      this.#isFrontMatter = this.#line === 0 || !isRule(text, begin, to, 45);
      return;
    }
    if (this.#isComment) {
      const end = find(text, from, to, COMMENT_END);
      if (end < 0) return;
      this.#isComment = false;
      this.#scanInline(text, end + COMMENT_END.length, to, regions);
      return;
    }
    if (this.#fence) {
      const { sign, length, code } = this.#fence;
      const run = runOf(text, begin, to, sign);
      if (run >= length && isBlank(text, begin + run, to)) {
        this.#fence = null;
        regions.break();
      } else code.scan(text, from, to, regions);
      return;
    }
    if (isBlank(text, begin, to)) {
      regions.break();
      return;
    }
    if (first === 96 || first === 126) {
      const length = runOf(text, begin, to, first);
      if (length >= 3 && text.subarray(begin + length, to).indexOf(96) < 0) {
        const name = /^[\s{.]*([\w+#-]+)/.exec(slice(text, begin + length, Math.min(to, begin + length + 40)))?.[1];
        const named: Language | null = name === undefined ? null : languageNamed(name);
        this.#fence = { sign: first, length, code: new CodeScanner(named?.lexis ? named : ANY_CODE) };
        regions.break();
        return;
      }
    }
    const text0 = afterBlockMarks(text, begin, to);
    if (text0 > begin) regions.break();
    this.#scanInline(text, text0, to, regions);
    if (first === 35 || first === 124) regions.break(); // a heading, a row of a table
  }

  #scanInline(text: Uint16Array, from: number, to: number, regions: Regions): void {
    let start = from;
    const leaveOut = (at: number, end: number): number => {
      regions.add(start, at, PROSE);
      start = end;
      return end;
    };
    for (let i = from; i < to;) {
      const unit = text[i]!;
      if (unit === 96) {
        const length = runOf(text, i, to, 96);
        const end = endOfSpan(text, i + length, to, length);
        leaveOut(i, end < 0 ? i + length : end + length);
        if (end >= 0) regions.add(i + length, end, ANY_CODE_KIND);
        i = start;
      } else if (unit === 92) {
        i = leaveOut(i, Math.min(to, i + 1)) + 1; // an escape
      } else if (unit === 93) {
        // the target of a link, of an image, of a definition
        let end = i;
        if (isAt(text, i, to, TARGET)) end = closing(text, i + 2, to);
        else if (text[i + 1] === 58) end = endOfWordless(text, afterIndent(text, i + 2, to), to);
        i = end > i ? leaveOut(i, end) : i + 1;
      } else if (unit === 60) {
        if (isAt(text, i, to, COMMENT)) {
          const end = find(text, i, to, COMMENT_END);
          this.#isComment = end < 0;
          i = leaveOut(i, end < 0 ? to : end + COMMENT_END.length);
        } else {
          const end = endOfTag(text, i, to);
          i = end > i ? leaveOut(i, end) : i + 1;
        }
      } else if (unit === 38) {
        const entity = entityAt(text, i, to);
        if (entity && isInWord(entity)) i = joinWord(text, i, to, regions, entityAt);
        else i = entity ? leaveOut(i, entity.end) : i + 1;
      } else if (unit === 58 && isAt(text, i, to, ADDRESS)) {
        let begin = i;
        while (begin > start && isLetter(text[begin - 1])) begin--;
        i = leaveOut(begin, endOfWordless(text, i, to));
      } else if (unit === 95) {
        const end = i + runOf(text, i, to, 95);
        i = isEmphasis(text, i, end, from, to) ? leaveOut(i, end) : end;
      } else if (unit === 124) {
        leaveOut(i, i + 1); // a cell of a table
        regions.break();
        i++;
      } else i++;
    }
    regions.add(start, to, PROSE);
  }
}

function runOf(text: Uint16Array, at: number, to: number, sign: number): number {
  let end = at;
  while (end < to && text[end] === sign) end++;
  return end - at;
}

/** Whether the line from `begin` on is three or more of `sign` and nothing else. */
function isRule(text: Uint16Array, begin: number, to: number, sign: number): boolean {
  const run = runOf(text, begin, to, sign);
  return run >= 3 && isBlank(text, begin + run, to);
}

/** Behind the marks that begin a block: > # - * + 1. and the box of a task. */
function afterBlockMarks(text: Uint16Array, begin: number, to: number): number {
  const head = slice(text, begin, Math.min(to, begin + 4 * LONGEST_BULLET));
  const marks = /^(?:>\s*|#{1,6}\s+|[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,4}[.)]\s+)*/.exec(head)![0];
  return begin + marks.length;
}

/** Where the code span that began with `length` backticks ends; -1 where it does not. */
function endOfSpan(text: Uint16Array, from: number, to: number, length: number): number {
  for (let i = from; i < to;) {
    const run = runOf(text, i, to, 96);
    if (run === length) return i;
    i += run || 1;
  }
  return -1;
}

/** Behind the closing parenthesis of a target; `from` - 2 where the line has none. */
function closing(text: Uint16Array, from: number, to: number): number {
  let open = 1;
  for (let i = from; i < Math.min(to, from + LONGEST_TARGET); i++) {
    if (text[i] === 40) open++;
    else if (text[i] === 41 && --open === 0) return i + 1;
  }
  return from - 2;
}

/** The next white space, or bracket that an address does not have. */
function endOfWordless(text: Uint16Array, from: number, to: number): number {
  let i = from;
  while (i < to && text[i]! > 32 && text[i] !== 60 && text[i] !== 62 && text[i] !== 41 && text[i] !== 93) i++;
  return i;
}

/** Whether the underscores [at, end) are no part of a name: a letter stands on one side of them only. */
function isEmphasis(text: Uint16Array, at: number, end: number, from: number, to: number): boolean {
  const isWord = (unit: number | undefined): boolean => unit !== undefined && CLASSES[unit]! > CONNECTOR;
  const before = at > from && isWord(text[at - 1]);
  const after = end < to && isWord(text[end]);
  return before !== after;
}
