// A language model of byte pairs at work. A suggestion is a whole word: the model reads the text up
// to the pretoken that is being typed, and a best-first search goes on from there over tokens that
// agree with what is typed, until what is likeliest next is no part of the word. A word that is
// found by several ways has the sum of their probabilities.

import type { LanguageModel, LanguageModelState } from '../../language-model/inference/inference.ts';
import type { Inspector } from '../../language-model/inference/inspection.ts';
import { END_OF_SENTENCE, UNKNOWN } from '../../language-model/token-ids.ts';
import type { Completion, PlaceToRead, Suggestion, TextInspection, TextToRead } from '../../protocol/engine.ts';
import { forEachPretoken } from '../../text/byte-pair/pretokens.ts';
import { type BytePairTokenizer, END_OF_DOCUMENT } from '../../text/byte-pair/tokenizer.ts';
import { withoutSecrets } from '../../text/words-around.ts';
import { completionList } from './completion-list.ts';

/** What is read before the cursor, UTF-16 code units and tokens. */
const CONTEXT = { characters: 2000, tokens: 200 };
/** Tokens that the search reads, some tenths of a millisecond each. */
const EXPANSIONS = 64;
/** A word is no longer, bytes. */
const LONGEST_WORD = 96;
const SPACE = 0x20;
/** The word that a text ends in. */
const WORD_AT_END = /[_\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)?$/u;
const WORD = /^[_\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)?$/u;
/** What a word may go on with. */
const GOES_ON = /^(?:[_\p{L}\p{M}\p{N}]|['’][\p{L}\p{M}])/u;

/**
 * The model's token 0 is unknown, 1 the end of a document, and then the byte pairs follow in their
 * order.
 */
const toModel = (token: number): number => (token === END_OF_DOCUMENT ? END_OF_SENTENCE : token + 1);

/** Corpus ids, as `createLanguageModelJob` takes them, in the place of tokens. */
export function toCorpusIds(tokens: Int32Array): Int32Array {
  return tokens.map((token) => token - 1);
}

/** Characters of each corpus id: bytes with which one begins. */
export function charactersOf(tokenizer: BytePairTokenizer): number[] {
  return Array.from(
    { length: tokenizer.size - 1 },
    (_, id) => tokenizer.bytesOf([id + 1]).filter((byte) => (byte & 0xc0) !== 0x80).length,
  );
}

/** A way to write the beginning of a word. */
interface Path {
  probability: number;
  bytes: readonly number[];
  /** What the model remembers before `token`, which it has not read yet. */
  before: LanguageModelState;
  token: number;
}

export class BytePairLanguageModel {
  readonly #model: LanguageModel;
  readonly #tokenizer: BytePairTokenizer;
  /** Of each token. */
  readonly #bytes: Uint8Array[];
  /** Of each token, 1 where a word goes on with it; */
  readonly #goesOn: Uint8Array;
  /** where it does with what comes after its first byte. */
  readonly #restGoesOn: Uint8Array;
  /** What was read last. */
  #read: { context: Int32Array; state: LanguageModelState } | null = null;

  /** Throws a RangeError where the model has another number of tokens. */
  constructor(model: LanguageModel, tokenizer: BytePairTokenizer) {
    if (model.vocabulary !== tokenizer.size + 1) {
      throw new RangeError(`byte pairs: expected ${tokenizer.size + 1} tokens of the model, got ${model.vocabulary}`);
    }
    this.#model = model;
    this.#tokenizer = tokenizer;
    this.#bytes = Array.from({ length: tokenizer.size }, (_, token) => tokenizer.bytesOf([token]));
    this.#goesOn = Uint8Array.from(this.#bytes, (bytes) => Number(goesOn(bytes)));
    this.#restGoesOn = Uint8Array.from(this.#bytes, (bytes) => Number(goesOn(bytes.subarray(1))));
  }

  /**
   * Words that begin as typed, upper and lower case as they are, what is typed among them if it is
   * a word, or words that may come next at the cursor: `most` of them at most, each of at least
   * the probability `least`.
   */
  complete({ text, offset }: PlaceToRead, most: number, least: number): Completion {
    const end = withoutSecrets(text.slice(Math.max(0, offset - CONTEXT.characters), offset)).text;
    const prefix = WORD_AT_END.exec(end)?.[0] ?? '';
    const begun = prefix.normalize('NFC');
    const { settled, typed } = parted(end.normalize('NFC'), begun);
    /** Of the word, what stands in pretokens before the one that is being typed. */
    const before = prefix ? begun.slice(0, begun.length - typed.replace(/^ /, '').length) : '';
    const { words, reached } = this.#search(settled, new TextEncoder().encode(typed));
    const candidates: Suggestion[] = [];
    for (const [ending, probability] of words) {
      const word = before + ending;
      if (WORD.test(word)) candidates.push({ word, probability });
    }
    return completionList(candidates, { prefix, most, least, mass: reached });
  }

  /** Reads the text from the beginning of a document on, markup and all. */
  inspect(inspector: Inspector, { text }: TextToRead, top: number, check: (tokens: number) => void): TextInspection {
    const tokens = [END_OF_DOCUMENT, ...this.#tokenizer.encode(withoutSecrets(text).text)];
    check(tokens.length);
    const inspection = inspector.inspect(tokens.map(toModel), top);
    return {
      ...inspection,
      words: tokens.map((token) => this.#pieceOf(toModel(token))),
      known: tokens.map(() => true),
      topWords: Array.from(inspection.topTokens, (token) => this.#pieceOf(token)),
    };
  }

  #pieceOf(modelToken: number): string | null {
    if (modelToken === END_OF_SENTENCE) return null;
    return modelToken === UNKNOWN ? '' : pieceText(this.#bytes[modelToken - 1]!);
  }

  /**
   * The words after `settled` whose bytes begin as `typed`, without the space before them, each
   * with its probability; `reached`: of anything that begins so, as far as the search has come.
   */
  #search(settled: string, typed: Uint8Array): { words: Map<string, number>; reached: number } {
    const words = new Map<string, number>();
    /** The likeliest first. */
    const open: Path[] = [];
    let room = EXPANSIONS;
    let reached = 0;
    const expand = (bytes: readonly number[], probability: number): void => {
      const expected = this.#model.probabilities();
      const state = this.#model.save();
      const rest = typed.subarray(bytes.length);
      let ended = expected[UNKNOWN]! + expected[END_OF_SENTENCE]!;
      for (let token = 1; token < this.#bytes.length; token++) {
        const likelihood = expected[toModel(token)]!;
        if (rest.length > 0 && beginsWith(this.#bytes[token]!, rest)) reached += probability * likelihood;
        if (!this.#agrees(token, rest)) {
          ended += likelihood;
          continue;
        }
        const path = { probability: probability * likelihood, bytes, before: state, token };
        if (open.length === room && path.probability <= open.at(-1)!.probability) continue;
        insert(open, path);
        if (open.length > room) open.pop();
      }
      if (rest.length > 0 || bytes.length === 0) return;
      const word = wordOf(bytes);
      if (word) words.set(word, (words.get(word) ?? 0) + probability * ended);
    };
    this.#readContext(settled);
    expand([], 1);
    for (; room > 0 && open.length > 0; room--) {
      const { probability, bytes, before, token } = open.shift()!;
      this.#model.restore(before);
      this.#model.feed(toModel(token));
      const longer = [...bytes, ...this.#bytes[token]!];
      if (longer.length <= LONGEST_WORD) expand(longer, probability);
    }
    return { words, reached: typed.length > 0 ? reached : 1 };
  }

  /** Whether a word may go on with the token, where `rest` of it is typed already. */
  #agrees(token: number, rest: Uint8Array): boolean {
    if (rest.length === 0) return this.#goesOn[token] === 1;
    const bytes = this.#bytes[token]!;
    const both = Math.min(bytes.length, rest.length);
    for (let at = 0; at < both; at++) if (bytes[at] !== rest[at]) return false;
    // behind a space alone a sign may stand
    return rest.length > 1 || rest[0] !== SPACE || bytes.length === 1 || this.#restGoesOn[token] === 1;
  }

  /** Brings the model to the end of the text; what it has read already is not read again. */
  #readContext(text: string): void {
    const context = this.#tokenizer.encode(text).slice(-CONTEXT.tokens).map(toModel);
    const known = this.#read;
    let from = 0;
    if (known && known.context.length <= context.length && known.context.every((token, at) => token === context[at])) {
      this.#model.restore(known.state);
      from = known.context.length;
    } else {
      this.#model.reset();
      this.#model.feed(END_OF_SENTENCE);
    }
    for (const token of context.subarray(from)) this.#model.feed(token);
    this.#read = { context, state: this.#model.save() };
  }
}

/**
 * A text with the beginning of a pretoken at its end: of the word that is being typed, or of the
 * next one, a space.
 */
function parted(text: string, begun: string): { settled: string; typed: string } {
  let last = '';
  if (begun) forEachPretoken(text, (pretoken) => (last = pretoken));
  else if (text.endsWith(' ')) last = ' ';
  // a run of signs that ends in `_` is settled: the word goes on behind it
  if (begun && last.replace(/^ /, '').length > begun.length) last = '';
  return { settled: text.slice(0, text.length - last.length), typed: last };
}

function insert(open: Path[], path: Path): void {
  let at = open.length;
  open.push(path);
  for (; at > 0 && open[at - 1]!.probability < path.probability; at--) open[at] = open[at - 1]!;
  open[at] = path;
}

function beginsWith(bytes: Uint8Array, beginning: Uint8Array): boolean {
  return bytes.length >= beginning.length && beginning.every((byte, at) => bytes[at] === byte);
}

function goesOn(bytes: Uint8Array): boolean {
  const [first] = bytes;
  if (first === undefined || first < 0x80) return GOES_ON.test(new TextDecoder().decode(bytes));
  const text = new TextDecoder().decode(bytes);
  // the rest of a character, or the beginning of one that comes in two tokens
  return text.startsWith('\ufffd') || GOES_ON.test(text);
}

/** Without the space before it; null where a character is not whole. */
function wordOf(bytes: readonly number[]): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
    return text.startsWith(' ') ? text.slice(1) : text;
  } catch {
    return null;
  }
}

/** The text of a token; bytes that are no whole character are written <0xED>. */
export function pieceText(bytes: Uint8Array): string {
  const whole = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at]!;
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    try {
      text += whole.decode(bytes.subarray(at, at + length));
      at += length;
    } catch {
      text += `<0x${first.toString(16).toUpperCase().padStart(2, '0')}>`;
      at++;
    }
  }
  return text;
}
