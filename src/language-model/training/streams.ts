// A text as the model reads it: tokens in its own numbering, laid out as streams that are read side
// by side.

import type { TokenStreams } from '../network/input.ts';
import { END_OF_SENTENCE, FIRST_WORD, UNKNOWN } from '../token-ids.ts';

/** In corpus ids, the end of a sentence or document. */
const BREAK = -1;

/**
 * Translates corpus ids, from `start` to `end`, to tokens and appends them at `length` of `target`;
 * gives the new length. Words from rank `words` on become unknown; breaks become one end of
 * sentence, however many stand in a row; one is put at the end. `target` begins with an end of
 * sentence.
 */
export function appendTokens(
  target: Int32Array,
  length: number,
  ids: Int32Array,
  start: number,
  end: number,
  words: number,
): number {
  for (let at = start; at < end; at++) {
    const id = ids[at]!;
    if (id !== BREAK) target[length++] = id < words ? id + FIRST_WORD : UNKNOWN;
    else if (target[length - 1] !== END_OF_SENTENCE) target[length++] = END_OF_SENTENCE;
  }
  if (target[length - 1] !== END_OF_SENTENCE) target[length++] = END_OF_SENTENCE;
  return length;
}

/**
 * `lanes` streams over one text. Every token but the first is predicted once, from the one before
 * it: lane l predicts `length` tokens from l * length + 1 on, the last lanes fewer where the text
 * ends.
 */
export class Streams implements TokenStreams {
  readonly lanes: number;
  /** Tokens that a lane predicts. */
  readonly length: number;
  /** Tokens that are predicted. */
  readonly tokens: number;
  readonly #text: Int32Array;

  /** `text` is kept, not copied. */
  constructor(text: Int32Array, lanes: number) {
    this.#text = text;
    this.lanes = lanes;
    this.tokens = text.length - 1;
    this.length = Math.ceil(this.tokens / lanes);
  }

  /** Tokens predicted in all lanes at positions [position, position + steps). */
  count(position: number, steps: number): number {
    let count = 0;
    for (let lane = 0; lane < this.lanes; lane++) {
      const start = lane * this.length + position;
      count += Math.max(0, Math.min(steps, this.tokens - start));
    }
    return count;
  }

  /**
   * Sum over the tokens predicted at positions [position, position + steps) of what each is worth.
   */
  sum(position: number, steps: number, worth: Float64Array): number {
    let sum = 0;
    for (let lane = 0; lane < this.lanes; lane++) {
      const start = lane * this.length + position;
      const end = Math.min(start + steps, this.tokens);
      for (let at = start; at < end; at++) sum += worth[this.#text[at + 1]!]!;
    }
    return sum;
  }

  /**
   * The tokens that lanes 8 panel to 8 panel + 7 read at `position`, to inputs[at …], and those
   * they shall predict, to targets[at …]: -1 where a lane has none.
   */
  read(position: number, panel: number, inputs: Int32Array, targets: Int32Array, at: number): void {
    for (let lane = 0; lane < 8; lane++) {
      const index = (panel * 8 + lane) * this.length + position;
      const exists = panel * 8 + lane < this.lanes && index < this.tokens;
      inputs[at + lane] = exists ? this.#text[index]! : END_OF_SENTENCE;
      targets[at + lane] = exists ? this.#text[index + 1]! : -1;
    }
  }
}
