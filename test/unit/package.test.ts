// What is shipped: the manifest against the files it names, and the package's contents. Needs
// dist/, as `npm test` builds it.

import { listFiles, PackageManager } from '@vscode/vsce';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import manifest from '../../package.json' with { type: 'json' };
import { archiveEntries, belongsInPackage, extensionPage } from '../../scripts/package.mjs';
import { KERNELS } from '../../src/kernel-interfaces/names.ts';

const root = new URL('../../', import.meta.url);

describe('the manifest', () => {
  test('names files that are there', () => {
    const named = [manifest.main, manifest.icon, manifest.bin.lexiscope];
    for (const path of named) assert.ok(existsSync(new URL(path, root)), path);
  });

  test('has scripts whose files are there', () => {
    for (const command of Object.values(manifest.scripts))
      for (const [path] of command.matchAll(/scripts\/\S+/g)) assert.ok(existsSync(new URL(path, root)), path);
  });

  test('asks for no dependency at run time: the bundles hold them', () => {
    assert.ok(!('dependencies' in manifest));
  });
});

test('TensorFlow is named as something that users may add, and nobody who installs the project gets it', async () => {
  const name = '@tensorflow/tfjs-node';
  assert.ok(name in manifest.peerDependencies);
  assert.deepEqual(manifest.peerDependenciesMeta[name], { optional: true });
  const { packages } = JSON.parse(await readFile(new URL('package-lock.json', root), 'utf8')) as { packages: object };
  assert.deepEqual(
    Object.keys(packages).filter((path) => path.endsWith(name)),
    [],
  );
});

test('nothing in the bundles, what dependencies brought among it, makes a request', async () => {
  const dist = new URL('dist/', root);
  const files = (await readdir(dist, { recursive: true })).filter((path) => /\.(?:[cm]?js)$/.test(path));
  assert.ok(files.length > 5);
  for (const path of files) {
    const text = await readFile(new URL(path.replaceAll('\\', '/'), dist), 'utf8');
    const found = /(?<![.\w$'"`-])(?:fetch|XMLHttpRequest|WebSocket|EventSource|WebTransport)\b(?!['"`:-])/.exec(text);
    assert.equal(found && text.slice(found.index - 40, found.index + 60), null, path);
    assert.doesNotMatch(text, /["'`](?:node:)?(?:https?|http2|net|tls|dgram|undici)["'`]/, path);
  }
});

describe('the package', () => {
  let files: string[];
  before(async () => {
    files = await listFiles({ cwd: fileURLToPath(root), packageManager: PackageManager.None });
  });

  test('holds each file of src/kernels as a module in both variants, and no other module', async () => {
    const kernels = ['language-model', 'similarity', 'text', 'word2vec'];
    assert.deepEqual(
      files.filter((path) => path.startsWith('dist/kernels/')).sort(),
      kernels.flatMap((name) => [`dist/kernels/${name}.relaxed-simd.wasm`, `dist/kernels/${name}.simd.wasm`]),
    );
    const sources = (await readdir(new URL('src/kernels/', root))).filter((name) => /(?<!\.d)\.ts$/.test(name));
    assert.deepEqual(
      sources.sort(),
      kernels.map((name) => `${name}.ts`),
    );
    assert.deepEqual(KERNELS, kernels);
  });

  test('holds the bundles and the webview', async () => {
    const needed = [
      'dist/extension.cjs',
      'dist/engine.mjs',
      'dist/compute-thread.mjs',
      'dist/reading-thread.mjs',
      'dist/notices.txt',
      'dist/media/explorer.js',
      'dist/media/explorer.css',
      ...(await readdir(new URL('media/icons', root))).map((icon) => `media/icons/${icon}`),
      ...(await readdir(new URL('media/walkthrough', root))).map((picture) => `media/walkthrough/${picture}`),
      'package.json',
      'package.nls.json',
      'package.nls.ko.json',
      'l10n/bundle.l10n.ko.json',
      'CHANGELOG.md',
      'LICENSE',
    ];
    assert.deepEqual(
      needed.filter((path) => !files.includes(path)),
      [],
    );
  });

  test('holds nothing else', () => {
    const archived = files.map((path) =>
      path === 'LICENSE' ? 'extension/LICENSE.txt' : `extension/${/^\w+\.md$/.test(path) ? path.toLowerCase() : path}`,
    );
    assert.deepEqual(
      archived.filter((name) => !belongsInPackage(name)),
      [],
    );
  });

  test('would be refused with sources, source maps, dependencies or secrets in it', () => {
    for (const path of [
      'dist/engine.mjs.map',
      'src/extension.ts',
      'node_modules/birpc/package.json',
      '.env',
      'test/a.ts',
      'docs/architecture.md',
      'CONTRIBUTING.md',
      '.vscode/launch.json',
      '.github/workflows/check.yml',
      '.editorconfig',
      'dist/kernels/columns.simd.wasm',
    ])
      assert.ok(!belongsInPackage(`extension/${path}`), path);
  });
});

test("the extension's page has its pictures in it or at an address, and no link that leads nowhere", async () => {
  const readme = await readFile(new URL('README.md', root), 'utf8');
  const page = await extensionPage(readme, {});
  const targets = [...page.matchAll(/\]\(([^)]{1,40})/g)].map(([, target]) => target!);
  assert.deepEqual(
    targets.filter((target) => !/^(https:|#|data:image\/png;base64,iVBORw0)/.test(target)),
    [],
  );
  assert.ok(targets.filter((target) => target.startsWith('data:')).length >= 3);
  assert.equal(
    await extensionPage('![a map](docs/images/explorer.png) and [text](docs/text.md), [b](https://b.example)', {
      repository: 'https://a.example/x',
      baseImagesUrl: 'https://a.example/raw',
    }),
    '![a map](https://a.example/raw/docs/images/explorer.png) and [text](https://a.example/x/blob/HEAD/docs/text.md), [b](https://b.example)',
  );
  assert.equal(await extensionPage('see [text](docs/text.md#secrets)', {}), 'see text');
  const alone = '# A\n\n[한국어](README.ko.md)\n\nsee';
  assert.equal(await extensionPage(alone, {}), '# A\n\nsee');
  assert.match(await extensionPage(alone, { repository: 'https://a.example/x' }), /\(https.*README\.ko\.md\)/);
});

test('the entries of an archive are read from its central directory', () => {
  assert.deepEqual(archiveEntries(archive(['extension/a.txt', 'extension/가.txt'])), [
    'extension/a.txt',
    'extension/가.txt',
  ]);
  assert.deepEqual(archiveEntries(archive([])), []);
});

/** A zip archive whose entries all hold the same text. */
function archive(names: string[]): Buffer {
  const data = deflateRawSync('text');
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const name of names.map((each) => Buffer.from(each))) {
    const local = Buffer.alloc(30);
    local.write('PK\x03\x04', 'latin1');
    local.writeUInt32LE(data.length, 18);
    local.writeUInt16LE(name.length, 26);
    const extra = Buffer.from([1, 0, 0, 0]); // an empty field, to be skipped
    const central = Buffer.alloc(46);
    central.write('PK\x01\x02', 'latin1');
    central.writeUInt16LE(name.length, 28);
    central.writeUInt16LE(extra.length, 30);
    central.writeUInt32LE(offset, 42);
    parts.push(local, name, data);
    directory.push(central, name, extra);
    offset += local.length + name.length + data.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(names.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}
