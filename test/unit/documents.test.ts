// What people read: paragraphs that fit the eye, links that lead somewhere.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { before, describe, suite, test } from 'node:test';

const ROOT = new URL('../../', import.meta.url);
const MOST_WORDS = 90;
/** Where the front page stops being one. */
const MOST_LINES = 100;

/** The documents, by their names in the project. */
async function readDocuments(): Promise<Map<string, string>> {
  const docs = (await readdir(new URL('docs/', ROOT))).filter((name) => name.endsWith('.md'));
  const names = ['README.md', 'README.ko.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'bench/README.md'];
  names.push(...docs.map((name) => `docs/${name}`));
  const texts = names.map(async (name) => [name, await readFile(new URL(name, ROOT), 'utf8')] as const);
  return new Map(await Promise.all(texts));
}

/** The text without blocks of code. */
function withoutCode(text: string): string {
  return text.replaceAll(/^ *```[^]*?^ *```$/gm, '').replaceAll(/\n\n {4}(?! *[-*\d]).*(\n {4}.*)*/g, '\n');
}

/** Paragraphs and items of lists; no headings, tables and code. */
function paragraphsOf(text: string): string[] {
  return withoutCode(text)
    .replaceAll(/^(#+ |\|).*$/gm, '')
    .split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )/)
    .map((block) => block.trim())
    .filter(Boolean);
}

/** Anchors that GitHub gives the headings. */
function anchorsOf(text: string): Set<string> {
  const headings = [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

suite('the documents', () => {
  let documents: Map<string, string>;
  before(async () => {
    documents = await readDocuments();
  });

  test(`have no paragraph of more than ${MOST_WORDS} words`, () => {
    const long = [...documents].flatMap(([name, text]) =>
      paragraphsOf(text)
        .map((paragraph) => ({ name, words: paragraph.split(/\s+/).length, begins: paragraph.slice(0, 60) }))
        .filter(({ words }) => words > MOST_WORDS),
    );
    assert.deepEqual(long, []);
  });

  test('link to files that are there, and to headings that they have', () => {
    for (const [name, text] of documents) {
      for (const [, target] of withoutCode(text).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
        const [path, anchor] = target!.split('#') as [string, string?];
        const file = new URL(path || name.split('/').at(-1)!, new URL(name, ROOT));
        assert.ok(existsSync(file), `${name} links to ${target}`);
        if (anchor === undefined) continue;
        const there = documents.get(file.href.slice(ROOT.href.length));
        assert.ok(there !== undefined && anchorsOf(there).has(anchor), `${name} links to ${target}`);
      }
    }
  });

  test('name no file of ours that is not there', async () => {
    const folders = ['src', 'media', 'test', 'bench', 'scripts'];
    const files = (await Promise.all(folders.map((folder) => readdir(new URL(folder, ROOT), { recursive: true }))))
      .flatMap((names, index) => names.map((name) => `/${folders[index]}/${name.replaceAll('\\', '/')}`))
      .concat('/eslint.config.js');
    for (const name of ['docs/architecture.md', 'CONTRIBUTING.md', 'SECURITY.md', 'bench/README.md']) {
      for (const [, span] of documents.get(name)!.matchAll(/`([\w./-]+\.(?:ts|mjs|js|py))`/g)) {
        assert.ok(
          files.some((file) => file.endsWith(`/${span}`)),
          `${name} names ${span}`,
        );
      }
    }
  });

  test(`begin with a README of at most ${MOST_LINES} lines, without tables`, () => {
    const readme = documents.get('README.md')!;
    assert.ok(readme.split('\n').length <= MOST_LINES);
    assert.doesNotMatch(readme, /^\|/m);
  });

  test('have the tables of measurements in docs and bench only', () => {
    assert.doesNotMatch(documents.get('CHANGELOG.md')!, /^\|/m);
  });
});

describe('a paragraph', () => {
  test('ends at an empty line, an item of a list, a heading and a table', () => {
    const text =
      '# A\none\ntwo\n\n- three\n  four\n- five\n\n| a |\n| - |\n\n```\ncode\n```\n\n    code\n\n1. six\n\n## B\nseven';
    assert.deepEqual(paragraphsOf(text), ['one\ntwo', '- three\n  four', '- five', '1. six', 'seven']);
  });
});
