// Whether the parts of a stored model are what its manifest says: shapes, numbers of words, and no
// number that is none.

import * as l10n from '@vscode/l10n';
import { setImmediate } from 'node:timers/promises';
import { FIRST_WORD } from '../../language-model/token-ids.ts';
import type { PartName } from './manifest.ts';
import type { Tensor } from './safetensors.ts';
import type { StoredModel } from './stored-model.ts';

/** Numbers that are looked at in one go: about a millisecond. */
const NUMBERS = 1 << 20;

/** Calls `damaged` with the first part that does not fit, and why; it throws. */
export async function checkAgainstManifest(
  model: StoredModel,
  damaged: (part: PartName, reason: string) => never,
): Promise<void> {
  const { summary, words, vectors, map, languageModel, languageModelVocabulary, tokenizer } = model;
  const { vocabulary, vectorSize, mapWords } = summary;
  const known = summary.languageModel?.vocabulary ?? 0;
  if (words.length < vocabulary) damaged('vocabulary', fewer(words.length, vocabulary));
  const reads = (languageModelVocabulary ?? model).words.length;
  if (!tokenizer && reads < known)
    damaged(languageModelVocabulary ? 'languageModelVocabulary' : 'vocabulary', fewer(reads, known));

  const wrongVectors = ['input', 'output', 'tree', 'ngrams'].find((name) => {
    const shape = vectors[name]?.shape;
    if (!shape) return name === 'input';
    return shape.length !== 2 || shape[1] !== vectorSize || (name === 'input' && shape[0] !== vocabulary);
  });
  if (wrongVectors !== undefined)
    damaged('vectors', wrongShape(wrongVectors, vectors[wrongVectors], `(${vocabulary}, ${vectorSize})`));
  if (map && map['positions']?.shape.join() !== [mapWords, 2].join())
    damaged('map', wrongShape('positions', map['positions'], `(${mapWords}, 2)`));
  const bias = languageModel?.['output.bias'];
  if (languageModel && bias?.shape.join() !== String(known + FIRST_WORD))
    damaged('languageModel', wrongShape('output.bias', bias, `(${known + FIRST_WORD})`));

  // how a training went may hold what was no number; it is only drawn
  for (const [name, tensors] of Object.entries({ vectors, map, languageModel })) {
    const wrong = tensors && (await notFinite(tensors));
    if (wrong) damaged(name as PartName, l10n.t('{0} holds what is no number', wrong));
  }
}

/** The name of the first tensor with NaN or an infinity; null if all are numbers. */
async function notFinite(tensors: Readonly<Record<string, Tensor>>): Promise<string | null> {
  for (const [name, { data }] of Object.entries(tensors)) {
    for (let from = 0; from < data.length; from += NUMBERS) {
      let sum = 0;
      // NaN from the first that is none
      for (const value of data.subarray(from, from + NUMBERS)) sum += value - value;
      if (sum !== 0) return name;
      if (from > 0) await setImmediate();
    }
  }
  return null;
}

function fewer(found: number, expected: number): string {
  return l10n.t('it has {0} words, expected at least {1}', found, expected);
}

function wrongShape(name: string, tensor: Tensor | undefined, expected: string): string {
  return l10n.t('{0} has the shape {1}, expected {2}', name, `(${tensor?.shape.join(', ') ?? '-'})`, expected);
}
