// A document as it is read, to be looked at: its words and where they stand, the ends of its
// sentences, and what was left out and why.

import { DocumentReader } from './document.ts';
import type { TextOptions } from './options.ts';
import { PROSE } from './regions/regions.ts';
import { BREAK, CLASSES, LETTER, MAXIMUM_WORD_LENGTH, SPAN, spellingOf, unitsOf, UNSPACED } from './tokenizer.ts';

/** Kinds of tokens. */
export const TOKEN_KINDS = ['word', 'code', 'particle'] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

/**
 * Why letters are in no word: they are markup; a keyword, which the options leave out; in a run too
 * long for a word; data that is no text; or a secret.
 */
export type LeftOutReason = 'markup' | 'keyword' | 'tooLong' | 'data' | 'secret';

export interface DocumentTokens {
  /** By its name in VS Code. */
  language: string;
  /** Start, end (UTF-16 code units of the text) and kind, (n, 3). */
  tokens: Int32Array;
  /**
   * Of tokens that are read otherwise than they stand in the text, by their number: escapes and
   * references are letters.
   */
  spellings: Record<number, string>;
  /** Where sentences end: numbers of tokens before, ascending. */
  sentences: Int32Array;
  leftOut: { start: number; end: number; reason: LeftOutReason }[];
}

/**
 * Reads a document whose file has this name. `stemLengthOf` gives the length of the stem that a
 * word is separated into, 0 for one that is not.
 */
export function tokensOfDocument(
  name: string,
  text: string,
  options: Readonly<TextOptions>,
  stemLengthOf: (word: string) => number,
): DocumentTokens {
  const reader = new DocumentReader(options);
  const spans = new Int32Array(1024 * SPAN);
  const tokens: number[] = [];
  const spellings: Record<number, string> = {};
  const sentences: number[] = [];
  const leftOut: DocumentTokens['leftOut'] = [];
  const units = unitsOf(text);
  const taken = text.length;
  let offset = 0;
  /** Of the document: everything before it was looked at. */
  let seen = 0;

  const leaveOut = (to: number, reason: LeftOutReason): void => {
    for (let start = seen; start < to; start++) {
      if (!isLetter(units[start]!)) continue;
      let end = start + 1;
      while (end < to && units[end] !== 10) end++;
      while (!isLetter(units[end - 1]!)) end--;
      // what is short enough for a word and is none was written over: an escape of a notebook, for
      // example
      const isShort = reason === 'tooLong' && end - start <= MAXIMUM_WORD_LENGTH;
      leftOut.push({ start, end, reason: isShort ? 'markup' : reason });
      start = end;
    }
    seen = Math.max(seen, to);
  };
  const takePiece = (): void => {
    offset = taken - reader.length;
    const regions = reader.regions.slice();
    let region = 0;
    const reasonInside = (): LeftOutReason => {
      const at = 4 * Math.min(region, regions.length / 4 - 1);
      return regions[at + 2] !== PROSE && options.keywords === 'leaveOut' ? 'keyword' : 'tooLong';
    };
    /**
     * Looks at what is between the last token and `to`, which may be in regions and between them.
     */
    const pass = (to: number): void => {
      for (; 4 * region < regions.length; region++) {
        const [start, end] = [offset + regions[4 * region]!, offset + regions[4 * region + 1]!];
        if (start >= to) break;
        leaveOut(start, 'markup');
        leaveOut(Math.min(end, to), reasonInside());
        if (end > to) return;
      }
      leaveOut(to, 'markup');
    };
    for (let written = reader.read(spans); written > 0; written = reader.read(spans)) {
      for (let i = 0; i < written; i += SPAN) {
        if (spans[i] === BREAK) {
          if (tokens.length && sentences.at(-1) !== tokens.length / 3) sentences.push(tokens.length / 3);
          continue;
        }
        const placeOf = (place: number): number => offset + reader.placeInDocument(place);
        const [start, end] = [placeOf(spans[i]!), placeOf(spans[i + 1]!)];
        pass(start);
        const isCode = regions[4 * region + 2] !== PROSE;
        const word = spellingOf(reader.text, spans[i]!, spans[i + 1]!);
        const stem = stemLengthOf(word);
        const stemEnd = stem ? placeOf(spans[i]! + stem) : end;
        const add = (from: number, to: number, kind: number, spelling: string): void => {
          if (text.slice(from, to) !== spelling) spellings[tokens.length / 3] = spelling;
          tokens.push(from, to, kind);
        };
        add(start, stemEnd, isCode ? 1 : 0, stem ? word.slice(0, stem) : word);
        if (stem) add(stemEnd, end, 2, word.slice(stem));
        seen = end;
      }
    }
    pass(offset + reader.pieceEnd);
  };
  reader.begin(name);
  reader.append(text);
  takePiece();
  if (reader.end()) takePiece();
  leaveOut(units.length, 'markup');
  return {
    language: reader.language.name,
    tokens: Int32Array.from(tokens),
    spellings,
    sentences: Int32Array.from(sentences),
    leftOut,
  };
}

function isLetter(unit: number): boolean {
  return CLASSES[unit]! >= LETTER || CLASSES[unit] === UNSPACED;
}
