// Evaluate Vectors: measures the vectors by a file, and shows the figures as a report.

import * as vscode from 'vscode';
import type { Evaluation } from '../protocol/engine.ts';
import { evaluationMarkdown } from './evaluation-text.ts';
import type { ReportDocuments } from './report-documents.ts';
import type { WorkspaceModel } from './workspace-model.ts';

export class EvaluationReports {
  readonly #model: WorkspaceModel;
  readonly #documents: ReportDocuments;
  #progress: ((fraction: number) => void) | undefined;

  constructor(model: WorkspaceModel, documents: ReportDocuments) {
    this.#model = model;
    this.#documents = documents;
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
    if (!evaluations) return;
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    await this.#documents.show(name, evaluationMarkdown(name, evaluations, vscode.env.language));
  }

  /** The engine's news. */
  evaluating(fraction: number): void {
    this.#progress?.(fraction);
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
}
