// What the command line says of a training, an import, an evaluation and a word, in lines for a
// terminal.

import type {
  Evaluation,
  FileTokens,
  ImportReport,
  LeftOutReason,
  ModelSummary,
  Neighbour,
  TrainReport,
  WordDescription,
} from '../protocol/engine.ts';
import type { SectionAccuracy } from '../word2vec/evaluation.ts';
import { languageModelLine } from './language-model-lines.ts';

export function reportLines(report: TrainReport): string[] {
  const { reading, model, seconds, resumedAt, languageModelResumedAt, languageModelProblem } = report;
  const skipped = Object.entries(reading.skipped).filter(([, files]) => files > 0);
  const encodings = Object.entries(reading.encodings);
  const languages = Object.entries(reading.languages);
  return [
    `${reading.words} words in ${reading.files} files${skipped.length ? `; skipped: ${skipped.map(([reason, files]) => `${files} ${reason}`).join(', ')}` : ''}`,
    ...(reading.limitProblem === undefined ? [] : [reading.limitProblem]),
    ...(languages.length > 1
      ? [`languages: ${languages.map(([language, { files }]) => `${files} ${language}`).join(', ')}`]
      : []),
    ...(encodings.length > 1 || (reading.files > 0 && !reading.encodings['utf-8'])
      ? [`encodings: ${encodings.map(([encoding, files]) => `${files} ${encoding}`).join(', ')}`]
      : []),
    ...reading.unknownEncodings.map(
      (name) => `no encoding has the name ${JSON.stringify(name)}: encodings were detected`,
    ),
    ...(reading.guessed > 0 ? [`the encoding of ${reading.guessed} files is a guess`] : []),
    ...(reading.repaired > 0 ? [`broken characters were replaced in ${reading.repaired} files`] : []),
    ...(reading.secrets.found > 0
      ? [`${reading.secrets.found} access tokens or private keys in ${reading.secrets.files} files were left out`]
      : []),
    ...(reading.data.found > 0
      ? [`${reading.data.found} blocks of data in ${reading.data.files} files were left out`]
      : []),
    ...(reading.pruned.words > 0
      ? [
          `${reading.pruned.words} words that had come up to ${reading.pruned.upTo} times were left out for lack of room`,
        ]
      : []),
    ...(reading.phrases > 0 ? [`${reading.phrases} phrases became words`] : []),
    ...(resumedAt === undefined ? [] : [`word vectors went on from ${(100 * resumedAt).toFixed(0)} %`]),
    ...(languageModelResumedAt === undefined
      ? []
      : [`language model went on from ${(100 * languageModelResumedAt).toFixed(0)} %`]),
    ...(languageModelProblem === undefined ? [] : [languageModelProblem]),
    ...modelLines(model),
    secondsLine(seconds),
  ];
}

export function importLines({ format, rows, duplicates, leftOut, encoding, model, seconds }: ImportReport): string[] {
  return [
    `${rows} rows of ${format}${duplicates ? `; ${duplicates} left out, their words had been there before` : ''}`,
    ...(leftOut ? [`${leftOut.rows} left out, the first because ${leftOut.first}`] : []),
    ...(encoding === undefined ? [] : [`words decoded from ${encoding}`]),
    ...modelLines(model),
    secondsLine(seconds),
  ];
}

function modelLines({ vocabulary, vectorSize, mapWords, losses, languageModel }: ModelSummary): string[] {
  return [
    `${vocabulary} words with vectors of ${vectorSize} numbers, ${mapWords} on the map`,
    ...(losses?.length ? [`mean loss of a pair by epoch: ${losses.map((loss) => loss.toFixed(4)).join(' ')}`] : []),
    ...(languageModel ? [languageModelLine(languageModel)] : []),
  ];
}

function secondsLine(seconds: TrainReport['seconds']): string {
  const phases = Object.entries(seconds).map(([phase, time]) => `${phase} ${time.toFixed(1)}`);
  const total = Object.values(seconds).reduce((sum, phase) => sum + phase, 0);
  return `${total.toFixed(1)} s: ${phases.join(', ')}`;
}

export function evaluationLines(evaluation: Evaluation): string[] {
  const percent = (part: number, all: number): string => `${((100 * part) / all).toFixed(1)} %`.padStart(7);
  const passed = evaluation.passedOver ? [`lines passed over: ${evaluation.passedOver}`] : [];
  if (evaluation.kind === 'pairs') {
    const { pairs, known, pearson, spearman, vocabulary, column } = evaluation;
    const figure = (value: number): string =>
      Number.isNaN(value) ? 'none: too few pairs are known' : value.toFixed(4);
    return [
      `${pairs} word pairs, known ${known} (${percent(known, pairs).trim()}), among ${vocabulary} words`,
      `Pearson   ${figure(pearson)}`,
      `Spearman  ${figure(spearman)}`,
      ...(column ? [scoreLine(column)] : []),
      ...passed,
    ];
  }
  const line = ({ name, questions, asked, right }: SectionAccuracy): string =>
    `${asked ? percent(right, asked) : '      -'}  ${String(right).padStart(5)} of ${String(asked).padStart(5)} asked of ${String(questions).padStart(5)}  ${name}`;
  return [
    `analogies by ${evaluation.method} among the ${evaluation.vocabulary} most frequent words`,
    ...evaluation.sections.map((section) => line({ ...section, name: section.name || '(without a heading)' })),
    line({ ...evaluation, name: 'total' }),
    ...passed,
  ];
}

function scoreLine({ number, name, raters }: NonNullable<Extract<Evaluation, { kind: 'pairs' }>['column']>): string {
  const place = `column ${number}${name ? ` (${name})` : ''}`;
  return raters ? `scores: the means of ${raters} raters, from ${place} on` : `scores from ${place}`;
}

export function leftOutLines(leftOut: FileTokens['leftOut']): string[] {
  const counts = new Map<LeftOutReason, number>();
  for (const { reason } of leftOut) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const names: Record<LeftOutReason, string> = {
    markup: 'markup',
    keyword: 'keywords',
    tooLong: 'too long for words',
    secret: 'access tokens and private keys',
    data: 'data that is no text',
  };
  return [...counts].map(([reason, count]) => `left out, ${names[reason]}: ${count} places`);
}

export function heading({ word, count, rank }: WordDescription): string {
  if (rank === null) return `${word}: not in the text; from its parts`;
  return count === null ? `${word}: rank ${rank}` : `${word}: ${count} times`;
}

/** The cosine, the word and, where it is known, how often it was seen. */
export function row({ word, count, similarity }: Neighbour): string {
  return `${similarity.toFixed(4)}  ${word}${count === null ? '' : `  ${count}`}`;
}
