// Cuts text into words and sentences, after Unicode's text segmentation (UAX #29) with the needs of
// code in mind.
//
// A word is a run of letters of any script, their marks, digits and connectors (`_`): identifiers
// stay whole. A sign between letters belongs to the word (rules WB6 and WB7: don't, l'homme,
// col·lecció), though never beside Hangul, where an apostrophe is a quotation mark and a middle dot
// parts a list. Behind a letter of Hebrew, an apostrophe does, and between two of them a quotation
// mark (WB7a to WB7c). All apostrophes become one, U+0027, so that don't and don’t are one word,
// and signs that nobody sees are dropped from the word that they stand in (WB4), a soft hyphen for
// example.
//
// A stop between digits belongs to the number (WB11 and WB12: 3.14) and, which Unicode does not
// say, a colon (1:30). A comma does where it parts thousands (1,000,000), and else parts two
// numbers: 1,2,3 is a list. Of colons between letters, those before endings of Finnish and Swedish
// belong to the word: USA:n, EU:ssa, 5:e. A hyphen splits. Runs of scripts that have no spaces
// between words are cut by the dictionaries of the platform (Intl.Segmenter). Case is kept. A
// sentence ends after . ! ? … where white space or the end of the text follows (closing quotes and
// brackets may come between), after the stops of other scripts (Sentence_Terminal: 。 । ።) always,
// and at a blank line.
//
// This is how texts are cut where they are looked at, and the reference of the kernel that reads a
// whole corpus (src/kernels/text.ts), which has the same classes and leaves to this what it does
// not cut itself.

import { fnv1a } from '../numerics/hash.ts';
import { LONGEST_ENDING, takesEnding } from './colon-endings.ts';

/** Longer runs are not words but data, base64 for example. UTF-16 code units. */
export const MAXIMUM_WORD_LENGTH = 60;

/** Numbers of a word in the tokenizer's output: start, end, hash. */
export const SPAN = 3;
/** Stands for all of them at a sentence break. */
export const BREAK = -1;

// Classes of characters; from CONTINUE on they may stand inside a word
export const OTHER = 0;
export const SPACE = 1;
export const NEWLINE = 2;
export const STOP = 3; // ends a sentence if white space follows
export const FULL_STOP = 4; // ends a sentence
const CLOSER = 5; // may stand between the stop and the white space
/** May stand between digits, as a full stop of prose may. */
export const SEPARATOR = 6;
/** May stand between letters: apostrophes, and signs such as the middle dot. */
export const MIDDLE = 7;
/**
 * Halves of surrogate pairs, and what is so rare that only the tokenizer knows it, not the kernel:
 * `rareClass`.
 */
export const RARE = 8;
/**
 * Letters of scripts that have no spaces between words: of Chinese, Japanese, Thai, Lao, Khmer,
 * Burmese.
 */
export const UNSPACED = 9;
export const CONTINUE = 10; // marks, and the joiners inside words of Persian and of Indian scripts
export const CONNECTOR = 11;
export const LETTER = 12; // letters, and numbers that are no digits
export const DIGIT = 13;
/** Nobody sees it: it is dropped from words. Only `rareClass` gives it. */
const IGNORED = 14;

const PATTERNS: [RegExp, number][] = [
  [/[\p{L}\p{N}]+/gu, LETTER],
  [/\p{Nd}+/gu, DIGIT],
  [/[\p{M}\u200c\u200d\uff9e\uff9f]+/gu, CONTINUE],
  [
    /[\p{Ideographic}\u3031-\u3035\u30fc\uff70]+|(?:(?=\p{L})[\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}])+/gu,
    UNSPACED,
  ],
  [/\p{Pc}+/gu, CONNECTOR],
  [/[\s\u0085]+/gu, SPACE],
  [/[\p{Pe}\p{Pf}\p{Pi}"]+/gu, CLOSER],
  [/[\n\r]/gu, NEWLINE],
  [/[,:\u066b\u066c\u2044]/gu, SEPARATOR],
  [/[\p{STerm}\u2029]/gu, FULL_STOP],
  [/[.!?…\u2024\u203c\u203d\u2047-\u2049\u2e2e]/gu, STOP],
  [/['‘’\u00b7\u2027\uff07]/gu, MIDDLE],
];

/** Rare characters of the Basic Multilingual Plane. */
const RARE_PATTERNS: [RegExp, number][] = [
  // marks of tone of Armenian stand inside the word that they stress
  [/(?![\u200b-\u200d])[\p{Cf}\u034f\u055b\u055c\u055e]/gu, IGNORED],
  [/[\u02bb\u02bc]/g, LETTER], // apostrophes that are letters
  [/[\u055a\u05f3\u05f4]/g, MIDDLE], // of Armenian, and of Hebrew
  [/[\u0589\uff0e]/g, FULL_STOP], // may stand between digits, too
];

/** Most blocks of Asian scripts are of one class: to see that takes a twelfth of the time. */
const WHOLE: [RegExp, number][] = [
  [/^\p{Ideographic}+$/u, UNSPACED],
  [/^[\uac00-\ud7a3]+$/u, LETTER],
  [/^\p{Co}+$/u, OTHER],
];

/** The characters from `first` on, 4,096 of them, a space for each half of a pair. */
function pageOf(first: number): string {
  const points: number[] = [];
  for (let point = first; point < first + 0x1000; point++) {
    points.push(point >= 0xd800 && point <= 0xdfff ? 0x20 : point);
  }
  return points.map((point) => String.fromCodePoint(point)).join('');
}

/** The classes of the code points from `first` to `last`, shape (last - first + 1). */
function classesOf(first: number, last: number): Uint8Array {
  const classes = new Uint8Array(last - first + 1);
  const width = first < 0x10000 ? 1 : 2;
  for (let from = first; from <= last; from += 0x1000) {
    const text = pageOf(from);
    const whole = WHOLE.find(([pattern]) => pattern.test(text));
    if (whole) classes.fill(whole[1], from - first, from - first + 0x1000);
    for (const [pattern, value] of whole ? [] : PATTERNS) {
      for (const { index, 0: run } of text.matchAll(pattern)) {
        classes.fill(value, from - first + index / width, from - first + (index + run.length) / width);
      }
    }
  }
  return classes;
}

/** Class of each code unit of the Basic Multilingual Plane. */
export const CLASSES = classesOf(0, 0xffff).fill(OTHER, 0xdc00, 0xe000).fill(RARE, 0xd800, 0xdc00);
const rareClasses = new Map<number, number>();
for (const page of [0, 0x1000, 0x2000, 0xf000]) {
  for (const [pattern, kind] of RARE_PATTERNS) {
    for (const { index } of pageOf(page).matchAll(pattern)) {
      rareClasses.set(page + index, kind);
      CLASSES[page + index] = RARE;
    }
  }
}
/** Of planes 1 to 3; made when the first character of them is met. */
let higherClasses: Uint8Array | undefined;

/** What the character at `index` is whose code unit is RARE; OTHER for half a pair. */
function rareClass(text: Uint16Array, index: number, end: number): number {
  const unit = text[index]!;
  if (!isSurrogate(unit)) return rareClasses.get(unit)!;
  const low = index + 1 < end ? text[index + 1]! : 0;
  if ((low & 0xfc00) !== 0xdc00) return OTHER;
  const point = 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
  if (point >= 0xe0100 && point <= 0xe01ef) return CONTINUE; // variation selectors of ideographs
  if (point > 0x3ffff) return OTHER;
  higherClasses ??= classesOf(0x10000, 0x3ffff);
  return higherClasses[point - 0x10000]!;
}

/** Whether the unit is the first half of a pair. */
function isSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

/**
 * The code units of a text, which the tokenizer reads: an array, because a string's units take
 * twice as long to reach.
 */
export function unitsOf(text: string): Uint16Array {
  const units = new Uint16Array(text.length);
  for (let i = 0; i < units.length; i++) units[i] = text.charCodeAt(i);
  return units;
}

/**
 * The text of code units, however many: as arguments of a function, a hundred thousand have no room
 * on the stack.
 */
export function stringOf(units: Uint16Array): string {
  let text = '';
  for (let from = 0; from < units.length; from += 0x1000) {
    text += String.fromCharCode.apply(null, units.subarray(from, from + 0x1000) as unknown as number[]);
  }
  return text;
}

/**
 * Reads a text from left to right, a batch of words at a time, and allocates nothing on the way.
 */
export class Tokenizer {
  readonly #text: Uint16Array;
  #position: number;
  #end: number;
  #classes: Uint8Array;
  /** Whether a word has come since the last sentence break. */
  #open: boolean;
  /** Where the words of the last run end that has no spaces, and the next of them. */
  #segments: number[] = [];
  #segment = 0;

  /**
   * Begins at code unit `from`, which must not lie inside a word. `open`: whether words came before
   * it in the same sentence.
   */
  constructor(text: Uint16Array, from = 0, open = false) {
    this.#text = text;
    this.#position = from;
    this.#end = text.length;
    this.#classes = CLASSES;
    this.#open = open;
  }

  /**
   * Goes on in the region [from, to), whose characters have these classes; a sentence may be open.
   */
  enter(from: number, to: number, classes: Uint8Array): void {
    this.#position = from;
    this.#end = to;
    this.#classes = classes;
    this.#open = true;
    this.#segments = [];
    this.#segment = 0;
  }

  /** Whether the text, or the region, is read. */
  get isDone(): boolean {
    return this.#position >= this.#end;
  }

  /** Where reading goes on, UTF-16 code units from the beginning of the text. */
  get position(): number {
    return this.#position;
  }

  /**
   * Writes start, end and hash of the next words into `spans`, (n, SPAN), from `at` on, places in
   * UTF-16 code units; BREAK three times is the end of a sentence, and stands neither at the
   * beginning nor twice in a row. The end of the text is not marked. Gives the place behind what
   * was written; `at` at the end of the text.
   */
  read(spans: Int32Array, at = 0): number {
    const text = this.#text;
    const end = this.#end;
    const classes = this.#classes;
    const room = spans.length - SPAN + 1;
    let written = at;
    let i = this.#position;
    let open = this.#open;
    while (i < end && written < room) {
      let kind = classes[text[i]!]!;
      let width = 1;
      if (kind === RARE) {
        kind = rareClass(text, i, end);
        width = kind !== OTHER && isSurrogate(text[i]!) ? 2 : 1;
      }
      if ((kind >= CONNECTOR && kind !== IGNORED) || kind === UNSPACED) {
        // most words are letters up to a character that is no part of any word: one pass finds
        // their end and their hash
        let hash = fnv1a(0, text[i]!);
        let next = i + 1;
        let after = OTHER;
        if (kind === UNSPACED) {
          next = this.#endOfSegment(i, end);
          dropIgnored(text, i, next);
          hash = hashOf(text, i, endOfSpelling(text, i, next));
        } else if (width === 1) {
          for (; next < end; next++) {
            const unit = text[next]!;
            after = classes[unit]!;
            if (after < CONTINUE) break;
            hash = fnv1a(hash, unit);
          }
        } else after = RARE;
        if (next < end && (after >= CLOSER || joinsDigits(text, i, next, end, after))) {
          next = endOfWord(text, i, next + width - 1, end, classes);
          hash = hashOf(text, i, endOfSpelling(text, i, next));
        }
        const length = endOfSpelling(text, i, next) - i;
        if (length <= MAXIMUM_WORD_LENGTH && (kind !== CONNECTOR || hasLetter(text, i, next))) {
          spans[written++] = i;
          spans[written++] = next;
          spans[written++] = hash;
          open = true;
        }
        i = next;
        continue;
      }
      if (open && kind >= NEWLINE && kind <= FULL_STOP && endsSentence(text, i, kind, end)) {
        spans[written++] = BREAK;
        spans[written++] = BREAK;
        spans[written++] = BREAK;
        open = false;
      }
      i += width;
    }
    this.#position = i;
    this.#open = open;
    return written;
  }

  /** Where the word ends that begins at `i`, in a run of a script that has no spaces. */
  #endOfSegment(i: number, end: number): number {
    while (this.#segment < this.#segments.length && this.#segments[this.#segment]! <= i) this.#segment++;
    if (this.#segment === this.#segments.length) {
      this.#segments = segmentEnds(this.#text, i, end);
      this.#segment = 0;
    }
    return this.#segments[this.#segment]!;
  }
}

/** A hash of the units [start, end), which the tokenizer makes on its way: FNV-1a, begun with 0. */
export function hashOf(text: Uint16Array, start: number, end: number): number {
  let hash = 0;
  for (let i = start; i < end; i++) hash = fnv1a(hash, text[i]!);
  return hash;
}

/** The longest run that is cut into words at once. UTF-16 code units. */
const LONGEST_RUN = 1024;
let segmenter: Intl.Segmenter | undefined;

/**
 * Where the words end of the run of scripts without spaces, with their marks, that begins at
 * `start`.
 */
function segmentEnds(text: Uint16Array, start: number, end: number): number[] {
  let i = start;
  /** What is seen of it, and where that ends. */
  const units: number[] = [];
  const places: number[] = [];
  for (const last = Math.min(end, start + LONGEST_RUN); i < last;) {
    const kind = classAt(text, i, end);
    if (kind !== UNSPACED && kind !== CONTINUE && kind !== IGNORED) break;
    const next = i + (isSurrogate(text[i]!) ? 2 : 1);
    for (; i < next; i++) {
      if (kind === IGNORED) continue;
      units.push(text[i]!);
      places.push(i + 1);
    }
  }
  if (i === start + 1) return [i];
  segmenter ??= new Intl.Segmenter('en', { granularity: 'word' });
  const run = stringOf(Uint16Array.from(units));
  return Array.from(segmenter.segment(run), ({ index, segment }) => places[index + segment.length - 1]!);
}

/** The class of the character of prose at `index`. */
function classAt(text: Uint16Array, index: number, end: number): number {
  const kind = CLASSES[text[index]!]!;
  return kind === RARE ? rareClass(text, index, end) : kind;
}

/**
 * Where the word ends that begins at `start` and goes on at least to `i`; writes its spelling over
 * it.
 */
function endOfWord(text: Uint16Array, start: number, i: number, end: number, classes: Uint8Array): number {
  /** Behind the last character that is seen. */
  let last = i;
  let isWhole = true;
  for (;;) {
    while (i < end && classes[text[i]!]! >= CONTINUE) last = ++i;
    if (i >= end) break;
    let here = classes[text[i]!]!;
    if (here === RARE) {
      here = rareClass(text, i, end);
      if (here === IGNORED) {
        isWhole = false;
        i++;
        continue;
      }
      if (here >= CONTINUE) {
        // an apostrophe that is a letter is like the others between two letters
        if (classes === CLASSES && isApostrophe(text[i]!) && last === i && i + 1 < end && joins(text, start, i)) {
          text[i] = APOSTROPHE_UNIT;
        }
        last = i += isSurrogate(text[i]!) ? 2 : 1;
        continue;
      }
      if (here === MIDDLE && classes !== CLASSES) break;
    }
    if (last !== i) break; // signs join to what stands right before them
    if (here === MIDDLE && i + 1 < end && joins(text, start, i)) {
      if (isApostrophe(text[i]!)) text[i] = APOSTROPHE_UNIT;
    } else if (here === MIDDLE && endsHebrew(text, start, i, classes)) {
      last = i + 1;
      break;
    } else if (here === CLOSER && isHebrewQuote(text, i, end, classes)) text[i] = QUOTE_UNIT;
    else if (!joinsDigits(text, start, i, end, here) && !joinsEnding(text, start, i, end, here)) break;
    last = i += 2;
  }
  if (!isWhole) dropIgnored(text, start, last);
  return last;
}

/** Stands at the end of a word for what was dropped from it, so that the word keeps its place. */
const DROPPED = 0xad;

/** Moves the characters of a word that are seen to its beginning. */
function dropIgnored(text: Uint16Array, start: number, end: number): void {
  let at = start;
  for (let i = start; i < end; i++)
    if (CLASSES[text[i]!] !== RARE || rareClass(text, i, end) !== IGNORED) text[at++] = text[i]!;
  text.fill(DROPPED, at, end);
}

/**
 * Where the letters end of the word at [start, end): behind them are places of what was dropped
 * from it.
 */
export function endOfSpelling(text: Uint16Array, start: number, end: number): number {
  while (end > start && text[end - 1] === DROPPED) end--;
  return end;
}

/** The word at [start, end) of what a tokenizer has read. */
export function spellingOf(text: Uint16Array, start: number, end: number): string {
  return stringOf(text.subarray(start, endOfSpelling(text, start, end)));
}

/** A word, or several, with the apostrophes that reading gives them, and without what it drops. */
export function spelledAsRead(words: string): string {
  const units = unitsOf(words);
  const spans = new Int32Array(SPAN * 64);
  const tokenizer = new Tokenizer(units);
  while (tokenizer.read(spans) > 0);
  return stringOf(units.filter((unit) => unit !== DROPPED));
}

const APOSTROPHE_UNIT = 0x27;
const QUOTE_UNIT = 0x22;
const GERESH = 0x5f3;

/** Signs that stand for an apostrophe where letters are on both sides. */
const APOSTROPHES = new Set(unitsOf("'‘’\u02bb\u02bc\u055a\uff07"));

function isApostrophe(unit: number): boolean {
  return APOSTROPHES.has(unit);
}

/** Letters that stand before an opening quotation mark of Python and others: f'…'. */
const PREFIXES = unitsOf('bfruBFRU');

/**
 * Whether the sign at `index` belongs to the word that begins at `start`: letters stand on both
 * sides, an apostrophe is not behind a prefix such as Python's f'…', and the script has such signs
 * at all.
 */
function joins(text: Uint16Array, start: number, index: number): boolean {
  const before = CLASSES[text[index - 1]!]!;
  const after = CLASSES[text[index + 1]!]!;
  if ((before < LETTER && before !== CONTINUE) || after < LETTER) return false;
  if (isHangul(text[index - 1]!) || isHangul(text[index + 1]!)) return false;
  if (text[index] === APOSTROPHE_UNIT) return !(index - start === 1 && PREFIXES.includes(text[start]!));
  if (isApostrophe(text[index]!)) return true;
  return before !== DIGIT && after !== DIGIT;
}

/** Syllables, and letters of all kinds. */
function isHangul(unit: number): boolean {
  return (
    (unit >= 0xac00 && unit <= 0xd7ff) ||
    (unit >= 0x1100 && unit <= 0x11ff) ||
    (unit >= 0x3130 && unit <= 0x318f) ||
    (unit >= 0xa960 && unit <= 0xa97f) ||
    (unit >= 0xffa0 && unit <= 0xffdc)
  );
}

/** Letters, and the points that they may have. */
function isHebrew(unit: number): boolean {
  return (unit >= 0x591 && unit <= 0x5f2) || (unit >= 0xfb1d && unit <= 0xfb4f);
}

/**
 * Whether the apostrophe at `index` ends a word of Hebrew, which it shortens, and no quotation:
 * there is none before the word.
 */
function endsHebrew(text: Uint16Array, start: number, index: number, classes: Uint8Array): boolean {
  const unit = text[index]!;
  if ((unit !== APOSTROPHE_UNIT && unit !== GERESH) || classes !== CLASSES || !isHebrew(text[index - 1]!)) return false;
  return unit === GERESH || start === 0 || CLASSES[text[start - 1]!] !== MIDDLE;
}

/**
 * Whether the quotation mark at `index` stands between letters of Hebrew: it marks an abbreviation.
 */
function isHebrewQuote(text: Uint16Array, index: number, end: number, classes: Uint8Array): boolean {
  if (classes !== CLASSES || index + 1 >= end || (text[index] !== QUOTE_UNIT && text[index] !== 0x201d)) return false;
  return isHebrew(text[index - 1]!) && isHebrew(text[index + 1]!) && CLASSES[text[index + 1]!] === LETTER;
}

const COMMA_UNIT = 44;
const FULL_STOP_UNIT = 46;
const WIDE_STOP = 0xff0e;
const ARMENIAN_STOP = 0x589;

/**
 * Whether the character of class `kind` at `index`, in the word that begins at `start`, stands
 * between digits that it makes one number of.
 */
function joinsDigits(text: Uint16Array, start: number, index: number, end: number, kind: number): boolean {
  const isStop = text[index] === FULL_STOP_UNIT || text[index] === WIDE_STOP || text[index] === ARMENIAN_STOP;
  if (kind !== SEPARATOR && ((kind !== STOP && kind !== FULL_STOP) || !isStop)) return false;
  if (CLASSES[text[index - 1]!] !== DIGIT || index + 1 >= end || CLASSES[text[index + 1]!] !== DIGIT) return false;
  return text[index] !== COMMA_UNIT || partsThousands(text, start, index, end);
}

const COLON_UNIT = 58;

/**
 * Whether the character of class `kind` at `index` is a colon before an ending of the word that
 * begins at `start`.
 */
function joinsEnding(text: Uint16Array, start: number, index: number, end: number, kind: number): boolean {
  if (kind !== SEPARATOR || text[index] !== COLON_UNIT) return false;
  let last = index + 1;
  while (last < end && last - index <= LONGEST_ENDING + 1 && CLASSES[text[last]!]! >= CONTINUE) last++;
  if (last === index + 1 || last - index > LONGEST_ENDING + 1 || index - start > MAXIMUM_WORD_LENGTH) return false;
  return takesEnding(spellingOf(text, start, index), spellingOf(text, index + 1, last));
}

/**
 * Whether the comma at `index`, between digits, has three of them behind it, and before it up to
 * three, with which the word begins, or three behind another comma.
 */
function partsThousands(text: Uint16Array, start: number, index: number, end: number): boolean {
  let from = index;
  while (from > start && index - from <= 3 && CLASSES[text[from - 1]!] === DIGIT) from--;
  const isGroup = from === start ? index - from <= 3 : index - from === 3 && text[from - 1] === COMMA_UNIT;
  if (!isGroup || index + 3 >= end) return false;
  for (let i = index + 2; i <= index + 3; i++) if (CLASSES[text[i]!] !== DIGIT) return false;
  return index + 4 >= end || CLASSES[text[index + 4]!] !== DIGIT;
}

/**
 * Whether a run that begins with a connector has a letter or a number: `__init__` is a word, `____`
 * is not.
 */
function hasLetter(text: Uint16Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const kind = classAt(text, i, end);
    if (kind === LETTER || kind === DIGIT) return true;
  }
  return false;
}

/**
 * How many closing marks may stand between a stop and white space; a bound, so that a file of full
 * stops is read in linear time.
 */
const MAXIMUM_CLOSERS = 8;

/**
 * Whether the character of class `kind` at `index` (a newline or a stop) is the end of a sentence.
 */
function endsSentence(text: Uint16Array, index: number, kind: number, end: number): boolean {
  if (kind === FULL_STOP) return true;
  let i = index + 1;
  if (kind === NEWLINE) {
    if (text[index] === 13 && text[i] === 10) i++;
    while (i < end && CLASSES[text[i]!] === SPACE) i++;
    return i < end && CLASSES[text[i]!] === NEWLINE;
  }
  for (const last = Math.min(end, i + MAXIMUM_CLOSERS); i < last; i++) {
    const after = CLASSES[text[i]!]!;
    if (after === SPACE || after === NEWLINE) return true;
    // a mark of direction may stand there, too
    if (after !== STOP && after !== CLOSER && after !== MIDDLE && after !== RARE) return false;
  }
  return i === end;
}
