// The explorer over a toy model, and where the browser tests find what is on its page.

import assert from 'node:assert/strict';
import type { ExplorerHost } from '../../src/protocol/explorer.ts';
import { ExplorerLab, type ExplorerPage, type PageOptions } from './pages.ts';
import { toyModel } from './toy-model.ts';

export const model = toyModel(400, 1);
export const host: ExplorerHost = {
  map: () => Promise.resolve(model.map),
  describe: (word, neighbours) => Promise.resolve(model.describe(word, neighbours)),
  similaritiesOnMap: (word) => Promise.resolve(model.similaritiesOnMap(word)),
  complete: (text) => Promise.resolve(model.complete(text, 8)),
  train: () => Promise.resolve(),
  learning: () => Promise.resolve(null),
  cancel: () => Promise.resolve(),
};

/** Pages of the explorer. The caller closes it. */
export class ExplorerSession {
  readonly lab: ExplorerLab;

  private constructor(lab: ExplorerLab) {
    this.lab = lab;
  }

  static async start(): Promise<ExplorerSession> {
    return new ExplorerSession(await ExplorerLab.start());
  }

  /** A page that shows the model's map. */
  async open(options: Partial<PageOptions> = {}): Promise<ExplorerPage> {
    return (await this.lab.open({ host, reducedMotion: 'reduce', ...options })).ready();
  }

  close(): Promise<void> {
    return this.lab.close();
  }
}

/** Closes a page, on which nothing may have gone wrong. */
export async function closeWithout(explorer: ExplorerPage): Promise<void> {
  assert.deepEqual(explorer.problems, []);
  await explorer.close();
}

export const search = ({ page }: ExplorerPage) => page.getByRole('combobox', { name: 'Search for a word' });
export const options = async ({ page }: ExplorerPage) => page.locator('[role=option] .search-word').allTextContents();
export const text = ({ page }: ExplorerPage) => page.getByRole('textbox', { name: 'Text playground' });
export const bars = async ({ page }: ExplorerPage, list: string) =>
  page.getByRole('list', { name: list }).locator('.bar-word').allTextContents();
export const selected = async (explorer: ExplorerPage, word: string) =>
  explorer.page.getByRole('heading', { level: 2, name: word, exact: true }).waitFor();

/** A promise, and what settles it. */
export function deferred<Value>(): PromiseWithResolvers<Value> {
  return Promise.withResolvers<Value>();
}
