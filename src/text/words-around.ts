// The text around a place of a document that is open in an editor, read as a training reads that
// document: with its syntax, without markup, secrets and data, and with character references and
// escapes as the letters that they stand for. `wordsAround` serves hovers, `wordsBefore`
// completions and `wordsOf` inspections; all read with `eachWord`.
//
// An editor gives a window of a long document. Where the window may begin, `startOfWindow` says.

import { DataFilter, PlacesWithData, withoutData } from './data-blocks.ts';
import { DocumentReader } from './document.ts';
import { type Language, languageNamed, PROSE_LANGUAGE } from './languages.ts';
import type { TextOptions } from './options.ts';
import { SecretFilter } from './secrets.ts';
import { BREAK, CLASSES, SPAN, spelledAsRead, spellingOf, Tokenizer, unitsOf, UNSPACED } from './tokenizer.ts';
import { WINDOW } from './window.ts';

/** Where something stands in a text, UTF-16 code units, end exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** What became of the letters at a place, in NFC. */
export interface WordInText extends Span {
  word: string;
}

/** A text and how to read it. */
export interface TextToRead {
  text: string;
  /** By its name in VS Code; one that is not known is read as prose. */
  language: string;
}

/**
 * A place in a text, UTF-16 code units. The text should begin where the document does, or where
 * `startOfWindow` says.
 */
export interface PlaceToRead extends TextToRead {
  offset: number;
}

/** A word is told of by its place, its hash and its spelling. */
type TakeWord = (start: number, end: number, hash: number, spelling: () => string) => boolean;

/**
 * Hands `take` the words of a text, first to last, until it gives false; start and end are BREAK at
 * the end of a sentence.
 */
function eachWord({ text, language }: TextToRead, options: Readonly<TextOptions>, take: TakeWord): void {
  const { text: cleaned, places } = withoutSecrets(text);
  const reader = new DocumentReader(options);
  const spans = new Int32Array(SPAN << 6);
  let at = 0;
  const spelling = (): string => spellingOf(reader.text, spans[at]!, spans[at + 1]!).normalize('NFC');
  /** Whether there is more to take behind the piece at hand. */
  const takePiece = (): boolean => {
    const from = cleaned.length - reader.length;
    for (let written = reader.read(spans); written > 0; written = reader.read(spans)) {
      for (at = 0; at < written; at += SPAN) {
        const isBreak = spans[at] === BREAK;
        const start = isBreak ? BREAK : places.of(from + reader.placeInDocument(spans[at]!), false);
        const end = isBreak ? BREAK : places.of(from + reader.placeInDocument(spans[at + 1]!), true);
        if (!take(start, end, spans[at + 2]!, spelling)) return false;
      }
    }
    return true;
  };
  reader.begin(languageOf(language));
  reader.append(cleaned);
  if (takePiece() && reader.end()) takePiece();
}

function languageOf(name: string): Language {
  return languageNamed(name) ?? PROSE_LANGUAGE;
}

/** The text without secrets and data, and where its places are in the text with them. */
export function withoutSecrets(text: string): { text: string; places: PlacesWithData } {
  const cleaned = new SecretFilter().clean(text, true) as string;
  const data = new DataFilter().rangesOf(cleaned);
  return { text: withoutData(cleaned, data), places: new PlacesWithData(data) };
}

/**
 * The words of a whole text; null is the end of a sentence, which does not come twice, nor at the
 * beginning.
 */
export function wordsOf(text: TextToRead, options: Readonly<TextOptions>): (string | null)[] {
  const words: (string | null)[] = [];
  eachWord(text, options, (start, _end, _hash, spelling) => {
    if (start !== BREAK) words.push(spelling());
    else if (words.length > 0 && words.at(-1) !== null) words.push(null);
    return true;
  });
  return words;
}

/** A word that ends so long before the place is none of those around it. UTF-16 code units. */
const FAR = 1000;

/**
 * The word that the place lies in or touches, the one to the right before the one to the left, with
 * up to `reach` words of its sentence on each side, first to last, and its position among them;
 * null if there is none.
 */
export function wordsAround(
  place: PlaceToRead,
  reach: number,
  options: Readonly<TextOptions>,
): { words: WordInText[]; index: number } | null {
  const { offset } = place;
  let words: WordInText[] = [];
  let index = -1;
  eachWord(place, options, (start, end, _hash, spelling) => {
    if (start === BREAK) {
      if (index >= 0) return false;
      words = [];
      return true;
    }
    if (end < offset - FAR) return true;
    if (start <= offset && offset <= end) index = words.length;
    else if (start > offset && (index < 0 || words.length > index + reach)) return false;
    words.push({ word: spelling(), start, end });
    return true;
  });
  if (index < 0) return null;
  const first = Math.max(0, index - reach);
  return { words: words.slice(first, index + reach + 1), index: index - first };
}

/** What stands before a word that is being written. */
export interface WordsBefore {
  /**
   * Up to the number of words asked for, first to last; null is the end of a sentence, also of one
   * right before the place.
   */
  context: (string | null)[];
  /**
   * The beginning of the word, as it is read and in NFC; empty if none is begun. It is not part of
   * `context`.
   */
  partial: string;
  /** Where the word begins: the place itself if none is begun. */
  start: number;
}

/**
 * So many UTF-16 code units hold a word, with what is between it and the next, in nearly all texts.
 */
const USUAL = 20;
/**
 * A letter that stands for what is written next. Of ASCII, for in some syntaxes only those go on
 * with a name.
 */
const NEXT_LETTER = 'x';

/**
 * The last `count` words before the place, and the word that is being written there. What a
 * training would read of a letter that was written there decides: null if it would read none, as in
 * a tag. In scripts that have no spaces, the words are those of the text as it is.
 */
export function wordsBefore(place: PlaceToRead, count: number, options: Readonly<TextOptions>): WordsBefore | null {
  // to spell a word takes as long as to read it: those before the last `count` are passed over
  const near = readBefore(place, place.offset - USUAL * count, options);
  const isEnough = near.passed === 0 || near.context.filter((word) => word !== null).length > count;
  const { context, partial, start } = isEnough ? near : readBefore(place, 0, options);
  return start === null ? null : { context: lastWords(context, count), partial, start };
}

/**
 * The same of all words that end at `far` or behind it, and how many end before; `start` is null if
 * nothing would be read.
 */
function readBefore({ text, offset, language }: PlaceToRead, far: number, options: Readonly<TextOptions>) {
  const isUnspaced = offset > 0 && CLASSES[text.charCodeAt(offset - 1)] === UNSPACED;
  const letter = isUnspaced ? '' : NEXT_LETTER;
  const written = text.slice(0, offset) + letter + text.slice(offset);
  const context: (string | null)[] = [];
  let passed = 0;
  let found: WordInText | undefined;
  eachWord({ text: written, language }, options, (start, end, _hash, spelling) => {
    if (start === BREAK) {
      if (context.length > 0 && context.at(-1) !== null) context.push(null);
    } else if (start > offset || (start === offset && isUnspaced)) return false;
    else if (end >= offset + letter.length) found = { start, end: end - letter.length, word: spelling() };
    else if (end < far) passed++;
    else context.push(spelling());
    return !found;
  });
  const partial = found ? beginningOf(found, text, offset, letter) : '';
  return { context, passed, partial, start: found?.start ?? null };
}

/**
 * The part of a word before `offset`, as it is read; the word has `letter` there, which `text` has
 * not.
 */
function beginningOf({ word, start, end }: WordInText, text: string, offset: number, letter: string): string {
  if (start === offset) return '';
  const letters = text.slice(start, offset);
  if (isOneWord(letters)) return spelledAsRead(letters).normalize('NFC');
  // references and escapes are before the place: what is behind it is taken away
  const rest = text.slice(offset, end);
  const length = isOneWord(rest) ? spelledAsRead(rest).normalize('NFC').length : 0;
  return word.slice(0, word.length - length - letter.length);
}

/** Whether a text is a word of prose from its first letter to its last. */
function isOneWord(text: string): boolean {
  const spans = new Int32Array(2 * SPAN);
  return new Tokenizer(unitsOf(text)).read(spans) === SPAN && spans[0] === 0 && spans[1] === text.length;
}

/** The end of `context` that holds `count` words. */
function lastWords(context: (string | null)[], count: number): (string | null)[] {
  let from = context.length;
  for (let words = 0; from > 0; from--) {
    if (context[from - 1] !== null && ++words > count) break;
  }
  return context.slice(from);
}

/** Windows that are tried, one before the other. */
const TRIALS = 6;

/**
 * Where a window of a long document begins whose words around `offset` are those of the document.
 * Whether a place of a document is text or markup, code or a comment, what stands before it
 * decides, perhaps at the document's beginning. So the document is read once up to the place, and
 * then again from the beginning of a line on, `WINDOW.before` or more before it. The line is right
 * if both readings give the same words and ends of sentences from `WINDOW.settled` before the place
 * on: then they go on alike. 0 if no line is, for then the document has to be read from its
 * beginning, and if the place is near that. The answer holds until the text before the line is
 * changed.
 */
export function startOfWindow(place: PlaceToRead, options: Readonly<TextOptions>): number {
  const { text, offset, language } = place;
  let latest = offset - WINDOW.before;
  if (latest <= 0) return 0;
  const end = Math.min(text.length, offset + WINDOW.behind);
  const settled = offset - WINDOW.settled;
  const read = (start: number): number[] =>
    wordsFrom({ text: text.slice(start, end), language }, start, settled, options);
  const whole = read(0);
  for (let trial = 0; trial < TRIALS; trial++) {
    const start = startOfBlock(text, latest);
    if (start === 0 || offset - start > WINDOW.most) return 0;
    const part = read(start);
    if (part.length === whole.length && part.every((number, index) => number === whole[index])) return start;
    latest = start - (trial + 1) * (WINDOW.settled >> 3);
  }
  return 0;
}

/**
 * The beginning of a line up to `latest`, behind a blank line if one is near; 0 if there is none.
 */
function startOfBlock(text: string, latest: number): number {
  const blank = text.lastIndexOf('\n\n', latest - 2);
  return blank > latest - (WINDOW.settled >> 2) ? blank + 2 : text.lastIndexOf('\n', latest - 1) + 1;
}

/**
 * Start and hash of each word of a text from `first` on, BREAK at the end of a sentence; the text
 * begins at `start`.
 */
function wordsFrom(text: TextToRead, start: number, first: number, options: Readonly<TextOptions>): number[] {
  const words: number[] = [];
  eachWord(text, options, (at, _end, hash) => {
    if (at === BREAK && words.length > 0 && words.at(-1) !== BREAK) words.push(BREAK);
    else if (at + start >= first && at !== BREAK) words.push(at + start, hash);
    return true;
  });
  return words;
}
