// The documents with words: files, what is not saved yet, and the files of virtual folders that are open, of any language.

import * as vscode from 'vscode';

/**
 * Keeps providers registered for them while folders come and go. By their schemes: VS Code asks providers of everything only
 * where no other has an answer.
 */
export class WordDocuments implements vscode.Disposable {
  readonly #register: (selector: vscode.DocumentSelector) => vscode.Disposable;
  readonly #subscription: vscode.Disposable;
  #schemes = '';
  #registered: vscode.Disposable | undefined;

  constructor(register: (selector: vscode.DocumentSelector) => vscode.Disposable) {
    this.#register = register;
    this.#subscription = vscode.workspace.onDidChangeWorkspaceFolders(() => this.#update());
    this.#update();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#registered?.dispose();
  }

  #update(): void {
    const ofFolders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.scheme);
    const schemes = [...new Set(['file', 'untitled', ...ofFolders])];
    if (schemes.join() === this.#schemes) return;
    this.#schemes = schemes.join();
    this.#registered?.dispose();
    this.#registered = this.#register(schemes.map((scheme) => ({ scheme })));
  }
}
