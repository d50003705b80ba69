import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MalformedExpression, parseExpression, parseWords } from '../../src/word2vec/expression.ts';

/** `+king -man +0.5*woman`, or the reason. */
function read(expression: string): string {
  const parsed = parseExpression(expression);
  if ('malformed' in parsed) return reason(parsed.malformed);
  const weight = (value: number): string => (value === 1 ? '' : `${value}*`);
  return parsed.terms
    .map((term) => `${term.weight > 0 ? '+' : '-'}${weight(Math.abs(term.weight))}${term.word}`)
    .join(' ');
}

function reason({ kind, ...where }: MalformedExpression): string {
  return [kind, ...Object.values(where)].join(' ');
}

test('words stand between signs, with and without spaces, with typographic minus signs', () => {
  assert.equal(read('king - man + woman'), '+king -man +woman');
  assert.equal(read('king-man+woman'), '+king -man +woman');
  assert.equal(read('  king − man – boy '), '+king -man -boy');
  assert.equal(read('한국 - 서울 + 도쿄'), '+한국 -서울 +도쿄');
  assert.equal(read("don't + getUserName_2"), "+don't +getUserName_2");
});

test('one word, and a sign before the first, are expressions', () => {
  assert.equal(read('king'), '+king');
  assert.equal(read('- man + king'), '-man +king');
  assert.equal(read('+king'), '+king');
});

test('a number before * is the weight of the word after it', () => {
  assert.equal(read('king - man + 0.5*woman'), '+king -man +0.5*woman');
  assert.equal(read('2 * king - 0.25 *man + .5× woman'), '+2*king -0.25*man +0.5*woman');
  assert.equal(read('1e-3*king+2.5E+1*"new york"'), '+0.001*king +25*new york');
  assert.equal(read('-3*king'), '-3*king');
  assert.equal(read('2*3d'), '+2*3d');
});

test('a number without * is a word, and so is one with letters', () => {
  assert.equal(read('2'), '+2');
  assert.equal(read('1984 - 1 + 2woman'), '+1984 -1 +2woman');
  assert.equal(read('2*1984 - 0.5'), '+2*1984 -0.5');
  assert.equal(read('"2*3" + "0.5"'), '+2*3 +0.5');
});

test('a weight is finite and not 0', () => {
  assert.equal(read('king - 0*man'), 'weightRange 0 8');
  assert.equal(read('king - 0.000 * man'), 'weightRange 0.000 8');
  assert.equal(read('1e999*king'), 'weightRange 1e999 1');
});

test('a * that has no number before it is named with its place', () => {
  assert.equal(read('king*2'), 'strayStar 5');
  assert.equal(read('half*woman'), 'strayStar 5');
  assert.equal(read('* king'), 'strayStar 1');
  assert.equal(read('2**king'), 'strayStar 3');
  assert.equal(read('king - 2*'), 'missingWord 10');
  assert.equal(read('2*'), 'missingWord 3');
  assert.equal(read('2*-king'), 'missingWord 3');
  assert.equal(read('2*3*king'), 'strayStar 4');
  assert.equal(read('king 2*man'), 'missingSign 2 6');
  assert.equal(read('2 king'), 'missingSign king 3');
});

test('quotation marks hold words with signs and spaces', () => {
  assert.equal(read('"new york" - "c++" + “a-b”'), '+new york -c++ +a-b');
  assert.equal(read('"new york" - usa + 한국'), '+new york -usa +한국');
});

test('proportions ask for the fourth word, however they are written', () => {
  for (const written of [
    'man : woman = king : ?',
    'man:woman=king:?',
    'man : woman = king',
    'man : woman = king :',
    'man:woman::king',
    ' man：woman＝king：？ '.replace('＝', '='),
    'man ∶ woman ∷ king',
    'man is to woman as king is to ?',
    'man is to woman as king is to what?',
    'man is to woman as king is to',
    'man is to woman as king is',
    'man is to woman as king',
    'Man is to woman as king'.toLowerCase(),
  ])
    assert.equal(read(written), '+woman -man +king', written);
  assert.equal(read('한국 : 서울 = 일본 : ?'), '+서울 -한국 +일본');
  assert.equal(read('he is to she as man is to ?'), '+she -he +man');
  assert.equal(read('"new york" is to usa as "is to" is to ?'), '+usa -new york +is to');
});

test('a proportion that is begun is no mistake', () => {
  for (const written of [
    'man :',
    'man : woman',
    'man : woman =',
    'man:woman:',
    'man:woman::',
    'man is to',
    'man is to woman',
    'man is to woman as',
  ])
    assert.equal(read(written), 'unfinishedProportion', written);
});

test("word2vec's proportions ask for the fourth word", () => {
  assert.equal(read('man : king :: woman'), '+king -man +woman');
  assert.equal(read('man:king::woman:?'), '+king -man +woman');
  assert.equal(read('usa : "new york" :: “south korea” : ?'), '+new york -usa +south korea');
  assert.equal(read('ice-cream : ice :: butter'), '+ice -ice-cream +butter');
});

test('decomposed Hangul is composed, as in the vocabulary', () => {
  assert.equal(read('한국'.normalize('NFD')), '+한국');
  assert.deepEqual(parseWords('한국 "서울 시"'.normalize('NFD')), { words: ['한국', '서울 시'] });
});

test('what is missing is named with its place', () => {
  assert.equal(read(''), 'empty');
  assert.equal(read('   '), 'empty');
  assert.equal(read('king -'), 'missingWord 7');
  assert.equal(read('-'), 'missingWord 2');
  assert.equal(read('king - + man'), 'missingWord 8');
  assert.equal(read('--man'), 'missingWord 2');
  assert.equal(read('king man'), 'missingSign man 6');
  assert.equal(read('king - "man'), 'openQuote 8');
  assert.equal(read(': man'), 'missingWord 1');
  assert.equal(read('a : b : c : d'), 'missingWord 3');
});

test('a list of words has spaces or commas between them, and quotation marks around phrases', () => {
  assert.deepEqual(parseWords(' king, queen  c++,"new york"“a, b”'), {
    words: ['king', 'queen', 'c++', 'new york', 'a, b'],
  });
  assert.deepEqual(parseWords('서울、부산'), { words: ['서울', '부산'] });
  const malformed = (list: string): string => {
    const parsed = parseWords(list);
    return 'malformed' in parsed ? reason(parsed.malformed) : parsed.words.join('|');
  };
  assert.equal(malformed(' , '), 'empty');
  assert.equal(malformed('king "new york'), 'openQuote 6');
  assert.equal(malformed('a”b'), 'a”b');
});
