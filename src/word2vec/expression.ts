// The language of analogies: `king - man + woman`, or word2vec's `man : king :: woman`. Words stand between signs; a
// word with a sign or a space in it is put in quotation marks.

/** A word and its sign. */
export interface Term {
  word: string;
  weight: 1 | -1;
}

export type Expression = { terms: Term[] } | { malformed: MalformedExpression };

/** Why an expression cannot be read, for a sentence in the user's language. `position`: counted in UTF-16 units from 1. */
export type MalformedExpression =
  | { kind: 'empty' }
  | { kind: 'missingWord'; position: number }
  | { kind: 'missingSign'; word: string; position: number }
  | { kind: 'openQuote'; position: number };

const MINUS = /[-−–]/;
const QUOTES: Record<string, string> = { '"': '"', '“': '”', '«': '»', '„': '“' };
// a colon belongs to no word of ours; an apostrophe may
const WORD = /[^\s+\-−–:"“”«»„]+/uy;

/** Reads an expression; a sign that begins it belongs to its first word. */
export function parseAnalogy(expression: string): Expression {
  const proportion = /^\s*([^\s:]+)\s*:\s*([^\s:]+)\s*::\s*([^\s:]+)\s*(?::\s*\??\s*)?$/u.exec(expression);
  if (proportion) {
    // a : b :: c asks for b - a + c
    const [, a, b, c] = proportion as unknown as [string, string, string, string];
    return { terms: [term(b, 1), term(a, -1), term(c, 1)] };
  }
  const terms: Term[] = [];
  let weight: 1 | -1 | null = 1; // null: a word has come, a sign must follow
  let signAt = 0;
  for (let at = 0; at < expression.length;) {
    const character = expression[at]!;
    if (/\s/.test(character)) {
      at++;
    } else if (character === '+' || MINUS.test(character)) {
      if (weight !== null && (terms.length > 0 || signAt > 0))
        return malformed({ kind: 'missingWord', position: at + 1 });
      weight = character === '+' ? 1 : -1;
      signAt = ++at;
    } else {
      const read = readWord(expression, at);
      if (!read) return malformed({ kind: QUOTES[character] ? 'openQuote' : 'missingWord', position: at + 1 });
      if (weight === null) return malformed({ kind: 'missingSign', word: read.word, position: at + 1 });
      terms.push(term(read.word, weight));
      weight = null;
      at = read.end;
    }
  }
  if (terms.length === 0 && signAt === 0) return malformed({ kind: 'empty' });
  if (weight !== null) return malformed({ kind: 'missingWord', position: expression.length + 1 });
  return { terms };
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

function term(word: string, weight: 1 | -1): Term {
  return { word: word.normalize('NFC'), weight };
}

function malformed(reason: MalformedExpression): Expression {
  return { malformed: reason };
}
