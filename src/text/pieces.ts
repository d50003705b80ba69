// Where the bytes of a file may be cut, so that its pieces, each decoded, normalised and cut into
// words by itself, give the same words and ends of sentences as the whole.
//
// Three things may not be cut in two: a character with its marks (or the jamo of a syllable), a
// word, and what decides whether a sentence ends (a stop with what follows it up to white space; a
// blank line). So a place is right - behind white space, where something else follows: what came
// before is decided; - between a sign or a full stop of Asian scripts and an ASCII character or a
// letter of a script without spaces, or
//    between such a letter and an ASCII character: neither goes on with the other;
// - inside a run that is too long for a word on either side. A stop, a closing mark or an
// apostrophe before the place would not do, nor a comma or a colon before a digit: the next
// characters decide on those.

import type { Encoding } from './encodings.ts';
import {
  CLASSES,
  CONNECTOR,
  CONTINUE,
  DIGIT,
  FULL_STOP,
  MAXIMUM_WORD_LENGTH,
  NEWLINE,
  OTHER,
  SEPARATOR,
  SPACE,
  UNSPACED,
} from './tokenizer.ts';

/**
 * Class of what stands for itself in no text: half a character, or one outside the Basic
 * Multilingual Plane.
 */
const UNKNOWN = -1;
/**
 * Characters that are surely more than a word, on one side: up to four of them become one when they
 * are normalised.
 */
const LONG_RUN = 4 * (MAXIMUM_WORD_LENGTH + 1);
/** So much without a place to cut it is cut at any character, bytes or UTF-16 code units. */
const LONG_PIECE = 1 << 19;

/**
 * The last place of `bytes`, a part of a file in UTF-8 or UTF-16, where it may be cut, bytes from
 * the beginning. The end is no such place: what follows it is not known. 0 where there is none, but
 * of half a megabyte of nothing but stops, or of letters that are written with two units each, the
 * last place that does not split a character.
 */
export function lastCut(bytes: Uint8Array, encoding: Encoding): number {
  const characters = charactersOf(bytes, encoding);
  return lastCutOf(characters, bytes.length) || (bytes.length < LONG_PIECE ? 0 : characters.before(bytes.length));
}

/** The same of decoded text that is not normalised yet, in UTF-16 code units. */
export function lastCutOfText(text: string): number {
  const characters = new Units(text);
  return lastCutOf(characters, text.length) || (text.length < LONG_PIECE ? 0 : characters.before(text.length));
}

function charactersOf(bytes: Uint8Array, encoding: Encoding): Characters {
  return encoding === 'utf-8' ? new Utf8(bytes) : new Utf16(bytes, encoding === 'utf-16le');
}

function lastCutOf(characters: Characters, length: number): number {
  let after = UNKNOWN;
  let afterAt = length;
  /**
   * Where the run of what may stand inside words ends that is being looked through, and how many
   * characters of it were met.
   */
  let run = 0;
  let middle = 0;
  for (let end = length; end > 0;) {
    const at = characters.before(end);
    const point = characters.at(at, end);
    if (after !== UNKNOWN && isCut(point, after)) return afterAt;
    run = classOf(point) >= CONTINUE ? run + 1 : 0;
    if (run === 0) middle = 0;
    // the half behind the place must begin with what begins a word; that a syllable may be split
    // changes no word, for both are too long
    else if (middle === 0 && run >= LONG_RUN && classOf(point) >= CONNECTOR) {
      middle = at;
      run = 0;
    } else if (middle > 0 && run >= LONG_RUN) return middle;
    after = point;
    afterAt = at;
    end = at;
  }
  return 0;
}

const HYPHEN = 0x2d;
const CAPITAL_B = 0x42;

function isCut(before: number, after: number): boolean {
  // -----BEGIN (secrets.ts) stays whole
  if (before === HYPHEN && (after === HYPHEN || after === CAPITAL_B)) return false;
  const kind = classOf(before);
  if (kind === SPACE || kind === NEWLINE) {
    const next = classOf(after);
    return next !== SPACE && next !== NEWLINE;
  }
  if (kind === UNSPACED) return after < 0x80;
  if (kind === SEPARATOR) return after < 0x80 ? classOf(after) !== DIGIT : classOf(after) === UNSPACED;
  return (kind === OTHER || kind === FULL_STOP) && (after < 0x80 || classOf(after) === UNSPACED);
}

function classOf(point: number): number {
  return point < 0 ? UNKNOWN : CLASSES[point]!;
}

/** Characters of a part of a file, from its end to its beginning. */
interface Characters {
  /** Where the character begins that ends at `end`. */
  before(end: number): number;
  /**
   * The character of [at, end); UNKNOWN where it is broken, or outside the Basic Multilingual
   * Plane.
   */
  at(at: number, end: number): number;
}

class Utf8 implements Characters {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  before(end: number): number {
    let at = end - 1;
    while (at > 0 && at > end - 4 && (this.#bytes[at]! & 0xc0) === 0x80) at--;
    return at;
  }

  at(at: number, end: number): number {
    const [first, second = 0, third = 0] = this.#bytes.subarray(at, end) as unknown as [number, number?, number?];
    if (first < 0x80 && end - at === 1) return first;
    if (first >= 0xc2 && first < 0xe0 && end - at === 2) return ((first & 0x1f) << 6) | (second & 0x3f);
    if (first < 0xe0 || first >= 0xf0 || end - at !== 3) return UNKNOWN;
    const point = ((first & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f);
    return point < 0x800 || (point >= 0xd800 && point < 0xe000) ? UNKNOWN : point;
  }
}

class Utf16 implements Characters {
  readonly #bytes: Uint8Array;
  readonly #high: 0 | 1;

  constructor(bytes: Uint8Array, littleEndian: boolean) {
    this.#bytes = bytes;
    this.#high = littleEndian ? 1 : 0;
  }

  before(end: number): number {
    const at = end - (end % 2 || 2);
    return at >= 2 && end - at === 2 && isLow(this.#unit(at)) && isHigh(this.#unit(at - 2)) ? at - 2 : at;
  }

  at(at: number, end: number): number {
    const unit = this.#unit(at);
    return end - at !== 2 || isHigh(unit) || isLow(unit) ? UNKNOWN : unit;
  }

  #unit(at: number): number {
    return (this.#bytes[at + this.#high]! << 8) | this.#bytes[at + 1 - this.#high]!;
  }
}

class Units implements Characters {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  before(end: number): number {
    const at = end - 1;
    return at > 0 && isLow(this.#text.charCodeAt(at)) && isHigh(this.#text.charCodeAt(at - 1)) ? at - 1 : at;
  }

  at(at: number, end: number): number {
    return end - at === 1 ? this.#text.charCodeAt(at) : UNKNOWN;
  }
}

function isHigh(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

function isLow(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
