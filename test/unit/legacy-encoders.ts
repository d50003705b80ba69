// Encoders of the encodings that the tests write files in: TextDecoder turned round, and for CP949
// what Python's codec of that name gives for some syllables that EUC-KR lacks. TextEncoder writes
// UTF-8 only.

/** Of syllables beyond EUC-KR, their bytes. */
const CP949_SYLLABLES: Record<string, [number, number]> = {
  똠: [0x8c, 0x63],
  펲: [0xbc, 0x84],
  힣: [0xc6, 0x52],
  갂: [0x81, 0x41],
};

/** Of characters that Node's TextDecoder has at other places in some versions. */
const WINDOWS_1252: Record<string, number> = {
  '€': 0x80,
  '„': 0x84,
  '‘': 0x91,
  '’': 0x92,
  '“': 0x93,
  '”': 0x94,
  '–': 0x96,
  '—': 0x97,
  œ: 0x9c,
  Œ: 0x8c,
  š: 0x9a,
  ž: 0x9e,
  '…': 0x85,
};

export type Encoder = (text: string) => Uint8Array;

/** By the label of the encoding; each throws where it has no such character. */
export const ENCODERS: Record<string, Encoder> = {
  'utf-8': (text) => Buffer.from(text),
  'utf-16le': (text) => Buffer.from(text, 'utf16le'),
  'utf-16be': (text) => Buffer.from(text, 'utf16le').swap16(),
  'euc-kr': encoder('euc-kr', 0xa1, 0xfe, 0xa1, 0xfe, CP949_SYLLABLES),
  shift_jis: encoder('shift_jis', 0x81, 0xfc, 0x40, 0xfc, {}),
  gb18030: encoder('gb18030', 0x81, 0xfe, 0x40, 0xfe, {}),
  'windows-1252': (text) =>
    Uint8Array.from(text, (character) => {
      const byte = WINDOWS_1252[character] ?? character.charCodeAt(0);
      if (byte > 0xff) throw new Error(`windows-1252 has no ${character}`);
      return byte;
    }),
};

/** Of an encoding whose characters are ASCII, or a lead byte and a trail byte in these ranges. */
function encoder(
  label: string,
  firstLead: number,
  lastLead: number,
  firstTrail: number,
  lastTrail: number,
  others: Record<string, [number, number]>,
): Encoder {
  let table: Map<string, number[]> | undefined;
  const make = (): Map<string, number[]> => {
    const found = new Map<string, number[]>(Object.entries(others));
    const decoder = new TextDecoder(label);
    for (let lead = firstLead; lead <= lastLead; lead++) {
      for (let trail = firstTrail; trail <= lastTrail; trail++) {
        const character = decoder.decode(Uint8Array.of(lead, trail));
        if (Array.from(character).length === 1 && character !== '\ufffd' && !found.has(character))
          found.set(character, [lead, trail]);
      }
    }
    return found;
  };
  return (text) => {
    table ??= make();
    const bytes: number[] = [];
    for (const character of text) {
      if (character < '\x80') bytes.push(character.charCodeAt(0));
      else if (table.has(character)) bytes.push(...table.get(character)!);
      else throw new Error(`${label} has no ${character}`);
    }
    return Uint8Array.from(bytes);
  };
}

/** Encoder of an encoding whose characters are bytes each. `decode`: of one byte. */
export function singleByteEncoder(decode: (byte: Uint8Array) => string): Encoder {
  const table = new Map<string, number>();
  for (let byte = 255; byte >= 0; byte--) table.set(decode(Uint8Array.of(byte)), byte);
  return (text) =>
    Uint8Array.from(text, (character) => {
      const byte = table.get(character);
      if (byte === undefined) throw new Error(`it has no ${character}`);
      return byte;
    });
}
