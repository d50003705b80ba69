import assert from 'node:assert/strict';
import test from 'node:test';
import { huffmanPaths } from '../../src/word2vec/huffman.ts';

function pathOf({ starts, steps }: ReturnType<typeof huffmanPaths>, word: number): [node: number, branch: number][] {
  return Array.from(steps.subarray(starts[word], starts[word + 1]), (step) => [step >> 1, step & 1]);
}

test('the tree of Huffman’s example: lengths by count', () => {
  // 45, 16, 13, 12, 9, 5: Cormen et al., Introduction to Algorithms, 16.3
  const paths = huffmanPaths([45, 16, 13, 12, 9, 5], 6);
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((word) => pathOf(paths, word).length),
    [1, 3, 3, 3, 4, 4],
  );
  assert.equal(paths.longest, 4);
});

test('paths start at the root, no path begins another, and the expected length is the least there is', () => {
  const counts = Array.from({ length: 500 }, (_, word) => Math.ceil(10_000 / (word + 1)));
  const paths = huffmanPaths(counts, 500);
  const codes = counts.map((_, word) => pathOf(paths, word));
  const spelt = new Set<string>();
  for (const code of codes) {
    assert.equal(code[0]![0], 498, 'the root is the last inner node');
    spelt.add(code.map(([, branch]) => branch).join(''));
  }
  for (const code of spelt) for (let n = 1; n < code.length; n++) assert.ok(!spelt.has(code.slice(0, n)));
  // a node is left by the same way by all words that share the beginning of their path
  const next = new Map<string, number>();
  for (const code of codes) {
    code.forEach(([node], at) => {
      const prefix = code
        .slice(0, at)
        .map(([, branch]) => branch)
        .join('');
      assert.equal(next.get(prefix) ?? node, node);
      next.set(prefix, node);
    });
  }
  // an independent reckoning: the cost of a Huffman tree is the sum of all joined counts
  const queue = [...counts].sort((a, b) => a - b);
  let least = 0;
  while (queue.length > 1) {
    const joined = queue.shift()! + queue.shift()!;
    least += joined;
    queue.splice(queue.findIndex((count) => count >= joined) + 1 || queue.length + 1, 0, joined);
    queue.sort((a, b) => a - b);
  }
  assert.equal(
    codes.reduce((sum, code, word) => sum + code.length * counts[word]!, 0),
    least,
  );
});

test('two words share one node', () => {
  const paths = huffmanPaths([7, 3], 2);
  assert.deepEqual(
    [pathOf(paths, 0), pathOf(paths, 1)].flat().map(([node]) => node),
    [0, 0],
  );
  assert.notDeepEqual(pathOf(paths, 0), pathOf(paths, 1));
});

test('words beyond the vocabulary are not in the tree', () => {
  assert.equal(huffmanPaths([9, 8, 7, 6, 5], 3).starts.length, 4);
});
