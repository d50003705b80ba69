// Words of the workspace as VS Code is to draw them: as text, whatever they hold. A word may be
// `](command:…)`, `<img …>` or `$(trash)`.

import * as l10n from '@vscode/l10n';
import type { Neighbour, RankAnswer, Suggestion, WordDescription } from '../protocol/engine.ts';
import { figure } from './sentences.ts';

/**
 * Markdown that shows `text` as it is. CommonMark takes a backslash before any ASCII punctuation,
 * in tables too.
 */
export function inMarkdown(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, '\\$&').replace(/\s+/g, ' ');
}

/**
 * A label (list, suggestion, status bar) that shows `text` as it is: `$(name)` would be an icon.
 */
export function inLabel(text: string): string {
  return text.replace(/\$\(/g, '\\$(');
}

/**
 * A notification that shows `text` as it is: `[label](command:…)` would be a link. An invisible
 * separator breaks it.
 */
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

/** “0.679 · 33×”: a near word's cosine and, where it is known, how often it was seen. */
export function neighbourFigures({ count, similarity: cosine }: Neighbour, language: string): string {
  const figures = similarity(cosine, language);
  return count === null ? figures : l10n.t('{0} · {1}×', figures, figure(count, language));
}

/** Where a word stands in the text; of a word without a rank, where its vector is from. */
export function frequency(word: WordDescription, language: string): string {
  return occurrence(word, language)[0] ?? l10n.t('rank {0}', figure(word.rank ?? 0, language));
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

/**
 * What is compared: the two sides of a `/` that stands alone or outside quotation marks, else the
 * words; null if there is one side or one word only.
 */
export function compared(input: string): { sides: [string, string] } | { words: string[] } | null {
  const quoted = '"[^"]*"|“[^”]*”|«[^»]*»|„[^“]*“';
  const side = `((?:${quoted}|[^/"“«„])+)`;
  const [first, second] = (new RegExp(`^${side}/${side}$`, 'u').exec(input) ?? []).slice(1).map((each) => each.trim());
  if (first && second) return { sides: [first, second] };
  const words = input.match(new RegExp(`${quoted}|[^\\s,，、"“”«»„]+`, 'gu')) ?? [];
  if (words.some((word) => /^[^"“«„]*\//u.test(word))) return null;
  return words.length > 1 ? { words } : null;
}

/** What links of a hover lead to, as commands with their arguments. */
export interface HoverLinks {
  /** The nearest words of a word. */
  similar: (word: string) => string;
  /** Its place on the map. */
  map: (word: string) => string;
}

/**
 * What a hover shows of a word in prose, as Markdown: a sentence, and its nearest words with a bar
 * each.
 */
export function hoverMarkdown(word: WordDescription, links: HoverLinks, language: string): string {
  const { neighbours, onMap } = word;
  const sentence = [`**${inMarkdown(word.word)}**`, ...occurrence(word, language).map(inMarkdown)];
  if (neighbours.length) sentence.push(inMarkdown(l10n.t('used like')));
  const rows = neighbours.map(({ word, count, similarity: cosine }) => {
    const seen = count === null ? '' : inMarkdown(figure(count, language));
    return `| ${link(word, links.similar(word))} | ${GAP}${bar(cosine)}${GAP} | ${seen} |`;
  });
  const table = rows.length ? [`| | | |\n| :-- | :-- | --: |`, ...rows].join('\n') : '';
  const map = onMap ? link(l10n.t('Map'), links.map(word.word)) : '';
  return [sentence.join(' · '), table, map].filter((paragraph) => paragraph !== '').join('\n\n');
}

/**
 * What a hover shows of a word in code, below what the language's own extension says of it: one
 * line.
 */
export function hoverLine(word: WordDescription, links: HoverLinks, isWhole: boolean): string {
  const near = word.neighbours.slice(0, NAMES_IN_LINE).map((each) => link(each.word, links.similar(each.word)));
  const map = word.onMap ? ` — ${link(l10n.t('Map'), links.map(word.word))}` : '';
  return `${isWhole ? '' : `${inMarkdown(word.word)} `}≈ ${near.join(' · ')}${map}`;
}

/** A no-break space: VS Code draws the cells of a table side by side. */
const GAP = '\u00a0';
/** Near words in the one line of a hover over code. */
const NAMES_IN_LINE = 4;

function link(text: string, target: string): string {
  return `[${inMarkdown(text)}](${target})`;
}

/** A cosine as a line of up to ten signs, in halves. */
function bar(cosine: number): string {
  const halves = Math.round(20 * Math.min(1, Math.max(0, cosine)));
  return '━'.repeat(halves >> 1) + (halves & 1 ? '╸' : '');
}

/** “1,218 times in this folder”; nothing where counts are unknown. */
function occurrence({ count, rank }: WordDescription, language: string): string[] {
  if (rank === null) return [l10n.t('not in the text; from the parts of the word')];
  if (count === null) return [];
  return [count === 1 ? l10n.t('once in this folder') : l10n.t('{0} times in this folder', figure(count, language))];
}

/**
 * `expression` with `word` (NFC) replaced wherever it stands whole; a word of signs and letters,
 * such as don't, where it is first found.
 */
export function replaceWord(expression: string, word: string, replacement: string): string {
  const whole = expression.replace(/[\p{L}\p{M}\p{N}_]+/gu, (run) =>
    run.normalize('NFC') === word ? replacement : run,
  );
  return whole === expression ? expression.replace(word, () => replacement) : whole;
}

/**
 * What the suggestion list shows, and the playground: the most words, and the least probability of
 * one.
 */
export const MOST_SUGGESTIONS = 5;
export const LEAST_PROBABILITY = 0.01;

/**
 * Whether a list that nobody asked for would stand in the way: what is typed is a word, and
 * likelier to be meant than any that begins with it. `takes`: whether Enter would take the first
 * suggestion; then it is enough that it is a word.
 */
export function isFinished(prefix: string, suggestions: readonly Suggestion[], takes: boolean): boolean {
  const [first, second] = suggestions;
  if (!prefix || first?.word !== prefix.normalize('NFC')) return false;
  return takes || !second || first.probability >= second.probability;
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
