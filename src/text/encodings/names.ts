// Names of encodings, as settings, files and mail have them, and the one that each goes by here.

import others from 'iconv-lite/encodings/sbcs-data.js';
import generated from 'iconv-lite/encodings/sbcs-data-generated.js';

/**
 * An encoding by its one name: the Encoding standard's
 * (https://encoding.spec.whatwg.org/#names-and-labels) if it has one, else iconv-lite's, or one of
 * those that decoders.ts has itself.
 */
export type Encoding = string;

/**
 * What names are without signs and in small letters; the names that neither the standard nor
 * iconv-lite has.
 */
const OTHER_NAMES: Record<string, Encoding> = {
  ...{ utf8bom: 'utf-8', utf8sig: 'utf-8', utf8unix: 'utf-8', utf8mac: 'utf-8', utf8x: 'utf-8', utf8emacs: 'utf-8' },
  ...{ utf32: 'utf-32le', utf32le: 'utf-32le', utf32be: 'utf-32be', ucs4: 'utf-32be', utf7: 'utf-7' },
  ...{ unicode11utf7: 'utf-7', hz: 'hz', hzgb2312: 'hz', iso2022kr: 'iso-2022-kr', csiso2022kr: 'iso-2022-kr' },
  ...{ johab: 'johab', cp1361: 'johab', ms1361: 'johab', uhc: 'euc-kr', cp949: 'euc-kr', ms949: 'euc-kr' },
  ...{
    xwindows949: 'euc-kr',
    xwindows950: 'big5',
    cp51949: 'euc-kr',
    euckr: 'euc-kr',
    windows949: 'euc-kr',
    '949': 'euc-kr',
    '1361': 'johab',
  },
  ...{ cp932: 'shift_jis', ms932: 'shift_jis', sjis: 'shift_jis', shiftjis: 'shift_jis', windows932: 'shift_jis' },
  ...{
    mskanji: 'shift_jis',
    '932': 'shift_jis',
    eucjp: 'euc-jp',
    ujis: 'euc-jp',
    cp51932: 'euc-jp',
    iso2022jp: 'iso-2022-jp',
  },
  ...{
    jis: 'iso-2022-jp',
    jis7: 'iso-2022-jp',
    cp50220: 'iso-2022-jp',
    iso2022jp1: 'iso-2022-jp',
    iso2022jp2: 'iso-2022-jp',
    junet: 'iso-2022-jp',
  },
  ...{
    cp936: 'gb18030',
    ms936: 'gb18030',
    windows936: 'gb18030',
    '936': 'gb18030',
    euccn: 'gb18030',
    gb18030: 'gb18030',
    '54936': 'gb18030',
  },
  ...{ cp950: 'big5', ms950: 'big5', windows950: 'big5', '950': 'big5', big5hkscs: 'big5', big5eten: 'big5' },
  ...{
    utf16le: 'utf-16le',
    utf16be: 'utf-16be',
    ucs2le: 'utf-16le',
    ucs2be: 'utf-16be',
    '65001': 'utf-8',
    '65000': 'utf-7',
  },
  ...{ '1200': 'utf-16le', '1201': 'utf-16be', cp65001: 'utf-8' },
  // LaTeX's inputenc
  ...{
    ansinew: 'windows-1252',
    applemac: 'macintosh',
    decmulti: 'windows-1252',
    latin9: 'iso-8859-15',
    latin10: 'iso-8859-16',
    macce: 'maccenteuro',
  },
};

/** The encoding that goes by this name, in whatever spelling; `null` if nobody knows it. */
export function encodingNamed(name: string): Encoding | null {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (Object.hasOwn(OTHER_NAMES, plain)) return OTHER_NAMES[plain]!;
  // of the tables' names only the platform's tells which encoding of the standard it is
  const spellings = [name.trim(), plain, ...standardSpellings(plain)];
  for (const spelling of spellings) {
    const known = labelOf(spelling);
    if (known !== null) return known === 'gbk' ? 'gb18030' : known;
  }
  const table = tableName(plain);
  return table === null ? null : (encodingOfTable(table) ?? table);
}

/** With the hyphens that the standard's labels have. */
function standardSpellings(plain: string): string[] {
  const [, family, number] = /^(windows|cp|ibm|ms|iso|koi8|euc|mac|x?mac)(.+)$/.exec(plain) ?? [];
  if (family === undefined || number === undefined) return [];
  if (family === 'windows' || family === 'ms') return [`windows-${number}`];
  if (family === 'cp' && /^125\d$|^874$/.test(number)) return [`windows-${number}`];
  if (family === 'cp' || family === 'ibm') return [`ibm${number}`];
  if (family === 'iso') return [`iso-${number.replace(/^8859/, '8859-')}`];
  if (plain === 'macroman') return ['macintosh'];
  if (plain === 'maccyrillic' || plain === 'macukraine') return ['x-mac-cyrillic'];
  return [`${family}-${number}`];
}

/** The encoding of the standard that this table of iconv-lite is; `null` if it is none. */
function encodingOfTable(table: string): Encoding | null {
  for (const spelling of standardSpellings(table)) {
    const known = labelOf(spelling);
    if (known !== null) return known;
  }
  return null;
}

/** The name under which TextDecoder knows an encoding; `null` if it does not. */
function labelOf(name: string): Encoding | null {
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return null;
  }
}

/**
 * The characters of an encoding whose characters are bytes each, of all 256, by iconv-lite; `null`
 * if it has none.
 */
export function singleByteTable(encoding: Encoding): string | null {
  const name = tableName(encoding.toLowerCase().replace(/[^a-z0-9]/g, ''));
  if (name === null) return null;
  const table = tableNamed(name);
  if (typeof table !== 'object') return null;
  return table.chars.length === 128 ? ASCII + table.chars : table.chars;
}

const ASCII = Array.from({ length: 128 }, (_, byte) => String.fromCharCode(byte)).join('');

function tableNamed(name: string): (typeof generated)[string] | undefined {
  return Object.hasOwn(generated, name) ? generated[name] : Object.hasOwn(others, name) ? others[name] : undefined;
}

/** Follows other names. */
function tableName(name: string): string | null {
  let found = name;
  for (let table = tableNamed(found); table !== undefined; table = tableNamed(found)) {
    if (typeof table !== 'string') return found;
    found = table;
  }
  return null;
}
