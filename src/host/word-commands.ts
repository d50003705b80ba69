// Find Similar Words, Solve Analogy, Find the Odd Word Out and Compare Words: answers while one types.

import * as vscode from 'vscode';
import type { Unanswered, UnknownWord } from '../protocol/engine.ts';
import { COMMANDS } from './command-ids.ts';
import { headingItem, messageItem, showLivePicker, wordItem, type LiveItem } from './live-picker.ts';
import { wordAtPosition } from './word-at.ts';
import { frequency, inLabel, neighbourPlace, replaceWord, similarity, twoSides } from './word-text.ts';
import type { WorkspaceModel } from './workspace-model.ts';

const ANSWERS = 25;

/** Shows the nearest words of `word`, or of the word at the cursor, and of what is typed then. Throws one sentence without a model. */
export async function findSimilar(model: WorkspaceModel, word: string | undefined): Promise<void> {
  await model.expected();
  showLivePicker({
    title: vscode.l10n.t('Find Similar Words'),
    placeholder: vscode.l10n.t('A word of this workspace'),
    value: word ?? wordAtCursor(model),
    answer: async (input) => {
      const description = await (await model.required()).describe(input, ANSWERS);
      if (!description.known) return spellings(description, (spelling) => spelling);
      return [
        headingItem(`${description.word} · ${frequency(description, vscode.env.language)}`),
        ...description.neighbours.map((neighbour) => ({ ...wordItem(neighbour), next: neighbour.word })),
      ];
    },
  });
}

/** Solves an analogy as it is typed; Enter goes on to the words similar to an answer. Throws one sentence without a model. */
export async function solveAnalogy(model: WorkspaceModel): Promise<void> {
  await model.expected();
  showLivePicker({
    title: vscode.l10n.t('Solve Analogy'),
    placeholder: vscode.l10n.t('Words with + and −, such as: king - man + 0.5*woman; or man : king :: woman'),
    value: '',
    answer: async (input) => {
      const answer = await (await model.required()).solve(input, ANSWERS, '3CosAdd');
      if (answer.status !== 'solved') return unanswered(answer, input);
      return answer.answers.map((neighbour) => ({ ...wordItem(neighbour), ...similarNext(neighbour.word) }));
    },
  });
}

/** Which of the words that are typed fits the others least; Enter goes on to the words similar to one. Throws one sentence without a model. */
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
      return [
        headingItem(vscode.l10n.t('fits least')),
        items.at(-1)!,
        headingItem(vscode.l10n.t('cosine to the mean of all')),
        ...items.slice(0, -1),
      ];
    },
  });
}

/** The cosine of two words or of the means of two lists, and of two words their mutual ranks. Throws one sentence without a model. */
export async function compareWords(model: WorkspaceModel): Promise<void> {
  await model.expected();
  showLivePicker({
    title: vscode.l10n.t('Compare Words'),
    placeholder: vscode.l10n.t('Two words, or two lists with / between them: king queen / bread butter'),
    value: '',
    answer: async (input) => {
      const sides = twoSides(input);
      if (!sides) return [messageItem(vscode.l10n.t('Type two words, or two lists with / between them.'), 'info')];
      const engine = await model.required();
      const answer = await engine.nSimilarity(...sides);
      if (answer.status !== 'compared') return unanswered(answer, input);
      const { language } = vscode.env;
      const cosine: LiveItem = {
        label: vscode.l10n.t('cosine {0}', similarity(answer.similarity, language)),
        description: inLabel(`${answer.first.join(', ')} · ${answer.second.join(', ')}`),
      };
      if (answer.first.length > 1 || answer.second.length > 1) return [cosine];
      const [first, second] = [answer.first[0]!, answer.second[0]!];
      const ranks = [await engine.rank(first, second), await engine.rank(second, first)];
      return [
        cosine,
        ...ranks.flatMap((rank) =>
          rank.status === 'ranked'
            ? [{ label: inLabel(neighbourPlace(rank, language)), ...similarNext(rank.word) }]
            : [],
        ),
      ];
    },
  });
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

/** What is selected within a line, or the word at the cursor as the engine reads it; empty where there is none. */
/** The word that the cursor lies in or touches, or what is selected; '' if there is none. */
export function wordAtCursor(model: WorkspaceModel): string | Promise<string> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return '';
  const { document, selection } = editor;
  if (!selection.isEmpty) return selection.isSingleLine ? document.getText(selection).trim() : '';
  return model
    .quietly()
    .then((engine) => engine && wordAtPosition(engine, document, selection.active, 0))
    .then(
      (found) => found?.word.word ?? '',
      () => '', // what keeps the engine from answering shows with the first word that is typed
    );
}
