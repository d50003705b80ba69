// What a comparison of cells says, as Markdown: figures, a column for each cell.

import * as l10n from '@vscode/l10n';
import type { CellReport, CellsAreEqualIn } from '../protocol/engine.ts';
import { figure } from './sentences.ts';
import { inMarkdown, markdownTable } from './word-text.ts';

/** Distances at which the gradient is shown, steps. */
const DISTANCES = [0, 1, 2, 4, 8, 16, 32, 64, 128];

/** `reports`: not empty, of the same measurements. */
export function cellsMarkdown(reports: readonly CellReport[], equal: CellsAreEqualIn, language: string): string {
  const digits = (value: number | undefined | null, least: number): string =>
    value === undefined || value === null
      ? '–'
      : value.toLocaleString(language, { minimumFractionDigits: least, maximumFractionDigits: least });
  const percent = (value: number): string =>
    value.toLocaleString(language, { style: 'percent', maximumFractionDigits: 0 });
  const stepsOf = (count: number): string => (count === 1 ? l10n.t('1 step') : l10n.t('{0} steps', count));
  const row = (title: string, value: (report: CellReport) => string): string[] => [title, ...reports.map(value)];
  const heading = ['', ...reports.map(({ name }) => name)];
  const contexts = reports[0]!.perplexityByContext.map(({ context }) => context);
  const copyDistances = [...new Set(reports.flatMap(({ copyTask }) => copyTask.map(({ distance }) => distance)))];
  const section = (title: string, text: string, rows: string[][]): string[] => [
    `## ${inMarkdown(title)}`,
    inMarkdown(text),
    markdownTable(heading, rows),
  ];
  return [
    `# ${inMarkdown(l10n.t('Cells compared on the text of this workspace'))}`,
    inMarkdown(
      equal === 'parameters'
        ? l10n.t('All have as many parameters as the LSTM, and learn from the same tokens.')
        : l10n.t('All have the same hidden size, and learn from the same tokens.'),
    ),
    markdownTable(heading, [
      row(l10n.t('Hidden size'), ({ hiddenSize }) => figure(hiddenSize, language)),
      row(l10n.t('Parameters'), ({ parameters }) => figure(parameters, language)),
      row(l10n.t('Multiply-adds a token'), ({ multiplyAddsPerToken }) => figure(multiplyAddsPerToken, language)),
      row(l10n.t('Tokens trained on'), ({ trainedTokens }) => figure(trainedTokens, language)),
      row(l10n.t('Tokens a second, one thread'), ({ tokensPerSecond }) => figure(tokensPerSecond, language)),
      row(l10n.t('Training, seconds'), ({ seconds }) => digits(seconds, 1)),
      row(l10n.t('Perplexity of held-out text'), ({ perplexity }) => digits(perplexity, 1)),
      row(l10n.t('Bits a character'), ({ bitsPerCharacter }) => digits(bitsPerCharacter, 3)),
    ]),
    ...section(
      l10n.t('Memory: perplexity with the context cut'),
      l10n.t('A model that looks far back gets worse when only the last tokens are left.'),
      contexts.map((length) =>
        row(length === 1 ? l10n.t('1 token') : l10n.t('{0} tokens', length), ({ perplexityByContext }) =>
          digits(perplexityByContext.find(({ context }) => context === length)?.perplexity, 1),
        ),
      ),
    ),
    ...section(
      l10n.t('Memory: gradient'),
      l10n.t('The size of the gradient of the loss in the state so many steps before.'),
      DISTANCES.map((distance) =>
        row(stepsOf(distance), ({ gradientByDistance }) => {
          const value = gradientByDistance[distance];
          return value === undefined ? '–' : value.toExponential(1);
        }),
      ),
    ),
    ...section(
      l10n.t('Copy task'),
      l10n.t(
        'One of 8 symbols is to be remembered over so many steps: the share that is answered right (chance is 1 in 8), and the training steps it took. A cell stops at the first distance that it does not learn.',
      ),
      copyDistances.map((wanted) =>
        row(stepsOf(wanted), ({ copyTask }) => {
          const found = copyTask.find(({ distance }) => distance === wanted);
          return found ? `${percent(found.accuracy)}, ${figure(found.steps, language)}` : '–';
        }),
      ),
    ),
    '',
  ].join('\n\n');
}
