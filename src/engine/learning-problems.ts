// What went wrong with a training, as sentences for the user.

import * as l10n from '@vscode/l10n';
import type { LanguageModelProblem } from '../language-model/problems.ts';
import type { Word2vecProblem } from '../word2vec/problems.ts';

const KINDS: Record<(LanguageModelProblem | Word2vecProblem)['kind'], true> = {
  vectorsGrew: true,
  vectorsTooLarge: true,
  fewTokens: true,
  languageModelTooLarge: true,
  frozenWithoutVectors: true,
  lossGrew: true,
};

/**
 * The problem of an error as the rooms throw it, here or in a thread; undefined for other errors.
 */
function problemOf(error: unknown): LanguageModelProblem | Word2vecProblem | undefined {
  const { problem } = error as { problem?: { kind?: unknown } };
  const isOurs = typeof problem?.kind === 'string' && Object.hasOwn(KINDS, problem.kind);
  return isOurs ? (problem as LanguageModelProblem | Word2vecProblem) : undefined;
}

/** An error whose message is a sentence for the user; any other error as it is. */
export function inSentences(error: unknown): unknown {
  return problemOf(error) ? new Error(`${learningSentence(error)}.`, { cause: error }) : error;
}

/**
 * A sentence without a full stop at its end, or the message of an error that is no problem of a
 * training.
 */
export function learningSentence(error: unknown): string {
  const problem = problemOf(error);
  if (!problem) return error instanceof Error ? error.message : String(error);
  switch (problem.kind) {
    case 'vectorsGrew':
      return l10n.t(
        'the vectors grew beyond all bounds at the learning rate {0} (lexiscope.word2vec.alpha); train with a smaller one, such as {1}',
        problem.alpha,
        problem.smaller,
      );
    case 'vectorsTooLarge':
      return l10n.t(
        'The vectors of {0} words and {1} n-grams, {2} numbers each, need {3}, more than {4}; lower lexiscope.word2vec.vectorSize or lexiscope.word2vec.maxVocabulary, or raise lexiscope.word2vec.minCount',
        problem.words,
        problem.ngrams,
        problem.vectorSize,
        size(problem.bytes),
        problem.most === 'wasm' ? size(2 ** 32) : l10n.t('this machine gives'),
      );
    case 'fewTokens':
      return l10n.t(
        'The language model needs at least {0} tokens to learn from and 1 held out; there are {1} and {2}',
        problem.needed,
        problem.training,
        problem.heldOut,
      );
    case 'languageModelTooLarge':
      return tooLarge(problem);
    case 'frozenWithoutVectors':
      return l10n.t(
        'An embedding that is not trained needs word vectors; switch lexiscope.languageModel.freezeEmbedding off',
      );
    case 'lossGrew':
      return lossGrew(problem);
  }
}

function tooLarge({
  bytes,
  available,
  sizes,
}: Extract<LanguageModelProblem, { kind: 'languageModelTooLarge' }>): string {
  if (!sizes) {
    return l10n.t(
      'The language model needs {0} of memory, which this machine did not give; lower lexiscope.languageModel.hiddenSize, maxVocabulary, batchSize or steps',
      size(bytes),
    );
  }
  return l10n.t(
    'The language model needs {0} of memory to train, and {1} are free; lower lexiscope.languageModel.hiddenSize ({2}), maxVocabulary ({3}), batchSize ({4}) or steps ({5})',
    size(bytes),
    size(available),
    sizes.hiddenSize,
    sizes.vocabulary,
    sizes.batchSize,
    sizes.steps,
  );
}

function lossGrew(problem: Extract<LanguageModelProblem, { kind: 'lossGrew' }>): string {
  const { loss, gradient, step, steps, learningRate, peakRate, clip } = problem;
  const parameters = [loss, gradient, step, steps, Number(learningRate.toPrecision(3)), peakRate];
  return clip > 1
    ? l10n.t(
        "The language model's loss became {0} (gradient {1}) in step {2} of {3}, at a learning rate of {4}; lower lexiscope.languageModel.learningRate ({5}) or clip ({6})",
        ...parameters,
        clip,
      )
    : l10n.t(
        "The language model's loss became {0} (gradient {1}) in step {2} of {3}, at a learning rate of {4}; lower lexiscope.languageModel.learningRate ({5})",
        ...parameters,
      );
}

/** In binary units, as memory is told. */
function size(bytes: number): string {
  return bytes < 2 ** 30 ? `${Math.ceil(bytes / 2 ** 20)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
