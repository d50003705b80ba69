// A model for the webview's tests: seeded words, counts and places on the map, and answers as the
// engine would give them. Two words are the more similar, the closer they lie.

import { mulberry32 } from '../../src/numerics/random.ts';
import type { Completion, UnknownWord, WordDescription, WordMap } from '../../src/protocol/engine.ts';

/** Words that must be shown as text, whatever they look like. */
export const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '](command:x)',
  '"><script>alert(1)</script>',
  '__proto__',
  '{0}',
];

/**
 * Words that lie alone, outside of the others' square from -0.8 to 0.8: tests look for their discs.
 */
export const BEACONS: Record<string, [x: number, y: number]> = {
  northwest: [-1, 1],
  northeast: [1, 1],
  southeast: [1, -1],
  southwest: [-1, -1],
};

/** Words at known places inside. */
const PLACED: Record<string, [x: number, y: number]> = {
  king: [0.3, 0.3],
  queen: [0.33, 0.31],
  kingdom: [0.28, 0.33],
  King: [0.31, 0.26],
  viking: [-0.5, -0.5],
  하늘: [-0.3, 0.3],
  하느님: [-0.33, 0.32],
  바다: [-0.28, 0.27],
  café: [-0.6, 0.1],
};

export interface ToyModel {
  map: WordMap;
  /** Known, but not on the map. */
  rare: string;
  place(word: string): [x: number, y: number];
  describe(word: string, neighbours: number): WordDescription | UnknownWord;
  similaritiesOnMap(word: string): Float32Array | null;
  complete(text: string, suggestions: number): Completion;
}

/** `words`: on the map, at least 100. */
export function toyModel(words: number, seed: number): ToyModel {
  const random = mulberry32(seed);
  const places = new Map<string, [number, number]>(Object.entries({ ...BEACONS, ...PLACED }));
  for (const word of HOSTILE) places.set(word, [random() * 1.4 - 0.7, random() * 1.4 - 0.7]);
  const groups = Array.from({ length: 12 }, () => [random() * 1.1 - 0.55, random() * 1.1 - 0.55] as const);
  while (places.size < words) {
    const [x, y] = groups[Math.floor(random() * groups.length)]!;
    const spread = () => (random() + random() + random() - 1.5) * 0.16;
    places.set(madeUpWord(random), [x + spread(), y + spread()]);
  }
  const names = [...places.keys()];
  const rare = 'zyzzyva';
  places.set(rare, [0.5, -0.5]);
  const map: WordMap = {
    words: names,
    counts: Float64Array.from(names, (_, i) => Math.round(40_000 / (i + 1)) + 3),
    positions: new Float32Array(names.flatMap((name) => places.get(name)!)),
    minimumCount: 1,
  };
  const similarity = (a: [number, number], b: [number, number]) =>
    Math.exp(-2.5 * Math.hypot(a[0] - b[0], a[1] - b[1])) * 1.2 - 0.2;
  const find = (word: string) => (places.has(word) ? word : places.has(word.toLowerCase()) ? word.toLowerCase() : null);

  return {
    map,
    rare,
    place: (word) => places.get(word)!,
    describe(asked, neighbours) {
      const word = find(asked);
      if (word === null)
        return {
          known: false,
          word: asked,
          spellings: names.filter((name) => asked.includes(name.slice(0, 3))).slice(0, 4),
        };
      const rank = names.indexOf(word);
      return {
        known: true,
        word,
        count: rank < 0 ? 2 : map.counts![rank]!,
        rank: rank < 0 ? words + 1 : rank + 1,
        onMap: rank >= 0,
        neighbours: [...places]
          .filter(([other]) => other !== word)
          .map(([other, place]) => ({
            word: other,
            count: map.counts![names.indexOf(other)] ?? 2,
            similarity: similarity(place, places.get(word)!),
          }))
          .sort((a, b) => b.similarity - a.similarity)
          .slice(0, neighbours),
      };
    },
    similaritiesOnMap(asked) {
      const word = find(asked);
      return word === null
        ? null
        : Float32Array.from(names, (name) => similarity(places.get(name)!, places.get(word)!));
    },
    complete(text, suggestions) {
      const prefix = /\S*$/.exec(text)![0];
      const found = names.filter((name) => name.startsWith(prefix)).slice(0, suggestions);
      return { prefix, suggestions: found.map((word, i) => ({ word, probability: 0.4 / (i + 1) })) };
    },
  };
}

function madeUpWord(random: () => number): string {
  const pick = (letters: string) => letters[Math.floor(random() * letters.length)]!;
  if (random() < 0.2) {
    return String.fromCharCode(
      ...Array.from({ length: 2 + Math.floor(random() * 2) }, () => 0xac00 + Math.floor(random() * 11_172)),
    );
  }
  return Array.from({ length: 2 + Math.floor(random() * 3) }, () => pick('bdfglmnprstvz') + pick('aeiou')).join('');
}
