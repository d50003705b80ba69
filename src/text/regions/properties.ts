// Java's .properties: keys are code, values and comments are prose, and each entry is a sentence of
// its own. A backslash at the end of a line joins it to the next; escapes are what they stand for.

import type { Escapes } from '../escapes.ts';
import { languageNamed } from '../languages.ts';
import { codeKind, endOfLine, isBlank, PROSE, type Regions, type Scanner } from './regions.ts';
import { unescape } from './strings.ts';

const ESCAPES: Escapes = { controls: 'fnrt', codes: 'u' };
const BACKSLASH = 92;
const LINE_BREAK = 10;
const CARRIAGE_RETURN = 13;

export class PropertiesScanner implements Scanner {
  readonly #key = codeKind(languageNamed('code')!);
  /** Whether the line before is joined to this one. */
  #goesOn = false;

  scan(text: Uint16Array, from: number, to: number, regions: Regions): void {
    for (let at = from, end = at; at < to; at = end) {
      end = endOfLine(text, at, to);
      let start = at;
      while (start < end && isSpace(text[start]!)) start++;
      const isNew = !this.#goesOn;
      this.#goesOn = false;
      if (isBlank(text, start, end)) continue;
      if (isNew) {
        regions.break();
        if (text[start] === 35 || text[start] === 33) {
          regions.add(start, end, PROSE); // # !
          continue;
        }
        const key = start;
        while (start < end && !isSpace(text[start]!) && text[start] !== LINE_BREAK && !isSeparator(text[start]!)) {
          start += text[start] === BACKSLASH ? 2 : 1;
        }
        unescape(text, key, Math.min(start, end), regions, ESCAPES);
        regions.add(key, Math.min(start, end), this.#key);
        regions.break();
      }
      let last = end;
      while (last > start && (text[last - 1] === LINE_BREAK || text[last - 1] === CARRIAGE_RETURN)) last--;
      let backslashes = 0;
      while (last - backslashes > start && text[last - 1 - backslashes] === BACKSLASH) backslashes++;
      this.#goesOn = backslashes % 2 === 1;
      const behind = this.#goesOn ? last - 1 : last;
      unescape(text, start, behind, regions, ESCAPES);
      regions.add(start, behind, PROSE);
    }
  }
}

function isSpace(unit: number): boolean {
  return unit === 32 || unit === 9 || unit === 12;
}

function isSeparator(unit: number): boolean {
  return unit === 61 || unit === 58;
}
