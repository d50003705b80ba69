// Decoders of every encoding but UTF-8 and UTF-16: the platform's TextDecoder
// (https://encoding.spec.whatwg.org), iconv-lite's tables, and what both lack. Node's TextDecoder
// reads EUC-KR without the 8,822 syllables that CP949 has beyond it and Big5 without Hong Kong's
// characters, and some versions read windows-1252 as ISO-8859-1.

import big5Added from 'iconv-lite/encodings/tables/big5-added.json' with { type: 'json' };
import { type Encoding, singleByteTable } from './names.ts';

/**
 * Decodes a text in parts, one after the other; what the end of a part cuts off waits for the next.
 * Broken bytes become U+FFFD.
 */
export interface LegacyDecoder {
  decode(bytes: Uint8Array, last: boolean): string;
}

/** `encoding`: as `encodingNamed` gives it. */
export function legacyDecoder(encoding: Encoding): LegacyDecoder {
  switch (encoding) {
    case 'euc-kr':
      return new PairDecoder((cp949 ??= cp949Table()));
    case 'big5':
      return new PairDecoder((big5 ??= big5Table()));
    case 'johab':
      return new PairDecoder((johab ??= johabTable()));
    case 'iso-2022-kr':
      return new ShiftedDecoder(legacyDecoder('euc-kr'), koreanShift);
    case 'hz':
      return new ShiftedDecoder(legacyDecoder('gb18030'), tildeShift);
    case 'utf-32le':
      return new Utf32Decoder(true);
    case 'utf-32be':
      return new Utf32Decoder(false);
    case 'utf-7':
      return new Utf7Decoder();
    case 'windows-1252': {
      const platform = platformDecoder('windows-1252')!;
      return { decode: (bytes, last) => withoutC1(platform.decode(bytes, last)) };
    }
    default:
      return platformDecoder(encoding) ?? new TableDecoder(singleByteTable(encoding)!);
  }
}

/** `null` if the platform does not know it. */
function platformDecoder(encoding: Encoding): LegacyDecoder | null {
  try {
    const platform = new TextDecoder(encoding, { ignoreBOM: true });
    return { decode: (bytes, last) => platform.decode(bytes, { stream: !last }) };
  } catch {
    return null;
  }
}

/**
 * Of windows-1252, 0x80 to 0x9f; the five that are undefined are C1 controls, as in the Encoding
 * standard.
 */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

function withoutC1(text: string): string {
  return text.replace(/[\x80-\x9f]/g, (control) => WINDOWS_1252[control.charCodeAt(0) - 0x80]!);
}

const REPLACEMENT = 0xfffd;
const ESCAPE = 0x1b;
const TILDE = 0x7e;
/** Code units that become a string at a time. */
const CHUNK = 8192;

/** UTF-16 code units that become a string. */
class Units {
  readonly #units: Uint16Array;
  #length = 0;

  /** With room for so many. */
  constructor(room: number) {
    this.#units = new Uint16Array(room);
  }

  add(unit: number): void {
    this.#units[this.#length++] = unit;
  }

  addPoint(point: number): void {
    if (point > 0xffff) {
      this.add(0xd7c0 + (point >> 10));
      this.add(0xdc00 | (point & 0x3ff));
    } else this.add(point);
  }

  toString(): string {
    let text = '';
    for (let from = 0; from < this.#length; from += CHUNK) {
      const part = this.#units.subarray(from, Math.min(this.#length, from + CHUNK));
      text += String.fromCharCode.apply(null, part as unknown as number[]);
    }
    return text;
  }
}

/** Every byte is the character that the table has at its place. */
class TableDecoder implements LegacyDecoder {
  readonly #table: string;

  constructor(table: string) {
    this.#table = table;
  }

  decode(bytes: Uint8Array): string {
    const units = new Units(bytes.length);
    for (const byte of bytes) units.add(this.#table.charCodeAt(byte));
    return units.toString();
  }
}

const FIRST_LEAD = 0x81;
const FIRST_TRAIL = 0x31;
const TRAILS = 0xff - FIRST_TRAIL;
/**
 * By lead byte, 0x81 to 0xfe, and trail byte, 0x31 to 0xfe: the character, or its first unit in the
 * upper half and its second in the lower; 0 for none.
 */
type PairTable = Uint32Array;

// Each is made when it is first needed.
let cp949: PairTable | undefined;
let big5: PairTable | undefined;
let johab: PairTable | undefined;

function place(lead: number, trail: number): number {
  return (lead - FIRST_LEAD) * TRAILS + trail - FIRST_TRAIL;
}

/** What the platform has for pairs of these bytes. */
function platformTable(encoding: Encoding, firstLead: number, firstTrail: number): PairTable {
  const table = new Uint32Array((0xff - FIRST_LEAD) * TRAILS);
  const platform = new TextDecoder(encoding);
  for (let lead = firstLead; lead <= 0xfe; lead++) {
    for (let trail = firstTrail; trail <= 0xfe; trail++) {
      const text = platform.decode(Uint8Array.of(lead, trail));
      if (text.length === 1 && text !== '\ufffd' && !isPrivate(text)) table[place(lead, trail)] = text.charCodeAt(0);
    }
  }
  return table;
}

function isPrivate(character: string): boolean {
  return character >= '\ue000' && character <= '\uf8ff';
}

/**
 * EUC-KR holds the characters of KS X 1001 where both bytes are 0xa1 or above. CP949 puts the
 * syllables that are missing there into the other places, in the order of Unicode, from 0x8141 to
 * 0xc652; trail bytes are letters of ASCII or 0x81 and above.
 */
function cp949Table(): PairTable {
  const table = platformTable('euc-kr', 0xa1, 0xa1);
  const known = new Set(table);
  // KS X 1001 has them since 1998
  table[place(0xa2, 0xe6)] = 0x20ac; // €
  table[place(0xa2, 0xe7)] = 0xae; // ®
  let syllable = 0xac00;
  for (let lead = 0x81; lead <= 0xc6; lead++) {
    for (let trail = 0x41; trail < (lead < 0xa1 ? 0xff : 0xa1) && syllable <= 0xd7a3; trail++) {
      if ((trail > 0x5a && trail < 0x61) || (trail > 0x7a && trail < 0x81)) continue;
      while (known.has(syllable)) syllable++;
      if (syllable <= 0xd7a3) table[place(lead, trail)] = syllable++;
    }
  }
  return table;
}

/** With the characters that Hong Kong added (HKSCS), by iconv-lite. */
function big5Table(): PairTable {
  const table = platformTable('big5', 0xa1, 0x40);
  for (const [first, ...runs] of big5Added as [string, ...(string | number)[]][]) {
    let code = Number.parseInt(first, 16);
    let last = 0;
    const add = (value: number): void => {
      table[place(code >> 8, code & 0xff)] = value;
      code++;
    };
    for (const run of runs) {
      if (typeof run === 'number') for (let i = 0; i < run; i++) add(++last);
      else {
        for (let i = 0; i < run.length; i++) {
          const unit = run.charCodeAt(i);
          // U+0FFF says that the next two units are one entry: a letter with a mark
          if (unit === 0x0fff) add(((run.charCodeAt(i + 1) << 16) | run.charCodeAt((i += 2))) >>> 0);
          else if (unit >> 10 === 0x36) add(((unit << 16) | run.charCodeAt(++i)) >>> 0);
          else add((last = unit));
        }
      }
    }
  }
  return table;
}

/**
 * Of Johab's five bits of each, the place in Unicode's order; 0 of the vowels and -1 elsewhere:
 * none.
 */
const INITIALS = codesOf(2, 20, []);
const VOWELS = codesOf(3, 29, [8, 9, 16, 17, 24, 25]);
const FINALS = codesOf(1, 29, [18]);

function codesOf(first: number, last: number, gaps: readonly number[]): number[] {
  const codes = new Array<number>(32).fill(-1);
  let next = 0;
  for (let code = first; code <= last; code++) if (!gaps.includes(code)) codes[code] = next++;
  return codes;
}

/**
 * Of a final consonant's place among all, 1 to 27, and of a vowel's and of an initial's, the jamo
 * that stands alone (U+3131 on).
 */
const INITIAL_JAMO = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ';
const FINAL_JAMO = 'ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ';

/**
 * Johab (KS X 1001 annex 3, CP1361): a bit, and five bits each of a syllable's initial, vowel and
 * final. Signs and Chinese characters are those of KS X 1001, two of its rows to a lead byte.
 */
function johabTable(): PairTable {
  const table = new Uint32Array((0xff - FIRST_LEAD) * TRAILS);
  const isoTable = (cp949 ??= cp949Table());
  for (let lead = 0x84; lead <= 0xf9; lead++) {
    for (let trail = FIRST_TRAIL; trail <= 0xfe; trail++) {
      if (lead <= 0xd3) {
        const code = (lead << 8) | trail;
        const [first, vowel, final] = [(code >> 10) & 31, (code >> 5) & 31, code & 31];
        const initial = INITIALS[first]!;
        const middle = VOWELS[vowel]!;
        const end = FINALS[final]!;
        let unit = 0;
        if (initial >= 0 && middle >= 0 && end >= 0) unit = 0xac00 + (initial * 21 + middle) * 28 + end;
        else if (initial >= 0 && vowel === 2 && end === 0) unit = INITIAL_JAMO.charCodeAt(initial);
        else if (first === 1 && middle >= 0 && end === 0) unit = 0x314f + middle;
        else if (first === 1 && vowel === 2 && end > 0) unit = FINAL_JAMO.charCodeAt(end - 1);
        table[place(lead, trail)] = unit;
      } else if (lead >= 0xd9 && lead !== 0xdf && ((trail >= 0x31 && trail <= 0x7e) || trail >= 0x91)) {
        const isSecond = trail >= 0xa1;
        const row = (lead <= 0xde ? 0xa1 + 2 * (lead - 0xd9) : 0xca + 2 * (lead - 0xe0)) + (isSecond ? 1 : 0);
        const cell = isSecond ? trail : trail <= 0x7e ? trail + 0x70 : trail + 0x5e;
        if (row <= 0xfe) table[place(lead, trail)] = isoTable[place(row, cell)]!;
      }
    }
  }
  return table;
}

/** ASCII, and pairs of a lead byte beyond it and a trail byte. */
class PairDecoder implements LegacyDecoder {
  readonly #table: PairTable;
  /** The lead byte that the last part ended with; 0: none. */
  #lead = 0;

  constructor(table: PairTable) {
    this.#table = table;
  }

  decode(bytes: Uint8Array, last: boolean): string {
    const table = this.#table;
    const units = new Units(bytes.length + 2);
    let lead = this.#lead;
    for (const byte of bytes) {
      if (lead !== 0) {
        const value = byte >= FIRST_TRAIL && byte < 0xff ? table[place(lead, byte)]! : 0;
        lead = 0;
        if (value > 0xffff) units.add(value >>> 16);
        units.add(value === 0 ? REPLACEMENT : value & 0xffff);
        if (value === 0 && byte < 0x80) units.add(byte); // it may be the end of a line
      } else if (byte < 0x80) units.add(byte);
      else if (byte >= FIRST_LEAD && byte < 0xff) lead = byte;
      else units.add(REPLACEMENT);
    }
    if (last && lead !== 0) units.add(REPLACEMENT);
    this.#lead = last ? 0 : lead;
    return units.toString();
  }
}

/**
 * What a sign that is no text does: `length` bytes are left out, and what follows is in pairs or
 * not.
 */
interface Shift {
  length: number;
  inPairs: boolean;
  /** A byte that stands for itself in the place of the sign. */
  byte?: number;
}

/** The sign at `at`; null where there is none, 'cut' where the end cuts it off. */
type ShiftAt = (bytes: Uint8Array, at: number, inPairs: boolean) => Shift | 'cut' | null;

/**
 * ISO-2022-KR (RFC 1557): a header, and between 0x0e and 0x0f the pairs of EUC-KR without their
 * eighth bits; a line ends it.
 */
const koreanShift: ShiftAt = (bytes, at, inPairs) => {
  const byte = bytes[at]!;
  if (byte === 0x0e || byte === 0x0f) return { length: 1, inPairs: byte === 0x0e };
  if (byte === ESCAPE) return at + 4 > bytes.length ? 'cut' : { length: bytes[at + 1] === 0x24 ? 4 : 1, inPairs };
  return byte === 10 && inPairs ? { length: 1, inPairs: false, byte } : null;
};

/**
 * HZ (RFC 1843): the same of GB 2312 between ~{ and ~}; ~~ is a tilde, and one at the end of a line
 * joins it to the next.
 */
const tildeShift: ShiftAt = (bytes, at, inPairs) => {
  const byte = bytes[at]!;
  if (byte === 10 && inPairs) return { length: 1, inPairs: false, byte };
  if (byte !== TILDE) return null;
  const next = bytes[at + 1];
  if (next === undefined) return 'cut';
  if (next === 0x7b || next === 0x7d) return { length: 2, inPairs: next === 0x7b };
  if (next === TILDE && !inPairs) return { length: 2, inPairs, byte: TILDE };
  return next === 10 ? { length: 2, inPairs: false } : null;
};

/** Of seven bits: signs say where pairs of another encoding begin and end. */
class ShiftedDecoder implements LegacyDecoder {
  readonly #inner: LegacyDecoder;
  readonly #shiftAt: ShiftAt;
  #inPairs = false;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(inner: LegacyDecoder, shiftAt: ShiftAt) {
    this.#inner = inner;
    this.#shiftAt = shiftAt;
  }

  decode(bytes: Uint8Array, last: boolean): string {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    this.#rest = new Uint8Array(0);
    let length = 0;
    for (let i = 0; i < all.length;) {
      const shift = this.#shiftAt(all, i, this.#inPairs);
      if (shift === 'cut' && !last) {
        this.#rest = all.slice(i);
        break;
      }
      if (shift !== null && shift !== 'cut') {
        this.#inPairs = shift.inPairs;
        if (shift.byte !== undefined) all[length++] = shift.byte;
        i += shift.length;
      } else {
        const byte = all[i++]!;
        all[length++] = this.#inPairs && byte > 0x20 ? byte | 0x80 : byte;
      }
    }
    return this.#inner.decode(all.subarray(0, length), last);
  }
}

class Utf32Decoder implements LegacyDecoder {
  readonly #littleEndian: boolean;
  readonly #character = new Uint8Array(4);
  #filled = 0;

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  decode(bytes: Uint8Array, last: boolean): string {
    const units = new Units((bytes.length >> 1) + 4);
    const view = new DataView(this.#character.buffer);
    for (const byte of bytes) {
      this.#character[this.#filled++] = byte;
      if (this.#filled < 4) continue;
      const point = view.getUint32(0, this.#littleEndian);
      units.addPoint(point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? REPLACEMENT : point);
      this.#filled = 0;
    }
    if (last && this.#filled > 0) units.add(REPLACEMENT);
    return units.toString();
  }
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** UTF-7 (RFC 2152): between + and what is no base64, UTF-16 in base64; +- is a plus sign. */
class Utf7Decoder implements LegacyDecoder {
  #inBase64 = false;
  #isFirst = false;
  #bits = 0;
  #held = 0;

  decode(bytes: Uint8Array): string {
    const units = new Units(bytes.length);
    for (const byte of bytes) {
      if (!this.#inBase64) {
        if (byte === 0x2b) {
          this.#inBase64 = this.#isFirst = true;
          this.#bits = this.#held = 0;
        } else units.add(byte < 0x80 ? byte : REPLACEMENT);
        continue;
      }
      const digit = byte < 0x80 ? BASE64.indexOf(String.fromCharCode(byte)) : -1;
      if (digit < 0) {
        this.#inBase64 = false;
        if (byte !== 0x2d) units.add(byte < 0x80 ? byte : REPLACEMENT);
        else if (this.#isFirst) units.add(0x2b);
        continue;
      }
      this.#isFirst = false;
      this.#held = (this.#held << 6) | digit;
      this.#bits += 6;
      if (this.#bits < 16) continue;
      this.#bits -= 16;
      units.add((this.#held >> this.#bits) & 0xffff);
      this.#held &= (1 << this.#bits) - 1;
    }
    return units.toString();
  }
}
