// Finds what gives access to something and puts spaces in its place, before any word is cut: a
// model that is shared must not hold it. These are private keys, tokens of the shapes that their
// issuers document (secret-shapes.ts), values of what is named as secret (secret-values.ts), and
// every run that no one writes as a word (random-runs.ts).
//
// A file comes in pieces, and a secret may go on in the next one: the last line of a piece waits
// for it.

import { LITTLE, randomStretches, SHORTEST_RUN, stretchesOf, TABLES } from './random-runs.ts';
import { SHAPE } from './secret-shapes.ts';
import { FOREIGN_LETTERS, foreignValue, passwordInAddress, valueOf } from './secret-values.ts';
import { roundUp, type TextKernel } from './text-kernel.ts';

/** So much of the end of a piece waits for the next one, at most, characters. */
const LONGEST_WAIT = 4096;
/**
 * A private key is not longer, characters: a line that only looks like the beginning of one costs
 * no more.
 */
const LONGEST_KEY = 1 << 15;
const KEY_BEGIN = /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/y;
const KEY_END = /-----END [A-Z0-9 ]{0,40}-----/;
const KEY_BODY = /^[\w+/=\s\\:,-]*/;
/**
 * Behind a name its value begins and ends within so many characters, and so does the longest shape
 * that is looked at.
 */
const AROUND = 1024;

/** What finds the places that are looked at, in a text that was given to it. */
interface Finder {
  /** The bytes of the text: ASCII, and 128 or FOREIGN for every other character. */
  take(text: string | Uint8Array): Uint8Array;
  /** The next run that may be random, from `from` on; -1 where there is none. */
  findSecret(from: number): number;
  /** The next name of something secret, address or key. */
  findNamed(from: number): number;
}

/** Of each code unit its byte: ASCII is itself. */
const BYTES = new Uint8Array(0x10000).fill(128);
for (let unit = 0; unit < 128; unit++) BYTES[unit] = unit;
/** Of letters that names in other scripts have. */
const FOREIGN = 129;
for (const letter of FOREIGN_LETTERS) BYTES[letter.charCodeAt(0)] = FOREIGN;

/** The bytes of a text in `bytes`, which may be longer. */
function write(text: string | Uint8Array, bytes: Uint8Array): void {
  if (typeof text !== 'string') bytes.set(text);
  else for (let i = 0; i < text.length; i++) bytes[i] = BYTES[text.charCodeAt(i)]!;
}

/** Looks over a text some gigabytes a second. */
export class SecretScanner implements Finder {
  readonly #kernel: TextKernel;
  readonly #tables: number;
  #text = 0;
  #size = 0;
  #length = 0;

  constructor(kernel: TextKernel) {
    this.#kernel = kernel;
    this.#tables = kernel.allocate(TABLES.length);
    kernel.bytes(this.#tables, TABLES.length).set(TABLES);
  }

  take(text: string | Uint8Array): Uint8Array {
    const length = (this.#length = text.length);
    if (length > this.#size) {
      this.#size = roundUp(length);
      this.#text = this.#kernel.allocate(this.#size + BEHIND);
    }
    const bytes = this.#kernel.bytes(this.#text, length);
    write(text, bytes);
    this.#kernel.bytes(this.#text + length, BEHIND).fill(0);
    return bytes;
  }

  findSecret(from: number): number {
    return this.#kernel.run.findSecret(this.#text, this.#length, from, this.#tables);
  }

  findNamed(from: number): number {
    return this.#kernel.run.findNamed(this.#text, this.#length, from);
  }
}

/** Zeros that the kernel needs behind the bytes. */
const BEHIND = 256;

/** The same without the kernel, where little is read; it is the reference. */
class PlainFinder implements Finder {
  #bytes = new Uint8Array(0);
  #text = '';

  take(text: string | Uint8Array): Uint8Array {
    this.#bytes = new Uint8Array(text.length);
    write(text, this.#bytes);
    this.#text = typeof text === 'string' ? text : LATIN1.decode(text);
    return this.#bytes;
  }

  findSecret(from: number): number {
    const bytes = this.#bytes;
    for (let start = from; start + SHORTEST_RUN <= bytes.length;) {
      const end = endOfRun(bytes, start);
      if (end - start >= SHORTEST_RUN && stretchesOf(bytes, start, end).length > 0) return start;
      start = end + 1;
    }
    return -1;
  }

  findNamed(from: number): number {
    NAME.lastIndex = from;
    return NAME.exec(this.#text)?.index ?? -1;
  }
}

const NAME = new RegExp(String.raw`pass|secr|cred|token|key|pwd|auth|(?<=:)//|-----BEGIN|[${FOREIGN_LETTERS}]`, 'gi');
/** Characters of a name before its letter, at most. */
const LONGEST_FOREIGN = 9;

/** Where the run ends that goes on at `start`; `start` where there is none. */
function endOfRun(bytes: Uint8Array, start: number): number {
  let end = start;
  while (end < bytes.length && isInRun(bytes[end]!)) end++;
  return end;
}

function isInRun(byte: number): boolean {
  return TABLES[byte] !== 255 || byte === HASH || byte === SEMICOLON;
}

/**
 * What is left out of a text, end exclusive: what gives access to something, or else a run that is
 * only random.
 */
export interface SecretRange {
  start: number;
  end: number;
  kind: 'secret' | 'random';
}

/** Takes the secrets out of the pieces of one file. */
export class SecretFilter {
  /** Secrets found, without runs that are only random. */
  count = 0;
  /** Random runs found. */
  randomRuns = 0;
  readonly #finder: Finder;
  /** Whether the last piece ended in the middle of a private key. */
  #inKey = false;
  /** The end of the last piece, which comes with the next. */
  #waiting: string | Uint8Array = '';
  /** Its last characters, and those of a text that no piece follows. */
  #end = '';

  /** `scanner`: makes it faster. */
  constructor(scanner: SecretScanner | null = null) {
    this.#finder = scanner ?? new PlainFinder();
  }

  /**
   * Whether what comes behind the last text may go on with a secret of it, or be the value of a
   * name in it.
   */
  get isOpen(): boolean {
    return this.#inKey || MAY_GO_ON.test(this.#end);
  }

  /**
   * The text with spaces for secrets, as long as it is; the same object where there are none. Bytes
   * are ASCII. `last`: no piece follows; else the last line may come with the next piece.
   */
  clean(text: string | Uint8Array, last: boolean): string | Uint8Array {
    let whole = joined(this.#waiting, text);
    this.#end = stringOf(whole, Math.max(0, whole.length - AROUND), whole.length);
    this.#waiting = '';
    if (!last) {
      const end = endOfLines(whole);
      this.#waiting = whole.slice(end);
      if (end < whole.length) whole = whole.slice(0, end);
    }
    const ranges = this.rangesOf(whole);
    return ranges.length === 0 ? whole : blank(whole, ranges);
  }

  /** Where the secrets of the next piece are, in order; nothing of it waits. */
  rangesOf(text: string | Uint8Array): SecretRange[] {
    const bytes = this.#finder.take(text);
    const ranges: SecretRange[] = [];
    const goesOn = this.#inKey;
    if (goesOn) {
      const end = endOfKey(text, 0);
      if (end > 0) ranges.push({ start: 0, end, kind: 'secret' });
      this.#inKey = end === text.length;
    }
    this.#addNamed(text, bytes, ranges);
    this.#addRuns(text, bytes, ranges);
    const found = merged(ranges);
    for (const { kind } of found) {
      if (kind === 'secret') this.count++;
      else this.randomRuns++;
    }
    if (goesOn && found[0]?.start === 0) this.count--; // it was counted when it began
    return found;
  }

  #addNamed(text: string | Uint8Array, bytes: Uint8Array, ranges: SecretRange[]): void {
    for (let at = this.#finder.findNamed(0); at >= 0; at = this.#finder.findNamed(at + 1)) {
      if (bytes[at] === FOREIGN) {
        const from = Math.max(0, at - LONGEST_FOREIGN);
        const found = foreignValue(stringOf(text, from, at + AROUND), at - from);
        if (found) ranges.push({ start: from + found.start, end: from + found.end, kind: 'secret' });
        continue;
      }
      const window = stringOf(text, at, at + AROUND);
      if (bytes[at] === HYPHEN) {
        KEY_BEGIN.lastIndex = 0;
        if (!KEY_BEGIN.test(window)) continue;
        const end = endOfKey(text, at + KEY_BEGIN.lastIndex);
        ranges.push({ start: at, end, kind: 'secret' });
        this.#inKey = end === text.length;
        at = end - 1;
        continue;
      }
      const isRandom = (start: number, end: number): boolean =>
        stretchesOf(bytes, at + start, at + end).some(({ score }) => score >= LITTLE);
      const found = bytes[at] === SLASH ? passwordInAddress(window, 0) : valueOf(window, 0, isRandom);
      if (!found) continue;
      ranges.push({ start: at + found.start, end: at + found.end, kind: 'secret' });
      at += found.end - 1;
    }
  }

  #addRuns(text: string | Uint8Array, bytes: Uint8Array, ranges: SecretRange[]): void {
    for (let start = this.#finder.findSecret(0); start >= 0;) {
      const end = endOfRun(bytes, start);
      const run = stringOf(text, start, end);
      SHAPE.lastIndex = 0;
      for (let shape = SHAPE.exec(run); shape; shape = SHAPE.exec(run)) {
        const [first, behind] = [start + shape.index, start + SHAPE.lastIndex];
        if (!stretchesOf(bytes, first, behind).some(({ score }) => score >= LITTLE + 8)) continue;
        ranges.push({ start: first, end: behind, kind: 'secret' });
      }
      for (const stretch of randomStretches(bytes, start, end, isAssigned(bytes, start))) {
        const salt = SALT.exec(stringOf(text, Math.max(0, stretch.start - LONGEST_SALT), stretch.start));
        ranges.push({
          start: stretch.start - (salt?.[0].length ?? 0),
          end: stretch.end,
          kind: salt ? 'secret' : 'random',
        });
      }
      start = this.#finder.findSecret(end);
    }
  }
}

/** Before the hash of a password (crypt(5)): its salt. */
const SALT = /\$[\w.\/+=,-]{1,22}\$$/;
const LONGEST_SALT = 24;

/** What a piece ends in that goes on: a run, or a name and what stands before its value. */
const MAY_GO_ON =
  /[\w./+=~%\\&#-]$|-----BEGIN[A-Z0-9 ]{0,40}-{0,5}$|(?:pass|secr|cred|token|key|pwd|auth)[\w.-]*["'`)\]}]{0,2}\s{0,4}[=:>,(]{0,2}\s{0,4}["'`]?$/i;

/** Whether a value begins at `start`: behind a quotation mark, = or :. */
function isAssigned(bytes: Uint8Array, start: number): boolean {
  let at = start - 1;
  if (bytes[at] === SPACE) at--;
  return at >= 0 && '"\'`=:'.includes(String.fromCharCode(bytes[at]!));
}

function joined(waiting: string | Uint8Array, text: string | Uint8Array): string | Uint8Array {
  if (waiting.length === 0) return text;
  if (typeof waiting === 'string' || typeof text === 'string') {
    return stringOf(waiting, 0, waiting.length) + stringOf(text, 0, text.length);
  }
  const bytes = new Uint8Array(waiting.length + text.length);
  bytes.set(waiting);
  bytes.set(text, waiting.length);
  return bytes;
}

/**
 * Where the last line begins, behind its indentation, or else the last word, or what stands behind
 * a bracket; the end where none is near.
 */
function endOfLines(text: string | Uint8Array): number {
  const unitAt = (i: number): number => (typeof text === 'string' ? text.charCodeAt(i) : text[i]!);
  const isBlank = (i: number): boolean => [9, 10, 13, SPACE].includes(unitAt(i));
  const first = Math.max(0, text.length - LONGEST_WAIT);
  let word = text.length;
  let bracket = text.length;
  let next = text.length; // the last character before which is only white space on its line
  for (let i = text.length - 1; i >= first; i--) {
    if (!isBlank(i)) {
      if (
        bracket === text.length &&
        next === i + 1 &&
        next < text.length &&
        unitAt(next) < 128 &&
        OPENING.includes(unitAt(i))
      )
        bracket = next;
      next = i;
    } else if (next < text.length) {
      if (word === text.length) word = next;
      if (unitAt(i) === 10) return next;
    }
  }
  if (first === 0) return 0;
  return word < text.length ? word : bracket;
}

/** Brackets and a semicolon, behind which a text may be cut. */
const OPENING = [0x28, 0x3b, 0x5b, 0x7b];

function blank(text: string | Uint8Array, ranges: readonly SecretRange[]): string | Uint8Array {
  if (typeof text !== 'string') {
    const bytes = text.slice();
    for (const { start, end } of ranges) bytes.fill(SPACE, start, end);
    return bytes;
  }
  let cleaned = '';
  let from = 0;
  for (const { start, end } of ranges) {
    cleaned += text.slice(from, start) + ' '.repeat(end - start);
    from = end;
  }
  return cleaned + text.slice(from);
}

/** In order, those that touch put together. */
function merged(ranges: SecretRange[]): SecretRange[] {
  const found: SecretRange[] = [];
  for (const range of ranges.sort((a, b) => a.start - b.start)) {
    const last = found.at(-1);
    if (last && range.start <= last.end) {
      last.end = Math.max(last.end, range.end);
      if (range.kind === 'secret') last.kind = 'secret';
    } else found.push({ ...range });
  }
  return found;
}

/** Where the key ends whose letters go on at `from`. */
function endOfKey(text: string | Uint8Array, from: number): number {
  const body = stringOf(text, from, from + LONGEST_KEY);
  const end = KEY_END.exec(body);
  return from + (end ? end.index + end[0].length : KEY_BODY.exec(body)![0].length);
}

function stringOf(text: string | Uint8Array, start: number, end: number): string {
  return typeof text === 'string' ? text.slice(start, end) : LATIN1.decode(text.subarray(start, end));
}

const SPACE = 0x20;
const HASH = 0x23;
const HYPHEN = 0x2d;
const SLASH = 0x2f;
const SEMICOLON = 0x3b;
const LATIN1 = new TextDecoder('latin1');
