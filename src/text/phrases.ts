// Phrases: pairs of words that stand side by side more often than chance would have it become one
// word, `new_york`. Mikolov et al. 2013, "Distributed Representations of Words and Phrases and
// their Compositionality", section 4; scores, connector words and the reading from left to right as
// in gensim's Phrases. Works on ids: a pass over the text counts the pairs, another puts the
// phrases in their place in the memory of the text.

import type { Corpus } from './corpus.ts';
import { type PhraseOptions, resolvePhraseOptions } from './options.ts';
import { reordered } from './reorder.ts';
import { BREAK } from './tokenizer.ts';
import { PRUNED } from './vocabulary.ts';

/** Between the words of a phrase. */
export const DELIMITER = '_';
/**
 * Tokens of a step. It takes a millisecond, the first some 20: each of their pairs is in a page of
 * memory of its own.
 */
const STEP = 1 << 13;
/** Words, or slots of a table, that a step goes through, in a few milliseconds. */
const STEP_WORDS = 1 << 16;
/**
 * The most pairs that are counted at a time, in 128 MB; where there are more, the rarest are
 * forgotten.
 */
const MAXIMUM_PAIRS = 6_000_000;

/** What phrases make of a corpus. */
export interface Phrases {
  /** Its tokens lie in the memory of the corpus it was made of, which is no longer good. */
  corpus: Corpus;
  /** Phrases that are new words. */
  found: number;
  /** The most often that a forgotten pair had been met; 0: none was forgotten. */
  prunedUpTo: number;
}

/**
 * One pass: pairs of words become words. Yields how much is done, 0 to 1, every few milliseconds.
 * The corpus must be in memory as a whole and gives up its tokens. `maximumPairs` bounds the memory
 * of counting.
 */
export function* findPhrases(
  corpus: Corpus,
  options: PhraseOptions,
  maximumPairs = MAXIMUM_PAIRS,
): Generator<number, Phrases> {
  if (corpus.spilled) throw new Error('Phrases are found in a text that is in memory as a whole.');
  const { words, counts, tokens, documents } = corpus;
  const { minCount, threshold, scorer, connectors } = resolvePhraseOptions(options);
  const between = new Connectors(words, connectors.split(/\s+/).filter(Boolean));

  const pairs = new PairTable(Math.min(tokens.length, maximumPairs + STEP));
  let prunedUpTo = 0;
  for (let from = 0, state = new Candidate(); from < tokens.length; from += STEP) {
    countPairs(tokens, from, Math.min(from + STEP, tokens.length), between, state, pairs);
    yield (0.4 * from) / tokens.length;
    // as gensim does: those that came once, the next time those that came up to twice; until an
    // eighth of the room is free
    if (pairs.size > maximumPairs) {
      while (pairs.size > maximumPairs * (7 / 8)) {
        yield* pairs.forget(++prunedUpTo, (0.4 * from) / tokens.length);
      }
    }
  }

  // what may begin or end a phrase, and the pairs: gensim's size of the vocabulary
  const size = words.length - between.words + pairs.size;
  const accepted: Pair[] = [];
  for (const pair of pairs.atLeast(minCount)) {
    if (pair === null) {
      yield 0.45;
      continue;
    }
    const [a, b] = [counts[pair.first]!, counts[pair.second]!];
    const score =
      scorer === 'npmi'
        ? Math.log((pair.count * corpus.wordCount) / (a * b)) / -Math.log(pair.count / corpus.wordCount)
        : ((pair.count - minCount) / (a * b)) * size;
    if (score > threshold) accepted.push(pair);
  }
  pairs.clear();

  // the phrases take the ids behind the words, or that of a word that is spelled like one already:
  // an identifier, perhaps
  const phrases = new PairTable(accepted.length);
  const names: string[] = [];
  const known = yield* wordsWithDelimiter(words);
  for (const [index, pair] of accepted.entries()) {
    if (index % 1000 === 999) yield 0.5;
    const name = [words[pair.first]!, ...between.spelled(pair.between), words[pair.second]!].join(DELIMITER);
    let id = known.get(name);
    if (id === undefined) {
      id = words.length + names.push(name) - 1;
      known.set(name, id);
    }
    phrases.add(pair.first, pair.between, pair.second, id + 1);
  }

  const rewriter = new Rewriter(tokens, documents, words.length + names.length, between, phrases);
  for (let more = true; more;) {
    more = rewriter.step();
    yield 0.5 + 0.3 * rewriter.fraction;
  }

  const newTokens = new Int32Array(tokens.buffer, tokens.byteOffset, rewriter.length);
  const ordering = reordered(corpus, {
    words: [...words, ...names],
    counts: rewriter.counts,
    before: counts,
    tokens: newTokens,
    wordCount: rewriter.wordCount,
  });
  let step = ordering.next();
  for (; !step.done; step = ordering.next()) yield 0.8 + 0.2 * step.value;
  return {
    corpus: step.value,
    found: rewriter.counts.subarray(words.length).filter((count) => count > 0).length,
    prunedUpTo,
  };
}

/**
 * The words that may stand inside a phrase. A row of them is a number: 0 for none, else a node of a
 * tree of rows.
 */
class Connectors {
  /** How many of them the text has. */
  readonly words: number;
  /** Of each word, 1 if it is one. */
  readonly flags: Uint8Array;
  readonly #texts: readonly string[];
  readonly #ids: readonly number[];
  /** Node after a node and a word; `#nodes` has where each came from. */
  readonly #next = new Map<number, number>();
  readonly #nodes: { before: number; id: number }[] = [{ before: 0, id: -1 }];

  constructor(words: readonly string[], connectors: readonly string[]) {
    this.#texts = words;
    this.flags = new Uint8Array(words.length);
    const wanted = new Set(connectors);
    this.#ids = wanted.size ? [...words.keys()].filter((id) => wanted.has(words[id]!)) : [];
    for (const id of this.#ids) this.flags[id] = 1;
    this.words = this.#ids.length;
  }

  /**
   * The row `node` with the word `id` behind it; -1 where there are more rows than anybody's
   * phrases have.
   */
  after(node: number, id: number): number {
    const key = node * this.flags.length + id;
    let next = this.#next.get(key);
    if (next === undefined) {
      next = this.#nodes.length < 1 << 16 ? this.#nodes.push({ before: node, id }) - 1 : -1;
      if (next > 0) this.#next.set(key, next);
    }
    return next;
  }

  spelled(node: number): string[] {
    const row: string[] = [];
    for (let at = node; at > 0; at = this.#nodes[at]!.before) row.unshift(this.#texts[this.#nodes[at]!.id]!);
    return row;
  }
}

/** The beginning of what may become a phrase. */
class Candidate {
  /** Its first word; -1 where there is none. */
  first = -1;
  /** The row of connector words behind it. */
  between = 0;
}

/** Counts the pairs of [from, end); `state` goes from one part of the text to the next. */
function countPairs(
  tokens: Int32Array,
  from: number,
  end: number,
  connectors: Connectors,
  state: Candidate,
  pairs: PairTable,
): void {
  const { flags } = connectors;
  let { first, between } = state;
  for (let i = from; i < end; i++) {
    const id = tokens[i]!;
    if (id < 0 || id === PRUNED) first = -1;
    else if (flags[id] === 0) {
      if (first >= 0) pairs.add(first, between, id, 1);
      first = id;
      between = 0;
    } else if (first >= 0) {
      between = connectors.after(between, id);
      if (between < 0) first = -1;
    }
  }
  state.first = first;
  state.between = between;
}

/**
 * Puts phrases into a text from left to right: a pair that was taken is not the beginning of
 * another.
 */
class Rewriter {
  /** Of each id, words first and then phrases. */
  readonly counts: Float64Array;
  /** Tokens written. */
  length = 0;
  wordCount = 0;
  readonly #tokens: Int32Array;
  readonly #documents: Int32Array;
  readonly #connectors: Connectors;
  readonly #phrases: PairTable;
  /** Tokens read, all but those of the candidate that was begun. */
  #read = 0;
  #document = 0;

  constructor(tokens: Int32Array, documents: Int32Array, ids: number, connectors: Connectors, phrases: PairTable) {
    this.counts = new Float64Array(ids);
    this.#tokens = tokens;
    this.#documents = documents;
    this.#connectors = connectors;
    this.#phrases = phrases;
  }

  get fraction(): number {
    return this.#read / Math.max(1, this.#tokens.length);
  }

  /** Goes on for some milliseconds; false at the end of the text. */
  step(): boolean {
    const tokens = this.#tokens;
    const connectors = this.#connectors;
    const { flags } = connectors;
    const end = Math.min(tokens.length, this.#read + STEP);
    let i = this.#read;
    while (i < end) {
      if (i === this.#documents[this.#document]) this.#documents[this.#document++] = this.length;
      const first = tokens[i]!;
      let next = i + 1;
      if (first >= 0 && first !== PRUNED && flags[first] === 0) {
        let between = 0;
        while (next < tokens.length && between >= 0 && tokens[next]! >= 0 && flags[tokens[next]!] === 1)
          between = connectors.after(between, tokens[next++]!);
        const second = next < tokens.length ? tokens[next]! : BREAK;
        if (between >= 0 && second >= 0 && second !== PRUNED) {
          const phrase = this.#phrases.get(first, between, second) - 1;
          if (phrase >= 0) {
            this.#write(phrase);
            i = next + 1;
            continue;
          }
        }
      }
      for (; i < next; i++) this.#write(tokens[i]!);
    }
    this.#read = i;
    return i < tokens.length;
  }

  #write(id: number): void {
    this.#tokens[this.length++] = id;
    if (id < 0) return;
    this.wordCount++;
    if (id !== PRUNED) this.counts[id]!++;
  }
}

interface Pair {
  first: number;
  /** The row of connector words. */
  between: number;
  second: number;
  count: number;
}

// The fields of a slot
const FIELDS = 4;
const FIRST = 0;
const BETWEEN = 1;
const SECOND = 2;
const COUNT = 3; // 0 marks a free slot

/** Numbers by pair: open addressing, linear probing. */
class PairTable {
  /** Pairs. */
  size = 0;
  /**
   * (slots, FIELDS), of which a quarter or more stay free. The system gives memory as slots are
   * used.
   */
  #table: Int32Array;

  /** `most`: pairs that there may be. */
  constructor(most: number) {
    this.#table = new Int32Array(FIELDS * 2 ** Math.ceil(Math.log2(Math.max(1, most * (4 / 3)) + 1)));
  }

  /** Adds `count` to the number of a pair, which is 0 at first. */
  add(first: number, between: number, second: number, count: number): void {
    const table = this.#table;
    const slot = slotOf(table, first, between, second);
    if (table[slot + COUNT] === 0) {
      table[slot + FIRST] = first;
      table[slot + BETWEEN] = between;
      table[slot + SECOND] = second;
      this.size++;
    }
    table[slot + COUNT]! += count;
  }

  /** The number of a pair. */
  get(first: number, between: number, second: number): number {
    return this.#table[slotOf(this.#table, first, between, second) + COUNT]!;
  }

  /** The pairs with a number of `least` or more, and null every few milliseconds. */
  *atLeast(least: number): Generator<Pair | null> {
    const table = this.#table;
    for (let slot = 0; slot < table.length; slot += FIELDS) {
      if ((slot / FIELDS) % STEP_WORDS === 0) yield null;
      const count = table[slot + COUNT]!;
      if (count < least) continue;
      yield { first: table[slot + FIRST]!, between: table[slot + BETWEEN]!, second: table[slot + SECOND]!, count };
    }
  }

  /** Gives the memory back. */
  clear(): void {
    this.#table = new Int32Array(FIELDS);
    this.size = 0;
  }

  /** Forgets the pairs with a number of up to `upTo`; yields `done` every few milliseconds. */
  *forget(upTo: number, done: number): Generator<number> {
    const old = this.#table;
    this.#table = new Int32Array(old.length);
    this.size = 0;
    for (let entry = 0; entry < old.length; entry += FIELDS) {
      const count = old[entry + COUNT]!;
      if (count > upTo) this.add(old[entry + FIRST]!, old[entry + BETWEEN]!, old[entry + SECOND]!, count);
      if ((entry / FIELDS) % STEP_WORDS === 0) yield done;
    }
  }
}

/** Where a pair is in a table, or where it has to be put. */
function slotOf(table: Int32Array, first: number, between: number, second: number): number {
  const mask = table.length - 1;
  let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second + Math.imul(between, 0x27d4eb2f), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  let slot = ((hash ^ (hash >>> 13)) * FIELDS) & mask;
  while (
    table[slot + COUNT] !== 0 &&
    (table[slot + FIRST] !== first || table[slot + SECOND] !== second || table[slot + BETWEEN] !== between)
  )
    slot = (slot + FIELDS) & mask;
  return slot;
}

/** The words that a phrase may be spelled like, with their ids. */
function* wordsWithDelimiter(words: readonly string[]): Generator<number, Map<string, number>> {
  const found = new Map<string, number>();
  for (let id = 0; id < words.length; id++) {
    if (words[id]!.includes(DELIMITER)) found.set(words[id]!, id);
    if (id % STEP_WORDS === STEP_WORDS - 1) yield 0.5;
  }
  return found;
}
