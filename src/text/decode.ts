// Bytes of a file to text: UTF-8 and UTF-16, with or without a byte order mark, normalised to NFC.
// Other encodings are not guessed: their bytes come out as replacement characters, and the result says so.

/** What a file's bytes say. */
export interface DecodedText {
  /** In Unicode normalisation form C, without a byte order mark. Where every byte is a letter of ASCII, the bytes themselves. */
  text: string | Uint8Array;
  /** Whether broken bytes were replaced by U+FFFD. */
  repaired: boolean;
}

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** The part of a file that tells text from binary, bytes. */
export const PROBE = 8192;

/** Decodes a whole file; `null` where it is binary. The bytes are only read, and broken ones never lose the file. */
export function decodeText(bytes: Uint8Array): DecodedText | null {
  const encoding = encodingOf(bytes);
  return encoding && decodePiece(bytes, encoding, true);
}

/** Decodes a piece of a file that was cut where pieces.ts says; `first`: whether it is the first, which may have a byte order mark. */
export function decodePiece(bytes: Uint8Array, encoding: Encoding, first: boolean): DecodedText {
  // no string is made, and none has to be given back
  if (encoding === 'utf-8' && isAscii(bytes)) return { text: bytes, repaired: false };
  const ignoreBOM = !first; // elsewhere the same character is one of the text
  try {
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM }).decode(bytes);
    return { text: text.normalize('NFC'), repaired: false };
  } catch {
    const text = new TextDecoder(encoding, { ignoreBOM }).decode(bytes);
    return { text: text.normalize('NFC'), repaired: true };
  }
}

function isAscii(bytes: Uint8Array): boolean {
  const { buffer, byteOffset, length } = bytes;
  // four at a time, from the first place that is theirs
  const first = -byteOffset & 3;
  if (length < first) return bytes.every((byte) => byte < 0x80);
  const words = new Uint32Array(buffer, byteOffset + first, (length - first) >> 2);
  for (let i = 0; i < words.length; i++) if ((words[i]! & 0x80808080) !== 0) return false;
  const last = first + 4 * words.length;
  return [bytes.subarray(0, first), bytes.subarray(last)].every((rest) => rest.every((byte) => byte < 0x80));
}

/** The encoding of a file of `size` bytes that begins with these, a few thousand of them; `null` where it is binary. */
export function encodingOf(bytes: Uint8Array, size = bytes.length): Encoding | null {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 ? null : 'utf-16le'; // else it is UTF-32
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first === 0x25 && second === 0x50 && third === 0x44 && fourth === 0x46) return null; // %PDF: its head may look like text
  const length = Math.min(bytes.length, PROBE);
  const nul = [0, 0]; // at even and at odd places
  let controls = 0;
  for (let i = 0; i < length; i++) {
    const byte = bytes[i]!;
    if (byte === 0) nul[i & 1]!++;
    else if (isControl(byte)) controls++;
  }
  if (nul[0] === 0 && nul[1] === 0) return controls > length / 20 ? null : 'utf-8';
  // Western UTF-16 without a mark: half or more of its units have a NUL on one side, and none has one on the other
  if (size % 2 === 1 || controls > 0) return null;
  if (nul[0] === 0 && nul[1]! * 4 >= length) return 'utf-16le';
  if (nul[1] === 0 && nul[0]! * 4 >= length) return 'utf-16be';
  return null;
}

/** C0 controls that text does not have: all but backspace, tab, line feed, form feed, carriage return and escape. */
function isControl(byte: number): boolean {
  return byte < 32 && !(byte >= 8 && byte <= 13 && byte !== 11) && byte !== 27;
}
