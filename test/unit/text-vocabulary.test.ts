// Words in order, against sorts of plain strings.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernel } from '../../src/engine/kernels.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import { CorpusBuilder, type CountedDocuments } from '../../src/text/corpus.ts';
import { TextKernel } from '../../src/text/text-kernel.ts';
import { lettersOf, mergeWords, PRUNED, type SortedWords, spell } from '../../src/text/vocabulary.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

const module = await loadKernel(DISTRIBUTION, 'text');

function finish<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The words of a text, and the ids of it. */
function counted(text: string): { words: CountedDocuments['words']; ids: number[] } {
  const ids: number[] = [];
  const spill = { append: (some: Int32Array): void => some.forEach((id) => ids.push(id)) };
  const builder = new CorpusBuilder(new TextKernel(module), spill, { memory: 0 });
  builder.addDocument(text);
  return { words: finish(builder.finishingUnranked())!.words, ids };
}

function stringsOf({ units, lengths }: SortedWords): string[] {
  let at = 0;
  return Array.from(lengths, (length) => String.fromCharCode(...units.subarray(at, (at += length))));
}

const byUnits = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/**
 * Words that share beginnings, of one to sixty letters of an alphabet: as they are kept in four
 * ways, and all are compared.
 */
function randomWords(count: number, alphabet: string, seed: number): string[] {
  const random = mulberry32(seed);
  const words = [''];
  while (words.length < count) {
    const before = words[Math.floor(random() * words.length)]!.slice(0, Math.floor(random() * 50));
    const letters = Array.from({ length: 1 + Math.floor(random() ** 3 * 10) }, () =>
      alphabet.charAt(Math.floor(random() * alphabet.length)),
    );
    words.push(before + letters.join(''));
  }
  return words.slice(1);
}

test('a table gives its words in the order of their code units, each with its count and id', () => {
  for (const [count, alphabet] of [
    [1, 'a'],
    [17, 'ab'],
    [3000, 'ab'],
    [3000, 'abcxyzABC'],
    [3000, 'aé한жz'],
    [50_000, 'abcdefghijklmnopqrstuvwxyzé'],
  ] as const) {
    const words = randomWords(count, alphabet, count);
    const expected = new Map<string, number>();
    for (const word of words) expected.set(word, (expected.get(word) ?? 0) + 1);
    const { words: sorted, ids } = counted(words.join('  '));
    const strings = stringsOf(sorted);
    assert.deepEqual(strings, [...expected.keys()].sort(byUnits));
    assert.deepEqual(
      [...sorted.counts],
      strings.map((word) => expected.get(word)),
    );
    const wordOf = new Map(Array.from(sorted.ids, (id, index) => [id, strings[index]]));
    assert.deepEqual(
      ids.filter((id) => id >= 0).map((id) => wordOf.get(id)),
      words,
    );
  }
});

test('words of several tables are merged in the order of their counts', () => {
  for (const seed of [1, 2]) {
    const texts = [2000, 3000, 10].map((count, index) => randomWords(count, 'abcé한', 10 * seed + index));
    for (let i = 0; i < 70_000; i++) texts[1]!.push('often', 'oftener');
    texts[1]!.push('oftener');
    const shares = texts.map((words) => counted(words.join(' ')).words);
    const expected = new Map<string, number>();
    for (const word of texts.flat()) expected.set(word, (expected.get(word) ?? 0) + 1);
    const inOrder = [...expected.keys()].sort((a, b) => expected.get(b)! - expected.get(a)! || byUnits(a, b));
    const { letters, counts, byLetters, ranks } = finish(mergeWords(new TextKernel(module), shares))!;
    assert.deepEqual(spell(letters, counts.length), inOrder);
    assert.deepEqual(
      [...counts],
      inOrder.map((word) => expected.get(word)),
    );
    assert.deepEqual(
      Array.from(byLetters, (rank) => inOrder[rank]),
      inOrder.toSorted(byUnits),
    );
    for (const [index, share] of shares.entries()) {
      const given = Array.from(share.ids, (id) => inOrder[ranks[index]![id]!]);
      assert.deepEqual(given, stringsOf(share));
    }
  }
});

test('a word that does not count has no place, and more words than are wanted give nothing', () => {
  const share = counted('one two three').words; // one three two
  const counts = Uint32Array.of(1, 0, 1);
  const merged = finish(mergeWords(new TextKernel(module), [{ ...share, counts }]))!;
  assert.deepEqual(spell(merged.letters, 2), ['one', 'two']);
  assert.deepEqual([...merged.ranks[0]!], [0, 1, PRUNED]);
  assert.equal(finish(mergeWords(new TextKernel(module), [share], 2)), null);
  assert.equal(finish(mergeWords(new TextKernel(module), []))!.letters.length, 0);
});

test('words come back from their letters, however long they are', () => {
  const words = [...randomWords(20_000, 'abc', 3), 'x'.repeat(70_000), '한국', 'y'.repeat(140_000), 'naïve'];
  assert.deepEqual(spell(lettersOf(words), words.length), words);
  assert.deepEqual(spell(lettersOf(words), 5), words.slice(0, 5));
  assert.deepEqual(spell(lettersOf([]), 0), []);
});
