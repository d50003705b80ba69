// Loads TensorFlow.js with its native library, where the user has installed it: it is no part of
// the extension.

import * as l10n from '@vscode/l10n';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { TensorFlow } from '../../language-model/training/tensorflow.ts';

const PACKAGE = '@tensorflow/tfjs-node';

/** Functions of `node:util` that Node 23 took away and that tfjs-node calls. */
const GONE: Record<string, (value: unknown) => boolean> = {
  isArray: Array.isArray,
  isBoolean: (value) => typeof value === 'boolean',
  isFunction: (value) => typeof value === 'function',
  isNull: (value) => value === null,
  isNullOrUndefined: (value) => value === null || value === undefined,
  isNumber: (value) => typeof value === 'number',
  isObject: (value) => typeof value === 'object' && value !== null,
  isString: (value) => typeof value === 'string',
  isUndefined: (value) => value === undefined,
};

/**
 * TensorFlow.js from the `node_modules` of `folder`, an absolute path. It can be loaded once in a
 * process, on its main thread. Throws one sentence that says what to do where it is not there or
 * does not load.
 */
export function loadTensorflow(folder: string): TensorFlow {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'; // else it tells of the processor on standard error
  if (!folder) {
    throw new Error(
      l10n.t(
        'Say with the setting lexiscope.languageModel.tensorflowFolder in which folder {0} is installed, or choose the backend “kernels”.',
        PACKAGE,
      ),
    );
  }
  const require = createRequire(join(folder, 'package.json'));
  const util = require('node:util') as Record<string, unknown>;
  for (const [name, test] of Object.entries(GONE)) util[name] ??= test;
  try {
    return require(PACKAGE) as TensorFlow;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'MODULE_NOT_FOUND' && message.includes(PACKAGE)) {
      throw new Error(
        l10n.t(
          'TensorFlow is not installed in {0}: run “npm install {1}” in that folder, or choose the backend “kernels”.',
          folder,
          PACKAGE,
        ),
        { cause: error },
      );
    }
    throw new Error(l10n.t('TensorFlow in {0} could not be loaded: {1}', folder, message.split('\n')[0] ?? message), {
      cause: error,
    });
  }
}
