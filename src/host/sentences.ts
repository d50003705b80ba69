// What the status bar and the notifications say, from plain values. `language` is the display language, for figures.

import * as l10n from '@vscode/l10n';
import type { ImportReport, ModelSummary, Phase, Progress, ReadingReport, TrainReport } from '../protocol/engine.ts';

export const NO_FOLDER = () =>
  l10n.t('Open a folder first: Lexiscope learns from the text of the folder that is open.');
export const NO_FILE_FOLDER = () =>
  l10n.t('Lexiscope reads folders of this machine only; none of the folders that are open here is one.');
export const NOTHING_LEARNED = () => l10n.t('Nothing is learned in this workspace yet: train on it first.');
export const TRAINING_RUNS = () =>
  l10n.t('A training is running: wait for its end, or cancel it with a click on the status bar.');

export function phaseName(phase: Phase): string {
  switch (phase) {
    case 'importing':
      return l10n.t('importing');
    case 'reading':
      return l10n.t('reading');
    case 'counting':
      return l10n.t('counting');
    case 'wordVectors':
      return l10n.t('word vectors');
    case 'map':
      return l10n.t('map');
    case 'languageModel':
      return l10n.t('language model');
    case 'saving':
      return l10n.t('saving');
  }
}

/** “word vectors 42%” */
export function progressText({ phase, fraction }: Progress, language: string): string {
  return l10n.t('{0} {1}', phaseName(phase), percent(fraction, language));
}

/** The lines under the status bar item while training. */
export function progressDetails({ wordsPerSecond, secondsLeft }: Progress, language: string): string[] {
  return [
    ...(wordsPerSecond === undefined ? [] : [l10n.t('{0} words per second', figure(wordsPerSecond, language))]),
    ...(secondsLeft === undefined ? [] : [l10n.t('{0} left in this phase', duration(secondsLeft))]),
    l10n.t('Click to cancel.'),
  ];
}

/** The lines under the status bar item when a model is there. */
export function modelDetails(model: ModelSummary, language: string): string[] {
  const { vocabulary, vectorSize, words, files, mapWords, languageModel, trained, imported } = model;
  const when = new Date(trained).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
  return [
    l10n.t(
      '{0} words with vectors of {1} dimensions, {2} on the map',
      figure(vocabulary, language),
      figure(vectorSize, language),
      figure(mapWords, language),
    ),
    ...(words === null || files === null
      ? [l10n.t('Imported from {0}', imported ?? '')]
      : [l10n.t('Learned from {0} words in {1} files', figure(words, language), figure(files, language))]),
    ...perplexity(languageModel, language),
    imported === undefined ? l10n.t('Trained {0}', when) : l10n.t('Imported {0}', when),
    l10n.t('Click to open the explorer.'),
  ];
}

/** The notification after training. */
export function trainingDone({ reading, model, seconds, resumedAt }: TrainReport, language: string): string {
  return [
    l10n.t(
      'Lexiscope learned {0} words from {1} words of text in {2} ({3} files).',
      figure(model.vocabulary, language),
      figure(reading.words, language),
      duration(wall(seconds)),
      figure(reading.files, language),
    ),
    ...(resumedAt === undefined
      ? []
      : [l10n.t('The word vectors went on from {0}, where they had been broken off.', percent(resumedAt, language))]),
    ...perplexity(model.languageModel, language),
    ...skippedFiles(reading, language),
    ...leftOutWords(reading, language),
  ].join(' ');
}

/** The notification after an import. */
export function importDone({ rows, duplicates, model, seconds }: ImportReport, language: string): string {
  return [
    l10n.t(
      'Lexiscope imported the vectors of {0} words with {1} dimensions in {2}.',
      figure(model.vocabulary, language),
      figure(model.vectorSize, language),
      duration(wall(seconds)),
    ),
    ...(duplicates > 0
      ? [
          l10n.t(
            '{0} of {1} rows were left out, because their words had been there before.',
            figure(duplicates, language),
            figure(rows, language),
          ),
        ]
      : []),
  ].join(' ');
}

function wall(seconds: TrainReport['seconds']): number {
  return Object.values(seconds).reduce((sum, phase) => sum + phase, 0);
}

/** One sentence on files that were left out or repaired; none where there are none. */
export function skippedFiles({ skipped, repaired }: ReadingReport, language: string): string[] {
  const reasons = [
    [skipped.binary, l10n.t('{0} binary', figure(skipped.binary, language))],
    [skipped.tooLarge, l10n.t('{0} too large', figure(skipped.tooLarge, language))],
    [skipped.unreadable, l10n.t('{0} unreadable', figure(skipped.unreadable, language))],
    [skipped.empty, l10n.t('{0} empty', figure(skipped.empty, language))],
  ] as const;
  const named = reasons.filter(([count]) => count > 0).map(([, text]) => text);
  return [
    ...(named.length ? [l10n.t('Skipped files: {0}.', named.join(', '))] : []),
    ...(repaired > 0 ? [l10n.t('Files with broken characters: {0}.', figure(repaired, language))] : []),
  ];
}

/** One sentence on words that were forgotten while they were counted; none where there was room for all. */
function leftOutWords({ pruned }: ReadingReport, language: string): string[] {
  if (pruned.words === 0) return [];
  return [
    l10n.t(
      'Too many different words: {0} that had come up to {1} times were left out.',
      figure(pruned.words, language),
      figure(pruned.upTo, language),
    ),
  ];
}

/** “45 s”, “2 min 5 s”, “1 h 3 min” */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return l10n.t('{0} s', whole);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return l10n.t('{0} min {1} s', minutes, whole % 60);
  return l10n.t('{0} h {1} min', Math.floor(minutes / 60), minutes % 60);
}

export function figure(value: number, language: string): string {
  return value.toLocaleString(language, { maximumFractionDigits: 0 });
}

/** Rounded down: 100% is said when everything is done. */
function percent(fraction: number, language: string): string {
  const hundredths = Math.floor(Math.min(1, Math.max(0, fraction)) * 100) / 100;
  return hundredths.toLocaleString(language, { style: 'percent', maximumFractionDigits: 0 });
}

/** Nothing where there is no language model, or no text was held out to measure it. */
function perplexity(languageModel: ModelSummary['languageModel'], language: string): string[] {
  const value = languageModel?.perplexity ?? NaN;
  if (!Number.isFinite(value)) return [];
  return [
    l10n.t(
      'Perplexity of the language model on held-out text: {0}.',
      value.toLocaleString(language, { maximumSignificantDigits: 3 }),
    ),
  ];
}
