// Runs that no one writes as a word: access keys, session numbers, checksums, whoever made them. A
// run of letters, digits and the signs of base64 is scored character by character: what it costs in
// a word or a name (letter-costs.ts, with the capitals of camelCase), less what it costs in random
// hexadecimal digits, in random digits and letters of one case, or in random base64. Where words
// lose most is the best local alignment (Karlin and Altschul 1990); its score tells whether it is
// random.
//
// Escapes and character references inside a run (%2F, \u0041, \x41, &#65;) count for a sign. The
// kernel (src/kernels/text/ secrets.ts) finds the runs that have such a stretch, with the same
// tables.

import { LETTER_COSTS } from './letter-costs.ts';

/** A run that is shorter is not looked at, characters. */
export const SHORTEST_RUN = 14;
/** Scores are in quarters of a bit. A stretch ends where it has lost so much again. */
export const DROP = 88;
/** The score of what looks a little random, the least that is looked for. */
export const LITTLE = 32;
/** The score from which a value is random, and any other run. */
const ENOUGH_ASSIGNED = 76;
const ENOUGH = 96;
/**
 * More is needed where there are letters of one case only: words of some languages have such pairs.
 */
const LETTERS_ONLY = 28;
/** Characters of a random stretch, at least. */
const SHORTEST = 12;

// Of a character in random text
export const HEX_BITS = 16;
export const ONE_CASE_BITS = 21;
export const MIXED_BITS = 24;
/** What a sign speaks for words, behind a letter or digit and behind another sign. */
export const SIGN = 4;
export const NEXT_SIGN = 12;

// Beside the costs of letters, in words
const SAME_CASE = 0;
const SAME_LETTER = 12;
const HUMP = 6;
const INNER_HUMP = 12;
const CAPITALS_BEGIN = 8;
const DIGIT = 13;
const DIGIT_BEGINS = 22;
const DIGIT_BEHIND_SIGN = 10;
const DIGIT_GOES_ON = 2;
const BEHIND_DIGIT = 8;

// Symbols of characters: 0 is a sign, then come small letters from 1 on
const CAPITAL = 27;
const NUMBER = 53;
const SYMBOLS = 54;
const GLUE = 254;
const NONE = 255;
// States behind a character: 0 behind none and behind a sign, then small letters from 1 on
const FIRST_CAPITAL = 27;
const NEXT_CAPITAL = 53;
const BEHIND_NUMBER = 79;
const STATES = 80;

/**
 * The tables, as the kernel has them: the symbol of each byte (256), then the cost of each symbol
 * in each state, (80, 54).
 */
export const TABLES = new Uint8Array(256 + STATES * SYMBOLS);
const symbols = TABLES.subarray(0, 256).fill(NONE);
const costs = TABLES.subarray(256);

function fillTables(): void {
  for (let letter = 0; letter < 26; letter++) {
    symbols[97 + letter] = 1 + letter;
    symbols[65 + letter] = CAPITAL + letter;
  }
  for (let digit = 48; digit < 58; digit++) symbols[digit] = NUMBER;
  for (const sign of '-_./+=~') symbols[sign.charCodeAt(0)] = 0;
  for (const sign of '%\\&') symbols[sign.charCodeAt(0)] = GLUE;
  // half bits there
  const cost = (first: number, second: number): number => 2 * (LETTER_COSTS.charCodeAt(27 * first + second) - 65);
  for (let state = 0; state < STATES; state++) {
    const isNumber = state === BEHIND_NUMBER;
    const isCapital = state >= FIRST_CAPITAL && !isNumber;
    const letter = isNumber || state === 0 ? 0 : 1 + ((state - 1) % 26);
    for (let i = 1; i <= 26; i++) {
      const [pair, start] = [cost(letter, i), cost(0, i)];
      // one letter again and again says little
      let small = (i === letter ? Math.min(pair, SAME_LETTER) : pair) + SAME_CASE;
      let capital = pair + CAPITALS_BEGIN;
      if (state === 0) capital = small;
      else if (isNumber) small = capital = start + BEHIND_DIGIT;
      else if (!isCapital) capital = cost(letter, 0) + start + HUMP;
      else if (state >= NEXT_CAPITAL) {
        small = pair + INNER_HUMP;
        capital = (i === letter ? Math.min(pair, SAME_LETTER) : pair) + SAME_CASE;
      }
      costs[SYMBOLS * state + i] = small;
      costs[SYMBOLS * state + CAPITAL + i - 1] = capital;
    }
    costs[SYMBOLS * state + NUMBER] =
      DIGIT + (isNumber ? DIGIT_GOES_ON : state === 0 ? DIGIT_BEHIND_SIGN : DIGIT_BEGINS);
  }
}
fillTables();

/** A stretch of a run, end exclusive, and its score. */
export interface Stretch {
  start: number;
  end: number;
  score: number;
}

/** One kind of random text, and the stretch that is being looked at. */
class Search {
  readonly #bits: number;
  readonly #found: Stretch[];
  #sum = 0;
  #start = 0;
  #best = 0;
  #end = 0;

  constructor(bits: number, found: Stretch[]) {
    this.#bits = bits;
    this.#found = found;
  }

  /** Takes a character at `at` that costs so much in a word. */
  take(at: number, cost: number): void {
    if (this.#sum <= 0) {
      this.end();
      this.#start = at;
    }
    this.#sum += cost - this.#bits;
    if (this.#sum > this.#best) {
      this.#best = this.#sum;
      this.#end = at + 1;
    } else if (this.#sum < this.#best - DROP) this.end();
  }

  /** Ends the stretch, and keeps it if it looks a little random. */
  end(): void {
    if (this.#best >= LITTLE) this.#found.push({ start: this.#start, end: this.#end, score: this.#best });
    this.#sum = this.#best = 0;
  }
}

/**
 * The stretches of the run [start, end) of ASCII that look at least a little random; those of one
 * kind follow on each other.
 */
export function stretchesOf(bytes: Uint8Array, start: number, end: number): Stretch[] {
  const found: Stretch[] = [];
  const hex = new Search(HEX_BITS, found);
  const oneCase = new Search(ONE_CASE_BITS, found);
  const mixed = new Search(MIXED_BITS, found);
  let state = 0;
  let hexIsSmall = false;
  let isSmall = false;
  /** Whether a letter was met since the last break of each. */
  let hexHasCase = false;
  let hasCase = false;
  for (let at = start; at < end; at++) {
    let symbol = symbols[bytes[at]!]!;
    let width = 1;
    if (symbol === GLUE) {
      width = lengthOfEscape(bytes, at, end);
      symbol = width > 0 ? 0 : NONE;
    }
    if (symbol === NONE) {
      hex.end();
      oneCase.end();
      mixed.end();
      if (bytes[at] === BACKSLASH) at++; // \n
      state = 0;
      hexHasCase = hasCase = false;
      continue;
    }
    if (symbol === 0) {
      const sign = state === 0 ? NEXT_SIGN : SIGN;
      hex.take(at, HEX_BITS - sign);
      oneCase.take(at, ONE_CASE_BITS - sign);
      mixed.take(at, MIXED_BITS - sign);
      state = 0;
      at += width - 1;
      continue;
    }
    const cost = costs[SYMBOLS * state + symbol]!;
    if (symbol === NUMBER) {
      state = BEHIND_NUMBER;
      hex.take(at, cost);
    } else {
      const small = symbol < CAPITAL;
      const letter = small ? symbol : symbol - CAPITAL + 1;
      if (small) state = symbol;
      else state = state >= FIRST_CAPITAL && state < BEHIND_NUMBER ? NEXT_CAPITAL + letter - 1 : symbol;
      // hexadecimal digits are of one case
      if (letter > 6 || (hexHasCase && hexIsSmall !== small)) hex.end();
      hexHasCase = letter <= 6;
      hexIsSmall = small;
      if (letter <= 6) hex.take(at, cost);
      if (hasCase && isSmall !== small) oneCase.end();
      hasCase = true;
      isSmall = small;
    }
    oneCase.take(at, cost);
    mixed.take(at, cost);
  }
  hex.end();
  oneCase.end();
  mixed.end();
  return found;
}

const BACKSLASH = 92;

/**
 * Length of the escape or reference that begins at `at`: %2F, &#65;, &amp;, \u0041, \x41, \/; 0
 * where there is none.
 */
export function lengthOfEscape(bytes: Uint8Array, at: number, end: number): number {
  const hexDigits = (from: number, count: number): boolean => {
    if (from + count > end) return false;
    for (let i = from; i < from + count; i++) if (!isHex(bytes[i]!)) return false;
    return true;
  };
  const next = at + 1 < end ? bytes[at + 1]! : 0;
  switch (bytes[at]) {
    case 37: // %
      return hexDigits(at + 1, 2) ? 3 : 0;
    case BACKSLASH:
      if (next === 117 && hexDigits(at + 2, 4)) return 6;
      if (next === 120 && hexDigits(at + 2, 2)) return 4;
      return next === 47 ? 2 : 0;
    case 38: {
      // &
      let i = next === 35 ? at + 2 : at + 1;
      const first = i;
      while (i < end && i - first < LONGEST_REFERENCE && isAlphanumeric(bytes[i]!)) i++;
      return i > first && i < end && bytes[i] === 59 ? i + 1 - at : 0;
    }
    default:
      return 0;
  }
}

/** Letters and digits of a character reference, at most. */
export const LONGEST_REFERENCE = 8;

function isHex(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || ((byte | 32) >= 97 && (byte | 32) <= 102);
}

export function isAlphanumeric(byte: number): boolean {
  return symbols[byte]! > 0 && symbols[byte]! <= NUMBER;
}

/**
 * The random stretches of the run [start, end) of bytes of ASCII, whole words each, in order.
 * `assigned`: it is a value, which is a word less often.
 */
export function randomStretches(bytes: Uint8Array, start: number, end: number, assigned = false): Stretch[] {
  const enough = assigned ? ENOUGH_ASSIGNED : ENOUGH;
  const found = stretchesOf(bytes, start, end).filter(
    ({ start: first, end: behind, score }) =>
      behind - first >= SHORTEST && score >= enough + (isOfOneCase(bytes, first, behind) ? LETTERS_ONLY : 0),
  );
  return found.length === 0 ? found : wholeWords(bytes, start, end, found);
}

function isOfOneCase(bytes: Uint8Array, start: number, end: number): boolean {
  let capitals = 0;
  let small = 0;
  for (let i = start; i < end; i++) {
    const symbol = symbols[bytes[i]!]!;
    if (symbol === NUMBER) return false;
    if (symbol > 0 && symbol < CAPITAL) small++;
    else if (symbol >= CAPITAL && symbol < NUMBER) capitals++;
  }
  return capitals === 0 || small === 0;
}

/**
 * The stretches with the words and escapes that they begin and end in, put together where they
 * overlap.
 */
function wholeWords(bytes: Uint8Array, start: number, end: number, stretches: Stretch[]): Stretch[] {
  const merged: Stretch[] = [];
  for (const { start: first, end: last, score } of stretches.sort((a, b) => a.start - b.start)) {
    const before = merged.at(-1);
    if (before && last <= before.end) continue;
    let from = first;
    let to = last;
    while (from > start && isAlphanumeric(bytes[from - 1]!)) from--;
    for (;;) {
      const escape = to < end ? lengthOfEscape(bytes, to, end) : 0;
      if (escape > 0) to += escape;
      else if (to < end && isAlphanumeric(bytes[to]!)) to++;
      else break;
    }
    if (before && from <= before.end) before.end = to;
    else merged.push({ start: from, end: to, score });
  }
  return merged;
}
