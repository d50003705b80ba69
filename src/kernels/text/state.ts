// What the functions that read texts share: the fields of a structure in memory, u32 each, and what
// they return.

/**
 * In characters of the text: where reading goes on; where the region ends; and where no word is
 * begun any more.
 */
export const POSITION: usize = 0;
export const END: usize = 4;
export const UNTIL: usize = 8;
export const TEXT: usize = 12;
/** Classes of the 65,536 code units: in the region at hand, and in prose. */
export const CLASSES: usize = 16;
export const PROSE: usize = 20;
/** FOLD and DIGITS. */
export const FLAGS: usize = 24;
/** Lower case of each code unit, (65536) u16, or 0. */
export const LOWER: usize = 28;
/** Ids, i32: where the next one goes, and where there is no more room. */
export const OUT: usize = 32;
export const OUT_END: usize = 36;
/** The last id that was written. */
export const LAST: usize = 40;
/** Words met. */
export const MET: usize = 44;
export const INDEX: usize = 48;
/** Slots of the index, less 1. */
export const MASK: usize = 52;
/** Words in the table, and the most that there may be. */
export const WORDS: usize = 56;
export const MOST: usize = 60;
/** Free entries: the next of a row, and where it ends; and a list of single ones, 0 at its end. */
export const ENTRY: usize = 64;
export const ENTRY_END: usize = 68;
export const FREE: usize = 72;
export const NEXT_ID: usize = 76;
/** Free bytes for the letters of long words. */
export const LETTERS: usize = 80;
export const LETTERS_END: usize = 84;
/** Whether the next new word is left out where it finds no room. */
export const DROP: usize = 88;
/** The span that `internSpans` takes next. */
export const NEXT: usize = 92;
/** Sixteen bytes of ones, and then sixteen of zeros. */
export const ONES: usize = 96;
export const STATE_SIZE: usize = 128;

export const FOLD: u32 = 1;
export const DIGITS: u32 = 2;

export const DONE = 0;
/** The room for ids is used up. */
export const FULL = 1;
/** What stands at POSITION is left to the reference. */
export const HARD = 2;
/** There is no room for the word at POSITION, or NEXT. */
export const ROOM = 3;

export const BREAK = -1;
/** What `intern` gives if there is no room, or if the word is left out. */
export const NO_ROOM = -2;
export const DROPPED = -3;
