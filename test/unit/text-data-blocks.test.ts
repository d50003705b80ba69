import fc from 'fast-check';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { loadKernel } from '../../src/engine/kernels.ts';
import { mulberry32 } from '../../src/numerics/random.ts';
import { DataFilter, DataScanner, PlacesWithData, withoutData } from '../../src/text/data-blocks.ts';
import { TextKernel } from '../../src/text/text-kernel.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';

const kernel = new TextKernel(await loadKernel(DISTRIBUTION, 'text'));
const scanner = new DataScanner(kernel);
const random = mulberry32(7);
const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => Math.floor(256 * random())));
const base64 = (length: number): string => bytes(length).toString('base64');
const wrapped = (text: string, width = 76): string => text.replace(new RegExp(`.{${width}}(?=.)`, 'g'), '$&\n');
const hash = (text: string, method = 'sha256'): string => createHash(method).update(text).digest('hex');

/** What is left of a text, as words. */
const left = (text: string): string => ((new DataFilter().clean(text) as string).match(/[\w가-힣]+/g) ?? []).join(' ');

test('pictures in addresses are left out, however large they are', () => {
  for (const size of [10, 100, 2000, 60_000, 400_000]) {
    const picture = base64(size);
    const uri = `data:image/png;base64,${picture}`;
    assert.equal(left(`Some ![alt](${uri}) text`), 'Some alt text');
    assert.equal(left(`<img alt="a" src="${uri}"> text`), 'img alt a src text');
    assert.equal(left(`[image1]: <${uri}>\ntext`), 'image1 text');
    assert.equal(left(`url('${uri}') x`), 'url x');
  }
  assert.equal(left(`url("data:image/svg+xml,%3Csvg xmlns='x'%3E") x`).replace(/ xmlns.*$/, ''), 'url');
  assert.equal(left('data:text/plain;charset=utf-8,hello%20there next'), 'next');
  assert.equal(left('The data: this, and that; metadata:x/y, data:'), 'The data this and that metadata x y data');
});

test('blocks of base64, in lines and in one, are left out', () => {
  for (const size of [61, 100, 1000, 20_000]) {
    assert.equal(left(`before ${base64(size)} behind`), 'before behind');
    assert.equal(left(`before\n\n${wrapped(base64(size))}\n\nbehind`), 'before behind', `${size}`);
    assert.equal(left(`앞 ${base64(size)} 뒤`), '앞 뒤');
  }
  const zeros = `${base64(57)}\n${'A'.repeat(76)}\n${base64(57)}\n${base64(10)}`;
  assert.equal(left(`before\n${zeros}\nBehind it`), 'before Behind it', 'zeros look like no data by themselves');
});

test('checksums, numbers that name things, dumps and fingerprints are left out', () => {
  for (const method of ['md5', 'sha1', 'sha256', 'sha512']) {
    assert.equal(left(`${hash('a', method)}  file.txt`), 'file txt');
    assert.equal(left(`sum ${hash('b', method).toUpperCase()} ok`), 'sum ok');
  }
  assert.equal(left(`"integrity": "sha512-${base64(64)}"`), 'integrity');
  assert.equal(left('id 123e4567-e89b-12d3-a456-426614174000 end'), 'id end');
  assert.equal(left('key SHA256:ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67:89 ok'), 'key SHA256 ok');
  assert.equal(left('a[] = { 0x3c, 0xff, 0x01, 0x02, 0xab, 0xcd, 0xef, 0x10 };'), 'a');
  const dump = '00000000  7f 45 4c 46 02 01 01 00  00 00 00 00 00 00 00 0f  |.ELF............|\n';
  assert.equal(left(`dump\n${dump}end`), 'dump end');
  assert.equal(left('dump\n00000000: 7f45 4c46 0201 0100 0000 0000 0000 0000  .ELF............\nend'), 'dump end');
});

test('armour of PGP and certificates are left out, and what is signed is not', () => {
  const armour = (kind: string, head = ''): string =>
    `-----BEGIN ${kind}-----\n${head}\n${wrapped(base64(200), 64)}\n=aBcD\n-----END ${kind}-----`;
  assert.equal(left(`a\n${armour('PGP SIGNATURE', 'Version: GnuPG v2\n')}\nb`), 'a b');
  assert.equal(left(`a\n${armour('PGP PUBLIC KEY BLOCK')}\nb`), 'a b');
  assert.equal(left(`a\n${armour('CERTIFICATE')}\nb`), 'a b');
  assert.equal(left(`> ${armour('PGP MESSAGE').replaceAll('\n', '\n> ')}\n> b`), 'b');
  const signed = `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello there.\n${armour('PGP SIGNATURE')}\nb`;
  assert.ok(left(signed).endsWith('Hello there b'));
  const prose = 'A line of -----BEGIN CERTIFICATE----- begins one, and the text goes on.';
  assert.equal(new DataFilter().clean(prose), prose);
});

test('colours and overstrike of terminals are nothing, also inside words', () => {
  assert.equal(
    left('\u001b[32mpassed\u001b[0m all \u001b[1;31mfail\u001b[0med \u001b[38;5;12mx\u001b[K'),
    'passed all failed x',
  );
  assert.equal(
    left('\u001b]8;;http://a.b\u0007link\u001b]8;;\u001b\\ \u001b]0;title\u0007end \u001b(Bx \u001bM'),
    'link end x',
  );
  assert.equal(left('N\bNA\bAM\bME\bE _\bu_\bn_\bd x\b_y\b_ a\bb'), 'NAME und xy b');
  assert.equal(left('굵\b굵게 _\b밑'), '굵게 밑');
});

test('words, names, paths, numbers and rules stay, and the same object comes back', () => {
  const texts = [
    'src/main/java/org/apache/commons/lang/builder/something/Else2Here/foo/Bar3',
    'getUserNameFromDatabaseWithTheGivenIdentifierAndPassword2For3OrMore',
    'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
    'MAX_NUMBER_OF_THE_THINGS_THAT_FIT_INTO_A_LINE_OF_2_SCREENS',
    `${'-'.repeat(80)}\n${'='.repeat(80)}\n${'_'.repeat(70)} ${'a'.repeat(70)} ${'0'.repeat(70)}`,
    '10 20 30 40 50 60 70 80 90 11 12 13 14 15 16 17 18 19 20',
    '2019-01-01,2020-01-02,2021-01-03,2022-01-04, 1.5, 2.5',
    '31415926535897932384626433832795028841971693993751',
    'a bad cafe faded; add a dead bee, dad, a fab fad, a bed',
    'https://example.com/a/very/long/path/with/CamelCase/and-2-numbers/in-it/index_42.html',
    'data and other data, metadata: none',
    'commit 5f3e2a1 and #ff00ff, #00ff00',
  ];
  for (const text of texts) {
    const ascii = Buffer.from(text);
    assert.equal(new DataFilter().clean(text), text, text);
    if (ascii.length === text.length) assert.equal(new DataFilter(scanner).clean(ascii), ascii, text);
  }
});

test('blocks are counted, and what stands between them is found again', () => {
  const filter = new DataFilter();
  const text = `a ${base64(60)} b ${hash('x')}\n\u001b[1mc data:a/b;base64,QUJD d`;
  const ranges = filter.rangesOf(text);
  assert.equal(filter.count, 3);
  const cleaned = withoutData(text, ranges);
  assert.deepEqual(cleaned, new DataFilter().clean(text));
  assert.deepEqual(cleaned.match(/\w+/g), ['a', 'b', 'c', 'd']);
  const places = new PlacesWithData(ranges);
  for (const { index, 0: word } of cleaned.matchAll(/\w+/g)) {
    assert.equal(text.slice(places.of(index, false), places.of(index + 1, true)), word);
  }
});

test('what a piece ends in the middle of goes on in the next', () => {
  const text = `one ${base64(3000)} two data:image/png;base64,${base64(3000)} three`;
  for (let at = 10; at < text.length - 10; at += 97) {
    const filter = new DataFilter();
    const words = [text.slice(0, at), text.slice(at)].map((piece) => filter.clean(piece) as string).join('');
    const found = (words.match(/\w+/g) ?? []).filter((word) => !['one', 'two', 'three'].includes(word));
    assert.ok(found.join('').length < 45, `${at}: ${found.join(' ')}`); // a beginning that is too short to be known
  }
});

test('bytes are cleaned as texts are, whatever the kernel passes over', () => {
  const part = fc.oneof(
    fc.constantFrom(
      'the ',
      'word_',
      '\n',
      '  ',
      'data:',
      'a/b,',
      ';base64,',
      '\u001b[1m',
      'x\b',
      '-----BEGIN ',
      '0x1f, ',
    ),
    fc.integer({ min: 1, max: 60 }).map((size) => base64(size)),
    fc.integer({ min: 1, max: 40 }).map((size) => bytes(size).toString('hex')),
    fc.integer({ min: 1, max: 40 }).map((size) => bytes(size).toString('hex').replace(/../g, '$& ')),
    fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const text = parts.join('');
      const cleaned = new DataFilter(scanner).clean(Buffer.from(text, 'latin1'));
      assert.equal(Buffer.from(cleaned as Uint8Array).toString('latin1'), new DataFilter().clean(text));
    }),
    { seed: 1, numRuns: 2000 },
  );
});
