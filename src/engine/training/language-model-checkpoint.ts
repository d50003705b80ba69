// The checkpoint of a language model as a file (checkpoint.ts); what it holds is
// src/language-model/checkpoint.ts's.

import type { Checkpoint } from '../../language-model/training/checkpoint.ts';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.ts';

/** What is no tensor. */
interface State {
  training: string;
  step: number;
  progress: number[];
  heldOutLosses: number[];
}

/**
 * Replaces the one in `directory`. `training`: of `fingerprint`; `fraction`: how much is done, 0 to
 * 1.
 */
export async function saveLanguageModelCheckpoint(
  directory: string,
  training: string,
  { floats, losses, norms, progress, heldOutLosses, ...numbers }: Checkpoint,
  fraction: number,
): Promise<void> {
  const tensors = Object.fromEntries(
    Object.entries({ floats, losses, norms }).map(([name, data]) => [name, { shape: [data.length], data }]),
  );
  const state: State = { ...numbers, progress: Array.from(progress), heldOutLosses: Array.from(heldOutLosses) };
  await saveCheckpoint(directory, 'languageModel', training, { tensors, state }, fraction);
}

/**
 * The one of `training`; null where there is none, only that of another training, or a damaged one.
 */
export async function loadLanguageModelCheckpoint(directory: string, training: string): Promise<Checkpoint | null> {
  const stored = await loadCheckpoint(directory, 'languageModel', training);
  if (!stored) return null;
  const { progress, heldOutLosses, ...numbers } = stored.state as State;
  const { floats, losses, norms } = stored.tensors;
  if (!floats || !losses || !norms) return null;
  return {
    ...numbers,
    progress: Float64Array.from(progress),
    heldOutLosses: Float64Array.from(heldOutLosses),
    floats: floats.data,
    losses: losses.data,
    norms: norms.data,
  };
}
