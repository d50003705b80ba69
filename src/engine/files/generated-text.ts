// Whether a tool wrote a file, as far as its beginning shows: a comment that says so, as generators
// put there, or code with the white space taken out of it. The name alone tells lock files and
// their like (excluded-names.ts).

import { languageOf, type Lexis } from '../../text/languages.ts';

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

/**
 * What a comment says that a tool puts at the head of the file it writes. Of other things that are
 * generated people write, too.
 */
const GENERATED = String.raw`(?:auto(?:matically)?[- ]?|machine[- ])?generated`;
const FORBIDS = String.raw`\b(?:do(?:n't| not)|never) (?:edit|modify|change|touch)\b`;
/** Up to three lines. */
const NEAR = String.raw`[^\n]{0,120}(?:\n[^\n]{0,120}){0,2}?`;
const THIS = String.raw`\b(?:this|the) (?:\w+ )?(?:class|code|content|document|file|header|module|page|script|source)s?\b[^.\n]{0,60}\b(?:is|was|were|are|been) ${GENERATED}\b|\bthis is an? ${GENERATED} (?:class|code|content|document|file|header|module|page|script|source)\b`;
/**
 * A mark that many tools share; or that this file is generated, or how, and that it is not to be
 * edited.
 */
const SAYS_SO = new RegExp(
  String.raw`^[^\p{L}\n]*(?:(?:attention|caution|important|note|please|warning)[^\p{L}\n]{1,9}){0,2}(?:${[
    String.raw`(?:this (?:\w+ )?(?:file|code|module) (?:is|was) )?@generated\b`,
    String.raw`(?:[^\n]{0,80}${THIS}|(?:(?:class|code|content|file|lexer|parser|source|[\w-]+\.[\w.]+) )?${GENERATED} (?:by|from|with|using|file|code|automatically|on)\b|${GENERATED}\b)${NEAR}${FORBIDS}`,
    String.raw`(?:${FORBIDS})${NEAR}(?:${THIS}|\b(?:it|file) (?:is|was) ${GENERATED}\b|\b${GENERATED} (?:by|from|with|using|file|code|automatically)\b)`,
  ].join('|')})`,
  'imu',
);
const CODE = /\.(?:js|mjs|cjs|css)$/i;

/** Endings of documents that have no comments, though their languages are not told apart. */
const DOCUMENTS =
  /(?<!(?:^|\/)(?:CMakeLists|[^/]*(?:constraints|requirements)[^/]*))\.(?:adoc|asciidoc|csv|log|mediawiki|org|rst|text|textile|tsv|txt|wiki)$|(?:^|\/)[^./]*(?:readme|changes|changelog|license|notes|todo)[^./]*$/i;

type Signs = Pick<Lexis, 'lineComments' | 'blockComments'>;
const MARKUP_SIGNS: Signs = { lineComments: [], blockComments: [['<!--', '-->']] };
/** Of a language that is not known. */
const ANY_SIGNS: Signs = {
  lineComments: ['//', '#', '--', ';', '%', "'", 'dnl ', 'REM '],
  blockComments: [
    ['/*', '*/'],
    ['<!--', '-->'],
    ['(*', '*)'],
    ['{-', '-}'],
  ],
};

/**
 * What begins and ends comments in a file of this name, and with this beginning; null where it has
 * none.
 */
function signsOf(name: string, beginning: string): Signs | null {
  const { syntax, lexis } = languageOf(name, beginning);
  switch (syntax) {
    case 'code':
      return lexis && lexis.lineComments.length + lexis.blockComments.length > 0 ? signsOfCode(lexis) : ANY_SIGNS;
    case 'markdown':
    case 'html':
    case 'xml':
    case 'sami':
      return MARKUP_SIGNS;
    case 'latex':
    case 'bibtex':
      return { lineComments: ['%'], blockComments: [] };
    case 'properties':
      return { lineComments: ['#', '!'], blockComments: [] };
    case 'prose':
      return DOCUMENTS.test(name) ? null : ANY_SIGNS;
    case 'notebook':
    case 'subtitles':
      return null;
  }
}

/** Comments, and what a language keeps its documentation in instead of one: `"""` of Python. */
function signsOfCode({ lineComments, blockComments, longQuotes, interpolation }: Lexis): Signs {
  const documentation = interpolation === '' ? longQuotes.filter((quote) => quote.length > 2) : [];
  return { lineComments, blockComments: [...blockComments, ...documentation.map((quote) => [quote, quote] as const)] };
}

/**
 * The comments that a text begins with or has among its first lines, without their signs, a line
 * for each; other lines are of one dot.
 */
function commentsOf(text: string, { lineComments, blockComments }: Signs): string {
  let close: string | null = null;
  return text
    .split('\n')
    .map((line) => {
      let rest = line.trim();
      if (close === null) {
        const sign = lineComments.find((open) => rest.startsWith(open));
        const block = blockComments.find(([open]) => rest.startsWith(open));
        if (sign === undefined && !block) return '.';
        rest = rest.slice((block?.[0] ?? sign!).length);
        if (!block) return rest;
        close = block[1];
      }
      const end = rest.indexOf(close);
      if (end >= 0) close = null;
      return end < 0 ? rest : rest.slice(0, end);
    })
    .join('\n');
}

/** `bytes`: the file, or its beginning. Its encoding has ASCII in it, else nothing is found. */
export function isGeneratedText(name: string, bytes: Uint8Array): boolean {
  const text = LATIN1.decode(bytes.subarray(0, BEGINNING));
  const head = text.slice(0, HEAD);
  if (/generated/i.test(head)) {
    const signs = signsOf(name, head);
    if (signs && SAYS_SO.test(commentsOf(head, signs))) return true;
  }
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
