// Files without a mark whose encoding is told from their bytes, from what they say of themselves,
// and from the files beside them. The texts are our own; bytes that our encoders cannot write were
// written by Python's codecs.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Decoder } from '../../src/text/decode.ts';
import { type EncodingHints, encodingNamed, legacyScores, type Scores } from '../../src/text/encodings.ts';
import { legacyDecoder } from '../../src/text/encodings/decoders.ts';
import { type Encoder, ENCODERS, singleByteEncoder } from './legacy-encoders.ts';

/** By any name that `encodingNamed` knows. */
function encoderOf(name: string): Encoder {
  const encoding = encodingNamed(name)!;
  return ENCODERS[encoding] ?? singleByteEncoder((byte) => legacyDecoder(encoding).decode(byte, true));
}

function read(bytes: Uint8Array, hints: EncodingHints = {}) {
  const decoder = Decoder.of(bytes.subarray(0, 8192), bytes.length, hints);
  assert.ok(decoder, 'binary');
  const { text } = decoder.decode(bytes, true);
  const { encoding, guessed } = decoder;
  return { encoding, guessed, text: typeof text === 'string' ? text : String.fromCharCode(...text) };
}

/** As a comment of a program that is ASCII else. */
const inCode = (text: string): string => `#include <math.h>\n// ${text}\nint half(int n) { return n / 2; }\n`;

describe('a few words are enough', () => {
  const SHORT: Record<string, string[]> = {
    'euc-kr': ['파일 목록', '창을 닫는다', '한글 처리', '메모리 해제', '문자열을 나눈다', '도움말'],
    shift_jis: ['メモリを解放する', 'ファイルの一覧', '変数の初期値です', 'ウィンドウを閉じる'],
    gb18030: ['关闭窗口', '释放内存', '文件列表', '这是一个变量'],
    windows1251: ['Закрыть окно', 'список файлов', 'Освободить память'],
    'koi8-r': ['Закрыть окно', 'список файлов', 'Освободить память'],
    'koi8-u': ['Закрити вікно', 'Її пам’ять'.replace('’', "'"), 'перелік файлів'],
    cp866: ['Закрыть окно', 'список файлов', 'Освободить память'],
    macCyrillic: ['Закрыть окно и выйти', 'Освободить память'],
    'iso-8859-2': ['Zamknij okno, aby zwolnić pamięć', 'Seznam souborů v paměti', 'Az ablak bezárása után törlődik'],
    windows1250: ['Zamknij okno, żeby zwolnić', 'Uvolnění paměti při zavření', 'szöveg törlődik'],
    cp852: ['Zwolnić pamięć, zamknąć okno', 'Uvolnění paměti při zavření okna'],
    cp850: ['La fenêtre est fermée', 'Das Menü öffnet sich später', 'La página está vacía'],
    macintosh: ['La fenêtre est fermée', 'Das Menü öffnet sich später', 'La página está vacía'],
    windows1252: ['La fenêtre est fermée', 'Das Menü öffnet sich', 'La página', 'A blåbær pie', '© 2003 Lindström'],
    windows1253: ['Κλείσιμο παραθύρου', 'Μνήμη'],
    windows1254: ['Pencereyi kapatın, değişti', 'Belleği boşalt, ışık'],
    windows1255: ['סגור את החלון', 'רשימת קבצים'],
    windows1256: ['أغلق النافذة', 'قائمة الملفات'],
    windows874: ['ปิดหน้าต่าง', 'รายการไฟล์'],
  };
  for (const [name, texts] of Object.entries(SHORT)) {
    test(`in ${name}, alone and in code`, () => {
      for (const text of texts) {
        const encode = encoderOf(name);
        for (const whole of [`${text}\n`, inCode(text)]) assert.equal(read(encode(whole)).text, whole);
      }
    });
  }

  test('Hangul of Johab, as Python writes it', () => {
    const bytes = Buffer.from('d0658b6920a285ace1', 'hex'); // 한글 문서, from codecs.encode
    assert.equal(legacyDecoder('johab').decode(bytes, true), '한글 문서');
  });
});

describe('UTF-16 and UTF-32 without a mark', () => {
  const TEXTS = {
    Cyrillic: 'Ветер с моря дул всю ночь.\nУтром стало тихо.\n',
    Arabic: 'كانت الريح تهب طوال الليل.\nوفي الصباح هدأ كل شيء.\n',
    Devanagari: 'रात भर हवा चलती रही।\nसुबह सब शांत था।\n',
    Thai: 'ลมพัดตลอดทั้งคืน ตอนเช้าก็สงบ\n',
    Greek: 'Ο άνεμος φυσούσε όλη νύχτα.\n',
    Georgian: 'ქარი მთელი ღამე ქროდა.\n',
    Amharic: 'ነፋሱ ሌሊቱን ሙሉ ነፈሰ።\nጠዋት ጸጥ አለ።\n',
    Korean: '밤새 바람이 불었다.\n아침에는 잠잠했다.\n',
    Chinese: '风刮了一整夜。早上就安静了。',
    English: 'The wind blew all night.\n',
    mixed: 'Ветер wind ветер\n',
  };
  const wide = (text: string, littleEndian: boolean): Uint8Array => {
    const points = Array.from(text, (character) => character.codePointAt(0)!);
    const view = new DataView(new ArrayBuffer(4 * points.length));
    for (const [i, point] of points.entries()) view.setUint32(4 * i, point, littleEndian);
    return new Uint8Array(view.buffer);
  };
  for (const [script, text] of Object.entries(TEXTS)) {
    test(script, () => {
      assert.deepEqual(read(ENCODERS['utf-16le']!(text)), { encoding: 'utf-16le', guessed: false, text });
      assert.deepEqual(read(ENCODERS['utf-16be']!(text)), { encoding: 'utf-16be', guessed: false, text });
      assert.deepEqual(read(wide(text, true)), { encoding: 'utf-32le', guessed: false, text });
      assert.deepEqual(read(wide(`\ufeff${text}`, false)), { encoding: 'utf-32be', guessed: false, text });
    });
  }

  test('a setting decides on what could be anything', () => {
    const bytes = ENCODERS['utf-16le']!('Ветер');
    assert.equal(Decoder.of(bytes, bytes.length), null);
    assert.equal(read(bytes, { setting: encodingNamed('utf16le') }).text, 'Ветер');
    assert.equal(read(wide('Ветер', false), { setting: encodingNamed('utf-32be') }).text, 'Ветер');
  });

  test('ASCII is no UTF-16, whatever the setting says', () => {
    const text = 'plain words!';
    assert.equal(read(Buffer.from(text), { setting: 'utf-16le' }).text, text);
  });

  test('tables of numbers are no UTF-32', () => {
    const numbers = new Uint8Array(Uint32Array.from({ length: 500 }, (_, i) => i % 90).buffer);
    assert.equal(Decoder.of(numbers, numbers.length), null);
  });
});

describe('encodings of seven bits', () => {
  test('ISO-2022-JP, by its escapes, also behind much ASCII', () => {
    const pair = Buffer.from('\x1b$B7n$H@1\x1b(B and moon\n', 'latin1');
    assert.deepEqual(read(pair), { encoding: 'iso-2022-jp', guessed: false, text: '月と星 and moon\n' });
    const late = Buffer.concat([Buffer.from('plain line\n'.repeat(2000)), pair]);
    assert.ok(read(late).text.endsWith('月と星 and moon\n'));
  });

  test('ISO-2022-KR, by its header', () => {
    const bytes = Buffer.from('\x1b$)C\x0e9Y\x0f and \x0e4^\x0f\nplain\n', 'latin1');
    assert.deepEqual(read(bytes), { encoding: 'iso-2022-kr', guessed: false, text: '바 and 달\nplain\n' });
  });

  test('HZ, by its braces', () => {
    assert.deepEqual(read(Buffer.from('moon ~{TBAA~} and ~~\n')), {
      encoding: 'hz',
      guessed: false,
      text: 'moon 月亮 and ~\n',
    });
  });

  test('UTF-7, where the file or the setting says so', () => {
    const mail = 'Content-Type: text/plain; charset=UTF-7\n\nHi Mom +Jjo-! 1 +- 1\n';
    assert.ok(read(Buffer.from(mail)).text.endsWith('Hi Mom ☺! 1 + 1\n'));
    assert.equal(read(Buffer.from('+Jjo-'), { setting: 'utf-7' }).text, '☺');
    assert.equal(read(Buffer.from('a +Jjo- b')).text, 'a +Jjo- b');
  });

  test('colours of terminals, tildes of paths and destructors are none', () => {
    for (const text of ['\x1b[31mred\x1b[0m\n', '~{HOME}/x\n', 'class A { ~A(){} };\n', 'x = ~{a}~{b}~\n']) {
      assert.equal(read(Buffer.from(text)).encoding, 'utf-8');
    }
  });

  test('bytes in pieces of any size give the same text', () => {
    for (const bytes of [
      Buffer.from('moon ~{TBAA~} and ~~ ~{TBAA~}\n'),
      Buffer.from('\x1b$)C\x0e9Y\x0f and \x0e4k9Y\x0f\nplain\n', 'latin1'),
      Buffer.from('Hi +Jjo-! +Jjo 1 +- 1'),
    ]) {
      const encoding = bytes[0] === 0x1b ? 'iso-2022-kr' : bytes.includes(0x7e) ? 'hz' : 'utf-7';
      const whole = legacyDecoder(encoding).decode(bytes, true);
      for (let size = 1; size < 7; size++) {
        const decoder = legacyDecoder(encoding);
        let text = '';
        for (let at = 0; at < bytes.length; at += size) {
          text += decoder.decode(bytes.subarray(at, at + size), at + size >= bytes.length);
        }
        assert.equal(text, whole, `${encoding} in pieces of ${size}`);
      }
    }
  });
});

describe('what a file says of its encoding', () => {
  /** Which say it, with a word that another encoding would read otherwise. */
  const DECLARED: [declaration: string, encoding: string, word: string][] = [
    ['<meta charset="iso-8859-2">', 'iso-8859-2', 'żółw'],
    [`<META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset=EUC-KR'>`, 'euc-kr', '문'],
    ['<?xml version="1.0" encoding="windows-1253"?>', 'windows-1253', 'ναι'],
    ["<?xml version='1.0' encoding='koi8-r'?>", 'koi8-r', 'да'],
    ['# -*- coding: cp1250 -*-', 'windows-1250', 'žlutý'],
    ['#!/usr/bin/env ruby\n# encoding: euc-kr', 'euc-kr', '글'],
    ['# vim: set fileencoding=cp866 :', 'ibm866', 'да'],
    ['\\usepackage[latin2]{inputenc}', 'iso-8859-2', 'żółw'],
    ['\\usepackage[cp852]{inputenc}', 'cp852', 'żółw'],
    ['\\usepackage[koi8-r]{inputenc}', 'koi8-r', 'да'],
    ['% !TeX encoding = windows-1250', 'windows-1250', 'žlutý'],
    ['% Encoding: Cp1250', 'windows-1250', 'žlutý'],
    ['@documentencoding ISO-8859-2', 'iso-8859-2', 'żółw'],
    ['@charset "windows-1251";', 'windows-1251', 'да'],
    ['"Content-Type: text/plain; charset=CP949\\n"', 'euc-kr', '글'],
    ['<%@ page pageEncoding="Shift_JIS" %>', 'shift_jis', '表'],
    ['@chcp 852', 'cp852', 'żółw'],
    ['#pragma code_page(949)', 'euc-kr', '글'],
    ['/*!40101 SET NAMES koi8r */;', 'koi8-r', 'да'],
    ['" Vim\nscriptencoding cp1250', 'windows-1250', 'žlutý'],
    [';;; -*- mode: lisp; coding: euc-kr -*-', 'euc-kr', '글'],
  ];
  for (const [declaration, encoding, word] of DECLARED) {
    test(`${declaration} is believed`, () => {
      const text = `${declaration}\n${word}\n`;
      const bytes = (ENCODERS[encoding] ?? encoderOf(encoding))(text);
      assert.deepEqual(read(bytes), { encoding, guessed: false, text });
    });
  }

  test('unless the bytes are something else without a doubt', () => {
    const said = '<meta charset="windows-1252"><p>밤새 바람이 불었고 아침에는 잠잠했다. 바다는 아직 거칠었다.</p>';
    assert.equal(read(ENCODERS['euc-kr']!(said)).encoding, 'euc-kr');
    assert.equal(read(Buffer.from(said.replace('windows-1252', 'euc-kr'))).encoding, 'utf-8');
  });

  test('a word that comes again and again does not speak against it', () => {
    const menu = `scriptencoding latin1\n${'Barra: Sì/No\n'.repeat(30)}Modalità, visualità, può, più`;
    assert.deepEqual(read(encoderOf('windows-1252')(menu)).encoding, 'windows-1252');
  });

  test('and the setting decides against it', () => {
    const bytes = encoderOf('cp852')('<meta charset="iso-8859-2">żółw');
    assert.ok(read(bytes, { setting: 'cp852' }).text.endsWith('żółw'));
  });

  test('a name that nobody knows says nothing', () => {
    assert.equal(read(encoderOf('windows-1252')('<meta charset="x-none"> déjà')).text, '<meta charset="x-none"> déjà');
  });
});

describe('what cannot be told', () => {
  const of = (text: string): Scores => legacyScores(ENCODERS['euc-kr']!(text))!;

  test('is told by the files beside it, and by the language of the system', () => {
    const bytes = ENCODERS['euc-kr']!('끝\n');
    assert.equal(read(bytes).guessed, true);
    const others = () => [of('시작\n'), of('파일 목록을 읽는다\n')];
    assert.deepEqual(read(bytes, { others }), { encoding: 'euc-kr', guessed: false, text: '끝\n' });
    assert.equal(read(bytes, { locale: 'ko-KR' }).text, '끝\n');
    const chinese = ENCODERS['gb18030']!('测试\n');
    assert.equal(read(chinese, { locale: 'zh-CN' }).text, '测试\n');
  });

  test('files beside it do not outvote what its bytes say', () => {
    const text = 'Das Menü öffnet sich später, für größere Wörter ist es zu schmal\n';
    const others = () => Array.from({ length: 30 }, () => of('밤새 바람이 불었고 아침에는 잠잠했다.\n'));
    assert.equal(read(encoderOf('windows-1252')(text), { others, locale: 'ko' }).text, text);
  });

  test('is a guess: a letter or two, a language that is not known', () => {
    assert.equal(read(Buffer.from('x \xf1\xff y', 'latin1')).guessed, true);
    assert.equal(read(encoderOf('cp850')('le café')).guessed, true);
    // Vietnamese in VISCII, by its table of iconv-lite
    const viscii = encoderOf('viscii')('Gió thổi suốt đêm, sáng ra trời yên biển lặng.');
    assert.equal(read(viscii).guessed, true);
  });

  test('a single byte that stands alone is broken', () => {
    assert.equal(read(Buffer.from('x \xff y', 'latin1')).text, 'x \ufffd y');
    const pairs = Buffer.from('sentinelword\0' + '0');
    assert.equal(Decoder.of(pairs, pairs.length), null, 'letters of ASCII in pairs are no ideographs');
  });

  test('files asked for are UTF-8: they say nothing', () => {
    assert.equal(legacyScores(Buffer.from('바다')), null);
    assert.equal(legacyScores(Buffer.from('plain')), null);
  });
});

describe('names', () => {
  test('every encoding that VS Code offers has a decoder', () => {
    const offered =
      'utf8 utf8bom utf16le utf16be windows1252 iso88591 iso88593 iso885915 macroman cp437 windows1256 iso88596 windows1257 iso88594 iso885914 windows1250 iso88592 cp852 windows1251 cp866 cp1125 iso88595 koi8r koi8u iso885913 windows1253 iso88597 windows1255 iso88598 iso885910 iso885916 windows1254 iso88599 windows1258 gbk gb18030 cp950 big5hkscs shiftjis eucjp euckr windows874 iso885911 koi8ru koi8t gb2312 cp865 cp850';
    for (const name of offered.split(' ')) {
      const encoding = encodingNamed(name);
      assert.ok(encoding !== null, name);
      assert.equal(
        legacyDecoder(encoding).decode(Buffer.from(encoding.startsWith('utf-16') ? 'a\0' : 'a'), true).length,
        1,
        name,
      );
    }
  });

  test('spellings of one encoding are one', () => {
    const same: Record<string, string[]> = {
      'euc-kr': ['cp949', 'CP-949', 'euckr', 'EUC_KR', 'ks_c_5601-1987', 'uhc', 'windows-949', 'MS949'],
      shift_jis: ['sjis', 'cp932', 'Windows-31J', 'x-sjis', 'ms_kanji'],
      gb18030: ['gbk', 'gb2312', 'cp936', 'GB_2312-80', 'euc-cn'],
      'windows-1250': ['cp1250', 'Cp1250', 'windows1250', 'ms-ee'],
      'iso-8859-2': ['latin2', 'ISO_8859-2', 'l2', 'iso8859_2'],
      cp850: ['ibm850', 'CP850', '850', 'cp-850'],
      'iso-2022-jp': ['iso2022jp', 'jis', 'csISO2022JP'],
      'utf-8': ['utf8', 'UTF8', 'utf-8-sig', 'utf8x'],
    };
    for (const [encoding, names] of Object.entries(same)) {
      for (const name of names) assert.equal(encodingNamed(name), encoding, name);
    }
    for (const name of ['nosuchencoding', '', 'utf-99', 'constructor', '__proto__']) {
      assert.equal(encodingNamed(name), null, name);
    }
  });

  test('Big5 has the characters of Hong Kong', () => {
    // as Python's codec writes it
    assert.equal(legacyDecoder('big5').decode(Buffer.from('9def9dee8862a4a4', 'hex'), true), '嘅㗎Ê̄中');
  });
});
