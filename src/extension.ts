// Activation: builds the parts, wires them and hands their disposal to VS Code. No file is read and
// no process started here.

import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { registerCommands } from './host/commands.ts';
import { WordCompletion } from './host/completion.ts';
import { keepContextKeys } from './host/context-keys.ts';
import { DocumentPlaces } from './host/document-places.ts';
import { inspectPortOf } from './host/engine-process.ts';
import { EvaluationReports } from './host/evaluation-reports.ts';
import { ExplorerPanel } from './host/explorer-panel.ts';
import { WordHover } from './host/hover.ts';
import { showProblem } from './host/notices.ts';
import { ReportDocuments } from './host/report-documents.ts';
import { Status } from './host/status.ts';
import { TokenView } from './host/token-view.ts';
import { Training } from './host/training.ts';
import { virtualFolders } from './host/virtual-folders.ts';
import { WordDocuments } from './host/word-documents.ts';
import { modelPlaces, WorkspaceModel } from './host/workspace-model.ts';

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Lexiscope', { log: true });
  context.subscriptions.push(log);
  try {
    wire(context, log);
  } catch (error) {
    void showProblem(error, log);
    throw error;
  }
}

function wire(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): void {
  // Files that run without vscode in the tests take their strings from @vscode/l10n: the same
  // bundle.
  if (vscode.l10n.bundle) l10n.config({ contents: vscode.l10n.bundle });
  const model = new WorkspaceModel(modelPlaces(context), {
    entry: vscode.Uri.joinPath(context.extensionUri, 'dist', 'engine.mjs').fsPath,
    l10nPath: vscode.l10n.uri?.fsPath,
    // a port that is open to every program of this machine: for the extension's developers only
    inspectPort: context.extensionMode === vscode.ExtensionMode.Development ? inspectPortOf(process.env) : undefined,
    log: (level, message) => log[level](message),
    progress: (progress) => training.progress(progress),
    stored: (summary, reading) => training.stored(summary, reading),
    virtualFolders,
    evaluating: (fraction) => reports.evaluating(fraction),
    unreadable: (problem) => void showProblem(problem, log),
  });
  const places = new DocumentPlaces();
  const training = new Training(model, log);
  const explorer = new ExplorerPanel(model, training, context.extensionUri, log);
  const documents = new ReportDocuments();
  const reports = new EvaluationReports(model, documents);
  const tokens = new TokenView(model);
  const completion = new WordCompletion(model, places);
  const wordDocuments = new WordDocuments((selector) =>
    vscode.languages.registerCompletionItemProvider(selector, completion),
  );
  context.subscriptions.push(
    model,
    places,
    training,
    explorer,
    documents,
    tokens,
    new Status(model, training),
    keepContextKeys(model),
    registerCommands({
      model,
      places,
      training,
      explorer,
      reports,
      documents,
      tokens,
      log,
      extensionId: context.extension.id,
    }),
    completion,
    wordDocuments,
    vscode.languages.registerHoverProvider(WordHover.selector, new WordHover(model, places, wordDocuments)),
  );
}
