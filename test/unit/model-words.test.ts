import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadKernels } from '../../src/engine/kernels.ts';
import { Model } from '../../src/engine/model.ts';
import type { StoredModel } from '../../src/engine/model-store.ts';
import { TEXT_DEFAULTS, type TextOptions } from '../../src/text/options.ts';

const kernels = await loadKernels(new URL('../../dist/', import.meta.url));

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
  };
  return new Model(stored, kernels);
}

test('a word whose particle was separated in training is its stem, wherever it is asked for', () => {
  const model = modelOf(['한국', '나라', '은']);
  const line = '“한국은” 나라를 한국에서는 한국x';
  const at = (column: number) => {
    const found = model.wordAt(line, column, 1);
    return found && [found.word, line.slice(found.start, found.end)];
  };
  assert.equal(at(2), null, 'a model that does not say how it was cut has words as they are');
  const separated = modelOf(['한국', '나라', '은'], { particles: 'separate' });
  const found = [2, 7, 11].map((column) => {
    const word = separated.wordAt(line, column, 1)!;
    return [word.word, line.slice(word.start, word.end)];
  });
  assert.deepEqual(found, [
    ['한국', '한국은'],
    ['나라', '나라를'],
    ['한국', '한국에서는'],
  ]);
  assert.equal(separated.wordAt(line, line.length, 1), null);
  assert.deepEqual(separated.similarity('한국은', '나라를'), {
    status: 'compared',
    first: ['한국'],
    second: ['나라'],
    similarity: 0,
  });
});

test('numbers and capitals are looked up as training had them', () => {
  const model = modelOf(['0000', 'the', 'GitHub'], { numbers: 'digits', case: 'fold' });
  assert.equal(model.wordAt('in 1984', 4, 1)?.word, '0000');
  assert.equal(model.wordAt('The', 0, 1)?.word, 'the');
  assert.equal(model.wordAt('GitHub', 0, 1)?.word, 'GitHub');
});

test('an identifier is one word, its parts are others', () => {
  const model = modelOf(['getUserName', 'user']);
  assert.equal(model.wordAt('x.getUserName()', 8, 1)?.word, 'getUserName');
});
