// What the status bar and the notifications say, from plain values. `language` is the display
// language, for figures.

import * as l10n from '@vscode/l10n';
import type {
  ImportReport,
  ModelSummary,
  Phase,
  Progress,
  ReadingReport,
  Step,
  TrainingProgress,
  TrainReport,
} from '../protocol/engine.ts';
import { SKIP_REASONS, SKIP_WORDS, type SkipReason } from '../protocol/skip-reasons.ts';

export const NO_FOLDER = () =>
  l10n.t('Open a folder first: Lexiscope learns from the text of the folder that is open.');
export const NOTHING_LEARNED = () => l10n.t('Nothing is learned in this workspace yet: train on it first.');
export const TRAINING_RUNS = () => l10n.t('A training is running: wait for its end, or cancel it from the status bar.');

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
    case 'bytePairs':
      return l10n.t('byte pairs');
    case 'languageModel':
      return l10n.t('language model');
    case 'saving':
      return l10n.t('saving');
  }
}

function stepName(step: Step): string {
  switch (step) {
    case 'words':
      return l10n.t('words');
    case 'map':
      return l10n.t('map');
    case 'suggestions':
      return l10n.t('suggestions');
  }
}

/**
 * “words ✓ map ✓ suggestions 40%”: what works already, what is being made, and how much of all is
 * done.
 */
function stepsText({ steps, fraction }: TrainingProgress, language: string): string {
  const done = steps.filter(({ isDone }) => isDone).map(({ step }) => `${stepName(step)} ✓`);
  const running = steps.find(({ isDone }) => !isDone);
  return [...done, running ? `${stepName(running.step)} ${percent(fraction, language)}` : l10n.t('saving')].join(' ');
}

/** “words ✓ · map 12 of 20 s · suggestions about 3 min” */
export function stepsDetails({ steps }: TrainingProgress): string {
  const running = steps.findIndex(({ isDone }) => !isDone);
  return steps
    .map(({ step, spent, expected }, index) => {
      const name = stepName(step);
      if (running < 0 || index < running) return `${name} ✓`;
      if (index > running) return l10n.t('{0} about {1}', name, roughly(expected));
      return expected < 60
        ? l10n.t('{0} {1} of {2} s', name, Math.round(spent), Math.ceil(expected))
        : l10n.t('{0} {1} of about {2}', name, duration(spent), roughly(expected));
    })
    .join(' · ');
}

/** “20 s”, “3 min”, “2 h” */
function roughly(seconds: number): string {
  if (seconds < 55) return l10n.t('{0} s', Math.max(5, 5 * Math.round(seconds / 5)));
  if (seconds < 3300) return l10n.t('{0} min', Math.max(1, Math.round(seconds / 60)));
  return l10n.t('{0} h', Math.max(1, Math.round(seconds / 3600)));
}

/** “Learning from novels” */
export const learningFrom = (name: string): string => l10n.t('Learning from {0}', name);

/** The one notification of a training: the map is there, and what follows. */
export const mapReady = (name: string, secondsLeft: number): string =>
  l10n.t('The map of “{0}” is ready. Suggestions follow in about {1}.', name, roughly(secondsLeft));

/** The same of a training that ends without having said so. */
export const learnedFrom = (name: string): string => l10n.t('Lexiscope has learned from “{0}”.', name);

/** “The next learning goes on from 38%.” */
export const goesOnFrom = (fraction: number, language: string): string =>
  l10n.t('The next learning goes on from {0}.', percent(fraction, language));

/**
 * “words ✓ map 42%”, of a comparison of cells “language model 42%”; before anything is read
 * “finding files, 1,234”
 */
export function progressText({ phase, fraction, filesFound, training }: Progress, language: string): string {
  if (filesFound !== undefined) return l10n.t('finding files, {0}', figure(filesFound, language));
  if (training) return stepsText(training, language);
  return l10n.t('{0} {1}', phaseName(phase), percent(fraction, language));
}

/** The lines under the status bar item while training. */
export function progressDetails(progress: Progress, language: string): string[] {
  const { phase, wordsPerSecond, secondsLeft, training } = progress;
  const left = training?.secondsLeft ?? secondsLeft;
  return [
    ...(training ? [stepsDetails(training)] : []),
    ...(left === undefined ? [] : [l10n.t('about {0} left', roughly(left))]),
    ...(wordsPerSecond === undefined
      ? []
      : [l10n.t('{0}: {1} words per second', phaseName(phase), figure(wordsPerSecond, language))]),
    l10n.t('Click for more.'),
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
      : [l10n.t('Learned from {0} words in {1}', figure(words, language), fileCount(files, language))]),
    ...perplexity(languageModel, language),
    imported === undefined ? l10n.t('Trained {0}', when) : l10n.t('Imported {0}', when),
    l10n.t('Click to open the explorer.'),
  ];
}

/** The notification after training. */
export function trainingDone(report: TrainReport, language: string): string {
  const { reading, model, seconds, resumedAt, languageModelResumedAt, languageModelProblem } = report;
  return [
    l10n.t(
      'Lexiscope learned {0} words from {1} words of text in {2} ({3}).',
      figure(model.vocabulary, language),
      figure(reading.words, language),
      duration(wall(seconds)),
      fileCount(reading.files, language),
    ),
    ...(resumedAt === undefined
      ? []
      : [
          resumedAt >= 1
            ? l10n.t('The word vectors had been learned already, before the training was broken off.')
            : l10n.t(
                'The word vectors went on from {0}, where they had been broken off.',
                percent(resumedAt, language),
              ),
        ]),
    ...(languageModelResumedAt === undefined
      ? []
      : [
          l10n.t(
            'The language model went on from {0}, where it had been broken off.',
            percent(languageModelResumedAt, language),
          ),
        ]),
    ...(reading.limitProblem === undefined ? [] : [reading.limitProblem]),
    ...(languageModelProblem === undefined ? [] : [languageModelProblem]),
    ...perplexity(model.languageModel, language),
    ...readingDetails(reading, language),
    ...leftOutWords(reading, language),
  ].join(' ');
}

/** The notification after an import. */
export function importDone(
  { rows, duplicates, leftOut, encoding, model, seconds }: ImportReport,
  language: string,
): string {
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
    ...(leftOut
      ? [
          l10n.t(
            '{0} of {1} rows were left out; the first because {2}',
            figure(leftOut.rows, language),
            figure(rows, language),
            leftOut.first,
          ),
        ]
      : []),
    ...(encoding === undefined ? [] : [l10n.t('The words were decoded from {0}.', encoding)]),
  ].join(' ');
}

function wall(seconds: TrainReport['seconds']): number {
  return Object.values(seconds).reduce((sum, phase) => sum + phase, 0);
}

/** The languages of what was read, those of most files first. */
function byFiles({ languages }: ReadingReport): [language: string, { files: number; names: string[] }][] {
  return Object.entries(languages).sort(([, a], [, b]) => b.files - a.files);
}

/** Languages that a notification names. */
const NAMED_LANGUAGES = 5;

/**
 * Sentences on languages, on files that were left out or repaired, on encodings, secrets and data;
 * none where there are none.
 */
export function readingDetails(reading: ReadingReport, language: string): string[] {
  const { skipped, guessed, repaired, encodings, unknownEncodings, secrets, data } = reading;
  const files = (count: number): string => figure(count, language);
  const named = SKIP_REASONS.filter((reason) => skipped[reason] > 0).map((reason) =>
    SKIP_WORDS[reason].summary(files(skipped[reason])),
  );
  const others = Object.entries(encodings).filter(([encoding]) => encoding !== 'utf-8');
  const languages = byFiles(reading);
  const most = languages.slice(0, NAMED_LANGUAGES).map(([name, of]) => `${files(of.files)} ${name}`);
  if (languages.length > NAMED_LANGUAGES) most.push(l10n.t('{0} of other languages', files(rest(languages))));
  return [
    ...(languages.length > 1 ? [l10n.t('Files by language: {0}.', most.join(', '))] : []),
    ...(named.length ? [l10n.t('Skipped files: {0}.', named.join(', '))] : []),
    ...(others.length
      ? [
          l10n.t(
            'Files in other encodings than UTF-8: {0}.',
            others.map(([encoding, count]) => `${files(count)} ${encodingName(encoding)}`).join(', '),
          ),
        ]
      : []),
    ...unknownEncodings.map((name) =>
      l10n.t('No encoding has the name “{0}” (files.encoding): encodings were detected.', name),
    ),
    ...(guessed > 0 ? [l10n.t('Files whose encoding is a guess: {0}.', files(guessed))] : []),
    ...(repaired > 0 ? [l10n.t('Files with broken characters: {0}.', files(repaired))] : []),
    ...(secrets.found > 0
      ? [l10n.t('Access tokens and private keys that were left out of the text: {0}.', files(secrets.found))]
      : []),
    ...(data.found > 0
      ? [l10n.t('Blocks of data that were left out of the text, such as pictures: {0}.', files(data.found))]
      : []),
  ];
}

/** Files of languages that are not named. */
function rest(languages: readonly [string, { files: number }][]): number {
  return languages.slice(NAMED_LANGUAGES).reduce((sum, [, { files }]) => sum + files, 0);
}

/** The names that VS Code shows for the labels of the Encoding standard. */
function encodingName(label: string): string {
  const names: Record<string, string> = { 'euc-kr': 'CP949', shift_jis: 'Shift_JIS', big5: 'Big5' };
  return names[label] ?? label.replace(/^(?:utf|gb|iso|koi|euc)/, (first) => first.toUpperCase());
}

/**
 * The names behind the figures of a reading, one a line under their reasons and languages, for a
 * text document; the first hundreds of each.
 */
export function readingNames(reading: ReadingReport, language: string): string {
  const { names, skipped, guessed, repaired, secrets, data } = reading;
  const headings: [keyof ReadingReport['names'], number, string][] = [
    ...SKIP_REASONS.map((reason): [SkipReason, number, string] => [
      reason,
      skipped[reason],
      SKIP_WORDS[reason].heading(),
    ]),
    ['guessed', guessed, l10n.t('Read in an encoding that is a guess')],
    ['repaired', repaired, l10n.t('Read, with replacement characters for broken ones')],
    ['secrets', secrets.files, l10n.t('Read, without the access tokens and private keys in them')],
    ['data', data.files, l10n.t('Read, without the data in them that is no text')],
  ];
  const section = (heading: string, count: number, listed: readonly string[]): string => {
    const more = count - listed.length;
    return [
      `${heading} (${figure(count, language)})`,
      ...listed.map((name) => `    ${name}`),
      ...(more > 0 ? [`    ${l10n.t('and {0} more', figure(more, language))}`] : []),
    ].join('\n');
  };
  const sections = [
    ...headings
      .filter(([, count]) => count > 0)
      .map(([kind, count, heading]) => section(heading, count, names[kind] ?? [])),
    ...byFiles(reading).map(([name, { files, names }]) => section(l10n.t('Read as {0}', name), files, names)),
  ];
  return sections.length ? `${sections.join('\n\n')}\n` : '';
}

/**
 * One sentence on words that were forgotten while they were counted; none where there was room for
 * all.
 */
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

/** “1 file”, “1,234 files” */
function fileCount(files: number, language: string): string {
  return files === 1 ? l10n.t('1 file') : l10n.t('{0} files', figure(files, language));
}

/** Lines as a screen reader is to say them, one sentence after the other. */
export function spoken(lines: readonly string[]): string {
  return lines.map((line) => (/[.!?…。]$/.test(line) ? line : `${line}.`)).join(' ');
}

export function figure(value: number, language: string): string {
  return value.toLocaleString(language, { maximumFractionDigits: 0 });
}

/** Rounded down: 100% is said when everything is done. */
export function percent(fraction: number, language: string): string {
  const hundredths = Math.floor(Math.min(1, Math.max(0, fraction)) * 100) / 100;
  return hundredths.toLocaleString(language, { style: 'percent', maximumFractionDigits: 0 });
}

/** Nothing where there is no language model, or no text was held out to measure it. */
function perplexity(languageModel: ModelSummary['languageModel'], language: string): string[] {
  const value = languageModel?.perplexity ?? NaN;
  if (!Number.isFinite(value)) return [];
  const digits = (measured: number): string => measured.toLocaleString(language, { maximumSignificantDigits: 3 });
  const bits = languageModel?.bitsPerCharacter ?? NaN;
  const counting = languageModel?.unigramPerplexity ?? NaN;
  return [
    Number.isFinite(bits)
      ? l10n.t(
          'Perplexity of the language model on held-out text: {0} ({1} bits per character).',
          digits(value),
          digits(bits),
        )
      : l10n.t('Perplexity of the language model on held-out text: {0}.', digits(value)),
    ...(Number.isFinite(counting) ? [l10n.t('Counting words alone: {0}.', digits(counting))] : []),
  ];
}
