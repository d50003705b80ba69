// typescript-eslint's strict, type-checked rules, and the house's own: which room may import which.
import { defineConfig } from 'eslint/config';
import importSort from 'eslint-plugin-simple-import-sort';
import tseslint from 'typescript-eslint';

/**
 * The rooms of src, and what a file of each may not import: patterns as in .gitignore, or a regular
 * expression. Imports go one way: see docs/architecture.md.
 */
const nothingOf = (/** @type {[string | string[] | RegExp, string][]} */ ...patterns) => ({
  'no-restricted-imports': /** @type {import('eslint').Linter.RuleEntry} */ ([
    'error',
    {
      patterns: [...patterns, network].map(([group, message]) =>
        group instanceof RegExp ? { regex: group.source, message } : { group: [group].flat(), message },
      ),
    },
  ]),
});
/** @type {[string[], string]} */
const network = [
  ['http', 'https', 'http2', 'net', 'tls', 'dgram', 'dns', 'undici'].flatMap((name) => [name, `node:${name}`]),
  'The product makes no network request of any kind.',
];
/** @type {[string | string[] | RegExp, string]} */
const vscode = ['vscode', 'Only src/extension.ts and src/host import vscode.'];
/** @type {[string | string[] | RegExp, string]} */
const node = ['node:*', 'This room runs anywhere: it takes typed arrays and gives typed arrays.'];
/** @type {[string | string[] | RegExp, string]} */
const engineAndAbove = [
  ['**/engine/**', '**/host/**', '**/cli/**', '**/protocol/**', '**/media/**'],
  'Imports go down: engine → rooms → kernels.',
];

/** Folders of a room, from below, and which of the others each may import. */
const floors = (/** @type {Record<string, string[]>} */ order) =>
  Object.entries(order).map(
    ([folder, below]) =>
      /** @type {[string, [RegExp, string]]} */ ([
        folder,
        [
          new RegExp(`^\\.\\./${below.map((each) => `(?!${each}/)`).join('')}[^/.]+/`),
          `Imports inside the room go down: ${folder} imports ${below.join(', ') || 'no other folder of it'}.`,
        ],
      ]),
  );
const engineFloors = floors({
  files: [],
  threads: ['files'],
  reading: ['files', 'threads'],
  model: ['files', 'threads'],
  exchange: ['files', 'threads', 'reading', 'model'],
  training: ['files', 'threads', 'reading', 'model', 'exchange'],
});
const languageModelFloors = floors({
  network: [],
  inference: ['network'],
  training: ['network'],
  comparison: ['network', 'inference', 'training'],
});
/** @type {[string | string[] | RegExp, string]} */
const clients = [['**/host/**', '**/cli/**'], 'The engine does not know its clients.'];
/** @type {[string | string[] | RegExp, string]} */
const scripts = [/(^|\/)(main|compute-thread|reading-thread)\.ts$/, 'A script is started, not imported.'];
/** @type {[string | string[] | RegExp, string]} */
const answers = [
  /^\.\.\/(engine|evaluate|show-tokens)\.ts$/,
  'What answers the clients imports the folders, not they it.',
];
/** @type {[string | string[] | RegExp, string]} */
const computeTasks = [/^\.\.\/compute-tasks\.ts$/, 'Only what conducts compute threads knows their tasks.'];

/** Rooms that are not yet under the rules of size, each to be taken out of here. */
const notYetOfSize = ['src/engine/training/{import-vectors,train-language-model,train-word-vectors}.ts', 'src/text/**'];
/** Rooms in which literals are still spread. */
const notYetSpreadFree = [
  'src/text/**',
  'test/unit/{cell-comparison,engine-language-model,host-texts,language-model,network,read-corpus,start-vectors}*',
  'test/unit/{text,word2vec,workspace-files}*',
];
const ofLiteral = ['ObjectExpression', 'ArrayExpression'].flatMap((literal) => [
  literal,
  `TSAsExpression > ${literal}`,
]);
const spreadLiterals = ofLiteral.map((literal) => ({
  selector: `:matches(ObjectExpression, ArrayExpression, CallExpression, NewExpression) > SpreadElement > ${literal}`,
  message: 'Write what the literal holds: the formatter decides where lines break.',
}));
/** Arguments of a call: a hundred thousand have no room on the stack. */
const spreadLists = {
  selector:
    'CallExpression[callee.property.name=/^(push|unshift|splice|max|min|fromCharCode|fromCodePoint)$/] > SpreadElement',
  message: 'A long list has no room on the stack: add, compare or join its elements one by one.',
};

export default defineConfig(
  {
    ignores: [
      'dist/**',
      '.cache/**',
      'src/kernels/**',
      'src/kernel-interfaces/**',
      'node_modules/**',
      'test/fixtures/**',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['src/tsconfig.json', 'src/tsconfig.pure.json', 'media/tsconfig.json', 'test/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-non-null-assertion': 'off', // indexes into typed arrays whose bounds the loop keeps
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**', 'media/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource'].map((name) => ({ name, message: network[1] })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Random choices are seeded.' },
        { object: 'navigator', property: 'sendBeacon', message: network[1] },
      ],
    },
  },
  {
    files: ['src/numerics/**'],
    rules: nothingOf(vscode, node, [['../**'], 'Every room stands on it: it imports none.']),
  },
  {
    files: ['src/text/**'],
    rules: nothingOf(vscode, node, engineAndAbove, [
      ['**/word2vec/**', '**/language-model/**', '**/projection/**'],
      'Text knows no model.',
    ]),
  },
  {
    files: ['src/word2vec/**'],
    rules: nothingOf(vscode, node, engineAndAbove, [
      ['**/language-model/**', '**/projection/**'],
      'Rooms of one floor do not import each other.',
    ]),
  },
  .../** @type {[string, [RegExp, string] | null][]} */ ([['', null], ...languageModelFloors]).map(
    ([folder, floor]) => ({
      files: [`src/language-model/${folder && `${folder}/`}**`],
      rules: nothingOf(
        vscode,
        node,
        engineAndAbove,
        [['**/word2vec/**', '**/projection/**'], 'Rooms of one floor do not import each other.'],
        ...(floor ? [floor] : []),
      ),
    }),
  ),
  {
    files: ['src/projection/**'],
    rules: nothingOf(vscode, node, engineAndAbove, [
      ['**/word2vec/**', '**/language-model/**'],
      'Rooms of one floor do not import each other.',
    ]),
  },
  {
    files: ['src/model-folder/**'],
    rules: nothingOf(vscode, engineAndAbove, [
      ['**/text/**', '**/word2vec/**', '**/language-model/**', '**/projection/**'],
      'A model’s folder knows nothing of what a model is.',
    ]),
  },
  { files: ['src/engine/**'], rules: nothingOf(vscode, clients, scripts) },
  ...engineFloors.map(([folder, floor]) => ({
    files: [`src/engine/${folder}/**`],
    rules: nothingOf(vscode, clients, scripts, answers, floor, ...(folder === 'training' ? [] : [computeTasks])),
  })),
  {
    files: ['check-options', 'display-language', 'kernels', 'options', 'progress', 'run-context'].map(
      (name) => `src/engine/${name}.ts`,
    ),
    rules: nothingOf(vscode, clients, scripts, [
      /^\.\/(?!(check-options|kernels|options|progress|run-context)\.ts$)/,
      'Every folder of the engine imports it: it imports none.',
    ]),
  },
  {
    files: ['src/engine/compute-tasks.ts'],
    rules: nothingOf(vscode, clients, scripts, [/^\.\/training\//, 'A training runs these tasks.']),
  },
  {
    files: ['src/options/**'],
    rules: nothingOf(vscode, node, [/^\.\.\//, 'Every room has options: what they are knows no room.']),
  },
  {
    files: ['src/settings/**'],
    rules: nothingOf(vscode, node, [
      /^\.\.\/(?!options\/|protocol\/|[\w-]+\/options\.ts$)/,
      'All that is known here of a room is the table of its options.',
    ]),
  },
  {
    files: ['src/cli/**'],
    rules: nothingOf(vscode, ['**/host/**', 'The command line is a client of the engine, as the host is.']),
  },
  {
    files: ['src/protocol/**'],
    rules: nothingOf(vscode, node, [
      ['**/engine/**', '**/host/**', '**/cli/**', '!**/engine/options.ts'],
      'The protocol is types; both ends import it.',
    ]),
  },
  {
    files: ['src/host/**', 'src/extension.ts'],
    rules: nothingOf([
      ['**/engine/**', '**/text/**', '**/word2vec/**', '**/language-model/**', '**/projection/**', '**/numerics/**'],
      'The extension host does no arithmetic: it asks the engine.',
    ]),
  },
  {
    files: ['media/**'],
    rules: nothingOf(vscode, node, [['**/src/*/**', '!**/src/protocol/**'], 'A webview knows the protocol only.']),
  },
  { files: ['test/**', 'bench/**', 'src/cli/**'], rules: { 'no-console': 'off' } },
  {
    plugins: { 'import-sort': importSort },
    rules: {
      'import-sort/imports': ['error', { groups: [['^\\u0000', '^[^.]', '^\\.']] }],
      'max-len': [
        'error',
        {
          code: 1000, // the formatter's affair
          comments: 100,
          ignoreTrailingComments: true,
          ignoreUrls: true,
          ignorePattern: '\\S {2,}\\S', // columns of a table
        },
      ],
    },
  },
  { rules: { 'no-warning-comments': ['error', { terms: ['prettier-ignore'], location: 'anywhere' }] } },
  {
    files: ['src/**', 'media/**', 'bench/**', 'scripts/**'], // a file of tests is one function that describes
    ignores: notYetOfSize,
    rules: { 'max-lines-per-function': ['error', 80] },
  },
  {
    ignores: notYetSpreadFree,
    rules: {
      'no-restricted-syntax': ['error', ...spreadLiterals],
    },
  },
  { files: ['src/**', 'media/**'], rules: { 'no-restricted-syntax': ['error', spreadLists] } },
  {
    files: ['src/**', 'media/**'],
    ignores: notYetSpreadFree,
    rules: { 'no-restricted-syntax': ['error', ...spreadLiterals, spreadLists] },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', name: ['test', 'describe', 'it', 'suite', 'before', 'after'], package: 'node:test' },
          ],
        },
      ],
    },
  },
);
