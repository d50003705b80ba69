// Jupyter notebooks (.ipynb, nbformat 3 and 4): the sources of the cells, Markdown as Markdown and
// code as code, of the language that the cell names (VS Code's languageId, or a magic such as
// %%bash), else of the notebook's kernel. The JSON around them is left out, and escapes are written
// over, in the memory of the scanner, with what they stand for, so that every word keeps its place.
// Outputs are left out.

import { JSON_ESCAPES } from '../escapes.ts';
import { type Language, languageNamed } from '../languages.ts';
import { CodeScanner } from './code.ts';
import { MarkdownScanner } from './markdown.ts';
import { PROSE, type Regions, type Scanner, signOf, slice } from './regions.ts';
import { unescape } from './strings.ts';

const QUOTE = 34;
const BACKSLASH = 92;
/** Objects and arrays around the line of a cell, at most (nbformat 3: worksheets, cells, input). */
const DEEPEST = 6;
/** The metadata that name the kernel's language, the first of them that is there, and the key. */
const KERNEL = [
  ['language_info', 'name'],
  ['kernelspec', 'language'],
] as const;
/** They are no longer than this. */
const LONGEST_METADATA = 2000;

export class NotebookScanner implements Scanner {
  /** The keys that lead to where the scanner is: of objects their last key, of arrays null. */
  readonly #path: (string | null)[] = [];
  readonly #isObject: boolean[] = [];
  /** Whether a value comes next, and not a key. */
  #isValue = true;
  #cell = '';
  /** Of code: what the kernel runs, and what the cell says of itself. */
  #kernel: Language | null = null;
  #cellLanguage: Language | null = null;
  #inner: Scanner | null = null;
  /** The Markdown of the cell at hand, as far as it was met: it is read as a whole. */
  #start = -1;
  #end = -1;

  scan(text: Uint16Array, from: number, to: number, regions: Regions): void {
    this.#kernel ??= kernelLanguage(text, from, to); // its name comes behind the cells
    for (let i = from; i < to; i++) {
      const unit = text[i]!;
      if (unit === QUOTE) {
        const end = endOfString(text, i + 1, to);
        this.#string(text, i + 1, end, regions);
        i = end;
      } else if (unit === 123 || unit === 91) {
        if (this.#path.at(-1) === null && this.#path.at(-2) === 'cells') this.#cellLanguage = null;
        this.#path.push(null);
        this.#isObject.push(unit === 123);
        this.#isValue = unit === 91;
      } else if (unit === 125 || unit === 93) {
        this.#flush(text, regions);
        this.#path.pop();
        this.#isObject.pop();
        this.#isValue = true;
      } else if (unit === 58) this.#isValue = true;
      else if (unit === 44) this.#isValue = !this.#isObject.at(-1);
    }
    this.#flush(text, regions);
  }

  #string(text: Uint16Array, start: number, end: number, regions: Regions): void {
    const { length } = this.#path;
    if (!this.#isValue) {
      const key = slice(text, start, Math.min(end, start + 40));
      if (length > 0) this.#path[length - 1] = key;
      if (key === 'source' || key === 'input') {
        this.#flush(text, regions);
        this.#inner = null;
        regions.break();
      }
      return;
    }
    // the keys on the way: cells, of one of them source, and of that one line of many
    const key = this.#isObject.at(-1) ? this.#path[length - 1] : this.#path[length - 2];
    if (key === 'cell_type') this.#cell = slice(text, start, Math.min(end, start + 20));
    if (key === 'languageId') this.#cellLanguage = codeNamed(slice(text, start, Math.min(end, start + 40)));
    if (length > DEEPEST || this.#path.includes('outputs') || (key !== 'source' && key !== 'input')) return;
    unescape(text, start, end, regions, JSON_ESCAPES);
    if (this.#cell === 'code') {
      this.#inner ??= new CodeScanner(
        magicLanguage(text, start, end) ?? this.#cellLanguage ?? this.#kernel ?? codeNamed('python'),
        true,
      );
    } else if (this.#cell === 'markdown' || this.#cell === 'heading') {
      this.#inner ??= new MarkdownScanner();
      if (this.#start < 0) this.#start = start;
      else text.fill(0, this.#end, start); // between two lines
      this.#end = end;
      return;
    }
    if (this.#inner) this.#inner.scan(text, start, end, regions);
    else regions.add(start, end, PROSE);
  }

  #flush(text: Uint16Array, regions: Regions): void {
    if (this.#start >= 0) this.#inner?.scan(text, this.#start, this.#end, regions);
    this.#start = -1;
  }
}

/** The language of this name where it is a code, else any code. */
function codeNamed(name: string): Language {
  const language = languageNamed(name);
  return language?.lexis ? language : languageNamed('code')!;
}

/**
 * What the notebook's metadata say of its kernel, which are looked for in [from, to); null where
 * they say nothing.
 */
function kernelLanguage(text: Uint16Array, from: number, to: number): Language | null {
  for (const [group, key] of KERNEL) {
    const sign = signOf(`"${group}"`);
    const part = text.subarray(from, to);
    for (let at = part.lastIndexOf(sign[1]!); at > 0; at = part.lastIndexOf(sign[1]!, at - 1)) {
      if (!sign.every((unit, index) => part[at - 1 + index] === unit)) continue;
      const json = slice(part, at, Math.min(part.length, at + LONGEST_METADATA));
      const object = /^[^{]*\{((?:[^{}]|\{[^{}]*\})*)\}/.exec(json)?.[1]?.replace(/\{[^{}]*\}/g, '');
      const name = new RegExp(`"${key}"\\s*:\\s*"([^"]+)"`).exec(object ?? '')?.[1];
      if (name !== undefined) return codeNamed(name);
      break;
    }
  }
  return null;
}

/** Of a cell whose first line is a magic that names another language; null where it does not. */
function magicLanguage(text: Uint16Array, start: number, end: number): Language | null {
  const name = /^%%(?:script\s+)?(\w+)/.exec(slice(text, start, Math.min(end, start + 60)))?.[1];
  const language = name === undefined ? null : languageNamed(name);
  return language?.lexis ? language : null;
}

/** Where the string that begins at `from` ends, at its quotation mark; `to` where it does not. */
function endOfString(text: Uint16Array, from: number, to: number): number {
  for (let i = from; i < to; i++) {
    if (text[i] === QUOTE) return i;
    if (text[i] === BACKSLASH) i++;
  }
  return to;
}
