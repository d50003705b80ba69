// Places of texts, as the engine is asked about them.

import type { PlaceToRead } from '../../src/protocol/engine.ts';

/** The place at `offset`, else the end, of a text in this language, else of prose. */
export function placeIn(text: string, offset = text.length, language = 'plaintext'): PlaceToRead {
  return { text, offset, language };
}
