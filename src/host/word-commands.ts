// Find Similar Words and Solve Analogy: answers while one types.

import * as vscode from 'vscode';
import type { UnknownWord } from '../protocol/engine.ts';
import { COMMANDS } from './command-ids.ts';
import { headingItem, messageItem, showLivePicker, wordItem, type LiveItem } from './live-picker.ts';
import { frequency, inLabel, replaceWord } from './word-text.ts';
import type { WorkspaceModel } from './workspace-model.ts';

const ANSWERS = 25;

/** Shows the nearest words of `word`, or of the word at the cursor, and of what is typed then. Throws one sentence without a model. */
export async function findSimilar(model: WorkspaceModel, word: string | undefined): Promise<void> {
  await model.expected();
  showLivePicker({
    title: vscode.l10n.t('Find Similar Words'),
    placeholder: vscode.l10n.t('A word of this workspace'),
    value: word ?? wordAtCursor(),
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
    placeholder: vscode.l10n.t('Words with + and −, such as: king - man + woman'),
    value: '',
    answer: async (input) => {
      const answer = await (await model.required()).solveAnalogy(input, ANSWERS);
      switch (answer.status) {
        case 'solved':
          return answer.answers.map((neighbour) => ({
            ...wordItem(neighbour),
            enter: () => void vscode.commands.executeCommand(COMMANDS.findSimilar, neighbour.word),
          }));
        case 'unknownWord':
          return spellings(answer, (spelling) => replaceWord(input, answer.word, spelling));
        case 'malformed':
          return [messageItem(answer.message, 'info')];
      }
    },
  });
}

function spellings({ word, spellings }: UnknownWord, next: (spelling: string) => string): LiveItem[] {
  return [
    messageItem(vscode.l10n.t('“{0}” is not a word that was learned.', word), 'info'),
    ...(spellings.length ? [headingItem(vscode.l10n.t('similar spelling'))] : []),
    ...spellings.map((spelling) => ({ label: inLabel(spelling), next: next(spelling) })),
  ];
}

/** What is selected within a line, or the word at the cursor. */
function wordAtCursor(): string {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return '';
  const { document, selection } = editor;
  if (!selection.isEmpty) return selection.isSingleLine ? document.getText(selection).trim() : '';
  // letters of every script with their marks, and identifiers: the same in every language mode
  const range = document.getWordRangeAtPosition(selection.active, /[\p{L}\p{M}\p{N}_]+/u);
  return range ? document.getText(range) : '';
}
