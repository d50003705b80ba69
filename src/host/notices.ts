// What the user is told outside the status bar: one sentence, and the way to the log.

import * as vscode from 'vscode';
import { COMMANDS } from './command-ids.ts';
import { NothingLearned } from './workspace-model.ts';
import { inNotification } from './word-text.ts';

const SHOW_LOG = () => vscode.l10n.t('Show Log');

/** Shows an error's sentence with “Show Log”; where there is no model yet, an offer to train instead. */
export async function showProblem(problem: unknown, log: vscode.LogOutputChannel): Promise<void> {
  const sentence = problem instanceof Error ? problem.message : String(problem);
  if (problem instanceof NothingLearned) {
    const train = vscode.l10n.t('Learn This Folder');
    if ((await vscode.window.showInformationMessage(sentence, train)) === train)
      await vscode.commands.executeCommand(COMMANDS.train);
    return;
  }
  log.error(sentence);
  if (problem instanceof Error && problem.stack) log.debug(problem.stack);
  if ((await vscode.window.showErrorMessage(inNotification(sentence), SHOW_LOG())) === SHOW_LOG()) log.show();
}

/** Shows a result with buttons, “Show Log” last where `log` is given; gives the index of the one that was pressed. */
export async function showResult(sentence: string, buttons: string[], log?: vscode.LogOutputChannel): Promise<number> {
  const all = log ? [...buttons, SHOW_LOG()] : buttons;
  const pressed = await vscode.window.showInformationMessage(inNotification(sentence), ...all);
  const index = pressed === undefined ? -1 : all.indexOf(pressed);
  if (log && index === buttons.length) log.show();
  return index;
}
