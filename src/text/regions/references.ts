// Character references inside words: &eacute; of HTML, \u00e9 of strings (strings.ts), \'e of
// LaTeX. They are written over with what they stand for, and the rest of the word is moved up to
// it, so that caf&eacute;s is the word cafés, and composed (NFC), so that cafe&#769;s is the same
// word. Where the moved letters come from, the list of moves says; behind the word, spaces fill up
// what was left over.

import { decodeHTMLStrict } from 'entities/decode';
import { nfc } from '../normalize.ts';
import { CLASSES, CONTINUE, MIDDLE, RARE, UNSPACED } from '../tokenizer.ts';
import { isDigit, isLetter, type Regions, slice } from './regions.ts';

/** What stands at a place of the text, and where it ends. */
export interface Reference {
  /** In NFC. Empty: nothing, as of a soft hyphen. */
  meaning: string;
  end: number;
}

/** The reference at a place of `text` before `to`; null where there is none. */
export type ReferenceAt = (text: Uint16Array, at: number, to: number) => Reference | null;

const LONGEST_ENTITY = 34; // &CounterClockwiseContourIntegral;
const SPACE = 32;
const SOFT_HYPHEN = '\u00ad';
/** What may stand in a word; a half of a pair of surrogates may. */
const IN_WORD = /^(?:(?!\u200b)[\p{L}\p{M}\p{N}\p{Pc}\p{Cf}'‘’·\u2027\ud800-\udfff])*$/u;

/** Of HTML: &eacute; &#233; &#xe9; */
export const entityAt: ReferenceAt = (text, at, to) => {
  if (text[at] !== 38) return null;
  for (let i = at + 1; i < Math.min(to, at + LONGEST_ENTITY); i++) {
    const unit = text[i]!;
    if (unit === 59) return i === at + 1 ? null : { meaning: meaningOf(slice(text, at, i + 1)), end: i + 1 };
    if (!isLetter(unit) && !isDigit(unit) && unit !== 35) return null;
  }
  return null;
};

/** Of an accent's command the combining character, and of a letter's command the letter. */
const ACCENTS: Record<string, string> = {
  ...{ '`': '\u0300', "'": '\u0301', '^': '\u0302', '~': '\u0303', '=': '\u0304', '.': '\u0307', '"': '\u0308' },
  ...{ u: '\u0306', r: '\u030a', H: '\u030b', v: '\u030c', d: '\u0323', c: '\u0327', k: '\u0328', b: '\u0331' },
  textcommabelow: '\u0326',
};
const LETTERS: Record<string, string> = {
  ...{ ss: 'ß', ae: 'æ', AE: 'Æ', oe: 'œ', OE: 'Œ', o: 'ø', O: 'Ø', aa: 'å', AA: 'Å', l: 'ł', L: 'Ł', i: 'ı', j: 'ȷ' },
  ...{ dh: 'ð', DH: 'Ð', dj: 'đ', DJ: 'Đ', ng: 'ŋ', NG: 'Ŋ', th: 'þ', TH: 'Þ', ij: 'ĳ', IJ: 'Ĳ', SS: 'ẞ' },
};
/**
 * An accent and its letter, which may be dotless, in braces or behind a space; or a letter, with
 * the space that ends its name.
 */
const COMMAND = new RegExp(
  String.raw`^\\(?:([\`'^~=."])\s?(?:\{\s?\\?([A-Za-z])\s?\}|\\([ij])(?![A-Za-z])\s?|([A-Za-z]))|([urHvdckb]|textcommabelow)(?:\s?\{\s?\\?([A-Za-z])\s?\}|\\([ij])(?![A-Za-z])\s?|\s+\\?([A-Za-z])(?!\w*\{))|(${Object.keys(LETTERS).join('|')})(?:\{\}|\s|(?![A-Za-z])))`,
);
const LONGEST_COMMAND = 24;

/** Of LaTeX: \'e {\'e} \"{\i} \c{c} \v Cech \ss{} */
export const accentAt: ReferenceAt = (text, at, to) => {
  if (text[at] === 123 && text[at + 1] === 92) {
    const inside = accentAt(text, at + 1, to);
    return inside && text[inside.end] === 125 && inside.end < to ? { ...inside, end: inside.end + 1 } : null;
  }
  if (text[at] !== 92) return null;
  const found = COMMAND.exec(slice(text, at, Math.min(to, at + LONGEST_COMMAND)));
  if (!found) return null;
  const [command, sign, braced, dotless, plain, letter, inBraces, withoutDot, spaced, named] = found;
  const end = at + command.length;
  if (named !== undefined) return { meaning: LETTERS[named]!, end };
  const base = (braced ?? dotless ?? plain ?? inBraces ?? withoutDot ?? spaced)!;
  return { meaning: `${base}${ACCENTS[(sign ?? letter)!]!}`.normalize('NFC'), end };
};

const meanings = new Map<string, string>();

/** Of an entity, itself where it has none. */
function meaningOf(entity: string): string {
  let meaning = meanings.get(entity);
  if (meaning === undefined) {
    const decoded = decodeHTMLStrict(entity);
    meaning = decoded === SOFT_HYPHEN ? '' : decoded.normalize('NFC');
    if (meanings.size < 10_000) meanings.set(entity, meaning);
  }
  return meaning;
}

/** Whether what a reference stands for may be part of a word. */
export function isInWord({ meaning }: Reference): boolean {
  return IN_WORD.test(meaning);
}

/** Whether a word ends at `at`, or an apostrophe that goes on with it: l'<em>eau</em>. */
export function endsInWord(text: Uint16Array, at: number): boolean {
  const kind = at > 0 ? CLASSES[text[at - 1]!]! : 0;
  return kind >= RARE || (kind === MIDDLE && at > 1 && CLASSES[text[at - 2]!]! >= RARE);
}

/** Whether a word goes on at `at`, perhaps with an apostrophe: <i>Titanic</i>'s. */
export function beginsInWord(text: Uint16Array, at: number, to: number): boolean {
  const kind = at < to ? CLASSES[text[at]!]! : 0;
  return kind >= RARE || (kind === MIDDLE && at + 1 < to && CLASSES[text[at + 1]!]! >= RARE);
}

/**
 * Writes over the reference at `at`, which is part of a word, and over those that follow in the
 * same word; gives the place behind the word, where the text is as it was.
 */
export function joinWord(
  text: Uint16Array,
  at: number,
  to: number,
  regions: Regions,
  referenceAt: ReferenceAt,
): number {
  const begin = beginOfCluster(text, at);
  const word: Letters = { units: Array.from(text.subarray(begin, at)), places: [] };
  for (let place = begin; place < at; place++) word.places.push(place);
  let read = at;
  while (read < to) {
    const unit = text[read]!;
    const reference = referenceAt(text, read, to);
    if (reference) {
      if (!isInWord(reference)) break;
      add(word, reference.meaning, read);
      read = reference.end;
    } else if (isLetter(unit) || isDigit(unit) || unit === 95 || unit === 39 || unit >= 128) {
      word.units.push(unit);
      word.places.push(read++);
    } else break;
  }
  const { units, places } = composed(word);
  const moves: number[] = [];
  let distance = 0;
  for (let i = 0; i < units.length; i++) {
    text[begin + i] = units[i]!;
    if (places[i]! - begin - i === distance) continue;
    distance = places[i]! - begin - i;
    moves.push(begin + i, places[i]!);
  }
  const written = begin + units.length;
  text.fill(SPACE, written, read);
  moves.push(written, read, read, read);
  regions.move(moves);
  return read;
}

/** UTF-16 code units, and of each where it comes from. */
interface Letters {
  units: number[];
  places: number[];
}

function add({ units, places }: Letters, text: string, place: number): void {
  for (let i = 0; i < text.length; i++) {
    units.push(text.charCodeAt(i));
    places.push(place);
  }
}

/**
 * Whether the unit may be composed with what stands before it: a mark, a vowel or a final consonant
 * of Hangul; halves of pairs, which may be marks, too.
 */
function isCombining(unit: number): boolean {
  if (unit < 0x300) return false;
  return CLASSES[unit] === CONTINUE || (unit & 0xf800) === 0xd800 || (unit >= 0x1161 && unit <= 0x11c2);
}

/**
 * Where the letter begins, with its marks, that ends at `at`; `at` where what ends there is no
 * letter.
 */
function beginOfCluster(text: Uint16Array, at: number): number {
  let begin = at;
  while (begin > 0 && isCombining(text[begin - 1]!)) begin--;
  const before = begin > 0 ? CLASSES[text[begin - 1]!]! : 0;
  return before === UNSPACED || before > CONTINUE ? begin - 1 : begin;
}

/**
 * The letters in NFC, but that marks before the first letter are as they were. A letter that is
 * composed comes from where its first part did.
 */
function composed(word: Letters): Letters {
  if (!word.units.some(isCombining)) return word;
  const result: Letters = { units: [], places: [] };
  for (let from = 0, end = 0; from < word.units.length; from = end) {
    let cluster = String.fromCharCode(word.units[from]!);
    for (end = from + 1; end < word.units.length && isCombining(word.units[end]!); end++) {
      cluster += String.fromCharCode(word.units[end]!);
    }
    const letter = nfc(cluster);
    if (letter !== cluster) add(result, letter, word.places[from]!);
    else {
      for (let i = from; i < end; i++) {
        result.units.push(word.units[i]!);
        result.places.push(word.places[i]!);
      }
    }
  }
  return result;
}
