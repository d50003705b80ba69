// A language model of words at work. It knows the most frequent ones; rarer words of the vocabulary
// share the probability of the unknown sign in proportion to their counts.

import type { LanguageModel } from '../../language-model/inference/inference.ts';
import type { Inspector } from '../../language-model/inference/inspection.ts';
import { END_OF_SENTENCE, FIRST_WORD, UNKNOWN } from '../../language-model/token-ids.ts';
import type { Completion, PlaceToRead, Suggestion, TextInspection, TextToRead } from '../../protocol/engine.ts';
import type { TextOptions } from '../../text/options.ts';
import { isParticle, particlesAfter } from '../../text/particles.ts';
import { wordsBefore, wordsOf } from '../../text/words-around.ts';
import { completionList } from './completion-list.ts';

/** Words before the cursor that the model reads. */
const CONTEXT_WORDS = 100;

/** The words of a stored model. */
export interface ModelWords {
  /** By count, the most frequent first. */
  words: readonly string[];
  counts: Float64Array;
  /** How many of them the language model knows: the first. */
  known: number;
  /** How the text was cut into words. */
  text: TextOptions;
  rankOf: (word: string) => number | undefined;
  /** The length of the stem of a word whose particle was separated in training; 0 of any other. */
  stemLengthOf: (word: string) => number;
}

export class WordLanguageModel {
  readonly #model: LanguageModel;
  readonly #words: ModelWords;
  /** The words in lower case, for completions of any case. */
  readonly #folded: string[];
  /** Total count of the words outside the model's vocabulary. */
  readonly #unknownCount: number;

  constructor(model: LanguageModel, words: ModelWords) {
    this.#model = model;
    this.#words = words;
    this.#folded = words.words.map((word) => word.toLowerCase());
    this.#unknownCount = words.counts.subarray(words.known).reduce((sum, count) => sum + count, 0);
  }

  /**
   * Words that begin as typed, in any case, what is typed among them if it is a word, or words that
   * may come next at the cursor: `most` of them at most, each of at least the probability `least`.
   */
  complete(place: PlaceToRead, most: number, least: number): Completion {
    const { words: vocabulary, counts, known, text: options } = this.#words;
    const read = wordsBefore(place, CONTEXT_WORDS, options);
    if (!read) return { prefix: '', suggestions: [] };
    const prefix = place.text.slice(read.start, place.offset);
    const typed = read.partial;
    const before = this.#tokensOf(read.context).map((word) => this.#idOf(word));
    const probabilities = this.#model.probabilitiesAfter(before);
    const folded = typed.toLowerCase();
    const candidates: Suggestion[] = [];
    let mass = 0;
    let asTyped = 0;
    const last = typed ? vocabulary.length : known;
    for (let rank = 0; rank < last; rank++) {
      const word = vocabulary[rank]!;
      if (typed && !this.#folded[rank]!.startsWith(folded)) continue;
      // a particle that was separated follows its stem at once: nothing begins with it
      if (this.#words.text.particles === 'separate' && isParticle(word)) continue;
      const probability =
        rank < known
          ? probabilities[rank + FIRST_WORD]!
          : (probabilities[UNKNOWN]! * counts[rank]!) / this.#unknownCount;
      mass += probability;
      if (typed && word.length === typed.length) asTyped += probability;
      else candidates.push({ word, probability });
    }
    if (!typed) mass += probabilities[UNKNOWN]! + probabilities[END_OF_SENTENCE]!;
    for (const { word, probability, stem } of this.#withParticles(typed, before, probabilities)) {
      // what is typed may be the stem, whose probability is that of all its forms, or have its
      // particle already
      if (stem === typed) asTyped -= probability;
      else mass += probability;
      if (word === typed) asTyped += probability;
      else candidates.push({ word, probability });
    }
    if (asTyped > 0) candidates.push({ word: typed, probability: asTyped });
    return completionList(candidates, { prefix, most, least, mass });
  }

  /** Reads the text from its beginning on. `check` hears how many words that are. */
  inspect(inspector: Inspector, text: TextToRead, top: number, check: (words: number) => void): TextInspection {
    const words = this.#tokensOf([null, ...wordsOf(text, this.#words.text)]);
    check(words.length);
    const tokens = words.map((word) => this.#idOf(word));
    const inspection = inspector.inspect(tokens, top);
    const wordOf = (token: number): string | null =>
      token === END_OF_SENTENCE ? null : token === UNKNOWN ? '' : this.#words.words[token - FIRST_WORD]!;
    return {
      ...inspection,
      words,
      known: tokens.map((token) => token !== UNKNOWN),
      topWords: Array.from(inspection.topTokens, wordOf),
    };
  }

  /**
   * What has been typed as a stem, with or without the beginning of a particle or a whole one, and
   * each particle that may follow.
   */
  #withParticles(
    typed: string,
    before: readonly number[],
    probabilities: Float32Array,
  ): (Suggestion & { stem: string })[] {
    if (this.#words.text.particles !== 'separate') return [];
    for (let length = typed.length; length > 0; length--) {
      const stem = this.#idOf(typed.slice(0, length));
      const particles = particlesAfter(typed, length)
        .map((particle) => ({ particle, id: this.#idOf(particle) }))
        .filter(({ id }) => id !== UNKNOWN);
      if (stem === UNKNOWN || particles.length === 0) continue;
      const next = this.#model.probabilitiesAfter([...before, stem]);
      return particles.map(({ particle, id }) => ({
        stem: typed.slice(0, length),
        word: typed.slice(0, length) + particle,
        probability: probabilities[stem]! * next[id]!,
      }));
    }
    return [];
  }

  /** The tokens that the words of a text became: a word with its particle separated is two. */
  #tokensOf(words: readonly (string | null)[]): (string | null)[] {
    return words.flatMap((word) => {
      const length = word === null ? 0 : this.#words.stemLengthOf(word);
      if (word === null || length === 0) return [word];
      const stem = word.slice(0, length);
      return this.#words.text.particles === 'separate' ? [stem, word.slice(length)] : [stem];
    });
  }

  /** Null is the end of a sentence. */
  #idOf(word: string | null): number {
    if (word === null) return END_OF_SENTENCE;
    const rank = this.#words.rankOf(word);
    return rank === undefined || rank >= this.#words.known ? UNKNOWN : rank + FIRST_WORD;
  }
}
