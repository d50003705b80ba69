import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { PIECE } from '../../src/engine/files/decoded-files.ts';
import { loadKernel } from '../../src/engine/kernels.ts';
import type { WorkHooks } from '../../src/engine/progress.ts';
import { readCorpus } from '../../src/engine/reading/read-in-one-thread.ts';
import {
  type LogLevel,
  type Progress,
  type ReadingOptions,
  SKIP_REASONS,
  type SkipReason,
} from '../../src/protocol/engine.ts';
import { type Corpus, CorpusBuilder } from '../../src/text/corpus.ts';
import { decodeText } from '../../src/text/decode.ts';
import { TextKernel } from '../../src/text/text-kernel.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { ENCODERS } from './legacy-encoders.ts';

const module = await loadKernel(DISTRIBUTION, 'text');

let root: string;
let folders = 0;
before(async () => (root = await mkdtemp(join(tmpdir(), 'read-corpus-'))));
after(() => rm(root, { recursive: true, force: true }));

async function folderWith(files: Record<string, string | Uint8Array>, name = 'w'): Promise<string> {
  const path = join(root, String(++folders), name);
  await mkdir(path, { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), content);
  }
  return path;
}

class Heard implements WorkHooks {
  readonly told: Progress[] = [];
  readonly lines: { level: LogLevel; message: string }[] = [];
  progress = (progress: Progress) => void this.told.push(progress);
  cancelled = () => false;
  log = (level: LogLevel, message: string) => void this.lines.push({ level, message });
}

/** What listens to nothing. */
const hooks = (): WorkHooks => ({ progress: () => undefined, cancelled: () => false, log: () => undefined });

async function read(paths: string | string[], maximumFileSize = 1e6) {
  const heard = new Heard();
  const folders = [paths].flat().map((path) => ({ path, exclude: ['**/*.excluded'] }));
  const result = await readCorpus(new TextKernel(module), folders, { maximumFileSize }, heard);
  assert.ok(result);
  return { ...result, heard };
}

const skips = (some: Partial<Record<SkipReason, number>>) => ({
  ...Object.fromEntries(SKIP_REASONS.map((reason) => [reason, 0])),
  ...some,
});
const spelled = ({ tokens, words }: Corpus) => Array.from(tokens, (id) => (id === -1 ? '|' : words[id])).join(' ');

test('the files of a folder become a corpus in sorted order, each a document with its name', async () => {
  const path = await folderWith({
    'b.txt': 'three two',
    'a/x.md': 'One two. Three',
    'a.txt': 'two',
    'no.excluded': 'x',
  });
  const { corpus, paths, report } = await read(path);
  assert.equal(spelled(corpus), 'two | three two | One two | Three |');
  assert.deepEqual([...corpus.documents], [0, 2, 5]);
  assert.deepEqual(paths, ['w/a.txt', 'w/b.txt', 'w/a/x.md']);
  assert.deepEqual(report, {
    files: 3,
    bytes: 26,
    words: 6,
    languages: { plaintext: { files: 2, names: ['w/a.txt', 'w/b.txt'] }, markdown: { files: 1, names: ['w/a/x.md'] } },
    encodings: { 'utf-8': 3 },
    unknownEncodings: [],
    guessed: 0,
    secrets: { files: 0, found: 0 },
    data: { files: 0, found: 0 },
    skipped: skips({ excluded: 1 }),
    repaired: 0,
    names: { excluded: ['w/no.excluded'] },
    pruned: { words: 0, upTo: 0 },
    phrases: 0,
  });
});

test('many files of many sizes come in the same order every time, whichever was read first', async () => {
  const files: Record<string, string> = {};
  for (let i = 0; i < 300; i++) files[`${i % 7}/f${i}.txt`] = `word${i} `.repeat(i % 40 === 0 ? 30_000 : 1 + (i % 13));
  const path = await folderWith(files);
  const first = await read(path);
  const again = await read(path);
  assert.equal(first.paths.length, 300);
  assert.deepEqual(first.paths, again.paths);
  assert.deepEqual(first.corpus, again.corpus);
  for (const [document, name] of first.paths.entries()) {
    const number = /f(\d+)/.exec(name)![1]!;
    assert.equal(first.corpus.words[first.corpus.tokens[first.corpus.documents[document]!]!], `word${number}`);
  }
});

test('UTF-16 and broken UTF-8 are read, and a repair is counted and named', async () => {
  const path = await folderWith({
    'a.txt': Buffer.from('\ufeff낱말 하나', 'utf16le'),
    'broken.txt': Buffer.concat([Buffer.from('before '), Buffer.of(0xff), Buffer.from(' after')]),
    'nfd.txt': '낱말'.normalize('NFD'),
  });
  const { corpus, report, heard } = await read(path);
  assert.equal(spelled(corpus), '낱말 하나 | before after | 낱말 |');
  assert.equal(report.repaired, 1);
  assert.equal(report.files, 3);
  assert.deepEqual(heard.lines, [{ level: 'warn', message: 'w/broken.txt: broken characters were replaced' }]);
});

test('what is skipped is counted by its reason and named, and the rest is read', async () => {
  const path = await folderWith({
    'binary.dat': Buffer.of(0, 1, 2, 3),
    'big-binary.dat': Buffer.alloc(200_000, 'text\0'),
    'large.txt': 'x '.repeat(600_000),
    'empty.txt': '',
    'blank.txt': ' \n ... \n',
    'good.txt': 'good words',
  });
  await symlink(join(path, 'nowhere'), join(path, 'dangling.txt'));
  const { corpus, report, heard } = await read([path, join(root, 'missing')]);
  assert.equal(spelled(corpus), 'good words |');
  assert.deepEqual(report.skipped, skips({ binary: 2, tooLarge: 1, unreadable: 2, empty: 2 }));
  assert.deepEqual(report.names.unreadable, ['missing', 'w/dangling.txt']);
  assert.equal(report.files, 1);
  const lines = heard.lines.map(({ level, message }) => `${level} ${message}`).join('\n');
  for (const line of [
    ...[
      /^info w\/binary\.dat was skipped: not a text file$/m,
      /^info w\/big-binary\.dat was skipped: not a text file$/m,
    ],
    ...[
      /^info w\/large\.txt was skipped: too large \(1\.2 MB\)$/m,
      /^info w\/empty\.txt was skipped: no words in it$/m,
    ],
    ...[/^info w\/blank\.txt was skipped: no words/m, /^warn w\/dangling\.txt was skipped: cannot be read \(ENOENT/m],
    ...[/^warn missing was skipped: cannot be read \(ENOENT/m],
  ]) {
    assert.match(lines, line);
  }
});

test('a file one byte over the limit is not opened, one at the limit is read', async () => {
  const path = await folderWith({ 'a.txt': 'a'.repeat(10), 'b.txt': 'b'.repeat(11) });
  const { corpus, report } = await read(path, 10);
  assert.deepEqual(corpus.words, ['aaaaaaaaaa']);
  assert.equal(report.skipped.tooLarge, 1);
});

test('code and data have a limit of their own, and whichever left out most is said with its setting', async () => {
  const path = await folderWith({
    'a.txt': 'a '.repeat(750),
    'b.md': 'b '.repeat(750),
    'c.ts': 'c '.repeat(750),
    'd.json': 'd '.repeat(750),
    'e.csv': 'e '.repeat(750),
    'f.log': 'f '.repeat(450),
  });
  const readWith = async (limits: ReadingOptions) =>
    (await readCorpus(new TextKernel(module), [{ path, exclude: [] }], limits, hooks()))!.report;
  const both = await readWith({ maximumFileSize: 2000, maximumCodeSize: 1000 });
  assert.deepEqual(both.names.tooLarge, ['w/c.ts', 'w/d.json', 'w/e.csv']);
  assert.equal(
    both.limitProblem,
    'Most of the text was not read: files over lexiscope.reading.maximumCodeSize (1 kB) were left out, 4.5 kB in all. The largest has 1.5 kB: raise the setting to read it.',
  );
  const ofAll = await readWith({ maximumFileSize: 1000, maximumCodeSize: 5000 });
  assert.equal(ofAll.files, 1);
  assert.match(ofAll.limitProblem!, /lexiscope\.reading\.maximumFileSize \(1 kB\) were left out, 7\.5 kB in all/);
  assert.equal((await readWith({ maximumFileSize: 1000 })).limitProblem, ofAll.limitProblem);
  const less = await readWith({ maximumFileSize: 1500, maximumCodeSize: 1499 });
  assert.deepEqual([less.skipped.tooLarge, less.files], [3, 3]);
  assert.ok(less.limitProblem, '4500 bytes are more than 3900');
  const none = await readWith({ maximumFileSize: 1500 });
  assert.deepEqual([none.files, none.limitProblem], [6, undefined]);
});

test('a file that the request names is read, whatever rules and globs say, but not what may hold secrets', async () => {
  const path = await folderWith({
    '.gitignore': '*.log\n',
    '.git/HEAD': '',
    'a.log': 'one file',
    'b.txt': 'another one',
    '.env': 'KEY=secret',
    'package-lock.json': '"locked"',
  });
  const { corpus, report, paths } = await read([join(path, 'a.log'), join(path, 'a.log'), join(path, '.env')]);
  assert.equal(spelled(corpus), 'one file |');
  assert.deepEqual(paths, ['a.log']);
  assert.deepEqual(report.names, { secret: ['.env'] });
  const whole = await read([join(path, 'b.txt'), path]);
  assert.equal(spelled(whole.corpus), 'another one | log |', 'once, though the folder is read, too');
  const generated = await read(join(path, 'package-lock.json'));
  assert.equal(spelled(generated.corpus), 'locked |');
});

test('a file of 500 MB is skipped by its size, without being read', async () => {
  const path = await folderWith({ 'log.txt': '', 'a.txt': 'word' });
  await truncate(join(path, 'log.txt'), 500e6); // takes no room on the disk
  const before = process.memoryUsage().rss;
  const { report } = await read(path);
  assert.equal(report.skipped.tooLarge, 1);
  assert.ok(process.memoryUsage().rss - before < 200e6);
});

test('a file that vanishes between being found and being read is unreadable, and the rest is read', async () => {
  const path = await folderWith(
    Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${String(i).padStart(2, '0')}.txt`, `w${i}`])),
  );
  const heard = new Heard();
  // told after the search has begun and before the first file is taken; the last file is read ahead
  // of nothing then
  const hooks: WorkHooks = {
    ...{ progress: heard.progress, log: heard.log },
    cancelled: () => {
      // at once: a file that is removed in the background may be read before
      rmSync(join(path, 'f39.txt'), { force: true });
      return false;
    },
  };
  const result = await readCorpus(new TextKernel(module), [{ path, exclude: [] }], { maximumFileSize: 1e6 }, hooks);
  assert.equal(result?.report.files, 39);
  assert.equal(result.report.skipped.unreadable, 1);
  assert.match(heard.lines[0]!.message, /f39\.txt was skipped: cannot be read \(ENOENT/);
});

test('the log names fifty files for each reason and counts the others; it holds no text', async () => {
  const files: Record<string, Uint8Array | string> = { 'good.txt': 'sentinelword '.repeat(50) };
  for (let i = 0; i < 70; i++) files[`binary${i}`] = Buffer.from(`sentinelword\0${i}`);
  for (let i = 0; i < 60; i++)
    files[`broken${i}`] = Buffer.concat([Buffer.from(`sentinelword 한국어 ${i} `), Buffer.of(0xff)]);
  const { heard, report } = await read(await folderWith(files));
  assert.equal(report.skipped.binary, 70);
  assert.equal(report.repaired, 60);
  assert.equal(heard.lines.filter(({ message }) => /binary\d+ was skipped/.test(message)).length, 50);
  assert.equal(heard.lines.filter(({ message }) => /broken\d+: /.test(message)).length, 50);
  assert.equal(
    heard.lines.filter(({ message }) => message === '20 more files were skipped: not a text file').length,
    1,
  );
  assert.ok(heard.lines.every(({ message }) => !message.includes('sentinelword')));
});

test('a line break in a file name does not break the log', { skip: process.platform === 'win32' }, async () => {
  const { heard } = await read(await folderWith({ 'a\nerror forged\x1b[31m': '' }));
  assert.equal(heard.lines.length, 1);
  assert.doesNotMatch(heard.lines[0]!.message, /[\n\x1b]/);
});

test('an empty folder, or none, gives an empty corpus', async () => {
  for (const paths of [await folderWith({}), []]) {
    const { corpus, paths: names, report } = await read(paths);
    assert.equal(corpus.words.length + corpus.tokens.length + names.length + report.files, 0);
  }
});

test('progress rises through reading and counting, with words a second', async () => {
  const files: Record<string, string> = {};
  for (let i = 0; i < 200; i++) files[`f${i}`] = Array.from({ length: 10_000 }, (_, j) => `w${i}_${j}`).join(' ');
  const { heard } = await read(await folderWith(files));
  const phases = heard.told.map(({ phase }) => phase);
  assert.deepEqual(phases, phases.toSorted().toReversed(), 'reading first, then counting');
  for (const phase of ['reading', 'counting']) {
    const fractions = heard.told.filter((progress) => progress.phase === phase).map(({ fraction }) => fraction);
    assert.ok(fractions.length >= 2, `${phase} was told ${fractions.length} times`);
    assert.equal(fractions[0], 0);
    assert.deepEqual(
      fractions,
      fractions.toSorted((a, b) => a - b),
    );
    assert.ok(fractions.every((fraction) => fraction >= 0 && fraction <= 1));
  }
  assert.ok(heard.told.some(({ wordsPerSecond }) => wordsPerSecond! > 1000));
});

test('progress moves inside one large file', async () => {
  // several times what is read between two tellings of progress
  const path = await folderWith({ 'a.txt': Array.from({ length: 3_000_000 }, (_, j) => `w${j}`).join(' ') });
  const { heard } = await read(path, 1e8);
  assert.ok(heard.told.some(({ phase, fraction }) => phase === 'reading' && fraction > 0.05 && fraction < 0.95));
});

test('a cancel is answered at once, while finding, reading, cutting and counting', async () => {
  const files: Record<string, string> = { 'z/large.txt': Array.from({ length: 200_000 }, (_, j) => `w${j}`).join(' ') };
  for (let i = 0; i < 30; i++) files[`${i}/f`] = `word${i}`;
  const path = await folderWith(files);
  let looks = 0;
  const count = await readCorpus(
    new TextKernel(module),
    [{ path, exclude: [] }],
    { maximumFileSize: 1e8 },
    { ...hooks(), cancelled: () => (looks++, false) },
  );
  assert.ok(count);
  assert.ok(looks > 100, `looked ${looks} times`);
  for (const at of [1, 10, 40, 70, looks - 30, looks - 1]) {
    let look = 0;
    let asked = 0;
    const heard = new Heard();
    const result = await readCorpus(
      new TextKernel(module),
      [{ path, exclude: [] }],
      { maximumFileSize: 1e8 },
      {
        ...{ progress: heard.progress, log: heard.log },
        cancelled: () => {
          if (++look < at) return false;
          asked++;
          return true;
        },
      },
    );
    assert.equal(result, null, `cancelled at look ${at} of ${looks}`);
    assert.equal(asked, 1, 'it stops at the first look that says so');
  }
});

test('in a large file, a cancel is looked for at least once every 200 kB', async () => {
  const text = Array.from({ length: 500_000 }, (_, j) => `w${j % 1000}`).join(' ');
  const path = await folderWith({ 'a.txt': text });
  let looks = 0;
  await readCorpus(
    new TextKernel(module),
    [{ path, exclude: [] }],
    { maximumFileSize: 1e8 },
    { ...hooks(), cancelled: () => (looks++, false) },
  );
  assert.ok(looks >= text.length / 200_000, `${looks} looks in ${text.length} bytes`);
});

test('a file of many pieces reads like its whole text, in every encoding', async () => {
  const lines = Array.from(
    { length: 60_000 },
    (_, i) => `Line ${i}. "It's ${'한국어'.normalize(i % 2 ? 'NFC' : 'NFD')}, w${i % 777}!"${i % 5 ? ' ' : '\r\n\r\n'}`,
  ).join('');
  // no white space, then one endless run
  const packed = `${'a.b,c"d!'.repeat(200_000)}${'x'.repeat(3_000_000)} end`;
  const files = {
    'a.txt': Buffer.from('\ufeff' + lines),
    'b.txt': Buffer.from('\ufeff' + lines, 'utf16le'),
    'c.txt': Buffer.from('\ufeff' + lines, 'utf16le').swap16(),
    'd.txt': Buffer.from(packed),
    'e.txt': Buffer.concat([Buffer.from(lines), Buffer.of(0xff, 0x20), Buffer.from(lines)]),
  };
  const { corpus, report } = await read(await folderWith(files), 1e8);
  const builder = new CorpusBuilder(module);
  for (const bytes of Object.values(files)) {
    assert.ok(bytes.length > 2 * PIECE);
    builder.addDocument(decodeText(bytes)!.text);
  }
  assert.deepEqual(corpus, builder.finish());
  assert.equal(report.repaired, 1);
});

test('files in old encodings are read beside those in UTF-8, and are counted by their encoding', async () => {
  const korean = '오래된 편집기로 쓴 한국어 글이다. 낱말을 세어 본다. '.repeat(10);
  const path = await folderWith({
    'a.txt': ENCODERS['euc-kr']!(korean),
    'b.txt': korean,
    'c.txt': ENCODERS['utf-16be']!(korean),
    'd.txt': 'plain',
    'e.txt': ENCODERS['euc-kr']!('가나다'),
  });
  const heard = new Heard();
  const result = await readCorpus(
    new TextKernel(module),
    [{ path, exclude: [], encoding: 'euckr' }],
    { maximumFileSize: 1e6 },
    heard,
  );
  assert.ok(result);
  assert.deepEqual(result.report.encodings, { 'euc-kr': 2, 'utf-8': 2, 'utf-16be': 1 });
  assert.deepEqual(result.report.repaired, 0);
  assert.equal(result.corpus.counts[result.corpus.words.indexOf('낱말을')], 30);
  assert.ok(result.corpus.words.includes('가나다'));
});

test('copies of a file are counted once, small and large ones, and named', async () => {
  const large = 'many words that stand here again and again\n'.repeat(30_000);
  const path = await folderWith({
    'a.txt': 'the same text',
    'b/c.txt': 'the same text',
    'd.txt': 'the same size',
    'large.txt': large,
    'large copy.txt': large,
    'large other.txt': `M${large.slice(1)}`,
  });
  const { paths, report } = await read(path, 1e8);
  assert.deepEqual(paths, ['w/a.txt', 'w/d.txt', 'w/large copy.txt', 'w/large other.txt']);
  assert.deepEqual(report.skipped, skips({ duplicate: 2 }));
  assert.deepEqual(report.names.duplicate, ['w/b/c.txt', 'w/large.txt']);
});

test('access tokens inside files never become words, and the files they were in are named', async () => {
  const token = `ghp_${'aB3dE6gH9j'.repeat(4)}`;
  const path = await folderWith({
    'config.ts': `const token = '${token}';\nrun(token);`,
    'notes.txt': `내 토큰은 ${token} 이다`,
    'good.txt': 'no token here',
  });
  const { corpus, report, heard } = await read(path);
  assert.ok(!corpus.words.some((word) => word.startsWith('ghp_')));
  assert.deepEqual(report.secrets, { files: 2, found: 2 });
  assert.deepEqual(report.names.secrets, ['w/config.ts', 'w/notes.txt']);
  assert.ok(heard.lines.some(({ message }) => message === 'w/notes.txt: access tokens or private keys were left out'));
  assert.ok(heard.lines.every(({ message }) => !message.includes('aB3')));
});

test('what an editor has not saved counts instead of the file, also of an empty one', async () => {
  const path = await folderWith({ 'a.txt': 'old words', 'b.txt': '', 'c.excluded': 'x', 'd.txt': 'stays' });
  const unsaved = [
    { path: join(path, 'a.txt'), text: 'new words' },
    { path: join(path, 'b.txt'), text: '이제 글이 있다' },
    { path: join(path, 'c.excluded'), text: 'never' },
    { path: join(path, 'not-there.txt'), text: 'never' },
  ];
  const folders = [{ path, exclude: ['**/*.excluded'] }];
  const result = await readCorpus(
    new TextKernel(module),
    folders,
    { maximumFileSize: 1e6 },
    hooks(),
    undefined,
    null,
    unsaved,
  );
  assert.equal(spelled(result!.corpus), 'new words | 이제 글이 있다 | stays |');
});

test('generated and minified files are left out and named', async () => {
  const path = await folderWith({
    'a.ts': '// Code generated by a tool. DO NOT EDIT.\nexport const a = 1;',
    'b.js': 'function a(b,c){return b+c}var d=a(1,2);'.repeat(100),
    'c.ts': 'written by people',
  });
  const { paths, report } = await read(path);
  assert.deepEqual(paths, ['w/c.ts']);
  assert.deepEqual(report.names.generated, ['w/a.ts', 'w/b.js']);
});

test('NUL bytes behind the beginning of a text part words and lose nothing else', async () => {
  const path = await folderWith({
    'log.txt': Buffer.concat([Buffer.from('line '.repeat(2000)), Buffer.of(0, 0), Buffer.from('end')]),
  });
  const { corpus } = await read(path);
  assert.deepEqual(corpus.words, ['line', 'end']);
});

test('thousands of empty files are counted, and names are kept of some hundred', async () => {
  const files: Record<string, string> = { 'z.txt': 'word' };
  for (let i = 0; i < 2000; i++) files[`${i % 20}/${i}`] = '';
  const { report } = await read(await folderWith(files));
  assert.equal(report.skipped.empty, 2000);
  assert.equal(report.names.empty!.length, 300);
});
