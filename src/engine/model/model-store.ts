// The model on disk: a folder with `manifest.json` and the parts it names.
//
// A part's file name holds the beginning of its checksum, so a part never overwrites a file of
// another model, and one that stays as it is (the language model, while new vectors are stored) is
// only named again. The manifest is written beside itself and renamed over the old one: before the
// rename the old model is whole, after it the new one is. Only then are files that the manifest
// does not name removed. Who saves or deletes holds the folder's lock
// (model-folder/writer-lock.ts).

import * as l10n from '@vscode/l10n';
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { CHECKPOINTS, MANIFEST, TOKEN_CACHE } from '../../model-folder/model-places.ts';
import { storageProblem } from '../../model-folder/storage-problem.ts';
import { BytePairTokenizer } from '../../text/byte-pair/tokenizer.ts';
import { checkAgainstManifest } from './check-parts.ts';
import { replaceFile, syncFolder, writeDurably } from './durable-file.ts';
import {
  DamagedFile,
  FORMAT,
  type Manifest,
  type ModelPart,
  parseManifest,
  type PartName,
  PARTS,
  VERSION,
} from './manifest.ts';
import { SafetensorsReader, type Tensor, writeSafetensors } from './safetensors.ts';
import type { LanguageModelWords, StoredModel } from './stored-model.ts';

/** Bytes that are read and hashed at a time: some milliseconds. */
const PIECE = 1 << 22;
/** How often a model is read anew that was replaced meanwhile. */
const MOST_READS = 100;
/** What is left free on the disk, bytes: for the manifest, and for what others write. */
const SPARE = 1 << 20;

/**
 * Where what is in memory lies on the disk: the tensors, the words or the tokenizer of a part that
 * was read or written.
 */
const onDisk = new WeakMap<object, { directory: string; part: ModelPart }>();

/**
 * Writes the model to `directory` (made where it is missing) in place of the one there. Parts that
 * lie there already are not written again. Files of the user's are not touched: names that are not
 * ours stay. `check` is awaited before the model takes the other's place: what it throws leaves
 * that one as it is.
 */
export async function saveModel(
  directory: string,
  model: StoredModel,
  check: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    const contents = await missingIn(directory, contentsOf(model));
    await checkRoom(directory, contents);
    const parts: Manifest['parts'] = {};
    for (const [name, content] of contents) parts[name] = content.part ?? (await writePart(directory, name, content));
    await syncFolder(directory);
    const { summary, options } = model;
    const manifest: Manifest = { format: FORMAT, version: VERSION, summary, options, parts };
    const temporary = join(directory, `${MANIFEST}.${process.pid}.tmp`);
    await writeDurably(temporary, [new TextEncoder().encode(`${JSON.stringify(manifest, null, 1)}\n`)]);
    await check();
    await replaceFile(temporary, join(directory, MANIFEST));
    const kept = new Set([MANIFEST, ...Object.values(parts).map(({ file }) => file)]);
    await removeFiles(directory, (name) => OF_MODEL.test(name) && !kept.has(name));
  } catch (error) {
    throw storageProblem(error, directory);
  }
}

/** A part in memory. */
interface Content {
  /** What `onDisk` knows it by. */
  key: object;
  extension: 'txt' | 'safetensors' | 'json';
  /** Bytes, about. */
  size: number;
  chunks: () => Iterable<Uint8Array>;
  /** Where it lies already. */
  part?: ModelPart;
}

function contentsOf(model: StoredModel): [PartName, Content][] {
  const { words, counts, vectors, map, languageModel, languageModelVocabulary, training, tokenizer } = model;
  const tensors = (key: Record<string, Tensor>): Content => ({
    key,
    extension: 'safetensors',
    size: Object.values(key).reduce((sum, { data }) => sum + data.byteLength, 0),
    chunks: () => writeSafetensors(key),
  });
  const vocabulary = (words: string[], counts: Float64Array | null): Content => ({
    key: words,
    extension: 'txt',
    size: 16 * words.length,
    chunks: () => writeVocabulary(words, counts),
  });
  const contents: Record<PartName, Content | null> = {
    vocabulary: vocabulary(words, counts),
    vectors: tensors(vectors),
    map: map && tensors(map),
    languageModel: languageModel && tensors(languageModel),
    languageModelVocabulary: languageModelVocabulary
      ? vocabulary(languageModelVocabulary.words, languageModelVocabulary.counts)
      : null,
    training: training && tensors(training),
    tokenizer: tokenizer
      ? { key: tokenizer, extension: 'json', size: 0, chunks: () => [new TextEncoder().encode(tokenizer.toJson())] }
      : null,
  };
  return PARTS.flatMap((name) => (contents[name] ? [[name, contents[name]]] : []));
}

/** The contents, each with its file if it lies in the folder. */
async function missingIn(directory: string, contents: [PartName, Content][]): Promise<[PartName, Content][]> {
  const looked = contents.map(async ([name, content]): Promise<[PartName, Content]> => {
    const known = onDisk.get(content.key);
    if (known?.directory !== directory) return [name, content];
    const size = await stat(join(directory, known.part.file)).then(
      (found) => found.size,
      () => null,
    );
    return [name, size === known.part.bytes ? { ...content, part: known.part } : content];
  });
  return Promise.all(looked);
}

/** Throws one sentence if the disk has too little room for what is to be written. */
async function checkRoom(directory: string, contents: [PartName, Content][]): Promise<void> {
  const needed = contents.reduce((sum, [, { part, size }]) => sum + (part ? 0 : size), 0);
  const free = await statfs(directory).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Infinity, // some network disks do not tell
  );
  if (free >= needed + SPARE) return;
  const [megabytes, room] = [needed + SPARE, free].map((bytes) => Math.ceil(bytes / 1e6));
  throw new Error(
    l10n.t(
      'The model needs {0} MB in {1}, and {2} MB are free. Make room there and learn again; what was stored stays.',
      megabytes!,
      directory,
      room!,
    ),
  );
}

async function writePart(directory: string, name: PartName, { key, extension, chunks }: Content): Promise<ModelPart> {
  const temporary = join(directory, `${name}.${process.pid}.tmp`);
  const { bytes, sha256 } = await writeDurably(temporary, chunks());
  const part = { file: `${name}-${sha256.slice(0, 12)}.${extension}`, bytes, sha256 };
  await rename(temporary, join(directory, part.file));
  onDisk.set(key, { directory, part });
  return part;
}

/**
 * The model in `directory`; null where there is none. Throws one sentence that names the file that
 * is damaged or too new, and what to do; of a model that is replaced meanwhile the new one is read.
 * `forTraining`: with the vectors that only a training goes on from, `output` and `tree`.
 */
export async function loadModel(directory: string, { forTraining = true } = {}): Promise<StoredModel | null> {
  for (let reads = 1; ; reads++) {
    const text = await manifestText(directory);
    if (text === null) return null;
    try {
      return await loadParts(directory, parseManifest(join(directory, MANIFEST), text), forTraining);
    } catch (error) {
      if (reads === MOST_READS || (await manifestText(directory)) === text) throw error;
    }
  }
}

/**
 * What tells the model in `directory` from the one that takes its place; null where there is none.
 */
export async function modelRevision(directory: string): Promise<string | null> {
  const text = await manifestText(directory);
  return text === null ? null : createHash('sha256').update(text).digest('hex');
}

async function manifestText(directory: string): Promise<string | null> {
  const path = join(directory, MANIFEST);
  try {
    if (!(await stat(path)).isFile()) throw new Error(l10n.t('it is no file'));
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new DamagedFile(path, (error as Error).message);
  }
}

async function loadParts(directory: string, manifest: Manifest, forTraining: boolean): Promise<StoredModel> {
  const { summary, options, parts } = manifest;
  const isWanted = (name: string): boolean => forTraining || (name !== 'output' && name !== 'tree');
  /** Reads a part if the manifest names it, and remembers where it lies. */
  const read = async <Found>(
    name: PartName,
    take: (path: string, part: ModelPart) => Promise<Found>,
    keyOf: (found: Found) => object = (found) => found as object,
  ): Promise<Found | null> => {
    const part = parts[name];
    if (!part) return null;
    const found = await take(join(directory, part.file), part);
    onDisk.set(keyOf(found), { directory, part });
    return found;
  };
  const tensors = (name: PartName) => read(name, (path, part) => readTensors(path, part, isWanted));
  const vocabulary = (name: PartName, isCounted: boolean) =>
    read(
      name,
      async (path, part) => readVocabulary(path, await readPart(path, part), isCounted),
      ({ words }) => words,
    );
  const [words, vectors, map, languageModel, languageModelVocabulary, training, tokenizer] = await Promise.all([
    vocabulary('vocabulary', summary.words !== null),
    tensors('vectors'),
    tensors('map'),
    tensors('languageModel'),
    vocabulary('languageModelVocabulary', true),
    tensors('training'),
    read('tokenizer', readTokenizer),
  ]);
  const model: StoredModel = {
    summary,
    options,
    ...words!,
    vectors: vectors!,
    map,
    languageModel,
    ...(languageModelVocabulary && { languageModelVocabulary: languageModelVocabulary as LanguageModelWords }),
    training,
    ...(tokenizer && { tokenizer }),
  };
  await checkAgainstManifest(model, (name, reason) => {
    throw new DamagedFile(join(directory, parts[name]!.file), reason);
  });
  return model;
}

/**
 * An error for a part of a model that was read, which names its file: `part` is its tensors, its
 * words or its tokenizer.
 */
export function damagedPart(part: object, reason: string): Error {
  const known = onDisk.get(part);
  return known ? new DamagedFile(join(known.directory, known.part.file), reason) : new Error(reason);
}

/**
 * The words of the model that a file of `directory` belongs to; null where it belongs to none, or
 * to one that cannot be read.
 */
export async function wordsOfPart(directory: string, file: string): Promise<string[] | null> {
  try {
    const text = await manifestText(directory);
    if (text === null) return null;
    const { parts, summary } = parseManifest(join(directory, MANIFEST), text);
    if (parts.vectors?.file !== file) return null;
    const path = join(directory, parts.vocabulary!.file);
    return readVocabulary(path, await readPart(path, parts.vocabulary!), summary.words !== null).words;
  } catch {
    return null;
  }
}

async function readTensors(
  path: string,
  part: ModelPart,
  isWanted: (name: string) => boolean,
): Promise<Record<string, Tensor>> {
  const read: { tensors?: SafetensorsReader; problem?: Error } = {};
  const attempt = (work: () => void): void => {
    try {
      if (!read.problem) work();
    } catch (error) {
      read.problem = error as Error;
    }
  };
  attempt(() => (read.tensors = new SafetensorsReader(part.bytes, isWanted)));
  // to the end: a file that is not as it was stored is said to be so, whatever its header says
  await readPieces(path, part, (piece) => attempt(() => read.tensors!.push(piece)));
  let tensors: Record<string, Tensor> = {};
  attempt(() => (tensors = read.tensors!.end()));
  if (read.problem) throw new DamagedFile(path, read.problem.message);
  return tensors;
}

async function readTokenizer(path: string, part: ModelPart): Promise<BytePairTokenizer> {
  const content = await readPart(path, part);
  try {
    return BytePairTokenizer.fromJson(new TextDecoder().decode(content));
  } catch (error) {
    throw new DamagedFile(path, (error as Error).message);
  }
}

/** A part as the manifest says it is. Throws one sentence where it is another. */
async function readPart(path: string, part: ModelPart): Promise<Uint8Array> {
  let content = new Uint8Array(0);
  await readPieces(path, part, (piece, at) => {
    if (at === 0) content = new Uint8Array(part.bytes);
    content.set(piece, at);
  });
  return content;
}

/**
 * Reads a part a piece at a time, which is good until the next one; Node reads no file above 2 GB
 * at once. Throws as `readPart`.
 */
async function readPieces(
  path: string,
  { bytes, sha256 }: ModelPart,
  take: (piece: Uint8Array, at: number) => void,
): Promise<void> {
  const hash = createHash('sha256');
  let found: number;
  try {
    // what is no file, as a pipe, would never open
    if (!(await stat(path)).isFile()) throw new Error(l10n.t('it is no file'));
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
        await setImmediate();
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new DamagedFile(path, (error as Error).message);
  }
  if (found !== bytes) throw new DamagedFile(path, l10n.t('it has {0} bytes, expected {1}', found, bytes));
  if (hash.digest('hex') !== sha256) throw new DamagedFile(path, l10n.t('its checksum is wrong'));
}

/**
 * Deletes the model of `directory`, damaged or not, with what killed processes left; false where
 * there was nothing.
 */
export async function deleteModel(directory: string): Promise<boolean> {
  return (await removeFiles(directory, (name) => OF_MODEL.test(name) || UNFINISHED.test(name))) > 0;
}

/**
 * One line a word, `word count`, as the original word2vec tool saves a vocabulary; the word alone
 * where counts are unknown.
 */
function* writeVocabulary(words: readonly string[], counts: Float64Array | null): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  for (let from = 0; from < words.length; from += 4096) {
    const lines = words
      .slice(from, from + 4096)
      .map((word, index) => (counts ? `${word} ${counts[from + index]!}\n` : `${word}\n`));
    yield encoder.encode(lines.join(''));
  }
}

function readVocabulary(path: string, bytes: Uint8Array, isCounted: boolean): Pick<StoredModel, 'words' | 'counts'> {
  const lines = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split('\n');
  lines.pop();
  if (!isCounted) return { words: lines, counts: null };
  const counts = Float64Array.from(lines, (line) => Number(line.slice(line.lastIndexOf(' ') + 1) || NaN));
  const wrong = counts.findIndex(
    (count, line) => !(Number.isFinite(count) && count >= 0 && lines[line]!.includes(' ')),
  );
  if (wrong >= 0) throw new DamagedFile(path, l10n.t('its line {0} is no word with a count', wrong + 1));
  return { words: lines.map((line) => line.slice(0, line.lastIndexOf(' '))), counts };
}

const PART = PARTS.join('|');
/** What a save writes, also what it has not finished. */
const OF_MODEL = new RegExp(
  `^(manifest\\.json|(${PART})-[0-9a-f]{12}\\.(txt|safetensors|json)|(${PART}|manifest\\.json)\\.\\d+\\.tmp)$`,
);
/**
 * What a process writes before it has its name, of a model, a checkpoint, the cache or the spill
 * file: a killed one leaves it.
 */
const UNFINISHED = new RegExp(
  `^(${[...PARTS, MANIFEST, ...Object.values(CHECKPOINTS), TOKEN_CACHE, 'tokens'].join('|').replaceAll('.', '\\.')})\\.\\d+\\.tmp$`,
);

/**
 * Removes what killed processes left in `directory` unfinished. `isWritten`: whether someone writes
 * there; asked once it is known what lies there.
 */
export async function removeLeftOvers(directory: string, isWritten: () => Promise<boolean>): Promise<number> {
  const names = (await namesIn(directory)).filter((name) => UNFINISHED.test(name));
  if (names.length === 0 || (await isWritten())) return 0;
  return removeFiles(directory, (name) => names.includes(name));
}

async function removeFiles(directory: string, isToGo: (name: string) => boolean): Promise<number> {
  const removed = (await namesIn(directory)).filter(isToGo);
  // the manifest first: without it the parts are no model
  for (const name of removed.sort((a, b) => Number(b === MANIFEST) - Number(a === MANIFEST)))
    await rm(join(directory, name), { force: true });
  return removed.length;
}

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
}
