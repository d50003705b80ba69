// Whether a tool wrote a file, as far as its beginning shows: a comment that says so, as generators put there, or code with
// the white space taken out of it. The name alone tells lock files and their like (excluded-names.ts).

import { languageOf, type Language, type Syntax } from '../../text/languages.ts';

/** The part that is looked at, bytes. */
const BEGINNING = 8192;
/** A comment that says so stands in the first lines, characters. */
const HEAD = 1500;
/** Code of fewer bytes may well be one line. */
const SHORTEST = 2000;
/** Bytes of a line, on average: nobody writes so long ones. */
const LONG_LINE = 400;
/** Share of white space: people's code has 15 % and more. */
const LITTLE_SPACE = 0.1;

/** What is said of a file that a tool wrote, and not of others that a person writes about. */
const MADE = String.raw`(?:\b(?:this|the following)\s+\w+\b[^\n.]{0,60}\b(?:auto(?:matically)?[- ]?)?generated\b|(?:(?:code|file|source|auto(?:matically)?|machine)[- ]?)*generated\b)`;
/** What is not to be done is to edit it, and nothing else that would be named. */
const HANDS_OFF = String.raw`\bdo(?:n't|\s+not)\s+(?:hand-?)?(?:edit|modify|change)\b(?=\s*(?:$|[^\w\s]|(?:this|it|or|by|manually|directly|unless|anything|below|above)\b))`;
const NEAR = String.raw`[^\n]{0,100}(?:\n[^\n]{0,100}){0,2}?`;

/** The mark that many tools share, or a sentence that names both what happened and what not to do, in up to three lines. */
function saysSo(signs: readonly string[]): RegExp {
  const sign = signs.map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|');
  return new RegExp(
    String.raw`^[ \t]*(?:${sign})+!?(?:[^\n]*(?<![\w"'])@generated\b|[^\n\w]*${MADE}${NEAR}${HANDS_OFF}|[^\n]*${HANDS_OFF}${NEAR}\bgenerated\b)`,
    'im',
  );
}

/** Where nothing else is known, the signs of most languages. */
const ANY_SIGNS = ['//', '/*', '*', '#', '<!--', '--', ';', '%'];
const expressions = new Map<string, RegExp | null>();

/** Finds that a tool wrote a file in this language; null if it has no comments. */
function expressionOf({ name, syntax, lexis }: Language): RegExp | null {
  let found = expressions.get(name);
  if (found === undefined) {
    const block = lexis?.blockComments.map(([open]) => open) ?? [];
    const others: Partial<Record<Syntax, readonly string[]>> = {
      prose: ANY_SIGNS,
      markdown: ['<!--'],
      html: ['<!--'],
      xml: ['<!--'],
      latex: ['%'],
    };
    const signs = lexis
      ? [...lexis.lineComments, ...block, ...(block.includes('/*') ? ['*'] : []), ...lexis.longQuotes]
      : (others[syntax] ?? []);
    expressions.set(name, (found = signs.length > 0 ? saysSo(signs) : null));
  }
  return found;
}

const CODE = /\.(?:js|mjs|cjs|css)$/i;

/** `bytes`: the file, or its beginning. Its encoding has ASCII in it, else nothing is found. */
export function isGeneratedText(name: string, bytes: Uint8Array): boolean {
  const text = LATIN1.decode(bytes.subarray(0, BEGINNING));
  const head = text.slice(0, HEAD);
  if (expressionOf(languageOf(name, head))?.test(head)) return true;
  if (!CODE.test(name) || text.length < SHORTEST) return false;
  let lines = 1;
  let space = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit <= 32) space++;
    if (unit === 10 || unit === 13) lines++;
  }
  return text.length / lines > LONG_LINE && space < LITTLE_SPACE * text.length;
}

const LATIN1 = new TextDecoder('latin1');
