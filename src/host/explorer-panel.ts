// The explorer: a webview panel that survives a reload of the window. What it shows it asks of the
// host, and the host of the engine.

import { type BirpcReturn, createBirpc } from 'birpc';
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { inUse } from '../model-folder/writer-lock.ts';
import type { PlaceToRead } from '../protocol/engine.ts';
import type { ExplorerHost, ExplorerView, Learning } from '../protocol/explorer.ts';
import { COMMANDS } from './command-ids.ts';
import { explorerPage } from './explorer-page.ts';
import { minimumCount } from './minimum-count.ts';
import { learningFrom, progressText, stepsDetails } from './sentences.ts';
import type { Training } from './training.ts';
import { LEAST_PROBABILITY, MOST_SUGGESTIONS } from './word-text.ts';
import type { WorkspaceModel } from './workspace-model.ts';

const VIEW_TYPE = 'lexiscope.explorer';

export class ExplorerPanel implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #model: WorkspaceModel;
  readonly #training: Training;
  readonly #extension: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  readonly #subscriptions: vscode.Disposable[];
  #shown: Shown | undefined;

  constructor(model: WorkspaceModel, training: Training, extension: vscode.Uri, log: vscode.LogOutputChannel) {
    this.#model = model;
    this.#training = training;
    this.#extension = extension;
    this.#log = log;
    this.#subscriptions = [
      vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this),
      model.onDidChange(({ replaced }) => {
        if (replaced) this.#shown?.modelChanged();
        else this.#shown?.learningChanged(); // another window may have begun or ended
      }),
      training.onDidChange(() => this.#shown?.learningChanged()),
    ];
  }

  /**
   * Opens the explorer, or brings it to the front; with a word, beside the text, and flies to it.
   */
  open(word?: string): void {
    if (this.#shown) {
      this.#shown.panel.reveal();
    } else {
      this.#take(
        vscode.window.createWebviewPanel(
          VIEW_TYPE,
          vscode.l10n.t('Lexiscope Explorer'),
          word === undefined ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside,
          this.#options(),
        ),
      );
    }
    if (word !== undefined) this.#shown?.show(word);
  }

  /** After a reload of the window. The webview finds its own state (`getState`). */
  deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    if (this.#shown) {
      panel.dispose();
    } else {
      panel.webview.options = this.#options();
      this.#take(panel);
    }
    return Promise.resolve();
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  get #media(): vscode.Uri {
    return vscode.Uri.joinPath(this.#extension, 'dist', 'media');
  }

  #options(): vscode.WebviewOptions {
    return { enableScripts: true, localResourceRoots: [this.#media] };
  }

  #take(panel: vscode.WebviewPanel): void {
    const icon = (theme: string): vscode.Uri =>
      vscode.Uri.joinPath(this.#extension, 'media', 'icons', `explorer-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    const { webview } = panel;
    const shown = new Shown(panel, this.#model, this.#training, this.#log);
    this.#shown = shown;
    panel.onDidDispose(() => {
      if (this.#shown === shown) this.#shown = undefined;
    });
    webview.html = explorerPage({
      language: vscode.env.language,
      title: panel.title,
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64url'),
      scriptUri: String(webview.asWebviewUri(vscode.Uri.joinPath(this.#media, 'explorer.js'))),
      styleUri: String(webview.asWebviewUri(vscode.Uri.joinPath(this.#media, 'explorer.css'))),
      setup: vscode.l10n.bundle ? { l10n: vscode.l10n.bundle } : {},
    });
  }
}

/**
 * One panel and the messages to and from its page. The page is loaded anew each time the panel
 * comes out of hiding.
 */
class Shown {
  readonly panel: vscode.WebviewPanel;
  readonly #view: BirpcReturn<ExplorerView, ExplorerHost>;
  /** The page has asked for the map, so it listens. */
  #listening = false;
  /** The word to fly to as soon as the page listens. */
  #pending: string | undefined;

  readonly #learning: () => Learning | null;

  constructor(panel: vscode.WebviewPanel, model: WorkspaceModel, training: Training, log: vscode.LogOutputChannel) {
    this.panel = panel;
    this.#learning = () => learningOf(training, model);
    const host: ExplorerHost = {
      map: async () => {
        // after the answer to this call: messages keep their order
        setTimeout(() => {
          this.#listening = true;
          this.#flush();
        });
        if (!(await model.exists())) return null;
        const map = await (await model.required()).map();
        if (!map && this.#learning()) return null; // it is to come
        if (!map)
          throw new Error(vscode.l10n.t('This model has word vectors only. Train on this workspace to have a map.'));
        return { ...map, minimumCount: minimumCount() || map.minimumCount };
      },
      describe: async (word, neighbours, isRareToo) =>
        (await model.required()).describe(word, neighbours, isRareToo ? 1 : minimumCount()),
      similaritiesOnMap: async (word) => (await model.required()).similaritiesOnMap(word),
      complete: async (text) => {
        const engine = await model.required();
        return model.summary?.languageModel
          ? engine.complete(endOfProse(text), MOST_SUGGESTIONS, LEAST_PROBABILITY)
          : null;
      },
      train: async () => {
        await vscode.commands.executeCommand(COMMANDS.train); // says itself how it went
      },
      learning: () => Promise.resolve(this.#learning()),
      cancel: async () => {
        await vscode.commands.executeCommand(COMMANDS.cancelTraining);
      },
    };
    this.#view = createBirpc<ExplorerView, ExplorerHost>(host, {
      timeout: -1,
      bind: 'functions',
      post: (message: Message) => panel.webview.postMessage(message),
      on: (receive) => {
        panel.webview.onDidReceiveMessage(receive);
      },
      // Messages to a webview are JSON, in which an Error is empty.
      serialize: (message: Message): Message =>
        message.e instanceof Error ? { ...message, e: { name: message.e.name, message: message.e.message } } : message,
      onFunctionError: (error, name) => {
        log.warn(`Explorer, ${name}: ${error.message}`);
        return false;
      },
      onGeneralError: (error) => {
        log.warn(`Explorer: ${error.message}`); // the panel was closed meanwhile
        return true;
      },
    });
    panel.onDidChangeViewState(() => {
      if (!panel.visible) this.#listening = false;
    });
    panel.onDidDispose(() => this.#view.$close());
  }

  show(word: string): void {
    this.#pending = word;
    if (this.#listening) this.#flush();
  }

  modelChanged(): void {
    if (this.#listening) void this.#view.modelChanged.asEvent();
  }

  learningChanged(): void {
    if (this.#listening) void this.#view.learningChanged.asEvent(this.#learning());
  }

  #flush(): void {
    if (this.#pending === undefined) return;
    void this.#view.show.asEvent(this.#pending);
    this.#pending = undefined;
  }
}

/** The text of the page is no document's: it is prose. */
function endOfProse(text: string): PlaceToRead {
  return { text, offset: text.length, language: 'plaintext' };
}

/** What is learned from the folder now, in this window or in another one; null if nothing is. */
function learningOf({ state }: Training, model: WorkspaceModel): Learning | null {
  if (state.kind === 'running') {
    const whole = state.progress?.training;
    const steps = whole ? stepsDetails(whole) : state.progress ? progressText(state.progress, vscode.env.language) : '';
    return { title: learningFrom(state.name), steps, fraction: whole?.fraction ?? 0, isOurs: true };
  }
  const elsewhere = model.learnedElsewhere;
  return elsewhere === null ? null : { title: inUse(elsewhere), steps: '', fraction: elsewhere, isOurs: false };
}

interface Message {
  /** The error that a call is answered with. */
  e?: unknown;
}
