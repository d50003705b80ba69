// LaTeX: the text, without commands, comments, formulas and the arguments that are no text. What is in verbatim and
// listings is code.

import { languageNamed } from '../languages.ts';
import { CodeScanner } from './code.ts';
import { accentAt, joinWord } from './references.ts';
import { endOfLine, find, isLetter, PROSE, signOf, slice, type Regions, type Scanner } from './regions.ts';

/** Commands whose first argument in braces is a name and not text. */
const NAMED = new Set(
  'autocite begin bibliography bibliographystyle cite citep citet citeauthor citeyear color cref Cref definecolor documentclass documentstyle end eqref footcite graphicspath hspace href includegraphics include includeonly input label newcommand pageref pagestyle parencite ref renewcommand RequirePackage setcounter setlength textcite textcolor thispagestyle url usepackage vspace vref'.split(
    ' ',
  ),
);
/** Commands that begin a block. */
const BLOCKS = new Set(
  'author begin bibitem caption chapter date end footnote item label maketitle newpage paragraph par part section subparagraph subsection subsubsection title'.split(
    ' ',
  ),
);
const CODES = new Set(['verbatim', 'lstlisting', 'minted', 'Verbatim', 'alltt']);
export const FORMULAS = new Set(
  'math displaymath equation align gather multline eqnarray flalign alignat array tikzpicture'
    .split(' ')
    .flatMap((name) => [name, `${name}*`]),
);
/** A dollar that has no partner within so many characters is a price. */
const LONGEST_FORMULA = 2000;

export class LatexScanner implements Scanner {
  /** What ends the formula or the code that is open. */
  #until: Uint16Array | null = null;
  #code: CodeScanner | null = null;

  scan(text: Uint16Array, from: number, to: number, regions: Regions): void {
    let start = from;
    let i = from;
    const leaveOut = (at: number, end: number): void => {
      regions.add(start, at, PROSE);
      start = i = end;
    };
    while (i < to) {
      if (this.#until) {
        const end = find(text, i, to, this.#until);
        this.#code?.scan(text, i, end < 0 ? to : end, regions);
        start = i = end < 0 ? to : end + this.#until.length;
        if (end < 0) return;
        if (this.#code) regions.break();
        this.#until = this.#code = null;
        continue;
      }
      const unit = text[i]!;
      if (unit === 37) {
        leaveOut(i, endOfLine(text, i, to));
      } else if (unit === 36) {
        const sign = text[i + 1] === 36 ? DOLLARS : DOLLAR;
        const begin = i + sign.length;
        const end = find(text, begin, Math.min(to, begin + LONGEST_FORMULA), sign);
        if (end < 0) i = begin;
        else leaveOut(i, end + sign.length);
      } else if ((unit === 92 || unit === 123) && accentAt(text, i, to)) {
        i = joinWord(text, i, to, regions, accentAt);
      } else if (unit === 92) {
        this.#command(text, i, to, regions, leaveOut);
      } else i++;
    }
    regions.add(start, to, PROSE);
  }

  /** Reads the command at `at`. */
  #command(
    text: Uint16Array,
    at: number,
    to: number,
    regions: Regions,
    leaveOut: (at: number, end: number) => void,
  ): void {
    let end = at + 1;
    while (end < to && isLetter(text[end])) end++;
    if (end === at + 1) {
      const sign = text[end];
      leaveOut(at, Math.min(to, end + 1));
      if (sign === 91 || sign === 40) this.#until = signOf(sign === 91 ? '\\]' : '\\)');
      return;
    }
    const name = slice(text, at + 1, Math.min(end, at + 40));
    if (text[end] === 42) end++;
    let argument = '';
    if (text[end] === 91) end = closing(text, end, to, 91, 93);
    if (NAMED.has(name) && text[end] === 123) {
      const close = closing(text, end, to, 123, 125);
      argument = slice(text, end + 1, Math.min(close - 1, end + 40));
      end = close;
      if (text[end] === 91) end = closing(text, end, to, 91, 93);
    }
    leaveOut(at, end);
    if (BLOCKS.has(name)) regions.break();
    if (name !== 'begin') return;
    if (CODES.has(argument)) {
      this.#code = new CodeScanner(languageNamed('code')!);
      this.#until = signOf(`\\end{${argument}}`);
    } else if (FORMULAS.has(argument)) this.#until = signOf(`\\end{${argument}}`);
  }
}

const DOLLAR = signOf('$');
const DOLLARS = signOf('$$');

/** Behind the bracket that closes the one at `at`, or `at` + 1 where the paragraph has none. */
function closing(text: Uint16Array, at: number, to: number, opens: number, closes: number): number {
  let open = 0;
  for (let i = at; i < to && i < at + LONGEST_FORMULA; i++) {
    if (text[i] === 92) i++;
    else if (text[i] === opens) open++;
    else if (text[i] === closes && --open === 0) return i + 1;
  }
  return at + 1;
}
