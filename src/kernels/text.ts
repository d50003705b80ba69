// Text to word ids: finds the words and the ends of sentences, and counts each word in a table, in one pass. It is the
// tokenizer of src/text/tokenizer.ts, which says what a word is and is its reference. What it cannot cut (scripts without
// spaces, characters outside the Basic Multilingual Plane) it leaves to it, and goes on behind that.
//
// Text is UTF-16, or bytes of ASCII. Sixteen characters at a time become a mask of those that stand in words of ASCII, so
// that the end of most words is a count of bits, and the word itself, with zeros behind it, is its key in the table. Words
// of up to 16 letters of ASCII, or of up to 8 others, lie in their entry as such; the letters of longer ones lie apart.
//
// The table is an index of (hash, entry), open addressing with linear probing, and entries in the order of their words'
// first appearance, so that those of frequent words lie together. Nothing here allocates: where there is no room for a
// word, ROOM is returned, and the call is repeated once there is. Bytes behind the end of a text may be read, up to 32.

// ---- What the functions share: fields of a structure in memory, u32 each ----

/** In characters of the text: where reading goes on; where the region ends; and where no word is begun any more. */
const POSITION: usize = 0;
const END: usize = 4;
const UNTIL: usize = 8;
const TEXT: usize = 12;
/** Classes of the 65,536 code units: in the region at hand, and in prose. */
const CLASSES: usize = 16;
const PROSE: usize = 20;
/** FOLD and DIGITS. */
const FLAGS: usize = 24;
/** Of each code unit its lower case, (65536) u16, or 0. */
const LOWER: usize = 28;
/** Ids, i32: where the next one goes, and where there is no more room. */
const OUT: usize = 32;
const OUT_END: usize = 36;
/** The last id that was written. */
const LAST: usize = 40;
/** Words met. */
const MET: usize = 44;
const INDEX: usize = 48;
/** Slots of the index, less 1. */
const MASK: usize = 52;
/** Words in the table, and the most that there may be. */
const WORDS: usize = 56;
const MOST: usize = 60;
/** Free entries: the next of a row, and where it ends; and a list of single ones, 0 at its end. */
const ENTRY: usize = 64;
const ENTRY_END: usize = 68;
const FREE: usize = 72;
const NEXT_ID: usize = 76;
/** Free bytes for the letters of long words. */
const LETTERS: usize = 80;
const LETTERS_END: usize = 84;
/** Whether the next new word is left out where it finds no room. */
const DROP: usize = 88;
/** Of `internSpans` and `internWords`: the next one. */
const NEXT: usize = 92;
/** Sixteen bytes of ones, and then sixteen of zeros. */
const ONES: usize = 96;

const FOLD: u32 = 1;
const DIGITS: u32 = 2;

// ---- What functions return ----

const DONE = 0;
/** The room for ids is used up. */
const FULL = 1;
/** What stands at POSITION is left to the reference. */
const HARD = 2;
/** There is no room for the word at POSITION, or NEXT. */
const ROOM = 3;

const BREAK = -1;
/** Of `intern`: no room, or the word is left out. */
const NO_ROOM = -2;
const DROPPED = -3;

// ---- Classes of characters, those of tokenizer.ts ----

const SPACE: u32 = 1;
const NEWLINE: u32 = 2;
const STOP: u32 = 3;
const FULL_STOP: u32 = 4;
const CLOSER: u32 = 5;
const SEPARATOR: u32 = 6;
const APOSTROPHE: u32 = 7;
const SURROGATE: u32 = 8;
const UNSPACED: u32 = 9;
const CONTINUE: u32 = 10;
const CONNECTOR: u32 = 11;
const LETTER: u32 = 12;
const DIGIT: u32 = 13;
/** Those that end a word whatever comes next: all below CONTINUE but STOP, SEPARATOR, APOSTROPHE and SURROGATE. */
const CLEAN: u32 = 0b10_0011_0111;

const LONGEST: usize = 60;
const MOST_CLOSERS: usize = 8;

// ---- Entries: 32 bytes ----

/** Of a short word, its letters; of a long one, a second hash and where its letters are. u64 each. */
const KEY: usize = 0;
const KEY_HIGH: usize = 8;
const COUNT: usize = 16;
const ID: usize = 20;
const HASH: usize = 24;
/** In UTF-16 units. */
const LENGTH: usize = 28;
const ENTRY_SIZE: usize = 32;
/** The two highest bits of a hash: how the word is kept. */
const ASCII: u32 = 0;
const UNITS: u32 = 1;
const LONG: u32 = 2;

/** The class of the character at `at`. */
// @ts-ignore: decorator
@inline
function classAt<T>(classes: usize, at: usize): u32 {
  return load<u8>(classes + <usize>load<T>(at));
}

/** Sixteen characters as bytes; those beyond U+00FF become what is in no word of ASCII. */
// @ts-ignore: decorator
@inline
function bytesAt<T>(at: usize): v128 {
  if (sizeof<T>() == 1) return v128.load(at);
  return i8x16.narrow_i16x8_u(v128.load(at), v128.load(at, 16));
}

/** Ones in the first `length` bytes, up to 16. */
// @ts-ignore: decorator
@inline
function firstBytes(state: usize, length: usize): v128 {
  return v128.load(state + ONES + 16 - length);
}

// @ts-ignore: decorator
@inline
function isBetween(bytes: v128, first: v128, count: v128): v128 {
  return i8x16.lt_u(i8x16.sub(bytes, first), count);
}

// @ts-ignore: decorator
@inline
function hashOf(low: u64, high: u64, kind: u32): u32 {
  let x = (low ^ rotl<u64>(high * 0xc2b2ae3d27d4eb4f, 31)) * 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93;
  return (<u32>(x >> 34)) | (kind << 30);
}

/**
 * Reads on from POSITION up to UNTIL; ids of words, and BREAK where a sentence ends and the last id is none, go to OUT.
 * DONE, FULL, HARD or ROOM.
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
    end: usize = text + (<usize>load<u32>(state, END)) * size,
    until: usize = text + (<usize>load<u32>(state, UNTIL)) * size,
    classes: usize = load<u32>(state, CLASSES),
    prose: usize = load<u32>(state, PROSE),
    flags = load<u32>(state, FLAGS),
    outEnd: usize = load<u32>(state, OUT_END);
  let out: usize = load<u32>(state, OUT),
    last = load<i32>(state, LAST),
    at: usize = text + (<usize>load<u32>(state, POSITION)) * size,
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
  // by the lower half of a byte, a bit for each upper half with which it is a sign that ends no sentence and is in no word
  const signs = i8x16(84, 0, 4, 4, 4, 4, 4, 4, 4, 5, 12, 36, -84, 44, -88, 4),
    bits = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0),
    half = i8x16.splat(15);
  let result = DONE;
  while (at < until) {
    const unit = load<T>(at);
    const kind: u32 = load<u8>(classes + <usize>unit);
    if (kind < CONNECTOR) {
      if (kind == SURROGATE || kind == UNSPACED) {
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
      const isSign = v128.and(
        i8x16.swizzle(signs, v128.and(bytes, half)),
        i8x16.swizzle(bits, i8x16.shr_u(bytes, 4)),
      );
      const count: usize = ctz<u32>(<u32>i8x16.bitmask(i8x16.eq(isSign, i8x16.splat(0))) | 0x1_0000);
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
        ((after == STOP || after == SEPARATOR) && !((<u32>i8x16.bitmask(digits) >> <u32>(length - 1)) & 1)))
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

/** Where the word ends that begins at `at`; 0 where the reference must say. */
function endOfWord<T>(at: usize, end: usize, classes: usize, prose: usize): usize {
  const size: usize = sizeof<T>();
  const start = at;
  at += size;
  while (true) {
    let kind: u32 = 0;
    while (at < end) {
      kind = classAt<T>(classes, at);
      if (kind < CONTINUE) break;
      at += size;
    }
    if (at >= end || (CLEAN >> kind) & 1) return at;
    if (kind == SURROGATE) return 0;
    const next = at + size;
    if (next >= end) return at;
    const before = classAt<T>(prose, at - size);
    if (kind == APOSTROPHE) {
      if (before < LETTER && before != CONTINUE) return at;
      if (classAt<T>(prose, next) < LETTER) return at;
      if (at - start == size && isPrefix(<u32>load<T>(start))) return at;
    } else {
      if (kind == STOP && <u32>load<T>(at) != 46) return at;
      if (before != DIGIT || classAt<T>(prose, next) != DIGIT) return at;
    }
    at = next + size;
  }
  return at; // never
}

/** Letters that stand before an opening quotation mark in code: b, f, r and u. */
function isPrefix(unit: u32): bool {
  const letter = unit | 32;
  return letter == 98 || letter == 102 || letter == 114 || letter == 117;
}

function hasLetter<T>(at: usize, end: usize, prose: usize): bool {
  for (; at < end; at += sizeof<T>()) if (classAt<T>(prose, at) >= LETTER) return true;
  return false;
}

/** Whether the character of class `kind` at `at`, a newline or a stop, is the end of a sentence. */
function endsSentence<T>(at: usize, kind: u32, end: usize, prose: usize): bool {
  if (kind == FULL_STOP) return true;
  const size: usize = sizeof<T>();
  let next = at + size;
  if (kind == NEWLINE) {
    if (<u32>load<T>(at) == 13 && next < end && <u32>load<T>(next) == 10) next += size;
    while (next < end && classAt<T>(prose, next) == SPACE) next += size;
    return next < end && classAt<T>(prose, next) == NEWLINE;
  }
  const far = next + MOST_CLOSERS * size;
  const last = far < end ? far : end;
  for (; next < last; next += size) {
    const after = classAt<T>(prose, next);
    if (after == SPACE || after == NEWLINE) return true;
    if (after != STOP && after != CLOSER && after != APOSTROPHE) return false;
  }
  return next == end;
}

/** Makes a first letter small that is the only capital of the word. */
function foldCase<T>(at: usize, end: usize, lower: usize): void {
  const small = load<u16>(lower + ((<usize>load<T>(at)) << 1));
  if (small == 0) return;
  for (let next = at + sizeof<T>(); next < end; next += sizeof<T>()) {
    if (load<u16>(lower + ((<usize>load<T>(next)) << 1)) != 0) return;
  }
  store<T>(at, <T>small);
}

/** Makes every digit of ASCII a 0 in a word that begins with one. */
function foldDigits<T>(at: usize, end: usize): void {
  if (<u32>load<T>(at) - 48 >= 10) return;
  for (; at < end; at += sizeof<T>()) if (<u32>load<T>(at) - 48 < 10) store<T>(at, <T>48);
}

// ---- The table ----

/** The id of the word at `at`, which is counted `count` times; NO_ROOM or DROPPED. */
function intern<T>(state: usize, at: usize, length: usize, count: u32): i32 {
  let all: u32 = 0;
  if (sizeof<T>() == 2) for (let i: usize = 0; i < length; i++) all |= <u32>load<T>(at + i * sizeof<T>());
  const isAscii = all < 0x80;
  if (isAscii && length <= 16) {
    return internShort(state, v128.and(bytesAt<T>(at), firstBytes(state, length)), ASCII, length, count);
  }
  if (!isAscii && length <= 8) {
    return internShort(state, v128.and(v128.load(at), firstBytes(state, 2 * length)), UNITS, length, count);
  }
  return internLong<T>(state, at, length, count);
}

/** The entry of a short word; 0 where it has none. */
// @ts-ignore: decorator
@inline
function entryOf(index: usize, mask: u32, hash: u32, low: u64, high: u64): usize {
  let slot = hash & mask;
  let place = index + ((<usize>slot) << 3);
  let entry: usize = load<u32>(place, 4);
  while (
    entry != 0 &&
    (load<u32>(place) != hash || load<u64>(entry, KEY) != low || load<u64>(entry, KEY_HIGH) != high)
  ) {
    slot = (slot + 1) & mask;
    place = index + ((<usize>slot) << 3);
    entry = load<u32>(place, 4);
  }
  return entry;
}

function internShort(state: usize, key: v128, kind: u32, length: usize, count: u32): i32 {
  const low = <u64>i64x2.extract_lane(key, 0),
    high = <u64>i64x2.extract_lane(key, 1);
  const hash = hashOf(low, high, kind);
  const entry = entryOf(load<u32>(state, INDEX), load<u32>(state, MASK), hash, low, high);
  if (entry == 0) return insert(state, hash, low, high, length, count);
  store<u32>(entry, load<u32>(entry, COUNT) + count, COUNT);
  return load<i32>(entry, ID);
}

function internLong<T>(state: usize, at: usize, length: usize, count: u32): i32 {
  let low: u64 = length;
  for (let i: usize = 0; i < length; i++) {
    low = (low ^ <u64>load<T>(at + i * sizeof<T>())) * 0x9e3779b97f4a7c15;
    low ^= low >> 29;
  }
  const hash = hashOf(low, 0, LONG);
  const index: usize = load<u32>(state, INDEX);
  const mask = load<u32>(state, MASK);
  let slot = hash & mask;
  let place = index + ((<usize>slot) << 3);
  let entry: usize = load<u32>(place, 4);
  while (entry != 0 && (load<u32>(place) != hash || !isLong<T>(entry, low, at, length))) {
    slot = (slot + 1) & mask;
    place = index + ((<usize>slot) << 3);
    entry = load<u32>(place, 4);
  }
  if (entry != 0) {
    store<u32>(entry, load<u32>(entry, COUNT) + count, COUNT);
    return load<i32>(entry, ID);
  }
  const letters: usize = load<u32>(state, LETTERS);
  if (letters + 2 * length > <usize>load<u32>(state, LETTERS_END)) return NO_ROOM;
  const id = insert(state, hash, low, letters, length, count);
  if (id >= 0) {
    for (let i: usize = 0; i < length; i++) store<u16>(letters + 2 * i, <u16>load<T>(at + i * sizeof<T>()));
    store<u32>(state, <u32>(letters + 2 * length), LETTERS);
  }
  return id;
}

/** Whether the entry is that of the long word at `at`. */
function isLong<T>(entry: usize, low: u64, at: usize, length: usize): bool {
  if (load<u64>(entry, KEY) != low || <usize>load<u32>(entry, LENGTH) != length) return false;
  const letters = <usize>load<u64>(entry, KEY_HIGH);
  for (let i: usize = 0; i < length; i++) {
    if (<u32>load<u16>(letters + 2 * i) != <u32>load<T>(at + i * sizeof<T>())) return false;
  }
  return true;
}

function insert(state: usize, hash: u32, low: u64, high: u64, length: usize, count: u32): i32 {
  const words = load<u32>(state, WORDS);
  let entry: usize = load<u32>(state, FREE);
  if (words >= load<u32>(state, MOST) || (entry == 0 && load<u32>(state, ENTRY) == load<u32>(state, ENTRY_END))) {
    if (!load<u32>(state, DROP)) return NO_ROOM;
    store<u32>(state, 0, DROP);
    return DROPPED;
  }
  let id: i32;
  if (entry != 0) {
    store<u32>(state, <u32>load<u64>(entry, KEY), FREE);
    id = load<i32>(entry, ID);
  } else {
    entry = load<u32>(state, ENTRY);
    store<u32>(state, <u32>(entry + ENTRY_SIZE), ENTRY);
    id = load<i32>(state, NEXT_ID);
    store<i32>(state, id + 1, NEXT_ID);
    store<i32>(entry, id, ID);
  }
  store<u64>(entry, low, KEY);
  store<u64>(entry, high, KEY_HIGH);
  store<u32>(entry, count, COUNT);
  store<u32>(entry, hash, HASH);
  store<u32>(entry, <u32>length, LENGTH);
  store<u32>(state, words + 1, WORDS);
  store<u32>(state, 0, DROP);
  link(load<u32>(state, INDEX), load<u32>(state, MASK), hash, entry);
  return id;
}

/** Puts an entry into the index. */
// @ts-ignore: decorator
@inline
function link(index: usize, mask: u32, hash: u32, entry: usize): void {
  let slot = hash & mask;
  while (load<u32>(index + ((<usize>slot) << 3), 4) != 0) slot = (slot + 1) & mask;
  store<u32>(index + ((<usize>slot) << 3), hash);
  store<u32>(index + ((<usize>slot) << 3), <u32>entry, 4);
}

/** Puts `count` entries that lie one behind the other, those that have a count, into the index, which does not have them. */
export function indexEntries(state: usize, entry: usize, count: i32): void {
  const index: usize = load<u32>(state, INDEX);
  const mask = load<u32>(state, MASK);
  for (let i = 0; i < count; i++, entry += ENTRY_SIZE) {
    if (load<u32>(entry, COUNT) != 0) link(index, mask, load<u32>(entry, HASH), entry);
  }
}

/** Interns words of the UTF-16 text, `count` spans of start, end and hash, from NEXT on, and writes ids and BREAK to OUT. DONE, FULL or ROOM. */
export function internSpans(state: usize, spansPtr: usize, count: u32): i32 {
  const text: usize = load<u32>(state, TEXT);
  const outEnd: usize = load<u32>(state, OUT_END);
  let out: usize = load<u32>(state, OUT);
  let last = load<i32>(state, LAST);
  let met = load<u32>(state, MET);
  let next = load<u32>(state, NEXT);
  let result = DONE;
  for (; next < count; next++) {
    const start = load<i32>(spansPtr + (<usize>next) * 12);
    let id = BREAK;
    if (start == BREAK) {
      if (last == BREAK) continue;
    }
    if (out == outEnd) {
      result = FULL;
      break;
    }
    if (start != BREAK) {
      const length = load<i32>(spansPtr + (<usize>next) * 12, 4) - start;
      id = intern<u16>(state, text + ((<usize>start) << 1), length, 1);
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

/**
 * Interns `count` words whose letters (UTF-16) lie at TEXT one behind the other, from word NEXT on, whose letters begin at
 * POSITION: lengths, (count) u8, how often each was met, (count) u32, and, where their ids go, (count) i32; -1 for one that
 * was met 0 times. DONE or ROOM.
 */
export function internWords(state: usize, lengthsPtr: usize, countsPtr: usize, idsPtr: usize, count: u32): i32 {
  const text: usize = load<u32>(state, TEXT);
  let position: usize = load<u32>(state, POSITION);
  let next: usize = load<u32>(state, NEXT);
  let result = DONE;
  for (; next < <usize>count; next++) {
    const length: usize = load<u8>(lengthsPtr + next);
    const times = load<u32>(countsPtr + (next << 2));
    const id = times == 0 ? -1 : intern<u16>(state, text + (position << 1), length, times);
    if (id == NO_ROOM) {
      result = ROOM;
      break;
    }
    store<i32>(idsPtr + (next << 2), id);
    position += length;
  }
  store<u32>(state, <u32>position, POSITION);
  store<u32>(state, <u32>next, NEXT);
  return result;
}

/** Writes the letters (UTF-16) of `count` entries that lie one behind the other, their lengths, (count) u8, and counts, (count) u32; gives how many letters. An entry without a count has none. */
export function spellEntries(entry: usize, count: i32, lettersPtr: usize, lengthsPtr: usize, countsPtr: usize): i32 {
  const start = lettersPtr;
  for (let i = 0; i < count; i++, entry += ENTRY_SIZE, lengthsPtr++, countsPtr += 4) {
    const times = load<u32>(entry, COUNT);
    const length: usize = times == 0 ? 0 : load<u32>(entry, LENGTH);
    store<u8>(lengthsPtr, <u8>length);
    store<u32>(countsPtr, times);
    if (length == 0) continue;
    const kind = load<u32>(entry, HASH) >> 30;
    if (kind == ASCII) {
      const bytes = v128.load(entry);
      v128.store(lettersPtr, i16x8.extend_low_i8x16_u(bytes));
      v128.store(lettersPtr, i16x8.extend_high_i8x16_u(bytes), 16);
    } else if (kind == UNITS) v128.store(lettersPtr, v128.load(entry));
    else memory.copy(lettersPtr, <usize>load<u64>(entry, KEY_HIGH), 2 * length);
    lettersPtr += 2 * length;
  }
  return <i32>((lettersPtr - start) >> 1);
}

// ---- Ids in few bytes (packed-tokens.ts) ----

/** Packs `count` ids, each from -1 to 2^28 - 2, in one to four bytes; gives how many bytes. Up to 4 bytes behind them are written to. */
export function pack(outPtr: usize, idsPtr: usize, count: i32): i32 {
  const start = outPtr;
  for (let i = 0; i < count; i++, idsPtr += 4) {
    const value = load<u32>(idsPtr) + 1;
    const length = 1 + <u32>(value >= 0x80) + <u32>(value >= 0x4000) + <u32>(value >= 0x20_0000);
    const spread =
      (value & 0x7f) | ((value & 0x3f80) << 1) | ((value & 0x1f_c000) << 2) | ((value & 0xfe0_0000) << 3);
    store<u32>(outPtr, spread | (0x8080_8080 & ((1 << ((length - 1) << 3)) - 1)));
    outPtr += length;
  }
  return <i32>(outPtr - start);
}

/** Unpacks `count` ids, each as `mapPtr`, i32 of each id, has it; -1 stays; gives how many bytes they took. Up to 4 bytes behind them are read. */
export function unpack(idsPtr: usize, bytesPtr: usize, count: i32, mapPtr: usize): i32 {
  const start = bytesPtr;
  for (let i = 0; i < count; i++, idsPtr += 4) {
    const bytes = load<u32>(bytesPtr);
    const length = (ctz<u32>(~bytes & 0x8080_8080) >> 3) + 1;
    const held = bytes & (0xffff_ffff >> (32 - (length << 3)));
    const value = (held & 0x7f) | ((held >> 1) & 0x3f80) | ((held >> 2) & 0x1f_c000) | ((held >> 3) & 0xfe0_0000);
    bytesPtr += length;
    store<i32>(idsPtr, value == 0 ? -1 : load<i32>(mapPtr + ((<usize>(value - 1)) << 2)));
  }
  return <i32>(bytesPtr - start);
}

/** Writes bytes of ASCII as UTF-16; up to 16 bytes behind them are read, and written as well. */
export function widen(unitsPtr: usize, bytesPtr: usize, count: usize): void {
  for (let i: usize = 0; i < count; i += 16) {
    const bytes = v128.load(bytesPtr + i);
    v128.store(unitsPtr + 2 * i, i16x8.extend_low_i8x16_u(bytes));
    v128.store(unitsPtr + 2 * i, i16x8.extend_high_i8x16_u(bytes), 16);
  }
}

// ---- Secrets (secrets.ts) ----

/** Every token has a run of so many letters, digits, - . / + and _, or so many of base64 behind its name and a =. */
const SHORTEST_RUN = 15;
const LONG_RUN = 40;
/** Bytes that are looked at together, and how far the next ones are: a run is seen whole in one of them. */
const BLOCK: usize = 64;
const NEXT_BLOCK: usize = 48;

// @ts-ignore: decorator
@inline
function isWord(byte: u32): bool {
  return (byte | 32) - 97 < 26 || byte - 48 < 10 || byte == 95;
}

// @ts-ignore: decorator
@inline
function isInRun(byte: u32): bool {
  return isWord(byte) || byte - 45 < 3 || byte == 43; // - . / +
}

/** A bit for each of 16 bytes that may stand in a run; above them, one for each that is a hyphen. */
// @ts-ignore: decorator
@inline
function runBits(at: usize): u32 {
  const bytes = v128.load(at);
  const letters = isBetween(v128.or(bytes, i8x16.splat(32)), i8x16.splat(97), i8x16.splat(26));
  let inRun = v128.or(letters, isBetween(bytes, i8x16.splat(45), i8x16.splat(13)));
  inRun = v128.or(inRun, v128.or(i8x16.eq(bytes, i8x16.splat(95)), i8x16.eq(bytes, i8x16.splat(43))));
  return <u32>i8x16.bitmask(inRun) | (<u32>i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(45))) << 16);
}

/**
 * Where in the bytes of ASCII at `textPtr` something begins that a secret may begin with, or a value that is a long run of
 * base64; -1 where there is nothing such. prefixesPtr: beginnings, 16 bytes each, zeros behind them, and 16 zeros at their end. BLOCK bytes
 * behind the text are read, which are zeros.
 */
export function findSecret(textPtr: usize, length: usize, prefixesPtr: usize): i32 {
  const end = textPtr + length;
  for (let at = textPtr; at < end; at += NEXT_BLOCK) {
    const a = runBits(at),
      b = runBits(at + 16),
      c = runBits(at + 32),
      d = runBits(at + 48);
    const low = (a & 0xffff) | (b << 16),
      high = (c & 0xffff) | (d << 16);
    let runs = <u64>low | ((<u64>high) << 32);
    let hyphens = (<u64>((a >> 16) | (b & 0xffff_0000))) | ((<u64>((c >> 16) | (d & 0xffff_0000))) << 32);
    hyphens &= hyphens >> 1;
    hyphens &= hyphens >> 2;
    if (hyphens != 0 && isKeyIn(at, hyphens)) return <i32>(at - textPtr);
    runs &= runs >> 1;
    runs &= runs >> 2;
    runs &= runs >> 4;
    runs &= runs >> 7;
    if (runs == 0) continue;
    // runs that begin before this block were met in the one before, and what is behind it will be met in the next
    let run = at + <usize>ctz<u64>(runs);
    let base64 = 0;
    for (; run < end && run < at + BLOCK + LONG_RUN; run++) {
      const byte = <u32>load<u8>(run);
      if (!isInRun(byte)) {
        base64 = 0;
        if (run >= at + NEXT_BLOCK) break;
        continue;
      }
      base64 = byte == 95 || byte == 45 || byte == 46 ? 0 : base64 + 1;
      if (base64 == LONG_RUN && isValue(run + 1 - LONG_RUN, textPtr)) return <i32>(run + 1 - LONG_RUN - textPtr);
      if ((run == textPtr || !isWord(<u32>load<u8>(run - 1))) && isPrefixAt(run, byte, prefixesPtr)) {
        return <i32>(run - textPtr);
      }
    }
  }
  return -1;
}

/** Whether what begins at `at` stands behind a = or a :, with up to four spaces and a quotation mark between. */
function isValue(at: usize, textPtr: usize): bool {
  if (at > textPtr && (load<u8>(at - 1) == 34 || load<u8>(at - 1) == 39)) at--;
  for (let spaces = 0; spaces < 4 && at > textPtr; spaces++, at--) {
    const byte = <u32>load<u8>(at - 1);
    if (byte != 32 && byte - 9 >= 5) break;
  }
  return at > textPtr && (load<u8>(at - 1) == 61 || load<u8>(at - 1) == 58);
}

/** Whether BEGIN stands behind the last of the hyphens in a row of `hyphens`, a bit for each four of them, in the block at `at`. */
function isKeyIn(at: usize, hyphens: u64): bool {
  while (hyphens != 0) {
    const place = at + <usize>ctz<u64>(hyphens) + 4;
    if (load<u32>(place, 1) == 0x4947_4542 && load<u8>(place) == 45) return true; // -BEGI
    hyphens &= hyphens - 1;
  }
  return false;
}

function isPrefixAt(at: usize, first: u32, prefixesPtr: usize): bool {
  for (let byte: u32 = load<u8>(prefixesPtr); byte != 0; byte = load<u8>(prefixesPtr)) {
    if (byte == first) {
      const prefix = v128.load(prefixesPtr);
      const mask = i8x16.ne(prefix, i8x16.splat(0));
      if (!v128.any_true(v128.xor(v128.and(v128.load(at), mask), prefix))) return true;
    }
    prefixesPtr += 16;
  }
  return false;
}
