import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { checkOptions } from '../../src/engine/check-options.ts';
import { COMMANDS } from '../../src/host/command-ids.ts';
import { folderRequest, isMade, settingsIn } from '../../src/host/settings.ts';
import { LANGUAGE_MODEL_DEFAULTS } from '../../src/language-model/options.ts';
import { choicesOf, EFFORTS, type Option } from '../../src/options/option.ts';
import { fits, fromSetting, fromText, sizeText, toSetting } from '../../src/options/value.ts';
import { PROJECTION_DEFAULTS } from '../../src/projection/options.ts';
import { importRequest, textOptions, trainRequest } from '../../src/settings/request.ts';
import { OPTIONS, PREFIX } from '../../src/settings/table.ts';
import { PHRASE_DEFAULTS, TEXT_DEFAULTS } from '../../src/text/options.ts';
import { WORD2VEC_DEFAULTS } from '../../src/word2vec/options.ts';

const read = (file: string): Promise<string> => readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
const manifestText = await read('package.json');
const optionNamed = (wanted: string) => OPTIONS.find(({ name }) => name === wanted)!.option;
const requestWith = (settings: Readonly<Record<string, unknown>>) => trainRequest([], (name) => settings[name]);

/** A value that is not the default. */
function otherValue(option: Option): unknown {
  switch (option.type) {
    case 'boolean':
      return !option.default;
    case 'choice':
      return choicesOf(option).find((choice) => choice !== option.default);
    case 'text':
      return 'of the';
    case 'list':
      return ['docs'];
    default:
      return toSetting(
        option,
        option.range.find((end) => end !== option.default),
      );
  }
}

suite('the table of options', () => {
  test('has every name once, and values that the option may have', () => {
    assert.equal(new Set(OPTIONS.map(({ name }) => name)).size, OPTIONS.length);
    for (const { name, option } of OPTIONS) {
      for (const value of [option.default, ...EFFORTS.map((effort) => option.effort?.[effort] ?? option.default)]) {
        assert.ok(fits(option, value), `${name}: ${JSON.stringify(value)}`);
        assert.deepEqual(fromSetting(option, toSetting(option, value)), value, name);
      }
      assert.match(option.sentence, /^(?!.*  )\p{Lu}.*\.$/u, name);
    }
  });

  test('shows an ordinary user about twelve', () => {
    assert.deepEqual(
      OPTIONS.filter(({ option }) => option.tier === 'basic').map(({ name }) => name),
      [
        'include',
        'exclude',
        'reading.maximumFileSize',
        'text.case',
        'text.particles',
        'training.effort',
        'threads',
        'word2vec.algorithm',
        'map.maxWords',
        'languageModel.enabled',
        'languageModel.tokens',
        'hover.enabled',
        'completion.enabled',
      ],
    );
  });

  test('links to settings that there are', () => {
    for (const { name, option } of OPTIONS) {
      const sentences = [option.sentence, ...(option.type === 'choice' ? option.choices.map(([, text]) => text) : [])];
      for (const [, link] of sentences.join(' ').matchAll(/#lexiscope\.([\w.]+)#/g))
        assert.ok(optionNamed(link!), name);
    }
  });
});

suite('values as they are written', () => {
  test('sizes have a unit, or are megabytes, in a settings file and on a command line alike', () => {
    const size = optionNamed('reading.maximumFileSize');
    for (const [written, bytes] of [
      [300, 300e6],
      [0.5, 500_000],
      ['300', 300e6],
      ['300MB', 300e6],
      ['300 mb', 300e6],
      ['1.5GB', 1.5e9],
      ['.5 GB', 500e6],
      ['64kB', 64_000],
      ['5000 B', 5000],
      // bytes, as the command line of 0.1 had them
      ['5000000', 5_000_000],
    ] as const) {
      assert.equal(fromSetting(size, written), bytes, String(written));
      assert.equal(fromSetting(size, fromText(size, String(written))), bytes, String(written));
    }
    for (const wrong of ['5000', 'large', '', '1.5.5MB', '3 MiB', '-1MB', '1e3', null, true, [3]]) {
      assert.ok(!fits(size, fromSetting(size, wrong)), String(wrong));
    }
    assert.deepEqual([1e3, 200e6, 1.5e9, 999].map(sizeText), ['1 kB', '200 MB', '1.5 GB', '999 B']);
  });

  test('texts of a command line become what a settings file has, and stay texts where they cannot', () => {
    assert.equal(fromText(optionNamed('word2vec.window'), '7'), 7);
    assert.equal(fromText(optionNamed('word2vec.alpha'), '1e-3'), 0.001);
    assert.equal(fromText(optionNamed('word2vec.subwords'), 'true'), true);
    assert.equal(fromText(optionNamed('languageModel.vectorWidth'), '128'), '128');
    for (const wrong of ['', ' ', 'many', '7 words']) {
      assert.equal(fromText(optionNamed('word2vec.window'), wrong), wrong);
    }
    assert.equal(fromText(optionNamed('word2vec.subwords'), 'yes'), 'yes');
  });
});

suite('requests', () => {
  test('without a setting the request is the default, and the engine takes it', () => {
    const folders = [{ path: '/text', exclude: [] }];
    const request = trainRequest(folders, () => undefined);
    assert.deepEqual(request, {
      folders,
      reading: { maximumFileSize: 200_000_000, maximumCodeSize: 5_000_000, followLinks: false },
      text: TEXT_DEFAULTS,
      phrases: PHRASE_DEFAULTS,
      word2vec: WORD2VEC_DEFAULTS,
      projection: PROJECTION_DEFAULTS,
      languageModel: LANGUAGE_MODEL_DEFAULTS,
      parts: { map: true, languageModel: true },
      vectorWidth: 'auto',
      threads: 0,
      seed: 1,
    });
    checkOptions(request);
  });

  test('every setting of a training, given another value, changes the request', () => {
    const plain = JSON.stringify(requestWith({}));
    for (const { name, option, group } of OPTIONS) {
      if (group.isOfEditor || group.isOfQuestions) continue;
      if (name === 'include' || name === 'exclude' || name === 'languageModel.tensorflowFolder') continue;
      const value = otherValue(option);
      assert.notEqual(JSON.stringify(requestWith({ [name]: value })), plain, name);
    }
  });

  test('an effort sets what the table says, and settings of one’s own win over it', () => {
    const withEffort = OPTIONS.filter(({ option }) => option.effort);
    for (const effort of EFFORTS) {
      const written = withEffort.map(({ name, option }) => [name, option.effort?.[effort] ?? option.default]);
      const request = requestWith({ 'training.effort': effort });
      assert.deepEqual(request, requestWith(Object.fromEntries(written) as Record<string, unknown>));
      assert.notDeepEqual(request, requestWith({}));
      checkOptions(request);
      const defaults = Object.fromEntries(withEffort.map(({ name, option }) => [name, option.default]));
      assert.deepEqual(
        requestWith({ ...defaults, 'training.effort': effort }),
        requestWith({}),
        'defaults, written down',
      );
    }
    assert.deepEqual(requestWith({ 'training.effort': 'balanced' }), requestWith({}));
  });

  test('TensorFlow is asked for with its folder, and only if it is the backend', () => {
    const backend = { 'languageModel.backend': 'tensorflow', 'languageModel.tensorflowFolder': '/tensorflow' };
    assert.equal(requestWith(backend).tensorflow, '/tensorflow');
    assert.ok(!('tensorflow' in requestWith({ 'languageModel.tensorflowFolder': '/tensorflow' })));
  });

  test('without its setting no language model is asked for', () => {
    assert.deepEqual(requestWith({ 'languageModel.enabled': false }).parts, { map: true, languageModel: false });
  });

  test('whoever set the limit of all files, and not that of code, keeps it for code', () => {
    const reading = (settings: object) => requestWith({ ...settings }).reading;
    // a number, of megabytes, is how the settings of 0.1 had it
    assert.deepEqual(reading({ 'reading.maximumFileSize': 300 }), { maximumFileSize: 300e6, followLinks: false });
    assert.deepEqual(reading({ 'reading.maximumCodeSize': '1MB' }), {
      maximumFileSize: 200e6,
      maximumCodeSize: 1e6,
      followLinks: false,
    });
    assert.deepEqual(reading({ 'reading.maximumFileSize': '1GB', 'reading.maximumCodeSize': '10MB' }), {
      maximumFileSize: 1e9,
      maximumCodeSize: 10e6,
      followLinks: false,
    });
  });

  test('all settings that are wrong are named with their range and unit, a sentence each', () => {
    const wrong = {
      'word2vec.window': 0,
      'word2vec.vectorSize': '100',
      'languageModel.heldOut': 0.9,
      'text.particles': 'apart',
      'reading.maximumFileSize': 'large',
      'languageModel.backend': 'pytorch',
      'training.effort': 'much',
      'languageModel.enabled': 'yes',
      include: 'docs',
      seed: null,
    };
    assert.throws(
      () => requestWith(wrong),
      (error: Error) => {
        assert.deepEqual(error.message.split('\n').sort(), [
          'lexiscope.include is "docs"; it must be a list of texts.',
          'lexiscope.languageModel.backend is "pytorch"; it must be one of kernels, tensorflow.',
          'lexiscope.languageModel.enabled is "yes"; it must be true or false.',
          'lexiscope.languageModel.heldOut is 0.9; it must be a number from 0.001 to 0.5 (share).',
          'lexiscope.reading.maximumFileSize is "large"; it must be a size from 1 kB to 2 GB, such as 300MB.',
          'lexiscope.seed is null; it must be a whole number from 0 to 2147483647.',
          'lexiscope.text.particles is "apart"; it must be one of attached, separate, leaveOut.',
          'lexiscope.training.effort is "much"; it must be one of quick, balanced, best.',
          'lexiscope.word2vec.vectorSize is "100"; it must be a whole number from 0 to 1000 (dimensions).',
          'lexiscope.word2vec.window is 0; it must be a whole number from 1 to 100 (words).',
        ]);
        return true;
      },
    );
  });

  test('an import and the tokens of a file ask for what concerns them, whatever is wrong elsewhere', () => {
    const given = (name: string): unknown => ({ 'word2vec.window': 0, 'map.nNeighbors': 7, 'text.case': 'fold' })[name];
    assert.deepEqual(importRequest(given), { most: 0, projection: { ...PROJECTION_DEFAULTS, nNeighbors: 7 }, seed: 1 });
    assert.deepEqual(textOptions(given), { ...TEXT_DEFAULTS, case: 'fold' });
  });
});

suite('settings of VS Code', () => {
  test('a setting is made where some scope has a value of it, and not by its default', () => {
    const key = 'lexiscope.seed';
    assert.ok(!isMade({ key, defaultValue: 1, globalValue: undefined, defaultLanguageValue: 2 }));
    assert.ok(isMade({ key, defaultValue: 1, globalValue: 1 }), 'the default, written down');
    assert.ok(isMade({ key, defaultValue: 1, workspaceValue: 0 }));
    assert.ok(isMade({ key, defaultValue: true, workspaceFolderLanguageValue: false }));
    assert.ok(!isMade(undefined));
  });

  test('a sentence is looked through for the settings that it names', () => {
    const sentence =
      'lexiscope.seed is 0; see lexiscope.word2vec.window. Not: lexiscope, notlexiscope.x; lexiscope.seed.';
    assert.deepEqual(settingsIn(sentence), ['lexiscope.seed', 'lexiscope.word2vec.window']);
    assert.deepEqual(settingsIn('Nothing is learned.'), []);
  });

  test('a folder leaves out what VS Code hides, what its search leaves out, and what our setting names, each once', () => {
    const values: Record<string, unknown> = {
      'files.exclude': { '**/.git': true, '**/*.js': { when: '$(basename).ts' }, '**/kept': false },
      'search.exclude': { '**/node_modules': true, '**/.git': true },
      'lexiscope.exclude': ['**/*.lock', '**/node_modules'],
    };
    const request = folderRequest({ path: '/text' }, (name) => values[name]);
    assert.deepEqual(request, { path: '/text', include: [], exclude: ['**/.git', '**/node_modules', '**/*.lock'] });
  });

  test('a folder is read in what our setting names, and in the encoding that VS Code reads it in', () => {
    const values: Record<string, unknown> = { 'lexiscope.include': ['docs', '**/*.md'], 'files.encoding': 'euckr' };
    const request = folderRequest({ path: '/text' }, (name) => values[name]);
    assert.deepEqual(request, { path: '/text', include: ['docs', '**/*.md'], exclude: [], encoding: 'euckr' });
  });

  test('lists of ours that are none reach the engine, which names them; those of VS Code leave nothing out', () => {
    const values: Record<string, unknown> = { 'files.exclude': 'nonsense', 'search.exclude': null };
    assert.deepEqual(folderRequest({ path: '/text' }, (name) => values[name]).exclude, []);
    for (const [name, wrong] of [
      ['include', 'docs'],
      ['exclude', ['**/*.lock', 7]],
      ['exclude', 'logs'],
    ] as const) {
      const folder = folderRequest({ path: '/text' }, (asked) => (asked === `lexiscope.${name}` ? wrong : undefined));
      const request = { ...requestWith({}), folders: [folder] };
      assert.throws(() => checkOptions(request), new RegExp(`lexiscope\\.${name} is .*; it must be a list of texts`));
    }
  });
});

suite('the manifest', () => {
  interface Manifest {
    contributes: { commands: { command: string }[]; configuration: { properties: Record<string, unknown> }[] };
  }
  const { contributes } = JSON.parse(manifestText) as Manifest;

  test('contributes every option, the basic ones first', () => {
    const sections = contributes.configuration.map(({ properties }) => Object.keys(properties));
    assert.deepEqual(sections.flat().sort(), OPTIONS.map(({ name }) => PREFIX + name).sort());
    assert.deepEqual(
      sections[0],
      OPTIONS.filter(({ option }) => option.tier === 'basic').map(({ name }) => PREFIX + name),
    );
  });

  test('every command of the table is contributed, and no other', () => {
    assert.deepEqual(contributes.commands.map(({ command }) => command).sort(), Object.values(COMMANDS).sort());
  });

  test('every %key% has a text, and every text is used', async () => {
    const texts = JSON.parse(await read('package.nls.json')) as Record<string, string>;
    const used = new Set([...manifestText.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
    assert.deepEqual([...used].sort(), Object.keys(texts).sort());
    assert.ok(Object.values(texts).every((text) => text.trim()));
  });
});
