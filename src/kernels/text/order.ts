// Words in the order of their letters (UTF-16 code units), four at a time as a number, the first in
// its highest bits, with zeros behind the end of a word: a multikey quicksort over the entries of a
// table (Bentley and Sedgewick, "Fast algorithms for sorting and searching strings", SODA 1997),
// and a merge of words that lie in that order already.

import { KEY, KEY_HIGH, COUNT, ID, LENGTH, ENTRY_SIZE, ASCII, UNITS, kindOf, spell } from './table';

/** What is sorted: four letters of a word, u64, and its entry, u32. */
export const SIZE: usize = 12;
const ENTRY: usize = 8;
/** So few are sorted by insertion. */
const FEW: usize = 16 * SIZE;

/** Whether a word goes on behind four letters. */
// @ts-ignore: decorator
@inline
function goesOn(letters: u64): bool {
  return (letters & 0xffff) != 0;
}

/** Four units as they lie in memory. */
// @ts-ignore: decorator
@inline
function reversed(units: u64): u64 {
  const halves = rotl<u64>(units, 32);
  return ((halves & 0x0000_ffff_0000_ffff) << 16) | ((halves >> 16) & 0x0000_ffff_0000_ffff);
}

/** Four letters of a word of `length` units at `at`, from letter `depth` on. */
// @ts-ignore: decorator
@inline
function lettersAt(at: usize, length: usize, depth: usize): u64 {
  if (depth >= length) return 0;
  const units = reversed(load<u64>(at + (depth << 1)));
  const left = length - depth;
  return left >= 4 ? units : units & ~((<u64>-1) >> (<u64>(left << 4)));
}

/** The same of an entry. */
function lettersOf(entry: usize, depth: usize): u64 {
  const kind = kindOf(entry);
  if (kind == ASCII) {
    if (depth >= 16) return 0;
    const bytes: u64 = bswap<u32>(load<u32>(entry + KEY + depth));
    const pairs = (bytes | (bytes << 16)) & 0x0000_ffff_0000_ffff;
    return (pairs | (pairs << 8)) & 0x00ff_00ff_00ff_00ff;
  }
  if (kind == UNITS) return depth >= 8 ? 0 : reversed(load<u64>(entry + KEY + (depth << 1)));
  return lettersAt(<usize>load<u64>(entry, KEY_HIGH), load<u32>(entry, LENGTH), depth);
}

/**
 * Makes those of `count` entries, one behind the other, that have a count, ready to be sorted;
 * gives where they end.
 */
export function toSort(outPtr: usize, entry: usize, count: i32): usize {
  for (let i = 0; i < count; i++, entry += ENTRY_SIZE) {
    if (load<u32>(entry, COUNT) == 0) continue;
    store<u64>(outPtr, lettersOf(entry, 0));
    store<u32>(outPtr, <u32>entry, ENTRY);
    outPtr += SIZE;
  }
  return outPtr;
}

// @ts-ignore: decorator
@inline
function exchange(a: usize, b: usize): void {
  const letters = load<u64>(a),
    entry = load<u32>(a, ENTRY);
  store<u64>(a, load<u64>(b));
  store<u32>(a, load<u32>(b, ENTRY), ENTRY);
  store<u64>(b, letters);
  store<u32>(b, entry, ENTRY);
}

// @ts-ignore: decorator
@inline
function median(a: u64, b: u64, c: u64): u64 {
  return a < b ? (b < c ? b : a < c ? c : a) : a < c ? a : b < c ? c : b;
}

/**
 * Parts [from, to) by the letters of one of them: where those with the same begin, and where they
 * end, goes to `boundsPtr`, (2) u32.
 */
export function partition(from: usize, to: usize, boundsPtr: usize): void {
  const third = ((to - from) / SIZE / 3) * SIZE,
    ninth = (third / SIZE / 3) * SIZE;
  const pivot = median(
    median(load<u64>(from), load<u64>(from + ninth), load<u64>(from + 2 * ninth)),
    median(load<u64>(from + third), load<u64>(from + third + ninth), load<u64>(from + third + 2 * ninth)),
    median(load<u64>(to - SIZE), load<u64>(to - SIZE - ninth), load<u64>(to - SIZE - 2 * ninth)),
  );
  let less = from,
    greater = to;
  for (let at = from; at < greater;) {
    const letters = load<u64>(at);
    if (letters < pivot) {
      exchange(less, at);
      less += SIZE;
      at += SIZE;
    } else if (letters > pivot) {
      greater -= SIZE;
      exchange(at, greater);
    } else at += SIZE;
  }
  store<u32>(boundsPtr, <u32>less);
  store<u32>(boundsPtr, <u32>greater, 4);
}

/**
 * Goes on to letter `depth` of words that have the same letters before it; false where these are
 * all of them, which is one word.
 */
export function deepen(from: usize, to: usize, depth: usize): bool {
  if (!goesOn(load<u64>(from))) return false;
  for (let at = from; at < to; at += SIZE) store<u64>(at, lettersOf(load<u32>(at, ENTRY), depth));
  return true;
}

/**
 * Sorts [from, to), of words that have the same letters before letter `depth`. `boundsPtr`: room
 * for two u32.
 */
export function sort(from: usize, to: usize, depth: usize, boundsPtr: usize): void {
  while (to - from > FEW) {
    partition(from, to, boundsPtr);
    const less: usize = load<u32>(boundsPtr),
      greater: usize = load<u32>(boundsPtr, 4);
    if (deepen(less, greater, depth + 4)) sort(less, greater, depth + 4, boundsPtr);
    // the larger side in this loop, so that calls are never deeper than the logarithm of the words
    if (less - from < to - greater) {
      sort(from, less, depth, boundsPtr);
      from = greater;
    } else {
      sort(greater, to, depth, boundsPtr);
      to = less;
    }
  }
  for (let next = from + SIZE; next < to; next += SIZE) {
    for (let at = next; at > from && precedes(at, at - SIZE, depth); at -= SIZE) exchange(at, at - SIZE);
  }
}

function precedes(a: usize, b: usize, depth: usize): bool {
  let first = load<u64>(a),
    second = load<u64>(b);
  while (first == second && goesOn(first)) {
    depth += 4;
    first = lettersOf(load<u32>(a, ENTRY), depth);
    second = lettersOf(load<u32>(b, ENTRY), depth);
  }
  return first < second;
}

/**
 * Writes the letters (UTF-16) of `count` sorted words, their lengths, (count) u8, counts, (count)
 * u32, and ids, (count) i32; gives how many letters. Up to 32 bytes behind the letters are written
 * to.
 */
export function spellSorted(
  sortedPtr: usize,
  count: i32,
  lettersPtr: usize,
  lengthsPtr: usize,
  countsPtr: usize,
  idsPtr: usize,
): i32 {
  const start = lettersPtr;
  for (let i = 0; i < count; i++, sortedPtr += SIZE, lengthsPtr++, countsPtr += 4, idsPtr += 4) {
    const entry: usize = load<u32>(sortedPtr, ENTRY);
    const length: usize = load<u32>(entry, LENGTH);
    store<u8>(lengthsPtr, <u8>length);
    store<u32>(countsPtr, load<u32>(entry, COUNT));
    store<i32>(idsPtr, load<i32>(entry, ID));
    spell(entry, length, lettersPtr);
    lettersPtr += length << 1;
  }
  return <i32>((lettersPtr - start) >> 1);
}

// Sorted words that are merged: the next of them, u32 each but for its first four letters, u64
const NEXT_LETTERS: usize = 0;
/** Where its letters, its length, u8, and its count, u32, are. */
export const LETTERS: usize = 8;
export const LENGTHS: usize = 12;
export const COUNTS: usize = 16;
/** Where its number among the merged words goes, i32. */
export const NUMBERS: usize = 20;
/** How many are left. */
export const LEFT: usize = 24;
export const SHARE_SIZE: usize = 32;

/** Passes over words that do not count, whose number is -1, and looks at the next. */
function look(share: usize): void {
  let left = load<u32>(share, LEFT);
  let letters: usize = load<u32>(share, LETTERS),
    lengths: usize = load<u32>(share, LENGTHS),
    counts: usize = load<u32>(share, COUNTS),
    numbers: usize = load<u32>(share, NUMBERS);
  for (; left > 0 && load<u32>(counts) == 0; left--, counts += 4, numbers += 4) {
    store<i32>(numbers, -1);
    letters += (<usize>load<u8>(lengths++)) << 1;
  }
  store<u32>(share, <u32>letters, LETTERS);
  store<u32>(share, <u32>lengths, LENGTHS);
  store<u32>(share, <u32>counts, COUNTS);
  store<u32>(share, <u32>numbers, NUMBERS);
  store<u32>(share, left, LEFT);
  if (left > 0) store<u64>(share, lettersAt(letters, load<u8>(lengths), 0), NEXT_LETTERS);
}

/** Looks at the first word of each of `count` shares of sorted words. */
export function beginMerge(sharesPtr: usize, count: i32): void {
  for (let i = 0; i < count; i++) look(sharesPtr + <usize>i * SHARE_SIZE);
}

/**
 * Below 0 where the word at `a` comes before that at `b`, 0 where they are the same; their first
 * four letters are.
 */
function compareRest(a: usize, lengthA: usize, b: usize, lengthB: usize, letters: u64): i32 {
  let first = letters,
    second = letters;
  for (let depth: usize = 4; first == second && goesOn(first); depth += 4) {
    first = lettersAt(a, lengthA, depth);
    second = lettersAt(b, lengthB, depth);
  }
  return first < second ? -1 : i32(first > second);
}

/**
 * Merges `shares`, (shareCount), on to `most` words, the first of which is number `number`: counts,
 * (most) u32, and where the letters, u32, and how long, u8, each is. Gives how many words; fewer
 * than `most` at the end.
 */
export function merge(
  sharesPtr: usize,
  shareCount: i32,
  number: i32,
  most: i32,
  countsPtr: usize,
  placesPtr: usize,
  lengthsPtr: usize,
): i32 {
  const end = sharesPtr + <usize>shareCount * SHARE_SIZE;
  let merged = 0;
  for (; merged < most; merged++, number++) {
    let first: u64 = 0;
    let word: usize = 0,
      length: usize = 0,
      from: usize = 0;
    for (let share = sharesPtr; share < end; share += SHARE_SIZE) {
      if (load<u32>(share, LEFT) == 0) continue;
      const letters = load<u64>(share, NEXT_LETTERS);
      if (from != 0 && letters > first) continue;
      const at: usize = load<u32>(share, LETTERS),
        size: usize = load<u8>(load<u32>(share, LENGTHS));
      if (from != 0 && letters == first && compareRest(at, size, word, length, letters) >= 0) continue;
      first = letters;
      word = at;
      length = size;
      from = share;
    }
    if (from == 0) break;
    let count: u32 = 0;
    for (let share = from; share < end; share += SHARE_SIZE) {
      if (load<u32>(share, LEFT) == 0 || load<u64>(share, NEXT_LETTERS) != first) continue;
      const at: usize = load<u32>(share, LETTERS),
        lengths: usize = load<u32>(share, LENGTHS),
        size: usize = load<u8>(lengths);
      if (share != from && compareRest(at, size, word, length, first) != 0) continue;
      const counts: usize = load<u32>(share, COUNTS),
        numbers: usize = load<u32>(share, NUMBERS);
      count += load<u32>(counts);
      store<i32>(numbers, number);
      store<u32>(share, <u32>(at + (size << 1)), LETTERS);
      store<u32>(share, <u32>(lengths + 1), LENGTHS);
      store<u32>(share, <u32>(counts + 4), COUNTS);
      store<u32>(share, <u32>(numbers + 4), NUMBERS);
      store<u32>(share, load<u32>(share, LEFT) - 1, LEFT);
      look(share);
    }
    store<u32>(countsPtr, count);
    store<u32>(placesPtr, <u32>word);
    store<u8>(lengthsPtr, <u8>length);
    countsPtr += 4;
    placesPtr += 4;
    lengthsPtr++;
  }
  return merged;
}

/**
 * Writes the letters of the words with these numbers, (count) u32, and a line feed behind each;
 * gives how many units.
 */
export function spellNumbered(
  numbersPtr: usize,
  count: i32,
  placesPtr: usize,
  lengthsPtr: usize,
  lettersPtr: usize,
): i32 {
  const start = lettersPtr;
  for (let i = 0; i < count; i++, numbersPtr += 4) {
    const number: usize = load<u32>(numbersPtr);
    const bytes: usize = (<usize>load<u8>(lengthsPtr + number)) << 1;
    memory.copy(lettersPtr, load<u32>(placesPtr + (number << 2)), bytes);
    store<u16>(lettersPtr + bytes, 10);
    lettersPtr += bytes + 2;
  }
  return <i32>((lettersPtr - start) >> 1);
}
