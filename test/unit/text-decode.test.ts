import assert from 'node:assert/strict';
import test from 'node:test';
import { decodeText as decoded } from '../../src/text/decode.ts';

const utf16 = (text: string, big = false) => {
  const bytes = Buffer.from(text, 'utf16le');
  return big ? bytes.swap16() : bytes;
};
/** With its text as a string, also where it is given as bytes of ASCII. */
const decodeText = (bytes: Uint8Array) => {
  const result = decoded(bytes);
  return (
    result && { ...result, text: typeof result.text === 'string' ? result.text : String.fromCharCode(...result.text) }
  );
};
const text = 'Grüße, 세계! 漢字 👋 and plain words\n';

test('UTF-8 is read with and without a byte order mark, which is no part of the text', () => {
  assert.deepEqual(decodeText(Buffer.from(text)), { text, repaired: false });
  assert.deepEqual(decodeText(Buffer.from('\ufeff' + text)), { text, repaired: false });
});

test('UTF-16 of either byte order is read by its byte order mark', () => {
  for (const big of [false, true]) {
    assert.deepEqual(decodeText(utf16('\ufeff' + text, big)), { text, repaired: false });
  }
});

test('western UTF-16 without a byte order mark is known by its NUL bytes', () => {
  const western = 'Plain words, and a few naïve ones.\r\nNext line\r\n'.repeat(20);
  for (const big of [false, true])
    assert.deepEqual(decodeText(utf16(western, big)), { text: western, repaired: false });
});

test('broken bytes become replacement characters and the rest of the file is kept', () => {
  assert.deepEqual(decodeText(Buffer.concat([Buffer.from('before '), Buffer.of(0xff, 0xc3), Buffer.from(' after')])), {
    text: 'before \ufffd\ufffd after',
    repaired: true,
  });
  const korean = Buffer.concat([Buffer.from('한국어 '), Buffer.of(0xff, 0xb0, 0xa1), Buffer.from(' 문장')]);
  assert.deepEqual(decodeText(korean), { text: '한국어 \ufffd\ufffd\ufffd 문장', repaired: true });
  assert.deepEqual(decodeText(utf16('\ufeffa\ud800b')), { text: 'a\ufffdb', repaired: true });
  const cut = decodeText(Buffer.from('끝').subarray(0, 2));
  assert.deepEqual(cut, { text: '\ufffd', repaired: true });
});

test('a replacement character that the file itself holds is not a repair', () => {
  assert.deepEqual(decodeText(Buffer.from('a\ufffdb')), { text: 'a\ufffdb', repaired: false });
});

test('decomposed letters are composed, so that a word has one spelling', () => {
  const composed = 'é 한국어 Å';
  assert.notEqual(composed.normalize('NFD'), composed);
  assert.equal(decodeText(Buffer.from(composed.normalize('NFD')))?.text, composed);
  assert.equal(decodeText(utf16('\ufeff' + composed.normalize('NFD')))?.text, composed);
});

test('an empty file is empty text', () => {
  assert.deepEqual(decodeText(new Uint8Array()), { text: '', repaired: false });
});

test('binary files are told from text', () => {
  const random = Uint8Array.from({ length: 4000 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  const lateNul = Buffer.concat([Buffer.from('a'.repeat(8000)), Buffer.of(0), Buffer.from('b')]);
  const controls = Buffer.from('\x01\x02ab'.repeat(100));
  const numbers = new Uint8Array(Uint16Array.from({ length: 2000 }, (_, i) => i % 256).buffer);
  const wide = Buffer.from('fffe00006100000000001100', 'hex'); // marked as UTF-32, with a number that is no character
  const named = { random, png, pdf: Buffer.from('%PDF-1.7\nplain'), lateNul, controls, numbers, wide };
  for (const [name, bytes] of Object.entries(named)) assert.equal(decodeText(bytes), null, name);
});

test('a log with colour codes and form feeds is text', () => {
  const log = '\x1b[31merror\x1b[0m\fnext\tpage\r\n';
  assert.deepEqual(decodeText(Buffer.from(log)), { text: log, repaired: false });
});

test('plain ASCII, and nothing else, is given as it is, wherever it lies in memory', () => {
  const bytes = Buffer.from('plain text, letters of one byte each\n');
  for (let from = 0; from < 8; from++) {
    for (let to = from; to < bytes.length; to++) {
      const part = bytes.subarray(from, to);
      assert.deepEqual(decoded(part)?.text, part);
      for (const place of [from, (from + to) >> 1, to - 1]) {
        if (from === to) continue;
        const other = Uint8Array.from(bytes);
        other[place] = 0xe9;
        assert.equal(typeof decoded(other.subarray(from, to))?.text, 'string');
      }
    }
  }
});
