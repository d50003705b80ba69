// Bytes of a file to text, normalised to NFC, as a whole or in pieces that are cut where pieces.ts
// says. Which encoding it is, encodings.ts says. Broken bytes become replacement characters, and
// the result says so.

import { beginningOf, type Encoding, type EncodingHints, legacyEncoding, sevenBitEncoding } from './encodings.ts';
import { DECLARATIONS } from './encodings/declared.ts';
import { type LegacyDecoder, legacyDecoder } from './encodings/decoders.ts';
import { nfc } from './normalize.ts';
import { lastCut, lastCutOfText } from './pieces.ts';

/** What a file's bytes say. */
export interface DecodedText {
  /**
   * In Unicode normalisation form C, without a byte order mark. Where every byte is a letter of
   * ASCII, the bytes themselves.
   */
  text: string | Uint8Array;
  /** Whether broken bytes were replaced by U+FFFD. */
  repaired: boolean;
}

/**
 * Decodes a whole file; `null` where it is binary. The bytes are only read, and broken ones never
 * lose the file.
 */
export function decodeText(bytes: Uint8Array, hints: EncodingHints = {}): DecodedText | null {
  const decoder = Decoder.of(bytes, bytes.length, hints);
  if (!decoder) return null;
  const { text, repaired } = decoder.decode(bytes, true);
  return { text, repaired };
}

/** Decodes one file from its beginning to its end. */
export class Decoder {
  readonly #hints: EncodingHints;
  /** The bytes that may say which encoding it is. */
  readonly #beginning: Uint8Array;
  #encoding: Encoding;
  #guessed = false;
  /** Bytes of the mark at the beginning that are still to come. */
  #mark: number;
  /**
   * Whether anything beyond ASCII has been met: until then, the encoding is any that has ASCII in
   * it.
   */
  #decided: boolean;
  /**
   * Of encodings whose characters cannot be told from their end: it keeps the bytes of half a
   * character.
   */
  #legacy: LegacyDecoder | null = null;
  /** Text of it that may not be cut yet. */
  #rest = '';

  private constructor(encoding: Encoding, mark: number, hints: EncodingHints, beginning: Uint8Array) {
    this.#encoding = encoding;
    this.#mark = mark;
    this.#hints = hints;
    this.#beginning = beginning;
    this.#decided = encoding !== 'utf-8';
    if (encoding.startsWith('utf-32')) this.#legacy = legacyDecoder(encoding);
  }

  /**
   * For a file of `size` bytes that begins with these, a few thousand of them; `null` where it is
   * binary. `declarations`: where it may say its encoding.
   */
  static of(
    beginning: Uint8Array,
    size: number,
    hints: EncodingHints = {},
    declarations = beginning.subarray(0, DECLARATIONS),
  ): Decoder | null {
    const found = beginningOf(beginning, size, hints.setting);
    // of a file that comes in pieces these bytes are written over
    const kept = beginning.length < size ? declarations.slice() : declarations;
    return found && new Decoder(found.encoding, found.mark, hints, kept);
  }

  /** For the rest of a file in UTF-8. */
  static ofRest(): Decoder {
    return new Decoder('utf-8', 0, {}, new Uint8Array(0));
  }

  /** Of what was decoded so far: `utf-8` where all of it is ASCII. */
  get encoding(): Encoding {
    return this.#encoding;
  }

  /** Whether the encoding could be another one. */
  get guessed(): boolean {
    return this.#guessed;
  }

  /**
   * Decodes the next bytes of the file, from where the last call stopped; `last`: they go to its
   * end. `used`: how many it took; the others come again, with more behind them.
   */
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
    if (ascii && !this.#decided) {
      const encoding = sevenBitEncoding(bytes, this.#hints, this.#beginning);
      if (encoding !== null) return this.#goOnIn(encoding, bytes, last);
    }
    const used = last ? bytes.length : lastCut(bytes, this.#encoding);
    const piece = bytes.subarray(0, used);
    if (ascii) return { text: piece, repaired: false, used };
    try {
      const text = new TextDecoder(this.#encoding, { fatal: true, ignoreBOM: true }).decode(piece);
      this.#decided ||= !isAscii(piece);
      return { text: nfc(text), repaired: false, used };
    } catch {
      if (!this.#decided) {
        const { encoding, guessed } = legacyEncoding(bytes, this.#hints, this.#beginning);
        this.#guessed = guessed;
        if (encoding !== 'utf-8') return this.#goOnIn(encoding, bytes, last);
        this.#decided = true;
      }
      const text = new TextDecoder(this.#encoding, { ignoreBOM: true }).decode(piece);
      return { text: nfc(text), repaired: true, used };
    }
  }

  #goOnIn(encoding: Encoding, bytes: Uint8Array, last: boolean): DecodedText & { used: number } {
    this.#decided = true;
    this.#encoding = encoding;
    this.#legacy = legacyDecoder(encoding);
    return this.#decodeLegacy(this.#legacy, bytes, last);
  }

  #decodeLegacy(decoder: LegacyDecoder, bytes: Uint8Array, last: boolean): DecodedText & { used: number } {
    const text = this.#rest + decoder.decode(bytes, last);
    const cut = last ? text.length : lastCutOfText(text);
    this.#rest = text.slice(cut);
    const piece = text.slice(0, cut);
    return { text: nfc(piece), repaired: piece.includes('\ufffd'), used: bytes.length };
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
