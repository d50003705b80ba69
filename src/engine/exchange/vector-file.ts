// Reads a file of word vectors, in a compute thread: piece by piece, so that the file may be larger than memory, with the
// files that belong to it. The formats are word2vec/formats'.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createReader, detectFormat, HEAD } from '../../word2vec/formats/detection.ts';
import { metadataName, ProjectorMetadataReader } from '../../word2vec/formats/projector.ts';
import {
  VectorFileError,
  VectorTable,
  type VectorFileProblem,
  type VectorFormat,
} from '../../word2vec/formats/vector-table.ts';
import { wordsOfPart } from '../model/model-store.ts';
import { atMostEvery, ReadingClock, type WorkHooks } from '../progress.ts';

export interface ReadVectors {
  format: VectorFormat;
  words: string[];
  /** (V, D), shared memory. */
  vectors: Float32Array<SharedArrayBuffer>;
  vectorSize: number;
  rows: number;
  duplicates: number;
}

/** Bytes that are read at a time: some milliseconds of work, between two looks at the cancel flag. */
const PIECE = 1 << 20;

/** The words and vectors of a file, of its first `most` rows unless that is 0; null where it was cancelled, and what is wrong where it cannot be read. */
export async function readVectorFile(
  path: string,
  most: number,
  { progress, cancelled }: Pick<WorkHooks, 'progress' | 'cancelled'>,
): Promise<ReadVectors | { problem: VectorFileProblem } | null> {
  const file = openSync(path, 'r');
  try {
    const bytes = fstatSync(file).size;
    const head = new Uint8Array(Math.min(HEAD, bytes));
    readSync(file, head, 0, head.length, 0);
    const format = detectFormat(basename(path), head);
    const words = await wordsBeside(format, path);
    const table = new VectorTable(most);
    const reader = createReader(format, table, { head, bytes, words });
    const clock = new ReadingClock('importing', bytes);
    const isTime = atMostEvery();
    for (const { piece, end } of pieces(file)) {
      if (cancelled()) return null;
      reader.push(piece);
      if (table.full) break;
      if (isTime()) progress(clock.progress(end, table.rows));
    }
    reader.end();
    const { rows, duplicates, vectorSize } = table;
    return { format, words: table.words, vectors: table.vectors(), vectorSize, rows, duplicates };
  } catch (error) {
    if (error instanceof VectorFileError) return { problem: error.problem };
    throw error;
  } finally {
    closeSync(file);
  }
}

/** The words of a format that has them in another file; null where they are in the file itself. */
async function wordsBeside(format: VectorFormat, path: string): Promise<string[] | null> {
  if (format === 'safetensors') return wordsOfPart(dirname(path), basename(path));
  if (format !== 'projector') return null;
  const metadata = openSync(join(dirname(path), metadataName(basename(path))), 'r');
  try {
    const reader = new ProjectorMetadataReader();
    for (const { piece } of pieces(metadata)) reader.push(piece);
    reader.end();
    return reader.words;
  } finally {
    closeSync(metadata);
  }
}

/** A file from its beginning, each piece in the same memory, with where it ends. */
function* pieces(file: number): Generator<{ piece: Uint8Array; end: number }> {
  const buffer = new Uint8Array(PIECE);
  for (let at = 0; ;) {
    const read = readSync(file, buffer, 0, PIECE, at);
    if (read === 0) return;
    at += read;
    yield { piece: buffer.subarray(0, read), end: at };
  }
}
