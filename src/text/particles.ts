// Korean: separates particles from the words they are written with: 한국은, 한국이 and 한국을 become 한국 and
// 은, 이, 을.
//
// No dictionary is needed. Particles are a closed class, and which of them may follow depends on
// the stem's last sound; the text itself tells which stems are nouns, for they are met with many
// different ones. A word (eojeol) is separated where - the stem is met with other particles or by
// itself, often enough for this one to be no accident (거의 is not 거 + 의), - and the word is no noun
// itself: 제도 is met as 제도를 and 제도의, 한국은 not as 한국은을. The decision is made once for each different
// word, over the counted vocabulary, so that the text is gone through as numbers only. Unsupervised
// segmentation of this kind: the noun extractor of soynlp (Kim 2017).

import type { Corpus } from './corpus.ts';
import { INDECLINABLE, VerbForms } from './korean-verbs.ts';
import { grown, reordered } from './reorder.ts';
import { PRUNED } from './vocabulary.ts';

/** Tokens, or words, that a step goes through. */
const STEP = 1 << 14;

/** Which stems a particle follows. */
type After = 'any' | 'consonant' | 'vowel' | 'ro';

// Case markers follow nouns only, and hardly another particle: they are what a noun is known by
const MARKERS: [string, After][] = [
  ['을', 'consonant'],
  ['를', 'vowel'],
  ['과', 'consonant'],
  ['와', 'vowel'],
  ['이', 'consonant'],
  ['가', 'vowel'],
  ['으로', 'consonant'],
  ['로', 'ro'],
  ['에', 'any'],
  ['에서', 'any'],
  ['의', 'any'],
];
const OTHERS: [string, After][] = [
  ['은', 'consonant'],
  ['는', 'vowel'],
  ...[
    ...['에게', '에게서', '께', '께서', '한테', '까지', '부터', '처럼', '보다', '도', '만', '마다', '조차', '밖에'],
    ...[
      '이다',
      '이며',
      '이고',
      '인',
      '이라는',
      '이라고',
      '입니다',
      '이지만',
      '이자',
      '이었다',
      '이었으며',
      '이던',
      '이므로',
    ],
  ].map((particle): [string, After] => [particle, 'any']),
  ['이나', 'consonant'],
  ['이라', 'consonant'],
  ['이란', 'consonant'],
  ['였다', 'vowel'],
  ['라는', 'vowel'],
  ['라고', 'vowel'],
  ['으로서', 'consonant'],
  ['으로써', 'consonant'],
  ['로서', 'ro'],
  ['로써', 'ro'],
];
// 에서는, 에도, 까지의: particles that others follow
const FIRST = [
  '에',
  '에서',
  '에게',
  '으로',
  '로',
  '과',
  '와',
  '까지',
  '부터',
  '만',
  '보다',
  '으로서',
  '로서',
  '에게서',
];
const SECOND: [string, After][] = [
  ['는', 'vowel'],
  ['은', 'consonant'],
  ['이', 'consonant'],
  ['을', 'consonant'],
  ['도', 'any'],
  ['만', 'any'],
  ['의', 'any'],
  ['부터', 'any'],
  ['까지', 'any'],
];

interface Particle {
  letters: string;
  after: After;
  /** Its place among the markers; -1 where it is none. */
  marker: number;
  /** Whether hardly anything stands before it but a noun. */
  isSure: boolean;
}

const PARTICLES = new Map<string, Particle>();
const SURE = new Set(['을', '를', '에서', '으로', '에게', '에서는', '에서도', '으로는']);
function addParticle(letters: string, after: After, marker = -1): void {
  PARTICLES.set(letters, { letters, after, marker, isSure: SURE.has(letters) });
}
MARKERS.forEach(([particle, after], marker) => addParticle(particle, after, marker));
for (const [particle, after] of OTHERS) addParticle(particle, after);
for (const first of FIRST) {
  for (const [second, after] of SECOND) {
    if (PARTICLES.has(first + second) || !follows(first.charCodeAt(first.length - 1), after)) continue;
    addParticle(first + second, PARTICLES.get(first)!.after);
  }
}

/** Particles by their letters from the last to the first. */
interface Ending {
  /** That begins here; null: none does. */
  particle: Particle | null;
  before: Map<number, Ending>;
}
const ENDINGS: Ending = { particle: null, before: new Map() };
for (const [letters, particle] of PARTICLES) {
  let ending = ENDINGS;
  for (let i = letters.length - 1; i >= 0; i--) {
    const unit = letters.charCodeAt(i);
    let longer = ending.before.get(unit);
    if (!longer) ending.before.set(unit, (longer = { particle: null, before: new Map() }));
    ending = longer;
  }
  ending.particle = particle;
}
/** The marker 의 follows other particles too: it says nothing of a word that may end in one. */
const OF = MARKERS.findIndex(([particle]) => particle === '의');

/**
 * Whether a particle of this kind follows a stem that ends in `unit`; after letters of other
 * scripts, any.
 */
function follows(unit: number, after: After): boolean {
  if (after === 'any' || unit < 0xac00 || unit > 0xd7a3) return true;
  const final = (unit - 0xac00) % 28; // 0: none; 8: ㄹ
  if (after === 'ro') return final === 0 || final === 8;
  return (after === 'vowel') === (final === 0);
}

function isHangul(unit: number): boolean {
  return unit >= 0xac00 && unit <= 0xd7a3;
}

/** Where a word may be separated: the length of a stem and the particle behind it. */
type Separation = readonly [length: number, particle: Particle];
const NOWHERE: readonly Separation[] = [];

/** Whether a word ends as one with a particle does. */
export function mayHaveParticle(word: string): boolean {
  return separationsOf(word).length > 0;
}

/** All places where the word may be separated, the longest particle first. */
function separationsOf(word: string): readonly Separation[] {
  let ending = ENDINGS.before.get(word.charCodeAt(word.length - 1));
  if (!ending) return NOWHERE;
  const found: Separation[] = [];
  for (let length = word.length - 1; length > 0; length--) {
    const { particle } = ending;
    const unit = word.charCodeAt(length - 1);
    if (particle && follows(unit, particle.after)) found.unshift([length, particle]);
    ending = ending.before.get(unit);
    if (!ending) break;
  }
  return found;
}

/**
 * The least evidence for a noun of a single syllable and for longer ones: different markers; before
 * a sure particle fewer.
 */
const FEWEST_MARKERS = { single: 4, longer: 2 };
const FEWEST_IF_SURE = { single: 2, longer: 1 };
/**
 * How many times as often as with all others a stem may be met with one particle: of a single
 * syllable, and of more.
 */
const MOST = { single: 1, longer: 20 };
const MOST_IF_SURE = { single: 4, longer: 20 };
/**
 * A word is a noun that is met with markers at least so often, by its count, and with so many
 * different ones.
 */
const NOUN = { share: 0.1, markers: 3 };

const MANY_WORDS = 200_000;

/** What is known of stems, by their numbers. */
class StemEvidence {
  readonly numbers = new Map<string, number>();
  /** How often a stem is met with a marker, and the same without 의. */
  counts = new Float64Array(1 << 10);
  strict = new Float64Array(1 << 10);
  /** Which markers, a bit each. */
  markers = new Uint32Array(1 << 10);

  /** The number of a stem, which is given one. */
  numberOf(stem: string): number {
    const known = this.numbers.get(stem);
    if (known !== undefined) return known;
    const number = this.numbers.size;
    this.numbers.set(stem, number);
    if (number === this.counts.length) {
      this.counts = doubled(this.counts, Float64Array);
      this.strict = doubled(this.strict, Float64Array);
      this.markers = doubled(this.markers, Uint32Array);
    }
    return number;
  }
}

function doubled<T extends Float64Array | Uint32Array>(numbers: T, type: new (length: number) => T): T {
  const more = new type(2 * numbers.length);
  more.set(numbers);
  return more;
}

/**
 * Of each word the length of its stem where a particle is to be separated, else 0. Yields how much
 * is done, 0 to 1.
 */
export function* findStems(words: readonly string[], counts: Float64Array): Generator<number, Uint8Array> {
  const stems = new Uint8Array(words.length);
  const evidence = new StemEvidence();
  /** The words that may be separated, and where. */
  const ids: number[] = [];
  const separations: (readonly Separation[])[] = [];
  /**
   * Of words that end in Hangul; of a large text, those that are met more than once tell enough.
   */
  const known = new Map<string, number>();
  const least = words.length > MANY_WORDS ? 2 : 1;
  const verbs = new VerbForms((word) => {
    const id = known.get(word);
    return id === undefined ? 0 : counts[id]!;
  });
  for (let id = 0; id < words.length; id++) {
    if (id % STEP === 0) yield (0.3 * id) / words.length;
    const word = words[id]!;
    if (!isHangul(word.charCodeAt(word.length - 1))) continue;
    if (counts[id]! >= least) {
      known.set(word, id);
      verbs.add(word, counts[id]!);
    }
    const found = separationsOf(word);
    // 주로 is no evidence for 주
    if (found.length === 0 || INDECLINABLE.has(word)) continue;
    ids.push(id);
    separations.push(found);
    for (const [length, { marker }] of found) {
      if (marker < 0) continue;
      const stem = evidence.numberOf(word.slice(0, length));
      evidence.counts[stem]! += counts[id]!;
      if (marker !== OF) evidence.strict[stem]! += counts[id]!;
      evidence.markers[stem]! |= 1 << marker;
    }
  }
  if (evidence.numbers.size === 0) return stems;
  // what is a noun itself, such as 결과, is no evidence for 결
  const { numbers, counts: met, strict, markers } = evidence;
  const alone = new Float64Array(numbers.size);
  const nouns = new Uint8Array(words.length);
  for (let id = 0; id < words.length; id++) {
    if (id % STEP === 0) yield 0.3 + (0.3 * id) / words.length;
    const own = numbers.get(words[id]!);
    if (own === undefined) continue;
    alone[own] = counts[id]!;
    if (bits(markers[own]! & ~(1 << OF)) >= NOUN.markers && strict[own]! >= NOUN.share * counts[id]!) nouns[id] = 1;
  }
  for (let place = 0; place < ids.length; place++) {
    const id = ids[place]!;
    if (nouns[id] === 0) continue;
    for (const [length, { marker }] of separations[place]!) {
      const stem = marker < 0 ? undefined : numbers.get(words[id]!.slice(0, length));
      if (stem === undefined) continue;
      met[stem]! -= counts[id]!;
      markers[stem]! &= ~(1 << marker);
    }
  }
  yield 0.6;
  /** How often a noun is met with what stands behind no verb: all markers but 을, as in 먹을. */
  const nounCount = (stem: string): number => {
    const number = numbers.get(stem);
    return number === undefined ? 0 : met[number]! - verbs.countOf(`${stem}을`);
  };
  /**
   * How good the evidence for a noun before the particle is; 0: there is not enough, or it is no
   * better than `most`, and the stem no noun by itself.
   */
  const evidenceFor = (word: string, count: number, [length, particle]: Separation, most: number): number => {
    const { marker, isSure } = particle;
    // a name or a number in other letters
    if (!isHangul(word.charCodeAt(length - 1))) return TEN_THOUSANDS.test(word) ? 0 : Infinity;
    const stem = numbers.get(word.slice(0, length));
    if (stem === undefined) return 0;
    const others = met[stem]! - (marker >= 0 ? count : 0) + alone[stem]!;
    const set = bits(marker >= 0 ? markers[stem]! & ~(1 << marker) : markers[stem]!);
    const size = length === 1 ? 'single' : 'longer';
    const fewest = (isSure ? FEWEST_IF_SURE : FEWEST_MARKERS)[size];
    if (set + (alone[stem]! > 0 && (length > 1 || isSure) ? 1 : 0) < fewest) return 0;
    if (others <= most && nouns[known.get(word.slice(0, length)) ?? -1] !== 1) return 0;
    const times = (isSure ? MOST_IF_SURE : MOST)[size];
    if (count > times * others || isVerb(word, length, particle.letters, verbs, nounCount)) return 0;
    return others;
  };
  for (let place = 0; place < ids.length; place++) {
    if (place % STEP === 0) yield 0.6 + (0.4 * place) / ids.length;
    const id = ids[place]!;
    const word = words[id]!;
    // a particle is written apart behind a name in brackets
    if (nouns[id] === 1 || PARTICLES.has(word)) continue;
    // 결과는 is 결과 + 는 and not 결 + 과는: a noun, the longest, or the stem with the most evidence
    let most = 0;
    for (const separation of separations[place]!) {
      const found = evidenceFor(word, counts[id]!, separation, most);
      if (found === 0) continue;
      stems[id] = separation[0];
      most = found;
    }
  }
  return stems;
}

/** A number of ten thousands: 3만, 3만의. */
const TEN_THOUSANDS = /\d만[가-힣]?$/;

/** Particles that forms of verbs end like, and those with 이. */
const MAY_BE_VERB = new Set(['는', '은', '을', '를', '도', '가', '와', '인', '만', '조차', '까지']);
/** What may stand behind the ending -지 of a verb. */
const BEHIND_JI = new Set(['만', '는', '도', '를', '가', '조차', '까지']);

/**
 * Whether a word that ends like one with a particle is a form of a verb or an adjective, as far as
 * other forms of it are met more often than the noun.
 */
function isVerb(
  word: string,
  length: number,
  particle: string,
  verbs: VerbForms,
  nounCount: (stem: string) => number,
): boolean {
  if (!MAY_BE_VERB.has(particle) && !particle.startsWith('이')) return false;
  const { countOf } = verbs;
  const stem = word.slice(0, length);
  const final = (stem.charCodeAt(length - 1) - 0xac00) % 28;
  const isMoreOften = (verb: string, without = 0): boolean => {
    const { sure, all } = verbs.of(verb);
    return sure > 0 && all > nounCount(stem) - without;
  };
  switch (particle) {
    case '는':
    case '은':
    case '을':
      if (final !== 8 && isMoreOften(stem)) return true; // of 길다 there is no 길은
      break;
    case '를':
      return isMoreOften(`${stem}르`, countOf(word)); // 부를, 다를
    case '도': {
      const connected = countOf(`${stem}서`) + countOf(`${stem}야`); // 해도: 해서, 해야
      if (connected > 0 && connected > nounCount(stem)) return true;
      break;
    }
    case '가':
    case '와': {
      // 들어가, 돌아와: what is met with 가 and 와 alone is no noun
      const coming = particle === '가' ? word : `${stem}오`;
      const sure = verbs.of(coming).sure + verbs.sureOfConnective(stem);
      return sure > 0 && sure > nounCount(stem) - countOf(`${stem}가`) - countOf(`${stem}와`);
    }
    case '이':
      if (final !== 0 && isMoreOften(stem, countOf(word))) return true; // 높이: 높은, 높다
      break;
  }
  if (particle.startsWith('이') || particle === '인') {
    const base = `${stem}이`; // 보이며, 쓰인: 보이는
    const sure = countOf(`${base}는`) + countOf(`${stem}인다`) + countOf(`${base}게`) + countOf(`${base}기`);
    if (sure > 0 && sure > nounCount(stem) - countOf(base)) return true;
  }
  if (!stem.endsWith('지') || !BEHIND_JI.has(particle)) return false;
  // 하지만: 하지 is a form of 하다; 의지만 is 의지 + 만
  const { sure } = verbs.of(stem.slice(0, -1));
  return sure > 0 && sure > nounCount(stem) - countOf(`${stem}를`) - countOf(`${stem}가`);
}

function bits(set: number): number {
  let count = 0;
  for (; set; set &= set - 1) count++;
  return count;
}

/**
 * Separates the particles of a corpus that is in memory as a whole, which gives up its tokens;
 * `keeps` them as words of their own. Yields how much is done, 0 to 1. A corpus without Korean
 * comes back as it is.
 */
export function* separateParticles(corpus: Corpus, keeps: boolean): Generator<number, Corpus> {
  if (corpus.spilled) throw new Error('Particles are separated in a text that is in memory as a whole.');
  const { words, counts } = corpus;
  const finding = findStems(words, counts);
  let found = finding.next();
  for (; !found.done; found = finding.next()) yield 0.4 * found.value;
  const lengths = found.value;

  // the id of each word's stem and of its particle; those that are no words yet get ids behind the
  // others
  const stems = new Int32Array(words.length);
  const particles = new Int32Array(words.length).fill(-1);
  const wanted = new Map<string, number>();
  const parts = (id: number): string[] =>
    keeps ? [words[id]!.slice(0, lengths[id]), words[id]!.slice(lengths[id])] : [words[id]!.slice(0, lengths[id])];
  for (let id = 0; id < words.length; id++) {
    if (lengths[id]! > 0) for (const part of parts(id)) wanted.set(part, -1);
    if (id % STEP === 0) yield 0.4 + (0.05 * id) / words.length;
  }
  if (wanted.size === 0) return corpus;
  for (let id = 0; id < words.length; id++) {
    if (wanted.has(words[id]!)) wanted.set(words[id]!, id);
    if (id % STEP === 0) yield 0.45 + (0.05 * id) / words.length;
  }
  const newWords = words.slice();
  for (const [word, id] of wanted) if (id < 0) wanted.set(word, newWords.push(word) - 1);
  const newCounts = new Float64Array(newWords.length);
  newCounts.set(counts);
  let more = 0;
  for (let id = 0; id < words.length; id++) {
    if (id % STEP === 0) yield 0.5 + (0.05 * id) / words.length;
    stems[id] = id;
    if (lengths[id] === 0) continue;
    const count = counts[id]!;
    const [stem, particle] = parts(id).map((part) => wanted.get(part)!);
    newCounts[id]! -= count;
    newCounts[stem!]! += count;
    stems[id] = stem!;
    if (particle === undefined) continue;
    newCounts[particle]! += count;
    particles[id] = particle;
    more += count;
  }

  // from the end to the beginning, so that what is written is behind what is read
  const { length } = corpus.tokens;
  const tokens = grown(corpus.tokens, length + more);
  let at = tokens.length;
  let end = length;
  for (let document = corpus.documents.length; document > 0 || end > 0;) {
    const start = document > 0 ? corpus.documents[document - 1]! : 0;
    const from = Math.max(start, end - (STEP << 2));
    at = separateBackwards(tokens, from, end, at, stems, particles);
    end = from;
    if (from === start && document > 0) corpus.documents[--document] = at;
    if (end % STEP === 0) yield 0.8 - (0.25 * end) / length;
  }
  const ordering = reordered(corpus, {
    ...{ words: newWords, counts: newCounts, before: counts, tokens },
    wordCount: corpus.wordCount + more,
  });
  let step = ordering.next();
  for (; !step.done; step = ordering.next()) yield 0.8 + 0.2 * step.value;
  return step.value;
}

/**
 * Writes stems and particles of [from, end) so that they end at `at`, behind which nothing else is
 * to be read; gives where they begin.
 */
function separateBackwards(
  tokens: Int32Array,
  from: number,
  end: number,
  at: number,
  stems: Int32Array,
  particles: Int32Array,
): number {
  for (let i = end - 1; i >= from; i--) {
    const id = tokens[i]!;
    if (id < 0 || id === PRUNED) tokens[--at] = id;
    else {
      if (particles[id]! >= 0) tokens[--at] = particles[id]!;
      tokens[--at] = stems[id]!;
    }
  }
  return at;
}

/**
 * The particles that may follow the first `length` letters of `typed`, a stem of Hangul, and begin
 * with the others.
 */
export function particlesAfter(typed: string, length: number): string[] {
  const last = typed.charCodeAt(length - 1);
  const beginning = typed.slice(length);
  if (!isHangul(last)) return [];
  return [...PARTICLES]
    .filter(([particle, { after }]) => follows(last, after) && particle.startsWith(beginning))
    .map(([particle]) => particle);
}

export function isParticle(word: string): boolean {
  return PARTICLES.has(word);
}

/**
 * The stem of a word that is not known, by the longest particle that leaves a known one; 0 where
 * there is none.
 */
export function stemLength(word: string, isKnown: (stem: string) => boolean): number {
  if (INDECLINABLE.has(word)) return 0;
  for (const [length] of separationsOf(word)) if (isKnown(word.slice(0, length))) return length;
  return 0;
}
