// Hovers: a word's nearest words, in every editor.

import * as vscode from 'vscode';
import { COMMANDS } from './command-ids.ts';
import { wordAtPosition, type DocumentPlaces } from './document-places.ts';
import { commandLink, hoverMarkdown } from './word-text.ts';
import type { WorkspaceModel } from './workspace-model.ts';

export class WordHover implements vscode.HoverProvider {
  readonly #model: WorkspaceModel;
  readonly #places: DocumentPlaces;

  constructor(model: WorkspaceModel, places: DocumentPlaces) {
    this.#model = model;
    this.#places = places;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const settings = vscode.workspace.getConfiguration('lexiscope.hover', document);
    if (!settings.get<boolean>('enabled')) return undefined;
    const abandoned = (): boolean => token.isCancellationRequested;
    const engine = await this.#model.quietly();
    if (!engine || abandoned()) return undefined;
    const neighbours = settings.get<number>('neighbours', 8);
    const found = await wordAtPosition(engine, this.#places, { document, position }, neighbours);
    if (!found?.word.known || abandoned()) return undefined;

    const { word, range } = found;
    const markdown = new vscode.MarkdownString(
      hoverMarkdown(word, commandLink(COMMANDS.showOnMap, word.word), vscode.env.language),
    );
    markdown.isTrusted = { enabledCommands: [COMMANDS.showOnMap] };
    return new vscode.Hover(markdown, range);
  }
}
