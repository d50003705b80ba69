// Strings: what a backslash stands for with what follows it, by each language's own rules, and where it stands for itself.
// Escapes of letters are part of their words: caf\u00e9s is the word cafés.

import type { Escapes } from '../escapes.ts';
import { isInWord, joinWord, type Reference, type ReferenceAt } from './references.ts';
import { isLetter, slice, type Regions } from './regions.ts';
import { nfc } from '../normalize.ts';

const BACKSLASH = 92;
const SPACE = 32;
const SOFT_HYPHEN = '\u00ad';
const LONGEST_NAME = 90;
/** The control characters that are space between words or lines; the others are a space. */
const SPACES: Record<string, string> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v' };

/** The escape at `at`, which is a backslash; null where what follows it is none. */
function escapeOf(escapes: Escapes, text: Uint16Array, at: number, to: number): Reference | null {
  const { controls, codes, bytes } = escapes;
  const sign = String.fromCharCode(text[at + 1]!);
  const written = (code: number, end: number): Reference =>
    bytes && code >= 0x80 ? characterOf(code, end, escapes, text, to) : referenceTo(code, end);
  const rest = (length: number): string => slice(text, at + 2, Math.min(to, at + 2 + length));
  if (codes.includes('h')) {
    const code = /^[\da-f]{1,6}/i.exec(slice(text, at + 1, Math.min(to, at + 7)))?.[0];
    if (code === undefined) return null;
    // a space ends the digits
    const end = at + 1 + code.length;
    return referenceTo(Number.parseInt(code, 16), end < to && text[end] === SPACE ? end + 1 : end);
  }
  if (sign === 'x' && /[xC]/.test(codes)) {
    const digits = (codes.includes('C') ? /^[\da-f]{1,4}/i : /^[\da-f]{1,2}/i).exec(rest(4))?.[0];
    if (digits !== undefined) return written(Number.parseInt(digits, 16), at + 2 + digits.length);
  }
  if (sign === 'u' && codes.includes('{')) {
    const braced = /^\{([\da-f_]{1,8})\}/i.exec(rest(10));
    if (braced) return referenceTo(Number.parseInt(braced[1]!.replaceAll('_', ''), 16), at + 2 + braced[0].length);
  }
  const length =
    { u: codes.includes('u') ? 4 : 0, U: codes.includes('U') ? 8 : codes.includes('A') ? 4 : 0 }[sign] ?? 0;
  if (length > 0) {
    const digits = rest(length);
    if (digits.length === length && /^[\da-f]+$/i.test(digits))
      return referenceTo(Number.parseInt(digits, 16), at + 2 + length);
  }
  if (/\d/.test(sign) && /[od]/.test(codes)) {
    const isOctal = codes.includes('o');
    const digits = (isOctal ? /^[0-7]{1,3}/ : /^\d{1,3}/).exec(sign + rest(2))?.[0];
    if (digits !== undefined) return written(Number.parseInt(digits, isOctal ? 8 : 10), at + 1 + digits.length);
  }
  if (sign === 'N' && codes.includes('N')) {
    const name = /^\{[\w -]+\}/.exec(rest(LONGEST_NAME))?.[0];
    if (name !== undefined) return { meaning: ' ', end: at + 2 + name.length };
  }
  if (controls.includes(sign)) return { meaning: SPACES[sign] ?? ' ', end: at + 2 };
  return null;
}

/** The character of UTF-8 that begins with a byte that is written out, and goes on behind it; a space if there is none. */
function characterOf(first: number, from: number, escapes: Escapes, text: Uint16Array, to: number): Reference {
  const bytes = [first];
  const count = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  let end = from;
  while (bytes.length < count && text[end] === BACKSLASH && end + 1 < to) {
    const next = escapeOf({ ...escapes, bytes: false }, text, end, to);
    const code = (next?.meaning === '' ? SOFT_HYPHEN : next?.meaning)?.charCodeAt(0) ?? 0;
    if (next === null || code < 0x80 || code > 0xbf) break;
    bytes.push(code);
    end = next.end;
  }
  if (bytes.length !== count) return { meaning: ' ', end: from };
  return { meaning: nfc(UTF8.decode(Uint8Array.from(bytes))), end };
}

const UTF8 = new TextDecoder();

function referenceTo(point: number, end: number): Reference {
  if (point > 0x10ffff || Number.isNaN(point)) return { meaning: ' ', end };
  if (point < SPACE) return { meaning: point > 8 && point < 14 ? String.fromCharCode(point) : ' ', end };
  const meaning = String.fromCodePoint(point);
  return { meaning: meaning === SOFT_HYPHEN ? '' : nfc(meaning), end };
}

/** Writes what escapes in the string [start, end) stand for over them, and spaces where that is shorter. */
export function unescape(text: Uint16Array, start: number, end: number, regions: Regions, escapes: Escapes): void {
  const referenceAt: ReferenceAt = (units, at, to) =>
    units[at] === BACKSLASH && at + 1 < to ? escapeOf(escapes, units, at, to) : null;
  for (let i = start; i + 1 < end; i++) {
    if (text[i] !== BACKSLASH) continue;
    const escape = referenceAt(text, i, end);
    if (escape && isInWord(escape)) i = joinWord(text, i, end, regions, referenceAt) - 1;
    else if (escape) {
      text.fill(SPACE, i, escape.end);
      for (let unit = 0; unit < escape.meaning.length; unit++) {
        text[escape.end - escape.meaning.length + unit] = escape.meaning.charCodeAt(unit);
      }
      i = escape.end - 1;
    } else {
      text[i] = text[i + 1] === BACKSLASH ? 0 : SPACE; // $\\x is a formula, and $ x is none
      i++;
      // the class of a pattern, such as \d: no word begins with it
      if (isLetter(text[i]) && !isLetter(text[i + 1])) text[i] = SPACE;
    }
  }
}
