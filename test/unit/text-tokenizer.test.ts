import assert from 'node:assert/strict';
import test from 'node:test';
import { MAXIMUM_WORD_LENGTH, SPAN, spellingOf, Tokenizer, unitsOf } from '../../src/text/tokenizer.ts';

/** Words in order; '|' for the end of a sentence. */
function cut(text: string, batch = 64): string[] {
  const units = unitsOf(text);
  const tokenizer = new Tokenizer(units);
  const spans = new Int32Array(batch);
  const words: string[] = [];
  for (let written = tokenizer.read(spans); written > 0; written = tokenizer.read(spans)) {
    for (let i = 0; i < written; i += SPAN)
      words.push(spans[i] === -1 ? '|' : spellingOf(units, spans[i]!, spans[i + 1]!));
  }
  return words;
}

test('words are runs of letters of any script, with their marks', () => {
  assert.deepEqual(cut('Grüße für die Welt'), ['Grüße', 'für', 'die', 'Welt']);
  assert.deepEqual(cut('한국어를 배운다, 정말로'), ['한국어를', '배운다', '정말로']);
  assert.deepEqual(cut('हिन्दी में की'), ['हिन्दी', 'में', 'की']);
  assert.deepEqual(cut('e\u0301te\u0301 x'), ['e\u0301te\u0301', 'x']);
  assert.deepEqual(cut('می\u200cخواهم'), ['می\u200cخواهم']);
  assert.deepEqual(cut('Привет, мир — שלום עולם'), ['Привет', 'мир', 'שלום', 'עולם']);
});

test('scripts without spaces are cut into words by their dictionaries', () => {
  assert.deepEqual(cut('漢字とカタカナ'), ['漢字', 'と', 'カタカナ']);
  assert.deepEqual(cut('我们学习。天气'), ['我们', '学习', '|', '天气']);
  assert.deepEqual(cut('ภาษาไทยง่ายมาก abc'), ['ภาษา', 'ไทย', 'ง่าย', 'มาก', 'abc']);
  assert.deepEqual(cut('コーヒー'), ['コーヒー']);
  assert.deepEqual(cut('𠮷野\u{e0100}家').join(''), '𠮷野\u{e0100}家');
  assert.deepEqual(cut('大学に2人', 3), cut('大学に2人'));
  assert.equal(cut('漢字'.repeat(5000)).join('').length, 10_000);
});

test('letters outside the basic plane are letters, and emoji are not', () => {
  assert.deepEqual(cut('𝒳𝒴z 𐐷𐑊 a👍🏽b ❤️ 👩‍👩‍👧 c'), ['𝒳𝒴z', '𐐷𐑊', 'a', 'b', 'c']);
  assert.deepEqual(cut('a\ud800b\udc00c'), ['a', 'b', 'c']);
});

test('identifiers stay whole, with digits and underscores', () => {
  assert.deepEqual(cut('getUserName(snake_case, __init__, $scope, utf8, x2)'), [
    'getUserName',
    'snake_case',
    '__init__',
    'scope',
    'utf8',
    'x2',
  ]);
  assert.deepEqual(cut('a.b->c::d a/b'), ['a', 'b', 'c', 'd', 'a', 'b']);
});

test('a run of underscores alone is not a word', () => {
  assert.deepEqual(cut('_ ____ __x _1'), ['__x', '_1']);
});

test('numbers are words', () => {
  assert.deepEqual(cut('1984 and 42px, ١٢'), ['1984', 'and', '42px', '١٢']);
});

test('an apostrophe inside a word belongs to it, quotation marks around it do not', () => {
  assert.deepEqual(cut("don't l’homme 'quoted' ‘it’s’ dogs' 'tis"), [
    "don't",
    "l'homme",
    'quoted',
    "it's",
    'dogs',
    'tis',
  ]);
  assert.deepEqual(cut("rock''n'roll o'"), ['rock', "n'roll", 'o']);
});

test('the signs that are apostrophes between letters are one', () => {
  for (const sign of ["'", '’', '‘', 'ʼ', 'ʻ', '＇']) {
    assert.deepEqual(cut(`don${sign}t l${sign}homme o${sign}zbek`), ["don't", "l'homme", "o'zbek"], sign);
  }
  assert.deepEqual(cut('bʼfhéidir b’fhéidir м՚я'), ["b'fhéidir", "b'fhéidir", "м'я"]);
  assert.deepEqual(
    cut('ʻokina bogʻ'),
    ['ʻokina', 'bogʻ'],
    'letters of Hawaiian and Uzbek are letters at the edges, too',
  );
});

test('beside Hangul an apostrophe is a quotation mark, and a middle dot parts a list', () => {
  for (const [open, close] of ["''", '‘’', '``', '＇＇', '“”']) {
    const text = `정부는 ${open}학교${close}에서 ${open}IBM${close}은 ${open}회사${close}s`;
    assert.deepEqual(cut(text), ['정부는', '학교', '에서', 'IBM', '은', '회사', 's'], open);
  }
  assert.deepEqual(cut('정치·경제·사회, ㄱ·ㄴ, A·한'), ['정치', '경제', '사회', 'ㄱ', 'ㄴ', 'A', '한']);
  assert.deepEqual(cut('李白·杜甫 レオナルド・ダ・ヴィンチ').slice(0, 2), ['李白', '杜甫']);
});

test('a middle dot joins letters and nothing else', () => {
  assert.deepEqual(cut('col·lecció l·l étudiant·e·s 3·5 a·3 · a· ·b'), [
    ...['col·lecció', 'l·l', 'étudiant·e·s', '3', '5', 'a', '3', 'a', 'b'],
  ]);
});

test('a colon joins endings of Finnish and Swedish to numbers, acronyms and letters', () => {
  const words = ['USA:n', 'EU:ssa', 'BKT:hen', 'G20:n', '5:e', '1990:n', 'k:a', 'S:t', 'tv:n', 'Å:n'];
  assert.deepEqual(cut(words.join(' ')), words);
  assert.deepEqual(cut('NOTE:this USA:nsa key:n a:b URL:http one:to Q:what'), [
    ...['NOTE', 'this', 'USA', 'nsa', 'key', 'n', 'a', 'b', 'URL', 'http', 'one', 'to', 'Q', 'what'],
  ]);
});

test('Hebrew abbreviates with quotation marks, before and behind its letters', () => {
  assert.deepEqual(cut('צה"ל צה״ל צה”ל ארה"ב'), ['צה"ל', 'צה״ל', 'צה"ל', 'ארה"ב']);
  assert.deepEqual(cut("ז'קט ז׳קט ג' ג׳ וכו'. 'שלום' \"שלום\" a\"b"), [
    ...["ז'קט", 'ז׳קט', "ג'", 'ג׳', "וכו'", '|', 'שלום', 'שלום', 'a', 'b'],
  ]);
});

test('what nobody sees is dropped from words', () => {
  for (const sign of ['\u00ad', '\u2060', '\u200e', '\u200f', '\ufeff', '\u202a', '\u2069', '\u034f', '\u061c']) {
    assert.deepEqual(cut(`Donau${sign}dampf${sign}schiff${sign} x${sign}y`), ['Donaudampfschiff', 'xy'], sign);
    assert.deepEqual(cut(`한${sign}국어 漢${sign}字。${sign}`), ['한국어', '漢字', '|']);
  }
  assert.deepEqual(cut('Ինչո՞ւ եկա՜ր'), ['Ինչու', 'եկար'], 'marks of tone of Armenian');
  assert.deepEqual(cut('one\u200btwo می\u200cخواهم क्\u200dष'), ['one', 'two', 'می\u200cخواهم', 'क्\u200dष']);
  assert.deepEqual(cut(`${'x\u00ad'.repeat(MAXIMUM_WORD_LENGTH)} y`), ['x'.repeat(MAXIMUM_WORD_LENGTH), 'y']);
});

test('half-width katakana are one word with their marks', () => {
  assert.deepEqual(cut('ﾊﾞﾅﾅ ﾊﾟﾝ ｶﾞｽ'), ['ﾊﾞﾅﾅ', 'ﾊﾟﾝ', 'ｶﾞｽ']);
});

test('the prefix of a Python string is not part of its first word', () => {
  assert.deepEqual(cut("f'Hello' b'raw' it's"), ['f', 'Hello', 'b', 'raw', "it's"]);
});

test('a hyphen splits', () => {
  assert.deepEqual(cut('well-known kebab-case'), ['well', 'known', 'kebab', 'case']);
});

test('long runs of letters are data and not words', () => {
  const longest = 'x'.repeat(MAXIMUM_WORD_LENGTH);
  assert.deepEqual(cut(`a ${longest} ${longest}x b`), ['a', longest, 'b']);
});

test('a sentence ends at a stop before white space or the end', () => {
  assert.deepEqual(cut('One two. Three? Four! Five… six.'), [
    ...['One', 'two', '|', 'Three', '|', 'Four', '|', 'Five', '|', 'six', '|'],
  ]);
  assert.deepEqual(cut('He said “Go.” Then (maybe.) "Stop!" end'), [
    ...['He', 'said', 'Go', '|', 'Then', 'maybe', '|', 'Stop', '|', 'end'],
  ]);
});

test('a stop inside a number, a path or a call ends nothing', () => {
  assert.deepEqual(cut('3.14 file.txt a?.b !x "a.".split'), ['3.14', 'file', 'txt', 'a', 'b', 'x', 'a', 'split']);
});

test('stops, commas and colons between digits are part of a number, and nowhere else', () => {
  assert.deepEqual(cut('3.14 1,000,000.5 at 1:30, v1.2.3 ٣٫١٤ -7.5'), [
    ...['3.14', '1,000,000.5', 'at', '1:30', 'v1.2.3', '٣٫١٤', '7.5'],
  ]);
  assert.deepEqual(cut('3. 14, 5 a,b 6,c d.7 8!9 10..11 12.'), [
    ...['3', '|', '14', '5', 'a', 'b', '6', 'c', 'd', '7', '8', '9', '10', '11', '12', '|'],
  ]);
});

test('a comma makes one number of its thousands, and parts a list', () => {
  const whole = ['1,000', '12,345', '123,456,789', '1,000.5', '1,000km', '٣,٠٠٠', '9,999,999'];
  for (const number of whole) {
    assert.deepEqual(cut(number), [number]);
    assert.deepEqual(cut(`${number},`), [number]);
  }
  const lists: [string, string[]][] = [
    ['1,2,3', ['1', '2', '3']],
    ['2019,2020,2021', ['2019', '2020', '2021']],
    ['1,000,00', ['1,000', '00']],
    ['1,0000', ['1', '0000']],
    ['1,000,5000', ['1,000', '5000']],
    ['1234,567', ['1234', '567']],
    ['x1,000', ['x1', '000']],
    ['1.5,250', ['1.5', '250']],
    ['3.14,2.71', ['3.14', '2.71']],
    ['1,a 1,23', ['1', 'a', '1', '23']],
  ];
  for (const [list, words] of lists) assert.deepEqual(cut(list), words, list);
  assert.equal(cut('12,'.repeat(100)).length, 100, 'a long list is not too long for a word');
});

test('the stops of Chinese, Japanese and Hindi end a sentence without a space', () => {
  assert.deepEqual(cut('山。川！海？はい।अब'), ['山', '|', '川', '|', '海', '|', 'はい', '|', 'अब']);
});

test('the stops of every script end a sentence, but between digits', () => {
  assert.deepEqual(cut('በላ። ሄደ Բարեւ։ Լավ ဘာ။ ကောင်း राम॥ सीता ᠮᠣᠩ᠃ ᠬᠡᠯ What⁇ No‼ Yes'), [
    ...['በላ', '|', 'ሄደ', 'Բարեւ', '|', 'Լավ', 'ဘာ', '|', 'ကောင်း', 'राम', '|', 'सीता', 'ᠮᠣᠩ', '|', 'ᠬᠡᠯ'],
    ...['What', '|', 'No', '|', 'Yes'],
  ]);
  assert.deepEqual(cut('３．１４ 12։30 山．川 1⁄2'), ['３．１４', '12։30', '山', '|', '川', '1⁄2']);
  assert.deepEqual(cut('Done.\u200f Next.\u2069 End.'), ['Done', '|', 'Next', '|', 'End', '|']);
});

test('a blank line ends a sentence, a single line break does not', () => {
  assert.deepEqual(cut('a\nb\n\nc\r\nd\r\n\r\ne\n \t\nf\rg\r\rh'), [
    ...['a', 'b', '|', 'c', 'd', '|', 'e', '|', 'f', 'g', '|', 'h'],
  ]);
});

test('no text begins with the end of a sentence, and no two follow each other', () => {
  assert.deepEqual(cut('. ! \n\n a. . ?! \n\n\n b. '), ['a', '|', 'b', '|']);
  assert.deepEqual(cut(' \n\n... '), []);
});

test('the size of the batches changes nothing', () => {
  const text = "One two. Don't! 漢字 𝒳y\n\nEnd? ".repeat(7);
  for (const batch of [3, 6, 9, 100]) assert.deepEqual(cut(text, batch), cut(text, 4096));
});

test('stops, line breaks and quotes in their millions are read in linear time', () => {
  const started = performance.now();
  for (const run of ['.', '\n', '"', "'", ' \n', '_', '\u0301', '\ud83d', '."'])
    cut('a' + run.repeat(1_000_000 / run.length) + 'b');
  assert.ok(performance.now() - started < 20_000, `${performance.now() - started} ms`); // 0.1 s, were it alone; quadratic: an hour
});
