import assert from 'node:assert/strict';
import test from 'node:test';
import { loadKernel } from '../../src/engine/kernels.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import { type Corpus, CorpusBuilder } from '../../src/text/corpus.ts';
import { type Spill, SpilledTokens } from '../../src/text/tokens.ts';
import { PRUNED } from '../../src/text/vocabulary.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

const kernel = await loadKernel(DISTRIBUTION, 'text');

/** Outside, for a test: an array. */
class Outside implements Spill {
  readonly ids: number[] = [];
  append(ids: Int32Array): void {
    for (const id of ids) this.ids.push(id);
  }
  read(first: number, into: Int32Array): void {
    for (let i = 0; i < into.length; i++) into[i] = this.ids[first + i]!;
  }
}

const spelled = ({ tokens, words }: Corpus) =>
  Array.from(tokens, (id) => (id === -1 ? '|' : id === PRUNED ? '*' : words[id]!));

/**
 * The same by maps, with gensim's rule: no room for a new word, so every word counted up to `upTo`
 * times is forgotten, and `upTo` is one more each time; again until an eighth of the room is free.
 */
function plainCorpus(running: string[], limit: number) {
  const counts = new Map<string, number>();
  const alive: Map<string, { lost: boolean }> = new Map();
  const text: { word: string; owner: { lost: boolean } }[] = [];
  let upTo = 0;
  let pruned = 0;
  for (const word of running) {
    if (!counts.has(word) && counts.size >= limit) {
      let freed = 0;
      while (freed < limit / 8) {
        upTo++;
        for (const [rare, count] of counts) {
          if (count > upTo) continue;
          counts.delete(rare);
          alive.get(rare)!.lost = true;
          alive.delete(rare);
          freed++;
        }
      }
      pruned += freed;
    }
    counts.set(word, (counts.get(word) ?? 0) + 1);
    if (!alive.has(word)) alive.set(word, { lost: false });
    text.push({ word, owner: alive.get(word)! });
  }
  const words = [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)! || (a < b ? -1 : 1));
  return {
    words,
    counts: words.map((word) => counts.get(word)!),
    text: text.map(({ word, owner }) => (owner.lost ? '*' : word)),
    pruned: { words: pruned, upTo },
  };
}

test('where there is no room for a new word, those that came once are forgotten and stand in the text as such', () => {
  const builder = new CorpusBuilder(kernel, null, { words: 4 });
  builder.addDocument('a a b c c d e. a b');
  const corpus = builder.finish();
  assert.deepEqual(spelled(corpus), ['a', 'a', '*', 'c', 'c', '*', 'e', '|', 'a', 'b', '|']);
  assert.deepEqual(corpus.words, ['a', 'c', 'b', 'e']);
  assert.deepEqual([...corpus.counts], [3, 2, 1, 1]);
  assert.equal(corpus.wordCount, 9);
  assert.deepEqual(corpus.pruned, { words: 2, upTo: 1 });
});

test('nothing is forgotten while there is room', () => {
  const builder = new CorpusBuilder(kernel, null, { words: 4 });
  builder.addDocument('a b c d a b c d');
  assert.deepEqual(builder.finish().pruned, { words: 0, upTo: 0 });
});

for (const limit of [1, 3, 50, 1000, 40_000]) {
  test(`with room for ${limit} words it agrees with plain maps, whatever is forgotten and comes again`, () => {
    const random = mulberry32(limit);
    // Zipf-like, with a long tail that is new all the time
    const running = Array.from({ length: Math.min(120_000, 400 * limit) }, (_, i) =>
      random() < 0.3 ? `new${i}` : `w${Math.floor(limit ** (random() * 1.2))}`,
    );
    const expected = plainCorpus(running, limit);
    assert.ok(expected.pruned.upTo > (limit < 40_000 ? 1 : 0), `forgotten up to ${expected.pruned.upTo}`);
    const builder = new CorpusBuilder(kernel, null, { words: limit });
    builder.addDocument(running.join(' '));
    const corpus = builder.finish();
    assert.deepEqual(corpus.words, expected.words);
    assert.deepEqual([...corpus.counts], expected.counts);
    assert.deepEqual(corpus.pruned, expected.pruned);
    const tokens = spelled(corpus);
    assert.equal(tokens.pop(), '|');
    assert.deepEqual(tokens, expected.text);
  });
}

test('a hundred thousand words that stay are found again after the others were forgotten', () => {
  const lasting = Array.from({ length: 100_000 }, (_, i) => `w${i}`).join(' ');
  const passing = Array.from({ length: 30_000 }, (_, i) => `new${i}`).join(' ');
  const builder = new CorpusBuilder(kernel, null, { words: 120_000 });
  builder.addDocument(`${lasting} ${lasting} ${passing} ${lasting}`);
  const { words, counts, tokens, pruned } = builder.finish();
  assert.deepEqual(pruned, { words: 20_000, upTo: 1 });
  assert.equal(words.length, 110_000);
  assert.ok(words.every((word, id) => counts[id] === (word.startsWith('w') ? 3 : 1)));
  for (const from of [0, 100_000, 230_000])
    for (let i = 0; i < 100_000; i++) assert.equal(words[tokens[from + i]!], `w${i}`);
});

test('a text that is larger than its memory is spilled, and read in ranges like one that is not', () => {
  const words = (from: number) => Array.from({ length: 300_000 }, (_, i) => `w${(from + i) % 9973}`).join(' ');
  const texts = Array.from({ length: 3 }, (_, i) => `${words(i * 7)}. ${words(i)}`);
  for (const limit of [20_000, 5000]) {
    const whole = new CorpusBuilder(kernel, null, { words: limit });
    const outside = new Outside();
    const parted = new CorpusBuilder(kernel, outside, { words: limit, memory: 2 ** 20 });
    for (const text of texts) for (const builder of [whole, parted]) builder.addDocument(text);
    const expected = whole.finish();
    assert.equal(expected.spilled, null);
    const corpus = parted.finish();
    assert.equal(corpus.tokens.length, 2 ** 20);
    for (const field of ['words', 'counts', 'documents', 'wordCount', 'pruned'] as const)
      assert.deepEqual(corpus[field], expected[field]);
    const source = new SpilledTokens(corpus.tokens, corpus.spilled!, outside);
    assert.equal(source.length, expected.tokens.length);
    for (const first of [0, 1000, 2 ** 20 - 5000, 2 ** 20 - 1, 2 ** 20, 1_500_000, source.length - 3, source.length]) {
      for (const count of [0, 1, 16_384]) {
        assert.deepEqual(
          source.read(first, count).slice(),
          expected.tokens.slice(first, first + count),
          `${first}, ${count}`,
        );
      }
    }
  }
});

test('a text that just fills its memory is not spilled', () => {
  const builder = new CorpusBuilder(kernel, new Outside(), { memory: 2 ** 20 });
  builder.addDocument('ab '.repeat(2 ** 20 - 1));
  const corpus = builder.finish();
  assert.equal(corpus.tokens.length, 2 ** 20);
  assert.equal(corpus.spilled, null);
});
