// Context keys of the manifest's `when` clauses: commands that need a model, or a training, appear
// only when there is one.

import * as vscode from 'vscode';
import type { WorkspaceModel } from './workspace-model.ts';

/** Keeps `lexiscope.hasModel` true while a model of this workspace is stored. Starts no engine. */
export function keepContextKeys(model: WorkspaceModel): vscode.Disposable {
  const update = async (): Promise<void> => {
    await vscode.commands.executeCommand('setContext', 'lexiscope.hasModel', await model.exists());
  };
  void update();
  return model.onDidChange(() => void update());
}
