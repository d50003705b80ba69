// The options of the map, under UMAP's names (McInnes, Healy, Melville 2018, arXiv:1802.03426).

import { defaultsOf, type OptionTable, type ValuesOf } from '../options/option.ts';

export const PROJECTION = {
  maxWords: {
    type: 'integer',
    default: 5000,
    range: [10, 100_000],
    unit: 'words',
    tier: 'basic',
    sentence: 'How many of the most frequent words appear on the map.',
  },
  nNeighbors: {
    type: 'integer',
    default: 15,
    range: [2, 200],
    unit: 'words',
    tier: 'advanced',
    sentence:
      'Nearest words of each word that shape the map, the word itself included: a low figure shows small groups, a high one the large structure.',
  },
  minDist: {
    type: 'number',
    default: 0.1,
    range: [0, 10],
    tier: 'advanced',
    sentence:
      'How close two words may lie; a low figure packs groups tightly. Above `#lexiscope.map.spread#` it counts as that.',
  },
  // the map is scaled to its frame, so that only minDist / spread shows
  spread: {
    type: 'number',
    default: 1,
    range: [0.01, 100],
    tier: 'research',
    sentence: 'The scale of the distances between groups.',
  },
  nEpochs: {
    type: 'integer',
    default: 0,
    range: [0, 10_000],
    unit: 'passes',
    tier: 'research',
    sentence: 'Rounds of optimization. `0`: automatic, by the number of words.',
  },
} as const satisfies OptionTable;

export type ProjectionOptions = ValuesOf<typeof PROJECTION>;

export const PROJECTION_DEFAULTS = defaultsOf(PROJECTION);
