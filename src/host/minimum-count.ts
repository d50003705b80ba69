// How often a word must have been seen to be shown as a near word.

import * as vscode from 'vscode';

/** 0: as often as the length of the text asks for. */
export function minimumCount(): number {
  return vscode.workspace.getConfiguration('lexiscope.neighbours').get<number>('minimumCount', 0);
}
