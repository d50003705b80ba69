// Text to word ids: finds the words and the ends of sentences, and counts each word in a table, in
// one pass. It is the tokenizer of src/text/tokenizer.ts, which says what a word is and is its
// reference. What it cannot cut (scripts without spaces, characters outside the Basic Multilingual
// Plane, rare signs inside words) it leaves to it, and goes on behind that.
//
// Text is UTF-16, or bytes of ASCII. Sixteen characters at a time become a mask of those that stand
// in words of ASCII, so that the end of most words is a count of bits, and the word itself, with
// zeros behind it, is its key in the table.
//
// Nothing here allocates: where there is no room for a word, ROOM is returned, and the call is
// repeated once there is. Bytes behind the end of a text may be read, up to 32.

import {
  SPACE,
  NEWLINE,
  STOP,
  FULL_STOP,
  SEPARATOR,
  RARE,
  UNSPACED,
  CONNECTOR,
  DIGIT,
  CLEAN,
  LONGEST,
  classAt,
  bytesAt,
  firstBytes,
  isBetween,
  endOfWord,
  mayHaveEnding,
  hasLetter,
  endsSentence,
  foldCase,
  foldDigits,
} from './text/characters';
import {
  POSITION,
  END,
  UNTIL,
  TEXT,
  CLASSES,
  PROSE,
  FLAGS,
  LOWER,
  OUT,
  OUT_END,
  LAST,
  MET,
  INDEX,
  MASK,
  NEXT,
  FOLD,
  DIGITS,
  DONE,
  FULL,
  HARD,
  ROOM,
  BREAK,
  NO_ROOM,
  DROPPED,
} from './text/state';
import { COUNT, ID, ASCII, hashOf, intern, entryOf, insert } from './text/table';

const SOFT_HYPHEN = 0xad;

export { pack, unpack } from './text/packed';
export { findData } from './text/data';
// What src/text shares with it
export {
  POSITION,
  END,
  UNTIL,
  TEXT,
  CLASSES,
  PROSE,
  FLAGS,
  LOWER,
  OUT,
  OUT_END,
  LAST,
  MET,
  INDEX,
  MASK,
  WORDS,
  MOST,
} from './text/state';
export { ENTRY, ENTRY_END, FREE, NEXT_ID, LETTERS, LETTERS_END, DROP, NEXT, ONES, STATE_SIZE } from './text/state';
export { FOLD, DIGITS, DONE, FULL, HARD, ROOM } from './text/state';
export { KEY, KEY_HIGH, COUNT, ID, HASH, LENGTH, ENTRY_SIZE, LONG } from './text/table';
export {
  SIZE as SORTED_SIZE,
  LETTERS as SHARE_LETTERS,
  LENGTHS as SHARE_LENGTHS,
  COUNTS as SHARE_COUNTS,
} from './text/order';
export { NUMBERS as SHARE_NUMBERS, LEFT as SHARE_LEFT, SHARE_SIZE } from './text/order';
export { findSecret, findNamed } from './text/secrets';
export { indexEntries } from './text/table';
export { toSort, partition, deepen, sort, spellSorted, beginMerge, merge, spellNumbered } from './text/order';

/**
 * Reads on from POSITION up to UNTIL; ids of words, and BREAK where a sentence ends and the last id
 * is none, go to OUT. DONE, FULL, HARD or ROOM.
 */
export function readUnits(state: usize): i32 {
  return read<u16>(state);
}

/** The same of ASCII. */
export function readBytes(state: usize): i32 {
  return read<u8>(state);
}

// @ts-ignore: decorator
@inline
function read<T>(state: usize): i32 {
  const size: usize = sizeof<T>();
  const text: usize = load<u32>(state, TEXT),
    end: usize = text + <usize>load<u32>(state, END) * size,
    until: usize = text + <usize>load<u32>(state, UNTIL) * size,
    classes: usize = load<u32>(state, CLASSES),
    prose: usize = load<u32>(state, PROSE),
    flags = load<u32>(state, FLAGS),
    outEnd: usize = load<u32>(state, OUT_END);
  let out: usize = load<u32>(state, OUT),
    last = load<i32>(state, LAST),
    at: usize = text + <usize>load<u32>(state, POSITION) * size,
    index: usize = load<u32>(state, INDEX),
    mask: u32 = load<u32>(state, MASK),
    met: u32 = 0;
  // V8 makes a vector constant anew at every use
  const zero = i8x16.splat(48),
    ten = i8x16.splat(10),
    small = i8x16.splat(32),
    a = i8x16.splat(97),
    letterCount = i8x16.splat(26),
    underscore = i8x16.splat(95);
  // by the lower half of a byte, a bit for each upper half with which it is a sign that ends no
  // sentence and is in no word
  const signs = i8x16(84, 0, 4, 4, 4, 4, 4, 4, 4, 5, 12, 36, -84, 44, -88, 4),
    bits = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0),
    half = i8x16.splat(15);
  let result = DONE;
  while (at < until) {
    const unit = load<T>(at);
    const kind: u32 = load<u8>(classes + <usize>unit);
    if (kind < CONNECTOR) {
      if (kind == RARE || kind == UNSPACED) {
        result = HARD;
        break;
      }
      if (kind - NEWLINE <= FULL_STOP - NEWLINE) {
        if (last != BREAK && endsSentence<T>(at, kind, end, prose)) {
          if (out == outEnd) {
            result = FULL;
            break;
          }
          store<i32>(out, BREAK);
          out += 4;
          last = BREAK;
        }
        at += size;
        continue;
      }
      const bytes = bytesAt<T>(at);
      const isSign = v128.and(i8x16.swizzle(signs, v128.and(bytes, half)), i8x16.swizzle(bits, i8x16.shr_u(bytes, 4)));
      const count: usize = ctz<u32>((<u32>i8x16.bitmask(i8x16.eq(isSign, i8x16.splat(0)))) | 0x1_0000);
      at += (count > 1 ? count : 1) * size;
      continue;
    }
    if (out == outEnd) {
      result = FULL;
      break;
    }

    const bytes = bytesAt<T>(at);
    const digits = isBetween(bytes, zero, ten);
    const letters = v128.or(digits, isBetween(v128.or(bytes, small), a, letterCount));
    const inWord = v128.or(letters, i8x16.eq(bytes, underscore));
    let length: usize = ctz<u32>(~(<u32>i8x16.bitmask(inWord)));
    const left = (end - at) / size;
    length = length < left ? length : left;
    let next = at + length * size;
    const after: u32 = next < end ? classAt<T>(classes, next) : 0;
    let id: i32;
    if (
      length - 1 < 15 &&
      ((CLEAN >> after) & 1 ||
        ((after == STOP || (after == SEPARATOR && !mayHaveEnding<T>(at, next, end, prose))) &&
          !(((<u32>i8x16.bitmask(digits)) >> (<u32>(length - 1))) & 1)))
    ) {
      let key = bytes;
      const first = firstBytes(state, length);
      if (kind == CONNECTOR && !v128.any_true(v128.and(letters, first))) {
        at = next;
        continue; // nothing but underscores
      }
      if (flags != 0) {
        if (flags & FOLD) {
          const capitals = <u32>i8x16.bitmask(v128.and(isBetween(bytes, i8x16.splat(65), letterCount), first));
          if (capitals == 1) key = v128.or(key, i32x4(32, 0, 0, 0));
        }
        if (flags & DIGITS && kind == DIGIT) key = v128.bitselect(zero, key, digits);
      }
      key = v128.and(key, first);
      const low = <u64>i64x2.extract_lane(key, 0),
        high = <u64>i64x2.extract_lane(key, 1);
      const hash = hashOf(low, high, ASCII);
      const entry = entryOf(index, mask, hash, low, high);
      if (entry != 0) {
        store<u32>(entry, load<u32>(entry, COUNT) + 1, COUNT);
        id = load<i32>(entry, ID);
      } else id = insert(state, hash, low, high, length, 1);
    } else {
      next = endOfWord<T>(at, end, classes, prose);
      if (next == 0) {
        result = HARD;
        break;
      }
      length = (next - at) / size;
      if (length > LONGEST || (kind == CONNECTOR && !hasLetter<T>(at, next, prose))) {
        at = next;
        continue;
      }
      if (flags & FOLD) foldCase<T>(at, next, load<u32>(state, LOWER));
      if (flags & DIGITS) foldDigits<T>(at, next);
      id = intern<T>(state, at, length, 1);
    }
    if (id < 0) {
      if (id == NO_ROOM) {
        result = ROOM;
        break;
      }
      at = next; // DROPPED
      continue;
    }
    store<i32>(out, id);
    out += 4;
    last = id;
    met++;
    at = next + (after == SPACE && next < end ? size : 0);
  }
  if (at > end) at = end;
  store<u32>(state, <u32>((at - text) / size), POSITION);
  store<u32>(state, <u32>out, OUT);
  store<i32>(state, last, LAST);
  store<u32>(state, load<u32>(state, MET) + met, MET);
  return result;
}

/**
 * Interns words of the UTF-16 text, `count` spans of start, end and hash, from NEXT on, and writes
 * ids and BREAK to OUT. DONE, FULL or ROOM.
 */
export function internSpans(state: usize, spansPtr: usize, count: u32): i32 {
  const text: usize = load<u32>(state, TEXT);
  const outEnd: usize = load<u32>(state, OUT_END);
  let out: usize = load<u32>(state, OUT);
  let last = load<i32>(state, LAST);
  let met = load<u32>(state, MET);
  let next = load<u32>(state, NEXT);
  let result = DONE;
  for (; next < count; next++) {
    const start = load<i32>(spansPtr + <usize>next * 12);
    let id = BREAK;
    if (start == BREAK) {
      if (last == BREAK) continue;
    }
    if (out == outEnd) {
      result = FULL;
      break;
    }
    if (start != BREAK) {
      let length = load<i32>(spansPtr + <usize>next * 12, 4) - start;
      const word = text + ((<usize>start) << 1);
      // places of what the tokenizer dropped from the word
      while (length > 1 && load<u16>(word + ((<usize>(length - 1)) << 1)) == SOFT_HYPHEN) length--;
      id = intern<u16>(state, word, length, 1);
      if (id == DROPPED) continue;
      if (id == NO_ROOM) {
        result = ROOM;
        break;
      }
      met++;
    }
    store<i32>(out, id);
    out += 4;
    last = id;
  }
  store<u32>(state, next, NEXT);
  store<u32>(state, <u32>out, OUT);
  store<i32>(state, last, LAST);
  store<u32>(state, met, MET);
  return result;
}
