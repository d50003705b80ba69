// The documents with words: files, what is not saved yet, and the files of virtual folders that are
// open, of any language.

import * as vscode from 'vscode';

export class WordDocuments implements vscode.Disposable {
  readonly #register: (selector: vscode.DocumentSelector) => vscode.Disposable;
  readonly #subscription: vscode.Disposable;
  #schemes: readonly string[] = [];
  #registered: vscode.Disposable | undefined;

  /**
   * Keeps a provider registered for them while folders come and go. By their schemes: VS Code asks
   * completion providers of everything only where no other has an answer.
   */
  constructor(register: (selector: vscode.DocumentSelector) => vscode.Disposable) {
    this.#register = register;
    this.#subscription = vscode.workspace.onDidChangeWorkspaceFolders(() => this.#update());
    this.#update();
  }

  have({ uri }: vscode.TextDocument): boolean {
    return this.#schemes.includes(uri.scheme);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#registered?.dispose();
  }

  #update(): void {
    const ofFolders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.scheme);
    const schemes = [...new Set(['file', 'untitled', ...ofFolders])];
    if (schemes.join() === this.#schemes.join()) return;
    this.#schemes = schemes;
    this.#registered?.dispose();
    this.#registered = this.#register(schemes.map((scheme) => ({ scheme })));
  }
}
