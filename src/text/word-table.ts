// Counts words and gives them ids, in the memory of the kernel that reads (src/kernels/text.ts): no
// call and no string for any word.
//
// Its memory is bounded. Where there is no room for one more word, the rarest are forgotten, as the
// original word2vec tool (ReduceVocab) and gensim (prune_vocab) do: those that came once, the next
// time those that came up to twice, and so on. A word that was forgotten and comes again starts
// from 1.

import * as KERNEL from '../kernel-interfaces/text.ts';
import {
  DIGITS,
  DONE,
  ENTRY_SIZE,
  FOLD,
  FULL,
  HARD,
  LONG,
  ROOM as CROWDED,
  SORTED_SIZE,
} from '../kernel-interfaces/text.ts';
import type { TextKernel } from './text-kernel.ts';
import { BREAK, CLASSES } from './tokenizer.ts';
import type { Pruned, SortedWords } from './vocabulary.ts';

export { DONE, FULL, HARD, CROWDED };

/**
 * Why reading stopped: all of it is read; there are as many ids as have room; the reference is to
 * go on; words must be forgotten.
 */
export type Stop = typeof DONE | typeof FULL | typeof HARD | typeof CROWDED;

/** Ids that are written at a time. */
const IDS = 1 << 14;
/** Words of the reference at a time. */
export const MOST_SPANS = 1 << 10;

// Places of 32-bit numbers, by the first
const { POSITION, END, UNTIL, TEXT, CLASSES: REGION_CLASSES, PROSE: PROSE_CLASSES, FLAGS, LOWER } = inNumbers(KERNEL);
const { OUT, OUT_END, LAST, MET, INDEX, MASK, WORDS, MOST, ENTRY, ENTRY_END, FREE, NEXT_ID } = inNumbers(KERNEL);
const { LETTERS, LETTERS_END, DROP, NEXT, ONES, STATE_SIZE: FIELDS } = inNumbers(KERNEL);
const { KEY, KEY_HIGH, COUNT, ID, HASH, LENGTH, ENTRY_SIZE: NUMBERS } = inNumbers(KERNEL);

/** So much is sorted at a time, in some milliseconds. */
const SORTED_AT_ONCE = SORTED_SIZE << 15;
/** Bytes of entries and of letters that are allocated at a time. */
const ENTRIES = 4096 * ENTRY_SIZE;
const LETTERS_CHUNK = 1 << 16;
const LONGEST_WORD = 128; // bytes
/** Slots of the first index, of which a share is filled before it is doubled. */
const SLOTS = 1 << 12;
const FILLED = 0.6;
/** A share of the room that forgetting must free, so that it is not done for every few words. */
const FREED = 1 / 8;
/** Entries that are gone through at a time, in a millisecond or a few. */
const STEP = 1 << 12;
/** Counts from here on are not told apart when it is decided what to forget. */
const COUNTS = 1 << 16;

/** Entries that lie one behind the other. */
interface Row {
  pointer: number;
  entries: number;
}

export class WordTable {
  readonly #kernel: TextKernel;
  readonly #limit: number;
  readonly #state: number;
  readonly #fields: Uint32Array;
  readonly #ids: number;
  readonly #pruned: Pruned = { words: 0, upTo: 0 };
  /** In the order of ids. */
  readonly #rows: Row[] = [];
  /** What indexes were that have become too small: room for entries. */
  readonly #spare: Row[] = [];
  #letters: number[] = [];
  #spareLetters: number[] = [];
  #proseClasses = 0;
  #codeClasses = 0;
  #spans = 0;

  /** `limit`: the most words at a time. */
  constructor(kernel: TextKernel, limit: number) {
    this.#kernel = kernel;
    this.#limit = limit;
    this.#state = kernel.allocate(4 * FIELDS);
    this.#fields = kernel.words(this.#state, FIELDS);
    this.#fields.fill(0xffff_ffff, ONES, ONES + 4);
    this.#ids = kernel.allocate(4 * IDS);
    this.#fields[OUT] = this.#ids;
    this.#fields[OUT_END] = this.#ids + 4 * IDS;
    this.#fields[LAST] = BREAK;
    this.#makeIndex(SLOTS);
    this.#makeRoom();
  }

  /** What was forgotten so far. */
  get pruned(): Pruned {
    return { ...this.#pruned };
  }

  /** Words at present. */
  get size(): number {
    return this.#fields[WORDS]!;
  }

  /** Words met, all of their repetitions counted. */
  get met(): number {
    return this.#fields[MET]!;
  }

  /** Where reading goes on, in characters. */
  get position(): number {
    return this.#fields[POSITION]!;
  }

  set position(position: number) {
    this.#fields[POSITION] = position;
  }

  /** The last id; `BREAK` where a sentence has ended. */
  get last(): number {
    return this.#fields[LAST]! | 0;
  }

  set last(id: number) {
    this.#fields[LAST] = id;
  }

  /**
   * Says what characters of code are, and what becomes of words. `lower`: of each code unit its
   * lower case, or 0; null leaves case as it is.
   */
  prepare(codeClasses: Uint8Array, lower: Uint16Array | null, digits: boolean): void {
    const kernel = this.#kernel;
    this.#proseClasses = kernel.allocate(CLASSES.length);
    kernel.bytes(this.#proseClasses, CLASSES.length).set(CLASSES);
    this.#codeClasses = kernel.allocate(codeClasses.length);
    kernel.bytes(this.#codeClasses, codeClasses.length).set(codeClasses);
    this.#spans = kernel.allocate(12 * MOST_SPANS);
    this.#fields[PROSE_CLASSES] = this.#proseClasses;
    if (lower) {
      this.#fields[LOWER] = kernel.allocate(2 * lower.length);
      kernel.units(this.#fields[LOWER], lower.length).set(lower);
    }
    this.#fields[FLAGS] = digits ? DIGITS : 0;
  }

  /** Goes on in the region [start, end) of the text at `text`. */
  enter(text: number, start: number, end: number, isCode: boolean): void {
    const fields = this.#fields;
    fields[TEXT] = text;
    fields[POSITION] = start;
    fields[END] = end;
    fields[REGION_CLASSES] = isCode ? this.#codeClasses : this.#proseClasses;
    if (fields[LOWER] !== 0) fields[FLAGS] = isCode ? fields[FLAGS]! & ~FOLD : fields[FLAGS]! | FOLD;
  }

  /** Reads on, and begins no word at `until` or behind it. `isAscii`: the text is bytes. */
  read(until: number, isAscii: boolean): Stop {
    this.#fields[UNTIL] = until;
    const { run } = this.#kernel;
    return this.#withRoom(() => (isAscii ? run.readBytes(this.#state) : run.readUnits(this.#state)));
  }

  /** Where the reference puts its words: start, end and hash of each, (MOST_SPANS, 3). */
  get spans(): Int32Array {
    return this.#kernel.ids(this.#spans, 3 * MOST_SPANS);
  }

  /**
   * Takes the first `count` spans; after it stopped for lack of room it goes on where it was,
   * unless this is the `first` call for them.
   */
  internSpans(count: number, first: boolean): Stop {
    if (first) this.#fields[NEXT] = 0;
    return this.#withRoom(() => this.#kernel.run.internSpans(this.#state, this.#spans, count));
  }

  /** Ends a sentence, unless one has just ended; false where there is no room for the id. */
  break(): boolean {
    const fields = this.#fields;
    if (this.last === BREAK) return true;
    if (fields[OUT] === fields[OUT_END]) return false;
    this.#kernel.ids(fields[OUT]!, 1)[0] = fields[LAST] = BREAK;
    fields[OUT]! += 4;
    return true;
  }

  /** The ids since the last call, a view that is to be read before more are written. */
  take(): Int32Array {
    const ids = this.#kernel.ids(this.#ids, (this.#fields[OUT]! - this.#ids) / 4);
    this.#fields[OUT] = this.#ids;
    return ids;
  }

  /**
   * The next word that finds no room is left out: every word there is room for is too frequent to
   * be forgotten.
   */
  dropNext(): void {
    this.#fields[DROP] = 1;
  }

  #lettersOfAll(): number {
    let letters = 0;
    for (const { numbers } of this.#parts()) {
      for (let at = 0; at < numbers.length; at += NUMBERS)
        if (numbers[at + COUNT] !== 0) letters += numbers[at + LENGTH]!;
    }
    return letters;
  }

  /**
   * The words in the order of their letters; the table takes no more words. Yields every few
   * milliseconds.
   */
  *sorted(): Generator<void, SortedWords> {
    const kernel = this.#kernel;
    const from = this.#fields[INDEX]!; // nothing is looked up any more: the index gives its place
    let to = from;
    for (const { pointer, numbers } of this.#parts()) {
      to = kernel.run.toSort(to, pointer, numbers.length / NUMBERS);
      yield;
    }
    yield* this.#sort(from, to, 0, kernel.allocate(8));
    const total = (to - from) / SORTED_SIZE;
    const lengths = new Uint8Array(total);
    const counts = new Uint32Array(total);
    const ids = new Int32Array(total);
    const units = new Uint16Array(this.#lettersOfAll());
    let letters = 0;
    for (let first = 0; first < total; first += STEP) {
      const count = Math.min(STEP, total - first);
      const countsAt = kernel.text(count * (LONGEST_WORD + 9) + 32);
      const idsAt = countsAt + 4 * count;
      const lengthsAt = idsAt + 4 * count;
      const text = lengthsAt + count;
      const found = kernel.run.spellSorted(from + first * SORTED_SIZE, count, text, lengthsAt, countsAt, idsAt);
      counts.set(kernel.words(countsAt, count), first);
      ids.set(kernel.ids(idsAt, count), first);
      lengths.set(kernel.bytes(lengthsAt, count), first);
      units.set(new Uint16Array(kernel.bytes(text, 2 * found).slice().buffer), letters);
      letters += found;
      yield;
    }
    return { units, lengths, counts, ids };
  }

  /**
   * Sorts words that have the same letters before letter `depth`, with `bounds` for two numbers.
   */
  *#sort(from: number, to: number, depth: number, bounds: number): Generator<void> {
    const { run } = this.#kernel;
    while (to - from > SORTED_AT_ONCE) {
      run.partition(from, to, bounds);
      const [less, greater] = this.#kernel.words(bounds, 2) as unknown as [number, number];
      yield;
      if (run.deepen(less, greater, depth + 4)) yield* this.#sort(less, greater, depth + 4, bounds);
      if (less - from < to - greater) {
        yield* this.#sort(from, less, depth, bounds);
        from = greater;
      } else {
        yield* this.#sort(greater, to, depth, bounds);
        to = less;
      }
    }
    run.sort(from, to, depth, bounds);
    yield;
  }

  /**
   * Forgets the rarest words, at least FREED of the room, and gives their ids: from now on these
   * are given to other words. Yields every few milliseconds; nothing may be read before it is done.
   */
  *pruning(): Generator<void, Int32Array> {
    const fields = this.#fields;
    const histogram = new Uint32Array(COUNTS);
    for (const part of this.#parts()) {
      for (let at = COUNT; at < part.numbers.length; at += NUMBERS)
        histogram[Math.min(part.numbers[at]!, COUNTS - 1)]!++;
      yield;
    }
    histogram[0] = 0; // entries that are free
    let { upTo } = this.#pruned;
    let freed = histogram.subarray(0, upTo + 1).reduce((sum, words) => sum + words, 0);
    do freed += histogram[++upTo]!;
    while (freed < this.#limit * FREED && upTo < COUNTS - 2);

    const ids = new Int32Array(freed);
    const before = this.#letters;
    this.#letters = [];
    fields[LETTERS] = fields[LETTERS_END] = 0;
    freed = 0;
    for (const { pointer, numbers } of this.#parts()) {
      for (let at = 0; at < numbers.length; at += NUMBERS) {
        if (numbers[at + COUNT] === 0) continue;
        if (numbers[at + COUNT]! <= upTo) {
          ids[freed++] = numbers[at + ID]!;
          numbers[at + COUNT] = 0;
          numbers[at + KEY] = fields[FREE]!;
          fields[FREE] = pointer + 4 * at;
        } else if (numbers[at + HASH]! >>> 30 === LONG) numbers[at + KEY_HIGH] = this.#moveLetters(numbers, at);
      }
      yield;
    }
    for (const part of before) this.#spareLetters.push(part);
    fields[WORDS]! -= freed;
    this.#pruned.words += freed;
    this.#pruned.upTo = upTo;
    this.#kernel.bytes(fields[INDEX]!, 8 * (fields[MASK]! + 1)).fill(0);
    for (const { pointer, numbers } of this.#parts()) {
      this.#kernel.run.indexEntries(this.#state, pointer, numbers.length / NUMBERS);
      yield;
    }
    return ids;
  }

  /** Copies the letters of an entry to a fresh place. */
  #moveLetters(numbers: Uint32Array, at: number): number {
    const bytes = 2 * numbers[at + LENGTH]!;
    if (this.#fields[LETTERS]! + bytes > this.#fields[LETTERS_END]!) this.#makeLetters();
    const place = this.#fields[LETTERS]!;
    this.#kernel.bytes(place, bytes).set(this.#kernel.bytes(numbers[at + KEY_HIGH]!, bytes));
    this.#fields[LETTERS] = place + bytes;
    return place;
  }

  /** Rows of entries, up to the last that was ever used. */
  *#filled(): Generator<Row> {
    let left = this.#fields[NEXT_ID]!;
    for (const { pointer, entries } of this.#rows) {
      yield { pointer, entries: Math.min(entries, left) };
      left -= Math.min(entries, left);
    }
  }

  /** The same in parts that are gone through in a millisecond or a few, with their numbers. */
  *#parts(): Generator<{ pointer: number; numbers: Uint32Array }> {
    for (const { pointer, entries } of this.#filled()) {
      for (let first = 0; first < entries; first += STEP) {
        const at = pointer + first * ENTRY_SIZE;
        yield { pointer: at, numbers: this.#kernel.words(at, NUMBERS * Math.min(STEP, entries - first)) };
      }
    }
  }

  /** Makes room as long as the kernel asks for it. */
  #withRoom(run: () => number): Stop {
    for (;;) {
      const stop = run();
      if (stop !== CROWDED) return stop as Stop;
      if (this.#fields[WORDS]! >= this.#limit) return CROWDED;
      this.#makeRoom();
    }
  }

  #makeRoom(): void {
    const fields = this.#fields;
    if (fields[WORDS]! >= fields[MOST]!) {
      const old = { pointer: fields[INDEX]!, entries: (8 * (fields[MASK]! + 1)) / ENTRY_SIZE };
      this.#makeIndex(2 * (fields[MASK]! + 1));
      for (const { pointer, numbers } of this.#parts()) {
        this.#kernel.run.indexEntries(this.#state, pointer, numbers.length / NUMBERS);
      }
      this.#kernel.bytes(old.pointer, old.entries * ENTRY_SIZE).fill(0);
      this.#spare.push(old);
    }
    if (fields[FREE] === 0 && fields[ENTRY] === fields[ENTRY_END]) {
      const row = this.#spare.pop() ?? {
        pointer: this.#kernel.allocate(ENTRIES),
        entries: ENTRIES / ENTRY_SIZE,
      };
      this.#rows.push(row);
      fields[ENTRY] = row.pointer;
      fields[ENTRY_END] = row.pointer + row.entries * ENTRY_SIZE;
    }
    if (fields[LETTERS_END]! - fields[LETTERS]! < LONGEST_WORD) this.#makeLetters();
  }

  #makeIndex(slots: number): void {
    this.#fields[INDEX] = this.#kernel.allocate(8 * slots);
    this.#fields[MASK] = slots - 1;
    this.#fields[MOST] = Math.min(this.#limit, Math.floor(FILLED * slots));
  }

  #makeLetters(): void {
    const pointer = this.#spareLetters.pop() ?? this.#kernel.allocate(LETTERS_CHUNK);
    this.#letters.push(pointer);
    this.#fields[LETTERS] = pointer;
    this.#fields[LETTERS_END] = pointer + LETTERS_CHUNK;
  }
}

/** Offsets that are bytes as places of 32-bit numbers. */
function inNumbers<Name extends string>(offsets: Readonly<Record<Name, number>>): Record<Name, number> {
  const places = Object.entries<number>(offsets).map(([name, offset]) => [name, offset / 4]);
  return Object.fromEntries(places) as Record<Name, number>;
}
