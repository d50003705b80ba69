// A document to words: tells its language, finds the regions of prose and of code, and cuts each of
// them. Of documents with markup it takes whole lines only, so that no sign of markup is parted
// where the document comes in pieces.

import { BEGINNING, CODES, type Language, languageOf, PROSE_LANGUAGE } from './languages.ts';
import type { TextOptions } from './options.ts';
import { PROSE, Regions, type Scanner } from './regions/regions.ts';
import { scannerOf } from './regions/scanner.ts';
import {
  BREAK,
  CLASSES,
  endOfSpelling,
  FULL_STOP,
  hashOf,
  MIDDLE,
  NEWLINE,
  OTHER,
  SEPARATOR,
  SPACE,
  SPAN,
  spelledAsRead,
  STOP,
  stringOf,
  Tokenizer,
  unitsOf,
} from './tokenizer.ts';

/** A line that is longer, UTF-16 code units, is taken before its end is known. */
const LONGEST_LINE = 1 << 22;
/** What a scanner reads as a whole is taken in parts from so many characters on. */
const LARGEST_WHOLE = 1 << 20;
const LINE_BREAK = 10;

/** Where a text of so many UTF-16 units is put. */
export type TextPlace = (length: number) => Uint16Array;

/** Reads documents one after the other, each in pieces; `text` holds the piece at hand. */
export class DocumentReader {
  /** What the places of words are places in. */
  text: Uint16Array = new Uint16Array(0);
  readonly #place: TextPlace;
  readonly #options: Readonly<TextOptions>;
  readonly #codeClasses: Uint8Array;
  readonly #regions = new Regions();
  #tokenizer = new Tokenizer(this.text);
  #name: string | Language | undefined;
  #language: Language | null = null;
  #scanner: Scanner | null = null;
  /** The region that is read next, and the kind of the one that is read now. */
  #next = 0;
  #kind = PROSE;
  /** The end of the region that `readOn` reads; -1: none was begun. */
  #readOnTo = -1;
  /** Of `text`: what is being read, and behind it the beginning of a line. */
  #end = 0;
  #length = 0;

  constructor(options: Readonly<TextOptions>, place: TextPlace = (length) => new Uint16Array(length)) {
    this.#options = options;
    this.#place = place;
    this.#codeClasses = codeClassesOf(options.codeSentences);
  }

  /** Classes of characters in code. */
  get codeClasses(): Uint8Array {
    return this.#codeClasses;
  }

  /** Of the document at hand, once a piece of it was appended. */
  get language(): Language {
    return this.#language ?? PROSE_LANGUAGE;
  }

  /** Characters of the document that are in `text` so far: the last ones. */
  get length(): number {
    return this.#length;
  }

  /** Where the piece at hand ends in `text`. */
  get pieceEnd(): number {
    return this.#end;
  }

  /** Of the piece at hand: start, end, kind and break of each region, (n, 4). */
  get regions(): Int32Array {
    return this.#regions.data.subarray(0, 4 * this.#regions.length);
  }

  /**
   * Where in the document a place in `text` is, both counted from the beginning of the piece:
   * letters may have been moved.
   */
  placeInDocument(place: number): number {
    return this.#regions.placeInDocument(place);
  }

  /** How much of the piece is read, 0 to 1. */
  get fraction(): number {
    return this.#end === 0 ? 1 : this.#tokenizer.position / this.#end;
  }

  /** `name`: of the file, or the language itself; without it the document is prose. */
  begin(name?: string | Language): void {
    this.#name = name;
    this.#language = null;
    this.#end = 0;
    this.#length = 0;
  }

  /**
   * Tells the language by the first piece of the document; whether all of it is prose, so that
   * pieces may be read without this.
   */
  isProse(text: string | Uint8Array): boolean {
    if (this.#language === null) {
      const name = this.#name ?? PROSE_LANGUAGE;
      this.#language = typeof name === 'string' ? languageOf(name, beginningOf(text)) : name;
      this.#scanner = scannerOf(this.#language);
    }
    return this.#scanner === null;
  }

  /**
   * Takes the whole text, or a piece that ends where a text may be cut (pieces.ts); bytes of ASCII
   * will do.
   */
  append(text: string | Uint8Array): void {
    this.isProse(text);
    const kept = this.#length - this.#end;
    const length = kept + text.length;
    if (this.text.length < length) {
      const units = this.#place(length);
      units.set(this.text.subarray(this.#end, this.#length));
      this.text = units;
    } else if (kept > 0) this.text.copyWithin(0, this.#end, this.#length);
    const units = this.text;
    if (typeof text !== 'string') units.set(text, kept);
    else for (let i = 0; i < text.length; i++) units[kept + i] = text.charCodeAt(i);
    this.#length = length;
    let end = length;
    if (this.#scanner) {
      // the last line with anything in it is kept: what follows tells whether a blank line does
      let last = length;
      while (last > 0 && isWhite(units[last - 1]!)) last--;
      end = units.subarray(0, last).lastIndexOf(LINE_BREAK) + 1;
      if (this.#scanner.readsWhole) end = length < LARGEST_WHOLE ? 0 : afterBlankLine(units, end);
      if (end === 0 && length > LONGEST_LINE) end = afterLastSpace(units, length);
      if (this.#scanner.cut) end = this.#scanner.cut(units, end);
    }
    this.#take(end);
  }

  /** Ends the document; whether there is more of it to read: a last line that has no line break. */
  end(): boolean {
    if (this.#end === this.#length) return false;
    this.text.copyWithin(0, this.#end, this.#length);
    this.#length -= this.#end;
    this.#take(this.#length);
    return true;
  }

  /**
   * Whether a document that was parted here would be read otherwise from here on; of prose,
   * pieces.ts says where it may be parted.
   */
  get isOpen(): boolean {
    return this.#scanner !== null && (this.#scanner.isOpen !== false || this.#regions.breaks);
  }

  /**
   * As of a tokenizer; words that the options leave out are not there. BREAK may stand twice in a
   * row.
   */
  read(spans: Int32Array): number {
    const tokenizer = this.#tokenizer;
    let written = 0;
    while (written + SPAN <= spans.length) {
      if (tokenizer.isDone) {
        if (this.#next === this.#regions.length) break;
        const [start, end, kind, breaks] = this.#regions.data.subarray(4 * this.#next, 4 * this.#next + 4);
        this.#next++;
        this.#kind = kind!;
        tokenizer.enter(start!, end!, kind === PROSE ? CLASSES : this.#codeClasses);
        if (breaks) {
          spans.fill(BREAK, written, written + SPAN);
          written += SPAN;
        }
      } else {
        const before = written;
        written = tokenizer.read(spans, written);
        written = this.#choose(spans, before, written);
      }
    }
    return written;
  }

  /**
   * Whether the options leave out some words of this kind of region, which only `read` and `readOn`
   * do.
   */
  leavesOut(kind: number): boolean {
    return kind !== PROSE && this.#options.keywords === 'leaveOut';
  }

  /**
   * As `read`, from `position` on, up to the end of the region [start, end); where it stops,
   * `position` tells. A second call goes on there.
   */
  readOn(position: number, end: number, kind: number, spans: Int32Array): number {
    const tokenizer = this.#tokenizer;
    if (tokenizer.position !== position || this.#readOnTo !== end) {
      this.#kind = kind;
      this.#readOnTo = end;
      tokenizer.enter(position, end, kind === PROSE ? CLASSES : this.#codeClasses);
    }
    return this.#choose(spans, 0, tokenizer.read(spans));
  }

  /** Where reading goes on in `text`. */
  get position(): number {
    return this.#tokenizer.position;
  }

  #take(end: number): void {
    this.#end = end;
    this.#readOnTo = -1;
    this.#regions.clear();
    this.#next = 0;
    if (this.#scanner) this.#scanner.scan(this.text, 0, end, this.#regions);
    else this.#regions.add(0, end, PROSE);
    this.#tokenizer = new Tokenizer(this.text);
    this.#tokenizer.enter(0, 0, CLASSES);
  }

  /**
   * Applies the options to the words of [from, to) in `spans`; gives the place behind those that
   * are left.
   */
  #choose(spans: Int32Array, from: number, to: number): number {
    const { case: casing, numbers, keywords } = this.#options;
    const { text } = this;
    const folds = casing === 'fold' && this.#kind === PROSE;
    const filter = keywords !== 'leaveOut' || this.#kind === PROSE ? null : filterOf(this.#kind - 1);
    if (!folds && numbers === 'keep' && !filter) return to;
    let written = from;
    for (let i = from; i < to; i += SPAN) {
      const start = spans[i]!;
      let hash = spans[i + 2]!;
      if (start !== BREAK) {
        const end = endOfSpelling(text, start, spans[i + 1]!);
        if (filter?.has(text, start, end, hash)) continue;
        if (folds && foldCase(text, start, end)) hash = hashOf(text, start, end);
        if (numbers === 'digits' && foldDigits(text, start, end)) hash = hashOf(text, start, end);
      }
      spans[written++] = start;
      spans[written++] = spans[i + 1]!;
      spans[written++] = hash;
    }
    return written;
  }
}

/** Behind the last blank line before `end`; 0 where there is none. */
function afterBlankLine(units: Uint16Array, end: number): number {
  for (let line = end; line > 0;) {
    const before = units.subarray(0, line - 1).lastIndexOf(LINE_BREAK) + 1;
    if (units.subarray(before, line).every(isWhite)) return line;
    line = before;
  }
  return 0;
}

/** Behind the last white space before `length`; there, if there is none for long. */
function afterLastSpace(units: Uint16Array, length: number): number {
  let end = length;
  while (end > length - LONGEST_LINE / 4 && !isWhite(units[end - 1]!)) end--;
  return isWhite(units[end - 1]!) ? end : length;
}

function isWhite(unit: number): boolean {
  return CLASSES[unit] === SPACE || CLASSES[unit] === NEWLINE;
}

function beginningOf(text: string | Uint8Array): string {
  const beginning = text.slice(0, BEGINNING);
  // not spread: that takes ten times as long, and there are many files
  return typeof beginning === 'string' ? beginning : String.fromCharCode.apply(null, beginning as unknown as number[]);
}

/**
 * Classes of characters in code: no apostrophe is part of a word, no stop ends a sentence, and of
 * what may stand between digits only the full stop does.
 */
function codeClassesOf(sentences: TextOptions['codeSentences']): Uint8Array {
  const classes = CLASSES.map((kind) => (kind === STOP || kind === MIDDLE || kind === SEPARATOR ? OTHER : kind));
  classes['.'.charCodeAt(0)] = SEPARATOR;
  if (sentences === 'line') return classes.map((kind) => (kind === NEWLINE ? FULL_STOP : kind));
  if (sentences === 'statement') for (const sign of ';{}') classes[sign.charCodeAt(0)] = FULL_STOP;
  return classes;
}

let lower: Uint16Array | undefined;

/**
 * Of each code unit its lower case, where that is another one; else 0. Made when it is first
 * needed.
 */
export function lowerUnits(): Uint16Array {
  if (lower) return lower;
  const units = new Uint16Array(0x10000);
  for (let unit = 0; unit < 0x10000; unit++) {
    const folded = String.fromCharCode(unit).toLowerCase();
    if (folded.length === 1 && folded.charCodeAt(0) !== unit) units[unit] = folded.charCodeAt(0);
  }
  return (lower = units);
}

/** Makes a first letter small that is the only capital of the word; false where it is not. */
function foldCase(text: Uint16Array, start: number, end: number): boolean {
  const units = lowerUnits();
  const small = units[text[start]!]!;
  if (small === 0) return false;
  for (let i = start + 1; i < end; i++) if (units[text[i]!] !== 0) return false;
  text[start] = small;
  return true;
}

/** Makes every digit of ASCII a 0 in a word that begins with one; false where there is none. */
function foldDigits(text: Uint16Array, start: number, end: number): boolean {
  if (text[start]! < 48 || text[start]! > 57) return false;
  for (let i = start; i < end; i++) if (text[i]! >= 48 && text[i]! <= 57) text[i] = 48;
  return true;
}

/** The word as the options have it, for a look-up: what `DocumentReader` makes of it in prose. */
export function normalizedWord(word: string, { case: casing, numbers }: Readonly<TextOptions>): string {
  const spelled = spelledAsRead(word);
  const units = unitsOf(spelled);
  if (casing === 'fold') foldCase(units, 0, units.length);
  if (numbers === 'digits') foldDigits(units, 0, units.length);
  return stringOf(units);
}

/** The key words of a language, found by their hashes. */
class WordFilter {
  readonly #isThere = new Uint8Array(1 << 12);
  readonly #words = new Map<number, Uint16Array[]>();

  constructor(words: Iterable<string>) {
    for (const word of words) {
      const units = Uint16Array.from(word, (unit) => unit.charCodeAt(0));
      const hash = hashOf(units, 0, units.length);
      this.#isThere[hash & 0xfff] = 1;
      this.#words.set(hash, [...(this.#words.get(hash) ?? []), units]);
    }
  }

  has(text: Uint16Array, start: number, end: number, hash: number): boolean {
    if (this.#isThere[hash & 0xfff] === 0) return false;
    const words = this.#words.get(hash);
    return words !== undefined && words.some((word) => isSame(word, text, start, end));
  }
}

function isSame(word: Uint16Array, text: Uint16Array, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let i = 0; i < word.length; i++) if (word[i] !== text[start + i]) return false;
  return true;
}

const filters: (WordFilter | undefined)[] = [];

function filterOf(code: number): WordFilter {
  return (filters[code] ??= new WordFilter(CODES[code]!.lexis!.keywords));
}
