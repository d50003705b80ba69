// The language of questions: `king - man + woman`, with weights `king - man + 0.5*woman`,
// proportions as people write them (`man : woman = king : ?`, `man : woman :: king`, `man is to
// woman as king is to ?`), and lists of words. Words stand between signs; one with a sign or a
// space in it is put in quotation marks. A number is a weight where `*` follows it, else a word.

/** A word and its part in the sum: below 0 it is taken away; finite, not 0. */
export interface Term {
  word: string;
  weight: number;
}

export type Expression = { terms: Term[] } | { malformed: MalformedExpression };
export type WordList = { words: string[] } | { malformed: MalformedExpression };

/**
 * Why an expression cannot be read, for a sentence in the user's language. `position`: counted in
 * UTF-16 units from 1.
 */
export type MalformedExpression =
  | { kind: 'empty' }
  /** A proportion that is begun: words of it are there, fewer than three. */
  | { kind: 'unfinishedProportion' }
  | { kind: 'missingWord'; position: number }
  | { kind: 'missingSign'; word: string; position: number }
  | { kind: 'openQuote'; position: number }
  /** A weight that is 0 or too large for a number. */
  | { kind: 'weightRange'; weight: string; position: number }
  /** A `*` without a number before it. */
  | { kind: 'strayStar'; position: number };

const MINUS = /[-−–]/;
const QUOTES: Record<string, string> = { '"': '"', '“': '”', '«': '»', '„': '“' };
// a colon belongs to no word of ours; an apostrophe may
const WORD = /[^\s+\-−–:*×"“”«»„]+/uy;
const STAR = /[*×]/;
const WEIGHT = /((?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)\s*[*×]/y;
/** Between the signs of a proportion other signs belong to the word: `ice-cream`. */
const OPERAND = String.raw`("[^"]+"|“[^”]+”|«[^»]+»|„[^“]+“|[^\s:：∶∷=?？"“”«»„]+)`;
const COLON = String.raw`\s*[:：∶]\s*`;
const PROPORTION = new RegExp(
  String.raw`^${OPERAND}(?:${COLON}${OPERAND}(?:\s*(?:[:：]{2}|∷|=)\s*${OPERAND}(?:${COLON}[?？]?)?)?|${COLON})?(?:\s*(?:[:：]{1,2}|∷|=))?$`,
  'u',
);
const SENTENCE = new RegExp(
  String.raw`^${OPERAND}\s+is\s+to(?:\s+${OPERAND}(?:\s+as(?:\s+${OPERAND}(?:\s+is(?:\s+to(?:\s*[?？]|\s+what\s*[?？]?)?)?)?)?)?)?$`,
  'iu',
);

/** Reads an expression; a sign that begins it belongs to its first word. */
export function parseExpression(expression: string): Expression {
  const written = expression.trim();
  const proportion = SENTENCE.exec(written) ?? (/[:：∶∷=]/u.test(written) ? PROPORTION.exec(written) : null);
  if (proportion) {
    const [a, b, c] = proportion.slice(1) as (string | undefined)[];
    if (a === undefined || b === undefined || c === undefined) return malformed({ kind: 'unfinishedProportion' });
    // a : b = c : ? asks for b - a + c
    return { terms: [term(unquoted(b), 1), term(unquoted(a), -1), term(unquoted(c), 1)] };
  }
  const terms: Term[] = [];
  let sign: 1 | -1 | null = 1; // null: a word has come, a sign must follow
  let weight: number | null = null; // of the word to come
  let signAt = 0;
  for (let at = 0; at < expression.length;) {
    const character = expression[at]!;
    if (/\s/.test(character)) {
      at++;
      continue;
    }
    if (character === '+' || MINUS.test(character)) {
      if (weight !== null || (sign !== null && (terms.length > 0 || signAt > 0)))
        return malformed({ kind: 'missingWord', position: at + 1 });
      sign = character === '+' ? 1 : -1;
      signAt = ++at;
      continue;
    }
    const read: { text: string; end: number } | null = weight === null ? readWeight(expression, at) : null;
    if (read && sign !== null) {
      weight = Number(read.text);
      if (weight === 0 || !Number.isFinite(weight))
        return malformed({ kind: 'weightRange', weight: read.text, position: at + 1 });
      at = read.end;
      continue;
    }
    if (STAR.test(character)) return malformed({ kind: 'strayStar', position: at + 1 });
    const next = readWord(expression, at);
    if (!next) return malformed({ kind: QUOTES[character] ? 'openQuote' : 'missingWord', position: at + 1 });
    if (sign === null) return malformed({ kind: 'missingSign', word: next.word, position: at + 1 });
    terms.push(term(next.word, sign * (weight ?? 1)));
    sign = null;
    weight = null;
    at = next.end;
  }
  if (terms.length === 0 && signAt === 0 && weight === null) return malformed({ kind: 'empty' });
  if (sign !== null) return malformed({ kind: 'missingWord', position: expression.length + 1 });
  return { terms };
}

/** Reads words between spaces or commas; one with either in it stands in quotation marks. */
export function parseWords(list: string): WordList {
  const words: string[] = [];
  for (let at = 0; at < list.length;) {
    const character = list[at]!;
    const closing = QUOTES[character];
    if (/[\s,，、]/u.test(character)) {
      at++;
    } else if (closing !== undefined) {
      const quoted = readWord(list, at);
      if (!quoted) return { malformed: { kind: 'openQuote', position: at + 1 } };
      words.push(quoted.word.normalize('NFC'));
      at = quoted.end;
    } else {
      const word = /^[^\s,，、"“«„]+/u.exec(list.slice(at))?.[0] ?? character;
      words.push(word.normalize('NFC'));
      at += word.length;
    }
  }
  return words.length ? { words } : { malformed: { kind: 'empty' } };
}

function readWeight(expression: string, at: number): { text: string; end: number } | null {
  WEIGHT.lastIndex = at;
  const found = WEIGHT.exec(expression);
  return found && { text: found[1]!, end: WEIGHT.lastIndex };
}

function readWord(expression: string, at: number): { word: string; end: number } | null {
  const closing = QUOTES[expression[at]!];
  if (closing !== undefined) {
    const end = expression.indexOf(closing, at + 1);
    return end > at + 1 ? { word: expression.slice(at + 1, end), end: end + 1 } : null;
  }
  WORD.lastIndex = at;
  const word = WORD.exec(expression)?.[0];
  return word === undefined ? null : { word, end: at + word.length };
}

function unquoted(operand: string): string {
  return QUOTES[operand[0]!] === undefined ? operand : operand.slice(1, -1);
}

function term(word: string, weight: number): Term {
  return { word: word.normalize('NFC'), weight };
}

function malformed(reason: MalformedExpression): Expression {
  return { malformed: reason };
}
