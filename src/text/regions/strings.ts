// Strings: what a backslash stands for with what follows it, by each language's own rules, and
// where it stands for itself. Escapes of letters are part of their words: caf\u00e9s is the word
// cafés.

import type { Escapes } from '../escapes.ts';
import { nfc } from '../normalize.ts';
import { isInWord, joinWord, type Reference, type ReferenceAt } from './references.ts';
import { isLetter, type Regions, slice } from './regions.ts';

const BACKSLASH = 92;
const SPACE = 32;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
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
  if (codes.includes('h')) {
    const end = endOfDigits(text, at + 1, Math.min(to, at + 7), 16);
    if (end === at + 1) return null;
    // a space ends the digits
    return referenceTo(numberOf(text, at + 1, end, 16), end < to && text[end] === SPACE ? end + 1 : end);
  }
  const first = at + 2;
  if (sign === 'x' && /[xC]/.test(codes)) {
    const end = endOfDigits(text, first, Math.min(to, first + (codes.includes('C') ? 4 : 2)), 16);
    if (end > first) return written(numberOf(text, first, end, 16), end);
  } else if (sign === 'u' || sign === 'U') {
    if (sign === 'u' && text[first] === OPEN_BRACE && codes.includes('{')) {
      const length = text.subarray(first + 1, Math.min(to, first + 10)).indexOf(CLOSE_BRACE);
      // Rust parts them
      const digits = slice(text, first + 1, first + 1 + length).replaceAll('_', '');
      if (/^[\da-f]{1,8}$/i.test(digits)) return referenceTo(Number.parseInt(digits, 16), first + length + 2);
    }
    const length = sign === 'u' ? (codes.includes('u') ? 4 : 0) : codes.includes('U') ? 8 : codes.includes('A') ? 4 : 0;
    const end = first + length;
    if (length > 0 && end <= to && endOfDigits(text, first, end, 16) === end) {
      return referenceTo(numberOf(text, first, end, 16), end);
    }
  } else if (sign >= '0' && sign <= '9') {
    const base = codes.includes('o') ? 8 : codes.includes('d') ? 10 : 0;
    const end = base === 0 ? at + 1 : endOfDigits(text, at + 1, Math.min(to, at + 4), base);
    if (end > at + 1) return written(numberOf(text, at + 1, end, base), end);
  } else if (sign === 'N' && text[first] === OPEN_BRACE && codes.includes('N')) {
    const end = text.subarray(first, Math.min(to, first + LONGEST_NAME)).indexOf(CLOSE_BRACE);
    if (end > 0) return { meaning: ' ', end: first + end + 1 };
  }
  return controls.includes(sign) ? { meaning: SPACES[sign] ?? ' ', end: first } : null;
}

/** Behind the digits of [from, to), of base 8, 10 or 16. */
function endOfDigits(text: Uint16Array, from: number, to: number, base: number): number {
  let end = from;
  while (end < to && digitOf(text[end]!) < base) end++;
  return end;
}

function numberOf(text: Uint16Array, from: number, to: number, base: number): number {
  let number = 0;
  for (let i = from; i < to; i++) number = number * base + digitOf(text[i]!);
  return number;
}

/** 16 for what is no digit. */
function digitOf(unit: number): number {
  if (unit >= 48 && unit <= 57) return unit - 48;
  const small = unit | 32;
  return small >= 97 && small <= 102 ? small - 87 : 16;
}

/**
 * The character of UTF-8 that begins with a byte that is written out, and goes on behind it; a
 * space if there is none.
 */
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
  if (point > 0x10ffff) return { meaning: ' ', end };
  if (point < SPACE) return { meaning: point > 8 && point < 14 ? String.fromCharCode(point) : ' ', end };
  const meaning = String.fromCodePoint(point);
  return { meaning: meaning === SOFT_HYPHEN ? '' : nfc(meaning), end };
}

/**
 * Writes what escapes in the string [start, end) stand for over them, and spaces where that is
 * shorter.
 */
export function unescape(text: Uint16Array, start: number, end: number, regions: Regions, escapes: Escapes): void {
  const referenceAt: ReferenceAt = (units, at, to) => {
    const sign = units[at] === 0 ? at + 1 : at; // of a string in a notebook: \\u00e9
    return units[sign] === BACKSLASH && sign + 1 < to ? escapeOf(escapes, units, sign, to) : null;
  };
  for (let i = start; i + 1 < end; i++) {
    if (text[i] !== BACKSLASH && text[i] !== 0) continue;
    const escape = referenceAt(text, i, end);
    if (!escape && text[i] === 0) continue;
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
