// Folders that are not on the disk: the same tree in memory and on the disk must be read alike.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Engine } from '../../src/engine/engine.ts';
import { connectVirtualFiles } from '../../src/engine/files/virtual-files.ts';
import { loadKernel } from '../../src/engine/kernels.ts';
import type { ReadCorpus } from '../../src/engine/reading/read-corpus.ts';
import { readCorpus } from '../../src/engine/reading/read-in-one-thread.ts';
import { LANGUAGE_MODEL_DEFAULTS } from '../../src/language-model/options.ts';
import { PROJECTION_DEFAULTS } from '../../src/projection/options.ts';
import type { FolderRequest, Progress, UnsavedText, VirtualFiles } from '../../src/protocol/engine.ts';
import { PHRASE_DEFAULTS, TEXT_DEFAULTS } from '../../src/text/options.ts';
import { TextKernel } from '../../src/text/text-kernel.ts';
import { WORD2VEC_DEFAULTS } from '../../src/word2vec/options.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { syntheticText } from '../synthetic-text.ts';

const module = await loadKernel(DISTRIBUTION, 'text');
const ADDRESS = 'memory://host/a%20folder';
const HOUR_AGO = Date.now() - 3_600_000;
const PNG = '\x89PNG\0\0\0';

let root: string;
before(async () => (root = await mkdtemp(join(tmpdir(), 'virtual-files-'))));
after(() => rm(root, { recursive: true, force: true }));

/**
 * A folder in memory; it counts what it is asked. Texts that are null cannot be read. `links`:
 * paths and what they lead to.
 */
class MemoryFolder implements VirtualFiles {
  readonly files: Record<string, string | null>;
  readonly links: Record<string, string>;
  readonly read: string[] = [];
  /** Of readings at the same time. */
  most = 0;
  measure = (text: string) => ({ size: Buffer.byteLength(text), modified: HOUR_AGO });
  #running = 0;

  constructor(files: Record<string, string | null>, links: Record<string, string> = {}) {
    this.files = files;
    this.links = links;
  }

  /** Where a path leads to. */
  #real(path: string): string {
    for (const [link, target] of Object.entries(this.links)) {
      if (path === link || path.startsWith(`${link}/`)) {
        return this.#real(`${target}${path.slice(link.length)}`.replace(/^\//, ''));
      }
    }
    return path;
  }

  listFolder = (folder: string, from: string) => {
    assert.equal(folder, ADDRESS);
    const path = this.#real(from);
    const prefix = path === '' ? '' : `${path}/`;
    const names = new Map<string, 'file' | 'folder' | 'linkedFolder'>();
    for (const link of Object.keys(this.links)) {
      const name = link.slice(prefix.length);
      if (link.startsWith(prefix) && !name.includes('/')) names.set(name, 'linkedFolder');
    }
    for (const file of Object.keys(this.files)) {
      if (!file.startsWith(prefix)) continue;
      const [name, ...rest] = file.slice(prefix.length).split('/');
      names.set(name!, rest.length > 0 ? 'folder' : 'file');
    }
    if (path.endsWith('locked')) return Promise.reject(new Error('no permission'));
    return Promise.resolve([...names].map(([name, kind]) => ({ name, kind })));
  };

  measureFiles = (_: string, paths: string[]) =>
    Promise.resolve(
      paths.map((path) => {
        const real = this.#real(path);
        const text = this.files[real];
        if (text !== undefined) return this.measure(text ?? 'x');
        const isFolder = Object.keys(this.files).some((file) => real === '' || file.startsWith(`${real}/`));
        return isFolder ? { ...this.measure(real), size: 0 } : { problem: 'it is gone' };
      }),
    );

  readFile = async (_: string, path: string) => {
    this.read.push(path);
    this.most = Math.max(this.most, ++this.#running);
    await sleep(1);
    this.#running--;
    const text = this.files[this.#real(path)];
    if (typeof text !== 'string') throw new Error('the connection is lost');
    return Buffer.from(text, text === PNG ? 'latin1' : 'utf8');
  };
}

const reading = { maximumFileSize: 1_000_000 };

async function read(
  folders: FolderRequest[],
  files: VirtualFiles | null = null,
  unsaved: UnsavedText[] = [],
): Promise<ReadCorpus> {
  if (files) connectVirtualFiles(files);
  const hooks = { progress: () => undefined, log: () => undefined, cancelled: () => false };
  return (await readCorpus(new TextKernel(module), folders, reading, hooks, PHRASE_DEFAULTS, null, unsaved))!;
}

const TREE: Record<string, string> = {
  '.gitignore': '*.log\n/build/\n',
  '.git/info/exclude': 'private.txt\n',
  '.git/HEAD': 'ref: refs/heads/main',
  'a.txt': 'the first words',
  'b.log': 'ignored words',
  'build/out.txt': 'ignored words',
  'private.txt': 'ignored words',
  'node_modules/p/index.js': 'installed words',
  ['notes/한국어.txt'.normalize('NFD')]: '한국어 문장입니다',
  'notes/with "quotes" & 100% #1?.md': '# A **title**\n\nsome words',
  'notes/copy.txt': 'the first words',
  'notes/empty.txt': '',
  'notes/.env': 'PASSWORD=swordfish',
  'notes/.gitignore': '!kept.log\n',
  'notes/kept.log': 'words that are kept',
  'excluded/x.txt': 'excluded words',
  'picture.png': PNG,
  'large.txt': 'word '.repeat(250_000),
  'server.pem': 'secret words',
};

suite('a virtual folder', () => {
  test('is read as the same folder on the disk is', async () => {
    const path = join(root, 'tree');
    for (const [file, text] of Object.entries(TREE)) {
      await mkdir(dirname(join(path, file)), { recursive: true });
      await writeFile(join(path, file), text, text === PNG ? 'latin1' : 'utf8');
    }
    const rules = { exclude: ['excluded'], encoding: 'utf8' };
    const onDisk = await read([{ path, ...rules }]);
    const files = new MemoryFolder(TREE);
    const virtual = await read([{ path: ADDRESS, virtual: 'tree', ...rules }], files);
    assert.deepEqual(virtual.paths, onDisk.paths);
    assert.deepEqual(virtual.report, onDisk.report);
    assert.deepEqual(virtual.corpus.words, onDisk.corpus.words);
    assert.ok(virtual.corpus.words.includes('한국어') && virtual.report.skipped.tooLarge === 1);
    // what is left out by its name is not even asked for
    for (const name of ['server.pem', 'notes/.env', 'b.log', 'large.txt']) assert.ok(!files.read.includes(name), name);
  });

  test('has what an editor has not saved in place of a file', async () => {
    const files = new MemoryFolder({ 'notes/a.txt': 'old words', 'b.txt': 'other words' });
    const unsaved = [{ path: `${ADDRESS}/notes/a.txt`, text: 'fresh words' }];
    const { corpus } = await read([{ path: ADDRESS, virtual: 'w', exclude: [] }], files, unsaved);
    assert.deepEqual([...corpus.words].sort(), ['fresh', 'other', 'words']);
    assert.deepEqual(files.read, ['b.txt']);
  });

  test('that stands beside one on the disk comes in its turn', async () => {
    const path = join(root, 'disk');
    await mkdir(path);
    await writeFile(join(path, 'x.txt'), 'words of the disk');
    const files = new MemoryFolder({ 'y.txt': 'words of the air' });
    const virtual = { path: ADDRESS, virtual: 'air', exclude: [] };
    const { paths } = await read([virtual, { path, exclude: [] }, virtual], files);
    assert.deepEqual(paths, ['air/y.txt', 'disk/x.txt']);
  });

  test('loses only the files and the folders that cannot be read', async () => {
    const files = new MemoryFolder({ 'a.txt': null, 'b.txt': 'words', 'locked/c.txt': 'no' });
    const { paths, report } = await read([{ path: ADDRESS, virtual: 'w', exclude: [] }], files);
    assert.deepEqual(paths, ['w/b.txt']);
    assert.deepEqual(report.names.unreadable, ['w/a.txt', 'w/locked/']);
    assert.deepEqual(report.skipped.unreadable, 2);
  });

  test('is read though it says no sizes', async () => {
    const files = new MemoryFolder({ 'a.txt': 'some words', 'b.txt': '' });
    files.measure = () => ({ size: 0, modified: 0 });
    const { paths, report } = await read([{ path: ADDRESS, virtual: 'w', exclude: [] }], files);
    assert.deepEqual(paths, ['w/a.txt']);
    assert.equal(report.skipped.empty, 1);
  });

  test('has linked folders, each place once, last, and no circles', async () => {
    const files = {
      'a/one.txt': 'first words',
      'a/deep/two.txt': 'second words',
      'b/three.txt': 'third words',
      'c/d/four.txt': 'fourth words',
      'node_modules/shared/five.txt': 'fifth words',
      'node_modules/shared/more/six.txt': 'sixth words',
    };
    const links = {
      '0-shared': 'node_modules/shared',
      'again-shared': 'node_modules/shared',
      'a/up': '',
      'a/self': 'a',
      'a/deep/to-b': 'b',
      'b/to-a': 'a',
      'c/d/up': 'c',
      'c/d/e': 'c/d',
      'excluded-link': 'node_modules/shared',
    };
    const expected = [
      'w/a/one.txt',
      'w/a/deep/two.txt',
      'w/b/three.txt',
      'w/c/d/four.txt',
      'w/0-shared/five.txt',
      'w/0-shared/more/six.txt',
    ];
    const timed = new MemoryFolder(files, links);
    const request = { path: ADDRESS, virtual: 'w', exclude: ['excluded*'] };
    assert.deepEqual((await read([request], timed)).paths, expected);
    assert.deepEqual([...timed.read].sort(), [...new Set(timed.read)].sort(), 'no place is read twice');
    assert.equal(timed.read.length, expected.length);
    const included = { ...request, include: ['c/**', 'again-shared'] };
    const chosen = ['w/c/d/four.txt', 'w/again-shared/five.txt', 'w/again-shared/more/six.txt'];
    assert.deepEqual((await read([included], new MemoryFolder(files, links))).paths, chosen);
    // without times and sizes, copies show when they are read
    const timeless = new MemoryFolder(files, links);
    timeless.measure = () => ({ size: 0, modified: 0 });
    assert.deepEqual((await read([request], timeless)).paths, expected);
    assert.ok(timeless.read.length < 200, `${timeless.read.length} readings`);
  });

  test('gives a few files at a time, however many it has', async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`${i}.txt`, `word${i} and others`]));
    const files = new MemoryFolder(many);
    const { report } = await read([{ path: ADDRESS, virtual: 'w', exclude: [] }], files);
    assert.equal(report.files, 300);
    assert.ok(files.most > 4 && files.most <= 16, `${files.most} at a time`);
  });

  test('hides no secrets behind its address', async () => {
    const files = new MemoryFolder({ 'a.txt': 'some words' });
    const { report } = await read([{ path: 'memory:/home/me/.ssh', virtual: '.ssh', exclude: [] }], files);
    assert.deepEqual([report.files, report.names.secret], [0, ['.ssh/']]);
  });
});

const REQUEST = {
  reading,
  text: TEXT_DEFAULTS,
  phrases: PHRASE_DEFAULTS,
  word2vec: { ...WORD2VEC_DEFAULTS, vectorSize: 16, epochs: 1 },
  projection: { ...PROJECTION_DEFAULTS, nEpochs: 10 },
  languageModel: LANGUAGE_MODEL_DEFAULTS,
  parts: { map: false, languageModel: false },
  threads: 2,
  seed: 1,
};

suite('an engine whose client has virtual folders', () => {
  test('trains on them in its threads, and opens only what has changed the next time', async () => {
    const disk = join(root, 'mixed');
    await mkdir(disk);
    await writeFile(join(disk, 'chapter.txt'), syntheticText(1500, 1));
    await symlink(disk, join(disk, 'circle'));
    const files = new MemoryFolder({ 'one.txt': syntheticText(1500, 2), 'two/three.txt': syntheticText(1500, 3) });
    const heard: Progress[] = [];
    const engine = new Engine(DISTRIBUTION, {
      progress: (progress) => void heard.push(progress),
      log: () => undefined,
      listFolder: files.listFolder,
      measureFiles: files.measureFiles,
      readFile: files.readFile,
    });
    await engine.open(join(root, 'model'));
    const train = () =>
      engine.train({
        folders: [
          { path: disk, exclude: [] },
          { path: ADDRESS, virtual: 'air', exclude: [] },
        ],
        ...REQUEST,
        languageModel: {
          ...LANGUAGE_MODEL_DEFAULTS,
          tokens: 'bytePairs',
          hiddenSize: 16,
          embeddingSize: 16,
          epochs: 1,
        },
        parts: { map: true, languageModel: true },
      });
    const outcome = await train();
    assert.ok(outcome.status === 'done');
    assert.equal(outcome.reading.files, 3);
    // byte pairs read the text again
    assert.deepEqual(files.read.sort(), ['one.txt', 'one.txt', 'two/three.txt', 'two/three.txt']);
    assert.ok(heard.some(({ filesFound }) => filesFound !== undefined));
    files.read.length = 0;
    files.files['one.txt'] = syntheticText(1600, 4);
    assert.equal((await train()).status, 'done');
    assert.deepEqual(files.read.sort(), ['one.txt', 'one.txt', 'two/three.txt']);
  });

  test('answers a cancel at once while the client does not, and can train then', async () => {
    const files = new MemoryFolder({ 'one.txt': syntheticText(1500, 2), 'two/three.txt': syntheticText(1500, 3) });
    let hangs: keyof VirtualFiles | null = null;
    let asked = (): void => undefined;
    const ask = <Name extends keyof VirtualFiles>(name: Name): VirtualFiles[Name] =>
      ((...question: [string, string & string[]]) => {
        if (hangs !== name) return files[name](...question);
        asked();
        return new Promise(() => undefined);
      }) as VirtualFiles[Name];
    const engine = new Engine(DISTRIBUTION, {
      progress: () => undefined,
      log: () => undefined,
      listFolder: ask('listFolder'),
      measureFiles: ask('measureFiles'),
      readFile: ask('readFile'),
    });
    await engine.open(join(root, 'hanging'));
    const train = () => engine.train({ ...REQUEST, folders: [{ path: ADDRESS, virtual: 'air', exclude: [] }] });
    for (const name of ['listFolder', 'measureFiles', 'readFile'] as const) {
      hangs = name;
      const isAsked = new Promise<void>((resolve) => (asked = resolve));
      const training = train();
      await isAsked;
      const cancelled = performance.now();
      assert.ok(await engine.cancel());
      assert.equal((await training).status, 'cancelled');
      const waited = performance.now() - cancelled;
      // 0.1 s, were it alone; never, were it waited for
      assert.ok(waited < 5000, `${name}: ${waited} ms`);
    }
    hangs = null;
    const outcome = await train();
    assert.ok(outcome.status === 'done' && outcome.reading.files === 2);
  });
});
