// 32-bit floats as decimals in ASCII, read and written without a string for each number.
//
// Reading gives exactly Math.fround(Number(text)), which is what gensim reads too. Up to 15 digits
// and a power of ten up to 22 need one multiplication or division of exact doubles (Clinger 1990,
// "How to Read Floating Point Numbers Accurately"). Other numbers are first computed with an error
// of some units in the last place of a double; only where that could cross the border between two
// floats, one time in some million, is the text read by Number(). Writing gives the fewest digits
// that come back to the bit when they are read.

import { latin1Of } from './latin1.ts';

const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const LOWER_E = 0x65;
const UPPER_E = 0x45;

/** 10 ** 0 to 10 ** 60; exact up to 22. */
const POWERS = Float64Array.from({ length: 61 }, (_, exponent) => Number(`1e${exponent}`));
const EXACT_POWER = 22;
/**
 * Digits are added up while the sum is below this, so that it stays below 2 ** 53: 15 digits or
 * more.
 */
const MOST_EXACT = 9e14;
/**
 * Below it floats are subnormal, and the border between two of them lies elsewhere in the double's
 * bits.
 */
const SMALLEST_NORMAL = 2 ** -126;
const LARGEST = 3.4e38;

/** The bits of a double that a float does not have: 29, in the lower half. */
const EXTRA_BITS = 0x1fffffff;
const HALF_WAY = 0x10000000;
/**
 * Above the error of two roundings and of the digits left out (below 12), units in the last place
 * of a double.
 */
const DOUBT = 64;

/** Reads one number after another from bytes. */
export class DecimalReader {
  /** Where the last number ended: the place of a space, a tab, or the end. */
  at = 0;
  /** Whether what was read is a number; `nan` and `inf` are. */
  valid = true;
  readonly #double = new Float64Array(1);
  readonly #halves = new Uint32Array(this.#double.buffer); // little-endian, as WebAssembly is

  /**
   * The number that begins at `start` and ends at a space, a tab or `end`, rounded to a 32-bit
   * float; NaN where it is none.
   */
  read(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    let byte = at < end ? bytes[at]! : 0;
    const negative = byte === MINUS;
    if (negative || byte === PLUS) byte = ++at < end ? bytes[at]! : 0;
    let sum = 0;
    let exponent = 0;
    let exact = true;
    const first = at;
    while (byte >= ZERO && byte <= NINE) {
      if (sum < MOST_EXACT) sum = sum * 10 + (byte - ZERO);
      else {
        exact = false;
        exponent++;
      }
      byte = ++at < end ? bytes[at]! : 0;
    }
    let digits = at - first;
    if (byte === POINT) {
      byte = ++at < end ? bytes[at]! : 0;
      const fraction = at;
      while (byte >= ZERO && byte <= NINE) {
        if (sum < MOST_EXACT) {
          sum = sum * 10 + (byte - ZERO);
          exponent--;
        } else exact = false;
        byte = ++at < end ? bytes[at]! : 0;
      }
      digits += at - fraction;
    }
    if (digits > 0 && (byte === LOWER_E || byte === UPPER_E)) {
      byte = ++at < end ? bytes[at]! : 0;
      const down = byte === MINUS;
      if (down || byte === PLUS) byte = ++at < end ? bytes[at]! : 0;
      let power = 0;
      const firstOfPower = at;
      while (byte >= ZERO && byte <= NINE) {
        if (power < 10_000) power = power * 10 + (byte - ZERO);
        byte = ++at < end ? bytes[at]! : 0;
      }
      if (at === firstOfPower) digits = 0;
      exponent += down ? -power : power;
    }
    if (digits === 0 || (at < end && !isSeparator(byte))) return this.#odd(bytes, start, end);
    this.at = at;
    this.valid = true;
    if (sum === 0) return negative ? -0 : 0;
    const size = exponent < 0 ? -exponent : exponent;
    if (size >= POWERS.length) return this.#slow(bytes, start, at);
    const power = POWERS[size]!;
    const value = exponent < 0 ? sum / power : sum * power;
    if (!exact || size > EXACT_POWER) {
      if (!(value >= SMALLEST_NORMAL && value < LARGEST)) return this.#slow(bytes, start, at);
      this.#double[0] = value;
      const extra = (this.#halves[0]! & EXTRA_BITS) - HALF_WAY;
      if (extra < DOUBT && extra > -DOUBT) return this.#slow(bytes, start, at);
    }
    return Math.fround(negative ? -value : value);
  }

  #slow(bytes: Uint8Array, start: number, end: number): number {
    return Math.fround(Number(latin1Of(bytes.subarray(start, end))));
  }

  /** What does not look like a number: `nan`, `inf`, or none. */
  #odd(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && !isSeparator(bytes[at]!)) at++;
    this.at = at;
    const text = latin1Of(bytes.subarray(start, Math.min(at, start + 10))).toLowerCase();
    this.valid = /^[+-]?(nan|inf(inity)?)$/.test(text);
    if (!this.valid || text.endsWith('nan')) return NaN;
    return text.startsWith('-') ? -Infinity : Infinity;
  }
}

/** A space or a tab. */
export function isSeparator(byte: number): boolean {
  return byte === 0x20 || byte === 0x09;
}

/** No number is written with more bytes. */
export const LONGEST_DECIMAL = 24;

/**
 * Writes a 32-bit float at `at` in the fewest digits that come back to the bit; gives where it
 * ends. Needs LONGEST_DECIMAL bytes.
 */
export function writeDecimal(bytes: Uint8Array, at: number, value: number): number {
  if (value < 0 || Object.is(value, -0)) bytes[at++] = MINUS;
  const magnitude = Math.abs(value);
  if (magnitude === 0) {
    bytes[at++] = ZERO;
    return at;
  }
  // `exponent`: of the leading digit
  let exponent = 0;
  if (magnitude >= 1) {
    while (exponent < 9 && magnitude >= POWERS[exponent + 1]!) exponent++;
  } else {
    while (exponent > -14 && magnitude * POWERS[-exponent]! < 1) exponent--;
  }
  if (magnitude >= 1e9 || magnitude < 1e-13) return writeOdd(bytes, at, magnitude);
  for (let digits = 6; digits <= 9; digits++) {
    let decimals = digits - 1 - exponent;
    let whole = Math.round(decimals < 0 ? magnitude / POWERS[-decimals]! : magnitude * POWERS[decimals]!);
    const back = decimals < 0 ? whole * POWERS[-decimals]! : whole / POWERS[decimals]!;
    if (Math.fround(back) !== magnitude) continue;
    if (digits === 6) {
      for (; decimals > 0 && whole % 10 === 0; decimals--) whole /= 10;
    }
    for (; decimals < 0; decimals++) whole *= 10;
    return writeWhole(bytes, at, whole, decimals);
  }
  return writeOdd(bytes, at, magnitude);
}

/** `whole` / 10 ** `decimals`, as 0.00123 or 1.23e-7. */
function writeWhole(bytes: Uint8Array, at: number, whole: number, decimals: number): number {
  let length = 1;
  while (length < 10 && whole >= POWERS[length]!) length++;
  const exponent = length - 1 - decimals;
  let point = length - decimals; // digits before the point
  if (exponent < -5) point = 1;
  else if (point <= 0) {
    bytes[at++] = ZERO;
    bytes[at++] = POINT;
    for (; point < 0; point++) bytes[at++] = ZERO;
    point = -1; // it is written
  }
  const end = at + length + (point > 0 && point < length ? 1 : 0);
  let rest = whole | 0; // below 2 ** 31
  for (let digit = length - 1, to = end - 1; digit >= 0; digit--) {
    const tenth = (rest / 10) | 0;
    bytes[to--] = ZERO + (rest - tenth * 10);
    rest = tenth;
    if (digit === point) bytes[to--] = POINT;
  }
  return exponent < -5 ? writeText(bytes, end, `e${exponent}`) : end;
}

/** Very large and very small numbers, which word vectors hardly have. */
function writeOdd(bytes: Uint8Array, at: number, magnitude: number): number {
  for (let digits = 1; digits <= 9; digits++) {
    const text = magnitude.toExponential(digits - 1);
    if (Math.fround(Number(text)) === magnitude) return writeText(bytes, at, text);
  }
  return writeText(bytes, at, Number.isNaN(magnitude) ? 'nan' : 'inf');
}

function writeText(bytes: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index);
  return at;
}
