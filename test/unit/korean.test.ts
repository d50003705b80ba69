// Lexiscope in Korean: every text is there, says as much as the English one, and reads well
// whatever is inserted.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';

const ROOT = new URL('../../', import.meta.url);

type Catalogue = Record<string, string>;

/** Texts that are the same in both languages: names and frames. */
const SAME = new Set([
  '0',
  'Lexiscope',
  'Lexiscope {0}',
  'safetensors',
  '{0} {1}',
  '{0} to {1}',
  '{0} to {1} ({2})',
  'Escape',
]);

async function catalogue(name: string): Promise<Catalogue> {
  return JSON.parse(await readFile(new URL(name, ROOT), 'utf8')) as Catalogue;
}

function placeholders(text: string): string[] {
  return [...new Set(text.match(/\{\d+\}/g))].sort();
}

/** Ids of settings, commands of links and values in code: what no language changes. */
function untranslated(text: string): string[] {
  const ids = text.match(/\$\([\w-]+\)|#[\w.]+#|\bcommand:[\w.]+|`[^`]+`|\blexiscope\.[\w.]*\w|“[\w.]*[\w:]”/g) ?? [];
  return ids.sort();
}

/** A particle whose form depends on the last sound of what is inserted before it. */
const DEPENDENT =
  /\{\d+\}[”’]?(?:은|는|이|가|을|를|과|와|으로|로|이나|나|이라는|라는|이라고|라고)(?:[의도만는])?(?![가-힣])/;

function checkTexts(english: Catalogue, korean: Catalogue): void {
  const wrong = Object.entries(korean).flatMap(([key, text]) => {
    const from = english[key] ?? '';
    const problems = [
      !text.trim() && 'is empty',
      !SAME.has(from) && !/[가-힣]/.test(text) && 'is not Korean',
      String(placeholders(text)) !== String(placeholders(from)) && 'has other placeholders',
      from.endsWith('.') !== text.endsWith('.') && 'ends otherwise',
      String(untranslated(text)) !== String(untranslated(from)) && 'has other names of settings or values',
      DEPENDENT.test(text) && 'has a particle that depends on what is inserted',
      /[가-힣]요[.!]?$/.test(text) && 'is not in the formal style',
    ];
    return problems.filter((problem) => problem !== false).map((problem) => `${key}: “${text}” ${problem}`);
  });
  assert.deepEqual(wrong, []);
}

describe('Korean', () => {
  let sentences: Catalogue;
  let texts: Catalogue;
  before(async () => {
    [sentences, texts] = await Promise.all([catalogue('l10n/bundle.l10n.ko.json'), catalogue('package.nls.ko.json')]);
  });

  test('has every sentence of the sources, in their order, and no other', async () => {
    const english = await catalogue('l10n/bundle.l10n.json');
    assert.deepEqual(Object.keys(sentences), Object.keys(english));
    checkTexts(english, sentences);
  });

  test('has every text of the manifest, in their order, and no other', async () => {
    const english = await catalogue('package.nls.json');
    assert.deepEqual(Object.keys(texts), Object.keys(english));
    checkTexts(english, texts);
  });

  test('names commands by the titles that the palette shows', async () => {
    const titles = Object.entries(texts).flatMap(([key, text]) => (key.startsWith('command.') ? [text] : []));
    const readme = await readFile(new URL('README.ko.md', ROOT), 'utf8');
    const quoted = [
      ...Object.values(sentences).flatMap((text) => [...text.matchAll(/“Lexiscope: ([^”]+)”/g)]),
      ...readme.matchAll(/\*\*Lexiscope: ([^*]+)\*\*/g),
      ...readme.matchAll(/\*\*([^*]+…)\*\*/g),
    ].map(([, title]) => title!);
    assert.ok(quoted.length > 5);
    assert.deepEqual(
      quoted.filter((title) => !titles.includes(title)),
      [],
    );
  });

  test('has a README with the pictures and links of the English one', async () => {
    const [english, korean] = await Promise.all(
      ['README.md', 'README.ko.md'].map(async (name) => {
        const text = await readFile(new URL(name, ROOT), 'utf8');
        return [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target!);
      }),
    );
    assert.deepEqual(
      english!.filter((target) => !korean!.includes(target)),
      ['README.ko.md'],
    );
  });
});

test('a particle after an insertion is found in all its forms, and one that never changes is not', () => {
  for (const text of ['“{0}”을 찾습니다', '{0}은 단어입니다', '{0}로 저장', '{1}과의 거리', '{0}이라는 이름', '{0}나'])
    assert.match(text, DEPENDENT, text);
  for (const text of ['{0}의 토큰', '{0}에서 {1}까지', '{0}이상', '“{0}” 파일을', '{0}보다', '{0}가량', '{0}만'])
    assert.doesNotMatch(text, DEPENDENT, text);
});
