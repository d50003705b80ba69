// Show Files…: the names behind the figures of the last training, as a read-only text document.

import * as vscode from 'vscode';
import type { ReadingReport } from '../protocol/engine.ts';
import { readingNames } from './sentences.ts';

const SCHEME = 'lexiscope-files';
const DOCUMENT = vscode.Uri.from({ scheme: SCHEME, path: '/Files of the last training.txt' });

export class ReadingFiles implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  #names = '';

  readonly onDidChange = this.#changed.event;

  provideTextDocumentContent(): string {
    return this.#names || vscode.l10n.t('Train again: the names are not kept.');
  }

  /** What `show` will show; false where there is nothing to name. */
  take(report: ReadingReport): boolean {
    this.#names = readingNames(report, vscode.env.language);
    this.#changed.fire(DOCUMENT);
    return this.#names !== '';
  }

  async show(): Promise<void> {
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(DOCUMENT), { preview: true });
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
