// A training on disk while it runs: a file beside the model for its word vectors and one for its
// language model, written over every so often, from which a training with the same text and options
// goes on after a cancel or a crash. They are safetensors files; what is no tensor stands in their
// metadata.

import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { CHECKPOINTS } from '../../model-folder/model-places.ts';
import type { Phase } from '../../protocol/engine.ts';
import type { Corpus } from '../../text/corpus.ts';
import type { TokenSource } from '../../text/tokens.ts';
import { LONGEST_HEADER, parseSafetensorsHeader, safetensorsHeaderLength } from '../../word2vec/formats/safetensors.ts';
import { openRegularFile, readRegularFile } from '../files/regular-file.ts';
import { writeFileAtomically } from '../model/durable-file.ts';
import { readSafetensors, type Tensor, writeSafetensors } from '../model/safetensors.ts';

type Part = keyof typeof CHECKPOINTS;
/** Tokens and words that are hashed at a time: some milliseconds. */
const TOKENS = 1 << 20;
const WORDS = 1 << 14;

export interface StoredCheckpoint {
  tensors: Record<string, Tensor>;
  /** As JSON keeps it. */
  state: unknown;
}

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

/**
 * Replaces the checkpoint of the part in `directory`. `fraction`: how much of the part is done, 0
 * to 1.
 */
export async function saveCheckpoint(
  directory: string,
  part: Part,
  training: string,
  { tensors, state }: StoredCheckpoint,
  fraction: number,
): Promise<void> {
  const metadata = { training, state: JSON.stringify(state), fraction: String(fraction) };
  await writeFileAtomically(join(directory, CHECKPOINTS[part]), writeSafetensors(tensors, metadata));
}

/** Whether `directory` holds a checkpoint of the part, of whatever training. */
export async function hasCheckpoint(directory: string, part: Part): Promise<boolean> {
  return (await metadataOf(directory, part)) !== null;
}

/**
 * How much of which part is done in the checkpoint that the next training goes on from, 0 to 1;
 * null where there is none.
 */
export async function interruptedAt(directory: string): Promise<{ phase: Phase; fraction: number } | null> {
  for (const phase of ['languageModel', 'wordVectors'] as const) {
    const fraction = Number((await metadataOf(directory, phase))?.['fraction']);
    if (fraction > 0 && fraction <= 1) return { phase, fraction };
  }
  return null;
}

/**
 * The checkpoint of `training` in `directory`; null where there is none, only that of another
 * training, or a damaged one.
 */
export async function loadCheckpoint(
  directory: string,
  part: Part,
  training: string,
): Promise<StoredCheckpoint | null> {
  const metadata = await metadataOf(directory, part);
  if (metadata?.['training'] !== training) return null;
  try {
    const tensors = readSafetensors(await readRegularFile(join(directory, CHECKPOINTS[part])));
    return { tensors, state: JSON.parse(metadata['state'] as string) as unknown };
  } catch {
    return null; // the training begins anew
  }
}

/** Of every part; false where there was none. */
export async function deleteCheckpoints(directory: string): Promise<boolean> {
  let there = false;
  for (const part of Object.keys(CHECKPOINTS) as Part[]) {
    there = (await hasCheckpoint(directory, part)) || there;
    await rm(join(directory, CHECKPOINTS[part]), { force: true });
  }
  return there;
}

async function metadataOf(directory: string, part: Part): Promise<Record<string, unknown> | null> {
  try {
    const file = await openRegularFile(join(directory, CHECKPOINTS[part]));
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
