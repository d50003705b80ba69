import assert from 'node:assert/strict';
import test from 'node:test';
import { loadKernel } from '../../src/engine/kernels.ts';
import { type Corpus, CorpusBuilder } from '../../src/text/corpus.ts';
import { SPAN, Tokenizer, unitsOf } from '../../src/text/tokenizer.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { wholeNumbers } from '../helpers/numbers.ts';

const kernel = await loadKernel(DISTRIBUTION, 'text');

function corpusOf(...texts: string[]): Corpus {
  const builder = new CorpusBuilder(kernel);
  for (const text of texts) builder.addDocument(text);
  return builder.finish();
}

/** The running text again, '|' for the ends of sentences. */
const spelled = ({ tokens, words }: Corpus) => Array.from(tokens, (id) => (id === -1 ? '|' : words[id]));

/** The same by maps, arrays and sorts of plain strings. */
function plainCorpus(texts: string[]) {
  const counts = new Map<string, number>();
  const running: string[] = [];
  const documents: number[] = [];
  for (const text of texts) {
    const spans = new Int32Array(SPAN * text.length + SPAN);
    const written = new Tokenizer(unitsOf(text)).read(spans);
    if (written === 0) continue;
    documents.push(running.length);
    for (let i = 0; i < written; i += SPAN) {
      const word = spans[i] === -1 ? '|' : text.slice(spans[i], spans[i + 1]);
      running.push(word);
      if (word !== '|') counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    if (running.at(-1) !== '|') running.push('|');
  }
  const words = [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)! || (a < b ? -1 : 1));
  return { words, counts: words.map((word) => counts.get(word)!), running, documents };
}

test('words are ordered by count, equal counts by code units', () => {
  const { words, counts, wordCount } = corpusOf('b a c b', 'a b Z ab');
  assert.deepEqual(words, ['b', 'a', 'Z', 'ab', 'c']);
  assert.deepEqual([...counts], [3, 2, 1, 1, 1]);
  assert.equal(wordCount, 8);
});

test('the text comes back from its tokens, with one break after each sentence and each document', () => {
  const corpus = corpusOf('One two. One', 'Three!', 'two');
  assert.deepEqual(spelled(corpus), ['One', 'two', '|', 'One', '|', 'Three', '|', 'two', '|']);
  assert.deepEqual([...corpus.documents], [0, 5, 7]);
});

test('tokens and documents are in shared memory', () => {
  const { tokens, documents } = corpusOf('a');
  assert.ok(tokens.buffer instanceof SharedArrayBuffer);
  assert.ok(documents.buffer instanceof SharedArrayBuffer);
});

test('a document without words is left out, and its caller is told', () => {
  const builder = new CorpusBuilder(kernel);
  assert.equal(builder.addDocument('one two'), 2);
  assert.equal(builder.addDocument(' .\n\n ... '), 0);
  assert.equal(builder.addDocument('three'), 1);
  assert.deepEqual([...builder.finish().documents], [0, 3]);
});

test('no document at all is an empty corpus', () => {
  const { words, counts, tokens, documents, wordCount } = corpusOf();
  assert.deepEqual([words.length, counts.length, tokens.length, documents.length, wordCount], [0, 0, 0, 0, 0]);
});

test('words that JavaScript objects know are words like others', () => {
  const { words } = corpusOf('constructor __proto__ toString constructor');
  assert.deepEqual(words, ['constructor', '__proto__', 'toString']);
});

test('over many words and documents it agrees with plain maps and sorts', () => {
  const random = wholeNumbers(12345);
  const letters = ['a', 'b', 'e\u0301', '한', '국', '漢', '𝒳', 'z_', "n'"];
  const word = () => Array.from({ length: 1 + random(5) }, () => letters[random(random(letters.length) + 1)]).join('');
  const texts = Array.from({ length: 300 }, () =>
    Array.from({ length: random(400) }, () => word() + (random(9) ? ' ' : '. ')).join(''),
  );
  const expected = plainCorpus(texts);
  assert.ok(expected.words.length > 5000, `${expected.words.length} words make the table grow`);
  const corpus = corpusOf(...texts);
  assert.deepEqual(corpus.words, expected.words);
  assert.deepEqual([...corpus.counts], expected.counts);
  assert.deepEqual(spelled(corpus), expected.running);
  assert.deepEqual([...corpus.documents], expected.documents);
});

test('a document longer than a block of tokens is kept in full', () => {
  const count = 2_300_000;
  const { tokens, counts, wordCount } = corpusOf('ab cd '.repeat(count / 2));
  assert.equal(wordCount, count);
  assert.equal(tokens.length, count + 1);
  assert.deepEqual([...counts], [count / 2, count / 2]);
  assert.ok(tokens.subarray(0, count).every((id, place) => id === place % 2));
});

test('a long document is added, and a large vocabulary sorted, in short pieces', () => {
  const builder = new CorpusBuilder(kernel);
  builder.begin();
  builder.append(Array.from({ length: 200_000 }, (_, i) => `w${Math.imul(i, 7919) % 200_000}`).join(' '));
  let pieces = 0;
  while (builder.step()) pieces++;
  builder.end();
  assert.ok(pieces >= 12, `${pieces} pieces`);
  let before = 0;
  const steps = builder.finishing();
  let step = steps.next();
  for (; !step.done; step = steps.next()) {
    assert.ok(step.value >= before && step.value <= 1, `${step.value} after ${before}`);
    before = step.value;
    pieces++;
  }
  assert.ok(pieces >= 40, `${pieces} pieces`);
  // so many that some share their hash
  assert.equal(new Set(step.value.words).size, 200_000);
  assert.ok(step.value.counts.every((count) => count === 1));
});

test('documents and pieces must be done before the next is begun', () => {
  const builder = new CorpusBuilder(kernel);
  assert.throws(() => builder.append('a'), /No document/);
  builder.begin();
  assert.throws(() => builder.step(), /Nothing was appended/);
  builder.append('a b');
  assert.throws(() => builder.begin(), /before the last one was done/);
  assert.throws(() => builder.append('c'), /before the last one was done/);
  assert.throws(() => builder.end(), /not done/);
  assert.throws(() => builder.finish(), /not done/);
  while (builder.step());
  builder.end();
  assert.throws(() => builder.end(), /No document/);
  assert.deepEqual(builder.finish().words, ['a', 'b']);
});

test('past the limit of tokens the text is cut off, and the builder says that it is full', () => {
  const builder = new CorpusBuilder(kernel, null, { tokens: 20_000, words: 100 });
  assert.equal(builder.isFull(), false);
  builder.addDocument('ab '.repeat(100_000));
  assert.equal(builder.isFull(), true);
  assert.equal(builder.addDocument('c d'), 0);
  const { tokens, documents, words } = builder.finish();
  assert.ok(tokens.length >= 20_000 && tokens.length < 40_000, `${tokens.length} tokens`);
  assert.equal(tokens.at(-1), -1);
  assert.deepEqual([...documents], [0]);
  assert.deepEqual(words, ['ab']);
});

test('how much of a document is added can be told on the way', () => {
  const builder = new CorpusBuilder(kernel);
  builder.begin();
  builder.append('ab '.repeat(100_000));
  const fractions = [builder.fraction];
  while (builder.step()) fractions.push(builder.fraction);
  assert.equal(fractions[0], 0);
  assert.ok(fractions[1]! > 0 && fractions[1]! < 1);
  assert.deepEqual(
    fractions,
    fractions.toSorted((a, b) => a - b),
  );
  assert.equal(builder.fraction, 1);
});
