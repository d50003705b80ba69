// What an evaluation says, as Markdown. The sections' names are a file's: they are text, whatever
// they hold.

import * as l10n from '@vscode/l10n';
import type { Evaluation, UnclearScore } from '../protocol/engine.ts';
import { figure } from './sentences.ts';
import { inMarkdown, markdownTable as table } from './word-text.ts';

type Analogies = Extract<Evaluation, { kind: 'analogies' }>;

/**
 * `evaluations`: one of word pairs, or those of the same analogies by several methods; not empty.
 */
export function evaluationMarkdown(file: string, evaluations: readonly Evaluation[], language: string): string {
  const { vocabulary, passedOver } = evaluations[0]!;
  const analogies = evaluations.filter((evaluation) => evaluation.kind === 'analogies');
  const body = evaluations[0]!.kind === 'pairs' ? pairs(evaluations[0]!, language) : sections(analogies, language);
  return [
    `# ${inMarkdown(file)}`,
    inMarkdown(
      evaluations[0]!.kind === 'pairs'
        ? l10n.t(
            'Agreement of the cosines with the scores that people gave to word pairs, among {0} words.',
            figure(vocabulary, language),
          )
        : l10n.t(
            'Analogies, asked and answered among the {0} most frequent words; the words of a question are no answers.',
            figure(vocabulary, language),
          ),
    ),
    body,
    inMarkdown(l10n.t('Case counts for nothing. What has an unknown word in it does not count.')),
    ...(passedOver ? [inMarkdown(l10n.t('Lines that are passed over: {0}.', figure(passedOver, language)))] : []),
    '',
  ].join('\n\n');
}

function pairs(
  { pairs: all, known, pearson, spearman, column }: Extract<Evaluation, { kind: 'pairs' }>,
  language: string,
): string {
  return table(
    ['', ''],
    [
      [l10n.t("Pearson's correlation"), correlation(pearson, language)],
      [l10n.t("Spearman's rank correlation"), correlation(spearman, language)],
      [l10n.t('Word pairs'), figure(all, language)],
      [l10n.t('of which both words are known'), `${figure(known, language)} (${share(known, all, language)})`],
      ...(column?.raters ? [[l10n.t('Raters whose mean is the score'), figure(column.raters, language)]] : []),
      ...(column && !column.raters ? [[l10n.t('Column of the scores'), columnName(column)]] : []),
    ],
  );
}

/** A column by its number, and by its name if it has one. */
export function columnName({ number, name }: UnclearScore['columns'][number]): string {
  return name === '' ? String(number) : `${number}: ${name}`;
}

function sections(analogies: readonly Analogies[], language: string): string {
  const first = analogies[0]!;
  const rows = [...first.sections, { ...first, name: l10n.t('total') }].map((section, at) => [
    section.name || l10n.t('without a heading'),
    figure(section.questions, language),
    figure(section.asked, language),
    ...analogies.map((each) => {
      const { right, asked } = each.sections[at] ?? each;
      return share(right, asked, language);
    }),
  ]);
  return table(
    [l10n.t('Section'), l10n.t('Questions'), l10n.t('All words known'), ...analogies.map(({ method }) => method)],
    rows,
  );
}

function correlation(value: number, language: string): string {
  if (Number.isNaN(value)) return l10n.t('none: too few pairs are known');
  return value.toLocaleString(language, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
}

/** “45.1%”, or a dash where there is nothing to share. */
function share(part: number, all: number, language: string): string {
  if (all === 0) return '–';
  return (part / all).toLocaleString(language, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
}
