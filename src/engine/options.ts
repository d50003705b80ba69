// Checks what a client asks for, before anything starts.

import * as l10n from '@vscode/l10n';
import { availableParallelism } from 'node:os';
import {
  checkLanguageModelOptions,
  LANGUAGE_MODEL_CHOICES,
  LANGUAGE_MODEL_FLAGS,
  LANGUAGE_MODEL_RANGES,
  type LanguageModelOptions,
} from '../language-model/options.ts';
import { PROJECTION_RANGES } from '../projection/options.ts';
import { PHRASE_RANGES, PHRASE_SCORERS, TEXT_CHOICES, TEXT_FLAGS, type TextOptions } from '../text/options.ts';
import { VECTOR_WIDTHS, type ImportRequest, type TrainRequest } from '../protocol/engine.ts';
import { WORD2VEC_FLAGS, WORD2VEC_RANGES, type Word2vecOptions } from '../word2vec/options.ts';

type Range = readonly [least: number, most: number, whole: boolean];

/** Of the options that no room owns. */
export const ENGINE_RANGES = {
  threads: [0, 256, true],
  seed: [0, 2 ** 31 - 1, true],
  maximumFileSize: [1, 2 ** 31, true],
  most: [0, 2 ** 31 - 1, true],
} as const satisfies Record<string, Range>;

/** Throws one sentence that names the first option out of range, its value and the range. */
export function checkOptions(request: TrainRequest): void {
  checkTextOptions(request.text);
  checkWord2vec(request.word2vec);
  checkRanges('map', request.projection, PROJECTION_RANGES);
  checkLanguageModel(request.languageModel);
  const { scorer, connectors, ...phrases } = request.phrases;
  checkChoice('phrases.scorer', scorer, PHRASE_SCORERS);
  if (typeof connectors !== 'string') {
    throw new RangeError(
      l10n.t('The option {0} is {1}; it must be a text.', 'phrases.connectors', JSON.stringify(connectors)),
    );
  }
  checkRanges('phrases', phrases, PHRASE_RANGES);
  checkRanges('reading', request.reading, { maximumFileSize: ENGINE_RANGES.maximumFileSize });
  if (request.vectorWidth !== undefined) {
    checkChoice('languageModel.vectorWidth', request.vectorWidth, VECTOR_WIDTHS);
  }
  if (request.tensorflow !== undefined && typeof request.tensorflow !== 'string') {
    throw new RangeError(
      l10n.t(
        'The option {0} is {1}; it must be a text.',
        'languageModel.tensorflowFolder',
        JSON.stringify(request.tensorflow),
      ),
    );
  }
  if (request.tensorflow !== undefined && request.languageModel.softmax === 'adaptive') {
    throw new RangeError(
      l10n.t(
        'TensorFlow has no adaptive softmax here: set {0} to “full” or “auto”, or {1} to “kernels”.',
        'languageModel.softmax',
        'languageModel.backend',
      ),
    );
  }
  checkRanges('', { threads: request.threads, seed: request.seed }, ENGINE_RANGES);
}

export function checkTextOptions(options: TextOptions): void {
  for (const [name, choices] of Object.entries(TEXT_CHOICES)) {
    checkChoice(`text.${name}`, options[name as keyof typeof TEXT_CHOICES], choices);
  }
  checkFlags('text', options, TEXT_FLAGS);
}

function checkWord2vec({ algorithm, ...others }: Word2vecOptions): void {
  checkChoice('word2vec.algorithm', algorithm, ['skipgram', 'cbow']);
  checkRanges('word2vec', checkFlags('word2vec', others, WORD2VEC_FLAGS), WORD2VEC_RANGES);
  if (others.negative === 0 && !others.hierarchicalSoftmax) {
    throw new RangeError(
      l10n.t(
        'With the option word2vec.negative at 0, word2vec.hierarchicalSoftmax must be on: else nothing is learned.',
      ),
    );
  }
  for (const [least, most] of [
    ['minN', 'maxN'],
    ['minAlpha', 'alpha'],
  ] as const) {
    if (others[least] <= others[most]) continue;
    throw new RangeError(
      l10n.t(
        'The option {0} is {1}; it must not be above {2}, which is {3}.',
        `word2vec.${least}`,
        others[least],
        `word2vec.${most}`,
        others[most],
      ),
    );
  }
}

function checkLanguageModel(options: LanguageModelOptions): void {
  const { tokens, cell, input, softmax, decay, ...others } = options;
  for (const [name, value] of Object.entries({ tokens, cell, input, softmax, decay })) {
    checkChoice(`languageModel.${name}`, value, LANGUAGE_MODEL_CHOICES[name as keyof typeof LANGUAGE_MODEL_CHOICES]);
  }
  checkRanges('languageModel', checkFlags('languageModel', others, LANGUAGE_MODEL_FLAGS), LANGUAGE_MODEL_RANGES);
  checkLanguageModelOptions(options);
}

/** The values that are no flags. */
function checkFlags(group: string, values: object, flags: readonly string[]): object {
  for (const [name, value] of Object.entries(values) as [string, unknown][]) {
    if (!flags.includes(name) || typeof value === 'boolean') continue;
    const option = `${group}.${name}`;
    throw new RangeError(l10n.t('The option {0} is {1}; it must be true or false.', option, JSON.stringify(value)));
  }
  return Object.fromEntries(Object.entries(values).filter(([name]) => !flags.includes(name)));
}

/** What is asked of the options of a stored model: where a question would go on for ever, or nowhere, with others. */
const STORED_RANGES: Record<string, Record<string, Range>> = {
  languageModel: { steps: LANGUAGE_MODEL_RANGES.steps },
  word2vec: { minN: WORD2VEC_RANGES.minN, maxN: WORD2VEC_RANGES.maxN },
  ngrams: { minN: [0, 100, true], maxN: [0, 100, true] }, // of files that others made
};

/** Throws one sentence that names an option of a stored model that cannot be. Options that are not there, or of another version, count for nothing. */
export function checkStoredOptions(options: object): void {
  for (const [group, ranges] of Object.entries(STORED_RANGES)) {
    const values: unknown = (options as Record<string, unknown>)[group];
    if (values !== undefined) checkRanges(group, knownOf(values, ranges), ranges);
  }
  for (const group of ['text', 'languageModelText']) {
    const values: unknown = (options as Record<string, unknown>)[group];
    if (values === undefined) continue;
    for (const [name, value] of Object.entries(knownOf(values, TEXT_CHOICES))) {
      checkChoice(`text.${name}`, value as string, TEXT_CHOICES[name as keyof typeof TEXT_CHOICES]);
    }
  }
}

function knownOf(values: unknown, known: object): object {
  return Object.fromEntries(Object.entries(Object(values) as object).filter(([name]) => Object.hasOwn(known, name)));
}

/** The same for an import. */
export function checkImportOptions({ most, projection, seed }: ImportRequest): void {
  checkRanges('', { most, seed }, ENGINE_RANGES);
  if (projection) checkRanges('map', projection, PROJECTION_RANGES);
}

/**
 * Compute threads to start: what was asked for, or every core in the first stages, which take seconds, and every core but
 * one in the last.
 */
export function resolveThreads(threads: number, stage: 'first' | 'last'): number {
  return threads || Math.max(1, availableParallelism() - (stage === 'last' ? 1 : 0));
}

/** The value comes from a settings file or a command line, where the type says nothing. */
function checkChoice(option: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  throw new RangeError(
    l10n.t('The option {0} is {1}; it must be one of {2}.', option, JSON.stringify(value), choices.join(', ')),
  );
}

function checkRanges(group: string, values: object, ranges: Readonly<Record<string, Range>>): void {
  for (const [name, value] of Object.entries(values) as [string, unknown][]) {
    const range = ranges[name];
    const option = group ? `${group}.${name}` : name;
    if (!range) throw new RangeError(l10n.t('There is no option {0}.', option));
    const [least, most, whole] = range;
    if (typeof value !== 'number' || !(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
      throw new RangeError(
        whole
          ? l10n.t(
              'The option {0} is {1}; it must be a whole number from {2} to {3}.',
              option,
              JSON.stringify(value),
              least,
              most,
            )
          : l10n.t(
              'The option {0} is {1}; it must be a number from {2} to {3}.',
              option,
              JSON.stringify(value),
              least,
              most,
            ),
      );
    }
  }
}
