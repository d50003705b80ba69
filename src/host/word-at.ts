// The word at a place in an editor, which the engine finds: what it learned from a document is what is looked up in it.

import * as vscode from 'vscode';
import type { WordAt } from '../protocol/engine.ts';
import type { EngineClient } from './engine-process.ts';
import { minimumCount } from './minimum-count.ts';

/** What is read before the place, to know whether it is in a comment or in markup, and behind it, UTF-16 code units. */
const BEFORE = 1 << 18;
const BEHIND = 1 << 10;

/** The word that a position lies in or touches, with its nearest words, and where it stands; undefined where there is none. */
export async function wordAtPosition(
  engine: EngineClient,
  document: vscode.TextDocument,
  position: vscode.Position,
  neighbours: number,
): Promise<{ word: WordAt; range: vscode.Range } | undefined> {
  const offset = document.offsetAt(position);
  const first = Math.max(0, offset - BEFORE);
  const text = document.getText(new vscode.Range(document.positionAt(first), document.positionAt(offset + BEHIND)));
  const { version } = document;
  const word = await engine.wordAt(text, offset - first, neighbours, document.languageId, minimumCount());
  if (!word || document.version !== version) return undefined;
  const range = new vscode.Range(document.positionAt(first + word.start), document.positionAt(first + word.end));
  return { word, range };
}
