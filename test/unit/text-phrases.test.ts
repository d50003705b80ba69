import assert from 'node:assert/strict';
import test from 'node:test';
import { loadKernel } from '../../src/engine/kernels.ts';
import { type Corpus, CorpusBuilder } from '../../src/text/corpus.ts';
import { PHRASE_DEFAULTS, type PhraseOptions } from '../../src/text/options.ts';
import { findPhrases } from '../../src/text/phrases.ts';
import { PRUNED } from '../../src/text/vocabulary.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

const kernel = await loadKernel(DISTRIBUTION, 'text');

/** Numbers from 0 to 1 as the text that gensim was given was made of them. */
function generatorOfThen(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Sentences of single words and of words that like to stand together. */
function collocations(): string {
  const random = generatorOfThen(5);
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)]!;
  const common = 'the a of and in was near old new york city red tape san francisco bay hong kong house'.split(' ');
  const fixed = [
    ...['new york', 'new york city', 'san francisco', 'san francisco bay', 'hong kong', 'bank of the america'],
    ...['state of the art', 'rock and roll', 'red tape', '경복궁 앞'],
  ];
  let text = '';
  for (let sentence = 0; sentence < 400; sentence++) {
    const words: string[] = [];
    for (let i = 0; i < 6; i++) {
      if (random() < 0.3) words.push(pick(fixed));
      else if (random() < 0.3) words.push(`w${Math.floor(300 * random() ** 2)}`);
      else words.push(pick(common));
    }
    text += `${words.join(' ')}.\n`;
  }
  return text;
}

/**
 * What gensim 4.2 makes of that text: Phrases(sentences, min_count, threshold, scoring,
 * connector_words), applied to the sentences, and again for a second pass. Tokens, different words,
 * and how often each word with a "_" is there then.
 */
const GENSIM: {
  options: PhraseOptions;
  tokens: number;
  words: number;
  found: Record<string, number>;
}[] = [
  {
    options: { scorer: 'default', passes: 1, minCount: 5, threshold: 2, connectors: '' },
    tokens: 2722,
    words: 248,
    found: {
      new_york: 149,
      san_francisco: 145,
      red_tape: 88,
      hong_kong: 83,
      rock_and: 79,
      bank_of: 74,
      the_america: 74,
      경복궁_앞: 63,
      state_of: 51,
      the_art: 51,
      of_the: 3,
      york_city: 3,
      francisco_bay: 2,
    },
  },
  {
    options: { scorer: 'default', passes: 2, minCount: 3, threshold: 1.5, connectors: '' },
    tokens: 2377,
    words: 247,
    found: {
      red_tape: 88,
      hong_kong: 83,
      new_york: 80,
      rock_and_roll: 79,
      bank_of_the_america: 74,
      san_francisco: 73,
      san_francisco_bay: 72,
      new_york_city: 69,
      경복궁_앞: 63,
      state_of_the_art: 51,
      of_the: 3,
      york_city: 3,
      francisco_bay: 2,
    },
  },
  {
    options: { scorer: 'npmi', passes: 1, minCount: 5, threshold: 0.5, connectors: '' },
    tokens: 2722,
    words: 248,
    found: {
      new_york: 149,
      san_francisco: 145,
      red_tape: 88,
      hong_kong: 83,
      rock_and: 79,
      bank_of: 74,
      the_america: 74,
      경복궁_앞: 63,
      state_of: 51,
      the_art: 51,
      of_the: 3,
      york_city: 3,
      francisco_bay: 2,
    },
  },
  {
    options: { scorer: 'default', passes: 1, minCount: 2, threshold: 3, connectors: 'a of the and' },
    tokens: 2521,
    words: 244,
    found: {
      new_york: 149,
      san_francisco: 145,
      red_tape: 88,
      hong_kong: 83,
      rock_and_roll: 79,
      bank_of_the_america: 74,
      경복궁_앞: 63,
      state_of_the_art: 51,
      york_city: 3,
      francisco_bay: 2,
    },
  },
  {
    options: { scorer: 'npmi', passes: 2, minCount: 3, threshold: 0.4, connectors: 'a of the and' },
    tokens: 2380,
    words: 246,
    found: {
      red_tape: 88,
      hong_kong: 83,
      new_york: 80,
      rock_and_roll: 79,
      bank_of_the_america: 74,
      san_francisco: 73,
      san_francisco_bay: 72,
      new_york_city: 69,
      경복궁_앞: 63,
      state_of_the_art: 51,
      york_city: 3,
      francisco_bay: 2,
    },
  },
];

function corpusOf(...texts: string[]): Corpus {
  const builder = new CorpusBuilder(kernel);
  for (const text of texts) builder.addDocument(text);
  return builder.finish();
}

/** All passes; checks what holds for every corpus. */
function withPhrases(corpus: Corpus, options: Partial<PhraseOptions>, maximumPairs?: number) {
  const all = { ...PHRASE_DEFAULTS, passes: 1, ...options };
  let found = 0;
  let prunedUpTo = 0;
  for (let pass = 0; pass < all.passes; pass++) {
    const steps = findPhrases(corpus, all, maximumPairs);
    let before = 0;
    let step = steps.next();
    for (; !step.done; step = steps.next()) {
      assert.ok(step.value >= before && step.value <= 1, `${step.value} after ${before}`);
      before = step.value;
    }
    corpus = step.value.corpus;
    found += step.value.found;
    prunedUpTo = step.value.prunedUpTo;
    const { words, counts, tokens, wordCount } = corpus;
    for (let rank = 1; rank < words.length; rank++) {
      const [more, less] = [counts[rank - 1]!, counts[rank]!];
      assert.ok(more > less || (more === less && words[rank - 1]! < words[rank]!), `${words[rank]}`);
    }
    const recounted = new Float64Array(words.length);
    for (const id of tokens) if (id >= 0 && id !== PRUNED) recounted[id]!++;
    assert.deepEqual(recounted, counts);
    assert.equal(wordCount, tokens.filter((id) => id >= 0).length);
  }
  return { corpus, found, prunedUpTo };
}

const spelled = ({ tokens, words }: Corpus) =>
  Array.from(tokens, (id) => (id === -1 ? '|' : id === PRUNED ? '*' : words[id]!)).join(' ');

for (const { options, tokens, words, found } of GENSIM) {
  const { scorer, passes, connectors } = options;
  test(`scorer ${scorer}, ${passes} passes, connectors "${connectors}": the phrases of gensim, as often as there`, () => {
    const { corpus } = withPhrases(corpusOf(collocations()), options);
    const ours = corpus.words.flatMap((word, id) => (word.includes('_') ? [[word, corpus.counts[id]!]] : []));
    assert.deepEqual(Object.fromEntries(ours), found);
    assert.equal(corpus.wordCount, tokens);
    assert.equal(corpus.words.length, words);
  });
}

/** Every other sentence is one of its own, so that the others are frequent and not everything. */
const frequent = (sentence: string): string =>
  Array.from({ length: 20 }, (_, i) => `${sentence}. x${i} y${i} z${i}.`).join('\n');
const one = { minCount: 2, threshold: 0.001 };

test('the text is read from left to right, and a word is part of one phrase at most', () => {
  const { corpus } = withPhrases(corpusOf(frequent('a b c')), one);
  assert.match(spelled(corpus), /^a_b c \| x0 y0 z0 \| a_b c \| x1 /);
});

test('no phrase reaches over the end of a sentence, a document or a forgotten word', () => {
  const texts = Array.from({ length: 20 }, () => 'q a. b c');
  const { corpus } = withPhrases(corpusOf(...texts), one);
  assert.match(spelled(corpus), /^q_a \| b_c \| q_a \| b_c \|/);
  assert.deepEqual([...corpus.documents].slice(0, 4), [0, 4, 8, 12]);

  const parted = corpusOf(frequent('a b'));
  assert.match(spelled(withPhrases(parted, one).corpus), /^a_b \| x0/);
  const forgotten = corpusOf(frequent('a b'));
  for (const [place, id] of forgotten.tokens.entries()) {
    if (forgotten.words[id] === 'b') forgotten.tokens[place] = PRUNED;
  }
  const steps = findPhrases(forgotten, { ...PHRASE_DEFAULTS, ...one });
  let step = steps.next();
  while (!step.done) step = steps.next();
  assert.match(spelled(step.value.corpus), /^a \* \| x0 y0 z0 \| a \* \|/);
  assert.equal(step.value.found, 0);
});

test('documents begin where they began, in a text that has become shorter', () => {
  const texts = Array.from({ length: 50 }, (_, i) => `${frequent('a b c d')} d${i}.`);
  const plain = corpusOf(...texts);
  const before = spelled(plain).split(' ');
  const starts = [...plain.documents];
  const { corpus } = withPhrases(plain, { ...one, passes: 2 });
  const after = spelled(corpus);
  assert.ok(after.includes('a_b_c_d'));
  assert.deepEqual(after.replaceAll('_', ' ').split(' '), before);
  const restored = Array.from(corpus.documents, (start) =>
    Array.from(corpus.tokens.subarray(0, start), (id) => (id < 0 ? 1 : corpus.words[id]!.split('_').length)),
  );
  assert.deepEqual(
    restored.map((lengths) => lengths.reduce((sum, length) => sum + length, 0)),
    starts,
  );
});

test('a phrase that is spelled like a word of the text is that word', () => {
  const { corpus, found } = withPhrases(corpusOf(`${frequent('to string')} to_string to_string.`), one);
  assert.equal(corpus.counts[corpus.words.indexOf('to_string')], 22);
  assert.equal(corpus.words.filter((word) => word === 'to_string').length, 1);
  assert.equal(found, 0);
});

test('where there are too many pairs the rare ones are forgotten, and the frequent ones are found', () => {
  const rare = Array.from({ length: 30_000 }, (_, i) => `r${i} s${i}${i % 100 ? '' : ' new york'}`).join('. ');
  const { corpus, prunedUpTo } = withPhrases(corpusOf(rare), { minCount: 5, threshold: 1 }, 5000);
  assert.ok(prunedUpTo >= 1);
  assert.ok(corpus.counts[corpus.words.indexOf('new_york')]! > 200);
  assert.deepEqual(
    withPhrases(corpusOf(rare), { minCount: 5, threshold: 1 }).corpus.words.filter((w) => w.includes('_')),
    ['new_york'],
  );
});

test('an empty text, and one without pairs, stay as they are', () => {
  for (const texts of [[], ['a'], ['a. b. c.']]) {
    const { corpus, found } = withPhrases(corpusOf(...texts), one);
    assert.equal(found, 0);
    assert.equal(spelled(corpus), spelled(corpusOf(...texts)));
  }
});
