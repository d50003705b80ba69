// Every option of the product by its name, in the order in which they are shown.

import { FILES, LANGUAGE_MODEL_TRAINING, READING, RUN, TRAINING } from '../engine/options.ts';
import { COMPLETION, HOVER } from '../host/options.ts';
import { LANGUAGE_MODEL } from '../language-model/options.ts';
import type { Option, OptionTable } from '../options/option.ts';
import { PROJECTION } from '../projection/options.ts';
import { PHRASES, TEXT } from '../text/options.ts';
import { NEIGHBOURS, WORD2VEC } from '../word2vec/options.ts';

/** The name of a setting begins with it; an option of the command line may. */
export const PREFIX = 'lexiscope.';

export interface Group {
  /** What the names of its options begin with, with a dot; empty for those that have no group. */
  prefix: string;
  /** What stands above them. */
  title: string;
  table: OptionTable;
  /** Whether it is for the editor only: the command line has no such thing. */
  isOfEditor?: true;
  /** Whether it is of questions to a model: no training reads it. */
  isOfQuestions?: true;
}

const GROUPS: readonly Group[] = [
  { prefix: '', title: 'Reading', table: FILES },
  { prefix: 'reading.', title: 'Reading', table: READING },
  { prefix: 'text.', title: 'Reading', table: TEXT },
  { prefix: 'phrases.', title: 'Reading', table: PHRASES },
  { prefix: 'training.', title: 'Training', table: TRAINING },
  { prefix: '', title: 'Training', table: RUN },
  { prefix: 'word2vec.', title: 'Word Vectors', table: WORD2VEC },
  { prefix: 'map.', title: 'Map', table: PROJECTION },
  { prefix: 'languageModel.', title: 'Language Model', table: LANGUAGE_MODEL_TRAINING },
  { prefix: 'languageModel.', title: 'Language Model', table: LANGUAGE_MODEL },
  { prefix: 'hover.', title: 'Editor', table: HOVER, isOfEditor: true },
  { prefix: 'neighbours.', title: 'Editor', table: NEIGHBOURS, isOfQuestions: true },
  { prefix: 'completion.', title: 'Editor', table: COMPLETION, isOfEditor: true },
];

export interface NamedOption {
  /** Without `lexiscope.`, such as `word2vec.window`. */
  name: string;
  option: Option;
  group: Group;
}

export const OPTIONS: readonly NamedOption[] = GROUPS.flatMap((group) =>
  Object.entries(group.table).map(([name, option]) => ({ name: group.prefix + name, option, group })),
);
