// The sentences that are translated: the first argument of every `l10n.t` in the sources, which is
// its key in the catalogues.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from './install.mjs';

/**
 * The English catalogue: each sentence by itself, in alphabetical order. Throws where a sentence is
 * put together.
 */
export async function translatedTexts() {
  const names = await Promise.all(
    ['src', 'media'].map(async (folder) =>
      (await readdir(join(root, folder), { recursive: true })).map((name) => join(folder, name)),
    ),
  );
  const files = names.flat().filter((name) => /(?<!\.d)\.ts$/.test(name) && !/[\\/]kernels[\\/]/.test(name));
  const texts = await Promise.all(files.map(async (file) => textsIn(file, await readFile(join(root, file), 'utf8'))));
  return Object.fromEntries([...new Set(texts.flat())].sort().map((text) => [text, text]));
}

/**
 * The sentences of one file.
 * @param {string} file
 * @param {string} source
 */
export function textsIn(file, source) {
  const parsed = ts.createSourceFile(file, source, ts.ScriptTarget.Latest);
  /** @type {string[]} */
  const texts = [];
  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isCallExpression(node) && /(^|\.)l10n\.t$/.test(node.expression.getText(parsed))) {
      const [text] = node.arguments;
      if (!text || !ts.isStringLiteralLike(text)) {
        const { line } = parsed.getLineAndCharacterOfPosition(node.getStart(parsed));
        throw new Error(`${file}:${line + 1}: the text of l10n.t must be one literal, or the catalogue lacks it`);
      }
      texts.push(text.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return texts;
}
