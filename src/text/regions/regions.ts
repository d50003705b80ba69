// What of a document is text: regions of prose and of code, in order. What lies in none of them is
// markup and is left out. A scanner finds them in the text itself, so that every word keeps its
// place in the document; letters that were moved up to the beginning of their word (references.ts)
// have theirs in a list.

import { CODES, type Language } from '../languages.ts';
import { stringOf } from '../tokenizer.ts';

/** Kinds of regions: prose, and for code the place of its language in CODES, plus 1. */
export const PROSE = 0;

export function codeKind(language: Language): number {
  return 1 + CODES.indexOf(language);
}

/**
 * Finds the regions of a document, of which it is given whole lines, part by part. It keeps what is
 * open between parts.
 */
export interface Scanner {
  /**
   * Adds the regions of [from, to) of `text`, whole lines or the end of the document. May write
   * over markup; what it moves, it tells `Regions.move`.
   */
  scan(text: Uint16Array, from: number, to: number, regions: Regions): void;
  /**
   * Whether what stands behind a place may change how it is read: the document comes as a whole,
   * unless it is very long, and then up to a blank line.
   */
  readonly readsWhole?: boolean;
  /**
   * The last place of [0, end) where the text at hand may end, if that is not `end` (for one that
   * is no line's end, too).
   */
  cut?(text: Uint16Array, end: number): number;
  /**
   * Whether what comes next is read otherwise than at the beginning of a document; absent where
   * that is not known.
   */
  readonly isOpen?: boolean;
}

/** A list of regions that grows and is used again. */
export class Regions {
  /** Start, end, kind, whether a sentence ends before it: (n, 4). */
  data = new Int32Array(4 * 64);
  length = 0;
  /**
   * Place in the text and place in the document, (2 n), ascending: from the one on, the text is
   * what the document has from the other on.
   */
  readonly #moves: number[] = [];
  /**
   * Those behind the last one that was put in: place in the document and in the text, descending.
   */
  readonly #later: number[] = [];
  #breaks = false;

  /** The region [start, end). One that goes on where the last one ends is made part of it. */
  add(start: number, end: number, kind: number): void {
    if (start >= end) return;
    const last = 4 * (this.length - 1);
    if (last >= 0 && !this.#breaks && this.data[last + 1] === start && this.data[last + 2] === kind) {
      this.data[last + 1] = end;
      return;
    }
    const at = 4 * this.length++;
    if (at === this.data.length) {
      const data = new Int32Array(2 * at);
      data.set(this.data);
      this.data = data;
    }
    this.data[at] = start;
    this.data[at + 1] = end;
    this.data[at + 2] = kind;
    this.data[at + 3] = this.#breaks ? 1 : 0;
    this.#breaks = false;
  }

  /** A sentence ends here. */
  break(): void {
    this.#breaks = true;
  }

  /** Whether a sentence ends before the region that comes next. */
  get breaks(): boolean {
    return this.#breaks;
  }

  /** Takes more moves, of a word, whose last place the move ends at. */
  move(word: readonly number[]): void {
    // of a notebook's cell the escapes were read before, and then the HTML in it: what that moves
    // was moved already
    const inDocument = word.map((place, index) => (index % 2 ? this.placeInDocument(place) : place));
    const [moves, later] = [this.#moves, this.#later];
    while (moves.length > 0 && moves.at(-2)! > word[0]!) later.push(moves.pop()!, moves.pop()!);
    while (later.length > 0 && later.at(-1)! <= word[0]!) moves.push(later.pop()!, later.pop()!);
    while (later.length > 0 && later.at(-1)! <= word.at(-2)!) later.length -= 2;
    for (const place of inDocument) moves.push(place); // a spread has no room for many
  }

  /** Where in the document a place in the text is. */
  placeInDocument(place: number): number {
    const later = this.#later;
    const count = later.length / 2;
    /** Of the pairs in their order, the text's place. */
    const isBefore = (index: number): boolean => later[later.length - 1 - 2 * index]! <= place;
    if (count > 0 && isBefore(0)) {
      const at = later.length - 2 * lastOf(count, isBefore) - 2;
      return place + later[at]! - later[at + 1]!;
    }
    const moves = this.#moves;
    const last = lastOf(moves.length / 2, (index) => moves[2 * index]! <= place);
    return last < 0 ? place : place + moves[2 * last + 1]! - moves[2 * last]!;
  }

  clear(): void {
    this.length = 0;
    this.#moves.length = this.#later.length = 0;
  }
}

/**
 * The last of `count` places that a condition holds at which holds up to it; -1 where it never
 * does.
 */
function lastOf(count: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The units of a sign of markup. */
export function signOf(text: string): Uint16Array {
  return Uint16Array.from(text, (unit) => unit.charCodeAt(0));
}

/** Whether `sign` stands at `at`. */
export function isAt(text: Uint16Array, at: number, to: number, sign: Uint16Array): boolean {
  if (at + sign.length > to) return false;
  for (let i = 0; i < sign.length; i++) if (text[at + i] !== sign[i]) return false;
  return true;
}

/** Where `sign` is next in [from, to); -1 where it is not. */
export function find(text: Uint16Array, from: number, to: number, sign: Uint16Array): number {
  const first = sign[0]!;
  const part = text.subarray(0, to); // else a search goes on to the end of the text
  for (let at = part.indexOf(first, from); at >= 0; at = part.indexOf(first, at + 1)) {
    if (isAt(text, at, to, sign)) return at;
  }
  return -1;
}

/** Where the line of `at` ends, behind its line break. */
export function endOfLine(text: Uint16Array, at: number, to: number): number {
  const end = text.subarray(at, to).indexOf(10);
  return end < 0 ? to : at + end + 1;
}

/** The first place of [from, to) that is no space or tab. */
export function afterIndent(text: Uint16Array, from: number, to: number): number {
  while (from < to && (text[from] === 32 || text[from] === 9)) from++;
  return from;
}

/** Whether nothing but white space of ASCII is in [from, to). */
export function isBlank(text: Uint16Array, from: number, to: number): boolean {
  while (from < to && (text[from] === 32 || (text[from]! >= 9 && text[from]! <= 13))) from++;
  return from === to;
}

/** A short part of the text as a string. */
export function slice(text: Uint16Array, from: number, to: number): string {
  return stringOf(text.subarray(from, to));
}

export function isLetter(unit: number | undefined): boolean {
  return unit !== undefined && (unit | 32) >= 97 && (unit | 32) <= 122;
}

export function isDigit(unit: number | undefined): boolean {
  return unit !== undefined && unit >= 48 && unit <= 57;
}
