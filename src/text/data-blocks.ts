// Data that is no text but stands in texts: pictures in data URIs, blocks of base64 and of
// hexadecimal numbers, signatures of PGP, checksums; and what terminals are told by, colours and
// overstrike. It is taken out before any word is cut, since it falls apart into words that nobody
// wrote.
//
// Nearly all texts have none of it, so that most of the work is not to look at them: the kernel
// passes over bytes of ASCII sixteen at a time, and in other texts a run of so many letters has one
// of them at every place that is a multiple of its length.

import { roundUp, type TextKernel } from './text-kernel.ts';

/**
 * A number of 32 hexadecimal digits is the shortest checksum, and base64 is told from words from 40
 * letters on.
 */
const SHORTEST_HEX = 32;
const SHORTEST_BASE64 = 40;
/** So many characters of numbers of two digits, with what stands between them, may be a dump. */
const SHORTEST_DUMP = 31;
/** Numbers of a dump, at least. */
const FEWEST_NUMBERS = 8;
/**
 * Of random base64, two of five letters come before one of another sort, a small letter behind a
 * capital aside; of names, one of five.
 */
const CHANGES = 0.27;
/** A line of a block, at least; the last one is shorter. */
const SHORTEST_LINE = 60;

const ESCAPE = 27;
const BACKSPACE = 8;

/** By character of ASCII: what base64 is of, and dumps are. */
const RUN = table('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-');
const DUMP = table('0123456789abcdefABCDEFxX,: ');

function table(characters: string): Uint8Array {
  const isIn = new Uint8Array(0x10000);
  for (const character of characters) isIn[character.charCodeAt(0)] = 1;
  return isIn;
}

/**
 * What of a text is data: it is left out, or, where it is in the middle of a word or of markup, it
 * is nothing.
 */
export interface DataRange {
  start: number;
  end: number;
  kind: 'block' | 'address' | 'control';
}

/** Looks over bytes of ASCII, of which hardly any hold data, some gigabytes a second. */
export class DataScanner {
  readonly #kernel: TextKernel;
  #text = 0;
  #size = 0;

  constructor(kernel: TextKernel) {
    this.#kernel = kernel;
  }

  /** Whether there may be data. */
  mayHaveData(bytes: Uint8Array): boolean {
    const { length } = bytes;
    if (length > this.#size) {
      this.#size = roundUp(length);
      this.#text = this.#kernel.allocate(this.#size + BEHIND);
    }
    this.#kernel.bytes(this.#text, length).set(bytes);
    this.#kernel.bytes(this.#text + length, BEHIND).fill(0);
    const { run } = this.#kernel;
    for (let at = run.findData(this.#text, length, 0); at >= 0; at = run.findData(this.#text, length, at)) {
      if (isCandidate(bytes, at)) return true;
      at += BLOCK;
    }
    return false;
  }
}

/** What the kernel looks at together, bytes, and the zeros that it needs behind them. */
const BLOCK = 16;
const BEHIND = 64;

/**
 * Whether the block at `at`, which the kernel found, is part of a run that is long enough, or has
 * what data begins with.
 */
function isCandidate(bytes: Uint8Array, at: number): boolean {
  for (let i = at; i < Math.min(bytes.length, at + BLOCK); i++) {
    if (bytes[i] === ESCAPE || bytes[i] === BACKSPACE) return true;
    // data:
    if (bytes[i] === 58 && bytes[i - 4] === 100 && bytes[i - 3] === 97 && bytes[i - 2] === 116) return true;
  }
  const runAt = (isIn: Uint8Array): Uint8Array => {
    let start = at;
    while (start > 0 && at - start < LONGEST_LOOK && isIn[bytes[start - 1]!] === 1) start--;
    let end = at;
    while (end < bytes.length && end - at < LONGEST_LOOK && isIn[bytes[end]!] === 1) end++;
    return bytes.subarray(start, end);
  };
  const run = runAt(RUN);
  // of a run that goes on, its other letters tell, too
  if (run.length >= LONGEST_LOOK || (run.length >= SHORTEST_HEX && isData(ASCII.decode(run)))) return true;
  const dump = runAt(DUMP);
  return dump.length >= SHORTEST_DUMP && dump.some(isHexLetter);
}

/** So far from a place it is looked at on each side. */
const LONGEST_LOOK = 100;

function isHexLetter(unit: number): boolean {
  return (unit | 32) >= 97 && (unit | 32) <= 102;
}

/** Takes the data out of the pieces of one text. */
export class DataFilter {
  /** Blocks found. */
  count = 0;
  readonly #scanner: DataScanner | null;
  /** What the last piece ended in the middle of. */
  #open: 'base64' | 'address' | 'pgp' | null = null;

  /** `scanner`: makes it faster. */
  constructor(scanner: DataScanner | null = null) {
    this.#scanner = scanner;
  }

  /** Whether the last piece ended in the middle of what may be data. */
  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** The text without its data; the same object where there is none. Bytes are ASCII. */
  clean(text: string | Uint8Array): string | Uint8Array {
    if (this.#open === null && typeof text !== 'string' && this.#scanner?.mayHaveData(text) === false) return text;
    const whole = typeof text === 'string' ? text : ASCII.decode(text);
    const ranges = this.rangesOf(whole);
    if (ranges.length === 0) return text;
    const cleaned = withoutData(whole, ranges);
    return typeof text === 'string' ? cleaned : new TextEncoder().encode(cleaned);
  }

  /** Where the data of the next piece is, in order. */
  rangesOf(text: string): DataRange[] {
    const ranges: DataRange[] = [];
    let from = 0;
    if (this.#open !== null) {
      if (this.#open === 'pgp') from = endOfArmour(text, 0);
      else while (from < text.length && RUN[text.charCodeAt(from)] === 1) from++;
      if (from > 0) ranges.push({ start: 0, end: from, kind: this.#open === 'address' ? 'address' : 'block' });
      if (from < text.length) this.#open = null;
    }
    const found = [
      ...armourIn(text, from),
      ...addressesIn(text, from),
      ...blocksIn(text, from),
      ...dumpsIn(text, from),
      ...controlsIn(text, from),
    ].sort((a, b) => a.start - b.start || b.end - a.end);
    for (const range of found) {
      const last = ranges.at(-1);
      if (last && range.start < last.end) {
        last.end = Math.max(last.end, range.end);
        continue;
      }
      ranges.push(range);
      if (range.kind !== 'control') this.count++;
    }
    const last = ranges.at(-1);
    if (last?.end === text.length && last.kind !== 'control') {
      this.#open = text.startsWith(ARMOUR, last.start) ? 'pgp' : last.kind === 'address' ? 'address' : 'base64';
    }
    return ranges;
  }
}

/** What is read in place of data. */
const FILLERS = { block: ' ', address: '/', control: '' };

/** The text as it is read: without these ranges, which are in order. */
export function withoutData(text: string, ranges: readonly DataRange[]): string {
  let cleaned = '';
  let from = 0;
  for (const { start, end, kind } of ranges) {
    cleaned += text.slice(from, start) + FILLERS[kind];
    from = end;
  }
  return cleaned + text.slice(from);
}

/** Tells where places of a text without its data are in the text with it. */
export class PlacesWithData {
  /**
   * Of each range, where it was in the text without it, and how much longer the other text is
   * behind it.
   */
  readonly #removed: { at: number; filler: number; longer: number }[] = [];

  constructor(ranges: readonly DataRange[]) {
    let longer = 0;
    for (const { start, end, kind } of ranges) {
      const filler = FILLERS[kind].length;
      const at = start - longer;
      longer += end - start - filler;
      this.#removed.push({ at, filler, longer });
    }
  }

  /**
   * The place of something that starts at `place`, behind data that stands there, or of something
   * that ends there.
   */
  of(place: number, isEnd: boolean): number {
    let [low, high] = [0, this.#removed.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const { at, filler } = this.#removed[middle]!;
      if (isEnd ? at < place : at + filler <= place) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? place : place + this.#removed[low - 1]!.longer;
  }
}

const ASCII = new TextDecoder(); // many times as fast as one of Latin-1

/**
 * The next run of at least `shortest` characters of a table from `from` on; null where there is
 * none.
 */
function nextRun(text: string, from: number, isIn: Uint8Array, shortest: number): [start: number, end: number] | null {
  const { length } = text;
  /** No run begins before. */
  let start = from;
  while (start + shortest <= length) {
    let i = start + shortest - 1;
    while (i >= start && isIn[text.charCodeAt(i)] === 1) i--;
    if (i < start) {
      let end = start + shortest;
      while (end < length && isIn[text.charCodeAt(end)] === 1) end++;
      return [start, end];
    }
    start = i + 1;
  }
  return null;
}

const ARMOUR = '-----BEGIN ';
const ARMOUR_BEGIN =
  /-----BEGIN (?:PGP (?:MESSAGE|SIGNATURE|PUBLIC KEY BLOCK)|(?:X509 |TRUSTED )?CERTIFICATE(?: REQUEST)?|PKCS7|CMS)[A-Z0-9, ]{0,30}-----/g;
/**
 * What its lines are: settings such as `Version: 1`, base64, perhaps quoted, or as a string of a
 * programming language.
 */
const ARMOUR_LINE = /^[\s>*#+|"']*(?:[A-Za-z-]{1,20}: [^\n]*|[\w+/=\\]*["',;\s+\\]*)$/;
const ARMOUR_END = /^(?:[\s>*#+|"']|\\n|[\w+/=])*-----END [A-Z0-9 ]{0,40}-----/;
const LONGEST_LINE = 10_000;

/** Signatures, keys and messages of PGP, and certificates. */
function* armourIn(text: string, from: number): Generator<DataRange> {
  if (!text.includes(ARMOUR, from)) return;
  ARMOUR_BEGIN.lastIndex = from;
  for (let begin = ARMOUR_BEGIN.exec(text); begin; begin = ARMOUR_BEGIN.exec(text)) {
    const behind = ARMOUR_BEGIN.lastIndex;
    const end = endOfArmour(text, behind);
    if (end === behind) continue;
    yield { start: begin.index, end, kind: 'block' };
    ARMOUR_BEGIN.lastIndex = end;
  }
}

/**
 * Where the block ends whose lines go on at `from`: at the end of the text where they all are such;
 * `from` where one is none.
 */
function endOfArmour(text: string, from: number): number {
  for (let at = from; at < text.length;) {
    const lineEnd = text.indexOf('\n', at);
    const line = text.slice(at, Math.min(lineEnd < 0 ? text.length : lineEnd, at + LONGEST_LINE));
    const end = ARMOUR_END.exec(line);
    if (end) return at + end[0].length;
    if (!ARMOUR_LINE.test(line)) return from;
    at = lineEnd < 0 ? text.length : lineEnd + 1;
  }
  return text.length;
}

const URI = /(?<!\w)data:[\w.+-]+\/[\w.+-]+(?:;[\w.+-]+(?:=[\w.+"-]*)?)*(;base64)?,/g;

/**
 * Data URIs, with what is encoded in them; one of text, up to a quotation mark, a bracket or white
 * space.
 */
function* addressesIn(text: string, from: number): Generator<DataRange> {
  if (!text.includes('data:', from)) return;
  URI.lastIndex = from;
  for (let uri = URI.exec(text); uri; uri = URI.exec(text)) {
    let end = URI.lastIndex;
    if (/;base64,$/i.test(uri[0]))
      while (end < text.length && (RUN[text.charCodeAt(end)] === 1 || text[end] === '%')) end++;
    else while (end < text.length && !/[\s"'<>)\]`]/.test(text[end]!)) end++;
    yield { start: uri.index, end, kind: 'address' };
    URI.lastIndex = end;
  }
}

const HEX = /^(?:0[xX])?[\da-fA-F]+$/;
const UUID = /^[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}$/;

/** Base64 and checksums: a run of them, or lines of a block, of which the last may be short. */
function* blocksIn(text: string, from: number): Generator<DataRange> {
  for (let run = nextRun(text, from, RUN, SHORTEST_HEX); run; run = nextRun(text, from, RUN, SHORTEST_HEX)) {
    const [start, end] = run;
    from = end;
    if (!isData(text.slice(start, end))) continue;
    // a block is as wide as its first lines; one that is all zeros looks like no data
    let last = end;
    const width = end - start;
    if (width >= SHORTEST_LINE) {
      for (;;) {
        const next = /^\r?\n[ \t>*#/]*/.exec(text.slice(last, last + 40));
        if (!next) break;
        const begin = last + next[0].length;
        let lineEnd = begin;
        while (lineEnd < text.length && RUN[text.charCodeAt(lineEnd)] === 1) lineEnd++;
        const isLine = lineEnd - begin === width;
        const isLast = !isLine && lineEnd - begin < width && isLastLine(text.slice(begin, lineEnd), last > end);
        const isAlone = lineEnd === text.length || /[\r\n"']/.test(text[lineEnd]!);
        if (!isAlone || !(isLine || isLast)) break;
        last = lineEnd;
        if (isLast) break;
      }
    }
    yield { start, end: last, kind: 'block' };
    from = last;
  }
}

/**
 * Whether a line that is shorter may be the last one of a block, of more lines than one or of one.
 */
function isLastLine(line: string, ofMore: boolean): boolean {
  if (!/^[\w+/]{2,}={0,2}$/.test(line) || line.length % 4 !== 0) return false;
  return ofMore ? /[A-Z\d+/=]/.test(line) : /[\d+/=]/.test(line);
}

/** Whether a run of letters, digits and + / = _ - is no word, no name and no path. */
function isData(run: string): boolean {
  const trimmed = run.replace(/^[-_=/+]+|[-_]+$/g, '');
  if (UUID.test(trimmed)) return true;
  const bare = trimmed.replace(/^sha\d+-/, '');
  if (bare.length < SHORTEST_HEX) return false;
  if (HEX.test(bare)) return count(bare, /\d/g) >= 4 && count(bare, /[a-f]/gi) >= 4;
  // a path that ends in a checksum
  if (/^[\w./+-]*[/_-](?:0[xX])?[\da-fA-F]{32,}$/.test(bare)) return false;
  if (bare.length < SHORTEST_BASE64 || !/\d/.test(bare) || !/[A-Z]/.test(bare) || !/[a-z]/.test(bare)) return false;
  return count(bare, /[a-z](?=[A-Z\d])|[A-Z](?=\d)|\d(?=[a-zA-Z])/g) >= CHANGES * bare.length;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/**
 * Numbers of 2, 4, 8 or 16 hexadecimal digits, all of one length, with spaces, commas or colons
 * between.
 */
const NUMBERS = /(?<![\w.])(?:(0x)[\da-f]{1,2}|([\da-f]{2}(?:[\da-f]{2}|[\da-f]{6}|[\da-f]{14})?))(?![\w.])/gi;
/** The letters that a dump shows behind its numbers. */
const DUMP_TEXT = /^ {2,3}(?:\|.{1,16}\||\S.{0,15})$/;

/** Dumps of bytes, fingerprints and arrays of bytes: rows of numbers in the hexadecimal system. */
function* dumpsIn(text: string, from: number): Generator<DataRange> {
  for (let run = nextRun(text, from, DUMP, SHORTEST_DUMP); run; run = nextRun(text, from, DUMP, SHORTEST_DUMP)) {
    from = run[1];
    let [start, end] = run;
    if (!/[a-f]/i.test(text.slice(start, end))) continue;
    start = Math.max(0, start - 1); // what stands there tells whether a number begins behind it
    const numbers = Array.from(text.slice(start, end).matchAll(NUMBERS));
    if (numbers.length < FEWEST_NUMBERS) continue;
    const widths = new Map<number, number>();
    let letters = 0;
    let digits = 0;
    for (const [number, prefix] of numbers) {
      const width = prefix ? 2 : number.length;
      widths.set(width, (widths.get(width) ?? 0) + 1);
      if (/[a-f]/i.test(number.slice(prefix ? 2 : 0))) letters++;
      if (/\d/.test(number.slice(prefix ? 2 : 0))) digits++;
    }
    const most = Array.from(widths.values()).reduce((a, b) => Math.max(a, b), 0);
    if (most < 0.9 * numbers.length - 1 || letters === 0 || digits < 0.2 * numbers.length) continue;
    end = start + numbers.at(-1)!.index + numbers.at(-1)![0].length;
    start += numbers[0]!.index;
    // the place in the file before the numbers, and the letters behind them
    const line = /(?:^|\n)[ \t]*[\da-fA-F]{4,16}:? +$/.exec(text.slice(Math.max(0, start - 40), start));
    if (line) start -= line[0].replace(/^\n/, '').length;
    const lineEnd = text.indexOf('\n', end);
    const behind = text.slice(end, lineEnd < 0 ? text.length : lineEnd);
    if (DUMP_TEXT.test(behind.trimEnd())) end += behind.length;
    yield { start, end, kind: 'block' };
    from = Math.max(end, run[1]);
  }
}

/** Escape sequences of terminals (ECMA-48), and the letters that backspaces strike over. */
const CONTROLS =
  /\u001b(?:\[[\d;:?<=>]*[ -/]*[@-~]|\][^\u0007\u001b\n]{0,2000}(?:\u0007|\u001b\\)|[PX^_][^\u001b\n]{0,2000}\u001b\\|[ -/]*[0-~])|[^\n\b]\u0008/gu;

function* controlsIn(text: string, from: number): Generator<DataRange> {
  if (!text.includes('\u001b', from) && !text.includes('\b', from)) return;
  CONTROLS.lastIndex = from;
  for (let sign = CONTROLS.exec(text); sign; sign = CONTROLS.exec(text)) {
    // of a letter that is struck over by a line, the letter is what is read
    const isUnderlined = text[sign.index + 2] === '_' && sign[0].endsWith('\b') && sign[0] !== '_\b';
    const start = sign.index + (isUnderlined ? 1 : 0);
    const end = CONTROLS.lastIndex + (isUnderlined ? 1 : 0);
    yield { start, end, kind: 'control' };
    CONTROLS.lastIndex = end;
  }
}
