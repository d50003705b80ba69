// Word vectors in safetensors (https://github.com/huggingface/safetensors, "Format"): an 8-byte
// little-endian header length, a JSON header with type, shape and offsets of each tensor, then the
// tensors' bytes. F32 only. The format holds numbers: the words are in the header's metadata under
// `words`, one a line, in the order of the rows.

import { fail, type VectorReader, type VectorTable } from './vector-table.ts';

/** The limit of the reference implementation, bytes. */
export const LONGEST_HEADER = 100_000_000;

export interface TensorEntry {
  shape: number[];
  /** In the bytes after the header. */
  start: number;
  end: number;
}

export interface SafetensorsHeader {
  tensors: Record<string, TensorEntry>;
  metadata: Record<string, unknown>;
}

/** The length of the header as the first 8 bytes have it. */
export function safetensorsHeaderLength(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
}

/**
 * The header's JSON, without its length. `dataBytes`: of the file after the header. Throws one
 * sentence that names what is wrong.
 */
export function parseSafetensorsHeader(json: Uint8Array, dataBytes: number): SafetensorsHeader {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    throw new Error('its header is not JSON');
  }
  if (typeof header !== 'object' || header === null) throw new Error('its header is not a JSON object');
  const { __metadata__: metadata, ...entries } = header as Record<string, unknown>;
  return {
    tensors: Object.fromEntries(
      Object.entries(entries).map(([name, entry]) => [name, readEntry(name, entry, dataBytes)]),
    ),
    metadata: typeof metadata === 'object' && metadata !== null ? (metadata as Record<string, unknown>) : {},
  };
}

function readEntry(name: string, entry: unknown, dataBytes: number): TensorEntry {
  const {
    dtype,
    shape,
    data_offsets: offsets,
  } = (entry ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  if (dtype !== 'F32') throw new Error(`tensor ${name} has the type ${String(dtype)}, expected F32`);
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2)
    throw new Error(`tensor ${name} has no proper shape or offsets`);
  const [start, end] = offsets as [number, number];
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (end - start !== size * 4 || end > dataBytes) {
    throw new Error(
      `tensor ${name} should have ${size * 4} bytes, ${Math.max(0, Math.min(end, dataBytes) - start)} are there`,
    );
  }
  return { shape, start, end };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
}

/**
 * Reads the tensor `vectors`, or `input` as a stored model has it, or the only one with rows and
 * columns.
 */
export class SafetensorsVectorReader implements VectorReader {
  readonly #table: VectorTable;
  readonly #bytes: number;
  #words: readonly string[] | null;
  /** The header and its length, and later the beginning of a row. */
  #rest = new Uint8Array(0);
  /** Bytes of the file that are used. */
  #at = 0;
  #entry: TensorEntry | null = null;
  #dataStart = 0;
  #rowBytes = new Uint8Array(0);

  /** `bytes`: of the file. `words`: where they are not in the file. */
  constructor(table: VectorTable, bytes: number, words: readonly string[] | null = null) {
    this.#table = table;
    this.#bytes = bytes;
    this.#words = words;
  }

  push(chunk: Uint8Array): boolean {
    let bytes = chunk;
    if (this.#rest.length > 0) {
      bytes = new Uint8Array(this.#rest.length + chunk.length);
      bytes.set(this.#rest);
      bytes.set(chunk, this.#rest.length);
    }
    const used = this.#read(bytes);
    this.#at += used;
    this.#rest = bytes.slice(used);
    return !this.#table.full;
  }

  end(): void {
    if (!this.#entry) fail({ kind: 'safetensors', reason: 'it is too short' });
    this.#table.finish();
  }

  #read(bytes: Uint8Array): number {
    const table = this.#table;
    let at = 0;
    if (!this.#entry) {
      if (bytes.length < 8) return 0;
      const length = safetensorsHeaderLength(bytes);
      if (length > LONGEST_HEADER || 8 + length > this.#bytes)
        fail({ kind: 'safetensors', reason: `its header should have ${length} bytes, the file has ${this.#bytes}` });
      if (bytes.length < 8 + length) return 0;
      at = this.#dataStart = 8 + length;
      this.#entry = this.#begin(bytes.subarray(8, at));
    }
    const first = this.#dataStart + this.#entry.start;
    if (this.#at + at < first) at = Math.min(bytes.length, first - this.#at);
    const rows = this.#entry.shape[0]!;
    while (table.rows < rows && !table.full && at + this.#rowBytes.length <= bytes.length) {
      this.#rowBytes.set(bytes.subarray(at, at + this.#rowBytes.length));
      const wrong = table.notFinite();
      const byte = this.#at + at + 4 * (wrong - 1);
      if (wrong) table.leaveOut({ kind: 'notFinite', place: { byte, row: table.rows + 1 }, number: wrong });
      else table.add(this.#words![table.rows]!);
      at += this.#rowBytes.length;
    }
    return table.rows === rows || table.full ? bytes.length : at;
  }

  #begin(json: Uint8Array): TensorEntry {
    let header: SafetensorsHeader;
    try {
      header = parseSafetensorsHeader(json, this.#bytes - this.#dataStart);
    } catch (error) {
      fail({ kind: 'safetensors', reason: (error as Error).message });
    }
    const { tensors, metadata } = header;
    const matrices = Object.values(tensors).filter(({ shape }) => shape.length === 2);
    const entry = tensors['vectors'] ?? tensors['input'] ?? (matrices.length === 1 ? matrices[0] : undefined);
    if (entry?.shape.length !== 2)
      fail({ kind: 'safetensors', reason: 'it has no tensor “vectors” with rows and columns' });
    const { words } = metadata;
    if (typeof words === 'string') this.#words = words === '' ? [] : words.split('\n');
    if (!this.#words)
      fail({ kind: 'safetensors', reason: 'it has no words: they belong into its metadata as “words”, one a line' });
    const [rows, vectorSize] = entry.shape as [number, number];
    if (this.#words.length < rows || (typeof words === 'string' && this.#words.length !== rows))
      fail({ kind: 'words', rows, words: this.#words.length });
    this.#table.begin(vectorSize, rows);
    this.#rowBytes = new Uint8Array(this.#table.row.buffer);
    return entry;
  }
}
