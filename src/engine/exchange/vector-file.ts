// Reads a file of word vectors, in a compute thread: piece by piece, so that the file may be larger
// than memory, with the files that belong to it. The formats are word2vec/formats'.

import { closeSync, createReadStream, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { Decoder, decodeText } from '../../text/decode.ts';
import { type EncodingHints, encodingOfSetting } from '../../text/encodings.ts';
import { createReader, detectFormat, HEAD, utf16Of } from '../../word2vec/formats/detection.ts';
import { beginsWithHeading, metadataName, ProjectorMetadataReader } from '../../word2vec/formats/projector.ts';
import {
  type DecodeWords,
  type NgramVectors,
  type ReadableFormat,
  type RowProblem,
  VectorFileError,
  type VectorFileProblem,
  VectorTable,
} from '../../word2vec/formats/vector-table.ts';
import { wordsOfPart } from '../model/model-store.ts';
import { atMostEvery, ReadingClock, type WorkHooks } from '../progress.ts';

export interface ReadVectors {
  format: ReadableFormat;
  words: string[];
  /** (V, D), shared memory. */
  vectors: Float32Array<SharedArrayBuffer>;
  vectorSize: number;
  /** Of a model of fastText that has them. */
  ngrams: NgramVectors | null;
  rows: number;
  duplicates: number;
  leftOut: { rows: number; first: RowProblem } | null;
  /** That the words are in, if they are not UTF-8. */
  encoding: string | null;
}

interface ImportHooks extends Pick<WorkHooks, 'progress' | 'cancelled'> {
  /** Of words that are not UTF-8, as in `FolderRequest`; they are detected without it. */
  encoding?: string | undefined;
}

/**
 * Bytes that are read at a time: some milliseconds of work, between two looks at the cancel flag.
 */
const PIECE = 1 << 20;
/**
 * Vectors as text become so many times as long when they are unpacked; no more than an estimate.
 */
const UNPACKED = 2.5;

/**
 * The words and vectors of a file, of its first `most` rows unless that is 0; null if it was
 * cancelled, and what is wrong if it cannot be read.
 */
export async function readVectorFile(
  path: string,
  most: number,
  { progress, cancelled, encoding: setting }: ImportHooks,
): Promise<ReadVectors | { problem: VectorFileProblem } | null> {
  try {
    const file = await openFile(path);
    const { head } = file;
    const format = detectFormat(file.name, head);
    const words = await wordsBeside(format, path, setting);
    const table = new VectorTable(most, wordDecoder(setting));
    const reader = createReader(format, table, { ...file, words });
    const clock = new ReadingClock('importing', 1);
    const isTime = atMostEvery();
    for await (const { piece, fraction } of file.pieces()) {
      if (cancelled()) return null;
      if (!reader.push(piece)) break;
      if (isTime()) progress(clock.progress(fraction, table.rows));
    }
    reader.end();
    const { rows, duplicates, leftOut, encoding, vectorSize, ngrams } = table;
    const vectors = table.vectors();
    return { format, words: table.words, vectors, vectorSize, ngrams, rows, duplicates, leftOut, encoding };
  } catch (error) {
    if (error instanceof VectorFileError) return { problem: error.problem };
    if (isDamagedGzip(error)) return { problem: { kind: 'gzip' } };
    throw error;
  }
}

interface BytePiece {
  piece: Uint8Array;
  /** How much of the file is read with it, 0 to 1. */
  fraction: number;
}

interface VectorBytes {
  /** Without the ending `.gz`. */
  name: string;
  head: Uint8Array;
  /** As `FileFacts` has them. */
  bytes: number;
  likelyBytes: number;
  /** The file from its beginning; a piece is good until the next one. */
  pieces: () => Iterable<BytePiece> | AsyncIterable<BytePiece>;
}

/** A file, unpacked if it is compressed by gzip, and in UTF-8 if it is UTF-16. */
async function openFile(path: string): Promise<VectorBytes> {
  const { size } = statSync(path);
  const start = firstBytes(path, HEAD);
  const isGzip = start[0] === 0x1f && start[1] === 0x8b;
  const name = basename(path);
  const unpacked: VectorBytes = isGzip
    ? {
        name: name.replace(/\.gz$/i, ''),
        head: await beginning(gunzipped(path, size)),
        bytes: Infinity,
        likelyBytes: UNPACKED * size,
        pieces: () => gunzipped(path, size),
      }
    : { name, head: start, bytes: size, likelyBytes: size, pieces: () => pieces(path, size) };
  const utf16 = utf16Of(unpacked.head);
  if (!utf16) return unpacked;
  const transcoded = (): AsyncIterable<BytePiece> => inUtf8(unpacked.pieces(), utf16);
  return { ...unpacked, head: await beginning(transcoded()), bytes: Infinity, pieces: transcoded };
}

function firstBytes(path: string, length: number): Uint8Array {
  for (const { piece } of pieces(path, 1, length)) return piece;
  return new Uint8Array(0);
}

async function beginning(all: AsyncIterable<BytePiece>): Promise<Uint8Array> {
  const head = new Uint8Array(HEAD);
  let length = 0;
  for await (const { piece } of all) {
    const used = piece.subarray(0, HEAD - length);
    head.set(used, length);
    length += used.length;
    if (length === HEAD) break;
  }
  return head.subarray(0, length);
}

async function* gunzipped(path: string, size: number): AsyncGenerator<BytePiece> {
  const source = createReadStream(path, { highWaterMark: PIECE });
  const gunzip = createGunzip({ chunkSize: PIECE });
  source.on('error', (error) => gunzip.destroy(error));
  try {
    for await (const piece of source.pipe(gunzip)) {
      yield { piece: piece as Uint8Array, fraction: Math.min(1, gunzip.bytesWritten / size) };
    }
  } finally {
    source.destroy();
  }
}

function isDamagedGzip(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'Z_DATA_ERROR' || code === 'Z_BUF_ERROR';
}

async function* inUtf8(
  all: Iterable<BytePiece> | AsyncIterable<BytePiece>,
  encoding: 'utf-16le' | 'utf-16be',
): AsyncGenerator<BytePiece> {
  const decoder = new TextDecoder(encoding);
  const encoder = new TextEncoder();
  for await (const { piece, fraction } of all) {
    yield { piece: encoder.encode(decoder.decode(piece, { stream: true })), fraction };
  }
}

/** Decodes words as the texts of a folder are decoded. */
function wordDecoder(setting: string | undefined): DecodeWords {
  return (bytes) => {
    const decoder = Decoder.of(bytes, bytes.length, hintsOf(setting));
    if (!decoder) return null;
    const { text } = decoder.decode(bytes, true);
    const { encoding } = decoder;
    return encoding === 'utf-8' || typeof text !== 'string' ? null : { text, encoding };
  };
}

/** The words of a format that has them in another file; null if they are in the file itself. */
async function wordsBeside(format: ReadableFormat, path: string, setting?: string): Promise<string[] | null> {
  if (format === 'safetensors') return wordsOfPart(dirname(path), basename(path));
  if (format !== 'projector') return null;
  const metadata = readFileSync(join(dirname(path), metadataName(basename(path))));
  const decoded = decodeText(metadata, hintsOf(setting))?.text ?? metadata;
  const reader = new ProjectorMetadataReader();
  reader.push(typeof decoded === 'string' ? new TextEncoder().encode(decoded) : decoded);
  reader.end();
  const { words } = reader;
  // a column alone should have no heading; one that has leaves one word over
  return beginsWithHeading(words) && countLines(path) === words.length - 1 ? words.slice(1) : words;
}

function hintsOf(encoding: string | undefined): EncodingHints {
  return { setting: encoding === undefined ? null : encodingOfSetting(encoding) };
}

/** Lines with something in them. */
function countLines(path: string): number {
  let lines = 0;
  let filled = false;
  for (const { piece } of pieces(path, 1)) {
    for (const byte of piece) {
      if (byte !== 0x0a) filled ||= byte !== 0x0d;
      else {
        if (filled) lines++;
        filled = false;
      }
    }
  }
  return lines + (filled ? 1 : 0);
}

/** A file of `size` bytes from its beginning, each piece in the same memory. */
function* pieces(path: string, size: number, length = PIECE): Generator<BytePiece> {
  const file = openSync(path, 'r');
  try {
    const buffer = new Uint8Array(length);
    for (let at = 0; ;) {
      const read = readSync(file, buffer, 0, length, at);
      if (read === 0) return;
      at += read;
      yield { piece: buffer.subarray(0, read), fraction: Math.min(1, at / size) };
    }
  } finally {
    closeSync(file);
  }
}
