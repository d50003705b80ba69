// Which encoding the bytes of a file are in: by byte order mark, by the NUL bytes of UTF-16, else UTF-8; and where they are
// not UTF-8, by what the folder's settings say, or by chardet, which compares with the frequent characters and letters
// of each encoding (after ICU's detectors).

import { analyse } from 'chardet';
import { legacyDecoder } from './legacy-decoders.ts';

/** A label of the Encoding standard (https://encoding.spec.whatwg.org/#names-and-labels), as TextDecoder takes it. */
export type Encoding = string;

/** The part of a file that tells text from binary, bytes. */
export const PROBE = 8192;
/** Lines for chardet hold so many bytes at most: half a millisecond. */
const SAMPLE = 4096;

/** What the beginning of a file says. */
export interface Beginning {
  /** `utf-8` stands for every encoding that has ASCII in it; what else the file holds decides on it. */
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be';
  /** Bytes of a byte order mark, which is no part of the text. */
  mark: number;
}

/** The encoding of a file of `size` bytes that begins with these, a few thousand of them; `null` where it is binary. */
export function beginningOf(bytes: Uint8Array, size = bytes.length, setting: Encoding | null = null): Beginning | null {
  const probe = bytes.subarray(0, PROBE);
  const [first, second, third, fourth] = probe;
  if (first === 0xef && second === 0xbb && third === 0xbf) return withoutMark(probe, size, 3);
  if (first === 0xff && second === 0xfe) {
    if (third === 0 && fourth === 0) return null; // UTF-32
    return isMarkedWrong(probe) ? withoutMark(probe, size, 2) : { encoding: 'utf-16le', mark: 2 };
  }
  if (first === 0xfe && second === 0xff) {
    return isMarkedWrong(probe) ? withoutMark(probe, size, 2) : { encoding: 'utf-16be', mark: 2 };
  }
  if (first === 0x25 && second === 0x50 && third === 0x44 && fourth === 0x46) return null; // %PDF: its head may look like text
  const even = size % 2 === 0;
  if (even && (setting === 'utf-16le' || setting === 'utf-16be') && !isUtf8(probe) && isUtf16(probe, setting, false)) {
    return { encoding: setting, mark: 0 };
  }
  if (!probe.includes(0)) return withoutMark(probe, size, 0);
  for (const encoding of even ? (['utf-16le', 'utf-16be'] as const) : []) {
    if (isUtf16(probe, encoding, true)) return { encoding, mark: 0 };
  }
  return null;
}

/** A beginning in an encoding with ASCII in it; `null` where there are more controls than text has. */
function withoutMark(probe: Uint8Array, size: number, mark: number): Beginning | null {
  if (probe.indexOf(0, mark) >= 0) return null;
  let controls = 0;
  for (let i = mark; i < probe.length; i++) controls += CONTROLS[probe[i]!]!;
  return controls > (probe.length - mark) / 20 ? null : { encoding: 'utf-8', mark };
}

/** 1 for C0 controls that text does not have: all but backspace, tab, line feed, form feed, carriage return and escape. */
const CONTROLS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 32 && !(byte >= 8 && byte <= 13 && byte !== 11) && byte !== 27 ? 1 : 0,
);

function isControl(byte: number): boolean {
  return CONTROLS[byte] === 1;
}

/** Whether what follows a mark of UTF-16 is UTF-8: two letters of it would be one ideograph, and no space or line end is in all of it. */
function isMarkedWrong(probe: Uint8Array): boolean {
  const rest = probe.subarray(2);
  return rest.length >= 16 && !rest.includes(0) && !rest.some(isControl) && isUtf8(rest);
}

/** Whether these bytes are UTF-8; a character that their end cuts off is no error. */
function isUtf8(bytes: Uint8Array): boolean {
  return isUnicode(bytes, 'utf-8');
}

function isUnicode(bytes: Uint8Array, encoding: Beginning['encoding']): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Whether the encoding has characters for these bytes, but for one of fifty. */
function isLegacy(bytes: Uint8Array, encoding: Encoding): boolean {
  const text = legacyDecoder(encoding)
    .decode(bytes, false)
    .replace(/[\0-\x7f]+/g, '');
  return text.split('\ufffd').length - 1 <= text.length / 50;
}

/** Whether these bytes, read as UTF-16, are characters that text has, and white space among them where it is `spaced`. */
function isUtf16(probe: Uint8Array, encoding: 'utf-16le' | 'utf-16be', spaced: boolean): boolean {
  if (!isUnicode(probe, encoding)) return false;
  // letters of ASCII in pairs would be ideographs: of western text, every other byte is NUL
  if (probe.every((byte) => byte < 0x80) && 4 * probe.filter((byte) => byte === 0).length < probe.length) return false;
  const text = new TextDecoder(encoding).decode(probe, { stream: true });
  return !/[\p{Cn}\p{Co}\0-\x07\x0b\x0e-\x1a\x1c-\x1f]/u.test(text) && (!spaced || /[ \n\r\u3000]/.test(text));
}

/** The encoding of bytes that are not UTF-8 and have no NUL among them: as the setting says, or detected. UTF-8 where it is that but for some broken bytes. */
export function legacyEncoding(bytes: Uint8Array, setting: Encoding | null = null): Encoding {
  if (isBrokenUtf8(bytes)) return 'utf-8';
  const sample = linesBeyondAscii(bytes);
  if (setting !== null && !setting.startsWith('utf-') && isLegacy(sample, setting)) return setting;
  const candidates = analyse(sample)
    .map(({ name }) => labelOf(name))
    .filter((label): label is Encoding => label !== null && !label.startsWith('utf-') && !label.startsWith('iso-2022'));
  const found = candidates.find((label) => isLegacy(sample, label)) ?? candidates[0] ?? 'windows-1252';
  return found === 'windows-1252' && !isWestern(sample) ? 'utf-8' : found;
}

/** The encoding that VS Code's setting `files.encoding` names; `null` for UTF-8, which is tried first anyway, and for one that TextDecoder does not know. */
export function encodingOfSetting(name: string): Encoding | null {
  const others: Record<string, string> = { shiftjis: 'shift_jis', macroman: 'macintosh', cp950: 'big5' };
  const label = others[name] ?? name.replace(/^(windows|utf|koi8|euc|cp|big5)(?=\w)/, '$1-').replace(/^cp-/, 'ibm');
  const encoding = labelOf(label);
  return encoding === 'utf-8' ? null : encoding;
}

/** The name under which TextDecoder knows an encoding; `null` where it does not. */
function labelOf(name: string): Encoding | null {
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return null;
  }
}

/** Whether there are as many characters of UTF-8 beyond ASCII as bytes that are none, or nothing is wrong but that the end is cut off. */
function isBrokenUtf8(bytes: Uint8Array): boolean {
  let characters = 0;
  let broken = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte < 0x80) continue;
    const following = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
    let found = 0;
    if (byte >= 0xc2 && byte < 0xf5) while (found < following && (bytes[i + found + 1]! & 0xc0) === 0x80) found++;
    if (found === following) characters++;
    else if (found > 0 && broken === 0 && characters === 0 && i + found === bytes.length - 1) return true;
    else broken++;
    i += found;
  }
  return characters > 0 && characters >= broken;
}

/** Whether most letters beyond ASCII stand as they do in the languages of Western Europe; bytes that are broken do not. */
function isWestern(bytes: Uint8Array): boolean {
  let usual = 0;
  let unusual = 0;
  for (const [place, byte] of bytes.entries()) {
    if (byte < 0x80) continue;
    const before = bytes[place - 1] ?? 0;
    const isCapital = byte >= 0xc0 && byte < 0xdf;
    const undefinedInIt = byte === 0x81 || byte === 0x8d || byte === 0x8f || byte === 0x90 || byte === 0x9d;
    // a capital behind a small letter, ÿ
    if (undefinedInIt || byte === 0xff || (isCapital && ((before > 0x60 && before < 0x7b) || before >= 0xdf)))
      unusual++;
    else usual++;
  }
  return usual > unusual;
}

/** The lines that are not ASCII, up to SAMPLE bytes of them: in source code, the others would speak for a western encoding. */
function linesBeyondAscii(bytes: Uint8Array): Uint8Array {
  const sample = new Uint8Array(SAMPLE);
  let length = 0;
  for (let from = 0; from < bytes.length && length < SAMPLE;) {
    let beyond = from;
    while (beyond < bytes.length && bytes[beyond]! < 0x80) beyond++;
    if (beyond === bytes.length) break;
    const start = Math.max(from, beyond - SAMPLE / 4, bytes.lastIndexOf(NEWLINE, beyond) + 1);
    const next = bytes.indexOf(NEWLINE, beyond);
    const end = Math.min(next < 0 ? bytes.length : next + 1, start + SAMPLE - length);
    sample.set(bytes.subarray(start, end), length);
    length += end - start;
    from = end;
  }
  return sample.subarray(0, length);
}

const NEWLINE = 10;
