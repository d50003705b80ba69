// Evaluate Vectors: measures the vectors by a file, and shows the figures as a report.

import * as vscode from 'vscode';
import type { Evaluation, UnclearScore } from '../protocol/engine.ts';
import { columnName, evaluationMarkdown } from './evaluation-text.ts';
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
    let evaluations = await this.#evaluate(file.fsPath);
    if (evaluations && 'kind' in evaluations) {
      const score = await askForScore(evaluations);
      evaluations = score === undefined ? null : await this.#evaluate(file.fsPath, score);
    }
    if (!evaluations || 'kind' in evaluations) return;
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    await this.#documents.show(name, evaluationMarkdown(name, evaluations, vscode.env.language));
  }

  #evaluate(path: string, score?: string): Thenable<Evaluation[] | UnclearScore | null> {
    return vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Evaluating the word vectors'),
        cancellable: true,
      },
      (progress, cancelled) => this.#run(path, score, progress, cancelled),
    );
  }

  /** The engine's news. */
  evaluating(fraction: number): void {
    this.#progress?.(fraction);
  }

  /** Analogies are answered by both methods, the one after the other. */
  async #run(
    path: string,
    score: string | undefined,
    progress: vscode.Progress<{ increment: number }>,
    cancelled: vscode.CancellationToken,
  ): Promise<Evaluation[] | UnclearScore | null> {
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
        const evaluation = await engine.evaluate(path, { method, ...(score !== undefined && { score }) });
        if (!evaluation || evaluation.kind === 'unclearScore') return evaluation;
        evaluations.push(evaluation);
      }
    } finally {
      this.#progress = undefined;
    }
    return cancelled.isCancellationRequested ? null : evaluations;
  }
}

/** Which column has the scores, by its number; undefined if the user does not say. */
async function askForScore({ columns }: UnclearScore): Promise<string | undefined> {
  const items = columns.map((column) => ({ label: columnName(column), number: column.number }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Evaluate Vectors'),
    placeHolder: vscode.l10n.t('Which column has the scores that people gave?'),
  });
  return picked && String(picked.number);
}
