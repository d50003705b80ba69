// Subtitles, SubRip (.srt) and WebVTT (.vtt): what is said, without numbers, times, notes, styles
// and tags. A sentence may go on in the next subtitle.

import { WITHIN_WORDS } from './element-breaks.ts';
import { endOfTag, tagName } from './html.ts';
import { beginsInWord, endsInWord, joinWord, type ReferenceAt } from './references.ts';
import {
  afterIndent,
  endOfLine,
  find,
  isBlank,
  isDigit,
  PROSE,
  type Regions,
  type Scanner,
  signOf,
  slice,
} from './regions.ts';

const LONGEST_MARK = 100;
const LESS = 60;
const GREATER = 62;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const ARROW = signOf('-->');

export class SubtitleScanner implements Scanner {
  /** Whether lines are text: behind a line of times, up to a blank line. */
  #isText = false;

  scan(text: Uint16Array, from: number, to: number, regions: Regions): void {
    for (let at = from, end = at; at < to; at = end) {
      end = endOfLine(text, at, to);
      if (isBlank(text, at, end)) this.#isText = false;
      else if (this.#isText) this.#scanLine(text, at, end, regions);
      else this.#isText = find(text, at, end, ARROW) >= 0;
    }
  }

  #scanLine(text: Uint16Array, from: number, to: number, regions: Regions): void {
    const begin = afterIndent(text, from, to);
    // someone else speaks
    if (/^[-–—♪]/.test(slice(text, begin, Math.min(to, begin + 1)))) regions.break();
    let start = begin;
    for (let i = begin; i < to;) {
      const end = endOfMark(text, i, to);
      if (end === i) i++;
      else if (i > start && endsInWord(text, i) && jointAt(text, i, to)) {
        i = joinWord(text, i, to, regions, jointAt);
      } else {
        regions.add(start, i, PROSE);
        start = i = end;
      }
    }
    regions.add(start, to, PROSE);
  }
}

/** Tags of letters, which are nothing within a word. */
const jointAt: ReferenceAt = (text, at, to) => {
  let end = at;
  for (let next = endOfMark(text, at, to); next > end; next = endOfMark(text, end, to)) {
    if (text[end] === LESS && !WITHIN_WORDS.has(tagName(text, end, next))) return null;
    end = next;
  }
  return end > at && beginsInWord(text, end, to) ? { meaning: '', end } : null;
};

/**
 * Behind the tag <i>, the time <00:01.500> or the mark {\an8} at `at`; `at` where there is none.
 */
function endOfMark(text: Uint16Array, at: number, to: number): number {
  const unit = text[at];
  if (unit === LESS && !isDigit(text[at + 1])) return endOfTag(text, at, to);
  if (unit !== LESS && unit !== OPEN_BRACE) return at;
  const last = Math.min(to, at + LONGEST_MARK);
  return Math.max(at, at + 1 + text.subarray(at, last).indexOf(unit === LESS ? GREATER : CLOSE_BRACE));
}
