import fc from 'fast-check';
import assert from 'node:assert/strict';
import test from 'node:test';
import { loadKernel } from '../../src/engine/kernels.ts';
import { CorpusBuilder } from '../../src/text/corpus.ts';
import { Decoder } from '../../src/text/decode.ts';
import { lastCut, lastCutOfText } from '../../src/text/pieces.ts';
import { TextKernel } from '../../src/text/text-kernel.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { wholeNumbers } from '../helpers/numbers.ts';
import { ENCODERS } from './legacy-encoders.ts';

const kernel = new TextKernel(await loadKernel(DISTRIBUTION, 'text'));

type Unicode = 'utf-8' | 'utf-16le' | 'utf-16be';

/** The text of a piece by itself. */
function textOf(piece: Uint8Array, encoding: Unicode, first: boolean): string {
  return new TextDecoder(encoding, { ignoreBOM: !first }).decode(piece).normalize('NFC');
}

/** The running text of a document that comes in pieces, '|' for the ends of sentences. */
function readTexts(texts: (string | Uint8Array)[]): string[] {
  kernel.clear();
  const builder = new CorpusBuilder(kernel);
  builder.begin();
  for (const text of texts) {
    builder.append(text);
    while (builder.step());
  }
  builder.end();
  const { tokens, words } = builder.finish();
  return Array.from(tokens, (id) => (id === -1 ? '|' : words[id]!));
}

function read(pieces: Uint8Array[], encoding: Unicode): string[] {
  return readTexts(pieces.map((piece, index) => textOf(piece, encoding, index === 0)));
}

/**
 * As a file is read that comes some bytes at a time, through a decoder; and whether it was
 * repaired.
 */
function decodeIn(
  bytes: Uint8Array,
  size: number,
  setting: string | null = null,
): { texts: (string | Uint8Array)[]; repaired: boolean; encoding: string } {
  const decoder = Decoder.of(bytes.subarray(0, 8192), bytes.length, { setting });
  assert.ok(decoder);
  const texts: (string | Uint8Array)[] = [];
  let repaired = false;
  for (let from = 0, to = Math.min(size, bytes.length); ; to = Math.min(to + size, bytes.length)) {
    const piece = decoder.decode(bytes.subarray(from, to), to === bytes.length);
    texts.push(piece.text);
    repaired ||= piece.repaired;
    from += piece.used;
    if (to === bytes.length) return { texts, repaired, encoding: decoder.encoding };
  }
}

const encoded = (text: string, encoding: Unicode): Uint8Array => {
  if (encoding === 'utf-8') return Buffer.from(text);
  const bytes = Buffer.from(text, 'utf16le');
  return encoding === 'utf-16le' ? bytes : bytes.swap16();
};
/** As a file is read: some bytes at a time, more where they have no place to be cut. */
function inPieces(bytes: Uint8Array, encoding: Unicode, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (let to = size; to < bytes.length; to += size) {
    const cut = lastCut(bytes.subarray(from, to), encoding);
    if (cut) pieces.push(bytes.subarray(from, (from += cut)));
  }
  return [...pieces, bytes.subarray(from)];
}

const ENCODINGS: Unicode[] = ['utf-8', 'utf-16le', 'utf-16be'];

/** Texts in which many places are wrong for a cut; each has some that are right. */
const TRICKY: Record<string, string> = {
  'line ends': 'One two\r\n\r\nthree\nfour \r\n five\n \t \nsix\r\rseven\u2028\u2029eight nine \n',
  'ends of sentences':
    'One. "Two." three.) four.".")\u201d five... six! ?Seven.\'\' x.eight 3.14 e.g. (nine.)\n. ten .a',
  'closing marks without end': 'a.""""""" b."""""""" c.""""""""" d.)))))))) e.\n',
  'numbers with signs inside': 'pi 3.14, 1,000,000.5 at 1:30 (v1.2.3) 5,x y:6 7. 8 9,\u0661\u066b\u0662 ,1 2:b 10..11',
  'lists of numbers': '1,2,3 10,200,3000 1,000,00,1 1,000,漢1,2 1234,567,890 7,\n8,999,\n1,000',
  apostrophes: "don't l\u2019homme 'quoted' dogs' f'x' rock 'n' roll o'' x' 'y a'b'c",
  'decomposed Korean':
    '\ud55c\uad6d\uc5b4\ub97c \ubc30\uc6b4\ub2e4, \ub0b1\ub9d0.\n\uae4a\ub2e4 \uac00\uac01'.normalize('NFD'),
  'marks behind anything':
    'e\u0301 \u0301a =\u0338 <\u0338b >\u0338 \n\u0308c ,\u0301 a\u0323\u0307 \u00e9\u0323 x\u0301\u0301y',
  ideographs:
    '\u6f22\u5b57\u3068\u30ab\u30bf\u30ab\u30ca\u3002\u6b21\u306e\u6587\u3001\u7d42\u308f\u308a\uff01\u304b\u3099\u6f22\u3099\u91ce\u{e0100}\u5bb6 \u{20bb7}\u91ce\uff1f\u672b',
  'pairs of units':
    '\u{1d4b3}\u{1d4b4}z \u{10437}\u{1044a} a\u{1f44d}\u{1f3fd}b \u2764\ufe0f \u{1f469}\u200d\u{1f469} c\u{1f600},d',
  'signs without white space': '{"key":"value","other":[1,2.5,-3],"a.b":"x. y","end":null};if(a<b&&c>=d){e_f(g)}',
  'joiners and soft hyphens':
    '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 co\u00adop \u0939\u093f\u0928\u094d\u0926\u0940 __init__ _ ____ x_\u203fy',
  'byte order marks inside': 'a\ufeffb \ufeffc.\ufeff d e\ufeff f',
  'signs inside words':
    'l\u00b7l \u05e6\u05d4"\u05dc \u05d2\' don\u2019t o\u02bbz \u0578\u055e\u0582\u0589 \uff13\uff0e\uff11\uff0ea x\u200fy.\u200f z',
  'a run too long for a word': `start ${'ab_1'.repeat(300)} end ${'\ud55c\uae00'.repeat(150)}'s x ${'e\u0301'.repeat(400)}`,
  'long runs of decomposed syllables': `a ${'\ud55c'.normalize('NFD').repeat(200)} b ${'x\u0301_'.repeat(200)}c`,
  'white space without end': `a.${' '.repeat(300)}b\n${' '.repeat(300)}\nc\n${' '.repeat(300)}d`,
};

for (const encoding of ENCODINGS) {
  for (const [name, text] of Object.entries(TRICKY)) {
    test(`${encoding}, ${name}: wherever the file is parted, its two pieces read like the whole`, () => {
      const bytes = encoded(text, encoding);
      const whole = read([bytes], encoding);
      const cuts = new Set<number>();
      for (let end = 1; end <= bytes.length; end++) {
        const cut = lastCut(bytes.subarray(0, end), encoding);
        assert.ok(cut < end);
        if (cut > 0) cuts.add(cut);
      }
      assert.ok(cuts.size >= 3, `${cuts.size} places`);
      for (const cut of cuts)
        assert.deepEqual(read([bytes.subarray(0, cut), bytes.subarray(cut)], encoding), whole, `cut at ${cut}`);
      for (const size of [4, 16, 64, 600, 1200])
        assert.deepEqual(read(inPieces(bytes, encoding, size), encoding), whole, `pieces of ${size}`);
    });
  }
}

test('prose is cut behind its last white space, a text without any at a sign or an ideograph', () => {
  const cut = (text: string) => {
    const bytes = Buffer.from(text);
    return bytes.subarray(0, lastCut(bytes, 'utf-8')).toString();
  };
  assert.equal(cut('One two three fo'), 'One two three ');
  assert.equal(cut('One.\n\n Two.\n\n'), 'One.\n\n ');
  assert.equal(cut('{"a":1,"b":2'), '{"a":1,');
  assert.equal(cut('{"a":x,"b":y'), '{"a":x,"b":');
  assert.equal(cut('\u6f22\u5b57\u3002\u6f22\u5b57'), '\u6f22\u5b57\u3002');
  assert.equal(cut('word'), '');
  assert.equal(cut(''), '');
});

test('a run of megabytes is cut where both sides are too long for a word', () => {
  const bytes = Buffer.from('x'.repeat(2_000_000));
  const cut = lastCut(bytes, 'utf-8');
  assert.ok(cut > 1_900_000 && cut < 2_000_000 - 60, `${cut}`);
  assert.equal(lastCut(Buffer.from('x'.repeat(400)), 'utf-8'), 0);
});

test('broken bytes are replaced in pieces as they are in the whole', () => {
  const broken = [0xff, 0xc3, 0xe0, 0x80, 0xa0, 0xf0, 0x9f, 0x92, 0xed, 0xa0, 0x80, 0xf4, 0x90, 0x80, 0x80];
  const random = wholeNumbers(7);
  for (let round = 0; round < 300; round++) {
    const bytes = Uint8Array.from({ length: 60 }, () =>
      random(3) ? broken[random(broken.length)]! : Buffer.from(' a,.\n')[random(5)]!,
    );
    const whole = read([bytes], 'utf-8');
    for (let end = 1; end <= bytes.length; end++) {
      const cut = lastCut(bytes.subarray(0, end), 'utf-8');
      if (cut) assert.deepEqual(read([bytes.subarray(0, cut), bytes.subarray(cut)], 'utf-8'), whole);
    }
  }
});

test('where nothing else is left, no character is split', () => {
  const text = '\u{1d4b3}\u{1d4b4}'.repeat(70_000);
  for (const encoding of ENCODINGS) {
    const bytes = encoded(text, encoding);
    assert.equal(lastCut(bytes.subarray(0, 400_000), encoding), 0, 'more may come');
    for (let end = bytes.length - 8; end <= bytes.length; end += encoding === 'utf-8' ? 1 : 2) {
      const cut = lastCut(bytes.subarray(0, end), encoding);
      assert.ok(cut > bytes.length - 20 && cut <= end);
      assert.equal(cut % 4, 0, `${end}`);
    }
  }
  assert.equal(lastCutOfText(text + text + text) % 2, 0);
});

for (const [name, text] of Object.entries(TRICKY)) {
  test(`decoded text, ${name}: wherever it is parted, its two pieces read like the whole`, () => {
    const whole = readTexts([text.normalize('NFC')]);
    const cuts = new Set(Array.from({ length: text.length }, (_, end) => lastCutOfText(text.slice(0, end + 1))));
    cuts.delete(0);
    assert.ok(cuts.size >= 3, `${cuts.size} places`);
    for (const cut of cuts)
      assert.deepEqual(
        readTexts([text.slice(0, cut).normalize('NFC'), text.slice(cut).normalize('NFC')]),
        whole,
        `${cut}`,
      );
  });
}

const LEGACY_TEXTS: Record<string, string> = {
  'euc-kr': '한국어 문장이다. 두 번째 문장! "똠방각하"가 펲시콜라를 마신다. ',
  shift_jis: '日本語の文です。カタカナと漢字、ひらがな。「かぎ括弧」も。 ',
  gb18030: '这是中文的句子。第二句！《书名》和“引号”，还有数字123。 ',
  'windows-1252': 'Où est l’œuvre? Ça coûte 3 €. “Größe” – naïve. ',
};
for (const [encoding, sentence] of Object.entries(LEGACY_TEXTS)) {
  test(`${encoding}: a file in pieces of any size reads like the whole, also where characters are cut in two`, () => {
    const text = `${sentence.repeat(30)}\n\n${sentence.replaceAll(' ', '').repeat(40)}`;
    const bytes = ENCODERS[encoding]!(text);
    const whole = readTexts([text.normalize('NFC')]);
    for (const size of [1, 2, 3, 7, 64, 1000, bytes.length]) {
      const { texts, repaired, encoding: found } = decodeIn(bytes, size, encoding);
      assert.equal(found, encoding);
      assert.equal(repaired, false);
      assert.ok(texts.map(asString).join('') === text.normalize('NFC'));
      assert.deepEqual(readTexts(texts), whole, `pieces of ${size}`);
    }
  });
}

test('a file that is ASCII at first is in the encoding that its first other bytes are in', () => {
  const comment = '// 한국어 주석을 단 소스 코드, 오래된 편집기로 쓴 것이다.\n';
  const text = `${'let value = compute(1, 2);\n'.repeat(400)}${comment.repeat(20)}${'more(code);\n'.repeat(300)}`;
  const bytes = ENCODERS['euc-kr']!(text);
  const { texts, encoding } = decodeIn(bytes, 1000);
  assert.equal(encoding, 'euc-kr');
  assert.equal(texts.map(asString).join(''), text);
  const ascii = decodeIn(bytes.subarray(0, 5000), 1000);
  assert.equal(ascii.encoding, 'utf-8');
});

test('any bytes, in pieces of any size, give the text of the whole and throw nothing', () => {
  const interesting = fc.constantFrom(
    0x20,
    0x0a,
    0x2e,
    0x41,
    0x7a,
    0xb0,
    0xa1,
    0xc7,
    0x81,
    0xe3,
    0x82,
    0xed,
    0x95,
    0x9c,
    0xff,
  );
  fc.assert(
    fc.property(
      fc
        .uint8Array({ minLength: 1, maxLength: 400 })
        .chain((random) =>
          fc
            .array(fc.oneof(interesting, fc.integer({ min: 0, max: 255 })), { maxLength: 400 })
            .map((chosen) => [random, Uint8Array.from(chosen)]),
        ),
      fc.integer({ min: 1, max: 50 }),
      fc.constantFrom(
        null,
        'euc-kr',
        'shift_jis',
        'gb18030',
        'windows-1252',
        'utf-16le',
        'utf-16be',
        'cp850',
        'iso-2022-jp',
        'hz',
        'utf-32le',
      ),
      (both, size, setting) => {
        for (const bytes of both) {
          const decoder = Decoder.of(bytes, bytes.length, { setting });
          if (!decoder) continue;
          const whole = decoder.decode(bytes, true);
          const { texts, encoding, repaired } = decodeIn(bytes, size, setting);
          // the first bytes that are not ASCII decide, and here they were fewer
          if (encoding !== decoder.encoding) continue;
          assert.equal(texts.map(asString).join('').normalize('NFC'), asString(whole.text));
          assert.equal(repaired, whole.repaired);
          assert.deepEqual(readTexts(texts), readTexts([whole.text]));
        }
      },
    ),
    { seed: 4, numRuns: 300 },
  );
});

function asString(text: string | Uint8Array): string {
  return typeof text === 'string' ? text : String.fromCharCode(...text);
}
