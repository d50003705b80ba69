// The sets that word vectors are measured by, as they are published: word pairs with scores that
// people gave (WordSim-353, SimLex-999, SimVerb-3500, MEN, RW, Multi-SimLex and their kin), and
// analogies (Mikolov et al. 2013, questions-words.txt).
//
// Which column is what is told by its name in a heading, else by what it holds. Numbers of rows,
// parts of speech, relations, deviations and the scores of single raters are passed over. Where it
// stays open which column is the score, nothing is guessed: the caller has to say.

import {
  fieldsOf,
  filledLines,
  isMostly,
  isNumeric,
  isRemark,
  numberOf,
  parseTable,
  separatorOf,
  type Table,
  WORD_NAME,
} from './delimited-text.ts';

/** What is read from a file of a set. Numbers in it are places in `words`. */
export interface ScoredPairs {
  kind: 'pairs';
  words: string[];
  /** (P, 2) */
  pairs: Int32Array;
  /** (P), given by people; the scale does not matter. */
  scores: Float64Array;
  /** Name of the score's column, if the file has others than two words and a score. */
  column: Column | null;
  /** Lines, but for empty ones and remarks (`#`), that are no pair, such as a heading. */
  passedOver: number;
}

export interface AnalogyQuestions {
  kind: 'analogies';
  words: string[];
  /** (Q, 4): a is to b as c is to d; d is what is asked. */
  questions: Int32Array;
  /** In order; each begins where the one before it ends, counted in questions. */
  sections: { name: string; end: number }[];
  passedOver: number;
}

/** It is not clear which of these columns is the score, or which two have the words. */
export interface UnclearSet {
  kind: 'unclearScore' | 'unclearWords';
  columns: Column[];
}

export interface Column {
  /** From 1. */
  number: number;
  /** In the heading; empty without one. */
  name: string;
  /**
   * How many columns, each of one rater, the score is the mean of, if it is one: this is the first.
   */
  raters?: number;
}

/** Names of a score. */
const SCORE_NAME =
  /^(?:(?:human|mean|avg|average|gold|final|total|similarity|relatedness|sim|kor|korean|ko|en|eng|word ?sim(?:[- ]?353)?)[\s_]*)?\(?(?:score|scores|rating|mean|average|avg|similarity|relatedness|sim|judge?ment|gold|human|value)\)?$|^(?:gold[\s_-]*standard|human[\s_]*\(?mean\)?|mean[\s_]*\(?human\)?|(?:ko[\s_-]?)?simlex(?:[-_ ]?\d+)?|ws-?353|simverb(?:[-_ ]?3500)?|wert|mittelwert|bewertung|ähnlichkeit|note|moyenne|media|média|promedio|puntuación|similitud|similarité|점수|평균|평균 ?점수|유사도|유사도 ?점수|評価|スコア|類似度|得分|相似度|оценка|сходство)$/i;
/** Names of numbers about a pair that are not its score. */
const OTHER_NAME =
  /^(?:sd|std|stdev|std[\s_.-]*dev\w*|var|variance|deviation|standard[\s_]*deviation|se|stderr|ci|range|min|max|median[\s_]*abs\w*|n|count|counts|num\w*|freq\w*|rank|len\w*|conc\w*|familiarity|표준 ?편차|빈도|평가자 ?수)(?:[\s_.(\d].*)?$|^.*[\s_(](?:sd|std|var|freq|count|rank)\)?$/i;
/** Names of the scores of one rater. */
const RATER_NAME =
  /^(?:\d+|(?:r|a|s|p|u|rater|annotator|annot|subject|subj|judge|participant|user|worker|human|평가자|응답자)[\s_.-]*\d+)$/i;
/** Names of columns that number the rows. */
const INDEX_NAME = /^(?:|#|id|idx|index|no\.?|nr\.?|pair[\s_]*id|pair|row|line|unnamed: ?\d+|번호|순번)$/i;
/** Names of columns with a part of speech, a relation, a language. */
const LABEL_NAME =
  /^(?:pos\w*|part[\s_]*of[\s_]*speech|tag|rel|relation\w*|type|category|class|section|group|domain|source|subset|split|lang\w*|품사|관계|종류|분류|wortart|relación|relation)$/i;
/** A part of speech, a code of one sign, or a relation in capitals. */
const LABEL = /^(?:[!-~]|adj|adv|noun|verb|adjective|adverb|nn|vb|jj|rb|[A-Z]{2,}[A-Z/_-]*|명사|동사|형용사|부사)$/;

/** What stands for a number that is not there. */
const MISSING = /^(?:|-+|\?|n\.?\/?a\.?|nan|null|none)$/i;
/** More words than this are a sentence, and no phrase. */
const LONGEST_PHRASE = 4;

/**
 * Reads word pairs or analogies, whichever the file has; null if neither. `score`: the name or the
 * number of the column of scores, if the caller knows it.
 */
export function parseEvaluationSet(
  text: string,
  score: string | null = null,
): ScoredPairs | AnalogyQuestions | UnclearSet | null {
  const lines = filledLines(text);
  if (lines.some(isSection)) {
    const questions = readSections(lines);
    if (questions.questions.length > 0) return questions;
  }
  const table = parseTable(lines, 3);
  if (!table || table.rows.length === 0) return null;
  const columns = columnsOf(table);
  return readQuestions(table, columns) ?? readPairs(table, columns, score);
}

/** Reads word pairs; empty if there are none, or if their columns are not clear. */
export function parseScoredPairs(text: string): ScoredPairs {
  const set = parseEvaluationSet(text);
  if (set?.kind === 'pairs') return set;
  return {
    kind: 'pairs',
    words: [],
    pairs: new Int32Array(0),
    scores: new Float64Array(0),
    column: null,
    passedOver: 0,
  };
}

/** Reads analogies; empty if there are none. */
export function parseAnalogyQuestions(text: string): AnalogyQuestions {
  const set = parseEvaluationSet(text);
  return set?.kind === 'analogies' ? set : new QuestionList().done(0);
}

interface TableColumn extends Column {
  values: string[];
  /**
   * `index` numbers the rows; `label` is a part of speech, a relation or the like; `sentence` has a
   * context.
   */
  kind: 'index' | 'number' | 'label' | 'sentence' | 'text' | 'empty';
}

function columnsOf({ heading, rows }: Table): TableColumn[] {
  const columns = rows[0]!.map((_, at): TableColumn => {
    const values = rows.map((row) => row[at]!);
    return { number: at + 1, name: (heading?.[at] ?? '').trim(), values, kind: 'text' };
  });
  for (const column of columns) column.kind = kindOf(column, heading !== null);
  const firstText = columns.findIndex(({ kind }) => kind === 'text');
  // whole numbers, each once, before the words: pairs by their numbers
  for (const column of columns.slice(0, Math.max(0, firstText))) {
    if (column.kind === 'number' && areRowNumbers(column)) column.kind = 'index';
  }
  return columns;
}

function kindOf({ name, values }: TableColumn, isNamed: boolean): TableColumn['kind'] {
  const filled = values.filter((value) => !MISSING.test(value));
  if (filled.length === 0) return 'empty';
  if (isMostly(filled, 0.75, isNumeric) && filled.length * 2 >= values.length)
    return isNamed && INDEX_NAME.test(name) ? 'index' : 'number';
  if (isNamed && LABEL_NAME.test(name)) return 'label';
  if (isMostly(filled, 0.9, (value) => value.split(/\s+/).length > LONGEST_PHRASE)) return 'sentence';
  return 'text';
}

function areRowNumbers({ values }: TableColumn): boolean {
  const filled = values.filter((value) => value !== '');
  return filled.every((value) => /^\d+$/.test(value)) && new Set(filled).size === filled.length;
}

/**
 * Columns of text that may have words: no parts of speech, relations and whatever has few values.
 */
function wordColumns(columns: readonly TableColumn[]): TableColumn[] {
  const text = columns.filter(({ kind }) => kind === 'text');
  const distinct = ({ values }: TableColumn): number => new Set(values).size;
  const most = text.map(distinct).reduce((a, b) => Math.max(a, b), -Infinity);
  return text.filter(
    (column) =>
      !isMostly(column.values, 0.9, (value) => LABEL.test(value)) && distinct(column) * 4 > Math.min(most, 40),
  );
}

/**
 * Analogies without headings of sections: four columns of words and no number, a label for each
 * line or none.
 */
function readQuestions(table: Table, columns: readonly TableColumn[]): AnalogyQuestions | null {
  const named = columns.filter(({ name }) => WORD_NAME.test(name) || /^(?:target|answer|정답)$/i.test(name));
  const text = columns.filter(({ kind }) => kind === 'text');
  const isPairs = columns.some(({ kind }) => kind === 'number' || kind === 'sentence');
  const words = [named, ...(isPairs ? [] : [text, wordColumns(columns)])].find(({ length }) => length === 4);
  if (!words) return null;
  const labels = columns.filter((column) => !words.includes(column) && !['index', 'empty'].includes(column.kind));
  const list = new QuestionList();
  let passedOver = table.passedOver;
  const names = table.rows.map((_, row) => labels[0]?.values[row] ?? '');
  for (const section of new Set(names)) {
    list.begin(section);
    for (const [row, name] of names.entries()) {
      if (name !== section) continue;
      const four = words.map(({ values }) => values[row]!);
      if (four.includes('')) passedOver++;
      else list.add(four);
    }
  }
  return list.done(passedOver);
}

function isSection(line: string): boolean {
  return line.trimStart().startsWith(':');
}

/** Analogies in sections that begin with a line such as `: capital-common-countries`. */
function readSections(lines: readonly string[]): AnalogyQuestions {
  const list = new QuestionList();
  const separator = separatorOf(
    lines.filter((line) => !isSection(line) && !isRemark(line)),
    4,
  );
  let passedOver = 0;
  for (const line of lines) {
    if (isSection(line)) list.begin(line.trim().slice(1).trim());
    else if (!isRemark(line)) {
      const four = separator === null ? [] : fieldsOf(line, separator);
      if (four.length === 4 && !four.includes('')) list.add(four);
      else passedOver++;
    }
  }
  return list.done(passedOver);
}

function readPairs(
  table: Table,
  columns: readonly TableColumn[],
  wanted: string | null,
): ScoredPairs | UnclearSet | null {
  const numbers = columns.filter(({ kind }) => kind === 'number');
  if (numbers.length === 0) return null;
  const pair = pairColumns(columns, numbers[0]!);
  if (!pair) return columns.filter(({ kind }) => kind === 'text').length < 2 ? null : unclear('unclearWords', columns);
  const score = scoreColumn(numbers, wanted, table.heading !== null);
  if (!score) return unclear('unclearScore', numbers);
  const words = new SetWords();
  const pairs: number[] = [];
  const scores: number[] = [];
  const spell = spellingOf(pair);
  for (const row of table.rows.keys()) {
    const [first, second] = pair.map(({ values }) => values[row]!) as [string, string];
    const value = numberOf(score.values[row]!);
    if (first === '' || second === '' || Number.isNaN(value)) continue;
    pairs.push(words.place(spell(first)), words.place(spell(second)));
    scores.push(value);
  }
  const { number, name, raters } = score;
  return {
    kind: 'pairs',
    words: words.list,
    pairs: Int32Array.from(pairs),
    scores: Float64Array.from(scores),
    column: columns.length > 3 ? { number, name, ...(raters && { raters }) } : null,
    passedOver: table.passedOver + table.rows.length - scores.length,
  };
}

function unclear(kind: UnclearSet['kind'], columns: readonly TableColumn[]): UnclearSet {
  return { kind, columns: columns.map(({ number, name }) => ({ number, name })) };
}

/** The two columns of words; null if that is not clear. Words stand before the first number. */
function pairColumns(columns: readonly TableColumn[], firstNumber: TableColumn): TableColumn[] | null {
  const text = columns.filter(({ kind }) => kind === 'text');
  const named = text.filter(({ name }) => WORD_NAME.test(name));
  // a second pair, in another language
  const others = text.filter((column) => !named.includes(column) && /word|wort|단어|mot\b|term/i.test(column.name));
  if (named.length > 0) return named.length === 2 && others.length === 0 ? named : null;
  const before = text.filter(({ number }) => number < firstNumber.number);
  const candidates = before.length >= 2 ? before : text;
  return [candidates, wordColumns(candidates)].find(({ length }) => length === 2) ?? null;
}

/** The column of scores; null if that is not clear. */
function scoreColumn(numbers: readonly TableColumn[], wanted: string | null, isNamed: boolean): TableColumn | null {
  if (wanted !== null) {
    const name = wanted.trim().toLowerCase();
    return numbers.find((column) => column.name.toLowerCase() === name || String(column.number) === name) ?? null;
  }
  const named = isNamed ? numbers.filter(({ name }) => SCORE_NAME.test(name) && !RATER_NAME.test(name)) : [];
  if (named.length === 1) return named[0]!;
  if (named.length > 1) return meanOfOthers(named);
  const others = isNamed ? numbers.filter(({ name }) => !OTHER_NAME.test(name) && !RATER_NAME.test(name)) : numbers;
  if (others.length === 1) return isRun(others[0]!) ? null : others[0]!;
  const raters = isNamed ? numbers.filter(({ name }) => RATER_NAME.test(name)) : [];
  return raters.length > 1 && others.length === 0 ? meanOf(raters) : meanOfOthers(numbers);
}

/**
 * Whether whole numbers follow each other from row to row: the numbers of the rows, as likely as
 * scores.
 */
function isRun({ values }: TableColumn): boolean {
  const numbers = values.map(numberOf);
  return numbers.length > 4 && numbers.every((value, row) => row === 0 || value === numbers[row - 1]! + 1);
}

/** The mean of the scores of single raters, where they are all there is (Multi-SimLex). */
function meanOf(raters: readonly TableColumn[]): TableColumn {
  const values = raters[0]!.values.map((_, row) => {
    const given = raters.map(({ values: own }) => numberOf(own[row]!)).filter((value) => !Number.isNaN(value));
    return given.length > 0 ? String(given.reduce((sum, value) => sum + value, 0) / given.length) : '';
  });
  return { ...raters[0]!, values, raters: raters.length };
}

/**
 * The one column that is the mean of all the others, the scores of single raters; null if none is,
 * or more than one.
 */
function meanOfOthers(numbers: readonly TableColumn[]): TableColumn | null {
  if (numbers.length < 3) return null;
  const isMean = (column: TableColumn): boolean => {
    const own = column.values.map(numberOf);
    const known = own.filter((value) => !Number.isNaN(value));
    // half a percent of the scale: means are rounded
    const tolerance =
      (known.reduce((a, b) => Math.max(a, b), -Infinity) - known.reduce((a, b) => Math.min(a, b), Infinity)) / 200 +
      0.005;
    return isMostly([...own.keys()], 0.9, (row) => {
      const others = numbers.flatMap((other) => (other === column ? [] : [numberOf(other.values[row]!)]));
      const given = others.filter((value) => !Number.isNaN(value));
      const mean = given.reduce((sum, value) => sum + value, 0) / given.length;
      return Math.abs(mean - own[row]!) <= tolerance;
    });
  };
  const means = numbers.filter(isMean);
  return means.length === 1 ? means[0]! : null;
}

/** How words are spelt: of MEN's lemmas, `sun-n` and `run-v`, without the part of speech. */
function spellingOf(pair: readonly TableColumn[]): (word: string) => string {
  const lemma = /^(.+)-[nvjar]$/;
  const areLemmas = pair.every(
    ({ values }) => values.length > 1 && values.every((word) => word === '' || lemma.test(word)),
  );
  return (word) => (areLemmas ? word.replace(lemma, '$1') : word);
}

/** The words of a set, each once. */
class SetWords {
  readonly list: string[] = [];
  readonly #places = new Map<string, number>();

  place(word: string): number {
    let place = this.#places.get(word);
    if (place === undefined) this.#places.set(word, (place = this.list.push(word) - 1));
    return place;
  }
}

class QuestionList {
  readonly #words = new SetWords();
  readonly #questions: number[] = [];
  readonly #sections: { name: string; end: number }[] = [];

  begin(name: string): void {
    this.#sections.push({ name, end: this.#questions.length / 4 });
  }

  add(four: readonly string[]): void {
    if (this.#sections.length === 0) this.begin('');
    for (const word of four) this.#questions.push(this.#words.place(word));
    this.#sections.at(-1)!.end = this.#questions.length / 4;
  }

  done(passedOver: number): AnalogyQuestions {
    const questions = Int32Array.from(this.#questions);
    return { kind: 'analogies', words: this.#words.list, questions, sections: this.#sections, passedOver };
  }
}
