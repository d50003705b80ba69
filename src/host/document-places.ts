// Places of documents as the engine is asked about them: with the text around, which of a long
// document is a window, so that a key press costs the same anywhere. Where a window may begin, the
// engine says once; what is typed behind its beginning changes nothing about it.

import * as vscode from 'vscode';
import { type PlaceToRead, TEXT_WINDOW, type WordAt } from '../protocol/engine.ts';
import type { EngineClient } from './engine-process.ts';
import { KnownWindow } from './known-window.ts';
import { minimumCount } from './minimum-count.ts';

/** What is read of a document to find a window: so much before the place, UTF-16 code units. */
const LONGEST = 1 << 20;

/** `first`: where the text begins in the document. */
export interface EditorPlace extends PlaceToRead {
  first: number;
}

export class DocumentPlaces implements vscode.Disposable {
  readonly #windows = new WeakMap<vscode.TextDocument, KnownWindow>();
  readonly #listener = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
    if (this.#windows.get(document)?.outlives(contentChanges) === false) this.#windows.delete(document);
  });

  /**
   * The place with what the engine needs to read around it; undefined if the document changed
   * meanwhile.
   */
  async at(
    engine: EngineClient,
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<EditorPlace | undefined> {
    const offset = document.offsetAt(position);
    if (offset <= TEXT_WINDOW.most) return placeFrom(document, 0, offset);
    const known = this.#windows.get(document);
    if (known?.servesFor(offset)) return placeFrom(document, known.first, offset);
    const { version } = document;
    const long = placeFrom(document, Math.max(0, offset - LONGEST), offset);
    const start = await engine.startOfWindow(long);
    if (document.version !== version) return undefined;
    const first = long.first + start;
    this.#windows.set(document, new KnownWindow(first, offset, start > 0));
    return placeFrom(document, first, offset);
  }

  dispose(): void {
    this.#listener.dispose();
  }
}

function placeFrom(document: vscode.TextDocument, first: number, offset: number): EditorPlace {
  const last = document.positionAt(offset + TEXT_WINDOW.behind);
  const text = document.getText(new vscode.Range(document.positionAt(first), last));
  return { text, offset: offset - first, language: document.languageId, first };
}

/**
 * The word that a position lies in or touches, with its nearest words, and where it stands;
 * undefined if there is none.
 */
export async function wordAtPosition(
  engine: EngineClient,
  places: DocumentPlaces,
  { document, position }: { document: vscode.TextDocument; position: vscode.Position },
  neighbours: number,
): Promise<{ word: WordAt; range: vscode.Range } | undefined> {
  const { version } = document;
  const place = await places.at(engine, document, position);
  const word = place && (await engine.wordAt(place, neighbours, minimumCount()));
  if (!word || document.version !== version) return undefined;
  const [start, end] = [document.positionAt(place.first + word.start), document.positionAt(place.first + word.end)];
  return { word, range: new vscode.Range(start, end) };
}
