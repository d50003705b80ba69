// The engine and its threads speak the display language of VS Code: the built engine, forked as the
// extension forks it. Needs dist/.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EngineProcess } from '../../src/host/engine-process.ts';
import { trainRequest } from '../../src/settings/request.ts';

const CATALOGUE = new URL('../../l10n/bundle.l10n.ko.json', import.meta.url);

suite('the engine in Korean', () => {
  let folder: string;
  let engine: EngineProcess;
  let korean: Record<string, string>;
  const log: string[] = [];
  before(async () => {
    korean = JSON.parse(await readFile(CATALOGUE, 'utf8')) as Record<string, string>;
    folder = await mkdtemp(join(tmpdir(), 'display-language-'));
    await mkdir(join(folder, 'text'));
    await writeFile(join(folder, 'text', 'few.txt'), 'a few words\n');
    await writeFile(join(folder, 'text', 'empty.txt'), '');
    engine = new EngineProcess({
      entry: fileURLToPath(new URL('../../dist/engine.mjs', import.meta.url)),
      directory: join(folder, 'model'),
      l10nPath: fileURLToPath(CATALOGUE),
      log: (_, message) => log.push(message),
      progress: () => undefined,
    });
    await engine.opened();
  });
  after(async () => {
    engine.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  test('its process says in Korean what is wrong with a file', async () => {
    const path = join(folder, 'empty.vec');
    await writeFile(path, '');
    await assert.rejects(engine.engine.importVectors(path, { most: 0, seed: 1 }), {
      message: `“empty.vec” 파일을 가져오지 않았습니다: ${korean['it is empty.']}`,
    });
  });

  test('its threads say in Korean what they skip, and why there is nothing to learn', async () => {
    const request = trainRequest([{ path: join(folder, 'text'), exclude: [] }], () => undefined);
    await assert.rejects(
      engine.engine.train(request),
      /^Error: 학습하려면 단어가 약 \d+개 필요하지만 .*3개만 찾았습니다/,
    );
    assert.ok(
      log.some((line) => line.endsWith(`empty.txt: 건너뜀(${korean['no words in it']})`)),
      log.join('\n'),
    );
  });
});
