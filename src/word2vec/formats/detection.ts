// Which format a file of word vectors has, by its beginning first and by its name where that leaves
// it open.

import { FastTextReader, isFastText } from './fasttext.ts';
import { latin1Of } from './latin1.ts';
import { ProjectorVectorReader } from './projector.ts';
import { SafetensorsVectorReader } from './safetensors.ts';
import { areQuoted, fieldsOf, isNumber, textShape } from './text-shape.ts';
import { fail, type ForeignFormat, type ReadableFormat, type VectorReader, type VectorTable } from './vector-table.ts';
import { BinaryVectorReader } from './word2vec-binary.ts';
import { parseHeader, parseTabbedHeader, TextVectorReader } from './word2vec-text.ts';

/** Bytes of a file's beginning that tell its format. */
export const HEAD = 1 << 16;

/**
 * First bytes of what people have beside the vectors themselves. A more special one stands before a
 * more general one.
 */
const FOREIGN: { what: ForeignFormat; bytes: number[] }[] = [
  { what: 'compressed', bytes: [0x1f, 0x8b] }, // gzip within gzip
  { what: 'compressed', bytes: [0x42, 0x5a, 0x68] }, // bzip2
  { what: 'compressed', bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] }, // xz
  { what: 'compressed', bytes: [0x28, 0xb5, 0x2f, 0xfd] }, // Zstandard
  { what: 'compressed', bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c] }, // 7-Zip
  { what: 'pytorch', bytes: [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20] }, // before PyTorch 1.6
  { what: 'pickle', bytes: [0x80, 0x02] },
  { what: 'pickle', bytes: [0x80, 0x03] },
  { what: 'pickle', bytes: [0x80, 0x04] },
  { what: 'pickle', bytes: [0x80, 0x05] },
  { what: 'numpy', bytes: [0x93, 0x4e, 0x55, 0x4d] },
];

/**
 * The format of a file with this name and beginning. Throws VectorFileError if it is none of ours.
 */
export function detectFormat(name: string, head: Uint8Array): ReadableFormat {
  if (head.length === 0) fail({ kind: 'empty' });
  if (isFastText(head)) return 'fasttext';
  for (const { what, bytes } of FOREIGN) if (beginsWith(head, bytes)) fail({ kind: 'foreign', what });
  if (beginsWith(head, [0x50, 0x4b, 0x03, 0x04])) fail({ kind: 'foreign', what: kindOfZip(head) });
  if (latin1Of(head.subarray(257, 262)) === 'ustar') fail({ kind: 'foreign', what: 'compressed' }); // tar
  if (utf16Of(head)) fail({ kind: 'notUtf8' });
  // a JSON object behind a length whose upper half is zero
  if (head[8] === 0x7b && head.subarray(4, 8).every((byte) => byte === 0)) return 'safetensors';
  const mark = beginsWith(head, [0xef, 0xbb, 0xbf]) ? 3 : 0;
  const newLine = head.indexOf(0x0a);
  const firstLine = head.subarray(mark, newLine < 0 ? head.length : newLine);
  const header = parseHeader(firstLine);
  if (header) {
    if (header.rows === 0 || newLine < 0 || newLine + 1 === head.length)
      return /\.bin$/i.test(name) ? 'word2vec-binary' : 'word2vec-text';
    return beginsWithNumber(head.subarray(newLine + 1)) ? 'word2vec-text' : 'word2vec-binary';
  }
  const lines = new TextDecoder().decode(head.subarray(mark)).split('\n');
  const first = lines[0]!.trim();
  if (first === '') fail({ kind: 'unknownFormat' });
  if (parseTabbedHeader(firstLine, lines[1] ?? '')) return 'word2vec-text';
  const what = nearly(lines);
  if (what) fail({ kind: 'foreign', what });
  if (fieldsOf(first).every(isNumber) && (first.includes('\t') || /\.tsv$/i.test(name))) return 'projector';
  return textShape(head, head.length) ? 'glove' : fail({ kind: 'unknownFormat' });
}

/**
 * Which half of UTF-16 a text begins in, by its mark or by the NUL bytes of its first letters; null
 * if neither.
 */
export function utf16Of(head: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const [first, second, third, fourth] = head;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first && second === 0 && third && fourth === 0) return 'utf-16le';
  return first === 0 && second && third === 0 && fourth ? 'utf-16be' : null;
}

function beginsWith(head: Uint8Array, bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => head[index] === byte);
}

/** What a ZIP archive holds, by the name of its first file. */
function kindOfZip(head: Uint8Array): ForeignFormat {
  const length = head[26]! | (head[27]! << 8);
  const name = latin1Of(head.subarray(30, 30 + length));
  if (name.endsWith('.npy')) return 'numpyArchive';
  return /(^|\/)(data\.pkl|\.format_version|byteorder)$/.test(name) ? 'pytorch' : 'compressed';
}

/** What a table is that is nearly a file of vectors; null if it may be one. */
function nearly(lines: readonly string[]): ForeignFormat | null {
  // buckets, D, shortest and longest n-gram, hashes, seed, and the signs for the beginning and the
  // end of a word
  if (/^(\d+ ){6}\S+ \S+$/.test(lines[0]!.trim())) return 'floret';
  const rows = lines.slice(0, -1).filter((line) => line.trim() !== '');
  const share = (shape: RegExp): number => rows.filter((line) => shape.test(line)).length / Math.max(1, rows.length);
  if (/[\t ,]\[\s*[-+]?\d/.test(lines[0]!)) return 'brackets';
  // a number between two commas at the end of the line
  return share(/^[^\t]*[,;]\s*[-+]?[\d.]+(e[-+]?\d+)?\s*[,;]\s*[-+]?[\d.]+(e[-+]?\d+)?\s*$/i) > 0.5 ? 'commas' : null;
}

/** Whether the first row is letters and numbers in letters, and not the bytes of numbers. */
function beginsWithNumber(rows: Uint8Array): boolean {
  const filled = rows.findIndex((byte) => byte !== 0x0a && byte !== 0x0d);
  const row = rows.subarray(Math.max(0, filled));
  const end = row.indexOf(0x0a);
  const line = row.subarray(0, end < 0 ? row.length : end);
  if (line.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0d)) return false;
  const fields = new TextDecoder()
    .decode(line)
    .trim()
    .split(/[ \t]+/);
  return fields.slice(1).some((field) => /^[+-]?(\d|\.\d|nan$|inf)/i.test(field)); // a word may have spaces
}

export interface FileFacts {
  /** The file's beginning. */
  head: Uint8Array;
  /** Its length; Infinity if that is known at its end only. */
  bytes: number;
  /** About its length, if `bytes` is Infinity. */
  likelyBytes?: number;
  /** Words of a format that has them in another file. */
  words: readonly string[] | null;
}

/**
 * The reader of a format. Throws VectorFileError if the beginning says that the file cannot be
 * read.
 */
export function createReader(
  format: ReadableFormat,
  table: VectorTable,
  { head, bytes, likelyBytes = bytes, words }: FileFacts,
): VectorReader {
  switch (format) {
    case 'word2vec-text': {
      const lines = new TextDecoder().decode(head).split('\n');
      return new TextVectorReader(table, {
        bytes,
        quoted: areQuoted(lines.slice(1, lines.length > 2 ? -1 : undefined)),
      });
    }
    case 'glove': {
      const shape = textShape(head, likelyBytes) ?? fail({ kind: 'unknownFormat' });
      return new TextVectorReader(table, { bytes, quoted: shape.quoted, headerless: shape });
    }
    case 'word2vec-binary':
      return new BinaryVectorReader(table, bytes);
    case 'projector':
      return new ProjectorVectorReader(table, words ?? []);
    case 'safetensors':
      return new SafetensorsVectorReader(table, bytes, words);
    case 'fasttext':
      return new FastTextReader(table, bytes);
  }
}
