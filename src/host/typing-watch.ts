// Whether suggestions were asked for, or come of themselves while one types: VS Code does not tell
// its providers.

import * as vscode from 'vscode';

/** Milliseconds after a change in which VS Code asks of itself, on a busy machine. */
const SOON = 500;

export class TypingWatch implements vscode.Disposable {
  readonly #subscription: vscode.Disposable;
  /** When a document was changed last. */
  readonly #changedAt = new WeakMap<vscode.TextDocument, number>();
  /**
   * The version of a document that was asked about last, and whether the list that is open was
   * asked for.
   */
  readonly #asked = new WeakMap<vscode.TextDocument, { version: number; isAsked: boolean }>();

  constructor() {
    this.#subscription = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) this.#changedAt.set(document, Date.now());
    });
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  /** Is called once for each request for suggestions, when it comes. */
  isAsked(document: vscode.TextDocument, triggerKind: vscode.CompletionTriggerKind): boolean {
    const { version } = document;
    const last = this.#asked.get(document);
    const isAsked =
      triggerKind === vscode.CompletionTriggerKind.TriggerForIncompleteCompletions
        ? last?.isAsked === true // the same list, after one more character
        : last?.version === version || // VS Code itself asks once
          Date.now() - (this.#changedAt.get(document) ?? 0) > SOON ||
          !asksWhileTyping(document);
    this.#asked.set(document, { version, isAsked });
    return isAsked;
  }
}

/**
 * Whether VS Code asks for suggestions in this document while one types, outside of comments and
 * strings of code.
 */
function asksWhileTyping(document: vscode.TextDocument): boolean {
  const setting = vscode.workspace
    .getConfiguration('editor', document)
    .get<boolean | { other?: unknown }>('quickSuggestions');
  const other = typeof setting === 'object' ? setting.other : setting;
  return other !== false && other !== 'off';
}
