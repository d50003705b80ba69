// Which format a file of word vectors has, by its beginning first and by its name where that leaves it open.

import { gloveShape } from './glove.ts';
import { ProjectorVectorReader } from './projector.ts';
import { SafetensorsVectorReader } from './safetensors.ts';
import { fail, type VectorFormat, type VectorReader, type VectorTable } from './vector-table.ts';
import { BinaryVectorReader } from './word2vec-binary.ts';
import { parseHeader, TextVectorReader } from './word2vec-text.ts';

/** Bytes of a file's beginning that tell its format. */
export const HEAD = 1 << 16;

/** First bytes of what people have beside the vectors themselves. */
const FOREIGN = [
  { what: 'compressed', bytes: [0x1f, 0x8b] },
  { what: 'compressed', bytes: [0x50, 0x4b, 0x03, 0x04] },
  { what: 'compressed', bytes: [0x42, 0x5a, 0x68] },
  { what: 'fastText', bytes: [0xba, 0x16, 0x4f, 0x2f] },
  { what: 'pickle', bytes: [0x80, 0x02] },
  { what: 'pickle', bytes: [0x80, 0x03] },
  { what: 'pickle', bytes: [0x80, 0x04] },
  { what: 'pickle', bytes: [0x80, 0x05] },
  { what: 'numpy', bytes: [0x93, 0x4e, 0x55, 0x4d] },
] as const;

/** The format of a file with this name and beginning. Throws VectorFileError where it is none of ours. */
export function detectFormat(name: string, head: Uint8Array): VectorFormat {
  if (head.length === 0) fail({ kind: 'empty' });
  for (const { what, bytes } of FOREIGN) {
    if (bytes.every((byte, index) => head[index] === byte)) fail({ kind: 'foreign', what });
  }
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) fail({ kind: 'notUtf8' });
  // a JSON object behind a length whose upper half is zero
  if (head[8] === 0x7b && head.subarray(4, 8).every((byte) => byte === 0)) return 'safetensors';
  const mark = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  const newLine = head.indexOf(0x0a);
  const firstLine = head.subarray(mark, newLine < 0 ? head.length : newLine);
  const header = parseHeader(firstLine);
  if (header) {
    if (header.rows === 0 || newLine < 0 || newLine + 1 === head.length)
      return /\.bin$/i.test(name) ? 'word2vec-binary' : 'word2vec-text';
    return beginsWithNumber(head.subarray(newLine + 1)) ? 'word2vec-text' : 'word2vec-binary';
  }
  const first = new TextDecoder().decode(firstLine).trim();
  if (first === '') fail({ kind: 'unknownFormat' });
  const numbers = first.split(/[ \t]+/).every((field) => field !== '' && !Number.isNaN(Number(field)));
  if (numbers && (first.includes('\t') || /\.tsv$/i.test(name))) return 'projector';
  if (gloveShape(head, head.length)) return 'glove';
  return fail({ kind: 'unknownFormat' });
}

/** Whether the first row is letters and numbers in letters, and not the bytes of numbers. */
function beginsWithNumber(row: Uint8Array): boolean {
  const end = row.indexOf(0x0a);
  const line = row.subarray(0, end < 0 ? row.length : end);
  if (line.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0d)) return false;
  const fields = new TextDecoder()
    .decode(line)
    .trim()
    .split(/[ \t]+/);
  return fields.slice(1).some((field) => /^[+-]?(\d|\.\d|nan$|inf)/i.test(field)); // a word may have spaces
}

/**
 * The reader of a format. `head`: the file's beginning. `bytes`: its length. `words`: of a format that has them in
 * another file.
 */
export function createReader(
  format: VectorFormat,
  table: VectorTable,
  { head, bytes, words }: { head: Uint8Array; bytes: number; words: readonly string[] | null },
): VectorReader {
  switch (format) {
    case 'word2vec-text':
      return new TextVectorReader(table, { bytes });
    case 'glove':
      return new TextVectorReader(table, {
        bytes,
        headerless: gloveShape(head, bytes) ?? fail({ kind: 'unknownFormat' }),
      });
    case 'word2vec-binary':
      return new BinaryVectorReader(table, bytes);
    case 'projector':
      return new ProjectorVectorReader(table, words ?? []);
    case 'safetensors':
      return new SafetensorsVectorReader(table, bytes, words);
  }
}
