// LaTeX: the text, without commands, comments, formulas and the arguments that are no text. What is
// in verbatim and listings is code.

import { languageNamed } from '../languages.ts';
import { CLASSES, RARE } from '../tokenizer.ts';
import { CodeScanner } from './code.ts';
import { accentAt, joinWord, type ReferenceAt } from './references.ts';
import { afterIndent, endOfLine, find, isLetter, PROSE, type Regions, type Scanner, signOf, slice } from './regions.ts';

/** Commands whose first argument in braces is a name and not text. */
const NAMED = new Set(
  'autocite autoref begin bibitem bibliography bibliographystyle cite citep citet citeauthor citeyear color cref Cref definecolor documentclass documentstyle end eqref footcite graphicspath hspace href includegraphics include includeonly input label nameref newcommand nocite pageref pagestyle parencite ref renewcommand RequirePackage setcounter setlength textcite textcolor thispagestyle url usepackage vspace vref'.split(
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
/** Environments that have arguments in braces that are no text, and how many. */
const WITH_ARGUMENTS: Record<string, number> = {
  ...{ tabular: 1, 'tabular*': 2, tabularx: 2, tabulary: 2, longtable: 1, supertabular: 1, tabbing: 0, multicols: 1 },
  ...{ thebibliography: 1, minipage: 1, wrapfigure: 2, wraptable: 2, subfigure: 1, adjustbox: 1, list: 2 },
};
/** Commands whose argument is part of the word that they stand in. */
const INLINE = new Set(
  'emph mbox MakeLowercase MakeUppercase textbf textit textmd textnormal textrm textsc textsf textsl textsubscript textsuperscript texttt textup underline uline'.split(
    ' ',
  ),
);
/** What a quotation mark and a letter stand for in German, where babel makes it a shorthand. */
const SHORTHANDS: Record<string, string> = {
  ...{ a: 'ä', o: 'ö', u: 'ü', A: 'Ä', O: 'Ö', U: 'Ü', s: 'ß', z: 'ß', S: 'ẞ', e: 'ë', i: 'ï', E: 'Ë', I: 'Ï' },
  ...{ '-': '', '"': '', '|': '' },
};
/** A text says that it is in German, or has a shorthand in the middle of a word. */
const HAS_SHORTHANDS =
  /\\(?:usepackage|documentclass|RequirePackage)\s*\[[^\]]*\b(?:n?german|n?austrian|n?swissgerman)\b|\\(?:usepackage|selectlanguage|set(?:main|default)language)\s*\{n?german\}|[A-Za-z]"(?:[aousAOU|-][a-zA-Z]|"[a-z])/;
/** A dollar that has no partner within so many characters is a price. */
const LONGEST_FORMULA = 2000;

export class LatexScanner implements Scanner {
  readonly readsWhole = true;
  /** What ends the formula or the code that is open. */
  #until: Uint16Array | null = null;
  #code: CodeScanner | null = null;
  /** Of the braces that are open, whether what is in them is part of the word around them. */
  #groups: boolean[] = [];
  #hasShorthands = false;
  readonly #mayHaveShorthands: boolean;

  /** `mayHaveShorthands`: those of babel, where the text itself says so. */
  constructor(mayHaveShorthands = true) {
    this.#mayHaveShorthands = mayHaveShorthands;
  }

  scan(text: Uint16Array, from: number, to: number, regions: Regions): void {
    let start = from;
    let i = from;
    if (this.#mayHaveShorthands) this.#hasShorthands ||= hasShorthands(text, from, to);
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
      if (unit > 125 || MARKS[unit] === 0) {
        i++;
        continue;
      }
      const isInWord = i > start && isWord(text[i - 1]);
      if (accentAt(text, i, to) || this.#shorthand(text, i, to, isInWord) !== null) {
        i = joinWord(text, i, to, regions, this.#inWord);
      } else if (isInWord && this.#joint(text, i, to) > 0) {
        i = joinWord(text, i, to, regions, this.#inWord);
      } else if (unit === 37) {
        leaveOut(i, endOfLine(text, i, to));
      } else if (unit === 36) {
        const sign = text[i + 1] === 36 ? DOLLARS : DOLLAR;
        const begin = i + sign.length;
        const end = find(text, begin, Math.min(to, begin + LONGEST_FORMULA), sign);
        if (end < 0) i = begin;
        else leaveOut(i, end + sign.length);
      } else if (unit === 92) this.#command(text, i, to, regions, leaveOut);
      else {
        if (unit === 123) this.#groups.push(true);
        else if (unit === 125) this.#groups.pop();
        i++;
      }
    }
    regions.add(start, to, PROSE);
  }

  /** What stands inside a word, which is read on: accents, shorthands, and what is nothing. */
  readonly #inWord: ReferenceAt = (text, at, to) => {
    const reference = accentAt(text, at, to);
    if (reference) return reference;
    const shorthand = this.#shorthand(text, at, to, true);
    if (shorthand !== null) return { meaning: shorthand, end: at + 2 };
    const end = this.#joint(text, at, to);
    if (end <= 0) return null;
    if (text[end - 1] === 123) this.#groups.push(true);
    else if (text[at] === 125) this.#groups.pop();
    return { meaning: '', end };
  };

  /** What the shorthand at `at` stands for; null where there is none. */
  #shorthand(text: Uint16Array, at: number, to: number, isInWord: boolean): string | null {
    if (!this.#hasShorthands || text[at] !== 34 || at + 1 >= to) return null;
    const meaning = SHORTHANDS[String.fromCharCode(text[at + 1]!)];
    if (meaning === undefined) return null;
    // at the beginning of a word it is a vowel, and no quotation of a letter
    return isInWord
      ? meaning !== '' || isWord(text[at + 2])
        ? meaning
        : null
      : meaning !== '' && isLetter(text[at + 2])
        ? meaning
        : null;
  }

  /**
   * Behind what is nothing between two letters: \- \/ {} a brace, a command of fonts, a comment
   * that ends a line. 0 elsewhere.
   */
  #joint(text: Uint16Array, at: number, to: number): number {
    let end = 0;
    if (text[at] === 92) {
      if (text[at + 1] === 45 || text[at + 1] === 47) end = at + 2;
      else {
        let name = at + 1;
        while (name < to && isLetter(text[name])) name++;
        if (text[name] === 123 && INLINE.has(slice(text, at + 1, Math.min(name, at + 20)))) end = name + 1;
      }
    } else if (text[at] === 123) end = at + (text[at + 1] === 125 ? 2 : 1);
    else if (text[at] === 125) end = this.#groups.at(-1) ? at + 1 : 0;
    else if (text[at] === 37) end = afterIndent(text, endOfLine(text, at, to), to);
    return end > 0 && end < to && goesOn(text, end) ? end : 0;
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
      let behind = Math.min(to, end + 1);
      if (sign === 92 && text[behind] === 42) behind++;
      // the height of a line
      if (sign === 92 && text[behind] === 91) behind = closing(text, behind, to, 91, 93);
      leaveOut(at, behind);
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
    if (name === 'begin') {
      if (text[end] === 91) end = closing(text, end, to, 91, 93);
      for (let left = WITH_ARGUMENTS[argument] ?? 0; left > 0 && text[end] === 123; left--) {
        end = closing(text, end, to, 123, 125);
      }
    }
    if (text[end] === 123 && end < to) {
      this.#groups.push(INLINE.has(name));
      end++;
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

/** Characters that are looked at more closely. */
const MARKS = new Uint8Array(126);
for (const sign of '"$%\\{}') MARKS[sign.charCodeAt(0)] = 1;

/** Whether the text from a place on goes on with a letter, or with what stands for one. */
function goesOn(text: Uint16Array, at: number): boolean {
  return isWord(text[at]) || text[at] === 92 || text[at] === 123 || text[at] === 125 || text[at] === 34;
}

function isWord(unit: number | undefined): boolean {
  return unit !== undefined && CLASSES[unit]! >= RARE;
}

function hasShorthands(text: Uint16Array, from: number, to: number): boolean {
  const part = text.subarray(from, to);
  if (!part.includes(34)) return false;
  let beginning = '';
  for (let at = 0; at < part.length; at += 4096) beginning += slice(part, at, Math.min(part.length, at + 4096));
  return HAS_SHORTHANDS.test(beginning);
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
