// The table of words: an index of (hash, entry), open addressing with linear probing, and entries
// in the order of their words' first appearance, so that those of frequent words lie together.
// Words of up to 16 letters of ASCII, or of up to 8 others, lie in their entry as such, with zeros
// behind them; the letters of longer ones lie apart.
//
// Entries have 32 bytes.

import {
  INDEX,
  MASK,
  WORDS,
  MOST,
  ENTRY,
  ENTRY_END,
  FREE,
  NEXT_ID,
  LETTERS,
  LETTERS_END,
  DROP,
  NO_ROOM,
  DROPPED,
} from './state';
import { bytesAt, firstBytes } from './characters';

/** A short word's letters; a long one's second hash and where its letters are. u64 each. */
export const KEY: usize = 0;
export const KEY_HIGH: usize = 8;
export const COUNT: usize = 16;
export const ID: usize = 20;
export const HASH: usize = 24;
/** In UTF-16 units. */
export const LENGTH: usize = 28;
export const ENTRY_SIZE: usize = 32;
/** The two highest bits of a hash: how the word is kept. */
export const ASCII: u32 = 0;
export const UNITS: u32 = 1;
export const LONG: u32 = 2;

// @ts-ignore: decorator
@inline
export function hashOf(low: u64, high: u64, kind: u32): u32 {
  let x = (low ^ rotl<u64>(high * 0xc2b2ae3d27d4eb4f, 31)) * 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93;
  return (<u32>(x >> 34)) | (kind << 30);
}

/** The id of the word at `at`, which is counted `count` times; NO_ROOM or DROPPED. */
export function intern<T>(state: usize, at: usize, length: usize, count: u32): i32 {
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
export function entryOf(index: usize, mask: u32, hash: u32, low: u64, high: u64): usize {
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
    low = (low ^ (<u64>load<T>(at + i * sizeof<T>()))) * 0x9e3779b97f4a7c15;
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

export function insert(state: usize, hash: u32, low: u64, high: u64, length: usize, count: u32): i32 {
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

/**
 * Puts `count` entries that lie one behind the other, those that have a count, into the index,
 * which does not have them.
 */
export function indexEntries(state: usize, entry: usize, count: i32): void {
  const index: usize = load<u32>(state, INDEX);
  const mask = load<u32>(state, MASK);
  for (let i = 0; i < count; i++, entry += ENTRY_SIZE) {
    if (load<u32>(entry, COUNT) != 0) link(index, mask, load<u32>(entry, HASH), entry);
  }
}

/** How the word of an entry is kept: ASCII, UNITS or LONG. */
// @ts-ignore: decorator
@inline
export function kindOf(entry: usize): u32 {
  return load<u32>(entry, HASH) >> 30;
}

/**
 * Writes the letters (UTF-16) of an entry's word of `length` units; up to 32 bytes behind them are
 * written to.
 */
// @ts-ignore: decorator
@inline
export function spell(entry: usize, length: usize, lettersPtr: usize): void {
  const kind = kindOf(entry);
  if (kind == ASCII) {
    const bytes = v128.load(entry);
    v128.store(lettersPtr, i16x8.extend_low_i8x16_u(bytes));
    v128.store(lettersPtr, i16x8.extend_high_i8x16_u(bytes), 16);
  } else if (kind == UNITS) v128.store(lettersPtr, v128.load(entry));
  else memory.copy(lettersPtr, <usize>load<u64>(entry, KEY_HIGH), length << 1);
}
