// Completions: what the language model expects at the cursor, in the ordinary suggestion list. A
// list that opens by itself leaves a word alone that is finished: in prose nothing in it is
// selected (`configurationDefaults` in package.json), so that Enter is a line break; in code it
// does not open while what is typed is a word.

import * as vscode from 'vscode';
import type { DocumentPlaces } from './document-places.ts';
import { TypingWatch } from './typing-watch.ts';
import { isFinished, LEAST_PROBABILITY, MOST_SUGGESTIONS, suggestionTexts } from './word-text.ts';
import type { WorkspaceModel } from './workspace-model.ts';

export class WordCompletion implements vscode.CompletionItemProvider, vscode.Disposable {
  readonly #model: WorkspaceModel;
  readonly #places: DocumentPlaces;
  readonly #typing = new TypingWatch();

  constructor(model: WorkspaceModel, places: DocumentPlaces) {
    this.#model = model;
    this.#places = places;
  }

  dispose(): void {
    this.#typing.dispose();
  }

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
    { triggerKind }: vscode.CompletionContext,
  ): Promise<vscode.CompletionList | undefined> {
    const isAsked = this.#typing.isAsked(document, triggerKind);
    if (!vscode.workspace.getConfiguration('lexiscope.completion', document).get<boolean>('enabled')) return undefined;
    const abandoned = (): boolean => token.isCancellationRequested;
    const engine = await this.#model.quietly();
    if (!engine || abandoned() || this.#model.summary?.languageModel === null) return undefined;
    const place = await this.#places.at(engine, document, position);
    if (!place || abandoned()) return undefined;
    const { prefix, suggestions, problem } = await engine.complete(place, MOST_SUGGESTIONS, LEAST_PROBABILITY);
    if (abandoned() || problem !== undefined) return undefined;
    if (!isAsked && isFinished(prefix, suggestions, !selectsNothing(document))) return undefined;

    const start = position.translate(0, -prefix.length);
    const wordEnd = document.getWordRangeAtPosition(position)?.end ?? position;
    const range = { inserting: new vscode.Range(start, position), replacing: new vscode.Range(start, wordEnd) };
    const items = suggestionTexts(suggestions, vscode.env.language).map(
      ({ label, insertText, filterText, sortText, probability }) => {
        const item = new vscode.CompletionItem(
          { label, description: vscode.l10n.t('Lexiscope {0}', probability) },
          vscode.CompletionItemKind.Text,
        );
        item.insertText = insertText;
        item.filterText = filterText;
        item.sortText = sortText;
        item.range = range;
        item.detail = 'Lexiscope';
        return item;
      },
    );
    // incomplete: the next character changes every probability, so it is asked again
    return new vscode.CompletionList(items, true);
  }
}

/**
 * Whether nothing is selected in a list that opens while one types, so that Enter takes nothing out
 * of it.
 */
function selectsNothing(document: vscode.TextDocument): boolean {
  const mode = vscode.workspace.getConfiguration('editor.suggest', document).get<string>('selectionMode');
  return mode === 'never' || mode === 'whenTriggerCharacter';
}
