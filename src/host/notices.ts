// What the user is told outside the status bar: one sentence, and the way to the log.

import * as vscode from 'vscode';
import { COMMANDS } from './command-ids.ts';
import { settingsIn } from './settings.ts';
import { inNotification } from './word-text.ts';
import { NothingLearned } from './workspace-model.ts';

const SHOW_LOG = () => vscode.l10n.t('Show Log');

/**
 * Shows an error's sentence with “Show Log”, and “Open Setting” if it names one; where there is no
 * model yet, an offer to train instead.
 */
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
  const buttons = [...openSettingButton(sentence), SHOW_LOG()];
  const pressed = await vscode.window.showErrorMessage(inNotification(sentence), ...buttons);
  if (pressed === SHOW_LOG()) log.show();
  else if (pressed !== undefined) await openSettings(sentence);
}

function openSettingButton(sentence: string): string[] {
  return settingsIn(sentence).length > 0 ? [vscode.l10n.t('Open Setting')] : [];
}

async function openSettings(sentence: string): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', `@id:${settingsIn(sentence).join(',')}`);
}

/**
 * Shows a result with buttons, “Open Setting” if it names one, and “Show Log” last if `log` is
 * given. Gives the index of the one of `buttons` that was pressed, or -1.
 */
export async function showResult(sentence: string, buttons: string[], log?: vscode.LogOutputChannel): Promise<number> {
  const more = [...openSettingButton(sentence), ...(log ? [SHOW_LOG()] : [])];
  const pressed = await vscode.window.showInformationMessage(inNotification(sentence), ...buttons, ...more);
  if (pressed === undefined) return -1;
  if (log && pressed === SHOW_LOG()) log.show();
  else if (more.includes(pressed)) await openSettings(sentence);
  return buttons.indexOf(pressed);
}
