// A quick pick whose items are answers to what is being typed: see word-commands.ts.

import * as vscode from 'vscode';
import type { Neighbour } from '../protocol/engine.ts';
import { COMMANDS } from './command-ids.ts';
import { inLabel, neighbourFigures } from './word-text.ts';

export interface LiveItem extends vscode.QuickPickItem {
  /** What Enter puts into the input. */
  next?: string;
  /** The word that the button shows on the map. */
  word?: string;
  /** What Enter does, where it is not `next`. */
  enter?: () => void;
}

export interface LivePickerOptions {
  title: string;
  placeholder: string;
  /** What the input begins with. */
  value: string;
  /** The items for a trimmed, non-empty input. What it throws is shown as an item. */
  answer: (input: string) => Promise<LiveItem[]>;
  /** The items while the input is empty; none without it. */
  examples?: () => Promise<LiveItem[]>;
}

/** Milliseconds without a keystroke before the engine is asked. */
const PAUSE = 80;

export function showLivePicker({ title, placeholder, value, answer, examples }: LivePickerOptions): void {
  const picker: vscode.QuickPick<LiveItem> & { sortByLabel?: boolean } = vscode.window.createQuickPick<LiveItem>();
  picker.title = title;
  picker.placeholder = placeholder;
  picker.value = value;
  // Best answers first: VS Code would put those first that hold the input. It knows this property
  // and does not document it; where it were gone, the order would be less good.
  picker.sortByLabel = false;
  picker.matchOnDescription = false;

  let latest = 0;
  let timer: NodeJS.Timeout | undefined;
  const ask = async (): Promise<void> => {
    const turn = ++latest;
    const input = picker.value.trim();
    picker.busy = input !== '';
    const items = await (input ? answer(input) : (examples?.() ?? Promise.resolve([]))).catch((error: unknown) => [
      messageItem(error instanceof Error ? error.message : String(error), 'error'),
    ]);
    if (turn !== latest) return; // more was typed meanwhile
    picker.items = items.map((item) => ({ ...item, alwaysShow: true }));
    // Enter on a message does nothing
    const usable = picker.items.find(({ next, enter }) => next !== undefined || enter);
    if (usable) picker.activeItems = [usable];
    picker.busy = false;
  };
  picker.onDidChangeValue(() => {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), PAUSE);
  });
  picker.onDidAccept(() => {
    const item = picker.activeItems[0];
    if (item?.next !== undefined) {
      picker.value = item.next;
      void ask();
    } else if (item?.enter) {
      picker.hide();
      item.enter();
    }
  });
  picker.onDidTriggerItemButton(({ item }) => {
    picker.hide();
    void vscode.commands.executeCommand(COMMANDS.showOnMap, item.word);
  });
  picker.onDidHide(() => {
    clearTimeout(timer);
    latest = -1;
    picker.dispose();
  });
  picker.show();
  void ask();
}

/** A neighbour or an answer, with its figures and the button that shows it on the map. */
export function wordItem(neighbour: Neighbour): LiveItem {
  return { ...namedItem(neighbour.word), description: neighbourFigures(neighbour, vscode.env.language) };
}

/** A word with the button that shows it on the map. */
export function namedItem(word: string): LiveItem {
  const onMap = { iconPath: new vscode.ThemeIcon('graph-scatter'), tooltip: vscode.l10n.t('Show on Map') };
  return { label: inLabel(word), word, buttons: [onMap] };
}

/** A line that only says something. */
export function messageItem(message: string, icon: 'info' | 'error'): LiveItem {
  return { label: `$(${icon}) ${inLabel(message)}` };
}

/** A heading; words in it are drawn as they are. */
export function headingItem(label: string): LiveItem {
  return { label: inLabel(label), kind: vscode.QuickPickItemKind.Separator };
}
