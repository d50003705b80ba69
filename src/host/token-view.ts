// Show How This File Is Read: a read-only document with the file's text as the engine reads it. Its
// first lines say in words what the colours show: language, encoding, figures, what was left out
// and why. Tokens are tinted in turn, what was left out is struck through and says why in a hover.

import * as vscode from 'vscode';
import type { FileContent, FileTokens, LeftOutReason } from '../protocol/engine.ts';
import { textOptions } from '../settings/request.ts';
import { givenIn } from './read-settings.ts';
import { leftOutText, tokenSummary } from './token-text.ts';
import type { WorkspaceModel } from './workspace-model.ts';

const SCHEME = 'lexiscope-tokens';

export class TokenView implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #model: WorkspaceModel;
  /** What is shown, by the address of its document. */
  readonly #shown = new Map<string, { head: string; tokens: FileTokens }>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #tints = ['editor.wordHighlightBackground', 'editor.wordHighlightStrongBackground'].map((color) =>
    vscode.window.createTextEditorDecorationType({ backgroundColor: new vscode.ThemeColor(color) }),
  );
  readonly #particles = vscode.window.createTextEditorDecorationType({ textDecoration: 'underline dotted' });
  readonly #leftOut = vscode.window.createTextEditorDecorationType({
    color: new vscode.ThemeColor('disabledForeground'),
    textDecoration: 'line-through',
  });
  readonly #subscriptions: vscode.Disposable[];

  constructor(model: WorkspaceModel) {
    this.#model = model;
    this.#subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.window.onDidChangeVisibleTextEditors((editors) => editors.forEach((editor) => this.#decorate(editor))),
      vscode.workspace.onDidChangeTextDocument(({ document }) =>
        vscode.window.visibleTextEditors
          .filter((editor) => editor.document === document)
          .forEach((editor) => this.#decorate(editor)),
      ),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#shown.delete(uri.toString())),
    ];
  }

  /**
   * Shows the document of the active editor, with what is not saved yet. Throws one sentence where
   * there is none.
   */
  async show(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (!document || document.uri.scheme === SCHEME) {
      throw new Error(vscode.l10n.t('Open a text file in an editor to see its tokens.'));
    }
    const settings = vscode.workspace.getConfiguration(undefined, document);
    const options = textOptions(givenIn(document));
    const path = document.uri.scheme === 'file' ? document.uri.fsPath : document.uri.path;
    const encoding = settings.get<string>('files.encoding');
    const content = { ...(await contentOf(document)), ...(encoding !== undefined && { encoding }) };
    const tokens = await this.#model.engine().tokensOf(path, options, content);
    const name = document.uri.path.slice(document.uri.path.lastIndexOf('/') + 1);
    // the document's own address makes the one of the view, so that a second look replaces the
    // first
    const uri = vscode.Uri.from({
      scheme: SCHEME,
      path: `/${vscode.l10n.t('Tokens of {0}', name)}`,
      query: document.uri.toString(),
    });
    const shown = { ...tokens, encoding: tokens.encoding ?? document.encoding };
    const head = `${tokenSummary(shown, vscode.env.language).join('\n')}\n\n`;
    this.#shown.set(uri.toString(), { head, tokens });
    this.#changed.fire(uri);
    const view = await vscode.workspace.openTextDocument(uri);
    this.#decorate(await vscode.window.showTextDocument(view, { preview: true }));
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const shown = this.#shown.get(uri.toString());
    if (!shown) return vscode.l10n.t('Run “Lexiscope: Show How This File Is Read” again to see its tokens.');
    return shown.head + shown.tokens.text;
  }

  #decorate(editor: vscode.TextEditor): void {
    const { document } = editor;
    const shown = document.uri.scheme === SCHEME ? this.#shown.get(document.uri.toString()) : undefined;
    if (!shown) return;
    const { head, tokens } = shown;
    // VS Code shows one kind of line end in a document, the text may have several: places are found
    // line by line
    const place = placesIn(document, head + tokens.text);
    const range = (start: number, end: number): vscode.Range =>
      new vscode.Range(place(head.length + start), place(head.length + end));
    const tinted: vscode.Range[][] = [[], []];
    const particles: vscode.Range[] = [];
    for (let at = 0; at < tokens.tokens.length; at += 3) {
      const [start, end, kind] = tokens.tokens.subarray(at, at + 3);
      tinted[(at / 3) % 2]!.push(range(start!, end!));
      if (kind === 2) particles.push(tinted[(at / 3) % 2]!.at(-1)!);
    }
    this.#tints.forEach((type, index) => editor.setDecorations(type, tinted[index]!));
    editor.setDecorations(this.#particles, particles);
    editor.setDecorations(
      this.#leftOut,
      tokens.leftOut.map(({ start, end, reason }: { start: number; end: number; reason: LeftOutReason }) => ({
        range: range(start, end),
        hoverMessage: vscode.l10n.t('Left out: {0}', leftOutText(reason)),
      })),
    );
  }

  dispose(): void {
    vscode.Disposable.from(
      ...this.#subscriptions,
      ...this.#tints,
      this.#particles,
      this.#leftOut,
      this.#changed,
    ).dispose();
  }
}

/**
 * What a training would read: what is not saved yet, else what lies there, which VS Code may have
 * decoded otherwise.
 */
async function contentOf(document: vscode.TextDocument): Promise<Pick<FileContent, 'text' | 'bytes'>> {
  const { uri } = document;
  if (!document.isDirty && uri.scheme === 'file') return {};
  if (document.isDirty || !vscode.workspace.getWorkspaceFolder(uri)) return { text: document.getText() };
  return { bytes: await vscode.workspace.fs.readFile(uri) };
}

/**
 * From places in `text` to positions in the document that shows it; asked for in ascending order
 * within a call or not.
 */
function placesIn(document: vscode.TextDocument, text: string): (place: number) => vscode.Position {
  const starts = [0];
  for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + end.length);
  return (place) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= place) low = middle;
      else high = middle - 1;
    }
    return new vscode.Position(Math.min(low, document.lineCount - 1), place - starts[low]!);
  };
}
