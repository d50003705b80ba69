import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { languageNamed, PROSE_LANGUAGE } from '../../src/text/languages.ts';
import { TEXT_DEFAULTS, type TextOptions } from '../../src/text/options.ts';
import { SPAN, Tokenizer, unitsOf } from '../../src/text/tokenizer.ts';
import { wordsAround } from '../../src/text/words-around.ts';

function around(text: string, offset: number, reach = 0, language = 'plaintext', options: Partial<TextOptions> = {}) {
  const read = languageNamed(language) ?? PROSE_LANGUAGE;
  return wordsAround(text, offset, reach, read, { ...TEXT_DEFAULTS, ...options });
}

/** The word at the first place of `marked` that `|` stands at, and the letters it stands for. */
function at(marked: string, language: string, options?: Partial<TextOptions>): [word: string, letters: string] | null {
  const offset = marked.indexOf('|');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  const found = around(text, offset, 0, language, options);
  if (!found) return null;
  const { word, start, end } = found.words[found.index]!;
  return [word, text.slice(start, end)];
}

test('the word at a place is the one of the tokenizer that the place touches, at every place of a text', () => {
  const text = "l'homme f'x' a_b-c 3.14, 5,漢字𝒳y\ne\u0301t. (Ende)\n\n 'tis  ";
  const spans = new Int32Array(200);
  const written = new Tokenizer(unitsOf(text)).read(spans);
  for (let offset = 0; offset <= text.length + 1; offset++) {
    let expected: { start: number; end: number; word: string } | null = null;
    for (let i = 0; i < written; i += SPAN) {
      const [start, end] = [spans[i]!, spans[i + 1]!];
      if (start < 0 || start > offset || offset > end) continue;
      expected = { start, end, word: text.slice(start, end).normalize('NFC') };
    }
    const found = around(text, offset, 3);
    assert.deepEqual(found ? found.words[found.index] : null, expected, `offset ${offset}`);
  }
  assert.equal(around('', 0), null);
  assert.equal(around('word', 99), null);
});

test('the words around a place are those of its sentence, as many on each side as asked for', () => {
  const line = 'Zero. one two New York, three four! five';
  const found = (offset: number, reach: number) => {
    const all = around(line, offset, reach);
    return all && [all.words.map(({ word }) => word).join(' '), all.index];
  };
  assert.deepEqual(found(line.indexOf('York'), 1), ['New York three', 1]);
  assert.deepEqual(found(line.indexOf('York'), 3), ['one two New York three four', 3]);
  assert.deepEqual(found(line.indexOf('York'), 0), ['York', 0]);
  assert.deepEqual(found(0, 3), ['Zero', 0]);
  assert.deepEqual(found(line.length, 3), ['five', 0]);
  assert.equal(found(4, 3)?.[0], 'Zero');
  assert.equal(around(' , ', 1, 2), null);
});

describe('in a document, the word is what a training reads there', () => {
  test('character references are part of it', () => {
    for (const place of ['|caf&eacute;s', 'caf|&eacute;s', 'caf&ea|cute;s', 'caf&eacute;s|']) {
      assert.deepEqual(at(`<p>Two ${place}</p>`, 'html'), ['cafés', 'caf&eacute;s'], place);
      assert.deepEqual(at(`Two *${place}*`, 'markdown'), ['cafés', 'caf&eacute;s'], place);
    }
    assert.deepEqual(at('caf|&eacute;', 'plaintext'), ['caf', 'caf']);
    assert.deepEqual(at("un caf|\\'e noir", 'latex'), ['café', "caf\\'e"]);
  });

  test('escapes of strings are not', () => {
    assert.deepEqual(at('{ "a": "one\\nt|wo" }', 'json'), ['two', 'two']);
    assert.deepEqual(at('{ "a": "one\\nt|wo" }', 'plaintext'), ['ntwo', 'ntwo']);
  });

  test('an apostrophe is in prose, also in comments, and not in code', () => {
    assert.deepEqual(at("// it doesn|'t\nx", 'typescript'), ["doesn't", "doesn't"]);
    assert.deepEqual(at("/*\n it doesn|'t */", 'typescriptreact'), ["doesn't", "doesn't"]);
    assert.deepEqual(at("x = r|'it';", 'typescript'), ['r', 'r']);
  });

  test('markup is none, nor are keywords that are left out', () => {
    assert.equal(at('<art|icle>text</article>', 'html'), null);
    assert.equal(at('[text](addr|ess)', 'markdown'), null);
    assert.deepEqual(at('r|eturn x', 'c'), ['return', 'return']);
    assert.equal(at('r|eturn x', 'c', { keywords: 'leaveOut' }), null);
    assert.deepEqual(at('// r|eturn', 'c', { keywords: 'leaveOut' }), ['return', 'return']);
  });

  test('case and numbers are as the options have them, and letters are composed', () => {
    assert.deepEqual(at('T|he', 'plaintext', { case: 'fold' }), ['the', 'The']);
    assert.deepEqual(at('in 19|84', 'plaintext', { numbers: 'digits' }), ['0000', '1984']);
    assert.deepEqual(at('한국|어'.normalize('NFD'), 'markdown'), ['한국어', '한국어'.normalize('NFD')]);
  });

  test('its neighbours are those of its sentence, over markup and line breaks', () => {
    const text = '<td>one</td>\n<p>in <b>New</b>\nYork today</p> now';
    const found = around(text, text.indexOf('York'), 3, 'html')!;
    assert.deepEqual([found.words.map(({ word }) => word).join(' '), found.index], ['in New York today', 2]);
  });
});

test('a place far behind in a long text is found soon', () => {
  const text = `# One\n\n${'some *words* of a text. '.repeat(12_000)}and New York.`;
  const started = performance.now();
  const found = around(text, text.length - 2, 1, 'markdown')!;
  assert.deepEqual(
    found.words.map(({ word }) => word),
    ['New', 'York'],
  );
  assert.ok(performance.now() - started < 5000, `${performance.now() - started} ms`); // some 20 ms
});
