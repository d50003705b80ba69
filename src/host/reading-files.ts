// Details: what the last training read and learned, and the names behind the figures, as a
// read-only text document.

import * as vscode from 'vscode';
import type { ReadingReport } from '../protocol/engine.ts';
import { readingNames } from './sentences.ts';

const SCHEME = 'lexiscope-files';
const DOCUMENT = vscode.Uri.from({ scheme: SCHEME, path: '/Last training.txt' });

export class ReadingFiles implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  /** Before the registration, which looks for it. */
  readonly onDidChange = this.#changed.event;
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  #text = '';

  provideTextDocumentContent(): string {
    return this.#text || vscode.l10n.t('Train again: the details are not kept.');
  }

  /** What `show` will show: sentences, and of a training the names of files behind them. */
  take(sentences: readonly string[], reading: ReadingReport | undefined): void {
    const names = reading ? readingNames(reading, vscode.env.language) : '';
    this.#text = [...sentences, '', names].join('\n');
    this.#changed.fire(DOCUMENT);
  }

  async show(): Promise<void> {
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(DOCUMENT), { preview: true });
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
