import assert from 'node:assert/strict';
import test from 'node:test';
import { ngramRows } from '../../src/word2vec/subwords.ts';

/**
 * FNV-1a of fastText (dictionary.cc, `hash`): bytes are signed. Written out in arbitrary precision.
 */
function fastTextHash(text: string): number {
  let hash = 2166136261n;
  for (const byte of new TextEncoder().encode(text)) {
    const signed = BigInt.asUintN(32, byte < 128 ? BigInt(byte) : BigInt(byte) - 256n);
    hash = BigInt.asUintN(32, (hash ^ signed) * 16777619n);
  }
  return Number(hash);
}

const rowsOf = (ngrams: string[], buckets: number): number[] => ngrams.map((ngram) => fastTextHash(ngram) % buckets);

test('the n-grams of fastText’s example', () => {
  // Bojanowski et al. 2017, 3.2: where, n = 3
  assert.deepEqual(
    ngramRows('where', { minN: 3, maxN: 3, buckets: 2_000_000 }),
    rowsOf(['<wh', 'whe', 'her', 'ere', 're>'], 2_000_000),
  );
});

test('n-grams of every length, each letter as a whole, without the signs alone', () => {
  assert.deepEqual(
    ngramRows('né', { minN: 1, maxN: 4, buckets: 1000 }),
    rowsOf(['<n', '<né', '<né>', 'n', 'né', 'né>', 'é', 'é>'], 1000),
  );
  assert.deepEqual(ngramRows('a', { minN: 4, maxN: 6, buckets: 10 }), []);
  assert.deepEqual(ngramRows('😀', { minN: 3, maxN: 3, buckets: 99 }), rowsOf(['<😀>'], 99));
});

test('Hangul is taken apart into jamo, with a sign where there is no final', () => {
  // 한 = ㅎㅏㄴ, 가 = ㄱㅏ and no final: NFD spells the same jamo
  const buckets = 1_000_003;
  const [h, a, n] = Array.from('한'.normalize('NFD')) as [string, string, string];
  assert.deepEqual(
    ngramRows('한', { minN: 3, maxN: 3, buckets }),
    rowsOf([`<${h}${a}`, h + a + n, `${a}${n}>`], buckets),
  );
  const [g] = Array.from('가'.normalize('NFD')) as [string];
  const rows = ngramRows('가', { minN: 2, maxN: 2, buckets });
  assert.equal(rows.length, 4, '< g, g a, a and the sign, the sign and >');
  assert.deepEqual(rows.slice(0, 2), rowsOf([`<${g}`, g + a], buckets));
});

test('two forms of a Korean word share most of their parts', () => {
  const options = { minN: 3, maxN: 6, buckets: 2 ** 21 };
  const shared = (first: string, second: string): number => {
    const rows = new Set(ngramRows(second, options));
    const own = ngramRows(first, options);
    return own.filter((row) => rows.has(row)).length / own.length;
  };
  assert.ok(shared('한국은', '한국을') > 0.6);
  assert.ok(shared('한국은', '도쿄를') < 0.1);
});
