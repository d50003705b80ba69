import { Tokenizer } from '@huggingface/tokenizers';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BYTES, MergeLearner } from '../../src/text/byte-pair/merges.ts';
import { countPretokens, forEachPretoken } from '../../src/text/byte-pair/pretokens.ts';
import { BytePairTokenizer, END_OF_DOCUMENT } from '../../src/text/byte-pair/tokenizer.ts';
import { syntheticText } from '../synthetic-text.ts';

const CODE = `function getUserName(user_id) {\n\tif (user_id === 0) {\n\t\treturn null;\n\t}\n    return users[user_id].name; // don't
}\r\n\r\n`;

function pretokensOf(text: string): string[] {
  const found: string[] = [];
  forEachPretoken(text, (pretoken) => found.push(pretoken));
  return found;
}

function learn(texts: readonly string[], merges: number): BytePairTokenizer {
  const counts = new Map<string, number>();
  for (const text of texts) countPretokens(text, counts);
  const learner = new MergeLearner(counts, merges);
  while (learner.step());
  return new BytePairTokenizer(learner.merges());
}

/** The same by the definition: counts all pairs anew for every merge. */
function learnSlowly(counts: ReadonlyMap<string, number>, most: number): [number, number][] {
  const words = Array.from(counts, ([word, count]) => ({ symbols: [...new TextEncoder().encode(word)], count }));
  const merges: [number, number][] = [];
  while (merges.length < most) {
    const pairs = new Map<string, number>();
    for (const { symbols, count } of words) {
      for (let i = 1; i < symbols.length; i++) {
        const pair = `${symbols[i - 1]!} ${symbols[i]!}`;
        pairs.set(pair, (pairs.get(pair) ?? 0) + count);
      }
    }
    const best = [...pairs]
      .map(([pair, count]) => ({ pair: pair.split(' ').map(Number) as [number, number], count }))
      .sort((a, b) => b.count - a.count || a.pair[0] - b.pair[0] || a.pair[1] - b.pair[1])[0];
    if (!best || best.count < 2) break;
    for (const word of words) {
      const joined: number[] = [];
      for (let i = 0; i < word.symbols.length; i++) {
        const isPair = word.symbols[i] === best.pair[0] && word.symbols[i + 1] === best.pair[1];
        joined.push(isPair ? BYTES + merges.length : word.symbols[i]!);
        if (isPair) i++;
      }
      word.symbols = joined;
    }
    merges.push(best.pair);
  }
  return merges;
}

/** Texts that are easily cut wrong. */
const HARD = [
  '',
  ' ',
  'a',
  '  a\n\n  b \t c  ',
  CODE,
  "don't l’homme rock'n'roll 'quoted' it''s",
  '한국은 서울에 있다. 東京 ภาษาไทย עברית',
  'e\u0301tude \u1112\u1161\u11ab', // not in NFC
  '😀👩‍👩‍👧 \u{10ffff}',
  '12345.678 ٣٤٥ ½ x2y_3__z',
  '\u00a0\u3000\u2028x\u0085',
  '<|end|> <|end|>',
  '\ud800 alone \udfff',
  '='.repeat(3000),
  'ab'.repeat(700),
];

test('pretokens joined are the text', () => {
  for (const text of [...HARD, syntheticText(300, 1)]) assert.equal(pretokensOf(text).join(''), text);
});

test('words take a space along, indentation and line ends are pieces of their own', () => {
  assert.deepEqual(pretokensOf("The king's_name  is\n    x2 = 12345;"), [
    'The',
    " king's",
    '_name',
    ' ',
    ' is',
    '\n',
    '   ',
    ' x',
    '2',
    ' =',
    ' 123',
    '45',
    ';',
  ]);
});

test('merges are those of the definition, ties included', () => {
  const counts = new Map<string, number>();
  countPretokens(`${syntheticText(2000, 3)} aaaa aaaaa ababab`, counts);
  const learner = new MergeLearner(counts, 200);
  while (learner.step());
  const { left, right } = learner.merges();
  assert.deepEqual(
    Array.from(left, (symbol, i) => [symbol, right[i]!]),
    learnSlowly(counts, 200),
  );
});

test('it ends where no pair comes twice, or where there is no text', () => {
  const once = new MergeLearner(new Map([['abc', 1]]), 10);
  assert.equal(once.step(), false);
  assert.equal(once.found, 0);
  assert.equal(new MergeLearner(new Map(), 10).step(), false);
  const twice = new MergeLearner(new Map([['abab', 1]]), 10);
  assert.equal(twice.step(), false);
  assert.equal(twice.found, 1);
  assert.throws(() => new MergeLearner(new Map(), 100_000), /expected 0 to 65280 merges, got 100000/);
});

test('any text comes back to the character', () => {
  const tokenizer = learn([syntheticText(3000, 4), CODE.repeat(5)], 400);
  for (const text of HARD) {
    assert.equal(tokenizer.decode(tokenizer.encode(text)), text.normalize('NFC').toWellFormed());
  }
});

test('the end of a document is nothing in a text, and no text encodes to it', () => {
  const tokenizer = learn([syntheticText(1000, 5)], 50);
  for (const text of HARD) assert.ok(!tokenizer.encode(text).includes(END_OF_DOCUMENT));
  assert.equal(tokenizer.decode([END_OF_DOCUMENT]), '');
  assert.equal(tokenizer.byteLength(END_OF_DOCUMENT), 0);
  assert.throws(() => tokenizer.decode([tokenizer.size]), /expected tokens from 0 to/);
});

test('frequent words are one token, with the space before them; Hangul syllables are', () => {
  const tokenizer = learn([syntheticText(20_000, 6)], 1500);
  for (const text of [' king', ' 한국']) assert.equal(tokenizer.encode(text).length, 1, text);
});

test("Hugging Face's tokenizer reads the file and encodes alike", () => {
  const tokenizer = learn([syntheticText(5000, 7), CODE.repeat(10)], 600);
  const theirs = new Tokenizer(JSON.parse(tokenizer.toJson()) as object, {});
  for (const text of [...HARD, syntheticText(400, 8), CODE]) {
    if (/[\ud800\udfff]/.test(text) && !text.isWellFormed()) continue; // theirs has no bytes for half a character
    assert.deepEqual(theirs.encode(text).ids, Array.from(tokenizer.encode(text)), JSON.stringify(text.slice(0, 40)));
  }
});

test('a tokenizer comes back from its file, and a file of another kind is refused', () => {
  const tokenizer = learn([syntheticText(2000, 9)], 100);
  const again = BytePairTokenizer.fromJson(tokenizer.toJson());
  assert.deepEqual(again.merges, tokenizer.merges);
  const changed = (change: (file: { model: Record<string, unknown>; pre_tokenizer: unknown }) => void): string => {
    const file = JSON.parse(tokenizer.toJson()) as { model: Record<string, unknown>; pre_tokenizer: unknown };
    change(file);
    return JSON.stringify(file);
  };
  assert.throws(() => BytePairTokenizer.fromJson('{}'), /expected a model of type BPE/);
  assert.throws(() => BytePairTokenizer.fromJson(changed((file) => (file.model['type'] = 'Unigram'))), /got Unigram/);
  assert.throws(() => BytePairTokenizer.fromJson(changed((file) => (file.pre_tokenizer = null))), /another pattern/);
  assert.throws(
    () => BytePairTokenizer.fromJson(changed((file) => (file.model['merges'] = [['a', 'zzz']]))),
    /not in the vocabulary/,
  );
});
