// Korean words that end like a noun with its particle and are none: adverbs and conjunctions, which
// are a closed class, and forms of verbs and adjectives, which the text tells by other forms of the
// same stem: 가는 is a form of 가다, since 갔다 and 간다 are there.

/** Adverbs, conjunctions and a few others, by what they end in. */
export const INDECLINABLE: ReadonlySet<string> = new Set(
  [
    // -로
    '주로 새로 때로 별로 서로 바로 따로 홀로 스스로 그대로 이대로 저대로 제대로 함부로 억지로 진실로 참으로 실로 대체로 대대로 멋대로 제멋대로 마음대로 맘대로 뜻대로 절로 저절로 날로 수시로 무시로 고로 그러므로 이러므로 때때로 시시때때로 이리로 그리로 저리로 자고로 예로부터 거꾸로 통째로 의외로 절대로 정말로 진짜로 실지로 외따로 곧이곧대로 그런대로 되는대로 곧바로 똑바로 바로바로 때로는 별로는 서로서로',
    // -만
    '하지만 다만 그렇지만 그러지만 이렇지만 그렇다지만 그랬지만 그만 이만 저만 뿐만 아니지만 그치만',
    // -도
    '아마도 아직도 그래도 이래도 저래도 적어도 아무도 아무것도 너무도 너무나도 그럼에도 그러고도 무엇보다도 뜻밖에도 다행히도 불행히도 놀랍게도 혹시라도 도리어도 그나마도 해도 봐도 와도 가도 돼도',
    // -이
    '많이 같이 없이 높이 굳이 일찍이 더욱이 곧이 가까이 일일이 나날이 다달이 낱낱이 샅샅이 겹겹이 틈틈이 번번이 줄줄이 간간이 느긋이 깨끗이 반듯이 뚜렷이 끊임없이 틀림없이 어김없이 관계없이 상관없이 끝없이 한없이 변함없이 아낌없이 거침없이 수없이 말없이 힘없이 남김없이 빠짐없이 여지없이 터무니없이 똑같이 이같이 그같이 다같이 이와같이 한결같이 감쪽같이 하나같이 헛되이 고이 외로이 새로이 자유로이 깊숙이',
    // -에, -밖에, -까지, -부터, -처럼, -보다
    '한꺼번에 단번에 대번에 뜻밖에 그밖에 이밖에 얼떨결에 엉겁결에 무심결에 순식간에 졸지에 오랜만에 아직까지 여태까지 이처럼 그처럼 저처럼 좀처럼 무엇보다 저마다',
    // -가, -께, -은, -는, -의
    '게다가 데다가 그러다가 이러다가 어쩌다가 누군가 무언가 뭔가 언젠가 어딘가 함께 혹은 또는 거의 내지는 심지어는',
  ]
    .join(' ')
    .split(' '),
);

/** How often a word is met. */
type CountOf = (word: string) => number;

/** How often stems are met as those of verbs and adjectives. */
export class VerbForms {
  readonly countOf: CountOf;
  /**
   * Of stems, how often they are met with a common ending, which may as well be the end of another
   * word.
   */
  readonly #common = new Map<string, number>();
  readonly #found = new Map<string, { sure: number; all: number }>();

  /** `countOf`: how often a word is met. */
  constructor(countOf: CountOf) {
    this.countOf = countOf;
  }

  /** Takes a word of the text, before any stem is asked for. */
  add(word: string, count: number): void {
    if (!COMMON.has(word.charCodeAt(word.length - 1)) || word.length < 2) return;
    const stem = word.slice(0, -1);
    this.#addTo(stem, count);
    // 간다 is of 가다
    const last = word.charCodeAt(word.length - 1) === DA ? syllable(stem) : null;
    if (last?.final === FINAL_N) this.#addTo(changed(stem, { ...last, final: 0 }), count);
  }

  #addTo(stem: string, count: number): void {
    this.#common.set(stem, (this.#common.get(stem) ?? 0) + count);
  }

  /** `sure` counts forms that no noun has, `all` also those that may be other words. */
  of(stem: string): { sure: number; all: number } {
    const common = this.#common.get(stem);
    if (common === undefined) return NONE; // as of most nouns
    let found = this.#found.get(stem);
    if (!found) this.#found.set(stem, (found = this.#count(stem, common)));
    return found;
  }

  /**
   * How often forms are met that no noun has of the verb that this is a form of in -아 or -어: 찾아,
   * 가져, 올라, 지나; 0 for other words.
   */
  sureOfConnective(word: string): number {
    const last = syllable(word);
    if (last?.final !== 0 || word.length < 2) return 0;
    const before = word.slice(0, -1);
    if (last.initial === NO_INITIAL && (last.vowel === A || last.vowel === EO)) return this.of(before).sure;
    let { sure } = this.of(last.vowel === YEO ? changed(word, { ...last, vowel: I }) : last.vowel === A ? word : '');
    const stem = syllable(before);
    // 올라 of 오르다
    if (last.initial === L && (last.vowel === A || last.vowel === EO) && stem?.final === FINAL_L) {
      sure += this.of(`${changed(before, { ...stem, final: 0 })}르`).sure;
    }
    return sure;
  }

  #count(stem: string, common: number): { sure: number; all: number } {
    const last = syllable(stem);
    if (!last) return NONE;
    if (last.final !== 0) {
      const sure = this.#behind(stem, SURE) + this.#behind(stem, AFTER_CONSONANT);
      return { sure, all: sure + common };
    }
    // 간다; 갔다, 왔다, 봤다 and 보았다, 썼다, 보였다, 했다 and 하였다
    let sure = this.#behind(stem, SURE) + this.countOf(`${changed(stem, { ...last, final: FINAL_N })}다`);
    for (const vowel of PAST[last.vowel] ?? [last.vowel]) {
      sure += this.#behind(changed(stem, { ...last, vowel, final: FINAL_SS }), AFTER_PAST);
    }
    for (const past of last.vowel === A ? ['았', '였'] : ['었']) sure += this.#behind(stem + past, AFTER_PAST);
    if (last.vowel === O) sure += this.#behind(`${stem}았`, AFTER_PAST);
    // 만드는 of 만들다, 사는 of 살다
    const withL = changed(stem, { ...last, final: FINAL_L });
    sure += this.#behind(withL, AFTER_L);
    return { sure, all: sure + common + (this.#common.get(withL) ?? 0) };
  }

  #behind(word: string, endings: readonly string[]): number {
    let count = 0;
    for (const ending of endings) count += this.countOf(word + ending);
    return count;
  }
}

const NONE = { sure: 0, all: 0 };

const FIRST = 0xac00;
const VOWELS = 21;
const FINALS = 28;
const FINAL_N = 4;
const DA = '다'.charCodeAt(0);
const FINAL_L = 8;
const FINAL_SS = 20;
/** Places of ㄹ and of the sign for no consonant. */
const L = 5;
const NO_INITIAL = 11;

/** Places of vowels: ㅏ ㅐ ㅓ ㅕ ㅗ ㅘ ㅚ ㅜ ㅝ ㅡ ㅣ, and of those that they melt into with -았/-었. */
const A = 0;
const AE = 1;
const EO = 4;
const YEO = 6;
const O = 8;
const WA = 9;
const OE = 11;
const WAE = 10;
const U = 13;
const WEO = 14;
const EU = 18;
const I = 20;
const PAST: Record<number, readonly number[]> = {
  [O]: [WA],
  [U]: [WEO, EO],
  [I]: [YEO],
  [EU]: [EO, A],
  [OE]: [WAE],
  [A]: [A, AE], // 하다: 했다
};

interface Syllable {
  initial: number;
  vowel: number;
  final: number;
}

function syllable(word: string): Syllable | null {
  const place = word.charCodeAt(word.length - 1) - FIRST;
  if (!(place >= 0 && place < 11_172)) return null;
  return {
    initial: Math.floor(place / (VOWELS * FINALS)),
    vowel: Math.floor(place / FINALS) % VOWELS,
    final: place % FINALS,
  };
}

/** The word with another last syllable. */
function changed(word: string, { initial, vowel, final }: Syllable): string {
  return word.slice(0, -1) + String.fromCharCode(FIRST + (initial * VOWELS + vowel) * FINALS + final);
}

/** Common endings of one syllable. */
const COMMON = new Set(Array.from('고지게기다면며', (ending) => ending.charCodeAt(0)));
/**
 * Endings that no particle is, behind any stem; behind a consonant, the sign of the past, and ㄹ.
 */
const SURE = ['거나', '도록', '면서', '려고', '지만', '는데', '던', '더라도'];
const AFTER_CONSONANT = ['는', '는다', '어', '아', '어서', '아서', '었다', '았다', '었고', '았고', '으며', '으면'];
const AFTER_PAST = ['다', '고', '으며', '던', '지만', '다고', '다는'];
const AFTER_L = ['었다', '았다', '어', '아', '어서', '아서', '면서', '도록', '려고'];
