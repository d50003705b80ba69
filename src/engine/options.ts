// The options of reading and training that no room below the engine uses.

import { defaultsOf, type OptionTable, type ValuesOf } from '../options/option.ts';

/** Of a folder, in addition to the rules of git and of VS Code. */
export const FILES = {
  include: {
    type: 'list',
    default: [],
    tier: 'basic',
    scope: 'resource',
    sentence: 'Globs of files to read; a folder stands for all that is in it. Empty: everything that is not left out.',
  },
  exclude: {
    type: 'list',
    default: [],
    tier: 'basic',
    scope: 'resource',
    sentence:
      'Globs of files not to read, in addition to `#files.exclude#`, `#search.exclude#`, what `.gitignore` names, dependencies, lock files, minified files, and files that hold keys or passwords.',
  },
} as const satisfies OptionTable;

export const READING = {
  maximumFileSize: {
    type: 'size',
    default: 200e6,
    range: [1e3, 2e9],
    tier: 'basic',
    sentence:
      'Larger files are not read. A number is megabytes. If it is set and `#lexiscope.reading.maximumCodeSize#` is not, it holds for code and data, too.',
  },
  maximumCodeSize: {
    type: 'size',
    default: 5e6,
    range: [1e3, 2e9],
    tier: 'advanced',
    sentence: 'Larger files of code and data (JSON, CSV, logs) are not read.',
  },
  followLinks: {
    type: 'boolean',
    default: false,
    tier: 'advanced',
    sentence: 'Read what symbolic links lead to outside the opened folders, too.',
  },
} as const satisfies OptionTable;

/** Without `maximumCodeSize`, code and data have the limit of all files. */
export type ReadingOptions = Pick<ValuesOf<typeof READING>, 'maximumFileSize'> & Partial<ValuesOf<typeof READING>>;

export const TRAINING = {
  effort: {
    type: 'choice',
    default: 'balanced',
    tier: 'basic',
    sentence: 'How much time a training may take. Settings of your own win over what it sets.',
    choices: [
      ['quick', 'A first look: smaller vectors and a smaller language model, fewer passes.'],
      ['balanced', 'The defaults.'],
      ['best', 'What is worth waiting for: larger vectors, and a language model of three times as many passes.'],
    ],
  },
} as const satisfies OptionTable;

export const RUN = {
  threads: {
    type: 'integer',
    default: 0,
    range: [0, 256],
    unit: 'threads',
    tier: 'basic',
    scope: 'machine-overridable',
    sentence:
      'Number of training threads. `0`: automatic, every core for vectors and map, every core but one for the language model.',
  },
  seed: {
    type: 'integer',
    default: 1,
    range: [0, 2 ** 31 - 1],
    tier: 'advanced',
    sentence: 'Every random choice of a training follows from this number.',
  },
} as const satisfies OptionTable;

/** Whether and with what the language model is trained. */
export const LANGUAGE_MODEL_TRAINING = {
  enabled: {
    type: 'boolean',
    default: true,
    tier: 'basic',
    sentence: 'A training makes a language model, which takes most of the time; without one there are no completions.',
  },
  backend: {
    type: 'choice',
    default: 'kernels',
    tier: 'research',
    sentence: 'What computes the language model while it is trained.',
    choices: [
      ['kernels', 'Lexiscope’s own kernels.'],
      [
        'tensorflow',
        'TensorFlow, which has to be installed: see `#lexiscope.languageModel.tensorflowFolder#`. The results are the same up to rounding; it takes longer.',
      ],
    ],
  },
  tensorflowFolder: {
    type: 'text',
    default: '',
    tier: 'research',
    scope: 'machine',
    sentence: 'For the backend `tensorflow`: the folder in which `npm install @tensorflow/tfjs-node` was run.',
  },
  vectorWidth: {
    type: 'choice',
    default: 'auto',
    tier: 'research',
    scope: 'machine',
    sentence: 'Bits of an operation of the arithmetic that trains the language model. The results are the same.',
    choices: [
      [
        'auto',
        '256, where a trial of a fraction of a second shows that it is right and faster, else 128. The log says which.',
      ],
      ['128', 'What every processor has.'],
      [
        '256',
        'What an experimental option of V8 makes of pairs of 128-bit operations, unless a trial gives wrong results.',
      ],
    ],
  },
} as const satisfies OptionTable;

export type VectorWidth = ValuesOf<typeof LANGUAGE_MODEL_TRAINING>['vectorWidth'];

export const READING_DEFAULTS = defaultsOf(READING);
