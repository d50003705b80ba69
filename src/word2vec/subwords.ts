// Character n-grams of words, hashed to rows (Bojanowski et al. 2017, "Enriching Word Vectors with
// Subword Information", arXiv:1607.04606). Hangul syllables are taken apart into initial, medial
// and final, with a sign for no final, so that n-grams reach into syllables and particles (Park et
// al. 2018, "Subword-level Word Vector Representations for Korean").

import { FNV_OFFSET, fnv1a } from '../numerics/hash.ts';

/** What decides a word's n-grams. */
export interface NgramOptions {
  minN: number;
  maxN: number;
  /** How Hangul is counted: by jamo, the default, or by syllables as in fastText. */
  hangul?: 'jamo' | 'syllables';
}

const FIRST_SYLLABLE = 0xac00;
const LAST_SYLLABLE = 0xd7a3;
const MEDIALS = 21;
const FINALS = 28;
/** Stands where a syllable has no final; a letter that no text has. */
const NO_FINAL = '\u11ff';
/** `<` and `>`, which stand for the beginning and the end of a word. */
const BEGINNING = 0x3c;
const END = 0x3e;

/** Hangul as jamo, three for each syllable. */
function withJamo(word: string): string {
  let letters = '';
  for (const letter of word) {
    const syllable = letter.codePointAt(0)! - FIRST_SYLLABLE;
    if (syllable < 0 || syllable > LAST_SYLLABLE - FIRST_SYLLABLE) letters += letter;
    else {
      const final = syllable % FINALS;
      letters +=
        String.fromCodePoint(0x1100 + Math.floor(syllable / (MEDIALS * FINALS))) +
        String.fromCodePoint(0x1161 + (Math.floor(syllable / FINALS) % MEDIALS)) +
        (final ? String.fromCodePoint(0x11a7 + final) : NO_FINAL);
    }
  }
  return letters;
}

const encoder = new TextEncoder();

/**
 * The rows (0 to buckets - 1) of a word's n-grams of `minN` to `maxN` letters, from left to right;
 * signs for the word's beginning and end count as letters, but neither is an n-gram of its own.
 */
export function ngramRows(word: string, { hangul = 'jamo', ...options }: NgramOptions & { buckets: number }): number[] {
  return ngramRowsOfBytes(encoder.encode(hangul === 'jamo' ? withJamo(word) : word), options);
}

/**
 * The same for a word in UTF-8, as it is. The hash is fastText's: FNV-1a over the bytes, taken as
 * signed.
 */
export function ngramRowsOfBytes(
  word: Uint8Array,
  { minN, maxN, buckets }: { minN: number; maxN: number; buckets: number },
): number[] {
  const bytes = new Uint8Array(word.length + 2);
  bytes[0] = BEGINNING;
  bytes.set(word, 1);
  bytes[word.length + 1] = END;
  const rows: number[] = [];
  for (let first = 0; first < bytes.length; first++) {
    if (isContinuation(bytes[first]!)) continue;
    let hash = FNV_OFFSET;
    for (let n = 1, at = first; n <= maxN && at < bytes.length; n++) {
      do hash = fnv1a(hash, (bytes[at++]! << 24) >> 24);
      while (at < bytes.length && isContinuation(bytes[at]!));
      const isSign = n === 1 && (first === 0 || at === bytes.length);
      if (n >= minN && !isSign) rows.push((hash >>> 0) % buckets);
    }
  }
  return rows;
}

/** A byte of a letter in UTF-8 that is not its first. */
function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
