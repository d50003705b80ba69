// Evaluate Vectors: measures the vectors by a file, and shows the figures as a read-only Markdown document.

import * as vscode from 'vscode';
import type { Evaluation } from '../protocol/engine.ts';
import { evaluationMarkdown } from './evaluation-text.ts';
import type { WorkspaceModel } from './workspace-model.ts';

const SCHEME = 'lexiscope-evaluation';

export class EvaluationReports implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #model: WorkspaceModel;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registration: vscode.Disposable;
  /** By path: the last evaluation by the file of that name. */
  readonly #reports = new Map<string, string>();
  #progress: ((fraction: number) => void) | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(model: WorkspaceModel) {
    this.#model = model;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#reports.get(uri.path) ?? vscode.l10n.t('Evaluate the vectors again: figures are not kept.');
  }

  /** Asks for a file, evaluates and shows the figures. Throws one sentence where that fails. */
  async evaluate(): Promise<void> {
    await this.#model.expected();
    const [file] =
      (await vscode.window.showOpenDialog({
        title: vscode.l10n.t('Evaluate Vectors'),
        openLabel: vscode.l10n.t('Evaluate'),
        filters: {
          [vscode.l10n.t('Word pairs or analogies')]: ['txt', 'csv', 'tsv'],
          [vscode.l10n.t('All files')]: ['*'],
        },
      })) ?? [];
    if (!file) return;
    if (file.scheme !== 'file')
      throw new Error(vscode.l10n.t('Evaluation sets are read from files of this machine only.'));
    const evaluations = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Evaluating the word vectors'),
        cancellable: true,
      },
      (progress, cancelled) => this.#run(file.fsPath, progress, cancelled),
    );
    if (evaluations) await this.#show(file, evaluations);
  }

  /** The engine's news. */
  evaluating(fraction: number): void {
    this.#progress?.(fraction);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }

  /** Analogies are answered by both methods, the one after the other. */
  async #run(
    path: string,
    progress: vscode.Progress<{ increment: number }>,
    cancelled: vscode.CancellationToken,
  ): Promise<Evaluation[] | null> {
    const engine = await this.#model.required();
    cancelled.onCancellationRequested(() => void engine.cancelEvaluation());
    const evaluations: Evaluation[] = [];
    let told = 0;
    this.#progress = (fraction) => {
      const percent = 50 * (evaluations.length + fraction);
      progress.report({ increment: percent - told });
      told = percent;
    };
    try {
      for (const method of ['3CosAdd', '3CosMul'] as const) {
        if (evaluations[0]?.kind === 'pairs' || cancelled.isCancellationRequested) break;
        const evaluation = await engine.evaluate(path, { method });
        if (!evaluation) return null;
        evaluations.push(evaluation);
      }
    } finally {
      this.#progress = undefined;
    }
    return cancelled.isCancellationRequested ? null : evaluations;
  }

  async #show(file: vscode.Uri, evaluations: Evaluation[]): Promise<void> {
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}.md` });
    this.#reports.set(uri.path, evaluationMarkdown(name, evaluations, vscode.env.language));
    this.#changed.fire(uri);
    try {
      await vscode.commands.executeCommand('markdown.showPreview', uri);
    } catch {
      await vscode.window.showTextDocument(uri); // VS Code's Markdown extension is switched off
    }
  }
}
