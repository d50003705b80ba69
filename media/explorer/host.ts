// The way to the extension host: calls and events over the webview's messages, and the state VS
// Code keeps for us.

import { createBirpc } from 'birpc';
import type { ExplorerHost, ExplorerState, ExplorerView } from '../../src/protocol/explorer.ts';

/** What VS Code puts into a webview. */
interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: ExplorerState): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

const vscode = acquireVsCodeApi(); // may be called once only

/** The host's functions as they can be called from here. `view`: what the host may call. */
export function connect(view: ExplorerView): ExplorerHost {
  return createBirpc<ExplorerHost, ExplorerView>(view, {
    post: (message) => vscode.postMessage(message),
    on: (receive) =>
      window.addEventListener('message', (event) => {
        if (isCallOrAnswer(event.data, view)) receive(event.data);
      }),
    timeout: -1, // the host answers every call, however long the engine takes
  });
}

/**
 * Other scripts and VS Code's own may post messages here too: only birpc's are taken, and only
 * calls of our functions.
 */
function isCallOrAnswer(message: unknown, view: ExplorerView): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const { t: type, i: id, m: method, a: args } = message as Record<string, unknown>;
  if (type === 's') return typeof id === 'string';
  return type === 'q' && typeof method === 'string' && Object.hasOwn(view, method) && Array.isArray(args);
}

/** An error of the host in one sentence. Errors cross the webview's border as plain objects. */
export function errorMessage(error: unknown): string | undefined {
  if (typeof error === 'string') return error || undefined;
  if (typeof error !== 'object' || error === null) return undefined;
  const { message } = error as { message?: unknown };
  return typeof message === 'string' && message !== '' ? message : undefined;
}

/**
 * The state kept over hide and reload; what is not as expected, such as an older version's, is left
 * out.
 */
export function loadState(): ExplorerState {
  const { selected, view, text, isRareToo } = (vscode.getState() ?? {}) as { [key in keyof ExplorerState]?: unknown };
  const { x, y, scale } = (view ?? {}) as Record<string, unknown>;
  const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
  return {
    selected: typeof selected === 'string' ? selected : null,
    view: isNumber(x) && isNumber(y) && isNumber(scale) && scale > 0 ? { x, y, scale } : null,
    text: typeof text === 'string' ? text : '',
    ...(isRareToo === true && { isRareToo }),
  };
}

export function saveState(state: ExplorerState): void {
  vscode.setState(state);
}
