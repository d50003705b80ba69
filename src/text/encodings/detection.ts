// Which encoding older than Unicode bytes are in: the one in which they are the most probable text.
// Probabilities are logarithms and add up: those of other files of a folder, and what the language
// of the user's system makes likely.

import type { Encoding } from './names.ts';
import { PAIR_ENCODINGS, pairScores } from './pairs.ts';
import { SINGLE_BYTE_ENCODINGS, singleByteScores } from './single-byte.ts';

/** The logarithm of how probable a text is in each encoding, the best first. */
export type Scores = readonly (readonly [encoding: Encoding, score: number])[];

/** Lines that are looked at hold so many bytes at most. */
const SAMPLE = 4096;
/** Of these, the first ones rule out most encodings. */
const PARTS = [200, 600, SAMPLE];
/** An encoding that is less probable than another by this is ruled out. */
const CLEAR = 60;
/** A logarithm of the probability of a byte beyond ASCII, of so many of them. */
const SURELY_PAIRS = -3.4;
const ENOUGH = 40;
/** Less is a guess. */
const SURE = 4;
/** No single file speaks against an encoding more than this. */
const LOUDEST_VOICE = -12;
/** What the language of the system makes an encoding more probable by. */
const LOCALE = 5;

/** What was looked at of a file. */
export interface Evidence {
  scores: Scores;
  /** Bytes beyond ASCII in it. */
  beyond: number;
}

/**
 * How probable each encoding is for bytes that are neither ASCII nor UTF-8; without those that a
 * part of them rules out.
 */
export function evidenceOf(bytes: Uint8Array): Evidence {
  const sample = linesBeyondAscii(bytes, SAMPLE);
  let evidence: Evidence | null = null;
  for (const length of PARTS) {
    const { scores } = evidence ?? {};
    const possible = scores?.filter(([, score]) => scores[0]![1] - score < CLEAR).map(([encoding]) => encoding);
    if (possible?.length === 1) break;
    evidence = scored(sample.subarray(0, length), possible);
    if (sample.length <= length) break;
  }
  return evidence!;
}

function scored(sample: Uint8Array, possible?: readonly Encoding[]): Evidence {
  const wanted = (encoding: Encoding): boolean => possible === undefined || possible.includes(encoding);
  const pairs = pairScores(sample, wanted).sort((a, b) => b[1] - a[1]);
  const beyond = sample.reduce((sum, byte) => sum + (byte >> 7), 0);
  // letters that are bytes each do not form so frequent pairs
  if (beyond >= ENOUGH && pairs.length > 0 && pairs[0]![1] > SURELY_PAIRS * beyond) return { scores: pairs, beyond };
  const scores = [...pairs, ...singleByteScores(sample, wanted)].sort((a, b) => b[1] - a[1]);
  // one that several families of languages have counts by its best
  const seen = new Set<Encoding>();
  return { scores: scores.filter(([encoding]) => !seen.has(encoding) && seen.add(encoding)), beyond };
}

/** Whether `evidenceOf` knows texts in this encoding. */
export function isScored(encoding: Encoding): boolean {
  return PAIR_ENCODINGS.includes(encoding) || SINGLE_BYTE_ENCODINGS.includes(encoding);
}

/**
 * The scores with those of other files, and what is usual where the system's language is `locale`
 * (BCP 47).
 */
export function withOthers(scores: Scores, others: readonly Scores[], locale: string | null): Scores {
  const usual = usualIn(locale);
  const votes = new Map(scores.map(([encoding, score]) => [encoding, score + (usual.includes(encoding) ? LOCALE : 0)]));
  for (const other of others) {
    const best = other[0]![1];
    for (const [encoding, score] of other) {
      votes.set(encoding, (votes.get(encoding) ?? -Infinity) + Math.max(LOUDEST_VOICE, score - best));
    }
  }
  return [...votes].sort((a, b) => b[1] - a[1]);
}

/**
 * Whether the best encoding is better than all that would give another text. `isSame`: whether two
 * give the same one.
 */
export function isSure(scores: Scores, isSame: (one: Encoding, other: Encoding) => boolean): boolean {
  const [best, ...others] = scores;
  const rival = others.find(([encoding, score]) => best![1] - score < SURE && !isSame(best![0], encoding));
  return rival === undefined;
}

/** Encodings of the languages' systems. */
const USUAL: Record<string, readonly Encoding[]> = {
  ko: ['euc-kr'],
  ja: ['shift_jis', 'euc-jp'],
  zh: ['gb18030'],
  'zh-TW': ['big5'],
  'zh-HK': ['big5'],
  'zh-Hant': ['big5'],
  ...Object.fromEntries(
    [...['ru', 'uk', 'be', 'bg', 'sr', 'mk']].map((language) => [
      language,
      ['windows-1251', 'koi8-r', 'koi8-u', 'ibm866'],
    ]),
  ),
  ...Object.fromEntries(
    ['pl', 'cs', 'sk', 'hu', 'sl', 'hr', 'ro'].map((language) => [language, ['windows-1250', 'iso-8859-2', 'cp852']]),
  ),
  tr: ['windows-1254'],
  el: ['windows-1253', 'iso-8859-7'],
  he: ['windows-1255'],
  ar: ['windows-1256'],
  fa: ['windows-1256'],
  th: ['windows-874'],
  lt: ['windows-1257'],
  lv: ['windows-1257'],
  et: ['windows-1257'],
};

function usualIn(locale: string | null): readonly Encoding[] {
  if (locale === null) return [];
  const [language = ''] = locale.split('-');
  const found = Object.entries(USUAL).find(([name]) => name.includes('-') && locale.startsWith(name));
  return found?.[1] ?? USUAL[language] ?? ['windows-1252'];
}

/**
 * The lines that are not ASCII, up to `most` bytes of them: of source code, the others would speak
 * for a western encoding.
 */
export function linesBeyondAscii(bytes: Uint8Array, most: number): Uint8Array {
  const sample = new Uint8Array(most);
  let length = 0;
  for (let from = 0; from < bytes.length && length < most;) {
    let beyond = from;
    while (beyond < bytes.length && bytes[beyond]! < 0x80) beyond++;
    if (beyond === bytes.length) break;
    const start = Math.max(from, beyond - most / 16, bytes.lastIndexOf(NEWLINE, beyond) + 1);
    const next = bytes.indexOf(NEWLINE, beyond);
    const end = Math.min(next < 0 ? bytes.length : next + 1, start + most - length);
    sample.set(bytes.subarray(start, end), length);
    length += end - start;
    from = end;
  }
  return sample.subarray(0, length);
}

const NEWLINE = 10;
