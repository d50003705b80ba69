// Lines of fields, as spreadsheets, R, pandas and people write them: tabs, semicolons, commas or
// spaces between, quotation marks around a field (RFC 4180), a heading or none, decimal points or
// commas.

export interface Table {
  /** Names of the columns; null if the first line is data. */
  heading: string[] | null;
  /** (rows, columns): lines with as many fields as most. */
  rows: string[][];
  /** Lines with other numbers of fields, and a heading that is no remark. */
  passedOver: number;
}

const SEPARATORS = ['\t', ';', ',', ' '] as const;
export type Separator = (typeof SEPARATORS)[number];

/** Lines with something in them, without white space around. */
export function filledLines(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|[\r\n]/)
    .filter((line) => line.trim() !== '');
}

/**
 * The first separator that gives half of the lines or more the same number of fields, `fewest` or
 * more; null if none does.
 */
export function separatorOf(lines: readonly string[], fewest: number): Separator | null {
  const fits = (separator: Separator): boolean => {
    const lengths = lines.map((line) => fieldsOf(line, separator).length);
    const columns = mostCommon(lengths);
    return columns >= fewest && lengths.filter((length) => length === columns).length * 2 >= lines.length;
  };
  return SEPARATORS.find(fits) ?? null;
}

/**
 * Lines as a table of `fewest` columns or more; null if they are none. `#` begins a remark; the
 * last one before the data may be the heading.
 */
export function parseTable(lines: readonly string[], fewest: number): Table | null {
  const filled = lines.filter((line) => !isRemark(line) && !/^sep=.$/i.test(line)); // Excel may name the separator
  const separator = separatorOf(filled, fewest);
  if (separator === null) return null;
  const split = filled.map((line) => fieldsOf(line, separator));
  const columns = mostCommon(split.map(({ length }) => length));
  const rowsOf = (each: readonly string[][]): string[][] =>
    each.flatMap((fields) => {
      // what is missing at the end of a line of spaces may be missing anywhere in it
      const missing = separator === ' ' ? 0 : Math.max(0, columns - fields.length);
      const row = [...fields, ...Array.from({ length: missing }, () => '')];
      return row.length === columns ? [row] : [];
    });
  const remark = lines
    .slice(0, lines.indexOf(filled[0]!))
    .findLast(isRemark)
    ?.replace(/^[#\s]+/, '');
  const remarked = remark === undefined ? null : headingOf(fieldsOf(remark, separator), rowsOf(split), columns);
  const heading = remarked ?? headingOf(split[0]!, rowsOf(split.slice(1)), columns);
  const data = heading && !remarked ? split.slice(1) : split;
  const rows = rowsOf(data);
  return { heading, rows, passedOver: split.length - rows.length };
}

export function isRemark(line: string): boolean {
  return line.trimStart().startsWith('#');
}

/**
 * The fields of a line without the quotation marks and white space around them, and without empty
 * ones at its end.
 */
export function fieldsOf(line: string, separator: Separator): string[] {
  if (separator === ' ') {
    const fields = line.trim().match(/"(?:[^"]|"")*"(?=\s|$)|\S+/g) ?? [];
    return fields.map(unquoted);
  }
  const fields: string[] = [];
  for (let at = 0; at <= line.length;) {
    // a quotation mark that is not closed before a separator is a letter like others
    const quoted = /^\s*"(?:[^"]|"")*"\s*/.exec(line.slice(at))?.[0].length ?? 0;
    const isClosed = quoted > 0 && (at + quoted === line.length || line[at + quoted] === separator);
    const next = isClosed ? at + quoted : line.indexOf(separator, at);
    const end = next < 0 ? line.length : next;
    fields.push(unquoted(line.slice(at, end).trim()));
    at = end + 1;
  }
  while (fields.length > 0 && fields.at(-1) === '') fields.pop();
  return fields;
}

function unquoted(field: string): string {
  return /^".*"$/s.test(field) && field.length > 1 ? field.slice(1, -1).replaceAll('""', '"').trim() : field;
}

/** The number that a field is, with a decimal point or comma; NaN if it is none. */
export function numberOf(field: string): number {
  const text = field.replace(/^[\u2212\u2013]/, '-');
  return /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text.replace(',', '.')) : NaN;
}

export function isNumeric(field: string): boolean {
  return !Number.isNaN(numberOf(field));
}

/**
 * The names of the columns if these fields are names: a column of numbers has one that is none, or
 * two columns have names of words. R leaves out the name of the first column, which numbers the
 * rows.
 */
function headingOf(fields: readonly string[], rows: readonly string[][], columns: number): string[] | null {
  const isShort = fields.length === columns - 1 && isMostly(rows, 0.9, (row) => /^\d+$/.test(row[0]!));
  const names = isShort ? ['', ...fields] : [...fields];
  if (names.length !== columns) return null;
  // the first may lack a name, as an index of pandas does
  const namesNumbers = names.some(
    (name, column) =>
      (name !== '' || column === 0) && !isNumeric(name) && isMostly(rows, 0.75, (row) => isNumeric(row[column]!)),
  );
  return namesNumbers || names.filter((name) => WORD_NAME.test(name)).length >= 2 ? names : null;
}

/** A column of words, the first, second, third or fourth of a line. */
export const WORD_NAME =
  /^(?:the )?(?:word|wort|mot|palabra|parola|palavra|woord|ord|sana|słowo|слово|단어|어휘|낱말|単語|語|词|词语|詞|term|token|lemma|concept|item|w)[\s_.-]*\(?[1-4a-d]\)?$|^(?:first|second|third|fourth)[\s_-]*(?:word|term)$/i;

/** Whether at least this share of the rows are so, and there are some. */
export function isMostly<Row>(rows: readonly Row[], share: number, is: (row: Row) => boolean): boolean {
  return rows.length > 0 && rows.filter(is).length >= rows.length * share;
}

function mostCommon(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best = 0;
  for (const [value, count] of counts) if (count > (counts.get(best) ?? 0)) best = value;
  return best;
}
