// The manifest of a stored model: which parts belong together, what they hold, and how it was made.
// A manifest may come from anywhere, so nothing in it is believed: each number is checked, here by
// itself and in model-store.ts against its part.

import * as l10n from '@vscode/l10n';
import type { ModelSummary } from '../../protocol/engine.ts';
import { checkStoredOptions } from '../check-options.ts';
import type { StoredModel } from './stored-model.ts';

export const FORMAT = 'lexiscope-model';
/**
 * 2: parts may be missing, counts unknown, tokens byte pairs. 3: a language model may be of an
 * earlier training and have words of its own. Models of all versions are read as they are.
 */
export const VERSION = 3;
export const PARTS = [
  'vocabulary',
  'vectors',
  'map',
  'languageModel',
  'languageModelVocabulary',
  'training',
  'tokenizer',
] as const;
export type PartName = (typeof PARTS)[number];
const NEEDED: readonly PartName[] = ['vocabulary', 'vectors'];
/** Parts that every model of version 1 had. */
const NEEDED_BEFORE: readonly PartName[] = ['vocabulary', 'vectors', 'map', 'languageModel'];

export interface ModelPart {
  file: string;
  bytes: number;
  sha256: string;
}

export interface Manifest {
  format: typeof FORMAT;
  version: number;
  summary: ModelSummary;
  options: StoredModel['options'];
  parts: Partial<Record<PartName, ModelPart>>;
}

/** A stored file that is not what it should be. `message` names it and says what to do. */
export class DamagedFile extends Error {
  override name = 'DamagedFile';

  constructor(path: string, reason: string) {
    super(
      l10n.t(
        'The model file {0} is damaged: {1}. Train again to replace the model, or restore the file; nothing was deleted.',
        path,
        reason,
      ),
    );
  }
}

/**
 * Throws one sentence if the text is no manifest, or one of a newer version. `path`: where it lies.
 */
export function parseManifest(path: string, text: string): Manifest {
  let manifest: Partial<Manifest> | null;
  try {
    manifest = JSON.parse(text) as Partial<Manifest> | null;
  } catch {
    throw new DamagedFile(path, l10n.t('it is not JSON'));
  }
  if (manifest?.format !== FORMAT || typeof manifest.version !== 'number')
    throw new DamagedFile(path, l10n.t('it is not a manifest of Lexiscope'));
  const { version } = manifest;
  if (version > VERSION) {
    throw new Error(
      l10n.t(
        'The model {0} was made by a newer Lexiscope (format {1}, this one reads {2}). Update the extension, or train again to replace the model.',
        path,
        version,
        VERSION,
      ),
    );
  }
  for (const name of PARTS) {
    const part: unknown = manifest.parts?.[name];
    const isNeeded = (version > 1 ? NEEDED : NEEDED_BEFORE).includes(name);
    if (part === undefined ? isNeeded : !isPart(part))
      throw new DamagedFile(path, l10n.t('it does not name its part {0}', name));
  }
  if (!isObject(manifest.summary) || !isObject(manifest.options))
    throw new DamagedFile(path, l10n.t('it is not complete'));
  const whole = manifest as Manifest;
  const wrong = wrongFigure(whole) ?? wrongOption(whole);
  if (wrong) throw new DamagedFile(path, wrong);
  return whole;
}

/** A name with a separator would reach outside the folder. */
function isPart(part: unknown): part is ModelPart {
  if (!isObject(part)) return false;
  const { file, bytes, sha256 } = part as Partial<ModelPart>;
  return typeof file === 'string' && !/[/\\]/.test(file) && isCount(bytes) && typeof sha256 === 'string';
}

/** What is wrong with the first figure of the summary that cannot be; null if all can be. */
function wrongFigure({ summary, parts }: Manifest): string | null {
  const { trained, vocabulary, vectorSize, words, files, mapWords, losses, languageModel, imported, seconds } = summary;
  const isMeasured = (value: unknown): boolean => value === null || isFigure(value);
  const checks: [name: string, value: unknown, isRight: boolean][] = [
    ['trained', trained, typeof trained === 'string' && !Number.isNaN(Date.parse(trained))],
    ['vocabulary', vocabulary, isCount(vocabulary) && vocabulary > 0],
    ['vectorSize', vectorSize, isCount(vectorSize) && vectorSize > 0],
    ['words', words, words === null || isCount(words)],
    ['files', files, files === null || isCount(files)],
    ['mapWords', mapWords, isCount(mapWords) && mapWords <= vocabulary && mapWords > 0 === Boolean(parts.map)],
    ['losses', losses, losses === undefined || (Array.isArray(losses) && losses.every(isFigure))],
    ['imported', imported, imported === undefined || typeof imported === 'string'],
    ['seconds', seconds, seconds === undefined || (isObject(seconds) && Object.values(seconds).every(isDuration))],
    [
      'languageModel',
      languageModel,
      (languageModel === null || isObject(languageModel)) && Boolean(languageModel) === Boolean(parts.languageModel),
    ],
  ];
  if (isObject(languageModel)) {
    const { vocabulary: known, perplexity, unigramPerplexity, bitsPerCharacter } = languageModel;
    const { heldOutFiles, heldOutTokens } = languageModel;
    checks.push(
      ['languageModel.vocabulary', known, isCount(known)],
      ['languageModel.perplexity', perplexity, isMeasured(perplexity)],
      [
        'languageModel.unigramPerplexity',
        unigramPerplexity,
        unigramPerplexity === undefined || isFigure(unigramPerplexity),
      ],
      [
        'languageModel.bitsPerCharacter',
        bitsPerCharacter,
        bitsPerCharacter === undefined || isMeasured(bitsPerCharacter),
      ],
      ['languageModel.heldOutFiles', heldOutFiles, isCount(heldOutFiles)],
      ['languageModel.heldOutTokens', heldOutTokens, isCount(heldOutTokens)],
    );
  }
  const wrong = checks.find(([, , isRight]) => !isRight);
  return wrong ? l10n.t('its figure {0} cannot be {1}', `summary.${wrong[0]}`, told(wrong[1])) : null;
}

/** Why its options are none; null if they are. */
function wrongOption({ options }: Manifest): string | null {
  try {
    checkStoredOptions(options);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isFigure(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isDuration(value: unknown): boolean {
  return isFigure(value) && value >= 0;
}

/** The beginning of a value as it stands in the file. */
function told(value: unknown): string {
  return (JSON.stringify(value) as string | undefined)?.slice(0, 40) ?? '-';
}
