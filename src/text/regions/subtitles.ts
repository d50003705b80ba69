// Subtitles, SubRip (.srt) and WebVTT (.vtt): what is said, without numbers, times, notes, styles and tags. A sentence may
// go on in the next subtitle.

import { endOfTag } from './html.ts';
import { afterIndent, endOfLine, find, isBlank, PROSE, signOf, slice, type Regions, type Scanner } from './regions.ts';

const LONGEST_MARK = 100;
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
    if (/^[-–—♪]/.test(slice(text, begin, Math.min(to, begin + 1)))) regions.break(); // someone else speaks
    let start = begin;
    for (let i = begin; i < to; i++) {
      let end: number;
      if (text[i] === 60) end = endOfTag(text, i, to);
      else if (text[i] === 123)
        end = i + 1 + text.subarray(i, Math.min(to, i + LONGEST_MARK)).indexOf(125); // {\an8}
      else continue;
      if (end <= i + 1) continue;
      regions.add(start, i, PROSE);
      start = end;
      i = end - 1;
    }
    regions.add(start, to, PROSE);
  }
}
