// Bytes of a file to text, normalised to NFC, as a whole or in pieces that are cut where pieces.ts says. Which encoding it
// is, encodings.ts says. Broken bytes become replacement characters, and the result says so.

import { beginningOf, legacyEncoding, type Encoding } from './encodings.ts';
import { legacyDecoder, type LegacyDecoder } from './legacy-decoders.ts';
import { lastCut, lastCutOfText } from './pieces.ts';

/** What a file's bytes say. */
export interface DecodedText {
  /** In Unicode normalisation form C, without a byte order mark. Where every byte is a letter of ASCII, the bytes themselves. */
  text: string | Uint8Array;
  /** Whether broken bytes were replaced by U+FFFD. */
  repaired: boolean;
}

/** Decodes a whole file; `null` where it is binary. The bytes are only read, and broken ones never lose the file. `setting`: what the folder's settings say. */
export function decodeText(bytes: Uint8Array, setting: Encoding | null = null): DecodedText | null {
  const decoder = Decoder.of(bytes, bytes.length, setting);
  if (!decoder) return null;
  const { text, repaired } = decoder.decode(bytes, true);
  return { text, repaired };
}

/** Decodes one file from its beginning to its end. */
export class Decoder {
  readonly #setting: Encoding | null;
  #encoding: Encoding;
  /** Bytes of the mark at the beginning that are still to come. */
  #mark: number;
  /** Whether anything beyond ASCII has been met: until then, the encoding is any that has ASCII in it. */
  #decided: boolean;
  /** Of encodings whose characters cannot be told from their end: it keeps the bytes of half a character. */
  #legacy: LegacyDecoder | null = null;
  /** Text of it that may not be cut yet. */
  #rest = '';

  private constructor(encoding: Encoding, mark: number, setting: Encoding | null) {
    this.#encoding = encoding;
    this.#mark = mark;
    this.#setting = setting;
    this.#decided = encoding !== 'utf-8';
  }

  /** For a file of `size` bytes that begins with these, a few thousand of them; `null` where it is binary. */
  static of(beginning: Uint8Array, size: number, setting: Encoding | null = null): Decoder | null {
    const found = beginningOf(beginning, size, setting);
    return found && new Decoder(found.encoding, found.mark, setting);
  }

  /** For the rest of a file in UTF-8. */
  static ofRest(): Decoder {
    return new Decoder('utf-8', 0, null);
  }

  /** Of what was decoded so far: `utf-8` where all of it is ASCII. */
  get encoding(): Encoding {
    return this.#encoding;
  }

  /** Decodes the next bytes of the file, from where the last call stopped; `last`: they go to its end. `used`: how many it took; the others come again, with more behind them. */
  decode(bytes: Uint8Array, last: boolean): DecodedText & { used: number } {
    const mark = Math.min(this.#mark, bytes.length);
    this.#mark -= mark;
    const { used, ...decoded } = this.#decode(bytes.subarray(mark), last);
    return { ...decoded, used: used + mark };
  }

  #decode(bytes: Uint8Array, last: boolean): DecodedText & { used: number } {
    if (this.#legacy) return this.#decodeLegacy(this.#legacy, bytes, last);
    const utf8 = this.#encoding === 'utf-8';
    // no string is made, and none has to be given back
    const ascii = utf8 && isAscii(bytes);
    const used = last ? bytes.length : lastCut(bytes, this.#encoding);
    const piece = bytes.subarray(0, used);
    if (ascii) return { text: piece, repaired: false, used };
    try {
      const text = new TextDecoder(this.#encoding, { fatal: true, ignoreBOM: true }).decode(piece);
      this.#decided ||= !isAscii(piece);
      return { text: text.normalize('NFC'), repaired: false, used };
    } catch {
      if (!this.#decided) {
        this.#decided = true;
        this.#encoding = legacyEncoding(bytes, this.#setting);
        if (this.#encoding !== 'utf-8') {
          this.#legacy = legacyDecoder(this.#encoding);
          return this.#decodeLegacy(this.#legacy, bytes, last);
        }
      }
      const text = new TextDecoder(this.#encoding, { ignoreBOM: true }).decode(piece);
      return { text: text.normalize('NFC'), repaired: true, used };
    }
  }

  #decodeLegacy(decoder: LegacyDecoder, bytes: Uint8Array, last: boolean): DecodedText & { used: number } {
    const text = this.#rest + decoder.decode(bytes, last);
    const cut = last ? text.length : lastCutOfText(text);
    this.#rest = text.slice(cut);
    const piece = text.slice(0, cut);
    return { text: piece.normalize('NFC'), repaired: piece.includes('\ufffd'), used: bytes.length };
  }
}

function isAscii(bytes: Uint8Array): boolean {
  const { buffer, byteOffset, length } = bytes;
  // four at a time, from the first place that is theirs
  const first = -byteOffset & 3;
  if (length < first) return bytes.every((byte) => byte < 0x80);
  const words = new Uint32Array(buffer, byteOffset + first, (length - first) >> 2);
  let i = 0;
  for (; i + 4 <= words.length; i += 4) {
    if (((words[i]! | words[i + 1]! | words[i + 2]! | words[i + 3]!) & 0x80808080) !== 0) return false;
  }
  for (; i < words.length; i++) if ((words[i]! & 0x80808080) !== 0) return false;
  const last = first + 4 * words.length;
  return [bytes.subarray(0, first), bytes.subarray(last)].every((rest) => rest.every((byte) => byte < 0x80));
}
