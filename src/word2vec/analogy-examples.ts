// Analogies that a text's own vectors solve, for who has not asked one yet: of its frequent words,
// pairs that differ alike.

import type { LeftOut, WordVectors } from './vectors.ts';

/** a : b = c : d, by their places: b - a + c has d for its first answer. */
export type AnalogyExample = [a: number, b: number, c: number, d: number];

/**
 * Words that examples are made of, the most frequent that may be, and nearest ones each is paired
 * with.
 */
const WORDS = 150;
const PAIRED = 3;

/** `isFit`: whether a word may be in an example. The best first; no word is in two of them. */
export function analogyExamples(
  vectors: WordVectors,
  count: number,
  isFit: (index: number) => boolean,
  hidden: LeftOut,
): AnalogyExample[] {
  const words: number[] = [];
  for (let index = 0; index < vectors.words.length && words.length < WORDS; index++)
    if (isFit(index)) words.push(index);
  const examples: AnalogyExample[] = [];
  const used = new Set<number>();
  for (const example of alike(pairsOf(vectors, words))) {
    if (examples.length === count) break;
    const [a, b, c, d] = example;
    if (example.some((index) => used.has(index))) continue;
    const terms = [
      { index: b, weight: 1 },
      { index: a, weight: -1 },
      { index: c, weight: 1 },
    ];
    if (vectors.mostSimilar(terms, 1, '3CosAdd', hidden)[0]?.index !== d) continue;
    examples.push(example);
    for (const index of example) used.add(index);
  }
  return examples;
}

interface Pair {
  first: number;
  second: number;
  /** From the first to the second, at unit length, (D). */
  offset: Float32Array;
}

/** Each of the words with those of them that are nearest, spellings of one word apart. */
function pairsOf(vectors: WordVectors, words: readonly number[]): Pair[] {
  const among = new Set(words);
  const others: LeftOut = { has: (index) => !among.has(index) };
  const pairs = new Map<string, Pair>();
  for (const first of words) {
    for (const { index: second } of vectors.nearest(first, PAIRED, others)) {
      if (vectors.folds[first] === vectors.folds[second]) continue;
      const [low, high] = first < second ? [first, second] : [second, first];
      const from = vectors.index.row(low);
      const offset = vectors.index.row(high).map((value, d) => value - from[d]!);
      const length = Math.hypot(...offset) || 1;
      pairs.set(`${low} ${high}`, { first: low, second: high, offset: offset.map((value) => value / length) });
    }
  }
  return [...pairs.values()];
}

/** Two pairs each of four words, those first whose offsets are most alike. */
function alike(pairs: readonly Pair[]): AnalogyExample[] {
  const found: { example: AnalogyExample; cosine: number }[] = [];
  pairs.forEach((one, at) => {
    for (const other of pairs.slice(at + 1)) {
      const { first: a, second: b } = one;
      const { first: c, second: d } = other;
      if (a === c || a === d || b === c || b === d) continue;
      let cosine = 0;
      for (let i = 0; i < one.offset.length; i++) cosine += one.offset[i]! * other.offset[i]!;
      found.push({ example: cosine > 0 ? [a, b, c, d] : [a, b, d, c], cosine: Math.abs(cosine) });
    }
  });
  return found
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, 100)
    .map(({ example }) => example);
}
