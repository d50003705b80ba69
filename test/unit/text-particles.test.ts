import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CorpusBuilder, type Corpus } from '../../src/text/corpus.ts';
import { findStems, isParticle, particlesAfter, separateParticles, stemLength } from '../../src/text/particles.ts';
import { loadKernel } from '../../src/engine/kernels.ts';

const kernel = await loadKernel(new URL('../../dist/', import.meta.url), 'text');

function run<T>(steps: Generator<number, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    assert.ok(step.value >= 0 && step.value <= 1);
  }
}

function corpusOf(...documents: string[]): Corpus {
  const builder = new CorpusBuilder(kernel);
  for (const document of documents) builder.addDocument(document);
  return builder.finish();
}

/** Every word this often, so that the text has its statistics. */
const text = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([words, count]) => `${words} `.repeat(count))
    .join('\n\n');

/** Nouns with their particles, verbs, an adverb, and a noun that ends like a particle. */
const KOREAN = text({
  '한국 한국은 한국이 한국을 한국의 한국에 한국에서는 한국과': 10,
  '나라 나라는 나라가 나라를 나라의 나라로 나라에': 10,
  '제도 제도를 제도의 제도가 제도에서 제도와': 8,
  '결과는 결과를 결과가 결과의 결과로 결과 결을 결이 결의': 5,
  '있는 있다 있고 있어 하는 하고 한다 하여': 30,
  '거의 거를 거에': 1,
  거의: 40,
  'IBM은 IBM 2010년에': 3,
});

function stems(corpus: Corpus, word: string): string {
  const at = corpus.words.indexOf(word);
  const length = run(findStems(corpus.words, corpus.counts))[at]!;
  return length ? `${word.slice(0, length)}+${word.slice(length)}` : word;
}

test('a particle is separated from a noun, which is known by the others it is met with', () => {
  const corpus = corpusOf(KOREAN);
  const found = ['한국은', '한국에서는', '나라로', '결과는', 'IBM은', '제도를'].map((word) => stems(corpus, word));
  assert.deepEqual(found, ['한국+은', '한국+에서는', '나라+로', '결과+는', 'IBM+은', '제도+를']);
});

test('verbs, adverbs and nouns that end like a particle stay whole', () => {
  const corpus = corpusOf(KOREAN);
  for (const word of ['있는', '하는', '하고', '거의', '제도', '한국', '나라']) assert.equal(stems(corpus, word), word);
});

/** Words of each document in order, | for the end of a sentence. */
function written({ words, tokens, documents }: Corpus): string[] {
  return [...documents].map((start, index) =>
    [...tokens.subarray(start, documents[index + 1] ?? tokens.length)].map((id) => words[id] ?? '|').join(' '),
  );
}

for (const keeps of [true, false]) {
  test(`the text is the same but for particles, ${keeps ? 'which follow their stems' : 'which are gone'}`, () => {
    const [first, last] = ['한국은 나라를 한다. 있는', '나라의 x. 한국 IBM은'];
    const corpus = run(separateParticles(corpusOf(first, KOREAN, last), keeps));
    const documents = written(corpus);
    const expected = keeps
      ? ['한국 은 나라 를 한다 | 있는 |', '나라 의 x | 한국 IBM 은 |']
      : ['한국 나라 한다 | 있는 |', '나라 x | 한국 IBM |'];
    assert.deepEqual([documents[0], documents[2]], expected);

    const counts = new Map<string, number>();
    for (const id of corpus.tokens)
      if (id >= 0) counts.set(corpus.words[id]!, (counts.get(corpus.words[id]!) ?? 0) + 1);
    assert.deepEqual(
      corpus.words.map((word, rank) => [word, corpus.counts[rank]]),
      [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)),
    );
    assert.equal(corpus.wordCount, corpus.tokens.filter((id) => id >= 0).length);
    assert.ok(!corpus.words.includes('한국은') && corpus.words.includes('거의'));
  });
}

test('a text without Korean stays as it is', () => {
  const corpus = corpusOf('the cat sat on the mat. 東京 と 京都');
  assert.equal(run(separateParticles(corpus, true)), corpus);
});

test('the stem of a word is a known one, under the longest particle', () => {
  const known = (stem: string): boolean => ['한국', '한국에서', '물'].includes(stem);
  assert.equal(stemLength('한국에서는', known), 2);
  assert.equal(stemLength('한국를', known), 0, '를 follows vowels only');
  assert.equal(stemLength('물로', known), 1, '로 follows ㄹ');
  assert.equal(stemLength('물', known), 0);
  assert.equal(stemLength('water', known), 0);
});

test('the particles that may follow are those of the last sound, with what has been typed of them', () => {
  assert.ok(particlesAfter('한국', 2).includes('은') && !particlesAfter('한국', 2).includes('는'));
  assert.ok(particlesAfter('나라', 2).includes('는') && !particlesAfter('나라', 2).includes('은'));
  assert.ok(particlesAfter('나라에게', 2).includes('에게서') && !particlesAfter('나라에게', 2).includes('에게'));
  assert.deepEqual(particlesAfter('water', 5), []);
  assert.ok(isParticle('에서') && !isParticle('한국'));
});
