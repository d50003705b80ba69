// Checks what a client asks for, before anything starts.

import * as l10n from '@vscode/l10n';
import { availableParallelism } from 'node:os';
import {
  LANGUAGE_MODEL,
  type LanguageModelConflict,
  languageModelConflict,
  type LanguageModelOptions,
} from '../language-model/options.ts';
import type { Option, OptionTable } from '../options/option.ts';
import { unfitting } from '../options/sentence.ts';
import { fits } from '../options/value.ts';
import { PROJECTION } from '../projection/options.ts';
import type { ImportRequest, TrainRequest } from '../protocol/engine.ts';
import { PHRASES, TEXT, type TextOptions } from '../text/options.ts';
import { WORD2VEC, type Word2vecOptions } from '../word2vec/options.ts';
import { FILES, LANGUAGE_MODEL_TRAINING, READING, RUN } from './options.ts';

/**
 * Throws a RangeError with a sentence for each option that cannot be: its name, its value, and what
 * it may be.
 */
export function checkOptions(request: TrainRequest): void {
  const { folders, reading, text, phrases, word2vec, projection, languageModel, threads, seed } = request;
  const { parts, tensorflow, vectorWidth } = request;
  const training = {
    ...(parts && { enabled: parts.languageModel }),
    ...(tensorflow !== undefined && { tensorflowFolder: tensorflow }),
    ...(vectorWidth !== undefined && { vectorWidth }),
  };
  throwIfAny([
    ...folders.flatMap(({ include = [], exclude }) => problems('', FILES, { include, exclude })),
    ...problems('reading.', READING, reading),
    ...problems('text.', TEXT, text),
    ...problems('phrases.', PHRASES, phrases),
    ...problems('', RUN, { threads, seed }),
    ...problems('word2vec.', WORD2VEC, word2vec),
    ...word2vecConflicts(word2vec),
    ...problems('map.', PROJECTION, projection),
    ...problems('languageModel.', LANGUAGE_MODEL_TRAINING, training),
    ...problems('languageModel.', LANGUAGE_MODEL, languageModel),
    ...languageModelConflicts(languageModel, tensorflow !== undefined),
  ]);
}

export function checkTextOptions(options: TextOptions): void {
  throwIfAny(problems('text.', TEXT, options));
}

/** The same for an import. */
export function checkImportOptions({ most, projection, seed }: ImportRequest): void {
  throwIfAny([
    ...(Number.isInteger(most) && most >= 0
      ? []
      : [l10n.t('{0} is {1}; it must be a whole number, 0 or more.', 'most', JSON.stringify(most))]),
    ...problems('', RUN, { seed }),
    ...(projection ? problems('map.', PROJECTION, projection) : []),
  ]);
}

/** Options of a stored model with which a question would go on for ever, or nowhere. */
const STORED: Record<string, OptionTable> = {
  languageModel: { steps: LANGUAGE_MODEL.steps },
  word2vec: { minN: WORD2VEC.minN, maxN: WORD2VEC.maxN },
  // of files that others made
  ngrams: { minN: { ...WORD2VEC.minN, range: [0, 100] }, maxN: { ...WORD2VEC.maxN, range: [0, 100] } },
  text: TEXT,
  languageModelText: TEXT,
};

/**
 * Throws a RangeError for options of a stored model that cannot be. Those that are missing, or of
 * another version, count for nothing.
 */
export function checkStoredOptions(options: object): void {
  throwIfAny(
    Object.entries(STORED).flatMap(([group, table]) => {
      const values = Object.entries(Object((options as Record<string, unknown>)[group]) as object);
      const known = values.filter(([name]) => Object.hasOwn(table, name));
      return problems(`${group}.`, table, Object.fromEntries(known));
    }),
  );
}

/**
 * Compute threads to start: what was asked for, or every core in the first stages, which take
 * seconds, and every core but one in the last.
 */
export function resolveThreads(threads: number, stage: 'first' | 'last'): number {
  return threads || Math.max(1, availableParallelism() - (stage === 'last' ? 1 : 0));
}

function throwIfAny(sentences: string[]): void {
  if (sentences.length > 0) throw new RangeError(sentences.join('\n'));
}

/**
 * A sentence for each value that its option cannot have: it comes from a settings file or a command
 * line, where the type says nothing.
 */
function problems(prefix: string, table: OptionTable, values: object): string[] {
  return Object.entries(values).flatMap(([key, value]: [string, unknown]) => {
    const name = `lexiscope.${prefix}${key}`;
    const option: Option | undefined = Object.hasOwn(table, key) ? table[key] : undefined;
    if (!option) return [l10n.t('There is no setting {0}.', name)];
    return fits(option, value) ? [] : [unfitting(name, option, JSON.stringify(value))];
  });
}

function word2vecConflicts({ negative, hierarchicalSoftmax, minN, maxN, minAlpha, alpha }: Word2vecOptions): string[] {
  const least = [
    ['minN', minN, 'maxN', maxN],
    ['minAlpha', minAlpha, 'alpha', alpha],
  ] as const;
  return [
    ...(negative === 0 && !hierarchicalSoftmax
      ? [
          l10n.t(
            'With {0} at 0, {1} must be on: else nothing is learned.',
            'lexiscope.word2vec.negative',
            'lexiscope.word2vec.hierarchicalSoftmax',
          ),
        ]
      : []),
    ...least
      .filter(([, low, , high]) => low > high)
      .map(([name, low, above, high]) =>
        l10n.t(
          '{0} is {1}; it must not be above {2}, which is {3}.',
          `lexiscope.word2vec.${name}`,
          low,
          `lexiscope.word2vec.${above}`,
          high,
        ),
      ),
  ];
}

function languageModelConflicts(options: LanguageModelOptions, byTensorflow: boolean): string[] {
  const conflict = languageModelConflict(options);
  return [
    ...(conflict ? [conflictSentence(conflict, options)] : []),
    ...(byTensorflow && options.softmax === 'adaptive'
      ? [
          l10n.t(
            'TensorFlow has no adaptive softmax here: set {0} to “full” or “auto”, or {1} to “kernels”.',
            'lexiscope.languageModel.softmax',
            'lexiscope.languageModel.backend',
          ),
        ]
      : []),
  ];
}

function conflictSentence(conflict: LanguageModelConflict, options: LanguageModelOptions): string {
  const [tied, frozen, input] = ['tied', 'freezeEmbedding', 'input'].map((name) => `lexiscope.languageModel.${name}`);
  switch (conflict) {
    case 'tiedWithoutEmbedding':
      return l10n.t('{0} needs an embedding: set {1} to “embedding” or “word2vec”, or switch it off.', tied!, input!);
    case 'tiedOfDifferentSizes':
      return l10n.t(
        '{0} needs equal sizes: {1} is {2} and {3} is {4}. Make them equal, or switch it off.',
        tied!,
        'lexiscope.languageModel.embeddingSize',
        options.embeddingSize,
        'lexiscope.languageModel.hiddenSize',
        options.hiddenSize,
      );
    case 'inputDropoutWithoutEmbedding':
      return l10n.t(
        '{0} needs an embedding: set {1} to “embedding” or “word2vec”, or use {2}.',
        'lexiscope.languageModel.inputDropout',
        input!,
        'lexiscope.languageModel.embeddingDropout',
      );
    case 'frozenAndTied':
      return l10n.t('{0} and {1} exclude each other: the output has to learn. Switch one off.', frozen!, tied!);
    case 'frozenWithoutEmbedding':
      return l10n.t('{0} needs an embedding: set {1} to “embedding” or “word2vec”, or switch it off.', frozen!, input!);
  }
}
