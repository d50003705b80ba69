// Drives a real VS Code window (a workbench in headless Chromium) the way a user does: keys, mouse,
// and what the screen shows. Every wait has a limit; what is not there in time is an error that
// says what was looked for.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, chromium, type Frame, type Locator, type Page } from 'playwright-core';
import { chromiumFlags, findChromium } from '../../scripts/chromium.mjs';

/** Milliseconds. */
const SOON = 15_000;

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await findChromium(), headless: true, args: chromiumFlags });
}

export class Workbench {
  readonly page: Page;
  /**
   * What our own scripts (webviews, and the extension as far as VS Code names it) wrote to the
   * console as an error, or threw.
   */
  readonly errors: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      const ofVSCode = /\/static\/(node_modules|out\/vs\/code)\//.test(message.location().url);
      if (message.type() !== 'error' || (ofVSCode && !message.text().includes('lexiscope.lexiscope'))) return;
      this.errors.push(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.errors.push(error.stack ?? error.message));
  }

  /**
   * Opens a window at `address` in a fresh browser profile, whose display language may be another
   * than English: that of extensions, as the server has no language pack for VS Code itself. The
   * caller closes it.
   */
  static async open(browser: Browser, address: string, displayLanguage?: string): Promise<Workbench> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    if (displayLanguage)
      await context.addInitScript(
        (language) => Object.assign(globalThis, { _VSCODE_NLS_LANGUAGE: language }),
        displayLanguage,
      );
    const workbench = new Workbench(await context.newPage());
    await workbench.page.goto(address, { timeout: 60_000 });
    await workbench.#shown();
    return workbench;
  }

  /**
   * Opens a window of a workspace file. VS Code now and then shows one without its folders, also in
   * its own explorer; it is loaded again then.
   */
  static async openWorkspace(browser: Browser, address: string): Promise<Workbench> {
    const workbench = await Workbench.open(browser, address);
    const folders = workbench.page.locator('.explorer-folders-view .monaco-list-row').first();
    await retry('a window with the folders of its workspace', 2 * SOON, async () => {
      try {
        await folders.waitFor({ timeout: 10_000 });
      } catch (error) {
        await workbench.page.reload({ timeout: 60_000 });
        await workbench.#shown();
        throw error;
      }
    });
    return workbench;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** Reloads the window by VS Code's own command, which first saves what is open. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load', { timeout: 60_000 });
    await this.command('Developer: Reload Window');
    await loaded;
    await this.#shown();
  }

  async #shown(): Promise<void> {
    await this.page.locator('.monaco-workbench .statusbar').waitFor({ timeout: 60_000 });
  }

  /**
   * Saves what the window shows as NAME.png in the folder $LEXISCOPE_SCREENSHOTS, where that is
   * set.
   */
  async screenshot(name: string): Promise<void> {
    const folder = process.env['LEXISCOPE_SCREENSHOTS'];
    if (!folder) return;
    await mkdir(folder, { recursive: true });
    await sleep(300); // what fades in has done so
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  async press(keys: string): Promise<void> {
    await this.page.keyboard.press(keys);
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text, { delay: 20 });
  }

  // ---- quick input: command palette, quick open, quick picks, input boxes

  /** The quick input's box, once it is open. */
  async quickInput(timeout = SOON): Promise<Locator> {
    const input = this.page.locator('.quick-input-widget input.input').first();
    await input.waitFor({ timeout });
    return input;
  }

  /**
   * The row of the open quick input that matches, “label, description”, as soon as there is one.
   */
  async quickRow(expected: RegExp): Promise<string> {
    const rows = this.page.locator('.quick-input-widget .monaco-list-row');
    return retry(`a row with ${String(expected)}`, SOON, async () => {
      const texts = await rowTexts(rows);
      const row = texts.find((text) => expected.test(text));
      if (row === undefined) throw new Error(`The rows are: ${texts.join('; ')}`);
      return row;
    });
  }

  /** The message below the quick input's box, empty where there is none. */
  async quickMessage(): Promise<string> {
    const message = this.page.locator('.quick-input-widget .quick-input-message');
    return (await message.isVisible()) ? (await message.innerText()).trim() : '';
  }

  /**
   * Runs a command by its full title from the palette; waits for an extension that still starts to
   * contribute it.
   */
  async command(title: string): Promise<void> {
    const row = this.page.locator('.quick-input-widget .monaco-list-row.focused', { hasText: title });
    await retry(`the command “${title}”`, 2 * SOON, async () => {
      await this.page.keyboard.press('F1');
      const input = await this.quickInput(3000); // a window that still starts does not hear the key
      await input.fill(`>${title}`, { timeout: 3000 }); // what takes the focus closes it
      await row.waitFor({ timeout: 3000 }).catch(async (error: unknown) => {
        // The palette lists what was there when it opened. A webview that takes the focus closes
        // it, and would hear the key.
        if (await input.isVisible()) await this.page.keyboard.press('Escape');
        throw error;
      });
    });
    await this.page.keyboard.press('Enter');
    await row.waitFor({ state: 'hidden', timeout: SOON });
  }

  /** Titles of the commands that the palette offers for `text`. */
  async offered(text: string): Promise<string[]> {
    const rows = this.page.locator('.quick-input-widget .monaco-list-row');
    return retry(`commands for “${text}”`, 2 * SOON, async () => {
      await this.page.keyboard.press('F1');
      const input = await this.quickInput(3000);
      await input.fill(`>${text}`, { timeout: 3000 });
      try {
        await rows.filter({ hasText: text }).first().waitFor({ timeout: 3000 });
        return await rows.locator('.label-name').allInnerTexts();
      } finally {
        await this.page.keyboard.press('Escape'); // the palette lists what was there when it opened
      }
    });
  }

  /** Opens a file of the folder by its name. */
  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press('Control+P');
    await (await this.quickInput()).fill(name);
    const row = this.page.locator('.quick-input-widget .monaco-list-row.focused', { hasText: name });
    await row.waitFor({ timeout: SOON });
    await this.page.keyboard.press('Enter');
    await this.page.locator('.tab.active', { hasText: name }).waitFor({ timeout: SOON });
    await this.editor().locator('.view-line').first().waitFor({ timeout: SOON });
  }

  /**
   * Opens a file by a click in the explorer's tree, which lists also what quick open does not
   * search; folders on the way are opened.
   */
  async openInTree(...path: string[]): Promise<void> {
    const name = path.at(-1)!;
    const rowOf = (text: string): Locator =>
      this.page.locator('.explorer-folders-view .monaco-list-row', { hasText: text }).first();
    for (const folder of path.slice(0, -1)) {
      const row = rowOf(folder);
      await row.waitFor({ timeout: SOON });
      if ((await row.getAttribute('aria-expanded')) !== 'true') await row.click();
    }
    await rowOf(name).click({ timeout: SOON });
    await this.page.locator('.tab.active', { hasText: name }).waitFor({ timeout: SOON });
    await this.editor().locator('.view-line').first().waitFor({ timeout: SOON });
  }

  // ---- editor

  editor(): Locator {
    return this.page.locator('.editor-group-container.active .editor-instance .monaco-editor').first();
  }

  /** Waits until the active editor shows such a text. */
  async editorText(expected: RegExp): Promise<void> {
    await retry(`an editor with ${String(expected)}`, SOON, async () => {
      const text = (await this.editor().locator('.view-lines').innerText()).replaceAll('\u00a0', ' ');
      if (!expected.test(text)) throw new Error(`It shows: ${text.slice(0, 300)}`);
    });
  }

  /**
   * The lines of the active editor, all of which must be in view, in one row of the screen each.
   */
  async lines(): Promise<string[]> {
    const lines = await this.editor()
      .locator('.view-line')
      .evaluateAll((elements) =>
        elements
          .map((line) => ({ top: (line as HTMLElement).offsetTop, text: line.textContent }))
          .sort((a, b) => a.top - b.top)
          .map(({ text }) => text),
      );
    return lines.map((line) => line.replaceAll('\u00a0', ' ').replaceAll('\u200b', ''));
  }

  /** Puts the cursor at a place in the active editor; both count from 1. */
  async goTo(line: number, column: number): Promise<void> {
    await this.page.keyboard.press('Control+G');
    const input = await this.quickInput();
    await input.fill(`:${line}:${column}`);
    await this.page.keyboard.press('Enter');
    await input.waitFor({ state: 'hidden', timeout: SOON });
  }

  /**
   * Points at the first place where the active editor draws `word`, and gives the hover's contents
   * once `expected` is among them.
   */
  async hover(word: string, expected: RegExp): Promise<Locator> {
    const contents = this.page
      .locator('.monaco-hover:not(.hidden) .monaco-hover-content', { hasText: expected })
      .first();
    await retry(`a hover with ${String(expected)} over “${word}”`, SOON, async () => {
      await this.#pointAt(word);
      await contents.waitFor({ timeout: 3000 });
    });
    return contents;
  }

  /** Points at `word` and checks that for `duration` milliseconds no hover matches `unexpected`. */
  async noHover(word: string, unexpected: RegExp, duration = 2000): Promise<void> {
    await this.#pointAt(word);
    await sleep(duration);
    const shown = await this.page
      .locator('.monaco-hover:not(.hidden) .monaco-hover-content', { hasText: unexpected })
      .count();
    if (shown) throw new Error(`There is a hover with ${String(unexpected)} over "${word}".`);
  }

  /** Moves the mouse out of the editor, until no hover covers it, and then onto the word. */
  async #pointAt(word: string): Promise<void> {
    await this.page.mouse.move(640, 12); // the title bar
    // the workbench's own tooltips, which cover no word that is pointed at, may stay
    const hovers = this.page.locator('.monaco-hover:not(.hidden):not(.workbench-hover)');
    await hovers.first().waitFor({ state: 'hidden', timeout: SOON });
    const { x, y } = await this.#placeOf(word);
    await this.page.mouse.move(x, y, { steps: 3 });
  }

  /**
   * The middle of an occurrence of the whole word in the active editor that nothing else covers, in
   * pixels of the page.
   */
  async #placeOf(word: string): Promise<{ x: number; y: number }> {
    await this.editor().locator('.view-line', { hasText: word }).first().waitFor({ timeout: SOON });
    const place = await this.editor().evaluate((editor, text) => {
      const walker = document.createTreeWalker(editor, NodeFilter.SHOW_TEXT);
      const whole = new RegExp(`(?<!\\p{L})${text}(?!\\p{L})`, 'gu');
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        for (const { index } of (node.nodeValue ?? '').matchAll(whole)) {
          const range = document.createRange();
          range.setStart(node, index);
          range.setEnd(node, index + text.length);
          const box = range.getBoundingClientRect();
          const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
          const line = node.parentElement?.closest('.view-line');
          if (line?.contains(document.elementFromPoint(x, y))) return { x, y };
        }
      }
      return null;
    }, word);
    if (!place) throw new Error(`“${word}” is not to be seen in the editor.`);
    return place;
  }

  /** Asks for suggestions at the cursor until a row matches, and gives all rows that are drawn. */
  async suggestions(expected: RegExp): Promise<string[]> {
    const widget = this.page.locator('.suggest-widget.visible');
    return retry(`a suggestion with ${String(expected)}`, SOON, async () => {
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('Control+Space');
      await widget.locator('.monaco-list-row', { hasText: expected }).first().waitFor({ timeout: 3000 });
      return rowTexts(widget.locator('.monaco-list-row'));
    });
  }

  /** The rows of the list of suggestions that is open, once one matches. */
  async openSuggestions(expected: RegExp): Promise<string[]> {
    const rows = this.page.locator('.suggest-widget.visible .monaco-list-row');
    return retry(`an open list with ${String(expected)}`, SOON, async () => {
      const texts = await rowTexts(rows);
      if (!texts.some((text) => expected.test(text))) throw new Error(`The rows are: ${texts.join('; ')}`);
      return texts;
    });
  }

  /** Waits, and checks that no list of suggestions is open then. */
  async noSuggestions(): Promise<void> {
    await sleep(1500);
    const texts = await rowTexts(this.page.locator('.suggest-widget.visible .monaco-list-row'));
    if (texts.length) throw new Error(`There is a list: ${texts.join('; ')}`);
  }

  // ---- status bar, notifications, dialogs

  /** The status bar entry that matches, as soon as there is one. */
  async statusBar(expected: RegExp, timeout = SOON): Promise<Locator> {
    const entry = this.page.locator('.statusbar-item', { hasText: expected }).first();
    await entry.waitFor({ timeout });
    return entry;
  }

  /**
   * The texts of the status bar entry that matches, each once, in the order in which they are shown
   * until `end` resolves. Throws what `end` throws.
   */
  async statusTexts(expected: RegExp, end: Promise<unknown>): Promise<string[]> {
    const seen = new Set<string>();
    const ended = end.then(() => true);
    while (!(await Promise.race([ended, sleep(30, false)]))) {
      for (const text of await this.page.locator('.statusbar-item', { hasText: expected }).allInnerTexts())
        seen.add(text.trim());
    }
    return [...seen];
  }

  /** The text of the notification that matches, as soon as there is one. */
  async notification(expected: RegExp, timeout = SOON): Promise<string> {
    const message = this.page.locator('.notification-list-item-message', { hasText: expected }).first();
    await message.waitFor({ timeout });
    return (await message.innerText()).trim();
  }

  /** Presses a button of the notification that is there. */
  async answerNotification(button: string): Promise<void> {
    const buttons = this.page.locator('.notification-list-item .monaco-button', { hasText: button });
    await buttons.first().click({ timeout: SOON });
  }

  async clearNotifications(): Promise<void> {
    await this.command('Notifications: Clear All Notifications');
  }

  /** Presses a button of the modal dialog, once it is there. */
  async answerDialog(button: string): Promise<void> {
    await this.page.locator('.monaco-dialog-box .monaco-button', { hasText: button }).first().click({ timeout: SOON });
  }

  /**
   * Milliseconds that the activation of an extension took, loading its code included, as VS Code
   * shows them.
   */
  async activationTime(extension: string): Promise<number> {
    // rows out of sight are not drawn
    await this.page.setViewportSize({ width: 1280, height: 4000 });
    await this.command('Developer: Show Running Extensions');
    const row = this.page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: extension });
    const text = await row.first().innerText({ timeout: SOON });
    return Number(/Activation: (\d+)ms/.exec(text)?.[1]);
  }

  // ---- webviews

  /** The document of the webview that holds `selector`: an iframe within an iframe. */
  async webview(selector: string): Promise<Frame> {
    return retry(`a webview with ${selector}`, 2 * SOON, async () => {
      for (const frame of this.page.frames()) {
        if (frame.name() !== 'active-frame' && !frame.url().includes('fake.html')) continue;
        if (
          (await frame
            .locator(selector)
            .count()
            .catch(() => 0)) > 0
        )
          return frame;
      }
      throw new Error('not yet');
    });
  }
}

/**
 * Repeats `attempt` until it gives something. Throws, with what was waited for and the last error,
 * after `timeout` milliseconds.
 */
export async function retry<T>(what: string, timeout: number, attempt: () => Promise<T>): Promise<T> {
  const end = Date.now() + timeout;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw new Error(`Waited ${timeout / 1000} s for ${what}.`, { cause: error });
    }
    await sleep(100);
  }
}

/** What a screen reader says of each row: its label and its description, with a comma between. */
async function rowTexts(rows: Locator): Promise<string[]> {
  return rows.evaluateAll((elements) => elements.map((row) => row.getAttribute('aria-label') ?? ''));
}
