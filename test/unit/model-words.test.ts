import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernels } from '../../src/engine/kernels.ts';
import { Model } from '../../src/engine/model/model.ts';
import type { StoredModel } from '../../src/engine/model/stored-model.ts';
import { TEXT_DEFAULTS, type TextOptions } from '../../src/text/options.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { placeIn } from '../helpers/places.ts';

const kernels = await loadKernels(DISTRIBUTION);

/** A model of these words, whose vectors are the corners of a cube. */
function modelOf(words: string[], text?: Partial<TextOptions>): Model {
  const stored: StoredModel = {
    summary: {
      trained: '2026-01-01T00:00:00Z',
      vocabulary: words.length,
      vectorSize: words.length,
      words: 100,
      files: 1,
      mapWords: 0,
      languageModel: null,
    },
    options: { seed: 1, ...(text && { text: { ...TEXT_DEFAULTS, ...text } }) },
    words,
    counts: Float64Array.from(words, (_, rank) => 10 - rank),
    vectors: {
      input: {
        shape: [words.length, words.length],
        data: Float32Array.from({ length: words.length ** 2 }, (_, i) => Number(i % (words.length + 1) === 0)),
      },
    },
    map: null,
    languageModel: null,
    training: null,
  };
  return new Model(stored, kernels);
}

test('a word whose particle was separated in training is its stem, wherever it is asked for', () => {
  const model = modelOf(['한국', '나라', '은']);
  const line = '“한국은” 나라를 한국에서는 한국x';
  const at = (column: number) => {
    const found = model.wordAt(placeIn(line, column), 1);
    return found && [found.known, found.word, line.slice(found.start, found.end)];
  };
  assert.deepEqual(
    at(2),
    [false, '한국은', '한국은'],
    'a model that does not say how it was cut has words as they are',
  );
  const separated = modelOf(['한국', '나라', '은'], { particles: 'separate' });
  const found = [2, 7, 11].map((column) => {
    const word = separated.wordAt(placeIn(line, column), 1)!;
    return [word.word, line.slice(word.start, word.end)];
  });
  assert.deepEqual(found, [
    ['한국', '한국은'],
    ['나라', '나라를'],
    ['한국', '한국에서는'],
  ]);
  assert.equal(separated.wordAt(placeIn(line, line.length), 1)?.known, false);
  assert.deepEqual(separated.similarity('한국은', '나라를'), {
    status: 'compared',
    first: ['한국'],
    second: ['나라'],
    similarity: 0,
  });
});

test('numbers and capitals are looked up as training had them', () => {
  const model = modelOf(['0000', 'the', 'GitHub'], { numbers: 'digits', case: 'fold' });
  assert.equal(model.wordAt(placeIn('in 1984', 4), 1)?.word, '0000');
  assert.equal(model.wordAt(placeIn('The', 0), 1)?.word, 'the');
  assert.equal(model.wordAt(placeIn('GitHub', 0), 1)?.word, 'GitHub');
});

test('a name is one word, and where it is not known the part under the cursor is looked up', () => {
  const model = modelOf(['getUserName', 'user', 'id']);
  const at = (text: string, offset: number) => {
    const { known, word, start, end } = model.wordAt(placeIn(text, offset, 'typescript'), 1)!;
    return known ? [word, text.slice(start, end)] : null;
  };
  assert.deepEqual(at('x.getUserName()', 8), ['getUserName', 'getUserName']);
  assert.deepEqual(at('x.setUserId()', 6), ['user', 'User']);
  assert.deepEqual(at('x.setUserId()', 11), ['id', 'Id']);
  assert.deepEqual(at('x.set_USER', 7), ['user', 'USER']);
  assert.equal(at('x.setUserId()', 3), null);
  const whole = modelOf(['user'], { identifierParts: false });
  assert.equal(whole.wordAt(placeIn('setUser', 4), 1)?.known, false);
});

test('what a document writes otherwise is looked up as it was read', () => {
  const model = modelOf(['café', 'New_York', 'two']);
  const at = (text: string, offset: number, language?: string) => {
    const found = model.wordAt(placeIn(text, offset, language), 1);
    return found && [found.known, found.word, text.slice(found.start, found.end)];
  };
  assert.deepEqual(at('<p>Le caf&eacute;</p>', 8, 'html'), [true, 'café', 'caf&eacute;']);
  assert.deepEqual(at('Le caf&eacute;', 5), [false, 'caf', 'caf']);
  assert.deepEqual(at('in New **York**', 12, 'markdown'), [true, 'New_York', 'New **York']);
  assert.deepEqual(at('x = "one\\ntwo"', 11, 'python'), [true, 'two', 'two']);
  assert.equal(at('<p class="two">', 12, 'html'), null);
  assert.equal(at('two', 1, 'no such language')?.[0], true);
});
