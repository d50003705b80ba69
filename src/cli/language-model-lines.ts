// What the command line prints of language models: how well one predicts, cells compared, and the
// inside of one at work.

import type { CellReport, LanguageModelSummary, TextInspection } from '../protocol/engine.ts';

/** Distances at which the gradient is printed, steps. */
const DISTANCES = [0, 1, 2, 4, 8, 16, 32, 64, 128];

const stepsOf = (count: number): string => (count === 1 ? '1 step' : `${count} steps`);

export function languageModelLine({
  perplexity,
  unigramPerplexity,
  bitsPerCharacter,
  heldOutTokens,
}: LanguageModelSummary): string {
  if (perplexity === null) return 'language model: its perplexity was not measured';
  const bits =
    bitsPerCharacter === undefined || bitsPerCharacter === null
      ? ''
      : `, ${bitsPerCharacter.toFixed(3)} bits a character`;
  const counting = unigramPerplexity === undefined ? '' : `; counting words alone ${unigramPerplexity.toFixed(1)}`;
  return `language model: perplexity ${perplexity.toFixed(1)} on ${heldOutTokens} held-out tokens${bits}${counting}`;
}

/** A table: a column for each cell. `reports`: not empty, of the same measurements. */
export function cellLines(reports: readonly CellReport[]): string[] {
  const row = (title: string, value: (report: CellReport) => string): string[] => [title, ...reports.map(value)];
  const whole = (value: number): string => Math.round(value).toLocaleString('en');
  const contexts = reports[0]!.perplexityByContext.map(({ context }) => context);
  const copyDistances = [...new Set(reports.flatMap(({ copyTask }) => copyTask.map(({ distance }) => distance)))];
  return table([
    row('', ({ name }) => name),
    row('hidden size', ({ hiddenSize }) => String(hiddenSize)),
    row('parameters', ({ parameters }) => whole(parameters)),
    row('multiply-adds a token', ({ multiplyAddsPerToken }) => whole(multiplyAddsPerToken)),
    row('tokens trained on', ({ trainedTokens }) => whole(trainedTokens)),
    row('tokens a second, one thread', ({ tokensPerSecond }) => whole(tokensPerSecond)),
    row('seconds', ({ seconds }) => seconds.toFixed(1)),
    row('perplexity, held out', ({ perplexity }) => perplexity.toFixed(1)),
    row('bits a character', ({ bitsPerCharacter }) => bitsPerCharacter?.toFixed(3) ?? '-'),
    ['perplexity with the context cut to'],
    ...contexts.map((length) =>
      row(`  ${length} ${length === 1 ? 'token' : 'tokens'}`, ({ perplexityByContext }) => {
        const found = perplexityByContext.find(({ context }) => context === length);
        return found ? found.perplexity.toFixed(1) : '-';
      }),
    ),
    ['gradient of the loss in the state before'],
    ...DISTANCES.map((distance) =>
      row(`  ${stepsOf(distance)}`, ({ gradientByDistance }) => gradientByDistance[distance]?.toExponential(1) ?? '-'),
    ),
    ['copy task: right, and training steps that it took, over'],
    ...copyDistances.map((wanted) =>
      row(`  ${stepsOf(wanted)}`, ({ copyTask }) => {
        const found = copyTask.find(({ distance }) => distance === wanted);
        return found ? `${(100 * found.accuracy).toFixed(0)} %, ${found.steps}` : '-';
      }),
    ),
  ]);
}

/**
 * A line a word: how likely the model took it, how sure it was, its gates' means, what it expected
 * most.
 */
export function inspectionLines({
  words,
  known,
  probability,
  rank,
  entropy,
  layers,
  gateNames,
  topWords,
}: TextInspection): string[] {
  // byte pairs have spaces and line ends in them
  const shown = (word: string | null): string => (word === null ? '(end of sentence)' : visible(word) || '(unknown)');
  const top = topWords.length / words.length;
  const rows = words.map((word, n) => {
    const before = n - 1; // what was expected of this word stands with the one before it
    return [
      known[n] ? shown(word) : `${word ?? ''} (unknown)`,
      ...(n === 0
        ? ['', '', '']
        : [`${(100 * probability[before]!).toFixed(1)} %`, String(rank[before]), entropy[before]!.toFixed(2)]),
      ...layers.flatMap(({ gates, hidden }) => {
        const units = hidden.length / words.length;
        return gateNames.map((_, gate) => {
          const start = (n * gateNames.length + gate) * units;
          const sum = gates.subarray(start, start + units).reduce((total, value) => total + value, 0);
          return (sum / units).toFixed(2);
        });
      }),
      topWords
        .slice(n * top, n * top + Math.min(3, top))
        .map(shown)
        .join(', '),
    ];
  });
  const gates = layers.flatMap((_, layer) =>
    gateNames.map((name) => (layers.length > 1 ? `${name}${layer + 1}` : name)),
  );
  return table([['word', 'probability', 'rank', 'entropy', ...gates, 'expected next'], ...rows], 1);
}

/** Spaces as dots, line ends and tabs as JSON has them. */
function visible(text: string): string {
  return text.replaceAll(' ', '·').replace(/[\0-\x1f]/g, (control) => JSON.stringify(control).slice(1, -1));
}

/**
 * Columns of one width each, the first to the left, the others to the right, but for the last
 * `leftAtEnd`.
 */
function table(rows: readonly string[][], leftAtEnd = 0): string[] {
  const columns = rows.reduce((most, { length }) => Math.max(most, length), 0);
  const widths = Array.from({ length: columns }, (_, column) =>
    rows.reduce((most, row) => Math.max(most, row.length > 1 ? (row[column] ?? '').length : 0), 0),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column >= columns - leftAtEnd ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  );
}
