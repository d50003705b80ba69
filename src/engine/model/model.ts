// A loaded model and the questions one can ask of it.

import * as l10n from '@vscode/l10n';
import { LanguageModel } from '../../language-model/inference/inference.ts';
import { Inspector } from '../../language-model/inference/inspection.ts';
import type {
  AnalogyAnswer,
  Completion,
  MinimumCount,
  ModelSummary,
  Neighbour,
  OddWordAnswer,
  PlacedWord,
  PlaceToRead,
  RankAnswer,
  SimilarityAnswer,
  TextInspection,
  TextToRead,
  TrainingCurves,
  Unanswered,
  UnknownWord,
  WordAt,
  WordDescription,
  WordMap,
} from '../../protocol/engine.ts';
import { normalizedWord } from '../../text/document.ts';
import { partAt } from '../../text/identifier-parts.ts';
import { languageNamed, PROSE_LANGUAGE } from '../../text/languages.ts';
import { TEXT_DEFAULTS, type TextOptions } from '../../text/options.ts';
import { isParticle, stemLength } from '../../text/particles.ts';
import { DELIMITER } from '../../text/phrases.ts';
import { startOfWindow, wordsAround, wordsBefore } from '../../text/words-around.ts';
import { analogyExamples } from '../../word2vec/analogy-examples.ts';
import { type MalformedExpression, parseExpression, parseWords } from '../../word2vec/expression.ts';
import { functionWords } from '../../word2vec/function-words.ts';
import { isNumber, ShownWords } from '../../word2vec/shown-words.ts';
import { ngramRows } from '../../word2vec/subwords.ts';
import { type Method, WordVectors } from '../../word2vec/vectors.ts';
import type { Kernels } from '../kernels.ts';
import { BytePairLanguageModel } from './byte-pair-language-model.ts';
import { damagedPart } from './model-store.ts';
import type { StoredModel } from './stored-model.ts';
import { suggestsNothing } from './suggests-nothing.ts';
import { toldCurves } from './training-curves.ts';
import { WordLanguageModel } from './word-language-model.ts';

/** Words that can be looked at inside the model at a time. */
const MOST_INSPECTED = 10_000;
/** The most words of a phrase that is looked for under the cursor. */
const PHRASE_WORDS = 4;
/** Closest spellings offered for an unknown word. */
const SPELLINGS = 5;

export class Model {
  readonly summary: ModelSummary;
  readonly #stored: StoredModel;
  /** How the text was cut into words. Of a model that does not say: words as they are. */
  readonly #text: TextOptions;
  readonly #vectors: WordVectors;
  readonly #shown: ShownWords;
  readonly #languageModel: WordLanguageModel | BytePairLanguageModel | null;
  readonly #kernel: WebAssembly.Module;
  /** Made when it is first asked for: it has a copy of the language model. */
  #inspector: Inspector | null = null;
  readonly #rankByWord: ReadonlyMap<string, number>;
  /** Looked for when a word is first asked for at a place. */
  #functionWords: Set<number> | null = null;

  /**
   * `before`: the model whose place it takes; what both have is made once. Throws, naming the file,
   * if a language model is none.
   */
  constructor(stored: StoredModel, kernels: Kernels, before: Model | null = null) {
    this.#stored = stored;
    this.#text = textOf(stored.options.text);
    this.#kernel = kernels['language-model'];
    this.summary = stored.summary;
    const { vocabulary, vectorSize } = stored.summary;
    this.#vectors =
      before && before.#stored.vectors === stored.vectors
        ? before.#vectors
        : new WordVectors(
            kernels.similarity,
            stored.words.slice(0, vocabulary),
            stored.vectors['input']!.data,
            vectorSize,
          );
    const { words: textWords, code = 0 } = stored.summary;
    this.#shown = new ShownWords(this.#vectors.words, stored.counts, { textWords, isCode: code >= 0.5 });
    this.#rankByWord = ranksOf(stored.words);
    this.#languageModel =
      before && before.#stored.languageModel === stored.languageModel
        ? before.#languageModel
        : this.#languageModelOf(stored);
  }

  #languageModelOf(stored: StoredModel): WordLanguageModel | BytePairLanguageModel | null {
    const { languageModel: tensors, tokenizer, languageModelVocabulary, options, summary } = stored;
    if (!tensors) return null;
    const model = partly(tensors, () => new LanguageModel(this.#kernel, tensors, options.languageModel?.steps));
    if (tokenizer) return partly(tokenizer, () => new BytePairLanguageModel(model, tokenizer));
    const { words, counts } = languageModelVocabulary ?? stored;
    if (!counts) return null;
    const text = languageModelVocabulary ? textOf(options.languageModelText) : this.#text;
    const ranks = languageModelVocabulary ? ranksOf(words) : this.#rankByWord;
    return new WordLanguageModel(model, {
      words,
      counts,
      known: summary.languageModel?.vocabulary ?? 0,
      text,
      rankOf: (word) => ranks.get(word),
      stemLengthOf: (word) => stemLengthIn(ranks, text, word),
    });
  }

  /**
   * Prepares the vectors for questions, for a few milliseconds; false once they are. A question
   * that comes earlier waits for the rest.
   */
  step(): boolean {
    return this.#vectors.step();
  }

  get wordVectors(): WordVectors {
    return this.#vectors;
  }

  /** See `EngineApi.wordAt`. */
  wordAt(place: PlaceToRead, neighbours: number, minimumCount: MinimumCount = 0): WordAt | null {
    const { offset, language } = place;
    const named = language === PROSE_LANGUAGE.name ? PROSE_LANGUAGE : languageNamed(language);
    const around = wordsAround(place, PHRASE_WORDS - 1, this.#text);
    if (!around) return null;
    const found = this.#wordAround(around, offset, neighbours, minimumCount);
    return {
      ...found,
      saysLittle: named?.lexis?.keywords.has(found.word) === true || this.#saysLittle(found.word),
      isProse: named !== null && !named.lexis,
    };
  }

  /**
   * The longest phrase with the word at `index` that is known, else the word, else its part at
   * `offset`.
   */
  #wordAround(
    { words, index }: NonNullable<ReturnType<typeof wordsAround>>,
    offset: number,
    neighbours: number,
    minimumCount: MinimumCount,
  ): PlacedWord {
    for (let length = Math.min(PHRASE_WORDS, words.length); length > 1; length--) {
      for (let first = Math.max(0, index - length + 1); first <= index && first + length <= words.length; first++) {
        const phrase = words.slice(first, first + length);
        const name = phrase.map(({ word }) => word).join(DELIMITER);
        const known = this.#inVocabulary(name, neighbours, minimumCount);
        if (known) return { ...known, start: phrase[0]!.start, end: phrase.at(-1)!.end };
      }
    }
    const { word, start, end } = words[index]!;
    const known = this.#known(word, neighbours, minimumCount);
    if (known) return { ...known, start, end };
    // of a name that is not known, or is too rare, the part under the cursor, where its letters are
    // written as they are
    const part = this.#text.identifierParts && end - start === word.length ? partAt(word, offset - start) : null;
    const knownPart =
      part && this.#inVocabulary(word.slice(part.start, part.end).toLowerCase(), neighbours, minimumCount);
    if (knownPart) return { ...knownPart, start: start + part.start, end: start + part.end };
    return { known: false, word, start, end };
  }

  /** See `EngineApi.startOfWindow`. */
  startOfWindow(place: PlaceToRead): number {
    return startOfWindow(place, this.#text);
  }

  #saysLittle(word: string): boolean {
    return isNumber(word) || this.#isFunctionWord(this.#vectors.indexOf(word));
  }

  #isFunctionWord(index: number): boolean {
    const { index: rows, words } = this.#vectors;
    this.#functionWords ??= functionWords((each) => rows.lengthOf(each), words.length);
    return this.#functionWords.has(index);
  }

  describe(word: string, neighbours: number, minimumCount: MinimumCount = 0): WordDescription | UnknownWord {
    return this.#known(word, neighbours, minimumCount) ?? this.#unknown(word);
  }

  #known(word: string, neighbours: number, minimumCount: MinimumCount): WordDescription | null {
    return this.#inVocabulary(word, neighbours, minimumCount) ?? this.#inferred(word, neighbours, minimumCount);
  }

  #inVocabulary(word: string, neighbours: number, minimumCount: MinimumCount): WordDescription | null {
    const index = this.#indexOf(word);
    if (index < 0) return null;
    return {
      known: true,
      word: this.#stored.words[index]!,
      count: this.#stored.counts?.[index] ?? null,
      rank: index + 1,
      onMap: index < this.summary.mapWords,
      neighbours: this.#name(
        this.#shown.among(
          (count, hidden) => this.#vectors.nearest(index, count, hidden),
          neighbours,
          [index],
          minimumCount,
        ),
      ),
    };
  }

  /**
   * A word that is not in the vocabulary, by the mean of its n-grams' rows; null where the model
   * has none.
   */
  #inferred(word: string, neighbours: number, minimumCount: MinimumCount): WordDescription | null {
    const ngrams = this.#stored.vectors['ngrams'];
    const options = this.#stored.options.ngrams ?? this.#stored.options.word2vec;
    if (!ngrams || !options || !word) return null;
    const { vectorSize } = this.summary;
    const rows = ngramRows(word.normalize('NFC'), { ...options, buckets: ngrams.shape[0]! });
    if (rows.length === 0) return null;
    const vector = new Float64Array(vectorSize);
    for (const row of rows) for (let d = 0; d < vectorSize; d++) vector[d]! += ngrams.data[row * vectorSize + d]!;
    const nearest = this.#shown.among(
      (count, hidden) => this.#vectors.nearestTo(vector, count, hidden),
      neighbours,
      [],
      minimumCount,
    );
    return { known: true, word, count: 0, rank: null, onMap: false, neighbours: this.#name(nearest) };
  }

  similaritiesOnMap(word: string): Float32Array | null {
    const index = this.#indexOf(word);
    return index < 0 ? null : this.#vectors.similarities(index, this.summary.mapWords);
  }

  solve(expression: string, answers: number, method: Method, minimumCount: MinimumCount = 0): AnalogyAnswer {
    const parsed = parseExpression(expression);
    if ('malformed' in parsed) return malformed(parsed.malformed);
    const found = this.#lookUp(parsed.terms.map(({ word }) => word));
    if ('status' in found) return found;
    const terms = parsed.terms.map(({ weight }, at) => ({ index: found.indexes[at]!, weight }));
    const solved = this.#shown.among(
      (count, hidden) => this.#vectors.mostSimilar(terms, count, method, hidden),
      answers,
      found.indexes,
      minimumCount,
    );
    return { status: 'solved', answers: this.#name(solved) };
  }

  analogyExamples(count: number): string[] {
    const { words } = this.#vectors;
    const hidden = this.#shown.hidden([], 0);
    const isFit = (index: number): boolean => {
      const word = words[index]!;
      return (
        /^[\p{L}\p{M}]{2,}$/u.test(word) && !hidden.has(index) && !this.#isFunctionWord(index) && !isParticle(word)
      );
    };
    return analogyExamples(this.#vectors, count, isFit, hidden).map(
      ([a, b, c]) => `${words[a]!} : ${words[b]!} = ${words[c]!} : ?`,
    );
  }

  similarity(first: string, second: string): SimilarityAnswer {
    return this.#compare([first], [second]);
  }

  nSimilarity(first: string, second: string): SimilarityAnswer {
    const [a, b] = [parseWords(first), parseWords(second)];
    if ('malformed' in a) return malformed(a.malformed);
    if ('malformed' in b) return malformed(b.malformed);
    return this.#compare(a.words, b.words);
  }

  doesntMatch(list: string): OddWordAnswer {
    const parsed = parseWords(list);
    if ('malformed' in parsed && parsed.malformed.kind !== 'empty') return malformed(parsed.malformed);
    if ('malformed' in parsed || parsed.words.length < 3)
      return { status: 'malformed', message: l10n.t('Type three words or more, of which one may not fit.') };
    const found = this.#lookUp(parsed.words);
    if ('status' in found) return found;
    const words = this.#name(this.#vectors.byCentrality(found.indexes));
    return { status: 'found', odd: words.at(-1)!.word, words };
  }

  rank(word: string, other: string, minimumCount: MinimumCount = 0): RankAnswer {
    const found = this.#lookUp([word, other]);
    if ('status' in found) return found;
    const [a, b] = found.indexes as [number, number];
    const hidden = this.#shown.hidden([a], minimumCount);
    const isExtra = a !== b && hidden.has(b);
    return {
      status: 'ranked',
      word: this.#stored.words[a]!,
      other: this.#stored.words[b]!,
      rank: this.#vectors.rank(a, b, hidden),
      of: this.#shown.count([a], minimumCount) + Number(isExtra),
      similarity: this.#vectors.similarity(a, b),
    };
  }

  /** Without a language model, or with one that learned nothing, nothing is suggested. */
  complete(place: PlaceToRead, suggestions: number, least = 0): Completion {
    const problem = this.summary.languageModel && suggestsNothing(this.summary.languageModel);
    if (this.#languageModel && !problem) return this.#languageModel.complete(place, suggestions, least);
    const start = wordsBefore(place, 0, this.#text)?.start ?? place.offset;
    return { prefix: place.text.slice(start, place.offset), suggestions: [], ...(problem && { problem }) };
  }

  /** Throws one sentence where there is no language model, and where the text is too long. */
  inspect(text: TextToRead, top: number): TextInspection {
    const { languageModel, options } = this.#stored;
    if (!this.#languageModel || !languageModel)
      throw new Error(l10n.t('This model has word vectors only: no language model was trained with it.'));
    const check = (length: number): void => {
      if (length <= MOST_INSPECTED) return;
      throw new RangeError(
        l10n.t('A text of {0} words is too long to look at; the most are {1}.', length, MOST_INSPECTED),
      );
    };
    this.#inspector ??= new Inspector(this.#kernel, languageModel, options.languageModel?.steps);
    return this.#languageModel.inspect(this.#inspector, text, top, check);
  }

  /** How the language model's training went; null where nothing was kept of it. */
  trainingCurves(): TrainingCurves | null {
    const { languageModel } = this.summary;
    return this.#stored.training && languageModel && toldCurves(this.#stored.training, languageModel);
  }

  map(): WordMap | null {
    const { words, counts, map } = this.#stored;
    const { mapWords } = this.summary;
    if (!map) return null;
    return {
      words: words.slice(0, mapWords),
      counts: counts && counts.slice(0, mapWords),
      positions: map['positions']!.data,
      minimumCount: this.#shown.minimumCount,
    };
  }

  /** The length of the stem of a word whose particle was separated in training; 0 of any other. */
  stemLength(word: string): number {
    return stemLengthIn(this.#rankByWord, this.#text, word);
  }

  /**
   * The place of a word as it is, as the options of the text have it, or of its stem; -1 where none
   * is known.
   */
  #indexOf(word: string): number {
    const index = this.#vectors.indexOf(word);
    if (index >= 0) return index;
    const normalized = normalizedWord(word, this.#text);
    const place = normalized === word ? -1 : this.#vectors.indexOf(normalized);
    const length = place < 0 ? this.stemLength(normalized) : 0;
    return length > 0 ? this.#vectors.indexOf(normalized.slice(0, length)) : place;
  }

  #compare(first: readonly string[], second: readonly string[]): SimilarityAnswer {
    const found = this.#lookUp([...first, ...second]);
    if ('status' in found) return found;
    const [a, b] = [found.indexes.slice(0, first.length), found.indexes.slice(first.length)];
    const names = (indexes: number[]): string[] => indexes.map((index) => this.#stored.words[index]!);
    return { status: 'compared', first: names(a), second: names(b), similarity: this.#vectors.nSimilarity(a, b) };
  }

  #lookUp(words: readonly string[]): { indexes: number[] } | Unanswered {
    const indexes = words.map((word) => this.#indexOf(word));
    const unknown = indexes.indexOf(-1);
    return unknown < 0 ? { indexes } : { status: 'unknownWord', ...this.#unknown(words[unknown]!) };
  }

  #unknown(word: string): UnknownWord {
    return { known: false, word, spellings: this.#vectors.spellings(word, SPELLINGS) };
  }

  #name(neighbours: readonly { index: number; similarity: number }[]): Neighbour[] {
    const { words, counts } = this.#stored;
    return neighbours.map(({ index, similarity }) => ({
      word: words[index]!,
      count: counts?.[index] ?? null,
      similarity,
    }));
  }
}

function textOf(text: TextOptions | undefined): TextOptions {
  return text ?? { ...TEXT_DEFAULTS, particles: 'attached', case: 'keep', numbers: 'keep' };
}

function ranksOf(words: readonly string[]): Map<string, number> {
  return new Map(words.map((word, rank) => [word, rank]));
}

function stemLengthIn(ranks: ReadonlyMap<string, number>, text: TextOptions, word: string): number {
  if (text.particles === 'attached' || ranks.has(word)) return 0;
  return stemLength(word, (stem) => ranks.has(stem));
}

/** What is made of a part of the model; if that fails, the error names its file. */
function partly<Made>(part: object, make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    throw damagedPart(part, (error as Error).message);
  }
}

function malformed(reason: MalformedExpression): Unanswered {
  return { status: 'malformed', message: malformedSentence(reason) };
}

function malformedSentence(reason: MalformedExpression): string {
  switch (reason.kind) {
    case 'empty':
      return l10n.t('Type words with signs between them, such as king - man + woman, or man : woman = king : ?');
    case 'unfinishedProportion':
      return l10n.t('Go on with two words and a third one, such as man : woman = king : ?');
    case 'missingWord':
      return l10n.t('A word is missing at position {0}.', reason.position);
    case 'missingSign':
      return l10n.t(
        'Put + or - before “{0}” (position {1}), or quotation marks around a word with spaces.',
        reason.word,
        reason.position,
      );
    case 'openQuote':
      return l10n.t('The quotation mark at position {0} is not closed.', reason.position);
    case 'weightRange':
      return l10n.t('The weight {0} at position {1} must be a number other than 0.', reason.weight, reason.position);
    case 'strayStar':
      return l10n.t(
        'The sign * at position {0} needs a number before it and a word after it, such as 0.5*woman.',
        reason.position,
      );
  }
}
