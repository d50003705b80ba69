// What the beginning of a text file of word vectors says about its rows. A row is a word and D
// numbers, with spaces or tabs between; a word may hold spaces and end in a number, so that D is
// what most rows agree on.

import { DecimalReader } from './decimals.ts';

export interface TextShape {
  /** D */
  vectorSize: number;
  /** About how many rows the file has. */
  rows: number;
  /** Whether the words stand in quotation marks, as R writes them. */
  quoted: boolean;
  /** Whether the first line names the columns. */
  heading: boolean;
}

/**
 * A share of the words that may lack quotation marks where the others have them: names of columns,
 * odd rows.
 */
const QUOTED = 0.9;

/**
 * The shape of a file of `bytes` bytes that begins with `head`; null if most of its lines do not
 * end in numbers.
 */
export function textShape(head: Uint8Array, bytes: number): TextShape | null {
  const text = new TextDecoder().decode(head);
  const lines = text.split('\n');
  const cut = lines.length > 1 && head.length < bytes ? lines.pop()! : ''; // the head may end within a line
  const filled = lines.filter((line) => line.trim() !== '');
  const rows = filled.map(rowOf).filter(({ numbers }) => numbers > 0);
  if (rows.length === 0 || rows.length * 2 < filled.length) return null;
  const sure = rows.filter(({ isSure }) => isSure);
  const vectorSize = commonSize(sure.length > 0 ? sure : rows);
  const names = fieldsOf(filled[0]!);
  const headBytes = Math.max(1, head.length - new TextEncoder().encode(cut).length);
  return {
    vectorSize,
    rows: Math.ceil((rows.length * bytes * 1.05) / headBytes),
    quoted: areQuoted(filled),
    heading:
      names.length > 1 &&
      (names.length === vectorSize || names.length === vectorSize + 1) &&
      names.every((name) => !isNumber(name)),
  };
}

/** Whether the words of nearly all lines stand in quotation marks. */
export function areQuoted(lines: readonly string[]): boolean {
  const quoted = lines.filter((line) => /^"([^"\\]|\\.|"")*"(?=[ \t]|$)/.test(line)).length;
  return lines.length > 0 && quoted >= lines.length * QUOTED;
}

interface Row {
  fields: string[];
  /** Numbers that the line ends in, without its first field. */
  numbers: number;
  /** Whether a tab stands between the word and the numbers. */
  isSure: boolean;
}

function rowOf(line: string): Row {
  const fields = fieldsOf(line);
  const tab = line.indexOf('\t');
  const behind = tab > 0 ? fieldsOf(line.slice(tab)) : [];
  if (behind.length > 0 && behind.every(isNumber)) return { fields, numbers: behind.length, isSure: true };
  let numbers = 0;
  while (numbers < fields.length - 1 && isNumber(fields[fields.length - 1 - numbers]!)) numbers++;
  return { fields, numbers, isSure: false };
}

/**
 * What most rows end in; of two that are equally common the smaller one if the others may have
 * words that end in whole numbers.
 */
function commonSize(rows: readonly Row[]): number {
  const counts = new Map<number, number>();
  for (const { numbers } of rows) counts.set(numbers, (counts.get(numbers) ?? 0) + 1);
  const most = Array.from(counts.values()).reduce((a, b) => Math.max(a, b), -Infinity);
  const sizes = [...counts.keys()].filter((size) => counts.get(size) === most).sort((a, b) => a - b);
  const [smallest] = sizes as [number];
  const isOfWord = ({ fields, numbers }: Row): boolean =>
    numbers === smallest || fields.slice(-numbers, -smallest).every((field) => /^\d+$/.test(field));
  return rows.filter(({ numbers }) => sizes.includes(numbers)).every(isOfWord) ? smallest : sizes.at(-1)!;
}

/** The fields of a line, with spaces and tabs between. */
export function fieldsOf(line: string): string[] {
  return line.split(/[ \t\r]+/).filter((field) => field !== '');
}

const decimals = new DecimalReader();

/** Whether a field is a number as the readers take it. */
export function isNumber(field: string): boolean {
  if (!/^[+\-.\dni]/i.test(field)) return false;
  const bytes = new TextEncoder().encode(field);
  decimals.read(bytes, 0, bytes.length);
  return decimals.valid;
}
