// Which encoding the bytes of a file are in. A byte order mark decides, or the NUL bytes of UTF-16
// and UTF-32, or the escapes of encodings of seven bits; else UTF-8 if the bytes are that. If they
// are not: what the folder's settings say, what the file says of itself, or the encoding in which
// they are the most probable text (encodings/detection.ts).

import { DECLARATIONS, declaredEncoding } from './encodings/declared.ts';
import { legacyDecoder } from './encodings/decoders.ts';
import { evidenceOf, isScored, isSure, linesBeyondAscii, type Scores, withOthers } from './encodings/detection.ts';
import { type Encoding, encodingNamed } from './encodings/names.ts';

export { encodingNamed, type Encoding };
export type { Scores };

/** The part of a file that tells text from binary, bytes. */
export const PROBE = 8192;
/**
 * Bytes that a setting, or what a file says, is checked against, and that two encodings are
 * compared by.
 */
const SAMPLE = 4096;

/** What is known of a file beside its bytes. */
export interface EncodingHints {
  /**
   * What the folder's settings say; null if they say nothing, or UTF-8, which is tried first
   * anyway.
   */
  setting?: Encoding | null;
  /** The language of the user's system (BCP 47). */
  locale?: string | null;
  /**
   * Scores of other files of the same folder (`legacyScores`); asked for only if the file alone
   * leaves a doubt.
   */
  others?: () => readonly Scores[];
}

/** What the beginning of a file says. */
export interface Beginning {
  /**
   * `utf-8` stands for every encoding that has ASCII in it; what else the file holds decides on it.
   */
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be';
  /** Bytes of a byte order mark, which is no part of the text. */
  mark: number;
}

/**
 * The encoding of a file of `size` bytes that begins with these, a few thousand of them; `null`
 * where it is binary.
 */
export function beginningOf(bytes: Uint8Array, size = bytes.length, setting: Encoding | null = null): Beginning | null {
  const probe = bytes.subarray(0, PROBE);
  const [first, second, third, fourth] = probe;
  if (first === 0xef && second === 0xbb && third === 0xbf) return withoutMark(probe, size, 3);
  const whole = size % 4 === 0 && probe.length >= 4;
  if (whole && first === 0xff && second === 0xfe && third === 0 && fourth === 0) {
    return isUtf32(probe.subarray(4), true) ? { encoding: 'utf-32le', mark: 4 } : null;
  }
  if (whole && first === 0 && second === 0 && third === 0xfe && fourth === 0xff) {
    return isUtf32(probe.subarray(4), false) ? { encoding: 'utf-32be', mark: 4 } : null;
  }
  if (first === 0xff && second === 0xfe) {
    return isMarkedWrong(probe) ? withoutMark(probe, size, 2) : { encoding: 'utf-16le', mark: 2 };
  }
  if (first === 0xfe && second === 0xff) {
    return isMarkedWrong(probe) ? withoutMark(probe, size, 2) : { encoding: 'utf-16be', mark: 2 };
  }
  // %PDF: its head may look like text
  if (first === 0x25 && second === 0x50 && third === 0x44 && fourth === 0x46) return null;
  const ascii = withoutMark(probe, size, 0);
  if (ascii && isUtf8(probe)) return ascii;
  const even = size % 2 === 0;
  if (even && (setting === 'utf-16le' || setting === 'utf-16be') && isUtf16(probe, setting)) {
    return { encoding: setting, mark: 0 };
  }
  if (whole && (setting === 'utf-32le' || setting === 'utf-32be') && isUtf32(probe, setting === 'utf-32le')) {
    return { encoding: setting, mark: 0 };
  }
  if (ascii) return ascii;
  for (const encoding of whole && probe.length >= 8 ? (['utf-32le', 'utf-32be'] as const) : []) {
    if (isUtf32(probe, encoding === 'utf-32le')) return { encoding, mark: 0 };
  }
  return even ? utf16WithoutMark(probe) : null;
}

/**
 * A beginning in an encoding with ASCII in it; `null` where there are more controls than text has.
 */
function withoutMark(probe: Uint8Array, size: number, mark: number): Beginning | null {
  if (probe.indexOf(0, mark) >= 0) return null;
  let controls = 0;
  for (let i = mark; i < probe.length; i++) controls += CONTROLS[probe[i]!]!;
  if (controls > 0 && isShiftedKorean(probe)) controls = 0;
  return controls > (probe.length - mark) / 20 ? null : { encoding: 'utf-8', mark };
}

/**
 * 1 for C0 controls that text does not have: all but backspace, tab, line feed, form feed, carriage
 * return and escape.
 */
const CONTROLS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 32 && !(byte >= 8 && byte <= 13 && byte !== 11) && byte !== 27 ? 1 : 0,
);

function isControl(byte: number): boolean {
  return CONTROLS[byte] === 1;
}

/**
 * Whether what follows a mark of UTF-16 is UTF-8: two letters of it would be one ideograph, and no
 * space or line end is in all of it.
 */
function isMarkedWrong(probe: Uint8Array): boolean {
  const rest = probe.subarray(2);
  return rest.length >= 16 && !rest.includes(0) && !rest.some(isControl) && isUtf8(rest);
}

/** Whether these bytes are UTF-8; a character that their end cuts off is no error. */
function isUtf8(bytes: Uint8Array): boolean {
  return isUnicode(bytes, 'utf-8');
}

function isUnicode(bytes: Uint8Array, encoding: 'utf-8' | 'utf-16le' | 'utf-16be'): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

const NO_TEXT = /[\p{Cn}\p{Co}\0-\x07\x0b\x0e-\x1a\x1c-\x1f]/u;
/** What every text has some of, in whatever script. */
const SPACES = /[ \n\r\u3000-\u3002]/g;

/** Whether these bytes, read as UTF-16, are characters that text has. */
function isUtf16(probe: Uint8Array, encoding: 'utf-16le' | 'utf-16be'): boolean {
  if (!isUnicode(probe, encoding)) return false;
  return !NO_TEXT.test(new TextDecoder(encoding).decode(probe, { stream: true }));
}

/** The byte order in which there is text with spaces, of few scripts; `null` if there is none. */
function utf16WithoutMark(probe: Uint8Array): Beginning | null {
  // letters of ASCII in pairs would be ideographs: of western text every other byte is NUL, of
  // other scripts some are controls
  const nuls = probe.reduce((sum, byte) => sum + (byte === 0 ? 1 : 0), 0);
  if (4 * nuls < probe.length && probe.every((byte) => byte < 0x80 && (byte === 0 || !isControl(byte)))) return null;
  const orders = (['utf-16le', 'utf-16be'] as const).map((encoding) => {
    const text = isUtf16(probe, encoding) ? new TextDecoder(encoding).decode(probe, { stream: true }) : '';
    return { encoding, spaces: isOfFewScripts(text) ? (text.match(SPACES)?.length ?? 0) : 0 };
  });
  const best = orders.reduce((best, each) => (each.spaces > best.spaces ? each : best));
  return best.spaces > 0 ? { encoding: best.encoding, mark: 0 } : null;
}

/** Whether nine of ten letters are of three blocks of Unicode: numbers of two bytes are of many. */
function isOfFewScripts(text: string): boolean {
  const blocks = new Map<number, number>();
  let letters = 0;
  for (const letter of text.match(/[\p{L}\p{M}]/gu) ?? []) {
    const point = letter.codePointAt(0)!;
    const block = point >= 0x3400 && point < 0xa000 ? 0x34 : point >= 0xac00 && point < 0xd7b0 ? 0xac : point >> 8;
    blocks.set(block, (blocks.get(block) ?? 0) + 1);
    letters++;
  }
  const most = [...blocks.values()].sort((a, b) => b - a).slice(0, 3);
  return most.reduce((sum, count) => sum + count, 0) >= 0.9 * letters;
}

function isUtf32(probe: Uint8Array, littleEndian: boolean): boolean {
  const bytes = probe.subarray(0, probe.length - (probe.length % 4));
  const text = legacyDecoder(littleEndian ? 'utf-32le' : 'utf-32be').decode(bytes, true);
  return !NO_TEXT.test(text) && !text.includes('\ufffd');
}

const ESCAPE = 0x1b;
const TILDE = 0x7e;
const KOREAN_HEADER = [ESCAPE, 0x24, 0x29, 0x43]; // ESC $ ) C

function isShiftedKorean(bytes: Uint8Array): boolean {
  const at = bytes.indexOf(ESCAPE);
  return at >= 0 && KOREAN_HEADER.every((byte, i) => bytes[at + i] === byte) && bytes.includes(0x0e);
}

/**
 * The encoding of bytes that are all ASCII and may stand for other characters all the same, by
 * their escapes; `null` if they do not.
 */
export function sevenBitEncoding(bytes: Uint8Array, hints: EncodingHints, beginning: Uint8Array): Encoding | null {
  if (bytes.includes(ESCAPE)) {
    if (isShiftedKorean(bytes)) return 'iso-2022-kr';
    if (isJapanese(bytes)) return 'iso-2022-jp';
  }
  if (isHz(bytes)) return 'hz';
  // of a large file, its beginning is read sooner than all of it
  const isSmall = bytes.length <= beginning.length;
  if (isSmall && !bytes.includes(PLUS)) return null;
  const isNamed = hints.setting === 'utf-7' || (namesUtf7(beginning) && declaredEncoding(beginning) === 'utf-7');
  return isNamed && (isSmall || bytes.includes(PLUS)) ? 'utf-7' : null;
}

/**
 * Whether it has escapes that begin pairs, ESC $ @, ESC $ B or ESC $ ( D, with pairs behind them.
 */
function isJapanese(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(ESCAPE); at >= 0; at = bytes.indexOf(ESCAPE, at + 1)) {
    if (bytes[at + 1] !== 0x24) continue;
    const short = bytes[at + 2] === 0x40 || bytes[at + 2] === 0x42;
    if (!short && !(bytes[at + 2] === 0x28 && bytes[at + 3] === 0x44)) continue;
    const pair = at + (short ? 3 : 4);
    if (bytes[pair]! > 0x20 && bytes[pair]! < 0x7f && bytes[pair + 1]! > 0x20) return true;
  }
  return false;
}

/** Whether a line has pairs of GB 2312 between ~{ and ~}. */
function isHz(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(TILDE); at >= 0; at = bytes.indexOf(TILDE, at + 1)) {
    if (bytes[at + 1] !== 0x7b) continue;
    let i = at + 2;
    while (bytes[i]! >= 0x21 && bytes[i]! <= 0x77 && bytes[i + 1]! >= 0x21 && bytes[i + 1]! <= 0x7e) i += 2;
    if (i > at + 2 && bytes[i] === TILDE && bytes[i + 1] === 0x7d) return true;
  }
  return false;
}

/** Whether the sign of UTF-7 is among these bytes: quick, for it is asked of every file. */
function namesUtf7(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(55); at >= 3 && at < DECLARATIONS; at = bytes.indexOf(55, at + 1)) {
    if (bytes[at - 1] === 45 && (bytes[at - 2]! | 32) === 102) return true; // f-7
  }
  return false;
}

/** Whether the encoding has characters for these bytes, but for one of fifty. */
function isLegacy(bytes: Uint8Array, encoding: Encoding): boolean {
  const text = legacyDecoder(encoding)
    .decode(bytes, false)
    .replace(/[\0-\x7f]+/g, '');
  return text.split('\ufffd').length - 1 <= text.length / 50;
}

/** What bytes that are not UTF-8 were found to be. */
export interface FoundEncoding {
  encoding: Encoding;
  /** Whether another one would do about as well, or none does. */
  guessed: boolean;
}

/**
 * By how much the bytes must speak for another encoding than the declared one: a logarithm, and of
 * each byte beyond ASCII.
 */
const DISBELIEF = { all: 25, ofByte: 2 };
/**
 * Logarithms of the probability of a byte beyond ASCII: more is text without a doubt, less is none
 * that we know.
 */
const CONVINCING = -4.5;
const STRANGE = -6.5;
/** Fewer bytes beyond ASCII, that are hardly text, were broken by something. */
const FEW = 3;
const PLUS = 0x2b;
const BROKEN = -5.8;
/** What most files are in that could be in many encodings. */
const WESTERN = 'windows-1252';

/**
 * The encoding of bytes that are not UTF-8 and have no NUL among them: as the setting says, as the
 * file's beginning declares, or detected. UTF-8 where it is that but for some broken bytes.
 */
export function legacyEncoding(
  bytes: Uint8Array,
  { setting = null, locale = null, others }: EncodingHints = {},
  beginning: Uint8Array = bytes,
): FoundEncoding {
  const unicode = brokenUtf8(bytes);
  if (unicode === 'surely') return { encoding: 'utf-8', guessed: false };
  const sample = linesBeyondAscii(bytes, SAMPLE);
  if (setting !== null && !setting.startsWith('utf-') && isLegacy(sample, setting)) {
    return { encoding: setting, guessed: false };
  }
  const { scores: own, beyond } = evidenceOf(bytes);
  const declared = declaredEncoding(beginning);
  if (declared !== null && !declared.startsWith('utf-') && isLegacy(sample, declared)) {
    const score = own.find(([encoding]) => encoding === declared)?.[1];
    const best = own[0]![1];
    const isBelieved =
      score === undefined
        ? !isScored(declared) && best < CONVINCING * beyond
        : best - score < DISBELIEF.all + DISBELIEF.ofByte * beyond;
    if (isBelieved) return { encoding: declared, guessed: false };
  }
  const isSame = (one: Encoding, other: Encoding): boolean =>
    legacyDecoder(one).decode(sample, true) === legacyDecoder(other).decode(sample, true);
  const witnesses = isSure(own, isSame) && beyond >= FEW ? [] : (others?.() ?? []);
  const scores = withOthers(own, witnesses, locale);
  const best = scores[0]![0];
  const probability = (own.find(([encoding]) => encoding === best)?.[1] ?? -Infinity) / beyond;
  const isWestern = best === WESTERN || (scores.some(([encoding]) => encoding === WESTERN) && isSame(best, WESTERN));
  const isUtf8 = unicode === 'perhaps' && probability < CONVINCING;
  const isLittle = !isWestern && beyond < FEW && witnesses.length === 0;
  if (isUtf8 || (isLittle && (beyond === 1 || probability < BROKEN) && standsAlone(sample)))
    return { encoding: 'utf-8', guessed: false };
  const guessed = isLittle || probability < STRANGE || !isSure(scores, isSame);
  return { encoding: isWestern ? WESTERN : best, guessed };
}

/**
 * How probable each encoding is for a file's bytes; `null` for what is UTF-8, or no text in an
 * older encoding.
 */
export function legacyScores(bytes: Uint8Array): Scores | null {
  if (bytes.includes(0) || isUtf8(bytes) || brokenUtf8(bytes) !== null) return null;
  return evidenceOf(bytes).scores;
}

/**
 * The encoding that VS Code's setting `files.encoding` names; `null` for UTF-8, which is tried
 * first anyway, and for a name that nobody knows.
 */
export function encodingOfSetting(name: string): Encoding | null {
  const encoding = encodingNamed(name);
  return encoding === 'utf-8' ? null : encoding;
}

/** Whether no letter of ASCII stands beside a byte beyond it. */
function standsAlone(bytes: Uint8Array): boolean {
  return !/[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]/.test(LATIN1.decode(bytes).replace(/[^\0-\x7f]/g, '\x80'));
}

const LATIN1 = new TextDecoder('latin1');

/**
 * Whether bytes are UTF-8 but for some that are broken: surely if there are many more characters of
 * it beyond ASCII than such bytes, or nothing is wrong but that the end is cut off; perhaps if
 * there are as many.
 */
function brokenUtf8(bytes: Uint8Array): 'surely' | 'perhaps' | null {
  let characters = 0;
  let broken = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte < 0x80) continue;
    const following = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
    let found = 0;
    if (byte >= 0xc2 && byte < 0xf5) while (found < following && (bytes[i + found + 1]! & 0xc0) === 0x80) found++;
    if (found === following) characters++;
    else if (found > 0 && broken === 0 && characters === 0 && i + found === bytes.length - 1) return 'surely';
    else broken++;
    i += found;
  }
  if (characters === 0 || characters < broken) return null;
  return characters >= 8 * broken ? 'surely' : 'perhaps';
}
