// The options of the editor's surfaces. No training reads them.

import type { OptionTable } from '../options/option.ts';

export const HOVER = {
  enabled: {
    type: 'boolean',
    default: true,
    tier: 'basic',
    scope: 'language-overridable',
    sentence: 'Hovers show the nearest words of a word.',
  },
  neighbours: {
    type: 'integer',
    default: 8,
    range: [1, 50],
    unit: 'words',
    tier: 'advanced',
    sentence: 'How many of the nearest words a hover shows.',
  },
} as const satisfies OptionTable;

export const COMPLETION = {
  enabled: {
    type: 'boolean',
    default: true,
    tier: 'basic',
    scope: 'language-overridable',
    sentence: 'The suggestion list shows what the language model expects.',
  },
} as const satisfies OptionTable;
