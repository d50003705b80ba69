// Words of the workspace as VS Code is to draw them: as text, whatever they hold. A word may be `](command:…)`, `<img …>` or `$(trash)`.

import * as l10n from '@vscode/l10n';
import type { RankAnswer, Suggestion, WordDescription } from '../protocol/engine.ts';

/** Markdown that shows `text` as it is. CommonMark takes a backslash before any ASCII punctuation, in tables too. */
export function inMarkdown(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, '\\$&').replace(/\s+/g, ' ');
}

/** A label (list, suggestion, status bar) that shows `text` as it is: `$(name)` would be an icon. */
export function inLabel(text: string): string {
  return text.replace(/\$\(/g, '\\$(');
}

/** A notification that shows `text` as it is: `[label](command:…)` would be a link. An invisible separator breaks it. */
export function inNotification(text: string): string {
  return text.replaceAll('](', ']\u2063(');
}

/** A link for trusted Markdown that runs a command with the given arguments. */
export function commandLink(command: string, ...args: unknown[]): string {
  // encodeURIComponent leaves the signs alone that would end a Markdown link
  const query = encodeURIComponent(JSON.stringify(args)).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `command:${command}?${query}`;
}

/** A cosine with three figures after the point: two leave many neighbours equal. */
export function similarity(cosine: number, language: string): string {
  return cosine.toLocaleString(language, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
}

/** Count, where it is known, and rank by count, in a form that needs no plural; of a word without a rank, where its vector is from. */
export function frequency({ count, rank }: WordDescription, language: string): string {
  if (rank === null) return l10n.t('not in the text; from the parts of the word');
  if (count === null) return l10n.t('rank {0}', rank.toLocaleString(language));
  return l10n.t('count {0}, rank {1}', count.toLocaleString(language), rank.toLocaleString(language));
}

/** “queen is neighbour 3 of king, of 24,309” */
export function neighbourPlace(
  { word, other, rank, of }: Extract<RankAnswer, { status: 'ranked' }>,
  language: string,
): string {
  return l10n.t(
    '“{0}” is neighbour {1} of “{2}”, of {3}',
    other,
    rank.toLocaleString(language),
    word,
    of.toLocaleString(language),
  );
}

/** What is compared: the two sides of a `/` that stands alone or outside quotation marks, else two words; null where it is neither. */
export function twoSides(input: string): [string, string] | null {
  const quoted = '"[^"]*"|“[^”]*”|«[^»]*»|„[^“]*“';
  const side = `((?:${quoted}|[^/"“«„])+)`;
  const word = `(${quoted}|[^\\s,/"“«„]+)`;
  const found =
    new RegExp(`^${side}/${side}$`, 'u').exec(input) ?? new RegExp(`^${word}[\\s,]+${word}$`, 'u').exec(input.trim());
  const [first, second] = [found?.[1]?.trim(), found?.[2]?.trim()];
  return first && second ? [first, second] : null;
}

/** What a hover shows of a word, as Markdown; `link` leads to its place on the map. */
export function hoverMarkdown(word: WordDescription, link: string, language: string): string {
  const rows = word.neighbours.map(
    ({ word, similarity: cosine }) => `| ${inMarkdown(word)} | ${similarity(cosine, language)} |`,
  );
  const table = [`| ${l10n.t('Nearest words')} | ${l10n.t('Cosine')} |`, '| :-- | --: |', ...rows].join('\n');
  const facts = inMarkdown(frequency(word, language));
  const map = word.onMap ? ` · [${l10n.t('Show on Map')}](${link})` : '';
  return `**${inMarkdown(word.word)}** · ${facts}${map}${rows.length ? `\n\n${table}` : ''}`;
}

/** `expression` with `word` (NFC) replaced wherever it stands whole; a word of signs and letters, such as don't, where it is first found. */
export function replaceWord(expression: string, word: string, replacement: string): string {
  const whole = expression.replace(/[\p{L}\p{M}\p{N}_]+/gu, (run) =>
    run.normalize('NFC') === word ? replacement : run,
  );
  return whole === expression ? expression.replace(word, () => replacement) : whole;
}

/** What the suggestion list shows of each suggestion, in the engine's order. */
export function suggestionTexts(suggestions: readonly Suggestion[], language: string) {
  const digits = String(suggestions.length).length;
  return suggestions.map(({ word, probability }, index) => ({
    label: inLabel(word),
    insertText: word,
    filterText: word,
    // after what a language's own provider has to say: its names sort by letters
    sortText: `~${String(index).padStart(digits, '0')}`,
    probability: probability.toLocaleString(language, { style: 'percent', maximumSignificantDigits: 2 }),
  }));
}

/** The first column to the left, figures to the right. Cells are text, whatever they hold. */
export function markdownTable(heading: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(inMarkdown).join(' | ')} |`;
  return [line(heading), `| :-- |${' --: |'.repeat(heading.length - 1)}`, ...rows.map(line)].join('\n');
}
