// The extension that bench/host.ts installs beside Lexiscope: it runs in the same extension host
// and measures there. It trains on the folder as it is, adds the text of $LEXISCOPE_BENCH_TEXT to
// the folder, trains again, and meanwhile asks for hovers and completions. It writes what it found
// to $LEXISCOPE_BENCH_RESULT.

import { cp, rename, writeFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';

/** Figures in milliseconds. */
export interface HostFigures {
  eventLoopP99Ms: number;
  eventLoopMaxMs: number;
  hoverMs: number[];
  completionMs: number[];
  trainingSeconds: number;
}

export type HostResult = HostFigures | { error: string };

/** Between two questions, milliseconds: someone who reads and types. */
const PAUSE = 150;
/** Period of the timer whose lateness is measured, milliseconds. */
const RESOLUTION = 5;

export function activate(): void {
  const { LEXISCOPE_BENCH_TEXT: text, LEXISCOPE_BENCH_RESULT: file } = process.env;
  if (!text || !file) return;
  void measure(text)
    .catch((error: unknown): HostResult => ({ error: error instanceof Error ? (error.stack ?? '') : String(error) }))
    .then(async (result) => {
      await writeFile(`${file}.part`, JSON.stringify(result));
      await rename(`${file}.part`, file);
    });
}

async function measure(text: string): Promise<HostResult> {
  const lexiscope = vscode.extensions.getExtension('lexiscope.lexiscope');
  if (!lexiscope) throw new Error('Lexiscope is not installed.');
  await lexiscope.activate();
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (!folder) throw new Error('No folder is open.');
  await vscode.commands.executeCommand('lexiscope.train');
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder, 'page.md'));
  await vscode.window.showTextDocument(document);
  const positions = wordPositions(document);
  for (let warm = 0; warm < 10; warm++) await ask(document, positions[warm % positions.length]!);

  await cp(text, folder.fsPath, { recursive: true });
  const hoverMs: number[] = [];
  const completionMs: number[] = [];
  let unanswered = 0;
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  const start = performance.now();
  const ended = Promise.resolve(vscode.commands.executeCommand('lexiscope.train')).then(() => true);
  for (let index = 0; !(await Promise.race([ended, sleep(PAUSE, false)])); index++) {
    const answers = await ask(document, positions[index % positions.length]!);
    hoverMs.push(answers.hoverMs);
    completionMs.push(answers.completionMs);
    if (!answers.answered) unanswered++;
  }
  delay.disable();
  if (hoverMs.length < 20) throw new Error('The training ended at once: see its log.');
  if (unanswered > hoverMs.length / 10)
    throw new Error(`${unanswered} of ${hoverMs.length} places had no hover or no completion of Lexiscope.`);
  return {
    eventLoopP99Ms: delay.percentile(99) / 1e6 - RESOLUTION,
    eventLoopMaxMs: delay.max / 1e6 - RESOLUTION,
    hoverMs,
    completionMs,
    trainingSeconds: (performance.now() - start) / 1000,
  };
}

/**
 * One hover and one list of completions, as the editor asks for them. `answered`: both were
 * Lexiscope's.
 */
async function ask(document: vscode.TextDocument, position: vscode.Position) {
  const [hoverMs, hovers] = await timed(() =>
    vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, position),
  );
  const [completionMs, list] = await timed(() =>
    vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      position,
    ),
  );
  const answered = hovers.length > 0 && list.items.some((item) => item.detail === 'Lexiscope');
  return { hoverMs, completionMs, answered };
}

/** The middles of frequent words all over the document, at most 200. */
function wordPositions(document: vscode.TextDocument): vscode.Position[] {
  const words = [...document.getText().matchAll(/\b(?:the|and|for|with|this|that|from|not|you|file|code|use)\b/gi)];
  if (!words.length) throw new Error('The page has no words to point at.');
  const stride = Math.max(1, Math.floor(words.length / 200));
  return words.filter((_, index) => index % stride === 0).map(({ index }) => document.positionAt(index + 2));
}

async function timed<T>(work: () => Thenable<T>): Promise<[milliseconds: number, result: T]> {
  const start = performance.now();
  const result = await work();
  return [performance.now() - start, result];
}
