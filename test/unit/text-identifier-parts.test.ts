import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernel } from '../../src/engine/kernels.ts';
import { CorpusBuilder } from '../../src/text/corpus.ts';
import { addIdentifierParts, partsOf } from '../../src/text/identifier-parts.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

const kernel = await loadKernel(DISTRIBUTION, 'text');

test('the parts of a name are told by capitals, underscores and digits', () => {
  const parts = [
    'getUserName',
    'HTMLElement',
    'snake_case_name',
    '__init__',
    'Vector3',
    'MAX_SIZE',
    'toJSON',
    'aB',
    'getÉtatΩmega',
  ];
  assert.deepEqual(parts.map(partsOf), [
    ['get', 'user', 'name'],
    ['html', 'element'],
    ['snake', 'case', 'name'],
    ['init'],
    ['vector'],
    ['max', 'size'],
    ['to', 'json'],
    [],
    ['get', 'état', 'ωmega'],
  ]);
  for (const word of ['user', 'User', 'NASA', '1984', '14th', '3rdParty', '한국은', "Don't", '東京'])
    assert.deepEqual(partsOf(word), [], word);
});

test('a word with a sign in it has no parts, and an abbreviation with an ending is one', () => {
  const words = ["NASA's", "PyGMO's", "O'Brien", "l'Europe", "USA's", "rock'n'Roll", 'USA:n', 'col·Lecció', 'צה"ל'];
  for (const word of [...words, 'URLs', 'APIs', 'DVDs', 'PUBLISHed', 'SMSing', 'BUSes', 'TVs']) {
    assert.deepEqual(partsOf(word), [], word);
  }
  const parts = ['getURLs', 'userIDs_all', 'URLsOf', 'APIsAndURLs', 'HTMLSet', 'XMLsx', 'isAs'];
  assert.deepEqual(parts.map(partsOf), [
    ['get', 'urls'],
    ['user', 'ids', 'all'],
    ['urls', 'of'],
    ['apis', 'and', 'urls'],
    ['html', 'set'],
    ['xm', 'lsx'],
    ['is', 'as'],
  ]);
});

test('names are met with their parts behind the text, which stays as it is', () => {
  const builder = new CorpusBuilder(kernel);
  builder.addDocument('getUser get getUser x getUser getUser getUser');
  const before = builder.finish();
  const text = [...before.tokens].map((id) => before.words[id] ?? '|');
  const steps = addIdentifierParts(before);
  let step = steps.next();
  while (!step.done) step = steps.next();
  const corpus = step.value;
  const spelled = [...corpus.tokens].map((id) => corpus.words[id] ?? '|');
  assert.deepEqual(spelled.slice(0, corpus.partsAt), text);
  // five times in the text: three times, the square root, with each part
  const pair = (part: string): string[] => ['getUser', part, '|'];
  assert.deepEqual(spelled.slice(corpus.partsAt), [
    ...[1, 2, 3].flatMap(() => pair('get')),
    ...[1, 2, 3].flatMap(() => pair('user')),
  ]);
  assert.equal(corpus.counts[corpus.words.indexOf('getUser')], 5, 'its count is that of the text');
  assert.equal(corpus.counts[corpus.words.indexOf('get')], 4);
  assert.equal(corpus.wordCount, before.wordCount);
});
