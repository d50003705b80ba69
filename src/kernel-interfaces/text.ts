// What the module of src/kernels/text.ts exports. Written by scripts/build.mjs; not to be edited.

/**
 * In characters of the text: where reading goes on; where the region ends; and where no word is
 * begun any more.
 */
export const POSITION = 0;

export const END = 4;

export const UNTIL = 8;

export const TEXT = 12;

/** Classes of the 65,536 code units: in the region at hand, and in prose. */
export const CLASSES = 16;

export const PROSE = 20;

/** FOLD and DIGITS. */
export const FLAGS = 24;

/** Lower case of each code unit, (65536) u16, or 0. */
export const LOWER = 28;

/** Ids, i32: where the next one goes, and where there is no more room. */
export const OUT = 32;

export const OUT_END = 36;

/** The last id that was written. */
export const LAST = 40;

/** Words met. */
export const MET = 44;

export const INDEX = 48;

/** Slots of the index, less 1. */
export const MASK = 52;

/** Words in the table, and the most that there may be. */
export const WORDS = 56;

export const MOST = 60;

/** Free entries: the next of a row, and where it ends; and a list of single ones, 0 at its end. */
export const ENTRY = 64;

export const ENTRY_END = 68;

export const FREE = 72;

export const NEXT_ID = 76;

/** Free bytes for the letters of long words. */
export const LETTERS = 80;

export const LETTERS_END = 84;

/** Whether the next new word is left out where it finds no room. */
export const DROP = 88;

/** The span that `internSpans` takes next. */
export const NEXT = 92;

/** Sixteen bytes of ones, and then sixteen of zeros. */
export const ONES = 96;

export const STATE_SIZE = 128;

export const FOLD = 1;

export const DIGITS = 2;

export const DONE = 0;

/** The room for ids is used up. */
export const FULL = 1;

/** What stands at POSITION is left to the reference. */
export const HARD = 2;

/** There is no room for the word at POSITION, or NEXT. */
export const ROOM = 3;

/** A short word's letters; a long one's second hash and where its letters are. u64 each. */
export const KEY = 0;

export const KEY_HIGH = 8;

export const COUNT = 16;

export const ID = 20;

export const HASH = 24;

/** In UTF-16 units. */
export const LENGTH = 28;

export const ENTRY_SIZE = 32;

export const LONG = 2;

/** What is sorted: four letters of a word, u64, and its entry, u32. */
export const SORTED_SIZE = 12;

/** Where its letters, its length, u8, and its count, u32, are. */
export const SHARE_LETTERS = 8;

export const SHARE_LENGTHS = 12;

export const SHARE_COUNTS = 16;

/** Where its number among the merged words goes, i32. */
export const SHARE_NUMBERS = 20;

/** How many are left. */
export const SHARE_LEFT = 24;

export const SHARE_SIZE = 32;

/** Its functions, which take and give numbers; pointers and strides are bytes. */
export interface TextExports {
  /**
   * Reads on from POSITION up to UNTIL; ids of words, and BREAK where a sentence ends and the last id
   * is none, go to OUT. DONE, FULL, HARD or ROOM.
   */
  readonly readUnits: (state: number) => number;
  /** The same of ASCII. */
  readonly readBytes: (state: number) => number;
  /**
   * Interns words of the UTF-16 text, `count` spans of start, end and hash, from NEXT on, and writes
   * ids and BREAK to OUT. DONE, FULL or ROOM.
   */
  readonly internSpans: (state: number, spansPtr: number, count: number) => number;
  /** Packs `groups` of four ids; gives how many bytes. Up to 4 bytes behind them are written to. */
  readonly pack: (outPtr: number, idsPtr: number, groups: number) => number;
  /**
   * Unpacks up to `groups` of the groups that begin where `placePtr`, u32, says, which goes on with
   * them, and end at `endPtr`. Each id becomes what `mapPtr`, i32, has for it: -1 first, and then
   * what stands for each id. `shapesPtr`: of each first byte, how the bytes behind it are spread over
   * four values, (256, 16) u8, and behind all of them how many bytes there are with it, (256) u8.
   * Gives how many groups; up to 16 bytes behind them are read.
   */
  readonly unpack: (
    idsPtr: number,
    placePtr: number,
    endPtr: number,
    groups: number,
    mapPtr: number,
    shapesPtr: number,
  ) => number;
  /**
   * The place of the first sixteen bytes of ASCII, from `from` on, a multiple of 16, that may be part
   * of data; -1 where there are none. Bytes behind the text are read, up to 15, which are zeros, and
   * up to 5 before it.
   */
  readonly findData: (textPtr: number, length: number, from: number) => number;
  /**
   * The place, from `from` on, of the next run of the bytes at `textPtr` that looks a little random;
   * -1 where there is none. tablesPtr: the tables of random-runs.ts. BLOCK bytes behind the text are
   * read, which are zeros.
   */
  readonly findSecret: (textPtr: number, length: number, from: number, tablesPtr: number) => number;
  /**
   * The place, from `from` on, of the next name of something secret (pass, secr, cred, token, key,
   * pwd, auth, in any case) with a value near behind it that has a digit or a sign, of the // of an
   * address with a password, of the -----BEGIN of a key, or of a letter that names in other scripts
   * have; -1 where there is none.
   */
  readonly findNamed: (textPtr: number, length: number, from: number) => number;
  /**
   * Puts `count` entries that lie one behind the other, those that have a count, into the index,
   * which does not have them.
   */
  readonly indexEntries: (state: number, entry: number, count: number) => void;
  /**
   * Makes those of `count` entries, one behind the other, that have a count, ready to be sorted;
   * gives where they end.
   */
  readonly toSort: (outPtr: number, entry: number, count: number) => number;
  /**
   * Parts [from, to) by the letters of one of them: where those with the same begin, and where they
   * end, goes to `boundsPtr`, (2) u32.
   */
  readonly partition: (from: number, to: number, boundsPtr: number) => void;
  /**
   * Goes on to letter `depth` of words that have the same letters before it; false where these are
   * all of them, which is one word.
   */
  readonly deepen: (from: number, to: number, depth: number) => number;
  /**
   * Sorts [from, to), of words that have the same letters before letter `depth`. `boundsPtr`: room
   * for two u32.
   */
  readonly sort: (from: number, to: number, depth: number, boundsPtr: number) => void;
  /**
   * Writes the letters (UTF-16) of `count` sorted words, their lengths, (count) u8, counts, (count)
   * u32, and ids, (count) i32; gives how many letters. Up to 32 bytes behind the letters are written
   * to.
   */
  readonly spellSorted: (
    sortedPtr: number,
    count: number,
    lettersPtr: number,
    lengthsPtr: number,
    countsPtr: number,
    idsPtr: number,
  ) => number;
  /** Looks at the first word of each of `count` shares of sorted words. */
  readonly beginMerge: (sharesPtr: number, count: number) => void;
  /**
   * Merges `shares`, (shareCount), on to `most` words, the first of which is number `number`: counts,
   * (most) u32, and where the letters, u32, and how long, u8, each is. Gives how many words; fewer
   * than `most` at the end.
   */
  readonly merge: (
    sharesPtr: number,
    shareCount: number,
    number: number,
    most: number,
    countsPtr: number,
    placesPtr: number,
    lengthsPtr: number,
  ) => number;
  /**
   * Writes the letters of the words with these numbers, (count) u32, and a line feed behind each;
   * gives how many units.
   */
  readonly spellNumbered: (
    numbersPtr: number,
    count: number,
    placesPtr: number,
    lengthsPtr: number,
    lettersPtr: number,
  ) => number;
}
