// What a file says of its own encoding: a page's charset, an XML declaration, an editor's or a
// language's cookie, a package of LaTeX, the header of a catalogue or of mail.

import { type Encoding, encodingNamed } from './names.ts';

/** The part of a file that says it, bytes. */
export const DECLARATIONS = 4096;

const NAME = String.raw`["']?([\w.:+-]{2,40})`;
const PATTERNS = [
  // pages, mail, catalogues of gettext, SQL: charset=euc-kr, charset: 'euc-kr', SET NAMES euckr
  String.raw`\bcharset\s*[=:]\s*${NAME}`,
  String.raw`\bset\s+names\s+${NAME}`,
  // XML, and languages of pages
  String.raw`<\?xml\b[^>]{0,80}?\bencoding\s*=\s*${NAME}`,
  String.raw`\b(?:page|file|text|source)encoding\s*=\s*${NAME}`,
  // scripts of Vim
  String.raw`^[^\S\n]*scripte(?:ncoding)?[^\S\n]+([\w-]{2,20})`,
  // Python, Ruby, Emacs, Vim, TeX editors, JabRef
  String.raw`^[^\S\n]*(?:#|%|//|/\*|--|;|"|<!--|\{-|\(\*|!)[^\n]{0,80}?\b(?:file)?(?:en)?coding\s*[:=]\s*${NAME}`,
  String.raw`^[^\S\n]*(?:#|%|//|/\*|--|;|"|!)[^\n]{0,80}?\bfenc\s*=\s*${NAME}`,
  // LaTeX, ConTeXt, Texinfo
  String.raw`\\usepackage\s*\[([\w-]{2,20})\]\s*\{inputenc\}`,
  String.raw`\\inputencoding\s*\{([\w-]{2,20})\}`,
  String.raw`\\enableregime\s*\[([\w-]{2,20})\]`,
  String.raw`^@documentencoding\s+([\w-]{2,20})`,
  // styles; scripts and resources of Windows
  String.raw`@charset\s+${NAME}`,
  String.raw`^\s*@?chcp\s+(\d{3,5})`,
  String.raw`^\s*#pragma\s+code_page\s*\(\s*(\d{3,5})`,
].map((pattern) => new RegExp(pattern, 'im'));

const LATIN1 = new TextDecoder('latin1');

/**
 * The encoding that a file that begins with these bytes declares, in ASCII; `null` if it declares
 * none that is known.
 */
export function declaredEncoding(beginning: Uint8Array): Encoding | null {
  const text = LATIN1.decode(beginning.subarray(0, DECLARATIONS));
  let first: { at: number; name: string } | null = null;
  for (const pattern of PATTERNS) {
    const found = pattern.exec(text);
    if (found && (first === null || found.index < first.at)) first = { at: found.index, name: found[1]! };
  }
  return first && encodingNamed(first.name);
}
