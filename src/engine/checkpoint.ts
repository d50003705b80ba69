// The training of word vectors on disk while it runs: one file beside the model, written over every so often, from which
// a training with the same text and options goes on after a cancel or a crash. It is a safetensors file; what is not a
// matrix stands in its metadata.

import { createHash } from 'node:crypto';
import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Corpus } from '../text/corpus.ts';
import type { TokenSource } from '../text/tokens.ts';
import { LONGEST_HEADER, parseSafetensorsHeader, safetensorsHeaderLength } from '../word2vec/formats/safetensors.ts';
import type { Matrices, Word2vecCheckpoint } from '../word2vec/training.ts';
import { writeFileAtomically } from './model-store.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

const FILE = 'word-vectors.checkpoint';
/** Tokens and words that are hashed at a time: some milliseconds. */
const TOKENS = 1 << 20;
const WORDS = 1 << 14;

/** What is not a matrix. */
type State = Omit<Word2vecCheckpoint, 'losses' | 'matrices'> & { losses: number[] };

/** What tells one training from another: everything that decides its result. */
export async function fingerprint(corpus: Corpus, source: TokenSource, options: object): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(options));
  for (let first = 0; first < corpus.words.length; first += WORDS) {
    hash.update(corpus.words.slice(first, first + WORDS).join('\n'));
    await setImmediate();
  }
  for (let first = 0; first < source.length; first += TOKENS) {
    const tokens = source.read(first, TOKENS);
    hash.update(new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength));
    await setImmediate();
  }
  return hash.digest('hex');
}

/** Replaces the checkpoint in `directory`. */
export async function saveCheckpoint(
  directory: string,
  training: string,
  checkpoint: Word2vecCheckpoint,
  vectorSize: number,
): Promise<void> {
  const { matrices, losses, ...numbers } = checkpoint;
  const tensors = Object.fromEntries(
    Object.entries(matrices).map(([name, data]) => [name, { shape: [data.length / vectorSize, vectorSize], data }]),
  );
  const metadata = { training, state: JSON.stringify({ ...numbers, losses: Array.from(losses) }) };
  await writeFileAtomically(join(directory, FILE), writeSafetensors(tensors, metadata));
}

/** Whether `directory` holds a checkpoint, of whatever training. */
export async function hasCheckpoint(directory: string): Promise<boolean> {
  return (await metadataOf(directory)) !== null;
}

/** The checkpoint of `training` in `directory`; null where there is none, only that of another training, or a damaged one. */
export async function loadCheckpoint(directory: string, training: string): Promise<Word2vecCheckpoint | null> {
  const metadata = await metadataOf(directory);
  if (metadata?.['training'] !== training) return null;
  try {
    const tensors = readSafetensors(await readFile(join(directory, FILE)));
    const { losses, ...numbers } = JSON.parse(metadata['state'] as string) as State;
    const matrices: Matrices = Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data]));
    return { ...numbers, losses: Float64Array.from(losses), matrices };
  } catch {
    return null; // the training begins anew
  }
}

export async function deleteCheckpoint(directory: string): Promise<boolean> {
  const there = await hasCheckpoint(directory);
  await rm(join(directory, FILE), { force: true });
  return there;
}

async function metadataOf(directory: string): Promise<Record<string, unknown> | null> {
  try {
    const file = await open(join(directory, FILE));
    try {
      const start = new Uint8Array(8);
      await file.read(start, 0, 8, 0);
      const header = new Uint8Array(Math.min(safetensorsHeaderLength(start), LONGEST_HEADER));
      await file.read(header, 0, header.length, 8);
      const { size } = await file.stat();
      return parseSafetensorsHeader(header, size - 8 - header.length).metadata;
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}
