// What every command does: one table. A command that throws is answered with its sentence.

import * as vscode from 'vscode';
import { type CommandName, COMMANDS } from './command-ids.ts';
import type { DocumentPlaces } from './document-places.ts';
import type { EvaluationReports } from './evaluation-reports.ts';
import type { ExplorerPanel } from './explorer-panel.ts';
import { compareCells, exportVectors, forgetModels, importVectors } from './model-commands.ts';
import { showProblem, showResult } from './notices.ts';
import type { ReportDocuments } from './report-documents.ts';
import type { TokenView } from './token-view.ts';
import type { Training } from './training.ts';
import { trainingMenu } from './training-menu.ts';
import { compareWords, findOddWord, findSimilar, solveAnalogy, wordAtCursor } from './word-commands.ts';
import type { WorkspaceModel } from './workspace-model.ts';

interface Parts {
  model: WorkspaceModel;
  places: DocumentPlaces;
  training: Training;
  explorer: ExplorerPanel;
  reports: EvaluationReports;
  documents: ReportDocuments;
  tokens: TokenView;
  log: vscode.LogOutputChannel;
  /** Publisher and name. */
  extensionId: string;
}

/** Arguments come from links, keybindings and other extensions: anything. */
type Command = (argument: unknown) => void | Promise<void>;

export function registerCommands({
  model,
  places,
  training,
  explorer,
  reports,
  documents,
  tokens,
  log,
  extensionId,
}: Parts): vscode.Disposable {
  const table: Record<CommandName, Command> = {
    train: () => training.train('new'),
    continueTraining: () => training.train('continue'),
    cancelTraining: () => training.cancel(),
    forgetModels: () => forgetModels(model, training),
    openExplorer: () => {
      model.engine(); // says so where no folder is open
      explorer.open();
    },
    findSimilar: (word) => findSimilar(model, places, typeof word === 'string' ? word : undefined),
    solveAnalogy: () => solveAnalogy(model),
    importVectors: () => importVectors(model, training),
    findOddWord: () => findOddWord(model),
    compareWords: () => compareWords(model),
    compareCells: () => compareCells(training, documents),
    evaluateVectors: () => reports.evaluate(),
    exportVectors: () => exportVectors(model),
    showTokens: () => tokens.show(),
    showLog: () => log.show(),
    trainingMenu: () => trainingMenu(model, training),
    openWalkthrough: async () => {
      await vscode.commands.executeCommand('workbench.action.openWalkthrough', `${extensionId}#start`, false);
    },
    showOnMap: async (argument) => {
      const word = typeof argument === 'string' ? argument : await wordAtCursor(model, places);
      if (word === '') throw new Error(vscode.l10n.t('Put the cursor on a word first.'));
      const description = await (await model.required()).describe(word, 0);
      if (description.known && description.onMap) explorer.open(description.word);
      else await showResult(vscode.l10n.t('“{0}” is not among the words of the map.', word), []);
    },
  };
  return vscode.Disposable.from(
    ...Object.entries(table).map(([name, run]) =>
      vscode.commands.registerCommand(COMMANDS[name as CommandName], async (argument: unknown) => {
        try {
          await run(argument);
        } catch (error) {
          await showProblem(error, log);
        }
      }),
    ),
  );
}
