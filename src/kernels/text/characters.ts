// Characters: their classes, those of src/text/tokenizer.ts, sixteen of them as bytes, and what
// decides on the ends of words and of sentences, as in the tokenizer.

import { ONES } from './state';

export const SPACE: u32 = 1;
export const NEWLINE: u32 = 2;
export const STOP: u32 = 3;
export const FULL_STOP: u32 = 4;
const CLOSER: u32 = 5;
export const SEPARATOR: u32 = 6;
const MIDDLE: u32 = 7;
/** What is left to the tokenizer: halves of surrogate pairs among them. */
export const RARE: u32 = 8;
export const UNSPACED: u32 = 9;
const CONTINUE: u32 = 10;
export const CONNECTOR: u32 = 11;
const LETTER: u32 = 12;
export const DIGIT: u32 = 13;
/**
 * Those that end a word whatever comes next: all below CONTINUE but STOP, SEPARATOR, MIDDLE and
 * RARE.
 */
export const CLEAN: u32 = 0b10_0011_0111;

const COMMA: u32 = 44;
const COLON: u32 = 58;
const LONGEST_ENDING: usize = 6;
const APOSTROPHE: u32 = 39;

export const LONGEST: usize = 60;
const MOST_CLOSERS: usize = 8;

/** The class of the character at `at`. */
// @ts-ignore: decorator
@inline
export function classAt<T>(classes: usize, at: usize): u32 {
  return load<u8>(classes + <usize>load<T>(at));
}

/** Sixteen characters as bytes; those beyond U+00FF become what is in no word of ASCII. */
// @ts-ignore: decorator
@inline
export function bytesAt<T>(at: usize): v128 {
  if (sizeof<T>() == 1) return v128.load(at);
  return i8x16.narrow_i16x8_u(v128.load(at), v128.load(at, 16));
}

/** Ones in the first `length` bytes, up to 16. */
// @ts-ignore: decorator
@inline
export function firstBytes(state: usize, length: usize): v128 {
  return v128.load(state + ONES + 16 - length);
}

// @ts-ignore: decorator
@inline
export function isBetween(bytes: v128, first: v128, count: v128): v128 {
  return i8x16.lt_u(i8x16.sub(bytes, first), count);
}

/** Where the word ends that begins at `at`; 0 where the reference must say. */
export function endOfWord<T>(at: usize, end: usize, classes: usize, prose: usize): usize {
  const size: usize = sizeof<T>();
  const start = at;
  at += size;
  while (true) {
    let kind: u32 = 0;
    while (at < end) {
      kind = classAt<T>(classes, at);
      if (kind < CONTINUE) break;
      at += size;
    }
    if (at >= end) return at;
    if ((CLEAN >> kind) & 1) return kind == CLOSER && isHebrew(<u32>load<T>(at - size)) ? 0 : at;
    if (kind == RARE) return 0;
    const before = classAt<T>(prose, at - size);
    const next = at + size;
    if (kind == MIDDLE) {
      if (isHebrew(<u32>load<T>(at - size))) return 0;
      if (next >= end) return at;
      const after = classAt<T>(prose, next);
      if ((before < LETTER && before != CONTINUE) || after < LETTER) return at;
      if (isHangul(<u32>load<T>(at - size)) || isHangul(<u32>load<T>(next))) return at;
      if (!isApostrophe(<u32>load<T>(at))) {
        if (before == DIGIT || after == DIGIT) return at;
      } else {
        if (at - start == size && isPrefix(<u32>load<T>(start))) return <u32>load<T>(at) == APOSTROPHE ? at : 0;
        store<T>(at, <T>APOSTROPHE); // one for all
      }
    } else if (next >= end) return at;
    else if (kind == SEPARATOR && mayHaveEnding<T>(start, at, end, prose)) return 0;
    else {
      if (kind == STOP && <u32>load<T>(at) != 46) return at;
      if (before != DIGIT || classAt<T>(prose, next) != DIGIT) return at;
      if (<u32>load<T>(at) == COMMA && !partsThousands<T>(start, at, end, prose)) return at;
    }
    at = next + size;
  }
  return at; // never
}

/**
 * Whether the sign at `at`, in the word that begins at `start`, may be a colon before an ending of
 * Finnish or Swedish: USA:n.
 */
export function mayHaveEnding<T>(start: usize, at: usize, end: usize, prose: usize): bool {
  if (<u32>load<T>(at) != COLON) return false;
  const size: usize = sizeof<T>();
  let last = at + size;
  const far = last + (LONGEST_ENDING + 1) * size;
  while (last < end && last < far && classAt<T>(prose, last) == LETTER) last += size;
  if (last == at + size || last == far) return false;
  const isShort = at - start <= 4 * size;
  for (; start < at; start += size) {
    const unit = <u32>load<T>(start);
    if (!isShort && unit - 97 < 26) return false; // neither a number nor an acronym
  }
  return true;
}

/**
 * Whether the comma at `at`, between digits, parts the thousands of the number that begins at
 * `start`.
 */
function partsThousands<T>(start: usize, at: usize, end: usize, prose: usize): bool {
  const size: usize = sizeof<T>();
  let from = at;
  while (from > start && at - from <= 3 * size && classAt<T>(prose, from - size) == DIGIT) from -= size;
  const digits = (at - from) / size;
  if (from == start ? digits > 3 : digits != 3 || <u32>load<T>(from - size) != COMMA) return false;
  const last = at + 3 * size;
  if (last >= end || classAt<T>(prose, last - size) != DIGIT || classAt<T>(prose, last) != DIGIT) return false;
  return last + size >= end || classAt<T>(prose, last + size) != DIGIT;
}

/** Whether a sign of class MIDDLE is an apostrophe. */
function isApostrophe(unit: u32): boolean {
  return unit == APOSTROPHE || unit == 0x2018 || unit == 0x2019 || unit == 0xff07;
}

/** Syllables of Hangul, and its letters of all kinds. */
function isHangul(unit: u32): boolean {
  if (unit < 0x1100) return false;
  return (
    unit - 0xac00 < 0x2c00 ||
    unit - 0x1100 < 0x100 ||
    unit - 0x3130 < 0x60 ||
    unit - 0xa960 < 0x20 ||
    unit - 0xffa0 < 0x3d
  );
}

/** Letters of Hebrew, and the points that they may have. */
function isHebrew(unit: u32): boolean {
  return unit - 0x591 < 0x62 || unit - 0xfb1d < 0x33;
}

/** Letters that stand before an opening quotation mark in code: b, f, r and u. */
function isPrefix(unit: u32): bool {
  const letter = unit | 32;
  return letter == 98 || letter == 102 || letter == 114 || letter == 117;
}

export function hasLetter<T>(at: usize, end: usize, prose: usize): bool {
  for (; at < end; at += sizeof<T>()) if (classAt<T>(prose, at) >= LETTER) return true;
  return false;
}

/** Whether the character of class `kind` at `at`, a newline or a stop, is the end of a sentence. */
export function endsSentence<T>(at: usize, kind: u32, end: usize, prose: usize): bool {
  if (kind == FULL_STOP) return true;
  const size: usize = sizeof<T>();
  let next = at + size;
  if (kind == NEWLINE) {
    if (<u32>load<T>(at) == 13 && next < end && <u32>load<T>(next) == 10) next += size;
    while (next < end && classAt<T>(prose, next) == SPACE) next += size;
    return next < end && classAt<T>(prose, next) == NEWLINE;
  }
  const far = next + MOST_CLOSERS * size;
  const last = far < end ? far : end;
  for (; next < last; next += size) {
    const after = classAt<T>(prose, next);
    if (after == SPACE || after == NEWLINE) return true;
    // a mark of direction may stand there, too
    if (after != STOP && after != CLOSER && after != MIDDLE && after != RARE) return false;
  }
  return next == end;
}

/** Makes a first letter small that is the only capital of the word. */
export function foldCase<T>(at: usize, end: usize, lower: usize): void {
  const small = load<u16>(lower + ((<usize>load<T>(at)) << 1));
  if (small == 0) return;
  for (let next = at + sizeof<T>(); next < end; next += sizeof<T>()) {
    if (load<u16>(lower + ((<usize>load<T>(next)) << 1)) != 0) return;
  }
  store<T>(at, <T>small);
}

/** Makes every digit of ASCII a 0 in a word that begins with one. */
export function foldDigits<T>(at: usize, end: usize): void {
  if (<u32>load<T>(at) - 48 >= 10) return;
  for (; at < end; at += sizeof<T>()) if (<u32>load<T>(at) - 48 < 10) store<T>(at, <T>48);
}
