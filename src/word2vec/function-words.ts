// Function words, told from the vectors alone, in any language: of the most frequent words, those
// with short vectors. A word that stands among all kinds of words is drawn to all sides, and its
// vector stays short (Schakel & Wilson 2015, "Measuring Word Significance using Distributed
// Representations of Words").

/** Among how many of the most frequent words function words are looked for. */
const MOST_FREQUENT = 100;
/** Of how many of the most frequent words the median length is taken. */
const COMPARED = 1000;
/**
 * Shorter than this share of the median: of Moby Dick the, of, and, a, to, in, that, his, it, I,
 * is, with, was, as, he, all, this.
 */
const SHORT = 0.65;

/**
 * The places of the function words. `lengthOf`: the length of a word's vector as it was trained;
 * `words`: how many there are, the most frequent first.
 */
export function functionWords(lengthOf: (index: number) => number, words: number): Set<number> {
  const lengths = Float64Array.from({ length: Math.min(words, COMPARED) }, (_, index) => lengthOf(index));
  const median = lengths.slice().sort()[Math.floor(lengths.length / 2)] ?? 0;
  const found = new Set<number>();
  lengths.subarray(0, MOST_FREQUENT).forEach((length, index) => {
    if (length < SHORT * median) found.add(index);
  });
  return found;
}
