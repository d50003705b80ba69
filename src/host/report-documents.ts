// Reports as read-only Markdown documents in VS Code's own preview. They are kept as long as the
// window is.

import * as vscode from 'vscode';

const SCHEME = 'lexiscope-report';

export class ReportDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  /** Before the registration, which looks for it. */
  readonly onDidChange = this.#changed.event;
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  /** Markdown by path. */
  readonly #reports = new Map<string, string>();

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#reports.get(uri.path) ?? vscode.l10n.t('Make this report again: reports are not kept.');
  }

  /** Shows a report; one of the same name is replaced. */
  async show(name: string, markdown: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}.md` });
    this.#reports.set(uri.path, markdown);
    this.#changed.fire(uri);
    try {
      await vscode.commands.executeCommand('markdown.showPreview', uri);
    } catch {
      await vscode.window.showTextDocument(uri); // VS Code's Markdown extension is switched off
    }
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
