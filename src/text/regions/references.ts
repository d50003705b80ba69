// Character references inside words: &eacute; of HTML, \u00e9 of JSON, \'e of LaTeX. They are written over with what they stand for, and
// the rest of the word is moved up to it, so that caf&eacute;s is the word cafés. Where the moved letters come from, the
// list of moves says; behind the word, spaces fill up what was left over.

import { decodeHTMLStrict } from 'entities/decode';
import { isDigit, isLetter, slice, type Regions } from './regions.ts';

/** What stands at a place of the text, and where it ends. */
export interface Reference {
  /** Empty: nothing, as of a soft hyphen. */
  meaning: string;
  end: number;
}

/** The reference at a place of `text` before `to`; null where there is none. */
export type ReferenceAt = (text: Uint16Array, at: number, to: number) => Reference | null;

const LONGEST_ENTITY = 34; // &CounterClockwiseContourIntegral;
const SPACE = 32;
const SOFT_HYPHEN = '\u00ad';
/** What may stand in a word; a half of a pair of surrogates may. */
const IN_WORD = /^[\p{L}\p{M}\p{N}\p{Pc}'’\u200c\u200d\ud800-\udfff]*$/u;

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

/** Of JSON: \u00e9 */
export const escapeAt: ReferenceAt = (text, at, to) => {
  if (text[at] !== 92 || text[at + 1] !== 117 || at + 6 > to) return null;
  const digits = slice(text, at + 2, at + 6);
  if (!/^[\da-f]{4}$/i.test(digits)) return null;
  const meaning = String.fromCharCode(Number.parseInt(digits, 16));
  return { meaning: meaning === SOFT_HYPHEN ? '' : meaning, end: at + 6 };
};

/** Of an accent's command the combining character, and of a letter's command the letter. */
const ACCENTS: Record<string, string> = {
  ...{ '`': '\u0300', "'": '\u0301', '^': '\u0302', '~': '\u0303', '=': '\u0304', '.': '\u0307', '"': '\u0308' },
  ...{ u: '\u0306', r: '\u030a', H: '\u030b', v: '\u030c', d: '\u0323', c: '\u0327', k: '\u0328' },
};
const LETTERS: Record<string, string> = {
  ...{ ss: 'ß', ae: 'æ', AE: 'Æ', oe: 'œ', OE: 'Œ', o: 'ø', O: 'Ø', aa: 'å', AA: 'Å', l: 'ł', L: 'Ł', i: 'ı', j: 'ȷ' },
};
const COMMAND =
  /^\\(?:([`'^~=."])\s?(?:\{\s?(\\?[A-Za-z])\s?\}|\\([ij])(?![A-Za-z])|([A-Za-z]))|([urHvdck])(?:\{(\\?[A-Za-z])\}|\s([A-Za-z])(?![A-Za-z]))|(ss|ae|AE|oe|OE|o|O|aa|AA|l|L|i|j)(?:\{\}|\s|(?![A-Za-z])))/;
const LONGEST_COMMAND = 12;

/** Of LaTeX: \'e {\'e} \"{\i} \c{c} \ss{} */
export const accentAt: ReferenceAt = (text, at, to) => {
  if (text[at] === 123 && text[at + 1] === 92) {
    const inside = accentAt(text, at + 1, to);
    return inside && text[inside.end] === 125 && inside.end < to ? { ...inside, end: inside.end + 1 } : null;
  }
  if (text[at] !== 92) return null;
  const found = COMMAND.exec(slice(text, at, Math.min(to, at + LONGEST_COMMAND)));
  if (!found) return null;
  const [command, sign, braced, dotless, plain, letter, inBraces, spaced, named] = found;
  const end = at + command.length;
  if (named !== undefined) return { meaning: LETTERS[named]!, end };
  const base = (braced ?? dotless ?? plain ?? inBraces ?? spaced)!.replace(/^\\/, '');
  const meaning = `${base}${ACCENTS[(sign ?? letter)!]!}`.normalize('NFC');
  return { meaning, end };
};

const meanings = new Map<string, string>();

/** Of an entity, itself where it has none. */
function meaningOf(entity: string): string {
  let meaning = meanings.get(entity);
  if (meaning === undefined) {
    const decoded = decodeHTMLStrict(entity);
    meaning = decoded === SOFT_HYPHEN ? '' : decoded;
    if (meanings.size < 10_000) meanings.set(entity, meaning);
  }
  return meaning;
}

/** Whether what a reference stands for may be part of a word. */
export function isInWord({ meaning }: Reference): boolean {
  return IN_WORD.test(meaning);
}

/**
 * Writes over the reference at `at`, which is part of a word, and over those that follow in the same word; gives the place
 * behind the word, where the text is as it was.
 */
export function joinWord(
  text: Uint16Array,
  at: number,
  to: number,
  regions: Regions,
  referenceAt: ReferenceAt,
): number {
  const moves: number[] = [];
  let written = at;
  let read = at;
  let distance = 0;
  const write = (unit: number, from: number): void => {
    if (from - written !== distance) {
      distance = from - written;
      moves.push(written, from);
    }
    text[written++] = unit;
  };
  while (read < to) {
    const unit = text[read]!;
    const reference = referenceAt(text, read, to);
    if (reference) {
      if (!isInWord(reference)) break;
      for (let i = 0; i < reference.meaning.length; i++) write(reference.meaning.charCodeAt(i), read);
      read = reference.end;
    } else if (isLetter(unit) || isDigit(unit) || unit === 95 || unit === 39 || unit >= 128) {
      write(unit, read++);
    } else break;
  }
  text.fill(SPACE, written, read);
  moves.push(written, read, read, read);
  regions.move(moves);
  return read;
}
