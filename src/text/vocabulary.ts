// The words of a text that were counted (word-table.ts), in the order that they have from then on.
// Each table gives its words in the order of their letters, so that those of several are merged in
// one pass; a counting sort does the rest.

import {
  SHARE_COUNTS,
  SHARE_LEFT,
  SHARE_LENGTHS,
  SHARE_LETTERS,
  SHARE_NUMBERS,
  SHARE_SIZE,
} from '../kernel-interfaces/text.ts';
import type { TextKernel } from './text-kernel.ts';

/** Stands in a finished text for a word that was forgotten: an id that is rarer than any. */
export const PRUNED = 2 ** 31 - 1;

/** What was forgotten for lack of room. */
export interface Pruned {
  /** Words; one that was forgotten twice counts twice. */
  words: number;
  /** The most often that one of them had been met; 0: none was forgotten. */
  upTo: number;
}

/**
 * Words in the order of their letters, by code units, as a table has counted them. They move from
 * thread to thread.
 */
export interface SortedWords {
  /** The letters of all words, one word behind the other. */
  units: Uint16Array<ArrayBuffer>;
  /** (words) */
  lengths: Uint8Array<ArrayBuffer>;
  /** (words); 0 for one that does not count. */
  counts: Uint32Array<ArrayBuffer>;
  /** What stands for each in the running text, (words). */
  ids: Int32Array<ArrayBuffer>;
}

/** The words in their final order: by count descending, equal counts by code units. */
export interface Vocabulary {
  /** The letters of each, and a line feed. In shared memory. */
  letters: Uint16Array;
  /** (words) */
  counts: Float64Array<SharedArrayBuffer>;
  /**
   * Of the words in the order of their letters, the place of each here, (words). In shared memory.
   */
  byLetters: Int32Array;
  /**
   * Of each share's ids, the place of the word; PRUNED for one without a word. In shared memory.
   */
  ranks: Int32Array<SharedArrayBuffer>[];
}

/** Words that a step goes through, in a millisecond or two. */
const STEP = 1 << 12;
/** The longest word with its line feed, bytes. */
const LONGEST = 130;
/** Counts below this have a place in the counting sort. */
const COUNTS = 1 << 16;

/** V8 has it from Node 21 on. */
interface Transferable {
  transfer?(byteLength: number): ArrayBuffer;
}

/** Frees the memory of words now, if V8 can: when it next looks for garbage is late. */
export function release({ units, lengths, counts, ids }: SortedWords): void {
  for (const { buffer } of [units, lengths, counts, ids]) if (buffer.byteLength) (buffer as Transferable).transfer?.(0);
}

/**
 * The words of the shares; null where there are more than `most`. Yields how much is done, 0 to 1.
 */
export function* mergeWords(
  kernel: TextKernel,
  shares: readonly SortedWords[],
  most = Infinity,
): Generator<number, Vocabulary | null> {
  const room = shares.reduce((sum, { counts }) => sum + counts.length, 0);
  const numbers = shares.map(({ counts }) => kernel.allocate(4 * counts.length));
  const [counts, places, lengths] = [4, 4, 1].map((bytes) => kernel.allocate(bytes * room)) as [number, number, number];
  const merging = kernel.allocate(SHARE_SIZE * shares.length);
  for (const [index, share] of shares.entries()) {
    const [units, ofEach, times] = [2 * share.units.length, share.lengths.length, 4 * share.counts.length].map(
      (bytes) => kernel.allocate(bytes),
    ) as [number, number, number];
    kernel.units(units, share.units.length).set(share.units);
    kernel.bytes(ofEach, share.lengths.length).set(share.lengths);
    kernel.words(times, share.counts.length).set(share.counts);
    const known = kernel.words(merging + SHARE_SIZE * index, SHARE_SIZE / 4);
    known[SHARE_LETTERS / 4] = units;
    known[SHARE_LENGTHS / 4] = ofEach;
    known[SHARE_COUNTS / 4] = times;
    known[SHARE_NUMBERS / 4] = numbers[index]!;
    known[SHARE_LEFT / 4] = share.counts.length;
    yield 0;
  }
  kernel.run.beginMerge(merging, shares.length);
  let size = 0;
  for (let merged = STEP; merged === STEP; size += merged) {
    merged = kernel.run.merge(merging, shares.length, size, STEP, counts + 4 * size, places + 4 * size, lengths + size);
    yield (0.7 * size) / room;
  }
  if (size > most) return null;

  const byLetters = rankByCount(kernel.words(counts, size));
  yield 0.8;
  const order = kernel.allocate(4 * size);
  const numbered = kernel.words(order, size);
  const inOrder = new Float64Array(new SharedArrayBuffer(8 * size));
  for (let number = 0; number < size; number++) numbered[byLetters[number]!] = number;
  const met = kernel.words(counts, size);
  for (let rank = 0; rank < size; rank++) inOrder[rank] = met[numbered[rank]!]!;
  let units = size; // line feeds
  for (const length of kernel.bytes(lengths, size)) units += length;
  const letters = new Uint16Array(new SharedArrayBuffer(2 * units));
  for (let first = 0, at = 0; first < size; first += STEP) {
    const count = Math.min(STEP, size - first);
    const text = kernel.text(LONGEST * count);
    const found = kernel.run.spellNumbered(order + 4 * first, count, places, lengths, text);
    letters.set(kernel.units(text, found), at);
    at += found;
    yield 0.8 + (0.1 * first) / size;
  }
  const ranks = shares.map(({ ids }, index) => ranksOf(ids, kernel.ids(numbers[index]!, ids.length), byLetters));
  return { letters, counts: inOrder, byLetters, ranks };
}

/** Of each word, which come in the order of their letters, its place by count descending. */
function rankByCount(counts: Uint32Array): Int32Array {
  const next = new Uint32Array(COUNTS);
  const frequent: number[] = []; // of 2^31 words, 2^15 at most
  for (let number = 0; number < counts.length; number++) {
    const count = counts[number]!;
    if (count < COUNTS) next[count]!++;
    else frequent.push(number);
  }
  let place = frequent.length;
  for (let count = COUNTS - 1; count >= 0; count--) {
    const words = next[count]!;
    next[count] = place;
    place += words;
  }
  const ranks = new Int32Array(new SharedArrayBuffer(4 * counts.length));
  frequent.sort((a, b) => counts[b]! - counts[a]! || a - b);
  for (const [rank, number] of frequent.entries()) ranks[number] = rank;
  for (let number = 0; number < counts.length; number++) {
    const count = counts[number]!;
    if (count < COUNTS) ranks[number] = next[count]!++;
  }
  return ranks;
}

function ranksOf(ids: Int32Array, numbers: Int32Array, byLetters: Int32Array): Int32Array<SharedArrayBuffer> {
  let most = -1;
  for (let word = 0; word < ids.length; word++) if (ids[word]! > most) most = ids[word]!;
  const ranks = new Int32Array(new SharedArrayBuffer(4 * (most + 1))).fill(PRUNED);
  for (let word = 0; word < ids.length; word++) {
    if (numbers[word]! >= 0) ranks[ids[word]!] = byLetters[numbers[word]!]!;
  }
  return ranks;
}

/** Words whose letters are put together at a time. */
const WORDS = 1 << 14;

/** The words with a line feed behind each, in shared memory. */
export function lettersOf(words: readonly string[]): Uint16Array<SharedArrayBuffer> {
  let length = words.length;
  for (const word of words) length += word.length;
  const letters = new Uint16Array(new SharedArrayBuffer(2 * length));
  let at = 0;
  for (let from = 0; from < words.length; from += WORDS) {
    const text = `${words.slice(from, from + WORDS).join('\n')}\n`;
    for (let i = 0; i < text.length; i++) letters[at++] = text.charCodeAt(i);
  }
  return letters;
}

/** Letters that become a string at a time. */
const CHUNK = 1 << 16;

/** The first `count` words as strings. */
export function spell(letters: Uint16Array, count: number): string[] {
  const words = new Array<string>(count);
  let done = 0;
  let bytes = new Uint8Array(CHUNK);
  const [ascii, utf16] = [new TextDecoder(), new TextDecoder('utf-16le', { ignoreBOM: true })];
  for (let from = 0; done < count;) {
    let to = Math.min(from + CHUNK, letters.length);
    while (letters[to - 1] !== 0x0a) to--;
    if (to === from) to = letters.indexOf(0x0a, from) + 1; // a phrase of very many words
    const units = letters.subarray(from, to - 1);
    if (units.length > bytes.length) bytes = new Uint8Array(units.length);
    let all = 0;
    for (let i = 0; i < units.length; i++) {
      all |= units[i]!;
      bytes[i] = units[i]!;
    }
    // a string of ASCII takes half of the memory; decoders do not take shared memory
    const text =
      all < 0x80 ? ascii.decode(bytes.subarray(0, units.length)) : utf16.decode(new Uint8Array(units.slice().buffer));
    for (const word of text.split('\n')) if (done < count) words[done++] = word;
    from = to;
  }
  return words;
}
