// Values of what is named as secret: password = "…", "apiKey": "…", Authorization: Basic …, --token
// …, and the password in an address. A value that is an ordinary word is not told from the name of
// a setting, and stays.

/** Names, by how surely their value is secret: a key may be anything, a password is one. */
const SURE = String.raw`pass(?:word|wort|wd|wrd|phrase|code|key)?s?(?![a-z])|passe(?![a-z])|pwd|secret(?!ar)`;
const MAYBE = String.raw`cred(?:ential)?s?(?![a-z])|token|key(?![a-z])|auth(?!or(?!i[sz]))`;
const QUOTE = String.raw`\\?["'${'`'}]|&(?:quot|apos|#39|#34);`;
const NAMED = new RegExp(
  String.raw`(?:(${SURE})|(?:${MAYBE}))[\w.-]{0,24}(?:${QUOTE}|[*)\]}]){0,2}\s{0,4}(=>|:=|:\s?&?\w{1,12}\s?=|[=:>,(|]|(?=[ \t]))[*\s]{0,4}(?:(?:Basic|Bearer|Token|Digest|ApiKey)\s{1,2}|value\s?=\s?)?(${QUOTE})?`,
  'iy',
);
/**
 * The same in languages that write it with other letters, and the first letter of each that is rare
 * enough to be looked for.
 */
const FOREIGN_NAMES = '비밀번호 패스워드 암호 パスワード 密码 密碼 contraseña';
export const FOREIGN_LETTERS = '밀패암パ密ñ';
const FOREIGN = new RegExp(
  String.raw`(?<=(?:${FOREIGN_NAMES.split(' ').join('|')})[^\S\n]{0,2}[=:：][^\S\n]{0,2})(?=\S)(${QUOTE})?`,
  'g',
);
/** So far behind the letter the value of the name begins. */
const NEAR = 10;
/** The longest value, characters; a longer one is something else. */
const LONGEST = 400;
/** A digit or a sign is among so many characters of it. */
const BEGINNING = 40;
const DIGIT_OR_SIGN = /[\d!#$%&*?@^~]/;
/** A word is put in for the value later, or it is one that a program computes. */
const PUT_IN = /^(?:[<{[]|\$[\w({]|%[\w({]|#\{|process\.|os\.|env[.[(]|\*+$|x+$|\.\.\.)/i;

interface Value {
  start: number;
  end: number;
}

/**
 * The value of the name at `at`; null where it has none, or one that is no secret. `isRandom`:
 * whether a stretch of the text looks a little random.
 */
export function valueOf(text: string, at: number, isRandom: (start: number, end: number) => boolean): Value | null {
  NAMED.lastIndex = at;
  const named = NAMED.exec(text);
  const [, sure, sign, quote] = named ?? [];
  if (!named) return null;
  const start = NAMED.lastIndex;
  const end = endOfValue(text, start, quote);
  const value = text.slice(start, end);
  if (end - start > LONGEST || PUT_IN.test(value) || !DIGIT_OR_SIGN.test(value.slice(0, BEGINNING))) return null;
  if (!isLikely(value, sure !== undefined, sign ?? '', quote !== undefined)) {
    return isRandom(start, end) && value.length >= 8 ? { start, end } : null;
  }
  return { start, end };
}

/**
 * The value of the name that has its letter of FOREIGN_LETTERS behind the first `at` characters;
 * null where it is none.
 */
export function foreignValue(text: string, at: number): Value | null {
  FOREIGN.lastIndex = at;
  const named = FOREIGN.exec(text.slice(0, at + NEAR));
  if (!named) return null;
  const start = FOREIGN.lastIndex;
  const end = endOfValue(text, start, named[1]);
  const value = text.slice(start, end);
  return value.length >= 4 && value.length <= LONGEST && DIGIT_OR_SIGN.test(value) ? { start, end } : null;
}

/**
 * At the quotation mark that ends it, or else before white space and signs that are in no password.
 */
function endOfValue(text: string, start: number, quote: string | undefined): number {
  const most = Math.min(text.length, start + LONGEST + 1);
  if (quote === undefined) {
    let end = start;
    while (end < most && !/[\s"'`<>(){}[\],;|]/.test(text[end]!)) end++;
    return end;
  }
  const end = text.indexOf(quote, start);
  const lineEnd = text.indexOf('\n', start);
  return end < 0 || (lineEnd >= 0 && lineEnd < end) ? start : Math.min(end, most);
}

/** Whether a value with a digit or a sign is secret by its form alone. */
function isLikely(value: string, isSure: boolean, sign: string, isQuoted: boolean): boolean {
  if (/\s/.test(value) || value.length < 6) return false;
  const isMixed = /\d/.test(value) && /[A-Za-z]/.test(value);
  if (isQuoted)
    return isSure ? !/^[\d.,:-]+$/.test(value) || value.length >= 8 : isMixed && value.length >= 12 && isUneven(value);
  if (!isMixed && !/[!#$%&*?@^~]/.test(value.slice(1))) return false;
  if (sign === '' || sign === ',' || sign === '(') return isSure && value.length >= 8 && isUneven(value);
  return isSure
    ? !/^[a-z_$][\w$]*\.[a-z_$]/i.test(value)
    : value.length >= 12 && isUneven(value) && !/[./]/.test(value);
}

/**
 * Whether digits and letters come in turns, or signs stand among them: names have a number at their
 * end.
 */
function isUneven(value: string): boolean {
  return (
    /\d[A-Za-z]/.test(value.replace(/^v?\d+|(?:\d+|sha\d+|base\d+|utf\d+|x\d+)(?![A-Za-z])/gi, '')) ||
    /[!#$%&*?@^~]/.test(value.slice(1, -1))
  );
}

const ADDRESS = /\/\/[^\s/:@"'<>]{0,64}:([^\s/@"'<>]{3,128})@/y;

/** The password in the address whose // is at `at`; null where it has none. */
export function passwordInAddress(text: string, at: number): Value | null {
  ADDRESS.lastIndex = at;
  const password = ADDRESS.exec(text)?.[1];
  if (password === undefined || PUT_IN.test(password) || /^(?:pass(?:word|wd)?|pwd|pw|secret|token)$/i.test(password)) {
    return null;
  }
  const end = ADDRESS.lastIndex - 1;
  return { start: end - password.length, end };
}
