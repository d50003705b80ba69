import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { COMMANDS } from '../../src/host/command-ids.ts';
import { folderRequest, TRAINING_SETTINGS, trainRequest } from '../../src/host/settings.ts';
import { checkOptions, ENGINE_RANGES } from '../../src/engine/options.ts';
import { LANGUAGE_MODEL_DEFAULTS, LANGUAGE_MODEL_RANGES } from '../../src/language-model/options.ts';
import { PROJECTION_DEFAULTS, PROJECTION_RANGES } from '../../src/projection/options.ts';
import { PHRASE_DEFAULTS, PHRASE_RANGES, TEXT_CHOICES, TEXT_DEFAULTS } from '../../src/text/options.ts';
import { WORD2VEC_DEFAULTS, WORD2VEC_RANGES } from '../../src/word2vec/options.ts';

interface Setting {
  type: string;
  default: unknown;
  minimum?: number;
  maximum?: number;
  enum?: string[];
}
interface Manifest {
  contributes: { commands: { command: string }[]; configuration: { properties: Record<string, Setting> }[] };
}

/** Settings of a section that are no options of it. */
const NO_OPTIONS = new Set(
  ['enabled', 'backend', 'tensorflowFolder', 'vectorWidth'].map((name) => `lexiscope.languageModel.${name}`),
);

const read = (file: string): Promise<string> => readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
const manifestText = await read('package.json');
const manifest = JSON.parse(manifestText) as Manifest;
const settings = Object.assign({}, ...manifest.contributes.configuration.map(({ properties }) => properties)) as Record<
  string,
  Setting
>;
const defaults = (name: string): unknown => settings[name]?.default;
const changed = (name: string, value: unknown) =>
  trainRequest([], (asked) => (asked === name ? value : defaults(asked)));

suite('settings', () => {
  test('docs/settings.md lists every setting with its default', async () => {
    const rows = [...(await read('docs/settings.md')).matchAll(/^\| `(lexiscope\.[^`]+)` *\| `([^`]+)` *\|/gm)];
    assert.deepEqual(
      Object.fromEntries(rows.map(([, name, value]) => [name, JSON.parse(value!) as unknown])),
      Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, setting.default])),
    );
  });

  for (const [section, values, ranges] of [
    ['text', TEXT_DEFAULTS, {}],
    ['phrases', PHRASE_DEFAULTS, PHRASE_RANGES],
    ['word2vec', WORD2VEC_DEFAULTS, WORD2VEC_RANGES],
    ['map', PROJECTION_DEFAULTS, PROJECTION_RANGES],
    ['languageModel', LANGUAGE_MODEL_DEFAULTS, LANGUAGE_MODEL_RANGES],
  ] as const) {
    test(`lexiscope.${section}.* are the options, with their defaults and ranges`, () => {
      const found = Object.keys(settings).filter(
        (name) => name.startsWith(`lexiscope.${section}.`) && !NO_OPTIONS.has(name),
      );
      assert.deepEqual(
        found.sort(),
        Object.keys(values)
          .map((option) => `lexiscope.${section}.${option}`)
          .sort(),
      );
      for (const [option, value] of Object.entries(values)) {
        assert.equal(settings[`lexiscope.${section}.${option}`]?.default, value, option);
      }
      for (const [option, [least, most, whole]] of Object.entries(ranges)) {
        const { type, minimum, maximum } = settings[`lexiscope.${section}.${option}`]!;
        assert.deepEqual(
          { type, minimum, maximum },
          { type: whole ? 'integer' : 'number', minimum: least, maximum: most },
          option,
        );
      }
      for (const [option, value] of Object.entries(values)) {
        if (typeof value === 'boolean') {
          assert.equal(settings[`lexiscope.${section}.${option}`]?.type, 'boolean', option);
        }
      }
    });
  }

  test('the choices of text are those of the engine', () => {
    for (const [name, choices] of Object.entries(TEXT_CHOICES)) {
      assert.deepEqual(settings[`lexiscope.text.${name}`]?.enum, choices, name);
    }
  });

  test('threads and seed have the ranges of the engine', () => {
    for (const name of ['threads', 'seed'] as const) {
      const { type, minimum, maximum } = settings[`lexiscope.${name}`]!;
      assert.deepEqual([minimum, maximum, type === 'integer'], ENGINE_RANGES[name]);
    }
  });

  test('every setting that training reads is contributed, and every other one belongs to an editor surface', () => {
    const surfaces = ['lexiscope.hover.enabled', 'lexiscope.hover.neighbours', 'lexiscope.completion.enabled'];
    assert.deepEqual(Object.keys(settings).sort(), [...TRAINING_SETTINGS, ...surfaces].sort());
  });

  test('the default settings make the default request, and the engine takes it', () => {
    const folders = [{ path: '/text', exclude: [] }];
    const request = trainRequest(folders, defaults);
    assert.deepEqual(request, {
      folders,
      reading: { maximumFileSize: 5_000_000 },
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

  test('TensorFlow is asked for with its folder, and only where it is the backend', () => {
    const values: Record<string, unknown> = {
      'lexiscope.languageModel.backend': 'tensorflow',
      'lexiscope.languageModel.tensorflowFolder': '/tensorflow',
    };
    assert.equal(trainRequest([], (name) => values[name] ?? defaults(name)).tensorflow, '/tensorflow');
    assert.ok(!('tensorflow' in changed('lexiscope.languageModel.tensorflowFolder', '/tensorflow')));
  });

  test('without its setting no language model is asked for', () => {
    assert.deepEqual(changed('lexiscope.languageModel.enabled', false).parts, { map: true, languageModel: false });
  });

  for (const [name, value] of [
    ['word2vec.window', 0],
    ['word2vec.vectorSize', '100'],
    ['map.nNeighbors', 2.5],
    ['languageModel.heldOut', 0.9],
    ['text.particles', 'apart'],
    ['text.keywords', 'no'],
    ['threads', -1],
    ['seed', null],
  ] as const) {
    test(`${name} = ${JSON.stringify(value)} reaches the engine as it is, which names it`, () => {
      assert.throws(
        () => checkOptions(changed(`lexiscope.${name}`, value)),
        (error: Error) => error.message.includes(name),
      );
    });
  }

  test('a size limit is given in megabytes and asked for in bytes', () => {
    assert.equal(changed('lexiscope.reading.maximumFileSize', 0.5).reading.maximumFileSize, 500_000);
    assert.throws(() => checkOptions(changed('lexiscope.reading.maximumFileSize', 'large')), /maximumFileSize/);
  });

  test('a folder leaves out what VS Code hides, what its search leaves out, and what our setting names, each once', () => {
    const values: Record<string, unknown> = {
      'files.exclude': { '**/.git': true, '**/*.js': { when: '$(basename).ts' }, '**/kept': false },
      'search.exclude': { '**/node_modules': true, '**/.git': true },
      'lexiscope.exclude': ['**/*.lock', 7],
    };
    const request = folderRequest({ path: '/text' }, (name) => values[name]);
    assert.deepEqual(request, { path: '/text', include: [], exclude: ['**/.git', '**/node_modules', '**/*.lock'] });
  });

  test('a folder is read in what our setting names, and in the encoding that VS Code reads it in', () => {
    const values: Record<string, unknown> = { 'lexiscope.include': ['docs', 7, '**/*.md'], 'files.encoding': 'euckr' };
    const request = folderRequest({ path: '/text' }, (name) => values[name]);
    assert.deepEqual(request, { path: '/text', include: ['docs', '**/*.md'], exclude: [], encoding: 'euckr' });
  });

  test('exclude settings that are no lists at all leave nothing out', () => {
    assert.deepEqual(folderRequest({ path: '/text' }, () => 'nonsense').exclude, []);
    assert.deepEqual(folderRequest({ path: '/text' }, () => null).exclude, []);
  });
});

suite('the manifest', () => {
  test('every command of the table is contributed, and no other', () => {
    assert.deepEqual(
      manifest.contributes.commands.map(({ command }) => command).sort(),
      Object.values(COMMANDS).sort(),
    );
  });

  test('every %key% has a text, and every text is used', async () => {
    const texts = JSON.parse(await read('package.nls.json')) as Record<string, string>;
    const used = new Set([...manifestText.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
    assert.deepEqual([...used].sort(), Object.keys(texts).sort());
    assert.ok(Object.values(texts).every((text) => text.trim()));
  });
});
