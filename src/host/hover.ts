// Hovers: a word's nearest words, in every editor. In code they are one line below what the
// language's own extension says: VS Code shows hovers in the order of how well their providers'
// selectors fit the document (a language or a scheme by its name 10, `*` 5), of equal ones the one
// registered last first.

import * as vscode from 'vscode';
import { COMMANDS } from './command-ids.ts';
import { type DocumentPlaces, wordAtPosition } from './document-places.ts';
import type { WordDocuments } from './word-documents.ts';
import { commandLink, hoverLine, type HoverLinks, hoverMarkdown } from './word-text.ts';
import type { WorkspaceModel } from './workspace-model.ts';

const LINKS: HoverLinks = {
  similar: (word) => commandLink(COMMANDS.findSimilar, word),
  map: (word) => commandLink(COMMANDS.showOnMap, word),
};

export class WordHover implements vscode.HoverProvider {
  /** What it is to be registered for, so that it comes last. */
  static readonly selector: vscode.DocumentSelector = '*';
  readonly #model: WorkspaceModel;
  readonly #places: DocumentPlaces;
  readonly #documents: WordDocuments;

  constructor(model: WorkspaceModel, places: DocumentPlaces, documents: WordDocuments) {
    this.#model = model;
    this.#places = places;
    this.#documents = documents;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    if (!this.#documents.have(document)) return undefined;
    const settings = vscode.workspace.getConfiguration('lexiscope.hover', document);
    if (!settings.get<boolean>('enabled')) return undefined;
    const abandoned = (): boolean => token.isCancellationRequested;
    const engine = await this.#model.quietly();
    if (!engine || abandoned()) return undefined;
    const neighbours = settings.get<number>('neighbours', 8);
    const found = await wordAtPosition(engine, this.#places, { document, position }, neighbours);
    if (!found?.word.known || found.word.saysLittle || abandoned()) return undefined;

    const { word, range } = found;
    if (!word.isProse && word.neighbours.length === 0) return undefined;
    const markdown = new vscode.MarkdownString(
      word.isProse
        ? hoverMarkdown(word, LINKS, vscode.env.language)
        : hoverLine(word, LINKS, document.getText(range) === word.word),
    );
    markdown.isTrusted = { enabledCommands: [COMMANDS.showOnMap, COMMANDS.findSimilar] };
    return new vscode.Hover(markdown, range);
  }
}
