import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernel } from '../../src/engine/kernels.ts';
import { type Corpus, CorpusBuilder } from '../../src/text/corpus.ts';
import { findStems, isParticle, particlesAfter, separateParticles, stemLength } from '../../src/text/particles.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

const kernel = await loadKernel(DISTRIBUTION, 'text');

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

test('verbs that come and go are no nouns, and a noun may be met with 을 most of all', () => {
  const corpus = corpusOf(
    text({
      '찾다 찾는다 찾았다 찾고 찾아 찾아서 찾아가 찾아와': 9,
      '가지다 가진다 가졌다 가지고 가져 가져와 가져가': 9,
      '오르다 오른다 오르고 오르는데 올라 올라가 올라와': 9,
      '돌아오다 돌아온다 돌아왔다 돌아오고 돌아와 돌아가': 9,
      '학교가 학교와 학교를 학교의 학교에': 9,
      '마리아가 마리아와 마리아를 마리아의': 9,
      '주다 준다 주었다 주고 주면서 주는 주던': 30,
      '주를 주의 주와 주가 주에': 20,
      주로: 400,
      돈을: 100,
      '돈이 돈으로 돈은 돈의 돈': 8,
    }),
  );
  const wholes = ['찾아가', '찾아와', '가져와', '올라가', '올라와', '돌아와', '돌아가', '주는', '주로'];
  for (const word of wholes) assert.equal(stems(corpus, word), word);
  const found = ['학교와', '학교가', '마리아와', '마리아가', '돈을'].map((word) => stems(corpus, word));
  assert.deepEqual(found, ['학교+와', '학교+가', '마리아+와', '마리아+가', '돈+을']);
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
  assert.ok(particlesAfter('나라에게', 2).includes('에게서') && particlesAfter('나라에게', 2).includes('에게'));
  assert.deepEqual(particlesAfter('water', 5), []);
  assert.ok(isParticle('에서') && !isParticle('한국'));
});

/** Forms of verbs, with the nouns that they look like. */
const VERBS = text({
  '가다 간다 갔다 가고 가면서 가지만 가는': 20,
  '가에 가를': 1,
  '하다 한다 했다 하고 하지만 하지는 하지도 하지를 하지가 하지': 30,
  '먹다 먹고 먹는 먹었다 먹을 먹은': 12,
  '보이는 보인다 보이게 보이며 보인': 12,
  '들어가 들어갔다 들어간다 들어가고': 12,
  '만들다 만들고 만들어 만드는 만든다': 12,
  '높다 높고 높은 높이 높았다 높아': 12,
  '살다 살았다 살고 사는 산다': 12,
  '길을 길이 길에 길의 길로 길다 길고': 12,
  '의지의 의지로 의지와 의지를 의지만': 12,
  '주로 주의 주가 주에 주를 새로 새가 새를 새에 다만 별로 별이 별을 별의': 20,
  '불만 불만이 불만을 불만과 불만의 불이 불을 불에 불과 불의': 15,
  '학위를 학위': 9,
});

test('a form of a verb is told by other forms, also where nouns are written alike', () => {
  const corpus = corpusOf(VERBS);
  const whole = [
    '가는',
    '하지만',
    '먹는',
    '먹을',
    '먹은',
    '보이며',
    '보인',
    '들어가',
    '만드는',
    '높은',
    '높이',
    '사는',
  ];
  for (const word of whole) assert.equal(stems(corpus, word), word);
  assert.deepEqual(
    ['길을', '의지만', '불만을', '학위를'].map((word) => stems(corpus, word)),
    ['길+을', '의지+만', '불만+을', '학위+를'],
  );
});

test('adverbs and conjunctions stay whole, whatever their letters are met with, and in a look-up', () => {
  const corpus = corpusOf(VERBS);
  for (const word of ['주로', '새로', '다만', '별로']) assert.equal(stems(corpus, word), word);
  const known = (stem: string): boolean => ['하지', '주', '별', '때', '아마'].includes(stem);
  for (const word of ['하지만', '주로', '별로', '때로', '아마도']) assert.equal(stemLength(word, known), 0, word);
  assert.equal(stemLength('별은', known), 1);
});

test('a number of ten thousands is a number', () => {
  const corpus = corpusOf(text({ '3만 5만의 3은 IBM만': 5 }));
  assert.deepEqual(
    ['3만', '3은', 'IBM만'].map((word) => stems(corpus, word)),
    ['3만', '3+은', 'IBM+만'],
  );
});
