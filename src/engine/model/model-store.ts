// The model on disk: a folder with `manifest.json` and the parts it names.
//
// A part's file name holds the beginning of its checksum, so a new model never overwrites a file of the old one. The
// manifest is written beside itself and renamed over the old one: before the rename the old model is whole, after it
// the new one is. Only then are files that the manifest does not name removed.

import * as l10n from '@vscode/l10n';
import { createHash } from 'node:crypto';
import { open, mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelSummary, TrainRequest } from '../../protocol/engine.ts';
import { BytePairTokenizer } from '../../text/byte-pair/tokenizer.ts';
import type { NgramOptions } from '../../word2vec/subwords.ts';
import { SafetensorsReader, writeSafetensors, type Tensor } from './safetensors.ts';

/** Everything that is kept of a training or an import. */
export interface StoredModel {
  summary: ModelSummary;
  /** What it was made with, "automatic" replaced by figures; without the options of what was not made. */
  options: Partial<Pick<TrainRequest, 'text' | 'word2vec' | 'projection' | 'languageModel' | 'threads'>> & {
    /** Of imported vectors with rows of n-grams: how n-grams are counted. Trained ones have it in `word2vec`. */
    ngrams?: NgramOptions;
    seed: number;
  };
  /** By count, the most frequent first: at least the words with a vector and those of the language model. */
  words: string[];
  /** As long as `words`; null where they are unknown. */
  counts: Float64Array | null;
  /** `input` and, unless they were imported, `output`, (V, D) each; with subwords `ngrams`, (buckets, D). */
  vectors: Record<string, Tensor>;
  /** `positions` (N, 2). */
  map: Record<string, Tensor> | null;
  /** As language-model/ names them. */
  languageModel: Record<string, Tensor> | null;
  /** How the language model's training went: see training-curves.ts. */
  training: Record<string, Tensor> | null;
  /** Of a language model whose tokens are byte pairs. */
  tokenizer?: BytePairTokenizer;
}

const FORMAT = 'lexiscope-model';
/** 2: parts may be missing, counts unknown, tokens byte pairs. Models of version 1 are read as they are. */
const VERSION = 2;
const MANIFEST = 'manifest.json';
const PARTS = ['vocabulary', 'vectors', 'map', 'languageModel', 'training', 'tokenizer'] as const;
type PartName = (typeof PARTS)[number];
const NEEDED: readonly PartName[] = ['vocabulary', 'vectors'];
/** Bytes that are written, or read, and hashed at a time: some milliseconds. */
const PIECE = 1 << 22;

interface Part {
  file: string;
  bytes: number;
  sha256: string;
}

interface Manifest {
  format: typeof FORMAT;
  version: number;
  summary: ModelSummary;
  options: StoredModel['options'];
  parts: Partial<Record<PartName, Part>>;
}

/** Writes the model to `directory` (made where it is missing) in place of the one there. Files of the user's are not touched: names that are not ours stay. */
export async function saveModel(directory: string, model: StoredModel): Promise<void> {
  await mkdir(directory, { recursive: true });
  const contents: Record<PartName, { extension: string; chunks: Iterable<Uint8Array> } | null> = {
    vocabulary: { extension: 'txt', chunks: writeVocabulary(model.words, model.counts) },
    vectors: { extension: 'safetensors', chunks: writeSafetensors(model.vectors) },
    map: model.map && { extension: 'safetensors', chunks: writeSafetensors(model.map) },
    languageModel: model.languageModel && { extension: 'safetensors', chunks: writeSafetensors(model.languageModel) },
    training: model.training && { extension: 'safetensors', chunks: writeSafetensors(model.training) },
    tokenizer: model.tokenizer
      ? { extension: 'json', chunks: [new TextEncoder().encode(model.tokenizer.toJson())] }
      : null,
  };
  const parts: Manifest['parts'] = {};
  for (const name of PARTS) {
    if (!contents[name]) continue;
    const { extension, chunks } = contents[name];
    const temporary = join(directory, `${name}.${process.pid}.tmp`);
    const { bytes, sha256 } = await writeDurably(temporary, chunks);
    const file = `${name}-${sha256.slice(0, 12)}.${extension}`;
    await rename(temporary, join(directory, file));
    parts[name] = { file, bytes, sha256 };
  }
  const manifest: Manifest = {
    format: FORMAT,
    version: VERSION,
    summary: model.summary,
    options: model.options,
    parts,
  };
  const temporary = join(directory, `${MANIFEST}.${process.pid}.tmp`);
  await writeDurably(temporary, [new TextEncoder().encode(`${JSON.stringify(manifest, null, 1)}\n`)]);
  await rename(temporary, join(directory, MANIFEST));
  await removeOurFiles(directory, new Set([MANIFEST, ...Object.values(parts).map(({ file }) => file)]));
}

/**
 * The model in `directory`; null where there is none. Throws one sentence that names the file that is damaged or too new,
 * and what to do. `forTraining`: with the vectors that only a training goes on from, `output` and `tree`.
 */
export async function loadModel(directory: string, { forTraining = true } = {}): Promise<StoredModel | null> {
  const path = join(directory, MANIFEST);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw damaged(path, (error as Error).message);
  }
  const manifest = readManifest(path, text);
  const part = (name: PartName): Promise<Uint8Array> => readPart(directory, manifest.parts[name]!);
  const isWanted = (name: string): boolean => forTraining || (name !== 'output' && name !== 'tree');
  const tensors = async (name: PartName): Promise<Record<string, Tensor>> => {
    const stored = manifest.parts[name]!;
    const read: { tensors?: SafetensorsReader; problem?: Error } = {};
    const attempt = (work: () => void): void => {
      try {
        if (!read.problem) work();
      } catch (error) {
        read.problem = error as Error;
      }
    };
    attempt(() => (read.tensors = new SafetensorsReader(stored.bytes, isWanted)));
    // to the end: a file that is not as it was stored is said to be so, whatever its header says
    await readPieces(directory, stored, (piece) => attempt(() => read.tensors!.push(piece)));
    let tensors: Record<string, Tensor> = {};
    attempt(() => (tensors = read.tensors!.end()));
    if (read.problem) throw damaged(join(directory, stored.file), read.problem.message);
    return tensors;
  };
  const readTokenizer = async (): Promise<BytePairTokenizer> => {
    const content = await part('tokenizer');
    try {
      return BytePairTokenizer.fromJson(new TextDecoder().decode(content));
    } catch (error) {
      throw damaged(join(directory, manifest.parts.tokenizer!.file), (error as Error).message);
    }
  };
  const [vocabulary, vectors, map, languageModel, training, tokenizer] = await Promise.all([
    part('vocabulary'),
    tensors('vectors'),
    manifest.parts.map ? tensors('map') : null,
    manifest.parts.languageModel ? tensors('languageModel') : null,
    manifest.parts.training ? tensors('training') : null,
    manifest.parts.tokenizer ? readTokenizer() : null,
  ]);
  return {
    summary: manifest.summary,
    options: manifest.options,
    ...readVocabulary(vocabulary, manifest.summary.words !== null),
    vectors,
    map,
    languageModel,
    training,
    ...(tokenizer && { tokenizer }),
  };
}

/** The words of the model that a file of `directory` belongs to; null where it belongs to none, or to one that cannot be read. */
export async function wordsOfPart(directory: string, file: string): Promise<string[] | null> {
  try {
    const path = join(directory, MANIFEST);
    const { parts, summary } = readManifest(path, await readFile(path, 'utf8'));
    if (parts.vectors?.file !== file) return null;
    return readVocabulary(await readPart(directory, parts.vocabulary!), summary.words !== null).words;
  } catch {
    return null;
  }
}

/** A part as the manifest says it is. Throws one sentence where it is another. */
async function readPart(directory: string, part: Part): Promise<Uint8Array> {
  let content = new Uint8Array(0);
  await readPieces(directory, part, (piece, at) => {
    if (at === 0) content = new Uint8Array(part.bytes);
    content.set(piece, at);
  });
  return content;
}

/** Reads a part a piece at a time, which is good until the next one; Node reads no file above 2 GB at once. Throws as `readPart`. */
async function readPieces(
  directory: string,
  { file: name, bytes, sha256 }: Part,
  take: (piece: Uint8Array, at: number) => void,
): Promise<void> {
  const path = join(directory, name);
  const hash = createHash('sha256');
  let found: number;
  try {
    const file = await open(path);
    try {
      found = (await file.stat()).size;
      const piece = new Uint8Array(Math.min(PIECE, found));
      for (let at = 0; found === bytes && at < bytes;) {
        const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, bytes - at), at);
        if (bytesRead === 0) break; // it was cut off meanwhile: the checksum tells
        hash.update(piece.subarray(0, bytesRead));
        take(piece.subarray(0, bytesRead), at);
        at += bytesRead;
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw damaged(path, (error as Error).message);
  }
  if (found !== bytes) throw damaged(path, l10n.t('it has {0} bytes, expected {1}', found, bytes));
  if (hash.digest('hex') !== sha256) throw damaged(path, l10n.t('its checksum is wrong'));
}

/** Deletes the model of `directory`, damaged or not; false where there was none. */
export async function deleteModel(directory: string): Promise<boolean> {
  return (await removeOurFiles(directory, new Set())) > 0;
}

/** Writes chunks to a file beside `path` and renames it over `path`. Gives the number of bytes. */
export async function writeFileAtomically(path: string, chunks: Iterable<Uint8Array>): Promise<number> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const { bytes } = await writeDurably(temporary, chunks);
    await rename(temporary, path);
    return bytes;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function readManifest(path: string, text: string): Manifest {
  let manifest: Partial<Manifest> | null;
  try {
    manifest = JSON.parse(text) as Partial<Manifest> | null;
  } catch {
    throw damaged(path, l10n.t('it is not JSON'));
  }
  if (manifest?.format !== FORMAT || typeof manifest.version !== 'number')
    throw damaged(path, l10n.t('it is not a manifest of Lexiscope'));
  if (manifest.version > VERSION) {
    throw new Error(
      l10n.t(
        'The model {0} was made by a newer Lexiscope (format {1}, this one reads {2}). Update the extension, or train again to replace the model.',
        path,
        manifest.version,
        VERSION,
      ),
    );
  }
  for (const name of PARTS) {
    const part: Partial<Part> | undefined = manifest.parts?.[name];
    if (!part && (manifest.version > 1 ? !NEEDED.includes(name) : name === 'training' || name === 'tokenizer'))
      continue;
    // a name with a separator would reach outside the folder
    if (
      typeof part?.file !== 'string' ||
      /[/\\]/.test(part.file) ||
      typeof part.bytes !== 'number' ||
      typeof part.sha256 !== 'string'
    ) {
      throw damaged(path, l10n.t('it does not name its part {0}', name));
    }
  }
  if (!manifest.summary || !manifest.options) throw damaged(path, l10n.t('it is not complete'));
  return manifest as Manifest;
}

function damaged(path: string, reason: string): Error {
  return new Error(
    l10n.t(
      'The model file {0} is damaged: {1}. Train again to replace the model, or restore the file; nothing was deleted.',
      path,
      reason,
    ),
  );
}

/** One line a word, `word count`, as the original word2vec tool saves a vocabulary; the word alone where counts are unknown. */
function* writeVocabulary(words: readonly string[], counts: Float64Array | null): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  for (let from = 0; from < words.length; from += 4096) {
    const lines = words
      .slice(from, from + 4096)
      .map((word, index) => (counts ? `${word} ${counts[from + index]!}\n` : `${word}\n`));
    yield encoder.encode(lines.join(''));
  }
}

function readVocabulary(bytes: Uint8Array, counted: boolean): Pick<StoredModel, 'words' | 'counts'> {
  const lines = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split('\n');
  lines.pop();
  if (!counted) return { words: lines, counts: null };
  return {
    words: lines.map((line) => line.slice(0, line.lastIndexOf(' '))),
    counts: Float64Array.from(lines, (line) => Number(line.slice(line.lastIndexOf(' ') + 1))),
  };
}

async function writeDurably(path: string, chunks: Iterable<Uint8Array>): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'w');
  try {
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += PIECE) {
        const piece = chunk.subarray(at, at + PIECE);
        hash.update(piece);
        bytes += piece.length;
        await file.writeFile(piece);
      }
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Removes what this file writes (parts, manifest, left-over temporary files), but for `keep`. */
async function removeOurFiles(directory: string, keep: ReadonlySet<string>): Promise<number> {
  const ours = new RegExp(
    `^(manifest\\.json|(${PARTS.join('|')})-[0-9a-f]{12}\\.(txt|safetensors|json)|(${PARTS.join('|')}|manifest\\.json)\\.\\d+\\.tmp)$`,
  );
  const names = await readdir(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const removed = names.filter((name) => ours.test(name) && !keep.has(name));
  // the manifest first: without it the parts are no model
  for (const name of removed.sort((a, b) => Number(b === MANIFEST) - Number(a === MANIFEST)))
    await rm(join(directory, name), { force: true });
  return removed.length;
}
