// From the settings that somebody made to a request to the engine. The editor and the command line
// read settings in their own ways; what they mean is the same.

import { LANGUAGE_MODEL_TRAINING, READING, type ReadingOptions, RUN } from '../engine/options.ts';
import { LANGUAGE_MODEL } from '../language-model/options.ts';
import { type Effort, EFFORTS, type Option, type OptionTable, type ValuesOf } from '../options/option.ts';
import { unfitting } from '../options/sentence.ts';
import { fits, fromSetting } from '../options/value.ts';
import { PROJECTION } from '../projection/options.ts';
import type { FolderRequest, ImportRequest, TrainRequest } from '../protocol/engine.ts';
import { PHRASES, TEXT, type TextOptions } from '../text/options.ts';
import { WORD2VEC } from '../word2vec/options.ts';
import { OPTIONS, PREFIX } from './table.ts';

/**
 * What somebody set for an option, as it was written, by its name without `lexiscope.`; undefined
 * if it was not set.
 */
export type Given = (name: string) => unknown;

/**
 * The training that the settings describe. Throws a RangeError with a sentence for each setting
 * that is wrong.
 */
export function trainRequest(folders: FolderRequest[], given: Given): TrainRequest {
  check(given);
  const { enabled, backend, tensorflowFolder, vectorWidth } = values('languageModel.', LANGUAGE_MODEL_TRAINING, given);
  return {
    folders,
    reading: readingOptions(given),
    text: values('text.', TEXT, given),
    phrases: values('phrases.', PHRASES, given),
    word2vec: values('word2vec.', WORD2VEC, given),
    projection: values('map.', PROJECTION, given),
    languageModel: values('languageModel.', LANGUAGE_MODEL, given),
    parts: { map: true, languageModel: enabled },
    ...(backend === 'tensorflow' && { tensorflow: tensorflowFolder }),
    vectorWidth,
    ...values('', RUN, given),
  };
}

/**
 * The import that the settings describe: all rows, with their map. Values are passed on, right or
 * wrong.
 */
export function importRequest(given: Given): ImportRequest {
  return { most: 0, projection: values('map.', PROJECTION, given), seed: values('', RUN, given).seed };
}

/** How a file is read whose tokens are shown. Values are passed on, right or wrong. */
export function textOptions(given: Given): TextOptions {
  return values('text.', TEXT, given);
}

/** Throws a RangeError with a sentence for each setting of a training that is wrong. */
function check(given: Given): void {
  const wrong = OPTIONS.filter(({ group }) => !group.isOfEditor && !group.isOfQuestions).flatMap(({ name, option }) => {
    const written = given(name);
    const isFine = written === undefined || fits(option, fromSetting(option, written));
    return isFine ? [] : [unfitting(PREFIX + name, option, JSON.stringify(written))];
  });
  if (wrong.length > 0) throw new RangeError(wrong.join('\n'));
}

/** Each option of a table as it was set, else as the effort has it, else by default. */
function values<Table extends OptionTable>(prefix: string, table: Table, given: Given): ValuesOf<Table> {
  const effort = EFFORTS.find((name) => name === given('training.effort'));
  return Object.fromEntries(
    Object.entries(table).map(([name, option]) => {
      const written = given(prefix + name);
      return [name, written === undefined ? presetOf(option, effort) : fromSetting(option, written)];
    }),
  ) as ValuesOf<Table>;
}

/** What an option is that nobody set. */
export function presetOf(option: Option, effort: Effort | undefined): unknown {
  return (effort && option.effort?.[effort]) ?? option.default;
}

/** Whoever set the limit of all files, and not that of code, meant code, too. */
function readingOptions(given: Given): ReadingOptions {
  const { maximumCodeSize, ...others } = values('reading.', READING, given);
  const isOne = given('reading.maximumFileSize') !== undefined && given('reading.maximumCodeSize') === undefined;
  return isOne ? others : { ...others, maximumCodeSize };
}
