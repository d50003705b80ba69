// Markdown, the blocks of CommonMark: quotes and lists in each other, headings, fences, indented
// code, HTML, definitions of links. Fences and indented blocks are code; HTML is read as HTML; the
// front matter, which is closed by its second --- or ..., formulas, and definitions are left out.
// Every block (heading, item, cell, paragraph) is a sentence of its own. What is inside a line is
// read once its paragraph ends (markdown-inline.ts).

import { type Language, languageNamed } from '../languages.ts';
import { CodeScanner } from './code.ts';
import { NamedBreaks } from './element-breaks.ts';
import { HtmlScanner } from './html.ts';
import { FORMULAS } from './latex.ts';
import { definitionEnd, MarkdownInline } from './markdown-inline.ts';
import {
  codeKind,
  endOfLine,
  find,
  isAt,
  isBlank,
  isDigit,
  type Regions,
  type Scanner,
  signOf,
  slice,
} from './regions.ts';

const ANY_CODE = languageNamed('code')!;
const ANY_CODE_KIND = codeKind(ANY_CODE);

/** Of containers: a quote; an item of a list is the columns that its lines are indented by. */
const QUOTE = -1;
/** What begins a line is looked at up to here, UTF-16 code units. */
const HEAD = 200;
/** A formula that is not closed within so many characters is none. */
const LONGEST_FORMULA = 20_000;
const DOLLARS = signOf('$$');

/** How blocks of HTML begin, and what ends each; null: a blank line does. */
const HTML_BLOCKS: [start: RegExp, end: RegExp | null][] = [
  [/^<(?:script|pre|style|textarea)(?:\s|>|$)/i, /<\/(?:script|pre|style|textarea)>/i],
  [/^<!--/, /-->/],
  [/^<\?/, /\?>/],
  [/^<!\[CDATA\[/, /\]\]>/],
  [/^<![a-z]/i, />/],
  [
    /^<\/?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)(?:\s|\/?>|$)/i,
    null,
  ],
];
/** A tag that is alone in its line. */
const LONE_TAG =
  /^(?:<[a-z][a-z\d-]*(?:\s+[a-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)*\s*\/?>|<\/[a-z][a-z\d-]*\s*>)\s*$/i;

type Leaf =
  | { kind: 'fence'; sign: number; length: number; code: CodeScanner | null }
  | { kind: 'html'; start: number; end: number; until: RegExp | null }
  /** A formula, or the front matter: up to a place. */
  | { kind: 'leftOut'; to: number };

export class MarkdownScanner implements Scanner {
  readonly readsWhole = true;
  readonly #inline = new MarkdownInline();
  #isFirst = true;
  #containers: number[] = [];
  #leaf: Leaf | null = null;
  /** The paragraph that is open, in the text at hand; -1: none is. */
  #start = -1;
  #end = -1;
  /** Where the line at hand goes on, and its column. */
  #at = 0;
  #column = 0;

  scan(text: Uint16Array, from: number, to: number, regions: Regions): void {
    this.#inline.define(text, from, to);
    let at = from;
    if (this.#isFirst && to > from) {
      at = endOfFrontMatter(text, from, to);
      this.#isFirst = false;
    }
    for (let end = at; at < to; at = end) {
      end = endOfLine(text, at, to);
      this.#line(text, at, end, to, regions);
    }
    this.#flush(text, regions);
    if (this.#leaf?.kind === 'leftOut') this.#leaf = null; // it ends in the text at hand
    if (this.#leaf?.kind === 'html') {
      new HtmlScanner(NamedBreaks.ofHtml()).scan(text, this.#leaf.start, this.#leaf.end, regions);
      this.#leaf.start = this.#leaf.end = 0;
    }
  }

  #line(text: Uint16Array, from: number, to: number, all: number, regions: Regions): void {
    this.#at = from;
    this.#column = 0;
    let depth = this.#matched(text, to);
    const leaf = this.#leaf;
    if (leaf && depth === this.#containers.length) {
      if (!this.#goOn(leaf, text, from, to, regions)) return;
    } else if (leaf) this.#close(text, regions);

    const open = depth; // of the containers that the line goes on in
    let isParagraph = this.#start >= 0;
    for (;;) {
      const begin = this.#afterIndent(text, to);
      const indent = this.#columnAt(text, begin) - this.#column;
      if (isBlank(text, begin, to)) {
        this.#flush(text, regions);
        this.#containers.length = depth;
        return;
      }
      if (indent >= 4) {
        if (isParagraph) break;
        this.#closeTo(depth, text, regions);
        regions.add(begin, to, ANY_CODE_KIND);
        return;
      }
      const unit = text[begin]!;
      if (unit === 62) {
        this.#closeTo(depth++, text, regions);
        this.#containers.push(QUOTE);
        this.#enterQuote(text, begin, to);
      } else if (isParagraph && depth === open && depth === this.#containers.length && isUnderline(text, begin, to)) {
        this.#flush(text, regions); // it was a heading
        return;
      } else if (isRule(text, begin, to)) {
        this.#closeTo(depth, text, regions);
        return;
      } else {
        const isInParagraph = isParagraph && depth === this.#containers.length;
        const width = markerWidth(text, begin, to, isInParagraph);
        if (width === 0) break;
        this.#closeTo(depth++, text, regions);
        this.#containers.push(this.#enterItem(text, begin, width, to));
      }
      isParagraph = false;
    }
    const begin = this.#afterIndent(text, to);
    const isLazy = isParagraph && depth < this.#containers.length;
    if (this.#columnAt(text, begin) - this.#column < 4 && this.#beginsLeaf(text, begin, to, all, depth, regions))
      return;
    if (!isLazy && depth < this.#containers.length) {
      this.#closeTo(depth, text, regions);
      isParagraph = false;
    }
    if (!isParagraph) this.#start = begin;
    else text.fill(32, from, begin); // marks of containers
    this.#end = to;
  }

  /** How many containers the line goes on in; the place is behind their marks. */
  #matched(text: Uint16Array, to: number): number {
    for (const [depth, container] of this.#containers.entries()) {
      const begin = this.#afterIndent(text, to);
      const indent = this.#columnAt(text, begin) - this.#column;
      if (container === QUOTE) {
        if (indent > 3 || text[begin] !== 62 || begin >= to) return depth;
        this.#enterQuote(text, begin, to);
      } else if (isBlank(text, begin, to)) continue;
      else if (indent < container) return depth;
      else this.#advance(text, this.#column + container);
    }
    return this.#containers.length;
  }

  /** Goes on in what is not a paragraph; whether the line is still to be read. */
  #goOn(leaf: Leaf, text: Uint16Array, from: number, to: number, regions: Regions): boolean {
    const begin = this.#afterIndent(text, to);
    switch (leaf.kind) {
      case 'leftOut':
        if (from >= leaf.to) {
          this.#leaf = null;
          return true;
        }
        return false;
      case 'fence': {
        const run = runOf(text, begin, to, leaf.sign);
        if (run >= leaf.length && isBlank(text, begin + run, to)) this.#close(text, regions);
        else leaf.code?.scan(text, this.#at, to, regions);
        return false;
      }
      case 'html': {
        const isEnd = leaf.until === null && isBlank(text, begin, to);
        if (!isEnd) {
          text.fill(32, from, this.#at);
          if (leaf.end === 0) leaf.start = from; // the text before it was another one
          leaf.end = to;
        }
        if (isEnd || leaf.until?.test(lineOf(text, begin, to))) this.#close(text, regions);
        return false;
      }
    }
  }

  /** Whether a heading, a fence, HTML or a formula begins at `begin`, which it then reads. */
  #beginsLeaf(text: Uint16Array, begin: number, to: number, all: number, depth: number, regions: Regions): boolean {
    const unit = text[begin]!;
    if (unit === 35) {
      const level = runOf(text, begin, to, 35);
      if (level > 6 || (begin + level < to && text[begin + level]! > 32)) return false;
      this.#closeTo(depth, text, regions);
      this.#inline.scan(text, begin + level, to, regions);
      regions.break();
      return true;
    }
    if (unit === 96 || unit === 126) {
      const length = runOf(text, begin, to, unit);
      if (length < 3 || (unit === 96 && text.subarray(begin + length, to).includes(96))) return false;
      const name = /^[\s{.]*([\w+#-]+)/.exec(slice(text, begin + length, Math.min(to, begin + length + 40)))?.[1];
      const named: Language | null = name === undefined ? null : languageNamed(name);
      const code = name === 'math' ? null : new CodeScanner(named?.lexis ? named : ANY_CODE);
      this.#closeTo(depth, text, regions);
      this.#leaf = { kind: 'fence', sign: unit, length, code };
      return true;
    }
    if (unit === 60) {
      const line = lineOf(text, begin, to);
      let block = HTML_BLOCKS.find(([start]) => start.test(line));
      if (!block && this.#start < 0 && LONE_TAG.test(line)) block = [LONE_TAG, null];
      if (!block) return false;
      this.#closeTo(depth, text, regions);
      this.#leaf = { kind: 'html', start: begin, end: to, until: block[1] };
      if (block[1]?.test(line)) this.#close(text, regions);
      return true;
    }
    if (unit === 36 || unit === 92) {
      const end = endOfFormula(text, begin, all);
      if (end <= to) return false; // within a line, or none
      this.#closeTo(depth, text, regions);
      this.#leaf = { kind: 'leftOut', to: end };
      return true;
    }
    return false;
  }

  /** Ends what is not a paragraph. */
  #close(text: Uint16Array, regions: Regions): void {
    if (this.#leaf?.kind === 'html')
      new HtmlScanner(NamedBreaks.ofHtml()).scan(text, this.#leaf.start, this.#leaf.end, regions);
    this.#leaf = null;
    regions.break();
  }

  #closeTo(depth: number, text: Uint16Array, regions: Regions): void {
    this.#flush(text, regions);
    this.#containers.length = depth;
  }

  /** Ends the paragraph, if one is open. */
  #flush(text: Uint16Array, regions: Regions): void {
    regions.break();
    if (this.#start < 0) return;
    let start = this.#start;
    for (let end = start; end >= 0; end = definitionEnd(text, start, this.#end)) start = end;
    this.#inline.scan(text, start, this.#end, regions);
    regions.break();
    this.#start = -1;
  }

  #afterIndent(text: Uint16Array, to: number): number {
    let at = this.#at;
    // a notebook has zeros where its lines are parted
    while (at < to && (text[at] === 32 || text[at] === 9 || text[at] === 0)) at++;
    return at;
  }

  /** The column of a place behind white space. */
  #columnAt(text: Uint16Array, place: number): number {
    let column = this.#column;
    for (let at = this.#at; at < place; at++) column += text[at] === 9 ? 4 - (column % 4) : text[at] === 0 ? 0 : 1;
    return column;
  }

  /** Goes on at the column, or behind the tab that it lies in. */
  #advance(text: Uint16Array, column: number): void {
    while (this.#column < column) {
      if (text[this.#at] === 9) {
        const next = this.#column + 4 - (this.#column % 4);
        if (next > column) {
          this.#column = column; // the rest of the tab is indentation
          return;
        }
        this.#column = next;
      } else if (text[this.#at] !== 0) this.#column++;
      this.#at++;
    }
  }

  #enterQuote(text: Uint16Array, begin: number, to: number): void {
    this.#column = this.#columnAt(text, begin) + 1;
    this.#at = begin + 1;
    if (this.#at < to && (text[this.#at] === 32 || text[this.#at] === 9)) this.#advance(text, this.#column + 1);
  }

  /** Goes on behind the marker of an item; gives the columns by which its lines are indented. */
  #enterItem(text: Uint16Array, begin: number, width: number, to: number): number {
    const outside = this.#column;
    this.#column = this.#columnAt(text, begin) + width;
    this.#at = begin + width;
    const content = this.#afterIndent(text, to);
    const spaces = this.#columnAt(text, content) - this.#column;
    const isEmpty = isBlank(text, content, to);
    this.#advance(text, this.#column + (isEmpty || spaces > 4 ? Math.min(1, spaces) : spaces));
    const indent = isEmpty || spaces > 4 ? this.#column - outside + (spaces === 0 ? 1 : 0) : this.#column - outside;
    const box = /^\[[ xX]\][ \t]/.exec(slice(text, this.#at, Math.min(to, this.#at + 4)));
    if (box) {
      this.#at += box[0].length;
      this.#column += box[0].length;
    }
    return indent;
  }
}

/** A line of YAML or of TOML. */
const SETTING = /^[^\s#][^:=]*(?::(?:\s|$)|=)/;

/**
 * Behind the front matter, if the text begins with one: settings between a line of --- or +++ and
 * one like it, or of ...
 */
function endOfFrontMatter(text: Uint16Array, from: number, to: number): number {
  const first = lineOf(text, from, endOfLine(text, from, to)).trimEnd();
  if (first !== '---' && first !== '+++') return from;
  let at = endOfLine(text, from, to);
  if (isBlank(text, at, endOfLine(text, at, to))) return from; // a rule
  let hasSetting = false;
  for (let end = at; at < to; at = end) {
    end = endOfLine(text, at, to);
    const line = lineOf(text, at, end).trimEnd();
    if (line === first || (line === '...' && first === '---')) return hasSetting ? end : from;
    hasSetting ||= SETTING.test(line);
  }
  return from;
}

/**
 * Behind the line in which the formula ends that begins a line at `at`: $$, or an environment of
 * LaTeX; `at` where there is none.
 */
function endOfFormula(text: Uint16Array, at: number, to: number): number {
  const last = Math.min(to, at + LONGEST_FORMULA);
  let sign = DOLLARS;
  let from = at + 2;
  if (!isAt(text, at, to, DOLLARS)) {
    const name = /^\\begin\{([a-z]+\*?)\}/.exec(slice(text, at, Math.min(to, at + 40)))?.[1];
    if (name === undefined || !FORMULAS.has(name)) return at;
    sign = signOf(`\\end{${name}}`);
    from = at + name.length + 8;
  }
  const end = find(text, from, last, sign);
  return end < 0 ? at : endOfLine(text, end, to);
}

function runOf(text: Uint16Array, at: number, to: number, sign: number): number {
  let end = at;
  while (end < to && text[end] === sign) end++;
  return end - at;
}

/** The beginning of a line as a string. */
function lineOf(text: Uint16Array, at: number, to: number): string {
  return slice(text, at, Math.min(to, at + 5 * HEAD));
}

/** Whether the line is three or more of one of * - _ with nothing but spaces between. */
function isRule(text: Uint16Array, begin: number, to: number): boolean {
  const sign = text[begin]!;
  if (sign !== 42 && sign !== 45 && sign !== 95) return false;
  let count = 0;
  for (let i = begin; i < to; i++) {
    if (text[i] === sign) count++;
    else if (text[i]! > 32) return false;
  }
  return count >= 3;
}

/** Whether the line makes a heading of the paragraph before it: a run of = or of -. */
function isUnderline(text: Uint16Array, begin: number, to: number): boolean {
  const sign = text[begin]!;
  return (sign === 61 || sign === 45) && isBlank(text, begin + runOf(text, begin, to, sign), to);
}

/**
 * How long the marker of an item is that begins at `begin`; 0 where there is none. Within a
 * paragraph, a list begins with 1 and not with an empty item.
 */
function markerWidth(text: Uint16Array, begin: number, to: number, isInParagraph: boolean): number {
  let end = begin;
  const sign = text[begin]!;
  if (sign === 45 || sign === 43 || sign === 42) end++;
  else {
    while (end < to && end < begin + 9 && isDigit(text[end])) end++;
    if (end === begin || (text[end] !== 46 && text[end] !== 41)) return 0;
    if (isInParagraph && !(end === begin + 1 && sign === 49)) return 0;
    end++;
  }
  if (end < to && text[end]! > 32) return 0;
  return isInParagraph && isBlank(text, end, to) ? 0 : end - begin;
}
