// NFC of texts of any length and content, in native calls of a few milliseconds: nothing can stop
// such a call. The platform sorts the marks behind a letter by insertion, so that 200,000 of them
// take minutes. Longer runs than anyone writes are therefore normalized in parts, as Unicode's
// Stream-Safe Text Format cuts them (UAX #15, section 13).

/** Marks that are normalized together, at least; no writing puts so many behind one letter. */
const LONGEST_MARKS = 32;
/** Code units that are normalized in one call. */
const AT_ONCE = 1 << 18;
const MARK = /^\p{M}/u;

/**
 * The text in NFC; a run of more marks than anyone writes may be in several parts that are each in
 * NFC.
 */
export function nfc(text: string): string {
  if (text.length < LONGEST_MARKS) return text.normalize('NFC');
  let normalized = '';
  let from = 0;
  for (let at = LONGEST_MARKS; at < text.length; at += LONGEST_MARKS) {
    const isRun = isMark(text, at) && areMarks(text, at - LONGEST_MARKS / 2, at);
    if (!isRun && (at - from < AT_ONCE || text.charCodeAt(at) >= FIRST_MARK)) continue;
    normalized += text.slice(from, at).normalize('NFC');
    from = at;
  }
  return normalized + text.slice(from).normalize('NFC');
}

/** No character before it is a mark or joins with what stands before it. */
const FIRST_MARK = 0x300;

/** Whether all of [from, to) are marks: letters may stand among them. */
function areMarks(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (!isMark(text, at)) return false;
  return true;
}

/** Whether the character at `at`, or the one that its half belongs to, is a mark. */
function isMark(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  if (unit < FIRST_MARK || (unit >= 0x3400 && unit < 0xa66f) || (unit >= 0xac00 && unit < 0xd800)) return false;
  return MARK.test(text.slice((unit & 0xfc00) === 0xdc00 ? at - 1 : at, at + 2));
}
