// How probable bytes beyond ASCII are as letters of a language in an encoding whose characters are
// bytes each: by pairs of neighbouring letters, capitals inside words, and signs that do not stand
// inside words. Logarithms of probabilities, so that evidence adds up.

import { legacyDecoder } from './decoders.ts';
import { LETTER_PAIRS, type PairedLanguage } from './letter-pairs.ts';
import type { Encoding } from './names.ts';

/**
 * Languages that share encodings; each encoding with how much rarer it is than the most usual, a
 * logarithm.
 */
interface Family {
  encodings: Record<Encoding, number>;
  languages: readonly WrittenLanguage[];
}

interface WrittenLanguage {
  /** The most frequent first; a space is the edge of a word. */
  pairs: string;
  /** Letters that the pairs may lack, the most frequent first. */
  letters: string;
  /** Whether its letters are ASCII and others. */
  isLatin: boolean;
  /** The share of its letters that is given to those its pairs do not have. */
  smoothing?: number;
}

function latin(name: PairedLanguage, letters: string): WrittenLanguage {
  return { pairs: LETTER_PAIRS[name], letters, isLatin: true };
}

function other(name: PairedLanguage, letters: string): WrittenLanguage {
  return { pairs: LETTER_PAIRS[name], letters, isLatin: false };
}

// Of languages that franc knows by their script alone.
const GREEK =
  ' τουα τοι ν ς  καικα αο  πη τηηςει εναοςιαστανοιερμεσε σ μταποροεντιυ ικονατ νρααραςεςπρεπε λοισντπαριετματετρνολαείίαίνύ νισηαλληυνκοολπεελησεκ δ ο ηδιγι γχεόςένιοοτκόόνόσαυυταππόρεσύμολλ θθαθεδε χχρρχσκινξε φφογράνκήήσίο ωωςχοχα λλελι ρ ββαιδιμωσρωωτθένωά ή ί ό έ ώ άλέλώνήςέςλήμήνήτήρίράτά';
const THAI =
  'ารกา กที่า้าแลละระปรมาราคววาาม็นเปป็ไมม่ใหห้องไดด้ันากจาี่อยยูในนันีี้ว่เร่อเขขอคนพรทาางยวตาต่มีู้ผูรัับรืือเทถึึงเลน ง ร ม า ด บ ์ ย ะ ท ี ไปหนน้สามรสุุณค่ค้ักกัจะจัรถเดดีดยโดใชช้ไวว้ล้แต่งตัั้้งทำำใำ กลเกเมมืเพื่อน่วสวนวายหมลาชาหลลัไฟฟลล์';

const FAMILIES: readonly Family[] = [
  {
    encodings: { 'windows-1252': 0, 'iso-8859-15': -4, macintosh: -5, cp850: -4.5, cp437: -5.5, cp865: -9 },
    languages: [
      latin('eng', 'éèïöüñçà'),
      latin('fra', 'éèàêçùâîôûëïœüæÿ'),
      latin('deu', 'üäößé'),
      latin('spa', 'óáíñéúü'),
      latin('por', 'ãçáéíóêõúàâôü'),
      latin('ita', 'àèùòìéî'),
      latin('nld', 'ëéïèöü'),
      latin('swe', 'äåöéà'),
      latin('dan', 'åæøéäö'),
      latin('nob', 'åøæéòôä'),
      latin('fin', 'äöåéšž'),
      latin('cat', 'àèéíóòúçïü·'),
      latin('ekk', 'äõüöšž'),
      latin('eng', 'áíðéóöþúæý'), // Icelandic
    ],
  },
  {
    encodings: { 'windows-1250': -1.5, 'iso-8859-2': -2, cp852: -5, maccenteuro: -8, 'iso-8859-16': -9 },
    languages: [
      latin('pol', 'łąężśćóńź'),
      latin('ces', 'íáěéřčžýšůúťóďň'),
      latin('slk', 'áíčéýšžúľťňôóďäĺŕ'),
      latin('hun', 'áéöóőíüúű'),
      latin('slv', 'čšžćđ'),
      latin('hrv', 'čšžćđ'),
      latin('ron', 'ăîțșâ'),
      latin('deu', 'üäößé'),
    ],
  },
  {
    encodings: { 'windows-1257': -2, 'iso-8859-13': -4, 'iso-8859-4': -8, cp775: -8 },
    languages: [latin('lit', 'ėšųžįąūčę'), latin('lvs', 'āīēšūļņžčģķ'), latin('ekk', 'äõüöšž')],
  },
  {
    encodings: { 'windows-1254': -1, cp857: -6, 'iso-8859-3': -9 },
    languages: [latin('tur', 'ıüşğçöİâîû')],
  },
  { encodings: { 'iso-8859-3': -5 }, languages: [latin('eng', 'ĉĝŝŭĵĥ'), latin('ita', 'ħżċġàè')] },
  {
    encodings: {
      ...{ 'windows-1251': 0, 'koi8-r': -1, 'koi8-u': -2, ibm866: -2.5, 'iso-8859-5': -2, 'x-mac-cyrillic': -3 },
      ...{ cp855: -4, cp1125: -8 },
    },
    languages: [
      other('rus', 'оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё'),
      other('ukr', 'оанивіетрслкдупмязьбгйчхцжюшїєщфґ'),
      other('bel', 'анісеоыкрвтляпдуьцзбмгйчшхўэюжіёф'),
      other('bul', 'аиоетнсрвлкдпмзгяуъбчцйжщшюхфь'),
      other('srp', 'аиоенрсјтувдкмлпзбгчшњцхжљћфђџ'),
      other('mkd', 'аоеитнрсвдкјмлпузбгчцшжхфќѓљњѕџ'),
    ],
  },
  {
    encodings: { 'windows-1253': -0.5, 'iso-8859-7': -2, cp737: -5, cp869: -8, macgreek: -8 },
    languages: [{ pairs: GREEK, isLatin: false, smoothing: 0.1, letters: 'αοιετσνηυρπκμλςωγδάίόέήύώβχθφξζψϊϋΐΰ' }],
  },
  {
    encodings: { 'windows-1255': -0.5, 'iso-8859-8': -1, cp862: -5 },
    languages: [other('heb', 'יוהלאתרבמנשםדפקחעגסטזכצןףץך'), other('ydd', 'איעןורטדגסבלשנהםזפמצױקכײתװחךץף')],
  },
  {
    encodings: { 'windows-1256': -0.5, 'iso-8859-6': -1, cp720: -7 },
    languages: [
      other('arb', 'اليمنورتبةعدسفهكقأحجشطصىخإذزثئضغءظؤآ'),
      other('pes', 'ایرندمهوتبسشکزلفگعقخجآپحطصچضذثغظءئژ'),
    ],
  },
  {
    encodings: { 'windows-874': -1.5 },
    languages: [
      {
        pairs: THAI,
        isLatin: false,
        smoothing: 0.25,
        letters: 'านรอกเงม่ยลวดท้ตสิะปบคหแ์จพัชขีใไุถโผูณซธศืำภึฉษฎญฐ็ฟๆฏฬฆฒฝฌฮฯ๊๋ฤฑ',
      },
    ],
  },
];

export const SINGLE_BYTE_ENCODINGS: readonly Encoding[] = FAMILIES.flatMap(({ encodings }) => Object.keys(encodings));

// Classes of bytes, beyond those of a language's letters.
const EDGE = 0;
const FOREIGN = 248;
/** Marks before words, and those that stand beside no letter. */
const OPENING = 249;
const LONER = 250;
const MARK = 251;
const SIGN = 252;
const BROKEN = 253;
const SPACE = 254;
const APOSTROPHE = 255;

/** Logarithms of probabilities. */
const COSTS = {
  /** A letter that the language does not have. */
  foreign: -11.5,
  /** Of text, such as quotation marks. */
  mark: -5.5,
  sign: -9,
  space: -5,
  spaceInWord: -2,
  apostrophe: -4.5,
  broken: -15,
  /** More for a mark between letters, and for a sign beside each. */
  inWord: -5,
  besideLetter: -3,
  /** A sign like the one before it, as of lines and boxes. */
  repeated: -2,
  capital: -1,
  capitalInWord: -6,
  capitalInCapitals: -0.5,
  mixedScripts: -6.5,
  /** A letter beside a digit, and beside a sign that is rare in text. */
  digit: -3,
  odd: -2,
  /** A combining mark on nothing. */
  loneMark: -8,
};
/** How little the letters of ASCII around say for a language, at most. */
const LEAST_CONTEXT = -10;
/** What they say counts for so much. */
const CONTEXT = 0.7;

const RANK_FLATTENING = 12;
/** Of a language whose pairs are franc's. */
const SMOOTHING = 0.03;

/** A language's letters, their classes, and logarithms of the probabilities of pairs. */
interface LetterModel {
  classes: ReadonlyMap<string, number>;
  /** By class of the letter before and of the letter, both 0 for an edge of a word. */
  pairs: Float32Array;
  letters: Float32Array;
  count: number;
  isLatin: boolean;
}

const models = new Map<WrittenLanguage, LetterModel>();

function modelOf(language: WrittenLanguage): LetterModel {
  let model = models.get(language);
  if (!model) models.set(language, (model = newModel(language)));
  return model;
}

function newModel({ pairs, letters, isLatin, smoothing = SMOOTHING }: WrittenLanguage): LetterModel {
  const ascii = isLatin ? 'abcdefghijklmnopqrstuvwxyz' : '';
  const alphabet = new Set(Array.from(ascii + pairs.replaceAll(' ', '') + letters));
  const classes = new Map([...alphabet].map((letter, index) => [letter, index + 1]));
  const count = classes.size + 1;
  const weights = new Float64Array(count * count);
  const before = new Float64Array(count);
  const single = new Float64Array(count);
  let total = 0;
  const characters = Array.from(pairs);
  for (let i = 0; i < characters.length; i += 2) {
    const weight = 1 / (i / 2 + RANK_FLATTENING);
    const [first, second] = [classes.get(characters[i]!) ?? EDGE, classes.get(characters[i + 1]!) ?? EDGE];
    weights[first * count + second]! += weight;
    before[first]! += weight;
    single[second]! += weight;
    total += weight;
  }
  const share = smoothing;
  const ranks = Array.from(letters, (_, rank) => 1 / (rank + RANK_FLATTENING / 2));
  const allRanks = ranks.reduce((sum, each) => sum + each, 0);
  for (let kind = 0; kind < count; kind++) {
    single[kind] = (single[kind]! / total) * (1 - share) + share / (4 * count);
  }
  for (const [rank, letter] of Array.from(letters).entries()) {
    single[classes.get(letter)!]! += (0.75 * share * ranks[rank]!) / allRanks;
  }
  const result = new Float32Array(count * count);
  for (let first = 0; first < count; first++) {
    const seen = before[first]! / total;
    for (let second = 0; second < count; second++) {
      const pair = weights[first * count + second]! / total;
      result[first * count + second] = Math.log((pair + smoothing * single[second]!) / (seen + smoothing));
    }
  }
  return { classes, pairs: result, letters: Float32Array.from(single, Math.log), count, isLatin };
}

/** Of one encoding and one language. */
interface LetterReading {
  model: LetterModel;
  /** By byte. */
  classes: Uint8Array;
  /** 1 for small letters, 2 for capitals. */
  cases: Uint8Array;
  /** 1 for marks that combine with the letter before. */
  combining: Uint8Array;
}

interface Hypothesis {
  encoding: Encoding;
  rarity: number;
  readings: LetterReading[];
}

let hypotheses: Hypothesis[] | undefined;

function makeHypotheses(): Hypothesis[] {
  return FAMILIES.flatMap(({ encodings, languages }) =>
    Object.entries(encodings).map(([encoding, rarity]) => {
      const characters = Array.from({ length: 256 }, (_, byte) =>
        legacyDecoder(encoding).decode(Uint8Array.of(byte), true),
      );
      return { encoding, rarity, readings: languages.map((language) => readingOf(characters, modelOf(language))) };
    }),
  );
}

function readingOf(characters: readonly string[], model: LetterModel): LetterReading {
  const classes = new Uint8Array(256);
  const cases = new Uint8Array(256);
  const combining = Uint8Array.from(characters, (character) => (/\p{M}/u.test(character) ? 1 : 0));
  for (const [byte, character] of characters.entries()) {
    const small = character.toLowerCase();
    cases[byte] = small !== character ? 2 : character.toUpperCase() !== character ? 1 : 0;
    const letter = small[0] ?? '';
    classes[byte] = model.classes.get(letter) ?? model.classes.get(CEDILLAS[letter] ?? '') ?? classOf(byte, character);
  }
  return { model, classes, cases, combining };
}

/** Old encodings have cedillas where Romanian has commas. */
const CEDILLAS: Record<string, string> = { ş: 'ș', ţ: 'ț' };

function classOf(byte: number, character: string): number {
  if (byte < 0x80) return EDGE;
  if (/[\p{L}\p{M}]/u.test(character)) return FOREIGN;
  if (character === '’') return APOSTROPHE;
  if (character === '\u00a0' || character === '\u00ad' || character === '\u200c' || character === '\u200d')
    return SPACE;
  if (/[„‚‘¿¡]/u.test(character)) return OPENING;
  if (/[§©®№€£]/u.test(character)) return LONER;
  if (/[“”«»…–—·‹›°]/u.test(character)) return MARK;
  return /[\p{P}\p{S}\p{N}]/u.test(character) ? SIGN : BROKEN;
}

/**
 * How probable these lines are in each of the encodings that are `wanted`; logarithms, and of ASCII
 * only what stands beside other letters.
 */
export function singleByteScores(
  sample: Uint8Array,
  wanted: (encoding: Encoding) => boolean,
): [encoding: Encoding, score: number][] {
  hypotheses ??= makeHypotheses();
  const asked = hypotheses.filter(({ encoding }) => wanted(encoding));
  const ascii = hypotheses[0]!.readings[0]!.classes;
  const contexts = new Map<LetterModel, number>();
  for (const { readings } of asked) {
    for (const { model } of readings) {
      if (model.isLatin && !contexts.has(model)) contexts.set(model, contextOf(sample, model, ascii));
    }
  }
  const best = Array.from(contexts.values()).reduce((a, b) => Math.max(a, b), -Infinity);
  return asked.map(({ encoding, rarity, readings }) => {
    let score = -Infinity;
    for (const reading of readings) {
      const context = reading.model.isLatin
        ? Math.max(LEAST_CONTEXT, CONTEXT * (contexts.get(reading.model)! - best))
        : 0;
      score = Math.max(score, context + scoreOf(sample, reading));
    }
    return [encoding, score + rarity];
  });
}

/**
 * Of pairs of letters of ASCII. `ascii`: classes of bytes, whose first 26 letters are those of
 * every language.
 */
function contextOf(sample: Uint8Array, { pairs, count }: LetterModel, ascii: Uint8Array): number {
  let score = 0;
  let before = EDGE;
  for (const byte of sample) {
    const kind = byte < 0x80 ? ascii[byte]! : 0xff;
    if (kind !== 0xff && before !== 0xff && kind + before > 0) score += pairs[before * count + kind]!;
    before = kind;
  }
  return score;
}

function scoreOf(sample: Uint8Array, { model, classes, cases, combining }: LetterReading): number {
  const { pairs, letters, count, isLatin } = model;
  let score = 0;
  let before = EDGE;
  /**
   * Whether the letter before is beyond ASCII; whether it is a letter of ASCII that the language
   * does not have.
   */
  let wasBeyond = false;
  let wasAscii = false;
  let casing = 0;
  for (let i = 0; i < sample.length; i++) {
    const byte = sample[i]!;
    const kind = classes[byte]!;
    if (byte < 0x80) {
      const isAscii = kind === EDGE && isAsciiLetter(byte);
      if (wasBeyond) {
        score += isAscii ? COSTS.mixedScripts : pairs[before * count + kind]! - letters[kind]!;
        if (isDigit(byte)) score += COSTS.digit;
        else if (isOdd(byte)) score += COSTS.odd;
        if (cases[byte] === 2 && casing === 1 && !isAscii) score += COSTS.capitalInWord;
      }
      before = kind;
      casing = kind === EDGE ? 0 : cases[byte]!;
      wasBeyond = false;
      wasAscii = isAscii;
      continue;
    }
    if (kind < FOREIGN) {
      score += pairs[before * count + kind]!;
      if (before === EDGE) {
        if (isDigit(sample[i - 1])) score += COSTS.digit;
        else if (isOdd(sample[i - 1])) score += COSTS.odd;
        if (combining[byte]) score += COSTS.loneMark;
      }
      if (wasAscii && !isLatin) score += COSTS.mixedScripts;
      if (cases[byte] === 2) {
        score += casing === 1 ? COSTS.capitalInWord : casing === 2 ? COSTS.capitalInCapitals : COSTS.capital;
      }
      casing = cases[byte]!;
      before = kind;
      wasBeyond = true;
    } else if (byte === sample[i - 1]) score += COSTS.repeated;
    else {
      const isAfter = before !== EDGE || wasAscii;
      const next = sample[i + 1];
      const isBefore = next !== undefined && (classes[next]! !== EDGE || isAsciiLetter(next));
      if (kind === FOREIGN) score += COSTS.foreign;
      else if (kind === SPACE) score += COSTS.space + (isAfter && isBefore ? COSTS.spaceInWord : 0);
      else if (kind === APOSTROPHE) score += COSTS.apostrophe;
      else if (kind === BROKEN) score += COSTS.broken;
      else if (kind === MARK) score += COSTS.mark + (isAfter && isBefore ? COSTS.inWord : 0);
      else if (kind === OPENING) score += COSTS.mark + (isAfter ? COSTS.inWord : 0);
      else if (kind === LONER) score += COSTS.mark + (isAfter || isBefore ? COSTS.inWord : 0);
      else score += COSTS.sign + (isAfter ? COSTS.besideLetter : 0) + (isBefore ? COSTS.besideLetter : 0);
      before = EDGE;
      casing = 0;
      wasBeyond = false;
    }
    wasAscii = false;
  }
  return score;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

function isAsciiLetter(byte: number): boolean {
  return (byte | 32) >= 97 && (byte | 32) <= 122;
}

/** Whether it is one of ^ _ @ ~ { | } \ */
function isOdd(byte: number | undefined): boolean {
  return byte !== undefined && (byte === 64 || byte === 92 || byte === 94 || byte === 95 || (byte > 122 && byte < 127));
}
