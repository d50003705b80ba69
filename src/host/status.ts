// The status bar item: progress of the training, or the way to the explorer. Hidden until there is
// something to say.

import * as vscode from 'vscode';
import { inUse } from '../model-folder/writer-lock.ts';
import { COMMANDS } from './command-ids.ts';
import { goesOnFrom, modelDetails, percent, progressDetails, progressText, spoken } from './sentences.ts';
import type { Training } from './training.ts';
import type { WorkspaceModel } from './workspace-model.ts';

interface Face {
  text: string;
  details: string[];
  command: string;
}

export class Status implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('lexiscope.status', vscode.StatusBarAlignment.Left, 10);
  readonly #model: WorkspaceModel;
  readonly #training: Training;
  readonly #subscriptions: vscode.Disposable[];

  constructor(model: WorkspaceModel, training: Training) {
    this.#model = model;
    this.#training = training;
    this.#item.name = 'Lexiscope';
    this.#subscriptions = [training.onDidChange(() => void this.#show()), model.onDidChange(() => void this.#show())];
    void this.#show();
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions, this.#item).dispose();
  }

  async #show(): Promise<void> {
    const exists = this.#training.state.kind === 'idle' && (await this.#model.exists());
    const face = this.#face(exists);
    if (!face) {
      this.#item.hide();
      return;
    }
    this.#item.text = face.text;
    this.#item.command = face.command;
    const lines = [face.text.replace(/\$\([^)]*\) /, ''), ...face.details];
    this.#item.tooltip = lines.join('\n');
    this.#item.accessibilityInformation = { label: spoken(lines), role: 'button' };
    this.#item.show();
  }

  #face(exists: boolean): Face | undefined {
    const { l10n } = vscode;
    const { language } = vscode.env;
    const { state } = this.#training;
    const { summary } = this.#model;
    switch (state.kind) {
      case 'running':
        return {
          text: `$(sync~spin) Lexiscope: ${state.progress ? progressText(state.progress, language) : l10n.t('starting')}`,
          details: state.progress ? progressDetails(state.progress, language) : [l10n.t('Click for more.')],
          command: COMMANDS.trainingMenu,
        };
      case 'cancelled':
        return {
          text: `$(circle-slash) Lexiscope: ${l10n.t('training cancelled')}`,
          details: this.#afterwards(state.resumesAt, language),
          command: COMMANDS.trainingMenu,
        };
      case 'stopped':
        return {
          text: `$(warning) Lexiscope: ${l10n.t('training stopped')}`,
          details: [
            l10n.t('The engine ended before the training did.'),
            ...this.#afterwards(state.resumesAt, language),
          ],
          command: COMMANDS.trainingMenu,
        };
      case 'done':
        return state.problem === undefined
          ? {
              text: `$(check) Lexiscope: ${l10n.t('learned')}`,
              details: summary ? modelDetails(summary, language) : [],
              command: COMMANDS.openExplorer,
            }
          : {
              text: `$(warning) Lexiscope: ${l10n.t('learned, with a problem')}`,
              details: [state.problem],
              command: COMMANDS.trainingMenu,
            };
      case 'idle': {
        const elsewhere = this.#model.learnedElsewhere;
        if (elsewhere !== null) {
          return {
            text: `$(sync~spin) Lexiscope: ${l10n.t('another window learns, {0}', percent(elsewhere, language))}`,
            details: [inUse(elsewhere), l10n.t('What it learns is shown here, too.')],
            command: COMMANDS.openExplorer,
          };
        }
        if (!exists) return undefined;
        return {
          text: '$(graph-scatter) Lexiscope',
          details: summary
            ? modelDetails(summary, language)
            : [l10n.t('A model of this workspace is stored.'), l10n.t('Click to open the explorer.')],
          command: COMMANDS.openExplorer,
        };
      }
    }
  }

  /** What is there after a training that did not come to its end. */
  #afterwards(resumesAt: number | undefined, language: string): string[] {
    return [
      vscode.l10n.t('What was stored by then stays.'),
      ...(resumesAt === undefined ? [] : [goesOnFrom(resumesAt, language)]),
      vscode.l10n.t('Click for more.'),
    ];
  }
}
