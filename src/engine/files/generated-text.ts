// Whether a tool wrote a file, as far as its beginning shows: a comment that says so, as generators put there, or code with
// the white space taken out of it. The name alone tells lock files and their like (excluded-names.ts).

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

/** The mark that many tools share, or a sentence that names both what happened and what not to do, in up to three lines. */
const SAYS_SO = new RegExp(
  String.raw`^[ \t]*(?://+!?|/\*+!?|\*|#+|<!--|--|;+|%)[^\n]*(?:(?<!\w)@generated\b|\b(?:auto(?:matically)?[- ]?)?generated\b[^\n]{0,100}(?:\n[^\n]{0,100}){0,2}\bdo(?:n't| not) (?:edit|modify|change)\b|\bdo not (?:edit|modify)\b[^\n]{0,100}(?:\n[^\n]{0,100}){0,2}\bgenerated\b)`,
  'im',
);
const CODE = /\.(?:js|mjs|cjs|css)$/i;

/** `bytes`: the file, or its beginning. Its encoding has ASCII in it, else nothing is found. */
export function isGeneratedText(name: string, bytes: Uint8Array): boolean {
  const text = LATIN1.decode(bytes.subarray(0, BEGINNING));
  if (SAYS_SO.test(text.slice(0, HEAD))) return true;
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
