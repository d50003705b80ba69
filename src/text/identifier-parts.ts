// The parts of identifiers: get, user and name of getUserName. An identifier that is rare is known
// by its parts, and names that share one stand closer together.
//
// They are no words of the running text, where they would fill the windows and be suggested by the
// language model. Behind the text, each identifier is met with each of its parts, in a sentence of
// the two, as often as the square root of its count says. That takes one pass over the vocabulary
// and none over the text. docs/code-neighbours.md has what it gives.

import type { Corpus } from './corpus.ts';
import { grown, reordered } from './reorder.ts';
import { BREAK } from './tokenizer.ts';
import type { Span } from './words-around.ts';

/** Words that a step goes through. */
const STEP = 1 << 14;
/** A part of one letter says nothing. */
const SHORTEST = 2;
const MOST = 8;

const BETWEEN = 0; // digits and connectors
const CAPITAL = 1;
const SMALL = 2; // and letters that have no case

function kindOf(name: string, index: number): number {
  const unit = name.charCodeAt(index);
  if (unit < 128) {
    if (unit >= 97) return SMALL;
    return unit >= 65 && unit <= 90 ? CAPITAL : BETWEEN;
  }
  // beyond, no script has capitals but for a few letters
  if (unit >= 0x2000) return SMALL;
  const letter = name[index]!;
  return letter.toLowerCase() === letter ? SMALL : CAPITAL;
}

/** Most words: they have no parts, and are told from the others in a tenth of the time. */
const PLAIN = /^[A-Za-z]?[a-z']*$/;
/**
 * No name begins so, or is so: 14th is a number, and th no word; NASA's, O'Brien, l'Europe and
 * USA:n are words with a sign in them.
 */
const NO_NAME = /^\p{Nd}|['·":]/u;
/**
 * An abbreviation with an ending: URLs, DVDed, SMSing. It is one part, whatever its last capital
 * could begin.
 */
const INFLECTED = /^\p{Lu}{2,}(?:e?s|ed|ing|ers?|ish)$/u;

/**
 * The parts of a name in lower case; none for a name of a single one. Digits part and are no parts.
 */
export function partsOf(name: string): string[] {
  const parts = partSpans(name).map(({ start, end }) => name.slice(start, end).toLowerCase());
  return [...new Set(parts)].filter((part) => part !== name).slice(0, MOST);
}

/**
 * Where the part of a name stands that `index` lies in or touches, the one to the right before the
 * one to the left; null where there is none.
 */
export function partAt(name: string, index: number): Span | null {
  return partSpans(name).findLast(({ start, end }) => start <= index && index <= end) ?? null;
}

function partSpans(name: string): Span[] {
  if (PLAIN.test(name) || NO_NAME.test(name) || INFLECTED.test(name)) return [];
  const parts: Span[] = [];
  let begin = -1;
  let isParted = false;
  let before = BETWEEN;
  const take = (end: number): void => {
    if (begin >= 0 && end - begin >= SHORTEST) parts.push({ start: begin, end });
    begin = -1;
  };
  for (let i = 0; i < name.length; i++) {
    const kind = kindOf(name, i);
    if (kind === BETWEEN) {
      take(i);
      isParted = true;
    } else {
      // userName, and HTMLElement, whose last capital belongs to what follows
      const isPlural = kind === SMALL && i - begin > 1 && isPluralAt(name, i);
      const isLast = kind === SMALL && before === CAPITAL && !isPlural;
      const from = kind === CAPITAL && before === SMALL ? i : isLast ? i - 1 : begin;
      if (from > begin && begin >= 0) {
        take(from);
        begin = from;
      } else if (begin < 0) begin = i;
    }
    before = kind;
  }
  take(name.length);
  return parts.length < (isParted ? 1 : 2) ? [] : parts;
}

/** Whether the letter at `index` is the s of a plural such as URLs: no small letter follows. */
function isPluralAt(name: string, index: number): boolean {
  return name[index] === 's' && (index + 1 === name.length || kindOf(name, index + 1) !== SMALL);
}

/**
 * Whether all of the words, each with a line feed behind it, are plain: small letters of ASCII,
 * perhaps behind a capital.
 */
export function arePlain(letters: Uint16Array): boolean {
  for (let i = 0; i < letters.length; i++) {
    const unit = letters[i]!;
    if ((unit >= 97 && unit <= 122) || unit === 39 || unit === 10) continue;
    if (unit < 65 || unit > 90 || (i > 0 && letters[i - 1] !== 10)) return false;
  }
  return true;
}

/**
 * Puts the parts of words that `isName` says are names behind the text of a corpus that is in
 * memory as a whole and gives up its tokens. Yields how much is done, 0 to 1.
 */
export function* addIdentifierParts(
  corpus: Corpus,
  isName: (word: string) => boolean = () => true,
): Generator<number, Corpus> {
  if (corpus.spilled) throw new Error('Parts of identifiers are added to a text that is in memory as a whole.');
  const { words, counts } = corpus;
  const named: { id: number; times: number; parts: string[] }[] = [];
  const wanted = new Map<string, number>();
  let more = 0;
  for (let id = 0; id < words.length; id++) {
    if (id % STEP === STEP - 1) yield (0.3 * id) / words.length;
    const parts = isName(words[id]!) ? partsOf(words[id]!) : [];
    if (parts.length === 0) continue;
    const times = Math.ceil(Math.sqrt(counts[id]!));
    named.push({ id, times, parts });
    for (const part of parts) wanted.set(part, -1);
    more += 3 * times * parts.length;
  }
  if (named.length === 0) return corpus;
  for (let id = 0; id < words.length; id++) {
    if (wanted.has(words[id]!)) wanted.set(words[id]!, id);
    if (id % STEP === STEP - 1) yield 0.3 + (0.1 * id) / words.length;
  }
  const newWords = words.slice();
  for (const [part, id] of wanted) if (id < 0) wanted.set(part, newWords.push(part) - 1);
  const newCounts = new Float64Array(newWords.length);
  newCounts.set(counts);

  const { length } = corpus.tokens;
  const tokens = grown(corpus.tokens, length + more);
  let at = length;
  for (const [index, { id, times, parts }] of named.entries()) {
    for (const part of parts) {
      const partId = wanted.get(part)!;
      newCounts[partId]! += times; // a name's own count stays what it is in the text
      for (let time = 0; time < times; time++) {
        tokens[at++] = id;
        tokens[at++] = partId;
        tokens[at++] = BREAK;
      }
    }
    if (index % STEP === STEP - 1) yield 0.4 + (0.3 * index) / named.length;
  }
  const ordering = reordered(corpus, {
    ...{ words: newWords, counts: newCounts, before: counts, tokens },
    wordCount: corpus.wordCount,
  });
  let step = ordering.next();
  for (; !step.done; step = ordering.next()) yield 0.7 + 0.3 * step.value;
  return { ...step.value, partsAt: length };
}
