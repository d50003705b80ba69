// What of the text a language model learns from, and what is held out.

import * as l10n from '@vscode/l10n';
import type { TrainingExtras } from '../../language-model/training/create-job.ts';
import { FNV_OFFSET, fnv1a } from '../../numerics/hash.ts';
import type { EngineEvents, TrainRequest } from '../../protocol/engine.ts';
import { BytePairTokenizer } from '../../text/byte-pair/tokenizer.ts';
import { runTasks } from '../compute-tasks.ts';
import { virtualFilesOf } from '../files/virtual-files.ts';
import { charactersOf, toCorpusIds } from '../model/byte-pair-language-model.ts';
import type { BytePairText } from '../reading/byte-pair-text.ts';
import type { ReadCorpus } from '../reading/read-corpus.ts';
import type { RunContext } from '../run-context.ts';

/** What a language model learns from: see `createLanguageModelJob`. */
export interface TextToLearn {
  tokens: Int32Array;
  documents: Int32Array;
  heldOut: Uint8Array;
  extras: Pick<TrainingExtras, 'characters' | 'vocabulary'>;
}

/** Of a text that is larger than memory, what is in memory. `heldOut`: share of the text. */
export function textToLearn({ corpus, paths }: ReadCorpus, heldOut: number, log: EngineEvents['log']): TextToLearn {
  const { spilled, words } = corpus;
  const tokens = corpus.tokens.subarray(0, corpus.partsAt);
  const documents = spilled ? corpus.documents.filter((start) => start < tokens.length) : corpus.documents;
  if (spilled) {
    log(
      'info',
      l10n.t(
        'The language model learns from the first {0} of {1} tokens',
        tokens.length,
        tokens.length + spilled.length,
      ),
    );
  }
  return {
    tokens,
    documents,
    heldOut: chooseHeldOut(paths.slice(0, documents.length), documents, tokens.length, heldOut),
    extras: { characters: words.map((word) => Array.from(word).length + 1) },
  };
}

/** The same of a text in byte pairs, all of which are known. */
export function bytePairsToLearn({ tokens, documents, paths, merges }: BytePairText, heldOut: number): TextToLearn {
  const tokenizer = new BytePairTokenizer(merges);
  return {
    tokens: toCorpusIds(tokens),
    documents,
    heldOut: chooseHeldOut(paths, documents, tokens.length, heldOut),
    extras: { characters: charactersOf(tokenizer), vocabulary: tokenizer.size - 1 },
  };
}

/** Reads the text again, in byte pairs; null where it was cancelled. */
export async function readAsBytePairs(
  { folders, unsaved = [], reading, languageModel }: TrainRequest,
  { paths }: ReadCorpus,
  { script, signal, events }: Pick<RunContext, 'script' | 'signal' | 'events'>,
): Promise<BytePairText | null> {
  const task = { kind: 'bytePairs', folders, unsaved, reading, paths, size: languageModel.bytePairs } as const;
  const read = await runTasks([task], { script, signal, events, files: virtualFilesOf(folders, events) });
  return read && read[0]!;
}

/**
 * Whole files that the language model does not learn from, (documents) of 0 and 1: in the order of
 * a hash of their paths, so that the choice stays when files are added, until they hold `share` of
 * the text. No file that holds more than twice that share is taken. None may be left: the language
 * model then holds out the end of the text.
 */
function chooseHeldOut(paths: readonly string[], documents: Int32Array, tokens: number, share: number): Uint8Array {
  const heldOut = new Uint8Array(paths.length);
  const order = paths
    .map((path, index) => ({ index, hash: hashOf(path) }))
    .sort((a, b) => a.hash - b.hash || a.index - b.index);
  let held = 0;
  for (const { index } of order) {
    if (held >= share * tokens) break;
    const size = (documents[index + 1] ?? tokens) - documents[index]!;
    if (size > 2 * share * tokens || size === 0) continue;
    heldOut[index] = 1;
    held += size;
  }
  return heldOut;
}

/** FNV-1a over UTF-16 code units. */
function hashOf(text: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < text.length; index++) hash = fnv1a(hash, text.charCodeAt(index));
  return hash >>> 0;
}
