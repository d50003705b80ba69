// Bibliographies (.bib): the values of the fields as LaTeX, each a sentence, without the names of
// entries and fields, and without the fields that are no text. What stands between entries is a
// comment, and prose.

import { LatexScanner } from './latex.ts';
import { isDigit, isLetter, PROSE, type Regions, type Scanner, slice } from './regions.ts';

/** Fields whose values are addresses, numbers and notes of programs. */
const NO_TEXT =
  /^(?:doi|url|eprint\w*|isbn|issn|file|urldate|bibsource|biburl|timestamp|crossref|archiveprefix|primaryclass|mr(?:number|reviewer)|zblnumber|date-(?:added|modified)|owner|groups|citeulike.*|bdsk.*|__markedentry|keywords-hash)$/i;
const LONGEST_NAME = 60;

export class BibtexScanner implements Scanner {
  readonly readsWhole = true;

  scan(text: Uint16Array, from: number, to: number, regions: Regions): void {
    let start = from;
    for (let i = from; i < to;) {
      const at = text.subarray(i, to).indexOf(64);
      if (at < 0) break;
      const end = readEntry(text, i + at, to, regions, start);
      if (end < 0) i += at + 1;
      else start = i = end;
    }
    regions.break();
    regions.add(start, to, PROSE);
  }
}

/**
 * Reads the entry at `at`, before which prose begins at `start`; gives where it ends, -1 where
 * there is none.
 */
function readEntry(text: Uint16Array, at: number, to: number, regions: Regions, start: number): number {
  let i = at + 1;
  while (i < to && isLetter(text[i])) i++;
  const type = slice(text, at + 1, Math.min(i, at + LONGEST_NAME)).toLowerCase();
  i = afterWhite(text, i, to);
  if (type === '' || (text[i] !== 123 && text[i] !== 40)) return -1;
  regions.break();
  regions.add(start, at, PROSE);
  const end = endOfBraces(text, i, to, text[i] === 40 ? 41 : 125);
  if (type === 'comment' || type === 'preamble') return end;
  for (i++; i < end - 1;) {
    const begin = afterWhite(text, i, end - 1);
    let name = begin;
    while (name < end - 1 && !',="{}#'.includes(String.fromCharCode(text[name]!))) name++;
    const field = slice(text, begin, Math.min(name, begin + LONGEST_NAME)).trim();
    if (text[name] !== 61) {
      i = name + 1; // the key of the entry
      continue;
    }
    i = readValue(text, name + 1, end - 1, NO_TEXT.test(field) ? null : regions);
  }
  return end;
}

/**
 * Reads the value at `at`, which may be put together of several; `regions`: null leaves it out.
 * Gives the place behind its comma.
 */
function readValue(text: Uint16Array, at: number, to: number, regions: Regions | null): number {
  regions?.break();
  for (let i = at; i < to;) {
    i = afterWhite(text, i, to);
    const unit = text[i];
    if (i >= to) return to;
    if (unit === 44) return i + 1;
    if (unit === 123 || unit === 34) {
      const end = unit === 123 ? endOfBraces(text, i, to, 125) : endOfQuotes(text, i, to);
      if (regions) new LatexScanner(false).scan(text, i + 1, end - 1, regions);
      i = end;
    } else if (isDigit(unit) && regions) {
      const begin = i;
      while (i < to && isDigit(text[i])) i++;
      regions.add(begin, i, PROSE);
    } else i++; // the name of a string, or a sign between two values
  }
  return to;
}

/** Behind the brace that closes the one at `at`; `to` where none does. */
function endOfBraces(text: Uint16Array, at: number, to: number, closes: number): number {
  const opens = text[at]!;
  let open = 0;
  for (let i = at; i < to; i++) {
    const unit = text[i]!;
    if (unit === 92) i++;
    else if (unit === opens) open++;
    else if (unit === closes && --open === 0) return i + 1;
  }
  return to;
}

/** Behind the quotation mark that closes the one at `at`, which is in no braces. */
function endOfQuotes(text: Uint16Array, at: number, to: number): number {
  let open = 0;
  for (let i = at + 1; i < to; i++) {
    const unit = text[i]!;
    if (unit === 92) i++;
    else if (unit === 123) open++;
    else if (unit === 125) open--;
    else if (unit === 34 && open <= 0) return i + 1;
  }
  return to;
}

function afterWhite(text: Uint16Array, at: number, to: number): number {
  while (at < to && text[at]! <= 32) at++;
  return at;
}
