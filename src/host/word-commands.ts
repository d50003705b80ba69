// Find Similar Words, Solve Analogy, Find the Odd Word Out and Compare Words: answers while one
// types.

import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Unanswered, UnknownWord } from '../protocol/engine.ts';
import { COMMANDS } from './command-ids.ts';
import { type DocumentPlaces, wordAtPosition } from './document-places.ts';
import type { EngineClient } from './engine-process.ts';
import { headingItem, type LiveItem, messageItem, namedItem, showLivePicker, wordItem } from './live-picker.ts';
import { minimumCount } from './minimum-count.ts';
import { compared, frequency, inLabel, neighbourPlace, replaceWord, similarity } from './word-text.ts';
import type { WorkspaceModel } from './workspace-model.ts';

const ANSWERS = 25;
/** Milliseconds that a list waits for the word at the cursor. */
const LONGEST_WAIT = 400;
/** Analogies that are proposed. */
const EXAMPLES = 3;
/** Words of which each is compared with each. */
const MOST_COMPARED = 12;

/**
 * Shows the nearest words of `word`, or of the word at the cursor, and of what is typed then.
 * Throws one sentence without a model.
 */
export async function findSimilar(
  model: WorkspaceModel,
  places: DocumentPlaces,
  word: string | undefined,
): Promise<void> {
  await model.expected();
  // it opens without the word if the engine is still starting: what is typed is never replaced
  const begin = word ?? (await Promise.race([wordAtCursor(model, places), sleep(LONGEST_WAIT, '')]));
  showLivePicker({
    title: vscode.l10n.t('Find Similar Words'),
    placeholder: vscode.l10n.t('A word of this workspace'),
    value: begin,
    answer: async (input) => {
      const description = await (await model.required()).describe(input, ANSWERS, minimumCount());
      if (!description.known) return spellings(description, (spelling) => spelling);
      return [
        { ...namedItem(description.word), description: frequency(description, vscode.env.language) },
        ...description.neighbours.map((neighbour) => ({ ...wordItem(neighbour), next: neighbour.word })),
      ];
    },
  });
}

/**
 * Solves an analogy as it is typed; Enter goes on to the words similar to an answer. Throws one
 * sentence without a model.
 */
export async function solveAnalogy(model: WorkspaceModel): Promise<void> {
  await model.expected();
  showLivePicker({
    title: vscode.l10n.t('Solve Analogy'),
    placeholder: vscode.l10n.t('Such as: man : woman = king : ? or, with + and −, king - man + 0.5*woman'),
    value: '',
    examples: async () => {
      const examples = await (await model.required()).analogyExamples(EXAMPLES);
      const items: LiveItem[] = examples.map((example) => ({ label: inLabel(example), next: example }));
      return items.length ? [messageItem(vscode.l10n.t('Examples from this folder'), 'info'), ...items] : [];
    },
    answer: async (input) => {
      const answer = await (await model.required()).solve(input, ANSWERS, '3CosAdd', minimumCount());
      if (answer.status !== 'solved') return unanswered(answer, input);
      return answer.answers.map((neighbour) => ({ ...wordItem(neighbour), ...similarNext(neighbour.word) }));
    },
  });
}

/**
 * Which of the words that are typed fits the others least; Enter goes on to the words similar to
 * one. Throws one sentence without a model.
 */
export async function findOddWord(model: WorkspaceModel): Promise<void> {
  await model.expected();
  showLivePicker({
    title: vscode.l10n.t('Find the Odd Word Out'),
    placeholder: vscode.l10n.t('Three words or more, such as: breakfast cereal dinner lunch'),
    value: '',
    answer: async (input) => {
      const answer = await (await model.required()).doesntMatch(input);
      if (answer.status !== 'found') return unanswered(answer, input);
      const items = answer.words.map((word) => ({ ...wordItem(word), ...similarNext(word.word) }));
      const odd = items.at(-1)!;
      return [
        messageItem(vscode.l10n.t('Cosine to the mean of all; the word with the lowest fits least'), 'info'),
        { ...odd, description: vscode.l10n.t('{0} · fits least', odd.description ?? '') },
        ...items.slice(0, -1),
      ];
    },
  });
}

/**
 * The cosine of each two of the words that are typed, or of the means of two lists. Throws one
 * sentence without a model.
 */
export async function compareWords(model: WorkspaceModel): Promise<void> {
  await model.expected();
  showLivePicker({
    title: vscode.l10n.t('Compare Words'),
    placeholder: vscode.l10n.t('Two words or more, or two lists with / between them: king queen / bread butter'),
    value: '',
    answer: async (input) => {
      const what = compared(input);
      if (!what)
        return [messageItem(vscode.l10n.t('Type two words or more, or two lists with / between them.'), 'info')];
      const engine = await model.required();
      if ('sides' in what) return compareLists(engine, what.sides, input);
      return what.words.length === 2
        ? compareTwo(engine, what.words as [string, string], input)
        : compareEach(engine, what.words, input);
    },
  });
}

async function compareLists(engine: EngineClient, sides: [string, string], input: string): Promise<LiveItem[]> {
  const answer = await engine.nSimilarity(...sides);
  if (answer.status !== 'compared') return unanswered(answer, input);
  const cosine = similarity(answer.similarity, vscode.env.language);
  return [
    {
      label: vscode.l10n.t('cosine {0}', cosine),
      description: inLabel(`${answer.first.join(', ')} · ${answer.second.join(', ')}`),
    },
  ];
}

/** Their cosine, and which place each has among the neighbours of the other. */
async function compareTwo(engine: EngineClient, words: [string, string], input: string): Promise<LiveItem[]> {
  const answer = await engine.nSimilarity(...words);
  if (answer.status !== 'compared') return unanswered(answer, input);
  const [first, second] = [answer.first[0]!, answer.second[0]!];
  const least = minimumCount();
  const ranks = [await engine.rank(first, second, least), await engine.rank(second, first, least)];
  return [
    ...(await compareLists(engine, words, input)),
    ...ranks.flatMap((rank) =>
      rank.status === 'ranked'
        ? [{ label: inLabel(neighbourPlace(rank, vscode.env.language)), ...similarNext(rank.word) }]
        : [],
    ),
  ];
}

/** Each two of the words, the most similar first. */
async function compareEach(engine: EngineClient, words: readonly string[], input: string): Promise<LiveItem[]> {
  if (words.length > MOST_COMPARED)
    return [
      messageItem(vscode.l10n.t('Type {0} words at most, or two lists with / between them.', MOST_COMPARED), 'info'),
    ];
  const pairs = words.flatMap((first, at) => words.slice(at + 1).map((second): [string, string] => [first, second]));
  const answers = await Promise.all(pairs.map((pair) => engine.nSimilarity(...pair)));
  const problem = answers.find((answer) => answer.status !== 'compared');
  if (problem) return unanswered(problem, input);
  return answers
    .filter((answer) => answer.status === 'compared')
    .sort((a, b) => b.similarity - a.similarity)
    .map(({ first, second, similarity: cosine }) => ({
      label: inLabel(`${first[0]!} · ${second[0]!}`),
      description: similarity(cosine, vscode.env.language),
    }));
}

/** Enter goes on to the words similar to this one. */
function similarNext(word: string): Pick<LiveItem, 'enter'> {
  return { enter: () => void vscode.commands.executeCommand(COMMANDS.findSimilar, word) };
}

/** What an input that has no answer is answered with. */
function unanswered(answer: Unanswered, input: string): LiveItem[] {
  return answer.status === 'malformed'
    ? [messageItem(answer.message, 'info')]
    : spellings(answer, (spelling) => replaceWord(input, answer.word, spelling));
}

function spellings({ word, spellings }: UnknownWord, next: (spelling: string) => string): LiveItem[] {
  return [
    messageItem(vscode.l10n.t('“{0}” is not a word that was learned.', word), 'info'),
    ...(spellings.length ? [headingItem(vscode.l10n.t('similar spelling'))] : []),
    ...spellings.map((spelling) => ({ label: inLabel(spelling), next: next(spelling) })),
  ];
}

/**
 * What is selected within a line, or the word at the cursor as the engine reads it; empty where
 * there is none.
 */
export function wordAtCursor(model: WorkspaceModel, places: DocumentPlaces): string | Promise<string> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return '';
  const { document, selection } = editor;
  if (!selection.isEmpty) return selection.isSingleLine ? document.getText(selection).trim() : '';
  return model
    .quietly()
    .then((engine) => engine && wordAtPosition(engine, places, { document, position: selection.active }, 0))
    .then(
      (found) => found?.word.word ?? '',
      () => '', // what keeps the engine from answering shows with the first word that is typed
    );
}
