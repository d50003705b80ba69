// The shares of several threads, read one after the other here, against the reading of one thread.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { lastPlace, placeOfCut } from '../../src/engine/files/cut-points.ts';
import { loadKernel } from '../../src/engine/kernels.ts';
import { isTooLarge, sharesOf } from '../../src/engine/reading/divide-work.ts';
import { findTexts, type FoundFiles } from '../../src/engine/reading/found-texts.ts';
import { readCorpus } from '../../src/engine/reading/read-in-one-thread.ts';
import { type ReadShare, readShare } from '../../src/engine/reading/read-shares.ts';
import { newNotes } from '../../src/engine/reading/reading-notes.ts';
import { openTokenFile, tokensOf } from '../../src/engine/reading/spill-file.ts';
import { choicesOf } from '../../src/options/option.ts';
import { type Corpus, CorpusBuilder } from '../../src/text/corpus.ts';
import { languageOf } from '../../src/text/languages.ts';
import {
  mergeShares,
  readMerged,
  roomFor,
  type Share,
  writeEnds,
  writeShare,
  writtenText,
} from '../../src/text/merge.ts';
import { PHRASE_DEFAULTS, TEXT, TEXT_DEFAULTS, type TextOptions } from '../../src/text/options.ts';
import { type PackedBytes, PackedReader, TokenPacker } from '../../src/text/packed-tokens.ts';
import { TextKernel } from '../../src/text/text-kernel.ts';
import { spell } from '../../src/text/vocabulary.ts';
import { DISTRIBUTION } from '../helpers/distribution.ts';
import { syntheticText } from '../synthetic-text.ts';
import { ENCODERS } from './legacy-encoders.ts';
import { hooks, putTogether } from './reading-in-turn.ts';

const module = await loadKernel(DISTRIBUTION, 'text');

let root: string;
let tokenFile: ReturnType<typeof openTokenFile>;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'read-shares-'));
  tokenFile = openTokenFile(tmpdir());
  const files: Record<string, string | Uint8Array> = {
    'a/empty.txt': '',
    'b/korean.txt': ENCODERS['euc-kr']!('새 낱말이 여기에 있다. '.repeat(200)),
    'c/binary.dat': Buffer.of(0, 1, 2),
    'm/token.txt': `key ghp_${'aB3dE6gH9j'.repeat(4)} end`,
    'z/blank.txt': ' \n',
  };
  for (let i = 0; i < 30; i++) files[`d${i % 7}/${i}.txt`] = syntheticText(30_000, i + 1);
  // copies: in the same share, in another, and of something that comes once else
  for (const [copy, of] of [
    ['d0/copy.txt', 'd0/0.txt'],
    ['z/copy.txt', 'd1/1.txt'],
    ['z/korean.txt', 'b/korean.txt'],
  ] as const)
    files[copy] = files[of]!;
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
    await utimes(join(root, name), 1e9, 1e9); // a file that has just been written is not kept
  }
});
after(async () => {
  tokenFile.close();
  await rm(root, { recursive: true, force: true });
});

const phrases = { ...PHRASE_DEFAULTS, passes: 1, threshold: 1 };
const folders = () => [{ path: root, exclude: [] }];

test('any number of threads reads what one thread reads', async () => {
  const alone = await readCorpus(new TextKernel(module), folders(), { maximumFileSize: 1e7 }, hooks, phrases);
  assert.ok(alone);
  assert.equal(alone.report.skipped.duplicate, 3);
  assert.equal(alone.report.skipped.empty, 2);
  assert.ok(alone.report.phrases > 0);
  let most = 0;
  for (const threads of [2, 3, 5]) {
    const found = await findTexts(folders(), { maximumFileSize: 1e7 }, [], () => false);
    const parts = sharesOf(found!, threads);
    most = Math.max(most, parts.length);
    assert.deepEqual(
      parts.flatMap(({ files }) => files),
      found!.files,
    );
    const file = { descriptor: tokenFile.descriptor, taken: new Int32Array(1) };
    const shares = await Promise.all(
      parts.map((part) =>
        readShare(new TextKernel(module), file, part, TEXT_DEFAULTS, new Float64Array(2), () => false),
      ),
    );
    const merged = putTogether(module, file, shares as ReadShare[], found!.notes, { phrases });
    assert.deepEqual(merged.corpus, alone.corpus);
    assert.deepEqual(merged.paths, alone.paths);
    assert.deepEqual(merged.report, alone.report);
  }
  assert.ok(most >= 2);
});

test('a text that is read in ranges goes into the token file as it is put together, if nothing goes over it again', async () => {
  const plain = { ...TEXT_DEFAULTS, particles: 'attached', identifierParts: false } as const;
  const merge = async (text: TextOptions, inRanges: boolean): Promise<{ corpus: Corpus; cache: Buffer }> => {
    const found = (await findTexts(folders(), { maximumFileSize: 1e7 }, [], () => false))!;
    const file = { descriptor: tokenFile.descriptor, taken: new Int32Array(1) };
    const shares: ReadShare[] = [];
    for (const part of sharesOf(found, 2)) {
      const share = await readShare(new TextKernel(module), file, part, text, new Float64Array(2), () => false);
      shares.push(share as ReadShare);
    }
    const directory = await mkdtemp(join(tmpdir(), 'read-in-ranges-'));
    const cache = { directory, key: 'key', files: found.files };
    const { corpus } = putTogether(module, file, shares, found.notes, { text, inRanges }, cache);
    const bytes = await readFile(join(directory, 'tokens.cache'));
    await rm(directory, { recursive: true });
    return { corpus, cache: bytes };
  };
  const inMemory = await merge(plain, false);
  const inRanges = await merge(plain, true);
  const { tokens, spilled } = inRanges.corpus;
  const expected = inMemory.corpus.tokens;
  assert.deepEqual([tokens.length, spilled?.length], [0, expected.length]);
  const source = tokensOf(inRanges.corpus, tokenFile.descriptor);
  assert.deepEqual(Int32Array.from(source.read(0, source.length)), Int32Array.from(expected));
  const restOf = (corpus: Corpus): Corpus => ({
    ...corpus,
    tokens: new Int32Array(new SharedArrayBuffer(0)),
    spilled: null,
  });
  assert.deepEqual(restOf(inRanges.corpus), restOf(inMemory.corpus));
  assert.deepEqual(inRanges.cache, inMemory.cache);
  const separated = await merge(TEXT_DEFAULTS, true);
  assert.equal(separated.corpus.spilled, null, 'particles are separated in memory');
});

test('a text that is little is one share, and one that is too large for memory is told', async () => {
  const found = (await findTexts(folders(), { maximumFileSize: 1e7 }, [], () => false))!;
  assert.equal(sharesOf(found, 1).length, 1);
  assert.equal(sharesOf({ ...found, files: found.files.slice(0, 3) }, 8).length, 1);
  assert.equal(isTooLarge(found), false);
  assert.equal(isTooLarge({ ...found, files: [{ ...found.files[0]!, size: 2 ** 29 }] }), true);
});

test('a cancelled share gives nothing', async () => {
  const found = (await findTexts(folders(), { maximumFileSize: 1e7 }, [], () => false))!;
  assert.equal(
    await readShare(
      new TextKernel(module),
      { descriptor: tokenFile.descriptor, taken: new Int32Array(1) },
      found,
      TEXT_DEFAULTS,
      new Float64Array(2),
      () => true,
    ),
    null,
  );
});

function finish<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function shareOf(texts: string[]): Share {
  const packed = new Packed();
  const builder = new CorpusBuilder(module, packed.packer, { memory: 0 });
  for (const text of texts) builder.addDocument(text);
  packed.packer.finish();
  return { ...finish(builder.finishingUnranked())!, packed };
}

/** Packed tokens, for a test: an array. */
class Packed implements PackedBytes {
  bytes: Uint8Array = new Uint8Array(0);
  readonly packer = new TokenPacker(new TextKernel(module), (bytes) => {
    this.bytes = Buffer.concat([this.bytes, bytes]);
  });
  get length(): number {
    return this.bytes.length;
  }
  read(at: number, into: Uint8Array): void {
    into.set(this.bytes.subarray(at, at + into.length));
  }
}

test('documents are merged in any order, and those left out leave no words behind', () => {
  const first = shareOf(['one two. three', 'only here', 'two two']);
  const second = shareOf(['three four', 'one']);
  const order = [
    [{ share: 1, document: 0 }],
    [{ share: 0, document: 0 }],
    [{ share: 1, document: 1 }],
    [{ share: 0, document: 2 }],
  ];
  const merged = finish(mergeShares(new TextKernel(module), [first, second], order))!;
  const builder = new CorpusBuilder(module);
  for (const text of ['three four', 'one two. three', 'one', 'two two']) builder.addDocument(text);
  const expected = builder.finish();
  for (const memory of [100, 5, 0]) {
    const room = roomFor(merged.length, memory, 0);
    const outside = new Int32Array(merged.length - room.tokens.length);
    const put = (at: number, ids: Int32Array): void => outside.set(ids, at);
    writeEnds(merged, room, put);
    for (const [index, { packed }] of [first, second].entries()) {
      finish(writeShare(new TextKernel(module), packed, merged.places[index]!, room, put));
    }
    const { tokens, spilled, ...rest } = writtenText(merged, room);
    assert.deepEqual([...tokens, ...outside], [...expected.tokens]);
    assert.equal(spilled?.length ?? 0, outside.length);
    assert.deepEqual(
      { ...rest, words: spell(merged.letters, merged.counts.length), tokens: expected.tokens, spilled: null },
      expected,
    );
  }
  const inOrder: number[] = [];
  for (const ids of readMerged(new TextKernel(module), [first.packed, second.packed], merged)) inOrder.push(...ids);
  assert.deepEqual(inOrder, [...expected.tokens]);
});

test('packed ids of every size come back', () => {
  const ids = Int32Array.of(
    -1,
    0,
    126,
    127,
    254,
    255,
    256,
    65_534,
    65_535,
    2 ** 21,
    2 ** 24 - 2,
    2 ** 24 - 1,
    2 ** 24,
    -1,
  );
  const packed = new Packed();
  packed.packer.append(ids);
  packed.packer.append(new Int32Array(2_000_000).fill(5));
  packed.packer.append(ids);
  packed.packer.append(ids.subarray(0, 3));
  packed.packer.finish();
  const map = new Int32Array(2 ** 24 + 1);
  for (const id of ids) if (id >= 0) map[id] = 3 * id;
  map[5] = 7;
  const expected = ids.map((id) => (id < 0 ? id : 3 * id));
  const reader = new PackedReader(new TextKernel(module), packed, map);
  const read = (count: number): Int32Array => {
    const all: number[] = [];
    while (all.length < count) all.push(...reader.next(count - all.length));
    return Int32Array.from(all);
  };
  assert.deepEqual(read(ids.length), expected);
  reader.skipTo(ids.length + 1_000_001);
  assert.ok(read(5000).every((id) => id === 7));
  reader.skipTo(ids.length + 2_000_000);
  assert.deepEqual(read(ids.length), expected);
  assert.deepEqual(read(3), expected.subarray(0, 3));
  assert.equal(reader.position, 2 * ids.length + 2_000_003);
  const none = new Packed();
  none.packer.finish();
  assert.equal(none.length, 0);
  assert.throws(() => new PackedReader(new TextKernel(module), none, map).next(1), /end at byte 0/);
});

/** What a file may be parted at in a bad place: ends of sentences, numbers, marks, secrets. */
const HARD = [
  'One two. Three 3.14 and 1,000, four.\n\n Five "six." seven\n \n\u0308 e\u0301 eight. . ! nine\n\n\n',
  "\n\n. \n 한국어를 배운다. 漢字とカタカナ。次の文 don't 𝒳𝒴z 👍🏽 a-b \ufeffc. ",
  `key ghp_${'aB3dE6gH9j'.repeat(4)} end -----BEGIN PRIVATE KEY-----\n${'aB3dE6gH9j\n'.repeat(20)}-----END PRIVATE KEY----- out\n`,
  `${'x'.repeat(400)} ${'1,2'.repeat(100)} end of it`,
];

/**
 * Finds and reads a folder of three files, of which the second has this text, in shares of them and
 * of its parts.
 */
async function partsOf(name: string, text: string, options: Partial<TextOptions> = {}) {
  const bytes = new TextEncoder().encode(text);
  const folder = await mkdtemp(join(root, 'parts-'));
  const write = (file: string, content: string | Uint8Array) => writeFile(join(folder, file), content);
  await Promise.all([write('0.txt', 'before it'), write(name, bytes), write('z.txt', 'behind it')]);
  const found = (await findTexts([{ path: folder, exclude: [] }], { maximumFileSize: 1e7 }, [], () => false))!;
  const [before, file, behind] = found.files;
  const all = { ...TEXT_DEFAULTS, ...options };
  const readShares = async (shares: FoundFiles['files'][]) => {
    const tokens = { descriptor: tokenFile.descriptor, taken: new Int32Array(1) };
    const read = await Promise.all(
      shares.map((files) => {
        const own = { files, twins: new Set<number>(), notes: newNotes() };
        return readShare(new TextKernel(module), tokens, own, all, new Float64Array(2), () => false);
      }),
    );
    if (read.includes('whole')) return 'whole';
    return putTogether(module, tokens, read as ReadShare[], newNotes(), { text: all });
  };
  const cuts = new Set<number>();
  for (let end = 1; end < bytes.length; end++) cuts.add(lastPlace(bytes.subarray(0, end), languageOf(name)));
  cuts.delete(0);
  return {
    cuts: [...cuts].sort((a, b) => a - b),
    /** Parted at these places. */
    read: (places: number[]) => {
      const part = (from: number, to: number) => [{ ...file!, part: { from, to } }];
      const ends = [...places, bytes.length];
      const parts = ends.map((to, i) => part(i ? ends[i - 1]! : 0, to));
      return readShares(places.length ? [[before!], ...parts, [behind!]] : [found.files]);
    },
  };
}

test('a file in parts, wherever it may be parted, reads like the whole', async () => {
  const { cuts, read } = await partsOf('hard.txt', HARD.join(' ') + HARD.toReversed().join('\n'));
  const whole = await read([]);
  assert.ok(cuts.length > 60, `${cuts.length} places`);
  for (const cut of cuts) assert.deepEqual(await read([cut]), whole, `cut at ${cut}`);
  assert.deepEqual(await read(cuts), whole);
});

/**
 * Of code: what may be parted everywhere between its lines, and what has comments, strings and
 * secrets over lines.
 */
const JSON_TEXT = `${JSON.stringify(
  [{ 'a key': 'One two.\n "three"', url: 'http://a.b/c', list: [1, 2, { deep: null }], 한국: "don't" }, [], 'x. y'],
  null,
  2,
)}\n\n`.repeat(3);
const CODES: [name: string, text: string][] = [
  ['a.yaml', "a: one two\n# comment\n# goes on\n\nb: \"don't\"\n  - x: 'y' # z\n  - 3.14\n\t- c\nd: e\n".repeat(2)],
  [
    'a.sql',
    "INSERT INTO a VALUES\r\n(1, 'two\\'s'),\r\n  (2, 'x -- y');\r\n/* a\r\nb c\r\n d */\r\nselect x;\r\n  y;\r\n",
  ],
  [
    'a.ts',
    `const a = \`one \${\n  { b: "two" }.b\n  }\n three\n four\`;\n/*\n x()\n y */\nf();\n  /x"y/.test(z);\n// end\ng();\n"s\\\n t"\n""\nh\n`,
  ],
  [
    'a.py',
    `def f():\n    """One\n    two. Three\n    """\n    return 'x'\n\n\nkey = "ghp_${'aB3dE6gH9j'.repeat(4)}"\nb\n`,
  ],
];

test('JSON is parted between any two lines, and reads like the whole', async () => {
  const { cuts, read } = await partsOf('a.json', JSON_TEXT);
  const whole = await read([]);
  assert.ok(cuts.length > 20, `${cuts.length} places`);
  for (const cut of cuts) assert.deepEqual(await read([cut]), whole, `cut at ${cut}`);
  assert.deepEqual(await read(cuts), whole);
});

test('code that is parted within a comment or a string is not taken for a part, elsewhere it reads like the whole', async () => {
  for (const [name, text] of CODES) {
    for (const codeSentences of choicesOf(TEXT.codeSentences)) {
      const { cuts, read } = await partsOf(name, text, { codeSentences });
      const whole = await read([]);
      let parted = 0;
      for (const cut of cuts) {
        const result = await read([cut]);
        if (result === 'whole') continue;
        assert.deepEqual(result, whole, `${name} cut at ${cut}`);
        parted++;
      }
      assert.ok(parted > 1, `${name}: ${parted} of ${cuts.length} places`);
      if (/[a.](?:ts|py)$/.test(name)) assert.ok(parted < cuts.length, `${name}: ${parted} of ${cuts.length} places`);
    }
  }
});

test('a part that is not UTF-8 says so, and is read as a whole', async () => {
  const folder = join(root, 'legacy');
  await mkdir(folder);
  await writeFile(join(folder, 'a.txt'), Buffer.concat([Buffer.from('all ASCII here '), Buffer.of(0xb0, 0xa1, 0x20)]));
  const found = (await findTexts([{ path: folder, exclude: [] }], { maximumFileSize: 1e7 }, [], () => false))!;
  const files = [{ ...found.files[0]!, part: { from: 10, to: 18 } }];
  const file = { descriptor: tokenFile.descriptor, taken: new Int32Array(1) };
  assert.equal(
    await readShare(new TextKernel(module), file, { ...found, files }, TEXT_DEFAULTS, new Float64Array(2), () => false),
    'whole',
  );
});

test('a large file of prose or of code is parted among threads, and one of markup, with a twin or in another encoding is not', async () => {
  const folder = join(root, 'large');
  await mkdir(folder);
  const text = syntheticText(900_000, 3);
  const write = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);
  const parts = async (): Promise<number[]> => {
    const found = (await findTexts([{ path: folder, exclude: [] }], { maximumFileSize: 1e8 }, [], () => false))!;
    return sharesOf(found, 3, placeOfCut).map(({ files }) => files.length);
  };
  await write('a.txt', text);
  assert.ok(text.length > 4_200_000, `${text.length}`);
  assert.deepEqual(await parts(), [1, 1]);
  await rm(join(folder, 'a.txt'));
  for (const name of ['a.json', 'a.log', 'a.csv']) {
    await write(name, text.replaceAll('. ', '.\n'));
    assert.deepEqual(await parts(), [1, 1], name);
    await rm(join(folder, name));
  }
  await write('a.json', text.replaceAll('\n', ' '));
  assert.deepEqual(await parts(), [1], 'a single line');
  await rm(join(folder, 'a.json'));
  await write('a.md', text);
  assert.deepEqual(await parts(), [1]);
  await rm(join(folder, 'a.md'));
  await write('a.txt', Buffer.from(`\ufeff${text}`, 'utf16le'));
  assert.deepEqual(await parts(), [1]);
  await write('a.txt', text);
  await write('b.txt', text);
  assert.deepEqual(await parts(), [1, 1]);
  await write('b.txt', `${text} and more`);
  assert.deepEqual(await parts(), [1, 2, 1]);
});
