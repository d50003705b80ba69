// Completions: what the language model expects at the cursor, in the ordinary suggestion list.

import * as vscode from 'vscode';
import type { DocumentPlaces } from './document-places.ts';
import { suggestionTexts } from './word-text.ts';
import type { WorkspaceModel } from './workspace-model.ts';

const SUGGESTIONS = 12;

export class WordCompletion implements vscode.CompletionItemProvider {
  readonly #model: WorkspaceModel;
  readonly #places: DocumentPlaces;

  constructor(model: WorkspaceModel, places: DocumentPlaces) {
    this.#model = model;
    this.#places = places;
  }

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.CompletionList | undefined> {
    if (!vscode.workspace.getConfiguration('lexiscope.completion', document).get<boolean>('enabled')) return undefined;
    const abandoned = (): boolean => token.isCancellationRequested;
    const engine = await this.#model.quietly();
    if (!engine || abandoned() || this.#model.summary?.languageModel === null) return undefined;
    const place = await this.#places.at(engine, document, position);
    if (!place || abandoned()) return undefined;
    const { prefix, suggestions, problem } = await engine.complete(place, SUGGESTIONS);
    if (abandoned() || problem !== undefined) return undefined;

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
