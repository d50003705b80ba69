// Decoders of encodings older than Unicode: the platform's TextDecoder (https://encoding.spec.whatwg.org), and what it lacks.
// Node's reads EUC-KR without the 8,822 syllables that CP949 has beyond it, and some versions read windows-1252 as ISO-8859-1.

/** Decodes a text in parts, one after the other; what the end of a part cuts off waits for the next. Broken bytes become U+FFFD. */
export interface LegacyDecoder {
  decode(bytes: Uint8Array, last: boolean): string;
}

/** `encoding`: a label that TextDecoder knows. */
export function legacyDecoder(encoding: string): LegacyDecoder {
  const platform = new TextDecoder(encoding, { ignoreBOM: true });
  switch (platform.encoding) {
    case 'euc-kr':
      return new Cp949();
    case 'windows-1252':
      return { decode: (bytes, last) => withoutC1(platform.decode(bytes, { stream: !last })) };
    default:
      return { decode: (bytes, last) => platform.decode(bytes, { stream: !last }) };
  }
}

/** Of windows-1252, 0x80 to 0x9f; the five that are undefined are C1 controls, as in the Encoding standard. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

function withoutC1(text: string): string {
  return text.replace(/[\x80-\x9f]/g, (control) => WINDOWS_1252[control.charCodeAt(0) - 0x80]!);
}

const REPLACEMENT = 0xfffd;
/** Code units that become a string at a time. */
const CHUNK = 8192;
/** Of lead bytes 0x81 to 0xfe and trail bytes 0x41 to 0xfe, (126, 190): the character; 0 where there is none. Made when it is needed first. */
let cp949: Uint16Array | undefined;

/**
 * EUC-KR holds the characters of KS X 1001 where both bytes are 0xa1 or above. CP949 puts the syllables that are missing there
 * into the other places, in the order of Unicode, from 0x8141 to 0xc652; trail bytes are letters of ASCII or 0x81 and above.
 */
function cp949Table(): Uint16Array {
  const table = new Uint16Array(126 * 190);
  const platform = new TextDecoder('euc-kr');
  const known = new Set<number>();
  for (let lead = 0xa1; lead <= 0xfe; lead++) {
    for (let trail = 0xa1; trail <= 0xfe; trail++) {
      const text = platform.decode(Uint8Array.of(lead, trail));
      if (text.length !== 1 || text === '\ufffd') continue;
      table[place(lead, trail)] = text.charCodeAt(0);
      known.add(text.charCodeAt(0));
    }
  }
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

function place(lead: number, trail: number): number {
  return (lead - 0x81) * 190 + trail - 0x41;
}

class Cp949 implements LegacyDecoder {
  /** The lead byte that the last part ended with; 0: none. */
  #lead = 0;

  decode(bytes: Uint8Array, last: boolean): string {
    const table = (cp949 ??= cp949Table());
    const units = new Uint16Array(bytes.length + 2);
    let length = 0;
    let lead = this.#lead;
    for (const byte of bytes) {
      if (lead !== 0) {
        const unit = byte >= 0x41 && byte < 0xff ? table[place(lead, byte)]! : 0;
        lead = 0;
        units[length++] = unit || REPLACEMENT;
        if (unit === 0 && byte < 0x80) units[length++] = byte; // it may be the end of a line
      } else if (byte < 0x80) units[length++] = byte;
      else if (byte > 0x80 && byte < 0xff) lead = byte;
      else units[length++] = REPLACEMENT;
    }
    if (last && lead !== 0) units[length++] = REPLACEMENT;
    this.#lead = last ? 0 : lead;
    let text = '';
    for (let from = 0; from < length; from += CHUNK) {
      text += String.fromCharCode.apply(
        null,
        units.subarray(from, Math.min(length, from + CHUNK)) as unknown as number[],
      );
    }
    return text;
  }
}
