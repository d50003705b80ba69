// Opens the built explorer in headless Chromium as VS Code would: the same content security policy,
// the theme's variables on <html>, messages that cross as JSON with typed arrays beside it, a state
// that outlives a reload.

import { type BirpcReturn, createBirpc } from 'birpc';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { chromiumFlags, findChromium } from '../../scripts/chromium.mjs';
import type { ExplorerHost, ExplorerSetup, ExplorerState, ExplorerView } from '../../src/protocol/explorer.ts';
import { Pixels } from './pixels.ts';
import { THEMES } from './themes.ts';

const MEDIA = join(import.meta.dirname, '../../dist/media');
const NONCE = 'r4nd0mN0nce';

export type ThemeName = keyof typeof THEMES;

export interface PageOptions extends BrowserContextOptions {
  host: ExplorerHost;
  setup?: ExplorerSetup;
  state?: ExplorerState;
  theme?: ThemeName;
  /** Runs in the page before its own script. */
  before?: () => void;
}

/** Chromium and the server of the page; one for a test file. */
export class ExplorerLab {
  readonly #browser: Browser;
  readonly #server: Server;

  private constructor(browser: Browser, server: Server) {
    this.#browser = browser;
    this.#server = server;
  }

  static async start(): Promise<ExplorerLab> {
    const server = createServer((request, response) => {
      void serve(request.url ?? '/').then(([type, body]) => {
        response.writeHead(body === null ? 404 : 200, { 'content-type': type }).end(body ?? '');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ExplorerLab(
      await chromium.launch({ executablePath: await findChromium(), args: chromiumFlags }),
      server,
    );
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#server.close();
  }

  /** Opens the explorer in a window of its own. */
  async open({ host, setup = {}, state, theme = 'dark', before, ...context }: PageOptions): Promise<ExplorerPage> {
    const browserContext = await this.#browser.newContext({ viewport: { width: 1000, height: 700 }, ...context });
    const page = await browserContext.newPage();
    const explorer = new ExplorerPage(page, host);
    await page.exposeBinding('toHost', (_, message: string) => explorer.receive(message));
    await page.exposeBinding('violation', (_, text: string) => void explorer.problems.push(text));
    if (state) await page.addInitScript((kept) => void (sessionStorage['state'] ??= kept), JSON.stringify(state));
    await page.addInitScript(likeVsCode, THEMES[theme]);
    if (before) await page.addInitScript(before);
    const { port } = this.#server.address() as AddressInfo;
    const query = new URLSearchParams({ theme, setup: JSON.stringify(setup) });
    await page.goto(`http://127.0.0.1:${port}/?${query}`);
    return explorer;
  }
}

/** One open explorer, seen as its user sees it, with its host in this process. */
export class ExplorerPage {
  readonly page: Page;
  /**
   * Everything that should not have happened: errors in the console, exceptions, violations of the
   * policy.
   */
  readonly problems: string[] = [];
  /** Names of the host's functions that have been called, in order. */
  readonly calls: string[] = [];
  /** How often the webview has answered a call. */
  answers = 0;
  /** What the host may call. */
  readonly view: BirpcReturn<ExplorerView, ExplorerHost>;
  #receive: (message: unknown) => void = () => undefined;

  constructor(page: Page, host: ExplorerHost) {
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(message.text());
    });
    page.on('pageerror', (error) => this.problems.push(String(error)));
    page.on('dialog', (dialog) => {
      this.problems.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    this.view = createBirpc<ExplorerView, ExplorerHost>(host, {
      post: (message) => this.post(message),
      on: (receive) => (this.#receive = receive),
      timeout: -1,
    });
  }

  /** Posts any message to the webview, as VS Code would. */
  async post(message: unknown): Promise<void> {
    await this.page.evaluate(deliver, packed(message)).catch((error: unknown) => {
      // an answer to a window that has been closed or reloaded meanwhile is lost, as in VS Code
      if (!this.page.isClosed() && !/context was destroyed/.test(String(error))) throw error;
    });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** The map is shown. */
  async ready(): Promise<this> {
    await this.page.locator('.explorer[data-phase=ready]').waitFor();
    await this.settle();
    return this;
  }

  receive(message: string): void {
    const parsed = JSON.parse(message) as { t: string; m?: string };
    if (parsed.m) this.calls.push(parsed.m);
    else this.answers++;
    this.#receive(parsed);
  }

  /** The state that the webview keeps. */
  async state(): Promise<ExplorerState> {
    const state = await this.page.evaluate(() => {
      // it is kept at once when the page is hidden, else after a pause
      document.dispatchEvent(new Event('visibilitychange'));
      return String(sessionStorage['state'] ?? 'null');
    });
    return JSON.parse(state) as ExplorerState;
  }

  async setTheme(theme: ThemeName): Promise<void> {
    await this.page.evaluate(applyTheme, THEMES[theme]);
    await this.settle();
  }

  /** Waits until the map stands still: so many frames in which nothing is drawn. */
  async settle(): Promise<void> {
    await this.page.evaluate(async () => {
      const drawings = () => (window as unknown as { drawings: number }).drawings;
      const start = performance.now();
      for (let still = 0, last = -1; still < 6;) {
        if (performance.now() - start > 20_000)
          throw new Error('The map is drawn again and again and does not come to rest.');
        await new Promise((resolve) => requestAnimationFrame(resolve));
        still = drawings() === last ? still + 1 : 0;
        last = drawings();
      }
    });
  }

  /** How often something has been drawn on a canvas of the map. */
  drawings(): Promise<number> {
    return this.page.evaluate(() => (window as unknown as { drawings: number }).drawings);
  }

  async pixels(): Promise<Pixels> {
    await this.settle();
    return new Pixels(await this.page.screenshot());
  }

  /**
   * Where a point of the map is on the page, CSS pixels, in the view that the explorer says it has.
   */
  async onPage(place: [x: number, y: number]): Promise<[x: number, y: number]> {
    return (await this.allOnPage([place]))[0]!;
  }

  async allOnPage(places: [x: number, y: number][]): Promise<[x: number, y: number][]> {
    const { view } = await this.state();
    if (!view) throw new Error('The view is not in the state: it shows all.');
    const box = (await this.page.locator('canvas.labels').boundingBox())!;
    return places.map(([x, y]) => [
      box.x + box.width / 2 + (x - view.x) * view.scale,
      box.y + box.height / 2 + (view.y - y) * view.scale,
    ]);
  }
}

/** Waits until an assertion holds, and throws its error where it does not within five seconds. */
export async function eventually(assertion: () => Promise<void> | void): Promise<void> {
  for (const end = Date.now() + 5000; ;) {
    try {
      await assertion();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }
}

/**
 * The fields of a typed array in JSON. VS Code has its own form for them, and brings them over as
 * typed arrays too.
 */
interface Packed {
  $array: string;
  base64: string;
}

function packed(message: unknown): string {
  return JSON.stringify(message, (_, value: unknown) => {
    // VS Code's messages are JSON, in which an Error has no fields: the host must send its message
    // by itself
    if (value instanceof Error) return { message: value.message };
    if (!ArrayBuffer.isView(value)) return value;
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return { $array: value.constructor.name, base64: bytes.toString('base64') } satisfies Packed;
  });
}

/** Runs in the page. */
function deliver(message: string): void {
  const data: unknown = JSON.parse(message, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('$array' in value)) return value;
    const { $array: name, base64 } = value as Packed;
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return name === 'Float64Array' ? new Float64Array(bytes.buffer) : new Float32Array(bytes.buffer);
  });
  window.postMessage(data, window.origin);
}

type Theme = (typeof THEMES)[ThemeName];

/**
 * Runs in the page: what VS Code does before a webview's own script, and a count of what is drawn.
 */
function likeVsCode(theme: Theme): void {
  const page = window as unknown as Record<string, unknown> & {
    toHost(message: string): void;
    violation(text: string): void;
  };
  let acquired = false;
  page['acquireVsCodeApi'] = () => {
    if (acquired) throw new Error('An instance of the VS Code API has already been acquired');
    acquired = true;
    return {
      postMessage: (message: unknown) => page.toHost(JSON.stringify(message)),
      getState: () => JSON.parse(String(sessionStorage['state'] ?? 'null')) as unknown,
      setState: (state: unknown) => (sessionStorage['state'] = JSON.stringify(state)),
    };
  };
  document.addEventListener('securitypolicyviolation', (event) =>
    page.violation(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
  );
  // this runs before the document has its <html>
  new MutationObserver((_, observer) => {
    observer.disconnect();
    const { style } = document.documentElement;
    for (const [name, value] of Object.entries(theme.colours)) style.setProperty(`--vscode-${name}`, value);
    style.setProperty('--vscode-font-family', 'system-ui, "Ubuntu", "Droid Sans", sans-serif');
    style.setProperty('--vscode-font-size', '13px');
  }).observe(document, { childList: true });

  page['drawings'] = 0;
  const counted = (prototype: object, name: string) => {
    const original = Reflect.get(prototype, name) as (...values: unknown[]) => unknown;
    Reflect.set(prototype, name, function (this: unknown, ...values: unknown[]) {
      page['drawings'] = (page['drawings'] as number) + 1;
      return original.apply(this, values);
    });
  };
  counted(WebGL2RenderingContext.prototype, 'clear');
  counted(CanvasRenderingContext2D.prototype, 'clearRect');
}

/** Runs in the page: another theme, in the order in which VS Code changes things. */
function applyTheme(theme: Theme): void {
  document.body.className = theme.classes;
  document.body.dataset['vscodeThemeKind'] = theme.kind;
  const { style } = document.documentElement;
  for (const name of [...style]) if (!name.startsWith('--vscode-font')) style.removeProperty(name);
  for (const [name, value] of Object.entries(theme.colours)) style.setProperty(`--vscode-${name}`, value);
}

async function serve(url: string): Promise<[type: string, body: string | Buffer | null]> {
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
  if (pathname === '/explorer.js') return ['text/javascript', await readFile(join(MEDIA, 'explorer.js'))];
  if (pathname === '/explorer.css') return ['text/css', await readFile(join(MEDIA, 'explorer.css'))];
  if (pathname !== '/') return ['text/plain', null];
  const theme = THEMES[searchParams.get('theme') as ThemeName];
  const setup = (searchParams.get('setup') ?? '{}').replaceAll('<', '\\u003c');
  const policy = `default-src 'none'; script-src 'nonce-${NONCE}'; style-src http://127.0.0.1:*`;
  return [
    'text/html; charset=utf-8',
    `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="explorer.css">
<title>Lexiscope</title>
</head>
<body class="${theme.classes}" data-vscode-theme-kind="${theme.kind}">
<script nonce="${NONCE}" type="application/json" id="setup">${setup}</script>
<script nonce="${NONCE}" src="explorer.js"></script>
</body>
</html>`,
  ];
}
