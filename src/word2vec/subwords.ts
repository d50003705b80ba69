// Character n-grams of words, hashed to rows (Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information",
// arXiv:1607.04606). Hangul syllables are taken apart into initial, medial and final, with a sign for no final, so that
// n-grams reach into syllables and particles (Park et al. 2018, "Subword-level Word Vector Representations for Korean").

/** What decides a word's n-grams. */
export interface SubwordOptions {
  minN: number;
  maxN: number;
  buckets: number;
}

const FIRST_SYLLABLE = 0xac00;
const LAST_SYLLABLE = 0xd7a3;
const MEDIALS = 21;
const FINALS = 28;
/** Stands where a syllable has no final; a letter that no text has. */
const NO_FINAL = '\u11ff';

/** A word between signs for its beginning and its end, Hangul as jamo, in code points. */
function lettersOf(word: string): string[] {
  const letters = ['<'];
  for (const letter of word) {
    const syllable = letter.codePointAt(0)! - FIRST_SYLLABLE;
    if (syllable < 0 || syllable > LAST_SYLLABLE - FIRST_SYLLABLE) letters.push(letter);
    else {
      const final = syllable % FINALS;
      letters.push(
        String.fromCodePoint(0x1100 + Math.floor(syllable / (MEDIALS * FINALS))),
        String.fromCodePoint(0x1161 + (Math.floor(syllable / FINALS) % MEDIALS)),
        final ? String.fromCodePoint(0x11a7 + final) : NO_FINAL,
      );
    }
  }
  letters.push('>');
  return letters;
}

const encoder = new TextEncoder();

/**
 * The rows (0 to buckets - 1) of a word's n-grams of `minN` to `maxN` letters, from left to right; the word's beginning
 * and end count as letters, but neither is an n-gram of its own. The hash is fastText's: FNV-1a over UTF-8, bytes signed.
 */
export function ngramRows(word: string, { minN, maxN, buckets }: SubwordOptions): number[] {
  const letters = lettersOf(word);
  const bytes = letters.map((letter) => encoder.encode(letter));
  const rows: number[] = [];
  for (let first = 0; first < letters.length; first++) {
    let hash = 0x811c9dc5;
    for (let n = 1; n <= maxN && first + n <= letters.length; n++) {
      for (const byte of bytes[first + n - 1]!) hash = Math.imul(hash ^ ((byte << 24) >> 24), 0x01000193);
      const isSign = n === 1 && (first === 0 || first === letters.length - 1);
      if (n >= minN && !isSign) rows.push((hash >>> 0) % buckets);
    }
  }
  return rows;
}
