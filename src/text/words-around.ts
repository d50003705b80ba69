// The word at a place of a text that is open in an editor, and the words around it, as a training reads a document in that
// language: whole words with their character references, apart from markup and from the escapes of strings.

import { DocumentReader } from './document.ts';
import type { Language } from './languages.ts';
import type { TextOptions } from './options.ts';
import { BREAK, SPAN, spellingOf } from './tokenizer.ts';

/** Where something stands in a text, UTF-16 code units, end exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** What became of the letters at a place, in NFC. */
export interface WordInText extends Span {
  word: string;
}

/** A word that ends so long before the place is none of those around it. UTF-16 code units. */
const FAR = 1000;

/**
 * The word that `offset` lies in or touches, the one to the right before the one to the left, with up to `reach` words of
 * its sentence on each side, first to last, and its place among them; null where there is none. All of `text` up to
 * `offset` is read; it should begin where the document does, or a line.
 */
export function wordsAround(
  text: string,
  offset: number,
  reach: number,
  language: Language,
  options: Readonly<TextOptions>,
): { words: WordInText[]; index: number } | null {
  const reader = new DocumentReader(options);
  const spans = new Int32Array(SPAN << 8);
  let words: WordInText[] = [];
  let index = -1;

  /** Whether the words that are asked for may go on behind the piece at hand. */
  const takePiece = (): boolean => {
    const from = text.length - reader.length;
    const placeOf = (place: number): number => from + reader.placeInDocument(place);
    for (let written = reader.read(spans); written > 0; written = reader.read(spans)) {
      for (let i = 0; i < written; i += SPAN) {
        if (spans[i] === BREAK) {
          if (index >= 0) return false;
          words = [];
          continue;
        }
        const [start, end] = [placeOf(spans[i]!), placeOf(spans[i + 1]!)];
        if (end < offset - FAR) continue;
        if (start <= offset && offset <= end) index = words.length;
        else if (start > offset && (index < 0 || words.length > index + reach)) return false;
        const word = spellingOf(reader.text, spans[i]!, spans[i + 1]!).normalize('NFC');
        words.push({ word, start, end });
      }
    }
    return true;
  };
  reader.begin(language);
  reader.append(text);
  if (takePiece() && reader.end()) takePiece();
  if (index < 0) return null;
  const first = Math.max(0, index - reach);
  return { words: words.slice(first, index + reach + 1), index: index - first };
}
