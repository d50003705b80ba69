// How probable bytes beyond ASCII are as characters of Chinese, Japanese or Korean: by whether they
// form pairs that the encoding has, by where in its table these stand, which was drawn up by
// frequency, and by lists of the most frequent characters. Logarithms of probabilities, so that
// evidence adds up.

import { legacyDecoder } from './decoders.ts';
import { HANGUL, HIRAGANA, KANJI, KATAKANA, SIMPLIFIED, TRADITIONAL } from './frequent-characters.ts';
import type { Encoding } from './names.ts';

/** Of characters that are met: which, and their share of a text. The more frequent come first. */
type LetterShare = readonly [characters: string, share: number];

interface PairEncoding {
  encoding: Encoding;
  /** How much rarer it is than the most usual one; a logarithm. */
  rarity: number;
  frequent: readonly LetterShare[];
  /** Lead bytes of the pairs that hold what is frequent. */
  leads: readonly (readonly [from: number, to: number])[];
  /**
   * Bytes of the character at `at`, and the logarithm of its probability unless it is in a list; 0
   * bytes if there is none.
   */
  costAt: (bytes: Uint8Array, at: number) => Cost;
}

type Cost = readonly [length: number, cost: number];

/** Logarithms of the probabilities of characters that are in no list. */
const COMMON = -9.2;
const RARE = -12;
const SIGN = -9;
const FOREIGN = -11;
const UNUSED = -16;
/** Of a character like the one before it. */
const REPEATED = -3;
/** More for one beside a letter of ASCII. */
const BESIDE_LETTER = -2.5;
const NONE: Cost = [0, 0];
/** Of a byte that is no part of a character. */
const BROKEN = -15;

const PUNCTUATION = '，。、：；？！“”（）《》「」『』—…·‘’　';
const FLATTENING = 15;

function between(byte: number | undefined, from: number, to: number): boolean {
  return byte !== undefined && byte >= from && byte <= to;
}

const ENCODINGS: readonly PairEncoding[] = [
  {
    encoding: 'euc-kr',
    rarity: 0,
    frequent: [
      [HANGUL, 0.88],
      ['·“”‘’…「」『』《》〈〉', 0.03],
      ['ㅋㅠㅎㅜㄱㄴㅇ', 0.004],
    ],
    leads: [
      [0xa1, 0xa1],
      [0xa4, 0xa4],
      [0xb0, 0xc8],
    ],
    costAt: (bytes, at) => {
      const [lead, trail] = [bytes[at]!, bytes[at + 1]];
      if (!between(lead, 0x81, 0xfd)) return NONE;
      if (between(trail, 0xa1, 0xfe)) {
        if (between(lead, 0xb0, 0xc8)) return [2, -10];
        if (lead >= 0xca) return [2, -11.5]; // Chinese characters
        if (lead === 0xc9 || lead > 0xac) return between(lead, 0xa1, 0xaf) ? [2, UNUSED] : [2, -14];
        if (lead >= 0xa1) return [2, lead === 0xa1 || lead === 0xa3 ? SIGN : FOREIGN];
      }
      // the syllables of CP949
      const isTrail = between(trail, 0x41, 0x5a) || between(trail, 0x61, 0x7a) || between(trail, 0x81, 0xfe);
      return isTrail && lead <= 0xc6 ? [2, -12.5] : NONE;
    },
  },
  {
    encoding: 'shift_jis',
    rarity: 0,
    frequent: [
      [HIRAGANA, 0.47],
      [KATAKANA, 0.12],
      [KANJI, 0.24],
      ['、。・「」ー（）！？　～…々', 0.1],
    ],
    leads: [
      [0x81, 0x83],
      [0x88, 0x9f],
    ],
    costAt: (bytes, at) => {
      const [lead, trail] = [bytes[at]!, bytes[at + 1]];
      if (between(lead, 0xa1, 0xdf)) {
        // half-width katakana, which do not stand alone
        const isAlone = !between(trail, 0x80, 0xff) && !between(bytes[at - 1], 0x80, 0xff);
        return [1, isAlone ? RARE : -6.5];
      }
      if (!(between(trail, 0x40, 0x7e) || between(trail, 0x80, 0xfc))) return NONE;
      if (lead === 0x81) return [2, SIGN];
      if (lead === 0x82) return [2, trail! < 0x9f ? SIGN : -7];
      if (lead === 0x83) return [2, trail! < 0x97 ? -7 : FOREIGN];
      if (lead === 0x84) return [2, FOREIGN];
      if (between(lead, 0x88, 0x97)) return [2, COMMON];
      if (between(lead, 0x98, 0x9f) || between(lead, 0xe0, 0xea)) return [2, RARE];
      return between(lead, 0x87, 0x87) || between(lead, 0xed, 0xee) || between(lead, 0xfa, 0xfc)
        ? [2, RARE]
        : between(lead, 0xf0, 0xf9)
          ? [2, UNUSED]
          : NONE;
    },
  },
  {
    encoding: 'euc-jp',
    rarity: -0.5,
    frequent: [
      [HIRAGANA, 0.47],
      [KATAKANA, 0.12],
      [KANJI, 0.24],
      ['、。・「」ー（）！？　～…々', 0.1],
    ],
    leads: [
      [0xa1, 0xa1],
      [0xa4, 0xa5],
      [0xb0, 0xcf],
    ],
    costAt: (bytes, at) => {
      const [lead, trail] = [bytes[at]!, bytes[at + 1]];
      if (lead === 0x8e) return between(trail, 0xa1, 0xdf) ? [2, FOREIGN] : NONE;
      if (lead === 0x8f)
        return between(trail, 0xa1, 0xfe) && between(bytes[at + 2], 0xa1, 0xfe) ? [3, UNUSED + 1] : NONE;
      if (!between(trail, 0xa1, 0xfe)) return NONE;
      if (lead === 0xa4 || lead === 0xa5) return [2, -7];
      if (lead === 0xa1 || lead === 0xa3) return [2, SIGN];
      if (between(lead, 0xb0, 0xcf)) return [2, COMMON];
      if (between(lead, 0xd0, 0xf4)) return [2, RARE];
      return between(lead, 0xa2, 0xad) ? [2, FOREIGN - 1] : between(lead, 0xf5, 0xfe) ? [2, UNUSED] : NONE;
    },
  },
  {
    encoding: 'gb18030',
    rarity: 0,
    frequent: [
      [SIMPLIFIED, 0.66],
      [PUNCTUATION, 0.12],
    ],
    leads: [
      [0xa1, 0xa1],
      [0xa3, 0xa3],
      [0xb0, 0xd7],
    ],
    costAt: (bytes, at) => {
      const [lead, trail] = [bytes[at]!, bytes[at + 1]];
      if (!between(lead, 0x81, 0xfe)) return NONE;
      if (between(trail, 0x30, 0x39)) {
        return between(bytes[at + 2], 0x81, 0xfe) && between(bytes[at + 3], 0x30, 0x39) ? [4, UNUSED] : NONE;
      }
      if (!(between(trail, 0x40, 0x7e) || between(trail, 0x80, 0xfe))) return NONE;
      if (trail! < 0xa1) return [2, lead < 0xa1 || lead > 0xa9 ? -13 : UNUSED]; // GBK's
      if (between(lead, 0xb0, 0xd7)) return [2, COMMON];
      if (between(lead, 0xd8, 0xf7)) return [2, RARE];
      if (lead === 0xa1 || lead === 0xa3) return [2, SIGN];
      return [2, lead < 0xa1 ? -13 : between(lead, 0xa2, 0xa9) ? FOREIGN : UNUSED];
    },
  },
  {
    encoding: 'big5',
    rarity: -0.3,
    frequent: [
      [TRADITIONAL, 0.66],
      [PUNCTUATION, 0.12],
    ],
    leads: [
      [0xa1, 0xa1],
      [0xa4, 0xc6],
    ],
    costAt: (bytes, at) => {
      const [lead, trail] = [bytes[at]!, bytes[at + 1]];
      if (!(between(trail, 0x40, 0x7e) || between(trail, 0xa1, 0xfe)) || !between(lead, 0x81, 0xfe)) return NONE;
      if (between(lead, 0xa4, 0xc5) || (lead === 0xc6 && trail! <= 0x7e)) return [2, COMMON];
      if (between(lead, 0xc9, 0xf9)) return [2, RARE];
      if (lead === 0xa1) return [2, SIGN];
      if (lead === 0xa2 || lead === 0xa3) return [2, FOREIGN];
      return [2, between(lead, 0xc6, 0xc8) ? -13 : UNUSED + 2]; // Hong Kong's
    },
  },
  {
    encoding: 'johab',
    rarity: -6,
    frequent: [
      [HANGUL, 0.88],
      ['·“”‘’…「」『』《》〈〉', 0.03],
    ],
    leads: [
      [0x84, 0xd3],
      [0xd9, 0xd9],
    ],
    costAt: (bytes, at) => {
      const [lead, trail] = [bytes[at]!, bytes[at + 1]];
      if (between(lead, 0x84, 0xd3)) {
        if (!(between(trail, 0x41, 0x7e) || between(trail, 0x81, 0xfe))) return NONE;
        const code = (lead << 8) | trail!;
        const [first, vowel, final] = [(code >> 10) & 31, (code >> 5) & 31, code & 31];
        const isSyllable =
          between(first, 2, 20) && between(vowel, 3, 29) && (vowel & 7) > 1 && between(final, 1, 29) && final !== 18;
        return isSyllable ? [2, -11] : NONE;
      }
      if (!between(lead, 0xd8, 0xf9) || lead === 0xdf) return NONE;
      if (!(between(trail, 0x31, 0x7e) || between(trail, 0x91, 0xfe))) return NONE;
      return lead >= 0xe0 ? [2, -11.5] : [2, lead === 0xd9 || lead === 0xda ? SIGN - 1 : FOREIGN - 1];
    },
  },
];

export const PAIR_ENCODINGS: readonly Encoding[] = ENCODINGS.map(({ encoding }) => encoding);

/** By encoding, of pairs of bytes that are in the lists the logarithm of their probability. */
const lists = new Map<PairEncoding, ReadonlyMap<number, number>>();

function listOf(each: PairEncoding): ReadonlyMap<number, number> {
  let list = lists.get(each);
  if (!list) lists.set(each, (list = newList(each)));
  return list;
}

function newList({ encoding, frequent, leads }: PairEncoding): Map<number, number> {
  const pairs: number[] = [];
  for (const [from, to] of leads) {
    for (let lead = from; lead <= to; lead++)
      for (let trail = 0x31; trail < 0xff; trail++) pairs.push((lead << 8) | trail);
  }
  // a line break behind each pair sets them apart, whatever is none
  const bytes = Uint8Array.from(pairs.flatMap((pair) => [pair >> 8, pair & 0xff, 10]));
  const pairOf = new Map(
    legacyDecoder(encoding)
      .decode(bytes, true)
      .split('\n')
      .map((text, index) => [text, pairs[index]!]),
  );
  const costs = new Map<number, number>();
  for (const [characters, share] of frequent) {
    const all = Array.from(characters);
    const total = all.reduce((sum, _, rank) => sum + 1 / (rank + FLATTENING), 0);
    for (const [rank, character] of all.entries()) {
      const pair = pairOf.get(character);
      if (pair !== undefined) costs.set(pair, Math.log(share / total / (rank + FLATTENING)));
    }
  }
  return costs;
}

/**
 * How probable these lines are in each of the encodings that are `wanted`; logarithms, of what is
 * beyond ASCII.
 */
export function pairScores(
  sample: Uint8Array,
  wanted: (encoding: Encoding) => boolean,
): [encoding: Encoding, score: number][] {
  return ENCODINGS.filter(({ encoding }) => wanted(encoding)).map((each) => {
    const list = listOf(each);
    let score = each.rarity;
    for (let i = 0; i < sample.length;) {
      if (sample[i]! < 0x80) {
        i++;
        continue;
      }
      const [length, cost] = each.costAt(sample, i);
      if (length === 0) score += BROKEN;
      else if (length === 2 && sample[i] === sample[i - 2] && sample[i + 1] === sample[i - 1]) score += REPEATED;
      else score += length === 2 ? (list.get((sample[i]! << 8) | sample[i + 1]!) ?? cost) : cost;
      if (isLetter(sample[i - 1])) score += BESIDE_LETTER;
      i += length || 1;
      if (isLetter(sample[i])) score += BESIDE_LETTER;
    }
    return [each.encoding, score];
  });
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && (byte | 32) >= 97 && (byte | 32) <= 122;
}
