// What a click on the status bar opens while something is learned, or after it was broken off.

import * as vscode from 'vscode';
import { type CommandName, COMMANDS } from './command-ids.ts';
import { goesOnFrom } from './sentences.ts';
import type { Training } from './training.ts';
import type { WorkspaceModel } from './workspace-model.ts';

interface MenuEntry extends vscode.QuickPickItem {
  command: CommandName;
}

export async function trainingMenu(model: WorkspaceModel, training: Training): Promise<void> {
  const { l10n } = vscode;
  const { state } = training;
  const choices: MenuEntry[] = [];
  if (state.kind === 'running') {
    const detail = l10n.t('What is done is kept, and the next learning goes on from there.');
    choices.push({ label: l10n.t('$(circle-slash) Cancel'), detail, command: 'cancelTraining' });
  } else {
    const detail = state.kind !== 'done' && state.resumesAt ? goesOnFrom(state.resumesAt, vscode.env.language) : '';
    choices.push({ label: l10n.t('$(play) Learn Again'), detail, command: 'train' });
  }
  if (await model.exists()) choices.push({ label: l10n.t('$(graph-scatter) Open Map'), command: 'openExplorer' });
  choices.push({ label: l10n.t('$(output) Show Log'), command: 'showLog' });
  const choice = await vscode.window.showQuickPick(choices, { title: 'Lexiscope' });
  if (choice) await vscode.commands.executeCommand(COMMANDS[choice.command]);
}
