// Texts of our own in every encoding that is read, each decoded to the same string; and files that
// are not what they say.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Decoder, decodeText } from '../../src/text/decode.ts';
import { beginningOf, encodingOfSetting } from '../../src/text/encodings.ts';
import { legacyDecoder } from '../../src/text/encodings/decoders.ts';
import { ENCODERS } from './legacy-encoders.ts';

const TEXTS: Record<string, string> = {
  korean: `겨울이 끝나 갈 무렵이면 할머니는 마당에 멍석을 펴고 콩을 말리셨다. 우리는 그 옆에서 연을 날리거나 처마 끝에 달린 고드름을 따서 칼싸움을 했다. 마을 앞 시내는 아직 얼어 있었고, 얼음장 밑으로 물 흐르는 소리가 들렸다. 장날이 되면 아버지는 소달구지에 쌀가마니를 싣고 읍내로 가셨다. 돌아오실 때에는 언제나 고등어 한 손과 엿 한 봉지가 달구지에 실려 있었다. 형은 학교에서 배운 노래를 불렀고, 나는 뜻도 모르면서 따라 불렀다. 해가 지면 어머니는 등잔불을 켜고 바느질을 하셨다. 문풍지가 바람에 떨리는 소리를 들으며 우리는 이불 속에서 옛날이야기를 졸랐다. 호랑이가 담배 피우던 시절의 이야기, 도깨비가 방망이를 두드리던 이야기가 밤마다 이어졌다. 지금은 그 집도 시내도 남아 있지 않지만, 콩 말리던 냄새만은 잊히지 않는다. 봄이 오면 뒷산에 진달래가 먼저 피었고, 우리는 꽃잎을 따 먹으며 산길을 뛰어다녔다. 똠방각하라는 별명을 가진 이웃 아저씨가 큰 소리로 웃으며 지나가곤 했다.\r\n`,
  japanese: `駅前の商店街を抜けると、古い時計屋がありました。主人は背中の曲がった老人で、いつも片目にルーペをはめ、小さな歯車をピンセットでつまんでいました。店の中では、何十もの時計がばらばらの時刻を指しながら、それぞれの速さで音を立てています。ある雨の夕方、わたしは祖父の形見の懐中時計を持って店を訪ねました。「これは良い時計だ」と老人は言い、裏ぶたを開けてしばらく黙っていました。ゼンマイが切れているだけで、部品はまだ使えるそうです。修理には三週間かかりました。受け取りに行くと、時計は静かに動いていて、耳に近づけると遠い波のような音がします。代金はいらない、と老人は笑いました。そのかわり、ときどき時間を合わせに来なさい。それからわたしは、月に一度その店へ通うようになりました。時計屋がなくなった今でも、懐中時計はコートのポケットの中で、正確に時を刻んでいます。町の人はだれもその老人の名前を知りませんでした。ただ、夜おそくまで明かりがついていたことだけは、みんなが覚えています。\r\n`,
  chinese: `村子东边有一条小河,河上架着一座石桥。夏天的傍晚,老人们搬着竹椅坐在桥头乘凉,孩子们光着脚在浅水里摸鱼。李大爷年轻的时候当过船工,去过很多地方,肚子里装满了故事。他说长江的水在三峡最急,船要靠几十个纤夫一步一步往上拉;又说重庆的山城夜里灯火像天上的星星一样多。我们听得入了迷,连妈妈叫吃饭的声音都没听见。后来河的上游修了水库,水一年比一年浅,石桥也被新的公路桥代替了。去年我回到家乡,看见桥头那棵大槐树还在,树下却已经没有人讲故事了。我在树下坐了很久,仿佛又听见了那个苍老的声音:从前啊,有一条船,顺着大江往东走……天慢慢黑下来,远处的窗户一个接一个地亮了。我想,故事其实没有结束,只是换了讲故事的人。第二天早上,我带着儿子来到河边,告诉他这里曾经有鱼,有船,还有一座很老的桥。他问我桥去哪儿了,我说,桥在我们的心里,只要还有人记得,它就一直在那里。\r\n`,
  french: `À l’époque où nous habitions près de la forêt, mon père rentrait chaque soir vers six heures, fatigué mais content. Ma mère préparait une soupe épaisse, et l’odeur des légumes emplissait la maison dès l’après-midi. Où étaient passées les années ? Les élèves de l’école voisine jouaient sous les châtaigniers ; leurs cris montaient jusqu’à notre fenêtre. « Ça suffit ! » criait le maître, très sévère, mais personne ne l’écoutait. L’été, nous allions pêcher dans la rivière ; l’hiver, on brûlait du chêne dans la cheminée. Un œuf coûtait à peine dix centimes, et le café s’achetait déjà moulu. Plus tard, j’ai quitté le village pour étudier à Orléans, où j’ai découvert la bibliothèque, les théâtres et la liberté. Pourtant, même aujourd’hui, l’odeur du bois mouillé me ramène là-bas, près du feu, à côté de ma grand-mère qui tricotait sans rien dire. Elle répétait toujours la même phrase : « Rien n’est jamais tout à fait perdu, mon garçon. »\r\n`,
  german: `Früher gab es in unserer Straße eine Bäckerei, deren Tür morgens um fünf Uhr geöffnet wurde. Der Bäcker, ein großer Mann mit weißer Schürze, grüßte jeden Gast mit Namen. Über dem Ofen hing ein Schild, auf dem in verblichenen Buchstaben „Gut Ding will Weile haben“ stand. Für zwei Groschen bekam man süße Brötchen, und wer höflich fragte, durfte die Gänse im Hof füttern. Später zogen wir in eine größere Stadt; die Häuser waren höher, die Wege länger, und niemand wusste, wie der Nachbar hieß. An trüben Tagen denke ich zurück an den Geruch von frischem Brot, an die knarrenden Dielen und an die Müllerstochter, die uns heimlich Äpfel zusteckte. Als ich vor einigen Jahren zurückkehrte, war die Bäckerei geschlossen, das Schild abgehängt, der Ofen kalt. Nur die alte Linde vor der Tür blühte noch, und darunter saßen zwei Kinder, die um Murmeln spielten. Ich fragte sie, ob sie den Bäcker gekannt hätten; sie schüttelten die Köpfe und lachten.\r\n`,
};

/** Which texts are written in which encoding. */
const WRITTEN: [encoding: string, texts: string[]][] = [
  ['utf-8', Object.keys(TEXTS)],
  ['utf-16le', Object.keys(TEXTS)],
  ['utf-16be', Object.keys(TEXTS)],
  ['euc-kr', ['korean']],
  ['shift_jis', ['japanese']],
  ['gb18030', ['chinese']],
  ['windows-1252', ['french', 'german']],
];

/** Of a file by itself, its encoding and text. */
function read(bytes: Uint8Array, setting: string | null = null) {
  const decoder = Decoder.of(bytes.subarray(0, 8192), bytes.length, { setting });
  assert.ok(decoder, 'binary');
  const { text, repaired } = decoder.decode(bytes, true);
  return { encoding: decoder.encoding, text: typeof text === 'string' ? text : String.fromCharCode(...text), repaired };
}

describe('texts without a byte order mark', () => {
  for (const [encoding, names] of WRITTEN) {
    for (const name of names) {
      const text = TEXTS[name]!;
      test(`${name} in ${encoding} is read as it was written`, () => {
        assert.deepEqual(read(ENCODERS[encoding]!(text)), { encoding, text, repaired: false });
      });

      test(`${name} in ${encoding}: every kilobyte of it is known, wherever it begins`, () => {
        const characters = Array.from(text.repeat(3));
        for (let from = 0; from < text.length; from += 13) {
          const bytes = ENCODERS[encoding]!(characters.slice(from).join('')).subarray(0, 1000);
          assert.equal(bytes.length, 1000);
          assert.equal(read(bytes).encoding, encoding, `from character ${from}`);
        }
      });
    }
  }

  for (const [encoding, names] of WRITTEN.slice(3)) {
    test(`comments in ${encoding} decide on source code that is ASCII else`, () => {
      const comments = TEXTS[names[0]!]!.split(/(?<=[.。:：,，])/);
      const code = comments.map(
        (comment, i) => `function f${i}(value) { return value * ${i}; }\n// ${comment.trim()}\n`,
      );
      const text = `${'const shared = new Map();\n'.repeat(30)}${code.join('')}`;
      assert.deepEqual(read(ENCODERS[encoding]!(text)), { encoding, text, repaired: false });
    });
  }

  test('one word beyond ASCII is western, as in most files that have one', () => {
    assert.deepEqual(
      read(ENCODERS['windows-1252']!('We had coffee at the café.\n')).text,
      'We had coffee at the café.\n',
    );
    assert.equal(read(ENCODERS['windows-1252']!('© 1998 Müller')).text, '© 1998 Müller');
  });
});

describe('the setting of the folder', () => {
  test('decides where a short file could be many things', () => {
    const bytes = ENCODERS['euc-kr']!('가나다\n');
    assert.equal(read(bytes, 'euc-kr').text, '가나다\n');
    assert.equal(read(ENCODERS['shift_jis']!('表示\n'), 'shift_jis').text, '表示\n');
    assert.equal(read(ENCODERS['utf-16be']!('가나다'), 'utf-16be').text, '가나다');
    assert.equal(decodeText(ENCODERS['utf-16be']!('가나다')), null, 'it could be anything');
    assert.equal(read(ENCODERS['utf-16be']!('가 나'), 'utf-16be').text, '가 나');
  });

  test('does not hold for UTF-8, nor for bytes that it has no characters for', () => {
    assert.equal(read(Buffer.from('한국어 글'), 'windows-1252').text, '한국어 글');
    assert.equal(read(ENCODERS['windows-1252']!(TEXTS['german']!), 'shift_jis').encoding, 'windows-1252');
  });

  test('is named as VS Code names it', () => {
    const named = [
      'utf8',
      'utf8bom',
      'utf16le',
      'utf16be',
      'euckr',
      'shiftjis',
      'gb18030',
      'windows1252',
      'iso88591',
      'cp866',
      'koi8r',
      'big5hkscs',
      'cp437',
      'nonsense',
    ];
    assert.deepEqual(named.map(encodingOfSetting), [
      ...[
        null,
        null,
        'utf-16le',
        'utf-16be',
        'euc-kr',
        'shift_jis',
        'gb18030',
        'windows-1252',
        'windows-1252',
        'ibm866',
      ],
      ...['koi8-r', 'big5', 'cp437', null],
    ]);
  });
});

describe('files that are not what they say', () => {
  test('a mark of UTF-16 before UTF-8 is no part of the text', () => {
    for (const mark of [
      [0xff, 0xfe],
      [0xfe, 0xff],
    ]) {
      const text = 'Plain text that an editor has marked wrong. 한국어\n';
      assert.deepEqual(read(Buffer.concat([Buffer.from(mark), Buffer.from(text)])), {
        encoding: 'utf-8',
        text,
        repaired: false,
      });
    }
  });

  test('a mark of UTF-8 before another encoding is no part of the text', () => {
    const bytes = Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), ENCODERS['euc-kr']!(TEXTS['korean']!)]);
    assert.deepEqual(read(bytes), { encoding: 'euc-kr', text: TEXTS['korean']!, repaired: false });
  });

  test('a mark and nothing else is an empty text', () => {
    for (const mark of [
      [0xff, 0xfe],
      [0xfe, 0xff],
      [0xef, 0xbb, 0xbf],
    ])
      assert.equal(read(Uint8Array.from(mark)).text, '');
  });

  test('characters that are cut off at the end, or in the middle, cost a replacement character', () => {
    for (const [encoding, name] of [
      ['utf-8', 'korean'],
      ['euc-kr', 'korean'],
      ['shift_jis', 'japanese'],
      ['gb18030', 'chinese'],
    ] as const) {
      const text = TEXTS[name]!.trimEnd().slice(0, -1);
      const whole = ENCODERS[encoding]!(text);
      const cut = read(whole.subarray(0, -1));
      assert.equal(cut.encoding, encoding);
      assert.equal(cut.repaired, true, encoding);
      const middle = read(Buffer.concat([whole.subarray(0, 601), Buffer.of(0x20, 0xff, 0x0a), whole.subarray(602)]));
      assert.equal(middle.encoding, encoding);
      assert.equal(middle.repaired, true);
      assert.ok(middle.text.endsWith(text.slice(-40)), `${encoding}: it goes on behind the break`);
    }
  });

  test('UTF-16 of any script is told from numbers of two bytes', () => {
    const counting = new Uint8Array(Uint16Array.from({ length: 3000 }, (_, i) => i * 7).buffer);
    const samples = new Uint8Array(Int16Array.from({ length: 3000 }, (_, i) => 9000 * Math.sin(i / 20)).buffer);
    for (const bytes of [counting, samples]) assert.equal(beginningOf(bytes), null);
    assert.equal(decodeText(ENCODERS['utf-16le']!(TEXTS['chinese']!).subarray(1)), null, 'shifted by a byte');
  });
});

describe('CP949', () => {
  test('has every syllable, and each once', () => {
    const bytes: number[] = [];
    for (let lead = 0x81; lead <= 0xfe; lead++)
      for (let trail = 0x41; trail <= 0xfe; trail++) bytes.push(lead, trail, 0x0a);
    const text = legacyDecoder('euc-kr').decode(Uint8Array.from(bytes), true);
    const syllables = Array.from(text).filter((character) => character >= '가' && character <= '힣');
    assert.equal(syllables.length, 11172);
    assert.equal(new Set(syllables).size, 11172);
  });

  test('has the syllables beyond EUC-KR where Python’s codec has them', () => {
    const pairs: [string, string][] = [
      ['8c63', '똠'],
      ['bc84', '펲'],
      ['c652', '힣'],
      ['8141', '갂'],
      ['a2e6', '€'],
      ['b0a1', '가'],
      ['c8fe', '힝'],
    ];
    for (const [hex, character] of pairs)
      assert.equal(legacyDecoder('euc-kr').decode(Buffer.from(hex, 'hex'), true), character);
  });

  test('a lead byte without a trail byte does not take the end of the line with it', () => {
    assert.equal(legacyDecoder('euc-kr').decode(Uint8Array.of(0xb0, 0x0a, 0x41), true), '\ufffd\nA');
  });
});

test('windows-1252 has its signs from 0x80 to 0x9f, whatever the platform has there', () => {
  assert.equal(legacyDecoder('windows-1252').decode(Uint8Array.of(0x80, 0x93, 0x94, 0x99, 0x9c, 0xe9), true), '€“”™œé');
});
