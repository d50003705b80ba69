// Which tags end a sentence. HTML says it by their names. XML does not tell blocks from what marks
// words within a line; what does is text beside an element in its parent (mixed content), and where
// each word is an element, that it is one word.

/** Hears of tags and of text, in their order. */
export interface Breaks {
  /** `name`: in small letters, without the namespace. */
  tag(name: string, kind: 'start' | 'end' | 'empty'): void;
  /** Whether a sentence ends before this text, which is not blank, [start, end) of `text`. */
  endsBefore(text: Uint16Array, start: number, end: number): boolean;
  /** Whether a word may go on behind such a tag. */
  joins(name: string): boolean;
}

/** Tags that mark words within a line. */
export const HTML_INLINE = new Set(
  'a abbr acronym b bdi bdo big cite code data del dfn em emphasis font g i img ins kbd label mark q ref rp rt ruby s samp small span strike strong sub sup time tspan tt u var wbr'.split(
    ' ',
  ),
);
/**
 * Of these, what stands beside words and not within them: footnotes, labels, readings of other
 * letters.
 */
const BESIDE = new Set(['img', 'kbd', 'label', 'q', 'ref', 'rp', 'rt', 'ruby']);
/** Tags that may stand within a word: O<b>n</b>ce. */
export const WITHIN_WORDS: ReadonlySet<string> = new Set(Array.from(HTML_INLINE).filter((name) => !BESIDE.has(name)));
/** What subtitles in SAMI have: a sentence may go on in the next one. */
const SAMI_INLINE = new Set(['sync', 'p', 'br', 'body', ...HTML_INLINE]);

/** Tags end sentences unless their names are known to mark words within a line. */
export class NamedBreaks implements Breaks {
  readonly #inline: ReadonlySet<string>;
  #breaks = false;

  private constructor(inline: ReadonlySet<string>) {
    this.#inline = inline;
  }

  static ofHtml(): NamedBreaks {
    return new NamedBreaks(HTML_INLINE);
  }

  static ofSami(): NamedBreaks {
    return new NamedBreaks(SAMI_INLINE);
  }

  tag(name: string): void {
    if (!this.#inline.has(name)) this.#breaks = true;
  }

  endsBefore(): boolean {
    const breaks = this.#breaks;
    this.#breaks = false;
    return breaks;
  }

  joins(name: string): boolean {
    return WITHIN_WORDS.has(name);
  }
}

/** Blocks wherever they stand. */
const BLOCKS = new Set(
  'p para simpara div h1 h2 h3 h4 h5 h6 li td th tr ul ol table blockquote section br hr'.split(' '),
);
/** What is no block in them, in XML that has HTML in it, though no text stands beside it. */
const TEXT_BLOCKS = new Set('p para simpara h1 h2 h3 h4 h5 h6 li td th'.split(' '));
/** HTML's tags without an end, as CDATA has them. */
const VOID = new Set(['br', 'hr', 'img', 'wbr']);
/** Elements of corpora that hold a word or a sign each (TEI, BNC, FoLiA, NAF, SemCor). */
const WORDS = new Set(['w', 'wf', 'c', 'pc', 'm', 'tok', 'token', 'word']);
/** Elements that hold what stands beside the words around them (TEI, DocBook, JATS). */
const NOTES = new Set('note footnote fn ref xref noteref footnoteref indexterm'.split(' '));
/** An element that holds one word so often, with signs among its like, is one of these. */
const OFTEN = 12;
const DEEPEST = 500;
/** Tags between two texts; among more of them is a block. */
const MOST_CROSSED = 200;

interface Element {
  name: string;
  parent: Element | null;
  hasText: boolean;
  hasChildren: boolean;
  /** Of its text, for one that may be a word: whether it is one, or signs. */
  words: number;
}

/** How often elements of a name held one word, more or other elements, or signs only. */
interface Leaves {
  words: number;
  others: number;
  signs: number;
}

/**
 * Decides where the next text comes, by what was before it: the same in whatever pieces the
 * document comes.
 */
export class MixedContentBreaks implements Breaks {
  #top: Element = { name: '', parent: null, hasText: false, hasChildren: false, words: 0 };
  #depth = 0;
  /** Names of elements that have had text and elements in them. */
  readonly #mixed = new Set<string>();
  readonly #leaves = new Map<string, Leaves>();
  /** What was opened or closed since the last text. */
  #crossed: Element[] = [];
  #isFar = false;

  tag(name: string, kind: 'start' | 'end' | 'empty'): void {
    if (kind === 'end') this.#close(name);
    else if (this.#depth < DEEPEST) {
      const top = this.#top;
      top.hasChildren = true;
      if (top.hasText) this.#mixed.add(top.name);
      const element = { name, parent: top, hasText: false, hasChildren: false, words: 0 };
      this.#cross(element);
      if (kind === 'start' && !VOID.has(name)) {
        this.#top = element;
        this.#depth++;
      }
    }
  }

  endsBefore(text: Uint16Array, start: number, end: number): boolean {
    const top = this.#top;
    top.hasText = true;
    top.words += wordsIn(text, start, end);
    if (top.hasChildren) this.#mixed.add(top.name);
    const breaks = this.#isFar || this.#crossed.some((element) => !this.#isInline(element));
    this.#crossed = [];
    this.#isFar = false;
    return breaks;
  }

  /** A letter on both sides is mixed content: one of them is text beside the element. */
  joins(name: string): boolean {
    if (BLOCKS.has(name) || BESIDE.has(name) || NOTES.has(name) || this.#isWord(name)) return false;
    return !VOID.has(name) || name === 'wbr';
  }

  #cross(element: Element): void {
    if (this.#crossed.length < MOST_CROSSED) this.#crossed.push(element);
    else this.#isFar = true;
  }

  /**
   * Closes the innermost element of this name, and what is open in it; nothing if there is none.
   */
  #close(name: string): void {
    let closed: Element | null = this.#top;
    while (closed && closed.name !== name) closed = closed.parent;
    if (!closed?.parent) return;
    for (let element = this.#top; ; element = element.parent!) {
      this.#cross(element);
      this.#count(element);
      this.#depth--;
      if (element === closed) break;
    }
    this.#top = closed.parent;
  }

  #count({ name, hasChildren, hasText, words }: Element): void {
    let leaves = this.#leaves.get(name);
    if (!leaves) this.#leaves.set(name, (leaves = { words: 0, others: 0, signs: 0 }));
    if (hasChildren || words > 1) leaves.others++;
    else if (words === 1) leaves.words++;
    else if (hasText) leaves.signs++;
  }

  #isInline({ name, parent }: Element): boolean {
    if (BLOCKS.has(name)) return false;
    if (parent === null || this.#isWord(name) || this.#isWord(parent.name)) return true;
    return parent.hasText || this.#mixed.has(parent.name) || (TEXT_BLOCKS.has(parent.name) && HTML_INLINE.has(name));
  }

  #isWord(name: string): boolean {
    if (WORDS.has(name)) return true;
    const leaves = this.#leaves.get(name);
    return leaves !== undefined && leaves.words >= OFTEN && leaves.signs > 0 && leaves.others * 20 < leaves.words;
  }
}

/** Runs of what is no white space and begins with a letter or a digit: 0, 1, or 2 for more. */
function wordsIn(text: Uint16Array, start: number, end: number): number {
  let count = 0;
  let inRun = false;
  for (let i = start; i < end && count < 2; i++) {
    const unit = text[i]!;
    const isSpace = unit <= 32;
    const isSign = unit < 128 && !((unit >= 48 && unit < 58) || ((unit | 32) >= 97 && (unit | 32) <= 122));
    if (!isSpace && !isSign && !inRun) count++;
    inRun = !isSpace && (inRun || !isSign);
  }
  return count;
}
